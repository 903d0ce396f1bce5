/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine_pipe.c - a shell command that stays and says one text after the other:
 * a model that takes seconds to load is loaded once.
 *
 * To the command, for each text: "say BYTES RATE PITCH VOLUME VOICE\n", so many
 * bytes of text, "\n". From it: "format HZ\n" where it is not 22050, "sound
 * BYTES\n" with so many bytes of 16-bit mono samples, "mark OFFSET\n" when the
 * sound has come to that byte of the text, then "end\n" or "failed WHY\n". To a
 * "stop\n" it answers "stopped\n" soon, or it is ended; the next text starts it
 * anew. man/speakd-engine.7 has it in full.
 */
#include "speakd/voice/engine.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/mem.h"
#include "speakd/voice/worker.h"

enum {
	PIPE_RATE_HZ = 22050,
	RATE_MIN_HZ = 4000,
	RATE_MAX_HZ = 192000,
	/* Its first text waits for its model. */
	LOAD_LIMIT_MS = 60000,
	SILENT_LIMIT_MS = 10000,
	STOP_LIMIT_MS = 2000, /* a model may be busy with a sentence */
	SAMPLES = 2048,
	/* More than anything sounds like: it would go on for ever. */
	LONGEST_S = 60,
	LONGEST_BYTES_PER_S = 2,
};

struct engine {
	char *shell, *name;
	char *default_voice;
	struct worker worker;
	bool has_spoken;
	const struct engine_out *out;
	unsigned rate_hz;
	uint64_t samples, longest_s;
	size_t left_bytes; /* of the sound that it is sending */
	bool stopped; /* it was told to stop, and has not said "stopped" */
};

static int start_command(struct engine *engine, struct err *e)
{
	struct child child = { .shell = engine->shell };

	engine->has_spoken = engine->stopped = false;
	engine->left_bytes = 0;
	return worker_start(&engine->worker, &child, e);
}

static int pipe_open(struct engine **ret, const char *shell,
		     const char *default_voice, struct err *e)
{
	struct engine *engine;
	int rc;

	if (*shell == '\0')
		return err_usage(e, "engine pipe: no shell command given");
	engine = mem_new(sizeof(*engine));
	engine->worker.to = engine->worker.from = -1;
	engine->shell = mem_copy(shell);
	engine->name = mem_text(shell, strcspn(shell, " "));
	engine->default_voice = mem_copy(default_voice);
	/* It loads while something else is done. */
	rc = start_command(engine, e);
	if (rc < 0) {
		engine_pipe.close(engine);
		return rc;
	}
	*ret = engine;
	return 0;
}

static int send_text(struct engine *engine, const char *text,
		     const struct engine_params *params, struct err *e)
{
	SCOPED_BUF struct buf out = { 0 };
	const char *voice = *params->voice != '\0' ? params->voice
						   : engine->default_voice;

	buf_addf(&out, "say %zu %d %d %d %s\n", strlen(text), params->rate_wpm,
		 params->pitch, params->volume_percent, voice);
	buf_add_text(&out, text);
	buf_add_char(&out, '\n');
	return worker_write(
		&engine->worker, engine->out, out.data, out.len_bytes,
		engine->has_spoken ? SILENT_LIMIT_MS : LOAD_LIMIT_MS, e);
}

/* Two bytes of a sample may come in two reads. */
static int take_sound(struct engine *engine, struct err *e)
{
	struct worker *worker = &engine->worker;
	union {
		int16_t samples[SAMPLES];
		char bytes[SAMPLES * sizeof(int16_t)];
	} block;
	size_t len_bytes = 0;

	while (engine->left_bytes > 0) {
		size_t n;
		int rc = worker_fill(worker, engine->out, SILENT_LIMIT_MS, e);

		if (rc < 0)
			return rc;
		n = min_size(worker->end - worker->at, engine->left_bytes);
		n = min_size(n, sizeof(block) - len_bytes);
		memcpy(block.bytes + len_bytes, worker->bytes + worker->at, n);
		worker->at += n;
		engine->left_bytes -= n;
		len_bytes += n;
		if (len_bytes < sizeof(block) && engine->left_bytes > 0)
			continue;
		engine->samples += len_bytes / sizeof(int16_t);
		if (engine->samples / engine->rate_hz > engine->longest_s)
			return err_say(e, EPROTO, "its sound does not end");
		if (engine->out->pcm(engine->out->data, block.samples,
				     len_bytes / sizeof(int16_t),
				     engine->rate_hz) != 0)
			return -ECANCELED;
		len_bytes = 0;
	}
	return 0;
}

static bool number_of(const char *text, unsigned long most, unsigned long *ret)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*ret = strtoul(text, &end, 10);
	return *end == '\0' && *ret <= most;
}

