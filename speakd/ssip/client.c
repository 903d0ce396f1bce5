/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* client.c - who is connected, and the events that they get. */
#include "speakd/ssip/parts.h"

#include <assert.h>
#include <string.h>

#include "core/json.h"
#include "core/mem.h"

void ssip_configure(struct ssip *ssip, const char *keep_engines,
		    const struct client_sections *keep_clients,
		    unsigned rate_wpm)
{
	ssip->host.engines = keep_engines;
	ssip->host.clients = keep_clients;
	for (struct ssip_client *c = ssip->clients; c != NULL; c = c->next)
		if (c->settings.rate == rate_of_wpm(ssip->host.rate_wpm))
			c->settings.rate = rate_of_wpm(rate_wpm);
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
	buf_fini(&client->listing.text);
	free(client->settings.language);
	free(client->settings.voice);
	free(client->settings.module);
	free(client->voice_filter);
	free(client->stream_name);
	free(client->name);
	free(client);
}

static struct ssip_client *find_client(const struct ssip *ssip, int uid)
{
	struct ssip_client *client = ssip->clients;

	while (client != NULL && client->uid != uid)
		client = client->next;
	return client;
}

enum reply parse_who(const struct ssip_client *client, struct span word,
		     int *ret_uid)
{
	int uid;

	if (span_is_caseless(word, "self"))
		uid = client->uid;
	else if (span_is_caseless(word, "all"))
		uid = SCHEDULER_ALL;
	else if (span_is_caseless(word, "lines"))
		uid = SCHEDULER_LINES;
	else if (!word_number(word, &uid) || uid <= 0)
		return REPLY_INVALID;
	if (client->is_guest && uid != client->uid)
		return REPLY_NOT_ALLOWED;
	*ret_uid = uid;
	return REPLY_NONE;
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
		reply_line(events_of(client), code, '-', mark, strlen(mark));
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
		reply_line(events_of(c), 790, '-', buf_text(&line),
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
