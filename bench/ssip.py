#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""ssip.py - one SSIP server's latencies, as a row of a Markdown table.

usage: ssip.py NAME SOCKET PID...

A connected client, PulseAudio's null sink "null0" and its monitor: SPEAK to
the first audible sample (plain lines, and lines that begin with a nick in
brackets), STOP to the last one, SET's round trip while speaking. PIDs: the
processes whose memory counts.
"""
import re
import socket
import sys
import time

from first_sound import Ear

RUNS = 20
PLAIN = ['hello all', 'okay then', 'agreed', 'yes please', 'good idea']
QUOTED = ['<carol> can we', '<carol> hello', '<carol> agreed']
LONG = 'one two three four five six seven eight nine ten ' * 10


class Client:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.bytes = b''

    def command(self, data):
        self.sock.sendall(data)
        while True:
            while b'\r\n' not in self.bytes:
                self.bytes += self.sock.recv(65536)
            line, self.bytes = self.bytes.split(b'\r\n', 1)
            if line[3:4] == b' ' and line[:1] != b'7':
                return line

    def say(self, text):
        self.command(b'SPEAK\r\n')
        self.command(text.encode() + b'\r\n.\r\n')


def first_sound(ear, client, text):
    ear.forget()
    start = time.monotonic()
    client.say(text)
    while time.monotonic() - start < 10:
        time.sleep(0.01)
        first, last = ear.heard()
        if first is not None and time.monotonic() - last > 0.5:
            return (first - start) * 1000
    return float('nan')


def stop(ear, client):
    ear.forget()
    client.say(LONG)
    while ear.heard()[0] is None:
        time.sleep(0.01)
    time.sleep(0.5)
    start = time.monotonic()
    client.command(b'STOP self\r\n')
    time.sleep(0.5)
    return max(0.0, (ear.heard()[1] - start) * 1000)


def round_trip(client):
    start = time.perf_counter()
    client.command(b'SET self RATE 5\r\n')
    return (time.perf_counter() - start) * 1e6


def rss_kb(pid):
    with open('/proc/%s/status' % pid) as status:
        found = re.search(r'VmRSS:\s*(\d+)', status.read())
    return int(found.group(1)) if found else 0  # a module that has ended


def figures(values):
    values = sorted(values)
    return '%.1f / %.1f' % (values[len(values) // 2], values[-1])


def main():
    name, path, pids = sys.argv[1], sys.argv[2], sys.argv[3:]
    ear, client = Ear(), Client(path)
    client.command(b'SET self CLIENT_NAME bench:bench:main\r\n')
    client.command(b'SET self PRIORITY message\r\n')
    for text in PLAIN[:2]:
        first_sound(ear, client, text)
    plain = [first_sound(ear, client, PLAIN[i % 5]) for i in range(RUNS)]
    quoted = [first_sound(ear, client, QUOTED[i % 3]) for i in range(RUNS)]
    stops = [stop(ear, client) for _ in range(5)]
    client.say(LONG)
    trips = sorted(round_trip(client) for _ in range(2000))
    client.command(b'CANCEL self\r\n')
    print('| %s | %s | %s | %s | %.0f / %.0f | %d |' % (
        name, figures(plain), figures(quoted), figures(stops),
        trips[len(trips) // 2], trips[int(len(trips) * .99)],
        sum(rss_kb(pid) for pid in pids)))
    ear.rec.terminate()


main()
