/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/module_place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"

static const char *const program_dirs[] = {
	"/usr/lib/speech-dispatcher-modules",
	"/usr/libexec/speech-dispatcher-modules",
	"/usr/lib64/speech-dispatcher-modules",
	"/usr/local/libexec/speech-dispatcher-modules",
	"/usr/local/lib/speech-dispatcher-modules",
};

static char *find_program(const char *name)
{
	const char *prefix = strncmp(name, "sd_", 3) == 0 ? "" : "sd_";

	if (strchr(name, '/') != NULL)
		return access(name, X_OK) == 0 ? mem_copy(name) : NULL;
	for (size_t i = 0; i < COUNT_OF(program_dirs); i++) {
		char *path = mem_printf("%s/%s%s", program_dirs[i], prefix,
					name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

/* NAME.conf of the user's, else of the system's; NULL: there is none. */
static char *find_config(const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *paths[] = {
		config != NULL && *config != '\0'
			? mem_printf("%s/speech-dispatcher/modules/%s.conf",
				     config, name)
			: mem_printf("%s/.config/speech-dispatcher/modules/"
				     "%s.conf",
				     home != NULL ? home : "", name),
		mem_printf("/etc/speech-dispatcher/modules/%s.conf", name),
	};
	char *found = NULL;

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		if (found == NULL && access(paths[i], R_OK) == 0)
			found = paths[i];
		else
			free(paths[i]);
	}
	return found;
}

/* The last part of a path, without "sd_" and ".conf". */
static char *short_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	size_t n;

	base += strncmp(base, "sd_", 3) == 0 ? 3 : 0;
	n = strlen(base);
	if (n > 5 && strcmp(base + n - 5, ".conf") == 0)
		n -= 5;
	/* Our own is called so. */
	if (n == strlen("espeak-ng") && strncmp(base, "espeak-ng", n) == 0)
		return mem_copy("sd_espeak-ng");
	return mem_text(base, n);
}

int module_place_find(struct module_place *place, const char *arg,
		      struct err *e)
{
	size_t word_bytes = strcspn(arg, " ");
	SCOPED_TEXT char *word = mem_text(arg, word_bytes);
	const char *given = arg + word_bytes + strspn(arg + word_bytes, " ");
	const char *base;

	place->name = short_name(*given != '\0' ? given : word);
	base = place->name + (strncmp(place->name, "sd_", 3) == 0 ? 3 : 0);
	place->config = *given != '\0' ? mem_copy(given) : find_config(base);
	place->program = find_program(word);
	/* espeak-ng-mbrola-generic is a configuration of sd_generic. */
	if (place->program == NULL && place->config != NULL)
		place->program = find_program("generic");
	if (place->program != NULL)
		return 0;
	return err_usage(e,
			 "engine module: no module '%s' (Debian: "
			 "speech-dispatcher-%s)",
			 word, place->name);
}

void module_place_fini(struct module_place *place)
{
	free(place->name);
	free(place->program);
	free(place->config);
	*place = (struct module_place){ .name = NULL };
}
