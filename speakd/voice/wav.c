/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/wav.h"

#include <string.h>

enum {
	CHUNK_BYTES = 8,
	RIFF_BYTES = 12,
	FORMAT_BYTES = 16,
	FORMAT_PCM = 1,
	FORMAT_EXTENSIBLE = 0xfffe
};

static unsigned get16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t get32(const unsigned char *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void put16(unsigned char *p, unsigned value)
{
	p[0] = (unsigned char)value;
	p[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *p, uint32_t value)
{
	put16(p, value & 0xffff);
	put16(p + 2, value >> 16);
}

void wav_init(struct wav *wav, wav_fn *fn, void *data)
{
	*wav = (struct wav){ .fn = fn, .data = data };
}

static void begin_raw(struct wav *wav)
{
	wav->rate_hz = WAV_RAW_HZ;
	wav->channels = 1;
	wav->bytes = 2;
	wav->left_bytes = UINT64_MAX;
	wav->state = WAV_DATA;
}

/* Chunks are padded to an even size. */
static int begin_chunk(struct wav *wav, struct err *e)
{
	uint32_t size = get32(wav->head + 4);
	bool is_format = memcmp(wav->head, "fmt ", 4) == 0;
	bool is_data = memcmp(wav->head, "data", 4) == 0;

	wav->head_bytes = 0;
	wav->left_bytes = (uint64_t)size + (size & 1);
	wav->state = WAV_SKIP;
	if (is_format && size < FORMAT_BYTES)
		return err_say(e, EINVAL, "WAV: the format chunk is cut");
	if (is_format)
		wav->state = WAV_FORMAT;
	if (!is_data)
		return 0;
	if (wav->rate_hz == 0)
		return err_say(e, EINVAL, "WAV: data without a format");
	/* A writer that cannot seek leaves 0, -1 or some large number. */
	wav->left_bytes = size == 0 || size >= 0x7fff0000 ? UINT64_MAX : size;
	wav->state = WAV_DATA;
	return 0;
}

static int begin_format(struct wav *wav, struct err *e)
{
	unsigned tag = get16(wav->head);
	unsigned channels = get16(wav->head + 2);
	uint32_t rate_hz = get32(wav->head + 4);
	unsigned bits = get16(wav->head + 14);

	if ((tag != FORMAT_PCM && tag != FORMAT_EXTENSIBLE) ||
	    (bits != 8 && bits != 16) || channels < 1 || channels > 2)
		return err_say(e, EINVAL,
			       "WAV: format %u, %u bits, %u channels instead "
			       "of 8 or 16-bit PCM, mono or stereo",
			       tag, bits, channels);
	if (rate_hz < WAV_RATE_MIN_HZ || rate_hz > WAV_RATE_MAX_HZ)
		return err_say(e, EINVAL, "WAV: %u Hz is outside %d..%d",
			       rate_hz, WAV_RATE_MIN_HZ, WAV_RATE_MAX_HZ);
	wav->rate_hz = rate_hz;
	wav->channels = channels;
	wav->bytes = bits / 8;
	wav->head_bytes = 0;
	wav->left_bytes -= FORMAT_BYTES;
	wav->state = WAV_SKIP;
	return 0;
}

/* One frame of any of the formats as one 16-bit sample. */
static int16_t frame_sample(const struct wav *wav, const unsigned char *frame)
{
	int sum = 0;

	for (unsigned c = 0; c < wav->channels; c++)
		sum += wav->bytes == 1 ? (frame[c] - 128) * 256
				       : (int16_t)get16(frame + (size_t)c * 2);
	return (int16_t)(wav->channels == 2 ? sum / 2 : sum);
}

/* Returns the bytes used, or what fn returned in *ret_rc. */
static size_t feed_data(struct wav *wav, const unsigned char *bytes,
			size_t len_bytes, int *ret_rc)
{
	size_t frame_bytes = (size_t)wav->channels * wav->bytes;
	int16_t out[WAV_OUT_SAMPLES];
	size_t used = 0, count = 0;

	len_bytes = len_bytes < wav->left_bytes ? len_bytes
						: (size_t)wav->left_bytes;
	while (used < len_bytes && count < COUNT_OF(out)) {
		wav->head[wav->head_bytes++] = bytes[used++];
		if (wav->head_bytes < frame_bytes)
			continue;
		out[count++] = frame_sample(wav, wav->head);
		wav->head_bytes = 0;
	}
	if (wav->left_bytes != UINT64_MAX)
		wav->left_bytes -= used;
	if (wav->left_bytes == 0)
		wav->state = WAV_AFTER;
	*ret_rc = count > 0 ? wav->fn(wav->data, out, count, wav->rate_hz) : 0;
	return used;
}

/* Collect want bytes in head. Returns the bytes used. */
static size_t collect(struct wav *wav, size_t want, const char *bytes,
		      size_t len_bytes)
{
	size_t n = min_size(want - wav->head_bytes, len_bytes);

	memcpy(wav->head + wav->head_bytes, bytes, n);
	wav->head_bytes += n;
	return n;
}

static void judge_start(struct wav *wav)
{
	if (memcmp(wav->head, "RIFF", 4) == 0 &&
	    memcmp(wav->head + 8, "WAVE", 4) == 0) {
		wav->state = WAV_CHUNK;
		wav->head_bytes = 0;
	} else {
		begin_raw(wav);
	}
}

/* The bytes that were collected before it was known that they are samples. */
static int replay_head(struct wav *wav)
{
	unsigned char head[RIFF_BYTES];
	int rc = 0;

	memcpy(head, wav->head, sizeof(head));
	wav->head_bytes = 0;
	feed_data(wav, head, sizeof(head), &rc);
	return rc;
}

static size_t skip(struct wav *wav, size_t len_bytes)
{
	size_t n = len_bytes < wav->left_bytes ? len_bytes
					       : (size_t)wav->left_bytes;

	wav->left_bytes -= n;
	if (wav->left_bytes == 0)
		wav->state = WAV_CHUNK;
	return n;
}

int wav_feed(struct wav *wav, const char *bytes, size_t len_bytes,
	     struct err *e)
{
	int rc = 0;

	for (size_t n; rc == 0 && len_bytes > 0; bytes += n, len_bytes -= n) {
		switch (wav->state) {
		case WAV_START:
			n = collect(wav, RIFF_BYTES, bytes, len_bytes);
			if (wav->head_bytes < RIFF_BYTES)
				break;
			judge_start(wav);
			if (wav->state == WAV_DATA)
				rc = replay_head(wav);
			break;
		case WAV_CHUNK:
			n = collect(wav, CHUNK_BYTES, bytes, len_bytes);
			if (wav->head_bytes == CHUNK_BYTES)
				rc = begin_chunk(wav, e);
			if (rc == 0 && wav->state == WAV_SKIP)
				skip(wav, 0);
			break;
		case WAV_FORMAT:
			n = collect(wav, FORMAT_BYTES, bytes, len_bytes);
			if (wav->head_bytes == FORMAT_BYTES)
				rc = begin_format(wav, e);
			if (rc == 0 && wav->state == WAV_SKIP)
				skip(wav, 0);
			break;
		case WAV_SKIP:
			n = skip(wav, len_bytes);
			break;
		case WAV_DATA:
			n = feed_data(wav, (const unsigned char *)bytes,
				      len_bytes, &rc);
			break;
		case WAV_AFTER:
		default:
			n = len_bytes;
			break;
		}
	}
	return rc;
}

void wav_header(unsigned char header[WAV_HEADER_BYTES], unsigned rate_hz,
		unsigned channels, uint32_t data_bytes)
{
	memcpy(header, "RIFF", 4);
	put32(header + 4, data_bytes + WAV_HEADER_BYTES - CHUNK_BYTES);
	memcpy(header + 8, "WAVEfmt ", 8);
	put32(header + 16, FORMAT_BYTES);
	put16(header + 20, FORMAT_PCM);
	put16(header + 22, channels);
	put32(header + 24, rate_hz);
	put32(header + 28, rate_hz * channels * 2);
	put16(header + 32, channels * 2);
	put16(header + 34, 16);
	memcpy(header + 36, "data", 4);
	put32(header + 40, data_bytes);
}
