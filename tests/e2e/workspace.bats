#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
bats_require_minimum_version 1.5.0
# workspace.bats - the everyday path, as an ordinary user.
load lib
load workspace

setup_file() { ws_setup_small; }
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=()
	ws_needs_namespaces
}
teardown() { common_teardown; }

# make NAME: a small workspace.
make() { ws create "$1" --base small 2>/dev/null; }
inside() { ws run "$1" -- sh -c "$2"; }

@test "a project's workspace is made on first use, over the host" {
	run ws run trip -- sh -c 'pwd; id -u; echo x >made; echo y >/usr/bin/made; ls /usr/bin/made'
	[ "$status" -eq 0 ]
	has <(echo "$output") "$WS_HOME/gtd/Projects/trip"
	has <(echo "$output") /usr/bin/made
	[ "$(cat "$WS_HOME/gtd/Projects/trip/made")" = x ]
	[ ! -e /usr/bin/made ]
	ws run trip -- grep -q y /usr/bin/made
}

@test "the host's home is hidden, the project's directory is not" {
	as_user sh -c 'echo secret >"$HOME/secret"'
	ws run trip -- sh -c "! test -e $WS_HOME/secret; test -d $WS_HOME/gtd/Projects/trip"
	run ws run trip -- ls -A "$WS_HOME"
	[ "$output" = gtd ]
}

@test "a program without a project or workspace of that name is refused" {
	run ws run nothere -- true
	[ "$status" -eq 1 ]
	[[ $output = *"no workspace is called 'nothere'"* ]]
}

@test "help, help VERB, and a verb mistyped where a name may stand" {
	run -0 ws help
	[[ $output = "usage: project workspace VERB"* ]]
	run -0 ws help snap
	[[ $output = "usage: project workspace snap NAME"* ]]
	for words in "help snp" "snp" "snp trip"; do
		# shellcheck disable=SC2086 # words
		run -2 ws $words
		[ "$output" = "project: unknown verb 'snp', did you mean 'snap'?" ]
	done
}

@test "exit status, signals and what cannot be started" {
	make codes
	run inside codes 'exit 7'
	[ "$status" -eq 7 ]
	run inside codes 'kill -TERM $$'
	[ "$status" -eq 143 ]
	run inside codes 'kill -9 $$'
	[ "$status" -eq 137 ]
	run -127 ws run codes -- /nowhere
	run ws run codes -- /etc/passwd
	[ "$status" -eq 126 ]
}

@test "standard input, output and error are the command's own" {
	make streams
	echo in | ws run streams -- sh -c 'cat; echo err >&2' >out 2>err
	[ "$(cat out)" = in ]
	[ "$(cat err)" = err ]
}

@test "options after the command's name belong to the command" {
	make opts
	run ws run opts -- echo -n --user=bob -- x
	[ "$output" = "--user=bob -- x" ]
	run ws run opts --env A=b sh -c 'echo $A'
	[ "$output" = b ]
}

@test "a signal to the program reaches the command" {
	make sig
	as_user "$WS_BIN/project" workspace run sig -- \
		sh -c 'trap "echo got; exit 3" TERM; echo ready; while :; do sleep 1; done' \
		>out 3>&- &
	pid=$!
	until_true 20 has out ready
	pkill -TERM -P "$pid" -f 'workspace run sig' || kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 3 ]
	has out got
}

@test "a command that is killed leaves nothing running" {
	make kill
	as_user "$WS_BIN/project" workspace run kill -- \
		sh -c 'echo ready; exec sleep 1000' >out 3>&- &
	pid=$!
	until_true 20 has out ready
	kill -9 "$(pgrep -P "$pid" -f 'workspace run kill' || echo "$pid")"
	wait "$pid" || :
	not_running() { ! ws list --json | grep '"name":"kill"' | grep -q '"running":true'; }
	until_true 20 not_running
	ws snap kill -m after
}

