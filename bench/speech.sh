#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# speech.sh - speakd's memory, idling, and how soon it is silent. When a line is
# heard is measured by sound.sh.
#
# usage: EARSHOT_BIN=DIR bench/speech.sh; IDLE_SECONDS=60
# Starts a PulseAudio of its own with a null sink; prints Markdown tables.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
speakd=
clean() {
	[ -z "$speakd" ] || kill -KILL "$speakd" || :
	stop_sink
	wait || :
	rm -rf "$dir"
}
trap clean EXIT
# shellcheck source=bench/sink.sh
. "$here/sink.sh"
start_sink pulseaudio
# As a desktop has it: a sink that nobody plays on is suspended.
pactl load-module module-suspend-on-idle timeout=2 >/dev/null

pss_kb() { awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup"; }
switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/"$1"/task/*/status
}
sink_state() { pactl list short sinks | awk '{ print tolower($NF) }'; }
row() { echo "| $1 | $2 | $3 | $(($2 + $3)) | $(sink_state) |"; }

# idle NAME: of $speakd, which speaks now and is silent soon.
idle() {
	local voice before_a before_b
	sleep 2
	voice=$(pgrep -P "$speakd" -x speakd-voice)
	row "$1, PSS kB while speaking" "$(pss_kb "$speakd")" "$(pss_kb "$voice")"
	sleep 15
	row "$1, PSS kB when idle" "$(pss_kb "$speakd")" "$(pss_kb "$voice")"
	before_a=$(switches "$speakd") before_b=$(switches "$voice")
	sleep "${IDLE_SECONDS:-60}"
	row "$1, times scheduled in ${IDLE_SECONDS:-60} idle seconds" \
		"$(($(switches "$speakd") - before_a))" \
		"$(($(switches "$voice") - before_b))"
	kill -KILL "$speakd"
	wait "$speakd" 2>/dev/null || :
	speakd=
}

echo '### Memory and idling, stereo, two engines'
echo
echo '| | speakd | speakd-voice | both | sink |'
echo '| --- | --- | --- | --- | --- |'
text='we were away a year ago and are in a low area now, and so on'
options=(--channels=2 --engine='command:flite -o -' --engine=espeak-ng)
mkfifo "$dir/feed"
exec 7<>"$dir/feed"
"$EARSHOT_BIN/speakd" --alone --format=plain "${options[@]}" <"$dir/feed" \
	7>&- 2>/dev/null &
speakd=$!
echo "$text" >&7
idle speakd
"$EARSHOT_BIN/speakd" --serve "${options[@]}" 2>/dev/null &
speakd=$!
wait_until test -S "$dir/run/earshot/speakd.sock"
"$EARSHOT_BIN/speakctl" say "$text"
idle 'speakd --serve'

echo
echo '### From the second signal to silence'
echo
echo '| p50 ms | max ms | found sounding |'
echo '| --- | --- | --- |'
/usr/bin/python3 "$here/stop_to_silence.py" -n 10 "$EARSHOT_BIN/speakd"
