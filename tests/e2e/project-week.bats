# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - a week: forty projects, a hundred things in, and every one of them
# where it was put, with documented commands alone; read, and by ear.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() {
	project_setup
	mkdir bin
	cp "$EARSHOT_BIN/project" bin/
	printf '#!/bin/sh\nexec cat >>said\n' >bin/speakd
	chmod +x bin/speakd
	today=2026-11-30 # a Monday
}
teardown() { common_teardown; }

p() { bin/project --today "$today" "$@"; }

# shows COMMAND...: what the listener gets: printed, or said
shows() {
	if [ -z "$by_ear" ]; then
		p "$@"
	else
		: >said
		p "$@" --say >/dev/null
		cat said
	fi
}

# answers COMMAND...: the same for what asks, its answers on standard input
answers() {
	if [ -z "$by_ear" ]; then p "$@"; else p "$@" --say; fi
}

# what is in the directory, but for what a project begins with and for the note of
# which reminders were seen
everything() {
	(cd "$GTD_DIR" && find . -path ./.git -prune -o -path ./.trash -prune -o \
		-path ./.tick -prune -o -type f -print0 |
		sort -z | xargs -0 cat) | grep -vE '^$|started$|^Done when|^(plan|made)[0-9]+$'
}

begin() {
	for i in $(seq 40); do
		p -q new "plan$i"
		p -q actions "plan$i" "step $i-a @phone"
	done
	for i in $(seq 20); do p -q actions "plan$i" "step $i-b @home due:2026-12-$((i + 10))"; done
	[ "$(p list -0 | tr '\0' '\n' | wc -l)" -eq 40 ]
	[ "$(p next --all | wc -l)" -eq 60 ]
}

# ---- the days ----------------------------------------------------------------

monday() {
	for i in $(seq 60); do p -q in "shell thing $i"; done
	seq -f 'piped thing %g' 39 | p -q in -
	EARSHOT_KIND=message EARSHOT_NICK=carol EARSHOT_CHANNEL='#board' EARSHOT_TIME=10:00 \
		p -q in - <<<'#action me to mail the list'
	[ "$(p in | wc -l)" -eq 100 ]
	[[ $(shows in) == *'#action me to mail the list (carol in #board'* ]]
	{
		for i in $(seq 8); do echo "p made$i"; done
		for i in $(seq 20); do echo "a plan$i done on a call $i"; done
		for i in $(seq 5); do echo "w Ann$i 12-0$((i + 2))"; done
		for i in $(seq 5); do echo "w Bob$i"; done
		for _ in $(seq 10); do echo s; done
		for i in $(seq 8); do echo "t 2026-12-0$((i + 1))"; done
		echo 't monthly 30'
		echo 't monthly 31'
		for i in $(seq 41); do
			if ((i % 2)); then echo d; else echo x; fi
		done
		echo n
	} | answers process >/dev/null 2>err
	[ ! -s "$GTD_DIR/inbox" ]
	[[ $(shows in) != *' thing '* ]]
	[ "$(p list -0 | tr '\0' '\n' | wc -l)" -eq 48 ]
	[ "$(p waiting | wc -l)" -eq 10 ]
	[ "$(p someday | wc -l)" -eq 10 ]
	[ "$(wc -l <"$GTD_DIR/tickler")" -eq 10 ]
	[ "$(wc -l <"$GTD_DIR/done")" -eq 21 ]
}

tuesday() {
	today=2026-12-01
	[[ $(shows next @phone) == *'plan1'*'step 1-a'* ]]
	p -q 'do' plan1 step 1-a
	p -q 'do' plan2 step 2-a
	p -q 'do' plan3 step 3-a
	p -q 'do' plan4 step 4-a
	[[ $(shows undo --list) == *'plan4'* ]]
	p -q undo
	[ "$(p next @phone | grep -c 'step [1-4]-a')" -eq 1 ]
	p -q postpone plan40 --until thu
	p -q postpone plan40 --until +1m
	[[ $(shows someday) == *plan40* ]]
}

