/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/symbols.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "speakd/words/catalogue.h"

/* The installed ones are below 200 kB; CLDR's annotations below 1 MB. */
enum { FILE_MAX_BYTES = 1 << 24 };

struct entry {
	struct span sign;
	const char *name;
	enum punctuation level;
};

/* One file, its entries sorted by sign; names point into its bytes. */
struct table {
	struct buf file;
	struct entry *list; /* owned */
	size_t count;
};

enum { TABLES_MAX = 8 };

struct symbols {
	char *language; /* owned */
	struct table tables[TABLES_MAX]; /* the first that knows a sign wins */
	size_t count;
	size_t own_count; /* of them the listener's, which come first */
	bool loaded; /* what is installed */
};

/* ---- our own, where nothing is installed ----------------------------------
 */

/* clang-format off */
static const struct {
	const char *sign, *name;
	enum punctuation level;
} own[] = {
	{ "\u00a7", N_("section"), PUNCTUATION_SOME },
	{ "\u00a9", N_("copyright"), PUNCTUATION_SOME },
	{ "\u00ab", N_("quote"), PUNCTUATION_MOST },
	{ "\u00ac", N_("not"), PUNCTUATION_SOME },
	{ "\u00ae", N_("registered"), PUNCTUATION_SOME },
	{ "\u00b0", N_("degrees"), PUNCTUATION_SOME },
	{ "\u00b1", N_("plus or minus"), PUNCTUATION_NONE },
	{ "\u00b7", N_("dot"), PUNCTUATION_MOST },
	{ "\u00bb", N_("quote"), PUNCTUATION_MOST },
	{ "\u00bc", N_("one quarter"), PUNCTUATION_NONE },
	{ "\u00bd", N_("one half"), PUNCTUATION_NONE },
	{ "\u00be", N_("three quarters"), PUNCTUATION_NONE },
	{ "\u00d7", N_("times"), PUNCTUATION_NONE },
	{ "\u00f7", N_("divided by"), PUNCTUATION_NONE },
	{ "\u2013", N_("dash"), PUNCTUATION_MOST },
	{ "\u2014", N_("dash"), PUNCTUATION_MOST },
	{ "\u2018", N_("quote"), PUNCTUATION_MOST },
	{ "\u2019", N_("apostrophe"), PUNCTUATION_ALL },
	{ "\u201c", N_("quote"), PUNCTUATION_MOST },
	{ "\u201d", N_("quote"), PUNCTUATION_MOST },
	{ "\u2022", N_("bullet"), PUNCTUATION_SOME },
	{ "\u2026", N_("dots"), PUNCTUATION_ALL },
	{ "\u2116", N_("number"), PUNCTUATION_NONE },
	{ "\u2122", N_("trademark"), PUNCTUATION_SOME },
	{ "\u2190", N_("left arrow"), PUNCTUATION_NONE },
	{ "\u2191", N_("up arrow"), PUNCTUATION_NONE },
	{ "\u2192", N_("right arrow"), PUNCTUATION_NONE },
	{ "\u2193", N_("down arrow"), PUNCTUATION_NONE },
	{ "\u2212", N_("minus"), PUNCTUATION_NONE },
	{ "\u2248", N_("about"), PUNCTUATION_NONE },
	{ "\u2260", N_("not equal"), PUNCTUATION_NONE },
	{ "\u2264", N_("less or equal"), PUNCTUATION_NONE },
	{ "\u2265", N_("greater or equal"), PUNCTUATION_NONE },
	{ "\u25cf", N_("circle"), PUNCTUATION_SOME },
	{ "\u2600", N_("sun"), PUNCTUATION_NONE },
	{ "\u2605", N_("star"), PUNCTUATION_NONE },
	{ "\u2606", N_("empty star"), PUNCTUATION_NONE },
	{ "\u2610", N_("empty box"), PUNCTUATION_NONE },
	{ "\u2611", N_("ticked box"), PUNCTUATION_NONE },
	{ "\u2615", N_("hot drink"), PUNCTUATION_NONE },
	{ "\u263a", N_("smiling face"), PUNCTUATION_NONE },
	{ "\u2665", N_("heart"), PUNCTUATION_NONE },
	{ "\u26a0", N_("warning"), PUNCTUATION_NONE },
	{ "\u2705", N_("green tick"), PUNCTUATION_NONE },
	{ "\u2713", N_("tick"), PUNCTUATION_NONE },
	{ "\u2714", N_("tick"), PUNCTUATION_NONE },
	{ "\u2717", N_("cross"), PUNCTUATION_NONE },
	{ "\u2728", N_("sparkles"), PUNCTUATION_NONE },
	{ "\u274c", N_("red cross"), PUNCTUATION_NONE },
	{ "\u2764", N_("red heart"), PUNCTUATION_NONE },
	{ "\u2b50", N_("star"), PUNCTUATION_NONE },
	{ "\u3001", N_("comma"), PUNCTUATION_ALL },
	{ "\u3002", N_("full stop"), PUNCTUATION_ALL },
	{ "\U0001f389", N_("party popper"), PUNCTUATION_NONE },
	{ "\U0001f3f3\u200d\U0001f308", N_("rainbow flag"), PUNCTUATION_NONE },
	{ "\U0001f40d", N_("snake"), PUNCTUATION_NONE },
	{ "\U0001f41b", N_("bug"), PUNCTUATION_NONE },
	{ "\U0001f44b", N_("waving hand"), PUNCTUATION_NONE },
	{ "\U0001f44c", N_("OK hand"), PUNCTUATION_NONE },
	{ "\U0001f44d", N_("thumbs up"), PUNCTUATION_NONE },
	{ "\U0001f44e", N_("thumbs down"), PUNCTUATION_NONE },
	{ "\U0001f44f", N_("clapping hands"), PUNCTUATION_NONE },
	{ "\U0001f468", N_("man"), PUNCTUATION_NONE },
	{ "\U0001f468\u200d\U0001f469\u200d\U0001f467", N_("family"), PUNCTUATION_NONE },
	{ "\U0001f469", N_("woman"), PUNCTUATION_NONE },
	{ "\U0001f4a9", N_("pile of poo"), PUNCTUATION_NONE },
	{ "\U0001f4af", N_("hundred points"), PUNCTUATION_NONE },
	{ "\U0001f4bb", N_("laptop"), PUNCTUATION_NONE },
	{ "\U0001f525", N_("fire"), PUNCTUATION_NONE },
	{ "\U0001f600", N_("grinning face"), PUNCTUATION_NONE },
	{ "\U0001f602", N_("tears of joy"), PUNCTUATION_NONE },
	{ "\U0001f609", N_("winking face"), PUNCTUATION_NONE },
	{ "\U0001f60a", N_("smiling face"), PUNCTUATION_NONE },
	{ "\U0001f60d", N_("heart eyes"), PUNCTUATION_NONE },
	{ "\U0001f610", N_("neutral face"), PUNCTUATION_NONE },
	{ "\U0001f622", N_("crying face"), PUNCTUATION_NONE },
	{ "\U0001f62d", N_("loudly crying face"), PUNCTUATION_NONE },
	{ "\U0001f631", N_("screaming face"), PUNCTUATION_NONE },
	{ "\U0001f642", N_("smiling face"), PUNCTUATION_NONE },
	{ "\U0001f64f", N_("folded hands"), PUNCTUATION_NONE },
	{ "\U0001f680", N_("rocket"), PUNCTUATION_NONE },
	{ "\U0001f914", N_("thinking face"), PUNCTUATION_NONE },
	{ "\U0001f923", N_("rolling with laughter"), PUNCTUATION_NONE },
	{ "\U0001f937", N_("shrug"), PUNCTUATION_NONE },
};
/* clang-format on */

