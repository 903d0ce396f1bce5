#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# reading.bats - what people really have is read right: formats, what is in
# front of a line, people, and names that are followed.
load lib

setup() {
	common_setup
	streams=$EARSHOT_SRC/tests/data/streams
}
teardown() { common_teardown; }

# said [OPTION...]: what is said of standard input.
# Only what is read matters here, not how signs are named.
said() { speakd --print --punctuation=none "$@"; }

@test "each format is found out, and only what was said is said" {
	for format in irssi-brackets irssi-date irssi-zone irssi-month \
		irssi-hms weechat-iso; do
		said "$streams/$format" >out
		head -n 2 out >two
		diff <(printf '%s\n' 'alice: hello world' 'bob waves') two || {
			echo "$format"
			return 1
		}
	done
	diff <(printf '%s\n' 'alice: hello world' 'bob waves' \
		'notice from carol: a notice' 'bob: trent: are you there?' \
		'alice changes the topic to: release day') \
		<(said "$streams/irssi")
	diff <(printf '%s\n' 'trent: hi' 'in other: carol: trent: lunch?' |
		sed '1s/^/bob: /') <(said "$streams/irssi-hilight" | head -n 2)
	diff <(printf '%s\n' 'alice: hello world' 'bob waves' \
		'bobby: second line') \
		<(said "$streams/mirc" | grep -v -e notice -e topic)
}

@test "what no format knows is said without its time stamp" {
	[ "$(echo '12:00 * al waves' | said)" = 'al waves' ]
	printf '%s\n' '[12:30:01] <main> starting' '[12:30:02] Compiling' \
		'[12:30:03] ERROR: disk full' >in
	diff <(printf '%s\n' 'main: starting' Compiling 'ERROR: disk full') \
		<(said in)
}

@test "no line is both said and counted, and none is neither" {
	for sample in "$streams"/*; do
		case $sample in */README | */COUNTS) continue ;; esac
		lines=$(grep -c . "$sample")
		said --verbose --without=pastes "$sample" >out 2>err
		unsaid=$(sed -n 's/.*: \([0-9]*\) lines* of kinds not.*/\1/p' err)
		blank=$(grep -c '^$' "$sample" || :)
		[ "$lines" -eq $(($(wc -l <out) + ${unsaid:-0} - blank)) ] || {
			echo "$sample: $lines lines"
			cat out err
			return 1
		}
	done
}

@test "errors of machines are said as such" {
	diff <(printf '%s\n' \
		'error: open() "/srv/x" failed (2: No such file or directory)' \
		'signal process started') <(said "$streams/nginx-error")
	[ -z "$(said "$streams/web-access")" ]
	diff <(printf '%s\n' 'GET /index.html 200' 'POST /login 404' 'GET /a 404') \
		<(said --events=other "$streams/web-access")
	said "$streams/gcc" | grep -qx \
		"a.c: line 12: error: 'x' undeclared (first use in this function)"
	diff <(printf '%s\n' 'ok: starts' 'failed: stops' '# it did not' \
		'ok: starts again') <(said "$streams/tap")
	diff <(printf '%s\n' 'ok: TestOne (0.00s)' 'failed: TestTwo (0.00s)' \
		'failed: a::b' 'skipped: a::c: needs a network' \
		'skipped: slow: no network' 'todo: new') \
		<(said "$streams/go")
	[ "$(echo 'src/a.ts(5,3): error TS2304: no name' | said)" = \
		'a.ts: line 5: error TS2304: no name' ]
	diff <(printf '%s\n' 'Alice Smith: hello there' 'Hello again' \
		'and more') <(said "$streams/subtitles")
	# Without times between them a number and a tag are words.
	diff <(printf '%s\n' 42 '<i>x</i> y') <(printf '42\n<i>x</i> y\n' | said)
}

