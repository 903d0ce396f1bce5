/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* A catalogue's expression chooses the same form as gettext would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "speakd/words/plural.h"

#define POLISH                                                                 \
	"(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
#define DEEP32                                                                 \
	"((((((((((((((((((((((((((((((((n))))))))))))))))))))))))))))))))"

static void test_forms(void **state)
{
	static const struct {
		const char *expression;
		uintmax_t n, form;
	} cases[] = {
		{ "(n != 1)", 0, 1 }, { "(n != 1)", 1, 0 }, { "n > 1", 1, 0 },
		{ "n>1", 2, 1 },      { "0", 5, 0 },	    { POLISH, 1, 0 },
		{ POLISH, 3, 1 },     { POLISH, 13, 2 },    { POLISH, 22, 1 },
		{ "!n", 0, 1 },	      { "!!n", 7, 1 },	    { "n/0", 7, 0 },
		{ "n%0", 7, 0 },      { "n-1+2*3", 2, 7 },  { "", 1, 0 },
		{ "n n", 1, 0 },      { "(n", 1, 0 },	    { "n ? 1", 1, 0 },
		{ "n ==", 1, 0 },     { DEEP32, 3, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(plural_form(cases[i].expression, cases[i].n),
				 cases[i].form);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
