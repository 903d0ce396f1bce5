#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""ssip.py - speakd's socket as SSIP's clients know it, and as foes try it."""
import ast
import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import (BIN, SANITIZED, SRC, Client, Skip, can_connect,  # noqa: E402
                 main, until)

GOLDEN = os.path.join(SRC, "tests", "data", "ssip", "golden-0.11.4.txt")
# A sound that takes as long as the speech, without a device.
SLOW = "command:exec " + os.path.join(SRC, "tests", "e2e", "slow_sink.py")
LONG = "This is a rather long sentence that takes its time to be said. " * 20

# Named in tests/data/ssip/README: command -> our last line.
DIFFERENT = {
    b"SET SELF VOLUME 101\r\n": b"413 ERR VOLUME TOO HIGH",
    b"SET SELF VOICE MALE1\r\n": b"209 OK VOICE SET",
    b"HISTORY GET CLIENT_LIST\r\n": b"240 OK CLIENTS LIST SENT",
}
VOICE_LISTS = b"LIST SYNTHESIS_VOICES"
NUMBERED = re.compile(rb"(225|245)-\d+")


def replies(data):
    """The lines of a recorded answer that are no events, numbers left out."""
    lines = [NUMBERED.sub(rb"\1-N", line) for line in data.split(b"\r\n")]
    return [line for line in lines
            if line and line[0:1] != b"7" and line != b"<EOF>"]


def test_golden(home):
    """every exchange with speech-dispatcher 0.11.4, answered the same"""
    home.serve()
    client = Client(home.socket)
    compared = 0
    with open(GOLDEN, encoding="ascii") as golden:
        for exchange in golden:
            sent, theirs = (ast.literal_eval(part)
                            for part in exchange.strip().split(" -> "))
            client.send(sent)
            ours = [NUMBERED.sub(rb"\1-N", line) for line in client.reply()]
            compared += 1
            if sent.startswith(VOICE_LISTS):
                assert ours[-1] == b"249 OK VOICE LIST SENT", (sent, ours)
                for line in ours[:-1]:
                    assert len(line[4:].split(b"\t")) == 3, line
            elif sent in DIFFERENT:
                assert ours[-1] == DIFFERENT[sent], (sent, ours)
            else:
                assert ours == replies(theirs), (sent, ours, theirs)
    assert compared > 90, compared
    try:
        client.line()
        raise AssertionError("the connection is open behind QUIT")
    except EOFError:
        pass


def test_events(home):
    """BEGIN and END, exactly one of END and CANCELED, in order"""
    home.serve("-o", SLOW)
    client = Client(home.socket)
    assert client.code("SET self NOTIFICATION all on") == 220
    assert client.code("SET self PRIORITY message") == 202
    one, two = client.say("hello"), client.say("")
    assert client.codes_until(one, 702, 703) == [701, 702]
    assert client.codes_until(two, 702, 703) == [701, 702]
    number = client.say(LONG)
    client.event(number, 701)
    assert client.code("STOP self") == 210
    assert client.codes_until(number, 702, 703) == [703]
    # What was not on when the message was queued is not told.
    assert client.code("SET self NOTIFICATION begin off") == 220
    number = client.say("hello")
    assert client.codes_until(number, 702, 703) == [702]


def test_priorities(home):
    """the five priorities stop, drop and postpone as SSIP says"""
    home.serve("-o", SLOW)
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")

    def say(priority, text):
        assert client.code("SET self PRIORITY " + priority) == 202
        return client.say(text)

    # TEXT interrupts itself, MESSAGE drops TEXT, and waits for MESSAGE.
    text = say("text", LONG)
    client.event(text, 701)
    other = say("text", LONG)
    assert client.codes_until(text, 702, 703) == [703]
    client.event(other, 701)
    first = say("message", LONG)
    assert client.codes_until(other, 702, 703) == [703]
    client.event(first, 701)
    second = say("message", "second")
    # NOTIFICATION is only for silence; the newest PROGRESS is kept.
    notification = say("notification", "nobody hears this")
    assert client.codes_until(notification, 702, 703) == [703]
    old = say("progress", "10 percent")
    new = say("progress", "100 percent")
    assert client.codes_until(old, 702, 703) == [703]
    # IMPORTANT comes first; the message goes on behind it.
    important = say("important", "fire")
    assert client.codes_until(important, 702, 703) == [701, 702]
    assert client.code("STOP self") == 210
    assert client.codes_until(first, 702, 703) == [703]
    assert client.codes_until(second, 702, 703) == [701, 702]
    assert client.codes_until(new, 702, 703)[-1] in (702, 703)


