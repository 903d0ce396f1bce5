/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Compilers and make: the file speaks, its line goes before the text. What
 * tests print: how they ended goes before their name. */
#include "core/message/grammar.h"

static struct span file_tail(struct span path)
{
	const char *slash = memrchr(path.text, '/', path.len_bytes);

	return slash == NULL
		       ? path
		       : span_between(slash + 1, path.text + path.len_bytes);
}

static bool take_number(struct cursor *c, struct span *ret)
{
	struct cursor try = *c;

	while (try.at < try.end && scan_is_digit(*try.at))
		try.at++;
	if (try.at == c->at || try.at - c->at > 7)
		return false;
	*ret = span_between(c->at, try.at);
	*c = try;
	return true;
}

static bool is_path(struct span path)
{
	return path.len_bytes > 0 && path.len_bytes < 200 &&
	       !span_has(path, ' ') && path.text[0] != '[' &&
	       (span_has(path, '.') || span_has(path, '/') ||
		span_is(path, "Makefile"));
}

/* ":12:5: " after a file's name; of Microsoft's and TypeScript's "(12,5): " */
static bool take_place(struct cursor *c, struct span *ret_path,
		       struct span *ret_line)
{
	struct cursor try = *c;
	struct span column;

	if (cursor_until(&try, "(", ret_path) && is_path(*ret_path) &&
	    take_number(&try, ret_line) &&
	    (!cursor_char(&try, ',') || take_number(&try, &column)) &&
	    cursor_literal(&try, "): ")) {
		*c = try;
		return true;
	}
	if (!cursor_until(c, ":", ret_path) || !is_path(*ret_path) ||
	    !take_number(c, ret_line) || !cursor_char(c, ':') ||
	    (take_number(c, &column) && !cursor_char(c, ':')))
		return false;
	return cursor_char(c, ' ');
}

/* Of "error TS2304" the word that says how bad it is. */
static struct span first_word(struct span text)
{
	struct cursor c = cursor_of(text);
	struct span word;

	return cursor_word(&c, &word) ? word : text;
}

/* "src/a.c:12:5: error: text", "a.py:12: text" */
static enum fit at_line(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct cursor word;
	struct span path, number, severity;

	if (!take_place(&c, &path, &number))
		return FIT_NO;
	ret->kind = KIND_MESSAGE;
	ret->nick = file_tail(path);
	ret->label = message_join(ret, span_of("line", 4), " ", number);
	ret->text = cursor_rest(&c);
	word = c;
	/* "fatal error: ", "error: ": else it could be anybody's reference. */
	(void)cursor_literal(&word, "fatal ");
	return cursor_until(&word, ": ", &severity) &&
			       span_is_severity(first_word(severity))
		       ? FIT_SURE
		       : FIT_LOOSE;
}

/* cargo: "error[E0425]: text", then "  --> src/main.rs:4:5" */
static enum fit cargo(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span level, path, number;

	if (cursor_literal(&c, " ") && (cursor_blanks(&c), true) &&
	    cursor_literal(&c, "--> ")) {
		if (!cursor_until(&c, ":", &path) || !is_path(path) ||
		    !take_number(&c, &number))
			return FIT_NO;
		ret->kind = KIND_MESSAGE;
		ret->text = message_join(ret, file_tail(path), " line ",
					 number);
		return FIT_SURE;
	}
	c = line->whole;
	if (!cursor_until(&c, "[", &level) ||
	    (!span_is(level, "error") && !span_is(level, "warning")) ||
	    !cursor_until(&c, "]: ", &path) || span_has(path, ' '))
		return FIT_NO;
	ret->kind = KIND_MESSAGE;
	ret->label = level;
	ret->text = cursor_rest(&c);
	return FIT_SURE;
}

