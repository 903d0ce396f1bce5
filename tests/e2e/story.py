#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""The toolkit's own story, from a meeting on IRC to a finished project.

A server starts; sic-bridge joins; a meeting happens; speakd says it over a real
sound server; an action for the listener lands in the inbox and becomes a
project; a workspace is made, changed and put back; the project is completed.
"""
import json
import math
import operator
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (BIN, Client, Skip, bridge, equal, main,  # noqa: E402
                 running, start_inspircd, system, test, until)

MEETING = [("alice", "#startmeeting Weekly sync"),
           ("alice", "hello everyone"),
           ("bob", "the release is ready"),
           ("alice", "#action listener to write the announcement"),
           ("alice", "#agreed ship it on Friday"),
           ("alice", "#endmeeting")]
# At one rate and with long gaps, so that lines can be found in a recording.
LINES = "nick = listener\ncatch-up-after = 0\ngap = 600\n"
HEARD = ["hello everyone", "the release is ready", "announcement", "Friday"]
STEP = 441  # samples: 20 ms
PAUSE_STEPS = 20  # between the gap of two lines and the pauses within one
LOUD = 100  # of 32767, in the mean: it can be heard
ALIKE = 0.8
LATE_STEPS = 500


class Day:
    """A home with its settings, a sound server of its own, and programs."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="earshot-story.")
        self.home = os.path.join(self.root, "home")
        self.run_dir = os.path.join(self.root, "run")
        os.makedirs(os.path.join(self.home, ".config/earshot"))
        os.makedirs(os.path.join(self.home, "gtd/Projects"))
        os.mkdir(self.run_dir, 0o700)
        self.env = dict(os.environ, HOME=self.home, TZ="UTC", USER="listener",
                        XDG_RUNTIME_DIR=self.run_dir,
                        PULSE_RUNTIME_PATH=self.run_dir + "/pulse",
                        GTD_DIR=os.path.join(self.home, "gtd"),
                        PATH=BIN + ":" + os.environ["PATH"])
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            self.env.pop(name, None)
        self.processes = []

    def file(self, name):
        return os.path.join(self.root, name)

    def start(self, *argv, **more):
        child = subprocess.Popen(argv, env=self.env, cwd=self.root, **more)
        self.processes.append(child)
        return child

    def run(self, *argv, text=None, code=0):
        done = subprocess.run(argv, env=self.env, cwd=self.root, input=text,
                              capture_output=True, text=True, timeout=120,
                              check=False)
        if code is not None and done.returncode != code:
            raise AssertionError(f"{argv}: {done.returncode}\n{done.stdout}"
                                 f"{done.stderr}")
        return done.stdout

    def close(self):
        for child in reversed(self.processes):
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        subprocess.run(["rm", "-rf", self.root], check=False)


def start_sound(day):
    """PulseAudio with a sink that nobody but a file hears. The more bytes a
    second, the less of a first word is rendered before it and never recorded."""
    try:
        server = system("pulseaudio")
    except Skip:
        server = "pulseaudio"
    with open(day.file("pulse.log"), "wb") as log:
        day.start(server, "-n", "--daemonize=no", "--exit-idle-time=-1",
                  "--disallow-exit", "-L",
                  "module-null-sink sink_name=null0 rate=96000 channels=8 "
                  "format=s32le", "-L",
                  "module-native-protocol-unix", stdout=log, stderr=log)
    until(lambda: subprocess.run(["pactl", "info"], env=day.env, check=False,
                                 capture_output=True).returncode == 0,
          "the sound server")


def envelope(samples):
    """How loud it is every 20 ms, over 40, so that a part of a step between two
    recordings makes no difference."""
    steps = [sum(map(abs, samples[at:at + STEP:4])) / (STEP / 4)
             for at in range(0, len(samples) - STEP, STEP)]
    return [sum(pair) / 2 for pair in zip(steps, steps[1:])]


def pieces(loudness):
    """What is between pauses as long as that between two lines."""
    found, begin, quiet = [], None, 0
    for at, loud in enumerate(loudness + [0] * PAUSE_STEPS):
        quiet = 0 if loud > LOUD else quiet + 1
        if not quiet and begin is None:
            begin = at
        if quiet == PAUSE_STEPS and begin is not None:
            found.append(loudness[begin:at - quiet + 1])
            begin = None
    return found


def likeness(one, other):
    """1 where one rises and falls as the other does, 0 where it does not."""
    means = sum(one) / len(one), sum(other) / len(other)
    one, other = [x - means[0] for x in one], [x - means[1] for x in other]
    size = math.sqrt(sum(x * x for x in one) * sum(x * x for x in other))
    return sum(map(operator.mul, one, other)) / size if size else 0


def place(piece, heard):
    """How alike the likest part is, and where it begins."""
    return max((likeness(piece, heard[at:at + len(piece)]), at)
               for at in range(max(len(heard) - len(piece), 0) + 1))


