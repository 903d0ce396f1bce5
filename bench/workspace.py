#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""Workspaces beside lxc, bwrap and podman, in one run.

Run as root, which makes an ordinary user: all is that user's, on the file
system of /var/tmp, but for one row that says otherwise. Rows are measured in
turn, round after round, so that what else the machine does falls on all alike.
A row is the time from starting a program to its end. Prints a Markdown table,
and ratios within the rounds; "target" is what is wanted of a row.
"""
import json
import os
import pwd
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = int(os.environ.get("RUNS", "15"))
BIN = os.environ["EARSHOT_BIN"]
DEVNULL = subprocess.DEVNULL
MAPPED = "with its range of ids:"  # before a command of bwrap's
PATH = "/usr/bin:/bin:/usr/sbin:/sbin"


def spawn(argv, env):
    """Run argv. Milliseconds, or the reason why it failed."""
    with tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        pid = os.posix_spawnp(argv[0], argv, env, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, err.fileno(), 2)])
        _, status = os.waitpid(pid, 0)
        ms = (time.perf_counter() - start) * 1000
        if status == 0:
            return ms
        err.seek(0)
        lines = err.read().decode("utf-8", "replace").strip().splitlines()
        return "%s: %s" % (argv[0], lines[-1][-200:] if lines else "exit code %d"
                           % os.waitstatus_to_exitcode(status))


def spawn_mapped(argv, env):
    """bwrap with its user's range of ids, as newuidmap(1) and newgidmap(1) map
    them: both at once, before it goes on. Milliseconds."""
    who = pwd.getpwuid(os.getuid())
    info, told = os.pipe()
    wait, go = os.pipe()
    for fd in (told, wait):
        os.set_inheritable(fd, True)
    start = time.perf_counter()
    pid = os.posix_spawnp(argv[0], [
        argv[0], "--unshare-user", "--uid", "0", "--gid", "0", "--info-fd", str(told),
        "--userns-block-fd", str(wait), *argv[1:]], env)
    os.close(told)
    os.close(wait)
    text = b""
    while not text.strip().endswith(b"}"):
        text += os.read(info, 4096)
    tools = []
    for tool, file, own in (("newuidmap", "/etc/subuid", who.pw_uid),
                            ("newgidmap", "/etc/subgid", who.pw_gid)):
        with open(file, encoding="ascii") as f:
            first = [l.split(":")[1] for l in f if l.startswith(who.pw_name + ":")][0]
        tools.append(os.posix_spawnp(
            tool, [tool, str(json.loads(text)["child-pid"]), "0", str(own), "1",
                   "1", first, "65536"], env))
    failed = sum(os.waitpid(tool, 0)[1] for tool in tools)
    os.write(go, b"g")
    os.close(go)
    failed += os.waitpid(pid, 0)[1]
    ms = (time.perf_counter() - start) * 1000
    os.close(info)
    return ms if failed == 0 else "bwrap with a range of ids failed"


def serve(requests, replies, env):
    """Until an empty line: the end of a pipe is not seen while others hold it."""
    for line in iter(requests.readline, "\n"):
        try:
            argv = json.loads(line)
            reply = spawn_mapped(argv[1:], env) if argv[0] == MAPPED else spawn(argv, env)
        except OSError as e:
            reply = str(e)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


class Starter:
    """A process that is a user, and starts programs as that user."""

    def __init__(self, user, env, cwd):
        entry = pwd.getpwnam(user)
        ours, theirs = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(ours[1])
            os.close(theirs[0])
            try:
                os.initgroups(user, entry.pw_gid)
                os.setgid(entry.pw_gid)
                os.setuid(entry.pw_uid)
                os.chdir(cwd)
                os.environ.clear()
                os.environ.update(env)
                tempfile.tempdir = cwd
                serve(os.fdopen(ours[0]), os.fdopen(theirs[1], "w"), env)
            finally:
                os._exit(0)
        os.close(ours[0])
        os.close(theirs[1])
        self.requests, self.replies = os.fdopen(ours[1], "w"), os.fdopen(theirs[0])

    def run(self, argv):
        """The milliseconds that it took; RuntimeError with the program's words."""
        self.requests.write(json.dumps(argv) + "\n")
        self.requests.flush()
        reply = json.loads(self.replies.readline())
        if isinstance(reply, str):
            raise RuntimeError(reply)
        return reply

    def close(self):
        self.requests.write("\n")
        self.requests.close()
        os.waitpid(self.pid, 0)


