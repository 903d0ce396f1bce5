/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* enter.c - the verbs enter, run and stop. */
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "workspace/command.h"
#include "workspace/launch.h"
#include "workspace/running.h"
#include "workspace/workspace.h"

/* An existing one, or NULL after the project of that name was found. */
static char *find_or_create(const struct run *run, const char *word,
			    struct err *e)
{
	char *name = store_find(run->store, word, e);
	SCOPED_TEXT char *dir = NULL;

	if (name != NULL)
		return name;
	dir = workspace_project_dir(word);
	if (dir == NULL)
		return NULL;
	return command_make(run, word, e) < 0 ? NULL : mem_copy(word);
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
		dir = name[0] != '\0' ? workspace_project_dir(name) : NULL;
		if (dir != NULL && slash != NULL) {
			*slash = '/';
			if (strcmp(dir, here) == 0)
				return mem_copy(name);
		}
	}
	(void)err_usage(e, "which workspace? This directory is in no project");
	return NULL;
}

static int launch(const struct run *run, const char *word,
		  const char *const *argv, struct err *e)
{
	SCOPED_TEXT char *name = find_or_create(run, word, e);
	struct settings *set = run->set;
	struct launch how = { .name = name,
			      .argv = argv,
			      .user = set->user,
			      .net = set->net,
			      .env = set->env,
			      .env_count = set->env_count,
			      .nested = set->nested,
			      .say = set->say };
	int rc;

	if (name == NULL)
		return e != NULL ? -e->code : -ENOENT;
	how.shares = set->shares;
	set->shares = (struct shares){ 0 };
	rc = launch_run(run->store, &how, command_tell, e);
	shares_fini(&how.shares);
	return rc;
}

int command_run(const struct run *run, struct err *e)
{
	bool dashes = run->argc > 1 && strcmp(run->argv[1], "--") == 0;
	int first = dashes ? 2 : 1;

	if (run->argc <= first)
		return err_usage(e, "run: which command?");
	return launch(run, run->argv[0], (const char *const *)run->argv + first,
		      e);
}

int command_enter(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *here = NULL;

	if (run->argc > 0)
		return launch(run, run->argv[0], NULL, e);
	here = project_here(e);
	return here == NULL ? -EINVAL : launch(run, here, NULL, e);
}

int command_stop(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);

	return name == NULL ? -ENOENT : running_stop(run->store, name, e);
}
