/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/voice.h"

#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "speakd/out/print.h"
#include "speakd/out/voice_process.h"

struct voice_outlet {
	struct outlet outlet;
	struct outlet_handler handler;
	struct voice_outlet_handler more;
	struct loop *loop;
	const struct settings *settings; /* borrowed */
	struct dispatch *dispatch;
	struct voice *voice; /* NULL: not started */
	bool inputs_ended, stopping, ended;
	bool was_full; /* room() is owed */
	bool outdated; /* the voice is to be started anew when it is free */
	struct watch *give_up; /* runs while there is no sound; --give-up */
	bool given_up; /* what comes is only counted */
	size_t unsaid;
};

static struct voice_outlet *of(struct outlet *outlet)
{
	return (struct voice_outlet *)outlet;
}

static void tell_ended(struct voice_outlet *out, const struct err *e)
{
	if (out->ended)
		return;
	out->ended = true;
	out->handler.ended(out->handler.data, e);
}

/* ---- what the voice does ------------------------------------------------- */

static int start_voice(struct voice_outlet *out, struct err *e);

static void restart_voice(struct voice_outlet *out)
{
	struct err e = { 0 };

	out->outdated = false;
	if (voice_close(out->voice, &e) < 0)
		log_failure(&e);
	out->voice = NULL;
	if (start_voice(out, &e) < 0)
		tell_ended(out, &e);
}

static bool lines_are_full(const struct outlet *outlet)
{
	const struct voice_outlet *out = (const struct voice_outlet *)outlet;

	return scheduler_lines_full(dispatch_scheduler(out->dispatch));
}

static void say_next(struct voice_outlet *out)
{
	if (out->outdated && voice_is_free(out->voice))
		restart_voice(out);
	while (out->voice != NULL && !out->outdated &&
	       voice_wants(out->voice)) {
		struct phrase *phrase = dispatch_next(out->dispatch);

		if (phrase == NULL)
			break;
		voice_say(out->voice, phrase);
	}
	if (out->voice != NULL && voice_is_free(out->voice) &&
	    out->inputs_ended)
		tell_ended(out, NULL);
}

/* Once there is nothing more to count. */
static void end_unsaid(struct voice_outlet *out)
{
	struct err e = { 0 };

	if (!out->inputs_ended && !out->settings->serve)
		return;
	err_say(&e, EIO, "no sound for %u s: given up, %zu %s not said",
		out->settings->give_up_s, out->unsaid,
		out->unsaid == 1 ? "phrase was" : "phrases were");
	tell_ended(out, &e);
}

/* Give the voice what waits, the inputs room, and end when all is said. */
static void pump(struct voice_outlet *out)
{
	if (out->voice == NULL || !voice_wants(out->voice))
		return;
	if (out->stopping) {
		if (voice_is_free(out->voice))
			tell_ended(out, NULL);
		return;
	}
	say_next(out);
	if (out->was_full && !lines_are_full(&out->outlet)) {
		out->was_full = false;
		out->handler.room(out->handler.data);
	}
}

/* --show: on standard output as it begins to be heard. */
static void show(const struct phrase *phrase)
{
	SCOPED_BUF struct buf line = { 0 };

	print_phrase(phrase, &line);
	(void)!write_all(STDOUT_FILENO, buf_text(&line), line.len_bytes);
}

static void on_ready(void *data)
{
	struct voice_outlet *out = data;

	out->more.ready(out->more.data);
}

static void on_begin(void *data, const struct phrase *phrase)
{
	struct voice_outlet *out = data;

	log_debug("saying at %d words a minute: %s", phrase->manner.rate_wpm,
		  phrase->text);
	dispatch_begun(out->dispatch, phrase);
	if (out->settings->show)
		show(phrase);
}

static void on_mark(void *data, const struct phrase *phrase,
		    size_t offset_bytes)
{
	struct voice_outlet *out = data;

	dispatch_word(out->dispatch, phrase, offset_bytes);
}

static void on_want(void *data)
{
	pump(data);
}

