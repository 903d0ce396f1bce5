/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/input.h"

#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "speakd/input/crowd.h"
#include "speakd/queue/wire.h"
#include "speakd/words/hygiene.h"

static void say(struct input *input, struct phrase *take_phrase, bool live)
{
	struct inputs *inputs = input->inputs;

	take_phrase->input = input->number;
	if (input->kind != INPUT_FILE && take_phrase->source == NULL)
		take_phrase->source = mem_copy(input->said_name);
	take_phrase->names_source =
		input->kind != INPUT_FILE && inputs->serving &&
		(input->section == NULL || input->section->say_name);
	input->waiting++;
	inputs->handler.say(take_phrase, live, inputs->handler.data);
}

static void on_say(struct phrase *take_phrase, void *data)
{
	struct input *input = data;

	say(input, take_phrase, input->live);
}

static void on_words(struct span words, enum cue cue, void *data)
{
	const struct inputs *inputs = ((const struct input *)data)->inputs;

	inputs->handler.words(words, cue, inputs->handler.data);
}

static void on_run(const char *command, const struct message *message,
		   void *data)
{
	const struct input *input = data;
	const struct inputs_handler *handler = &input->inputs->handler;

	if (handler->run != NULL)
		handler->run(command, message, input->name, handler->data);
}

void inputs_flush(struct inputs *inputs)
{
	inputs->handler.flush(inputs->handler.data);
}

int input_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct input *input = data;

	if (cut)
		log_warn("%s: line longer than %d bytes cut", input->name,
			 LINES_MAX_BYTES);
	source_line(input->source, line, len_bytes, cut);
	if (input->live && source_holds(input->source))
		watch_after(input->inputs->held, CROWD_HOLD_MS);
	return 0;
}

/* From a stream that lives on: nothing else tells when to let it out. */
int input_live_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct input *input = data;

	input_line(line, len_bytes, cut, data);
	inputs_flush(input->inputs);
	return 0;
}

/* Another program may have sent anything. */
static void make_safe(struct phrase *phrase)
{
	SCOPED_BUF struct buf text = { 0 };

	hygiene_clean(&text, phrase->text, strlen(phrase->text));
	free(phrase->text);
	phrase->text = mem_text(buf_text(&text), text.len_bytes);
}

int input_phrase(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct input *input = data;
	bool live = true;
	struct phrase *phrase = wire_parse(line, len_bytes, &live);

	(void)cut;
	if (phrase == NULL) {
		log_warn("%s: not a phrase", input->name);
		return 0;
	}
	make_safe(phrase);
	say(input, phrase, live);
	return 0;
}

struct input *input_new(struct inputs *inputs, enum input_kind kind,
			const char *name)
{
	struct input *input = mem_new(sizeof(*input));
	SCOPED_BUF struct buf said = { 0 };

	hygiene_clean(&said, name, strlen(name));
	input->inputs = inputs;
	input->kind = kind;
	input->name = mem_copy(name);
	input->said_name = mem_copy(buf_text(&said));
	input->number = ++inputs->last_number;
	return input;
}

/* With --verbose, when all of it was read. */
static void tell_unsaid(const struct input *input)
{
	SCOPED_BUF struct buf text = { 0 };

	if (input->source != NULL)
		source_add_unsaid(input->source, &text);
	if (text.len_bytes > 0)
		log_info("%s: %s", input->name, buf_text(&text));
}

void input_free(struct input *input)
{
	if (input == NULL)
		return;
	tell_unsaid(input);
	stream_free(input->stream);
	tree_free(input->tree);
	follow_free(input->follow);
	feed_free(input->feed);
	source_free(input->source);
	members_free(input->members);
	free(input->name);
	free(input->said_name);
	free(input->target);
	free(input);
}

void input_pause(struct input *input)
{
	if (input->stream != NULL)
		stream_pause(input->stream);
	if (input->follow != NULL)
		follow_pause(input->follow);
	if (input->feed != NULL)
		feed_pause(input->feed);
}

void input_resume(struct input *input)
{
	if (input->stream != NULL)
		stream_resume(input->stream);
	if (input->follow != NULL)
		follow_resume(input->follow);
	if (input->feed != NULL)
		feed_resume(input->feed);
}

/* sfeed's files are named after their feeds. */
static const char *feed_name(const struct input *input)
{
	const char *slash = strrchr(input->name, '/');

	if (input->section != NULL && input->kind == INPUT_SECTION)
		return input->name;
	if (input->kind == INPUT_FILE &&
	    strcmp(input->name, "standard input") == 0)
		return NULL;
	return slash != NULL ? slash + 1 : input->name;
}

void input_begin(struct input *input, bool live)
{
	const struct source_handler handler = {
		.say = on_say,
		.words = input->inputs->handler.words != NULL ? on_words : NULL,
		.run = on_run,
		.data = input,
		.name = feed_name(input),
		.members = input->members,
	};

	input->live = live;
	input->source = source_new(input->inputs->settings, input->section,
				   live, &handler);
}

void input_add(struct input *take_input)
{
	struct inputs *inputs = take_input->inputs;

	inputs->all[inputs->count++] = take_input;
	if (inputs->paused)
		input_pause(take_input);
}

void inputs_remove_at(struct inputs *inputs, size_t i)
{
	input_free(inputs->all[i]);
	inputs->count--;
	for (; i < inputs->count; i++)
		inputs->all[i] = inputs->all[i + 1];
}

bool inputs_are_full(const struct inputs *inputs)
{
	return inputs->count == INPUTS_MAX;
}
