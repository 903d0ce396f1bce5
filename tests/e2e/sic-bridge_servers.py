#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge on the servers and bouncers that people have: ircd-hybrid, irc2,
bip, ZNC, bitlbee, with sic and ii beside it. They are unpacked by contrib/services;
what they look for below /usr and /etc they find in mounts of their own."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (SRC, Client, Program, Relay, Skip, bridge, configure,
                 directory, equal, free_port, listening, main, need, path,
                 start_server, test, until)

ROOT = os.environ.get("SERVICES_ROOT",
                      os.path.join(SRC, "build/services/root"))


def start(program, script, port):
    """Run a program of the unpacked packages in a shell that may mount."""
    binary = os.path.join(ROOT, program)
    if not os.path.exists(binary):
        raise Skip(f"{program} is not unpacked, see contrib/services")
    if subprocess.run(["unshare", "-m", "mount", "-t", "overlay", "overlay",
                       "-o", f"lowerdir={ROOT}/usr/lib:/usr/lib", "/usr/lib"],
                      stderr=subprocess.DEVNULL, check=False).returncode:
        raise Skip("only root can put its files where it looks for them")
    os.chmod(directory, 0o777)
    start_server("unshare", "-m", "sh", "-ec", f"""
        mount -t overlay overlay -o lowerdir={ROOT}/usr/lib:/usr/lib /usr/lib
        umask 0
        {script}""")
    until(lambda: listening(port), program)
    return port


AS_NOBODY = "exec setpriv --reuid=nobody --clear-groups"


hybrid_port = None


def start_hybrid():
    """One for all tests of this file."""
    global hybrid_port
    if hybrid_port is None:
        hybrid_port = new_hybrid()
    return hybrid_port


def new_hybrid():
    port = free_port()
    conf = configure("hybrid.conf", f"hybrid-{port}.conf", {"PLAIN": port})
    # Since 8.2.46 it loads only the commands that are named there.
    modules = ROOT + "/etc/ircd-hybrid/modules.conf"
    if os.path.exists(modules):
        with open(modules, encoding="utf-8") as names, \
                open(conf, "a", encoding="utf-8") as out:
            out.write(names.read())
    return start("usr/sbin/ircd-hybrid", f"""
        {AS_NOBODY} {ROOT}/usr/sbin/ircd-hybrid -foreground -configfile {conf} \
            -logfile {directory}/hybrid.log -pidfile {directory}/hybrid.pid""",
                 port)


def start_irc2():
    port = free_port()
    etc = path("etc")
    os.makedirs(etc + "/ircd", exist_ok=True)
    shutil.copy(configure("irc2.conf", "irc2.conf", {"PLAIN": port}),
                etc + "/ircd/ircd.conf")
    open(etc + "/ircd/ircd.motd", "w", encoding="ascii").close()
    return start("usr/sbin/ircd", f"""
        cp {ROOT}/etc/ircd/ircd.m4 {etc}/ircd/
        mount -t overlay overlay -o lowerdir={etc}:/etc /etc
        mount -t overlay overlay -o lowerdir={ROOT}/usr/sbin:/usr/sbin /usr/sbin
        for place in /var/lib /run /var/log; do
            mount -t tmpfs none $place
            mkdir $place/ircd
        done
        {AS_NOBODY} /usr/sbin/ircd -t -s""", port)


