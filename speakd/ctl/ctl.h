/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ctl.h - speakctl's verbs: one line of the command line, one conversation.
 */
#ifndef SPEAKD_CTL_CTL_H
#define SPEAKD_CTL_CTL_H

#include "core/err.h"
#include "core/speech.h"

#define CTL_PRIORITIES "important message text notification progress"

struct ctl {
	/* Set by options. */
	bool json, wait, help_words;
	char *socket, *host;
	int priority; /* a place in CTL_PRIORITIES */
	/* The verb's operands. */
	int argc;
	char **argv;
	struct speech *speech;
};

/* 0, or -errno with e filled (err_usage for wrong operands). */
typedef int ctl_fn(struct ctl *ctl, struct err *e);

struct ctl_verb {
	const char *name;
	const char *operands; /* for --help; "" for none */
	const char *help;
	int min, max; /* operands; max -1: any number */
	ctl_fn *run;
	/* What completes its operands: words, "@file", "@nick", ... */
	const char *words;
	bool alone; /* it sees for itself to whom it speaks, if to anybody */
};

extern const struct ctl_verb ctl_verbs[];
extern const size_t ctl_verb_count;

/* NULL when there is none. */
const struct ctl_verb *ctl_verb_find(const char *name);

/* ui.c: the listening screen. */
ctl_fn ctl_ui;

/* import.c: another program's configuration. */
ctl_fn ctl_import;

/* teach.c: a word, and how it is said. */
ctl_fn ctl_teach;

/* host.c: the control socket for ssh(1), and a machine that speaks here. */
ctl_fn ctl_stdio, ctl_hear;

/* forget.c: no speakd has to serve for it. */
ctl_fn ctl_forget;

#endif
