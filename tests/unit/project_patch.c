/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* A change is taken back by itself, whatever others did to the rest. */
#include <string.h>

#include "tests/unit/test.h"

#include "project/text/patch.h"

static void fill(struct buf *buf, const char *text)
{
	buf_add_text(buf, text);
}

/* Stands for git's merge: knows one answer. */
static bool merge_known(struct span base, struct span ours, struct span theirs,
			struct buf *out, void *data)
{
	(void)base;
	(void)ours;
	(void)theirs;
	if (data == NULL)
		return false;
	buf_add_text(out, data);
	return true;
}

/* old -> text is the change; now is what stands there; want is now without it,
 * NULL where it overlaps. */
static void test_back(void **state)
{
	/* clang-format off */
	static const struct {
		const char *old, *text, *now, *want, *merged;
		enum patched result;
	} cases[] = {
		/* the very version */
		{ "a\n", "a\nb\n", "a\nb\n", "a\n", NULL, PATCHED },
		{ "", "idea\n", "idea\n", "", NULL, PATCHED },
		/* taken back already */
		{ "a\n", "a\nb\n", "a\n", "", NULL, PATCH_IS_BACK },
		/* others wrote below, above, on both sides */
		{ "", "idea\n", "idea\nphone\n", "phone\n", NULL, PATCHED },
		{ "a\n", "a\nb\n", "a\nb\nc\n", "a\nc\n", NULL, PATCHED },
		{ "a\n", "a\nb\n", "x\na\nb\nc\n", "x\na\nc\n", NULL, PATCHED },
		{ "a\n", "a\nb\n", "x\nb\ny\n", "x\ny\n", NULL, PATCHED },
		/* a line ticked off, others added */
		{ "[ ] a\n[ ] b\n", "[x] a\n[ ] b\n", "[ ] n\n[x] a\n[ ] b\n",
		  "[ ] n\n[ ] a\n[ ] b\n", NULL, PATCHED },
		/* a line taken out comes back to its place */
		{ "a\nb\nc\n", "a\nc\n", "x\na\nc\ny\n", "x\na\nb\nc\ny\n",
		  NULL, PATCHED },
		{ "a\nb\nc\n", "a\nc\n", "a\nnew\nc\n", "a\nb\nnew\nc\n", NULL,
		  PATCHED },
		/* of two equal lines the one at the place */
		{ "b\na\n", "b\na\nb\n", "b\na\nb\nc\n", "b\na\nc\n", NULL,
		  PATCHED },
		/* part of a line is no line */
		{ "", "car\n", "scar\n", NULL, NULL, PATCH_OVERLAPS },
		/* the very line was changed by others */
		{ "a\nb\nc\n", "a\nB\nc\n", "a\nBB\nc\n", NULL, NULL,
		  PATCH_OVERLAPS },
		{ "a\nb\nc\n", "a\nB\nc\n", "a\nBB\nc\n", "a\nmerged\nc\n",
		  "merged\n", PATCHED },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct patch patch =
			patch_make(cases[i].old, strlen(cases[i].old),
				   cases[i].text, strlen(cases[i].text));
		SCOPED_BUF struct buf now = { 0 };
		SCOPED_BUF struct buf out = { 0 };

		fill(&now, cases[i].now);
		assert_int_equal(patch_back(&patch, &now, merge_known,
					    (void *)(uintptr_t)cases[i].merged,
					    &out),
				 cases[i].result);
		if (cases[i].result == PATCHED)
			assert_string_equal(buf_text(&out), cases[i].want);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void random_lines(uint32_t *seed, struct buf *out)
{
	uint32_t count = next_random(seed) % 6;

	for (uint32_t i = 0; i < count; i++)
		buf_addf(out, "%c%s", 'a' + (char)(next_random(seed) % 4),
			 next_random(seed) % 8 == 0 ? "" : "\n");
}

/* Of any two texts: forward makes the second, back makes the first again. */
static void test_there_and_back(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		SCOPED_BUF struct buf old = { 0 };
		SCOPED_BUF struct buf text = { 0 };
		SCOPED_BUF struct buf forward = { 0 };
		SCOPED_BUF struct buf back = { 0 };
		struct patch patch;

		random_lines(&seed, &old);
		random_lines(&seed, &text);
		patch = patch_make(buf_text(&old), old.len_bytes,
				   buf_text(&text), text.len_bytes);
		assert_true(patch_forward(&patch, &old, &forward));
		assert_string_equal(buf_text(&forward), buf_text(&text));
		assert_int_equal(patch_back(&patch, &text, NULL, NULL, &back),
				 PATCHED);
		assert_string_equal(buf_text(&back), buf_text(&old));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
