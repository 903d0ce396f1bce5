/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/speech.h"

#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "core/address.h"
#include "core/clock.h"
#include "core/mem.h"

enum { READ_BYTES = 65536, CODE_DIGITS = 3 };

struct speech {
	int fd;
	int code;
	struct buf in; /* received, not yet used */
	struct buf events; /* whole events that came between replies */
};

struct speech *speech_new(int take_fd)
{
	struct speech *speech = mem_new(sizeof(*speech));

	speech->fd = take_fd;
	return speech;
}

struct speech *speech_open(const char *address, struct err *e)
{
	SCOPED_TEXT char *place = address_place(address, e);
	int fd = place != NULL ? address_connect(place, e) : -1;

	return fd >= 0 ? speech_new(fd) : NULL;
}

void speech_close(struct speech *speech)
{
	if (speech == NULL)
		return;
	scope_close(&speech->fd);
	buf_fini(&speech->in);
	buf_fini(&speech->events);
	free(speech);
}

int speech_detach(struct speech *take_speech)
{
	int fd = fd_give(&take_speech->fd);

	speech_close(take_speech);
	return fd;
}

int speech_fd(const struct speech *speech)
{
	return speech->fd;
}

int speech_code(const struct speech *speech)
{
	return speech->code;
}

/* ---- bytes --------------------------------------------------------------- */

static void take(struct buf *buf, size_t n)
{
	memmove(buf->data, buf->data + n, buf->len_bytes - n);
	buf_cut(buf, buf->len_bytes - n);
}

static int send_all(struct speech *speech, const struct buf *bytes,
		    struct err *e)
{
	size_t done = 0;

	while (done < bytes->len_bytes) {
		ssize_t n = send(speech->fd, bytes->data + done,
				 bytes->len_bytes - done, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return err_set(e, errno, "write to speakd");
		if (n > 0)
			done += (size_t)n;
	}
	return 0;
}

/* One recv(2). 1, 0 when nothing came in time, or -errno. */
static int receive(struct speech *speech, int timeout_ms, struct err *e)
{
	struct pollfd pfd = { .fd = speech->fd, .events = POLLIN };
	char bytes[READ_BYTES];
	ssize_t n;
	int rc;

	do {
		rc = poll(&pfd, 1, timeout_ms);
	} while (rc < 0 && errno == EINTR && timeout_ms < 0);
	if (rc <= 0)
		return rc == 0 || errno == EINTR
			       ? 0
			       : err_set(e, errno, "wait for speakd");
	n = recv(speech->fd, bytes, sizeof(bytes), 0);
	if (n < 0)
		return err_set(e, errno, "read from speakd");
	if (n == 0)
		return err_say(e, ECONNRESET, "speakd has gone");
	if (speech->in.len_bytes + (size_t)n > SPEECH_REPLY_MAX_BYTES)
		return err_say(e, EPROTO, "speakd answers without end");
	buf_add(&speech->in, bytes, (size_t)n);
	return 1;
}

/* ---- replies and events -------------------------------------------------- */

/* Where a reply or event ends: after its line "ccc text". 0: not yet. */
static size_t message_end(const struct buf *in, size_t from)
{
	while (from < in->len_bytes) {
		const char *line = in->data + from;
		const char *end = memmem(line, in->len_bytes - from, "\r\n", 2);

		if (end == NULL)
			return 0;
		from = (size_t)(end + 2 - in->data);
		if (end - line <= CODE_DIGITS || line[CODE_DIGITS] != '-')
			return from;
	}
	return 0;
}

static int code_of(const char *line, size_t len_bytes)
{
	int code = 0;

	for (size_t i = 0; i < CODE_DIGITS; i++) {
		if (i >= len_bytes || line[i] < '0' || line[i] > '9')
			return 0;
		code = code * 10 + (line[i] - '0');
	}
	return code;
}

/* The data lines to data, the last one's text to text; both may be NULL. */
static void unwrap(const char *message, size_t len_bytes, struct buf *data,
		   struct buf *text)
{
	const char *end = message + len_bytes;

