/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/completion.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "workspace/commands.h"
#include "workspace/projects.h"

enum { COMMENT_SHOWN_BYTES = 60 };

/* A line as far as it is typed. */
struct typing {
	struct candidates *candidates;
	struct store store; /* .dir -1: there is none */
	const struct command *command; /* NULL: not yet typed */
	struct opts opts; /* of the command */
	const struct opt *value_of; /* the last word is this one's value */
	size_t operands; /* complete ones */
	const char *first; /* of those */
	bool no_options; /* after "--", or the words of another command */
	const char *last;
	size_t lead_bytes; /* of last, in front of what is completed */
	bool ordered; /* the candidates are as they should be shown */
};

/* What is typed of the word or value itself. */
static const char *typed(const struct typing *t)
{
	return t->last + t->lead_bytes;
}

static void offer(struct typing *t, const char *name, const char *help)
{
	candidates_offer(
		t->candidates, t->last,
		mem_printf("%.*s%s", (int)t->lead_bytes, t->last, name), help);
}

/* ---- what names can be -------------------------------------------------- */

static void each_name(struct typing *t, const char *directory,
		      void (*fn)(struct typing *t, const char *name))
{
	SCOPED_NAMES struct names names = { 0 };

	if (t->store.dir < 0 ||
	    store_names(&t->store, directory, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++)
		if (workspace_name_check(names.list[i], NULL) == 0)
			fn(t, names.list[i]);
}

static void offer_workspace(struct typing *t, const char *name)
{
	offer(t, name, "workspace");
}

static void offer_workspaces(struct typing *t)
{
	each_name(t, "ws", offer_workspace);
}

static void offer_base(struct typing *t, const char *name)
{
	offer(t, name, "base");
}

static void offer_bases(struct typing *t)
{
	each_name(t, "bases", offer_base);
}

/*
 * "1763775000-trip" is meant by "trip"; a digit may begin either. A base is
 * there as "0-...", and does not come back.
 */
static void offer_trashed(struct typing *t, const char *name)
{
	const char *dash = strchr(name, '-');

	if (strncmp(name, "0-", 2) == 0 || dash == NULL ||
	    workspace_name_check(dash + 1, NULL) < 0)
		return;
	offer(t, dash + 1, "in the trash");
	if (typed(t)[0] != '\0')
		offer(t, name, "in the trash");
}

static void offer_trash(struct typing *t)
{
	each_name(t, "trash", offer_trashed);
}

/* state is not kept. */
static void offer_with_state(struct typing *t, const char *name,
			     const char *state)
{
	candidates_offer_line(t->candidates, t->last,
			      mem_printf("%.*s%s\t%s", (int)t->lead_bytes,
					 t->last, name, state));
}

static void offer_project(const char *name, const char *state, void *data)
{
	struct typing *t = data;

	if (workspace_name_check(name, NULL) == 0)
		offer_with_state(t, name, state);
}

static void offer_projects(struct typing *t)
{
	projects_each(typed(t), offer_project, t);
}

/* The workspace of such a name is yet to be made. */
static void offer_unmade(const char *name, const char *state, void *data)
{
	struct typing *t = data;

	if (workspace_name_check(name, NULL) == 0 &&
	    (t->store.dir < 0 || !store_has(&t->store, "ws", name)))
		offer_with_state(t, name, state);
}

static void offer_new(struct typing *t)
{
	projects_each(typed(t), offer_unmade, t);
}

/* ---- snapshots ---------------------------------------------------------- */

/* The first line, as much as fits beside a candidate. */
static void add_comment(struct buf *out, const char *comment)
{
	size_t line = strcspn(comment, "\n");
	size_t len = text_cut(comment, line, COMMENT_SHOWN_BYTES);

	if (len == 0)
		return;
	buf_add_char(out, '\t');
	text_escape(out, comment, len);
	if (comment[len] != '\0')
		buf_add_text(out, "...");
}

/*
 * "tr@": the beginning of a name stays as it is typed, as the shell has cut the
 * word there. By number, and "last" only when it is begun.
 */
static void offer_snapshots(struct typing *t)
{
	const char *at = strchr(typed(t), '@');
	SCOPED_TEXT char *prefix = NULL;
	SCOPED_TEXT char *name = NULL;
	SCOPED_META struct meta meta = { 0 };

	if (at == NULL || t->store.dir < 0)
		return;
	prefix = mem_text(typed(t), (size_t)(at - typed(t)));
	name = store_find(&t->store, prefix, NULL);
	if (name == NULL || store_load(&t->store, "ws", name, &meta, NULL) < 0)
		return;
	t->ordered = true;
	for (size_t i = 0; i < meta.snap_count; i++) {
		SCOPED_BUF struct buf line = { 0 };

		buf_addf(&line, "%.*s%u", (int)(at + 1 - t->last), t->last,
			 meta.snaps[i].number);
		add_comment(&line, meta.snaps[i].comment);
		candidates_offer_line(t->candidates, t->last, buf_give(&line));
	}
	if (at[1] != '\0' && meta.snap_count > 0)
		candidates_offer(t->candidates, t->last,
				 mem_printf("%.*slast", (int)(at + 1 - t->last),
					    t->last),
				 "the newest");
}

/* ---- programs and files ------------------------------------------------- */

static void offer_files(struct typing *t)
{
	t->candidates->want_files = true;
}

static void offer_programs_of(struct typing *t, const char *path)
{
	int fd = dir_open(AT_FDCWD, path, NULL);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	size_t len = strlen(typed(t));
	struct dirent *entry;

	if (dir == NULL) {
		scope_close(&fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (strncmp(name, typed(t), len) == 0 && name[0] != '.' &&
		    text_is_plain(name, strlen(name)) &&
		    faccessat(fd, name, X_OK, 0) == 0)
			offer(t, name, NULL);
	}
	closedir(dir);
}

/* The host's: over it they are the workspace's too. All of them are no help. */
static void offer_programs(struct typing *t)
{
	const char *path = getenv("PATH");
	SCOPED_TEXT char *list = mem_copy(path != NULL ? path : "");
	char *rest = list;

	t->candidates->want_files = true;
	if (typed(t)[0] == '\0' || strchr(typed(t), '/') != NULL)
		return;
	for (char *one = strsep(&rest, ":"); one != NULL;
	     one = strsep(&rest, ":"))
		if (one[0] == '/')
			offer_programs_of(t, one);
}

/* ---- words of the tables ------------------------------------------------ */

static const struct {
	const char *word;
	void (*fn)(struct typing *t);
} sources[] = {
	{ "@workspace", offer_workspaces }, { "@snapshot", offer_snapshots },
	{ "@base", offer_bases },	    { "@trash", offer_trash },
	{ "@project", offer_projects },	    { "@new", offer_new },
	{ "@file", offer_files },	    { "@command", offer_programs },
};

static void offer_word(struct typing *t, const char *word)
{
	for (size_t i = 0; i < COUNT_OF(sources); i++)
		if (strcmp(sources[i].word, word) == 0) {
			sources[i].fn(t);
			return;
		}
	offer(t, word, NULL);
}

/* words: as struct opt has them, NULL for none. */
static void offer_words(struct typing *t, const char *words)
{
	SCOPED_TEXT char *list = mem_copy(words != NULL ? words : "");
	char *rest = list;

	for (char *one = strsep(&rest, " "); one != NULL;
	     one = strsep(&rest, " "))
		if (one[0] != '\0')
			offer_word(t, one);
}

/* ---- the line ----------------------------------------------------------- */

static void use_command(struct typing *t, const struct command *command)
{
	t->command = command;
	t->opts = (struct opts){
		.list = command->opts,
		.count = command->opt_count,
	};
}

/* One that runs a command: from that on the words are the command's. */
static bool takes_command(const struct typing *t)
{
	return t->command->max < 0;
}

static void read_operand(struct typing *t, const char *word)
{
	if (t->operands++ == 0)
		t->first = word;
	if (takes_command(t) && t->operands > 1)
		t->no_options = true;
}

/* Read one complete word. */
static void read_word(struct typing *t, const char *word)
{
	const struct opt *value_of = t->value_of;

	t->value_of = NULL;
	if (value_of != NULL)
		return;
	if (t->command == NULL) {
		const struct command *command = command_find(word);

		use_command(t,
			    command != NULL ? command : command_find("enter"));
		if (command == NULL)
			read_operand(t, word);
		return;
	}
	if (t->no_options || word[0] != '-' || word[1] == '\0') {
		read_operand(t, word);
		return;
	}
	if (strcmp(word, "--") == 0)
		t->no_options = true;
	value_of = candidates_option(&t->opts, word);
	if (value_of != NULL && value_of->arg != NULL)
		t->value_of = value_of;
}

static void offer_verbs(struct typing *t)
{
	for (size_t i = 0; i < command_count; i++)
		offer(t, commands[i]->verb, commands[i]->about);
	/* A name alone enters. */
	offer_words(t, "@workspace @new");
}

/* What "base VERB" takes. */
static const struct {
	const char *verb, *operands[2];
} base_verbs[] = {
	{ "add", { NULL, "@file" } },
	{ "remove", { "@base", NULL } },
};

static void offer_base_operand(struct typing *t)
{
	for (size_t i = 0; i < COUNT_OF(base_verbs); i++)
		if (strcmp(base_verbs[i].verb, t->first) == 0)
			offer_words(t, base_verbs[i].operands[t->operands - 1]);
}

static void offer_operand(struct typing *t)
{
	const struct command *command = t->command;
	size_t n = min_size(t->operands, COMMAND_OPERANDS - 1);

	if (!takes_command(t) && t->operands >= (size_t)command->max)
		return;
	if (command == &command_base && n > 0)
		offer_base_operand(t);
	else
		offer_words(t, command->operands[n]);
}

static void offer_last(struct typing *t)
{
	const struct opt *opt = t->value_of;

	if (opt == NULL && !t->no_options)
		opt = candidates_value(&t->opts, t->last, &t->lead_bytes);
	if (opt != NULL)
		offer_words(t, opt->words);
	else if (!t->no_options && t->last[0] == '-')
		candidates_offer_options(t->candidates, &t->opts, t->last);
	else if (t->command == NULL)
		offer_verbs(t);
	else
		offer_operand(t);
}

void completion_words(struct candidates *ret, char *const *words, size_t count)
{
	struct typing t = { .candidates = ret, .last = words[count - 1] };

	*ret = (struct candidates){ 0 };
	if (store_peek(&t.store, NULL) < 0)
		t.store.dir = -1;
	for (size_t i = 0; i + 1 < count; i++)
		read_word(&t, words[i]);
	offer_last(&t);
	if (!t.ordered)
		candidates_sort(ret);
	store_close(&t.store);
}

int completion_main(char *const *words, size_t count)
{
	SCOPED_CANDIDATES struct candidates candidates = { 0 };
	SCOPED_BUF struct buf out = { 0 };

	completion_words(&candidates, words, count);
	candidates_print(&candidates, &out);
	if (write_all(STDOUT_FILENO, buf_text(&out), out.len_bytes) < 0)
		return 1;
	return candidates.want_files ? COMPLETE_FILES : 0;
}
