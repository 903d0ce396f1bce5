# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""rpc.py - a client of "project-workspace --rpc", for tests."""
# Tests take these from here.
# pylint: disable=unused-import
import array
import json
import os
import select
import signal
import socket
import subprocess


class Rpc:
    def __init__(self, program):
        self.sock, theirs = socket.socketpair()
        self.sock.settimeout(30)
        self.process = subprocess.Popen(
            [program, "--rpc", str(theirs.fileno())],
            pass_fds=[theirs.fileno()])
        theirs.close()
        self.input, self.fds, self.last = b"", [], 0
        self.hello = self.answer()

    def answer(self):
        while b"\n" not in self.input:
            rights = socket.CMSG_SPACE(32)
            data, ancillary, _, _ = self.sock.recvmsg(65536, rights)
            assert data, "the server has ended"
            self.input += data
            for _, _, fds in ancillary:
                self.fds.extend(array.array("i", fds))
        line, self.input = self.input.split(b"\n", 1)
        return json.loads(line)

    def ends(self):
        return self.input == b"" and self.sock.recv(1) == b""

    def send(self, data, fds=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                   array.array("i", fds))] if fds else []
        sent = self.sock.sendmsg([data], rights)
        self.sock.sendall(data[sent:])
        return self.answer()

    def request(self, *words, fds=None, **more):
        """fds: {what it becomes: descriptor}. Its number."""
        self.last += 1
        fds = fds or {}
        more.update(id=self.last, words=words, fds=list(fds))
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                   array.array("i", fds.values()))] if fds else []
        self.sock.sendmsg([json.dumps(more).encode() + b"\n"], rights)
        return self.last

    def call(self, *words, **more):
        number = self.request(*words, **more)
        answer = self.answer()
        assert answer["id"] == number, answer
        return answer

    def close(self):
        self.sock.close()


def ok(answer, results=None):
    assert answer["exit"] == 0 and "error" not in answer, answer
    assert results is None or answer["results"] == results, answer


def failed(answer, number, text, usage=False):
    error = answer["error"]
    assert number in (None, error["errno"]), answer
    assert text in error["text"], answer
    assert number is None or error["usage"] == usage, answer
    assert answer["exit"] == (2 if error["usage"] else 1), answer
