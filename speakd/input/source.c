/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/source.h"

#include "core/clock.h"
#include "core/escape.h"
#include "core/mem.h"
#include "core/text.h"

struct source {
	const struct settings *settings;
	const struct source_section *section; /* NULL: none */
	bool live;
	struct source_handler handler;
	const struct message *message; /* the one being worded */
	struct format_reader reader;
	struct wording *wording;
	struct buf shown, clean, labelled;
	uint64_t unsaid[KIND_COUNT]; /* lines of kinds not asked for */
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
	buf_fini(&source->shown);
	buf_fini(&source->clean);
	buf_fini(&source->labelled);
	format_reader_fini(&source->reader);
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

/* "error: disk full": what the text is goes before it. */
static void put_label(struct source *source, struct message *message)
{
	struct buf *out = &source->labelled;

	if (message->label.len_bytes == 0)
		return;
	buf_clear(out);
	buf_add(out, message->label.text, message->label.len_bytes);
	buf_add_text(out, ": ");
	buf_add(out, message->text.text, message->text.len_bytes);
	message->text = span_of(buf_text(out), out->len_bytes);
}

static void parse(struct source *source, struct span line,
		  struct message *message)
{
	const struct format *format = source->settings->format;

	if (source->section != NULL && source->section->format != NULL)
		format = source->section->format;
	(void)format_read(format, &source->reader, line.text, line.len_bytes,
			  message);
	put_label(source, message);
}

static unsigned events_of(const struct source *source)
{
	return source->section != NULL ? source->section->wording.events
				       : source->settings->wording.events;
}

void source_add_unsaid(const struct source *source, struct buf *out)
{
	SCOPED_BUF struct buf kinds = { 0 };
	uint64_t lines = 0;

	for (int i = 0; i < KIND_COUNT; i++) {
		if (source->unsaid[i] == 0)
			continue;
		buf_addf(&kinds, "%s %ju %s", lines > 0 ? "," : "",
			 (uintmax_t)source->unsaid[i],
			 message_kind_name((enum message_kind)i));
		lines += source->unsaid[i];
	}
	if (lines > 0)
		buf_addf(out, "%ju line%s of kinds not said:%s",
			 (uintmax_t)lines, lines == 1 ? "" : "s",
			 buf_text(&kinds));
}

static struct span span_of_buf(const struct buf *buf)
{
	return span_of(buf_text(buf), buf->len_bytes);
}

/* Without a byte order mark and what is for a terminal; as UTF-8. */
static struct span clean_line(struct source *source, struct span line)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (text_is_plain(line.text, line.len_bytes))
		return line;
	if (line.len_bytes >= 3 && memcmp(line.text, mark, 3) == 0)
		line = span_of(line.text + 3, line.len_bytes - 3);
	if (escape_found(line.text, line.len_bytes)) {
		buf_clear(&source->shown);
		escape_strip(&source->shown, line.text, line.len_bytes);
		line = span_of_buf(&source->shown);
	}
	buf_clear(&source->clean);
	text_repair(&source->clean, line.text, line.len_bytes);
	return span_of_buf(&source->clean);
}

void source_line(struct source *source, const char *line, size_t len_bytes,
		 bool cut)
{
	struct span whole = clean_line(source, span_of(line, len_bytes));
	struct message message;

	parse(source, whole, &message);
	if ((events_of(source) & (1U << message.kind)) == 0)
		source->unsaid[message.kind]++;
	source->message = &message;
	wording_message(source->wording, &message, whole, cut,
			source->section != NULL ? source->section->rules
						: source->settings->line_rules,
			source->settings->file_rules,
			source->live ? clock_ms() : 0, on_outcome, source);
	source->message = NULL;
}
