/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/session.h"

#include <signal.h>
#include <string.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "speakd/out/handover.h"
#include "speakd/input/hooks.h"
#include "speakd/input/inputs.h"
#include "speakd/ssip/serve.h"
#include "speakd/ssip/spawn.h"
#include "speakd/ssip/listen.h"
#include "speakd/queue/dispatch.h"
#include "speakd/out/voice_process.h"
#include "speakd/words/hygiene.h"

enum { PRINT_BUFFER_BYTES = 65536 };

struct session {
	struct settings *settings; /* owned */
	int argc;
	char **argv;
	struct loop *loop;
	struct inputs *inputs;
	struct dispatch *dispatch;
	struct hooks *hooks;
	struct voice *voice; /* NULL with --print, and when handing over */
	struct serve *serve; /* NULL: not serving */
	struct handover *handover; /* NULL: we speak ourselves */
	struct buf print; /* phrases not yet written to stdout */
	bool inputs_ended;
	bool is_mute; /* there is no sound device at present */
	bool stopping; /* a signal came: what is said now is the last */
	bool voice_is_outdated; /* to be started anew when it is free */
	int spawn_ready; /* tells the parent that it may go; -1: none */
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
static bool fall_back(struct session *session, const char *why);

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

static bool lines_are_full(const struct session *session)
{
	return scheduler_lines_full(dispatch_mixer(session->dispatch));
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
	phrase = session->voice != NULL ? dispatch_next(session->dispatch)
					: NULL;
	if (phrase != NULL)
		voice_say(session->voice, phrase);
	else if (session->inputs_ended)
		loop_stop(session->loop);
	if (session->inputs != NULL && !lines_are_full(session))
		inputs_resume(session->inputs);
}

static void on_begin(void *data, const struct phrase *phrase)
{
	struct session *session = data;

	log_debug("saying at %d words a minute: %s", phrase->rate_wpm,
		  phrase->text);
	dispatch_begun(session->dispatch, phrase);
	if (!session->settings->show)
		return;
	print_phrase(session, phrase);
	flush_print(session);
}

static void on_mark(void *data, const struct phrase *phrase,
		    size_t offset_bytes)
{
	struct session *session = data;

	dispatch_word(session->dispatch, phrase, offset_bytes);
}

static void on_end(void *data, const struct phrase *phrase, uint64_t audio_ms,
		   bool stopped, const char *failure)
{
	struct session *session = data;

	(void)audio_ms;
	if (failure != NULL) {
		log_warn("phrase %ju was not said: %s", (uintmax_t)phrase->id,
			 failure);
		log_debug("not said: %s", phrase->text);
	}
	dispatch_ended(session->dispatch, phrase, stopped, failure != NULL);
	pump(session);
}

static void on_device(void *data, bool works, const char *why)
{
	struct session *session = data;

	session->is_mute = !works;
	if (session->serve != NULL)
		serve_set_sound(session->serve, works);
	/* Nobody hears the end of the phrase: do not wait for it. */
	if (!works && session->stopping)
		loop_stop(session->loop);
	if (works)
		log_warn("sound is back");
	else
		log_warn("no sound, trying again: %s", why);
}

/* The voice has loaded what the settings name: they can be trusted. */
static void on_ready(void *data)
{
	struct session *session = data;

	if (session->settings->serve)
		settings_keep(session->settings);
}

static void on_broken(void *data, const char *why, bool usage)
{
	struct session *session = data;

	if (usage && fall_back(session, why))
		return;
	if (session->failure.code == 0 && usage)
		err_usage(&session->failure, "%s", why);
	else if (session->failure.code == 0)
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
		.marks = s->serve,
	};
	const struct voice_handler handler = {
		.ready = on_ready,
		.begin = on_begin,
		.mark = on_mark,
		.end = on_end,
		.device = on_device,
		.broken = on_broken,
		.data = session,
	};

	return voice_start(session->loop, &config, &handler, &session->voice,
			   e);
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
	if (session->handover != NULL) {
		handover_say(session->handover, take_phrase, live);
		phrase_free(take_phrase);
		if (handover_is_full(session->handover))
			inputs_pause(session->inputs);
		return;
	}
	dispatch_line(session->dispatch, take_phrase,
		      live && output_takes_time(session->settings));
	if (lines_are_full(session))
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
	else if (session->handover != NULL)
		handover_finish(session->handover);
	else
		pump(session);
}

static void on_run(const char *command, const struct message *message,
		   const char *source, void *data)
{
	struct session *session = data;

	hooks_run(session->hooks, command, message, source);
}

/* ---- dispatch
 * ---------------------------------------------------------------- */

