#include "core/json.h"

#include <string.h>

#include <jansson.h>

#include "core/mem.h"
#include "core/text.h"

struct json {
	json_t *value;
};

/* jansson answers NULL and -1 only when memory is gone: core/mem.h. */
static struct json *wrap(json_t *take_value)
{
	struct json *json = mem_new(sizeof(*json));

	if (take_value == NULL)
		abort();
	json->value = take_value;
	return json;
}

static void put(struct json *json, const char *key, json_t *take_value)
{
	int rc = key != NULL ? json_object_set_new(json->value, key, take_value)
			     : json_array_append_new(json->value, take_value);

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
	if (json == NULL)
		return;
	json_decref(json->value);
	free(json);
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
	put(json, key, json_incref(take_value->value));
	json_free(take_value);
}

static int on_bytes(const char *bytes, size_t len_bytes, void *data)
{
	buf_add(data, bytes, len_bytes);
	return 0;
}

void json_print(const struct json *json, struct buf *out)
{
	json_dump_callback(json->value, on_bytes, out, JSON_COMPACT);
}
