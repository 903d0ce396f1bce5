/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* One table: defaults, command line, environment, file, help, every mistake. */
#include <string.h>

#include "tests/unit/test.h"

#include "core/buf.h"
#include "core/near.h"
#include "core/opt.h"

struct settings {
	bool loud;
	bool color;
	unsigned rate;
	char *voice;
	enum { SORT_NAME, SORT_CHANGED, SORT_NEXT } sort;
	unsigned calls;
	char last[64];
};

static int on_call(void *settings, const char *value, struct err *e)
{
	struct settings *s = settings;

	if (strcmp(value, "bad") == 0)
		return err_usage(e, "drop: it is bad");
	s->calls++;
	snprintf(s->last, sizeof(s->last), "%s", value);
	return 0;
}

/* clang-format off */
static const struct opt list[] = {
	{ .kind = OPT_HEAD, .help = "Voice" },
	{ .letter = 'l', .name = "loud", .kind = OPT_FLAG, .offset = offsetof(struct settings, loud), .help = "be loud" },
	{ .name = "color", .kind = OPT_BOOL, .offset = offsetof(struct settings, color), .arg = "YES", .def = "yes", .words = "yes no", .help = "use colour" },
	{ .letter = 's', .name = "rate", .kind = OPT_UINT, .offset = offsetof(struct settings, rate), .min = 80, .max = 450, .arg = "WPM", .def = "220", .help = "speed" },
	{ .letter = 'v', .name = "voice-name", .kind = OPT_TEXT, .offset = offsetof(struct settings, voice), .arg = "VOICE", .def = "en-us", .help = "voice" },
	{ .name = "sort", .kind = OPT_CHOICE, .offset = offsetof(struct settings, sort), .arg = "KEY", .def = "changed", .words = "name changed next", .help = "order" },
	{ .letter = 'x', .name = "drop", .kind = OPT_CALL, .call = on_call, .arg = "RE", .help = "drop lines" },
	{ .name = "tick", .kind = OPT_CALL, .call = on_call, .help = "call without a value" },
	{ .letter = 'c', .name = "config", .kind = OPT_CALL, .call = on_call, .arg = "FILE", .words = "@file", .help = "a name so long that the help needs a line of its own", .command_line_only = true },
};
/* clang-format on */

static const struct opts opts = {
	.prog = "prog",
	.usage = "[options]\n-h",
	.about = "does it",
	.list = list,
	.count = COUNT_OF(list),
};

enum { ARGS_MAX = 8 };

static int parse(struct settings *s, const char *const *args, bool stop,
		 int *ret_first, struct err *e)
{
	char *argv[ARGS_MAX + 2] = { (char *)(uintptr_t) "prog" };
	int argc = 1;

	while (args[argc - 1] != NULL) {
		argv[argc] = (char *)(uintptr_t)args[argc - 1];
		argc++;
	}
	opts_defaults(&opts, s);
	return opts_parse(&opts, argc, argv, stop, s, ret_first, e);
}

static void test_defaults(void **state)
{
	struct settings s = { 0 };

	(void)state;
	opts_defaults(&opts, &s);
	assert_false(s.loud);
	assert_true(s.color);
	assert_int_equal(s.rate, 220);
	assert_string_equal(s.voice, "en-us");
	assert_int_equal(s.sort, SORT_CHANGED);
	assert_int_equal(s.calls, 0);
	opts_fini(&opts, &s);
	assert_null(s.voice);
}

static void test_parse(void **state)
{
	static const char *const args[] = { "file",    "-lv",	      "de",
					    "--ra=80", "--color=off", "--tick",
					    "-x",      "a b",	      NULL };
	struct settings s = { 0 };
	struct err e = { 0 };
	int first = 0;

	(void)state;
	assert_int_equal(parse(&s, args, false, &first, &e), OPTS_GO);
	assert_int_equal(first, 8);
	assert_true(s.loud);
	assert_false(s.color);
	assert_int_equal(s.rate, 80);
	assert_string_equal(s.voice, "de");
	assert_int_equal(s.calls, 2);
	assert_string_equal(s.last, "a b");
	opts_fini(&opts, &s);
}

static void test_stop_at_operand(void **state)
{
	static const char *const args[] = { "-l", "new", "-x", NULL };
	struct settings s = { 0 };
	struct err e = { 0 };
	int first = 0;

	(void)state;
	assert_int_equal(parse(&s, args, true, &first, &e), OPTS_GO);
	assert_int_equal(first, 2);
	assert_true(s.loud);
	assert_int_equal(s.calls, 0);
	opts_fini(&opts, &s);
}

