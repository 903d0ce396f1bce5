/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * image.h - what an image says besides its files: for which machine, and how
 * it is run.
 */
#ifndef WORKSPACE_IMAGE_H
#define WORKSPACE_IMAGE_H

#include "core/json.h"

/* What Go, and so an image, calls this machine: "amd64". */
const char *image_architecture(void);

/* Of its configuration what is kept: Entrypoint, Cmd, Env, User, WorkingDir.
 * The caller's to free. */
struct json *image_run_part(const struct json *config);

#endif
