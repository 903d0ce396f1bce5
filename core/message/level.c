/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/level.h"

static const struct {
	const char *name, *said;
} levels[] = {
	{ "emerg", "emergency" },
	{ "emergency", "emergency" },
	{ "alert", "alert" },
	{ "crit", "critical" },
	{ "critical", "critical" },
	{ "severe", "error" },
	{ "error", "error" },
	{ "err", "error" },
	{ "erro", "error" },
	{ "fatal", "fatal" },
	{ "ftl", "fatal" },
	{ "fata", "fatal" },
	{ "panic", "panic" },
	{ "warning", "warning" },
	{ "warn", "warning" },
	{ "wrn", "warning" },
	{ "notice", "" },
	{ "note", "" },
	{ "info", "" },
	{ "inf", "" },
	{ "information", "" },
	{ "config", "" },
	{ "fine", "" },
	{ "finer", "" },
	{ "finest", "" },
	{ "log", "" },
	{ "system", "" },
	{ "success", "" },
	{ "debug", "" },
	{ "debu", "" },
	{ "dbg", "" },
	{ "trace", "" },
	{ "trc", "" },
	{ "trac", "" },
	{ "verbose", "" },
	{ "vrb", "" },
};

/* Its place among levels; their count: it is none. */
static size_t find(struct span word)
{
	size_t i = 0;

	while (i < COUNT_OF(levels) && !span_is_caseless(word, levels[i].name))
		i++;
	return i;
}

bool level_is(struct span word)
{
	return find(word) < COUNT_OF(levels);
}

struct span level_said(struct span level)
{
	size_t i = find(level);

	return span_of_text(i < COUNT_OF(levels) ? levels[i].said : "");
}
