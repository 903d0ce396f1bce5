/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/reminders.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "project/names.h"
#include "project/tickler.h"

struct collecting {
	const struct gtd *gtd;
	struct reminders *out;
	struct date from; /* rules: the first day that counts */
	remind_bad_fn *bad_fn;
	void *data;
	struct err *e;
};

static void add(struct reminders *out, char *take_text, struct date date,
		long times, const char *file, const char *line, size_t bytes)
{
	struct reminder *r;

	if (out->count == out->room) {
		out->room = max_size(16, out->room * 2);
		out->list = mem_resize(out->list, out->room,
				       sizeof(*out->list));
	}
	r = &out->list[out->count++];
	r->text = take_text;
	r->date = date;
	r->times = times;
	r->file = mem_copy(file);
	r->line = line != NULL ? mem_text(line, bytes) : NULL;
}

void reminders_fini(struct reminders *reminders)
{
	for (size_t i = 0; i < reminders->count; i++) {
		free(reminders->list[i].text);
		free(reminders->list[i].file);
		free(reminders->list[i].line);
	}
	free(reminders->list);
	*reminders = (struct reminders){ 0 };
}

typedef void line_fn(struct collecting *c, const char *file, unsigned number,
		     const char *line, size_t len_bytes, struct date date);

static int each_line(struct collecting *c, const char *file, struct date date,
		     line_fn *fn)
{
	SCOPED_BUF struct buf text = { 0 };
	unsigned number = 0;

	if (gtd_read(c->gtd, file, &text, c->e) < 0)
		return -c->e->code;
	for (size_t at = 0; at < text.len_bytes;) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - line)
					 : text.len_bytes - at;

		fn(c, file, ++number, line, len, date);
		at += len + 1;
	}
	return 0;
}

/* ---- rules -------------------------------------------------------------- */

static char *rule_text(const struct rule *rule)
{
	return mem_printf("%.*s%s%.*s", (int)rule->times_bytes,
			  rule->times_bytes > 0 ? rule->times : "",
			  rule->times_bytes > 0 ? " " : "",
			  (int)rule->len_bytes, rule->text);
}

static void on_rule(struct collecting *c, const char *file, unsigned number,
		    const char *line, size_t len_bytes, struct date unused)
{
	static const struct date beginning = { 1, 1, 1 };
	enum rule_result result;
	struct date last = { 0 };
	struct rule rule;
	bool once;
	long times;

	(void)unused;
	result = rule_read(line, len_bytes, &rule);
	if (result == RULE_BAD && c->bad_fn != NULL) {
		SCOPED_TEXT char *text = mem_text(line, len_bytes);

		c->bad_fn(file, number, text, c->data);
	}
	if (result != RULE_YES)
		return;
	/* A date of its own stays due for as long as its line is there. */
	once = rule.kind == TICKLER_ONCE;
	times = rule_due(&rule, once ? beginning : c->from, c->gtd->today,
			 &last);
	if (times > 0)
		add(c->out, rule_text(&rule), last, times, file,
		    once ? line : NULL, len_bytes);
}

static int on_repeating(const char *name, unsigned char d_type, void *data)
{
	struct collecting *c = data;
	SCOPED_TEXT char *file = mem_printf("tickler/repeating/%s", name);

	return d_type == DT_DIR || !name_is_project(name)
		       ? 0
		       : each_line(c, file, c->from, on_rule);
}

/* ---- gtdtools' day and month files -------------------------------------- */

/* "XXX text XXX" is what update_repeating made of a rule, which is computed
 * here: only what no rule says counts. */
static bool is_generated(const char *line, size_t len)
{
	return len >= 6 && memcmp(line, "XXX", 3) == 0 &&
	       memcmp(line + len - 3, "XXX", 3) == 0;
}

static void on_plain(struct collecting *c, const char *file, unsigned number,
		     const char *line, size_t len_bytes, struct date date)
{
	size_t skip = 0;

	(void)number;
	while (len_bytes > 0 && strchr(" \t\r", line[len_bytes - 1]) != NULL)
		len_bytes--;
	while (skip < len_bytes && (line[skip] == ' ' || line[skip] == '\t'))
		skip++;
	if (skip == len_bytes || line[skip] == '#' ||
	    is_generated(line + skip, len_bytes - skip))
		return;
	add(c->out, mem_text(line + skip, len_bytes - skip), date, 1, file,
	    line, len_bytes);
}

static bool changed_on(const struct gtd *gtd, const char *file,
		       struct date *ret)
{
	struct stat st;

	if (fstatat(gtd->fd, file, &st, 0) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size == 0)
		return false;
	*ret = date_of_time(st.st_mtim.tv_sec);
	return true;
}

static int read_due(struct collecting *c, const char *file, struct date due)
{
	if (date_days(due) > date_days(c->gtd->today))
		return 0;
	return each_line(c, file, due, on_plain);
}

