/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/calendar.h"

#include <string.h>

#include "core/mem.h"
#include "project/lists/sheet.h"
#include "project/text/ics.h"

/* Where a task is from, so that it comes back to the same place. */
static const char place_name[] = "X-EARSHOT-PLACE";

/* ---- reading ------------------------------------------------------------ */

/* One VTODO or VEVENT as far as it is read. */
struct reading_entry {
	struct tasks *out;
	bool any, event; /* any: one is being read */
	unsigned inside; /* how deep in parts of it: VALARM */
	struct buf text, words; /* words: " @phone" */
	struct buf place, where; /* LOCATION; place_name's */
	struct date start, due, end, done_on;
	char start_time[6], due_time[6], end_time[6];
	bool end_is_day, done, cancelled;
};

static void entry_clear(struct reading_entry *entry)
{
	struct tasks *out = entry->out;

	buf_fini(&entry->text);
	buf_fini(&entry->words);
	buf_fini(&entry->place);
	buf_fini(&entry->where);
	*entry = (struct reading_entry){ .out = out };
}

/* An event of several days says its last one; DTEND is the day after it where
 * it has no time. */
static void add_end(struct buf *text, const struct reading_entry *entry)
{
	long end = date_days(entry->end) - entry->end_is_day;

	if (date_is_set(entry->end) && end > date_days(entry->start))
		task_add_day(text, "until ", date_from_days(end));
}

static void add_time(struct buf *text, const struct reading_entry *entry)
{
	const char *time = entry->event ? entry->start_time : entry->due_time;

	if (time[0] != '\0')
		buf_add_text(text, time);
	if (time[0] != '\0' && entry->event && entry->end_time[0] != '\0' &&
	    date_days(entry->end) == date_days(entry->start))
		buf_addf(text, "-%s", entry->end_time);
	if (time[0] != '\0')
		buf_add_char(text, ' ');
}

static void entry_end(struct reading_entry *entry)
{
	SCOPED_BUF struct buf text = { 0 };

	add_time(&text, entry);
	buf_add_text(&text, entry->text.len_bytes > 0 ? entry->text.data
						      : "(without a summary)");
	if (entry->place.len_bytes > 0)
		buf_addf(&text, " (%s)", entry->place.data);
	if (entry->event)
		add_end(&text, entry);
	buf_add_text(&text, buf_text(&entry->words));
	if (entry->event)
		task_add_day(&text, "due:", entry->start);
	else {
		task_add_day(&text, "due:", entry->due);
		task_add_day(&text, "t:", entry->start);
	}
	if (entry->cancelled)
		tasks_lose(entry->out, "cancelled entries");
	else
		tasks_add(entry->out, text.data,
			  entry->where.len_bytes > 0 ? entry->where.data
						     : "inbox",
			  entry->done, entry->done_on);
	entry_clear(entry);
}

static void read_text(struct reading_entry *entry, struct buf *ret,
		      const char *value)
{
	if (ret->len_bytes > 0)
		tasks_lose(entry->out, "second texts");
	else
		ics_unescape(ret, value);
}

/* "home,at work" are two contexts: "@home @at_work". */
static void read_categories(struct reading_entry *entry, const char *value)
{
	for (const char *at = value; *at != '\0';) {
		size_t len = strcspn(at, ",");
		SCOPED_TEXT char *raw = mem_text(at, len);
		SCOPED_BUF struct buf word = { 0 };

		ics_unescape(&word, raw);
		for (char *p = word.data; p != NULL && *p != '\0'; p++)
			if (*p == ' ' || *p == '\t')
				*p = '_';
		if (word.len_bytes > 0)
			buf_addf(&entry->words, " @%s", word.data);
		at += len + (at[len] == ',');
	}
}

static void read_day(struct reading_entry *entry, const struct ics_line *line,
		     struct date *ret, char time[6])
{
	*ret = ics_day(line->value, time);
	if (!date_is_set(*ret))
		tasks_lose(entry->out, "days that are none");
	/* Of another zone the time is kept as it is written. */
	if (time[0] != '\0' && strstr(line->params, "TZID=") != NULL)
		tasks_lose(entry->out, "time zones");
}

