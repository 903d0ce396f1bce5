# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""What the IRC tests share: TAP, certificates, real servers, a scripted one.

Everything is on 127.0.0.1 with ports that were free a moment ago, in a directory
of its own, and stopped by its process id when the test file ends.
"""

import atexit
import glob
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback

LIMIT = 30  # seconds to wait for anything, on a busy machine
BIN = os.environ["EARSHOT_BIN"]
SRC = os.environ["EARSHOT_SRC"]
BRIDGE = os.path.join(BIN, "sic-bridge")
CONFIGS = os.path.join(SRC, "tests/data/ircd")

# ---- TAP -------------------------------------------------------------------

tests = []


class Skip(Exception):
    """This machine cannot do it; the text says why."""


def test(function):
    tests.append(function)
    return function


def main():
    failed = 0
    only = sys.argv[1:]
    chosen = [t for t in tests if not only or t.__name__ in only]
    print(f"1..{len(chosen)}", flush=True)
    for number, function in enumerate(chosen, 1):
        name = (function.__doc__ or function.__name__).strip().split("\n")[0]
        start = time.monotonic()
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
            print(f"# {time.monotonic() - start:.1f} s", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print("#   " + line, flush=True)
        stop_running()
    sys.exit(failed != 0)


# ---- files, ports, programs -------------------------------------------------

directory = tempfile.mkdtemp(prefix="sic-bridge-test.")
os.chmod(directory, 0o755)  # ngircd reads its files as another user
folder = directory  # what scripts outside the tree call it
running = []  # of one test
servers = []  # of the whole file


def need(*programs):
    """Skip when a program is not installed."""
    for program in programs:
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        if shutil.which(program, path=path) is None:
            raise Skip(f"{program} is not installed")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, what="condition", limit=LIMIT):
    """Poll until condition() is true; its value."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(0.01)


def listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def stop_process(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def stop_running():
    while running:
        running.pop().stop()


@atexit.register
def clean_up():
    stop_running()
    while servers:
        stop_process(servers.pop())
    shutil.rmtree(directory, ignore_errors=True)


def on_signal(*_):
    sys.exit(1)  # through atexit


signal.signal(signal.SIGTERM, on_signal)


# ---- certificates -----------------------------------------------------------


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, cwd=directory,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def path(name):
    return os.path.join(directory, name)


def certificate(name, subject="localhost",
                names="DNS:localhost,IP:127.0.0.1", days="2", ca="ca"):
    """NAME.pem and NAME.key, signed by ca (None: by itself)."""
    if os.path.exists(path(name + ".pem")):
        return path(name + ".pem")
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key"]
    with open(path(name + ".ext"), "w", encoding="ascii") as out:
        out.write(f"subjectAltName={names}\n"
                  "authorityKeyIdentifier=keyid\n")
    if ca is None:
        openssl("req", "-x509", *key, "-out", name + ".pem", "-days", days,
                "-subj", f"/CN={subject}", "-addext",
                f"subjectAltName={names}")
    else:
        openssl("req", *key, "-out", name + ".csr", "-subj",
                f"/CN={subject}")
        openssl("x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem",
                "-CAkey", ca + ".key", "-CAcreateserial", "-out",
                name + ".pem", "-days", days, "-extfile", name + ".ext")
    for kind in (".pem", ".key"):
        os.chmod(path(name + kind), 0o644)
    return path(name + ".pem")


def make_ca():
    """The certificate authority of these tests."""
    if not os.path.exists(path("ca.pem")):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
                "/CN=earshot test authority", "-addext",
                # Python 3.13 asks for it.
                "keyUsage=critical,keyCertSign,cRLSign")
    certificate("server")
    return path("ca.pem")


def fingerprint(name):
    pem = open(path(name + ".pem"), encoding="ascii").read()
    begin = pem.index("-----BEGIN")
    import hashlib
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[begin:])).hexdigest()


# ---- real servers -----------------------------------------------------------


def modules(program):
    """Where a server's modules are: beside the server that was unpacked."""
    root = os.path.join(SRC, "build/services/root")
    if not os.path.exists(root):
        root = "/"
    found = [place for pattern in (f"usr/lib/{program}/modules",
                                   f"usr/lib/*/{program}/modules")
             for place in glob.glob(os.path.join(root, pattern))]
    return found[0] if found else ""


def configure(name, as_name, ports):
    with open(os.path.join(CONFIGS, name), encoding="utf-8") as file:
        text = file.read().replace("@DIR@", directory)
    for key, port in ports.items():
        text = text.replace(f"@{key}@", str(port))
    with open(path(as_name), "w", encoding="utf-8") as out:
        out.write(text)
    return path(as_name)


