#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_life.bats - a workspace starts, stays, ends and is repaired in order.
bats_require_minimum_version 1.5.0
load lib
load workspace

setup_file() { ws_setup_small; }
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=()
	ws_needs_namespaces
}
teardown() {
	local dir
	for dir in cut fs store; do
		! mountpoint -q "$WS_DIR/$dir" || umount -l "$WS_DIR/$dir"
	done
	rm -f "$WS_DIR.store"
	common_teardown
}

make() { ws create "$1" --base small 2>/dev/null; }
inside() { ws run "$1" -- sh -c "$2"; }
until_true() {
	local until=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.05
	done
}
upper() { sed -n 's/^upper //p' "$WS_STORE/ws/$1"; }
runs() { ws list | grep "^$1 " | grep -q running; }

@test "stop: TERM first, so that a service can put things in order" {
	make term
	inside term 'trap "echo got >/etc/term; exit" TERM; echo ready >/etc/ready
		while :; do sleep 0.05; done' 3>&- &
	until_true 10 [ -e "$WS_STORE/layers/$(upper term)/up/etc/ready" ]
	ws stop term
	[ "$(inside term 'cat /etc/term')" = got ]
}

@test "the end of the last command: what it left gets TERM, too" {
	make last
	inside last '(trap "echo got >/etc/term; exit" TERM; echo ready >/etc/ready
		while :; do sleep 0.05; done) >/dev/null 2>&1 &
		until [ -e /etc/ready ]; do sleep 0.05; done'
	[ "$(inside last 'cat /etc/term')" = got ]
}

no_scratch() { ! find "$1" -mindepth 2 -name work | grep -q .; }

@test "the end: scratch directories go then, not at the next start" {
	make scratch
	inside scratch 'echo kept >/etc/kept'
	until_true 10 no_scratch "$WS_STORE/layers/$(upper scratch)/work"
	[ "$(inside scratch 'cat /etc/kept')" = kept ]
}

@test "stop --grace: KILL for who does not listen; one that is stopped hears" {
	make deaf
	inside deaf 'trap "" TERM; echo ready >/etc/ready; while :; do sleep 0.05; done' 3>&- &
	until_true 10 [ -e "$WS_STORE/layers/$(upper deaf)/up/etc/ready" ]
	ws stop deaf --grace 0
	run ! runs deaf
	inside deaf 'trap "echo got >/etc/term; exit" TERM; echo ready >/etc/ready2; kill -STOP $$; sleep 9' 3>&- &
	until_true 10 [ -e "$WS_STORE/layers/$(upper deaf)/up/etc/ready2" ]
	ws stop deaf
	[ "$(inside deaf 'cat /etc/term')" = got ]
	run ws stop deaf --grace x
	[ "$status" -eq 2 ]
}

@test "what is shown empty, or apart, is no change: /var/tmp stays everybody's" {
	ws create modes 2>/dev/null
	[ "$(inside modes 'stat -c %a /var/tmp' 2>/dev/null)" = 1777 ]
	[ -z "$(ws diff modes)" ]
}

# With bare newlines the two lines would not begin in the same column.
@test "output into a pipe: who reads it has an ordinary terminal" {
	make piped
	run /usr/bin/python3 - <<-EOF
	import os, pexpect
	c = pexpect.spawn("bash", ["-c", ". $EARSHOT_SRC/tests/e2e/workspace.bash; "
	    "ws run piped -- sh -c 'echo in; read gone' | { read in; echo 1; echo 2; }"],
	    timeout=30)
	c.expect("1\r*\n2\r*\n")
	print(c.after)
	c.sendline("")
	c.expect(pexpect.EOF)
	EOF
	[ "$output" = "b'1\r\n2\r\n'" ]
}

