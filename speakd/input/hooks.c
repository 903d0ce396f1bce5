/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/hooks.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "core/child.h"
#include "core/log.h"
#include "core/mem.h"

enum { KILL_AFTER_MS = 2000, HOOK_VARIABLES = 6 };

/* One command for one message, waiting or running. */
struct hook {
	struct hooks *hooks;
	char *command; /* owned */
	char *variables[HOOK_VARIABLES]; /* owned: "NAME=value" */
	int text; /* a memfd: its standard input */
	pid_t pid; /* 0: it waits */
	struct watch *exit, *limit;
	bool ended; /* was told to */
	struct hook *next;
};

struct hooks {
	struct loop *loop;
	struct hook *running, *waiting;
	size_t running_count, waiting_count;
	uint64_t refused;
};

static void hook_free(struct hook *hook)
{
	watch_free(hook->exit);
	watch_free(hook->limit);
	scope_close(&hook->text);
	for (size_t i = 0; i < HOOK_VARIABLES; i++)
		free(hook->variables[i]);
	free(hook->command);
	free(hook);
}

/* ---- the message --------------------------------------------------------- */

/* A pipe would have to be fed; a file in memory is read when it is read. */
static int text_file(struct span text, struct err *e)
{
	SCOPED_FD int fd = memfd_create("message", MFD_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno, "memfd_create");
	if (write(fd, text.text, text.len_bytes) != (ssize_t)text.len_bytes ||
	    write(fd, "\n", 1) != 1)
		return err_set(e, EIO, "write the message");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_set(e, errno, "lseek");
	return fd_give(&fd);
}

static char *variable(const char *name, struct span value)
{
	return mem_printf("%s=%.*s", name, (int)value.len_bytes, value.text);
}

/* As far as the line says it: "2026-11-28T12:00" here, or as it is written. */
static char *time_of(const struct message *message)
{
	const struct message_time *when = &message->when;
	time_t seconds = (time_t)(when->ms / 1000);
	char text[32] = "";
	struct tm tm;

	if (when->dated &&
	    (when->zoned ? localtime_r(&seconds, &tm)
			 : gmtime_r(&seconds, &tm)) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M", &tm) > 0)
		return mem_printf("EARSHOT_TIME=%s", text);
	return variable("EARSHOT_TIME", message->time);
}

static void describe(struct hook *hook, const struct message *message,
		     const char *source)
{
	const char *kind = message_kind_name(message->kind);

	hook->variables[0] = variable("EARSHOT_NICK", message->nick);
	hook->variables[1] = variable("EARSHOT_CHANNEL", message->channel);
	hook->variables[2] = variable("EARSHOT_TARGET", message->target);
	hook->variables[3] = mem_printf("EARSHOT_KIND=%s", kind);
	hook->variables[4] = mem_printf("EARSHOT_SOURCE=%s", source);
	hook->variables[5] = time_of(message);
}

/* ---- running ------------------------------------------------------------- */

static void start_waiting(struct hooks *hooks);

static void unlink_running(struct hook *hook)
{
	struct hook **at = &hook->hooks->running;

	while (*at != hook)
		at = &(*at)->next;
	*at = hook->next;
	hook->hooks->running_count--;
}

static void on_exit_of_child(pid_t pid, int wait_status, void *data)
{
	struct hook *hook = data;
	struct hooks *hooks = hook->hooks;
	int code = child_code(wait_status);

	(void)pid;
	if (hook->ended)
		log_warn("a rule's command took more than %d s and was ended: "
			 "%s",
			 HOOKS_SECONDS, hook->command);
	else if (code != 0)
		log_warn("a rule's command ended with code %d: %s", code,
			 hook->command);
	unlink_running(hook);
	hook_free(hook);
	start_waiting(hooks);
}

static void on_limit(void *data)
{
	struct hook *hook = data;

	kill(-hook->pid, hook->ended ? SIGKILL : SIGTERM);
	hook->ended = true;
	watch_after(hook->limit, KILL_AFTER_MS);
}

/* Our environment and the message's variables. */
static const char **environment(const struct hook *hook)
{
	size_t count = 0, kept = 0;
	const char **all;

	while (environ[count] != NULL)
		count++;
	all = mem_resize(NULL, count + HOOK_VARIABLES + 1, sizeof(*all));
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], "EARSHOT_", 8) != 0)
			all[kept++] = environ[i];
	for (size_t i = 0; i < HOOK_VARIABLES; i++)
		all[kept++] = hook->variables[i];
	all[kept] = NULL;
	return all;
}

static void start(struct hook *take_hook)
{
	struct hooks *hooks = take_hook->hooks;
	const char **env = environment(take_hook);
	const struct child child = {
		.shell = take_hook->command,
		.env = env,
		.without = CHILD_WITHOUT_GIT | CHILD_WITHOUT_LOADER,
		.fds = { take_hook->text, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
		.own_group = true,
	};
	struct err e = { 0 };
	int rc = child_start(&child, &take_hook->pid, &e);

	free(env);
	if (rc < 0) {
		log_failure(&e);
		hook_free(take_hook);
		return;
	}
	take_hook->next = hooks->running;
	hooks->running = take_hook;
	hooks->running_count++;
	take_hook->exit = loop_child(hooks->loop, take_hook->pid,
				     on_exit_of_child, take_hook);
	take_hook->limit = loop_timer(hooks->loop, on_limit, take_hook);
	watch_after(take_hook->limit, HOOKS_SECONDS * 1000);
}

static void start_waiting(struct hooks *hooks)
{
	while (hooks->waiting != NULL && hooks->running_count < HOOKS_MAX) {
		struct hook *hook = hooks->waiting;

		hooks->waiting = hook->next;
		hooks->waiting_count--;
		start(hook);
	}
}

struct hooks *hooks_new(struct loop *loop)
{
	struct hooks *hooks = mem_new(sizeof(*hooks));

	hooks->loop = loop;
	return hooks;
}

static void append(struct hooks *hooks, struct hook *hook)
{
	struct hook **at = &hooks->waiting;

	while (*at != NULL)
		at = &(*at)->next;
	*at = hook;
	hooks->waiting_count++;
}

void hooks_run(struct hooks *hooks, const char *command,
	       const struct message *message, const char *source)
{
	struct err e = { 0 };
	struct hook *hook;
	int text;

	if (hooks->waiting_count >= HOOKS_WAITING_MAX) {
		log_warn("%d commands of rules wait: %ju refused so far",
			 HOOKS_WAITING_MAX, (uintmax_t)++hooks->refused);
		return;
	}
	text = text_file(message->text, &e);
	if (text < 0) {
		log_failure(&e);
		return;
	}
	hook = mem_new(sizeof(*hook));
	hook->hooks = hooks;
	hook->command = mem_copy(command);
	hook->text = text;
	describe(hook, message, source);
	append(hooks, hook);
	start_waiting(hooks);
}

void hooks_free(struct hooks *hooks)
{
	if (hooks == NULL)
		return;
	while (hooks->waiting != NULL) {
		struct hook *hook = hooks->waiting;

		hooks->waiting = hook->next;
		hook_free(hook);
	}
	while (hooks->running != NULL) {
		struct hook *hook = hooks->running;

		kill(-hook->pid, SIGTERM);
		unlink_running(hook);
		hook_free(hook);
	}
	free(hooks);
}
