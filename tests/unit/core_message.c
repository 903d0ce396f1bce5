/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Every log format by real lines, sic's printer, and finding a format out. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/mem.h"
#include "core/message/message.h"

/* clang-format off */
static const struct line {
	enum message_format format;
	const char *line;
	enum message_kind kind;
	const char *time, *channel, *nick, *target, *text;
} lines[] = {
/* sic 1.1 */
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <bob> alice: hi!", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", "alice: hi!" },
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <bob> carol has joined us", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", "carol has joined us" },
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <bob> >< JOIN (): #sync", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", ">< JOIN (): #sync" },
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <bob> \x01" "ACTION waves at the channel\x01", KIND_ACTION, "11/22/26 00:01", "#sync", "bob", "", "waves at the channel" },
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <bob> \x01" "ACTION cut off", KIND_ACTION, "11/22/26 00:01", "#sync", "bob", "", "cut off" },
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <bob> ACTION needed: reboot", KIND_MESSAGE, "11/22/26 00:01", "#sync", "bob", "", "ACTION needed: reboot" },
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <alice> \x01VERSION\x01", KIND_OTHER, "11/22/26 00:01", "#sync", "alice", "", "\x01VERSION\x01" },
{ FORMAT_SIC, "#sync       : 11/22/26 00:01 <alice> \x01", KIND_OTHER, "11/22/26 00:01", "#sync", "alice", "", "\x01" },
{ FORMAT_SIC, "@#sync      : 11/22/26 00:01 <alice> to the ops", KIND_MESSAGE, "11/22/26 00:01", "@#sync", "alice", "", "to the ops" },
{ FORMAT_SIC, "siclisten   : 11/22/26 00:01 <alice> private hello", KIND_PRIVATE, "11/22/26 00:01", "", "alice", "siclisten", "private hello" },
{ FORMAT_SIC, "bob         : 11/22/26 00:01 >< NOTICE (#sync): this is a channel notice", KIND_NOTICE, "11/22/26 00:01", "#sync", "bob", "", "this is a channel notice" },
{ FORMAT_SIC, "alice       : 11/22/26 00:01 >< NOTICE (siclisten): private notice", KIND_NOTICE, "11/22/26 00:01", "", "alice", "siclisten", "private notice" },
{ FORMAT_SIC, "alice       : 11/22/26 00:01 >< NOTICE (me): \x01VERSION x\x01", KIND_OTHER, "11/22/26 00:01", "", "alice", "me", "\x01VERSION x\x01" },
{ FORMAT_SIC, "carol       : 11/22/26 00:01 >< JOIN (): #sync", KIND_JOIN, "11/22/26 00:01", "#sync", "carol", "", "" },
{ FORMAT_SIC, "carol       : 11/22/26 00:01 >< JOIN (#sync): ", KIND_JOIN, "11/22/26 00:01", "#sync", "carol", "", "" },
{ FORMAT_SIC, "carol       : 11/22/26 00:01 >< PART (#sync): gone fishing", KIND_PART, "11/22/26 00:01", "#sync", "carol", "", "gone fishing" },
{ FORMAT_SIC, "alice       : 11/22/26 00:01 >< PART (): #sync", KIND_PART, "11/22/26 00:01", "#sync", "alice", "", "" },
{ FORMAT_SIC, "carol       : 11/22/26 00:01 >< QUIT (): Quit: connection reset by peer", KIND_QUIT, "11/22/26 00:01", "", "carol", "", "Quit: connection reset by peer" },
{ FORMAT_SIC, "bob         : 11/22/26 00:01 >< NICK (): bobby", KIND_NICK, "11/22/26 00:01", "", "bob", "", "bobby" },
{ FORMAT_SIC, "bob         : 11/22/26 00:01 >< NICK (bobby): ", KIND_NICK, "11/22/26 00:01", "", "bob", "", "bobby" },
{ FORMAT_SIC, "alice       : 11/22/26 00:01 >< TOPIC (#sync): Agenda: release 2.0", KIND_TOPIC, "11/22/26 00:01", "#sync", "alice", "", "Agenda: release 2.0" },
{ FORMAT_SIC, "alice       : 11/22/26 00:01 >< MODE (#sync +o): bob", KIND_MODE, "11/22/26 00:01", "#sync", "alice", "", "+o bob" },
{ FORMAT_SIC, "alice       : 11/21/26 23:59 >< MODE (#sync +o bob): ", KIND_MODE, "11/21/26 23:59", "#sync", "alice", "", "+o bob" },
{ FORMAT_SIC, "me          : 11/21/26 23:59 >< MODE (me): +i", KIND_MODE, "11/21/26 23:59", "", "me", "me", "+i" },
{ FORMAT_SIC, "alice       : 11/22/26 00:01 >< KICK (#sync carol): no spamming", KIND_KICK, "11/22/26 00:01", "#sync", "alice", "carol", "no spamming" },
{ FORMAT_SIC, "inspircd.test.local: 11/22/26 00:01 >< 353 (siclisten = #sync): @alice bob siclisten wee", KIND_NUMERIC, "11/22/26 00:01", "#sync", "inspircd.test.local", "siclisten", "@alice bob siclisten wee" },
{ FORMAT_SIC, "ngircd.test.local: 11/21/26 23:59 >< 004 (siclisten ngircd.test.local x): ", KIND_NUMERIC, "11/21/26 23:59", "", "ngircd.test.local", "siclisten", "ngircd.test.local x" },
{ FORMAT_SIC, "127.0.0.1   : 11/22/26 00:01 >< ERROR (): Closing link: (siclisten@127.0.0.1) [Quit: bye]", KIND_OTHER, "11/22/26 00:01", "", "127.0.0.1", "", "Closing link: (siclisten@127.0.0.1) [Quit: bye]" },
{ FORMAT_SIC, "            : 11/22/26 00:01 No channel to send to", KIND_OTHER, "11/22/26 00:01", "", "", "", "No channel to send to" },
{ FORMAT_SIC, "#c oneword  : 11/22/26 00:01 <bob> ", KIND_MESSAGE, "11/22/26 00:01", "#c", "bob", "", "oneword" },
{ FORMAT_SIC, "libera      : 11/22/26 00:01 >< STATE (lost): libera lost", KIND_STATE, "11/22/26 00:01", "", "libera", "", "libera lost" },
{ FORMAT_SIC, "libera      : 11/22/26 00:01 >< STATE (kicked #sync alice): alice kicks you from #sync: bye", KIND_STATE, "11/22/26 00:01", "#sync", "libera", "", "alice kicks you from #sync: bye" },
{ FORMAT_SIC, "::1         : 11/22/26 00:01 >< ERROR (): bye", KIND_OTHER, "11/22/26 00:01", "", "::1", "", "bye" },
{ FORMAT_SIC, "twelve-bytes: 11/22/26 00:01 >< QUIT (): x", KIND_QUIT, "11/22/26 00:01", "", "twelve-bytes", "", "x" },
{ FORMAT_SIC, "#thirteen-by1: 11/22/26 00:01 <bob> x", KIND_MESSAGE, "11/22/26 00:01", "#thirteen-by1", "bob", "", "x" },
{ FORMAT_SIC, "#sync       : 2026-11-22 00:01 <bob> sic 1.2", KIND_MESSAGE, "2026-11-22 00:01", "#sync", "bob", "", "sic 1.2" },
{ FORMAT_SIC, "#ubuntu-devel : 10:02 <hallyn> text", KIND_MESSAGE, "10:02", "#ubuntu-devel", "hallyn", "", "text" },
/* ii 1.8 */
{ FORMAT_II, "1795305672 <bob> alice: hi!", KIND_MESSAGE, "1795305672", "", "bob", "", "alice: hi!" },
{ FORMAT_II, "1795305672 <bob> -!- carol(c@h) has joined #sync", KIND_MESSAGE, "1795305672", "", "bob", "", "-!- carol(c@h) has joined #sync" },
{ FORMAT_II, "1795305673 <bob> \x01" "ACTION waves at the channel\x01", KIND_ACTION, "1795305673", "", "bob", "", "waves at the channel" },
{ FORMAT_II, "1795305680 <alice> \x01VERSION\x01", KIND_OTHER, "1795305680", "", "alice", "", "\x01VERSION\x01" },
{ FORMAT_II, "1795305673 -!- \"this is a channel notice\")", KIND_NOTICE, "1795305673", "", "", "", "this is a channel notice" },
{ FORMAT_II, "1795305677 -!- carol(carol@127.0.0.1) has joined #sync", KIND_JOIN, "1795305677", "#sync", "carol", "", "" },
{ FORMAT_II, "1795305679 -!- carol(carol@127.0.0.1) has left #sync", KIND_PART, "1795305679", "#sync", "carol", "", "" },
{ FORMAT_II, "1795305679 -!- carol(carol@127.0.0.1) has quit \"Quit: connection reset by peer\"", KIND_QUIT, "1795305679", "", "carol", "", "Quit: connection reset by peer" },
{ FORMAT_II, "1795305674 -!- alice changed topic to \"Agenda: release 2.0\"", KIND_TOPIC, "1795305674", "", "alice", "", "Agenda: release 2.0" },
{ FORMAT_II, "1795305675 -!- alice changed mode/#sync -> +o  bob", KIND_MODE, "1795305675", "#sync", "alice", "", "+o  bob" },
{ FORMAT_II, "1795305678 -!- alice kicked carol  (\"no spamming\")", KIND_KICK, "1795305678", "", "alice", "carol", "no spamming" },
{ FORMAT_II, "1795305676 -!- bob changed nick to bobby", KIND_NICK, "1795305676", "", "bob", "", "bobby" },
{ FORMAT_II, "1795305676 -!- changed nick to \"x\"", KIND_NICK, "1795305676", "", "", "", "x" },
{ FORMAT_II, "1795305676 -!- bob is away \"lunch\"", KIND_OTHER, "1795305676", "", "", "", "bob is away \"lunch\"" },
{ FORMAT_II, "1795305662 = #sync @alice bob", KIND_NUMERIC, "1795305662", "", "", "", "= #sync @alice bob" },
/* irssi 1.4 */
{ FORMAT_IRSSI, "--- Log opened Sun Nov 22 00:01:02 2026", KIND_OTHER, "", "", "", "", "--- Log opened Sun Nov 22 00:01:02 2026" },
{ FORMAT_IRSSI, "--- Day changed Sun Nov 22 2026", KIND_OTHER, "", "", "", "", "--- Day changed Sun Nov 22 2026" },
{ FORMAT_IRSSI, "00:01 <@alice> #startmeeting Weekly sync", KIND_MESSAGE, "00:01", "", "alice", "", "#startmeeting Weekly sync" },
{ FORMAT_IRSSI, "00:01 < bob> alice: hi!", KIND_MESSAGE, "00:01", "", "bob", "", "alice: hi!" },
{ FORMAT_IRSSI, "00:01 < bob> -!- mode/#sync [+o bob] by alice", KIND_MESSAGE, "00:01", "", "bob", "", "-!- mode/#sync [+o bob] by alice" },
{ FORMAT_IRSSI, "00:00 <alice> private hello", KIND_MESSAGE, "00:00", "", "alice", "", "private hello" },
{ FORMAT_IRSSI, "00:01  * bob waves at the channel", KIND_ACTION, "00:01", "", "bob", "", "waves at the channel" },
{ FORMAT_IRSSI, "00:01 -bob:#sync- this is a channel notice", KIND_NOTICE, "00:01", "#sync", "bob", "", "this is a channel notice" },
{ FORMAT_IRSSI, "00:00 -alice(alice@127.0.0.1)- private notice", KIND_NOTICE, "00:00", "", "alice", "", "private notice" },
{ FORMAT_IRSSI, "00:01 -!- alice changed the topic of #sync to: Agenda: release 2.0", KIND_TOPIC, "00:01", "#sync", "alice", "", "Agenda: release 2.0" },
{ FORMAT_IRSSI, "00:01 -!- mode/#sync [+o bob] by alice", KIND_MODE, "00:01", "#sync", "alice", "", "+o bob" },
{ FORMAT_IRSSI, "00:01 -!- bob is now known as bobby", KIND_NICK, "00:01", "", "bob", "", "bobby" },
{ FORMAT_IRSSI, "00:01 -!- You're now known as me2", KIND_NICK, "00:01", "", "", "", "me2" },
{ FORMAT_IRSSI, "00:01 -!- carol was kicked from #sync by alice [no spamming]", KIND_KICK, "00:01", "#sync", "alice", "carol", "no spamming" },
{ FORMAT_IRSSI, "00:01 -!- carol [carol@127.0.0.1] has joined #sync", KIND_JOIN, "00:01", "#sync", "carol", "", "" },
{ FORMAT_IRSSI, "00:01 -!- carol [carol@127.0.0.1] has left #sync [gone fishing]", KIND_PART, "00:01", "#sync", "carol", "", "gone fishing" },
{ FORMAT_IRSSI, "00:01 -!- alice [alice@127.0.0.1] has left #sync []", KIND_PART, "00:01", "#sync", "alice", "", "" },
{ FORMAT_IRSSI, "00:01 -!- carol [carol@127.0.0.1] has quit [Quit: connection reset by peer]", KIND_QUIT, "00:01", "", "carol", "", "Quit: connection reset by peer" },
{ FORMAT_IRSSI, "00:01 -!- Irssi: Join to #sync was synced in 12 secs", KIND_OTHER, "00:01", "", "", "", "Irssi: Join to #sync was synced in 12 secs" },
/* weechat 3.8 */
{ FORMAT_WEECHAT, "2026-11-22 00:01:12\t@alice\t#startmeeting Weekly sync", KIND_MESSAGE, "2026-11-22 00:01:12", "", "alice", "", "#startmeeting Weekly sync" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:12\tbob\tcarol (c@h) has joined #sync", KIND_MESSAGE, "2026-11-22 00:01:12", "", "bob", "", "carol (c@h) has joined #sync" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:13\t *\tbob waves at the channel", KIND_ACTION, "2026-11-22 00:01:13", "", "bob", "", "waves at the channel" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:13\t--\tNotice(bob): this is a channel notice", KIND_NOTICE, "2026-11-22 00:01:13", "", "bob", "", "this is a channel notice" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:13\t--\talice: private notice", KIND_NOTICE, "2026-11-22 00:01:13", "", "alice", "", "private notice" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:17\t-->\tcarol (carol Real) (carol@127.0.0.1) has joined #sync", KIND_JOIN, "2026-11-22 00:01:17", "#sync", "carol", "", "" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:17\t-->\tcarol (x) has joined #no) (carol@127.0.0.1) has joined #sync", KIND_JOIN, "2026-11-22 00:01:17", "#sync", "carol", "", "" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:19\t<--\tcarol (carol@127.0.0.1) has left #sync (gone fishing)", KIND_PART, "2026-11-22 00:01:19", "#sync", "carol", "", "gone fishing" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:21\t<--\talice (alice@127.0.0.1) has left #sync", KIND_PART, "2026-11-22 00:01:21", "#sync", "alice", "", "" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:19\t<--\tcarol (carol@127.0.0.1) has quit (Quit: connection reset by peer)", KIND_QUIT, "2026-11-22 00:01:19", "", "carol", "", "Quit: connection reset by peer" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:18\t<--\talice has kicked carol (no spamming)", KIND_KICK, "2026-11-22 00:01:18", "", "alice", "carol", "no spamming" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:14\t--\talice has changed topic for #sync to \"Agenda: release 2.0\"", KIND_TOPIC, "2026-11-22 00:01:14", "#sync", "alice", "", "Agenda: release 2.0" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:14\t--\talice has changed topic for #sync from \"a\" to \"b\"", KIND_TOPIC, "2026-11-22 00:01:14", "#sync", "alice", "", "b" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:15\t--\tMode #sync [+o bob] by alice", KIND_MODE, "2026-11-22 00:01:15", "#sync", "alice", "", "+o bob" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:16\t--\tbob is now known as bobby", KIND_NICK, "2026-11-22 00:01:16", "", "bob", "", "bobby" },
{ FORMAT_WEECHAT, "2026-11-22 00:01:20\t--\tCTCP requested by alice: VERSION", KIND_OTHER, "2026-11-22 00:01:20", "", "", "", "CTCP requested by alice: VERSION" },
{ FORMAT_WEECHAT, "2026-11-22 00:00:58\t--\tChannel #sync: 3 nicks (1 op, 0 voices, 2 normals)", KIND_OTHER, "2026-11-22 00:00:58", "", "", "", "Channel #sync: 3 nicks (1 op, 0 voices, 2 normals)" },
/* ZNC 1.8, EnergyMech, catgirl */
{ FORMAT_ZNC, "[00:01:12] <bob> alice: hi!", KIND_MESSAGE, "00:01:12", "", "bob", "", "alice: hi!" },
{ FORMAT_ZNC, "[00:01:12] <bob> *** Joins: carol (c@h)", KIND_MESSAGE, "00:01:12", "", "bob", "", "*** Joins: carol (c@h)" },
{ FORMAT_ZNC, "[00:01:13] * bob waves at the channel", KIND_ACTION, "00:01:13", "", "bob", "", "waves at the channel" },
{ FORMAT_ZNC, "[00:01:13] -bob- this is a channel notice", KIND_NOTICE, "00:01:13", "", "bob", "", "this is a channel notice" },
{ FORMAT_ZNC, "[00:01:17] *** Joins: carol (carol@127.0.0.1)", KIND_JOIN, "00:01:17", "", "carol", "", "" },
{ FORMAT_ZNC, "[00:01:19] *** Parts: carol (carol@127.0.0.1) (gone fishing)", KIND_PART, "00:01:19", "", "carol", "", "gone fishing" },
{ FORMAT_ZNC, "[00:01:21] *** Parts: alice (alice@127.0.0.1) ()", KIND_PART, "00:01:21", "", "alice", "", "" },
{ FORMAT_ZNC, "[00:01:19] *** Quits: carol (carol@127.0.0.1) (Quit: connection reset by peer)", KIND_QUIT, "00:01:19", "", "carol", "", "Quit: connection reset by peer" },
{ FORMAT_ZNC, "[00:01:16] *** bob is now known as bobby", KIND_NICK, "00:01:16", "", "bob", "", "bobby" },
{ FORMAT_ZNC, "[00:01:18] *** carol was kicked by alice (no spamming)", KIND_KICK, "00:01:18", "", "alice", "carol", "no spamming" },
{ FORMAT_ZNC, "[00:01:14] *** alice changes topic to 'Agenda: release 2.0'", KIND_TOPIC, "00:01:14", "", "alice", "", "Agenda: release 2.0" },
{ FORMAT_ZNC, "[00:01:06] *** Server sets mode: +nt ", KIND_MODE, "00:01:06", "", "Server", "", "+nt" },
{ FORMAT_ZNC, "[00:00:58] Connected to IRC (127.0.0.1 17667)", KIND_OTHER, "00:00:58", "", "", "", "Connected to IRC (127.0.0.1 17667)" },
{ FORMAT_ZNC, "[Nov 22 2026 00:01:12] <alice> hello", KIND_MESSAGE, "Nov 22 2026 00:01:12", "", "alice", "", "hello" },
{ FORMAT_ZNC, "[Nov 22 2026 00:01:19] *** Quits: carol (connection reset by peer)", KIND_QUIT, "Nov 22 2026 00:01:19", "", "carol", "", "connection reset by peer" },
{ FORMAT_ZNC, "[Nov 22 2026 00:01:19] *** Quits: carol (bye)", KIND_QUIT, "Nov 22 2026 00:01:19", "", "carol", "", "bye" },
{ FORMAT_ZNC, "[Nov 22 2026 00:01:14] *** alice changes topic to \"Agenda: release 2.0\"", KIND_TOPIC, "Nov 22 2026 00:01:14", "", "alice", "", "Agenda: release 2.0" },
{ FORMAT_ZNC, "[Nov 22 2026 00:01:13] -bob:#sync- this is a channel notice", KIND_NOTICE, "Nov 22 2026 00:01:13", "#sync", "bob", "", "this is a channel notice" },
{ FORMAT_ZNC, "[2026-11-22T00:01:12+0000] <alice> text", KIND_MESSAGE, "2026-11-22T00:01:12+0000", "", "alice", "", "text" },
{ FORMAT_ZNC, "[2026-11-22T00:01:12+0000] * alice waves", KIND_ACTION, "2026-11-22T00:01:12+0000", "", "alice", "", "waves" },
{ FORMAT_ZNC, "[2026-11-22T00:01:12+0000] carol arrives in #c", KIND_JOIN, "2026-11-22T00:01:12+0000", "#c", "carol", "", "" },
{ FORMAT_ZNC, "[2026-11-22T00:01:12+0000] carol leaves #c: why", KIND_PART, "2026-11-22T00:01:12+0000", "#c", "carol", "", "why" },
{ FORMAT_ZNC, "[2026-11-22T00:01:12+0000] carol leaves: why", KIND_QUIT, "2026-11-22T00:01:12+0000", "", "carol", "", "why" },
{ FORMAT_ZNC, "[2026-11-22T00:01:12+0000] a kicks b out of #c: r", KIND_KICK, "2026-11-22T00:01:12+0000", "#c", "a", "b", "r" },
{ FORMAT_ZNC, "[2026-11-22T00:01:12+0000] a places a new sign in #c: t", KIND_TOPIC, "2026-11-22T00:01:12+0000", "#c", "a", "", "t" },
/* irclogs.ubuntu.com */
{ FORMAT_UBUNTU, "[15:40] <Gnea> !dvd | ohyouknow1987", KIND_MESSAGE, "15:40", "", "Gnea", "", "!dvd | ohyouknow1987" },
{ FORMAT_UBUNTU, "[08:21] <jason>  do you have both enabled", KIND_MESSAGE, "08:21", "", "jason", "", " do you have both enabled" },
{ FORMAT_UBUNTU, "[02:07] <[noobuntu] > anyone?", KIND_MESSAGE, "02:07", "", "[noobuntu]", "", "anyone?" },
{ FORMAT_UBUNTU, "[12:05]  * dholbach removes is", KIND_ACTION, "12:05", "", "dholbach", "", "removes is" },
{ FORMAT_UBUNTU, "[13:18] -ubottu- python-gtk2 (source: pygtk)", KIND_NOTICE, "13:18", "", "ubottu", "", "python-gtk2 (source: pygtk)" },
{ FORMAT_UBUNTU, "=== bob_ sighs", KIND_ACTION, "", "", "bob_", "", "sighs" },
{ FORMAT_UBUNTU, "=== ubuntu_lt [n=Styx@85.206.224.190]  has joined #ubuntu-meeting", KIND_JOIN, "", "#ubuntu-meeting", "ubuntu_lt", "", "" },
{ FORMAT_UBUNTU, "=== jeang [n=jeang@dsl-145-20-191.telkomadsl.co.za]  has left #ubuntu-meeting []", KIND_PART, "", "#ubuntu-meeting", "jeang", "", "" },
{ FORMAT_UBUNTU, "=== X is now known as Y", KIND_NICK, "", "", "X", "", "Y" },
{ FORMAT_UBUNTU, "=== [MUPPETS] Gonzo is now known as Pr0st", KIND_NICK, "", "", "[MUPPETS] Gonzo", "", "Pr0st" },
{ FORMAT_UBUNTU, "=== mode/#ubuntu [+o Seveas]  by ChanServ", KIND_MODE, "", "#ubuntu", "ChanServ", "", "+o Seveas" },
{ FORMAT_UBUNTU, "=== bob changed the topic of #ubuntu to: Hi: all", KIND_TOPIC, "", "#ubuntu", "bob", "", "Hi: all" },
{ FORMAT_UBUNTU, "=== Topic for #ubuntu: Hi", KIND_OTHER, "", "", "", "", "Topic for #ubuntu: Hi" },
{ FORMAT_UBUNTU, "=== Nella entered the room.", KIND_JOIN, "", "", "Nella", "", "" },
{ FORMAT_UBUNTU, "=== Nella left the room (quit: Ping timeout).", KIND_QUIT, "", "", "Nella", "", "Ping timeout" },
{ FORMAT_UBUNTU, "ubuntu-meeting 2010-11-08 [13:22] <diwic> #startmeeting ", KIND_MESSAGE, "13:22", "#ubuntu-meeting", "diwic", "", "#startmeeting" },
{ FORMAT_UBUNTU, "ubuntu-meeting 2010-11-08 === a is now known as b", KIND_NICK, "", "#ubuntu-meeting", "a", "", "b" },
{ FORMAT_UBUNTU, "[12:05] <bob> === x is now known as y", KIND_MESSAGE, "12:05", "", "bob", "", "=== x is now known as y" },
/* MeetBot, Limnoria */
{ FORMAT_MEETBOT, "16:25:01 <blackboxsw> #topic Previous Actions", KIND_MESSAGE, "16:25:01", "", "blackboxsw", "", "#topic Previous Actions" },
{ FORMAT_MEETBOT, "16:25 <blackboxsw> #startmeeting  Cloud-init", KIND_MESSAGE, "16:25", "", "blackboxsw", "", "#startmeeting  Cloud-init" },
{ FORMAT_MEETBOT, "16:25:01 * bob waves", KIND_ACTION, "16:25:01", "", "bob", "", "waves" },
{ FORMAT_LIMNORIA, "2019-03-08T09:42:32  <nick> text", KIND_MESSAGE, "2019-03-08T09:42:32", "", "nick", "", "text" },
{ FORMAT_LIMNORIA, "2019-03-08T09:42:32  * nick waves", KIND_ACTION, "2019-03-08T09:42:32", "", "nick", "", "waves" },
{ FORMAT_LIMNORIA, "2019-03-08T09:42:32  -nick- psst", KIND_NOTICE, "2019-03-08T09:42:32", "", "nick", "", "psst" },
{ FORMAT_LIMNORIA, "2019-03-08T00:40:49  *** nick <nick!u@h> has joined #c", KIND_JOIN, "2019-03-08T00:40:49", "#c", "nick", "", "" },
{ FORMAT_LIMNORIA, "2019-03-08T00:40:49  *** nick <nick!u@h> has left #c (why)", KIND_PART, "2019-03-08T00:40:49", "#c", "nick", "", "why" },
{ FORMAT_LIMNORIA, "2019-03-08T00:40:49  *** nick <nick!u@h> has quit IRC (reason)", KIND_QUIT, "2019-03-08T00:40:49", "", "nick", "", "reason" },
{ FORMAT_LIMNORIA, "2019-03-08T00:40:49  *** a was kicked by b (r)", KIND_KICK, "2019-03-08T00:40:49", "", "b", "a", "r" },
{ FORMAT_LIMNORIA, "2019-03-08T00:40:49  *** b sets mode: +o a", KIND_MODE, "2019-03-08T00:40:49", "", "b", "", "+o a" },
};

