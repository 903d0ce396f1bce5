/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * pattern.h - regular expressions that cannot run away. PCRE2 with JIT.
 *
 * A pattern is the user's, the text is a stranger's: matching is bounded by
 * PATTERN_MATCH_LIMIT and PATTERN_DEPTH_LIMIT, and a text that would take more
 * is an error of its own, not a match. Text must be valid UTF-8
 * (core/text.h). Source: pcre2pattern(3), pcre2api(3).
 */
#ifndef CORE_PATTERN_H
#define CORE_PATTERN_H

#include "core/buf.h"
#include "core/err.h"

struct pattern;

enum { PATTERN_MATCH_LIMIT = 100000, PATTERN_DEPTH_LIMIT = 1000 };

enum pattern_result { PATTERN_NO = 0, PATTERN_YES = 1, PATTERN_LIMIT = 2 };

/* NULL with e filled (err_usage) when expression cannot be compiled. */
struct pattern *pattern_new(const char *expression, struct err *e) MUST_CHECK;
void pattern_free(struct pattern *pattern);

enum pattern_result pattern_match(const struct pattern *pattern,
				  const char *text, size_t len_bytes);

/*
 * The named groups: false when there are no more than index. *ret_name lives
 * as long as the pattern.
 */
bool pattern_group(const struct pattern *pattern, size_t index,
		   const char **ret_name, int *ret_group);
/*
 * After PATTERN_YES of pattern_match(): where the group's text is in that text;
 * false when the group caught nothing.
 */
bool pattern_caught(const struct pattern *pattern, int group, size_t *ret_start,
		    size_t *ret_end);

/*
 * Add text to out with every match replaced; $1, ${name} and $0 in replacement
 * stand for what was captured (pcre2_substitute). On PATTERN_NO and
 * PATTERN_LIMIT text is added unchanged.
 */
enum pattern_result pattern_replace(const struct pattern *pattern,
				    const char *text, size_t len_bytes,
				    const char *replacement, struct buf *out);

/*
 * Whether replacement is well-formed for a pattern made of expression, its
 * groups included. 0 or err_usage.
 */
int pattern_check_replacement(const char *expression, const char *replacement,
			      struct err *e) MUST_CHECK;

#endif
