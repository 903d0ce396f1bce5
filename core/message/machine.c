/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * What machines write: syslog and journalctl, the kernel, Android's logcat, web
 * servers. The program speaks; how bad it is goes before the text when it is
 * worth hearing.
 */
#include "core/message/grammar.h"
#include "core/message/level.h"

static void said(struct message *ret, struct span who, struct cursor text)
{
	stamp_skip_moment(&text);
	ret->kind = KIND_MESSAGE;
	ret->nick = who;
	ret->text = cursor_rest(&text);
}

/* ---- syslog ------------------------------------------------------------- */

/*
 * "sshd[1234]: ", "kernel: "; the program without its process, which has to be
 * there where its line could be anything.
 */
static bool take_program(struct cursor *c, bool with_process, struct span *ret)
{
	struct cursor try = *c;
	struct cursor inside;
	struct span word, name;
	bool has_process = false;

	if (!cursor_word(&try, &word) || word.len_bytes < 2 ||
	    !span_ends(word, ':'))
		return false;
	word.len_bytes--;
	inside = cursor_of(word);
	if (span_ends(word, ']') && cursor_until(&inside, "[", &name)) {
		has_process = scan_is_digit(*inside.at);
		word = name;
	}
	if (word.len_bytes == 0 || (with_process && !has_process) ||
	    span_has(word, '"') || span_is_severity(word))
		return false;
	(void)cursor_char(&try, ' ');
	*ret = word;
	*c = try;
	return true;
}

static bool is_host(struct span word)
{
	for (size_t i = 0; i < word.len_bytes; i++)
		if (!scan_is_alnum(word.text[i]) &&
		    memchr("-._:", word.text[i], 4) == NULL)
			return false;
	return word.len_bytes > 0 && !span_ends(word, ':') &&
	       !span_is(word, "-");
}

/* "<34>": facility and severity. */
static bool take_priority(struct cursor *c)
{
	struct cursor try = *c;
	struct span number;

	if (!cursor_char(&try, '<') || !cursor_until(&try, ">", &number) ||
	    number.len_bytes == 0 || number.len_bytes > 3)
		return false;
	for (size_t i = 0; i < number.len_bytes; i++)
		if (!scan_is_digit(number.text[i]))
			return false;
	*c = try;
	return true;
}

/* RFC 5424: "<34>1 TIME HOST APP PROCID MSGID - text" */
static enum fit rfc5424(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span word, app;
	struct stamp stamp;

	if (!take_priority(&c) || !cursor_literal(&c, "1 ") ||
	    !stamp_take(&c, &stamp) || !cursor_char(&c, ' ') ||
	    !cursor_word_blank(&c, &word) || !cursor_word_blank(&c, &app) ||
	    !cursor_word_blank(&c, &word) || !cursor_word_blank(&c, &word))
		return FIT_NO;
	if (!cursor_literal(&c, "- ") && cursor_char(&c, '[') &&
	    !cursor_until(&c, "] ", &word))
		return FIT_NO;
	(void)cursor_literal(&c, "\ufeff");
	ret->time = stamp.text;
	ret->when = stamp.when;
	said(ret, app, c);
	return FIT_SURE;
}

/* NetworkManager's "<warn>  text" */
static void take_level(struct cursor *c, struct message *ret)
{
	struct cursor try = *c;
	struct span level;

	if (!cursor_char(&try, '<') || !cursor_until(&try, "> ", &level) ||
	    !span_is_severity(level))
		return;
	ret->label = level_said(level);
	*c = try;
}

/* As it goes over the network, priority first: "<34>Nov 28 12:30:01 host ..."
 */
static enum fit rfc3164(const struct line *line, struct message *ret)
{
	struct line inner = *line;

	if (!take_priority(&inner.whole))
		return FIT_NO;
	inner.body = inner.whole;
	if (!stamp_take(&inner.body, &inner.stamp) ||
	    (inner.stamp.shape & STAMP_MONTH) == 0)
		return FIT_NO;
	ret->time = inner.stamp.text;
	ret->when = inner.stamp.when;
	return grammar_syslog(&inner, ret);
}

