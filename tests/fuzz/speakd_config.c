/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speakd_config.c - any bytes as a configuration file: every mistake is told
 * with its line, nothing is read out of bounds, nothing leaks.
 */
#include <string.h>
#include <sys/mman.h>

#include "core/files.h"
#include "core/mem.h"
#include "speakd/settings.h"

static int on_section(void *data, const char *section, const char *key,
		      const char *value, struct err *e)
{
	struct settings *s = data;

	return rules_set(s->file_rules, section, key, value, e);
}

static void on_problem(void *data, const char *path, unsigned line,
		       const char *text)
{
	unsigned *problems = data;

	(void)path;
	if (line == 0 || text[0] == '\0')
		abort();
	(*problems)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	SCOPED_FD int fd = memfd_create("conf", MFD_CLOEXEC);
	SCOPED_TEXT char *path = mem_printf("/proc/self/fd/%d", fd);
	struct settings s = { 0 };
	struct err e = { 0 };
	unsigned problems = 0;
	int rc;

	if (fd < 0 || write_all(fd, (const char *)bytes, len_bytes) < 0)
		abort();
	s.line_rules = rules_new();
	s.file_rules = s.rules = rules_new();
	opts_defaults(&speakd_opts, &s);
	rc = opts_load(&speakd_opts, path, &s, on_section, on_problem,
		       &problems, &e);
	if ((rc < 0) != (problems > 0))
		abort();
	if (rc == 0)
		(void)!rules_check(s.file_rules, &e);
	for (size_t i = 0; i < s.follow_count; i++)
		free(s.follow[i]);
	rules_free(s.line_rules);
	rules_free(s.file_rules);
	opts_fini(&speakd_opts, &s);
	return 0;
}
