# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - the commands, and what bad input gets.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() { project_setup; }
teardown() { common_teardown; }

# every project, as "state/name", sorted
all() { (cd "$GTD_DIR" && find Projects Postponed Completed .trash \
	-mindepth 1 -maxdepth 2 ! -name '[0-9][0-9][0-9][0-9]' \
	! -name summary ! -name actions ! -name log ! -name '.project' \
	2>/dev/null | sort); }

# snapshot: everything below the directory with its content
snapshot() { (cd "$GTD_DIR" && find . -type f -exec sha1sum {} + | sort; \
	cd "$GTD_DIR" && find . -type d | sort); }

@test "start creates three files and opens them in the editor" {
	EDITOR='printf "%s\n" >opened' run project start trip-sandiego-201303
	[ "$status" -eq 0 ]
	[ -f "$GTD_DIR/Projects/trip-sandiego-201303/summary" ]
	[ "$(cat opened)" = "$GTD_DIR/Projects/trip-sandiego-201303/summary
$GTD_DIR/Projects/trip-sandiego-201303/actions
$GTD_DIR/Projects/trip-sandiego-201303/log" ]
}

@test "the post's way through a project's life, by aliases and a prefix" {
	EDITOR=true project s trip-sandiego-201303
	project n garden
	run project l
	[ "$status" -eq 0 ]
	[ "$(cut -f1,2 <<<"$output")" = "$(printf 'garden\tactive\ntrip-sandiego-201303\tactive')" ]
	EDITOR=true project e tr
	run --separate-stderr project cat tr
	[[ $output == *"Purpose:"* ]]
	project po tr
	[ -d "$GTD_DIR/Postponed/trip-sandiego-201303" ]
	project r tr
	run project complete tr
	[[ $output == *"trip-sandiego-201303 -> Completed/"* ]]
	[ -d "$GTD_DIR/Completed/$(date +%Y)/trip-sandiego-201303" ]
	project reopen trip
	[ -d "$GTD_DIR/Projects/trip-sandiego-201303" ]
}

@test "every alias of the contract is there" {
	for pair in s:start n:new e:edit l:list po:postpone p:postpone r:resume \
		co:complete c:complete d:delete a:actions; do
		run project help "${pair%:*}"
		[ "$status" -eq 0 ]
		[[ $output == "usage: project ${pair#*:}"* ]]
	done
	for word in cat reopen rename next do log in waiting someday stuck tick \
		day review search undo check sync init config; do
		project help $word >/dev/null
	done
	run project comp x
	[ "$status" -eq 2 ]
}

@test "bad names are refused with exit 2 and nothing changes" {
	project new keep
	before=$(snapshot)
	long=$(printf 'a%.0s' {1..300})
	for name in '' . .. ../../evil a/b .hidden ' ' ' x' 'x ' $'a\nb' \
		$'a\eb' $'a\xff' "$long"; do
		for command in new start; do
			run project $command "$name"
			[ "$status" -eq 2 ]
			[[ $output == project:* ]]
		done
	done
	run project new -- -dash
	[ "$status" -eq 2 ]
	for command in complete delete postpone edit cat resume reopen log; do
		run project $command
		[ "$status" -eq 2 ]
	done
	for name in ../../evil . .. '' /; do
		for command in complete delete postpone edit cat; do
			run project $command "$name"
			[ "$status" -eq 2 ]
		done
	done
	[ "$(snapshot)" = "$before" ]
	[ ! -e "$HOME/evil" ]
	[ ! -e "$BATS_TEST_TMPDIR/evil" ]
}

@test "closed standard descriptors: no file is taken for one of them" {
	project new trip <&- >&- 2>&-
	project in one >&-
	run sh -c 'project in - <&-'
	[ "$status" -eq 1 ]
	[ "$output" = 'project: read standard input: Bad file descriptor' ]
	printf 'in a summary\n' >"$GTD_DIR/Projects/trip/summary"
	chmod 0 "$GTD_DIR/Projects/trip/log"
	project search summary 2>&- || :
	[ "$(cat "$GTD_DIR/inbox" "$GTD_DIR/Projects/trip/summary")" = 'one
in a summary' ]
}

@test "shell characters in a name are only characters" {
	cd "$BATS_TEST_TMPDIR"
	for name in '$(touch pwned)' 'a;touch pwned' "it's" '*' 'foo bar'; do
		project new "$name"
		EDITOR=true project edit "$name"
		project complete "$name"
		[ -d "$GTD_DIR/Completed/$(date +%Y)/$name" ]
	done
	[ ! -e pwned ]
}

@test "no such project, too many words, unknown command" {
	run project complete nope
	[ "$status" -eq 1 ]
	[[ $output == *"no project is called 'nope'"* ]]
	project -q new trip-sandiego
	project -q new tax
	project -q new tour-x
	project -q complete tour-x
	run project cat trpi
	[[ $output == *"no project is called 'trpi', did you mean 'trip-sandiego'?" ]]
	run project postpone txa
	[[ $output == *", did you mean 'tax'?" ]]
	mv "$GTD_DIR/Completed" aside # a state that cannot be read has no hint
	: >"$GTD_DIR/Completed"
	run -1 project postpone nope
	[[ $output == *"no project is called 'nope'" ]]
	rm "$GTD_DIR/Completed"
	mv aside "$GTD_DIR/Completed"
	run project cat xyz # nothing is near
	[[ $output == *"no project is called 'xyz'" ]]
	project -q postpone trip
	run project complete tri
	[[ $output == *"; trip-sandiego is postponed: see project resume" ]]
	run project 'do' tour
	[[ $output == *"; tour-x is completed: see project reopen" ]]
	run project new foo bar
	[ "$status" -eq 2 ]
	[ ! -e "$GTD_DIR/Projects/foo" ]
	run project edti x
	[ "$status" -eq 2 ]
	[[ $output == *"did you mean 'edit'"* ]]
	run project
	[ "$status" -eq 2 ]
}

@test "an ambiguous prefix lists the candidates and changes nothing" {
	project new trip-a
	project new trip-b
	run project complete tri
	[ "$status" -eq 1 ]
	[[ $output == *"trip-a, trip-b"* ]]
	[ "$(all)" = "Projects/trip-a
Projects/trip-b" ]
	project new trip
	project complete trip
	[ -d "$GTD_DIR/Completed/$(date +%Y)/trip" ]
}

@test "a name taken in Completed gets the next number, and says so" {
	for i in 1 2 3; do
		project new trip
		run project complete trip
		[ "$status" -eq 0 ]
	done
	[[ $output == *"trip.2"* ]]
	[ "$(ls "$GTD_DIR/Completed/$(date +%Y)")" = "trip
trip.1
trip.2" ]
}

@test "a name taken in Postponed or Projects is refused" {
	project new trip
	project postpone trip
	run project new trip
	[ "$status" -eq 1 ]
	mkdir "$GTD_DIR/Projects/trip"
	run project postpone trip
	[ "$status" -eq 1 ]
	run project postpone --until +3d trip
	[ "$status" -eq 1 ]
	[ ! -e "$GTD_DIR/Projects/trip/.project" ]
	run project resume trip
	[ "$status" -eq 1 ]
	[ "$(all)" = "Postponed/trip
Projects/trip" ]
	run project rename trip trip
	[ "$status" -eq 1 ]
}

@test "postponed until a day it comes back by itself, missed days too" {
	project new trip
	project postpone trip --until +3d
	project list --today +2d
	[ -d "$GTD_DIR/Postponed/trip" ]
	run project list --today +30d
	[[ $output == *"trip is back"* ]]
	[ -d "$GTD_DIR/Projects/trip" ]
	no grep -q until "$GTD_DIR/Projects/trip/.project"
	run project postpone trip --until yesterday
	[ "$status" -eq 2 ]
	run project postpone trip --until 2020-01-01
	[ "$status" -eq 2 ]
	[ -d "$GTD_DIR/Projects/trip" ]
}

@test "undo takes back every kind of change, one after the other" {
	states=()
	step() { states+=("$(snapshot)"); project -q "$@"; }
	step new trip
	step actions trip buy a suitcase @errands
	step actions trip call the hotel
	step do trip
	step log trip met Ann
	step in call mom
	step waiting Bob: the report
	step someday learn piano
	step rename trip journey
	step postpone --until +9d journey
	step resume journey
	step complete journey
	step reopen journey
	step delete journey
	for ((i = ${#states[@]} - 1; i > 0; i--)); do
		project -q undo
		snapshot | grep -v -e ' \./\.trash' -e '^\./\.trash' \
			-e '^\./Completed' -e '^\./Postponed' >now
		grep -v -e '^\./Completed' -e '^\./Postponed' \
			-e '^\./\.trash' <<<"${states[i]}" >want
		diff want now
	done
	# A new project is not thrown away: it goes to the trash.
	project -q undo
	[ "$(all)" = ".trash/trip" ]
	run project undo
	[ "$status" -eq 1 ]
	[[ $output == *"nothing to undo"* ]]
}

@test "undo of what an editor did; what was written by hand since stays" {
	project new trip
	EDITOR='sh -c '\''echo "[ ] from the editor" >>"$2"'\'' sh' project edit trip
	project undo
	[ ! -s "$GTD_DIR/Projects/trip/actions" ]
	project log trip one
	echo by hand >>"$GTD_DIR/Projects/trip/log"
	project undo
	no grep -q ' one$' "$GTD_DIR/Projects/trip/log"
	grep -q 'by hand' "$GTD_DIR/Projects/trip/log"
}

@test "an open editor's swap file stops every move but with --force" {
	project new trip
	touch "$GTD_DIR/Projects/trip/.summary.swp"
	for command in postpone complete delete 'rename trip other'; do
		# shellcheck disable=SC2086
		set -- $command
		run project "${@:1:1}" "${2:-trip}" ${3:+"$3"}
		[ "$status" -eq 1 ]
		[[ $output == *"open in an editor"* ]]
		[ -d "$GTD_DIR/Projects/trip" ]
	done
	project complete --force trip
	[ ! -d "$GTD_DIR/Projects/trip" ]
}

@test "an editor that is missing, fails or is killed" {
	EDITOR=no-such-editor run project start a
	[ "$status" -eq 1 ]
	[[ $output == *"not found"* ]]
	EDITOR=false run project edit a
	[ "$status" -eq 1 ]
	EDITOR='kill -KILL $$; :' run project edit a
	[ "$status" -eq 1 ]
	[[ $output == *"signal 9"* ]]
	EDITOR='' run project edit a </dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"terminal"* ]]
	[ -f "$GTD_DIR/Projects/a/summary" ]
	# a command with words of its own
	EDITOR='env X="a b" sh -c '\''echo "$X" "$#" >"$HOME/seen"'\'' sh' \
		project edit a
	[ "$(cat "$HOME/seen")" = "a b 3" ]
}

@test "a directory that is not there, or has no Projects" {
	GTD_DIR=$HOME/none run project list
	[ "$status" -eq 1 ]
	[[ $output == *"there is no GTD directory"* ]]
	[ ! -e "$HOME/none" ]
	mkdir "$HOME/unmounted"
	GTD_DIR=$HOME/unmounted run project new x
	[ "$status" -eq 1 ]
	[[ $output == *"is it mounted"* ]]
	[ -z "$(ls -A "$HOME/unmounted")" ]
}

@test "where the directory is: option, environment, both configurations" {
	for d in opt env conf tools; do mkdir -p "$HOME/$d/Projects/in-$d"; done
	unset GTD_DIR
	mkdir -p "$HOME/.config/gtd" "$HOME/.config/earshot"
	echo 'GTDDIR="$HOME/tools" # a comment; $(touch '"$HOME"'/pwned)' \
		>"$HOME/.config/gtd/config"
	[[ $(project list) == in-tools* ]]
	echo "dir = ~/conf" >"$HOME/.config/earshot/project.conf"
	[[ $(project list) == in-conf* ]]
	[[ $(GTD_DIR=$HOME/env project list) == in-env* ]]
	[[ $(GTD_DIR=$HOME/env project list --dir "$HOME/opt") == in-opt* ]]
	[ ! -e "$HOME/pwned" ]
	echo "bogus = 1" >>"$HOME/.config/earshot/project.conf"
	run project list
	[ "$status" -eq 2 ]
	[[ $output == *"project.conf:2: unknown key"* ]]
}

@test "a gtdtools directory works untouched, and still does for gtdtools" {
	mkdir -p "$GTD_DIR/Projects/car" "$GTD_DIR/Completed/2020/old" \
		"$GTD_DIR/tickler/repeating"
	touch "$GTD_DIR/done.otl"
	echo 'call the shop' >"$GTD_DIR/next_actions.otl"
	printf 'car\n\tnew window motor\n' >"$GTD_DIR/Projects/car/summary.otl"
	printf '[_] find the VIN\n[_] order\n' >"$GTD_DIR/Projects/car/actions.otl"
	touch "$GTD_DIR/Projects/car/log.otl"
	echo 'a plain file' >"$GTD_DIR/Projects/plain"
	echo 'D 10 pay loan' >"$GTD_DIR/tickler/repeating/bills"
	before=$(snapshot)
	run project list
	[ "$(cut -f1,4 <<<"$output")" = "$(printf 'car\tfind the VIN\nplain\t')" ]
	[[ $(project cat plain) == 'a plain file' ]]
	run project tick --today 2026-11-10
	[ "$output" = "$(printf '2026-11-10\ttoday\t1\tpay loan')" ]
	[ "$(snapshot)" = "$before" ]
	project new boat
	[ "$(ls "$GTD_DIR/Projects/boat")" = "actions.otl
log.otl
summary.otl" ]
	project do car
	grep -qx '\[X\] find the VIN' "$GTD_DIR/Projects/car/actions.otl"
	grep -q 'find the VIN' "$GTD_DIR/Projects/car/log.otl"
	[[ $(project next) == *"next_actions.otl"*"call the shop"* ]]
	project in hello
	[ -f "$GTD_DIR/inbox.otl" ]
	project complete plain
	[ -f "$GTD_DIR/Completed/$(date +%Y)/plain" ]
	project reopen old
	[ -d "$GTD_DIR/Projects/old" ]
}

@test "the last change is the newest of three files, not the directory's" {
	project new a
	touch -d 2020-01-02 "$GTD_DIR"/Projects/a/*
	touch -d 2021-03-04 "$GTD_DIR/Projects/a/log"
	touch "$GTD_DIR/Projects/a"
	[ "$(project list | cut -f3)" = 2021-03-04 ]
}

@test "list: sorted as asked, NUL, JSON, states, exit 0 when empty" {
	run project list
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	project new b && project new a
	touch -d 2020-01-02 "$GTD_DIR"/Projects/a/*
	[ "$(project list | cut -f1 | tr '\n' ' ')" = "a b " ]
	[ "$(project list -r | cut -f1 | tr '\n' ' ')" = "b a " ]
	[ "$(project list --sort changed | cut -f1 | tr '\n' ' ')" = "b a " ]
	[ "$(project list -0 | tr '\0' '|')" = "a|b|" ]
	project actions a 'pay @home due:2020-01-01'
	[ "$(project list --sort next | cut -f1,5 | head -n 1)" = "$(printf 'a\tdue')" ]
	project postpone b
	/usr/bin/python3 - "$(project list --all --json)" <<'PY'
import json, sys
a, b = json.loads(sys.argv[1])
assert a["name"] == "a" and a["next"] == "pay @home due:2020-01-01"
assert a["due"] == "2020-01-01" and a["open"] == 1 and not a["stuck"]
assert b["state"] == "postponed" and b["next"] is None
PY
	[ "$(project list --state postponed | cut -f1)" = b ]
	run project list --sort size
	[ "$status" -eq 2 ]
}

@test "no colour in a pipe, with NO_COLOR, or on a dumb terminal" {
	project new a
	project list >plain
	no grep -q $'\e' plain
	project cat a --color=always | grep -q $'\e'
	project cat a >plain
	no grep -q $'\e' plain
}

@test "control characters of a name reach neither terminal nor list" {
	mkdir "$GTD_DIR/Projects/"$'evil\e[31m\nname'
	run project list
	[[ $output == 'evil\x1b[31m\nname'* ]]
	run project check
	[ "$status" -eq 1 ]
	[[ $output == *"cannot be typed"* ]]
}

@test "stuck, next by context, waiting, do by number" {
	project new a && project new b && project new c
	project actions a 'ring Ann @phone' && project actions a 'mow @garden'
	project actions b 'Bob: answer @waiting'
	[ "$(project stuck | cut -f1)" = c ]
	[ "$(project next | cut -f2,4)" = "$(printf 'a\tring Ann @phone')" ]
	[ "$(project next garden | cut -f4)" = 'mow @garden' ]
	[ "$(project next --all | wc -l)" -eq 2 ]
	[ "$(project waiting | cut -f2)" = b ]
	project do a 2
	grep -qx '\[x\] mow @garden' "$GTD_DIR/Projects/a/actions"
	grep -q 'mow @garden$' "$GTD_DIR/Projects/a/log"
	run project do a 7
	[ "$status" -eq 1 ]
	run project do c
	[ "$status" -eq 1 ]
	[[ $output == *"no next action"* ]]
}

@test "capture from words and from standard input, line by line" {
	project in call mom
	printf 'one\n\ntwo\nlast' | project in -
	printf 'esc\e[1m\n' | project in -
	[ "$(cat "$GTD_DIR/inbox")" = 'call mom
one
two
last
esc\x1b[1m' ]
	printf 'no newline' >"$GTD_DIR/inbox"
	project in next
	[ "$(cat "$GTD_DIR/inbox")" = 'no newline
next' ]
	# A writer that pauses must not keep others out.
	mkfifo pipe
	start sh -c 'exec project in - <pipe'
	exec 7>pipe
	echo streamed >&7
	until_true 20 grep -qx streamed "$GTD_DIR/inbox"
	project in meanwhile
	kill -0 "$pid"
	exec 7>&-
	wait "$pid"
	grep -qx meanwhile "$GTD_DIR/inbox"
}

@test "tick: today, missed, a skipped month, done goes to the inbox" {
	cat >"$GTD_DIR/tickler" <<-'X'
		# reminders
		2026-11-20 renew passport
		2026-12-01 later
		monthly 31 pay rent
		weekly tue 15:00-16:00 meeting
		nonsense
	X
	touch "$GTD_DIR/.tick" && echo 2026-09-30 >"$GTD_DIR/.tick"
	run --separate-stderr project tick --today 2026-11-22
	[ "$output" = "$(printf '2026-10-31\tmissed\t1\tpay rent
2026-11-17\tmissed\t7\t15:00-16:00 meeting
2026-11-20\tmissed\t1\trenew passport')" ]
	[[ $stderr == *"tickler:6: not a reminder: nonsense"* ]]
	project tick --today 2026-11-22 --done 2>/dev/null
	[ "$(cat "$GTD_DIR/.tick")" = 2026-11-22 ]
	no grep -q passport "$GTD_DIR/tickler"
	grep -q nonsense "$GTD_DIR/tickler"
	[ "$(cat "$GTD_DIR/inbox")" = 'pay rent (due 2026-10-31)
15:00-16:00 meeting (due 2026-11-17)
renew passport (due 2026-11-20)' ]
	[ -z "$(project tick --today 2026-11-22 2>/dev/null)" ]
	project undo
	grep -q passport "$GTD_DIR/tickler"
	[ ! -e "$GTD_DIR/inbox" ]
}

@test "tick: gtdtools' day and month files, generated lines left alone" {
	mkdir -p "$GTD_DIR/tickler/repeating"
	echo 'water plants' >"$GTD_DIR/tickler/20"
	touch -d 2026-11-03 "$GTD_DIR/tickler/20"
	echo 'for the next fifth' >"$GTD_DIR/tickler/05"
	touch -d 2026-11-18 "$GTD_DIR/tickler/05"
	printf 'XXX generated XXX\n' >"$GTD_DIR/tickler/22"
	touch -d 2026-11-01 "$GTD_DIR/tickler/22"
	echo 'file taxes' >"$GTD_DIR/tickler/november"
	touch -d 2026-03-01 "$GTD_DIR/tickler/november"
	echo 'M Sun 4 3pm 4pm call home' >"$GTD_DIR/tickler/repeating/general.r"
	run project tick --today 2026-11-22
	[ "$output" = "$(printf '2026-11-01\tmissed\t1\tfile taxes
2026-11-20\tmissed\t1\twater plants
2026-11-22\ttoday\t1\t3pm 4pm call home')" ]
	project tick --today 2026-11-22 --done >/dev/null
	[ ! -s "$GTD_DIR/tickler/20" ]
	grep -q generated "$GTD_DIR/tickler/22"
}

@test "day shows numbers, what is due and what is next" {
	project new a && project actions a 'ring Ann'
	echo "daily stretch" >"$GTD_DIR/tickler"
	run project day --today 2026-11-22
	[[ ${lines[0]} == "Sunday 2026-11-22" ]]
	[[ ${lines[1]} == "1 project, 0 stuck, 0 waiting, 0 in the inbox" ]]
	[[ $output == *stretch*ring\ Ann* ]]
}

@test "review walks, remembers where it stopped, marks projects" {
	project new a && project new b
	printf '\n\n+ buy milk\n\n\n\n\n\n\nq\n' | project review --today 2026-11-22 >out 2>err
	grep -q 'Step 8 of 11' out
	grep -q 'stopped at step 8' err
	grep -qx 'buy milk' "$GTD_DIR/inbox"
	grep -qx 'reviewed = 2026-11-22' "$GTD_DIR/Projects/a/.project"
	[ ! -e "$GTD_DIR/Projects/b/.project" ]
	# It goes on there, past what was looked at.
	printf '+ water it\n\n\n\n\n' | project review --today 2026-11-23 >out 2>err
	no grep -q 'Project a' out
	grep -q 'Project b (1 left)' out
	grep -qx '\[ \] water it' "$GTD_DIR/Projects/b/actions"
	grep -q 'the review is complete' err
	project review --today 2026-12-24 </dev/null >out 2>err
	grep -q 'Step 1 of 11' out
}

@test "search finds text in every file, by text and by expression" {
	project new a && project actions a 'Ring ÄNN' && project complete a
	echo 'ring bob' >"$GTD_DIR/inbox"
	[ "$(project search ring | wc -l)" -eq 2 ]
	[ "$(project search änn)" = "Completed/$(date +%Y)/a/actions:1: [ ] Ring ÄNN" ]
	[ "$(project search -c ring)" = "inbox:1: ring bob" ]
	[ "$(project search -E '^ring b.b$')" = "inbox:1: ring bob" ]
	run project search nothing-like-it
	[ "$status" -eq 0 ]
	run project search -E '('
	[ "$status" -eq 2 ]
}

@test "check reports conflicts, doubles, leftovers, torn files" {
	project new a
	run project check
	[ "$status" -eq 0 ]
	mkdir -p "$GTD_DIR/Postponed/a" "$GTD_DIR/Projects/A" \
		"$GTD_DIR/Projects/.new-00000000"
	touch "$GTD_DIR/Projects/a/log.sync-conflict-20260101-000000-ABCDEFG" \
		"$GTD_DIR/Projects/a/.log.swp"
	printf 'a\0b' >"$GTD_DIR/Projects/a/summary"
	printf '<<<<<<< ours\n' >"$GTD_DIR/inbox"
	run project check
	[ "$status" -eq 1 ]
	[[ $output == *"is both"* || $output == *"only in case"* ]]
	[[ $output == *"conflict copy"* ]]
	[[ $output == *"half a new project"* ]]
	[[ $output == *"open in an editor"* ]]
	[[ $output == *"NUL bytes"* ]]
	[[ $output == *"conflict markers"* ]]
	[ "$(project list | cut -f1 | tr '\n' ' ')" = "A a " ]
}

@test "check reports directories where files should be" {
	project -q new a
	rm "$P"/a/{actions,log}
	mkdir "$P"/a/{actions,log} "$P"/{log,summary} "$GTD_DIR/inbox"
	project -q postpone log # a project of that name is none
	run project check
	[ "$status" -eq 1 ]
	[ "$(grep -c 'is a directory, where a file should be' <<<"$output")" -eq 3 ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "with commit = yes each change is one commit of our own paths" {
	git -C "$GTD_DIR" init -q
	git -C "$GTD_DIR" config user.email a@example.org
	git -C "$GTD_DIR" config user.name A
	echo other >"$GTD_DIR/other"
	git -C "$GTD_DIR" add other
	export PROJECT_COMMIT=yes
	project new '*'
	project complete '*'
	project undo
	[ "$(git -C "$GTD_DIR" log --format=%s)" = "undo complete *
complete *
new *" ]
	[ "$(git -C "$GTD_DIR" status --short)" = "A  other" ]
	# Not a work tree any more: the change stays, with a warning.
	rm -rf "$GTD_DIR/.git"
	run project complete '*'
	[ "$status" -eq 0 ]
	[[ $output == *"not committed"* ]]
	run project sync
	[ "$status" -eq 1 ]
}

@test "sync merges lists of lines; a conflict is shown and nothing is half done" {
	git init -q --bare remote
	git clone -q remote one 2>/dev/null
	export GTD_DIR=$PWD/one PROJECT_COMMIT=yes
	export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
	export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
	mkdir one/Projects
	project new a
	git -C one push -q origin HEAD
	git clone -q remote two
	project --dir "$PWD/two" log a from two
	project --dir "$PWD/two" sync
	project sync
	grep -q 'from two' one/Projects/a/log
	# Lists of lines are merged, whatever both wrote.
	project log a here
	project --dir "$PWD/two" log a there
	project sync
	project --dir "$PWD/two" sync
	grep -q here two/Projects/a/log
	grep -q there two/Projects/a/log
	[ -z "$(git -C two log origin/HEAD.. 2>/dev/null)" ]
	# The same line of a text is a conflict: shown, and nothing is half done.
	project sync
	sed -i 's/Purpose: /Purpose: mine/' one/Projects/a/summary
	sed -i 's/Purpose: /Purpose: theirs/' two/Projects/a/summary
	git -C one commit -qam mine && git -C two commit -qam theirs
	project sync
	run project --dir "$PWD/two" sync
	[ "$status" -eq 1 ]
	[[ $output == *"conflict: Projects/a/summary"* ]]
	[[ $output == *"nothing was merged or lost"* ]]
	[ ! -e two/.git/rebase-merge ]
	grep -q theirs two/Projects/a/summary
}

@test "--say hands lines worded for ears to speakd" {
	mkdir bin && cp "$EARSHOT_BIN/project" bin/
	printf '#!/bin/sh\ncat >>said\nexit ${SAID:-0}\n' >bin/speakd
	chmod +x bin/speakd
	project new two_words-trip
	project actions two_words-trip 'ring Ann'
	bin/project list --say
	[ "$(cat said)" = "1 project.
two words trip: ring Ann." ]
	: >said
	bin/project next --say
	[ "$(cat said)" = "two words trip: ring Ann." ]
	: >said
	bin/project tick --say
	[ "$(cat said)" = "Nothing is due." ]
	for command in 'day' 'cat two_words-trip' 'review'; do
		: >said
		# shellcheck disable=SC2086
		bin/project $command --say </dev/null
		[ -s said ]
	done
	project -q do two_words-trip 'ring Ann' && project -q actions two_words-trip 'ring Bob @phone due:2026-12-01'
	project -q new later && project -q log later 'ring: no' && project -q postpone later
	: >said
	bin/project search ring --say --today=2026-11-28
	grep -qx 'two words trip, actions, done: ring Ann\.' said
	grep -qx 'two words trip, actions: ring Bob at phone due in 3 days\.' said
	grep -q '^later, postponed, log: .* ring: no\.$' said
	: >said
	bin/project list --all --say
	grep -qx 'later, postponed\.' said
	project -q resume later && project -q complete later
	: >said
	bin/project search lat --say
	[ "$(head -n 1 said)" = 'later, completed.' ]
	: >said
	[ -z "$(bin/project check --say 2>&1)" ]
	[ "$(cat said)" = 'No problem found.' ]
	SAID=3 run bin/project list --say
	[ "$status" -eq 1 ]
	[[ $output == *"speakd failed with 3"* ]]
}

@test "fifty commands at once complete one project exactly once" {
	project new trip
	pids=()
	for i in {1..50}; do
		start sh -c 'project -q complete trip 2>/dev/null && echo won >>won'
	done
	for pid in "${pids[@]}"; do wait "$pid" || :; done
	[ "$(cat won)" = won ]
	[ "$(all)" = "Completed/$(date +%Y)/trip" ]
}

@test "the journal cannot be written: nothing changes" {
	project new trip
	rm -rf "$XDG_STATE_HOME"
	touch "$HOME/.local/state"
	run project complete trip
	[ "$status" -eq 1 ]
	[ "$(all)" = Projects/trip ]
	# But what is captured must not be lost for want of a way back.
	run project in 'a thought'
	[ "$status" -eq 0 ]
	[[ $output == *"undo will not know of this"* ]]
	project -q actions trip 'an action' 2>/dev/null
	has "$GTD_DIR/inbox" 'a thought'
	# And a review goes on.
	run project review <<<$'\nq'
	[ "$status" -eq 0 ]
	[[ $output == *"Step 2 of 11"* && $output == *"will begin anew"* ]]
	has "$GTD_DIR/Projects/trip/actions" '[ ] an action'
}

@test "the journal is halved at its limit, and undo still works" {
	project -q new trip
	journal=$(echo "$XDG_STATE_HOME"/earshot/project/journal-*)
	limit=$((4 << 20))
	for over in 0 1; do
		line=$(printf 'x\t1\told\tundone%0100d' 0)
		yes "$line" | head -c $((limit + over - 1)) >"$journal"
		echo >>"$journal"
		before=$(stat -c %s "$journal")
		[ "$before" -eq $((limit + over)) ]
		project -q log trip a line
		after=$(stat -c %s "$journal")
		if [ "$over" -eq 0 ]; then
			[ "$after" -gt "$before" ]
		else
			[ "$after" -lt $((limit / 2 + 1000)) ]
		fi
		project -q undo
		no grep -q 'a line' "$GTD_DIR/Projects/trip/log"
	done
}

@test "path: one line for cd, in any state; --exact takes no beginnings" {
	project new trip-sandiego
	project new done-thing
	project complete done-thing
	[ "$(project path trip)" = "$GTD_DIR/Projects/trip-sandiego" ]
	cd "$(project path --exact trip-sandiego)"
	[[ $(project path done) = "$GTD_DIR"/Completed/*done-thing ]]
	run project path --exact trip
	[ "$status" -eq 1 ]
	[[ $output = *"no project is called 'trip'"* ]]
	run project path
	[ "$status" -eq 2 ]
}

@test "init prints the alias; help and version" {
	for shell in bash zsh fish; do
		project init $shell | grep -q '^alias p[= ]project'
	done
	run project init tcsh
	[ "$status" -eq 2 ]
	[[ $(project --version) == "project (earshot) "* ]]
	[[ $(project --help) == *"postpone (po, p)"* ]]
	[[ $(project complete -h) == "usage: project complete"* ]]
	[[ $(project complete --help) == "usage: project complete"* ]]
}

@test "the manual has every command, alias and option" {
	man=$EARSHOT_SRC/man/project.1
	for word in $(project --complete-zsh project '' | cut -f1); do
		grep -qE "^\.It Cm $word( |$)" "$man"
		for option in $(project --complete-zsh project "$word" -- |
			sed -n 's/^--\([a-z-]*\).*/\1/p'); do
			grep -qE "Fl Fl $option( |\$)" "$man" ||
				{ echo "no --$option of $word"; false; }
		done
	done
	for pair in s:start n:new e:edit l:list po:postpone p:postpone r:resume \
		co:complete c:complete d:delete a:actions h:help; do
		grep -qE "^\.It Cm ${pair#*:} Po Cm .*\b${pair%:*}\b" "$man"
	done
}

@test "mistakes: exit 2, what is valid is named, the nearest is suggested" {
	# mistake WANTED WORD...: it fails with 2 and says so
	mistake() {
		wanted=$1
		shift
		run project "$@"
		[ "$status" -eq 2 ] || { echo "$*: exit $status"; false; }
		[ "$output" = "project: $wanted" ] || { echo "$output"; false; }
	}
	mistake "unknown command 'lst', did you mean 'list'?" lst
	mistake "unknown command 'frobnicate'; see project --help" frobnicate
	mistake "unknown command 'lst', did you mean 'list'?" help lst
	mistake "unknown shell 'ksh', expected bash, zsh or fish" init ksh
	mistake "unknown state 'x', expected active, postponed, completed or deleted" \
		list --state x
	mistake "unknown sort 'size', expected name, changed or next" list -s size
	mistake "unknown color 'red', expected auto, always or never" list --color red
	mistake "unknown option '--jsn', did you mean '--json'?" list --jsn
	mistake "unknown option '-y'; see --help" list -y
	mistake "complete: missing NAME" complete
	mistake "list: unexpected 'extra'" list extra
	mistake "option '--until' needs DATE" postpone --until
}

@test "a newcomer's mistakes are answered, never with a crash" {
	for option in --dir --editor --today --layout; do
		run project $option
		[ "$status" -eq 2 ]
		[[ $output == *"'$option' needs "* ]]
	done
	project -q new trip
	run project trip
	[ "$status" -eq 2 ]
	[[ $output == *"'trip' is a project, but no command: project edit trip"* ]]
	run project actions inbox
	[ "$status" -eq 1 ]
	[[ $output == *"it is a list"* ]]
}

@test "every command takes --help and -h, before and after the operands" {
	for word in $(project --complete-zsh project '' | cut -f1); do
		[ "$word" != workspace ] || continue
		for option in --help -h; do
			run project "$word" $option
			[ "$status" -eq 0 ]
			[[ $output == "usage: project $word"* ]]
		done
	done
	run project complete trip --help
	[[ $output == "usage: project complete"* ]]
	[[ $(project help w) == "usage: project workspace VERB"* ]]
}

@test "options stand before and after the name; from a text's first word on all is text" {
	project -q new trip
	project -q actions trip 'call hotel'
	[[ $(project actions trip -h) == "usage: project actions"* ]]
	project actions trip -a >/dev/null
	run project actions trip -x
	[ "$status" -eq 2 ]
	project -q actions trip ask about --help
	project -q actions trip -- -5% discount
	project -q in call --help
	project -q waiting Bob --json
	project -q someday -q x --json
	project -q log trip -q -- --help is a fact
	[ "$(cat "$GTD_DIR/Projects/trip/actions")" = '[ ] call hotel
[ ] ask about --help
[ ] -5% discount' ]
	[ "$(cat "$GTD_DIR/inbox")" = 'call --help' ]
	grep -q -- '^- \[ \] Bob --json' "$GTD_DIR/waiting"
	grep -qx -- '- x --json' "$GTD_DIR/someday"
	grep -q -- ' --help is a fact$' "$GTD_DIR/Projects/trip/log"
}

@test "a fresh account: a capture makes ~/gtd, other commands say how" {
	unset GTD_DIR
	rm -rf "$HOME/gtd"
	run project new trip </dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"mkdir -p $HOME/gtd/Projects" ]]
	run project in
	[ "$status" -eq 1 ]
	[ ! -e "$HOME/gtd" ]
	project in 'do not lose me' </dev/null
	[ "$(cat "$HOME/gtd/inbox")" = 'do not lose me' ]
	[ -d "$HOME/gtd/Projects" ]
	# A directory that was named may be a disk that is not mounted.
	GTD_DIR=$HOME/disk run project in hello </dev/null
	[ "$status" -eq 1 ]
	[ ! -e "$HOME/disk" ]
}

@test "an ambiguous beginning across states changes nothing; twins are warned of" {
	for n in tax trip tour; do project -q new $n; done
	project -q postpone trip && project -q postpone tour
	before=$(snapshot)
	run project delete t
	[ "$status" -eq 1 ]
	[[ $output == *"could be tax, tour (postponed), trip (postponed)"* ]]
	[ "$(snapshot)" = "$before" ]
	project -q actions to 'goes where?'
	has "$GTD_DIR/Postponed/tour/actions" '[ ] goes where?'
	run project new Tax
	[ "$status" -eq 0 ]
	[[ $output == *"'Tax' differs from 'tax' only in case"* ]]
	nfd=$(printf 'e\xcc\x81te') nfc=$(printf '\xc3\xa9te')
	project -q new "$nfc"
	project -q actions "$nfd" 'found in another form'
	has "$GTD_DIR/Projects/$nfc/actions" '[ ] found in another form'
	project -q resume TOU
	[ -d "$GTD_DIR/Projects/tour" ]
	for name in inbox waiting someday nextactions next \
		"$(printf 'zero\xe2\x80\x8bwidth')"; do
		run project new "$name"
		[ "$status" -eq 2 ]
	done
}

@test "names are sorted as the locale has it, accents among their letters" {
	for n in apple Zebra zoo $'\xc3\xa4hre' $'\xc3\x96sterreich'; do project -q new "$n"; done
	[ "$(LC_ALL=xx_XX.UTF-8 project list -0 | tr '\0' ' ')" = \
		$'\xc3\xa4hre apple \xc3\x96sterreich Zebra zoo ' ]
	[ "$(LC_ALL=C project list -0 | tr '\0' ' ')" = \
		$'Zebra apple zoo \xc3\x96sterreich \xc3\xa4hre ' ]
}
