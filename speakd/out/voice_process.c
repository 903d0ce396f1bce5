/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/voice_process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/stall.h"

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
	struct voice_helper helper;
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

static void kill_child(struct voice *voice)
{
	voice->killed = true;
	if (voice->helper.pid > 0)
		kill(voice->helper.pid, SIGKILL);
}

/* The child may not have read its program yet: the packet waits for it. */
static void send_phrase(struct voice *voice, struct saying *saying)
{
	saying->id = ++voice->last_id;
	saying->sent = true;
	voice->beats = atomic_load(&voice->helper.shared->beats);
	stall_progress(&voice->stall, voice->helper.pid, clock_ms());
	watch_after(voice->watchdog, WATCH_MS);
	/* A dead child's end is seen by its watch, and the phrase kept. */
	if (voice_helper_speak(&voice->helper, saying->id, saying->phrase) < 0)
		kill_child(voice);
}

/* A phrase that a child died of is made alone: what is said is not lost. */
static void send_what_waits(struct voice *voice)
{
	if (voice->helper.pid <= 0 || voice->broken != NULL)
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
	struct voice_event event;
	const char *text;

	if (voice->closed || !voice_helper_read(&voice->helper, &event, &text))
		return false;
	on_event(voice, &event, text);
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
		watch_pause(voice->helper.socket);
	leave(voice);
}

/* ---- the child's life ---------------------------------------------------- */

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
	uint64_t busy_with = atomic_load(&voice->helper.shared->id);
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
		why = mem_printf("%s ends at once (code %d)",
				 voice->helper.program,
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
		voice_helper_drop(&voice->helper);
		judge_phrase(voice, wait_status);
	}
	if (!voice->closed)
		restart_or_give_up(voice, wait_status);
	leave(voice);
}

static int spawn(struct voice *voice, struct err *e)
{
	return voice_helper_start(&voice->helper, voice->loop, on_socket,
				  on_exit_of_child, voice, e);
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
	beats = atomic_load(&voice->helper.shared->beats);
	if (beats != voice->beats) {
		voice->beats = beats;
		stall_progress(&voice->stall, voice->helper.pid, now_ms);
		return;
	}
	/* The more patient, the oftener it was tried. */
	if (voice->killed ||
	    !stall_is_hang(&voice->stall, voice->helper.pid, now_ms,
			   (uint64_t)VOICE_STALL_MS << voice->now.tries))
		return;
	stage = atomic_load(&voice->helper.shared->stage);
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
	voice_helper_fini(&voice->helper);
	watch_free(voice->restart);
	watch_free(voice->watchdog);
	watch_free(voice->later);
	phrase_free(voice->now.phrase);
	phrase_free(voice->ahead.phrase);
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
	voice_helper_init(&voice->helper, config);
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

	if (phrase != NULL && voice->ahead.sent &&
	    voice_helper_ask(&voice->helper, VOICE_RETRACT, voice->ahead.id) <
		    0)
		kill_child(voice);
	voice->ahead = (struct saying){ .phrase = NULL };
	return phrase;
}

void voice_stop(struct voice *voice)
{
	if (voice->now.phrase == NULL || voice->stopping)
		return;
	voice->stopping = true;
	voice->stop_ms = clock_ms();
	if (!voice->now.sent) {
		watch_after(voice->later, 0);
		return;
	}
	if (voice_helper_ask(&voice->helper, VOICE_STOP, voice->now.id) < 0)
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

	stall_progress(&voice->stall, voice->helper.pid, clock_ms());
	while (waitpid(voice->helper.pid, &status, WNOHANG) == 0) {
		while (read_event(voice))
			continue;
		if (stall_is_hang(&voice->stall, voice->helper.pid, clock_ms(),
				  CLOSE_MS)) {
			kill(voice->helper.pid, SIGKILL);
			waitpid(voice->helper.pid, &status, 0);
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
	watch_free(voice->helper.exit);
	voice->helper.exit = NULL;
	if (voice->helper.pid > 0) {
		int end;

		(void)!voice_helper_ask(&voice->helper, VOICE_QUIT, 0);
		end = wait_for_end(voice, rc == 0 ? e : NULL);
		rc = rc < 0 ? rc : end;
	}
	free_voice(voice);
	return rc;
}
