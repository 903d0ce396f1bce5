# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# disks.sh - the disks of stores, and each store in turn: for stores.sh and
# powercut.sh, after lib.sh.
# shellcheck shell=sh
#
# $only is thin (lvm on a thin pool), zfs, or nothing: all others. /dev/vdb is
# lvm's, /dev/vdc zfs's, /dev/vdd has a btrfs.

# The caller sets $only.
# shellcheck disable=SC2154
case $only in
thin) stores=lvm on_btrfs='' ;;
zfs) stores=zfs on_btrfs='' ;;
*) stores="overlay loop lxc:dir lxc:overlay" on_btrfs="lxc:btrfs btrfs reflink" ;;
esac

# devices make|again
devices() {
	modprobe -a loop overlay dm_mod dm_snapshot dm_thin_pool || return 1
	[ "$only" != zfs ] || modprobe zfs || return 1
	if [ "$1" = make ]; then
		pvcreate -q /dev/vdb && vgcreate -q lxc /dev/vdb || return 1
		# A pool of that name is taken; else plain snapshots.
		[ "$only" != thin ] || lvcreate -q --type thin-pool -L 2G -n lxc lxc || return 1
		mkfs.btrfs -q /dev/vdd || return 1
		[ "$only" != zfs ] || zpool create -m none lxc /dev/vdc || return 1
	else
		vgchange -q -ay lxc
		[ "$only" != zfs ] || zpool import -a
	fi
	mkdir -p /srv/btrfs && mount /dev/vdd /srv/btrfs
}

# at_home COMMAND...: once for each place that has stores.
at_home() {
	"$@" || return
	[ -n "$on_btrfs" ] || return 0
	export XDG_DATA_HOME=/srv/btrfs
	at_home_status=0
	"$@" || at_home_status=$?
	unset XDG_DATA_HOME
	return "$at_home_status"
}

# each FUNCTION: called with a store and a workspace's name.
each() {
	for store in $stores; do
		"$1" "$store" "w-$(echo "$store" | tr : -)"
	done
	[ -n "$on_btrfs" ] || return 0
	export XDG_DATA_HOME=/srv/btrfs
	for store in $on_btrfs; do
		"$1" "$store" "w-$(echo "$store" | tr : -)"
	done
	unset XDG_DATA_HOME
}