@test "what a logging library puts before a text is not said, but how bad it is" {
	said --without=nick "$streams/logger" >out
	diff - out <<-'END'
	error: disk full
	app.main: started
	warning: low disk
	Booting worker with pid: 123
	com.example.Main: error: failed
	warning: disk is nearly full path=/var
	error: disk full
	c.e.demo.DemoApplication: warning: slow start
	error: task failed
	error: relation "x" does not exist
	Server: warning: self signed
	Ready to accept connections
	myapp::net: error: failed
	error: boom
	pool www: warning: server is busy
	sshd: Ban 192.0.2.1
	node-1: warning: hot
	error: boom
	main: warning: hm
	homeassistant.core: error: bad
	warning: x is deprecated
	warning: hm
	error: bad
	Started x.
	END
	said --events=message,join,quit "$streams/game" >out
	diff - out <<-'END'
	alice: hello
	bob joins
	warning: Cannot keep up!
	bob: hi
	bob quits
	END
	# Of the text nothing is taken for its head, nor of a chat.
	printf '%s\n' '2026-11-28 12:30:01 INFO [3/5] 7 files - done' \
		'2026-11-28 12:30:02 the ERROR was mine' \
		'[12:30:03] <al> ERROR [main] x - y' 'info	x' >in
	diff <(printf '%s\n' '[3/5] 7 files - done' 'the ERROR was mine' \
		'al: ERROR [main] x - y' 'info x') <(said --without=numbers in)
}

@test "the level of an object is said, whoever wrote it" {
	printf '%s\n' '{"level":50,"time":1700000000000,"msg":"pino"}' \
		'{"t":{"$date":"2026-11-28T12:30:01Z"},"s":"W","msg":"mongo"}' \
		'{"short_message":"gelf","level":3}' \
		'{"log":"docker\n","stream":"stderr"}' \
		'{"event":"structlog","level":"warn"}' \
		'{"@t":"2026-11-28T12:30:01Z","@m":"serilog","@l":"Fatal"}' \
		'{"level":50,"time":1e400,"loss":NaN,"msg":"train"}' \
		'{"level":30,"msg":"usual"}' >in
	diff <(printf '%s\n' 'error: pino' 'warning: mongo' 'error: gelf' \
		docker 'warning: structlog' 'fatal: serilog' 'error: train' \
		usual) <(said in)
}

@test "lines and objects of one's own" {
	cat >conf <<'END'
format = deploy
[format deploy]
line = ^(?<nick>\w+) deploys (?<text>.*)
[format chat]
json = author.name → nick, content -> text, n.0.kind -> kind
END
	diff <(printf '%s\n' 'bob: the site' 'no match') \
		<(printf 'bob deploys the site\nno match\n' | said -c conf)
	diff <(printf '%s\n' 'carol: hi' 'carol waves' '{broken') \
		<(printf '%s\n' '{"author":{"name":"carol"},"content":"hi"}' \
			'{"author":{"name":"carol"},"content":"waves","n":[{"kind":"action"}]}' \
			'{broken' | said -c conf -f chat)
	[ "$(echo 'x> hi' | said -f 'line:^(?<nick>\w+)> (?<text>.*)')" = 'x: hi' ]
}

@test "mistakes in formats of one's own name the line" {
	printf '[format a]\nline = (\n[format b]\nline = x\n[format c]\njson = a b\n[format d]\nline = (?<who>x)\n[format irssi]\nline = (?<text>x)\n' >conf
	run speakd -c conf --check-config
	[ "$status" -eq 2 ]
	for n in 2 4 6 8 10; do
		[[ $output == *conf:$n:* ]]
	done
	[[ $output == *"unknown group 'who', expected time"* ]]
	run speakd --print -f irsi
	[ "$status" -eq 2 ]
	[[ $output == *"did you mean 'irssi'?"* ]]
}

@test "an expression that backtracks does not hold the stream up" {
	printf 'b: %060d!\nb: 000\n' 0 >in
	timeout 20 speakd --print -f 'line:^(?<nick>b): (?<text>(0+)+)$' in >out
	has out 'b: 000'
	has_lines out 2
}

@test "JSON that is deep, long or no object is said or bounded" {
	python3 -c 'print("[" * 5000)
print("{\"text\":" * 3000)
print("[1,2]")
print("{\"text\":\"" + "x " * 3000000 + "\"}")
print("{\"text\":\"after\",\"nick\":\"bob\"}")' >in
	timeout 30 speakd --print -f json in >out 2>err
	grep -qx 'bob: after' out
}

