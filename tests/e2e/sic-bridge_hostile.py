#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge against a server that does everything wrong: lines that crash or
hang libircclient, floods, silence, half handshakes, lost connections."""

import json
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (BRIDGE, LIMIT, SRC, Program, RawServer, Skip, bridge, equal,
                 free_port, main, need, path, test, until)

# ---- lines that libircclient 1.9 cannot take -------------------------------------

# (what it is, bytes, what must be among our lines; None: nothing)
U = b":a!b@c "
ROWS = [
    ("message tags",
     b"@time=2024-01-01T00:00:00.000Z;msgid=1 " + U
     + b"PRIVMSG #c :tagged\r\n", r"^#c .* 01/01/24 00:00 <a> tagged$"),
    ("tags and nothing else", b"@time=2024-01-01T00:00:00.000Z\r\n", None),
    ("a line of 1100 bytes", U + b"PRIVMSG #c :" + b"x" * 1100 + b"\r\n",
     r"<a> x{1100}$"),
    ("a line of 16000 bytes", U + b"PRIVMSG #c :" + b"y" * 15980 + b"\r\n",
     r"<a> y{15980}$"),
    ("a line without end", U + b"PRIVMSG #c :" + b"z" * 40000 + b"\r\n",
     r"<a> z{16365}$"),
    ("blank lines", b"\r\n\n\r\r\n \r\n", None),
    ("a long ACTION", U + b"PRIVMSG #c :\x01ACTION " + b"\xc3\xa9" * 150
     + b"\x01\r\n", "<a> \x01ACTION " + "é" * 150 + "\x01$"),
    ("fifteen parameters", b":s 005 me " + b" ".join(
        b"T%d=x" % i for i in range(13)) + b" :are supported\r\n",
     r">< 005 \(me T0=x .* T12=x\): are supported$"),
    ("NICK without a sender", b"NICK foo\r\n", r">< NICK \(foo\): $"),
    ("a letter of a command", b"N\r\n:a!b@c N\r\n:a!b@c PRIV\r\n",
     r"^a .*>< PRIV \(\): $"),
    ("somebody whose nick begins with ours",
     b":listener2!x@y NICK :other\r\n" + U + b"PRIVMSG listener :for me\r\n",
     r"^listener .* <a> for me$"),
    ("only a prefix", b":srv\r\n:srv \r\n:\r\n", None),
    ("a lone CTCP mark", U + b"PRIVMSG #c :\x01\r\n", "^#c .* <a> \x01$"),
    ("two CTCP marks", U + b"PRIVMSG #c :\x01\x01\r\n", "<a> \x01\x01$"),
    ("an ACTION without an end", U + b"PRIVMSG #c :\x01ACTION half\r\n",
     "<a> \x01ACTION half"),
    ("a long CTCP reply", U + b"NOTICE listener :\x01VERSION "
     + b"v" * 300 + b"\x01\r\n", ">< NOTICE .*v{300}"),
    ("percent signs", U + b"PRIVMSG #c :%s%n%d\r\n", r"<a> %s%n%d$"),
    ("colours that overflow", U + b"PRIVMSG #c :\x034A\x035,6B\r\n",
     "<a> \x034A\x035,6B$"),
    ("ERROR and NOTICE without a sender",
     b"NOTICE AUTH :*** Looking up\r\n", r"^127.0.0.1 .*>< NOTICE \(AUTH\)"),
    ("NULs", U + b"PRIVMSG #c :a\x00b\r\n", r"<a> a b$"),
    ("a CR in the middle", U + b"PRIVMSG #c :a\rQUIT\r\n", r"<a> a QUIT$"),
    ("number 000", b":s 000 me :x\r\n", r">< 000 \(me\): x$"),
    ("numbers without parameters", b":s 001\r\n:s 376\r\n:s 433\r\n",
     r">< 433 \(\): $"),
    ("a number of four digits", b":s 1234 me :x\r\n", r">< 1234 \(me\): x$"),
    ("commands without parameters",
     b":a!b@c JOIN\r\n:a!b@c MODE\r\n:a!b@c KICK\r\n:a!b@c QUIT\r\n",
     r"^a .*>< QUIT \(\): $"),
    ("an endless prefix", b":" + b"p" * 900 + b" PRIVMSG #c :hi\r\n",
     r"<p{900}> hi$"),
    ("small letters", b":a!b@c privmsg #c :small\r\n", r"^a .*>< privmsg \(#c\): small$"),
    ("terminal escapes", U + b"PRIVMSG #c :\x1b]0;evil\x07 \xc2\x9b31m\r\n",
     "<a> \ufffd]0;evil\ufffd \ufffd31m$"),
    ("broken UTF-8", U + b"PRIVMSG #c :\xff\xfe\xc3\r\n", "<a> ÿþÃ$"),
    ("CAP nonsense", b"CAP\r\nCAP *\r\nCAP * LS\r\nCAP * ACK :\r\nBATCH\r\n"
     b"BATCH +\r\nBATCH -x\r\nAUTHENTICATE\r\nPING\r\nPONG\r\nTAGMSG\r\n",
     None),
    ("odd times", b"@time=9999-99-99T99:99:99.999Z " + U
     + b"PRIVMSG #c :when\r\n", r"<a> when$"),
]
# "a line without end" is cut to what one line may have (LINES_MAX_BYTES).


def feed(pieces):
    """A fresh bridge, everything in pieces; its lines after the marks."""
    server = RawServer()
    listener = bridge(server.port, "--formatting=keep")
    peer = server.welcome()
    # Capabilities have been asked for: tags are legal here.
    peer.say(U + b"PRIVMSG #c :begin")
    listener.wait("<a> begin$")
    start = len(listener.lines)
    for piece in pieces:
        peer.send(piece)
    peer.say(U + b"PRIVMSG #c :finish", b"PING alive")
    peer.expect("^PONG :alive$")
    listener.wait("<a> finish$")
    assert listener.process.poll() is None
    lines = listener.lines[start:-1]
    listener.stop()
    server.stop()
    return [without_now(line) for line in lines]


def without_now(line):
    """Another minute may have begun; what the server dated stays."""
    return re.sub(r"(?<!\d)(?!01/01/24)\d\d/\d\d/\d\d \d\d:\d\d", "NOW", line)


def split(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


@test
def rows():
    """every line that libircclient cannot take is taken and shown whole"""
    server = RawServer()
    listener = bridge(server.port, "--formatting=keep")
    peer = server.welcome()
    for number, (what, data, want) in enumerate(ROWS):
        start = len(listener.lines)
        peer.send(data)
        peer.say(U + b"PRIVMSG #c :after %d" % number)
        listener.wait(f"<a> after {number}$")
        lines = [line for line in listener.lines[start:]
                 if ">< 001" not in line and "<a> after " not in line]
        assert listener.process.poll() is None, what
        if want is None:
            equal((what, lines), (what, []))
        elif not any(re.search(want, line) for line in lines):
            raise AssertionError(f"{what}: {want} not in {lines}")


@test
def rows_split():
    """and split at every boundary, byte by byte and in pieces of 1 to 64"""
    data = b"".join(row[1] for row in ROWS if len(row[1]) < 2000)
    whole = feed([data])
    assert len(whole) > 25, whole
    for size in (1, 2, 3, 5, 7, 16, 31, 64):
        equal((size, feed(split(data, size))), (size, whole))


@test
def every_cut():
    """one cut at each place of the shorter rows"""
    data = b"".join(row[1] for row in ROWS if len(row[1]) < 200)
    server = RawServer()
    listener = bridge(server.port, "--formatting=keep")
    peer = server.welcome()
    peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    first = None
    for cut in range(len(data)):
        start = len(listener.lines)
        peer.send(data[:cut])
        if cut % 8 == 0:  # let it be read on its own now and then
            peer.say(b"")
            peer.send(b"")
        peer.send(data[cut:])
        peer.say(U + b"PRIVMSG #c :cut %d" % cut)
        listener.wait(f"<a> cut {cut}$")
        if cut % 8 == 0:
            continue  # the blank line tore one of the rows in two
        lines = [re.sub(r"\d\d:\d\d", "", line)
                 for line in listener.lines[start:-1]
                 if "<a> cut " not in line]
        first = first or lines
        equal((cut, lines), (cut, first))


@test
def long_tags():
    """tags at 8190, 8191 and 8192 bytes; the message behind them arrives"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.welcome()
    for size in (8190, 8191, 8192):
        tags = b"@time=2024-01-01T00:00:00.000Z;x="
        tags += b"t" * (size - len(tags) - 1) + b" "
        equal(len(tags), size)
        peer.say(tags + U + b"PRIVMSG #c :" + b"m" * 400 + b" %d" % size)
        listener.wait(rf"01/01/24 00:00 <a> m+ {size}$")


