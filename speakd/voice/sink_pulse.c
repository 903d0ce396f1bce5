/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink_pulse.c - frames to a sound server in PulseAudio's protocol, which
 * PipeWire speaks too. libpulse is loaded when it is first needed.
 *
 * Two ways, by what the sink can do:
 *
 * - PulseAudio renders a sink up to two seconds ahead and takes that back when
 *   a client changes what it has written ("rewind"). Such a stream has a buffer
 *   of its own as long, which is kept full; sound is written over the silence
 *   in it and is heard at once. Asking for low latency would be worse: a null
 *   sink then plays what it has rendered first, and the first word comes 1.4 s
 *   late.
 * - PipeWire, and sinks of a fixed latency, take nothing back: there the buffer
 *   is short, and low latency is asked for.
 *
 * No server is ever started from here.
 */
#include "speakd/voice/sink.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/mem.h"
#include "speakd/voice/libpulse.h"

enum {
	CONNECT_MS = 3000, /* until the server has answered */
	LONG_MS = 2000, /* the buffer of a sink that can rewind */
	SHORT_MS = 40,
	POSITION_MS = 100, /* an answer of the server's takes less than 1 */
	STALL_TELL_MS = 3000,
	PULSE_FDS_MAX = 16,
};

static struct libpulse pa; /* loaded once, for good */

/* ---- the sink ------------------------------------------------------------ */

struct sink {
	struct control *control;
	char *name; /* NULL: the server's default sink */
	pa_mainloop *loop; /* NULL: closed */
	pa_context *context;
	pa_stream *stream;
	struct sink_format format;
	bool asked_server, asked_sink, asked_timing; /* and answered */
	uint64_t configured_us; /* how far ahead its sink renders at most */
	bool is_pipewire, is_dynamic;
	bool rewinds; /* as this stream was made */
	uint64_t written; /* frames, from the stream's beginning */
	size_t back; /* frames given back and not yet written again */
	uint64_t taken_ms;
	/* Of the wait() being done. */
	struct pollfd *fds;
	size_t fd_count;
	int rc, ready;
};

/* The loop's own poll(2): what else is waited for comes along. */
static int on_poll(struct pollfd *fds, unsigned long count, int timeout_ms,
		   void *data)
{
	struct sink *sink = data;
	struct pollfd all[CONTROL_WAIT_FDS_MAX];
	size_t theirs = min_size(count, PULSE_FDS_MAX);
	size_t ours = min_size(sink->fd_count,
			       CONTROL_WAIT_FDS_MAX - PULSE_FDS_MAX);
	int n = 0;

	memcpy(all, fds, theirs * sizeof(*fds));
	if (ours > 0)
		memcpy(all + theirs, sink->fds, ours * sizeof(*fds));
	sink->rc = control_wait(sink->control, all, theirs + ours, timeout_ms);
	sink->ready = 0;
	/* A request is seen to afterwards; the server is heard all the same. */
	if (sink->rc == -ECANCELED)
		return poll(fds, theirs, 0);
	for (size_t i = 0; i < ours; i++) {
		sink->fds[i].revents = sink->rc > 0 ? all[theirs + i].revents
						    : 0;
		sink->ready += sink->fds[i].revents != 0;
	}
	for (size_t i = 0; i < theirs; i++) {
		fds[i].revents = sink->rc > 0 ? all[i].revents : 0;
		n += fds[i].revents != 0;
	}
	return n;
}

/* One turn of libpulse's loop. As control_wait(). */
static int turn(struct sink *sink, struct pollfd *fds, size_t count,
		int timeout_ms)
{
	sink->fds = fds;
	sink->fd_count = count;
	sink->rc = sink->ready = 0;
	for (size_t i = 0; i < count; i++)
		fds[i].revents = 0;
	if (pa.mainloop_prepare(sink->loop,
				timeout_ms < 0 ? -1 : timeout_ms * 1000) < 0 ||
	    pa.mainloop_poll(sink->loop) < 0 ||
	    pa.mainloop_dispatch(sink->loop) < 0)
		return 0; /* the states tell what is wrong */
	return sink->rc == -ECANCELED ? -ECANCELED : sink->ready;
}

static void close_stream(struct sink *sink)
{
	if (sink->stream != NULL) {
		pa.stream_disconnect(sink->stream);
		pa.stream_unref(sink->stream);
	}
	if (sink->context != NULL) {
		pa.context_disconnect(sink->context);
		pa.context_unref(sink->context);
	}
	if (sink->loop != NULL)
		pa.mainloop_free(sink->loop);
	sink->stream = NULL;
	sink->context = NULL;
	sink->loop = NULL;
}

