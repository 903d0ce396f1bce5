/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* list.c - LIST and HISTORY. */
#include "speakd/ssip/parts.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

/* ---- LIST ---------------------------------------------------------------- */

static enum reply list_voice_types(struct ssip_client *client)
{
	for (size_t i = 0; i < VOICE_TYPES; i++)
		reply_data(client, 249, ssip_voice_types[i],
			   strlen(ssip_voice_types[i]));
	reply(client, 249, "OK VOICE LIST SENT");
	return REPLY_NONE;
}

enum reply command_list(struct ssip_client *client, struct words words)
{
	struct span what = words_next(&words);

	if (what.len_bytes == 0)
		return REPLY_MISSING;
	if (span_is_caseless(what, "voices"))
		return list_voice_types(client);
	if (span_is_caseless(what, "output_modules"))
		return list_modules(client);
	if (span_is_caseless(what, "synthesis_voices"))
		return list_voices_or_wait(client, words);
	return REPLY_INVALID;
}

/* ---- HISTORY ------------------------------------------------------------- */

static const struct history *history_of(const struct ssip_client *client)
{
	return dispatch_history(client->ssip->dispatch);
}

static enum reply list_clients(struct ssip_client *client, struct words words)
{
	(void)words;
	for (const struct ssip_client *c = client->ssip->clients; c != NULL;
	     c = c->next)
		reply_dataf(client, 240, "%d %s 1", c->uid, c->name);
	reply(client, 240, "OK CLIENTS LIST SENT");
	return REPLY_NONE;
}

/* The number of the last entry of uid; false when it has none. */
static bool last_of(const struct ssip_client *client, int uid, size_t *ret)
{
	const struct history *history = history_of(client);

	for (size_t n = history_count(history); n > 0; n--) {
		if (uid != SCHEDULER_ALL &&
		    history_at(history, n - 1)->client != uid)
			continue;
		*ret = n - 1;
		return true;
	}
	return false;
}

static enum reply get_last(struct ssip_client *client, struct words words)
{
	size_t n;

	(void)words;
	if (!last_of(client, client->uid, &n))
		return REPLY_NO_MESSAGE;
	reply_dataf(client, 242, "%ju",
		    (uintmax_t)history_at(history_of(client), n)->id);
	reply(client, 242, "OK LAST MSG SAID");
	return REPLY_NONE;
}

static bool parse_id(struct words *words, uint64_t *ret, enum reply *ret_why)
{
	struct span word = words_next(words);
	int n;

	*ret_why = word.len_bytes == 0 ? REPLY_MISSING : REPLY_NOT_NUMBER;
	if (!word_number(word, &n) || n < 0)
		return false;
	*ret = (uint64_t)n;
	return true;
}

static enum reply get_message(struct ssip_client *client, struct words words)
{
	const struct history_entry *entry;
	enum reply why;
	uint64_t id;

	if (!parse_id(&words, &id, &why))
		return why;
	entry = history_find(history_of(client), id);
	if (entry == NULL)
		return REPLY_NO_ID;
	reply_data(client, 246, entry->text, strlen(entry->text));
	reply(client, 246, "OK MESSAGE RETURNED");
	return REPLY_NONE;
}

static enum reply get_messages(struct ssip_client *client, struct words words)
{
	enum reply why;
	int uid, most;

	why = parse_who(client, words_next(&words), &uid);
	if (why != REPLY_NONE)
		return why;
	if (!word_number(words_next(&words), &most) || most < 1)
		most = HISTORY_MAX;
	return listing_begin(client, uid, span_of("", 0), (size_t)most);
}

/* HISTORY FIND n text: ours. */
static enum reply find_messages(struct ssip_client *client, struct words words)
{
	struct span rest;
	int most;

	if (!word_number(words_next(&words), &most) || most < 1)
		return REPLY_NOT_NUMBER;
	rest = words_rest(&words);
	if (!text_is_utf8(rest.text, rest.len_bytes))
		return REPLY_ENCODING;
	return listing_begin(client, SCHEDULER_ALL, rest, (size_t)most);
}

static enum reply get_client_id(struct ssip_client *client, struct words words)
{
	(void)words;
	reply_dataf(client, 245, "%d", client->uid);
	reply(client, 245, "OK CLIENT ID SENT");
	return REPLY_NONE;
}

/* The word that comes next names a row of the table. */
static enum reply run_from(struct ssip_client *client,
			   const struct command *rows, size_t count,
			   struct words words)
{
	struct span what = words_next(&words);
	const struct command *row = find_row(rows, count, what);

