/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/tongue.h"

#include <string.h>
#include <sys/mman.h>

#include "core/library.h"
#include "core/mem.h"
#include "core/text.h"
#include "speakd/words/word_rules.h"

enum { NAME_BYTES = 32, SAMPLE_BYTES = 512, NONE = -1 };

/*
 * Of libexttextcat 3.4's textcat.h; it is loaded at run time. What is used here
 * is the same in both of its versions.
 */
static struct {
	void *(*init)(const char *conf, const char *prefix);
	void (*done)(void *handle);
	char *(*classify)(void *handle, const char *text, size_t len_bytes);
} textcat;

struct tongue {
	char voices[TONGUE_LANGUAGES_MAX][NAME_BYTES];
	size_t count;
	void *handle; /* of the library */
};

struct speaker {
	char *key; /* owned: channel and nick, folded; NULL: free */
	int language, maybe; /* numbers of the list, NONE */
	uint64_t heard;
};

struct tongue_memory {
	struct speaker speakers[TONGUE_SPEAKERS_MAX];
	uint64_t clock;
};

/* ---- the languages ------------------------------------------------------- */

static int read_list(struct tongue *tongue, const char *list, struct err *e)
{
	for (;;) {
		size_t n;

		list += strspn(list, ", ");
		n = strcspn(list, ", ");
		if (n == 0)
			return 0;
		if (n >= NAME_BYTES)
			return err_usage(e, "languages: '%.*s' is no language",
					 (int)n, list);
		if (tongue->count == TONGUE_LANGUAGES_MAX)
			return err_usage(e, "languages: more than %d",
					 TONGUE_LANGUAGES_MAX);
		memcpy(tongue->voices[tongue->count], list, n);
		tongue->voices[tongue->count++][n] = '\0';
		list += n;
	}
}

/* "LANGUAGE.lm N", for each that has such a file: N is its number. */
static int write_conf(const struct tongue *tongue, const char *dir, int fd,
		      struct err *e)
{
	for (size_t i = 0; i < tongue->count; i++) {
		const char *voice = tongue->voices[i];
		int n = (int)strcspn(voice, "-_+");
		SCOPED_TEXT char *file = mem_printf("%s%.*s.lm", dir, n, voice);

		if (access(file, R_OK) != 0)
			return err_usage(e,
					 "languages: '%s' cannot be told from "
					 "others (no %s)",
					 voice, file);
		if (dprintf(fd, "%.*s.lm %zu\n", n, voice, i) < 0)
			return err_set(e, errno, "write to memory");
	}
	return 0;
}

static char *find_data(void)
{
	const char *dirs = getenv("XDG_DATA_DIRS");

	if (dirs == NULL || *dirs == '\0')
		dirs = "/usr/local/share:/usr/share";
	while (*dirs != '\0') {
		int n = (int)strcspn(dirs, ":");
		char *dir = mem_printf("%.*s/libexttextcat/", n, dirs);

		if (access(dir, X_OK) == 0)
			return dir;
		free(dir);
		dirs += n + (dirs[n] == ':');
	}
	return NULL;
}

static int load(struct tongue *tongue, struct err *e)
{
	const struct library_symbol symbols[] = {
		{ "special_textcat_Init", &textcat.init },
		{ "textcat_Done", &textcat.done },
		{ "textcat_Classify", &textcat.classify },
	};
	SCOPED_TEXT char *dir = find_data();
	SCOPED_TEXT char *path = NULL;
	SCOPED_FD int conf = -1;
	int rc = library_load("libexttextcat-2.0.so.1", "libexttextcat-2.0-1",
			      symbols, COUNT_OF(symbols), NULL);

	if (rc < 0)
		rc = library_load("libexttextcat-2.0.so.0",
				  "libexttextcat-2.0-0", symbols,
				  COUNT_OF(symbols), e);
	if (rc < 0)
		return rc;
	if (dir == NULL)
		return err_say(e, ENOENT,
			       "no libexttextcat data is installed "
			       "(Debian: libexttextcat-data)");
	conf = memfd_create("languages", MFD_CLOEXEC);
	if (conf < 0)
		return err_set(e, errno, "memfd_create");
	rc = write_conf(tongue, dir, conf, e);
	if (rc < 0)
		return rc;
	path = mem_printf("/proc/self/fd/%d", conf);
	tongue->handle = textcat.init(path, dir);
	return tongue->handle != NULL
		       ? 0
		       : err_say(e, ENOENT, "libexttextcat cannot read %s",
				 dir);
}

int tongue_new(const char *list, struct tongue **ret, struct err *e)
{
	struct tongue *tongue = mem_new(sizeof(*tongue));
	int rc = list != NULL ? read_list(tongue, list, e) : 0;

	if (rc == 0 && tongue->count > 1)
		rc = load(tongue, e);
	if (rc < 0 || tongue->count < 2) {
		tongue_free(tongue);
		tongue = NULL;
	}
	*ret = tongue;
	return rc;
}

