/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/wording_parts.h"

#include "core/mem.h"
#include "core/text.h"
#include "speakd/words/catalogue.h"
#include "speakd/words/clean.h"
#include "speakd/words/hygiene.h"
#include "speakd/words/state.h"
#include "speakd/words/template.h"
#include "speakd/words/tongue.h"

/* One message on its way to a phrase. */
struct draft {
	const struct message *message;
	const struct verdict *verdict;
	struct span text; /* as the rules left it */
	struct span said; /* the text's words, cleaned */
	const char *format; /* of the sentence */
	bool mine, changes_speaker, new_channel, cut;
	enum priority priority;
	enum cue cue;
};

/* NULL: the default one. */
static void set_language(struct wording *wording, const char *voice)
{
	const struct wording_config *config = wording->config;

	wording->voice = voice != NULL ? voice : config->voice;
	wording->language = languages_of_voice(config->languages,
					       wording->voice);
}

struct wording *wording_new(const struct wording_config *keep_config)
{
	struct wording *wording = mem_new(sizeof(*wording));

	wording->config = keep_config;
	wording->tongues = tongue_memory_new();
	set_language(wording, NULL);
	return wording;
}

void wording_free(struct wording *wording)
{
	if (wording == NULL)
		return;
	buf_fini(&wording->speaker);
	buf_fini(&wording->channel);
	buf_fini(&wording->network);
	paste_fini(&wording->paste);
	meeting_fini(&wording->meeting);
	tongue_memory_free(wording->tongues);
	buf_fini(&wording->clean);
	buf_fini(&wording->respelled[0]);
	buf_fini(&wording->respelled[1]);
	buf_fini(&wording->scratch);
	buf_fini(&wording->sentence);
	buf_fini(&wording->said);
	free(wording);
}

void wording_give_words(struct wording *wording, bool enough)
{
	wording->gives_words = enough;
}

uint64_t wording_cuts(const struct wording *wording)
{
	return wording->cuts;
}

/* What a kind sounds like, complete, without text, and without a nick. */
/* clang-format off */
static const struct form {
	const char *full, *no_text, *no_nick;
	enum priority priority;
	bool own_voice; /* said in the voice of its nick */
} forms[KIND_COUNT] = {
	[KIND_MESSAGE] = { "$nick: $text", NULL, "$text", PRIORITY_NORMAL, true },
	[KIND_ACTION]  = { "$nick $text", NULL, "$text", PRIORITY_NORMAL, true },
	[KIND_NOTICE]  = { N_("notice from $nick: $text"), NULL, N_("notice: $text"), PRIORITY_NORMAL, true },
	[KIND_JOIN]    = { N_("$nick joins"), N_("$nick joins"), N_("somebody joins"), PRIORITY_LOW, false },
	[KIND_PART]    = { N_("$nick leaves: $text"), N_("$nick leaves"), N_("somebody leaves"), PRIORITY_LOW, false },
	[KIND_QUIT]    = { N_("$nick quits: $text"), N_("$nick quits"), N_("somebody quits"), PRIORITY_LOW, false },
	[KIND_NICK]    = { N_("$nick is now $text"), NULL, NULL, PRIORITY_LOW, false },
	[KIND_MODE]    = { N_("mode $text by $nick"), N_("mode by $nick"), N_("mode $text"), PRIORITY_LOW, false },
	[KIND_TOPIC]   = { N_("$nick changes the topic to: $text"), N_("$nick clears the topic"), N_("topic: $text"), PRIORITY_NORMAL, false },
	[KIND_KICK]    = { N_("$nick kicks $target: $text"), N_("$nick kicks $target"), N_("$target is kicked: $text"), PRIORITY_NORMAL, false },
	[KIND_NUMERIC] = { "$text", NULL, "$text", PRIORITY_LOW, false },
	[KIND_PRIVATE] = { N_("private from $nick: $text"), NULL, N_("private: $text"), PRIORITY_NORMAL, true },
	[KIND_OWN]     = { N_("you: $text"), NULL, N_("you: $text"), PRIORITY_NORMAL, false },
	[KIND_STATE]   = { "$text", NULL, "$text", PRIORITY_HIGH, false },
	[KIND_OTHER]   = { "$text", NULL, "$text", PRIORITY_LOW, false },
};
/* clang-format on */

