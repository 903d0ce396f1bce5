/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_wire.c - phrases that go to another speakd arrive as they left. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/mem.h"
#include "speakd/queue/wire.h"

static unsigned below(unsigned n)
{
	return (unsigned)rand() % n;
}

static int number(int least, int most)
{
	return least + (int)below((unsigned)(most - least) + 1);
}

/* None, or a few letters of any script. */
static char *name(void)
{
	static const char *const names[] = { NULL,	   "carol",
					     "en-us+m6",   "libera/#c",
					     "\u00e9mile", "a b" };

	return mem_copy(names[below(sizeof(names) / sizeof(names[0]))]);
}

static struct phrase *any_phrase(void)
{
	static const char *const texts[] = { "hi", "a  b", "\u043c\u0438\u0440",
					     "capital A", "1 2 3" };
	struct phrase *phrase = phrase_new(mem_copy(texts[below(5)]));

	phrase->priority = (enum priority)below(PRIORITY_HIGH + 1);
	phrase->cue = (enum cue)below(CUE_HIGHLIGHT + 1);
	phrase->manner.rate_wpm = number(-1, 900);
	phrase->manner.pitch = number(-1, 99);
	phrase->manner.volume_percent = number(-1, 200);
	phrase->manner.level_percent = number(0, 200);
	phrase->manner.place = number(-100, 100);
	phrase->manner.capitals = (enum capitals)below(CAPITALS_ICON + 1);
	phrase->manner.by_script = below(2) != 0;
	phrase->voice = name();
	phrase->nick = name();
	phrase->channel = name();
	phrase->sound = name();
	phrase->missed = below(4) == 0;
	return phrase;
}

static void same_name(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

static void same(const struct phrase *a, const struct phrase *b)
{
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->cue, b->cue);
	assert_int_equal(a->manner.rate_wpm, b->manner.rate_wpm);
	assert_int_equal(a->manner.pitch, b->manner.pitch);
	assert_int_equal(a->manner.volume_percent, b->manner.volume_percent);
	assert_int_equal(a->manner.level_percent, b->manner.level_percent);
	assert_int_equal(a->manner.place, b->manner.place);
	assert_int_equal(a->manner.capitals, b->manner.capitals);
	assert_int_equal(a->manner.by_script, b->manner.by_script);
	assert_int_equal(a->missed, b->missed);
	same_name(a->voice, b->voice);
	same_name(a->nick, b->nick);
	same_name(a->channel, b->channel);
	same_name(a->sound, b->sound);
}

static struct phrase *parsed(const struct buf *line, bool *ret_live)
{
	/* Without the end of the line, as a source gives it. */
	return wire_parse(line->data, line->len_bytes - 1, ret_live);
}

static void test_all_arrives(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < 2000; i++) {
		struct phrase *sent = any_phrase(), *got;
		SCOPED_BUF struct buf line = { 0 };
		bool live = below(2) != 0 && !sent->missed, is_live = !live;

		wire_print(sent, live, &line);
		got = parsed(&line, &is_live);
		assert_non_null(got);
		same(sent, got);
		assert_int_equal(live, is_live);
		phrase_free(sent);
		phrase_free(got);
	}
}

/* What a name has in it that would end its field. */
static void test_names_stay_apart(void **state)
{
	struct phrase *sent = phrase_new(mem_copy("hi")), *got;
	SCOPED_BUF struct buf line = { 0 };
	bool live;

	(void)state;
	sent->nick = mem_copy("a\tb\nc");
	wire_print(sent, true, &line);
	got = parsed(&line, &live);
	assert_non_null(got);
	assert_string_equal(got->nick, "a b c");
	assert_string_equal(got->text, "hi");
	phrase_free(sent);
	phrase_free(got);
}

/* A speakd that was not restarted after an upgrade is still handed lines. */
static void test_version_0_2(void **state)
{
	static const char line[] = "1\t2\t1\t300\t-1\t150\tde\tcarol\t#c\thi";
	bool live;
	struct phrase *got = wire_parse(line, sizeof(line) - 1, &live);

	(void)state;
	assert_non_null(got);
	assert_true(live && got->manner.by_script);
	assert_int_equal(got->priority, PRIORITY_HIGH);
	assert_int_equal(got->manner.rate_wpm, 300);
	assert_int_equal(got->manner.pitch, PHRASE_DEFAULT);
	assert_int_equal(got->manner.level_percent, 0);
	assert_int_equal(got->manner.capitals, CAPITALS_NONE);
	assert_string_equal(got->voice, "de");
	assert_string_equal(got->text, "hi");
	phrase_free(got);
}

/* Each number at its limits, and one beyond. */
static void test_limits(void **state)
{
	static const struct {
		int least, most;
	} limits[] = { { 0, 2 },   { -1, 2 },	{ -1, 1 },  { -1, 900 },
		       { -1, 99 }, { -1, 200 }, { 0, 200 }, { -100, 100 },
		       { 0, 2 },   { 0, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		for (int beyond = 0; beyond < 4; beyond++) {
			int tried = beyond < 2 ? limits[i].least - beyond
					       : limits[i].most + beyond - 2;
			SCOPED_BUF struct buf line = { 0 };
			struct phrase *got;
			bool live;

			for (size_t k = 0; k < 10; k++)
				buf_addf(&line, "%d\t", k == i ? tried : 0);
			buf_add_text(&line, "\t\t\t\thi\n");
			got = parsed(&line, &live);
			assert_int_equal(got != NULL, beyond % 2 == 0);
			phrase_free(got);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_arrives),
		cmocka_unit_test(test_names_stay_apart),
		cmocka_unit_test(test_version_0_2),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
