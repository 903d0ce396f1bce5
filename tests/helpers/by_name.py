#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""by_name.py - changes files of the host below $H by their names, each by another
system call than a shell's commands use."""
import os

h = os.environ["H"] + "/"
os.setxattr(h + "f12", "user.earshot", b"x")
assert os.getxattr(h + "f12", "user.earshot") == b"x"
d = os.open(h, os.O_PATH)
os.chmod("f13", 0o640, dir_fd=d)
os.link("f14", "linked-14", src_dir_fd=d, dst_dir_fd=d)
os.utime("f15", (5, 6), dir_fd=d)
os.rename("f16", "moved-16", src_dir_fd=d, dst_dir_fd=d)
os.chown("f17", 7, 8, dir_fd=d, follow_symlinks=False)
with open(h + "f18", "r+b") as f:
    f.truncate(2)
assert [os.stat(h + n).st_size
        for n in ("f15", "moved-16", "f18")] == [11, 11, 2]
