/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine_espeak.c - libespeak-ng in synchronous mode; its only user.
 *
 * Facts about 1.51 that shape this file: espeak_Cancel() does nothing here,
 * returning 1 from the callback stops; parameters leak from one text into the
 * next and are set afresh; a chunk is never shorter than 50 ms; phoneme input
 * is off, and markup and commands within a text (a byte 0x01, a number and a
 * letter) are only ever made here, as the text comes from strangers.
 */
#include "speakd/voice/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <espeak-ng/speak_lib.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/text.h"
#include "speakd/voice/espeak_run.h"
#include "speakd/voice/protocol.h"
#include "speakd/voice/script.h"

enum {
	DEFAULT_RANGE = 50,
	/* Faster, its own voice gives way to a resampler that is set only by
	 * espeak_SetParameter(). */
	NATIVE_RATE_MAX_WPM = 449,
	RANGE_MAX = 99,
	VOLUME_MAX = 200,
	SILENCE_SAMPLES = 1024,
};

struct engine {
	char *default_voice;
	char *about;
	int rate_hz;
	/* Of the text being said. */
	const struct engine_out *out;
	/* Before the run being said: of the text, of its sound, in all. */
	size_t run_bytes;
	unsigned run_ms;
	uint64_t samples;
	struct espeak_run run;
	bool marks, stopped;
	struct buf spelled; /* FORM_CHARS: our own markup; memory is kept */
};

static void tell_words(struct engine *engine, const espeak_EVENT *events)
{
	for (; events->type != espeakEVENT_LIST_TERMINATED; events++) {
		size_t chars = (size_t)events->text_position - 1;

		if (events->type != espeakEVENT_WORD ||
		    events->text_position <= 0)
			continue;
		engine->out->mark(engine->out->data,
				  engine->run_bytes +
					  espeak_run_place(&engine->run, chars),
				  engine->run_ms +
					  (unsigned)events->audio_position);
	}
}

/* Called by espeak_Synth() for each chunk, and with NULL at the end. */
static int on_chunk(short *samples, int count, espeak_EVENT *events)
{
	struct engine *engine = events->user_data;

	if (engine == NULL)
		return 0;
	if (samples != NULL && count > 0)
		engine->samples += (uint64_t)count;
	if (samples != NULL && count > 0 &&
	    engine->out->pcm(engine->out->data, samples, (size_t)count,
			     (unsigned)engine->rate_hz) != 0)
		engine->stopped = true;
	if (engine->marks && !engine->stopped)
		tell_words(engine, events);
	return engine->stopped;
}

/*
 * Its pcaudio tries the sound server first, though nothing is ever played
 * through it: a stream that costs a second on a sink that renders ahead, and a
 * server that is started where none runs. It is shown none.
 */
static int initialise_silently(void)
{
	const char *server = getenv("PULSE_SERVER");
	SCOPED_TEXT char *kept = mem_copy(server);
	int rate;

	setenv("PULSE_SERVER", "unix:/dev/null", 1);
	rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, VOICE_CHUNK_MS, NULL,
				 espeakINITIALIZE_DONT_EXIT);
	if (kept != NULL)
		setenv("PULSE_SERVER", kept, 1);
	else
		unsetenv("PULSE_SERVER");
	return rate;
}

static int initialise(int *ret_rate_hz, struct err *e)
{
	int rate = initialise_silently();

	if (rate <= 0)
		return err_say(e, ENOENT,
			       "espeak-ng: its voice data cannot be loaded "
			       "(Debian: espeak-ng-data)");
	*ret_rate_hz = rate;
	return 0;
}

static int espeak_open(struct engine **ret, const char *arg,
		       const char *default_voice, struct err *e)
{
	const char *name = *default_voice != '\0' ? default_voice : "en-us";
	struct engine *engine;
	int rate_hz = 0;
	int rc;

	(void)arg;
	rc = initialise(&rate_hz, e);
	if (rc < 0)
		return rc;
	if (espeak_SetVoiceByName(name) != EE_OK)
		return err_usage(e,
				 "espeak-ng has no voice called '%s' "
				 "(see speakd --list-voices)",
				 name);
	espeak_SetSynthCallback(on_chunk);
	engine = mem_new(sizeof(*engine));
	engine->default_voice = mem_copy(name);
	engine->about = mem_printf("espeak-ng %s", espeak_Info(NULL));
	engine->rate_hz = rate_hz;
	*ret = engine;
	return 0;
}

