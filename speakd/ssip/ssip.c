/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/parts.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "core/json.h"
#include "core/mem.h"

/* ---- words --------------------------------------------------------------- */

struct span words_next(struct words *words)
{
	const char *from = words->at;

	while (words->at < words->end && *words->at != ' ')
		words->at++;
	if (words->at < words->end) {
		words->at++;
		return span_of(from, (size_t)(words->at - 1 - from));
	}
	return span_of(from, (size_t)(words->at - from));
}

struct span words_rest(const struct words *words)
{
	return span_of(words->at, (size_t)(words->end - words->at));
}

bool word_is(struct span word, const char *text)
{
	return word.len_bytes == strlen(text) &&
	       strncasecmp(word.text, text, word.len_bytes) == 0;
}

int word_among(struct span word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (word_is(word, names[i]))
			return (int)i;
	return -1;
}

bool word_number(struct span word, int *ret)
{
	enum { DIGITS_MAX = 8 };
	size_t i = word.len_bytes > 0 &&
		   (word.text[0] == '-' || word.text[0] == '+');
	int sign = i > 0 && word.text[0] == '-' ? -1 : 1;
	int n = 0;

	if (i == word.len_bytes || word.len_bytes > DIGITS_MAX)
		return false;
	for (; i < word.len_bytes; i++) {
		if (word.text[i] < '0' || word.text[i] > '9')
			return false;
		n = n * 10 + (word.text[i] - '0');
	}
	*ret = sign * n;
	return true;
}

char *word_text(struct span word)
{
	return mem_text(word.text, word.len_bytes);
}

/* ---- replies ------------------------------------------------------------- */

static void add_line(struct buf *out, int code, char mark, const char *text,
		     size_t len_bytes)
{
	buf_addf(out, "%03d%c", code, mark);
	buf_add(out, text, len_bytes);
	buf_add_text(out, "\r\n");
}

void reply_data(struct ssip_client *client, int code, const char *data,
		size_t len_bytes)
{
	add_line(&client->out, code, '-', data, len_bytes);
}

void reply_dataf(struct ssip_client *client, int code, const char *fmt, ...)
{
	SCOPED_TEXT char *text = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		abort(); /* out of memory, as in core/mem.h */
	reply_data(client, code, text, (size_t)n);
}

void reply(struct ssip_client *client, int code, const char *text)
{
	add_line(&client->out, code, ' ', text, strlen(text));
}

static void reply_failure(struct ssip_client *client, enum reply code)
{
	static const struct {
		enum reply code;
		const char *text;
	} texts[] = {
		{ REPLY_NO_BLOCK, "ERR NOT ALLOWED INSIDE BLOCK" },
		{ REPLY_NO_MESSAGE, "ERR NO MESSAGE" },
		{ REPLY_NO_ID, "ERR ID DOESNT EXIST" },
		{ REPLY_MUCH, "ERR TOO MUCH WAITS" },
		{ REPLY_INVALID_COMMAND, "ERR INVALID COMMAND" },
		{ REPLY_ENCODING, "ERR INVALID ENCODING" },
		{ REPLY_LONG, "ERR MESSAGE TOO LONG" },
		{ REPLY_MISSING, "ERR MISSING PARAMETER" },
		{ REPLY_NOT_NUMBER, "ERR PARAMETER NOT A NUMBER" },
		{ REPLY_NOT_ON_OFF, "ERR PARAMETER NOT ON OR OFF" },
		{ REPLY_INVALID, "ERR PARAMETER INVALID" },
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i].code == code)
			reply(client, (int)code, texts[i].text);
}

/* ---- clients ------------------------------------------------------------- */

void ssip_configure(struct ssip *ssip, const char *keep_engine,
		    unsigned rate_wpm)
{
	ssip->host.engine = keep_engine;
	ssip->host.rate_wpm = rate_wpm;
}

struct ssip_client *ssip_client_new(struct ssip *ssip)
{
	struct ssip_client *client = mem_new(sizeof(*client));

