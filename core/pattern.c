/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/mem.h"
#include "core/text.h"

struct pattern {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
};

static int explain(struct err *e, const char *what, int code)
{
	unsigned char text[160];

	if (pcre2_get_error_message(code, text, sizeof(text)) < 0)
		text[0] = '\0';
	return err_usage(e, "%s: %s", what, (const char *)text);
}

struct pattern *pattern_new(const char *expression, struct err *e)
{
	struct pattern *pattern = mem_new(sizeof(*pattern));
	PCRE2_SIZE where;
	int code;

	pattern->code = pcre2_compile(
		(PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &where, NULL);
	if (pattern->code == NULL) {
		explain(e, expression, code);
		free(pattern);
		return NULL;
	}
	/* Without JIT (a hardened kernel forbids it) matching is slower. */
	(void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	pattern->match = pcre2_match_data_create_from_pattern(pattern->code,
							      NULL);
	pattern->context = pcre2_match_context_create(NULL);
	if (pattern->match == NULL || pattern->context == NULL)
		abort(); /* out of memory, as in core/mem.h */
	pcre2_set_match_limit(pattern->context, PATTERN_MATCH_LIMIT);
	pcre2_set_depth_limit(pattern->context, PATTERN_DEPTH_LIMIT);
	return pattern;
}

void pattern_free(struct pattern *pattern)
{
	if (pattern == NULL)
		return;
	pcre2_match_context_free(pattern->context);
	pcre2_match_data_free(pattern->match);
	pcre2_code_free(pattern->code);
	free(pattern);
}

static enum pattern_result result_of(int rc)
{
	if (rc >= 0)
		return PATTERN_YES;
	return rc == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_LIMIT;
}

enum pattern_result pattern_match(const struct pattern *pattern,
				  const char *text, size_t len_bytes)
{
	int rc = pcre2_match(pattern->code, (PCRE2_SPTR)text, len_bytes, 0,
			     PCRE2_NO_UTF_CHECK, pattern->match,
			     pattern->context);

	return result_of(rc);
}

bool pattern_group(const struct pattern *pattern, size_t index,
		   const char **ret_name, int *ret_group)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &table);
	if (index >= count)
		return false;
	/* Two bytes of the number, most significant first; then the name. */
	table += index * size;
	*ret_group = table[0] << 8 | table[1];
	*ret_name = (const char *)table + 2;
	return true;
}

bool pattern_caught(const struct pattern *pattern, int group, size_t *ret_start,
		    size_t *ret_end)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(pattern->match) +
			       2 * (size_t)group;

	/* \\K can put a start after its end. */
	if (at[0] == PCRE2_UNSET || at[0] > at[1])
		return false;
	*ret_start = at[0];
	*ret_end = at[1];
	return true;
}

/* Two tries: PCRE2 tells in the first how much room it needs. */
static int substitute(const struct pattern *pattern, const char *text,
		      size_t len_bytes, const char *replacement,
		      struct buf *out)
{
	uint32_t options = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_EXTENDED |
			   PCRE2_SUBSTITUTE_UNSET_EMPTY |
			   PCRE2_SUBSTITUTE_OVERFLOW_LENGTH |
			   PCRE2_NO_UTF_CHECK;
	PCRE2_SIZE room = len_bytes + 256;
	int rc = PCRE2_ERROR_NOMEMORY;

	for (int i = 0; i < 2 && rc == PCRE2_ERROR_NOMEMORY; i++) {
		char *into = buf_reserve(out, room) + out->len_bytes;

		rc = pcre2_substitute(pattern->code, (PCRE2_SPTR)text,
				      len_bytes, 0, options, pattern->match,
				      pattern->context, (PCRE2_SPTR)replacement,
				      PCRE2_ZERO_TERMINATED,
				      (PCRE2_UCHAR *)into, &room);
	}
	if (rc >= 0)
		out->len_bytes += room;
	if (out->data != NULL)
		out->data[out->len_bytes] = '\0';
	return rc;
}

enum pattern_result pattern_replace(const struct pattern *pattern,
				    const char *text, size_t len_bytes,
				    const char *replacement, struct buf *out)
{
	int rc = substitute(pattern, text, len_bytes, replacement, out);

	if (rc < 0)
		buf_add(out, text, len_bytes);
	if (rc == 0)
		return PATTERN_NO;
	return rc > 0 ? PATTERN_YES : PATTERN_LIMIT;
}

/*
 * PCRE2 reads a replacement only when something matches. "(?:expression)|"
 * has the same groups and matches the empty text; the newline ends an open "#"
 * comment of it, the \E an open \Q.
 */
int pattern_check_replacement(const char *expression, const char *replacement,
			      struct err *e)
{
	SCOPED_TEXT char *probing = mem_printf("(?:%s\n\\E)|", expression);
	SCOPED_BUF struct buf out = { 0 };
	struct pattern *probe;
	int rc;

	/* PCRE2 does not check it when it replaces. */
	if (!text_is_utf8(replacement, strlen(replacement)))
		return err_usage(e, "replacement is not UTF-8");
	probe = pattern_new(probing, e);
	if (probe == NULL)
		return -EINVAL;
	rc = substitute(probe, "", 0, replacement, &out);
	pattern_free(probe);
	return rc < 0 ? explain(e, replacement, rc) : 0;
}
