/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ssip.h - the Speech Synthesis Interface Protocol, and our verbs in it.
 *
 *	bytes in ─▶ framer ─▶ command table ─▶ dispatch
 *	bytes out ◀─ replies, events ◀──────── dispatch
 *
 * Clients and their state, without sockets: server.c moves the bytes. What the
 * protocol says is in man/speakd-protocol.7; which of speech-dispatcher's
 * answers differ, and why, in tests/data/ssip/README.
 *
 * Pure but for the host's functions.
 */
#ifndef SPEAKD_SSIP_SSIP_H
#define SPEAKD_SSIP_SSIP_H

#include "core/err.h"
#include "core/message/message.h"
#include "speakd/ssip/client_section.h"
#include "speakd/ssip/framer.h"
#include "speakd/queue/dispatch.h"

enum {
	/* A client that lets so much of its events lie is sent away. */
	SSIP_OUT_MAX_BYTES = 1 << 20,
	/* Beyond this the rest of a long reply, and its next command, wait
	 * until it has read some. */
	SSIP_OUT_PAUSE_BYTES = 1 << 16,
	SSIP_NAME_MAX_BYTES = 256,
};

/* What the protocol needs of the rest of speakd. */
struct ssip_host {
	/*
	 * "LANGUAGE\tNAME\tGENDER[\tENGINE]\n" for every voice that is known so
	 * far, espeak-ng's where none is named.
	 */
	const struct buf *(*voices)(void *data);
	/* All of that engine's are; until then, ssip_voices_known() follows. */
	bool (*has_voices)(void *data, const char *engine);
	/* Add "NAME\tKIND\tSTATE\tTARGET\n" for every source. */
	void (*sources)(void *data, struct buf *out);
	/* Add "key value\n" lines. */
	void (*status)(void *data, struct buf *out);
	int (*follow)(void *data, const char *path, struct err *e);
	int (*unfollow)(void *data, const char *path, struct err *e);
	/* Serve path, too: another program was to be spawned for it. */
	int (*listen)(void *data, const char *path, struct err *e);
	int (*profile)(void *data, const char *name, struct err *e);
	/* Read the listener's dictionaries again. */
	int (*reload)(void *data, struct err *e);
	/*
	 * Add text in the listener's own words; voice NULL: the default one.
	 * False, and nothing added: they change nothing of it.
	 */
	bool (*respell)(void *data, const char *voice, struct span text,
			struct buf *out);
	/* How SSIP clients speak that set nothing. */
	const char *engines; /* a list, see queue/engine_list.h */
	const struct client_sections *clients; /* NULL: none */
	unsigned rate_wpm;
	void *data;
};

enum ssip_stream { SSIP_COMMANDS, SSIP_LINES, SSIP_PHRASES };

/* A client's settings: those that SET changes. */
struct ssip_settings {
	enum speech_class rank;
	int rate, pitch, pitch_range, volume; /* -100..100, as SSIP counts */
	int voice_type; /* index into ssip_voice_types, -1: none */
	char *language, *voice, *module; /* owned; NULL: not set */
	enum punctuation punctuation;
	enum capitals capitals;
	bool spelling, ssml;
	unsigned pause_context, notify;
};

/* A reply that is made step by step; all-zero: none is. */
struct listing {
	enum { LISTING_NONE, LISTING_COUNTS, LISTING_PRINTS } state;
	int uid; /* whose entries; SCHEDULER_ALL */
	struct buf text; /* owned: what they must contain, folded */
	size_t left; /* entries that may still be found */
	uint64_t at_id, last_id;
};

struct ssip;

struct ssip_client {
	struct ssip *ssip;
	struct ssip_client *next;
	int uid; /* from 1 */
	char *name; /* owned */
	struct ssip_settings settings;
	struct framer framer;
	struct buf out; /* to be sent */
	struct buf events; /* to be sent after the reply being made */
	/* Not known to be of our user: may speak, and control what it said. */
	bool is_guest;
	bool is_over_tcp; /* a browser could be at the other end */
	bool has_spoken; /* its first line was a command */
	bool replying, quits, watches;
	/* LIST SYNTHESIS_VOICES was asked for, and is answered later. */
	bool waits;
	struct listing listing;
	char *voice_filter; /* owned: the words after it */
	uint64_t block, cursor; /* 0: none */
	/* After LINES and PHRASES: what follows is no SSIP, but this. */
	enum ssip_stream stream;
	char *stream_name; /* owned */
	/* server.c's own. */
	void *connection;
};

/* changed: out of some client has grown. */
typedef void ssip_changed_fn(struct ssip_client *client, void *data);

struct ssip *ssip_new(struct dispatch *keep_dispatch,
		      const struct ssip_host *host, ssip_changed_fn *changed,
		      void *keep_data) MUST_CHECK;
void ssip_free(struct ssip *ssip);
/*
 * What may change when the settings are read again. A client that is as fast as
 * they said before is as fast as they say now.
 */
void ssip_configure(struct ssip *ssip, const char *keep_engines,
		    const struct client_sections *keep_clients,
		    unsigned rate_wpm);

struct ssip_client *ssip_client_new(struct ssip *ssip) MUST_CHECK;
/* Its messages are still said. */
void ssip_client_free(struct ssip_client *client);

/*
 * Bytes from a client, up to the end of one command, or a step of the reply
 * that is being made: what takes long is left for further calls, so that
 * others are served between them. *ret_used is how many bytes were taken.
 *
 * Returns whether there was something to do: false when more bytes are needed,
 * replies must be read first, one that comes later is awaited, it quits, or
 * what follows is a stream.
 */
bool ssip_step(struct ssip_client *client, const char *bytes, size_t len_bytes,
	       size_t *ret_used);

/* Whether ssip_step() would do something, with so many bytes at hand. */
bool ssip_has_work(const struct ssip_client *client, size_t len_bytes);

/* The host knows more voices: those who wait for them are answered. */
void ssip_voices_known(struct ssip *ssip);

#endif
