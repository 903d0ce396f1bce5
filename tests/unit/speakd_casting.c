/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Who talks at a time is told apart, and sounds the same the next time. */
#include "speakd/words/casting.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* Names that all prefer the same voice. */
static uint64_t like(uint64_t n)
{
	return 7 + n * CASTING_VOICES;
}

static void test_apart(void **state)
{
	struct casting *casting = casting_new(NULL);

	(void)state;
	/* Alone everybody has the voice that they prefer. */
	assert_int_equal(casting_voice(casting, like(0)), 7);
	for (uint64_t n = 1; n < CASTING_TALKING; n++)
		casting_voice(casting, like(n));
	for (uint64_t a = 0; a < CASTING_TALKING; a++)
		for (uint64_t b = 0; b < a; b++)
			assert_true(casting_distance(
					    casting_voice(casting, like(a)),
					    casting_voice(casting, like(b))) >=
				    20);
	/* Whoever else talks, a voice once given stays. */
	for (uint64_t n = 0; n < 100; n++)
		casting_voice(casting, 1000 + n);
	assert_int_equal(casting_voice(casting, like(0)), 7);
	casting_free(casting);
}

static void test_kept(void **state)
{
	char path[] = "/tmp/casting-XXXXXX";
	size_t before[CASTING_TALKING];
	struct casting *casting;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	casting = casting_new(path);
	for (uint64_t n = 0; n < CASTING_TALKING; n++)
		before[n] = casting_voice(casting, like(n));
	casting_free(casting);
	casting = casting_new(path);
	/* In another order, which would give others to them. */
	for (uint64_t n = CASTING_TALKING; n-- > 0;)
		assert_int_equal(casting_voice(casting, like(n)), before[n]);
	casting_free(casting);
	unlink(path);
}

/* A million people: a file of bounded size, and what is no line ends it. */
static void test_bounded(void **state)
{
	char path[] = "/tmp/casting-XXXXXX";
	struct casting *casting;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	casting = casting_new(path);
	for (uint64_t n = 0; n < 20000; n++)
		assert_true(casting_voice(casting, n * 0x9e3779b97f4a7c15U) <
			    CASTING_VOICES);
	casting_free(casting);
	assert_in_range(lseek(fd, 0, SEEK_END), 1,
			20 * (4 * CASTING_PEOPLE_MAX + 1));
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, "0000000000000007 99\nx", 21, 0), 21);
	casting = casting_new(path);
	assert_int_equal(casting_voice(casting, 7), 7);
	casting_free(casting);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
