/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/link.h"

#include <string.h>

#include "speakd/words/catalogue.h"
#include "speakd/words/template.h"

enum { PARTS_MAX = 12, SHORT_HASH = 7 };

/* The parts of a path between its slashes, without "?..." and "#...". */
struct parts {
	struct span part[PARTS_MAX];
	size_t count;
	struct span query; /* after "?", to the end or "#" */
};

static void split(struct span rest, struct parts *ret)
{
	size_t pos = 0;

	*ret = (struct parts){ .query = span_of("", 0) };
	while (pos < rest.len_bytes && rest.text[pos] == '/') {
		size_t start = ++pos;

		while (pos < rest.len_bytes &&
		       strchr("/?#", rest.text[pos]) == NULL)
			pos++;
		if (pos > start && ret->count < PARTS_MAX)
			ret->part[ret->count++] = span_cut(rest, start, pos);
	}
	if (pos < rest.len_bytes && rest.text[pos] == '?') {
		size_t start = ++pos;

		while (pos < rest.len_bytes && rest.text[pos] != '#')
			pos++;
		ret->query = span_cut(rest, start, pos);
	}
}

static bool is_number(struct span text)
{
	for (size_t i = 0; i < text.len_bytes; i++)
		if (!ascii_is_digit(text.text[i]))
			return false;
	return text.len_bytes > 0;
}

static bool is_hash(struct span text)
{
	for (size_t i = 0; i < text.len_bytes; i++)
		if (!ascii_is_digit(text.text[i]) &&
		    !(ascii_lower(text.text[i]) >= 'a' &&
		      ascii_lower(text.text[i]) <= 'f'))
			return false;
	return text.len_bytes >= SHORT_HASH;
}

static bool host_is(struct span host, const char *name)
{
	size_t n = strlen(name);

	return host.len_bytes == n && strncasecmp(host.text, name, n) == 0;
}

static bool host_ends(struct span host, const char *name)
{
	size_t n = strlen(name);

	return host.len_bytes > n + 1 &&
	       host.text[host.len_bytes - n - 1] == '.' &&
	       strncasecmp(host.text + host.len_bytes - n, name, n) == 0;
}

/* What is said: text is "$text", target the project, the site. */
static bool say(struct buf *out, const struct reading *reading,
		const char *format, struct span text, struct span target)
{
	const struct template_values values = { .text = text,
						.target = target };

	template_fill(out, reading_text(reading, format), &values);
	return true;
}

/* ---- hosts of code: OWNER/REPO/KIND/NUMBER
 * ------------------------------------ */

/* clang-format off */
static const struct {
	const char *kind, *format;
} kinds[] = {
	{ "pull",           N_("pull request $text of $target") },
	{ "pulls",          N_("pull request $text of $target") },
	{ "pull-requests",  N_("pull request $text of $target") },
	{ "merge_requests", N_("merge request $text of $target") },
	{ "issues",         N_("issue $text of $target") },
	{ "discussions",    N_("discussion $text of $target") },
	{ "milestone",      N_("milestone $text of $target") },
};
/* clang-format on */

static void say_commit(struct buf *out, const struct reading *reading,
		       struct span hash, struct span repo)
{
	char spelled[2 * SHORT_HASH];

	for (size_t i = 0; i < SHORT_HASH; i++) {
		spelled[2 * i] = hash.text[i];
		spelled[2 * i + 1] = ' ';
	}
	say(out, reading, N_("commit $text of $target"),
	    span_of(spelled, 2 * 4 - 1), repo);
}

