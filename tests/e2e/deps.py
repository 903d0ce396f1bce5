#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""deps.py - contrib/deps and contrib/services with an apt-get that only writes
down what it was asked: what is shown and asked, and that nothing else of the
machine changes. Prints TAP."""
import os
import shutil
import stat
import subprocess

import pexpect

from lib import SRC, Skip, main

DEPS = os.path.join(SRC, "contrib/deps")
SERVICES = os.path.join(SRC, "contrib/services")

APT_GET = r"""#!/bin/sh
echo "$*" >>"$FAKE/asked"
case "$*" in
*-s*install*nowhere*) exit 100 ;;
*-s*install*)
	[ -e "$FAKE/lists" ] || exit 100
	for word in "$@"; do
		case $word in
		-* | install) ;;
		*) echo "Inst $word (1.0 Fake:1 [all])" ;;
		esac
	done
	echo "Inst libdep (1.0 Fake:1 [all])"
	echo "Remv precious [1.0]"
	;;
*update*) touch "$FAKE/lists" ;;
*download*)
	for word in "$@"; do
		case $word in
		*=*) cp "$FAKE/${word%%=*}_1.0_all.deb" . ;;
		esac
	done
	;;
*install*)
	policy=$DEPS_ROOT/usr/sbin/policy-rc.d
	for unit in old new; do
		"$policy" "$unit.service" start
		echo "$unit $?" >>"$FAKE/policy"
	done
	wants=$DEPS_ROOT/etc/systemd/system/multi-user.target.wants
	ln -s /lib/systemd/system/new.service "$wants/new.service"
	[ ! -e "$FAKE/fail" ] || { echo "E: broken"; exit 100; }
	;;
esac
"""
DPKG_QUERY = r"""#!/bin/sh
for package; do :; done
grep -qx "$package" "$FAKE/installed" && echo installed
"""


def program(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path, 0o755)


class Machine:
    """A machine of plain files, and programs that only look like apt."""

    def __init__(self, home, uid=0):
        self.home = home
        self.root = home.file("machine")
        self.bin = home.file("bin")
        self.fake = home.file("fake")
        self.wants = os.path.join(
            self.root, "etc/systemd/system/multi-user.target.wants")
        for path in (self.bin, self.fake, self.wants,
                     self.root + "/lib/systemd/system",
                     self.root + "/usr/sbin"):
            os.makedirs(path)
        self.policy = self.root + "/usr/sbin/policy-rc.d"
        self.write(self.root + "/lib/systemd/system/old.service", "")
        os.symlink("/lib/systemd/system/old.service",
                   self.wants + "/old.service")
        self.write(self.fake + "/lists", "")
        self.write(self.fake + "/installed", "")
        program(self.bin + "/apt-get", APT_GET)
        program(self.bin + "/dpkg-query", DPKG_QUERY)
        program(self.bin + "/id", "#!/bin/sh\necho %d\n" % uid)
        self.env = dict(home.env, FAKE=self.fake, DEPS_ROOT=self.root,
                        PATH=self.bin + ":" + os.environ["PATH"])
        for name in ("CI", "YES"):
            self.env.pop(name, None)

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)

    def asked(self, file="asked"):
        try:
            with open(os.path.join(self.fake, file), encoding="utf-8") as text:
                return text.read()
        except FileNotFoundError:
            return ""

    def installs(self):
        return [line for line in self.asked().splitlines()
                if "install" in line and "-s" not in line.split()]

    def run(self, *argv, **env):
        """Without a terminal."""
        return subprocess.run(argv, env=dict(self.env, **env),
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, check=False,
                              start_new_session=True)

    def answer(self, text):
        """At a terminal."""
        child = pexpect.spawn(DEPS, ["build", "run"], env=self.env, timeout=60,
                              encoding="utf-8")
        child.expect(r"Install them\? \[Y/n\] ")
        shown = child.before
        child.sendline(text)
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus, shown, child.before


def test_nothing_missing(home):
    """nothing is missing: nobody is asked, apt-get is not called"""
    m = Machine(home)
    program(m.bin + "/dpkg-query", "#!/bin/sh\necho installed\n")
    got = m.run(DEPS, "build", "run", "test")
    assert got.returncode == 0 and got.stderr == "", got
    assert m.asked() == "", m.asked()


def test_asked(home):
    """what is missing is shown, and asked about: n installs nothing"""
    m = Machine(home)
    m.write(m.fake + "/installed", "gcc\nmake\n")
    code, shown, after = m.answer("n")
    assert code == 1 and "nothing installed" in after, (code, after)
    missing = shown.split("missing:")[1].split("\n")[0].split()
    assert "libespeak-ng-dev" in missing and "gcc" not in missing, shown
    assert "nothing is removed, started or enabled" in shown, shown
    assert m.installs() == [], m.asked()
    for word in ("pulseaudio", "lxc", "lxc-dev", "podman", "ngircd"):
        assert word not in missing, shown


def test_agreed(home):
    """Enter installs: nothing may be removed, nothing recommended comes"""
    m = Machine(home)
    code, _, after = m.answer("")
    assert code == 0, after
    install, = m.installs()
    assert "--no-remove" in install, install
    assert "--no-install-recommends" in install, install


def test_no_terminal(home):
    """without a terminal: refused with what to do; CI or YES agrees"""
    m = Machine(home)
    got = m.run(DEPS, "build")
    assert got.returncode == 1 and "YES=1" in got.stderr, got
    assert m.installs() == [], m.asked()
    for name in ("CI", "YES"):
        got = m.run(DEPS, "build", **{name: "1"})
        assert got.returncode == 0, got
    assert len(m.installs()) == 2, m.asked()


def test_fresh_lists(home):
    """a machine without package lists fetches them first"""
    m = Machine(home)
    os.remove(m.fake + "/lists")
    got = m.run(DEPS, "build", CI="1")
    assert got.returncode == 0, got
    assert "update" in m.asked(), m.asked()
    assert len(m.installs()) == 1, m.asked()


def test_no_sudo(home):
    """an ordinary user without sudo gets the names of what to install"""
    m = Machine(home, uid=1000)
    if shutil.which("sudo", path=m.env["PATH"]):
        program(m.bin + "/sudo", "#!/bin/sh\nexec \"$@\"\n")
        got = m.run(DEPS, "build", YES="1")
        assert got.returncode == 0 and len(m.installs()) == 1, got
        return
    got = m.run(DEPS, "build", YES="1")
    assert got.returncode == 1, got
    assert "please install: gcc make" in got.stderr, got
    assert m.installs() == [], m.asked()


def test_services_stay_off(home):
    """a new service is neither started nor left enabled; an old one stays"""
    m = Machine(home)
    got = m.run(DEPS, "build", YES="1")
    assert got.returncode == 0, got
    assert m.asked("policy") == "old 0\nnew 101\n", m.asked("policy")
    assert os.listdir(m.wants) == ["old.service"], os.listdir(m.wants)
    assert "left disabled: new.service" in got.stderr, got
    assert not os.path.exists(m.policy)


def test_failed_install(home):
    """apt-get fails: its words are shown, and nothing of ours is left"""
    m = Machine(home)
    m.write(m.fake + "/fail", "")
    got = m.run(DEPS, "build", YES="1")
    assert got.returncode != 0 and "E: broken" in got.stderr, got
    assert os.listdir(m.wants) == ["old.service"], os.listdir(m.wants)
    assert not os.path.exists(m.policy)


def test_policy_of_the_machine(home):
    """a policy-rc.d of the machine's own stays as it is"""
    m = Machine(home)
    program(m.policy, "#!/bin/sh\nexit 104\n")
    got = m.run(DEPS, "build", YES="1")
    assert got.returncode == 0, got
    with open(m.policy, encoding="utf-8") as text:
        assert text.read() == "#!/bin/sh\nexit 104\n"
    assert m.asked("policy") == "old 104\nnew 104\n", m.asked("policy")


