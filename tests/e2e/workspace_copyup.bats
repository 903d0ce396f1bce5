#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
bats_require_minimum_version 1.5.0
# workspace_copyup.bats - files of the host are changed inside, and only there.
load lib
load workspace

# A directory of the host's own, with files of the host's root.
setup_file() {
	ws_setup_file
	H=/usr/local/share/earshot-copyup.$$
	export H
	if [ "$(id -u)" -eq 0 ]; then
		make_host_files
		outside >"$WS_DIR/before"
	fi
}

make_host_files() {
	local i
	mkdir -p "$H/sub" "$H/many"
	for i in $(seq 30); do echo "content $i" >"$H/f$i"; done
	for i in $(seq 200); do echo "$i" >"$H/many/$i"; done
	ln "$H/f1" "$H/f1-again"
	ln -s f2 "$H/to-f2"
	ln -s f3 "$H/to-f3"
	ln -s sub "$H/to-sub"
	ln -s "$H/sub/in-sub" "$H/absolute"
	echo in-sub >"$H/sub/in-sub"
	printf '#!/bin/sh\necho runs\n' >"$H/program"
	chmod 4755 "$H/program"
	echo secret >"$H/secret"
	chmod 600 "$H/secret"
	head -c 100000000 /dev/urandom >"$H/big"
	touch -d '2001-02-03 04:05:06.789' "$H"/f* "$H/program"
}

# All that can be seen of those files, but for when they were read.
outside() {
	find "$H" -printf '%p %i %n %m %U:%G %s %T@ %C@ %l\n' | sort
	find "$H" -type f -exec sha256sum {} + | sort
}

teardown_file() {
	[ "$(id -u)" -ne 0 ] || rm -rf "$H"
	ws_teardown_file
}

setup() {
	common_setup
	WS_ENV=(H="$H")
	ws_needs_root "put files into /usr"
	ws_needs_namespaces
}

# What is on the host must be as before after every test.
teardown() {
	[ -z "${holder:-}" ] || kill -CONT "$holder" 2>/dev/null || :
	common_teardown
	[ "$(id -u)" -ne 0 ] || outside | diff "$WS_DIR/before" - >&2
}

# in_ws NAME SCRIPT [OPTION...]: as root of a workspace over the host.
in_ws() {
	local name=$1 script=$2
	shift 2
	ws run "$name" --env H "$@" -- sh -ec "$script"
}
make() { ws create "$1" 2>/dev/null; }

# What of those files was copied up. ("diff" does not show what is the same but
# for its owner.)
copied_up() { in_ws "$1" 'find $H ! -type d ! -user 65534'; }

# No half copy is left behind.
is_clean() {
	[ -z "$(in_ws "$1" 'find $H / -xdev -name ".earshot-*"')" ]
}

# start_ws NAME OUT SCRIPT [OPTION...]: the same in the background, in $pid.
start_ws() {
	local name=$1 out=$2 script=$3
	shift 3
	as_user "$WS_BIN/project" workspace run "$name" --env H "$@" -- \
		sh -ec "$script" >"$out" 2>&1 3>&- &
	pid=$!
	pids+=("$pid")
}

# The number of process 1 of a workspace that runs.
holder_pid() { ws destroy "$1" 2>&1 | sed -n 's/.*in use (process \([0-9]*\)).*/\1/p'; }

# half: some copy is just being made. until_half SECONDS: wait for it, closely.
half() { compgen -G "$WS_STORE/layers/*/up$H/.earshot-*" >/dev/null; }
until_half() {
	local end=$((SECONDS + $1))
	until half; do ((SECONDS < end)) || return 1; done
}

