#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""follow_long.py - fifty files are followed through every kind of rotation.

Ten files a kind: rename and create, copytruncate, removed and made again, a new
name each day, and one that only grows. Each line is said exactly once, and the
lines of a file in their order. Then three hundred files; and what happens when
the kernel gives no instance of inotify, or too few watches.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

BIN = os.environ["EARSHOT_BIN"]
LIMIT_S = 60
ROUNDS = 6
EACH = 10  # files of each kind
tests = 0


def check(good, name, why=""):
    global tests
    tests += 1
    print(f"{'ok' if good else 'not ok'} {tests} - {name}")
    for line in [] if good else str(why).splitlines()[:20]:
        print(f"#   {line}")
    sys.stdout.flush()


class Speakd:
    """speakd --print in the background, its words in a file."""

    def __init__(self, *args, before=()):
        self.out, self.err = pathlib.Path("out"), pathlib.Path("err")
        with self.out.open("w") as out, self.err.open("w") as err:
            self.child = subprocess.Popen(
                [*before, f"{BIN}/speakd", "-c", "/dev/null", "--print",
                 "--format=plain", *args],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def said(self):
        return self.out.read_text().splitlines()

    def open_files(self):
        fds = pathlib.Path(f"/proc/{self.pid()}/fd")
        return sum(os.readlink(fd).startswith(os.getcwd() + "/w")
                   for fd in fds.iterdir())

    def instances(self):
        fds = pathlib.Path(f"/proc/{self.pid()}/fd")
        return sum("inotify" in os.readlink(fd) for fd in fds.iterdir())

    def pid(self):
        return self.child.pid

    def end(self):
        self.child.terminate()
        self.child.wait()


def until(condition, what):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def append(path, lines):
    with open(path, "a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def rename(path, n):
    # The former names move up, as logrotate has them.
    for old in range(n, 0, -1):
        if os.path.exists(f"{path}.{old}"):
            os.rename(f"{path}.{old}", f"{path}.{old + 1}")
    os.rename(path, f"{path}.1")
    append(path, [])
    return path


def copytruncate(path, n):
    shutil.copy(path, f"{path}.{n}")
    os.truncate(path, 0)
    return path


def remove(path, n):
    os.remove(path)
    append(path, [])
    return path


def next_day(path, n):
    return f"{path[:-6]}{n + 11:02}.log"


def only_grow(path, n):
    return path


KINDS = [rename, copytruncate, remove, next_day, only_grow]


def first_name(kind, i):
    if kind is next_day:
        return f"w/daily/{i}/2026-11-10.log"
    return f"w/tree/{kind.__name__}/{i}.log"


def word(kind):
    return kind.__name__.replace("_", " ")


def wanted(name, kind):
    return [f"{word(kind)} {name} {r} {part} {k}" for r in range(ROUNDS)
            for part in "ab" for k in range(5)]


def fifty_files():
    paths = {(kind, i): first_name(kind, i) for kind in KINDS
             for i in range(EACH)}
    for path in paths.values():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        append(path, ["from before"])
    speakd = Speakd("-F", "w/tree", "-F", "w/daily/*/2026-*.log")
    until(lambda: speakd.open_files() == len(paths), "all files open")
    for r in range(ROUNDS):
        for (kind, i), path in paths.items():
            lines = wanted(i, kind)[r * 10:r * 10 + 10]
            append(path, lines[:5])
            if kind in (copytruncate, remove):
                # What is cut away before anybody looked cannot be read.
                until(lambda line=lines[4]: line in speakd.said(), lines[4])
            paths[kind, i] = path = kind(path, r + 1)
            append(path, lines[5:])
        # Each new file was seen: so may be the next.
        for kind, i in paths:
            line = wanted(i, kind)[r * 10 + 9]
            until(lambda line=line: line in speakd.said(), line)
    speakd.end()
    said = speakd.said()
    for kind in KINDS:
        got = [[line for line in said
                if line.startswith(f"{word(kind)} {i} ")]
               for i in range(EACH)]
        check(got == [wanted(i, kind) for i in range(EACH)],
              f"{EACH} files, {word(kind)}: each line once, in order",
              "\n".join(map(str, got)))
    check(len(said) == len(KINDS) * EACH * ROUNDS * 10,
          "and nothing else is said", "\n".join(said))
    check(speakd.err.read_text() == "", "nor written to standard error",
          speakd.err.read_text())


def three_hundred():
    paths = [f"w/{d}/{i}" for d in "ab" for i in range(150)]
    for path in paths:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        append(path, [])
    speakd = Speakd("-F", "w/a", "-F", "w/b")
    until(lambda: speakd.open_files() == 300, "300 files open")
    lines = [f"line {i}" for i in range(300)]
    for path, line in zip(paths, lines):
        append(path, [line])
    until(lambda: len(speakd.said()) >= 300, "300 lines")
    check(sorted(speakd.said()) == sorted(lines),
          "three hundred files: a line of each", speakd.said())
    check(speakd.instances() == 1, "by one instance of inotify")
    speakd.end()


def limited(name, limit, told):
    """In a user namespace of its own the limit may be set by anybody."""
    paths = [f"w/{i}" for i in range(20)]
    for path in paths:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        append(path, [])
    script = f'echo {limit} >/proc/sys/user/{name} && exec "$@"'
    speakd = Speakd(*(arg for path in paths for arg in ("-F", path)),
                    before=["unshare", "-r", "sh", "-c", script, "sh"])
    until(lambda: speakd.open_files() == 20, "20 files open")
    lines = [f"line {i}" for i in range(40)]
    for path, line in zip(paths, lines[:20]):
        append(path, [line])
    until(lambda: len(speakd.said()) >= 20, "20 lines")
    for path, line in zip(paths, lines[20:]):
        os.rename(path, path + ".1")
        append(path, [line])
    until(lambda: len(speakd.said()) >= 40, "20 lines more")
    check(sorted(speakd.said()) == sorted(lines),
          f"{name} {limit}: each line is said all the same", speakd.said())
    err = speakd.err.read_text()
    check(err.count("\n") == 1 and told in err, "and told once", err)
    speakd.end()


def may_limit():
    return subprocess.run(
        ["unshare", "-r", "sh", "-c", "echo 5 >/proc/sys/user/"
         "max_inotify_watches"], capture_output=True, check=False
    ).returncode == 0


def in_an_empty_directory(test, *args):
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        try:
            test(*args)
        except TimeoutError as late:
            check(False, f"{test.__name__}: in {LIMIT_S} s", late)
        os.chdir("/")


in_an_empty_directory(fifty_files)
in_an_empty_directory(three_hundred)
if may_limit():
    in_an_empty_directory(limited, "max_inotify_instances", 0,
                          "max_user_instances")
    in_an_empty_directory(limited, "max_inotify_watches", 7,
                          "max_user_watches")
else:
    print(f"ok {tests + 1} - limits # SKIP no user namespaces here")
    tests += 1
print(f"1..{tests}")
