/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge/input.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/mem.h"
#include "sic-bridge/bridge/human.h"

struct input {
	int fd;
	struct loop *loop;
	const struct input_handler *handler;
	void *data;
	struct lines lines;
	struct watch *watch;
	bool paused, ended;
	bool is_human, is_terminal;
};

int input_open(const char *path, struct err *e)
{
	SCOPED_FD int fd = -1;
	struct stat st;

	if (path == NULL)
		return STDIN_FILENO;
	if (mkfifo(path, 0600) < 0 && errno != EEXIST)
		return err_set(e, errno, "make FIFO %s", path);
	/* Open for writing too: without a writer a FIFO is at its end. */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", path);
	if (!S_ISFIFO(st.st_mode))
		return err_usage(e, "input: %s is not a FIFO", path);
	/* Two readers would each get a part of what is written. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_say(e, EBUSY,
			       "input: %s is read by another sic-bridge", path);
	return fd_give(&fd);
}

/* Device 1:3, wherever it is called /dev/null. */
static bool is_null_device(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       major(st.st_rdev) == 1 && minor(st.st_rdev) == 3;
}

static void finish(struct input *input)
{
	input->ended = true;
	watch_free(input->watch);
	input->watch = NULL;
	(void)!lines_end(&input->lines, input->handler->line, input->data);
	input->handler->ended(input->data);
}

/* ---- a terminal ---------------------------------------------------------- */

/*
 * Keys that are no text (arrows, function keys) come as sequences behind ESC:
 * they are not said to a channel. What is left, in place.
 */
static size_t without_keys(char *bytes, size_t len_bytes)
{
	size_t out = 0;

	for (size_t i = 0; i < len_bytes; i++) {
		if (bytes[i] != '\x1b') {
			bytes[out++] = bytes[i];
			continue;
		}
		/* ECMA-48: "ESC [", parameters, a final byte; or "ESC O A". */
		if (i + 1 < len_bytes && strchr("[O", bytes[i + 1]) != NULL) {
			i++;
			while (i + 1 < len_bytes && bytes[i + 1] >= 0x20 &&
			       bytes[i + 1] < 0x40)
				i++;
			i += i + 1 < len_bytes;
		}
	}
	return out;
}

static int on_terminal_line(const char *line, size_t len_bytes, bool cut,
			    void *data)
{
	struct input *input = data;
	/* lines_feed() works on our own writable buffer. */
	char *bytes = (char *)(uintptr_t)line;
	size_t n = without_keys(bytes, len_bytes);

	if (n == 0 && len_bytes > 0)
		return 0;
	return input->handler->line(bytes, n, cut, input->data);
}

static void on_human_line(const char *line, void *data)
{
	struct input *input = data;
	SCOPED_TEXT char *copy = NULL;

	if (line == NULL) {
		input->ended = true; /* human_read() is still at work */
		return;
	}
	copy = mem_copy(line);
	(void)!input->handler->line(copy, strlen(copy), false, input->data);
}

static void add_words(struct buf *out, void *data)
{
	struct input *input = data;

	if (input->handler->words != NULL)
		input->handler->words(out, input->data);
}

static const struct human_handler human_handler = {
	.line = on_human_line,
	.words = add_words,
};

static void on_key(int fd, int what, void *data)
{
	struct input *input = data;

	(void)fd;
	(void)what;
	human_read();
	if (input->ended)
		finish(input);
	else if (input->handler->key != NULL)
		input->handler->key(input->data);
}

int input_make_human(struct input *input, struct err *e)
{
	if (input->watch == NULL)
		return 0;
	if (human_start(&human_handler, input, e) < 0)
		return -e->code;
	input->is_human = true;
	watch_free(input->watch);
	input->watch = loop_fd(input->loop, input->fd, LOOP_READ, on_key,
			       input);
	return 0;
}

/* ---- anything else ------------------------------------------------------- */

static void on_readable(int fd, int what, void *data)
{
	struct input *input = data;
	char bytes[8192];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		finish(input);
	else if (input->is_terminal)
		(void)!lines_feed(&input->lines, bytes, (size_t)n,
				  on_terminal_line, input);
	else
		(void)!lines_feed(&input->lines, bytes, (size_t)n,
				  input->handler->line, input->data);
}

struct input *input_new(struct loop *loop, int fd,
			const struct input_handler *keep_handler,
			void *keep_data)
{
	struct input *input = mem_new(sizeof(*input));

	input->fd = fd;
	input->loop = loop;
	input->is_terminal = isatty(fd);
	input->handler = keep_handler;
	input->data = keep_data;
	if (!is_null_device(fd))
		input->watch = loop_fd(loop, fd, LOOP_READ, on_readable, input);
	return input;
}

void input_free(struct input *input)
{
	if (input == NULL)
		return;
	watch_free(input->watch);
	if (input->is_human)
		human_stop();
	lines_fini(&input->lines);
	free(input);
}

void input_pause(struct input *input)
{
	if (input->paused || input->watch == NULL)
		return;
	input->paused = true;
	watch_pause(input->watch);
}

void input_resume(struct input *input)
{
	if (!input->paused || input->watch == NULL)
		return;
	input->paused = false;
	watch_resume(input->watch);
}
