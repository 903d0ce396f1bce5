#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""symbols.py circles|unused OBJECTS_DIR [TEST_DIR...]

circles: files that need each other's symbols, a circle a line.
unused: functions and tables that no other file needs: they are to be static,
or to go. What a unit test names is used.
"""
import os
import re
import subprocess
import sys


def objects(top):
    """The object files whose source still exists, as paths below top."""
    for where, _, names in os.walk(top):
        for name in names:
            path = os.path.relpath(os.path.join(where, name), top)
            if name.endswith(".o") and os.path.exists(path[:-1] + "c"):
                yield path


def read(top):
    """({symbol: file}, {file: symbols it needs})"""
    made, needed = {}, {path: set() for path in objects(top)}
    text = subprocess.check_output(
        ["nm", "--portability", "--print-file-name"] + sorted(needed),
        cwd=top).decode()
    for line in text.splitlines():
        path, name, kind = line.split()[:3]
        path = path.rstrip(":")
        if kind == "U":
            needed[path].add(name)
        elif kind in "TDBRCVW" and name != "main":
            # A test may stand in for a file of ours: tests/ comes last.
            made.setdefault(name, path)
    return made, needed


def circles(made, needed):
    """The circles of more than one file: Tarjan's algorithm."""
    edges = {path: sorted({made[name] for name in names
                           if made.get(name, path) != path})
             for path, names in needed.items()}
    order, low, stack, found = {}, {}, [], []

    def visit(path):
        order[path] = low[path] = len(order)
        stack.append(path)
        for other in edges[path]:
            if other not in order:
                visit(other)
            if other in stack:
                low[path] = min(low[path], low[other])
        if low[path] == order[path]:
            at = stack.index(path)
            found.append(sorted(stack[at:]))
            del stack[at:]

    for path in sorted(edges):
        if path not in order:
            visit(path)
    return [one for one in found if len(one) > 1]


def unused(made, needed, tests):
    """Symbols that are nobody's but their own file's."""
    used = set().union(*needed.values())
    for top in tests:
        for where, _, names in os.walk(top):
            for name in names:
                if name.endswith(".c"):
                    with open(os.path.join(where, name),
                              encoding="utf-8") as text:
                        used |= set(re.findall(r"\w+", text.read()))
    return sorted(set(made) - used)


def main():
    sys.setrecursionlimit(10000)
    what, top, tests = sys.argv[1], sys.argv[2], sys.argv[3:]
    made, needed = read(top)
    assert len(needed) > 50, "not built"
    if what == "circles":
        for one in circles(made, needed):
            print(" ".join(path[:-1] + "c" for path in one))
    else:
        for name in unused(made, needed, tests):
            print(made[name][:-1] + "c: " + name)


main()
