/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * base.h - the few macros and scoped clean-ups that every module uses.
 *
 * SCOPED_FD and SCOPED_TEXT locals are released when their scope ends; the
 * *_give functions hand the value on and leave an empty local behind.
 */
#ifndef CORE_BASE_H
#define CORE_BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PRINTF_LIKE(fmt, args)                                                 \
	__attribute__((__format__(__printf__, fmt, args)))
#define MUST_CHECK	  __attribute__((__warn_unused_result__))
#define ON_SCOPE_EXIT(fn) __attribute__((__cleanup__(fn)))
#define COUNT_OF(array)	  (sizeof(array) / sizeof((array)[0]))

/* Closing must not hide the error that the caller is about to return. */
static inline void scope_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void scope_free(char **text)
{
	free(*text);
}

static inline void scope_fclose(FILE **file)
{
	int saved = errno;

	if (*file != NULL)
		fclose(*file);
	errno = saved;
}

#define SCOPED_FD   ON_SCOPE_EXIT(scope_close)
#define SCOPED_TEXT ON_SCOPE_EXIT(scope_free)
#define SCOPED_FILE ON_SCOPE_EXIT(scope_fclose)

static inline int fd_give(int *fd)
{
	int given = *fd;

	*fd = -1;
	return given;
}

static inline char *text_give(char **text)
{
	char *given = *text;

	*text = NULL;
	return given;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b)
{
	return a > b ? a : b;
}

#endif