/* How the text is read: as the listener chose, unless a rule has its own. */
static struct reading reading_by(const struct wording *wording,
				 const struct verdict *verdict)
{
	struct reading reading = reading_of(wording);

	if (verdict->punctuation >= 0)
		reading.punctuation = (enum punctuation)verdict->punctuation;
	if (verdict->digits >= 0)
		reading.digits = (enum digits)verdict->digits;
	return reading;
}

/* What text of ours is in the language of the line. */
static const char *ours(const struct wording *wording, const char *text)
{
	return wording->language == NULL
		       ? text
		       : catalogue_text(wording->language->catalogue, text);
}

static struct span bare_channel(struct span channel)
{
	while (channel.len_bytes > 0 && strchr("#&+!", channel.text[0]) != NULL)
		channel = span_of(channel.text + 1, channel.len_bytes - 1);
	return channel;
}

/* ---- phrases out --------------------------------------------------------- */

/* Make safe what stands in sentence; false when nothing is left of it. */
static bool finish_text(struct wording *wording, bool cut)
{
	struct buf *said = &wording->said;
	const char *more, *cut_off;
	size_t room;

	buf_clear(said);
	hygiene_clean(said, buf_text(&wording->sentence),
		      wording->sentence.len_bytes);
	if (!cut && said->len_bytes <= PHRASE_MAX_BYTES)
		return said->len_bytes > 0;
	more = ours(wording, N_(" and more"));
	cut_off = ours(wording, N_(" line cut"));
	room = PHRASE_MAX_BYTES - strlen(more) - strlen(cut_off);
	if (said->len_bytes > PHRASE_MAX_BYTES ||
	    (cut && said->len_bytes > room)) {
		const char *blank = memrchr(said->data, ' ', room);

		/* The hygiene leaves a blank every HYGIENE_RUN_BYTES. */
		buf_cut(said, blank != NULL ? (size_t)(blank - said->data) : 0);
		buf_add_text(said, more);
		wording->cuts++;
	}
	if (cut)
		buf_add_text(said, cut_off + (said->len_bytes == 0));
	return said->len_bytes > 0;
}

static char *voice_name(struct wording *wording, const char *variant)
{
	const char *base = wording->voice;
	struct buf *name = &wording->scratch;

	if (base == NULL || strchr(base, '+') != NULL)
		return NULL;
	buf_clear(name);
	buf_add_text(name, base);
	buf_add_char(name, '+');
	buf_add_text(name, variant);
	return mem_text(name->data, name->len_bytes);
}

/* The voice of the rule that matched, or of the speaker, or the default. */
static void set_voice(struct wording *wording, const struct draft *draft,
		      struct phrase *phrase)
{
	const struct verdict *verdict = draft->verdict;
	struct span nick = message_person(draft->message);

	if (has_rule(wording, WORDING_VOICES) && !draft->mine &&
	    nick.len_bytes > 0 && forms[draft->message->kind].own_voice) {
		struct speaker_voice own =
			speaker_voice(wording->config->casting, nick);

		phrase->manner.pitch = own.pitch;
		phrase->manner.level_percent = own.level_percent;
		if (has_rule(wording, WORDING_PLACES))
			phrase->manner.place = own.place;
		if (verdict->voice == NULL)
			phrase->voice = voice_name(wording, own.variant);
	}
	if (phrase->voice == NULL && wording->voice != wording->config->voice)
		phrase->voice = mem_copy(wording->voice);
	if (verdict->voice != NULL) {
		free(phrase->voice);
		phrase->voice = mem_copy(verdict->voice);
	}
	if (verdict->pitch != PHRASE_DEFAULT)
		phrase->manner.pitch = verdict->pitch;
	phrase->manner.rate_wpm = verdict->rate_wpm;
	phrase->manner.volume_percent = verdict->volume_percent;
}

/* NULL for an empty span. */
static char *text_of(struct span span)
{
	return span.len_bytes > 0 ? mem_text(span.text, span.len_bytes) : NULL;
}

/* "#c", or "libera/#c" where the line names its network. */
static char *place_of(const struct message *message)
{
	struct span network = message->network, channel = message->channel;

	if (network.len_bytes == 0 || channel.len_bytes == 0)
		return text_of(channel);
	return mem_printf("%.*s/%.*s", (int)network.len_bytes, network.text,
			  (int)channel.len_bytes, channel.text);
}

