# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - undo by intention, redo, and what is written where.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() {
	project_setup
	A=$P/trip/actions
}
teardown() { common_teardown; }

@test "what came by itself is passed by: undo takes back what I did, and ends" {
	project -q new trip && project -q new tax
	project -q --today 2026-11-28 postpone tax --until 2026-12-01
	project -q --today 2026-12-01 complete trip
	project -q --today 2026-12-01 list >/dev/null
	[ -d "$GTD_DIR/Projects/tax" ]
	project undo -q
	[ -d "$GTD_DIR/Projects/trip" ] && [ -d "$GTD_DIR/Projects/tax" ]
	for i in 1 2 3 4; do
		project -q undo || break
		project -q --today 2026-12-01 list >/dev/null
	done
	[ "$i" -eq 3 ]
	[ -z "$(ls "$GTD_DIR/Projects")" ]
}

@test "undo of an edit leaves what others wrote while the editor was open" {
	project -q new trip
	cat >ed <<-'X'
		#!/bin/sh
		project -q actions trip "captured meanwhile"
		project -q log trip "a fact"
		echo "edited line" >>"$1"
		echo "[ ] by the editor" >>"$2"
	X
	chmod +x ed
	EDITOR=$PWD/ed project edit trip
	project -q undo
	[ "$(cat "$A")" = '[ ] captured meanwhile' ]
	no grep -q edited "$GTD_DIR/Projects/trip/summary"
	grep -q 'a fact' "$GTD_DIR/Projects/trip/log"
	project -q undo
	no grep -q 'a fact' "$GTD_DIR/Projects/trip/log"
	[ "$(cat "$A")" = '[ ] captured meanwhile' ]
	project -q redo
	grep -q 'a fact' "$GTD_DIR/Projects/trip/log"
}

@test "a directory renamed by hand: the reason is that its files are not there" {
	project -q new trip && project -q actions trip one
	project -q 'do' trip
	mv "$P/trip" "$P/tour"
	run project undo
	[ "$status" -eq 1 ]
	[[ $output == *"Projects/trip/log is no longer there"* ]]
}

@test "a phone wrote meanwhile: merged, not refused; the same line: the reason" {
	project -q new trip && project -q complete trip
	project -q in idea
	echo 'from the phone' >>"$GTD_DIR/inbox"
	project -q undo
	[ "$(cat "$GTD_DIR/inbox")" = 'from the phone' ]
	project -q undo
	project -q actions trip one
	sed -i 's/one/one and more/' "$A"
	before=$(sha1sum "$A")
	run project undo
	[ "$status" -eq 1 ]
	[[ $output == *"actions was changed in the same place since"*"undo NUMBER"* ]]
	[ "$(sha1sum "$A")" = "$before" ]
}

@test "undo and redo of the one that is meant, by number and by text" {
	for n in a b c; do project -q new $n && project -q in "idea $n"; done
	project -q complete b
	project -q waiting Ann
	[ "$(project undo -l | cut -f1,3 | head -n 3)" = "$(printf '%s\t%s\n' \
		1 waiting 2 'complete b' 3 in)" ]
	project -q undo 2
	[ -d "$GTD_DIR/Projects/b" ]
	# The numbers are still those of the list.
	project -q undo 3
	[ "$(cat "$GTD_DIR/inbox")" = 'idea a
idea b' ]
	run project undo 2
	[ "$status" -eq 1 ]
	project -q undo new a
	[ ! -e "$GTD_DIR/Projects/a" ] && [ -d "$GTD_DIR/.trash/a" ]
	[ "$(project redo -l | cut -f3)" = 'complete b
in
new a' ]
	project -q redo
	[ -d "$GTD_DIR/Projects/a" ]
	project -q redo complete b
	[ -d "$GTD_DIR/Completed/$(date +%Y)/b" ]
	project -q redo
	grep -qx 'idea c' "$GTD_DIR/inbox"
	run project redo
	[ "$status" -eq 1 ]
	# What was done again can be undone again.
	project -q undo complete b
	[ -d "$GTD_DIR/Projects/b" ]
	/usr/bin/python3 -c 'import json,sys; l = json.load(sys.stdin); assert l[0]["number"] == 1 and l[0]["what"]' \
		< <(project undo -l --json)
}

@test "what failed never happened: undo neither lists nor takes it back" {
	project -q new trip
	project -q new tax
	touch "$GTD_DIR/Postponed"
	run project postpone trip
	[ "$status" -eq 1 ]
	mkdir "$GTD_DIR/Projects/other"
	run project rename trip other
	[ "$status" -eq 1 ]
	[ "$(project undo -l | cut -f3)" = $'new tax\nnew trip' ]
	[[ $(project undo 2>&1) == *"undone: new tax"* ]]
}

@test "a directory that came from a copy can be undone, too" {
	project -q new trip && project -q complete trip
	cp -a "$GTD_DIR" copy && rm -rf "$GTD_DIR" && mv copy "$GTD_DIR"
	project -q undo
	[ -d "$GTD_DIR/Projects/trip" ]
	project -q complete trip
	mkdir "$GTD_DIR/Projects/trip"
	run project undo
	[ "$status" -eq 1 ]
	[[ $output == *"Projects/trip exists again"* ]]
}

@test "the log is linear, and one large edit does not drop small changes" {
	project -q in seed
	journal=$(echo "$XDG_STATE_HOME"/earshot/project/journal-*)
	/usr/bin/python3 - "$journal" <<'PY'
import sys
size = 5
with open(sys.argv[1], "a") as out:
    for i in range(50000):
        new = f"x{i}%0a"
        out.write(f"{i:016x}-1\t1795834848\tin\ttext\tinbox\t1\t{size}\t{size}\t{size + 1}\t\t{new}\n")
        size += 1
    for i in range(20000):
        out.write(f"{i:016x}-1\t1795834848\tin\tundone\n")
PY
	# Minutes when each record looked through all others.
	[ "$(timeout 20 project undo -l | wc -l)" -eq 30001 ]
	rm "$journal"
	project -q new trip
	cat >ed <<-'X'
		#!/usr/bin/python3
		import random, sys
		open(sys.argv[1], "w").write("".join(random.choice("abcd\n") for _ in range(3000000)))
	X
	chmod +x ed
	EDITOR=$PWD/ed project -q edit trip
	EDITOR=$PWD/ed project -q edit trip
	project -q in after
	[ "$(project undo -l | cut -f3)" = 'in
edit trip
edit trip
new trip' ]
	project -q undo && project -q undo && project -q undo
	[ "$(head -n 1 "$GTD_DIR/Projects/trip/summary")" = trip ]
}
