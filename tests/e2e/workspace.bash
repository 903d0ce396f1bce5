# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace.bash - what the tests of "project workspace" share.
# shellcheck shell=bash

# The program under test, in one place.
ws() { as_user "$WS_BIN/project" workspace "$@"; }

# as_user COMMAND...: as an honest ordinary user, with an empty environment.
# Root makes one with a range of ids; anybody else is one already.
as_user() {
	local -a become=()
	if [ -n "${WS_USER:-}" ]; then
		become=(setpriv --reuid="$WS_USER" --regid="$WS_USER" --init-groups)
	fi
	(cd "$WS_HOME/here" && exec "${become[@]}" env -i HOME="$WS_HOME" \
		USER="${WS_USER:-$(id -un)}" TERM=dumb SHELL=/bin/sh LC_ALL=C.UTF-8 \
		PATH="${WS_PATH:-/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}" \
		${XDG_DATA_HOME:+XDG_DATA_HOME="$XDG_DATA_HOME"} \
		"${WS_ENV[@]}" "$@")
}

# Root puts everything on a file system of its own: it is a known one, and away
# with one umount instead of twenty thousand directories.
ws_image() {
	[ "$(id -u)" -eq 0 ] || return 0
	truncate -s 2G "$WS_DIR.img"
	# shellcheck disable=SC2086 # a command and its options
	if $1 "$WS_DIR.img" >/dev/null && mount -o loop "$WS_DIR.img" "$WS_DIR"; then
		rm -rf "$WS_DIR/lost+found"
		return 0
	fi
	echo "# no loop mount here: using /var/tmp" >&3
}

ws_setup_file() {
	WS_DIR=$(mktemp -d /var/tmp/earshot-ws.XXXXXX)
	ws_image "${WS_MKFS:-mkfs.ext4 -q -F}"
	chmod 755 "$WS_DIR"
	WS_HOME=$WS_DIR/home
	WS_BIN=$WS_DIR/bin
	WS_USER=
	export WS_DIR WS_HOME WS_BIN WS_USER
	mkdir "$WS_BIN"
	cp "$EARSHOT_BIN/project" "$EARSHOT_BIN/project-workspace" "$WS_BIN/"
	if [ "$(id -u)" -eq 0 ]; then
		WS_USER=ews$$
		useradd -m -d "$WS_HOME" -s /bin/sh "$WS_USER"
	else
		mkdir "$WS_HOME"
	fi
	mkdir -p "$WS_HOME/here" "$WS_HOME/gtd/Projects/trip"
	if [ -n "$WS_USER" ]; then
		chown -R "$WS_USER:" "$WS_HOME"
	fi
	WS_STORE=$WS_HOME/.local/share/earshot/workspaces
	export WS_STORE
}

# The same, with a base "small" where there can be workspaces.
ws_setup_small() {
	ws_setup_file
	ws_possible >&2 || return 0
	ws_rootfs "$WS_DIR/root"
	ws base add small "$WS_DIR/root"
}

# A workspace that is just ending may hold it for a moment.
ws_unmount() {
	local tries
	for tries in 1 2 3 4 5 6 7 8 9; do
		mountpoint -q "$WS_DIR" || return 0
		umount "$WS_DIR" 2>/dev/null || sleep 0.$tries
	done
	umount -l "$WS_DIR"
}

ws_teardown_file() {
	local name
	for name in "$WS_STORE"/ws/*; do
		[ ! -e "$name" ] || ws stop "${name##*/}" || :
	done
	if [ -n "$WS_USER" ]; then
		userdel "$WS_USER" || :
		ws_unmount
		rm -rf "$WS_DIR" "$WS_DIR.img"
	else
		for name in "$WS_STORE"/ws/*; do
			[ ! -e "$name" ] || ws destroy "${name##*/}" >&2 || :
		done
		rm -f "$WS_STORE/host"
		ws gc --all >&2 || :
		rm -rf "$WS_DIR"
	fi
}

# ws_possible: prints why not, where nothing of this is possible. (Without it
# "base add" fails, too: a setup_file ends there.)
ws_possible() {
	local why
	if ! why=$(ws doctor 2>&1) && grep -q '^no *user namespaces\|^no *overlayfs' <<<"$why"; then
		grep '^no' <<<"$why" | head -1
		return 1
	fi
}

# Skip the file's tests, with the reason.
ws_needs_namespaces() {
	local why
	why=$(ws_possible) || skip "$why"
}

ws_needs_range() {
	if ws doctor | grep -q '^no *a range of user ids'; then
		skip "no range of user ids in /etc/subuid"
	fi
}

ws_needs_root() { [ "$(id -u)" -eq 0 ] || skip "only root can $1"; }

# A small root file system in $1, of busybox.
ws_rootfs() {
	local applet
	mkdir -p "$1/bin" "$1/etc" "$1/usr/share/doc" "$1/root" "$1/var"
	cp /bin/busybox "$1/bin/busybox"
	for applet in sh ls cat true false id touch rm mkdir echo ln stat env mv \
		sleep cp mknod chown chmod grep find hostname; do
		ln -s busybox "$1/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n' \
		>"$1/etc/passwd"
	echo old >"$1/etc/old"
	echo doc >"$1/usr/share/doc/a"
	chmod -R a+rX "$1"
}

# The snapshots of a workspace, their numbers in one line.
ws_snaps() {
	ws list "$1" --json | sed 's/.*"snapshot":\([0-9]*\).*/\1/' | tr '\n' ' '
}

# layers: how many there are.
ws_layers() { find "$WS_STORE/layers" -mindepth 1 -maxdepth 1 | wc -l; }

# lacks PATTERN: standard input has no line like that. ("! grep" would not fail
# a test.)
lacks() { if grep -e "$1"; then return 1; fi; }
