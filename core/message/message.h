/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * message.h - one chat message, whichever program wrote it down.
 *
 * formats.h makes it of a line, message_of_irc() of what came over the wire;
 * it is printed in sic's format by one printer.
 *
 * Texts in a message point into the line that was parsed, into what reads the
 * stream (formats.h), or into the struct itself: they live as long as all of
 * them, and a message is passed by pointer.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <string.h>
#include <time.h>

#include "core/base.h"
#include "core/buf.h"

enum message_kind {
	KIND_MESSAGE,
	KIND_ACTION, /* /me */
	KIND_NOTICE,
	KIND_JOIN,
	KIND_PART,
	KIND_QUIT,
	KIND_NICK, /* text is the new nick */
	KIND_MODE, /* text is the change, "+o bob" */
	KIND_TOPIC,
	KIND_KICK, /* target is who was kicked, text why */
	KIND_NUMERIC, /* a server reply; text without the number */
	KIND_PRIVATE, /* a message to me alone */
	KIND_OWN, /* sent by me */
	KIND_STATE, /* what becomes of me: lost, back, kicked, not sent ... */
	KIND_OTHER, /* log opened, day changed, CTCP, anything else */
	KIND_COUNT
};

/* A text inside a line: not NUL-terminated; never NULL in a parsed message. */
struct span {
	const char *text;
	size_t len_bytes;
};

/* What a line does not hold in one piece: a mode change, "#" and a name. */
enum { MESSAGE_JOINED_BYTES = 256 };

/* When it was written, as far as the line says. */
struct message_time {
	int64_t ms; /* since 1970 when dated, else since midnight or anything */
	unsigned step_ms; /* how exactly: 60000, 1000 or 1; 0: not at all */
	bool dated;
	bool zoned; /* since 1970 in UTC; else in somebody's local time */
};

struct message {
	enum message_kind kind;
	struct span time; /* as written, "" when the line has none */
	struct message_time when;
	/* Said before anybody could hear it here, and played back: no news. */
	bool old;
	/* "libera", where lines of several networks come together; else "" */
	struct span network;
	struct span channel; /* "#sync"; "" when the line does not say */
	struct span nick; /* without mode prefix; "" when there is none */
	/* Who that is, how it is said and which nick it was before: "" where
	 * nobody looked, and then the nick itself. */
	struct span person, name, was;
	struct span
		target; /* KIND_KICK: who; KIND_PRIVATE, KIND_OWN: to whom */
	struct span id; /* what tells it from others: a feed's item; "" mostly
			 */
	bool once; /* an item that is told again and again: by its id, once */
	struct span label; /* what the text is, said before it: "error", "line
			      12"; mostly "" */
	struct span text; /* mIRC codes and CTCP wrapping included or not, as
			     the format keeps them; ACTION is unwrapped */
	/*
	 * The IRC line itself, where the source has it: sic's lines, and what
	 * came through message_of_irc(). command is "JOIN", "353" ... and ""
	 * otherwise.
	 */
	struct span command, params, trailing;
	/* Where channel or text of this very message may point: a copied
	 * struct still points into the original. Cut at a code point. */
	char joined[MESSAGE_JOINED_BYTES];
};

/* "message", "action" ...; NULL when kind is out of range. */
const char *message_kind_name(enum message_kind kind);
/* The kind called name; -1 when there is none. */
int message_kind_by_name(const char *name);

/*
 * When message was said, for comparing with others of the same stream: its own
 * time decides where it has one, as what was said over an hour may be read at
 * once. now_ms is when it came, 0 when it did not come just now; with minutes
 * only, a minute's lines are as far apart as they came. 0: nobody knows.
 */
uint64_t message_said_ms(const struct message *message, uint64_t now_ms);

/*
 * Make a message of what came over the wire: sender without its "!user@host",
 * command, the middle parameters joined by blanks, and the trailing one.
 *
 * A text to anything but a channel is KIND_PRIVATE; KIND_OWN is for the
 * caller to set, who knows its own nick. CTCP other than ACTION is KIND_OTHER.
 */
void message_of_irc(struct span sender, struct span command, struct span params,
		    struct span trailing, struct message *ret);

/*
 * Add sic's line for message to out, with its newline, byte for byte as sic
 * 1.1 prints it: printf("%-12s: %s %s\n", ...) with when in local time as
 * "%D %R". PRIVMSG is "target: TIME <nick> text", all else "sender: TIME ><
 * COMMAND (params): trailing". A network and a slash go before the field, as
 * in "libera/#c".
 *
 * A message with a command is printed from command, params and trailing; one
 * without gets those that its kind has. Parsed as FORMAT_SIC the line gives
 * the same message again, but KIND_OWN comes back as KIND_MESSAGE or
 * KIND_PRIVATE, as in sic. A newline, CR or NUL inside becomes a blank.
 */
void message_print_sic(const struct message *message, time_t when,
		       struct buf *out);

static inline struct span message_person(const struct message *message)
{
	return message->person.len_bytes > 0 ? message->person : message->nick;
}

static inline struct span message_name(const struct message *message)
{
	return message->name.len_bytes > 0 ? message->name : message->nick;
}

static inline struct span span_of(const char *text, size_t len_bytes)
{
	return (struct span){ text, len_bytes };
}

static inline struct span span_of_text(const char *text)
{
	return span_of(text, strlen(text));
}

static inline struct span span_of_buf(const struct buf *buf)
{
	return span_of(buf_text(buf), buf->len_bytes);
}

/* Whether span is exactly the C string text. In line: most are literals. */
static inline bool span_is(struct span span, const char *text)
{
	return strlen(text) == span.len_bytes &&
	       (span.len_bytes == 0 ||
		memcmp(span.text, text, span.len_bytes) == 0);
}

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The same whatever the case of ASCII letters, in any locale. */
static inline bool span_is_caseless(struct span span, const char *text)
{
	if (span.len_bytes != strlen(text))
		return false;
	for (size_t i = 0; i < span.len_bytes; i++)
		if (ascii_lower(span.text[i]) != ascii_lower(text[i]))
			return false;
	return true;
}

#endif
