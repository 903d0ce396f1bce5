/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * number.c - long numbers digit by digit, and how the listener likes the rest.
 *
 * A synthesiser reads quantities well; of an id of seven digits it makes a
 * sentence that nobody can write down. Times, dates, versions, money and
 * numbers with separators stay as they are.
 */
#include <arpa/inet.h>
#include <string.h>

#include "speakd/words/catalogue.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

enum { ID_DIGITS = 6, DATE_DIGITS = 8, IPV6_BYTES = 45 };

/* Add digits in groups of size. */
static void add_groups(struct buf *out, const char *digits, size_t count,
		       size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && i % size == 0)
			buf_add_char(out, ' ');
		buf_add_char(out, digits[i]);
	}
}

/* 20261128: said as the date that it is. */
static bool is_date(const char *d)
{
	int month = (d[4] - '0') * 10 + d[5] - '0';
	int day = (d[6] - '0') * 10 + d[7] - '0';

	return (memcmp(d, "19", 2) == 0 || memcmp(d, "20", 2) == 0) &&
	       month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* "1234.5", "1,234,567", "$1234567": a quantity. */
static bool is_quantity(struct span word, size_t pos, size_t count)
{
	char before = span_at(word, pos - 1),
	     after = span_at(word, pos + count);

	if (pos == 0)
		before = ' ';
	if ((after == '.' || after == ',') &&
	    ascii_is_digit(span_at(word, pos + count + 1)))
		return true;
	if (pos >= 2 && (before == '.' || before == ',') &&
	    ascii_is_digit(word.text[pos - 2]))
		return true;
	return before == '$' || after == '%' || (unsigned char)before >= 0x80 ||
	       (unsigned char)after >= 0x80;
}

/* "500000 bytes", "250000 lines". */
static bool unit_follows(const struct reading *reading, struct span word)
{
	static const char *const units[] = {
		"bytes", "bits",     "kb",     "mb",	"gb",	   "kib",
		"mib",	 "gib",	     "ms",     "us",	"ns",	   "s",
		"sec",	 "seconds",  "lines",  "users", "people",  "times",
		"files", "packages", "euro",   "euros", "dollars", "hz",
		"rows",	 "items",    "blocks",
	};
	const char *end = reading->line.text + reading->line.len_bytes;
	const char *at = word.text + word.len_bytes;
	size_t n = 0;

	if (at >= end || *at != ' ')
		return false;
	at++;
	while (at + n < end && ascii_is_letter(at[n]))
		n++;
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (strlen(units[i]) == n && strncasecmp(units[i], at, n) == 0)
			return true;
	return false;
}

/* "555-1234", "1-555-123-4567" at the start of text, and no more of it. */
static bool is_phone_form(struct span text)
{
	static const char *const forms[] = { "ddd-dddd", "ddd-ddd-dddd",
					     "d-ddd-ddd-dddd" };

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		size_t n = 0;

		while (forms[i][n] != '\0' &&
		       (forms[i][n] == 'd' ? ascii_is_digit(span_at(text, n))
					   : span_at(text, n) == forms[i][n]))
			n++;
		if (forms[i][n] == '\0' && !is_word_byte(span_at(text, n)) &&
		    span_at(text, n) != '-')
			return true;
	}
	return false;
}

/* "(555)" in front of "123-4567". */
static bool begins_phone(const struct reading *reading, struct span word)
{
	const char *next = word.text + word.len_bytes + 1;
	const char *end = reading->line.text + reading->line.len_bytes;

	return next < end && word.text[0] == '(' &&
	       digits_at(word, 1) + 2 == word.len_bytes &&
	       is_phone_form(span_of(next, (size_t)(end - next)));
}

/* Whether word is one of the groups of "+49 30 1234 5678". */
static bool is_phone(const struct reading *reading, struct span word)
{
	const char *at = word.text;
	size_t groups = 0;

	if ((word.text[0] == '+' && digits_at(word, 1) >= ID_DIGITS + 2) ||
	    is_phone_form(word) || begins_phone(reading, word))
		return true;
	if (digits_at(word, 0) != word.len_bytes)
		return false;
	while (at > reading->line.text + 1 && at[-1] == ' ') {
		const char *end = --at;

		while (at > reading->line.text && ascii_is_digit(at[-1]))
			at--;
		if (at == end)
			return false;
		groups++;
		if (at > reading->line.text && at[-1] == '+')
			return true;
		if (groups > 6)
			return false;
	}
	return false;
}

/* How many digits of the run at pos are said together; 0: as it stands. */
static size_t group_size(const struct reading *reading, struct span word,
			 size_t pos, size_t count)
{
	if (reading->digits == DIGITS_SINGLE)
		return count > 1 ? 1 : 0;
	if (is_quantity(word, pos, count))
		return 0;
	if (reading->digits == DIGITS_PAIRS)
		return count > 2 ? 2 : 0;
	if (is_phone(reading, word))
		return 1;
	if (count < ID_DIGITS ||
	    (pos + count == word.len_bytes && unit_follows(reading, word)))
		return 0;
	return 1;
}

static void add_digits(struct buf *out, const struct reading *reading,
		       struct span word, size_t pos, size_t count)
{
	const char *d = word.text + pos;
	size_t size = group_size(reading, word, pos, count);

