/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/names.h"

#include <ctype.h>
#include <string.h>

void names_init(struct names *names)
{
	/* What holds until a server says otherwise: RFC 1459, section 2.2. */
	*names = (struct names){
		.channel_types = "#&+!",
		.status = "@+",
		.modes_always = "beIkov",
		.modes_set = "l",
	};
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

static void copy(char *to, size_t to_bytes, struct span from)
{
	size_t n = min_size(from.len_bytes, to_bytes - 1);

	memcpy(to, from.text, n);
	to[n] = '\0';
}

static void learn_channel_types(struct names *names, struct span value)
{
	copy(names->channel_types, sizeof(names->channel_types), value);
}

static void learn_status(struct names *names, struct span value)
{
	copy(names->status, sizeof(names->status), value);
}

/* Kinds of letters, as CHANMODES has them between its commas. */
static struct span group(struct span value, unsigned wanted)
{
	size_t start = 0;

	for (size_t i = 0; i <= value.len_bytes; i++) {
		if (i < value.len_bytes && value.text[i] != ',')
			continue;
		if (wanted-- == 0)
			return span_of(value.text + start, i - start);
		start = i + 1;
	}
	return span_of("", 0);
}

static void add_letters(char *to, size_t to_bytes, struct span letters)
{
	size_t n = strlen(to);

	copy(to + n, to_bytes - n, letters);
}

/* "beI,k,l,imnpst": lists, always, when set, never. */
static void learn_modes(struct names *names, struct span value)
{
	add_letters(names->modes_always, sizeof(names->modes_always),
		    group(value, 0));
	add_letters(names->modes_always, sizeof(names->modes_always),
		    group(value, 1));
	copy(names->modes_set, sizeof(names->modes_set), group(value, 2));
}

/* "(ov)@+" */
static void learn_prefixes(struct names *names, struct span value)
{
	const char *close = memchr(value.text, ')', value.len_bytes);

	if (close == NULL || *value.text != '(')
		return;
	add_letters(names->modes_always, sizeof(names->modes_always),
		    span_of(value.text + 1, (size_t)(close - value.text) - 1));
	learn_status(names,
		     span_of(close + 1, (size_t)(value.text + value.len_bytes -
						 close - 1)));
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
		{ "CHANMODES=", learn_modes },
		{ "PREFIX=", learn_prefixes },
		{ "STATUSMSG=", learn_status },
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

struct span names_without_status(const struct names *names, struct span name)
{
	struct span bare = name;

	while (bare.len_bytes > 1 && bare.text[0] != '\0' &&
	       strchr(names->status, bare.text[0]) != NULL) {
		bare.text++;
		bare.len_bytes--;
	}
	return names_is_channel(names, bare) ? bare : name;
}

bool names_mode_has_param(const struct names *names, char letter, bool plus)
{
	return letter != '\0' &&
	       (strchr(names->modes_always, letter) != NULL ||
		(plus && strchr(names->modes_set, letter) != NULL));
}
