/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speakd_ssip.c - the protocol fed with anything, in any pieces, by several
 * clients, with a voice that begins, stops and ends whenever it likes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "speakd/ssip/ssip.h"
#include "speakd/queue/dispatch.h"

enum { CLIENTS = 3, PIECE_MAX = 64 };

struct world {
	struct dispatch *dispatch;
	struct ssip *ssip;
	struct ssip_client *clients[CLIENTS];
	struct phrase *saying;
	struct buf voices;
	bool stop;
};

static void on_line_done(void *data, const struct phrase *phrase,
			 enum fate fate)
{
	(void)data;
	assert(phrase->text != NULL);
	assert(fate != FATE_WAITING);
}

static void on_stop(void *data)
{
	struct world *world = data;

	assert(world->saying != NULL);
	world->stop = true;
}

static void on_pump(void *data)
{
	(void)data;
}

static void on_changed(struct ssip_client *client, void *data)
{
	(void)client;
	(void)data;
}

static void host_lines(void *data, struct buf *out)
{
	(void)data;
	buf_add_text(out, "key value\n");
}

/* Not known at first: who asks waits until voice() says that they are. */
static const struct buf *host_voices(void *data)
{
	const struct world *world = data;

	return &world->voices;
}

static bool host_has_voices(void *data, const char *engine)
{
	const struct world *world = data;

	(void)engine;
	return world->voices.len_bytes > 0;
}

static int host_path(void *data, const char *path, struct err *e)
{
	(void)data;
	return strlen(path) % 2 == 0 ? 0 : err_say(e, ENOENT, "%s", path);
}

static int host_reload(void *data, struct err *e)
{
	(void)data;
	(void)e;
	return 0;
}

static bool host_respell(void *data, const char *name, struct span text,
			 struct buf *out)
{
	(void)data;
	if (name == NULL || text.len_bytes % 2 == 0)
		return false;
	buf_add(out, text.text, text.len_bytes);
	return true;
}

static void voices_known(struct world *world)
{
	if (world->voices.len_bytes > 0)
		return;
	buf_add_text(&world->voices,
		     "en\tEnglish\tmale\n+f1\tvariant\tfemale\n");
	ssip_voices_known(world->ssip);
}

/* One step of the voice; what it does is in the input's byte. */
static void voice(struct world *world, uint8_t what)
{
	struct phrase *phrase = world->saying;

	if (phrase == NULL) {
		world->saying = dispatch_next(world->dispatch);
		world->stop = false;
		return;
	}
	if (what % 4 == 0 && !world->stop) {
		dispatch_begun(world->dispatch, phrase);
	} else if (what % 4 == 1 && !world->stop) {
		dispatch_word(world->dispatch, phrase,
			      what % (strlen(phrase->text) + 1));
	} else {
		dispatch_ended(world->dispatch, phrase, world->stop,
			       what % 16 == 3);
		phrase_free(phrase);
		world->saying = NULL;
	}
}

static void line(struct world *world, const char *text, size_t len_bytes)
{
	struct phrase *phrase = phrase_new(mem_text(text, len_bytes));

	phrase->nick = mem_text(text, min_size(len_bytes, 2));
	dispatch_line(world->dispatch, phrase, true);
}

/* Replies are lines of at least four bytes in CR-LF, whatever came in. */
static void check_out(struct ssip_client *client)
{
	const char *at = buf_text(&client->out);
	const char *end = at + client->out.len_bytes;

	while (at < end) {
		const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);

		assert(stop != NULL && stop - at >= 4);
		assert(at[0] >= '1' && at[0] <= '7');
		assert(at[3] == ' ' || at[3] == '-');
		at = stop + 2;
	}
	buf_clear(&client->out);
}

/* The last client is a stranger that came over TCP. */
static void admit(struct world *world, size_t i)
{
	world->clients[i] = ssip_client_new(world->ssip);
	world->clients[i]->is_guest = i == CLIENTS - 1;
	world->clients[i]->is_over_tcp = i == CLIENTS - 1;
}

static void feed(struct world *world, size_t i, const char *bytes,
		 size_t len_bytes)
{
	struct ssip_client *client = world->clients[i];
	size_t done = 0, used;

	while (ssip_step(client, bytes + done, len_bytes - done, &used)) {
		done += used;
		assert(done <= len_bytes);
	}
	check_out(client);
	if (!client->quits && client->stream == SSIP_COMMANDS)
		return;
	ssip_client_free(client);
	admit(world, i);
}

static void run(struct world *world, const uint8_t *data, size_t size)
{
	while (size >= 2) {
		uint8_t what = data[0];
		size_t n = min_size(data[1] % PIECE_MAX, size - 2);
		const char *bytes = (const char *)data + 2;

		if (what < 200)
			feed(world, what % CLIENTS, bytes, n);
		else if (what < 210)
			line(world, "hello there", 11);
		else if (what < 212)
			voices_known(world);
		else
			voice(world, what);
		data += 2 + n;
		size -= 2 + n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct backlog_config config = {
		.rate_wpm = 220,
		.max_rate_wpm = 400,
		.catch_up_after_ms = 8000,
		.skip_after_ms = 60000,
	};
	struct world world = { 0 };
	const struct dispatch_handler handler = {
		.line_done = on_line_done,
		.stop = on_stop,
		.pump = on_pump,
		.data = &world,
	};
	const struct ssip_host host = {
		.voices = host_voices,
		.has_voices = host_has_voices,
		.sources = host_lines,
		.status = host_lines,
		.follow = host_path,
		.unfollow = host_path,
		.listen = host_path,
		.profile = host_path,
		.reload = host_reload,
		.respell = host_respell,
		.engines = "espeak-ng",
		.rate_wpm = 220,
		.data = &world,
	};

	world.dispatch = dispatch_new(&config, true, &handler);
	world.ssip = ssip_new(world.dispatch, &host, on_changed, NULL);
	for (size_t i = 0; i < CLIENTS; i++)
		admit(&world, i);
	run(&world, data, size);
	phrase_free(world.saying);
	ssip_free(world.ssip);
	dispatch_free(world.dispatch);
	buf_fini(&world.voices);
	return 0;
}
