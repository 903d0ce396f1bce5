/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* shell_init.h - what "project init SHELL" prints. */
#ifndef PROJECT_SHELL_INIT_H
#define PROJECT_SHELL_INIT_H

enum shell { SHELL_BASH, SHELL_ZSH, SHELL_FISH };
#define SHELL_WORDS "bash zsh fish"

/* The lines for a shell's rc file. */
const char *shell_init(enum shell shell);

#endif
