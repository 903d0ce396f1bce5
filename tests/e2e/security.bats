# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# security - nothing is destroyed unseen, nobody else is served or believed,
# and the environment of our caller reaches no other program.
# shellcheck shell=bash
# shellcheck disable=SC2030,SC2031
load lib
bats_require_minimum_version 1.5.0

setup() { common_setup; }
teardown() { common_teardown; }

# refused PATH TEXT: speakd does not serve there, says TEXT, exits with 1.
refused() {
	run timeout 20 speakd --serve -o null --socket-path="$1"
	[ "$status" -eq 1 ]
	[[ $output == *"$2"* ]]
}

# need_root: another user's files can only be made by root.
need_root() { [ "$(id -u)" -eq 0 ] || skip "needs root to act as another user"; }

@test "a socket's path that is anything else is left alone" {
	echo precious >notes
	mkdir directory
	ln -s notes link
	mkfifo fifo
	local path
	for path in notes link directory fifo; do
		refused "$PWD/$path" "is no socket of yours"
	done
	[ "$(cat notes)" = precious ]
	[ -L link ] && [ -d directory ] && [ -p fifo ]
}

@test "a socket that a killed speakd left is replaced" {
	start speakd --serve -o null --socket-path="$PWD/socket"
	until_true 20 test -S socket
	kill -9 "$pid"
	wait "$pid" || :
	[ -S socket ]
	start speakd --serve -o null --socket-path="$PWD/socket"
	until_true 20 speakctl --socket="$PWD/socket" status
}

@test "at its end speakd removes its own socket, nothing put in its place" {
	start speakd --serve -o null --socket-path="$PWD/socket"
	until_true 20 speakctl --socket="$PWD/socket" status
	rm socket
	echo precious >socket
	kill "$pid"
	wait "$pid" || :
	[ "$(cat socket)" = precious ]
}

@test "a directory in which others may write is refused, a sticky one is not" {
	mkdir open sticky
	chmod 777 open
	chmod 1777 sticky
	refused "$PWD/open/socket" "others may write in directory"
	[ ! -e open/socket ]
	start speakd --serve -o null --socket-path="$PWD/sticky/socket"
	until_true 20 speakctl --socket="$PWD/sticky/socket" status
}

@test "a lock that somebody else made in a sticky directory is named" {
	need_root
	mkdir sticky
	chmod 1777 sticky
	touch sticky/socket.lock
	chown 12345 sticky/socket.lock
	refused "$PWD/sticky/socket" "socket.lock was made by somebody else"
}

@test "a runtime directory that others may write is refused" {
	chmod 777 run
	run timeout 20 speakd --serve -o null
	[ "$status" -eq 1 ]
	[[ $output == *"others may write in directory $PWD/run"* ]]
	[ -z "$(ls -A run)" ]
	run speakctl status
	[ "$status" -eq 1 ]
	[[ $output == *"others may write in directory $PWD/run"* ]]
}

@test "root touches nothing in another user's runtime directory" {
	need_root
	chown 12345 run
	run timeout 20 speakd --serve -o null
	[ "$status" -eq 1 ]
	[[ $output == *"belongs to another user"* ]]
	echo hello | speakd -o null -
	[ -z "$(ls -A run)" ]
}

@test "a client does not speak to another user's server" {
	need_root
	mkdir sticky
	chmod 1777 sticky
	chmod a+rx . "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	start setpriv --reuid 12345 --clear-groups /usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
s.settimeout(60)
c, _ = s.accept()
print(c.recv(1000), file=open(sys.argv[1] + ".heard", "w"))
' "$PWD/sticky/socket"
	until_true 20 test -S sticky/socket
	run timeout 20 speakctl --socket="$PWD/sticky/socket" say secret
	[ "$status" -eq 1 ]
	[[ $output == *"is served by another user"* ]]
	# The connection ended without a word.
	until_true 20 test -s sticky/socket.heard
	[ "$(cat sticky/socket.heard)" = "b''" ]
}

@test "plans are committed where they are, whatever GIT_DIR says" {
	export GTD_DIR=$HOME/gtd
	local in=(git -c user.name=n -c user.email=e@example.org)
	mkdir -p "$GTD_DIR/Projects/foo"
	git init -q public
	"${in[@]}" -C public commit -q --allow-empty -m begun
	git init -q "$GTD_DIR"
	git -C "$GTD_DIR" config user.name n
	git -C "$GTD_DIR" config user.email e@example.org
	GIT_DIR=$PWD/public/.git GIT_INDEX_FILE=$PWD/public/.git/index \
		project --commit=yes log foo private
	[ "$(git -C public rev-list --count HEAD)" -eq 1 ]
	git -C "$GTD_DIR" log --stat | grep -q Projects/foo/log
}

@test "completing a path runs the installed program, not what lies there" {
	local shell
	mkdir here
	printf '#!/bin/sh\ntouch RAN\nexec speakd "$@"\n' >here/speakd
	chmod +x here/speakd
	cd here
	for shell in bash zsh; do
		type "$shell" >/dev/null || skip "$shell is not installed"
	done
	bash -c '. "$1/completion/earshot.bash"
		COMP_WORDS=(./speakd --pri) COMP_CWORD=1
		_earshot ./speakd --pri ./speakd
		printf "%s\n" "${COMPREPLY[@]}"' - "$EARSHOT_SRC" >out
	has out --print
	zsh -fc 'compadd() { print -l -- $options; }; compset() { false; }
		words=(./speakd --pri) CURRENT=2 PREFIX=--pri
		source "$1/completion/earshot.zsh"' - "$EARSHOT_SRC" >out
	has out --print
	[ ! -e RAN ]
}