def test_blocks(home):
    """the messages of a block do not interrupt each other"""
    home.serve("-o", SLOW)
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    assert client.code("BLOCK BEGIN") == 260
    numbers = [client.say("part %d" % n) for n in range(3)]
    assert client.code("BLOCK END") == 261
    for number in numbers:
        assert client.codes_until(number, 702, 703) == [701, 702]


def test_pause(home):
    """PAUSE and RESUME: the message goes on where it was"""
    home.serve("-o", SLOW)
    client, other = Client(home.socket), Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    client.code("SET self PRIORITY message")
    number = client.say("One. Two. Three. " * 4)
    client.event(number, 701)
    assert client.code("PAUSE self") == 211
    assert client.event(number) == 704
    # Others are not paused, and what comes now waits.
    waits = client.say("later")
    other.code("SET self NOTIFICATION all on")
    assert other.codes_until(other.say("hello"), 702) == [701, 702]
    assert client.code("RESUME self") == 212
    assert client.codes_until(number, 702, 703) == [705, 702]
    assert client.codes_until(waits, 702, 703) == [701, 702]


def test_marks(home):
    """SSML is read, its marks come in order, and it is never spoken"""
    home.serve("-o", SLOW)
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    assert client.code("SET self SSML_MODE on") == 219
    number = client.say('<speak><mark name="0:5"/>hello <mark name="5:9"/>'
                        'dear &amp; world.<mark name="end"/></speak>')
    seen = []
    while not seen or seen[-1] not in (b"702 END", b"703 CANCELED"):
        lines = client.message()
        assert lines[0][4:] == number, lines
        seen.append(lines[2][4:] if lines[0][:3] == b"700" else lines[-1])
    assert seen == [b"701 BEGIN", b"0:5", b"5:9", b"end", b"702 END"], seen
    said = client.command("HISTORY GET MESSAGE " + number.decode())
    assert said[0] == b"246-hello dear & world.", said


def test_dictionary(home):
    """the listener's dictionary is for plain texts and for SSML"""
    path = os.path.join(home.home, ".config", "earshot", "dictionary")
    with open(path, "w", encoding="utf-8") as out:
        out.write("nginx = engine x\n")
    home.serve()
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    for ssml, text, want in (
            ("off", "the nginx here", b"the engine x here"),
            ("on", "<speak>the <mark name='a'/>nginx <mark name='b'/>here"
                   "</speak>", b"the engine x here"),
            ("on", "<say-as interpret-as='characters'>nginx</say-as>",
             b"nginx")):
        assert client.code("SET self SSML_MODE " + ssml) == 219
        number = client.say(text)
        client.codes_until(number, 702)
        said = client.command("HISTORY GET MESSAGE " + number.decode())
        assert said[0] == b"246-" + want, (text, said)


def test_data(home):
    """dots, empty and blank texts, lone newlines, bad UTF-8"""
    home.serve()
    client = Client(home.socket)

    def said(data, want):
        client.code("SPEAK")
        client.send(data)
        number = client.reply()[0][4:].decode()
        got = client.command("HISTORY GET MESSAGE " + number)[0][4:]
        assert got == want, (data, got)

    said(b"..dot\r\n.\r\n", b".dot")
    said(b"a\r\n..b\r\n.\r\n", b"a .b")
    said(b"a\n.\nb\r\n.\r\n", b"a . b")
    said(b"a\r.\rb\r\n.\r\n", b"a . b")
    said(b"one\n\r\n.\r\n", b"one")
    # Every cut between two writes.
    data = b"SPEAK\r\nx\r\n..y\r\n.\r\nGET RATE\r\n"
    for cut in range(1, len(data)):
        client.send(data[:cut])
        client.send(data[cut:])
        assert client.reply() == [b"230 OK RECEIVING DATA"]
        assert client.reply()[-1] == b"225 OK MESSAGE QUEUED"
        assert client.reply()[-1] == b"251 OK GET RETURNED"


