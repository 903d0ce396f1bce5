/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * A sample of every format, read with "auto": how many messages of each kind
 * it has stands in tests/data/streams/COUNTS. And whatever text is put into a
 * message comes out as exactly that text.
 */
#include <dirent.h>
#include <string.h>

#include "tests/unit/test.h"

#include "core/mem.h"
#include "core/message/formats.h"
#include "core/text.h"

static char *data_path(const char *name)
{
	const char *src = getenv("EARSHOT_SRC");

	return mem_printf("%s/tests/data/streams/%s", src != NULL ? src : ".",
			  name);
}

/* ---- every sample ------------------------------------------------------- */

/* "GRAMMAR message=3 join=1": kinds in their order, those that there are. */
static void describe(const char *name, struct buf *out)
{
	SCOPED_TEXT char *path = data_path(name);
	struct format_reader reader = { 0 };
	unsigned counts[KIND_COUNT] = { 0 };
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (file == NULL)
		fail_msg("cannot open %s", path);
	while ((n = getline(&line, &size, file)) > 0) {
		struct message m;

		n -= line[n - 1] == '\n';
		assert_true(text_is_utf8(line, (size_t)n));
		format_read(format_named("auto"), &reader, line, (size_t)n, &m);
		counts[m.kind]++;
	}
	buf_add_text(out, format_reader_grammar(&reader));
	for (int i = 0; i < KIND_COUNT; i++)
		if (counts[i] > 0)
			buf_addf(out, " %s=%u",
				 message_kind_name((enum message_kind)i),
				 counts[i]);
	format_reader_fini(&reader);
	free(line);
	fclose(file);
}

static void test_counts(void **state)
{
	SCOPED_TEXT char *path = data_path("COUNTS");
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0, samples = 0;
	ssize_t n;

	(void)state;
	assert_non_null(file);
	while ((n = getline(&line, &size, file)) > 0) {
		SCOPED_BUF struct buf got = { 0 };
		char *colon = strstr(line, ": ");

		assert_non_null(colon);
		line[n - 1] = '\0';
		*colon = '\0';
		describe(line, &got);
		if (strcmp(buf_text(&got), colon + 2) != 0)
			fail_msg("%s: %s\n# not %s", line, buf_text(&got),
				 colon + 2);
		samples++;
	}
	free(line);
	fclose(file);
	assert_true(samples > 50);
}

/* ---- every sample of the manual ------------------------------------------ */

/* A line of mdoc as it is read: "<TAB>" and the few escapes of our samples. */
static void add_sample(struct buf *out, const char *text)
{
	static const struct {
		const char *written, *meant;
	} marks[] = {
		{ "<TAB>", "\t" },
		{ "\\(em", "\u2014" },
		{ "\\(->", "\u2192" },
		{ "\\ ", " " },
	};

	while (*text != '\0') {
		const char *meant = NULL;

		for (size_t i = 0; i < COUNT_OF(marks) && meant == NULL; i++) {
			size_t n = strlen(marks[i].written);

			if (strncmp(text, marks[i].written, n) != 0)
				continue;
			meant = marks[i].meant;
			text += n;
		}
		if (meant != NULL)
			buf_add_text(out, meant);
		else
			buf_add_char(out, *text++);
	}
}

/* What it says of itself: alice says hello, bob joins; all else is known. */
static void check_sample(const struct format *format, const char *sample)
{
	struct format_reader reader = { 0 };
	struct message m;
	bool known = format_read(format, &reader, sample, strlen(sample), &m);

	if (!known ||
	    (strstr(sample, "hello") != NULL &&
	     (m.kind != KIND_MESSAGE || !span_is(m.text, "hello") ||
	      strncasecmp(m.nick.text, "alice", 5) != 0)) ||
	    (strstr(sample, "bob") != NULL && strstr(sample, "join") != NULL &&
	     (m.kind != KIND_JOIN || !span_is(m.nick, "bob"))))
		fail_msg("%s: %s\n# %s, '%.*s', '%.*s'", format_name(format),
			 sample, message_kind_name(m.kind),
			 (int)m.nick.len_bytes, m.nick.text,
			 (int)m.text.len_bytes, m.text.text);
	format_reader_fini(&reader);
}