@test "snapshots: whiteout, opaque directory, hard link; and back" {
	make snaps
	inside snaps 'echo one >/file; ln /file /link; rm /etc/old; rm -r /usr/share/doc; mkdir /usr/share/doc'
	run ws snap snaps -m 'the first
line two \n "x"'
	[ "$output" = snaps@1 ]
	inside snaps 'echo two >/file; echo back >/etc/old; rm /link'
	ws snap snaps -m second
	inside snaps 'rm /file'
	run ws restore snaps@1
	[ "$status" -eq 0 ]
	[[ $output = *"snaps@3"* ]]
	run inside snaps 'cat /file; cat /link; test -e /etc/old || echo gone; ls /usr/share/doc; stat -c %h /file'
	[ "$output" = $'one\none\ngone\n2' ]
	ws restore snaps@2
	run inside snaps 'cat /file /etc/old'
	[ "$output" = $'two\nback' ]
	# What was there before the first restore is snapshot 3.
	ws restore snaps@3
	inside snaps '! test -e /file'
}

@test "a snapshot costs the same whatever its size" {
	make big
	inside big 'dd if=/dev/zero of=/big bs=1048576 count=20 2>/dev/null || head -c 20000000 /dev/zero >/big || cat /bin/busybox /bin/busybox >/big'
	before=$(du -s "$WS_STORE/layers" 2>/dev/null | cut -f1)
	ws snap big
	after=$(du -s "$WS_STORE/layers" 2>/dev/null | cut -f1)
	[ $((after - before)) -lt 200 ]
}

@test "comments from a file, from standard input, from the editor; changed later" {
	make comment
	printf 'from a file\n' >c
	chmod 644 c
	ws snap comment -F - <c
	ws snap comment@1 -m 'better'
	ws list comment | grep -q 'better$'
	printf '#!/bin/sh\necho edited >"$1"\n' >"$WS_DIR/editor"
	chmod 755 "$WS_DIR/editor"
	WS_ENV=(EDITOR="$WS_DIR/editor")
	/usr/bin/python3 - <<-EOF
	import pexpect, os, sys
	a = ['bash', '-c', 'set -e; . $EARSHOT_SRC/tests/e2e/workspace.bash; WS_ENV=(EDITOR=$WS_DIR/editor); ws snap comment']
	c = pexpect.spawn(a[0], a[1:], timeout=30)
	c.expect('comment@2'); c.expect(pexpect.EOF); c.close(); sys.exit(c.exitstatus)
	EOF
	ws list comment | grep -q 'edited$'
	run ws snap comment -m "$(head -c 4001 /dev/zero | tr '\0' x)"
	[ "$status" -eq 2 ]
	ws snap comment -m "$(head -c 4000 /dev/zero | tr '\0' x)"
}

@test "restoring a snapshot that does not exist destroys nothing" {
	make keep
	inside keep 'echo precious >/file'
	ws snap keep
	inside keep 'echo newer >/file'
	for bad in keep@2 keep@0 keep@x keep@ keep@99999999999999999999 keep@-1; do
		run ws restore "$bad"
		[ "$status" -eq 1 ]
	done
	[ "$(inside keep 'cat /file')" = newer ]
	[ "$(ws_snaps keep)" = "1 " ]
	make bare
	run ws restore bare
	[ "$status" -eq 1 ]
	[[ $output = *"no snapshot to go back to"* ]]
}

@test "clones share layers and go their own ways; origin and order do not matter" {
	make origin
	inside origin 'echo 1 >/file'
	ws snap origin
	inside origin 'echo 2 >/file'
	ws clone origin now
	ws clone origin@1 then
	ws clone now again
	inside now 'echo 3 >/file'
	[ "$(inside origin 'cat /file')" = 2 ]
	[ "$(inside now 'cat /file')" = 3 ]
	[ "$(inside then 'cat /file')" = 1 ]
	[ "$(inside again 'cat /file')" = 2 ]
	run ws clone origin now
	[ "$status" -eq 1 ]
	ws destroy origin
	ws gc --all
	[ "$(inside then 'cat /file')" = 1 ]
	[ "$(inside again 'cat /file')" = 2 ]
}

