/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * scan.h - reading what the server answers: lines, fields, history entries.
 */
#ifndef SPEAKD_CTL_SCAN_H
#define SPEAKD_CTL_SCAN_H

#include <time.h>

#include "core/buf.h"
#include "core/message/message.h"

/* The next line of *rest, without its newline; false at the end. */
bool scan_line(struct span *rest, struct span *ret);
/* Up to a separator, which is skipped; all of it when there is none. */
struct span scan_field(struct span *rest, char separator);
/* The value of a "key value" line in lines; empty when there is none. */
struct span scan_value(const struct buf *lines, const char *key);
/* Whether lines has exactly this line (with its newline). */
bool scan_has_line(const struct buf *lines, const struct buf *line);

/* One JSON line of WATCH or HISTORY. */
struct entry {
	struct buf event, text, nick, channel, source;
	uint64_t id;
	int client; /* whose message it is; 0: a source's line */
	size_t offset_bytes; /* event "word": where it begins in the text */
	time_t when;
};

/* False when line is none; *ret is then empty. */
bool scan_entry(struct span line, struct entry *ret);
void scan_entry_fini(struct entry *entry);

/* "12:30" in local time. */
void scan_clock(time_t when, char *buf, size_t buf_bytes);

#endif
