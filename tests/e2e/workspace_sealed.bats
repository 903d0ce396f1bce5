#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_sealed.bats - the program's own file is out of reach from inside
# (CVE-2019-5736), when it belongs to whoever runs it.
bats_require_minimum_version 1.5.0
load lib
load workspace

setup_file() {
	ws_setup_file
	# A private copy, as in a build tree or in ~/bin.
	export WS_THEIRS=$WS_BIN WS_OWN=$WS_HOME/own
	mkdir "$WS_OWN"
	cp "$WS_BIN"/* "$WS_OWN"
	# An owner may make it writable again.
	chmod 555 "$WS_OWN"/*
	printf '#!/bin/sh\nexec cat >>"%s"\n' "$WS_HOME/said" >"$WS_OWN/speakd"
	chmod 755 "$WS_OWN/speakd"
	[ -z "$WS_USER" ] || chown -R "$WS_USER:" "$WS_OWN"
	# What an attacker has the loader put into any program that starts: it
	# takes a handle of what runs it, and writes through that.
	cat >"$WS_DIR/evil.c" <<-'CODE'
	#define _GNU_SOURCE
	#include <errno.h>
	#include <fcntl.h>
	#include <stdio.h>
	#include <string.h>
	#include <sys/stat.h>
	#include <unistd.h>

	__attribute__((constructor)) static void begin(void)
	{
		char exe[4096] = "", link[64];
		int fd, to;

		if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0 ||
		    strstr(exe, "project-workspace") == NULL)
			return;
		fd = open("/proc/self/exe", O_PATH);
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		to = open(link, O_WRONLY);
		printf("runs %s\n", exe);
		printf("write: %s\n", to >= 0 && write(to, "#!evil\n", 7) > 0
					      ? "done" : strerror(errno));
		printf("truncate: %s\n", truncate(link, 0) == 0
						 ? "done" : strerror(errno));
		/* Not only as long as it runs. */
		printf("seals: %d\n", fcntl(open(link, O_RDONLY), F_GET_SEALS));
		printf("mode: %s\n", chmod(link, 06777) == 0
					     ? "done" : strerror(errno));
		fflush(stdout);
		_exit(0);
	}
	CODE
	if command -v cc >/dev/null; then
		cc -shared -fPIC -o "$WS_HOME/gtd/Projects/trip/evil.so" "$WS_DIR/evil.c"
		chmod 755 "$WS_HOME/gtd/Projects/trip/evil.so"
	fi
	printf '#!/proc/self/exe\n' >"$WS_HOME/gtd/Projects/trip/self"
	chmod 755 "$WS_HOME/gtd/Projects/trip/self"
}
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=(GTD_DIR="$WS_HOME/gtd")
	ws_needs_namespaces
	WS_BIN=$WS_OWN
}
# A host that changes meanwhile has another picture taken each time.
teardown() {
	ws gc || :
	common_teardown
}

# state FILE: contents, mode and owner.
state() { md5sum "$1" && stat -c '%a %u %g' "$1"; }

# attack OPTION...: what the library above can do to the program that it is in.
attack() {
	[ -e "$WS_HOME/gtd/Projects/trip/evil.so" ] || skip "no C compiler"
	local before
	before=$(state "$WS_BIN/project-workspace")
	run ws run trip "$@" -E "LD_PRELOAD=$WS_HOME/gtd/Projects/trip/evil.so" \
		-E ASAN_OPTIONS=verify_asan_link_order=0 -- \
		"$WS_HOME/gtd/Projects/trip/self"
	echo "$output"
	# It did run, and what it ran in was not the file.
	[[ $output = *"runs /memfd:project-workspace"* ]]
	has <(echo "$output") "seals: 15"
	lacks '^\(write\|truncate\): done' < <(echo "$output")
	[ "$before" = "$(state "$WS_BIN/project-workspace")" ]
}

# hidden OPTION...: nothing inside can look at what keeps the workspace running.
hidden() {
	run ws run trip "$@" -- sh -c '
		for what in exe maps environ root/etc/passwd fd/0 cwd ns/user; do
			if cat /proc/1/$what >/dev/null 2>&1 || readlink /proc/1/$what; then
				echo "reads $what"
			fi
		done
		if ( : >>/proc/1/exe ) 2>/dev/null; then echo "writes"; fi
		cat /proc/1/comm'
	echo "$output"
	[ "$status" -eq 0 ]
	# shellcheck disable=SC2154 # of run
	[[ ${lines[-1]} = project-workspa* ]]
	lacks '^reads\|^writes' < <(echo "$output")
}

