/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * shift/kept.h - what chown(2) takes away from a file, kept to be given back.
 *
 * A changed owner costs a file its setuid and setgid bits and its capabilities,
 * and a command may be killed before it restores them. So they are written down
 * before anything is changed, one line of numbers a file, in the store, where
 * nobody else can write. A file is known by its inode number, time of birth,
 * size and time of change: writing to it would have taken the same away.
 */
#ifndef WORKSPACE_SHIFT_KEPT_H
#define WORKSPACE_SHIFT_KEPT_H

#include "core/buf.h"
#include "core/err.h"

enum {
	KEPT_MAX = 100000, /* files with such bits or capabilities in a tree */
	KEPT_FILE_MAX_BYTES = 32 << 20,
	KEPT_CAPS_BYTES = 24,
};

/* Numbers only, all of one size: printed and parsed as such. */
struct kept_file {
	uint64_t ino, born_s, born_ns, changed_s, changed_ns, size_bytes;
	uint64_t mode; /* of S_ISUID and S_ISGID */
	uint64_t caps_bytes; /* 0: none */
	uint64_t caps[KEPT_CAPS_BYTES / sizeof(uint64_t)]; /* as on disk */
};

/* All-zero is a valid empty list. */
struct kept {
	struct kept_file *list;
	size_t count, room;
};

void kept_fini(struct kept *kept);
#define SCOPED_KEPT ON_SCOPE_EXIT(kept_fini)

/* -E2BIG beyond KEPT_MAX. */
int kept_add(struct kept *kept, const struct kept_file *file,
	     struct err *e) MUST_CHECK;

/* To be called after the last kept_add(), before kept_find(). */
void kept_sort(struct kept *kept);

/* What was kept of this very file, NULL when nothing was. */
const struct kept_file *kept_find(const struct kept *kept,
				  const struct kept_file *file);

/* As text; path, of the tree, is for whoever reads it. */
void kept_print(const struct kept *kept, const char *path, struct buf *out);

/*
 * The list, sorted, and where it is not NULL the path in *ret_path, which is
 * the caller's. -EINVAL: it is no such text.
 */
int kept_parse(const char *text, size_t len_bytes, struct kept *ret,
	       char **ret_path, struct err *e) MUST_CHECK;

#endif
