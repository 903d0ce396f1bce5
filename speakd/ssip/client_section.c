/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/client_section.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "speakd/ssip/rate.h"

struct key {
	const char *name, *parameter;
	int min, max; /* of a number; both 0: words */
	int (*convert)(int value);
	const char *words; /* those that are valid, NULL: any text */
};

static int rate_of(int wpm)
{
	return rate_of_wpm((unsigned)wpm);
}

/* 0..99 of espeak's, with 50 in the middle. */
static int pitch_of(int pitch)
{
	int n = pitch * 200 / 99 - 100;

	return pitch == 50 ? 0 : n;
}

/* As a client's volume becomes espeak's, the other way round. */
static int volume_of(int percent)
{
	return percent * 2 - 100;
}

/* clang-format off */
static const struct key keys[] = {
	{ "rate", "RATE", 80, 449, rate_of, NULL },
	{ "pitch", "PITCH", 0, 99, pitch_of, NULL },
	{ "pitch-range", "PITCH_RANGE", 0, 99, pitch_of, NULL },
	{ "volume", "VOLUME", 0, 100, volume_of, NULL },
	{ "voice", "SYNTHESIS_VOICE", 0, 0, NULL, NULL },
	{ "voice-type", "VOICE_TYPE", 0, 0, NULL,
	  "male1 male2 male3 female1 female2 female3 child_male child_female" },
	{ "language", "LANGUAGE", 0, 0, NULL, NULL },
	{ "engine", "OUTPUT_MODULE", 0, 0, NULL, NULL },
	{ "punctuation", "PUNCTUATION", 0, 0, NULL, "none some most all" },
	{ "capitals", "CAP_LET_RECOGN", 0, 0, NULL, "none spell icon" },
	{ "spelling", "SPELLING", 0, 0, NULL, "on off" },
	{ "priority", "PRIORITY", 0, 0, NULL,
	  "important message text notification progress" },
	{ "pause-context", "PAUSE_CONTEXT", 0, 100, NULL, NULL },
};
/* clang-format on */

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static int unknown_key(const char *name, struct err *e)
{
	return err_usage(e,
			 "unknown key '%s', expected rate, pitch, pitch-range, "
			 "volume, voice, voice-type, language, engine, "
			 "punctuation, capitals, spelling, priority or "
			 "pause-context",
			 name);
}

static bool is_among(const char *words, const char *value)
{
	size_t n = strlen(value);

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		if (len == n && strncasecmp(words, value, n) == 0)
			return true;
		words += len + (words[len] == ' ');
	}
	return false;
}

static int read_number(const struct key *key, const char *value, char **ret,
		       struct err *e)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end != '\0')
		return err_usage(e, "%s: not a number: '%s'", key->name, value);
	if (n < key->min || n > key->max)
		return err_usage(e, "%s: %s is outside %d..%d", key->name,
				 value, key->min, key->max);
	*ret = mem_printf("%s %d", key->parameter,
			  key->convert != NULL ? key->convert((int)n) : (int)n);
	return 0;
}

static int read_value(const struct key *key, const char *value, char **ret,
		      struct err *e)
{
	if (key->max > 0)
		return read_number(key, value, ret, e);
	if (key->words != NULL && !is_among(key->words, value))
		return err_usage(e,
				 "%s: unknown value '%s', expected one of %s",
				 key->name, value, key->words);
	for (const char *c = value; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			return err_usage(e, "%s: a control character",
					 key->name);
	*ret = mem_printf("%s %s", key->parameter, value);
	return 0;
}

int client_sections_set(struct client_sections *sections, const char *pattern,
			const char *key, const char *value, struct err *e)
{
	const struct key *found = find_key(key);
	char *parameter = NULL;
	int rc;

	if (found == NULL)
		return unknown_key(key, e);
	if (sections->count == CLIENT_SETTINGS_MAX)
		return err_usage(e, "more than %d settings of clients",
				 CLIENT_SETTINGS_MAX);
	rc = read_value(found, value, &parameter, e);
	if (rc < 0)
		return rc;
	sections->list[sections->count++] = (struct client_setting){
		.pattern = mem_copy(pattern),
		.parameter = parameter,
	};
	return 0;
}

void client_sections_fini(struct client_sections *sections)
{
	for (size_t i = 0; i < sections->count; i++) {
		free(sections->list[i].pattern);
		free(sections->list[i].parameter);
	}
	sections->count = 0;
}

bool client_setting_is_for(const struct client_setting *setting,
			   const char *client)
{
	const char *colon = strchr(client, ':');
	const char *program = colon != NULL ? colon + 1 : client;
	SCOPED_TEXT char *alone = mem_text(program, strcspn(program, ":"));

	return fnmatch(setting->pattern, client, FNM_CASEFOLD) == 0 ||
	       fnmatch(setting->pattern, program, FNM_CASEFOLD) == 0 ||
	       fnmatch(setting->pattern, alone, FNM_CASEFOLD) == 0;
}
