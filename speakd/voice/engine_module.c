/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine_module.c - speech-dispatcher's output modules (sd_flite, ...), as they
 * are installed, over the protocol that speech-dispatcher speaks to them.
 *
 * arg is what module_place.h takes. Text goes as module_text.h makes it, so
 * that words are reported where the module can; sound comes back in blocks. A
 * module that does not send sound plays it itself. Whatever is wrong with one
 * (silent, dead, rubbish) ends it; the next text starts another. Source:
 * speech-dispatcher's documentation, "Output Modules", and what 0.11.4's
 * modules answer.
 */
#include "speakd/voice/engine.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/mem.h"
#include "speakd/voice/module_place.h"
#include "speakd/voice/module_text.h"
#include "speakd/voice/protocol.h"
#include "speakd/voice/worker.h"

enum {
	INIT_LIMIT_MS = 10000, /* a module may load a voice first */
	REPLY_LIMIT_MS = 2000,
	SILENT_LIMIT_MS = 5000, /* no sound, no event: it hangs */
	SELF_LIMIT_MS = 120000, /* the same of one that plays by itself */
	STOP_LIMIT_MS = 1000, /* until the end of what was stopped is told */
	AGAIN_AFTER_MS = 5000, /* the soonest start after a failed one */
	CHANNELS_MAX = 2,
	ESCAPE = 0x7d, /* in sound, of a byte with this bit turned: */
	ESCAPED_BIT = 0x20,
	RATE_MIN_HZ = 4000,
	RATE_MAX_HZ = 192000,
	SAMPLES = 2048,
	/* More than anything sounds like: it would go on for ever. */
	LONGEST_S = 60,
	LONGEST_BYTES_PER_S = 2,
};

struct engine {
	struct worker worker;
	struct module_place place;
	char *default_voice;
	struct buf voices; /* "NAME\tLANGUAGE\tVARIANT\n" */
	bool plays_itself;
	bool loading; /* INIT is sent */
	bool ready; /* it and what follows are answered */
	uint64_t failed_ms; /* when it could not be started; 0: it could */
	/* Of the text being said. */
	const struct engine_out *out;
	unsigned rate_hz, channels, bits, big_endian;
	uint64_t samples;
	bool stopped; /* it was told to stop, and its end has not come */
	bool in_sound; /* in the middle of a block, then */
	bool told; /* it has taken the text */
	uint64_t longest_s; /* what the text may take */
	struct buf text; /* memory is kept */
};

/* ---- one exchange -------------------------------------------------------- */

static int send_text(struct engine *engine, const char *text, struct err *e)
{
	return worker_write(&engine->worker, engine->out, text, strlen(text),
			    REPLY_LIMIT_MS, e);
}

/*
 * The code of a reply, its lines but the last with what follows "ccc-" in data;
 * data may be NULL.
 */
static int read_reply(struct engine *engine, int limit_ms, struct buf *data,
		      struct err *e)
{
	char line[WORKER_LINE_MAX_BYTES];
	bool sound;

	for (;;) {
		int rc = worker_line(&engine->worker, engine->out, line, &sound,
				     limit_ms, e);

		if (rc < 0)
			return rc;
		if (sound || strlen(line) < 4 || !isdigit(line[0]) ||
		    !isdigit(line[1]) || !isdigit(line[2]) ||
		    strchr(" -", line[3]) == NULL)
			return err_say(e, EPROTO,
				       "it answers what is no reply");
		if (line[3] == ' ')
			return (int)strtol(line, NULL, 10);
		if (data != NULL && data->len_bytes < VOICE_TEXT_MAX_BYTES * 16)
			buf_addf(data, "%s\n", line + 4);
	}
}

