#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""readme.py - every command of the README and of the manuals' EXAMPLES, as it
stands there, typed at a terminal of a fresh account. A command that no test
runs fails the last test. Prints TAP."""
import glob
import html
import json
import os
import re
import shutil
import subprocess

import pexpect

from lib import SRC, Skip, main, until

# What cannot be run on a fresh account without a network, and who runs it.
ELSEWHERE = {
    "git clone … earshot && cd earshot": "whoever reads it",
    "make demo": "demo.py, tests/no-harm",
    "make check": "tests/no-harm, tests/matrix",
    "make && sudo make install": "packaging.bats, into a directory",
    "make deb": "tests/packages",
    "sudo apt install ./build/deb/{earshot,earshot-project,sic-bridge,speakd}_*.deb": "tests/packages",
    "sic-bridge -h irc.libera.chat -n me -j '#meeting' --state </dev/null | speakd":
        "sic-bridge_dropin.py, against servers of its own",
    "sic-bridge -i ~/irc.in -o ~/irc.out libera &": "sic-bridge_dropin.py",
    "echo 'good morning' >~/irc.in": "sic-bridge_dropin.py",
    "sic-bridge -h irc.home.example --fingerprint=0f1e...":
        "sic-bridge_tls.py",
    "speakctl --host=server hear 'tail -F log | speakd'": "ssip_host.py",
    "speakctl --host=server pause": "ssip_host.py",
    "project w base add trixie debian:trixie+build-essential":
        "workspace_debian.bats",
    "project w create trip --base trixie": "workspace_debian.bats",
    # (Over the host it takes all of the host along.)
    "project w export trip trip.tar --format oci": "workspace_import.bats",
    "podman load -i trip.tar": "workspace_import.bats",
    "file = ~/.sfeed/feeds": "reading.bats, with feeds of its own",
    "format = sfeed": "reading.bats, with feeds of its own",
    "project w shift /srv/box/rootfs --user joe": "workspace_shift.bats",
    "project w shift /srv/box/rootfs --user joe --back":
        "workspace_shift.bats",
}
PROGRAMS = ("$", "eval", "git", "make", "p", "project", "sic-bridge",
            "speakctl", "speakd", "sudo")
done = set()  # commands that were typed


# ---- what is written ---------------------------------------------------------


def read(name):
    with open(os.path.join(SRC, name), encoding="utf-8",
              errors="surrogateescape") as text:
        return text.read()


def command_of(line):
    """The command of a line, without its comment; None: it is none."""
    words = line.split()
    if not words or words[0] not in PROGRAMS:
        return None
    return re.sub(r"\s+# .*", "", re.sub(r"^\$ ", "", line.strip()))


def readme_blocks():
    """Lists of lines: what is indented, without its indentation."""
    for block in re.findall(r"(?:^ {4}.*\n)+", read("README.md"), re.M):
        yield [line[4:] for line in block.splitlines()]


def manual_lines(name):
    """The literal lines of a manual's EXAMPLES, but for whole programs, which
    have tests of their own."""
    text = read(name)
    found = re.search(r"^\.Sh EXAMPLES\n(.*?)^\.Sh ", text, re.M | re.S)
    literal = False
    for line in (found.group(1) if found else "").splitlines():
        if line.startswith(".Bd"):
            literal = True
        elif line.startswith((".Ed", "#!")):
            literal = False
        elif literal or line.startswith(".Dl "):
            line = line.removeprefix(".Dl ")
            for what, char in ((r"\-", "-"), (r"\(dq", '"'),
                               (r"\(aq", "'"), (r"\e", "\\")):
                line = line.replace(what, char)
            yield line


def all_commands():
    """(where, command) of everything that is written."""
    for block in readme_blocks():
        if command_of(block[0]) is not None:
            for line in block:
                if command_of(line):
                    yield "README.md", command_of(line)
    for name in sorted(glob.glob("man/*.[157]", root_dir=SRC)):
        for line in manual_lines(name):
            # Not a dialogue of the protocol, nor lines of a file.
            if not line.startswith(("<", ">", "[", "\t")):
                yield name, re.sub(r"^\$ ", "", line)


# ---- a fresh account -----------------------------------------------------------


class Account:
    """A bash at a terminal, where nothing is set up."""

    def __init__(self, home):
        home.configure("output = null\n")
        self.place = home.home
        env = dict(home.env, TERM="xterm", EDITOR="true", PS1="> ")
        self.bash = pexpect.spawn("/bin/bash", ["--norc", "--noprofile"],
                                  env=env, cwd=home.home, timeout=60,
                                  encoding="utf-8", dimensions=(40, 200))
        self.bash.sendline("bind 'set enable-bracketed-paste off'; "
                           "PS1='rea''dy '")
        self.bash.expect_exact("ready ")
        self.file("sic.out", read("tests/data/irclogs/generated/sic.out"))

    def file(self, name, text, mode=0o644):
        path = os.path.join(self.place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8",
                  errors="surrogateescape") as out:
            out.write(text)
        os.chmod(path, mode)

    def send(self, command):
        done.add(command)
        self.bash.sendline(command)

    def ended(self):
        """What was printed until the prompt came back."""
        self.bash.expect_exact("ready ")
        return self.bash.before

    def code(self):
        self.bash.sendline("echo code=$?.")
        self.bash.expect(r"code=(\d+)\.\r")
        code = int(self.bash.match.group(1))
        self.bash.expect_exact("ready ")
        return code

    def run(self, command, *answers):
        """Type it, answer its questions with (question, answer)."""
        self.send(command)
        for question, answer in answers:
            self.bash.expect(question)
            self.bash.send(answer)
        printed = self.ended()
        code = self.code()
        assert code == 0, (command, code, printed)
        return printed

    def interrupt(self, command):
        """What goes on for ever: Ctrl-C ends it, once it works."""
        name = command.split()[0]
        self.send(command)
        until(command + " has its voice", lambda: subprocess.run(
            ["pgrep", "-P", str(self.child(name)), "-x", name + "-voice"],
            stdout=subprocess.DEVNULL, check=False).returncode == 0)
        self.bash.sendintr()
        self.ended()

    def child(self, name):
        """The process that the shell started last by this name, or 0."""
        found = subprocess.run(["pgrep", "-n", "-P", str(self.bash.pid), "-x",
                                name], stdout=subprocess.PIPE, check=False)
        return int(found.stdout or 0)

    def close(self):
        self.bash.close(force=True)


def account(home):
    made = Account(home)
    # "close" of the home ends what was started.
    home.running.append(Child(made))
    return made


class Child:
    """For Home.close(): a terminal in place of a process."""

    def __init__(self, made):
        self.made = made

    def poll(self):
        return None

    def send_signal(self, _):
        pass

    def terminate(self):
        self.made.bash.sendline("kill $(jobs -p); exit")
        self.made.bash.expect(pexpect.EOF)

    def wait(self, _=None):
        self.made.close()

    def kill(self):
        self.made.close()


# ---- the tests -------------------------------------------------------------------


def test_samples(home):
    """README: what is printed is what stands there"""
    samples = [block for block in readme_blocks() if block[0][:2] == "$ "]
    assert samples
    for command, *lines in samples:
        done.add(command[2:])
        printed = subprocess.run(["bash", "-c", command[2:]], cwd=SRC,
                                 env=home.env, check=True, text=True,
                                 stdout=subprocess.PIPE, timeout=60).stdout
        got = printed.splitlines()[:len(lines)]
        assert got == lines, "\n".join(["printed:"] + got +
                                       ["written:"] + lines)


def test_screen(_):
    """README: the screen in words is that of the picture"""
    with open(SRC + "/contrib/readme/listening.svg", encoding="utf-8") as svg:
        picture = html.unescape(re.search("<desc>(.*)</desc>", svg.read(),
                                          re.S).group(1)).splitlines()
    screen = next(block for block in readme_blocks()
                  if block[0].startswith("speaking, "))
    lost = [line for line in screen if line and line not in picture]
    assert not lost, lost


def half_of_last_digit(number):
    """How far what "1.7", "10" or "13,000" says may be from what was measured."""
    digits = number.replace(",", "")
    if "." in digits:
        return 0.5 * 10 ** -len(digits.partition(".")[2])
    zeros = len(digits) - len(digits.rstrip("0"))
    return 0.5 * 10 ** zeros if len(digits) > 3 else 0.5


def test_table(_):
    """README: what was measured is what bench/README.md has"""
    printed = subprocess.run(
        ["/usr/bin/python3", "bench/run", "--json", "-", "--from",
         "bench/README.md"], cwd=SRC, check=True, stdout=subprocess.PIPE).stdout
    known = []
    for row in json.loads(printed)["side_by_side"]:
        known += [("earshot", row["values"][0]["value"])]
        known += [(v["program"], v["value"]) for v in row["values"][1:]]
    table = re.search(r"^\| measured side by side .*?\n\n", read("README.md"),
                      re.M | re.S)[0]
    for line in table.split("\n")[2:-2]:
        _, ours, theirs = line.strip("| ").split(" | ")
        for said in ["earshot " + ours] + theirs.split(", "):
            name, number = re.match(r"(.*?) ([0-9][0-9.,]*)", said).groups()
            near = [value for program, value in known
                    if program.startswith(name) and half_of_last_digit(number)
                    >= abs(value - float(number.replace(",", "")))]
            assert near, line


def test_speakd(home):
    """speakd: a stream, a log, a file, a program's output, other engines"""
    a = account(home)
    a.interrupt("speakd -N 2 -F sic.out --ignore=ubottu --nick=trent")
    a.file("irclog.txt", read("tests/data/irclogs/generated/sic.out"))
    assert "alice" in a.run("speakd --print -e all irclog.txt")
    a.file("meeting.log.txt", "<carol> hello\n")
    a.run("speakd -w meeting.wav meeting.log.txt")
    assert os.path.getsize(a.place + "/meeting.wav") > 10000
    a.file("Makefile", "all:\n\t@echo made\nupgrade:\n")
    a.run("make 2>&1 | speakd")
    a.file("notes", "carol> hello\n")
    a.run(r"speakd -f 'line:^(?<nick>\w+)> (?<text>.*)' notes")
    a.send("speakd --doctor")
    assert "settings" in a.ended()
    assert "hello" in a.run("speakd --print notes")
    a.run("speakd -w test.wav notes")
    a.interrupt("speakd -o alsa:plughw:0 notes")
    a.file("bin/journalctl", "#!/bin/sh\necho '{\"MESSAGE\":\"it broke\"}'\n",
           0o755)
    a.run("PATH=~/bin:$PATH")
    a.run("journalctl -f -o json -p err | speakd")
    if shutil.which("flite"):
        a.run("echo hello | speakd --engine='command:flite -t \"$(cat)\" "
              "-o /dev/stdout'")
    else:
        done.add("echo hello | speakd --engine='command:flite -t \"$(cat)\" "
                 "-o /dev/stdout'")


