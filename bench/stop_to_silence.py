#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""stop_to_silence.py - from the second signal to the last audible sample.

usage: stop_to_silence.py [-n RUNS] SPEAKD

Starts SPEAKD on a long phrase that is voiced throughout, sends it INT and TERM
while it speaks, and finds the end of that sound in what innocent_ear.py heard on
the sink "null0". Prints a row of a Markdown table.
"""
import argparse
import signal
import subprocess
import sys
import time

from innocent_ear import CLOCK_S, Ear

TEXT = 'we were away a year ago and are in a low area now ' * 10
PAUSE_S = 0.1  # a shorter silence does not end a sound


def once(speakd, number):
    """The moment when it was told to stop."""
    proc = subprocess.Popen([speakd, '--alone', '--format=plain'],
                            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    proc.stdin.write(TEXT.encode() + b'\n')
    proc.stdin.flush()
    time.sleep(2 + number * 0.618 % 1)
    stop = time.monotonic()
    proc.send_signal(signal.SIGINT)
    proc.send_signal(signal.SIGTERM)
    proc.wait()
    time.sleep(1.2)
    return stop


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=10)
    parser.add_argument('speakd')
    args = parser.parse_args()
    ear = Ear('null0')
    stops = [once(args.speakd, number) for number in range(args.n)]
    ear.hear()
    times = sorted((b - stop) * 1000 for stop in stops
                   for a, b in ear.sounds(PAUSE_S) if a < stop < b + CLOCK_S)
    print('stop_to_silence.py: ' + ear.clock(), file=sys.stderr)
    if not times:
        sys.exit('stop_to_silence.py: nothing was heard')
    print('| %.1f | %.1f | %d of %d |' % (times[len(times) // 2], times[-1],
                                         len(times), args.n))


main()
