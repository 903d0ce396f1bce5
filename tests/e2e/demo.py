#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""demo.py - make demo's script: without sound the meeting's beginning goes to a
file; at a terminal with sound it shows what is being said, and Ctrl-C stops it
at once and leaves nothing behind. Prints TAP."""
import os
import re
import shutil
import subprocess
import wave

import pexpect

from lib import BIN, SRC, Skip, main, until

DEMO = os.path.join(SRC, 'contrib/demo')


def alsa_default(home, device):
    """Nobody's sound device but the one named is reached."""
    with open(os.path.join(home.home, '.asoundrc'), 'w',
              encoding='ascii') as out:
        out.write('pcm.!default { %s }\nctl.!default { %s }\n' %
                  (device, device))


def sound_server(home):
    if not shutil.which('pulseaudio') or not shutil.which('pactl'):
        raise Skip('pulseaudio is not here (contrib/services unpacks it)')
    alsa_default(home, 'type pulse')
    with open(home.file('pulse.log'), 'wb') as log:
        home.start('pulseaudio', '-n', '--daemonize=no', '--exit-idle-time=-1',
                   '-L', 'module-null-sink sink_name=null0', '-L',
                   'module-native-protocol-unix', stdout=log, stderr=log)
    until('the sound server answers',
          lambda: home.run_program('pactl', 'info').returncode == 0)


def running(home):
    """Programs of ours whose HOME is home."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/environ', 'rb') as f:
                environ = f.read()
            with open(f'/proc/{pid}/comm', encoding='utf-8') as f:
                name = f.read().strip()
        except OSError:
            continue
        if f'HOME={home.home}'.encode() in environ.split(b'\0') and \
                name.startswith('speakd'):
            found.append((pid, name))
    return found


def test_without_sound(home):
    """without sound: twenty seconds in build/demo.wav"""
    alsa_default(home, 'type hw card 31')
    # A copy, so that nobody's build/demo.wav is written over.
    for name in ('contrib', 'tests/data/irclogs'):
        shutil.copytree(os.path.join(SRC, name), home.file('tree/' + name))
    done = subprocess.run([home.file('tree/contrib/demo')], check=False,
                          env=dict(home.env, EARSHOT_BIN=BIN), timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done
    shown = re.findall(r'^\[(\d+)/(\d+)\] ', done.stdout.decode(), re.M)
    assert len(shown) > 5 and shown[-1][0] == shown[-1][1], done.stdout
    with wave.open(home.file('tree/build/demo.wav')) as wav:
        seconds = wav.getnframes() / wav.getframerate()
    assert 15 < seconds < 30, seconds


def test_at_a_terminal(home):
    """with sound: each line as it is said; Ctrl-C ends it, nothing is left"""
    sound_server(home)
    demo = pexpect.spawn(DEMO, env=dict(home.env, EARSHOT_BIN=BIN), timeout=60,
                         encoding='utf-8')
    demo.expect(r'\d+ phrases, to your sound device')
    demo.expect(r'\[1/(\d+)\] \S+')
    assert int(demo.match.group(1)) > 100, demo.match.group(0)
    demo.sendintr()
    demo.expect(pexpect.EOF)
    demo.close()
    assert demo.exitstatus == 130 and 'stopped' in demo.before, (
        demo.exitstatus, demo.signalstatus, demo.before[-500:])
    assert not running(home), running(home)


if __name__ == '__main__':
    main([test_without_sound, test_at_a_terminal])
