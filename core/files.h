/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * files.h - whole files, read with a limit and replaced atomically.
 *
 * A replaced file is either the old one or the new one after a crash at any
 * point: written aside, synced, renamed, and its directory synced.
 */
#ifndef CORE_FILES_H
#define CORE_FILES_H

#include <sys/types.h>

#include "core/buf.h"
#include "core/err.h"

/*
 * Read name (relative to dir_fd, or AT_FDCWD) to its end and add it to out.
 *
 * errors: -ENOENT is left to the caller to judge; -EFBIG beyond max_bytes, out
 *         is then unchanged.
 */
int file_read(int dir_fd, const char *name, size_t max_bytes, struct buf *out,
	      struct err *e) MUST_CHECK;

/*
 * Replace name by bytes[0 .. len_bytes), creating it with mode if it is new
 * (an existing file keeps its mode and, where permitted, its owner). A
 * symbolic link is followed: the file that it names is replaced.
 */
int file_replace(int dir_fd, const char *name, const char *bytes,
		 size_t len_bytes, mode_t mode, struct err *e) MUST_CHECK;

/* Add bytes at the end of name in one write(2), synced; created with mode. */
int file_append(int dir_fd, const char *name, const char *bytes,
		size_t len_bytes, mode_t mode, struct err *e) MUST_CHECK;

/*
 * What others have tied to a file: tags, access lists; but for those whose
 * names begin with except (NULL: all). What the file system or the kernel
 * refuses stays behind.
 */
void file_copy_attributes(int from, int to, const char *except);

/*
 * Make to_name the same symbolic link as from_name. errors: -ENAMETOOLONG for
 * one that leads further than PATH_MAX; -EEXIST.
 */
int link_copy(int from_fd, const char *from_name, int to_fd,
	      const char *to_name, struct err *e) MUST_CHECK;

/* Create path and the directories above it that are missing, with mode. */
int dir_make(const char *path, mode_t mode, struct err *e) MUST_CHECK;

/* The same for everything above the last component of path. */
int dir_make_parent(const char *path, mode_t mode, struct err *e) MUST_CHECK;

/* Open a directory for *at() calls. Returns the descriptor or -errno. */
int dir_open(int dir_fd, const char *name, struct err *e) MUST_CHECK;

/* Make renames and new names in a directory last. */
int dir_sync(int dir_fd, struct err *e) MUST_CHECK;

/*
 * Write all of bytes to a blocking descriptor, going on after short writes and
 * EINTR. Returns 0 or -errno.
 */
int write_all(int fd, const char *bytes, size_t len_bytes) MUST_CHECK;

/*
 * To be called first in main(): standard descriptors that our parent closed
 * are opened so that reading or writing them fails, instead of reaching
 * whatever file would be given their number. Standard error goes to /dev/null.
 */
void standard_fds_open(void);

#endif
