#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""serve.py - sources, hand-over, speakctl, hooks and the listening screen."""
import contextlib
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import SRC, Client, Skip, main, until  # noqa: E402

SLOW = "command:exec " + os.path.join(SRC, "tests", "e2e", "slow_sink.py")
LONG = "This is a rather long sentence that takes its time to be said. " * 20


def ctl(home, *words, code=0):
    got = home.run_program("speakctl", *words)
    assert got.returncode == code, (words, got)
    return got.stdout.decode()


def history(home, *words):
    return [json.loads(line)
            for line in ctl(home, "--json", "history", *words).splitlines()]


def was(home, text, event="said"):
    """Whether the newest entry with text had this fate."""
    found = history(home, "1", text)
    return found and found[0]["event"] == event and found[0]


def append(path, text):
    with open(path, "a", encoding="utf-8") as out:
        out.write(text)


def test_sources(home):
    """a file, a FIFO and a command, each with its own ways"""
    log, fifo = home.file("sync.log"), home.file("fifo")
    home.configure(f"""
[source sync]
file = {log}
format = znc
drop = secret
rate = 300
[source pipe]
fifo = {fifo}
format = plain
[source job]
command = echo 'the job says hello'; exec sleep 1000
format = plain
say-name = no
""")
    home.serve("-o", "null", "--verbose")
    until("the command is heard", lambda: was(home, "the job says hello"))
    append(log, "[12:00:01] <carol> good morning\n"
                "[12:00:02] <bob> a secret\n[12:00:03] <bob> no more\n")
    until("the file is heard", lambda: was(home, "no more"))
    assert was(home, "good morning")["source"] == "sync"
    assert was(home, "good morning")["nick"] == "carol"
    assert not history(home, "10", "secret")
    # Writers of a FIFO come and go.
    for word in ("first", "second"):
        append(fifo, word + " writer\n")
        until("the FIFO is heard", lambda: was(home, word + " writer"))
    # The name is said where the source changes, and only there.
    spoken = re.findall(r"saying at (\d+) words a minute: (.*)", home.errors())
    assert ("220", "pipe: first writer") in spoken, spoken
    assert ("220", "second writer") in spoken, spoken
    assert ("300", "sync: carol: good morning") in spoken, spoken
    assert ("220", "the job says hello") in spoken, spoken
    names = [line.split("\t")[0] for line in ctl(home, "sources").splitlines()]
    assert names == ["sync", "pipe", "job"], names


def test_bad_sources(home):
    """mistakes in a source's section are told with file and line"""
    home.configure("[source a]\nfile = /x\nfifo = /y\n[source b]\nformat = z\n"
                   "[source c]\nrate = 5\n[source d]\nnonsense = 1\n")
    got = home.run_program("speakd", "--check-config")
    assert got.returncode == 2
    for line in (3, 7, 9):
        assert b"speakd.conf:%d: " % line in got.stderr, got.stderr
    home.configure("[source b]\nfile = /x\nformat = z\n")
    got = home.run_program("speakd", "--check-config")
    assert got.returncode == 2 and b"unknown format 'z'" in got.stderr, got
    home.configure("[source e]\nrate = 100\n")
    got = home.run_program("speakd", "--check-config")
    assert got.returncode == 2 and b"no file, fifo or command" in got.stderr


def mistake_said(home, *parts):
    """Whether a mistake in the settings was said, with all parts in it."""
    found = history(home, "1", "Mistake")
    return (found and found[0]["event"] == "said"
            and all(part in found[0]["text"] for part in parts) and found[0])


def test_mistake_is_said(home):
    """a daemon with a mistake in its configuration serves, and says it"""
    home.configure("rate = 300\nvolum = 5\n[rule a]\n")
    home.serve("-o", "null", "--verbose")
    until("it is said", lambda: mistake_said(
        home, "speakd.conf, line 2: unknown key 'volum'", "defaults are used"))
    assert "speakd.conf:2: unknown key 'volum'" in home.errors()
    assert "saying at 220 words" in home.errors(), home.errors()
    got = home.run_program("speakd", "-o", "null", input=b"hello\n")
    assert got.returncode == 2, got
    got = home.run_program("speakd", "--serve", "--check-config")
    assert got.returncode == 2, got
    got = home.run_program("speakd", "--serve", "--rate=5")
    assert got.returncode == 2 and got.stderr.count(b"outside") == 1, got


