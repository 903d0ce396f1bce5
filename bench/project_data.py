#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""project_data.py N HOME - the same N projects for project, todo.txt and task.

Each project has five open actions; in the other two programs it is a task.
"""
import json
import os
import random
import sys
import uuid

WORDS = ("alpha bravo car window motor garden paint report draft budget trip "
         "tax letter piano shelf router backup kernel patch review").split()
CONTEXTS = ["home", "office", "phone", "errands", "computer"]


def main():
    count, home = int(sys.argv[1]), sys.argv[2]
    rng = random.Random(42)
    names = [f"{rng.choice(WORDS)}_{rng.choice(WORDS)}_{i:05d}"
             for i in range(count)]
    for name in names:
        directory = f"{home}/gtd/Projects/{name}"
        os.makedirs(directory)
        texts = {
            "summary": f"{name}\nPurpose: because\nDone when: it is done\n",
            "actions": "".join(f"[ ] action {k} of {name} @{c}\n"
                               for k, c in enumerate(CONTEXTS)),
            "log": "2026-01-01 started\n"}
        for part, text in texts.items():
            with open(f"{directory}/{part}", "w") as f:
                f.write(text)
    # One to move about, beside them.
    os.makedirs(f"{home}/gtd/Postponed")
    with open(f"{home}/todo.txt", "w") as f:
        for i, name in enumerate(names):
            f.write(f"2026-01-01 next step +{name} "
                    f"@{CONTEXTS[i % len(CONTEXTS)]}\n")
    with open(f"{home}/todo.cfg", "w") as f:
        f.write(f"export TODO_DIR={home}\nexport TODO_FILE={home}/todo.txt\n"
                f"export DONE_FILE={home}/done.txt\n"
                f"export REPORT_FILE={home}/report.txt\n")
    with open(f"{home}/tasks.json", "w") as f:
        json.dump([{"description": f"{name} next step", "project": name,
                    "tags": [CONTEXTS[i % len(CONTEXTS)]],
                    "status": "pending", "entry": "20260101T000000Z",
                    "uuid": str(uuid.UUID(int=rng.getrandbits(128),
                                          version=4))}
                   for i, name in enumerate(names)], f)
    with open(f"{home}/.taskrc", "w") as f:
        f.write(f"data.location={home}/.task\nconfirmation=no\n"
                "verbose=nothing\n")


if __name__ == "__main__":
    main()
