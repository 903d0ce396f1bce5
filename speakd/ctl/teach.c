/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* teach.c - "speakctl teach WORD SPOKEN": a line more in the dictionary. */
#include "speakd/ctl/ctl.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/paths.h"
#include "core/text.h"

/* The words after the first, as they are to be said. */
static void add_spoken(const struct ctl *ctl, struct buf *out)
{
	for (int i = 1; i < ctl->argc; i++)
		buf_addf(out, "%s%s", i > 1 ? " " : "", ctl->argv[i]);
}

/* What would end the line, or be read as something else than a word. */
static int check(const char *word, const struct buf *spoken, struct err *e)
{
	if (word[0] == '\0' || word[0] == '#' || strstr(word, " = ") != NULL ||
	    (word[0] == '/' && strchr(word + 1, '/') != NULL))
		return err_usage(e, "teach: '%s' is not a word", word);
	for (size_t i = 0; i < strlen(word); i++)
		if ((unsigned char)word[i] < ' ')
			return err_usage(e, "teach: a word without tabs and "
					    "line breaks, please");
	for (size_t i = 0; i < spoken->len_bytes; i++)
		if ((unsigned char)spoken->data[i] < ' ')
			return err_usage(e, "teach: what is spoken must be one "
					    "line without tabs");
	if (!text_is_utf8(word, strlen(word)) ||
	    !text_is_utf8(buf_text(spoken), spoken->len_bytes))
		return err_usage(e, "teach: not UTF-8");
	return 0;
}

/* A line at the end of the file: the last entry of a word wins. */
static int append(const char *word, const struct buf *spoken, struct err *e)
{
	SCOPED_TEXT char *path = path_config("dictionary");
	SCOPED_BUF struct buf old = { 0 };
	SCOPED_BUF struct buf line = { 0 };
	int rc = file_read(AT_FDCWD, path, 16 << 20, &old, e);

	if (rc < 0 && rc != -ENOENT)
		return rc;
	if (old.len_bytes > 0 && old.data[old.len_bytes - 1] != '\n')
		buf_add_char(&line, '\n');
	buf_addf(&line, "%s = %s\n", word, buf_text(spoken));
	rc = dir_make_parent(path, 0700, e);
	return rc < 0 ? rc
		      : file_append(AT_FDCWD, path, line.data, line.len_bytes,
				    0644, e);
}

int ctl_teach(struct ctl *ctl, struct err *e)
{
	const char *word = ctl->argv[0];
	SCOPED_BUF struct buf spoken = { 0 };
	int rc;

	add_spoken(ctl, &spoken);
	rc = check(word, &spoken, e);
	if (rc == 0)
		rc = append(word, &spoken, e);
	if (rc == 0)
		rc = speech_command(ctl->speech, NULL, e,
				    "RELOAD dictionaries");
	/* To be judged at once. */
	if (rc >= 0)
		rc = speech_say(ctl->speech, word, strlen(word), NULL, e);
	return rc < 0 ? rc : 0;
}
