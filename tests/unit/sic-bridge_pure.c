/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sic-bridge_pure.c - the modules that only compute: commands, flood control,
 * back-off, names, channels, history, charset, capabilities.
 */
#include <string.h>

#include "sic-bridge/irc/cap.h"
#include "sic-bridge/state/channels.h"
#include "sic-bridge/irc/charset.h"
#include "sic-bridge/bridge/commands.h"
#include "sic-bridge/irc/flood.h"
#include "sic-bridge/state/history.h"
#include "sic-bridge/state/nick.h"
#include "sic-bridge/net/reconnect.h"
#include "tests/unit/test.h"

static struct span of(const char *text)
{
	return span_of(text, strlen(text));
}

static void assert_span(struct span span, const char *want)
{
	assert_int_equal(span.len_bytes, strlen(want));
	assert_memory_equal(span.text, want, span.len_bytes);
}

static struct irc_line parsed(const char *text)
{
	struct irc_line line;

	assert_true(irc_line_parse(text, strlen(text), &line));
	return line;
}

/* ---- commands ------------------------------------------------------------ */

static void test_commands(void **state)
{
	/* clang-format off */
	static const struct {
		const char *line;
		enum command_kind kind;
		const char *target, *text;
	} cases[] = {
		{ "",			COMMAND_NOTHING, "", "" },
		{ "hello",		COMMAND_SAY, "", "hello" },
		{ " :j #c",		COMMAND_SAY, "", " :j #c" },
		{ ":j #c",		COMMAND_JOIN, "#c", "" },
		{ ":j #c key ",		COMMAND_JOIN, "#c", "key" },
		{ ":j\t#c",		COMMAND_JOIN, "#c", "" },
		{ ":j",			COMMAND_JOIN, "", "" },
		{ ":m bob hi there",	COMMAND_MESSAGE, "bob", "hi there" },
		{ ":m bob",		COMMAND_MESSAGE, "bob", "" },
		{ ":m",			COMMAND_MESSAGE, "", "" },
		{ ":l",			COMMAND_LEAVE, "", "" },
		{ ":l #c",		COMMAND_LEAVE, "#c", "" },
		{ ":l #c so long",	COMMAND_LEAVE, "#c", "so long" },
		{ ":l so long",		COMMAND_LEAVE, "", "so long" },
		{ ":s bob",		COMMAND_SELECT, "bob", "" },
		{ ":t #a x",		COMMAND_RAW, "", "t #a x" },
		{ ":WHOIS bob",		COMMAND_RAW, "", "WHOIS bob" },
		{ ":join #c",		COMMAND_RAW, "", "join #c" },
		{ ":QUIT :bye",		COMMAND_RAW, "", "QUIT :bye" },
		{ ":cancel",		COMMAND_CANCEL, "", "cancel" },
		{ ":cancel x",		COMMAND_RAW, "", "cancel x" },
		{ ":",			COMMAND_NOTHING, "", ":" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct command command;

		command_parse(cases[i].line, strlen(cases[i].line), &command);
		assert_int_equal(command.kind, cases[i].kind);
		if (cases[i].kind == COMMAND_NOTHING)
			continue;
		assert_span(command.target, cases[i].target);
		if (cases[i].kind != COMMAND_SELECT)
			assert_span(command.text, cases[i].text);
	}
}

/* ---- flood control ------------------------------------------------------ */

static void test_flood_paces(void **state)
{
	struct flood flood;
	uint64_t wait;

	(void)state;
	flood_init(&flood, 2, 1000);
	for (int i = 0; i < 2; i++) {
		assert_true(flood_may(&flood, 5000, &wait));
		flood_take(&flood);
	}
	assert_false(flood_may(&flood, 5000, &wait));
	assert_int_equal(wait, 1000);
	assert_false(flood_may(&flood, 5999, &wait));
	assert_int_equal(wait, 1);
	assert_true(flood_may(&flood, 6000, &wait));
	flood_take(&flood);
	assert_false(flood_may(&flood, 6500, &wait));
	assert_int_equal(wait, 500);
	assert_true(flood_may(&flood, 7100, &wait));
	/* More than there is, as for a PING that cannot wait: no debt. */
	flood_take(&flood);
	flood_take(&flood);
	assert_true(flood_may(&flood, 8100, &wait));
}

static void test_flood_split(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		size_t max;
		size_t take, next;
	} cases[] = {
		{ "",		10, 0, 0 },
		{ "short",	10, 5, 5 },
		{ "0123456789",	10, 10, 10 },
		{ "0123456789a", 10, 10, 10 },
		{ "01234567 9ab", 10, 8, 9 },
		{ "0 234567890ab", 10, 1, 2 },	/* however early */
		{ " 234567890ab", 10, 10, 10 },	/* nothing before it */
		{ "012345678\xc3\xa9", 10, 9, 9 },
		{ "\xf0\x9f\x98\x80" "a", 2, 4, 4 },	/* never nothing */
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t next;

		assert_int_equal(flood_split(cases[i].text,
					     strlen(cases[i].text),
					     cases[i].max, &next),
				 cases[i].take);
		assert_int_equal(next, cases[i].next);
	}
}

