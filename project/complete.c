/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/complete.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/text.h"
#include "project/commands/commands.h"
#include "project/lists/exchange.h"
#include "project/load.h"
#include "project/directory/history.h"
#include "project/directory/names.h"
#include "project/lists/pick.h"
#include "project/commands/shell_init.h"

enum {
	HELPER_WAIT_MS = 2000,
	HELPER_REPLY_MAX_BYTES = 8 << 20,
};

/* bash's own default of COMP_WORDBREAKS. */
static const char default_breaks[] = " \t\n\"'@><=;|&(:";

/* ---- what is wanted ----------------------------------------------------- */

/* A line as far as it is typed. */
struct typing {
	struct candidates *candidates;
	struct settings *settings;
	const struct command *command; /* NULL: not yet typed */
	struct opts opts; /* of the command, or the common ones */
	const struct opt *value_of; /* the last word is this one's value */
	size_t operands; /* complete ones behind the command */
	const char *first; /* the first operand */
	bool no_options; /* after "--" */
	const char *last;
};

/* The line may name another directory itself. */
static void note_dir(struct typing *t, const struct opt *opt, const char *value)
{
	if (strcmp(opt->name, "dir") != 0)
		return;
	free(t->settings->dir);
	t->settings->dir = mem_copy(value);
}

static bool is_helpers(const struct typing *t)
{
	return t->command != NULL && t->command->helper != NULL;
}

static void use_command(struct typing *t, const char *word)
{
	t->command = command_find(word);
	if (t->command != NULL)
		command_opts(t->command, &t->opts);
}

/* Read one complete word. false: nothing sensible can follow. */
static bool read_word(struct typing *t, const char *word)
{
	const struct opt *value_of = t->value_of;

	t->value_of = NULL;
	if (value_of != NULL) {
		note_dir(t, value_of, word);
		return true;
	}
	if (!t->no_options && strcmp(word, "--") == 0) {
		t->no_options = true;
		return true;
	}
	if (!t->no_options && strncmp(word, "--dir=", 6) == 0)
		note_dir(t, opts_find(&t->opts, "dir"), word + 6);
	if (!t->no_options && word[0] == '-' && word[1] != '\0') {
		const struct opt *opt = candidates_option(&t->opts, word);

		if (opt != NULL && opt->arg != NULL)
			t->value_of = opt;
		return true;
	}
	if (t->command != NULL) {
		if (t->operands++ == 0)
			t->first = word;
		return true;
	}
	use_command(t, word);
	return t->command != NULL;
}

static void offer_commands(struct typing *t)
{
	const struct command *exact = command_find(t->last);

	/* "po" is a command, but "p" may be the beginning of one. */
	if (exact != NULL && strlen(t->last) > 1) {
		candidates_offer(t->candidates, "", mem_copy(exact->name),
				 exact->help);
		return;
	}
	for (size_t i = 0; i < command_count; i++)
		candidates_offer(t->candidates, t->last,
				 mem_copy(commands[i]->name),
				 commands[i]->help);
}

static void offer_options(struct typing *t)
{
	candidates_offer_options(t->candidates, &t->opts, t->last);
	if (t->command == NULL)
		candidates_offer(t->candidates, t->last, mem_copy("--version"),
				 "show the version");
}

/* A list of words; lead_bytes of what is typed stand before each. */
static void offer_words(struct typing *t, const char *words, size_t lead_bytes)
{
	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		candidates_offer(t->candidates, t->last,
				 mem_printf("%.*s%.*s", (int)lead_bytes,
					    t->last, (int)len, words),
				 NULL);
		words += len + strspn(words + len, " ");
	}
}

/* The value begins lead_bytes into the word: after "--until=". */
static void offer_values(struct typing *t, const struct opt *opt,
			 size_t lead_bytes)
{
	const char *words = opt->words != NULL ? opt->words : "";

	if (words[0] == '@') {
		t->candidates->want_files = strcmp(words, "@command") != 0;
		return;
	}
	offer_words(t, words, lead_bytes);
}

/* ---- projects ----------------------------------------------------------- */

