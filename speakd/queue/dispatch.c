/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/dispatch.h"

#include <string.h>

#include "core/mem.h"

struct dispatch {
	struct dispatch_handler handler;
	struct dispatch_watcher watcher; /* all NULL: nobody listens */
	bool is_mute; /* there is no sound at present */
	char *instead; /* owned: another device than asked for, and why */
	struct scheduler *scheduler;
	struct history *history; /* NULL: nobody will ask */
	struct dispatch_manner manner;
	unsigned rate_wpm; /* of lines, as set */
	uint64_t last_id, saying_id, said_id;
	/* Borrowed from the voice: what is said, and what it has beside it. */
	const struct phrase *now, *ahead;
	char *nick; /* owned: who spoke last; NULL: nobody */
	unsigned gap_ms, catch_up_after_ms; /* as set */
	char *source; /* owned: of the line said last; NULL: none yet */
	struct audience audience;
};

/* ---- from the scheduler -------------------------------------------------- */

static void on_event(void *data, const struct utterance *utterance,
		     enum scheduler_event event, const char *mark)
{
	const struct dispatch_watcher *watcher =
		&((struct dispatch *)data)->watcher;

	if (watcher->event != NULL)
		watcher->event(watcher->data, utterance, event, mark);
}

static void note(struct dispatch *dispatch, uint64_t id, enum fate fate)
{
	const struct history_entry *entry;

	if (dispatch->history == NULL)
		return;
	history_set_fate(dispatch->history, id, fate);
	entry = history_find(dispatch->history, id);
	if (entry != NULL && dispatch->watcher.news != NULL)
		dispatch->watcher.news(dispatch->watcher.data, entry);
}

static void on_fate(void *data, const struct phrase *phrase, enum fate fate)
{
	struct dispatch *dispatch = data;

	note(dispatch, phrase->id, fate);
	if (fate == FATE_SAYING)
		return;
	dispatch->handler.line_done(dispatch->handler.data, phrase, fate);
}

static void on_stop(void *data)
{
	struct dispatch *dispatch = data;

	dispatch->handler.stop(dispatch->handler.data);
}

static void set_config(struct dispatch *dispatch,
		       const struct backlog_config *config)
{
	dispatch->rate_wpm = config->rate_wpm;
	dispatch->gap_ms = config->gap_ms;
	dispatch->catch_up_after_ms = (unsigned)config->catch_up_after_ms;
}

struct dispatch *dispatch_new(const struct backlog_config *config,
			      bool with_history,
			      const struct dispatch_handler *handler)
{
	struct dispatch *dispatch = mem_new(sizeof(*dispatch));
	const struct scheduler_handler scheduler = {
		.event = on_event,
		.fate = on_fate,
		.stop = on_stop,
		.data = dispatch,
	};

	dispatch->handler = *handler;
	dispatch->scheduler = scheduler_new(config, &scheduler);
	set_config(dispatch, config);
	dispatch->history = with_history ? history_new() : NULL;
	dispatch->manner = (struct dispatch_manner){
		.rate_wpm = PHRASE_DEFAULT,
		.pitch = PHRASE_DEFAULT,
		.volume_percent = PHRASE_DEFAULT,
	};
	return dispatch;
}

void dispatch_free(struct dispatch *dispatch)
{
	if (dispatch == NULL)
		return;
	scheduler_free(dispatch->scheduler);
	history_free(dispatch->history);
	audience_fini(&dispatch->audience);
	free(dispatch->manner.voice);
	free(dispatch->source);
	free(dispatch->nick);
	free(dispatch->instead);
	free(dispatch);
}

void dispatch_configure(struct dispatch *dispatch,
			const struct backlog_config *config)
{
	set_config(dispatch, config);
	scheduler_configure(dispatch->scheduler, config);
}

void dispatch_watch(struct dispatch *dispatch,
		    const struct dispatch_watcher *watcher)
{
	dispatch->watcher = watcher != NULL ? *watcher
					    : (struct dispatch_watcher){ 0 };
}

void dispatch_set_sound(struct dispatch *dispatch, bool works)
{
	dispatch->is_mute = !works;
}

