/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* sic-bridge_wire.c - lines taken apart, tags, what libircclient may see. */
#include "sic-bridge/irc/wire.h"

#include <string.h>

#include "sic-bridge/irc/libirc.h"
#include "tests/unit/test.h"

static void assert_span(struct span span, const char *want)
{
	char text[256];

	assert_in_range(span.len_bytes, 0, sizeof(text) - 1);
	memcpy(text, span.text, span.len_bytes);
	text[span.len_bytes] = '\0';
	assert_string_equal(text, want);
}

/* ---- one line ------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *line;
	const char *nick, *command;
	size_t count;
	const char *last, *middle, *trailing;
} lines[] = {
	{ ":a!b@c PRIVMSG #c :two words", "a", "PRIVMSG", 2, "two words",
	  "#c", "two words" },
	{ ":a!b@c PRIVMSG #c :", "a", "PRIVMSG", 2, "", "#c", "" },
	{ ":a!b@c PRIVMSG #c word", "a", "PRIVMSG", 2, "word", "#c word", "" },
	{ ":srv 005 me CHANLIMIT=#:20 X :are supported", "srv", "005", 4,
	  "are supported", "me CHANLIMIT=#", "20 X :are supported" },
	{ "PING :token", "", "PING", 1, "token", "", "token" },
	{ "PING token", "", "PING", 1, "token", "token", "" },
	{ ":a!b@2001:db8::1 JOIN :#c", "a", "JOIN", 1, "#c", "", "#c" },
	{ ":srv   MODE   #c   +o   bob  ", "srv", "MODE", 3, "bob",
	  "  #c   +o   bob", "" },
	{ "ERROR", "", "ERROR", 0, "", "", "" },
	{ ":s X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 :17", "s", "X", 15,
	  "15 16 :17", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "17" },
};
/* clang-format on */

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct irc_line line;

		assert_true(irc_line_parse(lines[i].line, strlen(lines[i].line),
					   &line));
		assert_span(line.nick, lines[i].nick);
		assert_span(line.command, lines[i].command);
		assert_int_equal(line.count, lines[i].count);
		if (line.count > 0)
			assert_span(line.params[line.count - 1], lines[i].last);
		assert_span(line.middle, lines[i].middle);
		assert_span(line.trailing, lines[i].trailing);
	}
}

static void test_no_command(void **state)
{
	static const char *const none[] = { "",	     ":",  ":srv",
					    ":srv ", "  ", ":srv   " };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct irc_line line;

		assert_false(irc_line_parse(none[i], strlen(none[i]), &line));
	}
}

static void test_numeric(void **state)
{
	static const struct {
		const char *line;
		unsigned number;
	} cases[] = {
		{ ":s 001 x", 1 },    { ":s 999 x", 999 }, { ":s 000 x", 0 },
		{ ":s 1234 x", 0 },   { ":s 12 x", 0 },	   { ":s 1a2 x", 0 },
		{ ":s PING 001", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct irc_line line;

		assert_true(irc_line_parse(cases[i].line, strlen(cases[i].line),
					   &line));
		assert_int_equal(irc_line_numeric(&line), cases[i].number);
	}
}

/* ---- tags ---------------------------------------------------------------- */

static void test_tags(void **state)
{
	char text[] = "a=b;time=2024-01-01T00:00:00.000Z;msgid=x\\sy\\:z\\\\;"
		      "+client;batch=;account=q\\w\\;msgid=last\\";
	struct tags tags;

	(void)state;
	tags_parse(text, strlen(text), &tags);
	assert_span(tags.time, "2024-01-01T00:00:00.000Z");
	assert_span(tags.msgid, "last");
	assert_span(tags.batch, "");
	assert_span(tags.account, "qw");
}

static void test_unescape(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "msgid=x\\sy\\:z\\\\w", "x y;z\\w" },
		{ "msgid=\\r\\n", "\r\n" },
		{ "msgid=\\b\\", "b" },
		{ "msgid", "" },
		{ "msgid=a=b=c", "a=b=c" },
		{ "xmsgid=no;msgi=no", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[64];
		struct tags tags;

		snprintf(text, sizeof(text), "%s", cases[i].in);
		tags_parse(text, strlen(text), &tags);
		assert_span(tags.msgid, cases[i].out);
	}
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: not a time */
	} cases[] = {
		{ "1970-01-01T00:00:00.000Z", 0 },
		{ "2026-11-22T00:12:04.198Z", 1795306324198 },
		{ "2026-11-22T00:12:04Z", 1795306324000 },
		{ "2026-11-22T00:12:04.1Z", 1795306324100 },
		{ "2026-11-22T00:12:04.123456789Z", 1795306324123 },
		{ "2016-12-31T23:59:60.000Z", 1483228800000 },
		{ "2026-11-22T00:12:61.000Z", -1 },
		{ "2026-11-22T24:12:00.000Z", -1 },
		{ "2026-13-22T00:12:04.198Z", -1 },
		{ "2026-11-22 00:12:04.198Z", -1 },
		{ "2026-11-22T00:12:04.198", -1 },
		{ "2026-11-22T00:12:04.19xZ", -1 },
		{ "0000-11-22T00:12:04.198Z", -1 },
		{ "", -1 },
		{ "Z", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t ms = -1;
		bool is_time = tags_time(
			span_of(cases[i].text, strlen(cases[i].text)), &ms);

		assert_int_equal(is_time, cases[i].ms >= 0);
		assert_int_equal(ms, cases[i].ms);
	}
}