/* What stands in said, as a phrase or, where they are enough, as words. */
static void say_draft(struct wording *wording, const struct draft *draft,
		      uint64_t now_ms, wording_give_fn *give, void *data)
{
	const struct verdict *verdict = draft->verdict;
	const enum cue cue = verdict->cue >= 0 ? (enum cue)verdict->cue
					       : draft->cue;
	struct phrase *phrase;

	if (wording->gives_words) {
		give((struct outcome){ .words = span_of_buf(&wording->said),
				       .cue = cue },
		     data);
		return;
	}
	phrase = phrase_new(
		mem_text(wording->said.data, wording->said.len_bytes));
	set_voice(wording, draft, phrase);
	phrase->manner.by_script = has_rule(wording, WORDING_LANGUAGES);
	phrase->manner.capitals = wording->config->capitals;
	phrase->priority = verdict->priority >= 0
				   ? (enum priority)verdict->priority
				   : draft->priority;
	phrase->cue = cue;
	phrase->sound = mem_copy(verdict->sound);
	phrase->arrived_ms = now_ms;
	phrase->nick = text_of(draft->message->nick);
	phrase->channel = place_of(draft->message);
	give((struct outcome){ .phrase = phrase }, data);
}

static void say_paste_end(struct wording *wording, struct span nick,
			  uint64_t ms, uint64_t now_ms, wording_give_fn *give,
			  void *data)
{
	SCOPED_BUF struct buf said = { 0 };
	struct phrase *phrase;
	unsigned lines;

	if (!paste_ends(&wording->paste, nick, ms, &lines))
		return;
	template_count(&said,
		       catalogue_many(wording->language != NULL
					      ? wording->language->catalogue
					      : NULL,
				      "end of paste, $count line",
				      "end of paste, $count lines", lines),
		       lines);
	phrase = phrase_new(buf_give(&said));
	phrase->priority = PRIORITY_LOW;
	phrase->arrived_ms = now_ms;
	phrase->nick = text_of(span_of_buf(&wording->speaker));
	buf_clear(&wording->speaker);
	give((struct outcome){ .phrase = phrase }, data);
}

/* ---- the sentence -------------------------------------------------------- */

static void fill(struct wording *wording, const struct draft *draft)
{
	const struct message *m = draft->message;
	struct template_values values = {
		.nick = draft->mine && draft->verdict->say_as == NULL
				? span_of_text(ours(wording, N_("you")))
				: message_name(m),
		.text = draft->said,
		.channel = bare_channel(m->channel),
		.target = m->target,
		.kind = span_of_text(message_kind_name(m->kind)),
	};
	struct buf *out = &wording->sentence;

	buf_clear(out);
	if (draft->cue == CUE_HIGHLIGHT && !wording->config->highlight_sound &&
	    draft->verdict->cue < 0)
		buf_addf(out, "%s: ", ours(wording, N_("highlight")));
	if (draft->new_channel && has_rule(wording, WORDING_CHANNEL)) {
		buf_addf(out, "%s ", ours(wording, N_("in")));
		if (wording->many_networks && m->network.len_bytes > 0)
			buf_addf(out, "%.*s ", (int)m->network.len_bytes,
				 m->network.text);
		buf_add(out, values.channel.text, values.channel.len_bytes);
		buf_add_text(out, ": ");
	}
	template_fill(out,
		      draft->format == draft->verdict->say_as
			      ? draft->format
			      : ours(wording, draft->format),
		      &values);
}

/*
 * What most lines are, a text with or without a nick before it, goes straight
 * into said: nothing else is filled in. False: it is none of these, or has to
 * be made safe.
 */
static bool fill_usual(struct wording *wording, const struct draft *draft)
{
	const struct form *message = &forms[KIND_MESSAGE];
	const struct form *action = &forms[KIND_ACTION];
	struct span name = message_name(draft->message);
	struct buf *out = &wording->said;

	if (draft->cut || draft->mine || draft->new_channel ||
	    draft->cue != CUE_NONE)
		return false;
	buf_clear(out);
	if (draft->format == message->full || draft->format == action->full) {
		buf_add(out, name.text, name.len_bytes);
		buf_add_text(out, draft->format == message->full ? ": " : " ");
	} else if (draft->format != message->no_nick) {
		return false;
	}
	buf_add(out, draft->said.text, draft->said.len_bytes);
	return out->len_bytes <= PHRASE_MAX_BYTES &&
	       hygiene_is_clean(out->data, out->len_bytes);
}

/* text with the listener's own words, of the source and of the language. */
static struct span respell(struct wording *wording, struct span text)
{
	const struct dictionary *const dictionaries[] = {
		wording->config->dictionary,
		wording->language != NULL ? wording->language->dictionary
					  : NULL,
	};

