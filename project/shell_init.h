/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* shell_init.h - what "project init SHELL" prints. */
#ifndef PROJECT_SHELL_INIT_H
#define PROJECT_SHELL_INIT_H

/* The lines for a shell's rc file; NULL for a shell that is not known. */
const char *shell_init(const char *shell);

#endif
