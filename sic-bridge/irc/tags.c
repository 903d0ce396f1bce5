/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/tags.h"

#include <string.h>
#include <time.h>

static char unescaped(char c)
{
	static const struct {
		char from, to;
	} pairs[] = {
		{ ':', ';' },
		{ 's', ' ' },
		{ 'r', '\r' },
		{ 'n', '\n' },
	};

	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		if (pairs[i].from == c)
			return pairs[i].to;
	return c; /* "\\" and every invalid escape: the backslash goes */
}

/* In place: the result is never longer. */
static size_t unescape(char *text, size_t len_bytes)
{
	size_t out = 0;

	for (size_t i = 0; i < len_bytes; i++) {
		if (text[i] != '\\')
			text[out++] = text[i];
		else if (++i < len_bytes)
			text[out++] = unescaped(text[i]);
	}
	return out;
}

static void set_tag(const char *key, size_t key_bytes, char *value,
		    size_t value_bytes, struct tags *ret)
{
	const struct {
		const char *key;
		struct span *into;
	} known[] = {
		{ "time", &ret->time },	  { "msgid", &ret->msgid },
		{ "batch", &ret->batch }, { "account", &ret->account },
		{ "label", &ret->label },
	};

	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (strlen(known[i].key) == key_bytes &&
		    memcmp(known[i].key, key, key_bytes) == 0)
			*known[i].into = span_of(value,
						 unescape(value, value_bytes));
	}
}

void tags_parse(char *text, size_t len_bytes, struct tags *ret)
{
	char *end = text + len_bytes;

	*ret = (struct tags){
		{ "", 0 }, { "", 0 }, { "", 0 }, { "", 0 }, { "", 0 }
	};
	while (text < end) {
		char *next = memchr(text, ';', (size_t)(end - text));
		char *stop = next != NULL ? next : end;
		char *equals = memchr(text, '=', (size_t)(stop - text));
		char *key_end = equals != NULL ? equals : stop;
		char *value = equals != NULL ? equals + 1 : stop;

		set_tag(text, (size_t)(key_end - text), value,
			(size_t)(stop - value), ret);
		text = stop + 1;
	}
}

/* Exactly count digits at text; -1 otherwise. */
static int digits(const char *text, size_t count)
{
	int n = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

/* Read up to three digits of a fraction as milliseconds. */
static int64_t fraction_ms(const char *text, size_t len_bytes)
{
	static const int64_t scale[] = { 100, 10, 1 };
	int64_t ms = 0;

	for (size_t i = 0; i < len_bytes; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		if (i < COUNT_OF(scale))
			ms += (text[i] - '0') * scale[i];
	}
	return ms;
}

bool tags_time(struct span time, int64_t *ret_ms)
{
	static const char shape[] = "0000-00-00T00:00:00";
	struct tm tm = { 0 };
	const char *t = time.text;
	size_t n = time.len_bytes;
	int64_t ms = 0;

	if (n < sizeof(shape) || n > 40 || t[n - 1] != 'Z')
		return false;
	for (size_t i = 0; i + 1 < sizeof(shape); i++)
		if (shape[i] != '0' && t[i] != shape[i])
			return false;
	tm.tm_year = digits(t, 4) - 1900;
	tm.tm_mon = digits(t + 5, 2) - 1;
	tm.tm_mday = digits(t + 8, 2);
	tm.tm_hour = digits(t + 11, 2);
	tm.tm_min = digits(t + 14, 2);
	tm.tm_sec = digits(t + 17, 2);
	if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mon > 11 ||
	    tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 ||
	    tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 ||
	    tm.tm_sec < 0 || tm.tm_sec > 60)
		return false;
	if (n > sizeof(shape)) {
		if (t[sizeof(shape) - 1] != '.')
			return false;
		ms = fraction_ms(t + sizeof(shape), n - sizeof(shape) - 1);
		if (ms < 0)
			return false;
	}
	*ret_ms = (int64_t)timegm(&tm) * 1000 + ms;
	return true;
}

bool tags_add_time(struct buf *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char date[40];

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return false;
	buf_addf(out, "%s.%03dZ", date, (int)(ms % 1000));
	return true;
}