bool dispatch_has_sound(const struct dispatch *dispatch)
{
	return !dispatch->is_mute;
}

void dispatch_set_instead(struct dispatch *dispatch, const char *text)
{
	free(dispatch->instead);
	dispatch->instead = text[0] != '\0' ? mem_copy(text) : NULL;
}

const char *dispatch_instead(const struct dispatch *dispatch)
{
	return dispatch->instead;
}

static void pump(struct dispatch *dispatch)
{
	dispatch->handler.pump(dispatch->handler.data);
}

/* ---- who is heard -------------------------------------------------------- */

static bool is_unwanted(const struct phrase *phrase, void *data)
{
	const struct dispatch *dispatch = data;

	return audience_is_unwanted(&dispatch->audience, phrase);
}

static bool is_muted_now(const struct phrase *phrase, void *data)
{
	const struct dispatch *dispatch = data;

	return audience_is_muted_last(&dispatch->audience, phrase);
}

static void drop_unwanted(struct dispatch *dispatch, backlog_choose_fn *choose)
{
	dispatch_settle(dispatch);
	scheduler_drop_lines(dispatch->scheduler, choose, dispatch, FATE_MUTED);
	if (scheduler_saying(dispatch->scheduler) == SCHEDULER_LINES &&
	    choose(dispatch->now, dispatch))
		scheduler_stop(dispatch->scheduler, SCHEDULER_LINES);
	pump(dispatch);
}

bool dispatch_mute(struct dispatch *dispatch, const char *nick)
{
	enum audience_result result = audience_mute(&dispatch->audience, nick);

	if (result == AUDIENCE_CHANGED)
		drop_unwanted(dispatch, is_muted_now);
	return result != AUDIENCE_FULL;
}

bool dispatch_unmute(struct dispatch *dispatch, const char *nick)
{
	return audience_unmute(&dispatch->audience, nick);
}

void dispatch_only(struct dispatch *dispatch, const char *channel)
{
	audience_only(&dispatch->audience, channel);
	drop_unwanted(dispatch, is_unwanted);
}

const struct audience *dispatch_audience(const struct dispatch *dispatch)
{
	return &dispatch->audience;
}

/* ---- what comes in ------------------------------------------------------- */

static void remember(struct dispatch *dispatch, const struct phrase *phrase,
		     int client, enum fate fate)
{
	if (dispatch->history == NULL)
		return;
	history_add(dispatch->history, phrase, client, time(NULL), fate);
	note(dispatch, phrase->id, fate);
}

/* A change by hand wins over the settings, not over a rule's own values. */
static void set_manner(const struct dispatch *dispatch, struct phrase *phrase)
{
	const struct dispatch_manner *set = &dispatch->manner;
	struct manner *manner = &phrase->manner;

	if (manner->pitch == PHRASE_DEFAULT)
		manner->pitch = set->pitch;
	if (manner->volume_percent == PHRASE_DEFAULT)
		manner->volume_percent = set->volume_percent;
	if (set->voice != NULL) {
		free(phrase->voice);
		phrase->voice = mem_copy(set->voice);
	}
}

/* Only kept. */
static void put_by(struct dispatch *dispatch, struct phrase *take_phrase,
		   enum fate fate)
{
	remember(dispatch, take_phrase, SCHEDULER_LINES, fate);
	dispatch->handler.line_done(dispatch->handler.data, take_phrase, fate);
	phrase_free(take_phrase);
}

void dispatch_line(struct dispatch *dispatch, struct phrase *take_phrase,
		   bool catch_up)
{
	take_phrase->id = ++dispatch->last_id;
	if (is_unwanted(take_phrase, dispatch)) {
		put_by(dispatch, take_phrase, FATE_MUTED);
		return;
	}
	if (take_phrase->missed) {
		put_by(dispatch, take_phrase, FATE_MISSED);
		return;
	}
	remember(dispatch, take_phrase, SCHEDULER_LINES, FATE_WAITING);
	scheduler_add_line(dispatch->scheduler, take_phrase, catch_up);
	pump(dispatch);
}

