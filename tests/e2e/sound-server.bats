#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# shellcheck disable=SC2016,SC2034,SC2154 # commands for speakd; used by eval
bats_require_minimum_version 1.5.0
# sound-server.bats - the voice on a sound server: that dies or stands still, has
# other devices, and is left in peace while nothing is said.

load lib
load sound
load voice

setup() { voice_setup; }
teardown() { voice_teardown; }

# server_dies [OPTION...]: in the middle of a phrase, which is said again.
server_dies() {
	pulse_start
	listen ear.raw
	start_speakd "$@"
	speak "$long"
	until_true 20 heard ear.raw 500
	kill -9 "$pulse_pid"
	until_true 20 said err.txt 'no sound, trying again'
	pulse_start
	listen again.raw
	until_true 40 heard again.raw 3000
}

@test "sound: the server dies in mid-phrase and comes back: said again" {
	server_dies
}

# The first one may go on through ALSA.
@test "sound: the server dies under its own protocol: said again" {
	server_dies -o pulse
}

@test "sound: a server that is stopped for 10 s costs no line" {
	pulse_start
	listen ear.raw
	start_speakd
	speak "$long"
	until_true 20 heard ear.raw 500
	kill -STOP "$pulse_pid"
	until_true 10 said err.txt sound
	stopped=$SECONDS
	until_true 20 eval '((SECONDS - stopped >= 8))'
	before=$(loud_ms ear.raw)
	kill -CONT "$pulse_pid"
	speak "hello there"
	# By the ear that was there all the time: one that comes now may be late.
	until_true 80 heard ear.raw $((before + 1000))
	gone "$speakd_pid" && return 1
	exec 7>&-
}

# It listens when it has told of a change.
watcher_sees() {
	pactl set-sink-volume null0 90% && pactl set-sink-volume null0 100% &&
		test -s news
}

# Nobody listens: whoever asks for a low latency gives it to everybody.
@test "sound: five lines are one stream, by way of ALSA too" {
	local out
	pulse_start
	for out in auto alsa pulse; do
		rm -f news
		start pactl subscribe >news
		watcher=$pid
		until_true 20 watcher_sees
		printf '%s\n' one two three four five |
			timeout 60 speakd --alone -o "$out"
		until_true 20 said news "'remove' on sink-input"
		kill "$watcher"
		[ "$(grep -c "'new' on sink-input" news)" -eq 1 ]
	done
}

# gaps_ms FILE: each silence of half a second and more, between sounds.
gaps_ms() {
	"${PYTHON:-/usr/bin/python3}" - "$1" <<'PY'
import array, sys
s = array.array('h')
b = open(sys.argv[1], 'rb').read()
s.frombytes(b[:len(b) // 2 * 2])
loud = [i for i, x in enumerate(s) if abs(x) > 300]
print(*(gap for gap in ((b - a) * 1000 // 22050
                        for a, b in zip(loud, loud[1:])) if gap >= 500))
PY
}

# Whoever asks for low latency, a recorder, too, gives it to everybody: a sink
# that renders two seconds ahead must not cost two seconds a line.
@test "sound: five lines follow each other where nobody asks for low latency" {
	local out
	pulse_start
	for out in auto pulse alsa; do
		rm -f ear.raw
		start parec -d null0.monitor --format=s16le --channels=1 \
			--rate=22050 --latency-msec=2000 --raw ear.raw
		ear_pid=$pid
		until_true 20 test -s ear.raw
		printf '%s\n' one two three four five |
			timeout 60 speakd --alone -o "$out"
		until_true 20 heard ear.raw 900
		kill "$ear_pid"
		gaps=$(gaps_ms ear.raw)
		echo "$out: $gaps"
		[ -z "$gaps" ]
	done
}

# stream_sink: the name of the sink that the speech plays on.
stream_sink() {
	local number
	number=$(pactl list short sink-inputs | awk '{ print $2; exit }')
	pactl list short sinks | awk -v n="$number" '$1 == n { print $2 }'
}
plays_on() { [ "$(stream_sink)" = "$1" ]; }

@test "sound: moved to another device, by hand and with the default: followed" {
	pulse_start
	pactl load-module module-null-sink sink_name=null1
	pactl set-default-sink null0
	listen first.raw
	start speakd --serve -o pulse 2>err.txt
	until_true 20 speakctl status
	speakctl say "$long $long"
	until_true 20 heard first.raw 300
	pactl move-sink-input "$(pactl list short sink-inputs | cut -f 1)" null1
	ear=null1 listen second.raw
	until_true 20 heard second.raw 500
	plays_on null1
	# It stops there as well, and though all was not yet made the device is
	# let go of; a stream that nobody moved goes where the default goes.
	speakctl stop
	until_true 20 plays_on ""
	speakctl say "$long $long"
	until_true 20 plays_on null0
	pactl set-default-sink null1
	until_true 20 plays_on null1
	ear=null1 listen third.raw
	until_true 20 heard third.raw 500
	[ ! -s err.txt ]
}

@test "idle: the voice lets go of the device and does not wake up" {
	pulse_start
	start_speakd
	speak hello
	until_true 20 has_streams
	voice=$(voice_of "$speakd_pid")
	until_true 20 has_no_clients
	switches=$(awk '/ctxt/ { n += $2 } END { print n }' "/proc/$voice/status")
	slept=$SECONDS
	until_true 10 eval '((SECONDS - slept >= 3))'
	now=$(awk '/ctxt/ { n += $2 } END { print n }' "/proc/$voice/status")
	[ "$now" -eq "$switches" ]
}

# A card that nobody uses goes to sleep; one with a silent stream on it does not.
sleeps() { pactl list short sinks | grep -q SUSPENDED; }

@test "sound: paused, the device sleeps; resumed, it goes on" {
	pulse_start
	pactl load-module module-suspend-on-idle timeout=1
	start speakd --serve -o pulse 2>err.txt
	until_true 20 speakctl status
	speakctl say "$long $long"
	until_true 20 has_streams
	speakctl pause
	until_true 20 has_no_clients
	until_true 20 sleeps
	speakctl resume
	until_true 20 has_streams
	listen ear.raw
	until_true 20 heard ear.raw 1000
	[ ! -s err.txt ]
}

has_streams() { [ -n "$(pactl list short sink-inputs)" ]; }
has_no_clients() { [ "$(pactl list short clients | grep -c speakd)" -eq 0 ]; }
