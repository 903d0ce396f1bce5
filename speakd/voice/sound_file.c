/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * libsndfile's names and numbers are those of its interface (sndfile.h, its
 * documentation), declared here so that building needs nothing of it.
 */
#include "speakd/voice/sound_file.h"

#include <string.h>

#include "core/library.h"

enum {
	SFM_READ = 0x10,
	CHANNELS_MAX = 8,
	FRAMES = 1024,
	RATE_MIN_HZ = 4000,
	RATE_MAX_HZ = 192000,
};

typedef struct sf_private SNDFILE;

struct sf_info {
	int64_t frames;
	int samplerate, channels, format, sections, seekable;
};

static struct {
	SNDFILE *(*open)(const char *path, int mode, struct sf_info *info);
	int64_t (*readf_short)(SNDFILE *file, short *samples, int64_t frames);
	const char *(*strerror)(SNDFILE *file);
	int (*close)(SNDFILE *file);
} sf;

static int load(struct err *e)
{
	static const struct library_symbol symbols[] = {
		{ "sf_open", &sf.open },
		{ "sf_readf_short", &sf.readf_short },
		{ "sf_strerror", &sf.strerror },
		{ "sf_close", &sf.close },
	};

	if (sf.open != NULL)
		return 0;
	return library_load("libsndfile.so.1", "libsndfile1", symbols,
			    COUNT_OF(symbols), e);
}

static int16_t limited(int value)
{
	return (int16_t)(value > INT16_MAX   ? INT16_MAX
			 : value < INT16_MIN ? INT16_MIN
					     : value);
}

/* Every frame's channels into one, in place. */
static void mix(short *samples, size_t frames, int channels, int volume_percent)
{
	for (size_t i = 0; i < frames; i++) {
		int sum = 0;

		for (int c = 0; c < channels; c++)
			sum += samples[i * (size_t)channels + (size_t)c];
		samples[i] = limited(sum / channels * volume_percent / 100);
	}
}

static int play(SNDFILE *file, const struct sf_info *info, int volume_percent,
		sound_file_fn *fn, void *data)
{
	static short samples[FRAMES * CHANNELS_MAX];
	int64_t left = (int64_t)info->samplerate * SOUND_FILE_MAX_S;

	while (left > 0) {
		int64_t n = sf.readf_short(file, samples,
					   left < FRAMES ? left : FRAMES);

		if (n <= 0)
			return 0;
		mix(samples, (size_t)n, info->channels, volume_percent);
		if (fn(data, samples, (size_t)n, (unsigned)info->samplerate) !=
		    0)
			return -ECANCELED;
		left -= n;
	}
	return 0;
}

int sound_file_play(const char *path, int volume_percent, sound_file_fn *fn,
		    void *data, struct err *e)
{
	struct sf_info info = { .frames = 0 };
	SNDFILE *file;
	int rc = load(e);

	if (rc < 0)
		return rc;
	file = sf.open(path, SFM_READ, &info);
	if (file == NULL)
		return err_say(e, EIO, "%s: %s", path, sf.strerror(NULL));
	if (info.channels < 1 || info.channels > CHANNELS_MAX ||
	    info.samplerate < RATE_MIN_HZ || info.samplerate > RATE_MAX_HZ)
		rc = err_say(e, EIO, "%s: it has %d channels and %d Hz", path,
			     info.channels, info.samplerate);
	else
		rc = play(file, &info, volume_percent, fn, data);
	sf.close(file);
	return rc;
}
