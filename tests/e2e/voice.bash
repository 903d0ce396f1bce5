# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# shellcheck shell=bash disable=SC2034,SC2154 # of lib.bash, and for the tests
# voice.bash - a speakd that reads a FIFO, for tests of what it makes heard.

voice_setup() {
	common_setup
	sound_setup
}

voice_teardown() {
	if [ -n "${mounted:-}" ]; then umount "$mounted"; fi
	# Not TERM: it waits for the phrase, and the sound server may be gone.
	if [ -n "${speakd_pid:-}" ]; then kill -KILL "$speakd_pid" || :; fi
	common_teardown
}

# speak LINE...: lines into the speakd that start_speakd began.
speak() { printf '%s\n' "$@" >&7; }

# start_speakd OPTION...: reads the FIFO "feed" on descriptor 7; $speakd_pid.
start_speakd() {
	mkfifo feed
	# shellcheck disable=SC2094 # a FIFO: opened for both so that none waits
	exec 7<>feed
	start_reading_feed "$@"
	speakd_pid=$pid
}

start_reading_feed() {
	speakd --format=plain "$@" <feed >said.txt 2>err.txt 3>&- 7>&- &
	pid=$!
	pids+=("$pid")
}

long='one two three four five six seven eight nine ten eleven twelve thirteen'
long="$long fourteen fifteen sixteen seventeen eighteen nineteen twenty"
