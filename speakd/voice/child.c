/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/child.h"

#include <string.h>

#include "core/clock.h"
#include "core/mem.h"
#include "speakd/queue/phrase.h"
#include "speakd/voice/cue.h"
#include "speakd/voice/trim.h"

enum { RETRY_FIRST_MS = 250, RETRY_LAST_MS = 5000 };

struct voice_child {
	struct control *control;
	const struct engine_kind *engine_kind;
	struct engine *engine;
	const struct sink_kind *sink_kind;
	struct sink *sink;
	bool marks;
	/* Of the phrase being said. */
	const struct control_phrase *phrase;
	struct trim trim;
	unsigned rate_hz;
	uint64_t frames;
	bool begun_told;
	enum sink_result result; /* why the sound ended, SINK_OK: it did not */
	struct err e;
};

static const struct {
	const char *name;
	const struct sink_kind *kind;
} sinks[] = {
	{ "alsa", &sink_alsa },
	{ "wav", &sink_wav },
	{ "null", &sink_null },
	{ "command", &sink_command },
};

static const struct {
	const char *name;
	const struct engine_kind *kind;
} engines[] = {
	{ "espeak-ng", &engine_espeak },
	{ "command", &engine_command },
};

/* "NAME" or "NAME:ARG". Returns ARG, or NULL when it is another name. */
static const char *arg_of(const char *spec, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(spec, name, n) != 0)
		return NULL;
	return spec[n] == ':'	 ? spec + n + 1
	       : spec[n] == '\0' ? spec + n
				 : NULL;
}

static int open_sink(struct voice_child *child,
		     const struct child_config *config, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(sinks); i++) {
		const char *arg = arg_of(config->output, sinks[i].name);

		if (arg == NULL)
			continue;
		child->sink_kind = sinks[i].kind;
		return child->sink_kind->open(&child->sink, arg, config->again,
					      child->control, e);
	}
	return err_usage(e,
			 "output '%s' is not alsa[:DEVICE], wav:FILE, null or "
			 "command:SHELL-COMMAND",
			 config->output);
}

static int open_engine(struct voice_child *child,
		       const struct child_config *config, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(engines); i++) {
		const char *arg = arg_of(config->engine, engines[i].name);

		if (arg == NULL)
			continue;
		child->engine_kind = engines[i].kind;
		return child->engine_kind->open(
			&child->engine, arg, config->voice, child->control, e);
	}
	return err_usage(e,
			 "engine '%s' is not espeak-ng or "
			 "command:SHELL-COMMAND",
			 config->engine);
}

/* Samples for the sink. Non-zero ends the phrase; result tells why. */
static int play(void *data, const int16_t *samples, size_t count)
{
	struct voice_child *child = data;

	control_stage(child->control, VOICE_IN_SINK);
	child->result = child->sink_kind->write(child->sink, samples, count,
						&child->e);
	control_stage(child->control, VOICE_IN_ENGINE);
	if (child->result != SINK_OK)
		return -ECANCELED;
	child->frames += count;
	if (!child->begun_told) {
		child->begun_told = true;
		control_tell(child->control,
			     (struct voice_event){ .kind = VOICE_BEGIN }, NULL);
	}
	/* A sink that never waits would never hear of a STOP. */
	if (control_wait(child->control, NULL, 0, 0) < 0) {
		child->result = SINK_STOPPED;
		return -ECANCELED;
	}
	return 0;
}

static int play_cue(struct voice_child *child)
{
	size_t count = cue_samples(child->rate_hz);
	int16_t *samples = mem_new(count * sizeof(*samples));
	int rc;

	cue_make(samples, child->rate_hz, child->phrase->head.volume_percent);
	rc = play(child, samples, count);
	free(samples);
	return rc;
}

static enum sink_result start_sink(struct voice_child *child)
{
	enum sink_result result;

	control_stage(child->control, VOICE_IN_SINK);
	result = child->sink_kind->start(child->sink, child->rate_hz,
					 &child->e);
	if (result == SINK_OK)
		control_device(child->control, true, "sound is back");
	control_stage(child->control, VOICE_IN_ENGINE);
	return result;
}

/* The first samples tell the rate: only now can the device be opened. */
static int begin_sound(struct voice_child *child, unsigned rate_hz)
{
	child->rate_hz = rate_hz;
	child->result = start_sink(child);
	if (child->result != SINK_OK)
		return -ECANCELED;
	trim_init(&child->trim, rate_hz, play, child);
	return child->phrase->head.cue == CUE_HIGHLIGHT ? play_cue(child) : 0;
}

static int on_pcm(void *data, const int16_t *samples, size_t count,
		  unsigned rate_hz)
{
	struct voice_child *child = data;
	int rc = 0;

	if (child->trim.held == NULL)
		rc = begin_sound(child, rate_hz);
	return rc < 0 ? rc : trim_feed(&child->trim, samples, count);
}

static void on_mark(void *data, size_t offset_bytes)
{
	struct voice_child *child = data;

	control_tell(child->control,
		     (struct voice_event){ .kind = VOICE_MARK,
					   .value = offset_bytes },
		     NULL);
}

/*
 * Make the sound and hear it out. 0, or -errno: the engine failed; what the
 * sink said is in result.
 */
