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
#include "speakd/ssip/framer.h"
#include "speakd/queue/dispatch.h"

enum {
	/* A client that lets so much of its replies lie is sent away. */
	SSIP_OUT_MAX_BYTES = 1 << 20,
	/* Beyond this its next command waits until it has read some. */
	SSIP_OUT_PAUSE_BYTES = 1 << 16,
	SSIP_NAME_MAX_BYTES = 256,
};

/* What the protocol needs of the rest of speakd. */
struct ssip_host {
	/*
	 * "LANGUAGE\tNAME\tGENDER\n" for every voice; NULL while it is not
	 * known, then ssip_voices_known() is called.
	 */
	const struct buf *(*voices)(void *data);
	/* Add "NAME\tKIND\tSTATE\tTARGET\n" for every source. */
	void (*sources)(void *data, struct buf *out);
	/* Add "key value\n" lines. */
	void (*status)(void *data, struct buf *out);
	int (*follow)(void *data, const char *path, struct err *e);
	int (*unfollow)(void *data, const char *path, struct err *e);
	/* How SSIP clients speak that set nothing. */
	const char *engine;
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

struct ssip;

struct ssip_client {
	struct ssip *ssip;
	struct ssip_client *next;
	int uid; /* from 1 */
	char *name; /* owned */
	struct ssip_settings settings;
	struct framer framer;
	struct buf out; /* to be sent */
	struct buf events; /* to be sent behind the reply being made */
	bool replying, quits, watches;
	/* LIST SYNTHESIS_VOICES was asked for, and is answered later. */
	bool waits;
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
/* What may change when the settings are read again. */
void ssip_configure(struct ssip *ssip, const char *keep_engine,
		    unsigned rate_wpm);

struct ssip_client *ssip_client_new(struct ssip *ssip) MUST_CHECK;
/* Its messages are still said. */
void ssip_client_free(struct ssip_client *client);

/*
 * Bytes from a client. Returns how many were taken: less than len_bytes when
 * its replies must be read first, it waits for one, it quits, or what follows
 * is a stream.
 */
size_t ssip_input(struct ssip_client *client, const char *bytes,
		  size_t len_bytes);

/* The host has the list of voices: those who wait for it are answered. */
void ssip_voices_known(struct ssip *ssip);

#endif
