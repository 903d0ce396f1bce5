/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/session.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "speakd/input/hooks.h"
#include "speakd/input/following.h"
#include "speakd/input/inputs.h"
#include "speakd/out/handover.h"
#include "speakd/out/print.h"
#include "speakd/out/voice.h"
#include "speakd/queue/keep.h"
#include "speakd/settings_load.h"
#include "speakd/ssip/listen.h"
#include "speakd/ssip/serve.h"
#include "speakd/ssip/spawn.h"
#include "speakd/words/hygiene.h"

struct session {
	struct settings *settings; /* owned */
	int argc;
	char **argv;
	struct loop *loop;
	struct hooks *hooks;
	struct inputs *inputs;
	struct outlet *outlet;
	/* The outlet when it speaks, else NULL. */
	struct outlet *voice;
	struct serve *serve; /* NULL: not serving */
	bool inputs_ended;
	bool stopping; /* a signal came: what is said now is the last */
	int spawn_ready; /* tells the parent that it may go; -1: none */
	struct err failure; /* why the session ended early */
};

static void end(struct session *session, const struct err *e)
{
	if (e != NULL && session->failure.code == 0)
		session->failure = *e;
	loop_stop(session->loop);
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
	session->outlet->say(session->outlet, phrase, false);
}

static void say_fallback(struct session *session, const char *mistake)
{
	say_mistake(session, mistake,
		    session->settings->from == SETTINGS_LAST_GOOD
			    ? "The last good settings are used."
			    : "The defaults are used.");
}

typedef void change_fn(struct outlet *outlet, const struct settings *settings);

static void change_settings(struct session *session,
			    struct settings *take_settings, change_fn *change)
{
	struct settings *old = session->settings;

	session->settings = take_settings;
	if (session->inputs != NULL)
		following_configure(session->inputs, take_settings);
	if (session->serve != NULL)
		serve_configure(session->serve, take_settings);
	if (session->voice != NULL)
		change(session->voice, take_settings);
	settings_free(old);
}

/* The voice has loaded what the settings name: they can be trusted. */
static void on_ready(void *data)
{
	struct session *session = data;

	if (session->settings->serve)
		settings_keep(session->settings);
}

/* False: there is nothing to fall back to. */
static bool on_refused(void *data, const char *why)
{
	struct session *session = data;
	SCOPED_TEXT char *mistake = mem_printf("Mistake in the settings: %s.",
					       why);
	struct settings *fresh = NULL;
	struct err e = { 0 };
	int first_file;

	if (!session->settings->serve ||
	    session->settings->from + 1 >= SETTINGS_FROM_COUNT)
		return false;
	if (settings_new_from(session->settings->from + 1, session->argc,
			      session->argv, &fresh, &first_file, &e) != 0)
		return false;
	change_settings(session, fresh, voice_outlet_restart);
	say_fallback(session, mistake);
	return true;
}

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
	change_settings(session, fresh, voice_outlet_configure);
	log_info("settings read again");
}

/* The profile is an option: its variable outlives readings of the settings. */
static int on_profile(void *data, const char *name, struct err *e)
{
	static const char variable[] = "SPEAKD_PROFILE";
	struct session *session = data;
	const char *before = getenv(variable);
	SCOPED_TEXT char *old = mem_copy(before);
	struct settings *fresh = NULL;
	int first_file;
	int rc;

	setenv(variable, name, 1);
	rc = settings_new(session->argc, session->argv, &fresh, &first_file, e);
	if (rc == 0 && fresh->mistake != NULL) {
		rc = err_usage(e, "%s", fresh->mistake);
		settings_free(fresh);
	}
	if (rc != 0) {
		if (old != NULL)
			setenv(variable, old, 1);
		else
			unsetenv(variable);
		return rc;
	}
	change_settings(session, fresh, voice_outlet_configure);
	return 0;
}

/* ---- inputs -------------------------------------------------------------- */

static void on_say(struct phrase *take_phrase, bool live, void *data)
{
	struct session *session = data;
	struct outlet *outlet = session->outlet;

	outlet->say(outlet, take_phrase, live);
	if (outlet->is_full(outlet))
		inputs_pause(session->inputs);
}

static void on_words(struct span words, enum cue cue, void *data)
{
	struct session *session = data;

	session->outlet->words(session->outlet, words, cue);
}

static void on_flush(void *data)
{
	struct session *session = data;

	session->outlet->flush(session->outlet);
}

static void on_inputs_ended(void *data)
{
	struct session *session = data;

	session->inputs_ended = true;
	session->outlet->inputs_ended(session->outlet);
}

static void on_run(const char *command, const struct message *message,
		   const char *source, void *data)
{
	struct session *session = data;

	hooks_run(session->hooks, command, message, source);
}

/* ---- the outlet ---------------------------------------------------------- */

static void on_room(void *data)
{
	struct session *session = data;

	if (session->inputs != NULL && !session->stopping)
		inputs_resume(session->inputs);
}

