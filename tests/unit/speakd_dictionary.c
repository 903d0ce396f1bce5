/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* A listener's words: whole ones, by case, by expression; mistakes by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "core/mem.h"
#include "speakd/words/dictionary.h"

static char path[] = "/tmp/earshot-dictionary-XXXXXX";

static int write_file(const char *text, size_t len_bytes)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (write(fd, text, len_bytes) != (ssize_t)len_bytes)
		return -1;
	return close(fd);
}

static struct dictionary *read_text(const char *text, struct err *e)
{
	struct dictionary *d = dictionary_new();

	*e = (struct err){ 0 };
	assert_int_equal(write_file(text, strlen(text)), 0);
	(void)!dictionary_read(d, path, e);
	return d;
}

static void assert_said(const struct dictionary *d, const char *in,
			const char *want)
{
	SCOPED_BUF struct buf out = { 0 };
	bool found = dictionary_apply(d, span_of(in, strlen(in)), &out);

	assert_int_equal(found, want != NULL);
	assert_string_equal(buf_text(&out), want != NULL ? want : "");
}

static void test_words(void **state)
{
	static const char file[] =
		"# how I want it\n\nnginx = engine x\nIT = eye tee\n"
		"self = self\nc++ = see plus plus\n/v(\\d+)/i = version $1\n"
		"et al = and others\n\u00fcber = ueber\nNGINX = exact\nnginx = engine x\n";
	struct err e;
	struct dictionary *d = read_text(file, &e);

	(void)state;
	assert_int_equal(e.code, 0);
	assert_said(d, "use Nginx, or (nginx) NGINX.",
		    "use engine x, or (engine x) exact.");
	assert_said(d, "IT is it", "eye tee is it");
	assert_said(d, "self", "self");
	assert_said(d, "c++ V12 et al.",
		    "see plus plus version 12 and others.");
	assert_said(d, "\u00dcber foo-nginx_x", "ueber foo-engine x_x");
	assert_said(d, "nginxx it http://nginx/x me@nginx", NULL);
	assert_said(d, "", NULL);
	dictionary_free(d);
}

static void test_imports(void **state)
{
	static const char file[] = "\xef\xbb\xbf# NVDA\nlol\tlaughing\t0\t2\r\n"
				   "ab\tA B\t1\t0\n(\\d+)x\t\\1 times\t0\t1\n"
				   "// espeak\nhttpd   h t t p d   $text\n";
	struct err e;
	struct dictionary *d = read_text(file, &e);

	(void)state;
	assert_int_equal(e.code, 0);
	assert_said(d, "LOL 5x httpd", "laughing 5 times h t t p d");
	assert_said(d, "cab Ab", "cA B Ab");
	dictionary_free(d);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "a = b\nnonsense\n", ":2: expected WORD = SPOKEN" },
		{ "/a(/ = b\n", ":1: " },
		{ "/a/ b\n", ":1: expected /EXPRESSION/ = SPOKEN" },
		{ "a\tb\t0\t7\n", ":1: unknown type '7'" },
		{ " = b\n", ":1: expected WORD" },
		{ "\xff = b\n", ": not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e;
		struct dictionary *d = read_text(cases[i].text, &e);

		assert_int_equal(e.code, EINVAL);
		assert_non_null(strstr(e.text, cases[i].why));
		dictionary_free(d);
	}
}

/* A big one is read and asked in no time, and nothing in it is lost. */
static void test_large(void **state)
{
	enum { WORDS = 100000 };
	SCOPED_BUF struct buf file = { 0 };
	struct dictionary *d = dictionary_new();
	struct err e = { 0 };

	(void)state;
	for (unsigned i = 0; i < WORDS; i++)
		buf_addf(&file, "w%u = said%u\n", i, i);
	assert_int_equal(write_file(file.data, file.len_bytes), 0);
	assert_int_equal(dictionary_read(d, path, &e), 0);
	assert_said(d, "w0 w99999 w100000", "said0 said99999 w100000");
	dictionary_free(d);
}

static void test_pattern_limit(void **state)
{
	SCOPED_BUF struct buf file = { 0 };
	struct err e;
	struct dictionary *d;

	(void)state;
	for (unsigned i = 0; i < DICTIONARY_PATTERNS_MAX; i++)
		buf_addf(&file, "/x%u/ = y\n", i);
	d = read_text(buf_text(&file), &e);
	assert_int_equal(e.code, 0);
	dictionary_free(d);
	buf_add_text(&file, "/z/ = y\n");
	d = read_text(buf_text(&file), &e);
	assert_int_equal(e.code, EINVAL);
	dictionary_free(d);
}

static int setup(void **state)
{
	(void)state;
	return close(mkstemp(path));
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_imports),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_pattern_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
