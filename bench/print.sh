#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# print.sh - speakd --print beside the post's egrep | gawk, on the same log.
#
# A million lines: the bundled channel logs repeated. Both write to a pipe that
# counts. Prints a Markdown table; ratios are medians of pairs run in turn.
set -eu
export LC_ALL=C.UTF-8
: "${EARSHOT_BIN:?}" "${EARSHOT_SRC:?}"
runs=${RUNS:-5}
lines=${LINES_OF_LOG:-1000000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

data=$EARSHOT_SRC/tests/data/irclogs
cat "$data"/ubuntu-2*.raw.txt >one
: >log
while [ "$(wc -l <log)" -lt "$lines" ]; do
	cat one one one one one one one one one one >>log
done
head -n "$lines" log >big
rm -f log

ours() { "$EARSHOT_BIN/speakd" --print "$1"; }
# The pipeline of the post, as it stands there but for the synthesiser.
post() {
	grep -E --line-buffered -v 'ChanServ|TOPIC|JOIN|PART|QUIT|ubottu' "$1" |
		gawk '{ $1=""; $2=""; $3=""; print; fflush(); }'
}
seconds() {
	start=$(date +%s.%N)
	(
		"$@" big | wc -l >count
		times >spent
	)
	end=$(date +%s.%N)
	echo "$start $end" | awk '{ printf "%.3f\n", $2 - $1 }'
}
# What it took of the processors, user and system: the same on a busy machine.
processor() {
	awk 'NR == 2 { gsub("[ms]", " "); print $1 * 60 + $2 + $3 * 60 + $4 }' spent
}
quotient() { echo "$1 $2" | awk '{ printf "%.3f\n", $1 / $2 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

seconds ours >/dev/null
i=0
while [ "$i" -lt "$runs" ]; do
	a=$(seconds ours)
	c=$(processor)
	b=$(seconds post)
	d=$(processor)
	echo "$a" >>ours.s
	echo "$b" >>post.s
	quotient "$a" "$b" >>ratio
	echo "$c" >>ours.cpu
	echo "$d" >>post.cpu
	quotient "$c" "$d" >>ratio.cpu
	i=$((i + 1))
done

peak() {
	env time -f %M "$EARSHOT_BIN/speakd" --print "$1" 2>&1 >/dev/null |
		tail -n 1
}

# What is a message is decided here by its form alone, not by our parser.
is_message='^\[[0-9][0-9]:[0-9][0-9]\]  *(<[^>]*>|\* )'
messages() { grep -aE "$is_message" one; }
real=$(messages | wc -l)
kept_post=$(post one | wc -l)
lost_post=$(messages | grep -acE 'ChanServ|TOPIC|JOIN|PART|QUIT|ubottu' || :)
said=$("$EARSHOT_BIN/speakd" --print --without=pastes one | wc -l)
system=$(grep -aEc '^===.* (has joined|has left|has quit|is now known as) ' one || :)

echo "| --print, $lines lines | speakd | egrep \\| gawk | ratio |"
echo "| --- | --- | --- | --- |"
echo "| seconds, median of $runs | $(median <ours.s) | $(median <post.s) | $(median <ratio) |"
echo "| processor seconds | $(median <ours.cpu) | $(median <post.cpu) | $(median <ratio.cpu) |"
echo "| peak memory, kB: this log; 1/1000 of it | $(peak big); $(head -n $((lines / 1000)) big >small && peak small) | | |"
echo
echo "| one copy of the logs: $(wc -l <one) lines, $real messages, $system joins, parts, quits, nicks | speakd | egrep \\| gawk |"
echo "| --- | --- | --- |"
echo "| lines that come out | $said | $kept_post |"
echo "| messages among those left out | $((real > said ? real - said : 0)) | $lost_post |"
