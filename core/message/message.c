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
