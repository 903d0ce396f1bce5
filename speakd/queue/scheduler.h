/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * scheduler.h - who speaks next: SSIP's five classes and the lines of all
 * sources.
 *
 *	important ─▶ message ─▶ text ─▶ lines ─▶ notification ─▶ progress
 *
 * A new message makes room for itself as SSIP says (speech-dispatcher's
 * documentation, "Message Priority Model"): it drops what is worth less, stops
 * what is being said, or is dropped itself. Lines are nobody's echo: a message
 * interrupts a line, and the sentence that was cut off is said again after it.
 *
 * One thing is said at a time. scheduler_next() gives a phrase to the voice,
 * and one more to go on with while the first is being said; what the voice does
 * is reported to scheduler_begun(), scheduler_word() and scheduler_ended(),
 * always of the first. Before anything else is changed the second one is taken
 * back.
 *
 * Pure: no I/O, no clock.
 */
#ifndef SPEAKD_SCHEDULER_H
#define SPEAKD_SCHEDULER_H

#include "speakd/queue/backlog.h"
#include "speakd/queue/messages.h"

/* What became of a phrase or message. */
enum fate {
	FATE_WAITING,
	FATE_SAYING,
	FATE_SAID,
	FATE_STOPPED, /* it had begun */
	FATE_CANCELED, /* it had not */
	FATE_SKIPPED, /* to catch up */
	FATE_MUTED,
	FATE_FAILED, /* the voice could not */
	FATE_MISSED, /* played back: nobody has asked for it yet */
	FATE_COUNT
};

enum {
	SCHEDULER_LINES = 0, /* the client number of all line sources */
	SCHEDULER_ALL = MESSAGES_OF_ALL,
};

struct scheduler_handler {
	/* Borrowed for the call; mark is NULL but for EVENT_MARK. */
	void (*event)(void *data, const struct utterance *utterance,
		      enum scheduler_event event, const char *mark);
	/* A line or message met its fate (never FATE_WAITING). */
	void (*fate)(void *data, const struct phrase *phrase, enum fate fate);
	/* What is being said must stop; scheduler_ended() follows. */
	void (*stop)(void *data);
	void *data;
};

struct scheduler;

struct scheduler *
scheduler_new(const struct backlog_config *config,
	      const struct scheduler_handler *handler) MUST_CHECK;
void scheduler_free(struct scheduler *scheduler);
void scheduler_configure(struct scheduler *scheduler,
			 const struct backlog_config *config);

/* A line; its phrase has an id. catch_up as in backlog_push(). */
void scheduler_add_line(struct scheduler *scheduler, struct phrase *take_phrase,
			bool catch_up);
/* A message; its phrase has the same id. It may be dropped at once. */
void scheduler_add(struct scheduler *scheduler,
		   struct utterance *take_utterance);

/* What to say now, or next; the caller's. NULL: nothing, or it has both. */
struct phrase *scheduler_next(struct scheduler *scheduler) MUST_CHECK;
/* Whether what scheduler_next() gave last is a line. */
bool scheduler_gave_line(const struct scheduler *scheduler);
/* The second one was not begun, and will not be. */
void scheduler_take_back(struct scheduler *scheduler,
			 struct phrase *take_phrase);

/* What the voice does with it. offset_bytes: in the phrase's text. */
void scheduler_begun(struct scheduler *scheduler, const struct phrase *phrase);
void scheduler_word(struct scheduler *scheduler, size_t offset_bytes);
void scheduler_ended(struct scheduler *scheduler, const struct phrase *phrase,
		     bool stopped, bool failed);

/*
 * SSIP's STOP, CANCEL, PAUSE and RESUME for one client, SCHEDULER_LINES or
 * SCHEDULER_ALL. STOP ends what is being said, CANCEL also what waits.
 */
void scheduler_stop(struct scheduler *scheduler, int client);
void scheduler_cancel(struct scheduler *scheduler, int client);
void scheduler_pause(struct scheduler *scheduler, int client);
void scheduler_resume(struct scheduler *scheduler, int client);

/* A client is gone: nothing but its messages is remembered of it. */
void scheduler_forget(struct scheduler *scheduler, int client);

/* Drop the waiting lines that choose() picks, with a fate. */
void scheduler_drop_lines(struct scheduler *scheduler,
			  backlog_choose_fn *choose, void *data,
			  enum fate fate);

bool scheduler_is_empty(const struct scheduler *scheduler);
bool scheduler_lines_full(const struct scheduler *scheduler);
bool scheduler_is_paused(const struct scheduler *scheduler, int client);
/* Messages of a client that wait or are being said. */
size_t scheduler_messages(const struct scheduler *scheduler, int client);
/* Whether a message of so many bytes still finds room. */
bool scheduler_has_room(const struct scheduler *scheduler, int client,
			size_t text_bytes);
/* The client whose message is being said, SCHEDULER_LINES, or -1: none. */
int scheduler_saying(const struct scheduler *scheduler);
/* Lines that wait, and their time. */
const struct backlog *scheduler_lines(const struct scheduler *scheduler);

#endif
