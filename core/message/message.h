/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * message.h - one chat message, whichever program wrote it down.
 *
 * A line of a log or stream is parsed into a message by one parser per format,
 * and printed in sic's format by one printer: speakd reads what sic-bridge
 * writes with this same module.
 *
 *	line ─▶ message_detect ─▶ message_parse ─▶ struct message
 *
 * Texts in a message point into the line that was parsed or into the struct
 * itself: they live as long as both, and a message is passed by pointer.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <time.h>

#include "core/base.h"
#include "core/buf.h"

enum message_format {
	FORMAT_AUTO,
	FORMAT_PLAIN, /* no structure: the whole line is the text */
	FORMAT_SIC,
	FORMAT_II,
	FORMAT_IRSSI,
	FORMAT_WEECHAT,
	FORMAT_ZNC, /* also EnergyMech's and catgirl's */
	FORMAT_UBUNTU, /* irclogs.ubuntu.com, with or without a channel prefix
			*/
	FORMAT_MEETBOT,
	FORMAT_LIMNORIA,
	FORMAT_COUNT
};

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

struct message {
	enum message_kind kind;
	struct span time; /* as written, "" when the line has none */
	struct span channel; /* "#sync"; "" when the line does not say */
	struct span nick; /* without mode prefix; "" when there is none */
	struct span
		target; /* KIND_KICK: who; KIND_PRIVATE, KIND_OWN: to whom */
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

const char *message_format_name(enum message_format format);
/* The format called name, "auto" included; -1 when there is none. */
int message_format_by_name(const char *name);

/*
 * Parse a line (valid UTF-8, without its newline) in a format other than
 * FORMAT_AUTO.
 *
 * errors: true with *ret filled; false when the line is not of that format,
 *         *ret is then a KIND_OTHER holding the whole line. FORMAT_PLAIN takes
 *         every line as a KIND_MESSAGE without a nick.
 * memory: nothing is allocated.
 */
bool message_parse(enum message_format format, const char *line,
		   size_t len_bytes, struct message *ret);

/*
 * The format of a stream, found out line by line and found out again when the
 * stream changes it. All-zero is a valid start.
 */
struct message_detector {
	enum message_format now; /* FORMAT_AUTO until the first sure line */
	enum message_format next; /* what the last lines were instead */
	unsigned misses; /* how many of them, in a row */
};

/* So many lines in a row, all of one other format, change the stream's. */
enum { MESSAGE_SWITCH_LINES = 3 };

/*
 * Parse a line in the detected format, deciding or re-deciding it as needed.
 *
 * The current format is tried first. A line that it does not explain and
 * another one surely does is that one's message at once, whether or not the
 * stream's format changes with it: no message waits for a decision.
 *
 * A line that no format explains is a KIND_MESSAGE without a nick, before and
 * after a format was found (a blank one KIND_OTHER): what somebody's script
 * wrote between chat lines, or the second half of a broken line, is worth
 * hearing, and what a format's own program writes has its frame (time stamp,
 * "===", "---") and comes out as KIND_OTHER.
 */
void message_detect(struct message_detector *detector, const char *line,
		    size_t len_bytes, struct message *ret);

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
 * COMMAND (params): trailing".
 *
 * A message with a command is printed from command, params and trailing; one
 * without gets those that its kind has. Parsed as FORMAT_SIC the line gives
 * the same message again, but KIND_OWN comes back as KIND_MESSAGE or
 * KIND_PRIVATE, as in sic. A newline, CR or NUL inside becomes a blank.
 */
void message_print_sic(const struct message *message, time_t when,
		       struct buf *out);

static inline struct span span_of(const char *text, size_t len_bytes)
{
	return (struct span){ text, len_bytes };
}

/* Whether span is exactly the C string text. */
bool span_is(struct span span, const char *text);

#endif