/* dmesg --time-format=iso writes a comma where all others have a point. */
static bool is_dmesg(const struct stamp *stamp)
{
	const unsigned iso = STAMP_YEAR_FIRST | STAMP_FRACTION | STAMP_ZONE;

	return (stamp->shape & iso) == iso && span_has(stamp->text, ',');
}

/*
 * Of journalctl also short-monotonic, short-unix and --no-hostname, which show
 * by the process alone.
 */
enum fit grammar_syslog(const struct line *line, struct message *ret)
{
	const unsigned shape = line->stamp.shape;
	const bool dated = (shape & STAMP_DATE) != 0 &&
			   (shape & (STAMP_SQUARE | STAMP_ROUND)) == 0;
	struct cursor c = line->body;
	struct cursor after;
	struct span host, program;

	if (shape == 0)
		return rfc5424(line, ret) != FIT_NO ? FIT_SURE
						    : rfc3164(line, ret);
	if ((!dated && (shape & (STAMP_UPTIME | STAMP_EPOCH)) == 0) ||
	    is_dmesg(&line->stamp) || !cursor_char(&c, ' '))
		return FIT_NO;
	after = c;
	if (!take_program(&c, true, &program)) {
		if (!cursor_word_blank(&after, &host) || !is_host(host) ||
		    !take_program(&after, !dated, &program))
			return FIT_NO;
		c = after;
	}
	take_level(&c, ret);
	said(ret, program, c);
	return FIT_SURE;
}

/* ---- the kernel --------------------------------------------------------- */

/* "kern  :err   : " of dmesg -x */
static bool take_facility(struct cursor *c, struct span *ret_level)
{
	struct cursor try = *c;
	struct span facility;

	if (!cursor_until(&try, ":", &facility) ||
	    !cursor_until(&try, ": ", ret_level) || facility.len_bytes > 8 ||
	    ret_level->len_bytes > 8)
		return false;
	*ret_level = span_trim_end(*ret_level);
	*c = try;
	return span_is_severity(*ret_level);
}

/* "<3>" of dmesg -r */
static bool take_raw_level(struct cursor *c, struct span *ret)
{
	const char *at = c->at;

	if (!take_priority(c))
		return false;
	switch ((c->at[-2] - '0') & 7) {
	case 0:
	case 1:
	case 2:
	case 3:
		*ret = span_of_text("err");
		return true;
	case 4:
		*ret = span_of_text("warn");
		return true;
	default:
		return c->at - at > 2;
	}
}

/* dmesg --reltime, after the line before: "[  +0.000123] " */
static bool take_relative(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;
	struct cursor inside;
	unsigned digits = 0;

	if (!cursor_char(&try, '[') || !cursor_until(&try, "] ", ret))
		return false;
	inside = cursor_of(*ret);
	cursor_blanks(&inside);
	if (!cursor_char(&inside, '+'))
		return false;
	for (; inside.at < inside.end; inside.at++)
		digits += scan_is_digit(*inside.at);
	if (digits < 7 || digits > 16)
		return false;
	try.at--;
	*c = try;
	return true;
}

/* "(EE) " of the X server */
static void take_mark(struct cursor *c, struct span *ret_level)
{
	static const struct {
		const char *mark, *level;
	} marks[] = { { "(EE) ", "error" },
		      { "(WW) ", "warning" },
		      { "(II) ", "info" } };

	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (cursor_literal(c, marks[i].mark))
			*ret_level = span_of_text(marks[i].level);
}

enum fit grammar_kernel(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct stamp stamp = line->stamp;
	struct span level = { "", 0 };
	bool with_level = false, relative = false;

	if (stamp.shape == 0) {
		with_level = take_facility(&c, &level) ||
			     take_raw_level(&c, &level);
		if (with_level && !stamp_take(&c, &stamp))
			return FIT_NO;
		relative = !with_level && take_relative(&c, &stamp.text);
	}
	if ((stamp.shape & STAMP_UPTIME) == 0 && !with_level && !relative &&
	    !is_dmesg(&stamp))
		return FIT_NO;
	if (line->stamp.shape != 0)
		c = line->body;
	if (!cursor_char(&c, ' '))
		return FIT_NO;
	take_mark(&c, &level);
	ret->time = stamp.text;
	ret->when = stamp.when;
	ret->label = level_said(level);
	said(ret, span_of_text(""), c);
	return FIT_SURE;
}