static int attempt(struct voice_child *child)
{
	const struct control_phrase *phrase = child->phrase;
	struct engine_params params = {
		.voice = phrase->voice,
		.rate_wpm = phrase->head.rate_wpm,
		.pitch = phrase->head.pitch,
		.volume_percent = phrase->head.volume_percent,
		.pitch_range = phrase->head.pitch_range,
		.form = (enum phrase_form)phrase->head.form,
		.punctuation = (enum punctuation)phrase->head.punctuation,
		.capitals = (enum capitals)phrase->head.capitals,
		.marks = child->marks,
	};
	struct engine_out out = { on_pcm, on_mark, child };
	int rc;

	child->result = SINK_OK;
	child->frames = 0;
	control_stage(child->control, VOICE_IN_ENGINE);
	rc = child->engine_kind->speak(child->engine, phrase->text, &params,
				       &out, &child->e);
	if (rc == 0 && child->trim.held != NULL)
		rc = trim_end(&child->trim);
	control_stage(child->control, VOICE_IN_SINK);
	if (rc == 0 && child->frames > 0)
		child->result = child->sink_kind->drain(child->sink, &child->e);
	/* The engine command was told to stop while it was waited for. */
	if (rc == -ECANCELED && child->result == SINK_OK)
		child->result = SINK_STOPPED;
	if (child->result == SINK_STOPPED || (rc < 0 && rc != -ECANCELED))
		child->sink_kind->stop(child->sink);
	trim_fini(&child->trim);
	return rc == -ECANCELED ? 0 : rc;
}

/* Try to open the device until it works; SINK_OK then. */
static enum sink_result wait_for_device(struct voice_child *child)
{
	char why[ERR_TEXT_BYTES + 128];
	int delay_ms = RETRY_FIRST_MS;
	enum sink_result result = SINK_LOST;

	control_device(child->control, false,
		       err_text(&child->e, why, sizeof(why)));
	while (result == SINK_LOST) {
		if (control_wait(child->control, NULL, 0, delay_ms) < 0)
			return SINK_STOPPED;
		delay_ms = delay_ms * 2 < RETRY_LAST_MS ? delay_ms * 2
							: RETRY_LAST_MS;
		result = start_sink(child);
		control_stage(child->control, VOICE_IN_SINK);
	}
	return result;
}

static void tell_end(struct voice_child *child, bool stopped)
{
	uint64_t audio_ms = child->rate_hz > 0
				    ? child->frames * 1000 / child->rate_hz
				    : 0;

	control_tell(child->control,
		     (struct voice_event){ .kind = VOICE_END,
					   .stopped = stopped,
					   .audio_ms = audio_ms },
		     NULL);
}

static void tell_why(struct voice_child *child, enum voice_event_kind kind,
		     const struct err *e)
{
	char why[ERR_TEXT_BYTES + 128];

	control_tell(child->control,
		     (struct voice_event){ .kind = kind, .value = e->usage },
		     err_text(e, why, sizeof(why)));
}

/* Say one phrase and tell how it went. False: nothing can be said any more. */
static bool say(struct voice_child *child, const struct control_phrase *phrase)
{
	int rc;

	child->phrase = phrase;
	child->begun_told = false;
	child->e = (struct err){ 0 };
	do {
		rc = attempt(child);
		/* From its beginning, when there is sound again. */
		if (rc == 0 && child->result == SINK_LOST) {
			child->result = wait_for_device(child);
			if (child->result == SINK_OK)
				child->result = SINK_LOST;
		}
	} while (rc == 0 && child->result == SINK_LOST);
	control_stage(child->control, VOICE_IDLE);
	if (child->result == SINK_BROKEN)
		tell_why(child, VOICE_BROKEN, &child->e);
	else if (rc < 0 || child->result == SINK_REFUSED)
		tell_why(child, VOICE_FAILED, &child->e);
	else
		tell_end(child, child->result == SINK_STOPPED);
	return child->result != SINK_BROKEN;
}

/* False when the output broke. */
static bool serve(struct voice_child *child)
{
	static struct control_phrase phrase; /* 16 KiB, too much for a stack */
	int timeout_ms = CONTROL_FOREVER_MS;

	for (;;) {
		int rc = control_next(child->control, timeout_ms, &phrase);

		if (rc < 0)
			return true;
		if (rc == 0) {
			child->sink_kind->idle(child->sink);
			timeout_ms = CONTROL_FOREVER_MS;
			continue;
		}
		if (!say(child, &phrase))
			return false;
		timeout_ms = SINK_IDLE_MS;
	}
}

int child_serve(struct control *control, const struct child_config *config)
{
	struct voice_child child = { .control = control,
				     .marks = config->marks };
	struct err e = { 0 };
	bool good = false;

	if (open_sink(&child, config, &e) < 0 ||
	    open_engine(&child, config, &e) < 0) {
		tell_why(&child, VOICE_BROKEN, &e);
	} else {
		control_tell(control,
			     (struct voice_event){ .kind = VOICE_READY },
			     child.engine_kind->about(child.engine));
		good = serve(&child);
	}
	if (child.engine != NULL)
		child.engine_kind->close(child.engine);
	if (child.sink != NULL && child.sink_kind->close(child.sink, &e) < 0 &&
	    good) {
		tell_why(&child, VOICE_BROKEN, &e);
		good = false;
	}
	return good ? 0 : 1;
}
