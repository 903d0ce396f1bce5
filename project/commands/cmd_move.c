/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_move.c - postpone, resume, complete, reopen, delete, rename. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "project/directory/change.h"
#include "project/lists/collect.h"
#include "project/commands/command.h"
#include "project/lists/marks.h"
#include "project/directory/names.h"
#include "project/show/out.h"

/* ---- open in an editor? ------------------------------------------------- */

static int is_swap(const char *name, unsigned char d_type, void *data)
{
	char **ret = data;

	(void)d_type;
	if (!name_is_swap(name))
		return 0;
	*ret = mem_copy(name);
	return 1;
}

/* vim's swap file of a plain-file project lies beside it: ".NAME.swp". */
static char *plain_file_swap(const struct gtd *gtd, const struct place *place)
{
	for (char c = 'p'; c >= 'a'; c--) {
		SCOPED_TEXT char *entry = place_entry(place);
		SCOPED_TEXT char *path = mem_printf(
			"%s/.%s.sw%c", state_dir(place->state), entry, c);

		if (gtd_exists(gtd, path))
			return text_give(&path);
	}
	return NULL;
}

/*
 * Moving a project away from under an editor makes its next save fail, and
 * the text then lives in the editor alone.
 */
static int refuse_open(struct call *call, const struct place *place,
		       const char *path, struct err *e)
{
	SCOPED_TEXT char *swap = NULL;

	if (call->settings->force)
		return 0;
	if (gtd_is_dir(&call->gtd, path)) {
		if (gtd_each(&call->gtd, path, is_swap, &swap, e) < 0)
			return -e->code;
	} else
		swap = plain_file_swap(&call->gtd, place);
	if (swap != NULL)
		return err_say(e, EBUSY,
			       "%s is open in an editor (%s); close it, or "
			       "use --force",
			       place->name, swap);
	return 0;
}

/* ---- one move ----------------------------------------------------------- */

struct filing {
	struct place place;
	char *from, *directory; /* owned: where it is; where it goes */
	struct change change;
};

static void filing_fini(struct filing *filing)
{
	change_end(&filing->change);
	free(filing->from);
	free(filing->directory);
}

#define SCOPED_FILING ON_SCOPE_EXIT(filing_fini)

/* Lock first and look then: of two commands only one finds the project. */
static int filing_begin(struct filing *filing, struct call *call,
			char *take_dir, struct err *e)
{
	SCOPED_TEXT char *what = NULL;
	int rc;

	filing->directory = take_dir;
	rc = gtd_lock(&call->gtd, e);
	if (rc == 0)
		rc = call_project(call, 0, &filing->place, e);
	if (rc < 0)
		return rc;
	filing->from = place_path(&filing->place);
	if (refuse_open(call, &filing->place, filing->from, e) < 0)
		return -e->code;
	what = mem_printf("%s %s", call->command->name, filing->place.name);
	if (change_begin(&filing->change, &call->gtd, what, e) < 0)
		return -e->code;
	return filing->directory == NULL
		       ? 0
		       : change_make_dir(&call->gtd, filing->directory, e);
}

static char *where_to(const struct filing *filing)
{
	SCOPED_TEXT char *entry = place_entry(&filing->place);

	return mem_printf("%s/%s", filing->directory, entry);
}

/* To the directory under the same name, which must be free there. */
static int filing_move(struct filing *filing, struct call *call, struct err *e)
{
	SCOPED_TEXT char *to = where_to(filing);
	int rc = change_move(&filing->change, filing->from, to, e);

	if (rc == -EEXIST)
		return err_say(e, EEXIST, "%s exists already", to);
	if (rc < 0)
		return rc;
	tell(call->settings, "%s: %s -> %s", call->command->name, filing->from,
	     to);
	return 0;
}

/* The same, under the next free NAME.1, NAME.2 ... if it is taken. */
static int filing_move_free(struct filing *filing, struct call *call,
			    struct err *e)
{
	SCOPED_TEXT char *wanted = where_to(filing);

