/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * people.h - who really speaks: one person for all nicks of theirs, and the
 * speaker behind a relay.
 *
 * A nick gets its person (message.person), how that is said (message.name),
 * and the nicks that it had before in this stream (message.was). Rules see the
 * nick itself and what it was: "alice_" may be an impostor of alice, and is not
 * ignored with her.
 *
 * A relay is a nick whose texts begin with a speaker in brackets ("<Ewan> hi",
 * "[net] <Jup> hi"): found out by the third of them within
 * PEOPLE_RELAY_LINES lines, or named ("relay"), and then "Ewan: hi" is a
 * relay's line too.
 */
#ifndef SPEAKD_INPUT_PEOPLE_H
#define SPEAKD_INPUT_PEOPLE_H

#include "core/err.h"
#include "core/message/message.h"

enum {
	PEOPLE_MAX = 64, /* [person NAME] sections */
	PEOPLE_RELAYS_MAX = 16, /* named, or found out in a stream */
	PEOPLE_RELAY_LINES = 50,
	PEOPLE_RELAY_PROOFS = 3,
	/* Changes of nick that are remembered in a stream; then all go. */
	PEOPLE_CHANGES_MAX = 512,
};

/* One [person NAME] section. */
struct person {
	char *name; /* owned, as the others */
	char *nicks; /* folded, separated by blanks */
	char *say; /* NULL: the name */
	char *voice; /* NULL: one is chosen */
};

/* What the configuration says of people. */
struct people_config {
	struct person persons[PEOPLE_MAX];
	size_t person_count;
	char *relays[PEOPLE_RELAYS_MAX]; /* owned */
	size_t relay_count;
};

void people_config_fini(struct people_config *config);

/* One key of [person NAME]: nicks, say, voice. 0 or err_usage. */
int people_config_set(struct people_config *config, const char *name,
		      const char *key, const char *value,
		      struct err *e) MUST_CHECK;
/* --relay=NICK. 0 or err_usage. */
int people_config_add_relay(struct people_config *config, const char *nick,
			    struct err *e) MUST_CHECK;

/* What a stream's lines have shown so far. */
struct people;

struct people *people_new(const struct people_config *keep_config) MUST_CHECK;
void people_free(struct people *people);

/* Whether somebody else may be who said text, by how it begins; a named relay's
 * texts need not begin so. */
bool people_may_be_relayed(struct span text);

/*
 * Tell of a message who speaks, where it is one of the kinds (bits) that this
 * matters of, or a change of nick. Its texts may point into people afterwards,
 * until the next message.
 *
 * memory: returns the person's section, NULL when there is none.
 */
const struct person *people_read(struct people *people, unsigned kinds,
				 struct message *message);

#endif
