/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/text/actions.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "core/text.h"

void actions_fini(struct actions *actions)
{
	free(actions->list);
	*actions = (struct actions){ 0 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_markdown(enum reading reading)
{
	return reading == READ_BOXES || reading == READ_NOTE;
}

static bool is_outline(enum reading reading)
{
	return reading == READ_ACTIONS || reading == READ_TODOTXT;
}

static bool has_prefix(const struct action *action, const char *prefix)
{
	size_t len = strlen(prefix);

	return action->len_bytes >= len &&
	       strncasecmp(action->text, prefix, len) == 0;
}

/* What a sentence puts around a word; not what may be part of one. */
static bool is_before(char c)
{
	return c == '(' || c == '[' || c == '{' || c == '<' || c == '"' ||
	       c == '\'';
}

static bool is_after(char c)
{
	/* A table: this is asked for each word of each action. */
	static const bool after[256] = {
		[')'] = true, [']'] = true,  ['}'] = true, ['>'] = true,
		['"'] = true, ['\''] = true, ['.'] = true, [','] = true,
		[';'] = true, [':'] = true,  ['!'] = true, ['?'] = true,
	};

	return after[(unsigned char)c];
}

/* Step to the next word at or after *pos, without the punctuation around. */
static size_t next_word(const struct action *action, size_t *pos,
			const char **ret_word)
{
	size_t start, end;

	for (;;) {
		for (start = *pos; start < action->len_bytes; start++)
			if (!is_blank(action->text[start]) &&
			    !is_before(action->text[start]))
				break;
		for (end = start; end < action->len_bytes; end++)
			if (is_blank(action->text[end]))
				break;
		*pos = end;
		if (start == end)
			return 0;
		while (end > start && is_after(action->text[end - 1]))
			end--;
		*ret_word = action->text + start;
		if (end > start)
			return end - start;
	}
}

static bool word_is(const char *word, size_t len_bytes, const char *want)
{
	return strlen(want) == len_bytes &&
	       strncasecmp(word, want, len_bytes) == 0;
}

/* "due:2026-12-01", or with a time after it. */
static void read_date_word(const char *word, size_t len_bytes, const char *key,
			   struct date *ret, bool *ret_bad)
{
	size_t key_bytes = strlen(key);
	char text[DATE_BYTES] = "";
	struct date date;

	if (len_bytes <= key_bytes || strncasecmp(word, key, key_bytes) != 0)
		return;
	memcpy(text, word + key_bytes, min_size(len_bytes - key_bytes, 10));
	if (date_read(text, &date) == 0 ||
	    (len_bytes > key_bytes + 10 && word[key_bytes + 10] != 'T'))
		*ret_bad = true;
	else
		*ret = date;
}

/* "📅 2026-12-01" (Obsidian's Tasks), "[due:: 2026-12-01]" (Dataview): what the
 * day after the word is; NULL: nothing. */
static struct date *dated_by(struct action *action, const char *word,
			     size_t len)
{
	static const struct {
		const char *word;
		bool colons, due;
	} words[] = {
		{ "\xf0\x9f\x93\x85", false, true }, /* calendar */
		{ "\xe2\x8f\xb3", false, false }, /* hourglass: scheduled */
		{ "\xf0\x9f\x9b\xab", false, false }, /* aeroplane: start */
		{ "due", true, true },
		{ "scheduled", true, false },
		{ "start", true, false },
	};
	const char *end = action->text + action->len_bytes;

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (word_is(word, len, words[i].word) &&
		    (!words[i].colons || (end - word > (ptrdiff_t)len + 2 &&
					  memcmp(word + len, "::", 2) == 0)))
			return words[i].due ? &action->due
					    : &action->not_before;
	return NULL;
}

static bool begins_dated(char c)
{
	return c == '\xf0' || c == '\xe2' || c == 's' || c == 'S';
}

/* Whether a word may be "@waiting" or "@someday". */
static bool may_wait(const char *text, size_t len_bytes)
{
	const char *end = text + len_bytes;
	const char *at = text;

	while ((at = memchr(at, '@', (size_t)(end - at))) != NULL)
		if (++at < end && memchr("wWsS", *at, 4) != NULL)
			return true;
	return false;
}

/* Whether any word may mean something: most texts are just words. */
static bool may_mean(const char *text, size_t len_bytes)
{
	return may_wait(text, len_bytes) ||
	       memchr(text, ':', len_bytes) != NULL ||
	       memchr(text, 0xf0, len_bytes) != NULL ||
	       memchr(text, 0xe2, len_bytes) != NULL;
}

/* meaning: of the whole text; of most there is none. */
static void read_words(struct action *action, bool meaning)
{
	const char *word;
	struct date *dated = NULL;
	size_t pos = 0, len;

	if (action->text[0] == 'w' || action->text[0] == 'W')
		action->waiting |= has_prefix(action, "waiting for ") ||
				   has_prefix(action, "waiting: ");
	if (!meaning || !may_mean(action->text, action->len_bytes))
		return;
	while ((len = next_word(action, &pos, &word)) > 0) {
		if (dated != NULL) {
			read_date_word(word, len, "", dated, &action->bad_date);
			dated = NULL;
			continue;
		}
		/* Most words are just words. */
		if (begins_dated(word[0]) || (len == 3 && word[0] == 'd'))
			dated = dated_by(action, word, len);
		if (word[0] == '@') {
			action->waiting |= word_is(word, len, "@waiting");
			action->someday |= word_is(word, len, "@someday");
		} else if (word[0] == 'd' || word[0] == 'D')
			read_date_word(word, len, "due:", &action->due,
				       &action->bad_date);
		else if (word[0] == 't' || word[0] == 'T')
			read_date_word(word, len, "t:", &action->not_before,
				       &action->bad_date);
	}
}

/* How many bytes at line[0 .. len_bytes) are a box, and whether it is ticked.
 */
static size_t read_box(const char *line, size_t len_bytes, bool any,
		       bool *ret_done)
{
	if (len_bytes < 3 || line[0] != '[' || line[2] != ']' ||
	    line[1] == '\0')
		return 0;
	if (any) {
		*ret_done = strchr("xX->", line[1]) != NULL;
		return len_bytes == 3 || is_blank(line[3]) ? 3 : 0;
	}
	if (strchr(" _xX-", line[1]) == NULL)
		return 0;
	if (len_bytes > 3 && !is_blank(line[3]))
		return 0;
	*ret_done = line[1] != ' ' && line[1] != '_';
	return 3;
}

static size_t skip_blanks(const char *line, size_t len_bytes, size_t at)
{
	while (at < len_bytes && is_blank(line[at]))
		at++;
	return at;
}

/* A tab is one level, as in VimOutliner; two blanks are another. */
static unsigned read_indent(const char *line, size_t indent_bytes)
{
	unsigned columns = 0;

	for (size_t i = 0; i < indent_bytes; i++)
		columns += line[i] == '\t' ? 2 : 1;
	return columns;
}

/* "-", "*", "+", "1." or "1)" and the space after it; 0: none. */
static size_t read_bullet(const char *line, size_t len, size_t at)
{
	size_t end = at;

	if (at < len && strchr("-*+", line[at]) != NULL && line[at] != '\0')
		end = at + 1;
	else {
		while (end < len && line[end] >= '0' && line[end] <= '9')
			end++;
		if (end == at || end - at > 4 || end == len ||
		    (line[end] != '.' && line[end] != ')'))
			return 0;
		end++;
	}
	return end < len && is_blank(line[end])
		       ? skip_blanks(line, len, end) - at
		       : 0;
}

/* todo.txt's sign of what is done: "x 2026-11-01 ...". */
static bool has_todo_date(const char *line, size_t len, size_t at)
{
	char text[DATE_BYTES] = "";
	struct date date;

	memcpy(text, line + at + 2, min_size(len - at - 2, 10));
	return date_read(text, &date) > 0;
}

size_t org_keyword(const char *at, size_t len_bytes, bool *ret_done,
		   bool *ret_waiting)
{
	static const struct {
		const char *word;
		bool done, waiting;
	} words[] = {
		{ "TODO", false, false },    { "NEXT", false, false },
		{ "STARTED", false, false }, { "WAITING", false, true },
		{ "WAIT", false, true },     { "HOLD", false, true },
		{ "DONE", true, false },     { "CANCELLED", true, false },
		{ "CANCELED", true, false },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		size_t n = strlen(words[i].word);

		if (len_bytes <= n || strncmp(at, words[i].word, n) != 0 ||
		    at[n] != ' ')
			continue;
		*ret_done = words[i].done;
		*ret_waiting = words[i].waiting;
		return n;
	}
	return 0;
}

/* org's headings: "** TODO text". 0: none, else the bytes of the keyword, which
 * begins at *ret_at. */
static size_t read_org(const char *line, size_t len, size_t *ret_at,
		       struct action *action)
{
	size_t stars = strspn(line, "*");
	size_t at = stars + 1;
	size_t n;

	if (stars == 0 || at >= len || line[stars] != ' ')
		return 0;
	n = org_keyword(line + at, len - at, &action->done, &action->waiting);
	if (n == 0)
		return 0;
	action->org = true;
	action->indent = (unsigned)stars;
	*ret_at = at;
	return n;
}

/* "SCHEDULED: <2026-12-01 Tue> DEADLINE: <2026-12-05 Sat>" belongs to the
 * heading above. */
static bool read_org_days(struct actions *actions, const char *line, size_t len)
{
	static const char *const words[] = { "SCHEDULED:", "DEADLINE:",
					     "CLOSED:" };
	struct action *action = actions->count > 0
					? &actions->list[actions->count - 1]
					: NULL;
	size_t at = skip_blanks(line, len, 0);
	bool any = false;

	if (action == NULL || !action->org)
		return false;
	for (size_t i = 0; at < len && i < COUNT_OF(words); i++)
		any |= strncmp(line + at, words[i], strlen(words[i])) == 0;
	for (size_t i = 0; any && i < 2; i++) {
		const char *found = memmem(line, len, words[i],
					   strlen(words[i]));
		struct date date = { 0 };
		char text[DATE_BYTES] = "";
		size_t skip = strlen(words[i]) + 2;

		if (found == NULL || (size_t)(found - line) + skip + 10 > len)
			continue;
		memcpy(text, found + skip, 10);
		if (date_read(text, &date) > 0)
			*(i == 0 ? &action->not_before : &action->due) = date;
	}
	return any;
}

/* What begins a line of a list but not of a thing to do. */
static bool is_heading(const char *line, size_t len, size_t at)
{
	return line[len - 1] == ':' ||
	       (line[at] == '#' && skip_blanks(line, len, at + 1) > at + 1);
}

static void set_text(struct action *action, const char *line, size_t at,
		     size_t len)
{
	action->text = line + at;
	action->len_bytes = len - at;
}

/*
 * line[0 .. len) has no blanks at its end. false: it is no item. In the inbox
 * whatever is written is the text.
 */
static bool read_line(const char *line, size_t len, enum reading reading,
		      struct action *action)
{
	size_t at = skip_blanks(line, len, 0);
	size_t bullet, box, org_at, org;

	action->indent = read_indent(line, at);
	action->mark_at = at;
	if (at == len)
		return false;
	if (reading == READ_INBOX) {
		set_text(action, line, at, len);
		return true;
	}
	org = at == 0 ? read_org(line, len, &org_at, action) : 0;
	if (org > 0) {
		action->mark_at = org_at;
		set_text(action, line, skip_blanks(line, len, org_at + org),
			 len);
		return action->len_bytes > 0;
	}
	if (is_outline(reading) && strchr("#:;|<>", line[at]) != NULL)
		return false;
	bullet = read_bullet(line, len, at);
	box = read_box(line + at + bullet, len - at - bullet,
		       bullet > 0 && is_markdown(reading), &action->done);
	if (reading == READ_BOXES && (box == 0 || bullet == 0))
		return false;
	if (box == 0 && line[at + bullet] == 'x' && at + bullet + 1 < len &&
	    line[at + bullet + 1] == ' ' &&
	    (is_outline(reading) || has_todo_date(line, len, at + bullet))) {
		action->done = true;
		box = 1;
	}
	if (bullet == 0 && box == 0 && is_heading(line, len, at)) {
		action->heading = true;
		set_text(action, line, at, len);
		return reading == READ_LIST || reading == READ_NOTE;
	}
	if (is_outline(reading) && box == 0 && line[len - 1] == ':')
		return false;
	action->mark_at = at + bullet;
	set_text(action, line, skip_blanks(line, len, at + bullet + box), len);
	return action->len_bytes > 0;
}

/* The open actions above the one being read, outermost first. */
struct above {
	size_t at[ACTIONS_DEPTH_MAX];
	size_t depth;
};

/* above: NULL where lines have no order of their own. */
static void add(struct actions *actions, const struct action *action,
		struct above *above)
{
	if (actions->count == actions->room) {
		actions->room = max_size(16, actions->room * 2);
		actions->list = mem_resize(actions->list, actions->room,
					   sizeof(*actions->list));
	}
	if (above == NULL) {
		actions->list[actions->count++] = *action;
		return;
	}
	while (above->depth > 0 &&
	       actions->list[above->at[above->depth - 1]].indent >=
		       action->indent)
		above->depth--;
	if (!action->done)
		for (size_t i = above->depth; i > 0; i--) {
			struct action *a = &actions->list[above->at[i - 1]];

			if (a->has_open_below)
				break;
			a->has_open_below = true;
		}
	if (above->depth < ACTIONS_DEPTH_MAX)
		above->at[above->depth++] = actions->count;
	actions->list[actions->count++] = *action;
}

const char *text_line_end(const char *text, size_t len_bytes)
{
	const char *newline = memchr(text, '\n', len_bytes);

	if (newline == NULL)
		return memchr(text, '\r', len_bytes) != NULL ? "\r" : "\n";
	return newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
}

/*
 * What git writes around the two sides of a conflict is nothing to do: both
 * sides are. Only between "<<<<<<< " and ">>>>>>> ", as a line of a letter may
 * begin so, too.
 */
struct conflict {
	bool inside, base; /* base: what was there before either side */
};

static bool is_marker(struct conflict *c, const char *line, size_t left,
		      size_t len)
{
	bool begins = len > 7 && memcmp(line, "<<<<<<< ", 8) == 0 &&
		      memmem(line, left, "\n>>>>>>> ", 9) != NULL;
	bool inside = c->inside && len >= 7;

	if (begins || (inside && memcmp(line, ">>>>>>> ", 8) == 0))
		*c = (struct conflict){ .inside = begins };
	else if (inside && memcmp(line, "|||||||", 7) == 0)
		c->base = true;
	else if (inside && memcmp(line, "=======", 7) == 0 && len <= 8)
		c->base = false;
	else
		return c->base;
	return true;
}

void text_without_markers(const char *text, size_t len_bytes, struct buf *out)
{
	struct conflict conflict = { 0 };

	for (size_t at = 0; at < len_bytes;) {
		const char *end = memchr(text + at, '\n', len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - text) - at
					 : len_bytes - at;
		size_t whole = len + (end != NULL);

		if (!is_marker(&conflict, text + at, len_bytes - at, len))
			buf_add(out, text + at, whole);
		at += whole;
	}
}

/* What is the same for every line of a text. */
struct reader {
	struct actions *actions;
	const char *text;
	enum reading reading;
	bool meaning; /* a word of it may mean something */
	struct above above;
};

static void read_one(struct reader *reader, size_t len, struct action *action)
{
	enum reading reading = reader->reading;
	struct actions *actions = reader->actions;
	const char *text = reader->text;
	const char *line = text + action->line_at;

	action->line_bytes = len;
	while (len > 0 && (is_blank(line[len - 1]) || line[len - 1] == '\r'))
		len--;
	if (memchr(line, '\0', len) != NULL ||
	    (is_outline(reading) && read_org_days(actions, line, len)) ||
	    !read_line(line, len, reading, action))
		return;
	action->mark_at += action->line_at;
	if (!action->heading)
		read_words(action, reader->meaning);
	add(actions, action,
	    is_outline(reading) || reading == READ_BOXES ? &reader->above
							 : NULL);
}

size_t text_bom_bytes(const char *text, size_t len_bytes)
{
	return len_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

size_t text_front_matter(const char *text, size_t len_bytes)
{
	const char *end = text + len_bytes;
	const char *first = text + text_bom_bytes(text, len_bytes);

	if (end - first < 4 || memcmp(first, "---", 3) != 0 ||
	    (first[3] != '\n' && first[3] != '\r'))
		return 0;
	for (const char *at = memchr(text, '\n', len_bytes); at != NULL;
	     at = memchr(at, '\n', (size_t)(end - at))) {
		at++;
		if (end - at < 3 ||
		    (memcmp(at, "---", 3) != 0 && memcmp(at, "...", 3) != 0))
			continue;
		if (end - at == 3 || at[3] == '\n' || at[3] == '\r') {
			const char *nl = memchr(at, '\n', (size_t)(end - at));

			return nl != NULL ? (size_t)(nl - text) + 1 : len_bytes;
		}
	}
	return 0;
}

/* "```" and "~~~": what is between them is no text of the note. */
static bool is_fence(const char *line, size_t len)
{
	size_t at = skip_blanks(line, len, 0);

	return len - at >= 3 && (memcmp(line + at, "```", 3) == 0 ||
				 memcmp(line + at, "~~~", 3) == 0);
}

void actions_read(struct actions *actions, const char *text, size_t len_bytes,
		  enum reading reading)
{
	char ends = text_line_end(text, len_bytes)[0] == '\r' &&
				    memchr(text, '\n', len_bytes) == NULL
			    ? '\r'
			    : '\n';
	struct reader reader = { .actions = actions,
				 .text = text,
				 .reading = reading,
				 .meaning = may_mean(text, len_bytes) };
	struct conflict conflict = { 0 };
	size_t front = is_markdown(reading) ? text_front_matter(text, len_bytes)
					    : 0;
	unsigned line = 0;
	bool fenced = false;
	size_t at = 0;

	at = text_bom_bytes(text, len_bytes);
	while (at < len_bytes) {
		const char *end = memchr(text + at, ends, len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - text) - at
					 : len_bytes - at;
		struct action action = { .line_at = at };

		action.line = ++line;
		if (reading == READ_BOXES && is_fence(text + at, len))
			fenced = !fenced;
		if (at >= front && !fenced &&
		    !is_marker(&conflict, text + at, len_bytes - at, len))
			read_one(&reader, len, &action);
		at += len + 1;
	}
}

bool action_is_open(const struct action *action)
{
	return !action->done && !action->heading;
}

bool action_is_next(const struct action *action, struct date today)
{
	if (!action_is_open(action) || action->has_open_below ||
	    action->waiting || action->someday)
		return false;
	return !date_is_set(action->not_before) ||
	       date_days(action->not_before) <= date_days(today);
}

const struct action *actions_next(const struct actions *actions,
				  struct date today)
{
	for (size_t i = 0; i < actions->count; i++)
		if (action_is_next(&actions->list[i], today))
			return &actions->list[i];
	return NULL;
}

char *action_text(const struct action *action)
{
	SCOPED_BUF struct buf clean = { 0 };

	text_repair(&clean, action->text, action->len_bytes);
	return clean.len_bytes > 0 ? buf_give(&clean) : mem_copy("");
}

bool action_has_word(const struct action *action, const char *want)
{
	const char *word;
	size_t pos = 0, len;

	while ((len = next_word(action, &pos, &word)) > 0) {
		SCOPED_TEXT char *copy = NULL;

		if (word[0] != want[0])
			continue;
		copy = mem_text(word, len);
		if (text_compare_caseless(copy, want) == 0)
			return true;
	}
	return false;
}

size_t action_context(const struct action *action, size_t *pos,
		      const char **ret_context)
{
	const char *word;
	size_t len;

	while ((len = next_word(action, pos, &word)) > 0)
		if (len > 1 && word[0] == '@' &&
		    !word_is(word, len, "@waiting") &&
		    !word_is(word, len, "@someday")) {
			*ret_context = word;
			return len;
		}
	return 0;
}

void action_mark_done(const struct action *action, const char *text,
		      size_t len_bytes, bool outliner, struct buf *out)
{
	size_t text_at = (size_t)(action->text - text);

	buf_add(out, text, action->mark_at);
	buf_add_text(out, action->org ? "DONE " : outliner ? "[X] " : "[x] ");
	buf_add(out, text + text_at, len_bytes - text_at);
}
