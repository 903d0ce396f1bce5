/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/settings_load.h"
#include "speakd/settings_profile.h"

#include <fcntl.h>
#include <string.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"

/* Of the name of a configuration, in the first line of the copy of it. */
enum { NAME_MAX_BYTES = 120 };

/* ---- sections ----------------------------------------------------------- */

/* The section called name, made when it is new; NULL: too many. */
static struct source_section *find_source(struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (strcmp(s->sources[i]->name, name) == 0)
			return s->sources[i];
	if (s->source_count == SETTINGS_SOURCES_MAX)
		return NULL;
	s->sources[s->source_count] = source_section_new(name);
	return s->sources[s->source_count++];
}

/* A format of one's own stands above the sources that are in it. */
static int find_format(struct settings *s, struct source_section *section,
		       struct err *e)
{
	int rc;

	if (section->format_spec == NULL)
		return 0;
	rc = format_list_find(&s->formats, section->format_spec,
			      &section->format, e);
	return rc < 0 ? err_wrap(e, "[source %s]", section->name) : 0;
}

static int set_source(struct settings *s, const char *name, const char *key,
		      const char *value, struct err *e)
{
	struct source_section *section = find_source(s, name);
	int rc;

	if (section == NULL)
		return err_usage(e, "more than %d sources",
				 SETTINGS_SOURCES_MAX);
	rc = source_section_set(section, key, value, e);
	/* At once, so that a mistake has its line. */
	return rc == 0 && strcmp(key, "format") == 0
		       ? find_format(s, section, e)
		       : rc;
}

static int on_section(void *data, const char *section, const char *key,
		      const char *value, struct err *e)
{
	struct settings *s = data;

	if (strncmp(section, "rule ", 5) == 0)
		return rules_set(s->rules, section + 5, key, value, e);
	if (strncmp(section, "source ", 7) == 0)
		return set_source(s, section + 7, key, value, e);
	if (strncmp(section, "client ", 7) == 0)
		return client_sections_set(&s->clients, section + 7, key, value,
					   e);
	if (strncmp(section, "profile ", 8) == 0)
		return profile_set(s, section + 8, key, value, e);
	if (strncmp(section, "person ", 7) == 0)
		return people_config_set(&s->people, section + 7, key, value,
					 e);
	if (strncmp(section, "format ", 7) == 0)
		return format_list_set(&s->formats, section + 7, key, value, e);
	return err_usage(e, "unknown section [%s]", section);
}

static int check_sections(struct settings *s, struct err *e)
{
	int rc = rules_check(s->file_rules, e);

	for (size_t i = 0; rc == 0 && i < s->source_count; i++)
		rc = source_section_check(s->sources[i], e);
	return rc == 0 ? format_list_find(&s->formats, s->format_spec,
					  &s->format, e)
		       : rc;
}

/* ---- mistakes ----------------------------------------------------------- */

/* To be heard, where a path is a long way to the name that matters. */
static void on_problem(void *data, const char *path, unsigned line,
		       const char *text)
{
	char **mistake = data;
	const char *slash = strrchr(path, '/');

	log_err("%s:%u: %s", path, line, text);
	if (*mistake == NULL)
		*mistake = mem_printf("Mistake in %s, line %u: %s.",
				      slash != NULL ? slash + 1 : path, line,
				      text);
}

static void note_failure(char **mistake, const struct err *e)
{
	char text[ERR_TEXT_BYTES + 128];

	if (*mistake == NULL)
		*mistake = mem_printf("Mistake in the configuration: %s.",
				      err_text(e, text, sizeof(text)));
}

/* ---- reading ------------------------------------------------------------ */

/* For the copy. That what cannot be kept was read is more important. */
static void collect(const char *path, struct buf *good)
{
	buf_add_text(good, "[speakd]\n");
	(void)!file_read(AT_FDCWD, path, SETTINGS_GOOD_MAX_BYTES, good, NULL);
	buf_add_char(good, '\n');
}

