/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Who speaks, in a line of its own above the text: what is copied out of
 * Discord, Telegram, Slack and Teams, and what they export.
 */
#include "core/message/grammar.h"

enum { NAME_BYTES = 64, NAME_BLANKS = 3, WHEN_BYTES = 48 };

static bool is_name(struct span name)
{
	size_t blanks = 0;

	for (size_t i = 0; i < name.len_bytes; i++) {
		if (memchr(":<>[]{}\t", name.text[i], 8) != NULL)
			return false;
		blanks += name.text[i] == ' ';
	}
	return name.len_bytes > 0 && name.len_bytes <= NAME_BYTES &&
	       blanks <= NAME_BLANKS && name.text[0] != ' ' &&
	       !span_ends(name, ' ') && !span_ends(name, '.') &&
	       !span_is_severity(name);
}

/* "28.11.2026 12:30 PM", "Today at 12:30", "heute um 12:30 Uhr": up to the end.
 */
static bool take_when(struct cursor c, struct message *ret)
{
	struct span text = cursor_rest(&c);
	struct stamp stamp;

	if (text.len_bytes > WHEN_BYTES)
		return false;
	for (; c.at < c.end; c.at++) {
		struct cursor try = c;

		if ((c.at > text.text && c.at[-1] != ' ') ||
		    !stamp_take(&try, &stamp))
			continue;
		(void)cursor_literal(&try, " Uhr");
		if (try.at != try.end)
			continue;
		ret->time = text;
		ret->when = stamp.when;
		return true;
	}
	return false;
}

static enum fit heading(struct span name, enum fit fit, struct message *ret)
{
	if (!is_name(name))
		return FIT_NO;
	ret->nick = name;
	return fit;
}

/*
 * Discord: "alice — Today at 12:30". With a date, or in another language, it
 * could be anybody's appointment.
 */
static enum fit dashed(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span name;
	enum fit fit;

	if (!cursor_until(&c, " \u2014 ", &name) || !take_when(c, ret))
		return FIT_NO;
	fit = cursor_literal(&c, "Today at ") ||
			      cursor_literal(&c, "Yesterday at ")
		      ? FIT_SURE
		      : FIT_LOOSE;
	return heading(name, fit, ret);
}

/* Telegram: "Alice Smith, [28.11.26 12:30]", with a colon or without. */
static enum fit bracketed(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct stamp stamp;
	struct span name;

	if (!cursor_until(&c, ", [", &name))
		return FIT_NO;
	c.at--;
	if (!span_ends(cursor_rest(&c), ']'))
		c.end -= c.end[-1] == ':';
	if (!stamp_take(&c, &stamp) || c.at != c.end)
		return FIT_NO;
	ret->time = stamp.text;
	ret->when = stamp.when;
	return heading(name, FIT_SURE, ret);
}

/* Slack: "alice  12:30 PM", "alice  [12:30 PM]". Timetables look like that,
 * too. */
static enum fit spaced(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct stamp stamp;
	struct span name;

	if (!cursor_until(&c, "  ", &name) || !stamp_take(&c, &stamp) ||
	    c.at != c.end)
		return FIT_NO;
	ret->time = stamp.text;
	ret->when = stamp.when;
	return heading(name,
		       (stamp.shape & STAMP_SQUARE) != 0 ? FIT_SURE : FIT_LOOSE,
		       ret);
}

/*
 * Teams, and exports of Discord: "[28/11/2026 12:30] alice", "[28-Nov-26 12:30
 * PM] alice#1234 (pinned)". Any program's line may look like that, but most
 * have seconds.
 */
static enum fit stamped(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span name, part;

	if (!line_has(line, STAMP_SQUARE) ||
	    (line->stamp.shape & STAMP_DATE) == 0 ||
	    (line->stamp.shape & STAMP_SECONDS) != 0 || !cursor_char(&c, ' '))
		return FIT_NO;
	name = cursor_rest(&c);
	if (cursor_until(&c, " (pinned)", &part) && c.at == c.end)
		name = part;
	c = cursor_of(name);
	if (cursor_until(&c, "#", &part) && cursor_left(&c) == 4)
		return heading(part, FIT_SURE, ret);
	/* "alice", "Alice Smith", but not "backup started". */
	return !span_has(name, ' ') || span_is_capitalised(name)
		       ? heading(name, FIT_LOOSE, ret)
		       : FIT_NO;
}

/* What exports write between texts, and Discord before a text of the same. */
static bool is_between(const struct line *line)
{
	static const char *const marks[] = { "{Attachments}", "{Embed}",
					     "{Stickers}", "{Reactions}" };
	struct cursor c = line->whole;

	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (span_is(cursor_rest(&c), marks[i]))
			return true;
	return line->stamp.shape != 0 && line->body.at == line->body.end;
}

enum fit grammar_headed(const struct line *line, struct message *ret)
{
	static grammar_fn *const kinds[] = { dashed, bracketed, spaced,
					     stamped };

	ret->kind = KIND_OTHER;
	ret->text = cursor_rest(&line->whole);
	if (line->whole.at == line->whole.end)
		return FIT_NO;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		enum fit fit = kinds[i](line, ret);

		if (fit != FIT_NO)
			return fit;
	}
	return is_between(line) ? FIT_LOOSE : FIT_NO;
}
