/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * What logging libraries write before a text: when, how bad it is, and which
 * part of a program speaks. Python's, Java's, Go's, Rust's, Ruby's and PHP's,
 * those of databases and game servers, glog, logfmt.
 */
#include "core/message/event.h"
#include "core/message/grammar.h"
#include "core/message/level.h"

enum { PIECES_MAX = 9, PIECE_BYTES = 64 };

/* ERROR, not "error": that is a word. */
static bool is_level(struct span word)
{
	for (size_t i = 0; i < word.len_bytes; i++)
		if (word.text[i] < 'A' || word.text[i] > 'Z')
			return false;
	return level_is(word);
}

static void logged(struct message *ret, struct span level, struct span who,
		   struct cursor text)
{
	ret->label = level_said(level);
	cursor_blanks(&text);
	message_said(ret, KIND_MESSAGE,
		     span_is(who, "root") ? span_of("", 0) : who,
		     cursor_rest(&text));
	if (ret->text.len_bytes == 0)
		ret->kind = KIND_OTHER;
}

/* ---- without a time before it -------------------------------------------- */

/* glog, klog: "E1128 12:30:01.123456   12345 file.go:123] text" */
static bool glog(struct cursor c, struct message *ret)
{
	static const struct {
		char letter;
		const char *level;
	} levels[] = { { 'I', "info" },
		       { 'W', "warning" },
		       { 'E', "error" },
		       { 'F', "fatal" } };
	const char *first = c.at;
	struct span word, place;
	struct stamp clock;

	if (!cursor_word_blank(&c, &word) || word.len_bytes != 5 ||
	    !scan_is_digit(word.text[1]) || !scan_is_digit(word.text[4]) ||
	    !stamp_take(&c, &clock) || !cursor_until(&c, "] ", &place) ||
	    !span_has(place, ':'))
		return false;
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		if (levels[i].letter != *first)
			continue;
		logged(ret, span_of_text(levels[i].level), span_of("", 0), c);
		return true;
	}
	return false;
}

/* A value of logfmt, without the quotes around it. */
static bool take_value(struct cursor *c, struct span *ret)
{
	const char *end;

	if (!cursor_char(c, '"'))
		return cursor_word(c, ret);
	for (end = c->at; end < c->end && *end != '"'; end++)
		end += *end == '\\' && end + 1 < c->end;
	if (end == c->end)
		return false;
	*ret = span_between(c->at, end);
	c->at = end + 1;
	return true;
}

/* 'time=... level=warning msg="text" key=value' */
static bool logfmt(struct cursor c, struct message *ret)
{
	struct span key, value, level = span_of("", 0);

	while (c.at < c.end && cursor_until(&c, "=", &key) &&
	       !span_has(key, ' ') && take_value(&c, &value)) {
		cursor_blanks(&c);
		if (span_is(key, "level") || span_is(key, "lvl")) {
			level = value;
		} else if (span_is(key, "msg") && level.len_bytes > 0) {
			logged(ret, level, span_of("", 0), cursor_of(value));
			if (c.at < c.end)
				ret->text = message_join(ret, value, " ",
							 cursor_rest(&c));
			return true;
		}
	}
	return false;
}

/* Python's own: "WARNING:root:text" */
static bool python(struct cursor c, struct message *ret)
{
	struct span level, name;

	if (!cursor_until(&c, ":", &level) || !is_level(level) ||
	    !cursor_until(&c, ":", &name) || name.len_bytes == 0 ||
	    span_has(name, ' ') || c.at == c.end || *c.at == ' ')
		return false;
	logged(ret, level, name, c);
	return true;
}

/* "[  OK  ] Started x": what became of it stands in the text, too. */
static bool booted(struct cursor c, struct message *ret)
{
	static const char *const marks[] = { "[  OK  ] ", "[FAILED] ",
					     "[DEPEND] ", "[ TIME ] ",
					     "[ WARN ] ", "[ INFO ] " };

	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		if (!cursor_literal(&c, marks[i]))
			continue;
		logged(ret, span_of("", 0), span_of("", 0), c);
		return true;
	}
	return false;
}

