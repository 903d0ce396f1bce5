#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge with a person at the terminal: whole lines, nothing said that was
not meant, history and completion."""

import os
import re
import sys
import tempfile

import pexpect

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (BRIDGE, LIMIT, RawServer, directory, equal, main, running,
                 test)


class Person:
    """Types, and reads what the terminal shows."""

    def __init__(self, *options, term="dumb"):
        self.server = RawServer()
        env = dict(os.environ, HOME=tempfile.mkdtemp(dir=directory), TERM=term,
                   TZ="UTC", USER="x", LC_ALL="C.UTF-8", INPUTRC="/dev/null")
        self.screen = pexpect.spawn(
            BRIDGE, ["-h", "127.0.0.1", "-p", str(self.server.port), "-n",
                     "listener", "--plain", "-j#c", "--flood-interval=0",
                     *options], env=env, timeout=LIMIT, encoding="utf-8",
            dimensions=(24, 200))
        running.append(self)
        self.peer = self.server.welcome()
        self.peer.expect("^JOIN")
        self.peer.say(":listener!u@h JOIN #c", ":srv 353 listener = #c :op",
                      ":srv 366 listener #c :End")
        self.see("366")

    def see(self, text):
        self.screen.expect_exact(text)

    def hears(self, name, text):
        self.peer.say(f":{name}!u@h PRIVMSG #c :{text}")

    def enter(self, line):
        self.screen.send(line + "\r")

    def stop(self):
        self.screen.close(force=True)


@test
def held():
    """what arrives while a line is typed waits until it is entered"""
    person = Person("--human")
    person.screen.send("hel")
    person.see("hel")
    person.hears("a", "interrupting")
    person.peer.say("PING x")
    person.peer.expect("^PONG :x")  # it was read, and is being held
    person.enter("lo world")
    person.see("lo world")
    person.see("<a> interrupting")
    equal(person.peer.expect("^PRIVMSG").string, "PRIVMSG #c :hello world")
    # A line that is rubbed out is no reason to wait.
    person.screen.send("x")
    person.see("x")
    person.hears("a", "again")
    person.peer.say("PING y")
    person.peer.expect("^PONG :y")
    person.screen.send("\x7f")
    person.see("<a> again")


@test
def keys():
    """arrows bring lines back, and are never sent; nicks are completed"""
    person = Person("--human", term="vt100")
    person.enter("first line")
    person.peer.expect("first line")
    person.screen.send("\x1b[A")
    person.see("first line")
    person.enter(" again")
    equal(person.peer.expect("^PRIVMSG").string,
          "PRIVMSG #c :first line again")
    person.hears("somebody_else", "hi")
    person.see("<somebody_else> hi")
    person.enter("someb\t: yes")
    assert re.match("PRIVMSG #c :somebody_else ?: yes",
                    person.peer.expect("^PRIVMSG").string), person.peer.heard


@test
def not_said():
    """a command of other programs is not said to the channel; a smiley is"""
    person = Person("--human")
    person.enter("/msg NickServ identify hunter2")
    person.see("Not sent: commands begin with a colon here")
    person.enter(":) nice")
    equal(person.peer.expect("^PRIVMSG").string, "PRIVMSG #c ::) nice")
    person.enter("//etc/passwd")
    equal(person.peer.expect("^PRIVMSG").string, "PRIVMSG #c :/etc/passwd")
    assert not any("hunter2" in line for line in person.peer.heard)


@test
def commands():
    """:me, :r, :who, :topic, :ignore, :where, :q"""
    person = Person("--human")
    person.enter(":me waves")
    person.peer.expect("^PRIVMSG #c :\x01ACTION waves\x01$")
    person.enter(":r hi")
    person.see("Nobody has spoken to you alone")
    person.peer.say(":bob!u@h PRIVMSG listener :psst")
    person.see("<bob> psst")
    person.enter(":r yes?")
    person.peer.expect("^PRIVMSG bob :yes[?]$")
    person.enter(":who")
    person.peer.expect("^NAMES #c$")
    person.peer.say(":srv 353 listener = #c :op bob",
                    ":srv 366 listener #c :End")
    person.see("in #c: 2 here: op, bob")
    person.enter(":topic the plan")
    person.peer.expect("^TOPIC #c :the plan$")
    person.enter(":where")
    person.see("On 127.0.0.1 as listener, in #c; what you type goes to #c")
    person.enter(":ignore troll")
    person.see("troll is ignored")
    person.hears("troll", "noise")
    person.hears("a", "music")
    person.screen.expect_exact("<a> music")
    assert "noise" not in person.screen.before
    person.enter(":q so long")
    equal(person.peer.expect("^QUIT").string, "QUIT :so long")
    person.peer.close()
    person.screen.expect(pexpect.EOF)


@test
def terminal_restored():
    """the terminal is given back as it was, whatever ends it"""
    person = Person("--human")
    person.screen.sendeof()
    person.peer.expect("^QUIT")
    person.peer.close()
    person.screen.expect(pexpect.EOF)
    person.screen.close()
    equal(person.screen.exitstatus, 0)


@test
def plain_terminal():
    """without --human too, an arrow key is not said to the channel"""
    person = Person()
    person.enter("\x1b[A")
    person.enter("\x1bOB\x1b[1;5Cwords")
    equal(person.peer.expect("^PRIVMSG").string, "PRIVMSG #c :words")
    person.enter(":) nice")
    equal(person.peer.line(), ") nice")


main()
