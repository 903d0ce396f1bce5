#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""engines.py - synthesisers of all kinds, at their best and at their worst."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import SRC, Client, Skip, free_port, listens, main  # noqa: E402
from lib import processes_in, until  # noqa: E402
from ssip_sound import Ear, close_to  # noqa: E402

HERE = os.path.join(SRC, "tests", "e2e")
TONE_HZ = 500
SLOW = "command:exec " + os.path.join(HERE, "slow_sink.py")


def module(home, mode):
    home.env["FAKE_MODULE_LOG"] = home.file("settings")
    return "--engine=module:%s/fake_module.py %s" % (HERE, mode)


def pipe(home, mode="ok"):
    return "--engine=pipe:exec %s/fake_pipe.py %s %s" % (HERE, mode,
                                                         home.file("pids"))


def is_tone(heard):
    return abs(heard.pitch_hz() - TONE_HZ / 2) < 20 or \
        abs(heard.pitch_hz() - TONE_HZ) < 50 or \
        abs(heard.pitch_hz() - TONE_HZ / 3) < 10


def test_module(home):
    """a module of speech-dispatcher's says what it is given, and marks"""
    ear = Ear(home, module(home, "ok"))
    heard = ear.hear("one two three four")
    assert is_tone(heard), heard.pitch_hz()
    # Four words of 200 ms and nothing of the markup between them.
    assert 780 <= heard.ms <= 820, heard.ms
    ear.client.code("SET self SSML_MODE on")
    number = ear.client.say('<speak>one <mark name="b"/>two&lt; '
                            '<mark name="c"/>three</speak>')
    seen = []
    while not seen or seen[-1] != b"702 END":
        lines = ear.client.message()
        seen.append(lines[2][4:] if lines[0][:3] == b"700" else lines[-1])
        assert lines[0][4:] == number
    assert seen == [b"701 BEGIN", b"b", b"c", b"702 END"], seen
    assert not home.errors(), home.errors()


def test_module_settings(home):
    """what a client sets reaches the module in its own words"""
    ear = Ear(home, module(home, "ok"))
    ear.hear("x", "SET self RATE 100", "SET self PITCH -100",
             "SET self VOLUME 0", "SET self PUNCTUATION all",
             "SET self CAP_LET_RECOGN icon", "SET self SYNTHESIS_VOICE Ulla")
    ear.hear("x", "SET self SYNTHESIS_VOICE", "SET self LANGUAGE fr")
    ear.hear("abc", "SET self SPELLING on")
    with open(home.file("settings"), encoding="utf-8") as log:
        first, second, third = log.read().splitlines()
    for word in ("rate=100", "pitch=-100", "volume=0", "punctuation_mode=all",
                 "cap_let_recogn=icon", "spelling_mode=off",
                 "synthesis_voice=Ulla"):
        assert word in first.split(" "), (word, first)
    assert "language=fr" in second.split(" "), second
    assert "spelling_mode=on" in third.split(" "), third


def test_bad_modules(home):
    """one that hangs, dies, floods or lies: espeak-ng speaks, others are said"""
    for mode in ("mute", "broken", "gone", "hang", "garbage", "line",
                 "refuses", "lies"):
        ear = Ear(home, module(home, mode))
        first, second = ear.hear("one two three"), ear.hear("four five six")
        assert first.ms > 300 and not is_tone(first), (mode, first.ms)
        assert second.ms > 300, (mode, second.ms)
        assert "espeak-ng speaks for it" in home.errors(), home.errors()
        if mode == "hang":
            # Only the first text was late.
            with open(home.file("settings"), encoding="utf-8") as log:
                assert log.read().count("hangs") == 1
        home.end_all()
        os.remove(home.file("speakd.err"))


def test_slow_module(home):
    """a module that gets no processor is waited for, not replaced"""
    ear = Ear(home, module(home, "slow"))
    assert is_tone(ear.hear("one two"))
    assert not home.errors(), home.errors()


def module_voices(client, name):
    assert client.code("SET self OUTPUT_MODULE " + name) == 216
    return client.command("LIST SYNTHESIS_VOICES")


