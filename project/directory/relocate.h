/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * relocate.h - move a directory that cannot be renamed: of an overlay the lower
 * layer's. Copied aside, synced, named, and only then removed where it was.
 */
#ifndef PROJECT_RELOCATE_H
#define PROJECT_RELOCATE_H

#include "core/err.h"

/*
 * Move from to to, both relative to dir_fd; to must be free (-EEXIST). Modes,
 * times, links and extended attributes come along; what is no file, directory
 * or link is refused, and nothing has moved then.
 */
int relocate(int dir_fd, const char *from, const char *to,
	     struct err *e) MUST_CHECK;

#endif