/* ---- files -----------------------------------------------------------------
 */

static int by_sign(const void *a, const void *b)
{
	const struct span *x = &((const struct entry *)a)->sign;
	const struct span *y = &((const struct entry *)b)->sign;
	size_t n = x->len_bytes < y->len_bytes ? x->len_bytes : y->len_bytes;
	int order = memcmp(x->text, y->text, n);

	return order != 0 ? order
			  : (x->len_bytes > y->len_bytes) -
				    (x->len_bytes < y->len_bytes);
}

/* Of several equal ones the first in the file: qsort() is not stable. */
static int by_sign_and_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = by_sign(a, b);

	return order != 0 ? order
			  : (x->sign.text > y->sign.text) -
				    (x->sign.text < y->sign.text);
}

static void add_entry(struct table *table, const struct entry *entry)
{
	if ((table->count & (table->count + 1)) == 0)
		table->list = mem_resize(table->list, 2 * table->count + 2,
					 sizeof(*table->list));
	table->list[table->count++] = *entry;
}

/* Unknown levels ("char") are those of signs that are named when spelled. */
static bool read_level(const char *text, enum punctuation *ret)
{
	static const char *const names[] = {
		[PUNCTUATION_NONE] = "none",
		[PUNCTUATION_SOME] = "some",
		[PUNCTUATION_MOST] = "most",
		[PUNCTUATION_ALL] = "all",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*ret = (enum punctuation)i;
		return true;
	}
	return false;
}

/* "\#" stands for "#", which begins a comment. */
static struct span unescaped(char *field)
{
	bool escaped = field[0] == '\\' && field[1] != '\0';

	return span_of_text(field + escaped);
}

