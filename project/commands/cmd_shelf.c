/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_shelf.c - start, new, edit, cat: make a project, open it, read it. */
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "project/lists/capture.h"
#include "project/commands/command.h"
#include "project/directory/editor.h"
#include "project/lists/item_change.h"
#include "project/lists/new_project.h"
#include "project/lists/reminders.h"
#include "project/show/out.h"
#include "project/directory/parts.h"
#include "project/show/say.h"

/* ---- new ---------------------------------------------------------------- */

static int create(struct call *call, struct place *ret, struct err *e)
{
	const char *name = call->operands[0];
	SCOPED_TEXT char *path = NULL;

	if (project_create(&call->gtd, name, e) < 0 ||
	    place_find_exact(&call->gtd, name, IN_ACTIVE, ret, e) < 0)
		return -e->code;
	path = place_path(ret);
	tell(call->settings, "Created %s", path);
	return 0;
}

static int run_new(struct call *call, struct err *e)
{
	struct place place;

	return create(call, &place, e);
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
	struct place place;

	if (create(call, &place, e) < 0)
		return -e->code;
	if (editor_open_project(&call->gtd, &place, e) < 0)
		return err_wrap(e, "%s was created", place.name);
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

/* "edit waiting 2 TEXT": another text for one item. */
static int edit_item(struct call *call, const struct source *source,
		     struct err *e)
{
	SCOPED_PICKS struct picks picks = { 0 };
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *what = mem_printf("edit %s", source_name(source));
	SCOPED_TEXT char *text = NULL;
	SCOPED_BUF struct buf dated = { 0 };

	if (call->count < 3)
		return err_usage(e, "edit: missing the new TEXT of item %s",
				 call->operands[1]);
	if (call_text_needed(call, 2, &text, e) < 0 ||
	    capture_dates(text, call->gtd.today, &dated, e) < 0 ||
	    gtd_lock(&call->gtd, e) < 0 ||
	    pick_words(&call->gtd, source, call->operands + 1, 1, &picks, e) <
		    0)
		return -e->code;
	if (picks.count != 1)
		return err_usage(e, "edit: one item at a time");
	if (change_begin(&change, &call->gtd, what, e) < 0 ||
	    item_set_text(&change, &picks.list[0], buf_text(&dated), e) < 0)
		return -e->code;
	tell(call->settings, "%s: %s", source_name(source), buf_text(&dated));
	return 0;
}

static int edit_file(struct call *call, const char *name, const char *file,
		     struct err *e)
{
	SCOPED_TEXT char *what = mem_printf("edit %s", name);

	return editor_open(&call->gtd, what, &file, 1, e);
}

/* No list: it has reminders, not items. A project may be called so. */
static bool is_tickler(const struct call *call)
{
	struct place place;

	return call->count == 1 && strcmp(call->operands[0], "tickler") == 0 &&
	       place_find_exact(&call->gtd, "tickler", call->command->states,
				&place, NULL) < 0;
}

static int run_edit(struct call *call, struct err *e)
{
	SCOPED_SOURCE struct source source = { 0 };
	SCOPED_TEXT char *file = NULL;

	if (is_tickler(call)) {
		file = remind_file(&call->gtd);
		return edit_file(call, "tickler", file, e);
	}
	if (source_find(&call->gtd, call->operands[0], call->command->states,
			&source, e) < 0)
		return -e->code;
	if (call->count > 1)
		return edit_item(call, &source, e);
	if (!source.is_list)
		return editor_open_project(&call->gtd, &source.place, e);
	file = gtd_list_file(&call->gtd, source.list);
	return edit_file(call, source_name(&source), file, e);
}

const struct command command_edit = {
	.name = "edit",
	.aliases = { "e" },
	.args = "NAME|LIST [NUMBER TEXT...]",
	.help = "open a project or a list, or change one item's text",
	.run = run_edit,
	.operands = { OPERAND_EDITED, OPERAND_TEXT },
	.min = 1,
	.max = ANY_NUMBER,
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

/* An outline by ear: what is open, and what is done. */
static int say_actions(struct call *call, const char *file, struct out *out,
		       struct err *e)
{
	SCOPED_SHEET struct sheet sheet = { 0 };

	if (sheet_of_file(&call->gtd, file, &sheet, e) < 0)
		return -e->code;
	out_printf(out, "actions:\n");
	for (size_t i = 0; i < sheet.actions.count; i++) {
		const struct action *action = &sheet.actions.list[i];
		SCOPED_TEXT char *text = action_text(action);

		if (action->done)
			out_printf(out, "done: ");
		say_text(&out->text, text, call->gtd.today);
		say_end(&out->text);
	}
	return 0;
}

static int cat_file(struct call *call, const char *file, enum part part,
		    struct out *out, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };

	if (out->say && file_reading(file) != READ_BOXES &&
	    part == PART_ACTIONS)
		return say_actions(call, file, out, e);
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
