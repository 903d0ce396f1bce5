/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_shelf.c - start, new, edit, cat: make a project, open it, read it. */
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/change.h"
#include "project/command.h"
#include "project/editor.h"
#include "project/names.h"
#include "project/out.h"
#include "project/say.h"

/* ---- new ---------------------------------------------------------------- */

/* A project on its way into the world. */
struct new_project {
	const struct gtd *gtd;
	const char *name;
	bool outliner;
	char *temp; /* owned: the directory that it is built in */
};

static void part_template(const struct new_project *new, enum part part,
			  struct buf *out)
{
	const char *indent = new->outliner ? "\t" : "";
	char day[DATE_BYTES];

	if (part == PART_SUMMARY) {
		buf_addf(out, "%s\n", new->name);
		/* The natural planning model, cut to what is always asked. */
		buf_addf(out, "%sPurpose: \n%sDone when: \n", indent, indent);
	} else if (part == PART_LOG)
		buf_addf(out, "%s started\n", date_text(new->gtd->today, day));
}

static int write_part(const struct new_project *new, int dir, enum part part,
		      struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s%s", part_name(part),
					    new->outliner ? ".otl" : "");
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_FD int fd = openat(
		dir, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return err_set(e, errno, "create %s", file);
	part_template(new, part, &text);
	rc = write_all(fd, buf_text(&text), text.len_bytes);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	return rc < 0 ? err_set(e, -rc, "write %s", file) : 0;
}

static int fill(const struct new_project *new, struct err *e)
{
	SCOPED_FD int dir = -1;

	if (mkdirat(new->gtd->fd, new->temp, 0777) < 0)
		return err_set(e, errno, "make directory in %s/Projects",
			       new->gtd->path);
	dir = dir_open(new->gtd->fd, new->temp, e);
	if (dir < 0)
		return dir;
	for (int part = 0; part < PART_COUNT; part++)
		if (write_part(new, dir, part, e) < 0)
			return -e->code;
	return dir_sync(dir, e);
}

static void abandon(const struct new_project *new)
{
	for (int part = 0; part < PART_COUNT; part++) {
		SCOPED_TEXT char *file =
			mem_printf("%s/%s%s", new->temp, part_name(part),
				   new->outliner ? ".otl" : "");

		(void)unlinkat(new->gtd->fd, file, 0);
	}
	(void)unlinkat(new->gtd->fd, new->temp, AT_REMOVEDIR);
}

