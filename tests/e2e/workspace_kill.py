#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""Kill the program at every system call of what changes a workspace.

strace(1) sends SIGKILL when the program enters a system call: each one in turn
but for those that only look (the state on disk is then the same as at the next
one). After each kill the store must hold the state
before or the state after, every layer that is named must be there, and what is
left over must be found and removed by doctor.
"""
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

BIN = os.environ["EARSHOT_BIN"]
ME = pwd.getpwuid(os.getuid()).pw_name
LOOKING = set("""access arch_prctl brk execve faccessat faccessat2 fcntl fstat fstatfs
 getcwd getdents64 getegid geteuid getgid getpid getrandom getuid ioctl lseek mmap mprotect
 munmap newfstatat pread64 prlimit64 read readlink readlinkat rseq rt_sigaction
 rt_sigprocmask set_robust_list set_tid_address statfs uname""".split())
count = 0
failed = False


def ok(good, text):
    global count, failed
    count += 1
    failed = failed or not good
    print(("ok" if good else "not ok"), count, "-", text, flush=True)


class Place:
    """A user with a home directory, and a store in it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="earshot-kill.", dir="/var/tmp")
        os.chmod(self.dir, 0o755)
        self.home = self.dir + "/home"
        self.user = None
        if os.getuid() == 0:
            self.user = "ewk%d" % os.getpid()
            subprocess.run(["useradd", "-m", "-d", self.home, self.user], check=True)
        else:
            os.mkdir(self.home)
        self.program = self.dir + "/project"
        shutil.copy(BIN + "/project", self.program)
        shutil.copy(BIN + "/project-workspace", self.dir)
        self.store = self.home + "/.local/share/earshot/workspaces"

    def close(self):
        if self.user:
            subprocess.run(["userdel", self.user], stderr=subprocess.DEVNULL)
        elif os.path.isdir(self.store + "/ws"):
            for name in os.listdir(self.store + "/ws"):
                self.run("destroy", name)
            self.run("gc", "--all")
        shutil.rmtree(self.dir, ignore_errors=True)

    def command(self, args, before=()):
        become = []
        if self.user:
            become = ["setpriv", "--reuid=" + self.user, "--regid=" + self.user, "--init-groups"]
        return (become + ["env", "-i", "HOME=" + self.home, "USER=" + (self.user or ME),
                          "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C.UTF-8"]
                + list(before) + [self.program, "workspace"] + list(args))

    def run(self, *args, before=(), check=False):
        p = subprocess.run(self.command(args, before), cwd="/", stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        if check and p.returncode != 0:
            raise RuntimeError("%s: %s" % (args, p.stderr))
        return p

    def calls(self, args):
        """The system calls of a run that was not disturbed, [(name, nth)]."""
        log = self.home + "/calls"
        self.run(*args, before=["strace", "-qq", "-o", log, "-e", "signal=none"], check=True)
        seen, result = {}, []
        with open(log, encoding="utf-8", errors="replace") as f:
            for line in f:
                name = re.match(r"[a-z_0-9]+", line)
                if name:
                    name = name.group()
                    seen[name] = seen.get(name, 0) + 1
                    if name not in LOOKING:
                        result.append((name, seen[name]))
        return result

    def killed_at(self, call, args):
        """True when it was killed; False when it got through."""
        trace = ["strace", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e",
                 "inject=%s:signal=SIGKILL:when=%d" % call]
        return self.run(*args, before=trace).returncode in (-9, 137)

    def read(self, name):
        """What a workspace's file says; None when there is none."""
        try:
            with open("%s/ws/%s" % (self.store, name), encoding="utf-8") as f:
                lines = f.read().splitlines()
        except FileNotFoundError:
            return None
        meta = {"snaps": []}
        for line in lines[1:]:
            key, _, value = line.partition(" ")
            if key == "snap":
                meta["snaps"].append(value)
            else:
                meta[key] = value
        return meta

    def missing(self):
        """Layers that are named but not there."""
        gone = []
        for directory in ("ws", "bases"):
            for name in os.listdir(self.store + "/" + directory):
                if name.startswith("."):
                    continue
                with open("%s/%s/%s" % (self.store, directory, name), encoding="utf-8") as f:
                    for line in f.read().splitlines():
                        words = line.split()
                        ids = []  # "@N" only repeats what snapshot N names
                        if words[0] in ("upper", "lower"):
                            ids = words[1].split(",")
                        elif words[0] == "snap":
                            ids = words[5].split(",")
                        for i in ids:
                            if i not in ("-", "host") and i[0] != "@" and not os.path.isdir(
                                    "%s/layers/%s/up" % (self.store, i)):
                                gone.append((name, i))
        return gone

    def content(self, name, snap=None):
        """The file /f as the layers of a state have it, topmost first."""
        meta = self.read(name)
        chains = {s.split()[0]: s.split()[4] for s in meta["snaps"]}
        ids = (chains[snap] if snap else meta["upper"] + "," + meta["lower"]).split(",")
        while ids[-1][0] == "@":
            ids[-1:] = chains[ids[-1][1:]].split(",")
        for i in ids:
            path = "%s/layers/%s/up/f" % (self.store, i)
            if os.path.exists(path):
                with open(path, encoding="utf-8") as f:
                    return f.read()
        return None

    def write(self, name, text):
        """Write /f into the state, as a command inside would."""
        path = "%s/layers/%s/up/f" % (self.store, self.read(name)["upper"])
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def sweep(place, what, args, reset, verify):
    """reset(n) prepares; verify(killed) tells what is wrong with the state."""
    reset(0)
    calls = place.calls(args)
    kills, bad = 0, []
    for n, call in enumerate(calls, 1):
        reset(n)
        killed = place.killed_at(call, args)
        kills += killed
        problem = verify(killed)
        gone = place.missing()
        if problem or gone:
            bad.append("at %s %d: %s %s" % (*call, problem, gone))
    # A few calls depend on chance (a lock that was free); not most of them.
    ok(not bad and kills > 40 and kills >= len(calls) * 8 // 10,
       "%s, killed at %d of %d system calls" % (what, kills, len(calls)))
    for line in bad[:5]:
        print("#", line)


def rootfs(path):
    os.makedirs(path + "/bin")
    shutil.copy("/bin/busybox", path + "/bin/busybox")
    os.symlink("busybox", path + "/bin/sh")
    with open(path + "/f", "w", encoding="utf-8") as f:
        f.write("base")
    subprocess.run(["chmod", "-R", "a+rX", path], check=True)


def snap(place):
    seen = {}

    def reset(n):
        place.write("w", "state %d" % n)
        seen["before"] = place.read("w")
        seen["text"] = "state %d" % n

    def verify(killed):
        now = place.read("w")
        more = len(now["snaps"]) - len(seen["before"]["snaps"])
        if place.content("w") != seen["text"]:
            return "the state is lost"
        if more == 1:
            number = now["snaps"][-1].split()[0]
            return None if place.content("w", number) == seen["text"] else "a wrong snapshot"
        return None if more == 0 and killed and now == seen["before"] else "between"

    sweep(place, "snap", ["snap", "w", "-m", "c"], reset, verify)


def restore(place):
    place.write("w", "one")
    place.run("snap", "w", check=True)
    number = place.read("w")["snaps"][-1].split()[0]
    seen = {}

    def reset(n):
        place.write("w", "two %d" % n)
        seen["before"] = place.read("w")
        seen["text"] = "two %d" % n

    def verify(killed):
        now = place.read("w")
        if now == seen["before"]:
            return None if killed and place.content("w") == seen["text"] else "not restored"
        saved = now["snaps"][-1].split()[0]
        if place.content("w") != "one":
            return "neither state"
        return None if place.content("w", saved) == seen["text"] else "what was there is lost"

    sweep(place, "restore", ["restore", "w@" + number], reset, verify)


def clone(place):
    seen = {}

    def reset(n):
        if place.read("new"):
            place.run("destroy", "new", check=True)
        place.write("w", "source %d" % n)
        seen["text"] = "source %d" % n
        seen["snaps"] = place.read("w")["snaps"]

    def verify(killed):
        if place.content("w") != seen["text"] or place.read("w")["snaps"] != seen["snaps"]:
            return "the source changed"
        if place.read("new") is None:
            return None if killed else "no clone"
        return None if place.content("new") == seen["text"] else "a wrong clone"

    sweep(place, "clone", ["clone", "w", "new"], reset, verify)


def destroy(place):
    def reset(n):
        if place.read("gone") is None:
            place.run("create", "gone", "--base", "b", check=True)
            place.write("gone", "here")

    def verify(killed):
        if place.read("gone") is not None:
            return None if killed and place.content("gone") == "here" else "not destroyed"
        if place.run("undelete", "gone").returncode != 0 or place.content("gone") != "here":
            return "gone for good"
        place.run("destroy", "gone", check=True)
        return None

    sweep(place, "destroy", ["destroy", "gone"], reset, verify)


def imports(place, tar):
    def reset(n):
        if place.read("imp"):
            place.run("destroy", "imp", check=True)

    def verify(killed):
        if place.read("imp") is None:
            return None if killed else "not imported"
        return None if place.content("imp") == "base" else "half imported"

    sweep(place, "import", ["import", tar, "imp"], reset, verify)


def collect(place):
    def reset(n):
        if n == 0:
            place.run("gc", "--all", check=True)
        # One layer that nothing names; a killed gc may have left it.
        os.makedirs(place.store + "/layers/00000000dead/up/x", exist_ok=True)
        if place.user:
            subprocess.run(["chown", "-R", place.user, place.store + "/layers/00000000dead"],
                           check=True)

    def verify(killed):
        return None if place.content("w") is not None else "the state is lost"

    sweep(place, "gc", ["gc", "--all"], reset, verify)


def main():
    if not shutil.which("strace"):
        print("1..0 # SKIP strace is not installed")
        return 0
    place = Place()
    try:
        probe = place.run("doctor")
        for line in probe.stdout.splitlines():
            if line.startswith("no   user namespaces") or line.startswith("no   overlayfs"):
                print("1..0 # SKIP", line)
                return 0
        rootfs(place.dir + "/root")
        tar = place.dir + "/root.tar"
        subprocess.run(["tar", "-C", place.dir + "/root", "-cf", tar, "."], check=True)
        place.run("base", "add", "b", tar, check=True)
        place.run("create", "w", "--base", "b", check=True)
        for test in (snap, restore, clone, destroy, collect):
            test(place)
        imports(place, tar)
        p = place.run("doctor", "--fix")
        ok(p.returncode == 0, "doctor removes what is left over")
        p = place.run("doctor", "--json")
        left = [json.loads(l)["check"] for l in p.stdout.splitlines()
                if json.loads(l)["check"].startswith(("left", "missing", "unreadable"))]
        ok(p.returncode == 0 and not left, "and then nothing is")
        p = place.run("run", "w", "--", "/bin/busybox", "cat", "/f")
        ok(p.stdout == place.content("w"), "the workspace still runs")
        print("1..%d" % count)
    finally:
        place.close()
    return 1 if failed else 0


sys.exit(main())