static int offer_project(const struct place *place, unsigned char d_type,
			 void *data)
{
	struct typing *t = data;

	(void)d_type;
	/* "-x" would be taken for an option; broken bytes cannot be typed. */
	if ((!t->no_options && place->name[0] == '-') ||
	    !name_is_clean(place->name))
		return 0;
	candidates_offer(t->candidates, "", mem_copy(place->name),
			 state_word(place->state));
	return 0;
}

/* "2025/trip": of a name that was completed twice, the older one. */
static int offer_with_year(const struct place *place, unsigned char d_type,
			   void *data)
{
	struct typing *t = data;

	(void)d_type;
	if (place->year[0] != '\0' && name_is_clean(place->name))
		candidates_offer(t->candidates, t->last,
				 mem_printf("%s/%s", place->year, place->name),
				 state_word(STATE_COMPLETED));
	return 0;
}

static void offer_completed(struct typing *t, const struct gtd *gtd)
{
	bool with_year = strchr(t->last, '/') != NULL;

	(void)!place_each(gtd, STATE_COMPLETED, with_year ? "" : t->last,
			  with_year ? offer_with_year : offer_project, t, NULL);
}

/* Active and postponed ones together, then completed ones, as place_find()
 * looks for them. */
static void offer_projects(struct typing *t)
{
	size_t before = t->candidates->count;
	SCOPED_GTD struct gtd gtd = { 0 };

	if (gtd_open(&gtd, t->settings, NULL) < 0)
		return;
	for (int s = 0; s < STATE_COUNT; s++) {
		bool found = t->candidates->count > before;

		if (!(t->command->states & (1u << s)) ||
		    (found && s > STATE_POSTPONED))
			continue;
		if (s == STATE_COMPLETED)
			offer_completed(t, &gtd);
		else
			(void)!place_each(&gtd, s, t->last, offer_project, t,
					  NULL);
	}
}

/* ---- items -------------------------------------------------------------- */

static void offer_copy(struct typing *t, const char *text, const char *help)
{
	if (name_is_clean(text))
		candidates_offer(t->candidates, t->last, mem_copy(text), help);
}

/* Of the project or list that is typed before: whole texts. */
static void offer_items(struct typing *t)
{
	SCOPED_ITEMS struct items items = { 0 };
	SCOPED_SOURCE struct source source = { 0 };
	struct err e = { 0 };
	SCOPED_GTD struct gtd gtd = { 0 };

	if (t->first == NULL || gtd_open(&gtd, t->settings, NULL) < 0)
		return;
	if (source_find(&gtd, t->first, t->command->states, &source, &e) == 0 &&
	    source_items(&gtd, &source, &items, &e) == 0)
		for (size_t i = 0; i < items.count; i++)
			if (!items.list[i].heading)
				offer_copy(t, items.list[i].text, NULL);
}

/* Each context that something can be done in now. */
static void offer_contexts(struct typing *t)
{
	SCOPED_ITEMS struct items items = { 0 };
	struct err e = { 0 };
	SCOPED_GTD struct gtd gtd = { 0 };

	if (gtd_open(&gtd, t->settings, NULL) < 0)
		return;
	if (view_next(&gtd, NULL, true, &items, &e) == 0)
		for (size_t i = 0; i < items.count; i++) {
			const struct action a = { .text = items.list[i].text,
						  .len_bytes = strlen(
							  items.list[i].text) };
			const char *context;
			size_t pos = 0, bytes;

			while ((bytes = action_context(&a, &pos, &context)) > 0)
				candidates_offer(t->candidates, t->last,
						 mem_text(context, bytes),
						 NULL);
		}
}

/* ---- changes ------------------------------------------------------------ */

static void offer_changes(struct typing *t,
			  bool (*wanted)(const struct group *group))
{
	SCOPED_HISTORY struct history history = { 0 };
	struct err e = { 0 };
	SCOPED_GTD struct gtd gtd = { 0 };

	if (gtd_open(&gtd, t->settings, NULL) < 0 ||
	    history_read(&history, &gtd, &e) < 0)
		return;
	for (size_t i = 0; i < history.count; i++)
		if (wanted(&history.groups[i]))
			offer_copy(t, history.groups[i].what, NULL);
}

/* ---- the last word ------------------------------------------------------ */

