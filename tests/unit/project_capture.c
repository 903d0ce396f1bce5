/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* What is captured is shown: whatever the text, in every list. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/mem.h"
#include "core/text.h"
#include "project/lists/capture.h"

static const struct date today = { 2026, 11, 28 }; /* a Saturday */

/* Days in words become dates, and what is no day is said and left. */
static void test_dates(void **state)
{
	static const struct {
		const char *text, *want;
		int rc;
	} cases[] = {
		{ "call", "call", 0 },
		{ "call due:tomorrow @phone", "call due:2026-11-29 @phone", 0 },
		{ "due:sat", "due:2026-11-28", 0 },
		{ "due:fri", "due:2026-12-04", 0 },
		{ "x Due:+2w y", "x due:2026-12-12 y", 0 },
		{ "write (due:12-01), now", "write (due:2026-12-01), now", 0 },
		{ "due:11-01.", "due:2027-11-01.", 0 },
		{ "see t:friday", "see t:2026-12-04", 0 },
		{ "mail due:2026-02-30 Ann", "mail due:2026-02-30 Ann",
		  -EINVAL },
		{ "due:someday", "due:someday", -EINVAL },
		{ "t:shirts and due: none", "t:shirts and due: none", 0 },
		{ "  two  spaces ", "  two  spaces ", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf out = { 0 };
		struct err e = { 0 };

		assert_int_equal(capture_dates(cases[i].text, today, &out, &e),
				 cases[i].rc);
		assert_string_equal(buf_text(&out), cases[i].want);
		assert_int_equal(e.usage, cases[i].rc < 0);
	}
}

/* A small generator of our own: the same texts on every machine. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Text made of what means something to some reader. */
static void random_text(uint32_t *seed, struct buf *out)
{
	static const char *const pieces[] = {
		"#",	  ">",	      "x ",
		":",	  "[x]",      "[ ] ",
		"- ",	  "* ",	      "due:",
		"t:",	  "@home",    "@waiting",
		"1. ",	  "XXX",      "x 2026-11-01 ",
		"|",	  ";",	      "<",
		"word ",  "\xc3\xa9", " ",
		"\t",	  "\xff",     "\xe2\x80\xa8",
		"+",	  "[",	      "]",
		"rec:1w", "=",	      "\xef\xbb\xbf",
	};
	SCOPED_BUF struct buf raw = { 0 };
	uint32_t count = 1 + next_random(seed) % 6;

	for (uint32_t i = 0; i < count; i++)
		buf_add_text(&raw,
			     pieces[next_random(seed) % COUNT_OF(pieces)]);
	text_escape(out, buf_text(&raw), raw.len_bytes);
}

static void check_shown(const char *text, enum reading reading, bool outliner,
			bool boxed)
{
	SCOPED_TEXT char *line = capture_line(text, reading, outliner, boxed);
	SCOPED_BUF struct buf file = { 0 };
	struct actions actions = { 0 };
	size_t start = strspn(text, " "), len = strlen(text);

	while (len > start && text[len - 1] == ' ')
		len--;
	/* Between others, as it is in a file. */
	buf_addf(&file, "%sfirst\n%s\n%slast\n", outliner ? "[_] " : "- ", line,
		 outliner ? "[_] " : "- ");
	actions_read(&actions, file.data, file.len_bytes, reading);
	if (actions.count != 3 || !action_is_open(&actions.list[1]) ||
	    actions.list[1].len_bytes != len - start ||
	    memcmp(actions.list[1].text, text + start, len - start) != 0)
		fail_msg("captured '%s' is lost as '%s' (%zu items)", text,
			 line, actions.count);
	actions_fini(&actions);
}

/* Ten thousand texts through each list: each comes out as one open item. */
static void test_what_is_captured_is_shown(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		SCOPED_BUF struct buf text = { 0 };

		random_text(&seed, &text);
		if (buf_text(&text)[strspn(buf_text(&text), " ")] == '\0')
			continue;
		check_shown(text.data, READ_INBOX, false, false);
		check_shown(text.data, READ_LIST, false, false);
		check_shown(text.data, READ_LIST, false, true);
		check_shown(text.data, READ_LIST, true, false);
		check_shown(text.data, READ_ACTIONS, false, true);
		check_shown(text.data, READ_ACTIONS, true, true);
		check_shown(text.data, READ_TODOTXT, false, false);
	}
}

