/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * voice_sink_pulse.c - where a sound server hears what is written: at once,
 * late, over what it has rendered ahead. The server is a model, and its time
 * goes on by hand.
 */
#include "speakd/voice/libpulse.h"

#include <poll.h>
#include <string.h>
#include <time.h>

#include "speakd/voice/sink.h"
#include "tests/unit/test.h"

/* One frame a millisecond, of one sample. */
enum {
	RATE_HZ = 1000,
	AHEAD = 2000, /* what such a server renders ahead */
	LONG = 20000, /* of each test */
	SILENT = 0,
	OLD = 1,
	NEW = 2,
};

static struct {
	bool is_fixed, is_pipewire;
	int64_t latency; /* how far ahead the sink renders, and takes back */
	int64_t heard, read, write;
	int16_t queued[LONG], rendered[LONG];
	int64_t slow; /* frames that are heard before it answers */
	int questions;
	pa_sink_info_fn *tell_sink;
	pa_server_info_fn *tell_server;
	void (*tell_timing)(pa_stream *, int, void *);
	void *data;
	struct pa_timing_info timing;
} server;

/* ---- the model ----------------------------------------------------------- */

/* What is written before the reader is rendered again where it can be. */
static void render_again(int64_t from, int64_t to)
{
	int64_t least = server.read - server.latency;

	for (int64_t at = from; at < to && at < server.read; at++)
		if (at >= least && at >= server.heard)
			server.rendered[at] = server.queued[at];
}

static void render_on(void)
{
	for (; server.read < server.heard + server.latency; server.read++)
		server.rendered[server.read] = server.queued[server.read];
}

static void time_goes_on(int64_t frames)
{
	server.heard += frames;
	render_on();
}

static int write_at(pa_stream *stream, const void *data, size_t bytes,
		    void (*free_data)(void *), int64_t offset, int seek)
{
	int64_t count = (int64_t)(bytes / sizeof(int16_t));
	int64_t from = seek == PA_SEEK_RELATIVE_ON_READ ? server.read
							: server.write;

	(void)stream;
	(void)free_data;
	from += offset / (int64_t)sizeof(int16_t);
	assert_true(from >= 0 && from + count <= LONG);
	memcpy(server.queued + from, data, bytes);
	server.write = from + count;
	render_again(from, server.write);
	return 0;
}

static size_t writable(const pa_stream *stream)
{
	int64_t room = server.read + AHEAD - server.write;

	(void)stream;
	return room > 0 ? (size_t)room * sizeof(int16_t) : 0;
}

static const struct pa_timing_info *timing(pa_stream *stream)
{
	(void)stream;
	/* No time has gone since: what is asked is what is. */
	server.timing = (struct pa_timing_info){
		.timestamp = { .tv_sec = time(NULL) + 3600 },
		.sink_usec = (uint64_t)(server.read - server.heard) * 1000,
		.playing = 1,
		.write_index = server.write * (int64_t)sizeof(int16_t),
		.read_index = server.read * (int64_t)sizeof(int16_t),
	};
	return &server.timing;
}

/* ---- its interface ------------------------------------------------------- */

static int dispatch(pa_mainloop *loop)
{
	struct pa_sink_info info = {
		.flags = server.is_fixed ? 0 : PA_SINK_DYNAMIC_LATENCY,
		.configured_latency = (uint64_t)server.latency * 1000,
	};
	struct pa_server_info about = {
		.server_name = server.is_pipewire
				       ? "PulseAudio (on PipeWire 1.0)"
				       : "pulseaudio",
	};

	(void)loop;
	time_goes_on(server.slow);
	if (server.tell_server != NULL)
		server.tell_server(NULL, &about, server.data);
	if (server.tell_sink != NULL) {
		server.tell_sink(NULL, &info, 0, server.data);
		server.tell_sink(NULL, NULL, 1, server.data);
	}
	if (server.tell_timing != NULL)
		server.tell_timing(NULL, 1, server.data);
	server.tell_server = NULL;
	server.tell_sink = NULL;
	server.tell_timing = NULL;
	return 0;
}