static void offer_operand(struct typing *t)
{
	size_t n = t->operands < 1 ? 0 : 1;

	if (t->command->max >= 0 && t->operands >= (size_t)t->command->max)
		return;
	switch (t->command->operands[n]) {
	case OPERAND_PROJECT:
		offer_projects(t);
		break;
	case OPERAND_COMMAND:
		offer_commands(t);
		break;
	case OPERAND_SHELL:
		offer_words(t, SHELL_WORDS, 0);
		break;
	case OPERAND_NONE:
	case OPERAND_SOURCE:
		offer_words(t, LIST_WORDS, 0);
		offer_projects(t);
		break;
	case OPERAND_EDITED:
		offer_words(t, LIST_WORDS " tickler", 0);
		offer_projects(t);
		break;
	case OPERAND_ITEM:
		offer_items(t);
		break;
	case OPERAND_MOVE:
		if (t->operands == 1)
			offer_items(t);
		offer_words(t, LIST_WORDS, 0);
		offer_projects(t);
		break;
	case OPERAND_CONTEXT:
		offer_contexts(t);
		break;
	case OPERAND_CHANGE:
		offer_changes(t, group_can_be_undone);
		break;
	case OPERAND_UNDONE:
		offer_changes(t, group_can_be_redone);
		break;
	case OPERAND_FORMAT:
		offer_words(t, EXCHANGE_WORDS, 0);
		break;
	case OPERAND_FILE:
		t->candidates->want_files = true;
		break;
	case OPERAND_LIST:
		offer_words(t, LIST_WORDS, 0);
		break;
	case OPERAND_DAY:
		offer_words(t, DAY_WORDS, 0);
		break;
	case OPERAND_NEW:
	case OPERAND_TEXT:
	case OPERAND_WORDS:
		break;
	}
}

static void offer_last(struct typing *t)
{
	size_t lead_bytes = 0;
	const struct opt *opt = t->value_of;

	if (opt == NULL && !t->no_options)
		opt = candidates_value(&t->opts, t->last, &lead_bytes);
	if (opt != NULL)
		offer_values(t, opt, lead_bytes);
	else if (!t->no_options && t->last[0] == '-')
		offer_options(t);
	else if (t->command == NULL)
		offer_commands(t);
	else
		offer_operand(t);
}

/* ---- a helper program's words ------------------------------------------- */

static void read_reply(struct typing *t, char *reply)
{
	for (char *line = strsep(&reply, "\n"); line != NULL;
	     line = strsep(&reply, "\n"))
		if (line[0] != '\0')
			candidates_offer_line(t->candidates, t->last,
					      mem_copy(line));
}

/*
 * words are those after the command. A helper that fails or is slow is as
 * good as one that knows nothing: a shell waits for us.
 */
static void ask_helper(struct typing *t, char *const *words, size_t count)
{
	SCOPED_TEXT char *path = path_helper(t->command->helper);
	SCOPED_BUF struct buf reply = { 0 };
	const char **argv = mem_resize(NULL, count + 3, sizeof(*argv));
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_INHERIT, CHILD_NULL },
		.fd_count = 3,
		.limit_ms = HELPER_WAIT_MS,
	};
	int code;

	argv[0] = path;
	argv[1] = "--complete";
	for (size_t i = 0; i < count; i++)
		argv[2 + i] = words[i];
	argv[2 + count] = NULL;
	code = child_capture(&child, HELPER_REPLY_MAX_BYTES, &reply, NULL);
	if ((code == 0 || code == COMPLETE_FILES) && reply.data != NULL)
		read_reply(t, reply.data);
	t->candidates->want_files = code == COMPLETE_FILES;
	free(argv);
}

/*
 * Collect what completes the last of words[0 .. count), sorted; words[0] is
 * the program. settings: where the directory is.
 */
static void complete_words(struct candidates *ret, char *const *words,
			   size_t count, struct settings *settings)
{
	struct typing t = {
		.candidates = ret,
		.settings = settings,
		.opts = { .list = common_options,
			  .count = common_option_count },
		.last = count > 1 ? words[count - 1] : "",
	};
	bool sensible = count > 1;
	size_t i = 1;

	*ret = (struct candidates){ 0 };
	while (sensible && i + 1 < count && !is_helpers(&t))
		sensible = read_word(&t, words[i++]);
	if (is_helpers(&t))
		ask_helper(&t, words + i, count - i);
	else if (sensible)
		offer_last(&t);
	/* A helper's order is its own: snapshots by number. */
	if (!is_helpers(&t))
		candidates_sort(ret);
	if (t.command != NULL)
		command_opts_fini(&t.opts);
}