static enum sink_result lost(struct sink *sink, struct err *e)
{
	int code = sink->context != NULL ? pa.context_errno(sink->context) : 0;

	err_say(e, ENODEV, "sound server: %s",
		code != 0 ? pa.strerror(code) : "no answer");
	close_stream(sink);
	return SINK_LOST;
}

static int pulse_open(struct sink **ret, const char *arg, bool again,
		      struct control *keep_control, struct err *e)
{
	struct sink *sink;
	int rc = pa.mainloop_new != NULL ? 0 : libpulse_load(&pa, e);

	(void)again;
	if (rc < 0)
		return rc;
	sink = mem_new(sizeof(*sink));
	sink->control = keep_control;
	sink->name = *arg != '\0' ? mem_copy(arg) : NULL;
	*ret = sink;
	return 0;
}

static void on_server(pa_context *context, const struct pa_server_info *info,
		      void *data)
{
	struct sink *sink = data;

	(void)context;
	sink->asked_server = true;
	sink->is_pipewire = info != NULL && info->server_name != NULL &&
			    strstr(info->server_name, "PipeWire") != NULL;
}

static void on_sink(pa_context *context, const struct pa_sink_info *info,
		    int eol, void *data)
{
	struct sink *sink = data;

	(void)context;
	if (eol != 0 || info == NULL) {
		sink->asked_sink = true;
		return;
	}
	sink->is_dynamic = (info->flags & PA_SINK_DYNAMIC_LATENCY) != 0;
	sink->configured_us = info->configured_latency;
}

static void on_timing(pa_stream *stream, int success, void *data)
{
	struct sink *sink = data;

	(void)stream;
	(void)success;
	sink->asked_timing = true;
}

static bool context_works(const struct sink *sink)
{
	int state = pa.context_get_state(sink->context);

	return state >= 0 && state <= PA_CONTEXT_READY;
}

static bool context_is_ready(const struct sink *sink)
{
	return pa.context_get_state(sink->context) == PA_CONTEXT_READY;
}

static bool is_asked(const struct sink *sink)
{
	return sink->asked_server && sink->asked_sink;
}

static bool stream_is_ready(const struct sink *sink)
{
	return pa.stream_get_state(sink->stream) == PA_STREAM_READY;
}

static bool stream_works(const struct sink *sink)
{
	return sink->stream == NULL ||
	       pa.stream_get_state(sink->stream) <= PA_STREAM_READY;
}

/* Until is() says so. A request may come meanwhile: it is seen to later. */
static bool wait_until(struct sink *sink, bool (*is)(const struct sink *sink),
		       unsigned limit_ms)
{
	uint64_t until_ms = clock_ms() + limit_ms;

	while (!is(sink)) {
		int rc;

		if (!context_works(sink) || !stream_works(sink) ||
		    clock_ms() >= until_ms || sink->control->quit)
			return false;
		rc = turn(sink, NULL, 0, SINK_PERIOD_MS);
		/* control_wait() gives no rest while one is pending. */
		if (rc == -ECANCELED)
			poll(NULL, 0, 1);
	}
	return true;
}

static void unref(pa_operation *operation)
{
	if (operation != NULL)
		pa.operation_unref(operation);
}

static size_t frame_bytes(const struct sink *sink)
{
	return sink->format.channels * sizeof(int16_t);
}

static bool connect_stream(struct sink *sink)
{
	const struct pa_sample_spec spec = { PA_S16NE, sink->format.rate_hz,
					     (uint8_t)sink->format.channels };
	size_t second = sink->format.rate_hz * frame_bytes(sink);
	unsigned ms = sink->rewinds ? LONG_MS : SHORT_MS;
	const struct pa_buffer_attr attr = {
		.maxlength = UINT32_MAX,
		.tlength = (uint32_t)(second / 1000 * ms),
		.prebuf = 0,
		.minreq = UINT32_MAX,
		.fragsize = UINT32_MAX,
	};
	int flags = PA_INTERPOLATE_TIMING | PA_AUTO_TIMING_UPDATE |
		    (sink->rewinds ? 0 : PA_ADJUST_LATENCY);
	pa_proplist *properties = pa.proplist_new();

	pa.proplist_sets(properties, "media.role", "a11y");
	pa.proplist_sets(properties, "media.name", "speech");
	pa.proplist_sets(properties, "application.name", "earshot");
	pa.proplist_sets(properties, "application.icon_name",
			 "preferences-desktop-accessibility");
	sink->stream = pa.stream_new_with_proplist(sink->context, "speech",
						   &spec, NULL, properties);
	pa.proplist_free(properties);
	return sink->stream != NULL &&
	       pa.stream_connect_playback(sink->stream, sink->name, &attr,
					  flags, NULL, NULL) >= 0 &&
	       wait_until(sink, stream_is_ready, CONNECT_MS);
}

