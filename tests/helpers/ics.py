#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""ics.py FILE [TEXT...] - FILE is a calendar, folded as RFC 5545 says, of two events,
and has each TEXT once unfolded; \\n in it stands for the end of a line."""
import sys

with open(sys.argv[1], "rb") as file:
    raw = file.read()
assert raw.endswith(b"END:VCALENDAR\r\n")
assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
text = raw.replace(b"\r\n ", b"").decode()
assert text.count("BEGIN:VEVENT") == 2
for wanted in sys.argv[2:]:
    assert wanted.replace("\\n", "\r\n") in text, wanted
