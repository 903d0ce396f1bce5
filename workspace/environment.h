/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * environment.h - the environment of a command in a workspace.
 *
 * Of the host's only what was named, the terminal, the language and the way
 * out; what an image or an option sets goes before it.
 */
#ifndef WORKSPACE_ENVIRONMENT_H
#define WORKSPACE_ENVIRONMENT_H

#include "core/json.h"
#include "workspace/launch.h"

enum { ENVIRONMENT_MAX = 256 };

struct environment {
	char *list[ENVIRONMENT_MAX + 1]; /* owned, NULL-terminated */
	size_t count;
};

/* Add to an empty one. image: of the image it came from, NULL for none. */
void environment_fill(struct environment *env, const struct launch *launch,
		      const struct json *image, const char *home);
void environment_fini(struct environment *env);

#define SCOPED_ENVIRONMENT ON_SCOPE_EXIT(environment_fini)

#endif