	for (;;) {
		SCOPED_TEXT char *to = change_free_name(&call->gtd, wanted);
		int rc = change_move(&filing->change, filing->from, to, e);

		if (rc == -EEXIST)
			continue;
		if (rc < 0)
			return rc;
		if (strcmp(to, wanted) != 0)
			tell(call->settings, "%s exists already", wanted);
		tell(call->settings, "%s: %s -> %s", call->command->name,
		     filing->from, to);
		return 0;
	}
}

/* ---- the commands ------------------------------------------------------- */

static int refuse_taken(struct call *call, const struct filing *filing,
			struct err *e)
{
	SCOPED_TEXT char *to = where_to(filing);

	return gtd_exists(&call->gtd, to)
		       ? err_say(e, EEXIST, "%s exists already", to)
		       : 0;
}

/* It stays where it is; its day becomes another one, or none. */
static int postpone_again(struct filing *filing, struct call *call,
			  struct date until, struct err *e)
{
	char day[DATE_BYTES];

	if (marks_set(&filing->change, filing->from, MARK_UNTIL, until, e) < 0)
		return -e->code;
	tell(call->settings, "%s comes back %s%s", filing->place.name,
	     date_is_set(until) ? "on " : "when it is resumed",
	     date_is_set(until) ? date_text(until, day) : "");
	return 0;
}

static int run_postpone(struct call *call, struct err *e)
{
	SCOPED_FILING struct filing filing = { .change = CHANGE_NONE };
	struct date until = { 0 };
	char day[DATE_BYTES];

	if (call->settings->until != NULL &&
	    date_parse(call->settings->until, call->gtd.today, &until, e) < 0)
		return err_wrap(e, "--until");
	if (date_is_set(until) &&
	    date_days(until) <= date_days(call->gtd.today))
		return err_usage(e, "--until: %s is not after today",
				 date_text(until, day));
	if (filing_begin(&filing, call, mem_copy(state_dir(STATE_POSTPONED)),
			 e) < 0)
		return -e->code;
	if (filing.place.state == STATE_POSTPONED)
		return postpone_again(&filing, call, until, e);
	if (date_is_set(until) && filing.place.suffix[0] == '\0' &&
	    !gtd_is_dir(&call->gtd, filing.from))
		return err_say(e, ENOTDIR,
			       "%s is a single file and cannot keep a date; "
			       "postpone it without --until",
			       filing.place.name);
	if (date_is_set(until) && refuse_taken(call, &filing, e) < 0)
		return -e->code;
	/* The mark first: a project that moved without it would not return. */
	if (date_is_set(until) &&
	    marks_set(&filing.change, filing.from, MARK_UNTIL, until, e) < 0)
		return -e->code;
	if (filing_move(&filing, call, e) < 0)
		return -e->code;
	if (date_is_set(until))
		tell(call->settings, "it comes back on %s",
		     date_text(until, day));
	return 0;
}

/* clang-format off */
static const struct opt postpone_opts[] = {
	{ .letter = 'u', .name = "until", .kind = OPT_TEXT, OWN(until),
	  .arg = "DATE",
	  .words = DAY_WORDS,
	  .help = "come back by itself on that day" },
	OPT_FORCE,
};
/* clang-format on */

/* clang-format off */
static const struct opt move_opts[] = {
	OPT_FORCE,
};
/* clang-format on */

