/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * format_section.h - formats of one's own: [format NAME] sections, and
 * "line:RE" wherever a format is named.
 *
 *	[format deploy]
 *	line = ^(?<time>\S+) (?<nick>\S+) deploys (?<text>.*)
 *
 *	[format discord]
 *	json = author.name -> nick, content -> text
 */
#ifndef SPEAKD_INPUT_FORMAT_SECTION_H
#define SPEAKD_INPUT_FORMAT_SECTION_H

#include "core/message/formats.h"

/* Own formats together, those of "line:RE" included. */
enum { FORMAT_LIST_MAX = 64 };

struct format_list {
	struct format *own[FORMAT_LIST_MAX]; /* owned */
	size_t count;
};

void format_list_fini(struct format_list *list);

/* One key of [format NAME]. 0 or err_usage. */
int format_list_set(struct format_list *list, const char *name, const char *key,
		    const char *value, struct err *e) MUST_CHECK;

/*
 * The format that spec names: of the table, a section's, or "line:RE". *ret
 * lives as long as list. 0 or err_usage.
 */
int format_list_find(struct format_list *list, const char *spec,
		     const struct format **ret, struct err *e) MUST_CHECK;

#endif