	while (message < end) {
		const char *stop = memmem(message, (size_t)(end - message),
					  "\r\n", 2);
		size_t n = (size_t)(stop - message);
		bool is_data = n > CODE_DIGITS && message[CODE_DIGITS] == '-';
		struct buf *to = is_data ? data : text;
		size_t skip = min_size(CODE_DIGITS + 1, n);

		if (to != NULL) {
			buf_add(to, message + skip, n - skip);
			if (is_data)
				buf_add_char(to, '\n');
		}
		message = stop + 2;
	}
}

static int refused(struct speech *speech, const struct buf *text, struct err *e)
{
	const char *why = buf_text(text);

	if (strncmp(why, "ERR ", 4) == 0)
		why += 4;
	return err_say(e, EPROTO, "speakd refuses: %s (%d)", why, speech->code);
}

/* Read on until a reply is complete; events go aside. */
static int read_reply(struct speech *speech, struct buf *data, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	uint64_t until_ms = clock_ms() + SPEECH_WAIT_MS;

	for (;;) {
		size_t end = message_end(&speech->in, 0);
		int rc;

		if (end > 0) {
			int code = code_of(speech->in.data, end);

			if (code >= 700)
				buf_add(&speech->events, speech->in.data, end);
			else
				unwrap(speech->in.data, end, data, &text);
			take(&speech->in, end);
			if (code >= 700)
				continue;
			speech->code = code;
			return code >= 100 && code < 300
				       ? code
				       : refused(speech, &text, e);
		}
		rc = receive(speech, SPEECH_WAIT_MS, e);
		if (rc < 0)
			return rc;
		if (rc == 0 && clock_ms() >= until_ms)
			return err_say(e, ETIMEDOUT, "speakd does not answer");
	}
}

/* One line of whatever was asked for: no argument may add another one. */
static void one_line(struct buf *out, size_t from)
{
	for (size_t i = from; i < out->len_bytes; i++)
		if (out->data[i] == '\r' || out->data[i] == '\n' ||
		    out->data[i] == '\0')
			out->data[i] = ' ';
}

int speech_command(struct speech *speech, struct buf *data, struct err *e,
		   const char *fmt, ...)
{
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_TEXT char *line = NULL;
	va_list args;
	int n, rc;

	va_start(args, fmt);
	n = vasprintf(&line, fmt, args);
	va_end(args);
	if (n < 0)
		abort(); /* out of memory, as in core/mem.h */
	buf_add(&out, line, (size_t)n);
	one_line(&out, 0);
	buf_add_text(&out, "\r\n");
	speech->code = 0;
	rc = send_all(speech, &out, e);
	return rc < 0 ? rc : read_reply(speech, data, e);
}

int speech_set_name(struct speech *speech, const char *program, struct err *e)
{
	const struct passwd *user = getpwuid(geteuid());

	return speech_command(speech, NULL, e,
			      "SET self CLIENT_NAME %s:%s:main",
			      user != NULL ? user->pw_name : "user", program);
}

int speech_say(struct speech *speech, const char *text, size_t len_bytes,
	       uint64_t *ret_id, struct err *e)
{
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_BUF struct buf id = { 0 };
	bool line_start = true;
	int rc = speech_command(speech, NULL, e, "SPEAK");

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < len_bytes; i++) {
		if (text[i] == '.' && line_start)
			buf_add_char(&out, '.');
		buf_add_char(&out, text[i]);
		line_start = text[i] == '\n' && i > 0 && text[i - 1] == '\r';
	}
	buf_add_text(&out, "\r\n.\r\n");
	rc = send_all(speech, &out, e);
	if (rc == 0)
		rc = read_reply(speech, &id, e);
	if (rc < 0)
		return rc;
	if (ret_id != NULL)
		*ret_id = strtoull(buf_text(&id), NULL, 10);
	return 0;
}

bool speech_has_event(const struct speech *speech)
{
	return message_end(&speech->events, 0) > 0 ||
	       message_end(&speech->in, 0) > 0;
}

static int take_event(struct buf *from, struct buf *data)
{
	size_t end = message_end(from, 0);
	int code;

	if (end == 0)
		return 0;
	code = code_of(from->data, end);
	unwrap(from->data, end, data, NULL);
	take(from, end);
	return code;
}

int speech_event(struct speech *speech, int timeout_ms, struct buf *data,
		 struct err *e)
{
	for (;;) {
		int rc = take_event(&speech->events, data);

		if (rc == 0)
			rc = take_event(&speech->in, data);
		if (rc != 0)
			return rc;
		rc = receive(speech, timeout_ms, e);
		if (rc <= 0)
			return rc;
	}
}
