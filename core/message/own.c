/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/own.h"

#include "core/mem.h"
#include "core/message/level.h"
#include "core/pattern.h"

static const char *const own_field_names[OWN_FIELDS] = {
	[OWN_TIME] = "time",	   [OWN_DATE] = "date",
	[OWN_NICK] = "nick",	   [OWN_CHANNEL] = "channel",
	[OWN_KIND] = "kind",	   [OWN_TEXT] = "text",
	[OWN_TARGET] = "target",   [OWN_ID] = "id",
	[OWN_NETWORK] = "network",
};

/* "time, date, nick, channel, kind, text, target or id"; count leaves id out.
 */
static int own_field_by_name(const char *name, size_t len_bytes)
{
	for (int i = 0; i < OWN_FIELDS; i++)
		if (span_is(span_of(name, len_bytes), own_field_names[i]))
			return i;
	return -1;
}

/* ---- a message of texts ------------------------------------------------- */

static enum message_kind kind_of(struct span word)
{
	static const struct {
		const char *word;
		enum message_kind kind;
	} words[] = {
		{ "/me", KIND_ACTION },
		{ "me", KIND_ACTION },
		{ "*", KIND_ACTION },
		{ "emote", KIND_ACTION },
		{ "m.emote", KIND_ACTION },
		{ "m.notice", KIND_NOTICE },
		{ "privmsg", KIND_MESSAGE },
		{ "leave", KIND_PART },
		{ "dm", KIND_PRIVATE },
		{ "whisper", KIND_PRIVATE },
		/* Slack */
		{ "me_message", KIND_ACTION },
		{ "channel_join", KIND_JOIN },
		{ "group_join", KIND_JOIN },
		{ "channel_leave", KIND_PART },
		{ "group_leave", KIND_PART },
	};

	for (int i = 0; i < KIND_COUNT; i++)
		if (span_is_caseless(word,
				     message_kind_name((enum message_kind)i)))
			return (enum message_kind)i;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (span_is_caseless(word, words[i].word))
			return words[i].kind;
	return KIND_MESSAGE;
}

/* A time and, where it has one of its own, a date. */
static void fill_when(struct span time, struct span date, struct message *ret)
{
	struct cursor c = cursor_of(time);
	struct stamp stamp, day;

	ret->time = time;
	if (!stamp_take(&c, &stamp))
		return;
	ret->when = stamp.when;
	c = cursor_of(date);
	if (stamp.when.dated || date.len_bytes == 0 || !stamp_date(&c, &day) ||
	    !day.when.dated)
		return;
	ret->when.dated = true;
	ret->when.ms += day.when.ms;
}

/* Fill *ret from texts that were found; found[OWN_TEXT] may be missing. */
static void own_fill(const struct span found[OWN_FIELDS], struct message *ret)
{
	fill_when(found[OWN_TIME], found[OWN_DATE], ret);
	message_said(ret, KIND_MESSAGE, span_without_status(found[OWN_NICK]),
		     found[OWN_TEXT]);
	if (found[OWN_KIND].len_bytes > 0 && ret->kind == KIND_MESSAGE)
		ret->kind = kind_of(found[OWN_KIND]);
	ret->channel = found[OWN_CHANNEL];
	ret->target = found[OWN_TARGET];
	ret->id = found[OWN_ID];
	ret->network = found[OWN_NETWORK];
	if (ret->text.len_bytes == 0 && ret->kind == KIND_MESSAGE)
		ret->kind = KIND_OTHER;
}

/* ---- a regular expression ----------------------------------------------- */

struct own_line {
	struct pattern *pattern;
	int groups[OWN_FIELDS]; /* 0: not in the expression */
};

static int find_groups(struct own_line *own, struct err *e)
{
	const char *name;
	int found = 0, group;

	for (size_t i = 0; pattern_group(own->pattern, i, &name, &group); i++) {
		int field = own_field_by_name(name, strlen(name));

		if (field < 0)
			return err_usage(e,
					 "unknown group '%s', expected time, "
					 "date, nick, channel, kind, text or "
					 "target",
					 name);
		own->groups[field] = group;
		found++;
	}
	if (found == 0)
		return err_usage(e, "no group (?<text>...) in it: expected "
				    "some of time, date, nick, channel, kind, "
				    "text and target");
	return 0;
}

int own_line_new(const char *expression, struct own_line **ret, struct err *e)
{
	struct own_line *own = mem_new(sizeof(*own));

	own->pattern = pattern_new(expression, e);
	if (own->pattern == NULL || find_groups(own, e) < 0) {
		own_line_free(own);
		return -EINVAL;
	}
	*ret = own;
	return 0;
}

