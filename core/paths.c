/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/paths.h"

#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif
#ifndef LIBEXECDIR
#define LIBEXECDIR "/usr/local/libexec"
#endif
#ifndef DATADIR
#define DATADIR "/usr/local/share"
#endif

char *path_home(void)
{
	const char *home = getenv("HOME");

	if (home == NULL || home[0] != '/') {
		const struct passwd *pw = getpwuid(getuid());

		home = pw != NULL && pw->pw_dir[0] == '/' ? pw->pw_dir : "/";
	}
	return mem_copy(home);
}

char *path_join(const char *dir, const char *name)
{
	size_t dir_bytes = strlen(dir), name_bytes = strlen(name);
	char *path;

	if (name[0] == '/' || dir_bytes == 0)
		return mem_copy(name);
	if (dir[dir_bytes - 1] == '/')
		dir_bytes--;
	/* Not printed: a list of projects joins ten thousand. */
	path = mem_new(dir_bytes + 1 + name_bytes + 1);
	memcpy(path, dir, dir_bytes);
	path[dir_bytes] = '/';
	memcpy(path + dir_bytes + 1, name, name_bytes + 1);
	return path;
}

static char *xdg(const char *variable, const char *under_home, const char *name)
{
	const char *base = variable != NULL ? getenv(variable) : NULL;
	SCOPED_TEXT char *home = NULL;
	SCOPED_TEXT char *dir = NULL;

	if (base == NULL || base[0] != '/') {
		home = path_home();
		dir = path_join(home, under_home);
		base = dir;
	}
	return mem_printf("%s/earshot/%s", base, name);
}

char *path_config(const char *name)
{
	return xdg("XDG_CONFIG_HOME", ".config", name);
}

char *path_system_config(const char *name)
{
	return mem_printf(SYSCONFDIR "/earshot/%s", name);
}

char *path_state(const char *name)
{
	return xdg("XDG_STATE_HOME", ".local/state", name);
}

char *path_data(const char *name)
{
	return xdg("XDG_DATA_HOME", ".local/share", name);
}

int path_check_private(const char *dir, const struct stat *st, struct err *e)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return err_say(e, EACCES,
			       "directory %s belongs to another user", dir);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
	    (st->st_mode & S_ISVTX) == 0)
		return err_say(e, EACCES,
			       "others may write in directory %s: chmod go-w "
			       "it first",
			       dir);
	return 0;
}

int path_check_runtime(struct err *e)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (dir == NULL || dir[0] != '/' || stat(dir, &st) < 0)
		return 0;
	if (st.st_uid != geteuid())
		return err_say(e, EACCES,
			       "XDG_RUNTIME_DIR: directory %s belongs to "
			       "another user",
			       dir);
	return path_check_private(dir, &st, e);
}

char *path_runtime(const char *name)
{
	return xdg(path_check_runtime(NULL) == 0 ? "XDG_RUNTIME_DIR" : NULL,
		   ".cache", name);
}

char *path_expand(const char *path)
{
	SCOPED_TEXT char *home = NULL;

	if (path[0] != '~' || (path[1] != '/' && path[1] != '\0'))
		return mem_copy(path);
	home = path_home();
	return path[1] == '\0' ? text_give(&home) : path_join(home, path + 2);
}

/* Borrowed; NULL: ask the kernel. */
static const char *program_file;

void path_set_program(const char *keep_file)
{
	program_file = keep_file;
}

/* Returns the length, 0 when it is not known. */
static size_t read_program(char *file, size_t file_bytes)
{
	ssize_t n;

	if (program_file == NULL)
		n = readlink("/proc/self/exe", file, file_bytes - 1);
	else
		n = snprintf(file, file_bytes, "%s", program_file);
	return n > 0 && (size_t)n < file_bytes ? (size_t)n : 0;
}

/*
 * name in the first of the places, seen from the running program, or NULL.
 * access_mode: X_OK for a program, R_OK for data.
 */
static char *find_from_here(const char *const *places, size_t count,
			    const char *name, int access_mode)
{
	char exe[PATH_MAX];
	char *slash;

	exe[read_program(exe, sizeof(exe))] = '\0';
	slash = strrchr(exe, '/');
	if (slash != NULL)
		*slash = '\0';
	for (size_t i = 0; slash != NULL && i < count; i++) {
		char *path = mem_printf("%s/%s/%s", exe, places[i], name);

		if (access(path, access_mode) == 0)
			return path;
		free(path);
	}
	return NULL;
}

char *path_helper(const char *name)
{
	static const char *const places[] = { ".", "../libexec/earshot" };
	char *path = find_from_here(places, COUNT_OF(places), name, X_OK);

	return path != NULL ? path : mem_printf(LIBEXECDIR "/earshot/%s", name);
}

char *path_program(const char *name)
{
	static const char *const places[] = { ".", "../../bin" };
	char *path = find_from_here(places, COUNT_OF(places), name, X_OK);

	return path != NULL ? path : mem_copy(name);
}

bool path_has_program(const char *name)
{
	const char *path = getenv("PATH");

	for (path = path != NULL ? path : "/usr/bin:/bin"; *path != '\0';) {
		size_t len = strcspn(path, ":");
		SCOPED_TEXT char *file = mem_printf("%.*s/%s", (int)len, path,
						    name);

		if (access(file, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

char *path_shared(const char *name)
{
	static const char *const places[] = { "../share" };
	char *path = find_from_here(places, COUNT_OF(places), name, R_OK);

	return path != NULL ? path : mem_printf(DATADIR "/%s", name);
}
