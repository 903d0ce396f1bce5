/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/ssml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "core/text.h"
#include "speakd/ssip/prosody.h"
#include "speakd/ssip/xml.h"
#include "speakd/words/hygiene.h"

/* An element that changes how its text sounds, or hides it. */
struct element {
	const char *name; /* in the client's text */
	size_t name_bytes;
	struct style style; /* outside of it */
	bool hides;
};

struct reader {
	struct ssml *ssml;
	ssml_respell_fn *respell;
	void *data;
	struct buf raw; /* words, not yet made safe */
	struct style style; /* what holds here */
	struct element open[SSML_DEPTH_MAX];
	size_t depth, lost; /* beyond SSML_DEPTH_MAX */
	unsigned hidden; /* how many of them hide */
	uint32_t paused_ms; /* in all */
};

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
	SCOPED_BUF struct buf respelled = { 0 };
	SCOPED_BUF struct buf clean = { 0 };
	struct buf *raw = &reader->raw;
	struct buf *text = &reader->ssml->text;

	if (raw->len_bytes == 0)
		return;
	if (reader->respell != NULL && !reader->style.spelled &&
	    reader->respell(reader->data, span_of(raw->data, raw->len_bytes),
			    &respelled))
		hygiene_clean(&clean, respelled.data, respelled.len_bytes);
	else
		hygiene_clean(&clean, raw->data, raw->len_bytes);
	if (xml_is_blank(raw->data[0]) && !ends_in_blank(text))
		buf_add_char(text, ' ');
	buf_add(text, buf_text(&clean), clean.len_bytes);
	if (xml_is_blank(raw->data[raw->len_bytes - 1]) && !ends_in_blank(text))
		buf_add_char(text, ' ');
	buf_clear(raw);
}

