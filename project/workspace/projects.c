/* projects.c - from a project's name to its folder, as project finds it. */
#include <string.h>

#include "core/mem.h"
#include "core/paths.h"
#include "project/load.h"
#include "project/place.h"
#include "project/workspace/workspace.h"

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

char *workspace_project_dir(const char *name)
{
	const struct opts opts = {
		.prog = "project",
		.list = common_options,
		.count = common_option_count,
	};
	struct settings settings = { 0 };
	struct gtd gtd = { .fd = -1 };
	struct err e = { 0 };
	char *dir = NULL;

	if (load_settings(&opts, &settings, NULL, &e) == 0 &&
	    gtd_open(&gtd, &settings, &e) == 0)
		dir = find(&gtd, name);
	gtd_close(&gtd);
	opts_fini(&opts, &settings);
	return dir;
}