class Row:
    def __init__(self, name, starter, make, before, target):
        self.name, self.starter, self.target = name, starter, target
        self.make, self.before = make, before
        self.times = []

    def run(self, i):
        # No row pays for what another has left to be written to the disk.
        os.sync()
        if self.before:
            self.starter.run(self.before(i))
        return self.starter.run(self.make(i))


class Bench:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="earshot-bench.", dir="/var/tmp")
        # podman takes no longer name than 50 bytes for what is below this.
        self.runtime = tempfile.mkdtemp(prefix="ewb.", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.user = "ewb%d" % os.getpid()
        self.home = self.dir + "/home"
        self.starter = self.root = self.holder = None
        self.rows, self.missing = {}, []

    def open(self):
        subprocess.run(["useradd", "-m", "-d", self.home, self.user], check=True)
        os.chmod(self.home, 0o755)
        shutil.chown(self.runtime, self.user, self.user)
        os.makedirs(self.home + "/gtd/Projects/host")
        for program in ("project", "project-workspace"):
            shutil.copy(BIN + "/" + program, self.dir)
        rootfs(self.dir + "/root")
        subprocess.run(["tar", "-C", self.dir + "/root", "-cf", self.dir + "/root.tar", "."],
                       check=True)
        self.own(self.home, self.dir + "/root")
        self.starter = Starter(self.user, {
            "HOME": self.home, "USER": self.user, "PATH": PATH,
            "XDG_RUNTIME_DIR": self.runtime}, self.home)
        self.root = Starter("root", {"HOME": "/root", "PATH": PATH}, self.dir)

    def own(self, *paths):
        subprocess.run(["chown", "-R", self.user + ":", *paths], check=True)

    def close(self):
        if self.holder:
            self.run(self.w("stop", "enter"))
            self.holder.wait()
        for starter in (self.starter, self.root):
            if starter:
                starter.close()
        self.stop_podman()
        subprocess.run(["userdel", self.user], stderr=DEVNULL)
        with open("/proc/self/mounts", encoding="ascii") as f:
            mounts = [line.split()[1] for line in f if self.dir in line]
        for mount in reversed(mounts):
            subprocess.run(["umount", "-l", mount])
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)

    def stop_podman(self):
        """Without root podman leaves a process that keeps its namespaces."""
        try:
            with open(self.runtime + "/libpod/tmp/pause.pid", encoding="ascii") as f:
                os.kill(int(f.read()), signal.SIGTERM)
        except (OSError, ValueError):
            pass

    def w(self, *args):
        return [self.dir + "/project", "workspace", *args]

    def run(self, argv):
        return self.starter.run(argv)

    def row(self, name, command, before=None, target=None, starter=None):
        """command: argv, or a function of the round that gives it."""
        make = command if callable(command) else lambda i: command
        row = Row(name, starter or self.starter, make, before, target)
        try:
            row.run(-1)
        except RuntimeError as why:
            self.miss(name, why)
            return
        self.rows[name] = row

    def miss(self, name, why):
        """Not to be measured. lxc tells a file only, from the cause up."""
        if name.startswith("lxc") and os.path.exists(self.home + "/lxc.log"):
            with open(self.home + "/lxc.log", encoding="utf-8") as f:
                why = "lxc: " + f.readline().split(" - ", 1)[-1].strip()
        self.missing.append((name, why))

    def measure(self):
        for i in range(ROUNDS):
            for row in self.rows.values():
                row.times.append(row.run(i))

    def table(self):
        print("| what | median ms | fastest | target |")
        print("| --- | ---: | ---: | --- |")
        for row in self.rows.values():
            median = statistics.median(row.times)
            print("| %s | %.1f | %.1f | %s |" % (
                row.name, median, min(row.times),
                "" if row.target is None else verdict(median, "<=", row.target)))
        print()
        for name, why in self.missing:
            print("- not measured: %s (%s)" % (name, why))

    def compare(self, text, fn, first, second, sign=None, target=None):
        """A line on two rows: the median of fn over the rounds."""
        if first in self.rows and second in self.rows:
            value = statistics.median(map(fn, self.rows[first].times, self.rows[second].times))
            print("- %s: %.2f%s" % (text, value, "" if sign is None else
                                    " (target %s)" % verdict(value, sign, target)))

    def ratio(self, slow, fast, target=None, sign=">="):
        self.compare("%s / %s" % (slow, fast), lambda a, b: a / b, slow, fast,
                     target and sign, target)


