/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/liblxc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lxc/lxccontainer.h>

#include "core/library.h"

static struct {
	struct lxc_container *(*new)(const char *name, const char *path);
	int (*put)(struct lxc_container *c);
	int (*log_init)(struct lxc_log *log);
} lxc;

/* ---- loading ------------------------------------------------------------ */

int liblxc_load(struct err *e)
{
	static const struct library_symbol symbols[] = {
		{ "lxc_container_put", &lxc.put },
		{ "lxc_log_init", &lxc.log_init },
		{ "lxc_container_new", &lxc.new },
	};

	if (lxc.new != NULL)
		return 0;
	return library_load("liblxc.so.1", "lxc", symbols, COUNT_OF(symbols),
			    e);
}

void liblxc_log_use(int log)
{
	struct lxc_log to_stderr = { .prefix = "lxc" };

	if (dup2(log, STDERR_FILENO) >= 0)
		(void)lxc.log_init(&to_stderr);
}

/* ---- containers --------------------------------------------------------- */

static bool apply_items(struct lxc_container *c,
			const struct container *container)
{
	for (size_t i = 0; i < container->count; i++) {
		const struct container_item *item = &container->items[i];

		if (!c->set_config_item(c, item->key, item->value)) {
			fprintf(stderr, "lxc: 0 %s = %s is not accepted\n",
				item->key, item->value);
			return false;
		}
	}
	return true;
}

/* NULL, with the reason printed, when it cannot be had. */
static struct lxc_container *open_container(const struct container *container)
{
	struct lxc_container *c = lxc.new(container->name, container->path);

	if (c == NULL)
		return NULL;
	if (container->count > 0)
		c->clear_config(c);
	/* Only then its configuration has the name, without which an AppArmor
	 * profile would be looked for in the directory of all containers. */
	if (container->count > 0 && !c->load_config(c, "/dev/null"))
		fprintf(stderr, "lxc: 0 no configuration\n");
	else if (apply_items(c, container))
		return c;
	(void)lxc.put(c);
	return NULL;
}

static int close_container(struct lxc_container *c, bool good)
{
	(void)lxc.put(c);
	return good ? 0 : -EIO;
}

int container_run(const struct container *container, const char *const *argv)
{
	struct lxc_container *c = open_container(container);

	if (c == NULL)
		return -EIO;
	c->want_daemonize(c, false);
	return close_container(
		c, c->start(c, argv != NULL, (char *const *)(uintptr_t)argv));
}

pid_t container_init_pid(const struct container *container)
{
	struct lxc_container *c = open_container(container);
	pid_t pid = 0;

	if (c == NULL)
		return 0;
	if (strcmp(c->state(c), "RUNNING") == 0)
		pid = c->init_pid(c);
	(void)lxc.put(c);
	return pid > 0 ? pid : 0;
}

int container_freeze(const struct container *container, bool on)
{
	struct lxc_container *c = open_container(container);

	return c == NULL
		       ? -EIO
		       : close_container(c, on ? c->freeze(c) : c->unfreeze(c));
}

int container_attach(const struct container *container, int (*fn)(void *data),
		     void *data, pid_t *ret_pid)
{
	struct lxc_container *c = open_container(container);
	/* By default all of the caller's environment would go in. */
	lxc_attach_options_t options = {
		.attach_flags = LXC_ATTACH_DEFAULT,
		.namespaces = -1, /* all of them */
		.personality = LXC_ATTACH_DETECT_PERSONALITY,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.env_policy = LXC_ATTACH_CLEAR_ENV,
		.stdin_fd = STDIN_FILENO,
		.stdout_fd = STDOUT_FILENO,
		.stderr_fd = STDERR_FILENO,
		.log_fd = -EBADF,
	};

	if (c == NULL)
		return -EIO;
	/* A system that ends meanwhile can be a success without a process. */
	*ret_pid = 0;
	return close_container(c,
			       c->attach(c, fn, data, &options, ret_pid) == 0 &&
				       *ret_pid > 0);
}

int container_create(const struct container *container, const char *type,
		     uint64_t size_bytes)
{
	struct lxc_container *c = open_container(container);
	struct bdev_specs specs = { .fssize = size_bytes };

	/* Without a template liblxc makes no storage: one that does nothing. */
	return c == NULL ? -EIO
			 : close_container(
				   c, c->create(c, "/bin/true", type, &specs,
						LXC_CREATE_QUIET, NULL));
}

int container_clone(const struct container *container, const char *new_name,
		    const char *type, bool snapshot)
{
	struct lxc_container *c = open_container(container);
	int flags = LXC_CLONE_KEEPNAME | LXC_CLONE_KEEPMACADDR |
		    (type == NULL ? LXC_CLONE_KEEPBDEVTYPE : 0) |
		    (snapshot ? LXC_CLONE_SNAPSHOT : 0);
	struct lxc_container *copy;

	if (c == NULL)
		return -EIO;
	copy = c->clone(c, new_name, container->path, flags, type, NULL, 0,
			NULL);
	if (copy != NULL)
		(void)lxc.put(copy);
	return close_container(c, copy != NULL);
}

int container_destroy(const struct container *container)
{
	struct lxc_container *c = open_container(container);

	return c == NULL ? -EIO : close_container(c, c->destroy(c));
}
