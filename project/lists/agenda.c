/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/agenda.h"

#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "project/lists/marks.h"
#include "project/directory/names.h"
#include "project/lists/reminders.h"
#include "project/text/ics.h"

struct gathering {
	const struct gtd *gtd;
	struct agenda *out;
	struct date last; /* the last day that counts */
	bool postponed;
};

const char *agenda_word(enum agenda_kind kind)
{
	static const char *const words[] = { "due", "waiting", "reminder",
					     "start", "return" };

	return words[kind];
}

static struct entry *add(struct agenda *agenda, enum agenda_kind kind,
			 struct date date, const char *source, char *take_text)
{
	struct entry *entry;

	if (agenda->count == agenda->room) {
		agenda->room = max_size(32, agenda->room * 2);
		agenda->list = mem_resize(agenda->list, agenda->room,
					  sizeof(*agenda->list));
	}
	entry = &agenda->list[agenda->count++];
	*entry = (struct entry){
		.kind = kind,
		.date = date,
		.source = mem_copy(source),
		.text = take_text,
	};
	return entry;
}

void agenda_fini(struct agenda *agenda)
{
	for (size_t i = 0; i < agenda->count; i++) {
		free(agenda->list[i].text);
		free(agenda->list[i].source);
		free(agenda->list[i].file);
	}
	free(agenda->list);
	*agenda = (struct agenda){ 0 };
}

/* ---- from the files ----------------------------------------------------- */

static void add_action(struct gathering *g, const char *source,
		       const struct sheet *sheet, const struct action *a,
		       bool waiting)
{
	long today = date_days(g->gtd->today), last = date_days(g->last);
	struct entry *entry = NULL;

	if (!action_is_open(a))
		return;
	if (date_is_set(a->due) && date_days(a->due) <= last)
		entry = add(g->out, waiting ? AGENDA_WAITING : AGENDA_DUE,
			    a->due, source, action_text(a));
	else if (date_is_set(a->not_before) &&
		 date_days(a->not_before) > today &&
		 date_days(a->not_before) <= last)
		entry = add(g->out, AGENDA_START, a->not_before, source,
			    action_text(a));
	if (entry == NULL)
		return;
	entry->file = mem_copy(sheet->file);
	entry->line = a->line;
	entry->hash = action_hash(a, sheet);
	entry->postponed = g->postponed;
}

/* A project that is due as a whole: its note says so. */
static void add_note(struct gathering *g, const char *project,
		     const struct sheet *sheet)
{
	struct marks marks;
	struct date due;

	marks_parse_front(&marks, buf_text(&sheet->text),
			  sheet->text.len_bytes);
	due = marks.dates[MARK_DUE];
	if (date_is_set(due) && date_days(due) <= date_days(g->last))
		add(g->out, AGENDA_DUE, due, project, mem_copy(""))->postponed =
			g->postponed;
}

static void add_sheets(struct gathering *g, const char *source,
		       const struct sheets *sheets, bool waiting)
{
	for (size_t i = 0; i < sheets->count; i++) {
		const struct sheet *sheet = &sheets->list[i];

		if (source != NULL && sheet->reading == READ_BOXES)
			add_note(g, source, sheet);
		for (size_t k = 0; k < sheet->actions.count; k++)
			add_action(g, source != NULL ? source : sheet->file,
				   sheet, &sheet->actions.list[k],
				   waiting || sheet->actions.list[k].waiting);
	}
}

static void warn_unread(struct gathering *g, const struct err *e)
{
	log_warn_failure(e);
	g->out->incomplete = true;
}

static int on_project(const struct place *place, unsigned char d_type,
		      void *data)
{
	struct gathering *g = data;
	SCOPED_SHEETS struct sheets sheets = { 0 };
	struct err e = { 0 };

	(void)d_type;
	if (sheets_of_project(g->gtd, place, &sheets, &e) < 0)
		warn_unread(g, &e);
	add_sheets(g, place->name, &sheets, false);
	return 0;
}

static int on_postponed(const struct place *place, unsigned char d_type,
			void *data)
{
	struct gathering *g = data;
	SCOPED_TEXT char *path = place_path(place);
	struct marks marks = { 0 };
	struct date until;

	(void)!marks_read(g->gtd, path, &marks, NULL);
	until = marks.dates[MARK_UNTIL];
	if (date_is_set(until) && date_days(until) <= date_days(g->last))
		add(g->out, AGENDA_RETURN, until, place->name, mem_copy(""));
	return on_project(place, d_type, data);
}

/* One list that cannot be read hides no other. */
static void add_lists(struct gathering *g)
{
	static const enum list_file lists[] = { FILE_INBOX, FILE_NEXT,
						FILE_WAITING, FILE_SOMEDAY };

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		SCOPED_SHEETS struct sheets sheets = { 0 };
		struct err e = { 0 };

		if (sheets_of_list(g->gtd, lists[i], &sheets, &e) < 0)
			warn_unread(g, &e);
		add_sheets(g, NULL, &sheets, lists[i] == FILE_WAITING);
	}
}

