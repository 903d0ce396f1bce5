#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# Workspaces for other programs: --json, --rpc, libearshot-workspace.

load workspace

setup_file() {
	ws_setup_file
	ws_possible || return 0
	ws_rootfs "$WS_DIR/root"
	ws base add small "$WS_DIR/root"
	make -s -C "$EARSHOT_SRC" OUT="${EARSHOT_BIN%/bin}" install \
		PREFIX="$WS_DIR/prefix" >/dev/null
	cp -r "$EARSHOT_SRC/contrib/examples" "$WS_DIR/"
	cp "$EARSHOT_SRC/tests/helpers/rpc.py" "$WS_DIR/"
	mkdir -m 777 "$WS_DIR/out"
}
teardown_file() { ws_teardown_file; }

setup() {
	ws_needs_namespaces
	program=$WS_BIN/project-workspace
	WS_ENV=(PKG_CONFIG_PATH="$WS_DIR/prefix/lib/pkgconfig"
		LD_LIBRARY_PATH="$WS_DIR/prefix/lib" PYTHONPATH="$WS_DIR")
}

teardown() {
	local name
	for name in demo demo-clone demo-copy; do
		ws destroy "$name" 2>/dev/null || :
	done
}

wanted='demo@1
exit 3
added /etc/more
changed /etc/state
back in demo@1, before that demo@2
one
two
one
error 17: there is a workspace '\''demo'\'' already
demo: 2 snapshots
demo-clone: 0 snapshots
demo-copy: 0 snapshots'

# tells COMMAND...: it tells the story, as the user.
tells() {
	WS_PATH=$PATH run as_user "$@" small "$program"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	diff <(echo "$wanted") <(echo "$output")
}

@test "a program in C" {
	flags=$(PKG_CONFIG_PATH=$WS_DIR/prefix/lib/pkgconfig \
		pkg-config --cflags --libs earshot-workspace)
	# shellcheck disable=SC2086 # words
	gcc -std=c17 -Wall -Wextra -Wpedantic -Werror -o "$WS_DIR/story" \
		"$WS_DIR/examples/workspace.c" $flags
	tells "$WS_DIR/story"
}

@test "a program in Python, with ctypes" {
	tells /usr/bin/python3 "$WS_DIR/examples/workspace.py"
}

@test "a program in Lua, with LuaJIT's ffi" {
	command -v luajit >/dev/null || skip "no luajit (contrib/services)"
	tells luajit "$WS_DIR/examples/workspace.lua"
}

# go_build DIR
go_build() {
	command -v go >/dev/null || skip "no go (contrib/services)"
	(cd "$WS_DIR/examples/$1" &&
		env HOME="$WS_DIR" GO111MODULE=off GOFLAGS= \
			PKG_CONFIG_PATH="$WS_DIR/prefix/lib/pkgconfig" \
			go build -o "$WS_DIR/$1.story" workspace.go)
}

@test "a program in Go, with cgo" {
	go_build go-cgo
	tells "$WS_DIR/go-cgo.story"
}

@test "a program in Go, without the library" {
	go_build go
	tells "$WS_DIR/go.story"
}

@test "the header is C++, too, and shows nothing but what is exported" {
	if command -v g++ >/dev/null; then
		g++ -fsyntax-only -x c++ "$WS_DIR/prefix/include/earshot/workspace.h"
	fi
	diff <(grep -o 'earshot_ws_[a-z_]*(' "$WS_DIR/prefix/include/earshot/workspace.h" |
		tr -d '(' | sort -u) \
		<(nm -D --defined-only "$WS_DIR/prefix/lib/libearshot-workspace.so.0" |
			sed -n 's/.* T \(.*\)@@EARSHOT_WORKSPACE_0/\1/p' | sort -u)
	# So does the manual, and so do the symbols that the package promises.
	diff <(sed -n 's/^\.Nm \(earshot_ws_[a-z_]*\).*/\1/p' \
		"$EARSHOT_SRC/man/earshot-workspace.3" | sort -u) \
		<(sed -n 's/^ \(earshot_ws_.*\)@.*/\1/p' \
			"$EARSHOT_SRC/debian/libearshot-workspace0.symbols" | sort -u)
	diff <(sed -n 's/^\.Nm \(earshot_ws_[a-z_]*\).*/\1/p' \
		"$EARSHOT_SRC/man/earshot-workspace.3" | sort -u) \
		<(nm -D --defined-only "$WS_DIR/prefix/lib/libearshot-workspace.so.0" |
			sed -n 's/.* T \(.*\)@@EARSHOT_WORKSPACE_0/\1/p' | sort -u)
}

