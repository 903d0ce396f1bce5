#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# ssip.sh - speakd as an SSIP server beside speech-dispatcher, same sink.
#
# usage: EARSHOT_BIN=DIR bench/ssip.sh
# A sound server of its own for each; prints Markdown tables.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
server=
clean() {
	[ -z "$server" ] || kill "$server" || :
	stop_sink
	wait || :
	rm -rf "$dir"
}
trap clean EXIT
# shellcheck source=bench/sink.sh
. "$here/sink.sh"

start_ours() {
	socket=$dir/run/earshot/speakd.sock
	"$EARSHOT_BIN/speakd" --serve 2>"$dir/speakd.log" &
	server=$!
	wait_until test -S "$socket"
}
start_theirs() {
	socket=$dir/speechd.sock
	in_place speech-dispatcher --run-single --timeout 0 \
		--communication-method unix_socket --socket-path "$socket" \
		>"$dir/sd.log" 2>&1 &
	server=$!
	wait_until test -S "$socket"
}
# All that a server started: its modules, its voice.
family() { echo "$1"; pgrep -P "$1" || :; }

# measure START NAME [--told]
measure() {
	start_sink pulseaudio
	"$1"
	# shellcheck disable=SC2046 # one word a process
	timeout 600 /usr/bin/python3 "$here/ssip.py" ${3:+"$3"} "$2" "$socket" \
		$(family "$server")
	kill "$server"
	wait "$server" || :
	server=
	stop_sink
}
both() {
	measure start_ours speakd "$@"
	! command -v speech-dispatcher >/dev/null ||
		measure start_theirs "speech-dispatcher $(
			speech-dispatcher --version | sed -n '1s/.* //p')" "$@"
}

echo '| server | SPEAK to sound, ms p50 / max | "<carol> ...", ms | STOP to silence, ms | STOP beside a flood, ms | SET, us p50 / p99 | memory, PSS kB |'
echo '| --- | --- | --- | --- | --- | --- | --- |'
both
echo
echo '### Told after it is heard'
echo
echo '| server | BEGIN, ms p50 / max | index mark, ms | END, ms |'
echo '| --- | --- | --- | --- |'
both --told
