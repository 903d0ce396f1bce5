/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * title.h - the command line that others see of this process.
 *
 * /proc/PID/cmdline is everybody's to read, inside a workspace too, and the
 * words of "run -E PASSWORD=..." stand there as long as a process that was
 * started with them does.
 */
#ifndef WORKSPACE_TITLE_H
#define WORKSPACE_TITLE_H

/* At the start: where the words are. */
void title_keep(char **argv);
/*
 * All but the program's name are gone, also for this process: what it still
 * needs of them it must have copied.
 */
void title_clear(void);

#endif