def test_limits(home):
    """a command and a text at their limits, one below and one above"""
    home.serve()
    client = Client(home.socket)
    for size, code in ((4095, 208), (4096, 208), (4097, 500)):
        line = b"SET self CLIENT_NAME ".ljust(size, b"n")
        client.send(line + b"\r\n")
        assert client.reply()[-1].startswith(b"%d " % code), size
    for number, code in (("100", 203), ("101", 409), ("9" * 30, 409),
                         ("-" + "9" * 30, 410), ("9" * 30 + "x", 511)):
        assert client.code("SET self RATE " + number) == code, number
    for size, code in (((1 << 20) - 1, 225), (1 << 20, 225),
                       ((1 << 20) + 1, 502)):
        assert client.code("SPEAK") == 230
        client.send(b"word ".ljust(size, b"x") + b"\r\n.\r\n")
        assert client.reply()[-1].startswith(b"%d " % code), size
        client.code("CANCEL self")
    # As many messages as may wait, and one more.
    client.code("SET self PRIORITY message")
    client.code("PAUSE self")
    for _ in range(1000):
        client.say("x")
    assert client.code("SPEAK") == 230
    client.send(b"x\r\n.\r\n")
    assert client.reply()[-1] == b"420 ERR TOO MUCH WAITS"
    assert client.code("CANCEL self") == 213
    client.say("x")


def memory_kb(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s*(\d+)", status.read()).group(1))


def test_huge_text(home):
    """64 MB to be spoken: refused, in bounded memory, nobody disturbed"""
    daemon = home.serve()
    client, other = Client(home.socket), Client(home.socket)
    before = memory_kb(daemon.pid)
    client.code("SPEAK")
    piece = b"many words " * 6000
    sent = 0
    while sent < 64 << 20:
        client.send(piece)
        sent += len(piece)
        if sent % (16 << 20) < len(piece):
            assert other.code("GET RATE") == 251
    client.send(b"\r\n.\r\n")
    assert client.reply() == [b"502 ERR MESSAGE TOO LONG"]
    assert client.code("GET RATE") == 251
    assert SANITIZED or memory_kb(daemon.pid) - before < 16 << 10


def test_hostile_clients(home):
    """half a command, no reader, LF alone, binary bytes, many clients"""
    daemon = home.serve()
    good = Client(home.socket)
    half = Client(home.socket)
    half.send(b"SPEAK\r\nhalf a mess")
    deaf = Client(home.socket)
    deaf.send(b"LIST SYNTHESIS_VOICES\r\n" * 2000)
    lone = Client(home.socket)
    lone.send(b"GET RATE\nGET RATE\n" * 100)
    noise = Client(home.socket)
    noise.send(os.urandom(65536).replace(b"\r\n", b"xx") + b"\r\n")
    assert noise.reply()[-1].startswith(b"500 "), "noise"
    noise.send(b"\x00\xff\xfe\r\n")
    assert noise.reply()[-1].startswith(b"500 ")
    crowd = []
    refused = 0
    for _ in range(1000):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(home.socket)
        crowd.append(sock)
    for sock in crowd:
        sock.settimeout(30)
        try:
            sock.sendall(b"HISTORY GET CLIENT_ID\r\n")
            answer = sock.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        if not answer.startswith(b"245-"):
            assert answer in (b"", b"300 ERR TOO MANY CLIENTS\r\n"), answer
            refused += 1
    assert 400 < refused < 600, refused
    assert good.code("GET RATE") == 251
    for sock in crowd:
        sock.close()
    until("room again", lambda: len(os.listdir(
        "/proc/%d/fd" % daemon.pid)) < 60)
    assert Client(home.socket).code("GET RATE") == 251
    assert SANITIZED or memory_kb(daemon.pid) < 64 << 10


def test_never_reads(home):
    """a client that never reads its events is sent away, no other is"""
    home.serve()
    good = Client(home.socket)
    deaf = Client(home.socket)
    assert deaf.code("WATCH on") == 290
    # Each message is told several times over, with its text.
    text = "some words to be told. " * 150
    def gone():
        for _ in range(50):
            good.say(text)
            good.code("CANCEL self")
        return "does not read" in home.errors()
    until("it is sent away", gone, 120)
    assert good.code("GET RATE") == 251
    deaf.sock.settimeout(30)
    try:
        while deaf.sock.recv(1 << 20):
            pass
    except ConnectionResetError:
        pass


def test_gone_client(home):
    """a client that goes without QUIT is still said"""
    home.serve("-o", SLOW)
    client, watcher = Client(home.socket), Client(home.socket)
    client.code("SET self PRIORITY message")
    number = client.say("the last words of a client").decode()
    client.say("and these")
    client.close()
    until("it is said", lambda: b'"event":"said"' in watcher.command(
        "HISTORY FIND 1 and these")[0])
    assert b'"event":"said"' in watcher.command(
        "HISTORY FIND 1 last words")[0], number


def test_other_user(home):
    """another user's process is refused, whatever the file's mode"""
    if os.geteuid() != 0:
        raise Skip("needs root, to be somebody else")
    os.chmod(home.path, 0o755)
    os.chmod(home.run, 0o755)
    home.serve()
    os.chmod(os.path.dirname(home.socket), 0o755)
    os.chmod(home.socket, 0o666)
    code = ("import os,socket,sys\n"
            "os.setuid(65534)\n"
            "s=socket.socket(socket.AF_UNIX)\n"
            "s.connect(sys.argv[1])\n"
            "s.settimeout(30)\n"
            "try:\n s.sendall(b'STOP all\\r\\n'); print(s.recv(100))\n"
            "except OSError: print(b'')\n")
    answer = subprocess.run([sys.executable, "-c", code, home.socket],
                            capture_output=True, timeout=60, check=True)
    assert answer.stdout == b"b''\n", answer
    assert "another user" in home.errors()
    assert Client(home.socket).code("STOP all") == 210


def test_socket(home):
    """the socket is ours alone; a stale one is replaced; two at once"""
    daemon = home.serve()
    assert os.stat(home.socket).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(home.socket)).st_mode & 0o777 == 0o700
    home.crash(daemon)
    assert os.path.exists(home.socket)
    daemon = home.serve()
    assert can_connect(home.socket)
    second = home.run_program("speakd", "--serve", "-o", "null")
    assert second.returncode == 1, second
    assert b"another speakd serves" in second.stderr, second.stderr
    daemon.terminate()
    assert daemon.wait(30) == 0
    assert not os.path.exists(home.socket)
    # Started at the same moment: one wins, each time.
    for _ in range(5):
        both = [home.start("speakd", "--serve", "-o", "null",
                           stderr=subprocess.DEVNULL) for _ in range(2)]
        until("one gives up", lambda: sum(
            c.poll() is not None for c in both) == 1 and
            can_connect(home.socket))
        winner = next(c for c in both if c.poll() is None)
        winner.terminate()
        assert winner.wait(30) == 0