static void on_end(void *data, const struct phrase *phrase, uint64_t audio_ms,
		   bool stopped, const char *failure)
{
	struct voice_outlet *out = data;

	(void)audio_ms;
	if (failure != NULL) {
		log_warn("phrase %ju was not said: %s", (uintmax_t)phrase->id,
			 failure);
		log_debug("not said: %s", phrase->text);
	}
	dispatch_ended(out->dispatch, phrase, stopped, failure != NULL);
	pump(out);
}

/* What waits is counted as it is dropped: on_line_done(). */
static void on_give_up(void *data)
{
	struct voice_outlet *out = data;
	struct phrase *phrase;
	size_t messages = scheduler_messages(dispatch_scheduler(out->dispatch),
					     SCHEDULER_ALL);

	dispatch_settle(out->dispatch);
	phrase = voice_detach(out->voice);
	if (phrase == NULL)
		return;
	out->given_up = true;
	out->unsaid = messages;
	(void)!voice_close(out->voice, NULL);
	out->voice = NULL;
	dispatch_ended(out->dispatch, phrase, false, true);
	phrase_free(phrase);
	(void)dispatch_live(out->dispatch);
	if (out->was_full)
		out->handler.room(out->handler.data);
	end_unsaid(out);
}

static void watch_silence(struct voice_outlet *out, bool works)
{
	if (works)
		watch_cancel(out->give_up);
	else if (out->settings->give_up_s > 0)
		watch_after(out->give_up, out->settings->give_up_s * 1000ULL);
}

static void on_device(void *data, bool works, const char *why)
{
	struct voice_outlet *out = data;

	dispatch_set_sound(out->dispatch, works);
	watch_silence(out, works);
	/* Nobody hears the end of the phrase: do not wait for it. */
	if (!works && out->stopping)
		tell_ended(out, NULL);
	if (works)
		log_warn("sound is back");
	else
		log_warn("no sound, trying again: %s", why);
}

static void on_instead(void *data, const char *text)
{
	struct voice_outlet *out = data;

	dispatch_set_instead(out->dispatch, text);
	log_warn("%s",
		 text[0] != '\0' ? text : "the sound device asked for works");
}

static void on_broken(void *data, const char *why, bool usage)
{
	struct voice_outlet *out = data;
	struct err e = { 0 };

	if (usage && out->more.refused(out->more.data, why))
		return;
	if (usage)
		err_usage(&e, "%s", why);
	else
		err_say(&e, EIO, "%s", why);
	tell_ended(out, &e);
}

static int start_voice(struct voice_outlet *out, struct err *e)
{
	const struct settings *s = out->settings;
	const struct voice_config config = {
		.engine = s->engine,
		.output = s->output,
		.voice = s->voice,
		.rate_wpm = (int)s->rate_wpm,
		.pitch = (int)s->pitch,
		.volume_percent = (int)s->volume_percent,
		.lead_in_ms = s->lead_in_ms,
		.channels = s->channels,
		.marks = s->serve,
	};
	const struct voice_handler handler = {
		.ready = on_ready,
		.begin = on_begin,
		.mark = on_mark,
		.want = on_want,
		.end = on_end,
		.device = on_device,
		.instead = on_instead,
		.broken = on_broken,
		.data = out,
	};

	return voice_start(out->loop, &config, &handler, &out->voice, e);
}

/* ---- what the queue does ------------------------------------------------- */

/* Skips are reported; a daemon's log is no place for what people say. */
static void on_line_done(void *data, const struct phrase *phrase,
			 enum fate fate)
{
	struct voice_outlet *out = data;

	if (out->given_up)
		out->unsaid++;
	else if (fate == FATE_SKIPPED && !out->settings->serve)
		log_warn("skipped: %s", phrase->text);
	out->handler.done(out->handler.data, phrase->input);
}

static void on_stop(void *data)
{
	struct voice_outlet *out = data;

	voice_stop(out->voice);
}

static struct phrase *on_take_back(void *data)
{
	struct voice_outlet *out = data;

	return voice_take_back(out->voice);
}

static void on_pump(void *data)
{
	pump(data);
}

/* ---- as an outlet -------------------------------------------------------- */

/*
 * Sound cards and commands take as long as the speech does; into a file or
 * into nothing it goes at once, and nothing needs to be caught up with.
 */
