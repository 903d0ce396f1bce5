/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* voices.c - the engines and voices that a client may choose, and has. */
#include "speakd/ssip/parts.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "speakd/queue/engine_list.h"

/* Whose the voices are that name no engine. */
#define ESPEAK "espeak-ng"

enum reply list_modules(struct ssip_client *client)
{
	for (size_t i = 0;; i++) {
		SCOPED_TEXT char *name =
			engine_list_name(client->ssip->host.engines, i);

		if (name == NULL)
			break;
		reply_data(client, 250, name, strlen(name));
	}
	reply(client, 250, "OK MODULE LIST SENT");
	return REPLY_NONE;
}

/* "en" finds "en-us" too, "en-gb" only itself. */
static bool language_fits(struct span language, struct span wanted)
{
	if (wanted.len_bytes == 0)
		return true;
	if (language.len_bytes > wanted.len_bytes &&
	    language.text[wanted.len_bytes] != '-')
		return false;
	return language.len_bytes >= wanted.len_bytes &&
	       strncasecmp(language.text, wanted.text, wanted.len_bytes) == 0;
}

/* Up to byte c, which is skipped. */
static struct span cut_at(struct span *rest, char c)
{
	const char *end = memchr(rest->text, c, rest->len_bytes);
	struct span part = *rest;

	if (end == NULL) {
		*rest = span_of(rest->text + rest->len_bytes, 0);
		return part;
	}
	part.len_bytes = (size_t)(end - part.text);
	rest->text = end + 1;
	rest->len_bytes -= part.len_bytes + 1;
	return part;
}

/* "LANGUAGE\tNAME\tGENDER[\tENGINE]". */
struct voice_row {
	struct span language, name, engine;
};

static struct voice_row row_of(struct span line)
{
	struct voice_row row = { .language = cut_at(&line, '\t') };

	row.name = cut_at(&line, '\t');
	(void)cut_at(&line, '\t');
	row.engine = line.len_bytes > 0 ? line
					: span_of(ESPEAK, strlen(ESPEAK));
	return row;
}

/* A language "+x" is a variant. */
static void list_voice(struct ssip_client *client, struct span line,
		       struct span wanted, struct span variant,
		       const char *engine)
{
	struct voice_row row = row_of(line);
	struct span language = row.language, name = row.name;

	if (!span_is_caseless(row.engine, engine) || language.len_bytes == 0 ||
	    language.text[0] == '+' || !language_fits(language, wanted))
		return;
	if (variant.len_bytes > 0 && !span_is_caseless(variant, "none"))
		reply_dataf(client, 249, "%.*s+%.*s\t%.*s\t%.*s",
			    (int)name.len_bytes, name.text,
			    (int)variant.len_bytes, variant.text,
			    (int)language.len_bytes, language.text,
			    (int)variant.len_bytes, variant.text);
	else
		reply_dataf(client, 249, "%.*s\t%.*s\tnone",
			    (int)name.len_bytes, name.text,
			    (int)language.len_bytes, language.text);
}

/* The voices that are known so far. */
static struct span known_voices(const struct ssip_client *client)
{
	const struct ssip_host *host = &client->ssip->host;
	const struct buf *voices = host->voices(host->data);

	return span_of(buf_text(voices), voices->len_bytes);
}

/* The client's module, or the first. */
static char *own_engine(const struct ssip_client *client)
{
	char *engine = client_engine(client);

	return engine != NULL ? engine
			      : engine_list_name(client->ssip->host.engines, 0);
}

/* Those of the client's module; where it has none of its own, espeak-ng's. */
static char *engine_of_list(const struct ssip_client *client)
{
	struct span rest = known_voices(client);
	char *engine = own_engine(client);

	while (rest.len_bytes > 0)
		if (span_is_caseless(row_of(cut_at(&rest, '\n')).engine,
				     engine))
			return engine;
	free(engine);
	return mem_copy(ESPEAK);
}

