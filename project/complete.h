/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * complete.h - what may come next on a half-typed command line.
 *
 * project --complete-bash LINE POINT [WORDBREAKS]
 * project --complete-zsh WORD...    (dequoted; the last is being typed)
 * project --complete-fish WORD...   (the last as it is typed)
 * project --complete-projects PREFIX    (for helpers: "NAME\tSTATE", any state)
 *
 * One candidate a line; fish and zsh get "\tdescription" after it. Names
 * with control characters or broken UTF-8 are never offered: "check" lists
 * them. Exit 0, or 3 when the shell should complete file names itself.
 */
#ifndef PROJECT_COMPLETE_H
#define PROJECT_COMPLETE_H

#include "core/buf.h"
#include "core/candidates.h"
#include "project/settings.h"
#include "project/words.h"

/* COMP_POINT counts characters: the bytes that it stands for. */
size_t complete_point_bytes(const char *line, size_t point);

/* Everything for bash: LINE and POINT in, reply lines out. Exit code. */
int complete_bash(const char *line, size_t point, const char *breaks,
		  struct settings *settings, struct buf *out);

int complete_main(int argc, char **argv);

#endif
