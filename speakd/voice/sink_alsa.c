/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink_alsa.c - frames to a sound device through libasound.
 *
 * The device is opened for the first frame, runs on with silence between
 * phrases, and is closed when nothing was said for a while.
 */
#include "speakd/voice/sink.h"

#include <string.h>

#include <alsa/asoundlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"

enum {
	ALSA_BUFFER_US = 160000,
	ALSA_PERIOD_US = 20000,
	ALSA_FDS_MAX = 8,
	ALSA_RETRY_MS = 5, /* ready, it says, yet it takes nothing */
	ALSA_TELL_MS = 2000, /* no sample taken for so long: tell */
	ALSA_GIVE_UP_MS = 30000, /* and for so long: open it again */
	ALSA_CARD_AFTER_MS = 3000, /* a sound server is restarted in less */
	ALSA_CARD_FOR_MS = 10000, /* then one that took nothing is tried */
	ALSA_SILENCE_MS = 40, /* two periods: less may run dry */
	ALSA_MENDS_MAX = 8, /* in a row: then mending does not help */
};

struct sink {
	char *device;
	struct control *control;
	snd_pcm_t *pcm; /* NULL: closed */
	struct sink_format format;
	snd_pcm_uframes_t period_frames, buffer_frames;
	uint64_t taken_ms; /* when it last took a frame */
	unsigned mends; /* since then */
	/* The default device: since when it fails, and what is used instead. */
	uint64_t failed_since_ms;
	uint64_t stalled_ms; /* when it was given up: it opens, takes nothing */
	bool uses_card;
};

/* ALSA explains at length on standard error what we say in one line. */
static void no_chatter(const char *file, int line, const char *function,
		       int code, const char *fmt, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)code;
	(void)fmt;
}

bool sink_alsa_is_server(const char *device)
{
	snd_pcm_t *pcm;
	bool is;

	snd_lib_error_set_handler(no_chatter);
	if (snd_pcm_open(&pcm, device, SND_PCM_STREAM_PLAYBACK,
			 SND_PCM_NONBLOCK) < 0)
		return false;
	is = snd_pcm_type(pcm) == SND_PCM_TYPE_IOPLUG;
	snd_pcm_close(pcm);
	return is;
}

static int alsa_open(struct sink **ret, const char *device, bool again,
		     struct control *keep_control, struct err *e)
{
	struct sink *sink = mem_new(sizeof(*sink));

	(void)again;
	(void)e;
	snd_lib_error_set_handler(no_chatter);
	sink->device = mem_copy(*device != '\0' ? device : "default");
	sink->control = keep_control;
	*ret = sink;
	return 0;
}

static void close_device(struct sink *sink)
{
	if (sink->pcm != NULL)
		snd_pcm_close(sink->pcm);
	sink->pcm = NULL;
}

static enum sink_result lost(struct sink *sink, int rc, struct err *e)
{
	/* Plugins give codes of their own; ALSA's text knows them. */
	err_say(e, ENODEV, "sound device %s: %s", sink->device,
		snd_strerror(rc));
	close_device(sink);
	return SINK_LOST;
}

