/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/paste.h"

#include "speakd/words/speaker.h"

static bool is_nick(const struct paste *paste, struct span nick)
{
	return nick.len_bytes > 0 &&
	       speaker_same(nick, span_of(buf_text(&paste->nick),
					  paste->nick.len_bytes));
}

static bool is_within(const struct paste *paste, uint64_t now_ms,
		      uint64_t gap_ms)
{
	return now_ms != 0 && paste->last_ms != 0 && now_ms >= paste->last_ms &&
	       now_ms - paste->last_ms <= gap_ms;
}

bool paste_ends(struct paste *paste, struct span nick, uint64_t now_ms,
		unsigned *ret_lines)
{
	if (paste->lines < PASTE_LINES ||
	    (is_nick(paste, nick) && is_within(paste, now_ms, PASTE_PAUSE_MS)))
		return false;
	*ret_lines = paste->lines;
	paste->lines = 0;
	return true;
}

unsigned paste_count(struct paste *paste, struct span nick, uint64_t now_ms)
{
	uint64_t gap_ms = paste->lines < PASTE_LINES ? PASTE_GAP_MS
						     : PASTE_PAUSE_MS;

	if (!is_nick(paste, nick)) {
		buf_clear(&paste->nick);
		buf_add(&paste->nick, nick.text, nick.len_bytes);
		paste->lines = 0;
	} else if (!is_within(paste, now_ms, gap_ms)) {
		paste->lines = 0;
	}
	paste->last_ms = now_ms;
	return ++paste->lines;
}

void paste_fini(struct paste *paste)
{
	buf_fini(&paste->nick);
}
