/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/settings_profile.h"

#include <string.h>

#include "core/mem.h"

/* Written so that each is good as it is. */
/* clang-format off */
static const struct {
	const char *profile, *key, *value;
} ours[] = {
	/* Nothing of a meeting is lost: faster when it is much, never less. */
	{ "meeting", "events", "message,action,notice,topic,private,state,kick" },
	{ "meeting", "skip-after", "0" },
	{ "meeting", "catch-up-after", "5" },
	/* At work: only what is for me, and what becomes of me. */
	{ "focus", "events", "message,action,private,state" },
	{ "focus", "only-me", "yes" },
	/* Slow and quiet, and no sounds that wake anybody. */
	{ "night", "rate", "190" },
	{ "night", "volume", "50" },
	{ "night", "highlight", "word" },
	{ "night", "events", "message,action,private,state" },
};
/* clang-format on */

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (strcmp(ours[i].profile, name) == 0)
			return true;
	return false;
}

static bool is_key(const char *key)
{
	const struct opt *opt = opts_find(&speakd_opts, key);

	if (strcmp(key, "sources") == 0 || strcmp(key, "only-me") == 0)
		return true;
	return opt != NULL && !opt->command_line_only &&
	       strcmp(key, "profile") != 0;
}

int profile_set(struct settings *s, const char *name, const char *key,
		const char *value, struct err *e)
{
	struct profile_value *v;

	if (!is_key(key))
		return err_usage(e, "unknown key '%s'", key);
	if (s->profile_value_count == SETTINGS_PROFILE_VALUES_MAX)
		return err_usage(e, "more than %d values in profiles",
				 SETTINGS_PROFILE_VALUES_MAX);
	v = &s->profile_values[s->profile_value_count++];
	v->profile = mem_copy(name);
	v->key = mem_copy(key);
	v->value = mem_copy(value);
	return 0;
}

/* ---- applying ------------------------------------------------------------ */

static bool names(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = list; *at != '\0';) {
		size_t len = strcspn(at, ", ");

		if (len == n && memcmp(at, name, n) == 0)
			return true;
		at += len;
		at += strspn(at, ", ");
	}
	return false;
}

/* Those that are not named rest until another profile is chosen. */
static void keep_sources(struct settings *s, const char *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->source_count; i++) {
		if (names(list, s->sources[i]->name))
			s->sources[kept++] = s->sources[i];
		else
			source_section_free(s->sources[i]);
	}
	s->source_count = kept;
}

/* Of what people say, what has my nick in it; all else as it is. */
static int keep_mine(struct settings *s, struct err *e)
{
	SCOPED_TEXT char *re = NULL;
	int rc;

	if (s->nick == NULL)
		return err_usage(e, "only-me needs nick");
	re = mem_printf("(?i)(?<![\\w-])\\Q%s\\E(?![\\w-])", s->nick);
	rc = rules_set(s->file_rules, "profile: to me", "text", re, e);
	if (rc == 0)
		rc = rules_set(s->file_rules, "profile: to me", "keep", "yes",
			       e);
	if (rc == 0)
		rc = rules_set(s->file_rules, "profile: others", "kind",
			       "message,action,notice", e);
	if (rc == 0)
		rc = rules_set(s->file_rules, "profile: others", "drop", "yes",
			       e);
	return rc;
}

static int apply(struct settings *s, const char *key, const char *value,
		 struct err *e)
{
	bool yes;

	if (strcmp(key, "sources") == 0) {
		keep_sources(s, value);
		return 0;
	}
	if (strcmp(key, "only-me") != 0)
		return opts_apply(&speakd_opts, s, key, value, e);
	if (opt_bool(key, value, &yes, e) < 0)
		return -EINVAL;
	s->only_me = yes;
	return 0;
}

static int unknown(const struct settings *s, const char *name, struct err *e)
{
	SCOPED_BUF struct buf all = { 0 };

	for (size_t i = 0; i < s->profile_value_count; i++)
		if (!is_ours(s->profile_values[i].profile) &&
		    (i == 0 || strcmp(s->profile_values[i].profile,
				      s->profile_values[i - 1].profile) != 0))
			buf_addf(&all, ", %s", s->profile_values[i].profile);
	return err_usage(e,
			 "unknown profile '%s', expected meeting, focus, "
			 "night%s or none",
			 name, buf_text(&all));
}

int profile_apply(struct settings *s, const char *name, struct err *e)
{
	bool found = false;
	int rc = 0;

	if (name == NULL || *name == '\0' || strcmp(name, "none") == 0)
		return 0;
	for (size_t i = 0; rc == 0 && i < COUNT_OF(ours); i++) {
		if (strcmp(ours[i].profile, name) != 0)
			continue;
		found = true;
		rc = apply(s, ours[i].key, ours[i].value, e);
	}
	for (size_t i = 0; rc == 0 && i < s->profile_value_count; i++) {
		const struct profile_value *v = &s->profile_values[i];

		if (strcmp(v->profile, name) != 0)
			continue;
		found = true;
		rc = apply(s, v->key, v->value, e);
	}
	if (rc == 0 && !found)
		return unknown(s, name, e);
	if (rc == 0 && s->only_me)
		rc = keep_mine(s, e);
	if (rc < 0)
		return err_wrap(e, "profile %s", name);
	return 0;
}
