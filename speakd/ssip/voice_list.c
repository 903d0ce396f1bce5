/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/voice_list.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/stall.h"
#include "speakd/queue/engine_list.h"
#include "speakd/queue/phrase.h"

enum { LOOK_MS = 1000 };

struct voice_list {
	struct loop *loop;
	loop_fn *ready;
	void *data;
	char *engines; /* owned: whose voices; NULL: not started */
	int fd; /* the helper's output; -1: it is not read */
	pid_t pid; /* 0: it does not run */
	struct watch *readable, *exit, *watchdog;
	struct stall stall;
	struct buf voices;
	bool known;
};

static void close_output(struct voice_list *list)
{
	watch_free(list->readable);
	list->readable = NULL;
	scope_close(&list->fd);
	list->fd = -1;
}

static void voices_known(struct voice_list *list)
{
	close_output(list);
	watch_cancel(list->watchdog);
	list->known = true;
	list->ready(list->data);
}

static void on_readable(int fd, int what, void *data)
{
	struct voice_list *list = data;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)what;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0 ||
	    list->voices.len_bytes + (size_t)n > VOICE_LIST_MAX_BYTES) {
		voices_known(list);
		return;
	}
	buf_add(&list->voices, bytes, (size_t)n);
	stall_progress(&list->stall, list->pid, clock_ms());
}

static void start_helper(struct voice_list *list);

static void on_exit_of_helper(pid_t pid, int wait_status, void *data)
{
	struct voice_list *list = data;

	(void)pid;
	(void)wait_status;
	watch_free(list->exit);
	list->exit = NULL;
	list->pid = 0;
	/* It was killed as other engines are asked for. */
	if (list->fd < 0 && !list->known)
		start_helper(list);
}

static void on_watch(void *data)
{
	struct voice_list *list = data;

	if (!stall_is_hang(&list->stall, list->pid, clock_ms(),
			   VOICE_LIST_PATIENCE_MS)) {
		watch_after(list->watchdog, LOOK_MS);
		return;
	}
	log_warn("not every voice is listed: speakd-voice --list-voices hung");
	if (list->pid > 0)
		kill(list->pid, SIGKILL);
	voices_known(list);
}

/* list->pid, writing to take_writer. */
static int run_helper(struct voice_list *list, int take_writer)
{
	SCOPED_TEXT char *helper = path_helper("speakd-voice");
	SCOPED_FD int writer = take_writer;
	const char *argv[3 + ENGINES_MAX] = { helper, "--list-voices" };
	char *texts[ENGINES_MAX] = { NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, writer, CHILD_INHERIT },
		.fd_count = 3,
	};
	int rc;

	(void)engine_list_arguments(list->engines, texts, ENGINES_MAX,
				    argv + 2);
	rc = child_start(&child, &list->pid, NULL);
	for (size_t i = 0; i < ENGINES_MAX; i++)
		free(texts[i]);
	return rc;
}

static void start_helper(struct voice_list *list)
{
	int ends[2];

	buf_clear(&list->voices);
	if (pipe2(ends, O_CLOEXEC) < 0) {
		voices_known(list);
		return;
	}
	list->fd = ends[0];
	fcntl(list->fd, F_SETFL, O_NONBLOCK);
	if (run_helper(list, ends[1]) < 0) {
		list->pid = 0;
		voices_known(list);
		return;
	}
	list->readable = loop_fd(list->loop, list->fd, LOOP_READ, on_readable,
				 list);
	list->exit = loop_child(list->loop, list->pid, on_exit_of_helper, list);
	stall_progress(&list->stall, list->pid, clock_ms());
	watch_after(list->watchdog, LOOK_MS);
}

/* ---- the interface ------------------------------------------------------- */

struct voice_list *voice_list_new(struct loop *loop, loop_fn *ready,
				  void *keep_data)
{
	struct voice_list *list = mem_new(sizeof(*list));

	list->loop = loop;
	list->ready = ready;
	list->data = keep_data;
	list->fd = -1;
	list->stall.with_children = true;
	list->watchdog = loop_timer(loop, on_watch, list);
	return list;
}

void voice_list_start(struct voice_list *list, const char *engines)
{
	if (list->engines != NULL && strcmp(list->engines, engines) == 0)
		return;
	free(list->engines);
	list->engines = mem_copy(engines);
	list->known = false;
	close_output(list);
	if (list->pid > 0)
		kill(list->pid, SIGKILL);
	else
		start_helper(list);
}

void voice_list_free(struct voice_list *list)
{
	if (list == NULL)
		return;
	if (list->pid > 0)
		kill(list->pid, SIGKILL);
	close_output(list);
	watch_free(list->exit);
	watch_free(list->watchdog);
	buf_fini(&list->voices);
	free(list->engines);
	free(list);
}

const struct buf *voice_list_get(const struct voice_list *list)
{
	return list->known ? &list->voices : NULL;
}
