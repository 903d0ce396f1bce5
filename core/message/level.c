/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/level.h"

#include "core/mem.h"

struct span level_said(struct span level)
{
	static const struct {
		const char *name, *said;
	} levels[] = {
		{ "emerg", "emergency" }, { "alert", "alert" },
		{ "crit", "critical" },	  { "critical", "critical" },
		{ "err", "error" },	  { "error", "error" },
		{ "fatal", "fatal" },	  { "warn", "warning" },
		{ "warning", "warning" }, { "panic", "panic" },
	};

	for (size_t i = 0; i < COUNT_OF(levels); i++)
		if (span_is_caseless(level, levels[i].name))
			return span_of_text(levels[i].said);
	return span_of_text("");
}
