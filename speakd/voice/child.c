/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/child.h"

#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "speakd/queue/phrase.h"
#include "speakd/voice/arg.h"
#include "speakd/voice/cue.h"
#include "speakd/voice/player.h"
#include "speakd/voice/resample.h"
#include "speakd/voice/sound_file.h"
#include "speakd/voice/trim.h"

enum {
	SOUND_RATE_HZ = 22050,
	RETRY_FIRST_MS = 250,
	RETRY_LAST_MS = 5000,
	LEAD_LEAST_MS = 30
};

/* A phrase that the parent waits for. */
struct said {
	struct control_phrase phrase;
	bool made; /* its sound is with the player */
};

struct voice_child {
	struct control *control;
	struct engines engines;
	struct player player;
	bool marks;
	/* The one being heard, and the next; said[0] ends first. */
	struct said *said[PLAYER_PARTS_MAX]; /* owned */
	size_t count;
	bool wanted; /* WANT was reported for the last of them */
	/* Of the phrase being made. */
	const struct said *making;
	struct trim trim;
	struct resample resample; /* where a sound has another rate */
	unsigned its_rate_hz; /* of what comes now; 0: nothing came yet */
	uint64_t cue_frames;
	unsigned rate_hz; /* of the stream; 0: no sound came yet */
	bool has_sound; /* the same */
	bool dropped; /* it was stopped or retracted meanwhile */
	enum sink_result result; /* why the sound ended, SINK_OK: it did not */
	struct err e;
};

static const struct {
	const char *name;
	const struct sink_kind *kind;
} sinks[] = {
	{ "auto", &sink_auto }, { "pulse", &sink_pulse },
	{ "alsa", &sink_alsa }, { "wav", &sink_wav },
	{ "null", &sink_null }, { "command", &sink_command },
};

/* ---- what the parent asks for -------------------------------------------- */

static struct said *last_said(const struct voice_child *child)
{
	return child->count > 0 ? child->said[child->count - 1] : NULL;
}

static void forget(struct voice_child *child, size_t number)
{
	if (child->said[number] == child->making)
		child->dropped = true;
	else
		free(child->said[number]);
	child->count--;
	for (size_t i = number; i < child->count; i++)
		child->said[i] = child->said[i + 1];
}

/* The player has reported it. */
static void on_ended(void *data, uint64_t id)
{
	struct voice_child *child = data;

	if (child->count > 0 && child->said[0]->phrase.head.id == id)
		forget(child, 0);
}

static void take_phrase(struct voice_child *child)
{
	struct control *control = child->control;
	struct said *said;

	control->has_phrase = false;
	if (child->count == PLAYER_PARTS_MAX)
		return;
	said = mem_new(sizeof(*said));
	said->phrase = control->inbox;
	child->said[child->count++] = said;
	child->wanted = false;
}

static void tell_stopped(struct voice_child *child, uint64_t id)
{
	control_tell(child->control,
		     (struct voice_event){
			     .kind = VOICE_END, .id = id, .stopped = true },
		     NULL);
}

/* A STOP that crossed the END of its phrase is for nobody. */
static void stop(struct voice_child *child)
{
	uint64_t id = child->control->stop_id;

	child->control->stop_id = 0;
	if (child->count == 0 || child->said[0]->phrase.head.id != id)
		return;
	player_stop(&child->player);
	while (child->count > 0) {
		tell_stopped(child, child->said[0]->phrase.head.id);
		forget(child, 0);
	}
}

static void retract(struct voice_child *child)
{
	uint64_t id = child->control->retract_id;

	child->control->retract_id = 0;
	if (child->count == 0 || last_said(child)->phrase.head.id != id)
		return;
	if (child->count == 1) {
		/* It has just begun to be heard. */
		player_stop(&child->player);
		forget(child, 0);
		return;
	}
	(void)player_retract(&child->player, id);
	forget(child, child->count - 1);
	child->wanted = true;
}

