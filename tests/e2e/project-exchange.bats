# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - import and export, there and back, with the real programs where
# they are installed.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() { project_setup; }
teardown() { common_teardown; }

# a directory with something in each place
fill() {
	project -q new trip && project -q new 'two words'
	project -q actions trip 'call the hotel @phone due:2026-12-01'
	project -q actions trip 'pack t:2026-11-30 @home @bag'
	project -q actions 'two words' 'été: "quoted", a\b; #hash'
	project -q in '#action trent to mail the list'
	project -q someday 'learn cello'
	echo '- mow @garden' >"$GTD_DIR/nextactions"
}

# every open item as "source text"
items() {
	for d in "$1"/Projects/*; do
		project --dir "$1" actions "$(basename "$d")" | cut -f3 |
			sed "s|^|$(basename "$d" | tr ' ' _): |"
	done
	for list in in someday; do
		project --dir "$1" $list | cut -f4 | sed "s/^/$list: /"
	done
	sed 's/^/next: /' "$1/nextactions"
}

# import FORMAT into a directory of its own
into_another() {
	mkdir -p "$HOME/other/Projects"
	project --dir "$HOME/other" -q import "$1" "$2"
}

@test "todo.txt, taskwarrior, org and iCalendar: there and back, nothing is lost" {
	fill
	items "$GTD_DIR" | sed 's/t:2026-11-30 @home @bag/@home @bag t:2026-11-30/' | sort >want
	for format in todotxt taskwarrior org ics; do
		rm -rf "$HOME/other"
		project export $format >file 2>err
		into_another $format file
		items "$HOME/other" |
			sed 's/t:2026-11-30 @home @bag/@home @bag t:2026-11-30/' |
			sort >got
		diff want got || { cat file; false; }
	done
	grep -q "a project's name" err || project export todotxt 2>&1 >/dev/null |
		grep -q "spaces of a project's name (1)"
}

@test "import is one change, makes projects, and says what has no place" {
	printf '%s\n' '(A) 2026-11-05 post letter +mail @errands due:2026-11-30 rec:1m' \
		'x 2026-11-01 2026-10-01 done thing +mail' 'call Mom' '' >todo.txt
	run project import todotxt todo.txt
	[ "$status" -eq 0 ]
	[[ $output == *"the day of making (2)"*"3 imported, 1 project made"* ]]
	has "$GTD_DIR/Projects/mail/actions" '[ ] pri:A post letter @errands due:2026-11-30 rec:1m'
	has "$GTD_DIR/inbox" 'call Mom'
	has "$GTD_DIR/done" '2026-11-01 done thing (mail)'
	project -q undo
	[ ! -e "$GTD_DIR/inbox" ] && [ ! -e "$GTD_DIR/Projects/mail" ]
	cat >tw.json <<-'X'
		[{"description":"Mow","project":"home.garden","tags":["out","tool"],
		  "due":"20261201T230000Z","status":"pending","priority":"H",
		  "annotations":[{"entry":"20261101T000000Z","description":"n"}]},
		 {"description":"gone","status":"deleted"}]
	X
	TZ=Europe/Berlin run project import taskwarrior tw.json
	[[ $output == *"annotations (1)"*"priority (1)"* && $output == *"deleted (1)"* ]]
	if [ -e /usr/share/zoneinfo/Europe/Berlin ]; then day=2026-12-02; else day=2026-12-01; fi
	has "$GTD_DIR/Projects/home.garden/actions" "[ ] Mow @out @tool due:$day"
	printf '* trip\n:PROPERTIES:\n:ID: 5\n:END:\n** TODO call Ann :phone:\n   DEADLINE: <2026-12-01 Tue +1w>\n** WAITING Bob\n** DONE paid\n- [ ] box\n' >o.org
	run project import org o.org
	[[ $output == *"lines of notes and properties (3)"* ]]
	[ "$(project actions trip | cut -f3)" = 'call Ann @phone due:2026-12-01 rec:+1w
Bob @waiting
box' ]
	# A letter is one in every language, and on machines whose chars have no sign.
	project -q actions trip 'paint @büro'
	project export org 2>/dev/null | grep -q 'paint *:büro:$'
	for words in 'todotxt' 'nosuch todo.txt'; do
		# shellcheck disable=SC2086
		run project import $words
		[ "$status" -eq 2 ]
	done
	run project import taskwarrior todo.txt
	[ "$status" -eq 1 ]
}

@test "the real todo.txt program reads what is exported" {
	command -v todo-txt >/dev/null || skip "todotxt-cli is not installed"
	fill
	mkdir todo && project export todotxt >todo/todo.txt 2>/dev/null
	printf 'export TODO_DIR=%s\nexport TODO_FILE=$TODO_DIR/todo.txt\nexport DONE_FILE=$TODO_DIR/done.txt\nexport REPORT_FILE=$TODO_DIR/report.txt\n' \
		"$PWD/todo" >config
	todo-txt -d config -p ls +trip | grep -q 'call the hotel @phone due:2026-12-01 +trip'
	todo-txt -d config add 'from todo.txt +trip @home'
	into_another todotxt todo/todo.txt 2>/dev/null
	has "$HOME/other/Projects/trip/actions" '[ ] from todo.txt @home'
}

@test "the real taskwarrior reads what is exported, and back" {
	command -v task >/dev/null || skip "taskwarrior is not installed"
	fill
	printf 'data.location=%s\nconfirmation=no\n' "$PWD/tw" >taskrc && mkdir tw
	export TASKRC=$PWD/taskrc
	project export taskwarrior | task import - >/dev/null 2>&1
	task rc.json.array=on export 2>/dev/null >back.json
	items "$GTD_DIR" | sed 's/t:2026-11-30 @home @bag/@home @bag/' | sort >want
	into_another taskwarrior back.json 2>/dev/null
	items "$HOME/other" | sed 's/ t:2026-11-30//' | sort >got
	diff <(sed 's/@[a-z]*//g; s/ *$//' want) <(sed 's/@[a-z]*//g; s/ *$//' got)
}

