/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/zfs.h"

#include <errno.h>
#include <string.h>

#include "core/buf.h"
#include "core/child.h"
#include "core/mem.h"

enum { LIST_MAX_BYTES = 16 << 20 };

/* Of the newest snapshot that has one; NULL without. The caller's to free. */
static char *newest_clone(const char *listing)
{
	const char *newest = NULL;

	/* A line for each snapshot, the oldest first: "A,B", or "-". */
	for (const char *line = listing; *line != '\0';
	     line += line[0] == '\n') {
		size_t bytes = strcspn(line, "\n");

		if (bytes > 0 && *line != '-')
			newest = line;
		line += bytes;
	}
	return newest == NULL ? NULL : mem_text(newest, strcspn(newest, ",\n"));
}

static int promote(const char *clone, struct err *e)
{
	const char *const argv[] = { "zfs", "promote", clone, NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
	};
	int rc = child_run(&child, e);

	return rc <= 0 ? rc
		       : err_say(e, EIO, "zfs promote %s: exit %d", clone, rc);
}

int zfs_pass_on(const char *dataset, struct err *e)
{
	const char *const argv[] = { "zfs",	  "list", "-H",	    "-t",
				     "snapshot",  "-d",	  "1",	    "-s",
				     "createtxg", "-o",	  "clones", dataset,
				     NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
	};
	SCOPED_BUF struct buf listing = { 0 };
	SCOPED_TEXT char *clone = NULL;
	int rc = child_capture(&child, LIST_MAX_BYTES, &listing, e);

	if (rc < 0)
		return rc;
	if (rc > 0)
		return err_say(e, EIO, "zfs list %s: exit %d", dataset, rc);
	/* The older snapshots go along to it. */
	clone = newest_clone(buf_text(&listing));
	return clone == NULL ? 0 : promote(clone, e);
}
