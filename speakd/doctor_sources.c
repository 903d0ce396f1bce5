/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/doctor_sources.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/child.h"
#include "core/mem.h"

/* ---- one of the settings ------------------------------------------------ */

static bool matches_a_file(const char *pattern)
{
	glob_t found = { 0 };
	bool any = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;

	globfree(&found);
	return any;
}

/* NULL: nothing. A file that will come is no mistake, but it says nothing. */
static char *file_trouble(const char *path)
{
	if (access(path, R_OK) == 0 || matches_a_file(path))
		return NULL;
	return errno == ENOENT ? mem_printf("%s is not there yet", path)
			       : mem_printf("%s: %s", path, strerror(errno));
}

/* speakd makes one that is not there. */
static char *fifo_trouble(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || S_ISFIFO(st.st_mode))
		return NULL;
	return mem_printf("%s is not a fifo", path);
}

/* Whether the shell finds the program, where the command begins with one. */
static char *command_trouble(const char *command)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789"
				    "_./+-";
	size_t len = strspn(command, plain);
	SCOPED_TEXT char *program = mem_printf("%.*s", (int)len, command);
	const char *const argv[] = {
		"sh", "-c", "command -v -- \"$0\"", program, NULL,
	};
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL },
		.fd_count = 3,
	};

	if (len == 0 || (command[len] != ' ' && command[len] != '\0') ||
	    child_run(&child, NULL) == 0)
		return NULL;
	return mem_printf("%s is not installed", program);
}

static char *trouble(const struct source_section *section)
{
	switch (section->kind) {
	case SOURCE_FILE:
		return file_trouble(section->target);
	case SOURCE_FIFO:
		return fifo_trouble(section->target);
	case SOURCE_COMMAND:
		return command_trouble(section->target);
	case SOURCE_NONE:
		break;
	}
	return NULL;
}

/* ---- what a daemon says ------------------------------------------------- */

struct served {
	char *name, *kind, *state, *target; /* in the text */
};

/* The next line of *text; false at its end. */
static bool next(char **text, struct served *ret)
{
	char *line = strsep(text, "\n");

	if (line == NULL || line[0] == '\0')
		return false;
	ret->name = strsep(&line, "\t");
	ret->kind = strsep(&line, "\t");
	ret->state = strsep(&line, "\t");
	ret->target = strsep(&line, "\t");
	return ret->target != NULL;
}

/* The state of the section called name; NULL: it is not read. */
static char *state_of(const char *served, const char *name)
{
	SCOPED_TEXT char *copy = mem_copy(served);
	struct served one;

	for (char *rest = copy; next(&rest, &one);)
		if (strcmp(one.kind, "source") == 0 &&
		    strcmp(one.name, name) == 0)
			return mem_copy(one.state);
	return NULL;
}

static bool is_good(const char *state)
{
	return strcmp(state, "live") == 0 || strcmp(state, "waiting") == 0;
}

/* What is read without a section: followed by hand, handed over by others. */
static void report_others(const char *served, doctor_report_fn *report,
			  void *data)
{
	SCOPED_TEXT char *copy = mem_copy(served);
	struct served one;

	for (char *rest = copy; next(&rest, &one);) {
		bool is_file = strcmp(one.kind, "follow") == 0;
		SCOPED_TEXT char *why = is_file ? file_trouble(one.target)
						: NULL;
		SCOPED_TEXT char *name =
			mem_printf(is_file ? "followed %s" : "lines of %s",
				   is_file ? one.target : one.name);

		if (strcmp(one.kind, "source") != 0)
			report(data, name, why == NULL && is_good(one.state),
			       why != NULL ? why : one.state);
	}
}

/* ---- all of them -------------------------------------------------------- */

static void report_section(const struct source_section *section,
			   const char *served, doctor_report_fn *report,
			   void *data)
{
	SCOPED_TEXT char *name = mem_printf("source %s", section->name);
	SCOPED_TEXT char *why = trouble(section);
	SCOPED_TEXT char *state = served != NULL
					  ? state_of(served, section->name)
					  : NULL;
	SCOPED_TEXT char *text = NULL;
	bool ok = why == NULL;

	if (served != NULL && state == NULL)
		state = mem_copy("the speakd that serves does not read it");
	if (ok && state != NULL)
		ok = is_good(state);
	text = state != NULL && why == NULL
		       ? mem_printf("%s, %s", section->target, state)
		       : mem_copy(why != NULL ? why : section->target);
	report(data, name, ok, text);
}

void doctor_sources(const struct settings *settings, const char *served,
		    doctor_report_fn *report, void *data)
{
	for (size_t i = 0; settings != NULL && i < settings->source_count; i++)
		report_section(settings->sources[i], served, report, data);
	if (served != NULL)
		report_others(served, report, data);
}
