/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * path.c - "/usr/src/linux-6.1/net/foo.c:123" is "foo.c line 123 in linux", and
 * "C:\Users\al\Documents\plan.txt" is "plan.txt in Documents".
 */
#include <string.h>

#include "speakd/words/catalogue.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

enum {
	PATH_SHORT_PARTS = 3, /* so many are said whole */
	PATH_MAX_PARTS = 64,
};

struct path {
	char separator;
	struct span line; /* digits after ":"; empty: none */
	struct span part[PATH_MAX_PARTS];
	size_t count;
};

static bool is_path_char(char c)
{
	return is_word_byte(c) || (c != '\0' && strchr("._-+~@%", c) != NULL);
}

/* Directories that say nothing about what lies in them. */
static bool is_common(struct span part)
{
	static const char *const names[] = {
		"usr", "src",	"var",	"lib",	 "opt",	 "srv",	  "mnt",
		"tmp", "local", "home", "Users", "root", "media", "data",
		"etc", "share", ".",	"..",	 "~",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (span_is(part, names[i]))
			return true;
	return false;
}

/* The "C:" of "C:\a", a "\" of "\\server\a"; 0: it is no path of Windows. */
static size_t windows_bytes(struct span word)
{
	char a = span_at(word, 0), b = span_at(word, 1), c = span_at(word, 2);

	return ascii_is_letter(a) && b == ':' && c == '\\' ? 2
	       : a == '\\' && b == '\\' && is_word_byte(c) ? 1
							   : 0;
}

static bool starts_path(struct span word)
{
	char a = span_at(word, 0), b = span_at(word, 1), c = span_at(word, 2);

	return a == '/' || a == '\\' || (a == '~' && b == '/') ||
	       (a == '.' && b == '/') || (a == '.' && b == '.' && c == '/');
}

/* Cut ":123" and ":123:45" off; compilers write both. */
static struct span take_line(struct span word, struct span *ret_line)
{
	*ret_line = span_of("", 0);
	for (int i = 0; i < 2; i++) {
		size_t end = word.len_bytes;

		while (end > 0 && ascii_is_digit(word.text[end - 1]))
			end--;
		if (end == word.len_bytes || end == 0 ||
		    word.text[end - 1] != ':')
			return word;
		*ret_line = span_cut(word, end, word.len_bytes);
		word = span_cut(word, 0, end - 1);
	}
	return word;
}

static bool split(struct span word, struct path *ret)
{
	size_t pos = 0;

	ret->count = 0;
	while (pos < word.len_bytes) {
		size_t start = pos;

		while (pos < word.len_bytes && is_path_char(word.text[pos]))
			pos++;
		if (pos < word.len_bytes && word.text[pos] != ret->separator)
			return false;
		if (pos > start) {
			if (ret->count == PATH_MAX_PARTS)
				return false;
			ret->part[ret->count++] = span_cut(word, start, pos);
		} else if (pos > 0) {
			return false; /* "//" */
		}
		pos++;
	}
	return ret->count > 0;
}

/* "12/11/2008" and "s/a/b/" are none, "and/or/not" is said as it stands. */
static bool is_long_path(struct span word, const struct path *path)
{
	/* Of "C:\a\b" the drive is a part, too. */
	size_t count = path->count + (path->separator == '\\');
	bool digits = true;

	for (size_t i = 0; i < word.len_bytes; i++)
		digits = digits &&
			 (ascii_is_digit(word.text[i]) || word.text[i] == '/');
	if (digits || count <= PATH_SHORT_PARTS)
		return false;
	return starts_path(word) ||
	       memchr(path->part[path->count - 1].text, '.',
		      path->part[path->count - 1].len_bytes) != NULL ||
	       path->line.len_bytes > 0;
}

/* Where it lies: the first directory that is not everybody's. */
static const struct span *place_of(const struct path *path)
{
	size_t i = 0;

	while (i + 1 < path->count && is_common(path->part[i])) {
		bool owner = span_is(path->part[i], "home") ||
			     span_is(path->part[i], "Users");

		i += 1 + owner;
	}
	return i + 1 < path->count ? &path->part[i] : NULL;
}

/* A file that has lines, by what its name ends with. */
static bool is_source(struct span name)
{
	static const char *const endings[] = {
		"c",   "h",    "cc",   "cpp",  "hpp",	"cs",	"d",	"el",
		"go",  "hs",   "java", "js",   "jsx",	"kt",	"lua",	"m",
		"md",  "mk",   "ml",   "php",  "pl",	"pm",	"py",	"rb",
		"rs",  "S",    "sh",   "sql",  "swift", "tex",	"ts",	"tsx",
		"txt", "bats", "conf", "cfg",  "css",	"html", "ini",	"json",
		"log", "rst",  "toml", "vala", "vim",	"xml",	"yaml", "yml",
	};
	const char *dot = memrchr(name.text, '.', name.len_bytes);
	size_t n;

	if (dot == NULL)
		return false;
	n = (size_t)(name.text + name.len_bytes - dot - 1);
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (strlen(endings[i]) == n &&
		    memcmp(dot + 1, endings[i], n) == 0)
			return true;
	return false;
}

static void say_path(struct buf *out, const struct reading *reading,
		     const struct path *path)
{
	const struct span *place = place_of(path);

	word_clean_without(out, reading, WORDING_PATHS,
			   path->part[path->count - 1]);
	if (path->line.len_bytes > 0) {
		buf_addf(out, " %s ", reading_text(reading, N_("line")));
		buf_add(out, path->line.text, path->line.len_bytes);
	}
	if (place == NULL)
		return;
	buf_addf(out, " %s ", reading_text(reading, N_("in")));
	word_clean_without(out, reading, WORDING_PATHS, *place);
	if (place != &path->part[path->count - 2])
		buf_add_text(out, "\u2026");
}

/* What of the sentence stands around: brackets, quotes, a full stop. */
static struct span trim(struct span word, size_t *ret_begin)
{
	size_t begin = 0, end = word.len_bytes;

	while (begin < end && strchr("(['\"`<", word.text[begin]) != NULL)
		begin++;
	while (end > begin &&
	       strchr(")]'\"`>,;:!?.", word.text[end - 1]) != NULL)
		end--;
	*ret_begin = begin;
	return span_cut(word, begin, end);
}

bool word_path(struct buf *out, const struct reading *reading, struct span word)
{
	struct path path;
	size_t begin;
	struct span inner = trim(word, &begin);
	struct span body = take_line(inner, &path.line);
	size_t windows = windows_bytes(body);

	path.separator = windows > 0 ? '\\' : '/';
	body = span_cut(body, windows, body.len_bytes);
	if (!split(body, &path))
		return false;
	/* "foo.c:123", as compilers and grep -n write it; not "host:80". */
	if (path.line.len_bytes > 0 && path.count == 1 && !is_source(body))
		return false;
	if (path.line.len_bytes == 0 && !is_long_path(body, &path))
		return false;
	word_clean_without(out, reading, WORDING_PATHS,
			   span_cut(word, 0, begin));
	if (is_long_path(body, &path)) {
		say_path(out, reading, &path);
	} else {
		word_clean_without(
			out, reading, WORDING_PATHS,
			span_of(inner.text, windows + body.len_bytes));
		buf_addf(out, " %s ", reading_text(reading, N_("line")));
		buf_add(out, path.line.text, path.line.len_bytes);
	}
	word_clean_without(
		out, reading, WORDING_PATHS,
		span_cut(word, begin + inner.len_bytes, word.len_bytes));
	return true;
}