static int read_day_files(struct collecting *c)
{
	for (int day = 1; day <= 31; day++) {
		SCOPED_TEXT char *file = mem_printf("tickler/%02d", day);
		struct date changed, due;
		int next;

		if (!changed_on(c->gtd, file, &changed))
			continue;
		due = date_clamped(changed.year, changed.month, day);
		next = changed.year * 12 + changed.month;
		if (date_days(due) < date_days(changed))
			due = date_clamped(next / 12, next % 12 + 1, day);
		if (read_due(c, file, due) < 0)
			return -c->e->code;
	}
	return 0;
}

static int read_month_files(struct collecting *c)
{
	static const char *const months[] = {
		"january",   "february", "march",    "april",
		"may",	     "june",	 "july",     "august",
		"september", "october",	 "november", "december",
	};

	for (int i = 0; i < 12; i++) {
		SCOPED_TEXT char *file = mem_printf("tickler/%s", months[i]);
		struct date changed, due = { 0, i + 1, 1 };

		if (!changed_on(c->gtd, file, &changed))
			continue;
		/* Written in October, "october" means this one. */
		due.year = changed.year + (changed.month > i + 1 ? 1 : 0);
		if (read_due(c, file, due) < 0)
			return -c->e->code;
	}
	return 0;
}

/* ---- all of it ---------------------------------------------------------- */

/* The day behind the last "tick --done"; without one, this month's first. */
static int first_day(const struct gtd *gtd, struct date *ret, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	struct date done;

	if (gtd_read(gtd, TICK_FILE, &text, e) < 0)
		return -e->code;
	if (date_read(buf_text(&text), &done) > 0)
		*ret = date_from_days(date_days(done) + 1);
	else
		*ret = (struct date){ gtd->today.year, gtd->today.month, 1 };
	return 0;
}

static int by_date(const void *a, const void *b)
{
	const struct reminder *ra = a, *rb = b;
	long da = date_days(ra->date), db = date_days(rb->date);

	if (da != db)
		return da < db ? -1 : 1;
	return strcmp(ra->text, rb->text);
}

int remind_collect(const struct gtd *gtd, struct reminders *ret,
		   remind_bad_fn *bad_fn, void *data, struct err *e)
{
	struct collecting c = {
		.gtd = gtd, .out = ret, .bad_fn = bad_fn, .data = data, .e = e
	};
	int rc;

	*ret = (struct reminders){ 0 };
	rc = first_day(gtd, &c.from, e);
	if (rc == 0 && gtd_is_dir(gtd, "tickler")) {
		rc = read_day_files(&c);
		if (rc == 0)
			rc = read_month_files(&c);
		if (rc == 0)
			rc = gtd_each(gtd, "tickler/repeating", on_repeating,
				      &c, e);
	} else if (rc == 0)
		rc = each_line(&c, "tickler", c.from, on_rule);
	if (rc == 0)
		rc = each_line(&c, "tickler.otl", c.from, on_rule);
	if (rc < 0) {
		reminders_fini(ret);
		return rc;
	}
	if (ret->count > 0)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_date);
	return 0;
}

/* Take one line out of its file. */
static int remove_line(struct change *change, const struct reminder *r,
		       struct err *e)
{
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	size_t len = strlen(r->line);
	bool removed = false;

	if (gtd_read(change->gtd, r->file, &old, e) < 0)
		return -e->code;
	for (size_t at = 0; at < old.len_bytes;) {
		const char *line = old.data + at;
		const char *end = memchr(line, '\n', old.len_bytes - at);
		size_t whole = end != NULL ? (size_t)(end - line) + 1
					   : old.len_bytes - at;

		if (!removed && whole >= len &&
		    memcmp(line, r->line, len) == 0 &&
		    strspn(line + len, " \t\r\n") >= whole - len)
			removed = true;
		else
			buf_add(&text, line, whole);
		at += whole;
	}
	return removed ? change_text(change, r->file, buf_text(&old),
				     old.len_bytes, buf_text(&text),
				     text.len_bytes, e)
		       : 0;
}

/* First into the inbox and only then out of the tickler: a crash in between
 * leaves a reminder twice, never not at all. */
static int to_inbox(struct change *change, const struct reminder *r,
		    const char *inbox, struct err *e)
{
	SCOPED_TEXT char *line = NULL;
	char day[DATE_BYTES];

	line = mem_printf("%s (due %s)", r->text, date_text(r->date, day));
	if (change_append(change, inbox, line, e) < 0)
		return -e->code;
	return r->line != NULL ? remove_line(change, r, e) : 0;
}

int remind_done(struct change *change, const struct reminders *reminders,
		struct err *e)
{
	struct gtd *gtd = change->gtd;
	SCOPED_TEXT char *inbox = gtd_list_file(gtd, FILE_INBOX);
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	char day[DATE_BYTES];

	for (size_t i = 0; i < reminders->count; i++)
		if (to_inbox(change, &reminders->list[i], inbox, e) < 0)
			return -e->code;
	if (gtd_read(gtd, TICK_FILE, &old, e) < 0)
		return -e->code;
	buf_addf(&text, "%s\n", date_text(gtd->today, day));
	if (strcmp(buf_text(&old), buf_text(&text)) == 0)
		return 0;
	return change_text(change, TICK_FILE, buf_text(&old), old.len_bytes,
			   text.data, text.len_bytes, e);
}
