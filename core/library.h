/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * library.h - a library that is loaded when it is first needed, because it is
 * optional, or because what it brings along would make every start slower.
 */
#ifndef CORE_LIBRARY_H
#define CORE_LIBRARY_H

#include "core/err.h"

struct library_symbol {
	const char *name;
	void *function; /* address of a pointer to a function of its type */
};

/*
 * Load it and fill the functions in; it stays for good.
 *
 * errors: -ENOENT with the package that brings it, when it is not there or
 *         lacks one of the symbols. Functions may then be filled in partly.
 */
int library_load(const char *soname, const char *package,
		 const struct library_symbol *symbols, size_t count,
		 struct err *e) MUST_CHECK;

#endif
