/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * session.h - one run of speakd: inputs, backlog and voice wired together.
 *
 *	inputs ─▶ phrases ─▶ backlog ─▶ voice        (speaking)
 *	inputs ─▶ phrases ─▶ standard output       (--print)
 *
 * TERM and INT: the phrase being said is finished, then it stops; a second one
 * stops at once. HUP: the settings are read again and swapped in if they are
 * valid.
 */
#ifndef SPEAKD_SESSION_H
#define SPEAKD_SESSION_H

#include "speakd/settings.h"

/*
 * Run to the end of the inputs, or until a signal.
 *
 * errors: 0, or -errno with e filled: no voice, the output broke, something
 *         could not be read (that was logged where it happened).
 * memory: take_settings is freed; argv is read again at HUP.
 */
int session_run(struct settings *take_settings, int argc, char **argv,
		int first_file, struct err *e) MUST_CHECK;

#endif
