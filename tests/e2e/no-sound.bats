#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# Where there is no sound, whoever wants something said is not kept for ever:
# given up, said so once, counted, and no process left.

bats_require_minimum_version 1.5.0

load lib
load sound

setup() {
	common_setup
	printf 'pcm.!default { type hw card 31 }\n' >"$HOME/.asoundrc"
}
teardown() { common_teardown; }

# None of ours runs that belongs to this test's home.
none_left() {
	local dir
	for dir in /proc/[0-9]*; do
		case $(cat "$dir/comm" 2>/dev/null) in
		speakd*) ! tr '\0' '\n' 2>/dev/null <"$dir/environ" |
			grep -qx "HOME=$HOME" || return 1 ;;
		esac
	done
}

@test "--give-up: told once, counted, exit 1, no process left" {
	run -1 timeout 60 speakd --give-up=1 --format=plain <<<$'one\ntwo\nthree'
	[ "${lines[0]}" = "speakd: no sound, trying again: sound device default: No such file or directory" ]
	[ "${lines[1]}" = "speakd: no sound for 1 s: given up, 3 phrases were not said" ]
	[ "${#lines[@]}" -eq 2 ]
	until_true 10 none_left
}

@test "what comes in after it was given up is counted, too" {
	mkfifo in
	speakd --give-up=1 --format=plain <in 2>err 3>&- &
	pids+=($!)
	exec 7>in
	echo one >&7
	until_true 30 said err 'no sound, trying again'
	# Given up: its voice has gone.
	has_no_voice() { ! pgrep -P "${pids[0]}" -x speakd-voice >/dev/null; }
	until_true 30 has_no_voice
	seq 2500 >&7
	exec 7>&-
	wait "${pids[0]}" || status=$?
	[ "$status" -eq 1 ]
	has err "speakd: no sound for 1 s: given up, 2501 phrases were not said"
}

@test "--spawn: gives up and goes when nothing can be heard" {
	# The daemon writes no more to a caller's standard error.
	speakd --spawn --give-up=1 -o alsa:hw:31 --socket-path "$PWD/sock" 3>&-
	[ -S sock ]
	"${PYTHON:-/usr/bin/python3}" - <<-'END'
		import socket
		s = socket.socket(socket.AF_UNIX)
		s.connect("sock")
		s.sendall(b"SPEAK\r\nhello\r\n.\r\n")
		while s.recv(4096):  # until it has gone
		    pass
	END
	until_true 10 none_left
}

@test "handed to a speakd without sound: kept there, not waited for" {
	start speakd --serve -o alsa:hw:31 2>serve.err
	until_true 30 test -S "$XDG_RUNTIME_DIR/earshot/speakd.sock"
	run -0 timeout 60 speakd --give-up=1 --format=plain <<<$'one\ntwo'
	[[ $output == *"has no sound: it says later what it was given"* ]]
	run -0 speakctl status
	[[ $output == *"lines: 1"* ]]
	[[ $output == *"sound: no"* ]]
}

@test "project list --say: ends by itself, and says that nothing was said" {
	mkdir -p "$HOME/gtd/Projects/trip"
	echo "one" >"$HOME/gtd/Projects/trip/actions"
	run timeout 60 project list --say
	[ "$status" -ne 124 ]
	[[ $output == *"no sound for 10 s: given up, "* ]]
	until_true 10 none_left
}