/* ".It Cm znc , soju": the first of them that is a format. */
static const struct format *format_of_item(char *names)
{
	const struct format *format = NULL;

	for (char *name = strtok(names, " ,\n"); name != NULL && format == NULL;
	     name = strtok(NULL, " ,\n"))
		format = format_named(name);
	return format;
}

/* items has all names, with a blank on both sides of each. */
static void check_all_listed(const struct buf *items)
{
	const struct format *format;

	for (size_t i = 0; (format = format_at(i)) != NULL; i++) {
		SCOPED_TEXT char *name = mem_printf(" %s ",
						    format_name(format));

		if (strcmp(name, " auto ") != 0 &&
		    strcmp(name, " plain ") != 0 &&
		    strstr(buf_text(items), name) == NULL)
			fail_msg("%s: not in speakd-formats(5)", name);
	}
}

static void test_manual(void **state)
{
	const char *src = getenv("EARSHOT_SRC");
	SCOPED_TEXT char *path = mem_printf("%s/man/speakd-formats.5",
					    src != NULL ? src : ".");
	FILE *file = fopen(path, "re");
	SCOPED_BUF struct buf items = { 0 };
	const struct format *format = NULL;
	char *line = NULL;
	size_t size = 0, samples = 0;

	(void)state;
	assert_non_null(file);
	while (getline(&line, &size, file) > 0 &&
	       strncmp(line, ".Ss Formats of your own", 23) != 0) {
		SCOPED_BUF struct buf sample = { 0 };

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, ".It Cm ", 7) == 0) {
			buf_addf(&items, "%s ", line + 6);
			format = format_of_item(line + 7);
		}
		/* What writes JSON is named, not shown. */
		if (strncmp(line, ".Dl ", 4) != 0 ||
		    format == format_named("json"))
			continue;
		assert_non_null(format);
		add_sample(&sample, line + 4);
		check_sample(format, buf_text(&sample));
		samples++;
	}
	free(line);
	fclose(file);
	assert_true(samples > 50);
	check_all_listed(&items);
}

/* ---- any text, in any format -------------------------------------------- */

