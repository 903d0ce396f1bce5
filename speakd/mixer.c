#include "speakd/mixer.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

enum { ALL_CLASSES = (1 << CLASS_COUNT) - 1, PAUSED_STEP = 16 };

/* What is being said. */
enum now {
	NOW_NOTHING,
	NOW_LINE,
	NOW_UTTERANCE,
	NOW_DROPPED, /* nobody's any more: the voice has still to stop */
};

struct mixer {
	struct mixer_handler handler;
	struct queue lines;
	struct phrase *cut_line; /* interrupted: what is left of it */
	struct utterance *first[CLASS_COUNT];
	enum now now;
	struct utterance *saying; /* NOW_UTTERANCE */
	size_t word_bytes; /* in the phrase's text */
	bool comes_back; /* was stopped to be said again from there */
	enum fate line_fate; /* of a line that was stopped for good */
	int *paused; /* owned: clients */
	size_t paused_count;
};

/* clang-format off */
/* What a new message of a class does to others, as masks of classes. */
static const struct manners {
	unsigned drops; /* waiting or being said */
	unsigned drops_waiting;
	unsigned postpones; /* being said: stopped, and said again later */
	bool interrupts_lines;
	bool only_into_silence;
} manners[CLASS_COUNT] = {
	[CLASS_IMPORTANT] = {
		1 << CLASS_NOTIFICATION | 1 << CLASS_PROGRESS, 0,
		1 << CLASS_MESSAGE | 1 << CLASS_TEXT, true, false },
	[CLASS_MESSAGE] = {
		1 << CLASS_TEXT | 1 << CLASS_NOTIFICATION | 1 << CLASS_PROGRESS,
		0, 0, true, false },
	[CLASS_TEXT] = {
		1 << CLASS_TEXT | 1 << CLASS_NOTIFICATION | 1 << CLASS_PROGRESS,
		0, 0, true, false },
	[CLASS_NOTIFICATION] = {
		1 << CLASS_NOTIFICATION, 0, 0, false, true },
	[CLASS_PROGRESS] = {
		0, 1 << CLASS_PROGRESS, 0, false, false },
};
/* clang-format on */

/* ---- utterances ---------------------------------------------------------- */

struct utterance *utterance_new(struct phrase *take_phrase)
{
	struct utterance *utterance = mem_new(sizeof(*utterance));

	utterance->phrase = take_phrase;
	utterance->text_bytes = strlen(take_phrase->text);
	return utterance;
}

void utterance_free(struct utterance *utterance)
{
	if (utterance == NULL)
		return;
	for (size_t i = 0; i < utterance->mark_count; i++)
		free(utterance->marks[i].name);
	free(utterance->marks);
	phrase_free(utterance->phrase);
	free(utterance);
}

static void tell(struct mixer *mixer, const struct utterance *utterance,
		 enum mixer_event event, const char *mark)
{
	if ((utterance->notify & (1U << event)) != 0)
		mixer->handler.event(mixer->handler.data, utterance, event,
				     mark);
}

static void tell_fate(struct mixer *mixer, const struct phrase *phrase,
		      enum fate fate)
{
	mixer->handler.fate(mixer->handler.data, phrase, fate);
}

static void drop(struct mixer *mixer, struct utterance *take_utterance)
{
	tell(mixer, take_utterance, EVENT_CANCEL, NULL);
	tell_fate(mixer, take_utterance->phrase,
		  take_utterance->begun ? FATE_STOPPED : FATE_CANCELED);
	utterance_free(take_utterance);
}

/* Every mark in front of text offset bytes. */
static void tell_marks(struct mixer *mixer, struct utterance *u, size_t bytes)
{
	while (u->next_mark < u->mark_count &&
	       u->marks[u->next_mark].offset_bytes <= bytes)
		tell(mixer, u, EVENT_MARK, u->marks[u->next_mark++].name);
}

static void append(struct mixer *mixer, struct utterance *utterance)
{
	struct utterance **at = &mixer->first[utterance->class];

	while (*at != NULL)
		at = &(*at)->next;
	*at = utterance;
}

static void put_back(struct mixer *mixer, struct utterance *utterance)
{
	utterance->next = mixer->first[utterance->class];
	mixer->first[utterance->class] = utterance;
}

/* ---- where a text may be cut --------------------------------------------- */

static bool ends_sentence(const char *text, size_t at)
{
	return at >= 2 && text[at - 1] == ' ' &&
	       strchr(".!?", text[at - 2]) != NULL;
}

