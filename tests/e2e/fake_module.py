#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""fake_module.py MODE - an output module as speech-dispatcher has them.

It says each word as 200 ms of a tone (in stereo, big-endian, escaped), with a
mark in front, or does what its mode says: a thing that real ones were seen to
do, or could.
"""
import array
import math
import os
import re
import select
import signal
import sys
import time

RATE_HZ, TONE_HZ, WORD_MS = 16000, 500, 200
MODE = os.path.basename(sys.argv[1])


def put(*lines):
    os.write(1, "".join(line + "\n" for line in lines).encode())


def get_line():
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(0)
        line += byte
    return line[:-1].decode()


def get_lines():
    lines = []
    while not lines or lines[-1] != ".":
        lines.append(get_line())
    return lines[:-1]


def is_stopped():
    return bool(select.select([0], [], [], 0)[0]) and get_line() == "STOP"


def sound(ms, bits=16, rate_hz=RATE_HZ):
    samples = array.array("h")
    for i in range(RATE_HZ * ms // 1000):
        value = int(9000 * math.sin(2 * math.pi * TONE_HZ * i / RATE_HZ))
        samples.extend((value, value))
    samples.byteswap()
    escaped = bytearray()
    for byte in samples.tobytes():
        escaped += bytes((0x7d, byte ^ 0x20)) if byte in (0x7d, 0x0a) \
            else bytes((byte,))
    put("705-bits=%d" % bits, "705-num_channels=2",
        "705-sample_rate=%d" % rate_hz,
        "705-num_samples=%d" % (len(samples) // 2), "705-big_endian=1")
    os.write(1, b"705-AUDIO\0" + bytes(escaped) + b"\n705 AUDIO\n")


def note(line):
    with open(os.environ["FAKE_MODULE_LOG"], "a", encoding="utf-8") as log:
        log.write(line + "\n")


def wait_in_vain(seconds):
    """Stopped for so long, as by a machine that has no time for it."""
    if os.fork() == 0:
        time.sleep(seconds)
        os.kill(os.getppid(), signal.SIGCONT)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGSTOP)
    os.wait()


def speak(text):
    if MODE == "slow":
        wait_in_vain(3)  # a reply may take two, while the module could run
    if MODE == "hang":
        note("hangs %d" % os.getpid())
        time.sleep(1000)
    if MODE == "refuses":
        put("301 ERROR CANT SPEAK")
        return
    put("200 OK SPEAKING", "701 BEGIN")
    if MODE == "block":
        os.write(1, b"705-bits=16\n705-num_channels=1\n705-sample_rate=16000\n"
                    b"705-big_endian=0\n705-AUDIO\0" + b"x" * 60000)
        os._exit(1)
    if MODE == "garbage":
        os.write(1, os.urandom(200000).replace(b"705-", b"xxx-"))
        time.sleep(1000)
    if MODE == "line":
        while True:
            os.write(1, b"7" * 65536)
    for part in re.split(r"(<[^>]*>|\s+)", text):
        mark = re.match(r'<mark name="(.*)"/>', part)
        if mark:
            put("700-" + mark.group(1), "700 INDEX MARK")
        elif part.strip() and not part.startswith("<"):
            sound(WORD_MS, 8 if MODE == "lies" else 16)
        while MODE == "flood" and not is_stopped():
            sound(WORD_MS)
        if MODE == "flood" or is_stopped():
            put("703 STOP")
            return
    put("702 END")


def main():
    while True:
        command = get_line()
        if command == "INIT":
            if MODE == "mute":
                time.sleep(1000)
            # It says so all the time, so that it is not taken for hung.
            while MODE == "loads" and not os.path.exists(
                    os.environ["FAKE_MODULE_LOG"] + ".go"):
                put("299-loading")
                time.sleep(0.05)
            if MODE == "broken":
                put("399-no licence", "399 ERR CANT INIT MODULE")
                return
            if MODE == "gone":
                return
            put("299-fine", "299 OK LOADED SUCCESSFULLY")
        elif command == "AUDIO":
            put("207 OK RECEIVING AUDIO SETTINGS")
            get_lines()
            put("203 OK AUDIO INITIALIZED")
        elif command == "LOGLEVEL":
            put("207 OK RECEIVING LOGLEVEL SETTINGS")
            get_lines()
            put("203 OK LOG LEVEL SET")
        elif command == "SET":
            put("203 OK RECEIVING SETTINGS")
            lines = get_lines()
            note(" ".join(lines))
            put("203 OK SETTINGS RECEIVED")
        elif command == "LIST VOICES":
            put("200-Tony\ten\tnone", "200-Ulla\tde\tnone",
                "200 OK VOICE LIST SENT")
        elif command in ("SPEAK", "CHAR"):
            put("202 OK RECEIVING MESSAGE")
            speak("\n".join(get_lines()))
        elif command == "QUIT":
            put("210 OK QUIT")
            return


main()
