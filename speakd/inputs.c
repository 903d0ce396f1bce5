#include "speakd/inputs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/mem.h"
#include "speakd/input/follow.h"
#include "speakd/input/stream.h"
#include "speakd/source.h"

/* One source with whatever feeds it. */
struct input {
	struct inputs *inputs;
	char *name; /* owned */
	bool live;
	struct source *source;
	struct stream *stream; /* one of these two */
	struct follow *follow;
};

struct inputs {
	struct loop *loop;
	const struct settings *settings;
	struct inputs_handler handler;
	char *const *files;
	size_t file_count, next_file;
	struct input *reading; /* the FILE being read, NULL: none */
	struct input *follows[SETTINGS_FOLLOW_MAX];
	size_t follow_count;
	struct watch *next; /* opens the next FILE from the loop */
	bool paused;
	bool failed;
};

/* ---- one input ---------------------------------------------------------- */

static void on_say(struct phrase *take_phrase, void *data)
{
	struct input *input = data;
	struct inputs *inputs = input->inputs;

	inputs->handler.say(take_phrase, input->live, inputs->handler.data);
}

static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct input *input = data;

	if (cut)
		log_warn("%s: line longer than %d bytes cut", input->name,
			 LINES_MAX_BYTES);
	source_line(input->source, line, len_bytes, cut);
	return 0;
}

static struct input *input_new(struct inputs *inputs, const char *name)
{
	struct input *input = mem_new(sizeof(*input));

	input->inputs = inputs;
	input->name = mem_copy(name);
	return input;
}

static void input_free(struct input *input)
{
	if (input == NULL)
		return;
	stream_free(input->stream);
	follow_free(input->follow);
	source_free(input->source);
	free(input->name);
	free(input);
}

static void input_begin(struct input *input, bool live)
{
	input->live = live;
	input->source = source_new(input->inputs->settings, live, on_say,
				   input);
}

/* ---- files, one after the other ----------------------------------------- */

static void on_flush(void *data)
{
	struct input *input = data;

	input->inputs->handler.flush(input->inputs->handler.data);
}

static void on_end(const char *failure, void *data)
{
	struct input *input = data;
	struct inputs *inputs = input->inputs;

	if (failure != NULL) {
		log_err("read %s: %s", input->name, failure);
		inputs->failed = true;
	}
	inputs->handler.flush(inputs->handler.data);
	/* Not from here: the stream is still in use below us. */
	watch_after(inputs->next, 0);
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
	struct input *input = input_new(
		inputs, strcmp(name, "-") == 0 ? "standard input" : name);
	const struct stream_handler handler = {
		.line = on_line,
		.flush = on_flush,
		.end = on_end,
		.data = input,
	};
	int fd = open_file(name);

	if (fd < 0) {
		log_err("open %s: %s", input->name, strerror(errno));
		inputs->failed = true;
		input_free(input);
		return false;
	}
	input->stream = stream_start(inputs->loop, fd, &handler);
	input_begin(input, stream_is_live(input->stream));
	if (inputs->paused)
		stream_pause(input->stream);
	inputs->reading = input;
	return true;
}

static void on_next(void *data)
{
	struct inputs *inputs = data;

	input_free(inputs->reading);
	inputs->reading = NULL;
	while (inputs->next_file < inputs->file_count)
		if (read_file(inputs, inputs->files[inputs->next_file++]))
			return;
	if (inputs->follow_count == 0)
		inputs->handler.ended(inputs->handler.data);
}

/* ---- files that grow ---------------------------------------------------- */

static int on_follow_line(const char *line, size_t len_bytes, bool cut,
			  void *data)
{
	struct input *input = data;

	on_line(line, len_bytes, cut, data);
	on_flush(input);
	return 0;
}

static void on_warn(const char *text, void *data)
{
	(void)data;
	log_warn("%s", text);
}

static void start_follow(struct inputs *inputs, const char *path)
{
	struct input *input = input_new(inputs, path);
	struct err e = { 0 };

	input_begin(input, true);
	if (follow_start(inputs->loop, path, inputs->settings->last_lines,
			 on_follow_line, on_warn, input, &input->follow,
			 &e) < 0) {
		log_failure(&e);
		inputs->failed = true;
		input_free(input);
		return;
	}
	if (inputs->paused)
		follow_pause(input->follow);
	inputs->follows[inputs->follow_count++] = input;
}

static bool is_wanted(const struct settings *settings, const char *path)
{
	for (size_t i = 0; i < settings->follow_count; i++)
		if (strcmp(settings->follow[i], path) == 0)
			return true;
	return false;
}

static bool is_followed(const struct inputs *inputs, const char *path)
{
	for (size_t i = 0; i < inputs->follow_count; i++)
		if (strcmp(inputs->follows[i]->name, path) == 0)
			return true;
	return false;
}

/* What is followed already goes on where it is. */
static void follow_wanted(struct inputs *inputs)
{
	const struct settings *settings = inputs->settings;
	size_t kept = 0;

	for (size_t i = 0; i < inputs->follow_count; i++) {
		struct input *input = inputs->follows[i];

		if (is_wanted(settings, input->name))
			inputs->follows[kept++] = input;
		else
			input_free(input);
	}
	inputs->follow_count = kept;
	for (size_t i = 0; i < settings->follow_count; i++)
		if (!is_followed(inputs, settings->follow[i]))
			start_follow(inputs, settings->follow[i]);
}

/* ---- all of them -------------------------------------------------------- */

struct inputs *inputs_start(struct loop *loop,
			    const struct settings *keep_settings,
			    char *const *keep_files, size_t file_count,
			    const struct inputs_handler *handler)
{
	static char dash[] = "-";
	static char *const standard_input[] = { dash };
	struct inputs *inputs = mem_new(sizeof(*inputs));

	inputs->loop = loop;
	inputs->settings = keep_settings;
	inputs->handler = *handler;
	inputs->files = keep_files;
	inputs->file_count = file_count;
	if (file_count == 0 && keep_settings->follow_count == 0) {
		inputs->files = standard_input;
		inputs->file_count = 1;
	}
	inputs->next = loop_timer(loop, on_next, inputs);
	follow_wanted(inputs);
	watch_after(inputs->next, 0);
	return inputs;
}

void inputs_pause(struct inputs *inputs)
{
	inputs->paused = true;
	if (inputs->reading != NULL)
		stream_pause(inputs->reading->stream);
	for (size_t i = 0; i < inputs->follow_count; i++)
		follow_pause(inputs->follows[i]->follow);
}

void inputs_resume(struct inputs *inputs)
{
	if (!inputs->paused)
		return;
	inputs->paused = false;
	if (inputs->reading != NULL)
		stream_resume(inputs->reading->stream);
	for (size_t i = 0; i < inputs->follow_count; i++)
		follow_resume(inputs->follows[i]->follow);
}

void inputs_configure(struct inputs *inputs,
		      const struct settings *keep_settings)
{
	inputs->settings = keep_settings;
	if (inputs->reading != NULL)
		source_configure(inputs->reading->source, keep_settings);
	for (size_t i = 0; i < inputs->follow_count; i++)
		source_configure(inputs->follows[i]->source, keep_settings);
	follow_wanted(inputs);
}

bool inputs_failed(const struct inputs *inputs)
{
	return inputs->failed;
}

void inputs_free(struct inputs *inputs)
{
	if (inputs == NULL)
		return;
	input_free(inputs->reading);
	for (size_t i = 0; i < inputs->follow_count; i++)
		input_free(inputs->follows[i]);
	watch_free(inputs->next);
	free(inputs);
}
