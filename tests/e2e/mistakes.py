#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""mistakes.py - every program, command and verb tells how it is called, and every
mistake in a word of theirs ends with 2 and one line that says what is right.

The words are those that --help shows: what is new in a table of options, commands
or verbs is tried by itself. Prints TAP.
"""
import re
import subprocess

from lib import main

OPTION = re.compile(r"^ +(?:-(\w), )?--([\w-]+)(?:=(\S+))? ")
EXAMPLES = ("", "--charset", "--today", "--until")  # their words: some of many
NUMBERS = ("N", "MS", "S", "WPM", "AMP", "PITCH", "SECONDS", "LINES", "GIB", "MIB",
           "DAYS", "PERCENT")
PROGRAMS = ("speakd", "speakctl", "sic-bridge", "project", "project workspace")


def call(home, *words):
    """Its status, standard output and standard error; with nothing to read."""
    got = subprocess.run(words, env=home.env, cwd=home.path, timeout=60,
                         stdin=subprocess.DEVNULL, capture_output=True,
                         check=False)
    return got.returncode, got.stdout.decode(), got.stderr.decode()


def help_of(home, words):
    status, out, err = call(home, *words, "--help")
    assert (status, err) == (0, ""), (words, status, err)
    assert out.startswith("usage: "), (words, out)
    return out


def verbs_of(home, program):
    """The first words that it takes, as its --help shows them."""
    text = help_of(home, program.split())
    _, _, listed = text.partition(
        {"speakctl": "\nVerbs:\n", "project": "\nCommands ",
         "project workspace": "enters it.\n"}.get(program, "\0"))
    listed = listed.partition("\nFor example:")[0]
    return re.findall(r"^ {2}([a-z][a-z-]+)(?: |$)", listed, re.M)


def everything(home):
    """The words of each program, command and verb."""
    for program in PROGRAMS:
        yield program.split()
        for verb in verbs_of(home, program):
            # Its verbs say their own --help.
            if program + " " + verb != "project workspace":
                yield program.split() + [verb]


def options_of(home, words):
    """(name, placeholder or None) of its own options."""
    if words[0] == "speakctl" and len(words) > 1:
        return []
    text = help_of(home, words).partition("\nFor every command:")
    own = text[0] if len(words) > 1 and words[1] != "workspace" else "".join(text)
    return [found.group(2, 3) for line in own.splitlines()
            if (found := OPTION.match(line))]


def refused(home, *words):
    """It is a mistake: what is said about it."""
    status, out, err = call(home, *words)
    name = words[0] + ": "
    assert (status, out) == (2, ""), (words, status, out, err)
    assert err.startswith(name) and err.count("\n") == 1, (words, err)
    return err.strip()


def misspelt(word):
    """Two letters in the middle have changed places, or one is doubled."""
    at = len(word) // 2
    if len(word) > 2 and word[at] != word[at - 1]:
        return word[:at - 1] + word[at] + word[at - 1] + word[at + 1:]
    return word + word[-1]


def test_help(home):
    """every program, command and verb has --help, and says nothing else"""
    count = 0
    for words in everything(home):
        text = help_of(home, words)
        assert text.startswith("usage: " + " ".join(words)), (words, text)
        count += 1
    assert count > 80, count


def test_version(home):
    """every program has --version"""
    for program in PROGRAMS:
        status, out, err = call(home, *program.split(), "--version")
        assert (status, err) == (0, ""), (program, status, err)
        assert re.fullmatch(re.escape(program) + r" \(earshot\) \d\S*\n", out), out


def test_misspelt_verbs(home):
    """a mistyped command or verb: what was meant, and 2"""
    for program in PROGRAMS:
        verbs = verbs_of(home, program)
        for verb in verbs:
            wrong = misspelt(verb)
            if wrong in verbs:
                continue
            said = refused(home, *program.split(), wrong)
            found = re.search("'%s', did you mean '(.*)'" % re.escape(wrong), said)
            assert found and found.group(1) in verbs, (verb, said)


def test_misspelt_options(home):
    """a mistyped option: one that is there was meant, and 2"""
    for words in everything(home):
        options = [name for name, _ in options_of(home, words)]
        for name in options:
            said = refused(home, *words, "--" + misspelt(name))
            found = re.search(r"did you mean '--(.*)'\?$", said)
            assert found and found.group(1) in options + ["help", "version"], said


def test_values(home):
    """a value that is missing, is too much, or is no number: 2"""
    for words in everything(home):
        for name, value in options_of(home, words):
            option = "--" + name
            if value is None:
                said = refused(home, *words, option + "=x")
                assert "'%s=x' takes no argument" % option in said, said
                continue
            said = refused(home, *words, option)
            assert "'%s' needs " % option in said, said
            if value in NUMBERS:
                said = refused(home, *words, option + "=x")
                assert name in said and "'x'" in said, said


def test_choices(home):
    """a word that is none of an option's: the words, and 2"""
    tried = 0
    for words in everything(home):
        # Names of projects and of verbs are no options' words; a workspace's
        # verbs look at theirs when the workspace is known.
        if words == ["project"] or words[:2] == ["project", "workspace"] or \
                words[0] == "speakctl" and len(words) > 1:
            continue
        for line in call(home, *words, "--complete-words")[1].splitlines():
            _, option, _, values = line.split("\t")[:4]
            # What ends in ":" takes more; a file is not looked for.
            if option in EXAMPLES or not re.fullmatch(r"[\w -]+", values):
                continue
            said = refused(home, *words, option + "=nosuch")
            for value in values.split():
                assert value in said, (option, value, said)
            tried += 1
    assert tried > 20, tried


def test_no_operands(home):
    """operands that nobody asked for: 2"""
    for words in everything(home):
        usage = help_of(home, words).splitlines()[0]
        if re.fullmatch(r"usage: \S+( workspace)? \S+( \[options\])?", usage):
            refused(home, *words, "nobody", "asked")


if __name__ == "__main__":
    main([test_help, test_version, test_misspelt_verbs, test_misspelt_options,
          test_values, test_choices, test_no_operands])
