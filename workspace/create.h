/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* create.h - make a workspace, by its verb or on first use. */
#ifndef WORKSPACE_CREATE_H
#define WORKSPACE_CREATE_H

#include "workspace/command.h"

/* Make a workspace of that name as the options say. */
int create_workspace(const struct run *run, const char *name,
		     struct err *e) MUST_CHECK;

#endif
