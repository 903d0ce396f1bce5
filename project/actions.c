/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/actions.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"

void actions_fini(struct actions *actions)
{
	free(actions->list);
	*actions = (struct actions){ 0 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool has_prefix(const struct action *action, const char *prefix)
{
	size_t len = strlen(prefix);

	return action->len_bytes >= len &&
	       strncasecmp(action->text, prefix, len) == 0;
}

/* Call fn-less: step to the next blank-separated word at or after *pos. */
static size_t next_word(const struct action *action, size_t *pos,
			const char **ret_word)
{
	size_t start, end;

	for (start = *pos; start < action->len_bytes; start++)
		if (!is_blank(action->text[start]))
			break;
	for (end = start; end < action->len_bytes; end++)
		if (is_blank(action->text[end]))
			break;
	*pos = end;
	*ret_word = action->text + start;
	return end - start;
}

static bool word_is(const char *word, size_t len_bytes, const char *want)
{
	return strlen(want) == len_bytes &&
	       strncasecmp(word, want, len_bytes) == 0;
}

static void read_date_word(const char *word, size_t len_bytes, const char *key,
			   struct date *ret)
{
	size_t key_bytes = strlen(key);
	char text[DATE_BYTES];

	if (len_bytes != key_bytes + 10 || strncmp(word, key, key_bytes) != 0)
		return;
	memcpy(text, word + key_bytes, 10);
	text[10] = '\0';
	(void)date_read(text, ret);
}

static void read_words(struct action *action)
{
	const char *word;
	size_t pos = 0, len;

	action->waiting = has_prefix(action, "waiting for ") ||
			  has_prefix(action, "waiting: ");
	while ((len = next_word(action, &pos, &word)) > 0) {
		/* Most words are just words. */
		if (word[0] == '@') {
			action->waiting |= word_is(word, len, "@waiting");
			action->someday |= word_is(word, len, "@someday");
		} else if (word[0] == 'd')
			read_date_word(word, len, "due:", &action->due);
		else if (word[0] == 't')
			read_date_word(word, len, "t:", &action->not_before);
	}
}

/* How many bytes at line[0 .. len_bytes) are a box, and whether it is ticked.
 */
static size_t read_box(const char *line, size_t len_bytes, bool *ret_done)
{
	if (len_bytes < 3 || line[0] != '[' || line[2] != ']' ||
	    strchr(" _xX-", line[1]) == NULL || line[1] == '\0')
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

static bool read_line(const char *line, size_t len, struct action *action)
{
	size_t at = skip_blanks(line, len, 0);
	bool has_box;
	size_t box;

	action->indent = read_indent(line, at);
	action->mark_at = at;
	if (at == len || strchr("#:;|<>", line[at]) != NULL)
		return false;
	if (at + 1 < len && strchr("-*+", line[at]) != NULL &&
	    is_blank(line[at + 1])) {
		at = skip_blanks(line, len, at + 1);
		action->mark_at = at;
	}
	box = read_box(line + at, len - at, &action->done);
	has_box = box > 0;
	if (!has_box && at + 1 < len && line[at] == 'x' &&
	    line[at + 1] == ' ') {
		action->done = true;
		box = 1;
	}
	at = skip_blanks(line, len, at + box);
	while (len > at && is_blank(line[len - 1]))
		len--;
	action->text = line + at;
	action->len_bytes = len - at;
	return action->len_bytes > 0 && (has_box || line[len - 1] != ':');
}

/* The open actions above the one being read, outermost first. */
struct above {
	size_t at[ACTIONS_DEPTH_MAX];
	size_t depth;
};

static void add(struct actions *actions, const struct action *action,
		struct above *above)
{
	if (actions->count == actions->room) {
		actions->room = max_size(16, actions->room * 2);
		actions->list = mem_resize(actions->list, actions->room,
					   sizeof(*actions->list));
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

void actions_read(struct actions *actions, const char *text, size_t len_bytes)
{
	struct above above = { 0 };
	size_t at = 0;

	while (at < len_bytes) {
		const char *end = memchr(text + at, '\n', len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - text) - at
					 : len_bytes - at;
		struct action action = { .line_at = at };
		size_t shown = len;

		if (shown > 0 && text[at + shown - 1] == '\r')
			shown--;
		if (memchr(text + at, '\0', shown) == NULL &&
		    read_line(text + at, shown, &action)) {
			action.mark_at += at;
			read_words(&action);
			add(actions, &action, &above);
		}
		at += len + 1;
	}
}

bool action_is_next(const struct action *action, struct date today)
{
	if (action->done || action->has_open_below || action->waiting ||
	    action->someday)
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

bool action_has_word(const struct action *action, const char *want)
{
	const char *word;
	size_t pos = 0, len;

	while ((len = next_word(action, &pos, &word)) > 0)
		if (word_is(word, len, want))
			return true;
	return false;
}

size_t action_context(const struct action *action, const char **ret_context)
{
	const char *word;
	size_t pos = 0, len;

	while ((len = next_word(action, &pos, &word)) > 0)
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
	buf_add_text(out, outliner ? "[X] " : "[x] ");
	buf_add(out, text + text_at, len_bytes - text_at);
}