	client->ssip = ssip;
	client->uid = ++ssip->last_uid;
	client->name = mem_copy("unknown:unknown:unknown");
	client->settings.rank = CLASS_TEXT;
	client->settings.rate = rate_of_wpm(ssip->host.rate_wpm);
	client->settings.volume = 100;
	client->settings.voice_type = -1;
	client->next = ssip->clients;
	ssip->clients = client;
	ssip->count++;
	return client;
}

static void unlink_client(struct ssip_client *client)
{
	struct ssip_client **at = &client->ssip->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client->ssip->count--;
	client->ssip->watchers -= client->watches;
}

void ssip_client_free(struct ssip_client *client)
{
	if (client == NULL)
		return;
	unlink_client(client);
	dispatch_forget(client->ssip->dispatch, client->uid);
	framer_fini(&client->framer);
	buf_fini(&client->out);
	buf_fini(&client->events);
	free(client->settings.language);
	free(client->settings.voice);
	free(client->settings.module);
	free(client->voice_filter);
	free(client->stream_name);
	free(client->name);
	free(client);
}

struct ssip_client *find_client(const struct ssip *ssip, int uid)
{
	struct ssip_client *client = ssip->clients;

	while (client != NULL && client->uid != uid)
		client = client->next;
	return client;
}

size_t ssip_client_count(const struct ssip *ssip)
{
	return ssip->count;
}

bool parse_who(const struct ssip_client *client, struct span word, int *ret_uid)
{
	if (word_is(word, "self"))
		*ret_uid = client->uid;
	else if (word_is(word, "all"))
		*ret_uid = SCHEDULER_ALL;
	else if (word_is(word, "lines"))
		*ret_uid = SCHEDULER_LINES;
	else
		return word_number(word, ret_uid) && *ret_uid > 0;
	return true;
}

/* ---- events -------------------------------------------------------------- */

static struct buf *events_of(struct ssip_client *client)
{
	return client->replying ? &client->events : &client->out;
}

static void on_event(void *data, const struct utterance *utterance,
		     enum scheduler_event event, const char *mark)
{
	static const char *const texts[] = {
		[EVENT_MARK] = "INDEX MARK", [EVENT_BEGIN] = "BEGIN",
		[EVENT_END] = "END",	     [EVENT_CANCEL] = "CANCELED",
		[EVENT_PAUSE] = "PAUSED",    [EVENT_RESUME] = "RESUMED",
	};
	struct ssip *ssip = data;
	struct ssip_client *client = find_client(ssip, utterance->client);
	int code = 700 + (int)event;

	if (client == NULL)
		return;
	buf_addf(events_of(client), "%d-%ju\r\n%d-%d\r\n", code,
		 (uintmax_t)utterance->id, code, utterance->client);
	if (mark != NULL)
		add_line(events_of(client), code, '-', mark, strlen(mark));
	buf_addf(events_of(client), "%d %s\r\n", code, texts[event]);
	ssip->changed(client, ssip->data);
}

static void tell_watchers(struct ssip *ssip, struct json *take_json)
{
	SCOPED_BUF struct buf line = { 0 };

	json_print(take_json, &line);
	json_free(take_json);
	for (struct ssip_client *c = ssip->clients; c != NULL; c = c->next) {
		if (!c->watches)
			continue;
		add_line(events_of(c), 790, '-', buf_text(&line),
			 line.len_bytes);
		buf_add_text(events_of(c), "790 NEWS\r\n");
		ssip->changed(c, ssip->data);
	}
}

static struct json *entry_object(const struct ssip *ssip,
				 const struct history_entry *entry)
{
	const struct ssip_client *client = find_client(ssip, entry->client);
	struct json *json = json_object_make();

	json_add_text(json, "event", fate_name(entry->fate));
	json_add_int(json, "id", (int64_t)entry->id);
	json_add_int(json, "time", entry->when);
	json_add_int(json, "client", entry->client);
	json_add_text(json, "source",
		      entry->source != NULL ? entry->source
		      : client != NULL	    ? client->name
					    : NULL);
	json_add_text(json, "channel", entry->channel);
	json_add_text(json, "nick", entry->nick);
	json_add_text(json, "text", entry->text);
	return json;
}

void entry_json(const struct ssip *ssip, const struct history_entry *entry,
		struct buf *out)
{
	struct json *json = entry_object(ssip, entry);

