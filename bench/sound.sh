#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# sound.sh - when a line is heard, by an ear that asks for no latency itself.
#
# usage: EARSHOT_BIN=DIR bench/sound.sh [LINES]; GAPS="1 2.6"
# A sound server of its own for each program, PulseAudio and, where it is
# unpacked or installed, PipeWire; prints a Markdown table.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
count=${1:-20}
ear="timeout 300 /usr/bin/python3 $here/innocent_ear.py"
dir=$(mktemp -d)
clean() {
	stop_sink
	wait || :
	rm -rf "$dir"
}
trap clean EXIT
# shellcheck source=bench/sink.sh
. "$here/sink.sh"

printf '%s\n' one two three four five >"$dir/five"
printf '%s\n' hello yes agreed 'no way' okay 'good idea' thanks maybe \
	>"$dir/lines"

servers=pulseaudio
! pipewire_is_here || servers="pulseaudio pipewire"
echo '| program | 5 lines, s | lines apart, s | p50 ms | p90 ms | max ms | missed |'
echo '| --- | --- | --- | --- | --- | --- | --- |'
# row NAME COMMAND
row() {
	local server total gap name
	for server in $servers; do
		name=$1
		[ "$server" = pulseaudio ] || name="$1, PipeWire"
		start_sink "$server"
		total=$($ear --batch --deaf -n 5 --lines "$dir/five" -- "$2" \
			2>/dev/null | sed -n 's/.*: \([0-9.]*\) s.*/\1/p')
		stop_sink
		for gap in ${GAPS:-1 2.6}; do
			start_sink "$server"
			$ear -n "$count" --gap "$gap" --lines "$dir/lines" -- "$2" |
				awk -v name="$name" -v total="$total" -v gap="$gap" '
			/^lines/ { printf "| %s | %s | %s-%s | %s | %s | %s | %s |\n",
				name, total, gap, gap + 0.9, $9, $11, $13, $4 }'
			stop_sink
		done
	done
}
row speakd "$EARSHOT_BIN/speakd --alone --format=plain"
! command -v espeak-ng >/dev/null || row espeak-ng 'espeak-ng -s 220 -ven-us'
! command -v espeak-ng >/dev/null || ! command -v aplay >/dev/null ||
	! command -v gawk >/dev/null ||
	row 'the pipe of the post' "gawk '{ print; fflush(); }' |
	espeak-ng --stdout -s 220 -ven-us | aplay -q"
