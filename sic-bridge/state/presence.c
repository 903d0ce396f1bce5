/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/state/presence.h"

#include <string.h>

enum {
	/* The longest that servers are known to use. */
	USUAL_USER_BYTES = 10,
	USUAL_HOST_BYTES = 63,
};

void presence_fini(struct presence *presence)
{
	channels_fini(&presence->channels);
}

void presence_begin(struct presence *presence)
{
	names_init(&presence->names);
	nick_begin(&presence->nick);
	presence->user[0] = presence->host[0] = '\0';
	for (size_t i = 0; i < presence->channels.count; i++) {
		struct channel *channel = &presence->channels.list[i];

		channel->state = CHANNEL_WANTED;
		channel->refused = 0;
		channel->moderated = channel->joining = false;
	}
}

/* ---- asked --------------------------------------------------------------- */

struct span presence_nick(const struct presence *presence)
{
	return span_of_text(presence->nick.now);
}

bool presence_is_me(const struct presence *presence, struct span nick)
{
	return names_equal(&presence->names, nick, presence_nick(presence));
}

struct channel *presence_channel(const struct presence *presence,
				 struct span name)
{
	return channels_find(&presence->channels, &presence->names, name);
}

size_t presence_prefix_bytes(const struct presence *presence)
{
	size_t user = strlen(presence->user), host = strlen(presence->host);

	return strlen(presence->nick.now) + strlen("!") +
	       (user > 0 ? user : USUAL_USER_BYTES) + strlen("@") +
	       (host > 0 ? host : USUAL_HOST_BYTES);
}

/* ---- wanted -------------------------------------------------------------- */

/* The next of "a,b"; it may be empty. */
static struct span next_of(struct span *list)
{
	const char *comma = list->len_bytes > 0
				    ? memchr(list->text, ',', list->len_bytes)
				    : NULL;
	struct span item = *list;

	if (comma == NULL) {
		*list = span_of(list->text + list->len_bytes, 0);
		return item;
	}
	item.len_bytes = (size_t)(comma - item.text);
	*list = span_of(comma + 1, list->len_bytes - item.len_bytes - 1);
	return item;
}

void presence_want(struct presence *presence, struct span channels,
		   struct span keys)
{
	while (channels.len_bytes > 0) {
		struct span name = next_of(&channels);
		struct span key = next_of(&keys);
		struct channel *channel;

		if (name.len_bytes == 0)
			continue;
		channel = channels_add(&presence->channels, &presence->names,
				       name, key);
		if (channel != NULL && channel->state != CHANNEL_JOINED) {
			channel->state = CHANNEL_WANTED;
			channel->announced = false;
		}
	}
}

void presence_leave(struct presence *presence, struct span channels)
{
	while (channels.len_bytes > 0)
		channels_remove(&presence->channels, &presence->names,
				next_of(&channels));
}

/* ---- who we are ---------------------------------------------------------- */

static void copy(char *to, size_t to_bytes, struct span from)
{
	size_t n = min_size(from.len_bytes, to_bytes - 1);

	memcpy(to, from.text, n);
	to[n] = '\0';
}

/* "user@host", or only a host. */
static void learn_address(struct presence *presence, struct span address)
{
	const char *at = memchr(address.text, '@', address.len_bytes);
	size_t user = at != NULL ? (size_t)(at - address.text) : 0;

	if (at != NULL) {
		copy(presence->user, sizeof(presence->user),
		     span_of(address.text, user));
		address = span_of(at + 1, address.len_bytes - user - 1);
	}
	if (address.len_bytes > 0)
		copy(presence->host, sizeof(presence->host), address);
}

/* "nick!user@host" */
static void learn_prefix(struct presence *presence, struct span prefix)
{
	const char *mark = memchr(prefix.text, '!', prefix.len_bytes);

	if (mark != NULL)
		learn_address(presence,
			      span_of(mark + 1,
				      (size_t)(prefix.text + prefix.len_bytes -
					       mark - 1)));
}

/* Many servers end their welcome with our "nick!user@host". */
static void on_welcome(struct presence *presence, const struct irc_line *line)
{
	struct span text = irc_line_param(line, 1);
	const char *space = memrchr(text.text, ' ', text.len_bytes);

	nick_set(&presence->nick, irc_line_param(line, 0));
	if (space == NULL)
		return;
	text = span_of(space + 1,
		       (size_t)(text.text + text.len_bytes - space - 1));
	learn_prefix(presence, text);
}

/* ---- channels ------------------------------------------------------------ */

static void on_join(struct presence *presence, const struct irc_line *line,
		    struct presence_change *ret)
{
	struct span name = irc_line_param(line, 0);
	struct channel *channel = channels_add(
		&presence->channels, &presence->names, name, span_of("", 0));

