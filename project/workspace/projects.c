#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"
#include "project/workspace/workspace.h"

enum { CONFIG_MAX_BYTES = 65536 };

/*
 * GTDDIR=... of ~/.config/gtd/config: a shell file that gtdtools sources and
 * we only read. Quotes around the value, ~ and $HOME at its beginning.
 */
static char *configured_dir(void)
{
	SCOPED_TEXT char *path = path_expand("~/.config/gtd/config");
	SCOPED_TEXT char *value = NULL;
	SCOPED_BUF struct buf text = { 0 };
	const char *line;

	if (file_read(AT_FDCWD, path, CONFIG_MAX_BYTES, &text, NULL) < 0)
		return NULL;
	for (line = buf_text(&text); *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n') {
		const char *at = line + strspn(line, " \t");
		size_t len;

		if (strncmp(at, "export ", 7) == 0)
			at += 7;
		if (strncmp(at, "GTDDIR=", 7) != 0)
			continue;
		at += 7;
		if (*at == '"' || *at == '\'')
			at++;
		len = strcspn(at, "\"'\n");
		while (len > 0 && isspace((unsigned char)at[len - 1]))
			len--;
		free(value);
		value = strncmp(at, "$HOME/", 6) == 0 && len > 6
				? mem_printf("~/%.*s", (int)(len - 6), at + 6)
				: mem_text(at, len);
	}
	return value != NULL ? path_expand(value) : NULL;
}

static char *gtd_dir(void)
{
	const char *env = getenv("GTD_DIR");
	char *dir = env != NULL && env[0] != '\0' ? path_expand(env)
						  : configured_dir();

	return dir != NULL ? dir : path_expand("~/gtd");
}

char *workspace_project_dir(const char *name)
{
	static const char *const folders[] = { "Projects", "Postponed",
					       "Completed" };
	SCOPED_TEXT char *gtd = gtd_dir();

	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		SCOPED_TEXT char *path = mem_printf("%s/%s/%s", gtd, folders[i],
						    name);
		char *real = realpath(path, NULL);
		struct stat st;

		if (real != NULL && stat(real, &st) == 0 && S_ISDIR(st.st_mode))
			return real;
		free(real);
	}
	return NULL;
}
