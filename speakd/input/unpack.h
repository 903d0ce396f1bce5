/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * unpack.h - the contents of a packed file (gzip, bzip2, xz, zstd, lz4) as a
 * stream, by libarchive in a process of its own: what a stranger packed is
 * never in our memory before it is text, and may take time and memory within
 * limits only.
 */
#ifndef SPEAKD_INPUT_UNPACK_H
#define SPEAKD_INPUT_UNPACK_H

#include <sys/types.h>

#include "core/err.h"

enum {
	/* What unpacks to more than this and is packed closer is a trap. */
	UNPACK_FREE_BYTES = 64 << 20,
	UNPACK_RATIO_MAX = 200,
	UNPACK_MEMORY_BYTES = 1 << 30,
};

/*
 * Start reading what head, its first bytes, and then fd have. *ret_fd gives
 * the contents, to its end. 0 or -errno.
 */
int unpack_start(int fd, const char *head, size_t head_bytes, int *ret_fd,
		 pid_t *ret_pid, struct err *e) MUST_CHECK;

/* After the end of *ret_fd: NULL, or why it is not all of it. Reaps. */
const char *unpack_end(pid_t pid);

#endif