/* A command, and the lines that follow it where the module wants them. */
static int command(struct engine *engine, const char *verb, const char *lines,
		   int limit_ms, struct err *e)
{
	SCOPED_TEXT char *first = mem_printf("%s\n", verb);
	int rc = send_text(engine, first, e);

	if (rc == 0)
		rc = read_reply(engine, limit_ms, NULL, e);
	if (rc < 0 || rc >= 300 || lines == NULL)
		return rc;
	rc = send_text(engine, lines, e);
	return rc < 0 ? rc : read_reply(engine, limit_ms, NULL, e);
}

/* ---- its life ------------------------------------------------------------ */

static void end_module(struct engine *engine)
{
	worker_end(&engine->worker);
	engine->ready = engine->stopped = engine->in_sound = false;
}

/* It loads while something else is said: the answer is read when needed. */
static int start_module(struct engine *engine, struct err *e)
{
	const char *const argv[] = { engine->place.program,
				     engine->place.config, NULL };
	struct child child = { .argv = argv };
	int rc = worker_start(&engine->worker, &child, e);

	engine->loading = true;
	if (rc == 0)
		rc = send_text(engine, "INIT\n", e);
	return rc;
}

/* Of one that plays by itself, as speech-dispatcher's own settings are. */
static const char own_audio[] = "audio_output_method=pulse\n"
				"audio_alsa_device=default\n"
				"audio_pulse_device=default\n"
				"audio_pulse_min_length=10\n.\n";

static int initialise(struct engine *engine, struct err *e)
{
	SCOPED_BUF struct buf why = { 0 };
	int rc = 0;

	if (!worker_runs(&engine->worker))
		rc = start_module(engine, e);
	if (rc == 0)
		rc = read_reply(engine, INIT_LIMIT_MS, &why, e);
	if (rc == -ECANCELED)
		return rc;
	engine->loading = false;
	if (rc >= 300) {
		buf_cut(&why, strcspn(buf_text(&why), "\n"));
		return err_say(e, EIO, "it does not work here: %s",
			       buf_text(&why));
	}
	if (rc < 0)
		return rc;
	rc = command(engine, "AUDIO", "audio_output_method=server\n.\n",
		     REPLY_LIMIT_MS, e);
	if (rc < 0)
		return rc;
	engine->plays_itself = rc >= 300;
	if (engine->plays_itself)
		rc = command(engine, "AUDIO", own_audio, REPLY_LIMIT_MS, e);
	if (rc >= 0)
		rc = command(engine, "LOGLEVEL", "log_level=0\n.\n",
			     REPLY_LIMIT_MS, e);
	if (rc >= 0)
		rc = send_text(engine, "LIST VOICES\n", e);
	if (rc >= 0) {
		buf_clear(&engine->voices);
		rc = read_reply(engine, REPLY_LIMIT_MS, &engine->voices, e);
	}
	engine->ready = rc >= 0;
	return rc < 0 ? rc : 0;
}

/* One that fails is not started again and again for every text. */
static int make_ready(struct engine *engine, struct err *e)
{
	int rc;

	if (engine->ready)
		return 0;
	if (engine->failed_ms != 0 &&
	    clock_ms() - engine->failed_ms < AGAIN_AFTER_MS)
		return err_say(e, EIO, "it could not be started");
	rc = initialise(engine, e);
	engine->failed_ms = rc < 0 && rc != -ECANCELED ? clock_ms() : 0;
	/* Stopped while it loads, it goes on loading. */
	if (rc < 0 && !engine->loading)
		end_module(engine);
	return rc;
}

static int module_open(struct engine **ret, const char *arg,
		       const char *default_voice, struct err *e)
{
	struct engine *engine = mem_new(sizeof(*engine));
	int rc;

	engine->worker.to = engine->worker.from = -1;
	engine->default_voice = mem_copy(default_voice);
	rc = module_place_find(&engine->place, arg, e);
	if (rc == 0)
		rc = start_module(engine, e);
	if (rc < 0) {
		engine_module.close(engine);
		return rc;
	}
	*ret = engine;
	return 0;
}

