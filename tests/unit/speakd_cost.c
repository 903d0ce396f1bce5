/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Twice as much text costs about twice as much work, whoever wrote it: counted
 * in instructions (valgrind's callgrind), which do not depend on the machine's
 * load. A parser that looks again at what it has seen costs four times as much.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

#include "core/buf.h"
#include "core/child.h"
#include "core/json.h"
#include "core/lines.h"
#include "core/text.h"
#include "speakd/ssip/framer.h"
#include "speakd/ssip/ssml.h"
#include "speakd/words/clean.h"
#include "speakd/words/hygiene.h"
#include "speakd/words/wording.h"

/* Bytes of the smaller text, and how much dearer the larger one may be. */
enum { SMALL_BYTES = 1 << 14, DEARER_PERCENT = 250 };

static void cost_ssml(const struct buf *text)
{
	struct ssml ssml = { 0 };

	ssml_read(&ssml, buf_text(text), text->len_bytes, NULL, NULL);
	ssml_fini(&ssml);
}

static void cost_hygiene(const struct buf *text)
{
	SCOPED_BUF struct buf out = { 0 };

	hygiene_clean(&out, buf_text(text), text->len_bytes);
}

static void cost_clean(const struct buf *text)
{
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_BUF struct buf scratch = { 0 };
	const struct reading reading = { .rules = WORDING_ALL,
					 .punctuation = PUNCTUATION_SOME };

	(void)clean_text(&out, &scratch, &reading,
			 span_of(text->data, text->len_bytes));
}

static void cost_escape(const struct buf *text)
{
	SCOPED_BUF struct buf out = { 0 };

	text_escape(&out, buf_text(text), text->len_bytes);
}

static void cost_repair(const struct buf *text)
{
	SCOPED_BUF struct buf out = { 0 };

	text_repair(&out, buf_text(text), text->len_bytes);
}

static void cost_nfkc(const struct buf *text)
{
	SCOPED_BUF struct buf out = { 0 };

	text_nfkc(&out, buf_text(text), text->len_bytes);
}

static void cost_json(const struct buf *text)
{
	json_free(json_parse(buf_text(text), text->len_bytes));
}

static int ignore(const char *line, size_t len_bytes, bool cut, void *data)
{
	(void)line;
	(void)len_bytes;
	(void)cut;
	(void)data;
	return 0;
}

static void cost_lines(const struct buf *text)
{
	SCOPED_BUF struct buf copy = { 0 };
	struct lines lines = { 0 };

	buf_add(&copy, buf_text(text), text->len_bytes);
	assert_int_equal(
		lines_feed(&lines, copy.data, copy.len_bytes, ignore, NULL), 0);
	lines_fini(&lines);
}

static void cost_framer(const struct buf *text)
{
	struct framer framer = { 0 };
	size_t done = 0;

	while (done < text->len_bytes) {
		size_t used = 0;

		if (framer_feed(&framer, text->data + done,
				text->len_bytes - done, &used) != FRAME_NONE)
			framer_next(&framer, false);
		done += used;
	}
	framer_fini(&framer);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*run)(const struct buf *text);
	const char *piece; /* of which the text is made */
} cases[] = {
	{ "ssml: comments without end",  cost_ssml,    "<!--" },
	{ "ssml: data without end",      cost_ssml,    "<![CDATA[" },
	{ "ssml: instructions",          cost_ssml,    "<?" },
	{ "ssml: tags without end",      cost_ssml,    "<a" },
	{ "ssml: quotes without end",    cost_ssml,    "<a x=\"" },
	{ "ssml: both quotes",           cost_ssml,    "<a '<b \"" },
	{ "ssml: ampersands",            cost_ssml,    "&" },
	{ "ssml: numbers without end",   cost_ssml,    "&#1" },
	{ "ssml: marks",                 cost_ssml,    "<mark name='a'/>" },
	{ "ssml: marks in letters",      cost_ssml,    "a<mark name='m'/>" },
	{ "ssml: nested sub",            cost_ssml,    "<sub alias='x'>" },
	{ "hygiene: one long word",      cost_hygiene, "x" },
	{ "hygiene: dots",               cost_hygiene, "U.S.A." },
	{ "hygiene: apostrophes",        cost_hygiene, "s'" },
	{ "hygiene: zero-width",         cost_hygiene, "\u200b" },
	{ "hygiene: marks",              cost_hygiene, "\u0301" },
	{ "hygiene: wide letters",       cost_hygiene, "\uff41" },
	{ "hygiene: words",              cost_hygiene, "some words " },
	{ "clean: short codes",          cost_clean,   ":a:" },
	{ "clean: emoji of a server",    cost_clean,   "<:a:1>" },
	{ "clean: files",                cost_clean,   "file:///a/" },
	{ "clean: links",                cost_clean,   "http://a.b,<" },
	{ "clean: paths",                cost_clean,   "/a.b:1:" },
	{ "clean: emphasis",             cost_clean,   "_b " },
	{ "clean: dashes",               cost_clean,   " -" },
	{ "clean: brackets",             cost_clean,   "[(a " },
	{ "clean: entities",             cost_clean,   "&amp;#38;" },
	{ "escape: overrides",           cost_escape,  "\u202e" },
	{ "repair: broken bytes",        cost_repair,  "\xe6\x97" },
	{ "nfkc: marks",                 cost_nfkc,    "\u0301" },
	{ "nfkc: letters with marks",    cost_nfkc,    "e\u0301" },
	{ "json: arrays",                cost_json,    "[" },
	{ "json: text without end",      cost_json,    "\"\\" },
	{ "lines: empty",                cost_lines,   "\n" },
	{ "lines: one without end",      cost_lines,   "x" },
	{ "framer: empty commands",      cost_framer,  "\r\n" },
	{ "framer: one without end",     cost_framer,  "x" },
	{ "framer: returns",             cost_framer,  "\r" },
};
/* clang-format on */

