/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ssml.h - a client's SSML, read by us: words, and where the marks are.
 *
 * No markup ever reaches a synthesiser. Understood: <mark>, <break>, <prosody>,
 * <emphasis>, <voice>, <lang> and xml:lang, <say-as> for what is spelled, <p>
 * and <s> (as ends of sentences), <sub> (its alias); <desc> and <metadata> are
 * not said. Of every other element the text is. What is not well-formed is
 * read as text. Source: W3C SSML 1.1.
 */
#ifndef SPEAKD_SSIP_SSML_H
#define SPEAKD_SSIP_SSML_H

#include "core/buf.h"
#include "core/message/message.h"
#include "speakd/queue/scheduler.h"

enum {
	SSML_MARKS_MAX = 10000,
	SSML_MARK_NAME_BYTES = 256,
	SSML_DEPTH_MAX = 64, /* of elements that matter; others are text */
	SSML_PAUSES_MAX_MS = 60000, /* of a message, in all */
};

struct ssml {
	struct buf text; /* made safe by words/hygiene */
	struct mark *marks; /* owned; offsets into text */
	size_t mark_count;
	struct styles styles; /* how stretches of the text sound */
};

/*
 * Add text as the listener wants its words said. False, and nothing added: it
 * is good as it is.
 */
typedef bool ssml_respell_fn(void *data, struct span text, struct buf *out);

/*
 * Read text (well-formed UTF-8). respell: of what is not spelled; may be NULL.
 * ssml is zero-initialised by the caller. Marks beyond SSML_MARKS_MAX are left
 * out.
 */
void ssml_read(struct ssml *ssml, const char *text, size_t len_bytes,
	       ssml_respell_fn *respell, void *data);
void ssml_fini(struct ssml *ssml);

#endif
