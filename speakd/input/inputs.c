/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/inputs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "speakd/input/following.h"
#include "speakd/input/input.h"

/* ---- streams that end ---------------------------------------------------- */

static void on_stream_flush(void *data)
{
	struct input *input = data;

	inputs_flush(input->inputs);
}

static void on_end(const char *failure, void *data)
{
	struct input *input = data;
	struct inputs *inputs = input->inputs;

	if (failure != NULL && input->kind == INPUT_FILE) {
		log_err("read %s: %s", input->name, failure);
		inputs->failed = true;
	}
	if (input->source != NULL)
		source_flush(input->source);
	inputs_flush(inputs);
	input->ended = true;
	/* Not from here: the stream is still in use below us. */
	watch_after(inputs->tidy, 0);
}

static void read_stream(struct input *input, int take_fd, lines_fn *line)
{
	const struct stream_handler handler = {
		.line = line,
		.flush = on_stream_flush,
		.end = on_end,
		.data = input,
	};

	input->stream = stream_start(input->inputs->loop, take_fd,
				     input->kind == INPUT_FILE, &handler);
}

/* O_NONBLOCK: a FIFO is opened before its writer has come. */
static int open_file(const char *name)
{
	struct stat st;
	int fd;

	if (strcmp(name, "-") == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return -1;
	}
	return fd;
}

static bool read_file(struct inputs *inputs, const char *name)
{
	struct input *input =
		input_new(inputs, INPUT_FILE,
			  strcmp(name, "-") == 0 ? "standard input" : name);
	int fd = open_file(name);

	if (fd < 0) {
		log_err("open %s: %s", input->name, strerror(errno));
		inputs->failed = true;
		input_free(input);
		return false;
	}
	input->members = members_of(name);
	read_stream(input, fd, input_line);
	input_begin(input, stream_is_live(input->stream));
	input_add(input);
	return true;
}

/*
 * An operand is over when it was read; what was handed over when it was said,
 * as its sender waits for that.
 */
static bool is_over(const struct input *input)
{
	return input->ended &&
	       (input->kind == INPUT_FILE || input->kind == INPUT_FOUND ||
		input->waiting == 0);
}

static bool has_kind(const struct inputs *inputs, enum input_kind kind)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i]->kind == kind)
			return true;
	return false;
}

static void on_tidy(void *data)
{
	struct inputs *inputs = data;

	for (size_t i = inputs->count; i > 0; i--)
		if (is_over(inputs->all[i - 1]))
			inputs_remove_at(inputs, i - 1);
	while (!has_kind(inputs, INPUT_FILE) &&
	       inputs->next_file < inputs->file_count)
		(void)!read_file(inputs, inputs->files[inputs->next_file++]);
	if (inputs->count > 0 || inputs->serving || inputs->told_end)
		return;
	inputs->told_end = true;
	inputs->handler.ended(inputs->handler.data);
}

static void on_held(void *data)
{
	struct inputs *inputs = data;

	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i]->source != NULL)
			source_flush(inputs->all[i]->source);
	inputs_flush(inputs);
}

void inputs_adopt(struct inputs *inputs, const char *name, bool phrases,
		  int take_fd, char *rest, size_t len_bytes)
{
	struct input *input;

	if (inputs_are_full(inputs)) {
		log_warn("more than %d sources: %s refused", INPUTS_MAX, name);
		close(take_fd);
		return;
	}
	input = input_new(inputs, phrases ? INPUT_PHRASES : INPUT_LINES, name);
	if (!phrases)
		input_begin(input, true);
	read_stream(input, take_fd, phrases ? input_phrase : input_live_line);
	input_add(input);
	stream_push(input->stream, rest, len_bytes);
}

void inputs_done(struct inputs *inputs, unsigned number)
{
	for (size_t i = 0; number != 0 && i < inputs->count; i++) {
		struct input *input = inputs->all[i];

		if (input->number != number)
			continue;
		input->waiting -= input->waiting > 0;
		if (is_over(input))
			watch_after(inputs->tidy, 0);
		return;
	}
}

/* ---- all of them --------------------------------------------------------- */

struct inputs *inputs_start(struct loop *loop,
			    const struct settings *keep_settings, bool serving,
			    char *const *keep_files, size_t file_count,
			    const struct inputs_handler *handler)
{
	static char dash[] = "-";
	static char *const standard_input[] = { dash };
	struct inputs *inputs = mem_new(sizeof(*inputs));

	inputs->loop = loop;
	inputs->notify = notify_new(loop);
	inputs->settings = keep_settings;
	inputs->serving = serving;
	inputs->handler = *handler;
	inputs->files = keep_files;
	inputs->file_count = file_count;
	if (file_count == 0 && keep_settings->follow_count == 0 && !serving) {
		inputs->files = standard_input;
		inputs->file_count = 1;
	}
	inputs->tidy = loop_timer(loop, on_tidy, inputs);
	inputs->held = loop_timer(loop, on_held, inputs);
	following_start(inputs);
	watch_after(inputs->tidy, 0);
	return inputs;
}

void inputs_pause(struct inputs *inputs)
{
	inputs->paused = true;
	for (size_t i = 0; i < inputs->count; i++)
		input_pause(inputs->all[i]);
}

void inputs_resume(struct inputs *inputs)
{
	if (!inputs->paused)
		return;
	inputs->paused = false;
	for (size_t i = 0; i < inputs->count; i++)
		input_resume(inputs->all[i]);
}

bool inputs_failed(const struct inputs *inputs)
{
	return inputs->failed;
}

void inputs_list(const struct inputs *inputs, struct buf *out)
{
	static const char *const kinds[] = {
		[INPUT_FILE] = "file",	    [INPUT_FOLLOW] = "follow",
		[INPUT_BY_HAND] = "follow", [INPUT_SECTION] = "source",
		[INPUT_FOUND] = "follow",   [INPUT_LINES] = "lines",
		[INPUT_PHRASES] = "speakd",
	};

	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *input = inputs->all[i];
		const char *state = input->ended     ? "ended"
				    : inputs->paused ? "waiting"
				    : input->feed != NULL &&
						    !feed_is_up(input->feed)
					    ? "down"
					    : "live";

		text_escape(out, input->name, strlen(input->name));
		buf_addf(out, "\t%s\t%s\t", kinds[input->kind], state);
		if (input->target != NULL)
			text_escape(out, input->target, strlen(input->target));
		buf_add_char(out, '\n');
	}
}

void inputs_free(struct inputs *inputs)
{
	if (inputs == NULL)
		return;
	while (inputs->count > 0)
		inputs_remove_at(inputs, inputs->count - 1);
	notify_free(inputs->notify);
	watch_free(inputs->tidy);
	watch_free(inputs->held);
	free(inputs);
}
