#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""innocent_ear.py - when is the first sound of a line really played? Without changing it.

innocent_ear.py [-n N] [--gap S] --lines FILE -- COMMAND...
           from a line written to its first sound, one line after the other
       innocent_ear.py --batch [--deaf] [-n N] --lines FILE -- COMMAND...
           all lines at once: total time, sounds, gaps; --deaf: only the total time

COMMAND (run by sh) reads lines on its standard input; they are also appended to
the file named in $FEED. Any PulseAudio server (PipeWire's too); $XDG_RUNTIME_DIR
or $PULSE_SERVER say which. Needs Python 3 and libpulse.so.0, nothing else.

Why not `parec --latency-msec=5`: whoever asks for a latency, also a recorder on the
monitor, sets the block of the whole sink, for everybody. Left alone it works in blocks
of up to 2 s, and that is what programs meet. This recorder asks for nothing (no
PA_STREAM_ADJUST_LATENCY, no fragment size). Its samples come late and in lumps, which
does not matter: a sound is placed by its sample position in the recording. Positions
become moments by reference clicks that a client of our own, with a low latency, plays
before the measured lines and after them; in between it is gone and the sink is alone.

Proof of innocence: --batch and --batch --deaf take as long. Proof of truth: every
train of clicks gives the same clock (printed as "clock"; some ms), and no sound is
found before its line was written. A sound that the clock puts a little before its
line is that line's, with a negative figure: taken for the line before, it was once
reported as 2.4 s late. What is long is clicked in between as well (Ear.mark()).

Each train has clicks at a distance of its own and is written whole: with equal
ones, written bit by bit, one that a busy machine had torn apart was taken for the
other, and the clock was wrong by all the time between them (24.5 s).

Traps:
- pa_stream_get_time() of a recorder on a monitor is wrong by up to the sink's block (it
  forgets what the server holds back for rewinds): never place sounds with it.
- A sink renders in pieces of at most 64 KiB, and the first piece of a block goes to the
  recorder at once: when the sink is rewound into it, the new sound is missing there
  (0.37 s at 44100 Hz stereo s16). Give the null sink more bytes a second
  (rate=96000 channels=8 format=s32le: 21 ms); the bound is printed as "blind".
- Gaps are spread over the sink's 2 s, a constant one would meet always the same phase.
- PipeWire moves its quantum with the clients, the recording then loses or gains up to one
  quantum (43 ms): believe its figures only as far as "clock" says.