static int clamp(int value, int min, int max)
{
	return value < min ? min : value > max ? max : value;
}

/* What "some" and "most" name; "all" is espeak-ng's own list. */
static void set_punctuation(enum punctuation punctuation)
{
	static const wchar_t some[] = L"@#$%&*+=<>/\\^_|~";
	static const wchar_t most[] = L"@#$%&*+=<>/\\^_|~()[]{}:;\"'`-!?";
	espeak_PUNCT_TYPE type = espeakPUNCT_NONE;

	if (punctuation == PUNCTUATION_ALL)
		type = espeakPUNCT_ALL;
	else if (punctuation != PUNCTUATION_NONE)
		type = espeakPUNCT_SOME;
	if (type == espeakPUNCT_SOME)
		espeak_SetPunctuationList(
			punctuation == PUNCTUATION_SOME ? some : most);
	espeak_SetParameter(espeakPUNCTUATION, type, 0);
}

/* espeakCAPITALS: 0 nothing, 1 a click, 2 the word "capitals". */
static int capitals_of(enum capitals capitals)
{
	return capitals == CAPITALS_ICON    ? 1
	       : capitals == CAPITALS_SPELL ? 2
					    : 0;
}

/* ---- how it sounds ------------------------------------------------------- */

/* What espeak-ng is told: numbers of its own scales. */
struct sound {
	int rate_wpm, pitch, range, volume;
	enum emphasis emphasis;
};

/* Its pitch 0..99 is two octaves, with the voice's own in the middle. */
static int scaled_pitch(int pitch, unsigned percent)
{
	double steps = 50 * log2((double)percent / 100);

	return clamp((int)lround((double)pitch + steps), 0, 99);
}

/* style NULL: as the phrase says. */
static struct sound sound_of(const struct engine_params *params,
			     const struct style *style)
{
	struct style plain = { .rate_percent = 100,
			       .pitch_percent = 100,
			       .range_percent = 100,
			       .volume_percent = 100 };
	int range = params->pitch_range == PHRASE_DEFAULT ? DEFAULT_RANGE
							  : params->pitch_range;
	struct sound sound;

	if (style == NULL)
		style = &plain;
	sound.rate_wpm = clamp(params->rate_wpm * style->rate_percent / 100,
			       ENGINE_RATE_MIN_WPM, ENGINE_RATE_MAX_WPM);
	sound.pitch = scaled_pitch(params->pitch, style->pitch_percent);
	sound.range = clamp(range * style->range_percent / 100, 0, RANGE_MAX);
	sound.volume =
		clamp(params->volume_percent * style->volume_percent / 100, 0,
		      VOLUME_MAX);
	sound.emphasis = (enum emphasis)style->emphasis;
	return sound;
}

/* language with the variant of voice; false when there is none. */
static bool set_language(const char *language, const char *voice)
{
	const char *variant = strchr(language, '+') == NULL ? strchr(voice, '+')
							    : NULL;
	SCOPED_TEXT char *name = mem_printf("%s%s", language,
					    variant != NULL ? variant : "");

	return espeak_SetVoiceByName(name) == EE_OK ||
	       espeak_SetVoiceByName(language) == EE_OK;
}

static const char *phrase_voice(const struct engine *engine,
				const struct engine_params *params)
{
	return *params->voice != '\0' ? params->voice : engine->default_voice;
}

/* "en-us+f2" is English already. */
static bool is_of_language(const char *voice, const char *language)
{
	size_t n = strlen(language);

	return strncasecmp(voice, language, n) == 0 &&
	       strchr("-+", voice[n]) != NULL;
}

