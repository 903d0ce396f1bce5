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
	assert_false(name_is_swap("summary.swp"));
	assert_false(name_is_swap(".project"));
	assert_false(name_is_swap(".sw"));
	assert_true(name_is_conflict("log (conflicted copy 2026-01-02)"));
	assert_true(name_is_conflict("log (Ann's conflicted copy).otl"));
	assert_false(name_is_conflict("conflict"));
	assert_true(name_is_project("trip"));
	assert_false(name_is_project(".new-00112233"));
	assert_false(name_is_project("trip~"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),    cmocka_unit_test(test_limit),
		cmocka_unit_test(test_kinds),  cmocka_unit_test(test_paths),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