const struct command command_postpone = {
	.name = "postpone",
	.aliases = { "po", "p" },
	.args = "[--until DATE] NAME",
	.help = "put a project off, for now, to a day, or to another day",
	.run = run_postpone,
	OPTS(postpone_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_ACTIVE | IN_POSTPONED,
};

static int run_resume(struct call *call, struct err *e)
{
	SCOPED_FILING struct filing filing = { .change = CHANGE_NONE };
	SCOPED_TEXT char *path = NULL;

	if (filing_begin(&filing, call, mem_copy(state_dir(STATE_ACTIVE)), e) <
		    0 ||
	    filing_move(&filing, call, e) < 0)
		return -e->code;
	path = where_to(&filing);
	if (filing.place.suffix[0] == '\0' && !gtd_is_dir(&call->gtd, path))
		return 0;
	return marks_set(&filing.change, path, MARK_UNTIL, (struct date){ 0 },
			 e);
}

const struct command command_resume = {
	.name = "resume",
	.aliases = { "r" },
	.args = "NAME",
	.help = "take a postponed project up again",
	.run = run_resume,
	OPTS(move_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_POSTPONED,
};

enum { OPEN_TOLD_MAX = 10 };

/* A project may well be complete without them; but not unawares. */
static void tell_open(struct call *call, const struct place *place)
{
	SCOPED_ITEMS struct items items = { 0 };

	if (view_actions(&call->gtd, place, false, &items, NULL) < 0)
		return;
	for (size_t i = 0; i < items.count && i < OPEN_TOLD_MAX; i++)
		tell(call->settings, "still %s: %s",
		     items.list[i].waiting ? "waiting for" : "open",
		     items.list[i].text);
	if (items.count > OPEN_TOLD_MAX)
		tell(call->settings, "and %zu more",
		     items.count - OPEN_TOLD_MAX);
}

static int run_complete(struct call *call, struct err *e)
{
	SCOPED_FILING struct filing filing = { .change = CHANGE_NONE };

	if (filing_begin(&filing, call,
			 mem_printf("%s/%04d", state_dir(STATE_COMPLETED),
				    call->gtd.today.year),
			 e) < 0)
		return -e->code;
	tell_open(call, &filing.place);
	return filing_move_free(&filing, call, e);
}

const struct command command_complete = {
	.name = "complete",
	.aliases = { "co", "c" },
	.args = "NAME",
	.help = "file a project as completed",
	.run = run_complete,
	OPTS(move_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_ACTIVE,
};

static int run_reopen(struct call *call, struct err *e)
{
	SCOPED_FILING struct filing filing = { .change = CHANGE_NONE };

	if (filing_begin(&filing, call, mem_copy(state_dir(STATE_ACTIVE)), e) <
	    0)
		return -e->code;
	return filing_move(&filing, call, e);
}

const struct command command_reopen = {
	.name = "reopen",
	.args = "NAME",
	.help = "take a completed project up again",
	.run = run_reopen,
	OPTS(move_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_COMPLETED,
};

static int run_delete(struct call *call, struct err *e)
{
	SCOPED_FILING struct filing filing = { .change = CHANGE_NONE };

	if (filing_begin(&filing, call, mem_copy(state_dir(STATE_TRASH)), e) <
		    0 ||
	    filing_move_free(&filing, call, e) < 0)
		return -e->code;
	tell(call->settings, "\"project undo\" brings it back");
	return 0;
}

const struct command command_delete = {
	.name = "delete",
	.aliases = { "d" },
	.args = "NAME",
	.help = "move a project to the trash",
	.run = run_delete,
	OPTS(move_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_ACTIVE | IN_POSTPONED,
};

static int run_rename(struct call *call, struct err *e)
{
	SCOPED_FILING struct filing filing = { .change = CHANGE_NONE };
	const char *name = call->operands[1];
	SCOPED_TEXT char *to = NULL;
	struct place place;
	int rc;

	if (name_check_new(name, e) < 0 ||
	    filing_begin(&filing, call, NULL, e) < 0)
		return -e->code;
	place = filing.place;
	memcpy(place.name, name, strlen(name) + 1);
	to = place_path(&place);
	if (strcmp(to, filing.from) == 0)
		return err_say(e, EEXIST, "%s is called that already", name);
	rc = change_move(&filing.change, filing.from, to, e);
	if (rc == -EEXIST)
		return err_say(e, EEXIST, "%s exists already", to);
	if (rc < 0)
		return rc;
	tell(call->settings, "rename: %s -> %s", filing.from, to);
	return 0;
}

const struct command command_rename = {
	.name = "rename",
	.args = "NAME NEW",
	.help = "give a project another name",
	.run = run_rename,
	OPTS(move_opts),
	.operands = { OPERAND_PROJECT, OPERAND_NEW },
	.min = 2,
	.max = 2,
	.states = IN_ACTIVE | IN_POSTPONED,
};
