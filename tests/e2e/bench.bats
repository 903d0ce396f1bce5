#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# bench/run: what was printed, side by side, as text, JSON and a drawing. (The
# measuring itself is no test.)

bats_require_minimum_version 1.5.0

load lib

setup() {
	common_setup
	bench="${PYTHON:-/usr/bin/python3} $EARSHOT_SRC/bench/run"
	cat >figures.md <<-'END'
		<!-- figures: ssip -->
		| server | SPEAK to sound, ms p50 / max | STOP to silence, ms |
		| --- | --- | --- |
		| speakd | 2.0 / 4.5 | 0.0 / 0.0 |
		| speech-dispatcher 0.11.4 | 8.2 / 17.8 | 27.3 / 34.8 |
		<!-- end of figures -->
		<!-- figures: print -->
		| --print | speakd | egrep \| gawk | ratio |
		| --- | --- | --- | --- |
		| seconds, median of 5 | 3.0 | 1.5 | 2.0 |
		<!-- end of figures -->
		<!-- figures: sic-bridge -->
		| medians | p50 ms | lines/s of 200000 |
		| --- | --- | --- |
		| sic-bridge | 0.043 | 200000 |
		| sic-bridge, json | 9 | 9 |
		| ii | 0.058 | 5000 |
		<!-- end of figures -->
	END
}
teardown() { common_teardown; }

@test "ours beside each peer, with the ratio, better or worse" {
	run -0 $bench --from figures.md
	[[ $output == *"| ssip | SPEAK to the first sound, median, ms | speakd 2 | speech-dispatcher 8.2 | 4.1 |"* ]]
	[[ $output == *"| speakd --print 3 | egrep and gawk 1.5 | 0.5 |"* ]]
	[[ $output == *"lines/s, more is better | sic-bridge 200000 | ii 5000 | 40 |"* ]]
}

@test "a figure of 0 has no ratio; what was not measured has no row" {
	run -0 $bench --from figures.md
	[[ $output == *"| speakd 0 | speech-dispatcher 27.3 | - |"* ]]
	[[ $output != *"| workspace |"* && $output != *"| sic "* ]]
}

@test "--json: every table, and what is compared" {
	run -0 --separate-stderr $bench --from figures.md --json -
	printf '%s\n' "$output" | "${PYTHON:-/usr/bin/python3}" -c '
import json, sys
all = json.load(sys.stdin)
table = all["benchmarks"]["print"]["tables"][0]
assert table["columns"][2] == "egrep | gawk", table
assert table["rows"] == [["seconds, median of 5", "3.0", "1.5", "2.0"]], table
row = [r for r in all["side_by_side"] if r["area"] == "ssip"][0]
assert row["values"][1] == {"program": "speech-dispatcher", "value": 8.2,
                            "times": 4.1}, row'
}

@test "--svg: a drawing with its figures in words" {
	run -0 $bench --from figures.md --svg out.svg
	"${PYTHON:-/usr/bin/python3}" -c '
import xml.etree.ElementTree as tree
root = tree.parse("out.svg").getroot()
svg = "{http://www.w3.org/2000/svg}"
words = root.find(svg + "desc").text
assert "speakd 2, speech-dispatcher 8.2." in words, words
bars = [int(bar.get("width")) for bar in root.findall(svg + "rect")[1:]]
assert bars[:2] == [400, 200], bars'
}

@test "a peer that is not installed is named with its package" {
	mkdir bin
	for program in python3 env; do
		ln -s "$(command -v "$program")" bin/
	done
	PATH=$PWD/bin EARSHOT_SRC=/nowhere run -0 $bench --from figures.md
	[[ $output == *"not measured in sic-bridge: ii is not installed (package ii)"* ]]
	[[ $output == *"task is not installed (package taskwarrior)"* ]]
}

@test "a name that is no benchmark: exit 2, and those that are" {
	run -2 $bench sounds
	[[ $output == *"unknown benchmark 'sounds', expected one of: print, speech, "* ]]
}

@test "bench/README.md and its drawing say what its tables say" {
	run -0 $bench --check
}

@test "every comparison finds its figures in bench/README.md" {
	run -0 $bench --json - --from "$EARSHOT_SRC/bench/README.md"
	printf '%s\n' "$output" | PYTHONPATH=$EARSHOT_SRC/bench \
		"${PYTHON:-/usr/bin/python3}" -c '
import json, sys
import peers
found = {(row["area"], row["what"]) for row in json.load(sys.stdin)["side_by_side"]}
lost = {(c["area"], c["what"]) for c in peers.COMPARISONS} - found
assert not lost, lost'
}

@test "what a benchmark needs may be a file, and is missing by its package" {
	PYTHONPATH=$EARSHOT_SRC/bench "${PYTHON:-/usr/bin/python3}" -B -c '
import measure
assert measure.absent({"/no/such/model": "model", "/": "base",
                       "no-such-program": "program", "sh": "dash"}) == {
    "/no/such/model": "model", "no-such-program": "program"}'
}
