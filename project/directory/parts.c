/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/parts.h"

#include <dirent.h>
#include <string.h>
#include <strings.h>

#include "core/mem.h"

/* ---- lists -------------------------------------------------------------- */

/* "Inbox" where a file system takes it for "inbox", too. */
static bool is_same_file(const struct gtd *gtd, const char *a, const char *b)
{
	return gtd->layout.folds && strcasecmp(a, b) == 0;
}

size_t gtd_list_files(const struct gtd *gtd, enum list_file file,
		      char *files[GTD_FILES_MAX])
{
	const char *const *names = list_files(file);
	const char *other = gtd->layout.lists[file];
	size_t count = 0;

	for (size_t i = 0; i < GTD_FILES_MAX - 1 && names[i] != NULL; i++)
		if (gtd_exists(gtd, names[i]))
			files[count++] = mem_copy(names[i]);
	if (other != NULL && gtd_exists(gtd, other) &&
	    (count == 0 || !is_same_file(gtd, files[0], other)))
		files[count++] = mem_copy(other);
	return count;
}

char *gtd_list_file(const struct gtd *gtd, enum list_file file)
{
	char *files[GTD_FILES_MAX];
	size_t count = gtd_list_files(gtd, file, files);

	for (size_t i = 1; i < count; i++)
		free(files[i]);
	return count > 0 ? files[0]
			 : mem_copy(list_files(
				   file)[parts_layout(gtd) == LAYOUT_OTL]);
}

/* ---- the parts of a project --------------------------------------------- */

static const char *const suffixes[] = { [LAYOUT_AUTO] = "",
					[LAYOUT_PLAIN] = "",
					[LAYOUT_OTL] = ".otl",
					[LAYOUT_MD] = ".md" };

/* What else may hold a project's actions, best first, whatever the case; NULL
 * stands for the project's own name. */
static const char *const note_names[] = {
	"actions.md", NULL,   "todo.md",   "tasks.md", "todo.txt",
	"tasks.txt",  "todo", "readme.md", "index.md"
};
enum {
	NOTES = COUNT_OF(note_names),
	/* What is only read: others read it, too, and as something else. */
	NOTES_WRITTEN = NOTES - 2,
};

struct notes {
	const char *project; /* its name, "NAME" */
	char *found[NOTES]; /* owned */
};

static int note_entry(const char *name, unsigned char d_type, void *data)
{
	struct notes *notes = data;
	size_t len = strlen(notes->project);

	if (d_type == DT_DIR || name[0] == '.')
		return 0;
	for (size_t i = 0; i < NOTES; i++) {
		bool is = note_names[i] != NULL
				  ? strcasecmp(name, note_names[i]) == 0
				  : strncmp(name, notes->project, len) == 0 &&
					    strcasecmp(name + len, ".md") == 0;

		if (is && notes->found[i] == NULL)
			notes->found[i] = mem_copy(name);
	}
	return 0;
}

/* Those from number first to number end, in order. */
static size_t find_notes(const struct gtd *gtd, const char *project_path,
			 size_t end, char *files[GTD_FILES_MAX])
{
	const char *slash = strrchr(project_path, '/');
	struct notes notes = {
		.project = slash != NULL ? slash + 1 : project_path,
	};
	size_t count = 0;

	(void)!gtd_each(gtd, project_path, note_entry, &notes, NULL);
	for (size_t i = 0; i < NOTES; i++) {
		if (i < end && notes.found[i] != NULL && count < GTD_FILES_MAX)
			files[count++] = mem_printf("%s/%s", project_path,
						    notes.found[i]);
		free(notes.found[i]);
	}
	return count;
}

size_t gtd_action_notes(const struct gtd *gtd, const char *project_path,
			char *files[GTD_FILES_MAX])
{
	return find_notes(gtd, project_path, NOTES, files);
}

static bool is_one_file(const struct gtd *gtd, const char *project_path)
{
	return name_is_markdown(project_path) && !gtd_is_dir(gtd, project_path);
}

static size_t named_parts(const struct gtd *gtd, const char *project_path,
			  enum part part, size_t layouts,
			  char *files[GTD_FILES_MAX])
{
	size_t count = 0;

	for (size_t i = LAYOUT_PLAIN; i < LAYOUT_PLAIN + layouts; i++) {
		SCOPED_TEXT char *path = mem_printf(
			"%s/%s%s", project_path, part_name(part), suffixes[i]);

		if (gtd_exists(gtd, path))
			files[count++] = text_give(&path);
	}
	return count;
}