/* clang-format off */
static const struct {
	const char *before; /* of a message of bob, up to its text */
	enum message_kind kind;
} frames[] = {
	{ "12:30 < bob> ", KIND_MESSAGE },
	{ "12:30  * bob ", KIND_ACTION },
	{ "12:30:01 <@bob> ", KIND_MESSAGE },
	{ "12:30 <bob> ", KIND_MESSAGE },
	{ "2026-11-28 12:30:01 < bob> ", KIND_MESSAGE },
	{ "2026-11-28T12:30:01+0100 < bob> ", KIND_MESSAGE },
	{ "Nov 28 12:30:01 < bob> ", KIND_MESSAGE },
	{ "12:00 #chan: <@bob> ", KIND_MESSAGE },
	{ "12:00 12:00 #chan: <@bob> ", KIND_MESSAGE },
	{ "2026-11-28 12:30:01\tbob\t", KIND_MESSAGE },
	{ "2026-11-28T12:30:01.123456Z\t@bob\t", KIND_MESSAGE },
	{ "2026-11-28 12:30:01\t *\tbob ", KIND_ACTION },
	{ "Nov 28 12:30:01 <bob>\t", KIND_MESSAGE },
	{ "[12:30] <bob> ", KIND_MESSAGE },
	{ "[12:30:01] <bob> ", KIND_MESSAGE },
	{ "[12:30:01] -bob- ", KIND_NOTICE },
	{ "[Saturday, November 28, 2026] [12:30:01 PM CET] <bob>\t", KIND_MESSAGE },
	{ "[2026-11-28T12:30:01+0100] <bob> ", KIND_MESSAGE },
	{ "[2026-11-28T12:30:01.123Z] <bob> ", KIND_MESSAGE },
	{ "2026-11-28T12:30:01  <bob> ", KIND_MESSAGE },
	{ "2026-11-28 12:30:01 <@bob:fedora.im> ", KIND_MESSAGE },
	{ "1795868401 <bob> ", KIND_MESSAGE },
	{ "#c          : 2026-11-28 12:30 <bob> ", KIND_MESSAGE },
	{ "#c          : 11/28/26 12:30 <bob> ", KIND_MESSAGE },
	{ "28-11-2026 12:30:01 < bob!~b@host.example: ", KIND_MESSAGE },
	{ "(12:30:01) bob: ", KIND_MESSAGE },
	{ "(12:30:01 PM) bob: ", KIND_MESSAGE },
	{ "12:30:01 - bob: ", KIND_MESSAGE },
	{ "[12:30:01] bob: ", KIND_MESSAGE },
	{ "2026-11-28 12:30:01 bob: ", KIND_MESSAGE },
	{ "28/11/2026, 12:30 - bob: ", KIND_MESSAGE },
	{ "11/28/26, 12:32 PM - bob: ", KIND_MESSAGE },
	{ "[28.11.26, 12:33:01] bob: ", KIND_MESSAGE },
	{ "12:30:01 From bob to Everyone : ", KIND_MESSAGE },
	{ "Nov 28 12:30:01 trent bob[1]: ", KIND_MESSAGE },
	{ "2026-11-28T12:30:03.123456+01:00 trent bob: ", KIND_MESSAGE },
	{ "<bob> ", KIND_MESSAGE },
};
/* clang-format on */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Words that mean something to a parser, put together without sense. */
static void any_text(uint64_t *random, struct buf *out)
{
	static const char *const pieces[] = {
		"hello",	"<alice>",  "*",	  "***",
		"-!-",		"12:30",    "[12:30:01]", "===",
		"has",		"joined",   "#c",	  "(why)",
		"nick:",	"-x-",	    "quit",	  "is now known as",
		": ",		">",	    "<",	  "\"",
		"http://a.b/c", "error:",   "2026-11-28", "ä",
		"日本",		"👋",	    "]",	  "[",
		"(a@b)",	"--",	    "\\",	  "by",
		"alice",	"!topic x", "{\"a\":1}",  "'",
		"said",		"to",
	};
	size_t words = 1 + next_random(random) % 8;

	for (size_t i = 0; i < words; i++) {
		if (i > 0)
			buf_add_char(out, ' ');
		buf_add_text(out,
			     pieces[next_random(random) % COUNT_OF(pieces)]);
	}
}

static void one_text(size_t i, const char *text, struct format_reader *reader)
{
	SCOPED_BUF struct buf line = { 0 };
	struct message m;

	buf_add_text(&line, frames[i].before);
	buf_add_text(&line, text);
	format_read(format_named("auto"), reader, line.data, line.len_bytes,
		    &m);
	if (m.kind != frames[i].kind || !span_is(m.nick, "bob") ||
	    !span_is(m.text, text))
		fail_msg("%s:\n# %s, '%.*s', '%.*s'", line.data,
			 message_kind_name(m.kind), (int)m.nick.len_bytes,
			 m.nick.text, (int)m.text.len_bytes, m.text.text);
}

static void test_any_text(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15U;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(frames); i++) {
		struct format_reader reader = { 0 };

		for (int k = 0; k < 400; k++) {
			SCOPED_BUF struct buf text = { 0 };
			struct format_reader fresh = { 0 };

			any_text(&random, &text);
			one_text(i, text.data, &reader);
			one_text(i, text.data, &fresh);
			format_reader_fini(&fresh);
		}
		format_reader_fini(&reader);
	}
}

/* clang-format off */
static const char *const hard_texts[] = {
	"", " ", "   ", " x ", "12:30", "[12:30:01] x", "2026-11-28 12:30 y",
	"<alice> hi", "<b>", "* bob has quit (why)", "*** bob has quit",
	"bob has joined #c", "-x- y", "--", "-", ":", ":)", "nick: x", "x:",
	"alice \u2014 Today at 12:30", "Alice, [28.11.26 12:30]", "[12:31]",
	"{\"text\":\"x\"}", "ok 1 - x", "a.c:1:2: error: x", "a > b", "a\tb",
	"\u202eabc\u202c", "\u200f", "\u05e9\u05dc\u05d5\u05dd", "\U0001f600",
	"\U0001f468\u200d\U0001f469", "\u00a0", "ACTION waves", "=== x ===",
};
/* clang-format on */

