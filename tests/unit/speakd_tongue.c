/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Of held lines at least 98 of 100 are told right; short ones switch nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "speakd/words/tongue.h"

static struct tongue *tongue;

static struct span span(const char *text)
{
	return span_of(text, strlen(text));
}

static const char *say(struct tongue_memory *memory, const char *nick,
		       const char *text)
{
	return tongue_of_line(tongue, memory, span("#a"), span(nick),
			      span(text));
}

static void test_held_lines(void **state)
{
	char line[512];
	FILE *file = fopen("tests/data/languages/lines.tsv", "re");
	size_t all = 0, right = 0;

	(void)state;
	if (tongue == NULL || file == NULL) {
		if (file != NULL)
			fclose(file);
		skip();
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		struct tongue_memory *memory = tongue_memory_new();
		const char *found;

		line[strcspn(line, "\n")] = '\0';
		found = say(memory, "n", line + 3);
		all++;
		right += found != NULL && strncmp(found, line, 2) == 0;
		tongue_memory_free(memory);
	}
	fclose(file);
	assert_int_equal(all, 90);
	assert_true(right * 100 >= all * 98);
}

static void test_hysteresis(void **state)
{
	struct tongue_memory *memory = tongue_memory_new();

	(void)state;
	if (tongue == NULL) {
		tongue_memory_free(memory);
		skip();
	}
	/* Two words, whatever they are, say nothing. */
	assert_null(say(memory, "al", "guten Morgen"));
	assert_null(say(memory, "al", "danke: https://a.de/b 12 foo_bar"));
	/* Three or four: the second time. */
	assert_null(say(memory, "al", "ich komme morgen wieder"));
	assert_string_equal(say(memory, "al", "das geht nicht mehr"), "de");
	assert_string_equal(say(memory, "AL", "ok"), "de");
	/* Another speaker, another channel: nothing is known of them. */
	assert_null(say(memory, "bo", "ok"));
	assert_null(tongue_of_line(tongue, memory, span("#b"), span("al"),
				   span("ok")));
	/* Five are enough, to go back as well. */
	assert_string_equal(
		say(memory, "al", "I think that we should wait for the others"),
		"en-us");
	/* Whom "al" speaks to is no word of the line. */
	assert_string_equal(say(memory, "al", "jemand: yes, that is it"),
			    "en-us");
	tongue_memory_free(memory);
}

static void test_memory_limit(void **state)
{
	struct tongue_memory *memory = tongue_memory_new();
	const char *german = "wo finde ich die Liste der offenen Aufgaben";
	char nick[16];

	(void)state;
	if (tongue == NULL) {
		tongue_memory_free(memory);
		skip();
	}
	assert_string_equal(say(memory, "first", german), "de");
	for (unsigned i = 1; i < TONGUE_SPEAKERS_MAX; i++) {
		snprintf(nick, sizeof(nick), "n%u", i);
		assert_null(say(memory, nick, "ok"));
	}
	assert_string_equal(say(memory, "first", "ok"), "de");
	for (unsigned i = 1; i <= TONGUE_SPEAKERS_MAX; i++) {
		snprintf(nick, sizeof(nick), "m%u", i);
		assert_null(say(memory, nick, "ok"));
	}
	assert_null(say(memory, "first", "ok"));
	tongue_memory_free(memory);
}

static void test_lists(void **state)
{
	struct tongue *made;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(tongue_new(NULL, &made, &e), 0);
	assert_null(made);
	assert_int_equal(tongue_new("en-us", &made, &e), 0);
	assert_null(made);
	if (tongue == NULL)
		skip();
	assert_int_equal(tongue_new("en,nope", &made, &e), -EINVAL);
	assert_non_null(strstr(e.text, "'nope' cannot be told"));
	assert_int_equal(
		tongue_new("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", &made, &e),
		-EINVAL);
	assert_non_null(strstr(e.text, "more than 16"));
}

/* Without the library there is nothing to try: speakd says so and goes on. */
static int setup(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (tongue_new("en-us,de,fr", &tongue, &e) < 0)
		print_message("# %s\n", e.text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tongue_free(tongue);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_held_lines),
		cmocka_unit_test(test_hysteresis),
		cmocka_unit_test(test_memory_limit),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
