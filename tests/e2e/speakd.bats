#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# speakd.bats - speakd as its user runs it, without sound: --print, options,
# configuration, signals, and input that means harm.
bats_require_minimum_version 1.5.0

load lib

setup() { common_setup; }
teardown() { common_teardown; }

plain() { speakd --print --format=plain "$@"; }

@test "standard input, line by line, at once" {
	mkfifo in
	# Opened for both, so that neither end waits for the other.
	exec 7<>in
	start speakd --print --format=plain <in >out 7>&-
	echo one >&7
	until_true 20 has out one
	printf 'two\nthr' >&7
	until_true 20 has out two
	echo ee >&7
	until_true 20 has out three
	exec 7>&-
	until_true 20 gone "$pid"
	diff <(printf '%s\n' one two three) out
}

@test "a line without newline at the end is a line" {
	[ "$(printf 'one\ntwo' | plain)" = $'one\ntwo' ]
}

@test "files are read in order, - is standard input" {
	echo a >a
	echo c >c
	[ "$(echo b | plain a - c)" = $'a\nb\nc' ]
}

@test "a regular file as standard input" {
	seq 1 5000 >numbers
	plain <numbers | diff numbers -
}

@test "a file that is missing is told, the others are said, exit 1" {
	echo a >a
	run plain missing a
	[ "$status" -eq 1 ]
	[[ $output == *"open missing: No such file or directory"* ]]
	[[ $output == *$'\na\n'* ]]
}

@test "a directory is no file" {
	mkdir d
	run plain d
	[ "$status" -eq 1 ]
	[[ $output == *"open d: Is a directory"* ]]
}

@test "wrong usage exits 2 and says what is wrong" {
	for args in "--rate=79" "--rate=901" "--rate=x" "--format=nonsense" \
		"--events=dance" "--drop=(" "--without=nothing" "--nonsense" \
		"--replace=/(/x/" "--print=yes" "--highlight=light" "-Z"; do
		run speakd $args --print </dev/null
		[ "$status" -eq 2 ] || { echo "$args: $status $output"; false; }
		[[ $output == "speakd: "* ]]
	done
}

@test "--help and --version" {
	run speakd --help
	[ "$status" -eq 0 ]
	[[ $output == "usage: speakd"* ]]
	run speakd --version
	[ "$status" -eq 0 ]
	[[ $output == "speakd (earshot) "* ]]
}

@test "the manual tells of every option" {
	speakd --help | sed -n 's/^.*--\([a-z-]*\).*$/\1/p' | sort -u >options
	[ "$(wc -l <options)" -gt 20 ]
	while read -r option; do
		grep -q -- "-$option" "$EARSHOT_SRC/man/speakd.1" ||
			{ echo "not in speakd.1: --$option"; false; }
	done <options
}

