# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""peers - what is measured beside what, and where that is in the tables."""

# Benchmark: the programs (or files) that it compares with or needs, and their
# packages.
AREAS = {
    "print": {"peers": {"gawk": "gawk"}, "tools": {"time": "time"}},
    "speech": {"peers": {},
               "tools": {"pulseaudio": "pulseaudio",
                         "pactl": "pulseaudio-utils"}},
    "sound": {"peers": {"espeak-ng": "espeak-ng", "aplay": "alsa-utils",
                        "gawk": "gawk"},
              "tools": {"pulseaudio": "pulseaudio",
                        "pactl": "pulseaudio-utils"}},
    "intelligibility": {
        "peers": {"espeak-ng": "espeak-ng"},
        "tools": {"sox": "sox",
                  "/usr/lib/python3/dist-packages/pocketsphinx":
                  "python3-pocketsphinx",
                  "/usr/share/pocketsphinx/model/en-us":
                  "pocketsphinx-en-us"}},
    "ssip": {"peers": {"speech-dispatcher": "speech-dispatcher"},
             "tools": {"pulseaudio": "pulseaudio",
                       "pactl": "pulseaudio-utils"}},
    "sic-bridge": {"peers": {"sic": "sic", "ii": "ii"}, "tools": {}},
    "project": {"peers": {"todo-txt": "todotxt-cli", "task": "taskwarrior"},
                "tools": {"hyperfine": "hyperfine"}},
    "workspace": {"peers": {"bwrap": "bubblewrap", "lxc-execute": "lxc",
                            "podman": "podman"},
                  "tools": {}},
}


def compared(area, what, unit, *cells, better="less"):
    """One comparison, ours first. A cell is (program, row, column): regular
    expressions for the whole row, "a | b | c", and for the column's name; the
    figure is the first number of the cell where they meet."""
    return {"area": area, "what": what, "unit": unit, "better": better,
            "cells": cells}


def across(area, what, unit, column, *programs, **options):
    """As compared, for tables with a row for each program."""
    return compared(area, what, unit,
                    *((name, row, column) for name, row in programs), **options)


SOUND = (("speakd", r"^speakd \|.*\| 1-1\.9 \|"),
         ("espeak-ng", r"^espeak-ng[^|]*\|.*\| 1-1\.9 \|"),
         ("gawk, espeak-ng, aplay", r"^the pipe of the post[^|]*\|.*\| 1-1\.9 \|"))
SSIP = (("speakd", r"^speakd \|"), ("speech-dispatcher", r"^speech-dispatcher"))
IRC = (("sic-bridge", r"^sic-bridge \|"), ("sic", r"^sic \|"),
       ("ii", r"^ii \|"))
LIST = (("project", "^`project list` "), ("taskwarrior", "^taskwarrior `list`"),
        ("todo.txt-cli", "^todo.txt-cli `ls`"))
ADD = (("project new", "^`project new`"), ("taskwarrior", "^taskwarrior `add`"),
       ("todo.txt-cli", "^todo.txt-cli `add`"))
TAB = (("project", "^TAB `project"), ("taskwarrior", "^TAB `task "),
       ("todo.txt-cli", "^TAB `todo-txt"))
RUN = (("project w run", "^run true, root file system"),
       ("bwrap", "^bwrap, root file system"),
       ("lxc-execute", "^lxc-execute, root file system"),
       ("podman run", r"^podman run \|"))

COMPARISONS = (
    compared("print", "a log of 1,000,000 lines, filtered", "s",
             ("speakd --print", "^seconds", "^speakd$"),
             ("egrep and gawk", "^seconds", "gawk")),
    across("sound", "a line to its first sound, median", "ms", "^p50", *SOUND),
    across("sound", "five lines at once, all said", "s", "^5 lines", *SOUND),
    across("intelligibility", "words understood in lines of logs, 220 wpm", "%",
           "^220 wpm", ("speakd", r"^speakd \|"), ("espeak-ng", r"^espeak-ng \|"),
           better="more"),
    across("ssip", "SPEAK to the first sound, median", "ms",
           "^SPEAK to sound", *SSIP),
    across("ssip", "STOP to silence, median", "ms", "^STOP", *SSIP),
    across("ssip", "SET while speaking, median", "us", "^SET", *SSIP),
    across("ssip", "memory of the server and its engine", "kB", "^memory",
           *SSIP),
    across("sic-bridge", "a message from the server, median", "ms", "^p50",
           *IRC),
    across("sic-bridge", "messages at once", "lines/s", "^lines/s", *IRC,
           better="more"),
    across("sic-bridge", "memory", "MiB", "^RSS", *IRC),
    across("project", "list of 1,000 projects", "ms", "^1000$", *LIST),
    across("project", "list of 10,000 projects", "ms", "^10000$", *LIST),
    across("project", "add to 1,000", "ms", "^1000$", *ADD),
    across("project", "TAB among 1,000", "ms", "^1000$", *TAB),
    across("workspace", "run true in a root file system", "ms", "^median", *RUN),
    across("workspace", "snapshot of 1,600 files", "ms", "^median",
           ("project w snap", "^snap, 37 MB"),
           ("lxc-snapshot", "^lxc-snapshot, 37 MB")),
)
