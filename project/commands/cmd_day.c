/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_day.c - day and ahead: what this day and the next ones ask for. */
#include <string.h>

#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "project/lists/agenda.h"
#include "project/lists/collect.h"
#include "project/commands/command.h"
#include "project/lists/listing.h"
#include "project/directory/names.h"
#include "project/show/say.h"
#include "project/lists/scan.h"

enum { DAY_NEXT_MAX = 10, AHEAD_DAYS = 14, AHEAD_DAYS_MAX = 3660 };

static const char *weekday(struct date date)
{
	static const char *const names[] = { "",	  "Monday",   "Tuesday",
					     "Wednesday", "Thursday", "Friday",
					     "Saturday",  "Sunday" };

	return names[date_weekday(date)];
}

/* What is printed with numbers, which are remembered. */
struct page {
	struct call *call;
	struct out *out;
	struct listing listing;
	size_t number;
};

static void page_fini(struct page *page, const char *view)
{
	if (page->number > 0)
		listing_save(&page->listing, &page->call->gtd, view);
	listing_fini(&page->listing);
}

static void add_number(struct page *page, const char *file, unsigned line,
		       uint64_t hash)
{
	struct out *out = page->out;

	if (file == NULL || !(out->tty || out->say)) {
		out_printf(out, "%s", out->say ? "" : "  ");
		return;
	}
	listing_add(&page->listing, file, line, hash);
	out_printf(out, out->say ? "%zu: " : "%3zu ", ++page->number);
}

static void head(struct out *out, const char *text)
{
	out_styled(out, STYLE_HEAD, text);
	out_printf(out, "%s\n", out->say ? ":" : "");
}

/* ---- entries ------------------------------------------------------------ */

static void say_entry(struct page *page, const struct entry *entry,
		      struct date today)
{
	struct out *out = page->out;
	char when[80];

	agenda_when(entry, today, when, sizeof(when));
	if (entry->source[0] != '\0') {
		say_name(&out->text, entry->source);
		if (entry->text[0] != '\0')
			out_printf(out, ": ");
	}
	say_text_undated(&out->text, entry->text, today);
	out_printf(out, ", %s", when);
	if (entry->times > 1)
		out_printf(out, ", %ld times", entry->times);
	if (entry->postponed && entry->kind != AGENDA_RETURN)
		out_printf(out, ", postponed");
	say_end(&out->text);
}

static void print_entry(struct page *page, const struct entry *entry,
			struct date today)
{
	struct out *out = page->out;
	char when[80];

	add_number(page, entry->file, entry->line, entry->hash);
	if (out->say) {
		say_entry(page, entry, today);
		return;
	}
	agenda_when(entry, today, when, sizeof(when));
	out_column(out,
		   date_days(entry->date) < date_days(today) ? STYLE_ALERT
							     : STYLE_DIM,
		   when, 28);
	out_printf(out, "  ");
	if (entry->source[0] != '\0') {
		out_column(out, STYLE_NAME, entry->source, 16);
		out_printf(out, "  ");
	}
	out_rest(out, entry->text, strlen(entry->text),
		 entry->source[0] != '\0' ? 52 : 34);
	if (entry->times > 1)
		out_printf(out, " (%ld times)", entry->times);
	if (entry->postponed && entry->kind != AGENDA_RETURN)
		out_printf(out, " (postponed)");
	buf_add_char(&out->text, '\n');
}

static struct json *entry_json(const struct entry *entry)
{
	struct json *o = json_object_make();
	char day[DATE_BYTES];

	json_add_text(o, "date", date_text(entry->date, day));
	json_add_text(o, "kind", agenda_word(entry->kind));
	json_add_text(o, "source",
		      entry->source[0] != '\0' ? entry->source : NULL);
	json_add_text(o, "text", entry->text);
	json_add_text(o, "file", entry->file);
	json_add_int(o, "line", entry->line);
	json_add_int(o, "times", entry->times);
	json_add_bool(o, "postponed", entry->postponed);
	return o;
}

static void print_json(struct out *out, struct json *json)
{
	json_print(json, &out->text);
	buf_add_char(&out->text, '\n');
	json_free(json);
}

static struct json *agenda_json(const struct agenda *agenda)
{
	struct json *array = json_array_make();

	for (size_t i = 0; i < agenda->count; i++)
		json_add(array, NULL, entry_json(&agenda->list[i]));
	return array;
}

/* ---- day ---------------------------------------------------------------- */

struct numbers {
	size_t projects, stuck, waiting, inbox;
};