/* What people and other programs write into the lists. */
static void test_lists(void **state)
{
	static const struct {
		const char *line;
		enum reading reading;
		const char *text; /* NULL: no item */
		bool done, heading;
	} cases[] = {
		{ "# Errands", READ_LIST, "# Errands", false, true },
		{ "At home:", READ_LIST, "At home:", false, true },
		{ "#standup ask Bob", READ_LIST, "#standup ask Bob", 0, 0 },
		{ "- learn:", READ_LIST, "learn:", 0, 0 },
		{ "x ray results", READ_LIST, "x ray results", 0, 0 },
		{ "x 2026-11-01 paid", READ_LIST, "2026-11-01 paid", true, 0 },
		{ "[X] paid", READ_LIST, "paid", true, 0 },
		{ "> quoted", READ_LIST, "> quoted", 0, 0 },
		{ "  indented", READ_LIST, "indented", 0, 0 },
		{ "# Errands", READ_INBOX, "# Errands", 0, 0 },
		{ "[x] is it?", READ_INBOX, "[x] is it?", 0, 0 },
		{ "Note to self:", READ_INBOX, "Note to self:", 0, 0 },
		{ "   ", READ_INBOX, NULL, 0, 0 },
		{ "\xef\xbb\xbf[x] bom", READ_ACTIONS, "bom", true, 0 },
		{ "1. [ ] numbered", READ_ACTIONS, "numbered", 0, 0 },
		{ "# comment", READ_ACTIONS, NULL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct actions actions = { 0 };

		actions_read(&actions, cases[i].line, strlen(cases[i].line),
			     cases[i].reading);
		assert_int_equal(actions.count, cases[i].text != NULL);
		if (cases[i].text != NULL) {
			assert_int_equal(actions.list[0].len_bytes,
					 strlen(cases[i].text));
			assert_memory_equal(actions.list[0].text, cases[i].text,
					    strlen(cases[i].text));
			assert_int_equal(actions.list[0].done, cases[i].done);
			assert_int_equal(actions.list[0].heading,
					 cases[i].heading);
		}
		actions_fini(&actions);
	}
}

/* Words are found with a sentence's punctuation around them, in any case. */
static void test_words_in_sentences(void **state)
{
	static const struct {
		const char *line, *context;
		int due_day; /* of November 2026; 0: none */
		bool waiting, bad;
	} cases[] = {
		{ "fax (due:2026-11-01) @office,", "@office", 1, 0, 0 },
		{ "ring @phone.", "@phone", 0, 0, 0 },
		{ "go Due:2026-11-02", NULL, 2, 0, 0 },
		{ "post due:2026-11-03.", NULL, 3, 0, 0 },
		{ "wait @Waiting, for Bob", NULL, 0, true, 0 },
		{ "meet @caf\xc3\xa9!", "@caf\xc3\xa9", 0, 0, 0 },
		{ "mail me@example.org", NULL, 0, 0, 0 },
		{ "send @post.office", "@post.office", 0, 0, 0 },
		{ "pay due:2026-02-30", NULL, 0, 0, true },
		{ "at due:2026-11-04T10:00", NULL, 4, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct actions actions = { 0 };
		const char *context = NULL;
		size_t pos = 0, bytes;

		actions_read(&actions, cases[i].line, strlen(cases[i].line),
			     READ_ACTIONS);
		assert_int_equal(actions.count, 1);
		bytes = action_context(&actions.list[0], &pos, &context);
		assert_int_equal(bytes, cases[i].context != NULL
						? strlen(cases[i].context)
						: 0);
		if (bytes > 0)
			assert_memory_equal(context, cases[i].context, bytes);
		assert_int_equal(actions.list[0].due.day, cases[i].due_day);
		assert_int_equal(actions.list[0].waiting, cases[i].waiting);
		assert_int_equal(actions.list[0].bad_date, cases[i].bad);
		actions_fini(&actions);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_what_is_captured_is_shown),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_words_in_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
