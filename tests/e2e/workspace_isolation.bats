#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_isolation.bats - the table of project-workspace(1), SECURITY: each
# row is tried from inside, as an ordinary user and as root, mostly with
# --nested, which takes away most of what covers something.
bats_require_minimum_version 1.5.0
load lib
load workspace

setup_file() {
	ws_setup_file
	export ROOT_HOME=$WS_DIR/root-home
	mkdir -m 700 -p "$ROOT_HOME/gtd/Projects/iso"
	as_user mkdir -p "$WS_HOME/gtd/Projects/iso"
}
teardown_file() {
	if [ "$(id -u)" -eq 0 ]; then
		as_root stop iso || :
	fi
	ws_teardown_file
}
setup() {
	common_setup
	WS_ENV=()
	ws_needs_namespaces
}
teardown() { common_teardown; }

as_root() {
	env -i HOME="$ROOT_HOME" TERM=dumb LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		"$WS_BIN/project" workspace "$@"
}

# both FUNCTION: with "w" as an ordinary user's workspace, then root's.
both() {
	local WHO
	for WHO in user root; do
		[ $WHO = user ] || [ "$(id -u)" -eq 0 ] || continue
		echo "as $WHO:"
		"$@"
	done
}
w() {
	if [ "$WHO" = root ]; then as_root "$@"; else ws "$@"; fi
}
py() { w run iso "${@:2}" -- python3 -c "$1"; }

@test "kernel settings" {
	settings() {
		local was
		was=$(cat /proc/sys/kernel/core_pattern)
		w run iso -x -- unshare -mpf sh -c 'mkdir -p /tmp/p
			mount -t proc proc /tmp/p || exit 0
			printf %s "$(cat /tmp/p/sys/kernel/core_pattern)" >/tmp/p/sys/kernel/core_pattern &&
			echo WROTE; true' >out 2>&1
		w run iso -x -- unshare -nm sh -c 'mkdir -p /tmp/s
			mount -t sysfs s /tmp/s || exit 0
			f=/tmp/s/kernel/mm/ksm/sleep_millisecs; v=$(cat $f); echo $v >$f && echo WROTE; true' >>out 2>&1
		w run iso -- sh -c 'echo 1 >/proc/sys/kernel/printk_ratelimit && echo WROTE; true' >>out 2>&1
		cat out
		lacks WROTE <out
		[ "$(cat /proc/sys/kernel/core_pattern)" = "$was" ]
	}
	both settings
}

@test "files of the host" {
	host() {
		# Root of the host owns them inside as well, and changes a copy.
		w run iso -- sh -c 'echo x >/usr/bin/iso-was-here; rm -f /usr/bin/env; echo y >made'
		[ ! -e /usr/bin/iso-was-here ] && [ -e /usr/bin/env ]
		[ "$(w run iso -- cat /usr/bin/iso-was-here)" = x ]
	}
	both host
	[ "$(stat -c %U "$WS_HOME/gtd/Projects/iso/made")" = "${WS_USER:-$(id -un)}" ]
	[ "$(id -u)" -ne 0 ] || [ "$(stat -c %u "$ROOT_HOME/gtd/Projects/iso/made")" = 0 ]
}

@test "mounts and namespaces" {
	mounts() {
		run w run iso -- mount -t tmpfs none /mnt
		[ "$status" -ne 0 ]
		run w run iso -- unshare -U true
		[ "$status" -ne 0 ]
		w run iso -x -- unshare -Urm mount -t tmpfs none /mnt
	}
	both mounts
}

@test "rare system calls" {
	rare() {
		py '
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
# bpf perf_event_open keyctl io_uring_setup userfaultfd init_module
# fanotify_init clock_settime add_key kexec_load swapon syslog
for nr in (321, 298, 250, 425, 323, 175, 300, 227, 248, 246, 167, 103):
    libc.syscall(nr, 0, 0, 0, 0, 0)
    assert ctypes.get_errno() == 1, (nr, ctypes.get_errno())' -x
	}
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are x86_64's"
	both rare
}

@test "sockets" {
	families() {
		py '
import socket
for family in range(3, 64):
    if family in (10, 16, 17): continue
    for make in (socket.socket, socket.socketpair):
        try:
            make(family, socket.SOCK_STREAM)
            assert False, family
        except OSError as e:
            assert e.errno in (97, 95), (family, e)
for family in (1, 2, 16): socket.socket(family, socket.SOCK_DGRAM)' -x
	}
	both families
}

