/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/serve.h"

#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "speakd/input/following.h"
#include "speakd/queue/engine_list.h"
#include "speakd/ssip/spawn.h"
#include "speakd/ssip/server.h"
#include "speakd/ssip/voice_list.h"

struct serve {
	struct loop *loop;
	struct serve_handler handler;
	struct server *server;
	struct inputs *inputs;
	char *engine; /* owned: what the default one is called */
	struct dispatch *dispatch;
	const struct settings *settings; /* borrowed */
	struct voice_list *voices;
	bool spawned;
	struct watch *idle;
};

/* ---- what the protocol asks for ------------------------------------------ */

static const struct buf *host_voices(void *data)
{
	struct serve *serve = data;

	return voice_list_get(serve->voices);
}

static bool host_has_voices(void *data, const char *engine)
{
	struct serve *serve = data;

	return voice_list_has(serve->voices, engine);
}

static void on_voices(void *data)
{
	struct serve *serve = data;

	ssip_voices_known(server_ssip(serve->server));
}

static void host_sources(void *data, struct buf *out)
{
	struct serve *serve = data;

	inputs_list(serve->inputs, out);
}

static void host_status(void *data, struct buf *out)
{
	const struct serve *serve = data;

	const char *instead = dispatch_instead(serve->dispatch);

	buf_addf(out, "engine %s\nsound %s\n", serve->engine,
		 dispatch_has_sound(serve->dispatch) ? "yes" : "no");
	if (instead != NULL)
		buf_addf(out, "device %s\n", instead);
}

static int host_follow(void *data, const char *path, struct err *e)
{
	struct serve *serve = data;

	return following_add(serve->inputs, path, e);
}

static int host_unfollow(void *data, const char *path, struct err *e)
{
	struct serve *serve = data;

	return following_remove(serve->inputs, path, e);
}

static int host_reload(void *data, struct err *e)
{
	struct serve *serve = data;

	return languages_reload(serve->settings->languages, e);
}

static bool host_respell(void *data, const char *voice, struct span text,
			 struct buf *out)
{
	struct serve *serve = data;
	const struct settings *s = serve->settings;
	const struct language *language = languages_of_voice(
		s->languages, voice != NULL ? voice : s->voice);

	return language != NULL &&
	       dictionary_apply(language->dictionary, text, out);
}

static int host_profile(void *data, const char *name, struct err *e)
{
	struct serve *serve = data;

	return serve->handler.profile(serve->handler.data, name, e);
}

static void on_stream(void *data, enum ssip_stream stream, const char *name,
		      int take_fd, char *rest, size_t len_bytes)
{
	struct serve *serve = data;

	inputs_adopt(serve->inputs, name, stream == SSIP_PHRASES, take_fd, rest,
		     len_bytes);
}

static void on_busy(void *data, bool busy)
{
	struct serve *serve = data;

	if (!serve->spawned)
		return;
	if (busy)
		watch_cancel(serve->idle);
	else
		watch_after(serve->idle, SPAWN_TIMEOUT_MS);
}

static void on_idle(void *data)
{
	struct serve *serve = data;

	serve->handler.idle(serve->handler.data);
}

/* ---- where it listens ---------------------------------------------------- */

/* As speech-dispatcher's clients look for it: its own directory, not ours. */
static char *speech_dispatcher_path(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	SCOPED_TEXT char *home = path_home();

	if (run != NULL && run[0] == '/')
		return mem_printf("%s/speech-dispatcher/speechd.sock", run);
	return mem_printf("%s/.cache/speech-dispatcher/speechd.sock", home);
}

static int listen_on(struct serve *serve, const char *path, struct err *e)
{
	struct listener listener = { .sock = -1, .lock = -1 };
	int rc = listen_open(path, &listener, e);

	return rc < 0 ? rc : server_listen(serve->server, listener, e);
}

/* One that is served already is fine: by us, as we hold its lock. */
static int host_listen(void *data, const char *path, struct err *e)
{
	int rc = listen_on(data, path, e);

	return rc == -EADDRINUSE ? 0 : rc;
}