static void test_hard_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(frames); i++) {
		struct format_reader reader = { 0 };

		for (size_t k = 0; k < COUNT_OF(hard_texts); k++) {
			struct format_reader fresh = { 0 };

			one_text(i, hard_texts[k], &reader);
			one_text(i, hard_texts[k], &fresh);
			format_reader_fini(&fresh);
		}
		format_reader_fini(&reader);
	}
}

/* ---- texts of several lines --------------------------------------------- */

/* Above a text of bob. */
static const char *const headings[] = {
	"bob \u2014 Today at 12:30 PM",
	"bob, [28.11.26 12:30]",
	"bob  [12:30 PM]",
	"[28-Nov-26 12:30 PM] bob#1234",
	"28/11/2026, 12:30 - bob: x",
	"[28.11.26, 12:33:01] bob: x",
};

static void below(const char *text, struct format_reader *reader)
{
	struct message m;

	format_read(format_named("auto"), reader, text, strlen(text), &m);
	if (m.kind != KIND_MESSAGE || !span_is(m.nick, "bob") ||
	    !span_is(m.text, text))
		fail_msg("below a heading: %s\n# %s '%.*s', '%.*s'", text,
			 message_kind_name(m.kind), (int)m.nick.len_bytes,
			 m.nick.text, (int)m.text.len_bytes, m.text.text);
}

static void test_text_below(void **state)
{
	static const char *const texts[] = {
		"plain words", "<alice> hi",	   "12:30 nick: x",
		"* bob waves", "[12:30:01] x",	   "alice: hi",
		"-!- x",       "*** bob has quit", "ERROR: x",
		"a.c:1: x",    "\U0001f600 ok",	   "--- Day changed x",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(headings); i++)
		for (size_t k = 0; k < COUNT_OF(texts); k++) {
			struct format_reader reader = { 0 };
			struct message m;

			format_read(format_named("auto"), &reader, headings[i],
				    strlen(headings[i]), &m);
			below(texts[k], &reader);
			below(texts[(k + 1) % COUNT_OF(texts)], &reader);
			format_reader_fini(&reader);
		}
}

/* Appointments and departures are no headings, and all of them is said. */
static void test_no_headings(void **state)
{
	static const char *const lines[] = {
		"Dentist \u2014 14:00",
		"Lunch \u2014 28.11.2026 12:30",
		"Berlin  12:30",
		"Hamburg  12:45 PM",
		"We moved \u2014 see you at 12:30",
		"[2026-11-28 12:30] started",
		"[2026-11-28 12:31] stopped",
	};
	struct format_reader reader = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct message m;

		format_read(format_named("auto"), &reader, lines[i],
			    strlen(lines[i]), &m);
		if (m.kind != KIND_MESSAGE || m.nick.len_bytes > 0)
			fail_msg("%s: %s, '%.*s'", lines[i],
				 message_kind_name(m.kind),
				 (int)m.nick.len_bytes, m.nick.text);
	}
	format_reader_fini(&reader);
}

/* "[make] all" twice is somebody's: but only the one after the other. */
static void test_doubt_ends(void **state)
{
	static const struct {
		const char *line;
		bool named;
	} lines[] = {
		{ "[make] all", false },   { "12:30 <bob> sure", false },
		{ "[make] again", false }, { "no format", false },
		{ "[alice] hi", false },   { "[bob] hi alice", true },
	};
	struct format_reader reader = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		const char *line = lines[i].line;
		struct message m;

		format_read(format_named("auto"), &reader, line, strlen(line),
			    &m);
		if (line[0] == '[' && (m.nick.len_bytes > 0) != lines[i].named)
			fail_msg("%s: '%.*s'", line, (int)m.nick.len_bytes,
				 m.nick.text);
	}
	format_reader_fini(&reader);
}

