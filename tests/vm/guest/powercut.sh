#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# powercut.sh work|look [thin|zfs] - snapshots and files written without end in
# each store, until run-in-vm cuts the power (-c "cut here:SECONDS"); then, with
# the same disks, what is left of it.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
only=${2:-}
# shellcheck source=tests/vm/guest/disks.sh
. /host/shared/disks.sh
w() { timeout 300 project workspace "$@"; }

begin() { # STORE NAME
	try "$1: create" w create "$2" --base small --store "$1" --size 1
	try "$1: run" w run "$2" -- sh -c 'echo kept >/file; sync'
	try "$1: snap" w snap "$2" -m kept
}

write_more() { # STORE NAME
	w run "$2" -- sh -c "echo $n >/file; dd if=/dev/zero of=/big bs=64k count=40 2>/dev/null"
	w snap "$2" -m "number $n" >/dev/null && note "$1: snapped $n"
	project in "a thought, number $n of $1" >/dev/null &&
		echo "number $n of $1" >>~root/noted && sync
	[ $((n % 3)) -ne 0 ] || w restore "$2@1" >/dev/null
}

back_to_first() { # NAME
	w restore "$1@1" >/dev/null && w run "$1" -- cat /file
}

is_whole() { # SNAPSHOT
	w clone "$1" look && w run look -- cat /file && w destroy look
}

look() { # STORE NAME
	show w list "$2"
	is "$1: the first snapshot can be gone back to" kept back_to_first "$2"
	snapshots=$(w list "$2" | sed -n "s/^ *\($2@[0-9]*\) .*/\1/p")
	try "$1: snapshots are left" test -n "$snapshots"
	for snapshot in $snapshots; do
		try "$1: $snapshot is whole" is_whole "$snapshot"
	done
}

no_thought_lost() {
	touch ~root/noted
	while read -r thought; do
		grep -q "a thought, $thought\$" ~root/gtd/inbox* || return 1
	done <~root/noted
}

case $1 in
work)
	mkdir -p ~root/gtd/Projects/trip
	try "devices" devices make
	small_root ~root/small
	try "base" at_home w base add small ~root/small
	each begin
	echo "cut here"
	n=0
	while :; do
		n=$((n + 1))
		each write_more
	done
	;;
look)
	try "devices after a power cut" devices again
	at_home show w doctor
	at_home show w doctor --fix
	try "nothing is left over" at_home w doctor
	each look
	try "gc" at_home w gc --all
	try "every thought that was acknowledged is there" no_thought_lost
	;;
esac
finish
