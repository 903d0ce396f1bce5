/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tags.h - IRCv3 message tags: the ones that we use, unescaped.
 *
 * Source: IRCv3 message-tags, server-time, batch, account-tag, message-ids.
 */
#ifndef SIC_BRIDGE_TAGS_H
#define SIC_BRIDGE_TAGS_H

#include "core/message/message.h"

/* Including the leading '@' and the blank after: IRCv3 message-tags. */
enum { TAGS_MAX_BYTES = 8191 };

struct tags {
	struct span time, msgid, batch, account, label; /* "" when absent */
};

/*
 * Read "key=value;key;..." (without the '@' and the blank). Values are
 * unescaped in place, which is why the text is writable. Of a repeated key the
 * last one counts; unknown keys are skipped.
 * memory: *ret points into text.
 */
void tags_parse(char *text, size_t len_bytes, struct tags *ret);

/*
 * Milliseconds since the epoch for "YYYY-MM-DDThh:mm:ss[.sss]Z"; second 60 is
 * legal. False when time is anything else.
 */
bool tags_time(struct span time, int64_t *ret_ms);

/* Add that; false, and nothing added, when ms is beyond the calendar. */
bool tags_add_time(struct buf *out, int64_t ms);

#endif
