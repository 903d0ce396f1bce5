/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/place.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "core/near.h"
#include "core/paths.h"
#include "project/directory/names.h"

char *place_entry(const struct place *place)
{
	return mem_printf("%s%s", place->name, place->suffix);
}

char *place_path(const struct place *place)
{
	const char *directory = state_dir(place->state);
	SCOPED_TEXT char *entry = NULL;

	if (place->state == STATE_COMPLETED && place->year[0] != '\0')
		return mem_printf("%s/%s/%s%s", directory, place->year,
				  place->name, place->suffix);
	if (place->suffix[0] == '\0')
		return path_join(directory, place->name);
	entry = place_entry(place);
	return path_join(directory, entry);
}

static bool is_year(const char *name)
{
	return strlen(name) == 4 && strspn(name, "0123456789") == 4;
}

/* Make name the place's, taking ".md" for the suffix if it is a file's. false:
 * too long, or empty. */
static bool place_set_name(struct place *place, const char *name, bool is_dir)
{
	size_t len = strlen(name);
	size_t suffix = !is_dir && name_is_markdown(name) ? 3 : 0;

	if (len == 0 || len >= sizeof(place->name))
		return false;
	memcpy(place->name, name, len - suffix);
	place->name[len - suffix] = '\0';
	memcpy(place->suffix, name + len - suffix, suffix + 1);
	return true;
}

/* "2026/trip" from "2026/trip/..."; the rest is at *ret_rest. */
static bool read_year(const char *path, struct place *place,
		      const char **ret_rest)
{
	if (strspn(path, "0123456789") != 4 || path[4] != '/')
		return false;
	memcpy(place->year, path, 4);
	place->year[4] = '\0';
	*ret_rest = path + 5;
	return true;
}

bool place_of_path(const char *path, struct place *ret)
{
	*ret = (struct place){ 0 };
	for (int s = 0; s < STATE_COUNT; s++) {
		const char *directory = state_dir(s);
		size_t len = strlen(directory);
		const char *rest = path + len + 1;

		if (strncmp(path, directory, len) != 0 || path[len] != '/')
			continue;
		ret->state = (enum state)s;
		if (s == STATE_COMPLETED)
			(void)read_year(rest, ret, &rest);
		return strchr(rest, '/') == NULL && rest[0] != '.' &&
		       place_set_name(ret, rest, false);
	}
	return false;
}

/* ---- every one ---------------------------------------------------------- */

struct each {
	const struct gtd *gtd;
	const char *prefix;
	size_t prefix_bytes;
	place_fn *fn;
	void *data;
	struct place place;
	struct err *e;
};

static int on_entry(const char *name, unsigned char d_type, void *data)
{
	struct each *each = data;

	if (strncmp(name, each->prefix, each->prefix_bytes) != 0 ||
	    !name_is_project(name) ||
	    (d_type == DT_REG && name_is_swap(name)) ||
	    !place_set_name(&each->place, name, d_type == DT_DIR))
		return 0;
	/* Sockets and the like are none of ours. */
	if (d_type != DT_DIR && d_type != DT_REG && d_type != DT_LNK &&
	    d_type != DT_UNKNOWN)
		return 0;
	return each->fn(&each->place, d_type, each->data);
}

static int on_completed(const char *name, unsigned char d_type, void *data)
{
	struct each *each = data;
	SCOPED_TEXT char *directory = NULL;
	int rc;

	if (!is_year(name)) {
		each->place.year[0] = '\0';
		return on_entry(name, d_type, data);
	}
	memcpy(each->place.year, name, 5);
	directory = mem_printf("%s/%s", state_dir(STATE_COMPLETED), name);
	rc = gtd_each(each->gtd, directory, on_entry, each, each->e);
	each->place.year[0] = '\0';
	return rc;
}