/* True when what is being made is to end. */
static bool on_request(void *data)
{
	struct voice_child *child = data;

	if (child->control->has_phrase)
		take_phrase(child);
	if (child->control->stop_id != 0)
		stop(child);
	if (child->control->retract_id != 0)
		retract(child);
	return child->control->quit || child->dropped;
}

/* ---- making sound -------------------------------------------------------- */

static void stage(struct voice_child *child, enum voice_stage where)
{
	control_stage(child->control, where,
		      child->making != NULL ? child->making->phrase.head.id
					    : 0);
}

static int keep_result(struct voice_child *child, enum sink_result result)
{
	child->result = result;
	if (result != SINK_OK && result != SINK_STOPPED)
		child->e = child->player.e;
	return result == SINK_OK ? 0 : -ECANCELED;
}

/* Samples for the player. Non-zero ends the phrase; result tells why. */
static int play(void *data, const int16_t *samples, size_t count)
{
	struct voice_child *child = data;
	enum sink_result result;

	stage(child, VOICE_IN_SINK);
	result = player_add(&child->player, samples, count);
	/* A sink that never waits would never hear of a STOP. */
	if (result == SINK_OK &&
	    control_wait(child->control, NULL, 0, 0) == -ECANCELED &&
	    on_request(child))
		result = SINK_STOPPED;
	stage(child, VOICE_IN_ENGINE);
	return keep_result(child, result);
}

static int play_cue(struct voice_child *child)
{
	size_t count = cue_samples(child->rate_hz);
	int16_t *samples = mem_new(count * sizeof(*samples));
	int rc;

	cue_make(samples, child->rate_hz,
		 child->making->phrase.head.volume_percent);
	child->cue_frames = count;
	rc = play(child, samples, count);
	free(samples);
	return rc;
}

static int feed_trim(void *data, const int16_t *samples, size_t count)
{
	struct voice_child *child = data;

	return trim_feed(&child->trim, samples, count);
}

/* The first samples tell the rate: only now can the device be opened. */
static int begin_sound(struct voice_child *child, unsigned rate_hz)
{
	const struct voice_request *head = &child->making->phrase.head;
	int rc;

	child->rate_hz = rate_hz;
	trim_init(&child->trim, rate_hz, head->volume_percent, play, child);
	stage(child, VOICE_IN_SINK);
	rc = keep_result(child, player_begin(&child->player, rate_hz,
					     head->gap_ms, head->lead_in_ms));
	stage(child, VOICE_IN_ENGINE);
	if (rc == 0 && head->cue == CUE_HIGHLIGHT)
		rc = play_cue(child);
	return rc;
}

/* What comes has another rate from here on than what came before. */
static int turn_to(struct voice_child *child, unsigned its_rate_hz)
{
	int rc = child->resample.fn != NULL ? resample_end(&child->resample)
					    : 0;

	child->resample.fn = NULL;
	child->its_rate_hz = its_rate_hz;
	if (rc == 0 && its_rate_hz != child->rate_hz)
		resample_init(&child->resample, its_rate_hz, child->rate_hz,
			      feed_trim, child);
	return rc;
}

static int take_samples(struct voice_child *child, const int16_t *samples,
			size_t count, unsigned its_rate_hz,
			unsigned fresh_rate_hz)
{
	int rc = 0;

	if (child->rate_hz == 0)
		rc = begin_sound(child, child->player.format.rate_hz > 0
						? child->player.format.rate_hz
						: fresh_rate_hz);
	if (rc == 0 && child->its_rate_hz != its_rate_hz)
		rc = turn_to(child, its_rate_hz);
	if (rc != 0)
		return rc;
	return child->resample.fn != NULL
		       ? resample_feed(&child->resample, samples, count)
		       : trim_feed(&child->trim, samples, count);
}

/* Of an engine: a stream that is begun with it has its rate. */
static int on_pcm(void *data, const int16_t *samples, size_t count,
		  unsigned rate_hz)
{
	struct voice_child *child = data;

	child->has_sound = true;
	return take_samples(child, samples, count, rate_hz, rate_hz);
}

