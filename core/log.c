/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/log.h"

#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/text.h"

static struct {
	const char *prog;
	enum log_level level;
	bool journald;
} logger = { "earshot", LOG_LEVEL_WARN, false };

/* $JOURNAL_STREAM is "DEVICE:INODE" of the journal's socket: sd-daemon(3). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char mine[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(mine, sizeof(mine), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	return strcmp(stream, mine) == 0;
}

void log_open(const char *keep_prog, enum log_level level)
{
	logger.prog = keep_prog;
	logger.level = level;
	logger.journald = stderr_is_journal();
}

/* One write(2) a line, so that lines of several processes do not mix. */
PRINTF_LIKE(2, 0)
static void say(enum log_level level, const char *fmt, va_list args)
{
	static const char syslog_levels[] = { '3', '4', '6', '7' };
	SCOPED_BUF struct buf line = { 0 };
	SCOPED_TEXT char *text = NULL;
	int saved = errno;

	if (level > logger.level)
		return;
	if (vasprintf(&text, fmt, args) < 0) {
		text = NULL;
		return;
	}
	if (logger.journald)
		buf_addf(&line, "<%c>", syslog_levels[level]);
	buf_addf(&line, "%s: ", logger.prog);
	text_escape(&line, text, strlen(text));
	buf_add_char(&line, '\n');
	(void)!write(STDERR_FILENO, line.data, line.len_bytes);
	errno = saved;
}

#define LOG_FUNCTION(name, level)                                              \
	void name(const char *fmt, ...)                                        \
	{                                                                      \
		va_list args;                                                  \
                                                                               \
		va_start(args, fmt);                                           \
		say(level, fmt, args);                                         \
		va_end(args);                                                  \
	}

LOG_FUNCTION(log_err, LOG_LEVEL_ERR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

void log_failure(const struct err *e)
{
	char text[ERR_TEXT_BYTES + 128];

	log_err("%s", err_text(e, text, sizeof(text)));
}

void log_warn_failure(const struct err *e)
{
	char text[ERR_TEXT_BYTES + 128];

	log_warn("%s", err_text(e, text, sizeof(text)));
}

int log_exit(const struct err *e)
{
	log_failure(e);
	return e->usage ? 2 : 1;
}
