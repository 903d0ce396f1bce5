# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""lib.py - what end-to-end tests in Python share: TAP, polling, a speakd."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

BIN = os.environ["EARSHOT_BIN"]
SRC = os.environ["EARSHOT_SRC"]
PATIENCE = 30
with open(os.path.join(BIN, "speakd"), "rb") as _program:
    # What a sanitizer keeps back is no measure of the program's memory.
    SANITIZED = b"__asan_init" in _program.read()


class Skip(Exception):
    """Raised by a test with the reason why it cannot be made here."""


def until(what, condition, seconds=PATIENCE):
    """Wait until condition() is true and return what it returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("timed out: " + what)
        time.sleep(0.02)


class Home:
    """An empty directory with settings and sockets of its own."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="earshot.")
        self.run = os.path.join(self.path, "run")
        self.home = os.path.join(self.path, "home")
        os.mkdir(self.run, 0o700)
        os.makedirs(os.path.join(self.home, ".config", "earshot"))
        self.env = dict(os.environ, HOME=self.home, XDG_RUNTIME_DIR=self.run,
                        XDG_CONFIG_HOME=os.path.join(self.home, ".config"),
                        XDG_STATE_HOME=os.path.join(self.home, ".local",
                                                    "state"),
                        PATH=BIN + ":" + os.environ["PATH"])
        self.socket = os.path.join(self.run, "earshot", "speakd.sock")
        self.running = []

    def file(self, name):
        return os.path.join(self.path, name)

    def configure(self, text):
        path = os.path.join(self.home, ".config", "earshot", "speakd.conf")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)

    def start(self, *argv, **more):
        child = subprocess.Popen(argv, env=self.env, cwd=self.path, **more)
        self.running.append(child)
        return child

    def run_program(self, *argv, timeout=60, env=None, **more):
        return subprocess.run(argv, env=env or self.env, cwd=self.path,
                              capture_output=True, timeout=timeout, check=False,
                              **more)

    def serve(self, *options):
        """speakd --serve with a sound that takes no device; waits for it."""
        err = open(self.file("speakd.err"), "ab")
        child = self.start("speakd", "--serve", *(options or ("-o", "null")),
                           stderr=err)
        err.close()
        until("speakd serves", lambda: can_connect(self.socket)
              or child.poll() is not None)
        # Its answer comes from the loop: its sources are followed by then.
        assert Client(self.socket).code("STATUS") == 291
        return child

    def errors(self):
        with open(self.file("speakd.err"), encoding="utf-8",
                  errors="replace") as text:
            return text.read()

    def end_all(self):
        """What was started ends, and may be started again."""
        for child in self.running:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.terminate()
        for child in self.running:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.running = []

    def crash(self, daemon):
        """It is killed, with its children: one that has not become another
        program yet has the daemon's socket open, and lets clients in."""
        daemon.kill()
        daemon.wait()
        until("all of it has gone", lambda: not processes_in(self.path))

    def close(self):
        self.end_all()
        # What they started and left behind may write there once more.
        end = time.monotonic() + 10
        while (left := processes_in(self.path)) and time.monotonic() < end:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)
        shutil.rmtree(self.path, ignore_errors=True)


def processes_in(path):
    """Processes that were started with a home below path, but for ourselves."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as environ, \
                    open(f"/proc/{name}/stat", "rb") as stat:
                if f"={path}/".encode() in environ.read() and \
                        stat.read().rpartition(b") ")[2][:1] != b"Z":
                    found.append(int(name))
        except OSError:
            pass  # it ended, or is another user's
    return found


def can_connect(path):
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.connect(path)
        return True
    except OSError:
        return False
    finally:
        sock.close()


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def listens(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


class Client:
    """An SSIP client that keeps replies and events apart."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.sock.settimeout(PATIENCE)
        self.bytes = b""
        self.events = []

    def line(self):
        while b"\r\n" not in self.bytes:
            more = self.sock.recv(65536)
            if not more:
                raise EOFError(repr(self.bytes))
            self.bytes += more
        line, self.bytes = self.bytes.split(b"\r\n", 1)
        assert len(line) >= 4, line
        return line

    def message(self):
        lines = []
        while True:
            lines.append(self.line())
            if lines[-1][3:4] == b" ":
                assert len({line[:3] for line in lines}) == 1, lines
                return lines

    def reply(self):
        while True:
            lines = self.message()
            if lines[0][0:1] != b"7":
                return lines
            self.events.append(lines)

    def send(self, data):
        self.sock.sendall(data)

    def command(self, text):
        self.send(text.encode() + b"\r\n")
        return self.reply()

    def code(self, text):
        return int(self.command(text)[-1][:3])

    def say(self, text):
        """Queue text; returns the message's number as bytes."""
        assert self.code("SPEAK") == 230
        if isinstance(text, str):
            text = text.encode()
        self.send(text + b"\r\n.\r\n")
        reply = self.reply()
        assert reply[-1] == b"225 OK MESSAGE QUEUED", reply
        return reply[0][4:]

    def event(self, number, code=None):
        """Wait for the next event of a message; returns its code."""
        while True:
            for i, lines in enumerate(self.events):
                if lines[0][4:] == number and (
                        code is None or int(lines[0][:3]) == code):
                    del self.events[i]
                    return int(lines[0][:3])
            lines = self.message()
            assert lines[0][0:1] == b"7", lines
            self.events.append(lines)

    def codes_until(self, number, *last):
        """The codes of a message's events up to one of last."""
        codes = []
        while not codes or codes[-1] not in last:
            codes.append(self.event(number))
        return codes

    def close(self):
        self.sock.close()


def stop_cleanly():
    """Where time is up, what was started and written goes as well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def main(tests):
    """Run the test functions, each with a Home of its own; prints TAP."""
    only = sys.argv[1:]
    failed = skipped = 0
    stop_cleanly()
    print("1..%d" % len(tests), flush=True)
    for n, test in enumerate(tests, 1):
        name = (test.__doc__ or test.__name__).strip().split("\n")[0]
        home = Home()
        try:
            if only and test.__name__ not in only:
                raise Skip("not asked for")
            test(home)
            print("ok %d - %s" % (n, name), flush=True)
        except Skip as why:
            skipped += 1
            print("ok %d - %s # SKIP %s" % (n, name, why), flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print("not ok %d - %s" % (n, name))
            for text in traceback.format_exc().splitlines():
                print("# " + text)
            for text in home.errors().splitlines() if os.path.exists(
                    home.file("speakd.err")) else []:
                print("# speakd: " + text)
            sys.stdout.flush()
        finally:
            home.close()
    if skipped:
        print("# %d skipped" % skipped)
    sys.exit(1 if failed else 0)