# rpc SCRIPT: Python with a connection c (tests/helpers/rpc.py).
rpc() {
	as_user timeout 60 /usr/bin/python3 -c "from rpc import *
c = Rpc('$program')
$1"
}

@test "rpc: a request has an answer of its own, with results or an error" {
	rpc '
assert c.hello["protocol"] == 1, c.hello
ok(c.call("create", "demo", "--base", "small"), [{"name": "demo"}])
failed(c.call("create", "demo"), 17, "already")
failed(c.call("snap", "nobody"), 2, "nobody")
failed(c.call("fly"), 22, "fly", usage=True)
failed(c.call("list", "--fly"), 22, "fly", usage=True)
failed(c.call("list", "a", "b"), 22, "usage", usage=True)
failed(c.call(), 22, "words", usage=True)
failed(c.send(b"nonsense\n"), 22, "JSON", usage=True)
failed(c.send(b"[1]\n"), 22, "words", usage=True)
failed(c.send(b"{\"id\": 5, \"words\": [7]}\n"), 22, "words", usage=True)
failed(c.send(b"{\"id\": 6, \"words\": [\"list\"], \"fds\": [1]}\n"), 22, "fds", usage=True)
ok(c.call("destroy", "demo"))
'
}

@test "rpc: descriptors, exit codes, and what goes to standard error" {
	rpc '
ok(c.call("create", "demo", "--base", "small"))
r, w = os.pipe()
a = c.call("run", "demo", "--", "sh", "-c", "echo out; echo err >&2; exit 9", fds={1: w})
assert a["exit"] == 9 and a["messages"] == ["err"] and "error" not in a, a
assert os.read(r, 99) == b"out\n"
a = c.call("run", "demo", "--", "nosuch")
assert a["exit"] == 127 and a["error"]["errno"] == 2, a
a = c.call("run", "demo", "--", "sh", "-c", "kill -9 $$")
assert a["exit"] == 137 and "error" not in a, a
a = c.call("run", "demo", "--", "cat")
assert a["exit"] == 0, a
'
}

@test "rpc: a pidfd ends with the command, and takes signals there" {
	rpc '
ok(c.call("create", "demo", "--base", "small"))
r, w = os.pipe()
n = c.request("run", "demo", "--", "sh", "-c",
    "trap \"exit 5\" TERM; echo ready; while :; do sleep 0.05; done",
    fds={1: w}, pidfd=True)
a = c.answer()
assert a == {"id": n, "started": True}, a
pidfd, = c.fds
assert os.read(r, 99) == b"ready\n"
# Others are served meanwhile.
ok(c.call("snap", "demo", "-m", "busy"), [{"name": "demo", "snapshot": 1}])
assert not select.select([pidfd], [], [], 0)[0]
signal.pidfd_send_signal(pidfd, signal.SIGTERM)
a = c.answer()
assert a["id"] == n and a["exit"] == 5, a
assert select.select([pidfd], [], [], 0)[0]
'
}

