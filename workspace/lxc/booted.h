/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * booted.h - wait until a full system container has booted.
 *
 * Before that its services are not there: a first command would find no bus, no
 * network and no logged in user.
 */
#ifndef WORKSPACE_BOOTED_H
#define WORKSPACE_BOOTED_H

#include "workspace/store/store.h"

enum { BOOTED_WAIT_MS = 300000 };

/*
 * Ask systemd inside, which tells of itself; no other init does. told_fn is
 * called when it has to be waited for, and when it was not up in time. Once it
 * is up this is noted, and the next call costs nothing.
 */
typedef void booted_told_fn(const char *text);
void booted_wait(const struct store *store, const char *name, const char *upper,
		 booted_told_fn *told_fn);

#endif
