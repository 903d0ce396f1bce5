/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * settings.h - the settings of speakd, from the table in
 * settings.c: command line, configuration file, environment.
 */
#ifndef SPEAKD_SETTINGS_H
#define SPEAKD_SETTINGS_H

#include "core/opt.h"
#include "speakd/queue/backlog.h"
#include "speakd/input/format_section.h"
#include "speakd/input/people.h"
#include "speakd/input/source_section.h"
#include "speakd/words/languages.h"
#include "speakd/words/rules.h"
#include "speakd/words/tongue.h"
#include "speakd/words/wording.h"
#include "speakd/ssip/client_section.h"

enum {
	SETTINGS_FOLLOW_MAX = 64,
	SETTINGS_SOURCES_MAX = 64,
	SETTINGS_PROFILE_VALUES_MAX = 256,
	/* Without sound a daemon that was spawned ends after so many seconds.
	 */
	SPAWN_GIVE_UP_S = 10,
};

/* "key = value" in [profile NAME]; owned. */
struct profile_value {
	char *profile, *key, *value;
};

/* Where settings come from, beside environment and command line. */
enum settings_from {
	SETTINGS_FILES,
	SETTINGS_LAST_GOOD, /* speakd.conf.good, as the files have a mistake */
	SETTINGS_NO_FILES, /* and there is none */
	SETTINGS_FROM_COUNT
};

struct settings {
	/* Owned by the option table. */
	char *voice;
	char *nick;
	char *format_spec;
	char *config;
	unsigned rate_wpm, pitch, volume_percent;
	unsigned gap_ms, lead_in_ms, channels;
	unsigned last_lines;
	unsigned catch_up_after_s, skip_after_s, max_rate_wpm;
	bool print, show, verbose, check_config, list_voices, doctor, json;
	bool serve, alone, spawn;
	unsigned give_up_s; /* without sound; 0: never */
	char *tongues; /* --languages */
	char *profile; /* NULL: none */
	char *ssip, *communication_method, *socket_path;
	unsigned port;
	int punctuation, digits, capitals; /* their enums */

	/* Set by functions of the table. */
	char *output; /* owned */
	struct client_sections clients; /* [client PATTERN] */
	char *engine; /* owned: a list, see queue/engine_list.h */
	unsigned events; /* mask of 1 << enum message_kind */
	unsigned without; /* mask of enum wording_rule that are off */
	bool highlight_word;
	bool only_me; /* of a profile */
	struct profile_value profile_values[SETTINGS_PROFILE_VALUES_MAX];
	size_t profile_value_count;
	char *follow[SETTINGS_FOLLOW_MAX]; /* owned */
	size_t follow_count;
	struct source_section *sources[SETTINGS_SOURCES_MAX]; /* owned */
	size_t source_count;
	struct people_config people;
	struct format_list formats; /* of one's own */
	struct rules *line_rules; /* of the command line; owned */
	struct rules *file_rules; /* of the configuration; owned */
	struct rules *rules; /* the one being filled */

	/* Of the configuration files. */
	enum settings_from from;
	char *mistake; /* owned: the first one, to be said; NULL: none */
	char *good; /* owned: what settings_keep() is to keep; NULL: nothing */

	/* Made from the above. */
	const struct format *format; /* of a source without its own */
	struct casting *casting; /* owned; NULL: voices are not chosen */
	struct languages *languages; /* owned */
	struct tongue *tongue; /* owned; NULL: one language alone */
	struct wording_config wording;
	struct backlog_config backlog;
};

extern const struct opts speakd_opts;

/* Whether it goes to the sound system, which others use too. */
bool settings_use_sound(const struct settings *s);
/* What excludes each other, and values that the table cannot judge. */
int settings_check(struct settings *s, struct err *e) MUST_CHECK;
/* Make what the other modules want to know, in their own shape. */
void settings_derive(struct settings *s);

void settings_free(struct settings *settings);

#endif
