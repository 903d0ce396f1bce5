/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/settings.h"

/* clang-format off */
const struct opt common_options[] = {
	{ 0, NULL, OPT_HEAD, 0, 0, 0, NULL, NULL, "For every command",
	  NULL, NULL, false },
	{ 'q', "quiet", OPT_FLAG, offsetof(struct settings, quiet), 0, 0,
	  NULL, NULL, "do not say what was done", NULL, NULL, false },
	{ 0, "dir", OPT_TEXT, offsetof(struct settings, dir), 0, 0,
	  "DIR", NULL, "the GTD directory", NULL, "@dir", false },
	{ 0, "color", OPT_TEXT, offsetof(struct settings, colour), 0, 0,
	  "WHEN", "auto", "auto, always or never", NULL,
	  "auto always never", false },
	{ 0, "editor", OPT_TEXT, offsetof(struct settings, editor), 0, 0,
	  "COMMAND", NULL, "edit with this shell command", NULL,
	  "@command", false },
	{ 0, "layout", OPT_TEXT, offsetof(struct settings, layout), 0, 0,
	  "KIND", "auto", "names of new files: auto, plain or otl", NULL,
	  "auto plain otl", false },
	{ 0, "commit", OPT_BOOL, offsetof(struct settings, commit), 0, 0,
	  "YES", "no", "commit each change with git", NULL,
	  "yes no", false },
	{ 0, "today", OPT_TEXT, offsetof(struct settings, today), 0, 0,
	  "DATE", NULL, "act as if this day were today", NULL,
	  "tomorrow", true },
};
/* clang-format on */
const size_t common_option_count = COUNT_OF(common_options);
