#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge where sic was: the same lines on the same server, and its faults
gone."""

import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (SRC, Client, Program, RawServer, bridge, equal, main, need,
                 path, start_ngircd, test, until)

ports = None


def ngircd():
    global ports
    if ports is None:
        ports = start_ngircd()
    return ports


def meeting(actor, other, channel):
    """What is said, in every shape that sic prints."""
    actor.send(f"PRIVMSG {channel} :hello everyone, déjà vu — 日本語 😀")
    actor.send(f"PRIVMSG {channel} :oneword")
    actor.send(f"PRIVMSG {channel} :a :b: c")
    actor.send(f"PRIVMSG {channel} :\x02bold\x02 \x0304,01red\x03 \x1fu\x0f")
    actor.send(f"PRIVMSG {channel} :\x01ACTION waves\x01")
    actor.send(f"PRIVMSG {channel} :\x01VERSION\x01")
    actor.send(f"PRIVMSG {channel} :%s%n percent")
    actor.send(f"NOTICE {channel} :a notice")
    actor.send(f"TOPIC {channel} :Agenda: release 2.0")
    actor.send(f"MODE {channel} +v {other.nick}")
    other.send(f"NICK {other.nick}2")
    actor.send(f"KICK {channel} {other.nick}2 :no spamming")
    other.wait(r" KICK ")
    other.send(f"JOIN {channel}")
    other.send(f"PART {channel} :gone fishing")
    other.wait(r" PART ")
    other.send(f"JOIN {channel}")
    other.send("QUIT :connection reset")
    actor.wait(r" QUIT ")
    actor.send(f"PRIVMSG {channel} :the end")


def named(port, nick):
    client = Client(port, nick)
    client.nick = nick
    return client


def of_channel(lines, own):
    """Lines about the channel, under one nick, without the minute."""
    keep = []
    for line in lines:
        line = line.replace(own, "ME")
        if "#side" in line or re.search(r">< (NICK|QUIT) ", line):
            keep.append(re.sub(r" \d\d/\d\d/\d\d \d\d:\d\d ", " TIME ", line))
    return keep


@test
def same_lines_as_sic():
    """the same lines as sic, byte for byte, on ngircd"""
    need("sic")
    port = ngircd().plain
    actor = named(port, "actor")
    actor.join("#side")
    listeners = []
    for nick, program in (("list0", "sic"), ("list1", "bridge")):
        args = ("-h", "127.0.0.1", "-p", port, "-n", nick)
        if program == "sic":
            listener = Program(*args, program="sic")
        else:
            listener = Program(*args, "--plain")
        listener.wait(r">< 376 ")
        listener.say(":j #side")
        actor.wait(rf"^:{nick}!\S+ JOIN ")
        listeners.append(listener)
    # The later one heard less of the beginning: count from a mark.
    actor.send("PRIVMSG #side :mark")
    other = named(port, "other")
    other.join("#side")
    meeting(actor, other, "#side")
    got = []
    for index, listener in enumerate(listeners):
        listener.wait(r"<actor> the end")
        lines = list(listener.lines)
        start = next(i for i, l in enumerate(lines) if "<actor> mark" in l)
        got.append(of_channel(lines[start:], f"list{index}"))
    equal(got[1], got[0])
    assert len(got[1]) >= 18, got[1]


def nudge(listener, lines, pattern):
    """Wait for a line; sic takes some of its input only with the next."""
    found = re.compile(pattern)

    def nudged():
        time.sleep(0.3)
        listener.say(":PONG nudge")
        return any(map(found.search, list(lines)))

    until(nudged, pattern)


@test
def private_and_own():
    """private messages, our own, and the note without a channel, as sic's"""
    need("sic")
    port = ngircd().plain
    actor = Client(port, "actor2")
    seen = []
    for nick, extra in (("sicp0", None), ("sicp1", ["--plain"])):
        args = ("-h", "127.0.0.1", "-p", port, "-n", nick)
        listener = (Program(*args, program="sic") if extra is None
                    else Program(*args, *extra))
        listener.wait(r">< 376 ")
        before = len(listener.lines)
        # One at a time: sic forgets what comes together.
        listener.say("nobody hears this")
        listener.wait(r"No channel to send to")
        listener.say(":m actor2 private hello")
        actor.wait(rf"^:{nick}!\S+ PRIVMSG actor2 :private hello")
        listener.say(":s actor2")
        listener.say("and more")
        nudge(listener, actor.lines,
              rf"^:{nick}!\S+ PRIVMSG actor2 :and more")
        actor.send(f"PRIVMSG {nick} :answer")
        actor.send(f"NOTICE {nick} :notice")
        listener.say(":WHOIS actor2")
        nudge(listener, listener.lines, r">< 318 ")
        listener.wait(r">< NOTICE ")
        seen.append([re.sub(r" \S+ \d\d:\d\d ", " T ",
                            line.replace(nick, "ME"))
                     for line in listener.lines[before:]
                     if ">< 317" not in line])
    equal(sorted(seen[1]), sorted(seen[0]))