void dispatch_recall(struct dispatch *dispatch, struct phrase *take_phrase,
		     time_t when, enum fate fate)
{
	take_phrase->id = ++dispatch->last_id;
	if (dispatch->history != NULL)
		history_add(dispatch->history, take_phrase, SCHEDULER_LINES,
			    when, fate);
	phrase_free(take_phrase);
}

uint64_t dispatch_message(struct dispatch *dispatch,
			  struct utterance *take_utterance)
{
	uint64_t id = ++dispatch->last_id;

	dispatch_settle(dispatch);
	take_utterance->id = take_utterance->phrase->id = id;
	remember(dispatch, take_utterance->phrase, take_utterance->client,
		 FATE_WAITING);
	scheduler_add(dispatch->scheduler, take_utterance);
	pump(dispatch);
	return id;
}

/* ---- the voice ----------------------------------------------------------- */

/*
 * What was changed while the line waited counts too. The backlog has set the
 * rate for the settings' one; a change by hand moves it in proportion.
 */
static void apply_manner(struct dispatch *dispatch, struct phrase *phrase)
{
	int set = dispatch->manner.rate_wpm;
	int *wpm = &phrase->manner.rate_wpm;

	set_manner(dispatch, phrase);
	if (set != PHRASE_DEFAULT && *wpm > 0)
		*wpm = (int)((unsigned)*wpm * (unsigned)set /
			     dispatch->rate_wpm);
}

/* "sync: " in front of a line, when the one before came from elsewhere. */
static void name_source(struct dispatch *dispatch, struct phrase *phrase)
{
	char *text;

	if (phrase->source == NULL)
		return;
	if (phrase->names_source && dispatch->source != NULL &&
	    strcmp(dispatch->source, phrase->source) != 0) {
		phrase->named_bytes = strlen(phrase->source) + 2;
		text = mem_printf("%s: %s", phrase->source, phrase->text);
		free(phrase->text);
		phrase->text = text;
	}
	free(dispatch->source);
	dispatch->source = mem_copy(phrase->source);
}

/* Less where much waits, more where another person speaks. */
static unsigned gap_of(struct dispatch *dispatch, const struct phrase *phrase)
{
	enum { NORMAL_WPM = 220, LEAST_MS = 40, CHANGE_PERCENT = 140 };
	uint64_t behind_ms = scheduler_lines(dispatch->scheduler)->behind_ms;
	uint64_t limit_ms = dispatch->catch_up_after_ms;
	uint64_t gap_ms = dispatch->gap_ms;

	if (phrase->manner.rate_wpm > NORMAL_WPM)
		gap_ms = gap_ms * NORMAL_WPM /
			 (unsigned)phrase->manner.rate_wpm;
	if (phrase->nick != NULL && dispatch->nick != NULL &&
	    strcmp(phrase->nick, dispatch->nick) != 0)
		gap_ms = gap_ms * CHANGE_PERCENT / 100;
	if (gap_ms <= LEAST_MS || behind_ms == 0 || limit_ms == 0)
		return (unsigned)gap_ms;
	if (behind_ms > limit_ms)
		behind_ms = limit_ms;
	return (unsigned)(gap_ms - (gap_ms - LEAST_MS) * behind_ms / limit_ms);
}

static void remember_nick(struct dispatch *dispatch,
			  const struct phrase *phrase)
{
	free(dispatch->nick);
	dispatch->nick = mem_copy(phrase->nick);
}

/* Messages of a client belong together more than lines do. */
static unsigned message_gap(struct dispatch *dispatch,
			    const struct phrase *phrase)
{
	return gap_of(dispatch, phrase) / 2;
}

static void prepare(struct dispatch *dispatch, struct phrase *phrase)
{
	bool is_line = scheduler_gave_line(dispatch->scheduler);

	/* An announcement of the queue's own. */
	if (phrase->id == 0)
		phrase->id = ++dispatch->last_id;
	if (is_line && !phrase->prepared) {
		apply_manner(dispatch, phrase);
		name_source(dispatch, phrase);
	}
	phrase->prepared = true;
	phrase->gap_ms = is_line ? gap_of(dispatch, phrase)
				 : message_gap(dispatch, phrase);
	if (is_line)
		remember_nick(dispatch, phrase);
}

