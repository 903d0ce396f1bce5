#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""first_sound.py - from a line written to its first audible sample.

usage: first_sound.py [-n LINES] [--warm S] --lines FILE COMMAND...

COMMAND (run by sh) reads lines on its standard input and plays them on the
PulseAudio null sink "null0", whose monitor is recorded. The next line is
written when the one before has been silent for a while, so that every line
meets a silent program. The first lines only warm up. Blocks of the null sink
make single figures +-8 ms uncertain: compare medians of 20 lines and more.

Prints one row of a Markdown table: p50 | p90 | max | lines not heard.
"""
import argparse
import array
import os
import signal
import subprocess
import threading
import time

RATE = 22050
LOUD = 200          # of 32767
SILENCE_S = 0.7     # the line is over
LIMIT_S = 8.0       # a line that is not heard
WARM_LINES = 2


class Ear:
    """The monitor's first and last loud sample since forget()."""

    def __init__(self):
        self.rec = subprocess.Popen(
            ['parec', '-d', 'null0.monitor', '--format=s16le', '--channels=1',
             '--rate=%d' % RATE, '--latency-msec=5', '--raw'],
            stdout=subprocess.PIPE)
        self.lock = threading.Lock()
        self.first = self.last = None
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            data = os.read(self.rec.stdout.fileno(), 65536)
            if not data:
                return
            now = time.monotonic()
            s = array.array('h')
            s.frombytes(data[:len(data) // 2 * 2])
            if max(s) <= LOUD and min(s) >= -LOUD:
                continue
            loud = [i for i, v in enumerate(s) if abs(v) > LOUD]
            with self.lock:
                if self.first is None:
                    self.first = now - (len(s) - loud[0]) / RATE
                self.last = now - (len(s) - loud[-1]) / RATE

    def forget(self):
        with self.lock:
            self.first = self.last = None

    def heard(self):
        with self.lock:
            return self.first, self.last


def time_line(ear, proc, line):
    """Milliseconds to the first sample; None when it was not heard."""
    ear.forget()
    start = time.monotonic()
    proc.stdin.write(line.encode() + b'\n')
    proc.stdin.flush()
    while time.monotonic() - start < LIMIT_S:
        time.sleep(0.02)
        first, last = ear.heard()
        if first is not None and time.monotonic() - last > SILENCE_S:
            return (first - start) * 1000
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument('-n', type=int, default=24)
    p.add_argument('--warm', type=float, default=1.0)
    p.add_argument('--lines', required=True)
    p.add_argument('command', nargs=argparse.REMAINDER)
    a = p.parse_args()
    lines = open(a.lines).read().splitlines()
    ear = Ear()
    proc = subprocess.Popen(['sh', '-c', ' '.join(a.command)],
                            stdin=subprocess.PIPE, start_new_session=True,
                            stdout=subprocess.DEVNULL)
    time.sleep(a.warm)
    found = [time_line(ear, proc, lines[i % len(lines)])
             for i in range(a.n + WARM_LINES)][WARM_LINES:]
    os.killpg(proc.pid, signal.SIGKILL)
    ear.rec.kill()
    heard = sorted(x for x in found if x is not None)
    if heard:
        print('%.1f | %.1f | %.1f | %d' % (
            heard[len(heard) // 2], heard[int(len(heard) * .9)], heard[-1],
            len(found) - len(heard)))
    else:
        print('- | - | - | %d' % len(found))


if __name__ == '__main__':
    main()