/* 1: there is more to come, 0: the end, or -errno. */
static int take_line(struct engine *engine, const char *line,
		     const struct engine_params *params, struct err *e)
{
	enum { SOUND_MAX_BYTES = 1 << 24 };
	unsigned long n = 0;
	int rc;

	if (strcmp(line, "end") == 0)
		return 0;
	if (strncmp(line, "failed", 6) == 0)
		return err_say(e, EIO, "%s says%s", engine->name, line + 6);
	if (strncmp(line, "sound ", 6) == 0 &&
	    number_of(line + 6, SOUND_MAX_BYTES, &n) && n % 2 == 0) {
		engine->left_bytes = n;
		rc = take_sound(engine, e);
		return rc < 0 ? rc : 1;
	}
	if (strncmp(line, "format ", 7) == 0 &&
	    number_of(line + 7, RATE_MAX_HZ, &n) && n >= RATE_MIN_HZ &&
	    engine->samples == 0) {
		engine->rate_hz = (unsigned)n;
		return 1;
	}
	if (strncmp(line, "mark ", 5) == 0 &&
	    number_of(line + 5, UINT32_MAX, &n)) {
		if (params->marks && engine->samples > 0)
			engine->out->mark(engine->out->data, n,
					  (unsigned)(engine->samples * 1000 /
						     engine->rate_hz));
		return 1;
	}
	return err_say(
		e, EPROTO,
		"%s writes something other than format, sound, mark, end and "
		"failed",
		engine->name);
}

/* Sound that is on its way is for nobody. Up to the answer to "stop".
 */
static int pass_by(struct engine *engine, struct err *e)
{
	struct worker *worker = &engine->worker;
	char line[WORKER_LINE_MAX_BYTES];
	bool nul;
	int rc = 0;

	while (rc == 0 && engine->stopped) {
		if (engine->left_bytes > 0) {
			size_t n;

			rc = worker_fill(worker, engine->out, STOP_LIMIT_MS, e);
			n = min_size(worker->end - worker->at,
				     engine->left_bytes);
			worker->at += n;
			engine->left_bytes -= n;
			continue;
		}
		rc = worker_line(worker, engine->out, line, &nul, STOP_LIMIT_MS,
				 e);
		if (rc == 0 && strncmp(line, "sound ", 6) == 0)
			engine->left_bytes = strtoul(line + 6, NULL, 10);
		if (rc == 0 && strcmp(line, "stopped") == 0)
			engine->stopped = false;
	}
	return rc;
}

static void stop_command(struct engine *engine)
{
	engine->stopped = true;
	if (worker_write(&engine->worker, NULL, "stop\n", 5, 0, NULL) < 0)
		worker_end(&engine->worker);
}

static int take_answer(struct engine *engine,
		       const struct engine_params *params, struct err *e)
{
	char line[WORKER_LINE_MAX_BYTES];
	int rc = 1;

	while (rc > 0) {
		bool nul;

		rc = worker_line(&engine->worker, engine->out, line, &nul,
				 engine->has_spoken ? SILENT_LIMIT_MS
						    : LOAD_LIMIT_MS,
				 e);
		if (rc < 0)
			return rc;
		if (nul)
			return err_say(e, EPROTO, "%s writes NUL bytes",
				       engine->name);
		engine->has_spoken = true;
		rc = take_line(engine, line, params, e);
	}
	return rc;
}

static int pipe_speak(struct engine *engine, const char *text,
		      const struct engine_params *params,
		      const struct engine_out *out, struct err *e)
{
	int rc = 0;

	engine->out = out;
	engine->samples = 0;
	engine->rate_hz = PIPE_RATE_HZ;
	engine->longest_s = LONGEST_S + strlen(text) / LONGEST_BYTES_PER_S;
	if (worker_runs(&engine->worker) && engine->stopped &&
	    (rc = pass_by(engine, e)) < 0 && rc != -ECANCELED)
		worker_end(&engine->worker);
	if (rc == -ECANCELED)
		return rc;
	rc = 0;
	if (!worker_runs(&engine->worker))
		rc = start_command(engine, e);
	if (rc == 0)
		rc = send_text(engine, text, params, e);
	if (rc == 0)
		rc = take_answer(engine, params, e);
	if (rc == -ECANCELED)
		stop_command(engine);
	else if (rc < 0)
		worker_end(&engine->worker);
	return rc;
}

static const char *pipe_about(const struct engine *engine)
{
	return engine->shell;
}

static void pipe_close(struct engine *engine)
{
	worker_end(&engine->worker);
	free(engine->shell);
	free(engine->name);
	free(engine->default_voice);
	free(engine);
}

const struct engine_kind engine_pipe = {
	.lead_ms = 5000,
	.open = pipe_open,
	.speak = pipe_speak,
	.about = pipe_about,
	.close = pipe_close,
};
