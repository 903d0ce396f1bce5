#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge and IRCv3: capabilities, echo, history, SASL; on InspIRCd with
atheme-services, and where no server does it, on a scripted one."""

import base64
import hashlib
import hmac
import json
import os
import re
import ssl
import sys
import time

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (Client, RawServer, Relay, bridge, certificate, equal, main,
                 make_ca, need_services, path, start_inspircd, test, until)

ports = None


def inspircd():
    global ports
    if ports is None:
        ports = start_inspircd(services=True)
    return ports


# ---- on InspIRCd ----------------------------------------------------------------------


@test
def server_time_and_echo():
    """InspIRCd: the server's time, and our own message once, as it was sent"""
    port = inspircd().plain
    listener = bridge(port, "--format=json", "-j", "#echo", nick="echoer")
    listener.wait('"command":"366"')
    other = Client(port, "otherone")
    other.join("#echo")
    listener.say("my own words")
    other.wait(r"^:echoer!\S+ PRIVMSG #echo :my own words$")
    other.send("PRIVMSG #echo :echoer: yours")
    event = json.loads(listener.wait(".*echoer: yours.*")[0])
    assert event["server_time"] and event["highlight"], event
    own = [json.loads(line) for line in listener.lines
           if "my own words" in line]
    equal([(e["kind"], e["own"], e["channel"]) for e in own],
          [("own", True, "#echo")])
    assert own[0]["server_time"], own


@test
def join_history():
    """InspIRCd: what is played back on joining is marked, and said once"""
    port = inspircd().plain
    actor = Client(port, "historian")
    actor.join("#past")
    actor.send("MODE #past +H 50:1h")
    actor.wait(" MODE #past ")
    for n in range(3):
        actor.send(f"PRIVMSG #past :before {n}")
    actor.send("PRIVMSG historian :marker")
    actor.wait("marker")
    plain = bridge(port, "-j", "#past", nick="latecomer")
    events = bridge(port, "-j", "#past", "--format=json", nick="latejson")
    plain.wait(">< 366 ")
    events.wait('"command":"366"')
    plain.wait("before 2")
    events.wait("before 2")
    actor.send("PRIVMSG #past :and now")
    plain.wait("^#past .*<historian> and now$")
    events.wait("and now")
    old = [line for line in plain.lines if "before" in line]
    equal([re.sub(r" \S+ \d\d:\d\d ", " T ", line) for line in old],
          [f"historian   : T >< HISTORY (#past): before {n}"
           for n in range(3)])
    marked = [json.loads(line) for line in events.lines]
    equal([e["history"] for e in marked if "before" in (e["text"] or "")],
          [True] * 3)
    equal([e["history"] for e in marked if e["text"] == "and now"], [False])


@test
def no_message_twice():
    """InspIRCd: after a reconnect the gap is played back, the rest is not"""
    port = inspircd().plain
    actor = Client(port, "gapper")
    actor.join("#gap")
    actor.send("MODE #gap +H 50:1h")
    relay = Relay(port)
    listener = bridge(relay.port, "-j", "#gap", "--reconnect-max=1",
                      nick="gaplist")
    listener.wait(">< 366 ")
    for n in range(3):
        actor.send(f"PRIVMSG #gap :heard {n}")
    listener.wait("<gapper> heard 2")
    relay.cut()
    for n in range(3):
        actor.send(f"PRIVMSG #gap :missed {n}")
    actor.send("PRIVMSG gapper :marker")
    actor.wait("marker")
    relay.mend()
    listener.wait(">< HISTORY .*missed 2")
    actor.send("PRIVMSG #gap :live again")
    listener.wait("<gapper> live again")
    for text in ("heard 0", "heard 1", "heard 2", "missed 0", "missed 1",
                 "missed 2", "live again"):
        count = sum(line.endswith(text) for line in listener.lines)
        equal((text, count), (text, 1))


# ---- SASL ---------------------------------------------------------------------------------


def register(port, nick, password, tls=None):
    """An account at the services; the client that made it."""
    need_services()
    client = Client(port, nick, tls)

    def has_services():
        client.send("WHOIS NickServ")
        return any(" 311 " in line and "NickServ" in line
                   for line in client.lines)

    until(has_services, "services")
    client.send(f"PRIVMSG NickServ :REGISTER {password} {nick}@test.local")
    client.wait(rf"(?i)NickServ\S* NOTICE {nick} .*(registered|{nick}@)")
    return client


def secret_file(text):
    name = path("sasl-password")
    with open(name, "w", encoding="ascii") as file:
        file.write(text + "\n")
    os.chmod(name, 0o600)
    return name