def test_unknown_group(home):
    """an unknown group is refused with the valid ones"""
    got = Machine(home).run(DEPS, "tests")
    assert got.returncode == 2, got
    assert "expected build, run, test, vm, deb or services" in got.stderr, got


def package(machine, name, files):
    """NAME_1.0_all.deb with these files, in the fake archive."""
    tree = os.path.join(machine.fake, name)
    os.makedirs(tree + "/DEBIAN")
    Machine.write(tree + "/DEBIAN/control",
                  "Package: %s\nVersion: 1.0\nArchitecture: all\n"
                  "Maintainer: t <t@localhost>\nDescription: t\n" % name)
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(tree, path)), exist_ok=True)
        program(os.path.join(tree, path), text)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree,
                    machine.fake + "/%s_1.0_all.deb" % name],
                   check=True, stdout=subprocess.DEVNULL)


def test_unpacked(home):
    """servers are unpacked with what they need, never installed"""
    if not shutil.which("dpkg-deb"):
        raise Skip("dpkg-deb is not installed")
    m = Machine(home)
    into = home.file("services")
    m.env["SERVICES_DIR"] = into
    package(m, "ircd", {"usr/sbin/ircd": "#!/bin/sh\necho served \"$@\" with "
                        "${LD_LIBRARY_PATH%%:*}\n"})
    package(m, "libdep", {"usr/lib/x-linux-gnu/libdep.so": "",
                          "lib/old-place": "", "usr/bin/not-asked-for": ""})
    got = m.run(SERVICES, "ircd", "nowhere")
    assert got.returncode == 0, got
    assert "no package nowhere here" in got.stderr, got
    assert os.listdir(into + "/bin") == ["ircd"], os.listdir(into + "/bin")
    assert os.path.exists(into + "/root/usr/lib/old-place")
    served = m.run(into + "/bin/ircd", "-n", "two words").stdout
    assert served == "served -n two words with %s\n" % (
        os.path.realpath(into) + "/root/usr/lib/x-linux-gnu"), served
    assert m.installs() == [], m.asked()
    before = os.stat(into + "/root")[stat.ST_INO]
    got = m.run(SERVICES, "ircd", "nowhere")
    assert got.returncode == 0, got
    assert os.stat(into + "/root")[stat.ST_INO] == before
    assert m.asked().count("download") == 1, m.asked()


if __name__ == "__main__":
    main([test_nothing_missing, test_asked, test_agreed, test_no_terminal,
          test_fresh_lists, test_no_sudo, test_services_stay_off,
          test_failed_install, test_policy_of_the_machine, test_unknown_group,
          test_unpacked])
