/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_voice.c - the supervisor, with a scripted voice (fake_voice.py). */
#include "speakd/out/voice_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/mem.h"
#include "tests/unit/test.h"

enum { TEST_LIMIT_MS = 60000 };

/* What happened, as words: "begin ok;end ok 100;". */
struct stage {
	struct loop *loop;
	struct voice *voice;
	struct buf log;
	const char *const
		*texts; /* said one after the other, NULL at the end */
	uint64_t id;
	bool takes_back, stop_at_begin, close_at_end, timed_out;
	char dir[32];
	char *helper;
};

static void say_next(struct stage *stage)
{
	struct phrase *phrase;

	if (*stage->texts == NULL) {
		loop_stop(stage->loop);
		return;
	}
	phrase = phrase_new(mem_copy(*stage->texts++));
	phrase->id = ++stage->id;
	assert_true(voice_wants(stage->voice));
	voice_say(stage->voice, phrase);
	assert_false(voice_is_free(stage->voice));
}

static void on_begin(void *data, const struct phrase *phrase)
{
	struct stage *stage = data;

	buf_addf(&stage->log, "begin %s;", phrase->text);
	if (stage->stop_at_begin)
		voice_stop(stage->voice);
}

static void on_end(void *data, const struct phrase *phrase, uint64_t audio_ms,
		   bool stopped, const char *failure)
{
	struct stage *stage = data;

	if (failure != NULL)
		buf_addf(&stage->log, "failed %s: %s;", phrase->text, failure);
	else
		buf_addf(&stage->log, "%s %s %ju;", stopped ? "stopped" : "end",
			 phrase->text, (uintmax_t)audio_ms);
	if (stage->close_at_end) {
		assert_int_equal(voice_close(stage->voice, NULL), 0);
		stage->voice = NULL;
		loop_stop(stage->loop);
		return;
	}
	if (voice_is_free(stage->voice))
		say_next(stage);
}

/* Give it the next one while the first is heard, and perhaps take it back. */
static void on_want(void *data)
{
	struct stage *stage = data;
	struct phrase *back;

	assert_false(voice_is_free(stage->voice));
	if (*stage->texts == NULL)
		return;
	say_next(stage);
	assert_false(voice_wants(stage->voice));
	if (!stage->takes_back)
		return;
	back = voice_take_back(stage->voice);
	assert_non_null(back);
	buf_addf(&stage->log, "took %s back;", back->text);
	phrase_free(back);
}

static void on_device(void *data, bool works, const char *why)
{
	struct stage *stage = data;

	(void)why;
	buf_addf(&stage->log, "device %d;", works);
}

static void on_broken(void *data, const char *why, bool usage)
{
	struct stage *stage = data;

	(void)usage;
	/* The name of the helper differs from machine to machine. */
	why = strrchr(why, '/') != NULL ? strrchr(why, '/') + 1 : why;
	buf_addf(&stage->log, "broken %s;", why);
}

static void on_limit(void *data)
{
	struct stage *stage = data;

	stage->timed_out = true;
	loop_stop(stage->loop);
}

static void play(struct stage *stage, const char *const *texts)
{
	const struct voice_config config = { .engine = "espeak-ng",
					     .output = "null",
					     .voice = "en",
					     .rate_wpm = 200,
					     .pitch = 50,
					     .volume_percent = 100,
					     .helper = stage->helper };
	const struct voice_handler handler = { .begin = on_begin,
					       .want = on_want,
					       .end = on_end,
					       .device = on_device,
					       .broken = on_broken,
					       .data = stage };
	struct err e = { 0 };
	struct watch *limit;

	stage->texts = texts;
	stage->loop = loop_new(&e);
	assert_non_null(stage->loop);
	limit = loop_timer(stage->loop, on_limit, stage);
	watch_after(limit, TEST_LIMIT_MS);
	assert_int_equal(
		voice_start(stage->loop, &config, &handler, &stage->voice, &e),
		0);
	say_next(stage);
	assert_int_equal(loop_run(stage->loop, &e), 0);
	assert_false(stage->timed_out);
	watch_free(limit);
}

static int setup(void **state)
{
	struct stage *stage = mem_new(sizeof(*stage));
	const char *source = getenv("EARSHOT_SRC");

	snprintf(stage->dir, sizeof(stage->dir), "/tmp/fake-voice-XXXXXX");
	assert_non_null(mkdtemp(stage->dir));
	setenv("FAKE_VOICE_DIR", stage->dir, 1);
	unsetenv("FAKE_VOICE_EARLY");
	stage->helper = mem_printf("%s/tests/unit/fake_voice.py",
				   source != NULL ? source : ".");
	*state = stage;
	return 0;
}

static void assert_tries(const struct stage *stage, size_t count)
{
	SCOPED_TEXT char *path = mem_printf("%s/tries", stage->dir);
	SCOPED_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char dots[64];

	assert_int_equal(read(fd, dots, sizeof(dots)), count);
}

static int teardown(void **state)
{
	struct stage *stage = *state;
	SCOPED_TEXT char *died = mem_printf("%s/died", stage->dir);
	SCOPED_TEXT char *tries = mem_printf("%s/tries", stage->dir);

	(void)voice_close(stage->voice, NULL);
	loop_free(stage->loop);
	unlink(died);
	unlink(tries);
	rmdir(stage->dir);
	buf_fini(&stage->log);
	free(stage->helper);
	free(stage);
	return 0;
}