static int prepare(pa_mainloop *loop, int timeout_us)
{
	(void)loop;
	(void)timeout_us;
	return 0;
}

static int poll_nothing(pa_mainloop *loop)
{
	(void)loop;
	return 0;
}

/* What is no more than a handle: it must not be NULL. */
static char handle;

static pa_mainloop *new_loop(void)
{
	return (pa_mainloop *)&handle;
}

static void free_loop(pa_mainloop *loop)
{
	(void)loop;
}

static pa_mainloop_api *api_of(pa_mainloop *loop)
{
	(void)loop;
	return NULL;
}

static void set_poll(pa_mainloop *loop, pa_poll_fn *fn, void *data)
{
	(void)loop;
	(void)fn;
	(void)data;
}

static pa_context *new_context(pa_mainloop_api *api, const char *name)
{
	(void)api;
	(void)name;
	return (pa_context *)&handle;
}

static int connect_context(pa_context *context, const char *name, int flags,
			   const void *spawn)
{
	(void)context;
	(void)name;
	(void)spawn;
	/* No server is ever started. */
	assert_int_equal(flags, PA_NOAUTOSPAWN);
	return 0;
}

static void end_context(pa_context *context)
{
	(void)context;
}

static int context_state(const pa_context *context)
{
	(void)context;
	return PA_CONTEXT_READY;
}

static pa_operation *ask_server(pa_context *context, pa_server_info_fn *fn,
				void *data)
{
	(void)context;
	server.tell_server = fn;
	server.data = data;
	return NULL;
}

static pa_operation *ask_named(pa_context *context, const char *name,
			       pa_sink_info_fn *fn, void *data)
{
	(void)context;
	(void)name;
	server.tell_sink = fn;
	server.data = data;
	server.questions++;
	return NULL;
}

static pa_operation *ask_numbered(pa_context *context, uint32_t number,
				  pa_sink_info_fn *fn, void *data)
{
	(void)number;
	return ask_named(context, NULL, fn, data);
}

static pa_proplist *new_properties(void)
{
	return NULL;
}

static int set_property(pa_proplist *list, const char *key, const char *value)
{
	(void)list;
	(void)key;
	(void)value;
	return 0;
}

static void free_properties(pa_proplist *list)
{
	(void)list;
}

static pa_stream *new_stream(pa_context *context, const char *name,
			     const struct pa_sample_spec *spec,
			     const struct pa_channel_map *map,
			     pa_proplist *properties)
{
	(void)context;
	(void)name;
	(void)map;
	(void)properties;
	assert_int_equal(spec->rate, RATE_HZ);
	return (pa_stream *)&handle;
}

static int connect_playback(pa_stream *stream, const char *sink,
			    const struct pa_buffer_attr *attr, int flags,
			    const struct pa_cvolume *volume, pa_stream *sync)
{
	(void)stream;
	(void)sink;
	(void)attr;
	(void)flags;
	(void)volume;
	(void)sync;
	return 0;
}

static int stream_state(const pa_stream *stream)
{
	(void)stream;
	return PA_STREAM_READY;
}

static uint32_t stream_sink(const pa_stream *stream)
{
	(void)stream;
	return 0;
}

static pa_operation *
ask_timing(pa_stream *stream, void (*fn)(pa_stream *, int, void *), void *data)
{
	(void)stream;
	server.tell_timing = fn;
	server.data = data;
	server.questions++;
	return NULL;
}

static int end_stream(pa_stream *stream)
{
	(void)stream;
	return 0;
}

static void free_stream(pa_stream *stream)
{
	(void)stream;
}