/* One line of each format that says surely which it is. */
static const char *const sure[FORMAT_COUNT] = {
	[FORMAT_SIC] = "#sync       : 11/22/26 00:01 <bob> x",
	[FORMAT_II] = "1795305672 <bob> x",
	[FORMAT_IRSSI] = "00:01 < bob> x",
	[FORMAT_WEECHAT] = "2026-11-22 00:01:12\tbob\tx",
	[FORMAT_ZNC] = "[00:01:12] <bob> x",
	[FORMAT_UBUNTU] = "[15:40] <bob> x",
	[FORMAT_MEETBOT] = "16:25:01 <bob> x",
	[FORMAT_LIMNORIA] = "2019-03-08T09:42:32  <bob> x",
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

static void test_real_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct message m;

		assert_true(message_parse(lines[i].format, lines[i].line,
					  strlen(lines[i].line), &m));
		check(&lines[i], &m);
	}
}

/* Each line that is sure of its format is understood with "auto" as well. */
static void test_detect_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct message_detector d = { .now = lines[i].format };
		struct message m;

		message_detect(&d, lines[i].line, strlen(lines[i].line), &m);
		check(&lines[i], &m);
		assert_int_equal(d.now, lines[i].format);
	}
}

static void test_detect_first_line(void **state)
{
	(void)state;
	for (int f = FORMAT_SIC; f < FORMAT_COUNT; f++) {
		struct message_detector d = { 0 };
		struct message m;

		message_detect(&d, "plain", 5, &m);
		assert_int_equal(m.kind, KIND_MESSAGE);
		same("plain", "text", m.text, "plain");
		message_detect(&d, sure[f], strlen(sure[f]), &m);
		assert_int_equal(d.now, f);
		assert_int_equal(m.kind, KIND_MESSAGE);
		same(sure[f], "nick", m.nick, "bob");
		same(sure[f], "text", m.text, "x");
	}
}

