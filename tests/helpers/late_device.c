/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * late_device.c - a sound device of ALSA's that is heard long after it took the
 * sound, as a Bluetooth headset or a busy sound server is.
 *
 * A plugin (ioplug) that plays by the clock and tells of LATE_MS more delay
 * than it holds, also after it ran dry, as PipeWire's does.
 *
 * With -DBREAKS it goes after as long, and can be prepared all the same, as
 * PipeWire's whose server was killed. With -DSTALLS it plays nothing of what it
 * took, as PipeWire without a session manager. Built by the tests:
 *
 *	cc -shared -fPIC -DPIC -o late.so late_device.c -lasound
 *	pcm.late { type late }   pcm_type.late { lib "/path/late.so" }
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>

enum { LATE_MS = 200, TICK_NS = 5000000 };

struct late {
	snd_pcm_ioplug_t io;
	snd_htimestamp_t begun;
	snd_pcm_sframes_t played; /* since it was started */
	int broken; /* for ever: whoever played it has gone */
};

/* Frames since the start; never more than were written. */
static snd_pcm_sframes_t late_pointer(snd_pcm_ioplug_t *io)
{
	struct late *late = io->private_data;
	struct timespec now;
	int64_t ns, frames;

	if (late->broken)
		return -EPIPE;
#ifdef STALLS
	return 0;
#endif
	if (io->state != SND_PCM_STATE_RUNNING)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (now.tv_sec - late->begun.tv_sec) * INT64_C(1000000000) +
	     now.tv_nsec - late->begun.tv_nsec;
	frames = ns * io->rate / 1000000000;
	if (frames - late->played >
	    (int64_t)snd_pcm_ioplug_hw_avail(io, io->hw_ptr, io->appl_ptr))
		return -EPIPE;
	late->played = frames;
#ifdef BREAKS
	late->broken = frames > io->rate * LATE_MS / 1000;
#endif
	return frames % (snd_pcm_sframes_t)io->buffer_size;
}

static int late_start(snd_pcm_ioplug_t *io)
{
	struct late *late = io->private_data;

	late->played = 0;
	return clock_gettime(CLOCK_MONOTONIC, &late->begun);
}

static int late_stop(snd_pcm_ioplug_t *io)
{
	(void)io;
	return 0;
}

static int late_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *ret)
{
	*ret = (snd_pcm_sframes_t)(io->rate * LATE_MS / 1000 +
				   snd_pcm_ioplug_hw_avail(io, io->hw_ptr,
							   io->appl_ptr));
	return 0;
}

static int late_revents(snd_pcm_ioplug_t *io, struct pollfd *fds,
			unsigned count, unsigned short *ret)
{
	uint64_t ticks;

	(void)io;
	*ret = 0;
	if (count == 1 && read(fds[0].fd, &ticks, sizeof(ticks)) > 0)
		*ret = POLLOUT;
	return 0;
}

static int late_close(snd_pcm_ioplug_t *io)
{
	close(io->poll_fd);
	free(io->private_data);
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = late_start,
	.stop = late_stop,
	.pointer = late_pointer,
	.delay = late_delay,
	.poll_revents = late_revents,
	.close = late_close,
};

static int set_limits(snd_pcm_ioplug_t *io)
{
	static const unsigned access[] = { SND_PCM_ACCESS_RW_INTERLEAVED };
	static const unsigned formats[] = { SND_PCM_FORMAT_S16 };
	int rc = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1,
					       access);

	if (rc >= 0)
		rc = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT,
						   1, formats);
	if (rc >= 0)
		rc = snd_pcm_ioplug_set_param_minmax(
			io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 1024, 65536);
	return rc;
}

SND_PCM_PLUGIN_DEFINE_FUNC(late)
{
	const struct itimerspec tick = { { 0, TICK_NS }, { 0, TICK_NS } };
	struct late *late = calloc(1, sizeof(*late));
	int rc;

	(void)root;
	(void)conf;
	if (late == NULL)
		return -ENOMEM;
	late->io.version = SND_PCM_IOPLUG_VERSION;
	late->io.name = "a device that is heard late";
	late->io.callback = &callbacks;
	late->io.private_data = late;
	late->io.mmap_rw = 0;
	late->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	late->io.poll_events = POLLIN;
	timerfd_settime(late->io.poll_fd, 0, &tick, NULL);
	rc = snd_pcm_ioplug_create(&late->io, name, stream, mode);
	if (rc >= 0)
		rc = set_limits(&late->io);
	*pcmp = late->io.pcm;
	return rc;
}

SND_PCM_PLUGIN_SYMBOL(late);