static void on_event(void *data, const struct utterance *utterance,
		     enum scheduler_event event, const char *mark)
{
	struct session *session = data;

	serve_event(session->serve, utterance, event, mark);
}

static void on_news(void *data, const struct history_entry *entry)
{
	struct session *session = data;

	if (session->serve != NULL)
		serve_news(session->serve, entry);
}

static void on_word(void *data, uint64_t id, size_t offset_bytes)
{
	struct session *session = data;

	if (session->serve != NULL)
		serve_word(session->serve, id, offset_bytes);
}

/* What is skipped is told; a daemon's log is no place for what people say. */
static void on_line_done(void *data, const struct phrase *phrase,
			 enum fate fate)
{
	struct session *session = data;

	if (fate == FATE_SKIPPED && session->serve == NULL)
		log_warn("skipped: %s", phrase->text);
	if (session->inputs != NULL)
		inputs_done(session->inputs, phrase->input);
}

static void on_stop(void *data)
{
	struct session *session = data;

	voice_stop(session->voice);
}

static void on_pump(void *data)
{
	struct session *session = data;

	if (session->voice != NULL && voice_is_free(session->voice))
		pump(session);
}

static void start_talk(struct session *session)
{
	const struct dispatch_handler handler = {
		.event = on_event,
		.news = on_news,
		.word = on_word,
		.line_done = on_line_done,
		.stop = on_stop,
		.pump = on_pump,
		.data = session,
	};

	session->dispatch = dispatch_new(&session->settings->backlog,
					 session->settings->serve, &handler);
}

/* ---- another speakd ------------------------------------------------------ */

static void on_room(void *data)
{
	struct session *session = data;

	inputs_resume(session->inputs);
}

/* What the one that served had of us is lost with it; we go on ourselves. */
static void on_handover_ended(void *data, bool good)
{
	struct session *session = data;
	struct err e = { 0 };

	if (good || session->stopping) {
		loop_stop(session->loop);
		return;
	}
	log_warn("the speakd that served has gone: speaking here");
	handover_free(session->handover);
	session->handover = NULL;
	if (start_voice(session, &e) < 0) {
		session->failure = e;
		loop_stop(session->loop);
		return;
	}
	inputs_resume(session->inputs);
	pump(session);
}

static bool may_hand_over(const struct session *session, int first_file)
{
	const struct settings *s = session->settings;

	if (s->print || s->alone || s->spawn)
		return false;
	/* A second daemon has nothing to hand over but what it was given. */
	if (s->serve)
		return first_file < session->argc || s->follow_count > 0;
	return strncmp(s->output, "alsa", 4) == 0;
}

/* True when another speakd takes our lines. */
static bool hand_over(struct session *session, int first_file)
{
	const struct handover_handler handler = {
		.room = on_room,
		.ended = on_handover_ended,
		.data = session,
	};
	const char *name = first_file < session->argc
				   ? session->argv[first_file]
			   : session->settings->follow_count > 0
				   ? session->settings->follow[0]
				   : "-";
	const char *base = strrchr(name, '/');

	if (!may_hand_over(session, first_file))
		return false;
	name = strcmp(name, "-") == 0		 ? "standard input"
	       : base != NULL && base[1] != '\0' ? base + 1
						 : name;
	session->handover = handover_start(session->loop, name, &handler, NULL);
	return session->handover != NULL;
}

/* ---- serving ------------------------------------------------------------- */

static void on_idle(void *data)
{
	struct session *session = data;

	session->inputs_ended = true;
	pump(session);
}

static int start_serving(struct session *session, int first_file, struct err *e)
{
	const struct serve_handler handler = { on_idle, session };
	int rc = serve_start(session->loop, session->settings,
			     session->dispatch, &handler, &session->serve, e);

	/*
	 * Whoever wanted it spawned finds it there. Before any child is
	 * started: they must not hold the caller's standard error.
	 */
	if ((rc == 0 || rc == -EADDRINUSE) && session->spawn_ready >= 0)
		spawn_ready(fd_give(&session->spawn_ready));
	if (rc == -EADDRINUSE && session->settings->spawn)
		return rc;
	if (rc == -EADDRINUSE && hand_over(session, first_file))
		return 0;
	return rc;
}

/* ---- signals ------------------------------------------------------------ */

