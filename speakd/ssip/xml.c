/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/xml.h"

#include <string.h>

#include "speakd/words/entity.h"

static bool starts(const struct xml *c, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(c->end - c->at) >= n && memcmp(c->at, text, n) == 0;
}

bool xml_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':' ||
	       c == '.';
}

/* ---- entities ------------------------------------------------------------ */

/* "&#xffffffff;" means a character, if not which. */
static bool read_broken_number(struct xml *c, struct buf *out)
{
	const char *p = c->at + 2;
	const char *digits;

	p += p < c->end && (*p == 'x' || *p == 'X');
	digits = p;
	while (p < c->end && strspn(p, "0123456789abcdefABCDEF") > 0)
		p++;
	if (p == digits || p == c->end || *p != ';')
		return false;
	buf_add_code(out, 0xfffd);
	c->at = p + 1;
	return true;
}

/* "&amp;" and its kind; false when it is just an ampersand. */
static bool read_entity(struct xml *c, struct buf *out)
{
	uint32_t code;
	size_t n = entity_at(span_of(c->at, (size_t)(c->end - c->at)), 0,
			     &code);

	if (n == 0)
		return starts(c, "&#") && read_broken_number(c, out);
	buf_add_code(out, code);
	c->at += n;
	return true;
}

void xml_read_char(struct xml *c, struct buf *out)
{
	if (*c->at != '&' || !read_entity(c, out))
		buf_add_char(out, *c->at++);
}

/* ---- tags ---------------------------------------------------------------- */

/*
 * The ">" of a tag, outside of quotes; NULL when there is none. In a
 * declaration brackets hold others.
 */
static const char *tag_end(const char *at, const char *end, bool declares)
{
	char quote = '\0';
	unsigned depth = 0;

	for (; at < end; at++) {
		if (quote != '\0') {
			if (*at == quote)
				quote = '\0';
		} else if (*at == '"' || *at == '\'') {
			quote = *at;
		} else if (declares && *at == '[') {
			depth++;
		} else if (declares && *at == ']' && depth > 0) {
			depth--;
		} else if (*at == '>' && depth == 0) {
			return at;
		} else if (*at == '<' && depth == 0) {
			return NULL;
		}
	}
	return NULL;
}

static bool read_comment(struct xml *c)
{
	const char *end = c->comments_ended
				  ? NULL
				  : memmem(c->at, (size_t)(c->end - c->at),
					   "-->", 3);

	c->comments_ended = end == NULL;
	if (end == NULL)
		return false;
	c->at = end + 3;
	return true;
}

static bool read_data(struct xml *c, struct xml_tag *ret)
{
	const char *from = c->at + strlen("<![CDATA[");
	const char *end = c->data_ended ? NULL
					: memmem(from, (size_t)(c->end - from),
						 "]]>", 3);

	c->data_ended = end == NULL;
	if (end == NULL)
		return false;
	ret->data = from;
	ret->data_bytes = (size_t)(end - from);
	c->at = end + 3;
	return true;
}

/* Comments, declarations and processing instructions are empty tags. */
bool xml_read_tag(struct xml *c, struct xml_tag *ret)
{
	const char *in = c->at + 1;
	const char *end;

	*ret = (struct xml_tag){ .name = "" };
	if (in < c->end && *in == '!' && starts(c, "<!--"))
		return read_comment(c);
	if (in < c->end && *in == '!' && starts(c, "<![CDATA["))
		return read_data(c, ret);
	if (in == c->end || !(is_name(*in) || strchr("/?!", *in)))
		return false;
	end = tag_end(in, c->end, *in == '!');
	if (end == NULL)
		return false;
	ret->closes = *in == '/';
	in += ret->closes;
	ret->name = in;
	while (in < end && is_name(*in))
		in++;
	ret->name_bytes = (size_t)(in - ret->name);
	ret->is_empty = end > in && end[-1] == '/';
	ret->attributes = in;
	ret->end = end;
	c->at = end + 1;
	return true;
}

static void skip_blanks(struct xml *c)
{
	while (c->at < c->end && xml_is_blank(*c->at))
		c->at++;
}

/* One attribute's name and value, its entities decoded. False: no more. */
static bool next_attribute(struct xml *c, struct span *ret_name,
			   struct buf *value)
{
	const char *name;
	char quote;

	buf_clear(value);
	while (c->at < c->end && !is_name(*c->at))
		c->at++;
	name = c->at;
	while (c->at < c->end && is_name(*c->at))
		c->at++;
	*ret_name = span_of(name, (size_t)(c->at - name));
	if (ret_name->len_bytes == 0)
		return false;
	skip_blanks(c);
	if (c->at == c->end || *c->at != '=')
		return true;
	c->at++;
	skip_blanks(c);
	if (c->at == c->end || (*c->at != '"' && *c->at != '\''))
		return true;
	quote = *c->at++;
	while (c->at < c->end && *c->at != quote)
		xml_read_char(c, value);
	if (c->at < c->end)
		c->at++;
	return true;
}

bool xml_attribute(const struct xml_tag *tag, const char *name,
		   struct buf *value)
{
	struct xml rest = { .at = tag->attributes, .end = tag->end };
	struct span found;

	while (next_attribute(&rest, &found, value))
		if (span_is_caseless(found, name))
			return true;
	buf_clear(value);
	return false;
}
