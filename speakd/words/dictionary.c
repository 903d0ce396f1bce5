/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/dictionary.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/pattern.h"
#include "core/text.h"
#include "speakd/words/word_rules.h"

enum { FIRST_SIZE = 64, WORD_MAX_BYTES = 256 };

struct entry {
	char *word; /* owned: folded */
	char *exact; /* owned: as written; NULL: any case */
	char *spoken; /* owned */
	struct entry *next; /* of the same slot */
};

struct expression {
	struct pattern *pattern;
	char *spoken; /* owned */
};

struct dictionary {
	struct entry **slots; /* owned, with the entries */
	size_t size, count; /* of slots: a power of two */
	struct expression *expressions; /* owned */
	size_t expression_count;
};

struct dictionary *dictionary_new(void)
{
	return mem_new(sizeof(struct dictionary));
}

static void entry_free(struct entry *entry)
{
	free(entry->word);
	free(entry->exact);
	free(entry->spoken);
	free(entry);
}

void dictionary_free(struct dictionary *dictionary)
{
	if (dictionary == NULL)
		return;
	for (size_t i = 0; i < dictionary->size; i++)
		while (dictionary->slots[i] != NULL) {
			struct entry *entry = dictionary->slots[i];

			dictionary->slots[i] = entry->next;
			entry_free(entry);
		}
	for (size_t i = 0; i < dictionary->expression_count; i++) {
		pattern_free(dictionary->expressions[i].pattern);
		free(dictionary->expressions[i].spoken);
	}
	free(dictionary->slots);
	free(dictionary->expressions);
	free(dictionary);
}

bool dictionary_is_empty(const struct dictionary *dictionary)
{
	return dictionary == NULL ||
	       (dictionary->count == 0 && dictionary->expression_count == 0);
}

/* ---- words ------------------------------------------------------------------
 */

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t hash_of(const char *text, size_t len_bytes)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len_bytes; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3U;
	return (size_t)(hash ^ (hash >> 32));
}

static void grow(struct dictionary *d)
{
	size_t size = d->size > 0 ? 2 * d->size : FIRST_SIZE;
	struct entry **slots = mem_new(size * sizeof(void *));

	for (size_t i = 0; i < d->size; i++)
		while (d->slots[i] != NULL) {
			struct entry *entry = d->slots[i];
			size_t at = hash_of(entry->word, strlen(entry->word)) &
				    (size - 1);

			struct entry **place = &slots[at];

			d->slots[i] = entry->next;
			while (entry->exact == NULL && *place != NULL)
				place = &(*place)->next;
			entry->next = *place;
			*place = entry;
		}
	free(d->slots);
	d->slots = slots;
	d->size = size;
}

static const char *find(const struct dictionary *d, struct span word,
			struct buf *folded)
{
	size_t at;

	if (d->count == 0 || word.len_bytes == 0 ||
	    word.len_bytes > WORD_MAX_BYTES)
		return NULL;
	buf_clear(folded);
	if (text_is_ascii(word.text, word.len_bytes))
		for (size_t i = 0; i < word.len_bytes; i++)
			buf_add_char(folded, ascii_lower(word.text[i]));
	else
		text_fold(folded, word.text, word.len_bytes);
	at = hash_of(folded->data, folded->len_bytes) & (d->size - 1);
	for (const struct entry *e = d->slots[at]; e != NULL; e = e->next)
		if (strcmp(e->word, folded->data) == 0 &&
		    (e->exact == NULL || span_is(word, e->exact)))
			return e->spoken;
	return NULL;
}

static bool has_capital(const char *word)
{
	SCOPED_BUF struct buf folded = { 0 };

	text_fold(&folded, word, strlen(word));
	return strcmp(buf_text(&folded), word) != 0;
}

static bool same_exact(const struct entry *entry, const char *word, bool exact)
{
	return exact ? entry->exact != NULL && strcmp(entry->exact, word) == 0
		     : entry->exact == NULL;
}

/* Exact ones come first in their slot. */
static void add_word(struct dictionary *d, const char *word, bool exact,
		     const char *spoken)
{
	SCOPED_BUF struct buf folded = { 0 };
	struct entry **place, *entry;

	if (d->count >= d->size)
		grow(d);
	text_fold(&folded, word, strlen(word));
	place = &d->slots[hash_of(folded.data, folded.len_bytes) &
			  (d->size - 1)];
	for (entry = *place; entry != NULL; entry = entry->next)
		if (strcmp(entry->word, folded.data) == 0 &&
		    same_exact(entry, word, exact))
			break;
	if (entry != NULL) {
		free(entry->spoken);
		entry->spoken = mem_copy(spoken);
		return;
	}
	while (!exact && *place != NULL)
		place = &(*place)->next;
	entry = mem_new(sizeof(*entry));
	entry->word = buf_give(&folded);
	entry->exact = exact ? mem_copy(word) : NULL;
	entry->spoken = mem_copy(spoken);
	entry->next = *place;
	*place = entry;
	d->count++;
}

