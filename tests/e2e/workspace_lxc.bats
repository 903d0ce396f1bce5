#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# Full system containers, and the stores that liblxc keeps: as root with a
# busybox and a debootstrap root, and as an ordinary user with a cgroup of his.
# run-one: in place

bats_require_minimum_version 1.5.0

load workspace

setup_file() {
	ws_setup_file
	[ "$(id -u)" -eq 0 ] && ws_possible >&2 || return 0
	mkdir -p "$WS_DIR/root/here" "$WS_DIR/root/gtd/Projects/box"
	ws_rootfs "$WS_DIR/box"
	mkdir -p "$WS_DIR/box/sbin" "$WS_DIR/box/proc" "$WS_DIR/box/sys"
	ln -s ../bin/busybox "$WS_DIR/box/sbin/init"
	printf '::sysinit:/bin/echo up\n::respawn:/bin/sleep 1000\n' \
		>"$WS_DIR/box/etc/inittab"
	as_root base add box "$WS_DIR/box"
}

teardown_file() {
	local name
	for name in "$WS_DIR"/root/data/earshot/workspaces/ws/*; do
		[ ! -e "$name" ] || as_root stop "${name##*/}" || :
	done
	ws_teardown_file
}

teardown() {
	! mountpoint -q "$WS_DIR/btrfs" || umount "$WS_DIR/btrfs"
	rm -f "$WS_DIR.btrfs"
	[ -z "${PLACE:-}" ] || rm -rf "$PLACE"
}

