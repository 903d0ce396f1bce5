/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/ssml.h"

#include <stdlib.h>
#include <strings.h>

#include "core/mem.h"
#include "core/text.h"
#include "speakd/words/hygiene.h"

/* A reading position. */
struct cursor {
	const char *at, *end;
};

struct reader {
	struct ssml *ssml;
	struct buf raw; /* words, not yet made safe */
	bool spelling; /* in <say-as interpret-as="characters"> */
	unsigned hidden; /* depth of <sub>, whose alias was said instead */
	bool comments_ended; /* no "-->" is left: none need be looked for */
};

struct tag {
	const char *name;
	size_t name_bytes;
	struct cursor attributes;
	bool closes, is_empty; /* </x>, <x/> */
};

static bool starts(const struct cursor *c, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(c->end - c->at) >= n && memcmp(c->at, text, n) == 0;
}

static bool is_blank(char c)
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

static bool read_number(struct cursor *c, struct buf *out)
{
	const char *p = c->at + 2;
	int base = p < c->end && (*p == 'x' || *p == 'X') ? 16 : 10;
	uint32_t code = 0;
	const char *digits;

	p += base == 16;
	digits = p;
	for (; p < c->end && *p != ';' && p - digits < 8; p++) {
		char lower = (char)(*p | 0x20);
		int value = *p >= '0' && *p <= '9' ? *p - '0'
			    : base == 16 && lower >= 'a' && lower <= 'f'
				    ? lower - 'a' + 10
				    : -1;

		if (value < 0)
			return false;
		code = code * (uint32_t)base + (uint32_t)value;
	}
	if (p == digits || p == c->end || *p != ';')
		return false;
	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = 0xfffd;
	buf_add_code(out, code);
	c->at = p + 1;
	return true;
}

/* "&amp;" and its kind; false when it is just an ampersand. */
static bool read_entity(struct cursor *c, struct buf *out)
{
	static const struct {
		const char *name;
		char is;
	} entities[] = {
		{ "&amp;", '&' },  { "&lt;", '<' },    { "&gt;", '>' },
		{ "&quot;", '"' }, { "&apos;", '\'' },
	};

	if (starts(c, "&#"))
		return read_number(c, out);
	for (size_t i = 0; i < COUNT_OF(entities); i++) {
		if (!starts(c, entities[i].name))
			continue;
		buf_add_char(out, entities[i].is);
		c->at += strlen(entities[i].name);
		return true;
	}
	return false;
}

static void add_char(struct cursor *c, struct buf *out)
{
	if (*c->at != '&' || !read_entity(c, out))
		buf_add_char(out, *c->at++);
}

/* ---- tags ---------------------------------------------------------------- */

/* The ">" of a tag, outside of quotes; NULL when there is none. */
static const char *tag_end(struct cursor c)
{
	char quote = '\0';

	for (; c.at < c.end; c.at++) {
		if (quote != '\0') {
			if (*c.at == quote)
				quote = '\0';
		} else if (*c.at == '"' || *c.at == '\'') {
			quote = *c.at;
		} else if (*c.at == '>') {
			return c.at;
		} else if (*c.at == '<') {
			return NULL;
		}
	}
	return NULL;
}

/* At "<". Comments, declarations and processing instructions are empty tags. */
static bool read_tag(struct reader *reader, struct cursor *c, struct tag *ret)
{
	struct cursor in = { c->at + 1, c->end };
	const char *end;

	*ret = (struct tag){ .name = "" };
	if (starts(c, "<!--")) {
		end = reader->comments_ended
			      ? NULL
			      : memmem(c->at, (size_t)(c->end - c->at), "-->",
				       3);
		reader->comments_ended = end == NULL;
		if (end == NULL)
			return false;
		c->at = end + 3;
		return true;
	}
	if (in.at == in.end || !(is_name(*in.at) || strchr("/?!", *in.at)))
		return false;
	end = tag_end(in);
	if (end == NULL)
		return false;
	ret->closes = *in.at == '/';
	in.at += ret->closes;
	ret->name = in.at;
	while (in.at < end && is_name(*in.at))
		in.at++;
	ret->name_bytes = (size_t)(in.at - ret->name);
	ret->is_empty = end > in.at && end[-1] == '/';
	ret->attributes = (struct cursor){ in.at, end };
	c->at = end + 1;
	return true;
}

