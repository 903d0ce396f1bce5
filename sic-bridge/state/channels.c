/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/state/channels.h"

#include <string.h>

#include "core/mem.h"

struct channel *channels_find(const struct channels *channels,
			      const struct names *names, struct span name)
{
	for (size_t i = 0; i < channels->count; i++) {
		struct channel *channel = &channels->list[i];

		if (names_equal(names, name, span_of_text(channel->name)))
			return channel;
	}
	return NULL;
}

struct channel *channels_add(struct channels *channels,
			     const struct names *names, struct span name,
			     struct span key)
{
	struct channel *channel = channels_find(channels, names, name);

	if (name.len_bytes > CHANNEL_TEXT_BYTES ||
	    key.len_bytes > CHANNEL_TEXT_BYTES ||
	    (channel == NULL && channels->count == CHANNELS_MAX))
		return NULL;
	if (channel == NULL) {
		channels->list = mem_resize(channels->list, channels->count + 1,
					    sizeof(*channels->list));
		channel = &channels->list[channels->count++];
		*channel = (struct channel){
			.name = mem_text(name.text, name.len_bytes),
		};
	}
	if (key.len_bytes > 0)
		channel_set_key(channel, key);
	return channel;
}

void channel_set_key(struct channel *channel, struct span key)
{
	free(channel->key);
	channel->key = key.len_bytes > 0 && key.len_bytes <= CHANNEL_TEXT_BYTES
			       ? mem_text(key.text, key.len_bytes)
			       : NULL;
}

void channel_set_topic(struct channel *channel, struct span topic)
{
	free(channel->topic);
	channel->topic = topic.len_bytes > 0
				 ? mem_text(topic.text, topic.len_bytes)
				 : NULL;
}

static void channel_fini(struct channel *channel)
{
	free(channel->name);
	free(channel->key);
	free(channel->topic);
}

void channels_remove(struct channels *channels, const struct names *names,
		     struct span name)
{
	struct channel *channel = channels_find(channels, names, name);

	if (channel == NULL)
		return;
	channel_fini(channel);
	*channel = channels->list[--channels->count];
}

void channels_rename(struct channels *channels, const struct names *names,
		     struct span name, struct span now)
{
	struct channel *channel = channels_find(channels, names, name);

	if (channel == NULL || now.len_bytes > CHANNEL_TEXT_BYTES)
		return;
	if (channels_find(channels, names, now) != NULL) {
		channels_remove(channels, names, name);
		return;
	}
	free(channel->name);
	channel->name = mem_text(now.text, now.len_bytes);
}

/* "JOIN #a,#b key" for the channels from *next on that fit and are alike. */
static void join_line(const struct channels *channels, unsigned states,
		      bool keyed, size_t *next, size_t max_bytes,
		      struct buf *out)
{
	SCOPED_BUF struct buf names = { 0 };
	SCOPED_BUF struct buf keys = { 0 };

	for (; *next < channels->count; ++*next) {
		const struct channel *c = &channels->list[*next];
		size_t need = strlen("JOIN ") + names.len_bytes +
			      keys.len_bytes + strlen(c->name) + 3;

		if ((c->key != NULL) != keyed || (states & 1U << c->state) == 0)
			continue;
		need += c->key != NULL ? strlen(c->key) : 0;
		if (names.len_bytes > 0 && need > max_bytes)
			break;
		buf_addf(&names, "%s%s", names.len_bytes > 0 ? "," : "",
			 c->name);
		if (keyed)
			buf_addf(&keys, "%s%s", keys.len_bytes > 0 ? "," : "",
				 c->key);
	}
	if (names.len_bytes > 0)
		buf_addf(out, "JOIN %s%s%s\n", buf_text(&names),
			 keyed ? " " : "", buf_text(&keys));
}

void channels_join_lines(const struct channels *channels, unsigned states,
			 size_t max_bytes, struct buf *out)
{
	size_t next = 0;

	while (next < channels->count)
		join_line(channels, states, true, &next, max_bytes, out);
	next = 0;
	while (next < channels->count)
		join_line(channels, states, false, &next, max_bytes, out);
}

void channels_fini(struct channels *channels)
{
	for (size_t i = 0; i < channels->count; i++)
		channel_fini(&channels->list[i]);
	free(channels->list);
	*channels = (struct channels){ 0 };
}