/* ---- back-off ------------------------------------------------------------ */

static void test_reconnect(void **state)
{
	static const uint64_t steps[] = {
		1000, 2000, 4000, 8000, 10000, 10000
	};
	struct reconnect again = { .max_ms = 10000, .stable_ms = 60000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct reconnect copy = again;

		/* The jitter stays between one half and the whole. */
		assert_int_equal(reconnect_down(&copy, 0, 0), steps[i] / 2);
		assert_in_range(reconnect_down(&again, 0, 0xffffffff),
				steps[i] / 2, steps[i]);
	}
	/* A second short of stable changes nothing; stable begins anew. */
	reconnect_up(&again, 1000);
	assert_int_equal(reconnect_down(&again, 60999, 0), 5000);
	reconnect_up(&again, 1000);
	assert_int_equal(reconnect_down(&again, 61000, 0), 500);
	/* And a failed attempt after that is the second in the row. */
	assert_int_equal(reconnect_down(&again, 200000, 0), 1000);
}

static void test_reconnect_for_ever(void **state)
{
	struct reconnect again = { .max_ms = 300000, .stable_ms = 60000 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_in_range(reconnect_down(&again, 0, (uint32_t)i * 7919),
				1, 300000);
}

/* ---- names --------------------------------------------------------------- */

static void test_names(void **state)
{
	static const struct {
		const char *mapping, *a, *b;
		bool equal;
	} cases[] = {
		{ "rfc1459", "Bob[~]", "bOB{^}", true },
		{ "strict-rfc1459", "Bob[]", "bob{}", true },
		{ "strict-rfc1459", "a~", "a^", false },
		{ "ascii", "Bob", "bOB", true },
		{ "ascii", "[", "{", false },
		{ "ascii", "bob", "bobby", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct names names;
		struct irc_line line;
		char text[100];

		names_init(&names);
		snprintf(text, sizeof(text), ":s 005 me CASEMAPPING=%s :are",
			 cases[i].mapping);
		line = parsed(text);
		names_learn(&names, &line);
		assert_int_equal(
			names_equal(&names, of(cases[i].a), of(cases[i].b)),
			cases[i].equal);
	}
}

static void test_isupport(void **state)
{
	struct names names;
	struct irc_line line = parsed(":s 005 me CHANTYPES=# NICKLEN=16 "
				      "CHATHISTORY=50 X= :are supported");

	(void)state;
	names_init(&names);
	assert_true(names_is_channel(&names, of("&local")));
	names_learn(&names, &line);
	assert_false(names_is_channel(&names, of("&local")));
	assert_true(names_is_channel(&names, of("#c")));
	assert_false(names_is_channel(&names, of("")));
	assert_int_equal(names.nick_bytes, 16);
	assert_int_equal(names.chathistory, 50);
}

static void test_modes_and_status(void **state)
{
	struct irc_line line = parsed(":s 005 me CHANMODES=eIbq,k,flj,CFnt "
				      "PREFIX=(qaohv)~&@%+ STATUSMSG=@+ :are");
	struct names names;

	(void)state;
	names_init(&names);
	names_learn(&names, &line);
	assert_true(names_mode_has_param(&names, 'k', false));
	assert_true(names_mode_has_param(&names, 'q', true));
	assert_true(names_mode_has_param(&names, 'h', false));
	assert_true(names_mode_has_param(&names, 'l', true));
	assert_false(names_mode_has_param(&names, 'l', false));
	assert_false(names_mode_has_param(&names, 'n', true));
	assert_span(names_without_status(&names, of("@#c")), "#c");
	assert_span(names_without_status(&names, of("+@#c")), "#c");
	assert_span(names_without_status(&names, of("@bob")), "@bob");
	assert_span(names_without_status(&names, of("%#c")), "%#c");
	assert_span(names_without_status(&names, of("")), "");
}

/* ---- channels ------------------------------------------------------------ */

static void test_channels(void **state)
{
	struct channels channels = { 0 };
	struct names names;
	SCOPED_BUF struct buf out = { 0 };

	(void)state;
	names_init(&names);
	channels_add(&channels, &names, of("#a"), of(""));
	channels_add(&channels, &names, of("#b"), of("key"));
	channels_add(&channels, &names, of("#A"), of(""));
	channels_add(&channels, &names, of("#c"), of(""));
	assert_int_equal(channels.count, 3);
	channels_join_lines(&channels, ~0U, 510, &out);
	assert_string_equal(buf_text(&out), "JOIN #b key\nJOIN #a,#c\n");
	buf_clear(&out);
	channels_join_lines(&channels, ~0U, 8, &out);
	assert_string_equal(buf_text(&out), "JOIN #b key\nJOIN #a\nJOIN #c\n");
	channels_remove(&channels, &names, of("#B"));
	assert_null(channels_find(&channels, &names, of("#b")));
	assert_int_equal(channels.count, 2);
	channels_fini(&channels);
}

static void test_join_lines_fit(void **state)
{
	struct channels channels = { 0 };
	struct names names;
	SCOPED_BUF struct buf out = { 0 };
	size_t joined = 0;

	(void)state;
	names_init(&names);
	for (int i = 0; i < 200; i++) {
		char name[32];

		snprintf(name, sizeof(name), "#channel-%d", i);
		channels_add(&channels, &names, of(name),
			     of(i % 3 == 0 ? "secret" : ""));
	}
	channels_join_lines(&channels, ~0U, 100, &out);
	for (const char *line = buf_text(&out); *line != '\0';) {
		size_t n = strcspn(line, "\n");

		assert_in_range(n, 10, 100);
		for (size_t i = 0; i < n; i++)
			joined += line[i] == '#';
		line += n + 1;
	}
	assert_int_equal(joined, 200);
	channels_fini(&channels);
}

static void test_channels_have_a_limit(void **state)
{
	struct channels channels = { 0 };
	struct names names;
	char name[CHANNEL_TEXT_BYTES + 2];

	(void)state;
	names_init(&names);
	for (int i = 0; i < CHANNELS_MAX; i++) {
		snprintf(name, sizeof(name), "#%d", i);
		assert_non_null(
			channels_add(&channels, &names, of(name), of("")));
	}
	assert_null(channels_add(&channels, &names, of("#more"), of("")));
	assert_non_null(channels_add(&channels, &names, of("#7"), of("key")));
	channels_fini(&channels);
	memset(name, 'x', sizeof(name));
	assert_null(channels_add(&channels, &names,
				 span_of(name, CHANNEL_TEXT_BYTES + 1),
				 of("")));
	assert_non_null(channels_add(
		&channels, &names, span_of(name, CHANNEL_TEXT_BYTES), of("")));
	channels_fini(&channels);
}

/* ---- nicks --------------------------------------------------------------- */

static void test_nicks(void **state)
{
	static const char *const tries[] = { "listener_", "listener1",
					     "listener2" };
	struct nick nick = { 0 };

	(void)state;
	nick_want(&nick, of("listener"));
	nick_begin(&nick);
	assert_true(nick_is_wanted(&nick));
	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		assert_true(nick_next(&nick, 0));
		assert_string_equal(nick.now, tries[i]);
	}
	assert_false(nick_is_wanted(&nick));
	nick_begin(&nick);
	assert_true(nick_next(&nick, 5));
	assert_string_equal(nick.now, "list_");
	/* Ten tries, ten more short ones, and it is enough. */
	for (int i = 1; i < NICK_TRIES; i++)
		assert_true(nick_next(&nick, 0));
	assert_string_equal(nick.now, "listene19");
	assert_false(nick_next(&nick, 0));
	nick_set(&nick, of("LISTENER"));
	assert_false(nick_is_wanted(&nick));
	nick_begin(&nick);
	assert_false(nick_next(&nick, 1));
}

/* ---- history ------------------------------------------------------------- */

static struct wire_line wire_line(const char *text, const char *time,
				  const char *msgid, const char *batch)
{
	struct wire_line line = { .line = parsed(text) };

	line.tags.time = of(time);
	line.tags.msgid = of(msgid);
	line.tags.batch = of(batch);
	line.tags.account = of("");
	return line;
}

static void test_batches_have_a_limit(void **state)
{
	struct history *history = calloc(1, sizeof(*history));
	struct wire_line line;
	char text[64];

	(void)state;
	assert_non_null(history);
	for (int i = 0; i < HISTORY_BATCHES + 1; i++) {
		snprintf(text, sizeof(text), ":s BATCH +r%d chathistory #c", i);
		line = wire_line(text, "", "", "");
		assert_null(history_batch(history, &line));
	}
	/* The last slot was taken over; the others are still known. */
	line = wire_line(":a PRIVMSG #c :x", "", "", "r0");
	assert_true(history_is(history, &line, false));
	line = wire_line(":a PRIVMSG #c :x", "", "", "r16");
	assert_true(history_is(history, &line, false));
	line = wire_line(":a PRIVMSG #c :x", "", "", "r15");
	assert_false(history_is(history, &line, false));
	line = wire_line(":s BATCH -r0", "", "", "");
	assert_non_null(history_batch(history, &line));
	line = wire_line(":a PRIVMSG #c :x", "", "", "r0");
	assert_false(history_is(history, &line, false));
	free(history);
}

/* Stamps of 2026-11-22T00:12, and our clock, in the same minute. */
static int64_t at(int seconds)
{
	return 1795306320000 + seconds * (int64_t)1000;
}

/*
 * Old is what was said before the connection, whatever the server's clock: it
 * may be wrong, and a bouncer's first lines may be of last week.
 */
static void test_old_is_history(void **state)
{
	static const char numeric[] = ":s 001 me :hi",
			  notice[] = ":a!u@h NOTICE me "
				     ":x",
			  message[] = ":a!u@h PRIVMSG #c :x";
	static const struct {
		const char *first, *first_time;
		const char *second, *second_time;
		bool old;
	} cases[] = {
		{ numeric, "2026-11-22T00:12:00.000Z", message,
		  "2026-11-22T00:11:54.999Z", true },
		{ numeric, "2026-11-22T00:12:00.000Z", message,
		  "2026-11-22T00:11:55.000Z", false },
		/* Its clock is an hour slow, or fast. */
		{ numeric, "2026-11-21T23:12:00.000Z", message,
		  "2026-11-21T23:12:00.000Z", false },
		{ numeric, "2026-11-21T23:12:00.000Z", message,
		  "2026-11-21T23:11:00.000Z", true },
		{ numeric, "2026-11-22T01:12:00.000Z", message,
		  "2026-11-22T01:11:00.000Z", true },
		/* What a bouncer keeps of the server's welcome is for now. */
		{ message, "2026-11-22T00:12:00.000Z", numeric,
		  "2026-11-21T00:12:00.000Z", false },
		/* Nothing but the message itself shows the clock. */
		{ numeric, "", message, "2020-01-01T00:00:00.000Z", false },
		{ numeric, "", notice, "2020-01-01T00:00:00.000Z", true },
		{ numeric, "", notice, "2026-11-22T00:07:00.000Z", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct history_clock clock;
		struct wire_line line;

		history_clock_begin(&clock, at(0));
		clock.stamps = true;
		line = wire_line(cases[i].first, cases[i].first_time, "", "");
		history_clock_line(&clock, &line, at(0));
		line = wire_line(cases[i].second, cases[i].second_time, "", "");
		history_clock_line(&clock, &line, at(1));
		assert_int_equal(history_clock_is_old(&clock, &line),
				 cases[i].old);
	}
}

/* A server that stamps no line of its own says nothing about old and new. */
static void test_stray_stamps(void **state)
{
	struct wire_line line = wire_line(":a!u@h NOTICE me :x",
					  "2020-01-01T00:00:00.000Z", "", "");
	struct history_clock clock;

	(void)state;
	history_clock_begin(&clock, at(0));
	history_clock_line(&clock, &line, at(0));
	assert_false(history_clock_is_old(&clock, &line));
}

/* ZNC wraps what it plays back in words of its own when it cannot stamp it. */
static void test_untagged_playback(void **state)
{
	static const struct {
		const char *line;
		bool history;
	} steps[] = {
		{ ":a!u@h PRIVMSG #c :live", false },
		{ ":***!znc@znc.in PRIVMSG #c :Buffer Playback...", true },
		{ ":a!u@h PRIVMSG #c :[12:00:00] old", true },
		{ ":***!znc@znc.in PRIVMSG #c :Playback Complete.", true },
		{ ":a!u@h PRIVMSG #c :live again", false },
		{ ":x!znc@evil PRIVMSG #c :Buffer Playback...", false },
		{ ":a!u@h PRIVMSG #c :live still", false },
		{ ":a!u@h PRIVMSG #c :07:20:04> no bip, live", false },
		{ ":b.i.p 353 me = #c :me", false },
		{ ":a!u@h PRIVMSG #c :07:20:04> old", true },
		{ ":a!u@h PRIVMSG me :28-11-2026 07:20:04> old", true },
		{ ":-bip!bip@bip PRIVMSG #c :End of backlog", true },
		{ ":a!u@h PRIVMSG #c :07:20> live", false },
		{ ":a!u@h PRIVMSG #c :", false },
	};
	struct history *history = calloc(1, sizeof(*history));

	(void)state;
	assert_non_null(history);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct wire_line line = wire_line(steps[i].line, "", "", "");

		assert_int_equal(history_is(history, &line, false),
				 steps[i].history);
	}
	free(history);
}

static void test_seen(void **state)
{
	struct history *history = calloc(1, sizeof(*history));
	struct wire_line line;
	char id[32];

	(void)state;
	assert_non_null(history);
	line = wire_line(":a PRIVMSG #c :x", "t1", "id", "");
	assert_false(history_seen(history, &line, false));
	/* Said twice is said twice; played back it is known. */
	assert_false(history_seen(history, &line, false));
	assert_true(history_seen(history, &line, true));
	/* Without an id: by time, sender, target and text. */
	line = wire_line(":a PRIVMSG #c :x", "t1", "", "");
	assert_false(history_seen(history, &line, false));
	assert_true(history_seen(history, &line, true));
	line = wire_line(":a PRIVMSG #c :y", "t1", "", "");
	assert_false(history_seen(history, &line, true));
	line = wire_line(":b PRIVMSG #c :y", "t1", "", "");
	assert_false(history_seen(history, &line, true));
	/* Without a time there is nothing to know it by. */
	line = wire_line(":a PRIVMSG #c :x", "", "", "");
	assert_false(history_seen(history, &line, false));
	assert_false(history_seen(history, &line, true));
	/* The oldest is forgotten. */
	line = wire_line(":a PRIVMSG #c :x", "t1", "first", "");
	assert_false(history_seen(history, &line, false));
	for (int i = 0; i < HISTORY_SEEN - 1; i++) {
		snprintf(id, sizeof(id), "id%d", i);
		line = wire_line(":a PRIVMSG #c :x", "t1", id, "");
		assert_false(history_seen(history, &line, false));
	}
	line = wire_line(":a PRIVMSG #c :x", "t1", "first", "");
	assert_true(history_seen(history, &line, true));
	line = wire_line(":a PRIVMSG #c :x", "t1", "one more", "");
	assert_false(history_seen(history, &line, false));
	line = wire_line(":a PRIVMSG #c :x", "t1", "first", "");
	assert_false(history_seen(history, &line, true));
	free(history);
}

/* ---- charset ------------------------------------------------------------- */

static void test_charsets(void **state)
{
	/* clang-format off */
	static const struct {
		const char *charset, *in, *out;
	} cases[] = {
		{ "cp1252", "plain", "plain" },
		{ "cp1252", "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "cp1252", "caf\xe9 \x80", "caf\xc3\xa9 \xe2\x82\xac" },
		{ "Latin1", "caf\xe9", "caf\xc3\xa9" },
		{ "raw", "caf\xe9", "caf\xe9" },
		{ "koi8-r", "\xd0\xd2", "\xd0\xbf\xd1\x80" },
		{ "koi8-r", "\xd0\xbf\xd1\x80", "\xd0\xbf\xd1\x80" },
		/* A server cut it at 512 bytes, or it is no UTF-8. */
		{ "cp1252", "\xe6\x97\xa5\xe6\x9c", "\xe6\x97\xa5\xef\xbf\xbd" },
		{ "cp1252", "\xc3\xa9 \xf0\x9f\x98", "\xc3\xa9 \xef\xbf\xbd" },
		{ "cp1252", "\xc3\xa9 \xc3", "\xc3\xa9 \xef\xbf\xbd" },
		{ "cp1252", "AMANH\xc3", "AMANH\xc3\x83" },
		{ "cp1252", "ascii \xc3", "ascii \xef\xbf\xbd" },
		{ "cp1252", "ascii \xe9", "ascii \xc3\xa9" },
		{ "koi8-r", "ascii \xc2", "ascii \xd0\xb1" },
		{ "cp1252", "\xc3\xa9 \xa9", "\xc3\xa9 \xc2\xa9" },
		{ "shift_jis", "\x93\xfa\x81", "\xe6\x97\xa5\xef\xbf\xbd" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		struct charset *charset = charset_new(cases[i].charset, &e);
		SCOPED_BUF struct buf scratch = { 0 };
		size_t n = strlen(cases[i].in);
		const char *got;

		assert_non_null(charset);
		got = charset_decode(charset, cases[i].in, &n, &scratch);
		assert_span(span_of(got, n), cases[i].out);
		charset_free(charset);
	}
}

/* More than one piece of the conversion's buffer. */
static void test_charset_long(void **state)
{
	struct err e = { 0 };
	struct charset *charset = charset_new("koi8-r", &e);
	SCOPED_BUF struct buf scratch = { 0 };
	char text[2000];
	size_t n = sizeof(text);

	(void)state;
	memset(text, 0xd0, sizeof(text));
	(void)charset_decode(charset, text, &n, &scratch);
	assert_int_equal(n, 2 * sizeof(text));
	charset_free(charset);
	assert_null(charset_new("klingon", &e));
	assert_true(e.usage);
}

/* ---- capabilities -------------------------------------------------------- */

struct turn {
	const char *line; /* of the server; NULL ends the dialogue */
	const char *answer;
};

static int play(const struct cap_login *login, const struct turn *turns,
		struct cap *cap, struct err *e)
{
	SCOPED_BUF struct buf out = { 0 };

	cap_begin(cap, login, true, &out);
	assert_string_equal(buf_text(&out), "CAP LS 302\r\n");
	for (; turns->line != NULL; turns++) {
		struct irc_line line = parsed(turns->line);
		int rc;

		buf_clear(&out);
		rc = cap_line(cap, &line, &out, e);
		assert_string_equal(buf_text(&out), turns->answer);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static const struct cap_login nobody = { SASL_NONE, "me", NULL, false };
static const struct cap_login plain = { SASL_PLAIN, "me", "pw", false };
static const struct cap_login lenient = { SASL_PLAIN, "me", "pw", true };
static const struct cap_login external = { SASL_EXTERNAL, "me", NULL, false };

static void test_cap_lists(void **state)
{
	static const struct turn turns[] = {
		{ ":s CAP * LS * :batch unknown=1", "CAP REQ :batch\r\n" },
		{ ":s CAP * LS :server-time  sts=port=6697,duration=300 ",
		  "CAP REQ :server-time\r\n" },
		{ ":s CAP * ACK :batch ", "" },
		{ ":s CAP * ACK :server-time", "CAP END\r\n" },
		{ ":s CAP me NEW :echo-message=x sasl",
		  "CAP REQ :echo-message\r\n" },
		{ ":s CAP me ACK :~=echo-message", "" },
		{ ":s CAP me DEL :batch", "" },
		{ ":s CAP me ACK :-server-time", "" },
		{ NULL, NULL },
	};
	struct cap cap;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(play(&nobody, turns, &cap, &e), 0);
	assert_int_equal(cap.enabled, CAP_ECHO_MESSAGE);
	assert_true(cap.has_sts);
	assert_int_equal(cap.sts_port, 6697);
	assert_int_equal(cap.sts_seconds, 300);
	assert_int_equal(cap_welcome(&cap, &e), 0);
}

static void test_cap_sasl(void **state)
{
	static const struct turn turns[] = {
		{ ":s CAP * LS :sasl=EXTERNAL,PLAIN", "CAP REQ :sasl\r\n" },
		{ ":s CAP * ACK :sasl", "AUTHENTICATE PLAIN\r\n" },
		{ "AUTHENTICATE +", "AUTHENTICATE AG1lAHB3\r\n" },
		{ ":s 900 me x me :You are now logged in", "" },
		{ ":s 903 me :ok", "CAP END\r\n" },
		{ NULL, NULL },
	};
	static const struct turn with_certificate[] = {
		{ ":s CAP * LS :sasl", "CAP REQ :sasl\r\n" },
		{ ":s CAP * ACK :sasl", "AUTHENTICATE EXTERNAL\r\n" },
		{ "AUTHENTICATE +", "AUTHENTICATE +\r\n" },
		{ ":s 903 me :ok", "CAP END\r\n" },
		{ NULL, NULL },
	};
	struct cap cap;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(play(&plain, turns, &cap, &e), 0);
	assert_int_equal(cap_welcome(&cap, &e), 0);
	assert_int_equal(play(&external, with_certificate, &cap, &e), 0);
	assert_int_equal(cap_welcome(&cap, &e), 0);
}

#define SCRAM_CHALLENGE                                                        \
	"r=0123456789abcdef0123456789abcdef%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define SCRAM_PROOF                                                            \
	"c=biws,r=0123456789abcdef0123456789abcdef%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=2GoB8tLu28cOjNyq/o/OCI5nEoH6KI898KkovEwfSQI="
#define SCRAM_SIGNATURE "v=iWfpFguao3owEitWuCkGTIvt27uSuFR/iWAXa4NA4XA="

/*
 * RFC 7677, section 3, with a nonce of our length: the proof and the signature
 * were computed with Python's hashlib and hmac.
 */
static void test_scram(void **state)
{
	static const char nonce[] = "0123456789abcdef0123456789abcdef";
	struct scram scram;
	SCOPED_BUF struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	scram_first(&scram, nonce, "us=e,r", &out);
	assert_string_equal(buf_text(&out), "n,,n=us=3De=2Cr,r="
					    "0123456789abcdef0123456789abcdef");
	buf_clear(&out);
	scram_first(&scram, nonce, "user", &out);
	buf_clear(&out);
	assert_int_equal(
		scram_proof(&scram, of(SCRAM_CHALLENGE), "pencil", &out, &e),
		0);
	assert_string_equal(buf_text(&out), SCRAM_PROOF);
	assert_int_equal(scram_verify(&scram, of(SCRAM_SIGNATURE), &e), 0);
	assert_int_equal(scram_verify(&scram, of("v=AAAA"), &e), -EACCES);
	assert_int_equal(scram_verify(&scram, of("e=invalid-proof"), &e),
			 -EACCES);
	assert_string_equal(e.text, "SCRAM: invalid-proof");
	assert_int_equal(scram_verify(&scram, of(""), &e), -EACCES);
}

/* What a server may say instead of a challenge. */
static void test_scram_refuses(void **state)
{
#define NONCE "0123456789abcdef0123456789abcdef"
	static const struct {
		const char *challenge;
		int rc;
	} cases[] = {
		{ "r=" NONCE "x,s=QUFBQQ==,i=4096", 0 },
		{ "r=" NONCE "x,s=QUFBQQ==,i=4095", -EACCES },
		{ "r=" NONCE "x,s=QUFBQQ==,i=2000001", -EACCES },
		{ "r=" NONCE "x,s=QUFBQQ==,i=99999999999999", -EACCES },
		{ "r=" NONCE "x,s=QUFBQQ==,i=-1", -EACCES },
		{ "r=" NONCE "x,s=QUFBQQ=,i=4096", -EACCES },
		{ "r=" NONCE "x,s=,i=4096", -EACCES },
		{ "r=" NONCE ",s=QUFBQQ==,i=4096", -EACCES },
		{ "r=x" NONCE ",s=QUFBQQ==,i=4096", -EACCES },
		{ "m=x,r=" NONCE "x,s=QUFBQQ==,i=4096", -EACCES },
		{ "r=" NONCE "x,i=4096", -EACCES },
		{ ",,,", -EACCES },
		{ "", -EACCES },
	};
#undef NONCE

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf out = { 0 };
		struct scram scram;
		struct err e = { 0 };

		scram_first(&scram, "0123456789abcdef0123456789abcdef", "me",
			    &out);
		assert_int_equal(scram_proof(&scram, of(cases[i].challenge),
					     "pw", &out, &e),
				 cases[i].rc);
	}
}

/* Services came back: log in again, and stay when that is refused. */
static void test_cap_late_login(void **state)
{
	static const struct turn turns[] = {
		{ ":s CAP * LS :batch", "CAP REQ :batch\r\nCAP END\r\n" },
		{ ":s CAP * ACK :batch", "" },
		{ ":s CAP me NEW :sasl=PLAIN", "CAP REQ :sasl\r\n" },
		{ ":s CAP me ACK :sasl", "AUTHENTICATE PLAIN\r\n" },
		{ "AUTHENTICATE +", "AUTHENTICATE AG1lAHB3\r\n" },
		{ ":s 904 me :no", "" },
		{ ":s CAP me DEL :sasl", "" },
		{ ":s CAP me NEW :sasl=PLAIN", "CAP REQ :sasl\r\n" },
		{ ":s CAP me ACK :sasl", "AUTHENTICATE PLAIN\r\n" },
		{ "AUTHENTICATE +", "AUTHENTICATE AG1lAHB3\r\n" },
		{ ":s 903 me :ok", "" },
		{ ":s CAP me NEW :server-time", "CAP REQ :server-time\r\n" },
		{ ":s CAP me ACK :server-time", "" },
		{ NULL, NULL },
	};
	struct cap cap;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(play(&lenient, turns, &cap, &e), 0);
	assert_true(cap.logged_in);
}

static void test_cap_refused(void **state)
{
	static const struct turn wrong[] = {
		{ ":s CAP * LS :sasl", "CAP REQ :sasl\r\n" },
		{ ":s CAP * ACK :sasl", "AUTHENTICATE PLAIN\r\n" },
		{ "AUTHENTICATE +", "AUTHENTICATE AG1lAHB3\r\n" },
		{ ":s 904 me :SASL authentication failed", "" },
		{ NULL, NULL },
	};
	static const struct turn go_on[] = {
		{ ":s CAP * LS :sasl", "CAP REQ :sasl\r\n" },
		{ ":s CAP * ACK :sasl", "AUTHENTICATE PLAIN\r\n" },
		{ "AUTHENTICATE +", "AUTHENTICATE AG1lAHB3\r\n" },
		{ ":s 904 me :SASL authentication failed", "CAP END\r\n" },
		{ NULL, NULL },
	};
	static const struct turn nothing[] = {
		{ ":s CAP * LS :", "" },
		{ NULL, NULL },
	};
	static const struct turn early[] = {
		{ "AUTHENTICATE +", "" }, /* nobody asked */
		{ ":s 903 me :ok", "" },
		{ ":s 904 me :no", "" },
		{ NULL, NULL },
	};
	struct cap cap;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(play(&plain, wrong, &cap, &e), -EACCES);
	assert_non_null(strstr(e.text, "SASL authentication failed"));
	assert_int_equal(play(&lenient, go_on, &cap, &e), 0);
	assert_int_equal(cap_welcome(&cap, &e), 0);
	assert_int_equal(play(&plain, nothing, &cap, &e), -EACCES);
	assert_int_equal(play(&plain, early, &cap, &e), 0);
	/* Said to be welcome without having logged in. */
	assert_int_equal(cap_welcome(&cap, &e), -EACCES);
}

static void test_cap_nak(void **state)
{
	static const struct turn turns[] = {
		{ ":s CAP * LS :batch sasl", "CAP REQ :batch sasl\r\n" },
		{ ":s CAP * NAK :batch sasl",
		  "CAP REQ :batch\r\nCAP REQ :sasl\r\n" },
		{ ":s CAP * NAK :batch", "" },
		{ ":s CAP * ACK :sasl", "AUTHENTICATE PLAIN\r\n" },
		{ NULL, NULL },
	};
	static const struct turn no_sasl[] = {
		{ ":s CAP * LS :sasl", "CAP REQ :sasl\r\n" },
		{ ":s CAP * NAK :sasl", "" },
		{ NULL, NULL },
	};
	struct cap cap;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(play(&plain, turns, &cap, &e), 0);
	assert_int_equal(cap.enabled, CAP_SASL);
	assert_int_equal(play(&plain, no_sasl, &cap, &e), -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_flood_paces),
		cmocka_unit_test(test_flood_split),
		cmocka_unit_test(test_reconnect),
		cmocka_unit_test(test_reconnect_for_ever),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_isupport),
		cmocka_unit_test(test_modes_and_status),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_join_lines_fit),
		cmocka_unit_test(test_channels_have_a_limit),
		cmocka_unit_test(test_nicks),
		cmocka_unit_test(test_batches_have_a_limit),
		cmocka_unit_test(test_old_is_history),
		cmocka_unit_test(test_stray_stamps),
		cmocka_unit_test(test_untagged_playback),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_charset_long),
		cmocka_unit_test(test_cap_lists),
		cmocka_unit_test(test_cap_sasl),
		cmocka_unit_test(test_scram),
		cmocka_unit_test(test_scram_refuses),
		cmocka_unit_test(test_cap_late_login),
		cmocka_unit_test(test_cap_refused),
		cmocka_unit_test(test_cap_nak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