/* "make[1]: *** [Makefile:12: all] Error 2", "make: Entering directory ..." */
static enum fit make(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span word;
	bool failed;

	if (!cursor_word_blank(&c, &word) || word.len_bytes < 5 ||
	    memcmp(word.text, "make", 4) != 0 || !span_ends(word, ':') ||
	    (word.text[4] != ':' && word.text[4] != '['))
		return FIT_NO;
	failed = cursor_literal(&c, "*** ");
	ret->nick = span_of("make", 4);
	ret->kind = KIND_MESSAGE;
	ret->text = cursor_rest(&c);
	if (!failed && (cursor_literal(&c, "Entering directory ") ||
			cursor_literal(&c, "Leaving directory ")))
		ret->kind = KIND_OTHER;
	return FIT_SURE;
}

/* What a compiler draws under a message: "   12 |   foo", "      |   ^~~";
 * cargo begins with the number. */
static enum fit excerpt(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span number;

	cursor_blanks(&c);
	if (!take_number(&c, &number) && c.at == line->whole.at)
		return FIT_NO;
	cursor_blanks(&c);
	if (!cursor_char(&c, '|') || (c.at < c.end && *c.at != ' '))
		return FIT_NO;
	ret->kind = KIND_OTHER;
	ret->text = cursor_rest(&line->whole);
	return FIT_LOOSE;
}

/* None of these lines has a time. */
static enum fit first_fit(grammar_fn *const *kinds, size_t count,
			  const struct line *line, struct message *ret)
{
	for (size_t i = 0; line->stamp.shape == 0 && i < count; i++) {
		enum fit fit = kinds[i](line, ret);

		if (fit != FIT_NO)
			return fit;
		message_clear(ret);
	}
	return FIT_NO;
}

enum fit grammar_compiler(const struct line *line, struct message *ret)
{
	static grammar_fn *const kinds[] = { at_line, cargo, make, excerpt };

	return first_fit(kinds, COUNT_OF(kinds), line, ret);
}

/* ---- tests: TAP, pytest, Go and Rust ------------------------------------- */

/* "name # SKIP why", "name # TODO why": neither has failed. */
static void take_directive(struct message *ret)
{
	struct cursor c = cursor_of(ret->text);
	struct span name;
	bool skipped;

	if (!cursor_until(&c, "# ", &name))
		return;
	skipped = cursor_literal(&c, "SKIP") || cursor_literal(&c, "skip");
	if (!skipped && !cursor_literal(&c, "TODO") &&
	    !cursor_literal(&c, "todo"))
		return;
	ret->label = skipped ? span_of("skipped", 7) : span_of("todo", 4);
	cursor_blanks(&c);
	name = span_trim_end(name);
	ret->text = name.len_bytes == 0 ? cursor_rest(&c)
		    : c.at == c.end
			    ? name
			    : message_join(ret, name, ": ", cursor_rest(&c));
}

/* "ok 1 - name", "not ok 2 - name", "1..5" */
static enum fit tap(const struct line *line, struct message *ret)
{
	struct cursor c = line->whole;
	struct span number;
	bool failed;

	if (cursor_literal(&c, "1..") && take_number(&c, &number) &&
	    c.at == c.end) {
		ret->kind = KIND_OTHER;
		ret->text = cursor_rest(&line->whole);
		return FIT_SURE;
	}
	c = line->whole;
	failed = cursor_literal(&c, "not ");
	if (!cursor_literal(&c, "ok ") || !take_number(&c, &number))
		return FIT_NO;
	cursor_blanks(&c);
	(void)cursor_literal(&c, "- ");
	ret->kind = KIND_MESSAGE;
	ret->label = failed ? span_of("failed", 6) : span_of("ok", 2);
	ret->text = c.at < c.end ? cursor_rest(&c) : number;
	take_directive(ret);
	return FIT_SURE;
}

struct result {
	const char *word, *label;
};

/* What a test's result is called here; FIT_NO: it is none of these. */
static enum fit said_result(struct message *ret, const struct result *results,
			    size_t count, struct span word, struct span text)
{
	for (size_t i = 0; i < count; i++) {
		if (!span_is(word, results[i].word))
			continue;
		ret->kind = KIND_MESSAGE;
		ret->label = span_of_text(results[i].label);
		ret->text = text;
		return FIT_SURE;
	}
	return FIT_NO;
}

