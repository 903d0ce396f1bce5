/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/plural.h"

#include <inttypes.h>
#include <string.h>

struct parser {
	const char *at;
	uintmax_t n;
	unsigned depth;
	bool wrong;
};

/* Binary operators, the loosest first; two of one level go left to right. */
static const struct {
	const char *text;
	unsigned level;
} operators[] = {
	{ "||", 0 }, { "&&", 1 }, { "==", 2 }, { "!=", 2 }, { "<=", 3 },
	{ ">=", 3 }, { "<", 3 },  { ">", 3 },  { "+", 4 },  { "-", 4 },
	{ "*", 5 },  { "/", 5 },  { "%", 5 },
};
enum { LEVELS = 6 };

static uintmax_t ternary(struct parser *p);

static bool accept(struct parser *p, const char *text)
{
	p->at += strspn(p->at, " \t");
	if (strncmp(p->at, text, strlen(text)) != 0)
		return false;
	p->at += strlen(text);
	return true;
}

static uintmax_t primary(struct parser *p)
{
	uintmax_t value = 0;
	char *end;

	if (accept(p, "!")) {
		bool not = true;

		while (accept(p, "!"))
			not = !not ;
		value = primary(p);
		return not ? value == 0 : value != 0;
	}
	if (accept(p, "n"))
		return p->n;
	if (accept(p, "(")) {
		value = ternary(p);
		p->wrong = p->wrong || !accept(p, ")");
		return value;
	}
	if (*p->at < '0' || *p->at > '9') {
		p->wrong = true;
		return 0;
	}
	value = strtoumax(p->at, &end, 10);
	p->at = end;
	return value;
}

static uintmax_t apply(const char *op, uintmax_t a, uintmax_t b)
{
	switch (op[0]) {
	case '|':
		return a || b;
	case '&':
		return a && b;
	case '=':
		return a == b;
	case '!':
		return a != b;
	case '<':
		return op[1] == '=' ? a <= b : a < b;
	case '>':
		return op[1] == '=' ? a >= b : a > b;
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	case '/':
		return b != 0 ? a / b : 0;
	default:
		return b != 0 ? a % b : 0;
	}
}

static const char *accept_operator(struct parser *p, unsigned level)
{
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (operators[i].level == level && accept(p, operators[i].text))
			return operators[i].text;
	return NULL;
}

static uintmax_t binary(struct parser *p, unsigned level)
{
	uintmax_t value = level + 1 < LEVELS ? binary(p, level + 1)
					     : primary(p);
	const char *op;

	while (!p->wrong && (op = accept_operator(p, level)) != NULL)
		value = apply(op, value,
			      level + 1 < LEVELS ? binary(p, level + 1)
						 : primary(p));
	return value;
}

static uintmax_t ternary(struct parser *p)
{
	uintmax_t condition, yes, no;

	if (++p->depth > PLURAL_DEPTH) {
		p->wrong = true;
		return 0;
	}
	condition = binary(p, 0);
	if (!p->wrong && accept(p, "?")) {
		yes = ternary(p);
		p->wrong = p->wrong || !accept(p, ":");
		no = p->wrong ? 0 : ternary(p);
		condition = condition ? yes : no;
	}
	p->depth--;
	return condition;
}

uintmax_t plural_form(const char *expression, uintmax_t n)
{
	struct parser p = { .at = expression, .n = n };
	uintmax_t form = ternary(&p);

	return p.wrong || p.at[strspn(p.at, " \t")] != '\0' ? 0 : form;
}
