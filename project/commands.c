/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/command.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

/* clang-format off */
static const struct opt edit_opts[] = {
	OWN_FLAG('f', "force", force, "even if it is open in an editor"),
};

static const struct opt list_opts[] = {
	OWN_FLAG('a', "all", all, "active, postponed and completed ones"),
	OWN_TEXT(0, "state", state, "STATE", "active postponed completed deleted",
		 "active, postponed, completed or deleted ones"),
	OWN_TEXT('s', "sort", sort, "KEY", "name changed next",
		 "by name (default), changed or next"),
	OWN_FLAG('r', "reverse", reverse, "the other way round"),
	OWN_FLAG(0, "json", json, "print a JSON array"),
	OWN_FLAG('0', "null", nul, "names only, each ended by a NUL byte"),
	OWN_FLAG(0, "say", say, "speak it instead of printing it"),
};

static const struct opt say_opts[] = {
	OWN_FLAG(0, "say", say, "speak it instead of printing it"),
};

static const struct opt stuck_opts[] = {
	OWN_FLAG(0, "json", json, "print a JSON array"),
	OWN_FLAG('0', "null", nul, "names only, each ended by a NUL byte"),
};

static const struct opt postpone_opts[] = {
	OWN_TEXT('u', "until", until, "DATE",
		 "tomorrow monday tuesday wednesday thursday friday saturday "
		 "sunday +1w +2w +1m +1y",
		 "come back by itself on that day"),
	OWN_FLAG('f', "force", force, "even if it is open in an editor"),
};

static const struct opt undo_opts[] = {
	OWN_FLAG('l', "list", list, "show what can be undone"),
};

static const struct opt next_opts[] = {
	OWN_TEXT('c', "context", context, "CONTEXT", NULL,
		 "only what can be done there (@home, @phone ...)"),
	OWN_FLAG('a', "all", all, "every open action, not only the first"),
	OWN_FLAG(0, "json", json, "print a JSON array"),
	OWN_FLAG(0, "say", say, "speak it instead of printing it"),
};

static const struct opt actions_opts[] = {
	OWN_FLAG('a', "all", all, "those that are done, too"),
};

static const struct opt items_opts[] = {
	OWN_FLAG(0, "json", json, "print a JSON array"),
};

static const struct opt tick_opts[] = {
	OWN_FLAG('d', "done", done, "move what is shown to the inbox"),
	OWN_FLAG(0, "json", json, "print a JSON array"),
	OWN_FLAG(0, "say", say, "speak it instead of printing it"),
};

static const struct opt review_opts[] = {
	OWN_FLAG(0, "screen", screen, "on a full screen"),
	OWN_FLAG(0, "restart", restart, "from the first step"),
	OWN_FLAG('a', "all", all, "projects reviewed lately, too"),
	OWN_UINT(0, "days", days, 0, 3650, "N", "6",
		 "pass by projects reviewed in the last N days"),
	OWN_FLAG(0, "say", say, "speak it instead of printing it"),
};

static const struct opt path_opts[] = {
	OWN_FLAG('x', "exact", exact, "NAME is a whole name, not a beginning"),
};

static const struct opt search_opts[] = {
	OWN_FLAG('E', "regex", regex, "the text is a regular expression"),
	OWN_FLAG('c', "case", case_matters, "capitals matter"),
};

#define OPTS(table) table, COUNT_OF(table)
#define NO_OPTS NULL, 0
#define LIVE (IN_ACTIVE | IN_POSTPONED)