/* ---- bytes to lines ------------------------------------------------------ */

struct seen {
	struct buf text; /* FATE nick COMMAND last| */
};

static int note(const struct wire_line *line, void *data)
{
	static const char fates[] = {
		[WIRE_OURS] = 'o', [WIRE_PASS] = 'p', [WIRE_DIRECT] = 'd'
	};
	struct seen *seen = data;
	struct span last = irc_line_param(
		&line->line, line->line.count > 0 ? line->line.count - 1 : 0);

	buf_addf(&seen->text, "%c %.*s %.*s|", fates[line->fate],
		 (int)line->line.command.len_bytes, line->line.command.text,
		 (int)last.len_bytes, last.text);
	return 0;
}

/* clang-format off */
static const struct {
	const char *bytes;
	size_t len_bytes;
	const char *want;
} fates[] = {
#define BYTES(text) text, sizeof(text) - 1
	{ BYTES(":a!b@c PRIVMSG #c :hi\r\n"),	"p PRIVMSG hi|" },
	{ BYTES(":a!b@c PRIVMSG #c :hi\n"),	"p PRIVMSG hi|" },
	{ BYTES("@a=b :a!b@c PRIVMSG #c :hi\r\n"), "p PRIVMSG hi|" },
	{ BYTES("@a=b\r\n"),			"" },
	{ BYTES("\r\n\n \r\n:\r\n:srv \r\n"),	"" },
	{ BYTES("NICK foo\r\n"),		"d NICK foo|" },
	{ BYTES(":a NICK foo\r\n"),		"p NICK foo|" },
	{ BYTES("N\r\n:a N\r\n"),		"d N |d N |" },
	{ BYTES(":a JOIN\r\n"),			"d JOIN |" },
	{ BYTES(":s 001 me\r\n"),		"p 001 me|" },
	{ BYTES(":s 001\r\n"),			"d 001 |" },
	{ BYTES("001 me\r\n"),			"d 001 me|" },
	{ BYTES(":s 000 me\r\n"),		"d 000 me|" },
	{ BYTES(":s 0001 me\r\n"),		"d 0001 me|" },
	{ BYTES("ERROR :x\r\n"),		"p ERROR x|" },
	{ BYTES("NOTICE AUTH :x\r\n"),		"p NOTICE x|" },
	{ BYTES(":a privmsg #c :x\r\n"),	"d privmsg x|" },
	{ BYTES("PING x\r\nPONG x\r\nCAP * LS :\r\n"), "o PING x|o PONG x|o CAP |" },
	{ BYTES(":s BATCH +1 x\r\n:s TAGMSG a\r\n"), "o BATCH x|o TAGMSG a|" },
	{ BYTES(":a PRIVMSG #c :\1ACTION x\1\r\n"), "p PRIVMSG \1ACTION x\1|" },
	{ BYTES(":a PRIVMSG #c :\1\r\n"),	"d PRIVMSG \1|" },
	{ BYTES(":a PRIVMSG #c :\1\1\r\n"),	"d PRIVMSG \1\1|" },
	{ BYTES(":a PRIVMSG #c :\1DCC SEND\1\r\n"), "d PRIVMSG \1DCC SEND\1|" },
	{ BYTES(":a NOTICE #c :\1ACTION x\1\r\n"), "d NOTICE \1ACTION x\1|" },
	{ BYTES(":a PRIVMSG #c :a\0b\rc\r\n"),	"p PRIVMSG a b c|" },
	{ BYTES(":a PRIVMSG #c :caf\xe9\r\n"),	"p PRIVMSG caf\xc3\xa9|" },
	{ BYTES(":half a line"),		"" },
};
/* clang-format on */

static void feed(const char *bytes, size_t len_bytes, size_t cut,
		 struct seen *seen)
{
	struct err e = { 0 };
	struct wire wire = { .charset = charset_new("cp1252", &e) };
	char copy[1024];

	assert_in_range(len_bytes, 0, sizeof(copy));
	memcpy(copy, bytes, len_bytes);
	assert_int_equal(wire_feed(&wire, copy, cut, note, seen), 0);
	assert_int_equal(
		wire_feed(&wire, copy + cut, len_bytes - cut, note, seen), 0);
	charset_free(wire.charset);
	wire_fini(&wire);
}

static void test_fates_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(fates); i++) {
		for (size_t cut = 0; cut <= fates[i].len_bytes; cut++) {
			struct seen seen = { 0 };

			feed(fates[i].bytes, fates[i].len_bytes, cut, &seen);
			assert_string_equal(buf_text(&seen.text),
					    fates[i].want);
			buf_fini(&seen.text);
		}
	}
}

/* ---- what the library gets ----------------------------------------------- */

