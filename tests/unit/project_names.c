/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Names: what may be created, what counts as a project, where it is. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/directory/names.h"
#include "project/directory/place.h"

static void test_new(void **state)
{
	static const char *const good[] = { "trip-sandiego-201303",
					    "two words",
					    "\xc3\xa9t\xc3\xa9",
					    "it's",
					    "$(id>pwned)",
					    "a.b",
					    "x:alpha" };
	static const char *const bad[] = {
		"",	     ".",     "..",
		".hidden",   "-dash", "a/b",
		"../../e",   "a\nb",  "a\x1b[1m",
		"a\x7f",     "a\xff", " a",
		"a ",	     " ",     "\t",
		"a\xc2\x9b", "back~", "a.sync-conflict-20260101-000000-ABCDEFG",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_int_equal(name_check_new(good[i], NULL), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err e = { 0 };

		assert_int_equal(name_check_new(bad[i], &e), -EINVAL);
		assert_true(e.usage);
	}
}

static void test_limit(void **state)
{
	char name[PROJECT_NAME_MAX_BYTES + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[PROJECT_NAME_MAX_BYTES - 1] = '\0';
	assert_int_equal(name_check_new(name, NULL), 0);
	name[PROJECT_NAME_MAX_BYTES - 1] = 'a';
	name[PROJECT_NAME_MAX_BYTES] = '\0';
	assert_int_equal(name_check_new(name, NULL), 0);
	name[PROJECT_NAME_MAX_BYTES] = 'a';
	name[PROJECT_NAME_MAX_BYTES + 1] = '\0';
	assert_int_equal(name_check_new(name, NULL), -EINVAL);
}

static void test_kinds(void **state)
{
	(void)state;
	assert_true(name_is_swap(".summary.swp"));
	assert_true(name_is_swap(".summary.swa"));
	assert_true(name_is_swap(".#log"));
	assert_true(name_is_swap(".~lock.plan.odt#"));
	assert_true(name_is_swap("#log#"));
	assert_true(name_is_swap(".log.kate-swp"));
	assert_false(name_is_swap("summary.swp"));
	assert_false(name_is_swap("#1"));
	assert_false(name_is_swap("##"));
	assert_false(name_is_swap(".project"));
	assert_false(name_is_swap(".sw"));
	assert_true(name_is_conflict("log (conflicted copy 2026-01-02)"));
	assert_true(name_is_conflict("log (Ann's conflicted copy).otl"));
	assert_true(name_is_conflict("a (Conflicted copy pc 202611281012).md"));
	assert_true(name_is_conflict("log-LAPTOP-1A2B3C4D.md"));
	assert_true(name_is_conflict("log.conflict2"));
	assert_false(name_is_conflict("conflict"));
	assert_false(name_is_conflict("my.conflict"));
	assert_false(name_is_conflict("buy-LAPTOP-new"));
	assert_true(name_is_project("trip"));
	assert_false(name_is_project(".new-00112233"));
	assert_false(name_is_project("trip~"));
	assert_false(name_is_project("lost+found"));
	assert_false(name_is_project("Thumbs.db"));
	assert_false(name_is_project("@eaDir"));
	assert_true(name_is_project("lost keys"));
	assert_true(name_is_project("Thumbs"));
}

static void test_paths(void **state)
{
	static const struct {
		const char *path, *name, *year;
		enum state state;
	} cases[] = {
		{ "Projects/trip", "trip", "", STATE_ACTIVE },
		{ "Postponed/two words", "two words", "", STATE_POSTPONED },
		{ "Completed/2026/trip.1", "trip.1", "2026", STATE_COMPLETED },
		{ "Completed/old", "old", "", STATE_COMPLETED },
		{ ".trash/trip", "trip", "", STATE_TRASH },
	};
	static const char *const none[] = { "Projects",	     "Projects/",
					    "inbox",	     "Projects/a/log",
					    "Projectsx/a",   "",
					    "Projects/.new", "tickler/01" };
	struct place place;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *back;

		assert_true(place_of_path(cases[i].path, &place));
		assert_int_equal(place.state, cases[i].state);
		assert_string_equal(place.name, cases[i].name);
		assert_string_equal(place.year, cases[i].year);
		back = place_path(&place);
		assert_string_equal(back, cases[i].path);
		free(back);
	}
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_false(place_of_path(none[i], &place));
}

/* gtdtools' configuration is shell: read, never run. */
static void test_config(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "GTDDIR=/a/b\n", "/a/b" },
		{ "# x\nexport GTDDIR=\"/a b/c\" # y\n", "/a b/c" },
		{ "GTDDIR='/a$HOME'\n", "/a$HOME" },
		{ "GTDDIR=~/gtd\n", "/h/gtd" },
		{ "GTDDIR=$HOME/gtd\n", "/h/gtd" },
		{ "GTDDIR=\"${HOME}/gtd\"\n", "/h/gtd" },
		{ "GTDDIR=/one\nGTDDIR=/two", "/two" },
		{ "GTDDIR=$(touch pwned)/x\n", "$(touch" },
		{ "GTDDIR=a\\ b\n", "a b" },
		{ "OTHER=1\n", NULL },
		{ "", NULL },
		{ "GTDDIR=\n", NULL },
	};

	(void)state;
	assert_int_equal(setenv("HOME", "/h", 1), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *got = gtd_config_dir(cases[i].text,
					   strlen(cases[i].text));

		if (cases[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].want);
		free(got);
	}
}

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

/* Names of the letters that locales treat in their own ways, and long ones. */
static char *random_name(unsigned *seed)
{
	static const char *const parts[] = { "a",    "B",
					     "b",    "-",
					     "_",    " ",
					     "1",    "\xc3\xa9",
					     "e",    "\xc3\x84",
					     "z",    "\xff",
					     "\x01", "\xe2\x82\xac",
					     "ch" };
	size_t count = rand_r(seed) % 16 == 0 ? 120 : 1 + rand_r(seed) % 12;
	SCOPED_BUF struct buf name = { 0 };

	for (size_t i = 0; i < count; i++)
		buf_add_text(&name,
			     parts[(size_t)rand_r(seed) % COUNT_OF(parts)]);
	return buf_give(&name);
}

/* A lower key comes first in the locale's order, whichever it is; where the
 * locale is missing, keys say nothing. */
static void test_keys(void **state)
{
	static const char *const locales[] = { "C",	      "C.UTF-8",
					       "en_US.UTF-8", "de_DE.UTF-8",
					       "cs_CZ.UTF-8", "xx_XX.UTF-8" };
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(locales); i++) {
		assert_int_equal(setenv("LC_ALL", locales[i], 1), 0);
		names_set_locale();
		for (int n = 0; n < 2000; n++) {
			SCOPED_TEXT char *a = random_name(&seed);
			SCOPED_TEXT char *b = random_name(&seed);
			uint64_t ka = names_key(a), kb = names_key(b);

			if (ka != kb)
				assert_int_equal(sign(names_compare(a, b)),
						 ka < kb ? -1 : 1);
			else if (i < 2)
				assert_memory_equal(a, b,
						    min_size(strlen(a) + 1, 8));
		}
	}
	assert_int_equal(names_key("anything"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),    cmocka_unit_test(test_limit),
		cmocka_unit_test(test_kinds),  cmocka_unit_test(test_paths),
		cmocka_unit_test(test_config), cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