def start_server(*command):
    # ngircd writes a million lines a second once a client vanishes.
    process = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    servers.append(process)
    return process


def system(program):
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")


class Ports:
    plain = tls = link = 0


def start_ngircd():
    need("ngircd", "openssl")
    make_ca()
    ports = Ports()
    ports.plain, ports.tls = free_port(), free_port()
    conf = configure("ngircd.conf", "ngircd.conf",
                     {"PLAIN": ports.plain, "TLS": ports.tls})
    os.chmod(directory, 0o777)  # its pid file
    start_server(system("ngircd"), "-n", "-f", conf)
    until(lambda: listening(ports.plain), "ngircd")
    return ports


def start_inspircd(services=False):
    need("inspircd", "openssl")
    make_ca()
    shutil.copy(os.path.join(CONFIGS, "motd.txt"), path("motd.txt"))
    ports = Ports()
    ports.plain, ports.tls = free_port(), free_port()
    ports.link = free_port()
    conf = configure("inspircd-sasl.conf" if services else "inspircd.conf",
                     "inspircd.conf", {"PLAIN": ports.plain, "TLS": ports.tls,
                                       "LINK": ports.link,
                                       "MODULES": modules("inspircd")})
    command = [system("inspircd"), f"--config={conf}", "--nofork", "--nolog"]
    if os.geteuid() == 0:
        command.append("--runasroot")
    start_server(*command)
    until(lambda: listening(ports.plain) and listening(ports.tls), "inspircd")
    if services:
        start_atheme(ports)
    return ports


def need_services():
    """Skip when Atheme cannot link to the server: by protocol 1202, which
    InspIRCd 4 no longer speaks."""
    version = subprocess.run([system("inspircd"), "--version"], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    if not re.match(r"InspIRCd-[123]\.", version):
        raise Skip(f"atheme-services does not link to {version.strip()}")


def start_atheme(ports):
    need("atheme-services")
    conf = configure("atheme.conf", "atheme.conf",
                     {"LINK": ports.link, "MODULES": modules("atheme")})
    os.makedirs(path("atheme"), exist_ok=True)
    command = [system("atheme-services"), "-n", "-c", conf, "-D",
               path("atheme"), "-l", path("atheme.log"), "-p",
               path("atheme.pid")]
    if os.geteuid() == 0:
        command.append("-r")
    start_server(*command)


# ---- a plain client, for the other side --------------------------------------


class Client:
    """Somebody else on the server."""

    def __init__(self, port, nick, tls=None):
        self.socket = socket.create_connection(("127.0.0.1", port), LIMIT)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket,
                                          server_hostname="localhost")
        self.lines = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        self.send(f"NICK {nick}")
        self.send(f"USER {nick} 0 * :{nick}")
        running.append(self)
        self.wait(r" (376|422) ")

    def send(self, line):
        if isinstance(line, str):
            line = line.encode()
        self.socket.sendall(line + b"\r\n")

    def read(self):
        try:
            for line in self.socket.makefile("rb"):
                line = line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
                if line.startswith("PING"):
                    self.send("PONG" + line[4:])
                self.lines.append(line)
        except (OSError, ValueError):
            pass

    def wait(self, pattern):
        found = re.compile(pattern)
        return until(lambda: next((m for m in map(found.search,
                                                  list(self.lines)) if m),
                                  None), pattern)

    def join(self, channel):
        self.send(f"JOIN {channel}")
        self.wait(rf" 366 \S+ {re.escape(channel)} ")

    def stop(self):
        try:
            self.send("QUIT :bye")
            self.socket.close()
        except OSError:
            pass


# ---- the program under test ---------------------------------------------------


