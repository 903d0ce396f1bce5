/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/lists/items.h"

#include <string.h>

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/lists/listing.h"
#include "project/directory/names.h"
#include "project/show/say.h"

enum { ITEMS_SOURCE_MAX = 32 };

static void make_room(struct items *items, size_t count)
{
	if (items->count + count <= items->room)
		return;
	items->room = max_size(max_size(32, items->room * 2),
			       items->count + count);
	items->list = mem_resize(items->list, items->room,
				 sizeof(*items->list));
}

struct item *items_add(struct items *items, const char *source,
		       const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf clean = { 0 };
	struct item *item;

	make_room(items, 1);
	text_repair(&clean, text, len_bytes);
	item = &items->list[items->count++];
	*item = (struct item){
		.source = mem_copy(source),
		.key = names_key(source),
		.text = clean.len_bytes > 0 ? buf_give(&clean) : mem_copy(""),
	};
	return item;
}

struct item *items_add_action(struct items *items, const char *source,
			      const struct sheet *sheet,
			      const struct action *action)
{
	struct item *item = items_add(items, source, action->text,
				      action->len_bytes);
	const char *context = NULL;
	SCOPED_BUF struct buf group = { 0 };
	size_t pos = 0;
	size_t bytes = action_context(action, &pos, &context);

	if (bytes > 0) {
		text_repair(&group, context, bytes);
		item->group = buf_give(&group);
	}
	item->file = mem_copy(sheet->file);
	item->line = action->line;
	item->hash = action_hash(action, sheet);
	item->is_project = strchr(sheet->file, '/') != NULL;
	item->done = action->done;
	item->heading = action->heading;
	item->waiting = action->waiting;
	item->date = action->due;
	item->not_before = action->not_before;
	return item;
}

void items_take(struct items *items, struct items *others)
{
	if (others->count > 0) {
		make_room(items, others->count);
		memcpy(items->list + items->count, others->list,
		       others->count * sizeof(*others->list));
		items->count += others->count;
	}
	items->incomplete |= others->incomplete;
	free(others->list);
	*others = (struct items){ 0 };
}

void items_fini(struct items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		free(items->list[i].group);
		free(items->list[i].source);
		free(items->list[i].text);
		free(items->list[i].file);
	}
	free(items->list);
	*items = (struct items){ 0 };
}

static int compare_sources(const struct item *a, const struct item *b)
{
	int order;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	order = names_compare(a->source, b->source);
	if (order == 0 && a->line != b->line)
		order = a->line < b->line ? -1 : 1;
	return order;
}

static int by_group(const void *a, const void *b)
{
	const struct item *ia = a, *ib = b;
	int order;

	if ((ia->group == NULL) != (ib->group == NULL))
		return ia->group == NULL ? 1 : -1;
	order = ia->group != NULL ? text_compare_caseless(ia->group, ib->group)
				  : 0;
	return order != 0 ? order : compare_sources(ia, ib);
}

void items_sort(struct items *items)
{
	if (items->count > 0)
		qsort(items->list, items->count, sizeof(*items->list),
		      by_group);
}

static int by_source(const void *a, const void *b)
{
	return compare_sources(a, b);
}

void items_sort_by_source(struct items *items)
{
	if (items->count > 0)
		qsort(items->list, items->count, sizeof(*items->list),
		      by_source);
}

const struct item *items_number(const struct items *items, size_t n)
{
	for (size_t i = 0; i < items->count; i++)
		if (!items->list[i].heading && !items->list[i].done && --n == 0)
			return &items->list[i];
	return NULL;
}

static const char *date_or(struct date date, const char *none,
			   char day[DATE_BYTES])
{
	return date_is_set(date) ? date_text(date, day) : none;
}

/* ---- programs ----------------------------------------------------------- */

static void add_contexts(struct buf *out, const char *text)
{
	const struct action action = { .text = text,
				       .len_bytes = strlen(text) };
	const char *context;
	size_t pos = 0, bytes;

	json_row_key(out, "contexts");
	buf_add_char(out, '[');
	while ((bytes = action_context(&action, &pos, &context)) > 0) {
		SCOPED_TEXT char *word = mem_text(context, bytes);

		json_row_text(out, NULL, word);
	}
	buf_add_char(out, ']');
}

static const char *state_of(const struct item *item)
{
	if (item->heading)
		return "heading";
	return item->done ? "done" : item->waiting ? "waiting" : "open";
}

/* Row by row: a tree of ten thousand costs more than their files. */
static void print_json(const struct items *items, struct out *out)
{
	struct buf *text = &out->text;
	size_t n = 0;

	buf_add_char(text, '[');
	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];
		char day[DATE_BYTES];

		buf_add_text(text, i > 0 ? ",{" : "{");
		json_row_text(text, "context", item->group);
		add_contexts(text, item->text);
		json_row_text(text, "source", item->source);
		json_row_text(text, "project",
			      item->is_project ? item->source : NULL);
		json_row_text(text, "text", item->text);
		json_row_text(text, "state", state_of(item));
		json_row_text(text,
			      items->date_word != NULL ? items->date_word
						       : "date",
			      date_or(item->date, NULL, day));
		json_row_text(text, "not_before",
			      date_or(item->not_before, NULL, day));
		json_row_text(text, "file", item->file);
		json_row_int(text, "line", item->line);
		if (!item->heading && !item->done)
			json_row_int(text, "number", (int64_t)++n);
		buf_add_char(text, '}');
	}
	buf_add_text(text, "]\n");
}