def test_last_good_settings(home):
    """after a mistake the last settings that worked are used again"""
    good = os.path.join(home.home, ".local/state/earshot/speakd.conf.good")
    log = home.file("log")
    section = "rate = 300\n[source s]\nfile = %s\nformat = plain\n" % log
    home.configure(section)
    daemon = home.serve("-o", "null")
    until("they are kept", lambda: os.path.exists(good))
    assert os.stat(good).st_mode & 0o777 == 0o600
    with open(good, encoding="utf-8") as text:
        assert section in text.read()
    # At a reload nothing changes, and the mistake is said.
    home.configure("output = alsaa\n")
    daemon.send_signal(1)
    until("it is said", lambda: mistake_said(home, "line 1", "stay as they"))
    daemon.terminate()
    assert daemon.wait(20) == 0
    daemon = home.serve("-o", "null", "--verbose")
    until("it is said again", lambda: mistake_said(
        home, "unknown output 'alsaa'", "last good settings"))
    assert "saying at 300 words" in home.errors(), home.errors()
    append(log, "a line\n")
    until("the source is there", lambda: was(home, "a line"))
    daemon.terminate()
    assert daemon.wait(20) == 0
    # A voice that the engine does not have, and a file that is not there.
    home.configure("voice = klingon9\n")
    daemon = home.serve("-o", "null")
    until("the voice is missing", lambda: mistake_said(
        home, "no voice called 'klingon9'", "last good settings"))
    append(log, "one more\n")
    until("the source is there again", lambda: was(home, "one more"))
    daemon.terminate()
    assert daemon.wait(20) == 0
    with open(good, encoding="utf-8") as text:
        assert section in text.read()
    home.serve("-o", "null", "-c", home.file("nosuch.conf"))
    until("the file is missing", lambda: mistake_said(
        home, "No such file", "defaults are used"))


def stop_all(daemon):
    """TERM, as from a service manager: to the children first."""
    children = subprocess.check_output(["pgrep", "-P", str(daemon.pid)])
    for pid in [int(child) for child in children.split()] + [daemon.pid]:
        # The one that listed the voices may have ended.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 15)


def test_group_stopped(home):
    """TERM for every process of the service: the phrase is said to its end"""
    err = open(home.file("speakd.err"), "ab")
    daemon = home.start("speakd", "--serve", "-o", "null", "--engine=command:"
                        "read -r text; echo >>begun; until test -e go; do sleep"
                        " 0.02; done; espeak-ng --stdout \"$text\"; "
                        "touch ended", stderr=err, start_new_session=True)
    err.close()
    until("it serves", lambda: os.path.exists(home.socket))
    assert home.run_program("speakctl", "say", "hello").returncode == 0
    until("it is being said", lambda: os.path.exists(home.file("begun")))
    stop_all(daemon)
    with open(home.file("go"), "w", encoding="utf-8"):
        pass
    assert daemon.wait(20) == 0, home.errors()
    assert os.path.exists(home.file("ended")), home.errors()
    assert os.path.getsize(home.file("begun")) == 1, "begun twice"
    # The same while nothing is said.
    daemon = home.serve()
    ctl(home, "-w", "say", "the voice is there")
    stop_all(daemon)
    assert daemon.wait(20) == 0, home.errors()


def stop_while_it_waits(home, daemon, lines, last):
    """lines of the source "meeting", the last one with that text, are kept"""
    ctl(home, "pause")
    client = Client(home.socket)
    client.command("LINES meeting")
    client.send(lines)
    until("they wait", lambda: was(home, last, "waiting"))
    daemon.terminate()
    assert daemon.wait(20) == 0


def test_restart_keeps(home):
    """a restart keeps the history, and says what waited"""
    daemon = home.serve("-o", "null")
    kept = os.path.join(home.run, "earshot", "speakd.kept")
    ctl(home, "-w", "say", "said before")
    stop_while_it_waits(home, daemon, b"[12:00:01] <carol> first\n"
                        b"[12:00:02] <bob> second\n", "second")
    assert os.stat(kept).st_mode & 0o777 == 0o600
    home.serve("-o", "null")
    assert not os.path.exists(kept)
    assert was(home, "said before")
    until("they are said", lambda: was(home, "second"))
    assert was(home, "first")["nick"] == "carol", history(home, "9")
    assert was(home, "first")["source"] == "meeting"
    assert [e["text"] for e in history(home, "9")][0] == "said before"