static void add_reminders(struct gathering *g, struct reminders *reminders)
{
	for (size_t i = 0; i < reminders->count; i++) {
		struct reminder *r = &reminders->list[i];
		struct entry *entry = add(g->out, AGENDA_REMINDER, r->date, "",
					  text_give(&r->text));

		entry->times = r->times;
		entry->file = mem_copy(r->file);
		entry->line = r->number;
		entry->hash = line_hash(r->line, r->line_bytes);
	}
	reminders_fini(reminders);
}

static void warn_bad(const char *file, unsigned line, const char *text,
		     void *data)
{
	(void)data;
	log_warn("%s:%u: not a reminder: %s", file, line, text);
}

static int by_date(const void *a, const void *b)
{
	const struct entry *ea = a, *eb = b;
	long da = date_days(ea->date), db = date_days(eb->date);
	int order;

	if (da != db)
		return da < db ? -1 : 1;
	if (ea->kind != eb->kind)
		return ea->kind < eb->kind ? -1 : 1;
	order = names_compare(ea->source, eb->source);
	return order != 0 ? order : strcmp(ea->text, eb->text);
}

int agenda_collect(const struct gtd *gtd, unsigned days, struct agenda *ret,
		   struct err *e)
{
	long today = date_days(gtd->today);
	struct gathering g = { .gtd = gtd,
			       .out = ret,
			       .last = date_from_days(today + (long)days) };
	struct reminders reminders = { 0 };

	if (place_each(gtd, STATE_ACTIVE, "", on_project, &g, e) < 0)
		return -e->code;
	add_lists(&g);
	g.postponed = true;
	if (place_each(gtd, STATE_POSTPONED, "", on_postponed, &g, e) < 0 ||
	    remind_collect(gtd, &reminders, warn_bad, NULL, e) < 0)
		return -e->code;
	add_reminders(&g, &reminders);
	if (days > 0 && remind_ahead(gtd, date_from_days(today + 1), g.last,
				     &reminders, e) < 0)
		return -e->code;
	add_reminders(&g, &reminders);
	if (ret->count > 0)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_date);
	return 0;
}

/* ---- in words ----------------------------------------------------------- */

void agenda_when(const struct entry *entry, struct date today, char *buf,
		 size_t buf_bytes)
{
	long days = date_days(entry->date) - date_days(today);
	char when[48];

	if (days < 0)
		snprintf(when, sizeof(when), "overdue by %ld day%s", -days,
			 days == -1 ? "" : "s");
	else
		date_words(entry->date, today, when, sizeof(when));
	switch (entry->kind) {
	case AGENDA_DUE:
		snprintf(buf, buf_bytes, "%s%s", days < 0 ? "" : "due ", when);
		break;
	case AGENDA_WAITING:
		snprintf(buf, buf_bytes, "waiting, %s%s",
			 days < 0 ? "" : "due ", when);
		break;
	case AGENDA_REMINDER:
		date_words(entry->date, today, when, sizeof(when));
		snprintf(buf, buf_bytes, "%s%s", days < 0 ? "missed " : "",
			 when);
		break;
	case AGENDA_START:
		snprintf(buf, buf_bytes, "from %s", when);
		break;
	case AGENDA_RETURN:
		snprintf(buf, buf_bytes, "comes back %s", when);
		break;
	}
}

/* ---- iCalendar ---------------------------------------------------------- */

static void ics_entry(struct buf *out, const struct entry *entry,
		      const char *stamp, size_t number)
{
	SCOPED_TEXT char *summary = NULL;
	struct date next = date_from_days(date_days(entry->date) + 1);
	struct date date = entry->date;

	summary = entry->source[0] == '\0' || entry->text[0] == '\0'
			  ? mem_printf("%s%s", entry->source, entry->text)
			  : mem_printf("%s: %s", entry->source, entry->text);
	buf_add_text(out, "BEGIN:VEVENT\r\n");
	/* The same item on the same day is the same event the next time. */
	buf_addf(out, "UID:%016llx-%04d%02d%02d-%zu@earshot\r\n",
		 (unsigned long long)line_hash(summary, strlen(summary)),
		 date.year % 10000, date.month % 100, date.day % 100, number);
	buf_addf(out, "DTSTAMP:%s\r\n", stamp);
	ics_add_day(out, "DTSTART", date);
	ics_add_day(out, "DTEND", next);
	ics_add_text(out, "SUMMARY", summary);
	ics_add_text(out, "CATEGORIES", agenda_word(entry->kind));
	buf_add_text(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

/* How many before it are the same: an item may stand there twice. */
static size_t same_before(const struct agenda *agenda, size_t i)
{
	const struct entry *entry = &agenda->list[i];
	size_t n = 0;

	while (i > 0) {
		const struct entry *other = &agenda->list[--i];

		if (date_days(other->date) != date_days(entry->date))
			break;
		n += strcmp(other->text, entry->text) == 0 &&
		     strcmp(other->source, entry->source) == 0;
	}
	return n;
}

void agenda_ics(const struct agenda *agenda, struct buf *out)
{
	char stamp[ICS_STAMP_BYTES];

	ics_begin(out, stamp);
	for (size_t i = 0; i < agenda->count; i++)
		ics_entry(out, &agenda->list[i], stamp, same_before(agenda, i));
	ics_end(out);
}
