#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""look.py DIR ZERO BASE - all there is to a tree, its ids as they are inside: ZERO on
disk is 0, BASE + n is n."""
import os
import stat
import struct
import sys

TOP, ZERO, BASE = os.fsencode(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


def inside(i):
    """The id as it is inside, or where it is on disk when it has none."""
    if i == ZERO:
        return 0
    return i - BASE if 0 < i - BASE < 60000 else f"id{i}"


def acl(path, name):
    try:
        a = os.getxattr(path, name)
    except OSError:
        return []
    return [(tag, perm, inside(i) if tag in (2, 8) else i)
            for tag, perm, i in struct.iter_unpack("<HHI", a[4:])]


def caps(path):
    """Of revision 3 with a root that is not 0, of revision 2 without."""
    try:
        c = os.getxattr(path, "security.capability")
    except OSError:
        return None
    root = struct.unpack("<I", c[20:])[0] if len(c) == 24 else 0
    return c[3] == (3 if root else 2) and (c[0], c[4:20], inside(root))


def show(path):
    s = os.lstat(path)
    print(path, inside(s.st_uid), inside(s.st_gid), oct(s.st_mode), s.st_nlink,
          s.st_size, s.st_mtime_ns, s.st_rdev,
          os.readlink(path) if stat.S_ISLNK(s.st_mode) else
          (acl(path, "system.posix_acl_access"),
           acl(path, "system.posix_acl_default"), caps(path)))


os.chdir(TOP)
for place, dirs, files in os.walk(b"."):
    dirs.sort()
    show(place)
    links = [d for d in dirs if os.path.islink(os.path.join(place, d))]
    for name in sorted(files + links):
        show(os.path.join(place, name))
