/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/following.h"

#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/mem.h"
#include "speakd/input/input.h"

static void on_warn(const char *text, void *data)
{
	const struct input *input = data;

	log_warn("%s: %s", input->name, text);
}

static void on_follow_warn(const char *text, void *data)
{
	(void)data;
	log_warn("%s", text);
}

/* A file by its name, or a FIFO, which has no end either. */
static int follow_one(struct input *input, const char *path, unsigned last,
		      struct err *e)
{
	const struct feed_handler fifo = {
		.line = input_live_line,
		.warn = on_warn,
		.data = input,
	};
	struct stat st;

	input_begin(input, true);
	if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
		return feed_fifo(input->inputs->loop, path, &fifo, &input->feed,
				 e);
	return follow_start(input->inputs->loop, input->inputs->notify, path,
			    last, input_live_line, on_follow_warn, input,
			    &input->follow, e);
}

/* The input of a file that the tree of another one found. */
static struct input *found_input(struct inputs *inputs, unsigned parent,
				 const char *path)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i]->parent == parent &&
		    strcmp(inputs->all[i]->target, path) == 0)
			return inputs->all[i];
	return NULL;
}

/* What was written to yesterday's file is older than what is in today's. */
static void look_at_siblings(struct inputs *inputs, unsigned parent)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i]->parent == parent &&
		    inputs->all[i]->follow != NULL)
			follow_look(inputs->all[i]->follow);
}

static void on_found(const char *path, bool is_new, void *data)
{
	struct input *tree = data;
	struct inputs *inputs = tree->inputs;
	unsigned last = tree->section != NULL ? tree->section->last_lines
					      : inputs->settings->last_lines;
	struct err e = { 0 };
	struct input *input;

	if (inputs_are_full(inputs)) {
		log_warn("more than %d sources: %s is not followed", INPUTS_MAX,
			 path);
		return;
	}
	input = input_new(inputs, INPUT_FOUND, path);
	if (is_new)
		look_at_siblings(inputs, tree->number);
	input->parent = tree->number;
	input->section = tree->section;
	input->target = mem_copy(path);
	if (follow_one(input, path, is_new ? FOLLOW_ALL_LINES : last, &e) < 0) {
		log_failure(&e);
		input_free(input);
		return;
	}
	input_add(input);
}

static void on_passed(const char *path, void *data)
{
	struct input *tree = data;
	struct input *input = found_input(tree->inputs, tree->number, path);

	/* Freed from the loop: it may be what called us. */
	if (input == NULL)
		return;
	input->ended = true;
	watch_after(tree->inputs->tidy, 0);
}

static int follow(struct inputs *inputs, enum input_kind kind, const char *name,
		  const char *path, const struct source_section *section,
		  struct err *e)
{
	unsigned last = section != NULL ? section->last_lines
					: inputs->settings->last_lines;
	struct input *input;
	int rc;

	if (inputs_are_full(inputs))
		return err_say(e, EMFILE, "more than %d sources", INPUTS_MAX);
	input = input_new(inputs, kind, name);
	input->section = section;
	input->target = mem_copy(path);
	if (tree_is(path)) {
		const struct tree_handler handler = {
			.found = on_found,
			.passed = on_passed,
			.warn = on_follow_warn,
			.data = input,
		};

		/* First, as what it finds stands after it. */
		input_add(input);
		input->tree = tree_start(inputs->loop, inputs->notify, path,
					 &handler);
		return 0;
	}
	rc = follow_one(input, path, last, e);
	if (rc < 0) {
		input_free(input);
		return rc;
	}
	input_add(input);
	return 0;
}

static int start_feed(struct inputs *inputs,
		      const struct source_section *section, struct err *e)
{
	struct input *input = input_new(inputs, INPUT_SECTION, section->name);
	const struct feed_handler handler = {
		.line = input_live_line,
		.warn = on_warn,
		.data = input,
	};
	int rc;

	input->section = section;
	input->target = mem_copy(section->target);
	input_begin(input, true);
	if (section->kind == SOURCE_FIFO)
		rc = feed_fifo(inputs->loop, section->target, &handler,
			       &input->feed, e);
	else
		rc = feed_command(inputs->loop, section->target, &handler,
				  &input->feed, e);
	if (rc < 0)
		input_free(input);
	else
		input_add(input);
	return rc;
}

