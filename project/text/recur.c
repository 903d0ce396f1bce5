/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/recur.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"

/* How far, and from where: "+2w" from the day that was due, or from today. */
struct rule {
	char offset[16];
	bool from_due;
};

/* "rec:+1w" counts from the day that was due, "rec:1w" from today. */
static bool read_rec(const char *text, struct rule *ret)
{
	const char *at = strstr(text, "rec:");

	/* "prec:x" is another key. */
	while (at != NULL && at > text && at[-1] != ' ')
		at = strstr(at + 1, "rec:");
	if (at == NULL)
		return false;
	at += strlen("rec:");
	ret->from_due = *at == '+';
	at += *at == '+';
	if (*at < '0' || *at > '9')
		return false;
	snprintf(ret->offset, sizeof(ret->offset), "+%.*s",
		 (int)strspn(at, "0123456789dwmy"), at);
	return true;
}

/* What may follow a rule: another sign of Tasks, a tag, a link, nothing. */
static bool is_end(const char *at)
{
	return *at == '\0' || (*at & 0x80) != 0 || strchr("#^@[", *at) != NULL;
}

/* "every day", "every 2 weeks", "every month when done". */
static bool read_every(const char *at, struct rule *ret)
{
	static const char *const units[] = { "day", "week", "month", "year" };
	size_t digits;

	if (strncasecmp(at, "every ", 6) != 0)
		return false;
	at += 6;
	digits = strspn(at, "0123456789");
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		const char *unit = at + digits + strspn(at + digits, " ");
		size_t n = strlen(units[i]);

		if (digits > 4 || strncasecmp(unit, units[i], n) != 0)
			continue;
		snprintf(ret->offset, sizeof(ret->offset), "+%.*s%c",
			 digits > 0 ? (int)digits : 1, digits > 0 ? at : "1",
			 units[i][0]);
		at = unit + n;
		at += *at == 's';
		at += strspn(at, " ");
		ret->from_due = strncasecmp(at, "when done", 9) != 0;
		at += ret->from_due ? 0 : 9;
		return is_end(at + strspn(at, " "));
	}
	return false;
}

static bool read_tasks(const char *text, struct rule *ret, bool *ret_unclear)
{
	static const char sign[] = "\xf0\x9f\x94\x81";
	const char *at = strstr(text, sign);
	bool read;

	if (at == NULL)
		return false;
	at += sizeof(sign) - 1;
	/* It may be followed by the selector of its coloured form. */
	at += strncmp(at, "\xef\xb8\x8f", 3) == 0 ? 3 : 0;
	read = read_every(at + strspn(at, " "), ret);
	*ret_unclear = !read;
	return read;
}

/* Whether out ends in what a day of the action follows. */
static bool is_dated(const struct buf *out)
{
	static const char *const keys[] = {
		"due:",
		"t:",
		"due:: ",
		"scheduled:: ",
		"start:: ",
		"\xf0\x9f\x93\x85 ",
		"\xe2\x8f\xb3 ",
		"\xf0\x9f\x9b\xab ",
		"\xf0\x9f\x93\x85",
		"\xe2\x8f\xb3",
		"\xf0\x9f\x9b\xab",
	};

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		size_t n = strlen(keys[i]);
		const char *key;

		if (out->len_bytes < n)
			continue;
		key = out->data + out->len_bytes - n;
		if (memcmp(key, keys[i], n) == 0 &&
		    (key == out->data || strchr(" ([", key[-1]) != NULL))
			return true;
	}
	return false;
}

static char *shifted(const char *text, long days)
{
	SCOPED_BUF struct buf out = { 0 };
	struct date date;
	char day[DATE_BYTES];

	while (*text != '\0') {
		size_t n = is_dated(&out) ? date_read(text, &date) : 0;

		if (n > 0) {
			date = date_from_days(date_days(date) + days);
			buf_add_text(&out, date_text(date, day));
		} else {
			buf_add_char(&out, *text);
			n = 1;
		}
		text += n;
	}
	return buf_give(&out);
}

/* "<2026-12-01 Tue +1w>" in the line after: org would move the day on. */
static bool has_repeater(const struct action *action, const char *text,
			 size_t len_bytes)
{
	size_t at = action->line_at + action->line_bytes + 1, line_bytes;
	const char *line, *end, *sign;

	if (!action->org || at >= len_bytes)
		return false;
	line = text + at;
	end = memchr(line, '\n', len_bytes - at);
	line_bytes = end != NULL ? (size_t)(end - line) : len_bytes - at;
	sign = memmem(line, line_bytes, " +", 2);
	if (sign == NULL)
		sign = memmem(line, line_bytes, " .+", 3);
	return sign != NULL && memchr(line, '<', (size_t)(sign - line)) != NULL;
}

char *recur_text(const struct action *action, const char *text,
		 size_t len_bytes, struct date today, bool *ret_unclear)
{
	SCOPED_TEXT char *own = action_text(action);
	struct date due = date_is_set(action->due) ? action->due
						   : action->not_before;
	struct rule rule;
	struct date next;

	*ret_unclear = has_repeater(action, text, len_bytes);
	if (!read_rec(own, &rule) && !read_tasks(own, &rule, ret_unclear))
		return NULL;
	if (!date_is_set(due) ||
	    date_parse(rule.offset, rule.from_due ? due : today, &next, NULL) <
		    0) {
		*ret_unclear = true;
		return NULL;
	}
	return shifted(own, date_days(next) - date_days(due));
}
