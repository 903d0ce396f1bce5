/*
 * json.h - JSON values for --json: built, then printed one a line. jansson.
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

/* Add the compact form to out, without a newline. */
void json_print(const struct json *json, struct buf *out);

#endif