@test "standard descriptors" {
	standard() {
		local there=$WS_DIR/notes
		echo original >"$there"
		chmod 666 "$there"
		w run iso -x -- sh -c 'cat; echo changed >/proc/self/fd/0' <"$there" >out 2>&1 || :
		has out original
		[ "$(cat "$there")" = original ]
		# What is appended to cannot be emptied.
		w run iso -x -- sh -c 'echo out; echo err >&2; : >/proc/self/fd/1; echo end' >>"$there" 2>&1
		[ "$(sed 's/^sh: .*//; /^$/d' "$there")" = $'original\nout\nerr\nend' ]
		# What was not read is there for who comes next.
		printf 'a\nb\n' >"$there"
		{ w run iso -- true; head -1; } <"$there" >out
		[ "$(cat out)" = a ]
		# As large as it may be, whole.
		head -c 3000000 /dev/urandom >"$WS_DIR/big"
		w run iso -- cat <"$WS_DIR/big" >out
		cmp out "$WS_DIR/big"
		# And by name, through a pipe of one's own.
		[ "$WHO" = user ] || [ "$(echo in | w run iso -- sh -c 'cat /dev/stdin; echo x >/dev/stdout' | tr -d '\n')" = inx ]
	}
	both standard
}

@test "a full disk behind standard output is told" {
	full() {
		local code=0
		w run iso -- sh -c 'trap "" PIPE; head -c 1000 /dev/zero; exit 0' >/dev/full 2>err || code=$?
		cat err
		[ "$code" -eq 1 ]
		grep -q 'No space left' err
		lacks 'no workspace is called' <err
	}
	both full
}

@test "directories" {
	directory() {
		run w run iso -- true <"$WS_DIR"
		[ "$status" -eq 1 ]
		[[ $output = *"is a directory"* ]]
		[ "$(w run iso -- sh -c 'ls /proc/self/fd | tr "\n" " "' 5<"$WS_DIR" 7</etc/passwd </dev/null 2>&1)" = "0 1 2 3 " ]
	}
	both directory
}

@test "the words of run" {
	words() {
		w run iso -E PASSWORD=geheim -- sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" "\n"' >out
		lacks geheim <out
	}
	both words
}

@test "processes" {
	processes() {
		run w run iso -x -- sh -c 'kill -9 1; ls -l /proc/1/exe; cat /proc/1/environ; ls /proc | grep -c "^[0-9]"'
		[ "${lines[-1]}" -lt 10 ]
		lacks '-> /' <<<"$output"
		run w run iso -- kill -0 $$
		[ "$status" -ne 0 ]
	}
	both processes
}

@test "set-user-ID files" {
	suid() {
		w run iso -- sh -c 'cp /usr/bin/id /root/i; chmod 4755 /root/i; /root/i -u'
		[ -z "$(find "$WS_STORE" -maxdepth 0 -perm /077)" ]
		w run iso -- grep -q '^NoNewPrivs:.1' /proc/self/status
	}
	both suid
}

@test "each row of the manual's table is one of these tests" {
	sed -n '/the table of workspace_isolation/,/^\.El/s/^\.It Sy //p' \
		"$EARSHOT_SRC/man/project-workspace.1" | sort >rows
	[ "$(wc -l <rows)" -ge 10 ]
	while read -r row; do
		grep -qF "@test \"$row\"" "$EARSHOT_SRC/tests/e2e/workspace_isolation.bats" ||
			{ echo "no test of: $row"; false; }
	done <rows
}

@test "root without idmapped mounts: told, and --nested refused" {
	ws_needs_root "mount"
	local lower=$WS_DIR/o
	# ramfs cannot show its files as another user's.
	mkdir -p "$lower/m"
	mount -t ramfs r "$lower/m" || skip "no ramfs here"
	ws_rootfs "$WS_DIR/tree"
	o() { env -i HOME="$lower/m" PATH=/usr/bin:/bin "$WS_BIN/project" workspace "$@"; }
	o create plain --base "$WS_DIR/tree" --store dir
	run o run plain -- cat /proc/self/uid_map
	echo "$output"
	[[ $output = *"0          0          1"* ]]
	run o run plain -x -- true
	[ "$status" -eq 1 ]
	[[ $output = *"root of plain is root of this machine"* ]]
	umount -l "$lower/m"
}

@test "root without the right to mount, as in a container: told, and --nested refused" {
	ws_needs_root "give capabilities away"
	ws_rootfs "$WS_DIR/tree2"
	less() {
		setpriv --bounding-set -sys_admin --inh-caps -sys_admin env -i \
			HOME="$ROOT_HOME" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			"$WS_BIN/project" workspace "$@"
	}
	as_root create less --base "$WS_DIR/tree2"
	run less run less -- cat /proc/self/uid_map
	[ "$status" -eq 0 ]
	[[ $output = *"0          0          1"* ]]
	run less run less -x -- true
	[ "$status" -eq 1 ]
	[[ $output = *"root of less is root of this machine"* ]]
	as_root destroy less
}