static int listen_on_usual(struct serve *serve, struct err *e)
{
	SCOPED_TEXT char *usual = path_runtime("speakd.sock");
	int rc = path_check_runtime(e);

	return rc < 0 ? rc : listen_on(serve, usual, e);
}

/*
 * Spawned for a socket of its own, it is still the one that serves: whatever is
 * started later must find it, or two would talk at once.
 */
static int listen_for_both(struct serve *serve, const char *path, struct err *e)
{
	struct err why = { 0 };
	int rc = listen_on_usual(serve, &why);

	if (rc == -EADDRINUSE) {
		*e = why;
		return rc;
	}
	/* Whoever spawned it waits for the other one, with the usual or not. */
	if (rc < 0)
		log_warn_failure(&why);
	return host_listen(serve, path, e);
}

static int listen_on_ours(struct serve *serve, const struct settings *s,
			  struct err *e)
{
	struct listener listener;
	int rc;

	if (strcmp(s->communication_method, "inet_socket") == 0) {
		rc = listen_open_port(s->port, &listener, e);
		return rc < 0 ? rc : server_listen(serve->server, listener, e);
	}
	if (s->socket_path == NULL)
		return listen_on_usual(serve, e);
	return s->spawn && !s->alone ? listen_for_both(serve, s->socket_path, e)
				     : listen_on(serve, s->socket_path, e);
}

static int listen_everywhere(struct serve *serve, const struct settings *s,
			     struct err *e)
{
	struct listener inherited[SERVER_LISTENERS_MAX];
	size_t count = listen_inherited(inherited, SERVER_LISTENERS_MAX);
	SCOPED_TEXT char *theirs = speech_dispatcher_path();
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = server_listen(serve->server, inherited[i], e);
	if (rc == 0 && count == 0)
		rc = listen_on_ours(serve, s, e);
	if (rc == 0 && s->ssip != NULL)
		rc = path_check_runtime(e);
	if (rc == 0 && s->ssip != NULL)
		rc = listen_on(serve, theirs, e);
	return rc;
}

/* ---- the whole ----------------------------------------------------------- */

int serve_start(struct loop *loop, const struct settings *settings,
		struct dispatch *keep_dispatch,
		const struct serve_handler *handler, struct serve **ret,
		struct err *e)
{
	struct serve *serve = mem_new(sizeof(*serve));
	const struct ssip_host host = {
		.voices = host_voices,
		.has_voices = host_has_voices,
		.sources = host_sources,
		.status = host_status,
		.follow = host_follow,
		.unfollow = host_unfollow,
		.listen = host_listen,
		.reload = host_reload,
		.respell = host_respell,
		.profile = host_profile,
		.engines = settings->engine,
		.clients = &settings->clients,
		.rate_wpm = settings->rate_wpm,
		.data = serve,
	};
	const struct server_handler server = {
		.stream = on_stream,
		.busy = on_busy,
		.data = serve,
	};
	int rc;

	serve->loop = loop;
	serve->handler = *handler;
	serve->dispatch = keep_dispatch;
	serve->voices = voice_list_new(loop, on_voices, serve);
	serve->spawned = settings->spawn;
	serve->idle = loop_timer(loop, on_idle, serve);
	serve->server = server_new(loop, keep_dispatch, &host, &server);
	serve_configure(serve, settings);
	rc = listen_everywhere(serve, settings, e);
	if (rc < 0) {
		serve_free(serve);
		return rc;
	}
	on_busy(serve, false);
	*ret = serve;
	return 0;
}

void serve_set_inputs(struct serve *serve, struct inputs *keep_inputs)
{
	serve->inputs = keep_inputs;
}

void serve_configure(struct serve *serve, const struct settings *keep_settings)
{
	serve->settings = keep_settings;
	free(serve->engine);
	serve->engine = engine_list_name(keep_settings->engine, 0);
	ssip_configure(server_ssip(serve->server), keep_settings->engine,
		       &keep_settings->clients, keep_settings->rate_wpm);
	voice_list_start(serve->voices, keep_settings->engine);
}

void serve_free(struct serve *serve)
{
	if (serve == NULL)
		return;
	voice_list_free(serve->voices);
	server_free(serve->server);
	watch_free(serve->idle);
	free(serve->engine);
	free(serve);
}