@test "rpc: limits: 64 at a time, a megabyte a request" {
	rpc '
ok(c.call("create", "demo", "--base", "small"))
r, w = os.pipe()
for i in range(66):
    c.request("run", "demo", "--", "true") if i else \
        c.request("run", "demo", "--", "sh", "-c", "read x", fds={0: r})
os.write(w, b"\n")
seen = sorted(c.answer()["id"] for i in range(66))
assert seen == list(range(2, 68)), seen
line = json.dumps({"id": 1, "words": ["list", ""]}).encode()
def longer(n): return line[:-3] + b"x" * (n - len(line)) + line[-3:]
for n in (1 << 20) - 1, 1 << 20:
    failed(c.send(longer(n - 1) + b"\n"), None, "")
failed(c.send(longer((1 << 20) + 1)), 22, "bytes", usage=True)
assert c.ends()
'
}

@test "rpc: the server ends with its client, and needs a socket" {
	rpc 'ok(c.call("list")); c.close(); assert c.process.wait(20) == 0'
	run ws --rpc 1
	[ "$status" -eq 2 ]
	run as_user "$program" --rpc 77
	[ "$status" -eq 2 ]
	run as_user "$program" --rpc nine
	[ "$status" -eq 2 ]
}

@test "library: the program is gone, or is none" {
	as_user timeout 60 /usr/bin/python3 - "$program" \
		<"$EARSHOT_SRC/tests/helpers/library_fails.py"
}

@test "--json: every verb that prints has it" {
	for verb in $(ws --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
		case $verb in enter | run) continue ;; esac
		ws "$verb" --help | grep -q -- --json || { echo "$verb"; false; }
	done
}

# json WORDS...: each line is an object; prints the keys of the first.
json() {
	ws "$@" --json | /usr/bin/python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert all(isinstance(row, dict) for row in rows)
print(*rows[0] if rows else [])'
}

@test "--json: what each verb prints" {
	[ "$(json create demo --base small)" = name ]
	[ "$(json start demo --keep)" = name ]
	[ "$(json stop demo)" = name ]
	ws run demo -- sh -c 'echo x >/etc/x'
	[ "$(json snap demo -m one)" = "name snapshot" ]
	[ "$(json snap demo@1 -m two)" = "name snapshot" ]
	[ "$(json list)" = "name project base store created snapshots parent init running" ]
	[ "$(json list demo)" = "name snapshot taken parent missing bytes automatic comment" ]
	ws run demo -- sh -c 'echo y >/etc/x'
	[ "$(json diff demo)" = "change path" ]
	[ "$(json restore demo@1)" = "name snapshot saved" ]
	[ "$(json clone demo demo-clone)" = name ]
	[ "$(json export demo "$WS_DIR/out/x.tar")" = "name snapshot format" ]
	[ "$(json import "$WS_DIR/out/x.tar" demo-copy)" = name ]
	[ "$(json rename demo-copy demo-other)" = name ]
	[ "$(json destroy demo-other)" = "name trash" ]
	[ "$(json undelete demo-other)" = name ]
	[ "$(json destroy demo@1)" = "name snapshot" ]
	ws destroy demo-other
	[ "$(json base add other "$WS_DIR/root")" = name ]
	[ "$(json base list)" = "name from layers" ]
	[ "$(json base remove other)" = name ]
	[ "$(json gc)" = removed ]
	[ "$(json doctor)" = "check ok text" ]
}

@test "export to, and import from, a pipe" {
	ws create demo --base small
	ws run demo -- sh -c 'echo piped >/etc/x'
	ws export demo - | cat >"$WS_DIR/out/p.tar"
	tar -tf "$WS_DIR/out/p.tar" | grep -q etc/x
	# shellcheck disable=SC2002 # a pipe it shall be
	cat "$WS_DIR/out/p.tar" | ws import - demo-copy
	[ "$(ws run demo-copy -- cat /etc/x)" = piped ]
	ws destroy demo-copy
	ws import - demo-copy <"$WS_DIR/out/p.tar"
	[ "$(ws run demo-copy -- cat /etc/x)" = piped ]
	run ws export demo - --json
	[ "$status" -eq 2 ]
	run ws import - demo-third </dev/null
	[ "$status" -eq 1 ]
}
