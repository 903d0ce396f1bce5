/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/icon.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/paths.h"

/* In a directory for data. Sound themes come in stereo. */
static const char *const themes[] = {
	"sounds/sound-icons",
	"sounds/freedesktop/stereo",
};
static const char *const endings[] = { "", ".wav", ".oga", ".ogg", ".flac" };

static bool is_readable_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, R_OK) == 0;
}

static char *find_in(const char *dir, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		char *path = mem_printf("%s/%s%s", dir, name, endings[i]);

		if (is_readable_file(path))
			return path;
		free(path);
	}
	return NULL;
}

static char *find_in_themes(const char *data_dir, const char *name)
{
	char *found = NULL;

	for (size_t i = 0; found == NULL && i < COUNT_OF(themes); i++) {
		SCOPED_TEXT char *dir = path_join(data_dir, themes[i]);

		found = find_in(dir, name);
	}
	return found;
}

static char *find_in_own(const char *name)
{
	SCOPED_TEXT char *own = path_data("sounds");
	SCOPED_TEXT char *data_dir = path_data("..");
	char *found = find_in(own, name);

	return found != NULL ? found : find_in_themes(data_dir, name);
}

/* A name is of a file, never a way to one. */
static bool is_name(const char *name)
{
	return *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
}

char *icon_find(const char *name)
{
	const char *dirs = getenv("XDG_DATA_DIRS");
	char *found;

	if (!is_name(name))
		return NULL;
	found = find_in_own(name);
	if (dirs == NULL || *dirs == '\0')
		dirs = "/usr/local/share:/usr/share";
	while (found == NULL && *dirs != '\0') {
		size_t n = strcspn(dirs, ":");
		SCOPED_TEXT char *dir = mem_text(dirs, n);

		if (*dir == '/')
			found = find_in_themes(dir, name);
		dirs += n + (dirs[n] == ':');
	}
	return found;
}