@test "each call that changes a file by its name works, as if it were root's" {
	make calls
	in_ws calls '
		cd /
		ln $H/f1 $H/linked; test "$(cat $H/linked)" = "content 1"
		test $(stat -c %u:%h $H/f1) = 0:2
		echo more >>$H/f2; test "$(tail -1 $H/f2)" = more
		head -1 $H/f2 | grep -qx "content 2"
		echo short >$H/f3; test "$(cat $H/f3)" = short
		printf C | dd of=$H/f4 conv=notrunc status=none; grep -qx "Content 4" $H/f4
		chmod 604 $H/f5; test $(stat -c %a:%u:%g $H/f5) = 604:0:0
		chown 5:6 $H/f6; test $(stat -c %u:%g $H/f6) = 5:6
		truncate -s 3 $H/f7; test "$(cat $H/f7)" = con
		touch -d @77 $H/f8; test $(stat -c %Y $H/f8) = 77
		mv $H/f9 $H/moved; test ! -e $H/f9; grep -qx "content 9" $H/moved
		cd $H; chmod 600 f10 ./sub/../f11 to-sub/in-sub
		test "$(stat -c %a $H/f10 $H/f11 $H/sub/in-sub | tr "\n" " ")" = "600 600 600 "'
	ws run calls --env H -- /usr/bin/python3 -c \
		"$(cat "$EARSHOT_SRC/tests/helpers/by_name.py")"
	is_clean calls
}

@test "a copied up file has what it had, but for its owner" {
	make same
	in_ws same '
		chmod u+r $H/program; $H/program | grep -qx runs
		stat -c "%a %u:%g %Y" $H/program'
	run in_ws same 'stat -c "%a %u:%g %y" $H/program | cut -c1-34; cat $H/f1-again
		ln $H/f1 $H/x; stat -c "%u %h" $H/f1 $H/f1-again; cat $H/f1'
	echo "$output"
	[ "${lines[0]}" = "4755 0:0 2001-02-03 04:05:06.78900" ]
	# Of a file with two names the other one stays the host's.
	[ "${lines[2]}" = "0 2" ]
	[ "${lines[3]}" = "65534 2" ]
	[ "${lines[4]}" = "content 1" ]
}

@test "a symbolic link is followed where the call does" {
	make links
	in_ws links '
		echo x >>$H/to-f2; test -L $H/to-f2
		test $(stat -c %u $H/to-f2):$(stat -Lc %u $H/to-f2) = 65534:0
		chown -h 5 $H/to-f3
		test $(stat -c %u $H/to-f3):$(stat -Lc %u $H/to-f3) = 5:65534
		test $(readlink $H/to-f3) = f3
		mv $H/absolute $H/renamed; test $(readlink $H/renamed) = $H/sub/in-sub
		test $(stat -Lc %u $H/renamed) = 65534
		chmod 600 $H/renamed; test $(stat -Lc %u:%a $H/renamed) = 0:600'
	[ "$(copied_up links | sort | tr '\n' ' ')" = "$H/f2 $H/renamed $H/sub/in-sub $H/to-f3 " ]
}

@test "reading, and what cannot be read, copies nothing" {
	make reads
	in_ws reads 'cat $H/f1 $H/big >/dev/null; ls -l $H >/dev/null; test -x $H/program
		! chmod 644 $H/secret 2>/dev/null; ! cat $H/secret 2>/dev/null
		! echo x 2>/dev/null >>$H/secret; ! mkdir $H/f1 2>/dev/null
		! chmod 600 $H/none 2>/dev/null; ! ln $H/sub $H/hard 2>/dev/null'
	# Nor does the question whether it could be written; the answer is true.
	ws run reads --env H -- bash -c 'test -w $H/f1 && ! test -w $H/secret'
	ws run reads --env H -- /usr/bin/python3 -c '
import os
h = os.environ["H"]
assert os.access(h + "/f1", os.W_OK | os.R_OK) and os.access(h + "/to-f2", os.W_OK)
assert os.access(h + "/program", os.W_OK, effective_ids=True)
assert not os.access(h + "/secret", os.W_OK)'
	[ -z "$(copied_up reads)" ]
}

