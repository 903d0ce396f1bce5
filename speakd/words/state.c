/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/state.h"

#include <ctype.h>
#include <string.h>

#include "speakd/words/catalogue.h"

/* The signs in front of a channel's name, and those of a status in it. */
static size_t signs(const char *text, size_t len_bytes)
{
	size_t n = 0, hashes = 0;

	while (n < len_bytes && text[n] != '\0' &&
	       strchr("@+#&", text[n]) != NULL)
		hashes += text[n++] == '#';
	if (hashes == 0 || n == len_bytes || isspace((unsigned char)text[n]))
		return 0;
	return n;
}

static void add_words(struct buf *out, struct span sentence)
{
	unsigned colons = 0;
	bool begins = true;

	for (size_t i = 0; i < sentence.len_bytes; i++) {
		const char *at = sentence.text + i;

		if (begins && colons < 2)
			i += signs(at, sentence.len_bytes - i);
		at = sentence.text + i;
		buf_add_char(out, *at);
		colons += *at == ':';
		begins = *at == ' ';
	}
}

/*
 * The sentences that have a translation, as sic-bridge writes them. "$1" to
 * "$3" stand in their order for what is in between; a sentence that begins like
 * another one stands before it.
 */
static const char *const sentences[] = {
	N_("$1 connected as $2, $3 is taken"),
	N_("$1 connected as $2"),
	N_("$1 lost: $2"),
	N_("$1 lost"),
	N_("$1 cannot be reached: $2; still trying"),
	N_("$1 ended: $2"),
	N_("$1 back, $2 missed, $3 to you"),
	N_("$1 back, $2 missed"),
	N_("$1 back"),
	N_("$1: $2 missed, $3 to you"),
	N_("$1: $2 missed"),
	N_("in $1: $2 here, topic: $3"),
	N_("in $1: $2 here: $3"),
	N_("in $1: $2 here"),
	N_("you are no longer in $1: $2"),
	N_("you are no longer in $1"),
	N_("you are an operator of $1"),
	N_("you are no longer an operator of $1"),
	N_("you have voice in $1"),
	N_("you no longer have voice in $1"),
	N_("your nick is now $1; it stays so, services keep $2"),
	N_("your nick is now $1"),
	N_("$1 kicked you from $2: $3"),
	N_("$1 kicked you from $2"),
	N_("no topic in $1"),
	N_("topic of $1: $2"),
	N_("$1 is away: $2"),
	N_("you are no longer away"),
	N_("you are away"),
	N_("$1 is invited to $2"),
	N_("no such nick: $1"),
	N_("no such channel: $1"),
	N_("you cannot speak in $1"),
	N_("you write to $1 too soon: $2"),
	N_("$1 writes to you, and is not let through"),
	N_("unknown command: $1"),
	N_("the nick $1 is taken"),
	N_("you are not in $1"),
	N_("$1 is full"),
	N_("$1 is for invited people only"),
	N_("you are banned from $1"),
	N_("$1 needs another key"),
	N_("$1 is for people who are logged in"),
	N_("only operators of $1 may do that"),
	N_("logged in as $1"),
	N_("not logged in: $1"),
	N_("the password is wrong"),
};

enum { HOLES_MAX = 3 };

/* Whether sentence has this form, and what is in its holes. */
static bool matches(struct span sentence, const char *form,
		    struct span holes[HOLES_MAX])
{
	const char *at = sentence.text, *end = at + sentence.len_bytes;

	for (size_t hole = 0;; hole++) {
		size_t n = strcspn(form, "$");
		const char *found = memmem(at, (size_t)(end - at), form, n);

		if (found == NULL || (hole == 0 && found != at))
			return false;
		if (hole > 0)
			holes[hole - 1] = span_of(at, (size_t)(found - at));
		at = found + n;
		if (form[n] == '\0')
			return at == end;
		form += n + strlen("$1");
		if (*form == '\0') {
			holes[hole] = span_of(at, (size_t)(end - at));
			return at < end;
		}
	}
}

static void fill(struct buf *out, const char *form,
		 const struct span holes[HOLES_MAX])
{
	unsigned colons = 0;

	while (*form != '\0') {
		size_t n = strcspn(form, "$");

		for (size_t i = 0; i < n; i++)
			colons += form[i] == ':';
		buf_add(out, form, n);
		form += n;
		if (*form == '\0')
			return;
		if (form[1] >= '1' && form[1] <= '0' + HOLES_MAX) {
			struct span hole = holes[form[1] - '1'];

			if (colons < 2)
				add_words(out, hole);
			else
				buf_add(out, hole.text, hole.len_bytes);
		}
		form += strlen("$1");
	}
}

void state_words(struct span sentence, const struct catalogue *catalogue,
		 struct buf *out)
{
	struct span holes[HOLES_MAX];

	for (size_t i = 0; catalogue != NULL && i < COUNT_OF(sentences); i++) {
		for (size_t k = 0; k < HOLES_MAX; k++)
			holes[k] = span_of("", 0);
		if (!matches(sentence, sentences[i], holes))
			continue;
		fill(out, catalogue_text(catalogue, sentences[i]), holes);
		return;
	}
	add_words(out, sentence);
}
