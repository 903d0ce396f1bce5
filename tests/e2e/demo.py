#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""demo.py - make demo's script at a terminal: it shows what is being said, and
Ctrl-C stops it at once and leaves nothing behind. Prints TAP."""
import os
import subprocess
import sys
import tempfile

import pexpect

SRC = os.environ['EARSHOT_SRC']
BIN = os.environ['EARSHOT_BIN']


def check(number, name, good, why=''):
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        print('# ' + str(why).replace('\n', '\n# '))
    return good


def running(home):
    """Programs of ours whose HOME is home."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/environ', 'rb') as f:
                environ = f.read()
            with open(f'/proc/{pid}/comm') as f:
                name = f.read().strip()
        except OSError:
            continue
        if f'HOME={home}'.encode() in environ.split(b'\0'):
            found.append((pid, name))
    return found


def main():
    good = True
    print('1..4')
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=home,
                   EARSHOT_BIN=BIN)
        demo = pexpect.spawn(os.path.join(SRC, 'contrib/demo'), env=env,
                             timeout=60, encoding='utf-8')
        demo.expect(r'\d+ phrases')
        good &= check(1, 'it says where the sound goes', True)
        demo.expect(r'\[1/(\d+)\] \S+')
        good &= check(2, 'the line being said is shown with the progress',
                      int(demo.match.group(1)) > 100, demo.match.group(0))
        demo.sendintr()
        demo.expect(pexpect.EOF)
        demo.close()
        good &= check(3, 'Ctrl-C ends it before the meeting does',
                      demo.exitstatus == 130 and 'stopped' in demo.before,
                      (demo.exitstatus, demo.signalstatus, demo.before[-500:]))
        left = running(home)
        good &= check(4, 'nothing is left running', not left, left)
    return 0 if good else 1


sys.exit(main())