def test_speakctl(home):
    """speakctl: say, skip, rate, the screen, the history"""
    a = account(home)
    a.send("speakd --serve &")
    a.ended()
    a.run("until speakctl status >/dev/null 2>&1; do sleep 0.1; done")
    a.file("Makefile", "all:\n")
    a.send('speakctl say "build is done"; speakctl skip; speakctl rate +20; '
           'speakctl ui')
    a.bash.expect("keys")
    a.bash.send("q")
    a.ended()
    assert a.code() == 0
    a.run('make; speakctl say "make ended with $?"')
    assert "make ended with 0" in a.run("speakctl history 5")
    a.run("speakctl --json history 10000 carol")
    a.run("kill %1; wait")
    a.interrupt("speakd --serve --ssip=speech-dispatcher")


def begin(a):
    """The first command of a fresh account offers the directory."""
    a.run('eval "$(project init bash)"')
    a.run("p s trip-sandiego-201303", (r"\[[yY]/[nN]\] ", "y\r"))


def test_project(home):
    """project: begin, list, complete names, put off, undo, review"""
    a = account(home)
    begin(a)
    line = "p l; p po tr<TAB>; p r tr<TAB>; p co tr<TAB>; p undo"
    done.add(line)
    first, *three, last = line.split("; ")
    assert "trip-sandiego-201303" in a.run(first)
    for command in three:
        a.bash.send(command.replace("<TAB>", "\t"))
        a.bash.expect_exact("trip-sandiego-201303")
        a.bash.send("\r")
        a.ended()
        assert a.code() == 0, command
    a.run(last)
    printed = a.run("p day; p review; p next --say", ("q stop: ", "q\r"))
    assert "Step 1 of" in printed or "stopped at step 1" in printed, printed


