#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge beside sic and ii, on the same scripted server, in turn.

usage: EARSHOT_BIN=DIR bench/sic-bridge.py [RUNS]

Latency: one line at a time, from the server's send to the line in the program's
output. Rate: LINES messages as fast as they are taken, until the last one is
out. Memory: resident, at the end of that. ii writes to a file, which is read in
a busy loop, so its latency has no pipe's wake-up in it. Prints Markdown.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
LINES = int(os.environ.get("LINES_OF_IRC", "200000"))
ROUNDS = 2000
BRIDGE = os.path.join(os.environ["EARSHOT_BIN"], "sic-bridge")
HEAD = b":alice!alice@host.example.org PRIVMSG #bench :"
WORDS = b"a line of an ordinary length, such as people write on IRC, number "


class Pipe:
    """Lines from a program's standard output."""

    def __init__(self, process):
        self.fd = process.stdout.fileno()

    def read(self):
        return os.read(self.fd, 1 << 20)


class File:
    """Lines that a program appends to a file."""

    def __init__(self, name):
        end = time.monotonic() + 20
        while not os.path.exists(name):
            assert time.monotonic() < end, name
            time.sleep(0.01)
        self.fd = os.open(name, os.O_RDONLY)

    def read(self):
        while True:
            data = os.read(self.fd, 1 << 20)
            if data:
                return data


def start(program, port, home):
    address = ["-p", str(port), "-n", "bench"]
    command = {
        "sic-bridge": [BRIDGE, "-h", "127.0.0.1", *address, "--plain"],
        "sic-bridge, json": [BRIDGE, "-h", "127.0.0.1", *address, "--plain",
                             "--format=json"],
        "sic": ["sic", "-h", "127.0.0.1", *address],
        "ii": ["ii", "-s", "127.0.0.1", *address, "-i", home],
    }[program]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if program == "ii" else subprocess.PIPE,
        env=dict(os.environ, HOME=home), cwd=home)


def register(listener):
    peer, _ = listener.accept()
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    heard = b""
    while b"USER" not in heard:
        heard += peer.recv(4096)
    peer.sendall(b":srv 001 bench :hi\r\n:srv 376 bench :End\r\n"
                 b":bench!b@h JOIN :#bench\r\n" + HEAD + b"first\r\n")
    return peer


def wait_for(output, mark):
    tail = b""
    while mark not in tail:
        data = output.read()
        assert data, "the program ended"
        tail = (tail + data)[-4096:]


def latency(peer, output):
    took = []
    for n in range(ROUNDS):
        mark = b"latency%d." % n
        begin = time.perf_counter()
        peer.sendall(HEAD + mark + b"\r\n")
        wait_for(output, mark)
        took.append((time.perf_counter() - begin) * 1000)
        time.sleep(0.0005)
    took.sort()
    return took[len(took) // 2], took[len(took) * 99 // 100]


def rate(peer, output):
    block = [b"".join(HEAD + WORDS + b"%d.\r\n" % n
                      for n in range(start_at, start_at + 1000))
             for start_at in range(0, LINES, 1000)]
    begin = time.perf_counter()
    if os.fork() == 0:
        for piece in block:
            peer.sendall(piece)
        os._exit(0)
    wait_for(output, WORDS + b"%d." % (LINES - 1))
    took = time.perf_counter() - begin
    os.wait()
    return LINES / took


def resident_mib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


def measure(program):
    home = tempfile.mkdtemp()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        process = start(program, listener.getsockname()[1], home)
        try:
            peer = register(listener)
            output = (File(f"{home}/127.0.0.1/#bench/out")
                      if program == "ii" else Pipe(process))
            wait_for(output, b"first")
            p50, p99 = latency(peer, output)
            speed = rate(peer, output)
            return p50, p99, speed, resident_mib(process)
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(home, ignore_errors=True)


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    programs = ["sic-bridge", "sic-bridge, json"] + [
        peer for peer in ("sic", "ii") if shutil.which(peer)]
    results = {program: [] for program in programs}
    for _ in range(RUNS):
        for program in programs:
            results[program].append(measure(program))
    beside = "sic" if "sic" in results else "sic-bridge"
    base = median([r[2] for r in results[beside]])
    print(f"| {RUNS} runs in turn, medians | p50 ms | p99 ms | lines/s of "
          f"{LINES} | × {beside} | RSS MiB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for program in programs:
        p50, p99, speed, rss = (median(column)
                                for column in zip(*results[program]))
        print(f"| {program} | {p50:.3f} | {p99:.3f} | {speed:.0f} | "
              f"{speed / base:.1f} | {rss:.1f} |")


main()