static size_t library_of(const char *text, char out[WIRE_LIBRARY_BYTES])
{
	struct wire_line line = { .fate = WIRE_PASS };

	assert_true(irc_line_parse(text, strlen(text), &line.line));
	return wire_library(&line, out);
}

/* A message whose copy has so many bytes with its CR-LF, at its limit. */
static void test_library_limit(void **state)
{
	static const char head[] = ":a!b@c PRIVMSG #c :";
	char text[2000], out[WIRE_LIBRARY_BYTES];

	(void)state;
	for (size_t n = 970; n < 990; n++) {
		size_t want = sizeof(head) - 1 + n + 2;
		size_t got;

		snprintf(text, sizeof(text), "%s%0*d", head, (int)n, 0);
		got = library_of(text, out);
		assert_int_equal(got, min_size(want, WIRE_LIBRARY_BYTES));
		assert_memory_equal(out + got - 2, "\r\n", 2);
	}
}

/* Never through a code point. */
static void test_library_cuts_whole(void **state)
{
	char text[2000], out[WIRE_LIBRARY_BYTES + 1];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		size_t n = (size_t)snprintf(text, sizeof(text),
					    ":a!b@c PRIVMSG #c :%.*s",
					    (int)shift, "xxxx");

		while (n + 5 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
					      "\xf0\x9f\x98\x80");
		n = library_of(text, out);
		assert_in_range(n, WIRE_LIBRARY_BYTES - 3, WIRE_LIBRARY_BYTES);
		assert_memory_equal(out + n - 6, "\xf0\x9f\x98\x80\r\n", 6);
	}
}

static void test_library_action_is_short(void **state)
{
	char text[600], out[WIRE_LIBRARY_BYTES + 1];
	size_t n;

	(void)state;
	snprintf(text, sizeof(text), ":a!b@c PRIVMSG #c :\001ACTION %0300d\001",
		 7);
	n = library_of(text, out);
	assert_in_range(n, 40, 120);
	assert_memory_equal(out + n - 3, "\001\r\n", 3);
}

/* ---- the real library ---------------------------------------------------- */

struct told {
	enum message_kind kind;
	unsigned numeric;
	unsigned times;
};

static void on_libirc(enum message_kind kind, unsigned numeric, void *data)
{
	struct told *told = data;

	told->kind = kind;
	told->numeric = numeric;
	told->times++;
}

static void test_session(void **state)
{
	static const struct {
		const char *line;
		enum message_kind kind;
		unsigned numeric;
	} cases[] = {
		{ ":s 001 x :Welcome", KIND_NUMERIC, 1 },
		{ ":s 376 x :End", KIND_NUMERIC, 376 },
		{ ":a!b@c PRIVMSG #c :hi", KIND_MESSAGE, 0 },
		{ ":a!b@c PRIVMSG x :hi", KIND_MESSAGE, 0 },
		{ ":a!b@c PRIVMSG #c :\001ACTION waves\001", KIND_ACTION, 0 },
		{ ":a!b@c NOTICE #c :hi", KIND_NOTICE, 0 },
		{ ":a!b@c NOTICE x :hi", KIND_NOTICE, 0 },
		{ ":a!b@c JOIN :#c", KIND_JOIN, 0 },
		{ ":a!b@c PART #c :bye", KIND_PART, 0 },
		{ ":a!b@c QUIT :bye", KIND_QUIT, 0 },
		{ ":a!b@c NICK :d", KIND_NICK, 0 },
		{ ":a!b@c MODE #c +o d", KIND_MODE, 0 },
		{ ":x MODE x +i", KIND_MODE, 0 },
		{ ":a!b@c TOPIC #c :t", KIND_TOPIC, 0 },
		{ ":a!b@c KICK #c d :out", KIND_KICK, 0 },
		{ "ERROR :Closing link", KIND_OTHER, 0 },
	};
	struct told told = { 0 };
	struct err e = { 0 };
	struct libirc *libirc = libirc_new(on_libirc, &told, &e);

	(void)state;
	assert_non_null(libirc);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[WIRE_LIBRARY_BYTES];
		size_t n = library_of(cases[i].line, out);

		told = (struct told){ .kind = KIND_COUNT };
		assert_int_equal(libirc_feed(libirc, out, n, &e), 0);
		assert_int_equal(told.kind, cases[i].kind);
		assert_int_equal(told.numeric, cases[i].numeric);
		assert_int_equal(told.times, 1);
	}
	libirc_free(libirc);
}

/* Each connection gets a fresh one: descriptors must not pile up. */
static void test_many_sessions(void **state)
{
	(void)state;
	for (int i = 0; i < 600; i++) {
		struct told told = { 0 };
		struct err e = { 0 };
		struct libirc *libirc = libirc_new(on_libirc, &told, &e);

		assert_non_null(libirc);
		libirc_free(libirc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_no_command),
		cmocka_unit_test(test_numeric),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_fates_at_every_cut),
		cmocka_unit_test(test_library_limit),
		cmocka_unit_test(test_library_cuts_whole),
		cmocka_unit_test(test_library_action_is_short),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_many_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
