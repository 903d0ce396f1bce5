/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/audience.h"

#include <fnmatch.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"

static char *folded(const char *text)
{
	SCOPED_BUF struct buf out = { 0 };

	text_fold(&out, text, strlen(text));
	return mem_copy(buf_text(&out));
}

void audience_fini(struct audience *audience)
{
	for (size_t i = 0; i < audience->muted_count; i++)
		free(audience->muted[i]);
	free(audience->only);
	audience->muted_count = 0;
	audience->only = NULL;
}

/* Its index; muted_count: it is not muted. name is folded. */
static size_t find(const struct audience *audience, const char *name)
{
	size_t i = 0;

	while (i < audience->muted_count &&
	       strcmp(audience->muted[i], name) != 0)
		i++;
	return i;
}

enum audience_result audience_mute(struct audience *audience, const char *nick)
{
	SCOPED_TEXT char *name = folded(nick);

	if (find(audience, name) < audience->muted_count)
		return AUDIENCE_SAME;
	if (audience->muted_count == AUDIENCE_MUTED_MAX)
		return AUDIENCE_FULL;
	audience->muted[audience->muted_count++] = text_give(&name);
	return AUDIENCE_CHANGED;
}

bool audience_unmute(struct audience *audience, const char *nick)
{
	SCOPED_TEXT char *name = folded(nick);
	size_t i = find(audience, name);

	if (i == audience->muted_count)
		return false;
	free(audience->muted[i]);
	audience->muted[i] = audience->muted[--audience->muted_count];
	return true;
}

void audience_only(struct audience *audience, const char *channel)
{
	free(audience->only);
	audience->only = channel != NULL && *channel != '\0' ? folded(channel)
							     : NULL;
}

/* By one of those from first on. */
static bool is_muted(const struct audience *audience, size_t first,
		     const struct phrase *phrase)
{
	SCOPED_TEXT char *nick = NULL;

	if (first >= audience->muted_count || phrase->nick == NULL)
		return false;
	nick = folded(phrase->nick);
	for (size_t i = first; i < audience->muted_count; i++)
		if (fnmatch(audience->muted[i], nick, FNM_NOESCAPE) == 0)
			return true;
	return false;
}

/*
 * A line without a channel is of none that could be left out; "#c" is that of
 * any network, "libera/#c" that of one.
 */
static bool is_elsewhere(const struct audience *audience,
			 const struct phrase *phrase)
{
	SCOPED_TEXT char *channel = NULL;
	const char *slash;

	if (audience->only == NULL || phrase->channel == NULL)
		return false;
	channel = folded(phrase->channel);
	slash = strpbrk(channel, "#&+!/");
	return strcmp(channel, audience->only) != 0 &&
	       (slash == NULL || *slash != '/' ||
		strcmp(slash + 1, audience->only) != 0);
}

bool audience_is_unwanted(const struct audience *audience,
			  const struct phrase *phrase)
{
	return is_muted(audience, 0, phrase) || is_elsewhere(audience, phrase);
}

bool audience_is_muted_last(const struct audience *audience,
			    const struct phrase *phrase)
{
	return audience->muted_count > 0 &&
	       is_muted(audience, audience->muted_count - 1, phrase);
}
