/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* sink_null.c - frames to nowhere, at once: for measuring and for tests. */
#include "core/mem.h"
#include "speakd/voice/sink.h"

struct sink {
	struct control *control;
};

static int null_open(struct sink **ret, const char *arg, bool again,
		     struct control *keep_control, struct err *e)
{
	(void)arg;
	(void)again;
	(void)e;
	*ret = mem_new(sizeof(**ret));
	(*ret)->control = keep_control;
	return 0;
}

static enum sink_result
null_start(struct sink *sink, const struct sink_format *format, struct err *e)
{
	(void)sink;
	(void)format;
	(void)e;
	return SINK_OK;
}

static enum sink_result null_write(struct sink *sink, const int16_t *samples,
				   size_t count, size_t *ret, struct err *e)
{
	(void)sink;
	(void)samples;
	(void)e;
	*ret = count;
	return SINK_OK;
}

static size_t null_delay(struct sink *sink)
{
	(void)sink;
	return 0;
}

static int null_wait(struct sink *sink, struct pollfd *fds, size_t count,
		     bool for_room, int timeout_ms)
{
	(void)for_room;
	return control_wait(sink->control, fds, count, timeout_ms);
}

static void null_nothing(struct sink *sink)
{
	(void)sink;
}

static int null_close(struct sink *sink, struct err *e)
{
	(void)e;
	free(sink);
	return 0;
}

const struct sink_kind sink_null = {
	.is_timeless = true,
	.open = null_open,
	.start = null_start,
	.write = null_write,
	.delay = null_delay,
	.wait = null_wait,
	.stop = null_nothing,
	.idle = null_nothing,
	.close = null_close,
};
