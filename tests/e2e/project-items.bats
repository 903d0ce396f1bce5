# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - items: what is captured is shown, in every view, and can be ticked
# off, by number or by text.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() {
	project_setup
	A=$P/trip/actions
}
teardown() { common_teardown; }

# texts of a view, one a line
texts() { project "$@" | cut -f4; }

@test "a meeting's #action, a quote, a note: every captured line is shown" {
	project -q new trip
	lines=('#action trent to mail the list' '> boss wrote: call me'
		'x ray appointment' 'Note to self:' '[x] is it done?' '| pipe'
		': colon' '- dash' '; semi' '<b> tag')
	for text in "${lines[@]}"; do
		project -q in "$text"
		project -q waiting "$text"
		project -q someday "$text"
		project -q actions trip "$text"
	done
	printf '%s\n' "${lines[@]}" >want
	texts in >got
	diff want got
	texts waiting | sed 's/ (since .*//' >got
	diff want got
	texts someday >got
	diff want got
	project actions trip | cut -f3 >got
	diff want got
	[[ $(project day) == *"10 waiting, 10 in the inbox"* ]]
	printf '\nq\n' | project review --restart 2>/dev/null >out
	for text in "${lines[@]}"; do has out "$text"; done
}

@test "an outline that was piped into the inbox keeps its parents" {
	printf 'Call Bob about the offer\n  the price of 10 seats\nBook train\n\tBerlin\n' |
		project -q in -
	[ "$(texts in)" = 'Call Bob about the offer
the price of 10 seats
Book train
Berlin' ]
	has "$GTD_DIR/inbox" $'\tBerlin'
	[[ $(project day) == *"4 in the inbox"* ]]
	printf 'a\tb\n' | project -q in -
	project -q in $'c\td'
	[ "$(texts in | tail -n 2)" = $'a b\nc d' ]
}

@test "headings of a list are shown as headings and have no number" {
	printf '# Errands\nbuy milk\nAt home:\n- mow\n' >"$GTD_DIR/nextactions"
	project -q do nextactions 2
	[ "$(cat "$GTD_DIR/nextactions")" = '# Errands
buy milk
At home:
- [x] mow' ]
	printf 'Books:\n- Odyssey\n' >"$GTD_DIR/someday"
	[ "$(texts someday)" = 'Books:
Odyssey' ]
	/usr/bin/python3 - "$(project someday --json)" <<'PY'
import json, sys
head, item = json.loads(sys.argv[1])
assert head["state"] == "heading" and "number" not in head
assert item["number"] == 1 and item["line"] == 2 and item["file"] == "someday"
PY
}

@test "two layouts in one project: both are read, changes go where the item is" {
	project -q new trip
	project -q actions trip 'plain action'
	echo '[_] call the bank @phone due:2026-11-29' >"$GTD_DIR/Projects/trip/actions.otl"
	echo '2026-11-28 the only record' >"$GTD_DIR/Projects/trip/log.otl"
	[ "$(project actions trip | cut -f3)" = 'plain action
call the bank @phone due:2026-11-29' ]
	[ "$(texts next @phone)" = 'call the bank @phone due:2026-11-29' ]
	[ "$(project list --json | grep -o '"open":[0-9]*')" = '"open":2' ]
	[[ $(project list --today 2026-11-30) == *due* ]]
	[[ $(project cat trip) == *"the only record"* ]]
	run project check
	[ "$status" -eq 1 ]
	[[ $output == *"actions.otl: the same part as Projects/trip/actions"* ]]
	project -q do trip 2
	[ "$(cat "$GTD_DIR/Projects/trip/actions.otl")" = '[X] call the bank @phone due:2026-11-29' ]
	[ "$(cat "$A")" = '[ ] plain action' ]
}

@test "numbers mean the last list of this terminal, however lines have moved" {
	project -q new trip
	for text in one two three four five; do project -q actions trip $text; done
	project actions trip >/dev/null
	project -q do trip 1
	project -q do trip 2
	[ "$(project actions trip | cut -f3)" = 'three
four
five' ]
	# A line that came in above does not matter; one that has changed does.
	sed -i 's/^\[ \] four/[ ] four and a half/; 1i [ ] zero' "$A"
	run project do trip 2
	[ "$status" -eq 1 ]
	[[ $output == *"has changed since it was listed"* ]]
	project -q do trip 3
	grep -qx '\[x\] five' "$A"
	# Text always works, several numbers at once too.
	project -q do trip half
	grep -qx '\[x\] four and a half' "$A"
	project actions trip >/dev/null
	project -q do 1 2
	[ -z "$(project actions trip)" ]
	run project do trip 9999999
	[ "$status" -eq 1 ]
	run project do trip 0
	[ "$status" -eq 2 ]
}

@test "done in every list: ticked off, noted, taken out of the inbox" {
	project -q waiting 'Ann: contract' && project -q waiting 'Bob: invoice'
	project -q in 'buy milk' && project -q someday 'learn cello'
	project -q do waiting Bob
	project -q done inbox 1
	project -q done someday cello
	[ "$(texts waiting | sed 's/ (since.*//')" = 'Ann: contract' ]
	[ -z "$(project in)" ]
	[ -z "$(project someday)" ]
	[ "$(cut -c12- "$GTD_DIR/done" | sed 's/ (since.*//')" = 'Bob: invoice
buy milk
learn cello' ]
	project -q undo
	[ "$(texts someday)" = 'learn cello' ]
	run project do inbox
	[ "$status" -eq 2 ]
	run project do waiting nobody
	[ "$status" -eq 1 ]
}

@test "what repeats comes again with its next day" {
	project -q new trip
	project -q --today 2026-11-28 actions trip 'water due:2026-11-20 rec:+1w'
	project -q --today 2026-11-28 actions trip 'stretch due:today rec:3d'
	project -q --today 2026-11-28 do trip 1-2
	[ "$(project actions trip | cut -f3)" = 'water due:2026-11-27 rec:+1w
stretch due:2026-12-01 rec:3d' ]
}

@test "days in words become dates where they are written, wrong ones are said" {
	project -q new trip
	project -q --today 2026-11-28 actions trip 'call due:tomorrow, t:12-01'
	[ "$(cat "$A")" = '[ ] call due:2026-11-29, t:2026-12-01' ]
	for command in 'actions trip' waiting someday; do
		# shellcheck disable=SC2086
		run project $command 'mail due:2026-02-30'
		[ "$status" -eq 2 ]
		[[ $output == *"'2026-02-30' is no day"* ]]
	done
	# A capture is never lost.
	run project in 'mail due:2026-02-30'
	[ "$status" -eq 0 ]
	[[ $output == *"captured as it is"* ]]
	echo 'pay due:2026-13-01' | project in - 2>/dev/null
	[ "$(texts in)" = 'mail due:2026-02-30
pay due:2026-13-01' ]
	run project check
	[[ $output == *"inbox:1: an impossible date in 'mail due:2026-02-30'"* ]]
}

@test "empty texts are refused" {
	project -q new trip
	for words in 'actions trip' waiting someday in 'log trip'; do
		for text in '' '   '; do
			# shellcheck disable=SC2086
			run project $words "$text"
			[ "$status" -eq 2 ]
			[[ $output == *"the text is empty"* ]]
		done
	done
	[ ! -s "$A" ]
	[ ! -e "$GTD_DIR/waiting" ]
}

@test "a long line is captured whole, one beyond the limit goes on in the next" {
	/usr/bin/python3 -c "print('x' * 20000 + 'THE-END')" | project -q in -
	grep -q 'x.*THE-END' "$GTD_DIR/inbox"
	for over in -1 0 1; do
		: >"$GTD_DIR/inbox"
		/usr/bin/python3 -c "print('y' * ((1 << 20) + $over))" |
			project -q in - 2>err
		[ "$(tr -d '\n' <"$GTD_DIR/inbox" | wc -c)" -eq $(((1 << 20) + over)) ]
		[ "$(wc -l <"$GTD_DIR/inbox")" -eq $((over > 0 ? 2 : 1)) ]
	done
	grep -q 'the rest is the next item' err
}

@test "what recurs comes again: in Obsidian's words, with all its days" {
	mkdir -p "$GTD_DIR/.obsidian"
	printf -- '%s\n' '- [ ] water 🛫 2026-11-18 📅 2026-11-20 🔁 every week' \
		'- [ ] mop ⏳ 2026-11-20 🔁 every 2 days when done #home' \
		'- [ ] rent [due:: 2026-11-30] 🔁️ every month' \
		'- [ ] shop 📅 2026-11-28 🔁 every week on Saturday' \
		'- [ ] odd 🔁 every day' >"$P/home.md"
	d() { project --today 2026-11-28 'do' home "$1" 2>&1; }
	d water && d mop && d rent
	[[ $(d shop) == *'comes again, by a rule that is not read here'* ]]
	[[ $(d odd) == *'comes again, by a rule that is not read here'* ]]
	[ "$(grep '\[ \]' "$P/home.md")" = '- [ ] water 🛫 2026-11-25 📅 2026-11-27 🔁 every week
- [ ] mop ⏳ 2026-11-30 🔁 every 2 days when done #home
- [ ] rent [due:: 2026-12-30] 🔁️ every month' ]
	project -q undo && project -q undo && project -q undo
	no grep -q 2026-12-30 "$P/home.md"
	# org moves the day on itself; here it is said.
	mkdir "$P/org"
	printf '* TODO call\n  DEADLINE: <2026-12-01 Tue +1w>\n* TODO once\n  DEADLINE: <2026-12-01 Tue>\n' >"$P/org/actions"
	[[ $(project 'do' org call 2>&1) == *'call comes again'* ]]
	[[ $(project 'do' org once 2>&1) != *'comes again'* ]]
	project -q --today 2026-11-28 someday 'x prec:5d t:2026-11-25 due:2026-11-28 rec:+1w met:2026-11-01 rec:ord'
	project -q --today 2026-11-28 'do' someday 1
	grep -q 'x prec:5d t:2026-12-02 due:2026-12-05 rec:+1w met:2026-11-01 rec:ord' "$GTD_DIR"/[Ss]omeday*
}

@test "encodings: a mark, UTF-16, Latin-1, CR-LF and CR, all are read" {
	for n in bom crlf u16 cr latin; do project -q new $n; done
	cd "$GTD_DIR/Projects"
	printf '\357\273\277[x] done\r\n[ ] second @phone\r\n' >bom/actions
	printf '[ ] one\r\n[ ] two\r\n' >crlf/actions
	printf '[ ] wide é\n' | iconv -t UTF-16 >u16/actions
	printf '[ ] a\r[ ] b\r' >cr/actions
	printf '[ ] caf\351 @phone\n' >latin/actions
	# UTF-32 begins like UTF-16: it is kept as it is, and reported.
	printf 'wide\n' | iconv -t UTF-32LE >../waiting
	sed -i '1s/^/\xff\xfe\x00\x00/' ../waiting
	cp ../waiting ../waiting.before
	project -q waiting more
	cmp -n "$(stat -c %s ../waiting.before)" ../waiting ../waiting.before
	run project check
	[[ $output = *"waiting: torn: it holds NUL bytes"* ]]
	rm ../waiting ../waiting.before
	printf 'call mum\nbuy milk\n' | iconv -t UTF-16 >../inbox
	cd -
	[ "$(texts next -a)" = 'second @phone
café @phone
a
b
one
two
wide é' ]
	[ "$(texts in)" = 'call mum
buy milk' ]
	project -q actions crlf three
	[ "$(tail -n 1 "$GTD_DIR/Projects/crlf/actions")" = $'[ ] three\r' ]
	project -q do cr 1
	[ "$(project actions cr -a | cut -f3)" = 'a
b' ]
	project -q in captured
	[ "$(texts in | tail -n 1)" = captured ]
	[ "$(project search -c milk | cut -d: -f1)" = inbox ]
	[[ $(project search café) == *latin/actions* ]]
}

@test "git's conflict markers are nothing to do; both sides are" {
	project -q new tax
	printf '[ ] first\n<<<<<<< HEAD\n[ ] mine\n||||||| 12ab\n[ ] old\n=======\n[ ] theirs\n>>>>>>> phone\n[ ] last\n' \
		>"$GTD_DIR/Projects/tax/actions"
	[ "$(project actions tax | cut -f3)" = $'first\nmine\ntheirs\nlast' ]
	[[ $(project list) == *first* ]]
	project -q 'do' tax mine
	has "$GTD_DIR/Projects/tax/actions" '[x] mine'
	[ "$(grep -c '^[<=>|]' "$GTD_DIR/Projects/tax/actions")" -eq 4 ]
	# Without an end they are text like any other.
	printf '<<<<<<< a letter\n=======\n' >"$GTD_DIR/inbox"
	[ "$(texts in | wc -l)" -eq 2 ]
}

@test "a FIFO, a socket or a device is never waited for" {
	project -q new aaa
	mkdir "$GTD_DIR/Projects/x" "$GTD_DIR/Reference"
	mkfifo "$GTD_DIR/Projects/x/actions" "$GTD_DIR/Reference/in"
	for command in list next stuck day waiting someday 'search foo' check; do
		# shellcheck disable=SC2086
		run timeout 10 project $command </dev/null
		case $command in
		next | day | search* | check) [ "$status" -eq 1 ] ;;
		*) [ "$status" -eq 0 ] ;;
		esac
	done
	for command in 'cat x' 'actions x' 'do x' 'edit x'; do
		# shellcheck disable=SC2086
		EDITOR=true run timeout 10 project $command
		[ "$status" -eq 1 ]
		[[ $output == *"is not a regular file"* ]]
	done
	mkfifo "$GTD_DIR/inbox"
	for command in in 'in hello'; do
		# shellcheck disable=SC2086
		run timeout 10 project $command
		[ "$status" -eq 1 ]
	done
	run timeout 10 project day
	[ "$status" -eq 1 ]
}