static void on_done(void *data, unsigned input)
{
	struct session *session = data;

	if (session->inputs != NULL)
		inputs_done(session->inputs, input);
}

static void on_ended(void *data, const struct err *e)
{
	end(data, e);
}

static struct outlet_handler handler_of(struct session *session)
{
	return (struct outlet_handler){ on_room, on_done, on_ended, session };
}

static void make_voice(struct session *session)
{
	const struct outlet_handler handler = handler_of(session);
	const struct voice_outlet_handler more = { on_ready, on_refused,
						   session };

	session->voice = session->outlet = voice_outlet_new(
		session->loop, session->settings, &handler, &more);
}

static void drop_outlet(struct session *session)
{
	(void)!session->outlet->close(session->outlet, NULL);
	session->outlet = session->voice = NULL;
}

/* The speakd that served has gone: we go on ourselves. */
static void on_handover_ended(void *data, const struct err *e)
{
	struct session *session = data;
	struct err failure = { 0 };

	if (e == NULL || session->stopping) {
		end(session, NULL);
		return;
	}
	log_warn("%s: speaking here", e->text);
	drop_outlet(session);
	make_voice(session);
	if (voice_outlet_start(session->voice, &failure) < 0) {
		end(session, &failure);
		return;
	}
	inputs_resume(session->inputs);
	if (session->inputs_ended)
		session->outlet->inputs_ended(session->outlet);
}

static bool may_hand_over(const struct session *session, int first_file)
{
	const struct settings *s = session->settings;

	if (s->alone || s->spawn)
		return false;
	/* A second daemon has nothing to hand over but what it was given. */
	if (s->serve)
		return first_file < session->argc || s->follow_count > 0;
	return settings_use_sound(s);
}

/* What the lines are called there. */
static const char *name_of_lines(const struct session *session, int first_file)
{
	const char *name = first_file < session->argc
				   ? session->argv[first_file]
			   : session->settings->follow_count > 0
				   ? session->settings->follow[0]
				   : "-";
	const char *base = strrchr(name, '/');

	if (strcmp(name, "-") == 0)
		return "standard input";
	return base != NULL && base[1] != '\0' ? base + 1 : name;
}

