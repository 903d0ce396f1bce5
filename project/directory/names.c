/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/names.h"

#include <ctype.h>
#include <locale.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "project/directory/gtd.h"

#define RCLONE_SIGN ".conflict"

bool name_is_clean(const char *name)
{
	size_t len = strlen(name);

	return text_is_utf8(name, len) && !text_has_hidden(name, len);
}

int name_check_lookup(const char *name, struct err *e)
{
	if (name[0] == '\0')
		return err_usage(e, "a project's name cannot be empty");
	if (strchr(name, '/') != NULL)
		return err_usage(e, "'%s': a project's name has no '/'", name);
	if (name[0] == '.')
		return err_usage(e,
				 "'%s': a project's name does not start "
				 "with '.'",
				 name);
	return 0;
}

int name_check_new(const char *name, struct err *e)
{
	size_t len = strlen(name);
	enum list_file list;

	if (name_check_lookup(name, e) < 0)
		return -e->code;
	if (len > PROJECT_NAME_MAX_BYTES)
		return err_usage(e,
				 "a project's name has at most %d bytes, this "
				 "one has %zu",
				 PROJECT_NAME_MAX_BYTES, len);
	if (!name_is_clean(name))
		return err_usage(e,
				 "'%s': a project's name is UTF-8 text "
				 "without control or hidden characters",
				 name);
	if (name[0] == '-')
		return err_usage(e,
				 "'%s': a project's name does not start "
				 "with '-'",
				 name);
	if (isspace((unsigned char)name[0]) ||
	    isspace((unsigned char)name[len - 1]))
		return err_usage(e,
				 "'%s': a project's name has no space at "
				 "either end",
				 name);
	if (name_is_markdown(name))
		return err_usage(e,
				 "'%s': a project's name does not end in .md; "
				 "--layout=md makes such files",
				 name);
	if (list_by_word(name, &list))
		return err_usage(e, "'%s' is the name of a list", name);
	if (!name_is_project(name))
		return err_usage(e,
				 "'%s' looks like what an editor, a "
				 "synchroniser or a file manager leaves",
				 name);
	return 0;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/* "-DESKTOP-AB12CD", "-LAPTOP-AB12CD34", which OneDrive adds: the machine's
 * name, as Windows made it up. */
static bool has_machine(const char *name)
{
	static const char *const kinds[] = { "-DESKTOP-", "-LAPTOP-" };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const char *at = strstr(name, kinds[i]);
		const char *id = at != NULL ? at + strlen(kinds[i]) : "";
		size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

		if (n >= 6 && n <= 8 && (id[n] == '\0' || id[n] == '.'))
			return true;
	}
	return false;
}

/* "actions.conflict1", of rclone's bisync. */
static bool is_numbered_conflict(const char *name)
{
	const char *at = strstr(name, RCLONE_SIGN);

	return at != NULL && at > name &&
	       isdigit((unsigned char)at[strlen(RCLONE_SIGN)]);
}

bool name_is_conflict(const char *name)
{
	static const char *const signs[] = {
		".sync-conflict-",    "(conflicted copy", "(Conflicted copy",
		"'s conflicted copy", "_conflict-20",	  "(Case Conflict",
		"(case clash",	      "(SFConflict",	  "Encoding Conflict)",
		"(Selective Sync",
	};

	/* Asked of every name: most have nothing that all signs have. */
	if (strchr(name, '(') != NULL || strstr(name, "onflict") != NULL) {
		for (size_t i = 0; i < COUNT_OF(signs); i++)
			if (strstr(name, signs[i]) != NULL)
				return true;
		if (is_numbered_conflict(name))
			return true;
	}
	return has_machine(name) || ends_with(name, ".orig") ||
	       ends_with(name, ".rej");
}

/* "x (...).y" without the bracket that at is in, "x_conflict-... .y" without
 * what is from at on up to the ending. */
static char *without_sign(const char *name, const char *at)
{
	const char *end = at + strcspn(at, ".");

	if (at[0] == '(') {
		const char *close = strchr(at, ')');

		end = close != NULL ? close + 1 : at + strlen(at);
		while (at > name && at[-1] == ' ')
			at--;
	} else if (at[0] == '.')
		end = at + 1 + strcspn(at + 1, ".");
	return mem_printf("%.*s%s", (int)(at - name), name, end);
}

