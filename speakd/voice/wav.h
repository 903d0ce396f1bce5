/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * wav.h - RIFF WAVE, read as a stream and written.
 *
 * Reading takes what engines really write to a pipe: other chunks in front,
 * sizes of 0 or 0xffffffff or simply too large (the program could not seek
 * back). Bytes that do not begin with "RIFF" are raw 16-bit mono PCM.
 * Source: Microsoft, Multimedia Programming Interface 1.0, "WAVE".
 */
#ifndef SPEAKD_VOICE_WAV_H
#define SPEAKD_VOICE_WAV_H

#include "core/err.h"

enum {
	WAV_HEADER_BYTES = 44,
	WAV_RAW_HZ = 22050,
	WAV_RATE_MIN_HZ = 4000,
	WAV_RATE_MAX_HZ = 192000,
	WAV_OUT_SAMPLES = 1024, /* given to fn at a time, at most */
};

/* Returns non-zero to stop; wav_feed passes it on. */
typedef int wav_fn(void *data, const int16_t *samples, size_t count,
		   unsigned rate_hz);

enum wav_state {
	WAV_START, /* RIFF or raw? */
	WAV_CHUNK, /* a chunk's header */
	WAV_FORMAT, /* the first 16 bytes of "fmt " */
	WAV_SKIP, /* a chunk that says nothing to us */
	WAV_DATA,
	WAV_AFTER, /* after "data": nothing matters any more */
};

struct wav {
	wav_fn *fn;
	void *data;
	enum wav_state state;
	unsigned char head[16]; /* of what is being collected */
	size_t head_bytes;
	uint64_t left_bytes; /* of the chunk; UINT64_MAX: to the end */
	unsigned rate_hz, channels, bytes; /* bytes of one sample: 1 or 2 */
};

void wav_init(struct wav *wav, wav_fn *fn, void *data);

/*
 * Feed bytes, cut anywhere. 0, what fn returned, or -EINVAL with e filled for
 * a format that is not 8 or 16-bit PCM with one or two channels.
 */
int wav_feed(struct wav *wav, const char *bytes, size_t len_bytes,
	     struct err *e) MUST_CHECK;

/* The header of a 16-bit file with data_bytes of samples. */
void wav_header(unsigned char header[WAV_HEADER_BYTES], unsigned rate_hz,
		unsigned channels, uint32_t data_bytes);

#endif
