/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * log.h - a program's one-line messages on standard error.
 *
 * Programs log; modules of core/ return errors instead. A line is
 * "prog: text", control bytes escaped so that it stays one line whatever the
 * data, with journald's "<n>" level prefix when standard error is the journal
 * (sd-daemon(3), $JOURNAL_STREAM). What people say on IRC or have spoken is
 * logged at LOG_LEVEL_DEBUG only.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/err.h"

enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* keep_prog is the name in front of each line; level the most that is said. */
void log_open(const char *keep_prog, enum log_level level);

void log_err(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Log what failed, at error level; or at warning level, where all goes on. */
void log_failure(const struct err *e);
void log_warn_failure(const struct err *e);

/*
 * The last statement of main(): log e and return the exit code, 2 for wrong
 * usage or configuration (err_usage), else 1.
 */
int log_exit(const struct err *e);

#endif
