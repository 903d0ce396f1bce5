/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Every log format by real lines, sic's printer, and finding a format out. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/mem.h"
#include "core/message/formats.h"

/* clang-format off */
static const struct line {
	const char *format, *line;
	enum message_kind kind;
	const char *time, *channel, *nick, *target, *text;
} lines[] = {
/* sic 1.1 */
{ "sic", "#sync       : 11/22/26 00:01 <bob> alice: hi!", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", "alice: hi!" },
{ "sic", "#sync       : 11/22/26 00:01 <bob> carol has joined us", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", "carol has joined us" },
{ "sic", "#sync       : 11/22/26 00:01 <bob> >< JOIN (): #sync", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", ">< JOIN (): #sync" },
{ "sic", "#sync       : 11/22/26 00:01 <bob> \x01" "ACTION waves at the channel\x01", KIND_ACTION, "11/22/26 00:01", "#sync", "bob", "", "waves at the channel" },
{ "sic", "#sync       : 11/22/26 00:01 <bob> \x01" "ACTION cut off", KIND_ACTION, "11/22/26 00:01", "#sync", "bob", "", "cut off" },
{ "sic", "#sync       : 11/22/26 00:01 <bob> ACTION needed: reboot", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", "ACTION needed: reboot" },
{ "sic", "#sync       : 11/22/26 00:01 <alice> \x01VERSION\x01", KIND_OTHER, "11/22/26 00:01", "#sync", "alice", "", "\x01VERSION\x01" },
{ "sic", "#sync       : 11/22/26 00:01 <alice> \x01", KIND_OTHER, "11/22/26 00:01", "#sync", "alice", "", "\x01" },
{ "sic", "@#sync      : 11/22/26 00:01 <alice> to the ops", KIND_MESSAGE, "11/22/26 00:01", "@#sync", "alice", "", "to the ops" },
{ "sic", "siclisten   : 11/22/26 00:01 <alice> private hello", KIND_PRIVATE, "11/22/26 00:01", "", "alice", "siclisten", "private hello" },
{ "sic", "bob         : 11/22/26 00:01 >< NOTICE (#sync): this is a channel notice", KIND_NOTICE, "11/22/26 00:01", "#sync", "bob", "", "this is a channel notice" },
{ "sic", "alice       : 11/22/26 00:01 >< NOTICE (siclisten): private notice", KIND_NOTICE, "11/22/26 00:01", "", "alice", "siclisten", "private notice" },
{ "sic", "alice       : 11/22/26 00:01 >< NOTICE (me): \x01VERSION x\x01", KIND_OTHER, "11/22/26 00:01", "", "alice", "me", "\x01VERSION x\x01" },
{ "sic", "carol       : 11/22/26 00:01 >< JOIN (): #sync", KIND_JOIN, "11/22/26 00:01", "#sync", "carol", "", "" },
{ "sic", "carol       : 11/22/26 00:01 >< JOIN (#sync): ", KIND_JOIN, "11/22/26 00:01", "#sync", "carol", "", "" },
{ "sic", "carol       : 11/22/26 00:01 >< PART (#sync): gone fishing", KIND_PART, "11/22/26 00:01", "#sync", "carol", "", "gone fishing" },
{ "sic", "alice       : 11/22/26 00:01 >< PART (): #sync", KIND_PART, "11/22/26 00:01", "#sync", "alice", "", "" },
{ "sic", "carol       : 11/22/26 00:01 >< QUIT (): Quit: connection reset by peer", KIND_QUIT, "11/22/26 00:01", "", "carol", "", "Quit: connection reset by peer" },
{ "sic", "bob         : 11/22/26 00:01 >< NICK (): bobby", KIND_NICK, "11/22/26 00:01", "", "bob", "", "bobby" },
{ "sic", "bob         : 11/22/26 00:01 >< NICK (bobby): ", KIND_NICK, "11/22/26 00:01", "", "bob", "", "bobby" },
{ "sic", "alice       : 11/22/26 00:01 >< TOPIC (#sync): Agenda: release 2.0", KIND_TOPIC, "11/22/26 00:01", "#sync", "alice", "", "Agenda: release 2.0" },
{ "sic", "alice       : 11/22/26 00:01 >< MODE (#sync +o): bob", KIND_MODE, "11/22/26 00:01", "#sync", "alice", "", "+o bob" },
{ "sic", "alice       : 11/21/26 23:59 >< MODE (#sync +o bob): ", KIND_MODE, "11/21/26 23:59", "#sync", "alice", "", "+o bob" },
{ "sic", "me          : 11/21/26 23:59 >< MODE (me): +i", KIND_MODE, "11/21/26 23:59", "", "me", "me", "+i" },
{ "sic", "alice       : 11/22/26 00:01 >< KICK (#sync carol): no spamming", KIND_KICK, "11/22/26 00:01", "#sync", "alice", "carol", "no spamming" },
{ "sic", "inspircd.test.local: 11/22/26 00:01 >< 353 (siclisten = #sync): @alice bob siclisten wee", KIND_NUMERIC, "11/22/26 00:01", "#sync", "inspircd.test.local", "siclisten", "@alice bob siclisten wee" },
{ "sic", "ngircd.test.local: 11/21/26 23:59 >< 004 (siclisten ngircd.test.local x): ", KIND_NUMERIC, "11/21/26 23:59", "", "ngircd.test.local", "siclisten", "ngircd.test.local x" },
{ "sic", "127.0.0.1   : 11/22/26 00:01 >< ERROR (): Closing link: (siclisten@127.0.0.1) [Quit: bye]", KIND_OTHER, "11/22/26 00:01", "", "127.0.0.1", "", "Closing link: (siclisten@127.0.0.1) [Quit: bye]" },
{ "sic", "            : 11/22/26 00:01 No channel to send to", KIND_OTHER, "11/22/26 00:01", "", "", "", "No channel to send to" },
{ "sic", "#c oneword  : 11/22/26 00:01 <bob> ", KIND_MESSAGE, "11/22/26 00:01", "#c", "bob", "", "oneword" },
{ "sic", "libera      : 11/22/26 00:01 >< STATE (lost): libera lost", KIND_STATE, "11/22/26 00:01", "", "libera", "", "libera lost" },
{ "sic", "libera      : 11/22/26 00:01 >< STATE (kicked #sync alice): alice kicks you from #sync: bye", KIND_STATE, "11/22/26 00:01", "#sync", "libera", "", "alice kicks you from #sync: bye" },
{ "sic", "alice       : 11/22/26 00:01 >< HISTORY (#sync): said before", KIND_MESSAGE, "11/22/26 00:01", "#sync", "alice", "", "said before" },
{ "sic", "alice       : 11/22/26 00:01 >< HISTORY (me): to me", KIND_PRIVATE, "11/22/26 00:01", "", "alice", "me", "to me" },
{ "sic", "alice       : 11/22/26 00:01 >< HISTORY (#sync NOTICE): noted", KIND_NOTICE, "11/22/26 00:01", "#sync", "alice", "", "noted" },
{ "sic", "alice       : 11/22/26 00:01 >< HISTORY (#sync JOIN): ", KIND_OTHER, "11/22/26 00:01", "#sync", "alice", "", "" },
{ "sic", "libera/#sync: 11/22/26 00:01 <bob> hi", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", "hi" },
{ "sic", "libera/#a/b : 11/22/26 00:01 <bob> hi", KIND_MESSAGE, "11/22/26 00:01", "#a/b", "bob", "", "hi" },
{ "sic", "#a/b        : 11/22/26 00:01 <bob> hi", KIND_MESSAGE, "11/22/26 00:01", "#a/b", "bob", "", "hi" },
{ "sic", "libera/me   : 11/22/26 00:01 <bob> hi", KIND_PRIVATE, "11/22/26 00:01", "", "bob", "me", "hi" },
{ "sic", "libera/bob  : 11/22/26 00:01 >< JOIN (): #sync", KIND_JOIN, "11/22/26 00:01", "#sync", "bob", "", "" },
{ "sic", "libera/irc.libera.chat: 11/22/26 00:01 >< 353 (me = #sync): @alice bob", KIND_NUMERIC, "11/22/26 00:01", "#sync", "irc.libera.chat", "me", "@alice bob" },
{ "sic", "::1         : 11/22/26 00:01 >< ERROR (): bye", KIND_OTHER, "11/22/26 00:01", "", "::1", "", "bye" },
{ "sic", "twelve-bytes: 11/22/26 00:01 >< QUIT (): x", KIND_QUIT, "11/22/26 00:01", "", "twelve-bytes", "", "x" },
{ "sic", "#thirteen-by1: 11/22/26 00:01 <bob> x", KIND_MESSAGE, "11/22/26 00:01", "#thirteen-by1", "bob", "", "x" },
{ "sic", "#sync       : 2026-11-22 00:01 <bob> sic 1.2", KIND_MESSAGE, "2026-11-22 00:01", "#sync", "bob", "", "sic 1.2" },
{ "sic", "#ubuntu-devel : 10:02 <hallyn> text", KIND_MESSAGE, "10:02", "#ubuntu-devel", "hallyn", "", "text" },
/* ii 1.8 */
{ "ii", "1795305672 <bob> alice: hi!", KIND_MESSAGE, "1795305672", "", "bob", "", "alice: hi!" },
{ "ii", "1795305672 <bob> -!- carol(c@h) has joined #sync", KIND_MESSAGE, "1795305672", "", "bob", "", "-!- carol(c@h) has joined #sync" },
{ "ii", "1795305673 <bob> \x01" "ACTION waves at the channel\x01", KIND_ACTION, "1795305673", "", "bob", "", "waves at the channel" },
{ "ii", "1795305680 <alice> \x01VERSION\x01", KIND_OTHER, "1795305680", "", "alice", "", "\x01VERSION\x01" },
{ "ii", "1795305673 -!- \"this is a channel notice\")", KIND_NOTICE, "1795305673", "", "", "", "this is a channel notice" },
{ "ii", "1795305677 -!- carol(carol@127.0.0.1) has joined #sync", KIND_JOIN, "1795305677", "#sync", "carol", "", "" },
{ "ii", "1795305679 -!- carol(carol@127.0.0.1) has left #sync", KIND_PART, "1795305679", "#sync", "carol", "", "" },
{ "ii", "1795305679 -!- carol(carol@127.0.0.1) has quit \"Quit: connection reset by peer\"", KIND_QUIT, "1795305679", "", "carol", "", "Quit: connection reset by peer" },
{ "ii", "1795305674 -!- alice changed topic to \"Agenda: release 2.0\"", KIND_TOPIC, "1795305674", "", "alice", "", "Agenda: release 2.0" },
{ "ii", "1795305675 -!- alice changed mode/#sync -> +o  bob", KIND_MODE, "1795305675", "#sync", "alice", "", "+o  bob" },
{ "ii", "1795305678 -!- alice kicked carol  (\"no spamming\")", KIND_KICK, "1795305678", "", "alice", "carol", "no spamming" },
{ "ii", "1795305676 -!- bob changed nick to bobby", KIND_NICK, "1795305676", "", "bob", "", "bobby" },
{ "ii", "1795305676 -!- changed nick to \"x\"", KIND_NICK, "1795305676", "", "", "", "x" },
{ "ii", "1795305676 -!- bob is away \"lunch\"", KIND_OTHER, "1795305676", "", "", "", "bob is away \"lunch\"" },
{ "ii", "1795305662 = #sync @alice bob", KIND_NUMERIC, "1795305662", "", "", "", "= #sync @alice bob" },
/* irssi 1.4 */
{ "irssi", "--- Log opened Sun Nov 22 00:01:02 2026", KIND_OTHER, "", "", "", "", "--- Log opened Sun Nov 22 00:01:02 2026" },
{ "irssi", "--- Day changed Sun Nov 22 2026", KIND_OTHER, "", "", "", "", "--- Day changed Sun Nov 22 2026" },
{ "irssi", "00:01 <@alice> #startmeeting Weekly sync", KIND_MESSAGE, "00:01", "", "alice", "", "#startmeeting Weekly sync" },
{ "irssi", "00:01 < bob> alice: hi!", KIND_MESSAGE, "00:01", "", "bob", "", "alice: hi!" },
{ "irssi", "00:01 < bob> -!- mode/#sync [+o bob] by alice", KIND_MESSAGE, "00:01", "", "bob", "", "-!- mode/#sync [+o bob] by alice" },
{ "irssi", "00:00 <alice> private hello", KIND_MESSAGE, "00:00", "", "alice", "", "private hello" },
{ "irssi", "00:01  * bob waves at the channel", KIND_ACTION, "00:01", "", "bob", "", "waves at the channel" },
{ "irssi", "00:01 -bob:#sync- this is a channel notice", KIND_NOTICE, "00:01", "#sync", "bob", "", "this is a channel notice" },
{ "irssi", "00:00 -alice(alice@127.0.0.1)- private notice", KIND_NOTICE, "00:00", "", "alice", "", "private notice" },
{ "irssi", "00:01 -!- alice changed the topic of #sync to: Agenda: release 2.0", KIND_TOPIC, "00:01", "#sync", "alice", "", "Agenda: release 2.0" },
{ "irssi", "00:01 -!- mode/#sync [+o bob] by alice", KIND_MODE, "00:01", "#sync", "alice", "", "+o bob" },
{ "irssi", "00:01 -!- bob is now known as bobby", KIND_NICK, "00:01", "", "bob", "", "bobby" },
{ "irssi", "00:01 -!- You're now known as me2", KIND_NICK, "00:01", "", "", "", "me2" },
{ "irssi", "00:01 -!- carol was kicked from #sync by alice [no spamming]", KIND_KICK, "00:01", "#sync", "alice", "carol", "no spamming" },
{ "irssi", "00:01 -!- carol [carol@127.0.0.1] has joined #sync", KIND_JOIN, "00:01", "#sync", "carol", "", "" },
{ "irssi", "00:01 -!- carol [carol@127.0.0.1] has left #sync [gone fishing]", KIND_PART, "00:01", "#sync", "carol", "", "gone fishing" },
{ "irssi", "00:01 -!- alice [alice@127.0.0.1] has left #sync []", KIND_PART, "00:01", "#sync", "alice", "", "" },
{ "irssi", "00:01 -!- carol [carol@127.0.0.1] has quit [Quit: connection reset by peer]", KIND_QUIT, "00:01", "", "carol", "", "Quit: connection reset by peer" },
{ "irssi", "00:01 -!- Irssi: Join to #sync was synced in 12 secs", KIND_OTHER, "00:01", "", "", "", "Irssi: Join to #sync was synced in 12 secs" },
/* weechat 3.8 */
{ "weechat", "2026-11-22 00:01:12\t@alice\t#startmeeting Weekly sync", KIND_MESSAGE, "2026-11-22 00:01:12", "", "alice", "", "#startmeeting Weekly sync" },
{ "weechat", "2026-11-22 00:01:12\tbob\tcarol (c@h) has joined #sync", KIND_MESSAGE, "2026-11-22 00:01:12", "", "bob", "", "carol (c@h) has joined #sync" },
{ "weechat", "2026-11-22 00:01:12\tinfo\ta nick", KIND_MESSAGE, "2026-11-22 00:01:12", "", "info", "", "a nick" },
{ "auto", "00:01:12   debug | a nick", KIND_MESSAGE, "00:01:12", "", "debug", "", "a nick" },
{ "auto", "2026-11-22 00:01:12\tINFO\ta level", KIND_MESSAGE, "2026-11-22 00:01:12", "", "", "", "a level" },
{ "auto", "2026-11-22T00:01:12.123Z\tinfo\ta level", KIND_MESSAGE, "2026-11-22T00:01:12.123Z", "", "", "", "a level" },
{ "auto", "1795865401: New client", KIND_MESSAGE, "1795865401", "", "", "", "New client" },
{ "auto", "@400000006a1b2c3d01234567 fatal: x", KIND_MESSAGE, "@400000006a1b2c3d01234567", "", "", "", "fatal: x" },
{ "auto", "1795865401.123    456 192.0.2.1 TCP_MISS/200 1234 GET http://example.com/ - DIRECT/192.0.2.2 text/html", KIND_OTHER, "1795865401.123", "", "", "", "GET http://example.com/ 200" },
{ "weechat", "2026-11-22 00:01:13\t *\tbob waves at the channel", KIND_ACTION, "2026-11-22 00:01:13", "", "bob", "", "waves at the channel" },
{ "weechat", "2026-11-22 00:01:13\t--\tNotice(bob): this is a channel notice", KIND_NOTICE, "2026-11-22 00:01:13", "", "bob", "", "this is a channel notice" },
{ "weechat", "2026-11-22 00:01:13\t--\talice: private notice", KIND_NOTICE, "2026-11-22 00:01:13", "", "alice", "", "private notice" },
{ "weechat", "2026-11-22 00:01:17\t-->\tcarol (carol Real) (carol@127.0.0.1) has joined #sync", KIND_JOIN, "2026-11-22 00:01:17", "#sync", "carol", "", "" },
{ "weechat", "2026-11-22 00:01:17\t-->\tcarol (x) has joined #no) (carol@127.0.0.1) has joined #sync", KIND_JOIN, "2026-11-22 00:01:17", "#sync", "carol", "", "" },
{ "weechat", "2026-11-22 00:01:19\t<--\tcarol (carol@127.0.0.1) has left #sync (gone fishing)", KIND_PART, "2026-11-22 00:01:19", "#sync", "carol", "", "gone fishing" },
{ "weechat", "2026-11-22 00:01:21\t<--\talice (alice@127.0.0.1) has left #sync", KIND_PART, "2026-11-22 00:01:21", "#sync", "alice", "", "" },
{ "weechat", "2026-11-22 00:01:19\t<--\tcarol (carol@127.0.0.1) has quit (Quit: connection reset by peer)", KIND_QUIT, "2026-11-22 00:01:19", "", "carol", "", "Quit: connection reset by peer" },
{ "weechat", "2026-11-22 00:01:18\t<--\talice has kicked carol (no spamming)", KIND_KICK, "2026-11-22 00:01:18", "", "alice", "carol", "no spamming" },
{ "weechat", "2026-11-22 00:01:14\t--\talice has changed topic for #sync to \"Agenda: release 2.0\"", KIND_TOPIC, "2026-11-22 00:01:14", "#sync", "alice", "", "Agenda: release 2.0" },
{ "weechat", "2026-11-22 00:01:14\t--\talice has changed topic for #sync from \"a\" to \"b\"", KIND_TOPIC, "2026-11-22 00:01:14", "#sync", "alice", "", "b" },
{ "weechat", "2026-11-22 00:01:15\t--\tMode #sync [+o bob] by alice", KIND_MODE, "2026-11-22 00:01:15", "#sync", "alice", "", "+o bob" },
{ "weechat", "2026-11-22 00:01:16\t--\tbob is now known as bobby", KIND_NICK, "2026-11-22 00:01:16", "", "bob", "", "bobby" },
{ "weechat", "2026-11-22 00:01:20\t--\tCTCP requested by alice: VERSION", KIND_OTHER, "2026-11-22 00:01:20", "", "", "", "CTCP requested by alice: VERSION" },
{ "weechat", "2026-11-22 00:00:58\t--\tChannel #sync: 3 nicks (1 op, 0 voices, 2 normals)", KIND_OTHER, "2026-11-22 00:00:58", "", "", "", "Channel #sync: 3 nicks (1 op, 0 voices, 2 normals)" },
/* ZNC 1.8, EnergyMech, catgirl */
{ "znc", "[00:01:12] <bob> alice: hi!", KIND_MESSAGE, "00:01:12", "", "bob", "", "alice: hi!" },
{ "znc", "[00:01:12] <bob> *** Joins: carol (c@h)", KIND_MESSAGE, "00:01:12", "", "bob", "", "*** Joins: carol (c@h)" },
{ "znc", "[00:01:13] * bob waves at the channel", KIND_ACTION, "00:01:13", "", "bob", "", "waves at the channel" },
{ "znc", "[00:01:13] -bob- this is a channel notice", KIND_NOTICE, "00:01:13", "", "bob", "", "this is a channel notice" },
{ "znc", "[00:01:17] *** Joins: carol (carol@127.0.0.1)", KIND_JOIN, "00:01:17", "", "carol", "", "" },
{ "znc", "[00:01:19] *** Parts: carol (carol@127.0.0.1) (gone fishing)", KIND_PART, "00:01:19", "", "carol", "", "gone fishing" },
{ "znc", "[00:01:21] *** Parts: alice (alice@127.0.0.1) ()", KIND_PART, "00:01:21", "", "alice", "", "" },
{ "znc", "[00:01:19] *** Quits: carol (carol@127.0.0.1) (Quit: connection reset by peer)", KIND_QUIT, "00:01:19", "", "carol", "", "Quit: connection reset by peer" },
{ "znc", "[00:01:16] *** bob is now known as bobby", KIND_NICK, "00:01:16", "", "bob", "", "bobby" },
{ "znc", "[00:01:18] *** carol was kicked by alice (no spamming)", KIND_KICK, "00:01:18", "", "alice", "carol", "no spamming" },
{ "znc", "[00:01:14] *** alice changes topic to 'Agenda: release 2.0'", KIND_TOPIC, "00:01:14", "", "alice", "", "Agenda: release 2.0" },
{ "znc", "[00:01:06] *** Server sets mode: +nt ", KIND_MODE, "00:01:06", "", "Server", "", "+nt" },
{ "znc", "[00:00:58] Connected to IRC (127.0.0.1 17667)", KIND_OTHER, "00:00:58", "", "", "", "Connected to IRC (127.0.0.1 17667)" },
{ "znc", "[Nov 22 2026 00:01:12] <alice> hello", KIND_MESSAGE, "Nov 22 2026 00:01:12", "", "alice", "", "hello" },
{ "znc", "[Nov 22 2026 00:01:19] *** Quits: carol (connection reset by peer)", KIND_QUIT, "Nov 22 2026 00:01:19", "", "carol", "", "connection reset by peer" },
{ "znc", "[Nov 22 2026 00:01:19] *** Quits: carol (bye)", KIND_QUIT, "Nov 22 2026 00:01:19", "", "carol", "", "bye" },
{ "znc", "[Nov 22 2026 00:01:14] *** alice changes topic to \"Agenda: release 2.0\"", KIND_TOPIC, "Nov 22 2026 00:01:14", "", "alice", "", "Agenda: release 2.0" },
{ "znc", "[Nov 22 2026 00:01:13] -bob:#sync- this is a channel notice", KIND_NOTICE, "Nov 22 2026 00:01:13", "#sync", "bob", "", "this is a channel notice" },
{ "znc", "[2026-11-22T00:01:12+0000] <alice> text", KIND_MESSAGE, "2026-11-22T00:01:12+0000", "", "alice", "", "text" },
{ "znc", "[2026-11-22T00:01:12+0000] * alice waves", KIND_ACTION, "2026-11-22T00:01:12+0000", "", "alice", "", "waves" },
{ "znc", "[2026-11-22T00:01:12+0000] carol arrives in #c", KIND_JOIN, "2026-11-22T00:01:12+0000", "#c", "carol", "", "" },
{ "znc", "[2026-11-22T00:01:12+0000] carol leaves #c: why", KIND_PART, "2026-11-22T00:01:12+0000", "#c", "carol", "", "why" },
{ "znc", "[2026-11-22T00:01:12+0000] carol leaves: why", KIND_QUIT, "2026-11-22T00:01:12+0000", "", "carol", "", "why" },
{ "znc", "[2026-11-22T00:01:12+0000] a kicks b out of #c: r", KIND_KICK, "2026-11-22T00:01:12+0000", "#c", "a", "b", "r" },
{ "znc", "[2026-11-22T00:01:12+0000] a places a new sign in #c: t", KIND_TOPIC, "2026-11-22T00:01:12+0000", "#c", "a", "", "t" },
/* irclogs.ubuntu.com */
{ "ubuntu", "[15:40] <Gnea> !dvd | ohyouknow1987", KIND_MESSAGE, "15:40", "", "Gnea", "", "!dvd | ohyouknow1987" },
{ "ubuntu", "[08:21] <jason>  do you have both enabled", KIND_MESSAGE, "08:21", "", "jason", "", " do you have both enabled" },
{ "ubuntu", "[02:07] <[noobuntu] > anyone?", KIND_MESSAGE, "02:07", "", "[noobuntu]", "", "anyone?" },
{ "ubuntu", "[12:05]  * dholbach removes is", KIND_ACTION, "12:05", "", "dholbach", "", "removes is" },
{ "ubuntu", "[13:18] -ubottu- python-gtk2 (source: pygtk)", KIND_NOTICE, "13:18", "", "ubottu", "", "python-gtk2 (source: pygtk)" },
{ "ubuntu", "=== bob_ sighs", KIND_ACTION, "", "", "bob_", "", "sighs" },
{ "ubuntu", "=== ubuntu_lt [n=Styx@85.206.224.190]  has joined #ubuntu-meeting", KIND_JOIN, "", "#ubuntu-meeting", "ubuntu_lt", "", "" },
{ "ubuntu", "=== jeang [n=jeang@dsl-145-20-191.telkomadsl.co.za]  has left #ubuntu-meeting []", KIND_PART, "", "#ubuntu-meeting", "jeang", "", "" },
{ "ubuntu", "=== X is now known as Y", KIND_NICK, "", "", "X", "", "Y" },
{ "ubuntu", "=== [MUPPETS] Gonzo is now known as Pr0st", KIND_NICK, "", "", "[MUPPETS] Gonzo", "", "Pr0st" },
{ "ubuntu", "=== mode/#ubuntu [+o Seveas]  by ChanServ", KIND_MODE, "", "#ubuntu", "ChanServ", "", "+o Seveas" },
{ "ubuntu", "=== bob changed the topic of #ubuntu to: Hi: all", KIND_TOPIC, "", "#ubuntu", "bob", "", "Hi: all" },
{ "ubuntu", "=== Topic for #ubuntu: Hi", KIND_OTHER, "", "", "", "", "Topic for #ubuntu: Hi" },
{ "ubuntu", "=== Nella entered the room.", KIND_JOIN, "", "", "Nella", "", "" },
{ "ubuntu", "=== Nella left the room (quit: Ping timeout).", KIND_QUIT, "", "", "Nella", "", "Ping timeout" },
{ "ubuntu", "ubuntu-meeting 2010-11-08 [13:22] <diwic> #startmeeting ", KIND_MESSAGE, "13:22", "#ubuntu-meeting", "diwic", "", "#startmeeting" },
{ "ubuntu", "ubuntu-meeting 2010-11-08 === a is now known as b", KIND_NICK, "", "#ubuntu-meeting", "a", "", "b" },
{ "ubuntu", "[12:05] <bob> === x is now known as y", KIND_MESSAGE, "12:05", "", "bob", "", "=== x is now known as y" },
/* A speaker in brackets, before ">", before a bar */
{ "named", "12:30 [@alice] hi", KIND_MESSAGE, "12:30", "", "alice", "", "hi" },
{ "named", "[12:30:01] alice> a > b", KIND_MESSAGE, "12:30:01", "", "alice", "", "a > b" },
{ "named", "alice> hi", KIND_MESSAGE, "", "", "alice", "", "hi" },
{ "weechat", "12:30:01   @alice | a | b", KIND_MESSAGE, "12:30:01", "", "alice", "", "a | b" },
{ "weechat", "12:30:01     --> | carol (c@h) has joined #c", KIND_JOIN, "12:30:01", "#c", "carol", "", "" },
{ "hexchat", "Nov 28 12:30:12 *\tcarol (c@h) has joined", KIND_JOIN, "Nov 28 12:30:12", "", "carol", "", "" },
{ "hexchat", "Nov 28 12:30:12 *\tcarol (c@h) has left (why)", KIND_PART, "Nov 28 12:30:12", "", "carol", "", "why" },
/* date(1)'s time, a date without signs, a mark of the writing direction */
{ "stamped", "Sat Nov 28 12:30:01 CET 2026 backup done", KIND_MESSAGE, "Sat Nov 28 12:30:01 CET 2026", "", "", "", "backup done" },
{ "stamped", "Sa 28. Nov 12:30:01 PM -03 2026 fertig", KIND_MESSAGE, "Sa 28. Nov 12:30:01 PM -03 2026", "", "", "", "fertig" },
{ "stamped", "Sat Nov 28 12:30:01 CET 2026: backup done", KIND_MESSAGE, "Sat Nov 28 12:30:01 CET 2026", "", "", "", "backup done" },
{ "stamped", "[2026-11-28 12:30:01]: backup done", KIND_MESSAGE, "2026-11-28 12:30:01", "", "", "", "backup done" },
{ "stamped", "2026-11-28 12:30:01 - backup done", KIND_MESSAGE, "2026-11-28 12:30:01", "", "", "", "backup done" },
{ "stamped", "2026-11-28 12:30 - item", KIND_MESSAGE, "2026-11-28 12:30", "", "", "", "- item" },
{ "stamped", "Sat Nov 28 12:30:01 HTTP is up", KIND_MESSAGE, "Sat Nov 28 12:30:01", "", "", "", "HTTP is up" },
{ "irssi", "20261128T12:30:01Z <al> hi", KIND_MESSAGE, "20261128T12:30:01Z", "", "al", "", "hi" },
{ "irssi", "[20261128 12:30] <al> hi", KIND_MESSAGE, "20261128 12:30", "", "al", "", "hi" },
{ "whatsapp", "\u200e[28.11.26, 12:30:01] Alice: \u200eimage omitted", KIND_MESSAGE, "28.11.26, 12:30:01", "", "Alice", "", "\u200eimage omitted" },
/* A second time, of the program */
{ "syslog", "Nov 28 12:30:05 trent kernel: [  1.5] usb 1-1: gone", KIND_MESSAGE, "Nov 28 12:30:05", "", "kernel", "", "usb 1-1: gone" },
{ "syslog", "Nov 28 12:30:05 trent cron[1]: 12:30 is noon", KIND_MESSAGE, "Nov 28 12:30:05", "", "cron", "", "12:30 is noon" },
/* MeetBot, Limnoria */
{ "meetbot", "16:25:01 <blackboxsw> #topic Previous Actions", KIND_MESSAGE, "16:25:01", "", "blackboxsw", "", "#topic Previous Actions" },
{ "meetbot", "16:25 <blackboxsw> #startmeeting  Cloud-init", KIND_MESSAGE, "16:25", "", "blackboxsw", "", "#startmeeting  Cloud-init" },
{ "meetbot", "16:25:01 * bob waves", KIND_ACTION, "16:25:01", "", "bob", "", "waves" },
{ "limnoria", "2019-03-08T09:42:32  <nick> text", KIND_MESSAGE, "2019-03-08T09:42:32", "", "nick", "", "text" },
{ "limnoria", "2019-03-08T09:42:32  * nick waves", KIND_ACTION, "2019-03-08T09:42:32", "", "nick", "", "waves" },
{ "limnoria", "2019-03-08T09:42:32  -nick- psst", KIND_NOTICE, "2019-03-08T09:42:32", "", "nick", "", "psst" },
{ "limnoria", "2019-03-08T00:40:49  *** nick <nick!u@h> has joined #c", KIND_JOIN, "2019-03-08T00:40:49", "#c", "nick", "", "" },
{ "limnoria", "2019-03-08T00:40:49  *** nick <nick!u@h> has left #c (why)", KIND_PART, "2019-03-08T00:40:49", "#c", "nick", "", "why" },
{ "limnoria", "2019-03-08T00:40:49  *** nick <nick!u@h> has quit IRC (reason)", KIND_QUIT, "2019-03-08T00:40:49", "", "nick", "", "reason" },
{ "limnoria", "2019-03-08T00:40:49  *** a was kicked by b (r)", KIND_KICK, "2019-03-08T00:40:49", "", "b", "a", "r" },
{ "limnoria", "2019-03-08T00:40:49  *** b sets mode: +o a", KIND_MODE, "2019-03-08T00:40:49", "", "b", "", "+o a" },
/* dates as programs write them in German and French */
{ "hexchat", "M\u00e4r 28 12:30:01 <bob>\tx", KIND_MESSAGE, "M\u00e4r 28 12:30:01", "", "bob", "", "x" },
{ "hexchat", "f\u00e9vr. 28 12:30:01 <bob>\tx", KIND_MESSAGE, "f\u00e9vr. 28 12:30:01", "", "bob", "", "x" },
{ "hexchat", "ao\u00fbt 28 12:30:01 <bob>\tx", KIND_MESSAGE, "ao\u00fbt 28 12:30:01", "", "bob", "", "x" },
{ "hexchat", "mars 28 12:30:01 <bob>\tx", KIND_MESSAGE, "mars 28 12:30:01", "", "bob", "", "x" },
{ "konversation", "[Samstag, 28. November 2026] [12:30:01 CET] <bob>\tx", KIND_MESSAGE, "Samstag, 28. November 2026] [12:30:01 CET", "", "bob", "", "x" },
{ "konversation", "[samedi 28 f\u00e9vrier 2026] [12:30:01 CET] <bob>\tx", KIND_MESSAGE, "samedi 28 f\u00e9vrier 2026] [12:30:01 CET", "", "bob", "", "x" },
{ "syslog", "Dez 28 12:30:01 trent bob[1]: x", KIND_MESSAGE, "Dez 28 12:30:01", "", "bob", "", "x" },
{ "syslog", "mar. 3 mars 12:30:01 trent bob[1]: x", KIND_MESSAGE, "mar. 3 mars 12:30:01", "", "bob", "", "x" },
};

/* One line of each grammar that says surely which it is. */
static const struct {
	const char *grammar, *line;
} sure[] = {
	{ "sic", "#sync       : 11/22/26 00:01 <bob> x" },
	{ "chat", "1795305672 <bob> x" },
	{ "chat", "00:01 < bob> x" },
	{ "chat", "[00:01:12] <bob> x" },
	{ "chat", "2019-03-08T09:42:32  <bob> x" },
	{ "columns", "2026-11-22 00:01:12\tbob\tx" },
	{ "colon", "(12:30:01) bob: x" },
	{ "syslog", "Nov 28 12:30:01 trent bob[1]: x" },
	{ "angle", "<bob> x" },
	{ "json", "{\"nick\":\"bob\",\"text\":\"x\"}" },
};
/* clang-format on */

static void same(const char *line, const char *what, struct span got,
		 const char *want)
{
	if (!span_is(got, want))
		fail_msg("%s: %s is '%.*s', not '%s'", line, what,
			 (int)got.len_bytes, got.text, want);
}

static void check(const struct line *want, const struct message *got)
{
	if (got->kind != want->kind)
		fail_msg("%s: %s, not %s", want->line,
			 message_kind_name(got->kind),
			 message_kind_name(want->kind));
	same(want->line, "time", got->time, want->time);
	same(want->line, "channel", got->channel, want->channel);
	same(want->line, "nick", got->nick, want->nick);
	same(want->line, "target", got->target, want->target);
	same(want->line, "text", got->text, want->text);
}

static bool read_line(const char *format, const char *line, struct message *m)
{
	static struct format_reader reader;

	format_reader_fini(&reader);
	assert_non_null(format_named(format));
	return format_read(format_named(format), &reader, line, strlen(line),
			   m);
}

static void test_real_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct message m;

		assert_true(read_line(lines[i].format, lines[i].line, &m));
		check(&lines[i], &m);
	}
}

/* The same in a stream of that format that was found out. */
static void test_detect_each(void **state)
{
	const struct format *all = format_named("auto");
	struct format_reader r = { 0 };
	struct message m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		if (i == 0 ||
		    strcmp(lines[i].format, lines[i - 1].format) != 0) {
			format_reader_fini(&r);
			for (size_t k = i;
			     k < COUNT_OF(lines) &&
			     strcmp(lines[k].format, lines[i].format) == 0;
			     k++)
				format_read(all, &r, lines[k].line,
					    strlen(lines[k].line), &m);
		}
		format_read(all, &r, lines[i].line, strlen(lines[i].line), &m);
		check(&lines[i], &m);
	}
	format_reader_fini(&r);
}

static void read_sure(struct format_reader *r, size_t i)
{
	struct message m;

	format_read(format_named("auto"), r, sure[i].line, strlen(sure[i].line),
		    &m);
	assert_int_equal(m.kind, KIND_MESSAGE);
	same(sure[i].line, "nick", m.nick, "bob");
	same(sure[i].line, "text", m.text, "x");
}

static void test_detect_first_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(sure); i++) {
		struct format_reader r = { 0 };
		struct message m;

		format_read(format_named("auto"), &r, "plain", 5, &m);
		assert_int_equal(m.kind, KIND_MESSAGE);
		same("plain", "text", m.text, "plain");
		read_sure(&r, i);
		assert_string_equal(format_reader_grammar(&r), sure[i].grammar);
		format_reader_fini(&r);
	}
}

