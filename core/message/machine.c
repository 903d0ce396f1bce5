/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * What machines write: syslog and journalctl, the kernel, Android's logcat, web
 * servers. The program speaks; how bad it is goes before the text when it is
 * worth hearing.
 */
#include "core/message/grammar.h"

/* Whoever keeps lines puts a time before that of the program, or the kernel. */
static void skip_own_stamp(struct cursor *c)
{
	const unsigned moment = STAMP_DATE | STAMP_UPTIME;
	struct cursor try = *c;
	struct stamp own;

	cursor_blanks(&try);
	if (stamp_take(&try, &own) && (own.shape & moment) != 0 &&
	    (own.shape & STAMP_SECONDS) != 0 && cursor_space(&try))
		*c = try;
}

static void said(struct message *ret, struct span who, struct cursor text)
{
	skip_own_stamp(&text);
	ret->kind = KIND_MESSAGE;
	ret->nick = who;
	ret->text = cursor_rest(&text);
}

/* ---- syslog ------------------------------------------------------------- */

/* "sshd[1234]: ", "kernel: "; the program without its process. */
static bool take_program(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;
	struct cursor inside;
	struct span word, name;

	if (!cursor_word(&try, &word) || word.len_bytes < 2 ||
	    !span_ends(word, ':'))
		return false;
	word.len_bytes--;
	inside = cursor_of(word);
	if (span_ends(word, ']') && cursor_until(&inside, "[", &name))
		word = name;
	if (word.len_bytes == 0 || span_has(word, '"') ||
	    span_is_severity(word))
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

enum fit grammar_syslog(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span host, program;

	if (line->stamp.shape == 0)
		return rfc5424(line, ret);
	if ((line->stamp.shape & (STAMP_SQUARE | STAMP_ROUND)) != 0 ||
	    (line->stamp.shape & STAMP_DATE) == 0 || !cursor_char(&c, ' ') ||
	    !cursor_word_blank(&c, &host) || !is_host(host) ||
	    !take_program(&c, &program))
		return FIT_NO;
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

static struct span loud_level(struct span level)
{
	static const struct {
		const char *name, *said;
	} levels[] = {
		{ "emerg", "emergency" }, { "alert", "alert" },
		{ "crit", "critical" },	  { "critical", "critical" },
		{ "err", "error" },	  { "error", "error" },
		{ "fatal", "fatal" },	  { "warn", "warning" },
		{ "warning", "warning" },
	};

	for (size_t i = 0; i < COUNT_OF(levels); i++)
		if (level.len_bytes == strlen(levels[i].name) &&
		    strncasecmp(level.text, levels[i].name, level.len_bytes) ==
			    0)
			return span_of_text(levels[i].said);
	return span_of_text("");
}

enum fit grammar_kernel(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct stamp stamp = line->stamp;
	struct span level = { "", 0 };

	if (stamp.shape == 0 && take_facility(&c, &level) &&
	    !stamp_take(&c, &stamp))
		return FIT_NO;
	if ((stamp.shape & STAMP_UPTIME) == 0)
		return FIT_NO;
	if (line->stamp.shape != 0)
		c = line->body;
	if (!cursor_char(&c, ' '))
		return FIT_NO;
	ret->time = stamp.text;
	ret->when = stamp.when;
	ret->label = loud_level(level);
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

/* "11-28 12:30:01.123  1234  5678 E ActivityManager: text" */
enum fit grammar_logcat(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	struct span word, tag;
	unsigned words = 0;

	if (!line_has(line, STAMP_NUMERIC | STAMP_FRACTION) ||
	    !cursor_space(&c))
		return FIT_NO;
	do {
		if (!cursor_word_blank(&c, &word) || words++ > 2)
			return FIT_NO;
		cursor_blanks(&c);
	} while (!is_android_level(word));
	if (!cursor_until(&c, ":", &tag))
		return FIT_NO;
	(void)cursor_char(&c, ' ');
	ret->label = android_level(word.text[0]);
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
	ret->label = loud_level(level);
	inside = c;
	if (cursor_until(&inside, ", client: ", &client))
		c.end = client.text + client.len_bytes;
	said(ret, span_of_text(""), c);
	return FIT_SURE;
}

/*
 * "HOST IDENT USER [TIME] "GET /path HTTP/1.1" 404 ...": said only if asked
 * for, as "GET /path 404".
 */
enum fit grammar_web_access(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span host, word, request, path, status;
	struct stamp stamp;

	if (!cursor_word_blank(&c, &host) || !cursor_word_blank(&c, &word) ||
	    !cursor_word_blank(&c, &word) || !stamp_take(&c, &stamp) ||
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

/* A date and a clock, or a clock with seconds in brackets, are no text. */
enum fit grammar_stamped(const struct line *line, struct message *ret)
{
	struct cursor c = line->body;
	unsigned shape = line->stamp.shape;

	if (shape == 0 || (shape & (STAMP_EPOCH | STAMP_UPTIME)) != 0)
		return FIT_NO;
	(void)cursor_space(&c);
	said(ret, span_of_text(""), c);
	if (ret->text.len_bytes == 0)
		ret->kind = KIND_OTHER;
	return (shape & STAMP_DATE) != 0 ||
			       ((shape & (STAMP_SQUARE | STAMP_ROUND)) != 0 &&
				(shape & STAMP_SECONDS) != 0)
		       ? FIT_SURE
		       : FIT_LOOSE;
}