def visit(port, mark, operators=True):
    """What a listener does in an evening, over a wire that breaks once."""
    friend = Client(port, f"fr{mark}")
    friend.join(f"#{mark}")
    relay = Relay(port)
    program = bridge(relay.port, f"-j#{mark}", "--state", "--reconnect-max=1",
                     nick=f"li{mark}")
    program.wait(rf"STATE \(joined #{mark}\): in #{mark}: 2 here")
    friend.send(f"PRIVMSG #{mark} :hello déjà vu")
    program.wait("<fr.*> hello déjà vu")
    program.say("words " * 100)
    friend.wait(rf"^:li{mark}\S+ PRIVMSG #{mark} :words")
    if operators:
        friend.send(f"MODE #{mark} +mk secret")
        program.wait(r"MODE .*\+mk")
        program.say("not now")
        program.wait(rf"not-sent #{mark}\): #{mark} is moderated: not sent: "
                     "not now")
        friend.send(f"MODE #{mark} -m")
        program.wait(r"MODE .*-m")
    relay.cut()
    program.wait(r"STATE \(lost\)")
    program.say("typed while away")
    relay.mend()
    program.wait(r"STATE \(back\)")
    # With the key that came by MODE, and nothing typed is lost.
    friend.wait(rf"PRIVMSG #{mark} :typed while away")
    if operators:
        friend.send(f"KICK #{mark} li{mark} :bye")
        program.wait(rf"fr{mark} kicked you from #{mark}: bye")
    program.say(f":m no{mark}body hi")
    program.wait(f"no such nick: no{mark}body: not sent: hi")
    program.say(":m fr" + mark + " last words")
    friend.wait("PRIVMSG .* :last words")
    program.end_input()
    equal(program.exit_code(), 1)
    equal(program.errors[-1], "sic-bridge: " + ("2 of 5" if operators else
                                                "1 of 4")
          + " lines not sent")


def matching(program, pattern):
    """Every line of the program's with pattern."""
    return [l for l in program.lines if re.search(pattern, l)]


@test
def hybrid():
    """ircd-hybrid: joined, refused, lost, back with the new key, kicked"""
    visit(start_hybrid(), "hy")


@test
def refused():
    """ircd-hybrid: why a channel is not joined, and the invitation to it"""
    port = start_hybrid()
    op = Client(port, "op")
    for channel, mode in (("#inv", "+i"), ("#ban", "+b *!*@*"),
                          ("#key", "+k secret"), ("#lim", "+l 1")):
        op.join(channel)
        op.send(f"MODE {channel} {mode}")
        op.wait(rf"MODE {channel} \{mode[:2]}")
    program = bridge(port, "-j#inv", "-j#ban", "-j#key wrong", "-j#lim",
                     "--state", "--flood-interval=0", nick="joiner")
    for sentence in ("#inv is for invited people only: not joined",
                     "you are banned from #ban: not joined",
                     "#key needs another key: not joined",
                     "#lim is full: not joined"):
        program.wait(re.escape(sentence))
    op.send("INVITE joiner #inv")
    program.wait("op invites you to #inv")
    program.wait("in #inv: 2 here")
    program.say("hello")
    op.wait("^:joiner!.* PRIVMSG #inv :hello")


@test
def killed():
    """ircd-hybrid: KILL is reported, and what was joined comes back"""
    port = start_hybrid()
    op = Client(port, "killer")
    op.send("OPER admin admin")
    op.wait(" 381 ")
    op.join("#kill")
    program = bridge(port, "-j#kill", "--state", "--reconnect-max=1",
                     nick="victim")
    program.wait("in #kill: 2 here")
    # The server cuts the line at 512 bytes, in the middle of a character.
    op.send("PRIVMSG #kill :" + "日" * 200)
    program.wait("<killer> 日{100,}\ufffd?$")
    op.send("KILL victim :spam")
    program.wait(r"STATE \(killed killer\).*spam")
    program.wait(r"STATE \(lost\)")
    program.wait(r"STATE \(back\)")
    until(lambda: len(matching(program, "^victim .*JOIN")) == 2, "rejoined")


@test
def nicks():
    """ircd-hybrid and irc2: a nick that is too long is cut, a bad one ends it"""
    for port in (start_hybrid(), start_irc2()):
        for nick in ("9digit", "bad nick", "ünï"):
            program = bridge(port, nick=nick)
            equal(program.exit_code(), 1 if " " not in nick else 2)
            assert program.errors, nick
        program = bridge(port, "--state", nick="x" * 40)
        program.wait("connected as xxxxx")
        taken = Client(port, "abcdefghi")
        program = bridge(port, "--state", nick="abcdefghi")
        program.wait(r"connected as abcdefgh\S?_, abcdefghi is taken$")
        taken.stop()


