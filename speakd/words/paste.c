/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/paste.h"

#include "speakd/words/speaker.h"
#include "speakd/words/word_rules.h"

/* ii writes seconds since 1970: so many digits since September 2001. */
enum { EPOCH_DIGITS = 10, CLOCK_BYTES = 8 };

static bool two_digits(const char *text, unsigned *ret)
{
	if (!ascii_is_digit(text[0]) || !ascii_is_digit(text[1]))
		return false;
	*ret = (unsigned)((text[0] - '0') * 10 + (text[1] - '0'));
	return true;
}

/* "12:34:56" anywhere in time, in milliseconds from one on. */
static uint64_t clock_in(struct span time)
{
	for (size_t i = 0; i + CLOCK_BYTES <= time.len_bytes; i++) {
		const char *t = time.text + i;
		unsigned h, m, s;

		if (t[2] == ':' && t[5] == ':' && two_digits(t, &h) &&
		    two_digits(t + 3, &m) && two_digits(t + 6, &s))
			return ((h * 60ULL + m) * 60 + s) * 1000 + 1;
	}
	return 0;
}

static uint64_t epoch_in(struct span time)
{
	uint64_t seconds = 0;

	if (time.len_bytes != EPOCH_DIGITS)
		return 0;
	for (size_t i = 0; i < EPOCH_DIGITS; i++) {
		if (!ascii_is_digit(time.text[i]))
			return 0;
		seconds = seconds * 10 + (uint64_t)(time.text[i] - '0');
	}
	return seconds * 1000;
}

uint64_t paste_time_ms(const struct message *message, uint64_t now_ms)
{
	uint64_t ms = now_ms;

	if (ms == 0)
		ms = clock_in(message->time);
	return ms == 0 ? epoch_in(message->time) : ms;
}

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
