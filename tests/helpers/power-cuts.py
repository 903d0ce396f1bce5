#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""power-cuts.py FILE MOUNT-POINT DIRECTORY - a disk that remembers its flushes.

Shows FILE as MOUNT-POINT, a regular file that is there already: a file system of
that one file, by the kernel's FUSE protocol. At each flush (fsync) DIRECTORY gets
NUMBER, a copy of it as it is then (FICLONE: the directory is on a file system
that shares contents). With a loop device on it, those are the states that a power
cut may leave of a disk with a volatile cache: what was written after the last
flush is lost. Ends when MOUNT-POINT is unmounted.
"""

import ctypes
import errno
import fcntl
import os
import stat
import struct
import sys

FICLONE = 0x40049409
IN_HEADER = struct.Struct("=IIQQIIII")
OUT_HEADER = struct.Struct("=IiQ")
WRITE_MAX = 1 << 20
(
    FORGET, GETATTR, SETATTR, OPEN, READ, WRITE, STATFS, RELEASE, FSYNC, FLUSH,
    INIT, ACCESS, INTERRUPT, DESTROY, BATCH_FORGET,
) = (2, 3, 4, 14, 15, 16, 17, 18, 20, 25, 26, 34, 36, 38, 42)  # fmt: skip
# What has no answer.
SILENT = {FORGET, INTERRUPT, BATCH_FORGET}
BIG_WRITES, MAX_PAGES = 1 << 5, 1 << 22


class Disk:
    def __init__(self, path, directory):
        self.file = os.open(path, os.O_RDWR)
        self.directory = directory
        self.cuts = 0

    def attributes(self, _):
        st = os.fstat(self.file)
        times = [int(st.st_atime), int(st.st_mtime), int(st.st_ctime)]
        return struct.pack("=QII", 3600, 0, 0) + struct.pack(
            "=QQQQQQIIIIIIIIII",
            *(1, st.st_size, st.st_blocks, *times, 0, 0, 0),
            *(stat.S_IFREG | 0o600, 1, 0, 0, 0, 4096, 0),
        )

    def begin(self, data):
        major, _minor, readahead, flags = struct.unpack_from("=IIII", data)
        assert major == 7
        return struct.pack(
            "=IIIIHHIIHHI28x", 7, 31, readahead, flags & (BIG_WRITES | MAX_PAGES),
            16, 12, WRITE_MAX, 1, WRITE_MAX // 4096, 0, 0,
        )  # fmt: skip

    def open(self, _):
        return struct.pack("=QII", 1, 0, 0)

    def read(self, data):
        _, offset, size = struct.unpack_from("=QQI", data)
        return os.pread(self.file, size, offset)

    def write(self, data):
        _, offset, size = struct.unpack_from("=QQI", data)
        os.pwrite(self.file, data[40 : 40 + size], offset)
        return struct.pack("=II", size, 0)

    def flush(self, _):
        """The copy has its name when it is whole."""
        name = f"{self.directory}/{self.cuts:06}"
        with open(name + ".new", "wb") as copy:
            fcntl.ioctl(copy, FICLONE, self.file)
        os.rename(name + ".new", name)
        self.cuts += 1
        return b""

    def status(self, _):
        return bytes(80)

    def nothing(self, _):
        return b""

    ANSWERS = {
        GETATTR: attributes, SETATTR: attributes, OPEN: open, READ: read,
        WRITE: write, STATFS: status, RELEASE: nothing, FSYNC: flush,
        FLUSH: nothing, INIT: begin, ACCESS: nothing, DESTROY: nothing,
    }  # fmt: skip


def mount(device, target):
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={device},rootmode=100600,user_id=0,group_id=0,allow_other"
    if libc.mount(b"power-cuts", target.encode(), b"fuse", 0, options.encode()) != 0:
        sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")


def serve(device, disk):
    while True:
        try:
            request = os.read(device, WRITE_MAX + 4096)
        except OSError as e:
            if e.errno == errno.ENODEV:  # unmounted
                return
            if e.errno in (errno.EINTR, errno.ENOENT):
                continue
            raise
        length, opcode, unique, *_ = IN_HEADER.unpack_from(request)
        if opcode in SILENT:
            continue
        answer, error = b"", -errno.ENOSYS
        if opcode in Disk.ANSWERS:
            try:
                data = request[IN_HEADER.size : length]
                answer, error = Disk.ANSWERS[opcode](disk, data), 0
            except OSError as e:
                error = -e.errno
        os.write(device, OUT_HEADER.pack(16 + len(answer), error, unique) + answer)


def main():
    path, target, directory = sys.argv[1:]
    disk = Disk(path, directory)
    device = os.open("/dev/fuse", os.O_RDWR)
    mount(device, target)
    if os.fork() == 0:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        serve(device, disk)
        os._exit(0)
    # Only with the answer to its first request is it mounted.
    os.close(device)
    os.stat(target)


main()
