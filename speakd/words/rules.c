/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/rules.h"

#include "core/mem.h"
#include "core/text.h"
#include "speakd/words/rule.h"

struct rules {
	struct rule *list; /* owned */
	size_t count;
	uint64_t limit_hits;
	struct rules *then; /* borrowed; NULL: the last */
};

struct rules *rules_new(void)
{
	return mem_new(sizeof(struct rules));
}

/* A rule without conditions and effects. */
static void rule_init(struct rule *ret)
{
	*ret = (struct rule){
		.pitch = PHRASE_DEFAULT,
		.rate_wpm = PHRASE_DEFAULT,
		.volume_percent = PHRASE_DEFAULT,
		.priority = -1,
		.cue = -1,
		.punctuation = -1,
		.digits = -1,
	};
}

static void rule_fini(struct rule *rule)
{
	pattern_free(rule->text);
	pattern_free(rule->line);
	pattern_free(rule->either);
	pattern_free(rule->nick);
	pattern_free(rule->channel);
	free(rule->name);
	free(rule->ignored_nick);
	free(rule->text_re);
	free(rule->replace);
	free(rule->say_as);
	free(rule->voice);
	free(rule->run);
	free(rule->sound);
}

void rules_free(struct rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++)
		rule_fini(&rules->list[i]);
	free(rules->list);
	free(rules);
}

/* Room for one more rule, empty; it counts from now on. */
static struct rule *add(struct rules *rules, struct err *e)
{
	struct rule *rule;

	if (rules->count >= RULES_MAX) {
		err_usage(e, "more than %d rules", RULES_MAX);
		return NULL;
	}
	rules->list = mem_resize(rules->list, rules->count + 1, sizeof(*rule));
	rule = &rules->list[rules->count++];
	rule_init(rule);
	return rule;
}

static struct rule *add_either(struct rules *rules, const char *re,
			       struct err *e)
{
	struct pattern *pattern = pattern_new(re, e);
	struct rule *rule;

	if (pattern == NULL)
		return NULL;
	rule = add(rules, e);
	if (rule == NULL)
		pattern_free(pattern);
	else
		rule->either = pattern;
	return rule;
}

int rules_add_drop(struct rules *rules, const char *re, struct err *e)
{
	struct rule *rule = add_either(rules, re, e);

	if (rule == NULL)
		return -EINVAL;
	rule->drop = true;
	return 0;
}

int rules_add_keep(struct rules *rules, const char *re, struct err *e)
{
	struct rule *rule = add_either(rules, re, e);

	if (rule == NULL)
		return -EINVAL;
	rule->keep = true;
	return 0;
}

static bool may_be_slash(char c)
{
	return c > ' ' && c <= '~' && c != '\\' && !(c >= '0' && c <= '9') &&
	       !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
}

/* The part up to the next slash, moved over; NULL when none follows. */
static char *next_part(const char **rest, char slash)
{
	SCOPED_BUF struct buf part = { 0 };

	for (const char *p = *rest; *p != '\0'; p++) {
		if (*p == slash) {
			*rest = p + 1;
			return buf_give(&part);
		}
		if (*p == '\\' && p[1] == slash)
			p++;
		else if (*p == '\\' && p[1] != '\0')
			buf_add_char(&part, *p++);
		buf_add_char(&part, *p);
	}
	return NULL;
}

static int add_replace(struct rules *rules, const char *re, const char *text,
		       struct err *e)
{
	struct rule made;
	struct rule *rule;
	int rc;

	rule_init(&made);
	rc = rule_set(&made, "text", re, e);
	if (rc == 0)
		rc = rule_set(&made, "replace", text, e);
	if (rc == 0)
		rc = rule_check(&made, e);
	rule = rc == 0 ? add(rules, e) : NULL;
	if (rule == NULL) {
		rule_fini(&made);
		return -EINVAL;
	}
	*rule = made;
	return 0;
}

int rules_add_replace(struct rules *rules, const char *slashed, struct err *e)
{
	const char *rest = slashed + 1;
	SCOPED_TEXT char *re = NULL;
	SCOPED_TEXT char *text = NULL;
	SCOPED_TEXT char *caseless = NULL;

	if (may_be_slash(slashed[0]))
		re = next_part(&rest, slashed[0]);
	if (re != NULL)
		text = next_part(&rest, slashed[0]);
	if (text == NULL || (rest[0] != '\0' && strcmp(rest, "i") != 0))
		return err_usage(e, "'%s' is not /RE/TEXT/ or /RE/TEXT/i",
				 slashed);
	caseless = mem_printf("%s%s", rest[0] == 'i' ? "(?i)" : "", re);
	return add_replace(rules, caseless, text, e);
}

