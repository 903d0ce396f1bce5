/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink_alsa.c - samples to a sound device through libasound.
 *
 * The device is opened at the first sample, stays prepared between phrases,
 * and is closed when nothing was said for a while: an open PulseAudio stream
 * wakes the process up even while it is silent.
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
	ALSA_DRAIN_SLACK_MS = 500,
	ALSA_CARD_AFTER_MS = 3000, /* a sound server is restarted in less */
};

struct sink {
	char *device;
	struct control *control;
	snd_pcm_t *pcm; /* NULL: closed */
	unsigned rate_hz;
	snd_pcm_uframes_t period_frames;
	size_t written_frames; /* of this phrase */
	/* The default device: since when it fails, and what is used instead. */
	uint64_t failed_since_ms;
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

static int set_hardware(struct sink *sink, unsigned rate_hz)
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
		rc = snd_pcm_hw_params_set_channels(pcm, hw, 1);
	if (rc >= 0)
		rc = snd_pcm_hw_params_set_rate(pcm, hw, rate_hz, 0);
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

static int open_as(struct sink *sink, const char *device, unsigned rate_hz)
{
	int rc = snd_pcm_open(&sink->pcm, device, SND_PCM_STREAM_PLAYBACK,
			      SND_PCM_NONBLOCK);

	if (rc < 0) {
		sink->pcm = NULL;
		return rc;
	}
	sink->rate_hz = rate_hz;
	rc = set_hardware(sink, rate_hz);
	if (rc >= 0)
		rc = set_software(sink);
	if (rc < 0)
		close_device(sink);
	return rc;
}

/* Few cards take one channel or a voice's rate themselves: ALSA converts. */
static int open_converted(struct sink *sink, unsigned rate_hz)
{
	SCOPED_TEXT char *plug = mem_printf("plug:'%s'", sink->device);

	return open_as(sink, plug, rate_hz);
}

/*
 * ALSA's default leads to a sound server where one is installed. When it does
 * not run, and is not just being restarted, nobody else has the card: better
 * said on that than not at all.
 */
static bool open_card(struct sink *sink, unsigned rate_hz, int why)
{
	if (why == -EBUSY || strcmp(sink->device, "default") != 0)
		return false;
	if (sink->failed_since_ms == 0)
		sink->failed_since_ms = clock_ms();
	if (clock_ms() - sink->failed_since_ms < ALSA_CARD_AFTER_MS ||
	    open_as(sink, "sysdefault", rate_hz) < 0)
		return false;
	if (!sink->uses_card)
		log_warn("sound device default: %s; using the card itself",
			 snd_strerror(why));
	sink->uses_card = true;
	return true;
}

static enum sink_result alsa_start(struct sink *sink, unsigned rate_hz,
				   struct err *e)
{
	int rc;

