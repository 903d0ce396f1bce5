/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/source.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/text.h"

struct source {
	const struct settings *settings;
	const struct source_section *section; /* NULL: none */
	bool live;
	struct source_handler handler;
	const struct message *message; /* the one being worded */
	struct message_detector detector;
	struct wording *wording;
	struct buf clean;
};

struct source *source_new(const struct settings *keep_settings,
			  const struct source_section *keep_section, bool live,
			  const struct source_handler *handler)
{
	struct source *source = mem_new(sizeof(*source));

	source->live = live;
	source->handler = *handler;
	source_configure(source, keep_settings, keep_section);
	return source;
}

void source_free(struct source *source)
{
	if (source == NULL)
		return;
	wording_free(source->wording);
	buf_fini(&source->clean);
	free(source);
}

void source_configure(struct source *source,
		      const struct settings *keep_settings,
		      const struct source_section *keep_section)
{
	source->settings = keep_settings;
	source->section = keep_section;
	wording_free(source->wording);
	source->wording = wording_new(keep_section != NULL
					      ? &keep_section->wording
					      : &keep_settings->wording);
}

/* What the section says counts where no rule said otherwise. */
static void say(const struct source *source, struct phrase *take_phrase)
{
	const struct source_section *section = source->section;

	if (section != NULL) {
		if (take_phrase->rate_wpm == PHRASE_DEFAULT)
			take_phrase->rate_wpm = section->rate_wpm;
		if (take_phrase->pitch == PHRASE_DEFAULT)
			take_phrase->pitch = section->pitch;
		if (take_phrase->volume_percent == PHRASE_DEFAULT)
			take_phrase->volume_percent = section->volume_percent;
		if (take_phrase->voice == NULL)
			take_phrase->voice = mem_copy(section->voice);
	}
	source->handler.say(take_phrase, source->handler.data);
}

static void on_outcome(struct outcome take_outcome, void *data)
{
	const struct source *source = data;

	if (take_outcome.phrase != NULL)
		say(source, take_outcome.phrase);
	else
		source->handler.run(take_outcome.command, source->message,
				    source->handler.data);
}

static void parse(struct source *source, struct span line,
		  struct message *message)
{
	enum message_format format = source->settings->format;

	if (source->section != NULL && source->section->format >= 0)
		format = (enum message_format)source->section->format;
	if (format == FORMAT_AUTO)
		message_detect(&source->detector, line.text, line.len_bytes,
			       message);
	else
		(void)message_parse(format, line.text, line.len_bytes, message);
}

void source_line(struct source *source, const char *line, size_t len_bytes,
		 bool cut)
{
	struct span whole = { line, len_bytes };
	struct message message;

	if (!text_is_plain(line, len_bytes)) {
		buf_clear(&source->clean);
		text_repair(&source->clean, line, len_bytes);
		whole = span_of(buf_text(&source->clean),
				source->clean.len_bytes);
	}
	parse(source, whole, &message);
	source->message = &message;
	wording_message(source->wording, &message, whole, cut,
			source->section != NULL ? source->section->rules
						: source->settings->line_rules,
			source->settings->file_rules,
			source->live ? clock_ms() : 0, on_outcome, source);
	source->message = NULL;
}
