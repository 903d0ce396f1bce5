/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/voice_list.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/stall.h"
#include "speakd/queue/engine_list.h"
#include "speakd/queue/phrase.h"

enum { LOOK_MS = 1000 };

/* What one engine is asked: a helper of its own, as it may hang. */
struct ask {
	struct ask *next;
	struct voice_list *list;
	char *name; /* owned: what clients call the engine */
	char *argument; /* owned: --engine=SPEC */
	int fd; /* the helper's output; -1: it is not read */
	pid_t pid; /* 0: it does not run */
	struct watch *readable, *exit, *watchdog;
	struct stall stall;
	struct buf voices;
	bool known;
	bool dropped; /* killed, to be freed when it has ended */
};

struct voice_list {
	struct loop *loop;
	loop_fn *ready;
	void *data;
	char *engines; /* owned: whose voices; NULL: not started */
	struct ask *asks; /* owned: in the order of the list */
	struct buf voices; /* of all that are known */
};

/* ---- one engine ---------------------------------------------------------- */

static void close_output(struct ask *ask)
{
	watch_free(ask->readable);
	ask->readable = NULL;
	scope_close(&ask->fd);
	ask->fd = -1;
}

static void free_ask(struct ask *ask)
{
	close_output(ask);
	watch_free(ask->exit);
	watch_free(ask->watchdog);
	buf_fini(&ask->voices);
	free(ask->name);
	free(ask->argument);
	free(ask);
}

static void voices_known(struct ask *ask)
{
	struct voice_list *list = ask->list;

	close_output(ask);
	watch_cancel(ask->watchdog);
	ask->known = true;
	buf_clear(&list->voices);
	for (ask = list->asks; ask != NULL; ask = ask->next)
		if (ask->known)
			buf_add(&list->voices, buf_text(&ask->voices),
				ask->voices.len_bytes);
	list->ready(list->data);
}

static void on_readable(int fd, int what, void *data)
{
	struct ask *ask = data;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)what;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0 ||
	    ask->voices.len_bytes + (size_t)n > VOICE_LIST_MAX_BYTES) {
		voices_known(ask);
		return;
	}
	buf_add(&ask->voices, bytes, (size_t)n);
	stall_progress(&ask->stall, ask->pid, clock_ms());
}

static void unlink_ask(struct ask *ask)
{
	struct ask **link = &ask->list->asks;

	while (*link != ask)
		link = &(*link)->next;
	*link = ask->next;
}

static void on_exit_of_helper(pid_t pid, int wait_status, void *data)
{
	struct ask *ask = data;

	(void)pid;
	(void)wait_status;
	watch_free(ask->exit);
	ask->exit = NULL;
	ask->pid = 0;
	if (ask->dropped) {
		unlink_ask(ask);
		free_ask(ask);
	}
}

static void on_watch(void *data)
{
	struct ask *ask = data;

	if (!stall_is_hang(&ask->stall, ask->pid, clock_ms(),
			   VOICE_LIST_PATIENCE_MS)) {
		watch_after(ask->watchdog, LOOK_MS);
		return;
	}
	log_warn("not every voice of %s is listed: speakd-voice --list-voices "
		 "hung",
		 ask->name);
	if (ask->pid > 0)
		kill(ask->pid, SIGKILL);
	voices_known(ask);
}

/* ask->pid, writing to take_writer. */
static int run_helper(struct ask *ask, int take_writer)
{
	SCOPED_TEXT char *helper = path_helper("speakd-voice");
	SCOPED_FD int writer = take_writer;
	const char *const argv[] = { helper, "--list-voices", ask->argument,
				     NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, writer, CHILD_INHERIT },
		.fd_count = 3,
	};

	return child_start(&child, &ask->pid, NULL);
}

static void start_helper(struct ask *ask)
{
	struct loop *loop = ask->list->loop;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		voices_known(ask);
		return;
	}
	ask->fd = ends[0];
	fcntl(ask->fd, F_SETFL, O_NONBLOCK);
	if (run_helper(ask, ends[1]) < 0) {
		ask->pid = 0;
		voices_known(ask);
		return;
	}
	ask->readable = loop_fd(loop, ask->fd, LOOP_READ, on_readable, ask);
	ask->exit = loop_child(loop, ask->pid, on_exit_of_helper, ask);
	stall_progress(&ask->stall, ask->pid, clock_ms());
	watch_after(ask->watchdog, LOOK_MS);
}

static struct ask *find(const struct voice_list *list, const char *name)
{
	struct ask *ask = list->asks;

	while (ask != NULL &&
	       (ask->dropped || strcasecmp(ask->name, name) != 0))
		ask = ask->next;
	return ask;
}

/* Once for each name; the first of a name is the one that clients mean. */
static void ask_engine(struct voice_list *list, char *take_name,
		       const char *argument)
{
	struct ask **link = &list->asks;
	struct ask *ask;

	if (find(list, take_name) != NULL) {
		free(take_name);
		return;
	}
	ask = mem_new(sizeof(*ask));
	ask->list = list;
	ask->name = take_name;
	ask->argument = mem_copy(argument);
	ask->fd = -1;
	ask->stall.with_children = true;
	ask->watchdog = loop_timer(list->loop, on_watch, ask);
	while (*link != NULL)
		link = &(*link)->next;
	*link = ask;
	start_helper(ask);
}

/* Other engines are asked for: what these would say is for nobody. */
static void drop_asks(struct voice_list *list)
{
	struct ask *next;

	for (struct ask *ask = list->asks; ask != NULL; ask = next) {
		next = ask->next;
		if (ask->pid <= 0) {
			unlink_ask(ask);
			free_ask(ask);
			continue;
		}
		kill(ask->pid, SIGKILL);
		close_output(ask);
		watch_cancel(ask->watchdog);
		ask->known = false;
		ask->dropped = true;
	}
	buf_clear(&list->voices);
}

/* ---- the interface ------------------------------------------------------- */

struct voice_list *voice_list_new(struct loop *loop, loop_fn *ready,
				  void *keep_data)
{
	struct voice_list *list = mem_new(sizeof(*list));

	list->loop = loop;
	list->ready = ready;
	list->data = keep_data;
	return list;
}

void voice_list_start(struct voice_list *list, const char *engines)
{
	char *arguments[ENGINES_MAX] = { NULL };
	const char *argv[ENGINES_MAX + 1];
	size_t count;

	if (list->engines != NULL && strcmp(list->engines, engines) == 0)
		return;
	free(list->engines);
	list->engines = mem_copy(engines);
	drop_asks(list);
	/* It stands in for every other. */
	ask_engine(list, mem_copy("espeak-ng"), "--engine=espeak-ng");
	count = engine_list_arguments(engines, arguments, ENGINES_MAX, argv);
	for (size_t i = 0; i < count; i++) {
		ask_engine(list, engine_list_name(engines, i), arguments[i]);
		free(arguments[i]);
	}
}

void voice_list_free(struct voice_list *list)
{
	struct ask *next;

	if (list == NULL)
		return;
	for (struct ask *ask = list->asks; ask != NULL; ask = next) {
		next = ask->next;
		if (ask->pid > 0)
			kill(ask->pid, SIGKILL);
		free_ask(ask);
	}
	buf_fini(&list->voices);
	free(list->engines);
	free(list);
}

const struct buf *voice_list_get(const struct voice_list *list)
{
	return &list->voices;
}

bool voice_list_has(const struct voice_list *list, const char *engine)
{
	const struct ask *ask = find(list, engine);

	return ask == NULL || ask->known;
}