def test_reload(home):
    """HUP: new sources come, old ones go, the others read on"""
    kept, gone, fresh = (home.file(n) for n in ("kept", "gone", "fresh"))
    section = "[source %s]\nfile = %s\nformat = plain\n"
    home.configure(section % ("kept", kept) + section % ("gone", gone))
    daemon = home.serve()
    append(kept, "one\n")
    until("kept", lambda: was(home, "one"))
    home.configure(section % ("kept", kept) + section % ("fresh", fresh))
    daemon.send_signal(1)
    until("fresh is there", lambda: "fresh" in ctl(home, "sources"))
    assert "gone" not in ctl(home, "sources")
    append(kept, "two\n")
    append(fresh, "three\n")
    until("kept reads on", lambda: was(home, "two"))
    until("fresh", lambda: was(home, "three"))
    assert len(history(home, "10", "one")) == 1


def test_hand_over(home):
    """a second speakd hands its lines over, with its options, and waits"""
    home.serve("-o", SLOW)
    got = home.run_program("speakd", "--print", input=b"printed\n")
    assert got.stdout == b"printed\n"
    got = home.run_program("speakd", "-x", "never", "--nick=me", input=b"one\n"
                           b"never say this\n[12:00:01] <carol> me: hello\n")
    assert got.returncode == 0, got
    # It came back when all was said.
    assert was(home, "one") and was(home, "carol: me: hello")
    assert not history(home, "10", "never")
    assert was(home, "carol")["nick"] == "carol"
    assert was(home, "carol")["source"] == "standard input"
    # Files have their names; a sound of its own is not handed over.
    append(home.file("log"), "from the log\n")
    assert home.run_program("speakd", "log").returncode == 0
    assert was(home, "from the log")["source"] == "log"
    got = home.run_program("speakd", "-w", "own.wav", input=b"mine\n")
    assert got.returncode == 0 and not history(home, "10", "mine")
    assert os.path.getsize(home.file("own.wav")) > 1000
    # A second daemon with something to read hands that over.
    got = home.start("speakd", "--serve", "-F", home.file("log"),
                     stderr=subprocess.DEVNULL)
    until("it is a source", lambda: "\tspeakd\t" in ctl(home, "sources"))

    def noticed():
        append(home.file("log"), "again\n")
        return history(home, "1", "again")

    # It is a source before it follows its file.
    until("it follows", noticed)
    until("it is heard", lambda: was(home, "again"))


def noting(said):
    """An engine that notes how it is to speak, and is silent."""
    return ("--engine=command:echo $EARSHOT_RATE $EARSHOT_PITCH "
            f"$EARSHOT_VOICE $(cat) >>{said}; head -c 4410 /dev/zero")


def test_hand_over_manner(home):
    """how it was told to speak goes with the lines, nothing else does"""
    said = home.file("said")
    home.serve("-o", "null", "-p", "40", noting(said))
    home.run_program("speakd", input=b"as it is there\n")
    home.run_program("speakd", "-s", "300", "-v", "de", input=b"as told\n")
    until("both are said", lambda: "as told" in open(said).read())
    assert open(said).read() == ("220 40 en-us as it is there\n"
                                 "300 40 de as told\n"), open(said).read()


def test_manner_kept(home):
    """said again, and after a restart, a line has its speaker's voice"""
    said = home.file("said")
    daemon = home.serve("-o", "null", noting(said))
    home.run_program("speakd", input=b"[12:00:01] <carol> first\n")
    ctl(home, "repeat")
    until("it is said again", lambda: open(said).read().count("first") == 2)
    stop_while_it_waits(home, daemon, b"[12:00:01] <carol> second\n",
                        "second")
    home.serve("-o", "null", noting(said))
    until("it is said", lambda: "second" in open(said).read())
    manners = {tuple(line.split()[:3]) for line in open(said)}
    assert len(manners) == 1 and ("220", "50", "en-us") not in manners, manners


def test_hand_over_killed(home):
    """what was handed over is said though its sender is gone"""
    home.serve("-o", SLOW)
    sender = home.start("speakd", stdin=subprocess.PIPE)
    lines = b"".join(b"line number %d of many\n" % n for n in range(20))
    sender.stdin.write(lines)
    sender.stdin.flush()
    until("all are there", lambda: len(history(home, "50", "of many")) == 20)
    sender.kill()
    sender.wait()
    until("all are said", lambda: was(home, "number 19 of many"))


