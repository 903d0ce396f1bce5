/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/casting.h"

#include <fcntl.h>
#include <string.h>

#include "core/buf.h"
#include "core/files.h"
#include "core/mem.h"

enum {
	/* "0123456789abcdef 07\n" */
	LINE_BYTES = 20,
	FILE_LINES_MAX = 4 * CASTING_PEOPLE_MAX,
	OTHER_TIMBRE = 30,
	/* Two voices nearer than this are taken for one another. */
	LIKE = 40,
};

struct member {
	uint64_t person;
	uint64_t heard; /* when, in turns; 0: free */
	size_t voice;
};

struct casting {
	char *path; /* owned; NULL: kept nowhere */
	bool failed; /* to keep: not tried again */
	struct member members[CASTING_PEOPLE_MAX];
	uint64_t turns;
	size_t lines; /* of the file */
};

/*
 * In the order of the table in speaker.c: the fundamental of espeak-ng 1.51 at
 * that pitch, in tenths of a semitone above 70 Hz, and a number of the timbre.
 */
static const struct {
	int tone, timbre;
} voices[CASTING_VOICES] = {
	{ 29, 0 }, { 81, 1 }, { 36, 2 },  { 99, 2 },  { 36, 3 },  { 92, 3 },
	{ 2, 4 },  { 65, 4 }, { 152, 5 }, { 207, 6 }, { 128, 7 }, { 193, 7 },
};

unsigned casting_distance(size_t a, size_t b)
{
	int tones = voices[a].tone - voices[b].tone;

	return (unsigned)(tones < 0 ? -tones : tones) +
	       (voices[a].timbre != voices[b].timbre ? OTHER_TIMBRE : 0);
}

/* ---- kept -----------------------------------------------------------------
 */

static void print(struct buf *out, const struct member *member)
{
	buf_addf(out, "%016jx %02zu\n", (uintmax_t)member->person,
		 member->voice);
}

static struct member *find(struct casting *casting, uint64_t person)
{
	for (size_t i = 0; i < CASTING_PEOPLE_MAX; i++)
		if (casting->members[i].heard > 0 &&
		    casting->members[i].person == person)
			return &casting->members[i];
	return NULL;
}

/* A free place, or that of who is silent longest. */
static struct member *place_for(struct casting *casting, uint64_t person)
{
	struct member *place = &casting->members[0];

	for (size_t i = 1; i < CASTING_PEOPLE_MAX; i++)
		if (casting->members[i].heard < place->heard)
			place = &casting->members[i];
	*place = (struct member){ .person = person, .heard = 1 };
	return place;
}

/* Whole lines of ours only; who is in the file has not been heard yet. */
static void load(struct casting *casting)
{
	SCOPED_BUF struct buf all = { 0 };
	size_t at = 0;

	if (file_read(AT_FDCWD, casting->path, FILE_LINES_MAX * 2 * LINE_BYTES,
		      &all, NULL) < 0)
		return;
	for (; at + LINE_BYTES <= all.len_bytes;
	     at += LINE_BYTES, casting->lines++) {
		uintmax_t person;
		unsigned voice;
		struct member *member;

		if (sscanf(all.data + at, "%16jx %2u\n", &person, &voice) !=
			    2 ||
		    all.data[at + LINE_BYTES - 1] != '\n' ||
		    voice >= CASTING_VOICES)
			break;
		member = find(casting, person);
		if (member == NULL)
			member = place_for(casting, person);
		member->voice = voice;
	}
	/* Lines after what is not ours would not be read. */
	if (at < all.len_bytes)
		casting->lines = FILE_LINES_MAX;
}

static int rewrite(struct casting *casting, struct err *e)
{
	SCOPED_BUF struct buf all = { 0 };

	casting->lines = 0;
	for (size_t i = 0; i < CASTING_PEOPLE_MAX; i++) {
		if (casting->members[i].heard == 0)
			continue;
		print(&all, &casting->members[i]);
		casting->lines++;
	}
	return file_replace(AT_FDCWD, casting->path, buf_text(&all),
			    all.len_bytes, 0600, e);
}

/* Not synced: somebody waits for the first word, and may sound otherwise. */
static int append(const struct casting *casting, const struct buf *line)
{
	SCOPED_FD int fd = open(
		casting->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : write_all(fd, line->data, line->len_bytes);
}

/* What cannot be kept is assigned all the same. */
static void keep(struct casting *casting, const struct member *member)
{
	SCOPED_BUF struct buf line = { 0 };
	int rc;

	if (casting->path == NULL || casting->failed)
		return;
	print(&line, member);
	rc = dir_make_parent(casting->path, 0700, NULL);
	if (rc == 0)
		rc = casting->lines >= FILE_LINES_MAX ? rewrite(casting, NULL)
						      : append(casting, &line);
	casting->lines++;
	casting->failed = rc < 0;
}

/* ---- assigned -------------------------------------------------------------
 */

/* The members who spoke last. */
static size_t talking(struct casting *casting,
		      const struct member *ret[CASTING_TALKING])
{
	size_t count = 0;

	for (size_t i = 0; i < CASTING_PEOPLE_MAX; i++) {
		const struct member *member = &casting->members[i];
		size_t at = count;

		/* 1: of the file, not heard yet. */
		if (member->heard <= 1)
			continue;
		while (at > 0 && ret[at - 1]->heard < member->heard) {
			if (at < CASTING_TALKING)
				ret[at] = ret[at - 1];
			at--;
		}
		if (at < CASTING_TALKING)
			ret[at] = member;
		count = min_size(count + 1, CASTING_TALKING);
	}
	return count;
}

static unsigned nearest(size_t voice, const struct member *const *others,
			size_t count)
{
	unsigned least = UINT32_MAX;

	for (size_t i = 0; i < count; i++) {
		unsigned far = casting_distance(voice, others[i]->voice);

		least = far < least ? far : least;
	}
	return least;
}

static size_t choose(struct casting *casting, uint64_t person)
{
	const struct member *others[CASTING_TALKING];
	size_t count = talking(casting, others);
	size_t best = person % CASTING_VOICES;

	if (nearest(best, others, count) >= LIKE)
		return best;
	for (size_t i = 1; i < CASTING_VOICES; i++) {
		size_t voice = (person + i) % CASTING_VOICES;

		if (nearest(voice, others, count) >
		    nearest(best, others, count))
			best = voice;
	}
	return best;
}

struct casting *casting_new(const char *path)
{
	struct casting *casting = mem_new(sizeof(*casting));

	casting->turns = 1;
	casting->path = mem_copy(path);
	if (path != NULL)
		load(casting);
	return casting;
}

void casting_free(struct casting *casting)
{
	if (casting == NULL)
		return;
	free(casting->path);
	free(casting);
}

size_t casting_voice(struct casting *casting, uint64_t person)
{
	struct member *member = find(casting, person);
	size_t voice;

	if (member == NULL) {
		voice = choose(casting, person);
		member = place_for(casting, person);
		member->voice = voice;
		keep(casting, member);
	}
	member->heard = ++casting->turns;
	return member->voice;
}
