/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/reminders.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "project/directory/names.h"
#include "project/text/tickler.h"
#include "project/directory/parts.h"

struct collecting {
	const struct gtd *gtd;
	struct reminders *out;
	struct buf tick; /* the file: what has been answered */
	struct date from, to; /* rules: the days that count */
	bool ahead; /* each day by itself, and no days before from */
	bool tick_known; /* from is the day after the last tick --done */
	remind_bad_fn *bad_fn;
	void *data;
	struct err *e;
};

static struct reminder *add(struct reminders *out, char *take_text,
			    struct date date, long times, const char *file)
{
	struct reminder *r;

	if (out->count == out->room) {
		out->room = max_size(16, out->room * 2);
		out->list = mem_resize(out->list, out->room,
				       sizeof(*out->list));
	}
	r = &out->list[out->count++];
	*r = (struct reminder){
		.text = take_text,
		.date = date,
		.times = times,
		.file = mem_copy(file),
	};
	return r;
}

static void set_line(struct reminder *r, unsigned number, const char *line,
		     size_t len_bytes)
{
	r->line = mem_text(line, len_bytes);
	r->line_bytes = len_bytes;
	r->number = number;
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

	size_t at = 0;

	if (gtd_read_text(c->gtd, file, &text, NULL, c->e) < 0)
		return -c->e->code;
	if (strncmp(buf_text(&text), "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < text.len_bytes) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - line)
					 : text.len_bytes - at;

		fn(c, file, ++number, line, len, date);
		at += len + 1;
	}
	return 0;
}

/* ---- gtdtools' generated lines ----------------------------------------- */

static bool changed_on(const struct gtd *gtd, const char *file,
		       struct date *ret)
{
	struct stat st;

	if (fstatat(gtd->fd, file, &st, 0) < 0 || !S_ISREG(st.st_mode))
		return false;
	*ret = date_of_time(st.st_mtim.tv_sec);
	return true;
}

/* "XXX text XXX" is what update_repeating made of a rule. */
static bool is_generated(const char *line, size_t len)
{
	return len >= 6 && memcmp(line, "XXX", 3) == 0 &&
	       memcmp(line + len - 3, "XXX", 3) == 0;
}

static bool has_generated(const struct gtd *gtd, const char *file,
			  const struct rule *rule)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *wanted = mem_printf("%.*s", (int)rule->len_bytes,
					      rule->text);

	if (gtd_read(gtd, file, &text, NULL) < 0)
		return true;
	for (const char *at = buf_text(&text); *at != '\0';) {
		size_t len = strcspn(at, "\n");
		SCOPED_TEXT char *line = mem_text(at, len);

		if (is_generated(line, len) && strstr(line, wanted) != NULL)
			return true;
		at += len + (at[len] == '\n');
	}
	return false;
}

/* A rule of gtdtools' directory, whose day file says that it was done. */
static bool is_seen_to(const struct collecting *c, const char *file,
		       const struct rule *rule, struct date date)
{
	SCOPED_TEXT char *day = mem_printf("tickler/%02d", date.day);
	struct date changed;

	if (strncmp(file, "tickler/", 8) != 0 || c->ahead ||
	    !gtd_is_dir(c->gtd, "tickler"))
		return false;
	if (!changed_on(c->gtd, day, &changed) ||
	    date_days(changed) < date_days(date))
		return false;
	return !has_generated(c->gtd, day, rule);
}

/* ---- rules -------------------------------------------------------------- */

static char *rule_text(const struct rule *rule)
{
	return mem_printf("%.*s%s%.*s", (int)rule->times_bytes,
			  rule->times_bytes > 0 ? rule->times : "",
			  rule->times_bytes > 0 ? " " : "",
			  (int)rule->len_bytes, rule->text);
}

/* The day after the rule was answered by itself, if that is later. */
static struct date rule_from(const struct collecting *c, struct date from,
			     const char *line, size_t len_bytes)
{
	for (const char *at = buf_text(&c->tick); *at != '\0';) {
		size_t len = strcspn(at, "\n");
		struct date answered;

		if (len == len_bytes + 11 && at[10] == '\t' &&
		    memcmp(at + 11, line, len_bytes) == 0 &&
		    date_read(at, &answered) > 0 &&
		    date_days(answered) <= date_days(c->gtd->today) &&
		    date_days(answered) >= date_days(from))
			return date_from_days(date_days(answered) + 1);
		at += len + (at[len] == '\n');
	}
	return from;
}

/* Since when a rule counts that nobody has answered yet. */
static struct date unanswered_from(const struct collecting *c,
				   const struct rule *rule)
{
	if (c->tick_known || c->ahead || rule->kind != TICKLER_YEARLY)
		return c->from;
	return date_from_days(date_days(c->gtd->today) -
			      REMIND_BACK_YEARLY_DAYS);
}