	json_print(json, out);
	json_free(json);
}

static void on_news(void *data, const struct history_entry *entry)
{
	struct ssip *ssip = data;

	if (ssip->watchers > 0)
		tell_watchers(ssip, entry_object(ssip, entry));
}

static void on_word(void *data, uint64_t id, size_t offset_bytes)
{
	struct ssip *ssip = data;
	struct json *json;

	if (ssip->watchers == 0)
		return;
	json = json_object_make();
	json_add_text(json, "event", "word");
	json_add_int(json, "id", (int64_t)id);
	json_add_int(json, "offset", (int64_t)offset_bytes);
	tell_watchers(ssip, json);
}

/* ---- the whole ----------------------------------------------------------- */

struct ssip *ssip_new(struct dispatch *keep_dispatch,
		      const struct ssip_host *host, ssip_changed_fn *changed,
		      void *keep_data)
{
	struct ssip *ssip = mem_new(sizeof(*ssip));
	const struct dispatch_watcher watcher = {
		.event = on_event,
		.news = on_news,
		.word = on_word,
		.data = ssip,
	};

	ssip->dispatch = keep_dispatch;
	ssip->host = *host;
	ssip->changed = changed;
	ssip->data = keep_data;
	dispatch_watch(keep_dispatch, &watcher);
	return ssip;
}

void ssip_free(struct ssip *ssip)
{
	if (ssip == NULL)
		return;
	while (ssip->clients != NULL) {
		struct ssip_client *first = ssip->clients;

		ssip_client_free(first);
		assert(ssip->clients != first); /* it took itself out */
	}
	dispatch_watch(ssip->dispatch, NULL);
	free(ssip);
}

/* ---- commands ------------------------------------------------------------ */

static enum reply command_speak(struct ssip_client *client, struct words words)
{
	(void)words;
	reply(client, 230, "OK RECEIVING DATA");
	return REPLY_NONE;
}

static enum reply control(struct ssip_client *client, struct words words,
			  void (*act)(struct dispatch *dispatch, int uid),
			  int code, const char *text)
{
	struct span who = words_next(&words);
	int uid;

	if (who.len_bytes == 0)
		return REPLY_MISSING;
	if (!parse_who(client, who, &uid))
		return REPLY_INVALID;
	act(client->ssip->dispatch, uid);
	reply(client, code, text);
	return REPLY_NONE;
}

static enum reply command_stop(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_stop, 210, "OK STOPPED");
}

static enum reply command_pause(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_pause, 211, "OK PAUSED");
}

static enum reply command_resume(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_resume, 212, "OK RESUMED");
}

static enum reply command_cancel(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_cancel, 213, "OK CANCELED");
}

static enum reply begin_block(struct ssip_client *client)
{
	if (client->block != 0) {
		reply(client, 330, "ERR ALREADY INSIDE BLOCK");
		return REPLY_NONE;
	}
	client->block = ++client->ssip->last_block;
	reply(client, 260, "OK INSIDE BLOCK");
	return REPLY_NONE;
}

static enum reply end_block(struct ssip_client *client)
{
	if (client->block == 0) {
		reply(client, 331, "ERR ALREADY OUTSIDE BLOCK");
		return REPLY_NONE;
	}
	client->block = 0;
	reply(client, 261, "OK OUTSIDE BLOCK");
	return REPLY_NONE;
}

static enum reply command_block(struct ssip_client *client, struct words words)
{
	struct span what = words_next(&words);

	if (what.len_bytes == 0)
		return REPLY_MISSING;
	if (word_is(what, "begin"))
		return begin_block(client);
	if (word_is(what, "end"))
		return end_block(client);
	return REPLY_INVALID;
}

static enum reply command_quit(struct ssip_client *client, struct words words)
{
	(void)words;
	reply(client, 231, "HAPPY HACKING");
	client->quits = true;
	return REPLY_NONE;
}

static enum reply command_help(struct ssip_client *client, struct words words)
{
	static const char *const lines[] = {
		"  SPEAK           -- say text ",
		"  KEY             -- say a combination of keys ",
		"  CHAR            -- say a character ",
		"  SOUND_ICON      -- execute a sound icon ",
		"  SET             -- set a parameter ",
		"  GET             -- get a current parameter ",
		"  LIST            -- list available arguments ",
		"  HISTORY         -- commands related to history ",
		"  QUIT            -- close the connection ",
	};