static int set_hardware(struct sink *sink, const struct sink_format *format)
{
	unsigned buffer_us = ALSA_BUFFER_US, period_us = ALSA_PERIOD_US;
	snd_pcm_t *pcm = sink->pcm;
	snd_pcm_hw_params_t *hw;
	int rc;

	snd_pcm_hw_params_alloca(&hw);
	rc = snd_pcm_hw_params_any(pcm, hw);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_rate_resample(pcm, hw, 1);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_access(
			pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_channels(pcm, hw, format->channels);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_rate(pcm, hw, format->rate_hz, 0);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_period_time_near(pcm, hw, &period_us,
							    NULL);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_buffer_time_near(pcm, hw, &buffer_us,
							    NULL);
	if (rc >= 0)
		rc = snd_pcm_hw_params(pcm, hw);
	if (rc >= 0)
		rc = snd_pcm_hw_params_get_period_size(hw, &sink->period_frames,
						       NULL);
	if (rc >= 0)
		rc = snd_pcm_hw_params_get_buffer_size(hw,
						       &sink->buffer_frames);
	return rc;
}

/* One period is enough to start with: the first sound is what counts. */
static int set_software(struct sink *sink)
{
	snd_pcm_t *pcm = sink->pcm;
	snd_pcm_sw_params_t *sw;
	int rc;

	snd_pcm_sw_params_alloca(&sw);
	rc = snd_pcm_sw_params_current(pcm, sw);
	if (rc >= 0)
		rc = snd_pcm_sw_params_set_start_threshold(pcm, sw,
							   sink->period_frames);
	if (rc >= 0)
		rc = snd_pcm_sw_params_set_avail_min(pcm, sw,
						     sink->period_frames);
	return rc >= 0 ? snd_pcm_sw_params(pcm, sw) : rc;
}

static int open_as(struct sink *sink, const char *device,
		   const struct sink_format *format)
{
	int rc = snd_pcm_open(&sink->pcm, device, SND_PCM_STREAM_PLAYBACK,
			      SND_PCM_NONBLOCK);

	if (rc < 0) {
		sink->pcm = NULL;
		return rc;
	}
	sink->format = *format;
	sink->taken_ms = clock_ms();
	sink->mends = 0;
	rc = set_hardware(sink, format);
	if (rc >= 0)
		rc = set_software(sink);
	if (rc < 0)
		close_device(sink);
	return rc;
}

/* Few cards take one channel or a voice's rate themselves: ALSA converts. */
static int open_converted(struct sink *sink, const struct sink_format *format)
{
	SCOPED_TEXT char *plug = mem_printf("plug:'%s'", sink->device);

	return open_as(sink, plug, format);
}

/*
 * ALSA's default leads to a sound server where one is installed. When it does
 * not run, and is not just being restarted, nobody else has the card: better
 * said on that than not at all. Let go of when idle, as the server may want it.
 */
static bool open_card(struct sink *sink, const struct sink_format *format,
		      int why, const char *reason)
{
	if (why == -EBUSY || strcmp(sink->device, "default") != 0)
		return false;
	if (sink->failed_since_ms == 0)
		sink->failed_since_ms = clock_ms();
	if (clock_ms() - sink->failed_since_ms < ALSA_CARD_AFTER_MS ||
	    open_as(sink, "sysdefault", format) < 0)
		return false;
	if (!sink->uses_card) {
		SCOPED_TEXT char *text = mem_printf(
			"sound device default: %s; using the card itself",
			reason);

		control_instead(sink->control, text);
	}
	sink->uses_card = true;
	return true;
}

/*
 * PipeWire without its session manager opens every stream, and plays none. A
 * while later it may have one again.
 */
static bool was_stalled(const struct sink *sink)
{
	return sink->stalled_ms != 0 &&
	       clock_ms() - sink->stalled_ms < ALSA_CARD_FOR_MS;
}

static enum sink_result
alsa_start(struct sink *sink, const struct sink_format *format, struct err *e)
{
	int rc;

	if (sink->pcm != NULL && sink->format.rate_hz == format->rate_hz &&
	    sink->format.channels == format->channels)
		return SINK_OK;
	close_device(sink);
	if (was_stalled(sink) &&
	    open_card(sink, format, -EIO, "it takes no sound"))
		return SINK_OK;
	rc = open_as(sink, sink->device, format);
	if (rc == -EINVAL)
		rc = open_converted(sink, format);
	if (rc < 0)
		return open_card(sink, format, rc, snd_strerror(rc))
			       ? SINK_OK
			       : lost(sink, rc, e);
	if (sink->uses_card)
		control_instead(sink->control, "");
	sink->uses_card = false;
	sink->failed_since_ms = 0;
	return SINK_OK;
}

/* An underrun or a suspend is mended in place. Returns 0, or -errno: lost. */
static int mend(struct sink *sink, int rc)
{
	if (rc == -ESTRPIPE) {
		rc = snd_pcm_resume(sink->pcm);
		/* Not resumable, or not yet: begin anew. */
		return rc == 0 ? 0 : snd_pcm_prepare(sink->pcm);
	}
	return rc == -EPIPE ? snd_pcm_prepare(sink->pcm) : rc;
}

/* It takes nothing: say so, and after a while open it again. */
static enum sink_result see_to_stall(struct sink *sink, struct err *e)
{
	uint64_t since_ms = clock_ms() - sink->taken_ms;

	if (since_ms >= ALSA_GIVE_UP_MS) {
		sink->failed_since_ms = sink->taken_ms;
		sink->stalled_ms = clock_ms();
		return lost(sink, -EIO, e);
	}
	if (since_ms >= ALSA_TELL_MS)
		control_device(sink->control, false,
			       "the sound device takes no sound");
	return SINK_OK;
}

static enum sink_result alsa_write(struct sink *sink, const int16_t *samples,
				   size_t count, size_t *ret, struct err *e)
{
	snd_pcm_sframes_t n = snd_pcm_writei(sink->pcm, samples, count);
	int rc = n < 0 ? (int)n : 0;

	if (n > 0) {
		*ret = (size_t)n;
		sink->taken_ms = clock_ms();
		sink->mends = 0;
		control_device(sink->control, true, "sound is back");
		return SINK_OK;
	}
	if (rc == 0 || rc == -EAGAIN)
		return see_to_stall(sink, e);
	/* A stream of PipeWire's whose server was killed is prepared for ever.
	 */
	if (sink->mends++ < ALSA_MENDS_MAX)
		rc = mend(sink, rc);
	return rc < 0 ? lost(sink, rc, e) : SINK_OK;
}

static size_t alsa_delay(struct sink *sink)
{
	snd_pcm_sframes_t delay = 0;

	if (sink->pcm == NULL || snd_pcm_delay(sink->pcm, &delay) < 0)
		return 0;
	return delay > 0 ? (size_t)delay : 0;
}

static size_t alsa_queued(struct sink *sink)
{
	snd_pcm_sframes_t room = sink->pcm != NULL ? snd_pcm_avail(sink->pcm)
						   : -ENODEV;

	return room < 0 || (snd_pcm_uframes_t)room > sink->buffer_frames
		       ? 0
		       : sink->buffer_frames - (snd_pcm_uframes_t)room;
}

/* Only hardware gives back what it was given; plugins give nothing. */
static size_t alsa_rewind(struct sink *sink, size_t count, bool for_sound)
{
	snd_pcm_sframes_t n = sink->pcm != NULL ? snd_pcm_rewindable(sink->pcm)
						: 0;

	(void)for_sound;
	if (n <= 0 || snd_pcm_type(sink->pcm) != SND_PCM_TYPE_HW)
		return 0;
	n = snd_pcm_rewind(sink->pcm, min_size(count, (size_t)n));
	return n > 0 ? (size_t)n : 0;
}

static int alsa_wait(struct sink *sink, struct pollfd *fds, size_t count,
		     bool for_room, int timeout_ms)
{
	struct pollfd all[CONTROL_WAIT_FDS_MAX];
	size_t n = min_size(count, CONTROL_WAIT_FDS_MAX - ALSA_FDS_MAX);
	int ours = 0, rc;

	if (n > 0)
		memcpy(all, fds, n * sizeof(*fds));
	if (for_room && sink->pcm != NULL)
		ours = snd_pcm_poll_descriptors(sink->pcm, all + n,
						ALSA_FDS_MAX);
	if (for_room && (timeout_ms < 0 || timeout_ms > ALSA_TELL_MS))
		timeout_ms = ALSA_TELL_MS;
	rc = control_wait(sink->control, all, n + (size_t)(ours > 0 ? ours : 0),
			  timeout_ms);
	for (size_t i = 0; i < n; i++)
		fds[i].revents = all[i].revents;
	if (rc > 0 && ours > 0) {
		unsigned short events = 0;

		/* Ready for something else: the next write() names it. */
		if (snd_pcm_poll_descriptors_revents(
			    sink->pcm, all + n, (unsigned)ours, &events) == 0 &&
		    (events & (POLLOUT | POLLERR)) == 0 && n == 0)
			return control_wait(sink->control, NULL, 0,
					    ALSA_RETRY_MS);
	}
	return rc;
}

/* Silent and ready: the next phrase need not wait for a new stream. */
static void make_ready(struct sink *sink)
{
	if (sink->pcm == NULL)
		return;
	if (snd_pcm_drop(sink->pcm) < 0 || snd_pcm_prepare(sink->pcm) < 0)
		close_device(sink);
}

static unsigned alsa_silence_ms(const struct sink *sink)
{
	(void)sink;
	return ALSA_SILENCE_MS;
}

static void alsa_stop(struct sink *sink)
{
	make_ready(sink);
}

static void alsa_idle(struct sink *sink)
{
	close_device(sink);
}

static int alsa_close(struct sink *sink, struct err *e)
{
	(void)e;
	close_device(sink);
	snd_config_update_free_global();
	free(sink->device);
	free(sink);
	return 0;
}

const struct sink_kind sink_alsa = {
	.runs = true,
	.silence_ms = alsa_silence_ms,
	.queued = alsa_queued,
	.open = alsa_open,
	.start = alsa_start,
	.write = alsa_write,
	.delay = alsa_delay,
	.rewind = alsa_rewind,
	.wait = alsa_wait,
	.stop = alsa_stop,
	.idle = alsa_idle,
	.close = alsa_close,
};
