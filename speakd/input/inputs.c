/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/inputs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "speakd/queue/wire.h"
#include "speakd/input/crowd.h"
#include "speakd/input/feed.h"
#include "speakd/input/follow.h"
#include "speakd/input/stream.h"
#include "speakd/input/source.h"
#include "speakd/input/tree.h"
#include "speakd/words/hygiene.h"

enum input_kind {
	INPUT_FILE, /* an operand, read to its end */
	INPUT_FOLLOW, /* of the command line or the configuration */
	INPUT_BY_HAND, /* followed because speakctl asked for it */
	INPUT_SECTION,
	INPUT_FOUND, /* followed, of an input's pattern or directory */
	INPUT_LINES, /* handed over by another program */
	INPUT_PHRASES,
};

/* One source with whatever feeds it. */
struct input {
	struct inputs *inputs;
	enum input_kind kind;
	unsigned number;
	char *name; /* owned */
	char *said_name; /* owned: the name, safe for a synthesiser */
	char *target; /* owned: the path that is followed */
	const struct source_section *section; /* INPUT_SECTION */
	bool live, ended;
	size_t waiting; /* phrases that were not yet done with */
	struct source *source; /* NULL: INPUT_PHRASES */
	struct members *members; /* owned: of a FILE of an export, or NULL */
	unsigned parent; /* INPUT_FOUND: the number of whose tree it is */
	/* One of these. */
	struct tree *tree;
	struct stream *stream;
	struct follow *follow;
	struct feed *feed;
};

struct inputs {
	struct loop *loop;
	struct notify *notify;
	const struct settings *settings;
	bool serving;
	struct inputs_handler handler;
	char *const *files;
	size_t file_count, next_file;
	struct input *all[INPUTS_MAX]; /* owned */
	size_t count;
	unsigned last_number;
	struct watch *held; /* gives what sources hold */
	struct watch *tidy; /* frees what has ended, opens the next FILE */
	bool paused, failed, told_end;
};

/* ---- one input ----------------------------------------------------------- */

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

static void flush(struct inputs *inputs)
{
	inputs->handler.flush(inputs->handler.data);
}

