/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* reply.c - the lines of a reply. */
#include "speakd/ssip/parts.h"

#include <stdarg.h>
#include <string.h>

void reply_line(struct buf *out, int code, char mark, const char *text,
		size_t len_bytes)
{
	buf_addf(out, "%03d%c", code, mark);
	buf_add(out, text, len_bytes);
	buf_add_text(out, "\r\n");
}

void reply_data(struct ssip_client *client, int code, const char *data,
		size_t len_bytes)
{
	reply_line(&client->out, code, '-', data, len_bytes);
}

void reply_dataf(struct ssip_client *client, int code, const char *fmt, ...)
{
	SCOPED_TEXT char *text = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		abort(); /* out of memory, as in core/mem.h */
	reply_data(client, code, text, (size_t)n);
}

void reply(struct ssip_client *client, int code, const char *text)
{
	reply_line(&client->out, code, ' ', text, strlen(text));
}

void reply_failure(struct ssip_client *client, enum reply code)
{
	static const struct {
		enum reply code;
		const char *text;
	} texts[] = {
		{ REPLY_NO_BLOCK, "ERR NOT ALLOWED INSIDE BLOCK" },
		{ REPLY_NO_MESSAGE, "ERR NO MESSAGE" },
		{ REPLY_NO_ID, "ERR ID DOESNT EXIST" },
		{ REPLY_MUCH, "ERR TOO MUCH WAITS" },
		{ REPLY_NOT_ALLOWED, "ERR NOT ALLOWED OVER TCP" },
		{ REPLY_INVALID_COMMAND, "ERR INVALID COMMAND" },
		{ REPLY_ENCODING, "ERR INVALID ENCODING" },
		{ REPLY_LONG, "ERR MESSAGE TOO LONG" },
		{ REPLY_MISSING, "ERR MISSING PARAMETER" },
		{ REPLY_NOT_NUMBER, "ERR PARAMETER NOT A NUMBER" },
		{ REPLY_NOT_ON_OFF, "ERR PARAMETER NOT ON OR OFF" },
		{ REPLY_INVALID, "ERR PARAMETER INVALID" },
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i].code == code)
			reply(client, (int)code, texts[i].text);
}