static int add_expression(struct dictionary *d, const char *expression,
			  const char *spoken, struct err *e)
{
	struct pattern *pattern;

	if (d->expression_count == DICTIONARY_PATTERNS_MAX)
		return err_usage(e, "more than %d regular expressions",
				 DICTIONARY_PATTERNS_MAX);
	if (pattern_check_replacement(expression, spoken, e) < 0)
		return -EINVAL;
	pattern = pattern_new(expression, e);
	if (pattern == NULL)
		return -EINVAL;
	d->expressions = mem_resize(d->expressions, d->expression_count + 1,
				    sizeof(*d->expressions));
	d->expressions[d->expression_count++] =
		(struct expression){ pattern, mem_copy(spoken) };
	return 0;
}

/* What a replacement would take for a group. */
static void add_quoted(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '$')
			buf_add_char(out, '$');
		buf_add_char(out, *text);
	}
}

/* Text found anywhere, or several words: no word to look up. */
static int add_literal(struct dictionary *d, const char *text, bool whole,
		       bool any_case, const char *spoken, struct err *e)
{
	SCOPED_BUF struct buf quoted = { 0 };
	SCOPED_TEXT char *expression = NULL;

	if (strstr(text, "\\E") != NULL)
		return err_usage(e, "'%s' cannot be looked for", text);
	expression = mem_printf("%s%s\\Q%s\\E%s", any_case ? "(?i)" : "",
				whole ? "(?<!\\w)" : "", text,
				whole ? "(?!\\w)" : "");
	add_quoted(&quoted, spoken);
	return add_expression(d, expression, buf_text(&quoted), e);
}

static int add_entry(struct dictionary *d, const char *word, bool exact,
		     const char *spoken, struct err *e)
{
	if (strchr(word, ' ') != NULL)
		return add_literal(d, word, true, !exact, spoken, e);
	add_word(d, word, exact, spoken);
	return 0;
}

/* ---- files ------------------------------------------------------------------
 */

static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	n = strlen(text);
	while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
		text[--n] = '\0';
	return text;
}

/* NVDA: pattern, replacement, case (1: as written), type (0 anywhere, 1 RE, 2
 * word). Its "\1" is our "$1". */
static int read_nvda(struct dictionary *d, char *line, struct err *e)
{
	char *fields[4] = { line };
	SCOPED_BUF struct buf spoken = { 0 };
	SCOPED_TEXT char *re = NULL;
	bool any_case;

	for (size_t i = 1; i < COUNT_OF(fields); i++) {
		fields[i] = strchr(fields[i - 1], '\t');
		if (fields[i] == NULL)
			return err_usage(e, "expected pattern, replacement, "
					    "case and type with tabs between");
		*fields[i]++ = '\0';
	}
	any_case = fields[2][0] != '1';
	if (fields[3][0] == '0')
		return add_literal(d, fields[0], false, any_case, fields[1], e);
	if (fields[3][0] == '2')
		return add_entry(d, fields[0], !any_case, fields[1], e);
	if (fields[3][0] != '1')
		return err_usage(e, "unknown type '%s', expected 0, 1 or 2",
				 fields[3]);
	for (const char *c = fields[1]; *c != '\0'; c++)
		buf_add_char(&spoken,
			     *c == '\\' && ascii_is_digit(c[1]) ? '$' : *c);
	re = mem_printf("%s%s", any_case ? "(?i)" : "", fields[0]);
	return add_expression(d, re, buf_text(&spoken), e);
}

/* "/re/ = spoken", "/re/i = spoken" */
static int read_expression(struct dictionary *d, char *line, struct err *e)
{
	char *end = strstr(line + 1, "/ = ");
	char *end_i = strstr(line + 1, "/i = ");
	bool any_case = end_i != NULL && (end == NULL || end_i < end);
	SCOPED_TEXT char *re = NULL;

	if (any_case)
		end = end_i;
	if (end == NULL)
		return err_usage(e, "expected /EXPRESSION/ = SPOKEN");
	*end = '\0';
	re = mem_printf("%s%s", any_case ? "(?i)" : "", line + 1);
	return add_expression(d, re, trim(end + (any_case ? 5 : 4)), e);
}

/* "word   what is said   $text" */
static bool read_espeak(struct dictionary *d, char *line)
{
	static const char flag[] = "$text";
	size_t n = strlen(line);
	char *rest;

	if (n < sizeof(flag) || strcmp(line + n - sizeof(flag) + 1, flag) != 0)
		return false;
	line[n - sizeof(flag) + 1] = '\0';
	rest = line + strcspn(line, " \t");
	if (*rest == '\0')
		return false;
	*rest++ = '\0';
	rest = trim(rest);
	if (*rest != '\0')
		add_word(d, line, false, rest);
	return *rest != '\0';
}

