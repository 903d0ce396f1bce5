#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_debian.bats - "debian:SUITE": real systems, and tools that fail.
bats_require_minimum_version 1.5.0
load lib
load workspace

setup_file() {
	ws_setup_file
	export WS_HIDDEN=$WS_DIR/hidden
	mkdir "$WS_HIDDEN"
	# Every program there is, but for the tools that are asked for.
	for file in /usr/bin/* /usr/sbin/*; do
		case ${file##*/} in
		mmdebstrap | debootstrap) ;;
		*) ln -sf "$file" "$WS_HIDDEN/" ;;
		esac
	done
}
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=()
	ws_needs_namespaces
	ws_needs_range
}
teardown() { common_teardown; }

# needs TOOL: it is here, and so are packages.
needs() {
	command -v "$1" >/dev/null || skip "$1 is not installed"
	# shellcheck disable=SC1091 # the host's
	suite=$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME") ||
		skip "this host is no Debian release"
	mkdir -p lists/partial cache
	apt-get -qq -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD/cache" \
		-o APT::Sandbox::User=root -o APT::Update::Error-Mode=any update \
		>apt.log 2>&1 ||
		skip "no archive of packages can be reached: $(tail -1 apt.log)"
}

# fake TOOL: a program of that name, its text from standard input, is the only
# one of them there is.
fake() {
	mkdir -p "$WS_DIR/fake"
	rm -f "$WS_DIR/fake"/*
	cat >"$WS_DIR/fake/$1"
	chmod 755 "$WS_DIR/fake/$1"
	WS_PATH=$WS_DIR/fake:$WS_HIDDEN
}

# is_debian NAME: a base has become a system whose own packages work.
is_debian() {
	ws create "$1-ws" --base "$1"
	run ws run "$1-ws" -- sh -ec '
		stat -c "%n %U:%G %a" /etc/shadow /var/mail /usr/bin/dpkg
		find /etc /home /root /usr /var -user nobody -o -group nogroup
		command -v less
		! test -e /debootstrap
		find /var/cache/apt/archives -name "*.deb"'
	echo "$output"
	[ "$status" -eq 0 ]
	has <(echo "$output") "/etc/shadow root:shadow 640"
	has <(echo "$output") "/var/mail root:mail 2775"
	has <(echo "$output") "/usr/bin/dpkg root:root 755"
	has <(echo "$output") /usr/bin/less
	[ "${#lines[@]}" -eq 4 ]
	run ws run "$1-ws" -- sh -ec '
		export DEBIAN_FRONTEND=noninteractive
		cat /etc/apt/sources.list
		apt-get -qq update
		apt-get -qq -o Dpkg::Use-Pty=0 install --reinstall hostname
		apt-get -qq -o Dpkg::Use-Pty=0 upgrade
		dpkg --audit
		dpkg --verify hostname
		echo done'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = done ]
	# The host's own archives, with what is new in them.
	if grep -qs "^Suites:.* $suite-security\|^Suites: $suite-security" /etc/apt/sources.list.d/debian.sources; then
		[[ $output = *" $suite-security main"* ]]
	fi
	ws destroy "$1-ws"
	ws base remove "$1"
	ws gc --all
}

@test "mmdebstrap makes a system for an ordinary user, in which apt works" {
	needs mmdebstrap
	WS_PATH=$WS_HIDDEN:$WS_DIR/only
	mkdir -p "$WS_DIR/only"
	ln -sf "$(command -v mmdebstrap)" "$WS_DIR/only/"
	ws base add mm "debian:$suite+less" 2>told
	cat told
	has told "project: installing essential packages..."
	lacks ' E: \| W: ' <told
	is_debian mm
}

@test "debootstrap makes one for root" {
	ws_needs_root "be root"
	needs debootstrap
	user=$WS_USER store=$WS_STORE
	WS_USER=
	export XDG_DATA_HOME=$WS_DIR/rootdata
	WS_PATH=$WS_HIDDEN:$WS_DIR/only
	mkdir -p "$WS_DIR/only"
	rm -f "$WS_DIR/only"/*
	ln -sf "$(command -v debootstrap)" "$WS_DIR/only/"
	ws base add de "debian:$suite+less" 2>told
	cat told
	has told "project: Configuring required packages..."
	# Steps of hundreds of packages are not hundreds of lines.
	[ "$(wc -l <told)" -lt 40 ]
	is_debian de
	unset XDG_DATA_HOME
	WS_USER=$user WS_STORE=$store
}

@test "names that are none are refused before anything runs" {
	fake mmdebstrap <<-'EOF'
	#!/bin/sh
	echo "W: it ran"
	EOF
	before=$(ws_layers)
	for spec in '' -x ../x 'a b' 'a;b' a/b 'sid+' 'sid+-x' 'sid+a b' 'sid+ab,' \
		'sid+../x' "sid+ab'" 'sid+--x=y' $'sid\nx' "$(printf 'a%.0s' {1..3000})"; do
		run ws base add bad "debian:$spec"
		echo "$output"
		[ "$status" -eq 2 ]
		[[ $output != *"it ran"* ]]
		run ws create bad --base "debian:$spec"
		[ "$status" -eq 2 ]
		[[ $output != *"it ran"* ]]
	done
	[ "$(ws_layers)" -eq "$before" ]
}

@test "a tool gets the names as one word, and little else of the caller's" {
	fake mmdebstrap <<-'EOF'
	#!/bin/sh
	for arg; do echo "W: <$arg>"; done
	env | sed 's/^/W: /'
	( : >/dev/tty ) 2>/dev/null && echo "W: a terminal"
	ls /proc/self/fd | sed 's/^/W: fd /'
	umask
	ls /tmp
	mkdir -p /tmp/debian/etc
	touch /tmp/debian/etc/passwd
	chown 8:42 /tmp/debian/etc/passwd
	EOF
	WS_ENV=(SECRET=word LD_X=1)
	run ws base add named debian:sid+g++,libc6 5</etc/passwd
	echo "$output"
	[ "$status" -eq 0 ]
	has <(echo "$output") "project: W: <--include=g++,libc6>"
	has <(echo "$output") "project: W: <sid>"
	has <(echo "$output") "project: W: </tmp/debian>"
	has <(echo "$output") "project: 0022"
	has <(echo "$output") "project: debian"
	[[ $output != *SECRET* && $output != *"a terminal"* && $output != *"fd 5"* ]]
	ws base remove named
	ws gc --all
}

@test "a tool that fails is told with what it said, and leaves nothing" {
	before=$(ws_layers)
	fake mmdebstrap <<-'EOF'
	#!/bin/sh
	mkdir -p /tmp/debian/usr/share
	echo "I: step one"
	echo "I: step two"
	printf 'E: no \033[31mluck'
	exit 3
	EOF
	run ws base add broken debian:sid
	echo "$output"
	[ "$status" -eq 1 ]
	has <(echo "$output") "project: step one"
	[[ $output != *"step two"* ]]
	has <(echo "$output") 'project: E: no \x1b[31mluck'
	has <(echo "$output") "project: mmdebstrap failed with 3"
	[ "$(ws_layers)" -eq "$before" ]
	# debootstrap's reason is in its log.
	fake debootstrap <<-'EOF'
	#!/bin/sh
	test -c /tmp/debian/dev/null || exit 9
	mkdir -p /tmp/debian/debootstrap
	seq 100 >/tmp/debian/debootstrap/debootstrap.log
	echo "W: Failure trying to run: something"
	exit 1
	EOF
	run ws base add broken debian:sid
	echo "$output"
	[ "$status" -eq 1 ]
	has <(echo "$output") "project: 100"
	has <(echo "$output") "project: 91"
	lacks ' 90$' < <(echo "$output")
	has <(echo "$output") "project: debootstrap failed with 1"
	[ "$(ws_layers)" -eq "$before" ]
}

@test "without a tool both are named" {
	ws_needs_root "hide what is in /usr/sbin"
	before=$(ws_layers)
	mkdir "$WS_DIR/empty"
	cat >"$WS_DIR/inner" <<-EOF
	mount --make-rprivate / && mount --bind "$WS_DIR/empty" /usr/sbin || exit
	cd "$WS_HOME/here"
	exec setpriv --reuid=$WS_USER --regid=$WS_USER --init-groups env -i HOME="$WS_HOME" \
		PATH="$WS_HIDDEN" "$WS_BIN/project" workspace base add none debian:sid
	EOF
	run unshare -m sh "$WS_DIR/inner"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"neither mmdebstrap nor debootstrap is installed"* ]]
	[ "$(ws_layers)" -eq "$before" ]
}

none_runs() { ! pgrep -f -x "$1" >/dev/null; }

@test "a killed command takes its tool, and all that it started, with it" {
	before=$(ws_layers)
	nap="sleep 9$$$RANDOM"
	fake mmdebstrap <<-EOF
	#!/bin/sh
	mkdir -p /tmp/debian/usr; chown 5:6 /tmp/debian/usr
	setsid $nap &
	echo "I: naps"
	trap '' TERM INT HUP
	$nap
	EOF
	as_user "$WS_BIN/project" workspace base add gone debian:sid 2>told 3>&- &
	until_true 20 has told "project: naps"
	until_true 20 pgrep -f -x "$nap"
	[ "$(pgrep -f -c -x "$nap")" -eq 2 ]
	kill -9 "$(pgrep -P $!)"
	wait $! || :
	until_true 20 none_runs "$nap"
	[ "$(ws_layers)" -eq $((before + 1)) ]
	ws gc
	[ "$(ws_layers)" -eq "$before" ]
	[ -z "$(ls "$WS_STORE/tmp")" ]
}