setup() {
	ws_needs_root "run full system containers here"
	ws_needs_namespaces
	"$WS_BIN/project-workspace" create --help | grep -q -- --init ||
		skip "built without liblxc's header (contrib/services has it)"
	ls /usr/lib/*/liblxc.so.1 >/dev/null 2>&1 ||
		skip "liblxc is not installed and not unpacked (contrib/services)"
}

# The host's root, with a store of its own.
as_root() {
	(cd "$WS_DIR/root/here" && exec env -i HOME="$WS_DIR/root" USER=root \
		XDG_DATA_HOME="$WS_DIR/root/data" TERM=dumb SHELL=/bin/sh \
		LC_ALL=C.UTF-8 GTD_DIR="$WS_DIR/root/gtd" \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		"${ROOT_ENV[@]}" "${LIMIT[@]}" "$WS_BIN/project" workspace "$@")
}

root_store() { echo "$WS_DIR/root/data/earshot/workspaces"; }

# The file that the workspace's own layer has at a path.
upper_of() {
	echo "$(root_store)/layers/$(sed -n 's/^upper //p' "$(root_store)/ws/$1")/up"
}

# until_true SECONDS COMMAND...
until_true() {
	local until=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.1
	done
}

# Process 1 of a running one, as seen from outside.
init_of() { awk '{ print $2 }' "$(root_store)/run/$1.run"; }

# Control groups that the workspace has, or has left.
groups_of() {
	find /sys/fs/cgroup -maxdepth 2 -name \
		"lxc.*.$(sed -n 's/^upper //p' "$(root_store)/ws/$1")*"
}

is_running() { as_root list --json | grep "\"name\":\"$1\"" | grep -q '"running":true'; }

@test "its own init runs, is joined, and goes on when nobody is in it" {
	as_root create one --init --base box
	run as_root run one -- cat /proc/1/cmdline
	[ "$status" -eq 0 ]
	[[ $output == *init* ]]
	is_running one
	run as_root run one -- sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run as_root run one -- sh -c 'kill -9 $$'
	[ "$status" -eq 137 ]
	run -127 as_root run one -- nothing-like-that
	is_running one
	as_root stop one
	run is_running one
	[ "$status" -ne 0 ]
}

@test "the environment is cleared; the host's network only when asked for" {
	as_root create env --init --base box
	ROOT_ENV=(SECRET=yes)
	as_root run env -- env | lacks SECRET
	[ "$(as_root run env -- ls /sys/class/net)" = lo ]
	as_root stop env
	as_root run env --net host -- ls /sys/class/net >"$BATS_TEST_TMPDIR/net"
	ls /sys/class/net | diff - "$BATS_TEST_TMPDIR/net"
	as_root stop env
}

@test "root of the host is nobody inside, and what is written is root's on disk" {
	as_root create ids --init --base box
	as_root run ids -- sh -c 'echo x >/etc/new; chmod 4755 /etc/new'
	[ "$(stat -c '%u %a' "$(upper_of ids)/etc/new")" = '0 4755' ]
	[ "$(stat -c %u "/proc/$(init_of ids)")" -gt 100000 ]
	# What user 0 may write by ownership alone is not to be had.
	run as_root run ids -- sh -c 'echo x >/proc/sys/kernel/core_pattern'
	[ "$status" -ne 0 ]
	run as_root run ids -- sh -c 'mkdir /p; busybox mount -t proc proc /p &&
		echo x >/p/sys/kernel/core_pattern'
	[ "$status" -ne 0 ]
	as_root stop ids
	as_root export ids "$BATS_TEST_TMPDIR/ids.tar"
	tar --numeric-owner -tvf "$BATS_TEST_TMPDIR/ids.tar" etc/new |
		grep -q '^-rwsr-xr-x 0/0 '
}

@test "the project's directory is there, writable, as its owner's" {
	as_root create box --init --base box
	as_root run box -- sh -c "echo x >'$WS_DIR/root/gtd/Projects/box/made'"
	[ "$(stat -c %u "$WS_DIR/root/gtd/Projects/box/made")" -eq 0 ]
	as_root stop box
}

@test "a store and a share below the directory that is covered meanwhile" {
	PLACE=/mnt/ews$$
	mkdir "$PLACE"
	mkdir "$PLACE/share"
	ROOT_ENV=(XDG_DATA_HOME="$PLACE/data")
	as_root create low --init --base "$WS_DIR/box"
	as_root run low --share "$PLACE/share" -- sh -c "echo x >$PLACE/share/made"
	as_root stop low
	[ "$(cat "$PLACE/share/made")" = x ]
	as_root destroy low
	as_root gc --all
}

@test "a running one is snapshotted while it stands still, and goes on" {
	as_root create snap --init --base box
	as_root run snap -- sh -c 'echo one >/etc/state'
	[ "$(as_root snap snap -m first)" = snap@1 ]
	as_root run snap -- sh -c 'echo two >/etc/state'
	run as_root restore snap@1
	[ "$status" -eq 1 ]
	[[ $output == *"in use"* ]]
	as_root stop snap
	as_root restore snap@1
	[ "$(as_root run snap -- cat /etc/state)" = one ]
	as_root stop snap
}

@test "a snapshot that is killed lets it go on" {
	as_root create freeze --init --base box
	as_root run freeze -- true
	# Killed as it begins to copy, with everything inside frozen.
	run strace -qq -e trace=clone3 -e inject=clone3:signal=KILL -o /dev/null \
		env -i HOME="$WS_DIR/root" XDG_DATA_HOME="$WS_DIR/root/data" \
		PATH=/usr/bin:/bin "$WS_BIN/project-workspace" snap freeze -m x
	[ "$status" -eq 137 ]
	[ -z "$(ws_snaps_root freeze)" ]
	[ "$(LIMIT=(timeout -s KILL 20) && as_root run freeze -- echo alive)" = alive ]
	as_root stop freeze
	as_root doctor --fix >/dev/null || :
}

@test "when its keeper is killed all of it ends, and it can be started again" {
	local keeper
	as_root create keep --init --base box
	as_root run keep -- true
	keeper=$(awk '/^PPid/ { print $2 }' "/proc/$(init_of keep)/status")
	kill -9 "$keeper"
	run until_true 10 eval '! is_running keep'
	[ "$status" -eq 0 ]
	[ "$(as_root run keep -- echo again)" = again ]
	as_root stop keep
	# Nor do its control groups pile up.
	run until_true 10 eval '[ -z "$(groups_of keep)" ]'
	[ "$status" -eq 0 ]
}

@test "it is found also when who started it was killed" {
	as_root create orphan --init --base box
	run strace -qq -e trace=poll -e inject=poll:signal=KILL -o /dev/null \
		env -i HOME="$WS_DIR/root" XDG_DATA_HOME="$WS_DIR/root/data" \
		PATH=/usr/bin:/bin "$WS_BIN/project-workspace" run orphan -- true
	[ "$status" -eq 137 ]
	until_true 20 is_running orphan
	[ "$(init_of orphan)" = 0 ]
	[ "$(as_root run orphan -- echo there)" = there ]
	as_root snap orphan -m x
	as_root stop orphan
	run is_running orphan
	[ "$status" -ne 0 ]
}

@test "what cannot be is refused: the host as a system, a bridge for a shell" {
	run as_root create host --init
	[ "$status" -eq 2 ]
	[[ $output == *"a system of its own"* ]]
	as_root create plain --base box
	run as_root run plain --net bridge:br0 -- true
	[ "$status" -eq 2 ]
	as_root create empty --init --base "$WS_DIR/box/usr"
	run as_root run empty -- true
	[ "$status" -eq 1 ]
	[[ $output == *"start its init: liblxc: "* ]]
}

@test "a bridge of the host's gives it a network" {
	ip link add ewsbr$$ type bridge || skip "no bridges in this kernel"
	as_root create net --init --base box
	run as_root run net --net "bridge:ewsbr$$" -- ls /sys/class/net
	as_root stop net
	ip link del "ewsbr$$"
	[ "$status" -eq 0 ]
	[[ $output == *eth0* ]]
}

# The same for every store: run, snapshot, restore, clone, export, and no rest.
works() {
	local name=w${1//:/}
	as_root create "$name" --base box --store "$1"
	as_root run "$name" -- sh -c 'echo one >/etc/x'
	as_root snap "$name" -m first
	as_root run "$name" -- sh -c 'echo two >/etc/x; rm /etc/passwd'
	[ "$(as_root diff "$name@1")" = $'D /etc/passwd\nC /etc/x' ]
	as_root restore "$name@1"
	[ "$(as_root run "$name" -- cat /etc/x)" = one ]
	[ "$(ws_snaps_root "$name")" = '1 2 ' ]
	as_root clone "$name@2" "$name-2"
	[ "$(as_root run "$name-2" -- cat /etc/x)" = two ]
	as_root clone "$name" "$name-3"
	[ "$(as_root run "$name-3" -- cat /etc/x)" = one ]
	as_root export "$name@1" "$BATS_TEST_TMPDIR/x.tar"
	[ "$(tar -xOf "$BATS_TEST_TMPDIR/x.tar" etc/x)" = one ]
	as_root doctor | lacks '^no *left over'
	as_root destroy "$name"
	as_root destroy "$name-2"
	as_root destroy "$name-3"
	as_root gc --all
	[ -z "$(losetup -n -O BACK-FILE | grep "$(root_store)")" ]
}

ws_snaps_root() {
	as_root list "$1" --json | sed 's/.*"snapshot":\([0-9]*\).*/\1/' | tr '\n' ' '
}