def test_server_gone(home):
    """the speakd that served goes: the other one speaks itself"""
    daemon = home.serve()
    shown = open(home.file("shown"), "wb")
    sender = home.start("speakd", "--show", stdin=subprocess.PIPE,
                        stdout=shown, stderr=subprocess.PIPE)
    shown.close()
    sender.stdin.write(b"before\n")
    sender.stdin.flush()
    until("it is said there", lambda: was(home, "before"))
    daemon.kill()
    daemon.wait()
    line = sender.stderr.readline()
    assert b"speaking here" in line, line
    # There is no sound here, which it says in its turn: it tries itself.
    sender.stdin.write(b"behind\n")
    sender.stdin.flush()
    until("it speaks itself", lambda: b"no sound" in sender.stderr.readline()
          or os.path.getsize(home.file("shown")) > 0)


def test_verbs(home):
    """speakctl: every verb, and its exit code"""
    home.serve("-o", SLOW)
    assert "nothing was said" in home.run_program(
        "speakctl", "back").stderr.decode()
    ctl(home, "-w", "say", "hello", "world")
    assert was(home, "hello world")
    ctl(home, "-w", "say", "second")
    ctl(home, "repeat")
    ctl(home, "back", "1")
    got = home.run_program("speakctl", "say", "-", input=b"from a pipe\n")
    assert got.returncode == 0
    until("it is said", lambda: was(home, "from a pipe"))
    for verb, low, high in (("rate", 79, 901), ("pitch", -1, 100),
                            ("volume", -1, 201)):
        before = int(ctl(home, verb))
        ctl(home, verb, "+1")
        assert int(ctl(home, verb)) == before + 1
        ctl(home, verb, "-1")
        ctl(home, verb, str(high), code=2)
        if low > 0:
            ctl(home, verb, str(low), code=2)
        ctl(home, verb, "x", code=2)
    ctl(home, "voice", "en-gb")
    assert "voice: en-gb" in ctl(home, "status")
    ctl(home, "voice", "default")
    assert "voice:" not in ctl(home, "status")
    ctl(home, "mute", "Carol")
    ctl(home, "mute", "bot*")
    status = json.loads(ctl(home, "--json", "status"))
    assert status["muted"] == ["carol", "bot*"], status
    home.run_program("speakd", input=b"[12:00:01] <carol> quiet\n"
                     b"[12:00:02] <bob> loud\n[12:00:03] <BotX> quiet too\n")
    assert was(home, "quiet", "muted") and was(home, "loud")
    ctl(home, "unmute", "carol")
    ctl(home, "unmute", "carol", code=1)
    ctl(home, "only", "#sync")
    home.run_program("speakd", "-f", "ubuntu", input=b"#sync: [12:00] <a> here\n")
    ctl(home, "only")
    ctl(home, "skip")
    ctl(home, "stop")
    ctl(home, "nonsense", code=2)
    ctl(home, "mute", code=2)
    ctl(home, "skip", "it", code=2)
    ctl(home, "--priority=loud", "say", "x", code=2)
    ctl(home, "--nonsense", "skip", code=2)
    assert "carol" in ctl(home, "nicks").split()
    assert "\ten-us\t" in ctl(home, "voices")


def test_teach(home):
    """a word is taught, tried at once, and said so by lines and clients"""
    home.serve("-o", "null")
    ctl(home, "teach", "nginx", "engine", "x")
    until("it is tried", lambda: was(home, "engine x"))
    home.run_program("speakd", input=b"[12:00:01] <al> NGINX, again\n")
    until("a line", lambda: was(home, "al: engine x, again"))
    ctl(home, "-w", "say", "use nginx now")
    assert was(home, "use engine x now")
    ctl(home, "teach", "nginx", "engine ex")
    until("the last wins", lambda: was(home, "engine ex"))
    dictionary = os.path.join(home.home, ".config", "earshot", "dictionary")
    with open(dictionary, encoding="utf-8") as file:
        assert file.read() == "nginx = engine x\nnginx = engine ex\n"
    for words in (("teach", "nginx"), ("teach", "a = b", "c"),
                  ("teach", "a\tb", "c"), ("teach", "a", "b\nc")):
        ctl(home, *words, code=2)
    append(dictionary, "nonsense\n")
    got = home.run_program("speakctl", "teach", "x", "y")
    assert got.returncode == 1 and b"dictionary:3" in got.stderr, got


