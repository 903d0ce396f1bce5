/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* main.c - project: find the command, read its options, run it. */
#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/text.h"
#include "project/commands/commands.h"
#include "project/complete.h"
#include "project/load.h"
#include "project/text/merge_lines.h"
#include "project/directory/names.h"
#include "project/show/out.h"
#include "project/lists/wake.h"
#include "project/directory/place.h"

static void print_problem(void *data, const char *path, unsigned line,
			  const char *text)
{
	(void)data;
	log_err("%s:%u: %s", path, line, text);
}

static int check_operands(const struct call *call, struct err *e)
{
	const struct command *command = call->command;

	if (call->count < command->min)
		return err_usage(e, "%s: missing %s", command->name,
				 command->args);
	if (command->max >= 0 && call->count > command->max)
		return err_usage(e, "%s: unexpected '%s'%s", command->name,
				 call->operands[command->max],
				 command->max > 0
					 ? "; quote a name that has spaces"
					 : "");
	return 0;
}

static bool asks_yes(const char *path)
{
	SCOPED_BUF struct buf shown = { 0 };
	char answer[16];

	text_escape(&shown, path, strlen(path));
	fprintf(stderr, "There is no GTD directory. Make %s? [Y/n] ",
		buf_text(&shown));
	return fgets(answer, sizeof(answer), stdin) != NULL &&
	       strchr("\nyYjJ", answer[0]) != NULL;
}

/*
 * On a fresh account there is nothing yet: a person at a terminal is asked
 * once, and a capture makes ~/gtd without asking, so that it is not lost. A
 * directory that was named may be a disk that is not mounted.
 */
static int open_or_create(struct call *call, struct err *e)
{
	int rc = gtd_open(&call->gtd, call->settings, e);
	bool tty = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	bool fresh = rc == -ENOENT && access(call->gtd.path, F_OK) < 0;

	if (!fresh || !(tty ? asks_yes(call->gtd.path)
			    : call->command->captures && call->count > 0 &&
					gtd_is_default(call->settings)))
		return rc;
	*e = (struct err){ 0 };
	if (gtd_create(call->gtd.path, e) < 0)
		return -e->code;
	tell(call->settings,
	     "made %s with Projects, Postponed, Completed and "
	     "Reference",
	     call->gtd.path);
	gtd_close(&call->gtd);
	return gtd_open(&call->gtd, call->settings, e);
}

static int run(struct call *call, struct err *e)
{
	const struct command *command = call->command;
	int rc = check_operands(call, e);

	if (rc < 0)
		return rc;
	if (command->without_dir)
		return command->run(call, e);
	rc = open_or_create(call, e);
	if (rc == 0 && command->wakes)
		wake_due(&call->gtd);
	if (rc == 0)
		rc = command->run(call, e);
	gtd_close(&call->gtd);
	return rc;
}

/* "- a dash" is a text in one word and no option: up to the first such word. */
static int count_words(int argc, char **argv)
{
	int n = 1;

	while (n < argc && strncmp(argv[n], "- ", 2) != 0)
		n++;
	return n;
}

/*
 * Options stand before and after the operands; but where a text begins, all is
 * text: it may well be about "--help". argv[0] is the program.
 */
static int parse(struct call *call, const struct opts *opts, int argc,
		 char **argv, struct err *e)
{
	int text_at = command_text_at(call->command);
	int words = text_at >= 0 ? count_words(argc, argv) : argc;
	int first = 0, rc;

	call->operands = argv + 1;
	for (;;) {
		rc = opts_parse(opts, words, argv, text_at >= 0, call->settings,
				&first, e);
		if (rc != OPTS_GO)
			return rc;
		if (text_at < 0 || call->count >= text_at || first >= words ||
		    (first > 1 && strcmp(argv[first - 1], "--") == 0))
			break;
		/* An operand before the text: it goes to the others. */
		call->operands[call->count++] = argv[first];
		argv += first;
		argc -= first;
		words -= first;
	}
	memmove(call->operands + call->count, argv + first,
		(size_t)(argc - first) * sizeof(*argv));
	call->count += argc - first;
	return OPTS_GO;
}

static int parse_and_run(const struct command *command, int argc, char **argv,
			 struct err *e)
{
	struct settings settings = { 0 };
	struct call call = { .command = command, .settings = &settings };
	struct opts opts;
	int rc;

	call.gtd.fd = -1;
	command_opts(command, &opts);
	rc = load_settings(&opts, &settings, print_problem, e);
	if (rc == 0)
		rc = parse(&call, &opts, argc, argv, e);
	if (rc == OPTS_GO)
		rc = run(&call, e);
	else if (rc == OPTS_STOP)
		rc = 0;
	opts_fini(&opts, &settings);
	command_opts_fini(&opts);
	return rc;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/*
 * Options may stand before the command as well as behind it: the command is
 * the first word that is no option, and moves to the front.
 */
static bool takes_value(const char *word)
{
	for (size_t k = 0; k < common_option_count; k++)
		if (common_options[k].arg != NULL &&
		    strncmp(word, "--", 2) == 0 &&
		    strcmp(word + 2, common_options[k].name) == 0)
			return true;
	return false;
}

/* argc: there is none. */
static int find_command_word(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-')
			return i;
		i += takes_value(argv[i]);
	}
	return argc;
}

/* "p trip": what a newcomer types first. */
static int unknown(const char *word, struct err *e)
{
	struct settings settings = { .quiet = true };
	struct err none = { 0 };
	struct place place;
	struct gtd gtd;
	bool found = gtd_open(&gtd, &settings, &none) == 0 &&
		     place_find_exact(&gtd, word, IN_ACTIVE | IN_POSTPONED,
				      &place, &none) == 0;

	gtd_close(&gtd);
	if (found)
		return err_usage(e,
				 "'%s' is a project, but no command: project "
				 "edit %s, project cat %s, project actions %s",
				 word, word, word, word);
	return command_unknown(word, e);
}

/* Options alone: what is wrong with them, or else how project is called. */
static int without_command(int argc, char **argv, struct err *e)
{
	const struct opts opts = { .prog = "project",
				   .list = common_options,
				   .count = common_option_count };
	struct settings settings = { 0 };
	int first, rc;

	for (int i = 1; i < argc; i++) {
		if (is_help(argv[i]))
			return help_all(stdout);
		if (strcmp(argv[i], "--version") == 0)
			return help_version();
	}
	rc = opts_parse(&opts, argc, argv, false, &settings, &first, e);
	opts_fini(&opts, &settings);
	if (rc < 0)
		return rc;
	(void)help_all(stderr);
	return 2;
}

static int run_command_line(int argc, char **argv, struct err *e)
{
	int at = find_command_word(argc, argv);
	const struct command *command;
	char *word;

	if (at >= argc)
		return without_command(argc, argv, e);
	word = argv[at];
	command = command_find(word);
	if (command == NULL)
		return unknown(word, e);
	if (command->helper != NULL)
		return command_exec(command, argv + at, e);
	/* argv[0] stays; the word before the command's options goes. */
	for (int i = at; i > 1; i--)
		argv[i] = argv[i - 1];
	argv[1] = argv[0];
	return parse_and_run(command, argc - 1, argv + 1, e);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	int rc;

	log_open("project", LOG_LEVEL_WARN);
	standard_fds_open();
	names_set_locale();
	if (argc > 1 && strncmp(argv[1], "--complete-", 11) == 0)
		return complete_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "--merge-lines") == 0)
		return merge_lines_main(argc, argv);
	rc = run_command_line(argc, argv, &e);
	return rc < 0 ? log_exit(&e) : rc;
}