/* After any number of lines of one grammar, the other one's are understood. */
static void test_detect_changes(void **state)
{
	(void)state;
	for (size_t from = 0; from < COUNT_OF(sure); from++) {
		for (size_t to = 0; to < COUNT_OF(sure); to++) {
			struct format_reader r = { 0 };

			for (int i = 0; i < 5; i++)
				read_sure(&r, from);
			for (int i = 0; i < FORMAT_SWITCH_LINES; i++)
				read_sure(&r, to);
			/* Whoever reads "nick: text" reads "<nick> " too. */
			if (strcmp(sure[from].grammar, "colon") != 0)
				assert_string_equal(format_reader_grammar(&r),
						    sure[to].grammar);
			format_reader_fini(&r);
		}
	}
}

/* One stray line, and a plain one between, change nothing. */
static void test_detect_stray(void **state)
{
	const struct format *all = format_named("auto");
	struct format_reader r = { 0 };
	struct message m;

	(void)state;
	read_sure(&r, 0);
	for (int i = 0; i < 10; i++) {
		read_sure(&r, 3);
		read_sure(&r, 0);
		assert_string_equal(format_reader_grammar(&r), "sic");
	}
	format_read(all, &r, "second half of a line", 21, &m);
	assert_int_equal(m.kind, KIND_MESSAGE);
	same("half", "nick", m.nick, "");
	format_read(all, &r, "  ", 2, &m);
	assert_int_equal(m.kind, KIND_OTHER);
	assert_string_equal(format_reader_grammar(&r), "sic");
}