	for (size_t i = 0; i < COUNT_OF(dictionaries); i++) {
		struct buf *out = &wording->respelled[i];

		if (dictionaries[i] == NULL)
			continue;
		buf_clear(out);
		if (dictionary_apply(dictionaries[i], text, out))
			text = span_of_buf(out);
	}
	return text;
}

/* The words of text, cleaned, in draft->said. */
static void clean(struct wording *wording, struct draft *draft,
		  struct span text)
{
	const struct reading reading = reading_by(wording, draft->verdict);

	draft->said = clean_text(&wording->clean, &wording->scratch, &reading,
				 respell(wording, text));
}

/* "?" would be said as silence: its name instead. */
static void name_silent(struct wording *wording, struct draft *draft)
{
	const struct reading reading = reading_by(wording, draft->verdict);
	struct buf *out = &wording->scratch;

	buf_clear(out);
	if (clean_name_silent(out, &reading, draft->said))
		draft->said = span_of_buf(out);
}

/* "+1" is no number for espeak-ng: it says "one". */
static void name_sign(const struct wording *wording, struct draft *draft)
{
	static const struct {
		const char *text, *name;
	} signs[] = {
		{ "+1", N_("plus one") },
		{ "-1", N_("minus one") },
		{ "+0", N_("plus zero") },
		{ "-0", N_("minus zero") },
	};

	if (draft->text.len_bytes != 2)
		return;
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (span_is(draft->text, signs[i].text))
			draft->said =
				span_of_text(ours(wording, signs[i].name));
}

/* The form for what draft has; NULL: nothing to be said. */
static const char *choose_form(const struct draft *draft)
{
	const struct form *form = &forms[draft->message->kind];

	if (draft->message->nick.len_bytes == 0 && !draft->mine)
		return is_blank(draft->said) && form->no_text == NULL &&
				       !draft->cut
			       ? NULL
			       : form->no_nick;
	if (is_blank(draft->said) && !draft->cut)
		return form->no_text;
	return form->full;
}

static void plain_form(struct wording *wording, struct draft *draft)
{
	const struct message *m = draft->message;

	name_silent(wording, draft);
	name_sign(wording, draft);
	draft->format = choose_form(draft);
	if (m->kind == KIND_ACTION && !has_rule(wording, WORDING_ACTIONS) &&
	    draft->format == forms[KIND_ACTION].full)
		draft->format = forms[KIND_MESSAGE].full;
	draft->changes_speaker = true;
	if (m->kind == KIND_MESSAGE && draft->format != NULL &&
	    has_rule(wording, WORDING_NICK) && !draft->new_channel &&
	    is_same_speaker(wording, message_person(m)))
		draft->format = forms[KIND_MESSAGE].no_nick;
}

/* "link: link to a.b" says it twice. */
static bool names_itself(const struct wording *wording, const char *label,
			 struct span said)
{
	const char *link = ours(wording, N_("link to"));
	size_t len_bytes = strlen(link);

	return strcmp(label, "link") == 0 && said.len_bytes > len_bytes &&
	       memcmp(said.text, link, len_bytes) == 0;
}

/*
 * "topic: X" in front of the words; the nick is said only where the sentence
 * needs it. Built in scratch, which the words do not use any more.
 */
static void meeting_form(struct wording *wording, struct draft *draft,
			 const struct meeting_notice *notice)
{
	struct buf *out = &wording->scratch;

	draft->priority = notice->priority;
	draft->format = notice->phrase;
	if (notice->phrase != NULL) {
		draft->format = draft->message->nick.len_bytes > 0 ||
						draft->mine
					? notice->phrase
					: "$text";
		return;
	}
	clean(wording, draft, notice->text);
	draft->format = notice->by_bot && draft->message->nick.len_bytes > 0
				? "$nick: $text"
				: "$text";
	if (notice->label == NULL ||
	    names_itself(wording, notice->label, draft->said))
		return;
	buf_clear(out);
	buf_add_text(out, ours(wording, notice->label));
	if (!is_blank(draft->said)) {
		buf_add_text(out, ": ");
		buf_add(out, draft->said.text, draft->said.len_bytes);
	}
	draft->said = span_of_buf(out);
}

