#include "speakd/talk.h"

#include <fnmatch.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "speakd/words/hygiene.h"

struct talk {
	struct talk_handler handler;
	struct mixer *mixer;
	struct history *history; /* NULL: nobody will ask */
	struct talk_manner manner;
	unsigned rate_wpm; /* of lines, as set */
	uint64_t last_id, saying_id, said_id;
	const struct phrase *now; /* borrowed from the voice */
	char *source; /* owned: of the line said last; NULL: none yet */
	size_t named_bytes; /* of the source's name in front of the text */
	char *muted[TALK_MUTED_MAX]; /* owned, folded */
	size_t muted_count;
	char *only; /* owned: a channel, folded; NULL: all */
};

/* ---- from the mixer ------------------------------------------------------ */

static void on_event(void *data, const struct utterance *utterance,
		     enum mixer_event event, const char *mark)
{
	struct talk *talk = data;

	talk->handler.event(talk->handler.data, utterance, event, mark);
}

static void note(struct talk *talk, uint64_t id, enum fate fate)
{
	const struct history_entry *entry;

	if (talk->history == NULL)
		return;
	history_set_fate(talk->history, id, fate);
	entry = history_find(talk->history, id);
	if (entry != NULL)
		talk->handler.news(talk->handler.data, entry);
}

static void on_fate(void *data, const struct phrase *phrase, enum fate fate)
{
	struct talk *talk = data;

	note(talk, phrase->id, fate);
	if (fate == FATE_SAYING)
		return;
	talk->handler.line_done(talk->handler.data, phrase, fate);
}

static void on_stop(void *data)
{
	struct talk *talk = data;

	talk->handler.stop(talk->handler.data);
}

struct talk *talk_new(const struct queue_config *config, bool with_history,
		      const struct talk_handler *handler)
{
	struct talk *talk = mem_new(sizeof(*talk));
	const struct mixer_handler mixer = {
		.event = on_event,
		.fate = on_fate,
		.stop = on_stop,
		.data = talk,
	};

	talk->handler = *handler;
	talk->mixer = mixer_new(config, &mixer);
	talk->rate_wpm = config->rate_wpm;
	talk->history = with_history ? history_new() : NULL;
	talk->manner = (struct talk_manner){
		.rate_wpm = PHRASE_DEFAULT,
		.pitch = PHRASE_DEFAULT,
		.volume_percent = PHRASE_DEFAULT,
	};
	return talk;
}

void talk_free(struct talk *talk)
{
	if (talk == NULL)
		return;
	mixer_free(talk->mixer);
	history_free(talk->history);
	for (size_t i = 0; i < talk->muted_count; i++)
		free(talk->muted[i]);
	free(talk->only);
	free(talk->manner.voice);
	free(talk->source);
	free(talk);
}

void talk_configure(struct talk *talk, const struct queue_config *config)
{
	talk->rate_wpm = config->rate_wpm;
	mixer_configure(talk->mixer, config);
}

static void pump(struct talk *talk)
{
	talk->handler.pump(talk->handler.data);
}

/* ---- who is heard -------------------------------------------------------- */

static char *folded(const char *text)
{
	SCOPED_BUF struct buf out = { 0 };

	text_fold(&out, text, strlen(text));
	return mem_copy(buf_text(&out));
}

static bool is_muted(const struct talk *talk, const struct phrase *phrase)
{
	SCOPED_TEXT char *nick = NULL;

	if (talk->muted_count == 0 || phrase->nick == NULL)
		return false;
	nick = folded(phrase->nick);
	for (size_t i = 0; i < talk->muted_count; i++)
		if (fnmatch(talk->muted[i], nick, FNM_NOESCAPE) == 0)
			return true;
	return false;
}

/* A line without a channel is of none that could be left out. */
static bool is_elsewhere(const struct talk *talk, const struct phrase *phrase)
{
	SCOPED_TEXT char *channel = NULL;

	if (talk->only == NULL || phrase->channel == NULL)
		return false;
	channel = folded(phrase->channel);
	return strcmp(channel, talk->only) != 0;
}

static bool is_unwanted(const struct phrase *phrase, void *data)
{
	const struct talk *talk = data;

	return is_muted(talk, phrase) || is_elsewhere(talk, phrase);
}

static void drop_unwanted(struct talk *talk)
{
	mixer_drop_lines(talk->mixer, is_unwanted, talk, FATE_MUTED);
	if (mixer_saying(talk->mixer) == MIXER_LINES &&
	    is_unwanted(talk->now, talk))
		mixer_stop(talk->mixer, MIXER_LINES);
	pump(talk);
}

