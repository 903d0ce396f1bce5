/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* say.c - SPEAK, CHAR, KEY and SOUND_ICON: messages of a client's settings. */
#include "speakd/ssip/parts.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "speakd/queue/engine_list.h"
#include "speakd/ssip/ssml.h"
#include "speakd/words/hygiene.h"

const char *const ssip_voice_types[VOICE_TYPES] = {
	"MALE1",   "MALE2",   "MALE3",	    "FEMALE1",
	"FEMALE2", "FEMALE3", "CHILD_MALE", "CHILD_FEMALE",
};

/* Which of espeak-ng's variants stands for a VOICE_TYPE: a boy has no man's. */
static const char *const variants[VOICE_TYPES] = {
	"m1", "m2", "m3", "f1", "f2", "f3", "f2", "f4",
};

/* "C", "POSIX" and "en_US.UTF-8" are what spd-say sends for its locale. */
static char *voice_of_language(const char *language)
{
	size_t len = strcspn(language, ".@");
	char *name;

	if (len == 0 || strcasecmp(language, "c") == 0 ||
	    strcasecmp(language, "posix") == 0)
		return NULL;
	name = mem_text(language, len);
	for (char *c = name; *c != '\0'; c++)
		if (*c == '_')
			*c = '-';
	return name;
}

static char *voice_of(const struct ssip_settings *s)
{
	SCOPED_TEXT char *base = NULL;

	if (s->voice != NULL)
		return mem_copy(s->voice);
	if (s->language != NULL)
		base = voice_of_language(s->language);
	if (s->voice_type < 0)
		return text_give(&base);
	return mem_printf("%s+%s", base != NULL ? base : "en-us",
			  variants[s->voice_type]);
}

/*
 * speech-dispatcher has its engine as loud as it goes: at espeak-ng's own usual
 * loudness clients that moved here would be 5 dB quieter than they were.
 */
enum { CLIENT_LEVEL_PERCENT = 150 };

/* The loudness of other engines is their own affair. */
static bool is_espeak(const struct ssip_client *client, const char *engine)
{
	int number = engine_list_find(client->ssip->host.engines, "espeak-ng");

	return engine == NULL ? number == 0 : strcmp(engine, "espeak-ng") == 0;
}

/* The phrase that sounds as the client's settings say. */
static struct phrase *client_phrase(const struct ssip_client *client,
				    char *take_text)
{
	const struct ssip_settings *s = &client->settings;
	struct phrase *phrase = phrase_new(take_text);
	bool rate_is_set = s->rate != rate_of_wpm(client->ssip->host.rate_wpm);

	phrase->voice = voice_of(s);
	phrase->engine = client_engine(client);
	phrase->manner.rate_wpm = rate_is_set
					  ? wpm_of_rate(s->rate)
					  : (int)client->ssip->host.rate_wpm;
	if (s->pitch != 0)
		phrase->manner.pitch = (s->pitch + 100) * 99 / 200;
	if (s->pitch_range != 0)
		phrase->pitch_range = (s->pitch_range + 100) * 99 / 200;
	if (s->volume != 100)
		phrase->manner.volume_percent = (s->volume + 100) / 2;
	if (is_espeak(client, phrase->engine))
		phrase->manner.level_percent = CLIENT_LEVEL_PERCENT;
	phrase->punctuation = s->punctuation;
	phrase->manner.capitals = s->capitals;
	phrase->source = mem_copy(client->name);
	return phrase;
}

/* Marks and styles, when there are some, become the message's. */
static enum reply queue_sounding(struct ssip_client *client, char *take_text,
				 enum phrase_form form, struct ssml *ssml,
				 char *take_sound)
{
	struct dispatch *dispatch = client->ssip->dispatch;
	struct utterance *u;
	uint64_t id;

	if (!scheduler_has_room(dispatch_scheduler(dispatch), client->uid,
				strlen(take_text))) {
		free(take_text);
		free(take_sound);
		return REPLY_MUCH;
	}
	u = utterance_new(client_phrase(client, take_text));
	u->phrase->form = form;
	u->phrase->sound = take_sound;
	u->client = client->uid;
	u->rank = client->settings.rank;
	u->block = client->block;
	u->notify = client->settings.notify;
	u->pause_context = client->settings.pause_context;
	if (ssml != NULL) {
		u->marks = ssml->marks;
		u->mark_count = ssml->mark_count;
		u->phrase->styles = ssml->styles;
		ssml->marks = NULL;
		ssml->mark_count = 0;
		ssml->styles = (struct styles){ 0 };
	}
	id = dispatch_message(dispatch, u);
	reply_dataf(client, 225, "%ju", (uintmax_t)id);
	reply(client, 225, "OK MESSAGE QUEUED");
	return REPLY_NONE;
}

static enum reply queue_message(struct ssip_client *client, char *take_text,
				enum phrase_form form, struct ssml *ssml)
{
	return queue_sounding(client, take_text, form, ssml, NULL);
}

