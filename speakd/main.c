/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speakd - lines in, speech out, at once.
 *
 * Start reading at session.h for how the parts are wired, and at phrase.h for
 * what travels between them.
 */
#include <locale.h>

#include "core/child.h"
#include "core/files.h"
#include "core/log.h"
#include "core/paths.h"
#include "speakd/doctor.h"
#include "speakd/queue/engine_list.h"
#include "speakd/queue/phrase.h"
#include "speakd/session.h"
#include "speakd/settings_load.h"

static int list_voices(const struct settings *settings, struct err *e)
{
	SCOPED_TEXT char *helper = path_helper("speakd-voice");
	const char *argv[3 + ENGINES_MAX] = { helper, "--list-voices" };
	char *engines[ENGINES_MAX] = { NULL };
	const struct child child = { .argv = argv };
	SCOPED_TEXT char *list = engine_list_with(settings->engine,
						  "espeak-ng");
	int rc;

	(void)engine_list_arguments(list, engines, ENGINES_MAX, argv + 2);
	rc = child_run(&child, e);
	for (size_t i = 0; i < ENGINES_MAX; i++)
		free(engines[i]);
	return rc;
}

int main(int argc, char **argv)
{
	struct settings *settings;
	struct err e = { 0 };
	int first_file, rc;

	setlocale(LC_ALL, "");
	log_open("speakd", LOG_LEVEL_WARN);
	standard_fds_open();
	/* Before the settings: a mistake in them is one of its findings. */
	if (opts_peek(&speakd_opts, argc, argv, "doctor") != NULL)
		return doctor_run(opts_peek(&speakd_opts, argc, argv, "json") !=
				  NULL);
	rc = settings_new(argc, argv, &settings, &first_file, &e);
	if (rc > 0)
		return 0;
	if (rc < 0)
		return log_exit(&e);
	if (settings->verbose)
		log_open("speakd", LOG_LEVEL_DEBUG);
	if (settings->check_config || settings->list_voices) {
		rc = settings->list_voices ? list_voices(settings, &e) : 0;
		settings_free(settings);
		return rc < 0 ? log_exit(&e) : rc;
	}
	rc = session_run(settings, argc, argv, first_file, &e);
	return rc < 0 ? log_exit(&e) : 0;
}