@test "store lxc:dir" { works lxc:dir; }
@test "store lxc:overlay" { works lxc:overlay; }
@test "store loop" { works loop; }

@test "stores that copy by rsync are refused without it, before they are made" {
	local store
	ROOT_ENV=(PATH=/usr/sbin)
	for store in loop lxc:dir lxc:overlay; do
		run as_root create unlucky --base box --store "$store" --size 1
		[ "$status" -eq 1 ]
		[[ $output = *"needs rsync"* ]]
	done
	ROOT_ENV=()
	run as_root list
	[[ $output != *unlucky* ]]
}

@test "a store whose copies come out empty is refused before it is made" {
	# An rsync of another program's, or one that a wrapper lets do nothing.
	mkdir -p "$WS_DIR/broken"
	printf '#!/bin/sh\n' >"$WS_DIR/broken/rsync"
	chmod 755 "$WS_DIR/broken/rsync"
	rm -f "$(root_store)/proven/lxc:dir"
	ROOT_ENV=(PATH="$WS_DIR/broken:/usr/sbin:/usr/bin:/sbin:/bin")
	run as_root create unlucky --base box --store lxc:dir
	ROOT_ENV=()
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"store lxc:dir, tried in miniature: use what was restored: "* ]]
	[ ! -e "$(root_store)/ws/unlucky" ]
	[ -z "$(ls "$(root_store)/proof/dir/layers")" ]
	as_root create lucky --base box --store lxc:dir
	as_root destroy lucky
	# What cannot be removed of one store is not in the way of another.
	rm -f "$(root_store)/proven/lxc:overlay"
	mkdir -p "$(root_store)/proof/dir/ws"
	echo broken >"$(root_store)/proof/dir/ws/other"
	as_root create other --base box --store lxc:overlay
	as_root destroy other
	rm -f "$(root_store)/proven/lxc:dir"
	run as_root create unlucky --base box --store lxc:dir
	[ "$status" -eq 1 ]
	[[ $output = *"remove what an earlier try left: "* ]]
	rm "$(root_store)/proof/dir/ws/other"
}