void own_line_free(struct own_line *own)
{
	if (own == NULL)
		return;
	pattern_free(own->pattern);
	free(own);
}

bool own_line_read(const struct own_line *own, struct cursor line,
		   struct message *ret)
{
	struct span found[OWN_FIELDS];
	size_t start, end;

	if (pattern_match(own->pattern, line.at, cursor_left(&line)) !=
	    PATTERN_YES)
		return false;
	for (int i = 0; i < OWN_FIELDS; i++) {
		found[i] = span_of("", 0);
		if (own->groups[i] > 0 &&
		    pattern_caught(own->pattern, own->groups[i], &start, &end))
			found[i] = span_between(line.at + start, line.at + end);
	}
	if (own->groups[OWN_TEXT] == 0)
		found[OWN_TEXT] = cursor_rest(&line);
	own_fill(found, ret);
	return true;
}

/* ---- JSON --------------------------------------------------------------- */

enum { KEYS_MAX = 32 };

struct own_json {
	char *text; /* owned: the paths point into it */
	struct {
		const char *path;
		int field;
	} keys[KEYS_MAX];
	size_t count;
};

/* "author.name → nick" and so on: the path, an arrow, the field. */
static char *next_word(char **at)
{
	char *start = *at + strspn(*at, " \t,");
	char *end = start + strcspn(start, " \t,");

	if (*start == '\0')
		return NULL;
	*at = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return start;
}

static bool is_arrow(const char *word)
{
	return word != NULL &&
	       (strcmp(word, "->") == 0 || strcmp(word, "\u2192") == 0 ||
		strcmp(word, "=>") == 0);
}

/* "a.b→nick" and "a.b->nick" are three words as well. */
static char *spread_arrows(const char *keys)
{
	SCOPED_BUF struct buf out = { 0 };

	while (*keys != '\0') {
		size_t n = strncmp(keys, "->", 2) == 0	     ? 2
			   : strncmp(keys, "\u2192", 3) == 0 ? 3
							     : 0;

		if (n > 0)
			buf_add_text(&out, " -> ");
		else
			buf_add_char(&out, *keys);
		keys += n > 0 ? n : 1;
	}
	return mem_copy(buf_text(&out));
}

static int parse_keys(struct own_json *own, struct err *e)
{
	char *at = own->text, *path;

	while ((path = next_word(&at)) != NULL) {
		char *arrow = next_word(&at);
		char *field = is_arrow(arrow) ? next_word(&at) : NULL;
		int number = field != NULL
				     ? own_field_by_name(field, strlen(field))
				     : -1;

		if (field == NULL)
			return err_usage(e, "expected KEY -> FIELD: '%s'",
					 path);
		if (number < 0)
			return err_usage(e,
					 "unknown field '%s', expected time, "
					 "date, nick, channel, kind, text, "
					 "target or id",
					 field);
		if (own->count == KEYS_MAX)
			return err_usage(e, "more than %d keys", KEYS_MAX);
		own->keys[own->count].path = path;
		own->keys[own->count++].field = number;
	}
	return 0;
}

int own_json_new(const char *keys, struct own_json **ret, struct err *e)
{
	struct own_json *own = mem_new(sizeof(*own));

	own->text = spread_arrows(keys);
	if (parse_keys(own, e) < 0) {
		own_json_free(own);
		return -EINVAL;
	}
	*ret = own;
	return 0;
}

void own_json_free(struct own_json *own)
{
	if (own == NULL)
		return;
	free(own->text);
	free(own);
}

/* The value at "a.b.0.c"; a key that holds a dot is found as it stands. */
static const struct json *value_at(const struct json *json, const char *path)
{
	const struct json *whole = json_get(json, path);
	const char *dot = strchr(path, '.');
	char key[64];

	if (whole != NULL || dot == NULL || (size_t)(dot - path) >= sizeof(key))
		return whole;
	memcpy(key, path, (size_t)(dot - path));
	key[dot - path] = '\0';
	if (key[0] >= '0' && key[0] <= '9' && json_get(json, key) == NULL)
		json = json_at(json, (size_t)atoi(key));
	else
		json = json_get(json, key);
	return json != NULL ? value_at(json, dot + 1) : NULL;
}

