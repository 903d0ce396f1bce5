/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* projects.c - from a project's name to its directory, as project finds it. */
#include <dirent.h>
#include <string.h>

#include "core/mem.h"
#include "core/paths.h"
#include "project/load.h"
#include "project/names.h"
#include "project/place.h"
#include "workspace/workspace.h"

/* The name must be whole here: a prefix would name another workspace. */
static char *find(const struct gtd *gtd, const char *name)
{
	SCOPED_TEXT char *path = NULL;
	SCOPED_TEXT char *full = NULL;
	struct place place;
	struct err e = { 0 };

	if (place_find(gtd, name, IN_ACTIVE | IN_POSTPONED | IN_COMPLETED,
		       &place, &e) < 0 ||
	    strcmp(place.name, name) != 0)
		return NULL;
	path = place_path(&place);
	if (!gtd_is_dir(gtd, path))
		return NULL;
	full = path_join(gtd->path, path);
	return realpath(full, NULL);
}

/* 0, or -errno; both are to be closed and freed in any case. */
static int open_dir(struct settings *settings, struct gtd *gtd)
{
	const struct opts opts = {
		.prog = "project",
		.list = common_options,
		.count = common_option_count,
	};
	struct err e = { 0 };
	int rc = load_settings(&opts, settings, NULL, &e);

	gtd->fd = -1;
	return rc < 0 ? rc : gtd_open(gtd, settings, &e);
}

static void close_dir(struct settings *settings, struct gtd *gtd)
{
	const struct opts opts = {
		.list = common_options,
		.count = common_option_count,
	};

	gtd_close(gtd);
	opts_fini(&opts, settings);
}

char *workspace_project_dir(const char *name)
{
	struct settings settings = { 0 };
	struct gtd gtd = { .fd = -1 };
	char *dir = NULL;

	if (open_dir(&settings, &gtd) == 0)
		dir = find(&gtd, name);
	close_dir(&settings, &gtd);
	return dir;
}

struct each {
	workspace_project_fn *fn;
	void *data;
};

static int each_place(const struct place *place, unsigned char d_type,
		      void *data)
{
	const struct each *each = data;

	/* A project may be a plain file: it has no directory to be shown. */
	if (d_type != DT_REG && name_is_clean(place->name))
		each->fn(place->name, state_word(place->state), each->data);
	return 0;
}

void workspace_each_project(const char *prefix, workspace_project_fn *fn,
			    void *data)
{
	struct each each = { fn, data };
	struct settings settings = { 0 };
	struct gtd gtd = { .fd = -1 };

	if (open_dir(&settings, &gtd) == 0)
		for (int state = STATE_ACTIVE; state <= STATE_COMPLETED;
		     state++)
			(void)!place_each(&gtd, state, prefix, each_place,
					  &each, NULL);
	close_dir(&settings, &gtd);
}