/* The beginning of the sentence that at is in, or of the one sentences back. */
static size_t sentence_start(const char *text, size_t at, unsigned back)
{
	while (at > 0 && (!ends_sentence(text, at) || back-- > 0))
		at--;
	return at;
}

/* How many bytes of text go into one phrase. */
static size_t part_of(const char *text, size_t len_bytes)
{
	size_t cut;

	if (len_bytes <= MIXER_PART_BYTES)
		return len_bytes;
	cut = sentence_start(text, MIXER_PART_BYTES, 0);
	if (cut > 0)
		return cut;
	for (cut = MIXER_PART_BYTES; cut > 0; cut--)
		if (text[cut - 1] == ' ')
			return cut;
	return text_cut(text, len_bytes, MIXER_PART_BYTES);
}

/* ---- stopping what is being said ----------------------------------------- */

static void stop_voice(struct mixer *mixer)
{
	mixer->handler.stop(mixer->handler.data);
}

/* The message being said, for good; it is told now. */
static void drop_saying(struct mixer *mixer)
{
	struct utterance *utterance = mixer->saying;

	mixer->saying = NULL;
	mixer->now = NOW_DROPPED;
	drop(mixer, utterance);
	stop_voice(mixer);
}

static void stop_line(struct mixer *mixer, enum fate fate)
{
	mixer->comes_back = false;
	mixer->line_fate = fate;
	stop_voice(mixer);
}

/* Whatever is being said, to be said again from where it was. */
static void interrupt(struct mixer *mixer)
{
	if (mixer->now != NOW_LINE && mixer->now != NOW_UTTERANCE)
		return;
	if (mixer->now == NOW_LINE && mixer->line_fate != FATE_SAID)
		return;
	mixer->comes_back = true;
	stop_voice(mixer);
}

static void drop_waiting(struct mixer *mixer, unsigned classes, int client,
			 uint64_t but_block)
{
	for (int class = 0; class < CLASS_COUNT; class ++) {
		struct utterance **at = &mixer->first[class];

		while ((classes & (1U << class)) != 0 && *at != NULL) {
			struct utterance *u = *at;

			if ((client != MIXER_ALL && u->client != client) ||
			    (but_block != 0 && u->block == but_block)) {
				at = &u->next;
				continue;
			}
			*at = u->next;
			drop(mixer, u);
		}
	}
}

static void make_room(struct mixer *mixer, const struct utterance *fresh)
{
	const struct manners *m = &manners[fresh->class];
	struct utterance *now = mixer->saying;
	unsigned bit;

	drop_waiting(mixer, m->drops | m->drops_waiting, MIXER_ALL,
		     fresh->block);
	if (mixer->now == NOW_LINE && m->interrupts_lines)
		interrupt(mixer);
	if (mixer->now != NOW_UTTERANCE)
		return;
	bit = 1U << now->class;
	if ((m->drops & bit) != 0 &&
	    (fresh->block == 0 || now->block != fresh->block))
		drop_saying(mixer);
	else if ((m->postpones & bit) != 0)
		interrupt(mixer);
}

/* ---- what comes in ------------------------------------------------------- */

static void on_skip(const struct phrase *phrase, void *data)
{
	tell_fate(data, phrase, FATE_SKIPPED);
}

struct mixer *mixer_new(const struct queue_config *config,
			const struct mixer_handler *handler)
{
	struct mixer *mixer = mem_new(sizeof(*mixer));

	mixer->handler = *handler;
	queue_init(&mixer->lines, config, on_skip, mixer);
	return mixer;
}

void mixer_free(struct mixer *mixer)
{
	if (mixer == NULL)
		return;
	for (int class = 0; class < CLASS_COUNT; class ++) {
		while (mixer->first[class] != NULL) {
			struct utterance *u = mixer->first[class];

			mixer->first[class] = u->next;
			utterance_free(u);
		}
	}
	utterance_free(mixer->saying);
	phrase_free(mixer->cut_line);
	queue_fini(&mixer->lines);
	free(mixer->paused);
	free(mixer);
}

void mixer_configure(struct mixer *mixer, const struct queue_config *config)
{
	queue_configure(&mixer->lines, config);
}

void mixer_add_line(struct mixer *mixer, struct phrase *take_phrase,
		    bool catch_up)
{
	queue_push(&mixer->lines, take_phrase, catch_up);
}

static bool is_silent(const struct mixer *mixer)
{
	return mixer->now == NOW_NOTHING && mixer_is_empty(mixer);
}

