/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* set.c - SET and GET: one table of parameters. */
#include "speakd/ssip/parts.h"

#include <ctype.h>
#include <string.h>

#include "core/mem.h"
#include "speakd/queue/engine_list.h"

static const char *const rank_names[CLASS_COUNT] = {
	[CLASS_IMPORTANT] = "important", [CLASS_MESSAGE] = "message",
	[CLASS_TEXT] = "text",		 [CLASS_NOTIFICATION] = "notification",
	[CLASS_PROGRESS] = "progress",
};

static const char *const punctuation_names[] = {
	[PUNCTUATION_NONE] = "none",
	[PUNCTUATION_SOME] = "some",
	[PUNCTUATION_MOST] = "most",
	[PUNCTUATION_ALL] = "all",
};

static const char *const capitals_names[] = {
	[CAPITALS_NONE] = "none",
	[CAPITALS_SPELL] = "spell",
	[CAPITALS_ICON] = "icon",
};

static const char *const event_names[] = {
	[EVENT_MARK] = "index_marks", [EVENT_BEGIN] = "begin",
	[EVENT_END] = "end",	      [EVENT_CANCEL] = "cancel",
	[EVENT_PAUSE] = "pause",      [EVENT_RESUME] = "resume",
};

/* ---- setting one client's parameter -------------------------------------- */

struct parameter;

/* Set it in *to, REPLY_NONE; client is who asks, for a failure's reply. */
typedef enum reply set_fn(struct ssip_client *client, struct ssip_settings *to,
			  const struct parameter *parameter,
			  struct words words);

struct parameter {
	const char *name;
	set_fn *set;
	size_t offset; /* of the field in struct ssip_settings */
	int ok;
	const char *ok_text;
	int failed; /* reply for a value or client that is not there */
	const char *failed_text;
	bool self_only, in_block;
};

static void *field(struct ssip_settings *to, const struct parameter *p)
{
	return (char *)to + p->offset;
}

static enum reply failed(struct ssip_client *client, const struct parameter *p)
{
	reply(client, p->failed, p->failed_text);
	return REPLY_NONE;
}

/* -100..100; the codes above and below it follow those of the failure. */
static enum reply set_percent(struct ssip_client *client,
			      struct ssip_settings *to,
			      const struct parameter *p, struct words words)
{
	static const struct {
		const char *name;
		int too_high;
	} codes[] = {
		{ "RATE", 409 },
		{ "PITCH", 411 },
		{ "VOLUME", 413 },
		{ "PITCH_RANGE", 415 },
	};
	struct span value = words_next(&words);
	char text[64];
	int n;

	if (value.len_bytes == 0)
		return REPLY_MISSING;
	if (!word_number(value, &n))
		return REPLY_NOT_NUMBER;
	if (n >= -100 && n <= 100) {
		*(int *)field(to, p) = n;
		return REPLY_NONE;
	}
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		if (strcmp(codes[i].name, p->name) != 0)
			continue;
		snprintf(
			text, sizeof(text), "ERR %s TOO %s",
			p->offset == offsetof(struct ssip_settings, pitch_range)
				? "PITCH RANGE"
				: p->name,
			n > 0 ? "HIGH" : "LOW");
		reply(client, codes[i].too_high + (n < 0), text);
	}
	return REPLY_MADE;
}

static enum reply set_switch(struct ssip_client *client,
			     struct ssip_settings *to,
			     const struct parameter *p, struct words words)
{
	struct span value = words_next(&words);

	(void)client;
	if (value.len_bytes == 0)
		return REPLY_MISSING;
	if (!span_is_caseless(value, "on") && !span_is_caseless(value, "off"))
		return REPLY_NOT_ON_OFF;
	*(bool *)field(to, p) = span_is_caseless(value, "on");
	return REPLY_NONE;
}

static void set_default(struct ssip_client *client, const char *parameter);