@test "destroy goes to the trash; gc --all empties it; nothing named is lost" {
	make away
	inside away 'echo x >/x'
	ws snap away
	ws destroy away
	run ws run away -- true
	[ "$status" -eq 1 ]
	ws gc
	ws undelete away
	[ "$(inside away 'cat /x')" = x ]
	n=$(ws_layers)
	ws destroy away
	ws gc --all
	[ "$(ws_layers)" -lt "$n" ]
	run ws undelete away
	[ "$status" -eq 1 ]
}

@test "a running workspace: joined, snapshotted while paused, never pulled away" {
	make busy
	mkfifo in
	as_user "$WS_BIN/project" workspace run busy -- \
		sh -c 'echo 1 >/file; echo ready; cat; echo 2 >/file' <in >out 3>&- &
	pid=$!
	exec 4>in
	until_true 20 has out ready
	[ "$(inside busy 'cat /file; hostname')" = $'1\nbusy' ]
	run ws destroy busy
	[ "$status" -eq 1 ]
	[[ $output = *"in use (process "* ]]
	ws snap busy -m running
	run ws restore busy
	[ "$status" -eq 1 ]
	ws clone busy twin
	[ "$(inside twin 'cat /file')" = 1 ]
	exec 4>&-
	wait "$pid"
	[ "$(inside busy 'cat /file')" = 2 ]
	ws restore busy@1
	[ "$(inside busy 'cat /file')" = 1 ]
}

@test "stop ends everything inside" {
	make stop
	as_user "$WS_BIN/project" workspace run stop -- sh -c 'echo ready; sleep 1000' >out 3>&- &
	pid=$!
	until_true 20 has out ready
	ws stop stop
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	ws destroy stop
}

@test "limit: commands in one workspace; who only asks is still heard" {
	make crowd
	for i in $(seq 127); do
		start as_user "$WS_BIN/project" workspace run crowd -- \
			sh -c 'echo ready; exec sleep 1000' >"out$i" 2>&1
		((i % 16)) || until_true 60 has "out$i" ready
	done
	all_ready() { [ "$(cat out* | grep -cx ready)" -eq 127 ]; }
	until_true 60 all_ready
	inside crowd true
	start as_user "$WS_BIN/project" workspace run crowd -- \
		sh -c 'echo ready; exec sleep 1000' >out128 2>&1
	until_true 60 has out128 ready
	run inside crowd true
	[ "$status" -eq 1 ]
	[[ $output = *"crowd: 128 commands run in it, which is the limit"* ]]
	ws list | grep -q '^crowd '
	ws snap crowd
	kill "$(pgrep -P "$pid" || echo "$pid")"
	again() { inside crowd true 2>/dev/null; }
	until_true 20 again
	ws stop crowd
}

@test "diff: added, changed, deleted; since a snapshot; as JSON" {
	make diff
	inside diff 'echo x >/new; mkdir -p /a/b; rm /etc/old; echo bob >>/etc/passwd; rm -r /usr/share/doc'
	run ws diff diff
	[ "$output" = $'A /a\nA /a/b\nD /etc/old\nC /etc/passwd\nA /new\nD /usr/share/doc' ]
	ws snap diff
	inside diff 'rm /new; echo back >/etc/old; chmod 700 /a'
	run ws diff diff
	[ "$output" = $'C /a\nA /etc/old\nD /new' ]
	run ws diff diff@1 --json
	[ "${lines[2]}" = '{"change":"deleted","path":"/new"}' ]
	ws restore diff@1
	run ws diff diff
	[ "$output" = "" ]
	run ws diff diff@2
	[ "$output" = $'C /a\nD /etc/old\nA /new' ]
}

@test "diff: a link that leads elsewhere" {
	make links
	inside links 'ln -s one /link; ln -s same /other'
	ws snap links
	inside links 'ln -sfn two /link; ln -sfn same /other'
	run ws diff links
	[ "$output" = 'C /link' ]
}

