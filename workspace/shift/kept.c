/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/shift/kept.h"

#include "core/mem.h"

enum { KEPT_NUMBERS = sizeof(struct kept_file) / sizeof(uint64_t) };

static const char head[] = "earshot-shift 1 ";

void kept_fini(struct kept *kept)
{
	free(kept->list);
	*kept = (struct kept){ 0 };
}

int kept_add(struct kept *kept, const struct kept_file *file, struct err *e)
{
	if (kept->count >= KEPT_MAX)
		return err_say(e, E2BIG,
			       "more than %d files are setuid, setgid or have "
			       "capabilities",
			       KEPT_MAX);
	if (kept->count >= kept->room) {
		kept->room = kept->room > 0 ? kept->room * 2 : 64;
		kept->list = mem_resize(kept->list, kept->room,
					sizeof(*kept->list));
	}
	kept->list[kept->count++] = *file;
	return 0;
}

static int by_ino(const void *a, const void *b)
{
	const struct kept_file *x = a;
	const struct kept_file *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

void kept_sort(struct kept *kept)
{
	if (kept->count > 0)
		qsort(kept->list, kept->count, sizeof(*kept->list), by_ino);
}

const struct kept_file *kept_find(const struct kept *kept,
				  const struct kept_file *file)
{
	const struct kept_file *found =
		kept->count > 0 ? bsearch(file, kept->list, kept->count,
					  sizeof(*kept->list), by_ino)
				: NULL;

	if (found == NULL || found->born_s != file->born_s ||
	    found->born_ns != file->born_ns ||
	    found->changed_s != file->changed_s ||
	    found->changed_ns != file->changed_ns ||
	    found->size_bytes != file->size_bytes)
		return NULL;
	return found;
}

/* ---- as text ------------------------------------------------------------ */

void kept_print(const struct kept *kept, const char *path, struct buf *out)
{
	buf_add_text(out, head);
	for (const char *p = path; *p != '\0'; p++)
		buf_add_char(out, *p == '\n' ? '?' : *p);
	buf_add_char(out, '\n');
	for (size_t i = 0; i < kept->count; i++) {
		uint64_t numbers[KEPT_NUMBERS];

		memcpy(numbers, &kept->list[i], sizeof(numbers));
		for (size_t j = 0; j < KEPT_NUMBERS; j++)
			buf_addf(out, "%llu%c", (unsigned long long)numbers[j],
				 j + 1 < KEPT_NUMBERS ? ' ' : '\n');
	}
}

static bool parse_number(const char **at, const char *end, char stop,
			 uint64_t *ret)
{
	const char *p = *at;
	uint64_t n = 0;

	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (p == *at || p == end || *p != stop)
		return false;
	*at = p + 1;
	*ret = n;
	return true;
}

static bool parse_file(const char **at, const char *end, struct kept_file *ret)
{
	uint64_t numbers[KEPT_NUMBERS] = { 0 };

	for (size_t i = 0; i < KEPT_NUMBERS; i++)
		if (!parse_number(at, end, i + 1 < KEPT_NUMBERS ? ' ' : '\n',
				  &numbers[i]))
			return false;
	memcpy(ret, numbers, sizeof(*ret));
	return (ret->mode & ~(uint64_t)06000) == 0 &&
	       ret->caps_bytes <= KEPT_CAPS_BYTES;
}

int kept_parse(const char *text, size_t len_bytes, struct kept *ret,
	       char **ret_path, struct err *e)
{
	const size_t head_bytes = sizeof(head) - 1;
	const char *end = text + len_bytes;
	const char *path = text + head_bytes;
	const char *line = len_bytes < head_bytes ||
					   memcmp(text, head, head_bytes) != 0
				   ? NULL
				   : memchr(path, '\n', (size_t)(end - path));
	struct kept kept = { 0 };
	int rc = 0;

	if (line == NULL)
		return err_say(e, EINVAL, "not a list of what a shift keeps");
	for (const char *at = line + 1; rc == 0 && at < end;) {
		struct kept_file file;

		rc = parse_file(&at, end, &file)
			     ? kept_add(&kept, &file, e)
			     : err_say(e, EINVAL,
				       "not a list of what a shift keeps");
	}
	if (rc < 0) {
		kept_fini(&kept);
		return rc;
	}
	kept_sort(&kept);
	if (ret_path != NULL)
		*ret_path = mem_text(path, (size_t)(line - path));
	*ret = kept;
	return 0;
}
