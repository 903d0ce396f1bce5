/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/pick.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "project/lists/listing.h"

enum { PICK_MAX = 1000 };

/* ---- sources ------------------------------------------------------------ */

int source_find(const struct gtd *gtd, const char *word, unsigned states,
		struct source *ret, struct err *e)
{
	*ret = (struct source){ 0 };
	if (list_by_word(word, &ret->list)) {
		ret->is_list = true;
		ret->view = mem_copy(list_word(ret->list));
		return 0;
	}
	if (place_find(gtd, word, states, &ret->place, e) < 0)
		return -e->code;
	ret->view = mem_printf("actions %s", ret->place.name);
	return 0;
}

void source_fini(struct source *source)
{
	free(source->view);
	*source = (struct source){ 0 };
}

const char *source_name(const struct source *source)
{
	return source->is_list ? list_word(source->list) : source->place.name;
}

int source_items(const struct gtd *gtd, const struct source *source,
		 struct items *ret, struct err *e)
{
	if (source->is_list)
		return view_list(gtd, source->list, ret, e);
	ret->what = source->view;
	return view_actions(gtd, &source->place, false, ret, e);
}

/* ---- picks -------------------------------------------------------------- */

static int add(struct picks *picks, char *take_file, unsigned line,
	       uint64_t hash, struct err *e)
{
	if (picks->count == PICK_MAX) {
		free(take_file);
		return err_usage(e, "more than %d items at once", PICK_MAX);
	}
	picks->list = mem_resize(picks->list, picks->count + 1,
				 sizeof(*picks->list));
	picks->list[picks->count++] = (struct picked){ take_file, line, hash };
	return 0;
}

void picks_fini(struct picks *picks)
{
	for (size_t i = 0; i < picks->count; i++)
		free(picks->list[i].file);
	free(picks->list);
	*picks = (struct picks){ 0 };
}

bool pick_is_numbers(char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (words[i][0] < '0' || words[i][0] > '9' ||
		    words[i][strspn(words[i], "0123456789,-")] != '\0')
			return false;
	return count > 0;
}

static int add_item(struct picks *picks, const struct item *item, struct err *e)
{
	if (item->file == NULL)
		return err_say(e, EINVAL,
			       "%s is a postponed project, no single item: "
			       "project resume %s",
			       item->source, item->source);
	return add(picks, mem_copy(item->file), item->line, item->hash, e);
}

/* What is there now, for a terminal that has seen no list. */
static int add_current(const struct gtd *gtd, const struct source *source,
		       size_t number, struct picks *picks, struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };
	const struct item *item;

	if (source_items(gtd, source, &items, e) < 0)
		return -e->code;
	item = items_number(&items, number);
	if (item == NULL)
		return err_say(e, ENOENT, "%s has no open item number %zu",
			       source_name(source), number);
	return add_item(picks, item, e);
}

static int add_number(const struct gtd *gtd, const struct source *source,
		      size_t number, struct picks *picks, struct err *e)
{
	const char *view = source != NULL ? source->view : NULL;
	struct listed listed = { 0 };
	int rc = listing_find(gtd, view, number, &listed, NULL);

	if (rc == -ENOENT && source != NULL)
		return add_current(gtd, source, number, picks, e);
	if (rc == -ENOENT)
		return err_say(e, ENOENT,
			       "no list was printed on this terminal; name "
			       "the project or list that number %zu is of",
			       number);
	if (rc < 0)
		return err_say(e, ENOENT, "the last list%s%s has no number %zu",
			       source != NULL ? " of " : "",
			       source != NULL ? source_name(source) : "",
			       number);
	if (listed.file == NULL)
		return err_say(e, EINVAL,
			       "number %zu of the last list is a whole project",
			       number);
	return add(picks, listed.file, listed.line, listed.hash, e);
}

