/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/scheduler.h"

#include "core/mem.h"

enum { ALL_CLASSES = (1 << CLASS_COUNT) - 1 };

/* What is being said. */
enum now {
	NOW_NOTHING,
	NOW_LINE,
	NOW_UTTERANCE,
	NOW_DROPPED, /* nobody's any more: the voice has still to stop */
};

/* What the voice has. */
struct spoken {
	enum now now;
	struct utterance *saying; /* NOW_UTTERANCE */
	size_t word_bytes; /* in the phrase's text */
	bool comes_back; /* was stopped to be said again from there */
	enum fate line_fate; /* of a line that was stopped for good */
};

struct scheduler {
	struct scheduler_handler handler;
	struct backlog lines;
	struct phrase *cut_line; /* interrupted: what is left of it */
	struct phrase *held_line; /* taken back from the voice, unsaid */
	struct messages messages;
	struct spoken said; /* what is being said */
	struct spoken ahead; /* what the voice has beside it, to go on with */
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

/* ---- what is reported ---------------------------------------------------- */

static void tell(struct scheduler *scheduler, const struct utterance *utterance,
		 enum scheduler_event event, const char *mark)
{
	if ((utterance->notify & (1U << event)) != 0)
		scheduler->handler.event(scheduler->handler.data, utterance,
					 event, mark);
}

static void tell_fate(struct scheduler *scheduler, const struct phrase *phrase,
		      enum fate fate)
{
	scheduler->handler.fate(scheduler->handler.data, phrase, fate);
}

static void drop(struct scheduler *scheduler, struct utterance *take_utterance)
{
	tell(scheduler, take_utterance, EVENT_CANCEL, NULL);
	tell_fate(scheduler, take_utterance->phrase,
		  take_utterance->begun ? FATE_STOPPED : FATE_CANCELED);
	utterance_free(take_utterance);
}

/* Every mark in front of text offset bytes. */
static void tell_marks(struct scheduler *scheduler, struct utterance *u,
		       size_t bytes)
{
	while (u->next_mark < u->mark_count &&
	       u->marks[u->next_mark].offset_bytes <= bytes)
		tell(scheduler, u, EVENT_MARK, u->marks[u->next_mark++].name);
}

/* ---- stopping what is being said ----------------------------------------- */

static void stop_voice(struct scheduler *scheduler)
{
	scheduler->handler.stop(scheduler->handler.data);
}

/* The message being said, for good; it is reported now. */
static void drop_saying(struct scheduler *scheduler)
{
	struct utterance *utterance = scheduler->said.saying;

	scheduler->said.saying = NULL;
	scheduler->said.now = NOW_DROPPED;
	drop(scheduler, utterance);
	stop_voice(scheduler);
}

static void stop_line(struct scheduler *scheduler, enum fate fate)
{
	scheduler->said.comes_back = false;
	scheduler->said.line_fate = fate;
	stop_voice(scheduler);
}

/* Whatever is being said, to be said again from where it was. */
static void interrupt(struct scheduler *scheduler)
{
	if (scheduler->said.now != NOW_LINE &&
	    scheduler->said.now != NOW_UTTERANCE)
		return;
	if (scheduler->said.now == NOW_LINE &&
	    scheduler->said.line_fate != FATE_SAID)
		return;
	scheduler->said.comes_back = true;
	stop_voice(scheduler);
}

static void drop_waiting(struct scheduler *scheduler, unsigned classes,
			 int client, uint64_t but_block)
{
	struct utterance *u = messages_take(&scheduler->messages, classes,
					    client, but_block);

	while (u != NULL) {
		struct utterance *next = u->next;

		drop(scheduler, u);
		u = next;
	}
}

static void make_room(struct scheduler *scheduler,
		      const struct utterance *fresh)
{
	const struct manners *m = &manners[fresh->rank];
	struct utterance *now = scheduler->said.saying;
	unsigned bit;

	drop_waiting(scheduler, m->drops | m->drops_waiting, SCHEDULER_ALL,
		     fresh->block);
	if (scheduler->said.now == NOW_LINE && m->interrupts_lines)
		interrupt(scheduler);
	if (scheduler->said.now != NOW_UTTERANCE)
		return;
	bit = 1U << now->rank;
	if ((m->drops & bit) != 0 &&
	    (fresh->block == 0 || now->block != fresh->block))
		drop_saying(scheduler);
	else if ((m->postpones & bit) != 0)
		interrupt(scheduler);
}

/* ---- what comes in ------------------------------------------------------- */

static void on_skip(const struct phrase *phrase, void *data)
{
	tell_fate(data, phrase, FATE_SKIPPED);
}

struct scheduler *scheduler_new(const struct backlog_config *config,
				const struct scheduler_handler *handler)
{
	struct scheduler *scheduler = mem_new(sizeof(*scheduler));

	scheduler->handler = *handler;
	backlog_init(&scheduler->lines, config, on_skip, scheduler);
	return scheduler;
}

void scheduler_free(struct scheduler *scheduler)
{
	if (scheduler == NULL)
		return;
	messages_fini(&scheduler->messages);
	utterance_free(scheduler->said.saying);
	utterance_free(scheduler->ahead.saying);
	phrase_free(scheduler->cut_line);
	phrase_free(scheduler->held_line);
	backlog_fini(&scheduler->lines);
	free(scheduler);
}

void scheduler_configure(struct scheduler *scheduler,
			 const struct backlog_config *config)
{
	backlog_configure(&scheduler->lines, config);
}

void scheduler_add_line(struct scheduler *scheduler, struct phrase *take_phrase,
			bool catch_up)
{
	backlog_push(&scheduler->lines, take_phrase, catch_up);
}

static bool lines_are_silent(const struct scheduler *scheduler)
{
	return scheduler_is_paused(scheduler, SCHEDULER_LINES) ||
	       (scheduler->cut_line == NULL && scheduler->held_line == NULL &&
		backlog_is_empty(&scheduler->lines));
}

/* Silence, or what this very message puts an end to. */
static bool finds_silence(const struct scheduler *scheduler,
			  const struct utterance *fresh)
{
	const struct spoken *said = &scheduler->said;
	bool only_its_own = said->now == NOW_UTTERANCE &&
			    said->saying->rank == fresh->rank;

	if (said->now != NOW_NOTHING && !only_its_own)
		return false;
	if (messages_has(&scheduler->messages,
			 only_its_own ? ALL_CLASSES & ~(1U << fresh->rank)
				      : ALL_CLASSES))
		return false;
	return lines_are_silent(scheduler);
}

void scheduler_add(struct scheduler *scheduler,
		   struct utterance *take_utterance)
{
	if (manners[take_utterance->rank].only_into_silence &&
	    !finds_silence(scheduler, take_utterance)) {
		drop(scheduler, take_utterance);
		return;
	}
	make_room(scheduler, take_utterance);
	messages_add(&scheduler->messages, take_utterance);
}

/* ---- what goes out ------------------------------------------------------- */

static struct phrase *give(struct phrase **line)
{
	struct phrase *phrase = *line;