/* What a list's view shows, headings aside. */
static size_t count_items(const struct gtd *gtd, enum list_file file)
{
	SCOPED_ITEMS struct items items = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	if (view_list(gtd, file, &items, &e) < 0)
		log_warn_failure(&e);
	for (size_t i = 0; i < items.count; i++)
		n += !items.list[i].heading;
	return n;
}

static int count(struct call *call, struct numbers *ret, struct err *e)
{
	struct scan scan;

	if (scan_projects(&call->gtd, IN_ACTIVE, SCAN_NO_CHANGE, &scan, e) < 0)
		return -e->code;
	*ret = (struct numbers){
		.projects = scan.count,
		.waiting = count_items(&call->gtd, FILE_WAITING),
		.inbox = count_items(&call->gtd, FILE_INBOX),
	};
	for (size_t i = 0; i < scan.count; i++)
		ret->stuck += scan.list[i].stuck;
	scan_fini(&scan);
	return 0;
}

static void print_numbers(struct out *out, const struct numbers *n)
{
	out_printf(out,
		   "%zu project%s, %zu stuck, %zu waiting, %zu in the "
		   "inbox%s\n",
		   n->projects, n->projects == 1 ? "" : "s", n->stuck,
		   n->waiting, n->inbox, out->say ? "." : "");
}

/* Overdue and missed, then today's. */
static void print_agenda(struct page *page, const struct agenda *agenda,
			 struct date today)
{
	bool begun[2] = { false, false };

	for (size_t i = 0; i < agenda->count; i++) {
		const struct entry *entry = &agenda->list[i];
		bool now = date_days(entry->date) == date_days(today);

		if (!begun[now])
			head(page->out, now ? "Today" : "Overdue and missed");
		begun[now] = true;
		print_entry(page, entry, today);
	}
}

static bool is_in_agenda(const struct agenda *agenda, const struct item *item)
{
	for (size_t i = 0; i < agenda->count; i++)
		if (agenda->list[i].file != NULL && item->file != NULL &&
		    agenda->list[i].line == item->line &&
		    strcmp(agenda->list[i].file, item->file) == 0)
			return true;
	return false;
}

static int by_due(const void *a, const void *b)
{
	const struct item *ia = a, *ib = b;
	long da = date_is_set(ia->date) ? date_days(ia->date) : 10000000;
	long db = date_is_set(ib->date) ? date_days(ib->date) : 10000000;

	if (da != db)
		return da < db ? -1 : 1;
	return names_compare(ia->source, ib->source);
}

static void print_next(struct page *page, struct items *items,
		       const struct agenda *agenda, struct date today)
{
	struct out *out = page->out;
	size_t shown = 0;

	if (items->count > 0)
		qsort(items->list, items->count, sizeof(*items->list), by_due);
	for (size_t i = 0; i < items->count && shown < DAY_NEXT_MAX; i++) {
		const struct item *item = &items->list[i];

		if (is_in_agenda(agenda, item))
			continue;
		if (shown++ == 0)
			head(out, "Next actions");
		add_number(page, item->file, item->line, item->hash);
		if (out->say) {
			say_name(&out->text, item->source);
			out_printf(out, ": ");
			say_text(&out->text, item->text, today);
			say_end(&out->text);
			continue;
		}
		out_column(out, STYLE_NAME, item->source, 24);
		out_printf(out, "  ");
		out_rest(out, item->text, strlen(item->text), 30);
		buf_add_char(&out->text, '\n');
	}
}

static void day_json(struct out *out, struct date today,
		     const struct numbers *n, const struct agenda *agenda,
		     const struct items *next)
{
	struct json *o = json_object_make();
	struct json *array = json_array_make();
	char day[DATE_BYTES];

	json_add_text(o, "date", date_text(today, day));
	json_add_int(o, "projects", (int64_t)n->projects);
	json_add_int(o, "stuck", (int64_t)n->stuck);
	json_add_int(o, "waiting", (int64_t)n->waiting);
	json_add_int(o, "inbox", (int64_t)n->inbox);
	json_add(o, "agenda", agenda_json(agenda));
	for (size_t i = 0; i < next->count; i++) {
		struct json *item = json_object_make();

		json_add_text(item, "source", next->list[i].source);
		json_add_text(item, "text", next->list[i].text);
		json_add(array, NULL, item);
	}
	json_add(o, "next", array);
	print_json(out, o);
}