@test
def irc2():
    """irc2: the same on the server that all others come from"""
    # Alone it is in split mode, and whoever joins first is no operator.
    visit(start_irc2(), "i2", operators=False)


def said(program, arguments, port, lines):
    """What sic and we print of one short visit."""
    listener = Program(*arguments, program=program)
    friend = Client(port, "speaker" + arguments[-1][-1:])
    listener.wait(r">< (376|422) ")
    listener.say(":j #side")
    friend.join("#side")
    until(lambda: any("speaker" in l or "366" in l for l in listener.lines),
          "joined")
    for line in lines:
        friend.send(f"PRIVMSG #side :{line}")
        listener.wait(line)
    got = [l.split("> ", 1)[1] for l in listener.lines if "<speaker" in l]
    friend.stop()
    listener.stop()
    return got


@test
def as_sic():
    """ircd-hybrid: sic and sic-bridge print the same words"""
    need("sic")
    port = start_hybrid()
    lines = ["hello", "a :b: c", "déjà vu 日本語"]
    ours = ["-h", "127.0.0.1", "-p", str(port), "--plain", "-n", "one"]
    equal(said(os.path.join(os.environ["EARSHOT_BIN"], "sic-bridge"), ours,
               port, lines), lines)
    equal(said("sic", ["-h", "127.0.0.1", "-p", str(port), "-n", "two"], port,
               lines), lines)


@test
def as_ii():
    """ircd-hybrid: ii writes to its file what sic-bridge prints"""
    need("ii")
    port = start_hybrid()
    place = tempfile.mkdtemp(dir=directory)
    ii = Program("-i", place, "-s", "127.0.0.1", "-p", port, "-n", "iione",
                 program="ii")
    server = os.path.join(place, "127.0.0.1")
    until(lambda: os.path.exists(server + "/in"), "ii")
    program = bridge(port, "-j#side")
    program.wait(" 366 ")
    with open(server + "/in", "w", encoding="utf-8") as file:
        file.write("/j #side\n")
    program.wait("iione.*JOIN")
    program.say("the same words")
    out = server + "/#side/out"
    until(lambda: os.path.exists(out) and "<listener> the same words" in
          open(out, encoding="utf-8").read(), "ii's file")
    ii.stop()


@test
def bip():
    """bip: what it plays back is marked as old, and live words are live"""
    server, port = start_hybrid(), free_port()
    conf = configure("bip.conf", "bip.conf", {"PLAIN": server,
                                              "BOUNCER": port})
    start("usr/bin/bip", f"{AS_NOBODY} {ROOT}/usr/bin/bip -n -f {conf} -s "
          f"{directory}", port)
    friend = Client(server, "friend")
    friend.join("#bip")
    until(lambda: friend.send("NAMES #bip") or
          any(" 353 " in l and "bipme" in l for l in friend.lines), "bip")
    program = bridge(port, "-k", "me:pw:conn", "--state", nick="bipme")
    program.wait(r"in #bip: \d here")
    program.say(":s #bip")
    program.say("live from us")
    friend.wait("PRIVMSG #bip :live from us")
    friend.send("PRIVMSG #bip :live to us")
    program.wait("<friend> live to us")
    program.end_input()
    equal(program.exit_code(), 0)
    friend.send("NOTICE bipme :while you were away")
    friend.send("PING x")
    friend.wait("PONG")
    program = bridge(port, "-k", "me:pw:conn", "--state", nick="bipme")
    program.wait(r">< HISTORY .*while you were away")
    program.wait(r"STATE \(missed\)")
    assert not any("your nick is now" in l for l in program.lines)


ZNC_LOGIN = ["-k", "me/net:pw with space", "--user=me"]