	*line = NULL;
	return phrase;
}

static struct phrase *next_line(struct scheduler *scheduler,
				struct spoken *spoken)
{
	struct phrase *phrase;

	if (scheduler_is_paused(scheduler, SCHEDULER_LINES))
		return NULL;
	phrase = give(&scheduler->cut_line);
	if (phrase == NULL)
		phrase = give(&scheduler->held_line);
	if (phrase == NULL)
		phrase = backlog_pop(&scheduler->lines);
	if (phrase == NULL)
		return NULL;
	spoken->now = NOW_LINE;
	spoken->line_fate = FATE_SAID;
	return phrase;
}

static struct phrase *next_part(struct scheduler *scheduler,
				struct spoken *spoken, unsigned ranks)
{
	struct utterance *u = messages_pop(&scheduler->messages, ranks);

	if (u == NULL)
		return NULL;
	spoken->saying = u;
	spoken->now = NOW_UTTERANCE;
	return utterance_part(u);
}

/* Whether it is known what follows: not the rest of a long text. */
static bool may_look_ahead(const struct scheduler *scheduler)
{
	const struct spoken *said = &scheduler->said;

	if (scheduler->ahead.now != NOW_NOTHING || said->comes_back)
		return false;
	if (said->now == NOW_LINE)
		return said->line_fate == FATE_SAID;
	return said->now == NOW_UTTERANCE &&
	       said->saying->at_bytes + said->saying->part_bytes >=
		       said->saying->text_bytes;
}

struct phrase *scheduler_next(struct scheduler *scheduler)
{
	const unsigned first = 1 << CLASS_IMPORTANT | 1 << CLASS_MESSAGE |
			       1 << CLASS_TEXT;
	struct spoken *spoken = &scheduler->said;
	struct phrase *phrase;

	if (spoken->now != NOW_NOTHING) {
		if (!may_look_ahead(scheduler))
			return NULL;
		spoken = &scheduler->ahead;
	}
	*spoken = (struct spoken){ .now = NOW_NOTHING };
	phrase = next_part(scheduler, spoken, first);
	if (phrase == NULL)
		phrase = next_line(scheduler, spoken);
	if (phrase == NULL)
		phrase = next_part(scheduler, spoken, ALL_CLASSES & ~first);
	return phrase;
}

bool scheduler_gave_line(const struct scheduler *scheduler)
{
	const struct spoken *last = scheduler->ahead.now != NOW_NOTHING
					    ? &scheduler->ahead
					    : &scheduler->said;

	return last->now == NOW_LINE;
}

void scheduler_take_back(struct scheduler *scheduler,
			 struct phrase *take_phrase)
{
	struct spoken *ahead = &scheduler->ahead;

