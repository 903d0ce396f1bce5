/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/meeting.h"

#include <string.h>

#include "core/buf.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/word_rules.h"

/* A shorter text is in many topics by chance. */
enum { ECHO_MIN_BYTES = 4 };

/* clang-format off */
static const struct command {
	const char *name;  /* after "#" or "!", or inside "[]", any case */
	const char *label; /* "label: text" */
	const char *alone; /* said when no text follows; NULL: label */
	enum priority priority;
} commands[] = {
	{ "accept", N_("accepted"), NULL, PRIORITY_HIGH },
	{ "accepted", N_("accepted"), NULL, PRIORITY_HIGH },
	{ "action", N_("action"), NULL, PRIORITY_HIGH },
	{ "agree", N_("agreed"), NULL, PRIORITY_HIGH },
	{ "agreed", N_("agreed"), NULL, PRIORITY_HIGH },
	{ "chair", N_("chair"), NULL, PRIORITY_NORMAL },
	{ "commands", N_("commands"), NULL, PRIORITY_LOW },
	{ "endmeeting", N_("meeting ends"), NULL, PRIORITY_HIGH },
	{ "endvote", N_("vote ends"), NULL, PRIORITY_HIGH },
	{ "halp", N_("help wanted"), NULL, PRIORITY_NORMAL },
	{ "help", N_("help wanted"), NULL, PRIORITY_NORMAL },
	{ "idea", N_("idea"), NULL, PRIORITY_NORMAL },
	{ "info", N_("info"), NULL, PRIORITY_NORMAL },
	{ "link", N_("link"), NULL, PRIORITY_NORMAL },
	{ "lurk", N_("bot lurks"), NULL, PRIORITY_LOW },
	{ "meetingname", N_("meeting name"), NULL, PRIORITY_NORMAL },
	{ "meetingtopic", N_("meeting topic"), NULL, PRIORITY_HIGH },
	{ "nick", N_("nick"), NULL, PRIORITY_LOW },
	{ "progress", N_("progress"), NULL, PRIORITY_NORMAL },
	{ "reject", N_("rejected"), NULL, PRIORITY_HIGH },
	{ "rejected", N_("rejected"), NULL, PRIORITY_HIGH },
	{ "restrictlogs", N_("logs restricted"), NULL, PRIORITY_LOW },
	{ "save", N_("minutes saved"), NULL, PRIORITY_LOW },
	{ "showvote", N_("vote so far"), NULL, PRIORITY_NORMAL },
	{ "startmeeting", N_("meeting starts"), NULL, PRIORITY_HIGH },
	{ "startvote", N_("vote"), N_("vote starts"), PRIORITY_HIGH },
	{ "subtopic", N_("subtopic"), NULL, PRIORITY_HIGH },
	{ "topic", N_("topic"), NULL, PRIORITY_HIGH },
	{ "unchair", N_("chair removed"), NULL, PRIORITY_NORMAL },
	{ "undo", N_("undo"), NULL, PRIORITY_NORMAL },
	{ "unlurk", N_("bot back"), NULL, PRIORITY_LOW },
	{ "vote", N_("vote"), N_("vote starts"), PRIORITY_HIGH },
	{ "voters", N_("voters"), NULL, PRIORITY_LOW },
	{ "votesrequired", N_("votes required"), NULL, PRIORITY_NORMAL },
};

static const struct {
	const char *text, *phrase;
} votes[] = {
	{ "+1", N_("$nick votes plus one") },  { "-1", N_("$nick votes minus one") },
	{ "+0", N_("$nick votes plus zero") }, { "-0", N_("$nick votes minus zero") },
	{ "0", N_("$nick votes zero") },
};

/*
 * What bots say, by its beginning. With label, what follows is announced under
 * it, unless somebody just said so: then only echo is said.
 */
