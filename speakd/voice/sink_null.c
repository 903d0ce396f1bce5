/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* sink_null.c - samples to nowhere, at once: for measuring and for tests. */
#include "core/mem.h"
#include "speakd/voice/sink.h"

struct sink {
	char unused;
};

static int null_open(struct sink **ret, const char *arg, bool again,
		     struct control *control, struct err *e)
{
	(void)arg;
	(void)again;
	(void)control;
	(void)e;
	*ret = mem_new(sizeof(**ret));
	return 0;
}

static enum sink_result null_start(struct sink *sink, unsigned rate_hz,
				   struct err *e)
{
	(void)sink;
	(void)rate_hz;
	(void)e;
	return SINK_OK;
}

static enum sink_result null_write(struct sink *sink, const int16_t *samples,
				   size_t count, struct err *e)
{
	(void)sink;
	(void)samples;
	(void)count;
	(void)e;
	return SINK_OK;
}

static enum sink_result null_drain(struct sink *sink, struct err *e)
{
	(void)sink;
	(void)e;
	return SINK_OK;
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
	.open = null_open,
	.start = null_start,
	.write = null_write,
	.drain = null_drain,
	.stop = null_nothing,
	.idle = null_nothing,
	.close = null_close,
};
