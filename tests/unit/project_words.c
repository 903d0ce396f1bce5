/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Half-typed lines: their words, readline's cut, and replies that read back. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/complete.h"

static const char breaks[] = " \t\n\"'@><=;|&(:";

static void test_read(void **state)
{
	/* the words with "|" between, the open quote, what is kept */
	static const struct {
		const char *line, *words;
		char quote;
		size_t keep;
	} cases[] = {
		{ "", "", 0, 0 },
		{ "p", "p", 0, 0 },
		{ "p e ", "p|e|", 0, 0 },
		{ "p e tr", "p|e|tr", 0, 0 },
		{ "p  e\ttwo\\ w", "p|e|two w", 0, 0 },
		{ "p e \"two w", "p|e|two w", '"', 0 },
		{ "p e 'two w", "p|e|two w", '\'', 0 },
		{ "p e \"two \"w", "p|e|two w", 0, 0 },
		{ "p e ab\"c", "p|e|abc", '"', 2 },
		{ "p e it'", "p|e|it", '\'', 2 },
		{ "p e x:", "p|e|x:", 0, 2 },
		{ "p e x:a", "p|e|x:a", 0, 2 },
		{ "p e x\\:a", "p|e|x:a", 0, 0 },
		{ "p e x@", "p|e|x@", 0, 1 },
		{ "p e x:y@a", "p|e|x:y@a", 0, 3 },
		{ "p po --until=to", "p|po|--until=to", 0, 8 },
		{ "p e \"a\\\"b\\$", "p|e|a\"b$", '"', 0 },
		{ "p e 'a\\b", "p|e|a\\b", '\'', 0 },
		{ "p e a\\", "p|e|a", 0, 0 },
		{ "p e $(id) x", "x", 0, 0 },
		{ "ls; p e x", "p|e|x", 0, 0 },
		{ "a && p c y", "p|c|y", 0, 0 },
		{ "X=1 Y=2 p c y", "p|c|y", 0, 0 },
		{ "p cat 2>err tr", "p|cat|tr", 0, 0 },
		{ "p cat >out tr", "p|cat|tr", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf got = { 0 };
		struct words words;

		words_read(&words, cases[i].line, strlen(cases[i].line),
			   breaks);
		for (size_t w = 0; w < words.count; w++)
			buf_addf(&got, "%s%s", w > 0 ? "|" : "", words.list[w]);
		assert_string_equal(buf_text(&got), cases[i].words);
		assert_int_equal(words.quote, cases[i].quote);
		assert_int_equal(words.keep_bytes, cases[i].keep);
		words_fini(&words);
	}
}

static void test_redirection(void **state)
{
	struct words words;

	(void)state;
	words_read(&words, "p cat trip >o", 13, breaks);
	assert_true(words.after_redirection);
	words_fini(&words);
	words_read(&words, "p cat trip", 10, breaks);
	assert_false(words.after_redirection);
	words_fini(&words);
}

/* As a careful person types it: nobody doubles a quote, as readline needs. */
static void type_it(struct buf *line, const char *text, char quote)
{
	SCOPED_BUF struct buf quoted = { 0 };
	const char *from;
	size_t len;

	/* Letters around it keep its ends from being quotes. */
	buf_addf(&quoted, "a%sb", text);
	from = quoted.data;
	SCOPED_BUF struct buf out = { 0 };

	words_quote(&out, from, 0, quote);
	len = out.len_bytes;
	buf_add(line, out.data + 1, len - 2);
}

/* What readline makes of a reply: in its place, the quote closed. */
static void put_reply(struct buf *line, const struct words *words,
		      const char *name)
{
	SCOPED_BUF struct buf reply = { 0 };

	words_quote(&reply, name, words->keep_bytes, words->quote);
	buf_cut(line, words->replace_at);
	/* readline's insert_match() and append_to_match(). */
	if (words->quote != '\0' && buf_text(&reply)[0] == words->quote)
		buf_cut(line, words->replace_at - 1);
	buf_add(line, buf_text(&reply), reply.len_bytes);
	if (words->quote != '\0' &&
	    line->data[line->len_bytes - 1] != words->quote)
		buf_add_char(line, words->quote);
}

/* Every name, behind every beginning of every way to type it. */
static void test_round_trip(void **state)
{
	static const char *const names[] = {
		"two words",
		"x:alpha:b",
		"\xc3\xa9t\xc3\xa9",
		"it's",
		"dol$(id)l",
		"#hash",
		"star*x?[a]{b,c}",
		"a\"b\\c",
		"bang!x!",
		"~home=~x",
		"back`tick`",
		"a;b|c&d<e>f",
		"'",
		"a  b\ttab^x",
		"-dash",
		"\\",
	};
	static const char *const opens[] = { "", "'", "\"" };

	(void)state;
	for (size_t n = 0; n < COUNT_OF(names); n++)
		for (size_t o = 0; o < COUNT_OF(opens); o++)
			for (size_t cut = 0; cut <= strlen(names[n]); cut++) {
				char quote = opens[o][0];
				SCOPED_BUF struct buf line = { 0 };
				SCOPED_BUF struct buf part = { 0 };
				struct words words;

				/* The beginning, typed properly. */
				buf_add(&part, names[n], cut);
				buf_addf(&line, "p e %s", opens[o]);
				type_it(&line, buf_text(&part), quote);
				words_read(&words, line.data, line.len_bytes,
					   breaks);
				assert_int_equal(words.count, 3);
				assert_string_equal(words.list[2],
						    buf_text(&part));
				/* The reply in its place. */
				put_reply(&line, &words, names[n]);
				words_fini(&words);
				words_read(&words, line.data, line.len_bytes,
					   breaks);
				assert_int_equal(words.count, 3);
				assert_string_equal(words.list[2], names[n]);
				words_fini(&words);
			}
}

/* At the limit the first words and the last one are what counts. */
static void test_many(void **state)
{
	for (size_t extra = 0; extra < 3; extra++) {
		SCOPED_BUF struct buf line = { 0 };
		struct words words;
		size_t typed = WORDS_MAX - 1 + extra;

		(void)state;
		for (size_t i = 0; i < typed; i++)
			buf_addf(&line, "w%zu%s", i, i + 1 < typed ? " " : "");
		words_read(&words, line.data, line.len_bytes, breaks);
		assert_int_equal(words.count,
				 typed < WORDS_MAX ? typed : WORDS_MAX);
		assert_string_equal(words.list[0], "w0");
		assert_string_equal(words.list[words.count - 1],
				    strrchr(line.data, 'w'));
		words_fini(&words);
	}
}

static void test_point(void **state)
{
	(void)state;
	assert_int_equal(complete_point_bytes("p e trip", 5), 5);
	assert_int_equal(complete_point_bytes("p e \xc3\xa9t x", 6), 7);
	assert_int_equal(complete_point_bytes("p e", 99), 3);
	assert_int_equal(complete_point_bytes("p \xff\xff", 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_redirection),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
