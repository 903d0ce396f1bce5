/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * ui.h - questions and answers, line by line, by ear, or on a full screen. Who
 * asks does not know which.
 */
#ifndef PROJECT_UI_H
#define PROJECT_UI_H

#include "project/settings.h"

#include "core/buf.h"

struct ui {
	void (*show)(const struct ui *ui, const char *title, const char *text);
	/* Ask for a line; false at the end of input. */
	bool (*ask)(const struct ui *ui, const char *prompt, struct buf *ret);
	/*
	 * The same where a letter may be the answer: by ear, on a terminal, a
	 * key is one without Enter. (An Enter right after it, as a hand used to
	 * lines types it, is part of it.)
	 */
	bool (*ask_key)(const struct ui *ui, const char *prompt,
			struct buf *ret);
	bool screen, say;
};

/* As the options say: --say, --screen. -ENOTTY without a terminal for it. */
int ui_open(struct ui *ui, const struct settings *settings,
	    struct err *e) MUST_CHECK;
void ui_close(const struct ui *ui);

/* Another program has the terminal meanwhile: an editor. */
void ui_pause(const struct ui *ui);
void ui_resume(const struct ui *ui);

#endif
