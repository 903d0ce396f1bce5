/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/layout.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"

/*
 * A process works on one directory: its names are kept here, so that a place
 * in it needs no more than its state to have a path.
 */
static const char *const usual_dirs[STATE_COUNT] = {
	"Projects",
	"Postponed",
	"Completed",
	".trash",
};
static char *own_dirs[STATE_COUNT]; /* owned; NULL: the usual one */

const char *state_dir(enum state state)
{
	return own_dirs[state] != NULL ? own_dirs[state] : usual_dirs[state];
}

const char *state_word(enum state state)
{
	static const char *const words[STATE_COUNT] = { "active", "postponed",
							"completed",
							"deleted" };

	return words[state];
}

const char *part_name(enum part part)
{
	static const char *const names[PART_COUNT] = { "summary", "actions",
						       "log" };

	return names[part];
}

static const char *const list_words[FILE_COUNT] = {
	[FILE_INBOX] = "inbox",	    [FILE_NEXT] = "nextactions",
	[FILE_WAITING] = "waiting", [FILE_SOMEDAY] = "someday",
	[FILE_DONE] = "done",
};

const char *list_word(enum list_file file)
{
	return list_words[file];
}

bool list_by_word(const char *word, enum list_file *ret)
{
	if (strcmp(word, "next") == 0) {
		*ret = FILE_NEXT;
		return true;
	}
	for (int i = 0; i < FILE_DONE; i++)
		if (strcmp(list_words[i], word) == 0) {
			*ret = (enum list_file)i;
			return true;
		}
	return false;
}

const char *const *list_files(enum list_file file)
{
	static const char *const names[FILE_COUNT][GTD_FILES_MAX] = {
		[FILE_INBOX] = { "inbox", "inbox.otl", "inbox.stopped" },
		[FILE_NEXT] = { "nextactions", "next_actions.otl",
				"next_actions", "nextactions.otl" },
		[FILE_WAITING] = { "waiting", "waiting.otl" },
		[FILE_SOMEDAY] = { "someday", "someday.otl" },
		[FILE_DONE] = { "done", "done.otl" },
	};

	return names[file];
}

static bool ends_with(const char *name, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && strncasecmp(name + len - n, end, n) == 0;
}

bool name_is_markdown(const char *name)
{
	return ends_with(name, strlen(name), ".md");
}

bool file_is_inbox(const char *file)
{
	return strncasecmp(file, "inbox", 5) == 0 && strchr(file, '/') == NULL;
}

/* ---- what a name means -------------------------------------------------- */

/* A name without the order that people give it: "1 - Projects", "04_Archives".
 */
static const char *without_number(const char *name)
{
	size_t digits = strspn(name, "0123456789");
	size_t more = digits > 0 ? strspn(name + digits, " .-_)") : 0;

	return more > 0 ? name + digits + more : name;
}

static bool is_one_of(const char *name, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == len &&
		    strncasecmp(name, *words, len) == 0)
			return true;
	return false;
}

static bool is_state(const char *name, enum state state)
{
	static const char *const words[][3] = {
		[STATE_ACTIVE] = { "projects" },
		[STATE_POSTPONED] = { "postponed" },
		[STATE_COMPLETED] = { "completed" },
	};

	return is_one_of(name, strlen(name), words[state]);
}

/* "Inbox.md", "Next actions.md", "waiting-for.txt". */
static bool is_list(const char *name, enum list_file file)
{
	static const char *const words[FILE_COUNT][5] = {
		[FILE_INBOX] = { "inbox", "in-box" },
		[FILE_NEXT] = { "nextactions", "next actions", "next-actions",
				"next_actions" },
		[FILE_WAITING] = { "waiting", "waiting for", "waiting-for",
				   "waitingfor" },
		[FILE_SOMEDAY] = { "someday", "someday maybe", "someday-maybe",
				   "somedaymaybe" },
		[FILE_DONE] = { "done" },
	};
	size_t len = strlen(name);

	if (ends_with(name, len, ".md"))
		len -= 3;
	else if (ends_with(name, len, ".txt") || ends_with(name, len, ".otl"))
		len -= 4;
	return is_one_of(name, len, words[file]);
}

/* ---- looking ------------------------------------------------------------ */

struct looking {
	struct layout *layout;
	char *states[STATE_COUNT]; /* owned: what may be one */
	char *archive; /* owned: PARA's */
	bool usual[STATE_COUNT];
	bool para;
};

/* Of several the first in the alphabet, whatever order the disk has. */
static void note(char **ret, const char *name)
{
	if (*ret != NULL && strcmp(*ret, name) <= 0)
		return;
	free(*ret);
	*ret = mem_copy(name);
}

