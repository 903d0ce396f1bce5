#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# smoke-workspace.sh first|again - workspaces of an ordinary user, in a session
# of theirs: over the host, over a base, and after a reboot.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
w() { timeout 120 project workspace "$@"; }
inside() { # NAME WORDS: of a shell in the workspace
	w run "$1" -- sh -c "$2"
}

if [ "$1" = first ]; then
	mkdir -p ~/gtd/Projects/trip
	show w doctor
	# systemd has mounted on the host's, and that is in nobody's way.
	has "doctor: a /proc of its own" "ok   a /proc of its own" w doctor
	try "over the host: a command runs, and writes below /usr" \
		inside trip 'echo 1 >/usr/share/written; rm /etc/motd'
	try "the host has none of it" test -e /etc/motd -a ! -e /usr/share/written
	try "over the host: snapshot" w snap trip -m one
	try "over the host: changed again" inside trip 'echo 2 >/usr/share/written'
	is "over the host: it stays" 2 inside trip 'cat /usr/share/written'
	try "over the host: restore" w restore trip@1
	is "over the host: what the snapshot had" 1 inside trip 'cat /usr/share/written'
	is "over the host: what was removed is away" "" inside trip 'ls /etc/motd 2>/dev/null'
	# In a control group of its own, by the user's own systemd.
	# shellcheck disable=SC2016 # of the inner shell
	is "limits: all of the command together" "$((64 << 20)) 0 31 50000 100000" \
		w run trip --memory 64 --pids 30 --cpus 0.5 -- sh -c '
		cd "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)" &&
		echo $(cat memory.max memory.swap.max pids.max cpu.max)'
	# shellcheck disable=SC2016
	is "limits: who takes more memory is killed" 137 sh -c '
		project workspace run trip --memory 64 -- python3 -c "b = bytearray(200 << 20)" 2>/dev/null
		echo $?'
	is "limits: and nobody else" "" sh -c \
		"systemctl --user --no-legend list-units 'project-workspace-*'"

	try "a base" w base add small /srv/small
	try "over a base: create" w create box --base small
	try "over a base: write" inside box 'echo 1 >/file; rm /etc/old; ln /file /link'
	try "over a base: snapshot" w snap box -m one
	try "over a base: write again" inside box 'echo 2 >/file; echo new >/etc/old'
	try "over a base: snapshot again" w snap box -m two
	try "over a base: clone" w clone box@1 other
	is "over a base: what the clone has" 1 inside other 'cat /file'
	has "over a base: what differs from the first" file w diff box@1
	try "over a base: restore" w restore box@1
	is "over a base: what was restored" 1 inside box 'cat /file /etc/old 2>/dev/null'
	try "over a base: export" w export box@1 ~/box.tar
	is "over a base: what was exported" 1 tar -xOf ~/box.tar file
	finish
fi
is "over the host, after a reboot" 1 inside trip 'cat /usr/share/written'
is "over a base, after a reboot" 1 inside box 'cat /file'
try "restore after a reboot" w restore box@2
is "what was restored after it" new inside box 'cat /etc/old'
is "the clone, after a reboot" 1 inside other 'cat /file'
try "destroy" w destroy box
try "collect" w gc
is "the clone outlives it" 1 inside other 'cat /file'
finish
