/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* voice_wav.c - the WAV that engines really write, cut between any two bytes.
 */
#include "speakd/voice/wav.h"

#include <string.h>

#include "tests/unit/test.h"

struct heard {
	int16_t samples[4096];
	size_t count;
	unsigned rate_hz;
};

static int on_samples(void *data, const int16_t *samples, size_t count,
		      unsigned rate_hz)
{
	struct heard *heard = data;

	assert_true(heard->count + count <= COUNT_OF(heard->samples));
	memcpy(heard->samples + heard->count, samples,
	       count * sizeof(*samples));
	heard->count += count;
	heard->rate_hz = rate_hz;
	return 0;
}

#define FORMAT(tag, channels, rate, bits)                                      \
	"fmt \x10\0\0\0" tag channels rate "\0\0\0\0"                          \
	"\0\0" bits
#define HEAD                                                                   \
	"RIFF\xff\xff\xff\xff"                                                 \
	"WAVE"
#define PCM	    "\1\0"
#define HZ_8000	    "\x40\x1f\0\0"
#define HZ_3999	    "\x9f\x0f\0\0"
#define TEXT(bytes) bytes, sizeof(bytes) - 1

/* clang-format off */
static const struct {
	const char *name, *bytes;
	size_t len_bytes;
	int rc;
	unsigned rate_hz;
	size_t count;
	int16_t samples[6];
} cases[] = {
	{ "16-bit mono", TEXT(HEAD FORMAT(PCM, "\1\0", HZ_8000, "\x10\0")
	  "data\4\0\0\0" "\1\0\2\0"), 0, 8000, 2, { 1, 2 } },
	{ "what follows data is no sound", TEXT(HEAD
	  FORMAT(PCM, "\1\0", HZ_8000, "\x10\0") "data\2\0\0\0" "\1\0"
	  "LIST\2\0\0\0ab"), 0, 8000, 1, { 1 } },
	{ "stereo", TEXT(HEAD FORMAT(PCM, "\2\0", HZ_8000, "\x10\0")
	  "data\4\0\0\0" "\2\0\4\0"), 0, 8000, 1, { 3 } },
	{ "8 bits", TEXT(HEAD FORMAT(PCM, "\1\0", HZ_8000, "\x08\0")
	  "data\3\0\0\0" "\x80\x81\x7f"), 0, 8000, 3, { 0, 256, -256 } },
	{ "chunks in front, one of odd size", TEXT(HEAD "LIST\3\0\0\0abc\0"
	  "junk\0\0\0\0" FORMAT(PCM, "\1\0", HZ_8000, "\x10\0")
	  "data\2\0\0\0" "\7\0"), 0, 8000, 1, { 7 } },
	{ "streamed: size 0", TEXT(HEAD
	  FORMAT(PCM, "\1\0", HZ_8000, "\x10\0") "data\0\0\0\0" "\1\0\2\0"),
	  0, 8000, 2, { 1, 2 } },
	{ "streamed: size -1", TEXT(HEAD
	  FORMAT(PCM, "\1\0", HZ_8000, "\x10\0") "data\xff\xff\xff\xff"
	  "\1\0\2\0"), 0, 8000, 2, { 1, 2 } },
	{ "cut in a sample", TEXT(HEAD
	  FORMAT(PCM, "\1\0", HZ_8000, "\x10\0") "data\4\0\0\0" "\1\0\2"),
	  0, 8000, 1, { 1 } },
	{ "raw", TEXT("\1\0\2\0\3\0\4\0\5\0\6\0"), 0, 22050, 6,
	  { 1, 2, 3, 4, 5, 6 } },
	{ "24 bits", TEXT(HEAD FORMAT(PCM, "\1\0", HZ_8000, "\x18\0")),
	  -EINVAL, 0, 0, { 0 } },
	{ "three channels", TEXT(HEAD FORMAT(PCM, "\3\0", HZ_8000, "\x10\0")),
	  -EINVAL, 0, 0, { 0 } },
	{ "no channel", TEXT(HEAD FORMAT(PCM, "\0\0", HZ_8000, "\x10\0")),
	  -EINVAL, 0, 0, { 0 } },
	{ "mu-law", TEXT(HEAD FORMAT("\7\0", "\1\0", HZ_8000, "\x08\0")),
	  -EINVAL, 0, 0, { 0 } },
	{ "below the lowest rate", TEXT(HEAD
	  FORMAT(PCM, "\1\0", HZ_3999, "\x10\0")), -EINVAL, 0, 0, { 0 } },
	{ "a cut format", TEXT(HEAD "fmt \x0f\0\0\0"), -EINVAL, 0, 0, { 0 } },
	{ "data first", TEXT(HEAD "data\4\0\0\0" "\1\0\2\0"), -EINVAL, 0, 0,
	  { 0 } },
};
/* clang-format on */

static void check(size_t i, size_t cut)
{
	struct heard heard = { 0 };
	struct err e = { 0 };
	struct wav wav;
	int rc;

	wav_init(&wav, on_samples, &heard);
	rc = wav_feed(&wav, cases[i].bytes, cut, &e);
	if (rc == 0)
		rc = wav_feed(&wav, cases[i].bytes + cut,
			      cases[i].len_bytes - cut, &e);
	assert_int_equal(rc, cases[i].rc);
	assert_int_equal(heard.count, cases[i].count);
	assert_int_equal(heard.rate_hz, cases[i].rate_hz);
	assert_memory_equal(heard.samples, cases[i].samples,
			    heard.count * sizeof(*heard.samples));
	assert_true(rc == 0 || e.text[0] != '\0');
}

static void test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (size_t cut = 0; cut <= cases[i].len_bytes; cut++)
			check(i, cut);
}

/* What we write, we read. */
static void test_header(void **state)
{
	unsigned char header[WAV_HEADER_BYTES];
	struct heard heard = { 0 };
	struct err e = { 0 };
	struct wav wav;

	(void)state;
	wav_header(header, 44100, 1, 4);
	wav_init(&wav, on_samples, &heard);
	assert_int_equal(
		wav_feed(&wav, (const char *)header, sizeof(header), &e), 0);
	assert_int_equal(wav_feed(&wav, "\1\0\2\0\3\0", 6, &e), 0);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.rate_hz, 44100);
	assert_int_equal(header[4], 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
