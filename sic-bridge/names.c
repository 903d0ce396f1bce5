/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/names.h"

#include <ctype.h>
#include <string.h>

void names_init(struct names *names)
{
	/* What holds until a server says otherwise: RFC 1459, section 2.2. */
	*names = (struct names){ .channel_types = "#&+!" };
}

static unsigned number(struct span value)
{
	unsigned n = 0;

	for (size_t i = 0; i < value.len_bytes && n < 100000; i++) {
		if (!isdigit((unsigned char)value.text[i]))
			break;
		n = n * 10 + (unsigned)(value.text[i] - '0');
	}
	return n;
}

static void learn_casemapping(struct names *names, struct span value)
{
	if (span_is(value, "ascii"))
		names->casemapping = CASEMAPPING_ASCII;
	else if (span_is(value, "strict-rfc1459"))
		names->casemapping = CASEMAPPING_STRICT;
	else
		names->casemapping = CASEMAPPING_RFC1459;
}

static void learn_channel_types(struct names *names, struct span value)
{
	size_t n = min_size(value.len_bytes, sizeof(names->channel_types) - 1);

	memcpy(names->channel_types, value.text, n);
	names->channel_types[n] = '\0';
}

static void learn_nick_bytes(struct names *names, struct span value)
{
	names->nick_bytes = number(value);
}

static void learn_chathistory(struct names *names, struct span value)
{
	names->has_chathistory = true;
	names->chathistory = number(value);
}

void names_learn(struct names *names, const struct irc_line *line)
{
	static const struct {
		const char *key;
		void (*learn)(struct names *names, struct span value);
	} keys[] = {
		{ "CASEMAPPING=", learn_casemapping },
		{ "CHANTYPES=", learn_channel_types },
		{ "NICKLEN=", learn_nick_bytes },
		{ "CHATHISTORY=", learn_chathistory },
	};

	for (size_t i = 1; i < line->count; i++) {
		struct span token = line->params[i];

		for (size_t k = 0; k < COUNT_OF(keys); k++) {
			size_t n = strlen(keys[k].key);

			if (token.len_bytes >= n &&
			    memcmp(token.text, keys[k].key, n) == 0)
				keys[k].learn(names,
					      span_of(token.text + n,
						      token.len_bytes - n));
		}
	}
}

static char fold(const struct names *names, char c)
{
	static const char upper[] = "[]\\~", lower[] = "{}|^";
	const char *found;

	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if (names->casemapping == CASEMAPPING_ASCII || c == '\0')
		return c;
	found = strchr(upper, c);
	if (found == NULL ||
	    (c == '~' && names->casemapping == CASEMAPPING_STRICT))
		return c;
	return lower[found - upper];
}

bool names_equal(const struct names *names, struct span a, struct span b)
{
	if (a.len_bytes != b.len_bytes)
		return false;
	for (size_t i = 0; i < a.len_bytes; i++)
		if (fold(names, a.text[i]) != fold(names, b.text[i]))
			return false;
	return true;
}

bool names_is_channel(const struct names *names, struct span name)
{
	return name.len_bytes > 0 && name.text[0] != '\0' &&
	       strchr(names->channel_types, name.text[0]) != NULL;
}

static bool is_nick_byte(char c)
{
	return isalnum((unsigned char)c) || strchr("[]\\`_^{|}-", c) != NULL ||
	       (unsigned char)c >= 0x80;
}

bool names_mentioned(const struct names *names, struct span nick,
		     struct span text)
{
	if (nick.len_bytes == 0)
		return false;
	for (size_t i = 0; i + nick.len_bytes <= text.len_bytes; i++) {
		size_t behind = i + nick.len_bytes;

		if (i > 0 && is_nick_byte(text.text[i - 1]))
			continue;
		if (behind < text.len_bytes && is_nick_byte(text.text[behind]))
			continue;
		if (names_equal(names, nick,
				span_of(text.text + i, nick.len_bytes)))
			return true;
	}
	return false;
}
