#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge and the files and addresses around it: rotation, a FIFO for one
reader, name servers that change, and an address that leads nowhere."""

import os
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (LIMIT, Program, RawServer, Skip, bridge, directory, equal,
                 free_port, main, path, test, until)


def read(name):
    try:
        return open(name, encoding="utf-8").read()
    except OSError:
        return ""


@test
def rotated():
    """SIGHUP opens -o anew, and no line is lost on the way"""
    server = RawServer()
    out = path("lines")
    program = bridge(server.port, "-o", out)
    peer = server.welcome()
    for number in range(3):
        for line in range(50):
            peer.say(f":a!u@h PRIVMSG #c :{number} {line}")
        until(lambda: f"<a> {number} 49\n" in read(out), "the last line")
        os.rename(out, f"{out}.{number}")
        program.process.send_signal(signal.SIGHUP)
        until(lambda: os.path.exists(out), "the file, anew")
        equal(os.stat(out).st_mode & 0o777, 0o600)
    peer.say(":a!u@h PRIVMSG #c :the end")
    until(lambda: "the end" in read(out), "the end")
    everything = "".join(read(f"{out}.{n}") for n in range(3))
    equal(everything.count("<a>"), 150)
    # The directory is gone: the old file goes on, and it is said.
    out2 = path("gone")
    os.mkdir(out2)
    program2 = bridge(server.port, "-o", out2 + "/lines")
    peer2 = server.welcome()
    until(lambda: "376" in read(out2 + "/lines"), "lines")
    os.rename(out2, out2 + ".old")
    program2.process.send_signal(signal.SIGHUP)
    program2.wait_error("open .*/gone/lines anew: No such file")
    peer2.say(":a!u@h PRIVMSG #c :still heard")
    until(lambda: "still heard" in read(out2 + ".old/lines"), "still heard")


@test
def hang_up():
    """SIGHUP without -o ends it, as a terminal that goes does"""
    server = RawServer()
    program = bridge(server.port)
    peer = server.welcome()
    program.wait(" 376 ")
    program.process.send_signal(signal.SIGHUP)
    peer.expect("^QUIT")
    peer.close()
    equal(program.exit_code(), 0)


@test
def one_reader():
    """a second instance on one FIFO is refused, until the first is gone"""
    server = RawServer()
    fifo = path("fifo")
    first = bridge(server.port, "-i", fifo)
    server.welcome()
    second = bridge(server.port, "-i", fifo)
    equal(second.exit_code(), 1)
    equal(second.errors,
          [f"sic-bridge: input: {fifo} is read by another sic-bridge"])
    first.stop()
    third = bridge(server.port, "-i", fifo)
    server.welcome()
    assert third.process.poll() is None


@test
def nothing_stays():
    """the process that opens files ends with the one that it serves"""
    server = RawServer()
    for end in (signal.SIGKILL, signal.SIGTERM):
        program = bridge(server.port, "-o", path("out"))
        peer = server.welcome()
        children = open(f"/proc/{program.process.pid}/task/"
                        f"{program.process.pid}/children",
                        encoding="ascii").read().split()
        equal(len(children), 1)
        program.process.send_signal(end)
        peer.wait_closed()
        program.exit_code()
        until(lambda: not os.path.exists(f"/proc/{children[0]}") or
              " Z " in open(f"/proc/{children[0]}/stat",
                            encoding="ascii").read(), "its end")


def in_own_mounts(script):
    """Run a shell script where /etc/hosts can be changed; its lines."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        raise Skip("only root can have an /etc of its own here")
    return subprocess.Popen(["unshare", "-m", "sh", "-ec", script],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=dict(os.environ, HOME=directory, USER="x"))


@test
def hosts_change():
    """names are looked up in the files as they are now, though confined"""
    server = RawServer()
    hosts = path("hosts")
    with open(hosts, "w", encoding="ascii") as file:
        file.write("127.0.0.1 irc.test\n")
    program = in_own_mounts(
        f"mount --make-rprivate /; mount --bind {hosts} /etc/hosts; "
        f"exec {os.environ['EARSHOT_BIN']}/sic-bridge -h irc.test -p "
        f"{server.port} -n listener --plain --sts=no --reconnect-max=1 "
        "</dev/null")
    try:
        peer = server.welcome()
        with open(hosts, "w", encoding="ascii") as file:
            file.write("127.0.0.9 irc.test\n")
        other = socket.socket()
        other.bind(("127.0.0.9", server.port))
        other.listen()
        other.settimeout(LIMIT)
        peer.close()
        other.accept()[0].close()
    finally:
        program.kill()
        program.wait()


