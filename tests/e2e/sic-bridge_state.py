#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge and where the listener stands: what becomes of us is a line, what
was typed arrives or is reported, and the session is what the server says."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (BIN, BRIDGE, Program, RawServer, bridge, directory, equal,
                 main, test, until)

SPEAKD = os.path.join(BIN, "speakd")


def start(*options, nick="listener", joined=("#c",), server=None, tokens="",
          **more):
    """A bridge that is on the scripted server, in its channels."""
    server = server or RawServer()
    program = bridge(server.port, *["-j" + c for c in joined],
                     "--reconnect-max=1", *options, nick=nick, **more)
    peer = server.welcome(nick, tokens)
    if joined:
        peer.expect("^JOIN")
        join(peer, *joined, nick=nick)
        program.wait(r"\b(JOIN|join)\b.*" + re.escape(joined[-1].split()[0]))
    return server, program, peer


def join(peer, *channels, nick="listener"):
    for channel in channels:
        name = channel.split()[0]
        peer.say(f":{nick}!u@h JOIN {name}", f":srv 353 {nick} = {name} :@op "
                 f"{nick}", f":srv 366 {nick} {name} :End of /NAMES list.")


def states(program):
    """The sentences so far."""
    return [line.split("): ", 1)[1] for line in list(program.lines)
            if " >< STATE (" in line]


def wait_state(program, sentence):
    until(lambda: sentence in states(program), sentence)


# ---- state ------------------------------------------------------------------


@test
def off_in_sic():
    """in sic's format there is no such line unless --state asks for it"""
    _, program, peer = start()
    peer.say(":op!o@h KICK #c listener :bye", ":a!u@h INVITE listener #d",
             ":srv 474 listener #e :banned", ":a!u@h PRIVMSG #d :end")
    program.wait("<a> end")
    equal([line for line in program.lines if "STATE" in line], [])


@test
def sentences():
    """what becomes of us, each in one sentence"""
    _, program, peer = start("--state", tokens="PREFIX=(qaohv)~&@%+")
    wait_state(program, "in #c: 2 here")
    for line, sentence in (
            (":listener!u@h NICK :", None),
            (":a!u@h INVITE listener #secret", "a invites you to #secret"),
            (":a!u@h INVITE other #secret", None),
            (":op!u@h MODE #c +ov listener listener", None),
            (":op!u@h MODE #c -o+b listener *!*@x",
             "you are no longer an operator of #c"),
            (":op!u@h MODE #c +qa listener listener",
             "you are an administrator of #c"),
            (":op!u@h MODE #c -q listener", "you are no longer an owner of #c"),
            (":srv 718 listener bob u@h :is messaging you, and you have umode "
             "+g.", "bob writes to you, and is not let through"),
            (":listener!u@h PART #other :not ours", None),
            (":listener!u@h JOIN #d", None),
            (":listener!u@h PART #d :requested by op (spam)",
             "you are no longer in #d: requested by op (spam)"),
            (":srv 474 listener #x :Cannot join channel (+b)",
             "you are banned from #x"),
            (":srv 401 listener bob :No such nick", "no such nick: bob"),
            (":srv 301 listener bob :lunch", "bob is away: lunch"),
            (":srv FAIL JOIN CHANNEL_IS_FULL #c :The channel is full",
             "#c: The channel is full"),
            (":srv FAIL JOIN CHANNEL_IS_FULL #c :No room in #c",
             "No room in #c"),
            (":srv 730 listener :bob!u@h.example,alice",
             "online: bob, alice"),
            (":srv 731 listener :bob", "offline: bob"),
            (":srv NOTE * OPER_MESSAGE :Registering is disabled",
             "Registering is disabled"),
            (":n!u@h WALLOPS :server going down",
             "n to everybody: server going down"),
            (":services. 900 listener listener!u@h acc :You are now",
             "logged in as acc"),
            (":op!o@h KICK #c other :bye", None),
            (":op!o@h KICK #c listener :spam: bad",
             "op kicked you from #c: spam: bad"),
            (":oper!o@h KILL listener :bad manners",
             "oper throws you off the network: bad manners")):
        before = len(states(program))
        peer.say(line, f":mark!u@h PRIVMSG #c :{before} {sentence}")
        if sentence:
            wait_state(program, sentence)
        program.wait(rf"<mark> {before} ")


