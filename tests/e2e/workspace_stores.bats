#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_stores.bats - btrfs, xfs and ext4; other stores; a full disk; root.
bats_require_minimum_version 1.5.0
load lib
load workspace

setup() {
	common_setup
	WS_ENV=()
	ws_needs_root "mount file systems"
	WS_DIR=
}

teardown() {
	[ -z "$WS_DIR" ] || ws_teardown_file
	common_teardown
}

# on COMMAND: everything of this test on a file system made by it.
on() {
	command -v "${1%% *}" >/dev/null || skip "$1 is not installed"
	WS_MKFS=$1
	ws_setup_file
	mountpoint -q "$WS_DIR" || skip "$1 cannot be mounted here"
	ws_needs_namespaces
	ws_rootfs "$WS_DIR/root"
	ws base add small "$WS_DIR/root"
}

inside() { ws run "$1" -- sh -c "$2"; }

# works STORE: the everyday path with it, snapshots of a running one too.
works() {
	ws create w --base small --store "$1"
	inside w 'echo 1 >/file; ln /file /link; chown 5:6 /file; rm /etc/old; rm -r /usr/share/doc; mkdir /usr/share/doc'
	ws snap w -m one
	inside w 'echo 2 >/file; echo back >/etc/old'
	ws snap w -m two
	ws clone w c
	ws clone w@1 c1
	ws restore w@1
	run inside w 'cat /file /link; stat -c "%u:%g %h" /file; ls /etc/old /usr/share/doc 2>&1 | grep -c old'
	echo "$output"
	[ "$output" = $'1\n1\n5:6 2\n1' ]
	[ "$(inside c 'cat /file /etc/old')" = $'2\nback' ]
	# overlayfs breaks a link to a frozen file when one name is written.
	[ "$(inside c 'cat /link')" = "$([ "$1" = overlay ] && echo 1 || echo 2)" ]
	[ "$(inside c1 'cat /link')" = 1 ]
	mkfifo in
	as_user "$WS_BIN/project" workspace run w -- sh -c 'echo r >/file; echo ready; cat' >out <in 3>&- &
	exec 4>in
	until_true 20 has out ready
	ws snap w -m running
	exec 4>&-
	wait $!
	inside w 'echo 3 >/file'
	ws restore w@last
	[ "$(inside w 'cat /file')" = r ]
	ws export w@1 "$WS_HOME/here/w.tar"
	[ "$(tar -xOf "$WS_HOME/here/w.tar" file)" = 1 ]
	ws destroy w
	ws destroy c
	ws gc --all
	[ "$(inside c1 'cat /link')" = 1 ]
	ws doctor >doctor || :
	lacks 'left over\|missing' <doctor
}

@test "overlay on ext4" { on "mkfs.ext4 -q -F" && works overlay; }
@test "overlay on btrfs" { on "mkfs.btrfs -q -f" && works overlay; }
@test "overlay on xfs" { on "mkfs.xfs -q -f" && works overlay; }
@test "store btrfs on btrfs" { on "mkfs.btrfs -q -f" && works btrfs; }
@test "store reflink on xfs" { on "mkfs.xfs -q -f" && works reflink; }
@test "store reflink on btrfs" { on "mkfs.btrfs -q -f" && works reflink; }
@test "store dir on ext4" { on "mkfs.ext4 -q -F" && works dir; }

@test "the host as a base on btrfs and xfs" {
	for fs in btrfs xfs; do
		on "mkfs.$fs -q -f"
		run ws run trip -- sh -c 'echo x >/usr/bin/x && rm /usr/bin/yes && ls /usr/bin/yes'
		[ "$status" -eq 2 ]
		ws_teardown_file
	done
	WS_DIR=
}

@test "what a file system cannot do is refused, with what would do" {
	on "mkfs.ext4 -q -F"
	run ws create w --base small --store btrfs
	[ "$status" -eq 1 ]
	[[ $output = *"is not on btrfs"* ]]
	run ws create w --base small --store reflink
	[ "$status" -eq 1 ]
	[[ $output = *"btrfs and xfs"* ]]
	run ws create w --store dir
	[ "$status" -eq 1 ]
	[[ $output = *"needs the store overlay"* ]]
	[ -z "$(ls "$WS_STORE/ws")" ]
}

