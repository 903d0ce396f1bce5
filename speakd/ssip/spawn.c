/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/spawn.h"

#include <fcntl.h>
#include <poll.h>

#include "core/address.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/speech.h"

enum { JOIN_AGAIN_MS = 20 };

static char *here(void)
{
	char *dir = getcwd(NULL, 0);

	return dir != NULL ? dir : mem_copy("/");
}

bool spawn_join(const char *path)
{
	/* $SPEECHD_ADDRESS may be the very one that is to be served. */
	struct speech *speech = speech_open(ADDRESS_USUAL, NULL);
	char *absolute;
	int rc = 1;

	if (speech == NULL)
		return false;
	if (path != NULL) {
		SCOPED_TEXT char *dir = here();

		absolute = path_join(dir, path);
		rc = speech_command(speech, NULL, NULL, "LISTEN %s", absolute);
		free(absolute);
	}
	speech_close(speech);
	return rc > 0;
}

bool spawn_join_soon(const char *path)
{
	uint64_t until_ms = clock_ms() + SPEECH_WAIT_MS;

	while (!spawn_join(path)) {
		if (clock_ms() >= until_ms)
			return false;
		poll(NULL, 0, JOIN_AGAIN_MS);
	}
	return true;
}

int spawn_background(int *ret_ready, struct err *e)
{
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	int ends[2];
	char byte = 1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	pid = fork();
	if (pid < 0)
		return err_set(e, errno, "fork");
	if (pid > 0) {
		close(writer);
		writer = -1;
		_exit(read(reader, &byte, 1) == 1 ? 0 : 1);
	}
	setsid();
	*ret_ready = fd_give(&writer);
	return 0;
}

void spawn_ready(int take_ready)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	scope_close(&null);
	(void)!write(take_ready, "", 1);
	close(take_ready);
}