- The gap matters: sinks and programs recover in it. Measure with --gap 1 and --gap 3.
- A line whose forerunner is still heard is counted as missed, not as fast.
"""
import argparse
import array
import ctypes as C
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

LOUD = 200               # of 32767
CLICKS = 5
# The trains differ, so that none is taken for another.
FIRST_APART_S, WIDER_S = 0.13, 0.04
CLOCK_S = 0.03           # what two clocks may disagree by on a busy machine
SETTLE_S = 2.5           # until the clicks' low latency has gone
LEAD_S, TAIL_S = 0.5, 1.0
FIX_RATE, ADJUST_LATENCY = 0x80, 0x2000
READY, RECORD, PLAYBACK = 2, 2, 1
S16LE = 3
P = C.c_void_p


class Spec(C.Structure):
    _fields_ = [('format', C.c_int), ('rate', C.c_uint32), ('channels', C.c_uint8)]


class Attr(C.Structure):
    _fields_ = [(n, C.c_uint32) for n in ('maxlength', 'tlength', 'prebuf', 'minreq', 'fragsize')]


pa = C.CDLL('libpulse.so.0')
for name, res, args in [
        ('threaded_mainloop_new', P, []), ('threaded_mainloop_get_api', P, [P]),
        ('threaded_mainloop_start', C.c_int, [P]), ('threaded_mainloop_lock', None, [P]),
        ('threaded_mainloop_unlock', None, [P]), ('threaded_mainloop_stop', None, [P]),
        ('context_new', P, [P, C.c_char_p]), ('context_connect', C.c_int, [P, C.c_char_p, C.c_int, P]),
        ('context_get_state', C.c_int, [P]), ('context_disconnect', None, [P]),
        ('stream_new', P, [P, C.c_char_p, P, P]), ('stream_get_state', C.c_int, [P]),
        ('stream_get_sample_spec', C.POINTER(Spec), [P]),
        ('stream_connect_record', C.c_int, [P, C.c_char_p, P, C.c_int]),
        ('stream_connect_playback', C.c_int, [P, C.c_char_p, P, C.c_int, P, P]),
        ('stream_readable_size', C.c_size_t, [P]), ('stream_writable_size', C.c_size_t, [P]),
        ('stream_peek', C.c_int, [P, C.POINTER(P), C.POINTER(C.c_size_t)]),
        ('stream_drop', C.c_int, [P]), ('stream_disconnect', C.c_int, [P]),
        ('stream_write', C.c_int, [P, P, C.c_size_t, P, C.c_int64, C.c_int]),
        ('stream_update_timing_info', P, [P, P, P]), ('operation_get_state', C.c_int, [P]),
        ('operation_unref', None, [P]), ('stream_get_time', C.c_int, [P, C.POINTER(C.c_uint64)])]:
    f = getattr(pa, 'pa_' + name)
    f.restype, f.argtypes = res, args


def apart_of(train):
    return FIRST_APART_S + WIDER_S * train


def until(what, ready, limit=10.0, step=0.005):
    end = time.monotonic() + limit
    while not ready():
        if time.monotonic() > end:
            sys.exit('innocent_ear: ' + what)
        time.sleep(step)


class Server:
    def __init__(self):
        self.loop = pa.pa_threaded_mainloop_new()
        self.ctx = pa.pa_context_new(pa.pa_threaded_mainloop_get_api(self.loop), b'innocent_ear')
        pa.pa_context_connect(self.ctx, None, 1, None)
        pa.pa_threaded_mainloop_start(self.loop)
        until('no sound server', lambda: self.do(pa.pa_context_get_state, self.ctx) == 4)

    def do(self, fn, *a):
        pa.pa_threaded_mainloop_lock(self.loop)
        try:
            return fn(*a)
        finally:
            pa.pa_threaded_mainloop_unlock(self.loop)

    def position(self, stream):
        """(moment, position of the stream that is heard at that moment, how long the answer took), in seconds"""
        began = time.monotonic()
        op = self.do(pa.pa_stream_update_timing_info, stream, None, None)
        if not op:
            return None
        until('no timing from the server', lambda: self.do(pa.pa_operation_get_state, op) != 0, step=0.0005)
        self.do(pa.pa_operation_unref, op)
        us = C.c_uint64()

        def ask():
            t = time.monotonic()
            rc = pa.pa_stream_get_time(stream, C.byref(us))
            return rc, (t + time.monotonic()) / 2
        rc, t = self.do(ask)
        return (t, us.value / 1e6, t - began) if rc == 0 and us.value else None

    def close(self):
        self.do(pa.pa_context_disconnect, self.ctx)
        pa.pa_threaded_mainloop_stop(self.loop)


class Ear:
    """Everything a sink plays, and when."""

    def __init__(self, sink, deaf=False):
        self.server, self.sink, self.data, self.stop = Server(), sink, bytearray(), False
        self.marks = []
        do = self.server.do
        if deaf:                 # the same clicks, so that the sink's blocks lie the same, and no recorder
            self.rate = 44100
            self.mark()
            return
        spec = Spec(S16LE, 44100, 1)
        self.stream = do(pa.pa_stream_new, self.server.ctx, b'ear', C.byref(spec), None)
        do(pa.pa_stream_connect_record, self.stream, (sink + '.monitor').encode(), None, FIX_RATE)
        until('no monitor of sink ' + sink, lambda: do(pa.pa_stream_get_state, self.stream) == READY)
        self.rate = do(pa.pa_stream_get_sample_spec, self.stream).contents.rate
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.mark()

    def fetch(self):
        while pa.pa_stream_readable_size(self.stream) not in (0, C.c_size_t(-1).value):
            data, size = P(), C.c_size_t()
            pa.pa_stream_peek(self.stream, C.byref(data), C.byref(size))
            if size.value == 0:
                return
            self.data += C.string_at(data.value, size.value) if data.value else bytes(size.value)
            pa.pa_stream_drop(self.stream)

    def run(self):
        while not self.stop:
            self.server.do(self.fetch)
            time.sleep(0.1)

    def mark(self):
        """Play a train of clicks; the sink is alone again afterwards."""
        self.marks.append(self.click(apart_of(len(self.marks))))
        time.sleep(SETTLE_S)

    def click(self, apart):
        """The moments when the train's clicks are heard."""
        do, spec = self.server.do, Spec(S16LE, self.rate, 1)
        starts = [int(self.rate * (LEAD_S + k * apart)) for k in range(CLICKS)]
        train = array.array('h', bytes(2 * (starts[-1] + int(self.rate * TAIL_S))))
        for start in starts:
            train[start:start + 20] = array.array('h', [20000] * 20)
        fill = self.rate // 25 * 2                # 40 ms: a low latency, until it has gone
        attr = Attr(2**32 - 1, fill, 0, fill // 4, 2**32 - 1)
        st = do(pa.pa_stream_new, self.server.ctx, b'reference clicks', C.byref(spec), None)
        do(pa.pa_stream_connect_playback, st, self.sink.encode(), C.byref(attr), ADJUST_LATENCY, None, None)
        until('cannot play', lambda: do(pa.pa_stream_get_state, st) == READY)
        # All of it at once: a busy machine cannot tear the train apart.
        do(pa.pa_stream_write, st, train.tobytes(), 2 * len(train), None, 0, 0)
        offs = []
        until('the reference clicks were not played', lambda: self.is_played(st, len(train) / self.rate, offs), 12)
        do(pa.pa_stream_disconnect, st)
        # Of an answer that was long on its way nobody knows how long it was coming.
        quick = sorted(off for _, off in sorted(offs)[:max(1, len(offs) // 4)])
        return [quick[len(quick) // 2] + start / self.rate for start in starts]

    def is_played(self, st, length, offs):
        """Adds to offs when the stream began, as its position tells while it plays."""
        at = self.server.position(st)
        if at is None:
            return False
        if LEAD_S < at[1] < length:
            offs.append((at[2], at[0] - at[1]))
        return at[1] > length - TAIL_S * 0.7 and bool(offs)

    def hear(self):
        """All is played: click again, wait for the recording, find the clock."""
        self.mark()
        # The recorder gets the sink's last block of 2 s late.
        time.sleep(2)
        self.stop = True
        self.thread.join()
        self.server.do(pa.pa_stream_disconnect, self.stream)
        self.samples = array.array('h')
        self.samples.frombytes(bytes(self.data[:len(self.data) // 2 * 2]))
        starts = [at for at, _ in self.find(0.004)]
        self.clocks = [self.clock_of(n, starts) for n in range(len(self.marks))]
        if abs(self.drift_ms()) > 100:
            sys.exit('innocent_ear: the trains of clicks disagree by %.0f ms: measure again' % self.drift_ms())

    def clock_of(self, number, starts):
        """What makes a moment of a place in the recording, by one train of clicks."""
        apart = apart_of(number)
        for at in starts:
            if all(abs(min(starts, key=lambda x: abs(x - want)) - want) < 0.003
                   for want in [at + k * apart for k in range(CLICKS)]):
                return self.marks[number][0] - at
        sys.exit('innocent_ear: the clicks of train %d are not in the recording: measure again' % (number + 1))

    def drift_ms(self):
        """The greatest one between a train and the next."""
        return max(((b - a) * 1000 for a, b in zip(self.clocks, self.clocks[1:])), key=abs)

    def find(self, apart):
        """[(from, to)] in seconds of the recording; silence shorter than `apart` does not part them"""
        s, step, found, on, last = self.samples, self.rate // 1000, [], None, 0
        for i in range(0, len(s), step):
            w = s[i:i + step]
            if max(w) <= LOUD and min(w) >= -LOUD:
                continue
            loud = [k for k, v in enumerate(w) if abs(v) > LOUD]
            if on is not None and i + loud[0] - last > apart * self.rate:
                found.append((on, last))
                on = None
            on = i + loud[0] if on is None else on
            last = i + loud[-1]
        if on is not None:
            found.append((on, last))
        return [(a / self.rate, b / self.rate) for a, b in found]

    def sounds(self, apart=0.15):
        """[(from, to)] as moments, without our own clicks"""
        found = self.find(apart)
        return [x for n in range(len(self.marks) - 1) for x in self.between(n, found)]

    def between(self, number, found):
        """Those between a train and the next, by the clock that goes evenly from one to the other."""
        (before, after), (clock, later) = self.marks[number:number + 2], self.clocks[number:number + 2]

        def moment(x):
            return x + clock + (x + clock - before[0]) / (after[0] - before[0]) * (later - clock)
        moments = [(moment(a), moment(b)) for a, b in found]
        return [x for x in moments if before[-1] + 0.05 < x[0] < after[0] - 0.05]

    def blind_ms(self):
        try:
            text = subprocess.run(['pactl', 'list', 'short', 'sinks'], stdout=subprocess.PIPE).stdout.decode()
            spec = [x.split('\t')[3].split() for x in text.splitlines() if x.split('\t')[1] == self.sink][0]
            width = {'u8': 1, 's16le': 2, 's24le': 3, 's24-32le': 4, 's32le': 4, 'float32le': 4}[spec[0]]
            return 65536000 / (width * int(spec[1][:-2]) * int(spec[2][:-2]))
        except (OSError, LookupError, ValueError):
            return float('nan')

    def clock(self):
        return '(clock %+.1f ms, blind %.0f ms)' % (self.drift_ms(), self.blind_ms())


def first_sound(sounds, moment, following):
    """When what was written at `moment` begins to be heard; None: not before the following one."""
    return next((on for on, _ in sounds if moment - CLOCK_S < on < following - CLOCK_S), None)


def start(command, feed):
    return subprocess.Popen(['sh', '-c', ' '.join(command)], stdin=subprocess.PIPE, start_new_session=True,
                            stdout=subprocess.DEVNULL, env=dict(os.environ, FEED=feed.name))


def finish(proc):
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(proc.pid, sig)
        except ProcessLookupError:
            return
        time.sleep(0.3)


def latency(a, lines):
    ear = Ear(a.sink)
    with tempfile.NamedTemporaryFile('w', suffix='.feed') as feed:
        proc, times = start(a.command, feed), []
        try:
            time.sleep(a.warm)
            for i in range(a.n + a.warm_lines):
                line = lines[i % len(lines)] + '\n'
                times.append(time.monotonic())
                try:
                    os.write(proc.stdin.fileno(), line.encode())
                except BrokenPipeError:
                    pass
                feed.write(line)
                feed.flush()
                time.sleep(a.gap + (i * 0.618 % 1) * 0.9)
        finally:
            finish(proc)
    ear.hear()
    sounds, found, missed = ear.sounds(), [], 0
    times.append(times[-1] + a.gap + 2)
    for t, following in list(zip(times, times[1:]))[a.warm_lines:]:
        on = first_sound(sounds, t, following)
        busy = any(s < t - CLOCK_S and t < e for s, e in sounds)  # still speaking of the line before
        if on is not None and not busy:
            found.append((on - t) * 1000)
        else:
            missed += 1
    found.sort()
    if a.verbose:
        print(' '.join('%.0f' % x for x in found), file=sys.stderr)
    pick = lambda f: found[min(len(found) - 1, int(len(found) * f))]
    if found:
        print('lines %d missed %d  first sound ms p50 %.1f p90 %.1f max %.1f min %.1f  %s' % (
            a.n, missed, pick(.5), pick(.9), found[-1], found[0], ear.clock()))
    else:
        print('lines %d missed %d' % (a.n, missed))


def batch(a, lines):
    ear = Ear(a.sink, a.deaf)
    with tempfile.NamedTemporaryFile('w', suffix='.feed') as feed:
        began = time.monotonic()
        proc = start(a.command, feed)
        try:
            proc.stdin.write(''.join(lines[i % len(lines)] + '\n' for i in range(a.n)).encode())
            proc.stdin.close()
            proc.wait(120)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            pass
        took = time.monotonic() - began
        if not a.deaf:
            time.sleep(2.5)
        finish(proc)
    if a.deaf:
        print('%d lines: %.2f s' % (a.n, took))
        return
    ear.hear()
    s = ear.sounds(0.1)
    if a.verbose:            # moments of CLOCK_MONOTONIC, to compare with what a program says of itself
        print(' '.join('%.0f-%.0f' % (x[0] * 1000, x[1] * 1000) for x in s), file=sys.stderr)
    print('%d lines: %.2f s; sound from %.0f to %.0f ms, %d sounds of %.0f ms together, gaps ms: %s  %s' % (
        a.n, took, (s[0][0] - began) * 1000 if s else -1, (s[-1][1] - began) * 1000 if s else -1, len(s),
        sum(e - b for b, e in s) * 1000, ' '.join('%.0f' % ((y[0] - x[1]) * 1000) for x, y in zip(s, s[1:])),
        ear.clock()))


def main():
    p = argparse.ArgumentParser(usage=__doc__.split('\n\n')[1])
    p.add_argument('-n', type=int, default=20)
    p.add_argument('--gap', type=float, default=3.0)
    p.add_argument('--warm', type=float, default=1.5)
    p.add_argument('--warm-lines', type=int, default=2)
    p.add_argument('--lines')
    p.add_argument('--sink', default='null0')
    p.add_argument('--batch', action='store_true')
    p.add_argument('--deaf', action='store_true')
    p.add_argument('-v', '--verbose', action='store_true')
    p.add_argument('command', nargs='*')
    a = p.parse_args()
    if not a.lines or not a.command:
        p.error('--lines FILE -- COMMAND')
    with open(a.lines) as f:
        lines = f.read().splitlines()
    (batch if a.batch else latency)(a, lines)


if __name__ == '__main__':
    main()