@test "a store is tried before it is promised, and that is remembered" {
	local noted
	on "mkfs.ext4 -q -F"
	ws create first --base small --store dir
	noted=$WS_STORE/proven/dir
	[[ $(<"$noted") = *" $(uname -r) "* ]]
	[ -z "$(ls "$WS_STORE/proof/dir/layers")" ]
	rm -r "$WS_STORE/proof"
	ws create second --base small --store dir
	[ ! -e "$WS_STORE/proof" ]
	# Another kernel or another version of ours: another proof.
	echo "0.0.1 5.4.0 #1" >"$noted"
	ws create third --base small --store dir
	[ -d "$WS_STORE/proof" ]
	[[ $(<"$noted") = *" $(uname -r) "* ]]
	# What one that was killed left is gone after the next.
	as_user mkdir -p "$WS_STORE/proof/dir/layers/0123456789ab/up"
	as_user cp "$WS_STORE/ws/third" "$WS_STORE/proof/dir/ws/box"
	rm "$noted"
	ws doctor >/dev/null || :
	ws create fourth --base small --store dir
	[ -z "$(ls "$WS_STORE/proof/dir/layers" "$WS_STORE/proof/dir/ws" | grep -v :)" ]
}

@test "a full disk in the middle of a snapshot loses nothing" {
	on "mkfs.ext4 -q -F"
	ws create w --base small --store dir
	inside w 'cat /bin/busybox /bin/busybox >/big; echo 1 >/file'
	free=$(($(stat -f -c '%f * %S' "$WS_DIR")))
	# All but one MiB, by the user himself: root has a reserve.
	as_user fallocate -l $((free - 130000000)) "$WS_HOME/fill1" || :
	as_user dd if=/dev/zero of="$WS_HOME/fill" bs=1M 2>/dev/null || :
	as_user truncate -s -1M "$WS_HOME/fill"
	n=$(ws_layers)
	run ws snap w
	[ "$status" -eq 1 ]
	[[ $output = *"No space left"* ]]
	rm "$WS_HOME/fill" "$WS_HOME/fill1"
	[ "$(ws_layers)" -eq "$n" ]
	[ -z "$(ws_snaps w)" ]
	[ "$(inside w 'cat /file')" = 1 ]
	ws snap w
	[ "$(ws_snaps w)" = "1 " ]
}

@test "mounts below the host's directories are no obstacle" {
	on "mkfs.ext4 -q -F"
	mkdir -p "$WS_DIR/empty"
	cat >"$WS_DIR/inner" <<-EOF
	set -e
	mount --make-rprivate /
	mount -t tmpfs none /usr/share/doc
	echo on-tmpfs >/usr/share/doc/file
	cd "$WS_HOME/here"
	exec setpriv --reuid=$WS_USER --regid=$WS_USER --init-groups env -i HOME="$WS_HOME" \
		PATH=/usr/bin:/bin "$WS_BIN/project" workspace run trip -- sh -c '
		cat /usr/share/doc/file; echo x >/usr/share/doc/new; echo y >/usr/share/new; ls /usr/bin/env'
	EOF
	run unshare -m sh "$WS_DIR/inner"
	echo "$output"
	[ "$status" -eq 0 ]
	has <(echo "$output") on-tmpfs
	has <(echo "$output") /usr/bin/env
	# Without those mounts what was written is at the same places.
	[ "$(ws run trip -- cat /usr/share/doc/new /usr/share/new)" = $'x\ny' ]
}

@test "a host that was changed gets a new host layer" {
	on "mkfs.ext4 -q -F"
	ws run trip -- true
	run ws run trip -- true
	[ -z "$output" ]
	as_user sed -i 's/^skeleton .*/skeleton of yesterday/' "$WS_STORE/host"
	run ws run trip -- true
	[[ $output = *"recording what"* ]]
	n=$(ws_layers)
	ws gc
	[ "$(ws_layers)" -eq $((n - 1)) ]
	ws run trip -- true
}