/* Of a file: it would be a poor rate for the speech that follows. */
static int on_file(void *data, const int16_t *samples, size_t count,
		   unsigned rate_hz)
{
	struct voice_child *child = data;

	return take_samples(child, samples, count, rate_hz, SOUND_RATE_HZ);
}

/* Counted in the engine's sound, of which the front may have been taken. */
static void on_mark(void *data, size_t offset_bytes, unsigned ms)
{
	struct voice_child *child = data;
	uint64_t at = (uint64_t)child->rate_hz * ms / 1000;

	at = at > child->trim.lead ? at - child->trim.lead : 0;
	player_mark(&child->player, at + child->cue_frames, offset_bytes);
}

/* Sound goes on while an engine is waited for. */
static int on_wait(void *data, struct pollfd *fds, size_t count, int timeout_ms)
{
	struct voice_child *child = data;
	uint64_t until_ms = clock_ms() + (uint64_t)(unsigned)timeout_ms;

	for (;;) {
		uint64_t now_ms = clock_ms();
		int rc;

		if (keep_result(child, player_pump(&child->player)) < 0)
			return -ECANCELED;
		rc = player_wait(&child->player, fds, count,
				 now_ms < until_ms ? (int)(until_ms - now_ms)
						   : 0);
		if (rc > 0)
			for (size_t i = 0; i < count; i++)
				if (fds[i].revents != 0)
					return rc;
		if (rc < 0 && on_request(child)) {
			child->result = SINK_STOPPED;
			return -ECANCELED;
		}
		if (clock_ms() >= until_ms)
			return 0;
	}
}

/* The sound of a file, in front of the text or for it. True: it was heard. */
static bool play_file(struct voice_child *child,
		      const struct control_phrase *phrase)
{
	struct err e = { 0 };
	char why[ERR_TEXT_BYTES + 128];
	int rc;

	if (*phrase->sound == '\0')
		return false;
	/* A file is as loud as it goes already. */
	rc = sound_file_play(phrase->sound,
			     phrase->head.volume_percent < 100
				     ? phrase->head.volume_percent
				     : 100,
			     on_file, child, &e);
	if (rc < 0 && rc != -ECANCELED)
		log_warn("sound %s", err_text(&e, why, sizeof(why)));
	return rc == 0 || rc == -ECANCELED;
}

static int run_engine(struct voice_child *child, const struct said *said)
{
	const struct control_phrase *phrase = &said->phrase;
	struct engine_params params = {
		.voice = phrase->voice,
		.rate_wpm = phrase->head.rate_wpm,
		.pitch = phrase->head.pitch,
		.volume_percent = phrase->head.volume_percent,
		.pitch_range = phrase->head.pitch_range,
		.form = phrase->head.form == FORM_CHARS ? FORM_CHARS
							: FORM_TEXT,
		.punctuation = (enum punctuation)phrase->head.punctuation,
		.by_script = phrase->head.by_script != 0,
		.capitals = (enum capitals)phrase->head.capitals,
		.marks = child->marks,
		.styles = phrase->styles,
		.style_count = phrase->head.style_count,
	};
	struct engine_out out = { on_pcm, on_mark, on_wait, child };
	int rc = 0;

	if (!play_file(child, phrase) || phrase->head.form != FORM_SOUND)
		rc = engines_speak(&child->engines, phrase->head.engine,
				   phrase->text, &params, &out,
				   &child->has_sound, &child->e);
	if (rc == 0 && child->rate_hz > 0 && child->resample.fn != NULL)
		rc = resample_end(&child->resample);
	if (rc == 0 && child->rate_hz > 0)
		rc = trim_end(&child->trim);
	trim_fini(&child->trim);
	return rc == -ECANCELED ? 0 : rc;
}

static char *why_of(const struct err *e)
{
	char why[ERR_TEXT_BYTES + 128];

	return mem_copy(err_text(e, why, sizeof(why)));
}

