/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Built in place of liblxc.c where its header is not: loading it fails with
 * the reason, and nothing below is reached then.
 */
#include "workspace/lxc/liblxc.h"

#include <errno.h>

#include "core/base.h"

int liblxc_load(struct err *e)
{
	return err_say(e, ENOTSUP,
		       "this build is without liblxc: build it where liblxc's "
		       "header is installed (Debian: package lxc-dev)");
}

void liblxc_log_use(int log)
{
	(void)log;
}

int container_run(const struct container *container, const char *const *argv)
{
	(void)container;
	(void)argv;
	return -EIO;
}

pid_t container_init_pid(const struct container *container)
{
	(void)container;
	return 0;
}

int container_freeze(const struct container *container, bool on)
{
	(void)container;
	(void)on;
	return -EIO;
}

int container_attach(const struct container *container, int (*fn)(void *data),
		     void *data, pid_t *ret_pid)
{
	(void)container;
	(void)fn;
	(void)data;
	(void)ret_pid;
	return -EIO;
}

int container_create(const struct container *container, const char *type,
		     uint64_t size_bytes)
{
	(void)container;
	(void)type;
	(void)size_bytes;
	return -EIO;
}

int container_clone(const struct container *container, const char *new_name,
		    const char *type, bool snapshot)
{
	(void)container;
	(void)new_name;
	(void)type;
	(void)snapshot;
	return -EIO;
}

int container_destroy(const struct container *container)
{
	(void)container;
	return -EIO;
}
