/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * network.h - file systems whose files change without inotify's knowing: from
 * another machine, or from the other side of an overlay.
 */
#ifndef SPEAKD_INPUT_NETWORK_H
#define SPEAKD_INPUT_NETWORK_H

#include "core/base.h"

/* Whether the file or directory is on one of them; false when nobody knows. */
bool network_is_file(int fd);
bool network_is_path(const char *path);

#endif