static enum reply set_name_among(struct ssip_settings *to,
				 const struct parameter *p, struct words words,
				 const char *const *names, size_t count)
{
	struct span value = words_next(&words);
	int n = word_among(value, names, count);

	if (value.len_bytes == 0)
		return REPLY_MISSING;
	if (n < 0)
		return REPLY_INVALID;
	*(int *)field(to, p) = n;
	return REPLY_NONE;
}

static enum reply set_punctuation(struct ssip_client *client,
				  struct ssip_settings *to,
				  const struct parameter *p, struct words words)
{
	(void)client;
	return set_name_among(to, p, words, punctuation_names,
			      COUNT_OF(punctuation_names));
}

static enum reply set_capitals(struct ssip_client *client,
			       struct ssip_settings *to,
			       const struct parameter *p, struct words words)
{
	(void)client;
	return set_name_among(to, p, words, capitals_names,
			      COUNT_OF(capitals_names));
}

static enum reply set_rank(struct ssip_client *client, struct ssip_settings *to,
			   const struct parameter *p, struct words words)
{
	enum reply rc = set_name_among(to, p, words, rank_names,
				       COUNT_OF(rank_names));

	if (rc != REPLY_INVALID)
		return rc;
	reply(client, 408, "ERR UNKNOWN PRIORITY");
	return REPLY_MADE;
}

static enum reply set_voice_type(struct ssip_client *client,
				 struct ssip_settings *to,
				 const struct parameter *p, struct words words)
{
	enum reply rc = set_name_among(to, p, words, ssip_voice_types,
				       VOICE_TYPES);

	if (rc != REPLY_INVALID) {
		free(to->voice);
		to->voice = NULL;
		return rc;
	}
	failed(client, p);
	return REPLY_MADE;
}

static void keep_text(char **text, struct span value)
{
	free(*text);
	*text = word_text(span_of(
		value.text, min_size(value.len_bytes, SSIP_NAME_MAX_BYTES)));
}

static enum reply set_word(struct ssip_client *client, struct ssip_settings *to,
			   const struct parameter *p, struct words words)
{
	struct span value = words_next(&words);

	(void)client;
	if (value.len_bytes == 0)
		return REPLY_MISSING;
	keep_text(field(to, p), value);
	return REPLY_NONE;
}

