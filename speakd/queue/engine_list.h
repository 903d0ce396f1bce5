/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * engine_list.h - the engines that were asked for, and what they are called.
 *
 * A list is one text, an engine a line: "module:flite\nespeak-ng". The first is
 * the one for whoever names none.
 */
#ifndef SPEAKD_QUEUE_ENGINE_LIST_H
#define SPEAKD_QUEUE_ENGINE_LIST_H

#include "core/base.h"

size_t engine_list_count(const char *list);
/*
 * What clients call the one with that number, the caller's; NULL: none has it.
 * espeak-ng, flite of "module:/x/sd_flite", the program of "pipe:piper --x";
 * "command" of a command, whose words are the user's own.
 */
char *engine_list_name(const char *list, size_t number) MUST_CHECK;
/* The number of the one of that name, without regard to case; -1: none. */
int engine_list_find(const char *list, const char *name);
/* The list with spec in front, where it is only once; the caller's. */
char *engine_list_with(const char *list, const char *spec) MUST_CHECK;
/*
 * "--engine=SPEC" for each, most at most, for a command line. The texts are the
 * caller's; argv borrows them. Returns how many.
 */
size_t engine_list_arguments(const char *list, char **ret_texts, size_t most,
			     const char **ret_argv);

#endif
