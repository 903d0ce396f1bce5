/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/speaker.h"

#include "core/mention.h"
#include "core/text.h"
#include "speakd/words/casting.h"
#include "speakd/words/word_rules.h"

/*
 * Twelve that a recogniser understands as well as the plain voice, or nearly
 * so, and that a classifier of timbre and pitch never takes for one another
 * (espeak-ng 1.51; other variants lose up to 23 % of the words). They differ by
 * 5 dB, which their levels make up for.
 */
static const struct {
	const char *variant;
	int pitch, level_percent;
} voices[CASTING_VOICES] = {
	{ "m6", 30, 102 }, { "m1", 70, 115 }, { "m5", 30, 111 },
	{ "m5", 70, 111 }, { "m7", 30, 84 },  { "m7", 65, 84 },
	{ "m8", 30, 148 }, { "m8", 70, 148 }, { "f5", 30, 101 },
	{ "f2", 70, 83 },  { "f1", 30, 87 },  { "f1", 70, 87 },
};

enum { PLACES = 7, PLACE_STEP = 25 };

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

struct speaker_voice speaker_voice(struct casting *casting, struct span nick)
{
	uint64_t hash = hash_nick(nick);
	size_t voice = casting != NULL ? casting_voice(casting, hash)
				       : hash % COUNT_OF(voices);
	int place = (int)(hash / COUNT_OF(voices) % PLACES);

	return (struct speaker_voice){
		.variant = voices[voice].variant,
		.pitch = voices[voice].pitch,
		.level_percent = voices[voice].level_percent,
		.place = (place - PLACES / 2) * PLACE_STEP,
	};
}

static bool same_ascii(const char *a, const char *b, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

static bool same_folded(struct span a, struct span b)
{
	SCOPED_BUF struct buf folded_a = { 0 };
	SCOPED_BUF struct buf folded_b = { 0 };

	text_fold(&folded_a, a.text, a.len_bytes);
	text_fold(&folded_b, b.text, b.len_bytes);
	return folded_a.len_bytes == folded_b.len_bytes &&
	       memcmp(buf_text(&folded_a), buf_text(&folded_b),
		      folded_a.len_bytes) == 0;
}

bool speaker_same(struct span a, struct span b)
{
	/* Two that begin with other letters of ASCII are two, however they are
	 * folded: most are told apart here. */
	if (a.len_bytes > 0 && b.len_bytes > 0 && (a.text[0] & 0x80) == 0 &&
	    (b.text[0] & 0x80) == 0 &&
	    ascii_lower(a.text[0]) != ascii_lower(b.text[0]))
		return false;
	if (a.len_bytes == b.len_bytes &&
	    (a.len_bytes == 0 || memcmp(a.text, b.text, a.len_bytes) == 0 ||
	     same_ascii(a.text, b.text, a.len_bytes)))
		return true;
	return !text_is_plain(a.text, a.len_bytes) &&
	       !text_is_plain(b.text, b.len_bytes) && same_folded(a, b);
}

bool speaker_named(struct span text, struct span nick)
{
	return mention_found(text.text, text.len_bytes, nick.text,
			     nick.len_bytes);
}