@test
def every_command_of_one_write():
    """three commands in one write are three commands"""
    port = ngircd().plain
    listener = bridge(port, nick="threecmd", )
    listener.wait(r">< 376 ")
    listener.type(":j #one\n:j #two\n:j #three\n")
    for channel in ("one", "two", "three"):
        listener.wait(rf">< 366 \(threecmd #{channel}\)")


@test
def no_rests_of_earlier_lines():
    """":m bob" without a text sends nothing, and nothing of earlier lines"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.welcome()
    listener.wait(r">< 376 ")
    listener.say(":m bob text that leaves a residue")
    peer.expect(r"^PRIVMSG bob :text that leaves a residue$")
    listener.say(":m bob")
    listener.say(":l")
    listener.say(":s")
    listener.say(":")
    listener.say("")
    listener.say(":END")
    equal(peer.line(), "END")


@test
def answers_ping_without_a_colon():
    """PING with and without a colon, before and after registration"""
    server = RawServer()
    bridge(server.port)
    peer = server.accept()
    peer.expect("^USER ")
    peer.say("PING early")
    equal(peer.line(), "PONG :early")
    peer.register()
    peer.say("PING token", "PING :two words", ":srv PING srv :listener")
    for want in ("PONG :token", "PONG :two words", "PONG :srv"):
        equal(peer.line(), want)


@test
def joins_wait_for_registration():
    """commands typed before registration wait for it"""
    server = RawServer()
    listener = bridge(server.port, "-j", "#first", "-j", "#keyed secret")
    listener.type(":j #second\nfor the first\n")
    peer = server.accept()
    peer.expect("^USER ")
    peer.say(":srv 433 * listener :in use")
    equal(peer.line(), "NICK listener_")
    peer.register("listener_")
    heard = [peer.line(), peer.line(), peer.line()]
    equal(heard, ["JOIN #keyed secret", "JOIN #first,#second",
                  "PRIVMSG #first :for the first"])


@test
def long_text_is_split():
    """long text is split at UTF-8 borders, nothing lost"""
    server = RawServer()
    listener = bridge(server.port, "--flood-interval=0", "-j", "#c")
    peer = server.welcome()
    peer.expect("^JOIN")
    peer.say(":listener!someone@some.host.example JOIN :#c")
    listener.wait(r">< JOIN ")
    text = "漢字" * 700 + "end"
    listener.say(text)
    got = ""
    while not got.endswith("end"):
        line = peer.line()
        head = "PRIVMSG #c :"
        assert line.startswith(head), line
        whole = f":listener!someone@some.host.example {line}\r\n"
        assert len(whole.encode()) <= 512, len(whole.encode())
        got += line[len(head):]
    equal(got, text)
    # A word is not torn where a blank is near.
    listener.say("word " * 300)
    assert re.fullmatch(r"(word )*word", peer.line()[len("PRIVMSG #c :"):])


@test
def no_injection():
    """a CR in the input begins no second command"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.welcome()
    listener.wait(r">< 376 ")
    listener.type(b":m bob hello\rQUIT :injected\n:AFTER\x00WARDS\n")
    equal(peer.line(), "PRIVMSG bob :hello QUIT :injected")
    equal(peer.line(), "AFTER WARDS")