static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
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
static int on_live_line(const char *line, size_t len_bytes, bool cut,
			void *data)
{
	struct input *input = data;

	on_line(line, len_bytes, cut, data);
	flush(input->inputs);
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

static int on_phrase(const char *line, size_t len_bytes, bool cut, void *data)
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

static struct input *input_new(struct inputs *inputs, enum input_kind kind,
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

static void input_free(struct input *input)
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

static void pause_input(struct input *input)
{
	if (input->stream != NULL)
		stream_pause(input->stream);
	if (input->follow != NULL)
		follow_pause(input->follow);
	if (input->feed != NULL)
		feed_pause(input->feed);
}

static void resume_input(struct input *input)
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

static void begin(struct input *input, bool live)
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

static void add(struct input *take_input)
{
	struct inputs *inputs = take_input->inputs;

	inputs->all[inputs->count++] = take_input;
	if (inputs->paused)
		pause_input(take_input);
}

static void remove_at(struct inputs *inputs, size_t i)
{
	input_free(inputs->all[i]);
	inputs->count--;
	for (; i < inputs->count; i++)
		inputs->all[i] = inputs->all[i + 1];
}

static bool is_full(const struct inputs *inputs)
{
	return inputs->count == INPUTS_MAX;
}

/* ---- streams that end ---------------------------------------------------- */

static void on_stream_flush(void *data)
{
	struct input *input = data;

	flush(input->inputs);
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
	flush(inputs);
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
	read_stream(input, fd, on_line);
	begin(input, stream_is_live(input->stream));
	add(input);
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
			remove_at(inputs, i - 1);
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
	flush(inputs);
}

void inputs_adopt(struct inputs *inputs, const char *name, bool phrases,
		  int take_fd, char *rest, size_t len_bytes)
{
	struct input *input;

	if (is_full(inputs)) {
		log_warn("more than %d sources: %s refused", INPUTS_MAX, name);
		close(take_fd);
		return;
	}
	input = input_new(inputs, phrases ? INPUT_PHRASES : INPUT_LINES, name);
	if (!phrases)
		begin(input, true);
	read_stream(input, take_fd, phrases ? on_phrase : on_live_line);
	add(input);
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

/* ---- what is followed for ever ------------------------------------------- */

/* A file by its name, or a FIFO, which has no end either. */
static int follow_one(struct input *input, const char *path, unsigned last,
		      struct err *e)
{
	const struct feed_handler fifo = {
		.line = on_live_line,
		.warn = on_warn,
		.data = input,
	};
	struct stat st;

	begin(input, true);
	if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
		return feed_fifo(input->inputs->loop, path, &fifo, &input->feed,
				 e);
	return follow_start(input->inputs->loop, input->inputs->notify, path,
			    last, on_live_line, on_follow_warn, input,
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

	if (is_full(inputs)) {
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
	add(input);
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

	if (is_full(inputs))
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
		add(input);
		input->tree = tree_start(inputs->loop, inputs->notify, path,
					 &handler);
		return 0;
	}
	rc = follow_one(input, path, last, e);
	if (rc < 0) {
		input_free(input);
		return rc;
	}
	add(input);
	return 0;
}

static int start_feed(struct inputs *inputs,
		      const struct source_section *section, struct err *e)
{
	struct input *input = input_new(inputs, INPUT_SECTION, section->name);
	const struct feed_handler handler = {
		.line = on_live_line,
		.warn = on_warn,
		.data = input,
	};
	int rc;

	input->section = section;
	input->target = mem_copy(section->target);
	begin(input, true);
	if (section->kind == SOURCE_FIFO)
		rc = feed_fifo(inputs->loop, section->target, &handler,
			       &input->feed, e);
	else
		rc = feed_command(inputs->loop, section->target, &handler,
				  &input->feed, e);
	if (rc < 0)
		input_free(input);
	else
		add(input);
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
static void start_missing(struct inputs *inputs)
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
			remove_at(inputs, i - 1);
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

void inputs_configure(struct inputs *inputs,
		      const struct settings *keep_settings)
{
	inputs->settings = keep_settings;
	for (size_t i = inputs->count; i > 0; i--) {
		struct input *input = inputs->all[i - 1];

		if (!goes_on(input, keep_settings)) {
			remove_at(inputs, i - 1);
			continue;
		}
		if (input->section != NULL)
			input->section = same_section(keep_settings,
						      input->section);
		if (input->source != NULL)
			source_configure(input->source, keep_settings,
					 input->section);
	}
	start_missing(inputs);
}

int inputs_follow(struct inputs *inputs, const char *path, struct err *e)
{
	if (followed(inputs, path) != NULL)
		return err_say(e, EEXIST, "%s is followed already", path);
	return follow(inputs, INPUT_BY_HAND, path, path, NULL, e);
}

int inputs_unfollow(struct inputs *inputs, const char *path, struct err *e)
{
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *input = inputs->all[i];

		if ((input->target == NULL ||
		     strcmp(input->target, path) != 0) &&
		    strcmp(input->name, path) != 0)
			continue;
		remove_found(inputs, input);
		remove_at(inputs, i);
		return 0;
	}
	return err_say(e, ENOENT, "%s is not followed", path);
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
	start_missing(inputs);
	watch_after(inputs->tidy, 0);
	return inputs;
}

void inputs_pause(struct inputs *inputs)
{
	inputs->paused = true;
	for (size_t i = 0; i < inputs->count; i++)
		pause_input(inputs->all[i]);
}

void inputs_resume(struct inputs *inputs)
{
	if (!inputs->paused)
		return;
	inputs->paused = false;
	for (size_t i = 0; i < inputs->count; i++)
		resume_input(inputs->all[i]);
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
		remove_at(inputs, inputs->count - 1);
	notify_free(inputs->notify);
	watch_free(inputs->tidy);
	watch_free(inputs->held);
	free(inputs);
}
