/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_day.c - tick and day: what this day asks for. */
#include <string.h>

#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "project/change.h"
#include "project/collect.h"
#include "project/command.h"
#include "project/out.h"
#include "project/reminders.h"
#include "project/say.h"
#include "project/scan.h"

enum { DAY_NEXT_MAX = 10 };

static void warn_bad(const char *file, unsigned line, const char *text,
		     void *data)
{
	(void)data;
	log_warn("%s:%u: not a reminder: %s", file, line, text);
}

static void print_reminder(struct out *out, const struct reminder *r,
			   struct date today)
{
	bool missed = date_days(r->date) < date_days(today);
	char day[DATE_BYTES], when[48];

	date_words(r->date, today, when, sizeof(when));
	if (out->say) {
		out_text(out, r->text, strlen(r->text));
		if (missed)
			out_printf(out, ", missed, %s", when);
		out_printf(out, ".\n");
		return;
	}
	if (!out->tty) {
		out_printf(out, "%s\t%s\t%ld\t", date_text(r->date, day),
			   missed ? "missed" : "today", r->times);
		out_text(out, r->text, strlen(r->text));
		buf_add_char(&out->text, '\n');
		return;
	}
	out_printf(out, "  ");
	out_column(out, missed ? STYLE_ALERT : STYLE_NONE, when, 14);
	out_printf(out, "  ");
	out_rest(out, r->text, strlen(r->text), 18);
	if (r->times > 1)
		out_printf(out, " (%ld times)", r->times);
	buf_add_char(&out->text, '\n');
}

static void reminders_json(struct out *out, const struct reminders *reminders,
			   struct date today)
{
	struct json *array = json_array_make();

	for (size_t i = 0; i < reminders->count; i++) {
		const struct reminder *r = &reminders->list[i];
		struct json *o = json_object_make();
		char day[DATE_BYTES];

		json_add_text(o, "date", date_text(r->date, day));
		json_add_bool(o, "missed",
			      date_days(r->date) < date_days(today));
		json_add_int(o, "times", r->times);
		json_add_text(o, "text", r->text);
		json_add_text(o, "file", r->file);
		json_add(array, NULL, o);
	}
	json_print(array, &out->text);
	buf_add_char(&out->text, '\n');
	json_free(array);
}

static int tick_done(struct call *call, const struct reminders *reminders,
		     struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;

	if (change_begin(&change, &call->gtd, "tick --done", e) < 0 ||
	    remind_done(&change, reminders, e) < 0)
		return -e->code;
	tell(call->settings, "%zu moved to the inbox", reminders->count);
	return 0;
}

static int run_tick(struct call *call, struct err *e)
{
	struct reminders reminders = { 0 };
	SCOPED_OUT struct out out;
	int rc;

	out_init(&out, call->settings);
	if (call->settings->done && gtd_lock(&call->gtd, e) < 0)
		return -e->code;
	if (remind_collect(&call->gtd, &reminders, warn_bad, NULL, e) < 0)
		return -e->code;
	if (call->settings->json)
		reminders_json(&out, &reminders, call->gtd.today);
	else if (out.say && reminders.count == 0)
		out_printf(&out, "Nothing is due.\n");
	else
		for (size_t i = 0; i < reminders.count; i++)
			print_reminder(&out, &reminders.list[i],
				       call->gtd.today);
	rc = out_flush(&out, e);
	if (rc == 0 && call->settings->done)
		rc = tick_done(call, &reminders, e);
	reminders_fini(&reminders);
	return rc;
}

/* clang-format off */
static const struct opt tick_opts[] = {
	{ .letter = 'd', .name = "done", .kind = OPT_FLAG, OWN(done),
	  .help = "move what is shown to the inbox" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_tick = {
	.name = "tick",
	.args = "",
	.help = "reminders that are due today or were missed",
	.run = run_tick,
	OPTS(tick_opts),
	.wakes = true,
};

/* ---- day ---------------------------------------------------------------- */

static void head(struct out *out, const char *text)
{
	out_styled(out, STYLE_HEAD, text);
	buf_add_char(&out->text, '\n');
}

/* What a list's view shows, headings aside. */
static size_t count_items(const struct gtd *gtd, enum list_file file)
{
	SCOPED_ITEMS struct items items = { 0 };
	size_t n = 0;

	if (view_list(gtd, file, &items, NULL) < 0)
		return 0;
	for (size_t i = 0; i < items.count; i++)
		n += !items.list[i].heading;
	return n;
}

static void day_numbers(struct out *out, const struct call *call,
			const struct scan *scan)
{
	size_t stuck = 0, waiting = count_items(&call->gtd, FILE_WAITING);
	size_t inbox = count_items(&call->gtd, FILE_INBOX);

	for (size_t i = 0; i < scan->count; i++)
		stuck += scan->list[i].stuck;
	out_printf(out,
		   "%zu project%s, %zu stuck, %zu waiting, %zu in the "
		   "inbox%s\n",
		   scan->count, scan->count == 1 ? "" : "s", stuck, waiting,
		   inbox, out->say ? "." : "");
}

static void day_next(struct out *out, struct call *call, struct scan *scan)
{
	size_t shown = 0;

	scan_sort(scan, SORT_NEXT, false);
	for (size_t i = 0; i < scan->count && shown < DAY_NEXT_MAX; i++) {
		const struct project *p = &scan->list[i];
		bool due = date_is_set(p->due) &&
			   date_days(p->due) <= date_days(call->gtd.today);

		if (p->next == NULL)
			continue;
		if (shown++ == 0)
			head(out, out->say ? "Next actions:" : "Next actions");
		if (out->say)
			say_name(&out->text, p->place->name);
		else {
			out_printf(out, "  ");
			out_column(out, due ? STYLE_ALERT : STYLE_NAME,
				   p->place->name, 24);
		}
		out_printf(out, out->say ? ": " : "  ");
		out_rest(out, p->next, strlen(p->next), 28);
		out_printf(out, out->say ? ".\n" : "\n");
	}
}

static int run_day(struct call *call, struct err *e)
{
	static const char *const weekdays[] = { "",	    "Monday",
						"Tuesday",  "Wednesday",
						"Thursday", "Friday",
						"Saturday", "Sunday" };
	struct date today = call->gtd.today;
	struct reminders reminders = { 0 };
	struct scan scan;
	SCOPED_OUT struct out out;
	char day[DATE_BYTES];
	int rc;

	out_init(&out, call->settings);
	if (scan_projects(&call->gtd, IN_ACTIVE, 0, &scan, e) < 0)
		return -e->code;
	if (remind_collect(&call->gtd, &reminders, warn_bad, NULL, e) < 0) {
		scan_fini(&scan);
		return -e->code;
	}
	out_styled(&out, STYLE_NAME, weekdays[date_weekday(today)]);
	out_printf(&out, " %s%s\n", date_text(today, day), out.say ? "." : "");
	day_numbers(&out, call, &scan);
	if (reminders.count > 0)
		head(&out, out.say ? "Due:" : "Due");
	for (size_t i = 0; i < reminders.count; i++)
		print_reminder(&out, &reminders.list[i], today);
	day_next(&out, call, &scan);
	rc = out_flush(&out, e);
	reminders_fini(&reminders);
	scan_fini(&scan);
	return rc;
}

/* clang-format off */
static const struct opt day_opts[] = {
	OPT_SAY,
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
