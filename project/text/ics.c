/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/ics.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "core/text.h"

enum { ICS_FOLD_BYTES = 74 };

/* ---- reading ------------------------------------------------------------ */

/* A line and those that begin with a blank, which go on with it. */
static void unfold(const char *text, size_t len_bytes, size_t *at,
		   struct buf *out)
{
	bool more = true;

	while (more) {
		const char *line = text + *at;
		const char *end = memchr(line, '\n', len_bytes - *at);
		size_t len = end != NULL ? (size_t)(end - line)
					 : len_bytes - *at;

		*at += len + (end != NULL);
		if (len > 0 && line[len - 1] == '\r')
			len--;
		buf_add(out, line, len);
		more = *at < len_bytes &&
		       (text[*at] == ' ' || text[*at] == '\t');
		*at += more;
	}
}

/* A parameter may hold ":" and ";" in quotes. */
static char *find_colon(char *text)
{
	bool quoted = false;

	for (; *text != '\0'; text++) {
		quoted ^= *text == '"';
		if (*text == ':' && !quoted)
			return text;
	}
	return NULL;
}

bool ics_next(const char *text, size_t len_bytes, size_t *at,
	      struct ics_line *line)
{
	char *colon, *params;

	if (*at >= len_bytes)
		return false;
	buf_clear(&line->text);
	unfold(text, len_bytes, at, &line->text);
	line->name = line->params = line->value = "";
	colon = line->text.data != NULL ? find_colon(line->text.data) : NULL;
	if (colon == NULL)
		return true;
	*colon = '\0';
	line->value = colon + 1;
	line->name = line->text.data;
	params = strchr(line->text.data, ';');
	if (params != NULL) {
		*params = '\0';
		line->params = params + 1;
	}
	for (char *p = line->text.data; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return true;
}

void ics_line_fini(struct ics_line *line)
{
	buf_fini(&line->text);
}

void ics_unescape(struct buf *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' && value[1] != '\0') {
			value++;
			buf_add_char(out, *value == 'n' || *value == 'N'
						  ? ' '
						  : *value);
		} else
			buf_add_char(out, *value);
	}
}

struct date ics_day(const char *value, char ret_time[6])
{
	struct tm tm = { 0 };
	struct tm local;
	const char *rest = strptime(value, "%Y%m%d", &tm);
	time_t second;

	ret_time[0] = '\0';
	if (rest == NULL)
		return (struct date){ 0 };
	rest = rest[0] == 'T' ? strptime(rest, "T%H%M%S", &tm) : NULL;
	if (rest != NULL && rest[0] == 'Z') {
		second = timegm(&tm);
		if (localtime_r(&second, &local) != NULL)
			tm = local;
	}
	if (rest != NULL)
		strftime(ret_time, 6, "%H:%M", &tm);
	return (struct date){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

/* ---- writing ------------------------------------------------------------ */

static void add_folded(struct buf *out, const char *name, const char *value)
{
	SCOPED_BUF struct buf line = { 0 };
	size_t at = 0;

	buf_addf(&line, "%s:%s", name, value);
	while (at < line.len_bytes) {
		/* A line that goes on begins with a blank. */
		size_t room = ICS_FOLD_BYTES - (at > 0);
		size_t n = text_cut(line.data + at, line.len_bytes - at, room);

		buf_addf(out, "%s", at == 0 ? "" : " ");
		buf_add(out, line.data + at, n);
		buf_add_text(out, "\r\n");
		at += n;
	}
}

void ics_add_text(struct buf *out, const char *name, const char *text)
{
	SCOPED_BUF struct buf clean = { 0 };
	SCOPED_BUF struct buf value = { 0 };

	/* UTF-8 without control characters (RFC 5545, 3.1.4 and 3.3.11). */
	text_repair(&clean, text, strlen(text));
	for (const char *at = buf_text(&clean); *at != '\0'; at++) {
		if (strchr("\\;,", *at) != NULL)
			buf_add_char(&value, '\\');
		buf_add_char(&value, iscntrl((unsigned char)*at) ? ' ' : *at);
	}
	add_folded(out, name, buf_text(&value));
}

void ics_add_day(struct buf *out, const char *name, struct date date)
{
	buf_addf(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, date.year % 10000,
		 date.month % 100, date.day % 100);
}

void ics_begin(struct buf *out, char stamp[ICS_STAMP_BYTES])
{
	time_t now = time(NULL);
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };

	(void)!gmtime_r(&now, &tm);
	strftime(stamp, ICS_STAMP_BYTES, "%Y%m%dT%H%M%SZ", &tm);
	buf_add_text(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
			  "PRODID:-//earshot//project//EN\r\n");
}

void ics_end(struct buf *out)
{
	buf_add_text(out, "END:VCALENDAR\r\n");
}
