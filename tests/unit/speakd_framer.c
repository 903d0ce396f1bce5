/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_framer.c - commands and texts, at every cut, at the limits. */
#include "tests/unit/test.h"

#include <string.h>

#include "speakd/ssip/framer.h"

/* Feed input cut at cut; frames joined by "|", a text follows "SPEAK". */
static void frames_of(const char *input, size_t len, size_t cut,
		      struct buf *out)
{
	struct framer framer = { 0 };
	size_t at = 0;

	while (at < len) {
		size_t end = at < cut ? cut : len, used = 0;
		enum frame_kind kind = framer_feed(&framer, input + at,
						   end - at, &used);

		at += used;
		if (kind == FRAME_NONE)
			continue;
		buf_add_char(out, kind == FRAME_TEXT ? 'T' : 'C');
		buf_add(out, buf_text(&framer.bytes), framer.bytes.len_bytes);
		buf_add_char(out, '|');
		framer_next(&framer,
			    strcmp(buf_text(&framer.bytes), "SPEAK") == 0);
	}
	framer_fini(&framer);
}

/* clang-format off */
static const struct {
	const char *input, *frames;
} cases[] = {
	{ "A\r\nB\r\n", "CA|CB|" },
	{ "\r\n", "C|" },
	{ "A\nB\rC\r\n", "CA\nB\rC|" },
	{ "A\r\r\n", "CA\r|" },
	{ "A", "" },
	{ "SPEAK\r\n.\r\nA\r\n", "CSPEAK|T|CA|" },
	{ "SPEAK\r\nx\r\n.\r\nA\r\n", "CSPEAK|Tx\r\n|CA|" },
	{ "SPEAK\r\n..x\r\n..\r\n.\r\n", "CSPEAK|T.x\r\n.\r\n|" },
	{ "SPEAK\r\n.x\r\n.\r\n", "CSPEAK|T.x\r\n|" },
	{ "SPEAK\r\na\n.\nb\r\n.\r\n", "CSPEAK|Ta\n.\nb\r\n|" },
	{ "SPEAK\r\na\r.\rb\r\n.\r\n", "CSPEAK|Ta\r.\rb\r\n|" },
	{ "SPEAK\r\n.\rx\r\n.\r\n", "CSPEAK|T.\rx\r\n|" },
	{ "SPEAK\r\nx\r\n\r\n.\r\n", "CSPEAK|Tx\r\n\r\n|" },
};
/* clang-format on */

static void test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t len = strlen(cases[i].input);

		for (size_t cut = 0; cut <= len; cut++) {
			SCOPED_BUF struct buf out = { 0 };

			frames_of(cases[i].input, len, cut, &out);
			assert_string_equal(buf_text(&out), cases[i].frames);
		}
	}
}

static enum frame_kind feed_many(struct framer *framer, size_t count,
				 const char *end)
{
	size_t used;

	for (size_t i = 0; i < count; i++)
		assert_int_equal(framer_feed(framer, "x", 1, &used),
				 FRAME_NONE);
	return framer_feed(framer, end, strlen(end), &used);
}

static void test_limits(void **state)
{
	struct framer framer = { 0 };

	(void)state;
	for (int more = -1; more <= 1; more++) {
		assert_int_equal(feed_many(&framer,
					   (size_t)(SSIP_LINE_MAX_BYTES + more),
					   "\r\n"),
				 more > 0 ? FRAME_TOO_LONG : FRAME_COMMAND);
		framer_next(&framer, true);
		/* The CR-LF in front of the dot does not count. */
		assert_int_equal(feed_many(&framer,
					   (size_t)(SSIP_TEXT_MAX_BYTES + more),
					   "\r\n.\r\n"),
				 more > 0 ? FRAME_TOO_LONG : FRAME_TEXT);
		framer_next(&framer, false);
	}
	assert_int_equal(feed_many(&framer, 1, "\r\n"), FRAME_COMMAND);
	framer_fini(&framer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
