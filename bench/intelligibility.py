#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""intelligibility.py - how many words of what is said a recogniser understands.

usage: EARSHOT_BIN=DIR intelligibility.py [-n SENTENCES] [-j JOBS] [PART...]

PARTs: lines (speakd beside espeak-ng on lines of the logs in tests/data that
have code, numbers and names in them; words are planted and listened for) and
voices (each of those that speakers get, and the plain one). Each prints a
Markdown table. Debian: python3-pocketsphinx pocketsphinx-en-us sox espeak-ng.

All sound gets the same quiet pink noise: pocketsphinx is lost in digital
silence (it understands 60 words of 100 instead of 99).
"""
import argparse
import array
import itertools
import math
import multiprocessing
import os
import random
import re
import subprocess
import tempfile

import pocketsphinx

HERE = os.path.dirname(os.path.abspath(__file__))
LOGS = os.path.join(os.environ.get("EARSHOT_SRC", os.path.dirname(HERE)),
                    "tests/data/irclogs")
SPEAKD = os.path.join(os.environ["EARSHOT_BIN"], "speakd")
HZ = 16000
PAD_S = "0.3"
NOISE_DBFS = -50
RATES = (220, 340)
LINES = 40
EVERY_WORDS = 3  # a word is planted after so many of a line

SLOTS = [words.split() for words in (
    "peter paul tina tom kate carl frank philip susan simon helen hannah"
    " david gloria mary linda robert jason victor alice",
    "sees takes keeps wants finds sells brings paints counts holds shows"
    " fixes moves needs gives buys",
    "two three four five six seven eight nine ten twelve twenty thirty"
    " fifty sixty eleven fourteen",
    "red blue green brown pink purple old cheap heavy tiny large clean"
    " broken empty small yellow",
    "boxes tables keys pictures candles shirts flowers books chairs hats"
    " forks spoons tickets pencils windows letters",
    "kitchen garden office station harbor forest hotel church palace tower"
    " school village market prison library bedroom")]
FILLER = ("in", "the")
NUMBERS = 2  # a slot: no number is planted, as lines have some of their own

# What is said for symbols, so that a listener knows it is no planted word.
NAMES = ("dot slash dash underscore equals greater less than bar star hash"
         " number plus minus line link to at colon left right hundred thousand"
         " point one zero arrow tilde").split()


def sentences(count):
    """Each word equally often, each sentence once; the same ones every time."""
    steps = (1, 3, 7, 9, 11)
    for i in range(count):
        words = []
        for n, choices in enumerate(SLOTS):
            turn, place = divmod(i, len(choices))
            step = steps[(turn + n) % (4 if len(choices) == 20 else 5)]
            words.append(choices[(place * step + 5 * n + turn) % len(choices)])
        yield " ".join(words[:5]) + " in the " + words[5]


# ---- real lines --------------------------------------------------------------

# What people say: a bot's lines are left out, for which rules of ours have
# other words on purpose ("+1 received from").
SPOKEN = re.compile(r"\] <(?!MootBot>)[^>]+> (.*\S)")


def texts_of_logs():
    for name in sorted(os.listdir(LOGS)):
        if name.endswith((".raw.txt", "0.ascii.txt", "1.ascii.txt")):
            with open(os.path.join(LOGS, name), encoding="utf-8",
                      errors="replace") as log:
                for line in log:
                    found = SPOKEN.search(line)
                    if found:
                        yield found[1]


def odd_words(text):
    """Words that are more than letters and the punctuation of a sentence."""
    return sum(re.search(r"[0-9/_=<>|$*+~\\]|\w[.:-]\w", word) is not None
               for word in text.split())


def real_lines():
    """LINES of them, spread over all logs: those with code, numbers, names."""
    found = [text for text in texts_of_logs()
             if odd_words(text) >= 2 and 6 <= len(text.split()) <= 20]
    return [found[i * len(found) // LINES] for i in range(LINES)]


def planted(lines):
    """Each line with words put into it, and which these are."""
    taken = set(re.findall(r"[a-z]+", " ".join(lines).lower()))
    words = [word for n, slot in enumerate(SLOTS) if n != NUMBERS
             for word in slot if word not in taken]
    rng = random.Random(3)
    rng.shuffle(words)
    supply = itertools.cycle(words)
    for line in lines:
        out, put = [], []
        for n, word in enumerate(line.split(), 1):
            out.append(word)
            if n % EVERY_WORDS == 0:
                put.append(next(supply))
                out.append(put[-1])
        yield " ".join(out), put


# ---- listening ---------------------------------------------------------------

def pink(count, dbfs):
    """Paul Kellet's filter on white noise of a fixed seed; scaled by its RMS."""
    rng = random.Random(1)
    a = b = c = 0.0
    noise = []
    for _ in range(count):
        white = rng.gauss(0, 1)
        a = 0.99765 * a + white * 0.0990460
        b = 0.96300 * b + white * 0.2965164
        c = 0.57000 * c + white * 1.0526913
        noise.append(a + b + c + white * 0.1848)
    rms = math.sqrt(sum(x * x for x in noise) / count)
    scale = 32768 * 10 ** (dbfs / 20) / rms
    return [int(x * scale) for x in noise]


