#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_drift.bats - the host's packages change below a workspace. The host
# is this machine with another /var/lib/dpkg, in a mount namespace of the test.
bats_require_minimum_version 1.5.0
load lib
load workspace

setup_file() {
	# Every state of the host is recorded: as many directories as it has.
	WS_MKFS='mkfs.ext4 -q -F -N 1000000'
	ws_setup_file
	export HOST_DB=$WS_DIR/dpkg
}
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=()
	ws_needs_root "mount another /var/lib/dpkg"
	[ -e /var/lib/dpkg/status ] || skip "no dpkg here"
	ws_needs_namespaces
	rm -rf "$HOST_DB"
	mkdir -p "$HOST_DB"
	host_has "libone 1.0" "libtwo 1.0" "old 1.0"
}
teardown() { common_teardown; }
runs() { ws list | grep "^$1 " | grep -q running; }

# host_has "NAME VERSION"...: dpkg's database of the host.
host_has() {
	local one
	rm -f "$HOST_DB/status"
	for one in "$@"; do
		printf 'Package: %s\nStatus: install ok installed\nMaintainer: x\nArchitecture: all\nVersion: %s\nDescription: x\n\n' \
			"${one% *}" "${one#* }"
	done >"$HOST_DB/status"
}

# The program on that host.
on_host() {
	# shellcheck disable=SC2016 # of the inner shell
	unshare -m sh -c 'mount --bind "$1" /var/lib/dpkg; shift; exec "$@"' sh \
		"$HOST_DB" setpriv --reuid="$WS_USER" --regid="$WS_USER" --init-groups \
		env -i HOME="$WS_HOME" PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		"$WS_BIN/project" workspace "$@"
}

@test "a host that changed is told at start and at restore, with what changed" {
	on_host create drift
	on_host run drift -- true >out 2>&1
	lacks 'of the host changed' <out
	on_host run drift -- sh -c 'echo 1 >/etc/drift'
	on_host snap drift -m one
	host_has "libone 2.0" "libtwo 1.0" "new 1.0"
	on_host run drift -- true >out 2>&1
	cat out
	grep -q '3 packages of the host changed since .*: libone, old, new' out
	on_host restore drift@1 >out 2>&1
	grep -q '3 packages of the host changed since that snapshot' out
	# Looking changes nothing; fitting it does, and then all is quiet.
	on_host rebase drift --dry-run >out
	grep -qx 'libone 1.0 -> 2.0' out
	grep -qx 'old 1.0 -> (none)' out
	grep -qx 'new (none) -> 1.0' out
	on_host run drift -- true 2>&1 | grep -q 'of the host changed'
	on_host rebase drift
	on_host run drift -- true >out 2>&1
	lacks 'of the host changed' <out
	[ "$(on_host run drift -- cat /etc/drift)" = 1 ]
	# The snapshot still knows what it was made for.
	on_host clone drift@1 then
	on_host run then -- true 2>&1 | grep -q '3 packages of the host changed'
	on_host create onit --base drift@1
	on_host run onit -- true 2>&1 | grep -q '3 packages of the host changed'
	on_host clone drift now
	on_host run now -- true >out 2>&1
	lacks 'of the host changed' <out
	on_host restore drift@1 2>&1 | grep -q 'since that snapshot'
	on_host destroy drift
}

@test "rebase: what was not touched inside is the host's, the rest stays" {
	on_host create merge
	# What a package manager does inside: libtwo upgraded, mine added.
	on_host run merge -- sh -c 'cd /var/lib/dpkg && cp status s &&
		sed "/Package: libtwo/,/^$/s/1.0/1.5/" s >status && rm s &&
		printf "Package: mine\nStatus: install ok installed\nMaintainer: x\nArchitecture: all\nVersion: 9\nDescription: x\n\n" >>status'
	host_has "libone 2.0" "libtwo 2.0" "new 1.0"
	on_host rebase merge >out
	cat out
	grep -q 'apt-get install --reinstall' out
	grep -qx '  libtwo' out
	grep -qx 'what it was before is merge@1' out
	on_host run merge -- sh -c 'grep -E "^(Package|Version)" /var/lib/dpkg/status' >out 2>err
	[ "$(paste -d' ' - - <out | sed 's/Package: //; s/Version: //' | sort | paste -sd, -)" = \
		"libone 2.0,libtwo 1.5,mine 9,new 1.0" ]
	# A database that is a link leads nowhere.
	on_host run merge -- sh -c "rm /var/lib/dpkg/status; ln -s $WS_HOME/secret /var/lib/dpkg/status"
	as_user sh -c 'echo secret >"$HOME/secret"'
	host_has "libone 3.0"
	on_host rebase merge || :
	[ "$(cat "$WS_HOME/secret")" = secret ]
	on_host destroy merge
}

@test "a workspace on a base of its own has nothing to fit" {
	ws_rootfs "$WS_DIR/root"
	ws create based --base "$WS_DIR/root"
	run ws rebase based
	[ "$status" -eq 2 ]
	[[ $output = *"base of its own"* ]]
}

# hold LOCK: as apt and dpkg do, until $pid is killed.
hold() {
	: >"$HOST_DB/$1"
	python3 - "$HOST_DB/$1" <<-'END' >held 3>&- &
		import fcntl, sys, time
		with open(sys.argv[1], "w") as f:
		    fcntl.lockf(f, fcntl.LOCK_EX)
		    print("held", flush=True)
		    while True:
		        time.sleep(1)
	END
	pid=$!
	until_true 10 grep -q held held
}

@test "while apt or dpkg changes the host: waited for, and told" {
	local lock pid
	for lock in lock-frontend lock; do
		hold "$lock"
		on_host create "busy-$lock" >out 2>&1 &
		until_true 20 grep -q "packages are being changed (python3, process $pid): waiting" out
		[ ! -e "$WS_STORE/ws/busy-$lock" ]
		kill "$pid"
		until_true 20 test -e "$WS_STORE/ws/busy-$lock"
		wait || true
	done
	# Nobody holds it: the file alone means nothing.
	run on_host run busy-lock -- true
	[ "$status" -eq 0 ]
	lacks 'are being changed' <<<"$output"
}

@test "a start while dpkg changes the host: nothing runs before that is done" {
	local pid
	on_host create late
	on_host run late -- true
	# As it was recorded, and where it is to be recorded anew.
	for state in same other; do
		[ "$state" = same ] || host_has "libone $state"
		hold lock
		on_host run late -- sh -c 'echo ran' >out 2>&1 &
		until_true 20 grep -q "packages are being changed (python3, process $pid): waiting" out
		lacks recording <out
		lacks ran <out
		! runs late
		kill "$pid"
		until_true 60 grep -qx ran out || { cat out; false; }
		wait || true
	done
	# What runs already is joined all the same.
	on_host start late --keep
	hold lock
	[ "$(on_host run late -- echo joined)" = joined ]
	kill "$pid"
	on_host stop late
}