@test
def lost_and_back():
    """lost once with the reason, back once with what was missed"""
    server, program, peer = start("--state")
    equal(states(program)[0], "127.0.0.1 connected as listener")
    peer.say("ERROR :Closing Link: (Server restarting)")
    peer.close()
    server.accept().close()
    server.accept().close()
    peer = server.accept()
    peer.expect("CAP LS")
    peer.say(":srv CAP * LS :server-time batch")
    peer.expect("CAP REQ")
    peer.say(":srv CAP * ACK :server-time batch")
    peer.expect("CAP END")
    peer.register()
    peer.expect("^JOIN #c")
    join(peer, "#c")
    peer.say(":srv BATCH +1 playback #c",
             "@batch=1;time=2026-01-01T00:00:00.000Z :a!u@h PRIVMSG #c :one",
             "@batch=1;time=2026-01-01T00:00:01.000Z :a!u@h PRIVMSG #c "
             ":listener: two",
             "@batch=1;time=2026-01-01T00:00:02.000Z :a!u@h PRIVMSG listener "
             ":three", ":srv BATCH -1")
    wait_state(program, "127.0.0.1 back, 3 missed, 2 to you")
    equal([s for s in states(program) if "lost" in s or "reached" in s],
          ["127.0.0.1 lost: (Server restarting)"])
    # Where we are again is no news.
    equal(states(program).count("in #c: 2 here"), 1)


@test
def unreachable():
    """a server that cannot be reached is told once, and again at the end"""
    server = RawServer()
    program = bridge(server.port, "--state", "--reconnect-max=1")
    for _ in range(3):
        server.accept().close()
    equal(program.terminate(), 0)
    equal(len([s for s in states(program) if "cannot be reached" in s]), 1)
    equal(states(program)[-1], "127.0.0.1 left")


@test
def questions():
    """who is here, the topic and WHOIS are answered in one sentence"""
    _, program, peer = start("--state")
    wait_state(program, "in #c: 2 here")
    program.say(":NAMES #c")
    peer.expect("^NAMES #c")
    many = " ".join(f"n{i}!u@h" for i in range(14))
    peer.say(f":srv 353 listener = #c :@op +{many}",
             ":srv 366 listener #c :End of /NAMES list.")
    wait_state(program, "in #c: 15 here: op, n0, n1, n2, n3, n4, n5, n6, n7, "
               "n8 and 5 more")
    program.say(":TOPIC #c")
    peer.say(":srv 332 listener #c :the plan")
    wait_state(program, "topic of #c: the plan")
    program.say(":WHOIS bob")
    peer.say(":srv 311 listener bob b example.org * :Bob Real",
             ":srv 319 listener bob :@#c #d", ":srv 317 listener bob 300 1 :x",
             ":srv 330 listener bob bobacc :is logged in as",
             ":srv 318 listener bob :End of /WHOIS list.")
    wait_state(program, "bob is Bob Real, b at example.org, in @#c #d, idle 5 "
               "minutes, logged in as bobacc")


@test
def in_json():
    """JSON has them always, with a word for programs"""
    _, program, peer = start("--format=json")
    peer.say(":op!o@h KICK #c listener :bye")
    program.wait('"kicked"')
    state = next(s for s in map(json.loads, program.lines)
                 if s.get("state") == "kicked")
    equal({k: state[k] for k in ("kind", "command", "channel", "nick", "text")},
          {"kind": "state", "command": "STATE", "channel": "#c", "nick": "op",
           "text": "op kicked you from #c: bye"})


