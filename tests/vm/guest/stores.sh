#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# stores.sh make|again [thin|zfs] - the stores of "project workspace" that need a
# machine of their own, then the same after a reboot; of lvm's on a thin pool, or
# of zfs's, alone.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
only=${2:-}
# shellcheck source=tests/vm/guest/disks.sh
. /host/shared/disks.sh
w() { timeout 300 project workspace "$@"; }

works() { # STORE NAME
	store=$1 n=$2
	begun=$(ms)
	try "$store: create" w create "$n" --base small --store "$store" --size 1
	try "$store: run" w run "$n" -- sh -c 'echo 1 >/file; ln /file /link; rm /etc/old'
	try "$store: snap" w snap "$n" -m one
	try "$store: run again" w run "$n" -- sh -c 'echo 2 >/file; echo back >/etc/old; sync'
	try "$store: snap again" w snap "$n" -m two
	try "$store: clone" w clone "$n@1" "$n-c"
	is "$store: what the clone has" 1 w run "$n-c" -- cat /file
	try "$store: restore" w restore "$n@1"
	is "$store: what was restored" 1 w run "$n" -- cat /file
	try "$store: forward again" w restore "$n@2"
	is "$store: what was restored then" 2 w run "$n" -- cat /file
	try "$store: diff" w diff "$n@1"
	try "$store: export" w export "$n@1" "/root/$n.tar"
	is "$store: what was exported" 1 tar -xOf "/root/$n.tar" file
	try "$store: list" w list "$n"
	note "$store: $((($(ms) - begun) / 100)) s"
}

after() { # STORE NAME
	store=$1 n=$2
	is "$store: after a reboot" 2 w run "$n" -- cat /file
	is "$store: a clone after a reboot" 1 w run "$n-c" -- cat /file
	try "$store: snap after a reboot" w snap "$n" -m three
	try "$store: restore after a reboot" w restore "$n@1"
	is "$store: and it is so" 1 w run "$n" -- cat /file
	try "$store: destroy a snapshot" w destroy "$n@2"
	try "$store: destroy" w destroy "$n"
	try "$store: gc" w gc --all
	is "$store: the clone outlives it" 1 w run "$n-c" -- cat /file
	try "$store: destroy the clone" w destroy "$n-c"
	try "$store: gc again" w gc --all
}

case $1 in
make)
	try "devices" devices make
	small_root ~root/small
	try "base" at_home w base add small ~root/small
	if [ -z "$only" ]; then
		refuses "lvm without a thin pool: refused, with how to make one" 1 \
			"lvcreate --type thin-pool" w create plain --base small --store lvm --size 1
	fi
	mv /usr/bin/rsync /usr/bin/rsync.away
	refuses "loop without rsync: refused before it is made" 1 "needs rsync" \
		w create unlucky --base small --store loop --size 1
	mv /usr/bin/rsync.away /usr/bin/rsync
	each works
	;;
again)
	try "devices after a reboot" devices again
	each after
	[ "$only" != thin ] || is "lvm: nothing is left but the pool" lxc sh -c \
		'lvs --noheadings -o lv_name lxc | tr -d " "'
	[ "$only" != zfs ] || is "zfs: nothing is left but the pool" lxc \
		zfs list -H -o name
	;;
esac
show lvs
show w doctor
finish