@test "a stream that is another one with every line is read all the same" {
	for i in 1 2 3; do
		printf '%s\n' '[12:30:01] <al> one' '(12:30:01) bo: two' \
			'Nov 28 12:30:01 h cy[1]: three' '<di> four' \
			"$(printf '2026-11-28 12:30:01\tem\tfive')"
	done >in
	for i in 1 2 3; do
		printf '%s\n' 'al: one' 'bo: two' 'cy: three' 'di: four' 'em: five'
	done | diff - <(said in)
}

@test "a million nicks and channels take no more memory than a few" {
	awk 'BEGIN { for (i = 0; i < 1000000; i++)
		printf "#c%d  : 11/22/26 00:01 <n%d> hello\n", i, i }' |
		(ulimit -v 60000; speakd --print) >out
	[ "$(wc -l <out)" -eq 1000000 ]
	[ "$(tail -n 1 out)" = "in c999999: n999999: hello" ]
}

@test "what is for a terminal is not said" {
	printf '\033[1m\033[32mOK\033[0m build finished\n\033[0m[12:00:00] <al> hi\n1%%\r50%%\r100%%\n' >in
	diff <(printf '%s\n' 'OK build finished' 'al: hi' '100%') <(said in)
	diff <(printf '%s\n' 'OK build finished' 'al: hi' '100%') \
		<(cat in | said)
}

@test "UTF-16, packed, with a mark: by what is in it, not by its name" {
	printf '[12:00:00] <al> hällo\n[12:00:09] <bo> 👋 hi\n' >in
	said in >want
	grep -qx 'al: hällo' want
	for how in "iconv -t UTF-16" "iconv -t UTF-16LE" "iconv -t UTF-16BE" \
		gzip xz zstd bzip2 "sed 1s/^/$(printf '\357\273\277')/"; do
		$how <in >coded
		diff want <(said coded) && diff want <(cat coded | said) || {
			echo "$how"
			return 1
		}
	done
	iconv -t UTF-16 in | gzip >both
	diff want <(said both)
	printf 'a\rb\rc\rd\r' >mac
	diff <(printf '%s\n' a b c d) <(said -f plain mac)
}

@test "an export that is one array of objects is read object by object" {
	cat >day.json <<-'END'
	[
	  {"type":"message","user":"U1","text":"hello <@U2> &amp; all",
	   "ts":"1764331801.000200",
	   "user_profile":{"display_name":"alice","real_name":"Alice B"}},
	  {"subtype":"channel_join","user":"U2","ts":"1764331802.0","text":"x"},
	  {"subtype":"me_message","text":"waves ] } \" [","ts":"1764331803.0",
	   "user_profile":{"display_name":"","real_name":"Bob"}}
	]
	END
	speakd --print day.json >out
	diff - out <<-'END'
	alice: hello mention and all
	Bob waves right bracket right brace quote left bracket
	END
	speakd --print -e join day.json | grep -qx 'U2 joins'
	# What follows the array is text again; a chat line is none.
	printf '[{"text":"a"}]\nplain\n' >in
	speakd --print in >out
	diff - out <<-'END'
	a
	plain
	END
	printf '[{1}] is what I meant\n' | speakd --print |
		grep -q 'is what I meant'
}

@test "what is no text is refused by its name, what is broken is told" {
	run speakd --print "$EARSHOT_BIN/speakd"
	[ "$status" -eq 1 ]
	[[ $output == *"bin/speakd: it is not text"* ]]
	seq 1 100000 | gzip | head -c 1000 >cut.gz
	run speakd --print cut.gz
	[ "$status" -eq 1 ]
	[[ $output == *"cut.gz: it is packed, and broken"* ]]
}

@test "a file that unpacks without end is left" {
	head -c 300000000 /dev/zero | tr '\0' x | gzip -1 >bomb.gz
	run timeout 60 speakd --print bomb.gz
	[ "$status" -eq 1 ]
	[[ $output == *"bomb.gz: it unpacks to more than 200 times"* ]]
}