	sink->written_frames = 0;
	if (sink->pcm != NULL && sink->rate_hz == rate_hz)
		return SINK_OK;
	close_device(sink);
	rc = open_as(sink, sink->device, rate_hz);
	if (rc == -EINVAL)
		rc = open_converted(sink, rate_hz);
	if (rc < 0)
		return open_card(sink, rate_hz, rc) ? SINK_OK
						    : lost(sink, rc, e);
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

/* Wait for room. 0, SINK_STOPPED as -ECANCELED, or -errno: lost. */
static int wait_for_room(struct sink *sink)
{
	struct pollfd fds[ALSA_FDS_MAX];
	unsigned short events = 0;
	int count = snd_pcm_poll_descriptors(sink->pcm, fds, COUNT_OF(fds));
	int rc;

	if (count <= 0)
		return control_wait(sink->control, NULL, 0, ALSA_RETRY_MS);
	rc = control_wait(sink->control, fds, (size_t)count, ALSA_TELL_MS);
	if (rc <= 0)
		return rc;
	rc = snd_pcm_poll_descriptors_revents(sink->pcm, fds, (unsigned)count,
					      &events);
	if (rc < 0)
		return rc;
	/* Ready for something else, or an error that writei() will name. */
	if ((events & POLLOUT) == 0)
		return control_wait(sink->control, NULL, 0, ALSA_RETRY_MS);
	return 0;
}

static enum sink_result write_frames(struct sink *sink, const int16_t *samples,
				     size_t count, struct err *e)
{
	uint64_t since_ms = clock_ms();

	while (count > 0) {
		snd_pcm_sframes_t n = snd_pcm_writei(sink->pcm, samples, count);
		int rc = n < 0 ? (int)n : 0;

		if (n > 0) {
			samples += n;
			count -= (size_t)n;
			sink->written_frames += (size_t)n;
			since_ms = clock_ms();
			if (sink->control->device_fails)
				control_device(sink->control, true,
					       "sound is back");
			continue;
		}
		if (rc == 0 || rc == -EAGAIN)
			rc = wait_for_room(sink);
		else
			rc = mend(sink, rc);
		if (rc == -ECANCELED)
			return SINK_STOPPED;
		if (rc < 0)
			return lost(sink, rc, e);
		if (clock_ms() - since_ms >= ALSA_GIVE_UP_MS)
			return lost(sink, -EIO, e);
		if (clock_ms() - since_ms >= ALSA_TELL_MS)
			control_device(sink->control, false,
				       "the sound device takes no sound");
	}
	return SINK_OK;
}

static enum sink_result alsa_write(struct sink *sink, const int16_t *samples,
				   size_t count, struct err *e)
{
	return write_frames(sink, samples, count, e);
}

/* Silent and ready: the next phrase need not wait for a new stream. */
static void make_ready(struct sink *sink)
{
	if (sink->pcm == NULL)
		return;
	/* The sound server may want the card now, and is asked first. */
	if (sink->uses_card)
		close_device(sink);
	else if (snd_pcm_drop(sink->pcm) < 0 || snd_pcm_prepare(sink->pcm) < 0)
		close_device(sink);
}

/*
 * Not snd_pcm_drain(): it blocks in the PulseAudio plugin, and hardware that
 * counts in periods would play what was in the buffer before. So the last
 * period is filled up with silence, and the delay is waited for.
 */
static enum sink_result alsa_drain(struct sink *sink, struct err *e)
{
	static const int16_t silence[1024];
	snd_pcm_sframes_t delay = 0;
	snd_pcm_state_t state;
	uint64_t until_ms;

	while (sink->written_frames % sink->period_frames != 0) {
		size_t more = sink->period_frames -
			      sink->written_frames % sink->period_frames;
		enum sink_result result = write_frames(
			sink, silence, min_size(more, COUNT_OF(silence)), e);

		if (result != SINK_OK)
			return result;
	}
	if (snd_pcm_state(sink->pcm) == SND_PCM_STATE_PREPARED)
		(void)snd_pcm_start(sink->pcm);
	if (snd_pcm_delay(sink->pcm, &delay) < 0)
		delay = 0;
	until_ms = clock_ms() + (uint64_t)delay * 1000 / sink->rate_hz +
		   ALSA_DRAIN_SLACK_MS;
	while (snd_pcm_state(sink->pcm) == SND_PCM_STATE_RUNNING &&
	       snd_pcm_delay(sink->pcm, &delay) == 0 && delay > 0 &&
	       clock_ms() < until_ms) {
		int left_ms = (int)((uint64_t)delay * 1000 / sink->rate_hz) + 1;

		if (control_wait(sink->control, NULL, 0,
				 left_ms < 200 ? left_ms : 200) < 0)
			return SINK_STOPPED;
	}
	state = snd_pcm_state(sink->pcm);
	/* After an underrun everything was played. */
	if (state != SND_PCM_STATE_RUNNING && state != SND_PCM_STATE_XRUN)
		return lost(sink, -ENODEV, e);
	make_ready(sink);
	return SINK_OK;
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
	.open = alsa_open,
	.start = alsa_start,
	.write = alsa_write,
	.drain = alsa_drain,
	.stop = alsa_stop,
	.idle = alsa_idle,
	.close = alsa_close,
};
