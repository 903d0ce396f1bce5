/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/mem.h"

#include <stdarg.h>
#include <string.h>

static void *must(void *memory)
{
	static const char says[] = "out of memory\n";

	if (memory == NULL) {
		(void)!write(STDERR_FILENO, says, sizeof(says) - 1);
		abort();
	}
	return memory;
}

void *mem_new(size_t bytes)
{
	return must(calloc(1, bytes > 0 ? bytes : 1));
}

void *mem_resize(void *take_old, size_t count, size_t size)
{
	return must(reallocarray(take_old, count > 0 ? count : 1, size));
}

char *mem_text(const char *text, size_t len_bytes)
{
	char *copy = must(malloc(len_bytes + 1));

	memcpy(copy, text, len_bytes);
	copy[len_bytes] = '\0';
	return copy;
}

char *mem_copy(const char *text)
{
	return text == NULL ? NULL : mem_text(text, strlen(text));
}

char *mem_printf(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	return must(text);
}
