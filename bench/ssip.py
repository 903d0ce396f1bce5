#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""ssip.py - one SSIP server's latencies, as a row of a Markdown table.

usage: ssip.py [--told] NAME SOCKET [PID...]

A connected client, heard by innocent_ear.py on the sink "null0": SPEAK to the
first audible sample (plain lines, and lines that begin with a nick in
brackets), STOP to the last one, alone and beside a client that floods the server
with markup of 700 kB, and SET's round trip while speaking. PIDs: the processes
whose memory counts, as PSS.

--told: instead, how far BEGIN, index marks and END are from what is heard.
"""
import os
import re
import signal
import socket
import sys
import time

from innocent_ear import CLOCK_S, Ear, first_sound

SINK = 'null0'
RUNS, STOPS = 12, 10
PLAIN = ['hello all', 'okay then', 'agreed', 'yes please', 'good idea']
QUOTED = ['<carol> can we', '<carol> hello', '<carol> agreed']
# Voiced throughout: a stop finds it sounding, not between two words.
LONG = 'we were away a year ago and are in a low area now ' * 10
WORDS = ['eight', 'all', 'over', 'eleven', 'arm']
MARKED = '<speak>' + ''.join(
    '<mark name="m%d"/>%s<break time="400ms"/> ' % (i, word)
    for i, word in enumerate(WORDS)) + '</speak>'
FLOOD = '<speak>' + '<b/>' * 175000 + '</speak>'  # nothing to hear
PAUSE_S = 0.1      # a shorter silence does not end a sound


class Client:
    def __init__(self, path, name):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.bytes = b''
        self.command('SET self CLIENT_NAME bench:%s:main' % name)
        self.command('SET self PRIORITY message')

    def line(self):
        while b'\r\n' not in self.bytes:
            self.bytes += self.sock.recv(65536)
        line, self.bytes = self.bytes.split(b'\r\n', 1)
        return line.decode()

    def message(self):
        """The lines of the next reply or event."""
        lines = [self.line()]
        while lines[-1][3:4] != ' ':
            lines.append(self.line())
        return lines

    def command(self, text):
        self.sock.sendall(text.encode() + b'\r\n')
        lines = self.message()
        while lines[-1][0] == '7':
            lines = self.message()
        return lines

    def say(self, text):
        self.command('SPEAK')
        return self.command(text + '\r\n.')


def flood(path):
    """A process that does nothing but send; ends when it is killed."""
    pid = os.fork()
    if pid > 0:
        return pid
    client = Client(path, 'flood')
    client.command('SET self SSML_MODE on')
    client.command('SET self PRIORITY notification')
    while True:
        if client.say(FLOOD)[-1][:3] == '420':
            client.command('CANCEL self')


def rest(number):
    """Spread over the sink's blocks of up to 2 s."""
    time.sleep(1.6 + number * 0.618 % 1 * 0.9)


def speak(client, texts):
    """The moments when they were sent, and one when all was over."""
    moments = []
    for number in range(RUNS):
        moments.append(time.monotonic())
        client.say(texts[number % len(texts)])
        rest(number)
    return moments + [time.monotonic()]


def stop(client):
    moments = []
    for number in range(STOPS):
        client.say(LONG)
        rest(number)
        moments.append(time.monotonic())
        client.command('STOP self')
        time.sleep(1.2)
    return moments


def told(client):
    """[{what was told: moment}] of texts with marks."""
    client.command('SET self NOTIFICATION all on')
    client.command('SET self SSML_MODE on')
    texts = []
    for number in range(RUNS // 2):
        events = {}
        client.say(MARKED)
        while 'END' not in events:
            lines = client.message()
            code, now = lines[-1][:3], time.monotonic()
            name = {'701': 'BEGIN', '702': 'END', '700': lines[-2][4:]
                    if len(lines) > 1 else ''}.get(code)
            events[name] = now
        texts.append(events)
        rest(number)
    return texts


def first_sounds(sounds, moments):
    """Milliseconds from each moment to the first sound before the next one."""
    found = []
    for began, following in zip(moments, moments[1:]):
        on = first_sound(sounds, began, following)
        if on is not None:
            found.append((on - began) * 1000)
    return found


def silences(sounds, moments):
    """Milliseconds from each moment to the end of the sound that it met."""
    return [(b - at) * 1000 for at in moments for a, b in sounds
            if a < at < b + CLOCK_S]


def distances(sounds, texts):
    """Milliseconds from what is heard to what is told of it: BEGIN, marks, END."""
    begins, marks, ends = [], [], []
    for events in texts:
        if 'BEGIN' not in events:
            continue
        on = [(a, b) for a, b in sounds
              if events['BEGIN'] - 0.5 < a < events['END'] + 0.5]
        if len(on) != len(WORDS):
            continue
        begins.append((events['BEGIN'] - on[0][0]) * 1000)
        ends.append((events['END'] - on[-1][1]) * 1000)
        marks += [(events['m%d' % i] - a) * 1000
                  for i, (a, _) in enumerate(on) if 'm%d' % i in events]
    return begins, marks, ends


def round_trip(client):
    start = time.perf_counter()
    client.command('SET self RATE 5')
    return (time.perf_counter() - start) * 1e6


def pss_kb(pid):
    try:
        with open('/proc/%s/smaps_rollup' % pid, encoding='ascii') as rollup:
            return int(re.search(r'Pss:\s*(\d+)', rollup.read()).group(1))
    except OSError:
        return 0  # a module that has ended


def figures(values, of):
    """Median and maximum by amount; how many where some were not heard."""
    values = sorted(values, key=abs)
    if not values:
        return '- (0 of %d)' % of
    text = '%.1f / %.1f' % (values[len(values) // 2], values[-1])
    return text if len(values) == of else text + ' (%d of %d)' % (
        len(values), of)


def row_of_told(client, ear, name):
    texts = told(client)
    ear.hear()
    begins, marks, ends = distances(ear.sounds(PAUSE_S), texts)
    print('| %s | %s | %s | %s |' % (
        name, figures(begins, len(texts)),
        figures(marks, len(texts) * len(WORDS)), figures(ends, len(texts))))


def row(client, ear, name, path, pids):
    plain, quoted = speak(client, PLAIN), speak(client, QUOTED)
    ear.mark()
    stops = stop(client)
    ear.mark()
    flooding = flood(path)
    time.sleep(1)
    beside = stop(client)
    os.kill(flooding, signal.SIGKILL)
    os.waitpid(flooding, 0)
    client.say(LONG)
    trips = sorted(round_trip(client) for _ in range(2000))
    client.command('CANCEL self')
    memory = sum(pss_kb(pid) for pid in pids)
    time.sleep(1)
    ear.hear()
    sounds = ear.sounds(PAUSE_S)
    print('| %s | %s | %s | %s | %s | %.0f / %.0f | %d |' % (
        name, figures(first_sounds(sounds, plain), RUNS),
        figures(first_sounds(sounds, quoted), RUNS),
        figures(silences(sounds, stops), STOPS),
        figures(silences(sounds, beside), STOPS),
        trips[len(trips) // 2], trips[int(len(trips) * .99)], memory))


def main():
    words = sys.argv[1:]
    only_told = words[0] == '--told'
    name, path, *pids = words[only_told:]
    ear, client = Ear(SINK), Client(path, 'main')
    for number, text in enumerate(PLAIN[:2]):
        client.say(text)
        rest(number)
    if only_told:
        row_of_told(client, ear, name)
    else:
        row(client, ear, name, path, pids)
    print('ssip.py: %s %s' % (name, ear.clock()), file=sys.stderr)


main()