struct phrase *dispatch_next(struct dispatch *dispatch)
{
	struct phrase *phrase = scheduler_next(dispatch->scheduler);

	if (phrase == NULL)
		return NULL;
	prepare(dispatch, phrase);
	if (dispatch->now == NULL)
		dispatch->now = phrase;
	else
		dispatch->ahead = phrase;
	return phrase;
}

void dispatch_settle(struct dispatch *dispatch)
{
	struct phrase *phrase = NULL;

	if (dispatch->ahead != NULL)
		phrase = dispatch->handler.take_back(dispatch->handler.data);
	if (phrase == NULL)
		return;
	dispatch->ahead = NULL;
	scheduler_take_back(dispatch->scheduler, phrase);
}

void dispatch_begun(struct dispatch *dispatch, const struct phrase *phrase)
{
	dispatch->saying_id = phrase->id;
	scheduler_begun(dispatch->scheduler, phrase);
}

void dispatch_word(struct dispatch *dispatch, const struct phrase *phrase,
		   size_t offset_bytes)
{
	scheduler_word(dispatch->scheduler, offset_bytes);
	/* Watchers know the text without the source's name. */
	if (dispatch->watcher.word != NULL &&
	    offset_bytes >= phrase->named_bytes)
		dispatch->watcher.word(dispatch->watcher.data, phrase->id,
				       offset_bytes - phrase->named_bytes);
}

void dispatch_ended(struct dispatch *dispatch, const struct phrase *phrase,
		    bool stopped, bool failed)
{
	dispatch->said_id = phrase->id;
	dispatch->saying_id = 0;
	dispatch->now = dispatch->ahead;
	dispatch->ahead = NULL;
	scheduler_ended(dispatch->scheduler, phrase, stopped, failed);
}

uint64_t dispatch_saying(const struct dispatch *dispatch)
{
	return dispatch->saying_id;
}

/* ---- verbs --------------------------------------------------------------- */

void dispatch_stop(struct dispatch *dispatch, int client)
{
	dispatch_settle(dispatch);
	scheduler_stop(dispatch->scheduler, client);
	pump(dispatch);
}

void dispatch_cancel(struct dispatch *dispatch, int client)
{
	dispatch_settle(dispatch);
	scheduler_cancel(dispatch->scheduler, client);
	pump(dispatch);
}

void dispatch_pause(struct dispatch *dispatch, int client)
{
	dispatch_settle(dispatch);
	scheduler_pause(dispatch->scheduler, client);
}

void dispatch_resume(struct dispatch *dispatch, int client)
{
	dispatch_settle(dispatch);
	scheduler_resume(dispatch->scheduler, client);
	pump(dispatch);
}

void dispatch_forget(struct dispatch *dispatch, int client)
{
	scheduler_forget(dispatch->scheduler, client);
}

void dispatch_skip(struct dispatch *dispatch)
{
	int client;

	dispatch_settle(dispatch);
	client = scheduler_saying(dispatch->scheduler);
	/* In silence it is the sentence that a pause has cut off. */
	scheduler_stop(dispatch->scheduler,
		       client >= 0 ? client : SCHEDULER_ALL);
	pump(dispatch);
}

static bool count_line(const struct phrase *phrase, void *data)
{
	size_t *count = data;

	(void)phrase;
	++*count;
	return true;
}

size_t dispatch_live(struct dispatch *dispatch)
{
	size_t dropped = 0;

	dispatch_settle(dispatch);
	scheduler_drop_lines(dispatch->scheduler, count_line, &dropped,
			     FATE_SKIPPED);
	scheduler_stop(dispatch->scheduler, SCHEDULER_LINES);
	pump(dispatch);
	return dropped;
}

static bool was_missed(const struct history_entry *entry)
{
	return entry->fate == FATE_SKIPPED || entry->fate == FATE_MISSED;
}

