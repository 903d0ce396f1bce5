# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - file systems that refuse: full, read-only, another one, NFS.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() {
	project_setup
	export ASAN_OPTIONS=detect_leaks=0
	mkdir "$GTD_DIR/Completed"
}
teardown() { common_teardown; }

# in_mounts SCRIPT: run it where it may mount; gone with its last process.
in_mounts() {
	unshare -rm true 2>/dev/null ||
		skip "no user namespace with mounts here"
	run timeout 120 unshare -rm bash -euc "no() { if \"\$@\"; then return 1; fi; }
		$1"
	echo "$output"
	[ "$status" -eq 0 ]
}

# with_error CALL ERROR COMMAND...: every such call answers with the error.
with_error() {
	strace -qq -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
	run strace -f -qq -o /dev/null -e "trace=$1" \
		-e "inject=$1:error=$2" "${@:3}"
}

@test "renameat2 that knows no flags (NFS, old FUSE): every move works" {
	for error in EINVAL ENOSYS; do
		project -q new trip
		for command in 'postpone trip' 'resume trip' 'rename trip way' \
			'complete way' 'reopen way' 'delete way' 'undo' \
			'new other'; do
			# shellcheck disable=SC2086
			with_error renameat2 $error project -q $command
			echo "$command: $output"
			[ "$status" -eq 0 ]
		done
		[ "$(ls "$GTD_DIR/Projects")" = "other
way" ]
		# and still nothing is replaced
		project -q new trip
		with_error renameat2 $error project rename trip other
		[ "$status" -eq 1 ]
		[[ $output == *"exists already"* ]]
		mkdir -p "$GTD_DIR/Completed/$(date +%Y)/trip"
		with_error renameat2 $error project complete trip
		[ "$status" -eq 0 ]
		[ -f "$GTD_DIR/Completed/$(date +%Y)/trip.1/log" ]
		rm -rf "$GTD_DIR"/*/*
	done
}

@test "Completed on another file system: said, nothing moved" {
	in_mounts '
		project -q new trip
		mount -t tmpfs tmpfs "$GTD_DIR/Completed"
		no project complete trip 2>message
		grep -q "different file systems: nothing was moved" message
		[ -f "$GTD_DIR/Projects/trip/log" ]
		[ -z "$(find "$GTD_DIR/Completed" -name "trip*")" ]
		project -q postpone trip
	'
}

@test "a full disk: an error, nothing lost, nothing half there" {
	in_mounts '
		mount -t tmpfs -o size=64k tmpfs "$GTD_DIR"
		mkdir "$GTD_DIR/Projects"
		project -q new trip
		project -q actions trip ring Ann
		cp -r "$GTD_DIR/Projects/trip" "$HOME/before"
		no dd if=/dev/zero of="$GTD_DIR/filler" bs=1k 2>/dev/null
		line=$(printf "x%.0s" {1..9000})
		for command in "new other" "log trip $line" "do trip" \
			"in $line"; do
			no project $command 2>message
			grep -q "No space left" message
		done
		[ "$(ls -A "$GTD_DIR/Projects")" = trip ]
		diff -r "$HOME/before" "$GTD_DIR/Projects/trip"
		rm "$GTD_DIR/filler"
		project -q do trip
		project -q complete trip
	'
}

@test "a full disk below the journal: nothing changes" {
	in_mounts '
		project -q new trip
		mkdir -p "$XDG_STATE_HOME"
		mount -t tmpfs -o size=16k tmpfs "$XDG_STATE_HOME"
		no dd if=/dev/zero of="$XDG_STATE_HOME/filler" bs=1k 2>/dev/null
		no project complete trip 2>message
		grep -q "No space left" message
		[ -f "$GTD_DIR/Projects/trip/log" ]
	'
}

@test "a read-only directory: an error for changes, reading goes on" {
	in_mounts '
		mount -t tmpfs tmpfs "$GTD_DIR"
		mkdir "$GTD_DIR/Projects"
		project -q new trip
		project -q new later
		project -q postpone later --until +1d
		mount -o remount,bind,ro "$GTD_DIR"
		for command in "complete trip" "delete trip" "new x" \
			"postpone trip" "log trip x" "in x" "undo"; do
			no project $command 2>message
			grep -q "^project: " message
		done
		[ -f "$GTD_DIR/Projects/trip/log" ]
		project list --today +5d >list 2>message
		grep -q ^trip list
		grep -q "later is due but stays postponed" message
	'
}

@test "an overlay: projects of the lower layer move, whole" {
	project -q new trip
	project -q actions trip x
	mkdir "$GTD_DIR/Projects/trip/sub"
	ln -s ../log "$GTD_DIR/Projects/trip/sub/link"
	chmod 640 "$GTD_DIR/Projects/trip/log"
	in_mounts '
		mkdir u m
		mount -t tmpfs tmpfs u
		# Before Linux 6.6 a tmpfs keeps no user.*: there no directory of an
		# overlay can be moved, by nobody.
		python3 -c "import os; os.setxattr(\"u\", \"user.x\", b\"\")" 2>/dev/null ||
			umount u
		mkdir u/upper u/work
		mount -t overlay overlay -o lowerdir="$GTD_DIR",upperdir=u/upper,workdir=u/work,userxattr m || exit 0
		cp -a "$GTD_DIR/Projects/trip" want
		export GTD_DIR=$PWD/m
		for command in "postpone trip" "resume trip" "rename trip way" "complete way" "undo"; do
			project -q $command
		done
		diff -r want m/Projects/way
		[ "$(stat -c %a%Y m/Projects/way/log)" = "$(stat -c %a%Y want/log)" ]
		[ "$(readlink m/Projects/way/sub/link)" = ../log ]
		[ "$(ls m/Projects)" = way ]
		project -q new other
		no project rename way other
		project check
		mkfifo m/Projects/way/fifo
		[ -z "$(find m -name ".new-*")" ]
	'
}

@test "a file system that folds case (exfat): a project is called as it is written" {
	[ "$(id -u)" -eq 0 ] || skip "only root mounts exfat"
	for program in mkfs.exfat losetup; do
		command -v $program >/dev/null || skip "no $program: contrib/services"
	done
	truncate -s 16M disk
	mkfs.exfat disk >/dev/null
	loop=$(losetup -f --show disk) || skip "no loop device here"
	mkdir mnt
	export GTD_DIR=$PWD/mnt/gtd
	run unshare -m bash -euc "no() { if \"\$@\"; then return 1; fi; }
		mount -t exfat $loop mnt || mount.exfat-fuse $loop mnt || exit 77
		trap 'umount mnt' EXIT"'
		mkdir -p "$GTD_DIR/Projects"
		project -q new trip
		no project new Trip
		project -q rename trip Trip
		[ "$(ls "$GTD_DIR/Projects")" = Trip ]
		project -q undo
		[ "$(ls "$GTD_DIR/Projects")" = trip ]
		project -q actions TRIP hello
		project -q postpone TRIP
		[ "$(ls "$GTD_DIR/Postponed")" = trip ]
		project -q resume Trip
		project -q complete tRip
		project -q undo
		[ "$(project path TRIP)" = "$GTD_DIR/Projects/trip" ]
		project -q in one
		mv "$GTD_DIR/inbox" "$GTD_DIR/Inbox"
		project -q in two
		[ "$(project in | cut -f4 | tr "\n" " ")" = "one two " ]
		mv "$GTD_DIR/Postponed" "$GTD_DIR/off"
		mv "$GTD_DIR/off" "$GTD_DIR/postponed"
		mv "$GTD_DIR/Projects/trip/actions" "$GTD_DIR/Projects/trip/Actions"
		project -q postpone TRIP
		project -q resume trip
		project -q actions Trip more
		[ "$(ls "$GTD_DIR/Projects/trip" | tr "\n" " ")" = "Actions log summary " ]
		[ "$(project actions trip | cut -f3 | tr "\n" " ")" = "hello more " ]
		[ "$(ls "$GTD_DIR" | grep -ic postponed)" = 1 ]
		project -q new été
		no project new ÉTÉ
		project check
	'
	losetup -d "$loop"
	echo "$output"
	[ "$status" -ne 77 ] ||
		skip "no exfat in the kernel, no mount.exfat-fuse: contrib/services"
	[ "$status" -eq 0 ]
}