/* One line, changed: its tabs become ends of text. NULL or what is wrong. */
static const char *read_line(struct table *table, char *line)
{
	struct entry entry = { .level = PUNCTUATION_SOME };
	char *name = strchr(line, '\t');
	char *level;

	if (name == NULL)
		return "expected SIGN, a tab and its name";
	*name++ = '\0';
	level = strchr(name, '\t');
	if (level != NULL) {
		*level++ = '\0';
		level[strcspn(level, "\t")] = '\0';
		if (*level != '\0' && *level != '-' &&
		    !read_level(level, &entry.level)) {
			if (strcmp(level, "char") != 0)
				return "unknown level, expected none, some, "
				       "most or all";
			entry.level = PUNCTUATION_ALL;
		}
	}
	if (*line == '\0' || *name == '\0')
		return "expected SIGN, a tab and its name";
	entry.sign = unescaped(line);
	entry.name = name;
	add_entry(table, &entry);
	return NULL;
}

/*
 * Read the "symbols:" sections; a file without section names is one. Returns
 * the number of the first wrong line, or 0.
 */
static unsigned read_table(struct table *table, const char **ret_what)
{
	char *at = table->file.data;
	bool wanted = true;
	unsigned number = 0, wrong = 0;

	if (at != NULL && strncmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at != NULL && *at != '\0') {
		char *end = strchr(at, '\n');
		const char *what = NULL;
		size_t len;

		if (end != NULL)
			*end++ = '\0';
		number++;
		len = strlen(at);
		if (len > 0 && at[len - 1] == '\r')
			at[--len] = '\0';
		if (len > 1 && at[len - 1] == ':' && strchr(at, '\t') == NULL)
			wanted = strcmp(at, "symbols:") == 0;
		else if (wanted && len > 0 && at[0] != '#')
			what = read_line(table, at);
		if (what != NULL && wrong == 0) {
			*ret_what = what;
			wrong = number;
		}
		at = end;
	}
	if (table->count > 0)
		qsort(table->list, table->count, sizeof(*table->list),
		      by_sign_and_place);
	return wrong;
}

/* <annotation cp="X" type="tts">name</annotation> */
static void read_annotations(struct table *table)
{
	char *at = table->file.data;

	while (at != NULL && (at = strstr(at, "<annotation cp=\"")) != NULL) {
		struct entry entry = { .level = PUNCTUATION_NONE };
		char *sign = at + strlen("<annotation cp=\"");
		char *quote = strchr(sign, '"');
		char *end = strchr(sign, '<');
		static const char tts[] = "\" type=\"tts\">";

		at = sign;
		if (quote == NULL || end == NULL ||
		    strncmp(quote, tts, sizeof(tts) - 1) != 0)
			continue;
		at = end + 1;
		*quote = *end = '\0';
		entry.sign = span_of_text(sign);
		entry.name = quote + sizeof(tts) - 1;
		add_entry(table, &entry);
	}
	if (table->count > 0)
		qsort(table->list, table->count, sizeof(*table->list),
		      by_sign_and_place);
}

static void table_fini(struct table *table)
{
	buf_fini(&table->file);
	free(table->list);
	*table = (struct table){ 0 };
}

/* ---- what is installed ------------------------------------------------------
 */

/* A file of a language below DIR, or nothing. */
static void load_one(struct symbols *symbols, const char *dir,
		     const char *place, const char *language, const char *file,
		     bool xml)
{
	SCOPED_TEXT char *path = mem_printf("%s/%s/%s%s", dir, place, language,
					    file);
	struct table *table = &symbols->tables[symbols->count];
	const char *what;

	if (symbols->count == TABLES_MAX ||
	    file_read(AT_FDCWD, path, FILE_MAX_BYTES, &table->file, NULL) < 0) {
		return;
	}
	if (!text_is_utf8(buf_text(&table->file), table->file.len_bytes)) {
		table_fini(table);
		return;
	}
	if (xml)
		read_annotations(table);
	else
		(void)read_table(table, &what);
	symbols->count++;
}

static void load_below(struct symbols *symbols, const char *dir,
		       const char *language)
{
	static const char speechd[] = "speech-dispatcher/locale";
	static const char cldr[] = "unicode/cldr/common/annotations";

	load_one(symbols, dir, speechd, language, "/symbols.dic", false);
	load_one(symbols, dir, speechd, language, "/emojis.dic", false);
	if (symbols->count > 0)
		return;
	load_one(symbols, dir, cldr, language, ".xml", true);
}

static void load(struct symbols *symbols)
{
	const char *dirs = getenv("XDG_DATA_DIRS");
	size_t before = symbols->count;

	symbols->loaded = true;
	if (dirs == NULL || *dirs == '\0')
		dirs = "/usr/local/share:/usr/share";
	while (*dirs != '\0' && symbols->count == before) {
		size_t n = strcspn(dirs, ":");
		SCOPED_TEXT char *dir = mem_text(dirs, n);

		if (dir[0] == '/')
			load_below(symbols, dir, symbols->language);
		dirs += n + (dirs[n] == ':');
	}
}