	(void)words;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		reply_data(client, 248, lines[i], strlen(lines[i]));
	reply(client, 248, "OK HELP SENT");
	return REPLY_NONE;
}

/* clang-format off */
static const struct {
	const char *name;
	command_fn *run;
	bool in_block;
} commands[] = {
	{ "SPEAK",      command_speak,    true },
	{ "CHAR",       say_char,         true },
	{ "KEY",        say_key,          true },
	{ "SOUND_ICON", say_icon,         true },
	{ "SET",        command_set,      true },
	{ "GET",        command_get,      false },
	{ "STOP",       command_stop,     false },
	{ "CANCEL",     command_cancel,   false },
	{ "PAUSE",      command_pause,    false },
	{ "RESUME",     command_resume,   false },
	{ "BLOCK",      command_block,    true },
	{ "LIST",       command_list,     false },
	{ "HISTORY",    command_history,  false },
	{ "HELP",       command_help,     false },
	{ "QUIT",       command_quit,     true },
	{ "BYE",        command_quit,     true },
	{ "STATUS",     command_status,   false },
	{ "SOURCES",    command_sources,  false },
	{ "FOLLOW",     command_follow,   false },
	{ "UNFOLLOW",   command_unfollow, false },
	{ "SKIP",       command_skip,     false },
	{ "BACK",       command_back,     false },
	{ "REPEAT",     command_repeat,   false },
	{ "LIVE",       command_live,     false },
	{ "MUTE",       command_mute,     false },
	{ "UNMUTE",     command_unmute,   false },
	{ "ONLY",       command_only,     false },
	{ "WATCH",      command_watch,    false },
	{ "LINES",      command_lines,    false },
	{ "PHRASES",    command_phrases,  false },
};
/* clang-format on */

/* Returns whether a text follows. */
static bool run_command(struct ssip_client *client, const char *line,
			size_t len_bytes)
{
	struct words words = { line, line + len_bytes };
	struct span name = words_next(&words);

	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (!word_is(name, commands[i].name))
			continue;
		reply_failure(client,
			      client->block != 0 && !commands[i].in_block
				      ? REPLY_NO_BLOCK
				      : commands[i].run(client, words));
		return commands[i].run == command_speak;
	}
	reply_failure(client, REPLY_INVALID_COMMAND);
	return false;
}

/* Returns whether a text follows. */
static bool run_frame(struct ssip_client *client, enum frame_kind kind)
{
	const struct buf *bytes = &client->framer.bytes;

	if (kind == FRAME_COMMAND)
		return run_command(client, buf_text(bytes), bytes->len_bytes);
	if (kind == FRAME_TEXT)
		reply_failure(client, say_text(client, buf_text(bytes),
					       bytes->len_bytes));
	else
		reply_failure(client, client->framer.in_text
					      ? REPLY_LONG
					      : REPLY_INVALID_COMMAND);
	return false;
}

static void run(struct ssip_client *client, enum frame_kind kind)
{
	bool text;

	client->replying = true;
	text = run_frame(client, kind);
	client->replying = false;
	buf_add(&client->out, buf_text(&client->events),
		client->events.len_bytes);
	buf_clear(&client->events);
	framer_next(&client->framer, text);
	client->ssip->changed(client, client->ssip->data);
}

static bool may_go_on(const struct ssip_client *client)
{
	return !client->quits && !client->waits &&
	       client->stream == SSIP_COMMANDS &&
	       client->out.len_bytes < SSIP_OUT_PAUSE_BYTES;
}

size_t ssip_input(struct ssip_client *client, const char *bytes,
		  size_t len_bytes)
{
	size_t done = 0;

	while (done < len_bytes && may_go_on(client)) {
		size_t used = 0;
		enum frame_kind kind = framer_feed(
			&client->framer, bytes + done, len_bytes - done, &used);

		done += used;
		if (kind != FRAME_NONE)
			run(client, kind);
	}
	return done;
}
