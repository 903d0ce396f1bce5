/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/networks.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/mem.h"
#include "sic-bridge/bridge/input.h"

enum {
	RESTART_MS = 5000, /* after a crash */
	RETRY_MS = 50, /* a network that does not take its lines yet */
};

struct network {
	struct networks *all;
	const char *name; /* the settings' */
	pid_t pid; /* 0: not running */
	int lines; /* to its standard input; -1: closed */
	struct buf waiting; /* lines that it has not taken yet */
	struct watch *exit, *restart;
};

struct networks {
	struct loop *loop;
	int argc;
	char **argv;
	struct network *list; /* owned */
	size_t count;
	struct input *input;
	struct watch *retry;
	bool stopping, ended, failed;
};

/* ---- one of them --------------------------------------------------------- */

/* The same command line, for one network and with its name in the lines. */
static const char **arguments(const struct network *network)
{
	const struct networks *all = network->all;
	const char **argv = mem_resize(NULL, (size_t)all->argc + 4,
				       sizeof(*argv));
	size_t n = 0;

	argv[n++] = "/proc/self/exe";
	for (int i = 1; i < all->argc; i++)
		if (strcmp(all->argv[i], "--all") != 0)
			argv[n++] = all->argv[i];
	argv[n++] = "--network-name";
	argv[n++] = network->name;
	argv[n] = NULL;
	return argv;
}

static void on_exit_of(pid_t pid, int status, void *data);

static int start(struct network *network, struct err *e)
{
	const char **argv = arguments(network);
	struct child child = { .argv = argv, .own_group = true, .fd_count = 3 };
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		free(argv);
		return err_set(e, errno, "pipe");
	}
	child.fds[0] = ends[0];
	child.fds[1] = child.fds[2] = CHILD_INHERIT;
	rc = child_start(&child, &network->pid, e);
	free(argv);
	close(ends[0]);
	if (rc < 0) {
		close(ends[1]);
		return rc;
	}
	(void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
	network->lines = ends[1];
	watch_free(network->exit);
	network->exit = loop_child(network->all->loop, network->pid, on_exit_of,
				   network);
	return 0;
}

static void close_lines(struct network *network)
{
	if (network->lines >= 0)
		close(network->lines);
	network->lines = -1;
}

static void stop_if_none(struct networks *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].pid != 0 || all->list[i].restart != NULL)
			return;
	loop_stop(all->loop);
}

static void on_restart(void *data)
{
	struct network *network = data;
	struct err e = { 0 };

	watch_free(network->restart);
	network->restart = NULL;
	if (start(network, &e) == 0)
		return;
	log_failure(&e);
	network->all->failed = true;
	stop_if_none(network->all);
}

/* What a signal ended is started again; an exit has had its reason. */
static void on_exit_of(pid_t pid, int status, void *data)
{
	struct network *network = data;
	struct networks *all = network->all;

	(void)pid;
	network->pid = 0;
	close_lines(network);
	if (WIFSIGNALED(status) && !all->stopping && !all->ended) {
		log_warn("%s: ended by signal %d; again in %d s", network->name,
			 WTERMSIG(status), RESTART_MS / 1000);
		network->restart = loop_timer(all->loop, on_restart, network);
		watch_after(network->restart, RESTART_MS);
		return;
	}
	all->failed = all->failed || child_code(status) != 0;
	stop_if_none(all);
}

/* ---- lines for them ------------------------------------------------------ */

/* Whole lines, as far as its pipe takes them. */
static void pass_on(struct network *network)
{
	struct buf *waiting = &network->waiting;
	ssize_t n;

	if (network->lines < 0) {
		buf_clear(waiting);
		return;
	}
	n = write(network->lines, waiting->data, waiting->len_bytes);
	if (n <= 0)
		return;
	memmove(waiting->data, waiting->data + n,
		waiting->len_bytes - (size_t)n);
	buf_cut(waiting, waiting->len_bytes - (size_t)n);
}

