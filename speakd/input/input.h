/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * input.h - one source with whatever feeds it, in the row of all.
 *
 * Shared by inputs.c, which reads what ends, and following.c, which does not
 * end; nothing else includes it.
 */
#ifndef SPEAKD_INPUT_H
#define SPEAKD_INPUT_H

#include "core/lines.h"
#include "speakd/input/feed.h"
#include "speakd/input/follow.h"
#include "speakd/input/inputs.h"
#include "speakd/input/members.h"
#include "speakd/input/notify.h"
#include "speakd/input/source.h"
#include "speakd/input/stream.h"
#include "speakd/input/tree.h"

enum input_kind {
	INPUT_FILE, /* an operand, read to its end */
	INPUT_FOLLOW, /* of the command line or the configuration */
	INPUT_BY_HAND, /* followed because speakctl asked for it */
	INPUT_SECTION,
	INPUT_FOUND, /* followed, of an input's pattern or directory */
	INPUT_LINES, /* handed over by another program */
	INPUT_PHRASES,
};

struct input {
	struct inputs *inputs;
	enum input_kind kind;
	unsigned number;
	char *name; /* owned */
	char *said_name; /* owned: the name, safe for a synthesiser */
	char *target; /* owned: the path that is followed */
	const struct source_section *section; /* INPUT_SECTION */
	bool live, ended;
	size_t waiting; /* phrases that were not yet done with */
	struct source *source; /* NULL: INPUT_PHRASES */
	struct members *members; /* owned: of a FILE of an export, or NULL */
	unsigned parent; /* INPUT_FOUND: the number of whose tree it is */
	/* One of these. */
	struct tree *tree;
	struct stream *stream;
	struct follow *follow;
	struct feed *feed;
};

struct inputs {
	struct loop *loop;
	struct notify *notify;
	const struct settings *settings;
	bool serving;
	struct inputs_handler handler;
	char *const *files;
	size_t file_count, next_file;
	struct input *all[INPUTS_MAX]; /* owned */
	size_t count;
	unsigned last_number;
	struct watch *held; /* gives what sources hold */
	struct watch *tidy; /* frees what has ended, opens the next FILE */
	bool paused, failed, told_end;
};

/* Not yet one of all: input_add(). */
struct input *input_new(struct inputs *inputs, enum input_kind kind,
			const char *name) MUST_CHECK;
void input_free(struct input *input);

/* Its lines have a source from here on. live: they come as they are written. */
void input_begin(struct input *input, bool live);

void input_add(struct input *take_input);
void inputs_remove_at(struct inputs *inputs, size_t i);
bool inputs_are_full(const struct inputs *inputs);

void input_pause(struct input *input);
void input_resume(struct input *input);

/* Let out what was given. */
void inputs_flush(struct inputs *inputs);

/*
 * What feeds an input calls these, data: the input. A live line is let out at
 * once, as nothing else tells when; a phrase has wire.h's form.
 */
int input_line(const char *line, size_t len_bytes, bool cut, void *data);
int input_live_line(const char *line, size_t len_bytes, bool cut, void *data);
int input_phrase(const char *line, size_t len_bytes, bool cut, void *data);

#endif