/* Make the sound of one phrase, as far as it is not dropped meanwhile. */
static void make(struct voice_child *child, struct said *said)
{
	int rc;

	child->making = said;
	child->dropped = false;
	child->rate_hz = 0;
	child->its_rate_hz = 0;
	child->resample.fn = NULL;
	child->has_sound = false;
	child->cue_frames = 0;
	child->result = SINK_OK;
	child->e = (struct err){ 0 };
	player_open(&child->player, said->phrase.head.id,
		    said->phrase.head.place);
	stage(child, VOICE_IN_ENGINE);
	rc = run_engine(child, said);
	child->making = NULL;
	stage(child, VOICE_IN_SINK);
	if (child->dropped) {
		free(said);
		child->result = SINK_OK;
		return;
	}
	if (child->result == SINK_LOST || child->result == SINK_BROKEN ||
	    child->result == SINK_STOPPED)
		return;
	player_close(&child->player, rc < 0 || child->result == SINK_REFUSED
					     ? why_of(&child->e)
					     : NULL);
	child->result = SINK_OK;
	said->made = true;
}

/* ---- the device ---------------------------------------------------------- */

static void tell_why(struct voice_child *child, enum voice_event_kind kind,
		     const struct err *e)
{
	char why[ERR_TEXT_BYTES + 128];

	control_tell(child->control,
		     (struct voice_event){ .kind = kind, .value = e->usage },
		     err_text(e, why, sizeof(why)));
}

/* All is said again from its beginning when there is sound again. */
static void wait_for_device(struct voice_child *child)
{
	struct sink_format format = child->player.format;
	char why[ERR_TEXT_BYTES + 128];
	int delay_ms = RETRY_FIRST_MS;

	player_forget(&child->player);
	for (size_t i = 0; i < child->count; i++)
		child->said[i]->made = false;
	if (child->count > 0)
		control_device(child->control, false,
			       err_text(&child->e, why, sizeof(why)));
	if (format.rate_hz == 0)
		format.rate_hz = child->rate_hz;
	while (child->count > 0 && !child->control->quit) {
		uint64_t until_ms = clock_ms() + (uint64_t)delay_ms;

		while (clock_ms() < until_ms && child->count > 0 &&
		       !child->control->quit)
			if (control_wait(child->control, NULL, 0,
					 (int)(until_ms - clock_ms())) < 0)
				on_request(child);
		if (child->player.kind->start(child->player.sink, &format,
					      &child->e) == SINK_OK)
			return;
		delay_ms = delay_ms * 2 < RETRY_LAST_MS ? delay_ms * 2
							: RETRY_LAST_MS;
	}
}

/* False when the output broke. */
static bool see_to(struct voice_child *child, enum sink_result result)
{
	if (result == SINK_BROKEN) {
		tell_why(child, VOICE_BROKEN, &child->e);
		return false;
	}
	if (result == SINK_LOST)
		wait_for_device(child);
	return true;
}

/* ---- at work ------------------------------------------------------------- */

static struct said *next_to_make(const struct voice_child *child)
{
	for (size_t i = 0; i < child->count; i++)
		if (!child->said[i]->made)
			return child->said[i];
	return NULL;
}

static unsigned want_ms(const struct voice_child *child)
{
	const struct said *last = last_said(child);

	return engines_lead_ms(&child->engines,
			       last != NULL ? last->phrase.head.engine : 0);
}

/* Soon the last phrase will have been heard: the next may be made now. */
static void tell_want(struct voice_child *child)
{
	struct said *last = last_said(child);

	if (child->count != 1 || last == NULL || child->wanted || !last->made ||
	    player_left_ms(&child->player) > want_ms(child))
		return;
	child->wanted = true;
	control_tell(child->control,
		     (struct voice_event){ .kind = VOICE_WANT,
					   .id = last->phrase.head.id },
		     NULL);
}

/* How long to wait at most: until the next is wanted, or the device is let go.
 */
