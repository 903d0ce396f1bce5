/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* rebase.c - the verb rebase: a workspace over the host fits today's host. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/command.h"
#include "workspace/ns/mounts.h"
#include "workspace/ops.h"
#include "workspace/state.h"
#include "workspace/options.h"
#include "workspace/running.h"
#include "workspace/store/layer.h"
#include "workspace/store/packages.h"
#include "workspace/store/packages_busy.h"

enum { STATUS_MAX_BYTES = 256 << 20 };

/*
 * Whoever filled a layer chose its links: names are looked up inside it, and
 * only a regular file is a database.
 */
static int open_database(const struct store *store, const char *id, bool make,
			 struct err *e)
{
	SCOPED_FD int up = layer_open(store, id, e);
	SCOPED_FD int found = -1;

	if (up < 0)
		return up;
	found = make ? inside_make_dir(up, "/var/lib/dpkg", e)
		     : inside_open(up, "/var/lib/dpkg", e);
	return found < 0 ? found : dir_open(found, ".", e);
}

static bool read_database(const struct store *store, const char *id,
			  struct buf *out)
{
	SCOPED_FD int dir = open_database(store, id, false, NULL);
	struct stat st;

	return dir >= 0 &&
	       fstatat(dir, "status", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) &&
	       file_read(dir, "status", STATUS_MAX_BYTES, out, NULL) == 0;
}

/* The one that is seen inside, if it is not the host's. */
static bool find_database(const struct store *store, const struct meta *meta,
			  struct buf *out)
{
	if (read_database(store, meta->upper, out))
		return true;
	for (size_t i = 0; i < meta->lower.count; i++)
		if (read_database(store, meta->lower.ids[i], out))
			return true;
	return false;
}

static int write_database(const struct store *store, const char *id,
			  const struct buf *text, struct err *e)
{
	SCOPED_FD int dir = open_database(store, id, true, e);
	struct stat st;

	if (dir < 0)
		return dir;
	if (fstatat(dir, "status", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISREG(st.st_mode))
		return err_say(e, EINVAL,
			       "dpkg's database inside is not a file");
	return file_replace(dir, "status", buf_text(text), text->len_bytes,
			    0644, e);
}

/* The lines of a text, with prefix in front of each. */
static void indent(const struct buf *lines, const char *prefix, struct buf *out)
{
	for (const char *at = buf_text(lines); *at != '\0';
	     at += strcspn(at, "\n") + 1)
		buf_addf(out, "%s%.*s\n", prefix, (int)strcspn(at, "\n"), at);
}

static void json_add_lines(struct json *json, const char *key,
			   const struct buf *lines)
{
	struct json *list = json_array_make();

	for (const char *at = buf_text(lines); *at != '\0';
	     at += strcspn(at, "\n") + 1) {
		SCOPED_TEXT char *line = mem_text(at, strcspn(at, "\n"));

		json_add_text(list, NULL, line);
	}
	json_add(json, key, list);
}

static void print_merged(const struct run *run, const char *name,
			 unsigned number, const struct buf *conflicts)
{
	struct json *json = json_named(name);
	SCOPED_BUF struct buf lines = { 0 };

	json_add_int(json, "snapshot", number);
	json_add_lines(json, "conflicts", conflicts);
	if (conflicts->len_bytes > 0)
		buf_add_text(&lines, "changed inside and on the host, which "
				     "inside would fit again after apt-get "
				     "install --reinstall:\n");
	indent(conflicts, "  ", &lines);
	run_print(run, json, "what it was before is %s@%u\n%s", name, number,
		  buf_text(&lines));
}

/* Its database is one of the workspace's own: it is frozen, then merged. */
static int merge(const struct run *run, const char *name,
		 const struct meta *before, const struct buf *ours,
		 struct err *e)
{
	SCOPED_META struct meta meta = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_BUF struct buf conflicts = { 0 };
	unsigned number = 0;
	int rc = packages_merge(run->store, before->packages, ours, &out,
				&conflicts, e);

	if (rc >= 0)
		rc = state_snapshot(run->store, name, "before rebasing",
				    &number, e);
	if (rc == 0)
		rc = store_load(run->store, "ws", name, &meta, e);
	if (rc == 0)
		rc = write_database(run->store, meta.upper, &out, e);
	if (rc < 0)
		return rc;
	print_merged(run, name, number, &conflicts);
	return 0;
}

static int look(const struct run *run, const char *name, struct meta *meta,
		struct buf *lines, struct err *e)
{
	struct json *json;
	int rc = store_load(run->store, "ws", name, meta, e);

	if (rc < 0)
		return rc;
	if (!meta->lower.host)
		return err_usage(
			e,
			"rebase: %s stands on a base of its own, which "
			"does not change",
			name);
	packages_wait(run_tell);
	rc = packages_changed(run->store, meta->packages, lines, e);
	if (rc < 0)
		return rc;
	json = json_named(name);
	json_add_int(json, "changed", rc);
	json_add_lines(json, "packages", lines);
	run_print(run, json, "%s%d package%s of the host changed\n",
		  buf_text(lines), rc, rc == 1 ? "" : "s");
	return rc;
}

static int rebase_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);
	SCOPED_META struct meta meta = { 0 };
	SCOPED_BUF struct buf lines = { 0 };
	SCOPED_BUF struct buf ours = { 0 };
	SCOPED_FD int excluded = -1;
	int rc = name == NULL ? -ENOENT : look(run, name, &meta, &lines, e);

	if (rc < 0 || run->set->dry_run)
		return rc < 0 ? rc : 0;
	excluded = running_exclude(run->store, name, e);
	if (excluded < 0)
		return excluded;
	scope_close(&excluded);
	excluded = -1;
	if (rc > 0 && find_database(run->store, &meta, &ours))
		rc = merge(run, name, &meta, &ours, e);
	return rc < 0 ? rc : ops_set_packages(run->store, name, e);
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt rebase_opts[] = {
	{ 'n', "dry-run", OPT_FLAG, FIELD(dry_run), 0, 0, NULL, NULL,
	  "only say what would change", NULL, NULL, true },
	JSON_OPTION,
};
/* clang-format on */

const struct command command_rebase = {
	.verb = "rebase",
	.usage = "NAME [options]",
	.about = "fit it to what the host has by now",
	.min = 1,
	.max = 1,
	.fn = rebase_main,
	.opts = rebase_opts,
	.opt_count = COUNT_OF(rebase_opts),
	.operands = { "@workspace" },
};
