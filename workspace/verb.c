/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/verb.h"

#include <string.h>

#include "core/mem.h"
#include "workspace/image/archive.h"

static void settings_fini(const struct opts *opts, struct settings *set)
{
	char **const texts[] = { &set->base,	&set->store,  &set->user,
				 &set->comment, &set->file,   &set->net,
				 &set->format,	&set->project };

	/* Some have a value without being an option of this verb. */
	opts_fini(opts, set);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		free(*texts[i]);
	shares_fini(&set->shares);
	buf_fini(&set->map);
}

static int check_operands(const struct command *command, int count,
			  struct err *e)
{
	if (count >= command->min &&
	    (command->max < 0 || count <= command->max))
		return 0;
	return err_usage(e, "usage: project workspace %s %s", command->verb,
			 command->usage);
}

static int run_command(const struct command *command, struct settings *set,
		       int argc, char **argv, FILE *json, struct err *e)
{
	SCOPED_STORE struct store store = { .dir = -1 };
	struct run run = { set, &store, argc, argv,
			   json != NULL ? json : stdout };
	int rc = check_operands(command, argc, e);

	if (rc == 0)
		rc = store_open(&store, e);
	return rc < 0 ? rc : command->fn(&run, e);
}

/*
 * "run NAME [options] -- COMMAND": options may stand before and after NAME,
 * but what follows the command's name is the command's. getopt permutes up to
 * "--", and without "--" the first word after NAME ends our options.
 */
static int parse(const struct opts *opts, const struct command *command,
		 int argc, char **argv, struct settings *set, int *ret_first,
		 struct err *e)
{
	bool stops = command->max < 0;
	int first = 0;
	int rc = opts_parse(opts, argc, argv, stops, set, &first, e);
	char *name;

	if (rc != OPTS_GO || !stops || first >= argc ||
	    strcmp(argv[first - 1], "--") == 0) {
		*ret_first = first;
		return rc;
	}
	name = argv[first];
	rc = opts_parse(opts, argc - first, argv + first, true, set, ret_first,
			e);
	/* Put NAME in front of what is left. */
	*ret_first += first - 1;
	if (rc == OPTS_GO)
		argv[*ret_first] = name;
	return rc;
}

int verb_run(const struct command *command, int argc, char **argv, FILE *json,
	     struct err *e)
{
	SCOPED_TEXT char *prog = mem_printf("project workspace %s",
					    command->verb);
	const struct opts opts = {
		.prog = prog,
		.usage = command->usage,
		.about = command->about,
		.list = command->opts,
		.count = command->opt_count,
	};
	struct settings set = { 0 };
	int first = 0;
	int rc;

	opts_defaults(&opts, &set);
	set.json = json != NULL;
	if (set.base == NULL)
		set.base = mem_copy("host");
	if (set.max_mib == 0)
		set.max_mib = UNPACK_MIB_DEFAULT;
	rc = parse(&opts, command, argc, argv, &set, &first, e);
	if (rc == OPTS_STOP)
		rc = 0;
	else if (rc == OPTS_GO)
		rc = run_command(command, &set, argc - first, argv + first,
				 json, e);
	settings_fini(&opts, &set);
	return rc;
}
