/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/err.h"

#include <stdarg.h>
#include <string.h>

PRINTF_LIKE(3, 0)
static int set(struct err *e, struct err head, const char *fmt, va_list args)
{
	int saved = errno;

	if (e != NULL) {
		e->code = head.code;
		e->plain = head.plain;
		e->usage = head.usage;
		vsnprintf(e->text, sizeof(e->text), fmt, args);
	}
	errno = saved;
	return -head.code;
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list args;
	int rc;

	va_start(args, fmt);
	rc = set(e, (struct err){ .code = code }, fmt, args);
	va_end(args);
	return rc;
}

int err_say(struct err *e, int code, const char *fmt, ...)
{
	va_list args;
	int rc;

	va_start(args, fmt);
	rc = set(e, (struct err){ .code = code, .plain = true }, fmt, args);
	va_end(args);
	return rc;
}

int err_usage(struct err *e, const char *fmt, ...)
{
	va_list args;
	int rc;

	va_start(args, fmt);
	rc = set(e,
		 (struct err){ .code = EINVAL, .plain = true, .usage = true },
		 fmt, args);
	va_end(args);
	return rc;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char old[ERR_TEXT_BYTES];
	va_list args;
	size_t len;

	if (e == NULL)
		return -EINVAL;
	memcpy(old, e->text, sizeof(old));
	va_start(args, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, args);
	va_end(args);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", old);
	return -e->code;
}

const char *err_text(const struct err *e, char *buf, size_t buf_bytes)
{
	if (e->plain || e->code == 0)
		snprintf(buf, buf_bytes, "%s", e->text);
	else
		snprintf(buf, buf_bytes, "%s: %s", e->text, strerror(e->code));
	return buf;
}
