/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Dialogues in, phrases out, as tables: with each wording rule and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/text.h"
#include "speakd/words/speaker.h"
#include "speakd/words/wording.h"

#define X100                                                                   \
	"xxxx yyyy xxxx yyyy xxxx yyyy xxxx yyyy xxxx yyyy "                   \
	"xxxx yyyy xxxx yyyy xxxx yyyy xxxx yyyy xxxx yyyy "

static struct {
	struct buf text; /* of all phrases, "|" after each; "!command|" */
	enum priority priority;
	enum cue cue;
	int pitch;
	char voice[32];
} heard;

static void hear(struct outcome take_outcome, void *data)
{
	struct phrase *take_phrase = take_outcome.phrase;

	if (take_phrase == NULL) {
		buf_addf(&heard.text, "!%s|", take_outcome.command);
		return;
	}

	(void)data;
	buf_addf(&heard.text, "%s|", take_phrase->text);
	heard.priority = take_phrase->priority;
	heard.cue = take_phrase->cue;
	heard.pitch = take_phrase->manner.pitch;
	snprintf(heard.voice, sizeof(heard.voice), "%s",
		 take_phrase->voice != NULL ? take_phrase->voice : "");
	phrase_free(take_phrase);
}

struct step {
	enum message_kind kind;
	const char *nick, *text, *said;
	int priority; /* enum priority */
	const char *channel;
	uint64_t now_ms;
};

static struct span span(const char *text)
{
	return text != NULL ? span_of(text, strlen(text)) : span_of("", 0);
}

static struct wording_config config(unsigned without)
{
	return (struct wording_config){
		.rules = WORDING_ALL & ~without,
		.events = (1U << KIND_COUNT) - 1,
		.voice = "en-us",
		.nick = "me",
	};
}

static void step(struct wording *wording, const struct step *step,
		 struct rules *rules)
{
	struct message message = {
		.kind = step->kind,
		.time = span(NULL),
		.channel = span(step->channel),
		.nick = span(step->nick),
		.target = span("dave"),
		.text = span(step->text),
	};

	buf_clear(&heard.text);
	wording_message(wording, &message, message.text, false, rules, NULL,
			step->now_ms, hear, NULL);
}

static void play(const struct step *steps, size_t count, unsigned without)
{
	struct wording_config c = config(without);
	struct wording *wording = wording_new(&c);

	for (size_t i = 0; i < count; i++) {
		step(wording, &steps[i], NULL);
		assert_string_equal(buf_text(&heard.text), steps[i].said);
		if (steps[i].said[0] != '\0')
			assert_int_equal(heard.priority, steps[i].priority);
	}
	wording_free(wording);
}

#define PLAY(steps, without) play(steps, COUNT_OF(steps), without)

enum { LOW = PRIORITY_LOW, NORMAL = PRIORITY_NORMAL, HIGH = PRIORITY_HIGH };

