/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* wording_names.c - lists of names in options: "urls,emoji", "join,part". */
#include "speakd/words/wording.h"

#include <string.h>

const char *const wording_rule_names[] = {
	"nick",	   "voices", "actions", "meeting", "urls",	"hashes",
	"symbols", "words",  "emoji",	"pastes",  "highlight", "channel",
};
const size_t wording_rule_count = COUNT_OF(wording_rule_names);

_Static_assert(COUNT_OF(wording_rule_names) == 12 &&
		       WORDING_ALL == (1 << 12) - 1,
	       "each wording rule has a name");

enum { NAME_BYTES = 32 };

typedef int find_fn(const char *name);

static int find_rule(const char *name)
{
	for (size_t i = 0; i < wording_rule_count; i++)
		if (strcmp(name, wording_rule_names[i]) == 0)
			return (int)i;
	return -1;
}

static int parse_list(const char *list, find_fn *find, unsigned all,
		      const char *what, unsigned *ret, struct err *e)
{
	unsigned mask = 0;

	for (;;) {
		char name[NAME_BYTES];
		size_t n;
		int bit;

		list += strspn(list, ", ");
		n = strcspn(list, ", ");
		if (n == 0)
			break;
		snprintf(name, sizeof(name), "%.*s", (int)n, list);
		bit = n < sizeof(name) ? find(name) : -1;
		if (strcmp(name, "all") == 0)
			mask |= all;
		else if (bit >= 0)
			mask |= 1U << bit;
		else
			return err_usage(e, "'%.*s' is not %s", (int)n, list,
					 what);
		list += n;
	}
	*ret = mask;
	return 0;
}

int wording_parse_rules(const char *list, unsigned *ret, struct err *e)
{
	return parse_list(list, find_rule, WORDING_ALL, "a wording rule", ret,
			  e);
}

int wording_parse_events(const char *list, unsigned *ret, struct err *e)
{
	return parse_list(list, message_kind_by_name, (1U << KIND_COUNT) - 1,
			  "a kind of message", ret, e);
}