static bool output_takes_time(const struct settings *settings)
{
	return settings_use_sound(settings) ||
	       strncmp(settings->output, "command:", 8) == 0;
}

static void voice_outlet_say(struct outlet *outlet, struct phrase *take_phrase,
			     bool live)
{
	struct voice_outlet *out = of(outlet);

	if (out->given_up) {
		out->unsaid++;
		out->handler.done(out->handler.data, take_phrase->input);
		phrase_free(take_phrase);
		return;
	}
	dispatch_line(out->dispatch, take_phrase,
		      live && output_takes_time(out->settings));
	out->was_full |= lines_are_full(outlet);
}

static void voice_outlet_flush(struct outlet *outlet)
{
	(void)outlet;
}

static void voice_outlet_inputs_ended(struct outlet *outlet)
{
	struct voice_outlet *out = of(outlet);

	out->inputs_ended = true;
	if (out->given_up)
		end_unsaid(out);
	else
		pump(out);
}

static bool voice_outlet_stop(struct outlet *outlet)
{
	struct voice_outlet *out = of(outlet);

	if (out->stopping || out->voice == NULL ||
	    !dispatch_has_sound(out->dispatch))
		return false;
	out->stopping = true;
	/* What would follow is not said any more. */
	dispatch_settle(out->dispatch);
	pump(out);
	return true;
}

/* A WAV file gets its header now. */
static int voice_outlet_close(struct outlet *outlet, struct err *e)
{
	struct voice_outlet *out = of(outlet);
	int rc;

	if (out->voice != NULL && voice_saying(out->voice) != NULL)
		voice_stop(out->voice);
	rc = voice_close(out->voice, e);
	dispatch_free(out->dispatch);
	watch_free(out->give_up);
	free(out);
	return rc;
}

struct outlet *voice_outlet_new(struct loop *loop,
				const struct settings *keep_settings,
				const struct outlet_handler *handler,
				const struct voice_outlet_handler *more)
{
	struct voice_outlet *out = mem_new(sizeof(*out));
	const struct dispatch_handler dispatch = {
		.line_done = on_line_done,
		.take_back = on_take_back,
		.stop = on_stop,
		.pump = on_pump,
		.data = out,
	};

	out->outlet = (struct outlet){
		.say = voice_outlet_say,
		.is_full = lines_are_full,
		.flush = voice_outlet_flush,
		.inputs_ended = voice_outlet_inputs_ended,
		.stop = voice_outlet_stop,
		.close = voice_outlet_close,
	};
	out->loop = loop;
	out->give_up = loop_timer(loop, on_give_up, out);
	out->settings = keep_settings;
	out->handler = *handler;
	out->more = *more;
	out->dispatch = dispatch_new(&keep_settings->backlog,
				     keep_settings->serve, &dispatch);
	return &out->outlet;
}

int voice_outlet_start(struct outlet *outlet, struct err *e)
{
	int rc = start_voice(of(outlet), e);

	/* What came before is said now. */
	if (rc == 0)
		pump(of(outlet));
	return rc;
}

struct dispatch *voice_outlet_dispatch(struct outlet *outlet)
{
	return of(outlet)->dispatch;
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
	       a->pitch != b->pitch || a->volume_percent != b->volume_percent ||
	       a->lead_in_ms != b->lead_in_ms || a->channels != b->channels;
}

void voice_outlet_configure(struct outlet *outlet,
			    const struct settings *keep_settings)
{
	struct voice_outlet *out = of(outlet);

	out->outdated |= voice_differs(out->settings, keep_settings);
	out->settings = keep_settings;
	dispatch_configure(out->dispatch, &keep_settings->backlog);
	pump(out);
}

void voice_outlet_restart(struct outlet *outlet,
			  const struct settings *keep_settings)
{
	struct voice_outlet *out = of(outlet);
	struct phrase *phrase;

	dispatch_settle(out->dispatch);
	phrase = voice_detach(out->voice);
	out->settings = keep_settings;
	dispatch_configure(out->dispatch, &keep_settings->backlog);
	restart_voice(out);
	if (out->voice != NULL && phrase != NULL)
		voice_say(out->voice, phrase);
	else
		phrase_free(phrase);
}
