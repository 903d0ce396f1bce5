/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Whatever words stand behind "workspace": each candidate is one clean line
 * that begins as the last word does, and the reply reads back as it was.
 */
#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "workspace/completion.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { WORDS = 16 };

static const char *const files[] = {
	"ws/trip",	    "ws/two words", "ws/dol$(id)lar", "ws/a\nb",
	"ws/\xff\xfe",	    "bases/small",  "bases/x\ty",     "trash/1-trip",
	"trash/0-1-b.base", "trash/odd",    "trash/2-a@b",
};

static char home[] = "/tmp/fuzz-project-ws-XXXXXX";

static void make(const char *name)
{
	static const char text[] =
		"earshot-workspace 1\nproject trip\nbase host\nstore overlay\n"
		"created 1\nupper 0f3a2b1c4d5e\nbase-layers 0\nparent 0\n"
		"next 13\nsnap 3 1 0 manual host a\\nb\n"
		"snap 12 1 0 manual host \x1b[31m\t\xe6\xbc\xa2\nlower host\n";
	SCOPED_TEXT char *path = mem_printf("%s/earshot/workspaces/%s", home,
					    name);

	if (dir_make_parent(path, 0700, NULL) < 0 ||
	    file_replace(AT_FDCWD, path, text, sizeof(text) - 1, 0600, NULL) <
		    0)
		abort();
}

static void remove_home(void)
{
	SCOPED_TEXT char *command = mem_printf("rm -rf '%s'", home);

	if (system(command) != 0)
		perror(home);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (mkdtemp(home) == NULL)
		abort();
	atexit(remove_home);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("XDG_CONFIG_HOME", home, 1);
	setenv("GTD_DIR", home, 1);
	setenv("PATH", "/bin", 1);
	for (size_t i = 0; i < COUNT_OF(files); i++)
		make(files[i]);
	return 0;
}

static void check(const struct candidates *c, const char *last)
{
	SCOPED_BUF struct buf out = { 0 };
	char *rest, *line;

	candidates_print(c, &out);
	rest = out.data;
	for (size_t i = 0; i < c->count; i++) {
		const struct candidate *one = &c->list[i];
		size_t len = strlen(one->text);

		line = strsep(&rest, "\n");
		if (line == NULL || strncmp(line, one->text, len) != 0 ||
		    strncmp(one->text, last, strlen(last)) != 0 ||
		    (one->help != NULL && strpbrk(one->help, "\t\x1b") != NULL))
			abort();
	}
	if (rest != NULL && rest[0] != '\0')
		abort();
}

/* Words end at a newline; more than WORDS of them are the last one's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_TEXT char *text = mem_text((const char *)data, size);
	SCOPED_CANDIDATES struct candidates candidates = { 0 };
	char *rest = text;
	char *words[WORDS];
	size_t count = 0;

	while (rest != NULL && count + 1 < WORDS)
		words[count++] = strsep(&rest, "\n");
	completion_words(&candidates, words, count);
	check(&candidates, words[count - 1]);
	return 0;
}