/* Silence, or what this very message puts an end to. */
static bool finds_silence(const struct mixer *mixer,
			  const struct utterance *fresh)
{
	bool only_its_own = true;

	for (int class = 0; class < CLASS_COUNT; class ++)
		if (mixer->first[class] != NULL &&
		    class != (int)CLASS_NOTIFICATION)
			only_its_own = false;
	if (mixer->now == NOW_UTTERANCE &&
	    mixer->saying->class == fresh->class && only_its_own)
		return queue_is_empty(&mixer->lines);
	return is_silent(mixer);
}

void mixer_add(struct mixer *mixer, struct utterance *take_utterance)
{
	if (manners[take_utterance->class].only_into_silence &&
	    !finds_silence(mixer, take_utterance)) {
		drop(mixer, take_utterance);
		return;
	}
	make_room(mixer, take_utterance);
	append(mixer, take_utterance);
}

/* ---- what goes out ------------------------------------------------------- */

/* The next part of a message, as a phrase. */
static struct phrase *make_part(struct utterance *u)
{
	const char *text = u->phrase->text + u->at_bytes;
	struct phrase *phrase;
	char *whole = u->phrase->text;

	u->part_bytes = part_of(text, u->text_bytes - u->at_bytes);
	/* The text is copied in part only. */
	u->phrase->text = NULL;
	phrase = phrase_copy(u->phrase);
	u->phrase->text = whole;
	phrase->text = mem_text(text, u->part_bytes);
	if (u->at_bytes > 0)
		phrase->cue = CUE_NONE;
	return phrase;
}

static struct utterance *take_first(struct mixer *mixer, unsigned classes)
{
	for (int class = 0; class < CLASS_COUNT; class ++) {
		struct utterance **at = &mixer->first[class];

		if ((classes & (1U << class)) == 0)
			continue;
		while (*at != NULL && mixer_is_paused(mixer, (*at)->client))
			at = &(*at)->next;
		if (*at != NULL) {
			struct utterance *u = *at;

			*at = u->next;
			u->next = NULL;
			return u;
		}
	}
	return NULL;
}

static struct phrase *next_line(struct mixer *mixer)
{
	struct phrase *phrase = mixer->cut_line;

	if (mixer_is_paused(mixer, MIXER_LINES))
		return NULL;
	mixer->cut_line = NULL;
	if (phrase == NULL)
		phrase = queue_pop(&mixer->lines);
	if (phrase == NULL)
		return NULL;
	mixer->now = NOW_LINE;
	mixer->line_fate = FATE_SAID;
	return phrase;
}

static struct phrase *next_part(struct mixer *mixer, unsigned classes)
{
	struct utterance *u = take_first(mixer, classes);

	if (u == NULL)
		return NULL;
	mixer->saying = u;
	mixer->now = NOW_UTTERANCE;
	return make_part(u);
}

struct phrase *mixer_next(struct mixer *mixer)
{
	const unsigned ahead = 1 << CLASS_IMPORTANT | 1 << CLASS_MESSAGE |
			       1 << CLASS_TEXT;
	struct phrase *phrase;

	if (mixer->now != NOW_NOTHING)
		return NULL;
	mixer->word_bytes = 0;
	mixer->comes_back = false;
	phrase = next_part(mixer, ahead);
	if (phrase == NULL)
		phrase = next_line(mixer);
	if (phrase == NULL)
		phrase = next_part(mixer, ALL_CLASSES & ~ahead);
	return phrase;
}

/* ---- what the voice does ------------------------------------------------- */

void mixer_begun(struct mixer *mixer, const struct phrase *phrase)
{
	struct utterance *u = mixer->saying;

	if (mixer->now == NOW_LINE)
		tell_fate(mixer, phrase, FATE_SAYING);
	if (mixer->now != NOW_UTTERANCE)
		return;
	if (!u->begun) {
		tell_fate(mixer, u->phrase, FATE_SAYING);
		tell(mixer, u, EVENT_BEGIN, NULL);
	} else if (u->paused) {
		tell(mixer, u, EVENT_RESUME, NULL);
	}
	u->begun = true;
	u->paused = false;
	tell_marks(mixer, u, u->at_bytes + mixer->word_bytes);
}

void mixer_word(struct mixer *mixer, size_t offset_bytes)
{
	mixer->word_bytes = offset_bytes;
	/* The engine tells of the first word before it is heard. */
	if (mixer->now == NOW_UTTERANCE && !mixer->comes_back &&
	    mixer->saying->begun)
		tell_marks(mixer, mixer->saying,
			   mixer->saying->at_bytes + offset_bytes);
}