def test_voice_lists(home):
    """one that hangs costs the others no voice; other engines, other voices"""
    daemon = home.serve("-o", "null", module(home, "loads"),
                        module(home, "ok"), module(home, "mute"))
    client = Client(home.socket)
    voices = [b"249-Tony\ten\tnone", b"249-Ulla\tde\tnone",
              b"249 OK VOICE LIST SENT"]
    assert module_voices(client, "ok") == voices
    assert len(module_voices(client, "espeak-ng")) > 50
    # These two came while one, asked before them, was still to answer.
    with open(home.file("settings.go"), "w", encoding="ascii"):
        assert module_voices(client, "loads") == voices
    assert len(module_voices(client, "mute")) > 50
    assert "did nothing for 10 s" in home.errors(), home.errors()
    home.crash(daemon)
    home.configure("rate = 220\n")
    daemon = home.serve("-o", "null")
    client = Client(home.socket)
    espeak = client.command("LIST SYNTHESIS_VOICES")
    assert len(espeak) > 50 and client.command("GET RATE")[0] == b"251-17"
    home.configure("rate = 300\nengine = module:%s/fake_module.py ok\n" % HERE)
    daemon.send_signal(signal.SIGHUP)
    until("the module is loaded", lambda: client.command(
        "LIST OUTPUT_MODULES")[0] == b"250-ok")
    assert client.command("LIST SYNTHESIS_VOICES") == voices
    assert client.command("GET RATE")[0] == b"251-46"
    assert module_voices(client, "espeak-ng") == espeak


def test_module_dies_in_a_block(home):
    """what was half heard is told to be so; the next is said"""
    ear = Ear(home, module(home, "block"), "--engine=espeak-ng")
    ear.client.code("SET self OUTPUT_MODULE block")
    number = ear.client.say("one two three")
    assert ear.client.codes_until(number, 702, 703)[-1] == 703
    ear.take()
    assert ear.hear("four five", "SET self OUTPUT_MODULE espeak-ng").ms > 300


def test_stop(home):
    """STOP ends a module's sound, and it goes on with the next text"""
    home.serve("-o", SLOW, module(home, "flood"))
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    client.code("SET self PRIORITY message")
    for _ in range(3):
        number = client.say("one two three")
        client.event(number, 701)
        assert client.code("STOP self") == 210
        assert client.codes_until(number, 702, 703) == [703]
    assert not home.errors(), home.errors()


def test_several(home):
    """several at once: by module, by voice; the last named is for the rest"""
    ear = Ear(home, module(home, "ok"), "--engine=espeak-ng")
    client = ear.client
    assert client.command("LIST OUTPUT_MODULES") == [
        b"250-espeak-ng", b"250-ok", b"250 OK MODULE LIST SENT"]
    assert client.command("GET OUTPUT_MODULE")[0] == b"251-espeak-ng"
    assert not is_tone(ear.hear("one two three"))
    assert is_tone(ear.hear("one two three", "SET self OUTPUT_MODULE ok"))
    assert client.command("LIST SYNTHESIS_VOICES") == [
        b"249-Tony\ten\tnone", b"249-Ulla\tde\tnone",
        b"249 OK VOICE LIST SENT"]
    other = Client(home.socket)
    voices = other.command("LIST SYNTHESIS_VOICES")
    assert len(voices) > 50 and b"249-Tony\ten\tnone" not in voices
    assert not is_tone(ear.hear("one two three",
                                "SET self OUTPUT_MODULE espeak-ng"))
    assert not is_tone(ear.hear("one two three",
                                "SET self OUTPUT_MODULE nosuch"))
    ear.client = other
    other.code("SET self NOTIFICATION all on")
    assert is_tone(ear.hear("one two three", "SET self SYNTHESIS_VOICE Tony"))
    listed = home.run_program("speakd", "--list-voices", module(home, "ok"))
    assert b"en\tTony\t-\tok\n" in listed.stdout, listed.stdout[-200:]


def stops(home, engine, times):
    """It is stopped in a long text so often, and says the next one to its end."""
    home.serve("-o", SLOW, engine)
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    client.code("SET self PRIORITY message")
    for _ in range(times):
        number = client.say("one two three " * 100)
        client.event(number, 701)
        assert client.code("STOP self") == 210
        assert client.codes_until(number, 702, 703) == [703]
    assert client.codes_until(client.say("x y"), 702, 703) == [701, 702]


def test_pipe(home):
    """a command that stays: loaded once, stopped, gone on with"""
    ear = Ear(home, pipe(home))
    heard = ear.hear("one two three")
    assert is_tone(heard) and 580 <= heard.ms <= 620, heard.ms
    home.end_all()
    stops(home, pipe(home), 3)
    with open(home.file("pids"), encoding="ascii") as pids:
        assert len(pids.read().split()) == 2
    assert not home.errors(), home.errors()


