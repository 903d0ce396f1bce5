/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/voice_process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/icon.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/stall.h"
#include "speakd/queue/engine_list.h"
#include "speakd/voice/protocol.h"

enum {
	WATCH_MS = 1000, /* while something is being said */
	STOP_PATIENCE_MS = 1000, /* for END after STOP */
	RESTART_FIRST_MS = 10,
	EARLY_DEATHS_MAX = 8, /* children that end before READY */
	CLOSE_MS = 2000,
	CLOSE_POLL_MS = 5,
};

struct saying {
	struct phrase *phrase; /* owned */
	uint64_t id; /* as it was sent: another one each time */
	bool sent, begun;
	unsigned tries;
};

struct voice {
	struct loop *loop;
	struct voice_handler handler;
	char *helper, *engine, *output, *voice_name;
	int rate_wpm, pitch, volume_percent;
	unsigned lead_in_ms, channels;
	bool marks;

	/* The child; pid 0: there is none. */
	pid_t pid;
	int fd;
	struct voice_shared *shared;
	struct watch *socket, *exit;
	bool started_before;
	unsigned early_deaths;
	bool stalled_in_sink; /* why we killed it */
	bool killed;

	struct watch *restart, *watchdog, *later;
	uint64_t backoff_ms;

	/* What is being said, and what follows; no phrase: nothing. */
	struct saying now, ahead;
	uint64_t last_id;
	bool wanted; /* the child has asked for the next */
	bool stopping;
	uint64_t beats, stop_ms;
	struct stall stall;

	char *broken; /* why; NULL while it works */
	bool device_fails; /* as we told, of a child that hung */

	/* A handler may close the voice that called it: freed on the way out.
	 */
	unsigned depth;
	bool closed;
};

static void enter(struct voice *voice)
{
	voice->depth++;
}

static void leave(struct voice *voice)
{
	if (--voice->depth == 0 && voice->closed)
		free(voice);
}

/* ---- phrases ------------------------------------------------------------- */

static void doom(struct voice *voice);

/* What follows comes first before end() is called: more may be said then. */
static void phrase_finish(struct voice *voice, uint64_t audio_ms, bool stopped,
			  const char *failure)
{
	struct phrase *phrase = voice->now.phrase;

	voice->now = voice->ahead;
	voice->ahead = (struct saying){ .phrase = NULL };
	voice->wanted = voice->stopping = false;
	if (voice->now.phrase == NULL)
		watch_cancel(voice->watchdog);
	else
		doom(voice);
	voice->handler.end(voice->handler.data, phrase, audio_ms, stopped,
			   failure);
	phrase_free(phrase);
}

static int or_default(int value, int otherwise)
{
	return value == PHRASE_DEFAULT ? otherwise : value;
}

/* Beyond 200 espeak-ng only distorts. */
static int level(int volume_percent, int level_percent)
{
	int volume = level_percent > 0 ? volume_percent * level_percent / 100
				       : volume_percent;

	return volume < 200 ? volume : 200;
}

static struct iovec text_part(char *text)
{
	return (struct iovec){
		.iov_base = text,
		.iov_len = text != NULL ? min_size(strlen(text),
						   VOICE_TEXT_MAX_BYTES)
					: 0,
	};
}

