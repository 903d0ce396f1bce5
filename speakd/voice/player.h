/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * player.h - one stream of sound, and what is reported of it as it is heard.
 *
 *	phrase, phrase … ─▶ frames that wait ─▶ sink ─▶ heard
 *
 * Phrases are parts of one stream, with silence between them. A part is begun,
 * filled and closed by whoever makes the sound, while the one before it is
 * still heard; BEGIN, MARK and END are reported when the sink's position has
 * passed them. All positions are frames of the stream since it was started.
 */
#ifndef SPEAKD_VOICE_PLAYER_H
#define SPEAKD_VOICE_PLAYER_H

#include "speakd/voice/sink.h"

enum {
	PLAYER_PARTS_MAX = 2,
	/* What waits in front of the sink before the maker has to. */
	PLAYER_AHEAD_MS = 400,
	/* So far ahead of what is heard, frames can still be changed. */
	PLAYER_MARGIN_MS = 5,
	/*
	 * A text without sound ends not sooner: its client learns its number
	 * from a reply, and python3-speechd loses what is told before that.
	 */
	PLAYER_BLANK_MS = 20,
	/* For the same reason no sound begins sooner than that. */
	PLAYER_BEGIN_MS = 12,
};

struct player_mark {
	uint64_t at; /* frames from the part's beginning */
	size_t offset_bytes;
};

/* One phrase in the stream. */
struct player_part {
	uint64_t id;
	uint64_t from, to; /* its frames; to grows while it is open */
	bool open, has_sound, begun;
	uint64_t opened_ms;
	char *failure; /* owned: why it was not said; NULL: it was */
	struct player_mark *marks; /* owned */
	size_t mark_count, next_mark, mark_room;
	/* Of a frame's channels, in 1/256. */
	int gain[SINK_CHANNELS_MAX];
};

/* A part has ended and been reported. */
typedef void player_ended_fn(void *data, uint64_t id);
/* A request has come: see to it. True: what is being made is to end. */
typedef bool player_attend_fn(void *data);

struct player {
	struct control *control;
	const struct sink_kind *kind;
	struct sink *sink;
	player_ended_fn *ended;
	player_attend_fn *attend;
	void *data;
	struct sink_format format; /* rate 0: not started */
	int16_t *waiting; /* owned: frames in front of the sink */
	size_t first, count, room; /* in frames */
	uint64_t written, heard;
	uint64_t sound_end; /* of the part closed last */
	bool had_sound; /* since the stream was started or stopped */
	uint64_t moved_ms; /* when heard last grew */
	uint64_t end_ms; /* when the last part had been heard */
	struct player_part parts[PLAYER_PARTS_MAX];
	size_t part_count;
	struct err e;
};

void player_init(struct player *player, struct control *keep_control,
		 const struct sink_kind *kind, struct sink *keep_sink,
		 player_ended_fn *ended, player_attend_fn *attend,
		 void *keep_data);
void player_fini(struct player *player);

/* ---- making a part ------------------------------------------------------- */

/* Begin one; there is room for it. place: -100 left .. 100 right. */
void player_open(struct player *player, uint64_t id, int place);
/*
 * Its first frames have come: where it begins. rate_hz: what they have; gap_ms
 * after the part before, lead_in_ms where there is none.
 */
enum sink_result player_begin(struct player *player, unsigned rate_hz,
			      unsigned gap_ms, unsigned lead_in_ms);
/* Samples of one channel. Waits while too much waits; SINK_STOPPED: called. */
enum sink_result player_add(struct player *player, const int16_t *samples,
			    size_t count);
/* A word begins so many frames after the part's beginning. */
void player_mark(struct player *player, uint64_t frames, size_t offset_bytes);
/* All of it is there. take_failure: why it was not said, or NULL. */
void player_close(struct player *player, char *take_failure);

/* ---- playing ------------------------------------------------------------- */

/* Give the sink what it has room for, and tell what was heard. */
enum sink_result player_pump(struct player *player);
/* The same, waiting for fds too, as control_wait() does. */
int player_wait(struct player *player, struct pollfd *fds, size_t count,
		int timeout_ms) MUST_CHECK;

/* Milliseconds of sound that are still to be heard. */
unsigned player_left_ms(const struct player *player);

/* Silence at once, all parts forgotten. */
void player_stop(struct player *player);
/* Forget a part that has not begun, and its sound. False: it has. */
bool player_retract(struct player *player, uint64_t id);
/* The device went: forget the parts, tell nothing. */
void player_forget(struct player *player);
/* Let go of the device. */
void player_idle(struct player *player);

#endif
