/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * protocol.h - what speakd and its voice process say to each other.
 *
 * A SOCK_SEQPACKET socketpair, on the child's descriptor VOICE_FD: one struct
 * a packet, its texts behind it. Both ends come from one build, so the structs
 * travel as they are. The child also shares one page with its parent, on
 * VOICE_SHARED_FD: a heartbeat that costs nobody a wake-up.
 *
 *	parent ─▶ child   SPEAK, STOP, RETRACT, QUIT
 *	child ─▶ parent   READY, WANT, BEGIN, MARK, END, FAILED, DEVICE, BROKEN
 *
 * Two phrases at a time: one is heard, and the next is made while the end of it
 * is still to be heard. The parent sends the first SPEAK when it likes, the
 * next after WANT, or when none is left. Everything is reported in the order of
 * the phrases, when the sound has come so far: BEGIN, MARKs and END of one,
 * then those of the next. STOP ends its phrase and the one after it within a
 * period; both END with stopped set. RETRACT takes the second one back: nothing
 * more is told of it. QUIT stops, finishes the output (a WAV file's header) and
 * exits with 0, or with BROKEN and 1. The child exits when the socket closes.
 */
#ifndef SPEAKD_VOICE_PROTOCOL_H
#define SPEAKD_VOICE_PROTOCOL_H

#include <stdatomic.h>

#include "core/base.h"
#include "speakd/queue/phrase.h"

enum {
	VOICE_FD = 3,
	VOICE_SHARED_FD = 4,
	VOICE_TEXT_MAX_BYTES = 8192,
	VOICE_STYLES_MAX = 128,
	VOICE_CHUNK_MS = 50, /* the smallest chunk that espeak-ng 1.51 gives */
};

enum voice_request_kind {
	VOICE_SPEAK = 1,
	VOICE_STOP,
	VOICE_RETRACT,
	VOICE_QUIT
};

struct voice_request {
	uint32_t kind;
	uint32_t cue; /* enum cue */
	uint64_t id; /* of this saying: a phrase said again has a new one */
	int32_t rate_wpm, pitch, volume_percent;
	int32_t pitch_range; /* PHRASE_DEFAULT: the engine's */
	int32_t place; /* -100 left .. 100 right */
	uint32_t gap_ms; /* silence after the phrase before, at least */
	uint32_t lead_in_ms; /* and in front of the first after a pause */
	uint32_t form, punctuation, capitals; /* the enums of phrase.h */
	uint32_t by_script; /* 0 or 1 */
	uint32_t engine; /* its number among those that the child was given */
	/* After it, in this order: the voice's name, a sound's file,
	 * styles, the text. */
	uint32_t voice_bytes, sound_bytes, style_count;
	uint32_t text_bytes;
};

enum voice_event_kind {
	VOICE_READY = 1, /* engine loaded; text: its name and version */
	VOICE_WANT, /* the next phrase may come: this one is made */
	VOICE_BEGIN, /* the first sample is heard */
	VOICE_MARK, /* value: byte offset in the text of the word heard */
	VOICE_END, /* heard to the end, or stopped */
	VOICE_FAILED, /* this phrase could not be said; text: why */
	VOICE_DEVICE, /* value: 1 the sound device works, 0 it does not
			 (the phrase waits, the child keeps trying);
			 text: why */
	VOICE_BROKEN, /* nothing can be said from now on; text: why; value:
			 1 when the settings are wrong. The child ends; a
			 new one would fare the same */
	VOICE_INSTEAD, /* text: what is used in place of the output asked for,
			  and why; empty: that output again */
};

struct voice_event {
	uint32_t kind;
	uint32_t stopped;
	uint64_t id;
	uint64_t value;
	uint64_t audio_ms; /* END: milliseconds of sound that were made */
	uint32_t text_bytes;
	uint32_t reserved;
};

/* Where the child is: decides whom a stall or a crash is blamed on. */
enum voice_stage {
	VOICE_IDLE,
	VOICE_IN_ENGINE, /* making sound from text: the phrase's fault */
	VOICE_IN_SINK, /* in a call of the sound system: not its fault */
};

struct voice_shared {
	_Atomic uint32_t stage;
	_Atomic uint64_t id; /* of the phrase that it is busy with */
	_Atomic uint64_t beats; /* grows with every chunk */
};

#endif