/* "[WARNING] text" of Maven, "WARN[0012] text" of logrus, "INFO:     text" */
static bool level_first(struct cursor c, struct message *ret)
{
	const bool square = cursor_char(&c, '[');
	struct span level, seconds;
	struct cursor padded = c;

	if (!square && cursor_until(&padded, ":  ", &level) && is_level(level))
		c = padded;
	else if ((square ? !cursor_until(&c, "]", &level)
			 : !cursor_until(&c, "[", &level) ||
				   !cursor_until(&c, "]", &seconds) ||
				   seconds.len_bytes != 4) ||
		 !is_level(level) || (c.at < c.end && *c.at != ' '))
		return false;
	logged(ret, level, span_of("", 0), c);
	return true;
}

/* "1234:M 28 Nov 2026 12:30:01.123 * text" */
static bool redis(struct cursor c, struct message *ret)
{
	struct span process, role;
	struct stamp stamp;

	if (!cursor_until(&c, ":", &process) || process.len_bytes == 0 ||
	    !scan_is_digit(process.text[0]) || !cursor_word_blank(&c, &role) ||
	    role.len_bytes != 1 || !stamp_take(&c, &stamp) ||
	    !cursor_char(&c, ' ') || cursor_left(&c) < 3 ||
	    memchr(".-*#", c.at[0], 4) == NULL || c.at[1] != ' ')
		return false;
	ret->time = stamp.text;
	ret->when = stamp.when;
	c.at += 2;
	logged(ret, span_of("", 0), span_of("", 0), c);
	return true;
}

/* ---- with a time --------------------------------------------------------- */

/*
 * When, level, process, thread and who speaks stand in any order and in any
 * brackets: what stands before a text is read piece by piece.
 */
struct head {
	struct span level, name;
	struct stamp stamp;
	bool timed, levelled;
	bool loose; /* its level is a word with a colon: anybody's, perhaps */
	bool done; /* what follows is the text */
};

static void set_level(struct head *head, struct span level)
{
	head->level = level;
	head->levelled = true;
}

/* "net.c:12", "app:main:7": a place in a source speaks for nobody. */
static bool is_place(struct span name)
{
	size_t n = name.len_bytes;

	while (n > 0 && scan_is_digit(name.text[n - 1]))
		n--;
	return n < name.len_bytes && n > 0 && name.text[n - 1] == ':';
}

static void set_name(struct head *head, struct span name)
{
	if (!is_place(name))
		head->name = name;
}

/* Also "2026-11-28 12:30:01,123: ERROR", within brackets. */
static bool take_time(struct cursor *c, struct head *head)
{
	struct cursor before = *c;
	struct span text;

	if (head->timed)
		return false;
	if (stamp_take(c, &head->stamp)) {
		head->timed = true;
	} else if (cursor_until(&before, ": ", &text)) {
		before = cursor_of(text);
		if (stamp_take(&before, &head->stamp) &&
		    before.at == before.end) {
			head->timed = true;
			c->at = before.at + 1;
		}
	}
	return head->timed;
}

/* "INFO", "INFO/Worker-1", "Server thread/INFO" */
static bool take_slashed(struct span word, struct head *head)
{
	struct cursor c = cursor_of(word);
	struct span first;

	if (level_is(word)) {
		set_level(head, word);
		return true;
	}
	if (!cursor_until(&c, "/", &first))
		return false;
	if (!is_level(first)) {
		first = cursor_rest(&c);
		if (!is_level(first))
			return false;
	}
	set_level(head, first);
	return true;
}

/* "2026-11-28T12:30:01Z INFO  app::net", "12:30:01 INFO" */
static bool take_time_and_level(struct cursor c, struct head *head)
{
	struct span word;

	if (!take_time(&c, head))
		return false;
	cursor_blanks(&c);
	if (!cursor_word(&c, &word) || !take_slashed(word, head))
		return true;
	cursor_blanks(&c);
	if (c.at < c.end)
		set_name(head, cursor_rest(&c));
	return true;
}

/*
 * "[main]", "[INFO ]", "[1234]": after the level it names who speaks, until a
 * name follows; "[3/5]" is of the text.
 */
