#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# sound.sh - when a line is heard, by an ear that asks for no latency itself.
#
# usage: EARSHOT_BIN=DIR bench/sound.sh [LINES]; GAPS="1 2.6"
# A PulseAudio of its own for each program, with a null sink that renders two
# seconds ahead when nobody asks otherwise; prints a Markdown table.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
count=${1:-20}
ear="timeout 300 /usr/bin/python3 $here/innocent_ear.py"
dir=$(mktemp -d)
server=
clean() {
	[ -z "$server" ] || kill "$server" || :
	wait || :
	rm -rf "$dir"
}
trap clean EXIT
unset PULSE_SERVER SPEECHD_ADDRESS DBUS_SESSION_BUS_ADDRESS DISPLAY

start_server() {
	rm -rf "${dir:?}/run"
	mkdir "$dir/run"
	chmod 700 "$dir/run"
	export HOME=$dir XDG_RUNTIME_DIR=$dir/run
	pulseaudio -n --daemonize=no --exit-idle-time=-1 -L \
		'module-null-sink sink_name=null0 rate=96000 channels=8 format=s32le' \
		-L module-native-protocol-unix 2>"$dir/log" &
	server=$!
	for _ in $(seq 100); do
		if pactl info >/dev/null 2>&1; then break; fi
		sleep 0.1
	done
}

stop_server() {
	kill "$server"
	wait "$server" || :
	server=
}

printf '%s\n' one two three four five >"$dir/five"
printf '%s\n' hello yes agreed 'no way' okay 'good idea' thanks maybe \
	>"$dir/lines"

echo '| program | 5 lines, s | lines apart, s | p50 ms | p90 ms | max ms | missed |'
echo '| --- | --- | --- | --- | --- | --- | --- |'
# row NAME COMMAND
row() {
	local total=- gap
	start_server
	total=$($ear --batch --deaf -n 5 --lines "$dir/five" -- "$2" \
		2>/dev/null | sed -n 's/.*: \([0-9.]*\) s.*/\1/p')
	stop_server
	for gap in ${GAPS:-1 2.6}; do
		start_server
		$ear -n "$count" --gap "$gap" --lines "$dir/lines" -- "$2" \
			2>/dev/null | awk -v name="$1" -v total="$total" -v gap="$gap" '
			/^lines/ { printf "| %s | %s | %s-%s | %s | %s | %s | %s |\n",
				name, total, gap, gap + 0.9, $9, $11, $13, $4 }'
		stop_server
	done
}
row speakd "$EARSHOT_BIN/speakd --alone --format=plain"
! command -v espeak-ng >/dev/null || row espeak-ng 'espeak-ng -s 220 -ven-us'
! command -v espeak-ng >/dev/null || ! command -v aplay >/dev/null ||
	! command -v gawk >/dev/null ||
	row 'the pipe of the post' "gawk '{ print; fflush(); }' |
	espeak-ng --stdout -s 220 -ven-us | aplay -q"
