/*
 * talk.h - everything that is said, was said and will be said.
 *
 *	lines of sources ──┐
 *	                   ├─▶ mute ─▶ mixer ─▶ voice        history beside it
 *	SSIP messages ─────┘
 *
 * The one place that line sources, SSIP clients, speakctl and the voice meet.
 * Pure but for the time of day that the history shows.
 */
#ifndef SPEAKD_TALK_H
#define SPEAKD_TALK_H

#include "speakd/history.h"
#include "speakd/mixer.h"

enum { TALK_MUTED_MAX = 1000, TALK_NAME_BYTES = 128 };

/* How lines are said, beside what their phrases say; PHRASE_DEFAULT: as set. */
struct talk_manner {
	int rate_wpm, pitch, volume_percent;
	char *voice; /* owned; NULL: as set */
};

struct talk_handler {
	/* Of a message whose client asked for it. */
	void (*event)(void *data, const struct utterance *utterance,
		      enum mixer_event event, const char *mark);
	/* What watchers see: a line or message and what happens to it. */
	void (*news)(void *data, const struct history_entry *entry);
	/* A word of what is being said begins. */
	void (*word)(void *data, uint64_t id, size_t offset_bytes);
	/* One of an input's phrases is done with, whatever became of it. */
	void (*line_done)(void *data, const struct phrase *phrase,
			  enum fate fate);
	/* Stop the voice; talk_ended() follows. */
	void (*stop)(void *data);
	/* There may be something to say, or room for lines. */
	void (*pump)(void *data);
	void *data;
};

struct talk;

/* config and keep_voice are how lines are said by default. */
struct talk *talk_new(const struct queue_config *config, bool with_history,
		      const struct talk_handler *handler) MUST_CHECK;
void talk_free(struct talk *talk);
void talk_configure(struct talk *talk, const struct queue_config *config);

/* catch_up: it came from a live stream; lines may be skipped. */
void talk_line(struct talk *talk, struct phrase *take_phrase, bool catch_up);
/* Returns the message's id, also set in it; it may be dropped at once. */
uint64_t talk_message(struct talk *talk, struct utterance *take_utterance);

/* For the voice. */
struct phrase *talk_next(struct talk *talk) MUST_CHECK;
void talk_begun(struct talk *talk, const struct phrase *phrase);
void talk_word(struct talk *talk, const struct phrase *phrase,
	       size_t offset_bytes);
void talk_ended(struct talk *talk, const struct phrase *phrase, bool stopped,
		bool failed);

/* SSIP's verbs, for a client, MIXER_LINES or MIXER_ALL. */
void talk_stop(struct talk *talk, int client);
void talk_cancel(struct talk *talk, int client);
void talk_pause(struct talk *talk, int client);
void talk_resume(struct talk *talk, int client);
void talk_forget(struct talk *talk, int client);

/* Ours. skip: what is being said. live: all that waits. */
void talk_skip(struct talk *talk);
/* How many lines were dropped. */
size_t talk_live(struct talk *talk);
/*
 * Say an entry of the history again, at once. back: the number of entries to
 * go back from the one being said, or said last (itself one said again).
 * Returns the id of what was said again, 0: there is none.
 */
uint64_t talk_back(struct talk *talk, unsigned back, int client);
/* Say entry id again; 0 when it is unknown. */
uint64_t talk_again(struct talk *talk, uint64_t id, int client);

/* Mute a nick: no case, * and ? stand for anything. False: too many. */
bool talk_mute(struct talk *talk, const char *nick);
/* False when it was not muted. */
bool talk_unmute(struct talk *talk, const char *nick);
size_t talk_muted_count(const struct talk *talk);
const char *talk_muted(const struct talk *talk, size_t number);
/* Say only lines of this channel; "" or NULL: of every one. */
void talk_only(struct talk *talk, const char *channel);
const char *talk_only_channel(const struct talk *talk);

struct mixer *talk_mixer(struct talk *talk);
const struct history *talk_history(const struct talk *talk);
struct talk_manner *talk_manner(struct talk *talk);
/* The id of what is being said, 0: nothing. */
uint64_t talk_saying(const struct talk *talk);

#endif
