/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/capture.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "core/text.h"

void capture_clean(const char *text, size_t len_bytes, struct buf *out)
{
	size_t at = 0;

	while (at < len_bytes && (text[at] == '\t' || text[at] == ' '))
		buf_add_char(out, text[at++]);
	while (at < len_bytes) {
		const char *tab = memchr(text + at, '\t', len_bytes - at);
		size_t len = tab != NULL ? (size_t)(tab - text) - at
					 : len_bytes - at;

		text_escape(out, text + at, len);
		if (tab != NULL)
			buf_add_char(out, ' ');
		at += len + (tab != NULL);
	}
}

/* The key of a date word, "due:" or "t:"; 0: it is another word. */
static size_t date_key(const char *word, size_t len)
{
	if (len > 4 && strncasecmp(word, "due:", 4) == 0)
		return 4;
	return len > 2 && strncasecmp(word, "t:", 2) == 0 ? 2 : 0;
}

/* "t:" may begin any word; only what could be a day is one. */
static bool may_be_day(const char *value, size_t key)
{
	return key == 4 || strchr("0123456789+-", value[0]) != NULL;
}

/* value[0 .. len) without the sentence's punctuation around it. */
static int add_day(const char *word, size_t key, size_t len, struct date today,
		   struct buf *out, struct err *e)
{
	size_t end = len;
	SCOPED_TEXT char *value = NULL;
	struct err mine = { 0 };
	struct date date;
	char day[DATE_BYTES];

	while (end > key && strchr(")]}>\"'.,;:!?", word[end - 1]) != NULL)
		end--;
	value = mem_text(word + key, end - key);
	if (date_parse(value, today, &date, &mine) == 0) {
		buf_addf(out, "%s%s",
			 key == 4 ? "due:" : "t:", date_text(date, day));
		buf_add(out, word + end, len - end);
		return 0;
	}
	buf_add(out, word, len);
	if (!may_be_day(value, key))
		return 0;
	if (e != NULL)
		*e = mine;
	return -EINVAL;
}

int capture_dates(const char *text, struct date today, struct buf *out,
		  struct err *e)
{
	int rc = 0;

	for (const char *at = text; *at != '\0';) {
		size_t blanks = strspn(at, " ([{<\"'");
		size_t len = strcspn(at + blanks, " ");
		size_t key = date_key(at + blanks, len);

		buf_add(out, at, blanks);
		at += blanks;
		if (key > 0 && strncmp(at + key, "//", 2) != 0)
			rc = add_day(at, key, len, today, out, e) < 0 ? -EINVAL
								      : rc;
		else
			buf_add(out, at, len);
		at += len;
	}
	return rc;
}

/* Whether line reads back as one open item with that text. */
static bool reads_back(const char *line, const char *text, enum reading reading)
{
	struct actions actions = { 0 };
	size_t len = strlen(text);
	bool same;

	while (len > 0 && text[len - 1] == ' ')
		len--;
	actions_read(&actions, line, strlen(line), reading);
	same = actions.count == 1 && action_is_open(&actions.list[0]) &&
	       actions.list[0].len_bytes == len &&
	       memcmp(actions.list[0].text, text, len) == 0;
	actions_fini(&actions);
	return same;
}

char *capture_line(const char *text, enum reading reading, bool outliner,
		   bool boxed)
{
	const char *box = outliner ? "[_]" : "[ ]";
	SCOPED_TEXT char *line = NULL;

	text += strspn(text, " ");
	if (reading == READ_INBOX)
		return mem_copy(text);
	if (reading == READ_TODOTXT && reads_back(text, text, reading))
		return mem_copy(text);
	if (reading == READ_ACTIONS || reading == READ_TODOTXT || outliner)
		return mem_printf("%s %s", box, text);
	if (reading == READ_BOXES || reading == READ_NOTE)
		return mem_printf("- [ ] %s", text);
	line = mem_printf("- %s", text);
	return !boxed && reads_back(line, text, reading)
		       ? text_give(&line)
		       : mem_printf("- %s %s", box, text);
}