char *name_of_original(const char *name)
{
	static const char *const plain[] = { ".sync-conflict-", "_conflict-20",
					     "-DESKTOP-", "-LAPTOP-",
					     RCLONE_SIGN };
	const char *bracket = strrchr(name, '(');

	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		const char *at = strstr(name, plain[i]);

		if (at != NULL && at > name)
			return without_sign(name, at);
	}
	return bracket != NULL && bracket > name ? without_sign(name, bracket)
						 : NULL;
}

char *name_of_numbered(const char *name)
{
	const char *at = strrchr(name, '(');
	size_t digits = at != NULL ? strspn(at + 1, "0123456789") : 0;
	const char *end = digits > 0 ? at + 1 + digits : "";

	if (digits > 2 || end[0] != ')' || (end[1] != '\0' && end[1] != '.') ||
	    at < name + 2 || at[-1] != ' ')
		return NULL;
	return without_sign(name, at);
}

bool name_is_our_temp(const char *name)
{
	size_t len = strlen(name);

	return name[0] == '.' && len > 14 && ends_with(name, ".tmp") &&
	       name[len - 13] == '.' &&
	       strspn(name + len - 12, "0123456789abcdef") == 8;
}

bool name_is_sync_temp(const char *name)
{
	return strncmp(name, "~syncthing~", 11) == 0 ||
	       strncmp(name, ".syncthing.", 11) == 0;
}

bool name_is_swap(const char *name)
{
	size_t len = strlen(name);

	/* "#log#": what Emacs had not saved yet. */
	if (name[0] == '#')
		return len > 2 && name[len - 1] == '#';
	if (name[0] != '.')
		return false;
	if (ends_with(name, ".kate-swp"))
		return true;
	if (strncmp(name, ".#", 2) == 0 || strncmp(name, ".~lock.", 7) == 0)
		return true;
	/* .swp, .swo, ... .swa: vim counts down when there are several. */
	return len > 4 && strncmp(name + len - 4, ".sw", 3) == 0 &&
	       name[len - 1] >= 'a' && name[len - 1] <= 'p';
}

bool name_is_foreign(const char *name)
{
	static const char *const names[] = {
		".git",		".hg",
		".svn",		".stfolder",
		".stversions",	".sync",
		".obsidian",	".dropbox.cache",
		"@eaDir",	"#recycle",
		"$RECYCLE.BIN", "System Volume Information",
		"lost+found",	"Thumbs.db",
		"desktop.ini",
	};

	/* Asked of every name: most begin otherwise. */
	if (strchr(".@#$SlTd", name[0]) != NULL)
		for (size_t i = 0; i < COUNT_OF(names); i++)
			if (strcmp(name, names[i]) == 0)
				return true;
	return false;
}

bool name_is_project(const char *name)
{
	return name[0] != '.' && !ends_with(name, "~") &&
	       !name_is_conflict(name) && !name_is_sync_temp(name) &&
	       !name_is_foreign(name);
}

/* ---- order -------------------------------------------------------------- */

static bool by_letters; /* the locale is not there */

void names_set_locale(void)
{
	by_letters = setlocale(LC_COLLATE, "") == NULL;
}

void name_fold(struct buf *out, const char *name)
{
	SCOPED_BUF struct buf clean = { 0 };

	text_repair(&clean, name, strlen(name));
	text_fold(out, buf_text(&clean), clean.len_bytes);
}

static int compare_letters(const char *a, const char *b)
{
	SCOPED_BUF struct buf fa = { 0 };
	SCOPED_BUF struct buf fb = { 0 };

	text_repair(&fa, a, strlen(a));
	text_repair(&fb, b, strlen(b));
	return text_compare_letters(buf_text(&fa), buf_text(&fb));
}

uint64_t names_key(const char *name)
{
	unsigned char small[256] = { 0 };
	uint64_t key = 0;

	if (by_letters)
		return 0;
	if (strxfrm((char *)small, name, sizeof(small)) >= sizeof(small)) {
		size_t len = strxfrm(NULL, name, 0);
		SCOPED_TEXT char *whole = mem_new(len + 1);

		(void)strxfrm(whole, name, len + 1);
		memcpy(small, whole, sizeof(key));
	}
	for (size_t i = 0; i < sizeof(key); i++) {
		key = key << 8 | small[i];
		if (small[i] == '\0')
			return key << 8 * (sizeof(key) - 1 - i);
	}
	return key;
}

int names_compare(const char *a, const char *b)
{
	int order = by_letters ? compare_letters(a, b) : strcoll(a, b);

	return order != 0 ? order : strcmp(a, b);
}
