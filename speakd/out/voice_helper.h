/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * voice_helper.h - the program speakd-voice: started, asked and read.
 *
 * speakd's end of speakd/voice/protocol.h, for one child at a time. Nothing is
 * decided here: what an event or a death means is voice_process.h's to say.
 */
#ifndef SPEAKD_VOICE_HELPER_H
#define SPEAKD_VOICE_HELPER_H

#include "core/err.h"
#include "core/loop.h"
#include "speakd/queue/phrase.h"
#include "speakd/voice/protocol.h"

/* How the child is to be started, and what a phrase leaves open. */
struct voice_config {
	const char *engine; /* a list, see queue/engine_list.h */
	const char *output; /* "alsa[:DEVICE]", "wav:FILE", "null",
			       "command:SHELL-COMMAND" */
	const char *voice; /* default voice, "en-us" */
	int rate_wpm, pitch, volume_percent;
	unsigned lead_in_ms, channels;
	bool marks; /* report words as they begin */
	const char *helper; /* the program; NULL: speakd-voice, path_helper() */
};

struct voice_helper {
	char *program, *engine, *output, *voice_name; /* owned */
	int rate_wpm, pitch, volume_percent;
	unsigned lead_in_ms, channels;
	bool marks;

	/* The child; pid 0: there is none. */
	pid_t pid;
	int fd;
	struct voice_shared *shared; /* stays until the next is started */
	struct watch *socket, *exit;
	bool started_before;
};

/* config's texts are copied. */
void voice_helper_init(struct voice_helper *helper,
		       const struct voice_config *config);
/* The child is let go of, not ended. */
void voice_helper_fini(struct voice_helper *helper);

/* There is no child. on_socket: voice_helper_read() has something to read. */
int voice_helper_start(struct voice_helper *helper, struct loop *loop,
		       loop_fd_fn *on_socket, loop_exit_fn *on_exit,
		       void *keep_data, struct err *e) MUST_CHECK;
/* Let go of a child that has ended. */
void voice_helper_drop(struct voice_helper *helper);

/* A request without a phrase. 0 or -errno; the packet waits for the child. */
int voice_helper_ask(struct voice_helper *helper, enum voice_request_kind kind,
		     uint64_t id) MUST_CHECK;
/* SPEAK, under the number id. The same. */
int voice_helper_speak(struct voice_helper *helper, uint64_t id,
		       const struct phrase *phrase) MUST_CHECK;

/*
 * What it said next; false: nothing more now. ret_text is NUL-terminated, and
 * borrowed until the next call.
 */
bool voice_helper_read(struct voice_helper *helper,
		       struct voice_event *ret_event, const char **ret_text);

#endif