def test_spell(home):
    """the last line letter by letter, and with all its symbols"""
    home.serve("-o", "null")
    ctl(home, "spell", code=1)
    ctl(home, "-w", "say", "f(x), a.b")
    ctl(home, "spell")
    ctl(home, "say-symbols")
    client = Client(home.socket)
    client.send(b"REPEAT backwards\r\n")
    assert client.reply()[-1][:1] in (b"3", b"4", b"5"), "refused"


def test_profile(home):
    """one word changes the way of listening, and changes it back"""
    home.configure("nick = me\n[profile tea]\nrate = 150\n"
                   "punctuation = none\n")
    home.serve("-o", "null")

    def say(text):
        home.run_program("speakd", "-f", "irssi",
                         input=("12:00 <al> %s\n" % text).encode())
    say("one")
    until("as configured", lambda: was(home, "al: one"))
    ctl(home, "profile", "focus")
    say("two")
    say("three, me?")
    until("to me", lambda: was(home, "three, me?"))
    ctl(home, "profile", "tea")
    assert int(ctl(home, "rate")) == 150
    got = home.run_program("speakctl", "profile", "nap")
    assert got.returncode == 1 and b"expected meeting" in got.stderr, got
    assert int(ctl(home, "rate")) == 150
    ctl(home, "profile", "none")
    assert int(ctl(home, "rate")) == 220


def test_missed(home):
    """what was skipped to keep up can be read back"""
    home.serve("-o", SLOW, "--skip-after=1")
    assert ctl(home, "missed") == ""
    lines = "".join("[12:00:%02d] <al> %s number %d\n" % (i, LONG[:60], i)
                    for i in range(20))
    log = home.file("log")
    append(log, "")
    ctl(home, "follow", log)
    append(log, lines)
    until("some are skipped",
          lambda: len(ctl(home, "--json", "missed").splitlines()) > 4, 60)
    assert len(ctl(home, "missed", "2").splitlines()) == 2
    ctl(home, "missed", "0", code=2)


def test_played_back(home):
    """what was said while we were away is kept, and said when asked for"""
    home.serve("-o", "null")
    log = home.file("sic.out")
    append(log, "")
    ctl(home, "follow", log)
    stamp = time.strftime("%m/%d/%y %H:%M")
    append(log, f"al          : {stamp} >< HISTORY (#c): the first\n"
           f"bo          : {stamp} >< HISTORY (#c NOTICE): the second\n"
           f"#c          : {stamp} <cy> live words\n")
    until("live words are said", lambda: was(home, "live words"))
    assert was(home, "the first", "missed")["nick"] == "al"
    # Through a pipe, too: the stage hands them over as what they are.
    home.run_program("speakd", input=b'{"nick": "di", "channel": "#c", "kind": '
                     b'"message", "text": "the third", "history": true}\n')
    until("it is kept", lambda: was(home, "the third", "missed"))
    assert [e["text"] for e in map(json.loads, ctl(
        home, "--json", "missed").splitlines())] == [
            "al: the first", "notice from bo: the second", "di: the third"]
    assert ctl(home, "missed", "2").count("the ") == 2
    until("they are said", lambda: was(home, "the third"))
    assert was(home, "the second")
    assert ctl(home, "missed").count("the ") == 1
    until("it is said", lambda: was(home, "the first"))
    assert ctl(home, "missed") == ""


def test_nobody_serves(home):
    """without a server: exit 1 and a sentence; a stale socket is none"""
    got = home.run_program("speakctl", "status")
    assert got.returncode == 1 and b"does not serve" in got.stderr, got
    daemon = home.serve()
    home.crash(daemon)
    got = home.run_program("speakctl", "status")
    assert got.returncode == 1 and b"does not serve" in got.stderr, got