bool talk_mute(struct talk *talk, const char *nick)
{
	SCOPED_TEXT char *name = folded(nick);

	for (size_t i = 0; i < talk->muted_count; i++)
		if (strcmp(talk->muted[i], name) == 0)
			return true;
	if (talk->muted_count == TALK_MUTED_MAX)
		return false;
	talk->muted[talk->muted_count++] = text_give(&name);
	drop_unwanted(talk);
	return true;
}

bool talk_unmute(struct talk *talk, const char *nick)
{
	SCOPED_TEXT char *name = folded(nick);

	for (size_t i = 0; i < talk->muted_count; i++) {
		if (strcmp(talk->muted[i], name) != 0)
			continue;
		free(talk->muted[i]);
		talk->muted[i] = talk->muted[--talk->muted_count];
		return true;
	}
	return false;
}

size_t talk_muted_count(const struct talk *talk)
{
	return talk->muted_count;
}

const char *talk_muted(const struct talk *talk, size_t number)
{
	return talk->muted[number];
}

void talk_only(struct talk *talk, const char *channel)
{
	free(talk->only);
	talk->only = channel != NULL && *channel != '\0' ? folded(channel)
							 : NULL;
	drop_unwanted(talk);
}

const char *talk_only_channel(const struct talk *talk)
{
	return talk->only;
}

/* ---- what comes in ------------------------------------------------------- */

static void remember(struct talk *talk, const struct phrase *phrase, int client,
		     enum fate fate)
{
	if (talk->history == NULL)
		return;
	history_add(talk->history, phrase, client, time(NULL), fate);
	note(talk, phrase->id, fate);
}

/* A change by hand wins over the settings, not over a rule's own values. */
static void set_manner(const struct talk *talk, struct phrase *phrase)
{
	const struct talk_manner *manner = &talk->manner;

	if (phrase->pitch == PHRASE_DEFAULT)
		phrase->pitch = manner->pitch;
	if (phrase->volume_percent == PHRASE_DEFAULT)
		phrase->volume_percent = manner->volume_percent;
	if (manner->voice != NULL) {
		free(phrase->voice);
		phrase->voice = mem_copy(manner->voice);
	}
}

void talk_line(struct talk *talk, struct phrase *take_phrase, bool catch_up)
{
	take_phrase->id = ++talk->last_id;
	if (is_unwanted(take_phrase, talk)) {
		remember(talk, take_phrase, MIXER_LINES, FATE_MUTED);
		talk->handler.line_done(talk->handler.data, take_phrase,
					FATE_MUTED);
		phrase_free(take_phrase);
		return;
	}
	remember(talk, take_phrase, MIXER_LINES, FATE_WAITING);
	mixer_add_line(talk->mixer, take_phrase, catch_up);
	pump(talk);
}

uint64_t talk_message(struct talk *talk, struct utterance *take_utterance)
{
	uint64_t id = ++talk->last_id;

	take_utterance->id = take_utterance->phrase->id = id;
	remember(talk, take_utterance->phrase, take_utterance->client,
		 FATE_WAITING);
	mixer_add(talk->mixer, take_utterance);
	pump(talk);
	return id;
}

/* ---- the voice ----------------------------------------------------------- */

/*
 * What was changed while the line waited counts too. The queue has set the
 * rate for the settings' one; a change by hand moves it in proportion.
 */
static void apply_manner(struct talk *talk, struct phrase *phrase)
{
	const struct talk_manner *manner = &talk->manner;

	set_manner(talk, phrase);
	if (manner->rate_wpm != PHRASE_DEFAULT && phrase->rate_wpm > 0)
		phrase->rate_wpm = (int)((unsigned)phrase->rate_wpm *
					 (unsigned)manner->rate_wpm /
					 talk->rate_wpm);
}

/* "sync: " in front of a line, when the one before came from elsewhere. */
static void name_source(struct talk *talk, struct phrase *phrase)
{
	SCOPED_BUF struct buf name = { 0 };
	char *text;

	if (phrase->source == NULL)
		return;
	if (phrase->names_source && talk->source != NULL &&
	    strcmp(talk->source, phrase->source) != 0) {
		hygiene_clean(&name, phrase->source, strlen(phrase->source));
		buf_add_text(&name, ": ");
		talk->named_bytes = name.len_bytes;
		text = mem_printf("%s%s", buf_text(&name), phrase->text);
		free(phrase->text);
		phrase->text = text;
	}
	free(talk->source);
	talk->source = mem_copy(phrase->source);
}