as_root() {
	ws_needs_root "be root"
	WS_USER=
	WS_BIN=$WS_THEIRS
	export XDG_DATA_HOME=$WS_DIR/rootdata
}

@test "a script inside that runs as the program cannot change its file" { attack; }
@test "nor with --nested" { attack --nested; }
@test "nor as oneself" { attack --user me; }
@test "nor root's" { as_root && attack; }
@test "nor root's with --nested" { as_root && attack --nested; }

@test "process 1 is closed to all inside" { hidden; }
@test "also with --nested" { hidden --nested; }
@test "also as oneself" { hidden --user me; }
@test "also root's" { as_root && hidden; }
@test "also root's with --nested" { as_root && hidden --nested; }

@test "a program inside can look at itself, and at its like" {
	ws run trip -- sh -c 'readlink /proc/self/exe /proc/$$/cwd; sleep 60 & readlink /proc/$!/exe'
	run ws run trip --user me -- sh -c 'id -u; readlink /proc/self/exe; test -w /proc/self/comm'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$(as_user id -u)" ]
}

# outside_exe: of a running "ws run", seen from outside.
outside_exe() {
	rm -f out
	as_user "$WS_BIN/project" workspace run trip -- sh -c 'echo ready; exec sleep 60' \
		>out 2>/dev/null 3>&- &
	pid=$!
	pids+=("$pid")
	until_true 20 has out ready
	pgrep -P "$pid" | while read -r child; do
		readlink "/proc/$child/exe"
		cat "/proc/$child/comm"
	done
	ws stop trip
}

@test "a copy is made only where it is needed" {
	ws_needs_root "look at others"
	run outside_exe
	echo "$output"
	[[ $output = "/memfd:project-workspace"*$'\n'project-workspa* ]]
	WS_BIN=$WS_THEIRS
	run outside_exe
	echo "$output"
	[[ $output = "$WS_THEIRS/project-workspace"* ]]
	# Somebody else's, but open to all.
	WS_BIN=$WS_DIR/open
	cp -r "$WS_THEIRS" "$WS_BIN"
	chmod 777 "$WS_BIN"/*
	run outside_exe
	echo "$output"
	[[ $output = "/memfd:project-workspace"* ]]
}

@test "speakd is still found beside the program, and exit codes stay" {
	rm -f "$WS_HOME/said"
	run ws run trip --say -- sh -c 'echo hello; exit 3'
	echo "$output"
	[ "$status" -eq 3 ]
	until_true 20 has "$WS_HOME/said" hello
	run ws run trip --say -- sh -c 'tr "\0" "\n" </proc/self/environ'
	[[ $output != *"$WS_OWN"* ]]
}

@test "who calls itself sealed is not believed" {
	# The first word is where a sealed copy says it came from.
	cat >"$WS_HOME/here/lie" <<-EOF
	exec -a /nowhere/project-workspace "$WS_OWN/project-workspace" run trip --say -- echo lied
	EOF
	rm -f "$WS_HOME/said"
	run as_user bash lie
	echo "$output"
	[ "$status" -eq 0 ]
	until_true 20 has "$WS_HOME/said" lied
}

@test "a kernel that forbids such copies is told of, and the command runs" {
	ws_needs_root "set vm.memfd_noexec"
	[ -e /proc/sys/vm/memfd_noexec ] || skip "this kernel has no vm.memfd_noexec"
	cat >"$WS_DIR/inner" <<-EOF
	echo 2 >/proc/sys/vm/memfd_noexec || exit 99
	cd "$WS_HOME/here"
	exec setpriv --reuid=$WS_USER --regid=$WS_USER --init-groups env -i HOME="$WS_HOME" \\
		GTD_DIR="$WS_HOME/gtd" PATH=/usr/bin:/bin \\
		"$WS_OWN/project" workspace run trip -- echo runs
	EOF
	run unshare --mount --pid --fork --mount-proc sh "$WS_DIR/inner"
	echo "$output"
	[ "$status" -ne 99 ] || skip "vm.memfd_noexec cannot be set here"
	[ "$status" -eq 0 ]
	has <(echo "$output") runs
	[ "$(grep -c "can be changed" <<<"$output")" -eq 1 ]
}
