#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# sound-server.sh pipewire|pulseaudio - a user's sound server owns the card; speakd
# reaches it through ALSA's default, and goes on when it is restarted, killed,
# stopped for good and started again. With run-in-vm -w FILE.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
server=${1:-pipewire}
if [ "$(id -u)" -eq 0 ]; then
	# Whatever the packages made the default.
	rm -f /etc/alsa/conf.d/*pulse* /etc/alsa/conf.d/*pipewire*
	try "the user's manager runs" lingers tester
	LIMIT_SECONDS=900 as_user tester sh /host/shared/sound-server.sh "$server" ||
		failed=$((failed + 1))
	show journalctl --no-pager -q -b -p warning _UID=1000
	finish
fi

u() { systemctl --user "$@"; }
say() { timeout 100 spd-say -w "$@"; }
case $server in
pipewire)
	units="pipewire.socket pipewire.service wireplumber.service"
	main=pipewire.service
	cat >"$HOME/.asoundrc" <<-'-'
		pcm.!default { type pipewire }
		ctl.!default { type pipewire }
	-
	has_card() { pw-cli ls Node | grep -q alsa_output; }
	;;
pulseaudio)
	units="pulseaudio.socket pulseaudio.service"
	main=pulseaudio.service
	cat >"$HOME/.asoundrc" <<-'-'
		pcm.!default { type pulse }
		ctl.!default { type pulse }
	-
	has_card() { pactl list short sinks | grep -q alsa_output; }
	;;
esac
card_runs() { grep -q RUNNING /proc/asound/card*/pcm0p/sub0/status; }
# The card is the server's, and speech goes to it: while something is said, as a
# server lets go of a card that is idle.
server_plays() {
	pid=$(u show -p MainPID --value "$main")
	speakctl say "one two three four five six seven eight nine ten eleven twelve"
	until_true 60 sh -c "ls -l /proc/$pid/fd | grep -q /dev/snd/pcm"
}

# shellcheck disable=SC2086 # units are words
start_server() { u start $units && until_true 120 has_card; }
try "$server starts and has the card" start_server
# As a desktop has it: the session manager comes back with a killed PipeWire.
[ "$server" != pipewire ] || u --quiet enable wireplumber.service
u daemon-reload
try "speakd.socket" u enable --now speakd.socket
try "speech" say "hello"
try "and the server plays it" server_plays
try "a stage of a pipe" sh -c "echo hello | timeout 100 speakd --alone -"
old=$(u show -p MainPID --value speakd.service)

# shellcheck disable=SC2086
restart() { u restart $units && until_true 120 has_card; }
try "restart while idle" restart
try "speech after it" say "hello again"
speakctl say "one two three four five six seven eight nine ten eleven twelve thirteen"
try "it speaks" until_true 60 card_runs
try "killed while it speaks" u kill -s KILL "$main"
try "speech after that" say "back again"
is "speakd is the same process" "$old" u show -p MainPID --value speakd.service

# Nobody has the card now: it is used by itself.
# shellcheck disable=SC2086
try "stopped for good" u stop $units
try "speech without a server: on the card" say "on the card"
try "the server starts again and has the card" start_server
try "speech through it" say "through the server"
try "and the server plays it" server_plays
is "speakd is still the same process" "$old" u show -p MainPID --value speakd.service
if [ "$server" = pipewire ]; then
	try "its session manager stops" u stop wireplumber.service
	try "speech that PipeWire takes and nobody plays: on the card" say "on the card again"
	has "that is told" "it takes no sound; using the card itself" speakctl status
fi
show speakctl status
finish
