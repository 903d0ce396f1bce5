#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# catchup.bats - more lines than can be said: faster, then skipped, never silently.
load lib

setup() { common_setup; }
teardown() { common_teardown; }

# say OPTIONS...: standard input to an output that takes time, as a pipe does;
# what was said in said, standard error in err.
say() {
	speakd --format=plain --show -o 'command:cat >/dev/null' "$@" >said 2>err
}

# chat N: N lines of chat, every hundredth to trent, every fiftieth an action.
chat() {
	local i
	for ((i = 1; i <= $1; i++)); do
		if ((i % 100 == 0)); then echo "[01:00] <carol> trent: look at $i"
		elif ((i % 50 == 0)); then echo "[01:00] <carol> #action do $i"
		else echo "[01:00] <carol> line number $i of a long discussion"; fi
	done
}

# Every line is either said or written to standard error as skipped, and the
# announcements add up to what was skipped.
nothing_is_silent() {
	local said skipped announced
	announced=$(sed -n 's/^\([0-9]*\) lines* skipped$/\1/p' said |
		awk '{ n += $1 } END { print n + 0 }')
	skipped=$(grep -c '^speakd: skipped: ' err || :)
	said=$(grep -cv '^[0-9]* lines* skipped$' said || :)
	echo "said $said, skipped $skipped, announced $announced"
	[ "$skipped" -gt 0 ]
	[ "$announced" -eq "$skipped" ]
	[ "$((said + skipped))" -eq "$1" ]
}

@test "a burst: lines are skipped, counted, announced; the last one is said" {
	seq -f 'line number %g of a long discussion' 1 600 | say
	nothing_is_silent 600
	grep -qx 'line number 600 of a long discussion' said
}

@test "what is said to me and what the meeting decides is never skipped" {
	chat 1000 | speakd --format=ubuntu --nick=trent --highlight=word --show \
		--without=pastes -o 'command:cat >/dev/null' >said 2>err
	nothing_is_silent 1000
	[ "$(grep -c 'highlight: .*look at' said)" -eq 10 ]
	[ "$(grep -c 'action: do' said)" -eq 10 ]
	! grep -E 'skipped: .*(look at|do )' err
}

@test "50,000 lines in a moment: the line behind them is said" {
	{ seq -f 'line number %g of a flood' 1 50000; echo the end; } | say
	nothing_is_silent 50001
	[ "$(tail -n 1 said)" = "the end" ]
}

@test "the rate rises up to the maximum and comes back" {
	seq -f 'line number %g of a long discussion' 1 30 |
		say --verbose --skip-after=0 --max-rate=300
	sed -n 's/.*saying at \([0-9]*\) words.*/\1/p' err >rates
	[ "$(wc -l <rates)" -eq 30 ]
	[ "$(sort -n rates | tail -n 1)" -eq 300 ]
	[ "$(tail -n 1 rates)" -eq 220 ]
	# Smoothly: never more than a fifth from one line to the next.
	awk 'NR > 1 && ($1 > last * 1.2 + 1 || $1 < last * 0.8 - 1) { bad = 1 }
		{ last = $1 } END { exit bad }' rates
}

@test "with catch-up switched off everything is said at the normal rate" {
	seq -f 'line number %g' 1 300 |
		say --verbose --catch-up-after=0 --skip-after=0
	[ "$(wc -l <said)" -eq 300 ]
	! grep -q skipped err
	! grep 'saying at' err | grep -v 'saying at 220 '
}

@test "a file waits instead: nothing is skipped" {
	seq -f 'line number %g of a file' 1 600 >file
	speakd --format=plain --show -o 'command:cat >/dev/null' file >said 2>err
	[ "$(wc -l <said)" -eq 600 ]
	! grep -q skipped err
}

@test "into a WAV file a pipe is said whole" {
	seq -f '%g' 1 300 | speakd --format=plain --show -w all.wav >said 2>err
	[ "$(wc -l <said)" -eq 300 ]
	[ ! -s err ]
}