const struct command commands[] = {
	{ "start", { "s" }, "NAME", "create a project and open it",
	  run_start, NO_OPTS, { OPERAND_NEW }, 1, 1, 0, false, false, NULL },
	{ "new", { "n" }, "NAME", "create a project",
	  run_new, NO_OPTS, { OPERAND_NEW }, 1, 1, 0, false, false, NULL },
	{ "edit", { "e" }, "NAME", "open summary, actions and log",
	  run_edit, NO_OPTS, { OPERAND_PROJECT }, 1, 1,
	  IN_ACTIVE | IN_POSTPONED | IN_COMPLETED, false, false, NULL },
	{ "cat", { NULL }, "NAME", "print summary, actions and log",
	  run_cat, OPTS(say_opts), { OPERAND_PROJECT }, 1, 1,
	  IN_ACTIVE | IN_POSTPONED | IN_COMPLETED, false, false, NULL },
	{ "list", { "l" }, "", "list the projects",
	  run_list, OPTS(list_opts), { OPERAND_NONE }, 0, 0, 0, false, true, NULL },
	{ "postpone", { "po", "p" }, "[--until DATE] NAME",
	  "put a project off, for now or to a day",
	  run_postpone, OPTS(postpone_opts), { OPERAND_PROJECT }, 1, 1,
	  IN_ACTIVE, false, false, NULL },
	{ "resume", { "r" }, "NAME", "take a postponed project up again",
	  run_resume, OPTS(edit_opts), { OPERAND_PROJECT }, 1, 1,
	  IN_POSTPONED, false, false, NULL },
	{ "complete", { "co", "c" }, "NAME", "file a project as completed",
	  run_complete, OPTS(edit_opts), { OPERAND_PROJECT }, 1, 1,
	  IN_ACTIVE, false, false, NULL },
	{ "reopen", { NULL }, "NAME", "take a completed project up again",
	  run_reopen, OPTS(edit_opts), { OPERAND_PROJECT }, 1, 1,
	  IN_COMPLETED, false, false, NULL },
	{ "delete", { "d" }, "NAME", "move a project to the trash",
	  run_delete, OPTS(edit_opts), { OPERAND_PROJECT }, 1, 1,
	  LIVE, false, false, NULL },
	{ "rename", { NULL }, "NAME NEW", "give a project another name",
	  run_rename, OPTS(edit_opts), { OPERAND_PROJECT, OPERAND_NEW }, 2, 2,
	  LIVE, false, false, NULL },
	{ "undo", { NULL }, "", "take the last change back",
	  run_undo, OPTS(undo_opts), { OPERAND_NONE }, 0, 0, 0, false, false, NULL },
	{ "actions", { "a" }, "NAME [TEXT...]",
	  "list a project's open actions, or add one",
	  run_actions, OPTS(actions_opts), { OPERAND_PROJECT, OPERAND_TEXT },
	  1, -1, LIVE, false, false, NULL },
	{ "next", { NULL }, "[@CONTEXT]", "the next action of every project",
	  run_next, OPTS(next_opts), { OPERAND_CONTEXT }, 0, 1, 0, false, true, NULL },
	{ "do", { NULL }, "NAME [NUMBER]",
	  "tick an action off and put it into the log",
	  run_do, NO_OPTS, { OPERAND_PROJECT, OPERAND_NONE }, 1, 2,
	  IN_ACTIVE, false, false, NULL },
	{ "log", { NULL }, "NAME TEXT...|-", "add a dated line to the log",
	  run_log, NO_OPTS, { OPERAND_PROJECT, OPERAND_TEXT }, 2, -1,
	  LIVE, false, false, NULL },
	{ "in", { NULL }, "[TEXT...|-]", "capture a line, or show the inbox",
	  run_in, OPTS(items_opts), { OPERAND_TEXT, OPERAND_TEXT }, 0, -1, 0,
	  false, false, NULL },
	{ "waiting", { NULL }, "[TEXT...]", "what others owe you, or add to it",
	  run_waiting, OPTS(items_opts), { OPERAND_TEXT, OPERAND_TEXT }, 0, -1,
	  0, false, true, NULL },
	{ "someday", { NULL }, "[TEXT...]", "what may come one day, or add to it",
	  run_someday, OPTS(items_opts), { OPERAND_TEXT, OPERAND_TEXT }, 0, -1,
	  0, false, true, NULL },
	{ "stuck", { NULL }, "", "projects without a next action",
	  run_stuck, OPTS(stuck_opts), { OPERAND_NONE }, 0, 0, 0, false, true, NULL },
	{ "tick", { NULL }, "", "reminders that are due today or were missed",
	  run_tick, OPTS(tick_opts), { OPERAND_NONE }, 0, 0, 0, false, true, NULL },
	{ "day", { NULL }, "", "today on one screen",
	  run_day, OPTS(say_opts), { OPERAND_NONE }, 0, 0, 0, false, true, NULL },
	{ "review", { NULL }, "", "the weekly review, step by step",
	  run_review, OPTS(review_opts), { OPERAND_NONE }, 0, 0, 0, false,
	  true, NULL },
	{ "search", { NULL }, "TEXT...", "find text in every file",
	  run_search, OPTS(search_opts), { OPERAND_TEXT, OPERAND_TEXT }, 1, -1,
	  0, false, false, NULL },
	{ "path", { NULL }, "NAME", "print where a project is",
	  run_path, OPTS(path_opts), { OPERAND_PROJECT }, 1, 1,
	  IN_ACTIVE | IN_POSTPONED | IN_COMPLETED, false, false, NULL },
	{ "check", { NULL }, "", "look for conflicts and what crashes left",
	  run_check, NO_OPTS, { OPERAND_NONE }, 0, 0, 0, false, false, NULL },
	{ "sync", { NULL }, "", "git pull --rebase, then push",
	  run_sync, NO_OPTS, { OPERAND_NONE }, 0, 0, 0, false, false, NULL },
	{ "config", { NULL }, "", "print the settings in force",
	  run_config, NO_OPTS, { OPERAND_NONE }, 0, 0, 0, true, false, NULL },
	{ "init", { NULL }, "bash|zsh|fish", "print what goes into the shell's rc file",
	  run_init, NO_OPTS, { OPERAND_SHELL }, 1, 1, 0, true, false, NULL },
	{ "workspace", { "w" }, "VERB|NAME [...]", "a container for each project",
	  .helper = "project-workspace" },
	{ "help", { "h" }, "[COMMAND]", "explain a command",
	  run_help, NO_OPTS, { OPERAND_COMMAND }, 0, 1, 0, true, false, NULL },
};
/* clang-format on */
const size_t command_count = COUNT_OF(commands);