@test "start --keep: services outlive the last command, until stop" {
	make keep
	run ws start keep
	[ "$status" -eq 2 ]
	ws start keep --keep
	runs keep
	inside keep '(while :; do sleep 1; done) >/dev/null 2>&1 & echo $! >/etc/pid'
	[ "$(inside keep 'kill -0 $(cat /etc/pid) && echo there')" = there ]
	ws snap keep -m kept
	ws stop keep
	run ! runs keep
}

@test "joining: in the project's directory, where it was shown at the start" {
	local dir=$WS_HOME/gtd/Projects/joined
	as_user mkdir "$dir"
	make joined
	ws start joined --keep
	[ "$(inside joined pwd)" = "$dir" ]
	mv "$dir" "$dir-elsewhere"
	[ "$(inside joined pwd)" = "$dir" ]
	ws stop joined
	mv "$dir-elsewhere" "$dir"
	make projectless
	ws start projectless --keep
	[ "$(inside projectless pwd)" = /root ]
	ws stop projectless
}

@test "--net none: the loopback interface is up; --net host comes too late" {
	make net
	ws start net --keep --net none
	[ "$(inside net 'cat /sys/class/net/lo/carrier')" = 1 ]
	run ws run net --net host -- true
	[ "$status" -eq 1 ]
	[[ $output = *"network of its own"* ]]
	ws stop net
	run ws run net --net none -- sh -c 'cat /sys/class/net/lo/flags'
	[ "$output" = 0x9 ]
}

# A host where /dev/net/tun is everybody's, as udev makes it.
with_tun() {
	[ -e "$WS_DIR/tun" ] || { mknod "$WS_DIR/tun" c 10 200 && chmod "${TUN_MODE:-666}" "$WS_DIR/tun"; }
	# shellcheck disable=SC2016 # of the inner shell
	unshare -m sh -c 'mount --bind "$1" /dev/net/tun; shift; exec "$@"' sh \
		"$WS_DIR/tun" bash -c 'source "$1"; shift; "$@"' - \
		"$BATS_TEST_DIRNAME/workspace.bash" "$@"
}

