/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * voice_process.h - the voice as the rest of speakd sees it.
 *
 * A supervised child process (helper program speakd-voice) says one phrase, and
 * makes the next one while the end of it is heard. A child that dies or makes
 * no progress is killed and replaced; the phrase that it died of is tried
 * VOICE_TRIES times in all and then reported and given up, never retried for
 * ever. A phrase that was only caught in a stalled sound system is kept and
 * said when there is sound again.
 *
 * This module runs in the loop and never blocks.
 */
#ifndef SPEAKD_VOICE_PROCESS_H
#define SPEAKD_VOICE_PROCESS_H

#include "speakd/out/voice_helper.h"

enum {
	VOICE_TRIES = 2, /* of one phrase that kills the child */
	VOICE_STALL_MS = 3000, /* no progress for so long: replaced */
	VOICE_RESTART_MAX_MS = 5000, /* back-off between restarts, from 10 ms */
};

/* What happened; called from the loop. phrase is borrowed for the call. */
struct voice_handler {
	/* The engine is loaded: the settings are good. May be NULL. */
	void (*ready)(void *data);
	void (*begin)(void *data, const struct phrase *phrase);
	void (*mark)(void *data, const struct phrase *phrase,
		     size_t offset_bytes);
	/* voice_wants() has become true while a phrase is being said. */
	void (*want)(void *data);
	/*
	 * The voice is free again. audio_ms: how much sound the phrase was;
	 * stopped: by voice_stop(). failure NULL, or why it was not said.
	 */
	void (*end)(void *data, const struct phrase *phrase, uint64_t audio_ms,
		    bool stopped, const char *failure);
	/*
	 * The device came (true) or went (false); why for the log. A phrase
	 * that was being said waits and is then said from its beginning.
	 */
	void (*device)(void *data, bool works, const char *why);
	/* What is used in place of the output asked for; "": that again. */
	void (*instead)(void *data, const char *text);
	/*
	 * The voice cannot go on at all: a full disk under wav:, a command
	 * output that ended. Everything after it fails the same way. usage: the
	 * settings are wrong, a voice that does not exist.
	 */
	void (*broken)(void *data, const char *why, bool usage);
	void *data;
};

struct voice;

/* Start the child. 0 or -errno when the helper program is not there. */
int voice_start(struct loop *loop, const struct voice_config *config,
		const struct voice_handler *handler, struct voice **ret,
		struct err *e) MUST_CHECK;

/* Nothing is being said. */
bool voice_is_free(const struct voice *voice);
/* Whether voice_say() may be called. */
bool voice_wants(const struct voice *voice);

/* Say phrase, after the one being said. The voice owns it from the call on. */
void voice_say(struct voice *voice, struct phrase *take_phrase);

/* The phrase that follows the one being said, taken back; NULL: none. */
struct phrase *voice_take_back(struct voice *voice) MUST_CHECK;

/*
 * Stop what is being said, if anything; end() follows with stopped set. What
 * would follow must have been taken back.
 */
void voice_stop(struct voice *voice);

/* The phrase being said, borrowed; NULL when the voice is free. */
const struct phrase *voice_saying(const struct voice *voice);

/*
 * Take the phrase back, unsaid, from a voice that is broken; the caller's.
 * NULL when there is none.
 */
struct phrase *voice_detach(struct voice *voice) MUST_CHECK;

/*
 * Let the child finish its output (a WAV file's header, a command's input) and
 * end it; waits at most 2 s. Safe on NULL. Returns 0, or -errno with e filled
 * when the output could not be finished.
 */
int voice_close(struct voice *voice, struct err *e);

#endif
