#!/bin/bash
# speech.sh - how soon a line is heard: speakd beside what people use instead.
#
# usage: EARSHOT_BIN=DIR bench/speech.sh [LINES]
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

row() { # name lines command
	printf '| %s | %s | ' "$1" "$2"
	/usr/bin/python3 "$here/first_sound.py" -n "$count" \
		--lines "$dir/$2" "$3" 2>/dev/null | tr '\n' ' '
	echo '|'
}
echo '| program | lines | p50 ms | p90 ms | max ms | not heard |'
echo '| --- | --- | --- | --- | --- | --- |'
for lines in plain quoted; do
	row 'speakd' "$lines" "$EARSHOT_BIN/speakd --format=plain"
	row 'espeak-ng -s 220' "$lines" 'espeak-ng -s 220'
done
row 'gawk, espeak-ng --stdout, aplay' plain \
	"gawk '{ print; fflush() }' | espeak-ng --stdout -s 220 -ven-us | aplay -q"
