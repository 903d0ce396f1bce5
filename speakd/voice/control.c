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
	char bytes[2 * VOICE_TEXT_MAX_BYTES];
};

void control_stage(struct control *control, enum voice_stage stage)
{
	atomic_store(&control->keep_shared->stage, stage);
	atomic_fetch_add(&control->keep_shared->beats, 1);
}

/* Whether the packet is whole and within its limits. */
static bool is_sound(const struct packet *packet, size_t len_bytes)
{
	const struct voice_request *head = &packet->head;

	return len_bytes >= sizeof(*head) &&
	       head->voice_bytes <= VOICE_TEXT_MAX_BYTES &&
	       head->text_bytes <= VOICE_TEXT_MAX_BYTES &&
	       len_bytes ==
		       sizeof(*head) + head->voice_bytes + head->text_bytes;
}

/* Returns the request's kind, 0 when there is none; a lost parent is QUIT. */
static uint32_t receive(struct control *control, struct packet *packet)
{
	ssize_t n = recv(control->fd, packet, sizeof(*packet), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0 || !is_sound(packet, (size_t)n) ||
	    packet->head.kind == VOICE_QUIT) {
		control->quit = true;
		return VOICE_QUIT;
	}
	/* A STOP that crossed the END of its phrase is for nobody. */
	if (packet->head.kind == VOICE_STOP && packet->head.id == control->id)
		control->stop = true;
	return packet->head.kind;
}

static void take(struct control *control, const struct packet *packet,
		 struct control_phrase *phrase)
{
	size_t voice_bytes = packet->head.voice_bytes;
	size_t text_bytes = packet->head.text_bytes;

	phrase->head = packet->head;
	memcpy(phrase->voice, packet->bytes, voice_bytes);
	phrase->voice[voice_bytes] = '\0';
	memcpy(phrase->text, packet->bytes + voice_bytes, text_bytes);
	phrase->text[text_bytes] = '\0';
	control->id = packet->head.id;
	control->stop = false;
}

int control_next(struct control *control, int timeout_ms,
		 struct control_phrase *phrase)
{
	struct pollfd fd = { .fd = control->fd, .events = POLLIN };
	uint64_t until_ms = clock_ms() + (uint64_t)(unsigned)timeout_ms;
	struct packet packet;

	while (!control->quit) {
		int left_ms = timeout_ms;

		if (timeout_ms >= 0) {
			uint64_t now_ms = clock_ms();

			if (now_ms > until_ms)
				return 0;
			left_ms = (int)(until_ms - now_ms);
		}
		if (poll(&fd, 1, left_ms) == 0)
			return 0;
		if (receive(control, &packet) == VOICE_SPEAK) {
			take(control, &packet, phrase);
			return 1;
		}
	}
	return -ECANCELED;
}

int control_wait(struct control *control, struct pollfd *fds, size_t count,
		 int timeout_ms)
{
	struct pollfd all[CONTROL_WAIT_FDS_MAX + 1];
	uint64_t start_ms = clock_ms();
	struct packet packet;

	if (count > CONTROL_WAIT_FDS_MAX)
		count = CONTROL_WAIT_FDS_MAX;
	if (count > 0)
		memcpy(all + 1, fds, count * sizeof(*fds));
	all[0] = (struct pollfd){ .fd = control->fd, .events = POLLIN };
	for (;;) {
		int gone_ms = (int)(clock_ms() - start_ms);
		int left_ms = timeout_ms - gone_ms;
		int ready;

		if (timeout_ms < 0 || left_ms > CONTROL_BEAT_MS)
			left_ms = CONTROL_BEAT_MS;
		ready = poll(all, count + 1, left_ms > 0 ? left_ms : 0);
		atomic_fetch_add(&control->keep_shared->beats, 1);
		if (ready > 0 && all[0].revents != 0) {
			receive(control, &packet);
			ready--;
		}
		if (control->stop || control->quit)
			return -ECANCELED;
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
	event.id = control->id;
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