static bool text_at(const struct json *json, const char *path,
		    struct message *ret, int field, struct span *ret_text)
{
	const struct json *value = value_at(json, path);
	const char *text = value != NULL ? json_text(value) : NULL;
	int64_t number;

	if (text != NULL) {
		*ret_text = span_of_text(text);
		return true;
	}
	/* Only a time is a number: its digits are kept in the message. */
	if (field != OWN_TIME || value == NULL || !json_int(value, &number) ||
	    number < 0)
		return false;
	ret->joined[0] = '\0';
	snprintf(ret->joined, sizeof(ret->joined), "%jd", (intmax_t)number);
	*ret_text = span_of_text(ret->joined);
	return true;
}

/* What programs call these things; the first that is there counts. */
static const struct {
	const char *path;
	int field;
} known_keys[] = {
	{ "server_time", OWN_TIME },
	{ "time", OWN_TIME },
	{ "timestamp", OWN_TIME },
	{ "@timestamp", OWN_TIME },
	{ "ts", OWN_TIME },
	{ "date", OWN_TIME },
	{ "datetime", OWN_TIME },
	{ "created_at", OWN_TIME },
	{ "timestamp_ms", OWN_TIME },
	{ "origin_server_ts", OWN_TIME },
	{ "t.$date", OWN_TIME },
	{ "@t", OWN_TIME },
	{ "__REALTIME_TIMESTAMP", OWN_TIME },
	{ "nick", OWN_NICK },
	{ "user_profile.display_name", OWN_NICK },
	{ "user_profile.real_name", OWN_NICK },
	{ "author.nickname", OWN_NICK },
	{ "author.name", OWN_NICK },
	{ "creator.name", OWN_NICK },
	{ "sender_name", OWN_NICK },
	{ "author.username", OWN_NICK },
	{ "user.name", OWN_NICK },
	{ "author", OWN_NICK },
	{ "sender", OWN_NICK },
	{ "username", OWN_NICK },
	{ "user", OWN_NICK },
	{ "from", OWN_NICK },
	{ "name", OWN_NICK },
	{ "logger", OWN_NICK },
	{ "SYSLOG_IDENTIFIER", OWN_NICK },
	{ "_COMM", OWN_NICK },
	{ "channel", OWN_CHANNEL },
	{ "room", OWN_CHANNEL },
	{ "kind", OWN_KIND },
	{ "subtype", OWN_KIND },
	{ "type", OWN_KIND },
	{ "text", OWN_TEXT },
	{ "message", OWN_TEXT },
	{ "MESSAGE", OWN_TEXT },
	{ "msg", OWN_TEXT },
	{ "body", OWN_TEXT },
	{ "content", OWN_TEXT },
	{ "content.body", OWN_TEXT },
	{ "short_message", OWN_TEXT },
	{ "@m", OWN_TEXT },
	{ "@mt", OWN_TEXT },
	{ "log", OWN_TEXT },
	{ "event", OWN_TEXT },
	{ "title", OWN_TEXT },
	{ "target", OWN_TARGET },
	{ "network", OWN_NETWORK },
	{ "id", OWN_ID },
	{ "event_id", OWN_ID },
	{ "msgid", OWN_ID },
	{ "__CURSOR", OWN_ID },
};

/*
 * "history": true, as it stands in the line: within a text its quotation marks
 * would be escaped.
 */
static bool is_played_back(struct cursor line)
{
	static const char key[] = "\"history\"";
	const char *at = memmem(line.at, cursor_left(&line), key,
				sizeof(key) - 1);

	if (at == NULL)
		return false;
	line.at = at + sizeof(key) - 1;
	cursor_blanks(&line);
	if (!cursor_char(&line, ':'))
		return false;
	cursor_blanks(&line);
	return cursor_literal(&line, "true");
}

static void look_up(const struct json *json, const char *path, int field,
		    struct message *ret, struct span found[OWN_FIELDS])
{
	struct span text;

	if (found[field].len_bytes == 0 &&
	    text_at(json, path, ret, field, &text))
		found[field] = text;
}

/* Numbers of bunyan and pino from 40 on, of syslog and GELF below 5. */
static const char *level_by_number(int64_t number)
{
	return number >= 60   ? "fatal"
	       : number >= 50 ? "error"
	       : number >= 40 ? "warning"
	       : number > 4   ? ""
	       : number == 4  ? "warning"
			      : "error";
}