/* A file that must be there (named by --config), or may be. */
static int read_file(struct settings *s, const char *path, bool must,
		     struct buf *good, char **ret_mistake, struct err *e)
{
	int rc = opts_load(&speakd_opts, path, s, on_section, on_problem,
			   ret_mistake, e);

	if (rc == -ENOENT && !must)
		return 0;
	if (rc == 0)
		collect(path, good);
	else
		e->usage = true; /* unreadable is wrong configuration, too */
	return rc;
}

/* Whose copy it is: another configuration's settings are not the last ones. */
static void name_configuration(const char *named, struct buf *good)
{
	const char *name = named != NULL ? named : "speakd.conf";
	size_t n = strlen(name);

	buf_addf(good, "# The last good settings of %s\n",
		 n > NAME_MAX_BYTES ? name + n - NAME_MAX_BYTES : name);
}

static int read_users_files(struct settings *s, const char *named,
			    char **ret_mistake, struct err *e)
{
	SCOPED_TEXT char *system_file = path_system_config("speakd.conf");
	SCOPED_TEXT char *user_file = path_config("speakd.conf");
	SCOPED_BUF struct buf good = { 0 };
	int rc;

	name_configuration(named, &good);
	if (named != NULL)
		rc = read_file(s, named, true, &good, ret_mistake, e);
	else
		rc = read_file(s, system_file, false, &good, ret_mistake, e);
	if (rc == 0 && named == NULL)
		rc = read_file(s, user_file, false, &good, ret_mistake, e);
	if (rc == 0)
		rc = check_sections(s, e);
	if (rc == 0)
		s->good = buf_give(&good);
	else
		note_failure(ret_mistake, e);
	return rc;
}

static int read_last_good(struct settings *s, const char *named, struct err *e)
{
	SCOPED_TEXT char *path = path_state("speakd.conf.good");
	SCOPED_BUF struct buf name = { 0 };
	SCOPED_BUF struct buf good = { 0 };
	int rc = file_read(AT_FDCWD, path, SETTINGS_GOOD_MAX_BYTES, &good, e);

	if (rc < 0)
		return rc;
	name_configuration(named, &name);
	if (strncmp(buf_text(&good), buf_text(&name), name.len_bytes) != 0)
		return err_say(e, ENOENT, "%s is of another configuration",
			       path);
	rc = opts_load(&speakd_opts, path, s, on_section, NULL, NULL, e);
	return rc < 0 ? rc : check_sections(s, e);
}

static int read_files(struct settings *s, const char *named, char **ret_mistake,
		      struct err *e)
{
	switch (s->from) {
	case SETTINGS_FILES:
		return read_users_files(s, named, ret_mistake, e);
	case SETTINGS_LAST_GOOD:
		return read_last_good(s, named, e);
	case SETTINGS_NO_FILES:
	case SETTINGS_FROM_COUNT:
		break;
	}
	return 0;
}

/* ---- the whole ---------------------------------------------------------- */

/* A daemon goes on with what is good of the listener's lists, and says so. */
static int check_words(struct settings *s, char **ret_mistake, struct err *e)
{
	int rc = languages_check(s->languages, s->voice, e);

	if (rc < 0)
		note_failure(ret_mistake, e);
	return rc;
}

/* What is not installed is no reason to be silent: one language then. */
static int load_tongue(struct settings *s, struct err *e)
{
	int rc = tongue_new(s->tongues, &s->tongue, e);

	if (rc != -ENOENT)
		return rc;
	log_warn("languages are not told apart: %s", e->text);
	return 0;
}

