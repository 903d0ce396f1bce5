#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# powercut.sh work|look [STORE] - snapshots and files written without end, until
# run-in-vm cuts the power (-c "cut here:SECONDS"); then, with the same disks, what
# is left of it.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
store=${2:-overlay}
w() { timeout 300 project workspace "$@"; }
mkdir -p ~root/gtd/Projects/trip
modprobe -a loop dm_mod dm_snapshot overlay 2>/dev/null
case $1 in
work)
	if [ "$store" = lvm ]; then
		pvcreate -q /dev/vdb && vgcreate -q lxc /dev/vdb
		lvcreate -q --type thin-pool -L 2G -n lxc lxc
	fi
	small_root /root/small
	try "base" w base add small /root/small
	try "create" w create cut --base small --store "$store" --size 1
	try "run" w run cut -- sh -c 'echo kept >/file; sync'
	try "snap" w snap cut -m kept
	echo "cut here"
	n=0
	while :; do
		n=$((n + 1))
		w run cut -- sh -c "echo $n >/file; dd if=/dev/zero of=/big bs=64k count=40 2>/dev/null"
		w snap cut -m "number $n" >/dev/null && note "snapped $n"
		project in "a thought, number $n" >/dev/null && echo "$n" >/root/noted && sync
		[ $((n % 3)) -ne 0 ] || w restore cut@1 >/dev/null
	done
	;;
look)
	[ "$store" != lvm ] || vgchange -q -ay lxc
	show w list cut
	show w doctor
	is "the first snapshot can be gone back to" kept \
		sh -c "project workspace restore cut@1 >/dev/null && project workspace run cut -- cat /file"
	show w doctor --fix
	try "nothing is left over" w doctor
	try "gc" w gc --all
	snapshots=$(w list cut | sed -n 's/^ *cut@\([0-9]*\) .*/\1/p')
	try "snapshots are left" test -n "$snapshots"
	for n in $snapshots; do
		try "snapshot $n is whole" sh -c "project workspace clone cut@$n look &&
			project workspace run look -- cat /file && project workspace destroy look"
	done
	noted=$(cat /root/noted 2>/dev/null || echo 0)
	try "every thought that was acknowledged is there" sh -c "
		for n in \$(seq $noted); do grep -q \"a thought, number \$n\\\$\" /root/gtd/inbox* || exit 1; done"
	;;
esac
finish