/* Plain text that looks a little like a log stays what it is. */
static void test_plain_stays(void **state)
{
	static const char *const plain[] = {
		"1795305672 backup done",
		"=== Chapter 1 begins ===",
		"10:30 * foo",
		"note: 10:30 meeting starts",
		"10:30 note: lunch",
		"10:30 <b>bold",
		"<b> bold",
		"<p>text",
		"<alice@example.org> wrote:",
		"[10:30] hello",
		"-!- hello",
		"12:30 lunch",
		"12:30 +10 from me",
		"2026-11-22 lunch",
		"1.2.3 is out",
		"* an item",
		"- an item",
		"note: see <b> above",
		"{ not: json }",
		"{\"a\": 1}",
		"a\tb\tc",
		"see a.c:12: there",
		"[make] all",
		"[ 50%] Building",
		"if a> b",
		"> quoted",
		"May 12 was fine",
		"Sunday was fine",
		"12345678901 is long",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		struct format_reader r = { 0 };
		struct message m;

		format_read(format_named("auto"), &r, plain[i],
			    strlen(plain[i]), &m);
		assert_int_equal(m.kind, KIND_MESSAGE);
		same(plain[i], "text", m.text, plain[i]);
		same(plain[i], "nick", m.nick, "");
		assert_string_equal(format_reader_grammar(&r), "");
		format_reader_fini(&r);
	}
}

