/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/engine_list.h"

#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/mem.h"

/* Where the line of that number begins; NULL: there is none. */
static const char *line_at(const char *list, size_t number)
{
	for (; number > 0; number--) {
		list = strchr(list, '\n');
		if (list == NULL)
			return NULL;
		list++;
	}
	return *list != '\0' ? list : NULL;
}

size_t engine_list_count(const char *list)
{
	size_t count = 0;

	while (line_at(list, count) != NULL)
		count++;
	return count;
}

static char *spec_at(const char *list, size_t number)
{
	const char *line = line_at(list, number);

	return line != NULL ? mem_text(line, strcspn(line, "\n")) : NULL;
}

static const char *after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

/* The last part of the path that a word is, without "sd_" and ".conf". */
static char *base_name(const char *word, size_t len_bytes)
{
	const char *slash = memrchr(word, '/', len_bytes);
	const char *end = word + len_bytes;

	if (slash != NULL)
		word = slash + 1;
	if (end - word > 3 && memcmp(word, "sd_", 3) == 0)
		word += 3;
	if (end - word > 5 && memcmp(end - 5, ".conf", 5) == 0)
		end -= 5;
	/* Our own is called so. */
	if ((size_t)(end - word) == strlen("espeak-ng") &&
	    memcmp(word, "espeak-ng", (size_t)(end - word)) == 0)
		return mem_copy("sd_espeak-ng");
	return mem_text(word, (size_t)(end - word));
}

char *engine_list_name(const char *list, size_t number)
{
	SCOPED_TEXT char *spec = spec_at(list, number);
	const char *arg;
	size_t n;

	if (spec == NULL)
		return NULL;
	arg = after(spec, "module:");
	if (arg == NULL && (arg = after(spec, "pipe:")) != NULL)
		return base_name(arg, strcspn(arg, " "));
	if (arg == NULL)
		return mem_text(spec, strcspn(spec, ":"));
	/* A configuration file tells more than the program that reads it. */
	n = strcspn(arg, " ");
	if (arg[n] != '\0')
		arg += n + strspn(arg + n, " ");
	return base_name(arg, strlen(arg));
}

int engine_list_find(const char *list, const char *name)
{
	for (size_t i = 0;; i++) {
		SCOPED_TEXT char *known = engine_list_name(list, i);

		if (known == NULL)
			return -1;
		if (strcasecmp(known, name) == 0)
			return (int)i;
	}
}

char *engine_list_with(const char *list, const char *spec)
{
	SCOPED_BUF struct buf out = { 0 };

	buf_add_text(&out, spec);
	for (size_t i = 0;; i++) {
		SCOPED_TEXT char *other = spec_at(list, i);

		if (other == NULL)
			break;
		if (strcmp(other, spec) != 0)
			buf_addf(&out, "\n%s", other);
	}
	return mem_copy(buf_text(&out));
}

size_t engine_list_arguments(const char *list, char **ret_texts, size_t most,
			     const char **ret_argv)
{
	size_t n = 0;

	for (; n < most; n++) {
		SCOPED_TEXT char *spec = spec_at(list, n);

		if (spec == NULL)
			break;
		ret_texts[n] = mem_printf("--engine=%s", spec);
		ret_argv[n] = ret_texts[n];
	}
	return n;
}
