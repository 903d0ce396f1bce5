/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/lvm.h"

#include <fcntl.h>
#include <string.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"

enum { CONFIG_MAX_BYTES = 64 << 10, LVS_MAX_BYTES = 4096 };

static const char config_file[] = "/etc/lxc/lxc.conf";

/* The value of "KEY = VALUE" in liblxc's own settings. */
static char *setting(const char *key, const char *otherwise)
{
	SCOPED_BUF struct buf text = { 0 };
	size_t key_bytes = strlen(key);

	if (file_read(AT_FDCWD, config_file, CONFIG_MAX_BYTES, &text, NULL) < 0)
		return mem_copy(otherwise);
	for (const char *line = buf_text(&text); line != NULL;
	     line = strchr(line, '\n')) {
		const char *value;

		line += strspn(line, " \t\n");
		if (strncmp(line, key, key_bytes) != 0)
			continue;
		value = line + key_bytes + strspn(line + key_bytes, " \t");
		if (*value != '=')
			continue;
		value++;
		value += strspn(value, " \t");
		return mem_text(value, strcspn(value, " \t\r\n"));
	}
	return mem_copy(otherwise);
}

static bool is_thin_pool(const char *group, const char *pool, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *name = mem_printf("%s/%s", group, pool);
	const char *const argv[] = { "lvs",	"--noheadings", "-o",
				     "segtype", name,		NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL },
		.fd_count = 3,
	};

	return child_capture(&child, LVS_MAX_BYTES, &text, e) == 0 &&
	       strstr(buf_text(&text), "thin-pool") != NULL;
}

int lvm_check(struct err *e)
{
	SCOPED_TEXT char *group = setting("lxc.bdev.lvm.vg", "lxc");
	SCOPED_TEXT char *pool = setting("lxc.bdev.lvm.thin_pool", "lxc");

	if (is_thin_pool(group, pool, NULL))
		return 0;
	return err_say(e, EOPNOTSUPP,
		       "volume group '%s' has no thin pool called "
		       "'%s', and snapshots of plain volumes cannot be gone "
		       "back to; make one: lvcreate --type thin-pool -L SIZE "
		       "-n %s %s",
		       group, pool, pool, group);
}

int lvm_snapshot(const char *device, const char *to, char **ret_device,
		 struct err *e)
{
	const char *slash = strrchr(device, '/');
	/* Else it would be activated by nobody, now and after a reboot. */
	const char *const argv[] = { "lvcreate",
				     "--quiet",
				     "--quiet",
				     "--snapshot",
				     "--setactivationskip",
				     "n",
				     "--name",
				     to,
				     device,
				     NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
	};
	int rc;

	if (slash == NULL)
		return err_say(e, EINVAL, "%s is no volume", device);
	rc = child_run(&child, e);
	if (rc < 0)
		return rc;
	if (rc > 0)
		return err_say(e, EIO, "lvcreate: no snapshot of %s", device);
	*ret_device = mem_printf("%.*s/%s", (int)(slash - device), device, to);
	return 0;
}