static void test_parse_mistakes(void **state)
{
	static const struct {
		const char *args[3];
		const char *text;
	} cases[] = {
		{ { "-q" }, "unknown option '-q'; see --help" },
		{ { "--nonsense" }, "unknown option '--nonsense'; see --help" },
		{ { "-v" }, "option '-v' needs VOICE" },
		{ { "--voice-name" }, "option '--voice-name' needs VOICE" },
		{ { "--loud=yes" }, "option '--loud=yes' takes no argument" },
		{ { "--rate=79" }, "rate: 79 is outside 80..450" },
		{ { "-s451" }, "rate: 451 is outside 80..450" },
		{ { "-s", "-1" },
		  "rate: '-1' is not a whole number, expected 80 to 450" },
		{ { "-s", "1e2" },
		  "rate: '1e2' is not a whole number, expected 80 to 450" },
		{ { "-s", "" },
		  "rate: '' is not a whole number, expected 80 to 450" },
		{ { "-s", "99999999999999999999" },
		  "rate: 99999999999999999999 is outside 80..450" },
		{ { "--color=maybe" },
		  "color: 'maybe' is unknown, expected yes or no" },
		{ { "-xbad" }, "drop: it is bad" },
		{ { "--sort=size" },
		  "unknown sort 'size', expected name, changed or next" },
		{ { "--sort=" },
		  "unknown sort '', expected name, changed or next" },
		{ { "--loudd" },
		  "unknown option '--loudd', did you mean '--loud'?" },
		{ { "--vesrion" },
		  "unknown option '--vesrion', did you mean '--version'?" },
		/* Two of three letters differ: another word. */
		{ { "--lid" }, "unknown option '--lid'; see --help" },
		{ { "--voicename=x" },
		  "unknown option '--voicename=x', did you mean "
		  "'--voice-name'?" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct settings s = { 0 };
		struct err e = { 0 };
		int first = -1;

		assert_int_equal(parse(&s, cases[i].args, false, &first, &e),
				 -EINVAL);
		assert_string_equal(e.text, cases[i].text);
		assert_true(e.usage);
		assert_int_equal(first, -1);
		opts_fini(&opts, &s);
	}
}

static void test_env(void **state)
{
	struct settings s = { 0 };
	struct err e = { 0 };

	(void)state;
	opts_defaults(&opts, &s);
	setenv("PROG_VOICE_NAME", "fr", 1);
	setenv("PROG_CONFIG", "ignored", 1);
	assert_int_equal(opts_env(&opts, &s, &e), 0);
	assert_string_equal(s.voice, "fr");
	assert_int_equal(s.calls, 0);
	setenv("PROG_RATE", "5", 1);
	assert_int_equal(opts_env(&opts, &s, &e), -EINVAL);
	assert_string_equal(e.text, "PROG_RATE: rate: 5 is outside 80..450");
	unsetenv("PROG_RATE");
	unsetenv("PROG_VOICE_NAME");
	unsetenv("PROG_CONFIG");
	opts_fini(&opts, &s);
}

static void note_problem(void *data, const char *path, unsigned line,
			 const char *text)
{
	(void)path;
	buf_addf(data, "%u: %s\n", line, text);
}

static int on_section(void *settings, const char *section, const char *key,
		      const char *value, struct err *e)
{
	struct settings *s = settings;

	if (strcmp(key, "no") == 0)
		return err_usage(e, "[%s] no: it is not", section);
	snprintf(s->last, sizeof(s->last), "%s.%s=%s", section, key, value);
	return 0;
}

/* Load text as a configuration file; the mistakes are added to problems. */
static int load(const char *text, size_t len_bytes, struct settings *s,
		opts_section_fn *section_fn, struct buf *problems,
		struct err *e)
{
	char path[] = "/tmp/earshot-opt-XXXXXX";
	int fd = mkstemp(path);
	int rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len_bytes), len_bytes);
	close(fd);
	opts_defaults(&opts, s);
	rc = opts_load(&opts, path, s, section_fn, note_problem, problems, e);
	unlink(path);
	return rc;
}

static void test_load(void **state)
{
	static const char text[] = "\xef\xbb\xbf# comment\n"
				   "rate = 100\n"
				   "   voice-name: de ; German\n"
				   "[prog]\nloud=yes\r\n\n"
				   "[source x]\nkey = a = b\n";
	SCOPED_BUF struct buf problems = { 0 };
	struct settings s = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		load(text, strlen(text), &s, on_section, &problems, &e), 0);
	assert_string_equal(buf_text(&problems), "");
	assert_int_equal(s.rate, 100);
	assert_string_equal(s.voice, "de");
	assert_true(s.loud);
	assert_string_equal(s.last, "source x.key=a = b");
	opts_fini(&opts, &s);
	assert_int_equal(
		opts_load(&opts, "/nonexistent/x", &s, NULL, NULL, NULL, &e),
		-ENOENT);
	assert_string_equal(e.text, "open /nonexistent/x");
}

/* Every mistake is told, each with its own line. */
static void test_load_mistakes(void **state)
{
	static const char text[] = "rate = 5\n"
				   "nonsense = 1\n"
				   "no equals sign\n"
				   "key ; = inside a comment\n"
				   "config = x\n"
				   "[unclosed\n"
				   "color = maybe\n"
				   "drop = bad\n"
				   "[other]\nkey = 1\n"
				   "[prog]\nrate = 90\n";
	SCOPED_BUF struct buf problems = { 0 };
	struct settings s = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(load(text, strlen(text), &s, NULL, &problems, &e),
			 -EINVAL);
	assert_string_equal(buf_text(&problems),
			    "1: rate: 5 is outside 80..450\n"
			    "2: unknown key 'nonsense'\n"
			    "3: expected 'key = value' or '[section]'\n"
			    "4: expected 'key = value' or '[section]'\n"
			    "5: unknown key 'config'\n"
			    "6: section without ']'\n"
			    "7: color: 'maybe' is unknown, expected yes or no\n"
			    "8: drop: it is bad\n"
			    "10: unknown section [other]\n");
	assert_true(e.usage);
	assert_non_null(strstr(e.text, ": 9 mistakes"));
	/* What was right is there all the same. */
	assert_int_equal(s.rate, 90);
	opts_fini(&opts, &s);
}