@test "--check-config names every mistake with file and line" {
	cat >bad.conf <<-END
		rate = 20
		nonsense = 1
		[rule one]
		text = (
		drop = maybe
		[nowhere]
		x = y
		just words
	END
	run speakd --check-config -c bad.conf
	[ "$status" -eq 2 ]
	for line in 1 2 4 5 7 8; do
		[[ $output == *"bad.conf:$line: "* ]] || { echo "$output"; false; }
	done
}

@test "--check-config accepts what is shipped" {
	speakd --check-config -c "$EARSHOT_SRC/contrib/speakd.conf"
}

@test "a named configuration that is missing is an error" {
	run speakd --print -c nowhere.conf </dev/null
	[ "$status" -ne 0 ]
	[[ $output == *"open nowhere.conf: No such file"* ]]
}

@test "defaults, user file, environment, command line" {
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	printf 'events = join\nformat = znc\n' >"$XDG_CONFIG_HOME/earshot/speakd.conf"
	line='[00:01:04] *** Joins: bob (b@h)'
	[ "$(echo "$line" | speakd --print)" = "bob joins" ]
	[ -z "$(echo "$line" | SPEAKD_EVENTS=part speakd --print)" ]
	[ "$(echo "$line" | SPEAKD_EVENTS=part speakd --print -e join)" = "bob joins" ]
}

@test "HUP reads the configuration again, and keeps the old one if it is bad" {
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	conf=$XDG_CONFIG_HOME/earshot/speakd.conf
	echo 'format = plain' >"$conf"
	: >log
	start speakd --print -F log >out 2>err
	until_true 20 watches
	echo 'wake up' >>log
	until_true 20 has out "wake up"
	printf 'format = plain\n[rule r]\ntext = secret\ndrop = yes\n' >"$conf"
	kill -HUP "$pid"
	# A probe until the new rule is in force.
	try() { echo "secret $1" >>log; echo "mark $1" >>log
		until_true 20 has out "mark $1"; ! has out "secret $1"; }
	n=0
	until try $((++n)); do [ "$n" -lt 50 ]; done
	echo 'rate = 5' >"$conf"
	kill -HUP "$pid"
	until_true 20 grep -q 'stay as they are' err
	try bad
}

@test "TERM and INT end it, exit 0" {
	for signal in TERM INT; do
		: >"log.$signal"
		start speakd --print -F "log.$signal"
		until_true 20 watches
		# bash starts background jobs with INT ignored; speakd catches it.
		kill -"$signal" "$pid"
		wait "$pid"
	done
}

@test "-x, -k, --ignore and --replace, in the order written" {
	printf '%s\n' '[01:00] <a> spam one' '[01:00] <b> good' \
		'[01:01] <bot> hello' '[01:01] <a> keep spam' >log
	run speakd --print --without=nick -k 'keep' -x spam --ignore='b?t' log
	[ "$output" = $'b: good\na: keep spam' ]
	run speakd --print --without=nick -k good log
	[ "$output" = "b: good" ]
	run speakd --print --without=nick -x . -k good log
	[ -z "$output" ]
	run speakd --print --without=nick -k good --replace='/g(o+)d/b$1m/' log
	[ "$output" = "b: boom" ]
}

@test "a 100 MB line is cut, said to be cut, and the next line is said" {
	{ head -c 100000000 /dev/zero | tr '\0' 'x'; printf '\nnext\n'; } >big
	run plain big
	[ "$status" -eq 0 ]
	[[ $output == *"big: line longer than 16384 bytes cut"* ]]
	[[ $output == *"line cut"* ]]
	[ "${lines[-1]}" = next ]
}

@test "memory stays constant whatever the length" {
	[ "${EARSHOT_MODE:-release}" != asan ] ||
		skip "AddressSanitizer keeps what was freed"
	# 20 kB and 20 MB: the peak may differ by noise, not by megabytes.
	peak() { env time -f %M "$EARSHOT_BIN/speakd" --print --format=plain "$1" \
		2>&1 >/dev/null | tail -n 1; }
	yes 'a line of the usual kind, with some words in it' | head -n 400 >small
	yes 'a line of the usual kind, with some words in it' | head -n 400000 >large
	small=$(peak small)
	large=$(peak large)
	echo "peak kB: $small $large"
	[ "$((large - small))" -lt 1024 ]
}

@test "NUL, invalid UTF-8, Latin-1 and control bytes" {
	printf 'a\0b\ncaf\351\n\377\376x\nbell\a and \033[31mred\n\002bold\002\n\01780S fast\n' >raw
	plain raw >out
	iconv -f UTF-8 -t UTF-8 out >/dev/null
	grep -qx 'café' out
	grep -qx 'bold' out
	! LC_ALL=C grep -q '[[:cntrl:]]' out
	[ "$(wc -l <out)" -eq 6 ]
}

@test "markup, phoneme input and format strings are text" {
	printf '%s\n' '<speak><break time="600s"/></speak>' '[[h@l@U]]' \
		'%n%s%x' '$(touch pwned)' '`touch pwned`' >text
	plain text >out
	[ "$(wc -l <out)" -eq 5 ]
	[ ! -e pwned ]
	grep -q 'percent n percent s percent x' out
}

@test "a pattern that backtracks is given up, the line is said" {
	printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\nnext\n' >text
	run plain -x '^(a+)+$' text
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = next ]
}

@test "a closed or full standard output ends it with a message" {
	seq 1 100000 >numbers
	run sh -c 'speakd --print --format=plain numbers >&-'
	[ "$status" -eq 1 ]
	[[ $output == *"standard output: Bad file descriptor"* ]]
	run sh -c 'speakd --print --format=plain numbers >/dev/full'
	[ "$status" -eq 1 ]
	[[ $output == *"standard output: No space left on device"* ]]
	run sh -c '{ speakd --print --format=plain numbers; echo "exit $?" >&2; } | head -n 1'
	[[ $output == *"standard output: Broken pipe"* ]]
	[[ $output == *"exit 1"* ]]
}

@test "50,000 lines at once through a pipe are all printed" {
	seq 1 50000 >numbers
	cat numbers | plain | diff numbers -
}

@test "speakctl: help of a verb, and what a mistyped one was meant to be" {
	run -0 speakctl say --help
	[ "${lines[0]}" = "usage: speakctl say TEXT..." ]
	run -0 speakctl help rate
	[ "${lines[0]}" = "usage: speakctl rate [[+-]N]" ]
	run -0 speakctl help
	[[ $output == *"usage: speakctl [options] VERB"*"skip what is being said"* ]]
	run -2 speakctl sya hello
	[ "$output" = "speakctl: unknown verb 'sya', did you mean 'say'?" ]
	run -2 speakctl help sya
	run -2 speakctl xyzzyx
	[ "$output" = "speakctl: unknown verb 'xyzzyx'; see speakctl --help" ]
}

@test "speakctl: a voice that does not exist is named" {
	start speakd --serve -o null 2>err
	until_true 20 test -S "$XDG_RUNTIME_DIR/earshot/speakd.sock"
	for voice in nosuchvoice en-gb+nosuch nosuch+f2 variant +nosuch; do
		run -1 speakctl voice "$voice"
		[ "$output" = "speakctl: unknown voice '$voice'; see speakctl voices" ]
	done
	for voice in en-gb en-gb+f2 'English (Scotland)+whisper' +klatt default; do
		run -0 speakctl voice "$voice"
	done
}
