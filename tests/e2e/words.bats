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
	# Those of ASCII, too, and what a voice would say; a level of one's own.
	printf '~\ttwiddle\n\342\202\254\teuros\n+\tmore\tall\n' \
		>"$XDG_CONFIG_HOME/earshot/symbols"
	printf '~x 5 \342\202\254 1 + 1 a->b\n' | plain >out
	grep -qx 'twiddle x 5 euros 1 + 1 a arrow b' out
	printf '1 + 1\n' | plain --punctuation=all >out
	grep -qx '1 more 1' out
	printf '# x\n\342\206\222 leads to\n' >"$XDG_CONFIG_HOME/earshot/symbols"
	run speakd --check-config
	[ "$status" -eq 2 ]
	[[ $output == *symbols:2:*tab* ]]
	run speakd --check-config --punctuation=lots
	[ "$status" -eq 2 ]
	[[ $output == *"expected none, some, most or all"* ]]
}

@test "our own words follow the language of the voice" {
	printf '[12:00:00] <al> https://a.example/b :)\n[12:00:01] * bo winkt
[12:00:02] *** eve has joined #x\n[12:00:03] <al> 5 > 3 -----\n' >in
	speakd --print -e all -v de in >out
	diff - out <<-'END'
	al: Link zu a.example lächelt
	bo winkt
	eve kommt
	al: 5 größer als 3 5 Striche
	END
	speakd --print -e all -v fr-fr+m3 in >out
	diff - out <<-'END'
	al: lien vers a.example sourire
	bo winkt
	eve arrive
	al: 5 supérieur à 3 5 tirets
	END
	# A voice of a language without a catalogue speaks English.
	speakd --print -e all -v pl in | grep -qx 'eve joins'
}

@test "what becomes of the listener is told in the language of the voice" {
	say() {
		printf 'x           : 11/28/26 12:00 >< STATE (a): %s\n' "$1" |
			speakd --print -f sic -v "$2"
	}
	[ "$(say 'libera lost: timed out' de)" = 'libera verloren: timed out' ]
	[ "$(say 'in #c: 2 here, topic: fix #3' de)" = \
		'in c: 2 hier, Thema: fix Nummer 3' ]
	[ "$(say 'you are banned from #c' fr)" = 'vous êtes banni de c' ]
	[ "$(say 'al kicked you from #c: go' fr)" = \
		'al vous a expulsé de c : go' ]
	# What has no translation, and no language: as it is.
	[ "$(say '#c is moderated' de)" = 'c is moderated' ]
	[ "$(say 'in #c: 2 here' en)" = 'in c: 2 here' ]
}

@test "each source has the words of its own voice" {
	printf 'https://a.example/b\n' >in
	printf '[source x]\nfile = in\nlast = 1\nvoice = de\n' >c
	start speakd -c c --alone -S -o null --show >out
	until_true 20 has out 'Link zu a.example'
}

