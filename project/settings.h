/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* settings.h - what the options of all commands set, and the tables. */
#ifndef PROJECT_SETTINGS_H
#define PROJECT_SETTINGS_H

#include "core/opt.h"

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
enum sort { SORT_CHANGED, SORT_NAME, SORT_NEXT };

struct settings {
	/* for every command, and in the configuration file */
	char *dir, *editor, *layout, *colour, *today;
	bool quiet, commit;
	/* for some */
	bool all, json, nul, reverse, force, say, done, screen, restart;
	bool regex, case_matters, list, trash, here_stdin, exact;
	unsigned days;
	char *sort, *until, *context, *message, *state;
};

/* The options that every command takes and the configuration file sets. */
extern const struct opt common_options[];
extern const size_t common_option_count;

/* --name of a command's own. The help is shared where it is the same. */
/* clang-format off */
#define OWN_FLAG(letter, name, field, help) \
	{ letter, name, OPT_FLAG, offsetof(struct settings, field), 0, 0, \
	  NULL, NULL, help, NULL, NULL, true }
#define OWN_TEXT(letter, name, field, arg, words, help) \
	{ letter, name, OPT_TEXT, offsetof(struct settings, field), 0, 0, \
	  arg, NULL, help, NULL, words, true }
#define OWN_UINT(letter, name, field, lo, hi, arg, def, help) \
	{ letter, name, OPT_UINT, offsetof(struct settings, field), lo, hi, \
	  arg, def, help, NULL, NULL, true }
/* clang-format on */

#endif
