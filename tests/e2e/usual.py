#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""Usual lines take a short way to their words (speakd/words/short_way.c):
what comes out is what the way of all lines gives. A rule that matches nothing makes
every line take that one, with the same words for all else."""
import os
import random
import subprocess
import sys
import tempfile
from glob import glob

SPEAKD = os.path.join(os.environ["EARSHOT_BIN"], "speakd")
DATA = os.path.join(os.environ["EARSHOT_SRC"], "tests/data")
LONG_WAY = ["--replace=/\\x{10fffd}never/x/"]
SEED = int(os.environ.get("USUAL_SEED", "1"))
LINES = int(os.environ.get("USUAL_LINES", "20000"))

# What rules look for, and what almost is that.
PIECES = [
    b" ", b"  ", b".", b"..", b"...", b"....", b",", b"!", b"!!", b"?", b"?!",
    b":", b"::", b":)", b":-(", b"8)", b"(", b")", b"()", b"((", b"\"", b"'",
    b"-", b"--", b"-rf", b"->", b"/", b"//", b"_", b"*", b"**so**", b"_so_",
    b"#topic x", b"[AGREED] y", b"+1", b"-1", b"0", b"TOPIC: z", b"Please vote on: a",
    b"1 received from bob. 2 for", b"a1", b"x86", b"12", b"12:30", b"12345",
    b"123456", b"1,234", b"3.14", b"v1.2.3", b"2012-12-15", b"(555) 123-4567",
    b"+49 30 1234", b"[ 50%]", b"50% (5/10)", b"5 - 3", b"= b", b"a = b - c",
    b"U.S.A.", b"e.g.", b"foo.c", b"a.b.c.d.e.f.g.h.i.j.k.", b"so... well...",
    b"http://a.bc/d?e=f", b"www.x.org", b"a@b.org", b"deadbeef0123456789",
    b"abcdefghijklmnopqrstuvwxyzabcdefghij", b"y" * 60, b"ha ha ha ha ha",
    b"no no no no", b"KEKW KEKW KEKW KEKW KEKW", b"\xc3\xa9t\xc3\xa9", b"\xe2\x80\xa6",
    b"\xe2\x80\x94", b"\xc2\xb0", b"\xe2\x82\xac", b"\xd0\x9f\xd1\x80", b"\xf0\x9f\x98\x80",
    b"\xe2\x80\x8b", b"\xff", b"\x1b[31m", b"\x1b[2K", b"\x02b\x02", b"\x0304c", b"\t",
    b"\x01ACTION waves\x01", b"\r", b"\x00", b"<bob> ", b"[net] <bob> ", b"\\o/",
    b"<@al>", b"<a@b.org>", b"redis://x/y", b"UTC-5", b"00:1a:2b:3c:4d:5e", b"50%[==>",
    b"n\xc2\xb0", b"caf\xc3\x83\xc2\xa9", b"10.5.6.7 192.0.2.1", b"* bob waves", b"1..10",
    b"bob--", b"a<->b", b"**<bob>** ",
    b"x" * 1100, b"&amp;", b"~", b"`", b"$5", b"C#",
]
HEADS = [b"[12:30] <%s> ", b"[12:30:%02d] <%s> ", b"12:31 <%s> ", b"12:31:%02d <%s> "]
NICKS = [b"al", b"Al", b"bob", b"bob_", b"bob|afk", b"@carol", b"+dave", b"n" * 60, b"eve-away",
         b"-", b"a.b", b"{x}", b"me"]
OTHERS = [b"=== bob is now known as bobby", b"=== al [~a@b.org]  has joined #c",
          b"[12:30]  * bob waves", b"", b"just text"]


def mutated(rng, lines):
    """A line of the logs with something done to it, or one made of pieces."""
    kind = rng.randrange(10)
    if kind == 0:
        return rng.choice(OTHERS)
    if kind < 4:
        head = rng.choice(HEADS)
        nick = rng.choice(NICKS)
        head = head % ((rng.randrange(60), nick) if b"%02d" in head else nick)
        words = [rng.choice(PIECES) if rng.random() < 0.4 else
                 rng.choice([b"so", b"The", b"well", b"a", b"Internet", b"I"])
                 for _ in range(rng.randrange(1, 14))]
        return head + (b"" if rng.random() < 0.2 else b" ").join(words)
    line = bytearray(rng.choice(lines))
    for _ in range(rng.randrange(3)):
        at = rng.randrange(len(line) + 1)
        if rng.random() < 0.5:
            line[at:at] = rng.choice(PIECES)
        else:
            del line[at:at + rng.randrange(1, 4)]
    return bytes(line)


def said(arguments):
    return subprocess.run([SPEAKD, "--print", *arguments], check=True,
                          stdout=subprocess.PIPE).stdout


def same(what, arguments):
    """Say where the two ways differ."""
    short = said(arguments).split(b"\n")
    long = said(arguments + LONG_WAY).split(b"\n")
    for a, b in zip(short, long):
        if a != b:
            print(f"# {what}: short {a!r}\n# {what}: long  {b!r}")
            break
    return short == long


def check(number, name, ok):
    print(f"{'ok' if ok else 'not ok'} {number} - {name}")
    return ok


def main():
    rng = random.Random(SEED)
    logs = sorted(glob(f"{DATA}/irclogs/*.txt")) + sorted(glob(f"{DATA}/streams/*"))
    logs = [log for log in logs if os.path.isfile(log)]
    texts = [open(log, "rb").read() for log in logs]
    lines = [line for text in texts for line in text.split(b"\n")]
    # From a file, which has no clock: a pipe's lines are as far apart as they came.
    made = [lines[0]] * 3 + [mutated(rng, lines) for _ in range(LINES)]
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "made")
        with open(path, "wb") as file:
            file.write(b"\n".join(made) + b"\n")
        sys.exit(0 if compared(logs, path) else 1)


def compared(logs, made):
    """The plan and its tests; made is the file of mutated lines."""
    print("1..4")
    return all([
        check(1, "every log and stream comes out the same on both ways",
              all([same(log, [log]) for log in logs])),
        check(2, f"{LINES} lines made of them do", same("made", [made])),
        check(3, "they do with a nick of mine and every event",
              same("mine", ["--nick=me", "--events=all", made])),
        check(4, "they do without the rules on nicks, words and pastes",
              same("without", ["--without=nick,markup,symbols,pastes,meeting", made])),
    ])


if __name__ == "__main__":
    main()