@test "list: time, size, parent, comment" {
	make lister
	inside lister 'echo x >/x'
	ws snap lister -m one
	ws snap lister -m two
	run ws list lister
	[[ ${lines[0]} = lister@1*"on base"*one ]]
	[[ ${lines[1]} = lister@2*"on @1"*two ]]
	[[ ${lines[2]} = "lister: "*"since @2, base small"* ]]
	ws list --json | grep '"name":"lister"' | /usr/bin/python3 -c '
import json, sys
d = json.loads(sys.stdin.read())
assert d["snapshots"] == 2 and d["base"] == "small" and d["running"] is False, d'
}

@test "names: prefixes, ambiguity, and what is no name" {
	make uni-one
	make uni-two
	[ "$(ws run uni-o -- echo x)" = x ]
	run ws run uni -- true
	[ "$status" -eq 1 ]
	[[ $output = *"could be uni-one, uni-two"* ]]
	for bad in '' . .. -x a/b a@b $'a\nb' "$(printf '\xff')" \
		"$(head -c 81 /dev/zero | tr '\0' n)"; do
		run ws create --base small -- "$bad"
		[ "$status" -eq 2 ]
	done
	make "$(head -c 80 /dev/zero | tr '\0' n)"
	make 'ä ö'
	[ "$(inside 'ä ö' 'echo y')" = y ]
	run ws create uni-one
	[ "$status" -eq 1 ]
}

@test "rename" {
	make before
	inside before 'echo x >/x'
	ws rename before after
	[ "$(inside after 'cat /x')" = x ]
	run ws run before -- true
	[ "$status" -eq 1 ]
	make third
	run ws rename after after
	[ "$output" = "project: there is a workspace 'after' already" ]
	run ws rename after third
	[ "$status" -eq 1 ]
	[[ $output = *"already"* ]]
}

@test "environment: cleared but for a kept list" {
	make env
	WS_ENV=(SECRET=1 LD_LIBRARY_PATH=/x LANG=C.UTF-8 SSH_AUTH_SOCK=/x)
	run ws run env -- env
	echo "$output"
	lacks 'SECRET\|LD_LIBRARY_PATH\|SSH_AUTH' <<<"$output"
	grep -q ^LANG=C.UTF-8 <<<"$output"
	grep -q ^EARSHOT_WORKSPACE=env <<<"$output"
	WS_ENV=(SECRET=1)
	[ "$(ws run --env SECRET --env B=c env -- sh -c 'echo $SECRET$B')" = 1c ]
}