@test
def spoken():
    """through the pipe of the README, into the words that are said"""
    server = RawServer()
    said = os.path.join(directory, "said")
    with open(said, "wb") as out:
        listener = subprocess.Popen([SPEAKD, "--print"], stdin=subprocess.PIPE,
                                    stdout=out)
    program = bridge(server.port, "-j#c", "--state", "--reconnect-max=1",
                     stdin=subprocess.DEVNULL, stdout=listener.stdin)
    listener.stdin.close()
    peer = server.welcome()
    peer.expect("^JOIN")
    join(peer, "#c")
    peer.say(":a!u@h PRIVMSG #c :hello", ":a!u@h INVITE listener #meeting2",
             ":op!o@h KICK #c listener :bye")
    peer.close()
    server.welcome()

    def lines():
        return open(said, encoding="utf-8").read().splitlines()

    until(lambda: any("back" in line for line in lines()), "127.0.0.1 back")
    for line in ("a: hello", "a invites you to meeting2",
                 "op kicked you from c: bye"):
        assert line in lines(), lines()
    assert any(" lost: " in line for line in lines()), lines()
    program.stop()
    listener.wait(30)


@test
def old_is_not_said():
    """what is played back is marked in JSON, and speakd does not say it"""
    lines = "".join(json.dumps({"nick": "a", "kind": "message", "text": text,
                                "history": old}) + "\n"
                    for text, old in (("old", True), ("live", False),
                                      ('say "history":true', False)))
    said = subprocess.run([SPEAKD, "--print", "--format=json"], check=True,
                          input=lines.encode(), capture_output=True).stdout
    equal(said.decode().splitlines()[0], "a: live")
    assert "old" not in said.decode(), said


# ---- delivery ---------------------------------------------------------------


@test
def refusals():
    """a line that is refused is reported, with why and how it begins"""
    _, program, peer = start("--state", "--flood-interval=0")
    for reply, sentence in (
            (":srv 404 listener #c :Cannot send to channel (+m)",
             "#c is moderated: not sent: hello"),
            (":srv 404 listener #c :You are banned (+b)",
             "you are banned in #c: not sent: hello"),
            (":srv 404 listener #c :Can't send colors to channel (+c is set)",
             "you cannot speak in #c: Can't send colors to channel (+c is set)"
             ": not sent: hello"),
            (":srv 404 listener #c :Cannot send to channel",
             "you cannot speak in #c: not sent: hello"),
            (":srv 404 listener #c", "you cannot speak in #c: not sent: hello"),
            (":srv 408 listener #c :You cannot use colors on this channel.",
             "#c does not take that message: You cannot use colors on this "
             "channel: not sent: hello"),
            (":srv 400 listener PRIVMSG :Something broke",
             "Something broke: not sent: hello"),
            ("FAIL PRIVMSG TOO_FAST #c :slow down",
             "#c: slow down: not sent: hello")):
        program.say("hello")
        peer.expect("^PRIVMSG #c :hello")
        peer.say(reply)
        wait_state(program, sentence)
    program.say(":m bob hello")
    peer.expect("^PRIVMSG bob :hello")
    peer.say(":srv 439 listener bob :Message target change too fast. Wait 9 "
             "seconds.")
    wait_state(program, "you write to bob too soon: Message target change too "
               "fast. Wait 9 seconds: not sent: hello")
    program.say(":m bob " + "long " * 30)
    peer.expect("^PRIVMSG bob")
    peer.say(":srv 401 listener bob :No such nick/channel")
    wait_state(program, "no such nick: bob: not sent: "
               + "long " * 12 + "…")
    peer.say(":op!o@h KICK #c listener :bye")
    wait_state(program, "op kicked you from #c: bye")
    program.say("still here?")
    peer.expect("still here")
    peer.say(":srv 404 listener #c :Cannot send to channel")
    wait_state(program, "you are not in #c: not sent: still here?")