/* clang-format off */
static void test_speakers(void **state)
{
	static const struct step on[] = {
		{ KIND_MESSAGE, "carol", "hello", "carol: hello|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "Carol", "again", "again|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "bob", "hi", "bob: hi|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "bob", " ", "", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "bob", "?", "question mark|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "bob", "...", "dots|", NORMAL, 0, 0 },
		{ KIND_ACTION, "bob", "waves", "bob waves|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "bob", "so", "so|", NORMAL, 0, 0 },
		{ KIND_NICK, "bob", "bobby", "bob is now bobby|", LOW, 0, 0 },
		{ KIND_MESSAGE, "bobby", "me too?", "highlight: me too?|", HIGH, 0, 0 },
		{ KIND_JOIN, "eve", "", "eve joins|", LOW, 0, 0 },
		{ KIND_MESSAGE, "bobby", "x", "bobby: x|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "", "plain", "plain|", NORMAL, 0, 0 },
	};
	static const struct step off[] = {
		{ KIND_MESSAGE, "carol", "hello", "carol: hello|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "carol", "again", "carol: again|", NORMAL, 0, 0 },
		{ KIND_ACTION, "carol", "waves", "carol: waves|", NORMAL, 0, 0 },
	};

	(void)state;
	PLAY(on, 0);
	PLAY(off, WORDING_NICK | WORDING_ACTIONS);
}

static void test_kinds(void **state)
{
	static const struct step steps[] = {
		{ KIND_NOTICE, "bob", "hi", "notice from bob: hi|", NORMAL, 0, 0 },
		{ KIND_PART, "bob", "bye", "bob leaves: bye|", LOW, 0, 0 },
		{ KIND_PART, "bob", "", "bob leaves|", LOW, 0, 0 },
		{ KIND_QUIT, "bob", "gone", "bob quits: gone|", LOW, 0, 0 },
		{ KIND_MODE, "alice", "+o bob", "mode +o bob by alice|", LOW, 0, 0 },
		{ KIND_TOPIC, "alice", "new", "alice changes the topic to: new|", NORMAL, 0, 0 },
		{ KIND_KICK, "alice", "spam", "alice kicks dave: spam|", NORMAL, 0, 0 },
		{ KIND_NUMERIC, "", "Welcome", "Welcome|", LOW, 0, 0 },
		{ KIND_PRIVATE, "eve", "psst", "highlight: private from eve: psst|", HIGH, 0, 0 },
		{ KIND_OWN, "", "yes", "you: yes|", HIGH, 0, 0 },
		{ KIND_STATE, "libera", "libera lost", "libera lost|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "me", "mine", "you: mine|", HIGH, 0, 0 },
		{ KIND_OTHER, "", "log opened", "log opened|", LOW, 0, 0 },
	};
	static const struct step off[] = {
		{ KIND_PRIVATE, "eve", "psst me", "private from eve: psst me|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "me", "mine", "me: mine|", NORMAL, 0, 0 },
	};

	(void)state;
	PLAY(steps, 0);
	PLAY(off, WORDING_HIGHLIGHT);
}

static void test_meeting(void **state)
{
	static const struct step on[] = {
		{ KIND_MESSAGE, "alice", "#startmeeting Weekly", "meeting starts: Weekly|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "alice", "[TOPIC] The plan", "topic: The plan|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "MootBot", "New Topic:  The plan ", "MootBot: topic noted|", LOW, 0, 0 },
		{ KIND_TOPIC, "MootBot", "Meeting | The plan", "topic changed|", LOW, 0, 0 },
		{ KIND_MESSAGE, "alice", "#action bob to go", "action: bob to go|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "alice", "[agreed] yes", "agreed: yes|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "MootBot", "AGREED received:  yes", "MootBot: agreed noted|", LOW, 0, 0 },
		{ KIND_MESSAGE, "MootBot", "AGREED received:  other", "agreed: other|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "alice", "#accepted x", "accepted: x|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "alice", "#rejected x", "rejected: x|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "alice", "#link http://a.b/c", "link to a.b|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "#idea x", "idea: x|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "[VOTE] go?", "vote: go?|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "carol", "+1", "carol votes plus one|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "carol", "#vote -1", "carol votes minus one|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "MootBot", "+1 received from carol. 1 for", "MootBot: 1 for|", LOW, 0, 0 },
		{ KIND_MESSAGE, "alice", "#endvote", "vote ends|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "alice", "#ubuntu-kernel", "alice: #ubuntu-kernel|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "!topic next", "topic: next|", HIGH, 0, 0 },
		{ KIND_MESSAGE, "alice", "!help", "!help|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "!info it is decided", "info: it is decided|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "!info", "!info|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "#", "hash|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "#endmeeting", "meeting ends|", HIGH, 0, 0 },
	};
	static const struct step off[] = {
		{ KIND_MESSAGE, "alice", "#topic x", "alice: #topic x|", NORMAL, 0, 0 },
		{ KIND_MESSAGE, "alice", "+1", "plus one|", NORMAL, 0, 0 },
	};

	(void)state;
	PLAY(on, 0);
	PLAY(off, WORDING_MEETING);
}

static void test_channels(void **state)
{
	static const struct step on[] = {
		{ KIND_MESSAGE, "carol", "a", "carol: a|", NORMAL, "#one", 0 },
		{ KIND_MESSAGE, "carol", "b", "in two: carol: b|", NORMAL, "#two", 0 },
		{ KIND_MESSAGE, "carol", "c", "c|", NORMAL, "#TWO", 0 },
	};
	static const struct step off[] = {
		{ KIND_MESSAGE, "carol", "a", "carol: a|", NORMAL, "#one", 0 },
		{ KIND_MESSAGE, "carol", "b", "carol: b|", NORMAL, "#two", 0 },
	};

	(void)state;
	PLAY(on, 0);
	PLAY(off, WORDING_CHANNEL);
}

static void test_pastes(void **state)
{
	static const struct step on[] = {
		{ KIND_MESSAGE, "carol", "a", "carol: a|", NORMAL, 0, 1000 },
		{ KIND_MESSAGE, "carol", "b", "b|", NORMAL, 0, 2000 },
		{ KIND_MESSAGE, "carol", "c", "c|", NORMAL, 0, 3000 },
		{ KIND_MESSAGE, "carol", "d", "carol pastes: d|", LOW, 0, 4000 },
		{ KIND_MESSAGE, "carol", "e", "e|", LOW, 0, 6000 },
		{ KIND_MESSAGE, "bob", "f", "end of paste, 5 lines|bob: f|", NORMAL, 0, 6001 },
		{ KIND_MESSAGE, "bob", "g", "g|", NORMAL, 0, 7002 },
		{ KIND_MESSAGE, "bob", "h", "h|", NORMAL, 0, 7003 },
		{ KIND_MESSAGE, "bob", "i", "i|", NORMAL, 0, 7004 },
		{ KIND_MESSAGE, "bob", "j", "bob pastes: j|", LOW, 0, 7005 },
		{ KIND_MESSAGE, "bob", "k", "end of paste, 4 lines|bob: k|", NORMAL, 0, 9006 },
	};
	static const struct step off[] = {
		{ KIND_MESSAGE, "carol", "a", "carol: a|", NORMAL, 0, 1 },
		{ KIND_MESSAGE, "carol", "b", "b|", NORMAL, 0, 2 },
		{ KIND_MESSAGE, "carol", "c", "c|", NORMAL, 0, 3 },
		{ KIND_MESSAGE, "carol", "d", "d|", NORMAL, 0, 4 },
		{ KIND_MESSAGE, "bob", "e", "bob: e|", NORMAL, 0, 5 },
	};

	(void)state;
	PLAY(on, 0);
	PLAY(off, WORDING_PASTES);
}
/* clang-format on */

static void test_voices(void **state)
{
	static const struct step carol = {
		KIND_MESSAGE, "carol", "a", "", 0, 0, 0
	};
	struct wording_config c = config(0);
	struct wording *wording = wording_new(&c);
	struct speaker_voice own = speaker_voice(NULL, span("CAROL"));
	char want[32];

	(void)state;
	snprintf(want, sizeof(want), "en-us+%s", own.variant);
	step(wording, &carol, NULL);
	assert_string_equal(heard.voice, want);
	assert_int_equal(heard.pitch, own.pitch);
	assert_in_range(own.pitch, SPEAKER_PITCH_MIN, SPEAKER_PITCH_MAX);
	c.rules &= ~(unsigned)WORDING_VOICES;
	step(wording, &carol, NULL);
	assert_string_equal(heard.voice, "");
	assert_int_equal(heard.pitch, PHRASE_DEFAULT);
	wording_free(wording);
}

static void test_highlight_words(void **state)
{
	(void)state;
	assert_true(speaker_named(span("hi ME!"), span("me")));
	assert_true(speaker_named(span("me: x"), span("me")));
	assert_false(speaker_named(span("some me_ me| mean"), span("me")));
	assert_true(speaker_named(span("hi \u00c4rger"), span("\u00e4rger")));
}

static void test_cue_and_rules(void **state)
{
	static const struct step to_me = {
		KIND_MESSAGE, "bob", "hi me", "", 0, 0, 0
	};
	struct wording_config c = config(0);
	struct wording *wording = wording_new(&c);
	struct rules *rules = rules_new();
	struct err e;

	(void)state;
	c.highlight_sound = true;
	step(wording, &to_me, NULL);
	assert_string_equal(buf_text(&heard.text), "bob: hi me|");
	assert_int_equal(heard.cue, CUE_HIGHLIGHT);
	assert_int_equal(
		rules_set(rules, "r", "say-as", "<$nick> ${text}$$", &e), 0);
	assert_int_equal(rules_set(rules, "r", "priority", "low", &e), 0);
	assert_int_equal(rules_set(rules, "r", "voice", "de", &e), 0);
	step(wording, &to_me, rules);
	assert_string_equal(buf_text(&heard.text), "<bob> hi me$|");
	assert_int_equal(heard.priority, PRIORITY_LOW);
	assert_string_equal(heard.voice, "de");
	/* A command comes before the words, and with no words too. */
	assert_int_equal(rules_set(rules, "r", "run", "beep", &e), 0);
	step(wording, &to_me, rules);
	assert_string_equal(buf_text(&heard.text), "!beep|<bob> hi me$|");
	assert_int_equal(rules_set(rules, "r", "drop", "yes", &e), 0);
	step(wording, &to_me, rules);
	assert_string_equal(buf_text(&heard.text), "!beep|");
	c.events = 1U << KIND_JOIN;
	step(wording, &to_me, NULL);
	assert_string_equal(buf_text(&heard.text), "");
	rules_free(rules);
	wording_free(wording);
}

static void say_long(struct wording *wording, size_t bytes, bool cut)
{
	SCOPED_BUF struct buf text = { 0 };
	struct message message = { .kind = KIND_MESSAGE };

	while (text.len_bytes < bytes)
		buf_add_text(&text, X100);
	buf_cut(&text, bytes - 1);
	buf_add_char(&text, 'y');
	message.text = span_of(text.data, text.len_bytes);
	buf_clear(&heard.text);
	wording_message(wording, &message, message.text, cut, NULL, NULL, 0,
			hear, NULL);
}

static bool ends_with(const struct buf *buf, const char *end)
{
	size_t n = strlen(end);

	return buf->len_bytes >= n &&
	       memcmp(buf->data + buf->len_bytes - n, end, n) == 0;
}

static void test_limit(void **state)
{
	struct wording_config c = config(0);
	struct wording *wording = wording_new(&c);

	(void)state;
	say_long(wording, PHRASE_MAX_BYTES - 1, false);
	say_long(wording, PHRASE_MAX_BYTES, false);
	assert_true(ends_with(&heard.text, "y|"));
	assert_int_equal(wording_cuts(wording), 0);
	say_long(wording, PHRASE_MAX_BYTES + 1, false);
	assert_true(ends_with(&heard.text, "xxxx and more|"));
	assert_int_equal(wording_cuts(wording), 1);
	say_long(wording, 4 * PHRASE_MAX_BYTES, true);
	assert_true(ends_with(&heard.text, " and more line cut|"));
	assert_true(heard.text.len_bytes <= PHRASE_MAX_BYTES + 1);
	say_long(wording, 6, true);
	assert_string_equal(buf_text(&heard.text), "xxxx y line cut|");
	wording_free(wording);
}

static void test_lists(void **state)
{
	struct err e;
	unsigned mask;

	(void)state;
	assert_int_equal(wording_parse_rules("urls, emoji", &mask, &e), 0);
	assert_int_equal(mask, WORDING_URLS | WORDING_EMOJI);
	assert_int_equal(wording_parse_rules("all", &mask, &e), 0);
	assert_int_equal(mask, WORDING_ALL);
	assert_true(wording_parse_rules("urls,nope", &mask, &e) < 0);
	assert_non_null(strstr(e.text, "unknown wording rule 'nope', expected "
				       "nick, voices, "));
	assert_int_equal(wording_parse_events("join,part", &mask, &e), 0);
	assert_int_equal(mask, 1U << KIND_JOIN | 1U << KIND_PART);
	assert_true(wording_parse_events("joins", &mask, &e) < 0);
}

static int fini(void **state)
{
	(void)state;
	buf_fini(&heard.text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_speakers),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_meeting),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_pastes),
		cmocka_unit_test(test_voices),
		cmocka_unit_test(test_highlight_words),
		cmocka_unit_test(test_cue_and_rules),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, fini);
}
