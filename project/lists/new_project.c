/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/new_project.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/directory/names.h"
#include "project/directory/parts.h"
#include "project/directory/place.h"

/* A project on its way into the world. */
struct new_project {
	const struct gtd *gtd;
	const char *name;
	const char *about; /* more for the summary; NULL: nothing */
	enum new_files layout;
	char *temp; /* owned: what it is built in: a directory, or a note */
};

static void part_template(const struct new_project *new, enum part part,
			  struct buf *out)
{
	const char *indent = new->layout == LAYOUT_OTL ? "\t" : "";
	char day[DATE_BYTES];

	if (part == PART_SUMMARY) {
		buf_addf(out, "%s\n", new->name);
		/* The natural planning model, cut to what is always asked. */
		buf_addf(out, "%sPurpose: %s\n%sDone when: \n", indent,
			 new->about != NULL ? new->about : "", indent);
	} else if (part == PART_LOG)
		buf_addf(out, "%s started\n", date_text(new->gtd->today, day));
}

/* All in one: a note. */
static void note_template(const struct new_project *new, struct buf *out)
{
	char day[DATE_BYTES];

	buf_addf(out, "# %s\n\nPurpose: %s\nDone when: \n\n## Actions\n\n",
		 new->name, new->about != NULL ? new->about : "");
	buf_addf(out, "## Log\n- %s started\n",
		 date_text(new->gtd->today, day));
}

static int write_new(int dir, const char *file, const struct buf *text,
		     struct err *e)
{
	SCOPED_FD int fd = openat(
		dir, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return err_set(e, errno, "create %s", file);
	rc = write_all(fd, buf_text(text), text->len_bytes);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	return rc < 0 ? err_set(e, -rc, "write %s", file) : 0;
}

static int write_part(const struct new_project *new, int dir, enum part part,
		      struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s%s", part_name(part),
					    new->layout == LAYOUT_OTL ? ".otl"
								      : "");
	SCOPED_BUF struct buf text = { 0 };

	part_template(new, part, &text);
	return write_new(dir, file, &text, e);
}

static int fill_note(const struct new_project *new, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };

	note_template(new, &text);
	return write_new(new->gtd->fd, new->temp, &text, e);
}

static int fill(const struct new_project *new, struct err *e)
{
	SCOPED_FD int dir = -1;

	if (new->layout == LAYOUT_MD)
		return fill_note(new, e);

	if (mkdirat(new->gtd->fd, new->temp, 0777) < 0)
		return err_set(e, errno, "make directory in %s/%s",
			       new->gtd->path, state_dir(STATE_ACTIVE));
	dir = dir_open(new->gtd->fd, new->temp, e);
	if (dir < 0)
		return dir;
	for (int part = 0; part < PART_COUNT; part++)
		if (write_part(new, dir, part, e) < 0)
			return -e->code;
	return dir_sync(dir, e);
}

static void abandon(const struct new_project *new)
{
	if (new->layout == LAYOUT_MD) {
		(void)unlinkat(new->gtd->fd, new->temp, 0);
		return;
	}
	for (int part = 0; part < PART_COUNT; part++) {
		SCOPED_TEXT char *file =
			mem_printf("%s/%s%s", new->temp, part_name(part),
				   new->layout == LAYOUT_OTL ? ".otl" : "");

		(void)unlinkat(new->gtd->fd, file, 0);
	}
	(void)unlinkat(new->gtd->fd, new->temp, AT_REMOVEDIR);
}

static int refuse_taken(const struct gtd *gtd, const char *name, struct err *e)
{
	static const enum state states[] = { STATE_ACTIVE, STATE_POSTPONED };

	for (size_t i = 0; i < COUNT_OF(states); i++) {
		struct place place;

		if (place_find_exact(gtd, name, 1u << states[i], &place,
				     NULL) == 0)
			return err_say(e, EEXIST, "%s%s exists already%s", name,
				       states[i] == STATE_POSTPONED
					       ? " (postponed)"
					       : "",
				       states[i] == STATE_POSTPONED
					       ? ": project resume"
					       : "");
	}
	return 0;
}

struct twin {
	const char *name;
	struct buf folded;
	char *found; /* owned */
};

static int find_twin(const struct place *place, unsigned char d_type,
		     void *data)
{
	struct twin *twin = data;
	SCOPED_BUF struct buf folded = { 0 };

	(void)d_type;
	name_fold(&folded, place->name);
	if (strcmp(buf_text(&folded), buf_text(&twin->folded)) != 0 ||
	    strcmp(place->name, twin->name) == 0)
		return 0;
	twin->found = mem_copy(place->name);
	return 1;
}

/* On a phone or a Mac the two would be one. */
static void warn_of_twin(const struct gtd *gtd, const char *name)
{
	struct twin twin = { .name = name };

	name_fold(&twin.folded, name);
	for (int s = STATE_ACTIVE; s <= STATE_POSTPONED; s++)
		if (twin.found == NULL)
			(void)!place_each(gtd, s, "", find_twin, &twin, NULL);
	if (twin.found != NULL)
		log_warn("'%s' differs from '%s' only in case or Unicode form",
			 name, twin.found);
	free(twin.found);
	buf_fini(&twin.folded);
}

/* Built aside and then named: nobody ever sees half a project. */
int project_create_in(struct change *change, const char *name,
		      const char *about, struct err *e)
{
	struct gtd *gtd = change->gtd;
	SCOPED_TEXT char *path = NULL;
	struct new_project new = { .gtd = gtd, .name = name, .about = about };
	uint32_t random = 0;
	int rc;

	(void)!getrandom(&random, sizeof(random), 0);
	new.layout = parts_layout(gtd);
	new.temp = mem_printf("%s/.new-%08x", state_dir(STATE_ACTIVE), random);
	path = mem_printf("%s/%s%s", state_dir(STATE_ACTIVE), name,
			  new.layout == LAYOUT_MD ? ".md" : "");
	rc = fill(&new, e);
	if (rc == 0)
		rc = change_publish(change, new.temp, path, e);
	/* What was published is there, even if a sync failed later. */
	if (rc < 0)
		abandon(&new);
	free(new.temp);
	if (rc == 0)
		warn_of_twin(gtd, name);
	return rc == -EEXIST ? err_say(e, EEXIST, "%s exists already", name)
			     : rc;
}

int project_check_new(const struct gtd *gtd, const char *name, struct err *e)
{
	if (name_check_new(name, e) < 0)
		return -e->code;
	return refuse_taken(gtd, name, e);
}

int project_create(struct gtd *gtd, const char *name, struct err *e)
{
	SCOPED_CHANGE struct change change = CHANGE_NONE;
	SCOPED_TEXT char *what = mem_printf("new %s", name);

	if (name_check_new(name, e) < 0 || gtd_lock(gtd, e) < 0 ||
	    refuse_taken(gtd, name, e) < 0 ||
	    change_begin(&change, gtd, what, e) < 0)
		return -e->code;
	return project_create_in(&change, name, NULL, e);
}
