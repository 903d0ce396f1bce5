/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_scheduler.c - who speaks next, by a script of what happens. */
#include "tests/unit/test.h"

#include <string.h>

#include "core/buf.h"
#include "core/mem.h"
#include "speakd/queue/history.h"
#include "speakd/queue/scheduler.h"

static const struct backlog_config config = {
	.rate_wpm = 220,
	.max_rate_wpm = 400,
	.catch_up_after_ms = 0,
	.skip_after_ms = 0,
	.gap_ms = 250,
};

struct stage {
	struct scheduler *scheduler;
	struct phrase *saying;
	struct buf log;
	bool stop;
};

static void on_event(void *data, const struct utterance *utterance,
		     enum scheduler_event event, const char *mark)
{
	static const char letters[] = "MBECPR";
	struct stage *stage = data;

	buf_addf(&stage->log, "%c%ju%s ", letters[event],
		 (uintmax_t)utterance->id, mark != NULL ? mark : "");
}

static void on_fate(void *data, const struct phrase *phrase, enum fate fate)
{
	struct stage *stage = data;

	if (phrase->id >= 100 && fate != FATE_SAYING)
		buf_addf(&stage->log, "%s%ju ", fate_name(fate),
			 (uintmax_t)phrase->id);
}

static void on_stop(void *data)
{
	struct stage *stage = data;

	stage->stop = true;
}

static void set_up(struct stage *stage)
{
	const struct scheduler_handler handler = { on_event, on_fate, on_stop,
						   stage };

	*stage = (struct stage){ 0 };
	stage->scheduler = scheduler_new(&config, &handler);
}

static void tear_down(struct stage *stage)
{
	phrase_free(stage->saying);
	scheduler_free(stage->scheduler);
	buf_fini(&stage->log);
}

static void say_text(struct stage *stage, enum speech_class rank, uint64_t id,
		     const char *text, unsigned context)
{
	struct utterance *u = utterance_new(phrase_new(mem_copy(text)));

	u->id = u->phrase->id = id;
	u->client = (int)(id % 10) + 1;
	u->rank = rank;
	u->notify = ~0U;
	u->pause_context = context;
	scheduler_add(stage->scheduler, u);
}

static void say(struct stage *stage, enum speech_class rank, uint64_t id)
{
	say_text(stage, rank, id, "some words", 0);
}

static void line(struct stage *stage, uint64_t id, const char *text)
{
	struct phrase *phrase = phrase_new(mem_copy(text));

	phrase->id = id;
	scheduler_add_line(stage->scheduler, phrase, true);
}

/* The voice takes what is next and begins. */
static void begin(struct stage *stage, const char *text)
{
	assert_null(stage->saying);
	stage->saying = scheduler_next(stage->scheduler);
	assert_non_null(stage->saying);
	assert_string_equal(stage->saying->text, text);
	stage->stop = false;
	scheduler_begun(stage->scheduler, stage->saying);
}

static void end(struct stage *stage)
{
	scheduler_ended(stage->scheduler, stage->saying, stage->stop, false);
	phrase_free(stage->saying);
	stage->saying = NULL;
}

static void expect(struct stage *stage, const char *log)
{
	assert_string_equal(buf_text(&stage->log), log);
	buf_clear(&stage->log);
}

/* clang-format off */
/* What a message of class "fresh" does to one being said, and one waiting. */
static const struct {
	enum speech_class saying, waiting, fresh;
	bool stops;
	const char *log;
} pairs[] = {
	{ CLASS_MESSAGE, CLASS_TEXT, CLASS_IMPORTANT, true, "" },
	{ CLASS_NOTIFICATION, CLASS_PROGRESS, CLASS_IMPORTANT, true, "C2 C1 " },
	{ CLASS_IMPORTANT, CLASS_MESSAGE, CLASS_IMPORTANT, false, "" },
	{ CLASS_MESSAGE, CLASS_TEXT, CLASS_MESSAGE, false, "C2 " },
	{ CLASS_TEXT, CLASS_MESSAGE, CLASS_MESSAGE, true, "C1 " },
	{ CLASS_IMPORTANT, CLASS_TEXT, CLASS_MESSAGE, false, "C2 " },
	{ CLASS_TEXT, CLASS_PROGRESS, CLASS_TEXT, true, "C2 C1 " },
	{ CLASS_MESSAGE, CLASS_TEXT, CLASS_TEXT, false, "C2 " },
	{ CLASS_MESSAGE, CLASS_TEXT, CLASS_NOTIFICATION, false, "C3 " },
	{ CLASS_PROGRESS, CLASS_TEXT, CLASS_NOTIFICATION, false, "C3 " },
	{ CLASS_PROGRESS, CLASS_PROGRESS, CLASS_PROGRESS, false, "C2 " },
	{ CLASS_MESSAGE, CLASS_PROGRESS, CLASS_PROGRESS, false, "C2 " },
};
/* clang-format on */

