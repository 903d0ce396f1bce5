/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* speakd_ssml.c - words and marks out of a client's markup. */
#include "tests/unit/test.h"

#include <string.h>

#include "speakd/ssip/ssml.h"
#include "speakd/words/hygiene.h"

/* clang-format off */
static const struct {
	const char *ssml, *words, *marks; /* marks: "name@offset;" */
} cases[] = {
	{ "plain", "plain", "" },
	{ "<speak>hello world</speak>", "hello world", "" },
	{ "<mark name=\"a\"/>one <mark name='b'/>two<mark name=\"c\"/>",
	  "one two", "a@0;b@4;c@7;" },
	{ "hel<mark name=\"m\"/>lo", "hello", "m@3;" },
	{ "a &amp; b &lt;c&gt; &quot;&apos; &#65;&#x42;", "a & b <c> \"' AB", "" },
	{ "&bogus; &#xffffffff; & &#;", "&bogus; \xef\xbf\xbd & &#;", "" },
	{ "a < b and c > d", "a < b and c > d", "" },
	{ "<b", "<b", "" },
	{ "<!-- <mark name=\"no\"/> -->yes", "yes", "" },
	{ "<?xml version=\"1.0\"?><speak>x</speak>", "x", "" },
	{ "<sub alias=\"World Wide Web\">WWW</sub> here",
	  "World Wide Web here", "" },
	{ "<say-as interpret-as=\"characters\">abc</say-as>", "abc", "" },
	{ "<p>One</p><p>Two</p>", "One. Two.", "" },
	{ "<mark name=\"a&amp;b > c\"/>x", "x", "a&b > c@0;" },
	{ "<mark name=\"two\nlines\"/>x", "x", "two\\nlines@0;" },
	{ "<mark/>x<mark name=\"\"/>", "x", "@1;" },
	{ "<prosody rate=\"x-slow\">slow", "slow", "" },
	{ "5 &euro; caf&eacute;", "5 \xe2\x82\xac caf\xc3\xa9", "" },
	{ "<audio src=\"x.wav\"><desc>a bell</desc>ring</audio> on", "ring on",
	  "" },
	{ "<metadata><a>x</a></metadata>y", "y", "" },
	{ "<![CDATA[a < b & c]]> d", "a < b & c d", "" },
	{ "<![CDATA[a", "<![CDATA[a", "" },
	{ "<!DOCTYPE speak [<!ENTITY a \"b>c\">]><speak>&a;</speak>", "&a;", "" },
	{ "<sub alias=\"x\">a<sub alias=\"y\">b</sub>c</sub>d", "xd", "" },
	{ "one</speak></p> two", "one. two", "" },
	{ "one<break time=\"1s\"/>two <mark name=\"m\"/>", "one two", "m@7;" },
};