@test "--init is tried before it is promised, and refused where none can start" {
	local root_home=$WS_DIR/root
	rm -f "$(root_store)/proven/init"
	# An init that does nothing, as one that AppArmor does not let run.
	run unshare -m sh -c 'mount --bind /bin/false /bin/sh; exec "$@"' - \
		env HOME="$root_home" XDG_DATA_HOME="$root_home/data" \
		"$WS_BIN/project-workspace" create never --init --base box
	echo "$status: $output"
	[ "$status" -eq 1 ]
	[[ $output = *"init, tried in miniature: run a command in it: "* ]]
	[ ! -e "$(root_store)/ws/never" ]
	as_root create yes --init --base box
	[ -e "$(root_store)/proven/init" ]
	[ -z "$(ls "$(root_store)/proof/init/layers")" ]
	# One that is killed while its system runs: the next one ends that, too.
	# The system lives for a moment only: again where it was not seen.
	local killed tried init=
	tried=$(root_store)/proof/init/run/box.run
	while [ -z "$init" ]; do
		rm -f "$(root_store)/proven/init"
		(exec env HOME="$root_home" XDG_DATA_HOME="$root_home/data" \
			"$WS_BIN/project-workspace" doctor) >/dev/null 2>&1 3>&- &
		killed=$!
		while kill -0 "$killed" && [ -z "$init" ]; do
			init=$(awk '$1 == "lxc" && $2 > 0 { print $2 }' "$tried" || :)
		done 2>/dev/null
		kill -9 "$killed" || :
		wait "$killed" || :
	done
	as_root doctor >/dev/null || :
	[ -e "$(root_store)/proven/init" ]
	until_true 20 test ! -e "/proc/$init" # its new parent has reaped it
	[ -z "$(ls "$(root_store)/proof/init/layers")" ]
}

