/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * completion.h - what may come next after "project workspace".
 *
 * project-workspace --complete WORD...: the words behind "workspace", without
 * their quotes, the last being typed. project asks this for the shells and
 * knows the reply (project/complete.h): a candidate a line, "\tdescription"
 * after it, exit 3 when file names complete too.
 */
#ifndef WORKSPACE_COMPLETION_H
#define WORKSPACE_COMPLETION_H

#include "core/candidates.h"

/*
 * Collect what completes the last of words[0 .. count), count at least 1. The
 * store is only read: never made, changed or waited for.
 */
void completion_words(struct candidates *ret, char *const *words, size_t count);

/* Print that; returns the exit code. */
int completion_main(char *const *words, size_t count);

#endif
