/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * merge_lines.h - merge two machines' changes of a list of lines: what either
 * added is there, what either took out is gone, and nothing conflicts. Where
 * both changed one line, both lines stay. Pure, but for merge_lines_main().
 */
#ifndef PROJECT_MERGE_LINES_H
#define PROJECT_MERGE_LINES_H

#include "core/buf.h"

/* Add the merged text to out. */
void merge_lines(const struct buf *base, const struct buf *ours,
		 const struct buf *theirs, struct buf *out);

/* "project --merge-lines BASE OURS THEIRS": git's merge driver, which leaves
 * the result in OURS. Exit code. */
int merge_lines_main(int argc, char **argv);

#endif