/* Asked for again in lower case, as speech-dispatcher keeps it. */
static enum reply set_language(struct ssip_client *client,
			       struct ssip_settings *to,
			       const struct parameter *p, struct words words)
{
	enum reply rc = set_word(client, to, p, words);
	char **text = field(to, p);

	for (char *c = *text; rc == REPLY_NONE && *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return rc;
}

/* The whole rest: "English (America)". None is the default voice. */
static enum reply set_voice(struct ssip_client *client,
			    struct ssip_settings *to, const struct parameter *p,
			    struct words words)
{
	struct span value = words_rest(&words);
	char **text = field(to, p);

	(void)client;
	to->voice_type = -1;
	if (value.len_bytes > 0) {
		keep_text(text, value);
		return REPLY_NONE;
	}
	free(*text);
	*text = NULL;
	return REPLY_NONE;
}

/* What the listener's configuration has for a client of this name. */
static void take_defaults(struct ssip_client *client)
{
	const struct client_sections *sections = client->ssip->host.clients;

	for (size_t i = 0; sections != NULL && i < sections->count; i++)
		if (client_setting_is_for(&sections->list[i], client->name))
			set_default(client, sections->list[i].parameter);
}

/* libspeechd puts it in quotes. */
static enum reply set_client_name(struct ssip_client *client,
				  struct ssip_settings *to,
				  const struct parameter *p, struct words words)
{
	struct span value = words_rest(&words);

	(void)p;
	(void)to;
	if (value.len_bytes >= 2 && value.text[0] == '"' &&
	    value.text[value.len_bytes - 1] == '"')
		value = span_of(value.text + 1, value.len_bytes - 2);
	if (value.len_bytes == 0)
		return REPLY_MISSING;
	keep_text(&client->name, value);
	take_defaults(client);
	return REPLY_NONE;
}

static enum reply set_pause_context(struct ssip_client *client,
				    struct ssip_settings *to,
				    const struct parameter *p,
				    struct words words)
{
	struct span value = words_next(&words);
	int n;

	(void)client;
	(void)p;
	if (value.len_bytes == 0)
		return REPLY_MISSING;
	if (!word_number(value, &n))
		return REPLY_NOT_NUMBER;
	to->pause_context = n > 0 ? (unsigned)n : 0;
	return REPLY_NONE;
}

static enum reply set_notification(struct ssip_client *client,
				   struct ssip_settings *to,
				   const struct parameter *p,
				   struct words words)
{
	struct span which = words_next(&words);
	struct span how = words_next(&words);
	int event = word_among(which, event_names, COUNT_OF(event_names));
	unsigned mask = (1U << COUNT_OF(event_names)) - 1;

	if (which.len_bytes == 0 || how.len_bytes == 0)
		return REPLY_MISSING;
	if (!span_is_caseless(how, "on") && !span_is_caseless(how, "off"))
		return REPLY_INVALID;
	if (event < 0 && !span_is_caseless(which, "all")) {
		failed(client, p);
		return REPLY_MADE;
	}
	if (event >= 0)
		mask = 1U << event;
	if (span_is_caseless(how, "on"))
		to->notify |= mask;
	else
		to->notify &= ~mask;
	return REPLY_NONE;
}

/* We write no debugging files: what is said is private. */
static enum reply set_debug(struct ssip_client *client,
			    struct ssip_settings *to, const struct parameter *p,
			    struct words words)
{
	(void)to;
	(void)words;
	failed(client, p);
	return REPLY_MADE;
}

#define AT(name) offsetof(struct ssip_settings, name)

/* clang-format off */
static const struct parameter parameters[] = {
	{ "CLIENT_NAME", set_client_name, 0, 208, "OK CLIENT NAME SET",
	  311, "ERR COULDNT SET CLIENT NAME", true, false },
	{ "PRIORITY", set_rank, AT(rank), 202, "OK PRIORITY SET",
	  301, "ERR COULDNT SET PRIORITY", true, false },
	{ "LANGUAGE", set_language, AT(language), 201, "OK LANGUAGE SET",
	  302, "ERR COULDNT SET LANGUAGE", false, true },
	{ "OUTPUT_MODULE", set_word, AT(module), 216, "OK OUTPUT MODULE SET",
	  312, "ERR COULDNT SET OUTPUT MODULE", false, false },
	{ "VOICE_TYPE", set_voice_type, AT(voice_type), 209, "OK VOICE SET",
	  309, "ERR COULDNT SET VOICE", false, true },
	{ "VOICE", set_voice_type, AT(voice_type), 209, "OK VOICE SET",
	  309, "ERR COULDNT SET VOICE", false, true },
	{ "SYNTHESIS_VOICE", set_voice, AT(voice), 209, "OK VOICE SET",
	  309, "ERR COULDNT SET VOICE", false, true },
	{ "RATE", set_percent, AT(rate), 203, "OK RATE SET",
	  303, "ERR COULDNT SET RATE", false, true },
	{ "PITCH", set_percent, AT(pitch), 204, "OK PITCH SET",
	  304, "ERR COULDNT SET PITCH", false, true },
	{ "PITCH_RANGE", set_percent, AT(pitch_range), 263, "OK PITCH RANGE SET",
	  340, "ERR COULDNT SET PITCH RANGE", false, true },
	{ "VOLUME", set_percent, AT(volume), 218, "OK VOLUME SET",
	  314, "ERR COULDNT SET VOLUME", false, true },
	{ "PUNCTUATION", set_punctuation, AT(punctuation), 205,
	  "OK PUNCTUATION SET", 305, "ERR COULDNT SET PUNCT MODE", false, true },
	{ "CAP_LET_RECOGN", set_capitals, AT(capitals), 206,
	  "OK CAP LET RECOGNITION SET",
	  306, "ERR COULDNT SET CAP LET RECOGNITION", false, true },
	{ "SPELLING", set_switch, AT(spelling), 207, "OK SPELLING SET",
	  308, "ERR COULDNT SET SPELLING", false, false },
	{ "SSML_MODE", set_switch, AT(ssml), 219, "OK SSML MODE SET",
	  315, "ERR COULDNT SET SSML MODE", false, true },
	{ "PAUSE_CONTEXT", set_pause_context, 0, 217, "OK PAUSE CONTEXT SET",
	  313, "ERR COULDNT SET PAUSE CONTEXT", false, true },
	{ "NOTIFICATION", set_notification, 0, 220, "OK NOTIFICATION SET",
	  316, "ERR COULDNT SET NOTIFICATION", true, true },
	{ "DEBUG", set_debug, 0, 262, "OK DEBUGGING SET",
	  317, "ERR COULDNT SET DEBUGGING", false, true },
};
/* clang-format on */

static const struct parameter *find_parameter(struct span name)
{
	for (size_t i = 0; i < COUNT_OF(parameters); i++)
		if (span_is_caseless(name, parameters[i].name))
			return &parameters[i];
	return NULL;
}

/* "RATE 20", as it was checked; its reply is for nobody. */
static void set_default(struct ssip_client *client, const char *parameter)
{
	struct words words = { parameter, parameter + strlen(parameter) };
	const struct parameter *p = find_parameter(words_next(&words));
	size_t out_bytes = client->out.len_bytes;

	if (p != NULL)
		(void)p->set(client, &client->settings, p, words);
	buf_cut(&client->out, out_bytes);
}

/* A client that is not there: a wrong value is reported first. */
static enum reply fail_for_nobody(struct ssip_client *asking,
				  const struct parameter *p, struct words words)
{
	struct ssip_settings nobody = { .rank = CLASS_TEXT };
	enum reply rc = p->set(asking, &nobody, p, words);

	free(nobody.language);
	free(nobody.voice);
	free(nobody.module);
	if (rc != REPLY_NONE)
		return rc;
	failed(asking, p);
	return REPLY_NONE;
}

/*
 * Set it for every client that is meant. The first failure ends it, and its
 * reply is made to the client that asked.
 */
static enum reply set_for(struct ssip_client *asking, const struct parameter *p,
			  struct words words, int uid)
{
	struct ssip_client *client = asking->ssip->clients;
	bool found = false;

	for (; client != NULL; client = client->next) {
		enum reply rc;

		if (uid != SCHEDULER_ALL && uid != client->uid)
			continue;
		found = true;
		rc = p->set(asking, &client->settings, p, words);
		if (rc != REPLY_NONE)
			return rc;
	}
	if (found)
		reply(asking, p->ok, p->ok_text);
	else
		return fail_for_nobody(asking, p, words);
	return REPLY_NONE;
}

/* ---- how lines are said -------------------------------------------------- */

struct line_parameter {
	const char *name;
	size_t offset;
	int min, max, code;
	const char *text;
};

#define MANNER(name) offsetof(struct dispatch_manner, name)

static const struct line_parameter line_parameters[] = {
	{ "RATE", MANNER(rate_wpm), 80, 900, 203, "OK RATE SET" },
	{ "PITCH", MANNER(pitch), 0, 99, 204, "OK PITCH SET" },
	{ "VOLUME", MANNER(volume_percent), 0, 200, 218, "OK VOLUME SET" },
};

/* SET lines RATE 300: in speakd's own units, not SSIP's. */
static enum reply set_lines(struct ssip_client *client, struct span name,
			    struct words words)
{
	struct dispatch_manner *manner =
		dispatch_manner(client->ssip->dispatch);
	struct span value = words_rest(&words);
	int n;

	if (span_is_caseless(name, "VOICE")) {
		if (!voice_is_known(client, value))
			return REPLY_INVALID;
		free(manner->voice);
		manner->voice = value.len_bytes > 0 ? word_text(value) : NULL;
		reply(client, 209, "OK VOICE SET");
		return REPLY_NONE;
	}
	for (size_t i = 0; i < COUNT_OF(line_parameters); i++) {
		const struct line_parameter *p = &line_parameters[i];

		if (!span_is_caseless(name, p->name))
			continue;
		if (value.len_bytes == 0)
			return REPLY_MISSING;
		if (!word_number(value, &n))
			return REPLY_NOT_NUMBER;
		if (n < p->min || n > p->max)
			return REPLY_INVALID;
		*(int *)((char *)manner + p->offset) = n;
		reply(client, p->code, p->text);
		return REPLY_NONE;
	}
	return REPLY_INVALID_COMMAND;
}

enum reply command_set(struct ssip_client *client, struct words words)
{
	struct span who = words_next(&words);
	struct span name = words_next(&words);
	const struct parameter *p = find_parameter(name);
	enum reply why;
	int uid;

	if (who.len_bytes == 0 || name.len_bytes == 0)
		return REPLY_MISSING;
	why = parse_who(client, who, &uid);
	if (why != REPLY_NONE)
		return why;
	if (uid == SCHEDULER_LINES)
		return set_lines(client, name, words);
	if (p == NULL)
		return REPLY_INVALID_COMMAND;
	if (client->block != 0 && !p->in_block)
		return REPLY_NO_BLOCK;
	if (p->self_only && uid != client->uid) {
		if (p->set != set_rank)
			return REPLY_INVALID;
		failed(client, p);
		return REPLY_NONE;
	}
	return set_for(client, p, words, uid);
}

/* ---- GET ----------------------------------------------------------------- */

static void get_value(const struct ssip_client *client, const char *name,
		      char *buf, size_t buf_bytes)
{
	const struct ssip_settings *s = &client->settings;
	SCOPED_TEXT char *engine = engine_list_name(client->ssip->host.engines,
						    0);
	const struct {
		const char *name;
		int value;
	} numbers[] = {
		{ "RATE", s->rate },
		{ "PITCH", s->pitch },
		{ "PITCH_RANGE", s->pitch_range },
		{ "VOLUME", s->volume },
	};
	const struct {
		const char *name, *value;
	} texts[] = {
		{ "LANGUAGE", s->language != NULL ? s->language : "en" },
		{ "OUTPUT_MODULE", s->module != NULL ? s->module : engine },
		{ "VOICE_TYPE", s->voice_type >= 0
					? ssip_voice_types[s->voice_type]
					: "NO_VOICE" },
		{ "PUNCTUATION", punctuation_names[s->punctuation] },
	};

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (strcmp(name, numbers[i].name) == 0)
			snprintf(buf, buf_bytes, "%d", numbers[i].value);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (strcmp(name, texts[i].name) == 0)
			snprintf(buf, buf_bytes, "%s", texts[i].value);
}

enum reply command_get(struct ssip_client *client, struct words words)
{
	static const char *const names[] = {
		"RATE",	    "PITCH",	     "PITCH_RANGE", "VOLUME",
		"LANGUAGE", "OUTPUT_MODULE", "VOICE_TYPE",  "PUNCTUATION",
	};
	char value[SSIP_NAME_MAX_BYTES + 1] = "";
	struct span name = words_next(&words);
	int n = word_among(name, names, COUNT_OF(names));

	if (name.len_bytes == 0)
		return REPLY_MISSING;
	if (n < 0)
		return REPLY_INVALID;
	get_value(client, names[n], value, sizeof(value));
	reply_data(client, 251, value, strlen(value));
	reply(client, 251, "OK GET RETURNED");
	return REPLY_NONE;
}
