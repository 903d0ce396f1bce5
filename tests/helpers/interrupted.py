#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""interrupted.py - calls that wait for a copy of a file of the host below $H, under
a storm of signals, and from processes that are killed meanwhile."""
import os
import signal

h = os.environ["H"]
count = 0


def tick(*_):
    global count
    count += 1


signal.signal(signal.SIGALRM, tick)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
for i in range(1, 201):
    os.chmod(f"{h}/many/{i}", 0o600)
    os.truncate(f"{h}/many/{i}", 1)
assert count > 0
signal.setitimer(signal.ITIMER_REAL, 0)
for i in range(30):
    pid = os.fork()
    if pid == 0:
        while True:
            os.chmod(h + "/big", 0o600 + i)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
os.chmod(h + "/big", 0o777)
assert os.stat(h + "/big").st_mode & 0o777 == 0o777