const struct command *command_find(const char *word)
{
	for (size_t i = 0; i < command_count; i++) {
		if (strcmp(commands[i].name, word) == 0)
			return &commands[i];
		for (size_t a = 0; a < COMMAND_ALIASES_MAX; a++)
			if (commands[i].aliases[a] != NULL &&
			    strcmp(commands[i].aliases[a], word) == 0)
				return &commands[i];
	}
	return NULL;
}

enum { NEAR_BYTES_MAX = 16, NEAR_EDITS_MAX = 2 };

/* Edits from a to b: change, insert, remove, or swap two neighbours. */
static int distance(const char *a, const char *b)
{
	int d[NEAR_BYTES_MAX + 1][NEAR_BYTES_MAX + 1];
	int la = (int)strlen(a), lb = (int)strlen(b);

	for (int i = 0; i <= la; i++)
		d[i][0] = i;
	for (int j = 0; j <= lb; j++)
		d[0][j] = j;
	for (int i = 1; i <= la; i++)
		for (int j = 1; j <= lb; j++) {
			int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[la][lb];
}

const struct command *command_near(const char *word)
{
	const struct command *near = NULL;
	int least = NEAR_EDITS_MAX + 1;

	if (strlen(word) > NEAR_BYTES_MAX || strlen(word) < 2)
		return NULL;
	for (size_t i = 0; i < command_count; i++) {
		int edits = distance(word, commands[i].name);

		if (edits < least) {
			least = edits;
			near = &commands[i];
		}
	}
	return near;
}

void command_opts(const struct command *command, struct opts *ret)
{
	size_t count = command->opt_count + common_option_count;
	struct opt *list = mem_resize(NULL, count, sizeof(*list));

	/* memcpy(NULL) is not for those that have none. */
	for (size_t i = 0; i < command->opt_count; i++)
		list[i] = command->opts[i];
	memcpy(list + command->opt_count, common_options,
	       common_option_count * sizeof(*list));
	*ret = (struct opts){
		.prog = "project",
		.usage = mem_printf("%s %s%s", command->name,
				    command->opt_count > 0 ? "[options] " : "",
				    command->args),
		.about = command->help,
		.list = list,
		.count = count,
	};
}

void command_opts_fini(struct opts *opts)
{
	/* Both are ours: command_opts() made them. */
	free((void *)(uintptr_t)opts->list);
	free((void *)(uintptr_t)opts->usage);
	*opts = (struct opts){ 0 };
}

int call_project(struct call *call, int i, struct place *ret, struct err *e)
{
	return place_find(&call->gtd, call->operands[i], call->command->states,
			  ret, e);
}

char *call_text(const struct call *call, int first)
{
	SCOPED_BUF struct buf raw = { 0 };
	SCOPED_BUF struct buf shown = { 0 };

	for (int i = first; i < call->count; i++)
		buf_addf(&raw, "%s%s", i > first ? " " : "", call->operands[i]);
	text_escape(&shown, buf_text(&raw), raw.len_bytes);
	return buf_give(&shown);
}
