# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""measure - run the scripts, one after the other, and note the circumstances."""
import datetime
import os
import platform
import shutil
import subprocess
import sys

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("EARSHOT_SRC", os.path.dirname(HERE))
BIN = os.environ.get("EARSHOT_BIN", os.path.join(SOURCE, "build/release/bin"))
# What contrib/services unpacked comes before what is installed.
PATH = os.path.join(SOURCE, "build/services/bin") + ":" + os.environ["PATH"]


def first_of(path, key):
    """The value of "key : value" or "key=value" in a file, or ''."""
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                name, sign, value = line.replace("=", ":", 1).partition(":")
                if sign and name.strip() == key:
                    return value.strip().strip('"')
    except OSError:
        pass
    return ""


def machine():
    """The machine in its own words."""
    flags = first_of("/proc/cpuinfo", "flags").split()
    return "%s, %s %s %s, %s %s%s" % (
        first_of("/etc/os-release", "PRETTY_NAME"), platform.system(),
        platform.release(), platform.machine(),
        f"{len(os.sched_getaffinity(0))} processors",
        first_of("/proc/cpuinfo", "model name") or "of an unknown model",
        ", virtual" if "hypervisor" in flags else "")


def absent(programs):
    """Those that are not here: programs by their name, others by their path."""
    return {name: package for name, package in programs.items()
            if not (os.path.exists(name) if "/" in name
                    else shutil.which(name, path=PATH))}


def missing(names):
    """A line for each peer that is not here, with its package."""
    wanted = {}
    for name in names:
        area = peers.AREAS[name]
        for program, package in absent({**area["peers"],
                                        **area["tools"]}).items():
            wanted.setdefault((program, package), []).append(name)
    return [f"not measured in {', '.join(areas)}: {program} is not installed "
            f"(package {package})"
            for (program, package), areas in wanted.items()]


def load():
    return round(os.getloadavg()[0], 1)


def one_of(name, quiet):
    """Run bench/NAME.sh: its output, when and where; why not, if it failed."""
    area = {"date": datetime.date.today().isoformat(), "machine": machine(),
            "load": [load()]}
    needed = absent(peers.AREAS[name]["tools"])
    if needed:
        return dict(area, text="", skipped="needs " + ", ".join(
            f"{program} (package {package})"
            for program, package in needed.items()))
    lines = []
    env = dict(os.environ, PATH=PATH, EARSHOT_BIN=BIN, EARSHOT_SRC=SOURCE)
    with subprocess.Popen([os.path.join(HERE, name + ".sh")], env=env,
                          stdout=subprocess.PIPE, text=True) as script:
        for line in script.stdout:
            lines.append(line)
            if not quiet:
                print(line, end="", flush=True)
    area["load"].append(load())
    area["text"] = "".join(lines)
    if script.returncode != 0:
        area["failed"] = f"bench/{name}.sh exited with {script.returncode}"
    return area


def circumstances(area):
    """Under a section's title: when, where, and how busy it was."""
    return "%s, %s, load %s." % (area["date"], area["machine"],
                                 " to ".join(str(one) for one in area["load"]))


def all_of(names, quiet):
    if not os.access(os.path.join(BIN, "speakd"), os.X_OK):
        print(f"bench/run: no programs in {BIN}: run make first",
              file=sys.stderr)
        sys.exit(1)
    areas = {}
    for name in names:
        if not quiet:
            print(f"\n## {name}\n", flush=True)
        area = areas[name] = one_of(name, quiet)
        for why in ("skipped", "failed"):
            if why in area:
                print(f"bench/run: {name} {why}: {area[why]}", file=sys.stderr)
        if not quiet:
            print("\n" + circumstances(area), flush=True)
    return areas
