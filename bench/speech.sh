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
server=
clean() {
	if [ -n "$server" ]; then kill "$server"; fi
	wait
	rm -rf "$dir"
}
trap clean EXIT
export HOME=$dir XDG_RUNTIME_DIR=$dir
printf 'pcm.!default { type pulse }\nctl.!default { type pulse }\n' \
	>"$dir/.asoundrc"
pulseaudio -n --daemonize=no --exit-idle-time=-1 \
	-L 'module-null-sink sink_name=null0' \
	-L module-native-protocol-unix 2>"$dir/log" &
server=$!
for _ in $(seq 100); do
	if pactl info >/dev/null 2>&1; then break; fi
	sleep 0.1
done

# ---- stopping, idling, memory ------------------------------------------------

rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/"$1"/task/*/status
}
mkfifo "$dir/feed"
exec 7<>"$dir/feed"
"$EARSHOT_BIN/speakd" --format=plain <"$dir/feed" 7>&- 2>/dev/null &
speakd=$!
echo 'one two three four five six seven eight nine ten eleven twelve' >&7
sleep 2
voice=$(pgrep -P "$speakd" -x speakd-voice)
echo
echo '### Memory and idling'
echo
echo '| | speakd | speakd-voice |'
echo '| --- | --- | --- |'
echo "| resident kB while speaking | $(rss_kb "$speakd") | $(rss_kb "$voice") |"
sleep 12
before_a=$(switches "$speakd") before_b=$(switches "$voice")
sleep "${IDLE_SECONDS:-60}"
echo "| times scheduled in ${IDLE_SECONDS:-60} idle seconds | $(($(switches "$speakd") - before_a)) | $(($(switches "$voice") - before_b)) |"
kill -KILL "$speakd"
wait "$speakd" 2>/dev/null || :

echo
echo '### From the second signal to silence'
echo
echo '| p50 ms | max ms |'
echo '| --- | --- |'
/usr/bin/python3 "$here/stop_to_silence.py" -n 10 "$EARSHOT_BIN/speakd"