wednesday() {
	today=2026-12-02
	cat >editor <<-END
		#!/bin/sh
		"$PWD/bin/project" -q actions plan5 'said in the meeting'
		for file; do case \$file in */summary) echo 'a new purpose' >>"\$file" ;; esac; done
	END
	chmod +x editor
	EDITOR=$PWD/editor p -q edit plan5
	p -q undo edit plan5
	[[ $(shows actions plan5) == *'said in the meeting'* ]]
	[[ $(shows cat plan5) != *'a new purpose'* ]]
}

thursday() {
	today=2026-12-10
	p -q actions plan6 'overdue thing due:2026-12-08'
	[[ $(shows ahead 7) == *'step 1-b'*'step 7-b'* ]]
	[[ $(shows day) == *'overdue by 2 days'*'overdue thing'* ||
		$(shows day) == *'overdue thing'*'overdue by 2 days'* ]]
	[[ $(shows waiting) == *Ann1*Bob5* ]]
	[[ $(shows tick) == *thing* ]]
	[[ $(shows ahead 30) == *plan40* ]]
	apart
}

# The laptop and the phone captured while they had no net.
apart() {
	export GIT_CONFIG_GLOBAL=$HOME/gitconfig
	git config --global user.name T
	git config --global user.email t@example.org
	git config --global init.defaultBranch main
	git init -q --bare origin.git
	git -C "$GTD_DIR" init -q
	git -C "$GTD_DIR" remote add origin "$PWD/origin.git"
	git -C "$GTD_DIR" add -A
	git -C "$GTD_DIR" commit -qm all
	git -C "$GTD_DIR" push -q -u origin main
	git clone -q origin.git phone
	export PROJECT_COMMIT=yes
	p -q in 'on the laptop'
	p -q 'do' plan7 step 7-a
	p -q --dir=phone in 'on the phone'
	p -q --dir=phone actions plan7 'of the phone'
	p -q --dir=phone 'do' plan8 step 8-a
	p -q --dir=phone sync
	p -q sync
	p -q --dir=phone sync
	[ "$(p in | cut -f4 | sort)" = $'on the laptop\non the phone' ]
	diff -r -x .git "$GTD_DIR" phone
	[ "$(p actions plan7 | cut -f3)" = $'step 7-b @home due:2026-12-17\ndone on a call 7\nof the phone' ]
	p check
}

friday() {
	today=2026-12-11
	p -q 'do' plan39 step 39-a
	[[ $(shows stuck) == *plan39* ]]
	# The review: every project has a next action, or it is said to be stuck.
	yes '' | head -n 80 | answers review --restart >review 2>/dev/null
	[ -n "$by_ear" ] && cp said review
	[ "$(grep -c '^Project ' review)" -eq 47 ]
	grep -A6 '^Project plan39' review | grep -q stuck
	p -q waiting 'plan9: the contract'
	p -q actions plan9 'Ann signs @waiting'
	p complete plan9 2>told
	grep -q 'still waiting for: Ann signs' told
	p -q complete plan10
	p -q rename plan11 garden
	p -q resume plan40
	[[ $(shows list --state=completed) == *plan9* ]]
	[[ $(shows list) == *garden*plan40* ]]
	# The log of the week.
	[[ $(shows search --regex '^2026-12-1.*step') == *'step 7-a'* ]]
	[[ $(shows undo --list) == *'complete plan10'* ]]
}

# Nothing of the hundred things is anywhere but where it was put, and once: of
# the hundred, twenty became actions in other words, and twenty are in the trash.
the_end() {
	everything >all
	for i in $(seq 60); do echo "shell thing $i"; done >things
	seq -f 'piped thing %g' 39 >>things
	while read -r thing; do
		grep -cE "(^|[^0-9a-z])$thing( |\$)" all || :
	done <things | sort | uniq -c | awk '{ print $1 " times " $2 }' >counts
	[ "$(cat counts)" = $'40 times 0\n59 times 1' ]
	for i in $(seq 20); do
		[ "$(grep -cxF "[ ] done on a call $i" all)" -eq 1 ]
	done
	[ "$(grep -c 'mail the list' all)" -eq 1 ]
	p check
}

week() {
	begin
	monday
	tuesday
	wednesday
	thursday
	friday
	the_end
}

@test "a week, read" {
	by_ear=''
	week
}

@test "a week, by ear alone" {
	by_ear=yes
	week
}
