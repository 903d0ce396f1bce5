/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/message.h"

#include "core/message/formats.h"

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

static const struct {
	const char *name;
	format_fn *parse;
} formats[FORMAT_COUNT] = {
	[FORMAT_AUTO] = { "auto", NULL },
	[FORMAT_PLAIN] = { "plain", NULL },
	[FORMAT_SIC] = { "sic", format_sic },
	[FORMAT_II] = { "ii", format_ii },
	[FORMAT_IRSSI] = { "irssi", format_irssi },
	[FORMAT_WEECHAT] = { "weechat", format_weechat },
	[FORMAT_ZNC] = { "znc", format_znc },
	[FORMAT_UBUNTU] = { "ubuntu", format_ubuntu },
	[FORMAT_MEETBOT] = { "meetbot", format_meetbot },
	[FORMAT_LIMNORIA] = { "limnoria", format_limnoria },
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

const char *message_format_name(enum message_format format)
{
	return (unsigned)format < FORMAT_COUNT ? formats[format].name : NULL;
}

int message_format_by_name(const char *name)
{
	for (int i = 0; i < FORMAT_COUNT; i++)
		if (strcmp(name, formats[i].name) == 0)
			return i;
	return -1;
}

static void clear(struct message *message)
{
	const struct span none = { "", 0 };

	message->kind = KIND_OTHER;
	message->time = message->channel = message->nick = none;
	message->target = message->text = none;
	message->command = message->params = message->trailing = none;
}

void format_whole(enum message_kind kind, const char *line, size_t len_bytes,
		  struct message *ret)
{
	clear(ret);
	ret->kind = kind;
	ret->text = span_of(line, len_bytes);
}

enum fit format_fit(enum message_format format, const char *line,
		    size_t len_bytes, struct message *ret)
{
	struct cursor c = { line, line + len_bytes };

	if ((unsigned)format >= FORMAT_COUNT || formats[format].parse == NULL)
		return FIT_NO;
	clear(ret);
	return formats[format].parse(c, ret);
}

bool message_parse(enum message_format format, const char *line,
		   size_t len_bytes, struct message *ret)
{
	if (format == FORMAT_PLAIN) {
		format_whole(KIND_MESSAGE, line, len_bytes, ret);
		return true;
	}
	if (format_fit(format, line, len_bytes, ret) != FIT_NO)
		return true;
	format_whole(KIND_OTHER, line, len_bytes, ret);
	return false;
}
