#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# run-one: in place
"""Speech of another machine: addresses, and "speakctl --host" through a real sshd."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import BIN, PATIENCE, Skip, can_connect, free_port  # noqa: E402
from lib import listens, main, until  # noqa: E402


def texts(home):
    """What the speakd of this home was given, the newest last."""
    done = home.run_program("speakctl", "history")
    assert done.returncode == 0, done
    return done.stdout.decode()


class There:
    """The other machine: this one, with a home and a runtime directory of its own."""

    def __init__(self, home):
        sshd = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
        if not sshd or not shutil.which("ssh"):
            raise Skip("no sshd here (contrib/deps services)")
        self.home = home
        self.port = free_port()
        for name in ("there", "there/run", "there/home", "bin"):
            os.mkdir(home.file(name), 0o700)
        self.socket = home.file("there/run/earshot/speakd.sock")
        self.env = dict(home.env, HOME=home.file("there/home"),
                        XDG_RUNTIME_DIR=home.file("there/run"),
                        XDG_CONFIG_HOME=home.file("there/home/.config"),
                        XDG_STATE_HOME=home.file("there/home/.state"))
        for key in ("host", "mine"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                            "-f", home.file(key)], check=True)
        os.rename(home.file("mine.pub"), home.file("authorized"))
        self.write_config()
        self.start(sshd)

    def write_config(self):
        home = self.home
        setenv = " ".join('%s="%s"' % (name, self.env[name]) for name in (
            "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME",
            "PATH"))
        with open(home.file("sshd_config"), "w", encoding="utf-8") as out:
            out.write("ListenAddress 127.0.0.1\nPort %d\nHostKey %s\n"
                      "AuthorizedKeysFile %s\nStrictModes no\nUsePAM no\n"
                      "PidFile none\nPermitRootLogin yes\nSetEnv %s\n" % (
                          self.port, home.file("host"),
                          home.file("authorized"), setenv))
        with open(home.file("bin/ssh"), "w", encoding="utf-8") as out:
            out.write("#!/bin/sh\nexec %s -F none -p %d -i %s -o BatchMode=yes "
                      "-o StrictHostKeyChecking=no -o LogLevel=ERROR "
                      "-o UserKnownHostsFile=/dev/null \"$@\"\n" % (
                          shutil.which("ssh"), self.port, home.file("mine")))
        os.chmod(home.file("bin/ssh"), 0o755)
        home.env["PATH"] = home.file("bin") + ":" + home.env["PATH"]

    def start(self, sshd):
        run = [os.path.realpath(sshd), "-D", "-e", "-f",
               self.home.file("sshd_config")]
        if os.geteuid() == 0:
            # It wants a user and a directory that its package would make.
            if "EARSHOT_IN_PLACE" in os.environ:
                with open("/etc/passwd", "r+", encoding="utf-8") as users:
                    if "\nsshd:" not in users.read():
                        users.write("sshd:x:65533:65534::/:/bin/false\n")
            run = ["unshare", "-m", "sh", "-c", "mount -t tmpfs sshd /run && "
                   "mkdir /run/sshd && exec \"$@\"", "sh"] + run
        with open(self.home.file("sshd.log"), "wb") as log:
            child = self.home.start(*run, stderr=log)
        until("sshd listens", lambda: listens(self.port)
              or child.poll() is not None)
        if child.poll() is not None:
            with open(self.home.file("sshd.log"), encoding="utf-8") as log:
                raise Skip("sshd does not run here: " + log.read().strip())

    def serve(self):
        child = subprocess.Popen(["speakd", "--serve", "-o", "null"],
                                 env=self.env)
        self.home.running.append(child)
        until("the other speakd serves",
              lambda: os.path.exists(self.socket))


def test_address(home):
    """SPEECHD_ADDRESS: unix_socket:PATH, inet_socket:HOST:PORT, for all of ours"""
    port = free_port()
    serve = ("speakd", "--serve", "-o", "null")
    home.start(*serve, "--socket-path=elsewhere")
    home.start(*serve, "--communication-method=inet_socket", "--port=%d" % port)
    until("they serve", lambda: listens(port)
          and can_connect(home.file("elsewhere")))
    assert home.run_program("speakctl", "status").returncode == 1
    for address in ("unix_socket:" + home.file("elsewhere"),
                    "unix_socket:elsewhere",
                    "inet_socket:127.0.0.1:%d" % port,
                    "inet_socket:localhost:%d" % port):
        home.env["SPEECHD_ADDRESS"] = address
        done = home.run_program("speakctl", "say", address)
        assert done.returncode == 0, (address, done)
        # A pipeline gives its lines to the one that serves.
        done = home.run_program("speakd", "--format=plain",
                                input=b"by way of " + address.encode())
        assert done.returncode == 0, (address, done)
        seen = texts(home)
        assert " %s\n" % address in seen and "by way of" in seen, seen


def test_address_mistakes(home):
    """an address of no method, and one where nobody listens"""
    home.serve()
    for address, why in (("tcp:localhost", "expected unix_socket:PATH"),
                         ("inet_socket:127.0.0.1:1", "nobody listens on 127."),
                         ("inet_socket:[::1]:1", "nobody listens on [::1]:1"),
                         ("inet_socket:no.such.invalid:1", "no such address"),
                         ("unix_socket:/no/where", "nobody listens on /no/")):
        home.env["SPEECHD_ADDRESS"] = address
        done = home.run_program("speakctl", "status")
        assert done.returncode == 1 and why in done.stderr.decode(), done
    for address in ("", "unix_socket", "unix_socket:"):
        home.env["SPEECHD_ADDRESS"] = address
        assert home.run_program("speakctl", "status").returncode == 0, address


def test_host_verbs(home):
    """speakctl --host=HOST VERB: what the speakd of that machine does"""
    there = There(home)
    refused = home.run_program("speakctl", "--host=127.0.0.1", "status")
    assert refused.returncode == 1, refused
    assert b"speakd does not serve" in refused.stderr, refused
    assert b"no connection to the speakd of 127.0.0.1" in refused.stderr
    there.serve()
    home.serve()
    done = home.run_program("speakctl", "--host=127.0.0.1", "-w", "say",
                            "over there")
    assert done.returncode == 0, done
    done = home.run_program("speakctl", "--host=127.0.0.1", "history")
    assert b"over there" in done.stdout, done
    assert "over there" not in texts(home)


def test_hear(home):
    """speakctl --host=HOST hear COMMAND: what speaks there is heard here"""
    There(home)
    refused = home.run_program("speakctl", "--host=127.0.0.1", "hear", "true")
    assert refused.returncode == 1 and b"does not serve" in refused.stderr
    home.serve()
    for number, command in enumerate((
            "speakctl say 'it''s from' there",
            "echo 'a line from there' | speakd --format=plain")):
        done = home.run_program("speakctl", "--host=127.0.0.1", "hear",
                                command)
        assert done.returncode == 0 and not done.stderr, done
        until("it is heard", lambda n=number: ("its from there", "a line from")[
            n] in texts(home))
    done = home.run_program("speakctl", "--host=127.0.0.1", "hear",
                            "test -S ${SPEECHD_ADDRESS#unix_socket:} && "
                            "echo $SPEECHD_ADDRESS; exit 7")
    assert done.returncode == 7, done
    # sshd leaves its sockets lying about.
    path = done.stdout.decode().strip().partition(":")[2]
    assert path.startswith("/tmp/earshot-") and not os.path.exists(path), path


def test_hear_shell(home):
    """speakctl --host=HOST: a shell there, on a terminal"""
    There(home)
    home.serve()
    ours, its = os.openpty()
    child = home.start("speakctl", "--host=127.0.0.1", stdin=its, stdout=its,
                       stderr=its)
    os.close(its)
    # A login sets its own PATH.
    os.write(ours, b"tty && %s/speakctl say from a shell; exit 3\n" % BIN.encode())
    assert child.wait(PATIENCE) == 3
    assert "from a shell" in texts(home)
    os.close(ours)


def test_hear_mistakes(home):
    """hear without a host; a host that is an option of ssh's"""
    for words in (("hear", "true"), ("--host=-oProxyCommand=true", "status"),
                  ("--host=",)):
        done = home.run_program("speakctl", *words)
        assert done.returncode == 2 and b"host" in done.stderr, done


if __name__ == "__main__":
    os.environ.pop("SPEECHD_ADDRESS", None)
    assert os.path.isdir(BIN)
    main([test_address, test_address_mistakes, test_host_verbs, test_hear,
          test_hear_shell, test_hear_mistakes])