static void module_close(struct engine *engine)
{
	end_module(engine);
	module_place_fini(&engine->place);
	free(engine->default_voice);
	buf_fini(&engine->voices);
	buf_fini(&engine->text);
	free(engine);
}

static const char *module_about(const struct engine *engine)
{
	return engine->place.name;
}

/* ---- how it sounds ------------------------------------------------------- */

static int clamp(int value)
{
	return value < -100 ? -100 : value > 100 ? 100 : value;
}

/* SSIP's -100..100 is 80, 170 and 449 words a minute at its ends and middle. */
static int rate_of(int wpm)
{
	enum { LOW = 80, MIDDLE = 170, HIGH = 449 };

	return clamp(wpm < MIDDLE ? (wpm - MIDDLE) * 100 / (MIDDLE - LOW)
				  : (wpm - MIDDLE) * 100 / (HIGH - MIDDLE));
}

/* Whether it lists a voice of that name. */
static bool has_voice(const struct engine *engine, const char *name)
{
	const char *at = buf_text(&engine->voices);
	size_t n = strlen(name);

	while (*at != '\0') {
		if (strncasecmp(at, name, n) == 0 && at[n] == '\t')
			return true;
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return false;
}

/* "en-us+m3" is espeak-ng's way: its language is meant. */
static void add_voice(const struct engine *engine, struct buf *out,
		      const char *voice)
{
	if (*voice == '\0')
		voice = engine->default_voice;
	if (has_voice(engine, voice))
		buf_addf(out, "synthesis_voice=%s\n", voice);
	else if (*voice != '\0')
		buf_addf(out, "language=%.*s\n", (int)strcspn(voice, "+ "),
			 voice);
}

static int set_parameters(struct engine *engine,
			  const struct engine_params *params, bool spelled,
			  struct err *e)
{
	static const char *const punctuation[] = { "none", "some", "most",
						   "all" };
	static const char *const capitals[] = { "none", "spell", "icon" };
	SCOPED_BUF struct buf lines = { 0 };
	int range = params->pitch_range == PHRASE_DEFAULT
			    ? 0
			    : params->pitch_range * 200 / 99 - 100;
	int rc;

	buf_addf(&lines,
		 "rate=%d\npitch=%d\npitch_range=%d\nvolume=%d\n"
		 "punctuation_mode=%s\nspelling_mode=%s\n"
		 "cap_let_recogn=%s\n",
		 rate_of(params->rate_wpm),
		 clamp(params->pitch * 200 / 99 - 100), clamp(range),
		 clamp(params->volume_percent * 2 - 100),
		 punctuation[params->punctuation], spelled ? "on" : "off",
		 capitals[params->capitals]);
	add_voice(engine, &lines, params->voice);
	buf_add_text(&lines, ".\n");
	rc = command(engine, "SET", buf_text(&lines), REPLY_LIMIT_MS, e);
	return rc < 0 ? rc : 0;
}

/* ---- its sound ----------------------------------------------------------- */

/* "705-bits=16" and its like. */
static void take_format(struct engine *engine, const char *line)
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		{ "bits=", offsetof(struct engine, bits) },
		{ "num_channels=", offsetof(struct engine, channels) },
		{ "sample_rate=", offsetof(struct engine, rate_hz) },
		{ "big_endian=", offsetof(struct engine, big_endian) },
	};

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		size_t n = strlen(fields[i].name);
		unsigned *field;

		if (strncmp(line, fields[i].name, n) != 0)
			continue;
		field = (unsigned *)(void *)((char *)engine + fields[i].offset);
		*field = (unsigned)strtoul(line + n, NULL, 10);
	}
}

