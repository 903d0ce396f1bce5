/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/json.h"

#include <string.h>

#include <jansson.h>

#include "core/mem.h"
#include "core/text.h"

/*
 * A struct json is jansson's own value under another name: parts of a value can
 * be handed out without a wrapper that would have to be kept.
 */
static json_t *value_of(const struct json *json)
{
	return (json_t *)(uintptr_t)json;
}

/* jansson answers NULL and -1 only when memory is gone: core/mem.h. */
static struct json *wrap(json_t *take_value)
{
	if (take_value == NULL)
		abort();
	return (struct json *)take_value;
}

static void put(struct json *json, const char *key, json_t *take_value)
{
	int rc = key != NULL
			 ? json_object_set_new(value_of(json), key, take_value)
			 : json_array_append_new(value_of(json), take_value);

	if (rc < 0)
		abort();
}

struct json *json_object_make(void)
{
	return wrap(json_object());
}

struct json *json_array_make(void)
{
	return wrap(json_array());
}

void json_free(struct json *json)
{
	if (json != NULL)
		json_decref(value_of(json));
}

void json_add_text(struct json *json, const char *key, const char *text)
{
	SCOPED_BUF struct buf clean = { 0 };

	if (text == NULL) {
		put(json, key, json_null());
		return;
	}
	text_repair(&clean, text, strlen(text));
	put(json, key, json_stringn(buf_text(&clean), clean.len_bytes));
}

void json_add_int(struct json *json, const char *key, int64_t value)
{
	put(json, key, json_integer(value));
}

void json_add_bool(struct json *json, const char *key, bool value)
{
	put(json, key, json_boolean(value));
}

void json_add(struct json *json, const char *key, struct json *take_value)
{
	put(json, key, value_of(take_value));
}

static int on_bytes(const char *bytes, size_t len_bytes, void *data)
{
	buf_add(data, bytes, len_bytes);
	return 0;
}

static void add_unit(struct buf *out, unsigned unit)
{
	buf_addf(out, "\\u%04x", unit);
}

/* RFC 8259, section 7: beyond the first plane as two UTF-16 surrogates. */
static void add_escape(struct buf *out, int32_t code)
{
	if (code < 0x10000) {
		add_unit(out, (unsigned)code);
		return;
	}
	code -= 0x10000;
	add_unit(out, 0xd800U + ((unsigned)code >> 10));
	add_unit(out, 0xdc00U + ((unsigned)code & 0x3ff));
}

/*
 * jansson escapes C0 controls only. What else a terminal must not get stands
 * between quotes, where an escape means the same to every reader of JSON.
 */
static void add_shown(struct buf *out, const char *text, size_t len_bytes)
{
	struct text_context context = { 0 };
	size_t pos = 0;

	if (text_is_plain(text, len_bytes)) {
		buf_add(out, text, len_bytes);
		return;
	}
	while (pos < len_bytes) {
		size_t start = pos;
		int32_t code = text_next(text, len_bytes, &pos);

		if (code >= 0 && text_is_hidden(&context, code))
			add_escape(out, code);
		else
			buf_add(out, text + start, pos - start);
	}
}

void json_print(const struct json *json, struct buf *out)
{
	SCOPED_BUF struct buf dumped = { 0 };

	json_dump_callback(value_of(json), on_bytes, &dumped, JSON_COMPACT);
	add_shown(out, buf_text(&dumped), dumped.len_bytes);
}

/* ---- rows --------------------------------------------------------------- */

/* The comma, unless it is the first of its object or array. */
static void row_comma(struct buf *out)
{
	char last = out->len_bytes > 0 ? out->data[out->len_bytes - 1] : '{';

	if (last != '{' && last != '[')
		buf_add_char(out, ',');
}

void json_row_key(struct buf *out, const char *key)
{
	row_comma(out);
	if (key == NULL)
		return;
	buf_add_char(out, '"');
	buf_add_text(out, key);
	buf_add_text(out, "\":");
}

/* ASCII that needs no escape. */
static bool is_simple(const char *text, size_t len)
{
	return text_is_plain(text, len) && memchr(text, '"', len) == NULL &&
	       memchr(text, '\\', len) == NULL;
}

void json_row_text(struct buf *out, const char *key, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	json_row_key(out, key);
	if (text == NULL)
		buf_add_text(out, "null");
	else if (is_simple(text, len)) {
		buf_add_char(out, '"');
		buf_add(out, text, len);
		buf_add_char(out, '"');
	} else {
		SCOPED_BUF struct buf clean = { 0 };
		SCOPED_BUF struct buf dumped = { 0 };
		json_t *value;

		text_repair(&clean, text, len);
		value = json_stringn(buf_text(&clean), clean.len_bytes);
		if (value == NULL)
			abort();
		json_dump_callback(value, on_bytes, &dumped,
				   JSON_COMPACT | JSON_ENCODE_ANY);
		json_decref(value);
		add_shown(out, buf_text(&dumped), dumped.len_bytes);
	}
}

