/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/items.h"

#include <string.h>

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/say.h"

enum { ITEMS_SOURCE_MAX = 32 };

void items_add(struct items *items, const char *group, size_t group_bytes,
	       const char *source, const char *text, size_t len_bytes,
	       struct date date)
{
	struct item *item;

	if (items->count == items->room) {
		items->room = max_size(32, items->room * 2);
		items->list = mem_resize(items->list, items->room,
					 sizeof(*items->list));
	}
	item = &items->list[items->count++];
	item->group = group != NULL ? mem_text(group, group_bytes) : NULL;
	item->source = mem_copy(source);
	item->text = mem_text(text, len_bytes);
	item->date = date;
}

void items_fini(struct items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		free(items->list[i].group);
		free(items->list[i].source);
		free(items->list[i].text);
	}
	free(items->list);
	*items = (struct items){ 0 };
}

static int by_group(const void *a, const void *b)
{
	const struct item *ia = a, *ib = b;
	int order;

	if ((ia->group == NULL) != (ib->group == NULL))
		return ia->group == NULL ? 1 : -1;
	order = ia->group != NULL ? strcmp(ia->group, ib->group) : 0;
	if (order == 0)
		order = strcmp(ia->source, ib->source);
	return order;
}

void items_sort(struct items *items)
{
	if (items->count > 0)
		qsort(items->list, items->count, sizeof(*items->list),
		      by_group);
}

static const char *date_or(struct date date, const char *none,
			   char day[DATE_BYTES])
{
	return date_is_set(date) ? date_text(date, day) : none;
}

static void print_json(const struct items *items, struct out *out)
{
	struct json *array = json_array_make();

	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];
		struct json *o = json_object_make();
		char day[DATE_BYTES];

		json_add_text(o, "context", item->group);
		json_add_text(o, "source", item->source);
		json_add_text(o, "text", item->text);
		json_add_text(
			o, items->date_word != NULL ? items->date_word : "date",
			date_or(item->date, NULL, day));
		json_add(array, NULL, o);
	}
	json_print(array, &out->text);
	buf_add_char(&out->text, '\n');
	json_free(array);
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

static bool is_new_group(const struct items *items, size_t i)
{
	const char *group = items->list[i].group;
	const char *before = i > 0 ? items->list[i - 1].group : "";

	if (group == NULL || before == NULL)
		return i == 0 ? group != NULL : group != before;
	return strcmp(group, before) != 0;
}

static void print_said(const struct items *items, struct out *out)
{
	if (items->count == 0)
		out_printf(out, "Nothing.\n");
	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if (item->group != NULL && is_new_group(items, i)) {
			out_printf(out, "At ");
			say_name(&out->text, item->group + 1);
			out_printf(out, ":\n");
		}
		say_name(&out->text, item->source);
		out_printf(out, ": ");
		out_text(out, item->text, strlen(item->text));
		out_printf(out, ".\n");
	}
}

static size_t source_columns(const struct items *items)
{
	size_t widest = 8;

	for (size_t i = 0; i < items->count; i++) {
		const char *source = items->list[i].source;

		widest = max_size(widest, text_width(source, strlen(source)));
	}
	return min_size(widest, ITEMS_SOURCE_MAX);
}

static void print_columns(const struct items *items, struct out *out)
{
	size_t columns = source_columns(items);

	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];
		size_t used = 2 + columns + 2;
		char day[DATE_BYTES];

		if (is_new_group(items, i)) {
			out_styled(out, STYLE_HEAD,
				   item->group != NULL ? item->group
						       : "anywhere");
			buf_add_char(&out->text, '\n');
		}
		out_printf(out, "  ");
		out_column(out, STYLE_NAME, item->source, columns);
		out_printf(out, "  ");
		if (date_is_set(item->date)) {
			out_column(out, STYLE_DIM, date_text(item->date, day),
				   10);
			out_printf(out, "  ");
			used += 12;
		}
		out_rest(out, item->text, strlen(item->text), used);
		buf_add_char(&out->text, '\n');
	}
}

void items_print(const struct items *items, const struct settings *settings,
		 struct out *out)
{
	if (settings->json)
		print_json(items, out);
	else if (out->say)
		print_said(items, out);
	else if (out->tty)
		print_columns(items, out);
	else
		print_plain(items, out);
}