size_t gtd_part_files(const struct gtd *gtd, const char *project_path,
		      enum part part, char *files[GTD_FILES_MAX])
{
	char *notes[GTD_FILES_MAX];
	size_t count, n;

	if (is_one_file(gtd, project_path)) {
		files[0] = mem_copy(project_path);
		return part == PART_ACTIONS;
	}
	if (part != PART_ACTIONS)
		return named_parts(gtd, project_path, part, 3, files);
	count = named_parts(gtd, project_path, part, 2, files);
	n = gtd_action_notes(gtd, project_path, notes);
	for (size_t i = 0; i < n; i++) {
		if (count < GTD_FILES_MAX)
			files[count++] = notes[i];
		else
			free(notes[i]);
	}
	return count;
}

/* The file of the actions to write to; NULL: none is there. */
static char *first_actions(const struct gtd *gtd, const char *project_path)
{
	char *files[GTD_FILES_MAX];
	size_t count = named_parts(gtd, project_path, PART_ACTIONS, 2, files);

	if (count == 0)
		count = find_notes(gtd, project_path, NOTES_WRITTEN, files);
	for (size_t i = 1; i < count; i++)
		free(files[i]);
	return count > 0 ? files[0] : NULL;
}

static char *first_part(const struct gtd *gtd, const char *project_path,
			enum part part)
{
	char *files[GTD_FILES_MAX];
	size_t count;

	if (part == PART_ACTIONS)
		return first_actions(gtd, project_path);
	count = gtd_part_files(gtd, project_path, part, files);
	for (size_t i = 1; i < count; i++)
		free(files[i]);
	return count > 0 ? files[0] : NULL;
}

char *gtd_part_file(const struct gtd *gtd, const char *project_path,
		    enum part part)
{
	char *there;

	if (is_one_file(gtd, project_path))
		return mem_copy(project_path);
	there = first_part(gtd, project_path, part);
	return there != NULL
		       ? there
		       : mem_printf(
				 "%s/%s%s", project_path, part_name(part),
				 suffixes[parts_layout_of(gtd, project_path)]);
}

/* ---- how new files are called ------------------------------------------- */

struct seen {
	bool plain, otl, md;
};

static int note_part(const char *name, unsigned char d_type, void *data)
{
	struct seen *seen = data;
	const char *dot = strrchr(name, '.');

	if (d_type == DT_DIR || name[0] == '.')
		return 0;
	seen->otl |= dot != NULL && strcmp(dot, ".otl") == 0;
	seen->md |= name_is_markdown(name);
	for (int part = 0; part < PART_COUNT; part++)
		seen->plain |= strcmp(name, part_name(part)) == 0;
	return 0;
}

/* LAYOUT_AUTO: it has none of our files. */
static enum new_files look_at(const struct gtd *gtd, const char *project_path)
{
	struct seen seen = { 0 };

	(void)!gtd_each(gtd, project_path, note_part, &seen, NULL);
	return seen.plain ? LAYOUT_PLAIN
	       : seen.otl ? LAYOUT_OTL
	       : seen.md  ? LAYOUT_MD
			  : LAYOUT_AUTO;
}

enum new_files parts_layout_of(const struct gtd *gtd, const char *project_path)
{
	enum new_files there = look_at(gtd, project_path);

	return there != LAYOUT_AUTO ? there : parts_layout(gtd);
}

static int first_project(const char *name, unsigned char d_type, void *data)
{
	char **ret = data;

	if (name[0] == '.' || (d_type == DT_REG && !name_is_markdown(name)))
		return 0;
	*ret = mem_copy(name);
	return 1;
}

/* New files follow what the directory uses already: gtdtools' files at its top,
 * else what the first project at hand has. */
enum new_files parts_layout(const struct gtd *gtd)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_TEXT char *path = NULL;
	enum new_files there;

	if (gtd->settings->layout != LAYOUT_AUTO)
		return gtd->settings->layout;
	if (gtd_exists(gtd, "next_actions.otl") || gtd_exists(gtd, "done.otl"))
		return LAYOUT_OTL;
	if (gtd_each(gtd, state_dir(STATE_ACTIVE), first_project, &name,
		     NULL) != 1)
		return gtd->layout.vault ? LAYOUT_MD : LAYOUT_PLAIN;
	path = mem_printf("%s/%s", state_dir(STATE_ACTIVE), name);
	if (is_one_file(gtd, path))
		return LAYOUT_MD;
	there = look_at(gtd, path);
	return there != LAYOUT_AUTO ? there
	       : gtd->layout.vault  ? LAYOUT_MD
				    : LAYOUT_PLAIN;
}