def verdict(value, sign, target):
    met = value <= target if sign == "<=" else value >= target
    return "%s %g%s" % (sign, target, "" if met else ", missed")


def rootfs(path):
    for d in ("bin", "etc", "proc", "sys", "dev", "tmp", "usr", "root", "run", "sbin"):
        os.makedirs(path + "/" + d)
    shutil.copy("/bin/busybox", path + "/bin/busybox")
    for name in ("sh", "true", "cat", "sleep", "head", "mkdir", "rm"):
        os.symlink("busybox", path + "/bin/" + name)
    with open(path + "/etc/passwd", "w", encoding="ascii") as f:
        f.write("root:x:0:0::/root:/bin/sh\n")


def fill(path, b, files=1600, size=23125):
    """37 MB."""
    os.makedirs(path + "/many", exist_ok=True)
    for i in range(files):
        with open("%s/many/%d" % (path, i), "wb") as f:
            f.write(b"x" * size)
    b.own(path + "/many")


RUN = "run true, root file system"
JOIN = "run true, joining a running one"
BWRAP, BWRAP_MAPPED = "bwrap, root file system", "bwrap, the same ids mapped"
DEEP = "run true, 200 snapshots below"
SNAP_MANY = "snap, 37 MB in 1600 files"
LXC_DIR, LXC_OVERLAY = "lxc-execute, root file system", "lxc-execute, overlay"
LXC_SNAP = "lxc-snapshot, 37 MB in 1600 files"
PODMAN, PODMAN_ROOT = "podman run", "podman run, as root"


# ---- ours -------------------------------------------------------------------

def upper(b, name):
    """The directory that is written to."""
    store = b.home + "/.local/share/earshot/workspaces/"
    with open(store + "ws/" + name, encoding="utf-8") as f:
        return store + "layers/" + [l.split()[1] for l in f if l.startswith("upper ")][0] + "/up"


def running(b):
    b.row(RUN, b.w("run", "root", "--", "/bin/true"), target=15)
    for i in range(200):
        with open(upper(b, "deep") + "/f%d" % i, "w", encoding="ascii") as f:
            f.write("x")
        b.run(b.w("snap", "deep"))
    b.row(DEEP, b.w("run", "deep", "--", "/bin/true"))
    b.row("run true, over the host", b.w("run", "host", "--", "/bin/true"), target=25)
    # Its line says that it runs.
    b.holder = subprocess.Popen(
        ["setpriv", "--reuid=" + b.user, "--regid=" + b.user, "--init-groups", "env", "-i",
         "HOME=" + b.home, "PATH=" + PATH, *b.w("run", "enter", "--", "/bin/sh", "-c",
                                                "echo runs; exec sleep 100000")],
        cwd=b.home, stdin=DEVNULL, stdout=subprocess.PIPE)
    b.holder.stdout.readline()
    b.row(JOIN, b.w("run", "enter", "--", "/bin/true"), target=8)


def written(b, label, name, mb):
    """Snapshots and clones of so much: the same file is what was written, each time."""
    data = b.home + "/data-" + name
    with open(data, "wb") as f:
        for _ in range(mb):
            f.write(b"x" * 1000000)
    os.sync()

    def put(i):
        return ["ln", "-f", data, upper(b, name) + "/big"]
    b.own(data)
    b.row("snap, %s written" % label, b.w("snap", name), put, target=8)
    b.row("clone, %s written" % label,
          lambda i: b.w("clone", name, "%s-clone%d" % (name, i)), put, target=8)


def ours(b):
    b.run(b.w("base", "add", "small", b.dir + "/root"))
    for name in ("root", "enter", "deep", "many", "ten", "giga", "back"):
        b.run(b.w("create", name, "--base", "small"))
    running(b)
    b.row("create", lambda i: b.w("create", "new%d" % i, "--base", "small"), target=5)
    written(b, "10 MB", "ten", 10)
    written(b, "1 GB", "giga", 1000)
    fill(b.home + "/saved", b)
    b.row(SNAP_MANY, b.w("snap", "many"),
          lambda i: ["cp", "-rl", b.home + "/saved/many", upper(b, "many") + "/many%d" % i],
          target=8)
    b.run(b.w("snap", "back"))
    b.row("restore", b.w("restore", "back@1"),
          lambda i: ["touch", upper(b, "back") + "/f"], target=15)


# ---- others -----------------------------------------------------------------