@test "the speaker behind a relay, after three lines or when named" {
	printf '%s\n' '[12:00:00] <bridge> <Ewan> one' \
		'[12:00:09] <bridge> <Jup> two' \
		'[12:00:19] <bridge> <Jup> three' \
		"[12:00:29] <bridge> [net] <E$(printf '\342\200\213')wan> four" \
		'[12:00:39] <Ewan> five' '[12:00:49] <al> <b> is not one' >in
	diff <(printf '%s\n' 'bridge: Ewan: one' 'Jup: two' 'Jup: three' \
		'Ewan: four' 'five' 'al: <b> is not one') <(said in)
	diff <(printf '%s\n' 'Jup: two' three 'al: <b> is not one') \
		<(said --relay bridge --ignore Ewan in)
	diff <(printf '%s\n' 'al: one' 'bo: two' 'mx: three') \
		<(printf '[12:00:%02d] <mx> %s\n' 1 'al: one' 9 'bo: two' \
			19 three | said --relay=mx)
	# A relay that names itself is no endless one.
	diff <(printf '%s\n' 'x: <x> one') \
		<(echo '[12:00:00] <x> <x> <x> one' | said --relay=x)
}

@test "a relay writes who speaks in more ways, and what they do" {
	printf '12:00 <tg> %s\n' '[Ewan] one' '* Ewan waves' 'Jup: two' >in
	diff <(printf '%s\n' 'Ewan: one' 'Ewan waves' 'Jup: two') \
		<(said --relay=tg in)
	# Of one that was found only what nobody else writes.
	printf '12:0%d <br> %s\n' 0 '<Ewan> one' 1 '<Jup> two' \
		2 '<Jup> three' 3 '* Jup waves' 4 '[Jup] four' >in
	diff <(printf '%s\n' 'Jup waves' 'br: [Jup] four') \
		<(said in | tail -n 2)
	printf '12:0%d <dc> %s\n' 0 '**<Ewan>** one' 1 '<Jup>: two' \
		2 '**<Jup>** three' >in
	[ "$(said in | tail -n 1)" = 'Jup: three' ]
	printf '12:00 <br> [net] <Ewan> one\n' >in
	[ "$(said in)" = 'br: [net] Ewan: one' ]
}

@test "what was encoded twice is read as it was meant" {
	printf '12:00 <al> caf\303\203\302\251 S\303\203O\n' >in
	diff <(printf 'al: caf\303\251 S\303\203O\n') <(said in)
}

@test "irssi's window of a server: private messages and notices" {
	printf '12:0%d %s\n' 0 '<al> hi' 1 '[bob(~b@host)] psst' \
		2 '!irc.example *** Looking up' 3 '[msg(bob)] yes' \
		4 '[x (y)] z' >in
	diff <(printf '%s\n' 'al: hi' '[chime] private from bob: psst' \
		'notice from irc.example: *** Looking up' '[x (y)] z') \
		<(said in)
}

@test "one person for all nicks of theirs" {
	printf '%s\n' "[12:00:00] <a$(printf '\342\200\213')l> one" \
		'[12:00:09] <al> two' '[12:00:19] <al_> three' \
		'[12:00:29] <al|afk> four' '[12:00:39] <@al:example.org> five' \
		'[12:00:40] * al is now known as bert' \
		'[12:00:49] <bert> six' '[12:00:59] <bertha> seven' >in
	diff <(printf '%s\n' 'al: one' two three four five six \
		'bertha: seven') <(said in)
	# An impostor is not ignored with her; a nick that was seen to change is.
	diff <(printf '%s\n' 'al: three' four 'bertha: seven') \
		<(said --ignore al in)
	printf '[person Allison]\nnicks = al bert\nsay = Alli\n' >conf
	diff <(printf '%s\n' 'Alli: one' two 'al: three' four 'Alli: five' six \
		'bertha: seven') <(said -c conf in)
	diff <(printf '%s\n' 'al: three' four 'bertha: seven') \
		<(said -c conf --ignore Allison in)
}

@test "another name by a rule is said once too" {
	printf '[rule j]\nnick = ^jd$\nsay-as = Jamie: $text\n' >conf
	diff <(printf '%s\n' 'Jamie: one' two 'al: hi' 'Jamie: three') \
		<(printf '[12:00:%02d] <%s> %s\n' 1 jd one 9 jd two 19 al hi \
			29 jd three | said -c conf)
}