/* The one that the stream is on, which may be another than was asked for. */
static void ask_sink(struct sink *sink)
{
	const char *named = sink->name != NULL ? sink->name
					       : getenv("PULSE_SINK");

	sink->asked_sink = sink->is_dynamic = false;
	if (sink->stream != NULL)
		unref(pa.context_get_sink_info_by_index(
			sink->context, pa.stream_get_device_index(sink->stream),
			on_sink, sink));
	else
		unref(pa.context_get_sink_info_by_name(
			sink->context,
			named != NULL && *named != '\0' ? named
							: "@DEFAULT_SINK@",
			on_sink, sink));
}

static bool connect_server(struct sink *sink)
{
	sink->loop = pa.mainloop_new();
	pa.mainloop_set_poll_func(sink->loop, on_poll, sink);
	sink->context = pa.context_new(pa.mainloop_get_api(sink->loop),
				       "earshot");
	if (pa.context_connect(sink->context, NULL, PA_NOAUTOSPAWN, NULL) < 0 ||
	    !wait_until(sink, context_is_ready, CONNECT_MS))
		return false;
	sink->asked_server = false;
	unref(pa.context_get_server_info(sink->context, on_server, sink));
	ask_sink(sink);
	return wait_until(sink, is_asked, CONNECT_MS);
}

static enum sink_result
pulse_start(struct sink *sink, const struct sink_format *format, struct err *e)
{
	if (sink->stream != NULL && sink->format.rate_hz == format->rate_hz &&
	    sink->format.channels == format->channels && context_works(sink) &&
	    stream_works(sink))
		return SINK_OK;
	close_stream(sink);
	sink->format = *format;
	sink->written = 0;
	sink->back = 0;
	sink->taken_ms = clock_ms();
	if (!connect_server(sink))
		return lost(sink, e);
	sink->rewinds = sink->is_dynamic && !sink->is_pipewire;
	if (!connect_stream(sink))
		return lost(sink, e);
	/* Rules of the server's may have put it elsewhere. */
	ask_sink(sink);
	if (!wait_until(sink, is_asked, CONNECT_MS))
		return lost(sink, e);
	if (sink->rewinds == (sink->is_dynamic && !sink->is_pipewire))
		return SINK_OK;
	sink->rewinds = !sink->rewinds;
	pa.stream_disconnect(sink->stream);
	pa.stream_unref(sink->stream);
	sink->stream = NULL;
	return connect_stream(sink) ? SINK_OK : lost(sink, e);
}

/* ---- where it is --------------------------------------------------------- */

static int64_t frames_of_us(const struct sink *sink, int64_t us)
{
	return us * (int64_t)sink->format.rate_hz / 1000000;
}

static int64_t us_since(const struct timeval *then)
{
	enum { US_MAX = 5000000 }; /* the clock may have been set */
	struct timeval now;
	int64_t us;

	gettimeofday(&now, NULL);
	us = (int64_t)(now.tv_sec - then->tv_sec) * 1000000 +
	     (now.tv_usec - then->tv_usec);
	return us < 0 ? 0 : us > US_MAX ? US_MAX : us;
}

/*
 * Frames that were heard, since the stream's beginning. Of a sink that has
 * rendered ahead the first frame lies in the future: pa_stream_get_time() makes
 * that 0, goes on from there, and is up to two seconds too early.
 */
static uint64_t heard(struct sink *sink)
{
	const struct pa_timing_info *timing =
		pa.stream_get_timing_info(sink->stream);
	int64_t at, read;

	if (timing == NULL)
		return 0;
	read = timing->read_index / (int64_t)frame_bytes(sink);
	at = read + frames_of_us(sink, (int64_t)timing->transport_usec -
					       (int64_t)timing->sink_usec +
					       us_since(&timing->timestamp));
	/* What was never read was not heard, but for what is read since. */
	if (timing->playing == 0 && at > read)
		at = read;
	return at > 0 ? (uint64_t)at : 0;
}

static bool position_is_asked(const struct sink *sink)
{
	return sink->asked_sink && sink->asked_timing;
}