@test "who is not root gets nothing copied up; who appears as another is root" {
	ws_needs_range
	make who
	in_ws who '
		! chmod 600 $H/f1; ! chown 1000 $H/f1; ! ln $H/f1 /tmp/x
		! echo x >>$H/f1; ! truncate -s 0 $H/f1; ! touch -d @1 $H/f1
		! mv $H/f1 /tmp/f1; ! test -w $H/f1' --user 1000 2>/dev/null
	[ -z "$(copied_up who)" ]
	in_ws who 'chmod 600 $H/f2; echo x >>$H/f3' --user me
	in_ws who 'test $(stat -c %u:%a $H/f2) = 0:600; tail -1 $H/f3 | grep -qx x'
	in_ws who 'chmod 4755 $H/program'
	run ws diff who
	has <(echo "$output") "C $H/f2"
	[[ $output != *"$H/program"* ]]
}

@test "a file of the user 65534 inside stays that user's" {
	ws_needs_range
	make nobody
	in_ws nobody 'cp $H/f1 $H/mine; chown 65534:65534 $H/mine; chmod 604 $H/mine
		echo x >>$H/mine; test $(stat -c %u:%g:%a $H/mine) = 65534:65534:604'
}

@test "a package that the host has is upgraded and reinstalled" {
	command -v dpkg-deb >/dev/null || skip "no dpkg-deb here"
	make upgrade
	mkdir -p pkg/DEBIAN
	dpkg -L hostname | while read -r f; do
		if [ ! -d "$f" ]; then
			mkdir -p "pkg${f%/*}"
			cp -a "$f" "pkg$f"
		fi
	done
	find pkg -name hostname -type f | grep -q .
	printf 'Package: hostname\nVersion: 99:1\nEssential: yes\nArchitecture: %s\nMaintainer: t <t@example.org>\nDescription: test\n' \
		"$(dpkg --print-architecture)" >pkg/DEBIAN/control
	dpkg-deb -b pkg "$WS_HOME/here/h.deb" >/dev/null
	dpkg -s hostname >before
	sha256sum "$(command -v hostname)" >>before
	stat "$(command -v hostname)" | grep -v Access >>before
	for i in 1 2; do
		ws run upgrade --share "$WS_HOME/here:/debs:ro" -- dpkg -i /debs/h.deb
	done
	ws run upgrade -- dpkg-query -W -f '${Version} ${Status}\n' hostname |
		grep -qx '99:1 install ok installed'
	[ "$(ws run upgrade -- hostname)" = upgrade ]
	dpkg -s hostname >after
	sha256sum "$(command -v hostname)" >>after
	stat "$(command -v hostname)" | grep -v Access >>after
	cmp before after
	is_clean upgrade
}

@test "apt reinstalls a package of the host" {
	command -v apt-get >/dev/null || skip "no apt-get here"
	(cd "$WS_DIR/here" 2>/dev/null || cd "$BATS_TEST_TMPDIR"
		apt-get -qq download hostname >/dev/null 2>&1) ||
		skip "no package archive is reachable"
	make apt
	stat "$(command -v hostname)" | grep -v Access >before
	ws run apt -- apt-get -qq -o Dpkg::Use-Pty=0 install --reinstall -y hostname
	ws run apt -- sh -c 'test $(stat -c %u $(command -v hostname)) = 0'
	stat "$(command -v hostname)" | grep -v Access >after
	cmp before after
}

@test "diversions: a file of the host goes aside and comes back" {
	command -v dpkg-divert >/dev/null || skip "no dpkg-divert here"
	make divert
	in_ws divert '
		dpkg-divert --quiet --rename --add $H/f1; test ! -e $H/f1
		grep -qx "content 1" $H/f1.distrib
		dpkg-divert --quiet --rename --remove $H/f1; grep -qx "content 1" $H/f1'
}