static void start_section(struct inputs *inputs,
			  const struct source_section *section)
{
	struct err e = { 0 };
	int rc;

	if (section->kind == SOURCE_FILE)
		rc = follow(inputs, INPUT_SECTION, section->name,
			    section->target, section, &e);
	else
		rc = start_feed(inputs, section, &e);
	if (rc == 0)
		return;
	err_wrap(&e, "source %s", section->name);
	log_failure(&e);
	inputs->failed = true;
}

static void start_follow(struct inputs *inputs, const char *path)
{
	struct err e = { 0 };

	if (follow(inputs, INPUT_FOLLOW, path, path, NULL, &e) == 0)
		return;
	log_failure(&e);
	inputs->failed = true;
}

static bool is_wanted(const struct settings *settings, const char *path)
{
	for (size_t i = 0; i < settings->follow_count; i++)
		if (strcmp(settings->follow[i], path) == 0)
			return true;
	return false;
}

static struct input *followed(const struct inputs *inputs, const char *path)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i]->target != NULL &&
		    strcmp(inputs->all[i]->target, path) == 0)
			return inputs->all[i];
	return NULL;
}

static bool is_running(const struct inputs *inputs,
		       const struct source_section *section)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i]->section == section)
			return true;
	return false;
}

/* What is not followed yet, of all that the settings name. */
void following_start(struct inputs *inputs)
{
	const struct settings *s = inputs->settings;

	for (size_t i = 0; i < s->follow_count; i++)
		if (followed(inputs, s->follow[i]) == NULL)
			start_follow(inputs, s->follow[i]);
	for (size_t i = 0; inputs->serving && i < s->source_count; i++)
		if (!is_running(inputs, s->sources[i]))
			start_section(inputs, s->sources[i]);
}

static const struct input *by_number(const struct inputs *inputs,
				     unsigned number)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i]->number == number)
			return inputs->all[i];
	return NULL;
}

/* What the tree of an input that goes has found. They stand after it. */
static void remove_found(struct inputs *inputs, const struct input *input)
{
	for (size_t i = inputs->count; input->tree != NULL && i > 0; i--)
		if (inputs->all[i - 1]->parent == input->number)
			inputs_remove_at(inputs, i - 1);
}

/* The section of new settings that input may go on with. */
static const struct source_section *
same_section(const struct settings *settings,
	     const struct source_section *section)
{
	for (size_t i = 0; i < settings->source_count; i++)
		if (source_section_same_target(settings->sources[i], section))
			return settings->sources[i];
	return NULL;
}

static bool goes_on(const struct input *input, const struct settings *settings)
{
	if (input->kind == INPUT_FOUND)
		input = by_number(input->inputs, input->parent);
	if (input == NULL)
		return false;
	if (input->kind == INPUT_FOLLOW)
		return is_wanted(settings, input->target);
	if (input->kind == INPUT_SECTION)
		return same_section(settings, input->section) != NULL;
	return true;
}

void following_configure(struct inputs *inputs,
			 const struct settings *keep_settings)
{
	inputs->settings = keep_settings;
	for (size_t i = inputs->count; i > 0; i--) {
		struct input *input = inputs->all[i - 1];

		if (!goes_on(input, keep_settings)) {
			inputs_remove_at(inputs, i - 1);
			continue;
		}
		if (input->section != NULL)
			input->section = same_section(keep_settings,
						      input->section);
		if (input->source != NULL)
			source_configure(input->source, keep_settings,
					 input->section);
	}
	following_start(inputs);
}

int following_add(struct inputs *inputs, const char *path, struct err *e)
{
	if (followed(inputs, path) != NULL)
		return err_say(e, EEXIST, "%s is followed already", path);
	return follow(inputs, INPUT_BY_HAND, path, path, NULL, e);
}

int following_remove(struct inputs *inputs, const char *path, struct err *e)
{
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *input = inputs->all[i];

		if ((input->target == NULL ||
		     strcmp(input->target, path) != 0) &&
		    strcmp(input->name, path) != 0)
			continue;
		remove_found(inputs, input);
		inputs_remove_at(inputs, i);
		return 0;
	}
	return err_say(e, ENOENT, "%s is not followed", path);
}