def test_bad_commands(home):
    """a command that fails without a sound: espeak-ng says the text"""
    for command in ("exit 3", "no-such-program", "cat >/dev/null",
                    "echo RIFFxxxxWAVEfmt broken"):
        ear = Ear(home, "--engine=command:" + command)
        assert ear.hear("one two three").ms > 300, command
        assert "espeak-ng speaks for it" in home.errors(), home.errors()
        home.end_all()
        os.remove(home.file("speakd.err"))


def test_example(home):
    """the program of speakd-engine(7), as it stands there"""
    with open(SRC + "/man/speakd-engine.7", encoding="ascii") as manual:
        example = re.search(r"^#!/usr.*?(?=^\.Ed)", manual.read(), re.M | re.S)
    with open(home.file("silence"), "w", encoding="ascii") as out:
        out.write(example.group(0).replace(r"\e", "\\"))
    os.chmod(home.file("silence"), 0o755)
    home.serve("-o", "null", "--engine=pipe:exec " + home.file("silence"))
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    for _ in range(2):
        assert client.codes_until(client.say("x y"), 702, 703) == [701, 702]
    assert not home.errors(), home.errors()


def test_bad_pipes(home):
    """a command that dies, or writes rubbish: espeak-ng speaks for it"""
    for mode in ("dies", "garbage", "fails"):
        ear = Ear(home, pipe(home, mode))
        for _ in range(2):
            assert not is_tone(ear.hear("one two three"))
        assert "espeak-ng speaks for it" in home.errors(), home.errors()
        home.end_all()
        os.remove(home.file("speakd.err"))


STAND_IN = '''
import array, collections, math, time
Chunk = collections.namedtuple("Chunk", "audio_int16_bytes sample_rate")
class SynthesisConfig:
    def __init__(self, length_scale):
        self.length_scale = length_scale
class PiperVoice:
    @staticmethod
    def load(model):
        print("a library that prints")
        time.sleep(1)
        return PiperVoice()
    def synthesize(self, text, syn_config=None):
        if "broken" in text:
            raise ValueError("no such phoneme")
        for word in text.split():
            n = int(4800 * syn_config.length_scale)
            yield Chunk(array.array("h", (
                int(9000 * math.sin(2 * math.pi * 500 * i / 24000))
                for i in range(n))).tobytes(), 24000)
'''


def test_piper(home):
    """contrib/piper-engine, with a stand-in for Piper and its model"""
    os.mkdir(home.file("piper"))
    with open(os.path.join(home.file("piper"), "__init__.py"), "w",
              encoding="ascii") as out:
        out.write(STAND_IN)
    home.env["PYTHONPATH"] = home.path
    engine = "--engine=pipe:exec %s/contrib/piper-engine model.onnx" % SRC
    ear = Ear(home, engine)
    heard = ear.hear("one two three", "SET self RATE 0")
    assert is_tone(heard) and 580 <= heard.ms <= 620, heard.ms
    slow = ear.hear("one two three", "SET self RATE -100")
    assert is_tone(slow) and slow.ms > 1200, slow.ms
    assert "espeak-ng speaks" not in home.errors(), home.errors()
    assert not is_tone(ear.hear("one broken three"))
    assert "no such phoneme" in home.errors(), home.errors()
    home.end_all()
    stops(home, engine, 2)


def real_module(name):
    modules = "speech-dispatcher-modules"
    for directory in (os.path.join(SRC, "build/services/bin"),
                      "/usr/lib/" + modules, "/usr/libexec/" + modules):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            return path
    raise Skip("no " + name + " here (contrib/deps services)")


def test_real_modules(home):
    """sd_espeak-ng and sd_flite, unchanged"""
    plain = None
    for name in ("sd_espeak-ng", "sd_flite"):
        ear = Ear(home, "--engine=module:" + real_module(name))
        heard = ear.hear("one two three four five")
        assert 800 < heard.ms < 3000, (name, heard.ms)
        # sd_espeak-ng says how it ended.
        told = home.errors().replace("speakd: ", "").split()
        assert set(told) <= {"stdin", "over"}, home.errors()
        if plain is not None:
            assert not close_to(heard.ms, plain.ms, 1)
        plain = heard
        slow = ear.hear("one two three four five", "SET self RATE -50")
        assert slow.ms > heard.ms * 1.2, (name, slow.ms, heard.ms)
        home.end_all()


def festival_server(home, port):
    """Festival itself: sd_festival only talks to it."""
    if not shutil.which("festival"):
        raise Skip("no festival here (contrib/deps services)")
    with open(home.file("festival.log"), "wb") as log:
        home.start(SRC + "/tests/helpers/in-place", "festival", "--server",
                   "(set! server_port %d)" % port, stdin=subprocess.DEVNULL,
                   stdout=log, stderr=log)
    until("festival listens", lambda: listens(port))