static const struct answer {
	const char *start, *label, *echo;
	enum priority priority;
} answers[] = {
	{ "New Topic:", N_("topic"), N_("topic noted"), PRIORITY_HIGH },
	{ "TOPIC:", N_("topic"), N_("topic noted"), PRIORITY_HIGH },
	{ "ACTION received:", N_("action"), N_("action noted"), PRIORITY_HIGH },
	{ "ACTION:", N_("action"), N_("action noted"), PRIORITY_HIGH },
	{ "AGREED received:", N_("agreed"), N_("agreed noted"), PRIORITY_HIGH },
	{ "AGREED:", N_("agreed"), N_("agreed noted"), PRIORITY_HIGH },
	{ "LINK received:", N_("link"), N_("link noted"), PRIORITY_NORMAL },
	{ "IDEA received:", N_("idea"), N_("idea noted"), PRIORITY_NORMAL },
	{ "Please vote on:", N_("vote"), N_("vote noted"), PRIORITY_HIGH },
	{ "Voting ended on:", N_("vote ended"), N_("vote ended"), PRIORITY_HIGH },
	{ "Final result is", N_("vote result"), NULL, PRIORITY_HIGH },
	{ "Commands Available:", NULL, N_("commands available"), PRIORITY_LOW },
	{ "Useful Commands:", NULL, N_("commands available"), PRIORITY_LOW },
	{ "Available commands:", NULL, N_("commands available"), PRIORITY_LOW },
	{ "Public votes can be registered", NULL, N_("how to vote"), PRIORITY_LOW },
	{ "E.g. /msg MootBot", NULL, N_("how to vote in private"), PRIORITY_LOW },
};
/* clang-format on */

enum { VOTE_MAX_BYTES = 2 };

static struct span trim(struct span span)
{
	while (span.len_bytes > 0 && span.text[0] == ' ')
		span = span_cut(span, 1, span.len_bytes);
	while (span.len_bytes > 0 && span.text[span.len_bytes - 1] == ' ')
		span.len_bytes--;
	return span;
}

/* "!info text", as in Fedora's meetings, notes the text. */
static bool is_note(struct span name, struct span text)
{
	return text.len_bytes > 0 && (span_is_caseless(name, "info") ||
				      span_is_caseless(name, "idea") ||
				      span_is_caseless(name, "link"));
}

/* Cut "#name rest", "!name rest" or "[name] rest" in two. */
static bool split_command(struct span text, struct span *ret_name,
			  struct span *ret_rest)
{
	size_t end = 1;
	bool bracket = text.text[0] == '[';

	if (text.text[0] != '#' && text.text[0] != '!' && !bracket)
		return false;
	while (end < text.len_bytes && ascii_is_letter(text.text[end]))
		end++;
	if (bracket ? end >= text.len_bytes || text.text[end] != ']'
		    : end < text.len_bytes && text.text[end] != ' ' &&
			      text.text[end] != ':')
		return false;
	*ret_name = span_cut(text, 1, end);
	end += end < text.len_bytes;
	*ret_rest = trim(span_cut(text, end, text.len_bytes));
	return true;
}

static void remember(struct meeting *meeting, struct span text)
{
	struct buf *slot = &meeting->recent[meeting->next];

	if (text.len_bytes == 0)
		return;
	meeting->next = (meeting->next + 1) % MEETING_RECALL;
	buf_clear(slot);
	buf_add(slot, text.text, text.len_bytes);
}

/* A bot may add a full stop. */
static bool is_recent(const struct meeting *meeting, struct span text)
{
	for (size_t i = 0; i < MEETING_RECALL; i++) {
		const struct buf *slot = &meeting->recent[i];

		if (slot->len_bytes > 0 && text.len_bytes >= slot->len_bytes &&
		    text.len_bytes <= slot->len_bytes + 1 &&
		    memcmp(slot->data, text.text, slot->len_bytes) == 0)
			return true;
	}
	return false;
}

bool meeting_is_echo(const struct meeting *meeting, struct span text)
{
	for (size_t i = 0; i < MEETING_RECALL; i++) {
		const struct buf *slot = &meeting->recent[i];

		if (slot->len_bytes >= ECHO_MIN_BYTES &&
		    slot->len_bytes <= text.len_bytes &&
		    memmem(text.text, text.len_bytes, slot->data,
			   slot->len_bytes) != NULL)
			return true;
	}
	return false;
}

