/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* workspace_debian.c - names of suites and packages, and sources.list(5). */
#include <string.h>

#include "core/mem.h"
#include "workspace/image/debian.h"
#include "workspace/image/apt_sources.h"
#include "tests/unit/test.h"

static void test_names(void **state)
{
	/* clang-format off */
	static const struct {
		const char *spec;
		bool good;
	} cases[] = {
		{ "bookworm", true },
		{ "rc-buggy", true },
		{ "bookworm+systemd-sysv", true },
		{ "sid+g++,libc6,libstdc++6,python3.11", true },
		{ "", false }, { "-x", false }, { "../x", false },
		{ "a b", false }, { ".", false }, { "1", false },
		{ "a/b", false }, { "a=b", false }, { "a\nb", false },
		{ "\xc3\xa4", false }, { "a;b", false }, { "$x", false },
		{ "a,b", false },
		{ "a+", false }, { "a+,", false }, { "a+bb,", false },
		{ "a+,bb", false }, { "a+b", false }, { "a+-bb", false },
		{ "a++bb", false }, { "a+bb-", false }, { "a+b b", false },
		{ "a+bb=1", false }, { "a+bb/sid", false },
		{ "a+./bb", false }, { "a+?bb", false }, { "a+~bb", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		int rc = debian_check(cases[i].spec, &e);

		if ((rc == 0) != cases[i].good)
			fail_msg("'%s': %d", cases[i].spec, rc);
		assert_int_equal(e.usage, !cases[i].good);
	}
}

static void test_length(void **state)
{
	char spec[DEBIAN_SPEC_MAX_BYTES + 2] = "sid+";

	(void)state;
	for (int over = -1; over <= 1; over++) {
		size_t len = (size_t)(DEBIAN_SPEC_MAX_BYTES + over);

		memset(spec + 4, 'a', len - 4);
		spec[len] = '\0';
		assert_int_equal(debian_check(spec, NULL),
				 over <= 0 ? 0 : -EINVAL);
	}
}

static const char list[] =
	"# deb http://comment.example/debian bookworm main\n"
	"deb-src http://src.example/debian bookworm main\n"
	"deb http://nonfree.example/debian bookworm non-free # main\n"
	"deb cdrom:[Debian]/ bookworm main\n"
	"deb [signed-by=/usr/share/keyrings/other.gpg] http://other.example/x "
	"bookworm main\n"
	"deb http://user:secret@private.example/debian bookworm main\n"
	"deb\n"
	"deb [\n"
	"deb http://flat.example/ ./\n"
	"deb http://sec.example/debian-security bookworm-security main\n"
	"  deb [ arch=amd64 signed-by=/usr/share/keyrings/debian-archive-"
	"keyring.gpg ] https://one.example/debian bookworm contrib main\r\n"
	"deb http://two.example/debian trixie main";

static const char deb822[] =
	"Types: deb\n"
	"URIs: http://off.example/debian\n"
	"Suites: bookworm\n"
	"Components: main\n"
	"Enabled: no\n"
	"\n"
	"Types: deb\n"
	"URIs: http://inline.example/debian\n"
	"Suites: bookworm\n"
	"Components: main\n"
	"Signed-By:\n"
	" -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
	" .\n"
	"  abc\n"
	"\n"
	"types: deb-src deb\n"
	"# a comment in between\n"
	"uris:\n"
	" ftp://no.example/debian\n"
	"\thttp://one.example/debian  http://never.example/debian\n"
	"SUITES: bookworm bookworm-updates\n"
	"Components: non-free\n"
	" main\n"
	"X-Unknown: Types\n"
	" deb\n"
	"Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg \n"
	" \n"
	"Types: deb\n"
	"URIs: http://sec.example/debian-security\n"
	"Suites: bookworm-security\n"
	"Components: main";

static void test_sources(void **state)
{
	static const char keyring[] =
		"/usr/share/keyrings/debian-archive-keyring.gpg";
	/* clang-format off */
	static const struct {
		const char *text;
		bool deb822;
		const char *suite, *uri, *keyring;
	} cases[] = {
		{ list, false, "bookworm", "https://one.example/debian",
		  keyring },
		{ list, false, "trixie", "http://two.example/debian", NULL },
		{ list, false, "bookworm-security",
		  "http://sec.example/debian-security", NULL },
		{ list, false, NULL, "https://one.example/debian", keyring },
		{ list, false, "book", NULL, NULL },
		{ list, true, "bookworm", NULL, NULL },
		{ deb822, true, "bookworm", "http://one.example/debian",
		  keyring },
		{ deb822, true, "bookworm-updates",
		  "http://one.example/debian", keyring },
		{ deb822, true, "bookworm-security",
		  "http://sec.example/debian-security", NULL },
		{ deb822, true, NULL, "http://one.example/debian", keyring },
		{ deb822, true, "sid", NULL, NULL },
		{ deb822, false, "bookworm", NULL, NULL },
		{ "", false, NULL, NULL, NULL },
		{ "", true, NULL, NULL, NULL },
		{ "\n\n \n:\n x\n", true, NULL, NULL, NULL },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_APT_SOURCE struct apt_source source = { 0 };
		bool found = apt_sources_find(cases[i].text, cases[i].deb822,
					      cases[i].suite, &source);

		if (found != (cases[i].uri != NULL))
			fail_msg("case %zu: %d", i, found);
		if (!found)
			continue;
		assert_string_equal(source.uri, cases[i].uri);
		if (cases[i].keyring == NULL)
			assert_null(source.keyring);
		else
			assert_string_equal(source.keyring, cases[i].keyring);
	}
}

/* Whatever is cut off, nothing breaks, and nothing else is found. */
static void test_every_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(list) - 1; len++) {
		SCOPED_TEXT char *cut = mem_text(list, len);
		SCOPED_APT_SOURCE struct apt_source source = { 0 };

		if (apt_sources_find(cut, false, "bookworm", &source))
			assert_string_equal(source.uri,
					    "https://one.example/debian");
	}
	for (size_t len = 0; len < sizeof(deb822) - 1; len++) {
		SCOPED_TEXT char *cut = mem_text(deb822, len);
		SCOPED_APT_SOURCE struct apt_source source = { 0 };

		(void)apt_sources_find(cut, true, "bookworm", &source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
