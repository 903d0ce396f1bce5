/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/control.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/clock.h"

/* The parent's watchdog looks every second: beat more often than that. */
enum { CONTROL_BEAT_MS = 500 };

struct packet {
	struct voice_request head;
	char bytes[3 * VOICE_TEXT_MAX_BYTES +
		   VOICE_STYLES_MAX * sizeof(struct style)];
};

void control_stage(struct control *control, enum voice_stage stage, uint64_t id)
{
	atomic_store(&control->keep_shared->stage, stage);
	atomic_store(&control->keep_shared->id, id);
	atomic_fetch_add(&control->keep_shared->beats, 1);
}

/* Whether the packet is whole and within its limits. */
static bool is_sound(const struct packet *packet, size_t len_bytes)
{
	const struct voice_request *head = &packet->head;

	return len_bytes >= sizeof(*head) &&
	       head->voice_bytes <= VOICE_TEXT_MAX_BYTES &&
	       head->sound_bytes <= VOICE_TEXT_MAX_BYTES &&
	       head->text_bytes <= VOICE_TEXT_MAX_BYTES &&
	       head->style_count <= VOICE_STYLES_MAX &&
	       len_bytes == sizeof(*head) + head->voice_bytes +
				    head->sound_bytes +
				    head->style_count * sizeof(struct style) +
				    head->text_bytes;
}

static const char *take_text(char *to, const char *from, size_t len_bytes)
{
	memcpy(to, from, len_bytes);
	to[len_bytes] = '\0';
	return from + len_bytes;
}

static void take_phrase(struct control *control, const struct packet *packet)
{
	struct control_phrase *phrase = &control->inbox;
	size_t style_bytes = packet->head.style_count * sizeof(struct style);
	const char *at = packet->bytes;

	phrase->head = packet->head;
	at = take_text(phrase->voice, at, packet->head.voice_bytes);
	at = take_text(phrase->sound, at, packet->head.sound_bytes);
	memcpy(phrase->styles, at, style_bytes);
	at += style_bytes;
	(void)take_text(phrase->text, at, packet->head.text_bytes);
	control->has_phrase = true;
}

/* A lost parent is QUIT. */
static void receive(struct control *control)
{
	static struct packet packet; /* too much for a stack */
	ssize_t n = recv(control->fd, &packet, sizeof(packet), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !is_sound(&packet, (size_t)n)) {
		control->quit = true;
		return;
	}
	switch ((enum voice_request_kind)packet.head.kind) {
	case VOICE_SPEAK:
		take_phrase(control, &packet);
		break;
	case VOICE_STOP:
		control->stop_id = packet.head.id;
		break;
	case VOICE_RETRACT:
		control->retract_id = packet.head.id;
		break;
	case VOICE_QUIT:
	default:
		control->quit = true;
		break;
	}
}

bool control_is_called(const struct control *control)
{
	return control->quit || control->has_phrase || control->stop_id != 0 ||
	       control->retract_id != 0;
}

int control_wait(struct control *control, struct pollfd *fds, size_t count,
		 int timeout_ms)
{
	struct pollfd all[CONTROL_WAIT_FDS_MAX + 1];
	uint64_t start_ms = clock_ms();

	if (count > CONTROL_WAIT_FDS_MAX)
		count = CONTROL_WAIT_FDS_MAX;
	if (count > 0)
		memcpy(all + 1, fds, count * sizeof(*fds));
	all[0] = (struct pollfd){ .fd = control->fd, .events = POLLIN };
	/* One at a time: the next is read when this one was seen to. */
	if (control_is_called(control))
		return -ECANCELED;
	for (;;) {
		int left_ms = timeout_ms - (int)(clock_ms() - start_ms);
		int ready;

		if (timeout_ms < 0 || left_ms > CONTROL_BEAT_MS)
			left_ms = CONTROL_BEAT_MS;
		if (left_ms < 0)
			left_ms = 0;
		/* Nothing is being said: nobody looks, and nothing wakes. */
		if (timeout_ms < 0 && control->is_idle)
			left_ms = -1;
		ready = poll(all, count + 1, left_ms);
		atomic_fetch_add(&control->keep_shared->beats, 1);
		if (ready > 0 && all[0].revents != 0) {
			receive(control);
			ready--;
			if (control_is_called(control))
				return -ECANCELED;
		}
		for (size_t i = 0; i < count; i++)
			fds[i].revents = ready > 0 ? all[i + 1].revents : 0;
		if (ready > 0)
			return ready;
		if (timeout_ms >= 0 &&
		    (int)(clock_ms() - start_ms) >= timeout_ms)
			return 0;
	}
}

void control_tell(struct control *control, struct voice_event event,
		  const char *text)
{
	size_t text_bytes = text != NULL ? strlen(text) : 0;
	struct iovec parts[2] = { { &event, sizeof(event) } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	if (text_bytes > VOICE_TEXT_MAX_BYTES)
		text_bytes = VOICE_TEXT_MAX_BYTES;
	event.text_bytes = (uint32_t)text_bytes;
	parts[1].iov_base = (char *)(uintptr_t)text;
	parts[1].iov_len = text_bytes;
	/* Blocking: the parent reads, or its end closes and we are to end. */
	while (sendmsg(control->fd, &message, MSG_NOSIGNAL) < 0)
		if (errno != EINTR) {
			control->quit = true;
			return;
		}
}

void control_device(struct control *control, bool works, const char *why)
{
	struct voice_event event = { .kind = VOICE_DEVICE, .value = works };

	if (control->device_fails == !works)
		return;
	control->device_fails = !works;
	control_tell(control, event, why);
}

void control_instead(struct control *control, const char *text)
{
	control_tell(control, (struct voice_event){ .kind = VOICE_INSTEAD },
		     text);
}