static bool say_code(struct buf *out, const struct reading *reading,
		     const struct parts *p)
{
	for (size_t i = 2; i + 1 < p->count; i++) {
		/* GitLab puts "-" between. */
		size_t repo = span_is(p->part[i - 1], "-") ? i - 2 : i - 1;

		if (span_is(p->part[i], "commit") && is_hash(p->part[i + 1])) {
			say_commit(out, reading, p->part[i + 1], p->part[repo]);
			return true;
		}
		for (size_t k = 0; k < COUNT_OF(kinds); k++)
			if (span_is(p->part[i], kinds[k].kind) &&
			    is_number(p->part[i + 1]))
				return say(out, reading, kinds[k].format,
					   p->part[i + 1], p->part[repo]);
	}
	return false;
}

/* ---- trackers
 * ------------------------------------------------------------------ */

/* The number after "id=" or "bug=" in a query. */
static bool query_number(struct span query, struct span *ret)
{
	static const char *const keys[] = { "id=", "bug=" };

	for (size_t k = 0; k < COUNT_OF(keys); k++) {
		const char *at = memmem(query.text, query.len_bytes, keys[k],
					strlen(keys[k]));
		size_t n = 0;

		if (at == NULL)
			continue;
		at += strlen(keys[k]);
		while (at + n < query.text + query.len_bytes &&
		       ascii_is_digit(at[n]))
			n++;
		*ret = span_of(at, n);
		if (n > 0)
			return true;
	}
	return false;
}

static bool say_launchpad(struct buf *out, const struct reading *reading,
			  const struct parts *p)
{
	static const struct span none = { "", 0 };

	for (size_t i = 0; i + 1 < p->count; i++)
		if ((span_is(p->part[i], "+bug") ||
		     span_is(p->part[i], "bugs")) &&
		    is_number(p->part[i + 1]))
			return say(out, reading, N_("Launchpad bug $text"),
				   p->part[i + 1], none);
	if (p->count == 1 && is_number(p->part[0]))
		return say(out, reading, N_("Launchpad bug $text"), p->part[0],
			   none);
	return false;
}

static bool say_debian(struct buf *out, const struct reading *reading,
		       const struct parts *p)
{
	static const struct span none = { "", 0 };
	struct span number;

	if (p->count == 1 && is_number(p->part[0]))
		number = p->part[0];
	else if (!query_number(p->query, &number))
		return false;
	return say(out, reading, N_("Debian bug $text"), number, none);
}

/* "C_(language)" */
static bool say_wiki(struct buf *out, const struct reading *reading,
		     const struct parts *p)
{
	static const struct span none = { "", 0 };
	SCOPED_BUF struct buf title = { 0 };

	if (p->count < 2 || !span_is(p->part[0], "wiki"))
		return false;
	for (size_t i = 0; i < p->part[1].len_bytes; i++) {
		char c = p->part[1].text[i];

		if (c == '%')
			return false;
		buf_add_char(&title, c == '_' ? ' ' : c);
	}
	return say(out, reading, N_("Wikipedia page $text"),
		   span_of(title.data, title.len_bytes), none);
}

static bool is_bugzilla(const struct parts *p)
{
	return p->count > 0 && span_is(p->part[p->count - 1], "show_bug.cgi");
}

static bool say_meaning(struct buf *out, const struct reading *reading,
			struct span host, const struct parts *p)
{
	struct span number;

	if (host_ends(host, "launchpad.net") ||
	    host_is(host, "launchpad.net") || host_is(host, "pad.lv"))
		return say_launchpad(out, reading, p);
	if (host_is(host, "bugs.debian.org"))
		return say_debian(out, reading, p);
	if (host_ends(host, "wikipedia.org"))
		return say_wiki(out, reading, p);
	if (is_bugzilla(p) && query_number(p->query, &number))
		return say(out, reading, N_("bug $text at $target"), number,
			   host);
	return say_code(out, reading, p);
}

void link_say(struct buf *out, const struct reading *reading, struct span host,
	      struct span rest)
{
	struct parts parts;

	split(rest, &parts);
	if (say_meaning(out, reading, host, &parts))
		return;
	buf_addf(out, "%s ", reading_text(reading, N_("link to")));
	buf_add(out, host.text, host.len_bytes);
}