	if (ahead->now == NOW_UTTERANCE) {
		messages_put_back(&scheduler->messages, ahead->saying);
		phrase_free(take_phrase);
	} else if (scheduler->held_line == NULL) {
		scheduler->held_line = take_phrase;
	} else {
		/* It was cut off before that one was held. */
		scheduler->cut_line = take_phrase;
	}
	*ahead = (struct spoken){ .now = NOW_NOTHING };
}

/* ---- what the voice does ------------------------------------------------- */

void scheduler_begun(struct scheduler *scheduler, const struct phrase *phrase)
{
	struct utterance *u = scheduler->said.saying;

	if (scheduler->said.now == NOW_LINE)
		tell_fate(scheduler, phrase, FATE_SAYING);
	if (scheduler->said.now != NOW_UTTERANCE)
		return;
	if (!u->begun) {
		tell_fate(scheduler, u->phrase, FATE_SAYING);
		tell(scheduler, u, EVENT_BEGIN, NULL);
	} else if (u->paused) {
		tell(scheduler, u, EVENT_RESUME, NULL);
	}
	u->begun = true;
	u->paused = false;
	tell_marks(scheduler, u, u->at_bytes + scheduler->said.word_bytes);
}

void scheduler_word(struct scheduler *scheduler, size_t offset_bytes)
{
	scheduler->said.word_bytes = offset_bytes;
	/* The engine tells of the first word before it is heard. */
	if (scheduler->said.now == NOW_UTTERANCE &&
	    !scheduler->said.comes_back && scheduler->said.saying->begun)
		tell_marks(scheduler, scheduler->said.saying,
			   scheduler->said.saying->at_bytes + offset_bytes);
}

static void line_ended(struct scheduler *scheduler, const struct spoken *was,
		       const struct phrase *phrase, bool stopped, bool failed)
{
	enum fate fate = was->line_fate;

	if (stopped && was->comes_back) {
		phrase_free(scheduler->cut_line);
		scheduler->cut_line = utterance_rest(phrase, was->word_bytes);
		return;
	}
	if (failed)
		fate = FATE_FAILED;
	else if (stopped && fate == FATE_SAID)
		fate = FATE_STOPPED;
	tell_fate(scheduler, phrase, fate);
}

static void utterance_ended(struct scheduler *scheduler,
			    const struct spoken *was, bool stopped, bool failed)
{
	struct utterance *u = was->saying;

	if (stopped && was->comes_back) {
		utterance_go_back(u, was->word_bytes);
		messages_put_back(&scheduler->messages, u);
		return;
	}
	if (stopped || failed) {
		u->begun = u->begun && !failed;
		drop(scheduler, u);
		return;
	}
	u->at_bytes += u->part_bytes;
	if (u->begun)
		tell_marks(scheduler, u, u->at_bytes);
	if (u->at_bytes < u->text_bytes) {
		messages_put_back(&scheduler->messages, u);
		return;
	}
	/* A blank text has no first sample. */
	if (!u->begun)
		tell(scheduler, u, EVENT_BEGIN, NULL);
	tell(scheduler, u, EVENT_END, NULL);
	tell_fate(scheduler, u->phrase, FATE_SAID);
	utterance_free(u);
}

void scheduler_ended(struct scheduler *scheduler, const struct phrase *phrase,
		     bool stopped, bool failed)
{
	struct spoken was = scheduler->said;

	scheduler->said = scheduler->ahead;
	scheduler->ahead = (struct spoken){ .now = NOW_NOTHING };
	if (was.now == NOW_LINE)
		line_ended(scheduler, &was, phrase, stopped, failed);
	else if (was.now == NOW_UTTERANCE)
		utterance_ended(scheduler, &was, stopped, failed);
}

/* ---- STOP, CANCEL, PAUSE, RESUME ----------------------------------------- */

static bool is_meant(int meant, int client)
{
	return meant == SCHEDULER_ALL || meant == client;
}

static void forget_line(struct scheduler *scheduler, struct phrase **line,
			enum fate fate)
{
	if (*line == NULL)
		return;
	tell_fate(scheduler, *line, fate);
	phrase_free(*line);
	*line = NULL;
}

void scheduler_stop(struct scheduler *scheduler, int client)
{
	if (scheduler->said.now == NOW_UTTERANCE &&
	    is_meant(client, scheduler->said.saying->client))
		drop_saying(scheduler);
	else if (scheduler->said.now == NOW_LINE &&
		 is_meant(client, SCHEDULER_LINES))
		stop_line(scheduler, FATE_STOPPED);
	if (is_meant(client, SCHEDULER_LINES))
		forget_line(scheduler, &scheduler->cut_line, FATE_STOPPED);
}

static bool any_line(const struct phrase *phrase, void *data)
{
	tell_fate(data, phrase, FATE_CANCELED);
	return true;
}

void scheduler_cancel(struct scheduler *scheduler, int client)
{
	scheduler_stop(scheduler, client);
	drop_waiting(scheduler, ALL_CLASSES, client, 0);
	if (is_meant(client, SCHEDULER_LINES)) {
		forget_line(scheduler, &scheduler->held_line, FATE_CANCELED);
		backlog_drop(&scheduler->lines, any_line, scheduler);
		scheduler->lines.unannounced = 0;
	}
}

bool scheduler_is_paused(const struct scheduler *scheduler, int client)
{
	return messages_is_paused(&scheduler->messages, client);
}

/* Who has something waiting, whose message is being said, and the lines. */
static void pause_all(struct scheduler *scheduler)
{
	messages_pause(&scheduler->messages, SCHEDULER_LINES);
	if (scheduler->said.now == NOW_UTTERANCE)
		messages_pause(&scheduler->messages,
			       scheduler->said.saying->client);
	messages_pause(&scheduler->messages, SCHEDULER_ALL);
}

void scheduler_pause(struct scheduler *scheduler, int client)
{
	if (client == SCHEDULER_ALL)
		pause_all(scheduler);
	else
		messages_pause(&scheduler->messages, client);
	if (scheduler->said.now == NOW_LINE &&
	    is_meant(client, SCHEDULER_LINES))
		interrupt(scheduler);
	if (scheduler->said.now != NOW_UTTERANCE ||
	    scheduler->said.saying->paused ||
	    !is_meant(client, scheduler->said.saying->client))
		return;
	scheduler->said.saying->paused = true;
	if (scheduler->said.saying->begun)
		tell(scheduler, scheduler->said.saying, EVENT_PAUSE, NULL);
	interrupt(scheduler);
}

void scheduler_resume(struct scheduler *scheduler, int client)
{
	messages_resume(&scheduler->messages, client);
}

void scheduler_forget(struct scheduler *scheduler, int client)
{
	if (scheduler_messages(scheduler, client) == 0)
		messages_resume(&scheduler->messages, client);
}

/* ---- lines --------------------------------------------------------------- */

struct choice {
	struct scheduler *scheduler;
	backlog_choose_fn *choose;
	void *data;
	enum fate fate;
};

static bool chosen(const struct phrase *phrase, void *data)
{
	struct choice *choice = data;

	if (!choice->choose(phrase, choice->data))
		return false;
	tell_fate(choice->scheduler, phrase, choice->fate);
	return true;
}

void scheduler_drop_lines(struct scheduler *scheduler,
			  backlog_choose_fn *choose, void *data, enum fate fate)
{
	struct choice choice = { scheduler, choose, data, fate };

	backlog_drop(&scheduler->lines, chosen, &choice);
	if (scheduler->cut_line != NULL && choose(scheduler->cut_line, data))
		forget_line(scheduler, &scheduler->cut_line, fate);
	if (scheduler->held_line != NULL && choose(scheduler->held_line, data))
		forget_line(scheduler, &scheduler->held_line, fate);
}

/* ---- what there is ------------------------------------------------------- */

bool scheduler_is_empty(const struct scheduler *scheduler)
{
	return messages_is_empty(&scheduler->messages) &&
	       scheduler->cut_line == NULL && scheduler->held_line == NULL &&
	       backlog_is_empty(&scheduler->lines);
}

bool scheduler_lines_full(const struct scheduler *scheduler)
{
	return backlog_is_full(&scheduler->lines);
}

size_t scheduler_messages(const struct scheduler *scheduler, int client)
{
	const struct utterance *now = scheduler->said.saying;

	return messages_count(&scheduler->messages, client) +
	       (now != NULL && is_meant(client, now->client));
}

bool scheduler_has_room(const struct scheduler *scheduler, int client,
			size_t text_bytes)
{
	return messages_has_room(&scheduler->messages, client, text_bytes);
}

int scheduler_saying(const struct scheduler *scheduler)
{
	if (scheduler->said.now == NOW_LINE)
		return SCHEDULER_LINES;
	return scheduler->said.now == NOW_UTTERANCE
		       ? scheduler->said.saying->client
		       : -1;
}

const struct backlog *scheduler_lines(const struct scheduler *scheduler)
{
	return &scheduler->lines;
}
