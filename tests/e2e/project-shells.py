#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""project's completion in real interactive shells, on a real terminal.

Bash gets nasty names and every way to begin typing them; what TAB makes of it
is run, and must be exactly one existing name. Then the same as a property,
with random names; then zsh and fish. Nothing may be executed from a name.
"""
import fcntl
import os
import random
import shutil
import subprocess
import sys
import tempfile

import pexpect

BIN = os.environ["EARSHOT_BIN"]
SRC = os.environ["EARSHOT_SRC"]
SEED = 20261122
NASTY = ["two words", "twofold", "x:alpha", "x:beta", "été", "étude", "it's",
         "dol$(touch pwned)lar", "#hash", "-dash", "star*x", "trip_to_rome",
         "me@home", "me@work"]
# What is typed behind "p e ", and the one name that it means. None: several
# names begin so, and nothing must be chosen.
TYPED = [("trip", "trip_to_rome"), ("two\\ ", "two words"),
         ('"two ', "two words"), ("'two ", "two words"),
         ("twof", "twofold"), ("x:a", "x:alpha"), ('"x:a', "x:alpha"),
         ("'x:b", "x:beta"), ("ét", None), ("étu", "étude"),
         ("it", "it's"), ("it\\'", "it's"), ('"it', "it's"),
         ("dol", "dol$(touch pwned)lar"), ("'dol", "dol$(touch pwned)lar"),
         ('"dol', "dol$(touch pwned)lar"), ("\\#", "#hash"),
         ("star", "star*x"), ('"star', "star*x"), ("-- -", "-dash"),
         ("me@h", "me@home"), ('"me@w', "me@work"), ("me", None),
         ("x:", None), ("two", None)]
tests = []


def test(function):
    tests.append(function)
    return function


class Skip(Exception):
    pass


class Home:
    """An empty home with a GTD directory; "project" shows what it was given."""

    def __init__(self, names):
        self.root = tempfile.mkdtemp(prefix="project-shells-")
        self.gtd = self.root + "/gtd"
        self.cwd = self.root + "/cwd"
        for name in names:
            os.makedirs(f"{self.gtd}/Projects/{name}")
        # A directory of that name here must not become "two words/".
        os.makedirs(self.cwd + "/two words")
        os.mkdir(self.root + "/bin")
        # Completion asks the real program; everything else is shown.
        with open(self.root + "/bin/project", "w") as f:
            f.write('#!/bin/bash\n'
                    '[[ $1 == --complete-* || ( $1 == init && ! -t 1 ) ]] && '
                    f'exec "{BIN}/project" "$@"\n'
                    'printf "<%s>" "$@" >"$HOME/shown"\n')
        os.chmod(self.root + "/bin/project", 0o755)
        self.env = {
            "HOME": self.root, "GTD_DIR": self.gtd, "TERM": "dumb",
            "PATH": f"{self.root}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
            "INPUTRC": "/dev/null", "XDG_STATE_HOME": self.root + "/state",
            "ASAN_OPTIONS": "detect_leaks=0", "HISTFILE": "/dev/null"}

    def shown(self):
        """The words that the last command was given; None: it never ran."""
        try:
            with open(self.root + "/shown", encoding="utf-8") as f:
                text = f.read()
        except FileNotFoundError:
            return None
        os.unlink(self.root + "/shown")
        return text[1:-1].split("><")

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)


class Shell:
    """An interactive shell at its prompt "@@ "."""

    def __init__(self, home, argv, setup):
        if not shutil.which(argv[0]):
            raise Skip(f"there is no {argv[0]}")
        self.home = home
        self.count = 0
        self.child = pexpect.spawn(argv[0], argv[1:], env=home.env,
                                   cwd=home.cwd, encoding="utf-8",
                                   dimensions=(60, 250), timeout=30)
        self.child.delaybeforesend = None
        for line in setup:
            self.child.sendline(line)
        self.wait()

    def wait(self):
        """Until the shell answers with a word that was not typed so."""
        self.count += 1
        self.child.sendline(f"echo done''{self.count}")
        self.child.expect(f"done{self.count}\r\n")

    def run(self, typed):
        """Type, TAB, Enter. The words that the program was given."""
        self.home.shown()
        # Enter is read after the completion: a shell works key by key.
        self.child.send(typed + "\t\r")
        self.wait()
        return self.home.shown()

    def close(self):
        self.child.close(force=True)


def bash(home, setup=()):
    return Shell(home, ["bash", "--norc", "--noprofile", "-i"], [
        "PS1='@@ '", "bind 'set bell-style none'",
        "bind 'set enable-bracketed-paste off'",
        "bind 'set completion-query-items 0'",
        "bind 'set page-completions off'", *setup])


INSTALLED = ["alias p=project", f". '{SRC}/completion/project.bash'"]


def no_execution(home):
    for directory in (home.cwd, home.root, home.gtd):
        assert not os.path.exists(directory + "/pwned"), "a name was executed"


@test
def bash_nasty_names():
    """bash: nasty names, each way to begin typing them"""
    home = Home(NASTY)
    try:
        for command in ("p e ", "project edit "):
            shell = bash(home, INSTALLED)
            for typed, want in TYPED:
                got = shell.run(command + typed)
                if want is None:
                    assert not got or got[-1] not in NASTY, (typed, got)
                else:
                    words = command.split()[1:] + (
                        ["--"] if typed.startswith("--") else []) + [want]
                    assert got == words, (typed, got)
            shell.close()
        no_execution(home)
    finally:
        home.close()


@test
def bash_other_words():
    """bash: commands, options, values, states, set -u, posix mode"""
    home = Home(["trip", "garden"])
    os.makedirs(home.gtd + "/Postponed/piano")
    os.makedirs(home.gtd + "/Completed/2025/boat")
    cases = [("p edi", ["edit"]), ("p po", ["postpone"]), ("p co", ["complete"]),
             ("p r p", ["r", "piano"]), ("p reopen b", ["reopen", "boat"]),
             ("p po tr", ["po", "trip"]), ("p complete tr", ["complete", "trip"]),
             ("p po --unt", ["po", "--until="]),
             ("p po --until=tom", ["po", "--until=tomorrow"]),
             ("p po --until tom", ["po", "--until", "tomorrow"]),
             ("p list --sort=ch", ["list", "--sort=changed"]),
             ("p help ed", ["help", "edit"]), ("p init z", ["init", "zsh"]),
             ("p e none", ["e", "none"]), ("p new tr", ["new", "tr"]),
             ("p rename garden tr", ["rename", "garden", "tr"])]
    try:
        for setup in ([], ["set -u"], ["set -o posix"]):
            shell = bash(home, INSTALLED + setup)
            for typed, want in cases:
                got = shell.run(typed)
                assert got == want, (setup, typed, got)
            shell.close()
    finally:
        home.close()


@test
def bash_init():
    """bash: "eval $(project init bash)" is the alias and the installed file"""
    home = Home(["trip"])
    try:
        shell = bash(home, ['eval "$(project init bash)"'])
        assert shell.run("p e tr") == ["e", "trip"]
        shell.close()
        for name, end in (("bash", ""), ("fish", "")):
            text = subprocess.run([BIN + "/project", "init", name],
                                  stdout=subprocess.PIPE, text=True,
                                  env=home.env, check=True).stdout
            with open(f"{SRC}/completion/project.{name}") as f:
                file = f.read()
            code = file[file.index("_project() {" if name == "bash"
                                   else "function"):]
            assert text.endswith(code + end), name
    finally:
        home.close()


@test
def bash_property():
    """bash: whatever is completed evaluates to exactly one existing name"""
    rng = random.Random(SEED)
    letters = list("abx ") + list("$`\"'\\!*?[]{}()<>|&;#~^:=@%-,.é漢")
    names = set()
    while len(names) < 60:
        name = "".join(rng.choice(letters) for _ in range(rng.randint(1, 8)))
        if name not in (".", "..") and not name.startswith((".", "-")) \
                and not name.endswith("~") and "<" not in name \
                and ">" not in name:
            names.add(name)
    home = Home(names)
    try:
        shell = bash(home, INSTALLED + ["set +H"])
        hits = 0
        for name in sorted(names):
            for quote in ("", "'", '"'):
                cut = rng.randint(1, len(name))
                typed = type_it(name[:cut], quote)
                alone = [n for n in names if n.startswith(name[:cut])]
                # Of several TAB chooses none, and the quote stays open.
                if len(alone) == 1:
                    got = shell.run("p e " + typed)
                    assert got == ["e", name], (name, typed, got)
                    hits += 1
        assert hits > 60, hits
        no_execution(home)
        shell.close()
    finally:
        home.close()


def type_it(text, quote):
    """text as a careful person types it, the quote still open."""
    if quote == "'":
        return "'" + text.replace("'", "'\\''")
    if quote == '"':
        return '"' + "".join("\\" + c if c in '\\"$`' else c for c in text)
    return "".join("\\" + c if ord(c) < 128 and not c.isalnum() else c
                   for c in text)


@test
def zsh_names():
    """zsh: names, commands, states, the alias"""
    home = Home(NASTY)
    os.makedirs(home.gtd + "/Postponed/piano")
    os.makedirs(home.root + "/functions")
    shutil.copy(SRC + "/completion/project.zsh",
                home.root + "/functions/_project")
    cases = [("p e trip", ["e", "trip_to_rome"]),
             ("p e two\\ ", ["e", "two words"]),
             ("p e 'two ", ["e", "two words"]),
             ('p e "two ', ["e", "two words"]),
             ("p e x:a", ["e", "x:alpha"]), ("p e étu", ["e", "étude"]),
             ("p e me@h", ["e", "me@home"]),
             ("p e it", ["e", "it's"]),
             ("p e dol", ["e", "dol$(touch pwned)lar"]),
             ("p e \\#", ["e", "#hash"]), ("p e star", ["e", "star*x"]),
             ("p r p", ["r", "piano"]), ("p edi", ["edit"]),
             ("project postp", ["postpone"])]
    ways = [["fpath=(~/functions $fpath)", "autoload -Uz compinit",
             "compinit -u -D", "alias p=project"],
            ["autoload -Uz compinit", "compinit -u -D",
             'eval "$(project init zsh)"']]
    try:
        for setup in ways:
            shell = Shell(home, ["zsh", "-f", "-i"], [
                "PS1='@@ '", "unsetopt prompt_sp prompt_cr beep zle_bracketed_paste",
                "unset zle_bracketed_paste", *setup])
            for typed, want in cases:
                got = shell.run(typed)
                assert got == want, (typed, got)
            shell.close()
        no_execution(home)
    finally:
        home.close()


@test
def fish_names():
    """fish: names, commands, states, the alias; each way of setting it up"""
    home = Home(NASTY)
    os.makedirs(home.gtd + "/Postponed/piano")
    if not shutil.which("fish"):
        raise Skip("there is no fish")
    cases = [("p e trip", ["trip_to_rome"]),
             ("p e two", ["two words", "twofold"]),
             ("p e 'two ", ["two words"]), ("p e x:a", ["x:alpha"]),
             ("p e ét", ["étude", "été"]), ("p e dol",
                                           ["dol$(touch pwned)lar"]),
             ("p r p", ["piano"]), ("project edi", ["edit"]),
             ("p po --until=tom", ["--until=tomorrow"])]
    ways = [f"source '{SRC}/completion/project.fish'",
            "project init fish | source"]
    try:
        for setup in ways:
            for typed, want in cases:
                quoted = typed.replace("\\", "\\\\").replace("'", "\\'")
                done = subprocess.run(
                    ["fish", "--no-config", "-c",
                     f"{setup}; complete -C '{quoted}'"],
                    env=home.env, cwd=home.cwd, stdout=subprocess.PIPE,
                    text=True, timeout=60, check=True)
                got = sorted(line.split("\t")[0]
                             for line in done.stdout.splitlines())
                assert got == sorted(want), (typed, got)
        no_execution(home)
    finally:
        home.close()


# Workspaces, each with the numbers of its snapshots.
WORKSPACES = {"trip": (1, 2, 30), "two words": (7,), "it's": (), "x:alpha": (),
              "dol$(touch pwned)lar": (4,), "étude": ()}
COMMENT = "before $(touch pwned)\\n\033[31m"


def make_store(home):
    """A store as its files are: nothing of it is run here."""
    store = home.root + "/.local/share/earshot/workspaces"
    for directory in ("ws", "bases", "trash", "locks"):
        os.makedirs(f"{store}/{directory}", exist_ok=True)
    for name, numbers in WORKSPACES.items():
        with open(f"{store}/ws/{name}", "w", encoding="utf-8") as f:
            f.write(f"earshot-workspace 1\nproject {name}\nbase host\n"
                    "store overlay\ncreated 1\nupper 0f3a2b1c4d5e\n"
                    f"base-layers 0\nparent 0\nnext {max(numbers + (0,)) + 1}\n")
            for n in numbers:
                f.write(f"snap {n} 1763775100 0 manual host {COMMENT}{n}\n")
            f.write("lower host\n")
    for name in ("bases/small", "trash/1763775000-old", "trash/0-1-gone.base",
                 "ws/.trip.tmp"):
        with open(f"{store}/{name}", "w", encoding="ascii"):
            pass
    return store


def workspace_home():
    home = Home(["trip", "garden", "per@cent"])
    os.makedirs(home.gtd + "/Postponed/piano")
    os.makedirs(home.gtd + "/Completed/2025/boat")
    with open(home.gtd + "/Projects/gar-file", "w", encoding="ascii"):
        pass
    with open(home.root + "/bin/zzprogram", "w", encoding="ascii"):
        pass
    os.chmod(home.root + "/bin/zzprogram", 0o755)
    return home


# What is typed behind "p w ", and what the words then are.
TYPED_WORKSPACE = [
    ("en", ["enter"]), ("ga", ["garden"]), ("two", ["two words"]),
    ("tr", ["trip"]), ("'dol", ["dol$(touch pwned)lar"]),
    ("snap tr", ["snap", "trip"]), ("s \"two", ["s", "two words"]),
    ("snap ga", ["snap", "ga"]), ("stop dol", ["stop", "dol$(touch pwned)lar"]),
    ("destroy it\\'", ["destroy", "it's"]), ("diff x:", ["diff", "x:alpha"]),
    ("run pi", ["run", "piano"]), ("enter bo", ["enter", "boat"]),
    ("run per", ["run", "per"]), ("run gar", ["run", "garden"]),
    ("create ga", ["create", "garden"]), ("create tri", ["create", "tri"]),
    ("restore trip@", ["restore", "trip@"]),
    ("restore trip@3", ["restore", "trip@30"]),
    ("restore 'trip@3", ["restore", "trip@30"]),
    ("restore tri@3", ["restore", "tri@30"]),
    ("restore trip@l", ["restore", "trip@last"]),
    ("restore two\\ words@", ["restore", "two words@7"]),
    ('restore "two words@', ["restore", "two words@7"]),
    ("diff dol\\$\\(touch\\ pwned\\)lar@",
     ["diff", "dol$(touch pwned)lar@4"]),
    ("clone trip ga", ["clone", "trip", "ga"]),
    ("rename trip ga", ["rename", "trip", "ga"]),
    ("undelete ol", ["undelete", "old"]),
    ("undelete 1", ["undelete", "1763775000-old"]),
    ("undelete 0", ["undelete", "0"]),
    ("base re", ["base", "remove"]), ("base remove s", ["base", "remove", "small"]),
    ("base add s", ["base", "add", "s"]),
    ("base add x two", ["base", "add", "x", "two words/"]),
    ("create y --base sm", ["create", "y", "--base", "small"]),
    ("create y -b h", ["create", "y", "-b", "host"]),
    ("create y --base=trip@3", ["create", "y", "--base=trip@30"]),
    ("create y --base two", ["create", "y", "--base", "two words/"]),
    ("create y --sto", ["create", "y", "--store="]),
    ("create y --store=re", ["create", "y", "--store=reflink"]),
    ("create y --project pi", ["create", "y", "--project", "piano"]),
    ("run trip -S so", ["run", "trip", "-S", "sound"]),
    ("run --net=no", ["run", "--net=none"]),
    ("garden --sa", ["garden", "--say"]),
    ("gc --fl", ["gc", "--flatten"]), ("gc --sa", ["gc", "--sa"]),
    ("export tr", ["export", "trip"]),
    ("export trip two", ["export", "trip", "two words/"]),
    ("export trip x --format oc", ["export", "trip", "x", "--format", "oci"]),
    ("import two", ["import", "two words/"]),
    ("run trip -- zzp", ["run", "trip", "--", "zzprogram"]),
    ("run trip zzp", ["run", "trip", "zzprogram"]),
    ("run trip -- ls two", ["run", "trip", "--", "ls", "two words/"]),
    ("run trip ls --sa", ["run", "trip", "ls", "--sa"]),
    ("list trip tr", ["list", "trip", "tr"]), ("zz", ["zz"]),
]


@test
def bash_workspace():
    """bash: verbs, names, snapshots, values and files behind p w"""
    home = workspace_home()
    try:
        shell = bash(home, INSTALLED)
        # There is no store yet, and completion makes none.
        assert shell.run("p w run tri") == ["w", "run", "trip"]
        assert shell.run("p w stop tri") == ["w", "stop", "tri"]
        assert not os.path.exists(home.root + "/.local"), "a store was made"
        store = make_store(home)
        os.chmod(store, 0o750)
        with open(store + "/lock", "w", encoding="ascii") as lock, \
                open(store + "/locks/trip", "w", encoding="ascii") as name_lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fcntl.flock(name_lock, fcntl.LOCK_EX)
            for typed, want in TYPED_WORKSPACE:
                for command in ("p w ", "project workspace "):
                    got = shell.run(command + typed)
                    assert got == command.split()[1:] + want, (typed, got)
        assert os.stat(store).st_mode & 0o777 == 0o750
        assert sorted(os.listdir(store)) == [
            "bases", "lock", "locks", "trash", "ws"], os.listdir(store)
        shell.close()
        no_execution(home)
    finally:
        home.close()


@test
def zsh_workspace():
    """zsh: the same, with files beside other words"""
    home = workspace_home()
    make_store(home)
    try:
        shell = Shell(home, ["zsh", "-f", "-i"], [
            "PS1='@@ '", "unsetopt prompt_sp prompt_cr beep zle_bracketed_paste",
            "unset zle_bracketed_paste", "autoload -Uz compinit",
            "compinit -u -D", 'eval "$(project init zsh)"'])
        for typed, want in TYPED_WORKSPACE:
            # zsh takes a directory's slash away again at the word's end.
            got = shell.run("p w " + typed)
            assert got == ["w"] + [w.rstrip("/") for w in want], (typed, got)
        shell.close()
        no_execution(home)
    finally:
        home.close()


@test
def fish_workspace():
    """fish: the same, with comments as descriptions"""
    home = workspace_home()
    if not shutil.which("fish"):
        raise Skip("there is no fish")
    make_store(home)
    cases = [("p w en", ["enter\ta shell in it, made on first use"]),
             ("p w snap tw", ["two words\tworkspace"]),
             ("p w run pi", ["piano\tpostponed"]),
             ("p w restore trip@3",
              ["trip@30\tbefore $(touch pwned)..."]),
             ("p w create y --base two", ["two words/"]),
             ("p w create y --base=two", ["--base=two words/"]),
             ("p w create y --base sm", ["small\tbase"]),
             ("p w export trip zz", []), ("p w clone trip ", [])]
    try:
        for typed, want in cases:
            quoted = typed.replace("\\", "\\\\").replace("'", "\\'")
            done = subprocess.run(
                ["fish", "--no-config", "-c",
                 f"project init fish | source; complete -C '{quoted}'"],
                env=home.env, cwd=home.cwd, stdout=subprocess.PIPE, text=True,
                timeout=60, check=True)
            assert done.stdout.splitlines() == want, (typed, done.stdout)
        no_execution(home)
    finally:
        home.close()


@test
def workspace_helper():
    """a helper program that is missing, hangs, fails or writes rubbish"""
    home = workspace_home()
    helper = home.root + "/mine/project-workspace"
    os.mkdir(home.root + "/mine")
    shutil.copy(BIN + "/project", home.root + "/mine/project")
    cases = [(None, ""), ("echo trip; exec sleep 1000", ""),
             ("echo trip; exit 1", ""), ("kill -9 $$", ""),
             ("head -c 9000000 /dev/zero | tr '\\0' 't'", ""),
             ("echo noise >&2; echo; echo trip; echo other; echo 't\tx\ty'",
              "trip\nt\tx\ty\n"),
             ('shift; printf "t<%s>" "$@"', "t<snap>t<$(touch pwned)>t<t>\n")]
    try:
        for script, want in cases:
            if script is not None:
                with open(helper, "w", encoding="ascii") as f:
                    f.write("#!/bin/bash\n" + script + "\n")
                os.chmod(helper, 0o755)
            done = subprocess.run(
                [home.root + "/mine/project", "--complete-zsh", "p", "w",
                 "snap", "$(touch pwned)", "t"], env=home.env, cwd=home.cwd,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
            # The file's own way to write a tab.
            assert done.stdout == want.replace("\\t", "\t"), (script,
                                                             done.stdout)
            assert done.returncode == 0, (script, done.returncode)
        no_execution(home)
    finally:
        home.close()


@test
def other_programs():
    """bash: the other programs complete from their option tables"""
    programs = [p for p in ("speakd", "speakctl", "sic-bridge")
                if os.path.exists(f"{BIN}/{p}")]
    home = Home([])
    # A program that prints such a table, whatever is built here.
    with open(home.root + "/bin/speakd", "w") as f:
        f.write('#!/bin/bash\nif [[ $1 == --complete-words ]]; then\n'
                'printf -- "-f\\t--format\\tFMT\\tauto sic\\tthe format\\n'
                '\\t--print\\t\\t\\tprint\\n"\n'
                'else printf "<%s>" "$@" >"$HOME/shown"; fi\n')
    os.chmod(home.root + "/bin/speakd", 0o755)
    try:
        shell = bash(home, [f". '{SRC}/completion/earshot.bash'"])
        for typed, want in (("speakd --pri", ["--print"]),
                            ("speakd --format=s", ["--format=sic"]),
                            ("speakd -f a", ["-f", "auto"]),
                            ("speakd two", ["two words/"])):
            got = shell.run(typed)
            assert got == want, (typed, got)
        shell.close()
        for program in programs:
            table = subprocess.run([f"{BIN}/{program}", "--complete-words"],
                                   stdout=subprocess.PIPE, text=True,
                                   env=home.env, check=True).stdout
            assert "\t--help\t" in table, program
    finally:
        home.close()


def main():
    failed = 0
    for n, function in enumerate(tests, 1):
        try:
            function()
            print(f"ok {n} - {function.__doc__}", flush=True)
        except Skip as reason:
            print(f"ok {n} - {function.__doc__} # SKIP {reason}", flush=True)
        except (AssertionError, pexpect.ExceptionPexpect,
                subprocess.SubprocessError) as e:
            failed += 1
            print(f"not ok {n} - {function.__doc__}", flush=True)
            for line in str(e).splitlines():
                print("#   " + line)
    print(f"1..{len(tests)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