@test
def fifo_survives_writers():
    """-i FIFO: made, and alive when its writers come and go"""
    server = RawServer()
    fifo = path("commands")
    out = path("lines")
    bridge(server.port, "-i", fifo, "-o", out, stdin=subprocess.DEVNULL)
    peer = server.welcome()
    until(lambda: os.path.exists(fifo), "the FIFO")
    equal(os.stat(fifo).st_mode & 0o777, 0o600)
    for n in range(5):
        with open(fifo, "w", encoding="ascii") as writer:
            writer.write(f":COMMAND {n}\n")
        equal(peer.line(), f"COMMAND {n}")
    peer.say(":a!b@c PRIVMSG #c :into the file")
    until(lambda: "<a> into the file\n" in open(out, encoding="utf-8").read(),
          "the line in the file")


@test
def output_is_appended():
    """-o FILE is appended to, and half a line in it is not gone on with"""
    for there in ("what was there\n", "half a li"):
        out = path("appended")
        with open(out, "w", encoding="ascii") as file:
            file.write(there)
        server = RawServer()
        bridge(server.port, "-o", out)
        server.welcome()
        until(lambda: ">< 376 " in open(out, encoding="utf-8").read(), "376")
        lines = open(out, encoding="utf-8").read().splitlines()
        equal(lines[0], there.rstrip("\n"))
        assert ">< " in lines[1], lines


@test
def end_of_input():
    """at the end of standard input what waits is sent, then QUIT, exit 0"""
    server = RawServer()
    listener = bridge(server.port, "--quit-message=over and out")
    listener.type(":m bob one\n:m bob two")
    listener.end_input()
    peer = server.welcome()
    equal([peer.line(), peer.line(), peer.line()],
          ["PRIVMSG bob :one", "PRIVMSG bob :two", "QUIT :over and out"])
    peer.say("ERROR :Closing link")
    peer.close()
    equal(listener.exit_code(), 0)


@test
def term_quits():
    """SIGTERM says QUIT and exits 0"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.welcome()
    listener.wait(r">< 376 ")
    listener.process.terminate()
    peer.expect(r"^QUIT ")
    peer.close()
    equal(listener.exit_code(), 0)


@test
def raw_quit():
    """":QUIT :bye" ends the program, connected or not"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.welcome()
    listener.wait(r">< 376 ")
    listener.say(":QUIT :bye")
    peer.expect(r"^QUIT :bye$")
    peer.close()
    equal(listener.exit_code(), 0)
    listener = bridge(1)
    listener.wait_error("again in")
    listener.say(":quit")
    equal(listener.exit_code(), 0)


@test
def raw_nick():
    """":NICK new" is the nick that we want from then on"""
    server = RawServer()
    listener = bridge(server.port, "--regain=1", "--reconnect-max=1")
    peer = server.welcome()
    listener.wait(r">< 376 ")
    listener.say(":NICK other")
    peer.expect("^NICK other$")
    peer.say(":listener!u@h NICK :other", ":a!b@c PRIVMSG other :you")
    listener.wait("^other .*<a> you$")
    peer.close()
    peer = server.accept()
    peer.expect("^NICK other$")


@test
def listens_without_input():
    """with /dev/null for input it just listens"""
    server = RawServer()
    listener = bridge(server.port, stdin=subprocess.DEVNULL)
    peer = server.welcome()
    peer.say(":a!b@c PRIVMSG #c :still here")
    listener.wait(r"<a> still here")
    assert listener.process.poll() is None


