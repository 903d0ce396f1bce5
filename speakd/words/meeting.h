/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * meeting.h - what meeting bots understand: "#topic X", "[AGREED] X", "+1".
 *
 * MootBot, MeetBot (supybot, limnoria) and meetingology; the commands as their
 * manuals list them.
 */
#ifndef SPEAKD_WORDS_MEETING_H
#define SPEAKD_WORDS_MEETING_H

#include "core/message/message.h"
#include "speakd/queue/phrase.h"

/* What was announced lately, to know a bot's echo of it. */
enum { MEETING_RECALL = 4 };

struct meeting {
	struct buf recent[MEETING_RECALL];
	size_t next;
};

/* How a message is announced. Texts live as long as the message. */
struct meeting_notice {
	const char *label; /* "topic", in front of ": text" */
	struct span text; /* may be empty */
	const char *phrase; /* instead of label and text: "$nick votes ..." */
	enum priority priority;
	bool by_bot; /* an echo or a service text: said with the bot's nick */
};

/* Whether text may be one of those, by how it begins: most texts are not. */
bool meeting_may_be(struct span text);

/* Whether text is a meeting command, a vote, or a bot's answer to one. */
bool meeting_read(struct meeting *meeting, struct span text,
		  struct meeting_notice *ret);

/* Whether text (a channel's new topic) holds what was just announced. */
bool meeting_is_echo(const struct meeting *meeting, struct span text);

void meeting_fini(struct meeting *meeting);

#endif