struct phrase *talk_next(struct talk *talk)
{
	struct phrase *phrase = mixer_next(talk->mixer);

	if (phrase == NULL)
		return NULL;
	/* An announcement of the queue's own. */
	if (phrase->id == 0)
		phrase->id = ++talk->last_id;
	talk->named_bytes = 0;
	if (mixer_saying(talk->mixer) == MIXER_LINES) {
		apply_manner(talk, phrase);
		name_source(talk, phrase);
	}
	talk->now = phrase;
	return phrase;
}

void talk_begun(struct talk *talk, const struct phrase *phrase)
{
	talk->saying_id = phrase->id;
	mixer_begun(talk->mixer, phrase);
}

void talk_word(struct talk *talk, const struct phrase *phrase,
	       size_t offset_bytes)
{
	mixer_word(talk->mixer, offset_bytes);
	/* Watchers know the text without the source's name. */
	if (offset_bytes >= talk->named_bytes)
		talk->handler.word(talk->handler.data, phrase->id,
				   offset_bytes - talk->named_bytes);
}

void talk_ended(struct talk *talk, const struct phrase *phrase, bool stopped,
		bool failed)
{
	talk->said_id = phrase->id;
	talk->saying_id = 0;
	talk->now = NULL;
	mixer_ended(talk->mixer, phrase, stopped, failed);
}

uint64_t talk_saying(const struct talk *talk)
{
	return talk->saying_id;
}

/* ---- verbs --------------------------------------------------------------- */

void talk_stop(struct talk *talk, int client)
{
	mixer_stop(talk->mixer, client);
	pump(talk);
}

void talk_cancel(struct talk *talk, int client)
{
	mixer_cancel(talk->mixer, client);
	pump(talk);
}

void talk_pause(struct talk *talk, int client)
{
	mixer_pause(talk->mixer, client);
}

void talk_resume(struct talk *talk, int client)
{
	mixer_resume(talk->mixer, client);
	pump(talk);
}

void talk_forget(struct talk *talk, int client)
{
	mixer_forget(talk->mixer, client);
}

void talk_skip(struct talk *talk)
{
	mixer_stop(talk->mixer, MIXER_ALL);
	pump(talk);
}

static bool count_line(const struct phrase *phrase, void *data)
{
	size_t *count = data;

	(void)phrase;
	++*count;
	return true;
}

size_t talk_live(struct talk *talk)
{
	size_t dropped = 0;

	mixer_drop_lines(talk->mixer, count_line, &dropped, FATE_SKIPPED);
	mixer_stop(talk->mixer, MIXER_LINES);
	pump(talk);
	return dropped;
}

uint64_t talk_again(struct talk *talk, uint64_t id, int client)
{
	const struct history_entry *entry =
		talk->history != NULL ? history_find(talk->history, id) : NULL;
	struct utterance *utterance;
	struct phrase *phrase;

	if (entry == NULL)
		return 0;
	phrase = phrase_new(mem_copy(entry->text));
	phrase->voice = mem_copy(entry->voice);
	utterance = utterance_new(phrase);
	utterance->client = client;
	utterance->class = CLASS_MESSAGE;
	utterance->id = phrase->id = id;
	/* What is being said again must not be said behind itself. */
	if (mixer_saying(talk->mixer) > MIXER_LINES)
		mixer_stop(talk->mixer, MIXER_ALL);
	mixer_add(talk->mixer, utterance);
	pump(talk);
	return id;
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

uint64_t talk_back(struct talk *talk, unsigned back, int client)
{
	uint64_t from = talk->saying_id != 0 ? talk->saying_id : talk->said_id;
	size_t n;

	if (talk->history == NULL || from == 0)
		return 0;
	n = number_of(talk->history, from);
	if (n == history_count(talk->history))
		return 0;
	while (back > 0 && n > 0)
		if (was_heard(history_at(talk->history, --n)))
			back--;
	if (back > 0)
		return 0;
	return talk_again(talk, history_at(talk->history, n)->id, client);
}

struct mixer *talk_mixer(struct talk *talk)
{
	return talk->mixer;
}

const struct history *talk_history(const struct talk *talk)
{
	return talk->history;
}

struct talk_manner *talk_manner(struct talk *talk)
{
	return &talk->manner;
}