static bool take_bracketed(struct cursor *c, struct head *head)
{
	struct cursor try = *c;
	struct span inside;
	bool with_colon;

	if (!cursor_char(&try, '['))
		return false;
	cursor_blanks(&try);
	if (!cursor_until(&try, "]", &inside) || inside.len_bytes == 0 ||
	    inside.len_bytes > PIECE_BYTES)
		return false;
	inside = span_trim_end(inside);
	with_colon = cursor_char(&try, ':');
	if (try.at == try.end || memchr(" \t[", *try.at, 3) == NULL)
		return false;
	if (take_time_and_level(cursor_of(inside), head) ||
	    (!head->levelled && take_slashed(inside, head)))
		head->done = head->levelled && with_colon;
	else if (head->levelled &&
		 (!scan_is_alnum(inside.text[0]) ||
		  scan_is_digit(inside.text[0]) || span_has(inside, '/')))
		return false;
	else if (head->levelled)
		set_name(head, inside);
	*c = try;
	return true;
}

/* "ERROR", "ERROR:", "app.ERROR:"; between tabs "error", and after the comma
 * of Windows' servicing logs "Error" */
static bool take_level(struct cursor *c, struct head *head)
{
	struct cursor try = *c;
	struct span word;
	const char *dot;
	bool with_colon, apart;

	while (try.at < try.end && *try.at != ' ' && *try.at != '\t')
		try.at++;
	word = span_between(c->at, try.at);
	with_colon = span_ends(word, ':');
	word.len_bytes -= with_colon;
	dot = with_colon ? memrchr(word.text, '.', word.len_bytes) : NULL;
	if (dot != NULL) {
		head->name = span_between(word.text, dot);
		word = span_between(dot + 1, word.text + word.len_bytes);
	}
	apart = head->timed && try.at < try.end &&
		((c->at[-1] == '\t' && *try.at == '\t') || c->at[-2] == ',');
	if (!is_level(word) && !(apart && level_is(word)))
		return false;
	set_level(head, word);
	head->loose = with_colon && dot == NULL;
	*c = try;
	return true;
}

/* A word that is no text: "-", "|", ":", and before the level "1234",
 * "user@db"; "12345 ---" after it. */
static bool take_noise(struct cursor *c, const struct head *head)
{
	struct cursor try = *c;
	struct span word;
	size_t n = 0;

	if (!cursor_word_blank(&try, &word))
		return false;
	while (n < word.len_bytes && scan_is_digit(word.text[n]))
		n++;
	if (n == word.len_bytes && head->levelled) {
		if (!cursor_literal(&try, "--- "))
			return false;
		*c = try;
		return true;
	}
	if (n < word.len_bytes && !span_is(word, "-") && !span_is(word, "--") &&
	    !span_is(word, "|") && !span_is(word, ":") &&
	    (head->levelled || !span_has(word, '@')))
		return false;
	*c = try;
	return true;
}

/* A word that may name a part of a program. */
static bool take_name_word(struct cursor *c, struct span *ret)
{
	const char *from = c->at;

	while (c->at < c->end && *c->at != ' ' && *c->at != '\t')
		c->at++;
	*ret = span_between(from, c->at);
	return c->at > from && c->at < c->end &&
	       (scan_is_alnum(*from) || *from == '_');
}

/* "name - INFO", "name<TAB>info", "app.net [1234]", "root     INFO" */
static bool named_before_level(struct cursor *c, struct span *ret)
{
	struct cursor level;
	struct span word;
	const char *end;

	if (!take_name_word(c, ret))
		return false;
	end = c->at;
	if (cursor_char(c, '\t'))
		return true;
	cursor_blanks(c);
	level = *c;
	return cursor_literal(c, "- ") ||
	       (span_has(*ret, '.') && c->at < c->end && *c->at == '[') ||
	       (c->at > end + 1 && cursor_word_blank(&level, &word) &&
		is_level(word));
}

/* "app.main: ", "com.example.Main - ", "main.go:12<TAB>", "c.e.Main  : ",
 * "org.Main (Main.java:12) - " */