@test
def sasl_plain():
    """atheme: SASL PLAIN logs in; a wrong password ends it with the reason"""
    port = inspircd().plain
    register(port, "account1", "right-password")
    listener = bridge(port, "--sasl=plain", "--sasl-user=account1",
                      "--password-file=" + secret_file("right-password"),
                      nick="loggedin")
    listener.wait(r">< 900 .*account1")
    listener.wait(r">< 376 ")
    listener.stop()
    wrong = bridge(port, "--sasl=plain", "--sasl-user=account1", "-k",
                   "wrong-password", nick="notin")
    equal(wrong.exit_code(), 1)
    wrong.wait_error("SASL login as account1: ")
    assert not any(">< 001 " in line for line in wrong.lines)
    optional = bridge(port, "--sasl=plain", "--sasl-user=account1", "-k",
                      "wrong-password", "--sasl-optional", nick="maybe")
    optional.wait(r">< 376 ")


@test
def sasl_external():
    """atheme: SASL EXTERNAL logs in with the certificate"""
    server = inspircd()
    make_ca()
    certificate("client", "listener", "DNS:listener")
    context = ssl.create_default_context(cafile=path("ca.pem"))
    context.load_cert_chain(path("client.pem"), path("client.key"))
    owner = register(server.tls, "account2", "other-password", context)
    owner.send("PRIVMSG NickServ :CERT ADD")
    owner.wait(r"(?i)NOTICE account2 :.*fingerprint")
    listener = bridge(server.tls, "--sasl=external", "--sasl-user=account2",
                      f"--certificate={path('client.pem')}",
                      f"--key={path('client.key')}", plain=False,
                      nick="withcert")
    listener.wait(r">< 900 .*account2")
    listener.wait(r">< 376 ")


@test
def sasl_not_offered():
    """a server without SASL, or without ours, is not joined"""
    for caps, why in (("multi-prefix", "the server has no SASL"),
                      ("sasl=EXTERNAL,SCRAM-SHA-256",
                       "does not take this kind")):
        server = RawServer()
        listener = bridge(server.port, "--sasl=plain", "-k", "x")
        peer = server.accept()
        peer.expect("^USER ")
        peer.say(f":srv CAP * LS :{caps}")
        equal(listener.exit_code(), 1)
        listener.wait_error(why)
    # A server that has never heard of CAP.
    server = RawServer()
    listener = bridge(server.port, "--sasl=plain", "-k", "x")
    peer = server.accept()
    peer.expect("^USER ")
    try:
        peer.register()
    except OSError:
        pass  # the first line is enough for it to leave
    equal(listener.exit_code(), 1)
    listener.wait_error("the server went on without it")


@test
def sasl_long_password():
    """a long password goes in pieces of 400"""
    for size in (1, 286, 287, 288, 600):
        server = RawServer()
        listener = bridge(server.port, "--sasl=plain", "--sasl-user=me", "-k",
                          "p" * size)
        peer = server.accept()
        peer.expect("^USER ")
        peer.say(":srv CAP * LS * :multi-prefix", ":srv CAP * LS :sasl")
        peer.expect("^CAP REQ :multi-prefix$")
        peer.expect("^CAP REQ :sasl$")
        peer.say(":srv CAP * ACK :multi-prefix ", ":srv CAP * ACK :sasl ")
        peer.expect("^AUTHENTICATE PLAIN$")
        peer.say("AUTHENTICATE +")
        encoded = ""
        while True:
            piece = peer.expect("^AUTHENTICATE (.*)$")[1]
            encoded += piece if piece != "+" else ""
            if len(piece) < 400:
                break
        equal(base64.b64decode(encoded), b"\0me\0" + b"p" * size)
        peer.say(":srv 903 me :ok")
        peer.expect("^CAP END$")
        listener.stop()


# ---- capabilities on a scripted server -----------------------------------------------------


ALL = ("server-time message-tags batch echo-message account-tag multi-prefix "
       "cap-notify labeled-response draft/chathistory sts=duration=1 sasl=PLAIN unknown/thing")


def negotiate(server, caps=ALL, tokens=""):
    peer = server.accept()
    peer.expect("^USER ")
    peer.say(f":srv CAP * LS :{caps}")
    asked = peer.expect("^CAP REQ :(.*)$")[1]
    peer.say(f":srv CAP * ACK :{asked}")
    peer.expect("^CAP END$")
    peer.register(tokens=tokens)
    return peer, asked