/* mark_count grows to powers of two. */
static void add_mark(struct reader *reader, const struct xml_tag *tag)
{
	SCOPED_BUF struct buf name = { 0 };
	SCOPED_BUF struct buf safe = { 0 };
	struct ssml *ssml = reader->ssml;

	if (tag->closes || ssml->mark_count == SSML_MARKS_MAX ||
	    !xml_attribute(tag, "name", &name))
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

static void end_sentence(struct reader *reader, const struct xml_tag *tag)
{
	struct buf *raw = &reader->raw;

	(void)tag;
	while (raw->len_bytes > 0 &&
	       xml_is_blank(raw->data[raw->len_bytes - 1]))
		buf_cut(raw, raw->len_bytes - 1);
	if (raw->len_bytes > 0 &&
	    strchr(".!?,;:", raw->data[raw->len_bytes - 1]) == NULL)
		buf_add_char(raw, '.');
	buf_add_char(raw, ' ');
}

/* ---- how it sounds ------------------------------------------------------- */

/* From here on the style is what the reader has. */
static void set_style(struct reader *reader, uint32_t pause_ms)
{
	flush(reader);
	reader->style.from_bytes = (uint32_t)reader->ssml->text.len_bytes;
	reader->style.pause_ms = pause_ms;
	styles_add(&reader->ssml->styles, &reader->style);
	reader->style.pause_ms = 0;
}

static void pause_here(struct reader *reader, const struct xml_tag *tag)
{
	uint32_t ms = tag->closes ? 0 : prosody_pause_ms(tag);

	ms = (uint32_t)min_size(ms, SSML_PAUSES_MAX_MS - reader->paused_ms);
	if (ms == 0 || reader->hidden > 0)
		return;
	reader->paused_ms += ms;
	if (reader->raw.len_bytes > 0)
		buf_add_char(&reader->raw, ' ');
	set_style(reader, ms);
}

static void open_element(struct reader *reader, const struct xml_tag *tag,
			 prosody_fn *read, bool hides)
{
	struct element *element = &reader->open[reader->depth];

	if (reader->depth == SSML_DEPTH_MAX) {
		reader->lost++;
		return;
	}
	*element = (struct element){ tag->name, tag->name_bytes, reader->style,
				     hides };
	reader->depth++;
	reader->hidden += hides;
	/* What is in front of it is read as it was. */
	if (read != NULL) {
		flush(reader);
		read(tag, &reader->style);
	}
	if (!style_sounds_like(&reader->style, &element->style))
		set_style(reader, 0);
}

static bool is_of(const struct element *element, const struct xml_tag *tag)
{
	return element->name_bytes == tag->name_bytes &&
	       strncasecmp(element->name, tag->name, tag->name_bytes) == 0;
}

/* Elements within it that were not closed end with it. */
static void close_element(struct reader *reader, const struct xml_tag *tag)
{
	struct style was = reader->style;
	size_t at = reader->depth;

	if (reader->lost > 0) {
		reader->lost--;
		return;
	}
	while (at > 0 && !is_of(&reader->open[at - 1], tag))
		at--;
	if (at == 0)
		return;
	flush(reader);
	while (reader->depth >= at) {
		reader->depth--;
		reader->hidden -= reader->open[reader->depth].hides;
	}
	reader->style = reader->open[reader->depth].style;
	if (!style_sounds_like(&reader->style, &was))
		set_style(reader, 0);
}

/* ---- elements ------------------------------------------------------------ */

static void say_alias(struct reader *reader, const struct xml_tag *tag)
{
	SCOPED_BUF struct buf alias = { 0 };
	bool has_alias = xml_attribute(tag, "alias", &alias);

	if (has_alias && reader->hidden == 0)
		buf_add(&reader->raw, buf_text(&alias), alias.len_bytes);
	if (!tag->is_empty)
		open_element(reader, tag, NULL, has_alias);
}

enum content { CONTENT_NONE, CONTENT_SAID, CONTENT_HIDDEN };

/* clang-format off */
static const struct {
	const char *name;
	/* What its beginning does, and its end. */
	void (*read)(struct reader *reader, const struct xml_tag *tag);
	prosody_fn *sound; /* within it */
	enum content content;
	bool ends; /* read is for its end, too */
} elements[] = {
	{ "mark",     add_mark,     NULL,             CONTENT_NONE,   false },
	{ "break",    pause_here,   NULL,             CONTENT_NONE,   false },
	{ "sub",      say_alias,    NULL,             CONTENT_NONE,   false },
	{ "p",        end_sentence, prosody_language, CONTENT_SAID,   true },
	{ "s",        end_sentence, prosody_language, CONTENT_SAID,   true },
	{ "speak",    NULL,         prosody_language, CONTENT_SAID,   false },
	{ "lang",     NULL,         prosody_language, CONTENT_SAID,   false },
	{ "prosody",  NULL,         prosody_read,     CONTENT_SAID,   false },
	{ "emphasis", NULL,         prosody_emphasis, CONTENT_SAID,   false },
	{ "voice",    NULL,         prosody_voice,    CONTENT_SAID,   false },
	{ "say-as",   NULL,         prosody_say_as,   CONTENT_SAID,   false },
	{ "desc",     NULL,         NULL,             CONTENT_HIDDEN, false },
	{ "metadata", NULL,         NULL,             CONTENT_HIDDEN, false },
};
/* clang-format on */

static void apply_element(struct reader *reader, const struct xml_tag *tag,
			  size_t number)
{
	if (elements[number].read != NULL &&
	    (!tag->closes || elements[number].ends))
		elements[number].read(reader, tag);
	if (tag->closes)
		close_element(reader, tag);
	else if (!tag->is_empty && elements[number].content != CONTENT_NONE)
		open_element(reader, tag, elements[number].sound,
			     elements[number].content == CONTENT_HIDDEN);
}

static void apply_tag(struct reader *reader, const struct xml_tag *tag)
{
	const struct span name = span_of(tag->name, tag->name_bytes);

	for (size_t i = 0; i < COUNT_OF(elements); i++)
		if (span_is_caseless(name, elements[i].name))
			apply_element(reader, tag, i);
	if (tag->data != NULL && reader->hidden == 0)
		buf_add(&reader->raw, tag->data, tag->data_bytes);
}

static void read_char(struct reader *reader, struct xml *xml)
{
	SCOPED_BUF struct buf unheard = { 0 };

	xml_read_char(xml, reader->hidden > 0 ? &unheard : &reader->raw);
}

/* A place in a text, in the one that was made of it. */
static size_t moved(size_t at, const struct buf *from, const struct buf *to)
{
	if (to->len_bytes != from->len_bytes)
		at = at * to->len_bytes / max_size(from->len_bytes, 1);
	at = min_size(at, to->len_bytes);
	/* Never into a character. */
	while (at > 0 && at < to->len_bytes &&
	       ((unsigned char)to->data[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/*
 * Pieces that are safe each can make an unsafe whole: a mark in every other
 * letter of a long word. Then marks and styles move in proportion.
 */
static void make_whole_safe(struct ssml *ssml)
{
	SCOPED_BUF struct buf clean = { 0 };
	struct buf *text = &ssml->text;

	if (text->len_bytes > 0 && ends_in_blank(text))
		buf_cut(text, text->len_bytes - 1);
	hygiene_clean(&clean, buf_text(text), text->len_bytes);
	for (size_t i = 0; i < ssml->mark_count; i++)
		ssml->marks[i].offset_bytes = moved(ssml->marks[i].offset_bytes,
						    text, &clean);
	for (size_t i = 0; i < ssml->styles.count; i++)
		ssml->styles.list[i].from_bytes = (uint32_t)moved(
			ssml->styles.list[i].from_bytes, text, &clean);
	/* What holds for nothing. */
	while (ssml->styles.count > 0 &&
	       ssml->styles.list[ssml->styles.count - 1].from_bytes >=
		       clean.len_bytes)
		ssml->styles.count--;
	buf_clear(text);
	buf_add(text, buf_text(&clean), clean.len_bytes);
}

void ssml_read(struct ssml *ssml, const char *text, size_t len_bytes,
	       ssml_respell_fn *respell, void *data)
{
	struct reader reader = { .ssml = ssml,
				 .respell = respell,
				 .data = data,
				 .style = style_plain(0) };
	struct xml xml = { .at = text, .end = text + len_bytes };
	struct xml_tag tag;

	while (xml.at < xml.end) {
		if (*xml.at == '<' && xml_read_tag(&xml, &tag))
			apply_tag(&reader, &tag);
		else
			read_char(&reader, &xml);
	}
	flush(&reader);
	make_whole_safe(ssml);
	buf_fini(&reader.raw);
}

void ssml_fini(struct ssml *ssml)
{
	buf_fini(&ssml->text);
	styles_fini(&ssml->styles);
	for (size_t i = 0; i < ssml->mark_count; i++)
		free(ssml->marks[i].name);
	free(ssml->marks);
	*ssml = (struct ssml){ 0 };
}
