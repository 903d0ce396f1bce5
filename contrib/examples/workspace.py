#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""workspace.py - a workspace made, broken, gone back to, cloned and shipped.

    ./workspace.py BASE [PROGRAM]

The class is enough of a binding to be copied: ctypes and nothing else.
"""
import ctypes
import os
import sys

LIBRARY = ctypes.CDLL("libearshot-workspace.so.0")


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("usage", ctypes.c_int),
                ("text", ctypes.c_char * 640)]


LIBRARY.earshot_ws_rows_text.restype = ctypes.c_char_p
LIBRARY.earshot_ws_rows_number.restype = ctypes.c_int64
LIBRARY.earshot_ws_rows_count.restype = ctypes.c_size_t


def words(*texts):
    """A NULL-terminated list of C strings."""
    return (ctypes.c_char_p * (len(texts) + 1))(*map(os.fsencode, texts))


class Workspaces:
    def __init__(self, program=None):
        self.handle = ctypes.c_void_p()
        self("open", program and os.fsencode(program),
             ctypes.byref(self.handle), connection=False)

    def __call__(self, name, *args, connection=True):
        error = Error()
        function = getattr(LIBRARY, "earshot_ws_" + name)
        first = [self.handle] if connection else []
        if function(*first, *args, ctypes.byref(error)) < 0:
            raise OSError(error.code, error.text.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LIBRARY.earshot_ws_close(self.handle)

    def create(self, name, *options):
        self("create", name.encode(), words(*options))

    def snap(self, name, comment):
        number = ctypes.c_uint()
        self("snap", name.encode(), comment.encode(), ctypes.byref(number))
        return number.value

    def restore(self, state):
        number, saved = ctypes.c_uint(), ctypes.c_uint()
        self("restore", state.encode(), ctypes.byref(number),
             ctypes.byref(saved))
        return number.value, saved.value

    def clone(self, state, new_name):
        self("clone", state.encode(), new_name.encode())

    def destroy(self, state):
        self("destroy", state.encode())

    def export(self, state, file, *options):
        self("export", state.encode(), file.fileno(), words(*options))

    def import_(self, file, new_name, *options):
        self("import", file.fileno(), new_name.encode(), words(*options))

    def run(self, name, *argv, fds=None):
        """Its exit code."""
        command, code = ctypes.c_void_p(), ctypes.c_int()
        self("run", name.encode(), None, words(*argv),
             fds and (ctypes.c_int * 3)(*fds), ctypes.byref(command))
        try:
            self("command_wait", command, ctypes.byref(code),
                 connection=False)
        finally:
            LIBRARY.earshot_ws_command_free(command)
        return code.value

    def rows(self, call, *args, texts=(), numbers=()):
        """A tuple for each row of list, snapshots or diff."""
        rows = ctypes.c_void_p()
        self(call, *(arg.encode() for arg in args), ctypes.byref(rows))
        found = [
            tuple(LIBRARY.earshot_ws_rows_text(
                rows, ctypes.c_size_t(i), key.encode()).decode()
                for key in texts) +
            tuple(LIBRARY.earshot_ws_rows_number(
                rows, ctypes.c_size_t(i), key.encode(), ctypes.c_int64(0))
                for key in numbers)
            for i in range(LIBRARY.earshot_ws_rows_count(rows))]
        LIBRARY.earshot_ws_rows_free(rows)
        return found


def run(ws, name, script):
    sys.stdout.flush()
    code = ws.run(name, "sh", "-c", script)
    if code != 0:
        print(f"exit {code}")


def main(base="host", program=None):
    with Workspaces(program) as ws:
        ws.create("demo", "--base", base)
        run(ws, "demo", "echo one >/etc/state")
        print(f"demo@{ws.snap('demo', 'it works')}")

        run(ws, "demo",
            "echo two >/etc/state; echo more >/etc/more; exit 3")
        for change, path in ws.rows("diff", "demo@1",
                                    texts=("change", "path")):
            print(change, path)
        number, saved = ws.restore("demo@1")
        print(f"back in demo@{number}, before that demo@{saved}")
        run(ws, "demo", "cat /etc/state")

        ws.clone("demo@2", "demo-clone")
        run(ws, "demo-clone", "cat /etc/state")
        with os.fdopen(os.memfd_create("archive"), "w+b") as file:
            ws.export("demo", file)
            file.seek(0)
            ws.import_(file, "demo-copy")
        run(ws, "demo-copy", "cat /etc/state")
        try:
            ws.create("demo", "--base", base)
        except OSError as error:
            print(f"error {error.errno}: {error.strerror}")
        for name, count in ws.rows("list", texts=("name",),
                                   numbers=("snapshots",)):
            print(f"{name}: {count} snapshots")

        for name in "demo", "demo-clone", "demo-copy":
            ws.destroy(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
