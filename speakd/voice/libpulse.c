/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/libpulse.h"

#include "core/library.h"

int libpulse_load(struct libpulse *ret, struct err *e)
{
	const struct library_symbol symbols[] = {
		{ "pa_mainloop_new", &ret->mainloop_new },
		{ "pa_mainloop_free", &ret->mainloop_free },
		{ "pa_mainloop_get_api", &ret->mainloop_get_api },
		{ "pa_mainloop_set_poll_func", &ret->mainloop_set_poll_func },
		{ "pa_mainloop_prepare", &ret->mainloop_prepare },
		{ "pa_mainloop_poll", &ret->mainloop_poll },
		{ "pa_mainloop_dispatch", &ret->mainloop_dispatch },
		{ "pa_context_new", &ret->context_new },
		{ "pa_context_connect", &ret->context_connect },
		{ "pa_context_disconnect", &ret->context_disconnect },
		{ "pa_context_unref", &ret->context_unref },
		{ "pa_context_get_state", &ret->context_get_state },
		{ "pa_context_errno", &ret->context_errno },
		{ "pa_context_get_server_info", &ret->context_get_server_info },
		{ "pa_context_get_sink_info_by_name",
		  &ret->context_get_sink_info_by_name },
		{ "pa_context_get_sink_info_by_index",
		  &ret->context_get_sink_info_by_index },
		{ "pa_stream_get_device_index", &ret->stream_get_device_index },
		{ "pa_operation_unref", &ret->operation_unref },
		{ "pa_strerror", &ret->strerror },
		{ "pa_proplist_new", &ret->proplist_new },
		{ "pa_proplist_sets", &ret->proplist_sets },
		{ "pa_proplist_free", &ret->proplist_free },
		{ "pa_stream_new_with_proplist",
		  &ret->stream_new_with_proplist },
		{ "pa_stream_connect_playback", &ret->stream_connect_playback },
		{ "pa_stream_get_state", &ret->stream_get_state },
		{ "pa_stream_write", &ret->stream_write },
		{ "pa_stream_writable_size", &ret->stream_writable_size },
		{ "pa_stream_get_timing_info", &ret->stream_get_timing_info },
		{ "pa_stream_update_timing_info",
		  &ret->stream_update_timing_info },
		{ "pa_stream_flush", &ret->stream_flush },
		{ "pa_stream_disconnect", &ret->stream_disconnect },
		{ "pa_stream_unref", &ret->stream_unref },
	};

	int rc = library_load("libpulse.so.0", "libpulse0", symbols,
			      COUNT_OF(symbols), e);

	/* Filled in partly it would pass for loaded. */
	if (rc < 0)
		*ret = (struct libpulse){ 0 };
	return rc;
}