@test
def one_shot():
    """at the end of input: 0 when all was delivered, 1 when a line was not"""
    for reply, code, errors in (
            (None, 0, []),
            (":srv 404 listener #c :Cannot send to channel", 1,
             ["sic-bridge: 1 of 2 lines not sent"])):
        _, program, peer = start()
        program.type("build failed\nsecond line\n")
        program.end_input()
        peer.expect("^PRIVMSG #c :second line")
        if reply:
            peer.say(reply)
        peer.expect("^QUIT")
        peer.close()
        equal(program.exit_code(), code)
        equal(program.errors, errors)


@test
def odd_input():
    """what is no UTF-8 is sent as UTF-8; what no line can hold is counted"""
    _, program, peer = start("--state", "--flood-interval=0")
    program.type(b"caf\xe9\n:m bob \x93hi\x94\n:TOPIC #c :\xfcber\n")
    peer.expect("^PRIVMSG bob :“hi”$")
    peer.expect("^PRIVMSG #c :café$")
    peer.expect("^TOPIC #c :über$")
    program.say(":TOPIC #c :" + "x" * 600)
    wait_state(program, "too long for one line: not sent")
    program.say("y" * 20000)
    wait_state(program, "the end of a very long line: not sent")
    program.end_input()
    peer.expect("^QUIT")
    peer.close()
    equal(program.exit_code(), 1)
    equal(program.errors[-1], "sic-bridge: 2 of 6 lines not sent")
    equal(sum(line.count("y") for line in peer.heard
              if line.startswith("PRIVMSG #c :y")), 16384)


@test
def unanswered():
    """a server that is silent is not taken for one that has everything"""
    _, program, peer = start()
    peer.answers = False
    program.say("hello")
    peer.expect("^PING :sic-bridge-1")
    program.process.terminate()
    peer.expect("^QUIT")
    peer.close()
    equal(program.exit_code(), 1)
    equal(program.errors, ["sic-bridge: 1 of 1 lines sent, but perhaps not "
                           "delivered"])


@test
def terminated():
    """at SIGTERM what was not sent is counted, and the status is 1"""
    _, program, peer = start()
    program.type("".join(f"line {i}\n" for i in range(30)))
    peer.expect("line 3")
    program.process.terminate()
    peer.expect("^QUIT")
    peer.close()
    equal(program.exit_code(), 1)
    sent = sum(line.startswith("PRIVMSG") for line in peer.heard)
    equal(program.errors, [f"sic-bridge: {30 - sent} of 30 lines not sent"])


@test
def sent_again():
    """over a dead connection nothing typed is lost, and it is shown once"""
    server, program, peer = start("--ping-interval=1", "--ping-timeout=1",
                                  "--state")
    peer.answers = False
    program.say("typed into the dead connection")
    program.wait("<listener> typed")
    program.wait_error("no answer")
    program.say("typed meanwhile")
    peer = server.welcome()
    peer.expect("^JOIN #c")
    join(peer, "#c")
    peer.expect("^PRIVMSG #c :typed into the dead connection$")
    peer.expect("^PRIVMSG #c :typed meanwhile$")
    program.wait("<listener> typed meanwhile")
    wait_state(program, "sent again: typed into the dead connection")
    equal(sum("<listener> typed into" in line for line in program.lines), 1)


@test
def never_twice():
    """what came back, or is in the history, is not sent again"""
    server = RawServer()
    program = bridge(server.port, "-j#c", "--reconnect-max=1")

    def welcome():
        peer = server.accept()
        peer.expect("CAP LS")
        caps = "echo-message server-time batch draft/chathistory message-tags"
        peer.say(f":srv CAP * LS :{caps}")
        peer.expect("CAP REQ")
        peer.say(f":srv CAP * ACK :{caps}")
        peer.expect("CAP END")
        peer.answers = False
        peer.register()
        peer.expect("^JOIN #c")
        join(peer, "#c")
        return peer

    peer = welcome()
    peer.say("@time=2026-01-01T00:00:00.000Z :a!u@h PRIVMSG #c :hello")
    program.wait("hello")
    for text in ("echoed", "kept by the server", "lost on the way"):
        program.say(text)
        peer.expect(text)
    peer.say("@time=2026-01-01T00:00:01.000Z;msgid=1 :listener!u@h PRIVMSG #c "
             ":echoed")
    program.wait("<listener> echoed")
    peer.close()
    peer = welcome()
    peer.expect("^CHATHISTORY AFTER #c")
    peer.say(":srv BATCH +1 chathistory #c",
             "@batch=1;time=2026-01-01T00:00:02.000Z;msgid=2 :listener!u@h "
             "PRIVMSG #c :kept by the server", ":srv BATCH -1")
    peer.expect("^CHATHISTORY TARGETS")
    peer.say(":srv BATCH +2 draft/chathistory-targets", ":srv BATCH -2")
    equal(peer.expect("^PRIVMSG").string, "PRIVMSG #c :lost on the way")