void tongue_free(struct tongue *tongue)
{
	if (tongue == NULL)
		return;
	if (tongue->handle != NULL)
		textcat.done(tongue->handle);
	free(tongue);
}

/* ---- speakers ------------------------------------------------------------ */

struct tongue_memory *tongue_memory_new(void)
{
	return mem_new(sizeof(struct tongue_memory));
}

void tongue_memory_free(struct tongue_memory *memory)
{
	if (memory == NULL)
		return;
	for (size_t i = 0; i < TONGUE_SPEAKERS_MAX; i++)
		free(memory->speakers[i].key);
	free(memory);
}

static struct speaker *find_speaker(struct tongue_memory *memory,
				    struct span channel, struct span nick)
{
	SCOPED_BUF struct buf key = { 0 };
	struct speaker *oldest = &memory->speakers[0];

	text_fold(&key, channel.text, channel.len_bytes);
	buf_add_char(&key, ' ');
	text_fold(&key, nick.text, nick.len_bytes);
	memory->clock++;
	for (size_t i = 0; i < TONGUE_SPEAKERS_MAX; i++) {
		struct speaker *s = &memory->speakers[i];

		if (s->key != NULL && strcmp(s->key, key.data) == 0) {
			s->heard = memory->clock;
			return s;
		}
		if (s->heard < oldest->heard)
			oldest = s;
	}
	free(oldest->key);
	*oldest = (struct speaker){ .key = buf_give(&key),
				    .language = NONE,
				    .maybe = NONE,
				    .heard = memory->clock };
	return oldest;
}

/* ---- lines --------------------------------------------------------------- */

/* A word of letters alone; names, code and numbers say nothing. */
static bool is_word(struct span word)
{
	for (size_t i = 0; i < word.len_bytes; i++) {
		char c = word.text[i];

		if (ascii_is_digit(c) ||
		    (!is_word_byte(c) && c != '\'' && c != '-'))
			return false;
	}
	return word.len_bytes > 0;
}

static struct span bare(struct span word)
{
	while (word.len_bytes > 0 &&
	       strchr(".,;:!?)\"'", word.text[word.len_bytes - 1]) != NULL)
		word.len_bytes--;
	while (word.len_bytes > 0 && strchr("(\"'", word.text[0]) != NULL)
		word = span_cut(word, 1, word.len_bytes);
	return word;
}

/* The words of text into sample; how many there are. */
static size_t collect(struct span text, struct buf *sample)
{
	size_t pos = 0, count = 0;

	while (pos < text.len_bytes && sample->len_bytes < SAMPLE_BYTES) {
		size_t end = pos;
		struct span word;
		bool addressed;

		while (end < text.len_bytes && text.text[end] != ' ')
			end++;
		word = bare(span_cut(text, pos, end));
		/* "carol: ..." is said to carol. */
		addressed = pos == 0 && end > 0 && text.text[end - 1] == ':';
		if (is_word(word) && !addressed) {
			buf_add(sample, word.text, word.len_bytes);
			buf_add_char(sample, ' ');
			count++;
		}
		pos = end + 1;
	}
	return count;
}

/* "[3]": one alone is a guess; several, or "UNKNOWN", are none. */
static int guess(const struct tongue *tongue, const struct buf *sample)
{
	const char *found = textcat.classify(tongue->handle, sample->data,
					     sample->len_bytes);
	char *end;
	unsigned long n;

	if (found == NULL || found[0] != '[')
		return NONE;
	n = strtoul(found + 1, &end, 10);
	if (strcmp(end, "]") != 0 || n >= tongue->count)
		return NONE;
	return (int)n;
}

static void learn(struct speaker *speaker, int language, size_t words)
{
	if (language == NONE)
		return;
	if (language == speaker->language) {
		speaker->maybe = NONE;
	} else if (words >= TONGUE_SURE_WORDS || language == speaker->maybe) {
		speaker->language = language;
		speaker->maybe = NONE;
	} else {
		speaker->maybe = language;
	}
}

const char *tongue_of_line(const struct tongue *tongue,
			   struct tongue_memory *memory, struct span channel,
			   struct span nick, struct span text)
{
	SCOPED_BUF struct buf sample = { 0 };
	struct speaker *speaker;
	size_t words;

	if (tongue == NULL)
		return NULL;
	speaker = find_speaker(memory, channel, nick);
	words = collect(text, &sample);
	if (words >= TONGUE_LEAST_WORDS)
		learn(speaker, guess(tongue, &sample), words);
	return speaker->language != NONE ? tongue->voices[speaker->language]
					 : NULL;
}
