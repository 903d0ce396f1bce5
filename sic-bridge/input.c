/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/input.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/mem.h"

struct input {
	int fd;
	const struct input_handler *handler;
	void *data;
	struct lines lines;
	struct watch *watch;
	bool paused, ended;
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
