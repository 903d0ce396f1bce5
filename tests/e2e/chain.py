#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""The whole chain: a meeting on InspIRCd, sic-bridge, speakd, and the phrases
that come out."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (BIN, SRC, Client, Program, Relay, bridge, equal, main,
                 start_inspircd, test, until)

ports = None


def inspircd():
    global ports
    if ports is None:
        ports = start_inspircd()
    return ports


class Chain:
    """sic-bridge ... | speakd --print ..."""

    def __init__(self, port, *arguments):
        read_end, write_end = os.pipe()
        self.speaker = Program("--print", "--nick=listener",
                               program=os.path.join(BIN, "speakd"),
                               stdin=read_end)
        self.bridge = bridge(port, "--verbose", *arguments,
                             stdin=subprocess.DEVNULL, stdout=write_end)
        os.close(read_end)
        os.close(write_end)

    def phrases(self):
        return self.speaker.lines


def play(port, channel, witness):
    """The scripted meeting; its chair gets the rights for it."""
    script = os.path.join(SRC, "tests/helpers/actor.py")
    actor = subprocess.Popen([sys.executable, script, "127.0.0.1", str(port),
                              channel, "0.05", "2"])
    try:
        witness.wait(r"^:alice!\S+ JOIN ")
        witness.send(f"MODE {channel} +o alice")
        equal(actor.wait(60), 0)
    finally:
        actor.kill()


@test
def meeting():
    """the phrases of a meeting, the right ones in order"""
    port = inspircd().plain
    witness = Client(port, "witness")
    witness.join("#meeting")
    chain = Chain(port, "-j", "#meeting")
    witness.wait(r"^:listener!\S+ JOIN ")
    play(port, "#meeting", witness)
    until(lambda: any("private notice" in p for p in chain.phrases()),
          "the last phrase")
    equal(chain.phrases(), [
        "meeting starts: Weekly sync",
        "alice: hello everyone, déjà vu — 日本語 grinning face",
        "bob: alice: hi!",
        "bob waves at the channel",
        "notice from bob: this is a channel notice",
        "alice: bold and red on black and under italic end",
        "latin-1 café naïve",
        "alice changes the topic to: Agenda: release 2.0",
        "carol: spam spam",
        "meeting ends",
        "[chime] private from alice: private hello",
        "notice from alice: private notice",
    ])


@test
def history_is_not_said():
    """what is played back on joining and after a reconnect is not said"""
    port = inspircd().plain
    actor = Client(port, "speaker")
    actor.join("#old")
    actor.send("MODE #old +H 50:1h")
    for n in range(3):
        actor.send(f"PRIVMSG #old :long ago {n}")
    actor.send("PRIVMSG speaker :marker one")
    actor.wait("marker one")
    relay = Relay(port)
    chain = Chain(relay.port, "-j", "#old", "--reconnect-max=1")
    actor.wait(r"^:listener!\S+ JOIN ")
    actor.send("PRIVMSG #old :now")
    until(lambda: chain.phrases() == ["speaker: now"], "the first phrase")
    relay.cut()
    actor.wait(r"^:listener!\S+ QUIT ")
    actor.send("PRIVMSG #old :in the gap")
    actor.send("PRIVMSG speaker :marker two")
    actor.wait("marker two")
    actor.lines.clear()
    relay.mend()
    actor.wait(r"^:listener!\S+ JOIN ")
    actor.send("PRIVMSG #old :back")
    until(lambda: len(chain.phrases()) > 1, "the second phrase")
    equal(chain.phrases(), ["speaker: now", "back"])


main()
