/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * json.h - JSON values: built and printed one a line, or parsed. jansson.
 *
 * Text that is not UTF-8 is repaired (core/text.h). Keys are printed in the
 * order in which they were added.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/buf.h"

struct json;

struct json *json_object_make(void) MUST_CHECK;
struct json *json_array_make(void) MUST_CHECK;
void json_free(struct json *json);

/* Add to an object, or with key NULL to an array. text NULL: JSON null. */
void json_add_text(struct json *json, const char *key, const char *text);
void json_add_int(struct json *json, const char *key, int64_t value);
void json_add_bool(struct json *json, const char *key, bool value);
void json_add(struct json *json, const char *key, struct json *take_value);

/*
 * Add the compact form to out, without a newline. What text_is_hidden() names
 * is escaped, so that it may be shown on a terminal as it is.
 */
void json_print(const struct json *json, struct buf *out);

/*
 * The same without a tree, for rows by the ten thousand: members added to an
 * object that buf holds from "{" on, with the comma between them. key is plain
 * text of ours; NULL in an array that buf holds from "[" on. text NULL: null.
 */
void json_row_key(struct buf *out, const char *key);
void json_row_text(struct buf *out, const char *key, const char *text);
void json_row_int(struct buf *out, const char *key, int64_t value);
void json_row_bool(struct buf *out, const char *key, bool value);

/*
 * Parse one value; keys given twice are refused, nesting is limited to
 * jansson's 2048. NULL when text is no JSON. The result is the caller's.
 */
struct json *json_parse(const char *text, size_t len_bytes) MUST_CHECK;
/*
 * The same of what many programs write: of a key given twice the last counts,
 * escapes that are no character, NUL and half a surrogate pair, are U+FFFD, and
 * numbers that are none (NaN, Infinity) or that nothing holds (1e400) are null.
 */
struct json *json_parse_loosely(const char *text, size_t len_bytes) MUST_CHECK;

/*
 * Parts, borrowed from json. NULL (json_count: 0) when json is NULL or of
 * another type, or when there is no such part: what a stranger wrote can be
 * asked for without asking first what it is.
 */
const struct json *json_get(const struct json *json, const char *key);
const char *json_get_text(const struct json *json, const char *key);
/* A whole number; def when there is none. */
int64_t json_get_int(const struct json *json, const char *key, int64_t def);
/* JSON true, and nothing else. */
bool json_get_true(const struct json *json, const char *key);
/* The value itself, not a part of it: a text, or a number without fraction. */
const char *json_text(const struct json *json);
bool json_int(const struct json *json, int64_t *ret);
size_t json_count(const struct json *json);
const struct json *json_at(const struct json *json, size_t index);

#endif