static bool named_before_text(struct cursor *c, struct span *ret)
{
	struct cursor place;
	struct span inside;

	if (!take_name_word(c, ret))
		return false;
	if (*c->at == ' ' && ret->len_bytes > 1 && span_ends(*ret, ':')) {
		ret->len_bytes--;
		return true;
	}
	if (cursor_char(c, '\t'))
		return true;
	cursor_blanks(c);
	place = *c;
	if (cursor_char(&place, '(') && cursor_until(&place, ") ", &inside))
		*c = place;
	return cursor_literal(c, "- ") || cursor_literal(c, ": ");
}

static bool take_name(struct cursor *c, struct head *head)
{
	struct cursor try = *c;
	struct span name;
	const bool named = head->levelled ? named_before_text(&try, &name)
					  : named_before_level(&try, &name);

	if (!named)
		return false;
	set_name(head, name);
	head->done = head->levelled;
	*c = try;
	return true;
}

/* "(MainThread) [": Python's thread, before the part that speaks. */
static bool take_thread(struct cursor *c)
{
	struct cursor try = *c;
	struct span inside;

	if (!cursor_char(&try, '(') || !cursor_until(&try, ") ", &inside) ||
	    try.at == try.end || *try.at != '[')
		return false;
	*c = try;
	return true;
}

static void read_head(struct cursor *c, struct head *head)
{
	for (int i = 0; i < PIECES_MAX && !head->done; i++) {
		(void)cursor_space(c);
		if (c->at == c->end ||
		    (!take_time(c, head) && !take_bracketed(c, head) &&
		     (head->levelled || !take_level(c, head)) &&
		     !take_thread(c) && !take_noise(c, head) &&
		     !take_name(c, head)))
			break;
	}
}

/* A console of a game, where players speak and come and go. */
static void read_players(struct message *ret)
{
	struct cursor c = cursor_of(ret->text);
	struct span nick;

	(void)cursor_literal(&c, "[CHAT] ");
	(void)cursor_literal(&c, "[Not Secure] ");
	if (!cursor_speaker(&c, &nick)) {
		(void)event_read(c, EVENT_BARE, ret);
		return;
	}
	ret->nick = nick;
	ret->text = cursor_rest(&c);
}

/* PHP's Monolog ends a line with what it has of a context: "[] []". */
static void cut_empty(struct cursor *c)
{
	while (cursor_left(c) > 3 && (memcmp(c->end - 3, " []", 3) == 0 ||
				      memcmp(c->end - 3, " {}", 3) == 0))
		c->end -= 3;
}

static bool timed(struct cursor c, struct message *ret)
{
	const struct span none = { "", 0 };
	struct head head = { .level = none, .name = none };

	/* Ruby has the first letter of the level in front. */
	if (cursor_left(&c) > 4 && c.at[1] == ',' && c.at[2] == ' ' &&
	    c.at[3] == '[')
		c.at += 3;
	read_head(&c, &head);
	if (head.timed && !head.levelled &&
	    (head.stamp.shape & STAMP_DATE) != 0 && python(c, ret)) {
		ret->time = head.stamp.text;
		ret->when = head.stamp.when;
		return true;
	}
	if (!head.timed || !head.levelled || c.at == c.end ||
	    ((head.stamp.shape & STAMP_DATE) == 0 &&
	     ((head.stamp.shape & (STAMP_SECONDS | STAMP_HALF)) == 0 ||
	      head.loose)))
		return false;
	ret->time = head.stamp.text;
	ret->when = head.stamp.when;
	cut_empty(&c);
	logged(ret, head.level, head.name, c);
	if (head.done && head.name.len_bytes == 0)
		read_players(ret);
	return true;
}

enum fit grammar_logger(const struct line *line, struct message *ret)
{
	const struct cursor c = line->whole;

	if (timed(c, ret) ||
	    (line->stamp.shape == 0 &&
	     (glog(c, ret) || logfmt(c, ret) || python(c, ret) ||
	      redis(c, ret) || booted(c, ret) || level_first(c, ret))))
		return FIT_SURE;
	return FIT_NO;
}
