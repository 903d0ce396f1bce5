#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""project on a terminal: columns, colour, questions, the full-screen review."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import pexpect

PROJECT = os.path.join(os.environ["EARSHOT_BIN"], "project")
tests = []


def test(function):
    tests.append(function)
    return function


class Home:
    def __init__(self, projects=()):
        self.root = tempfile.mkdtemp(prefix="project-terminal-")
        self.gtd = self.root + "/gtd"
        self.env = {"HOME": self.root, "PATH": os.environ["PATH"],
                    "TERM": "xterm", "LC_ALL": "C.UTF-8",
                    "XDG_STATE_HOME": self.root + "/state"}
        if projects:
            os.makedirs(self.gtd + "/Projects")
        for name in projects:
            self.run("-q", "new", name)

    def run(self, *words):
        return subprocess.run([PROJECT, *words], env=self.env, check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def spawn(self, *words, columns=60, **env):
        child = pexpect.spawn(PROJECT, list(words),
                              env=dict(self.env, **env), cwd=self.root,
                              encoding="utf-8", dimensions=(24, columns),
                              timeout=30)
        child.delaybeforesend = None
        return child

    def show(self, *words, **env):
        """Everything that the command shows, to its end."""
        child = self.spawn(*words, **env)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0, child.exitstatus
        return child.before.replace("\r\n", "\n")

    def read(self, path):
        with open(f"{self.gtd}/{path}", encoding="utf-8") as f:
            return f.read()

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)


@test
def columns():
    """list: columns that fit the terminal, whatever the names hold"""
    home = Home(["trip", "été 漢字", "n" * 120])
    try:
        os.mkdir(home.gtd + "/Projects/evil\x1b[31m")
        home.run("-q", "actions", "trip", "x" * 200)
        text = home.show("list", NO_COLOR="1")
        assert "\x1b" not in text and "evil\\x1b[31m" in text
        lines = text.splitlines()
        assert len(lines) == 4, lines
        for line in lines:
            # The name is cut at 40 columns, the rest at the terminal's end.
            assert len(line) <= 66, line
        assert "n" * 39 + "~" in text
    finally:
        home.close()


@test
def colour():
    """colour on a terminal, not with NO_COLOR, TERM=dumb or --color=never"""
    home = Home(["trip"])
    try:
        assert "\x1b[1m" in home.show("list")
        assert "\x1b[1m" in home.show("list", NO_COLOR="")
        assert "\x1b" not in home.show("list", NO_COLOR="1")
        assert "\x1b" not in home.show("list", TERM="dumb")
        assert "\x1b" not in home.show("list", "--color=never")
    finally:
        home.close()


@test
def first_dir():
    """no directory yet: it is offered, made with Enter, not for a no"""
    home = Home()
    try:
        child = home.spawn("list")
        child.expect(r"\[Y/n\] ")
        child.send("n\r")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 1 and not os.path.exists(home.gtd)
        child = home.spawn("new", "trip")
        child.expect(r"\[Y/n\] ")
        child.send("\r")
        child.expect("Created Projects/trip")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
        assert sorted(os.listdir(home.gtd)) == [
            "Completed", "Postponed", "Projects", "Reference"]
    finally:
        home.close()


@test
def screen():
    """review --screen: steps, captures, projects; stops and goes on"""
    home = Home(["garden", "trip"])
    try:
        child = home.spawn("review", "--screen", columns=100)
        child.expect(r"Step 1 of 11")
        child.send("+ buy mulk\x7f\x7f\x7filk\r")
        child.expect("in: done")
        for step in range(2, 8):
            child.send("\r")
            child.expect(f"Step {step} of 11")
        child.send("\r")
        child.expect(r"Project garden")
        child.send("\r")
        child.expect(r"Project trip")
        child.send("q\r")
        child.expect("stopped at step 8 of 11")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
        assert home.read("inbox") == "buy milk\n", home.read("inbox")
        assert home.read("Projects/garden/.project").startswith("reviewed")
        child = home.spawn("review", "--screen", columns=100)
        child.expect(r"Project trip \(1 left\)")
        child.send("c\r")
        child.expect("Step 9 of 11")
        child.send("\x04")
        child.expect("stopped at step 9")
        child.expect(pexpect.EOF)
        child.close()
        assert os.listdir(home.gtd + "/Projects") == ["garden"]
    finally:
        home.close()


@test
def questions():
    """process: the answers are listed once, then for who asks"""
    home = Home(["trip"])
    try:
        for text in ("one", "two"):
            home.run("-q", "in", text)
        child = home.spawn("process", columns=200)
        child.expect(r"p project, .*q stop, \? help: ")
        child.send("s\r")
        child.expect("two\r\n")
        child.expect(r"\? lists the answers: ")
        assert "p project" not in child.before, child.before
        child.send("?\r")
        child.expect("p NAME")
        child.expect(r"\? lists the answers: ")
        child.send("q\r")
        child.expect("1 processed, 1 left")
        child.expect(pexpect.EOF)
    finally:
        home.close()


@test
def keys_by_ear():
    """process --say: a key is an answer, with Enter or without, or begins one"""
    home = Home(["trip"])
    try:
        os.mkdir(home.root + "/bin")
        with open(home.root + "/bin/speakd", "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\nexec cat >>{home.root}/said\n")
        os.chmod(home.root + "/bin/speakd", 0o755)
        shutil.copy(PROJECT, home.root + "/bin/project")
        for text in "one", "two", "three", "four", "five", "six", "seven":
            home.run("-q", "in", text)
        child = pexpect.spawn(home.root + "/bin/project", ["process", "--say"],
                              env=home.env, encoding="utf-8", timeout=30)
        child.delaybeforesend = None

        def key(keys, prompt="lists the answers: "):
            child.expect_exact(prompt)
            child.send(keys)

        key("s", "? help: ")  # one: someday, without Enter
        key("n\r")  # two: as a hand used to lines types it
        key("a")  # three: asks for what it needs
        child.expect_exact("project: ")
        child.send("trip\r")
        key("a trip\r")  # four: the whole line in one go
        key("\x1b[A")  # an arrow is no answer
        child.send("\r")  # five: stays
        key("ex\r")  # six: another text, typed ahead
        key("d")  # which is done
        key("z")  # seven: no such answer, and said so
        key("q")
        child.expect_exact("5 processed")
        child.expect(pexpect.EOF)
        assert home.read("someday") == "- one\n", home.read("someday")
        assert home.read("nextactions") == "- two\n", home.read("nextactions")
        assert home.read("Projects/trip/actions") == "[ ] three\n[ ] four\n"
        assert home.read("inbox") == "five\nseven\n", home.read("inbox")
    finally:
        home.close()


@test
def no_screen():
    """review --screen without a terminal is an error, not a hang"""
    home = Home(["trip"])
    try:
        done = subprocess.run([PROJECT, "review", "--screen"], env=home.env,
                              stdin=subprocess.DEVNULL, timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        assert done.returncode == 1 and "terminal" in done.stderr
    finally:
        home.close()


def main():
    failed = 0
    for n, function in enumerate(tests, 1):
        try:
            function()
            print(f"ok {n} - {function.__doc__}", flush=True)
        except (AssertionError, pexpect.ExceptionPexpect,
                subprocess.SubprocessError) as e:
            failed += 1
            print(f"not ok {n} - {function.__doc__}", flush=True)
            for line in re.sub("[^ -~\n]", "?", str(e)).splitlines():
                print("#   " + line)
    print(f"1..{len(tests)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
