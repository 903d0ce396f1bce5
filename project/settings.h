/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* settings.h - what the options of all commands set, and the common table. */
#ifndef PROJECT_SETTINGS_H
#define PROJECT_SETTINGS_H

#include "core/opt.h"

/* Each enum in the order of its words: an option of kind choice. */
enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
enum new_files { LAYOUT_AUTO, LAYOUT_PLAIN, LAYOUT_OTL, LAYOUT_MD };
enum sort { SORT_NAME, SORT_CHANGED, SORT_NEXT };
#define COLOUR_WORDS "auto always never"
#define LAYOUT_WORDS "auto plain otl md"
#define SORT_WORDS   "name changed next"

struct settings {
	/* for every command, and in the configuration file */
	char *dir, *editor, *today;
	char *projects, *postponed, *completed; /* directories' names */
	enum new_files layout;
	enum colour colour;
	bool quiet, commit, links;
	/* for some */
	bool all, json, nul, reverse, force, say, done, screen, restart;
	bool regex, case_matters, list, exact, ics, fix;
	unsigned days;
	enum sort sort;
	int state; /* enum state: gtd.h */
	char *until, *context;
};

/* The options that every command takes and the configuration file sets. */
extern const struct opt common_options[];
extern const size_t common_option_count;

/* Parts of a row of an option table: an option of a command's own. */
/* clang-format off */
#define OWN(field) \
	.offset = offsetof(struct settings, field), .command_line_only = true
#define OPT_JSON { .name = "json", .kind = OPT_FLAG, OWN(json), \
	.help = "print a JSON array" }
#define OPT_NUL { .letter = '0', .name = "null", .kind = OPT_FLAG, OWN(nul), \
	.help = "print names only, each ended by a NUL byte" }
#define OPT_SAY { .name = "say", .kind = OPT_FLAG, OWN(say), \
	.help = "speak it instead of printing it" }
#define OPT_FORCE { .letter = 'f', .name = "force", .kind = OPT_FLAG, \
	OWN(force), .help = "even while it is open in an editor" }
/* clang-format on */

#endif