def test_restart(home):
    """clients see the end of a daemon, and find the next one"""
    daemon = home.serve()
    client = Client(home.socket)
    assert client.code("GET RATE") == 251
    daemon.terminate()
    daemon.wait(30)
    try:
        client.line()
        raise AssertionError("still connected")
    except (EOFError, ConnectionResetError):
        pass
    home.serve()
    assert Client(home.socket).code("GET RATE") == 251


def test_spd_say(home):
    """Debian's spd-say, every option"""
    spd_say = shutil.which("spd-say")
    if spd_say is None:
        raise Skip("spd-say is not installed (package speech-dispatcher)")
    home.serve("-o", SLOW)
    env = dict(home.env, SPEECHD_ADDRESS="unix_socket:" + home.socket)
    watcher = Client(home.socket)

    def say(*options, stdin=None):
        got = home.run_program(spd_say, *options, env=env, input=stdin)
        assert got.returncode == 0, (options, got)
        return got

    def last(text):
        found = watcher.command("HISTORY FIND 1 " + text)
        assert text.encode() in found[0], found

    say("-w", "hello world")
    last("hello world")
    say("-w", "-r", "30", "-p", "-20", "-R", "10", "-i", "-50", "tuned")
    last("tuned")
    say("-w", "-o", "espeak-ng", "-l", "de", "guten Tag")
    last("guten Tag")
    say("-w", "-t", "female1", "-m", "all", "punctuated, said")
    last("punctuated, said")
    say("-w", "-y", "English (America)", "-l", "en", "american")
    last("american")
    say("-w", "-s", "spelled")
    last("spelled")
    say("-w", "-x", '<speak>with <mark name="a"/>markup</speak>')
    last("with markup")
    say("-w", "-I", "some-icon")
    say("-w", "-N", "conn", "-n", "app", "named")
    for priority in ("important", "message", "text", "notification",
                     "progress"):
        say("-P", priority, "of class " + priority)
        last("of class " + priority)
    say("-C")
    say("-S")
    assert b"espeak-ng" in say("-O").stdout
    assert b"en-us" in say("-L").stdout
    say("-w", "-e", stdin=b"first line\nsecond line\n")
    last("first line")
    last("second line")


