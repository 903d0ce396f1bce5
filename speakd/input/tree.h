/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tree.h - which files to follow, of a pattern or of a directory.
 *
 * Of a pattern ("logs/#chan.*.log") the newest file in each directory
 * is followed, and each that comes later (irssi's daily names at midnight),
 * from its beginning; the one before it until a further one comes. Of a
 * directory all regular files of its tree are, but hidden ones, up to
 * TREE_FILES_MAX. What a rotation left of a followed file ("log.1",
 * "log-20261128.gz") is never read again.
 *
 * notify.h on the directories tells of new files; where it says nothing
 * (network file systems, no watch left) they are looked through every
 * TREE_POLL_MS.
 */
#ifndef SPEAKD_INPUT_TREE_H
#define SPEAKD_INPUT_TREE_H

#include "core/loop.h"
#include "speakd/input/notify.h"

enum {
	TREE_POLL_MS = 2000,
	TREE_FILES_MAX = 256,
	/* Links may lead around in circles, and "/" is a directory, too. */
	TREE_DEPTH_MAX = 16,
	TREE_DIRS_MAX = 4096,
};

struct tree;

struct tree_handler {
	/* Follow path; is_new: it came after the start. */
	void (*found)(const char *path, bool is_new, void *data);
	/* A newer one has been found: path need not be followed any more. */
	void (*passed)(const char *path, void *data);
	void (*warn)(const char *text, void *data);
	void *data;
};

/* Whether path is a directory, or nothing that exists and has * ? or [. */
bool tree_is(const char *path);

/* What is there is found within the call, what comes from the loop. */
struct tree *tree_start(struct loop *loop, struct notify *keep_notify,
			const char *path,
			const struct tree_handler *handler) MUST_CHECK;
void tree_free(struct tree *tree);

#endif