class Listener:
    """A recogniser that expects any of some words, in any order."""

    def __init__(self):
        model = pocketsphinx.get_model_path()
        config = pocketsphinx.Decoder.default_config()
        config.set_string("-hmm", os.path.join(model, "en-us"))
        config.set_string("-dict", os.path.join(model, "cmudict-en-us.dict"))
        config.set_string("-logfn", os.devnull)
        config.set_boolean("-remove_noise", False)
        config.set_boolean("-remove_silence", False)
        config.set_boolean("-dither", True)
        self.decoder = pocketsphinx.Decoder(config)
        self.noise = pink(HZ * 20, NOISE_DBFS)
        self.expected = None

    def expect(self, words):
        if words != self.expected:
            self.decoder.set_jsgf_string(
                "words", "#JSGF V1.0;\ngrammar words;\n"
                f"public <top> = ({' | '.join(words)})+;\n")
            self.decoder.set_search("words")
            self.expected = words

    def words(self, pcm):
        mixed = array.array("h", (
            max(-32768, min(32767, a + b)) for a, b in zip(
                array.array("h", pcm), itertools.cycle(self.noise))))
        self.decoder.start_utt()
        self.decoder.process_raw(mixed.tobytes(), False, True)
        self.decoder.end_utt()
        found = self.decoder.hyp()
        return found.hypstr.split() if found else []


def known_to_the_recogniser():
    path = os.path.join(pocketsphinx.get_model_path(), "cmudict-en-us.dict")
    with open(path, encoding="utf-8") as file:
        return {line.split()[0] for line in file}


