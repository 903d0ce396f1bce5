/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* rule_section.c - the keys of a [rule NAME] section, as a table. */
#include "speakd/words/rule.h"

#include "core/mem.h"
#include "core/opt.h"
#include "speakd/words/wording.h"

/* The limits of espeak_SetParameter(), and of speakd's own options. */
enum {
	PITCH_MAX = 99,
	RATE_MIN_WPM = 80,
	RATE_MAX_WPM = 900,
	VOLUME_MAX_PERCENT = 200
};

struct key;
typedef int key_fn(void *field, const struct key *key, const char *value,
		   struct err *e);

struct key {
	const char *name;
	key_fn *set;
	size_t offset;
	unsigned min, max;
};

static int set_pattern(void *field, const struct key *key, const char *value,
		       struct err *e)
{
	struct pattern **pattern = field;
	struct pattern *made = pattern_new(value, e);

	if (made == NULL)
		return err_wrap(e, "%s", key->name);
	pattern_free(*pattern);
	*pattern = made;
	return 0;
}

/* "ubottu|ChanServ" is meant to be one of the two, not to be found in one. */
static int set_whole(void *field, const struct key *key, const char *value,
		     struct err *e)
{
	SCOPED_TEXT char *whole = mem_printf("(?i)\\A(?:%s)\\z", value);

	return set_pattern(field, key, whole, e);
}

static int set_text(void *field, const struct key *key, const char *value,
		    struct err *e)
{
	char **text = field;

	if (value[0] == '\0')
		return err_usage(e, "%s: needs a value", key->name);
	free(*text);
	*text = mem_copy(value);
	return 0;
}

static int set_number(void *field, const struct key *key, const char *value,
		      struct err *e)
{
	unsigned n;

	if (opt_uint(key->name, value, key->min, key->max, &n, e) < 0)
		return -EINVAL;
	*(int *)field = (int)n;
	return 0;
}

static int set_yes(void *field, const struct key *key, const char *value,
		   struct err *e)
{
	return opt_bool(key->name, value, field, e);
}

static int set_cue(void *field, const struct key *key, const char *value,
		   struct err *e)
{
	bool on;

	if (opt_bool(key->name, value, &on, e) < 0)
		return -EINVAL;
	*(int *)field = on ? CUE_HIGHLIGHT : CUE_NONE;
	return 0;
}

static int set_priority(void *field, const struct key *key, const char *value,
			struct err *e)
{
	return opt_choice(key->name, "low normal high", value, field, e);
}

static int set_punctuation(void *field, const struct key *key,
			   const char *value, struct err *e)
{
	return opt_choice(key->name, READING_PUNCTUATION, value, field, e);
}

static int set_digits(void *field, const struct key *key, const char *value,
		      struct err *e)
{
	return opt_choice(key->name, READING_DIGITS, value, field, e);
}

static int set_kinds(void *field, const struct key *key, const char *value,
		     struct err *e)
{
	if (wording_parse_events(value, field, e) < 0)
		return err_wrap(e, "%s", key->name);
	return 0;
}

#define FIELD(name) offsetof(struct rule, name)

/* clang-format off */
static const struct key keys[] = {
	{ "text",     set_pattern,  FIELD(text), 0, 0 },
	{ "line",     set_pattern,  FIELD(line), 0, 0 },
	{ "nick",     set_whole,    FIELD(nick), 0, 0 },
	{ "channel",  set_whole,    FIELD(channel), 0, 0 },
	{ "kind",     set_kinds,    FIELD(kinds), 0, 0 },
	{ "drop",     set_yes,      FIELD(drop), 0, 0 },
	{ "keep",     set_yes,      FIELD(keep), 0, 0 },
	{ "say-as",   set_text,     FIELD(say_as), 0, 0 },
	{ "voice",    set_text,     FIELD(voice), 0, 0 },
	{ "pitch",    set_number,   FIELD(pitch), 0, PITCH_MAX },
	{ "rate",     set_number,   FIELD(rate_wpm), RATE_MIN_WPM, RATE_MAX_WPM },
	{ "volume",   set_number,   FIELD(volume_percent), 0, VOLUME_MAX_PERCENT },
	{ "priority", set_priority, FIELD(priority), 0, 0 },
	{ "cue",      set_cue,      FIELD(cue), 0, 0 },
	{ "sound",    set_text,     FIELD(sound), 0, 0 },
	{ "run",      set_text,     FIELD(run), 0, 0 },
	{ "punctuation", set_punctuation, FIELD(punctuation), 0, 0 },
	{ "digits",   set_digits,   FIELD(digits), 0, 0 },
};
/* clang-format on */

/* The two keys that belong together: an empty replacement is a deletion. */
static void keep_copy(char **text, const char *value)
{
	free(*text);
	*text = mem_copy(value);
}

int rule_set(struct rule *rule, const char *key, const char *value,
	     struct err *e)
{
	if (strcmp(key, "replace") == 0) {
		keep_copy(&rule->replace, value);
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		int rc;

		if (strcmp(keys[i].name, key) != 0)
			continue;
		rc = keys[i].set((char *)rule + keys[i].offset, &keys[i], value,
				 e);
		if (rc == 0 && strcmp(key, "text") == 0)
			keep_copy(&rule->text_re, value);
		return rc;
	}
	return err_usage(e, "unknown key '%s'", key);
}

static bool has_effect(const struct rule *rule)
{
	return rule->drop || rule->keep || rule->replace != NULL ||
	       rule->say_as != NULL || rule->voice != NULL ||
	       rule->run != NULL || rule->sound != NULL ||
	       rule->pitch != PHRASE_DEFAULT ||
	       rule->rate_wpm != PHRASE_DEFAULT ||
	       rule->volume_percent != PHRASE_DEFAULT || rule->priority >= 0 ||
	       rule->cue >= 0 || rule->punctuation >= 0 || rule->digits >= 0;
}

int rule_check(const struct rule *rule, struct err *e)
{
	if (!has_effect(rule))
		return err_usage(e, "does nothing: no drop, keep, replace, "
				    "say-as, voice, ...");
	if (rule->drop && rule->keep)
		return err_usage(e, "drop and keep exclude each other");
	if (rule->replace == NULL)
		return 0;
	if (rule->text_re == NULL)
		return err_usage(e, "replace needs a text pattern");
	return pattern_check_replacement(rule->text_re, rule->replace, e);
}