/* Styles as "FROM[pPAUSE][rRATE][tPITCH][gRANGE][lVOLUME][eEMPHASIS][s]VOICE;". */
static const struct {
	const char *ssml, *styles;
} sounds[] = {
	{ "plain", "" },
	{ "<speak>a</speak>", "" },
	{ "a <prosody rate=\"x-slow\">b</prosody> c", "2r60;3;" },
	{ "<prosody rate=\"slow\">a<prosody rate=\"150%\">b</prosody>c",
	  "0r80;1r120;2r80;" },
	{ "<prosody rate=\"+50%\" pitch=\"-20%\" volume=\"soft\">a", "0r150t80l65;" },
	{ "<prosody rate=\"2\">a", "0r200;" },
	{ "<prosody pitch=\"+12st\" range=\"low\">a", "0t200g50;" },
	{ "<prosody pitch=\"+20Hz\">a", "0t120;" },
	{ "<prosody volume=\"+6dB\">a", "0l200;" },
	{ "<prosody volume=\"50\">a", "0l50;" },
	{ "<prosody volume=\"silent\">a", "0l0;" },
	{ "<prosody rate=\"9999999%\">a", "0r500;" },
	{ "<prosody rate=\"-9999%\" pitch=\"inf\" volume=\"nan\">a", "" },
	{ "<prosody rate=\"fast\" pitch=\"0x10%\">a", "0r125;" },
	{ "<prosody rate=\"lots\">a", "" },
	{ "a <emphasis>b</emphasis>", "2e3;" },
	{ "a <emphasis level=\"strong\">b</emphasis> c", "2e4;3;" },
	{ "<say-as interpret-as=\"characters\">ab</say-as> c", "0s;2;" },
	{ "<say-as interpret-as=\"date\">1.2.</say-as>", "" },
	{ "a <break time=\"2s\"/>b", "2p2000;" },
	{ "a <break time=\"300ms\"/>b", "2p300;" },
	{ "a <break/>b<break strength=\"none\"/>c", "2p250;" },
	{ "a <break time=\"600s\"/>b", "2p10000;" },
	{ "a <break time=\"1s\"/><break time=\"1s\"/>b", "2p2000;" },
	{ "a <break time=\"1s\"/><prosody rate=\"fast\">b", "2p1000r125;" },
	{ "<voice name=\"German+Annie\">a</voice>", "0German+Annie;" },
	{ "<voice gender=\"female\">a</voice> b", "0+f2;1;" },
	{ "<lang xml:lang=\"de_DE\">a</lang> b", "0de-DE;1;" },
	{ "<speak xml:lang=\"fr\">a</speak>", "0fr;" },
	{ "<voice name=\"0123456789012345678901234567890123456789012345678\">a",
	  "" },
	{ "<prosody rate=\"fast\"><emphasis>a</prosody> b", "0r125e3;1;" },
};
/* clang-format on */

static void add_style(struct buf *out, const struct style *style)
{
	buf_addf(out, "%u", (unsigned)style->from_bytes);
	if (style->pause_ms != 0)
		buf_addf(out, "p%u", (unsigned)style->pause_ms);
	if (style->rate_percent != 100)
		buf_addf(out, "r%u", style->rate_percent);
	if (style->pitch_percent != 100)
		buf_addf(out, "t%u", style->pitch_percent);
	if (style->range_percent != 100)
		buf_addf(out, "g%u", style->range_percent);
	if (style->volume_percent != 100)
		buf_addf(out, "l%u", style->volume_percent);
	if (style->emphasis != EMPHASIS_DEFAULT)
		buf_addf(out, "e%u", style->emphasis);
	buf_addf(out, "%s%s;", style->spelled ? "s" : "", style->voice);
}

static void test_sounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(sounds); i++) {
		SCOPED_BUF struct buf styles = { 0 };
		struct ssml ssml = { 0 };

		ssml_read(&ssml, sounds[i].ssml, strlen(sounds[i].ssml), NULL,
			  NULL);
		for (size_t k = 0; k < ssml.styles.count; k++)
			add_style(&styles, &ssml.styles.list[k]);
		assert_string_equal(buf_text(&styles), sounds[i].styles);
		ssml_fini(&ssml);
	}
}

/* Beyond it elements are passed by, and close again in step. */
static void test_depth(void **state)
{
	(void)state;
	for (size_t depth = SSML_DEPTH_MAX - 1; depth <= SSML_DEPTH_MAX + 1;
	     depth++) {
		SCOPED_BUF struct buf text = { 0 };
		struct ssml ssml = { 0 };

		for (size_t i = 0; i < depth - 1; i++)
			buf_add_text(&text, "<p>");
		buf_add_text(&text, "<prosody rate=\"fast\">a</prosody>");
		for (size_t i = 0; i < depth - 1; i++)
			buf_add_text(&text, "</p>");
		buf_add_text(&text, "b");
		ssml_read(&ssml, text.data, text.len_bytes, NULL, NULL);
		assert_int_equal(ssml.styles.count,
				 depth <= SSML_DEPTH_MAX ? 2 : 0);
		ssml_fini(&ssml);
	}
}