def right_words(said, heard):
    """For each word said whether it is heard, in the cheapest alignment."""
    n, m = len(said), len(heard)
    cost = [[i + j if 0 in (i, j) else 0 for j in range(m + 1)]
            for i in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost[i][j] = min(
                cost[i - 1][j - 1] + (said[i - 1] != heard[j - 1]),
                cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    right = [False] * n
    i, j = n, m
    while i and j:
        if cost[i][j] == cost[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            right[i] = said[i] == heard[j]
        elif cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return right


# ---- speaking ----------------------------------------------------------------

def espeak(line, rate):
    return subprocess.run(
        ["espeak-ng", "-v", "en-us", "-s", str(rate), "--stdout"],
        input=f"{line}\n".encode(), stdout=subprocess.PIPE,
        check=True).stdout[44:]


def speakd(line, rate, *options, state=None):
    """PCM of speakd -w; an empty configuration, so that nobody's own counts."""
    with tempfile.TemporaryDirectory() as place:
        wav = os.path.join(place, "out.wav")
        env = dict(os.environ, XDG_CONFIG_HOME=place,
                   XDG_STATE_HOME=state or place)
        subprocess.run(
            [SPEAKD, "-c", os.devnull, "-s", str(rate), "-w", wav, *options],
            input=f"{line}\n".encode(), stderr=subprocess.DEVNULL, env=env,
            check=True)
        with open(wav, "rb") as file:
            return file.read()[44:]


def plain(line, rate):
    return speakd(line, rate, "--format=plain")


def by_nick(line, rate, nick, state):
    """In the voice that nick has; the nick itself is not said."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write("[rule text-only]\nkind = message\nsay-as = $text\n")
        file.flush()
        return speakd(f"10:02 <{nick}> {line}", rate, "--format=irssi", "-c",
                      file.name, state=state)


def all_voices(state):
    """A nick for each voice, by its number; state keeps who has which."""
    nicks = [f"n{i}" for i in range(40)]
    speakd("\n".join(f"10:02 <{nick}> hi" for nick in nicks), 900,
           "--format=irssi", state=state)
    voices = {}
    with open(os.path.join(state, "earshot/voices"), encoding="utf-8") as file:
        for nick, line in zip(nicks, file):
            voices.setdefault(int(line.split()[1]), nick)
    return sorted(voices.items())


def as_heard(pcm):
    return subprocess.run(
        ["sox", "-V1", "-D", "-t", "raw", "-r", "22050", "-e", "signed", "-b",
         "16", "-c", "1", "-", "-r", str(HZ), "-t", "raw", "-", "pad", PAD_S,
         PAD_S], input=pcm, stdout=subprocess.PIPE, check=True).stdout


# ---- measuring ---------------------------------------------------------------

LISTENER = None


def start():
    global LISTENER
    LISTENER = Listener()


def listen(job):
    """For each of the words that count whether it is understood. Others are
    what else may be heard."""
    line, wanted, vocabulary, others, make, args = job
    LISTENER.expect(vocabulary + others)
    heard = LISTENER.words(as_heard(make(line, *args)))
    return right_words(wanted, [word for word in heard if word in vocabulary])


def score(pool, jobs):
    return list(pool.map(listen, jobs, chunksize=2))


def percent(rights):
    flat = [word for words in rights for word in words]
    return 100 * sum(flat) / len(flat)


def interval(rights):
    """95 % of 2000 resamplings of the lines."""
    rng = random.Random(2)
    sums = [sum(words) for words in rights]
    count = sum(len(words) for words in rights)
    means = sorted(100 * sum(rng.choices(sums, k=len(sums))) / count
                   for _ in range(2000))
    return means[50], means[1949]


def cell(rights):
    low, high = interval(rights)
    return f"{percent(rights):.1f} ({low:.0f}-{high:.0f})"


def columns(first):
    names = [f"{rate} wpm, % (95 %)" for rate in RATES]
    print(f"| {first} | {' | '.join(names)} |")
    print("| --- |" + " --- |" * len(RATES))


def part_lines(pool, _args):
    lines = list(planted(real_lines()))
    known = known_to_the_recogniser()
    vocabulary = sorted({word for _, put in lines for word in put})
    columns(f"{sum(len(put) for _, put in lines)} words planted in "
            f"{len(lines)} lines of logs")
    for name, make in (("speakd", plain), ("espeak-ng", espeak)):
        cells = []
        for rate in RATES:
            jobs = []
            for line, put in lines:
                others = set(re.findall(r"[a-z']+", line.lower())) | set(NAMES)
                others = sorted(others & known - set(vocabulary))
                jobs.append((line, put, vocabulary, others, make, (rate,)))
            cells.append(cell(score(pool, jobs)))
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def part_voices(pool, args):
    words = [word for slot in SLOTS for word in slot]
    said = [(line, [word for word in line.split() if word not in FILLER])
            for line in sentences(args.sentences)]
    columns(f"voice, {args.sentences * len(SLOTS)} words")
    with tempfile.TemporaryDirectory() as state:
        rows = [("the plain voice", plain, ())]
        rows += [(f"voice {number + 1} of a speaker", by_nick, (nick, state))
                 for number, nick in all_voices(state)]
        for name, make, more in rows:
            cells = [cell(score(pool, [(line, wanted, words, list(FILLER),
                                        make, (rate, *more))
                                       for line, wanted in said]))
                     for rate in RATES]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


PARTS = {"lines": part_lines, "voices": part_voices}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", "--sentences", type=int, default=20)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    args = parser.parse_args()
    with multiprocessing.Pool(args.jobs, start) as pool:
        for number, part in enumerate(args.parts or PARTS):
            if number > 0:
                print()
            PARTS[part](pool, args)


if __name__ == "__main__":
    main()