/* What is no time is said, and a mark of the direction stays with the text. */
static void test_no_stamp(void **state)
{
	static const char *const no[] = { "20261328 12:30 <al> hi",
					  "20261128 <al> hi",
					  "2026112812:30 <al> hi",
					  "2026-11-28 12:30: noon",
					  "\u200ehi 12:30" };
	struct message m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(no); i++) {
		assert_false(read_line("irssi", no[i], &m));
		assert_int_equal(m.kind, KIND_MESSAGE);
		same(no[i], "text", m.text, no[i]);
	}
}

/* A line of no format is said in every one of them; a blank one is not. */
static void test_wrong_format(void **state)
{
	const struct format *format;
	struct message m;

	(void)state;
	for (size_t i = 2; (format = format_at(i)) != NULL; i++) {
		assert_false(read_line(format_name(format), "hello", &m));
		assert_int_equal(m.kind, KIND_MESSAGE);
		same("hello", "text", m.text, "hello");
		assert_false(read_line(format_name(format), "", &m));
		assert_int_equal(m.kind, KIND_OTHER);
	}
	assert_true(read_line("plain", "", &m));
	assert_int_equal(m.kind, KIND_MESSAGE);
}

/* Nothing outside the line is read, wherever it ends: ASan sees it. */
static void test_every_truncation(void **state)
{
	SCOPED_BUF struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		for (size_t n = 0; n <= strlen(lines[i].line); n++) {
			char *exact = malloc(n > 0 ? n : 1);
			struct format_reader r = { 0 };
			const struct format *format;
			struct message m;

			assert_non_null(exact);
			memcpy(exact, lines[i].line, n);
			for (size_t f = 0; (format = format_at(f)) != NULL;
			     f++) {
				format_read(format, &r, exact, n, &m);
				message_print_sic(&m, 0, &out);
				buf_clear(&out);
			}
			format_reader_fini(&r);
			free(exact);
		}
	}
}

