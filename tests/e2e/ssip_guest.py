#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""What a connection may do, and how much work it may cost the others.

The rows come from the command tables of the sources and from the manual, which
must agree with each other and with what speakd answers.
"""
import os
import re
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lib  # noqa: E402

GUEST = 12345
# Words that make a command well-formed; its effect does not matter.
WORDS = {"SET": "self RATE 0", "STOP": "self", "CANCEL": "self",
         "PAUSE": "self", "RESUME": "self", "CHAR": "a", "KEY": "a",
         "SOUND_ICON": "message", "GET": "RATE", "LIST": "VOICES",
         "BLOCK": "BEGIN", "FOLLOW": "/etc/hostname",
         "UNFOLLOW": "/etc/hostname", "MUTE": "alice", "UNMUTE": "alice",
         "ONLY": "#room", "WATCH": "off", "LINES": "name", "PHRASES": "name",
         "HISTORY SAY": "1", "HISTORY CURSOR": "GET", "HISTORY FIND": "1 a",
         "HISTORY GET CLIENT_MESSAGES": "self 0_10",
         "HISTORY GET MESSAGE": "1"}
NOT_ALLOWED = 492


def table(path, name):
    with open(os.path.join(lib.SRC, path), encoding="utf-8") as source:
        text = source.read()
    text = text[text.index(name):]
    text = text[:text.index("};")]
    return {row: "COMMAND_GUEST" in flags for row, flags in
            re.findall(r'\{\s*"([A-Z_]+)",\s*\w+,\s*([^}]*?)\s*\}', text)}


def rows_of_sources():
    rows = table("speakd/ssip/commands.c", "struct command commands[]")
    history = table("speakd/ssip/list.c", "struct command history_verbs[]")
    gets = table("speakd/ssip/list.c", "struct command history_gets[]")
    assert rows.pop("HISTORY") and history.pop("GET")
    rows.update({"HISTORY " + name: guest for name, guest in history.items()})
    rows.update({"HISTORY GET " + name: guest for name, guest in gets.items()})
    assert len(rows) > 30, rows
    return rows


def rows_of_manual():
    with open(os.path.join(lib.SRC, "man/speakd-protocol.7"),
              encoding="utf-8") as manual:
        return {row: who.startswith("guests") for row, who in
                re.findall(r"^\.It Cm ([A-Z_ ]+) Ta (.*)$", manual.read(),
                           re.M)}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve_over_tcp(home):
    port = free_port()
    home.start("speakd", "--serve", "-o", "null",
               "--communication-method=inet_socket", f"--port={port}")

    def can_connect():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0
    lib.until("speakd listens", can_connect)
    return port


def ask_as(uid, port, text):
    """What the server answers, up to its end or a moment of silence."""
    script = ("import socket, sys\n"
              "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
              "s.settimeout(30)\n"
              "s.sendall(sys.stdin.buffer.read())\n"
              "while True:\n"
              "    more = s.recv(65536)\n"
              "    if not more: break\n"
              "    sys.stdout.buffer.write(more)\n")
    user = [] if uid is None else ["setpriv", "--reuid", str(uid),
                                   "--clear-groups"]
    done = subprocess.run([*user, "/usr/bin/python3", "-c", script, str(port)],
                          input=text, stdout=subprocess.PIPE, timeout=60,
                          check=True)
    return done.stdout


def code_as(uid, port, row):
    command = (row + " " + WORDS.get(row, "")).strip()
    answer = ask_as(uid, port, command.encode() + b"\r\n" +
                    (b"x\r\n.\r\n" if row == "SPEAK" else b"") +
                    (b"" if row in ("LINES", "PHRASES") and uid is None else
                     b"QUIT\r\n"))
    return int(re.findall(rb"^(\d\d\d) ", answer, re.M)[0])


def need_root():
    if os.geteuid() != 0:
        raise lib.Skip("needs root to act as another user")


def test_rows_agree(home):
    """the manual names every command, and for whom it is"""
    del home
    assert rows_of_manual() == rows_of_sources()


def test_guest(home):
    """over TCP another user speaks, and does nothing else"""
    need_root()
    port = serve_over_tcp(home)
    for row, guest in rows_of_sources().items():
        code = code_as(GUEST, port, row)
        assert (code != NOT_ALLOWED) == guest, (row, code)


def test_guest_and_others(home):
    """a guest controls only itself"""
    need_root()
    port = serve_over_tcp(home)
    for command in ("STOP all", "PAUSE lines", "CANCEL 1", "SET all RATE 100",
                    "SET lines RATE 300", "HISTORY GET CLIENT_MESSAGES all 0_9"):
        answer = ask_as(GUEST, port, command.encode() + b"\r\nQUIT\r\n")
        assert answer.startswith(b"492 "), (command, answer)


def test_owner(home):
    """over TCP our own processes do everything"""
    port = serve_over_tcp(home)
    for row in rows_of_sources():
        if row not in ("LINES", "PHRASES"):
            assert code_as(None, port, row) != NOT_ALLOWED, row


def test_web_page(home):
    """what a web page posts is not obeyed, even by the owner's browser"""
    port = serve_over_tcp(home)
    body = b"SPEAK\r\nhello\r\n.\r\nMUTE *\r\nFOLLOW /etc/passwd\r\n"
    for begin in (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                  b"GET /?x HTTP/1.0\r\n\r\n", b"host: x\r\n",
                  b"OPTIONS * HTTP/1.1\r\n", b"\x16\x03\x01\x02\r\n"):
        assert ask_as(None, port, begin + body) == b"", begin
    status = ask_as(None, port, b"STATUS\r\nQUIT\r\n")
    assert b"muted" not in status and b"history 0" in status, status