/* In place of the true one. */
int libpulse_load(struct libpulse *ret, struct err *e)
{
	(void)e;
	*ret = (struct libpulse){
		.mainloop_new = new_loop,
		.mainloop_free = free_loop,
		.mainloop_get_api = api_of,
		.mainloop_set_poll_func = set_poll,
		.mainloop_prepare = prepare,
		.mainloop_poll = poll_nothing,
		.mainloop_dispatch = dispatch,
		.context_new = new_context,
		.context_connect = connect_context,
		.context_disconnect = end_context,
		.context_unref = end_context,
		.context_get_state = context_state,
		.context_get_server_info = ask_server,
		.context_get_sink_info_by_name = ask_named,
		.context_get_sink_info_by_index = ask_numbered,
		.proplist_new = new_properties,
		.proplist_sets = set_property,
		.proplist_free = free_properties,
		.stream_new_with_proplist = new_stream,
		.stream_connect_playback = connect_playback,
		.stream_get_state = stream_state,
		.stream_get_device_index = stream_sink,
		.stream_write = write_at,
		.stream_writable_size = writable,
		.stream_get_timing_info = timing,
		.stream_update_timing_info = ask_timing,
		.stream_disconnect = end_stream,
		.stream_unref = free_stream,
	};
	return 0;
}

/* ---- tests --------------------------------------------------------------- */

static struct voice_shared shared;
static struct control control;
static struct sink *sink;

static void start(void)
{
	const struct sink_format format = { RATE_HZ, 1 };
	struct err e = { 0 };

	control = (struct control){ .fd = -1, .keep_shared = &shared };
	assert_int_equal(sink_pulse.open(&sink, "", false, &control, &e), 0);
	assert_int_equal(sink_pulse.start(sink, &format, &e), SINK_OK);
	render_on();
}

static int setup(void **state)
{
	(void)state;
	memset(&server, 0, sizeof(server));
	server.latency = AHEAD;
	return 0;
}

static int teardown(void **state)
{
	struct err e = { 0 };

	(void)state;
	return sink_pulse.close(sink, &e);
}

/* As much of it as there is room for, count at most. */
static size_t put(int16_t what, size_t count)
{
	size_t sum = 0, n = 0;

	do {
		struct err e = { 0 };

		n = 0;
		if (sum < count)
			assert_int_equal(
				sink_pulse.write(sink, &what, 1, &n, &e),
				SINK_OK);
		sum += n;
	} while (n > 0);
	return sum;
}

/* The first frame from there that is what; -1: none was rendered. */
static int64_t first(int16_t what, int64_t from)
{
	for (int64_t at = from; at < server.read; at++)
		if (server.rendered[at] == what)
			return at;
	return -1;
}

static size_t count_of(int16_t what)
{
	size_t n = 0;

	for (int64_t at = 0; at < server.read; at++)
		n += server.rendered[at] == what;
	return n;
}

static void fills_its_buffer(void **state)
{
	(void)state;
	start();
	assert_int_equal(put(OLD, LONG), server.read + AHEAD);
	assert_int_equal(first(OLD, 0), 0);
	assert_int_equal(sink_pulse.delay(sink), server.write);
	time_goes_on(700);
	assert_int_equal(sink_pulse.delay(sink), server.write - 700);
}

/* How long nothing was written, beyond all that had been: late by. */
static const struct {
	int64_t late;
	int64_t heard_at; /* from the last frame that had been written */
} lates[] = {
	{ -AHEAD, 0 },	  { -1, 0 },
	{ 0, 0 },	  { 1, 1 },
	{ 50, 50 },	  { AHEAD - 1, AHEAD - 1 },
	{ AHEAD, AHEAD }, { 3 * AHEAD, 3 * AHEAD },
};

/* The server has rendered two seconds of nothing: not after those. */
static void late_is_heard_at_once(void **state)
{
	for (size_t i = 0; i < COUNT_OF(lates); i++) {
		int64_t end;

		setup(state);
		start();
		put(OLD, LONG);
		end = server.write;
		time_goes_on(end + lates[i].late);
		assert_int_equal(put(NEW, 100), 100);
		time_goes_on(AHEAD);
		assert_int_equal(first(NEW, 0), end + lates[i].heard_at);
		assert_int_equal(count_of(NEW), 100);
		assert_int_equal(count_of(OLD), end);
		if (i + 1 < COUNT_OF(lates))
			teardown(state);
	}
}