/* The sentence that was cut off, and what follows it. */
static void keep_cut_line(struct mixer *mixer, const struct phrase *phrase)
{
	size_t from = sentence_start(
		phrase->text, min_size(mixer->word_bytes, strlen(phrase->text)),
		0);
	char *left = mem_copy(phrase->text + from);

	phrase_free(mixer->cut_line);
	mixer->cut_line = phrase_copy(phrase);
	free(mixer->cut_line->text);
	mixer->cut_line->text = left;
	mixer->cut_line->cue = CUE_NONE;
}

static void line_ended(struct mixer *mixer, const struct phrase *phrase,
		       bool stopped, bool failed)
{
	if (stopped && mixer->comes_back) {
		keep_cut_line(mixer, phrase);
		return;
	}
	if (failed)
		mixer->line_fate = FATE_FAILED;
	else if (stopped && mixer->line_fate == FATE_SAID)
		mixer->line_fate = FATE_STOPPED;
	tell_fate(mixer, phrase, mixer->line_fate);
}

static void utterance_ended(struct mixer *mixer, struct utterance *u,
			    bool stopped, bool failed)
{
	if (stopped && mixer->comes_back) {
		u->at_bytes = sentence_start(u->phrase->text,
					     u->at_bytes + mixer->word_bytes,
					     u->paused ? u->pause_context : 0);
		put_back(mixer, u);
		return;
	}
	if (stopped || failed) {
		u->begun = u->begun && !failed;
		drop(mixer, u);
		return;
	}
	u->at_bytes += u->part_bytes;
	if (u->begun)
		tell_marks(mixer, u, u->at_bytes);
	if (u->at_bytes < u->text_bytes) {
		put_back(mixer, u);
		return;
	}
	/* A blank text has no first sample. */
	if (!u->begun)
		tell(mixer, u, EVENT_BEGIN, NULL);
	tell(mixer, u, EVENT_END, NULL);
	tell_fate(mixer, u->phrase, FATE_SAID);
	utterance_free(u);
}

void mixer_ended(struct mixer *mixer, const struct phrase *phrase, bool stopped,
		 bool failed)
{
	enum now was = mixer->now;
	struct utterance *u = mixer->saying;

	mixer->now = NOW_NOTHING;
	mixer->saying = NULL;
	if (was == NOW_LINE)
		line_ended(mixer, phrase, stopped, failed);
	else if (was == NOW_UTTERANCE)
		utterance_ended(mixer, u, stopped, failed);
}

/* ---- STOP, CANCEL, PAUSE, RESUME ----------------------------------------- */

static bool is_meant(int meant, int client)
{
	return meant == MIXER_ALL || meant == client;
}

static void forget_cut_line(struct mixer *mixer, enum fate fate)
{
	if (mixer->cut_line == NULL)
		return;
	tell_fate(mixer, mixer->cut_line, fate);
	phrase_free(mixer->cut_line);
	mixer->cut_line = NULL;
}

void mixer_stop(struct mixer *mixer, int client)
{
	if (mixer->now == NOW_UTTERANCE &&
	    is_meant(client, mixer->saying->client))
		drop_saying(mixer);
	else if (mixer->now == NOW_LINE && is_meant(client, MIXER_LINES))
		stop_line(mixer, FATE_STOPPED);
	if (is_meant(client, MIXER_LINES))
		forget_cut_line(mixer, FATE_STOPPED);
}

static bool any_line(const struct phrase *phrase, void *data)
{
	tell_fate(data, phrase, FATE_CANCELED);
	return true;
}

void mixer_cancel(struct mixer *mixer, int client)
{
	mixer_stop(mixer, client);
	drop_waiting(mixer, ALL_CLASSES, client, 0);
	if (is_meant(client, MIXER_LINES)) {
		queue_drop(&mixer->lines, any_line, mixer);
		mixer->lines.unannounced = 0;
	}
}

bool mixer_is_paused(const struct mixer *mixer, int client)
{
	for (size_t i = 0; i < mixer->paused_count; i++)
		if (mixer->paused[i] == client)
			return true;
	return false;
}

static void set_paused(struct mixer *mixer, int client)
{
	if (mixer_is_paused(mixer, client))
		return;
	if (mixer->paused_count % PAUSED_STEP == 0)
		mixer->paused = mem_resize(mixer->paused,
					   mixer->paused_count + PAUSED_STEP,
					   sizeof(*mixer->paused));
	mixer->paused[mixer->paused_count++] = client;
}

