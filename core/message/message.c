/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/message.h"

#include "core/message/scan.h"

static const char *const kind_names[KIND_COUNT] = {
	[KIND_MESSAGE] = "message", [KIND_ACTION] = "action",
	[KIND_NOTICE] = "notice",   [KIND_JOIN] = "join",
	[KIND_PART] = "part",	    [KIND_QUIT] = "quit",
	[KIND_NICK] = "nick",	    [KIND_MODE] = "mode",
	[KIND_TOPIC] = "topic",	    [KIND_KICK] = "kick",
	[KIND_NUMERIC] = "numeric", [KIND_PRIVATE] = "private",
	[KIND_OWN] = "own",	    [KIND_STATE] = "state",
	[KIND_OTHER] = "other",
};

const char *message_kind_name(enum message_kind kind)
{
	return (unsigned)kind < KIND_COUNT ? kind_names[kind] : NULL;
}

int message_kind_by_name(const char *name)
{
	for (int i = 0; i < KIND_COUNT; i++)
		if (strcmp(name, kind_names[i]) == 0)
			return i;
	return -1;
}

/* Never 0, and positive before 1970 too. */
static uint64_t line_ms(const struct message_time *when)
{
	return (uint64_t)when->ms + (UINT64_C(1) << 60);
}

uint64_t message_said_ms(const struct message *message, uint64_t now_ms)
{
	const struct message_time *when = &message->when;

	if (when->step_ms == 0)
		return now_ms;
	if (when->step_ms <= 1000)
		return line_ms(when);
	return now_ms == 0 ? 0 : line_ms(when) + now_ms % when->step_ms;
}
