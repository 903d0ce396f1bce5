/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * source_section.h - one [source NAME] section: a stream that speakd reads.
 *
 *	[source sync]
 *	file = ~/irc/sync/out        or  fifo = PATH  or  command = COMMAND
 *	format = ii
 *	voice = en-gb
 *
 * Keys: file, fifo, command (one of them); last; format; voice, rate, pitch,
 * volume; punctuation, digits, dictionary; drop, keep, replace, ignore (rules
 *of this source, tried first); say-name = yes|no (its name when the source
 *changes, default yes).
 */
#ifndef SPEAKD_SOURCE_SECTION_H
#define SPEAKD_SOURCE_SECTION_H

#include "core/err.h"
#include "core/message/formats.h"
#include "speakd/words/rules.h"
#include "speakd/words/wording.h"

enum source_kind { SOURCE_NONE, SOURCE_FILE, SOURCE_FIFO, SOURCE_COMMAND };

struct source_section {
	char *name; /* owned, as the others */
	enum source_kind kind;
	char *target; /* path, "~" expanded, or shell command */
	unsigned last_lines;
	char *format_spec; /* NULL: as everywhere */
	const struct format *format; /* what that names */
	char *voice; /* NULL: as everywhere */
	int rate_wpm, pitch, volume_percent; /* PHRASE_DEFAULT: the same */
	int punctuation, digits; /* their enums, -1: as everywhere */
	struct dictionary *dictionary; /* owned; NULL: none of its own */
	bool say_name;
	struct rules *rules;
	/* Made of the program's when all is read. */
	struct wording_config wording;
};

struct source_section *source_section_new(const char *name) MUST_CHECK;
void source_section_free(struct source_section *section);

/* 0 or err_usage. */
int source_section_set(struct source_section *section, const char *key,
		       const char *value, struct err *e) MUST_CHECK;
/* What only shows in the whole. 0 or err_usage. */
int source_section_check(const struct source_section *section,
			 struct err *e) MUST_CHECK;

/* Whether both read the same in the same way: it may go on where it is. */
bool source_section_same_target(const struct source_section *a,
				const struct source_section *b);

#endif