fetch() { # ADDRESS PORT: what answers there
	python3 - "$@" <<-'END'
		import sys, urllib.request
		print(urllib.request.urlopen(f"http://{sys.argv[1]}:{sys.argv[2]}/", timeout=5).read().decode())
	END
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

@test "--net private: a network with a way out, and ports that the host has" {
	local port other out_port server
	ws_needs_root "make a /dev/net/tun that is everybody's"
	command -v slirp4netns >/dev/null || skip "slirp4netns is neither installed nor unpacked (contrib/services)"
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	export WS_PATH=$PATH
	port=$(free_port)
	ws create netp
	with_tun ws start netp --keep -n private -p "$port:80"
	with_tun ws run netp -- cat /etc/resolv.conf >out
	grep -qx 'nameserver 10.0.2.3' out
	# In: what listens inside on 80 is the host's port, of its loopback only.
	with_tun ws run netp -- sh -c 'mkdir -p /srv/w; cd /srv/w; echo from inside >index.html;
		python3 -m http.server 80 >/dev/null 2>&1 &'
	until_true 20 fetch 127.0.0.1 "$port" >out
	grep -qx 'from inside' out
	# Out: by the host's address, but never to its loopback.
	mkdir -p served
	echo from the host >served/index.html
	out_port=$(free_port)
	python3 -m http.server -d served --bind 127.0.0.1 "$out_port" >/dev/null 2>&1 3>&- &
	server=$!
	until_true 10 fetch 127.0.0.1 "$out_port" >/dev/null
	run with_tun ws run netp -- python3 -c "import urllib.request as u
print(u.urlopen('http://10.0.2.2:$out_port/', timeout=3).read())"
	kill "$server"
	[ "$status" -ne 0 ]
	# A port more while it runs; one that is taken; another network.
	other=$(free_port)
	with_tun ws run netp -n private -p "127.0.0.1:$other:80" -- true
	fetch 127.0.0.1 "$other" >out
	grep -qx 'from inside' out
	run with_tun ws run netp -n private -p "$port:80" -- true
	[ "$status" -eq 1 ]
	[[ $output = *"port $port of 127.0.0.1 cannot be had"* ]]
	run with_tun ws run netp -n none -- true
	[ "$status" -eq 1 ]
	[[ $output = *"runs already, with a network of its own"* ]]
	# Nothing of it outlives the workspace.
	ws stop netp
	until_true 10 bash -c '! pgrep -u "$1" slirp4netns' - "$WS_USER"
	[ ! -e "$WS_STORE/run/netp.net" ]
}

@test "--net private: what is missing is named" {
	ws_needs_root "make a /dev/net/tun that is nobody's"
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	ws create netm
	local none=$WS_DIR/none
	mkdir -p "$none"
	WS_PATH=$none run ws run netm -n private -- true
	[ "$status" -eq 1 ]
	[[ $output = *"slirp4netns is missing (Debian: apt install slirp4netns)"* ]]
	printf '#!/bin/sh\n' >"$none/slirp4netns"
	chmod 755 "$none/slirp4netns"
	rm -f "$WS_DIR/tun"
	TUN_MODE=600 WS_PATH=$none:$PATH run with_tun ws run netm -n private -- true
	[ "$status" -eq 1 ]
	[[ $output = *"chmod 666 /dev/net/tun"* ]]
	rm -f "$WS_DIR/tun"
	for wrong in '' x 0 70000 80:x 1.2.3.4 1.2.3.400:80 80/sctp; do
		run ws run netm -n private -p "$wrong" -- true
		[ "$status" -eq 2 ]
	done
	run ws run netm -p 8080:80 -- true
	[ "$status" -eq 2 ]
	[[ $output = *"are those of --net private"* ]]
}

@test "users have a home directory: me, and others" {
	make home
	run ws run home --user me -- sh -c 'cd && pwd && echo x >.rc && cat "$HOME/.rc"'
	[ "${lines[0]}" = "$WS_HOME" ]
	[ "${lines[1]}" = x ]
	ws_needs_range
	run ws run home --user bob -- sh -c 'cd && pwd && echo x >.rc && stat -c "%u %a" .'
	[ "$output" = $'/home/bob\n1000 700' ]
}

@test "proxies go inside, devices that are everybody's can be shared" {
	make dev
	WS_ENV=(http_proxy=http://p:1 NO_PROXY=x)
	ws run dev -- env | sort >out
	WS_ENV=()
	grep -qx 'http_proxy=http://p:1' out
	grep -qx 'NO_PROXY=x' out
	[ "$(ws run dev --share /dev/zero:/dev/zz -- sh -c 'dd if=/dev/zz bs=3 count=1 2>/dev/null | tr "\0" z' 2>&1 || true)" = zzz ] ||
		ws run dev --share /dev/zero:/dev/zz -- sh -c ': </dev/zz'
	for disk in /dev/vda /dev/sda /dev/loop0; do
		[ -b "$disk" ] || continue
		run ws run dev --share "$disk" -- true
		[ "$status" -ne 0 ]
		[[ $output = *disk* ]]
	done
	[ -z "$WS_USER" ] || {
		mknod -m 660 "$WS_DIR/node" c 1 5
		run ws run dev --share "$WS_DIR/node" -- true
		[ "$status" -eq 1 ]
		[[ $output = *"groups do not go inside"* ]]
	}
}

@test "a workspace's file that cannot be read hides no other" {
	make early
	make later
	for text in 'earshot-workspace 2' nonsense; do
		echo "$text" >"$WS_STORE/ws/hmm"
		run ws list
		[ "$status" -eq 1 ]
		[[ $output = *"early "*"later "*"1 of "*" workspaces cannot be read"* ]]
		run ws run hmm -- true
		[ "$status" -eq 1 ]
	done
	echo 'earshot-workspace 2' >"$WS_STORE/ws/hmm"
	run ws run hmm -- true
	[[ $output = *"ws/hmm: of a newer version of this program (earshot-workspace 2)"* ]]
	rm "$WS_STORE/ws/hmm"
}

@test "a layer that is missing: told, not built on, repaired where it can be" {
	make hurt
	inside hurt 'echo 1 >/etc/n'
	ws snap hurt -m one
	inside hurt 'echo 2 >/etc/n'
	rm -rf "$WS_STORE/layers/$(upper hurt)"
	for args in "run hurt -- true" "snap hurt -m two" "clone hurt x"; do
		# shellcheck disable=SC2086
		run ws $args
		[ "$status" -ne 0 ]
		[[ $output = *"is missing"*"doctor --fix"* ]]
	done
	run ws doctor
	[ "$status" -eq 1 ]
	[[ $output = *"missing: hurt: layer"* ]]
	run ws doctor --fix
	[[ $output = *"repaired: hurt begins anew on hurt@1"* ]]
	[ "$(inside hurt 'cat /etc/n')" = 1 ]
	# A frozen one is gone for good: what stands on it is named.
	inside hurt 'echo 2 >/etc/n'
	ws snap hurt -m two
	layer=$(sed -n 's/^snap 2 .* \([0-9a-f]\{12\}\),.*/\1/p' "$WS_STORE/ws/hurt")
	rm -rf "$WS_STORE/layers/$layer"
	run ws doctor --fix
	[ "$status" -eq 1 ]
	[[ $output = *"missing: hurt@2: layer $layer"* ]]
	[[ $output = *"cannot be repaired: hurt; go back with: project workspace restore hurt@1"* ]]
	# The list shows them all, and which of them.
	run ws list hurt
	[ "$status" -eq 1 ]
	[[ ${lines[0]} = "hurt@1 "* && ${lines[0]} != *missing* ]]
	[[ ${lines[1]} = "hurt@2 "*" missing "* ]]
	[[ $output = *"hurt: missing written since @2"*"layers of hurt are missing"*"doctor --fix"* ]]
	run -1 ws list hurt --json
	grep '"snapshot":2' <<<"$output" | grep -q '"missing":true'
	run ws restore hurt@2
	[ "$status" -ne 0 ]
	ws restore hurt@1
	[ "$(inside hurt 'cat /etc/n')" = 1 ]
	# Nothing is shown or made of what is not whole.
	for args in "diff hurt@2" "export hurt@2 $WS_HOME/here/x.tar" "create more --base hurt@2"; do
		# shellcheck disable=SC2086
		run ws $args
		[ "$status" -ne 0 ]
		[[ $output = *"is missing"* ]]
	done
	ws destroy hurt@2
	ws destroy hurt
	ws gc --all
	ws doctor
}

@test "--memory and --pids: limits that nobody inside can raise" {
	make limits
	run ws run limits --pids 8 -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 3 & done'
	[[ $output = *"fork"* ]]
	run ws run limits --memory 20 -- sh -c 'dd if=/dev/zero of=/dev/null bs=50M count=1'
	[ "$status" -ne 0 ]
	run ws run limits --memory 200 --pids 50 -- sh -c 'dd if=/dev/zero of=/dev/null bs=50M count=1 2>/dev/null && echo fits
		ulimit -v unlimited 2>/dev/null; ulimit -v'
	[ "$output" = $'fits\n204800' ]
	# There is no such limit without systemd: refused, not forgotten.
	if [ ! -e /run/systemd/system ]; then
		run ws run limits --cpus 1.5 -- true
		[ "$status" -eq 1 ]
		[[ $output = *"cpus: systemd does not run here"* ]]
	fi
	for wrong in "--memory 0" "--pids x" "--memory 50M" "--cpus 0" "--cpus 1.555" \
		"--cpus x" "--cpus .5" "--cpus 8193"; do
		# shellcheck disable=SC2086
		run ws run limits $wrong -- true
		[ "$status" -eq 2 ]
	done
}

# image FS: a file system of that kind, mounted as fs. Its file is kept on an XFS
# of its own, because a file there can be copied between two writes (a reflink).
image() {
	rm -f "$WS_DIR/store/fs"
	truncate -s 600M "$WS_DIR/store/fs"
	case $1 in
	ext4) mkfs.ext4 -q -F "$WS_DIR/store/fs" ;;
	*) "mkfs.$1" -q -f "$WS_DIR/store/fs" ;;
	esac
	mount -o loop "$WS_DIR/store/fs" "$WS_DIR/fs"
}

