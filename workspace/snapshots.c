/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* snapshots.c - the verbs snap, restore, clone, destroy, undelete, rename. */
#include <fcntl.h>
#include <string.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "workspace/command.h"
#include "workspace/options.h"
#include "workspace/ops.h"
#include "workspace/state.h"
#include "workspace/store/packages.h"

static int edit_comment(const struct store *store, struct buf *out,
			struct err *e)
{
	const char *editor = getenv("VISUAL");
	SCOPED_TEXT char *file = mem_printf("%s/comment.%d.txt", store->path,
					    getpid());
	SCOPED_TEXT char *command = NULL;
	struct child child = { 0 };
	int rc;

	if (editor == NULL || editor[0] == '\0')
		editor = getenv("EDITOR");
	/* The user's own words, as git takes them: a shell command. */
	command = mem_printf(
		"%s '%s'", editor != NULL && editor[0] != '\0' ? editor : "vi",
		file);
	rc = file_replace(AT_FDCWD, file, "", 0, 0600, e);
	if (rc < 0)
		return rc;
	child.shell = command;
	rc = child_run(&child, e);
	if (rc == 0)
		rc = file_read(AT_FDCWD, file, COMMENT_MAX_BYTES, out, e);
	else if (rc > 0)
		rc = err_say(e, ECANCELED, "the editor failed: no snapshot");
	(void)unlink(file);
	return rc;
}

static int get_comment(const struct run *run, struct buf *out, struct err *e)
{
	const struct settings *set = run->set;
	int rc = 0;

	if (set->comment != NULL)
		buf_add_text(out, set->comment);
	else if (set->file != NULL)
		rc = file_read(AT_FDCWD,
			       strcmp(set->file, "-") == 0 ? "/dev/stdin"
							   : set->file,
			       COMMENT_MAX_BYTES, out, e);
	else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		rc = edit_comment(run->store, out, e);
	while (out->len_bytes > 0 && out->data[out->len_bytes - 1] == '\n')
		buf_cut(out, out->len_bytes - 1);
	if (rc == 0 && strlen(buf_text(out)) != out->len_bytes)
		rc = err_usage(e, "a comment is text without NUL");
	return rc;
}

static struct json *json_state(const char *name, unsigned number)
{
	struct json *json = json_named(name);

	json_add_int(json, "snapshot", number);
	return json;
}

static int snap_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_BUF struct buf comment = { 0 };
	unsigned number = 0, taken = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc == 0)
		rc = get_comment(run, &comment, e);
	if (rc < 0)
		return rc;
	/* NAME@SNAP: another comment for one that is there. */
	if (number > 0) {
		rc = state_comment(run->store, name, number, buf_text(&comment),
				   e);
		if (rc == 0)
			run_json(run, json_state(name, number));
		return rc;
	}
	rc = state_snapshot(run->store, name, buf_text(&comment), &taken, e);
	if (rc == 0)
		run_print(run, json_state(name, taken), "%s@%u\n", name, taken);
	return rc;
}

/* Only one's own changes are frozen: the host below has gone on. */
static void tell_drift(const struct run *run, const char *name)
{
	SCOPED_META struct meta meta = { 0 };
	SCOPED_BUF struct buf lines = { 0 };
	SCOPED_TEXT char *text = NULL;
	int count;

	if (store_load(run->store, "ws", name, &meta, NULL) < 0 ||
	    !meta.lower.host)
		return;
	count = packages_changed(run->store, meta.packages, &lines, NULL);
	if (count <= 0)
		return;
	text = packages_sentence(count, &lines, "that snapshot");
	run_tell(text);
}

/* saved: the snapshot of what was there, 0 when it was in one already. */
static void print_restored(const struct run *run, const char *name,
			   unsigned number, unsigned saved)
{
	struct json *json = json_state(name, number);

	json_add_int(json, "saved", saved);
	if (saved > 0)
		run_print(run, json,
			  "%s is as it was in %s@%u; what it was before is "
			  "%s@%u\n",
			  name, name, number, name, saved);
	else
		run_print(run, json, "%s is as it was in %s@%u\n", name, name,
			  number);
}

static int restore_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	unsigned number = 0, saved = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc == 0)
		rc = state_restore(run->store, name, number, &number, &saved,
				   e);
	if (rc < 0)
		return rc;
	print_restored(run, name, number, saved);
	tell_drift(run, name);
	return 0;
}

