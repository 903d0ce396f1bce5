/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_tick.c - tick: reminders of today, and those that were missed. */
#include <string.h>

#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "project/directory/change.h"
#include "project/commands/command.h"
#include "project/show/out.h"
#include "project/lists/reminders.h"

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
