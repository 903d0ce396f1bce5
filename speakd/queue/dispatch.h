/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * dispatch.h - everything that is said, was said and will be said.
 *
 *	lines of sources ──┐
 *	                   ├─▶ mute ─▶ scheduler ─▶ voice        history beside
 *it SSIP messages ─────┘
 *
 * The one place that line sources, SSIP clients, speakctl and the voice meet.
 * Pure but for the time of day that the history shows.
 */
#ifndef SPEAKD_DISPATCH_H
#define SPEAKD_DISPATCH_H

#include "speakd/queue/audience.h"
#include "speakd/queue/history.h"
#include "speakd/queue/scheduler.h"

/* How lines are said, beside what their phrases say; PHRASE_DEFAULT: as set. */
struct dispatch_manner {
	int rate_wpm, pitch, volume_percent;
	char *voice; /* owned; NULL: as set */
};

struct dispatch_handler {
	/* One of an input's phrases is done with, whatever became of it. */
	void (*line_done)(void *data, const struct phrase *phrase,
			  enum fate fate);
	/* Take the phrase back that is not begun; NULL: there is none. */
	struct phrase *(*take_back)(void *data);
	/* Stop the voice; dispatch_ended() follows. */
	void (*stop)(void *data);
	/* There may be something to say, or room for lines. */
	void (*pump)(void *data);
	void *data;
};

/* What happens to messages and lines, as it is heard; one may listen. */
struct dispatch_watcher {
	/* Of a message whose client asked for it. */
	void (*event)(void *data, const struct utterance *utterance,
		      enum scheduler_event event, const char *mark);
	/* A line or message, and what happens to it. */
	void (*news)(void *data, const struct history_entry *entry);
	/* A word of what is being said begins. */
	void (*word)(void *data, uint64_t id, size_t offset_bytes);
	void *data;
};

struct dispatch;

/* config is how lines are said by default. */
struct dispatch *
dispatch_new(const struct backlog_config *config, bool with_history,
	     const struct dispatch_handler *handler) MUST_CHECK;
void dispatch_free(struct dispatch *dispatch);
/* NULL: nobody listens any more. */
void dispatch_watch(struct dispatch *dispatch,
		    const struct dispatch_watcher *watcher);
void dispatch_configure(struct dispatch *dispatch,
			const struct backlog_config *config);

/* catch_up: it came from a live stream; lines may be skipped. */
void dispatch_line(struct dispatch *dispatch, struct phrase *take_phrase,
		   bool catch_up);
/* Returns the message's id, also set in it; it may be dropped at once. */
uint64_t dispatch_message(struct dispatch *dispatch,
			  struct utterance *take_utterance);

/* What an earlier daemon said, for the history. */
void dispatch_recall(struct dispatch *dispatch, struct phrase *take_phrase,
		     time_t when, enum fate fate);

/* For the voice. */
struct phrase *dispatch_next(struct dispatch *dispatch) MUST_CHECK;
/*
 * Take back what the voice has beside the phrase that is being said: before
 * anything changes, as it may not be what follows.
 */
void dispatch_settle(struct dispatch *dispatch);
void dispatch_begun(struct dispatch *dispatch, const struct phrase *phrase);
void dispatch_word(struct dispatch *dispatch, const struct phrase *phrase,
		   size_t offset_bytes);
void dispatch_ended(struct dispatch *dispatch, const struct phrase *phrase,
		    bool stopped, bool failed);
/* Sound works or does not: for whoever asks. */
void dispatch_set_sound(struct dispatch *dispatch, bool works);
bool dispatch_has_sound(const struct dispatch *dispatch);
/* Which device is used in place of the one asked for, and why; NULL: none. */
void dispatch_set_instead(struct dispatch *dispatch, const char *text);
const char *dispatch_instead(const struct dispatch *dispatch);

/* SSIP's verbs, for a client, SCHEDULER_LINES or SCHEDULER_ALL. */
void dispatch_stop(struct dispatch *dispatch, int client);
void dispatch_cancel(struct dispatch *dispatch, int client);
void dispatch_pause(struct dispatch *dispatch, int client);
void dispatch_resume(struct dispatch *dispatch, int client);
void dispatch_forget(struct dispatch *dispatch, int client);

/* Ours. skip: what is being said. live: all that waits. */
void dispatch_skip(struct dispatch *dispatch);
/* How many lines were dropped. */
size_t dispatch_live(struct dispatch *dispatch);
/*
 * Say the last most lines that were skipped or played back, the oldest first.
 * How many they are.
 */
size_t dispatch_missed(struct dispatch *dispatch, size_t most);
/*
 * Say an entry of the history again, at once. back: the number of entries to
 * go back from the one being said, or said last (itself one said again).
 * Returns the id of what was said again, 0: there is none.
 */
uint64_t dispatch_back(struct dispatch *dispatch, unsigned back, int client);
/* The one being said, or said last, in another form. As dispatch_back(). */
uint64_t dispatch_spell(struct dispatch *dispatch, enum phrase_form form,
			enum punctuation punctuation, int client);
/* Say entry id again; 0 when it is unknown. */
uint64_t dispatch_again(struct dispatch *dispatch, uint64_t id, int client);

/* As audience.h's; what waits or is said follows. mute: false, too many are. */
bool dispatch_mute(struct dispatch *dispatch, const char *nick);
bool dispatch_unmute(struct dispatch *dispatch, const char *nick);
void dispatch_only(struct dispatch *dispatch, const char *channel);
const struct audience *dispatch_audience(const struct dispatch *dispatch);

struct scheduler *dispatch_scheduler(struct dispatch *dispatch);
const struct history *dispatch_history(const struct dispatch *dispatch);
struct dispatch_manner *dispatch_manner(struct dispatch *dispatch);
/* The id of what is being said, 0: nothing. */
uint64_t dispatch_saying(const struct dispatch *dispatch);

#endif
