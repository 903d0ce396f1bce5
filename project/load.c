/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/load.h"

#include "core/mem.h"
#include "core/paths.h"

int load_settings(const struct opts *opts, struct settings *settings,
		  opts_problem_fn *problem_fn, struct err *e)
{
	SCOPED_TEXT char *system = path_system_config("project.conf");
	SCOPED_TEXT char *user = path_config("project.conf");
	const char *const files[] = { system, user };
	const char *dir = getenv("GTD_DIR");
	struct err mine = { 0 };
	int rc;

	if (e == NULL)
		e = &mine;
	opts_defaults(opts, settings);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		rc = opts_load(opts, files[i], settings, NULL, problem_fn, NULL,
			       e);
		if (rc < 0 && rc != -ENOENT)
			return rc;
		*e = (struct err){ 0 };
	}
	rc = opts_env(opts, settings, e);
	/* $GTD_DIR stands above the files and below the command line. */
	if (rc == 0 && dir != NULL && dir[0] != '\0') {
		free(settings->dir);
		settings->dir = mem_copy(dir);
	}
	return rc;
}