def test_festival(home):
    """sd_festival with a Festival that serves: said, slower, stopped"""
    path, port = real_module("sd_festival"), free_port()
    with open(home.file("festival.conf"), "w", encoding="ascii") as out:
        out.write('FestivalServerHost "127.0.0.1"\nFestivalServerPort %d\n' %
                  port)
    engine = "--engine=module:%s %s" % (path, home.file("festival.conf"))
    ear = Ear(home, engine)
    plain = ear.hear("one two three four five")
    assert "espeak-ng speaks for it" in home.errors(), home.errors()
    home.end_all()
    os.remove(home.file("speakd.err"))
    festival_server(home, port)
    ear = Ear(home, engine)
    heard = ear.hear("one two three four five")
    assert "espeak-ng" not in home.errors(), home.errors()
    assert heard.rate_hz == 16000 and 800 < heard.ms < 3500, heard.ms
    assert plain.rate_hz != 16000
    slow = ear.hear("one two three four five", "SET self RATE -50")
    assert slow.ms > heard.ms * 1.2, (slow.ms, heard.ms)
    assert b"249-kal_diphone\ten-US\tnone" in ear.client.command(
        "LIST SYNTHESIS_VOICES")
    home.running.pop().kill()
    stops(home, engine, 2)


def test_generic(home):
    """sd_generic runs the command of its configuration, and plays by itself"""
    conf = home.file("mine-generic.conf")
    with open(conf, "w", encoding="ascii") as out:
        out.write('GenericExecuteSynth "echo \'$DATA\' >>%s"\n'
                  'AddVoice "en" "male1" "x"\n' % home.file("said"))
    home.serve("-o", "null", "--engine=module:%s %s" %
               (real_module("sd_generic"), conf))
    client = Client(home.socket)
    assert client.command("LIST OUTPUT_MODULES")[0] == b"250-mine-generic"
    client.code("SET self NOTIFICATION all on")
    assert client.codes_until(client.say("hello there"), 702, 703) == [701, 702]
    with open(home.file("said"), encoding="ascii") as said:
        assert said.read() == "hello there\n"


def test_mistakes(home):
    """an engine that is none, and a module that is not there: exit 2"""
    for engine, why in (("festival", b"unknown engine"),
                        ("pipe:", b"unknown engine"),
                        ("module:nosuch", b"no module 'nosuch'")):
        done = home.run_program("speakd", "--alone", "-o", "null",
                                "--engine=" + engine, input=b"x\n")
        assert done.returncode == 2 and why in done.stderr, done


def test_ends_with_us(home):
    """killed, speakd leaves no module behind"""
    ear = Ear(home, pipe(home))
    ear.hear("one")
    with open(home.file("pids"), encoding="ascii") as pids:
        worker = int(pids.read().split()[-1])
    home.running[-1].kill()
    until("the command is gone",
          lambda: not os.path.exists("/proc/%d" % worker))


def test_ends_with_its_voice(home):
    """a module that hangs ends with a voice, or a speakd, that is killed"""
    for victim in ("speakd-voice", "speakd"):
        home.serve("-o", "null", module(home, "hang"))
        before = hung(home)
        Client(home.socket).say("one")
        new = until("it hangs", lambda b=before: hung(home)[len(b):])
        os.kill(pid_of(home, victim), signal.SIGKILL)
        # Some seconds later the voice itself would end it.
        until("it is gone",
              lambda n=new: not os.path.exists("/proc/%d" % n[0]))
        home.end_all()


def hung(home):
    """The modules that hang, as they say."""
    try:
        with open(home.file("settings"), encoding="utf-8") as log:
            return [int(line[6:]) for line in log if line[:6] == "hangs "]
    except FileNotFoundError:
        return []


def pid_of(home, program):
    for pid in processes_in(home.path):
        with open("/proc/%d/comm" % pid, encoding="utf-8") as name:
            if name.read() == program + "\n":
                return pid
    raise AssertionError("no " + program)


if __name__ == "__main__":
    if shutil.which("python3") is None:
        raise SystemExit("no python3")
    main([test_module, test_module_settings, test_bad_modules,
          test_slow_module, test_voice_lists,
          test_module_dies_in_a_block, test_stop, test_several, test_pipe,
          test_example, test_bad_commands, test_bad_pipes, test_piper,
          test_real_modules, test_festival, test_generic, test_mistakes,
          test_ends_with_us, test_ends_with_its_voice])