def test_python_client(home):
    """python3-speechd, unchanged, with its callbacks"""
    got = subprocess.run(["/usr/bin/python3", "-c", "import speechd"],
                         capture_output=True, check=False)
    if got.returncode != 0:
        raise Skip("python3-speechd is not installed")
    home.serve("-o", SLOW)
    code = r"""
import sys, threading, speechd
client = speechd.SSIPClient("test", address="unix_socket:" + sys.argv[1],
                            autospawn=False)
client.set_priority(speechd.Priority.MESSAGE)
client.set_language("en"); client.set_rate(20); client.set_pitch(5)
client.set_pitch_range(10); client.set_volume(50)
client.set_punctuation(speechd.PunctuationMode.SOME)
client.set_cap_let_recogn("spell"); client.set_spelling(False)
client.set_pause_context(1)
assert client.list_output_modules() == ("espeak-ng",), client.list_output_modules()
voices = client.list_synthesis_voices()
assert any(v[1] == "en-us" for v in voices), voices
client.set_synthesis_voice(voices[0][0])
assert client.get_rate() == "20", client.get_rate()
client.char("a"); client.char(" "); client.key("shift_a"); client.sound_icon("x")
seen = []; done = threading.Event()
def on_event(type, index_mark=None):
    seen.append((type, index_mark))
    if type in (speechd.CallbackType.END, speechd.CallbackType.CANCEL):
        done.set()
client.set_data_mode(speechd.DataMode.SSML)
client.speak('<speak>hello <mark name="m1"/>world</speak>', callback=on_event,
    event_types=(speechd.CallbackType.BEGIN, speechd.CallbackType.INDEX_MARK,
                 speechd.CallbackType.END, speechd.CallbackType.CANCEL))
assert done.wait(30), seen
assert (speechd.CallbackType.INDEX_MARK, "m1") in seen, seen
client.set_data_mode(speechd.DataMode.TEXT); client.set_rate(100)
# It notes a callback only when it has read the reply: no event may be sooner. On
# a busy machine it may be even later, and loses the event; hardly three times.
def told(text):
    types = []; ended = threading.Event()
    def on_event(type, index_mark=None):
        types.append(type)
        if type == speechd.CallbackType.END:
            ended.set()
    client.speak(text, callback=on_event)
    ended.wait(10)
    return types
wanted = [speechd.CallbackType.BEGIN, speechd.CallbackType.END]
for text in (" ", "a", "...", "\u200b", "one two") * 8:
    assert any(told(text) == wanted for _ in range(3)), text
client.pause(); client.resume(); client.stop(); client.cancel()
try:
    client.set_rate(101); raise SystemExit("101 was taken")
except (speechd.SSIPCommandError, AssertionError): pass
client.close()
print("fine")
"""
    got = home.run_program("/usr/bin/python3", "-c", code, home.socket)
    assert got.stdout == b"fine\n", got


def test_spawn(home):
    """autospawn as libspeechd does it: exit 0, the socket is there"""
    path = home.file("spawned.sock")
    got = home.run_program("speakd", "--spawn", "--communication-method",
                           "unix_socket", "--socket-path", path,
                           "-o", "null")
    assert got.returncode == 0, got
    client = Client(path)
    assert client.code("GET RATE") == 251
    # Spawned again: it is there already, and that is fine.
    got = home.run_program("speakd", "--spawn", "--socket-path", path,
                           "-o", "null")
    assert got.returncode == 0, got
    # It ends by itself some seconds behind its last client.
    client.close()
    until("it ends", lambda: not os.path.exists(path))
    # What cannot be is told, with exit code 1.
    got = home.run_program("speakd", "--spawn", "--socket-path",
                           home.file("x" * 200), "-o", "null")
    assert got.returncode == 1 and b"control socket" in got.stderr, got


