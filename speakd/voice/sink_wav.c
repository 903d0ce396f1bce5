/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink_wav.c - samples to a WAV file that is playable at any moment.
 *
 * The header is written anew after every phrase and every second of sound, so
 * that even a kill -9 leaves a correct file.
 */
#include "speakd/voice/sink.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "speakd/voice/wav.h"

/* The sizes in the header have 32 bits. */
#define WAV_DATA_MAX_BYTES ((uint64_t)UINT32_MAX - WAV_HEADER_BYTES)

struct sink {
	struct control *control;
	char *path;
	int fd;
	unsigned rate_hz; /* 0: nothing was written yet */
	unsigned channels;
	uint64_t data_bytes; /* in the file */
	uint64_t header_bytes; /* that the header tells of */
};

/* Regular files have a header to patch; a pipe or /dev/null has not. */
static enum sink_result patch(struct sink *sink, struct err *e)
{
	unsigned char header[WAV_HEADER_BYTES];

	if (sink->rate_hz == 0)
		return SINK_OK;
	wav_header(header, sink->rate_hz, sink->channels,
		   (uint32_t)sink->data_bytes);
	if (pwrite(sink->fd, header, sizeof(header), 0) < 0 &&
	    errno != ESPIPE) {
		err_set(e, errno, "write %s", sink->path);
		return SINK_BROKEN;
	}
	sink->header_bytes = sink->data_bytes;
	return SINK_OK;
}

/* Go on after what a child before us wrote; its sound is not lost. */
static void resume(struct sink *sink)
{
	unsigned char header[WAV_HEADER_BYTES];
	struct stat st;

	if (fstat(sink->fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < WAV_HEADER_BYTES ||
	    pread(sink->fd, header, sizeof(header), 0) != sizeof(header))
		return;
	sink->rate_hz = header[24] | (unsigned)header[25] << 8 |
			(unsigned)header[26] << 16;
	sink->channels = header[22];
	sink->data_bytes = ((uint64_t)st.st_size - WAV_HEADER_BYTES) & ~1ULL;
	if (lseek(sink->fd, (off_t)sink->data_bytes + WAV_HEADER_BYTES,
		  SEEK_SET) < 0)
		sink->rate_hz = 0;
}

static int wav_open(struct sink **ret, const char *path, bool again,
		    struct control *keep_control, struct err *e)
{
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | (again ? 0 : O_TRUNC);
	SCOPED_FD int fd = open(path, flags, 0666);
	struct sink *sink;

	/* A FIFO or a device that can only be written is fine, too. */
	if (fd < 0 && (errno == EACCES || errno == EINVAL))
		fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	sink = mem_new(sizeof(*sink));
	sink->control = keep_control;
	sink->path = mem_copy(path);
	sink->fd = fd_give(&fd);
	if (again)
		resume(sink);
	*ret = sink;
	return 0;
}

static enum sink_result write_or_break(struct sink *sink, const void *bytes,
				       size_t len_bytes, struct err *e)
{
	int rc = write_all(sink->fd, bytes, len_bytes);

	if (rc == 0)
		return SINK_OK;
	err_set(e, -rc, "write %s", sink->path);
	return SINK_BROKEN;
}

static enum sink_result
wav_start(struct sink *sink, const struct sink_format *format, struct err *e)
{
	unsigned char header[WAV_HEADER_BYTES];

	if (sink->rate_hz == format->rate_hz &&
	    sink->channels == format->channels)
		return SINK_OK;
	if (sink->rate_hz != 0) {
		err_say(e, EINVAL,
			"%s has %u Hz and %u channels, and the engine now gave "
			"%u Hz and %u",
			sink->path, sink->rate_hz, sink->channels,
			format->rate_hz, format->channels);
		return SINK_REFUSED;
	}
	sink->rate_hz = format->rate_hz;
	sink->channels = format->channels;
	wav_header(header, sink->rate_hz, sink->channels, 0);
	return write_or_break(sink, header, sizeof(header), e);
}

static enum sink_result wav_write(struct sink *sink, const int16_t *samples,
				  size_t count, size_t *ret, struct err *e)
{
	size_t len_bytes = count * sink->channels * sizeof(*samples);
	enum sink_result result;

	if (sink->data_bytes + len_bytes > WAV_DATA_MAX_BYTES) {
		err_say(e, EFBIG, "%s is full: a WAV file holds 4 GiB",
			sink->path);
		return SINK_BROKEN;
	}
	result = write_or_break(sink, samples, len_bytes, e);
	if (result != SINK_OK)
		return result;
	*ret = count;
	sink->data_bytes += len_bytes;
	if (sink->data_bytes - sink->header_bytes >= 2 * sink->rate_hz)
		return patch(sink, e);
	return SINK_OK;
}

static size_t wav_delay(struct sink *sink)
{
	(void)sink;
	return 0;
}

static int wav_wait(struct sink *sink, struct pollfd *fds, size_t count,
		    bool for_room, int timeout_ms)
{
	(void)for_room;
	return control_wait(sink->control, fds, count, timeout_ms);
}

static void wav_nothing(struct sink *sink)
{
	(void)sink;
}

/* Nothing said at all is still a WAV file, with nothing in it. */
static int wav_close(struct sink *sink, struct err *e)
{
	enum sink_result result = SINK_OK;
	int rc;

	if (sink->rate_hz == 0)
		result = wav_start(sink, &(struct sink_format){ WAV_RAW_HZ, 1 },
				   e);
	if (result == SINK_OK)
		result = patch(sink, e);
	rc = result == SINK_OK ? 0 : -EIO;
	if (close(sink->fd) < 0 && rc == 0)
		rc = err_set(e, errno, "close %s", sink->path);
	free(sink->path);
	free(sink);
	return rc;
}

const struct sink_kind sink_wav = {
	.is_timeless = true,
	.open = wav_open,
	.start = wav_start,
	.write = wav_write,
	.delay = wav_delay,
	.wait = wav_wait,
	.settle = patch,
	.stop = wav_nothing,
	.idle = wav_nothing,
	.close = wav_close,
};
