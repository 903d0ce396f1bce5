/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/liblxc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"

enum { LOG_MAX_BYTES = 1 << 20, COMPLAINT_MAX_BYTES = 300 };

/* ---- a container's configuration ---------------------------------------- */

void container_set(struct container *container, const char *key,
		   const char *fmt, ...)
{
	struct container_item item = { .key = mem_copy(key) };
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&item.value, fmt, args) < 0)
		abort();
	va_end(args);
	container->items = mem_resize(container->items, container->count + 1,
				      sizeof(*container->items));
	container->items[container->count++] = item;
}

void container_fini(struct container *container)
{
	for (size_t i = 0; i < container->count; i++) {
		free(container->items[i].key);
		free(container->items[i].value);
	}
	free(container->items);
	container->items = NULL;
	container->count = 0;
}

/* ---- what it complains about -------------------------------------------- */

int liblxc_log_open(struct err *e)
{
	int log = memfd_create("liblxc", MFD_CLOEXEC);

	return log >= 0 ? log : err_set(e, errno, "memfd_create");
}

/*
 * "lxc: NAME: FILE: FUNCTION: LINE WORDS": the first complaint is the deepest,
 * what follows only says which steps failed for it.
 */
static void read_complaint(int log, struct buf *out)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *path = mem_printf("/proc/self/fd/%d", log);
	const char *at;
	size_t len;

	if (file_read(AT_FDCWD, path, LOG_MAX_BYTES, &text, NULL) < 0)
		return;
	at = buf_text(&text);
	len = strcspn(at, "\n");
	for (const char *p = at; p + 2 < at + len; p++) {
		size_t digits = p[0] == ':' && p[1] == ' '
					? strspn(p + 2, "0123456789")
					: 0;

		if (digits > 0 && p[2 + digits] == ' ') {
			len -= (size_t)(p + 3 + digits - at);
			at = p + 3 + digits;
			break;
		}
	}
	buf_add(out, at, min_size(len, COMPLAINT_MAX_BYTES));
}

int liblxc_log_explain(int log, const char *doing, struct err *e)
{
	SCOPED_BUF struct buf words = { 0 };

	read_complaint(log, &words);
	return err_say(e, EIO, "%s: liblxc: %s", doing,
		       words.len_bytes > 0 ? buf_text(&words) : "it failed");
}

/* ---- a helper process --------------------------------------------------- */

static _Noreturn void helper_main(liblxc_fn *fn, void *data, int log)
{
	int rc;

	/* A command that is killed must not go on changing things. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	liblxc_log_use(log);
	rc = fn(data);
	_exit(rc < 0 ? 1 : 0);
}

int liblxc_call(liblxc_fn *fn, void *data, const char *doing, struct err *e)
{
	SCOPED_FD int log = -1;
	int rc = liblxc_load(e);
	pid_t pid;

	if (rc < 0)
		return rc;
	log = liblxc_log_open(e);
	if (log < 0)
		return log;
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return err_set(e, errno, "fork");
	if (pid == 0)
		helper_main(fn, data, log);
	rc = child_wait(pid, e);
	return rc > 0 ? liblxc_log_explain(log, doing, e) : rc;
}