/* ---- Android ------------------------------------------------------------ */

static struct span android_level(char level)
{
	return span_of_text(level == 'E'		   ? "error"
			    : level == 'F' || level == 'A' ? "fatal"
			    : level == 'W'		   ? "warning"
							   : "");
}

static bool is_android_level(struct span word)
{
	return word.len_bytes == 1 &&
	       memchr("VDIWEFA", word.text[0], 7) != NULL;
}

/* "E/ActivityManager( 1234): ", of the forms brief and time. */
static bool take_brief(struct cursor *c, struct span *ret_level,
		       struct span *ret_tag)
{
	struct cursor try = *c;
	struct span process;

	if (!cursor_until(&try, "/", ret_level) ||
	    !is_android_level(*ret_level) ||
	    !cursor_until(&try, "(", ret_tag) ||
	    !cursor_until(&try, "): ", &process))
		return false;
	for (size_t i = 0; i < process.len_bytes; i++)
		if (process.text[i] != ' ' && !scan_is_digit(process.text[i]))
			return false;
	*c = try;
	return process.len_bytes > 0;
}

/* "1234  5678 E ActivityManager: ", the usual form; the user before it. */
static bool take_long(struct cursor *c, struct span *ret_level,
		      struct span *ret_tag)
{
	unsigned words = 0;

	do {
		if (!cursor_word_blank(c, ret_level) || words++ > 2)
			return false;
		cursor_blanks(c);
	} while (!is_android_level(*ret_level));
	if (!cursor_until(c, ":", ret_tag))
		return false;
	(void)cursor_char(c, ' ');
	return true;
}

/* "11-28 12:30:01.123  1234  5678 E ActivityManager: text" */
enum fit grammar_logcat(const struct line *line, struct message *ret)
{
	const unsigned dated = STAMP_NUMERIC | STAMP_YEAR_FIRST | STAMP_EPOCH;
	struct cursor c = line->body;
	struct span level, tag;

	if (line->stamp.shape != 0 &&
	    (!line_has(line, STAMP_FRACTION) ||
	     (line->stamp.shape & dated) == 0 || !cursor_space(&c)))
		return FIT_NO;
	if (!take_brief(&c, &level, &tag) &&
	    (line->stamp.shape == 0 || !take_long(&c, &level, &tag)))
		return FIT_NO;
	ret->label = android_level(level.text[0]);
	said(ret, span_trim_end(tag), c);
	return FIT_SURE;
}

/* ---- web servers -------------------------------------------------------- */

/* "1234#0: *5 " of nginx, "[pid 1:tid 2] [client 192.0.2.1:9] " of Apache */
static void skip_details(struct cursor *c)
{
	struct cursor try = *c;
	struct span word;

	while (cursor_char(&try, '[') && cursor_until(&try, "] ", &word))
		*c = try;
	try = *c;
	if (!cursor_word_blank(&try, &word) || !span_has(word, '#') ||
	    !span_ends(word, ':'))
		return;
	*c = try;
	if (cursor_char(&try, '*') && cursor_word_blank(&try, &word))
		*c = try;
}

/*
 * nginx: "2026/11/28 12:30:01 [error] 12#0: *5 open() failed, client: ..."
 * Apache: "[Sat Nov 28 12:30:01.1 2026] [core:error] [pid 1] AH1: text"
 */
enum fit grammar_web_error(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct cursor inside;
	struct span level, module, client;

	if ((line->stamp.shape & STAMP_DATE) == 0 || !cursor_char(&c, ' ') ||
	    !cursor_char(&c, '[') || !cursor_until(&c, "] ", &level))
		return FIT_NO;
	inside = cursor_of(level);
	if (cursor_until(&inside, ":", &module))
		level = cursor_rest(&inside);
	if (!span_is_severity(level))
		return FIT_NO;
	skip_details(&c);
	ret->label = level_said(level);
	inside = c;
	if (cursor_until(&inside, ", client: ", &client))
		c.end = client.text + client.len_bytes;
	said(ret, span_of_text(""), c);
	return FIT_SURE;
}