/* "=== RUN   TestX", "    --- FAIL: TestX (0.00s)" */
static enum fit go(const struct line *line, struct message *ret)
{
	static const struct result results[] = { { "PASS", "ok" },
						 { "FAIL", "failed" },
						 { "SKIP", "skipped" } };
	struct cursor c = line->whole;
	struct span result;

	cursor_blanks(&c);
	if (cursor_literal(&c, "=== RUN ") || cursor_literal(&c, "=== CONT ") ||
	    cursor_literal(&c, "=== PAUSE ")) {
		ret->kind = KIND_OTHER;
		ret->text = cursor_rest(&line->whole);
		return FIT_SURE;
	}
	if (!cursor_literal(&c, "--- ") || !cursor_until(&c, ": ", &result))
		return FIT_NO;
	return said_result(ret, results, COUNT_OF(results), result,
			   cursor_rest(&c));
}

/* "test a::b ... FAILED", "test a::b ... ignored, why" */
static enum fit rust(const struct line *line, struct message *ret)
{
	static const struct result results[] = { { "ok", "ok" },
						 { "FAILED", "failed" },
						 { "ignored", "skipped" } };
	struct cursor c = line->whole;
	struct span name, result;

	cursor_blanks(&c);
	if (!cursor_literal(&c, "test ") || !cursor_until(&c, " ... ", &name))
		return FIT_NO;
	result = cursor_rest(&c);
	if (cursor_until(&c, ", ", &result))
		name = message_join(ret, name, ": ", cursor_rest(&c));
	return said_result(ret, results, COUNT_OF(results), result, name);
}

/* "tests/test_a.py::test_x FAILED   [ 50%]", "FAILED tests/a.py::x - why" */
static enum fit pytest(const struct line *line, struct message *ret)
{
	static const struct result results[] = {
		{ "PASSED", "ok" },   { "FAILED", "failed" },
		{ "ERROR", "error" }, { "SKIPPED", "skipped" },
		{ "XFAIL", "ok" },    { "XPASS", "passed" },
	};
	struct cursor c = line->whole;
	struct span first, second, test;
	struct cursor inside;

	if (!cursor_word_blank(&c, &first) || !cursor_word(&c, &second))
		return FIT_NO;
	for (size_t i = 0; i < COUNT_OF(results); i++) {
		const char *word = results[i].word;
		struct span path = span_is(first, word) ? second : first;

		if (!span_is(first, word) && !span_is(second, word))
			continue;
		inside = cursor_of(path);
		if (!cursor_until(&inside, "::", &test))
			return FIT_NO;
		ret->kind = KIND_MESSAGE;
		ret->label = span_of(results[i].label,
				     strlen(results[i].label));
		ret->text = span_is(first, word)
				    ? span_between(inside.at, line->whole.end)
				    : cursor_rest(&inside);
		return FIT_SURE;
	}
	return FIT_NO;
}

/* pytest's "===== 1 failed in 0.12s =====" */
static enum fit banner(const struct line *line, struct message *ret)
{
	enum { LEAST_BYTES = 3 };
	struct cursor c = line->whole;
	struct span text, before;

	while (c.at < c.end && *c.at == '=')
		c.at++;
	while (c.end > c.at && c.end[-1] == '=')
		c.end--;
	if (c.at - line->whole.at < LEAST_BYTES ||
	    line->whole.end - c.end < LEAST_BYTES || !cursor_char(&c, ' '))
		return FIT_NO;
	text = span_trim_end(cursor_rest(&c));
	if (text.len_bytes == 0)
		return FIT_NO;
	ret->kind = KIND_MESSAGE;
	ret->text = text;
	c = cursor_of(text);
	return span_is(text, "test session starts") ||
			       (cursor_until(&c, " in ", &before) &&
				scan_is_digit(*c.at) && span_ends(text, 's'))
		       ? FIT_SURE
		       : FIT_LOOSE;
}

enum fit grammar_tests(const struct line *line, struct message *ret)
{
	static grammar_fn *const kinds[] = { tap, pytest, go, rust, banner };

	return first_fit(kinds, COUNT_OF(kinds), line, ret);
}