/* A voice that is not there must not cost the listener the line. */
static void set_voice(const struct engine *engine,
		      const struct engine_params *params, const char *other)
{
	const char *voice = phrase_voice(engine, params);
	SCOPED_TEXT char *variant = NULL;

	if (*other == '+') {
		variant = mem_printf("%.*s%s", (int)strcspn(voice, "+"), voice,
				     other);
		other = variant;
	}
	if (*other != '\0' && !is_of_language(voice, other) &&
	    set_language(other, voice))
		return;
	if (espeak_SetVoiceByName(voice) != EE_OK)
		(void)espeak_SetVoiceByName(engine->default_voice);
}

static void set_parameters(const struct engine *engine,
			   const struct engine_params *params,
			   const struct style *style)
{
	struct sound sound = sound_of(params, style);

	set_voice(engine, params, style != NULL ? style->voice : "");
	espeak_SetParameter(espeakRATE, sound.rate_wpm, 0);
	espeak_SetParameter(espeakPITCH, sound.pitch, 0);
	espeak_SetParameter(espeakRANGE, sound.range, 0);
	espeak_SetParameter(espeakVOLUME, sound.volume, 0);
	set_punctuation(params->punctuation);
	espeak_SetParameter(espeakCAPITALS, capitals_of(params->capitals), 0);
	espeak_SetParameter(espeakWORDGAP, 0, 0);
}

/* ---- saying it ----------------------------------------------------------- */

static int synthesize(struct engine *engine, const char *text, unsigned flags,
		      struct err *e)
{
	espeak_ERROR rc = espeak_Synth(text, strlen(text) + 1, 0, POS_CHARACTER,
				       0, espeakCHARS_UTF8 | flags, NULL,
				       engine);

	if (engine->stopped)
		return -ECANCELED;
	if (rc != EE_OK)
		return err_say(e, EIO, "espeak-ng failed with code %d",
			       (int)rc);
	return 0;
}

/* What follows is at at_bytes of the text, and begins now. */
static void begin_run(struct engine *engine, size_t at_bytes)
{
	espeak_run_clear(&engine->run);
	engine->run_bytes = at_bytes;
	engine->run_ms =
		(unsigned)(engine->samples * 1000 / (uint64_t)engine->rate_hz);
}

static int say_run(struct engine *engine, struct err *e)
{
	return synthesize(engine, buf_text(&engine->run.text), 0, e);
}

/*
 * Character by character, as markup of numbers: nothing of the text reaches
 * espeak-ng's parser. "tts:char" is what its own espeak_Char() uses.
 */
static int say_chars(struct engine *engine, const char *text, size_t len_bytes,
		     bool blanks, struct err *e)
{
	struct buf *out = &engine->spelled;
	bool marks = engine->marks;
	size_t pos = 0;
	int rc;

	buf_clear(out);
	while (pos < len_bytes) {
		int32_t code = text_next(text, len_bytes, &pos);

		if (code > 0 && (blanks || code != ' '))
			buf_addf(out,
				 "<say-as interpret-as=\"tts:char\">&#%d;"
				 "</say-as>",
				 (int)code);
	}
	engine->marks = false; /* of places in our markup */
	rc = synthesize(engine, buf_text(out), espeakSSML, e);
	engine->marks = marks;
	return rc;
}

/* Run by run, each in a voice that can read its script. */
static int say_scripts(struct engine *engine, const char *text, size_t at_bytes,
		       size_t end_bytes, const struct engine_params *params,
		       const struct style *style, struct err *e)
{
	const char *voice = phrase_voice(engine, params);
	int rc = 0;

	if (style != NULL && *style->voice != '\0')
		voice = style->voice;
	while (rc == 0 && at_bytes < end_bytes) {
		const char *language;
		size_t n = script_run(text + at_bytes, end_bytes - at_bytes,
				      voice, &language);

		set_parameters(engine, params, style);
		if (language != NULL && !set_language(language, voice))
			set_voice(engine, params, "");
		begin_run(engine, at_bytes);
		buf_add(&engine->run.text, text + at_bytes, n);
		rc = say_run(engine, e);
		at_bytes += n;
	}
	return rc;
}