def bwrap(b):
    rest = ["--proc", "/proc", "--dev", "/dev", "--unshare-all", "/bin/true"]
    b.row(BWRAP, ["bwrap", "--bind", b.dir + "/root", "/", *rest])
    b.row(BWRAP_MAPPED, [MAPPED, "bwrap", "--bind", b.dir + "/root", "/", *rest])
    b.row("bwrap, host read-only", ["bwrap", "--ro-bind", "/", "/", *rest])


def lxc_base(b, path):
    with open("/etc/subuid", encoding="ascii") as f:
        first = [l.split(":")[1] for l in f if l.startswith(b.user + ":")][0]
    os.makedirs(path)
    shutil.copytree(b.dir + "/root", path + "/rootfs", symlinks=True)
    with open(path + "/config", "w", encoding="ascii") as f:
        f.write("lxc.rootfs.path = dir:%s/rootfs\nlxc.net.0.type = none\nlxc.uts.name = base\n"
                % path)
        for kind in "ug":
            f.write("lxc.idmap = %s 0 %d 1\nlxc.idmap = %s 1 %s 65535\n"
                    % (kind, pwd.getpwnam(b.user).pw_uid, kind, first))
    b.own(os.path.dirname(path))


def lxc_clone(b, where, name):
    b.run(["lxc-copy", *where, "-p", where[1], "-n", "base", "-N", name, "-s", "-B",
           "overlayfs"])
    # Without this a user's overlay cannot replace directories, and keeps no opaque ones.
    with open("%s/%s/config" % (where[1], name), "a", encoding="ascii") as f:
        f.write("lxc.rootfs.options = userxattr\n")


def lxc(b):
    """An unprivileged container of the same root file system, and overlay clones of it."""
    where = ["-P", b.home + "/lxc", "-o", b.home + "/lxc.log", "-l", "ERROR"]
    lxc_base(b, where[1] + "/base")
    b.row(LXC_DIR, ["lxc-execute", *where, "-n", "base", "--", "/bin/true"])
    try:
        for name in ("over", "delta"):
            lxc_clone(b, where, name)
            b.run(["lxc-execute", *where, "-n", name, "--", "/bin/true"])
    except RuntimeError as why:
        b.miss(LXC_OVERLAY + ", lxc-snapshot", why)
        return
    b.row(LXC_OVERLAY, ["lxc-execute", *where, "-n", "over", "--", "/bin/true"])
    fill(where[1] + "/delta/overlay/delta", b)
    b.row(LXC_SNAP, ["lxc-snapshot", *where, "-n", "delta"])
    copy = where[1] + "/delta/snaps/snap0/overlay/delta/many"
    if LXC_SNAP in b.rows and len(os.listdir(copy)) != 1600:
        raise RuntimeError("lxc-snapshot did not copy what was written")


def podman(b):
    """With runc, which takes this machine's control groups, and the kernel's overlayfs."""
    # More files and processes than these even root may not allow everywhere.
    limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]
    for name, starter, root, run in ((PODMAN, b.starter, b.home + "/pod", b.runtime + "/pod"),
                                     (PODMAN_ROOT, b.root, b.dir + "/pod", b.dir + "/podrun")):
        base = ["podman", "--root", root, "--runroot", run, "--storage-driver", "overlay",
                "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "file"]
        try:
            starter.run(base + ["import", b.dir + "/root.tar", "plain"])
        except RuntimeError as why:
            b.miss(name, why)
            continue
        b.row(name, base + ["run", "--rm", "--network", "none", *limits,
                            "localhost/plain:latest", "/bin/true"], starter=starter)


def report(b):
    b.table()
    b.compare("200 snapshots below, ms more", lambda a, b: a - b, DEEP, RUN, "<=", 10)
    b.ratio(RUN, BWRAP_MAPPED, 1.4, "<=")
    b.ratio(JOIN, BWRAP, 1.0, "<=")
    b.ratio(PODMAN, RUN, 8)
    b.ratio(PODMAN_ROOT, RUN)
    b.ratio(LXC_SNAP, SNAP_MANY, 30)
    b.ratio(LXC_DIR, RUN)
    b.ratio(LXC_OVERLAY, RUN)


def main():
    if os.getuid() != 0:
        print("bench/workspace.sh: root is needed to make an ordinary user", file=sys.stderr)
        return 1
    b = Bench()
    try:
        b.open()
        b.row("nothing: true", ["true"])
        ours(b)
        bwrap(b)
        lxc(b)
        podman(b)
        b.measure()
        report(b)
    finally:
        b.close()
    return 0


sys.exit(main())
