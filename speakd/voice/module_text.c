/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/module_text.h"

#include <string.h>

static void add_safely(struct buf *out, char c)
{
	switch (c) {
	case '&':
		buf_add_text(out, "&amp;");
		break;
	case '<':
		buf_add_text(out, "&lt;");
		break;
	case '>':
		buf_add_text(out, "&gt;");
		break;
	default:
		buf_add_char(out, c);
		break;
	}
}

static void add_style(struct buf *out, const struct style *style)
{
	if (style->pause_ms > 0)
		buf_addf(out, "<break time=\"%ums\"/>",
			 (unsigned)style->pause_ms);
	buf_addf(out, "<prosody rate=\"%u%%\" pitch=\"%+d%%\">",
		 style->rate_percent, (int)style->pitch_percent - 100);
}

/* A line that is a dot would end the text: one never is, in one line. */
static void make_ssml(struct buf *out, const char *text,
		      const struct engine_params *params)
{
	size_t number = 0;

	buf_clear(out);
	buf_add_text(out, "<speak>");
	for (size_t i = 0; text[i] != '\0'; i++) {
		while (number < params->style_count &&
		       params->styles[number].from_bytes <= i) {
			if (number > 0)
				buf_add_text(out, "</prosody>");
			add_style(out, &params->styles[number++]);
		}
		if (text[i] != ' ' && (i == 0 || text[i - 1] == ' '))
			buf_addf(out, "<mark name=\"%zu\"/>", i);
		add_safely(out, text[i] == '\n' ? ' ' : text[i]);
	}
	if (number > 0)
		buf_add_text(out, "</prosody>");
	buf_add_text(out, "</speak>\n.\n");
}

/* One character has a command of its own; a blank has a name there. */
static const char *make_char(struct buf *out, const char *text)
{
	buf_clear(out);
	if (strcmp(text, " ") == 0)
		buf_add_text(out, "space");
	else if (*text == '.')
		buf_addf(out, ".%s", text);
	else
		buf_add_text(out, text);
	buf_add_text(out, "\n.\n");
	return "CHAR";
}

bool module_text_is_one(const char *text)
{
	size_t n = strlen(text), characters = 0;

	for (size_t i = 0; i < n; i++)
		characters += ((unsigned char)text[i] & 0xc0) != 0x80;
	return characters == 1;
}

const char *module_text_make(struct buf *out, const char *text,
			     const struct engine_params *params)
{
	if (params->form == FORM_CHARS && module_text_is_one(text))
		return make_char(out, text);
	make_ssml(out, text, params);
	return "SPEAK";
}