@test "after ten silent minutes the speaker is named again" {
	printf '[12:%02d:00] <al> x%d\n' 0 1 10 2 21 3 | said >out
	diff <(printf '%s\n' 'al: x1' x2 'al: x3') out
}

@test "what was said over an hour is no paste, whatever is read at once" {
	for i in 0 1 2 3 4 5; do echo "[12:0$i:00] <al> thought $i"; done >in
	diff <(said in) <(cat in | said)
	! cat in | said | grep -q paste
	# A minute long ago: of this one they could have been pasted.
	then=$(date -d '6 hours ago' +%H:%M)
	for i in 0 1 2 3 4 5; do echo "$then <al> thought $i"; done | said >out
	[ "$(grep -c paste out)" -eq 0 ]
	for i in 1 2 3 4 5; do echo "[12:00:01] <al> line $i"; done | said |
		grep -qx 'al pastes: line 4'
}

@test "lines of several networks: named when they change, told apart by rules" {
	said <"$streams/networks.sic" >out
	diff - out <<-'END'
		alice: hello
		in oftc c: bob: other network
		more
		in libera c: bob: here too
		[chime] private from bob: private words
		in oftc c: notice from x: note
		op kicked you from c: bye
	END
	# One alone is not named, wherever its name stands.
	grep -v ^oftc "$streams/networks.sic" | said | grep -c ' in libera' | grep -qx 0
	printf '[rule one]\nchannel = libera/#c\ndrop = yes\n' >conf
	[ "$(said -c conf <"$streams/networks.sic" | head -n 2)" = "$(printf \
		'bob: other network\nmore')" ]
	printf '[rule one]\nchannel = c\ndrop = yes\n' >conf
	[ "$(said -c conf <"$streams/networks.sic")" = \
		"[chime] private from bob: private words" ]
}

@test "an export of JSON with its messages inside: Discord, Telegram" {
	cat >discord.json <<'END'
{
  "guild": { "id": "1", "name": "My server" },
  "channel": { "name": "general", "topic": "no [{ \"messages\" here" },
  "messages": [
    { "id": "1", "type": "Default", "timestamp": "2026-11-28T12:30:01+00:00",
      "content": "hi [all]", "author": { "id": "9", "name": "al", "nickname": "Al" } },
    { "id": "2", "type": "Reply", "timestamp": "2026-11-28T12:30:05+00:00",
      "content": "hello", "author": { "id": "8", "name": "bob" } }
  ],
  "messageCount": 2
}
END
	diff <(printf '%s\n' 'Al: hi [all]' 'bob: hello') <(said discord.json)
	cat >telegram.json <<'END'
{
 "chats": { "list": [
  { "name": "A", "messages": [
   { "id": 1, "type": "message", "date": "2026-11-28T12:30:01", "from": "Alice",
     "text": [ "see ", { "type": "bold", "text": "this" }, " now" ] } ] },
  { "name": "B", "messages": [
   { "id": 2, "type": "message", "date": "2026-11-28T12:31:01", "from": "Bob",
     "text": "hi" } ] } ] }
}
END
	diff <(printf '%s\n' 'Alice: see this now' 'Bob: hi') <(said telegram.json)
}

@test "every format of the manual can be completed" {
	speakd --complete-words | grep -P '\t--format\t' | tr '\t ' '\n\n' |
		sort >words
	sed -n '/Ss Chat/,/Ss Formats of your own/s/^\.It Cm //p' \
		"$EARSHOT_SRC"/man/speakd-formats.5 | tr -d ' ' | tr , '\n' |
		sort >manual
	[ "$(wc -l <manual)" -gt 40 ]
	diff <(comm -23 manual words) /dev/null
}