def test_spawn_without_usual_socket(home):
    """the asked socket is served, and why the usual one is not is said"""
    path = home.file("spawned.sock")
    os.chmod(home.run, 0o777)
    got = home.run_program("speakd", "--spawn", "--socket-path", path,
                           "-o", "null")
    os.chmod(home.run, 0o700)
    assert got.returncode == 0, got
    assert b"others may write" in got.stderr, got
    client = Client(path)
    assert client.code("GET RATE") == 251
    client.close()
    until("it ends", lambda: not os.path.exists(path))


def test_speech_dispatchers_place(home):
    """--ssip=speech-dispatcher: its own path is served too"""
    home.serve("-o", "null", "--ssip=speech-dispatcher")
    theirs = os.path.join(home.run, "speech-dispatcher", "speechd.sock")
    assert Client(theirs).code("GET RATE") == 251
    assert Client(home.socket).code("GET RATE") == 251


def cpu_ticks(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as stat:
        return sum(map(int, stat.read().rpartition(")")[2].split()[11:13]))


def test_systemd(home):
    """socket activation and READY=1; a socket of the wrong kind costs nothing"""
    path = home.file("notify")
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(path)
    notify.settimeout(30)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(home.file("activated.sock"))
    listener.listen(8)
    wrong = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wrong.bind(home.file("wrong.sock"))
    wrong.sendto(b"x", home.file("wrong.sock"))
    env = dict(home.env, NOTIFY_SOCKET=path)
    # What systemd does between fork and exec.
    script = ("import os,sys\n"
              "os.dup2(int(sys.argv[1]), 3)\n"
              "os.dup2(int(sys.argv[2]), 4)\n"
              "os.environ['LISTEN_PID'] = str(os.getpid())\n"
              "os.environ['LISTEN_FDS'] = '2'\n"
              "os.execvp('speakd', ['speakd', '--serve', '-o', 'null'])\n")
    # Not 3 or 4 themselves, which are written over.
    fds = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (listener, wrong)]
    child = subprocess.Popen([sys.executable, "-c", script, *map(str, fds)],
                             env=env, pass_fds=fds)
    home.running.append(child)
    assert notify.recv(100) == b"READY=1"
    client = Client(home.file("activated.sock"))
    assert client.code("GET RATE") == 251
    assert len(client.command("LIST SYNTHESIS_VOICES")) > 50
    before, end = cpu_ticks(child.pid), time.monotonic() + 1
    until("a second has passed", lambda: time.monotonic() > end)
    assert cpu_ticks(child.pid) - before < 20
    child.terminate()
    assert notify.recv(100) == b"STOPPING=1"
    assert child.wait(30) == 0


def peer_of(client):
    """The process that serves it."""
    data = client.sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(data[:4], sys.byteorder)


def test_spawn_joins(home):
    """spawned beside a speakd that serves: that one serves the socket too"""
    daemon = home.serve("-o", SLOW)
    theirs = os.path.join(home.run, "speech-dispatcher", "speechd.sock")
    for _ in range(2):
        got = home.run_program("speakd", "--spawn", "--communication-method",
                               "unix_socket", "--socket-path", theirs)
        assert got.returncode == 0, got
        client = Client(theirs)
        assert peer_of(client) == daemon.pid
        client.close()
    got = home.run_program("speakd", "--spawn", "--alone", "--socket-path",
                           home.file("own.sock"), "-o", "null")
    assert got.returncode == 0, got
    assert peer_of(Client(home.file("own.sock"))) != daemon.pid


def test_spawned_serves(home):
    """spawned for another socket, it is found by what is started later"""
    theirs = os.path.join(home.run, "speech-dispatcher", "speechd.sock")
    spawn = ("speakd", "--spawn", "-o", "null")
    for_theirs = (*spawn, "--socket-path", theirs)
    for first in ((for_theirs,), (spawn,), (for_theirs, spawn) * 4):
        started = [home.start(*argv) for argv in first]
        assert [child.wait(60) for child in started] == [0] * len(first)
        for argv in (for_theirs, spawn):
            assert home.run_program(*argv).returncode == 0
        client, other = Client(theirs), Client(home.socket)
        assert peer_of(client) == peer_of(other)
        got = home.run_program("speakd", input=b"a line\n")
        assert got.returncode == 0, got
        found = client.command("HISTORY FIND 1 a line")
        assert b'"text":"a line"' in found[0], found
        client.close()
        other.close()
        until("it ends", lambda: not os.path.exists(theirs)
              and not os.path.exists(home.socket))