/* After any number of lines of one format, the other one's are understood. */
static void change(enum message_format from, enum message_format to,
		   unsigned after)
{
	struct message_detector d = { 0 };
	struct message m;

	for (unsigned i = 0; i < after; i++)
		message_detect(&d, sure[from], strlen(sure[from]), &m);
	for (unsigned i = 0; i < MESSAGE_SWITCH_LINES; i++) {
		if (i > 0 && after > 0 && d.now != from)
			fail_msg("%s: line %u of %s switched",
				 message_format_name(from), i,
				 message_format_name(to));
		message_detect(&d, sure[to], strlen(sure[to]), &m);
		assert_int_equal(m.kind, KIND_MESSAGE);
		same(sure[to], "nick", m.nick, "bob");
		same(sure[to], "text", m.text, "x");
	}
	/* irssi's query log reads as MeetBot's: no reason to change. */
	if (from != FORMAT_IRSSI || to != FORMAT_MEETBOT)
		assert_int_equal(d.now, to);
}

static void test_detect_changes(void **state)
{
	(void)state;
	for (int from = FORMAT_SIC; from < FORMAT_COUNT; from++)
		for (int to = FORMAT_SIC; to < FORMAT_COUNT; to++)
			for (unsigned after = 0; after < 5 && from != to;
			     after++)
				change((enum message_format)from,
				       (enum message_format)to, after);
}