static void print_plain(const struct items *items, struct out *out)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];
		const char *group = item->group != NULL ? item->group : "";
		char day[DATE_BYTES];

		out_text(out, group, strlen(group));
		buf_add_char(&out->text, '\t');
		out_text(out, item->source, strlen(item->source));
		buf_add_char(&out->text, '\t');
		buf_add_text(&out->text, date_or(item->date, "", day));
		buf_add_char(&out->text, '\t');
		out_text(out, item->text, strlen(item->text));
		buf_add_char(&out->text, '\n');
	}
}

/* ---- ears --------------------------------------------------------------- */

static bool is_new_group(const struct items *items, size_t i)
{
	const char *group = items->list[i].group;
	const char *before = i > 0 ? items->list[i - 1].group : "";

	if (group == NULL || before == NULL)
		return i == 0 ? group != NULL : group != before;
	return text_compare_caseless(group, before) != 0;
}

static void say_group(struct out *out, const char *group)
{
	if (group == NULL) {
		out_printf(out, "Anywhere:\n");
		return;
	}
	out_printf(out, "At ");
	say_name(&out->text, group + 1);
	out_printf(out, ":\n");
}

static void print_said(const struct items *items, struct date today,
		       struct out *out)
{
	size_t n = 0;

	if (items->count == 0)
		out_printf(out, "Nothing.\n");
	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if (is_new_group(items, i) && !items->one_source)
			say_group(out, item->group);
		if (items->numbered && !item->heading && !item->done)
			out_printf(out, "%zu: ", ++n);
		if (!items->one_source) {
			say_name(&out->text, item->source);
			if (item->text[0] != '\0')
				out_printf(out, ": ");
		}
		say_text(&out->text, item->text, today);
		if (item->file == NULL && date_is_set(item->date)) {
			char when[48];

			date_words(item->date, today, when, sizeof(when));
			out_printf(out, ", back %s", when);
		}
		say_end(&out->text);
	}
}

/* ---- people ------------------------------------------------------------- */

static size_t source_columns(const struct items *items)
{
	size_t widest = 8;

	for (size_t i = 0; i < items->count; i++) {
		const char *source = items->list[i].source;

		widest = max_size(widest, text_width(source, strlen(source)));
	}
	return min_size(widest, ITEMS_SOURCE_MAX);
}

/* The number, or the room of one; returns its columns. */
static size_t print_number(const struct items *items, const struct item *item,
			   size_t *n, struct out *out)
{
	if (!items->numbered)
		return 0;
	if (item->heading || item->done)
		out_printf(out, "    ");
	else
		out_printf(out, "%3zu ", ++*n);
	return 4;
}

static void print_columns(const struct items *items, struct out *out)
{
	size_t columns = source_columns(items);
	size_t n = 0;

	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];
		size_t used = 0;
		char day[DATE_BYTES];

		if (is_new_group(items, i) && !items->one_source) {
			out_styled(out, STYLE_HEAD,
				   item->group != NULL ? item->group
						       : "anywhere");
			buf_add_char(&out->text, '\n');
		}
		used += print_number(items, item, &n, out);
		if (!items->one_source) {
			out_printf(out, "  ");
			out_column(out, STYLE_NAME, item->source, columns);
			out_printf(out, "  ");
			used += columns + 4;
		}
		if (date_is_set(item->date)) {
			out_column(out, STYLE_DIM, date_text(item->date, day),
				   10);
			out_printf(out, "  ");
			used += 12;
		}
		if (item->done)
			out_printf(out, "[x] ");
		if (item->heading)
			out_styled(out, STYLE_HEAD, item->text);
		else
			out_rest(out, item->text, strlen(item->text), used);
		buf_add_char(&out->text, '\n');
	}
}

/* ------------------------------------------------------------------------- */

void items_remember(const struct items *items, const struct gtd *gtd)
{
	struct listing listing = { 0 };

	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if (!item->heading && !item->done)
			listing_add(&listing, item->file, item->line,
				    item->hash);
	}
	listing_save(&listing, gtd, items->what);
	listing_fini(&listing);
}

void items_print(const struct items *items, const struct gtd *gtd,
		 struct out *out)
{
	if (gtd->settings->json)
		print_json(items, out);
	else if (out->say)
		print_said(items, gtd->today, out);
	else if (out->tty)
		print_columns(items, out);
	else
		print_plain(items, out);
	if (items->what != NULL &&
	    (gtd->settings->json ||
	     (items->numbered && (out->say || out->tty))))
		items_remember(items, gtd);
}
