/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speakctl - tell the speakd that serves what to do, and ask what it does.
 *
 * speakctl VERB [OPERAND...]: verbs.c has the table.
 */
#include <locale.h>
#include <string.h>

#include "core/child.h"
#include "core/files.h"
#include "core/log.h"
#include "core/near.h"
#include "core/mem.h"
#include "core/opt.h"
#include "speakd/ctl/ctl.h"
#include "speakd/ctl/host.h"

#define AT(field) offsetof(struct ctl, field)

/* clang-format off */
static const struct opt options[] = {
	{ 0, "json", OPT_FLAG, AT(json), 0, 0, NULL, NULL,
	  "history, missed, sources, status: JSON, one object a line", NULL, NULL,
	  true },
	{ 'p', "priority", OPT_CHOICE, AT(priority), 0, 0, "CLASS", "message",
	  "say: important, message, text, notification or progress", NULL,
	  CTL_PRIORITIES, true },
	{ 'w', "wait", OPT_FLAG, AT(wait), 0, 0, NULL, NULL,
	  "say: wait until it was said; exit 1 when it was not", NULL, NULL,
	  true },
	{ 0, "socket", OPT_TEXT, AT(socket), 0, 0, "PATH", NULL,
	  "the control socket, instead of the usual one", NULL, "@file", true },
	{ 0, "host", OPT_TEXT, AT(host), 0, 0, "[USER@]HOST", NULL,
	  "the speakd of another machine, through ssh; without a VERB: hear",
	  NULL, NULL, true },
	{ 0, "verbs", OPT_FLAG, AT(help_words), 0, 0, NULL, NULL,
	  "list the verbs for completion", NULL, NULL, true },
};
/* clang-format on */

static const struct opts opts = {
	.prog = "speakctl",
	.usage = "[options] VERB [OPERAND...]",
	.about = "Control the speakd that serves (speakd --serve).",
	.list = options,
	.count = COUNT_OF(options),
};

/* "name\toperands\twhat completes them\thelp". */
static void print_verbs(void)
{
	for (size_t i = 0; i < ctl_verb_count; i++) {
		const struct ctl_verb *verb = &ctl_verbs[i];

		printf("%s\t%s\t%s\t%s\n", verb->name, verb->operands,
		       verb->words != NULL ? verb->words : "", verb->help);
	}
}

/* In opts_words()'s form: what completes the first operand. */
static void complete_verbs(void)
{
	printf("\t\t\t");
	for (size_t i = 0; i < ctl_verb_count; i++)
		printf("%s%s", i > 0 ? " " : "", ctl_verbs[i].name);
	printf("\tverb\n");
}

static void help_verbs(void)
{
	enum { WIDTH = 26 };

	printf("\nVerbs:\n");
	for (size_t i = 0; i < ctl_verb_count; i++) {
		const struct ctl_verb *verb = &ctl_verbs[i];
		SCOPED_TEXT char *synopsis = mem_printf("%s %s", verb->name,
							verb->operands);

		printf("  %-*s %s\n", WIDTH, synopsis, verb->help);
	}
}

static void help_verb(const struct ctl_verb *verb)
{
	printf("usage: speakctl %s%s%s\n%s\n", verb->name,
	       *verb->operands != '\0' ? " " : "", verb->operands, verb->help);
}

static int unknown_verb(const char *typed, struct err *e)
{
	struct near near;

	near_init(&near, typed);
	for (size_t i = 0; i < ctl_verb_count; i++)
		near_offer(&near, ctl_verbs[i].name, strlen(ctl_verbs[i].name));
	if (near.word[0] != '\0')
		return err_usage(e, "unknown verb '%s', did you mean '%s'?",
				 typed, near.word);
	return err_usage(e, "unknown verb '%s'; see speakctl --help", typed);
}

static bool is_lone_help(int argc, char **argv)
{
	return argc == 1 && strcmp(argv[0], "--help") == 0;
}

/* Of this machine, or of --host: then *ret_ssh is to be waited for. */
static struct speech *open_server(const struct ctl *ctl, pid_t *ret_ssh,
				  struct err *e)
{
	return ctl->host != NULL ? host_open(ctl->host, ret_ssh, e)
				 : speech_open(ctl->socket, e);
}

static int run_verb(struct ctl *ctl, const struct ctl_verb *verb, struct err *e)
{
	pid_t ssh = 0;
	int rc;

	if (ctl->argc < verb->min || (verb->max >= 0 && ctl->argc > verb->max))
		return err_usage(e, "usage: speakctl %s%s%s", verb->name,
				 *verb->operands != '\0' ? " " : "",
				 verb->operands);
	if (verb->alone)
		return verb->run(ctl, e);
	ctl->speech = open_server(ctl, &ssh, e);
	if (ctl->speech == NULL)
		return -e->code;
	rc = speech_set_name(ctl->speech, "speakctl", e);
	if (rc >= 0)
		rc = verb->run(ctl, e);
	speech_close(ctl->speech);
	/* What became of ssh changes nothing any more. */
	if (ssh > 0 && child_wait(ssh, NULL) < 0)
		log_debug("ssh was waited for by somebody else");
	return rc;
}

/* "help" and "help VERB", as others have them. */
static int help(int argc, char **argv, struct err *e)
{
	const struct ctl_verb *verb;

	if (argc == 0) {
		opts_help(&opts, stdout);
		help_verbs();
		return 0;
	}
	verb = ctl_verb_find(argv[0]);
	if (verb == NULL)
		return unknown_verb(argv[0], e);
	help_verb(verb);
	return 0;
}

static int run(struct ctl *ctl, int argc, char **argv, struct err *e)
{
	const struct ctl_verb *verb;

	if (ctl->help_words) {
		print_verbs();
		return 0;
	}
	if (ctl->host != NULL && host_check(ctl->host, e) < 0)
		return -EINVAL;
	if (argc == 0 && ctl->host != NULL)
		return run_verb(ctl, ctl_verb_find("hear"), e);
	if (argc == 0)
		return err_usage(e, "no verb; see speakctl --help");
	if (strcmp(argv[0], "help") == 0)
		return help(argc - 1, argv + 1, e);
	verb = ctl_verb_find(argv[0]);
	if (verb == NULL)
		return unknown_verb(argv[0], e);
	if (is_lone_help(argc - 1, argv + 1)) {
		help_verb(verb);
		return 0;
	}
	ctl->argc = argc - 1;
	ctl->argv = argv + 1;
	return run_verb(ctl, verb, e);
}

int main(int argc, char **argv)
{
	struct ctl ctl = { 0 };
	struct err e = { 0 };
	int first = argc;
	int rc;

	setlocale(LC_ALL, "");
	log_open("speakctl", LOG_LEVEL_WARN);
	standard_fds_open();
	opts_defaults(&opts, &ctl);
	/* "rate -20" is no option: they end at the verb. */
	rc = opts_parse(&opts, argc, argv, true, &ctl, &first, &e);
	if (rc == OPTS_STOP && argc > 1 && strcmp(argv[1], "--help") == 0)
		help_verbs();
	if (rc == OPTS_STOP && argc > 1 &&
	    strcmp(argv[1], "--complete-words") == 0)
		complete_verbs();
	if (rc == OPTS_GO)
		rc = run(&ctl, argc - first, argv + first, &e);
	else if (rc == OPTS_STOP)
		rc = 0;
	opts_fini(&opts, &ctl);
	return rc < 0 ? log_exit(&e) : 0;
}