static void test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct stage stage;

		set_up(&stage);
		say(&stage, pairs[i].saying, 1);
		begin(&stage, "some words");
		/* Put there without its own manners: only the third's count. */
		say(&stage, pairs[i].waiting, 2);
		if (stage.stop || strstr(buf_text(&stage.log), "C") != NULL) {
			/* The second would not have waited: another order. */
			tear_down(&stage);
			continue;
		}
		expect(&stage, "B1 ");
		say(&stage, pairs[i].fresh, 3);
		assert_int_equal(stage.stop, pairs[i].stops);
		expect(&stage, pairs[i].log);
		tear_down(&stage);
	}
}

static void test_important_postpones(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage);
	say_text(&stage, CLASS_MESSAGE, 1, "One. Two. Three.", 0);
	begin(&stage, "One. Two. Three.");
	scheduler_word(stage.scheduler, 7); /* in "Two" */
	say(&stage, CLASS_IMPORTANT, 2);
	end(&stage);
	begin(&stage, "some words");
	end(&stage);
	begin(&stage, "Two. Three.");
	end(&stage);
	expect(&stage, "B1 B2 E2 E1 ");
	assert_null(scheduler_next(stage.scheduler));
	tear_down(&stage);
}

static void test_pause(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage);
	say_text(&stage, CLASS_MESSAGE, 1, "One. Two. Three.", 1);
	begin(&stage, "One. Two. Three.");
	scheduler_word(stage.scheduler, 11); /* in "Three" */
	scheduler_pause(stage.scheduler, 2);
	end(&stage);
	assert_null(scheduler_next(stage.scheduler));
	scheduler_resume(stage.scheduler, 2);
	begin(&stage, "Two. Three."); /* one sentence of context */
	end(&stage);
	expect(&stage, "B1 P1 R1 E1 ");
	tear_down(&stage);
}

static void test_line_is_said_again(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage);
	line(&stage, 100, "First. Second.");
	line(&stage, 101, "next");
	begin(&stage, "First. Second.");
	scheduler_word(stage.scheduler, 7);
	say(&stage, CLASS_TEXT, 1);
	assert_true(stage.stop);
	end(&stage);
	begin(&stage, "some words");
	end(&stage);
	begin(&stage, "Second.");
	end(&stage);
	begin(&stage, "next");
	end(&stage);
	expect(&stage, "B1 E1 said100 said101 ");
	tear_down(&stage);
}

static void test_stop_and_cancel(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage);
	line(&stage, 100, "one");
	line(&stage, 101, "two");
	say(&stage, CLASS_MESSAGE, 1);
	say(&stage, CLASS_MESSAGE, 2);
	begin(&stage, "some words");
	scheduler_stop(stage.scheduler, 99); /* nobody's */
	assert_false(stage.stop);
	scheduler_stop(stage.scheduler, 2);
	end(&stage);
	expect(&stage, "B1 C1 ");
	scheduler_cancel(stage.scheduler, 3);
	expect(&stage, "C2 ");
	begin(&stage, "one");
	scheduler_cancel(stage.scheduler, SCHEDULER_ALL);
	expect(&stage, "canceled101 ");
	end(&stage);
	expect(&stage, "stopped100 ");
	assert_true(scheduler_is_empty(stage.scheduler));
	tear_down(&stage);
}

static void test_long_text_in_parts(void **state)
{
	SCOPED_BUF struct buf text = { 0 };
	struct stage stage;
	size_t said = 0;

	(void)state;
	set_up(&stage);
	while (text.len_bytes < UTTERANCE_PART_BYTES * 3)
		buf_add_text(&text, "A sentence of it. ");
	say_text(&stage, CLASS_MESSAGE, 1, text.data, 0);
	while ((stage.saying = scheduler_next(stage.scheduler)) != NULL) {
		size_t len = strlen(stage.saying->text);

		assert_true(len <= UTTERANCE_PART_BYTES);
		assert_memory_equal(stage.saying->text, text.data + said, len);
		said += len;
		scheduler_begun(stage.scheduler, stage.saying);
		end(&stage);
	}
	assert_int_equal(said, text.len_bytes);
	expect(&stage, "B1 E1 ");
	tear_down(&stage);
}

