/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/libirc.h"

#include <fcntl.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <libircclient.h>

#include "core/files.h"
#include "core/mem.h"

struct libirc {
	irc_session_t *library;
	int library_fd; /* the library's to close */
	int ours; /* our end of the pair */
	libirc_fn *fn;
	void *data;
	bool told; /* fn was called for the line being fed */
};

static void tell(irc_session_t *library, enum message_kind kind,
		 unsigned numeric)
{
	struct libirc *libirc = irc_get_ctx(library);

	if (libirc->told)
		return;
	libirc->told = true;
	libirc->fn(kind, numeric, libirc->data);
}

#define EVENT(name, kind)                                                      \
	static void on_##name(irc_session_t *library, const char *event,       \
			      const char *origin, const char **params,         \
			      unsigned count)                                  \
	{                                                                      \
		(void)event;                                                   \
		(void)origin;                                                  \
		(void)params;                                                  \
		(void)count;                                                   \
		tell(library, kind, 0);                                        \
	}

EVENT(message, KIND_MESSAGE)
EVENT(action, KIND_ACTION)
EVENT(notice, KIND_NOTICE)
EVENT(join, KIND_JOIN)
EVENT(part, KIND_PART)
EVENT(quit, KIND_QUIT)
EVENT(nick, KIND_NICK)
EVENT(mode, KIND_MODE)
EVENT(topic, KIND_TOPIC)
EVENT(kick, KIND_KICK)
EVENT(other, KIND_OTHER)

static void on_numeric(irc_session_t *library, unsigned event,
		       const char *origin, const char **params, unsigned count)
{
	(void)origin;
	(void)params;
	(void)count;
	tell(library, KIND_NUMERIC, event);
}

/*
 * event_ctcp_req is ours: the default answers VERSION, TIME, FINGER and PING.
 * event_connect stays unset: it comes on top of the numeric's own event.
 */
static irc_callbacks_t callbacks = {
	.event_nick = on_nick,
	.event_quit = on_quit,
	.event_join = on_join,
	.event_part = on_part,
	.event_mode = on_mode,
	.event_umode = on_mode,
	.event_topic = on_topic,
	.event_kick = on_kick,
	.event_channel = on_message,
	.event_privmsg = on_message,
	.event_notice = on_notice,
	.event_channel_notice = on_notice,
	.event_invite = on_other,
	.event_ctcp_req = on_other,
	.event_ctcp_rep = on_other,
	.event_ctcp_action = on_action,
	.event_unknown = on_other,
	.event_numeric = on_numeric,
};

/* ---- the socketpair ------------------------------------------------------ */

/* The one descriptor that the library waits to write to. */
static int library_fd(irc_session_t *library)
{
	fd_set in, out;
	int max = 0;

	FD_ZERO(&in);
	FD_ZERO(&out);
	if (irc_add_select_descriptors(library, &in, &out, &max) != 0)
		return -1;
	for (int fd = 0; fd <= max && fd < FD_SETSIZE; fd++)
		if (FD_ISSET(fd, &out))
			return fd;
	return -1;
}

/*
 * Let the library work, as if select(2) had found its socket ready. It reads
 * in a loop until a read would block, so "ready" must be the truth.
 */
static int process(struct libirc *libirc, bool readable, bool writable)
{
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	if (readable)
		FD_SET(libirc->library_fd, &in);
	if (writable)
		FD_SET(libirc->library_fd, &out);
	return irc_process_select_descriptors(libirc->library, &in, &out);
}

static void throw_away(int fd)
{
	char bytes[1024];

	while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

/*
 * irc_connect() to a port where nobody needs to listen gives the library a
 * socket; dup2() puts ours in its place before the library looks at it.
 */
static int replace_socket(struct libirc *libirc, struct err *e)
{
	int pair[2];
	int rc;

	if (irc_connect(libirc->library, "127.0.0.1", 1, NULL, "x", "x", "x") !=
	    0)
		return err_say(e, EIO, "libircclient: %s",
			       irc_strerror(irc_errno(libirc->library)));
	libirc->library_fd = library_fd(libirc->library);
	if (libirc->library_fd < 0)
		return err_say(e, EIO, "libircclient: no socket");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair) < 0)
		return err_set(e, errno, "socketpair");
	libirc->ours = pair[1];
	rc = dup3(pair[0], libirc->library_fd, O_CLOEXEC);
	close(pair[0]);
	if (rc < 0)
		return err_set(e, errno, "dup3");
	/* Once to notice the connection, once to send NICK and USER. */
	if (process(libirc, false, true) != 0 ||
	    process(libirc, false, true) != 0)
		return err_say(e, EIO, "libircclient: %s",
			       irc_strerror(irc_errno(libirc->library)));
	throw_away(libirc->ours);
	return 0;
}

struct libirc *libirc_new(libirc_fn *fn, void *keep_data, struct err *e)
{
	struct libirc *libirc = mem_new(sizeof(*libirc));

	libirc->ours = -1;
	libirc->fn = fn;
	libirc->data = keep_data;
	libirc->library = irc_create_session(&callbacks);
	if (libirc->library == NULL)
		abort(); /* out of memory, as in core/mem.h */
	irc_set_ctx(libirc->library, libirc);
	if (replace_socket(libirc, e) < 0) {
		libirc_free(libirc);
		return NULL;
	}
	return libirc;
}

void libirc_free(struct libirc *libirc)
{
	if (libirc == NULL)
		return;
	irc_destroy_session(libirc->library);
	scope_close(&libirc->ours);
	free(libirc);
}

int libirc_feed(struct libirc *libirc, const char *line, size_t len_bytes,
		struct err *e)
{
	libirc->told = false;
	/* The pair is empty between two lines: a whole one always fits. */
	if (write_all(libirc->ours, line, len_bytes) < 0)
		return err_set(e, errno, "libircclient: socketpair");
	if (process(libirc, true, false) != 0)
		return err_say(e, EIO, "libircclient: %s",
			       irc_strerror(irc_errno(libirc->library)));
	return 0;
}
