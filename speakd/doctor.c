/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/doctor.h"

#include <errno.h>
#include <string.h>

#include "core/child.h"
#include "core/finding.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/speech.h"
#include "speakd/doctor_sources.h"
#include "speakd/settings_load.h"

enum {
	ANSWER_MAX_BYTES = 1 << 20,
	ANSWER_WAIT_S = 20,
	/* Stores are tried in miniature: a slow disk takes minutes for all. */
	PROOF_WAIT_S = 900,
	ARGS_MAX = 4,
};

enum where { OURS, HELPER }; /* beside us, or among the helpers */

struct check {
	const char *name;
	const char *program;
	enum where where;
	const char *args[ARGS_MAX];
	const char *missing; /* the package that has the program */
	bool needed; /* there is no speech without it */
	bool lists; /* the answer is lines "ok NAME" and "no NAME: WHY" */
	const char *nothing; /* that it lists nothing */
	unsigned limit_s; /* then it hangs */
};

/* clang-format off */
static const struct check speech_checks[] = {
	{ "settings", "speakd", OURS, { "--check-config" }, NULL, true, false,
	  NULL, ANSWER_WAIT_S },
	{ "voices", "speakd-voice", HELPER, { "--list-voices" }, "speakd",
	  true, false, NULL, ANSWER_WAIT_S },
};
static const struct check sound_check =
	{ "sound", "speakd-voice", HELPER, { "--probe" }, "speakd",
	  true, false, NULL, ANSWER_WAIT_S };
static const struct check other_checks[] = {
	{ "IRC networks", "sic-bridge", OURS, { "--list-networks" },
	  "sic-bridge", false, true, "none is configured", ANSWER_WAIT_S },
	{ "GTD directory", "project", OURS, { "check" }, "earshot-project",
	  false, false, NULL, ANSWER_WAIT_S },
	{ "workspaces", "project", OURS, { "workspace", "doctor" },
	  "earshot-project", false, true, NULL, PROOF_WAIT_S },
};
/* clang-format on */

struct doctor {
	bool as_json;
	struct settings *settings; /* NULL: there is a mistake in them */
	bool has_sound, has_mistake;
	unsigned failed_needed;
	struct buf failed; /* names, for the ear */
};

static void report(struct doctor *doctor, const char *name, bool ok,
		   const char *why)
{
	SCOPED_BUF struct buf out = { 0 };
	struct json *json;

	if (doctor->as_json) {
		json = finding_json(name, ok, why);
		json_print(json, &out);
		json_free(json);
	} else {
		finding_add(&out, name, ok, why);
	}
	printf("%s\n", buf_text(&out));
}

static void note_failure(struct doctor *doctor, const char *name, bool needed)
{
	doctor->failed_needed += needed;
	buf_addf(&doctor->failed, "%s%s",
		 doctor->failed.len_bytes > 0 ? ", " : "", name);
}

/*
 * What a program prints, its messages included; more is one more argument, or
 * NULL. Its exit code, or -errno.
 */
static int ask(const struct check *check, const char *more, struct buf *answer,
	       struct err *e)
{
	SCOPED_TEXT char *program = check->where == HELPER
					    ? path_helper(check->program)
					    : path_program(check->program);
	const char *argv[4 + ARGS_MAX + 2] = {
		"sh",
		"-c",
		"exec \"$0\" \"$@\" 2>&1",
		program,
	};
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_INHERIT, CHILD_NULL },
		.fd_count = 3,
		.limit_ms = check->limit_s * 1000,
	};
	size_t count = 4;
	int code;

	for (size_t i = 0; i < ARGS_MAX && check->args[i] != NULL; i++)
		argv[count++] = check->args[i];
	argv[count] = more;
	code = child_capture(&child, ANSWER_MAX_BYTES, answer, e);
	if (code == -ETIMEDOUT)
		err_say(e, ETIMEDOUT, "%s %s has not ended after %u s",
			check->program, check->args[0], check->limit_s);
	return code;
}

/*
 * A list of its own: each line is one of ours, below the check's name. Returns
 * how many there were.
 */