/* One stray line, and a plain one between, change nothing. */
static void test_detect_stray(void **state)
{
	struct message_detector d = { 0 };
	struct message m;

	(void)state;
	message_detect(&d, sure[FORMAT_SIC], strlen(sure[FORMAT_SIC]), &m);
	for (int i = 0; i < 10; i++) {
		message_detect(&d, sure[FORMAT_ZNC], strlen(sure[FORMAT_ZNC]),
			       &m);
		same("stray", "nick", m.nick, "bob");
		message_detect(&d, sure[FORMAT_SIC], strlen(sure[FORMAT_SIC]),
			       &m);
		assert_int_equal(d.now, FORMAT_SIC);
	}
	message_detect(&d, "second half of a line", 21, &m);
	assert_int_equal(m.kind, KIND_MESSAGE);
	same("half", "nick", m.nick, "");
	message_detect(&d, "  ", 2, &m);
	assert_int_equal(m.kind, KIND_OTHER);
	assert_int_equal(d.now, FORMAT_SIC);
}

/* Plain text that looks a little like a log stays what it is. */
static void test_plain_stays(void **state)
{
	static const char *const plain[] = {
		"1795305672 backup done",
		"=== Chapter 1 begins ===",
		"10:30 * foo",
		"note: 10:30 meeting starts",
		"10:30 <b>bold",
		"[10:30] hello",
		"[10:30:00] hello",
		"-!- hello",
		"12:30 lunch",
		"2026-11-22 lunch",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		struct message_detector d = { 0 };
		struct message m;

		message_detect(&d, plain[i], strlen(plain[i]), &m);
		assert_int_equal(m.kind, KIND_MESSAGE);
		same(plain[i], "text", m.text, plain[i]);
		assert_int_equal(d.now, FORMAT_AUTO);
	}
}

