/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * settings_profile.h - ways of listening under a name: meeting, focus, night.
 *
 *	[profile focus]
 *	events = private,state
 *	rate = 260
 *	sources = mail,sync
 *
 * Keys are those of the options, "sources" (the names of those that are read,
 * the others rest), and "only-me = yes": of what people say only what is said
 * to me or has my nick in it. A section of the listener's changes a profile of
 * ours, or makes a new one.
 */
#ifndef SPEAKD_SETTINGS_PROFILE_H
#define SPEAKD_SETTINGS_PROFILE_H

#include "speakd/settings.h"

/* One key of a [profile NAME] section. 0 or err_usage. */
int profile_set(struct settings *s, const char *name, const char *key,
		const char *value, struct err *e) MUST_CHECK;

/* Put the profile's values over those of the files; "" or NULL: none. */
int profile_apply(struct settings *s, const char *name,
		  struct err *e) MUST_CHECK;

#endif