@test "store loop: one that runs is looked at, but not copied" {
	local file
	as_root create used --init --base box --store loop --size 1
	as_root run used -- sh -c 'echo one >/etc/x; sync'
	run as_root snap used -m x
	[ "$status" -eq 1 ]
	[[ $output == *"stop the workspace first"* ]]
	as_root stop used
	as_root snap used -m x
	as_root run used -- sh -c 'echo two >/etc/x; sync'
	[ "$(as_root diff used@1 | grep ' /etc/x')" = 'C /etc/x' ]
	as_root run used -- sh -c 'echo three >/etc/x'
	as_root stop used
	[ "$(as_root run used -- cat /etc/x)" = three ]
	as_root stop used
	# Two mounts that know nothing of each other would have broken it.
	for file in "$(root_store)"/layers/*/rootdev; do e2fsck -fn "$file"; done
}

@test "store lxc:btrfs" {
	truncate -s 1G "$WS_DIR.btrfs"
	mkfs.btrfs -q -f "$WS_DIR.btrfs"
	mkdir "$WS_DIR/btrfs"
	mount -o loop "$WS_DIR.btrfs" "$WS_DIR/btrfs" || skip "no btrfs here"
	ROOT_ENV=(XDG_DATA_HOME="$WS_DIR/btrfs")
	root_store() { echo "$WS_DIR/btrfs/earshot/workspaces"; }
	as_root base add box "$WS_DIR/box"
	works lxc:btrfs
	# Snapshots are subvolumes, not copies.
	as_root create fast --base box --store lxc:btrfs
	as_root snap fast -m x
	[ "$(btrfs subvolume list "$WS_DIR/btrfs" | wc -l)" -eq 2 ]
}

# killed VERB...: kill -9 in the middle, at the Nth file that it opens; what is
# there must be the state before or the one after.
killed() {
	local n=$1
	shift
	run strace -qq -e trace=openat -e inject=openat:signal=KILL:when="$n" \
		-o /dev/null env -i HOME="$WS_DIR/root" \
		XDG_DATA_HOME="$WS_DIR/root/data" PATH=/usr/sbin:/usr/bin:/bin \
		"$WS_BIN/project-workspace" "$@"
}

@test "kill -9 while liblxc copies: the state before or after, and no rest" {
	local n kills=0 snaps before
	as_root create killed --base box --store lxc:dir
	as_root run killed -- sh -c 'echo kept >/etc/x'
	for n in $(seq 8 3 71); do
		before=$(ws_snaps_root killed)
		killed "$n" snap killed -m x
		[ "$status" -eq 0 ] || kills=$((kills + 1))
		snaps=$(ws_snaps_root killed)
		[ "$status" -ne 0 ] || [ "$snaps" != "$before" ]
		killed "$n" restore killed@last
		[ "$(as_root run killed -- cat /etc/x)" = kept ]
	done
	[ "$kills" -gt 10 ]
	as_root doctor --fix >/dev/null || :
	as_root doctor | lacks '^no *\(left over\|missing\)'
	for n in $(ws_snaps_root killed); do
		as_root restore "killed@$n" >/dev/null
		[ "$(as_root run killed -- cat /etc/x)" = kept ]
	done
}

@test "a system of its own in a store of liblxc's" {
	as_root create loopsys --init --base box --store loop --size 1
	as_root run loopsys -- sh -c 'echo kept >/etc/x'
	is_running loopsys
	as_root stop loopsys
	[ "$(as_root run loopsys -- cat /etc/x)" = kept ]
	as_root stop loopsys
}

@test "lvm and zfs: refused at once with what would bring them" {
	local store device
	for store in lvm:/dev/mapper/control zfs:/dev/zfs; do
		device=${store#*:}
		store=${store%%:*}
		if [ -e "$device" ]; then
			echo "# $device is here: not refused" >&3
			continue
		fi
		run as_root create no --base box --store "$store"
		[ "$status" -eq 1 ]
		[[ $output == *"there is no $device here, which store "*"needed"* ]]
		run as_root list no
		[ "$status" -eq 1 ]
	done
}

@test "without liblxc all else works, and who needs it is told" {
	cat >"$BATS_TEST_TMPDIR/without" <<-'EOF2'
		for lib in /usr/lib/*/liblxc.so.1; do
			mount --bind /dev/null "$(realpath "$lib")"
		done
		exec "$@"
	EOF2
	run unshare -m sh "$BATS_TEST_TMPDIR/without" "$WS_BIN/project-workspace" \
		create no --init --base "$WS_DIR/box"
	[ "$status" -eq 1 ]
	[[ $output == *"liblxc.so.1 is not installed"* ]]
	XDG_DATA_HOME="$WS_DIR/without" run unshare -m sh \
		"$BATS_TEST_TMPDIR/without" "$WS_BIN/project-workspace" \
		run new --base "$WS_DIR/box" -- true
	[[ $output != *liblxc* ]]
	XDG_DATA_HOME="$WS_DIR/without" unshare -m sh \
		"$BATS_TEST_TMPDIR/without" "$WS_BIN/project-workspace" \
		create new --base "$WS_DIR/box"
	[ "$(XDG_DATA_HOME="$WS_DIR/without" unshare -m sh \
		"$BATS_TEST_TMPDIR/without" "$WS_BIN/project-workspace" \
		run new -- echo works)" = works ]
}

