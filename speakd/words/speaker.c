/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/speaker.h"

#include "core/mention.h"
#include "core/text.h"
#include "speakd/words/word_rules.h"

/*
 * The plain human variants of espeak-ng-data 1.51 (voices/!v). The named ones
 * differ from release to release, and croak or whisper are no fun for an hour.
 */
static const char *const variants[] = {
	"m1", "m2", "m3", "m4", "m5", "m6", "m7", "f1", "f2", "f3", "f4", "f5",
};

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_bytes(const char *text, size_t len_bytes)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len_bytes; i++) {
		hash ^= (unsigned char)ascii_lower(text[i]);
		hash *= 0x100000001b3U;
	}
	/* The low bits of FNV-1a are its weakest. */
	return hash ^ (hash >> 32);
}

static uint64_t hash_nick(struct span nick)
{
	SCOPED_BUF struct buf folded = { 0 };

	if (text_is_plain(nick.text, nick.len_bytes))
		return hash_bytes(nick.text, nick.len_bytes);
	text_fold(&folded, nick.text, nick.len_bytes);
	return hash_bytes(buf_text(&folded), folded.len_bytes);
}

struct speaker_voice speaker_voice(struct span nick)
{
	uint64_t hash = hash_nick(nick);
	uint64_t pitches = SPEAKER_PITCH_MAX - SPEAKER_PITCH_MIN + 1;

	return (struct speaker_voice){
		.variant = variants[hash % COUNT_OF(variants)],
		.pitch = SPEAKER_PITCH_MIN +
			 (int)(hash / COUNT_OF(variants) % pitches),
	};
}

static bool same_ascii(const char *a, const char *b, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool speaker_same(struct span a, struct span b)
{
	SCOPED_BUF struct buf folded_a = { 0 };
	SCOPED_BUF struct buf folded_b = { 0 };

	if (a.len_bytes == b.len_bytes &&
	    same_ascii(a.text, b.text, a.len_bytes))
		return true;
	if (text_is_plain(a.text, a.len_bytes) ||
	    text_is_plain(b.text, b.len_bytes))
		return false;
	text_fold(&folded_a, a.text, a.len_bytes);
	text_fold(&folded_b, b.text, b.len_bytes);
	return folded_a.len_bytes == folded_b.len_bytes &&
	       memcmp(buf_text(&folded_a), buf_text(&folded_b),
		      folded_a.len_bytes) == 0;
}

bool speaker_named(struct span text, struct span nick)
{
	return mention_found(text.text, text.len_bytes, nick.text,
			     nick.len_bytes);
}