/* A value of value_bytes in a line with or without its newline. */
static unsigned long_line(size_t line_bytes, const char *end)
{
	SCOPED_BUF struct buf problems = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	struct settings s = { 0 };
	struct err e = { 0 };
	int rc;

	buf_add_text(&text, "voice-name=");
	while (text.len_bytes < line_bytes)
		buf_add_char(&text, 'v');
	buf_add_text(&text, end);
	rc = load(text.data, text.len_bytes, &s, NULL, &problems, &e);
	if (rc == 0) {
		assert_int_equal(strlen(s.voice), line_bytes - 11);
	} else {
		assert_string_equal(s.voice, "en-us");
		assert_string_equal(buf_text(&problems), "1: line too long\n");
		if (end[0] != '\0')
			assert_int_equal(s.rate, 99);
	}
	opts_fini(&opts, &s);
	return rc == 0;
}

static void test_long_line(void **state)
{
	(void)state;
	assert_true(long_line(198, "\nrate=99\n"));
	assert_true(long_line(199, ""));
	assert_false(long_line(200, "\nrate=99\n"));
	assert_false(long_line(200, ""));
	assert_false(long_line(5000, "\nrate=99\n"));
}

static void test_apply_and_peek(void **state)
{
	char *argv[] = {
		(char *)(uintptr_t) "prog",    (char *)(uintptr_t) "f",
		(char *)(uintptr_t) "-c",      (char *)(uintptr_t) "here",
		(char *)(uintptr_t) "--wrong", NULL
	};
	struct settings s = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_string_equal(opts_peek(&opts, 5, argv, "config"), "here");
	assert_null(opts_peek(&opts, 5, argv, "rate"));
	assert_string_equal(argv[1], "f");
	assert_int_equal(opts_apply(&opts, &s, "rate", "300", &e), 0);
	assert_int_equal(s.rate, 300);
	assert_int_equal(opts_apply(&opts, &s, "pitch", "3", &e), -EINVAL);
	assert_string_equal(e.text, "unknown key 'pitch'");
	assert_null(opts_find(&opts, "Voice"));
	opts_fini(&opts, &s);
}

/* The nearest word offered is found, and what is too far is not. */
static void test_near(void **state)
{
	static const struct {
		const char *typed, *word;
	} cases[] = {
		{ "lst", "list" },    { "edti", "edit" }, { "list", "" },
		{ "xyzzy", "" },      { "l", "" },	  { "lits", "list" },
		{ "edittt", "edit" }, { "editttt", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct near near;

		near_init(&near, cases[i].typed);
		near_offer(&near, "list", 4);
		near_offer(&near, "edit", 4);
		assert_string_equal(near.word, cases[i].word);
	}
}

/* A position of the list and back; behind its end is nothing. */
static void test_choice_word(void **state)
{
	size_t len = 0;
	int at = -1;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(opt_choice("shell", "bash zsh fish", "fish", &at, &e),
			 0);
	assert_int_equal(at, 2);
	assert_string_equal(opt_choice_word("bash zsh fish", 2, &len), "fish");
	assert_int_equal(len, 4);
	assert_null(opt_choice_word("bash zsh fish", 3, &len));
	assert_int_equal(opt_choice("shell", "bash zsh fish", "fis", &at, &e),
			 -EINVAL);
	assert_string_equal(e.text,
			    "unknown shell 'fis', expected bash, zsh or fish");
}

static void test_help_and_words(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	opts_help(&opts, out);
	opts_words(&opts, out);
	fclose(out);
	assert_ptr_equal(strstr(text, "usage: prog [options]\n"
				      "       prog -h\ndoes it\n\nVoice:\n"),
			 text);
	assert_non_null(strstr(text, "  -s, --rate=WPM              speed "
				     "(220)\n"));
	assert_non_null(strstr(text, "      --tick                  call "));
	assert_non_null(strstr(text, "-s\t--rate\tWPM\t\tspeed\n"));
	assert_non_null(strstr(text, "\t--color\tYES\tyes no\tuse colour\n"));
	assert_non_null(strstr(text, "-c\t--config\tFILE\t@file\t"));
	for (size_t i = 0; i < COUNT_OF(list); i++)
		assert_non_null(strstr(text, list[i].help));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_stop_at_operand),
		cmocka_unit_test(test_parse_mistakes),
		cmocka_unit_test(test_env),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_load_mistakes),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_apply_and_peek),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_choice_word),
		cmocka_unit_test(test_help_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