static bool read_meeting(struct wording *wording, struct draft *draft)
{
	const struct message *m = draft->message;
	struct meeting_notice notice;

	if (!has_rule(wording, WORDING_MEETING))
		return false;
	if (m->kind == KIND_TOPIC &&
	    meeting_is_echo(&wording->meeting, draft->text)) {
		draft->format = N_("topic changed");
		draft->priority = PRIORITY_LOW;
		return true;
	}
	if ((m->kind != KIND_MESSAGE && m->kind != KIND_NOTICE &&
	     m->kind != KIND_OWN) ||
	    !meeting_read(&wording->meeting, draft->text, &notice))
		return false;
	meeting_form(wording, draft, &notice);
	return true;
}

/* ---- marks: mine, to me, a channel, a paste ------------------------------ */

static void mark_highlight(struct wording *wording, struct draft *draft)
{
	const struct message *m = draft->message;
	struct span me = span_of_text(
		wording->config->nick != NULL ? wording->config->nick : "");
	bool speaks = forms[m->kind].own_voice || m->kind == KIND_TOPIC;

	draft->mine = m->kind == KIND_OWN;
	if (!has_rule(wording, WORDING_HIGHLIGHT))
		return;
	if (me.len_bytes > 0 && forms[m->kind].own_voice &&
	    speaker_same(m->nick, me))
		draft->mine = true;
	if (draft->mine) {
		draft->priority = PRIORITY_HIGH;
	} else if (m->kind == KIND_PRIVATE ||
		   (speaks && me.len_bytes > 0 &&
		    speaker_named(draft->text, me))) {
		draft->priority = PRIORITY_HIGH;
		draft->cue = CUE_HIGHLIGHT;
	}
}

/* Whether it is another one than before; one alone is never named. */
static bool changes_network(struct wording *wording, struct span network)
{
	struct buf *known = &wording->network;
	bool first = known->len_bytes == 0;

	if (network.len_bytes == 0 ||
	    (!first && span_is(network, buf_text(known))))
		return false;
	set_buf(known, network);
	wording->many_networks |= !first;
	return !first;
}

static void mark_channel(struct wording *wording, struct draft *draft)
{
	struct span channel = draft->message->channel;
	bool elsewhere;

	/* A state names its channel itself. */
	if (channel.len_bytes == 0 || draft->message->kind == KIND_STATE)
		return;
	elsewhere = changes_network(wording, draft->message->network);
	draft->new_channel =
		wording->has_channel &&
		(elsewhere ||
		 !speaker_same(span_of_buf(&wording->channel), channel));
	if (!wording->has_channel || draft->new_channel)
		set_buf(&wording->channel, channel);
	wording->has_channel = true;
}

static const char *paste_format(const struct draft *draft)
{
	return draft->verdict->say_as == NULL ? N_("$nick pastes: $text")
					      : draft->format;
}

static void mark_paste(struct wording *wording, struct draft *draft,
		       uint64_t ms)
{
	const struct message *m = draft->message;
	unsigned lines;

	if (!has_rule(wording, WORDING_PASTES) || m->kind != KIND_MESSAGE ||
	    m->nick.len_bytes == 0)
		return;
	lines = paste_count(&wording->paste, m->nick, ms);
	if (lines < PASTE_LINES)
		return;
	if (lines == PASTE_LINES && !draft->mine)
		draft->format = paste_format(draft);
	if (draft->priority == PRIORITY_NORMAL)
		draft->priority = PRIORITY_LOW;
}

/* Whoever speaks next is named, unless it is the one who just did. */
static void remember_speaker(struct wording *wording, const struct draft *draft)
{
	const struct message *m = draft->message;

	if (draft->changes_speaker &&
	    (m->kind == KIND_MESSAGE || m->kind == KIND_ACTION))
		set_buf(&wording->speaker, message_person(m));
	else if (!is_same_speaker(wording, message_person(m)) ||
		 m->kind != KIND_MESSAGE)
		buf_clear(&wording->speaker);
}

/* Who changes nick goes on speaking, whether the change is said or not. */
static void follow_nick(struct wording *wording, const struct message *m)
{
	if (m->kind == KIND_NICK && m->text.len_bytes > 0 &&
	    is_same_speaker(wording, message_person(m)))
		set_buf(&wording->speaker,
			m->person.len_bytes > 0 ? m->person : m->text);
}

void wording_forget_speaker(struct wording *wording)
{
	buf_clear(&wording->speaker);
}

/* Who says a whole line in another language of the listener's is heard in it.
 */