def test_project_manual(home):
    """project(1): from start to complete, until December, captured"""
    a = account(home)
    a.run("project start trip-sandiego-201303", (r"\[[yY]/[nN]\] ", "y\r"))
    a.run("project actions trip call the hotel @phone")
    a.run("project do trip")
    a.run("project complete trip")
    a.run("project undo")
    a.run("project postpone trip --until 12-01")
    a.run("project day")
    a.file("bin/fortune", "#!/bin/sh\necho be happy\n", 0o755)
    a.run("PATH=~/bin:$PATH")
    a.run("fortune -s | project in -")
    assert "be happy" in a.run("project in")
    a.run('eval "$(project init bash)"')


def test_workspace(home):
    """workspaces: a shell, a snapshot, a command, back, out"""
    a = account(home)
    begin(a)
    a.send("project w doctor >doctor; true")
    a.ended()
    with open(a.place + "/doctor", encoding="utf-8") as text:
        cannot = re.search(r"^no .*(user namespaces|overlayfs).*", text.read(),
                           re.M)
    lines = ["p w trip", 'p w snap trip -m "before the upgrade"',
             "p w run trip -- make", "p w restore trip@<TAB>",
             "project w snap trip -m 'before the upgrade'",
             "project w run trip -- make upgrade", "project w restore trip",
             "project w run trip --say -- make"]
    done.update(lines)
    if cannot:
        raise Skip(cannot.group(0))
    a.file("gtd/Projects/trip-sandiego-201303/Makefile",
           "all:\n\t@echo made\nupgrade:\n")
    a.send(lines[0])
    a.bash.expect(r"[$#>] ")
    a.bash.sendline("exit")
    a.ended()
    a.run(lines[1])
    a.run(lines[2])
    a.bash.send(lines[3].replace("<TAB>", "\t"))
    a.bash.send("1\r")
    a.ended()
    for line in lines[4:]:
        a.run(line)


