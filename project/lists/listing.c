/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/listing.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

enum { LISTING_MAX_BYTES = 64 << 20 };

static char *listing_path(const struct gtd *gtd)
{
	SCOPED_TEXT char *state = gtd_state_file(gtd, "x");
	SCOPED_TEXT char *name = mem_printf(
		"project/list-%s-%d", strrchr(state, '-') + 1, (int)getsid(0));

	return path_runtime(name);
}

void listing_add(struct listing *listing, const char *file, unsigned line,
		 uint64_t hash)
{
	bool same;

	/* A line of this file cannot hold one. */
	if (file != NULL && strchr(file, '\n') != NULL)
		file = NULL;
	same = file != NULL && listing->last != NULL &&
	       strcmp(file, listing->last) == 0;

	buf_addf(&listing->text, "%016" PRIx64 " %u%s%s\n", hash, line,
		 same ? "" : " ", same || file == NULL ? "" : file);
	if (same)
		return;
	free(listing->last);
	listing->last = mem_copy(file);
}

void listing_fini(struct listing *listing)
{
	buf_fini(&listing->text);
	free(listing->last);
	*listing = (struct listing){ 0 };
}

/* One list of the file: its name and where its numbers are. */
struct section {
	const char *view;
	size_t view_bytes;
	const char *numbers, *end;
};

static bool next_section(const char **at, struct section *ret)
{
	const char *next;

	if (strncmp(*at, "= ", 2) != 0)
		return false;
	ret->view = *at + 2;
	ret->view_bytes = strcspn(ret->view, "\n");
	ret->numbers = ret->view + ret->view_bytes;
	ret->numbers += *ret->numbers == '\n';
	next = strstr(ret->view, "\n= ");
	ret->end = next != NULL ? next + 1 : ret->view + strlen(ret->view);
	*at = ret->end;
	return true;
}

static bool is_view(const struct section *s, const char *view)
{
	return strlen(view) == s->view_bytes &&
	       memcmp(view, s->view, s->view_bytes) == 0;
}

/* Not synced: after a crash of the machine numbers are those of what is
 * there. */
static void write_file(const char *path, const struct buf *text)
{
	SCOPED_TEXT char *temp = mem_printf("%s.%d", path, (int)getpid());
	SCOPED_FD int fd = -1;

	if (dir_make_parent(path, 0700, NULL) < 0)
		return;
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return;
	if (write_all(fd, buf_text(text), text->len_bytes) < 0 ||
	    rename(temp, path) < 0)
		(void)unlink(temp);
}

void listing_save(const struct listing *listing, const struct gtd *gtd,
		  const char *view)
{
	SCOPED_TEXT char *path = listing_path(gtd);
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	struct section s;
	const char *at;
	int kept = 1;

	buf_addf(&text, "= %s\n", view);
	buf_add(&text, buf_text(&listing->text), listing->text.len_bytes);
	(void)!file_read(AT_FDCWD, path, LISTING_MAX_BYTES, &old, NULL);
	for (at = buf_text(&old); next_section(&at, &s) && kept < LISTINGS_MAX;)
		if (!is_view(&s, view)) {
			buf_addf(&text, "= %.*s\n", (int)s.view_bytes, s.view);
			buf_add(&text, s.numbers, (size_t)(s.end - s.numbers));
			kept++;
		}
	write_file(path, &text);
}

static int read_number(const struct section *s, size_t number,
		       struct listed *ret)
{
	const char *file = NULL;
	size_t file_bytes = 0;

	for (const char *at = s->numbers; at < s->end;) {
		const char *end = memchr(at, '\n', (size_t)(s->end - at));
		char *rest;
		uint64_t hash = strtoumax(at, &rest, 16);
		unsigned long line = strtoul(rest, &rest, 10);

		if (end == NULL)
			break;
		if (*rest == ' ') {
			file = rest + 1;
			file_bytes = (size_t)(end - file);
		}
		if (--number == 0) {
			ret->hash = hash;
			ret->line = (unsigned)line;
			ret->file = file_bytes > 0 ? mem_text(file, file_bytes)
						   : NULL;
			return 0;
		}
		at = end + 1;
	}
	return -ERANGE;
}

int listing_find(const struct gtd *gtd, const char *view, size_t number,
		 struct listed *ret, char **ret_view)
{
	SCOPED_TEXT char *path = listing_path(gtd);
	SCOPED_BUF struct buf text = { 0 };
	struct section s;
	const char *at;

	if (file_read(AT_FDCWD, path, LISTING_MAX_BYTES, &text, NULL) < 0)
		return -ENOENT;
	for (at = buf_text(&text); next_section(&at, &s);)
		if (view == NULL || is_view(&s, view)) {
			if (ret_view != NULL)
				*ret_view = mem_text(s.view, s.view_bytes);
			return read_number(&s, number, ret);
		}
	return -ENOENT;
}