static bool tag_is(const struct tag *tag, const char *name)
{
	return tag->name_bytes == strlen(name) &&
	       strncasecmp(tag->name, name, tag->name_bytes) == 0;
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && is_blank(*c->at))
		c->at++;
}

/* One attribute's name and value, its entities decoded. False: no more. */
static bool next_attribute(struct cursor *c, struct cursor *ret_name,
			   struct buf *value)
{
	char quote;

	buf_clear(value);
	while (c->at < c->end && !is_name(*c->at))
		c->at++;
	ret_name->at = c->at;
	while (c->at < c->end && is_name(*c->at))
		c->at++;
	ret_name->end = c->at;
	if (ret_name->at == ret_name->end)
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
		add_char(c, value);
	if (c->at < c->end)
		c->at++;
	return true;
}

static bool find_attribute(const struct tag *tag, const char *name,
			   struct buf *value)
{
	struct cursor rest = tag->attributes, found;

	while (next_attribute(&rest, &found, value))
		if ((size_t)(found.end - found.at) == strlen(name) &&
		    strncasecmp(found.at, name, strlen(name)) == 0)
			return true;
	buf_clear(value);
	return false;
}

/* ---- words and marks ----------------------------------------------------- */

static bool ends_in_blank(const struct buf *buf)
{
	return buf->len_bytes == 0 || buf->data[buf->len_bytes - 1] == ' ';
}

/*
 * Make safe what was collected and add it to the text. Blanks at its edges are
 * kept, folded to one: the pieces are of one sentence.
 */
static void flush(struct reader *reader)
{
	SCOPED_BUF struct buf clean = { 0 };
	struct buf *raw = &reader->raw;
	struct buf *text = &reader->ssml->text;

	if (raw->len_bytes == 0)
		return;
	hygiene_clean(&clean, raw->data, raw->len_bytes);
	if (is_blank(raw->data[0]) && !ends_in_blank(text))
		buf_add_char(text, ' ');
	buf_add(text, buf_text(&clean), clean.len_bytes);
	if (is_blank(raw->data[raw->len_bytes - 1]) && !ends_in_blank(text))
		buf_add_char(text, ' ');
	buf_clear(raw);
}

/* mark_count grows to powers of two. */
static void add_mark(struct reader *reader, const struct tag *tag)
{
	SCOPED_BUF struct buf name = { 0 };
	SCOPED_BUF struct buf safe = { 0 };
	struct ssml *ssml = reader->ssml;

	if (tag->closes || ssml->mark_count == SSML_MARKS_MAX ||
	    !find_attribute(tag, "name", &name))
		return;
	flush(reader);
	if ((ssml->mark_count & (ssml->mark_count - 1)) == 0)
		ssml->marks = mem_resize(ssml->marks,
					 max_size(ssml->mark_count * 2, 1),
					 sizeof(*ssml->marks));
	/* It goes back to the client in one line. */
	text_escape(&safe, buf_text(&name),
		    text_cut(buf_text(&name), name.len_bytes,
			     SSML_MARK_NAME_BYTES));
	ssml->marks[ssml->mark_count++] = (struct mark){
		.offset_bytes = ssml->text.len_bytes,
		.name = mem_copy(buf_text(&safe)),
	};
}

static void end_sentence(struct reader *reader, const struct tag *tag)
{
	struct buf *raw = &reader->raw;

	(void)tag;
	while (raw->len_bytes > 0 && is_blank(raw->data[raw->len_bytes - 1]))
		buf_cut(raw, raw->len_bytes - 1);
	if (raw->len_bytes > 0 &&
	    strchr(".!?,;:", raw->data[raw->len_bytes - 1]) == NULL)
		buf_add_char(raw, '.');
	buf_add_char(raw, ' ');
}

