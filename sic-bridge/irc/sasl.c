/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/sasl.h"

#include <string.h>

#include "sic-bridge/net/tls.h"

const char *sasl_mechanism(enum sasl_kind kind)
{
	static const char *const names[] = {
		[SASL_NONE] = "",
		[SASL_PLAIN] = "PLAIN",
		[SASL_EXTERNAL] = "EXTERNAL",
		[SASL_SCRAM] = "SCRAM-SHA-256",
	};

	return names[kind];
}

static void wipe(struct buf *buf)
{
	if (buf->data != NULL)
		tls_wipe(buf->data, buf->size_bytes);
	buf_fini(buf);
}

/* "\0user\0password": no other identity than the one that logs in. */
static void encode_plain(const char *user, const char *password,
			 struct buf *out)
{
	struct buf plain = { 0 };

	/* Reserved at once: growing would leave copies behind. */
	buf_reserve(&plain, strlen(user) + strlen(password) + 2);
	buf_add_char(&plain, '\0');
	buf_add_text(&plain, user);
	buf_add_char(&plain, '\0');
	buf_add_text(&plain, password);
	tls_base64(out, plain.data, plain.len_bytes);
	wipe(&plain);
}

/* An exact multiple of the chunk, and nothing at all, end with a "+". */
void sasl_lines(const struct buf *answer, struct buf *out)
{
	size_t sent = 0, n;

	do {
		n = min_size(answer->len_bytes - sent, SASL_CHUNK_BYTES);
		buf_add_text(out, "AUTHENTICATE ");
		if (n == 0)
			buf_add_char(out, '+');
		else
			buf_add(out, answer->data + sent, n);
		buf_add_text(out, "\r\n");
		sent += n;
	} while (n == SASL_CHUNK_BYTES);
}

void sasl_answer(enum sasl_kind kind, const char *user, const char *password,
		 struct buf *out)
{
	struct buf answer = { 0 };

	if (kind == SASL_PLAIN)
		encode_plain(user, password != NULL ? password : "", &answer);
	sasl_lines(&answer, out);
	wipe(&answer);
}
