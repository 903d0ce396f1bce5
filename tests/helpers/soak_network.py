# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""soak_network.py - an IRC server whose network fails, and sic-bridge on it.

The server cuts the connection in the four ways a network has: it ends it, resets
it, falls silent, or is not there for a while. What it sent before a PING that was
answered has arrived, and must come out once; what it sent after the last one may
be lost with the connection. What sic-bridge is told to send must arrive, however
often it takes.
"""
import random
import re
import select
import socket
import struct
import subprocess
import threading
import time

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close without a goodbye
BURST_MAX = 6


def line_of(number, word):
    """A line that says which it is; long numbers are shortened in speech."""
    return f"some words part{number // 1000} {word}{number % 1000}"


def number_of(text, word):
    """The number of such a line at the end of text, or None."""
    found = re.search(rf"part(\d+) {word}(\d+)$", text)
    return int(found[1]) * 1000 + int(found[2]) if found else None


class Server(threading.Thread):
    """Numbered lines into #soak, over connections that break."""

    def __init__(self, until_s):
        super().__init__(daemon=True)
        self.until_s = until_s
        self.over = threading.Event()
        self.listener = self.listen(0)
        self.port = self.listener.getsockname()[1]
        self.sent = self.confirmed = 0
        self.doubtful = set()  # sent, and never confirmed
        self.received = {}  # number of a line from sic-bridge: how often
        self.cuts = {"end": 0, "reset": 0, "silence": 0, "absence": 0}
        self.wrong = None

    @staticmethod
    def listen(port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(4)
        return listener

    def run(self):
        try:
            while not self.over.is_set():
                ready, _, _ = select.select([self.listener], [], [], 0.2)
                if ready:
                    self.serve(self.listener.accept()[0])
        except Exception as e:  # pylint: disable=broad-except
            self.wrong = repr(e)

    def serve(self, peer):
        try:
            self.talk(peer)
        except OSError:
            pass  # it left, or we did
        self.doubtful.update(range(self.confirmed + 1, self.sent + 1))
        self.confirmed = self.sent
        peer.close()

    def talk(self, peer):
        """One connection, until it is cut, or to the end of all."""
        pending, has_joined = b"", False
        cut_at = time.monotonic() + random.uniform(2, 15)
        say_at = time.monotonic()
        while True:
            now = time.monotonic()
            if cut_at < now < self.until_s:
                if has_joined and random.random() < 0.5:
                    self.say_burst(peer)  # which may be lost on its way
                if self.cut(peer):
                    return
                cut_at = time.monotonic() + random.uniform(2, 15)
            if has_joined and say_at < now < self.until_s:
                self.say_burst(peer)
                say_at = now + random.uniform(0.1, 3)
            if not select.select([peer], [], [], 0.05)[0]:
                continue
            data = peer.recv(65536)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                has_joined |= self.take(peer, line.strip().decode())

    def say_burst(self, peer):
        """A few lines, and a question whether they came."""
        for _ in range(random.randint(1, BURST_MAX)):
            self.sent += 1
            peer.sendall(b":bob!b@h PRIVMSG #soak :%s\r\n"
                         % line_of(self.sent, "net").encode())
        peer.sendall(b"PING :burst%d\r\n" % self.sent)

    def take(self, peer, line):
        """One line of sic-bridge's; true when it joined the channel."""
        word, _, rest = line.partition(" ")
        if word == "USER":
            peer.sendall(b":srv 001 listener :Welcome\r\n"
                         b":srv 005 listener CASEMAPPING=ascii :are supported"
                         b"\r\n:srv 376 listener :End of MOTD command\r\n")
        elif word == "CAP" and rest.startswith("LS"):
            peer.sendall(b":srv CAP * LS :\r\n")
        elif word == "JOIN":
            peer.sendall(b":listener!l@h JOIN #soak\r\n"
                         b":srv 366 listener #soak :End of /NAMES list\r\n")
            return True
        elif word == "PING":
            peer.sendall(b":srv PONG srv %s\r\n" % rest.encode())
        elif found := re.match(r"PONG .*burst(\d+)$", line):
            self.confirmed = max(self.confirmed, int(found[1]))
        elif found := re.match(r"PRIVMSG #soak :.* out(\d+)$", line):
            number = int(found[1])
            self.received[number] = self.received.get(number, 0) + 1
        return False

    def cut(self, peer):
        """The network fails; true when the connection is gone."""
        kind = random.choice(list(self.cuts))
        self.cuts[kind] += 1
        if kind == "silence":
            time.sleep(random.uniform(0.5, 4))
            return False
        if kind == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        peer.close()
        if kind == "absence":
            self.listener.close()
            time.sleep(random.uniform(0.5, 3))
            self.listener = self.listen(self.port)
        return True


class Bridge(threading.Thread):
    """sic-bridge, its lines going into a file, and ours into its input."""

    def __init__(self, home, server, path, until_s):
        super().__init__(daemon=True)
        self.until_s, self.path = until_s, path
        self.said = 0
        self.wrong = None
        with open(path, "ab") as out, open(path + ".err", "ab") as err:
            self.child = home.start(
                "sic-bridge", "-h", "127.0.0.1", "-p", str(server.port),
                "-n", "listener", "-j", "#soak", "--plain",
                "--reconnect-max=1", "--flood-interval=0",
                stdin=subprocess.PIPE, stdout=out, stderr=err)

    def run(self):
        try:
            while time.monotonic() < self.until_s:
                self.said += 1
                self.child.stdin.write(b"words of ours out%d\n" % self.said)
                self.child.stdin.flush()
                time.sleep(random.uniform(0.1, 2))
        except OSError as e:
            self.wrong = repr(e)

    def leave(self):
        """End its input: it goes when all is delivered. Its exit code."""
        try:
            self.child.stdin.close()
            return self.child.wait(90)
        except (OSError, subprocess.TimeoutExpired) as e:
            return repr(e)

    def errors(self):
        with open(self.path + ".err", encoding="utf-8") as text:
            return text.read()[-500:]

    def numbers(self):
        """The numbers of the lines that came out."""
        with open(self.path, encoding="utf-8") as lines:
            numbers = [number_of(line.strip(), "net") for line in lines
                       if " <bob> " in line]
        return [number for number in numbers if number is not None]


def results(server, bridge, code):
    """TAP's parts: name, whether it is right, why not."""
    came = bridge.numbers()
    sure = set(range(1, server.sent + 1)) - server.doubtful
    lost = sorted(sure - set(came))
    unsent = sorted(set(range(1, bridge.said + 1)) - set(server.received))
    print(f"# network: {server.sent} lines from the server, "
          f"{len(server.doubtful)} of them cut off before they were confirmed, "
          f"{len(came)} came out; {bridge.said} of ours, "
          f"{sum(server.received.values()) - len(server.received)} of them "
          f"twice; cuts: {server.cuts}")
    return [
        ("what arrived before the network failed comes out once",
         server.wrong is None and not lost and len(came) == len(set(came)),
         f"{server.wrong}; lost {lost[:5]}; {len(came) - len(set(came))} twice"),
        ("what is typed into sic-bridge arrives, and it ends with 0",
         bridge.wrong is None and not unsent and code == 0,
         f"{bridge.wrong}; not sent: {unsent[:5]}; {code}; "
         + bridge.errors()),
    ]