/* By hand: ten thousand rows have three each. */
void json_row_int(struct buf *out, const char *key, int64_t value)
{
	char text[24];
	char *at = text + sizeof(text);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	json_row_key(out, key);
	do
		*--at = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (value < 0)
		*--at = '-';
	buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

void json_row_bool(struct buf *out, const char *key, bool value)
{
	json_row_key(out, key);
	buf_add_text(out, value ? "true" : "false");
}

/* ---- reading ------------------------------------------------------------ */

struct json *json_parse(const char *text, size_t len_bytes)
{
	return (struct json *)json_loadb(text, len_bytes,
					 JSON_REJECT_DUPLICATES, NULL);
}

/* The code unit of "\\uXXXX"; -1: it is none. */
static long unit_at(const char *at, const char *end)
{
	char digits[5] = "";

	if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
		return -1;
	memcpy(digits, at + 2, 4);
	return strspn(digits, "0123456789abcdefABCDEF") == 4
		       ? strtol(digits, NULL, 16)
		       : -1;
}

static bool is_high(long unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(long unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* How many bytes at at are one character, escaped or not. */
static size_t character_bytes(const char *at, const char *end, bool *ret_none)
{
	long unit = unit_at(at, end);

	*ret_none = false;
	if (unit < 0)
		return min_size(*at == '\\' ? 2 : 1, (size_t)(end - at));
	if (is_high(unit) && is_low(unit_at(at + 6, end)))
		return 12;
	*ret_none = unit == 0 || is_high(unit) || is_low(unit);
	return 6;
}

/* The same outside a text: of a number, or of what Python writes for one. */
static size_t token_bytes(const char *at, const char *end, bool *ret_none)
{
	static const char *const none[] = { "NaN", "Infinity", "-Infinity" };
	static const char digits[] = "0123456789.eE+-";
	size_t left = (size_t)(end - at), n = 0;
	json_error_t error;
	json_t *number;

	*ret_none = true;
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		n = strlen(none[i]);
		if (n <= left && memcmp(at, none[i], n) == 0)
			return n;
	}
	*ret_none = false;
	if (*at != '-' && (*at < '0' || *at > '9'))
		return 1;
	for (n = 1; n < left && memchr(digits, at[n], sizeof(digits) - 1);)
		n++;
	number = json_loadb(at, n, JSON_DECODE_ANY, &error);
	*ret_none = number == NULL &&
		    json_error_code(&error) == json_error_numeric_overflow;
	json_decref(number);
	return n;
}

/* What is no character or no number, as something that is one or null. */
static void repair(struct buf *out, const char *at, const char *end)
{
	bool quoted = false;

	while (at < end) {
		bool none;
		size_t n = quoted ? character_bytes(at, end, &none)
				  : token_bytes(at, end, &none);

		if (none)
			buf_add_text(out, quoted ? "\\ufffd" : "null");
		else
			buf_add(out, at, n);
		if (*at == '"')
			quoted = !quoted;
		at += n;
	}
}

struct json *json_parse_loosely(const char *text, size_t len_bytes)
{
	SCOPED_BUF struct buf out = { 0 };
	json_t *json = json_loadb(text, len_bytes, 0, NULL);

	if (json == NULL) {
		repair(&out, text, text + len_bytes);
		json = json_loadb(buf_text(&out), out.len_bytes, 0, NULL);
	}
	return (struct json *)json;
}

const struct json *json_get(const struct json *json, const char *key)
{
	return (const struct json *)json_object_get(value_of(json), key);
}

size_t json_count(const struct json *json)
{
	return json_array_size(value_of(json));
}

const struct json *json_at(const struct json *json, size_t index)
{
	return (const struct json *)json_array_get(value_of(json), index);
}

const char *json_get_text(const struct json *json, const char *key)
{
	return json_string_value(json_object_get(value_of(json), key));
}

int64_t json_get_int(const struct json *json, const char *key, int64_t def)
{
	json_t *number = value_of(json_get(json, key));

	return json_is_integer(number) ? json_integer_value(number) : def;
}

bool json_get_true(const struct json *json, const char *key)
{
	return json_is_true(value_of(json_get(json, key)));
}

const char *json_text(const struct json *json)
{
	return json != NULL ? json_string_value(value_of(json)) : NULL;
}

bool json_int(const struct json *json, int64_t *ret)
{
	json_t *value = value_of(json);
	double real = json_real_value(value);

	if (json_is_integer(value))
		*ret = json_integer_value(value);
	else if (json_is_real(value) && real >= (double)INT64_MIN &&
		 real < -(double)INT64_MIN)
		*ret = (int64_t)real;
	else
		return false;
	return true;
}
