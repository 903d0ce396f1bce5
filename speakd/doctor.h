/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * doctor.h - what of the whole toolkit works here, printed and said.
 *
 * Each program is asked by its own verbs; nothing is changed.
 */
#ifndef SPEAKD_DOCTOR_H
#define SPEAKD_DOCTOR_H

#include <stdbool.h>

/*
 * Print a line for each check, "ok" or "no" with the reason (as_json: an object
 * each), and say the result where there is sound. Returns the exit code: 1 when
 * something does not work that speech needs, else 0.
 */
int doctor_run(bool as_json);

#endif
