/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "speakd/ssip/spawn.h"
#include "speakd/ssip/server.h"

enum { VOICES_MAX_BYTES = 1 << 20, VOICES_WAIT_MS = 2000 };

struct serve {
	struct loop *loop;
	struct serve_handler handler;
	struct server *server;
	struct inputs *inputs;
	char *engine; /* owned: "espeak-ng", or "command" */
	bool spawned, has_sound;
	struct watch *idle;
	/* The list of voices, being read from the voice helper. */
	int voices_fd;
	pid_t voices_pid;
	struct watch *voices_readable;
	struct buf voices;
};

/* ---- voices -------------------------------------------------------------- */

static void end_voices(struct serve *serve)
{
	watch_free(serve->voices_readable);
	serve->voices_readable = NULL;
	scope_close(&serve->voices_fd);
	serve->voices_fd = -1;
	if (serve->voices_pid > 0)
		waitpid(serve->voices_pid, NULL, 0);
	serve->voices_pid = 0;
}

static void on_voices(int fd, int what, void *data)
{
	struct serve *serve = data;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)what;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0 && serve->voices.len_bytes + (size_t)n <= VOICES_MAX_BYTES)
		buf_add(&serve->voices, bytes, (size_t)n);
	else
		end_voices(serve);
}

/* Asked for at the start, so that no client ever has to wait for it. */
static void start_voices(struct serve *serve)
{
	SCOPED_TEXT char *helper = path_helper("speakd-voice");
	const char *const argv[] = { helper, "--list-voices", NULL };
	struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
	};
	SCOPED_FD int writer = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	serve->voices_fd = ends[0];
	writer = ends[1];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	child.fds[STDOUT_FILENO] = writer;
	if (child_start(&child, &serve->voices_pid, NULL) < 0) {
		serve->voices_pid = 0;
		end_voices(serve);
		return;
	}
	serve->voices_readable = loop_fd(serve->loop, serve->voices_fd,
					 LOOP_READ, on_voices, serve);
}

/* A client that asks within the first milliseconds waits for the rest. */
static void host_voices(void *data, struct buf *out)
{
	struct serve *serve = data;
	uint64_t until_ms = clock_ms() + VOICES_WAIT_MS;

	while (serve->voices_fd >= 0 && clock_ms() < until_ms) {
		struct pollfd pfd = { .fd = serve->voices_fd,
				      .events = POLLIN };

		if (poll(&pfd, 1, VOICES_WAIT_MS) > 0)
			on_voices(serve->voices_fd, LOOP_READ, serve);
	}
	buf_add(out, buf_text(&serve->voices), serve->voices.len_bytes);
}

/* ---- what else the protocol asks for ------------------------------------- */

static void host_sources(void *data, struct buf *out)
{
	struct serve *serve = data;

	inputs_list(serve->inputs, out);
}

static void host_status(void *data, struct buf *out)
{
	const struct serve *serve = data;

	buf_addf(out, "engine %s\nsound %s\n", serve->engine,
		 serve->has_sound ? "yes" : "no");
}

static int host_follow(void *data, const char *path, struct err *e)
{
	struct serve *serve = data;

	return inputs_follow(serve->inputs, path, e);
}

static int host_unfollow(void *data, const char *path, struct err *e)
{
	struct serve *serve = data;

	return inputs_unfollow(serve->inputs, path, e);
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

	if (rc == 0)
		server_listen(serve->server, listener);
	return rc;
}

static int listen_on_ours(struct serve *serve, const struct settings *s,
			  struct err *e)
{
	SCOPED_TEXT char *usual = path_runtime("speakd.sock");
	struct listener listener;
	int rc;

	if (strcmp(s->communication_method, "inet_socket") == 0) {
		rc = listen_open_port(s->port, &listener, e);
		if (rc == 0)
			server_listen(serve->server, listener);
		return rc;
	}
	if (s->socket_path != NULL)
		return listen_on(serve, s->socket_path, e);
	rc = path_check_runtime(e);
	return rc < 0 ? rc : listen_on(serve, usual, e);
}

static int listen_everywhere(struct serve *serve, const struct settings *s,
			     struct err *e)
{
	struct listener inherited[SERVER_LISTENERS_MAX];
	size_t count = listen_inherited(inherited, SERVER_LISTENERS_MAX);
	SCOPED_TEXT char *theirs = speech_dispatcher_path();
	int rc;

	for (size_t i = 0; i < count; i++)
		server_listen(serve->server, inherited[i]);
	rc = count > 0 ? 0 : listen_on_ours(serve, s, e);
	if (rc == 0 && s->ssip != NULL)
		rc = path_check_runtime(e);
	if (rc == 0 && s->ssip != NULL)
		rc = listen_on(serve, theirs, e);
	return rc;
}

/* ---- the whole ----------------------------------------------------------- */

int serve_start(struct loop *loop, const struct settings *settings,
		struct dispatch *keep_talk, const struct serve_handler *handler,
		struct serve **ret, struct err *e)
{
	struct serve *serve = mem_new(sizeof(*serve));
	const struct ssip_host host = {
		.voices = host_voices,
		.sources = host_sources,
		.status = host_status,
		.follow = host_follow,
		.unfollow = host_unfollow,
		.engine = settings->engine,
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
	serve->voices_fd = -1;
	serve->has_sound = true;
	serve->spawned = settings->spawn;
	serve->idle = loop_timer(loop, on_idle, serve);
	serve->server = server_new(loop, keep_talk, &host, &server);
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
	start_voices(serve);
}

/* "command:piper ..." is called "command": its words are the user's. */
void serve_configure(struct serve *serve, const struct settings *settings)
{
	free(serve->engine);
	serve->engine = mem_text(settings->engine,
				 strcspn(settings->engine, ":"));
	ssip_configure(server_ssip(serve->server), serve->engine,
		       settings->rate_wpm);
}

void serve_set_sound(struct serve *serve, bool works)
{
	serve->has_sound = works;
}

void serve_event(struct serve *serve, const struct utterance *utterance,
		 enum scheduler_event event, const char *mark)
{
	ssip_event(server_ssip(serve->server), utterance, event, mark);
}

void serve_news(struct serve *serve, const struct history_entry *entry)
{
	ssip_news(server_ssip(serve->server), entry);
}

void serve_word(struct serve *serve, uint64_t id, size_t offset_bytes)
{
	ssip_word(server_ssip(serve->server), id, offset_bytes);
}

void serve_free(struct serve *serve)
{
	if (serve == NULL)
		return;
	if (serve->voices_pid > 0)
		kill(serve->voices_pid, SIGKILL);
	end_voices(serve);
	server_free(serve->server);
	watch_free(serve->idle);
	buf_fini(&serve->voices);
	free(serve->engine);
	free(serve);
}
