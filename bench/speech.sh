#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# speech.sh - how soon a line is heard: speakd beside what people use instead.
#
# usage: EARSHOT_BIN=DIR bench/speech.sh [LINES]; IDLE_SECONDS=60
# Starts a PulseAudio of its own with a null sink; prints a Markdown table.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
count=${1:-24}
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

printf '%s\n' 'hello all' 'okay then' 'agreed' 'yes please' 'good idea' \
	'no way' >"$dir/plain"
printf '%s\n' '<carol> can we' '(or not)' '"maybe" so' '<trent> hello' \
	'(yes)' '"no" then' >"$dir/quoted"

cat >"$dir/post" <<'END'
#ubuntu-devel : 10:02 <hallyn> so the next topic is user namespaces
#ubuntu-devel : 10:02 <stgraber> ok
#ubuntu-devel : 10:03 <hallyn> we need the kernel patches first
#ubuntu-devel : 10:03 <smoser> agreed
END
# Two tenths of a second of noise, ready made: what the sound server alone takes.
head -c 8820 /dev/urandom >"$dir/click"

# row NAME LINES COMMAND: a row, and its p50 and max in $dir/NAME-LINES.
row() {
	printf '| %s | %s | ' "$1" "$2"
	/usr/bin/python3 "$here/first_sound.py" -n "$count" \
		--lines "$dir/$2" "$3" 2>/dev/null | tr '\n' ' ' |
		tee "$dir/row-$1-$2"
	echo '|'
}
p50() { cut -d' ' -f1 "$dir/row-$1-$2"; }
pipeline="grep -E --line-buffered -v 'ChanServ|TOPIC|JOIN|PART|QUIT|ubottu' |
	gawk '{ \$1=\"\"; \$2=\"\"; \$3=\"\"; print; fflush(); }' |
	espeak-ng --stdout -s 220 -ven-us | aplay -q"

echo '### First sound, through PulseAudio'
echo
echo '| program | lines | p50 ms | p90 ms | max ms | not heard |'
echo '| --- | --- | --- | --- | --- | --- |'
row floor plain "while read -r line; do cat $dir/click; done |
	pacat --raw --format=s16le --channels=1 --rate=22050 --latency-msec=20"
for lines in plain quoted; do
	row speakd "$lines" "$EARSHOT_BIN/speakd --format=plain"
	row espeak-ng "$lines" 'espeak-ng -s 220'
done
row speakd post "$EARSHOT_BIN/speakd"
row pipeline post "$pipeline"
echo
awk -v floor="$(p50 floor plain)" -v a="$(p50 speakd plain)" \
	-v b="$(p50 espeak-ng plain)" -v c="$(p50 speakd quoted)" \
	-v d="$(p50 espeak-ng quoted)" -v e="$(p50 speakd post)" \
	-v f="$(p50 pipeline post)" 'BEGIN {
	# The sink resolves 8 ms: nothing is called sooner than that.
	ours = e - floor; if (ours < 8) ours = 8
	printf "- plain lines: %.1f ms sooner than espeak-ng\n", b - a
	printf "- quoted lines: %.1f ms sooner than espeak-ng\n", d - c
	printf "- the lines of the post: at least %.1f times sooner than its pipeline\n", (f - floor) / ours
}'

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
