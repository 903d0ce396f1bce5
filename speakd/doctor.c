/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/doctor.h"

#include <string.h>

#include "core/child.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/speech.h"

enum { ANSWER_MAX_BYTES = 1 << 20, ANSWER_WAIT_MS = 20000, ARGS_MAX = 4 };

enum where { OURS, HELPER }; /* beside us, or among the helpers */

struct check {
	const char *name;
	const char *program;
	enum where where;
	const char *args[ARGS_MAX];
	const char *missing; /* the package that has the program */
	bool needed; /* there is no speech without it */
	bool lists; /* the answer is lines "ok NAME" and "no NAME: WHY" */
};

/* clang-format off */
static const struct check checks[] = {
	{ "settings", "speakd", OURS, { "--check-config" }, NULL, true, false },
	{ "voices", "speakd-voice", HELPER, { "--list-voices" }, "speakd",
	  true, false },
	{ "sound", "speakd-voice", HELPER, { "--probe" }, "speakd",
	  true, false },
	{ "IRC networks", "sic-bridge", OURS, { "--check-config" },
	  "sic-bridge", false, false },
	{ "GTD directory", "project", OURS, { "check" }, "earshot-project",
	  false, false },
	{ "workspaces", "project", OURS, { "workspace", "doctor" },
	  "earshot-project", false, true },
};
/* clang-format on */

struct doctor {
	bool as_json;
	bool has_sound;
	unsigned failed_needed;
	struct buf failed; /* names, for the ear */
};

static void report(struct doctor *doctor, const char *name, bool ok,
		   const char *why)
{
	SCOPED_BUF struct buf out = { 0 };
	struct json *json;

	if (!doctor->as_json) {
		printf("%s   %s%s%s\n", ok ? "ok" : "no", name,
		       why[0] != '\0' ? ": " : "", why);
		return;
	}
	json = json_object_make();
	json_add_text(json, "check", name);
	json_add_bool(json, "ok", ok);
	json_add_text(json, "text", why);
	json_print(json, &out);
	json_free(json);
	printf("%s\n", buf_text(&out));
}

static void note_failure(struct doctor *doctor, const struct check *check)
{
	if (check->needed)
		doctor->failed_needed++;
	buf_addf(&doctor->failed, "%s%s",
		 doctor->failed.len_bytes > 0 ? ", " : "", check->name);
}

/* What a program prints, its messages included. Its exit code, or -errno. */
static int ask(const struct check *check, struct buf *answer, struct err *e)
{
	SCOPED_TEXT char *program = check->where == HELPER
					    ? path_helper(check->program)
					    : path_program(check->program);
	const char *argv[4 + ARGS_MAX + 1] = {
		"sh",
		"-c",
		"exec \"$0\" \"$@\" 2>&1",
		program,
	};
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_INHERIT, CHILD_NULL },
		.fd_count = 3,
		.limit_ms = ANSWER_WAIT_MS,
	};

	for (size_t i = 0; i < ARGS_MAX && check->args[i] != NULL; i++)
		argv[4 + i] = check->args[i];
	return child_capture(&child, ANSWER_MAX_BYTES, answer, e);
}

/* A list of its own: each line is one of ours, below the check's name. */
static void report_list(struct doctor *doctor, const struct check *check,
			char *rest)
{
	for (char *line = strsep(&rest, "\n"); line != NULL;
	     line = strsep(&rest, "\n")) {
		bool ok = strncmp(line, "ok ", 3) == 0;
		SCOPED_TEXT char *name = NULL;
		char *why;

		if (!ok && strncmp(line, "no ", 3) != 0)
			continue;
		line += 3 + strspn(line + 3, " ");
		why = strstr(line, ": ");
		if (why != NULL)
			*why = '\0';
		name = mem_printf("%s, %s", check->name, line);
		report(doctor, name, ok, why != NULL ? why + 2 : "");
	}
}

/* "program: what is wrong" without the program: we say whose check it is. */
static const char *reason(const struct check *check, struct buf *answer)
{
	char *line = answer->data;
	size_t len = strlen(check->program);

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, check->program, len) == 0 && line[len] == ':')
		line += len + 1 + strspn(line + len + 1, " ");
	return line;
}

static void run_check(struct doctor *doctor, const struct check *check)
{
	SCOPED_BUF struct buf answer = { 0 };
	SCOPED_TEXT char *missing = NULL;
	struct err e = { 0 };
	int code = ask(check, &answer, &e);
	bool ok = code == 0;

	buf_add_text(&answer, "");
	if (code < 0) {
		report(doctor, check->name, false, e.text);
	} else if (code == 127 && check->missing != NULL) {
		missing = mem_printf("%s is not installed (package %s)",
				     check->program, check->missing);
		report(doctor, check->name, false, missing);
	} else if (check->lists && answer.len_bytes > 0) {
		report_list(doctor, check, answer.data);
		return;
	} else {
		report(doctor, check->name, ok,
		       ok || answer.len_bytes == 0 ? ""
						   : reason(check, &answer));
	}
	if (!ok)
		note_failure(doctor, check);
	if (ok && strcmp(check->name, "sound") == 0)
		doctor->has_sound = true;
}

/* Whether a speakd serves, and whether that one has sound. */
static void check_server(struct doctor *doctor)
{
	SCOPED_BUF struct buf status = { 0 };
	struct err e = { 0 };
	struct speech *speech = speech_open(NULL, &e);
	bool mute;

	if (speech == NULL) {
		report(doctor, "a speakd that serves", false, e.text);
		return;
	}
	if (speech_command(speech, &status, &e, "STATUS") < 0) {
		report(doctor, "a speakd that serves", false, e.text);
		speech_close(speech);
		return;
	}
	speech_close(speech);
	mute = strstr(buf_text(&status), "sound no\n") != NULL;
	report(doctor, "a speakd that serves", !mute,
	       mute ? "it has no sound" : "");
	doctor->has_sound |= !mute;
}

static void say_result(const struct doctor *doctor)
{
	SCOPED_TEXT char *program = path_program("speakd");
	SCOPED_TEXT char *text =
		doctor->failed.len_bytes > 0
			? mem_printf("This does not work: %s.",
				     buf_text(&doctor->failed))
			: mem_copy("All that speech needs works.");
	static const char script[] = "printf '%s\\n' \"$1\" | "
				     "\"$0\" --format=plain --give-up=5";
	const char *const argv[] = { "sh", "-c", script, program, text, NULL };
	const struct child child = { .argv = argv };

	fflush(stdout);
	(void)!child_run(&child, NULL);
}

int doctor_run(bool as_json)
{
	struct doctor doctor = { .as_json = as_json };

	for (size_t i = 0; i < COUNT_OF(checks); i++)
		run_check(&doctor, &checks[i]);
	check_server(&doctor);
	if (doctor.has_sound && !as_json)
		say_result(&doctor);
	buf_fini(&doctor.failed);
	return doctor.failed_needed > 0 ? 1 : 0;
}