static void note_dir(struct looking *l, const char *name)
{
	static const char *const archives[] = { "archive", "archives", NULL };
	static const char *const areas[] = { "areas", NULL };
	const char *bare = without_number(name);

	for (int s = 0; s < STATE_TRASH; s++) {
		if (strcmp(name, usual_dirs[s]) == 0)
			l->usual[s] = true;
		else if (is_state(bare, s))
			note(&l->states[s], name);
	}
	if (is_one_of(bare, strlen(bare), archives))
		note(&l->archive, name);
	l->para |= is_one_of(bare, strlen(bare), areas);
	l->layout->vault |= strcmp(name, ".obsidian") == 0;
}

static void note_file(struct looking *l, const char *name)
{
	for (int f = 0; f < FILE_COUNT; f++) {
		const char *const *ours = list_files(f);
		bool usual = false;

		for (size_t i = 0; i < GTD_FILES_MAX && ours[i] != NULL; i++)
			usual |= strcmp(name, ours[i]) == 0;
		if (!usual && is_list(without_number(name), f))
			note(&l->layout->lists[f], name);
	}
	/* A README says nothing: a list in Markdown does. */
	for (int f = 0; f < FILE_COUNT; f++)
		l->layout->vault |= l->layout->lists[f] != NULL &&
				    name_is_markdown(l->layout->lists[f]);
}

static int look_into(int dir_fd, struct looking *l, struct err *e)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return err_set(e, errno, "read the GTD directory");
	}
	while ((entry = readdir(dir)) != NULL) {
		struct stat st;
		bool is_dir = entry->d_type == DT_DIR;

		if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN)
			is_dir = fstatat(dir_fd, entry->d_name, &st, 0) == 0 &&
				 S_ISDIR(st.st_mode);
		if (is_dir)
			note_dir(l, entry->d_name);
		else
			note_file(l, entry->d_name);
	}
	closedir(dir);
	return 0;
}

/* vfat, exfat, a Mac's disk, a share: whether "pROJECTS" is there, too. (Not by
 * inodes: FUSE gives each name one of its own.) */
static bool folds_case(int dir_fd)
{
	SCOPED_TEXT char *name = mem_copy(state_dir(STATE_ACTIVE));
	struct stat st;

	for (char *p = name; *p != '\0'; p++)
		*p = (char)(isupper((unsigned char)*p)
				    ? tolower((unsigned char)*p)
				    : toupper((unsigned char)*p));
	return strcmp(name, state_dir(STATE_ACTIVE)) != 0 &&
	       fstatat(dir_fd, name, &st, 0) == 0;
}

static int take_configured(const struct settings *settings, struct err *e)
{
	const char *const names[STATE_COUNT] = { settings->projects,
						 settings->postponed,
						 settings->completed, NULL };

	for (int s = 0; s < STATE_COUNT; s++) {
		const char *name = names[s];

		if (name == NULL || name[0] == '\0')
			continue;
		if (strchr(name, '/') != NULL || name[0] == '.')
			return err_usage(e,
					 "%s: '%s' is no name of a directory "
					 "in the GTD directory",
					 s == STATE_ACTIVE	? "projects"
					 : s == STATE_POSTPONED ? "postponed"
								: "completed",
					 name);
		free(own_dirs[s]);
		own_dirs[s] = mem_copy(name);
	}
	return 0;
}

int layout_find(int dir_fd, const struct settings *settings, struct layout *ret,
		struct err *e)
{
	struct looking l = { .layout = ret };
	int rc = look_into(dir_fd, &l, e);

	for (int s = 0; s < STATE_COUNT; s++) {
		free(own_dirs[s]);
		own_dirs[s] = l.usual[s] ? NULL : l.states[s];
		if (l.usual[s])
			free(l.states[s]);
	}
	/* Of PARA what is completed is archived. */
	if (own_dirs[STATE_COMPLETED] == NULL && !l.usual[STATE_COMPLETED] &&
	    l.archive != NULL && (l.para || own_dirs[STATE_ACTIVE] != NULL)) {
		own_dirs[STATE_COMPLETED] = l.archive;
		l.archive = NULL;
	}
	free(l.archive);
	ret->folds = rc == 0 && folds_case(dir_fd);
	return rc < 0 ? rc : take_configured(settings, e);
}

void layout_fini(struct layout *layout)
{
	for (int f = 0; f < FILE_COUNT; f++)
		free(layout->lists[f]);
	*layout = (struct layout){ 0 };
}
