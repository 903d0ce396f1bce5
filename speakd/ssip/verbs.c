/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* verbs.c - what speakd adds to the protocol: man/speakd-protocol.7. */
#include "speakd/ssip/parts.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

enum { MISSED_LINES = 20 };

/* Lines of text as the data lines of a reply. */
static void reply_lines(struct ssip_client *client, int code,
			const struct buf *lines, const char *text)
{
	const char *at = buf_text(lines);
	const char *end = at + lines->len_bytes;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop != NULL ? stop : end;
		reply_data(client, code, at, (size_t)(stop - at));
		at = stop + 1;
	}
	reply(client, code, text);
}

static const char *paused_name(const struct scheduler *scheduler)
{
	return scheduler_is_paused(scheduler, SCHEDULER_LINES) ? "yes" : "no";
}

static void add_manner(const struct dispatch_manner *manner, unsigned rate_wpm,
		       struct buf *out)
{
	buf_addf(out, "rate %d\n",
		 manner->rate_wpm != PHRASE_DEFAULT ? manner->rate_wpm
						    : (int)rate_wpm);
	if (manner->pitch != PHRASE_DEFAULT)
		buf_addf(out, "pitch %d\n", manner->pitch);
	if (manner->volume_percent != PHRASE_DEFAULT)
		buf_addf(out, "volume %d\n", manner->volume_percent);
	if (manner->voice != NULL)
		buf_addf(out, "voice %s\n", manner->voice);
}

enum reply command_status(struct ssip_client *client, struct words words)
{
	SCOPED_BUF struct buf out = { 0 };
	struct dispatch *dispatch = client->ssip->dispatch;
	const struct scheduler *scheduler = dispatch_scheduler(dispatch);
	const struct backlog *lines = scheduler_lines(scheduler);
	const struct audience *audience = dispatch_audience(dispatch);

	(void)words;
	buf_addf(&out, "saying %ju\n", (uintmax_t)dispatch_saying(dispatch));
	buf_addf(&out, "paused %s\n", paused_name(scheduler));
	buf_addf(&out, "lines %zu\n", lines->count);
	buf_addf(&out, "behind_ms %ju\n", (uintmax_t)lines->waiting_ms);
	buf_addf(&out, "skipped %ju\n", (uintmax_t)lines->skipped);
	buf_addf(&out, "messages %zu\n",
		 scheduler_messages(scheduler, SCHEDULER_ALL));
	buf_addf(&out, "clients %zu\n", client->ssip->count);
	buf_addf(&out, "history %zu\n",
		 history_count(dispatch_history(dispatch)));
	add_manner(dispatch_manner(dispatch), client->ssip->host.rate_wpm,
		   &out);
	if (audience->only != NULL)
		buf_addf(&out, "only %s\n", audience->only);
	for (size_t i = 0; i < audience->muted_count; i++)
		buf_addf(&out, "muted %s\n", audience->muted[i]);
	client->ssip->host.status(client->ssip->host.data, &out);
	reply_lines(client, 291, &out, "OK STATUS SENT");
	return REPLY_NONE;
}

enum reply command_sources(struct ssip_client *client, struct words words)
{
	SCOPED_BUF struct buf out = { 0 };

	(void)words;
	client->ssip->host.sources(client->ssip->host.data, &out);
	reply_lines(client, 292, &out, "OK SOURCES SENT");
	return REPLY_NONE;
}

/* A path of any bytes but NUL, as the kernel takes it. */
static enum reply on_path(struct ssip_client *client, struct words words,
			  int (*act)(void *data, const char *path,
				     struct err *e),
			  int code, const char *text)
{
	SCOPED_TEXT char *path = word_text(words_rest(&words));
	SCOPED_BUF struct buf safe = { 0 };
	struct err e = { 0 };
	char why[ERR_TEXT_BYTES + 128];

	if (path[0] != '/' || strlen(path) != words_rest(&words).len_bytes)
		return path[0] == '\0' ? REPLY_MISSING : REPLY_INVALID;
	if (act(client->ssip->host.data, path, &e) == 0) {
		reply(client, code, text);
		return REPLY_NONE;
	}
	err_text(&e, why, sizeof(why));
	buf_add_text(&safe, "ERR ");
	text_escape(&safe, why, strlen(why));
	reply(client, 490, buf_text(&safe));
	return REPLY_NONE;
}

enum reply command_follow(struct ssip_client *client, struct words words)
{
	return on_path(client, words, client->ssip->host.follow, 293,
		       "OK FOLLOWING");
}

enum reply command_unfollow(struct ssip_client *client, struct words words)
{
	return on_path(client, words, client->ssip->host.unfollow, 294,
		       "OK NOT FOLLOWING");
}

enum reply command_listen(struct ssip_client *client, struct words words)
{
	return on_path(client, words, client->ssip->host.listen, 288,
		       "OK LISTENING");
}

enum reply command_skip(struct ssip_client *client, struct words words)
{
	(void)words;
	dispatch_skip(client->ssip->dispatch);
	reply(client, 295, "OK SKIPPED");
	return REPLY_NONE;
}

static enum reply said_again(struct ssip_client *client, uint64_t id)
{
	if (id == 0)
		return REPLY_NO_MESSAGE;
	reply_dataf(client, 225, "%ju", (uintmax_t)id);
	reply(client, 225, "OK MESSAGE QUEUED");
	return REPLY_NONE;
}

enum reply command_back(struct ssip_client *client, struct words words)
{
	struct span word = words_next(&words);
	int n = 1;

	if (word.len_bytes > 0 && (!word_number(word, &n) || n < 1))
		return REPLY_NOT_NUMBER;
	return said_again(client, dispatch_back(client->ssip->dispatch,
						(unsigned)n, client->uid));
}