@test
def black_hole():
    """an address that swallows packets costs a moment, not half a minute"""
    hosts = path("dual")
    with open(hosts, "w", encoding="ascii") as file:
        file.write("::1 dual.test\n127.0.0.1 dual.test\n")
    port = free_port()
    hole = socket.socket(socket.AF_INET6)
    hole.bind(("::1", port))
    hole.listen(0)
    fill = []
    for _ in range(3):  # its queue is full: a SYN is not answered
        filler = socket.socket(socket.AF_INET6)
        filler.setblocking(False)
        filler.connect_ex(("::1", port))
        fill.append(filler)
    good = socket.socket()
    good.bind(("127.0.0.1", port))
    good.listen()
    good.settimeout(LIMIT)
    program = in_own_mounts(
        f"mount --make-rprivate /; mount --bind {hosts} /etc/hosts; "
        f"exec {os.environ['EARSHOT_BIN']}/sic-bridge -h dual.test -p {port} "
        "-n listener --plain --sts=no --connect-timeout=3600 </dev/null")
    try:
        # The hole's attempt would last an hour: only the race gets here.
        connection, _ = good.accept()
        assert connection.recv(100).startswith(b"CAP LS")
    finally:
        program.kill()
        program.wait()
        hole.close()
        for filler in fill:
            filler.close()


def two_networks():
    """sic-bridge --all on two scripted servers."""
    servers = {"one": RawServer(), "two": RawServer()}
    conf = path("all.conf")
    with open(conf, "w", encoding="ascii") as file:
        file.write("plain = yes\nhost = 127.0.0.1\nnick = listener\n"
                   "reconnect-max = 1\njoin = #c\n")
        for name, server in servers.items():
            file.write(f"[{name}]\nport = {server.port}\n")
    program = Program("-c", conf, "--all")
    return program, {n: s.welcome() for n, s in servers.items()}


@test
def all_networks():
    """--all: a process each, the network before each line, both ways"""
    program, peers = two_networks()
    for name, peer in peers.items():
        peer.expect("^JOIN #c")
        peer.say(":listener!u@h JOIN #c", f":a!u@h PRIVMSG #c :from {name}")
        program.wait(rf"^{name}/#c +: .*<a> from {name}$")
    program.say("two/hello")
    program.say("one/:m bob psst")
    peers["two"].expect("^PRIVMSG #c :hello$")
    peers["one"].expect("^PRIVMSG bob :psst$")
    program.wait(r"^two/#c +: .*<listener> hello$")
    program.say("nowhere/hello")
    program.wait_error("not sent: a line begins with its network, as one/TEXT")
    program.process.terminate()
    for peer in peers.values():
        peer.expect("^QUIT")
        peer.close()
    equal(program.exit_code(), 0)


@test
def all_fail_alone():
    """--all: one that is refused leaves the others, and fails the whole"""
    program, peers = two_networks()
    for peer in peers.values():
        peer.expect("^JOIN #c")
    children = open(f"/proc/{program.process.pid}/task/{program.process.pid}"
                    "/children", encoding="ascii").read().split()
    equal(len(children), 2)
    os.kill(int(children[0]), signal.SIGKILL)
    program.wait_error("ended by signal 9; again in 5 s")
    program.end_input()
    peers["two"].expect("^QUIT")
    peers["two"].close()
    program.process.terminate()
    program.exit_code()


@test
def all_of_none():
    """--all: without a network, and with an operand, it is a mistake"""
    conf = path("none.conf")
    with open(conf, "w", encoding="ascii") as file:
        file.write("nick = listener\n")
    for more in ([], ["one"]):
        program = Program("-c", conf, "--all", *more)
        equal(program.exit_code(), 2)


main()
