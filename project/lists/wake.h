/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* wake.h - postponed projects come back by themselves on their day. */
#ifndef PROJECT_WAKE_H
#define PROJECT_WAKE_H

#include "project/directory/gtd.h"

/*
 * Move every project that was postponed until today or an earlier day back to
 * Projects, and say so on standard error. What cannot be moved (a read-only
 * directory, a name that is taken) is a warning: reading must go on.
 */
void wake_due(struct gtd *gtd);

#endif
