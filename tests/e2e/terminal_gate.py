#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""Whatever strangers wrote, no verb lets it act on a terminal or hide there.

The verbs come from the programs' own tables: a new one is tested by existing.
One hostile alphabet is planted in every place that a verb may show, each verb
runs on a terminal of its own, and what reaches that terminal is looked through
code point by code point.
"""
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lib  # noqa: E402

# Acts on a terminal, or makes text look like other text; the last two lines as
# bytes that are no UTF-8 either.
HOSTILE = ("A\x1b[31mB\x1b]0;PWN\x07C\u009b31mD\u0090q\u009cE\x7f\x08\x0b\x0c"
           "F\u202eG\u2066H\u200fI\u061cJ\u2028K\u0085L\ufeffM\u200bN"
           "\U000e0041O\u3164Pe" + "\u0301" * 20 + "Q").encode()
HOSTILE_BYTES = HOSTILE + b"R\x9b31mS\x9d0;PWN\x9cT\xff\xfe"
# In one line of a file, and in a file's name.
LINE = HOSTILE_BYTES.replace(b"\n", b"")
NAME = LINE.replace(b"/", b"")[:200]
MARKS_MAX = 4
# Verbs that fill the screen move the cursor with escapes of their own.
SCREENS = {"ui", "review"}
# Verbs that go on for ever, that reach out of the test's directory, or that open
# a shell, which writes to the terminal itself.
ENDLESS = {"watch", "sync", "workspace"}


def danger(shown, may_escape):
    """The names of what must not have reached the terminal."""
    found = set()
    marks = 0
    for char in shown.decode("utf-8", "surrogateescape"):
        code = ord(char)
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if code in (0x0a, 0x0d, 0x09) or (may_escape and code in (0x1b, 0x08,
                                                                 0x0f, 0x07)):
            continue
        if code < 0x20 or 0x7f <= code < 0xa0 or code in (0x2028, 0x2029):
            found.add(f"control U+{code:04X}")
        elif 0xdc80 <= code <= 0xdcff:
            found.add(f"byte {code - 0xdc00:02x}")
        elif code in (0x61c, 0x200b, 0x200e, 0x200f, 0xfeff, 0x3164) or \
                0x202a <= code <= 0x202e or 0x2060 <= code <= 0x206f or \
                0xe0000 <= code <= 0xe01ef:
            found.add(f"hidden U+{code:04X}")
        elif marks > MARKS_MAX:
            found.add("a stack of marks")
    if b"\x1b]0;PWN" in shown or b"\x9b31m" in shown.replace(b"\xc2\x9b", b""):
        found.add("a planted escape")
    return found


def on_terminal(argv, env, cwd, seconds=10):
    """What the command shows on a terminal where nobody answers."""
    pid, fd = pty.fork()
    if pid == 0:
        try:
            os.chdir(cwd)
            os.execvpe(argv[0], argv, env)
        finally:
            os._exit(127)
    shown = b""
    end = time.monotonic() + seconds
    asked = 0
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([fd], [], [], 0.3)
            if ready:
                try:
                    more = os.read(fd, 65536)
                except OSError:
                    break
                if not more:
                    break
                shown += more
            elif asked < 6:
                # It waits: an empty answer, then q, then the end of input.
                os.write(fd, (b"\n", b"q", b"\x04")[asked % 3])
                asked += 1
    finally:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(pid, 0)
        os.close(fd)
    return shown


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(content)


def gtd_directory(home):
    """A GTD directory with the alphabet in every place."""
    gtd = os.path.join(home.home, "gtd").encode()
    for name in (b"trip", NAME):
        place = gtd + b"/Projects/" + name
        write(place + b"/summary", b"trip\n" + LINE + b"\n")
        write(place + b"/actions", b"- [ ] " + LINE + b" @home\n- [x] " + LINE +
              b"\n- [ ] call @" + LINE + b"\n")
        write(place + b"/log", b"2026-11-28 " + LINE + b"\n")
    for state in (b"Postponed/", b"Completed/2026/", b"Reference/"):
        write(gtd + b"/" + state + NAME + b"2/summary", LINE + b"\n")
    for name in (b"inbox", b"nextactions", b"waiting", b"someday"):
        write(gtd + b"/" + name, b"- " + LINE + b"\n" + LINE + b"\n")
    write(gtd + b"/tickler", b"2026-01-01 " + LINE + b"\n" + LINE + b"\n")
    # Something to undo that has it, too.
    home.run_program("project", "log", "trip", LINE)
    home.run_program("project", "in", LINE)
    return gtd


def verbs_of_project(home):
    words = home.run_program("project", "--complete-bash", "project ",
                             "8").stdout.split()
    return [word.decode() for word in words if word.isalpha()]


def verbs_of_speakctl(home):
    lines = home.run_program("speakctl", "--complete-words").stdout.split(b"\n")
    words = [line for line in lines if line.endswith(b"\tverb")]
    return words[0].decode().split("\t")[3].split()


def check(failures, argv, home, cwd):
    shown = on_terminal(argv, home.env, cwd)
    found = danger(shown, argv[1] in SCREENS)
    if found:
        failures.append(f"{argv}: {', '.join(sorted(found))}")
    return shown


def report(failures):
    assert not failures, "\n" + "\n".join(failures)


def quiet(home):
    home.env.update(NO_COLOR="1", TERM="xterm", EDITOR="true", VISUAL="true",
                    LC_ALL="C.UTF-8", GTD_DIR=os.path.join(home.home, "gtd"))


def test_project(home):
    """every verb of project"""
    quiet(home)
    failures = []
    seen = b""
    gtd_directory(home)
    verbs = verbs_of_project(home)
    assert len(verbs) > 20, verbs
    for verb in verbs:
        if verb in ENDLESS:
            continue
        for more in ([], ["--json"], ["trip"], [LINE], [NAME]):
            seen += check(failures, ["project", verb, *more], home,
                          home.home)
    report(failures)
    # The alphabet was there to be shown.
    assert b"\\x1b" in seen and b"\\u202e" in seen


def test_question(home):
    """the question that project asks before there is a directory"""
    quiet(home)
    home.env["GTD_DIR"] = home.home.encode() + b"/" + NAME
    failures = []
    shown = check(failures, ["project", "list"], home, home.home)
    report(failures)
    assert b"\\u202e" in shown, shown


def test_speakctl(home):
    """every verb of speakctl"""
    quiet(home)
    failures = []
    seen = b""
    home.serve()
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(home.socket)
    stream.sendall(b"LINES src\r\n")
    assert stream.recv(100).startswith(b"2")
    stream.sendall(b"#c : 2026-11-28 10:00 <" + LINE + b"> " + LINE + b"\n")
    phrases = socket.socket(socket.AF_UNIX)
    phrases.connect(home.socket)
    phrases.sendall(b"PHRASES other\r\n")
    assert phrases.recv(100).startswith(b"2")
    phrases.sendall(b"1\t1\t0\t0\t-1\t-1\t\t" + LINE + b"\tchan" + LINE +
                    b"\ttext " + LINE + b"\n")
    client = lib.Client(home.socket)
    lib.until("both were heard",
              lambda: len(client.command("HISTORY FIND 10 ")) >= 3)
    verbs = verbs_of_speakctl(home)
    assert len(verbs) > 15, verbs
    for verb in verbs:
        if verb in ENDLESS:
            continue
        for more in ([], ["--json"], [LINE]):
            seen += check(failures, ["speakctl", verb, *more], home,
                          home.path)
    report(failures)
    assert b"\\u202e" in seen


def test_speakd_print(home):
    """speakd --print, and its messages"""
    quiet(home)
    failures = []
    write(home.file("lines").encode(), b"#c : 2026-11-28 10:00 <" + LINE +
          b"> " + LINE + b"\n" + LINE + b"\n")
    for argv in (["speakd", "--print", "lines"],
                 ["speakd", "--print", NAME],
                 ["speakd", "-o", LINE, "lines"],
                 [b"speakd", b"--" + LINE]):
        check(failures, argv, home, home.path)
    report(failures)


TESTS = [test_project, test_question, test_speakctl, test_speakd_print]

if __name__ == "__main__":
    lib.main(TESTS)