# ---- floods ------------------------------------------------------------------------


def memory_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])


@test
def flood():
    """100,000 lines a second for ten seconds, slowly read: none lost"""
    total, each = 1000000, 1000
    server = RawServer()
    read_end, write_end = os.pipe()
    listener = bridge(server.port, stdout=write_end)
    os.close(write_end)
    peer = server.welcome()
    peer.socket.settimeout(200)
    sent = [0]

    def pour():
        begin = time.monotonic()
        for block in range(total // each):
            peer.send(b"".join(
                U + b"PRIVMSG #c :line %d\r\n" % (block * each + i)
                for i in range(each)))
            sent[0] += each
            ahead = begin + sent[0] / 100000 - time.monotonic()
            if ahead > 0:
                select.select([], [], [], ahead)

    thread = threading.Thread(target=pour, daemon=True)
    thread.start()
    # First nobody reads: the server has to wait, and nothing grows.
    until(lambda: sent[0] >= 20000, "the first lines")
    stalled = [-1, 0]

    def has_stalled():
        stalled[1] = stalled[1] + 1 if stalled[0] == sent[0] else 0
        stalled[0] = sent[0]
        return stalled[1] > 50

    until(has_stalled, "back-pressure")
    assert sent[0] < total, "nothing held the server back"
    expect = 0
    with os.fdopen(read_end, "rb", buffering=65536) as lines:
        for line in lines:
            at = line.find(b"<a> line ")
            if at < 0:
                continue
            equal(int(line[at + 9:]), expect)
            expect += 1
            if expect == total:
                break
    thread.join(LIMIT)
    equal(expect, total)
    used = memory_kib(listener.process)
    limit = 200 if "asan" in os.environ["EARSHOT_BIN"] else 20
    assert used < limit * 1024, f"{used} KiB"


@test
def own_flood():
    """what we send is paced and none of it lost; PONG goes before it"""
    server = RawServer()
    listener = bridge(server.port, "--flood-burst=3", "--flood-interval=20")
    peer = server.welcome()
    listener.wait(">< 376 ")
    count = 100
    listener.type("".join(f":m bob number {i}\n" for i in range(count)))
    peer.expect("^PRIVMSG bob :number 0$")
    peer.say("PING urgent")
    heard = [peer.line() for _ in range(count)]
    assert "PONG :urgent" in heard[:-1], heard
    heard.remove("PONG :urgent")
    equal(heard, [f"PRIVMSG bob :number {i}" for i in range(1, count)])


@test
def much_input():
    """a megabyte of input waits at its source, and all of it is sent"""
    server = RawServer()
    listener = bridge(server.port, "--flood-interval=0", "--flood-burst=1000")
    peer = server.welcome()
    listener.wait(">< 376 ")
    count = 20000
    thread = threading.Thread(target=listener.type, daemon=True, args=(
        "".join(f":m bob {'x' * 40} {i}\n" for i in range(count)),))
    thread.start()
    for i in range(count):
        equal(peer.line(), f"PRIVMSG bob :{'x' * 40} {i}")


# ---- connections that fail ---------------------------------------------------------


@test
def silent_server():
    """a server gone silently is asked, given up, and called again"""
    server = RawServer()
    listener = bridge(server.port, "--ping-interval=1", "--ping-timeout=1")
    peer = server.welcome()
    peer.expect("^PING :sic-bridge$")
    peer.say(":srv PONG srv :sic-bridge")
    peer.expect("^PING :sic-bridge$")
    listener.wait_error(r"no answer for \d+ seconds; again in")
    server.welcome()


def clocks_that_jump(how):
    """What the environment must have, so that they do after three seconds."""
    need("cc")
    with open(BRIDGE, "rb") as program:
        if b"__asan_init" in program.read():
            raise Skip("a sanitizer wants to be loaded first itself")
    shim = path(how + ".so")
    subprocess.run(["cc", "-shared", "-fPIC", "-D" + how, "-o", shim,
                    os.path.join(SRC, "tests/helpers/clocks.c")], check=True)
    return {"LD_PRELOAD": shim}


@test
def slept():
    """after an hour's sleep a dead connection is given up within 20 seconds"""
    server = RawServer()
    listener = bridge(server.port, "--ping-interval=6", "--ping-timeout=900",
                      env=clocks_that_jump("SLEPT_S=3600"))
    peer = server.welcome()
    peer.expect("^PING :sic-bridge$")
    listener.wait_error(r"no answer for 36\d\d seconds; again in", 3 * LIMIT)
    server.welcome()


def stamp(seconds):
    """A time tag, so many seconds from now."""
    return time.strftime("@time=%Y-%m-%dT%H:%M:%S.000Z",
                         time.gmtime(time.time() + seconds))


@test
def clock_is_set():
    """ours set back by hours, or one stamp of next year: what is live stays so"""
    server = RawServer()
    listener = bridge(server.port, "--format=json",
                      env=clocks_that_jump("SET_BACK_S=10800"))
    peer = server.accept()
    peer.expect("CAP LS")
    peer.say(":srv CAP * LS :server-time")
    peer.expect("CAP REQ")
    peer.say(":srv CAP * ACK :server-time")
    peer.expect("CAP END")
    peer.say(stamp(0) + " :srv 001 listener :Hello",
             stamp(0) + " :srv 376 listener :End of /MOTD command.")

    def heard(line):
        peer.say(line)
        text = line.rpartition(":")[2]
        listener.wait(f'"{text}"')
        return next(json.loads(line) for line in listener.lines
                    if f'"{text}"' in line)

    def is_set_back(n=iter(range(1 << 20))):
        told = heard(f":a!u@h PRIVMSG listener :plain {next(n)}")["time"]
        return told < stamp(-7200)[len("@time="):]

    heard(stamp(366 * 86400) + " :a!u@h PRIVMSG #c :of next year")
    equal(heard(stamp(0) + " :a!u@h PRIVMSG #c :of now")["history"], False)
    until(is_set_back, "the clock is set back")
    equal(heard(stamp(0) + " :a!u@h PRIVMSG #c :live")["history"], False)
    equal(heard(stamp(-60) + " :a!u@h PRIVMSG #c :old")["history"], True)


@test
def server_that_does_not_read():
    """a server that only asks and never reads is given up"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.welcome()
    try:
        while not listener.seek(listener.errors, "does not read"):
            peer.send(b"PING :" + b"x" * 390 + b"\r\n")
    except OSError:
        pass
    listener.wait_error("does not read what we send; again in")


@test
def half_handshake():
    """half a TLS handshake, and a registration that never ends, time out"""
    server = RawServer()
    listener = bridge(server.port, "--connect-timeout=1", plain=False,
                      *["--fingerprint=" + "0" * 64])
    connection, _ = server.listener.accept()
    connection.recv(10)
    listener.wait_error("127.0.0.1: TLS handshake.*again in")
    connection.close()
    listener.stop()
    listener = bridge(server.port, "--connect-timeout=1")
    server.accept().expect("^USER ")
    listener.wait_error("registration.*again in")


@test
def garbage_for_tls():
    """a server that speaks no TLS is named as what it is"""
    server = RawServer()
    listener = bridge(server.port, "--reconnect=no", plain=False,
                      *["--fingerprint=" + "0" * 64])
    connection, _ = server.listener.accept()
    connection.sendall(b":srv NOTICE * :*** Looking up your hostname\r\n")
    equal(listener.exit_code(), 1)
    listener.wait_error("127.0.0.1: TLS: wrong version number")
    connection.close()


@test
def ten_reconnects():
    """ten connections in a row: rejoined with keys, no half line glued on"""
    server = RawServer()
    listener = bridge(server.port, "-j", "#open", "-j", "#locked key",
                      "--reconnect-max=1", "--stable=0")
    for n in range(10):
        peer = server.welcome()
        equal([peer.line(), peer.line()],
              ["JOIN #locked key", "JOIN #open" if n < 1 else
               "JOIN #open,#later"])
        peer.say(":listener!u@h JOIN :#open")
        if n == 0:
            listener.say(":j #later")
            equal(peer.line(), "JOIN #later")
        peer.send(f":a!b@c PRIVMSG #c :whole {n}\r\nHALF-LINE-NO-END")
        listener.wait(rf"<a> whole {n}$")
        peer.close()
    peer = server.welcome()
    peer.say(":a!b@c PRIVMSG #c :the last")
    listener.wait("<a> the last$")
    assert not any("HALF" in line for line in listener.lines)
    # Each connection was seen as one: 001 once for each.
    equal(sum(">< 001 " in line for line in listener.lines), 11)


@test
def no_reconnect():
    """--reconnect=no: exit 1 with the reason"""
    server = RawServer()
    listener = bridge(server.port, "--reconnect=no")
    peer = server.welcome()
    peer.say("ERROR :Closing link: banned")
    peer.close()
    equal(listener.exit_code(), 1)
    listener.wait_error("127.0.0.1: Closing link: banned")
    refused = bridge(free_port(), "--reconnect=no")
    equal(refused.exit_code(), 1)
    refused.wait_error(r"127.0.0.1:\d+: Connection refused")


@test
def next_address():
    """the next address is tried when one refuses (::1, then 127.0.0.1)"""
    server = RawServer()
    Program("-h", "localhost", "-p", server.port, "-n", "listener", "--plain",
            "--sts=no")
    server.welcome()


@test
def unknown_host():
    """a name without an address is told as such"""
    listener = Program("-h", "nowhere.invalid", "-p", "1", "--plain",
                       "--reconnect=no", "--connect-timeout=5", "--sts=no")
    equal(listener.exit_code(), 1)
    listener.wait_error("look up nowhere.invalid")


# ---- nicks ----------------------------------------------------------------------------


@test
def nick_regained():
    """433: another nick, and back to ours once it is free"""
    server = RawServer()
    listener = bridge(server.port, "--regain=1")
    peer = server.accept()
    peer.expect("^USER ")
    peer.say(":srv 433 * listener :in use", ":srv 433 * listener_ :in use")
    equal([peer.line(), peer.line()], ["NICK listener_", "NICK listener1"])
    peer.register("listener1")
    peer.expect("^ISON listener$")
    peer.say(":srv 303 listener1 :listener")
    peer.expect("^ISON listener$")
    peer.say(":srv 303 listener1 :")
    equal(peer.expect("^NICK .*")[0], "NICK listener")
    peer.say(":listener1!u@h NICK :listener", ":a!b@c PRIVMSG listener :you")
    listener.wait("^listener .*<a> you$")
    assert not any(">< 303" in line for line in listener.lines)


@test
def nick_regained_at_once():
    """the one who has our nick leaves: we take it at once"""
    server = RawServer()
    bridge(server.port)
    peer = server.accept()
    peer.expect("^USER ")
    peer.say(":srv 433 * listener :in use")
    peer.register("listener_")
    peer.say(":LISTENER!u@h QUIT :ping timeout")
    peer.expect("^NICK listener$")


@test
def nick_refused():
    """a nick that no server takes ends the program with the reason"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.accept()
    peer.expect("^USER ")
    peer.say(":srv 432 * listener :Erroneous Nickname")
    equal(listener.exit_code(), 1)
    listener.wait_error("nick listener: refused")


# ---- SOCKS5 ----------------------------------------------------------------------------


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        assert more, "closed"
        data += more
    return data


def socks_server(behaviour):
    """A proxy of one connection; behaviour(connection) after the accept."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.settimeout(LIMIT)

    def work():
        connection, _ = listener.accept()
        connection.settimeout(LIMIT)
        behaviour(connection)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return listener.getsockname()[1]


@test
def socks_proxy():
    """through a SOCKS5 proxy, name resolved there, with a password"""
    asked = []

    def proxy(c):
        equal(read_exactly(c, 4), b"\x05\x02\x00\x02")
        c.sendall(b"\x05\x02")
        equal(read_exactly(c, 12), b"\x01\x04user\x05pa%s!"[:12])
        c.sendall(b"\x01\x00")
        head = read_exactly(c, 5)
        asked.append(read_exactly(c, head[4]) + read_exactly(c, 2))
        # The reply in two pieces, and the server's first line behind it.
        c.sendall(b"\x05\x00\x00\x03\x04n")
        c.sendall(b"ame\x00\x01:srv NOTICE * :through the proxy\r\n")
        c.recv(10000)

    port = socks_server(proxy)
    listener = Program("-h", "irc.invalid", "-p", "6667", "--plain",
                       f"--proxy=socks5://user:pa%s!@127.0.0.1:{port}",
                       "--sts=no")
    listener.wait(">< NOTICE .*through the proxy")
    equal(asked, [b"irc.invalid" + (6667).to_bytes(2, "big")])


@test
def socks_refusals():
    """ALL_PROXY is used, and what a proxy refuses is told"""
    for reply, want in ((b"\x05\xff", "wants another login"),
                        (b"HT", "does not speak SOCKS5"),
                        (b"\x05\x00\x05\x05\x00\x01\x00",
                         "connection refused")):
        def proxy(c, reply=reply):
            read_exactly(c, 3)
            c.sendall(reply)
            c.recv(1000)

        listener = Program("-h", "irc.invalid", "--plain", "--reconnect=no",
                           "--sts=no", env={
                               "ALL_PROXY":
                               f"socks5h://127.0.0.1:{socks_server(proxy)}"})
        equal((want, listener.exit_code()), (want, 1))
        listener.wait_error("proxy: " + want)


# ---- confinement -----------------------------------------------------------------------


@test
def confined():
    """after the start it is confined: seccomp filter, no new privileges"""
    server = RawServer()
    listener = bridge(server.port, "--verbose")
    server.welcome()
    listener.wait_error("confined")
    with open(f"/proc/{listener.process.pid}/status", encoding="ascii") as f:
        status = f.read()
    if any("instrumented" in line for line in listener.errors):
        return
    assert re.search(r"Seccomp:\s+2", status), status
    assert re.search(r"NoNewPrivs:\s+1", status), status


main()