/* A wrong format is not a message, and says so. */
static void test_wrong_format(void **state)
{
	struct message m;

	(void)state;
	for (int f = FORMAT_SIC; f < FORMAT_COUNT; f++) {
		assert_false(
			message_parse((enum message_format)f, "hello", 5, &m));
		assert_int_equal(m.kind, KIND_OTHER);
		same("hello", "text", m.text, "hello");
		assert_false(message_parse((enum message_format)f, "", 0, &m));
	}
	assert_false(message_parse(FORMAT_AUTO, "hello", 5, &m));
	assert_true(message_parse(FORMAT_PLAIN, "", 0, &m));
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
			struct message_detector d = { 0 };
			struct message m;

			assert_non_null(exact);
			memcpy(exact, lines[i].line, n);
			for (int f = 0; f < FORMAT_COUNT; f++)
				(void)message_parse((enum message_format)f,
						    exact, n, &m);
			message_detect(&d, exact, n, &m);
			message_print_sic(&m, 0, &out);
			buf_clear(&out);
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
		if (lines[i].format != FORMAT_SIC ||
		    strcmp(lines[i].time, "11/22/26 00:01") != 0 ||
		    strstr(lines[i].line, "oneword") != NULL ||
		    strstr(lines[i].line, "cut off") != NULL)
			continue;
		assert_true(message_parse(FORMAT_SIC, lines[i].line,
					  strlen(lines[i].line), &m));
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

		assert_true(message_parse(lines[i].format, lines[i].line,
					  strlen(lines[i].line), &m));
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
		if (!message_parse(FORMAT_SIC, out.data, out.len_bytes - 1,
				   &back))
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
	for (int i = 0; i < FORMAT_COUNT; i++)
		assert_int_equal(message_format_by_name(message_format_name(
					 (enum message_format)i)),
				 i);
	assert_int_equal(message_kind_by_name("nonsense"), -1);
	assert_int_equal(message_format_by_name(""), -1);
	assert_null(message_kind_name(KIND_COUNT));
	assert_null(message_format_name(FORMAT_COUNT));
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
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_print_exact),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_own_and_hostile),
		cmocka_unit_test(test_names),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