/* ---- stretches of a text ------------------------------------------------- */

static int add_pause(struct engine *engine, unsigned ms)
{
	static const int16_t silence[SILENCE_SAMPLES];
	size_t left = (size_t)engine->rate_hz * ms / 1000;

	while (left > 0 && !engine->stopped) {
		size_t n = min_size(left, SILENCE_SAMPLES);

		if (engine->out->pcm(engine->out->data, silence, n,
				     (unsigned)engine->rate_hz) != 0)
			engine->stopped = true;
		engine->samples += n;
		left -= n;
	}
	return engine->stopped ? -ECANCELED : 0;
}

/* The sound changes within a sentence, which goes on. */
static void embed_change(struct espeak_run *run, const struct sound *was,
			 const struct sound *is)
{
	if (is->rate_wpm != was->rate_wpm)
		espeak_run_embed(run, is->rate_wpm, 'S');
	if (is->pitch != was->pitch)
		espeak_run_embed(run, is->pitch, 'P');
	if (is->range != was->range)
		espeak_run_embed(run, is->range, 'R');
	if (is->volume != was->volume)
		espeak_run_embed(run, is->volume, 'A');
	if (is->emphasis != was->emphasis)
		espeak_run_embed(run, is->emphasis, 'F');
}

/* Whether next can go on within the sentence that style began. */
static bool goes_on(const struct engine_params *params,
		    const struct style *style, const struct style *next)
{
	return next->pause_ms == 0 && !next->spelled && !style->spelled &&
	       strcmp(style->voice, next->voice) == 0 &&
	       sound_of(params, style).rate_wpm <= NATIVE_RATE_MAX_WPM &&
	       sound_of(params, next).rate_wpm <= NATIVE_RATE_MAX_WPM;
}

static size_t style_end(const struct engine_params *params, size_t number,
			size_t len_bytes)
{
	return number + 1 < params->style_count
		       ? min_size(params->styles[number + 1].from_bytes,
				  len_bytes)
		       : len_bytes;
}

/* From style number on, as far as one run goes. Returns how many styles. */
static size_t collect_run(struct engine *engine, const char *text,
			  const struct engine_params *params, size_t number)
{
	const struct style *first = &params->styles[number];
	struct sound was = sound_of(params, first);
	size_t len_bytes = strlen(text), n = 0;

	begin_run(engine, first->from_bytes);
	if (was.emphasis != EMPHASIS_DEFAULT)
		espeak_run_embed(&engine->run, was.emphasis, 'F');
	for (; number + n < params->style_count; n++) {
		const struct style *style = &first[n];
		struct sound is = sound_of(params, style);

		if (n > 0 && !goes_on(params, style - 1, style))
			break;
		if (n > 0)
			embed_change(&engine->run, &was, &is);
		was = is;
		buf_add(&engine->run.text, text + style->from_bytes,
			style_end(params, number + n, len_bytes) -
				style->from_bytes);
	}
	return n;
}

static bool is_ascii_run(const struct engine *engine)
{
	const struct buf *text = &engine->run.text;

	return text_is_ascii(buf_text(text), text->len_bytes);
}

static bool is_blank_text(const char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if (text[i] != ' ')
			return false;
	return true;
}

/* The stretch that begins with style number. Returns how many were said. */
static int say_styled(struct engine *engine, const char *text,
		      const struct engine_params *params, size_t number,
		      struct err *e)
{
	const struct style *style = &params->styles[number];
	size_t from = style->from_bytes;
	size_t end = style_end(params, number, strlen(text));
	size_t n = 1;
	int rc = add_pause(engine, style->pause_ms);

	if (rc < 0 || is_blank_text(text + from, end - from))
		return rc < 0 ? rc : 1;
	set_parameters(engine, params, style);
	if (style->spelled) {
		rc = say_chars(engine, text + from, end - from, false, e);
	} else {
		n = collect_run(engine, text, params, number);
		if (params->by_script && !is_ascii_run(engine)) {
			n = 1;
			rc = say_scripts(engine, text, from, end, params, style,
					 e);
		} else {
			rc = say_run(engine, e);
		}
	}
	return rc < 0 ? rc : (int)n;
}