	if (what.len_bytes == 0)
		return REPLY_MISSING;
	return row != NULL ? run_row(client, row, words) : REPLY_INVALID;
}

/* clang-format off */
static const struct command history_gets[] = {
	{ "CLIENT_ID",       get_client_id, COMMAND_GUEST },
	{ "CLIENT_LIST",     list_clients,  0 },
	{ "LAST",            get_last,      COMMAND_GUEST },
	{ "MESSAGE",         get_message,   0 },
	{ "CLIENT_MESSAGES", get_messages,  COMMAND_GUEST },
};
/* clang-format on */

static enum reply history_get(struct ssip_client *client, struct words words)
{
	return run_from(client, history_gets, COUNT_OF(history_gets), words);
}

static enum reply history_say(struct ssip_client *client, struct words words)
{
	enum reply why;
	uint64_t id;

	if (!parse_id(&words, &id, &why))
		return why;
	if (dispatch_again(client->ssip->dispatch, id, client->uid) == 0)
		return REPLY_NO_ID;
	reply_dataf(client, 225, "%ju", (uintmax_t)id);
	reply(client, 225, "OK MESSAGE QUEUED");
	return REPLY_NONE;
}

/* ---- its cursor ---------------------------------------------------------- */

/* The number of the cursor's entry; the oldest when it is forgotten, the last
 * when nothing is younger. */
static size_t cursor_number(const struct ssip_client *client)
{
	const struct history *history = history_of(client);

	return min_size(history_number(history, client->cursor),
			history_count(history) - 1);
}

static enum reply cursor_to(struct ssip_client *client, size_t number, int code,
			    const char *text)
{
	client->cursor = history_at(history_of(client), number)->id;
	reply(client, code, text);
	return REPLY_NONE;
}

static enum reply cursor_set(struct ssip_client *client, struct words words)
{
	const struct history *history = history_of(client);
	struct span who = words_next(&words);
	struct span where = words_next(&words);
	uint64_t n;
	enum reply why;
	int uid;

	if (where.len_bytes == 0)
		return REPLY_MISSING;
	why = parse_who(client, who, &uid);
	if (why != REPLY_NONE)
		return why;
	if (span_is_caseless(where, "first"))
		return cursor_to(client, 0, 220, "OK CURSOR SET FIRST");
	if (span_is_caseless(where, "last"))
		return cursor_to(client, history_count(history) - 1, 221,
				 "OK CURSOR SET LAST");
	if (!span_is_caseless(where, "pos"))
		return REPLY_INVALID;
	if (!parse_id(&words, &n, &why))
		return why;
	if (n >= history_count(history)) {
		reply(client, 405, "ERR POSITION TOO HIGH");
		return REPLY_NONE;
	}
	return cursor_to(client, (size_t)n, 222, "OK CURSOR SET TO POSITION");
}

static enum reply history_cursor(struct ssip_client *client, struct words words)
{
	size_t count = history_count(history_of(client));
	struct span what = words_next(&words);
	size_t n;

	if (what.len_bytes == 0)
		return REPLY_MISSING;
	if (count == 0)
		return REPLY_NO_MESSAGE;
	n = cursor_number(client);
	if (span_is_caseless(what, "set"))
		return cursor_set(client, words);
	if (span_is_caseless(what, "get")) {
		reply_dataf(client, 243, "%ju",
			    (uintmax_t)history_at(history_of(client), n)->id);
		reply(client, 243, "OK CURSOR POSITION RETURNED");
		return REPLY_NONE;
	}
	if (span_is_caseless(what, "forward") && n + 1 < count)
		return cursor_to(client, n + 1, 223, "OK CURSOR MOVED FORWARD");
	if (span_is_caseless(what, "backward") && n > 0)
		return cursor_to(client, n - 1, 224,
				 "OK CURSOR MOVED BACKWARD");
	if (span_is_caseless(what, "forward"))
		reply(client, 405, "ERR POSITION TOO HIGH");
	else if (span_is_caseless(what, "backward"))
		reply(client, 404, "ERR POSITION TOO LOW");
	else
		return REPLY_INVALID;
	return REPLY_NONE;
}

/* clang-format off */
static const struct command history_verbs[] = {
	{ "GET",    history_get,    COMMAND_GUEST },
	{ "SAY",    history_say,    0 },
	{ "CURSOR", history_cursor, 0 },
	{ "FIND",   find_messages,  0 },
};
/* clang-format on */

enum reply command_history(struct ssip_client *client, struct words words)
{
	return run_from(client, history_verbs, COUNT_OF(history_verbs), words);
}