/* A minute is the longest that a message is silent. */
static void test_many_pauses(void **state)
{
	SCOPED_BUF struct buf text = { 0 };
	struct ssml ssml = { 0 };
	unsigned all_ms = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		buf_add_text(&text, "a <break time=\"999s\"/>");
	ssml_read(&ssml, text.data, text.len_bytes, NULL, NULL);
	for (size_t i = 0; i < ssml.styles.count; i++)
		all_ms += ssml.styles.list[i].pause_ms;
	assert_int_equal(all_ms, SSML_PAUSES_MAX_MS);
	ssml_fini(&ssml);
}

/* Parts of a text that is too long, or of too many styles. */
static void test_part(void **state)
{
	struct styles all = { 0 }, part;
	size_t len_bytes = 10;

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		struct style style = style_plain(i * 2);

		style.rate_percent = (uint16_t)(101 + i);
		style.pause_ms = 5;
		styles_add(&all, &style);
	}
	part = styles_part(&all, 5, &len_bytes, 128);
	assert_int_equal(len_bytes, 10);
	assert_int_equal(part.count, 6);
	assert_int_equal(part.list[0].from_bytes, 0);
	assert_int_equal(part.list[0].rate_percent, 103);
	assert_int_equal(part.list[0].pause_ms, 0);
	assert_int_equal(part.list[1].from_bytes, 1);
	assert_int_equal(part.list[1].pause_ms, 5);
	styles_fini(&part);
	part = styles_part(&all, 4, &len_bytes, 3);
	assert_int_equal(len_bytes, 6);
	assert_int_equal(part.count, 3);
	assert_int_equal(part.list[0].pause_ms, 5);
	styles_fini(&part);
	styles_fini(&all);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf marks = { 0 };
		struct ssml ssml = { 0 };

		ssml_read(&ssml, cases[i].ssml, strlen(cases[i].ssml), NULL,
			  NULL);
		for (size_t k = 0; k < ssml.mark_count; k++)
			buf_addf(&marks, "%s@%zu;", ssml.marks[k].name,
				 ssml.marks[k].offset_bytes);
		assert_string_equal(buf_text(&ssml.text), cases[i].words);
		assert_string_equal(buf_text(&marks), cases[i].marks);
		ssml_fini(&ssml);
	}
}

/* Marks in every second letter must not smuggle a deadly run through. */
static void test_marks_in_a_deadly_word(void **state)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_BUF struct buf clean = { 0 };
	struct ssml ssml = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_add_text(&text, "s'<mark name=\"m\"/>");
	ssml_read(&ssml, text.data, text.len_bytes, NULL, NULL);
	assert_int_equal(ssml.mark_count, 100);
	hygiene_clean(&clean, buf_text(&ssml.text), ssml.text.len_bytes);
	assert_string_equal(buf_text(&ssml.text), buf_text(&clean));
	assert_true(strcspn(ssml.text.data, " ") <= HYGIENE_RUN_BYTES);
	for (size_t i = 0; i < ssml.mark_count; i++)
		assert_true(ssml.marks[i].offset_bytes <= ssml.text.len_bytes);
	ssml_fini(&ssml);
}

static void test_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 2; more++) {
		SCOPED_BUF struct buf text = { 0 };
		struct ssml ssml = { 0 };
		size_t want = SSML_MARKS_MAX - 1 + more;

		for (size_t i = 0; i < want; i++)
			buf_add_text(&text, "<mark name=\"m\"/>");
		ssml_read(&ssml, text.data, text.len_bytes, NULL, NULL);
		assert_int_equal(ssml.mark_count,
				 min_size(want, SSML_MARKS_MAX));
		ssml_fini(&ssml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_sounds),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_many_pauses),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_marks_in_a_deadly_word),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