static void run_case(size_t number, size_t bytes)
{
	SCOPED_BUF struct buf text = { 0 };

	while (text.len_bytes < bytes)
		buf_add_text(&text, cases[number].piece);
	cases[number].run(&text);
}

/* The instructions of this program for one case, as callgrind counts them. */
static unsigned long count(size_t number, size_t bytes)
{
	char file[64], number_text[24], bytes_text[24];
	const char *const argv[] = { "valgrind",
				     "--tool=callgrind",
				     "--callgrind-out-file=/dev/null",
				     file,
				     number_text,
				     bytes_text,
				     NULL };
	const struct child child = {
		.argv = (const char *const[]){ "sh", "-c",
					       "exec \"$0\" \"$@\" 2>&1",
					       argv[0], argv[1], argv[2],
					       argv[3], argv[4], argv[5],
					       NULL },
	};
	SCOPED_BUF struct buf out = { 0 };
	const char *collected;

	snprintf(file, sizeof(file), "/proc/%d/exe", (int)getpid());
	snprintf(number_text, sizeof(number_text), "%zu", number);
	snprintf(bytes_text, sizeof(bytes_text), "%zu", bytes);
	assert_int_equal(child_capture(&child, 1 << 16, &out, NULL), 0);
	collected = strstr(buf_text(&out), "Collected : ");
	assert_non_null(collected);
	return strtoul(collected + strlen("Collected : "), NULL, 10);
}

/* Before 3.20 it gives up on the debugging information that clang writes. */
static bool can_count(void)
{
	char file[64];
	const struct child child = {
		.argv = (const char *const[]){ "valgrind", "--tool=none", file,
					       "0", "0", NULL },
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL },
		.fd_count = 3,
	};

	snprintf(file, sizeof(file), "/proc/%d/exe", (int)getpid());
	return child_run(&child, NULL) == 0;
}

static void test_in_line(void **state)
{
	unsigned long idle;

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("# valgrind cannot run a program with a sanitizer\n");
	skip();
#endif
	if (!can_count()) {
		print_message(
			"# no valgrind, or none that reads this program\n");
		skip();
	}
	idle = count(0, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned long small = count(i, SMALL_BYTES) - idle;
		unsigned long large = count(i, 2 * SMALL_BYTES) - idle;

		if (large > small / 100 * DEARER_PERCENT)
			fail_msg("%s: %lu instructions, for twice the text %lu",
				 cases[i].name, small, large);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_in_line) };

	if (argc == 3) {
		run_case(strtoul(argv[1], NULL, 10),
			 strtoul(argv[2], NULL, 10));
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
