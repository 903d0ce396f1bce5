/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * settings_files.h - speakd's configuration files, and the copy that is kept
 * of those that worked.
 *
 * The copy, $XDG_STATE_HOME/earshot/speakd.conf.good, is one file of the same
 * grammar: each file read, after a line "[speakd]" that ends the last section
 * of the one before.
 */
#ifndef SPEAKD_SETTINGS_FILES_H
#define SPEAKD_SETTINGS_FILES_H

#include "speakd/settings.h"

enum { SETTINGS_GOOD_MAX_BYTES = 1 << 20 };

/*
 * Read the files that s->from says. named: by --config, NULL: the usual ones.
 *
 * errors: 0; -errno with e filled. Mistakes in the user's files are logged with
 *         file:line, and the first becomes a sentence in *ret_mistake, unless
 *         there is one already; the caller's to free.
 */
int settings_read_files(struct settings *s, const char *named,
			char **ret_mistake, struct err *e) MUST_CHECK;

#endif
