/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine_espeak.c - libespeak-ng in synchronous mode; its only user.
 *
 * Facts about 1.51 that shape this file: espeak_Cancel() does nothing here,
 * returning 1 from the callback stops; parameters leak from one text into the
 * next and are set afresh; a chunk is never shorter than 50 ms; phoneme input
 * is off and markup only ever made here, as the text comes from strangers.
 */
#include "speakd/voice/engine.h"

#include <stdlib.h>
#include <string.h>

#include <espeak-ng/speak_lib.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/text.h"
#include "speakd/voice/protocol.h"
#include "speakd/voice/script.h"

enum { DEFAULT_RANGE = 50 };

struct engine {
	char *default_voice;
	char *about;
	int rate_hz;
	/* Of the text being said. */
	const struct engine_out *out;
	const char *text;
	size_t text_bytes;
	size_t mark_chars, mark_bytes; /* the last word's place, both ways */
	/* Before the run being said: of the text, of its sound, in all. */
	size_t run_bytes;
	unsigned run_ms;
	uint64_t samples;
	struct buf run; /* one run; memory is kept */
	bool marks, stopped;
	struct buf spelled; /* FORM_CHARS: our own markup; memory is kept */
};

/* Bytes in front of the code point number chars. Words come in order. */
static size_t offset_of(struct engine *engine, size_t chars)
{
	size_t at = engine->mark_bytes, n = engine->mark_chars;

	if (chars < n)
		at = n = 0;
	for (; n < chars && at < engine->text_bytes; n++) {
		at++;
		while (((unsigned char)engine->text[at] & 0xc0) == 0x80)
			at++;
	}
	engine->mark_chars = n;
	engine->mark_bytes = at;
	return at;
}

static void tell_words(struct engine *engine, const espeak_EVENT *events)
{
	for (; events->type != espeakEVENT_LIST_TERMINATED; events++)
		if (events->type == espeakEVENT_WORD &&
		    events->text_position > 0)
			engine->out->mark(
				engine->out->data,
				engine->run_bytes +
					offset_of(
						engine,
						(size_t)events->text_position -
							1),
				engine->run_ms +
					(unsigned)events->audio_position);
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

/* A voice that is not there must not cost the listener the line. */
static void set_parameters(const struct engine *engine,
			   const struct engine_params *params)
{
	if (*params->voice == '\0' ||
	    espeak_SetVoiceByName(params->voice) != EE_OK)
		(void)espeak_SetVoiceByName(engine->default_voice);
	espeak_SetParameter(espeakRATE,
			    clamp(params->rate_wpm, ENGINE_RATE_MIN_WPM,
				  ENGINE_RATE_MAX_WPM),
			    0);
	espeak_SetParameter(espeakPITCH, clamp(params->pitch, 0, 99), 0);
	espeak_SetParameter(espeakRANGE,
			    params->pitch_range == PHRASE_DEFAULT
				    ? DEFAULT_RANGE
				    : clamp(params->pitch_range, 0, 99),
			    0);
	espeak_SetParameter(espeakVOLUME, clamp(params->volume_percent, 0, 200),
			    0);
	set_punctuation(params->punctuation);
	espeak_SetParameter(espeakCAPITALS, capitals_of(params->capitals), 0);
	espeak_SetParameter(espeakWORDGAP, 0, 0);
}

/*
 * Character by character, as markup of numbers: nothing of the text reaches
 * espeak-ng's parser. "tts:char" is what its own espeak_Char() uses.
 */
static const char *spell(struct engine *engine)
{
	struct buf *out = &engine->spelled;
	size_t pos = 0;

	buf_clear(out);
	while (pos < engine->text_bytes) {
		int32_t code = text_next(engine->text, engine->text_bytes,
					 &pos);

		if (code > 0)
			buf_addf(out,
				 "<say-as interpret-as=\"tts:char\">&#%d;"
				 "</say-as>",
				 (int)code);
	}
	return buf_text(out);
}

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

/* language with the variant of voice; the voice itself where it has none. */
static void set_language(const struct engine *engine, const char *language,
			 const char *voice)
{
	const char *variant = strchr(voice, '+');
	SCOPED_TEXT char *name = mem_printf("%s%s", language,
					    variant != NULL ? variant : "");

	if (espeak_SetVoiceByName(name) != EE_OK &&
	    espeak_SetVoiceByName(language) != EE_OK)
		(void)espeak_SetVoiceByName(engine->default_voice);
}

/* Run by run, each in a voice that can read its script. */
static int speak_runs(struct engine *engine, const char *text,
		      const struct engine_params *params, struct err *e)
{
	const char *voice = *params->voice != '\0' ? params->voice
						   : engine->default_voice;
	size_t len_bytes = strlen(text), at = 0;
	int rc = 0;

	while (rc == 0 && at < len_bytes) {
		const char *language;
		size_t n = script_run(text + at, len_bytes - at, voice,
				      &language);

		if (language != NULL)
			set_language(engine, language, voice);
		else if (at > 0)
			set_parameters(engine, params);
		buf_clear(&engine->run);
		buf_add(&engine->run, text + at, n);
		engine->run_bytes = at;
		engine->run_ms = (unsigned)(engine->samples * 1000 /
					    (uint64_t)engine->rate_hz);
		engine->text = engine->run.data;
		engine->text_bytes = n;
		engine->mark_chars = engine->mark_bytes = 0;
		rc = synthesize(engine, engine->run.data, 0, e);
		at += n;
	}
	return rc;
}

static int espeak_speak(struct engine *engine, const char *text,
			const struct engine_params *params,
			const struct engine_out *out, struct err *e)
{
	unsigned flags = 0;

	engine->out = out;
	engine->run_bytes = 0;
	engine->run_ms = 0;
	engine->samples = 0;
	engine->text = text;
	engine->text_bytes = strlen(text);
	engine->mark_chars = engine->mark_bytes = 0;
	engine->marks = params->marks;
	engine->stopped = false;
	set_parameters(engine, params);
	if (params->form == FORM_CHARS) {
		text = spell(engine);
		flags |= espeakSSML;
		engine->marks = false; /* of places in our markup */
	} else if (params->by_script && !text_is_ascii(text, strlen(text))) {
		return speak_runs(engine, text, params, e);
	}
	return synthesize(engine, text, flags, e);
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
	buf_fini(&engine->run);
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
