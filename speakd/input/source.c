/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/source.h"

#include <ctype.h>
#include <time.h>

#include "core/clock.h"
#include "core/escape.h"
#include "core/mem.h"
#include "core/message/usual.h"
#include "core/text.h"
#include "speakd/input/crowd.h"
#include "speakd/input/seen.h"

enum { DAY_MS = 86400000, OLD_MS = 60000 };

struct source {
	const struct settings *settings;
	const struct source_section *section; /* NULL: none */
	bool live;
	struct source_handler handler;
	const struct message *message; /* the one being worded */
	struct format_reader reader;
	struct people *people;
	const struct person *person; /* who speaks, NULL: nobody known */
	struct seen *seen; /* made with the first item of a feed */
	uint64_t known; /* items that were said before */
	struct crowd crowd;
	bool joins; /* the message says what others just said */
	uint64_t said_ms;
	struct wording *wording;
	struct wording *old; /* of what is played back; NULL: none yet */
	struct buf once, shown, clean, labelled, named;
	uint64_t unsaid[KIND_COUNT]; /* lines of kinds not asked for */
	bool says_usual; /* by say_usual(), where it can */
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
	seen_free(source->seen);
	crowd_fini(&source->crowd);
	people_free(source->people);
	wording_free(source->wording);
	wording_free(source->old);
	buf_fini(&source->once);
	buf_fini(&source->shown);
	buf_fini(&source->clean);
	buf_fini(&source->labelled);
	buf_fini(&source->named);
	format_reader_fini(&source->reader);
	free(source);
}

static struct wording *make_wording(const struct source *source)
{
	return wording_new(source->section != NULL
				   ? &source->section->wording
				   : &source->settings->wording);
}

static const struct format *format_of(const struct source *source)
{
	const struct source_section *section = source->section;

	return section != NULL && section->format != NULL
		       ? section->format
		       : source->settings->format;
}

static struct rules *first_rules(const struct source *source)
{
	return source->section != NULL ? source->section->rules
				       : source->settings->line_rules;
}

/*
 * Only words are wanted, no rule may change them, and a nick is who speaks: no
 * id, nor the name of a relay.
 */
static bool may_say_usual(const struct source *source)
{
	return source->handler.words != NULL &&
	       source->handler.members == NULL &&
	       source->settings->people.relay_count == 0 &&
	       rules_are_empty(first_rules(source)) &&
	       rules_are_empty(source->settings->file_rules);
}

void source_configure(struct source *source,
		      const struct settings *keep_settings,
		      const struct source_section *keep_section)
{
	source->settings = keep_settings;
	source->section = keep_section;
	people_free(source->people);
	source->people = people_new(&keep_settings->people);
	wording_free(source->wording);
	wording_free(source->old);
	source->old = NULL;
	source->wording = make_wording(source);
	source->says_usual = may_say_usual(source);
}

/* What the section says counts where no rule said otherwise. */
static void say(const struct source *source, struct phrase *take_phrase)
{
	const struct source_section *section = source->section;
	struct manner *manner = &take_phrase->manner;

	if (section != NULL) {
		if (manner->rate_wpm == PHRASE_DEFAULT)
			manner->rate_wpm = section->rate_wpm;
		if (manner->pitch == PHRASE_DEFAULT)
			manner->pitch = section->pitch;
		if (manner->volume_percent == PHRASE_DEFAULT)
			manner->volume_percent = section->volume_percent;
		if (take_phrase->voice == NULL)
			take_phrase->voice = mem_copy(section->voice);
	}
	if (source->person != NULL && source->person->voice != NULL) {
		free(take_phrase->voice);
		take_phrase->voice = mem_copy(source->person->voice);
	}
	source->handler.say(take_phrase, source->handler.data);
}

bool source_holds(const struct source *source)
{
	return source->crowd.held != NULL;
}

void source_flush(struct source *source)
{
	bool many;
	struct phrase *phrase = crowd_give(&source->crowd, source->wording,
					   &many);

	if (phrase == NULL)
		return;
	if (many)
		wording_forget_speaker(source->wording);
	say(source, phrase);
}

/* What is for me, or mine, is not one of many; a vote, which matters, is. */
static bool is_of_many(const struct source *source, const struct phrase *phrase)
{
	struct span text = source->message->text;

	return phrase->cue == CUE_NONE &&
	       (phrase->priority != PRIORITY_HIGH ||
		(text.len_bytes == 2 && memchr("+-", text.text[0], 2) != NULL));
}

