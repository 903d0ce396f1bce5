/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge/commands.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span skip_blanks(struct span rest)
{
	while (rest.len_bytes > 0 && is_blank(*rest.text)) {
		rest.text++;
		rest.len_bytes--;
	}
	return rest;
}

/* The first word; *rest moves to what follows the blanks behind it. */
static struct span take_word(struct span *rest)
{
	struct span word = { rest->text, 0 };

	while (word.len_bytes < rest->len_bytes &&
	       !is_blank(word.text[word.len_bytes]))
		word.len_bytes++;
	rest->text += word.len_bytes;
	rest->len_bytes -= word.len_bytes;
	*rest = skip_blanks(*rest);
	return word;
}

static bool is_channel(struct span word)
{
	return word.len_bytes > 0 && strchr("#&+!", *word.text) != NULL;
}

static struct span trimmed(struct span text)
{
	while (text.len_bytes > 0 && is_blank(text.text[text.len_bytes - 1]))
		text.len_bytes--;
	return text;
}

static void parse_letter(char letter, struct span rest, struct command *ret)
{
	rest = skip_blanks(rest);
	switch (letter) {
	case 'j':
		ret->kind = COMMAND_JOIN;
		rest = trimmed(rest);
		break;
	case 'm':
		ret->kind = COMMAND_MESSAGE;
		break;
	case 's':
		ret->kind = COMMAND_SELECT;
		break;
	default:
		/* ":l reason" without a channel leaves the default one. */
		ret->kind = COMMAND_LEAVE;
		if (!is_channel(rest)) {
			ret->text = rest;
			return;
		}
		break;
	}
	ret->target = take_word(&rest);
	ret->text = rest;
}

void command_parse(const char *line, size_t len_bytes, struct command *ret)
{
	*ret = (struct command){ COMMAND_SAY, span_of(line, 0),
				 span_of(line, len_bytes) };
	if (len_bytes == 0) {
		ret->kind = COMMAND_NOTHING;
		return;
	}
	if (line[0] != ':')
		return;
	ret->kind = COMMAND_RAW;
	ret->text = span_of(line + 1, len_bytes - 1);
	if (len_bytes == 1) {
		ret->kind = COMMAND_NOTHING;
		return;
	}
	if (span_is(ret->text, "cancel")) {
		ret->kind = COMMAND_CANCEL;
		return;
	}
	if (strchr("jlms", line[1]) == NULL || line[1] == '\0' ||
	    (len_bytes > 2 && !is_blank(line[2])))
		return;
	/* As in sic, ":l" alone leaves nothing out: it is raw "l" there, which
	 * no server knows; here it leaves the default channel. */
	parse_letter(line[1], span_of(line + 2, len_bytes - 2), ret);
}

/* ---- a person's ---------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *word;
	enum command_kind kind;
	bool has_target;
} words[] = {
	{ "me",     COMMAND_ACTION, false },
	{ "r",      COMMAND_REPLY,  false },
	{ "q",      COMMAND_QUIT,   false },
	{ "quit",   COMMAND_QUIT,   false },
	{ "who",    COMMAND_NAMES,  true },
	{ "names",  COMMAND_NAMES,  true },
	{ "topic",  COMMAND_TOPIC,  false },
	{ "ignore", COMMAND_IGNORE, true },
	{ "where",  COMMAND_WHERE,  false },
	{ "help",   COMMAND_HELP,   false },
};
/* clang-format on */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void command_parse_human(const char *line, size_t len_bytes,
			 struct command *ret)
{
	struct span rest = span_of(line + 1, len_bytes > 0 ? len_bytes - 1 : 0);
	struct span word;

	command_parse(line, len_bytes, ret);
	if (len_bytes > 1 && line[0] == '/') {
		*ret = (struct command){ COMMAND_SAY, span_of(line, 0), rest };
		if (line[1] == '/')
			return;
		ret->kind = COMMAND_SLASH;
		ret->target = take_word(&rest);
		return;
	}
	if (len_bytes < 2 || line[0] != ':')
		return;
	if (!is_letter(line[1])) { /* ":)" */
		*ret = (struct command){ COMMAND_SAY, span_of(line, 0),
					 span_of(line, len_bytes) };
		return;
	}
	word = take_word(&rest);
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!span_is(word, words[i].word))
			continue;
		ret->kind = words[i].kind;
		ret->target = words[i].has_target ? take_word(&rest)
						  : span_of(line, 0);
		ret->text = rest;
		return;
	}
}