def test_long_history(home):
    """a reply of any length reaches whoever reads it"""
    home.serve()
    client = lib.Client(home.socket)
    assert client.code("PAUSE all") == 211
    for _ in range(3):
        other = lib.Client(home.socket)
        for _ in range(900):
            other.say("an ordinary line of a meeting, " + "of many words " * 40)
        other.close()
    listed = home.run_program("speakctl", "history", "8000")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.count(b"an ordinary line") == 2700


def test_work_of_others(home):
    """STOP is answered while others have work for minutes"""
    home.serve()
    stopping = threading.Event()

    def flood(commands):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(home.socket)
        sock.settimeout(1)
        while not stopping.is_set():
            try:
                sock.sendall(commands)
            except OSError:
                pass
            try:
                sock.recv(1 << 20)
            except OSError:
                pass
        sock.close()
    names = [b"k%d" % i for i in range(900)]
    floods = [b"HISTORY FIND 10000 zzz\r\n" * 500,
              b"HISTORY FIND 10000 a\r\n" * 500,
              b"".join(b"MUTE %s\r\n" % name for name in names) +
              b"".join(b"UNMUTE %s\r\n" % name for name in names),
              b"SET self SSML_MODE on\r\nSPEAK\r\n" + b"<!--" * 200000 +
              b"\r\n.\r\nCANCEL self\r\n"]
    phrases = lib.Client(home.socket)
    assert phrases.code("PAUSE all") == 211
    assert phrases.code("PHRASES src") == 289
    phrases.send(b"".join(b"1\t1\t0\t0\t-1\t-1\t\tn%d\tc\ta text of words\n" % i
                          for i in range(2000)))
    threads = [threading.Thread(target=flood, args=(each,)) for each in floods]
    for thread in threads:
        thread.start()
    try:
        client = lib.Client(home.socket)
        for _ in range(20):
            assert client.code("STOP all") == 210
            time.sleep(0.01)
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    lib.main([test_rows_agree, test_guest, test_guest_and_others, test_owner,
              test_web_page, test_long_history, test_work_of_others])
