/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* print.h - phrases as lines of standard output: --print and --show. */
#ifndef SPEAKD_PRINT_H
#define SPEAKD_PRINT_H

#include "core/buf.h"
#include "speakd/out/outlet.h"

/* An outlet that prints. */
struct outlet *print_new(const struct outlet_handler *handler) MUST_CHECK;

/* Add phrase as a line, what is heard in front of it named. */
void print_phrase(const struct phrase *phrase, struct buf *out);

#endif