static void test_one_after_the_other(void **state)
{
	struct stage *stage = *state;
	struct err e = { 0 };

	play(stage, (const char *const[]){ "ok", "fail", "ok", NULL });
	assert_string_equal(buf_text(&stage->log), "begin ok;end ok 100;"
						   "failed fail: no such word;"
						   "begin ok;end ok 100;");
	assert_int_equal(voice_close(stage->voice, &e), 0);
	stage->voice = NULL;
}

/* What is written at the end, a file's last sound, may take its time. */
static void test_ends_slowly(void **state)
{
	struct stage *stage = *state;
	struct err e = { 0 };

	play(stage, (const char *const[]){ "slow-end", NULL });
	assert_int_equal(voice_close(stage->voice, &e), 0);
	stage->voice = NULL;
}

static void test_hangs_at_its_end(void **state)
{
	struct stage *stage = *state;
	struct err e = { 0 };

	play(stage, (const char *const[]){ "hang-end", NULL });
	assert_int_equal(voice_close(stage->voice, &e), -ETIMEDOUT);
	assert_string_equal(e.text, "the voice hung when it was to end");
	stage->voice = NULL;
}

/* Tried VOICE_TRIES times, told once to have begun, the next line is said. */
static void test_deadly_phrase(void **state)
{
	struct stage *stage = *state;

	play(stage, (const char *const[]){ "die", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "begin die;"
			    "failed die: the voice died of it twice (Killed);"
			    "begin ok;end ok 100;");
	assert_tries(stage, VOICE_TRIES + 1);
}

static void test_killed_once(void **state)
{
	struct stage *stage = *state;

	play(stage, (const char *const[]){ "die-once", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "begin die-once;end die-once 100;"
			    "begin ok;end ok 100;");
	assert_tries(stage, 3);
}

static void test_hangs_in_engine(void **state)
{
	struct stage *stage = *state;

	play(stage, (const char *const[]){ "hang", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "failed hang: the voice died of it twice (Killed);"
			    "begin ok;end ok 100;");
}

static void test_hangs_in_sink(void **state)
{
	struct stage *stage = *state;

	play(stage, (const char *const[]){ "sink-once", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "device 0;device 1;"
			    "begin sink-once;end sink-once 100;"
			    "begin ok;end ok 100;");
}

static void test_stop(void **state)
{
	struct stage *stage = *state;

	stage->stop_at_begin = true;
	play(stage, (const char *const[]){ "wait", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "begin wait;stopped wait 5;");
}

static void test_broken(void **state)
{
	struct stage *stage = *state;
	struct err e = { 0 };

	play(stage, (const char *const[]){ "full", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "broken disk full;failed full: disk full;"
			    "failed ok: disk full;");
	assert_int_equal(voice_close(stage->voice, &e), -EIO);
	assert_string_equal(e.text, "disk full");
	stage->voice = NULL;
}

/* A helper that cannot run ends the voice; it is not started for ever. */
static void test_ends_at_once(void **state)
{
	struct stage *stage = *state;
	const char *log;

	setenv("FAKE_VOICE_EARLY", "1", 1);
	play(stage, (const char *const[]){ "ok", NULL });
	log = buf_text(&stage->log);
	assert_non_null(strstr(log, "failed ok: "));
}

static void test_closed_by_its_handler(void **state)
{
	struct stage *stage = *state;

	stage->close_at_end = true;
	play(stage, (const char *const[]){ "ok", "ok", NULL });
	assert_string_equal(buf_text(&stage->log), "begin ok;end ok 100;");
}

static void test_no_such_helper(void **state)
{
	const struct voice_config config = { .engine = "espeak-ng",
					     .output = "null",
					     .voice = "en",
					     .helper = "/nonexistent/voice" };
	const struct voice_handler handler = { 0 };
	struct stage *stage = *state;
	struct err e = { 0 };

	if (getenv("EMULATOR") != NULL) {
		print_message("# qemu-user forks where vfork() is meant\n");
		skip();
	}
	stage->loop = loop_new(&e);
	assert_int_equal(
		voice_start(stage->loop, &config, &handler, &stage->voice, &e),
		-ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/voice"));
}

static void test_the_next_while_one_is_heard(void **state)
{
	struct stage *stage = *state;

	play(stage, (const char *const[]){ "want", "want", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "begin want;end want 100;begin want;end want 100;"
			    "begin ok;end ok 100;");
}

/* What is heard is not blamed for what is made beside it, nor lost. */
static void test_the_next_kills_it(void **state)
{
	struct stage *stage = *state;

	play(stage, (const char *const[]){ "want", "die-ahead", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "begin want;end want 100;"
			    "begin die-ahead;end die-ahead 100;"
			    "begin ok;end ok 100;");
}

static void test_taken_back(void **state)
{
	struct stage *stage = *state;

	stage->takes_back = true;
	play(stage, (const char *const[]){ "want", "never", "ok", NULL });
	assert_string_equal(buf_text(&stage->log),
			    "begin want;took never back;end want 100;"
			    "begin ok;end ok 100;");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_after_the_other),
		TEST(test_ends_slowly),
		TEST(test_hangs_at_its_end),
		TEST(test_deadly_phrase),
		TEST(test_killed_once),
		TEST(test_hangs_in_engine),
		TEST(test_hangs_in_sink),
		TEST(test_stop),
		TEST(test_broken),
		TEST(test_ends_at_once),
		TEST(test_closed_by_its_handler),
		TEST(test_no_such_helper),
		TEST(test_the_next_while_one_is_heard),
		TEST(test_the_next_kills_it),
		TEST(test_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
