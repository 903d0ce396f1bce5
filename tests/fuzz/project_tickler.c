/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Any line is a rule, none or a bad one; any rule has days inside its range. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "project/text/tickler.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rule(const struct rule *rule, const char *line, size_t len,
		       struct date from, struct date to)
{
	struct date last = { 0 };
	long times = rule_due(rule, from, to, &last);

	if (rule->len_bytes == 0 || rule->text < line ||
	    rule->text + rule->len_bytes > line + len)
		abort();
	if (rule->times_bytes > 0 &&
	    (rule->times < line ||
	     rule->times + rule->times_bytes > line + len))
		abort();
	if (times < 0 || times > date_days(to) - date_days(from) + 1)
		abort();
	if (times > 0 &&
	    (!date_is_valid(last) || date_days(last) < date_days(from) ||
	     date_days(last) > date_days(to)))
		abort();
	/* On its last day alone it is due exactly once. */
	if (times > 0 && rule_due(rule, last, last, &last) != 1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct date begin = { 2024, 1, 31 };
	SCOPED_TEXT char *line = NULL;
	struct date from, to;
	struct rule rule;

	if (size < 3)
		return 0;
	/* The first bytes choose the days. */
	from = date_from_days(date_days(begin) + data[0] * 5);
	to = date_from_days(date_days(from) + data[1] + data[2] * 3);
	line = mem_text((const char *)data + 3, size - 3);
	if (rule_read(line, size - 3, &rule) == RULE_YES)
		check_rule(&rule, line, size - 3, from, to);
	(void)!date_parse(line, from, &to, NULL);
	return 0;
}