@test "the people of an export of Slack have their names" {
	mkdir -p export/general
	cat >export/users.json <<'END'
[ { "id": "U02", "name": "bob", "profile": { "display_name": "" } },
  { "id": "U01", "name": "alice", "profile": { "display_name": "Alice S" } } ]
END
	cat >export/general/2026-11-28.json <<'END'
[
 { "type": "message", "user": "U01", "text": "hi <@U02> &amp; <!here>", "ts": "1795868401.0001" },
 { "type": "message", "user": "U02", "text": "see <#C1|general> 1 < 2 > 0", "ts": "1795868405.0001" },
 { "type": "message", "user": "U99", "text": "who am <@U99>", "ts": "1795868409.0001" }
]
END
	said export/general/*.json >out
	diff out - <<'END'
Alice S: hi @bob & @here
bob: see #general 1 < 2 > 0
U99: who am mention
END
	# Without it, as it stands.
	rm export/users.json
	said export/general/*.json >out
	grep -qxF 'U01: hi mention & @here' out
}

@test "the same words by many are said once, and how many said them" {
	printf '[12:00:%02d] <n%d> %s\n' 1 1 yes 2 2 Yes 3 3 yes 4 4 yes \
		5 4 no 6 5 no 7 6 +1 8 7 +1 9 8 +1 >in
	diff <(printf '%s\n' 'n1: yes' 'three others: yes' 'n4: no' 'n5: no' \
		'n6 votes plus one' 'two others: plus one') <(said in)
	mkfifo fifo
	exec 7<>fifo
	start speakd --print <fifo >out 7>&-
	printf '<n%d> yes\n' 1 2 3 >&7
	until_true 20 has out 'two others: yes'
	exec 7>&-
	until_true 20 gone "$pid"
	# To me is to me.
	printf '[12:00:0%d] <n%d> me: hi\n' 1 1 2 2 3 3 | said --nick me >out
	[ "$(wc -l <out)" -eq 3 ]
}

@test "a name that is not there yet is told once, and followed" {
	start speakd --print -F later >out 2>err
	until_true 20 grep -qx 'speakd: waiting for later' err
	until_true 20 watches
	echo '[12:00:00] <al> hi' >later
	until_true 20 has out 'al: hi'
	mv later later.1
	echo '[12:00:09] <al> two' >later
	until_true 20 has out two
	[ "$(wc -l <err)" -eq 1 ]
}

@test "of a pattern the newest file of each directory, and what comes later" {
	mkdir -p net/'#a' net/'#b'
	echo '<al> old' >net/'#a'/2026-11-27.log
	touch -d '1 day ago' net/'#a'/2026-11-27.log
	echo '<al> start' >net/'#a'/2026-11-28.log
	start speakd --print -F 'net/*/2026-*.log' >out
	until_true 20 watches
	until_true 20 open_files 1
	echo '<al> one' >>net/'#a'/2026-11-28.log
	until_true 20 has out 'al: one'
	# Midnight, a channel joined, an unknown name, an older file.
	echo '<al> two' >net/'#a'/2026-11-29.log
	echo '<bo> three' >net/'#b'/2026-11-29.log
	mkdir net/'#c'
	echo '<cy> four' >net/'#c'/2026-11-29.log
	until_true 20 has out 'al: two'
	until_true 20 has out 'bo: three'
	until_true 20 has out 'cy: four'
	echo '<al> last' >>net/'#a'/2026-11-28.log
	until_true 20 has out last
	! grep -q -e old -e start out
}

# open_files N: the process started last has N log files open.
open_files() {
	[ "$(for f in /proc/"$pid"/fd/*; do readlink "$f"; done |
		grep -c '\.log$')" -ge "$1" ]
}

@test "a directory is followed with all its tree; a FIFO by its writers" {
	mkdir -p irc/srv/'#a'
	echo '1795868401 <al> old' >irc/srv/'#a'/out
	mkfifo irc/srv/'#a'/in pipe
	start speakd --print -N 1 -F irc >out
	until_true 20 has out 'al: old'
	mkdir -p irc/srv/bo
	echo '1795868402 <bo> one' >irc/srv/bo/out
	until_true 20 has out 'bo: one'
	start speakd --print -F pipe >out2
	timeout 20 sh -c 'echo "<al> one" >pipe'
	until_true 20 has out2 'al: one'
	timeout 20 sh -c 'echo "<al> two" >pipe'
	until_true 20 has out2 two
}