@test
def paste():
    """private words overtake a paste, :cancel ends it, QUIT does not wait"""
    _, program, peer = start("--state")
    program.type("".join(f"line {i}\n" for i in range(100)))
    peer.expect("line 4")
    program.say(":m bob quick")
    peer.expect("^PRIVMSG bob :quick")
    assert not any("line 20" in line for line in peer.heard), peer.heard
    program.say(":cancel")
    program.wait_error(r"cancelled: \d\d lines")
    program.say("after it")
    peer.expect("^PRIVMSG #c :after it")
    program.type("".join(f"more {i}\n" for i in range(100)))
    program.say(":QUIT :bye")
    peer.expect("^QUIT :bye")
    peer.close()
    equal(program.exit_code(), 1)
    program.wait_error(r"of 202 lines not sent")


# ---- the session ------------------------------------------------------------


@test
def pieces_fit():
    """pieces fit whatever nick, user and host became, and no word is cut"""
    _, program, peer = start("--flood-interval=0", nick="a")
    nick, host = "n" * 30, "h" * 60
    peer.say(f":a!u@h NICK {nick}", f":{nick}!u@h CHGHOST ~user {host}",
             ":b!u@h PRIVMSG #c :mark")
    program.wait("<b> mark")
    words = " ".join(f"word{i:03}" for i in range(200))
    for typed in (words, f":PRIVMSG #c :{words}", f":m #c {words}"):
        program.say(typed)
        got = ""
        while len(got) < len(words):
            line = peer.expect("^PRIVMSG #c :(.*)$")
            relayed = f":{nick}!~user@{host} {line.string}\r\n"
            assert len(relayed) <= 512, len(relayed)
            got += (" " if got else "") + line[1]
        equal(got, words)


@test
def actions_stay():
    """a long action is several actions"""
    _, program, peer = start("--flood-interval=0")
    program.say(":PRIVMSG #c :\x01ACTION " + "word " * 150 + "\x01")
    for _ in range(2):
        line = peer.expect("^PRIVMSG").string
        assert re.fullmatch("PRIVMSG #c :\x01ACTION [word ]*\x01", line), line


@test
def keys():
    """keys: of a list, of raw JOIN, and as MODE changes them"""
    server, program, peer = start(joined=("#k old",))
    program.say(":j #a,#b k1,k2")
    peer.expect("^JOIN #a,#b k1,k2")
    program.say(":JOIN #d kd")
    peer.expect("^JOIN #d kd")
    join(peer, "#a", "#b", "#d")
    peer.say(":op!o@h MODE #k -k+k old new", ":op!o@h MODE #b -k k2")
    program.wait(r"MODE \(#b")
    peer.close()
    peer = server.welcome()
    equal(sorted(peer.expect("^JOIN (.*) ")[1].split(",")), ["#a", "#d", "#k"])
    equal(sorted(peer.heard[-1].split()[2].split(",")), ["k1", "kd", "new"])
    peer.expect("^JOIN #b$")