/* ---- for each shell ----------------------------------------------------- */

size_t complete_point_bytes(const char *line, size_t point)
{
	size_t len = strlen(line), at = 0;

	/* bash counts characters since 4.3, and bytes in a C locale. */
	if (!text_is_utf8(line, len))
		return min_size(point, len);
	for (size_t n = 0; n < point && at < len; n++)
		(void)text_next(line, len, &at);
	return at;
}

int complete_bash(const char *line, size_t point, const char *breaks,
		  struct settings *settings, struct buf *out)
{
	struct candidates candidates = { 0 };
	struct words words;
	bool files;

	words_read(&words, line, complete_point_bytes(line, point), breaks);
	if (!words.after_redirection)
		complete_words(&candidates, words.list, words.count, settings);
	files = words.after_redirection || candidates.want_files;
	for (size_t i = 0; i < candidates.count; i++) {
		words_quote(out, candidates.list[i].text, words.keep_bytes,
			    words.quote);
		buf_add_char(out, '\n');
	}
	candidates_fini(&candidates);
	words_fini(&words);
	return files ? COMPLETE_FILES : 0;
}

static int complete_plain(char *const *words, size_t count,
			  struct settings *settings, struct buf *out)
{
	struct candidates candidates = { 0 };
	bool files;

	complete_words(&candidates, words, count, settings);
	files = candidates.want_files;
	candidates_print(&candidates, out);
	candidates_fini(&candidates);
	return files ? COMPLETE_FILES : 0;
}

/* fish hands its last word over as it is typed, quotes and all. */
static int complete_fish(char **words, size_t count, struct settings *settings,
			 struct buf *out)
{
	struct words last;
	int rc;

	words_read(&last, words[count - 1], strlen(words[count - 1]), "");
	words[count - 1] = last.list[last.count - 1];
	rc = complete_plain(words, count, settings, out);
	words_fini(&last);
	return rc;
}

/* A project may be a plain file: nothing that could be shown in a workspace. */
static int offer_directory(const struct place *place, unsigned char d_type,
			   void *data)
{
	return d_type == DT_REG ? 0 : offer_project(place, d_type, data);
}

/* For helper programs: "NAME\tSTATE" of each directory in any state. */
static int complete_projects(const char *prefix, struct settings *settings,
			     struct buf *out)
{
	SCOPED_CANDIDATES struct candidates found = { 0 };
	struct typing t = { .candidates = &found, .no_options = true };
	SCOPED_GTD struct gtd gtd = { 0 };

	if (gtd_open(&gtd, settings, NULL) == 0)
		for (int s = STATE_ACTIVE; s <= STATE_COMPLETED; s++)
			(void)!place_each(&gtd, s, prefix, offer_directory, &t,
					  NULL);
	candidates_print(&found, out);
	return 0;
}

/* A problem must not be printed into the line that is being typed. */
int complete_main(int argc, char **argv)
{
	const struct opts opts = { .prog = "project",
				   .list = common_options,
				   .count = common_option_count };
	struct settings settings = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	int rc = 1;

	if (load_settings(&opts, &settings, NULL, NULL) == 0) {
		if (strcmp(argv[1], "--complete-bash") == 0 && argc >= 4)
			rc = complete_bash(argv[2], strtoul(argv[3], NULL, 10),
					   argc > 4 ? argv[4] : default_breaks,
					   &settings, &out);
		else if (strcmp(argv[1], "--complete-zsh") == 0 && argc >= 4)
			rc = complete_plain(argv + 2, (size_t)argc - 2,
					    &settings, &out);
		else if (strcmp(argv[1], "--complete-fish") == 0 && argc >= 4)
			rc = complete_fish(argv + 2, (size_t)argc - 2,
					   &settings, &out);
		else if (strcmp(argv[1], "--complete-projects") == 0 &&
			 argc == 3)
			rc = complete_projects(argv[2], &settings, &out);
		else
			rc = 2;
	}
	opts_fini(&opts, &settings);
	if (write_all(STDOUT_FILENO, buf_text(&out), out.len_bytes) < 0)
		return 1;
	return rc;
}
