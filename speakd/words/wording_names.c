/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* wording_names.c - lists of names in options: "urls,emoji", "join,part". */
#include "speakd/words/wording.h"

#include <string.h>

#include "core/buf.h"

/* Bit i of the mask is rule 1 << i. */
static const char *const wording_rule_names[] = {
	"nick",	   "voices",  "actions", "meeting", "urls",	 "hashes",
	"symbols", "words",   "emoji",	 "pastes",  "highlight", "channel",
	"paths",   "numbers", "markup",	 "places",  "languages",
};

_Static_assert(COUNT_OF(wording_rule_names) == 17 &&
		       WORDING_ALL == (1 << 17) - 1,
	       "each wording rule has a name");

enum { NAME_BYTES = 32 };

struct names {
	const char *what; /* "kind of message" */
	const char *(*name)(int bit);
	int count;
};

static const char *rule_name(int bit)
{
	return wording_rule_names[bit];
}

static const char *kind_name(int bit)
{
	return message_kind_name((enum message_kind)bit);
}

static int find(const struct names *names, const char *name)
{
	for (int i = 0; i < names->count; i++)
		if (strcmp(name, names->name(i)) == 0)
			return i;
	return -1;
}

static int unknown(const struct names *names, const char *name, size_t len,
		   struct err *e)
{
	SCOPED_BUF struct buf all = { 0 };

	for (int i = 0; i < names->count; i++)
		buf_addf(&all, "%s, ", names->name(i));
	return err_usage(e, "unknown %s '%.*s', expected %sor all", names->what,
			 (int)len, name, buf_text(&all));
}

static int parse_list(const char *list, const struct names *names,
		      unsigned *ret, struct err *e)
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
		bit = n < sizeof(name) ? find(names, name) : -1;
		if (strcmp(name, "all") == 0)
			mask |= (1U << names->count) - 1;
		else if (bit >= 0)
			mask |= 1U << bit;
		else
			return unknown(names, list, n, e);
		list += n;
	}
	*ret = mask;
	return 0;
}

int wording_parse_rules(const char *list, unsigned *ret, struct err *e)
{
	const struct names names = { "wording rule", rule_name,
				     COUNT_OF(wording_rule_names) };

	return parse_list(list, &names, ret, e);
}

int wording_parse_events(const char *list, unsigned *ret, struct err *e)
{
	const struct names names = { "kind of message", kind_name, KIND_COUNT };

	return parse_list(list, &names, ret, e);
}
