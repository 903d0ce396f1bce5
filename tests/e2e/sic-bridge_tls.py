#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""sic-bridge and TLS: which certificates are taken, and what is said of the
others; strict transport security on InspIRCd."""

import os
import re
import ssl
import sys
import threading
import time
import warnings

sys.path.insert(0, os.path.join(os.environ["EARSHOT_SRC"], "tests/helpers"))
from irc import (Program, RawServer, bridge, certificate, equal, fingerprint,
                 main, make_ca, path, server_context, start_inspircd,
                 start_ngircd, test, until)


def attempt(name, *options):
    """One connection to a server that shows certificate NAME."""
    make_ca()
    server = RawServer(tls=server_context(name))
    client = Program("-h", "localhost", "-p", server.port, "-n", "listener",
                     "--sts=no", *options)
    return server, client


def accepted(name, *options):
    server, client = attempt(name, *options)
    peer = server.welcome()
    peer.say(":a!b@c PRIVMSG #c :over TLS")
    client.wait("<a> over TLS$")
    client.stop()
    server.stop()
    return peer


def refused(name, why, *options):
    server, client = attempt(name, *options)
    try:
        server.accept()
        raise AssertionError("the handshake went through")
    except OSError:
        pass
    equal((why, client.exit_code()), (why, 1))
    client.wait_error(why)
    assert not client.lines, client.lines
    server.stop()


def trust():
    return "--ca-file=" + make_ca()


@test
def good_certificate():
    """a certificate of the trust store for this host is taken"""
    make_ca()
    accepted("server", trust())


@test
def system_store():
    """the system's trust store does not know our authority"""
    make_ca()
    refused("server", "localhost: certificate not accepted: unable to get "
            "local issuer certificate")


@test
def wrong_host():
    """another host's certificate is not"""
    make_ca()
    certificate("other", "irc.example.org", "DNS:irc.example.org")
    refused("other", "localhost: certificate not accepted: hostname mismatch",
            trust())
    accepted("other", trust(), "--server-name=irc.example.org")


@test
def expired():
    """an expired one is not"""
    make_ca()
    # Valid for no day at all: it ends where it begins.
    certificate("expired", days="0")
    time.sleep(1.1)
    refused("expired", "certificate not accepted: certificate has expired",
            trust())


@test
def self_signed():
    """a self-signed one is not, unless it is pinned or in the store"""
    make_ca()
    certificate("selfsigned", ca=None)
    mine = fingerprint("selfsigned")
    refused("selfsigned", "certificate not accepted: self-signed certificate "
            f".its SHA-256 is {mine}.", trust())
    accepted("selfsigned", "--fingerprint=" + mine)
    accepted("selfsigned", "--ca-file=" + path("selfsigned.pem"))


@test
def pinned():
    """a fingerprint decides alone: colons, several, and the wrong one"""
    make_ca()
    mine = fingerprint("server")
    colons = ":".join(mine[i:i + 2] for i in range(0, 64, 2)).upper()
    accepted("server", f"--fingerprint={'0' * 64}, {colons}")
    refused("server", "certificate not accepted: fingerprint differs "
            f".its SHA-256 is {mine}.", trust(),
            "--fingerprint=" + "0" * 64)


@test
def address():
    """an address needs a certificate for that address"""
    make_ca()
    certificate("noaddress", names="DNS:localhost")
    server = RawServer(tls=server_context("noaddress"))
    client = bridge(server.port, plain=False)
    try:
        server.accept()
        raise AssertionError("the handshake went through")
    except OSError:
        pass
    equal(client.exit_code(), 1)
    client.wait_error("IP address mismatch")
    server = RawServer(tls=server_context("server"))
    bridge(server.port, plain=False)
    server.welcome()


@test
def server_name_is_sent():
    """SNI: the server is told which host is meant"""
    make_ca()
    names = []
    context = server_context("server")
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    server = RawServer(tls=context)
    Program("-h", "localhost", "-p", server.port, trust(), "--sts=no")
    server.welcome("someone")
    equal(names, ["localhost"])
    # No TLS 1.1, whatever the server would rather have.
    assert server.connections[0].socket.version() in ("TLSv1.2", "TLSv1.3")
    old = server_context("server")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    server = RawServer(tls=old)
    client = Program("-h", "localhost", "-p", server.port, trust(),
                     "--sts=no", "--reconnect=no")
    try:
        server.accept()
        raise AssertionError("the handshake went through")
    except OSError:
        pass
    equal(client.exit_code(), 1)
    client.wait_error("localhost: TLS: ")


@test
def client_certificate():
    """the client's certificate is shown"""
    make_ca()
    certificate("client", "listener", "DNS:listener")
    context = server_context("server")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(path("ca.pem"))
    server = RawServer(tls=context)
    both = path("both.pem")
    with open(both, "w", encoding="ascii") as out:
        for part in ("client.pem", "client.key"):
            out.write(open(path(part), encoding="ascii").read())
    for options in ([f"--certificate={path('client.pem')}",
                     f"--key={path('client.key')}"],
                    [f"--certificate={both}"]):
        client = Program("-h", "localhost", "-p", server.port, trust(),
                         "--sts=no", *options)
        peer = server.welcome("someone")
        subject = dict(x[0] for x in peer.socket.getpeercert()["subject"])
        equal(subject["commonName"], "listener")
        client.stop()


