/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/say.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/child.h"
#include "core/files.h"
#include "core/paths.h"

int say_lines(const char *lines, size_t len_bytes, struct err *e)
{
	SCOPED_TEXT char *speakd = path_program("speakd");
	const char *const argv[] = { speakd, "--format=plain", "--give-up=10",
				     NULL };
	struct child child = { .argv = argv, .fd_count = 3 };
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	int ends[2];
	pid_t pid;
	int rc, code;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	child.fds[0] = reader;
	child.fds[1] = CHILD_INHERIT;
	child.fds[2] = CHILD_INHERIT;
	if (child_start(&child, &pid, e) < 0)
		return err_wrap(e, "--say");
	close(fd_give(&reader));
	/* speakd may end early; its own message says why. */
	signal(SIGPIPE, SIG_IGN);
	rc = write_all(writer, lines, len_bytes);
	close(fd_give(&writer));
	code = child_wait(pid, e);
	if (code < 0)
		return code;
	if (code > 0)
		return err_say(e, EIO, "--say: speakd failed with %d", code);
	return rc < 0 ? err_set(e, -rc, "--say: write to speakd") : 0;
}

void say_name(struct buf *out, const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		buf_add_char(out, strchr("_-.", *p) != NULL ? ' ' : *p);
}