def test_pause_and_live(home):
    """pause, resume, live and skip on lines; nothing is lost unasked"""
    home.serve("-o", SLOW)
    ctl(home, "pause")
    sender = home.start("speakd", stdin=subprocess.PIPE)
    sender.stdin.write(b"".join(b"line %d\n" % n for n in range(5)))
    sender.stdin.flush()
    until("they wait", lambda: len(history(home, "9", "line")) == 5)
    assert "paused: yes" in ctl(home, "status")
    assert was(home, "line 0", "waiting")
    ctl(home, "resume")
    until("all are said", lambda: was(home, "line 4"))
    ctl(home, "pause")
    sender.stdin.write(b"".join(b"more %d\n" % n for n in range(5)))
    sender.stdin.flush()
    until("they wait", lambda: len(history(home, "9", "more")) == 5)
    assert ctl(home, "live") == "5 lines skipped\n"
    assert was(home, "more 4", "skipped")
    ctl(home, "resume")
    sender.stdin.write(b"now\n")
    sender.stdin.close()
    assert sender.wait(30) == 0
    assert was(home, "now")


def test_message_over_line(home):
    """a message interrupts a line, which is said again from its sentence"""
    home.serve("-o", SLOW, "--verbose")
    sender = home.start("speakd", stdin=subprocess.PIPE)
    sender.stdin.write(b"One sentence. " * 30 + b"The end of it.\n")
    sender.stdin.close()
    until("it speaks", lambda: was(home, "One sentence", "saying"))
    time.sleep(0)
    until("some way into it", lambda: "One sentence" in home.errors())
    ctl(home, "-w", "say", "a message")
    assert sender.wait(60) == 0
    spoken = re.findall(r"words a minute: (.*)", home.errors())
    at = spoken.index("a message")
    assert at >= 1 and spoken[at + 1].endswith("The end of it."), spoken
    assert spoken[at + 1].startswith("One sentence."), spoken
    assert was(home, "The end of it")


def test_skip_over_line(home):
    """skip and back end what is said, not the line that it had interrupted"""
    home.serve("-o", SLOW, "--verbose")
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    sender = home.start("speakd", stdin=subprocess.PIPE)
    sender.stdin.write(b"One sentence. " * 30 + b"The end of it.\n")
    sender.stdin.flush()
    until("it speaks", lambda: was(home, "One sentence", "saying"))
    for verb in ("SKIP", "BACK"):
        number = client.say("A long message. " * 30)
        client.event(number, 701)
        assert client.code(verb) < 300
        assert client.codes_until(number, 702, 703) == [703]
    until("the line goes on", lambda: was(home, "The end of it"))
    # Said again from its beginning, it does not go on afterwards.
    before = len(home.errors())
    sender.stdin.write(b"Another sentence. " * 30 + b"And its end.\nNext.\n")
    sender.stdin.close()
    until("it speaks", lambda: was(home, "Another sentence", "saying"))
    assert client.code("REPEAT") == 225
    assert sender.wait(60) == 0
    spoken = re.findall(r"words a minute: (.*)", home.errors()[before:])
    assert [text.split()[0] for text in spoken] == [
        "Another", "Another", "Next."], spoken


def test_watch(home):
    """watch streams what is said, words included, as JSON lines"""
    home.serve("-o", SLOW)
    watch = home.start("speakctl", "watch", stdout=subprocess.PIPE)

    def watches():
        home.run_program("speakd", input=b"[12:00:00] <carol> before\n")
        return select.select([watch.stdout], [], [], 0)[0]

    # Nothing but its first news tells that it was heard.
    until("it watches", watches)
    home.run_program("speakd", input=b"[12:00:01] <carol> two words\n")
    events, number = [], None
    while "said" not in events:
        news = json.loads(watch.stdout.readline())
        if news.get("text") == "carol: two words":
            number = news["id"]
        if news["id"] != number:
            continue
        events.append(news["event"])
        if news["event"] == "saying":
            assert news["text"] == "carol: two words", news
            assert news["nick"] == "carol", news
    assert events[0] == "waiting" and events.count("word") == 3, events
    assert events.index("saying") < events.index("said")


