#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""ssip_sound.py - what clients of speakd's socket hear, measured in a WAV."""
import array
import ctypes
import json
import math
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import Client, Skip, main  # noqa: E402

QUIET = 300


class Heard:
    """The samples of one message, and what can be measured of them."""

    def __init__(self, samples, rate_hz):
        self.rate_hz = rate_hz
        loud = [i for i, x in enumerate(samples) if abs(x) > QUIET]
        self.samples = samples[loud[0]:loud[-1] + 1] if loud else []
        self.ms = len(self.samples) * 1000 // rate_hz
        self.peak = max(map(abs, self.samples), default=0)

    def same_as(self, other):
        """espeak-ng's noise (s, f) is another one each time, a little"""
        return (abs(self.ms - other.ms) <= 15 and
                close_to(self.peak, other.peak) and
                close_to(sum(map(abs, self.samples)),
                         sum(map(abs, other.samples)), 3))

    def longest_silence_ms(self):
        longest = run = 0
        for x in self.samples:
            run = run + 1 if abs(x) <= QUIET else 0
            longest = max(longest, run)
        return longest * 1000 // self.rate_hz

    def pitch_hz(self):
        """The median of what a window's autocorrelation says."""
        found = []
        rate_hz = self.rate_hz
        size, step = rate_hz // 20, rate_hz // 25
        for at in range(0, len(self.samples) - 2 * size, step):
            part = self.samples[at:at + 2 * size:4]
            mean = sum(part) / len(part)
            part = [x - mean for x in part]
            half = len(part) // 2
            if sum(x * x for x in part[:half]) < 5e7:
                continue
            lag = max(range(rate_hz // 4 // 400, rate_hz // 4 // 60),
                      key=lambda n, p=part, h=half:
                      sum(p[i] * p[i + n] for i in range(h)))
            found.append(rate_hz / 4 / lag)
        return sorted(found)[len(found) // 2]


class Ear:
    """A client of a speakd that writes a WAV file."""

    def __init__(self, home, *options):
        self.wav = home.file("heard.wav")
        home.serve("-o", "wav:" + self.wav, *options)
        self.client = Client(home.socket)
        self.client.code("SET self NOTIFICATION all on")
        self.client.code("SET self PRIORITY message")
        self.at = 0

    def take(self):
        data = array.array("h")
        with open(self.wav, "rb") as file:
            header, sound = file.read(44), file.read()
        data.frombytes(sound)
        samples, self.at = data[self.at:], len(data)
        return Heard(samples, struct.unpack("<I", header[24:28])[0])

    def hear(self, text, *settings):
        for setting in settings:
            assert self.client.code(setting) < 300, setting
        codes = self.client.codes_until(self.client.say(text), 702, 703)
        assert codes[-1] == 702, codes
        return self.take()

    def ssml(self, text):
        return self.hear("<speak>" + text + "</speak>",
                         "SET self SSML_MODE on")

    def command(self, text):
        reply = self.client.command(text)
        self.client.codes_until(reply[0][4:], 702)
        return self.take()


def close_to(a, b, percent=5):
    return abs(a - b) * 100 <= percent * max(a, b)


def test_markup(home):
    """SSML that says nothing of the sound changes nothing"""
    ear = Ear(home)
    plain = ear.hear("one two three")
    for text in ("one two three", "<s>one two three</s>",
                 "<prosody rate='medium'>one two three</prosody>",
                 "<foo bar='1'>one <b>two</b> three</foo>",
                 "<!-- no --><desc>no</desc>one two three<metadata>no"
                 "</metadata>",
                 "<![CDATA[one]]> two three",
                 "<audio src='/no/such'>one two three</audio>"):
        heard = ear.ssml(text)
        assert close_to(heard.ms, plain.ms), (text, heard.ms, plain.ms)


def test_prosody(home):
    """rate, pitch and volume of SSML are heard, and end where they end"""
    ear = Ear(home)
    plain = ear.ssml("one two three four")
    slow = ear.ssml("<prosody rate='x-slow'>one two three four</prosody>")
    assert slow.ms > plain.ms * 1.4, (slow.ms, plain.ms)
    assert close_to(slow.pitch_hz(), plain.pitch_hz(), 10)
    fast = ear.ssml("<prosody rate='200%'>one two three four</prosody>")
    assert fast.ms < plain.ms * 0.7, (fast.ms, plain.ms)
    half = ear.ssml("one two <prosody rate='x-slow'>three four</prosody>")
    assert plain.ms * 1.1 < half.ms < slow.ms * 0.9, (half.ms, plain.ms)
    high = ear.ssml("<prosody pitch='+50%'>one two three four</prosody>")
    # 1.29 with espeak-ng 1.52.
    assert 1.2 < high.pitch_hz() / plain.pitch_hz() < 1.7, \
        (high.pitch_hz(), plain.pitch_hz())
    soft = ear.ssml("<prosody volume='x-soft'>one two three four</prosody>")
    assert 0.15 < soft.peak / plain.peak < 0.5, (soft.peak, plain.peak)
    assert ear.ssml("<prosody volume='silent'>one</prosody>").peak == 0
    # Nothing of it leaks into what is said next.
    again = ear.ssml("one two three four")
    assert again.same_as(plain)
    # Faster than espeak-ng's own voices go.
    flies = ear.ssml("one two <prosody rate='300%'>three four five six seven "
                     "eight nine ten</prosody> one")
    walks = ear.ssml("one two three four five six seven eight nine ten one")
    assert flies.ms < walks.ms * 0.7, (flies.ms, walks.ms)


def test_loudness(home):
    """clients are as loud as they were with speech-dispatcher, nearly"""
    ear = Ear(home)
    text = "one two three four five six seven eight nine ten"

    def rms(heard):
        return math.sqrt(sum(x * x for x in heard.samples) /
                         len(heard.samples))

    client, half = rms(ear.hear(text)), rms(ear.hear(text,
                                                     "SET self VOLUME 0"))
    wav = home.file("line.wav")
    home.run_program("speakd", "--alone", "-o", "wav:" + wav,
                     input=text.encode() + b"\n")
    samples = array.array("h")
    with open(wav, "rb") as file:
        samples.frombytes(file.read()[44:])
    line = rms(Heard(samples, 22050))
    assert 1.3 < client / line < 1.7, (client, line)
    assert half < client * 0.7, (half, client)


def test_pauses(home):
    """<break> is silence of its length, and never an hour of it"""
    ear = Ear(home)
    plain = ear.ssml("one two")
    for attribute, ms in (("time='2s'", 2000), ("time='700ms'", 700),
                          ("strength='x-strong'", 1000),
                          ("time='600s'", 10000)):
        heard = ear.ssml("one <break %s/> two" % attribute)
        assert ms - 30 <= heard.longest_silence_ms() <= ms + 200, \
            (attribute, heard.longest_silence_ms())
        assert heard.ms >= plain.ms - 200 + ms


def test_voices(home):
    """voices and languages within a text"""
    ear = Ear(home)
    words = "eins zwei drei"
    german = ear.hear(words, "SET self LANGUAGE de")
    ear.client.code("SET self LANGUAGE en-us")
    english = ear.ssml(words)
    for text in ("<lang xml:lang='de'>%s</lang>",
                 "<voice xml:lang='de'>%s</voice>",
                 "<s xml:lang='de'>%s</s>"):
        heard = ear.ssml(text % words)
        assert close_to(heard.ms, german.ms, 2), (text, heard.ms, german.ms)
        assert not heard.same_as(english)
    for text in ("<lang xml:lang='en'>%s</lang>",
                 "<lang xml:lang='tlh-nowhere'>%s</lang>",
                 "<voice name='No Such'>%s</voice>"):
        assert ear.ssml(text % words).same_as(english), text
    woman = ear.ssml("<voice gender='female'>%s</voice>" % words)
    assert woman.pitch_hz() > english.pitch_hz() * 1.3


def test_voice_of_clients(home):
    """who sets no voice has the same one, unless its section says another"""
    home.configure("[client other]\nvoice-type = female1\n")
    ear = Ear(home)
    first = ear.hear("one two three")
    for name in ("orca", "emacs"):
        ear.client = Client(home.socket)
        ear.client.code("SET self CLIENT_NAME joe:%s:main" % name)
        ear.client.code("SET self NOTIFICATION all on")
        assert ear.hear("one two three").same_as(first), name
    ear.client = Client(home.socket)
    ear.client.code("SET self CLIENT_NAME joe:other:main")
    ear.client.code("SET self NOTIFICATION all on")
    assert ear.hear("one two three").pitch_hz() > first.pitch_hz() * 1.3


def test_spelled(home):
    """say-as characters is CHAR after CHAR"""
    ear = Ear(home)
    chars = sum(ear.command("CHAR " + c).ms for c in "abc")
    heard = ear.ssml("<say-as interpret-as='characters'>abc</say-as>")
    assert heard.ms > chars * 0.7, (heard.ms, chars)
    mixed = ear.ssml("the word is <say-as interpret-as='characters'>abc"
                     "</say-as>, yes")
    assert mixed.ms > heard.ms + 600


def test_words_and_marks(home):
    """what changes the sound moves no mark and no word"""
    ear = Ear(home)
    watch = Client(home.socket)
    assert watch.code("WATCH on") == 290
    ear.client.code("SET self SSML_MODE on")
    number = ear.client.say(
        '<speak><mark name="a"/>one <prosody rate="slow" pitch="high" '
        'volume="loud"><mark name="b"/>two</prosody> <emphasis>'
        '<mark name="c"/>three</emphasis> <break time="1s"/><mark name="d"/>'
        'four <mark name="e"/></speak>')
    seen = []
    while not seen or seen[-1] != b"702 END":
        lines = ear.client.message()
        assert lines[0][4:] == number
        seen.append(lines[2][4:] if lines[0][:3] == b"700" else lines[-1])
    assert seen == [b"701 BEGIN", b"a", b"b", b"c", b"d", b"e", b"702 END"]
    words = []
    while True:
        news = json.loads(watch.message()[0][4:])
        if news["event"] == "word":
            words.append(news["offset"])
        if news["event"] == "said":
            break
    assert words == [0, 4, 8, 14], words


def write_tone(path, rate_hz, channels, ms, file_format="wav"):
    """500 Hz, at half of what there is, by libsndfile itself"""
    class Info(ctypes.Structure):
        _fields_ = [("frames", ctypes.c_int64), ("samplerate", ctypes.c_int),
                    ("channels", ctypes.c_int), ("format", ctypes.c_int),
                    ("sections", ctypes.c_int), ("seekable", ctypes.c_int)]

    formats = {"wav": 0x10002, "ogg": 0x200060, "flac": 0x170002}
    try:
        lib = ctypes.CDLL("libsndfile.so.1")
    except OSError as missing:
        raise Skip("no libsndfile1") from missing
    lib.sf_open.restype = ctypes.c_void_p
    info = Info(0, rate_hz, channels, formats[file_format], 0, 0)
    file = lib.sf_open(path.encode(), 0x20, ctypes.byref(info))
    assert file, path
    samples = array.array("h")
    for i in range(rate_hz * ms // 1000):
        samples.extend([int(16000 * math.sin(2 * math.pi * 500 * i / rate_hz))]
                       * channels)
    data = (ctypes.c_short * len(samples)).from_buffer(samples)
    lib.sf_writef_short(ctypes.c_void_p(file), data,
                        ctypes.c_int64(len(samples) // channels))
    lib.sf_close(ctypes.c_void_p(file))


def is_tone(heard, ms):
    return (abs(heard.ms - ms) < 30 and 14000 < heard.peak < 18500 and
            heard.longest_silence_ms() < 5)


def test_icons(home):
    """SOUND_ICON plays its file, of any format, in one stream with speech"""
    data = os.path.join(home.home, ".local", "share")
    theirs = os.path.join(data, "sounds", "sound-icons")
    own = os.path.join(data, "earshot", "sounds")
    os.makedirs(theirs)
    os.makedirs(own)
    home.env["XDG_DATA_DIRS"] = home.file("share")
    stereo = os.path.join(home.file("share"), "sounds", "freedesktop", "stereo")
    os.makedirs(stereo)
    write_tone(os.path.join(theirs, "prompt"), 8000, 1, 300)
    write_tone(os.path.join(stereo, "bell.oga"), 44100, 2, 400, "ogg")
    write_tone(os.path.join(stereo, "finish.flac"), 48000, 1, 250, "flac")
    write_tone(os.path.join(own, "finish.wav"), 22050, 1, 500)
    write_tone(os.path.join(stereo, "long.wav"), 8000, 1, 15000)
    write_tone(home.file("secret.wav"), 8000, 1, 300)
    with open(os.path.join(theirs, "broken"), "wb") as out:
        out.write(b"RIFF nothing at all")
    ear = Ear(home)
    assert is_tone(ear.command("SOUND_ICON prompt"), 300)
    plain = ear.hear("one two three")
    assert not is_tone(plain, plain.ms)
    assert is_tone(ear.command("SOUND_ICON bell"), 400)
    assert is_tone(ear.command("SOUND_ICON finish"), 500)
    assert is_tone(ear.command("SOUND_ICON long"), 10000)
    assert ear.hear("one two three").same_as(plain)
    quiet = ear.hear("x", "SET self VOLUME -50") and \
        ear.command("SOUND_ICON bell")
    assert 3000 < quiet.peak < 7500, quiet.peak
    ear.client.code("SET self VOLUME 100")
    # Where there is no sound, the name is one.
    said = ear.hear("no such icon")
    assert ear.command("SOUND_ICON no-such_icon").same_as(said)
    said = ear.hear("broken")
    assert ear.command("SOUND_ICON broken").same_as(said)
    assert "broken" in home.errors()
    for name in ("../../../../secret.wav", home.file("secret.wav"), ".", ".."):
        heard = ear.command("SOUND_ICON " + name)
        assert not is_tone(heard, 300), name


def test_rule_sound(home):
    """a rule's sound is heard in front of its lines, and only of those"""
    own = os.path.join(home.home, ".local", "share", "earshot", "sounds")
    os.makedirs(own)
    write_tone(os.path.join(own, "door.wav"), 44100, 2, 300)
    home.configure("[rule door]\ntext = came in\nsound = door\n")
    heard = []
    for line in ("she went out", "she came in"):
        wav = home.file("line.wav")
        done = home.run_program("speakd", "--alone", "-o", "wav:" + wav,
                                input=line.encode() + b"\n")
        assert done.returncode == 0, done
        samples = array.array("h")
        with open(wav, "rb") as file:
            samples.frombytes(file.read()[44:])
        heard.append(samples)
    plain, door = (Heard(samples, 22050) for samples in heard)
    assert door.ms > plain.ms + 200, (door.ms, plain.ms)
    assert is_tone(Heard(heard[1][:22050 * 25 // 100], 22050), 250)


def test_bombs(home):
    """SSML made to harm costs its sender a message, and nobody else"""
    ear = Ear(home)
    other = Client(home.socket)
    other.code("SET self NOTIFICATION all on")
    for bomb in ("<prosody rate='+1%'>" * 20000 + "x",
                 "<break time='9999999s'/>" * 5000 + "x",
                 "<prosody pitch='high'>a</prosody> b " * 4000,
                 "<!DOCTYPE x [<!ENTITY a '&b;&b;'>]>&a;",
                 "<!" * 20000 + "<![CDATA[" * 2000 + "<" * 20000,
                 "<mark name='" + "x" * 100000 + "'/>y"):
        ear.client.code("SET self SSML_MODE on")
        number = ear.client.say(bomb)
        ear.client.event(number, 701)
        assert other.code("GET RATE") == 251
        assert ear.client.code("CANCEL self") == 213
        assert ear.client.codes_until(number, 702, 703)[-1] in (702, 703)
    number = other.say("still here")
    assert other.codes_until(number, 702) == [701, 702]


if __name__ == "__main__":
    main([test_markup, test_prosody, test_loudness, test_pauses, test_voices,
          test_voice_of_clients, test_spelled, test_words_and_marks,
          test_icons, test_rule_sound, test_bombs])