@test "what of the host is shared, also from an overlay, is never replaced" {
	make shared
	o=$WS_DIR/overlay
	mkdir -p "$o/lower" "$o/upper" "$o/work" "$o/all"
	mount -t overlay overlay -o "lowerdir=$o/lower,upperdir=$o/upper,workdir=$o/work" "$o/all" ||
		skip "no overlay can be mounted here"
	project=$WS_HOME/gtd/Projects/trip
	chown "$WS_USER:" "$o/all"
	echo root >"$o/all/file"
	echo root >"$project/file"
	stat -c '%n %i %u %a %Z' "$o/all/file" "$project/file" >before
	run ws run trip --share "$o/all:/shared" -- sh -c "
		cd $project
		for f in /shared/file file; do
			chmod 600 \$f || echo refused; echo x >>\$f || echo refused
			ln \$f \$f-linked || echo refused; touch -d @1 \$f || echo refused
		done; ls -A /shared"
	stat -c '%n %i %u %a %Z' "$o/all/file" "$project/file" >after
	umount "$o/all"
	rm "$project/file"
	echo "$output"
	[ "$(grep -cx refused <<<"$output")" = 8 ]
	has <(echo "$output") file
	cmp before after
}

@test "a caller that changes its path meanwhile harms nothing" {
	make race
	project=$WS_HOME/gtd/Projects/race
	as_user mkdir "$project"
	echo root >"$project/file"
	stat -c '%i %u %a %Y' "$project/file" >before
	cat >"$project/race.py" <<-'END'
	import ctypes, os, sys, threading
	libc = ctypes.CDLL(None)
	h = os.environ["H"]
	names = [n.encode().ljust(200, b"\0") for n in
	         (h + "/f20", h + "/f21", os.getcwd() + "/file", "/proc/1/exe",
	          "/proc/self/root" + h + "/f22", h + "/secret", "/dev/null", "//" * 40)]
	path = ctypes.create_string_buffer(200)
	going = True
	def swap():
	    i = 0
	    while going:
	        ctypes.memmove(path, names[i % len(names)], 200)
	        i += 1
	def relink():
	    i = 0
	    while going:
	        os.symlink(names[i % len(names)].rstrip(b"\0"), "/tmp/l")
	        os.rename("/tmp/l", "/tmp/link")
	        i += 1
	threads = [threading.Thread(target=f) for f in (swap, relink)]
	for t in threads: t.start()
	for i in range(2000):
	    libc.chmod(path, 0o644)
	    libc.chmod(b"/tmp/link", 0o644)
	    libc.link(path, b"/tmp/x%d" % i)
	going = False
	for t in threads: t.join()
	END
	chmod 644 "$project/race.py"
	in_ws race "cd $project; timeout 120 /usr/bin/python3 race.py"
	stat -c '%i %u %a %Y' "$project/file" >after
	cmp before after
	rm -r "$project"
	is_clean race
}

@test "many callers at once, on the same files" {
	make many
	for i in 1 2 3 4; do
		start_ws many "out$i" '
			for i in $(seq 200); do
				echo '$i' >>$H/many/$i; chmod 640 $H/many/$i; ln -f $H/many/$i /usr/l'$i'
			done & for i in $(seq 200 -1 1); do chmod 600 $H/many/$i; done; wait'
	done
	for p in "${pids[@]}"; do wait "$p"; done
	pids=()
	run cat out?
	[ -z "$output" ]
	in_ws many '
		for i in $(seq 200); do
			test "$(sort $H/many/$i | tr "\n" " ")" = "$(printf "%s\n" $i 1 2 3 4 | sort | tr "\n" " ")"
		done'
	is_clean many
}

@test "a full disk: the call says so, and the file stays as it was" {
	mountpoint -q "$WS_DIR" || skip "no loop mount here"
	make full
	in_ws full true
	as_user fallocate -l "$(($(stat -f -c '%a * %S' "$WS_DIR") - 60000000))" "$WS_HOME/fill1" || :
	as_user dd if=/dev/zero of="$WS_HOME/fill" bs=1M 2>/dev/null || :
	as_user truncate -s -5M "$WS_HOME/fill"
	run in_ws full 'echo x >>$H/big'
	rm "$WS_HOME/fill" "$WS_HOME/fill1"
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *"No space left"* ]]
	is_clean full
	in_ws full 'test $(stat -c %u:%s $H/big) = 65534:100000000
		echo x >>$H/big; test $(stat -c %u:%s $H/big) = 0:100000002'
}