static void on_retry(void *data)
{
	struct networks *all = data;
	bool any = false;

	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].waiting.len_bytes > 0)
			pass_on(&all->list[i]);
		any = any || all->list[i].waiting.len_bytes > 0;
	}
	if (any) {
		watch_after(all->retry, RETRY_MS);
		return;
	}
	if (all->ended)
		for (size_t i = 0; i < all->count; i++)
			close_lines(&all->list[i]);
	else
		input_resume(all->input);
}

static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct networks *all = data;

	(void)cut; /* the network's own process sees how long it is */
	if (len_bytes == 0)
		return 0;
	for (size_t i = 0; i < all->count; i++) {
		struct network *network = &all->list[i];
		size_t n = strlen(network->name);

		if (len_bytes <= n || line[n] != '/' ||
		    memcmp(line, network->name, n) != 0)
			continue;
		if (network->lines < 0)
			log_warn("%s has ended: not sent", network->name);
		buf_add(&network->waiting, line + n + 1, len_bytes - n - 1);
		buf_add_char(&network->waiting, '\n');
		input_pause(all->input);
		watch_after(all->retry, 0);
		return 0;
	}
	log_warn("not sent: a line begins with its network, as %s/TEXT",
		 all->list[0].name);
	return 0;
}

/* At the end of the input each of them is at its end too. */
static void on_input_ended(void *data)
{
	struct networks *all = data;

	all->ended = true;
	watch_after(all->retry, 0);
}

static const struct input_handler input_handler = {
	.line = on_line,
	.ended = on_input_ended,
};

/* ---- all of them --------------------------------------------------------- */

static void on_signal(int signo, void *data)
{
	struct networks *all = data;

	if (signo != SIGHUP)
		all->stopping = true;
	for (size_t i = 0; i < all->count; i++) {
		struct network *network = &all->list[i];

		if (network->pid != 0)
			kill(network->pid, signo == SIGHUP ? SIGHUP : SIGTERM);
		if (all->stopping && network->restart != NULL) {
			watch_free(network->restart);
			network->restart = NULL;
		}
	}
	stop_if_none(all);
}

static void start_all(struct networks *all, const struct settings *s)
{
	all->list = mem_resize(NULL, s->section_count, sizeof(*all->list));
	all->count = s->section_count;
	for (size_t i = 0; i < all->count; i++)
		all->list[i] = (struct network){ .all = all,
						 .name = s->sections[i],
						 .lines = -1 };
	for (size_t i = 0; i < all->count; i++) {
		struct err e = { 0 };

		if (start(&all->list[i], &e) < 0) {
			log_failure(&e);
			all->failed = true;
		}
	}
}

static void fini(struct networks *all)
{
	for (size_t i = 0; i < all->count; i++) {
		close_lines(&all->list[i]);
		buf_fini(&all->list[i].waiting);
		watch_free(all->list[i].exit);
		watch_free(all->list[i].restart);
	}
	free(all->list);
	input_free(all->input);
	watch_free(all->retry);
}

int networks_run(const struct settings *settings, int argc, char **argv,
		 struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct watch *watches[COUNT_OF(signals)];
	struct networks all = { .argc = argc, .argv = argv };
	int rc;

	if (settings->section_count == 0)
		return err_usage(e, "all: the configuration has no [NETWORK]");
	all.loop = loop_new(e);
	if (all.loop == NULL)
		return -e->code;
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		watches[i] = loop_signal(all.loop, signals[i], on_signal, &all);
	all.retry = loop_timer(all.loop, on_retry, &all);
	all.input = input_new(all.loop, STDIN_FILENO, &input_handler, &all);
	start_all(&all, settings);
	stop_if_none(&all);
	rc = loop_run(all.loop, e);
	fini(&all);
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		watch_free(watches[i]);
	loop_free(all.loop);
	if (rc == 0 && all.failed)
		rc = err_say(e, EIO, "not every network ended well");
	return rc;
}
