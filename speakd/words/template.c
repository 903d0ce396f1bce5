/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/template.h"

#define FIELD(name)                                                            \
	{                                                                      \
#name, offsetof(struct template_values, name)                  \
	}

static const struct {
	const char *name;
	size_t offset;
} fields[] = { FIELD(nick),   FIELD(text), FIELD(channel),
	       FIELD(target), FIELD(kind), FIELD(count) };

/* The value named at text, after "$"; its name's length, 0 if none. */
static size_t find_value(const char *text, const struct template_values *values,
			 struct span *ret)
{
	size_t brace = text[0] == '{';

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		size_t len_bytes;

		if (text[brace] != fields[i].name[0])
			continue;
		len_bytes = strlen(fields[i].name);
		if (strncmp(text + brace, fields[i].name, len_bytes) != 0 ||
		    (brace != 0 && text[1 + len_bytes] != '}'))
			continue;
		memcpy(ret, (const char *)values + fields[i].offset,
		       sizeof(*ret));
		return len_bytes + 2 * brace;
	}
	return 0;
}

void template_fill(struct buf *out, const char *format,
		   const struct template_values *values)
{
	for (;;) {
		size_t plain = strcspn(format, "$");
		struct span value = { 0 };
		size_t n;

		buf_add(out, format, plain);
		format += plain;
		if (*format == '\0')
			return;
		format++;
		n = find_value(format, values, &value);
		if (n > 0) {
			buf_add(out, value.text, value.len_bytes);
			format += n;
			continue;
		}
		buf_add_char(out, '$');
		format += *format == '$';
	}
}

void template_count(struct buf *out, const char *format, uintmax_t count)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%ju", count);
	const struct template_values values = {
		.count = span_of(digits, (size_t)n),
	};

	template_fill(out, format, &values);
}