/* What only programs need. */
static bool is_technical(const char *name)
{
	static const char *const names[] = {
		"",	    "UID",    "DTSTAMP", "CREATED", "LAST-MODIFIED",
		"SEQUENCE", "TRANSP", "CLASS",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void read_status(struct reading_entry *entry, const char *value)
{
	entry->done |= strcmp(value, "COMPLETED") == 0;
	entry->cancelled |= strcmp(value, "CANCELLED") == 0;
}

static void read_property(struct reading_entry *entry,
			  const struct ics_line *line)
{
	const char *name = line->name;
	char time[6];

	if (strcmp(name, "SUMMARY") == 0)
		read_text(entry, &entry->text, line->value);
	else if (strcmp(name, "LOCATION") == 0)
		read_text(entry, &entry->place, line->value);
	else if (strcmp(name, place_name) == 0)
		read_text(entry, &entry->where, line->value);
	else if (strcmp(name, "CATEGORIES") == 0)
		read_categories(entry, line->value);
	else if (strcmp(name, "STATUS") == 0)
		read_status(entry, line->value);
	else if (strcmp(name, "DTSTART") == 0)
		read_day(entry, line, &entry->start, entry->start_time);
	else if (strcmp(name, "DUE") == 0)
		read_day(entry, line, &entry->due, entry->due_time);
	else if (strcmp(name, "DTEND") == 0) {
		read_day(entry, line, &entry->end, entry->end_time);
		entry->end_is_day = entry->end_time[0] == '\0';
	} else if (strcmp(name, "COMPLETED") == 0) {
		entry->done = true;
		entry->done_on = ics_day(line->value, time);
	} else if (strncmp(name, "X-", 2) == 0)
		tasks_lose(entry->out, "X- properties");
	else if (!is_technical(name) && line->value[0] != '\0')
		tasks_lose(entry->out, name);
}

static void read_begin(struct reading_entry *entry, const char *what)
{
	bool event = strcmp(what, "VEVENT") == 0;

	if (entry->any) {
		entry->inside++;
		tasks_lose(entry->out, what);
	} else if (event || strcmp(what, "VTODO") == 0) {
		entry->any = true;
		entry->event = event;
	} else if (strcmp(what, "VJOURNAL") == 0 ||
		   strcmp(what, "VFREEBUSY") == 0)
		tasks_lose(entry->out, what);
}

int calendar_read(const struct buf *text, struct tasks *ret, struct err *e)
{
	struct reading_entry entry = { .out = ret };
	struct ics_line line = { 0 };
	size_t at = text_bom_bytes(buf_text(text), text->len_bytes);
	bool calendar = false;

	while (ics_next(buf_text(text), text->len_bytes, &at, &line)) {
		bool end = strcmp(line.name, "END") == 0;

		if (strcmp(line.name, "BEGIN") == 0) {
			calendar |= strcmp(line.value, "VCALENDAR") == 0;
			read_begin(&entry, line.value);
		} else if (end && entry.inside > 0)
			entry.inside--;
		else if (end && entry.any)
			entry_end(&entry);
		else if (entry.any && entry.inside == 0)
			read_property(&entry, &line);
	}
	/* A file that was cut off: what there is of its last entry. */
	if (entry.any)
		entry_end(&entry);
	entry_clear(&entry);
	ics_line_fini(&line);
	return calendar ? 0
			: err_say(e, EINVAL,
				  "not a calendar: no line BEGIN:VCALENDAR");
}

/* ---- writing ------------------------------------------------------------ */

static void write_task(const struct task *task, const char *stamp,
		       struct buf *out)
{
	ON_SCOPE_EXIT(task_parts_fini) struct task_parts parts = { 0 };
	SCOPED_TEXT char *whole = mem_printf("%s\n%s", task->where, task->text);

	task_take_apart(task->text, &parts);
	buf_add_text(out, "BEGIN:VTODO\r\n");
	/* The same item of the same project is the same to-do the next time. */
	buf_addf(out, "UID:%016llx@earshot\r\nDTSTAMP:%s\r\n",
		 (unsigned long long)line_hash(whole, strlen(whole)), stamp);
	ics_add_text(out, "SUMMARY", buf_text(&parts.text));
	if (date_is_set(parts.due))
		ics_add_day(out, "DUE", parts.due);
	if (date_is_set(parts.start))
		ics_add_day(out, "DTSTART", parts.start);
	for (size_t i = 0; i < parts.context_count; i++)
		ics_add_text(out, "CATEGORIES", parts.contexts[i]);
	ics_add_text(out, place_name, task->where);
	buf_addf(out, "STATUS:%s\r\nEND:VTODO\r\n",
		 task->done ? "COMPLETED" : "NEEDS-ACTION");
}

void calendar_write(const struct tasks *tasks, struct buf *out)
{
	char stamp[ICS_STAMP_BYTES];

	ics_begin(out, stamp);
	for (size_t i = 0; i < tasks->count; i++)
		write_task(&tasks->list[i], stamp, out);
	ics_end(out);
}