@test
def json_lines():
    """--format=json: one object a line"""
    server = RawServer()
    listener = bridge(server.port, "--format=json")
    peer = server.welcome()
    peer.say("@time=2024-02-03T04:05:06.789Z;account=al "
             ":a!b@c PRIVMSG #c :\x02LISTENER\x02: hi \x1b[31m",
             ":a!b@c PRIVMSG listener :just you",
             ":a!b@c PRIVMSG #c :\x01ACTION waves\x01",
             ":op!b@c KICK #c bob :out", ":a!b@c MODE #c +o bob",
             ":a!b@c NICK :alice", ":a!b@c QUIT :bye")
    listener.wait('"kind":"quit"')
    events = [json.loads(line) for line in listener.lines]
    by_kind = {}
    for event in events:
        by_kind.setdefault(event["kind"], []).append(event)
    said = by_kind["message"][0]
    equal({k: said[k] for k in ("server_time", "channel", "nick", "text",
                                "account", "own", "highlight", "history")},
          {"server_time": "2024-02-03T04:05:06.789Z", "channel": "#c",
           "nick": "a", "text": "LISTENER: hi \ufffd[31m", "account": "al",
           "own": False, "highlight": True, "history": False})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                        said["time"]), said
    equal(by_kind["private"][0]["text"], "just you")
    equal(by_kind["action"][0]["text"], "waves")
    equal((by_kind["kick"][0]["target"], by_kind["kick"][0]["text"]),
          ("bob", "out"))
    equal(by_kind["mode"][0]["text"], "+o bob")
    equal(by_kind["nick"][0]["text"], "alice")
    equal(by_kind["quit"][0]["text"], "bye")


@test
def charsets():
    """what is not UTF-8 is read as Windows-1252, or as --charset says"""
    for options, want in (([], "caf\u00e9 \u20ac"),
                          (["--charset=iso-8859-15"], "caf\u00e9 \u0080"),
                          (["--charset=koi8-r"], "caf\u0418 \u2500")):
        server = RawServer()
        listener = bridge(server.port, "--format=json", *options)
        peer = server.welcome()
        peer.say(b":a!b@c PRIVMSG #c :caf\xe9 \x80")
        text = json.loads(listener.wait('.*"kind":"message".*')[0])["text"]
        equal(text, want.replace("\u0080", "\ufffd"))
        listener.stop()


@test
def ctcp():
    """CTCP is not answered; with --ctcp-reply VERSION once, DCC never"""
    server = RawServer()
    bridge(server.port)
    peer = server.welcome()
    ask = [":a!b@c PRIVMSG listener :\x01VERSION\x01",
           ":a!b@c PRIVMSG listener :\x01DCC SEND f 2130706433 99 1\x01",
           ":a!b@c PRIVMSG listener :\x01FINGER\x01",
           ":a!b@c PRIVMSG listener :\x01TIME\x01",
           ":a!b@c PRIVMSG #c :\x01VERSION\x01"]
    peer.say(*ask, "PING done")
    equal(peer.line(), "PONG :done")
    server = RawServer()
    bridge(server.port, "--ctcp-reply")
    peer = server.welcome()
    peer.say(ask[4], *ask[:4], *ask[:1], "PING done")
    heard = {peer.line(), peer.line()}
    assert "PONG :done" in heard, heard
    heard.remove("PONG :done")
    assert re.match(r"^NOTICE a :\x01VERSION sic-bridge ", heard.pop())
    peer.say("PING more")
    equal(peer.line(), "PONG :more")


@test
def secret_in_title():
    """-k: PASS as in sic, but not in the process title"""
    server = RawServer()
    listener = bridge(server.port, "-k", "pa%sw%d%n0rd")
    peer = server.accept()
    peer.expect(r"^PASS pa%sw%d%n0rd$")
    title = open(f"/proc/{listener.process.pid}/cmdline", "rb").read()
    assert b"pa%s" not in title, title
    assert b"--plain" in title, title


@test
def password_sources():
    """--password-file is refused when others may read it; --password-command"""
    secret = path("secret")
    with open(secret, "w", encoding="ascii") as file:
        file.write("sesame\nnot this\n")
    os.chmod(secret, 0o644)
    listener = bridge(1, f"--password-file={secret}")
    equal(listener.exit_code(), 2)
    listener.wait_error("may be read by others")
    os.chmod(secret, 0o600)
    for option in (f"--password-file={secret}",
                   f"--password-command=cat {secret}"):
        server = RawServer()
        bridge(server.port, option)
        server.accept().expect(r"^PASS sesame$")
    listener = bridge(1, "--password-command=exit 3")
    equal(listener.exit_code(), 1)
    listener.wait_error("password-command: exit code 3")


