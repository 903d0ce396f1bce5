/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/link.h"

#include <ctype.h>
#include <string.h>

#include "core/text.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/template.h"

enum { PARTS_MAX = 12, SHORT_HASH = 7 };

/* The parts of a path between its slashes, without "?..." and "#...". */
struct parts {
	struct span part[PARTS_MAX];
	size_t count;
	struct span query; /* after "?", to the end or "#" */
	struct span line; /* the digits of "#L12" */
};

static void split(struct span rest, struct parts *ret)
{
	size_t pos = 0;

	*ret = (struct parts){ .query = span_of("", 0),
			       .line = span_of("", 0) };
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
	if (span_at(rest, pos) == '#' && span_at(rest, pos + 1) == 'L')
		ret->line = span_cut(rest, pos + 2,
				     pos + 2 + digits_at(rest, pos + 2));
}

static bool is_number(struct span text)
{
	return text.len_bytes > 0 && digits_at(text, 0) == text.len_bytes;
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

/* ---- hosts of code: OWNER/REPO/KIND/NUMBER ------------------------------- */

/* at: where no project stands in front of it. */
/* clang-format off */
static const struct {
	const char *kind, *format, *at;
} kinds[] = {
	{ "pull",           N_("pull request $text of $target"), NULL },
	{ "pulls",          N_("pull request $text of $target"), NULL },
	{ "pull-request",   N_("pull request $text of $target"), NULL },
	{ "pull-requests",  N_("pull request $text of $target"), NULL },
	{ "merge_requests", N_("merge request $text of $target"), NULL },
	{ "issue",          N_("issue $text of $target"), N_("issue $text at $target") },
	{ "issues",         N_("issue $text of $target"), N_("issue $text at $target") },
	{ "ticket",         N_("ticket $text of $target"), N_("ticket $text at $target") },
	{ "tickets",        N_("ticket $text of $target"), N_("ticket $text at $target") },
	{ "bug",            N_("bug $text of $target"), N_("bug $text at $target") },
	{ "bugs",           N_("bug $text of $target"), N_("bug $text at $target") },
	{ "discussions",    N_("discussion $text of $target"), NULL },
	{ "milestone",      N_("milestone $text of $target"), NULL },
	/* Gerrit: /c/openstack/nova/+/123456 */
	{ "+",              N_("change $text of $target"), NULL },
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

/* The project in front of part i; none: the host. */
static struct span project_of(const struct parts *p, size_t i, struct span host)
{
	/* GitLab puts "-" between. */
	if (i > 1 && span_is(p->part[i - 1], "-"))
		i--;
	return i > 0 ? p->part[i - 1] : host;
}

/* ".../blob/main/src/x.c#L12": "x dot c line 12 in ..." */
static void say_source(struct buf *out, const struct reading *reading,
		       const struct parts *p, struct span project)
{
	word_clean(out, reading, p->part[p->count - 1]);
	if (p->line.len_bytes > 0)
		buf_addf(out, " %s %.*s", reading_text(reading, N_("line")),
			 (int)p->line.len_bytes, p->line.text);
	buf_addf(out, " %s %.*s", reading_text(reading, N_("in")),
		 (int)project.len_bytes, project.text);
}

static bool say_code(struct buf *out, const struct reading *reading,
		     struct span host, const struct parts *p)
{
	for (size_t i = 0; i + 1 < p->count; i++) {
		struct span project = project_of(p, i, host);

		if (i > 1 && span_is(p->part[i], "commit") &&
		    is_hash(p->part[i + 1])) {
			say_commit(out, reading, p->part[i + 1], project);
			return true;
		}
		if (i > 1 && i + 2 < p->count &&
		    (span_is(p->part[i], "blob") ||
		     span_is(p->part[i], "blame"))) {
			say_source(out, reading, p, project);
			return true;
		}
		for (size_t k = 0; k < COUNT_OF(kinds); k++) {
			const char *format = i > 0 ? kinds[k].format
						   : kinds[k].at;

			if (format != NULL && is_number(p->part[i + 1]) &&
			    span_is(p->part[i], kinds[k].kind))
				return say(out, reading, format, p->part[i + 1],
					   project);
		}
	}
	return false;
}

/* ---- trackers ------------------------------------------------------------ */

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

static int hex_value(char c)
{
	return ascii_is_digit(c) ? c - '0' : ascii_lower(c) - 'a' + 10;
}

/* "Th%C3%BCringen"; false: what comes out is no text. */
static bool decode(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.len_bytes; i++) {
		char c = text.text[i];

		if (c == '%') {
			if (!isxdigit((unsigned char)span_at(text, i + 1)) ||
			    !isxdigit((unsigned char)span_at(text, i + 2)))
				return false;
			c = (char)(hex_value(text.text[i + 1]) * 16 +
				   hex_value(text.text[i + 2]));
			i += 2;
		}
		if ((unsigned char)c < ' ')
			return false;
		buf_add_char(out, c);
	}
	return text_is_utf8(out->data, out->len_bytes);
}

/* "C_(language)" */
static bool say_wiki(struct buf *out, const struct reading *reading,
		     const struct parts *p)
{
	static const struct span none = { "", 0 };
	SCOPED_BUF struct buf title = { 0 };

	if (p->count < 2 || !span_is(p->part[0], "wiki") ||
	    !decode(&title, p->part[1]))
		return false;
	for (size_t i = 0; i < title.len_bytes; i++)
		if (title.data[i] == '_')
			title.data[i] = ' ';
	return say(out, reading, N_("Wikipedia page $text"),
		   span_of(title.data, title.len_bytes), none);
}

static bool is_bugzilla(const struct parts *p)
{
	return p->count > 0 && span_is(p->part[p->count - 1], "show_bug.cgi");
}

/* "PROJ-123": letters, a dash, digits. */
static bool is_key(struct span text)
{
	size_t n = 0;

	while (n < text.len_bytes && text.text[n] >= 'A' && text.text[n] <= 'Z')
		n++;
	return n > 0 && span_at(text, n) == '-' &&
	       is_number(span_cut(text, n + 1, text.len_bytes));
}

/* "/how-to-do-x": the words of a title. */
static bool say_question(struct buf *out, const struct reading *reading,
			 struct span host, struct span slug)
{
	SCOPED_BUF struct buf title = { 0 };

	if (!decode(&title, slug))
		return false;
	for (size_t i = 0; i < title.len_bytes; i++)
		if (title.data[i] == '-')
			title.data[i] = ' ';
	return say(out, reading, N_("question $text at $target"),
		   span_of_buf(&title), host);
}

/* Trackers that anybody may run: by how their links look. */
static bool say_tracker(struct buf *out, const struct reading *reading,
			struct span host, const struct parts *p)
{
	struct span last, number;

	if (p->count == 0)
		return false;
	last = p->part[p->count - 1];
	if (is_bugzilla(p) && query_number(p->query, &number))
		return say(out, reading, N_("bug $text at $target"), number,
			   host);
	if (p->count > 1 && span_is(p->part[p->count - 2], "browse") &&
	    is_key(last))
		return say(out, reading, N_("issue $text at $target"), last,
			   host);
	if (last.len_bytes > 4 && memcmp(last.text, "CVE-", 4) == 0)
		return say(out, reading, N_("$text at $target"), last, host);
	if (p->count == 1 && host.len_bytes > 5 &&
	    strncasecmp(host.text, "bugs.", 5) == 0) {
		bool named = last.len_bytes > 5 &&
			     memcmp(last.text, "issue", 5) == 0;

		number = span_cut(last, named ? 5 : 0, last.len_bytes);
		return is_number(number) &&
		       say(out, reading, N_("bug $text at $target"), number,
			   host);
	}
	/* Phabricator */
	if (p->count == 1 && last.text[0] == 'T' &&
	    is_number(span_cut(last, 1, last.len_bytes)))
		return say(out, reading, N_("task $text at $target"), last,
			   host);
	return p->count == 3 && span_is(p->part[0], "questions") &&
	       is_number(p->part[1]) && say_question(out, reading, host, last);
}

static bool say_meaning(struct buf *out, const struct reading *reading,
			struct span host, const struct parts *p)
{
	if (host_ends(host, "launchpad.net") ||
	    span_is_caseless(host, "launchpad.net") ||
	    span_is_caseless(host, "pad.lv"))
		return say_launchpad(out, reading, p);
	if (span_is_caseless(host, "bugs.debian.org"))
		return say_debian(out, reading, p);
	if (host_ends(host, "wikipedia.org"))
		return say_wiki(out, reading, p);
	return say_tracker(out, reading, host, p) ||
	       say_code(out, reading, host, p);
}

void link_say(struct buf *out, const struct reading *reading, struct span host,
	      struct span port, struct span rest)
{
	struct parts parts;

	split(rest, &parts);
	if (say_meaning(out, reading, host, &parts))
		return;
	buf_add_text(out, reading_text(reading, N_("link to")));
	buf_add_char(out, ' ');
	buf_add(out, host.text, host.len_bytes);
	if (port.len_bytes > 0) {
		buf_addf(out, " %s ", reading_text(reading, N_("port")));
		buf_add(out, port.text, port.len_bytes);
	}
}
