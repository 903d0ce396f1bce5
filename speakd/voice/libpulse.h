/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * libpulse.h - the part of libpulse.so.0's interface that a sink needs.
 *
 * Its names and numbers are those of PulseAudio's doc/api, declared here so
 * that building needs nothing of it.
 */
#ifndef SPEAKD_VOICE_LIBPULSE_H
#define SPEAKD_VOICE_LIBPULSE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include "core/err.h"

enum {
	PA_NOAUTOSPAWN = 1,
	PA_CONTEXT_READY = 4,
	PA_STREAM_READY = 2,
	PA_S16NE = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 3 : 4,
	PA_INTERPOLATE_TIMING = 0x2,
	PA_AUTO_TIMING_UPDATE = 0x8,
	PA_ADJUST_LATENCY = 0x2000,
	PA_SEEK_RELATIVE = 0,
	PA_SEEK_RELATIVE_ON_READ = 2,
	PA_SINK_DYNAMIC_LATENCY = 0x80,
	PA_CHANNELS_MAX = 32,
};

typedef struct pa_mainloop pa_mainloop;
typedef struct pa_mainloop_api pa_mainloop_api;
typedef struct pa_context pa_context;
typedef struct pa_stream pa_stream;
typedef struct pa_operation pa_operation;
typedef struct pa_proplist pa_proplist;

struct pa_sample_spec {
	int format;
	uint32_t rate;
	uint8_t channels;
};

struct pa_buffer_attr {
	uint32_t maxlength, tlength, prebuf, minreq, fragsize;
};

struct pa_channel_map {
	uint8_t channels;
	int map[PA_CHANNELS_MAX];
};

struct pa_cvolume {
	uint8_t channels;
	uint32_t values[PA_CHANNELS_MAX];
};

/* The beginning of it; later versions only add at the end. */
struct pa_sink_info {
	const char *name;
	uint32_t index;
	const char *description;
	struct pa_sample_spec sample_spec;
	struct pa_channel_map channel_map;
	uint32_t owner_module;
	struct pa_cvolume volume;
	int mute;
	uint32_t monitor_source;
	const char *monitor_source_name;
	uint64_t latency;
	const char *driver;
	int flags;
	pa_proplist *proplist;
	uint64_t configured_latency;
};

/* The beginning of it, too. */
struct pa_timing_info {
	struct timeval timestamp;
	int synchronized_clocks;
	uint64_t sink_usec, source_usec, transport_usec;
	int playing;
	int write_index_corrupt;
	int64_t write_index;
	int read_index_corrupt;
	int64_t read_index;
};

struct pa_server_info {
	const char *user_name, *host_name, *server_version, *server_name;
};

struct pollfd;
typedef int pa_poll_fn(struct pollfd *fds, unsigned long count, int timeout_ms,
		       void *data);
typedef void pa_sink_info_fn(pa_context *context,
			     const struct pa_sink_info *info, int eol,
			     void *data);
typedef void pa_server_info_fn(pa_context *context,
			       const struct pa_server_info *info, void *data);

/* pa_NAME() is its member NAME. */
struct libpulse {
	pa_mainloop *(*mainloop_new)(void);
	void (*mainloop_free)(pa_mainloop *);
	pa_mainloop_api *(*mainloop_get_api)(pa_mainloop *);
	void (*mainloop_set_poll_func)(pa_mainloop *, pa_poll_fn *, void *);
	int (*mainloop_prepare)(pa_mainloop *, int timeout_us);
	int (*mainloop_poll)(pa_mainloop *);
	int (*mainloop_dispatch)(pa_mainloop *);
	pa_context *(*context_new)(pa_mainloop_api *, const char *);
	int (*context_connect)(pa_context *, const char *, int, const void *);
	void (*context_disconnect)(pa_context *);
	void (*context_unref)(pa_context *);
	int (*context_get_state)(const pa_context *);
	int (*context_errno)(const pa_context *);
	pa_operation *(*context_get_server_info)(pa_context *,
						 pa_server_info_fn *, void *);
	pa_operation *(*context_get_sink_info_by_name)(pa_context *,
						       const char *,
						       pa_sink_info_fn *,
						       void *);
	pa_operation *(*context_get_sink_info_by_index)(pa_context *, uint32_t,
							pa_sink_info_fn *,
							void *);
	void (*operation_unref)(pa_operation *);
	const char *(*strerror)(int);
	pa_proplist *(*proplist_new)(void);
	int (*proplist_sets)(pa_proplist *, const char *, const char *);
	void (*proplist_free)(pa_proplist *);
	pa_stream *(*stream_new_with_proplist)(pa_context *, const char *,
					       const struct pa_sample_spec *,
					       const struct pa_channel_map *,
					       pa_proplist *);
	int (*stream_connect_playback)(pa_stream *, const char *,
				       const struct pa_buffer_attr *, int,
				       const struct pa_cvolume *, pa_stream *);
	int (*stream_get_state)(const pa_stream *);
	uint32_t (*stream_get_device_index)(const pa_stream *);
	int (*stream_write)(pa_stream *, const void *, size_t, void (*)(void *),
			    int64_t, int);
	size_t (*stream_writable_size)(const pa_stream *);
	const struct pa_timing_info *(*stream_get_timing_info)(pa_stream *);
	pa_operation *(*stream_update_timing_info)(
		pa_stream *, void (*)(pa_stream *, int, void *), void *);
	pa_operation *(*stream_flush)(pa_stream *, void *, void *);
	int (*stream_disconnect)(pa_stream *);
	void (*stream_unref)(pa_stream *);
};

/*
 * Load it. errors: -ENOENT with the package that brings it, when it is not
 * there or too old.
 */
int libpulse_load(struct libpulse *ret, struct err *e) MUST_CHECK;

#endif