@test "the catalogues are complete" {
	cd "$EARSHOT_SRC"
	xgettext --from-code=UTF-8 --keyword=N_ --keyword=N_MANY:1,2 \
		--keyword=reading_many:2,3 --keyword=catalogue_many:2,3 -o - \
		speakd/words/*.c | sed 's/CHARSET/UTF-8/' >"$BATS_TEST_TMPDIR/pot"
	for po in po/*.po; do
		msgcmp "$po" "$BATS_TEST_TMPDIR/pot"
		# What nothing asks for any more goes from them too.
		msgcmp --use-untranslated "$BATS_TEST_TMPDIR/pot" "$po"
	done
}

@test "a damaged catalogue is as good as none" {
	mkdir -p bin share/locale/de/LC_MESSAGES
	cp "$EARSHOT_BIN/speakd" bin
	good=$EARSHOT_BIN/../share/locale/de/LC_MESSAGES/earshot.mo
	mo=share/locale/de/LC_MESSAGES/earshot.mo
	for damage in 0 4 12 20 40 200 5000; do
		head -c "$damage" "$good" >"$mo"
		echo 'see http://a.b/c' | bin/speakd --print -f plain -v de >out
		grep -qx 'see link to a.b' out
	done
	cp "$good" "$mo"
	echo 'see http://a.b/c' | bin/speakd --print -f plain -v de >out
	grep -qx 'see Link zu a.b' out
}

@test "signs and emoji by what is installed, in the voice's language" {
	mkdir -p data/speech-dispatcher/locale/de data/unicode/cldr/common/annotations
	printf 'symbols:\n\342\206\222\tPfeil\tsome\n' \
		>data/speech-dispatcher/locale/de/symbols.dic
	printf '\357\273\277# x\n\nsymbols:\n\360\237\221\215\tDaumen\tnone\n' \
		>data/speech-dispatcher/locale/de/emojis.dic
	printf '<annotation cp="\360\237\221\215" type="tts">pouce</annotation>\n' \
		>data/unicode/cldr/common/annotations/fr.xml
	export XDG_DATA_DIRS=$PWD/data
	printf 'a \342\206\222 \360\237\221\215\360\237\217\273\n' >in
	plain -v de in | grep -qx 'a Pfeil Daumen'
	plain -v fr in | grep -q 'pouce$'
	plain -v en in | grep -q 'thumbs up$'
}

@test "the listener's dictionary: for all, for a language, for a source" {
	conf=$XDG_CONFIG_HOME/earshot
	mkdir -p "$conf"
	printf 'nginx = engine x\n' >"$conf/dictionary"
	printf 'nginx = Enginks\n' >"$conf/dictionary.de"
	echo 'nginx nginx.org' | plain >out
	grep -qx 'engine x engine x dot org' out
	echo 'nginx' | plain -v de | grep -qx Enginks
	printf 'lol\tlaughs\t0\t2\n' >own
	printf '[source s]\nfile = x\ndictionary = %s\n' "$PWD/own" >c
	echo 'lol nginx' >x
	printf 'last = 1\nformat = plain\n' >>c
	start speakd -c c --alone -S -o null --show >out
	until_true 20 has out 'laughs engine x'
	printf 'nginx\n' >>"$conf/dictionary"
	run speakd --check-config
	[ "$status" -eq 2 ]
	[[ $output == *dictionary:2:*"expected WORD = SPOKEN"* ]]
}

@test "foreign scripts are read, not spelled, within a line too" {
	for text in 'привет мир, как дела сегодня' 'al: hello 日本語 の テキスト です'; do
		echo "$text" | speakd -f plain --alone -w read.wav
		echo "$text" | speakd -f plain --alone --without=languages -w spelled.wav
		[ "$(stat -c %s read.wav)" -lt \
			$(($(stat -c %s spelled.wav) * 3 / 4)) ]
	done
}

@test "profiles: ours, one's own, and mistakes in them" {
	printf '12:00 <al> hello\n12:01 <al> me: 5 > 3\n12:02 -!- eve [x@y] has joined #a\n' >in
	printf 'nick = me\nhighlight = word\n[profile focus]\npunctuation = none\n' >c
	speakd -c c --print -f irssi --profile=focus in >out
	[ "$(cat out)" = '[chime] highlight: al: me: 5 > 3' ]
	# The command line wins, a profile over the file.
	speakd -c c --print -f irssi --profile=focus --punctuation=some in >out
	grep -q '5 greater than 3' out
	run speakd -c c --print --profile=nap in
	[ "$status" -eq 2 ]
	[[ $output == *"unknown profile 'nap', expected meeting, focus, night or none"* ]]
	printf '[profile x]\nprint = yes\n' >c
	run speakd -c c --check-config
	[ "$status" -eq 2 ]
	[[ $output == *"c:2: "*"unknown key 'print'"* ]]
	run speakd -c /dev/null --print --profile=focus in
	[ "$status" -eq 2 ]
	[[ $output == *"only-me needs nick"* ]]
}

@test "a daemon serves in spite of a mistake in a dictionary, and says it" {
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	printf 'nginx = engine x\nnonsense\n' >"$XDG_CONFIG_HOME/earshot/dictionary"
	start speakd -S -o null --show >out 2>err
	until_true 20 grep -q 'dictionary:2: expected' out
	grep -q 'dictionary:2: expected WORD' err
	speakctl -w say 'nginx'
	until_true 20 has out 'engine x'
}

@test "the same words of many are counted in the listener's language" {
	for i in 1 2 3 4; do printf '[12:00:%02d] <n%d> buy now\n' $i $i; done >in
	speakd --print in | grep -qx 'three others: buy now'
	speakd --print -v de in | grep -qx '3 andere: buy now'
}

# says TEXT WANT [OPTION...]: TEXT as a line of its own is said as WANT.
says() {
	printf '%s\n' "$1" | plain "${@:3}" >said
	printf '%s\n' "$2" | diff - said
}

# sounds_else OPTION TEXT: the sound is another one with OPTION.
sounds_else() {
	printf '%s\n' "$2" >in
	speakd -f plain --alone -w with.wav "$1" in
	speakd -f plain --alone -w without.wav in
	! cmp -s with.wav without.wav
}

# The rows of the table "Beside others" in speakd(1), by their names.
check_row() {
	case $1 in
	'four punctuation levels')
		says 'well, a/b (x)' 'well, a/b (x)' --punctuation=none
		says 'well, a/b (x)' 'well, a slash b (x)'
		says 'well, a/b (x)' \
			'well, a slash b left parenthesis x right parenthesis' \
			--punctuation=most
		says 'well, (x)' \
			'well comma, left parenthesis x right parenthesis' \
			--punctuation=all
		;;
	'named by context') says 'a - b, rm -rf' 'a - b, rm dash rf' ;;
	'repeats and rows counted')
		says 'no no no no =====' 'no, 4 times 5 equals' ;;
	'ids digit by digit') says 'bug 1234567' 'bug 1 2 3 4 5 6 7' ;;
	'capitals marked') sounds_else --capitals=spell 'Hello There' ;;
	'numbers by digits')
		says '1234' '1 2 3 4' --digits=single
		says '1234' '12 34' --digits=pairs
		;;
	'paths and links by meaning')
		says '/usr/src/linux-6.1/net/foo.c:12' \
			'foo dot c line 12 in linux-6.1...'
		says 'https://github.com/lxc/lxc/pull/12' \
			'pull request 12 of lxc'
		;;
	'emoji in one'"'"'s language')
		mkdir -p data/speech-dispatcher/locale/de
		printf 'symbols:\n\360\237\221\215\tDaumen\tnone\n' \
			>data/speech-dispatcher/locale/de/emojis.dic
		XDG_DATA_DIRS=$PWD/data says "$(printf '\360\237\221\215')" \
			Daumen -v de
		;;
	dictionary)
		mkdir -p "$XDG_CONFIG_HOME/earshot"
		echo 'nginx = engine x' >"$XDG_CONFIG_HOME/earshot/dictionary"
		says 'use nginx' 'use engine x'
		;;
	'voice by script')
		sounds_else --without=languages 'привет мир' ;;
	'language by detection')
		sounds_else --languages=en-us,de \
			'das ist ein ganz normaler deutscher Satz für alle' ;;
	profiles) says '5 > 3' '5 > 3' -c profile.conf --profile=mine ;;
	*)
		echo "no test for the row '$1'" >&2
		return 1
		;;
	esac
}

@test "each row of the table beside others is so" {
	printf '[profile mine]\npunctuation = none\n' >profile.conf
	sed -n '/^\.Ss Beside others/,/^\.El/s/^\.It \([^E].*\)/\1/p' \
		"$EARSHOT_SRC/man/speakd.1" >rows
	[ "$(wc -l <rows)" -ge 12 ]
	while read -r row; do
		[[ $row == *" Ta yes Ta "* ]]
		check_row "${row%% Ta *}"
	done <rows
}

@test "speakctl forget erases what is kept, whether one serves or not" {
	mkdir -p "$XDG_STATE_HOME/earshot"
	echo x >"$XDG_STATE_HOME/earshot/seen"
	echo x >"$XDG_STATE_HOME/earshot/voices"
	echo x >"$XDG_STATE_HOME/earshot/speakd.conf.good"
	speakctl forget
	[ ! -e "$XDG_STATE_HOME/earshot/seen" ]
	[ ! -e "$XDG_STATE_HOME/earshot/voices" ]
	[ ! -e "$XDG_STATE_HOME/earshot/speakd.conf.good" ]
	speakctl forget
	# One that cannot go is told.
	mkdir "$XDG_STATE_HOME/earshot/seen"
	run speakctl forget
	[ "$status" -eq 1 ]
	[[ $output == *earshot/seen* ]]
}

@test "a voice that was given is kept, but not by --print" {
	printf '12:00 <alice> hello\n12:01 <bob> hello\n' >in
	speakd --print in >out
	[ ! -e "$XDG_STATE_HOME/earshot/voices" ]
	speakd --alone -f irssi -w a.wav in
	[ "$(wc -l <"$XDG_STATE_HOME/earshot/voices")" -eq 2 ]
	[ "$(stat -c %a "$XDG_STATE_HOME/earshot/voices")" = 600 ]
	cp "$XDG_STATE_HOME/earshot/voices" kept
	printf '12:00 <bob> hello\n12:01 <alice> hello\n' >other
	speakd --alone -f irssi -w b.wav other
	cmp kept "$XDG_STATE_HOME/earshot/voices"
	# What is damaged is begun anew, what cannot be written is no mistake.
	echo 'not ours' >"$XDG_STATE_HOME/earshot/voices"
	speakd --alone -f irssi -w c.wav in
	rm -r "$XDG_STATE_HOME/earshot"
	: >"$XDG_STATE_HOME/earshot"
	speakd --alone -f irssi -w d.wav in
	# espeak-ng 1.52 draws its noise by the second.
	[ "$(stat -c %s a.wav)" -eq "$(stat -c %s d.wav)" ]
}
