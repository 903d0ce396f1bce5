# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project - a directory that is shared: git, synchronisers, links, attributes.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031
load project

setup() {
	project_setup
	A=$P/trip/actions
	export GIT_CONFIG_GLOBAL=$HOME/gitconfig
	git config --global user.name T
	git config --global user.email t@example.org
	git config --global init.defaultBranch main
}
teardown() { common_teardown; }

# two_machines: $GTD_DIR and $HOME/two share $HOME/remote
two_machines() {
	export PROJECT_COMMIT=yes
	git init -q --bare "$HOME/remote"
	git -C "$GTD_DIR" init -q
	git -C "$GTD_DIR" remote add origin "$HOME/remote"
	project -q new trip
	project -q actions trip one
	project -q in start
	git -C "$GTD_DIR" push -q -u origin main
	git clone -q "$HOME/remote" "$HOME/two"
}
two() { project --dir "$HOME/two" "$@"; }

@test "two machines captured, ticked off and logged apart: nothing lost or doubled" {
	two_machines
	project -q in 'from the laptop' && two -q in 'from the phone'
	project -q actions trip L && two -q actions trip P
	project -q do trip one
	two -q log trip 'a fact'
	two -q sync && project -q sync && two -q sync
	for d in "$GTD_DIR" "$HOME/two"; do
		[ "$(sort "$d/inbox")" = 'from the laptop
from the phone
start' ]
		[ "$(sort "$d/Projects/trip/actions")" = '[ ] L
[ ] P
[x] one' ]
		[ "$(grep -c 'a fact' "$d/Projects/trip/log")" -eq 1 ]
		[ -z "$(git -C "$d" status --short)" ]
	done
}

@test "lists in Markdown are merged line by line, whatever they are called" {
	export PROJECT_COMMIT=yes
	mkdir -p "$GTD_DIR/Projects"
	printf '%s\n' '# Inbox' '- [ ] start' >"$GTD_DIR/INBOX.md"
	two_machines
	[ ! -e "$GTD_DIR/inbox" ]
	printf '%s\n' '- [ ] start' >"$GTD_DIR/Next actions.md"
	git -C "$GTD_DIR" add -A && git -C "$GTD_DIR" commit -qm next
	git -C "$GTD_DIR" push -q && git -C "$HOME/two" pull -q
	project -q in laptop && two -q in phone
	echo '- [ ] near' >>"$GTD_DIR/Next actions.md"
	echo '- [ ] far' >>"$HOME/two/Next actions.md"
	git -C "$GTD_DIR" commit -qam near && git -C "$HOME/two" commit -qam far
	two -q sync && project -q sync && two -q sync
	for d in "$GTD_DIR" "$HOME/two"; do
		[ "$(sort "$d/Next actions.md" | tr '\n' '|')" = '- [ ] far|- [ ] near|- [ ] start|' ]
		grep -q laptop "$d/INBOX.md"
		grep -q phone "$d/INBOX.md"
	done
}

@test "in a stopped rebase nothing is committed, and no capture goes with an abort" {
	two_machines
	echo mine >>"$GTD_DIR/Projects/trip/summary"
	echo theirs >>"$HOME/two/Projects/trip/summary"
	git -C "$GTD_DIR" commit -qam mine
	git -C "$HOME/two" commit -qam theirs
	git -C "$HOME/two" push -q
	no git -C "$GTD_DIR" pull -q --rebase 2>/dev/null
	head=$(git -C "$GTD_DIR" rev-parse HEAD)
	run project in 'my only copy of a thought'
	[ "$status" -eq 0 ]
	[ "$(git -C "$GTD_DIR" rev-parse HEAD)" = "$head" ]
	[[ $output == *"not committed"* ]]
	git -C "$GTD_DIR" rebase --abort
	[[ $(project in) == *"my only copy of a thought"* ]]
	run project sync
	[[ $output == *"conflict: Projects/trip/summary"* ]]
}

@test "a clone that lost its empty Projects gets it again" {
	two_machines
	project -q postpone trip && project -q sync
	rm -rf "$HOME/three"
	git clone -q "$HOME/remote" "$HOME/three"
	[ ! -e "$HOME/three/Projects" ]
	project --dir "$HOME/three" -q resume trip
	[ -d "$HOME/three/Projects/trip" ]
}

@test "without git sync says what it is for" {
	run project sync
	[ "$status" -eq 1 ]
	[[ $output == *"Syncthing"*"needs no sync"* ]]
}

@test "conflict copies of each synchroniser are no projects and are reported" {
	project -q new zoo
	cd "$GTD_DIR/Projects"
	for copy in 'zoo.sync-conflict-20261128-101112-ABCDEFG' 'zoo_conflict-20261128-101112' \
		'zoo (Case Conflict)' 'zoo-DESKTOP-AB12CD' 'zoo (conflicted copy 2026-11-28)' \
		'zoo-LAPTOP-1A2B3C4D' 'zoo (Conflicted copy phone 202611281012)' zoo.conflict1; do
		cp -r zoo "$copy"
	done
	cp zoo/actions zoo/actions.orig
	touch zoo/.syncthing.actions.tmp 'zoo/~syncthing~actions.tmp'
	[ "$(project list | cut -f1)" = zoo ]
	run project check
	[ "$status" -eq 1 ]
	[ "$(grep -c 'conflict copy' <<<"$output")" -eq 9 ]
	[ "$(grep -c 'Syncthing is writing' <<<"$output")" -eq 2 ]
	[ "$(project check --json | /usr/bin/python3 -c 'import json,sys; print(len(json.load(sys.stdin)))' || :)" -eq 11 ]
}

@test "what disks, file managers and synchronisers keep is no project and not searched" {
	project -q new zoo
	mkdir -p "$GTD_DIR"/{.stversions/Projects/zoo,.obsidian,lost+found} "$P"/{@eaDir,lost+found}
	echo 'a needle' | tee "$GTD_DIR/.stversions/Projects/zoo/summary" \
		"$GTD_DIR/.obsidian/x.json" "$P"/{Thumbs.db,desktop.ini,@eaDir/summary} >/dev/null
	printf '<<<<<<< HEAD\n' >"$GTD_DIR/.stversions/Projects/zoo/log"
	[ "$(project list | cut -f1)" = zoo ]
	[ -z "$(project search needle)" ]
	project check
}

@test "copies of lists and parts, as browsers and file managers name them" {
	project -q new zoo
	project -q in 'a thought'
	cp "$P/zoo/actions" "$P/zoo/actions (1)"
	echo '[ ] of the phone' >>"$P/zoo/actions (1)"
	cp "$GTD_DIR/inbox" "$GTD_DIR/inbox (2)"
	echo 'another one' >>"$GTD_DIR/inbox (2)"
	touch "$P/zoo/photo (1)" "$P/zoo/photo" "$P/zoo/log (a)" "$P/zoo/summary.md (1)"
	run project check
	[ "$status" -eq 1 ]
	[ "$(sort <<<"$output")" = 'Projects/zoo/actions (1): a copy of actions, by its name
inbox (2): a copy of inbox, by its name' ]
	project check --fix
	[ "$(project actions zoo | cut -f3)" = 'of the phone' ]
	[ "$(project in | wc -l)" -eq 2 ]
	project check
}

@test "what editors had not saved is reported" {
	project -q new zoo
	touch "$P"/zoo/{'#log#',log.save,.log.kate-swp} "$GTD_DIR/inbox.save.1" "$P/#zoo.txt#"
	touch "$P/zoo/photo.save" # nobody's
	[ "$(project list | cut -f1)" = zoo ]
	run project check
	[ "$status" -eq 1 ]
	[ "$(grep -c 'open in an editor' <<<"$output")" -eq 3 ]
	[ "$(grep -c 'had not saved' <<<"$output")" -eq 2 ]
	[ "${#lines[@]}" -eq 5 ]
}

# what every file says, sorted: nothing may be missing of it
words() { find "$GTD_DIR" -type f -exec cat {} + | sort -u; }

@test "check --fix merges conflict copies, and nothing is lost" {
	for name in trip zoo; do project -q new $name; done
	project -q actions zoo 'feed the apes'
	project -q complete trip
	cd "$GTD_DIR/Projects"
	for copy in 'zoo.sync-conflict-20261128-101112-ABCDEFG' 'zoo_conflict-20261128-101112' \
		'zoo (1)' 'zoo (Case Conflict)' 'zoo-DESKTOP-AB12CD'; do
		cp -r zoo "$copy"
		echo "[ ] of $copy" >>"$copy/actions"
	done
	echo '[ ] of the phone' >'zoo/actions.sync-conflict-20261128-101112-ABCDEFG'
	echo 'other words' >'zoo/summary (conflicted copy 2026-11-28)'
	echo 'a thought' >"$GTD_DIR/inbox (Ann's conflicted copy 2026-11-28)"
	echo 'a name.md' >'zoo/plan.sync-conflict-20261128-101112-ABCDEFG.md'
	mkdir trip .new-00000000
	echo '2026-11-28 from the phone' >trip/log
	touch "$GTD_DIR/.inbox.0123abcd.tmp"
	words >"$HOME/before"
	run project check --fix
	[ "$status" -eq 1 ]
	[[ $output == *"summary (conflicted copy"*"left for you"* ]]
	words >"$HOME/after"
	[ -z "$(comm -23 "$HOME/before" "$HOME/after")" ]
	[ "$(project list | cut -f1)" = zoo ]
	[ "$(project actions zoo | wc -l)" -eq 7 ]
	[ -e zoo/plan.md ]
	[ "$(project in | cut -f4)" = 'a thought' ]
	grep -q 'from the phone' "$GTD_DIR"/Completed/*/trip/log
	# Only what the user must decide is left, and all of it is one change.
	[ "$(project check | wc -l)" -eq 1 ]
	run project check --fix
	[ "$(project actions zoo | wc -l)" -eq 7 ]
	project -q undo
	[ "$(project check | wc -l)" -eq 12 ]
	[ "$(project actions zoo | wc -l)" -eq 1 ]
}

@test "check --fix takes git's markers out of lists, and a wrong clock's days" {
	project -q new tax
	printf '<<<<<<< HEAD\n[ ] mine\n=======\n[ ] theirs\n>>>>>>> phone\n' >"$GTD_DIR/Projects/tax/actions"
	echo 'daily pills' >"$GTD_DIR/tickler"
	project -q tick --done --today=2036-01-01 >/dev/null
	echo 'reviewed = 2036-01-01' >"$GTD_DIR/Projects/tax/.project"
	project check --fix --today=2026-11-28
	[ "$(cat "$GTD_DIR/Projects/tax/actions")" = $'[ ] mine\n[ ] theirs' ]
	project check --today=2026-11-28
	project check --fix --json | grep -qx '\[\]'
}

@test "check reports what cannot be read, and why" {
	[ "$(id -u)" -ne 0 ] || skip "root reads everything"
	project -q new trip
	chmod 000 "$GTD_DIR/Projects/trip/actions"
	run project check
	[ "$status" -eq 1 ]
	[[ $output == *"Projects/trip/actions: cannot be read"*"Permission denied"* ]]
	[[ $(project next 2>&1) == *"Permission denied"* ]]
	chmod 000 "$GTD_DIR/Projects/trip"
	run project check
	chmod 755 "$GTD_DIR/Projects/trip"
	[[ $output == *"Projects/trip: cannot be read"* ]]
}

@test "next, day, ahead and search exit 1 when they cannot read all" {
	project -q new trip
	project -q actions trip 'call bob due:2026-11-28'
	mkdir -p "$GTD_DIR/Projects/tax"
	for command in next day ahead 'search bob'; do
		# shellcheck disable=SC2086
		project --today=2026-11-28 $command >out
	done
	mkfifo "$GTD_DIR/Projects/tax/actions"
	for command in next day ahead 'search bob' 'day --json'; do
		# shellcheck disable=SC2086
		run project --today=2026-11-28 $command
		[ "$status" -eq 1 ]
		[[ $output == *'Projects/tax/actions is not a regular file'* ]]
		[[ $output == *'call bob'* ]]
	done
}

@test "a FIFO where a file should be is reported by check" {
	project -q new trip
	rm "$GTD_DIR/Projects/trip/actions"
	mkfifo "$GTD_DIR/Projects/trip/actions" "$GTD_DIR/inbox"
	run project check
	[ "$status" -eq 1 ]
	[ "$(grep -c 'is not a regular file' <<<"$output")" -eq 2 ]
}

@test "the same reminder on two machines comes to the inbox once" {
	echo 'daily pills' >"$GTD_DIR/tickler"
	project -q tick --done --today=2026-11-28 >/dev/null
	rm "$GTD_DIR/.tick"
	project -q tick --done --today=2026-11-28 >/dev/null
	[ "$(grep -c pills "$GTD_DIR/inbox")" -eq 1 ]
}

@test "a link that leads out is read and reported, but not written through" {
	project -q new trip
	mkdir -p "$HOME/victim" && echo '[ ] act' >"$HOME/victim/actions"
	ln -s "$HOME/victim" "$GTD_DIR/Projects/evil"
	ln -s ../.bashrc "$GTD_DIR/inbox"
	before=$(sha1sum "$HOME/victim/actions")
	for command in 'do evil' 'actions evil more' 'log evil hi' 'in hello'; do
		# shellcheck disable=SC2086
		run project $command
		[ "$status" -eq 1 ]
		[[ $output == *"leads out of the GTD directory"* ]]
	done
	run project in - <<<'alias ls="echo pwned"'
	[ "$status" -eq 1 ]
	[ ! -e "$HOME/.bashrc" ]
	[ "$(sha1sum "$HOME/victim/actions")" = "$before" ]
	[ ! -e "$HOME/victim/log" ]
	[ "$(project actions evil | cut -f3)" = act ]
	[[ $(project search act) == *Projects/evil/actions* ]]
	run project check
	[[ $output == *"Projects/evil: leads out"* && $output == *"inbox: leads out"* ]]
	# The user's own arrangement is allowed by name, and Projects may be a link.
	project -q --links=yes actions evil more
	has "$HOME/victim/actions" '[ ] more'
	mv "$GTD_DIR/Projects" "$HOME/dropbox"
	ln -s "$HOME/dropbox" "$GTD_DIR/Projects"
	project -q actions trip 'a needle'
	[[ $(project search needle) == *trip/actions* ]]
}

@test "a link to what is not there is reported, by list and check" {
	project -q new trip
	ln -s ../gone "$P/lost"
	[[ $(project list --json) == *'"unreadable":false'* ]]
	run project check
	[ "$status" -eq 1 ]
	[ "$output" = 'Projects/lost: is a link to what is not there' ]
}

@test "links that go round, to / and to devices end, too" {
	project -q new trip
	ln -s / "$GTD_DIR/Projects/root"
	ln -s .. "$GTD_DIR/Projects/trip/up"
	ln -s /dev/zero "$GTD_DIR/Projects/trip/zero"
	ln -s loop "$GTD_DIR/Projects/loop"
	for command in list next 'search nothing-like-it' check day; do
		# shellcheck disable=SC2086
		timeout 20 project $command >/dev/null 2>&1 || [ "$?" -eq 1 ]
	done
}

@test "attributes, mode and a hard link: kept, or said" {
	project -q new trip && project -q actions trip one && project -q actions trip two
	chmod 640 "$A"
	/usr/bin/python3 - "$A" <<'PY' || skip "this file system keeps no attributes"
import os, sys
os.setxattr(sys.argv[1], b"user.tag", b"blue")
PY
	ln "$A" hard
	run project check
	[[ $output == *"another name (a hard link)"* ]]
	run project do trip
	[[ $output == *"has another name (a hard link)"* ]]
	[ "$(stat -c %a "$A")" = 640 ]
	/usr/bin/python3 -c 'import os, sys; assert os.getxattr(sys.argv[1], b"user.tag") == b"blue"' "$A"
}

@test "a postponed project gets another day; complete names what is open" {
	project -q new trip && project -q --today 2026-11-28 actions trip 'pay due:2026-11-29'
	project -q actions trip 'ring Ann @waiting'
	project -q --today 2026-11-28 postpone trip --until +2w
	run project --today 2026-11-28 postpone trip --until +1w
	[ "$status" -eq 0 ]
	[[ $output == "trip comes back on 2026-12-05" ]]
	[[ $(project --today 2026-11-29 day) == *"pay due:2026-11-29 (postponed)"* ]]
	project -q resume trip
	run project complete trip
	[[ $output == *"still open: pay"*"still waiting for: ring Ann"* ]]
	[ "$status" -eq 0 ]
	project -q reopen trip && project -q postpone trip --until tomorrow
	mkdir "$GTD_DIR/Projects/trip"
	run project --today +2d list
	[[ $output == *"the name is taken in Projects"* ]]
}

@test "review: each answer is about what is shown, and the calendar ahead is" {
	project -q new trip && project -q actions trip 'call hotel'
	project -q actions trip 'pay 900 EUR'
	project -q --today 2026-11-28 actions trip 'fly due:2026-12-02'
	echo '2026-12-01 passport' >"$GTD_DIR/tickler"
	printf '\n\n\n\n\n\n\nd\nq\n' | project --today 2026-11-28 review --restart >out 2>/dev/null
	sed -n '/Step 6/,/Step 7/p' out >six
	has six 'in 3 days: passport'
	has six 'due in 4 days: trip: fly due:2026-12-02'
	[ "$(grep -c '^next: pay 900 EUR' out)" -eq 1 ]
	has "$A" '[x] call hotel'
	has "$A" '[ ] pay 900 EUR'
	# What came in above what was shown is not ticked off in its place.
	(printf '\n\n\n\n\n\n\n'; until grep -q 'next: pay' out2; do sleep 0.05; done
		sed -i '1i [ ] first of all' "$A"; printf 'd\nq\n') |
		project --today 2026-11-28 review --restart >out2 2>/dev/null
	has "$A" '[x] pay 900 EUR'
	has "$A" '[ ] first of all'
}

@test "review: u takes back what was just decided" {
	project -q new trip && project -q new zoo
	project -q actions trip 'call hotel'
	printf '\n\n\n\n\n\n\nc\nu\nundo\nq\n' |
		project review --restart >out 2>/dev/null
	has out 'undone: complete trip'
	[ -d "$P/trip" ]
	# One more is what came before it.
	has out 'undone: actions trip'
	no grep -q 'call hotel' "$A"
}
