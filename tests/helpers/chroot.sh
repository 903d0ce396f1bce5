# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# chroot.sh - a Debian of any suite to try things in: for tests/no-harm and
# tests/matrix, which run it as root and set $top.
# shellcheck shell=bash
#
# CHROOTS (build/chroots) keeps a tar of each suite as it is with git and make
# alone, for a week.

chroots=${CHROOTS:-$top/build/chroots}

# chroot_possible: prints why not.
chroot_possible() {
	local program
	if [ "$(id -u)" -ne 0 ]; then
		echo "only root can make a chroot"
		return 1
	fi
	for program in mmdebstrap unshare; do
		command -v "$program" >/dev/null || {
			echo "$program is not installed"
			return 1
		}
	done
	if ! unshare -m true 2>/dev/null; then
		echo "no mount namespaces here"
		return 1
	fi
}

# archives_of SUITE: as the host's own apt knows them.
archives_of() {
	bash -euc 'unset SUITE; . "$1/tests/vm/suite.sh"; archives "$2"' "$0" \
		"$top" "$1"
}

# chroot_base SUITE: make its tar, unless there is one of this week. (An archive
# that is a snapshot has lists of some day, which sid's may not be used after.)
chroot_base() {
	local tar=$chroots/$1.tar new=$chroots/new-$1.tar
	mkdir -p "$chroots"
	[ -z "$(find "$chroots" -maxdepth 1 -name "$1.tar" -mtime -7)" ] || return 0
	archives_of "$1" >"$chroots/$1.list"
	"$top/contrib/progress" "chroot of $1" mmdebstrap \
		--variant=minbase --include=git,make,ca-certificates \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--format=tar "$1" "$new" "$chroots/$1.list" || return
	mv "$new" "$tar"
}

# take_tree: into $scratch/tree, so that who edits here meanwhile does no harm.
take_tree() {
	mkdir "$scratch/tree"
	(cd "$top" && if [ -e .git ]; then
		git ls-files -z --cached --others --exclude-standard
	else
		find . -path ./build -prune -o -type f -print0
	fi | tar -c --null --ignore-failed-read -T - 2>/dev/null) |
		tar -x -C "$scratch/tree" --no-same-owner
}

# chroot_new SUITE DIR: unpacked, with the tree of the beginning in /root/earshot.
chroot_new() {
	chroot_base "$1"
	mkdir -p "$2"
	tar -xf "$chroots/$1.tar" -C "$2"
	# It is thrown away: nothing need reach the disk.
	echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/unsafe-io"
	cp -a "$scratch/tree" "$2/root/earshot"
	# As the installer writes it.
	printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$2/etc/hosts"
}

# chroot_run DIR COMMAND...: with /proc and a /dev of its own. IN=chroot (no
# user namespaces, as the kernel refuses them there) or IN=machine (pivot_root).
chroot_run() {
	local dir=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	env -i CI="${CI-}" YES="${YES-}" HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		unshare -m --fork --pid --kill-child sh -euc '
		dir=$1 in=$2
		shift 2
		mount --bind "$dir" "$dir"
		mount -t proc proc "$dir/proc"
		mount -t tmpfs dev "$dir/dev"
		for node in null zero full random urandom tty fuse loop-control; do
			[ -e "/dev/$node" ] || continue
			touch "$dir/dev/$node"
			mount --bind "/dev/$node" "$dir/dev/$node"
		done
		ln -s /proc/self/fd "$dir/dev/fd"
		for n in 0:stdin 1:stdout 2:stderr; do
			ln -s "fd/${n%:*}" "$dir/dev/${n#*:}"
		done
		mkdir -p "$dir/dev/shm" "$dir/dev/pts"
		mount -t tmpfs -o mode=1777 shm "$dir/dev/shm"
		mount -t devpts -o newinstance,ptmxmode=0666 pts "$dir/dev/pts"
		ln -s pts/ptmx "$dir/dev/ptmx"
		mount -t tmpfs -o mode=1777 tmp "$dir/tmp"
		cp /etc/resolv.conf "$dir/etc/resolv.conf"
		cd "$dir"
		if [ "$in" = machine ]; then
			mkdir -p old
			pivot_root . old
			umount -l /old
			cd /root
			exec "$@"
		fi
		exec chroot . sh -c "cd /root; exec \"\$@\"" sh "$@"' \
		sh "$dir" "${IN:-chroot}" "$@"
}

# ---- TAP ---------------------------------------------------------------------

n=0
failed=0

# chroot_begin: a scratch directory with the tree as it is now, or the whole file
# is skipped.
chroot_begin() {
	local why
	if ! why=$(chroot_possible); then
		echo "1..0 # SKIP $why"
		exit 0
	fi
	scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/earshot-chroot.XXXXXX")
	trap 'rm -rf --one-file-system "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	take_tree
}

chroot_end() {
	echo "1..$n"
	exit "$failed"
}

# check NAME OFFENDERS: passes when nothing offends. $suite is the caller's.
# shellcheck disable=SC2154
check() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $suite: $1"
		return
	fi
	failed=1
	echo "not ok $n - $suite: $1"
	echo "$2" | tail -n 30 | sed 's/^/# /'
}

# in_chroot NAME COMMAND...: its output goes to $scratch/log.
in_chroot() {
	local name=$1
	shift
	chroot_run "$scratch/$name" "$@" >"$scratch/log" 2>&1
}

# runs CHROOT NAME COMMAND...: a check that it ends well.
runs() {
	local chroot=$1 name=$2 status=0
	shift 2
	in_chroot "$chroot" "$@" || status=$?
	check "$name" "$([ "$status" -eq 0 ] || {
		cat "$scratch/log"
		echo "status $status"
	})"
}

# prepared NAME COMMAND...: what has to work before anything can be shown.
prepared() {
	in_chroot "$@" || {
		cat "$scratch/log"
		echo "Bail out! $suite could not be prepared"
		exit 1
	}
}