	if (channel == NULL)
		return;
	channel->state = CHANNEL_JOINED;
	channel->joining = true;
	channel->counting = false;
	channel_set_topic(channel, span_of("", 0));
	*ret = (struct presence_change){ .event = PRESENCE_JOINED,
					 .channel = name };
}

static void on_part(struct presence *presence, const struct irc_line *line,
		    struct presence_change *ret)
{
	struct span name = irc_line_param(line, 0);

	/* What the user leaves is gone from here before the server answers. */
	if (presence_channel(presence, name) == NULL)
		return;
	presence_leave(presence, name);
	*ret = (struct presence_change){ .event = PRESENCE_LEFT,
					 .channel = name };
}

static void on_kick(struct presence *presence, const struct irc_line *line,
		    struct presence_change *ret)
{
	struct channel *channel = presence_channel(presence,
						   irc_line_param(line, 0));

	if (!presence_is_me(presence, irc_line_param(line, 1)))
		return;
	if (channel != NULL)
		channel->state = CHANNEL_KICKED;
	*ret = (struct presence_change){ .event = PRESENCE_KICKED,
					 .channel = irc_line_param(line, 0),
					 .other = line->nick };
}

static void on_moved(struct presence *presence, struct span from,
		     struct span to, struct presence_change *ret)
{
	channels_rename(&presence->channels, &presence->names, from, to);
	*ret = (struct presence_change){ .event = PRESENCE_FORWARDED,
					 .channel = from,
					 .other = to };
}

/* "+o": of us, in the channel. */
static void on_own_mode(struct presence_change *ret, struct span channel,
			bool plus, char letter)
{
	*ret = (struct presence_change){ .event = PRESENCE_MODE,
					 .channel = channel };
	ret->mode[0] = plus ? '+' : '-';
	ret->mode[1] = letter;
}

static void one_mode(struct presence *presence, struct channel *channel,
		     bool plus, char letter, struct span param,
		     struct presence_change *ret)
{
	if (letter == 'm') {
		channel->moderated = plus;
	} else if (letter == 'k') {
		/* Some servers hide the key from whom it does not concern. */
		if (!plus)
			channel_set_key(channel, span_of("", 0));
		else if (!span_is(param, "*"))
			channel_set_key(channel, param);
	} else if (ret != NULL && strchr("qaohv", letter) != NULL &&
		   presence_is_me(presence, param)) {
		on_own_mode(ret, span_of_text(channel->name), plus, letter);
	}
}

/* "+ok-l nick key": the modes in parameter first, theirs after it. */
static void on_modes(struct presence *presence, struct channel *channel,
		     const struct irc_line *line, size_t first,
		     struct presence_change *ret)
{
	struct span modes = irc_line_param(line, first);
	size_t next = first + 1;
	bool plus = true;

	for (size_t i = 0; i < modes.len_bytes; i++) {
		char letter = modes.text[i];
		struct span param = { "", 0 };

		if (letter == '+' || letter == '-') {
			plus = letter == '+';
			continue;
		}
		if (names_mode_has_param(&presence->names, letter, plus))
			param = irc_line_param(line, next++);
		if (letter != '\0')
			one_mode(presence, channel, plus, letter, param, ret);
	}
}

/* A few networks say that we are logged in by a mode of ours alone. */
static void on_mode(struct presence *presence, const struct irc_line *line,
		    struct presence_change *ret)
{
	struct span to = irc_line_param(line, 0);
	struct span modes = irc_line_param(line, 1);
	struct channel *channel = presence_channel(presence, to);

	if (channel != NULL)
		on_modes(presence, channel, line, 1, ret);
	else if (presence_is_me(presence, to) && modes.len_bytes > 0 &&
		 modes.text[0] == '+' &&
		 memchr(modes.text, 'r', modes.len_bytes) != NULL)
		ret->event = PRESENCE_LOGGED_IN;
}

static unsigned count_words(struct span text)
{
	unsigned n = 0;
	bool in_word = false;

	for (size_t i = 0; i < text.len_bytes; i++) {
		bool space = text.text[i] == ' ';

		n += !space && !in_word;
		in_word = !space;
	}
	return n;
}

/* ---- lines --------------------------------------------------------------- */

static bool refuses_join(unsigned numeric)
{
	static const unsigned numerics[] = {
		403, 405, 407, 437, 471, 473, 474,
		475, 476, 477, 480, 485, 489, 520
	};

	for (size_t i = 0; i < COUNT_OF(numerics); i++)
		if (numerics[i] == numeric)
			return true;
	return false;
}

