/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * finding.h - what a doctor looked at, and whether it works, as a line.
 *
 *	ok   sound
 *	no   subordinate ids: newuidmap is not installed (package uidmap)
 */
#ifndef CORE_FINDING_H
#define CORE_FINDING_H

#include "core/json.h"

/* Add the line without its newline; text is "" when there is nothing to say. */
void finding_add(struct buf *out, const char *name, bool good,
		 const char *text);

/* The same as an object: check, ok, text. */
struct json *finding_json(const char *name, bool good,
			  const char *text) MUST_CHECK;

struct finding {
	const char *name, *text; /* borrowed from the line */
	bool good;
};

/* Take a line apart, in place; false: it is none. */
bool finding_parse(char *line, struct finding *ret);

#endif