/* phrase: the one of a SPEAK, else NULL. */
static int send_request(struct voice *voice, struct voice_request request,
			const struct phrase *phrase)
{
	SCOPED_TEXT char *sound = NULL;
	struct iovec parts[5] = { { &request, sizeof(request) } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 5 };

	if (phrase != NULL) {
		parts[1] = text_part(phrase->voice);
		request.voice_bytes = (uint32_t)parts[1].iov_len;
		if (phrase->sound != NULL)
			sound = icon_find(phrase->sound);
		parts[2] = text_part(sound);
		request.sound_bytes = (uint32_t)parts[2].iov_len;
		request.style_count = (uint32_t)min_size(phrase->styles.count,
							 VOICE_STYLES_MAX);
		parts[3].iov_base = phrase->styles.list;
		parts[3].iov_len = request.style_count * sizeof(struct style);
		parts[4] = text_part(phrase->text);
		request.text_bytes = (uint32_t)parts[4].iov_len;
	}
	if (sendmsg(voice->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

static void kill_child(struct voice *voice)
{
	voice->killed = true;
	if (voice->pid > 0)
		kill(voice->pid, SIGKILL);
}

static uint32_t engine_of(const struct voice *voice,
			  const struct phrase *phrase)
{
	int number = phrase->engine != NULL
			     ? engine_list_find(voice->engine, phrase->engine)
			     : 0;

	return number > 0 ? (uint32_t)number : 0;
}

/* The child may not have read its program yet: the packet waits for it. */
static void send_phrase(struct voice *voice, struct saying *saying)
{
	const struct phrase *phrase = saying->phrase;
	const struct manner *manner = &phrase->manner;
	struct voice_request request = {
		.kind = VOICE_SPEAK,
		.cue = phrase->cue,
		.id = ++voice->last_id,
		.rate_wpm = or_default(manner->rate_wpm, voice->rate_wpm),
		.pitch = or_default(manner->pitch, voice->pitch),
		.volume_percent = level(or_default(manner->volume_percent,
						   voice->volume_percent),
					manner->level_percent),
		.place = manner->place,
		.pitch_range = phrase->pitch_range,
		.gap_ms = phrase->gap_ms,
		.lead_in_ms = voice->lead_in_ms,
		.form = phrase->form,
		.punctuation = phrase->punctuation,
		.by_script = manner->by_script,
		.engine = engine_of(voice, phrase),
		.capitals = manner->capitals,
	};

	saying->id = request.id;
	saying->sent = true;
	voice->beats = atomic_load(&voice->shared->beats);
	stall_progress(&voice->stall, voice->pid, clock_ms());
	watch_after(voice->watchdog, WATCH_MS);
	/* A dead child's end is seen by its watch, and the phrase kept. */
	if (send_request(voice, request, phrase) < 0)
		kill_child(voice);
}

/* A phrase that a child died of is made alone: what is said is not lost. */
static void send_what_waits(struct voice *voice)
{
	if (voice->pid <= 0 || voice->broken != NULL)
		return;
	if (voice->now.phrase != NULL && !voice->now.sent)
		send_phrase(voice, &voice->now);
	if (voice->ahead.phrase != NULL && !voice->ahead.sent &&
	    voice->ahead.tries == 0 && voice->wanted)
		send_phrase(voice, &voice->ahead);
}

static void give_up(struct voice *voice, const char *why, bool usage)
{
	if (voice->broken == NULL) {
		voice->broken = mem_copy(why);
		voice->handler.broken(voice->handler.data, voice->broken,
				      usage);
	}
	if (!voice->closed && voice->now.phrase != NULL)
		watch_after(voice->later, 0);
}

/*
 * A phrase that came to a broken voice fails, and one that killed it twice, but
 * not inside voice_say().
 */
static void on_later(void *data)
{
	struct voice *voice = data;
	const char *why = voice->broken != NULL ? voice->broken
						: "the voice died of it twice";

	enter(voice);
	if (voice->now.phrase != NULL &&
	    (voice->broken != NULL || !voice->now.sent))
		phrase_finish(voice, 0, voice->stopping,
			      voice->stopping ? NULL : why);
	leave(voice);
}

/* It has become the first: is it to be said at all? */
static void doom(struct voice *voice)
{
	if (voice->broken != NULL || voice->now.tries >= VOICE_TRIES)
		watch_after(voice->later, 0);
	else
		send_what_waits(voice);
}

/* ---- what the child tells ------------------------------------------------ */

static void on_good_end(struct voice *voice, const struct voice_event *event)
{
	voice->backoff_ms = RESTART_FIRST_MS;
	phrase_finish(voice, event->audio_ms, event->stopped != 0, NULL);
}

static void on_wanted(struct voice *voice)
{
	voice->wanted = true;
	send_what_waits(voice);
	if (voice->ahead.phrase == NULL && voice->handler.want != NULL)
		voice->handler.want(voice->handler.data);
}

/* Reported once a phrase, however often it had to be begun. */
static void on_first_sample(struct voice *voice)
{
	const struct voice_handler *handler = &voice->handler;

	if (voice->device_fails)
		handler->device(handler->data, true, "sound is back");
	voice->device_fails = false;
	if (!voice->now.begun)
		handler->begin(handler->data, voice->now.phrase);
	voice->now.begun = true;
}

/* text is NUL-terminated. */
static void on_event(struct voice *voice, const struct voice_event *event,
		     const char *text)
{
	const struct voice_handler *handler = &voice->handler;
	bool ours = voice->now.phrase != NULL && voice->now.sent &&
		    event->id == voice->now.id;

	switch ((enum voice_event_kind)event->kind) {
	case VOICE_READY:
		voice->early_deaths = 0;
		if (handler->ready != NULL)
			handler->ready(handler->data);
		break;
	case VOICE_WANT:
		if (ours)
			on_wanted(voice);
		break;
	case VOICE_BEGIN:
		if (ours)
			on_first_sample(voice);
		break;
	case VOICE_MARK:
		if (ours && handler->mark != NULL)
			handler->mark(handler->data, voice->now.phrase,
				      event->value);
		break;
	case VOICE_END:
		if (ours)
			on_good_end(voice, event);
		break;
	case VOICE_FAILED:
		if (ours)
			phrase_finish(voice, 0, false, text);
		break;
	case VOICE_DEVICE:
		handler->device(handler->data, event->value != 0, text);
		break;
	case VOICE_INSTEAD:
		if (handler->instead != NULL)
			handler->instead(handler->data, text);
		break;
	case VOICE_BROKEN:
		give_up(voice, text, event->value != 0);
		break;
	default:
		break;
	}
}

/* Returns false when there is nothing more to read now. */
static bool read_event(struct voice *voice)
{
	static struct {
		struct voice_event event;
		char text[VOICE_TEXT_MAX_BYTES + 1];
	} packet;
	ssize_t n;

	if (voice->closed)
		return false;
	n = recv(voice->fd, &packet,
		 sizeof(packet.event) + VOICE_TEXT_MAX_BYTES, MSG_DONTWAIT);

	if (n < 0 && errno == EINTR)
		return true;
	if (n < (ssize_t)sizeof(packet.event))
		return false;
	packet.text[n - (ssize_t)sizeof(packet.event)] = '\0';
	on_event(voice, &packet.event, packet.text);
	return true;
}

static void on_socket(int fd, int what, void *data)
{
	struct voice *voice = data;
	char byte;

	(void)what;
	enter(voice);
	while (read_event(voice))
		continue;
	/* At its end: the exit's watch does the rest. */
	if (!voice->closed && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		watch_pause(voice->socket);
	leave(voice);
}

/* ---- the child's life ---------------------------------------------------- */

static void drop_child(struct voice *voice)
{
	watch_free(voice->socket);
	watch_free(voice->exit);
	voice->socket = voice->exit = NULL;
	scope_close(&voice->fd);
	voice->fd = -1;
	voice->pid = 0;
}

static char *why_it_died(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return mem_printf("the voice died of it twice (%s)",
				  strsignal(WTERMSIG(wait_status)));
	return mem_printf("the voice died of it twice (code %d)",
			  child_code(wait_status));
}

/* Whose fault was it? Keep the phrase, or give it up. */
static void judge_phrase(struct voice *voice, int wait_status)
{
	SCOPED_TEXT char *why = NULL;
	uint64_t busy_with = atomic_load(&voice->shared->id);
	bool by_ahead = voice->ahead.phrase != NULL && voice->ahead.sent &&
			busy_with == voice->ahead.id;

	if (voice->now.phrase == NULL || !voice->now.sent)
		return;
	voice->now.sent = voice->ahead.sent = voice->wanted = false;
	watch_cancel(voice->watchdog);
	if (voice->stopping) {
		phrase_finish(voice, 0, true, NULL);
		return;
	}
	if (voice->stalled_in_sink)
		return;
	if (by_ahead) {
		voice->ahead.tries++;
		return;
	}
	if (++voice->now.tries < VOICE_TRIES)
		return;
	why = why_it_died(wait_status);
	phrase_finish(voice, 0, false, why);
}

static void restart_or_give_up(struct voice *voice, int wait_status)
{
	SCOPED_TEXT char *why = NULL;

	voice->killed = voice->stalled_in_sink = false;
	if (voice->broken != NULL)
		return;
	if (++voice->early_deaths >= EARLY_DEATHS_MAX) {
		why = mem_printf("%s ends at once (code %d)", voice->helper,
				 child_code(wait_status));
		give_up(voice, why, false);
		return;
	}
	watch_after(voice->restart, voice->backoff_ms);
	voice->backoff_ms *= 2;
	if (voice->backoff_ms > VOICE_RESTART_MAX_MS)
		voice->backoff_ms = VOICE_RESTART_MAX_MS;
}

static void on_exit_of_child(pid_t pid, int wait_status, void *data)
{
	struct voice *voice = data;

	(void)pid;
	enter(voice);
	while (read_event(voice)) /* what it said last */
		continue;
	if (!voice->closed) {
		drop_child(voice);
		judge_phrase(voice, wait_status);
	}
	if (!voice->closed)
		restart_or_give_up(voice, wait_status);
	leave(voice);
}

/* A fresh page: what the one before says of its child is over. */
static int make_page(struct voice *voice, int *ret_page, struct err *e)
{
	SCOPED_FD int page = memfd_create("speakd-voice", MFD_CLOEXEC);
	void *shared;

	if (voice->shared != NULL)
		munmap(voice->shared, sizeof(*voice->shared));
	voice->shared = NULL;
	if (page < 0 || ftruncate(page, sizeof(*voice->shared)) < 0)
		return err_set(e, errno, "shared page");
	shared = mmap(NULL, sizeof(*voice->shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED, page, 0);
	if (shared == MAP_FAILED)
		return err_set(e, errno, "shared page");
	voice->shared = shared;
	*ret_page = fd_give(&page);
	return 0;
}

static int run_helper(struct voice *voice, int theirs, int page, struct err *e)
{
	const char *argv[8 + ENGINES_MAX] = { voice->helper };
	char *engines[ENGINES_MAX] = { NULL };
	SCOPED_TEXT char *output = mem_printf("--output=%s", voice->output);
	SCOPED_TEXT char *name = mem_printf("--voice=%s", voice->voice_name);
	SCOPED_TEXT char *channels = mem_printf("--channels=%u",
						voice->channels);
	struct child child = { .argv = argv, .fd_count = 5 };
	size_t n = 1;
	int rc;

	n += engine_list_arguments(voice->engine, engines, ENGINES_MAX,
				   argv + n);
	argv[n++] = output;
	argv[n++] = name;
	argv[n++] = channels;
	if (voice->marks)
		argv[n++] = "--marks";
	if (voice->started_before)
		argv[n++] = "--again";
	child.fds[STDIN_FILENO] = child.fds[STDOUT_FILENO] = CHILD_NULL;
	child.fds[STDERR_FILENO] = CHILD_INHERIT;
	child.fds[VOICE_FD] = theirs;
	child.fds[VOICE_SHARED_FD] = page;
	rc = child_start(&child, &voice->pid, e);
	for (size_t i = 0; i < ENGINES_MAX; i++)
		free(engines[i]);
	return rc;
}

static int spawn(struct voice *voice, struct err *e)
{
	SCOPED_FD int ours = -1;
	SCOPED_FD int theirs = -1;
	SCOPED_FD int page = -1;
	int ends[2];
	int rc = make_page(voice, &page, e);

	if (rc < 0)
		return rc;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(e, errno, "socketpair");
	ours = ends[0];
	theirs = ends[1];
	rc = run_helper(voice, theirs, page, e);
	if (rc < 0) {
		voice->pid = 0;
		return rc;
	}
	voice->fd = fd_give(&ours);
	voice->started_before = true;
	voice->socket = loop_fd(voice->loop, voice->fd, LOOP_READ, on_socket,
				voice);
	voice->exit = loop_child(voice->loop, voice->pid, on_exit_of_child,
				 voice);
	return 0;
}

static void start_child(struct voice *voice)
{
	char why[ERR_TEXT_BYTES + 128];
	struct err e = { 0 };

	if (spawn(voice, &e) < 0) {
		give_up(voice, err_text(&e, why, sizeof(why)), false);
		return;
	}
	send_what_waits(voice);
}

static void on_restart(void *data)
{
	struct voice *voice = data;

	enter(voice);
	start_child(voice);
	leave(voice);
}

/* ---- the watchdog -------------------------------------------------------- */

/*
 * A child that hangs in the sound system is replaced without blaming the
 * phrase; the listener is told why there is silence.
 */
static void on_watch(void *data)
{
	struct voice *voice = data;
	uint64_t now_ms = clock_ms();
	uint64_t beats;
	uint32_t stage;

	if (voice->now.phrase == NULL || !voice->now.sent)
		return;
	watch_after(voice->watchdog, WATCH_MS);
	if (voice->stopping && now_ms - voice->stop_ms >= STOP_PATIENCE_MS) {
		kill_child(voice);
		return;
	}
	beats = atomic_load(&voice->shared->beats);
	if (beats != voice->beats) {
		voice->beats = beats;
		stall_progress(&voice->stall, voice->pid, now_ms);
		return;
	}
	/* The more patient, the oftener it was tried. */
	if (voice->killed ||
	    !stall_is_hang(&voice->stall, voice->pid, now_ms,
			   (uint64_t)VOICE_STALL_MS << voice->now.tries))
		return;
	stage = atomic_load(&voice->shared->stage);
	voice->stalled_in_sink = stage == VOICE_IN_SINK;
	kill_child(voice);
	if (voice->stalled_in_sink && !voice->device_fails) {
		voice->device_fails = true;
		voice->handler.device(voice->handler.data, false,
				      "the sound system does not answer");
	}
}

/* ---- the interface ------------------------------------------------------- */

static void free_voice(struct voice *voice)
{
	drop_child(voice);
	watch_free(voice->restart);
	watch_free(voice->watchdog);
	watch_free(voice->later);
	if (voice->shared != NULL)
		munmap(voice->shared, sizeof(*voice->shared));
	phrase_free(voice->now.phrase);
	phrase_free(voice->ahead.phrase);
	free(voice->helper);
	free(voice->engine);
	free(voice->output);
	free(voice->voice_name);
	free(voice->broken);
	if (voice->depth == 0)
		free(voice);
	else
		voice->closed = true;
}

int voice_start(struct loop *loop, const struct voice_config *config,
		const struct voice_handler *handler, struct voice **ret,
		struct err *e)
{
	struct voice *voice = mem_new(sizeof(*voice));
	int rc;

	voice->loop = loop;
	voice->handler = *handler;
	voice->helper = config->helper != NULL ? mem_copy(config->helper)
					       : path_helper("speakd-voice");
	voice->engine = mem_copy(config->engine);
	voice->output = mem_copy(config->output);
	voice->voice_name = mem_copy(config->voice);
	voice->rate_wpm = config->rate_wpm;
	voice->pitch = config->pitch;
	voice->volume_percent = config->volume_percent;
	voice->lead_in_ms = config->lead_in_ms;
	voice->channels = config->channels > 0 ? config->channels : 1;
	voice->marks = config->marks;
	voice->fd = -1;
	voice->backoff_ms = RESTART_FIRST_MS;
	voice->restart = loop_timer(loop, on_restart, voice);
	voice->watchdog = loop_timer(loop, on_watch, voice);
	voice->later = loop_timer(loop, on_later, voice);
	rc = spawn(voice, e);
	if (rc < 0) {
		free_voice(voice);
		return rc;
	}
	*ret = voice;
	return 0;
}

bool voice_is_free(const struct voice *voice)
{
	return voice->now.phrase == NULL;
}

bool voice_wants(const struct voice *voice)
{
	return voice->now.phrase == NULL ||
	       (voice->wanted && voice->ahead.phrase == NULL &&
		!voice->stopping);
}

void voice_say(struct voice *voice, struct phrase *take_phrase)
{
	struct saying saying = { .phrase = take_phrase };

	if (voice->now.phrase != NULL) {
		voice->ahead = saying;
		send_what_waits(voice);
		return;
	}
	voice->now = saying;
	voice->stopping = voice->wanted = false;
	if (voice->broken != NULL)
		watch_after(voice->later, 0);
	else
		send_what_waits(voice); /* else: when the child was restarted */
}

struct phrase *voice_take_back(struct voice *voice)
{
	struct phrase *phrase = voice->ahead.phrase;
	struct voice_request request = { .kind = VOICE_RETRACT,
					 .id = voice->ahead.id };

	if (phrase != NULL && voice->ahead.sent &&
	    send_request(voice, request, NULL) < 0)
		kill_child(voice);
	voice->ahead = (struct saying){ .phrase = NULL };
	return phrase;
}

void voice_stop(struct voice *voice)
{
	struct voice_request request = { .kind = VOICE_STOP };

	if (voice->now.phrase == NULL || voice->stopping)
		return;
	voice->stopping = true;
	voice->stop_ms = clock_ms();
	if (!voice->now.sent) {
		watch_after(voice->later, 0);
		return;
	}
	request.id = voice->now.id;
	if (send_request(voice, request, NULL) < 0)
		kill_child(voice);
}

const struct phrase *voice_saying(const struct voice *voice)
{
	return voice->now.phrase;
}

struct phrase *voice_detach(struct voice *voice)
{
	struct phrase *phrase = voice->now.phrase;

	voice->now.phrase = NULL;
	watch_cancel(voice->watchdog);
	watch_cancel(voice->later);
	return phrase;
}

/* Blocks, as the loop has ended: until the child has ended, or hangs. */
static int wait_for_end(struct voice *voice, struct err *e)
{
	int status = 0;

	stall_progress(&voice->stall, voice->pid, clock_ms());
	while (waitpid(voice->pid, &status, WNOHANG) == 0) {
		while (read_event(voice))
			continue;
		if (stall_is_hang(&voice->stall, voice->pid, clock_ms(),
				  CLOSE_MS)) {
			kill(voice->pid, SIGKILL);
			waitpid(voice->pid, &status, 0);
			return err_say(e, ETIMEDOUT,
				       "the voice hung when it was to end");
		}
		poll(NULL, 0, CLOSE_POLL_MS);
	}
	while (read_event(voice))
		continue;
	if (voice->broken != NULL)
		return err_say(e, EIO, "%s", voice->broken);
	if (child_code(status) != 0)
		return err_say(e, EIO, "the voice ended with code %d",
			       child_code(status));
	return 0;
}

static void ignore_text(void *data, const char *why, bool usage)
{
	(void)data;
	(void)why;
	(void)usage;
}

static void ignore_ready(void *data)
{
	(void)data;
}

int voice_close(struct voice *voice, struct err *e)
{
	int rc = 0;

	if (voice == NULL)
		return 0;
	/* What it says from now on goes into the result, not to the handler. */
	voice->handler.broken = ignore_text;
	voice->handler.ready = ignore_ready;
	if (voice->broken != NULL)
		rc = err_say(e, EIO, "%s", voice->broken);
	phrase_free(voice->now.phrase);
	phrase_free(voice->ahead.phrase);
	voice->now.phrase = voice->ahead.phrase = NULL;
	watch_free(voice->exit);
	voice->exit = NULL;
	if (voice->pid > 0) {
		int end;

		(void)!send_request(
			voice, (struct voice_request){ .kind = VOICE_QUIT },
			NULL);
		end = wait_for_end(voice, rc == 0 ? e : NULL);
		rc = rc < 0 ? rc : end;
	}
	free_voice(voice);
	return rc;
}