@test
def forwarded():
    """a JOIN that leads elsewhere takes the text there, and back again"""
    server, program, peer = start("--flood-interval=0", "--state", joined=())
    program.say(":j #c")
    peer.expect("^JOIN #c")
    peer.say(":srv 470 listener #c ##c :Forwarding to another channel")
    join(peer, "##c")
    wait_state(program, "#c is now ##c")
    program.say("hello")
    peer.expect("^PRIVMSG ##c :hello")
    peer.close()
    peer = server.welcome()
    peer.expect("^JOIN ##c$")


@test
def joined_after_login():
    """a channel for people who are logged in is asked again after the login"""
    _, program, peer = start("--state", joined=())
    program.say(":j #r")
    peer.expect("^JOIN #r")
    peer.say(":srv 477 listener #r :Cannot join channel (+r)")
    wait_state(program, "#r is for people who are logged in: not joined")
    peer.say(":srv 900 listener listener!u@h acc :You are now logged in")
    peer.expect("^JOIN #r$")


@test
def password():
    """PASS as it must be written; a wrong one ends the program"""
    for given, sent in (("secret", "PASS secret"),
                        ("my secret", "PASS :my secret"),
                        (":secret", "PASS ::secret")):
        server = RawServer()
        program = bridge(server.port, "-k", given)
        peer = server.accept()
        peer.expect("^USER")
        equal([l for l in peer.heard if l.startswith("PASS")], [sent])
        peer.say(":srv 464 x :Password incorrect")
        equal(program.exit_code(), 1)
        equal(program.errors,
              ["sic-bridge: 127.0.0.1: password refused: Password incorrect"])


@test
def on_connect():
    """lines for services go before the JOIN, and are shown nowhere"""
    server = RawServer()
    program = bridge(server.port, "-j#c", "--verbose",
                     "--on-connect=PRIVMSG NickServ :IDENTIFY hunter2")
    peer = server.welcome()
    peer.expect("^PRIVMSG NickServ :IDENTIFY hunter2$")
    peer.expect("^JOIN #c")
    peer.say(":a!u@h PRIVMSG #c :end")
    program.wait("<a> end")
    assert "hunter2" not in "\n".join(program.lines + program.errors)


@test
def regain_ends():
    """services that want us to have another nick are not fought"""
    _, program, peer = start("--regain=1", "--state")
    peer.say(":listener!u@h NICK Guest1")
    peer.expect("^ISON listener")
    peer.say(":srv 303 Guest1 :")
    peer.expect("^NICK listener")
    peer.say(":Guest1!u@h NICK listener", ":listener!u@h NICK Guest1")
    wait_state(program, "your nick is now Guest1; it stays so, services keep "
               "listener")
    peer.say(":listener!x@y QUIT :gone", ":a!u@h PRIVMSG #c :end")
    program.wait("<a> end")
    peer.say("PING z")
    peer.expect("^PONG :z")
    equal(sum(l.startswith("NICK") for l in peer.heard[2:]), 1)


# ---- the wire ---------------------------------------------------------------


