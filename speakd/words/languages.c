/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/languages.h"

#include <string.h>

#include "core/mem.h"
#include "core/paths.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/dictionary.h"
#include "speakd/words/symbols.h"

struct languages {
	struct language list[LANGUAGES_MAX];
	size_t count;
};

struct languages *languages_new(void)
{
	return mem_new(sizeof(struct languages));
}

void languages_free(struct languages *languages)
{
	if (languages == NULL)
		return;
	for (size_t i = 0; i < languages->count; i++) {
		catalogue_free(languages->list[i].catalogue);
		symbols_free(languages->list[i].symbols);
		dictionary_free(languages->list[i].dictionary);
	}
	free(languages);
}

/* Without a catalogue all is said in English, as by a program without any. */
static struct catalogue *find_catalogue(const char *code)
{
	SCOPED_TEXT char *name = mem_printf("locale/%s/LC_MESSAGES/earshot.mo",
					    code);
	SCOPED_TEXT char *path = path_shared(name);
	struct catalogue *catalogue = NULL;

	if (catalogue_read(path, &catalogue, NULL) < 0)
		return NULL;
	return catalogue;
}

/* The listener's own signs, for this language and for all. */
static int add_own_signs(struct symbols *symbols, const char *code,
			 struct err *e)
{
	SCOPED_TEXT char *name = mem_printf("symbols.%s", code);
	SCOPED_TEXT char *one = path_config(name);
	SCOPED_TEXT char *all = path_config("symbols");
	int rc = symbols_add_file(symbols, one, e);

	if (rc == 0 || rc == -ENOENT)
		rc = symbols_add_file(symbols, all, e);
	return rc == -ENOENT ? 0 : rc;
}

/* The listener's words: for all languages, then for this one, which wins. */
static int read_dictionary(struct dictionary *dictionary, const char *code,
			   struct err *e)
{
	SCOPED_TEXT char *name = mem_printf("dictionary.%s", code);
	SCOPED_TEXT char *one = path_config(name);
	SCOPED_TEXT char *all = path_config("dictionary");
	int rc = dictionary_read(dictionary, all, e);

	if (rc == 0 || rc == -ENOENT)
		rc = dictionary_read(dictionary, one, e);
	else
		(void)!dictionary_read(dictionary, one, NULL);
	return rc == -ENOENT ? 0 : rc;
}

static void take_code(const char *voice, char ret[LANGUAGE_BYTES])
{
	const char *slash = strrchr(voice, '/');
	const char *code = slash != NULL ? slash + 1 : voice;
	size_t n = min_size(strcspn(code, "-_+."), LANGUAGE_BYTES - 1);

	for (size_t i = 0; i < n; i++)
		ret[i] = code[i] >= 'A' && code[i] <= 'Z'
				 ? (char)(code[i] + ('a' - 'A'))
				 : code[i];
	ret[n] = '\0';
}

const struct language *languages_of_voice(struct languages *languages,
					  const char *voice)
{
	struct language *language;
	char code[LANGUAGE_BYTES];

	if (languages == NULL || voice == NULL)
		return NULL;
	take_code(voice, code);
	for (size_t i = 0; i < languages->count; i++)
		if (strcmp(languages->list[i].code, code) == 0)
			return &languages->list[i];
	if (languages->count == LANGUAGES_MAX)
		return NULL;
	language = &languages->list[languages->count++];
	memcpy(language->code, code, sizeof(code));
	language->catalogue = find_catalogue(code);
	language->symbols = symbols_new(code);
	/* Mistakes were reported by languages_check(). */
	(void)!add_own_signs(language->symbols, code, NULL);
	language->dictionary = dictionary_new();
	(void)!read_dictionary(language->dictionary, code, NULL);
	return language;
}

int languages_check(struct languages *languages, const char *voice,
		    struct err *e)
{
	const struct language *language = languages_of_voice(languages, voice);
	struct dictionary *words;
	struct symbols *signs;
	int rc;

	if (language == NULL)
		return 0;
	signs = symbols_new(language->code);
	words = dictionary_new();
	rc = add_own_signs(signs, language->code, e);
	if (rc == 0)
		rc = read_dictionary(words, language->code, e);
	symbols_free(signs);
	dictionary_free(words);
	return rc;
}

int languages_reload(struct languages *languages, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < languages->count; i++) {
		struct language *language = &languages->list[i];

		dictionary_free(language->dictionary);
		language->dictionary = dictionary_new();
		if (rc == 0)
			rc = read_dictionary(language->dictionary,
					     language->code, e);
		else
			(void)!read_dictionary(language->dictionary,
					       language->code, NULL);
	}
	return rc;
}