# cut_power FS: the file system as a power cut leaves it now, mounted as cut. A
# new file each time: a workspace that is ending may still hold the last one.
cut_power() {
	rm -f "$WS_DIR/store/cut"
	cp --reflink=always "$WS_DIR/store/fs" "$WS_DIR/store/cut"
	mount -o "loop$([ "$1" = xfs ] && echo ,nouuid || :)" "$WS_DIR/store/cut" "$WS_DIR/cut"
}

# run_says TEXT: what a's /etc/n holds.
run_says() {
	run ws run a -- cat /etc/n
	[ "$status" -eq 0 ]
	[ "$output" = "$1" ]
}

# snapshot_says N TEXT: what /etc/n of a's snapshot N holds.
snapshot_says() {
	ws clone "a@$1" then
	run ws run then -- cat /etc/n
	[ "$status" -eq 0 ]
	[ "$output" = "$2" ]
}

# Every verb that changes something, and the power goes as soon as it returns.
@test "a power cut right after any verb: the state before or after, whole" {
	ws_needs_root "mount file systems"
	local fs verb
	mkdir -p "$WS_DIR/store" "$WS_DIR/fs" "$WS_DIR/cut"
	truncate -s 2G "$WS_DIR.store"
	mkfs.xfs -q "$WS_DIR.store"
	mount -o loop "$WS_DIR.store" "$WS_DIR/store"
	for fs in ext4 xfs btrfs; do
		command -v "mkfs.$fs" >/dev/null || continue
		image $fs
		if [ $fs = btrfs ] && ! cut_power $fs; then
			echo "# btrfs: before Linux 6.7 no copy of what is mounted"
			umount "$WS_DIR/fs"
			continue
		fi
		umount "$WS_DIR/cut" 2>/dev/null || :
		mkdir "$WS_DIR/fs/d"
		chown "$WS_USER:" "$WS_DIR/fs/d"
		for verb in "base add small $WS_DIR/root" "create a --base small" \
			"run a -- sh -c 'echo 1 >/etc/n'" "snap a -m one" \
			"run a -- sh -c 'echo 2 >/etc/n'" "clone a b" "snap a -m two" \
			"restore a@1" "rename b c" "destroy c" "undelete c" \
			"clone a@2 e" "gc --all" "start a --keep" \
			"run a -- sh -c 'echo 3 >/etc/n'" "snap a -m three" "stop a"; do
			eval "XDG_DATA_HOME=$WS_DIR/fs/d ws $verb" >/dev/null
			cut_power $fs
			XDG_DATA_HOME=$WS_DIR/cut/d ws doctor >out 2>&1 || :
			run ! grep -E 'missing|unreadable' out
			case $verb in
			snap*one | restore*) XDG_DATA_HOME=$WS_DIR/cut/d run_says 1 ;;
			snap*two) XDG_DATA_HOME=$WS_DIR/cut/d run_says 2 ;;
			snap*three) XDG_DATA_HOME=$WS_DIR/cut/d snapshot_says 3 3 ;;
			esac
			XDG_DATA_HOME=$WS_DIR/cut/d ws stop a 2>/dev/null || :
			until_true 10 umount "$WS_DIR/cut" 2>/dev/null
			echo "# $fs: $verb: ok"
		done
		until_true 10 umount "$WS_DIR/fs" 2>/dev/null
	done
}
