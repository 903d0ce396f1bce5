/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_ssml.c - words and marks out of a client's markup. */
#include "tests/unit/test.h"

#include <string.h>

#include "speakd/ssip/ssml.h"
#include "speakd/words/hygiene.h"

/* clang-format off */
static const struct {
	const char *ssml, *words, *marks; /* marks: "name@offset;" */
} cases[] = {
	{ "plain", "plain", "" },
	{ "<speak>hello world</speak>", "hello world", "" },
	{ "<mark name=\"a\"/>one <mark name='b'/>two<mark name=\"c\"/>",
	  "one two", "a@0;b@4;c@7;" },
	{ "hel<mark name=\"m\"/>lo", "hello", "m@3;" },
	{ "a &amp; b &lt;c&gt; &quot;&apos; &#65;&#x42;", "a & b <c> \"' AB", "" },
	{ "&bogus; &#xffffffff; & &#;", "&bogus; \xef\xbf\xbd & &#;", "" },
	{ "a < b and c > d", "a < b and c > d", "" },
	{ "<b", "<b", "" },
	{ "<!-- <mark name=\"no\"/> -->yes", "yes", "" },
	{ "<?xml version=\"1.0\"?><speak>x</speak>", "x", "" },
	{ "<sub alias=\"World Wide Web\">WWW</sub> here",
	  "World Wide Web here", "" },
	{ "<say-as interpret-as=\"characters\">abc</say-as>", "a b c", "" },
	{ "<p>One</p><p>Two</p>", "One. Two.", "" },
	{ "<mark name=\"a&amp;b > c\"/>x", "x", "a&b > c@0;" },
	{ "<mark name=\"two\nlines\"/>x", "x", "two\\nlines@0;" },
	{ "<mark/>x<mark name=\"\"/>", "x", "@1;" },
	{ "<prosody rate=\"x-slow\">slow", "slow", "" },
};
/* clang-format on */

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf marks = { 0 };
		struct ssml ssml = { 0 };

		ssml_read(&ssml, cases[i].ssml, strlen(cases[i].ssml));
		for (size_t k = 0; k < ssml.mark_count; k++)
			buf_addf(&marks, "%s@%zu;", ssml.marks[k].name,
				 ssml.marks[k].offset_bytes);
		assert_string_equal(buf_text(&ssml.text), cases[i].words);
		assert_string_equal(buf_text(&marks), cases[i].marks);
		ssml_fini(&ssml);
	}
}

/* Marks in every second letter must not smuggle a deadly run through. */
static void test_marks_in_a_deadly_word(void **state)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf clean = { 0 };
	struct ssml ssml = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_add_text(&text, "s'<mark name=\"m\"/>");
	ssml_read(&ssml, text.data, text.len_bytes);
	assert_int_equal(ssml.mark_count, 100);
	hygiene_clean(&clean, buf_text(&ssml.text), ssml.text.len_bytes);
	assert_string_equal(buf_text(&ssml.text), buf_text(&clean));
	assert_true(strcspn(ssml.text.data, " ") <= HYGIENE_RUN_BYTES);
	for (size_t i = 0; i < ssml.mark_count; i++)
		assert_true(ssml.marks[i].offset_bytes <= ssml.text.len_bytes);
	ssml_fini(&ssml);
}

static void test_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 2; more++) {
		SCOPED_BUF struct buf text = { 0 };
		struct ssml ssml = { 0 };
		size_t want = SSML_MARKS_MAX - 1 + more;

		for (size_t i = 0; i < want; i++)
			buf_add_text(&text, "<mark name=\"m\"/>");
		ssml_read(&ssml, text.data, text.len_bytes);
		assert_int_equal(ssml.mark_count,
				 min_size(want, SSML_MARKS_MAX));
		ssml_fini(&ssml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_marks_in_a_deadly_word),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
