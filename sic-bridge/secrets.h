/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * secrets.h - passwords: where they come from, and who must not see them.
 */
#ifndef SIC_BRIDGE_SECRETS_H
#define SIC_BRIDGE_SECRETS_H

#include "core/err.h"
#include "sic-bridge/settings.h"

enum { SECRET_MAX_BYTES = 4096 };

/*
 * The password of the settings: as given, the first line of a file (which must
 * be a regular file of ours or root's that nobody else may read), or the first
 * line that a command prints. *ret_password is NULL when there is none, else
 * the caller's to give to secret_free().
 */
int secret_get(const struct settings *settings, char **ret_password,
	       struct err *e) MUST_CHECK;

/* Overwrite and free. */
void secret_free(char *take_secret);

/* Overwrite secret wherever it stands in argv, which ps(1) shows. */
void secret_hide(int argc, char **argv, const char *secret);

#endif
