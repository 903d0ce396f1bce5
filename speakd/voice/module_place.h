/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * module_place.h - where one of speech-dispatcher's modules is, by its name.
 *
 * A name ("flite", "sd_flite"), one whose configuration names sd_generic, or a
 * program's path; a configuration file may follow a blank.
 */
#ifndef SPEAKD_VOICE_MODULE_PLACE_H
#define SPEAKD_VOICE_MODULE_PLACE_H

#include "core/err.h"

struct module_place {
	char *name; /* owned: what clients call it */
	char *program, *config; /* owned; config NULL: none */
};

/* Fills place also when it fails: -EINVAL, there is no such module. */
int module_place_find(struct module_place *place, const char *arg,
		      struct err *e) MUST_CHECK;
void module_place_fini(struct module_place *place);

#endif
