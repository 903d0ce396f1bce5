# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# flushes.bash - power cuts at every flush: for each verb that changes something,
# what is on a disk that loses all that was written after a flush. matrix FS
# prints one line a verb. EARSHOT_EVERY_FLUSH=1: all of them, else four a verb.
# shellcheck shell=bash disable=SC2034,SC2154 # of workspace.bash and bats

setup_file() {
	ws_setup_file
	ws_possible >&2 || return 0
	ws_rootfs "$WS_DIR/root"
	tar -C "$WS_DIR/root" -cf "$WS_DIR/root.tar" .
}
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=()
	ws_needs_namespaces
	ws_needs_root "mount file systems"
	[ -c /dev/fuse ] || skip "no /dev/fuse here"
	STORE=$WS_DIR/store
	mkdir -p "$STORE" "$WS_DIR/fs" "$WS_DIR/cut"
	truncate -s 6G "$WS_DIR.store"
	mkfs.xfs -q "$WS_DIR.store"
	mount -o loop "$WS_DIR.store" "$STORE"
}
teardown() {
	local dir
	for dir in "$WS_DIR/cut" "$WS_DIR/fs" "$STORE/disk" "$STORE"; do
		! mountpoint -q "$dir" || umount -l "$dir"
	done
	rm -f "$WS_DIR.store"
	common_teardown
}

# disk FS: a file system of that kind on a disk that remembers its flushes.
disk() {
	truncate -s 600M "$STORE/fs"
	case $1 in
	ext4) mkfs.ext4 -q -F "$STORE/fs" ;;
	*) "mkfs.$1" -q -f "$STORE/fs" ;;
	esac
	mkdir "$STORE/cuts"
	: >"$STORE/disk"
	"$EARSHOT_SRC/tests/helpers/power-cuts.py" "$STORE/fs" "$STORE/disk" "$STORE/cuts" 3>&-
	mount -o loop "$STORE/disk" "$WS_DIR/fs"
	mkdir "$WS_DIR/fs/d"
	chown "$WS_USER:" "$WS_DIR/fs/d"
	sync -f "$WS_DIR/fs"
}

on_fs() { XDG_DATA_HOME=$WS_DIR/fs/d ws "$@"; }
on_cut() { XDG_DATA_HOME=$WS_DIR/cut/d ws "$@"; }
has() { [ -e "$WS_DIR/cut/d/earshot/workspaces/ws/$1" ]; }

# is WHAT IT EXPECTED: the same, or tell of it.
is() {
	[ "$2" = "$3" ] || {
		echo "$1: '$2', expected '$3'"
		return 1
	}
}

# look_into NUMBER: nothing that is named there is missing, and a starts if it is
# there; with "all" every one does.
look_into() {
	# The file system that it is a state of is mounted, too.
	local name options=loop
	[ "$fs" != xfs ] || options=loop,nouuid
	mount -o $options "$STORE/cuts/$1" "$WS_DIR/cut"
	[ -d "$WS_DIR/cut/d/earshot" ] || return 0
	on_cut doctor >out 2>&1 || :
	run ! grep -E 'missing|unreadable|damaged' out
	for name in "$WS_DIR"/cut/d/earshot/workspaces/ws/*; do
		[ -e "$name" ] || continue
		[ "${name##*/}" = a ] || [ -n "${2:-}" ] || continue
		run on_cut run "${name##*/}" -- true
		is "$fs: $verb: cut $1: ${name##*/}" "$status $output" "0 "
	done
}

# promised: what has been promised when the last verb returned.
promised() {
	local n
	# All of them once, at the end; else the newest.
	for n in ${1:-"${!snapshots[@]}"}; do
		on_cut clone "a@$n" look
		is "$fs: $verb: a@$n" "$(on_cut run look -- cat /etc/n)" "${snapshots[$n]}"
		on_cut destroy look >/dev/null 2>&1
	done
	[ -z "$state" ] || is "$fs: $verb: a" "$(on_cut run a -- cat /etc/n)" "$state"
	for n in $there; do has "$n"; done
	for n in $gone; do ! has "$n" || is "$fs: $verb" "$n" gone; done
}

let_go() {
	local name
	for name in "$WS_DIR"/cut/d/earshot/workspaces/ws/*; do
		[ ! -e "$name" ] || on_cut stop "${name##*/}" 2>/dev/null || :
	done
	until_true 10 umount "$WS_DIR/cut" 2>/dev/null
}

# some CUT...: four of them, the first and the last among these.
some() {
	local i
	[ $# -gt 0 ] || return 0
	for ((i = 0; i < 4; i++)); do
		printf '%s\n' "${@:i * ($# - 1) / 3 + 1:1}"
	done | uniq
}

# verb WORDS: on the disk; then every state that it went through is looked into.
verb() {
	verb=$1
	local cut cuts
	rm -f "$STORE"/cuts/*
	eval "on_fs $verb" >/dev/null
	cuts=$(find "$STORE/cuts" -type f ! -name '*.new' -printf '%f\n' | sort)
	# shellcheck disable=SC2086 # words
	[ -n "${EARSHOT_EVERY_FLUSH:-}" ] || cuts=$(some $cuts)
	for cut in $cuts; do
		if [ "$cut" = "${cuts##*$'\n'}" ]; then
			look_into "$cut" all
			promised "$newest"
		else
			look_into "$cut"
		fi
		let_go
	done
	printf '# %-6s %-40s %3d flushes\n' "$fs" "${verb//"$WS_DIR"\//}" "$(wc -w <<<"$cuts")" >&3
}

matrix() {
	local fs=$1 verb state="" there="" gone="" other newest=
	local -A snapshots=()
	command -v "mkfs.$fs" >/dev/null || skip "no mkfs.$fs"
	disk "$fs"
	verb "base add small $WS_DIR/root"
	there=a
	verb "create a --base small"
	verb "run a -- sh -c 'echo 1 >/etc/n'"
	snapshots[1]=1 newest=1
	verb "snap a -m one"
	verb "snap a@1 -m other"
	verb "run a -- sh -c 'echo 2 >/etc/n'"
	there="a b"
	verb "clone a b"
	snapshots[2]=2 newest=2
	verb "snap a -m two"
	state=1
	verb "restore a@1"
	there="a c" gone=b
	verb "rename b c"
	there=a gone="b c"
	verb "destroy c"
	there="a c" gone=b
	verb "undelete c"
	there="a c e"
	verb "clone a@2 e"
	there="a c e i"
	verb "import $WS_DIR/root.tar i"
	there="a c i" gone="b e"
	verb "destroy e"
	verb "gc --all"
	verb "gc --flatten --layers 1"
	case $fs in ext4) other=dir ;; xfs) other=reflink ;; btrfs) other=btrfs ;; esac
	there="a c i t"
	verb "create t --base small --store $other"
	verb "snap t -m one"
	gone="b e t" there="a c i"
	verb "destroy t"
	verb "base add again $WS_DIR/root"
	verb "base remove again"
	# One that runs is copied.
	on_fs start a --keep
	on_fs run a -- sh -c 'echo 4 >/etc/n'
	snapshots[3]=4 state="" newest=3
	verb "snap a -m running"
	newest=
	verb "stop a"
	until_true 10 umount "$WS_DIR/fs" 2>/dev/null
}
