/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* load.h - settings from the configuration files and the environment. */
#ifndef PROJECT_LOAD_H
#define PROJECT_LOAD_H

#include "project/settings.h"

/*
 * Defaults, the system's and the user's project.conf, PROJECT_* and GTD_DIR.
 * opts: the table of the command that runs. Fields must be zero before. 0 or
 * -errno; problem_fn (may be NULL) is told each mistake in a file.
 */
int load_settings(const struct opts *opts, struct settings *settings,
		  opts_problem_fn *problem_fn, struct err *e) MUST_CHECK;

#endif
