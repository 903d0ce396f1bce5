/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * mem.h - heap memory: allocate or abort.
 *
 * Every size here comes from something bounded by a named limit, so running
 * out means that the machine is beyond help: the process says so on standard
 * error and aborts. What is on disk stays whole, as every file is replaced
 * atomically (core/files.h). None of these ever returns NULL.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include "core/base.h"

/* bytes of zeroed memory, from malloc; free() it. */
void *mem_new(size_t bytes) MUST_CHECK;

/* realloc() to count elements of size bytes each; the rest is not zeroed. */
void *mem_resize(void *take_old, size_t count, size_t size) MUST_CHECK;

/* A NUL-terminated copy of text[0 .. len_bytes). */
char *mem_text(const char *text, size_t len_bytes) MUST_CHECK;

/* A copy of a C string; NULL stays NULL. */
char *mem_copy(const char *text) MUST_CHECK;

/* A formatted text. */
char *mem_printf(const char *fmt, ...) PRINTF_LIKE(1, 2) MUST_CHECK;

#endif
