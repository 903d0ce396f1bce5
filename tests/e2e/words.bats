#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# words.bats - what the words of a line become, for listeners with choices.
load lib

setup() { common_setup; }
teardown() { common_teardown; }

plain() { speakd --print --format=plain "$@"; }

@test "levels, digits, per source and rule; the listener's own signs" {
	printf '5 > 3\nroom 1234\n' >in
	plain --punctuation=none --digits=pairs in >out
	diff - out <<-END
	5 > 3
	room 12 34
	END
	printf '[rule a]\ntext = room\ndigits = single\npunctuation = all\n' >c
	printf 'room 1234.\nx.\n' | plain -c c >out
	diff - out <<-END
	room 1 2 3 4 dot.
	x.
	END
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	printf '\342\206\222\tleads to\tsome\n' >"$XDG_CONFIG_HOME/earshot/symbols"
	printf 'a \342\206\222 b\n' | plain >out
	grep -qx 'a leads to b' out
	printf '# x\n\342\206\222 leads to\n' >"$XDG_CONFIG_HOME/earshot/symbols"
	run speakd --check-config
	[ "$status" -eq 2 ]
	[[ $output == *symbols:2:*tab* ]]
	run speakd --check-config --punctuation=lots
	[ "$status" -eq 2 ]
	[[ $output == *"expected none, some, most or all"* ]]
}