int rules_add_ignore(struct rules *rules, const char *nick, struct err *e)
{
	SCOPED_BUF struct buf folded = { 0 };
	struct rule *rule;

	if (nick[0] == '\0' || !text_is_utf8(nick, strlen(nick)))
		return err_usage(e, "'%s' is not a nick", nick);
	rule = add(rules, e);
	if (rule == NULL)
		return -EINVAL;
	text_fold(&folded, nick, strlen(nick));
	rule->ignored_nick = buf_give(&folded);
	rule->drop = true;
	return 0;
}

int rules_set(struct rules *rules, const char *name, const char *key,
	      const char *value, struct err *e)
{
	struct rule *rule = NULL;

	for (size_t i = 0; i < rules->count && rule == NULL; i++)
		if (rules->list[i].name != NULL &&
		    strcmp(rules->list[i].name, name) == 0)
			rule = &rules->list[i];
	if (rule == NULL) {
		rule = add(rules, e);
		if (rule == NULL)
			return -EINVAL;
		rule->name = mem_copy(name);
	}
	return rule_set(rule, key, value, e);
}

int rules_check(const struct rules *rules, struct err *e)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		if (rule->name != NULL && rule_check(rule, e) < 0)
			return err_wrap(e, "rule %s", rule->name);
	}
	return 0;
}

static bool found(struct rules *rules, const struct pattern *pattern,
		  struct span span)
{
	enum pattern_result result;

	result = pattern_match(pattern, span.text != NULL ? span.text : "",
			       span.len_bytes);
	rules->limit_hits += result == PATTERN_LIMIT;
	return result == PATTERN_YES;
}

/* Wildcards over code points: "*" is tried short first, the last one wins. */
static bool glob(const char *pattern, const char *text, size_t len_bytes)
{
	const char *star = NULL;
	size_t pos = 0, retry = 0;

	while (pos < len_bytes) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = pos;
		} else if (*pattern == '?') {
			(void)text_next(text, len_bytes, &pos);
			pattern++;
		} else if (*pattern != '\0' && *pattern == text[pos]) {
			pattern++;
			pos++;
		} else if (star != NULL) {
			(void)text_next(text, len_bytes, &retry);
			pos = retry;
			pattern = star;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool is_ignored(const char *pattern, struct span nick)
{
	SCOPED_BUF struct buf folded = { 0 };

	if (nick.len_bytes == 0)
		return false;
	text_fold(&folded, nick.text, nick.len_bytes);
	return glob(pattern, buf_text(&folded), folded.len_bytes);
}

/* "#c", "c", and where the line names its network "libera/#c". */
static bool is_channel(struct rules *rules, const struct pattern *pattern,
		       const struct message *message)
{
	struct span channel = message->channel;
	SCOPED_BUF struct buf place = { 0 };

	if (found(rules, pattern, channel))
		return true;
	if (message->network.len_bytes > 0) {
		buf_add(&place, message->network.text,
			message->network.len_bytes);
		buf_add_char(&place, '/');
		buf_add(&place, channel.text, channel.len_bytes);
		if (found(rules, pattern,
			  span_of(buf_text(&place), place.len_bytes)))
			return true;
	}
	if (channel.len_bytes == 0 || channel.text[0] != '#')
		return false;
	channel.text++;
	channel.len_bytes--;
	return found(rules, pattern, channel);
}

static bool matches(struct rules *rules, const struct rule *rule,
		    const struct message *message, struct span text,
		    struct span line)
{
	if (rule->kinds != 0 && (rule->kinds & (1U << message->kind)) == 0)
		return false;
	if (rule->ignored_nick != NULL &&
	    !is_ignored(rule->ignored_nick, message->nick) &&
	    !is_ignored(rule->ignored_nick, message->was))
		return false;
	if (rule->nick != NULL && !found(rules, rule->nick, message->nick) &&
	    (message->was.len_bytes == 0 ||
	     !found(rules, rule->nick, message->was)))
		return false;
	if (rule->channel != NULL && !is_channel(rules, rule->channel, message))
		return false;
	if (rule->text != NULL && !found(rules, rule->text, text))
		return false;
	if (rule->line != NULL && !found(rules, rule->line, line))
		return false;
	return rule->either == NULL || found(rules, rule->either, text) ||
	       found(rules, rule->either, line);
}

static void set_first(int *value, int to, int unset)
{
	if (*value == unset)
		*value = to;
}

static void set_first_text(const char **value, const char *to)
{
	if (*value == NULL)
		*value = to;
}

static void replace(struct rules *rules, const struct rule *rule,
		    struct span text, struct verdict *verdict)
{
	struct buf out = { 0 };
	enum pattern_result result;

	result = pattern_replace(rule->text, text.text, text.len_bytes,
				 rule->replace, &out);
	rules->limit_hits += result == PATTERN_LIMIT;
	buf_fini(&verdict->text);
	verdict->text = out;
	verdict->replaced = true;
}

static void apply(struct rules *rules, const struct rule *rule,
		  struct span text, struct verdict *verdict)
{
	set_first_text(&verdict->say_as, rule->say_as);
	set_first_text(&verdict->voice, rule->voice);
	set_first_text(&verdict->run, rule->run);
	set_first_text(&verdict->sound, rule->sound);
	set_first(&verdict->pitch, rule->pitch, PHRASE_DEFAULT);
	set_first(&verdict->rate_wpm, rule->rate_wpm, PHRASE_DEFAULT);
	set_first(&verdict->volume_percent, rule->volume_percent,
		  PHRASE_DEFAULT);
	set_first(&verdict->priority, rule->priority, -1);
	set_first(&verdict->cue, rule->cue, -1);
	set_first(&verdict->punctuation, rule->punctuation, -1);
	set_first(&verdict->digits, rule->digits, -1);
	if (rule->replace != NULL)
		replace(rules, rule, text, verdict);
}

/* Whether rules decided, in verdict->say. */
static bool judge(struct rules *rules, const struct message *message,
		  struct span line, struct verdict *verdict, bool decided)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];
		struct span text = message->text;

		if (verdict->replaced)
			text = span_of(buf_text(&verdict->text),
				       verdict->text.len_bytes);
		if (!matches(rules, rule, message, text, line))
			continue;
		apply(rules, rule, text, verdict);
		if (decided || (!rule->drop && !rule->keep))
			continue;
		verdict->say = rule->keep;
		decided = true;
	}
	return decided;
}

