/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * options.h - what the option tables of several verbs share.
 */
#ifndef WORKSPACE_OPTIONS_H
#define WORKSPACE_OPTIONS_H

#include "workspace/command.h"

#define FIELD(name) offsetof(struct settings, name)

/* Each adds one value of a repeatable option: err_usage when it is none. */
int option_share(void *settings, const char *value, struct err *e) MUST_CHECK;
int option_env(void *settings, const char *value, struct err *e) MUST_CHECK;
int option_publish(void *settings, const char *value, struct err *e) MUST_CHECK;
int option_cpus(void *settings, const char *value, struct err *e) MUST_CHECK;
int option_map(void *settings, const char *value, struct err *e) MUST_CHECK;

#define MAP_OPTION                                                             \
	{                                                                      \
		'M', "map", OPT_CALL, 0, 0, 0, "b:IN:OUT:N", NULL,             \
			"user ids inside and outside; repeatable", option_map, \
			NULL, true                                             \
	}
#define JSON_OPTION                                                            \
	{                                                                      \
		0, "json", OPT_FLAG, FIELD(json), 0, 0, NULL, NULL,            \
			"print JSON", NULL, NULL, true                         \
	}
#define MAX_MIB_OPTION                                                         \
	{                                                                      \
		0, "max-mib", OPT_UINT, FIELD(max_mib), 1, 1 << 30, "MIB",     \
			"65536", "the most that an archive may unpack to",     \
			NULL, NULL, true                                       \
	}

/* NAME[@SNAPSHOT], for completion. */
#define STATE "@workspace @snapshot"

#endif
