/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * formats.h - a line of a log or stream becomes a message.
 *
 *	line ─▶ format_read ─▶ struct message
 *
 * A format is a name of the table in formats.c (speakd-formats(5) lists them),
 * or one's own: a regular expression with named groups, or names for the keys
 * of JSON objects. Nothing of a stream vanishes: a line that its format does
 * not know is a KIND_MESSAGE without a nick, without its time stamp where it
 * has the stream's, and only what a client says of itself is KIND_OTHER.
 */
#ifndef CORE_MESSAGE_FORMATS_H
#define CORE_MESSAGE_FORMATS_H

#include "core/err.h"
#include "core/message/message.h"

struct format;

/* The format of the table called name, "auto" included; NULL: there is none. */
const struct format *format_named(const char *name);
/* "irssi"; of one's own what it was made with. */
const char *format_name(const struct format *format);
/* The table: NULL after its last. */
const struct format *format_at(size_t index);

/*
 * A format of one's own. 0 or err_usage.
 *
 * line: a PCRE2 expression, found anywhere in the line, with at least one of
 * the named groups time, date, nick, channel, kind, text and target, and no
 * other name. Without a group text the whole line is the text. What kind
 * caught is a kind's name in any case, or a word for it ("/me", "JOIN");
 * anything else is a message.
 *
 * json: "KEY.KEY → FIELD" separated by commas or blanks, "->" for the arrow;
 * FIELD is one of those groups, or id. A field that is not named is looked for
 * under the usual names.
 */
int format_new_line(const char *name, const char *expression,
		    struct format **ret, struct err *e) MUST_CHECK;
int format_new_json(const char *name, const char *keys, struct format **ret,
		    struct err *e) MUST_CHECK;
/* Only those made by the two above. */
void format_free(struct format *format);

enum { FORMAT_SPEAKER_BYTES = 64 };

/*
 * What is known of a stream from its lines so far; all-zero is a valid start.
 * With "auto" a stream's grammar is found out line by line and found out again
 * when the stream changes it.
 */
struct format_reader {
	int now; /* the grammar of the last sure lines, 0: none yet */
	int next; /* what the last lines were instead */
	unsigned misses; /* how many of them, in a row */
	unsigned doubts; /* what the last lines could have been */
	unsigned shape; /* of the stamp that a sure line had */
	/* Whose text goes on in lines that do not say it; 0: nobody's. */
	char speaker[FORMAT_SPEAKER_BYTES];
	size_t speaker_bytes;
	struct json *json; /* owned: the last line's object */
};

/* So many lines in a row, all of one other grammar, change the stream's. */
enum { FORMAT_SWITCH_LINES = 3 };

/*
 * Read a line (valid UTF-8, without its newline). Whether the format knew it:
 * false makes a KIND_MESSAGE of it all the same, KIND_OTHER of a blank one.
 *
 * With "auto" the stream's grammar is tried first. A line that it does not
 * explain and another one surely does is that one's message at once, whether
 * or not the stream's grammar changes with it: no message waits for a decision.
 */
bool format_read(const struct format *format, struct format_reader *reader,
		 const char *line, size_t len_bytes, struct message *ret);

/*
 * Whether a line of the stream that usual_read() knows is that, and the message
 * that format_read() makes of it.
 */
struct usual;
bool format_is_usual(const struct format *format,
		     const struct format_reader *reader);
void format_take_usual(struct format_reader *reader, const struct usual *usual,
		       struct message *ret);

/* The name of the grammar that a stream of "auto" has now, "" before one. */
const char *format_reader_grammar(const struct format_reader *reader);

void format_reader_fini(struct format_reader *reader);

#endif