def test_paused_is_silent(home):
    """what a paused client has waiting keeps nobody else silent"""
    home.serve("-o", SLOW)
    paused, other = Client(home.socket), Client(home.socket)
    paused.code("SET self PRIORITY message")
    paused.code("PAUSE self")
    paused.say("this waits")
    other.code("SET self NOTIFICATION all on")
    other.code("SET self PRIORITY notification")
    number = other.say("battery low")
    assert other.codes_until(number, 702, 703) == [701, 702]
    paused.close()
    number = other.say("battery very low")
    assert other.codes_until(number, 702, 703) == [701, 702]


def test_voice_then_language(home):
    """a language that is set does not forget the voice; no voice, no change"""
    home.serve("-o", "null", "--verbose")
    client = Client(home.socket)
    client.code("SET self NOTIFICATION all on")
    client.code("SET self SYNTHESIS_VOICE english_rp+f2")
    assert client.code("SET self LANGUAGE de") == 201
    number = client.say("hello")
    client.codes_until(number, 702)
    assert len(client.command("LIST SYNTHESIS_VOICES")) > 50
    got = home.run_program("speakctl", "voice", "nosuchvoice")
    assert got.returncode != 0, got
    assert b"voice:" not in home.run_program("speakctl", "status").stdout
    got = home.run_program("speakctl", "voice", "en-gb+f3")
    assert got.returncode == 0, got


def test_client_sections(home):
    """[client PATTERN]: what a client begins with, by its name"""
    home.configure("[client orca:*]\nrate = 449\npitch = 99\nvolume = 0\n"
                   "voice-type = female1\npriority = message\n"
                   "[client emacs]\nlanguage = de\npunctuation = some\n"
                   "[client *:cron:*]\nrate = 80\n[client *]\npitch = 0\n"
                   "[client emacs:*]\nrate = 170\n")
    home.serve()

    def client_of(name):
        client = Client(home.socket)
        assert client.code("SET self CLIENT_NAME " + name) == 208
        return client

    def get(client, what):
        return client.command("GET " + what)[0][4:].decode()

    orca, emacs = client_of("joe:orca:main"), client_of("joe:Emacs:default")
    assert [get(orca, x) for x in ("RATE", "PITCH", "VOLUME", "VOICE_TYPE")] \
        == ["100", "-100", "-100", "FEMALE1"]
    assert [get(emacs, x) for x in ("RATE", "PITCH", "LANGUAGE",
                                    "PUNCTUATION")] == ["0", "-100", "de",
                                                        "some"]
    assert get(client_of("root:cron:x"), "RATE") == "-100"
    # What it sets itself wins.
    orca.code("SET self RATE 5")
    assert get(orca, "RATE") == "5"
    # An unnamed one is nobody's.
    assert get(Client(home.socket), "PITCH") == "0"


def test_client_section_mistakes(home):
    """a mistake in a [client] section names its line and what is valid"""
    for line, why in (("rate = 79", b"rate: 79 is outside 80..449"),
                      ("rate = fast", b"rate: not a number: 'fast'"),
                      ("speed = 1", b"unknown key 'speed', expected rate"),
                      ("punctuation = few", b"expected one of none some")):
        home.configure("[client x]\n" + line + "\n")
        done = home.run_program("speakd", "--check-config")
        assert done.returncode == 2, done
        assert b"speakd.conf:2: " in done.stderr and why in done.stderr, done


