/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/voice_list.h"

#include <fcntl.h>
#include <signal.h>

#include "core/child.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "speakd/queue/engine_list.h"
#include "speakd/queue/phrase.h"

struct voice_list {
	struct loop *loop;
	loop_fn *ready;
	void *data;
	int fd; /* the helper's output; -1: not running */
	pid_t pid;
	struct watch *readable, *exit, *limit;
	struct buf voices;
	bool known;
};

static void voices_known(struct voice_list *list)
{
	if (list->known)
		return;
	list->known = true;
	watch_cancel(list->limit);
	list->ready(list->data);
}

static void close_output(struct voice_list *list)
{
	watch_free(list->readable);
	list->readable = NULL;
	scope_close(&list->fd);
	list->fd = -1;
}

static void on_readable(int fd, int what, void *data)
{
	struct voice_list *list = data;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)what;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0 && list->voices.len_bytes + (size_t)n <= VOICE_LIST_MAX_BYTES)
		buf_add(&list->voices, bytes, (size_t)n);
	else
		close_output(list);
	if (list->fd < 0)
		voices_known(list);
}

static void on_exit_of_helper(pid_t pid, int wait_status, void *data)
{
	struct voice_list *list = data;

	(void)pid;
	(void)wait_status;
	watch_free(list->exit);
	list->exit = NULL;
	list->pid = 0;
}

static void on_limit(void *data)
{
	struct voice_list *list = data;

	log_warn("the voices were not listed within %d s",
		 VOICE_LIST_LIMIT_MS / 1000);
	if (list->pid > 0)
		kill(list->pid, SIGKILL);
	close_output(list);
	voices_known(list);
}

struct voice_list *voice_list_new(struct loop *loop, loop_fn *ready,
				  void *keep_data)
{
	struct voice_list *list = mem_new(sizeof(*list));

	list->loop = loop;
	list->ready = ready;
	list->data = keep_data;
	list->fd = -1;
	list->limit = loop_timer(loop, on_limit, list);
	return list;
}

void voice_list_start(struct voice_list *list, const char *engines)
{
	SCOPED_TEXT char *helper = path_helper("speakd-voice");
	const char *argv[3 + ENGINES_MAX] = { helper, "--list-voices" };
	char *texts[ENGINES_MAX] = { NULL };
	int rc;
	struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
	};
	SCOPED_FD int writer = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		voices_known(list);
		return;
	}
	list->fd = ends[0];
	writer = ends[1];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	child.fds[STDOUT_FILENO] = writer;
	(void)engine_list_arguments(engines, texts, ENGINES_MAX, argv + 2);
	rc = child_start(&child, &list->pid, NULL);
	for (size_t i = 0; i < ENGINES_MAX; i++)
		free(texts[i]);
	if (rc < 0) {
		list->pid = 0;
		close_output(list);
		voices_known(list);
		return;
	}
	list->readable = loop_fd(list->loop, list->fd, LOOP_READ, on_readable,
				 list);
	list->exit = loop_child(list->loop, list->pid, on_exit_of_helper, list);
	watch_after(list->limit, VOICE_LIST_LIMIT_MS);
}

void voice_list_free(struct voice_list *list)
{
	if (list == NULL)
		return;
	if (list->pid > 0)
		kill(list->pid, SIGKILL);
	close_output(list);
	watch_free(list->exit);
	watch_free(list->limit);
	buf_fini(&list->voices);
	free(list);
}

const struct buf *voice_list_get(const struct voice_list *list)
{
	return list->known ? &list->voices : NULL;
}
