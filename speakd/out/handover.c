/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/handover.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "core/mem.h"
#include "core/speech.h"
#include "core/text.h"
#include "speakd/words/hygiene.h"

/* More is not taken from the inputs until the server has read some. */
enum { FULL_BYTES = 1 << 16 };

/* ---- the line ------------------------------------------------------------ */

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* A name with a tab in it would end its field early. */
static void add_name(struct buf *out, const char *name)
{
	for (const char *c = or_empty(name); *c != '\0'; c++)
		buf_add_char(out, *c == '\t' || *c == '\n' ? ' ' : *c);
	buf_add_char(out, '\t');
}

void handover_print(const struct phrase *phrase, bool live, struct buf *out)
{
	buf_addf(out, "%d\t%d\t%d\t%d\t%d\t%d\t", live, (int)phrase->priority,
		 (int)phrase->cue, phrase->rate_wpm, phrase->pitch,
		 phrase->volume_percent);
	add_name(out, phrase->voice);
	add_name(out, phrase->nick);
	add_name(out, phrase->channel);
	buf_add_text(out, phrase->text);
	buf_add_char(out, '\n');
}

enum { NUMBERS = 6, NAMES = 3 };

/* Up to a tab, which is skipped. False when there is none. */
static bool next_field(const char **at, const char *end, const char **ret,
		       size_t *ret_bytes)
{
	const char *tab = memchr(*at, '\t', (size_t)(end - *at));

	if (tab == NULL)
		return false;
	*ret = *at;
	*ret_bytes = (size_t)(tab - *at);
	*at = tab + 1;
	return true;
}

static bool parse_number(const char *field, size_t len_bytes, int max, int *ret)
{
	char text[16];
	char *end;
	long n;

	if (len_bytes == 0 || len_bytes >= sizeof(text))
		return false;
	memcpy(text, field, len_bytes);
	text[len_bytes] = '\0';
	n = strtol(text, &end, 10);
	if (*end != '\0' || n < -1 || n > max)
		return false;
	*ret = (int)n;
	return true;
}

static char *safe_name(const char *field, size_t len_bytes)
{
	SCOPED_BUF struct buf out = { 0 };

	if (len_bytes == 0)
		return NULL;
	text_repair(&out, field, len_bytes);
	return buf_give(&out);
}

static void fill(struct phrase *phrase, const int numbers[NUMBERS])
{
	phrase->priority = numbers[1] < 0 ? PRIORITY_NORMAL
					  : (enum priority)numbers[1];
	phrase->cue = numbers[2] < 0 ? CUE_NONE : (enum cue)numbers[2];
	phrase->rate_wpm = numbers[3];
	phrase->pitch = numbers[4];
	phrase->volume_percent = numbers[5];
}

struct phrase *handover_parse(const char *line, size_t len_bytes,
			      bool *ret_live)
{
	static const int most[NUMBERS] = {
		1, PRIORITY_HIGH, CUE_HIGHLIGHT, 900, 99, 200
	};
	SCOPED_BUF struct buf text = { 0 };
	const char *end = line + len_bytes, *names[NAMES], *field;
	size_t name_bytes[NAMES], bytes;
	int numbers[NUMBERS] = { 0 };
	struct phrase *phrase;

	for (size_t i = 0; i < NUMBERS; i++)
		if (!next_field(&line, end, &field, &bytes) ||
		    !parse_number(field, bytes, most[i], &numbers[i]))
			return NULL;
	for (size_t i = 0; i < NAMES; i++)
		if (!next_field(&line, end, &names[i], &name_bytes[i]))
			return NULL;
	hygiene_clean(&text, line,
		      min_size((size_t)(end - line), PHRASE_MAX_BYTES));
	phrase = phrase_new(mem_text(buf_text(&text), text.len_bytes));
	fill(phrase, numbers);
	phrase->voice = safe_name(names[0], name_bytes[0]);
	phrase->nick = safe_name(names[1], name_bytes[1]);
	phrase->channel = safe_name(names[2], name_bytes[2]);
	*ret_live = numbers[0] == 1;
	return phrase;
}

/* ---- sending ------------------------------------------------------------- */

struct handover {
	struct handover_handler handler;
	int fd;
	struct watch *readable, *writable;
	struct buf out;
	bool writing, finishing, was_full;
};

static void end(struct handover *handover, bool good)
{
	watch_pause(handover->readable);
	watch_pause(handover->writable);
	handover->handler.ended(handover->handler.data, good);
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
static bool flush(struct handover *handover)
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
		end(handover, false);
		return false;
	}
	if (done > 0) {
		memmove(out->data, out->data + done, out->len_bytes - done);
		buf_cut(out, out->len_bytes - done);
	}
	want_write(handover, out->len_bytes > 0);
	if (out->len_bytes == 0 && handover->finishing)
		shutdown(handover->fd, SHUT_WR);
	return true;
}

static void on_writable(int fd, int what, void *data)
{
	struct handover *handover = data;

	(void)fd;
	(void)what;
	if (flush(handover) && handover->was_full &&
	    !handover_is_full(handover)) {
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
	end(handover,
	    n == 0 && handover->finishing && handover->out.len_bytes == 0);
}

struct handover *handover_start(struct loop *loop, const char *name,
				const struct handover_handler *handler,
				struct err *e)
{
	struct handover *handover;
	struct speech *speech;
	int fd;

	speech = speech_open(NULL, e);
	if (speech == NULL)
		return NULL;
	if (speech_command(speech, NULL, e, "PHRASES %s", name) < 0) {
		speech_close(speech);
		return NULL;
	}
	fd = speech_detach(speech);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	handover = mem_new(sizeof(*handover));
	handover->handler = *handler;
	handover->fd = fd;
	handover->readable = loop_fd(loop, fd, LOOP_READ, on_readable,
				     handover);
	handover->writable = loop_fd(loop, fd, LOOP_WRITE, on_writable,
				     handover);
	handover->writing = true;
	want_write(handover, false);
	return handover;
}

void handover_say(struct handover *handover, const struct phrase *phrase,
		  bool live)
{
	handover_print(phrase, live, &handover->out);
	want_write(handover, true);
	handover->was_full = handover_is_full(handover);
}

bool handover_is_full(const struct handover *handover)
{
	return handover->out.len_bytes >= FULL_BYTES;
}

void handover_finish(struct handover *handover)
{
	handover->finishing = true;
	want_write(handover, true);
}

void handover_free(struct handover *handover)
{
	if (handover == NULL)
		return;
	watch_free(handover->readable);
	watch_free(handover->writable);
	scope_close(&handover->fd);
	buf_fini(&handover->out);
	free(handover);
}
