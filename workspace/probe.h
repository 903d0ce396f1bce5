/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * probe.h - what this machine lets this user do: tried, not guessed.
 */
#ifndef WORKSPACE_PROBE_H
#define WORKSPACE_PROBE_H

#include "core/err.h"
#include "workspace/store/store.h"

struct probe {
	const char *name; /* "user namespaces" */
	bool needed; /* without it there are no workspaces at all */
	/* 0, or -errno with why not and what would enable it in e. */
	int (*fn)(const struct store *store, struct err *e);
};

extern const struct probe probes[];
extern const size_t probe_count;

#endif
