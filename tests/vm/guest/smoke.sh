#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# smoke.sh first|again - the smoke tier: an ordinary user of a stock Debian, then
# the same one after a reboot. With run-in-vm -k DISK -w FILE.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
user=tester

in_a_session() { # SCRIPT ARGUMENT: its lines are ours
	LIMIT_SECONDS=600 as_user $user sh "/host/shared/$1" "$2" || failed=$((failed + 1))
}
# What an overlayfs before 6.5 says about an option that it does not know, at
# every mount unless the first refusal is remembered.
overlay_complaints() { dmesg | grep -c 'overlayfs: unrecognized mount option'; }

case $1 in
first)
	note "$(uname -r), Debian $(cat /etc/debian_version)"
	# The list is in tests/vm/image.
	is "every library that the programs are linked with is there" "" sh -c \
		'ldd /usr/bin/speakd /usr/bin/speakctl /usr/bin/sic-bridge /usr/bin/project \
			/usr/libexec/earshot/* | grep "not found"'
	is "no unit has failed" "" systemctl --failed --plain --no-legend
	chmod -R a+rX /host/shared
	small_root /srv/small
	try "the user's manager runs" lingers $user
	in_a_session smoke-workspace.sh first
	in_a_session smoke-speech.sh first
	note "the kernel's log about overlayfs: $(overlay_complaints) lines"
	;;
again)
	try "the manager of a user who lingers is back" \
		until_true 90 test -S "/run/user/$(id -u $user)/bus"
	in_a_session smoke-workspace.sh again
	in_a_session smoke-speech.sh again
	in_a_session smoke-sound.sh again
	;;
esac
show journalctl --no-pager -q -p warning -b _UID=1000
finish