def test_hooks(home):
    """a rule runs its command: the message in the environment and on stdin"""
    home.configure(f"""
nick = me
[rule action]
text = ^#action me
run = {{ echo "$EARSHOT_NICK $EARSHOT_KIND $EARSHOT_SOURCE $EARSHOT_TIME"; cat; }} >>{home.file("out")}
[rule slow]
text = never ends
run = sleep 1000
[rule bad]
text = fails
run = exit 3
""")
    home.serve()
    evil = "#action me $(touch pwned) `touch pwned`; touch pwned"
    client = Client(home.socket)
    client.command("LINES meeting")
    client.send(b"[12:00:01] <carol> " + evil.encode() + b"\n"
                b"[12:00:02] <bob> this fails\n")
    until("it ran", lambda: os.path.exists(home.file("out"))
          and evil in open(home.file("out"), encoding="utf-8").read())
    with open(home.file("out"), encoding="utf-8") as out:
        assert out.read() == "carol message meeting 12:00:01\n" + evil + "\n"
    assert not os.path.exists(home.file("pwned"))
    until("a failure is told", lambda: "ended with code 3" in home.errors())
    # Four at a time, 64 wait, the others are refused and counted.
    client.send(b"[12:00:03] <bob> this never ends\n" * 69)
    until("one too many", lambda: "1 refused so far" in home.errors())
    until("it is ended", lambda: "more than 10 s" in home.errors())


def test_action_example(home):
    """the shipped example: an #action for me goes into "project in" """
    with open(os.path.join(SRC, "contrib", "speakd.conf"),
              encoding="utf-8") as example:
        text = example.read()
    assert "project in -" in text
    stub = home.file("bin")
    os.mkdir(stub)
    path = os.path.join(stub, "project")
    with open(path, "w", encoding="utf-8") as out:
        out.write('#!/bin/sh\necho "$*" >>"%s"; cat >>"%s"\n'
                  % (home.file("filed"), home.file("filed")))
    os.chmod(path, 0o755)
    home.env["PATH"] = stub + ":" + home.env["PATH"]
    home.configure(text.replace("trent", "me"))
    home.serve()
    client = Client(home.socket)
    client.command("LINES meeting")
    client.send(b"[12:00:01] <carol> #action me to write the minutes\n"
                b"[12:00:02] <carol> #action bob to read them\n")
    until("it is filed", lambda: os.path.exists(home.file("filed")) and
          "minutes" in open(home.file("filed"), encoding="utf-8").read())
    with open(home.file("filed"), encoding="utf-8") as filed:
        assert filed.read().startswith("in -\n")
    until("bob's is said", lambda: was(home, "read them"))
    with open(home.file("filed"), encoding="utf-8") as filed:
        assert "read them" not in filed.read()


def test_manual_examples(home):
    """the dialogues in speakd-protocol(7), line by line"""
    home.serve()
    client = Client(home.socket)
    with open(os.path.join(SRC, "man", "speakd-protocol.7"),
              encoding="utf-8") as manual:
        lines = [line[:-1] for line in manual if line[:2] in ("> ", "< ")]
    assert len(lines) > 25, lines
    for line in lines:
        if line[0] == ">":
            client.send(line[2:].encode() + b"\r\n")
        else:
            # Which client we are depends on who was there before.
            got = re.sub(r"^(7..)-\d+$", r"\1-1", client.line().decode())
            assert got == line[2:], (got, line)


def test_manual_complete(home):
    """the manual and --help tell of every verb and option"""
    with open(os.path.join(SRC, "man", "speakctl.1"), encoding="utf-8") as page:
        manual = page.read()
    verbs = ctl(home, "--verbs").splitlines()
    assert len(verbs) > 20
    help_text = ctl(home, "--help")
    for verb in verbs:
        name = verb.split("\t")[0]
        assert re.search(r"[ ,]%s\b" % name, manual), name
        assert "\n  " + name + " " in help_text, name
    for option in re.findall(r"--([a-z]+)", help_text):
        assert "Fl -" + option in manual or option in ("serve",), option


# ---- the listening screen ---------------------------------------------------

class Screen:
    """speakctl ui in a tmux of its own."""

    def __init__(self, home, columns, rows, term=None):
        if shutil.which("tmux") is None:
            raise Skip("tmux is not installed")
        self.home = home
        self.tmux = ["tmux", "-S", home.file("tmux"), "-f", "/dev/null"]
        command = "exec speakctl ui 2>ui.err"
        if term:
            command = "TERM=%s; export TERM; " % term + command
        self.call("new-session", "-d", "-x", str(columns), "-y", str(rows),
                  command)

    def call(self, *words):
        return subprocess.run(self.tmux + list(words), env=self.home.env,
                              cwd=self.home.path, capture_output=True,
                              check=True, timeout=30).stdout.decode()

    def text(self):
        return self.call("capture-pane", "-p")

    def keys(self, *keys):
        self.call("send-keys", *keys)

    def shows(self, text):
        until("the screen shows " + text, lambda: text in self.text())

    def close(self):
        subprocess.run(self.tmux + ["kill-server"], env=self.home.env,
                       capture_output=True, check=False)