/* "2", "1,3" or "4-6" */
static int add_numbers(const struct gtd *gtd, const struct source *source,
		       const char *word, struct picks *picks, struct err *e)
{
	for (const char *at = word;;) {
		char *end;
		unsigned long first = strtoul(at, &end, 10), last = first;

		if (end != at && *end == '-' && end[1] != '\0')
			last = strtoul(end + 1, &end, 10);
		if (end == at || (*end != ',' && *end != '\0') || first == 0 ||
		    last < first || last - first >= PICK_MAX)
			return err_usage(e,
					 "'%s' is no number of an item, "
					 "expected 2, 1,3 or 4-6",
					 word);
		for (unsigned long n = first; n <= last; n++)
			if (add_number(gtd, source, n, picks, e) < 0)
				return -e->code;
		if (*end == '\0')
			return 0;
		at = end + 1;
	}
}

/* ---- by text ------------------------------------------------------------ */

struct match {
	const struct item *item; /* the first */
	size_t count;
	struct buf names; /* as many as an error has room for */
};

static void note(struct match *m, const struct item *item)
{
	m->item = m->count++ == 0 ? item : m->item;
	if (m->names.len_bytes < 300)
		buf_addf(&m->names, "%s'%.60s'", m->count > 1 ? ", " : "",
			 item->text);
}

static void match_text(const struct items *items, const char *folded,
		       bool whole, struct match *m)
{
	for (size_t i = 0; i < items->count; i++) {
		SCOPED_BUF struct buf text = { 0 };

		if (items->list[i].heading || items->list[i].done)
			continue;
		text_fold(&text, items->list[i].text,
			  strlen(items->list[i].text));
		if (whole ? strcmp(buf_text(&text), folded) == 0
			  : strstr(buf_text(&text), folded) != NULL)
			note(m, &items->list[i]);
	}
}

static int add_text(const struct gtd *gtd, const struct source *source,
		    char *const *words, int count, struct picks *picks,
		    struct err *e)
{
	SCOPED_ITEMS struct items items = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf clean = { 0 };
	SCOPED_BUF struct buf folded = { 0 };
	struct match m = { 0 };
	int rc;

	for (int i = 0; i < count; i++)
		buf_addf(&text, "%s%s", i > 0 ? " " : "", words[i]);
	text_repair(&clean, buf_text(&text), text.len_bytes);
	text_fold(&folded, buf_text(&clean), clean.len_bytes);
	if (source_items(gtd, source, &items, e) < 0)
		return -e->code;
	match_text(&items, buf_text(&folded), true, &m);
	if (m.count == 0)
		match_text(&items, buf_text(&folded), false, &m);
	if (m.count == 1)
		rc = add_item(picks, m.item, e);
	else if (m.count == 0)
		rc = err_say(e, ENOENT, "%s has no open item '%s'",
			     source_name(source), buf_text(&text));
	else
		rc = err_say(e, ENOTUNIQ, "'%.60s' could be %s",
			     buf_text(&text), buf_text(&m.names));
	buf_fini(&m.names);
	return rc;
}

int pick_words(const struct gtd *gtd, const struct source *source,
	       char *const *words, int count, struct picks *ret, struct err *e)
{
	if (source != NULL && !pick_is_numbers(words, count))
		return add_text(gtd, source, words, count, ret, e);
	for (int i = 0; i < count; i++)
		if (add_numbers(gtd, source, words[i], ret, e) < 0)
			return -e->code;
	return 0;
}

/* ---- finding it again --------------------------------------------------- */

static const struct action *find_line(const struct sheet *sheet, unsigned line,
				      uint64_t hash)
{
	const struct action *best = NULL;
	unsigned least = 0;

	for (size_t i = 0; i < sheet->actions.count; i++) {
		const struct action *a = &sheet->actions.list[i];
		unsigned away = a->line > line ? a->line - line
					       : line - a->line;

		if ((best != NULL && away >= least) ||
		    action_hash(a, sheet) != hash)
			continue;
		best = a;
		least = away;
	}
	return best;
}

int picked_find(const struct gtd *gtd, const struct picked *picked,
		struct sheet *ret_sheet, const struct action **ret_action,
		struct err *e)
{
	const struct action *action;

	if (sheet_of_file(gtd, picked->file, ret_sheet, e) < 0)
		return -e->code;
	action = find_line(ret_sheet, picked->line, picked->hash);
	if (action == NULL)
		return err_say(e, ESTALE,
			       "line %u of %s has changed since it was "
			       "listed: nothing was done; list it again",
			       picked->line, picked->file);
	*ret_action = action;
	return 0;
}