int place_each(const struct gtd *gtd, enum state state, const char *prefix,
	       place_fn *fn, void *data, struct err *e)
{
	struct each each = {
		.gtd = gtd,
		.prefix = prefix,
		.prefix_bytes = strlen(prefix),
		.fn = fn,
		.data = data,
		.place = { .state = state },
		.e = e,
	};

	return gtd_each(gtd, state_dir(state),
			state == STATE_COMPLETED ? on_completed : on_entry,
			&each, e);
}

/* ---- find --------------------------------------------------------------- */

struct matches {
	const char *exact; /* only this very name; NULL: any */
	const char *folded; /* only what begins so, whatever the case */
	const char *year; /* only of this year; "": any */
	struct place first; /* of one name: that of the latest year */
	bool several; /* names, not only years */
	size_t count;
	char **shown; /* owned: what to call each */
};

static bool begins_folded(const char *name, const char *folded)
{
	SCOPED_BUF struct buf text = { 0 };

	name_fold(&text, name);
	return strncmp(buf_text(&text), folded, strlen(folded)) == 0;
}

/* By its name, or as the file is called. */
static bool is_called(const struct place *place, const char *name)
{
	size_t len = strlen(place->name);

	return strncmp(place->name, name, len) == 0 &&
	       (name[len] == '\0' || strcmp(name + len, place->suffix) == 0);
}

/* "trip" of another year, but neither "trip2" nor "trip.md" beside "trip". */
static bool is_same_name(const struct place *a, const struct place *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       (strcmp(a->suffix, b->suffix) == 0 ||
		strcmp(a->year, b->year) != 0);
}

static char *shown_name(const struct place *place)
{
	SCOPED_TEXT char *entry = place_entry(place);

	if (place->year[0] != '\0')
		return mem_printf("%s/%s", place->year, entry);
	return place->state == STATE_POSTPONED
		       ? mem_printf("%s (postponed)", entry)
		       : text_give(&entry);
}

static int note_match(const struct place *place, unsigned char d_type,
		      void *data)
{
	struct matches *m = data;

	(void)d_type;
	if (m->exact != NULL && !is_called(place, m->exact))
		return 0;
	if (m->year[0] != '\0' && strcmp(place->year, m->year) != 0)
		return 0;
	if (m->folded != NULL && !begins_folded(place->name, m->folded))
		return 0;
	if (m->count > 0 && !is_same_name(place, &m->first))
		m->several = true;
	else if (m->count == 0 || strcmp(place->year, m->first.year) > 0)
		m->first = *place;
	m->shown = mem_resize(m->shown, m->count + 1, sizeof(*m->shown));
	m->shown[m->count++] = shown_name(place);
	return 0;
}

static void matches_fini(struct matches *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->shown[i]);
	free(m->shown);
	m->shown = NULL;
	m->count = 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* As many names as an error has room for. */
static int say_ambiguous(struct matches *m, const char *typed, struct err *e)
{
	SCOPED_BUF struct buf list = { 0 };
	size_t i;

	qsort(m->shown, m->count, sizeof(*m->shown), compare_texts);
	for (i = 0; i < m->count && list.len_bytes < 300; i++)
		buf_addf(&list, "%s%.60s", i > 0 ? ", " : "", m->shown[i]);
	if (i < m->count)
		buf_addf(&list, " and %zu more", m->count - i);
	return err_say(e, ENOTUNIQ, "'%.60s' could be %s", typed,
		       buf_text(&list));
}

struct written {
	const char *entry;
	struct buf folded;
	struct place best;
	bool found;
};

static int compare_written(const struct place *place, unsigned char d_type,
			   void *data)
{
	struct written *w = data;
	SCOPED_TEXT char *entry = place_entry(place);
	SCOPED_BUF struct buf folded = { 0 };
	bool same = strcmp(entry, w->entry) == 0;

	(void)d_type;
	name_fold(&folded, entry);
	if (!same && strcmp(buf_text(&folded), buf_text(&w->folded)) != 0)
		return 0;
	w->best = *place;
	w->found = true;
	return same;
}