@test "a file that is changed from the other side of an overlay is heard" {
	unshare -rm true 2>/dev/null || skip "no user namespaces here"
	mkdir l u w m
	echo start >u/log
	cat >inside <<'END'
mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr m ||
	exit 77
speakd --print -f plain -F m/log >said &
echo $! >speakd.pid
wait
END
	start unshare -rm sh inside
	until_true 20 test -s speakd.pid ||
		skip "overlayfs cannot be mounted here"
	sleeper=$pid
	pid=$(cat speakd.pid)
	pids+=("$pid")
	until_true 20 watches
	until_true 20 opened
	echo 'from afar' >>u/log
	until_true 20 has said 'from afar'
	kill "$pid"
	pid=$sleeper
}

# opened: the process started last has the file "log" open.
opened() {
	for f in /proc/"$pid"/fd/*; do readlink "$f"; done | grep -q '/log$'
}

# rss FILE ITEM...: a feed of items "ID TITLE".
rss() {
	local file=$1
	shift
	{
		echo '<?xml version="1.0"?><rss version="2.0"><channel>'
		for item; do
			printf '<item><title>%s</title><guid>%s</guid>' \
				"${item#* }" "${item%% *}"
			printf '<link>https://blog.example.org/%s</link></item>\n' \
				"${item%% *}"
		done
		echo '</channel></rss>'
	} >"$file"
}

atom() {
	cat <<'END'
<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>
<entry><title>An entry</title><id>urn:a:1</id>
<link href="https://atom.example.org/1"/></entry></feed>
END
}

@test "feeds of a web server through sfeed: each item once, across restarts" {
	command -v sfeed_update >/dev/null || skip "sfeed is not installed"
	mkdir www feeds
	rss www/one.xml 'g1 Version 1' 'g2 Version 2'
	atom >www/two.xml
	start python3 -u -m http.server --bind 127.0.0.1 --directory www 0 \
		>server.log 2>&1
	until_true 20 grep -q 'port [0-9]' server.log
	port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' server.log)
	cat >sfeedrc <<END
sfeedpath="$PWD/feeds"
fetch() { curl -s -f --noproxy '*' "\$2"; }
feeds() {
	feed One "http://127.0.0.1:$port/one.xml"
	feed Two "http://127.0.0.1:$port/two.xml"
}
END
	start speakd -o null --show -f sfeed -F feeds >out
	until_true 20 watches
	sfeed_update sfeedrc >/dev/null 2>&1
	until_true 20 grep -q '^One: Version [12] link to blog.example.org' out
	until_true 20 grep -q 'Version 1 link to' out
	until_true 20 grep -q 'Version 2 link to' out
	until_true 20 grep -q '^Two: An entry link to atom.example.org' out
	# An update, a vanished feed, a broken one.
	rss www/one.xml 'g1 Version 1' 'g2 Version 2' 'g3 Version 3'
	rm www/two.xml
	sfeed_update sfeedrc >/dev/null 2>&1 || :
	until_true 20 grep -q 'Version 3 link to' out
	echo '<rss><item><title>broken' >www/one.xml
	sfeed_update sfeedrc >/dev/null 2>&1 || :
	kill "$pid"
	until_true 20 gone "$pid"
	[ "$(grep -c 'Version 1' out)" -eq 1 ]
	[ "$(grep -c 'An entry' out)" -eq 1 ]
	# Another run knows them all.
	rss www/one.xml 'g3 Version 3' 'g4 Version 4'
	start speakd -o null --show -f sfeed -N 100 -F feeds >again
	until_true 20 watches
	sfeed_update sfeedrc >/dev/null 2>&1 || :
	until_true 20 grep -q 'Version 4' again
	[ "$(wc -l <again)" -eq 1 ]
	[ "$(stat -c %a "$XDG_STATE_HOME/earshot/seen")" = 600 ]
}

@test "colours that a client put around its own signs are no part of a line" {
	printf '\00314[12:30]\003 <bob> hello there\n' >log
	printf '[12:31] \0033* amy (a@h) has joined #c\n' >>log
	printf '[12:32] <\00304amy\003> \002yes\002 ok\n' >>log
	run speakd --print --events=all log
	[ "$status" -eq 0 ]
	[ "$output" = $'bob: hello there\namy joins\namy: yes ok' ]
}