def drive(home, columns, rows, term=None):
    home.serve("-o", SLOW)
    sender = home.start("speakd", stdin=subprocess.PIPE)

    def hear(text):
        sender.stdin.write(text.encode() + b"\n")
        sender.stdin.flush()

    screen = Screen(home, columns, rows, term)
    try:
        screen.shows("silent, 0 wait")
        hear("[12:00:01] <carol> hello everybody")
        screen.shows("carol: hello everybody")
        screen.shows("silent")
        screen.keys("Space")
        screen.shows("paused")
        hear("[12:00:02] <bob> one")
        hear("[12:00:03] <bob> two")
        screen.shows("paused, 2 wait")
        screen.keys("Space")
        screen.shows("silent, 0 wait")
        screen.keys("+")
        screen.shows("240 wpm")
        screen.keys("-")
        screen.shows("220 wpm")
        screen.keys("m")
        screen.shows("bob is muted")
        until("muted", lambda: "muted: bob" in ctl(home, "status"))
        screen.keys("b")
        screen.keys("r")
        screen.keys("s")
        screen.keys("l")
        screen.keys("?")
        screen.shows("skip")
        screen.keys("?")
        screen.keys("/")
        screen.shows("search:")
        screen.keys("h", "e", "l", "l", "Enter")
        until("only what was searched", lambda: "two" not in screen.text()
              and "hello everybody" in screen.text())
        screen.call("resize-window", "-x", str(columns - 5), "-y",
                    str(rows - 2))
        screen.shows("hello everybody")
        screen.keys("q")
        until("it ends", lambda: subprocess.run(
            screen.tmux + ["has-session"], env=home.env, check=False,
            capture_output=True).returncode != 0)
        with open(home.file("ui.err"), encoding="utf-8") as err:
            assert err.read() == ""
    finally:
        screen.close()


def test_screen(home):
    """the listening screen, 80 x 24"""
    drive(home, 80, 24)


def test_small_screen(home):
    """the listening screen, 40 x 12, without colour"""
    drive(home, 40, 12, "vt100")


def test_screen_read_aloud(home):
    """a screen reader that reads the screen is not shown on it, or it never ends"""
    home.serve()
    ctl(home, "say", "a letter has come")
    screen = Screen(home, 80, 24)
    try:
        screen.shows("a letter has come")
        row, = [row for row in screen.text().splitlines() if "letter" in row]
        ctl(home, "say", row)
        ctl(home, "say", "A  Letter has")
        ctl(home, "say", "and another one")
        screen.shows("and another one")
        shown = screen.text()
        assert shown.lower().count("letter") == 1, shown
        # One that joins rows by commas, and says things of its own as well.
        reader = Client(home.socket)
        for _ in range(3):
            reader.say(row.replace(" has", " , has"))
        reader.say("has attribute")
        ctl(home, "say", "the last one")
        screen.shows("the last one")
        shown = screen.text()
        assert "attribute" not in shown, shown
        assert shown.lower().count("letter") == 1, shown
    finally:
        screen.close()


def test_screen_without_terminal(home):
    """no terminal, or no server any more: a sentence, exit 1"""
    daemon = home.serve()
    got = home.run_program("speakctl", "ui", input=b"")
    assert got.returncode == 1 and b"needs a terminal" in got.stderr, got
    screen = Screen(home, 80, 24)
    try:
        screen.shows("silent")
        daemon.kill()
        daemon.wait()
        until("it says so", lambda: os.path.exists(home.file("ui.err")) and
              "speakd has gone" in open(home.file("ui.err"),
                                        encoding="utf-8").read())
    finally:
        screen.close()


main([test_sources, test_bad_sources, test_mistake_is_said,
      test_last_good_settings, test_group_stopped, test_restart_keeps,
      test_reload, test_hand_over, test_hand_over_manner,
      test_manner_kept, test_hand_over_killed, test_server_gone, test_verbs, test_teach, test_profile,
      test_spell, test_missed, test_played_back, test_nobody_serves,
      test_pause_and_live, test_message_over_line, test_skip_over_line, test_watch, test_hooks,
      test_action_example, test_manual_examples, test_manual_complete,
      test_screen, test_small_screen, test_screen_read_aloud, test_screen_without_terminal])
