#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""library_fails.py PROGRAM - libearshot-workspace when its program is gone, or none."""
import os
import signal
import sys

sys.path.insert(0, os.environ["PYTHONPATH"] + "/examples")
from workspace import Workspaces  # noqa: E402


def fails(number, call, *args):
    try:
        call(*args)
    except OSError as e:
        assert e.errno == number, e
    else:
        assert False, number


fails(2, Workspaces, "/nonexistent")
fails(32, Workspaces, "/bin/true")
with Workspaces(sys.argv[1]) as ws:
    fails(22, ws.create, "x", "--fly")
    fails(84, ws.create, "x", b"\xff")
    with open(f"/proc/self/task/{os.getpid()}/children",
              encoding="ascii") as file:
        child = int(file.read())
    os.kill(child, signal.SIGKILL)
    fails(32, ws.create, "x")
    fails(32, ws.create, "x")
