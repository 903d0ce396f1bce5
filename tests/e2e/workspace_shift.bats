#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_shift.bats - a tree's owners to a range of ids, and back.
load lib
load workspace

# The ids of root's tests; those of the ordinary user are his own.
MAP=b:0:100000:65536

setup_file() {
	ws_setup_file
	mkdir "$WS_DIR/root-home" "$WS_DIR/outside"
	echo outside >"$WS_DIR/outside/file"
}
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=()
	t=$WS_DIR/t
	rm -rf "$t" "$WS_DIR/orig"
	rm -rf "$WS_STORE/shift"/* "$WS_DIR"/root-home/.local/share/earshot/workspaces/shift/*
}
teardown() { common_teardown; }

# shift_as root|user ARGUMENT...
shift_as() {
	local who=$1
	shift
	case $who in
	root) HOME=$WS_DIR/root-home "$WS_BIN/project" workspace shift "$@" ;;
	user) ws shift "$@" ;;
	esac
}

# The ordinary user's map: the upper half of his range, as the usual map of a
# workspace has the lower one in use.
user_ids() {
	ws_needs_root "make files of other owners"
	ws_needs_namespaces
	ws_needs_range
	uid=$(id -u "$WS_USER")
	start=$(awk -F: -v u="$WS_USER" '$1 == u { print $2; exit }' /etc/subuid)
	UMAP=b:0:$((start + 30000)):30000
}

# tree DIR ZERO BASE: files of several owners; 0 inside is ZERO, n is BASE + n.
tree() {
	local zero=$2 base=$3 cap=cap_net_raw+ep
	own() { chown -h "$(($1 > 0 ? base + $1 : zero)):$(($2 > 0 ? base + $2 : zero))" "${@:3}"; }
	mkdir -p "$1"
	(
		cd "$1"
		mkdir d e secret e/dir
		echo 1 >d/su
		echo 2 >d/sg
		echo 3 >e/both
		echo 4 >e/acl
		echo 5 >e/cap
		echo 6 >e/capsu
		echo 7 >secret/none
		echo 8 >'new
line'
		echo 9 >"$(printf '\377')"
		echo 10 >-a
		echo 11 >'ä b'
		ln -s /etc/passwd l
		ln -s ../outside/file l2
		ln -s "$WS_DIR/outside" ld
		ln -s nowhere lost
		mkfifo fifo
		mknod null c 1 3
		own 0 0 . d d/su null lost -- *line ./-a
		own 0 50 d d/sg
		own 33 33 e/both fifo "$(printf '\377')"
		own 5 6 e e/dir secret secret/none
		own 1000 1000 e/acl e/cap e/capsu l l2 ld 'ä b'
		setfacl -m "u:$((base + 7)):r,u:$zero:rw,g:$((base + 8)):rw" e/acl
		setfacl -d -m "u:$((base + 9)):rx" e/dir
		setfacl -m "g:$((base + 10)):rwx" e/dir fifo
		if [ "$zero" -eq 0 ]; then
			setcap $cap e/cap
			setcap $cap e/capsu
		else
			setcap -n "$zero" $cap e/cap
			setcap -n "$zero" $cap e/capsu
		fi
		chmod 4755 d/su
		chmod 2775 d d/sg
		chmod 6755 e/both e/capsu
		chmod 1777 e
		chmod 0 secret/none
		chmod 700 secret
		ln d/su d/su2
		ln d/su e/su3
		ln e/capsu secret/capsu2
		touch -h -d '2001-02-03 04:05:06.789' l d/su e/cap 'ä b'
	)
}

# look DIR ZERO BASE: all there is to a tree, its ids as they are inside.
look() {
	/usr/bin/python3 "$EARSHOT_SRC/tests/helpers/look.py" "$@"
}

# there_and_back root|user ZERO BASE ZERO BASE ARGUMENT...: from, to.
there_and_back() {
	local who=$1
	tree "$t" "$2" "$3"
	look "$t" "$2" "$3" >before
	[ "$(wc -l <before)" -eq 25 ]
	lacks "'id" <before
	run shift_as "$who" "$t" "${@:6}" --dry-run
	[ "$status" -eq 0 ]
	[ "$output" = "22 of 22 files would be shifted: 22 owners, 3 access lists, 2 capabilities" ]
	look "$t" "$2" "$3" | cmp - before
	run shift_as "$who" "$t" "${@:6}"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "22 of 22 files shifted" ]
	look "$t" "$4" "$5" | diff before -
	run shift_as "$who" "$t" "${@:6}"
	[ "$output" = "0 of 22 files shifted" ]
	run shift_as "$who" "$t" --back "${@:6}"
	[ "$output" = "22 of 22 files shifted" ]
	look "$t" "$2" "$3" | diff before -
	[ "$(stat -c %u:%g "$WS_DIR/outside/file" /etc/passwd | sort -u)" = 0:0 ]
	[ "$(stat -c %u:%g /dev/null)" = 0:0 ]
}

@test "as root: there and back is the same tree" {
	ws_needs_root "give files away"
	there_and_back root 0 0 100000 100000 --map $MAP
}

@test "as root: to the range of a user" {
	ws_needs_root "give files away"
	user_ids
	there_and_back root 0 0 "$start" "$start" --user "$WS_USER"
	there_and_back_again() { look "$t" 0 0 | diff before -; }
	shift_as root "$t" --user "$uid"
	look "$t" "$start" "$start" | diff before -
	shift_as root "$t" --user "$uid" --back
	there_and_back_again
}

@test "as an ordinary user: there and back is the same tree" {
	user_ids
	there_and_back user "$uid" $((start - 1)) $((start + 30000)) $((start + 30000)) --map "$UMAP"
}

@test "an ordinary user's own files become those of the range's first id" {
	user_ids
	mkdir "$t"
	echo x >"$t/file"
	chown -R "$WS_USER:" "$t"
	ws shift "$t"
	[ "$(stat -c %u:%g "$t/file")" = "$start:$start" ]
	# As its owner it can be entered from inside only.
	chmod 700 "$t"
	ws shift "$t" --back
	[ "$(stat -c %U "$t" "$t/file" | sort -u)" = "$WS_USER" ]
	chown $((start + 4)) "$t/file"
	run ws shift "$t"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"1 file has an owner that is on neither side, first $((start + 4)): file" ]]
	chown 1:1 "$t/file"
	run ws shift "$t"
	[ "$status" -eq 1 ]
	[[ $output = *"first (not one of your ids): file" ]]
}

@test "usernsexec's trick: one id is given away, another one stays" {
	ws_needs_root "give files away"
	mkdir "$t"
	touch "$t/a" "$t/b"
	chown 1000:1000 "$t/b"
	shift_as root "$t" --map b:0:100000:1 --map b:1000:1000:1
	[ "$(stat -c %u:%g "$t" "$t/a" "$t/b" | tr '\n' ' ')" = "100000:100000 100000:100000 1000:1000 " ]
}

@test "users and groups have maps of their own" {
	ws_needs_root "give files away"
	mkdir "$t"
	chown 5:6 "$t"
	shift_as root "$t" --map u:0:100000:10 --map g:0:200000:10
	[ "$(stat -c %u:%g "$t")" = 100005:200006 ]
}

@test "times stay, also of the last access" {
	ws_needs_root "give files away"
	mkdir -p "$t/d"
	echo x >"$t/d/f"
	touch -d '2001-02-03 04:05:06.789' "$t/d/f" "$t/d" "$t"
	before=$(stat -c '%X %Y' "$t" "$t/d" "$t/d/f")
	shift_as root "$t" --map $MAP
	[ "$(stat -c '%X %Y' "$t" "$t/d" "$t/d/f")" = "$before" ]
}

@test "what is shifted is root's for a user's container, and comes back with what that wrote" {
	ws_needs_root "give files away"
	ws_needs_namespaces
	user_ids
	ws_rootfs "$t"
	shift_as root "$t" --user "$WS_USER"
	[ "$(stat -c %u "$t/etc/passwd")" = "$start" ]
	command -v lxc-usernsexec >/dev/null || skip "lxc-usernsexec is not installed"
	[ "$(as_user lxc-usernsexec -m "b:0:$start:65536" -- stat -c %u:%g "$t/etc/passwd")" = 0:0 ]
	as_user lxc-usernsexec -m "b:0:$start:65536" -- sh -c "echo more >>'$t/etc/passwd'"
	shift_as root "$t" --user "$WS_USER" --back
	[ "$(stat -c %u "$t/etc/passwd")" = 0 ]
	grep -qx more "$t/etc/passwd"
}

# ---- killed ------------------------------------------------------------------

# traced WHO CALL N ARGUMENT...: killed when it enters a system call the Nth
# time. Not by as_user: for newuidmap the tracer has to be root.
traced() {
	local who=$1 call=$2 n=$3
	shift 3
	local -a become=(env HOME="$WS_DIR/root-home")
	[ "$who" = root ] || become=(setpriv --reuid="$WS_USER" --regid="$WS_USER" --init-groups
		env -i HOME="$WS_HOME" ASAN_OPTIONS=detect_leaks=0 PATH=/usr/sbin:/usr/bin:/sbin:/bin)
	ASAN_OPTIONS=detect_leaks=0 \
		strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e "trace=$call" ${n:+-e inject="$call:signal=SIGKILL:when=$n"} \
		"${become[@]}" "$WS_BIN/project" workspace shift "$@"
}

# calls NAME: how many of them an undisturbed run made.
calls() { grep -cE "(^| )$1\(" trace || :; }

# killed WHO ZERO BASE ZERO BASE STEP MAP: killed at each STEPth of the calls
# that change something; completed by the same command, or undone by --back.
killed() {
	local who=$1 step=$6 map=$7 all=fchownat,setxattr,chmod,renameat,rename,unlinkat call n kills=0
	strace -qq -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
	tree "$WS_DIR/orig" "$2" "$3"
	look "$WS_DIR/orig" "$2" "$3" >before
	cp -a "$WS_DIR/orig" "$t"
	traced "$who" "$all" "" "$t" --map "$map"
	look "$t" "$4" "$5" | diff before -
	cp trace whole
	for call in fchownat setxattr chmod renameat rename unlinkat; do
		for ((n = 1; n <= $(cp whole trace && calls $call); n += step)); do
			for way in on back; do
				rm -rf "$t"
				cp -a "$WS_DIR/orig" "$t"
				if traced "$who" $call $n "$t" --map "$map" 2>/dev/null; then
					continue
				fi
				kills=$((kills + 1))
				echo "$call $n $way"
				if [ $way = on ]; then
					shift_as "$who" "$t" --map "$map"
					look "$t" "$4" "$5" | diff before -
				else
					shift_as "$who" "$t" --map "$map" --back
					look "$t" "$2" "$3" | diff before -
				fi
			done
		done
	done
	echo "$kills kills"
	[ "$kills" -ge "$8" ]
	[ -z "$(find "$WS_STORE/shift" "$WS_DIR/root-home/.local/share/earshot/workspaces/shift" -type f ! -name '.*')" ]
}

@test "as root: killed at every change, the same command completes it, --back undoes it" {
	ws_needs_root "give files away"
	killed root 0 0 100000 100000 1 $MAP 60
}

@test "as an ordinary user: killed in the middle, completed or undone" {
	user_ids
	killed user "$uid" $((start - 1)) $((start + 30000)) $((start + 30000)) 6 "$UMAP" 8
}

@test "doctor tells of one that was not finished; whoever took a file's number gets nothing" {
	ws_needs_root "give files away"
	strace -qq -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
	doctor() { HOME=$WS_DIR/root-home "$WS_BIN/project" workspace doctor "$@"; }
	tree "$t" 0 0
	if (cd "$WS_DIR" && traced root fchownat 3 t --map $MAP 2>/dev/null); then false; fi
	run doctor
	[ "$status" -eq 1 ]
	[[ $output = *"not finished: shift: $t"* ]]
	# A list that names the very inode, but not its time of change.
	touch "$t/e/both" "$t/d/su"
	chmod 755 "$t/e/both" "$t/d/su"
	shift_as root "$t" --map $MAP
	[ "$(stat -c %a "$t/e/both" "$t/d/su" "$t/d/sg" | tr '\n' ' ')" = "755 755 2775 " ]
	run doctor
	[[ $output != *"not finished"* ]]
}

# ---- refused -----------------------------------------------------------------

# refused STATUS WORDS ARGUMENT...: by root, and nothing is changed.
refused() {
	look "$t" 0 0 >before
	run shift_as root "${@:3}"
	echo "$output"
	[ "$status" -eq "$1" ]
	[[ $output = *"$2"* ]]
	look "$t" 0 0 | diff before -
}

@test "refused: owners on neither side, anywhere" {
	ws_needs_root "give files away"
	tree "$t" 0 0
	chown 70000 "$t/e/acl"
	chgrp 70001 "$t/e/cap"
	refused 1 "2 files have an owner that is on neither side, first 7000" "$t" --map $MAP
	refused 1 "2 files have an owner" "$t" --map $MAP --dry-run
	chown 1 "$t/e/acl" "$t/e/cap"
	chgrp 1 "$t/e/cap"
	setfacl -m u:70002:r "$t/d/sg"
	refused 1 "1 file has an owner that is on neither side, first 70002: d/sg" "$t" --map $MAP
	setfacl -b "$t/d/sg"
	setfacl -d -m g:70003:r "$t/d"
	refused 1 "first 70003: d" "$t" --map $MAP
	setfacl -b "$t/d"
	setcap -n 70004 cap_net_raw+ep "$t/d/sg"
	refused 1 "first 70004: d/sg" "$t" --map $MAP
	setcap -r "$t/d/sg"
	shift_as root "$t" --map $MAP
}

@test "refused: ids on both sides, and maps that are none" {
	ws_needs_root "give files away"
	mkdir "$t"
	refused 2 "user ids 1000 to 65535 are on both sides" "$t" --map b:0:1000:65536
	refused 2 "no group ids" "$t" --map u:0:100000:10
	refused 2 "exclude each other" "$t" --map $MAP --user root
	refused 2 "nobody is called 'no body'" "$t" --user 'no body'
	refused 2 "is not" "$t" --map 0:1
	refused 1 "1 has no range of ids" "$t" --user 1
}

@test "refused: other file systems, also the same one mounted again" {
	ws_needs_root mount
	mkdir -p "$t/a" "$WS_DIR/outside/dir"
	unmount() { umount "$t/a"; }
	mount -t tmpfs none "$t/a"
	run refused 1 "another file system is at a" "$t" --map $MAP
	unmount
	echo "$output"
	[ "$status" -eq 0 ]
	mount --bind "$WS_DIR/outside/dir" "$t/a"
	run refused 1 "another file system is at a" "$t" --map $MAP
	unmount
	echo "$output"
	[ "$status" -eq 0 ]
	mount --bind "$WS_DIR/outside/file" "$t/a" 2>/dev/null || touch "$t/f"
	mountpoint -q "$t/a" && unmount
	mount --bind "$WS_DIR/outside/file" "$t/f"
	run refused 1 "another file system is at f" "$t" --map $MAP
	umount "$t/f"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(stat -c %u "$WS_DIR/outside/file")" = 0 ]
}

@test "refused: a file that has a name outside of the tree" {
	ws_needs_root "give files away"
	mkdir "$t"
	touch "$t/a" "$t/b"
	ln "$t/a" "$t/a2"
	ln "$t/a" "$WS_DIR/outside/a"
	ln "$t/b" "$WS_DIR/outside/b"
	refused 1 "2 files have further names (hard links) outside, first: a" "$t" --map $MAP
	rm "$WS_DIR/outside/a" "$WS_DIR/outside/b"
	shift_as root "$t" --map $MAP
}

@test "refused: what cannot be changed" {
	ws_needs_root chattr
	mkdir "$t"
	touch "$t/a" "$t/b"
	chattr +i "$t/b" || skip "this file system has no immutable files"
	run refused 1 "b does not let itself be changed: chattr -ia" "$t" --map $MAP
	chattr -i "$t/b"
	[ "$status" -eq 0 ]
}

@test "refused: the system, the store, links, files, what is not there" {
	ws_needs_root "give files away"
	mkdir "$t"
	touch "$t/file"
	ln -s "$t" "$WS_DIR/link"
	store=$WS_DIR/root-home/.local/share/earshot/workspaces
	refused 1 "/ is the system itself" / --map $MAP
	mkdir "$t/sys"
	mount --bind / "$t/sys"
	run shift_as root "$t/sys" --map $MAP
	umount "$t/sys"
	[ "$status" -eq 1 ]
	[[ $output = *"sys is the system itself"* ]]
	mkdir -p "$store/layers/x"
	refused 1 "is in the store of workspaces" "$store/layers/x" --map $MAP
	refused 1 "is in the store of workspaces" "$store" --map $MAP
	rmdir "$store/layers/x"
	refused 1 "the store of workspaces is at .local/share/earshot/workspaces" \
		"$WS_DIR/root-home" --map $MAP
	refused 1 "is not a directory" "$WS_DIR/link" --map $MAP
	refused 1 "is not a directory" "$t/file" --map $MAP
	refused 1 "No such file" "$t/nowhere" --map $MAP
	refused 2 usage "$t" "$t" --map $MAP
	rm "$WS_DIR/link"
}

@test "refused: what is not an ordinary user's to give" {
	user_ids
	mkdir "$t"
	chown "$WS_USER:" "$t"
	run ws shift "$t" --map b:0:1:1
	[ "$status" -eq 1 ]
	[[ $output = *"not allowed"* ]]
	run ws shift "$t" --user root
	[ "$status" -eq 2 ]
	run ws shift "$t" --map "b:0:$start:65536"
	[ "$status" -eq 2 ]
	[[ $output = *"are on both sides"* ]]
	WS_PATH=/nowhere run ws shift "$t"
	[ "$status" -eq 1 ]
	[[ $output = *"newuidmap and newgidmap are not installed"* ]]
	[ "$(stat -c %U "$t")" = "$WS_USER" ]
}

@test "one at a time" {
	ws_needs_root "give files away"
	mkdir "$t"
	exec 7<"$t"
	flock 7
	refused 1 "another command is working on $t" "$t" --map $MAP
	exec 7<&-
	shift_as root "$t" --map $MAP
}

@test "directories within directories: up to 2000" {
	ws_needs_root "give files away"
	for n in 1999 2000 2001; do
		mkdir "$t"
		/usr/bin/python3 -c '
import os, sys
os.chdir(sys.argv[1])
for i in range(int(sys.argv[2])):
    os.mkdir("d")
    os.chdir("d")' "$t" $n
		# The usual limit of open files is the harder one.
		run bash -c 'ulimit -Sn 1024; HOME=$1 exec "$2/project" workspace shift "$3" --map "$4"' \
			- "$WS_DIR/root-home" "$WS_BIN" "$t" $MAP
		echo "$output"
		if [ $n -le 2000 ]; then
			[ "$output" = "$((n + 1)) of $((n + 1)) files shifted" ]
		else
			[ "$status" -eq 1 ]
			[[ $output = *"directories within directories"* ]]
			[ "$(stat -c %u "$t")" = 0 ]
		fi
		rm -rf "$t"
	done
}