static void pause_here(struct reader *reader, const struct tag *tag)
{
	(void)tag;
	end_sentence(reader, tag);
}

static void say_alias(struct reader *reader, const struct tag *tag)
{
	SCOPED_BUF struct buf alias = { 0 };

	if (tag->closes && reader->hidden > 0)
		reader->hidden--;
	if (tag->closes || tag->is_empty ||
	    !find_attribute(tag, "alias", &alias))
		return;
	buf_add(&reader->raw, buf_text(&alias), alias.len_bytes);
	reader->hidden++;
}

static void spell(struct reader *reader, const struct tag *tag)
{
	SCOPED_BUF struct buf how = { 0 };

	reader->spelling = !tag->closes && !tag->is_empty &&
			   find_attribute(tag, "interpret-as", &how) &&
			   strcasecmp(buf_text(&how), "characters") == 0;
}

/* clang-format off */
static const struct {
	const char *name;
	void (*read)(struct reader *reader, const struct tag *tag);
} tags[] = {
	{ "mark",   add_mark },
	{ "break",  pause_here },
	{ "p",      end_sentence },
	{ "s",      end_sentence },
	{ "sub",    say_alias },
	{ "say-as", spell },
};
/* clang-format on */

static void apply_tag(struct reader *reader, const struct tag *tag)
{
	for (size_t i = 0; i < COUNT_OF(tags); i++)
		if (tag_is(tag, tags[i].name))
			tags[i].read(reader, tag);
}

static void read_char(struct reader *reader, struct cursor *c)
{
	SCOPED_BUF struct buf one = { 0 };

	if (reader->hidden > 0) {
		add_char(c, &one);
		return;
	}
	if (!reader->spelling) {
		add_char(c, &reader->raw);
		return;
	}
	add_char(c, &one);
	if (((unsigned char)one.data[0] & 0xc0) != 0x80)
		buf_add_char(&reader->raw, ' ');
	buf_add(&reader->raw, one.data, one.len_bytes);
}

/*
 * Pieces that are safe each can make an unsafe whole: a mark in every other
 * letter of a long word. Then the marks move in proportion.
 */
static void make_whole_safe(struct ssml *ssml)
{
	SCOPED_BUF struct buf clean = { 0 };
	struct buf *text = &ssml->text;
	size_t before;

	if (text->len_bytes > 0 && ends_in_blank(text))
		buf_cut(text, text->len_bytes - 1);
	before = max_size(text->len_bytes, 1);
	hygiene_clean(&clean, buf_text(text), text->len_bytes);
	for (size_t i = 0; i < ssml->mark_count; i++) {
		size_t *at = &ssml->marks[i].offset_bytes;

		if (clean.len_bytes != text->len_bytes)
			*at = *at * clean.len_bytes / before;
		*at = min_size(*at, clean.len_bytes);
	}
	buf_clear(text);
	buf_add(text, buf_text(&clean), clean.len_bytes);
}

void ssml_read(struct ssml *ssml, const char *text, size_t len_bytes)
{
	struct reader reader = { .ssml = ssml };
	struct cursor c = { text, text + len_bytes };
	struct tag tag;

	while (c.at < c.end) {
		if (*c.at == '<' && read_tag(&reader, &c, &tag))
			apply_tag(&reader, &tag);
		else
			read_char(&reader, &c);
	}
	flush(&reader);
	make_whole_safe(ssml);
	buf_fini(&reader.raw);
}

void ssml_fini(struct ssml *ssml)
{
	buf_fini(&ssml->text);
	for (size_t i = 0; i < ssml->mark_count; i++)
		free(ssml->marks[i].name);
	free(ssml->marks);
	*ssml = (struct ssml){ 0 };
}
