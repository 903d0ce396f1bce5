/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * miniature.h - a system in miniature: an init, which is a script, the host's
 * sh(1) and sleep(1), and the libraries that these are linked with.
 */
#ifndef WORKSPACE_MINIATURE_H
#define WORKSPACE_MINIATURE_H

#include "core/err.h"

/* Write one into the directory up. */
int miniature_write(const char *up, struct err *e) MUST_CHECK;

#endif
