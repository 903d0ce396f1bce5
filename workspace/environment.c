/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/environment.h"

#include <string.h>

#include "core/mem.h"

/* Of the host's environment only the terminal, the language, the way out. */
static const char *const env_kept[] = {
	"TERM",	       "COLORTERM",   "NO_COLOR",  "LANG",	 "LANGUAGE",
	"LC_ALL",      "LC_CTYPE",    "LC_TIME",   "LC_NUMERIC", "LC_COLLATE",
	"LC_MESSAGES", "LC_MONETARY", "TZ",	   "COLUMNS",	 "LINES",
	"http_proxy",  "https_proxy", "ftp_proxy", "all_proxy",	 "no_proxy",
	"HTTP_PROXY",  "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY",	 "NO_PROXY",
};

static const char inside_path[] =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:"
	"/usr/games";

void environment_fini(struct environment *env)
{
	for (size_t i = 0; i < env->count; i++)
		free(env->list[i]);
}

/* A later value replaces an earlier one. */
static void env_set(struct environment *env, char *take_text)
{
	size_t name = strcspn(take_text, "=");

	for (size_t i = 0; i < env->count; i++) {
		if (strncmp(env->list[i], take_text, name + 1) == 0) {
			free(env->list[i]);
			env->list[i] = take_text;
			return;
		}
	}
	if (env->count < ENVIRONMENT_MAX)
		env->list[env->count++] = take_text;
	else
		free(take_text);
}

static void env_pass(struct environment *env, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		env_set(env, mem_printf("%s=%s", name, value));
}

static void fill_user(struct environment *env, const struct launch *launch,
		      const char *home)
{
	const char *name = launch->user;
	int len;

	if (name != NULL && strcmp(name, "me") == 0)
		name = getenv("USER");
	if (launch->user == NULL)
		name = "root";
	env_set(env, mem_printf("HOME=%s", home));
	if (name == NULL)
		return;
	len = (int)strcspn(name, ":");
	env_set(env, mem_printf("USER=%.*s", len, name));
	env_set(env, mem_printf("LOGNAME=%.*s", len, name));
}

void environment_fill(struct environment *env, const struct launch *launch,
		      const struct json *image, const char *home)
{
	const struct json *list = json_get(image, "Env");
	const char *shell = getenv("SHELL");

	env_set(env, mem_copy(inside_path));
	/* What an image needs, its PATH too; all else goes before it. */
	for (size_t i = 0; i < json_count(list); i++) {
		const char *text = json_text(json_at(list, i));

		if (text != NULL && strchr(text, '=') != NULL && text[0] != '=')
			env_set(env, mem_copy(text));
	}
	for (size_t i = 0; i < COUNT_OF(env_kept); i++)
		env_pass(env, env_kept[i]);
	fill_user(env, launch, home);
	env_set(env, mem_printf("SHELL=%s", shell != NULL ? shell : "/bin/sh"));
	env_set(env, mem_printf("EARSHOT_WORKSPACE=%s", launch->name));
	env_set(env, mem_copy("container=earshot"));
	/* Debian's bash prompt shows it in front: one sees where one is. */
	env_set(env, mem_printf("debian_chroot=%s", launch->name));
	for (size_t i = 0; i < launch->shares.env_count; i++)
		env_set(env, mem_copy(launch->shares.env[i]));
	for (size_t i = 0; i < launch->env_count; i++) {
		if (strchr(launch->env[i], '=') != NULL)
			env_set(env, mem_copy(launch->env[i]));
		else
			env_pass(env, launch->env[i]);
	}
}