static void on_stop_signal(int signo, void *data)
{
	struct session *session = data;

	(void)signo;
	listen_notify("STOPPING=1");
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

/* Does not touch the voice. */
static void change_settings(struct session *session,
			    struct settings *take_settings)
{
	struct settings *old = session->settings;

	session->settings = take_settings;
	if (session->inputs != NULL)
		inputs_configure(session->inputs, take_settings);
	dispatch_configure(session->dispatch, &take_settings->backlog);
	if (session->serve != NULL)
		serve_configure(session->serve, take_settings);
	settings_free(old);
}

static void say_mistake(struct session *session, const char *mistake,
			const char *what_then);

static void on_reload(int signo, void *data)
{
	struct session *session = data;
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
	if (fresh->mistake != NULL) {
		say_mistake(session, fresh->mistake,
			    "The settings stay as they are.");
		settings_free(fresh);
		return;
	}
	if (voice_differs(session->settings, fresh))
		session->voice_is_outdated = true;
	else
		settings_keep(fresh);
	change_settings(session, fresh);
	log_info("settings read again");
	pump(session);
}

/* ---- mistakes in the settings -------------------------------------------- */

/* A daemon's user hears of them: nobody reads its log. */
static void say_mistake(struct session *session, const char *mistake,
			const char *what_then)
{
	SCOPED_TEXT char *both = mem_printf("%s %s", mistake, what_then);
	SCOPED_BUF struct buf text = { 0 };
	struct phrase *phrase;

	log_warn("%s", what_then);
	hygiene_clean(&text, both, strlen(both));
	phrase = phrase_new(buf_give(&text));
	phrase->priority = PRIORITY_HIGH;
	dispatch_line(session->dispatch, phrase, false);
}

static void say_fallback(struct session *session, const char *mistake)
{
	say_mistake(session, mistake,
		    session->settings->from == SETTINGS_LAST_GOOD
			    ? "The last good settings are used."
			    : "The defaults are used.");
}

/*
 * What was being said is said by the new voice. False: there is nothing to fall
 * back to.
 */
static bool fall_back(struct session *session, const char *why)
{
	SCOPED_TEXT char *mistake = mem_printf("Mistake in the settings: %s.",
					       why);
	struct settings *fresh = NULL;
	struct phrase *phrase;
	struct err e = { 0 };
	int first_file;

	if (!session->settings->serve ||
	    session->settings->from + 1 >= SETTINGS_FROM_COUNT)
		return false;
	if (settings_new_from(session->settings->from + 1, session->argc,
			      session->argv, &fresh, &first_file, &e) != 0)
		return false;
	change_settings(session, fresh);
	phrase = voice_detach(session->voice);
	restart_voice(session);
	if (session->voice != NULL && phrase != NULL)
		voice_say(session->voice, phrase);
	else
		phrase_free(phrase);
	say_fallback(session, mistake);
	return true;
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

static int start_speaking(struct session *session, int first_file,
			  struct err *e)
{
	int rc = 0;

	if (session->settings->serve)
		rc = start_serving(session, first_file, e);
	else
		(void)!hand_over(session, first_file);
	if (rc < 0 || session->handover != NULL || session->settings->print)
		return rc;
	return start_voice(session, e);
}

static int run(struct session *session, int first_file, struct err *e)
{
	const struct inputs_handler handler = {
		.say = on_say,
		.flush = on_flush,
		.ended = on_inputs_ended,
		.run = session->settings->print ? NULL : on_run,
		.data = session,
	};
	struct watch *signals[SESSION_SIGNALS];
	int rc;

	session->hooks = hooks_new(session->loop);
	/* First: whoever can connect can also stop us. */
	watch_signals(session, signals);
	rc = start_speaking(session, first_file, e);
	if (rc == 0) {
		session->inputs = inputs_start(
			session->loop, session->settings,
			session->serve != NULL, session->argv + first_file,
			(size_t)(session->argc - first_file), &handler);
		if (session->serve != NULL)
			serve_set_inputs(session->serve, session->inputs);
		if (session->serve != NULL)
			listen_notify("READY=1");
		if (session->settings->mistake != NULL)
			say_fallback(session, session->settings->mistake);
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
		.argc = argc,
		.argv = argv,
		.spawn_ready = -1,
	};
	int rc = 0;

	session.settings = take_settings;
	/* Before the loop is made: an epoll descriptor is not to be shared. */
	if (take_settings->spawn)
		rc = spawn_background(&session.spawn_ready, e);
	start_talk(&session);
	session.loop = rc == 0 ? loop_new(e) : NULL;
	rc = session.loop != NULL ? run(&session, first_file, e) : -e->code;
	rc = finish(&session, rc, e);
	hooks_free(session.hooks);
	inputs_free(session.inputs);
	session.inputs = NULL;
	handover_free(session.handover);
	serve_free(session.serve);
	dispatch_free(session.dispatch);
	buf_fini(&session.print);
	scope_close(&session.spawn_ready);
	loop_free(session.loop);
	settings_free(session.settings);
	return rc;
}