@test "a running workspace whose callers wait is paused, and goes on" {
	make pause
	start_ws pause out 'echo ready; i=0
		while ! test -e /tmp/end; do
			i=$((i % 200 + 1)); chmod 600 $H/many/$i; echo x >>$H/many/$i; : >/tmp/x
		done
		echo ended'
	until_true 20 has out ready
	for i in 1 2 3; do ws snap pause -m "$i"; done
	# While its holder stands still, all callers wait for it.
	holder=$(holder_pid pause)
	kill -STOP "$holder"
	ws snap pause -m waiting >snap 2>&1 3>&- &
	snap=$!
	kill -CONT "$holder"
	wait "$snap"
	# In the middle of the copy of a large file: first that is finished.
	start_ws pause out2 'chmod 600 $H/big; echo done'
	until_half 20
	kill -STOP "$holder"
	ws snap pause -m large >snap 2>&1 3>&- &
	snap=$!
	half
	kill -CONT "$holder"
	wait "$snap"
	in_ws pause 'touch /tmp/end'
	for p in "${pids[@]}"; do wait "$p"; done
	pids=()
	has out ended
	has out2 done
	for i in 1 2 3 4 5; do
		ws clone "pause@$i" "pause$i"
		is_clean "pause$i"
	done
}

@test "who replaces a file while it is being copied is not overruled" {
	make replace
	project=$WS_HOME/gtd/Projects/replace
	as_user mkdir "$project"
	# What it does itself needs no answer: the holder stands still.
	start_ws replace out "exec /usr/bin/python3 -c '
import os, time
big = os.environ[\"H\"] + \"/big\"
print(\"ready\", flush=True)
while not os.path.exists(\"$project/go\"): time.sleep(0.01)
os.unlink(big)
with open(big, \"x\") as f: f.write(\"new\")
print(\"replaced\", flush=True)'"
	until_true 20 has out ready
	holder=$(holder_pid replace)
	start_ws replace out2 'chmod 600 $H/big; cat $H/big'
	until_half 20
	kill -STOP "$holder"
	half
	touch "$project/go"
	until_true 20 has out replaced || { kill -CONT "$holder"; false; }
	kill -CONT "$holder"
	for p in "${pids[@]}"; do wait "$p"; done
	pids=()
	[ "$(cat out2)" = new ]
	rm -r "$project"
	is_clean replace
}

@test "a supervisor that is killed takes its callers with it" {
	make dead
	start_ws dead out 'echo ready; while :; do chmod 600 $H/f1; : >/tmp/x; done'
	until_true 20 has out ready
	holder=$(holder_pid dead)
	kill -STOP "$holder"
	kill -KILL "$holder"
	wait "$pid" || status=$?
	[ "$status" -eq 137 ]
	in_ws dead true
}

@test "stopped while a file is being copied: there is no half of it" {
	for i in 1 2 3 4; do
		make "half$i"
		start_ws "half$i" "out$i" 'chmod 600 $H/big; sleep 1000'
		until_half 20
		ws stop "half$i"
		wait "$pid" || :
		is_clean "half$i"
	done
	pids=()
}

@test "no program inside can stop the answers" {
	make alive
	in_ws alive '
		trap "" TERM; kill -KILL 1 || :; kill -TERM -1 || :
		chmod 600 $H/f1; test $(stat -c %u $H/f1) = 0'
}

@test "a caller that is killed, or gets a signal, while it waits" {
	make signals
	# Whatever is interrupted must be as if nothing had been in between.
	ws run signals --env H -- /usr/bin/python3 -c \
		"$(cat "$EARSHOT_SRC/tests/helpers/interrupted.py")"
	is_clean signals
}

@test "limit: commands that left something running" {
	make left
	start_ws left out 'echo ready; exec sleep 1000'
	until_true 20 has out ready
	for i in $(seq 255); do
		in_ws left 'sleep 1000 </dev/null >/dev/null 2>&1 &'
	done
	run in_ws left true
	[ "$status" -eq 1 ]
	[[ $output = *"too many commands left something running"* ]]
	ws stop left
	in_ws left 'chmod 600 $H/f1'
	wait "$pid" || :
	pids=()
}

@test "where there is a listener already, all else is as before" {
	make outer
	# As a supervisor around us would have it: a filter with a listener.
	cat >"$WS_DIR/listens.py" <<-'END'
	import ctypes, os, struct, sys
	libc = ctypes.CDLL(None, use_errno=True)
	code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
	prog = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 1, ctypes.addressof(code)))
	libc.prctl(38, 1, 0, 0, 0)
	fd = libc.syscall(317, 1, 8, prog)
	if fd < 0:
	    sys.exit(os.strerror(ctypes.get_errno()))
	os.set_inheritable(fd, True)
	os.execv(sys.argv[1], sys.argv[1:])
	END
	[ "$(uname -m)" = x86_64 ] || skip "the number of seccomp(2) is another here"
	chmod 644 "$WS_DIR/listens.py"
	# Inside: the one listener that a process can have is taken.
	run ws run outer --share "$WS_DIR/listens.py:/l.py:ro" -- /usr/bin/python3 /l.py /bin/true
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"busy"* ]]
	run ws run outer --user me -- true
	[ "$status" -eq 0 ]
	# Outside, there was one before: no files are copied up.
	start_ws outer out 'echo ready; exec sleep 1000'
	until_true 20 has out ready
	run as_user /usr/bin/python3 "$WS_DIR/listens.py" "$WS_BIN/project" workspace run outer \
		--env H -- sh -c 'echo x >/usr/new && ! chmod 600 $H/f1 && echo as before'
	echo "$output"
	has <(echo "$output") "as before"
	ws stop outer
	wait "$pid" || :
	pids=()
}

# Linux before 5.19 answers EINVAL to the flag by which a caller that waits cannot
# be interrupted: here a filter does, for all that the helper starts.
@test "kernels before 5.19: files are copied up all the same" {
	make older
	[ "$(uname -m)" = x86_64 ] || skip "the number of seccomp(2) is another here"
	cat >"$WS_DIR/older.py" <<-'END'
	import ctypes, os, struct, sys
	libc = ctypes.CDLL(None, use_errno=True)
	LOAD, JEQ, JSET, RET = 0x20, 0x15, 0x45, 0x06
	words = [
	    (LOAD, 0, 0, 0),            # the system call
	    (JEQ, 0, 3, 317),           # seccomp(2)
	    (LOAD, 0, 0, 24),           # its flags
	    (JSET, 0, 1, 1 << 5),       # SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
	    (RET, 0, 0, 0x00050000 | 22),
	    (RET, 0, 0, 0x7fff0000),
	]
	code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *w) for w in words))
	prog = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(words), ctypes.addressof(code)))
	if libc.syscall(317, 1, 0, prog) != 0:
	    sys.exit(os.strerror(ctypes.get_errno()))
	# A new filter with the flag is refused now, whatever the kernel.
	if libc.syscall(317, 1, 1 << 5, prog) == 0 or ctypes.get_errno() != 22:
	    sys.exit("the filter does not work")
	os.execvp(sys.argv[1], sys.argv[1:])
	END
	run --separate-stderr /usr/bin/python3 "$WS_DIR/older.py" bash -c 'source "$1"; shift; "$@"' - \
		"$BATS_TEST_DIRNAME/workspace.bash" ws run older --env H="$H" -- \
		sh -ec 'chmod 600 $H/f1; echo changed >>$H/f2; stat -c "%a %u" $H/f1; tail -n 1 $H/f2'
	# shellcheck disable=SC2154 # set by "run --separate-stderr"
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'600 0\nchanged' ]
	is_clean older
}

@test "root of the host needs none of this" {
	WS_USER2=$WS_USER WS_USER=
	export XDG_DATA_HOME=$WS_DIR/rootdata
	make r
	in_ws r 'chmod 600 $H/f1; grep -q "^Threads:.1$" /proc/1/status' || failed=1
	ws destroy r
	ws gc --all
	unset XDG_DATA_HOME
	WS_USER=$WS_USER2
	[ -z "${failed:-}" ]
}
