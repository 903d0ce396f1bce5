#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# follow.bats - speakd --follow: never a line lost or said twice.

bats_require_minimum_version 1.5.0

load lib

setup() { common_setup; }
teardown() { common_teardown; }

# follow OPTIONS...: speakd --print in the background, lines to out.
follow() { start speakd --print --format=plain "$@" >out 2>err; }
said() { until_true 20 has out "$1"; }

# What was said must be exactly the arguments, in order, each once.
said_exactly() {
	said "${*: -1}"
	diff <(printf '%s\n' "$@") out
}

@test "lines that are appended are said" {
	echo before >log
	follow -F log
	until_true 20 is_open log
	echo one >>log
	said one
	printf 'tw' >>log
	echo o >>log
	said_exactly one two
}

# is_open FILE: speakd has it open, so that what comes now is new.
is_open() {
	local fd
	for fd in /proc/"$pid"/fd/*; do
		[ "$(readlink "$fd")" = "$(realpath "$1")" ] && return 0
	done
	return 1
}

@test "-N begins that many lines before the end" {
	printf '1\n2\n3\n4\n' >log
	follow -F log -N 2
	said 4
	echo 5 >>log
	said_exactly 3 4 5
}

@test "-N larger than the file gives the whole file" {
	printf '1\n2\n' >log
	follow -F log -N 100
	echo 3 >>log
	said_exactly 1 2 3
}

@test "an unfinished last line is said once, when it is complete" {
	printf 'old\nhalf' >log
	follow -F log
	until_true 20 is_open log
	echo ' and half' >>log
	said_exactly "half and half"
}

@test "a file that is not there yet is read from its beginning" {
	follow -F log
	until_true 20 watches
	printf 'first\nsecond\n' >log
	said_exactly first second
}

@test "a directory that appears later" {
	follow -F a/b/c/log
	until_true 20 watches
	mkdir a
	mkdir -p a/b/c
	echo deep >a/b/c/log
	said deep
	echo more >>a/b/c/log
	said_exactly deep more
}

@test "a directory that is replaced" {
	mkdir d
	echo old >d/log
	follow -F d/log
	until_true 20 is_open d/log
	mv d gone
	mkdir d
	echo new >d/log
	said_exactly new
}

@test "rename and create, the old file still written" {
	echo old >log
	follow -F log
	until_true 20 is_open log
	echo one >>log
	said one
	mv log log.1
	echo late >>log.1
	said late
	echo two >log
	said two
	echo later >>log.1
	said later
	echo three >>log
	said_exactly one late two later three
}

@test "truncation, and a copytruncate rotation" {
	printf 'one\ntwo\n' >log
	follow -F log -N 2
	said two
	cp log log.1
	: >log
	echo three >>log
	said three
	echo four >>log
	said_exactly one two three four
}

@test "truncated and at once written beyond the old end" {
	echo one >log
	follow -F log -N 1
	said one
	kill -STOP "$pid"
	: >log
	printf 'a longer first line\nand a second\n' >>log
	kill -CONT "$pid"
	said_exactly one "a longer first line" "and a second"
}

@test "a symbolic link that is moved to another file" {
	echo one >a
	echo two >b
	ln -s a link
	follow -F link -N 1
	said one
	ln -s b fresh
	mv -T fresh link
	said two
	echo three >>b
	said_exactly one two three
}

@test "rotation behind a symbolic link in another directory" {
	mkdir real
	echo one >real/log
	ln -s real/log link
	follow -F link -N 1
	said one
	mv real/log real/log.1
	echo two >real/log
	said_exactly one two
}

@test "removed and made again" {
	echo one >log
	follow -F log -N 1
	said one
	rm log
	echo two >log
	said_exactly one two
}

@test "a thousand lines over thirty rotations, each exactly once" {
	: >log
	follow -F log
	until_true 20 is_open log
	for i in $(seq 1 30); do
		for j in $(seq 1 33); do echo "$i.$j"; done >>log
		# The line before is the proof that the file was seen: a file
		# that lives and dies between two looks cannot be read.
		said "$i.33"
		mv log "log.$((i % 3))"
	done
	echo end >log
	said end
	for i in $(seq 1 30); do
		for j in $(seq 1 33); do echo "$i.$j"; done
	done >want
	echo end >>want
	diff want out
}

status_of() { speakctl status | sed -n "s/^$1: //p"; }
is_full() { [ "$(status_of lines)" -ge 1000 ]; }
# What waits is skipped, which makes room, until the history has COUNT of TEXT.
kept() {
	speakctl live >/dev/null
	[ "$(speakctl history 10000 "$1" | grep -c "$1")" -eq "$2" ]
}

@test "rotated again and again while too much waits to be said" {
	: >log
	start speakd --serve -o null --format=plain -F log 2>err
	until_true 20 speakctl status
	until_true 20 is_open log
	run -0 speakctl pause
	seq -f 'early %g' 1500 >>log
	until_true 20 is_full
	for n in 1 2 3; do
		mv log "log.$n"
		seq -f "part $n line %g" 10 >log
		until_true 20 is_open log
	done
	until_true 20 kept part 30
	until_true 20 kept early 1500
}

@test "several files are followed side by side" {
	echo a >one
	echo b >two
	follow -F one -F two
	until_true 20 is_open one
	until_true 20 is_open two
	echo c >>one
	said c
	echo d >>two
	said_exactly c d
}

# (Followed, it is its tree: reading.bats.)
@test "a directory that is to be read once is refused" {
	mkdir d
	run timeout 20 speakd --print d </dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"open d: Is a directory"* ]]
}

@test "what follows goes on when a FIFO takes the name" {
	follow -F log
	until_true 20 watches
	mkfifo log
	until_true 20 grep -q "not a regular file" err
	rm log
	echo one >log
	said_exactly one
}

@test "no inotify left: it looks by itself" {
	# strace makes inotify_init1 fail as it does when instances run out.
	start strace -D -f -qq -o trace -e trace=inotify_init1 \
		-e inject=inotify_init1:error=EMFILE \
		speakd --print --format=plain -F log >out 2>err
	until_true 20 grep -q "looking four times a second" err
	echo one >log
	said one
	echo two >>log
	said_exactly one two
}