static int load(struct settings *s, int argc, char **argv, char **ret_mistake,
		int *ret_first, struct err *e)
{
	const char *named = opts_peek(&speakd_opts, argc, argv, "config");
	const char *profile = opts_peek(&speakd_opts, argc, argv, "profile");
	int rc;

	opts_defaults(&speakd_opts, s);
	s->rules = s->file_rules;
	rc = read_files(s, named, ret_mistake, e);
	if (rc == 0)
		rc = opts_env(&speakd_opts, s, e);
	/* Its values stand between the files' and the command line's. */
	if (rc == 0)
		rc = profile_apply(s, profile != NULL ? profile : s->profile,
				   e);
	if (rc < 0)
		return rc;
	s->rules = s->line_rules;
	rc = opts_parse(&speakd_opts, argc, argv, false, s, ret_first, e);
	if (rc == 0)
		rc = format_list_find(&s->formats, s->format_spec, &s->format,
				      e);
	if (rc == 0)
		rc = settings_check(s, e);
	if (rc == 0 && s->from == SETTINGS_FILES)
		rc = check_words(s, ret_mistake, e);
	if (rc == 0)
		rc = load_tongue(s, e);
	if (rc == 0)
		settings_derive(s);
	return rc;
}

static int make(enum settings_from from, int argc, char **argv,
		char **ret_mistake, struct settings **ret, int *ret_first,
		struct err *e)
{
	struct settings *s = mem_new(sizeof(*s));
	int rc;

	s->from = from;
	s->line_rules = rules_new();
	s->file_rules = rules_new();
	s->languages = languages_new();
	rc = load(s, argc, argv, ret_mistake, ret_first, e);
	if (rc != 0) {
		settings_free(s);
		return rc;
	}
	*ret = s;
	return 0;
}

/* Whether speech for others depends on it, which must not end in silence. */
static bool is_daemon(int argc, char **argv)
{
	return opts_peek(&speakd_opts, argc, argv, "check-config") == NULL &&
	       opts_peek(&speakd_opts, argc, argv, "list-voices") == NULL &&
	       (opts_peek(&speakd_opts, argc, argv, "serve") != NULL ||
		opts_peek(&speakd_opts, argc, argv, "spawn") != NULL);
}

int settings_new_from(enum settings_from from, int argc, char **argv,
		      struct settings **ret, int *ret_first, struct err *e)
{
	bool falls_back = is_daemon(argc, argv);
	SCOPED_TEXT char *mistake = NULL;
	struct err first = { 0 };
	int rc;

	rc = make(from, argc, argv, &mistake, ret, ret_first, e);
	if (rc < 0)
		first = *e;
	while (rc < 0 && falls_back && ++from < SETTINGS_FROM_COUNT)
		rc = make(from, argc, argv, &mistake, ret, ret_first, e);
	if (rc != 0)
		return rc;
	(*ret)->mistake = text_give(&mistake);
	if (first.code != 0)
		log_failure(&first);
	return 0;
}

int settings_new(int argc, char **argv, struct settings **ret, int *ret_first,
		 struct err *e)
{
	return settings_new_from(SETTINGS_FILES, argc, argv, ret, ret_first, e);
}

/* ---- the copy ----------------------------------------------------------- */

static int replace(const char *path, const char *text, struct err *e)
{
	SCOPED_BUF struct buf old = { 0 };
	int rc;

	if (file_read(AT_FDCWD, path, SETTINGS_GOOD_MAX_BYTES, &old, NULL) ==
		    0 &&
	    strcmp(buf_text(&old), text) == 0)
		return 0;
	rc = dir_make_parent(path, 0700, e);
	if (rc == 0)
		rc = file_replace(AT_FDCWD, path, text, strlen(text), 0600, e);
	return rc;
}

void settings_keep(const struct settings *settings)
{
	SCOPED_TEXT char *path = path_state("speakd.conf.good");
	struct err e = { 0 };

	if (settings->good == NULL ||
	    strlen(settings->good) > SETTINGS_GOOD_MAX_BYTES)
		return;
	if (replace(path, settings->good, &e) < 0) {
		(void)err_wrap(&e, "keep the last good settings");
		log_failure(&e);
	}
}