/* Whether nothing more will come of what list_voices() shows. */
static bool can_list(const struct ssip_client *client)
{
	const struct ssip_host *host = &client->ssip->host;
	SCOPED_TEXT char *own = own_engine(client);
	SCOPED_TEXT char *listed = engine_of_list(client);

	return host->has_voices(host->data, own) &&
	       host->has_voices(host->data, listed);
}

static void list_voices(struct ssip_client *client, struct words words)
{
	SCOPED_TEXT char *engine = engine_of_list(client);
	struct span wanted = words_next(&words);
	struct span variant = words_next(&words);
	struct span rest = known_voices(client);

	if (rest.len_bytes == 0) {
		reply(client, 321, "ERR NO VOICES");
		return;
	}
	while (rest.len_bytes > 0)
		list_voice(client, cut_at(&rest, '\n'), wanted, variant,
			   engine);
	reply(client, 249, "OK VOICE LIST SENT");
}

enum reply list_voices_or_wait(struct ssip_client *client, struct words words)
{
	if (can_list(client)) {
		list_voices(client, words);
		return REPLY_NONE;
	}
	client->waits = true;
	free(client->voice_filter);
	client->voice_filter = word_text(words_rest(&words));
	return REPLY_NONE;
}

void ssip_voices_known(struct ssip *ssip)
{
	for (struct ssip_client *c = ssip->clients; c != NULL; c = c->next) {
		struct words words;

		if (!c->waits || !can_list(c))
			continue;
		c->waits = false;
		words.at = c->voice_filter;
		words.end = words.at + strlen(words.at);
		list_voices(c, words);
		ssip->changed(c, ssip->data);
	}
}

/* By its language or its name, without the variant. */
static bool is_called(const struct voice_row *row, struct span wanted)
{
	return (wanted.len_bytes == row->language.len_bytes &&
		strncasecmp(wanted.text, row->language.text,
			    wanted.len_bytes) == 0) ||
	       (wanted.len_bytes == row->name.len_bytes &&
		strncasecmp(wanted.text, row->name.text, wanted.len_bytes) ==
			0);
}

/* "+m3": a row whose language is that. */
static bool is_variant(const struct voice_row *row, struct span wanted)
{
	return row->language.len_bytes == wanted.len_bytes + 1 &&
	       *row->language.text == '+' &&
	       strncasecmp(row->language.text + 1, wanted.text,
			   wanted.len_bytes) == 0;
}

bool voice_is_known(const struct ssip_client *client, struct span voice)
{
	SCOPED_TEXT char *engine = engine_list_name(client->ssip->host.engines,
						    0);
	struct span base = cut_at(&voice, '+'), variant = voice;
	bool has_base = base.len_bytes == 0;
	bool has_variant = variant.len_bytes == 0;
	bool is_listed = false;
	struct span rest = known_voices(client);

	while (rest.len_bytes > 0) {
		struct voice_row row = row_of(cut_at(&rest, '\n'));

		is_listed |= span_is_caseless(row.engine, engine);
		if (row.language.len_bytes > 0 && *row.language.text == '+')
			has_variant |= is_variant(&row, variant);
		else
			has_base |= is_called(&row, base);
	}
	/* What an engine without a list has, a command, only it knows. */
	return !is_listed || (has_base && has_variant);
}

/* The engine that has a voice of that name; espeak-ng's are not looked for. */
static char *engine_of_voice(const struct ssip_client *client,
			     const char *voice)
{
	struct span rest = known_voices(client);

	while (rest.len_bytes > 0) {
		struct voice_row row = row_of(cut_at(&rest, '\n'));

		if (!span_is_caseless(row.engine, ESPEAK) &&
		    span_is_caseless(row.name, voice))
			return word_text(row.engine);
	}
	return NULL;
}

char *client_engine(const struct ssip_client *client)
{
	const struct ssip_settings *s = &client->settings;
	const char *engines = client->ssip->host.engines;

	if (s->module != NULL && engine_list_find(engines, s->module) >= 0)
		return mem_copy(s->module);
	return s->voice != NULL ? engine_of_voice(client, s->voice) : NULL;
}