/* "error", "WRN"; journald's "3", MongoDB's "E" */
static const char *level_by_text(const char *text)
{
	static const struct {
		char letter;
		const char *level;
	} letters[] = { { 'F', "fatal" },
			{ 'E', "error" },
			{ 'W', "warning" } };

	if (text[0] == '\0' || text[1] != '\0')
		return text;
	if (scan_is_digit(text[0]))
		return level_by_number(text[0] - '0');
	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (text[0] == letters[i].letter)
			return letters[i].level;
	return "";
}

static struct span level_of(const struct json *json)
{
	static const char *const keys[] = { "PRIORITY",	 "level",
					    "severity",	 "lvl",
					    "log.level", "levelname",
					    "@l",	 "s" };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct json *value = value_at(json, keys[i]);
		const char *text = value != NULL ? json_text(value) : NULL;
		int64_t number;

		if (text != NULL)
			return level_said(span_of_text(level_by_text(text)));
		if (value != NULL && json_int(value, &number))
			return span_of_text(level_by_number(number));
	}
	return span_of_text("");
}

/* Telegram parts a text where it has a link or a mention: put it together. */
static void join_parts(struct json *object)
{
	const struct json *parts = json_get(object, "text");
	SCOPED_BUF struct buf text = { 0 };

	for (size_t i = 0; parts != NULL && i < json_count(parts); i++) {
		const struct json *part = json_at(parts, i);
		const char *words = json_text(part);

		if (words == NULL)
			words = json_get_text(part, "text");
		buf_add_text(&text, words != NULL ? words : "");
	}
	if (text.len_bytes > 0)
		json_add_text(object, "text", buf_text(&text));
}

enum fit own_json_read(const struct own_json *own, struct cursor line,
		       struct json **json, struct message *ret)
{
	struct span found[OWN_FIELDS];
	struct json *object;

	cursor_blanks(&line);
	if (line.at == line.end || *line.at != '{')
		return FIT_NO;
	object = json_parse_loosely(line.at, cursor_left(&line));
	if (object == NULL)
		return FIT_NO;
	json_free(*json);
	*json = object;
	join_parts(object);
	for (int i = 0; i < OWN_FIELDS; i++)
		found[i] = span_of("", 0);
	for (size_t i = 0; own != NULL && i < own->count; i++)
		look_up(object, own->keys[i].path, own->keys[i].field, ret,
			found);
	for (size_t i = 0; i < COUNT_OF(known_keys); i++)
		look_up(object, known_keys[i].path, known_keys[i].field, ret,
			found);
	own_fill(found, ret);
	ret->label = level_of(object);
	ret->old = is_played_back(line);
	return found[OWN_TEXT].len_bytes > 0 || found[OWN_KIND].len_bytes > 0
		       ? FIT_SURE
		       : FIT_LOOSE;
}

/* ---- sfeed -------------------------------------------------------------- */

enum { FEED_FIELDS = 9, FEED_FIELDS_MIN = 8 };

enum fit own_feed_read(struct cursor line, struct message *ret)
{
	struct span fields[FEED_FIELDS];
	struct cursor time;
	struct stamp stamp;
	size_t count = 0;

	while (count < FEED_FIELDS - 1 &&
	       cursor_until(&line, "\t", &fields[count]))
		count++;
	fields[count++] = cursor_rest(&line);
	if (count < FEED_FIELDS_MIN)
		return FIT_NO;
	time = cursor_of(fields[0]);
	if (fields[0].len_bytes > 0 &&
	    (!stamp_take(&time, &stamp) || time.at != time.end ||
	     (stamp.shape & STAMP_EPOCH) == 0))
		return FIT_NO;
	if (!span_is(fields[4], "html") && !span_is(fields[4], "plain") &&
	    !span_is(fields[4], ""))
		return FIT_NO;
	if (fields[0].len_bytes > 0)
		ret->when = stamp.when;
	ret->time = fields[0];
	/* Title and link stand side by side: one text. */
	ret->text = span_between(fields[1].text,
				 fields[2].text + fields[2].len_bytes);
	if (fields[1].len_bytes == 0)
		ret->text = fields[2];
	else if (fields[2].len_bytes == 0)
		ret->text = fields[1];
	ret->id = fields[5].len_bytes > 0 ? fields[5] : fields[2];
	if (ret->id.len_bytes == 0)
		ret->id = fields[1];
	ret->kind = ret->text.len_bytes > 0 ? KIND_MESSAGE : KIND_OTHER;
	ret->once = true;
	return memmem(fields[2].text, fields[2].len_bytes, "://", 3) != NULL
		       ? FIT_SURE
		       : FIT_LOOSE;
}
