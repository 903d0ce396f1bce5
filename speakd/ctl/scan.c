/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ctl/scan.h"

#include <string.h>

#include "core/json.h"

struct span scan_field(struct span *rest, char separator)
{
	const char *end = memchr(rest->text, separator, rest->len_bytes);
	struct span field = *rest;

	if (end == NULL) {
		*rest = span_of(rest->text + rest->len_bytes, 0);
		return field;
	}
	field.len_bytes = (size_t)(end - field.text);
	rest->text = end + 1;
	rest->len_bytes -= field.len_bytes + 1;
	return field;
}

bool scan_line(struct span *rest, struct span *ret)
{
	if (rest->len_bytes == 0)
		return false;
	*ret = scan_field(rest, '\n');
	return true;
}

struct span scan_value(const struct buf *lines, const char *key)
{
	struct span rest = span_of(buf_text(lines), lines->len_bytes);
	struct span line;

	while (scan_line(&rest, &line))
		if (span_is(scan_field(&line, ' '), key))
			return line;
	return span_of("", 0);
}

bool scan_has_line(const struct buf *lines, const struct buf *line)
{
	const char *found = buf_text(lines);

	while ((found = strstr(found, buf_text(line))) != NULL) {
		if (found == lines->data || found[-1] == '\n')
			return true;
		found++;
	}
	return false;
}

static void copy(struct buf *to, const struct json *json, const char *key)
{
	const char *text = json_get_text(json, key);

	if (text != NULL)
		buf_add_text(to, text);
}

bool scan_entry(struct span line, struct entry *ret)
{
	struct json *json = json_parse(line.text, line.len_bytes);

	*ret = (struct entry){ 0 };
	if (json == NULL)
		return false;
	copy(&ret->event, json, "event");
	copy(&ret->text, json, "text");
	copy(&ret->nick, json, "nick");
	copy(&ret->channel, json, "channel");
	copy(&ret->source, json, "source");
	ret->id = (uint64_t)json_get_int(json, "id", 0);
	ret->client = (int)json_get_int(json, "client", 0);
	ret->offset_bytes = (size_t)json_get_int(json, "offset", 0);
	ret->when = (time_t)json_get_int(json, "time", 0);
	json_free(json);
	return true;
}

void scan_entry_fini(struct entry *entry)
{
	buf_fini(&entry->event);
	buf_fini(&entry->text);
	buf_fini(&entry->nick);
	buf_fini(&entry->channel);
	buf_fini(&entry->source);
}

void scan_clock(time_t when, char *buf, size_t buf_bytes)
{
	struct tm local;

	if (localtime_r(&when, &local) == NULL ||
	    strftime(buf, buf_bytes, "%H:%M", &local) == 0)
		snprintf(buf, buf_bytes, "--:--");
}
