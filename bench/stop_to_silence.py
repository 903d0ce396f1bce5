#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""stop_to_silence.py - from a stop to the last audible sample.

usage: stop_to_silence.py [-n RUNS] SPEAKD

Starts SPEAKD on a long phrase, waits until it is heard at the monitor of the
null sink "null0", sends it INT and TERM, and times the last loud sample. A
figure may be below 0 by the block that the sink hands to its monitor early.
"""
import argparse
import signal
import subprocess
import time

from first_sound import Ear

TEXT = 'one two three four five six seven eight nine ten eleven twelve ' * 5
SILENCE_S = 0.7
LIMIT_S = 20


def once(ear, speakd):
    ear.forget()
    proc = subprocess.Popen([speakd, '--format=plain'], stdin=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    proc.stdin.write(TEXT.encode() + b'\n')
    proc.stdin.flush()
    limit = time.monotonic() + LIMIT_S
    while ear.heard()[0] is None and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(1)
    stop = time.monotonic()
    proc.send_signal(signal.SIGINT)
    proc.send_signal(signal.SIGTERM)
    proc.wait()
    while time.monotonic() - ear.heard()[1] < SILENCE_S:
        time.sleep(0.02)
    return (ear.heard()[1] - stop) * 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=10)
    parser.add_argument('speakd')
    args = parser.parse_args()
    ear = Ear()
    times = sorted(once(ear, args.speakd) for _ in range(args.n))
    ear.rec.terminate()
    print('| %.1f | %.1f |' % (times[len(times) // 2], times[-1]))


main()
