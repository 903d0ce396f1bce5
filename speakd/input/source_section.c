/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/source_section.h"

#include <string.h>

#include "core/mem.h"
#include "core/opt.h"
#include "core/paths.h"

static const char *const kinds[] = {
	[SOURCE_NONE] = "none",
	[SOURCE_FILE] = "file",
	[SOURCE_FIFO] = "fifo",
	[SOURCE_COMMAND] = "command",
};

struct source_section *source_section_new(const char *name)
{
	struct source_section *section = mem_new(sizeof(*section));

	section->name = mem_copy(name);
	section->rate_wpm = PHRASE_DEFAULT;
	section->pitch = PHRASE_DEFAULT;
	section->volume_percent = PHRASE_DEFAULT;
	section->say_name = true;
	section->punctuation = -1;
	section->digits = -1;
	section->rules = rules_new();
	return section;
}

void source_section_free(struct source_section *section)
{
	if (section == NULL)
		return;
	free(section->name);
	free(section->target);
	free(section->format_spec);
	free(section->voice);
	rules_free(section->rules);
	dictionary_free(section->dictionary);
	free(section);
}

static int set_target(struct source_section *section, enum source_kind kind,
		      const char *value, struct err *e)
{
	if (section->kind != SOURCE_NONE)
		return err_usage(e, "only one of file, fifo and command");
	if (value[0] == '\0')
		return err_usage(e, "%s: needs a value", kinds[kind]);
	section->kind = kind;
	section->target = kind == SOURCE_COMMAND ? mem_copy(value)
						 : path_expand(value);
	return 0;
}

static int set_number(const char *key, const char *value, unsigned min,
		      unsigned max, int *ret, struct err *e)
{
	unsigned n;

	if (opt_uint(key, value, min, max, &n, e) < 0)
		return -EINVAL;
	*ret = (int)n;
	return 0;
}

static int set_dictionary(struct source_section *section, const char *value,
			  struct err *e)
{
	SCOPED_TEXT char *path = path_expand(value);

	if (section->dictionary == NULL)
		section->dictionary = dictionary_new();
	if (dictionary_read(section->dictionary, path, e) < 0)
		return err_wrap(e, "dictionary");
	return 0;
}

/* What a rule of the command line can do, for this source alone. */
static const struct {
	const char *key;
	int (*add)(struct rules *rules, const char *value, struct err *e);
} rule_keys[] = {
	{ "drop", rules_add_drop },
	{ "keep", rules_add_keep },
	{ "replace", rules_add_replace },
	{ "ignore", rules_add_ignore },
};

static int set_rule(struct source_section *section, const char *key,
		    const char *value, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(rule_keys); i++)
		if (strcmp(key, rule_keys[i].key) == 0)
			return rule_keys[i].add(section->rules, value, e);
	return err_usage(e, "unknown key '%s'", key);
}

int source_section_set(struct source_section *section, const char *key,
		       const char *value, struct err *e)
{
	const struct {
		const char *key;
		unsigned min, max;
		int *to;
	} numbers[] = {
		{ "rate", 80, 900, &section->rate_wpm },
		{ "pitch", 0, 99, &section->pitch },
		{ "volume", 0, 200, &section->volume_percent },
	};

	for (enum source_kind kind = SOURCE_FILE; kind <= SOURCE_COMMAND;
	     kind++)
		if (strcmp(key, kinds[kind]) == 0)
			return set_target(section, kind, value, e);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (strcmp(key, numbers[i].key) == 0)
			return set_number(key, value, numbers[i].min,
					  numbers[i].max, numbers[i].to, e);
	if (strcmp(key, "format") == 0) {
		free(section->format_spec);
		section->format_spec = mem_copy(value);
		return 0;
	}
	if (strcmp(key, "last") == 0)
		return opt_uint(key, value, 0, 1000000, &section->last_lines,
				e);
	if (strcmp(key, "dictionary") == 0)
		return set_dictionary(section, value, e);
	if (strcmp(key, "punctuation") == 0)
		return opt_choice(key, READING_PUNCTUATION, value,
				  &section->punctuation, e);
	if (strcmp(key, "digits") == 0)
		return opt_choice(key, READING_DIGITS, value, &section->digits,
				  e);
	if (strcmp(key, "say-name") == 0)
		return opt_bool(key, value, &section->say_name, e);
	if (strcmp(key, "voice") != 0)
		return set_rule(section, key, value, e);
	free(section->voice);
	section->voice = mem_copy(value);
	return 0;
}

int source_section_check(const struct source_section *section, struct err *e)
{
	if (section->kind == SOURCE_NONE)
		return err_usage(e, "[source %s]: no file, fifo or command",
				 section->name);
	return 0;
}

bool source_section_same_target(const struct source_section *a,
				const struct source_section *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->target, b->target) == 0;
}
