/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/settings.h"

/* clang-format off */
const struct opt common_options[] = {
	{ .kind = OPT_HEAD, .help = "For every command" },
	{ .letter = 'q', .name = "quiet", .kind = OPT_FLAG,
	  .offset = offsetof(struct settings, quiet),
	  .help = "do not report what was done" },
	{ .name = "dir", .kind = OPT_TEXT,
	  .offset = offsetof(struct settings, dir),
	  .arg = "DIR", .words = "@dir", .help = "the GTD directory" },
	{ .name = "color", .kind = OPT_CHOICE,
	  .offset = offsetof(struct settings, colour),
	  .arg = "WHEN", .def = "auto", .words = COLOUR_WORDS,
	  .help = "auto, always or never" },
	{ .name = "editor", .kind = OPT_TEXT,
	  .offset = offsetof(struct settings, editor),
	  .arg = "COMMAND", .words = "@command",
	  .help = "edit with this shell command" },
	{ .name = "layout", .kind = OPT_CHOICE,
	  .offset = offsetof(struct settings, layout),
	  .arg = "KIND", .def = "auto", .words = LAYOUT_WORDS,
	  .help = "names of new files: auto, plain or otl" },
	{ .name = "commit", .kind = OPT_BOOL,
	  .offset = offsetof(struct settings, commit),
	  .arg = "YES", .def = "no", .words = "yes no",
	  .help = "commit each change with git" },
	{ .name = "links", .kind = OPT_BOOL,
	  .offset = offsetof(struct settings, links),
	  .arg = "YES", .def = "no", .words = "yes no",
	  .help = "write through links that lead out of the directory" },
	{ .name = "today", .kind = OPT_TEXT,
	  .offset = offsetof(struct settings, today),
	  .arg = "DATE", .words = "tomorrow", .command_line_only = true,
	  .help = "act as if this day were today" },
};
/* clang-format on */
const size_t common_option_count = COUNT_OF(common_options);