/* "HOST IDENT USER ", and where one server has several names "NAME:PORT "
 * first. */
static bool before_access(struct cursor *c)
{
	struct span word;

	for (unsigned i = 0;
	     i < 3 || (i == 3 && c->at < c->end && *c->at != '['); i++)
		if (!cursor_word_blank(c, &word))
			return false;
	return true;
}

/* squid: "1795865401.123    456 HOST TCP_MISS/200 1234 GET URL ..." */
static enum fit squid_access(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span word, result, status, request, url;

	if (!line_has(line, STAMP_EPOCH) || !line_has(line, STAMP_FRACTION))
		return FIT_NO;
	cursor_blanks(&c);
	if (!cursor_word_blank(&c, &word) || !cursor_word_blank(&c, &word) ||
	    !cursor_until(&c, "/", &result) || span_has(result, ' ') ||
	    !cursor_word_blank(&c, &status) || status.len_bytes != 3 ||
	    !cursor_word_blank(&c, &word) || !cursor_word_blank(&c, &request) ||
	    !cursor_word(&c, &url))
		return FIT_NO;
	request = span_between(request.text, url.text + url.len_bytes);
	ret->text = message_join(ret, request, " ", status);
	return FIT_SURE;
}

/*
 * "HOST IDENT USER [TIME] "GET /path HTTP/1.1" 404 ...": said only if asked
 * for, as "GET /path 404".
 */
enum fit grammar_web_access(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span word, request, path, status;
	struct stamp stamp;

	if (squid_access(line, ret) != FIT_NO)
		return FIT_SURE;
	if (!before_access(&c) || !stamp_take(&c, &stamp) ||
	    !cursor_literal(&c, " \"") || !cursor_until(&c, "\" ", &request) ||
	    !cursor_word(&c, &status) || status.len_bytes != 3)
		return FIT_NO;
	c = cursor_of(request);
	if (!cursor_word_blank(&c, &word) || !cursor_word(&c, &path))
		path = request;
	else
		path = span_between(request.text, path.text + path.len_bytes);
	ret->time = stamp.text;
	ret->when = stamp.when;
	ret->kind = KIND_OTHER;
	ret->text = message_join(ret, path, " ", status);
	return FIT_SURE;
}

/* ---- anything with a sure stamp ----------------------------------------- */

/*
 * GitHub's and Azure's runners mark what a step logs: "##[error]text". What
 * only folds the log is left out.
 */
static void take_runner_mark(struct message *ret)
{
	struct cursor c = cursor_of(ret->text);
	struct span mark;

	if (!cursor_literal(&c, "##[") || !cursor_until(&c, "]", &mark))
		return;
	ret->label = level_said(mark);
	ret->text = cursor_rest(&c);
}

/* "[1234] " */
static void skip_process(struct cursor *c)
{
	struct cursor try = *c;
	struct span inside;

	if (cursor_char(&try, '[') && cursor_until(&try, "] ", &inside) &&
	    inside.len_bytes > 1 &&
	    strspn(inside.text, "0123456789") == inside.len_bytes)
		*c = try;
}

/*
 * A date and a clock, a clock with seconds in brackets, or seconds since 1970
 * in brackets, are no text.
 */
enum fit grammar_stamped(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	unsigned shape = line->stamp.shape;

	if (shape == 0 || (shape & STAMP_UPTIME) != 0 ||
	    (shape & (STAMP_EPOCH | STAMP_SQUARE)) == STAMP_EPOCH)
		return FIT_NO;
	(void)cursor_space(&c);
	/* A script's "$(date) - text" */
	if ((shape & STAMP_DATE) != 0 && (shape & STAMP_SECONDS) != 0)
		(void)cursor_literal(&c, "- ");
	if ((shape & STAMP_DATE) != 0)
		skip_process(&c);
	said(ret, span_of_text(""), c);
	take_runner_mark(ret);
	if (ret->text.len_bytes == 0)
		ret->kind = KIND_OTHER;
	return (shape & STAMP_DATE) != 0 ||
			       ((shape & (STAMP_SQUARE | STAMP_ROUND)) != 0 &&
				(shape & STAMP_SECONDS) != 0)
		       ? FIT_SURE
		       : FIT_LOOSE;
}