static void on_phrase(struct source *source, struct phrase *take_phrase)
{
	if (source->joins && is_of_many(source, take_phrase)) {
		crowd_hold(&source->crowd, source->message, source->said_ms,
			   take_phrase);
		return;
	}
	source_flush(source);
	say(source, take_phrase);
}

static void on_words(struct source *source, struct span words, enum cue cue)
{
	source_flush(source);
	source->handler.words(words, cue, source->handler.data);
}

static void on_outcome(struct outcome take_outcome, void *data)
{
	struct source *source = data;

	if (take_outcome.phrase != NULL)
		on_phrase(source, take_outcome.phrase);
	else if (take_outcome.words.len_bytes > 0)
		on_words(source, take_outcome.words, take_outcome.cue);
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

/* Names for what an export has ids for. */
static void put_names(struct source *source, struct message *message)
{
	const struct members *members = source->handler.members;
	struct span name = members_name(members, message->nick);

	if (name.len_bytes > 0)
		message->nick = name;
	buf_clear(&source->named);
	members_resolve(members, message->text, &source->named);
	message->text = span_of_buf(&source->named);
}

/*
 * Whether an item of a feed is to be said. Of a feed that is followed and was
 * never met, what is older than a day is taken as known: nobody wants to hear
 * its archive.
 */
static bool is_news(struct source *source, struct message *message)
{
	const char *name = source->handler.name;
	struct timespec now;
	bool met;

	if (source->seen == NULL)
		source->seen = seen_new(name != NULL ? name : "",
					!source->settings->print);
	if (name != NULL && message->nick.len_bytes == 0)
		message->nick = span_of_text(name);
	met = seen_knows(source->seen);
	if (!seen_add(source->seen, message->id))
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	return met || !source->live || name == NULL || !message->when.dated ||
	       (int64_t)now.tv_sec * 1000 - message->when.ms < DAY_MS;
}

/* The kinds that were asked for, as bits. */
static unsigned kinds_said(const struct source *source)
{
	return source->section != NULL ? source->section->wording.events
				       : source->settings->wording.events;
}

static bool is_said(const struct source *source, const struct message *message)
{
	return (kinds_said(source) & (1U << message->kind)) != 0;
}

/* False: there is nothing new in it. */
static bool parse(struct source *source, struct span line,
		  struct message *message)
{
	(void)format_read(format_of(source), &source->reader, line.text,
			  line.len_bytes, message);
	if (message->once && !is_news(source, message)) {
		source->known++;
		return false;
	}
	if (source->handler.members != NULL)
		put_names(source, message);
	source->person = message->old
				 ? NULL
				 : people_read(source->people,
					       kinds_said(source), message);
	put_label(source, message);
	return true;
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
	if (source->known > 0)
		buf_addf(out, "%ju items said before%s",
			 (uintmax_t)source->known, lines > 0 ? "; " : "");
	if (lines > 0)
		buf_addf(out, "%ju line%s of kinds not said:%s",
			 (uintmax_t)lines, lines == 1 ? "" : "s",
			 buf_text(&kinds));
}

/*
 * Whether colours stand around a client's own signs, as its log has them when
 * they are not taken out: before the first letter there is nobody's text.
 */
static bool is_coloured(struct span line)
{
	for (size_t i = 0; i < line.len_bytes; i++) {
		if (text_is_mirc(line.text[i]))
			return true;
		if (isalpha((unsigned char)line.text[i]))
			return false;
	}
	return false;
}

/* Without a byte order mark and what is for a terminal; as UTF-8. */
static struct span clean_line(struct source *source, struct span line)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (text_is_common(line.text, line.len_bytes))
		return line;
	buf_clear(&source->once);
	if (text_undo_twice(&source->once, line.text, line.len_bytes))
		line = span_of_buf(&source->once);
	if (line.len_bytes >= 3 && memcmp(line.text, mark, 3) == 0)
		line = span_of(line.text + 3, line.len_bytes - 3);
	if (escape_found(line.text, line.len_bytes)) {
		buf_clear(&source->shown);
		escape_strip(&source->shown, line.text, line.len_bytes);
		line = span_of_buf(&source->shown);
	} else if (is_coloured(line)) {
		buf_clear(&source->shown);
		text_strip_mirc(&source->shown, line.text, line.len_bytes);
		line = span_of_buf(&source->shown);
	}
	buf_clear(&source->clean);
	text_repair(&source->clean, line.text, line.len_bytes);
	return span_of_buf(&source->clean);
}

