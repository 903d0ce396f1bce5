#!/usr/bin/python3
"""Workspaces beside lxc-execute, lxc-snapshot, bwrap and podman, in one run.

Run as root: everything measured runs as an ordinary user made for it, on the
file system of /var/tmp. Rows are measured in turn, round after round, so that
what else the machine does falls on all alike. Prints a Markdown table.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = int(os.environ.get("RUNS", "15"))
BIN = os.environ["EARSHOT_BIN"] + "/project"
DEVNULL = subprocess.DEVNULL


class Bench:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="earshot-bench.", dir="/var/tmp")
        os.chmod(self.dir, 0o755)
        self.user = "ewb%d" % os.getpid()
        self.home = self.dir + "/home"
        subprocess.run(["useradd", "-m", "-d", self.home, self.user], check=True)
        os.chmod(self.home, 0o755)
        self.uid = int(subprocess.check_output(["id", "-u", self.user]))
        with open("/etc/subuid", encoding="ascii") as f:
            self.sub = [l.split(":")[1] for l in f if l.startswith(self.user + ":")][0]
        os.makedirs(self.home + "/gtd/Projects/host")
        os.mkdir(self.home + "/xrd")
        os.chmod(self.home + "/xrd", 0o700)
        shutil.copy(BIN, self.dir + "/project")
        self.become = ["setpriv", "--reuid=" + self.user, "--regid=" + self.user,
                       "--init-groups", "env", "-i", "HOME=" + self.home, "USER=" + self.user,
                       "XDG_RUNTIME_DIR=" + self.home + "/xrd",
                       "PATH=/usr/bin:/bin:/usr/sbin:/sbin"]
        self.rows = []
        self.times = {}

    def close(self):
        subprocess.run(self.w("stop", "enter"), stderr=DEVNULL)
        subprocess.run(["userdel", self.user], stderr=DEVNULL)
        for mount in open("/proc/self/mounts", encoding="ascii").read().split("\n"):
            if self.dir in mount:
                subprocess.run(["umount", "-l", mount.split()[1]])
        shutil.rmtree(self.dir, ignore_errors=True)

    def w(self, *args):
        return self.become + [self.dir + "/project", "workspace", *args]

    def run(self, command, check=True):
        p = subprocess.run(command, stdin=DEVNULL, stdout=DEVNULL, stderr=subprocess.PIPE,
                           text=True, cwd=self.home)
        if check and p.returncode != 0:
            raise RuntimeError(p.stderr.strip()[-200:])

    def row(self, name, command, before=None):
        """command: argv, or a function of the round that gives it."""
        try:
            make = command if callable(command) else lambda i: command
            if before:
                self.run(before(-1))
            self.run(make(-1))
        except (RuntimeError, FileNotFoundError) as why:
            print("not measured: %s (%s)" % (name, why), file=sys.stderr)
            return
        self.rows.append((name, make, before))
        self.times[name] = []

    def measure(self):
        for i in range(ROUNDS):
            for name, make, before in self.rows:
                if before:
                    self.run(before(i))
                start = time.perf_counter()
                self.run(make(i))
                self.times[name].append((time.perf_counter() - start) * 1000)

    def table(self):
        # What setpriv, env and starting a process cost is in every row.
        nothing = statistics.median(self.times["nothing (setpriv, env, true)"])
        print("| what | median ms | without starting it | fastest |")
        print("| --- | --- | --- | --- |")
        for name, _, _ in self.rows:
            m = statistics.median(self.times[name])
            print("| %s | %.1f | %.1f | %.1f |" % (name, m, m - nothing,
                                                   min(self.times[name]) ))

    def ratio(self, slow, fast):
        if slow in self.times and fast in self.times:
            print("- %s / %s: %.1f" % (slow, fast, statistics.median(
                a / b for a, b in zip(self.times[slow], self.times[fast]))))


def rootfs(path):
    for d in ("bin", "etc", "proc", "sys", "dev", "tmp", "usr", "root", "run", "sbin"):
        os.makedirs(path + "/" + d)
    shutil.copy("/bin/busybox", path + "/bin/busybox")
    for name in ("sh", "true", "cat", "sleep", "head", "mkdir", "rm"):
        os.symlink("busybox", path + "/bin/" + name)
    with open(path + "/etc/passwd", "w", encoding="ascii") as f:
        f.write("root:x:0:0::/root:/bin/sh\n")


def lxc(b):
    """An unprivileged container of the same root file system, and an overlay clone."""
    base = b.home + "/lxc/base"
    os.makedirs(base)
    shutil.copytree(b.dir + "/root", base + "/rootfs", symlinks=True)
    with open(base + "/config", "w", encoding="ascii") as f:
        f.write("lxc.rootfs.path = dir:%s/rootfs\nlxc.net.0.type = none\nlxc.uts.name = base\n"
                % base)
        for kind in "ug":
            f.write("lxc.idmap = %s 0 %d 1\nlxc.idmap = %s 1 %s 65535\n"
                    % (kind, b.uid, kind, b.sub))
    subprocess.run(["chown", "-R", b.user + ":", b.home + "/lxc"], check=True)
    b.row("lxc-execute, root file system", b.become + [
        "lxc-execute", "-P", b.home + "/lxc", "-n", "base", "--", "/bin/true"])
    copy = b.become + ["lxc-copy", "-P", b.home + "/lxc", "-p", b.home + "/lxc", "-n", "base",
                       "-N", "delta", "-s", "-B", "overlayfs"]
    if subprocess.run(copy, stdout=DEVNULL, stderr=DEVNULL).returncode != 0:
        return
    b.run(b.become + ["lxc-execute", "-P", b.home + "/lxc", "-n", "delta", "--", "/bin/true"],
          check=False)
    delta = [d for d in ("/overlay/delta", "/delta0") if os.path.isdir(b.home + "/lxc/delta" + d)]
    if delta:
        fill(b.home + "/lxc/delta" + delta[0], b)
    b.row("lxc-snapshot, 37 MB in 1600 files",
          b.become + ["lxc-snapshot", "-P", b.home + "/lxc", "-n", "delta"])


def fill(path, b, files=1600, size=23125):
    os.makedirs(path + "/many", exist_ok=True)
    for i in range(files):
        with open("%s/many/%d" % (path, i), "wb") as f:
            f.write(b"x" * size)
    subprocess.run(["chown", "-R", b.user + ":", path + "/many"], check=True)


def podman(b):
    with open(b.dir + "/runtime", "w", encoding="ascii") as f:
        # Root without CAP_SYS_RESOURCE cannot set the limits that podman asks for.
        f.write("""#!/usr/bin/python3 -S