static int check_format(const struct engine *engine, struct err *e)
{
	if (engine->bits != 16 || engine->channels < 1 ||
	    engine->channels > CHANNELS_MAX || engine->rate_hz < RATE_MIN_HZ ||
	    engine->rate_hz > RATE_MAX_HZ)
		return err_say(e, EPROTO,
			       "its sound has %u bits, %u channels, %u Hz, "
			       "expected 16, 1 or 2, %d to %d",
			       engine->bits, engine->channels, engine->rate_hz,
			       RATE_MIN_HZ, RATE_MAX_HZ);
	return 0;
}

/* Frames of bytes as samples of one channel. */
struct block {
	int16_t samples[SAMPLES];
	size_t count;
	unsigned char frame[2 * CHANNELS_MAX];
	size_t frame_bytes;
};

static int flush(struct engine *engine, struct block *block, struct err *e)
{
	size_t count = block->count;

	block->count = 0;
	engine->samples += count;
	if (engine->samples / engine->rate_hz > engine->longest_s)
		return err_say(e, EPROTO, "its sound does not end");
	return count > 0 && engine->out->pcm(engine->out->data, block->samples,
					     count, engine->rate_hz) != 0
		       ? -ECANCELED
		       : 0;
}

static int16_t sample_of(const unsigned char *bytes, bool big_endian)
{
	unsigned low = bytes[big_endian ? 1 : 0];
	unsigned high = bytes[big_endian ? 0 : 1];

	return (int16_t)(uint16_t)(high << 8 | low);
}

static int take_byte(struct engine *engine, struct block *block,
		     unsigned char byte, struct err *e)
{
	unsigned channels = engine->channels > 0 ? engine->channels : 1;
	int sum = 0;

	block->frame[block->frame_bytes++] = byte;
	if (block->frame_bytes < (size_t)2 * channels)
		return 0;
	block->frame_bytes = 0;
	for (unsigned c = 0; c < channels; c++)
		sum += sample_of(block->frame + (size_t)2 * c,
				 engine->big_endian != 0);
	block->samples[block->count++] = (int16_t)(sum / (int)channels);
	return block->count == SAMPLES ? flush(engine, block, e) : 0;
}

/* After the NUL of "705-AUDIO", up to the end of that line. */
static int take_sound(struct engine *engine, struct err *e)
{
	struct worker *worker = &engine->worker;
	struct block block = { .count = 0 };
	unsigned char turn = 0;
	int rc = check_format(engine, e);

	engine->in_sound = true;
	while (rc >= 0) {
		unsigned char byte;

		rc = worker_fill(worker, engine->out, SILENT_LIMIT_MS, e);
		if (rc < 0)
			return rc;
		byte = (unsigned char)worker->bytes[worker->at++];
		if (byte == '\n') {
			engine->in_sound = false;
			return flush(engine, &block, e);
		}
		if (byte == ESCAPE) {
			turn = ESCAPED_BIT;
			continue;
		}
		rc = take_byte(engine, &block, byte ^ turn, e);
		turn = 0;
	}
	return rc;
}

static void take_mark(struct engine *engine, const char *name)
{
	char *end;
	unsigned long offset = strtoul(name, &end, 10);

	if (end == name || *end != '\0')
		return;
	engine->out->mark(
		engine->out->data, offset,
		engine->rate_hz > 0
			? (unsigned)(engine->samples * 1000 / engine->rate_hz)
			: 0);
}

/* Up to the end of the text. 0, -ECANCELED or -errno. */
static int take_events(struct engine *engine, bool marks, struct err *e)
{
	int limit_ms = engine->plays_itself ? SELF_LIMIT_MS : SILENT_LIMIT_MS;
	char line[WORKER_LINE_MAX_BYTES];

	for (;;) {
		bool sound;
		int rc = worker_line(&engine->worker, engine->out, line, &sound,
				     limit_ms, e);

		if (rc < 0)
			return rc;
		if (sound) {
			if (strcmp(line, "705-AUDIO") != 0)
				return err_say(e, EPROTO,
					       "it writes NUL bytes");
			rc = take_sound(engine, e);
			if (rc < 0)
				return rc;
		} else if (strncmp(line, "705-", 4) == 0) {
			take_format(engine, line + 4);
		} else if (strncmp(line, "700-", 4) == 0) {
			if (marks)
				take_mark(engine, line + 4);
		} else if (strncmp(line, "702 ", 4) == 0 ||
			   strncmp(line, "703 ", 4) == 0) {
			return 0;
		} else if (strncmp(line, "70", 2) != 0) {
			return err_say(e, EPROTO,
				       "it answers what is no event");
		}
	}
}

