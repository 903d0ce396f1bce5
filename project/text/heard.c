/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/heard.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { HEARD_WORD_MAX_BYTES = 100 };

/* A stranger's word: of one line, without what would hide, not too long. */
static void add_word(struct buf *line, const char *word)
{
	size_t len = strlen(word);

	text_escape(line, word, text_cut(word, len, HEARD_WORD_MAX_BYTES));
}

/* "2026-11-28T12:00", "12:00:01" or nothing that we know: minutes are enough.
 */
static void add_time(struct buf *line, const char *time, struct date today)
{
	const char *clock = time;
	struct date date = today;
	char day[DATE_BYTES] = "";

	if (strlen(time) >= 10) {
		memcpy(day, time, 10);
		if (date_read(day, &date) > 0)
			clock = time + 10 + (time[10] != '\0');
		else
			date = today;
	}
	buf_addf(line, ", %s", date_text(date, day));
	if (strspn(clock, "0123456789") == 2 && clock[2] == ':' &&
	    strspn(clock + 3, "0123456789") >= 2)
		buf_addf(line, " %.5s", clock);
}

void heard_add(struct buf *line, struct date today)
{
	const char *nick = getenv("EARSHOT_NICK");
	const char *channel = getenv("EARSHOT_CHANNEL");
	const char *time = getenv("EARSHOT_TIME");

	/* Every rule's command has the kind; others may have the rest. */
	if (getenv("EARSHOT_KIND") == NULL || nick == NULL || nick[0] == '\0')
		return;
	buf_add_text(line, " (");
	add_word(line, nick);
	if (channel != NULL && channel[0] != '\0') {
		buf_add_text(line, " in ");
		add_word(line, channel);
	}
	add_time(line, time != NULL ? time : "", today);
	buf_add_char(line, ')');
}
