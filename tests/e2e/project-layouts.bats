# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - layouts: directories and files as people have them: Markdown as in
# Obsidian, PARA, lower case, org and todo.txt lines.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() { project_setup; }
teardown() { common_teardown; }

# a vault with a project in one file and one in a directory
vault() {
	mkdir -p "$P/Van repair" "$GTD_DIR/.obsidian"
	printf '%s\n' --- 'status: active' 'tags: [car, glass]' --- '# Goal' 'Fix it' '' \
		'## Tasks' '- [ ] call Fred @phone 📅 2026-12-01' \
		'  he is in after ten' '- [x] find VIN ✅ 2026-11-20' '' \
		'```' '- [ ] only an example' '```' 'Prose, no action.' \
		>"$P/Windshield.md"
	printf '%s\n' '# Van' '- [ ] buy oil [due:: 2026-11-20]' '- [/] half done' \
		'- [>] moved on' '* [?] ask?' '1. [ ] numbered' '- [-] dropped' \
		'- not a task' >"$P/Van repair/Van repair.md"
	cp "$P/Windshield.md" "$HOME/before.md"
}

@test "Obsidian: a project is a note, its boxes are its actions" {
	vault
	project --today=2026-11-28 list >list
	[ "$(cut -f1,4,5 list)" = $'Van repair\tbuy oil [due:: 2026-11-20]\tdue
Windshield\tcall Fred @phone 📅 2026-12-01\t' ]
	[ "$(project actions Van | cut -f3)" = 'buy oil [due:: 2026-11-20]
half done
ask?
numbered' ]
	[ "$(project actions Windshield.md | wc -l)" -eq 1 ]
	[[ $(project --today=2026-11-28 ahead) == *$'2026-12-01\tdue\tWindshield'* ]]
	[[ $(project --today=2026-11-28 day) == *'overdue by 8 days'*'Van repair'* ]]
	[ "$(project next @phone | cut -f2)" = Windshield ]
	[ -z "$(project stuck)" ]
	project check
}

@test "Obsidian: what is added and ticked off stands where it should, all else stays" {
	vault
	project -q actions Wind 'order glass due:2026-12-02'
	project -q 'do' Wind Fred --today=2026-11-28
	project -q --today=2026-11-28 log Wind 'rang Fred'
	diff - "$P/Windshield.md" <<-'END'
		---
		status: active
		tags: [car, glass]
		---
		# Goal
		Fix it

		## Tasks
		- [x] call Fred @phone 📅 2026-12-01 ✅ 2026-11-28
		  he is in after ten
		- [x] find VIN ✅ 2026-11-20
		- [ ] order glass due:2026-12-02

		```
		- [ ] only an example
		```
		Prose, no action.

		## Log
		- 2026-11-28 rang Fred
	END
	for _ in 1 2 3; do project -q undo; done
	diff "$HOME/before.md" "$P/Windshield.md"
}

@test "Obsidian: postponed, woken, completed, renamed, deleted, a note stays a note" {
	vault
	project -q postpone Wind --until 2026-12-05 --today=2026-11-28
	has "$GTD_DIR/Postponed/Windshield.md" 'until: 2026-12-05'
	[[ $(project someday) == *Windshield*2026-12-05* ]]
	project list --today=2026-12-05 2>/dev/null | grep -q ^Windshield
	diff "$HOME/before.md" "$P/Windshield.md"
	project -q rename Wind Glass
	project -q complete Glass --today=2026-12-06
	[ -e "$GTD_DIR/Completed/2026/Glass.md" ]
	project -q reopen Glass
	project -q delete Glass
	[ -e "$GTD_DIR/.trash/Glass.md" ]
	project -q undo
	[ "$(project path Glass)" = "$P/Glass.md" ]
	# A note without front matter gets some, and gives it back.
	echo '- [ ] x' >"$P/bare.md"
	project -q postpone bare --until +1w
	[ "$(head -n 1 "$GTD_DIR/Postponed/bare.md")" = --- ]
	project -q resume bare
	[ "$(cat "$P/bare.md")" = '- [ ] x' ]
}

@test "Obsidian: new projects are notes, lists are notes, and edit opens what is there" {
	vault
	printf '%s\n' --- 'a: b' --- '# Inbox' '- [ ] idea' >"$GTD_DIR/Inbox.md"
	printf -- '- [ ] Ann: contract\n' >"$GTD_DIR/Waiting for.md"
	project -q new Garden
	project -q actions Garden dig
	project -q actions Garden plant
	project -q log Garden 'bought a spade'
	[ "$(project actions Garden | cut -f3)" = $'dig\nplant' ]
	grep -A2 '^## Log' "$P/Garden.md" | grep -q 'bought a spade'
	[ "$(EDITOR=echo project edit Van)" = "$P/Van repair/Van repair.md" ]
	project -q in captured
	printf 'piped\n' | project -q in -
	has "$GTD_DIR/Inbox.md" '- [ ] captured'
	[ "$(project in | cut -f4)" = $'# Inbox\nidea\ncaptured\npiped' ]
	project -q 'do' inbox idea
	[ "$(project in | wc -l)" -eq 3 ]
	project -q waiting 'Bob: invoice'
	[ "$(project waiting | wc -l)" -eq 2 ]
	[ ! -e "$GTD_DIR/inbox" ] && [ ! -e "$GTD_DIR/waiting" ]
}

@test "a note beside a directory of the same name: both can be named" {
	mkdir "$P/trip"
	echo '[ ] of the directory' >"$P/trip/actions"
	echo '- [ ] of the note' >"$P/trip.md"
	[ "$(project list | wc -l)" -eq 2 ]
	[ "$(project actions trip | cut -f3)" = 'of the directory' ]
	[ "$(project actions trip.md | cut -f3)" = 'of the note' ]
	run project complete tri
	[ "$status" -eq 1 ]
	[[ $output == *'could be trip, trip.md'* ]]
}

@test "other files of a project's directory: TODO.md, todo.txt, README.md, *.md parts" {
	mkdir "$P/code" "$P/md"
	echo '(A) fix +code @computer due:2026-11-11' >"$P/code/todo.txt"
	printf -- '- [ ] write\nprose\n' >"$P/code/TODO.md"
	printf -- '# Code\n- item\n- [ ] from the README\n' >"$P/code/README.md"
	[ "$(project actions code | cut -f3)" = 'write
(A) fix +code @computer due:2026-11-11
from the README' ]
	project -q 'do' code README
	has "$P/code/README.md" "- [x] from the README ✅ $(date +%F)"
	project -q actions code more
	has "$P/code/TODO.md" '- [ ] more'
	mkdir "$P/prose"
	echo '- [ ] write' >"$P/prose/README.md"
	project -q actions prose more
	project check # neither is too much
	for part in summary actions log; do echo "of $part" >"$P/md/$part.md"; done
	project -q actions md new
	[ "$(ls "$P/md")" = $'actions.md\nlog.md\nsummary.md' ]
	[ "$(project actions md | cut -f3)" = $'of actions\nnew' ]
	[ "$(project cat md | grep -c '^>>>>')" -eq 3 ]
}

@test "a project's todo.txt: written as todo.txt's programs do" {
	mkdir "$P/code"
	printf '%s\r\n' '(A) 2026-11-01 fix +code due:2026-11-11 rec:1w' \
		'x 2026-11-02 done' '[ ] boxed' >"$P/code/todo.txt"
	project -q --today=2026-11-28 'do' code fix
	project -q actions code 'write @desk'
	project -q actions code '# of pages'
	project -q 'do' code boxed
	[ "$(cat "$P/code/todo.txt")" = "$(printf '%s\r\n' \
		'x 2026-11-28 2026-11-01 fix +code due:2026-11-11 rec:1w pri:A' \
		'x 2026-11-02 done' '[x] boxed' \
		'(A) 2026-11-01 fix +code due:2026-12-05 rec:1w' \
		'write @desk' '[ ] # of pages')" ]
	[ "$(project actions code | cut -f3)" = '(A) 2026-11-01 fix +code due:2026-12-05 rec:1w
write @desk
# of pages' ]
}

@test "org's lines in actions: keywords, days, and DONE where it was" {
	project -q new org
	printf '%s\n' '* TODO call Ann :phone:' '  SCHEDULED: <2026-12-01 Tue> DEADLINE: <2026-12-05 Sat>' \
		'  :PROPERTIES:' '  :ID: 5' '  :END:' '* DONE paid' '** WAITING Bob' \
		'* NEXT buy' '- [ ] box' >"$P/org/actions"
	[ "$(project actions org | cut -f3)" = $'call Ann :phone:\nBob\nbuy\nbox' ]
	[ "$(project next --today=2026-11-28 | cut -f4)" = buy ]
	[[ $(project ahead 30 --today=2026-11-28) == *$'2026-12-05\tdue\torg'* ]]
	[[ $(project waiting) == *Bob* ]]
	project -q 'do' org Ann
	has "$P/org/actions" '* DONE call Ann :phone:'
}

@test "lower case and PARA: the directories as they are" {
	rm -r "$GTD_DIR"
	mkdir -p "$GTD_DIR/projects/a" "$GTD_DIR/completed"
	[ "$(project list | cut -f1)" = a ]
	project -q complete a
	[ -d "$GTD_DIR/completed/$(date +%Y)/a" ]
	[ "$(ls "$GTD_DIR")" = $'completed\nprojects' ]
	para=$HOME/para
	mkdir -p "$para/1 - Projects/a" "$para/2 - Areas" "$para/3 - Resources" "$para/4 - Archives"
	project -q --dir="$para" new b
	project -q --dir="$para" complete a
	project -q --dir="$para" undo
	project -q --dir="$para" complete a
	[ "$(cd "$para" && find . -name '[ab]' | sort)" = "./1 - Projects/b
./4 - Archives/$(date +%Y)/a" ]
	[ "$(project --dir="$para" list --all | cut -f1,2)" = $'a\tcompleted\nb\tactive' ]
}

@test "directories of any name, by configuration" {
	mkdir -p "$XDG_CONFIG_HOME/earshot" "$GTD_DIR/Baustellen/haus"
	printf '%s\n' 'projects = Baustellen' 'postponed = Später' 'completed = Fertig' \
		>"$XDG_CONFIG_HOME/earshot/project.conf"
	[ "$(project list | cut -f1)" = haus ]
	project -q postpone haus
	project -q resume haus
	project -q complete haus
	[ -d "$GTD_DIR/Fertig/$(date +%Y)/haus" ]
	for name in ../x a/b .git; do
		run project list --projects="$name"
		[ "$status" -eq 2 ]
	done
	mkdir empty
	run project --dir=empty list --projects=Nirgends
	[ "$status" -eq 1 ]
	[[ $output == *"has no Nirgends directory"* ]]
}

@test "a README.md beside plain projects changes nothing" {
	echo '# My plans' >"$GTD_DIR/README.md"
	project -q new plain
	[ "$(ls "$P/plain")" = $'actions\nlog\nsummary' ]
}

@test "a note of Windows': its mark and line ends stay, in front matter, too" {
	mkdir "$GTD_DIR/.obsidian"
	printf -- '\xef\xbb\xbf---\r\na: b\r\n---\r\n# X\r\n- [ ] one\r\n\r\nend\r\n' >"$P/X.md"
	cp "$P/X.md" "$HOME/before.md"
	project -q postpone X --until +1w
	[ "$(head -n 4 "$GTD_DIR/Postponed/X.md" | tail -n 2)" = "until: $(date -d '+7 days' +%F)"$'\r\n---\r' ]
	project -q resume X
	cmp "$HOME/before.md" "$P/X.md"
	project -q actions X two
	has "$P/X.md" $'- [ ] two\r'
	project -q undo
	cmp "$HOME/before.md" "$P/X.md"
}

@test "front matter and days are said as words" {
	vault
	printf '#!/bin/sh\ncat >"$SAID"\n' >speakd
	chmod +x speakd
	cp "$EARSHOT_BIN/project" .
	SAID=said ./project next --all --say --today=2026-11-28
	[[ $(cat said) == *"call Fred at phone due in 3 days."* ]]
	[[ $(cat said) == *"buy oil due 8 days ago."* ]]
}

@test "Obsidian: a note's due date is the project's" {
	mkdir -p "$P" "$GTD_DIR/.obsidian"
	printf '%s\n' --- 'tags: [a]' 'due: "2026-12-01"' --- '- [ ] act' >"$P/quoted.md"
	printf '%s\r\n' --- 'due: 2026-12-03' --- '- [ ] act due:2026-12-02' >"$P/dos.md"
	printf '%s\n' --- 'due:' --- '- [ ] act' >"$P/template.md"
	printf '%s\n' '- [ ] act' '---' 'due: 2026-12-01' --- >"$P/below.md"
	project check
	[ "$(project --today=2026-12-01 list | cut -f1,5 | tr '\t\n' ' |')" = \
		'below |dos |quoted due|template |' ]
	[ "$(project --today=2026-11-28 ahead | cut -f1-3)" = $'2026-12-01\tdue\tquoted
2026-12-02\tdue\tdos
2026-12-03\tdue\tdos' ]
	[[ $(project --today=2026-12-05 day) == *'overdue by 4 days'*quoted* ]]
	printf '%s\n' --- 'due: soon' --- '- [ ] act' >"$P/bad.md"
	run project check
	[ "$status" -eq 1 ]
	[ "$output" = "Projects/bad.md: no day in its front matter's due, until or reviewed" ]
}
