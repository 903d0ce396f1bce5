#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""project killed at every system call that changes something.

strace injects SIGKILL into call after call of each command; afterwards every
project must exist exactly once, every file must be whole, and undo must work.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

PROJECT = os.path.join(os.environ["EARSHOT_BIN"], "project")
# Every call that can change a file system, and those that make it last.
CALLS = ("openat,mkdirat,mkdir,write,pwrite64,renameat2,renameat,rename,"
         "unlinkat,unlink,fsync,fdatasync,ftruncate,fchmod,fchown,flock")
# The dynamic linker opens these before main() runs.
LIBRARIES = 5
YEAR = "2026"
TODAY = ["--today", "2026-11-22"]
FILES = {
    "summary": "trip\nPurpose: rest\n",
    "actions": "[ ] buy a suitcase\n[ ] call the hotel\n",
    "log": "2026-01-01 started\n",
}


class Directory:
    """A GTD directory in an empty home, made anew for each kill."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="project-crash-")
        self.env = dict(os.environ, HOME=self.root,
                        XDG_STATE_HOME=self.root + "/state",
                        GTD_DIR=self.root + "/gtd", EDITOR="true",
                        # A leak check cannot run below another tracer.
                        ASAN_OPTIONS="detect_leaks=0")

    def reset(self, prepare):
        for name in ("gtd", "state"):
            shutil.rmtree(f"{self.root}/{name}", ignore_errors=True)
        os.makedirs(f"{self.root}/gtd/Projects/trip")
        for name, text in FILES.items():
            with open(f"{self.root}/gtd/Projects/trip/{name}", "w") as f:
                f.write(text)
        # The journal is there already, as it is in daily life.
        for words in [["log", "trip", "before"]] + prepare:
            self.run(words)

    def run(self, words, *strace):
        return subprocess.run([*strace, PROJECT, "-q", *TODAY, *words],
                              env=self.env, cwd=self.root,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)

    def projects(self):
        """Every project as (state, name, its files' texts)."""
        found = []
        for state in ("Projects", "Postponed", "Completed/" + YEAR, ".trash"):
            directory = f"{self.root}/gtd/{state}"
            if not os.path.isdir(directory):
                continue
            for name in os.listdir(directory):
                if name.startswith("."):
                    continue
                texts = {}
                for part in FILES:
                    with open(f"{directory}/{name}/{part}") as f:
                        texts[part] = f.read()
                found.append((state, name, texts))
        return found


# The command, what comes before it, and how many projects there are then
# and afterwards (only "new" adds one).
CASES = {
    "new": (["new", "other"], [], {1, 2}),
    "postpone": (["postpone", "--until", "+3d", "trip"], [], {1}),
    "complete": (["complete", "trip"], [], {1}),
    "delete": (["delete", "trip"], [], {1}),
    "rename": (["rename", "trip", "journey"], [], {1}),
    "log": (["log", "trip", "a new line"], [], {1}),
    "do": (["do", "trip"], [], {1}),
    "undo of complete": (["undo"], [["complete", "trip"]], {1}),
    "undo of do": (["undo"], [["do", "trip"]], {1}),
}

# What each file may hold: the text before, or the text after.
DONE = "[x] buy a suitcase\n[ ] call the hotel\n"
LOGS = {
    FILES["log"],
    FILES["log"] + "2026-11-22 before\n",
    FILES["log"] + "2026-11-22 before\n2026-11-22 a new line\n",
    FILES["log"] + "2026-11-22 before\n2026-11-22 buy a suitcase\n",
}


def wrong(directory, counts):
    """What is wrong in the directory after a kill; "" when nothing is."""
    projects = directory.projects()
    old = [p for p in projects if p[1] in ("trip", "journey")]
    if len(old) != 1:
        return f"the project exists {len(old)} times"
    if len(projects) not in counts:
        return f"{len(projects)} projects"
    texts = old[0][2]
    if texts["summary"] != FILES["summary"]:
        return "summary is torn"
    if texts["actions"] not in (FILES["actions"], DONE):
        return f"actions are torn: {texts['actions']!r}"
    if texts["log"] not in LOGS:
        return f"log is torn: {texts['log']!r}"
    for _, name, texts in projects:
        if name == "other" and texts["summary"] != \
                "other\nPurpose: \nDone when: \n":
            return "half a new project"
    return ""


def list_calls(directory, words, prepare):
    """Each call of the command as (name, which one of that name)."""
    directory.reset(prepare)
    directory.run(words, "strace", "-f", "-qq", "-o", "trace", "-e",
               "trace=" + CALLS)
    calls, seen = [], {}
    with open(f"{directory.root}/trace") as f:
        for line in f:
            match = re.match(r"\d+ +(\w+)\(", line)
            if match:
                name = match.group(1)
                seen[name] = seen.get(name, 0) + 1
                calls.append((name, seen[name]))
    # Before the directory is first opened nothing can have changed.
    return [c for c in calls if c[0] != "openat" or c[1] > LIBRARIES]


def check(directory, words, prepare, counts):
    """Kill at each call in turn. Returns (kills, what went wrong)."""
    calls = list_calls(directory, words, prepare)
    kills = 0
    for name, n in calls:
        directory.reset(prepare)
        done = directory.run(words, "strace", "-f", "-qq", "-o", "/dev/null",
                          "-e", "trace=" + name, "-e",
                          f"inject={name}:signal=KILL:when={n}")
        if done.returncode in (0, 1, 2):
            continue
        kills += 1
        problem = wrong(directory, counts)
        if problem:
            return kills, f"killed at {name} {n}: {problem}"
        # The next command must find a directory that it can work with.
        after = directory.run(["log", "trip", "later"] if os.path.isdir(
            directory.root + "/gtd/Projects/trip") else ["list", "--all"])
        if after.returncode != 0:
            return kills, f"after a kill at {name} {n}: {after.stderr}"
        if after.args[-1] == "later":
            directory.run(["undo"])
        undone = directory.run(["undo"])
        if undone.returncode not in (0, 1) or wrong(directory, counts):
            return kills, (f"undo after a kill at {name} {n}: "
                           f"{undone.stderr}{wrong(directory, counts)}")
    if kills != len(calls):
        return kills, f"only {kills} of {len(calls)} calls were hit"
    return kills, ""


def main():
    works = shutil.which("strace") and subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "true"],
        stderr=subprocess.DEVNULL).returncode == 0
    if not works:
        print("1..0 # SKIP strace cannot trace here")
        return 0
    directory = Directory()
    failed = 0
    try:
        for n, (name, case) in enumerate(CASES.items(), 1):
            kills, problem = check(directory, *case)
            failed += bool(problem)
            print(f"{'not ok' if problem else 'ok'} {n} - {name}: killed "
                  f"{kills} times{': ' + problem if problem else ''}",
                  flush=True)
    finally:
        shutil.rmtree(directory.root, ignore_errors=True)
    print(f"1..{len(CASES)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
