/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * The families of lines that abort libespeak-ng 1.51, at every length, through
 * the hygiene and the real library, each group in a child of its own: none may
 * die. And one raw line must still kill a child, or this test tests nothing.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <espeak-ng/speak_lib.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "speakd/words/hygiene.h"

enum { LENGTH_MAX_BYTES = 600, CHUNK_MS = 50, CHILD_SECONDS = 100 };

/* clang-format off */
static const struct {
	const char *piece, *voice;
} families[] = {
	{ "s'", "en-us" }, { "\u2019s", "en-us" }, { "ness", "en-us" },
	{ "un", "de" }, { "e.g.", "en-us" }, { "e.g. ", "en-us" },
	{ "U.S.A.", "en-us" }, { "a. ", "en-us" }, { "a.b ", "de" },
	{ "s'nesse.g.un", "en-us" }, { "s'nesse.g.un", "de" },
	{ "\u03d8\u0456\u0381n\u0544", "de" }, { "s'", "fr" },
	{ "\u0442\u0441\u044f", "ru" }, { "mente", "es" },
	{ "1.2.3.4 ", "en-us" }, { "1.2.", "de" }, { "a1.2b ", "en-us" },
};
/* clang-format on */

/* The shortest of all is heard of: the rest of the line is not needed. */
static int hear(short *wav, int samples, espeak_EVENT *events)
{
	(void)wav;
	(void)events;
	return samples > 0;
}

static void start(const char *voice)
{
	/* cmocka would catch them here too, and go on as a second test. */
	static const int deadly[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE,
				      SIGILL };
	struct rlimit none = { 0, 0 };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (size_t i = 0; i < COUNT_OF(deadly); i++)
		(void)signal(deadly[i], SIG_DFL);
	/* An abort is expected: no core, no message in the TAP. */
	setrlimit(RLIMIT_CORE, &none);
	dup2(null, STDERR_FILENO);
	alarm(CHILD_SECONDS);
	if (espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, CHUNK_MS, NULL,
			      espeakINITIALIZE_DONT_EXIT) <= 0)
		_exit(3);
	espeak_SetSynthCallback(hear);
	if (espeak_SetVoiceByName(voice) != EE_OK)
		_exit(4);
}

static void say(const struct buf *text)
{
	espeak_Synth(buf_text(text), text->len_bytes + 1, 0, POS_CHARACTER, 0,
		     espeakCHARS_UTF8, NULL, NULL);
}

static void repeat(struct buf *out, const char *piece, size_t len_bytes)
{
	while (out->len_bytes < len_bytes)
		buf_add_text(out, piece);
}

typedef void child_fn(size_t family);

static void clean_child(size_t family)
{
	for (size_t n = 1; n <= LENGTH_MAX_BYTES; n++) {
		SCOPED_BUF struct buf raw = { 0 };
		SCOPED_BUF struct buf clean = { 0 };

		repeat(&raw, families[family].piece, n);
		/* Also cut inside a piece, and inside a code point. */
		hygiene_clean(&clean, raw.data, n);
		say(&clean);
	}
}

static void raw_child(size_t family)
{
	SCOPED_BUF struct buf raw = { 0 };

	repeat(&raw, families[family].piece, LENGTH_MAX_BYTES);
	say(&raw);
}

/* The wait status of a child that runs fn on one family. */
static int run(child_fn *fn, size_t family)
{
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		start(families[family].voice);
		fn(family);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

static void test_clean_lives(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		int status = run(clean_child, i);

		if (status != 0)
			fail_msg("'%s' under %s: wait status %#x",
				 families[i].piece, families[i].voice,
				 (unsigned)status);
	}
}

static void test_raw_kills(void **state)
{
	size_t died = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(families); i++)
		died += WIFSIGNALED(run(raw_child, i));
	if (died == 0) {
		print_message("# this libespeak-ng (%s) survives every raw "
			      "family: the hygiene is not put to the test\n",
			      espeak_Info(NULL));
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_lives),
		cmocka_unit_test(test_raw_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
