#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# clock.sh - the clock jumps by hours, the machine stands still for a minute (a
# laptop's lid, a virtual machine that is paused), the devices are suspended:
# speakd on a card and sic-bridge go on. With run-in-vm -w FILE -f "freeze now:60".
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
user=tester
home=/home/$user
lines=$home/.local/share/earshot/home.lines
commands=$home/.local/share/earshot/home.commands
u() { as_user $user systemctl --user "$@"; }

mkdir -p $home/.config/earshot
echo 'output = alsa:plughw:0' >$home/.config/earshot/speakd.conf
cat >$home/.config/earshot/sic-bridge.conf <<-'-'
	nick = listener
	[home]
	host = 127.0.0.1
	port = 6667
	plain = yes
	join = #room
-
chown -R $user: $home/.config
cat >/root/ngircd.conf <<-'-'
	[Global]
	Name = irc.example.net
	Listen = 127.0.0.1
	Ports = 6667
	[Limits]
	PingTimeout = 20
	PongTimeout = 10
	[Options]
	PAM = no
	Ident = no
	DNS = no
-
try "an IRC server" ngircd -f /root/ngircd.conf
try "the user's manager runs" lingers $user
u daemon-reload
try "speakd.socket" u enable --now speakd.socket
try "sic-bridge@home" u start sic-bridge@home
try "it joins" until_true 60 grep -q JOIN $lines
try "speech" as_user $user timeout 100 spd-say -w "before"

is_said() { # WORD: sic-bridge may be between two connections: asked again
	echo ":m #room $1" >"$commands"
	until_true 10 grep -q "#room> $1\|$1" "$lines"
}
still_works() { # AFTER-WHAT
	try "speech after $1" as_user $user timeout 100 spd-say -w "after it"
	try "IRC after $1" until_true 120 is_said "after-$1"
	is "speakd after $1: never restarted" 0 u show -p NRestarts --value speakd.service
	is "sic-bridge after $1: never restarted" 0 u show -p NRestarts --value sic-bridge@home
}
begin_speaking() {
	as_user "$user" speakctl say "one two three four five six seven eight nine ten eleven twelve"
	until_true 30 grep -q RUNNING /proc/asound/card0/pcm0p/sub0/status
}
try "begin to speak" begin_speaking
date -s "+5 hours" >/dev/null
still_works "five hours forward"
try "begin to speak again" begin_speaking
date -s "-9 hours" >/dev/null
still_works "nine hours back"
try "begin to speak before the stop" begin_speaking
echo "freeze now"
still_works "a minute of standing still"
try "begin to speak before the suspend" begin_speaking
# All devices go through suspend and resume; the machine itself stays up, which
# a timer of the kernel's ends after five seconds.
suspended() { echo devices >/sys/power/pm_test && echo freeze >/sys/power/state; }
try "suspend" suspended
echo none >/sys/power/pm_test
still_works "suspend"
# Neither suspend-to-idle nor ACPI S3 is left again where QEMU emulates: the alarm
# of the clock wakes nothing.
skip "sleep: a connection that dies meanwhile" "nothing wakes an emulated machine"
show tail -n 5 $lines
show journalctl --no-pager -q -b -p warning _UID=1000
finish