# in_emacs FUNCTION: of plans.el, in the real one
in_emacs() {
	local emacs
	emacs=$(command -v emacs || command -v emacs-nox) ||
		skip "Emacs is not installed"
	"$emacs" --batch -Q -l "$EARSHOT_SRC/tests/helpers/plans.el" -f "$1" 2>err ||
		{ cat err; false; }
}

@test "the real org mode reads what is exported" {
	fill
	project -q actions trip 'paint [1/2] @büro'
	project export org >plans.org 2>/dev/null
	in_emacs plans-print >got
	diff - got <<-'X'
		trip|TODO|call the hotel|phone|<2026-12-01 Tue>|
		trip|TODO|pack|home,bag||<2026-11-30 Mon>
		trip|TODO|paint [1/2]|büro||
		two words|TODO|été: "quoted", a\b; #hash|||
		inbox|TODO|#action trent to mail the list|||
		nextactions|TODO|mow|garden||
		someday|TODO|learn cello|||
	X
}

@test "what the real org mode writes is imported whole" {
	in_emacs plans-write
	cat plans.org
	run project import org plans.org
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"tags of headings without a keyword (1)"* ]]
	[[ $output == *"times of day (1)"* && $output == *"headings without tasks (2)"* ]]
	diff - "$P/trip/actions" <<-'X'
		[ ] pri:A call Ann @phone @büro due:2026-12-01 t:2026-11-30
		[ ] read the map
		[ ] Bob @waiting
		[ ] pack [1/2]
		[ ] socks
		[ ] shoes
	X
	[ "$(ls "$P")" = trip ]
	[ "$(cat "$GTD_DIR/inbox")" = 'water due:2026-12-05 rec:+1w
alone' ]
	# the day of being done is org's
	day=$(sed -n 's/.*CLOSED: \[\([0-9-]*\) .*/\1/p' plans.org | head -n 1)
	has "$GTD_DIR/done" "$day pay (trip)"
	[ "$(cut -d' ' -f2- "$GTD_DIR/done" | sort)" = 'pay (trip)
sent (trip)
tickets (trip)' ]
}

@test "a calendar's to-dos and events come with day, time and place, all else is named" {
	cat >cal.ics <<-'X'
		BEGIN:VCALENDAR
		BEGIN:VTIMEZONE
		TZID:Europe/Berlin
		END:VTIMEZONE
		BEGIN:VTODO
		SUMMARY:Pay\, by transf
		 er
		DUE;VALUE=DATE:20261205
		CATEGORIES:home,at work
		RRULE:FREQ=MONTHLY
		DESCRIPTION:many\nwords
		BEGIN:VALARM
		SUMMARY:ring
		END:VALARM
		END:VTODO
		BEGIN:VEVENT
		DTSTART;TZID="a:b;c":20261201T093000
		DTEND;TZID="a:b;c":20261201T100000
		SUMMARY:Dentist
		LOCATION:Main St. 5
		END:VEVENT
		BEGIN:VEVENT
		DTSTART;VALUE=DATE:20261210
		DTEND;VALUE=DATE:20261213
		SUMMARY:Fair
		END:VEVENT
		BEGIN:VEVENT
		DTSTART:20261210
		STATUS:CANCELLED
		SUMMARY:Party
		END:VEVENT
		BEGIN:VTODO
		SUMMARY:old
		COMPLETED:20261101T120000Z
		END:VTODO
		BEGIN:VTODO
		DUE:20261202T120000Z
		SUMMARY:cut off
	X
	for end in lf crlf; do
		[ $end = lf ] || sed -i 's/$/\r/' cal.ics
		rm -f "$GTD_DIR/inbox" "$GTD_DIR/done"
		TZ=UTC run project import ics cal.ics
		[ "$status" -eq 0 ]
		for lost in RRULE DESCRIPTION VALARM 'cancelled entries'; do
			[[ $output == *"left out: $lost (1)"* ]]
		done
		[[ $output == *'time zones (2)'*'5 imported, 0 projects made' ]]
		diff - "$GTD_DIR/inbox" <<-'X'
			Pay, by transfer @home @at_work due:2026-12-05
			09:30-10:00 Dentist (Main St. 5) due:2026-12-01
			Fair until 2026-12-12 due:2026-12-10
			12:00 cut off due:2026-12-02
		X
		has "$GTD_DIR/done" '2026-11-01 old (inbox)'
	done
	echo 'no calendar' >none.ics
	run project import ics none.ics
	[ "$status" -eq 1 ]
	[[ $output == *'not a calendar: no line BEGIN:VCALENDAR'* ]]
}

@test "what is imported into a note in Markdown is an action of it" {
	printf -- '# Trip\n- [ ] pack\n' >"$P/trip.md"
	echo 'call the hotel +trip' >todo.txt
	project -q import todotxt todo.txt
	[ "$(project actions trip | cut -f3)" = $'pack\ncall the hotel' ]
	has "$P/trip.md" '- [ ] call the hotel'
}
