/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * settings_load.h - settings from the files, the environment and the command
 * line, and the copy that is kept of files that worked.
 *
 * The copy, $XDG_STATE_HOME/earshot/speakd.conf.good, is one file of the same
 * grammar: each file read, after a line "[speakd]" that ends the last section
 * of the one before.
 */
#ifndef SPEAKD_SETTINGS_LOAD_H
#define SPEAKD_SETTINGS_LOAD_H

#include "speakd/settings.h"

enum { SETTINGS_GOOD_MAX_BYTES = 1 << 20 };

/*
 * Read defaults, configuration files, environment and command line.
 *
 * A daemon starts in spite of a mistake in a file: silence until somebody who
 * cannot see the log has found it is worse than yesterday's settings. With
 * --serve the last good ones are read, else none, and mistake is set.
 *
 * errors: 0 with *ret set and *ret_first the index of the first operand; 1
 *         when --help or --version was printed; -errno with e filled. Mistakes
 *         in a configuration file are each logged with file:line.
 * memory: *ret is the caller's to free; argv must outlive it.
 */
int settings_new(int argc, char **argv, struct settings **ret, int *ret_first,
		 struct err *e) MUST_CHECK;
/* The same, beginning with from: what came before has proved to be bad. */
int settings_new_from(enum settings_from from, int argc, char **argv,
		      struct settings **ret, int *ret_first,
		      struct err *e) MUST_CHECK;
/* These work: they are what a later mistake falls back to. */
void settings_keep(const struct settings *settings);

#endif