static void choose_language(struct wording *wording, const struct draft *draft)
{
	const struct message *m = draft->message;
	const char *voice = NULL;

	if (forms[m->kind].own_voice && has_rule(wording, WORDING_LANGUAGES))
		voice = tongue_of_line(wording->config->tongue,
				       wording->tongues, m->channel, m->nick,
				       draft->text);
	set_language(wording, voice);
}

/* ---- one message --------------------------------------------------------- */

/* "say-as = Jamie: $text" is another name, which is said once as well. */
static bool is_named_already(const struct draft *draft)
{
	static const char alias[] = ": $text";
	const char *say_as = draft->verdict->say_as;
	size_t n = strlen(say_as);

	return draft->format == forms[KIND_MESSAGE].no_nick &&
	       draft->message->nick.len_bytes > 0 && n >= sizeof(alias) - 1 &&
	       strcmp(say_as + n - (sizeof(alias) - 1), alias) == 0;
}

static void word(struct wording *wording, struct draft *draft, uint64_t now_ms,
		 wording_give_fn *give, void *data)
{
	const struct message *m = draft->message;
	uint64_t ms = message_said_ms(m, now_ms);
	bool is_line = m->kind == KIND_MESSAGE;
	bool something = true;

	if (wording->config->tongue != NULL)
		choose_language(wording, draft);
	say_paste_end(wording, is_line ? m->nick : span_of("", 0), ms, now_ms,
		      give, data);
	if (was_long_ago(wording, ms))
		buf_clear(&wording->speaker);
	clean(wording, draft, draft->text);
	if (!read_meeting(wording, draft))
		plain_form(wording, draft);
	if (draft->format == NULL)
		return;
	if (draft->verdict->say_as != NULL && !is_named_already(draft))
		draft->format = draft->verdict->say_as;
	mark_paste(wording, draft, ms);
	if (!fill_usual(wording, draft)) {
		fill(wording, draft);
		something = finish_text(wording, draft->cut);
	}
	if (m->kind != KIND_NICK)
		remember_speaker(wording, draft);
	wording->spoke_ms = ms;
	if (something)
		say_draft(wording, draft, now_ms, give, data);
}

/* Of the voice that states are said in, the default one. */
static const struct catalogue *catalogue_of(const struct wording *wording)
{
	const struct wording_config *config = wording->config;
	const struct language *language = languages_of_voice(config->languages,
							     config->voice);

	return language != NULL ? language->catalogue : NULL;
}

void wording_message(struct wording *wording, const struct message *message,
		     struct span line, bool cut, struct rules *first,
		     struct rules *second, uint64_t now_ms,
		     wording_give_fn *give, void *data)
{
	SCOPED_BUF struct buf state = { 0 };
	struct verdict verdict;
	struct draft draft = {
		.message = message,
		.verdict = &verdict,
		.priority = forms[message->kind].priority,
		.cut = cut,
	};

	if ((wording->config->events & (1U << message->kind)) == 0) {
		follow_nick(wording, message);
		return;
	}
	rules_judge(first, second, message, line, &verdict);
	draft.text = verdict.replaced ? span_of_buf(&verdict.text)
				      : message->text;
	if (message->kind == KIND_STATE) {
		state_words(draft.text, catalogue_of(wording), &state);
		draft.text = span_of_buf(&state);
	}
	if (verdict.run != NULL)
		give((struct outcome){ .command = verdict.run }, data);
	if (verdict.say) {
		mark_highlight(wording, &draft);
		mark_channel(wording, &draft);
		word(wording, &draft, now_ms, give, data);
	}
	follow_nick(wording, message);
	buf_fini(&verdict.text);
}

char *wording_skip_text(uintmax_t lines, const void *data)
{
	const struct wording_config *config = data;
	const struct language *language = languages_of_voice(config->languages,
							     config->voice);
	SCOPED_BUF struct buf said = { 0 };

	template_count(
		&said,
		catalogue_many(language != NULL ? language->catalogue : NULL,
			       "$count line skipped", "$count lines skipped",
			       lines),
		lines);
	return buf_give(&said);
}

char *wording_others(const struct wording *wording, unsigned count,
		     const char *words)
{
	SCOPED_BUF struct buf said = { 0 };

	if (wording->language == NULL || wording->language->catalogue == NULL)
		return NULL;
	template_count(&said,
		       catalogue_many(wording->language->catalogue,
				      "$count other", "$count others", count),
		       count);
	buf_addf(&said, ": %s", words);
	return buf_give(&said);
}