/* 2026-11-22 00:01 UTC */
enum { WHEN = 1795305660 };

/* What sic printed, parsed, comes out of our printer byte for byte. */
static void test_print_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		SCOPED_BUF struct buf out = { 0 };
		struct message m;

		/* Not those whose time or fault sic 1.1 does not write. */
		if (strcmp(lines[i].format, "sic") != 0 ||
		    strcmp(lines[i].time, "11/22/26 00:01") != 0 ||
		    strstr(lines[i].line, "oneword") != NULL ||
		    strstr(lines[i].line, "cut off") != NULL)
			continue;
		assert_true(read_line("sic", lines[i].line, &m));
		message_print_sic(&m, WHEN, &out);
		assert_int_equal(out.data[out.len_bytes - 1], '\n');
		buf_cut(&out, out.len_bytes - 1);
		assert_string_equal(out.data, lines[i].line);
	}
}

static void assert_same_span(struct span a, struct span b)
{
	assert_int_equal(a.len_bytes, b.len_bytes);
	if (a.len_bytes > 0)
		assert_memory_equal(a.text, b.text, a.len_bytes);
}

/* Every format's messages survive being printed as sic's. */
static void test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		SCOPED_BUF struct buf out = { 0 };
		struct message m, back;

		assert_true(read_line(lines[i].format, lines[i].line, &m));
		/* Other programs do not tell the channel, numbers, senders. */
		if (memchr(m.nick.text != NULL ? m.nick.text : "", ' ',
			   m.nick.len_bytes) != NULL ||
		    (m.command.len_bytes == 0 &&
		     (m.kind == KIND_OTHER || m.kind == KIND_NUMERIC)))
			continue;
		if (m.command.len_bytes == 0 && m.channel.len_bytes == 0 &&
		    m.target.len_bytes == 0)
			m.channel = span_of("#c", 2);
		if (m.kind == KIND_KICK && m.channel.len_bytes == 0)
			m.channel = span_of("#c", 2);
		message_print_sic(&m, WHEN, &out);
		buf_cut(&out, out.len_bytes - 1);
		if (!read_line("sic", out.data, &back))
			fail_msg("%s", out.data);
		if (back.kind != m.kind)
			fail_msg("%s: %s", out.data,
				 message_kind_name(back.kind));
		assert_same_span(back.nick, m.nick);
		assert_same_span(back.text, m.text);
		assert_same_span(back.target, m.target);
		if (m.kind != KIND_QUIT && m.kind != KIND_NICK)
			assert_same_span(back.channel, m.channel);
	}
}