@test "confinement: no new privileges, a filter, few capabilities, no foreign descriptor" {
	make conf
	run inside conf 'grep -E "NoNewPrivs|Seccomp:" /proc/self/status; ls /proc/self/fd'
	grep -q 'NoNewPrivs:.1' <<<"$output"
	grep -q 'Seccomp:.2' <<<"$output"
	[ "$(inside conf 'ls /proc/self/fd | wc -l' 5</etc/passwd 9</)" = 4 ] ||
		[ "$(inside conf 'ls /proc/self/fd' 5</etc/passwd 9</ | grep -c '[59]')" = 0 ]
	# CAP_SYS_ADMIN (21), SYS_PTRACE (19), SYS_MODULE (16) are not among them.
	caps=$(inside conf 'grep CapEff /proc/self/status')
	(((0x${caps##*[[:space:]]} & (1 << 21 | 1 << 19 | 1 << 16)) == 0))
}

@test "confinement: no mounting, no namespaces, no typing into a terminal" {
	# Over the host, for its programs.
	run ws run trip -- mount -t tmpfs none /mnt
	[ "$status" -ne 0 ]
	run ws run trip -- unshare -U true
	[ "$status" -ne 0 ]
	run ws run trip -- perl -e '$x = "x"; exit(ioctl(STDIN, 0x5412, $x) ? 0 : $! + 0)' </dev/null
	[ "$status" -eq 1 ]
	ws run trip --nested -- unshare -Ur true
}

@test "a workspace in a workspace, which has no more ids than that" {
	ws_needs_range
	output=$(ws run trip --nested -S "$WS_BIN:/opt/b:ro" -- sh -c '
		# Before Linux 6.6 a tmpfs keeps no user.*.
		export PATH=/opt/b:$PATH XDG_DATA_HOME=$PWD/data
		project-workspace create inner >/dev/null 2>&1
		project-workspace run inner -- sh -c "echo \$(id -u); chown 33 /etc/hostname; stat -c %u /etc/hostname"
		project-workspace snap inner -m x; project-workspace run inner -u 33 -- id -u
		[ "$(stat -c %u /etc/hostname)" = 33 ] || echo apart')
	echo "$output"
	[ "$output" = $'0\n33\ninner@1\n33\napart' ]
}

@test "storage is the user's alone" {
	[ "$(stat -c %a "$WS_STORE")" = 700 ]
	as_user chmod 755 "$WS_STORE"
	ws list >/dev/null
	[ "$(stat -c %a "$WS_STORE")" = 700 ]
}

@test "a network of its own has no way out" {
	make net
	run ws run net --net none -- sh -c 'cat /proc/net/dev | grep -c :'
	[ "$output" = 1 ]
	run ws run net --net nonsense -- true
	[ "$status" -eq 2 ]
}

@test "another user inside; me" {
	ws_needs_range
	make user
	run ws run user --user bob -- id -u
	[ "$output" = 1000 ]
	run ws run user --user 77 -- id -u
	[ "$output" = 77 ]
	run ws run user --user nobodyhere -- id
	[ "$status" -eq 1 ]
	me=$(as_user id -u)
	run ws run user --user me -- sh -c 'id -u; touch /etc/mine && echo may'
	[ "$output" = "$me"$'\n'may ]
}

@test "files of other users inside belong to the user's range outside" {
	ws_needs_range
	make owners
	inside owners 'touch /f; chown 5:6 /f'
	ws snap owners
	ws clone owners owners2
	run ws run owners2 -- stat -c %u:%g /f
	[ "$output" = 5:6 ]
	ws destroy owners
	ws destroy owners2
	ws gc --all
}

@test "--map: as usernsexec takes it" {
	ws_needs_range
	start=$(grep "^$(as_user id -un):" /etc/subuid | head -1 | cut -d: -f2)
	uid=$(as_user id -u)
	ws create mapped --base small --map "b:0:$uid:1" --map "b:7:$((start + 100)):1"
	inside mapped 'touch /f && chown 7:7 /f && ! chown 8:8 /f'
	run ws create m2 --base small --map b:0:0:1:2
	[ "$status" -eq 2 ]
	run ws create m2 --base small --map b:0:1000:1 --map b:0:2000:1
	[ "$status" -eq 2 ]
	ws create foreign --base small --map "b:0:$uid:1" --map b:1:0:1
	run inside foreign true
	[ "$status" -eq 1 ]
	[[ $output = *"map user ids"* ]]
}

@test "--map: root inside is another id, as usernsexec -m b:0:100000:65536" {
	ws_needs_range
	start=$(grep "^$(as_user id -un):" /etc/subuid | head -1 | cut -d: -f2)
	uid=$(as_user id -u)
	run ws create sub --map "b:0:$start:1000"
	[ "$status" -eq 2 ]
	[[ $output = *"over the host 0 inside is you"* ]]
	run ws create sub --map "b:0:$start:1000" --base small
	[ "$status" -eq 1 ]
	[[ $output = *"root of base small is user $uid"* ]]
	run ws create sub --map "b:1:$start:1000" --base small
	[ "$status" -eq 2 ]
	ws create sub --map "b:0:$start:1000" --map "b:1000:$uid:1" \
		--base "$WS_DIR/root"
	[ "$(inside sub 'id -u; touch /given; chown 5 /given; stat -c %u /bin /given')" \
		= $'0\n0\n5' ]
	file=$(find "$WS_STORE/layers" -path "*/up/given")
	[ "$(stat -c %u "$file")" -eq $((start + 5)) ]
	[ "$(ws run sub --user me -- id -u)" = 1000 ]
	[ "$(ws snap sub -m x)" = sub@1 ]
	inside sub 'rm /given; echo 2 >/two'
	ws restore sub@1
	inside sub 'test -e /given && ! test -e /two'
	ws clone sub sub2
	inside sub2 'test -e /given'
	ws export sub "$WS_HOME/here/sub.tar"
	tar --numeric-owner -tvf "$WS_HOME/here/sub.tar" given | grep -q ' 5/'
	# Nobody else gets there.
	run setpriv --reuid=$((start + 2000)) --clear-groups ls "$WS_STORE"
	[ "$status" -ne 0 ]
	ws destroy sub
	ws destroy sub2
	ws gc --all
	[ -z "$(find "$WS_STORE/layers" "$WS_STORE/tmp" -uid "$start")" ]
}

@test "--map: 64 other roots, and no more" {
	ws_needs_range
	start=$(grep "^$(as_user id -un):" /etc/subuid | head -1 | cut -d: -f2)
	mkdir -p "$WS_DIR/nothing"
	export XDG_DATA_HOME=$WS_HOME/roots
	for i in $(seq 64); do
		ws create "w$i" --map "b:0:$((start + i)):1" --base "$WS_DIR/nothing"
	done
	run ws create w65 --map "b:0:$((start + 65)):1" --base "$WS_DIR/nothing"
	[ "$status" -eq 1 ]
	[[ $output = *"more than 64 roots"* ]]
	run ws list w65
	[ "$status" -eq 1 ]
	# Who is known already still is.
	ws create again --map "b:0:$((start + 64)):1" --base "$WS_DIR/nothing"
	for i in $(seq 64); do ws destroy "w$i"; done >/dev/null
	ws destroy again
	ws gc --all
	unset XDG_DATA_HOME
}

@test "without newuidmap: one user id, and a clear notice" {
	mkdir -p "$WS_DIR/path"
	for p in sh env setpriv; do ln -sf "$(command -v $p)" "$WS_DIR/path/$p"; done
	WS_PATH=$WS_DIR/path run ws create single --base small
	[ "$status" -eq 0 ]
	[[ $output = *"only one user id inside"* ]]
	WS_PATH=$WS_DIR/path run ws run single -- sh -c 'touch /f; chown 5:5 /f 2>/dev/null || echo no; id -u'
	[ "$output" = $'no\n0' ]
	# It stays so when a range is there again.
	inside single '! chown 5:5 /f 2>/dev/null'
}

@test "no user namespaces: the switch that forbids them is named" {
	cat >limit.sh <<-EOF
	echo 0 >/proc/sys/user/max_user_namespaces || exit 99
	exec "$WS_BIN/project" workspace run trip -- true
	EOF
	cp limit.sh "$WS_DIR/limit.sh"
	run as_user unshare -Ur sh "$WS_DIR/limit.sh"
	[ "$status" -ne 99 ] || skip "a nested user namespace cannot be limited here"
	[ "$status" -eq 1 ]
	[[ $output = *"sysctl user.max_user_namespaces"* ]]
}

# A process that calls its kernel 2.6 names layers as one does before Linux 6.5.
@test "kernels before 6.5: the host, a base, snapshots and clones all the same" {
	local name
	old() { as_user setarch --uname-2.6 "$WS_BIN/project" workspace "$@"; }
	[[ $(as_user setarch --uname-2.6 uname -r) = 2.6.* ]]
	old create old65 --base small
	old run old65 -- sh -c 'rm -r /usr/share; mkdir -p /usr/share; echo 1 >/usr/share/n'
	old snap old65 -m one
	old run old65 -- sh -c 'rm /etc/old; echo 2 >/usr/share/n'
	old clone old65 old65b
	old restore old65@1
	[ "$(old run old65 -- cat /etc/old /usr/share/n)" = $'old\n1' ]
	[ "$(old run old65b -- sh -c 'ls /etc/old 2>/dev/null; cat /usr/share/n')" = 2 ]
	# Either way sees what the other one wrote.
	[ "$(ws run old65 -- ls /usr/share)" = n ]
	old run trip -- sh -c 'echo z >/usr/bin/old65; rm /usr/bin/env; mv /usr/bin/cat /usr/bin/old65c'
	[ "$(ws run trip -- old65c /usr/bin/old65)" = z ]
	run ! ws run trip -- test -e /usr/bin/env
	for name in old65 old65b trip; do old destroy "$name"; done
	old doctor | grep -q '^ok *overlayfs'
}

@test "rename of a directory of the base copies it, as mv does" {
	make exdev
	inside exdev 'mv /usr/share /usr/moved && cat /usr/moved/doc/a && ! test -e /usr/share' >out
	has out doc
	ws snap exdev
	inside exdev 'mkdir /usr/share && ! test -e /usr/share/doc'
}

@test "two commands on one workspace: one after the other" {
	make two
	inside two 'echo x >/x'
	for i in 1 2 3 4 5 6; do
		ws snap two -m "$i" >>nums 3>&- &
	done
	wait
	[ "$(sort -u nums | wc -l)" = 6 ]
	[ "$(ws_snaps two)" = "1 2 3 4 5 6 " ]
}

@test "deep stacks are joined, and are the same" {
	make deep
	for i in 1 2 3 4 5 6; do
		inside deep "echo $i >/f$i; rm -f /f$((i - 1)); mkdir -p /d; rm -rf /d; mkdir /d; echo $i >/d/$i; rm -f /etc/old"
		ws snap deep -m $i
	done
	list='ls /; ls /d; cat /f6; ls /etc'
	inside deep "$list" >before
	run ws gc --flatten --layers 3
	[[ $output = *"deep: 6 layers joined"* ]]
	inside deep "$list" >after
	cmp before after
	ws list deep | grep -q '3 layers'
	ws restore deep@2
	[ "$(inside deep 'cat /f2 /d/2')" = $'2\n2' ]
}

@test "doctor finds what a killed command left, and cleans it" {
	make doc
	as_user mkdir -p "$WS_STORE/layers/0123456789ab/up/x" "$WS_STORE/tmp/abc"
	as_user touch "$WS_STORE/ws/.doc.1234.tmp"
	run ws doctor
	[ "$status" -eq 1 ]
	[[ $output = *"layer: 0123456789ab"* ]]
	[[ $output = *"file: ws/.doc.1234.tmp"* ]]
	ws doctor --fix
	ws doctor
	[ ! -e "$WS_STORE/layers/0123456789ab" ]
	inside doc true
}

@test "doctor reports a file system that cannot hold workspaces over the host" {
	ws doctor | grep -q '^ok *workspaces over the host$'
	ws_needs_root "mount a file system"
	mkdir "$WS_DIR/ram"
	mount -t ramfs none "$WS_DIR/ram" # without user.* attributes
	install -d -o "$WS_USER" "$WS_DIR/ram/data"
	export XDG_DATA_HOME=$WS_DIR/ram/data
	ws doctor >out || :
	run ws create trip
	run ws run trip -- true
	unset XDG_DATA_HOME
	umount "$WS_DIR/ram"
	grep '^no *workspaces over the host: .* no user\.\* attributes' out
	[ "$status" -ne 0 ]
	[[ $output == *"no user.* attributes"* ]]
}

# covered PLACE: root's doctor, with an empty file system on that place, and no
# /proc elsewhere (of another test), which would do as well for the kernel.
covered() {
	unshare -m sh -c 'while read -r _ at type _; do
			[ "$type" != proc ] || [ "$at" = /proc ] || umount -l "$at"
		done </proc/self/mounts
		mount -t tmpfs none "$1" && HOME="$2" exec "$3" workspace doctor' \
		sh "$1" "$PWD" "$WS_BIN/project"
}

@test "doctor tries a /proc of its own instead of guessing from the mounts" {
	ws_needs_root "mount on /proc"
	HOME=$PWD "$WS_BIN/project" workspace doctor >plain || :
	grep -q '^ok *a /proc of its own' plain || skip "parts of /proc are covered here"
	# systemd puts a file system on this empty place, on every machine.
	if [ -d /proc/sys/fs/binfmt_misc ]; then
		covered /proc/sys/fs/binfmt_misc >empty || :
		grep -q '^ok *a /proc of its own' empty
	fi
	covered /proc/sys/fs >full || :
	grep -q '^no *a /proc of its own: parts of /proc are covered' full
}

@test "a damaged file stops gc, and is named" {
	make hurt
	cp "$WS_STORE/ws/hurt" saved
	as_user sh -c "echo nonsense >'$WS_STORE/ws/hurt'"
	n=$(ws_layers)
	run ws gc --all
	[ "$status" -eq 1 ]
	[[ $output = *"ws/hurt"* ]]
	[ "$(ws_layers)" = "$n" ]
	run ws doctor
	[ "$status" -eq 1 ]
	[[ $output = *"ws/hurt: not a workspace file"* ]]
	cat saved | as_user sh -c "cat >'$WS_STORE/ws/hurt'"
	inside hurt true
}

@test "run --say: lines go to speakd as they come, and to standard output" {
	make say
	printf '#!/bin/sh\nexec cat >"%s"\n' "$WS_HOME/said" >"$WS_BIN/speakd"
	chmod 755 "$WS_BIN/speakd"
	mkfifo in
	as_user "$WS_BIN/project" workspace run say --say -- \
		sh -c 'echo one; printf tw; cat; echo o; exit 4' <in >out 3>&- &
	pid=$!
	exec 4>in
	until_true 20 has "$WS_HOME/said" one
	lacks tw <"$WS_HOME/said"
	exec 4>&-
	wait "$pid" || status=$?
	[ "$status" -eq 4 ]
	until_true 20 has "$WS_HOME/said" two
	[ "$(cat out)" = $'one\ntwo' ]
	rm "$WS_BIN/speakd"
	run ws run say --say -- sh -c 'echo still; exit 5'
	[ "$status" -eq 5 ]
	has <(echo "$output") still
}

@test "shares: nothing unless asked; a path read-only; what is not there" {
	make share
	as_user mkdir -p "$WS_HOME/shared"
	as_user sh -c 'echo s >"$HOME/shared/s"'
	run ws run share -- ls "$WS_HOME/shared"
	[ "$status" -ne 0 ]
	[ "$(ws run share --share "$WS_HOME/shared:/data:ro" -- cat /data/s)" = s ]
	run ws run share --share "$WS_HOME/shared:/data:ro" -- touch /data/x
	[ "$status" -ne 0 ]
	run ws run share --share sound -- true
	[ "$status" -eq 1 ]
	run ws run share --share nonsense -- true
	[ "$status" -eq 2 ]
}

@test "usage mistakes are 2, help is 0" {
	make usage # its base names no command of its own
	for args in '' 'create' 'create a b' 'snap' 'run' 'run usage' 'list a b' 'restore' \
		'clone a' 'export x' 'gc x' 'create x --store nonsense' 'snap trip --nonsense'; do
		# shellcheck disable=SC2086
		run ws $args </dev/null
		echo "$args: $status"
		[ "$status" -eq 2 ]
	done
	ws --help | grep -q snap
	ws snap --help | grep -q message
	ws --version | grep -q earshot
}

@test "the manual describes every verb and every option" {
	page=$EARSHOT_SRC/man/project-workspace.1
	ws --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v '^NAME$' >verbs
	[ "$(wc -l <verbs)" -ge 16 ]
	while read -r verb; do
		grep -q "^\.It Cm $verb\b" "$page" || { echo "verb $verb"; false; }
		ws "$verb" --help </dev/null | sed -n 's/.*--\([a-z-]*\).*/\1/p' |
			grep -vx 'help\|version' >options || :
		while read -r option; do
			grep -q -- "Fl .-$option\b" "$page" || { echo "$verb --$option"; false; }
		done <options
	done <verbs
}

@test "a workspace goes where its project goes, and the list shows it" {
	project() { as_user "$WS_BIN/project" "$@"; }
	as_user mkdir -p "$WS_HOME/gtd/Projects"
	project new along
	ws run along -- sh -c 'echo mine >/etc/along-was-here'
	project list | grep -q $'^along\t.*workspace$'
	project rename along away
	ws list | grep -q '^away '
	project delete away
	run ws list
	[[ $output != *"away"* ]]
	project undo
	[ "$(ws run away -- cat /etc/along-was-here)" = mine ]
	project undo
	[ "$(ws run along -- cat /etc/along-was-here)" = mine ]
}
