/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/note.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"

/* Where the line after the one at is in begins. */
static size_t next_line(const struct buf *text, size_t at)
{
	const char *nl = memchr(buf_text(text) + at, '\n',
				text->len_bytes - at);

	return nl != NULL ? (size_t)(nl - text->data) + 1 : text->len_bytes;
}

static size_t line_bytes(const struct buf *text, size_t at)
{
	size_t end = next_line(text, at);

	while (end > at &&
	       (text->data[end - 1] == '\n' || text->data[end - 1] == '\r' ||
		text->data[end - 1] == ' '))
		end--;
	return end - at;
}

static void add_at(const struct buf *text, size_t at, const char *line,
		   struct buf *out)
{
	const char *end = text_line_end(buf_text(text), text->len_bytes);

	buf_add(out, buf_text(text), at);
	if (at > 0 && text->data[at - 1] != '\n')
		buf_add_text(out, end);
	buf_addf(out, "%s%s", line, end);
	buf_add(out, buf_text(text) + at, text->len_bytes - at);
}

/* ---- headings ----------------------------------------------------------- */

/* The level of a heading, "## Tasks", and its words; 0: it is none. */
static size_t heading(const struct buf *text, size_t at, const char **ret_words,
		      size_t *ret_bytes)
{
	size_t len = line_bytes(text, at);
	const char *line = buf_text(text) + at;
	size_t level = 0;

	while (level < len && line[level] == '#')
		level++;
	if (level == 0 || level == len || line[level] != ' ')
		return 0;
	*ret_words = line + level + 1;
	*ret_bytes = len - level - 1;
	return level;
}

/* Where what is below one of the headings begins; 0: there is none. */
static size_t below_heading(const struct buf *text, const char *const *words,
			    size_t *ret_level)
{
	for (size_t at = 0; at < text->len_bytes; at = next_line(text, at)) {
		const char *found;
		size_t bytes;
		size_t level = heading(text, at, &found, &bytes);

		for (size_t i = 0; level > 0 && words[i] != NULL; i++)
			if (strlen(words[i]) == bytes &&
			    strncasecmp(words[i], found, bytes) == 0) {
				*ret_level = level;
				return next_line(text, at);
			}
	}
	return 0;
}

/* ---- what is added ------------------------------------------------------ */

/* After an action and the lines that are indented below it. */
static size_t after_action(const struct buf *text, const struct action *action)
{
	size_t at = next_line(text, action->line_at);

	while (at < text->len_bytes &&
	       (text->data[at] == ' ' || text->data[at] == '\t') &&
	       line_bytes(text, at) > 0)
		at = next_line(text, at);
	return at;
}

void note_add_action(const struct buf *text, const struct actions *actions,
		     const char *line, struct buf *out)
{
	static const char *const words[] = { "actions", "next actions", "tasks",
					     "to do",	"todo",		"to-do",
					     NULL };
	size_t level, at;

	if (actions->count > 0) {
		at = after_action(text, &actions->list[actions->count - 1]);
		add_at(text, at, line, out);
		return;
	}
	at = below_heading(text, words, &level);
	if (at == 0)
		at = text->len_bytes;
	else if (at < text->len_bytes && line_bytes(text, at) == 0)
		at = next_line(text, at);
	add_at(text, at, line, out);
}

/* Up to the next heading of the same level, without the blank lines there. */
static size_t end_of_section(const struct buf *text, size_t at, size_t level)
{
	size_t end = at;

	while (at < text->len_bytes) {
		const char *words;
		size_t bytes;
		size_t next = heading(text, at, &words, &bytes);

		if (next > 0 && next <= level)
			break;
		if (line_bytes(text, at) > 0)
			end = next_line(text, at);
		at = next_line(text, at);
	}
	return end;
}

void note_add_log(const struct buf *text, const char *line, struct buf *out)
{
	static const char *const words[] = { "log", NULL };
	size_t level = 0;
	size_t at = below_heading(text, words, &level);
	SCOPED_TEXT char *item = mem_printf("- %s", line);
	SCOPED_TEXT char *section = NULL;

	if (at > 0) {
		add_at(text, end_of_section(text, at, level), item, out);
		return;
	}
	section = mem_printf("%s## Log\n%s", text->len_bytes > 0 ? "\n" : "",
			     item);
	add_at(text, text->len_bytes, section, out);
}

/* ---- the front matter --------------------------------------------------- */

static bool sets(const char *line, size_t len, const char *key)
{
	size_t n = strlen(key);

	return len > n && strncmp(line, key, n) == 0 && line[n] == ':';
}

void note_set(const struct buf *text, const char *key, const char *value,
	      struct buf *out)
{
	const char *line_end = text_line_end(buf_text(text), text->len_bytes);
	size_t front = text_front_matter(buf_text(text), text->len_bytes);
	size_t at = front > 0 ? next_line(text, 0) : 0;
	size_t bom = text_bom_bytes(buf_text(text), text->len_bytes);
	SCOPED_BUF struct buf kept = { 0 };

	buf_reserve(&kept, front);
	for (size_t next; at < front; at = next) {
		next = next_line(text, at);
		if (next < front && !sets(text->data + at, next - at, key))
			buf_add(&kept, text->data + at, next - at);
	}
	if (value != NULL)
		buf_addf(&kept, "%s: %s%s", key, value, line_end);
	buf_add(out, buf_text(text), bom);
	if (kept.len_bytes > 0) {
		buf_addf(out, "---%s", line_end);
		buf_add(out, kept.data, kept.len_bytes);
		buf_addf(out, "---%s", line_end);
	}
	front = front > bom ? front : bom;
	buf_add(out, buf_text(text) + front, text->len_bytes - front);
}