static void add_rule(struct collecting *c, const char *file, unsigned number,
		     const char *line, size_t len_bytes,
		     const struct rule *rule, struct date from, struct date to)
{
	struct date last = { 0 };
	long times = rule_due(rule, from, to, &last);
	struct reminder *r;

	/* How often since nobody knows when is no number. */
	if (!c->tick_known && times > 1)
		times = 1;
	if (times == 0 || is_seen_to(c, file, rule, last))
		return;
	r = add(c->out, rule_text(rule), last, times, file);
	r->stays = rule->kind != TICKLER_ONCE;
	set_line(r, number, line, len_bytes);
}

static void on_rule(struct collecting *c, const char *file, unsigned number,
		    const char *line, size_t len_bytes, struct date unused)
{
	static const struct date beginning = { 1, 1, 1 };
	enum rule_result result;
	struct rule rule;
	struct date from;

	(void)unused;
	result = rule_read(line, len_bytes, &rule);
	if (result == RULE_BAD && c->bad_fn != NULL) {
		SCOPED_TEXT char *text = mem_text(line, len_bytes);

		c->bad_fn(file, number, text, c->data);
	}
	if (result != RULE_YES)
		return;
	if (c->ahead) {
		for (long day = date_days(c->from); day <= date_days(c->to);
		     day++)
			add_rule(c, file, number, line, len_bytes, &rule,
				 date_from_days(day), date_from_days(day));
		return;
	}
	/* A date of its own stays due for as long as its line is there. */
	from = rule.kind == TICKLER_ONCE
		       ? beginning
		       : rule_from(c, unanswered_from(c, &rule), line,
				   len_bytes);
	add_rule(c, file, number, line, len_bytes, &rule, from, c->to);
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

static void on_plain(struct collecting *c, const char *file, unsigned number,
		     const char *line, size_t len_bytes, struct date date)
{
	size_t skip = 0, whole = len_bytes;

	while (len_bytes > 0 && strchr(" \t\r", line[len_bytes - 1]) != NULL)
		len_bytes--;
	while (skip < len_bytes && (line[skip] == ' ' || line[skip] == '\t'))
		skip++;
	if (skip == len_bytes || line[skip] == '#' ||
	    is_generated(line + skip, len_bytes - skip))
		return;
	set_line(add(c->out, mem_text(line + skip, len_bytes - skip), date, 1,
		     file),
		 number, line, whole);
}

static int read_due(struct collecting *c, const char *file, struct date due)
{
	if (date_days(due) > date_days(c->to) ||
	    (c->ahead && date_days(due) < date_days(c->from)))
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

/* The day after the last "tick --done"; without one, or when that is in the
 * future, some days back. */
static int first_day(struct collecting *c)
{
	long today = date_days(c->gtd->today);
	struct date done;

	if (gtd_read(c->gtd, TICK_FILE, &c->tick, c->e) < 0)
		return -c->e->code;
	c->tick_known = date_read(buf_text(&c->tick), &done) > 0 &&
			date_days(done) <= today;
	c->from = date_from_days(c->tick_known ? date_days(done) + 1
					       : today - REMIND_BACK_DAYS);
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

static int read_all(struct collecting *c)
{
	const struct gtd *gtd = c->gtd;
	int rc = 0;

	if (gtd_is_dir(gtd, "tickler")) {
		rc = read_day_files(c);
		if (rc == 0)
			rc = read_month_files(c);
		if (rc == 0)
			rc = gtd_each(gtd, "tickler/repeating", on_repeating, c,
				      c->e);
	} else
		rc = each_line(c, "tickler", c->from, on_rule);
	if (rc == 0)
		rc = each_line(c, "tickler.otl", c->from, on_rule);
	if (rc < 0)
		reminders_fini(c->out);
	else if (c->out->count > 0)
		qsort(c->out->list, c->out->count, sizeof(*c->out->list),
		      by_date);
	return rc;
}

int remind_collect(const struct gtd *gtd, struct reminders *ret,
		   remind_bad_fn *bad_fn, void *data, struct err *e)
{
	struct err mine = { 0 };
	struct collecting c = { .gtd = gtd,
				.out = ret,
				.to = gtd->today,
				.bad_fn = bad_fn,
				.data = data,
				.e = e != NULL ? e : &mine };
	int rc;

	*ret = (struct reminders){ 0 };
	rc = first_day(&c);
	if (rc == 0)
		rc = read_all(&c);
	buf_fini(&c.tick);
	return rc;
}

int remind_ahead(const struct gtd *gtd, struct date from, struct date to,
		 struct reminders *ret, struct err *e)
{
	struct collecting c = { .gtd = gtd,
				.out = ret,
				.from = from,
				.to = to,
				.ahead = true,
				.e = e };

	*ret = (struct reminders){ 0 };
	return read_all(&c);
}

int remind_line(const char *when, const char *text, struct date today,
		char **ret, struct err *e)
{
	SCOPED_TEXT char *whole = text != NULL ? mem_printf("%s %s", when, text)
					       : mem_copy(when);
	size_t len = strcspn(whole, " ");
	SCOPED_TEXT char *word = mem_text(whole, len);
	const char *rest = whole + len + strspn(whole + len, " ");
	struct date date;
	struct rule rule;
	char day[DATE_BYTES];

	if (rule_read(whole, strlen(whole), &rule) == RULE_YES) {
		*ret = text_give(&whole);
		return 0;
	}
	if (rule_is_kind(word))
		return err_usage(e,
				 "'%s' is no rule, expected daily TEXT, weekly "
				 "fri TEXT, monthly 30 TEXT or yearly 12-24 "
				 "TEXT",
				 whole);
	if (date_parse(word, today, &date, e) < 0)
		return -e->code;
	if (rest[0] == '\0')
		return err_usage(e, "missing TEXT");
	*ret = mem_printf("%s %s", date_text(date, day), rest);
	return 0;
}

char *remind_file(const struct gtd *gtd)
{
	bool other = gtd_is_dir(gtd, "tickler") ||
		     (!gtd_exists(gtd, "tickler") &&
		      (gtd_exists(gtd, "tickler.otl") ||
		       parts_layout(gtd) == LAYOUT_OTL));

	return mem_copy(other ? "tickler.otl" : "tickler");
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

/* Another machine may have moved the same reminder of the same day there. */
static bool has_line(const struct gtd *gtd, const char *file, const char *line)
{
	SCOPED_BUF struct buf text = { 0 };
	size_t len = strlen(line);

	if (gtd_read(gtd, file, &text, NULL) < 0)
		return false;
	for (const char *at = buf_text(&text); *at != '\0';) {
		size_t bytes = strcspn(at, "\n");

		if (bytes == len && memcmp(at, line, len) == 0)
			return true;
		at += bytes + (at[bytes] == '\n');
	}
	return false;
}

/* First into the inbox and only then out of the tickler: a crash in between
 * leaves a reminder twice, never not at all. */
static int to_inbox(struct change *change, const struct reminder *r,
		    const char *inbox, struct err *e)
{
	SCOPED_TEXT char *line = NULL;
	char day[DATE_BYTES];

	line = mem_printf("%s (due %s)", r->text, date_text(r->date, day));
	if (!has_line(change->gtd, inbox, line) &&
	    change_append(change, inbox, line, e) < 0)
		return -e->code;
	return r->stays ? 0 : remove_line(change, r, e);
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
	/* The day of all: what single rules had is covered by it. */
	buf_addf(&text, "%s\n", date_text(gtd->today, day));
	if (strcmp(buf_text(&old), buf_text(&text)) == 0)
		return 0;
	return change_text(change, TICK_FILE, buf_text(&old), old.len_bytes,
			   text.data, text.len_bytes, e);
}

static int note_answered(struct change *change, const char *line,
			 size_t len_bytes, struct date until, struct err *e)
{
	struct gtd *gtd = change->gtd;
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	struct date done;
	char day[DATE_BYTES];

	if (gtd_read(gtd, TICK_FILE, &old, e) < 0)
		return -e->code;
	/* The first line is the day of all, or empty. */
	if (date_read(buf_text(&old), &done) == 0)
		buf_add_char(&text, '\n');
	for (const char *at = buf_text(&old); *at != '\0';) {
		size_t len = strcspn(at, "\n");

		if (len > 0 && !(len == len_bytes + 11 &&
				 memcmp(at + 11, line, len_bytes) == 0))
			buf_addf(&text, "%.*s\n", (int)len, at);
		at += len + (at[len] == '\n');
	}
	buf_addf(&text, "%s\t%.*s\n", date_text(until, day), (int)len_bytes,
		 line);
	return change_text(change, TICK_FILE, buf_text(&old), old.len_bytes,
			   text.data, text.len_bytes, e);
}

int remind_answer(struct change *change, const char *line, size_t len_bytes,
		  struct err *e)
{
	return note_answered(change, line, len_bytes, change->gtd->today, e);
}

/* Whether all that was due before today is answered. */
static bool is_ticked(const struct gtd *gtd)
{
	long today = date_days(gtd->today);
	SCOPED_BUF struct buf text = { 0 };
	struct date done;

	return gtd_read(gtd, TICK_FILE, &text, NULL) == 0 &&
	       date_read(buf_text(&text), &done) > 0 &&
	       date_days(done) >= today - 1 && date_days(done) <= today;
}

int remind_add(struct change *change, const char *file, const char *line,
	       struct err *e)
{
	struct date yesterday =
		date_from_days(date_days(change->gtd->today) - 1);
	struct err mine = { 0 };
	struct rule rule;

	/* Without the note it is due too early, which is not to lose it. */
	if (rule_read(line, strlen(line), &rule) == RULE_YES &&
	    rule.kind != TICKLER_ONCE && !is_ticked(change->gtd))
		(void)!note_answered(change, line, strlen(line), yesterday,
				     &mine);
	return change_append(change, file, line, e);
}
