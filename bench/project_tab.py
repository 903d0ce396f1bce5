#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""project_tab.py RUNS SETUP TYPED - one TAB in a real interactive bash.

Prints the median of the milliseconds from the TAB to the last byte of what
it completes (TYPED must have one completion, the last word's rest and a
blank; it is taken away again with Ctrl-U).
"""
import os
import select
import statistics
import sys
import time

import pexpect


def read_until_quiet(fd, first_s, quiet_s):
    """The time of the last byte; None when there is none in first_s."""
    last, wait = None, first_s
    while select.select([fd], [], [], wait)[0]:
        os.read(fd, 65536)
        last, wait = time.monotonic(), quiet_s
    return last


def main():
    runs, setup, typed = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    child = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"],
                          env=dict(os.environ, TERM="dumb", PS1="@@ ",
                                   INPUTRC="/dev/null"),
                          encoding="utf-8", dimensions=(50, 200))
    child.delaybeforesend = None
    for line in ("bind 'set bell-style none'",
                 "bind 'set enable-bracketed-paste off'",
                 "bind 'set completion-query-items 0'", setup):
        child.sendline(line)
    child.sendline("echo ready''now")
    child.expect("readynow\r\n")
    fd, times = child.child_fd, []
    read_until_quiet(fd, 1, 0.3)
    for n in range(runs + 2):
        os.write(fd, typed.encode())
        read_until_quiet(fd, 1, 0.1)
        start = time.monotonic()
        os.write(fd, b"\t")
        end = read_until_quiet(fd, 30, 0.3)
        if end is None:
            sys.exit("nothing was completed")
        if n >= 2:
            times.append((end - start) * 1000)
        os.write(fd, b"\x15")
        read_until_quiet(fd, 1, 0.1)
    child.close(force=True)
    print(f"{statistics.median(times):.2f}")


if __name__ == "__main__":
    main()
