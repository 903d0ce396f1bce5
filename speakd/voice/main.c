/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speakd-voice - the helper program that turns one phrase at a time into sound.
 *
 * Started by speakd (speakd/out/voice_helper.c), never by hand: its socket is
 * on descriptor VOICE_FD, the shared page on VOICE_SHARED_FD.
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/opt.h"
#include "speakd/voice/child.h"

struct settings {
	char *output, *voice;
	const char *engines[ENGINES_MAX];
	size_t engine_count;
	unsigned channels;
	bool marks, again, list_voices, probe;
};

/* value is a word of the command line's. */
static int add_engine(void *data, const char *value, struct err *e)
{
	struct settings *settings = data;

	if (settings->engine_count == ENGINES_MAX)
		return err_usage(e, "engine: more than %d", ENGINES_MAX);
	settings->engines[settings->engine_count++] = value;
	return 0;
}

/* clang-format off */
static const struct opt options[] = {
	{ 0, "engine", OPT_CALL, 0, 0, 0, "ENGINE", NULL,
	  "what makes sound of text; repeatable", add_engine, NULL, true },
	{ 0, "output", OPT_TEXT, offsetof(struct settings, output), 0, 0,
	  "OUT", "auto", "where the sound goes", NULL, NULL, true },
	{ 0, "voice", OPT_TEXT, offsetof(struct settings, voice), 0, 0,
	  "VOICE", "en-us", "the default voice", NULL, NULL, true },
	{ 0, "channels", OPT_UINT, offsetof(struct settings, channels), 1, 2,
	  "N", "1", "1 for mono, 2 for stereo", NULL, NULL, true },
	{ 0, "marks", OPT_FLAG, offsetof(struct settings, marks), 0, 0,
	  NULL, NULL, "report each word as it begins", NULL, NULL, true },
	{ 0, "again", OPT_FLAG, offsetof(struct settings, again), 0, 0,
	  NULL, NULL, "go on after a voice that died", NULL, NULL, true },
	{ 0, "list-voices", OPT_FLAG, offsetof(struct settings, list_voices),
	  0, 0, NULL, NULL, "print the voices of the engines", NULL, NULL, true },
	{ 0, "probe", OPT_FLAG, offsetof(struct settings, probe), 0, 0,
	  NULL, NULL, "exit 0 if the output can be opened, else 1",
	  NULL, NULL, true },
};
/* clang-format on */

static const struct opts opts = {
	.prog = "speakd-voice",
	.usage = "[options]",
	.about = "speakd's voice; speakd starts it",
	.list = options,
	.count = COUNT_OF(options),
};

static bool is_our_socket(int fd)
{
	socklen_t len = sizeof(int);
	int type = 0;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_SEQPACKET;
}

static struct voice_shared *map_shared(int fd)
{
	struct stat st;
	void *page;

	if (fstat(fd, &st) < 0 ||
	    st.st_size < (off_t)sizeof(struct voice_shared))
		return NULL;
	page = mmap(NULL, sizeof(struct voice_shared), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	return page != MAP_FAILED ? page : NULL;
}

static int serve(const struct settings *settings, struct err *e)
{
	struct child_config config = { .engines = settings->engines,
				       .engine_count = settings->engine_count,
				       .output = settings->output,
				       .voice = settings->voice,
				       .channels = settings->channels,
				       .marks = settings->marks,
				       .again = settings->again };
	static struct control control = { .fd = VOICE_FD };

	if (!is_our_socket(VOICE_FD) ||
	    (control.keep_shared = map_shared(VOICE_SHARED_FD)) == NULL)
		return err_usage(e, "started by speakd, not by hand: there is "
				    "no socket on descriptor 3");
	fcntl(VOICE_FD, F_SETFD, FD_CLOEXEC);
	fcntl(VOICE_SHARED_FD, F_SETFD, FD_CLOEXEC);
	/* A voice without its speakd would hold the sound device for nothing.
	 */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "speakd-voice");
	/*
	 * Ctrl-C, a service manager's TERM to every process and a terminal's
	 * end are for speakd, which decides what is said to its end.
	 */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* Threads of the sound libraries would have 64 MiB arenas each. */
	mallopt(M_ARENA_MAX, 1);
	return child_serve(&control, &config);
}

enum { PROBE_RATE_HZ = 22050 };

static int probe(const struct settings *settings, struct err *e)
{
	const struct child_config config = { .output = settings->output };
	static struct voice_shared shared;
	static struct control control = { .fd = -1, .keep_shared = &shared };
	const struct sink_kind *kind;
	enum sink_result result;
	struct sink *sink;

	if (child_open_sink(&control, &config, &kind, &sink, e) < 0)
		return -e->code;
	result = kind->start(sink, &(struct sink_format){ PROBE_RATE_HZ, 1 },
			     e);
	if (kind->close(sink, result == SINK_OK ? e : NULL) < 0)
		result = SINK_LOST;
	return result == SINK_OK ? 0 : -e->code;
}

/* Of those that were asked for; where none was, espeak-ng's. */
static int list_voices(const struct settings *settings, struct err *e)
{
	size_t count = settings->engine_count > 0 ? settings->engine_count : 1;
	struct engines engines;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	rc = engines_know(&engines, settings->engines, settings->engine_count,
			  settings->voice, e);
	if (rc == 0)
		rc = engines_list(&engines, count, stdout, e);
	engines_close(&engines);
	return rc;
}

static int run(const struct settings *settings, struct err *e)
{
	if (settings->list_voices)
		return list_voices(settings, e);
	return settings->probe ? probe(settings, e) : serve(settings, e);
}

int main(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct err e = { 0 };
	int first, rc;

	log_open(opts.prog, LOG_LEVEL_WARN);
	opts_defaults(&opts, &settings);
	rc = opts_parse(&opts, argc, argv, false, &settings, &first, &e);
	if (rc == OPTS_GO)
		rc = run(&settings, &e);
	else if (rc == OPTS_STOP)
		rc = 0;
	opts_fini(&opts, &settings);
	return rc < 0 ? log_exit(&e) : rc;
}