/* Under the number that it has, so that it is not there twice. */
static void say_missed(struct dispatch *dispatch,
		       const struct history_entry *entry)
{
	struct phrase *phrase = history_phrase(entry);

	note(dispatch, entry->id, FATE_WAITING);
	scheduler_add_line(dispatch->scheduler, phrase, false);
}

size_t dispatch_missed(struct dispatch *dispatch, size_t most)
{
	const struct history *history = dispatch->history;
	size_t end = history != NULL ? history_count(history) : 0;
	size_t first = end, count = 0;

	while (first > 0 && count < most)
		count += was_missed(history_at(history, --first));
	for (size_t i = first; i < end; i++)
		if (was_missed(history_at(history, i)))
			say_missed(dispatch, history_at(history, i));
	pump(dispatch);
	return count;
}

static uint64_t say_entry(struct dispatch *dispatch, uint64_t id, int client,
			  enum phrase_form form, enum punctuation punctuation)
{
	const struct history_entry *entry =
		dispatch->history != NULL ? history_find(dispatch->history, id)
					  : NULL;
	struct utterance *utterance;
	struct phrase *phrase;
	int saying;

	if (entry == NULL)
		return 0;
	phrase = history_phrase(entry);
	phrase->form = form;
	phrase->punctuation = punctuation;
	if (form != FORM_TEXT)
		phrase->manner.by_script = false;
	utterance = utterance_new(phrase);
	utterance->client = client;
	utterance->rank = CLASS_MESSAGE;
	utterance->id = id;
	dispatch_settle(dispatch);
	saying = scheduler_saying(dispatch->scheduler);
	/* What is said again must not be said after, or before, itself. */
	if (saying > SCHEDULER_LINES ||
	    (saying == SCHEDULER_LINES && dispatch->now->id == id))
		scheduler_stop(dispatch->scheduler, saying);
	scheduler_add(dispatch->scheduler, utterance);
	pump(dispatch);
	return id;
}

uint64_t dispatch_again(struct dispatch *dispatch, uint64_t id, int client)
{
	return say_entry(dispatch, id, client, FORM_TEXT, PUNCTUATION_NONE);
}

/* The number of an entry in the history; its count when it is not there. */
static size_t number_of(const struct history *history, uint64_t id)
{
	size_t n = history_count(history);

	while (n > 0 && history_at(history, n - 1)->id > id)
		n--;
	return n > 0 && history_at(history, n - 1)->id == id
		       ? n - 1
		       : history_count(history);
}

static bool was_heard(const struct history_entry *entry)
{
	return entry->fate == FATE_SAID || entry->fate == FATE_STOPPED ||
	       entry->fate == FATE_SAYING;
}

/* The id of the entry so many before the one that is or was said; 0: none. */
static uint64_t id_back(const struct dispatch *dispatch, unsigned back)
{
	uint64_t from = dispatch->saying_id != 0 ? dispatch->saying_id
						 : dispatch->said_id;
	size_t n;

	if (dispatch->history == NULL || from == 0)
		return 0;
	n = number_of(dispatch->history, from);
	if (n == history_count(dispatch->history))
		return 0;
	while (back > 0 && n > 0)
		if (was_heard(history_at(dispatch->history, --n)))
			back--;
	return back > 0 ? 0 : history_at(dispatch->history, n)->id;
}

uint64_t dispatch_back(struct dispatch *dispatch, unsigned back, int client)
{
	return dispatch_again(dispatch, id_back(dispatch, back), client);
}

uint64_t dispatch_spell(struct dispatch *dispatch, enum phrase_form form,
			enum punctuation punctuation, int client)
{
	return say_entry(dispatch, id_back(dispatch, 0), client, form,
			 punctuation);
}

struct scheduler *dispatch_scheduler(struct dispatch *dispatch)
{
	return dispatch->scheduler;
}

const struct history *dispatch_history(const struct dispatch *dispatch)
{
	return dispatch->history;
}

struct dispatch_manner *dispatch_manner(struct dispatch *dispatch)
{
	return &dispatch->manner;
}