/* Every frame cut at every byte, whole and within a stream: ASan sees it. */
static void test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(frames); i++) {
		struct format_reader reader = { 0 };

		for (size_t n = 0; n <= strlen(frames[i].before); n++) {
			char *exact = malloc(n > 0 ? n : 1);
			struct message m;

			assert_non_null(exact);
			memcpy(exact, frames[i].before, n);
			format_read(format_named("auto"), &reader, exact, n,
				    &m);
			assert_true((unsigned)m.kind < KIND_COUNT);
			free(exact);
		}
		format_reader_fini(&reader);
	}
}

/* ---- time --------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *stamp;
	int64_t ms;
	unsigned step_ms;
	bool dated;
} times[] = {
	{ "12:30", 45000000, 60000, false },
	{ "12:30:01", 45001000, 1000, false },
	{ "[12:30]", 45000000, 60000, false },
	{ "(12:30:01 PM)", 45001000, 1000, false },
	{ "(12:30:01 AM)", 1801000, 1000, false },
	{ "2026-11-28 12:30:01", 1795869001000, 1000, true },
	{ "2026-11-28T12:30:01.123Z", 1795869001123, 1, true },
	{ "2026-11-28T12:30:01+01:00", 1795865401000, 1000, true },
	{ "2026-11-28T12:30:01-0100", 1795872601000, 1000, true },
	{ "@400000006b0aa4d3075bcd15", 1795859657123, 1, true },
	{ "Nov 28 12:30:00", 45000000, 1000, false },
	{ "[Saturday, November 28, 2026] [12:30:01 PM CET]", 1795869001000, 1000, true },
	{ "[Sat Nov 28 12:30:01 2026]", 1795869001000, 1000, true },
	{ "28/Nov/2026:12:30:01", 1795869001000, 1000, true },
	{ "11/28/26 12:30", 1795869000000, 60000, true },
	{ "28.11.2026 12:30", 1795869000000, 60000, true },
	{ "1795869001", 1795869001000, 1000, true },
	{ "1795869001.5", 1795869001500, 1, true },
	{ "1795869001123", 1795869001123, 1, true },
	{ "1970-01-01 00:00:00", 0, 1000, true },
	{ "1969-12-31 23:59:59", -1000, 1000, true },
	{ "0001-01-01 00:00:00", -62135596800000, 1000, true },
	{ "9999-12-31 23:59:60", 253402300800000, 1000, true },
	{ "2024-02-29 00:00", 1709164800000, 60000, true },
};
/* clang-format on */

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		SCOPED_TEXT char *line = mem_printf("%s <bob> x",
						    times[i].stamp);
		struct format_reader reader = { 0 };
		struct message m;

		format_read(format_named("irssi"), &reader, line, strlen(line),
			    &m);
		if (!span_is(m.nick, "bob") || m.when.ms != times[i].ms ||
		    m.when.step_ms != times[i].step_ms ||
		    m.when.dated != times[i].dated)
			fail_msg("%s: %jd, %u, %d", line, (intmax_t)m.when.ms,
				 m.when.step_ms, m.when.dated);
	}
}

static void test_no_times(void **state)
{
	static const char *const lines[] = {
		"25:30 <bob> x",
		"12:60 <bob> x",
		"12:30:61 <bob> x",
		"[12:30 <bob> x",
		"12:30x <bob> x",
		"2026-13-01 12:30 <bob> x",
		"(12:30] <bob> x",
		"12345678 <bob> x",
		"2026-11-28 <bob> x",
		"1795865401:x",
		"@400000006b0aa4d3075bcd1 x",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct format_reader reader = { 0 };
		struct message m;

		format_read(format_named("auto"), &reader, lines[i],
			    strlen(lines[i]), &m);
		if (!span_is(m.text, lines[i]))
			fail_msg("%s: '%.*s'", lines[i], (int)m.text.len_bytes,
				 m.text.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_hard_texts),
		cmocka_unit_test(test_text_below),
		cmocka_unit_test(test_no_headings),
		cmocka_unit_test(test_doubt_ends),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_no_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