def scram_server(peer, password, lie=False):
    """Play the server's part of SCRAM-SHA-256; whether the proof is right."""
    def said():
        text = peer.expect("^AUTHENTICATE (.*)$")[1]
        return base64.b64decode(text).decode() if text != "+" else ""

    def say(text):
        coded = base64.b64encode(text.encode()).decode()
        for start in range(0, len(coded) + 1, 400):
            peer.say("AUTHENTICATE " + (coded[start:start + 400] or "+"))

    peer.expect("^AUTHENTICATE SCRAM-SHA-256$")
    peer.say("AUTHENTICATE +")
    first = said()[len("n,,"):]
    nonce = re.search("r=(.*)", first)[1] + "s" * 400  # two pieces
    challenge = f"r={nonce},s=c2FsdA==,i=4096"
    say(challenge)
    last = ""
    while not last or len(last) % 300 == 0:
        last += said()
    proof = base64.b64decode(re.search("p=(.*)", last)[1])
    auth = f"{first},{challenge},{last[:last.index(',p=')]}".encode()
    salted = hashlib.pbkdf2_hmac("sha256", password, b"salt", 4096)
    key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(key).digest(), auth, "sha256")
    right = bytes(a ^ b for a, b in zip(proof, signature)) == key
    server = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), auth,
                         "sha256")
    if right:
        say("v=" + base64.b64encode(server[::-1] if lie else server).decode())
    return right


@test
def scram():
    """SCRAM-SHA-256: the password is proved, and so is the server"""
    for password, lie, error in (
            (b"p\xc3\xa4ss, =", False, None), (b"other", False, "denied"),
            (b"p\xc3\xa4ss, =", True, "the server does not know the password")):
        server = RawServer()
        client = bridge(server.port, "--sasl=scram-sha-256", "-k", "päss, =")
        peer = server.accept()
        peer.expect("^USER ")
        assert not any(l.startswith("PASS") for l in peer.heard), peer.heard
        peer.say(":srv CAP * LS :sasl=PLAIN,SCRAM-SHA-256")
        peer.expect("^CAP REQ :sasl$")
        peer.say(":srv CAP * ACK :sasl")
        equal(scram_server(peer, password, lie), error != "denied")
        if lie:
            peer.wait_closed()
        elif error:
            peer.say(":srv 904 * :denied")
        else:
            equal(peer.expect("^AUTHENTICATE").string, "AUTHENTICATE +")
            peer.say(":srv 903 * :ok")
            peer.expect("^CAP END$")
            continue
        equal(client.exit_code(), 1)
        assert error in client.errors[-1], client.errors


@test
def labels():
    """labeled-response: the line that is refused is named, without a PING"""
    server = RawServer()
    listener = bridge(server.port, "--state", "--flood-interval=0")
    peer, _ = negotiate(server, "message-tags batch labeled-response")
    listener.wait(">< 376 ")
    peer.answers = False
    for number, text in enumerate(("first", "second", "third", "fourth"), 1):
        listener.say(f":m bob {text}")
        peer.expect(f"^@label={number} PRIVMSG bob :{text}$")
    peer.say("@label=2 :srv 401 listener bob :No such nick")
    listener.wait("no such nick: bob: not sent: second$")
    # An answer of several lines counts when it is complete.
    peer.say("@label=3 :srv BATCH +b labeled-response",
             "@batch=b :srv NOTICE listener :sorry",
             "@batch=b :srv FAIL PRIVMSG NO_TARGET :Nobody is there",
             ":srv BATCH -b", "@label=4 :srv ACK")
    listener.wait("Nobody is there: not sent: third$")
    listener.end_input()
    peer.expect("^QUIT")
    peer.close()
    equal(listener.exit_code(), 1)
    equal(listener.errors[-1], "sic-bridge: 2 of 4 lines not sent")
    assert not any("ACK" in l for l in listener.lines), listener.tell()


@test
def what_is_asked_for():
    """what we know is asked for, nothing else; NAK, NEW and DEL"""
    server = RawServer()
    listener = bridge(server.port)
    peer, asked = negotiate(server)
    equal(asked, "server-time message-tags batch echo-message account-tag "
                 "multi-prefix cap-notify labeled-response draft/chathistory")
    # Without echo-message we show our own words ourselves.
    peer.say(":srv CAP listener DEL :echo-message")
    listener.wait(">< 376 ")
    listener.say(":m bob shown by us")
    peer.expect(r"^@label=\d+ PRIVMSG bob :shown by us$")
    listener.wait("^bob .*<listener> shown by us$")
    peer.say(":srv CAP listener NEW :echo-message unknown/other")
    peer.expect("^CAP REQ :echo-message$")
    peer.say(":srv CAP listener ACK :echo-message")
    listener.say(":m bob shown by the server")
    peer.expect(r"^@label=\d+ PRIVMSG bob :shown by the server$")
    peer.say(":listener!u@h PRIVMSG bob :shown by the server")
    listener.wait("^bob .*<listener> shown by the server$")
    equal(sum("shown by the server" in l for l in listener.lines), 1)
    listener.stop()
    # One refusal refuses all: they are asked for one by one.
    listener = bridge(server.port)
    peer = server.accept()
    peer.expect("^USER ")
    peer.say(":srv CAP * LS :server-time batch")
    peer.expect("^CAP REQ :server-time batch$")
    peer.say(":srv CAP * NAK :server-time batch")
    equal([peer.line(), peer.line()],
          ["CAP REQ :server-time", "CAP REQ :batch"])
    peer.say(":srv CAP * ACK :server-time", ":srv CAP * NAK :batch")
    peer.expect("^CAP END$")