static void test_room(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage);
	for (uint64_t i = 0; i < MESSAGES_CLIENT_MAX; i++) {
		assert_true(scheduler_has_room(stage.scheduler, 1, 10));
		say(&stage, CLASS_MESSAGE, 10);
	}
	assert_false(scheduler_has_room(stage.scheduler, 1, 10));
	assert_true(
		scheduler_has_room(stage.scheduler, 2, MESSAGES_CLIENT_BYTES));
	assert_false(scheduler_has_room(stage.scheduler, 2,
					MESSAGES_CLIENT_BYTES + 1));
	tear_down(&stage);
}

/* ---- the history --------------------------------------------------------- */

static void remember(struct history *history, uint64_t id, size_t bytes)
{
	char *text = mem_new(bytes + 1);
	struct phrase *phrase;

	memset(text, 'x', bytes);
	phrase = phrase_new(text);
	phrase->id = id;
	history_add(history, phrase, 1, 0, FATE_WAITING);
	phrase_free(phrase);
}

static void test_history(void **state)
{
	struct history *history = history_new();

	(void)state;
	for (uint64_t id = 1; id <= HISTORY_MAX; id++)
		remember(history, id * 2, 10);
	assert_int_equal(history_count(history), HISTORY_MAX);
	assert_non_null(history_find(history, 2));
	assert_null(history_find(history, 3));
	remember(history, HISTORY_MAX * 2 + 2, 10);
	assert_int_equal(history_count(history), HISTORY_MAX);
	assert_null(history_find(history, 2));
	history_set_fate(history, 4, FATE_SAID);
	history_set_fate(history, 5, FATE_SAID);
	assert_int_equal(history_at(history, 0)->fate, FATE_SAID);
	assert_int_equal(history_at(history, 0)->id, 4);
	/* Bytes are bounded as well, and a long text is cut. */
	for (uint64_t id = 1; id <= 2000; id++)
		remember(history, HISTORY_MAX * 3 + id, HISTORY_TEXT_BYTES + 1);
	assert_true(history_count(history) <=
		    HISTORY_MAX_BYTES / HISTORY_TEXT_BYTES);
	assert_int_equal(strlen(history_at(history, 0)->text),
			 HISTORY_TEXT_BYTES);
	history_free(history);
}

/* Whoever watches is told what becomes of a line, however long it waits. */
static void test_history_of_what_waits(void **state)
{
	struct history *history = history_new();

	(void)state;
	for (uint64_t id = 1; id <= HISTORY_MAX * 2; id++) {
		remember(history, id, 10);
		if (id != 1 && id != 3)
			history_set_fate(history, id, FATE_SAID);
	}
	assert_int_equal(history_count(history), HISTORY_MAX);
	assert_int_equal(history_at(history, 0)->id, 1);
	assert_int_equal(history_at(history, 1)->id, 3);
	assert_int_equal(history_at(history, 2)->id, HISTORY_MAX + 3);
	history_set_fate(history, 1, FATE_SAID);
	assert_int_equal(history_find(history, 1)->fate, FATE_SAID);
	remember(history, HISTORY_MAX * 2 + 1, 10);
	assert_null(history_find(history, 1));
	assert_int_equal(history_find(history, 3)->fate, FATE_WAITING);
	history_free(history);
}

/* A message comes: what the voice was given to go on with is taken back. */
static void say_over(struct stage *stage, struct phrase *take_ahead,
		     uint64_t id)
{
	assert_non_null(take_ahead);
	scheduler_take_back(stage->scheduler, take_ahead);
	say(stage, CLASS_IMPORTANT, id);
}

/* A line that was cut off and the next one both wait: neither takes the other's
 * place when a second message comes. */
static void test_two_lines_taken_back(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage);
	line(&stage, 100, "one");
	line(&stage, 101, "two");
	begin(&stage, "one");
	say_over(&stage, scheduler_next(stage.scheduler), 1);
	end(&stage);
	begin(&stage, "some words");
	say_over(&stage, scheduler_next(stage.scheduler), 2);
	end(&stage);
	begin(&stage, "some words");
	end(&stage);
	begin(&stage, "one");
	end(&stage);
	begin(&stage, "two");
	end(&stage);
	expect(&stage, "B1 E1 B2 E2 said100 said101 ");
	tear_down(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_important_postpones),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_line_is_said_again),
		cmocka_unit_test(test_stop_and_cancel),
		cmocka_unit_test(test_long_text_in_parts),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_history_of_what_waits),
		cmocka_unit_test(test_two_lines_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