/* enum: what the last deciding rule of a list is. */
enum decision { DECIDES_NOT, DECIDES_DROP, DECIDES_KEEP };

static enum decision last_decision(const struct rules *rules)
{
	for (size_t i = rules != NULL ? rules->count : 0; i > 0; i--) {
		if (rules->list[i - 1].keep)
			return DECIDES_KEEP;
		if (rules->list[i - 1].drop)
			return DECIDES_DROP;
	}
	return DECIDES_NOT;
}

/* Of a chain: of the first list that decides at all. */
static enum decision last_decision_of(const struct rules *rules)
{
	enum decision last = DECIDES_NOT;

	for (; rules != NULL && last == DECIDES_NOT; rules = rules->then)
		last = last_decision(rules);
	return last;
}

void rules_chain(struct rules *rules, struct rules *keep_then)
{
	rules->then = keep_then;
}

bool rules_are_empty(const struct rules *rules)
{
	while (rules != NULL && rules->count == 0)
		rules = rules->then;
	return rules == NULL;
}

void rules_judge(struct rules *first, struct rules *second,
		 const struct message *message, struct span line,
		 struct verdict *ret)
{
	bool decided = false;
	enum decision last;

	*ret = (struct verdict){
		.say = true,
		.pitch = PHRASE_DEFAULT,
		.rate_wpm = PHRASE_DEFAULT,
		.volume_percent = PHRASE_DEFAULT,
		.priority = -1,
		.cue = -1,
		.punctuation = -1,
		.digits = -1,
	};
	if (rules_are_empty(first) && rules_are_empty(second))
		return;
	for (struct rules *r = first; r != NULL; r = r->then)
		decided = judge(r, message, line, ret, decided);
	for (struct rules *r = second; r != NULL; r = r->then)
		decided = judge(r, message, line, ret, decided);
	if (decided)
		return;
	last = last_decision_of(first);
	if (last == DECIDES_NOT)
		last = last_decision_of(second);
	ret->say = last != DECIDES_KEEP;
}

uint64_t rules_limit_hits(const struct rules *rules)
{
	return rules->limit_hits;
}