static int read_line(struct dictionary *d, char *line, struct err *e)
{
	char *equals;

	if (strchr(line, '\t') != NULL && strstr(line, " = ") == NULL &&
	    strstr(line, "$text") == NULL)
		return read_nvda(d, line, e);
	line = trim(line);
	if (line[0] == '/' && line[1] != '\0')
		return read_expression(d, line, e);
	equals = strstr(line, " = ");
	if (equals == NULL && read_espeak(d, line))
		return 0;
	if (equals == NULL || equals == line)
		return err_usage(e, "expected WORD = SPOKEN");
	*equals = '\0';
	line = trim(line);
	return add_entry(d, line, has_capital(line), trim(equals + 3), e);
}

int dictionary_read(struct dictionary *d, const char *path, struct err *e)
{
	SCOPED_BUF struct buf file = { 0 };
	unsigned number = 0;
	int rc = file_read(AT_FDCWD, path, DICTIONARY_MAX_BYTES, &file, e);
	char *next;

	if (rc < 0)
		return rc;
	if (!text_is_utf8(buf_text(&file), file.len_bytes))
		return err_usage(e, "%s: not UTF-8", path);
	for (char *line = file.data; line != NULL && *line != '\0';
	     line = next) {
		struct err why = { 0 };
		size_t skip = strncmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		line += skip;
		number++;
		if (line[strspn(line, " \t\r")] == '\0' || line[0] == '#' ||
		    strncmp(line, "//", 2) == 0)
			continue;
		if (read_line(d, line, &why) < 0 && rc == 0)
			rc = err_usage(e, "%s:%u: %s", path, number, why.text);
	}
	return rc;
}

/* ---- a line -------------------------------------------------------------- */

/* "foo," "(foo)": the word without what stands around it. */
static struct span bare(struct span word)
{
	size_t begin = 0, end = word.len_bytes;

	while (begin < end && !is_word_byte(word.text[begin]))
		begin++;
	while (end > begin && !is_word_byte(word.text[end - 1]))
		end--;
	return span_cut(word, begin, end);
}

static void add_between(struct buf *out, const char *from, const char *to)
{
	buf_add(out, from, (size_t)(to - from));
}

/* The runs of letters and digits in a word, each looked up. */
static bool replace_runs(const struct dictionary *d, struct span word,
			 struct buf *folded, struct buf *out)
{
	bool found = false;

	for (size_t pos = 0; pos < word.len_bytes;) {
		size_t n = 0;
		const char *spoken;

		while (is_word_byte(span_at(word, pos + n)))
			n++;
		spoken = find(d, span_cut(word, pos, pos + n), folded);
		if (spoken != NULL)
			buf_add_text(out, spoken);
		else
			buf_add(out, word.text + pos, n);
		found = found || spoken != NULL;
		pos += n;
		if (pos < word.len_bytes)
			buf_add_char(out, word.text[pos++]);
	}
	return found;
}

/* In a link or a path a word is part of a name. */
static bool is_name(struct span word)
{
	return memchr(word.text, '/', word.len_bytes) != NULL ||
	       memchr(word.text, '@', word.len_bytes) != NULL;
}

static bool replace_word(const struct dictionary *d, struct span word,
			 struct buf *folded, struct buf *out)
{
	const char *spoken = find(d, word, folded);
	struct span inner;

	if (spoken != NULL) {
		buf_add_text(out, spoken);
		return true;
	}
	inner = bare(word);
	if (inner.len_bytes < word.len_bytes)
		spoken = find(d, inner, folded);
	if (spoken == NULL && !is_name(word))
		return replace_runs(d, word, folded, out);
	if (spoken == NULL) {
		buf_add(out, word.text, word.len_bytes);
		return false;
	}
	add_between(out, word.text, inner.text);
	buf_add_text(out, spoken);
	add_between(out, inner.text + inner.len_bytes,
		    word.text + word.len_bytes);
	return true;
}

static bool replace_words(const struct dictionary *d, struct span text,
			  struct buf *out)
{
	SCOPED_BUF struct buf folded = { 0 };
	bool found = false;
	size_t pos = 0;

	while (pos < text.len_bytes) {
		size_t end = pos;

		while (end < text.len_bytes && text.text[end] != ' ')
			end++;
		found |= replace_word(d, span_cut(text, pos, end), &folded,
				      out);
		if (end < text.len_bytes)
			buf_add_char(out, ' ');
		pos = end + 1;
	}
	return found;
}

bool dictionary_apply(const struct dictionary *d, struct span text,
		      struct buf *out)
{
	size_t was_bytes = out->len_bytes;
	SCOPED_BUF struct buf now = { 0 };
	bool found;

	if (dictionary_is_empty(d))
		return false;
	found = replace_words(d, text, &now);
	for (size_t i = 0; i < d->expression_count; i++) {
		SCOPED_BUF struct buf next = { 0 };

		if (pattern_replace(d->expressions[i].pattern, buf_text(&now),
				    now.len_bytes, d->expressions[i].spoken,
				    &next) != PATTERN_YES)
			continue;
		buf_clear(&now);
		buf_add(&now, next.data, next.len_bytes);
		found = true;
	}
	if (found)
		buf_add(out, now.data, now.len_bytes);
	else
		buf_cut(out, was_bytes);
	return found;
}
