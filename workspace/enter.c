/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* enter.c - the verbs enter, run and stop. */
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "workspace/command.h"
#include "workspace/create.h"
#include "workspace/options.h"
#include "workspace/launch.h"
#include "workspace/run/supervisor.h"
#include "workspace/running.h"
#include "workspace/projects.h"

/*
 * An existing one, or a new one for the project that is called so: its name, or
 * as everywhere else the only one that begins so.
 */
static char *find_or_create(const struct run *run, const char *word,
			    struct err *e)
{
	char *name = store_find(run->store, word, e);
	SCOPED_TEXT char *project = NULL;

	if (name != NULL)
		return name;
	project = project_find(word);
	if (project == NULL || create_workspace(run, project, e) < 0)
		return NULL;
	/* That there was none is no failure of the command's. */
	if (e != NULL)
		*e = (struct err){ 0 };
	return text_give(&project);
}

/* Without a name: the project whose directory one stands in. */
static char *project_here(struct err *e)
{
	SCOPED_TEXT char *here = getcwd(NULL, 0);
	char *slash = here != NULL ? here + strlen(here) : NULL;

	while (slash != NULL && slash != here) {
		SCOPED_TEXT char *dir = NULL;
		char *name;

		*slash = '\0';
		slash = strrchr(here, '/');
		name = slash != NULL ? slash + 1 : here;
		dir = name[0] != '\0' ? project_dir(name) : NULL;
		if (dir != NULL && slash != NULL) {
			*slash = '/';
			if (strcmp(dir, here) == 0)
				return mem_copy(name);
		}
	}
	(void)err_usage(e, "which workspace? This directory is in no project");
	return NULL;
}

/* Its own, as title_clear() takes the words of our command line away. */
struct words {
	char **list; /* NULL-terminated; NULL: none */
};

static void words_fini(struct words *words)
{
	for (char **word = words->list; word != NULL && *word != NULL; word++)
		free(*word);
	free(words->list);
}

static void words_copy(struct words *words, const char *const *argv)
{
	size_t count = 0;

	while (argv != NULL && argv[count] != NULL)
		count++;
	if (argv == NULL)
		return;
	words->list = mem_new((count + 1) * sizeof(*words->list));
	for (size_t i = 0; i < count; i++)
		words->list[i] = mem_copy(argv[i]);
}

/* argv NULL: the command of its image, or a shell. */
static int launch(const struct run *run, const char *word,
		  const char *const *argv, bool image_command, struct err *e)
{
	SCOPED_TEXT char *name = find_or_create(run, word, e);
	ON_SCOPE_EXIT(words_fini) struct words words = { 0 };
	struct settings *set = run->set;
	struct launch how = { .name = name,
			      .user = set->user,
			      .net = set->net,
			      .env = set->env,
			      .env_count = set->env_count,
			      .nested = set->nested,
			      .image_command = image_command,
			      .say = set->say,
			      .ports = set->ports,
			      .limits = set->limits };
	int rc;

	if (name == NULL)
		return e != NULL ? -e->code : -ENOENT;
	words_copy(&words, argv);
	how.argv = (const char *const *)words.list;
	how.shares = set->shares;
	set->shares = (struct shares){ 0 };
	rc = launch_run(run->store, &how, run_tell, e);
	shares_fini(&how.shares);
	free(how.project);
	return rc;
}

/* Only one that exists is of an image. */
static int run_image(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);

	return name == NULL ? -ENOENT : launch(run, name, NULL, true, e);
}

static int run_main(const struct run *run, struct err *e)
{
	bool dashes = run->argc > 1 && strcmp(run->argv[1], "--") == 0;
	int first = dashes ? 2 : 1;

	if (run->argc <= first)
		return run_image(run, e);
	return launch(run, run->argv[0], (const char *const *)run->argv + first,
		      false, e);
}

static int enter_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *here = NULL;

	if (run->argc > 0)
		return launch(run, run->argv[0], NULL, false, e);
	here = project_here(e);
	return here == NULL ? -EINVAL : launch(run, here, NULL, false, e);
}

static int start_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = find_or_create(run, run->argv[0], e);
	struct settings *set = run->set;
	struct launch how = { .name = name,
			      .net = set->net,
			      .keep = set->keep,
			      .ports = set->ports };
	int rc;

	if (name == NULL)
		return e != NULL ? -e->code : -ENOENT;
	how.shares = set->shares;
	set->shares = (struct shares){ 0 };
	rc = launch_start(run->store, &how, run_tell, e);
	shares_fini(&how.shares);
	free(how.project);
	if (rc == 0)
		run_json(run, json_named(name));
	return rc;
}