static int clone_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	unsigned number = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc < 0)
		return rc;
	rc = ops_clone(run->store, name,
		       number > 0 ? (int)number : SNAPSHOT_NOW, run->argv[1],
		       e);
	if (rc == 0)
		run_json(run, json_named(run->argv[1]));
	return rc;
}

static int destroy_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_TEXT char *trash = NULL;
	struct json *json;
	unsigned number = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc < 0)
		return rc;
	if (number > 0) {
		rc = state_forget(run->store, name, number, e);
		if (rc == 0)
			run_print(run, json_state(name, number),
				  "%s@%u is forgotten\n", name, number);
		return rc;
	}
	rc = ops_destroy(run->store, name, &trash, e);
	if (rc < 0)
		return rc;
	json = json_named(name);
	json_add_text(json, "trash", trash);
	run_print(run, json,
		  "%s is in the trash; back with: project workspace undelete "
		  "%s\n",
		  name, trash);
	return 0;
}

/* "1763775000-trip", or the newest one called trip. */
static int undelete_main(const struct run *run, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	const char *found = NULL, *name;
	int rc = store_names(run->store, "trash", &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		const char *dash = strchr(names.list[i], '-');

		if (strcmp(names.list[i], run->argv[0]) == 0 ||
		    (dash != NULL && strcmp(dash + 1, run->argv[0]) == 0))
			found = names.list[i];
	}
	if (rc < 0)
		return rc;
	if (found == NULL)
		return err_say(e, ENOENT, "nothing in the trash is called '%s'",
			       run->argv[0]);
	name = strchr(found, '-') + 1;
	rc = ops_undelete(run->store, found, name, e);
	if (rc == 0)
		run_json(run, json_named(name));
	return rc == -EEXIST ? ops_taken(name, e) : rc;
}

static int rename_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);

	int rc = name == NULL ? -ENOENT
			      : ops_rename(run->store, name, run->argv[1], e);

	if (rc == 0)
		run_json(run, json_named(run->argv[1]));
	return rc;
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt snap_opts[] = {
	{ 'm', "message", OPT_TEXT, FIELD(comment), 0, 0, "COMMENT", NULL,
	  "the comment", NULL, NULL, true },
	{ 'F', "file", OPT_TEXT, FIELD(file), 0, 0, "FILE", NULL,
	  "read the comment from FILE, - is standard input", NULL, "@file",
	  true },
	JSON_OPTION,
};

static const struct opt json_opts[] = {
	JSON_OPTION,
};

/* clang-format on */

const struct command command_snap = {
	.verb = "snap",
	.alias = "s",
	.usage = "NAME[@SNAP] [options]",
	.about = "take a snapshot, or give one another comment",
	.min = 1,
	.max = 1,
	.fn = snap_main,
	.opts = snap_opts,
	.opt_count = COUNT_OF(snap_opts),
	.operands = { STATE },
};

const struct command command_restore = {
	.verb = "restore",
	.usage = "NAME[@SNAP] [options]",
	.about = "go back; what is there becomes a snapshot",
	.min = 1,
	.max = 1,
	.fn = restore_main,
	.opts = json_opts,
	.opt_count = COUNT_OF(json_opts),
	.operands = { STATE },
};

const struct command command_clone = {
	.verb = "clone",
	.usage = "NAME[@SNAP] NEW [options]",
	.about = "another workspace that begins the same",
	.min = 2,
	.max = 2,
	.fn = clone_main,
	.opts = json_opts,
	.opt_count = COUNT_OF(json_opts),
	.operands = { STATE },
};

const struct command command_destroy = {
	.verb = "destroy",
	.usage = "NAME[@SNAP] [options]",
	.about = "move it to the trash, or forget a snapshot",
	.min = 1,
	.max = 1,
	.fn = destroy_main,
	.opts = json_opts,
	.opt_count = COUNT_OF(json_opts),
	.operands = { STATE },
};

const struct command command_undelete = {
	.verb = "undelete",
	.usage = "NAME [options]",
	.about = "out of the trash again",
	.min = 1,
	.max = 1,
	.fn = undelete_main,
	.opts = json_opts,
	.opt_count = COUNT_OF(json_opts),
	.operands = { "@trash" },
};

const struct command command_rename = {
	.verb = "rename",
	.usage = "NAME NEW [options]",
	.about = "another name",
	.min = 2,
	.max = 2,
	.fn = rename_main,
	.opts = json_opts,
	.opt_count = COUNT_OF(json_opts),
	.operands = { "@workspace" },
};