/*
 * The first frame that can still be changed. A sink takes back only as much as
 * it renders ahead now: of what it rendered before somebody asked for less
 * latency it takes back nothing.
 */
static uint64_t first_free(struct sink *sink)
{
	const struct pa_timing_info *timing;
	int64_t at;

	sink->asked_timing = false;
	unref(pa.stream_update_timing_info(sink->stream, on_timing, sink));
	ask_sink(sink);
	if (!wait_until(sink, position_is_asked, POSITION_MS))
		return 0;
	timing = pa.stream_get_timing_info(sink->stream);
	if (timing == NULL)
		return 0;
	at = timing->read_index / (int64_t)frame_bytes(sink);
	if (sink->is_dynamic)
		at -= frames_of_us(sink, (int64_t)sink->configured_us);
	return at > 0 ? (uint64_t)at : 0;
}

static size_t pulse_delay(struct sink *sink)
{
	uint64_t at;

	if (sink->stream == NULL)
		return 0;
	at = heard(sink);
	return sink->written > at ? (size_t)(sink->written - at) : 0;
}

/*
 * What is written now was to be heard a while ago: it ran dry, or we were slow.
 * A sink that rewinds has rendered up to two seconds ahead of what is heard:
 * after its reader would be that much too late, and what a stop takes back
 * would be heard to its end. Frames to skip; else *seek.
 */
static int64_t catch_up(struct sink *sink, int *seek)
{
	uint64_t at = heard(sink);
	int64_t late = (int64_t)(at - sink->written);

	if (sink->written == 0 || at <= sink->written)
		return 0;
	sink->written = at;
	if (sink->rewinds)
		return late;
	*seek = PA_SEEK_RELATIVE_ON_READ;
	return 0;
}

static enum sink_result pulse_write(struct sink *sink, const int16_t *samples,
				    size_t count, size_t *ret, struct err *e)
{
	size_t bytes = frame_bytes(sink), room;
	int seek = PA_SEEK_RELATIVE;
	int64_t offset;

	if (!context_works(sink) || !stream_works(sink))
		return lost(sink, e);
	room = pa.stream_writable_size(sink->stream);
	room = room == SIZE_MAX ? 0 : room / bytes + sink->back;
	count = min_size(count, room);
	if (count == 0) {
		if (clock_ms() - sink->taken_ms >= STALL_TELL_MS)
			control_device(sink->control, false,
				       "the sound server takes no sound");
		return SINK_OK;
	}
	offset = (catch_up(sink, &seek) - (int64_t)sink->back) * (int64_t)bytes;
	if (pa.stream_write(sink->stream, samples, count * bytes, NULL, offset,
			    seek) < 0)
		return lost(sink, e);
	sink->back = 0;
	sink->written += count;
	sink->taken_ms = clock_ms();
	control_device(sink->control, true, "sound is back");
	*ret = count;
	return SINK_OK;
}

static size_t pulse_rewind(struct sink *sink, size_t count, bool for_sound)
{
	uint64_t least;

	if (sink->stream == NULL || !sink->rewinds || count > sink->written)
		return 0;
	least = for_sound ? first_free(sink) : 0;
	if (sink->written < least + count)
		count = sink->written > least ? (size_t)(sink->written - least)
					      : 0;
	sink->back += count;
	sink->written -= count;
	return count;
}

static int pulse_wait(struct sink *sink, struct pollfd *fds, size_t count,
		      bool for_room, int timeout_ms)
{
	(void)for_room;
	if (sink->loop == NULL)
		return control_wait(sink->control, fds, count, timeout_ms);
	return turn(sink, fds, count, timeout_ms);
}

/* What the server asks for. */
static unsigned pulse_silence_ms(const struct sink *sink)
{
	(void)sink;
	return 0;
}

static void pulse_stop(struct sink *sink)
{
	if (sink->stream == NULL)
		return;
	unref(pa.stream_flush(sink->stream, NULL, NULL));
}

static void pulse_idle(struct sink *sink)
{
	close_stream(sink);
}

static int pulse_close(struct sink *sink, struct err *e)
{
	(void)e;
	close_stream(sink);
	free(sink->name);
	free(sink);
	return 0;
}

const struct sink_kind sink_pulse = {
	.runs = true,
	.silence_ms = pulse_silence_ms,
	.open = pulse_open,
	.start = pulse_start,
	.write = pulse_write,
	.delay = pulse_delay,
	.rewind = pulse_rewind,
	.wait = pulse_wait,
	.stop = pulse_stop,
	.idle = pulse_idle,
	.close = pulse_close,
};
