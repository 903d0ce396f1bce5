/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * err.h - an error is a value: what was being done, and an errno code.
 *
 * A function that can fail takes "struct err *e" last, fills it once where
 * the cause is known, and returns -code. Callers pass both on untouched or put
 * their context in front. Only main() prints it, through core/log.h.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include "core/base.h"

enum { ERR_TEXT_BYTES = 512 };

struct err {
	int code; /* positive errno, 0: nothing failed */
	bool plain; /* the text says it all: no strerror */
	bool usage; /* wrong command line or configuration */
	char text[ERR_TEXT_BYTES]; /* what was being done, no newline */
};

/*
 * Record a failure and return -code, so that reporting is one statement:
 *
 *	return err_set(e, errno, "open %s", path);
 *
 * e may be NULL; errno is left as it was. A longer text is cut.
 */
int err_set(struct err *e, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * The same for a failure that its text explains completely ("no project is
 * called trip"): nothing is added when it is printed. Returns -code.
 */
int err_say(struct err *e, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * The same for a wrong command line or configuration ("rate: 79 is outside
 * 80..450"): the program exits with 2. Returns -EINVAL.
 */
int err_usage(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Put "context: " in front of e's text. Returns -e->code. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* e as one line in buf: its text and, unless plain, ": strerror". Returns buf.
 */
const char *err_text(const struct err *e, char *buf, size_t buf_bytes);

#endif