	if (size == 0)
		buf_add(out, d, count);
	else if (count == DATE_DIGITS && size == 1 &&
		 reading->digits == DIGITS_WORDS && is_date(d))
		buf_addf(out, "%.4s-%.2s-%.2s", d, d + 4, d + 6);
	else
		add_groups(out, d, count, size);
}

/* The bytes of the IPv6 address at the start of text; 0: there is none. */
static size_t ipv6_bytes(struct span text)
{
	char copy[IPV6_BYTES + 1];
	unsigned char address[16];
	size_t n = 0, colons = 0, digits = 0;

	for (; n < text.len_bytes; n++) {
		char c = text.text[n];

		if (c != ':' && c != '.' && !ascii_is_digit(c) &&
		    !(ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'))
			break;
		colons += c == ':';
		digits += ascii_is_digit(c);
	}
	while (n > 0 &&
	       (text.text[n - 1] == '.' ||
		(text.text[n - 1] == ':' && n > 1 && text.text[n - 2] != ':')))
		n--;
	/* "dead::beef" may be code. */
	if (n > IPV6_BYTES || colons < 2 || digits == 0 ||
	    is_word_byte(span_at(text, n)))
		return 0;
	memcpy(copy, text.text, n);
	copy[n] = '\0';
	return inet_pton(AF_INET6, copy, address) == 1 ? n : 0;
}

/* "00:1a:2b:3c:4d:5e" at the start of text, a network card's; 0: none. */
static size_t mac_bytes(struct span text)
{
	static const char form[] = "hh:hh:hh:hh:hh:hh";
	const size_t n = sizeof(form) - 1;
	bool letter = false;

	for (size_t i = 0; i < n; i++) {
		char c = ascii_lower(span_at(text, i));
		bool is_hex = ascii_is_digit(c) || (c >= 'a' && c <= 'f');

		if (form[i] == 'h' ? !is_hex : c != form[i])
			return 0;
		letter |= ascii_is_letter(c);
	}
	/* Of digits alone it may be a time, with more after it a key's hash. */
	return letter && !is_word_byte(span_at(text, n)) &&
			       span_at(text, n) != ':'
		       ? n
		       : 0;
}

/*
 * "fe80::1%eth0", "[::1]:80": letters and digits one by one, what parts them by
 * its name, and what follows.
 */
static bool say_network_address(struct buf *out, const struct reading *reading,
				struct span word)
{
	bool bracket = word.text[0] == '[' || word.text[0] == '(';
	struct span rest = span_cut(word, bracket, word.len_bytes);
	size_t n = ipv6_bytes(rest);

	if (n == 0)
		n = mac_bytes(rest);
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(out, ' ');
		if (rest.text[i] == ':')
			buf_add_text(out, reading_text(reading, N_("colon")));
		else if (rest.text[i] == '.')
			buf_add_text(out, reading_text(reading, N_("dot")));
		else
			buf_add_char(out, rest.text[i]);
	}
	if (bracket && span_at(rest, n) != ' ')
		n++;
	if (n < rest.len_bytes && strchr(".,;!?)", rest.text[n]) == NULL)
		buf_add_char(out, ' ');
	word_clean(out, reading, span_cut(rest, n, rest.len_bytes));
	return true;
}

/* "2026-11-28T12:30:05Z": a date and a time, said one after the other. */
static size_t stamp_letter(struct span word)
{
	static const char form[] = "dddd-dd-ddTdd:dd";

	if (word.len_bytes < sizeof(form) - 1)
		return 0;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == 'd' ? !ascii_is_digit(word.text[i])
				   : word.text[i] != form[i])
			return 0;
	return (size_t)(strchr(form, 'T') - form);
}

static bool any_changes(const struct reading *reading, struct span word)
{
	for (size_t pos = 0; pos < word.len_bytes; pos++) {
		size_t count = digits_at(word, pos);

		if (count == 0)
			continue;
		if (group_size(reading, word, pos, count) > 0)
			return true;
		pos += count;
	}
	return false;
}

bool word_digits(struct buf *out, const struct reading *reading,
		 struct span word)
{
	SCOPED_BUF struct buf said = { 0 };

	if (say_network_address(out, reading, word))
		return true;
	if (stamp_letter(word) > 0) {
		size_t letter = stamp_letter(word);

		word_clean(out, reading, span_cut(word, 0, letter));
		buf_add_char(out, ' ');
		word_clean(out, reading,
			   span_cut(word, letter + 1, word.len_bytes));
		return true;
	}
	if (!any_changes(reading, word))
		return false;
	for (size_t pos = 0; pos < word.len_bytes;) {
		size_t count = digits_at(word, pos);

		if (count == 0) {
			buf_add_char(&said, word.text[pos++]);
			continue;
		}
		/* "v123456": a space, or the letter becomes part of it. */
		if (pos > 0 && is_word_byte(word.text[pos - 1]))
			word_gap(&said);
		add_digits(&said, reading, word, pos, count);
		pos += count;
		if (is_word_byte(span_at(word, pos)))
			word_gap(&said);
	}
	word_clean_without(out, reading, WORDING_NUMBERS | WORDING_HASHES,
			   span_of(said.data, said.len_bytes));
	return true;
}