def stamp(second):
    return f"2024-05-05T10:00:{second:02d}.000Z"


@test
def gap_is_asked_for():
    """chathistory: after a reconnect the gap is asked for, page by page"""
    server = RawServer()
    listener = bridge(server.port, "-j", "#c", "--reconnect-max=1")
    peer, _ = negotiate(server, tokens="CHATHISTORY=2")
    peer.expect("^JOIN #c$")
    peer.say(":listener!u@h JOIN #c",
             f"@time={stamp(1)};msgid=m1 :a!b@c PRIVMSG #c :one",
             f"@time={stamp(2)};msgid=m2 :a!b@c PRIVMSG #c :two", "PING x")
    # Nothing to ask for the first time.
    equal(peer.line(), "PONG :x")
    peer.close()
    peer, _ = negotiate(server, tokens="CHATHISTORY=2")
    peer.expect("^JOIN #c$")
    peer.say(":listener!u@h JOIN #c")
    equal(peer.line(), f"CHATHISTORY AFTER #c timestamp={stamp(2)} 2")
    peer.say(":srv BATCH +p1 chathistory #c",
             f"@time={stamp(2)};msgid=m2;batch=p1 :a!b@c PRIVMSG #c :two",
             f"@time={stamp(3)};msgid=m3;batch=p1 :a!b@c PRIVMSG #c :three",
             f"@time={stamp(9)};msgid=m9 :a!b@c PRIVMSG #c :nine, live",
             ":srv BATCH -p1")
    peer.say("PING y")
    equal([peer.line(), peer.line()],
          [f"CHATHISTORY AFTER #c timestamp={stamp(3)} 2", "PONG :y"])
    # The next page is not full: that was all.
    peer.say(":srv BATCH +p2 chathistory #c",
             f"@time={stamp(4)};msgid=m4;batch=p2 :a!b@c PRIVMSG #c :four",
             ":srv BATCH -p2", "PING z")
    equal(peer.line(), "PONG :z")
    # And then who spoke to us alone, since when and what.
    peer.expect(rf"^CHATHISTORY TARGETS timestamp={stamp(2)} timestamp=.* 2$")
    peer.say(":srv BATCH +t draft/chathistory-targets",
             f"@batch=t :srv CHATHISTORY TARGETS #c {stamp(4)}",
             f"@batch=t :srv CHATHISTORY TARGETS bob {stamp(5)}",
             ":srv BATCH -t")
    equal(peer.line(), f"CHATHISTORY AFTER bob timestamp={stamp(2)} 2")
    peer.say(":srv BATCH +p3 chathistory bob",
             f"@time={stamp(5)};batch=p3 :bob!b@c PRIVMSG listener :psst",
             ":srv BATCH -p3")
    listener.wait(r"^bob .*>< HISTORY \(listener\): psst")
    listener.wait("HISTORY .*four")
    listener.wait("<a> nine, live")
    listener.wait("HISTORY .*three")
    equal(sum(line.endswith("two") for line in listener.lines), 1)


@test
def playback_is_marked():
    """batches of ZNC and nested ones; what is older than the connection"""
    server = RawServer()
    listener = bridge(server.port)
    peer = server.accept()
    peer.expect("^USER ")
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    peer.say(f"@time={now} :srv 001 listener :Welcome",
             ":srv 376 listener :End",
             ":srv BATCH +z znc.in/playback #c",
             f"@time={now};batch=z :a!b@c PRIVMSG #c :from znc",
             "@batch=z :srv BATCH +n other #c",
             f"@time={now};batch=n :a!b@c NOTICE #c :nested notice",
             "@batch=z :srv BATCH -n", ":srv BATCH -z",
             "@time=2020-01-01T00:00:00.000Z :a!b@c PRIVMSG #c :years ago",
             f"@time={now} :a!b@c PRIVMSG #c :just now",
             ":srv BATCH +o netsplit a b",
             f"@time={now};batch=o :a!b@c PRIVMSG #c :not history")
    listener.wait("<a> not history$")
    for pattern in (r"^a .*>< HISTORY \(#c\): from znc$",
                    r"^a .*>< HISTORY \(#c NOTICE\): nested notice$",
                    r"01/01/20 00:00 >< HISTORY \(#c\): years ago$",
                    r"^#c .*<a> just now$"):
        listener.wait(pattern)


main()
