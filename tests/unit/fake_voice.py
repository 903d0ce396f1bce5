#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""fake_voice.py - a scripted speakd-voice for speakd_voice.c.

Speaks speakd/voice/protocol.h. What it does with a phrase is its text:
  ok         BEGIN, END with 100 ms
  die        is killed by a signal, every time
  die-once   the same, but only while the file $FAKE_VOICE_DIR/died is missing
  hang       makes no progress in the engine, every time
  sink-once  hangs in the sound system the first time
  fail       FAILED "no such word"
  full       BROKEN "disk full", exit 1
  wait       says nothing until STOP
  slow-end   ends after seconds, working now and then
  hang-end   never ends
  want       BEGIN and WANT; its END comes with the next phrase, or when that
             is retracted
  die-ahead  is killed while it is made, with the phrase before still heard
Every phrase adds a dot to $FAKE_VOICE_DIR/tries. With $FAKE_VOICE_EARLY it
exits with 7 before READY.
"""
import mmap, os, signal, socket, struct, sys, time

READY, WANT, BEGIN, MARK, END, FAILED, DEVICE, BROKEN = range(1, 9)
SPEAK, STOP, RETRACT, QUIT = range(1, 5)
IDLE, ENGINE, SINK = 0, 1, 2

if os.environ.get('FAKE_VOICE_EARLY'):
    sys.exit(7)
sock = socket.socket(fileno=3)
page = mmap.mmap(4, 24)
wanting = None  # the phrase that is still heard
at_quit = sys.exit


def tell(kind, number=0, stopped=0, ms=0, text=b''):
    sock.send(struct.pack('=IIQQQII', kind, stopped, number, 0, ms,
                          len(text), 0) + text)


def stage(value, number=0):
    page[0:4] = struct.pack('=I', value)
    page[8:16] = struct.pack('=Q', number)


def first_time():
    path = os.path.join(os.environ['FAKE_VOICE_DIR'], 'died')
    if os.path.exists(path):
        return False
    open(path, 'w').close()
    return True


def ok(number):
    tell(BEGIN, number)
    tell(END, number, ms=100)


def die(number):
    tell(BEGIN, number)
    os.kill(os.getpid(), signal.SIGKILL)


def hang(number):
    signal.pause()


def work_slowly(number):
    """For longer than a hang takes, with little of the processor."""
    until = time.monotonic() + 3
    while time.monotonic() < until:
        time.sleep(0.2)
        enough = time.process_time() + 0.03
        while time.process_time() < enough:
            pass
    sys.exit(0)


tell(READY, text=b'fake')
while True:
    packet = sock.recv(20000)
    if not packet:
        sys.exit(0)
    kind, cue, number, rate, pitch, volume, nv, _, _, nt = \
        struct.unpack('=IIQiii36xIIII', packet[:80])
    text = packet[80 + nv:80 + nv + nt].decode()
    if kind == QUIT:
        at_quit(0)
    if kind == RETRACT:
        if wanting is not None:
            tell(END, wanting, ms=100)
        wanting = None
        continue
    if kind == STOP:
        tell(END, number, stopped=1, ms=5)
        continue
    stage(ENGINE, number)
    with open(os.path.join(os.environ['FAKE_VOICE_DIR'], 'tries'), 'a') as f:
        f.write('.')
    if text == 'want' and os.path.exists(
            os.path.join(os.environ['FAKE_VOICE_DIR'], 'died')):
        text = 'ok'  # said again
    if text == 'die-ahead' and wanting is not None:
        first_time()
        os.kill(os.getpid(), signal.SIGKILL)
    if wanting is not None:
        tell(END, wanting, ms=100)
        wanting = None
    if text in ('slow-end', 'hang-end'):
        at_quit = work_slowly if text == 'slow-end' else hang
        ok(number)
    elif text in ('ok', 'die-ahead'):
        ok(number)
    elif text == 'die':
        die(number)
    elif text == 'die-once':
        die(number) if first_time() else ok(number)
    elif text == 'hang':
        hang(number)
    elif text == 'sink-once':
        stage(SINK)
        hang(number) if first_time() else ok(number)
    elif text == 'fail':
        tell(FAILED, number, text=b'no such word')
    elif text == 'full':
        tell(BROKEN, number, text=b'disk full')
        sys.exit(1)
    elif text == 'wait':
        tell(BEGIN, number)
    elif text == 'want':
        tell(BEGIN, number)
        tell(WANT, number)
        wanting = number
    stage(IDLE if text != 'wait' else SINK)