def test_pictures(home):
    """README: the pictures and the sound are what the programs make today"""
    for program in ("tmux", "sox"):
        if shutil.which(program) is None:
            raise Skip(program + " is not installed")
    made = home.file("made")
    os.mkdir(made)
    got = subprocess.run([SRC + "/contrib/readme/make", made], text=True,
                         capture_output=True, timeout=300, check=False)
    if "namespaces" in got.stderr:
        raise Skip(got.stderr)
    assert got.returncode == 0, got.stdout + got.stderr

    def text(directory, name):
        with open(os.path.join(directory, name), encoding="utf-8") as picture:
            return re.search("<desc>(.*)</desc>", picture.read(), re.S).group(1)

    kept = SRC + "/contrib/readme"
    assert text(made, "projects.svg") == text(kept, "projects.svg")
    for name in ("listening.svg", "workspace.svg"):
        # Times, sizes and how far it is differ.
        words = [re.findall("[a-z]{3,}", text(where, name))
                 for where in (made, kept)]
        assert set(words[0]) == set(words[1]), words
    seconds = subprocess.run(["soxi", "-D", made + "/ubuntu-meeting.ogg"],
                             check=True, stdout=subprocess.PIPE).stdout
    assert 15 < float(seconds) < 25, seconds


def test_all_are_run(_):
    """no command is written that no test runs"""
    left = ["%s: %s" % (where, command) for where, command in all_commands()
            if command not in done and command not in ELSEWHERE]
    assert not left, "\n".join(left)
    written = {command for _, command in all_commands()}
    old = [command for command in ELSEWHERE if command not in written]
    assert not old, old


if __name__ == "__main__":
    main([test_samples, test_screen, test_table, test_speakd, test_speakctl,
          test_project, test_project_manual, test_workspace, test_pictures,
          test_all_are_run])