@test
def znc():
    """ZNC: a password with spaces; what it kept is old, and heard once"""
    server, port = start_hybrid(), free_port()
    place = path("znc")
    os.makedirs(place + "/configs", exist_ok=True)
    shutil.copy(configure("znc.conf", "znc.conf", {"PLAIN": server,
                                                   "BOUNCER": port}),
                place + "/configs/znc.conf")
    subprocess.run(["chmod", "-R", "a+rwX", place], check=True)
    start("usr/bin/znc", f"{AS_NOBODY} {ROOT}/usr/bin/znc --foreground "
          f"--datadir {place}", port)
    ann = Client(server, "ann")
    ann.join("#znc")
    until(lambda: ann.send("NAMES #znc") or
          any(" 353 " in l and "zncme" in l for l in ann.lines), "ZNC")
    for n in range(3):
        ann.send(f"PRIVMSG #znc :away {n}")
    for line in ("PRIVMSG #znc :\x01ACTION waved while away\x01",
                 "NOTICE #znc :noted while away",
                 "PRIVMSG zncme :private while away",
                 "NOTICE zncme :private notice while away", "PING x"):
        ann.send(line)
    ann.wait("PONG")
    # ZNC plays a private notice back outside of its batches: by its time alone
    # it is old, when it is HISTORY_OLD_MS older than the connection.
    sent = time.monotonic()
    until(lambda: time.monotonic() > sent + 6, "old enough")
    one = bridge(port, *ZNC_LOGIN, "--state", nick="zncme")
    one.wait(r"STATE \(missed\)")
    ann.send("PRIVMSG #znc :live now")
    one.wait("<ann> live now")
    for words in ("away 0", "away 1", "away 2", "waved while away",
                  "noted while away", "private while away",
                  "private notice while away"):
        equal([bool(re.search(">< HISTORY ", l))
               for l in matching(one, "ann .*" + words)], [True])
    assert "7 missed, 2 to you" in one.wait(r"STATE \(missed\).*").string
    one.wait(">< 001 ")
    # Another client of ours on the bouncer: each hears the other, once.
    two = bridge(port, *ZNC_LOGIN, "--format=json", nick="zncme")
    two.wait('"JOIN"')
    one.say(":s #znc")
    one.say("said by one")
    two.say(":m #znc said by two")
    two.wait('"text":"said by one".*"own":true')
    one.wait("#znc .*<zncme> said by two")
    two.end_input()
    equal(two.exit_code(), 0)
    # Nobody is attached: only what came meanwhile is played back.
    one.end_input()
    equal(one.exit_code(), 0)
    # (What was said to them came in before they ended: all of it is counted.)
    for program, words in ((one, "said by two"), (one, "said by one"),
                           (two, "said by one"), (two, "said by two")):
        equal(len(matching(program, words)), 1)
    ann.send("PRIVMSG #znc :away again")
    ann.send("PING y")
    ann.wait("PONG .*y")
    one = bridge(port, *ZNC_LOGIN, "--state", nick="zncme")
    one.wait(">< HISTORY .*away again")
    one.wait(r"STATE \(missed\).*: 1 missed")
    assert not matching(one, "away 0|live now"), one.tell()
    wrong = bridge(port, "-k", "me/net:wrong", "--user=me", nick="zncme")
    equal(wrong.exit_code(), 1)
    wrong.wait_error("password refused: Invalid Password")


@test
def bitlbee():
    """bitlbee: its control channel is joined, and answers"""
    port = free_port()
    start("usr/sbin/bitlbee", f"{AS_NOBODY} {ROOT}/usr/sbin/bitlbee -D -n -i "
          f"127.0.0.1 -p {port} -d {directory} -c "
          f"{ROOT}/etc/bitlbee/bitlbee.conf", port)
    program = bridge(port, "--state", nick="someone")
    program.wait("<root> .*BitlBee")
    program.say(":m &bitlbee no-such-command")
    program.wait("<root> .*no-such-command")
    program.end_input()
    equal(program.exit_code(), 0)


main()