static int rest_ms(const struct voice_child *child, uint64_t idle_ms)
{
	unsigned left_ms = player_left_ms(&child->player);
	uint64_t now_ms = clock_ms();

	if (child->count == 1 && !child->wanted)
		return left_ms > want_ms(child)
			       ? (int)(left_ms - want_ms(child))
			       : LEAD_LEAST_MS;
	if (child->count > 0 || idle_ms == 0)
		return CONTROL_FOREVER_MS;
	return idle_ms > now_ms ? (int)(idle_ms - now_ms) : 0;
}

/* False when the output broke. */
static bool serve(struct voice_child *child)
{
	struct control *control = child->control;
	uint64_t idle_ms = 0; /* when to let go of the device; 0: it is */

	while (!control->quit) {
		struct said *said = next_to_make(child);

		if (said != NULL)
			make(child, said);
		else
			child->result = SINK_OK;
		if (child->result == SINK_OK &&
		    keep_result(child, player_pump(&child->player)) < 0 &&
		    child->result == SINK_STOPPED)
			child->result = SINK_OK;
		if (!see_to(child, child->result))
			return false;
		if (control_is_called(control))
			on_request(child);
		tell_want(child);
		if (next_to_make(child) != NULL)
			continue;
		/* What was stopped while it was made has opened it, too. */
		if (child->count > 0 || said != NULL)
			idle_ms = clock_ms() + SINK_IDLE_MS;
		if (child->count == 0)
			control_stage(control, VOICE_IDLE, 0);
		if (child->count == 0 && idle_ms > 0 && clock_ms() >= idle_ms) {
			player_idle(&child->player);
			idle_ms = 0;
		}
		control->is_idle = child->count == 0 && idle_ms == 0;
		if (player_wait(&child->player, NULL, 0,
				rest_ms(child, idle_ms)) < 0)
			on_request(child);
	}
	return true;
}

/* ---- the whole ----------------------------------------------------------- */

int child_open_sink(struct control *control, const struct child_config *config,
		    const struct sink_kind **ret_kind, struct sink **ret,
		    struct err *e)
{
	const char *output = strcmp(config->output, "alsa") == 0
				     ? "auto:alsa"
				     : config->output;

	for (size_t i = 0; i < COUNT_OF(sinks); i++) {
		const char *arg = arg_of(output, sinks[i].name);

		if (arg == NULL)
			continue;
		*ret_kind = sinks[i].kind;
		return sinks[i].kind->open(ret, arg, config->again, control, e);
	}
	return err_usage(e, "unknown output '%s'", config->output);
}

static int open_sink(struct voice_child *child,
		     const struct child_config *config, struct err *e)
{
	const struct sink_kind *kind = NULL;
	struct sink *sink = NULL;
	int rc = child_open_sink(child->control, config, &kind, &sink, e);

	if (rc < 0)
		return rc;
	player_init(&child->player, child->control, kind, sink, on_ended,
		    on_request, child);
	child->player.format.channels = config->channels;
	return 0;
}

static int close_sink(struct voice_child *child, struct err *e)
{
	struct player *player = &child->player;

	return player->sink != NULL ? player->kind->close(player->sink, e) : 0;
}

int child_serve(struct control *control, const struct child_config *config)
{
	struct voice_child child = { .control = control,
				     .marks = config->marks };
	struct err e = { 0 };
	bool good = false;

	/* The engine first: a voice that it has not must not cost a file. */
	if (engines_open(&child.engines, config->engines, config->engine_count,
			 config->voice, &e) < 0 ||
	    open_sink(&child, config, &e) < 0) {
		tell_why(&child, VOICE_BROKEN, &e);
	} else {
		control_tell(control,
			     (struct voice_event){ .kind = VOICE_READY },
			     engines_about(&child.engines));
		good = serve(&child);
	}
	engines_close(&child.engines);
	if (close_sink(&child, &e) < 0 && good) {
		tell_why(&child, VOICE_BROKEN, &e);
		good = false;
	}
	while (child.count > 0)
		free(child.said[--child.count]);
	player_fini(&child.player);
	return good ? 0 : 1;
}