/* Whether an option is ours alone, not that of the files both of us read. */
static bool was_told(const struct session *session, const char *option,
		     const char *variable)
{
	const char *const names[] = { option, "profile", "config" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (opts_peek(&speakd_opts, session->argc, session->argv,
			      names[i]) != NULL)
			return true;
	return getenv(variable) != NULL;
}

static int told_number(const struct session *session, const char *option,
		       const char *variable, unsigned value)
{
	return was_told(session, option, variable) ? (int)value
						   : PHRASE_DEFAULT;
}

/* The server's own settings are for what we were told nothing about. */
static struct handover_manner told_manner(const struct session *session)
{
	const struct settings *s = session->settings;

	return (struct handover_manner){
		.voice = was_told(session, "voice", "SPEAKD_VOICE") ? s->voice
								    : NULL,
		.rate_wpm = told_number(session, "rate", "SPEAKD_RATE",
					s->rate_wpm),
		.pitch = told_number(session, "pitch", "SPEAKD_PITCH",
				     s->pitch),
		.volume_percent = told_number(
			session, "volume", "SPEAKD_VOLUME", s->volume_percent),
	};
}

/* True when another speakd takes our lines. */
static bool hand_over(struct session *session, int first_file)
{
	struct outlet_handler handler = handler_of(session);
	const struct handover_manner manner = told_manner(session);

	handler.ended = on_handover_ended;
	if (!may_hand_over(session, first_file))
		return false;
	session->outlet = handover_new(
		session->loop, name_of_lines(session, first_file), &manner,
		session->settings->give_up_s, &handler, NULL);
	return session->outlet != NULL;
}

/* ---- serving ------------------------------------------------------------- */

/*
 * What one daemon said, and what waits, is for the next: a restart loses
 * nothing. In memory of the user's session only, and read once.
 */
static void restore(struct session *session)
{
	SCOPED_TEXT char *path = path_runtime("speakd.kept");
	SCOPED_BUF struct buf text = { 0 };

	if (session->settings->spawn ||
	    file_read(AT_FDCWD, path, KEEP_MAX_BYTES, &text, NULL) < 0)
		return;
	unlink(path);
	keep_restore(voice_outlet_dispatch(session->voice), &text);
}

static void keep(struct session *session)
{
	SCOPED_TEXT char *path = path_runtime("speakd.kept");
	SCOPED_BUF struct buf text = { 0 };
	struct err e = { 0 };

	if (session->serve == NULL || session->settings->spawn)
		return;
	keep_print(voice_outlet_dispatch(session->voice), &text);
	if (text.len_bytes > 0 &&
	    (dir_make_parent(path, 0700, &e) < 0 ||
	     file_replace(AT_FDCWD, path, text.data, text.len_bytes, 0600, &e) <
		     0)) {
		(void)err_wrap(&e, "keep what waits");
		log_failure(&e);
	}
}

/* Whether one that serves already can do what we were spawned for. */
static bool may_join(const struct settings *s)
{
	return s->spawn && !s->alone &&
	       strcmp(s->communication_method, "unix_socket") == 0;
}

static int start_serving(struct session *session, int first_file, struct err *e)
{
	const struct serve_handler handler = {
		.idle = on_inputs_ended,
		.profile = on_profile,
		.data = session,
	};
	int rc;

	make_voice(session);
	rc = serve_start(session->loop, session->settings,
			 voice_outlet_dispatch(session->voice), &handler,
			 &session->serve, e);
	if (rc == -EADDRINUSE && may_join(session->settings) &&
	    !spawn_join_soon(session->settings->socket_path))
		rc = err_say(e, EIO, "another speakd began, and serves nobody");
	/*
	 * Whoever wanted it spawned finds it there. Before any child is
	 * started: they must not hold the caller's standard error.
	 */
	if ((rc == 0 || rc == -EADDRINUSE) && session->spawn_ready >= 0)
		spawn_ready(fd_give(&session->spawn_ready));
	if (rc == 0) {
		restore(session);
		return voice_outlet_start(session->voice, e);
	}
	drop_outlet(session);
	return rc == -EADDRINUSE && hand_over(session, first_file) ? 0 : rc;
}

static int choose_outlet(struct session *session, int first_file, struct err *e)
{
	const struct outlet_handler handler = handler_of(session);

	if (session->settings->print) {
		session->outlet = print_new(&handler);
		return 0;
	}
	if (session->settings->serve)
		return start_serving(session, first_file, e);
	if (hand_over(session, first_file))
		return 0;
	make_voice(session);
	return voice_outlet_start(session->voice, e);
}

/* ---- the session --------------------------------------------------------- */

static void on_stop_signal(int signo, void *data)
{
	struct session *session = data;

	(void)signo;
	listen_notify("STOPPING=1");
	if (session->stopping || session->outlet == NULL) {
		end(session, NULL);
		return;
	}
	session->stopping = true;
	if (session->inputs != NULL)
		inputs_pause(session->inputs);
	if (!session->outlet->stop(session->outlet))
		end(session, NULL);
}

enum { SESSION_SIGNALS = 3 };

static void watch_signals(struct session *session,
			  struct watch *ret[SESSION_SIGNALS])
{
	signal(SIGPIPE, SIG_IGN);
	ret[0] = loop_signal(session->loop, SIGTERM, on_stop_signal, session);
	ret[1] = loop_signal(session->loop, SIGINT, on_stop_signal, session);
	ret[2] = loop_signal(session->loop, SIGHUP, on_reload, session);
}

static int run_inputs(struct session *session, int first_file, struct err *e)
{
	const struct inputs_handler handler = {
		.say = on_say,
		.words = session->outlet->words != NULL ? on_words : NULL,
		.flush = on_flush,
		.ended = on_inputs_ended,
		.run = session->settings->print ? NULL : on_run,
		.data = session,
	};

	session->inputs =
		inputs_start(session->loop, session->settings,
			     session->serve != NULL, session->argv + first_file,
			     (size_t)(session->argc - first_file), &handler);
	if (session->serve != NULL) {
		serve_set_inputs(session->serve, session->inputs);
		listen_notify("READY=1");
	}
	if (session->settings->mistake != NULL)
		say_fallback(session, session->settings->mistake);
	return loop_run(session->loop, e);
}

static int run(struct session *session, int first_file, struct err *e)
{
	struct watch *signals[SESSION_SIGNALS];
	int rc;

	session->hooks = hooks_new(session->loop);
	/* First: whoever can connect can also stop us. */
	watch_signals(session, signals);
	rc = choose_outlet(session, first_file, e);
	if (rc == 0)
		rc = run_inputs(session, first_file, e);
	for (size_t i = 0; i < SESSION_SIGNALS; i++)
		watch_free(signals[i]);
	return rc;
}

/* Close the output first: it may fail. */
static int session_finish(struct session *session, int rc, struct err *e)
{
	keep(session);
	serve_free(session->serve);
	session->serve = NULL;
	if (session->outlet != NULL &&
	    session->outlet->close(session->outlet, rc == 0 ? e : NULL) < 0 &&
	    rc == 0)
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
	if (may_join(take_settings) && spawn_join(take_settings->socket_path)) {
		settings_free(take_settings);
		return 0;
	}
	/* Before the loop is made: an epoll descriptor is not to be shared. */
	if (take_settings->spawn)
		rc = spawn_background(&session.spawn_ready, e);
	session.loop = rc == 0 ? loop_new(e) : NULL;
	rc = session.loop != NULL ? run(&session, first_file, e) : -e->code;
	rc = session_finish(&session, rc, e);
	hooks_free(session.hooks);
	inputs_free(session.inputs);
	scope_close(&session.spawn_ready);
	loop_free(session.loop);
	settings_free(session.settings);
	return rc;
}
