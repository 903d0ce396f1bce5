#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# session-boot.sh - "create --init" with systemd inside, under AppArmor: root's,
# and an ordinary user's in a real session. /host/shared/debian.tar is a root
# file system with it.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
user=tester
export LIMIT_SECONDS=900
w() { project workspace "$@"; }
scope() { as_user "$user" systemd-run --user --scope --quiet -p Delegate=yes project workspace "$@"; }
plain() { as_user "$user" project workspace "$@"; }
is_up() { # run NAME
	"$@" -- systemctl is-system-running 2>&1 | grep -q 'running\|degraded'
}
cp /host/shared/debian.tar /srv/debian.tar
mkdir -p ~root/gtd/Projects/trip
try "root: base add" w base add debian /srv/debian.tar
try "root: create" w create rboot --init --base debian
try "root: boots, and the first command finds it up" is_up w run rboot
is "root: the host name is the workspace's" rboot w run rboot -- hostname
# Inside it is a name space of profiles, in which nothing confines it.
profile() { cat "/proc/$(cut -d' ' -f2 ~root/.local/share/earshot/workspaces/run/rboot.run | head -n 1)/attr/current"; }
has "root: under a profile of its own" lxc- profile
show w run rboot -- systemctl --no-pager --failed
show w run rboot -- cat /proc/self/uid_map
try "root: snap while it runs" w snap rboot -m running
try "root: stop" w stop rboot

try "base add" plain base add debian /srv/debian.tar
try "create in a scope" scope create boot --init --base debian
try "boots, and the first command finds it up" is_up scope run boot
show scope run boot -- systemctl --no-pager --failed
show scope run boot -- cat /proc/self/uid_map
try "snap while it runs" scope snap boot -m running
refuses "joined without a scope: what is needed is named" 1 systemd-run plain run boot -- true
try "stop" scope stop boot
finish