static void on_channel_numeric(struct presence *presence, unsigned numeric,
			       const struct irc_line *line,
			       struct presence_change *ret)
{
	bool names = numeric == 353; /* "me = #c :names" */
	struct span name = irc_line_param(line, names ? 2 : 1);
	struct channel *channel = presence_channel(presence, name);

	if (channel == NULL)
		return;
	if (refuses_join(numeric) && channel->state != CHANNEL_JOINED) {
		channel->state = CHANNEL_REFUSED;
		channel->refused = numeric;
		*ret = (struct presence_change){ .event = PRESENCE_REFUSED,
						 .channel = name };
	} else if (numeric == 332) {
		channel_set_topic(channel, irc_line_param(line, 2));
	} else if (numeric == 331) {
		channel_set_topic(channel, span_of("", 0));
	} else if (numeric == 324) {
		on_modes(presence, channel, line, 2, NULL);
	} else if (names) {
		if (!channel->counting)
			channel->here = 0;
		channel->counting = true;
		channel->here += count_words(irc_line_param(line, 3));
	} else if (numeric == 366) {
		channel->counting = false;
		if (!channel->joining)
			return;
		channel->joining = false;
		*ret = (struct presence_change){ .event = PRESENCE_LISTED,
						 .channel = name };
	}
}

static void on_numeric(struct presence *presence, unsigned numeric,
		       const struct irc_line *line, struct presence_change *ret)
{
	const char *equals;
	struct span text;

	switch (numeric) {
	case 1: /* RPL_WELCOME */
		on_welcome(presence, line);
		break;
	case 5: /* RPL_ISUPPORT */
		names_learn(&presence->names, line);
		break;
	case 302: /* RPL_USERHOST: "nick*=+user@host" */
		text = irc_line_param(line, 1);
		equals = memchr(text.text, '=', text.len_bytes);
		if (equals != NULL && text.len_bytes > 2 &&
		    presence_is_me(
			    presence,
			    span_of(text.text, (size_t)(equals - text.text))))
			learn_address(
				presence,
				span_of(equals + 2,
					(size_t)(text.text + text.len_bytes -
						 equals - 2)));
		break;
	case 396: /* RPL_VISIBLEHOST */
		learn_address(presence, irc_line_param(line, 1));
		break;
	case 470: /* ERR_LINKCHANNEL */
		on_moved(presence, irc_line_param(line, 1),
			 irc_line_param(line, 2), ret);
		break;
	case 900: /* RPL_LOGGEDIN */
		ret->event = PRESENCE_LOGGED_IN;
		break;
	default:
		on_channel_numeric(presence, numeric, line, ret);
		break;
	}
}

/* Lines whose sender we are. */
static void on_own(struct presence *presence, const struct irc_line *line,
		   struct presence_change *ret)
{
	bool join = irc_line_is(line, "JOIN");
	bool nick = irc_line_is(line, "NICK") &&
		    irc_line_param(line, 0).len_bytes > 0;

	if (join || nick || irc_line_is(line, "MODE"))
		learn_prefix(presence, line->prefix);
	if (join) {
		on_join(presence, line, ret);
	} else if (irc_line_is(line, "PART")) {
		on_part(presence, line, ret);
	} else if (nick) {
		/* A bouncer may only say again what we are called. */
		if (!span_is(irc_line_param(line, 0), presence->nick.now))
			ret->event = PRESENCE_RENAMED;
		nick_set(&presence->nick, irc_line_param(line, 0));
	} else if (irc_line_is(line, "CHGHOST")) {
		copy(presence->user, sizeof(presence->user),
		     irc_line_param(line, 0));
		copy(presence->host, sizeof(presence->host),
		     irc_line_param(line, 1));
	}
}

static void on_topic(struct presence *presence, const struct irc_line *line)
{
	struct channel *channel = presence_channel(presence,
						   irc_line_param(line, 0));

	if (channel != NULL)
		channel_set_topic(channel, irc_line_param(line, 1));
}

void presence_line(struct presence *presence, const struct irc_line *line,
		   struct presence_change *ret)
{
	unsigned numeric = irc_line_numeric(line);

	*ret = (struct presence_change){ .event = PRESENCE_NOTHING };
	if (numeric != 0)
		on_numeric(presence, numeric, line, ret);
	else if (irc_line_is(line, "KICK"))
		on_kick(presence, line, ret);
	else if (irc_line_is(line, "TOPIC"))
		on_topic(presence, line);
	else if (irc_line_is(line, "RENAME"))
		on_moved(presence, irc_line_param(line, 0),
			 irc_line_param(line, 1), ret);
	if (line->has_prefix && presence_is_me(presence, line->nick))
		on_own(presence, line, ret);
	if (irc_line_is(line, "MODE"))
		on_mode(presence, line, ret);
}
