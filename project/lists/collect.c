/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/collect.h"

#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "project/lists/marks.h"
#include "project/lists/scan.h"
#include "project/lists/share.h"

static bool wanted_waiting(const struct action *action, struct date today)
{
	(void)today;
	return action_is_open(action) && action->waiting;
}

static bool wanted_someday(const struct action *action, struct date today)
{
	(void)today;
	return action_is_open(action) && action->someday;
}

bool wanted_open(const struct action *action, struct date today)
{
	(void)today;
	return action_is_open(action);
}

static bool wanted_shown(const struct action *action, struct date today)
{
	(void)today;
	return !action->done;
}

static bool wanted_all(const struct action *action, struct date today)
{
	(void)action;
	(void)today;
	return true;
}

/* ---- collecting --------------------------------------------------------- */

/* Whether enough was found. */
static bool collect_sheet(const struct collect *c, const char *source,
			  const struct sheet *sheet, bool all)
{
	for (size_t i = 0; i < sheet->actions.count; i++) {
		const struct action *a = &sheet->actions.list[i];
		struct item *item;

		if (!c->wanted(a, c->gtd->today) ||
		    (c->context != NULL && !action_has_word(a, c->context)))
			continue;
		item = items_add_action(c->items, source, sheet, a);
		if (c->context != NULL) {
			free(item->group);
			item->group = mem_copy(c->context);
		}
		if (!all)
			return true;
	}
	return false;
}

static int collect_from(const struct collect *c, const struct place *place,
			struct sheets *sheets, struct err *e)
{
	int rc = sheets_of_project(c->gtd, place, sheets, e);

	for (size_t i = 0; i < sheets->count; i++)
		if (collect_sheet(c, place->name, &sheets->list[i], c->all))
			break;
	return rc;
}

int collect_project(const struct collect *c, const struct place *place,
		    struct err *e)
{
	SCOPED_SHEETS struct sheets sheets = { 0 };

	return collect_from(c, place, &sheets, e);
}

/* What one of two threads works on, and what it keeps between projects. */
struct collector {
	struct collect collect;
	const struct scan *from;
	struct sheets sheets;
};

static void collect_some(void *data, size_t first, size_t count)
{
	struct collector *c = data;

	for (size_t i = first; i < first + count; i++) {
		struct err e = { 0 };

		if (collect_from(&c->collect, c->from->list[i].place,
				 &c->sheets, &e) < 0) {
			log_warn_failure(&e);
			c->collect.items->incomplete = true;
		}
	}
}

int collect_projects(const struct collect *c, enum state state, struct err *e)
{
	struct scan from = { 0 };
	struct items others = { 0 };
	struct collector mine = { .collect = *c, .from = &from };
	struct collector aside = mine;
	struct share share = { .mine = &mine,
			       .aside = &aside,
			       .work = collect_some };
	int rc = scan_names(c->gtd, 1u << state, &from, e);

	aside.collect.items = &others;
	share.count = from.count;
	if (rc == 0)
		rc = share_work(&share, e);
	sheets_fini(&mine.sheets);
	sheets_fini(&aside.sheets);
	items_take(c->items, &others);
	scan_fini(&from);
	return rc;
}

int collect_list(const struct collect *c, enum list_file file, struct err *e)
{
	SCOPED_SHEETS struct sheets sheets = { 0 };
	int rc = sheets_of_list(c->gtd, file, &sheets, e);

	for (size_t i = 0; i < sheets.count; i++)
		(void)collect_sheet(c, sheets.list[i].file, &sheets.list[i],
				    true);
	return rc;
}

/* ---- views -------------------------------------------------------------- */

/* Lists of lines stay as they stand: a heading belongs to what follows it. */
static void drop_groups(struct items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		free(items->list[i].group);
		items->list[i].group = NULL;
	}
}

static int lines_of(const struct gtd *gtd, enum list_file file,
		    struct items *ret, struct err *e)
{
	const struct collect c = {
		.gtd = gtd, .items = ret, .wanted = wanted_shown, .all = true
	};

	return collect_list(&c, file, e);
}