@test
def usage():
    """-v, --help, and mistakes: exit 0, 0, 2"""
    version = Program("-v")
    equal(version.exit_code(), 0)
    assert re.match(r"sic-bridge .*\d", version.lines[0])
    equal(Program("--help").exit_code(), 0)
    for wrong in (["--no-such-option"], ["-p", "70000"], ["-n", "two words"],
                  ["--sasl=plain"], ["--format=xml"], ["--proxy=http://x"],
                  ["nonetwork"], ["--charset=klingon"],
                  ["--fingerprint=12"], ["a", "b"]):
        program = Program(*wrong, stdin=subprocess.DEVNULL)
        equal((wrong, program.exit_code()), (wrong, 2))
        assert program.errors and not program.lines, wrong


@test
def networks():
    """a NETWORK's section, and what the command line says over it"""
    server = RawServer()
    conf = path("networks.conf")
    with open(conf, "w", encoding="ascii") as file:
        file.write("nick = general\nplain = yes\n\n[other]\nhost = nowhere\n\n"
                   f"[test]\nhost = 127.0.0.1\nport = {server.port}\n"
                   "join = #a, #b key\nrealname = From a file\n")
    listener = Program("-c", conf, "-n", "special", "--format=json", "test")
    peer = server.accept()
    peer.expect(r"^NICK special$")
    peer.expect(r"^USER special 0 \* :From a file$")
    peer.register("special")
    equal(peer.line(), "JOIN #b key")
    equal(peer.line(), "JOIN #a")
    equal(json.loads(listener.wait(".*001.*")[0])["network"], "test")
    missing = Program("-c", conf, "missing")
    equal(missing.exit_code(), 2)
    missing.wait_error("unknown network 'missing', expected")


@test
def check_config():
    """--check-config tells every mistake with file and line"""
    conf = path("bad.conf")
    with open(conf, "w", encoding="ascii") as file:
        file.write("nik = x\n\n[a]\nping-timeout = 0\n\n[b]\nformat = xml\n")
    checker = Program("-c", conf, "--check-config")
    equal(checker.exit_code(), 2)
    checker.wait_error(r"bad.conf:1: unknown key 'nik'")
    conf2 = path("bad2.conf")
    with open(conf2, "w", encoding="ascii") as file:
        file.write("[a]\nping-timeout = 0\n\n[b]\nformat = xml\n")
    checker = Program("-c", conf2, "--check-config")
    equal(checker.exit_code(), 2)
    checker.wait_error(r"bad2.conf:2: ping-timeout")
    checker.wait_error(r"bad2.conf:5: unknown format 'xml'")
    equal(Program("-c", os.path.join(SRC, "contrib/sic-bridge.conf"),
                  "--check-config").exit_code(), 0)


@test
def manual():
    """the manual tells of every option, with its default, and of no other"""
    options = Program("--help", stdin=subprocess.DEVNULL)
    equal(options.exit_code(), 0)
    page = open(os.path.join(SRC, "man/sic-bridge.1"), encoding="utf-8").read()
    told = set(re.findall(r"^\.It .*Fl -([a-z-]+)", page, re.M))
    names = set()
    for line in options.lines:
        found = re.match(r"\s+(?:-(\w), )?--([a-z-]+)(?:=(\S+))?", line)
        if not found:
            continue
        names.add(found[2])
        if found[1]:
            assert f"Fl {found[1]} , Fl -{found[2]}" in page, found[0]
    assert len(names) > 40, names
    equal(told, names)
    # A number that is a default in --help is one in the manual's paragraph.
    for option, default in re.findall(r"--([a-z-]+)=\S+\s.*\((\d+)\)$",
                                      "\n".join(options.lines), re.M):
        paragraph = re.search(rf"Fl -{option} Ns.*?(?=\n\.It|\n\.El)", page,
                              re.S)[0]
        assert default in paragraph, (option, default)


main()