/* Sound that is on its way is for nobody. Up to the end of what was stopped. */
static int pass_by(struct engine *engine, struct err *e)
{
	struct worker *worker = &engine->worker;
	char line[WORKER_LINE_MAX_BYTES];
	int rc = 0;

	while (rc == 0 && engine->stopped) {
		if (engine->in_sound) {
			rc = worker_fill(worker, engine->out, STOP_LIMIT_MS, e);
			if (rc == 0 && worker->bytes[worker->at++] == '\n')
				engine->in_sound = false;
			continue;
		}
		rc = worker_line(worker, engine->out, line, &engine->in_sound,
				 STOP_LIMIT_MS, e);
		if (rc == 0 && (strncmp(line, "703 ", 4) == 0 ||
				strncmp(line, "702 ", 4) == 0))
			engine->stopped = false;
	}
	return rc;
}

static void stop_module(struct engine *engine)
{
	engine->stopped = true;
	if (worker_write(&engine->worker, NULL, "STOP\n", 5, 0, NULL) < 0)
		end_module(engine);
}

static int say(struct engine *engine, const char *text,
	       const struct engine_params *params, struct err *e)
{
	bool spelled = params->form == FORM_CHARS && !module_text_is_one(text);
	int rc = set_parameters(engine, params, spelled, e);
	const char *verb;

	if (rc < 0)
		return rc;
	verb = module_text_make(&engine->text, text, params);
	rc = command(engine, verb, buf_text(&engine->text), REPLY_LIMIT_MS, e);
	engine->told = rc >= 0 && rc < 300;
	if (rc >= 300)
		return err_say(e, EIO, "it refuses the text (%d)", rc);
	return rc < 0 ? rc : take_events(engine, params->marks, e);
}

static int module_speak(struct engine *engine, const char *text,
			const struct engine_params *params,
			const struct engine_out *out, struct err *e)
{
	int rc;

	engine->out = out;
	engine->samples = 0;
	engine->rate_hz = 0;
	engine->longest_s = LONGEST_S + strlen(text) / LONGEST_BYTES_PER_S;
	if (engine->stopped && (rc = pass_by(engine, e)) < 0) {
		if (rc == -ECANCELED)
			return rc;
		end_module(engine);
	}
	rc = make_ready(engine, e);
	if (rc < 0)
		return rc;
	engine->told = false;
	rc = say(engine, text, params, e);
	if (rc == -ECANCELED && engine->told)
		stop_module(engine);
	else if (rc < 0)
		end_module(engine);
	engine->out = NULL;
	return rc;
}

/* "LANGUAGE\tNAME\tVARIANT\tMODULE" lines. */
static int module_list(struct engine *engine, FILE *out, struct err *e)
{
	const char *at;
	int rc = make_ready(engine, e);

	if (rc < 0)
		return rc;
	at = buf_text(&engine->voices);
	while (*at != '\0') {
		size_t name = strcspn(at, "\t\n");
		const char *language = at + name + (at[name] == '\t');
		size_t n = strcspn(language, "\t\n");

		if (name > 0)
			fprintf(out, "%.*s\t%.*s\t-\t%s\n", (int)n, language,
				(int)name, at, engine->place.name);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return 0;
}

const struct engine_kind engine_module = {
	.lead_ms = 400,
	.open = module_open,
	.speak = module_speak,
	.about = module_about,
	.list = module_list,
	.close = module_close,
};