@test
def missing_files():
    """files that are not there are wrong configuration: exit 2"""
    make_ca()
    for option in ("--ca-file=/nonexistent", "--certificate=/nonexistent"):
        client = Program("-h", "localhost", "-p", "1", "--sts=no", option)
        equal((option, client.exit_code()), (option, 2))
        client.wait_error("/nonexistent")


@test
def lost_later():
    """after it worked once, a wrong certificate is waited out, not trusted"""
    make_ca()
    certificate("other", "irc.example.org", "DNS:irc.example.org")
    server, client = attempt("server", trust(), "--reconnect-max=1")
    peer = server.welcome()
    client.wait(">< 376 ")
    server.tls = server_context("other")
    peer.close()
    client.wait_error("closed the connection; again in")
    try:
        server.accept()
        raise AssertionError("the handshake went through")
    except OSError:
        pass
    client.wait_error("hostname mismatch.*; again in")
    server.tls = server_context("server")
    server.welcome()


@test
def on_ngircd():
    """ngIRCd over TLS: joins and hears"""
    ports = start_ngircd()
    one = Program("-h", "localhost", "-p", ports.tls, trust(), "--sts=no",
                  "-n", "one", "-j", "#tls")
    one.wait(">< 366 ")
    two = Program("-h", "localhost", "-p", ports.tls, trust(), "--sts=no",
                  "-n", "two", "-j", "#tls")
    two.wait(">< 366 ")
    two.say("hello over TLS")
    one.wait("^#tls .*<two> hello over TLS$")


@test
def flood_over_tls():
    """200,000 lines over TLS to a reader that begins late: none lost"""
    total = 200000
    server = RawServer(tls=server_context("server"))
    read_end, write_end = os.pipe()
    Program("-h", "localhost", "-p", server.port, "-n", "listener",
            "--sts=no", trust(), stdout=write_end)
    os.close(write_end)
    peer = server.welcome()
    peer.socket.settimeout(60)
    sent = [0]

    def pour():
        for block in range(total // 1000):
            peer.send("".join(f":a!b@c PRIVMSG #c :line {block * 1000 + i}"
                              "\r\n" for i in range(1000)))
            sent[0] = block + 1

    thread = threading.Thread(target=pour, daemon=True)
    thread.start()
    before = -1
    while before != sent[0]:
        before = sent[0]
        time.sleep(0.5)
    assert sent[0] < total // 1000, "nothing held the server back"
    expect = 0
    with os.fdopen(read_end, "rb", buffering=65536) as lines:
        for line in lines:
            at = line.find(b"<a> line ")
            if at >= 0:
                equal(int(line[at + 9:]), expect)
                expect += 1
            if expect == total:
                return


# ---- strict transport security ----------------------------------------------------

ports = None


def inspircd():
    global ports
    if ports is None:
        ports = start_inspircd()
    return ports


@test
def sts_upgrade():
    """STS: --plain to a name comes back over TLS, and stays there"""
    server = inspircd()
    first = Program("-h", "localhost", "-p", server.plain, "-n", "first",
                    "--plain", "--verbose", trust())
    first.wait_error(f"asks for TLS on port {server.tls}")
    first.wait_error("connected to localhost .TLS")
    first.wait(">< 376 ")
    store = os.path.join(first.home, ".local/state/earshot/sts/localhost")
    port, expires = open(store, encoding="ascii").read().split()
    equal(int(port), server.tls)
    assert 200 < int(expires) - time.time() <= 300, expires
    first.stop()
    # The next one does not even begin in the clear.
    second = Program("-h", "localhost", "-p", server.plain, "-n", "second",
                     "--plain", "--verbose", trust(), home=first.home)
    second.wait(">< 376 ")
    assert not any("not encrypted" in line for line in second.errors)
    # Without trust there is no way back to plain text.
    third = Program("-h", "localhost", "-p", server.plain, "-n", "third",
                    "--plain", "--fingerprint=" + "0" * 64)
    equal(third.exit_code(), 1)
    third.wait_error("certificate not accepted")


@test
def sts_not_for_addresses():
    """STS: an address has no policy, and --sts=no none at all"""
    server = inspircd()
    for host, option in (("127.0.0.1", "--sts=yes"),
                         ("localhost", "--sts=no")):
        client = Program("-h", host, "-p", server.plain, "-n", "plain1",
                         "--plain", "--verbose", option)
        client.wait(">< 376 ")
        client.wait_error("not encrypted")
        client.terminate()


@test
def sts_forgotten():
    """STS: duration=0 over TLS ends the policy"""
    make_ca()
    server = RawServer(tls=server_context("server"))
    client = Program("-h", "localhost", "-p", server.port, "-n", "listener",
                     trust())
    store = os.path.join(client.home, ".local/state/earshot/sts/localhost")
    peer = server.accept()
    for duration, left in ((1000, 1000), (0, 0)):
        peer.say(f":srv CAP * LS :sts=duration={duration},port=1")
        until(lambda: os.path.exists(store) and re.match(
            r"\d+ \d+", open(store, encoding="ascii").read()) and abs(
                int(open(store, encoding="ascii").read().split()[1])
                - time.time() - left) < 60, f"{left} seconds")
        client.stop()
        if left:
            client = Program("-h", "localhost", "-p", server.port, "-n",
                             "listener", trust(), home=client.home)
            peer = server.accept()


main()
