#!/usr/bin/env python3
"""first_pcm.py - from a line written to the first sample that is not silent.

usage: first_pcm.py [-n LINES] [--lines FILE] [--gap S] -- COMMAND
COMMAND is run by sh; it follows the file $FEED and writes raw or WAV PCM to
descriptor 9. No sound system is in the way, so the figures are exact: what is
timed is text to PCM. Prints p50, p90 and max in milliseconds, and how many
lines gave no sound within the gap.
"""
import argparse
import array
import os
import select
import signal
import subprocess
import tempfile
import time

LOUD = 200
WARM = 2

p = argparse.ArgumentParser()
p.add_argument('-n', type=int, default=20)
p.add_argument('--lines', required=True)
p.add_argument('--gap', type=float, default=1.5)
p.add_argument('command', nargs=argparse.REMAINDER)
a = p.parse_args()
command = ' '.join(a.command[1:] if a.command[0] == '--' else a.command)
with open(a.lines) as f:
    lines = f.read().splitlines()


def first_loud(fd, until):
    """Time of the first loud sample on fd, or None; reads on until then."""
    rest = b''
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            return None
        data = rest + os.read(fd, 65536)
        now = time.monotonic()
        samples = array.array('h')
        samples.frombytes(data[:len(data) // 2 * 2])
        rest = data[len(data) // 2 * 2:]
        # A WAV header's sizes are no sound: it is 22 samples at the most.
        if len(samples) > 40 and max(map(abs, samples[22:])) > LOUD:
            return now


def drain(fd, until):
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return
        if select.select([fd], [], [], left)[0]:
            os.read(fd, 65536)


feed = tempfile.NamedTemporaryFile('w', delete=False)
reader, writer = os.pipe()
os.dup2(writer, 9)
os.set_inheritable(9, True)
os.close(writer)
child = subprocess.Popen(['sh', '-c', command], pass_fds=[9],
                         env=dict(os.environ, FEED=feed.name),
                         stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         start_new_session=True)
os.close(9)
time.sleep(2)
times, missed = [], 0
for i in range(a.n + WARM):
    start = time.monotonic()
    feed.write(lines[i % len(lines)] + '\n')
    feed.flush()
    heard = first_loud(reader, start + a.gap)
    if i >= WARM and heard is not None:
        times.append((heard - start) * 1000)
    elif i >= WARM:
        missed += 1
    drain(reader, start + a.gap)
os.killpg(child.pid, signal.SIGKILL)
child.wait()
os.unlink(feed.name)
times.sort()
if times:
    print('%.1f | %.1f | %.1f | %d' % (
        times[len(times) // 2], times[int(0.9 * len(times))], times[-1],
        missed))
else:
    print('- | - | - | %d' % missed)
