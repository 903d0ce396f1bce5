/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Whatever is typed: completion reads only what it may, and each reply, put
 * where readline puts it, reads back as the one name that was meant.
 */
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "project/complete.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char breaks[] = " \t\n\"'@><=;|&(:";

static const char *const names[] = {
	"two words", "twofold",	    "x:alpha", "x:beta", "\xc3\xa9t\xc3\xa9",
	"it's",	     "dol$(id)lar", "#hash",   "-dash",	 "star*x",
	"trip",	     "a\"b\\c",	    "bang!x",  "~home",	 "a=b@c{d,e}",
};

static char directory[] = "/tmp/fuzz-project-XXXXXX";

static void remove_dir(void)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		SCOPED_TEXT char *path = mem_printf("%s/Projects/%s", directory,
						    names[i]);

		rmdir(path);
	}
	SCOPED_TEXT char *projects = mem_printf("%s/Projects", directory);

	rmdir(projects);
	rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	SCOPED_TEXT char *projects = NULL;

	(void)argc;
	(void)argv;
	if (mkdtemp(directory) == NULL)
		abort();
	projects = mem_printf("%s/Projects", directory);
	if (mkdir(projects, 0700) < 0)
		abort();
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		SCOPED_TEXT char *path = mem_printf("%s/%s", projects,
						    names[i]);

		if (mkdir(path, 0700) < 0)
			abort();
	}
	atexit(remove_dir);
	return 0;
}

/* What readline makes of a reply. */
static void put_reply(struct buf *line, const struct words *words,
		      const char *name)
{
	SCOPED_BUF struct buf reply = { 0 };

	words_quote(&reply, name, words->keep_bytes, words->quote);
	buf_cut(line, words->replace_at);
	/* readline's insert_match() and append_to_match(). */
	if (words->quote != '\0' && buf_text(&reply)[0] == words->quote)
		buf_cut(line, words->replace_at - 1);
	buf_add(line, buf_text(&reply), reply.len_bytes);
	if (words->quote != '\0' &&
	    line->data[line->len_bytes - 1] != words->quote)
		buf_add_char(line, words->quote);
}

/* The reply in its place, the quote closed: what would the shell read? */
static void check_reply(const char *line, size_t len, const struct words *words,
			const char *name)
{
	SCOPED_BUF struct buf typed = { 0 };
	struct words back;

	buf_add(&typed, line, len);
	put_reply(&typed, words, name);
	words_read(&back, buf_text(&typed), typed.len_bytes, breaks);
	if (back.quote != '\0' || back.count != words->count ||
	    strcmp(back.list[back.count - 1], name) != 0)
		abort();
	words_fini(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_TEXT char *line = mem_text((const char *)data, size);
	SCOPED_BUF struct buf out = { 0 };
	struct settings settings = { .dir = mem_copy(directory) };
	struct words words;
	size_t len = strlen(line);

	words_read(&words, line, len, breaks);
	if (words.count < 1 || words.count > WORDS_MAX ||
	    words.keep_bytes > strlen(words.list[words.count - 1]) ||
	    words.replace_at > len)
		abort();
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *last = words.list[words.count - 1];

		if (words.count > 1 && words.count < WORDS_MAX &&
		    !words.after_redirection &&
		    strncmp(names[i], last, strlen(last)) == 0)
			check_reply(line, len, &words, names[i]);
	}
	words_fini(&words);
	(void)complete_bash(line, size, breaks, &settings, &out);
	free(settings.dir);
	return 0;
}
