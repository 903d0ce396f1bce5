/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * following.h - what is followed for ever: files, directories, FIFOs, commands.
 *
 * Those of the command line, the [source NAME] sections (when serving), and
 * files that speakctl asks for. A failure to begin is logged, and the rest goes
 * on.
 */
#ifndef SPEAKD_FOLLOWING_H
#define SPEAKD_FOLLOWING_H

#include "speakd/input/inputs.h"

/* All that the settings name and is not followed yet. */
void following_start(struct inputs *inputs);

/* New settings: rules, wording, and what to follow. */
void following_configure(struct inputs *inputs,
			 const struct settings *keep_settings);

/* Follow path too, or not any more (whoever asked for it). */
int following_add(struct inputs *inputs, const char *path,
		  struct err *e) MUST_CHECK;
int following_remove(struct inputs *inputs, const char *path,
		     struct err *e) MUST_CHECK;

#endif