static unsigned report_list(struct doctor *doctor, const struct check *check,
			    char *rest)
{
	unsigned count = 0;

	for (char *line = strsep(&rest, "\n"); line != NULL;
	     line = strsep(&rest, "\n")) {
		SCOPED_TEXT char *name = NULL;
		struct finding found;

		if (!finding_parse(line, &found))
			continue;
		name = mem_printf("%s, %s", check->name, found.name);
		report(doctor, name, found.good, found.text);
		count++;
	}
	return count;
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

static void report_answer(struct doctor *doctor, const struct check *check,
			  int code, struct buf *answer)
{
	SCOPED_TEXT char *copy = mem_copy(buf_text(answer));
	const char *why = "";

	if (check->lists && report_list(doctor, check, copy) > 0)
		return;
	if (code != 0 && answer->len_bytes > 0)
		why = reason(check, answer);
	else if (code == 0 && check->nothing != NULL)
		why = check->nothing;
	report(doctor, check->name, code == 0, why);
}

static void run_check(struct doctor *doctor, const struct check *check,
		      const char *more)
{
	SCOPED_BUF struct buf answer = { 0 };
	SCOPED_TEXT char *missing = NULL;
	struct err e = { 0 };
	int code = ask(check, more, &answer, &e);

	buf_add_text(&answer, "");
	if (code < 0) {
		report(doctor, check->name, false, e.text);
	} else if (code == 127 && check->missing != NULL) {
		missing = mem_printf("%s is not installed (package %s)",
				     check->program, check->missing);
		report(doctor, check->name, false, missing);
	} else {
		report_answer(doctor, check, code, &answer);
	}
	if (code != 0)
		note_failure(doctor, check->name, check->needed);
	if (strcmp(check->name, "settings") == 0)
		doctor->has_mistake = code != 0;
	if (strcmp(check->name, "sound") == 0)
		doctor->has_sound = code == 0;
}

static void load_settings(struct doctor *doctor)
{
	static char program[] = "speakd";
	static char as_served[] = "--serve";
	char *argv[] = { program, as_served, NULL };
	struct err e = { 0 };
	int first;

	/* A mistake was reported, and would be once more. */
	if (!doctor->has_mistake &&
	    settings_new(2, argv, &doctor->settings, &first, &e) != 0)
		doctor->settings = NULL;
}

/* Where the settings have it; a file or a command is not touched. */
static void check_sound(struct doctor *doctor)
{
	const struct settings *settings = doctor->settings;
	SCOPED_TEXT char *text = mem_printf(
		"--output=%s", settings != NULL ? settings->output : "auto");

	if (settings == NULL || settings_use_sound(settings))
		run_check(doctor, &sound_check, text);
	else
		report(doctor, sound_check.name, true, text + strlen("--"));
}

/* ---- what speakd reads -------------------------------------------------- */

static void on_source(void *data, const char *name, bool ok, const char *why)
{
	struct doctor *doctor = data;

	report(doctor, name, ok, why);
	if (!ok)
		note_failure(doctor, name, false);
}

/* What it answers, or false with e filled. */
static bool ask_server(struct buf *status, struct buf *sources, struct err *e)
{
	struct speech *speech = speech_open(NULL, e);
	bool ok = speech != NULL &&
		  speech_command(speech, status, e, "STATUS") >= 0 &&
		  speech_command(speech, sources, e, "SOURCES") >= 0;

	speech_close(speech);
	return ok;
}

/* Whether a speakd serves, whether it has sound, and what it reads. */
static void check_server(struct doctor *doctor)
{
	SCOPED_BUF struct buf status = { 0 };
	SCOPED_BUF struct buf sources = { 0 };
	struct err e = { 0 };
	bool mute;

	if (!ask_server(&status, &sources, &e)) {
		report(doctor, "a speakd that serves", false, e.text);
		doctor_sources(doctor->settings, NULL, on_source, doctor);
		return;
	}
	mute = strstr(buf_text(&status), "sound no\n") != NULL;
	report(doctor, "a speakd that serves", !mute,
	       mute ? "it has no sound" : "");
	doctor->has_sound |= !mute;
	doctor_sources(doctor->settings, buf_text(&sources), on_source, doctor);
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

	for (size_t i = 0; i < COUNT_OF(speech_checks); i++)
		run_check(&doctor, &speech_checks[i], NULL);
	load_settings(&doctor);
	check_sound(&doctor);
	check_server(&doctor);
	for (size_t i = 0; i < COUNT_OF(other_checks); i++)
		run_check(&doctor, &other_checks[i], NULL);
	if (doctor.has_sound && !as_json)
		say_result(&doctor);
	settings_free(doctor.settings);
	buf_fini(&doctor.failed);
	return doctor.failed_needed > 0 ? 1 : 0;
}