def check_recording(day):
    """The recording has what a file of the same lines has, line by line."""
    with open(day.file("plain.conf"), "w", encoding="utf-8") as conf:
        conf.write(LINES)  # without the rule: it has run
    day.run("speakd", "-c", "plain.conf", "-w", "wanted.wav", "meeting.lines")
    with open(day.file("wanted.wav"), "rb") as file:
        wanted = pieces(envelope(memoryview(file.read()[44:]).cast("h")))
    equal(len(wanted), len(MEETING))

    def last_is_recorded():
        with open(day.file("heard.raw"), "rb") as file:
            samples = file.read()
        heard = envelope(memoryview(samples[:len(samples) // 2 * 2]).cast("h"))
        is_there = place(wanted[-1], heard[-LATE_STEPS:])[0] > ALIKE
        return heard if is_there else None

    # A recorder that asks for no latency is seconds behind.
    heard = until(last_is_recorded, "the end of the meeting in the recording")
    places = [place(piece, heard) for piece in wanted]
    print("# lines in the recording, ms and how alike: " +
          ", ".join(f"{at * 20} {like:.2f}" for like, at in places))
    assert min(like for like, _ in places) > ALIKE, places
    equal(sorted(at for _, at in places), [at for _, at in places])


def serve(day):
    with open(os.path.join(day.home, ".config/earshot/speakd.conf"), "w",
              encoding="utf-8") as conf:
        conf.write(LINES +
                   "[rule my-actions]\n"
                   "text = (?i)^#action\\s+listener\\b\n"
                   "run = project in -\n"
                   "[source meeting]\n"
                   f"file = {day.file('meeting.lines')}\n")
    open(day.file("meeting.lines"), "wb").close()
    with open(day.file("speakd.err"), "wb") as errors:
        day.start("speakd", "--serve", "--verbose", stderr=errors)
    until(lambda: subprocess.run(["speakctl", "status"], env=day.env,
                                 capture_output=True,
                                 check=False).returncode == 0, "speakd")


def history(day):
    lines = day.run("speakctl", "--json", "history", "100").splitlines()
    return [json.loads(line) for line in lines]


def hold_meeting(day, port):
    witness = Client(port, "witness")
    witness.join("#meeting")
    with open(day.file("meeting.lines"), "ab") as lines:
        bridge(port, "-j", "#meeting", stdin=subprocess.PIPE, stdout=lines)
    witness.wait(r"^:listener!\S+ JOIN ")
    people = {}
    for nick, text in MEETING:
        if nick not in people:
            people[nick] = Client(port, nick)
            people[nick].join("#meeting")
        people[nick].send(f"PRIVMSG #meeting :{text}")
        witness.wait(f"^:{nick}!\\S+ PRIVMSG #meeting :{text}")


def check_speech(day):
    """All of it was said, in its order, and could be heard."""
    until(lambda: [e for e in history(day) if "meeting ends" in e["text"]
                   and e["event"] == "said"], "the end of the meeting", 120)
    texts = [e["text"] for e in history(day)]
    equal([e for e in history(day) if e["event"] != "said"], [])
    at = -1
    for words in HEARD:
        at = next((i for i in range(at + 1, len(texts)) if words in texts[i]),
                  None)
        if at is None:
            raise AssertionError(f"{words!r} is not after what came before it"
                                 f" in {texts}")


def from_inbox_to_project(day):
    until(lambda: "announcement" in day.run("project", "in"), "the action")
    # Whoever reads it later finds where it was said.
    inbox = day.run("project", "in")
    assert re.search(r"listener to write the announcement \(alice in #meeting, "
                     r"\d{4}-\d\d-\d\d \d\d:\d\d\)", inbox), inbox
    day.run("project", "process", text="p announcement write it\n")
    equal(day.run("project", "in").strip(), "")
    assert "announcement" in day.run("project", "list")
    assert "write it" in day.run("project", "next")


def work_on_it(day):
    """A workspace, a snapshot, a change that is undone. Needs namespaces."""
    name = "announcement"
    if subprocess.run(["project", "workspace", "run", name, "--", "true"],
                      env=day.env, cwd=day.root, capture_output=True,
                      check=False).returncode != 0:
        print("# no workspace here: that part of the story is left out")
        return
    w = ("project", "workspace")
    day.run(*w, "run", name, "--", "sh", "-c", "echo good >/etc/story")
    day.run(*w, "snap", name, "-m", "before")
    day.run(*w, "run", name, "--", "sh", "-c", "echo bad >/etc/story")
    listed = day.run(*w, "list", name)
    number = next(line.split()[0].split("@")[-1] for line in
                  listed.splitlines() if "before" in line)
    day.run(*w, "restore", f"{name}@{number}")
    equal(day.run(*w, "run", name, "--", "cat", "/etc/story"), "good\n")
    day.run(*w, "destroy", name)


def finish(day):
    day.run("project", "do", "announcement")
    day.run("project", "complete", "announcement")
    assert "announcement" not in day.run("project", "list")
    kept = {}
    for root, _, files in os.walk(os.path.join(day.home, "gtd/Completed")):
        for name in files:
            with open(os.path.join(root, name), encoding="utf-8") as file:
                kept[name] = file.read()
    # Where it came from, and what became of it.
    assert "(alice in #meeting, " in kept["summary"], kept
    assert re.fullmatch(r"\S+ started\n\S+ write it\n", kept["log"]), kept


@test
def story():
    """from a meeting to a finished project, and nothing is lost"""
    day = Day()
    try:
        start_sound(day)
        with open(day.file("heard.raw"), "wb") as heard:
            day.start("parec", "-d", "null0.monitor", "--format=s16le",
                      "--channels=1", "--rate=22050", "--raw", stdout=heard)
        serve(day)
        hold_meeting(day, start_inspircd().plain)
        check_speech(day)
        check_recording(day)
        from_inbox_to_project(day)
        work_on_it(day)
        finish(day)
    finally:
        day.close()


if __name__ == "__main__":
    main()
