#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""slow_sink.py - plays nothing, but takes a tenth of the time that sound takes.

A sound card without a sound card, ten times as fast: raw 16-bit mono PCM at
22050 Hz on standard input.
"""
import os
import time

SPEED = 10
BYTES_PER_SECOND = 22050 * 2

start = time.monotonic()
played = 0.0
while True:
    piece = os.read(0, 4096)
    if not piece:
        break
    now = time.monotonic()
    # What was silent in between was not played.
    start = max(start, now - played)
    played += len(piece) / BYTES_PER_SECOND / SPEED
    time.sleep(max(0.0, start + played - now))
