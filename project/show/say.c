/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/show/say.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/text.h"

int say_lines(const char *lines, size_t len_bytes, struct err *e)
{
	SCOPED_TEXT char *speakd = path_program("speakd");
	const char *const argv[] = { speakd, "--format=plain", "--give-up=10",
				     NULL };
	struct child child = { .argv = argv, .fd_count = 3 };
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	int ends[2];
	pid_t pid;
	int rc, code;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	child.fds[0] = reader;
	child.fds[1] = CHILD_INHERIT;
	child.fds[2] = CHILD_INHERIT;
	if (child_start(&child, &pid, e) < 0)
		return err_wrap(e, "--say");
	close(fd_give(&reader));
	/* speakd may end early; its own message says why. */
	signal(SIGPIPE, SIG_IGN);
	rc = write_all(writer, lines, len_bytes);
	close(fd_give(&writer));
	code = child_wait(pid, e);
	if (code < 0)
		return code;
	if (code > 0)
		return err_say(e, EIO, "--say: speakd failed with %d", code);
	return rc < 0 ? err_set(e, -rc, "--say: write to speakd") : 0;
}

void say_name(struct buf *out, const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		buf_add_char(out, strchr("_-.", *p) != NULL ? ' ' : *p);
}

static bool say_date_word(struct buf *out, const char *word, size_t len,
			  const char *key, const char *lead, struct date today)
{
	size_t key_bytes = strlen(key);
	char day[DATE_BYTES] = "", when[48];
	struct date date;

	if (len < key_bytes + 10 || strncasecmp(word, key, key_bytes) != 0)
		return false;
	memcpy(day, word + key_bytes, 10);
	if (date_read(day, &date) == 0)
		return false;
	date_words(date, today, when, sizeof(when));
	buf_addf(out, "%s %s", lead, when);
	text_escape(out, word + key_bytes + 10, len - key_bytes - 10);
	return true;
}

/* Obsidian's signs for a day, which stands in the next word: as words, how many
 * bytes of text that is; 0: it is something else. */
static size_t say_sign(struct buf *out, const char *text, struct date today)
{
	static const struct {
		const char *sign, *lead;
	} signs[] = {
		{ "\xf0\x9f\x93\x85 ", "due" }, /* calendar */
		{ "\xe2\x8f\xb3 ", "from" }, /* hourglass */
		{ "\xf0\x9f\x9b\xab ", "from" }, /* aeroplane */
		{ "\xe2\x9c\x85 ", "done" }, /* tick */
		{ "[due:: ", "due" },
	};

	for (size_t i = 0; i < COUNT_OF(signs); i++) {
		size_t len = strlen(signs[i].sign);

		if (strncmp(text, signs[i].sign, len) != 0 ||
		    !say_date_word(out, text + len, strcspn(text + len, " ]"),
				   "", signs[i].lead, today))
			continue;
		len += strcspn(text + len, " ]");
		return len + (text[len] == ']');
	}
	return 0;
}

/* A day alone, as in "(since 2026-11-28)" or "(carol, 2026-11-28 12:00)". */
static bool say_day(struct buf *out, const char *word, size_t len,
		    struct date today)
{
	size_t before = strspn(word, "(");
	size_t after = len;
	char day[DATE_BYTES] = "", when[48];
	struct date date;

	while (after > before && strchr("),.;:", word[after - 1]) != NULL)
		after--;
	if (after - before != 10)
		return false;
	memcpy(day, word + before, 10);
	if (date_read(day, &date) == 0)
		return false;
	date_words(date, today, when, sizeof(when));
	buf_addf(out, "%.*s%s%.*s", (int)before, word, when, (int)(len - after),
		 word + after);
	return true;
}

static void say_context(struct buf *word, const char *at, size_t len)
{
	SCOPED_TEXT char *name = mem_text(at + 1, len - 1);

	if (strcasecmp(name, "waiting") == 0 ||
	    strcasecmp(name, "someday") == 0)
		return;
	buf_add_text(word, "at ");
	say_name(word, name);
}

/* Nothing is added for what is not said. Returns how long the word is. */
static size_t say_word(struct buf *word, const char *at, struct date today,
		       bool dates)
{
	size_t sign = say_sign(word, at, today);
	size_t len = sign > 0 ? sign : strcspn(at, " ");

	if (sign == 0 && len > 1 && at[0] == '@') {
		say_context(word, at, len);
	} else if (sign > 0 ||
		   say_date_word(word, at, len, "due:", "due", today) ||
		   say_date_word(word, at, len, "t:", "from", today)) {
		if (!dates)
			buf_clear(word);
	} else if (!say_day(word, at, len, today)) {
		buf_add(word, at, len);
	}
	return len;
}

static void say_words(struct buf *out, const char *text, struct date today,
		      bool dates)
{
	const char *blank = "";

	for (const char *at = text; *at != '\0';) {
		SCOPED_BUF struct buf word = { 0 };

		at += say_word(&word, at, today, dates);
		if (word.len_bytes > 0) {
			buf_add_text(out, blank);
			text_escape(out, word.data, word.len_bytes);
			blank = " ";
		}
		at += strspn(at, " ");
	}
}

void say_text(struct buf *out, const char *text, struct date today)
{
	say_words(out, text, today, true);
}

void say_text_undated(struct buf *out, const char *text, struct date today)
{
	say_words(out, text, today, false);
}

void say_end(struct buf *out)
{
	char last = out->len_bytes > 0 ? out->data[out->len_bytes - 1] : '.';

	if (strchr(".!?:", last) == NULL)
		buf_add_char(out, '.');
	buf_add_char(out, '\n');
}