/* Of the hour of the day, in both directions around midnight. */
static int64_t day_distance(int64_t a, int64_t b)
{
	int64_t d = ((a - b) % DAY_MS + DAY_MS) % DAY_MS;

	return d > DAY_MS / 2 ? DAY_MS - d : d;
}

/*
 * Written long ago and read now, as with --last: when it came says nothing. A
 * time without a zone is taken for ours.
 */
static bool is_old(const struct message_time *when)
{
	struct timespec now;
	struct tm tm;
	int64_t ms;

	if (when->step_ms == 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (!when->zoned && localtime_r(&now.tv_sec, &tm) != NULL)
		ms += (int64_t)tm.tm_gmtoff * 1000;
	ms = when->dated ? ms - when->ms : day_distance(ms, when->ms);
	return ms > (int64_t)when->step_ms + OLD_MS || ms < -OLD_MS;
}

/* What a rule would run, it would have run then. */
static void on_missed(struct outcome take_outcome, void *data)
{
	if (take_outcome.phrase == NULL)
		return;
	take_outcome.phrase->missed = true;
	say(data, take_outcome.phrase);
}

/*
 * Played back: kept, for whoever asks for it, and not said. Who speaks in what
 * is live has nothing to do with it.
 */
static void keep_missed(struct source *source, const struct message *message,
			struct span line, bool cut)
{
	source->unsaid[KIND_OTHER]++;
	if (source->old == NULL)
		source->old = make_wording(source);
	wording_message(source->old, message, line, cut, first_rules(source),
			source->settings->file_rules, 0, on_missed, source);
}

/* When a line came, 0 where that says nothing. */
static uint64_t now_of(const struct source *source,
		       const struct message_time *when)
{
	return source->live && !is_old(when) ? clock_ms() : 0;
}

/*
 * "[12:30] <nick> text", as most lines of a log are, on a way of its own
 * (words/short_way.c): nothing is made that printing does not need. What it
 * comes to is what the way of all lines comes to; false, and nothing is said,
 * when it is not sure of that.
 */
static bool say_usual(struct source *source, struct span line)
{
	struct message message;
	struct usual usual;
	struct usual_words said;
	struct span words;
	uint64_t ms;

	if (!format_is_usual(format_of(source), &source->reader) ||
	    !usual_read(line, &usual) || people_may_be_relayed(usual.text) ||
	    !wording_usual(source->wording, usual.nick, usual.text, &said))
		return false;
	format_take_usual(&source->reader, &usual, &message);
	ms = message_said_ms(&message, now_of(source, &usual.when));
	if (!crowd_passes(&source->crowd, &message, ms))
		return false;
	source->person = people_read(source->people, kinds_said(source),
				     &message);
	crowd_begin(&source->crowd, &message, ms);
	words = wording_usual_line(source->wording, &message, said, ms);
	if (words.len_bytes > 0)
		source->handler.words(words, CUE_NONE, source->handler.data);
	return true;
}

void source_line(struct source *source, const char *line, size_t len_bytes,
		 bool cut)
{
	struct span whole = span_of(line, len_bytes);
	struct message message;
	uint64_t now_ms;

	if (source->says_usual && !cut && say_usual(source, whole))
		return;
	whole = clean_line(source, whole);
	if (!parse(source, whole, &message))
		return;
	if (message.old) {
		keep_missed(source, &message, whole, cut);
		return;
	}
	if (!is_said(source, &message))
		source->unsaid[message.kind]++;
	now_ms = now_of(source, &message.when);
	source->message = &message;
	source->said_ms = message_said_ms(&message, now_ms);
	source->joins = crowd_joins(&source->crowd, &message, source->said_ms);
	if (!source->joins && is_said(source, &message)) {
		source_flush(source);
		crowd_begin(&source->crowd, &message, source->said_ms);
	}
	/* What may have to wait for others has to be a phrase. */
	wording_give_words(source->wording,
			   source->handler.words != NULL && !source->joins);
	wording_message(source->wording, &message, whole, cut,
			first_rules(source), source->settings->file_rules,
			now_ms, on_outcome, source);
	source->message = NULL;
}