/* ---- the module ---------------------------------------------------------- */

/* "de-at" and "de_AT" are German: what is installed knows few countries. */
struct symbols *symbols_new(const char *language)
{
	struct symbols *symbols = mem_new(sizeof(*symbols));

	symbols->language = mem_text(language, strcspn(language, "-_+."));
	return symbols;
}

void symbols_free(struct symbols *symbols)
{
	if (symbols == NULL)
		return;
	for (size_t i = 0; i < symbols->count; i++)
		table_fini(&symbols->tables[i]);
	free(symbols->language);
	free(symbols);
}

int symbols_add_file(struct symbols *symbols, const char *path, struct err *e)
{
	struct table *table = &symbols->tables[symbols->count];
	const char *what = NULL;
	unsigned wrong;
	int rc = file_read(AT_FDCWD, path, FILE_MAX_BYTES, &table->file, e);

	if (rc < 0)
		return rc;
	symbols->own_count = ++symbols->count;
	if (!text_is_utf8(buf_text(&table->file), table->file.len_bytes))
		return err_usage(e, "%s: not UTF-8", path);
	wrong = read_table(table, &what);
	if (wrong > 0)
		return err_usage(e, "%s:%u: %s", path, wrong, what);
	return 0;
}

/* In the first count tables. */
static const struct entry *find_in(const struct symbols *symbols, size_t count,
				   struct span sign)
{
	struct entry key = { .sign = sign };
	const struct entry *found = NULL;

	for (size_t i = 0; i < count && found == NULL; i++) {
		const struct table *table = &symbols->tables[i];

		if (table->count > 0)
			found = bsearch(&key, table->list, table->count,
					sizeof(key), by_sign);
		while (found != NULL && found > table->list &&
		       by_sign(found - 1, &key) == 0)
			found--;
	}
	return found;
}

static const struct entry *find(struct symbols *symbols, struct span sign)
{
	if (symbols == NULL)
		return NULL;
	if (!symbols->loaded)
		load(symbols);
	return find_in(symbols, symbols->count, sign);
}

bool symbols_own(const struct symbols *symbols, struct span sign,
		 enum punctuation level, const char **ret_name)
{
	const struct entry *entry;

	if (symbols == NULL || symbols->own_count == 0)
		return false;
	entry = find_in(symbols, symbols->own_count, sign);
	if (entry == NULL)
		return false;
	*ret_name = entry->level <= level ? entry->name : NULL;
	return true;
}

static const char *find_own(struct span sign, enum punctuation level)
{
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (span_is(sign, own[i].sign))
			return own[i].level <= level ? own[i].name : NULL;
	return NULL;
}

const char *symbols_sign(struct symbols *symbols, struct span sign,
			 enum punctuation level)
{
	const struct entry *entry = find(symbols, sign);

	if (entry != NULL)
		return entry->level <= level ? entry->name : NULL;
	return find_own(sign, level);
}

const char *symbols_emoji(struct symbols *symbols, struct span emoji)
{
	return symbols_sign(symbols, emoji, PUNCTUATION_ALL);
}

/* Punctuation and signs that no voice says; a rough cut through Unicode. */
bool symbols_is_sign(int32_t code)
{
	/* clang-format off */
	static const struct {
		int32_t first, last;
	} ranges[] = {
		{ 0, '/' },           { ':', '@' },         { '[', '`' },
		{ '{', 0xa9 },        { 0xab, 0xb1 },       { 0xb4, 0xb4 },
		{ 0xb6, 0xb8 },       { 0xbb, 0xbf },       { 0xd7, 0xd7 },
		{ 0xf7, 0xf7 },       { 0x300, 0x36f },     { 0x2000, 0x206f },
		{ 0x2116, 0x2116 },   { 0x2150, 0x215e },
		{ 0x2190, 0x23ff },   { 0x2440, 0x245f },
		{ 0x2500, 0x2bff },   { 0x3000, 0x3004 },   { 0x3008, 0x3020 },
		{ 0x3030, 0x3030 },   { 0xe000, 0xf8ff },   { 0xfe00, 0xfe6f },
		{ 0xff01, 0xff0f },   { 0xff1a, 0xff20 },   { 0xfff9, 0xfffd },
		{ 0x1f000, 0x1f0ff }, { 0x1f18a, 0x1faff }, { 0xe0000, 0x10ffff },
	};
	/* clang-format on */

	/* Letters of most scripts, at once. */
	if (code > 0xf7 && code < 0x2000)
		return code >= 0x300 && code <= 0x36f;
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}