/* A client that waits already is marked through what it has here. */
static void pause_those_here(struct mixer *mixer)
{
	set_paused(mixer, MIXER_LINES);
	if (mixer->now == NOW_UTTERANCE)
		set_paused(mixer, mixer->saying->client);
	for (int class = 0; class < CLASS_COUNT; class ++)
		for (const struct utterance *u = mixer->first[class]; u != NULL;
		     u = u->next)
			set_paused(mixer, u->client);
}

void mixer_pause(struct mixer *mixer, int client)
{
	if (client == MIXER_ALL)
		pause_those_here(mixer);
	else
		set_paused(mixer, client);
	if (mixer->now == NOW_LINE && is_meant(client, MIXER_LINES))
		interrupt(mixer);
	if (mixer->now != NOW_UTTERANCE || mixer->saying->paused ||
	    !is_meant(client, mixer->saying->client))
		return;
	mixer->saying->paused = true;
	if (mixer->saying->begun)
		tell(mixer, mixer->saying, EVENT_PAUSE, NULL);
	interrupt(mixer);
}

static void unset_paused(struct mixer *mixer, int client)
{
	size_t kept = 0;

	for (size_t i = 0; i < mixer->paused_count; i++)
		if (!is_meant(client, mixer->paused[i]))
			mixer->paused[kept++] = mixer->paused[i];
	mixer->paused_count = kept;
}

void mixer_resume(struct mixer *mixer, int client)
{
	unset_paused(mixer, client);
}

void mixer_forget(struct mixer *mixer, int client)
{
	if (mixer_messages(mixer, client) == 0)
		unset_paused(mixer, client);
}

/* ---- lines --------------------------------------------------------------- */

struct choice {
	struct mixer *mixer;
	queue_choose_fn *choose;
	void *data;
	enum fate fate;
};

static bool chosen(const struct phrase *phrase, void *data)
{
	struct choice *choice = data;

	if (!choice->choose(phrase, choice->data))
		return false;
	tell_fate(choice->mixer, phrase, choice->fate);
	return true;
}

void mixer_drop_lines(struct mixer *mixer, queue_choose_fn *choose, void *data,
		      enum fate fate)
{
	struct choice choice = { mixer, choose, data, fate };

	queue_drop(&mixer->lines, chosen, &choice);
	if (mixer->cut_line != NULL && choose(mixer->cut_line, data))
		forget_cut_line(mixer, fate);
}

/* ---- what there is ------------------------------------------------------- */

bool mixer_is_empty(const struct mixer *mixer)
{
	for (int class = 0; class < CLASS_COUNT; class ++)
		if (mixer->first[class] != NULL)
			return false;
	return mixer->cut_line == NULL && queue_is_empty(&mixer->lines);
}

bool mixer_lines_full(const struct mixer *mixer)
{
	return queue_is_full(&mixer->lines);
}

size_t mixer_messages(const struct mixer *mixer, int client)
{
	size_t count = mixer->saying != NULL &&
		       is_meant(client, mixer->saying->client);

	for (int class = 0; class < CLASS_COUNT; class ++)
		for (const struct utterance *u = mixer->first[class]; u != NULL;
		     u = u->next)
			count += is_meant(client, u->client);
	return count;
}

struct load {
	size_t count, bytes;
};

static void add_load(struct load *load, const struct utterance *u)
{
	load->count++;
	load->bytes += u->text_bytes;
}

bool mixer_has_room(const struct mixer *mixer, int client, size_t text_bytes)
{
	struct load own = { 1, text_bytes }, all = { 1, text_bytes };

	for (int class = 0; class < CLASS_COUNT; class ++) {
		for (const struct utterance *u = mixer->first[class]; u != NULL;
		     u = u->next) {
			add_load(&all, u);
			if (u->client == client)
				add_load(&own, u);
		}
	}
	return own.count <= MIXER_CLIENT_MESSAGES &&
	       own.bytes <= MIXER_CLIENT_BYTES &&
	       all.count <= MIXER_ALL_MESSAGES && all.bytes <= MIXER_ALL_BYTES;
}

int mixer_saying(const struct mixer *mixer)
{
	if (mixer->now == NOW_LINE)
		return MIXER_LINES;
	return mixer->now == NOW_UTTERANCE ? mixer->saying->client : -1;
}

const struct queue *mixer_lines(const struct mixer *mixer)
{
	return &mixer->lines;
}