/* Where "TRIP" opens "trip", the project is still called trip. */
static bool find_as_written(const struct gtd *gtd, enum state state,
			    const char *entry, struct matches *m, struct err *e)
{
	struct written w = { .entry = entry };

	name_fold(&w.folded, entry);
	(void)!place_each(gtd, state, "", compare_written, &w, e);
	buf_fini(&w.folded);
	if (w.found)
		(void)note_match(&w.best, DT_UNKNOWN, m);
	return w.found;
}

/* By its very name no directory need be read, but for the years. */
static bool find_exact(const struct gtd *gtd, enum state state,
		       const char *name, struct matches *m, struct err *e)
{
	static const char *const suffixes[] = { "", ".md" };

	if (state == STATE_COMPLETED) {
		m->exact = name;
		(void)!place_each(gtd, state, name, note_match, m, e);
		m->exact = NULL;
		return m->count > 0;
	}
	if (m->year[0] != '\0')
		return false;
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		struct place place = { .state = state };
		SCOPED_TEXT char *entry = mem_printf("%s%s", name, suffixes[i]);
		SCOPED_TEXT char *path = mem_printf("%s/%s", state_dir(state),
						    entry);
		struct stat st;

		if (fstatat(gtd->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (gtd->layout.folds)
			return find_as_written(gtd, state, entry, m, e);
		if (!place_set_name(&place, entry, S_ISDIR(st.st_mode)))
			continue;
		(void)note_match(&place, DT_UNKNOWN, m);
		return true;
	}
	return false;
}

static int take_match(struct matches *m, const char *typed, struct place *ret,
		      struct err *e)
{
	if (m->several)
		return say_ambiguous(m, typed, e);
	*ret = m->first;
	return 0;
}

/* Of the states that are looked at together: what begins so. */
static int find_beginning(const struct gtd *gtd, unsigned states,
			  const char *prefix, struct matches *m, struct err *e)
{
	for (int s = 0; s < STATE_COUNT; s++)
		if ((states & (1u << s)) &&
		    (m->year[0] == '\0' || s == STATE_COMPLETED) &&
		    place_each(gtd, s, prefix, note_match, m, e) < 0)
			return -e->code;
	return 0;
}

/* Projects at work or put off, then those that are completed, then the trash.
 */
static int find_in_turn(const struct gtd *gtd, unsigned states,
			const char *prefix, struct matches *m, struct err *e)
{
	static const unsigned turns[] = { IN_ACTIVE | IN_POSTPONED,
					  IN_COMPLETED, IN_TRASH };

	for (size_t i = 0; i < COUNT_OF(turns) && m->count == 0; i++)
		if (find_beginning(gtd, states & turns[i], prefix, m, e) < 0)
			return -e->code;
	return 0;
}

/* ---- what was meant ----------------------------------------------------- */

enum { GUESS_BEGINNING_MIN = 4 }; /* of less, anything is a misspelling */

struct guess {
	struct near near;
	size_t typed_bytes;
	char name[PLACE_NAME_BYTES];
};

/* The whole name, or its beginning, as a beginning is enough. */
static int offer(const struct place *place, unsigned char d_type, void *data)
{
	struct guess *guess = data;
	size_t len = strlen(place->name);
	int before = guess->near.edits;

	(void)d_type;
	near_offer(&guess->near, place->name, len);
	if (guess->typed_bytes >= GUESS_BEGINNING_MIN &&
	    len > guess->typed_bytes)
		near_offer(&guess->near, place->name, guess->typed_bytes);
	if (guess->near.edits < before)
		memcpy(guess->name, place->name, len + 1);
	return 0;
}

static void hint_near(const struct gtd *gtd, const char *name, unsigned states,
		      struct buf *ret)
{
	struct guess guess = { .typed_bytes = strlen(name) };

	near_init(&guess.near, name);
	for (int s = 0; s < STATE_TRASH; s++)
		if (states & (1u << s))
			(void)!place_each(gtd, s, "", offer, &guess, NULL);
	if (guess.name[0] != '\0')
		buf_addf(ret, ", did you mean '%s'?", guess.name);
}

/* The only one that is called so, or begins so, in another state. */
static bool hint_state(const struct gtd *gtd, const char *name, unsigned states,
		       struct buf *ret)
{
	static const struct {
		enum state state;
		const char *hint;
	} hints[] = {
		{ STATE_ACTIVE, "active" },
		{ STATE_POSTPONED, "postponed: see project resume" },
		{ STATE_COMPLETED, "completed: see project reopen" },
	};
	bool hinted = false;

	for (size_t i = 0; i < COUNT_OF(hints) && !hinted; i++) {
		struct matches m = { .year = "" };
		unsigned state = 1u << hints[i].state;
		/* What cannot be read has no hint. */
		struct err unread = { 0 };

		if (!(states & state) &&
		    !find_exact(gtd, hints[i].state, name, &m, &unread))
			(void)!find_beginning(gtd, state, name, &m, &unread);
		hinted = m.count > 0 && !m.several;
		if (hinted)
			buf_addf(ret, "; %s is %s",
				 strcmp(m.first.name, name) == 0 ? "it"
								 : m.first.name,
				 hints[i].hint);
		matches_fini(&m);
	}
	return hinted;
}

static int say_none(const struct gtd *gtd, const char *typed, const char *name,
		    unsigned states, struct err *e)
{
	SCOPED_BUF struct buf hint = { 0 };
	enum list_file list;

	if (list_by_word(name, &list))
		buf_addf(&hint, "; it is a list: see project in, next, "
				"waiting, someday, do and move");
	else if (!hint_state(gtd, name, states, &hint))
		hint_near(gtd, name, states, &hint);
	return err_say(e, ENOENT, "no %sproject is called '%s'%s",
		       states == IN_POSTPONED	? "postponed "
		       : states == IN_COMPLETED ? "completed "
						: "",
		       typed, buf_text(&hint));
}

static int find(const struct gtd *gtd, const char *typed, const char *name,
		unsigned states, struct matches *m, struct place *ret,
		struct err *e)
{
	SCOPED_BUF struct buf folded = { 0 };

	for (int s = 0; s < STATE_COUNT; s++)
		if ((states & (1u << s)) && find_exact(gtd, s, name, m, e))
			return take_match(m, typed, ret, e);
	if (find_in_turn(gtd, states, name, m, e) < 0)
		return -e->code;
	if (m->count > 0)
		return take_match(m, typed, ret, e);
	/* Nothing is called so: in another case, or another Unicode form? */
	name_fold(&folded, name);
	m->folded = buf_text(&folded);
	if (find_in_turn(gtd, states, "", m, e) < 0)
		return -e->code;
	m->folded = NULL;
	if (m->count > 0)
		return take_match(m, typed, ret, e);
	return say_none(gtd, typed, name, states, e);
}

int place_find(const struct gtd *gtd, const char *typed, unsigned states,
	       struct place *ret, struct err *e)
{
	struct place year = { 0 };
	struct matches m = { .year = year.year };
	const char *name = typed;
	int rc;

	if (states & IN_COMPLETED)
		(void)read_year(typed, &year, &name);
	rc = name_check_lookup(name, e);
	if (rc == 0)
		rc = find(gtd, typed, name, states, &m, ret, e);
	matches_fini(&m);
	return rc;
}

int place_find_exact(const struct gtd *gtd, const char *name, unsigned states,
		     struct place *ret, struct err *e)
{
	struct matches m = { .year = "" };
	bool found = false;

	for (int s = 0; s < STATE_COUNT && !found; s++)
		found = (states & (1u << s)) && find_exact(gtd, s, name, &m, e);
	if (found)
		*ret = m.first;
	matches_fini(&m);
	return found ? 0
		     : err_say(e, ENOENT, "no project is called '%s'", name);
}