static int one_list(const struct gtd *gtd, enum list_file file,
		    struct items *ret, struct err *e)
{
	ret->what = list_word(file);
	ret->numbered = true;
	ret->one_source = true;
	return lines_of(gtd, file, ret, e);
}

int view_inbox(const struct gtd *gtd, struct items *ret, struct err *e)
{
	int rc = one_list(gtd, FILE_INBOX, ret, e);

	drop_groups(ret);
	return rc;
}

static int view_nextactions(const struct gtd *gtd, struct items *ret,
			    struct err *e)
{
	int rc = one_list(gtd, FILE_NEXT, ret, e);

	drop_groups(ret);
	ret->date_word = "due";
	return rc;
}

static int view_waiting(const struct gtd *gtd, struct items *ret, struct err *e)
{
	struct collect c = {
		.gtd = gtd, .items = ret, .wanted = wanted_waiting, .all = true
	};

	ret->what = list_word(FILE_WAITING);
	ret->date_word = "due";
	ret->numbered = true;
	if (collect_projects(&c, STATE_ACTIVE, e) < 0 ||
	    collect_projects(&c, STATE_POSTPONED, e) < 0)
		return -e->code;
	drop_groups(ret);
	items_sort(ret);
	if (lines_of(gtd, FILE_WAITING, ret, e) < 0)
		return -e->code;
	drop_groups(ret);
	return 0;
}

static int on_postponed(const struct place *place, unsigned char d_type,
			void *data)
{
	const struct collect *c = data;
	SCOPED_TEXT char *path = place_path(place);
	struct marks marks = { 0 };
	struct item *item;

	(void)d_type;
	(void)!marks_read(c->gtd, path, &marks, NULL);
	item = items_add(c->items, place->name, "", 0);
	item->is_project = true;
	item->date = marks.dates[MARK_UNTIL];
	return 0;
}

static int view_someday(const struct gtd *gtd, struct items *ret, struct err *e)
{
	struct collect c = {
		.gtd = gtd, .items = ret, .wanted = wanted_someday, .all = true
	};

	ret->what = list_word(FILE_SOMEDAY);
	ret->date_word = "until";
	ret->numbered = true;
	if (place_each(gtd, STATE_POSTPONED, "", on_postponed, &c, e) < 0 ||
	    collect_projects(&c, STATE_ACTIVE, e) < 0)
		return -e->code;
	drop_groups(ret);
	items_sort(ret);
	if (lines_of(gtd, FILE_SOMEDAY, ret, e) < 0)
		return -e->code;
	drop_groups(ret);
	return 0;
}

int view_list(const struct gtd *gtd, enum list_file file, struct items *ret,
	      struct err *e)
{
	switch (file) {
	case FILE_INBOX:
		return view_inbox(gtd, ret, e);
	case FILE_NEXT:
		return view_nextactions(gtd, ret, e);
	case FILE_WAITING:
		return view_waiting(gtd, ret, e);
	case FILE_SOMEDAY:
		return view_someday(gtd, ret, e);
	case FILE_DONE:
	case FILE_COUNT:
		break;
	}
	return one_list(gtd, FILE_DONE, ret, e);
}

int view_next(const struct gtd *gtd, const char *context, bool all,
	      struct items *ret, struct err *e)
{
	const struct collect c = { .gtd = gtd,
				   .items = ret,
				   .wanted = action_is_next,
				   .context = context,
				   .all = all };

	struct err list = { 0 };

	ret->what = "next";
	ret->date_word = "due";
	if (collect_projects(&c, STATE_ACTIVE, e) < 0)
		return -e->code;
	if (collect_list(&c, FILE_NEXT, &list) < 0) {
		log_warn_failure(&list);
		ret->incomplete = true;
	}
	items_sort(ret);
	return 0;
}

int view_actions(const struct gtd *gtd, const struct place *place, bool done,
		 struct items *ret, struct err *e)
{
	const struct collect c = { .gtd = gtd,
				   .items = ret,
				   .wanted = done ? wanted_all : wanted_open,
				   .all = true };

	ret->date_word = "due";
	ret->numbered = true;
	ret->one_source = true;
	return collect_project(&c, place, e);
}