def test_import_speechd(home):
    """speakctl import-speechd: its lines are good, and nothing is lost"""
    conf = os.path.join(home.home, ".config", "speech-dispatcher")
    os.makedirs(os.path.join(conf, "clients"))
    with open(os.path.join(conf, "speechd.conf"), "w",
              encoding="ascii") as out:
        out.write('# LogLevel 5\nLogLevel  3\nDefaultRate 100\n'
                  'DefaultVolume "100"\nDefaultPitch 0 # the middle\n'
                  'DefaultVoiceType "FEMALE1"\n'
                  'DefaultPunctuationMode "some"\nDefaultSpelling  Off\n'
                  'AddModule "flite" "sd_flite" "flite.conf" "x.log"\n'
                  'AddModule "mine" "sd_generic" "mine-generic.conf"\n'
                  'AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"\n'
                  'DefaultModule espeak-ng\nLanguageDefaultModule "cs" "x"\n'
                  'Include "clients/*.conf"\n')
    with open(os.path.join(conf, "clients", "a.conf"), "w",
              encoding="ascii") as out:
        out.write('BeginClient "emacs:*"\n  DefaultPunctuationMode "all"\n'
                  'EndClient\nDefaultPauseContext 2\n')
    done = home.run_program("speakctl", "import-speechd")
    assert done.returncode == 0, done
    lines = done.stdout.decode().splitlines()
    for line in ("engine = module:sd_flite", "engine = espeak-ng",
                 "engine = module:sd_generic "
                 "/etc/speech-dispatcher/modules/mine-generic.conf",
                 "# not taken over: LanguageDefaultModule cs x",
                 "[client *]", "rate = 449", "volume = 100", "pitch = 50",
                 "voice-type = female1", "spelling = off",
                 "[client emacs:*]", "punctuation = all",
                 "pause-context = 2"):
        assert line in lines, (line, lines)
    assert not [line for line in lines if "Log" in line]
    home.configure(done.stdout.decode())
    done = home.run_program("speakd", "--check-config")
    assert done.returncode == 0, done


def test_voices_are_slow(home):
    """a slow list of voices holds up nobody but who asked for it"""
    tools, go = home.file("bin"), home.file("go")
    os.mkdir(tools)
    shutil.copy(os.path.join(BIN, "speakd"), tools)
    path = os.path.join(tools, "speakd-voice")
    with open(path, "w", encoding="utf-8") as out:
        out.write("""#!/bin/sh
case $1 in
--list-voices) until [ -e '%s' ]; do sleep 0.02; done ;;
esac
exec '%s' "$@"
""" % (go, os.path.join(BIN, "speakd-voice")))
    os.chmod(path, 0o755)
    home.env["PATH"] = tools + ":" + home.env["PATH"]
    home.serve()
    asking, other = Client(home.socket), Client(home.socket)
    asking.send(b"LIST SYNTHESIS_VOICES en-gb\r\nGET RATE\r\nSTOP self\r\n")
    assert other.code("STOP self") == 210
    assert other.code("LIST VOICES") == 249
    # Whether there is such a voice cannot be said yet.
    chooses = home.start("speakctl", "voice", "nosuch",
                         stderr=subprocess.PIPE)
    until("speakctl asks", lambda: b"clients: 4" in home.run_program(
        "speakctl", "status").stdout or None)
    assert chooses.poll() is None
    with open(go, "w", encoding="utf-8"):
        pass
    voices = asking.reply()
    assert voices[-1] == b"249 OK VOICE LIST SENT", voices
    assert any(b"\ten-gb\t" in line for line in voices), voices
    assert not any(b"\ten-us\t" in line for line in voices), voices
    # What was sent after it is answered after it.
    assert asking.reply()[-1] == b"251 OK GET RETURNED"
    assert asking.reply()[-1] == b"210 OK STOPPED"
    assert len(other.command("LIST SYNTHESIS_VOICES")) > 50
    assert b"unknown voice 'nosuch'" in chooses.stderr.read()
    assert chooses.wait() == 1


main([test_client_sections, test_client_section_mistakes, test_import_speechd,
      test_voices_are_slow, test_spawn_joins, test_spawned_serves,
      test_paused_is_silent,
      test_voice_then_language, test_golden, test_events, test_priorities,
      test_blocks, test_pause, test_marks, test_dictionary, test_data,
      test_limits, test_huge_text, test_hostile_clients, test_never_reads,
      test_gone_client, test_other_user, test_socket, test_restart,
      test_spd_say, test_python_client, test_spawn,
      test_spawn_without_usual_socket,
      test_speech_dispatchers_place, test_systemd])
