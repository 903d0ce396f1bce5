#include "speakd/session.h"

#include <signal.h>
#include <string.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "speakd/inputs.h"
#include "speakd/voice_process.h"

enum { PRINT_BUFFER_BYTES = 65536 };

struct session {
	struct settings *settings; /* owned */
	int argc;
	char **argv;
	struct loop *loop;
	struct inputs *inputs;
	struct queue queue;
	struct voice *voice; /* NULL with --print */
	struct buf print; /* phrases not yet written to stdout */
	bool inputs_ended;
	bool is_mute; /* there is no sound device at present */
	bool stopping; /* a signal came: what is said now is the last */
	bool voice_is_outdated; /* to be started anew when it is free */
	struct err failure; /* why the session ended early */
};

static void fail(struct session *session, const char *what, int code)
{
	if (session->failure.code == 0)
		err_set(&session->failure, code, "%s", what);
	loop_stop(session->loop);
}

/* ---- printing ----------------------------------------------------------- */

static void flush_print(struct session *session)
{
	struct buf *print = &session->print;
	int rc;

	if (print->len_bytes == 0)
		return;
	rc = write_all(STDOUT_FILENO, print->data, print->len_bytes);
	buf_clear(print);
	if (rc < 0)
		fail(session, "write to standard output", -rc);
}

static void print_phrase(struct session *session, const struct phrase *phrase)
{
	if (phrase->cue == CUE_HIGHLIGHT)
		buf_add_text(&session->print, "[chime] ");
	buf_add_text(&session->print, phrase->text);
	buf_add_char(&session->print, '\n');
	if (session->print.len_bytes >= PRINT_BUFFER_BYTES)
		flush_print(session);
}

/* ---- speaking ----------------------------------------------------------- */

static int start_voice(struct session *session, struct err *e);

static void restart_voice(struct session *session)
{
	struct err e = { 0 };

	session->voice_is_outdated = false;
	if (voice_close(session->voice, &e) < 0)
		log_failure(&e);
	session->voice = NULL;
	if (start_voice(session, &e) < 0) {
		session->failure = e;
		loop_stop(session->loop);
	}
}

/* Give the voice what waits, the inputs room, and end when all is said. */
static void pump(struct session *session)
{
	struct phrase *phrase;

	if (session->voice == NULL || !voice_is_free(session->voice))
		return;
	if (session->stopping) {
		loop_stop(session->loop);
		return;
	}
	if (session->voice_is_outdated)
		restart_voice(session);
	phrase = session->voice != NULL ? queue_pop(&session->queue) : NULL;
	if (phrase != NULL)
		voice_say(session->voice, phrase);
	else if (session->inputs_ended)
		loop_stop(session->loop);
	if (!queue_is_full(&session->queue))
		inputs_resume(session->inputs);
}

static void on_begin(void *data, const struct phrase *phrase)
{
	struct session *session = data;

	log_debug("saying at %d words a minute: %s", phrase->rate_wpm,
		  phrase->text);
	if (!session->settings->show)
		return;
	print_phrase(session, phrase);
	flush_print(session);
}

static void on_end(void *data, const struct phrase *phrase, uint64_t audio_ms,
		   bool stopped, const char *failure)
{
	struct session *session = data;

	(void)audio_ms;
	(void)stopped;
	if (failure != NULL) {
		log_warn("phrase %ju was not said: %s", (uintmax_t)phrase->id,
			 failure);
		log_debug("not said: %s", phrase->text);
	}
	pump(session);
}

static void on_device(void *data, bool works, const char *why)
{
	struct session *session = data;

	session->is_mute = !works;
	/* Nobody hears the end of the phrase: do not wait for it. */
	if (!works && session->stopping)
		loop_stop(session->loop);
	if (works)
		log_warn("sound is back");
	else
		log_warn("no sound, trying again: %s", why);
}

static void on_broken(void *data, const char *why)
{
	struct session *session = data;

	if (session->failure.code == 0)
		err_say(&session->failure, EIO, "%s", why);
	loop_stop(session->loop);
}

static int start_voice(struct session *session, struct err *e)
{
	const struct settings *s = session->settings;
	const struct voice_config config = {
		.engine = s->engine,
		.output = s->output,
		.voice = s->voice,
		.rate_wpm = (int)s->rate_wpm,
		.pitch = (int)s->pitch,
		.volume_percent = (int)s->volume_percent,
	};
	const struct voice_handler handler = {
		.begin = on_begin,
		.end = on_end,
		.device = on_device,
		.broken = on_broken,
		.data = session,
	};

	return voice_start(session->loop, &config, &handler, &session->voice,
			   e);
}

static void on_skip(const struct phrase *phrase, void *data)
{
	(void)data;
	log_warn("skipped: %s", phrase->text);
}

/*
 * Sound cards and commands take as long as the speech does; into a file or
 * into nothing it goes at once, and nothing needs to be caught up with.
 */
