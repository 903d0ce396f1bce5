/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/handover.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "core/buf.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/speech.h"
#include "speakd/queue/wire.h"

/* More is not taken from the inputs until the server has read some. */
enum { FULL_BYTES = 1 << 16 };

struct handover {
	struct outlet outlet;
	struct outlet_handler handler;
	struct handover_manner manner;
	int fd;
	struct watch *readable, *writable;
	struct buf out;
	bool writing, finishing, was_full;
	struct watch *give_up; /* looks whether the server has sound */
	unsigned give_up_s; /* 0: waits for ever */
};

/* What the one that served had of us is lost with it. */
static void handover_end(struct handover *handover, bool good)
{
	struct err e = { 0 };

	watch_pause(handover->readable);
	watch_pause(handover->writable);
	if (!good)
		err_say(&e, EPIPE, "the speakd that served has gone");
	handover->handler.ended(handover->handler.data, good ? NULL : &e);
}

static void want_write(struct handover *handover, bool want)
{
	if (handover->writing == want)
		return;
	handover->writing = want;
	if (want)
		watch_resume(handover->writable);
	else
		watch_pause(handover->writable);
}

/* False when it has ended, and may be freed. */
static bool send_lines(struct handover *handover)
{
	struct buf *out = &handover->out;
	ssize_t n = 0;
	size_t done = 0;

	while (done < out->len_bytes) {
		n = send(handover->fd, out->data + done, out->len_bytes - done,
			 MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	if (n < 0 && errno != EAGAIN) {
		handover_end(handover, false);
		return false;
	}
	if (done > 0) {
		memmove(out->data, out->data + done, out->len_bytes - done);
		buf_cut(out, out->len_bytes - done);
	}
	want_write(handover, out->len_bytes > 0);
	if (out->len_bytes == 0 && handover->finishing) {
		shutdown(handover->fd, SHUT_WR);
		if (handover->give_up_s > 0)
			watch_after(handover->give_up,
				    handover->give_up_s * 1000ULL);
	}
	return true;
}

static bool server_has_sound(void)
{
	SCOPED_BUF struct buf status = { 0 };
	struct speech *speech = speech_open(NULL, NULL);
	int rc;

	if (speech == NULL)
		return true;
	rc = speech_command(speech, &status, NULL, "STATUS");
	speech_close(speech);
	return rc < 0 || strstr(buf_text(&status), "sound no\n") == NULL;
}

/* The server keeps what we gave; nobody is to wait here for its sound. */
static void on_give_up(void *data)
{
	struct handover *handover = data;

	if (server_has_sound()) {
		watch_after(handover->give_up, handover->give_up_s * 1000ULL);
		return;
	}
	log_warn("the speakd that serves has no sound: it says later what it "
		 "was given");
	handover_end(handover, true);
}

static bool handover_is_full(const struct outlet *outlet)
{
	const struct handover *handover = (const struct handover *)outlet;

	return handover->out.len_bytes >= FULL_BYTES;
}

static void on_writable(int fd, int what, void *data)
{
	struct handover *handover = data;

	(void)fd;
	(void)what;
	if (send_lines(handover) && handover->was_full &&
	    !handover_is_full(&handover->outlet)) {
		handover->was_full = false;
		handover->handler.room(handover->handler.data);
	}
}

/* The server says nothing on a stream; it closes it when all was said. */
static void on_readable(int fd, int what, void *data)
{
	struct handover *handover = data;
	char bytes[256];
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	(void)what;
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	handover_end(handover, n == 0 && handover->finishing &&
				       handover->out.len_bytes == 0);
}

static int or_told(int of_phrase, int told)
{
	return of_phrase != PHRASE_DEFAULT ? of_phrase : told;
}

/* What we were told, for a phrase that says nothing else. */
static void add_manner(struct phrase *phrase,
		       const struct handover_manner *told)
{
	struct manner *manner = &phrase->manner;

	if (phrase->voice == NULL)
		phrase->voice = mem_copy(told->voice);
	manner->rate_wpm = or_told(manner->rate_wpm, told->rate_wpm);
	manner->pitch = or_told(manner->pitch, told->pitch);
	manner->volume_percent = or_told(manner->volume_percent,
					 told->volume_percent);
}

static void handover_say(struct outlet *outlet, struct phrase *take_phrase,
			 bool live)
{
	struct handover *handover = (struct handover *)outlet;

	add_manner(take_phrase, &handover->manner);
	wire_print(take_phrase, live, &handover->out);
	phrase_free(take_phrase);
	want_write(handover, true);
	handover->was_full |= handover_is_full(outlet);
}

static void handover_flush(struct outlet *outlet)
{
	(void)outlet;
}

static void handover_inputs_ended(struct outlet *outlet)
{
	struct handover *handover = (struct handover *)outlet;

	handover->finishing = true;
	want_write(handover, true);
}

/* What was handed over is said without us. */
static bool handover_stop(struct outlet *outlet)
{
	(void)outlet;
	return false;
}

static int handover_close(struct outlet *outlet, struct err *e)
{
	struct handover *handover = (struct handover *)outlet;

	(void)e;
	watch_free(handover->readable);
	watch_free(handover->writable);
	watch_free(handover->give_up);
	scope_close(&handover->fd);
	buf_fini(&handover->out);
	free(handover);
	return 0;
}

static struct handover *handover_of(struct loop *loop, int take_fd,
				    unsigned give_up_s,
				    const struct outlet_handler *handler)
{
	struct handover *handover = mem_new(sizeof(*handover));

	handover->give_up = loop_timer(loop, on_give_up, handover);
	handover->give_up_s = give_up_s;
	handover->outlet = (struct outlet){
		.say = handover_say,
		.is_full = handover_is_full,
		.flush = handover_flush,
		.inputs_ended = handover_inputs_ended,
		.stop = handover_stop,
		.close = handover_close,
	};
	handover->handler = *handler;
	handover->fd = take_fd;
	handover->readable = loop_fd(loop, take_fd, LOOP_READ, on_readable,
				     handover);
	handover->writable = loop_fd(loop, take_fd, LOOP_WRITE, on_writable,
				     handover);
	handover->writing = true;
	want_write(handover, false);
	return handover;
}

struct outlet *handover_new(struct loop *loop, const char *name,
			    const struct handover_manner *manner,
			    unsigned give_up_s,
			    const struct outlet_handler *handler, struct err *e)
{
	struct speech *speech = speech_open(NULL, e);
	struct handover *handover;
	int fd;

	if (speech == NULL)
		return NULL;
	if (speech_command(speech, NULL, e, "PHRASES %s", name) < 0) {
		speech_close(speech);
		return NULL;
	}
	fd = speech_detach(speech);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	handover = handover_of(loop, fd, give_up_s, handler);
	handover->manner = *manner;
	return &handover->outlet;
}