static char *clean(const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf out = { 0 };

	hygiene_clean(&out, text, len_bytes);
	return mem_text(buf_text(&out), out.len_bytes);
}

/* The listener's dictionary, in the client's language. */
static bool respell(void *data, struct span text, struct buf *out)
{
	const struct ssip_client *client = data;
	const struct ssip_host *host = &client->ssip->host;
	SCOPED_TEXT char *voice = voice_of(&client->settings);

	return host->respell != NULL &&
	       host->respell(host->data, voice, text, out);
}

/* The same with it; not for what is spelled. */
static char *clean_words(struct ssip_client *client, const char *text,
			 size_t len_bytes)
{
	SCOPED_BUF struct buf respelled = { 0 };

	if (client->settings.spelling ||
	    !respell(client, span_of(text, len_bytes), &respelled))
		return clean(text, len_bytes);
	return clean(respelled.data, respelled.len_bytes);
}

static enum reply say_ssml(struct ssip_client *client, const char *text,
			   size_t len_bytes)
{
	struct ssml ssml = { 0 };
	enum reply rc;

	ssml_read(&ssml, text, len_bytes, respell, client);
	rc = queue_message(client,
			   mem_text(buf_text(&ssml.text), ssml.text.len_bytes),
			   FORM_TEXT, &ssml);
	ssml_fini(&ssml);
	return rc;
}

enum reply say_text(struct ssip_client *client, const char *text,
		    size_t len_bytes)
{
	if (len_bytes == 0) {
		reply(client, 227, "OK MESSAGE CANCELED");
		return REPLY_NONE;
	}
	if (!text_is_utf8(text, len_bytes))
		return REPLY_ENCODING;
	/* The CR-LF in front of the last dot is the protocol's. */
	if (len_bytes >= 2 && memcmp(text + len_bytes - 2, "\r\n", 2) == 0)
		len_bytes -= 2;
	if (client->settings.ssml)
		return say_ssml(client, text, len_bytes);
	return queue_message(client, clean_words(client, text, len_bytes),
			     client->settings.spelling ? FORM_CHARS : FORM_TEXT,
			     NULL);
}

/* ---- one character, one key, one icon ------------------------------------ */

static bool is_usable(struct span text, enum reply *ret)
{
	*ret = text.len_bytes == 0 ? REPLY_MISSING : REPLY_ENCODING;
	return text.len_bytes > 0 && text_is_utf8(text.text, text.len_bytes);
}

/* As libspeechd names what cannot be sent, and what makes no sound. */
static const char *char_name(struct span text)
{
	static const struct {
		const char *is, *name;
	} names[] = {
		{ "space", " " }, { "\n", "new line" }, { "\r", "return" },
		{ "\t", "tab" },  { "\x1b", "escape" },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (span_is_caseless(text, names[i].is))
			return names[i].name;
	return NULL;
}

enum reply say_char(struct ssip_client *client, struct words words)
{
	struct span text = words_rest(&words);
	enum phrase_form form = FORM_CHARS;
	const char *name = char_name(text);
	enum reply rc;
	size_t pos = 0;

	if (!is_usable(text, &rc))
		return rc;
	if (name != NULL) {
		form = name[1] == '\0' ? FORM_CHARS : FORM_TEXT;
		text = span_of_text(name);
	} else {
		/* One character: what follows it was not asked for. */
		if (text_next(text.text, text.len_bytes, &pos) < ' ')
			return REPLY_INVALID;
		text.len_bytes = pos;
	}
	return queue_message(client, word_text(text), form, NULL);
}

/* "control_a": the names joined by blanks, a letter alone by its name. */
enum reply say_key(struct ssip_client *client, struct words words)
{
	SCOPED_TEXT char *spoken = NULL;
	struct span key = words_rest(&words);
	enum reply rc;
	size_t pos = 0;

	if (!is_usable(key, &rc))
		return rc;
	(void)text_next(key.text, key.len_bytes, &pos);
	if (pos == key.len_bytes)
		return say_char(client, words);
	spoken = word_text(key);
	for (char *c = spoken; *c != '\0'; c++)
		if (*c == '_' || *c == '-')
			*c = ' ';
	return queue_message(client, clean(spoken, strlen(spoken)), FORM_TEXT,
			     NULL);
}

/* Its sound; the name tells more than one that is missing. */
enum reply say_icon(struct ssip_client *client, struct words words)
{
	struct span icon = words_rest(&words);
	SCOPED_TEXT char *name = NULL;
	enum reply rc;

	if (!is_usable(icon, &rc))
		return rc;
	name = word_text(icon);
	for (char *c = name; *c != '\0'; c++)
		if (*c == '_' || *c == '-')
			*c = ' ';
	return queue_sounding(client, clean(name, strlen(name)), FORM_SOUND,
			      NULL, word_text(icon));
}
