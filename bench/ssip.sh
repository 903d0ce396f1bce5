#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# ssip.sh - speakd as an SSIP server beside speech-dispatcher, same sink.
#
# usage: EARSHOT_BIN=DIR bench/ssip.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
pids=()
clean() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || :; done
	wait
	rm -rf "$dir"
}
trap clean EXIT
export HOME=$dir XDG_RUNTIME_DIR=$dir/run
mkdir -m 700 "$dir/run"
printf 'pcm.!default { type pulse }\nctl.!default { type pulse }\n' \
	>"$dir/.asoundrc"
pulseaudio -n --daemonize=no --exit-idle-time=-1 \
	-L 'module-null-sink sink_name=null0' \
	-L module-native-protocol-unix 2>"$dir/log" &
pids+=($!)
for _ in $(seq 100); do
	if pactl info >/dev/null 2>&1; then break; fi
	sleep 0.1
done
"$EARSHOT_BIN/speakd" --serve 2>"$dir/speakd.log" &
ours=$!
pids+=("$ours")
theirs=
if command -v speech-dispatcher >/dev/null; then
	"$here/../tests/helpers/in-place" speech-dispatcher --run-single \
		--communication-method unix_socket --timeout 0 \
		--socket-path "$dir/speechd.sock" >"$dir/sd.log" 2>&1 &
	theirs=$!
	pids+=("$theirs")
fi
for _ in $(seq 100); do
	if [ -S "$dir/run/earshot/speakd.sock" ] &&
		{ [ -z "$theirs" ] || [ -S "$dir/speechd.sock" ]; }; then break; fi
	sleep 0.1
done
# All that a server started: its modules, its voice.
family() { echo "$1"; pgrep -P "$1" || :; }
echo '| server | SPEAK to sound, ms p50 / max | "<carol> ...", ms | STOP to silence, ms | SET, us p50 / p99 | resident kB |'
echo '| --- | --- | --- | --- | --- | --- |'
# shellcheck disable=SC2046 # one word a process
/usr/bin/python3 "$here/ssip.py" speakd "$dir/run/earshot/speakd.sock" \
	$(family "$ours")
[ -n "$theirs" ] || exit 0
version=$(speech-dispatcher --version | sed -n '1s/.* //p')
# shellcheck disable=SC2046
/usr/bin/python3 "$here/ssip.py" "speech-dispatcher $version" \
	"$dir/speechd.sock" $(family "$theirs")
