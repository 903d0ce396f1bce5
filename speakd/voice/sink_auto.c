/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sink_auto.c - the sound server where one answers, else ALSA's default device.
 *
 * Asked anew whenever the device is opened: a server that was restarted, or
 * has come late, is found. With "alsa" as argument ALSA's default device is
 * meant: where that is but a way to a server, the server is spoken to itself,
 * as ALSA's plugin for it cannot take anything back.
 */
#include "speakd/voice/sink.h"

#include <string.h>

#include "core/mem.h"

enum { KIND_PULSE, KIND_ALSA, KIND_COUNT };

static const struct sink_kind *const kinds[KIND_COUNT] = {
	[KIND_PULSE] = &sink_pulse,
	[KIND_ALSA] = &sink_alsa,
};

struct sink {
	struct control *control;
	bool as_alsa;
	struct sink *all[KIND_COUNT]; /* NULL: not opened yet */
	const struct sink_kind *kind; /* of inner */
	struct sink *inner; /* the one in use, NULL: none */
};

static int auto_open(struct sink **ret, const char *arg, bool again,
		     struct control *keep_control, struct err *e)
{
	(void)again;
	(void)e;
	*ret = mem_new(sizeof(**ret));
	(*ret)->control = keep_control;
	(*ret)->as_alsa = strcmp(arg, "alsa") == 0;
	return 0;
}

static enum sink_result try_kind(struct sink *sink, size_t number,
				 const struct sink_format *format,
				 struct err *e)
{
	const struct sink_kind *kind = kinds[number];
	struct sink **inner = &sink->all[number];
	enum sink_result result;

	if (*inner == NULL &&
	    kind->open(inner, "", false, sink->control, e) < 0) {
		*inner = NULL;
		return SINK_LOST;
	}
	result = kind->start(*inner, format, e);
	sink->kind = kind;
	sink->inner = result == SINK_OK ? *inner : NULL;
	return result;
}

static enum sink_result
auto_start(struct sink *sink, const struct sink_format *format, struct err *e)
{
	enum sink_result result = SINK_LOST;

	if (sink->inner != NULL)
		result = sink->kind->start(sink->inner, format, e);
	if (result == SINK_LOST &&
	    (!sink->as_alsa || sink_alsa_is_server("default")))
		result = try_kind(sink, KIND_PULSE, format, e);
	if (result == SINK_LOST)
		result = try_kind(sink, KIND_ALSA, format, e);
	return result;
}

static enum sink_result auto_write(struct sink *sink, const int16_t *samples,
				   size_t count, size_t *ret, struct err *e)
{
	enum sink_result result = sink->kind->write(sink->inner, samples, count,
						    ret, e);

	if (result == SINK_LOST)
		sink->inner = NULL;
	return result;
}

static size_t auto_delay(struct sink *sink)
{
	return sink->inner != NULL ? sink->kind->delay(sink->inner) : 0;
}

static size_t auto_rewind(struct sink *sink, size_t count, bool for_sound)
{
	return sink->inner != NULL
		       ? sink->kind->rewind(sink->inner, count, for_sound)
		       : 0;
}

static int auto_wait(struct sink *sink, struct pollfd *fds, size_t count,
		     bool for_room, int timeout_ms)
{
	if (sink->inner == NULL)
		return control_wait(sink->control, fds, count, timeout_ms);
	return sink->kind->wait(sink->inner, fds, count, for_room, timeout_ms);
}

static unsigned auto_silence_ms(const struct sink *sink)
{
	return sink->inner != NULL ? sink->kind->silence_ms(sink->inner) : 0;
}

static size_t auto_queued(struct sink *sink)
{
	return sink->inner != NULL ? sink->kind->queued(sink->inner) : 0;
}

static void auto_stop(struct sink *sink)
{
	if (sink->inner != NULL)
		sink->kind->stop(sink->inner);
}

static void auto_idle(struct sink *sink)
{
	if (sink->inner != NULL)
		sink->kind->idle(sink->inner);
	sink->inner = NULL;
}

static int auto_close(struct sink *sink, struct err *e)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (sink->all[i] != NULL)
			(void)!kinds[i]->close(sink->all[i], e);
	free(sink);
	return 0;
}

const struct sink_kind sink_auto = {
	.runs = true,
	.silence_ms = auto_silence_ms,
	.queued = auto_queued,
	.open = auto_open,
	.start = auto_start,
	.write = auto_write,
	.delay = auto_delay,
	.rewind = auto_rewind,
	.wait = auto_wait,
	.stop = auto_stop,
	.idle = auto_idle,
	.close = auto_close,
};