class Program:
    """sic-bridge (or sic) with its lines collected."""

    def __init__(self, *arguments, program=BRIDGE, env=None, stdin=None,
                 home=None, stdout=None):
        self.home = home or tempfile.mkdtemp(dir=directory)
        environment = dict(os.environ, HOME=self.home, USER="someone",
                           TZ="UTC", **(env or {}))
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "ALL_PROXY"):
            if not env or name not in env:
                environment.pop(name, None)
        self.process = subprocess.Popen(
            [program, *map(str, arguments)], env=environment, cwd=self.home,
            stdin=subprocess.PIPE if stdin is None else stdin,
            stdout=subprocess.PIPE if stdout is None else stdout,
            stderr=subprocess.PIPE)
        self.lines, self.errors = [], []
        self.threads = [self.collect(self.process.stderr, self.errors)]
        if stdout is None:
            self.threads.append(self.collect(self.process.stdout, self.lines))
        running.append(self)

    def collect(self, file, into):
        def work():
            for line in file:
                into.append(line.rstrip(b"\n").decode("utf-8",
                                                      "surrogateescape"))
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def type(self, text):
        if isinstance(text, str):
            text = text.encode()
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def say(self, line):
        self.type(line + "\n")

    def end_input(self):
        self.process.stdin.close()

    def seek(self, lines, pattern):
        found = re.compile(pattern)
        return next((m for m in map(found.search, list(lines)) if m), None)

    def wait(self, pattern, limit=LIMIT):
        try:
            return until(lambda: self.seek(self.lines, pattern), pattern,
                         limit)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.tell()}") from None

    def wait_error(self, pattern, limit=LIMIT):
        try:
            return until(lambda: self.seek(self.errors, pattern), pattern,
                         limit)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.tell()}") from None

    def tell(self):
        return "\n".join(["last lines:", *self.lines[-15:], "errors:",
                          *self.errors[-15:]])

    def exit_code(self, limit=LIMIT):
        code = self.process.wait(limit)
        for thread in self.threads:
            thread.join(LIMIT)
        return code

    def terminate(self):
        self.process.terminate()
        return self.exit_code()

    def stop(self):
        # Nothing to lose any more; SIGTERM would wait for the server.
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def bridge(port, *arguments, nick="listener", plain=True, **more):
    """sic-bridge on 127.0.0.1, in the clear unless told otherwise."""
    how = ["--plain"] if plain else ["--ca-file=" + path("ca.pem")]
    return Program("-h", "127.0.0.1", "-p", port, "-n", nick, *how,
                   *arguments, **more)


def equal(got, want):
    if got != want:
        raise AssertionError(f"got  {got!r}\nwant {want!r}")


# ---- a scripted server ---------------------------------------------------------


class RawServer:
    """Says what it is told to."""

    def __init__(self, tls=None):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        self.listener.settimeout(LIMIT)
        self.port = self.listener.getsockname()[1]
        self.tls = tls
        self.connections = []
        running.append(self)

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(LIMIT)
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True)
        peer = Peer(connection)
        self.connections.append(peer)
        return peer

    def welcome(self, nick="listener", tokens=""):
        """Accept a client and take it through registration."""
        peer = self.accept()
        peer.expect(r"^CAP LS 302")
        peer.expect(r"^USER ")
        peer.register(nick, tokens)
        return peer

    def stop(self):
        self.listener.close()
        for peer in self.connections:
            peer.close()


class Peer:
    """One client of the scripted server. PINGs that ask whether lines arrived
    are answered, and never seen, unless answers is set to False."""

    def __init__(self, connection):
        self.socket = connection
        self.answers = True
        self.pending = b""
        self.heard = []

    def send(self, data):
        if isinstance(data, str):
            data = data.encode()
        self.socket.sendall(data)

    def say(self, *lines):
        for line in lines:
            if isinstance(line, str):
                line = line.encode()
            self.send(line + b"\r\n")

    def register(self, nick="listener", tokens=""):
        self.say(f":srv 001 {nick} :Welcome",
                 f":srv 005 {nick} {tokens} CASEMAPPING=ascii :are supported",
                 f":srv 376 {nick} :End of MOTD command")

    def line(self):
        while True:
            line = self.next_line()
            if not (self.answers and line.startswith("PING :sic-bridge-")):
                self.heard.append(line)
                return line
            self.say(f":srv PONG srv {line[5:]}")

    def next_line(self):
        while b"\n" not in self.pending:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(f"closed; heard {self.heard}")
            self.pending += data
        line, self.pending = self.pending.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def expect(self, pattern):
        found = re.compile(pattern)
        while True:
            match = found.search(self.line())
            if match:
                return match

    def wait_closed(self):
        try:
            while True:
                self.line()
        except (EOFError, OSError):
            pass

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass


def server_context(name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path(name + ".pem"), path(name + ".key"))
    return context


class Relay:
    """A wire to a server that can be cut and mended."""

    def __init__(self, port):
        self.server = ("127.0.0.1", port)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.whole = True
        self.sockets = []
        threading.Thread(target=self.work, daemon=True).start()
        running.append(self)

    def work(self):
        while True:
            try:
                client, _ = self.listener.accept()
                if not self.whole:
                    client.close()
                    continue
                server = socket.create_connection(self.server)
            except OSError:
                return
            self.sockets += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=(one, other),
                                 daemon=True).start()

    @staticmethod
    def copy(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        self.whole = False
        for each in self.sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def mend(self):
        self.whole = True

    def stop(self):
        self.cut()
        self.listener.close()