static void test_own_and_hostile(void **state)
{
	SCOPED_BUF struct buf out = { 0 };
	struct message m = {
		.kind = KIND_OWN,
		.nick = span_of("me", 2),
		.target = span_of("alice", 5),
		.text = span_of("a\nb\rc\0d", 7),
	};

	(void)state;
	message_print_sic(&m, WHEN, &out);
	assert_string_equal(out.data,
			    "alice       : 11/22/26 00:01 <me> a b c d\n");
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < KIND_COUNT; i++)
		assert_int_equal(message_kind_by_name(message_kind_name(
					 (enum message_kind)i)),
				 i);
	for (size_t i = 0; format_at(i) != NULL; i++)
		assert_ptr_equal(format_named(format_name(format_at(i))),
				 format_at(i));
	assert_int_equal(message_kind_by_name("nonsense"), -1);
	assert_null(format_named(""));
	assert_null(message_kind_name(KIND_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_lines),
		cmocka_unit_test(test_detect_each),
		cmocka_unit_test(test_detect_first_line),
		cmocka_unit_test(test_detect_changes),
		cmocka_unit_test(test_detect_stray),
		cmocka_unit_test(test_plain_stays),
		cmocka_unit_test(test_wrong_format),
		cmocka_unit_test(test_no_stamp),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_print_exact),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_own_and_hostile),
		cmocka_unit_test(test_names),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
