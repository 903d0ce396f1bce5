/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/wake.h"

#include <dirent.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "project/directory/change.h"
#include "project/lists/marks.h"
#include "project/show/out.h"
#include "project/directory/place.h"

struct due {
	const struct gtd *gtd;
	struct place *places; /* owned */
	size_t count;
};

static int note_due(const struct place *place, unsigned char d_type, void *data)
{
	struct due *due = data;
	SCOPED_TEXT char *path = NULL;
	struct marks marks;

	if (d_type == DT_REG && place->suffix[0] == '\0')
		return 0;
	path = place_path(place);
	if (marks_read(due->gtd, path, &marks, NULL) < 0 ||
	    !date_is_set(marks.dates[MARK_UNTIL]) ||
	    date_days(marks.dates[MARK_UNTIL]) > date_days(due->gtd->today))
		return 0;
	due->places = mem_resize(due->places, due->count + 1,
				 sizeof(*due->places));
	due->places[due->count++] = *place;
	return 0;
}

static int wake(struct gtd *gtd, const struct place *place, struct err *e)
{
	SCOPED_TEXT char *entry = place_entry(place);
	SCOPED_TEXT char *from = place_path(place);
	SCOPED_TEXT char *to = mem_printf("%s/%s", state_dir(STATE_ACTIVE),
					  entry);
	SCOPED_TEXT char *what = mem_printf("return of %s", place->name);
	SCOPED_CHANGE struct change change = CHANGE_NONE;

	if (gtd_lock(gtd, e) < 0 || change_begin(&change, gtd, what, e) < 0 ||
	    change_automatic(&change, e) < 0 ||
	    change_move(&change, from, to, e) < 0)
		return -e->code;
	return marks_set(&change, to, MARK_UNTIL, (struct date){ 0 }, e);
}

void wake_due(struct gtd *gtd)
{
	struct due due = { .gtd = gtd };
	struct err e = { 0 };

	if (place_each(gtd, STATE_POSTPONED, "", note_due, &due, &e) < 0)
		log_warn_failure(&e);
	for (size_t i = 0; i < due.count; i++) {
		e = (struct err){ 0 };
		/* Another command may have been faster: that is fine. */
		if (wake(gtd, &due.places[i], &e) == 0)
			tell(gtd->settings, "%s is back: its day has come",
			     due.places[i].name);
		else if (e.code != ENOENT)
			log_warn("%s is due but stays postponed: %s",
				 due.places[i].name,
				 e.code == EEXIST ? "the name is taken in "
						    "Projects"
						  : e.text);
	}
	free(due.places);
}
