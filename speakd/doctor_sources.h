/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * doctor_sources.h - what speakd reads, one by one: does it, and why not.
 */
#ifndef SPEAKD_DOCTOR_SOURCES_H
#define SPEAKD_DOCTOR_SOURCES_H

#include <stdbool.h>

#include "speakd/settings.h"

/* why: the reason when it is not ok, else what it is. Both are borrowed. */
typedef void doctor_report_fn(void *data, const char *name, bool ok,
			      const char *why);

/*
 * Report each source of the settings, and what a speakd that serves reads
 * besides. settings: NULL when they have a mistake. served: the lines that it
 * answers to SOURCES, "NAME\tKIND\tSTATE\tTARGET"; NULL: none serves. Nothing
 * is started or made.
 */
void doctor_sources(const struct settings *settings, const char *served,
		    doctor_report_fn *report, void *data);

#endif
