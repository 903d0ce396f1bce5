#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""ssip_differential.py - speech-dispatcher and speakd, asked the same.

Random sessions of SSIP go to speech-dispatcher 0.11.4 and to speakd, which have
the same engine (fake_module.py). Their replies are equal, but for what DIFFERENT
names with a reason. EARSHOT_ROUNDS sets how many sessions, EARSHOT_SEED which.
"""
import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import SRC, Client, Skip, can_connect, main, until  # noqa: E402

HERE = os.path.join(SRC, "tests", "e2e")
ROUNDS = int(os.environ.get("EARSHOT_ROUNDS", "40"))
SEED = int(os.environ.get("EARSHOT_SEED", "1"))
COMMANDS = 40
PATIENCE = 3
GONE = b"the connection has ended"
NUMBERED = re.compile(rb"^(225|245)-\d+")

# A command that matches, and why the replies differ.
DIFFERENT = (
    (rb"(?i)set \S+ client_name a:b", "a name of two parts is taken"),
    (rb"(?i)list output_modules", "espeak-ng is always there"),
    (rb"(?i)set \S+ volume -?101", "413 and 414 say VOLUME, the original PITCH"),
    (rb"(?i)get pitch_range", "0.11.4 knows no such GET"),
)

WORDS = ("", "self", "all", "999", "bogus", "SELF")
NUMBERS = ("0", "100", "-100", "101", "-101", "50", "x", "", "1.5", "+3")
SWITCHES = ("on", "off", "ON", "maybe", "")
VALUES = {
    "RATE": NUMBERS, "PITCH": NUMBERS, "PITCH_RANGE": NUMBERS,
    "VOLUME": NUMBERS,
    "PUNCTUATION": ("none", "some", "most", "all", "ALL", "few", ""),
    "CAP_LET_RECOGN": ("none", "icon", "spell", "loud", ""),
    "SPELLING": SWITCHES, "SSML_MODE": SWITCHES,
    "PRIORITY": ("important", "message", "text", "notification", "progress",
                 "urgent", ""),
    "LANGUAGE": ("en", "de", "EN", ""),
    "VOICE_TYPE": ("male1", "FEMALE2", "child_male", "robot", ""),
    "OUTPUT_MODULE": ("ok", "bogus"),
    "PAUSE_CONTEXT": NUMBERS,
    "CLIENT_NAME": ("u:c:m", "a:b", ""),
    "NOTIFICATION": ("begin on", "end off", "all on", "bogus on", "all maybe",
                     "index_marks on", "cancel", ""),
    "DEBUG": ("on",), "BOGUS": ("1", ""),
}
# A client has set what it asks for: what they begin with is theirs.
FIRST = ("SET self RATE 10", "SET self VOLUME 50", "SET self PITCH 0",
         "SET self VOICE_TYPE male1", "SET self PUNCTUATION none",
         "SET self LANGUAGE en", "SET self OUTPUT_MODULE ok")
GETS = ("RATE", "PITCH", "PITCH_RANGE", "VOLUME", "LANGUAGE", "OUTPUT_MODULE",
        "VOICE_TYPE", "PUNCTUATION", "BOGUS", "")
CHARS = ("a", "A", "space", "\u00e9", "", "_")
TEXTS = ("hello", "", ".", "..", "one two three", "\u00e4\u00f6\u00fc",
         "a\r\nb", ". leading", "<speak>x</speak>")


def any_case(rng, word):
    return rng.choice((word, word.lower(), word.capitalize(), word))


def command(rng):
    """One command, and the text that follows it, or None."""
    kind = rng.randrange(20)
    if kind < 9:
        name = rng.choice(sorted(VALUES))
        who = "self" if rng.random() < 0.8 else rng.choice(WORDS)
        return " ".join((any_case(rng, "SET"), who, any_case(rng, name),
                         rng.choice(VALUES[name]))).rstrip(), None
    if kind < 12:
        return (any_case(rng, "GET") + " " + rng.choice(GETS)).rstrip(), None
    if kind < 14:
        return any_case(rng, "SPEAK"), rng.choice(TEXTS)
    if kind == 14:
        verb = rng.choice(("CHAR", "KEY", "SOUND_ICON"))
        return (verb + " " + rng.choice(CHARS)).rstrip(), None
    if kind == 15:
        return rng.choice(("BLOCK BEGIN", "BLOCK END", "block end", "BLOCK",
                           "BLOCK X")), None
    if kind < 18:
        verb = rng.choice(("STOP", "CANCEL", "PAUSE", "RESUME"))
        return (verb + " " + rng.choice(WORDS)).rstrip(), None
    if kind == 18:
        return rng.choice(("LIST OUTPUT_MODULES", "LIST", "LIST BOGUS")), None
    return rng.choice(("", "BOGUS", "SPEAKX", "HELP me", "SET", "GET")), None


def normal(lines):
    return [NUMBERED.sub(rb"\1-N", line) for line in lines]


def exchange(client, sent, text):
    """Its replies; an end of the connection is one."""
    try:
        return try_exchange(client, sent, text)
    except (EOFError, OSError):
        return [GONE]


def try_exchange(client, sent, text):
    client.send(sent.encode() + b"\r\n")
    lines = normal(client.reply())
    if text is None or not lines[-1].startswith(b"230"):
        return lines
    data = text.encode()
    if data.startswith(b"."):
        data = b"." + data
    client.send(data + b"\r\n.\r\n")
    return lines + normal(client.reply())


def find_theirs():
    path = shutil.which("speech-dispatcher")
    if path is None:
        raise Skip("no speech-dispatcher (contrib/deps services)")
    said = subprocess.run((path, "--version"), capture_output=True, timeout=20,
                          check=False).stdout
    if b"0.11.4" not in said:
        raise Skip("speech-dispatcher is not 0.11.4")
    return path


class Theirs:
    """speech-dispatcher, started again when a session was its end."""

    def __init__(self, home, program):
        self.home, self.program = home, program
        self.path = home.file("theirs.sock")
        self.child = None
        self.stuck = False
        self.deaths = -1
        self.conf = home.file("theirs")
        os.makedirs(os.path.join(self.conf, "modules"))
        with open(os.path.join(home.home, ".asoundrc"), "w",
                  encoding="ascii") as out:
            out.write("pcm.!default { type null }\n")
        with open(os.path.join(self.conf, "speechd.conf"), "w",
                  encoding="ascii") as out:
            out.write('AudioOutputMethod "alsa"\nDefaultModule "ok"\n'
                      'AddModule "ok" "fake_module.py" "ok" "/dev/null"\n')
        with open(os.path.join(self.conf, "modules", "ok"), "w",
                  encoding="ascii"):
            pass

    def connect(self):
        if self.child is None or self.child.poll() is not None or self.stuck:
            self.start()
        return Client(self.path)

    def start(self):
        self.deaths += 1
        self.stuck = False
        if self.child is not None:
            self.child.kill()
            self.child.wait()
        for name in ("theirs.sock", "pid"):
            if os.path.exists(self.home.file(name)):
                os.remove(self.home.file(name))
        self.child = self.home.start(
            self.program, "-s", "-C", self.conf, "-m", HERE, "-L",
            self.home.file("log"), "-P", self.home.file("pid"), "-c",
            "unix_socket", "-S", self.path, "-t", "0",
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until("speech-dispatcher serves", lambda: can_connect(self.path))


def reason(sent):
    for pattern, why in DIFFERENT:
        if re.match(pattern, sent.encode()):
            return why
    return None


def run_session(number, ours, theirs):
    """None, GONE when theirs had an end, or the first exchange that differs."""
    rng = random.Random(number)
    for client in (ours, theirs):
        for sent in FIRST:
            answer = exchange(client, sent, None)
            if answer == [GONE] and client is theirs:
                return GONE
            assert answer[-1] < b"300", (sent, answer)
    for _ in range(COMMANDS):
        sent, text = command(rng)
        answers = [exchange(client, sent, text) for client in (ours, theirs)]
        if answers[1] == [GONE]:
            return GONE
        if answers[0] != answers[1] and reason(sent) is None:
            return (number, sent, text, *answers)
    return None


def test_sessions(home):
    """random sessions are answered alike"""
    home.env["FAKE_MODULE_LOG"] = "/dev/null"
    theirs = Theirs(home, find_theirs())
    home.serve("-o", "null", "--engine=module:%s/fake_module.py ok" % HERE)
    differing = []
    for number in range(SEED, SEED + ROUNDS):
        clients = Client(home.socket), theirs.connect()
        for client in clients:
            client.sock.settimeout(PATIENCE)
        row = run_session(number, *clients)
        theirs.stuck = row == GONE
        if row not in (None, GONE):
            differing.append(row)
        for client in clients:
            client.close()
    print("# speech-dispatcher had to be started again %d times" %
          theirs.deaths)
    for row in differing[:20]:
        print("# session %d: %r %r: ours %r theirs %r" % row)
    assert not differing, "%d of %d sessions" % (len(differing), ROUNDS)
    assert theirs.deaths < ROUNDS / 2


if __name__ == "__main__":
    main([test_sessions])