static int run_day(struct call *call, struct err *e)
{
	struct date today = call->gtd.today;
	SCOPED_AGENDA struct agenda agenda = { 0 };
	SCOPED_ITEMS struct items next = { 0 };
	struct numbers numbers = { 0 };
	SCOPED_OUT struct out out;
	struct page page = { .call = call, .out = &out };
	char day[DATE_BYTES];
	int rc;

	out_init(&out, call->settings);
	if (count(call, &numbers, e) < 0 ||
	    agenda_collect(&call->gtd, 0, &agenda, e) < 0 ||
	    view_next(&call->gtd, NULL, false, &next, e) < 0)
		return -e->code;
	if (call->settings->json) {
		day_json(&out, today, &numbers, &agenda, &next);
	} else {
		out_styled(&out, STYLE_NAME, weekday(today));
		out_printf(&out, " %s%s\n", date_text(today, day),
			   out.say ? "." : "");
		print_numbers(&out, &numbers);
		print_agenda(&page, &agenda, today);
		print_next(&page, &next, &agenda, today);
		page_fini(&page, "day");
	}
	rc = out_flush(&out, e);
	return rc == 0 ? agenda.incomplete || next.incomplete : rc;
}

/* ---- ahead -------------------------------------------------------------- */

static void print_plain(struct out *out, const struct agenda *agenda)
{
	for (size_t i = 0; i < agenda->count; i++) {
		const struct entry *entry = &agenda->list[i];
		char day[DATE_BYTES];

		out_printf(out, "%s\t%s\t", date_text(entry->date, day),
			   agenda_word(entry->kind));
		out_text(out, entry->source, strlen(entry->source));
		buf_add_char(&out->text, '\t');
		out_text(out, entry->text, strlen(entry->text));
		buf_add_char(&out->text, '\n');
	}
}

/* A heading for each day, in words. */
static void print_days(struct page *page, const struct agenda *agenda,
		       struct date today)
{
	struct date before = { 0 };

	for (size_t i = 0; i < agenda->count; i++) {
		const struct entry *entry = &agenda->list[i];
		bool past = date_days(entry->date) < date_days(today);

		if (past ? !date_is_set(before)
			 : !date_is_set(before) ||
				    date_days(before) !=
					    date_days(entry->date)) {
			SCOPED_TEXT char *text = NULL;
			char day[DATE_BYTES];

			text = mem_printf("%s %s", weekday(entry->date),
					  date_text(entry->date, day));
			head(page->out, past ? "Overdue and missed" : text);
		}
		before = entry->date;
		print_entry(page, entry, today);
	}
}

static int run_ahead(struct call *call, struct err *e)
{
	SCOPED_AGENDA struct agenda agenda = { 0 };
	SCOPED_OUT struct out out;
	struct page page = { .call = call, .out = &out };
	unsigned days = AHEAD_DAYS;
	int rc;

	if (call->count > 0 && opt_uint("DAYS", call->operands[0], 0,
					AHEAD_DAYS_MAX, &days, e) < 0)
		return -e->code;
	out_init(&out, call->settings);
	if (agenda_collect(&call->gtd, days, &agenda, e) < 0)
		return -e->code;
	if (call->settings->ics)
		agenda_ics(&agenda, &out.text);
	else if (call->settings->json)
		print_json(&out, agenda_json(&agenda));
	else if (out.say && agenda.count == 0)
		out_printf(&out, "Nothing in the next %u days.\n", days);
	else if (out.say || out.tty)
		print_days(&page, &agenda, call->gtd.today);
	else
		print_plain(&out, &agenda);
	page_fini(&page, "ahead");
	rc = out_flush(&out, e);
	return rc == 0 ? agenda.incomplete : rc;
}

/* clang-format off */
static const struct opt day_opts[] = {
	OPT_JSON,
	OPT_SAY,
};

static const struct opt ahead_opts[] = {
	OPT_JSON,
	OPT_SAY,
	{ .name = "ics", .kind = OPT_FLAG, OWN(ics),
	  .help = "print an iCalendar file" },
};
/* clang-format on */

const struct command command_day = {
	.name = "day",
	.args = "",
	.help = "today on one screen",
	.run = run_day,
	OPTS(day_opts),
	.wakes = true,
};

const struct command command_ahead = {
	.name = "ahead",
	.args = "[DAYS]",
	.help = "everything that has a day, for the next 14 days",
	.run = run_ahead,
	OPTS(ahead_opts),
	.operands = { OPERAND_WORDS },
	.max = 1,
	.wakes = true,
};