enum reply command_repeat(struct ssip_client *client, struct words words)
{
	struct dispatch *dispatch = client->ssip->dispatch;
	struct span how = words_next(&words);

	if (how.len_bytes == 0)
		return said_again(client,
				  dispatch_back(dispatch, 0, client->uid));
	if (span_is_caseless(how, "spelled"))
		return said_again(client, dispatch_spell(dispatch, FORM_CHARS,
							 PUNCTUATION_NONE,
							 client->uid));
	if (span_is_caseless(how, "symbols"))
		return said_again(client,
				  dispatch_spell(dispatch, FORM_TEXT,
						 PUNCTUATION_ALL, client->uid));
	return REPLY_INVALID;
}

/* The rest as text; NULL with the reply that is due. */
static char *name_of(struct words words, enum reply *ret_why)
{
	struct span name = words_rest(&words);

	*ret_why = name.len_bytes == 0			      ? REPLY_MISSING
		   : name.len_bytes > SSIP_NAME_MAX_BYTES     ? REPLY_LONG
		   : !text_is_utf8(name.text, name.len_bytes) ? REPLY_ENCODING
							      : REPLY_NONE;
	return *ret_why == REPLY_NONE ? word_text(name) : NULL;
}

/* 490 with what went wrong; strangers' bytes in it are made harmless. */
static void reply_why(struct ssip_client *client, const struct err *e)
{
	SCOPED_BUF struct buf safe = { 0 };

	buf_add_text(&safe, "ERR ");
	text_escape(&safe, e->text, strlen(e->text));
	reply(client, 490, buf_text(&safe));
}

enum reply command_profile(struct ssip_client *client, struct words words)
{
	struct err e = { 0 };
	enum reply why;
	SCOPED_TEXT char *name = name_of(words, &why);

	if (name == NULL)
		return why;
	if (client->ssip->host.profile(client->ssip->host.data, name, &e) == 0)
		reply(client, 287, "OK PROFILE SET");
	else
		reply_why(client, &e);
	return REPLY_NONE;
}

enum reply command_reload(struct ssip_client *client, struct words words)
{
	struct err e = { 0 };

	if (!span_is_caseless(words_next(&words), "dictionaries"))
		return REPLY_INVALID;
	if (client->ssip->host.reload(client->ssip->host.data, &e) == 0)
		reply(client, 288, "OK DICTIONARIES READ");
	else
		reply_why(client, &e);
	return REPLY_NONE;
}

enum reply command_live(struct ssip_client *client, struct words words)
{
	(void)words;
	reply_dataf(client, 296, "%zu", dispatch_live(client->ssip->dispatch));
	reply(client, 296, "OK LIVE");
	return REPLY_NONE;
}

enum reply command_missed(struct ssip_client *client, struct words words)
{
	struct span word = words_next(&words);
	int most = MISSED_LINES;

	if (word.len_bytes > 0 && (!word_number(word, &most) || most < 1))
		return REPLY_NOT_NUMBER;
	reply_dataf(client, 296, "%zu",
		    dispatch_missed(client->ssip->dispatch, (size_t)most));
	reply(client, 296, "OK MISSED QUEUED");
	return REPLY_NONE;
}

enum reply command_mute(struct ssip_client *client, struct words words)
{
	enum reply why;
	SCOPED_TEXT char *nick = name_of(words, &why);

	if (nick == NULL)
		return why;
	if (!dispatch_mute(client->ssip->dispatch, nick))
		return REPLY_MUCH;
	reply(client, 297, "OK MUTED");
	return REPLY_NONE;
}

enum reply command_unmute(struct ssip_client *client, struct words words)
{
	enum reply why;
	SCOPED_TEXT char *nick = name_of(words, &why);

	if (nick == NULL)
		return why;
	if (dispatch_unmute(client->ssip->dispatch, nick))
		reply(client, 298, "OK UNMUTED");
	else
		reply(client, 491, "ERR NOT MUTED");
	return REPLY_NONE;
}

enum reply command_only(struct ssip_client *client, struct words words)
{
	enum reply why;
	SCOPED_TEXT char *channel = name_of(words, &why);

	if (channel == NULL && why != REPLY_MISSING)
		return why;
	dispatch_only(client->ssip->dispatch, channel);
	reply(client, 299,
	      channel != NULL ? "OK ONLY THIS CHANNEL" : "OK EVERY CHANNEL");
	return REPLY_NONE;
}

enum reply command_watch(struct ssip_client *client, struct words words)
{
	struct span how = words_next(&words);
	bool on = span_is_caseless(how, "on");

	if (how.len_bytes == 0)
		return REPLY_MISSING;
	if (!on && !span_is_caseless(how, "off"))
		return REPLY_NOT_ON_OFF;
	client->ssip->watchers += on;
	client->ssip->watchers -= client->watches;
	client->watches = on;
	reply(client, 290, on ? "OK WATCHING" : "OK NOT WATCHING");
	return REPLY_NONE;
}

static enum reply begin_stream(struct ssip_client *client, struct words words,
			       enum ssip_stream stream)
{
	enum reply why;
	char *name = name_of(words, &why);

	if (name == NULL)
		return why;
	client->stream = stream;
	client->stream_name = name;
	reply(client, 289, "OK RECEIVING LINES");
	return REPLY_NONE;
}

enum reply command_lines(struct ssip_client *client, struct words words)
{
	return begin_stream(client, words, SSIP_LINES);
}

enum reply command_phrases(struct ssip_client *client, struct words words)
{
	return begin_stream(client, words, SSIP_PHRASES);
}
