/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine_command.c - a shell command as synthesiser: Piper, flite, a script.
 *
 * One process a phrase: the text on its standard input, WAV or raw 16-bit
 * mono PCM (22050 Hz) from its standard output. $EARSHOT_RATE (words a
 * minute), $EARSHOT_PITCH (0..99) and $EARSHOT_VOICE tell what was asked for.
 */
#include "speakd/voice/engine.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/mem.h"
#include "speakd/voice/wav.h"
#include "speakd/voice/worker.h"

enum {
	COMMAND_SILENT_MS = 10000, /* no output for so long: killed */
	COMMAND_READ_BYTES = 4096,
	COMMAND_POLL_MS = 5,
};

struct engine {
	char *shell;
	char *default_voice;
};

/* One run of the command. */
struct run {
	const struct engine_out *out;
	pid_t pid;
	int to, from; /* its standard input and output */
	const char *text; /* what it has not read yet */
	size_t left_bytes;
	size_t samples;
	struct wav wav;
};

static int command_open(struct engine **ret, const char *shell,
			const char *default_voice, struct err *e)
{
	struct engine *engine;

	if (*shell == '\0')
		return err_usage(e, "engine command: no shell command given");
	engine = mem_new(sizeof(*engine));
	engine->shell = mem_copy(shell);
	engine->default_voice = mem_copy(default_voice);
	*ret = engine;
	return 0;
}

static void set_number(const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	setenv(name, text, 1);
}

static int start(struct engine *engine, const struct engine_params *params,
		 struct run *run, struct err *e)
{
	struct child child = { .shell = engine->shell,
			       .fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
			       .fd_count = 3,
			       .own_group = true,
			       .dies_with_us = true };
	SCOPED_FD int its_input = -1;
	SCOPED_FD int its_output = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	its_input = ends[0];
	run->to = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	run->from = ends[0];
	its_output = ends[1];
	fcntl(run->to, F_SETFL, O_NONBLOCK);
	fcntl(run->from, F_SETFL, O_NONBLOCK);
	set_number("EARSHOT_RATE", params->rate_wpm);
	set_number("EARSHOT_PITCH", params->pitch);
	setenv("EARSHOT_VOICE",
	       *params->voice != '\0' ? params->voice : engine->default_voice,
	       1);
	child.fds[STDIN_FILENO] = its_input;
	child.fds[STDOUT_FILENO] = its_output;
	return child_start(&child, &run->pid, e);
}

static int on_samples(void *data, const int16_t *samples, size_t count,
		      unsigned rate_hz)
{
	struct run *run = data;

	run->samples += count;
	return run->out->pcm(run->out->data, samples, count, rate_hz) != 0
		       ? -ECANCELED
		       : 0;
}

/* Not every command reads its input to the end: that is its own affair. */
static void feed_text(struct run *run)
{
	ssize_t n = write(run->to, run->text, run->left_bytes);

	if (n > 0) {
		run->text += n;
		run->left_bytes -= (size_t)n;
	}
	if (run->left_bytes == 0 ||
	    (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(run->to);
		run->to = -1;
	}
}

/* Returns 1 while there may be more, 0 at the end, -errno. */
static int read_sound(struct run *run, struct err *e)
{
	char bytes[COMMAND_READ_BYTES];
	ssize_t n = read(run->from, bytes, sizeof(bytes));
	int rc;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n < 0)
		return err_set(e, errno, "read from the engine command");
	if (n == 0)
		return 0;
	rc = wav_feed(&run->wav, bytes, (size_t)n, e);
	return rc < 0 ? rc : 1;
}

static int exchange(struct run *run, struct err *e)
{
	int rc = 1;

	while (rc > 0) {
		struct pollfd fds[2] = {
			{ .fd = run->from, .events = POLLIN },
			{ .fd = run->to, .events = POLLOUT }, /* -1: ignored */
		};

		rc = worker_wait(run->pid, run->out, fds, 2, COMMAND_SILENT_MS,
				 e);
		if (rc == -ETIMEDOUT)
			return err_say(e, ETIMEDOUT,
				       "engine command gave nothing for %d s",
				       COMMAND_SILENT_MS / 1000);
		if (rc < 0)
			return rc;
		if (fds[1].revents != 0)
			feed_text(run);
		if (fds[0].revents != 0)
			rc = read_sound(run, e);
	}
	return rc;
}

/* Returns the command's code; one that will not end is killed. */
static int run_finish(struct run *run, bool kill_it)
{
	uint64_t until_ms = clock_ms() + COMMAND_SILENT_MS;
	int status = 0;

	scope_close(&run->to);
	scope_close(&run->from);
	if (kill_it)
		kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, &status, WNOHANG) == 0) {
		int rc = run->out->wait(run->out->data, NULL, 0,
					COMMAND_POLL_MS);

		if (rc < 0 || clock_ms() >= until_ms)
			kill(-run->pid, SIGKILL);
	}
	return child_code(status);
}

static int command_speak(struct engine *engine, const char *text,
			 const struct engine_params *params,
			 const struct engine_out *out, struct err *e)
{
	struct run run = { .out = out,
			   .to = -1,
			   .from = -1,
			   .text = text,
			   .left_bytes = strlen(text) };
	int rc, code;

	wav_init(&run.wav, on_samples, &run);
	rc = start(engine, params, &run, e);
	if (rc < 0) {
		scope_close(&run.to);
		scope_close(&run.from);
		return rc;
	}
	rc = exchange(&run, e);
	code = run_finish(&run, rc < 0);
	if (rc < 0)
		return rc;
	if (code != 0)
		return err_say(e, EIO, "engine command ended with code %d",
			       code);
	if (run.samples == 0)
		return err_say(e, EIO, "engine command gave no sound");
	return 0;
}

static const char *command_about(const struct engine *engine)
{
	return engine->shell;
}

static void command_close(struct engine *engine)
{
	free(engine->shell);
	free(engine->default_voice);
	free(engine);
}

const struct engine_kind engine_command = {
	.lead_ms = 5000,
	.open = command_open,
	.speak = command_speak,
	.about = command_about,
	.close = command_close,
};
