# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - process, move, remind, day and ahead: from the inbox to the day.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() { project_setup; }
teardown() { common_teardown; }

# p COMMAND...: on a Saturday
p() { project --today 2026-11-28 "$@"; }

# ears COMMAND...: what would be spoken
ears() {
	mkdir -p bin
	cp "$EARSHOT_BIN/project" bin/
	printf '#!/bin/sh\nexec cat >>said\n' >bin/speakd
	chmod +x bin/speakd
	: >said
	bin/project --today 2026-11-28 "$@" --say >/dev/null
	cat said
}

@test "process: one decision an item, each to its place, the inbox at zero" {
	p -q new trip
	for text in 'repair the bike' 'call the hotel' 'mow the lawn' \
		'the contract' 'learn cello' 'renew passport' 'pay rent' \
		'wifi password' 'water plants' 'old flyer' 'stays here' typo; do
		p -q in "$text"
	done
	printf '%s\n' 'p bike buy a chain @errands' 'a trip' 'n' 'w Ann fri' s \
		't 12-01' 't monthly 31' 'r house' d x '' 'e call Bob' 'a trip' |
		p process >out 2>err
	grep -q '^11 processed, 1 left' err
	[ "$(cat "$GTD_DIR/inbox")" = 'stays here' ]
	grep -q 'Purpose: repair the bike' "$GTD_DIR/Projects/bike/summary"
	has "$GTD_DIR/Projects/bike/actions" '[ ] buy a chain @errands'
	[ "$(cat "$GTD_DIR/Projects/trip/actions")" = '[ ] call the hotel
[ ] call Bob' ]
	has "$GTD_DIR/nextactions" '- mow the lawn'
	has "$GTD_DIR/waiting" '- [ ] Ann: the contract due:2026-12-04 (since 2026-11-28)'
	has "$GTD_DIR/someday" '- learn cello'
	[ "$(cat "$GTD_DIR/tickler")" = '2026-12-01 renew passport
monthly 31 pay rent' ]
	has "$GTD_DIR/Reference/house" 'wifi password'
	has "$GTD_DIR/done" '2026-11-28 water plants'
	no grep -rq 'old flyer' "$GTD_DIR"
}

@test "a meeting's #action keeps its speaker, channel and time" {
	export EARSHOT_KIND=message EARSHOT_NICK=carol EARSHOT_CHANNEL='#list' EARSHOT_SOURCE=sync
	EARSHOT_TIME=12:00:01 p -q in - <<<'#action trent to mail the list'
	EARSHOT_TIME=2026-11-27T09:30 p -q in - <<<'#action trent to read it'
	EARSHOT_CHANNEL='' EARSHOT_TIME='' EARSHOT_NICK=$'ev\x1bil' p -q in - <<<'mine'
	unset EARSHOT_KIND
	p -q in - <<<'of my own'
	[ "$(p in | cut -f4)" = '#action trent to mail the list (carol in #list, 2026-11-28 12:00)
#action trent to read it (carol in #list, 2026-11-27 09:30)
mine (ev\x1bil, 2026-11-28)
of my own' ]
	[[ $(ears in) == *'mail the list (carol in #list, today 12:00)'*'yesterday 09:30'* ]]
}

@test "process: what a decision lacks is asked for, mistakes change nothing" {
	p -q new trip && p -q in one && p -q in two
	printf '%s\n' zzz 'a nowhere' a trip 'p trip' 't never' '?' u q |
		p process >out 2>err
	grep -q 'not understood: zzz' out
	grep -q "no project is called 'nowhere'" out
	grep -q 'trip exists already' out
	grep -q "'never' is no day" out
	grep -q 'undone: process action: one' out
	[ "$(sort "$GTD_DIR/inbox")" = 'one
two' ]
	[ ! -s "$GTD_DIR/Projects/trip/actions" ]
	# A line that comes in meanwhile is asked for, too.
	printf 'd\nd\nd\n' | p -q process >out
	[ -z "$(p in)" ]
	printf '' | p process >out 2>err
	grep -q '0 left in the inbox' err
	[ "$(p process --json)" = '[]' ]
}

@test "move: from list to project and back, several, by number and by text" {
	p -q new trip && p -q new tax
	for text in one two three four; do p -q in $text; done
	p -q move inbox 1,3 trip
	p -q move inbox two waiting
	[ "$(cat "$GTD_DIR/Projects/trip/actions")" = '[ ] one
[ ] three' ]
	has "$GTD_DIR/waiting" '- [ ] two (since 2026-11-28)'
	p -q move trip 1 tax
	has "$GTD_DIR/Projects/tax/actions" '[ ] one'
	[ "$(cat "$GTD_DIR/Projects/trip/actions")" = '[ ] three' ]
	p in --json >/dev/null
	p -q move 1 someday
	has "$GTD_DIR/someday" '- four'
	[ ! -s "$GTD_DIR/inbox" ]
	p -q undo
	has "$GTD_DIR/inbox" four
	run p move inbox four nowhere
	[ "$status" -eq 1 ]
	has "$GTD_DIR/inbox" four
	# What is below an action goes with it.
	printf '[ ] pack\n\t[ ] shoes\n[ ] go\n' >"$GTD_DIR/Projects/trip/actions"
	p -q move trip pack tax
	[ "$(cat "$GTD_DIR/Projects/trip/actions")" = '[ ] go' ]
}

@test "remind: days and rules go to the tickler, nonsense is refused" {
	p -q remind tomorrow renew passport
	p -q remind 12-24 'buy gifts'
	p -q remind monthly 30 pay rent
	p -q remind weekly tue,thu 15:00-16:00 class
	[ "$(cat "$GTD_DIR/tickler")" = '2026-11-29 renew passport
2026-12-24 buy gifts
monthly 30 pay rent
weekly tue,thu 15:00-16:00 class' ]
	for words in 'never x' 'monthly 32 x' 'tomorrow' 'weekly x y'; do
		# shellcheck disable=SC2086
		run p remind $words
		[ "$status" -eq 2 ]
	done
	[ "$(wc -l <"$GTD_DIR/tickler")" -eq 4 ]
}

@test "a new rule was not missed before it was made" {
	p -q remind weekly fri report
	p -q remind daily pills
	p -q remind monthly 31 rent
	p -q remind yearly 11-27 birthday
	p -q in book
	p -q process <<<$'t weekly thu\nq'
	[ "$(p tick)" = $'2026-11-28\ttoday\t1\tpills' ]
	[ "$(project --today=2026-12-04 tick)" = "$(printf '%s\t%s\t1\t%s\n' \
		2026-11-30 missed rent 2026-12-03 missed book \
		2026-12-04 today pills 2026-12-04 today report)" ]
	for _ in 1 2 3 4 5 6; do p -q undo; done
	[ ! -s "$GTD_DIR/.tick" ]
	[ ! -s "$GTD_DIR/tickler" ]
	# All was answered, at a day that has come: there is nothing to note.
	p -q tick --done
	p -q remind weekly fri report
	[ "$(cat "$GTD_DIR/.tick")" = 2026-11-28 ]
}

@test "edit tickler opens the reminders, unless a project is called so" {
	p -q remind daily pills
	EDITOR='sed -i s/pills/tea/' p -q edit tickler
	[ "$(cat "$GTD_DIR/tickler")" = 'daily tea' ]
	p -q undo
	[ "$(cat "$GTD_DIR/tickler")" = 'daily pills' ]
	[ "$(project --complete-zsh project edit tic)" = tickler ]
	p -q new tickler-box # one that only begins so is not meant
	[ "$(EDITOR=echo p edit tickler)" = "$GTD_DIR/tickler" ]
	p -q new tickler
	[[ $(EDITOR=echo p edit tickler) == *"/Projects/tickler/actions"* ]]
	mkdir "$HOME/old" && echo x >"$HOME/old/next_actions.otl" && mkdir -p "$HOME/old"/{Projects,tickler}
	[ "$(EDITOR=echo p --dir "$HOME/old" edit tickler)" = "$HOME/old/tickler.otl" ]
}

@test "day: overdue and due come first, in words, from every list" {
	p -q new tax && p -q new zoo
	p -q actions tax 'find receipts @home'
	p -q actions tax 'send it due:2026-11-27'
	p -q actions zoo 'go there'
	printf -- '- [ ] pay the rent due:2026-11-20\n- call due:2026-11-28\n' >"$GTD_DIR/nextactions"
	p -q waiting 'Ann: contract due:2026-11-01'
	echo '2026-11-26 dentist' >"$GTD_DIR/tickler"
	[ "$(p day | sed -n '3,$p' | sed 's/   */  /g')" = 'Overdue and missed
  waiting, overdue by 27 days  waiting  Ann: contract due:2026-11-01 (since 2026-11-28)
  overdue by 8 days  nextactions  pay the rent due:2026-11-20
  missed 2 days ago  dentist
  overdue by 1 day  tax  send it due:2026-11-27
Today
  due today  nextactions  call due:2026-11-28
Next actions
  tax  find receipts @home
  zoo  go there' ]
	[ "$(ears day)" = 'Saturday 2026-11-28.
2 projects, 0 stuck, 1 waiting, 0 in the inbox.
Overdue and missed:
1: waiting: Ann: contract (since today), waiting, overdue by 27 days.
2: nextactions: pay the rent, overdue by 8 days.
3: dentist, missed 2 days ago.
4: tax: send it, overdue by 1 day.
Today:
5: nextactions: call, due today.
Next actions:
6: tax: find receipts at home.
7: zoo: go there.' ]
	# What was heard can be answered by its number.
	p -q do 3,5,7
	[ ! -s "$GTD_DIR/tickler" ]
	has "$GTD_DIR/nextactions" '- [x] call due:2026-11-28'
	has "$GTD_DIR/Projects/zoo/actions" '[x] go there'
}

@test "ahead: due, waiting, reminders, what can begin and what returns, by day" {
	p -q new trip && p -q new gift && p -q new zoo
	p -q actions trip 'fly due:2026-12-02' && p -q actions trip 'pack t:2026-12-01'
	p -q waiting 'Bob due:2026-12-03'
	printf '2026-12-01 passport\nweekly sat report\nmonthly 30 rent\n' >"$GTD_DIR/tickler"
	p -q postpone gift --until 12-03
	p -q actions zoo 'tickets due:2026-12-04' && p -q postpone zoo
	[ "$(p ahead 7)" = "$(printf '%s\t%s\t%s\t%s\n' \
		2026-10-30 reminder '' rent \
		2026-11-28 reminder '' report \
		2026-11-30 reminder '' rent \
		2026-12-01 reminder '' passport \
		2026-12-01 start trip 'pack t:2026-12-01' \
		2026-12-02 due trip 'fly due:2026-12-02' \
		2026-12-03 waiting waiting 'Bob due:2026-12-03 (since 2026-11-28)' \
		2026-12-03 return gift '' \
		2026-12-04 due zoo 'tickets due:2026-12-04' \
		2026-12-05 reminder '' report)" ]
	[ "$(p ahead 2 | wc -l)" -eq 3 ]
	[[ $(ears ahead 7) == *"Thursday 2026-12-03:
"*"Bob (since today), waiting, due in 5 days.
gift, comes back in 5 days."* ]]
	run p ahead many
	[ "$status" -eq 2 ]
	run p ahead 3661
	[ "$status" -eq 2 ]
}

@test "ahead --ics is a calendar that parses, with stable ids" {
	p -q new trip
	p -q actions trip 'fly; pay, and so on due:2026-12-02'
	p -q remind 2026-12-24 "$(printf 'gifts %.0s' {1..30})"
	p ahead 60 --ics >one.ics
	p ahead 60 --ics >two.ics
	[ "$(grep UID one.ics)" = "$(grep UID two.ics)" ]
	/usr/bin/python3 "$EARSHOT_SRC/tests/helpers/ics.py" one.ics \
		'SUMMARY:trip: fly\; pay\, and so on due:2026-12-02\n' \
		'DTSTART;VALUE=DATE:20261202\nDTEND;VALUE=DATE:20261203\n' \
		'gifts gifts gifts'
}

@test "ahead --ics: UTF-8 without control characters, whatever the file has" {
	printf '2026-12-02 caf\xe9 \x1b[1mred\x07\n' >"$GTD_DIR/tickler"
	[[ $(p ahead 60 --ics) == *$'SUMMARY:café  [1mred \r\n'* ]]
}

@test "contexts: in any case and form, in Latin-1, too" {
	p -q new a && p -q new b && p -q new c && p -q new d
	echo 'one @Büro' >"$P/a/actions"
	echo 'two (@BÜRO)' >"$P/b/actions"
	printf 'three @bu\xcc\x88ro\n' >"$P/c/actions"
	printf 'four @b\xfcro\n' >"$P/d/actions"
	[ "$(p next büro | cut -f2)" = $'a\nb\nc\nd' ]
	[ "$(p next | cut -f1,2 | tail -1)" = $'@büro\td' ]
	[ "$(ears next | grep -ci '^At büro')" -eq 1 ]
	[ -z "$(p next bur)" ]
}

@test "what was missed stays until it is answered, over a month's end too" {
	printf 'monthly 30 rent\nmonthly 28 invoice\nweekly fri report\nyearly 11-29 mom\n' >"$GTD_DIR/tickler"
	for day in 2026-11-30 2026-12-01 2026-12-02; do
		[ "$(project tick --today $day | cut -f1,4)" = "$(printf '%s\t%s\n' \
			2026-11-27 report 2026-11-28 invoice 2026-11-29 mom \
			2026-11-30 rent)" ]
	done
	[[ $(project tick --today 2027-03-01) == *mom* ]]
	# One rule is answered by itself; the others stay.
	project --today 2026-12-02 day --say 2>/dev/null || :
	project -q tick --today 2026-12-02 --done >/dev/null
	[ -z "$(project tick --today 2026-12-02)" ]
	[ "$(project tick --today 2026-12-29 | cut -f4)" = 'report
invoice' ]
}

@test "a rule that is answered by its number comes again on its next day" {
	printf 'monthly 28 invoice\nweekly fri report\n' >"$GTD_DIR/tickler"
	ears day >/dev/null
	p -q do 1
	[ "$(p tick | cut -f4)" = invoice ]
	[ "$(project tick --today 2026-12-04 | cut -f1,4)" = "$(printf '%s\t%s\n' \
		2026-11-28 invoice 2026-12-04 report)" ]
	has "$GTD_DIR/done" '2026-11-28 report'
	p -q undo
	[ "$(p tick | cut -f4)" = 'report
invoice' ]
}

@test "a clock that was wrong once hides nothing" {
	p -q new trip
	printf 'daily pills\nweekly sat report\n' >"$GTD_DIR/tickler"
	project -q tick -d --today 2036-01-01 >/dev/null
	yes '' | head -n 12 | project -q --today 2036-01-01 review --restart >/dev/null
	[ "$(p tick | cut -f1,4)" = "$(printf '%s\t%s\n' 2026-11-28 pills 2026-11-28 report)" ]
	yes '' | head -n 9 | p -q review --restart >out
	grep -q 'Project trip' out
	run p check
	[ "$status" -eq 1 ]
	[[ $output == *".tick: "*"2036-01-01"*"in the future"* ]]
}

@test "gtdtools: a rule whose line was deleted in its day file was seen to" {
	mkdir -p "$GTD_DIR/tickler/repeating"
	echo 'D 27 pay loan' >"$GTD_DIR/tickler/repeating/bills"
	echo 'XXX pay loan XXX' >"$GTD_DIR/tickler/27"
	touch -d 2026-11-27 "$GTD_DIR/tickler/27"
	[ "$(p tick | cut -f4)" = 'pay loan' ]
	: >"$GTD_DIR/tickler/27"
	touch -d 2026-11-27 "$GTD_DIR/tickler/27"
	[ -z "$(p tick)" ]
	[ "$(project tick --today 2026-12-27 | cut -f4)" = 'pay loan' ]
}

@test "TAB completes contexts of next, items of do and move, changes of undo" {
	p -q new trip
	p -q actions trip 'ring @phone @home' && p -q actions trip 'post @office'
	[ "$(project --complete-zsh project next @ | cut -f1)" = '@home
@office
@phone' ]
	[[ $(project --complete-zsh project do trip ri) == 'ring @phone @home' ]]
	[ "$(project --complete-zsh project edit inb)" = inbox ]
	[ "$(project --complete-zsh project remind tom)" = tomorrow ]
	p -q complete trip
	[[ $(project --complete-zsh project undo com) == 'complete trip' ]]
	[ -z "$(project --complete-zsh project redo '')" ]
	p -q undo 'complete trip'
	[[ $(project --complete-zsh project redo '') == 'complete trip' ]]
}