static bool read_vote(struct span text, struct meeting_notice *ret)
{
	if (text.len_bytes > VOTE_MAX_BYTES)
		return false;
	for (size_t i = 0; i < COUNT_OF(votes); i++) {
		if (!span_is(text, votes[i].text))
			continue;
		ret->phrase = votes[i].phrase;
		ret->priority = PRIORITY_HIGH;
		return true;
	}
	return false;
}

static bool read_command(struct meeting *meeting, struct span text,
			 struct meeting_notice *ret)
{
	struct span name, rest;

	if (!split_command(text, &name, &rest))
		return false;
	if (span_is_caseless(name, "abstain")) {
		ret->phrase = N_("$nick abstains");
		ret->priority = PRIORITY_HIGH;
		return true;
	}
	if (span_is_caseless(name, "vote") && read_vote(rest, ret))
		return true;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *c = &commands[i];

		if (!span_is_caseless(name, c->name))
			continue;
		/* "!help" is said to many bots that hold no meetings. */
		if (text.text[0] == '!' && c->priority != PRIORITY_HIGH &&
		    !is_note(name, rest))
			return false;
		remember(meeting, rest);
		ret->label = rest.len_bytes == 0 && c->alone != NULL ? c->alone
								     : c->label;
		ret->text = rest;
		ret->priority = c->priority;
		return true;
	}
	return false;
}

/* "+1 received from bdrung. 2 for, 0 against." repeats a vote: the count. */
static bool read_count(struct span text, struct meeting_notice *ret)
{
	static const char from[] = "1 received from ";
	const char *rest;

	if (text.len_bytes < sizeof(from) + 1 ||
	    memcmp(text.text + 1, from, sizeof(from) - 1) != 0)
		return false;
	rest = memmem(text.text, text.len_bytes, ". ", 2);
	ret->text = rest == NULL
			    ? text
			    : span_cut(text, (size_t)(rest + 2 - text.text),
				       text.len_bytes);
	ret->priority = PRIORITY_LOW;
	ret->by_bot = true;
	return true;
}

static bool read_answer(struct meeting *meeting, struct span text,
			struct meeting_notice *ret)
{
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		const struct answer *a = &answers[i];
		size_t len_bytes;
		struct span rest;

		if (text.text[0] != a->start[0])
			continue;
		len_bytes = strlen(a->start);
		if (text.len_bytes < len_bytes ||
		    memcmp(text.text, a->start, len_bytes) != 0)
			continue;
		rest = trim(span_cut(text, len_bytes, text.len_bytes));
		ret->priority = a->priority;
		ret->label = a->label;
		ret->text = rest;
		if (a->label != NULL &&
		    (a->echo == NULL || !is_recent(meeting, rest)))
			return true;
		ret->label = a->echo;
		ret->text = span_of("", 0);
		ret->priority = PRIORITY_LOW;
		ret->by_bot = true;
		return true;
	}
	return read_count(text, ret);
}

static bool may_be_answer(struct span text)
{
	for (size_t i = 0; i < COUNT_OF(answers); i++)
		if (text.text[0] == answers[i].start[0] &&
		    span_at(text, 1) == answers[i].start[1])
			return true;
	return false;
}

bool meeting_may_be(struct span text)
{
	static const char first[] = "#![+-0";

	text = trim(text);
	/* Nothing of all this begins with a small letter; most lines do. */
	if (text.len_bytes == 0 || (text.text[0] >= 'a' && text.text[0] <= 'z'))
		return false;
	/* A count, "+1 received from", is known by its second byte. */
	return memchr(first, text.text[0], sizeof(first) - 1) != NULL ||
	       span_at(text, 1) == '1' || may_be_answer(text);
}

bool meeting_read(struct meeting *meeting, struct span text,
		  struct meeting_notice *ret)
{
	if (!meeting_may_be(text))
		return false;
	*ret = (struct meeting_notice){ .text = span_of("", 0),
					.priority = PRIORITY_NORMAL };
	text = trim(text);
	if (strchr("#![", text.text[0]) != NULL)
		return read_command(meeting, text, ret);
	return read_vote(text, ret) || read_answer(meeting, text, ret);
}

void meeting_fini(struct meeting *meeting)
{
	for (size_t i = 0; i < MEETING_RECALL; i++)
		buf_fini(&meeting->recent[i]);
}
