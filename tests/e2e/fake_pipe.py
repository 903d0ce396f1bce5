#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""fake_pipe.py MODE PIDS - a command for --engine=pipe:, slow to load.

It writes its process number to the file PIDS, and says each word as 200 ms of a
tone in pieces of 50.
"""
import array
import math
import os
import select
import sys
import time

RATE_HZ, TONE_HZ = 24000, 500
MODE, PIDS = sys.argv[1:3]


def read_exactly(count):
    data = b""
    while len(data) < count:
        more = os.read(0, count - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def get_line():
    line = b""
    while not line.endswith(b"\n"):
        line += read_exactly(1)
    return line[:-1].decode()


def is_stopped():
    return bool(select.select([0], [], [], 0)[0]) and get_line() == "stop"


def put(data):
    while data:
        data = data[os.write(1, data):]


def sound(ms):
    samples = array.array("h", (
        int(9000 * math.sin(2 * math.pi * TONE_HZ * i / RATE_HZ))
        for i in range(RATE_HZ * ms // 1000)))
    put(b"sound %d\n" % (2 * len(samples)) + samples.tobytes())


def say(text):
    if MODE == "dies":
        sys.exit(3)
    if MODE == "garbage":
        put(b"RIFF....WAVE" * 1000)
    if MODE == "fails":
        put(b"failed no voice\n")
        return
    put(b"format %d\n" % RATE_HZ)
    offset = 0
    for word in text.split(" "):
        put(b"mark %d\n" % offset)
        for _ in range(4):
            if is_stopped():
                put(b"stopped\n")
                return
            sound(50)
        offset += len(word) + 1
    put(b"end\n")


with open(PIDS, "a", encoding="ascii") as pids:
    pids.write("%d\n" % os.getpid())
time.sleep(1)
while True:
    verb, size, *_ = get_line().split(" ")
    if verb == "say":
        words = read_exactly(int(size) + 1)[:-1].decode()
        say(words)
    elif verb == "stop":
        put(b"stopped\n")