# On a host of the test's own: an /etc and a /usr/local that it can change.
@test "of a host that was changed only that is recorded again" {
	on "mkfs.ext4 -q -F"
	mkdir -p "$WS_DIR"/local/{bin,lib,share/{old/deep,kept,mode}}
	cp -a /etc "$WS_DIR/etc"
	echo before >"$WS_DIR/etc/earshot-written"
	echo gone >"$WS_DIR/etc/earshot-gone"
	cat >"$WS_DIR/inner" <<-EOF
	set -e
	mount --make-rprivate /
	mount --bind "$WS_DIR/local" /usr/local
	mount --bind "$WS_DIR/etc" /etc
	cd "$WS_HOME/here"
	w() {
		setpriv --reuid=$WS_USER --regid=$WS_USER --init-groups env -i HOME="$WS_HOME" \
			PATH=/usr/bin:/bin "$WS_BIN/project" workspace "\$@"
	}
	layer() { echo "$WS_STORE/layers/\$(head -1 "$WS_STORE/host")/up"; }
	# Without times and sizes of directories: what it is, not when it was made.
	list() {
		(cd "\$(layer)" && find . -printf '%p %y %m %U %G %l\n' | sort
			find . -type f -exec cksum {} + | sort -k 3)
	}
	w run trip -- true
	first=\$(layer)
	rm -r /usr/local/share/old /etc/earshot-gone
	mkdir -p /usr/local/share/new/deep /usr/local/bin/witness
	chmod 750 /usr/local/share/mode
	echo after >/etc/earshot-written
	echo new >/etc/earshot-new
	w run trip -- sh -c 'ls -d /usr/local/share/*/* /etc/earshot-*; cat /etc/earshot-written
		stat -c %a /usr/local/share/mode; echo mine >/usr/local/share/new/deep/file'
	[ "\$(layer)" = "\$first" ]
	list >"$WS_DIR/parts"
	sed -i 's/^skeleton .*/skeleton of yesterday/' "$WS_STORE/host"
	w run trip -- true
	[ "\$(layer)" != "\$first" ]
	list >"$WS_DIR/whole"
	cmp "$WS_DIR/parts" "$WS_DIR/whole"
	# One that is in use stays as it is.
	first=\$(layer)
	w create other
	w start trip --keep
	rmdir /usr/local/bin/witness
	w run other -- true
	[ "\$(layer)" != "\$first" ]
	[ -d "\$first/usr/local/bin/witness" ]
	w stop trip
	EOF
	run unshare -m sh "$WS_DIR/inner"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -v ^project: <<<"$output")" = "/etc/earshot-new
/etc/earshot-written
/usr/local/share/new/deep
after
750" ]
	[[ $output = *"recording what has changed"* ]]
}

@test "root, too: its own store, and no way to the kernel's settings" {
	on "mkfs.ext4 -q -F"
	WS_USER2=$WS_USER WS_USER=
	export XDG_DATA_HOME=$WS_DIR/rootdata
	ws create r --base "$WS_DIR/root"
	run ws run r -- sh -c 'id -u; echo x >/x; echo 1 >/proc/sys/kernel/printk_ratelimit'
	[[ ${lines[0]} = 0 ]]
	[ "$status" -ne 0 ]
	ws snap r
	ws restore r
	ws destroy r
	ws gc --all
	unset XDG_DATA_HOME
	WS_USER=$WS_USER2
}

@test "packages install and go again over the host, which does not change" {
	on "mkfs.ext4 -q -F"
	command -v apt-get >/dev/null || skip "no apt-get here"
	mkdir -p pkg/DEBIAN pkg/usr/share/earshot-test pkg/etc
	printf 'Package: earshot-test\nVersion: 1\nArchitecture: all\nMaintainer: t <t@example.org>\nDescription: test\n' >pkg/DEBIAN/control
	printf '#!/bin/sh\nset -e\nuseradd -r earshot-test\nchown earshot-test /usr/share/earshot-test\n' >pkg/DEBIAN/postinst
	chmod 755 pkg/DEBIAN/postinst
	echo x >pkg/usr/share/earshot-test/x
	echo /etc/earshot-test >pkg/DEBIAN/conffiles
	echo c >pkg/etc/earshot-test
	dpkg-deb -b pkg "$WS_HOME/gtd/Projects/trip/t.deb" >/dev/null
	before=$(find /usr/bin /etc /var/lib/dpkg -xdev -printf '%p %s %m %u\n' 2>/dev/null | md5sum)
	ws run trip -- sh -ec '
		apt-get -qq -o Dpkg::Use-Pty=0 install ./t.deb >/dev/null
		dpkg -s earshot-test | grep -q "ok installed"
		test "$(stat -c %U /usr/share/earshot-test)" = earshot-test'
	ws snap trip
	ws run trip -- sh -ec '
		apt-get -qq -o Dpkg::Use-Pty=0 purge -y earshot-test >/dev/null
		! test -e /etc/earshot-test; rm /usr/bin/dpkg-deb; ! test -e /usr/bin/dpkg-deb'
	ws restore trip
	ws run trip -- dpkg -s earshot-test | grep -q 'ok installed'
	after=$(find /usr/bin /etc /var/lib/dpkg -xdev -printf '%p %s %m %u\n' 2>/dev/null | md5sum)
	[ ! -e /usr/share/earshot-test ]
	[ "$before" = "$after" ] || [ "$(dpkg -s earshot-test 2>&1 | grep -c installed)" -ne 0 ]
}