import json, os, sys
if '--bundle' in sys.argv:
    name = sys.argv[sys.argv.index('--bundle') + 1] + '/config.json'
    config = json.load(open(name)); config['process'].pop('rlimits', None)
    json.dump(config, open(name, 'w'))
os.execvp('runc', ['runc'] + sys.argv[1:])
""")
    os.chmod(b.dir + "/runtime", 0o755)
    if not shutil.which("podman"):
        return
    base = ["podman", "--cgroup-manager", "cgroupfs", "--runtime", b.dir + "/runtime"]
    tar = b.dir + "/root.tar"
    for name, become in (("podman run, as root", []),):
        extra = [] if become else ["--root", b.dir + "/pod", "--runroot", b.dir + "/podrun"]
        subprocess.run(become + base + extra + ["import", tar, "plain"], stdout=DEVNULL,
                       stderr=DEVNULL)
        b.row(name, become + base + extra + ["run", "--rm", "--network", "none",
                                             "localhost/plain:latest", "/bin/true"])


def upper(b, name):
    store = b.home + "/.local/share/earshot/workspaces/"
    with open(store + "ws/" + name, encoding="utf-8") as f:
        return store + "layers/" + [l.split()[1] for l in f if l.startswith("upper ")][0] + "/up"


def ours(b):
    b.run(b.w("base", "add", "small", b.dir + "/root"))
    for name in ("root", "enter", "deep", "many", "ten", "giga", "back"):
        b.run(b.w("create", name, "--base", "small"))
    for i in range(200):
        with open(upper(b, "deep") + "/f%d" % i, "w", encoding="ascii") as f:
            f.write("x")
        b.run(b.w("snap", "deep"))
    b.row("nothing (setpriv, env, true)", b.become + ["true"])
    b.row("run true, root file system", b.w("run", "root", "--", "/bin/true"))
    b.row("run true, 200 snapshots below", b.w("run", "deep", "--", "/bin/true"))
    b.row("run true, over the host", b.w("run", "host", "--", "/bin/true"))
    b.row("bwrap, root file system", b.become + ["bwrap", "--bind", b.dir + "/root", "/", "--proc",
                                                "/proc", "--dev", "/dev", "--unshare-all", "/bin/true"])
    b.row("bwrap, host read-only", b.become + ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc",
                                              "--dev", "/dev", "--unshare-all", "/bin/true"])
    b.holder = subprocess.Popen(b.w("run", "enter", "--", "/bin/sleep", "100000"), cwd=b.home)
    time.sleep(1)
    b.row("run true, joining a running one", b.w("run", "enter", "--", "/bin/true"))
    b.row("create", lambda i: b.w("create", "new%d" % i, "--base", "small"))
    big = {"ten": ("snap, 10 MB written", 10), "giga": ("snap, 1 GB written", 1000)}
    for name, (label, mb) in big.items():
        data = b.home + "/data-" + name
        with open(data, "wb") as f:
            for _ in range(mb):
                f.write(b"x" * 1000000)
        os.sync()

        # The same file becomes what was written, each time.
        def put(i, name=name, data=data):
            return ["ln", "-f", data, upper(b, name) + "/big"]
        b.row(label, b.w("snap", name), put)
    fill(upper(b, "many"), b)
    saved = b.home + "/saved"
    shutil.copytree(upper(b, "many") + "/many", saved + "/many")
    b.row("snap, 37 MB in 1600 files", b.w("snap", "many"),
          lambda i: ["cp", "-rl", saved + "/many", upper(b, "many") + "/many%d" % i])
    b.row("clone, 1 GB written", lambda i: b.w("clone", "giga", "clone%d" % i))
    b.run(b.w("snap", "back"))
    b.row("restore", b.w("restore", "back@1"),
          lambda i: ["touch", upper(b, "back") + "/f"])


def main():
    if os.getuid() != 0:
        print("bench/workspace.sh: root is needed to make an ordinary user", file=sys.stderr)
        return 1
    b = Bench()
    try:
        rootfs(b.dir + "/root")
        subprocess.run(["tar", "-C", b.dir + "/root", "-cf", b.dir + "/root.tar", "."], check=True)
        subprocess.run(["chown", "-R", b.user + ":", b.home, b.dir + "/root"], check=True)
        ours(b)
        lxc(b)
        podman(b)
        b.measure()
        b.table()
        print()
        b.ratio("podman run, as root", "run true, root file system")
        b.ratio("lxc-execute, root file system", "run true, root file system")
        b.ratio("lxc-snapshot, 37 MB in 1600 files", "snap, 37 MB in 1600 files")
    finally:
        b.close()
    return 0


sys.exit(main())