static bool output_takes_time(const struct settings *settings)
{
	return strncmp(settings->output, "alsa", 4) == 0 ||
	       strncmp(settings->output, "command:", 8) == 0;
}

/* ---- inputs ------------------------------------------------------------- */

static void on_say(struct phrase *take_phrase, bool live, void *data)
{
	struct session *session = data;

	if (session->settings->print) {
		print_phrase(session, take_phrase);
		phrase_free(take_phrase);
		return;
	}
	queue_push(&session->queue, take_phrase,
		   live && output_takes_time(session->settings));
	if (voice_is_free(session->voice))
		pump(session);
	if (queue_is_full(&session->queue))
		inputs_pause(session->inputs);
}

static void on_flush(void *data)
{
	flush_print(data);
}

static void on_inputs_ended(void *data)
{
	struct session *session = data;

	session->inputs_ended = true;
	if (session->settings->print)
		loop_stop(session->loop);
	else
		pump(session);
}

/* ---- signals ------------------------------------------------------------ */

static void on_stop_signal(int signo, void *data)
{
	struct session *session = data;

	(void)signo;
	if (session->stopping || session->voice == NULL || session->is_mute) {
		loop_stop(session->loop);
		return;
	}
	session->stopping = true;
	inputs_pause(session->inputs);
	pump(session);
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool voice_differs(const struct settings *a, const struct settings *b)
{
	return !same_text(a->engine, b->engine) ||
	       !same_text(a->output, b->output) ||
	       !same_text(a->voice, b->voice) || a->rate_wpm != b->rate_wpm ||
	       a->pitch != b->pitch || a->volume_percent != b->volume_percent;
}

static void on_reload(int signo, void *data)
{
	struct session *session = data;
	struct settings *old = session->settings;
	struct settings *fresh;
	struct err e = { 0 };
	int first_file;

	(void)signo;
	if (settings_new(session->argc, session->argv, &fresh, &first_file,
			 &e) != 0) {
		log_failure(&e);
		log_warn("the settings stay as they are");
		return;
	}
	session->settings = fresh;
	inputs_configure(session->inputs, fresh);
	queue_configure(&session->queue, &fresh->queue);
	if (voice_differs(old, fresh))
		session->voice_is_outdated = true;
	settings_free(old);
	log_info("settings read again");
	pump(session);
}

/* ---- the session -------------------------------------------------------- */

enum { SESSION_SIGNALS = 3 };

static void watch_signals(struct session *session,
			  struct watch *ret[SESSION_SIGNALS])
{
	signal(SIGPIPE, SIG_IGN);
	ret[0] = loop_signal(session->loop, SIGTERM, on_stop_signal, session);
	ret[1] = loop_signal(session->loop, SIGINT, on_stop_signal, session);
	ret[2] = loop_signal(session->loop, SIGHUP, on_reload, session);
}

static int run(struct session *session, int first_file, struct err *e)
{
	const struct inputs_handler handler = {
		.say = on_say,
		.flush = on_flush,
		.ended = on_inputs_ended,
		.data = session,
	};
	struct watch *signals[SESSION_SIGNALS];
	int rc = 0;

	watch_signals(session, signals);
	if (!session->settings->print)
		rc = start_voice(session, e);
	if (rc == 0) {
		session->inputs = inputs_start(
			session->loop, session->settings,
			session->argv + first_file,
			(size_t)(session->argc - first_file), &handler);
		rc = loop_run(session->loop, e);
	}
	flush_print(session);
	for (size_t i = 0; i < SESSION_SIGNALS; i++)
		watch_free(signals[i]);
	return rc;
}

/* Close the output first: a WAV file gets its header now. */
static int finish(struct session *session, int rc, struct err *e)
{
	if (session->voice != NULL && voice_saying(session->voice) != NULL)
		voice_stop(session->voice);
	if (voice_close(session->voice, rc == 0 ? e : NULL) < 0 && rc == 0)
		rc = -e->code;
	if (session->failure.code != 0) {
		*e = session->failure;
		rc = -e->code;
	}
	if (rc == 0 && session->inputs != NULL &&
	    inputs_failed(session->inputs))
		rc = err_say(e, EIO, "not everything could be read");
	return rc;
}

int session_run(struct settings *take_settings, int argc, char **argv,
		int first_file, struct err *e)
{
	struct session session = {
		.settings = take_settings,
		.argc = argc,
		.argv = argv,
	};
	int rc;

	queue_init(&session.queue, &take_settings->queue, on_skip, &session);
	session.loop = loop_new(e);
	rc = session.loop != NULL ? run(&session, first_file, e) : -e->code;
	rc = finish(&session, rc, e);
	inputs_free(session.inputs);
	queue_fini(&session.queue);
	buf_fini(&session.print);
	loop_free(session.loop);
	settings_free(session.settings);
	return rc;
}