/* What no style says anything of. */
static int say_plain(struct engine *engine, const char *text, size_t len_bytes,
		     const struct engine_params *params, struct err *e)
{
	if (params->form == FORM_CHARS) {
		set_parameters(engine, params, NULL);
		return say_chars(engine, text, len_bytes, true, e);
	}
	if (params->by_script && !text_is_ascii(text, len_bytes))
		return say_scripts(engine, text, 0, len_bytes, params, NULL, e);
	set_parameters(engine, params, NULL);
	begin_run(engine, 0);
	buf_add(&engine->run.text, text, len_bytes);
	return say_run(engine, e);
}

static bool are_in_order(const struct engine_params *params, size_t len_bytes)
{
	for (size_t i = 0; i < params->style_count; i++)
		if (params->styles[i].from_bytes > len_bytes ||
		    (i > 0 && params->styles[i].from_bytes <
				      params->styles[i - 1].from_bytes))
			return false;
	return true;
}

static int espeak_speak(struct engine *engine, const char *text,
			const struct engine_params *params,
			const struct engine_out *out, struct err *e)
{
	size_t len_bytes = strlen(text), number = 0, front = len_bytes;
	int rc = 0;

	engine->out = out;
	engine->samples = 0;
	engine->marks = params->marks;
	engine->stopped = false;
	if (params->style_count > 0 && params->form == FORM_TEXT &&
	    are_in_order(params, len_bytes))
		front = params->styles[0].from_bytes;
	if (front > 0 || len_bytes == 0)
		rc = say_plain(engine, text, front, params, e);
	while (rc >= 0 && front < len_bytes && number < params->style_count) {
		rc = say_styled(engine, text, params, number, e);
		if (rc > 0)
			number += (size_t)rc;
	}
	return rc < 0 ? rc : 0;
}

static const char *espeak_about(const struct engine *engine)
{
	return engine->about;
}

static void espeak_close(struct engine *engine)
{
	espeak_Terminate();
	free(engine->default_voice);
	free(engine->about);
	buf_fini(&engine->spelled);
	espeak_run_fini(&engine->run);
	free(engine);
}

const struct engine_kind engine_espeak = {
	.lead_ms = 250,
	.open = espeak_open,
	.speak = espeak_speak,
	.about = espeak_about,
	.close = espeak_close,
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t count_voices(const espeak_VOICE **voices)
{
	size_t count = 0;

	while (voices[count] != NULL)
		count++;
	return count;
}

/* In front of a language's name is a byte that tells how well it fits. */
static char *voice_line(const espeak_VOICE *voice, bool is_variant)
{
	static const char *const genders[] = { "-", "male", "female" };
	const char *gender = voice->gender < COUNT_OF(genders)
				     ? genders[voice->gender]
				     : "-";
	const char *base = strrchr(voice->identifier, '/');

	if (is_variant)
		return mem_printf("+%s\tvariant\t%s",
				  base != NULL ? base + 1 : voice->identifier,
				  gender);
	return mem_printf("%s\t%s\t%s", voice->languages + 1, voice->name,
			  gender);
}

static void list_some(FILE *out, espeak_VOICE *kind)
{
	const espeak_VOICE **voices = espeak_ListVoices(kind);
	size_t count = count_voices(voices);
	char **lines = mem_new((count + 1) * sizeof(*lines));

	for (size_t i = 0; i < count; i++)
		lines[i] = voice_line(voices[i], kind != NULL);
	qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
}

int engine_espeak_list(FILE *out, struct err *e)
{
	espeak_VOICE variants = { .languages = "variant" };
	int rate_hz = 0;
	int rc = initialise(&rate_hz, e);

	if (rc < 0)
		return rc;
	list_some(out, NULL);
	list_some(out, &variants);
	espeak_Terminate();
	if (fflush(out) != 0)
		return err_set(e, errno, "write the list of voices");
	return 0;
}
