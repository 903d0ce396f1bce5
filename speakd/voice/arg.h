/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* arg.h - "NAME:ARG", as outputs and engines are named. */
#ifndef SPEAKD_VOICE_ARG_H
#define SPEAKD_VOICE_ARG_H

#include <string.h>

/* "NAME" or "NAME:ARG". Returns ARG, or NULL when it is another name. */
static inline const char *arg_of(const char *spec, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(spec, name, n) != 0)
		return NULL;
	return spec[n] == ':'	 ? spec + n + 1
	       : spec[n] == '\0' ? spec + n
				 : NULL;
}

#endif
