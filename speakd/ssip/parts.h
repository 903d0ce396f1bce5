/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * parts.h - what the files of the protocol share. Private to speakd/ssip/.
 *
 * A command's words point into the line; a word that is not there is empty.
 */
#ifndef SPEAKD_SSIP_PARTS_H
#define SPEAKD_SSIP_PARTS_H

#include "core/message/message.h"
#include "speakd/ssip/rate.h"
#include "speakd/ssip/ssip.h"

struct ssip {
	struct dispatch *dispatch;
	struct ssip_host host;
	ssip_changed_fn *changed;
	void *data;
	struct ssip_client *clients;
	size_t count;
	int last_uid;
	uint64_t last_block;
	unsigned watchers;
};

/* The rest of a command line, cut word by word. */
struct words {
	const char *at, *end;
};

/* Up to the next blank; empty at the end. */
struct span words_next(struct words *words);
/* All that is left. */
struct span words_rest(const struct words *words);

/* The number of word in a list of names; -1: none. */
int word_among(struct span word, const char *const *names, size_t count);
/* A whole number with an optional sign; false when it is none. */
bool word_number(struct span word, int *ret);
char *word_text(struct span word) MUST_CHECK;

/* One line of a reply or an event; mark is '-' or, in the last one, ' '. */
void reply_line(struct buf *out, int code, char mark, const char *text,
		size_t len_bytes);
/* A reply's lines: "ccc-data" and "ccc TEXT"; data without line breaks. */
void reply_data(struct ssip_client *client, int code, const char *data,
		size_t len_bytes);
void reply_dataf(struct ssip_client *client, int code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void reply(struct ssip_client *client, int code, const char *text);
/* A reply without data that the command table may return: its code. */
enum reply {
	REPLY_NONE, /* it went well, and the reply was made */
	REPLY_MADE, /* it did not, and the reply was made */
	REPLY_NO_BLOCK = 332,
	REPLY_NO_MESSAGE = 403,
	REPLY_NO_ID = 406,
	REPLY_MUCH = 420,
	REPLY_NOT_ALLOWED = 492,
	REPLY_INVALID_COMMAND = 500,
	REPLY_ENCODING = 501,
	REPLY_LONG = 502,
	REPLY_MISSING = 510,
	REPLY_NOT_NUMBER = 511,
	REPLY_NOT_ON_OFF = 513,
	REPLY_INVALID = 514,
};

/* The reply that a command returned, if it has still to be made. */
void reply_failure(struct ssip_client *client, enum reply code);

/*
 * Begin the reply that lists the last most entries of uid's (or SCHEDULER_ALL)
 * that have text in them, without regard to case; empty: any. listing_step()
 * makes it, a part each time, and ends it.
 */
enum reply listing_begin(struct ssip_client *client, int uid, struct span text,
			 size_t most);
void listing_step(struct ssip_client *client);

/* A message of the client; it is queued and the reply made. */
enum reply say_text(struct ssip_client *client, const char *text,
		    size_t len_bytes);
enum reply say_char(struct ssip_client *client, struct words words);
enum reply say_key(struct ssip_client *client, struct words words);
enum reply say_icon(struct ssip_client *client, struct words words);

typedef enum reply command_fn(struct ssip_client *client, struct words words);

enum command_flag {
	COMMAND_IN_BLOCK = 1 << 0, /* also between BLOCK BEGIN and BLOCK END */
	/* For a guest, too: it speaks, or touches only what the client said.
	 * Whatever reads files, the history or sources, or changes what others
	 * hear, is the owner's. */
	COMMAND_GUEST = 1 << 1,
};

struct command {
	const char *name;
	command_fn *run;
	unsigned flags; /* a mask of enum command_flag */
};

/* NULL when there is none of that name. */
const struct command *find_row(const struct command *rows, size_t count,
			       struct span name);
/* Run it if the client may, where it is. */
enum reply run_row(struct ssip_client *client, const struct command *command,
		   struct words words);

command_fn command_set, command_get, command_list, command_history;
/* Ours. */
command_fn command_status, command_sources, command_follow, command_unfollow,
	command_skip, command_back, command_repeat, command_live,
	command_missed, command_reload, command_profile, command_mute,
	command_unmute, command_only, command_watch, command_lines,
	command_listen, command_phrases;

/*
 * "self", "all" or a number. A number need not be that of a client. Returns
 * REPLY_NONE with *ret_uid set; REPLY_INVALID when it is none of them;
 * REPLY_NOT_ALLOWED when a guest means others than itself.
 */
enum reply parse_who(const struct ssip_client *client, struct span word,
		     int *ret_uid);

/* LIST's. Voices that are not known yet are listed when they are. */
enum reply list_modules(struct ssip_client *client);
enum reply list_voices_or_wait(struct ssip_client *client, struct words words);

/*
 * The engine that a client's messages are said with: its OUTPUT_MODULE, the one
 * that has its voice, or NULL, the default one. The caller's.
 */
char *client_engine(const struct ssip_client *client) MUST_CHECK;

/* Whether there is such a voice, as far as can be known. */
bool voice_is_known(const struct ssip_client *client, struct span voice);

/* VOICE_TYPE's names, in upper case. */
enum { VOICE_TYPES = 8 };
extern const char *const ssip_voice_types[VOICE_TYPES];

/* One history entry as a JSON object in one line. */
void entry_json(const struct ssip *ssip, const struct history_entry *entry,
		struct buf *out);

#endif