/* What takes nothing back hears it after what it has rendered. */
static void late_where_nothing_is_taken_back(void **state)
{
	for (int pipewire = 0; pipewire < 2; pipewire++) {
		int64_t end;

		setup(state);
		server.is_fixed = pipewire == 0;
		server.is_pipewire = pipewire == 1;
		server.latency = 20;
		start();
		put(OLD, 40);
		end = server.write;
		time_goes_on(end + 300);
		put(NEW, 100);
		time_goes_on(200);
		assert_int_equal(first(NEW, 0), end + 300 + 20);
		assert_int_equal(count_of(NEW), 100);
		if (pipewire == 0)
			teardown(state);
	}
}

/* A stop: all from there on is given back, and silence written over it. */
static void stop_at(int64_t from)
{
	size_t count = (size_t)(server.write - from);
	int questions = server.questions;

	assert_int_equal(sink_pulse.rewind(sink, count, false), count);
	assert_int_equal(put(SILENT, count), count);
	/* Busy rendering a server may take long to answer. */
	assert_int_equal(server.questions, questions);
}

static void stop_is_heard(void **state)
{
	(void)state;
	start();
	put(OLD, LONG);
	time_goes_on(1000);
	stop_at(1005);
	time_goes_on(AHEAD);
	assert_int_equal(count_of(OLD), 1005);
}

/* It ends when the silence comes, and not two seconds on. */
static void stop_that_is_late(void **state)
{
	size_t count;

	(void)state;
	start();
	put(OLD, LONG);
	time_goes_on(1000);
	count = (size_t)(server.write - 1005);
	assert_int_equal(sink_pulse.rewind(sink, count, false), count);
	time_goes_on(50);
	put(SILENT, count);
	time_goes_on(AHEAD);
	assert_int_equal(count_of(OLD), 1050);
}

/* Sound that is put over silence, by a server that answers late. */
static void sound_beside_a_slow_server(void **state)
{
	size_t back;

	(void)state;
	start();
	put(SILENT, LONG);
	time_goes_on(1000);
	server.slow = 35;
	back = sink_pulse.rewind(sink, (size_t)(server.write - 1005), true);
	assert_int_equal(server.write - (int64_t)back, 1035);
	put(NEW, 100);
	time_goes_on(AHEAD);
	assert_int_equal(first(NEW, 0), 1035);
	assert_int_equal(count_of(NEW), 100);
}

/*
 * Somebody asked the sink for low latency: of what was rendered before it takes
 * nothing back. No sound may be written there, after a stop either: it would
 * never be heard.
 */
static void only_what_can_be_changed_is_for_sound(void **state)
{
	for (int stopped = 0; stopped < 2; stopped++) {
		size_t back;

		setup(state);
		start();
		put(stopped == 0 ? SILENT : OLD, LONG);
		server.latency = 20;
		time_goes_on(100);
		if (stopped == 1)
			stop_at(105);
		back = sink_pulse.rewind(sink, (size_t)(server.write - 105),
					 true);
		assert_int_equal(server.write - (int64_t)back,
				 server.read - 20);
		put(NEW, 100);
		time_goes_on(2 * AHEAD);
		assert_int_equal(count_of(NEW), 100);
		if (stopped == 0)
			teardown(state);
	}
}

static void no_more_than_was_written(void **state)
{
	(void)state;
	start();
	put(SILENT, 10);
	assert_int_equal(sink_pulse.rewind(sink, 11, false), 0);
	assert_int_equal(sink_pulse.rewind(sink, 10, false), 10);
	assert_int_equal(sink_pulse.rewind(sink, 1, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fills_its_buffer, setup,
						teardown),
		cmocka_unit_test_setup_teardown(late_is_heard_at_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			late_where_nothing_is_taken_back, setup, teardown),
		cmocka_unit_test_setup_teardown(stop_is_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(stop_that_is_late, setup,
						teardown),
		cmocka_unit_test_setup_teardown(sound_beside_a_slow_server,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_what_can_be_changed_is_for_sound, setup, teardown),
		cmocka_unit_test_setup_teardown(no_more_than_was_written, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