@test
def whole_json():
    """nothing of a line is missing in JSON"""
    _, program, peer = start("--format=json")
    start_at = len(program.lines)
    rows = (
        (":srv FAIL JOIN FULL #c :The channel is full",
         {"kind": "other", "channel": "#c", "text": "The channel is full",
          "params": ["JOIN", "FULL", "#c", "The channel is full"]}),
        (":o!u@h WALLOPS :going down", {"text": "going down"}),
        (":n!u@h PRIVMSG @#c :to the ops",
         {"kind": "message", "channel": "#c", "target": "@#c",
          "text": "to the ops"}),
        (":n!u@h PRIVMSG $$* :to all",
         {"kind": "message", "channel": None, "target": "$$*",
          "text": "to all"}),
        (":n!u@h PRIVMSG listener :psst",
         {"kind": "private", "channel": None, "target": "listener"}),
        (":n!u@h AWAY :fishing", {"text": "fishing"}),
        (":n!u@h SETNAME :New Name", {"text": "New Name"}),
        (":n!u@h INVITE listener #d",
         {"channel": "#d", "target": "listener", "text": ""}),
        (":srv 471 listener #d :full",
         {"kind": "numeric", "channel": "#d", "text": "#d full"}),
        (":n!u@h CHGHOST user host", {"text": "user host"}),
        (":n!u@h RENAME #c #d :why",
         {"channel": "#c", "target": "#d", "text": "why"}),
        (":n!u@h QUIT", {"kind": "quit", "text": "", "params": []}),
        # The shapes of the public parser tests.
        ("foo bar baz ::asdf", {"params": ["bar", "baz", ":asdf"]}),
        (":coolguy foo bar baz :  asdf quux ",
         {"nick": "coolguy", "params": ["bar", "baz", "  asdf quux "]}),
        (":coolguy foo bar baz :", {"params": ["bar", "baz", ""]}),
        (":src JOIN :#chan", {"channel": "#chan", "kind": "join"}),
        (":src AWAY ", {"text": "", "params": []}),
        (":coolguy@127.0.0.1 PRIVMSG #c :host only", {"nick": "coolguy"}),
        (":coolguy!ag PRIVMSG #c :no host", {"nick": "coolguy"}),
        ("@tag1=value1;vendor2/tag4= :irc.example.com COMMAND p1 :p3 p3",
         {"nick": "irc.example.com", "params": ["p1", "p3 p3"]}),
        ("@account=a\\:b\\s\\\\c\\ :n!u@h PRIVMSG #c :tags",
         {"account": "a;b \\c", "text": "tags"}),
        (":gravel 432  #momo :Erroneous Nickname: Illegal characters",
         {"params": ["#momo", "Erroneous Nickname: Illegal characters"]}),
        (":services MODE #foo-bar +o foobar  ", {"text": "+o foobar"}),
        (":SomeOp MODE #channel +oo SomeUser :AnotherUser",
         {"text": "+oo SomeUser AnotherUser"}),
        (b":n!u@h PRIVMSG #c :cut at the end \xc3",
         {"text": "cut at the end \ufffd"}),
        ("COMMAND a b :c d",
         {"kind": "other", "text": "c d", "params": ["a", "b", "c d"]}),
        ("ERROR :Closing Link", {"text": "Closing Link"}))
    for line, _ in rows:
        peer.say(line)
    program.wait("Closing")
    got = [d for d in map(json.loads, program.lines[start_at:])
           if d["kind"] != "state" and d["command"] not in ("353", "366")]
    equal(len(got), len(rows))
    assert any("#momo cannot be a nick here" in l for l in program.lines)
    for (line, want), event in zip(rows, got):
        equal((line, {k: event[k] for k in want}), (line, want))


@test
def mentions():
    """who is spoken of: beside any sign, in colours, by the wanted nick too"""
    server = RawServer()
    program = bridge(server.port, "--format=json")
    peer = server.accept()
    peer.expect("^USER")
    peer.say(":srv 433 * listener :in use")
    peer.expect("^NICK listener_")
    peer.register("listener_")
    texts = ["listener: you?", "listener_: you?", "listener：全角", "“listener”",
             "\x0304listener\x03: red", "listeners", "élistener"]
    for text in texts:
        peer.say(f":a!u@h PRIVMSG #c :{text}")
    program.wait("élistener")
    equal([d["highlight"] for d in map(json.loads, program.lines)
           if d["command"] == "PRIVMSG"],
          [True, True, True, True, True, False, False])


@test
def network_name():
    """--network-name: the network before each line"""
    _, program, peer = start("--network-name")
    peer.say(":a!u@h PRIVMSG #c :hi", ":a!u@h JOIN #c",
             ":a!u@h PRIVMSG listener :psst")
    program.wait(r"^127\.0\.0\.1/listener: \S+ \S+ <a> psst$")
    program.wait(r"^127\.0\.0\.1/#c: \S+ \S+ <a> hi$")
    program.wait(r"^127\.0\.0\.1/a ?: \S+ \S+ >< JOIN \(#c\)")


main()