# cgroup v2 alone, and a group of its own for the user.
delegated() {
	cat >"$BATS_TEST_TMPDIR/delegated" <<-EOF2
		set -e
		mount --make-rprivate /
		umount -R -l /sys/fs/cgroup 2>/dev/null || :
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		mkdir -p /sys/fs/cgroup/ews$$/me
		chown -R "$WS_USER:" /sys/fs/cgroup/ews$$
		echo \$\$ >/sys/fs/cgroup/ews$$/me/cgroup.procs
		"\$@"
	EOF2
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m bash "$BATS_TEST_TMPDIR/delegated" bash -c \
		'source "$1"; shift; "$@"' - "$BATS_TEST_DIRNAME/workspace.bash" "$@"
}

@test "too many layers for liblxc, which names them in one text" {
	local i upper
	chmod -R a+rX "$WS_DIR/box"
	delegated ws create deep --init --base "$WS_DIR/box"
	for i in $(seq 50); do
		upper=$(sed -n 's/^upper //p' "$WS_STORE/ws/deep")
		as_user touch "$WS_STORE/layers/$upper/up/$i"
		ws snap deep -m "$i" >/dev/null
	done
	run delegated ws run deep -- true
	[ "$status" -eq 1 ]
	[[ $output == *"51 layers are too many for liblxc"* ]]
	ws gc --flatten --layers 1 >/dev/null
	run delegated ws run deep -- ls /50 /1
	[ "$status" -eq 0 ]
	delegated ws stop deep
}

# With a debootstrap root: systemd. Some services of a whole machine have nothing
# to do here: degraded is up.
boots() {
	local name=$1
	shift
	"$@" create "$name" --init --base "$WS_DIR/debian.tar"
	# The first command finds all of it up, and the name is the workspace's.
	cd "$BATS_TEST_TMPDIR"
	"$@" run "$name" -- systemctl is-system-running >out 2>err || :
	cat out err
	[[ $(cat out) == @(running|degraded) ]]
	grep -q "$name starts: waiting until its services are there" err
	[ "$("$@" run "$name" -- hostname 2>err)" = "$name" ]
	[ ! -s err ]
	[ "$("$@" run "$name" -- systemctl is-active systemd-journald)" = active ]
	"$@" snap "$name" -m 'while it runs'
	"$@" stop "$name"
	"$@" list "$name" | grep -q 'while it runs'
}

@test "systemd, in a debootstrap root, as root and as an ordinary user" {
	debootstrap --variant=minbase --include=systemd-sysv,dbus \
		"$(. /etc/os-release && echo "$VERSION_CODENAME")" \
		"$WS_DIR/debian" >"$BATS_TEST_TMPDIR/log" 2>&1 ||
		skip "debootstrap reaches no archive: $(tail -1 "$BATS_TEST_TMPDIR/log")"
	tar -C "$WS_DIR/debian" --exclude=./dev/* -cf "$WS_DIR/debian.tar" .
	rm -rf "$WS_DIR/debian"
	boots deb as_root
	run ws create deb --init --base "$WS_DIR/debian.tar"
	if [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ]; then
		[ "$status" -eq 1 ]
		[[ $output == *"needs cgroup v2"* ]]
	fi
	boots deb2 delegated ws
}