static int refuse_taken(const struct gtd *gtd, const char *name, struct err *e)
{
	static const enum state states[] = { STATE_ACTIVE, STATE_POSTPONED };

	for (size_t i = 0; i < COUNT_OF(states); i++) {
		SCOPED_TEXT char *path = mem_printf("%s/%s",
						    state_dir(states[i]), name);
		struct stat st;

		if (fstatat(gtd->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return err_say(e, EEXIST, "%s%s exists already%s", name,
				       states[i] == STATE_POSTPONED
					       ? " (postponed)"
					       : "",
				       states[i] == STATE_POSTPONED
					       ? ": project resume"
					       : "");
	}
	return 0;
}

/* Built aside and then named: nobody ever sees half a project. */
static int create(struct gtd *gtd, const char *name, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("Projects/%s", name);
	SCOPED_TEXT char *what = mem_printf("new %s", name);
	struct new_project new = { .gtd = gtd, .name = name };
	struct change change;
	uint32_t random = 0;
	int rc;

	if (name_check_new(name, e) < 0 || gtd_lock(gtd, e) < 0 ||
	    refuse_taken(gtd, name, e) < 0 ||
	    change_begin(&change, gtd, what, e) < 0)
		return -e->code;
	(void)!getrandom(&random, sizeof(random), 0);
	new.temp = mem_printf("Projects/.new-%08x", random);
	new.outliner = gtd_uses_outliner(gtd);
	rc = fill(&new, e);
	if (rc == 0)
		rc = change_publish(&change, new.temp, path, e);
	/* What was published is there, even if a sync failed later. */
	if (rc < 0)
		abandon(&new);
	free(new.temp);
	change_end(&change);
	return rc == -EEXIST ? err_say(e, EEXIST, "%s exists already", name)
			     : rc;
}

static int run_new(struct call *call, struct err *e)
{
	const char *name = call->operands[0];

	if (create(&call->gtd, name, e) < 0)
		return -e->code;
	tell(call->settings, "Created Projects/%s", name);
	return 0;
}

const struct command command_new = {
	.name = "new",
	.aliases = { "n" },
	.args = "NAME",
	.help = "create a project",
	.run = run_new,
	.operands = { OPERAND_NEW },
	.min = 1,
	.max = 1,
};

static int run_start(struct call *call, struct err *e)
{
	struct place place = { .state = STATE_ACTIVE };
	const char *name = call->operands[0];

	if (create(&call->gtd, name, e) < 0)
		return -e->code;
	tell(call->settings, "Created Projects/%s", name);
	memcpy(place.name, name, strlen(name) + 1);
	if (editor_open_project(&call->gtd, &place, e) < 0)
		return err_wrap(e, "%s was created", name);
	return 0;
}

const struct command command_start = {
	.name = "start",
	.aliases = { "s" },
	.args = "NAME",
	.help = "create a project and open it",
	.run = run_start,
	.operands = { OPERAND_NEW },
	.min = 1,
	.max = 1,
};

static int run_edit(struct call *call, struct err *e)
{
	struct place place;

	if (call_project(call, 0, &place, e) < 0)
		return -e->code;
	return editor_open_project(&call->gtd, &place, e);
}

const struct command command_edit = {
	.name = "edit",
	.aliases = { "e" },
	.args = "NAME",
	.help = "open summary, actions and log",
	.run = run_edit,
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_ACTIVE | IN_POSTPONED | IN_COMPLETED,
};

/* ---- cat ---------------------------------------------------------------- */

/* What a terminal is shown is escaped, line by line; a pipe gets the bytes. */
static void add_lines(struct out *out, const struct buf *text)
{
	const char *at = buf_text(text);
	const char *end = at + text->len_bytes;

	if (!out->tty) {
		buf_add(&out->text, at, text->len_bytes);
		if (text->len_bytes > 0 && end[-1] != '\n')
			buf_add_char(&out->text, '\n');
		return;
	}
	while (at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		const char *stop = nl != NULL ? nl : end;

		while (at < stop && *at == '\t') {
			buf_add_text(&out->text, "        ");
			at++;
		}
		out_text(out, at, (size_t)(stop - at));
		buf_add_char(&out->text, '\n');
		at = stop + 1;
	}
}

static int cat_file(struct call *call, const char *file, enum part part,
		    struct out *out, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };

	if (gtd_read_text(&call->gtd, file, &text, NULL, e) < 0)
		return -e->code;
	if (out->say)
		out_printf(out, "%s:\n", part_name(part));
	else {
		SCOPED_TEXT char *head = mem_printf(">>>> %s <<<<",
						    strrchr(file, '/') + 1);

		out_styled(out, STYLE_HEAD, head);
		buf_add_char(&out->text, '\n');
	}
	add_lines(out, &text);
	return 0;
}

/* In both layouts, if the project has both. */
static int cat_part(struct call *call, const char *path, enum part part,
		    struct out *out, struct err *e)
{
	char *files[GTD_FILES_MAX];
	size_t count = gtd_part_files(&call->gtd, path, part, files);
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		if (rc == 0)
			rc = cat_file(call, files[i], part, out, e);
		free(files[i]);
	}
	return rc;
}

static int run_cat(struct call *call, struct err *e)
{
	SCOPED_OUT struct out out;
	SCOPED_TEXT char *path = NULL;
	struct place place;

	out_init(&out, call->settings);
	if (call_project(call, 0, &place, e) < 0)
		return -e->code;
	path = place_path(&place);
	if (!gtd_is_dir(&call->gtd, path)) {
		SCOPED_BUF struct buf text = { 0 };

		if (gtd_read(&call->gtd, path, &text, e) < 0)
			return -e->code;
		add_lines(&out, &text);
		return out_flush(&out, e);
	}
	for (int part = 0; part < PART_COUNT; part++)
		if (cat_part(call, path, part, &out, e) < 0)
			return -e->code;
	return out_flush(&out, e);
}

/* clang-format off */
static const struct opt cat_opts[] = {
	OPT_SAY,
};
/* clang-format on */

const struct command command_cat = {
	.name = "cat",
	.args = "NAME",
	.help = "print summary, actions and log",
	.run = run_cat,
	OPTS(cat_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_ACTIVE | IN_POSTPONED | IN_COMPLETED,
};