static int stop_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);
	int rc = name == NULL
			 ? -ENOENT
			 : running_stop(run->store, name, run->set->grace, e);

	if (rc == 0)
		run_json(run, json_named(name));
	return rc;
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt stop_opts[] = {
	{ 'g', "grace", OPT_UINT, FIELD(grace), 0, SUPERVISOR_GRACE_MAX_S,
	  "SECONDS", "10", "from TERM to KILL", NULL, NULL, true },
	JSON_OPTION,
};

/* What is let in and out, of who starts it. */
#define WAY_OPTIONS \
	{ 'S', "share", OPT_CALL, 0, 0, 0, "WHAT", NULL, \
	  "sound, display, ssh-agent, speech, home, PATH[:INSIDE][:ro]", \
	  option_share, "sound display ssh-agent speech home @file", true }, \
	{ 'n', "net", OPT_TEXT, FIELD(net), 0, 0, "NET", NULL, \
	  "network: host, none, private; bridge:NAME with --init", \
	  NULL, "host none private", true }, \
	{ 'p', "publish", OPT_CALL, 0, 0, 0, "PORT[:INSIDE]", NULL, \
	  "a port of --net private that the host has", option_publish, NULL, \
	  true }

static const struct opt run_opts[] = {
	{ 'u', "user", OPT_TEXT, FIELD(user), 0, 0, "USER[:GROUP]", NULL,
	  "who to be inside: a name, a number, or me (root)", NULL,
	  "me root", true },
	WAY_OPTIONS,
	{ 'E', "env", OPT_CALL, 0, 0, 0, "NAME[=VALUE]", NULL,
	  "pass or set an environment variable", option_env, NULL, true },
	{ 'x', "nested", OPT_FLAG, FIELD(nested), 0, 0, NULL, NULL,
	  "allow namespaces and mounts inside", NULL, NULL, true },
	{ 0, "memory", OPT_UINT, FIELD(limits.memory_mib), 1, 1 << 30, "MIB",
	  NULL, "the most memory that the command may use", NULL, NULL, true },
	{ 0, "pids", OPT_UINT, FIELD(limits.pids), 1, 1 << 22, "N", NULL,
	  "the most processes and threads of it", NULL, NULL, true },
	{ 0, "cpus", OPT_CALL, 0, 0, 0, "N", NULL,
	  "the most processors that it may use, such as 1.5", option_cpus, NULL,
	  true },
	{ 0, "say", OPT_FLAG, FIELD(say), 0, 0, NULL, NULL,
	  "output lines also into speakd", NULL, NULL, true },
	{ 'b', "base", OPT_TEXT, FIELD(base), 0, 0, "BASE", "host",
	  "the base, when the workspace is made by this", NULL,
	  "host @base @snapshot @file", true },
};

/* As of run, but what a command takes. */
static const struct opt start_opts[] = {
	{ 'k', "keep", OPT_FLAG, FIELD(keep), 0, 0, NULL, NULL,
	  "go on without a command in it, until it is stopped", NULL, NULL, true },
	WAY_OPTIONS,
	JSON_OPTION,
};

/* clang-format on */

const struct command command_enter = {
	.verb = "enter",
	.alias = "e",
	.usage = "[NAME] [options]",
	.about = "a shell in it, made on first use",
	.max = 1,
	.fn = enter_main,
	.opts = run_opts,
	.opt_count = COUNT_OF(run_opts),
	.operands = { "@workspace @new" },
	.joins = true,
};

const struct command command_run = {
	.verb = "run",
	.alias = "r",
	.usage = "NAME [options] [-- COMMAND [ARGUMENT...]]",
	.about = "a command in it",
	.min = 1,
	.max = -1,
	.fn = run_main,
	.opts = run_opts,
	.opt_count = COUNT_OF(run_opts),
	.operands = { "@workspace @new", "@command", "@file" },
	.joins = true,
};

const struct command command_start = {
	.verb = "start",
	.usage = "NAME [options]",
	.about = "start it, without a command",
	.min = 1,
	.max = 1,
	.fn = start_main,
	.opts = start_opts,
	.opt_count = COUNT_OF(start_opts),
	.operands = { "@workspace @new" },
	.joins = true,
};

const struct command command_stop = {
	.verb = "stop",
	.usage = "NAME [options]",
	.about = "end everything that runs in it",
	.min = 1,
	.max = 1,
	.fn = stop_main,
	.opts = stop_opts,
	.opt_count = COUNT_OF(stop_opts),
	.operands = { "@workspace" },
};
