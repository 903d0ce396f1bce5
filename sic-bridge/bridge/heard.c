/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* The server's lines to the output, and what was missed asked for. */
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/mention.h"
#include "core/version.h"
#include "sic-bridge/bridge/bridge_parts.h"

enum {
	CTCP_PAUSE_MS = 10000,
	HISTORY_LINES = 100,
	HISTORY_PAGES = 50,
	HISTORY_HOLD_MS = 5000, /* repeats wait for its answers so long */
	HISTORY_QUIET_MS = 300,
	HISTORY_FIRST_MS = 2000, /* and so long for the first JOIN */
	JOIN_LINE_BYTES = LEDGER_LINE_BYTES,
};

/* ---- events -------------------------------------------------------------- */

/* As sic: a line without a sender is the server's, under the name we know. */
static struct span sender_of(const struct bridge *bridge,
			     const struct irc_line *line)
{
	return line->has_prefix ? line->nick
				: span_of_text(bridge->settings->host);
}

/* "me" and "me,#c" are for us alone; "@#c" and "$$*" are for many. */
static bool is_private(const struct bridge *bridge, struct span to)
{
	const struct names *names = &bridge->presence->names;

	if (to.len_bytes > 0 && *to.text == '$')
		return false;
	return !names_is_channel(names, names_without_status(names, to));
}

/*
 * Whether a text speaks of us: by the nick that we have, or by the one that we
 * would have if it were not taken.
 */
static bool mentions_me(const struct bridge *bridge, struct span text)
{
	const struct nick *nick = &bridge->presence->nick;

	return mention_found(text.text, text.len_bytes, nick->now,
			     strlen(nick->now)) ||
	       mention_found(text.text, text.len_bytes, nick->wanted,
			     strlen(nick->wanted));
}

static void fill_event(const struct bridge *bridge, struct event *event)
{
	const struct irc_line *line = event->line;

	event->network = bridge->settings->network;
	event->names = &bridge->presence->names;
	event->received_ms = history_now_ms();
	event->strip = bridge->strip;
	if (!irc_line_is_text(line))
		return;
	event->own = event->own ||
		     presence_is_me(bridge->presence, event->sender);
	event->private = is_private(bridge, irc_line_param(line, 0));
	event->highlight = bridge->settings->format == OUTPUT_JSON &&
			   !event->own &&
			   mentions_me(bridge, irc_line_param(line, 1));
	if (event->kind == KIND_MESSAGE && event->own)
		event->kind = KIND_OWN;
	else if (event->kind == KIND_MESSAGE && event->private)
		event->kind = KIND_PRIVATE;
}

static void show(struct bridge *bridge, struct event *event)
{
	fill_event(bridge, event);
	format_event(bridge->settings, event, output_lines(bridge->output));
}

void heard_sent(const struct irc_line *line, const struct ledger_piece *piece,
		void *data)
{
	struct bridge *bridge = data;
	struct event event = {
		.kind = KIND_MESSAGE,
		.line = line,
		.sender = presence_nick(bridge->presence),
		.own = true,
	};

	if (piece->again)
		tell(bridge, "again", span_of("", 0), span_of("", 0),
		     "sent again: %.*s", (int)irc_line_param(line, 1).len_bytes,
		     irc_line_param(line, 1).text);
	if (!piece->show || link_caps(bridge->link) & CAP_ECHO_MESSAGE)
		return;
	show(bridge, &event);
	output_flush(bridge->output);
}

/* ---- history ------------------------------------------------------------- */

static bool add_time(struct buf *out, int64_t ms)
{
	buf_add_text(out, "timestamp=");
	return tags_add_time(out, ms);
}

static unsigned page_lines(const struct bridge *bridge)
{
	unsigned limit = bridge->presence->names.chathistory;

	return limit > 0 && limit < HISTORY_LINES ? limit : HISTORY_LINES;
}

/* Lines to be sent again wait: they may turn out to have arrived. */
static void ask(struct bridge *bridge, const struct buf *line)
{
	bridge->asked_histories++;
	link_hold_repeats(bridge->link, true);
	watch_after(bridge->hold_timer, HISTORY_HOLD_MS);
	link_send_now(bridge->link, line->data, line->len_bytes);
}

/* Who spoke to us alone while we were away; after the channels. */
static bool ask_targets(struct bridge *bridge)
{
	SCOPED_BUF struct buf line = { 0 };
	bool due = bridge->targets_are_due;

	bridge->targets_are_due = false;
	if (!due)
		return false;
	buf_add_text(&line, "CHATHISTORY TARGETS ");
	if (!add_time(&line, bridge->away_ms))
		return false;
	buf_add_char(&line, ' ');
	if (!add_time(&line, link_server_now_ms(bridge->link)))
		return false;
	buf_addf(&line, " %u", page_lines(bridge));
	ask(bridge, &line);
	return true;
}

void heard_release_repeats(void *data)
{
	struct bridge *bridge = data;

	bridge->asked_histories = 0;
	if (ask_targets(bridge))
		return;
	watch_cancel(bridge->hold_timer);
	link_hold_repeats(bridge->link, false);
}

static void on_history_answer(struct bridge *bridge)
{
	/* Other channels may only now be joined. */
	if (bridge->asked_histories > 0 && --bridge->asked_histories == 0)
		watch_after(bridge->hold_timer, HISTORY_QUIET_MS);
}

/* Of a nick or channel, page by page, from from_ms on. */
static void ask_after(struct bridge *bridge, struct span target,
		      int64_t from_ms)
{
	SCOPED_BUF struct buf line = { 0 };

	buf_add_text(&line, "CHATHISTORY AFTER ");
	buf_add(&line, target.text, target.len_bytes);
	buf_add_char(&line, ' ');
	if (!add_time(&line, from_ms))
		return;
	buf_addf(&line, " %u", page_lines(bridge));
	ask(bridge, &line);
}

static void ask_channel(struct bridge *bridge, struct channel *channel,
			int64_t from_ms)
{
	if (!(link_caps(bridge->link) & CAP_CHATHISTORY) ||
	    from_ms <= channel->asked_ms || channel->pages == 0)
		return;
	channel->pages--;
	channel->asked_ms = from_ms;
	ask_after(bridge, span_of_text(channel->name), from_ms);
}

/* "CHATHISTORY TARGETS nick timestamp"; channels are asked on joining. */
static void on_target(struct bridge *bridge, const struct irc_line *line)
{
	struct span target = irc_line_param(line, 1);

	if (!span_is(irc_line_param(line, 0), "TARGETS") ||
	    target.len_bytes == 0 ||
	    names_is_channel(&bridge->presence->names, target))
		return;
	ask_after(bridge, target, bridge->away_ms);
}

/* A full page may have a next one. */
static void on_batch(struct bridge *bridge, const struct wire_line *line)
{
	const struct history_batch *batch = history_batch(&bridge->history,
							  line);
	struct channel *channel;

	if (batch == NULL || !(batch->is_history || batch->is_targets))
		return;
	if (batch->is_history && batch->messages >= page_lines(bridge)) {
		channel = presence_channel(bridge->presence,
					   span_of_text(batch->target));
		if (channel != NULL)
			ask_channel(bridge, channel, batch->newest_ms);
	}
	on_history_answer(bridge);
}

/* How far the channel, and everything, was heard: not beyond now. */
static void note_time(struct bridge *bridge, const struct wire_line *line)
{
	struct channel *channel = presence_channel(
		bridge->presence, irc_line_param(&line->line, 0));
	int64_t ms;

	if (!tags_time(line->tags.time, &ms))
		return;
	if (ms > link_server_now_ms(bridge->link))
		ms = link_server_now_ms(bridge->link);
	if (channel != NULL && ms > channel->last_ms)
		channel->last_ms = ms;
	if (ms > bridge->last_ms)
		bridge->last_ms = ms;
}

/* ---- where we are -------------------------------------------------------- */

static void send_joins(struct bridge *bridge, unsigned states)
{
	SCOPED_BUF struct buf lines = { 0 };
	const char *line;

	channels_join_lines(&bridge->presence->channels, states,
			    JOIN_LINE_BYTES, &lines);
	line = buf_text(&lines);
	while (*line != '\0') {
		size_t n = strcspn(line, "\n");

		link_send_now(bridge->link, line, n);
		line += n + 1;
	}
}

void heard_online(struct bridge *bridge)
{
	bool keeps = (link_caps(bridge->link) & CAP_CHATHISTORY) != 0;

	history_begin(&bridge->history);
	bridge->asked_histories = 0;
	bridge->away_ms = bridge->last_ms;
	bridge->targets_are_due = keeps && bridge->away_ms != 0;
	link_hold_repeats(bridge->link, bridge->targets_are_due);
	if (bridge->targets_are_due)
		watch_after(bridge->hold_timer, HISTORY_FIRST_MS);
	for (size_t i = 0; i < bridge->presence->channels.count; i++)
		bridge->presence->channels.list[i].asked_ms = 0;
	send_joins(bridge, ~0U);
}

static void on_joined(struct bridge *bridge, struct span name)
{
	struct channel *channel = presence_channel(bridge->presence, name);

	if (channel == NULL)
		return;
	channel->pages = HISTORY_PAGES;
	channel->asked_ms = 0;
	ask_channel(bridge, channel, channel->last_ms);
}

/* Text that went to the one channel goes to the other. */
static void on_forwarded(struct bridge *bridge,
			 const struct presence_change *change)
{
	if (bridge->target != NULL &&
	    names_equal(&bridge->presence->names, change->channel,
			span_of_text(bridge->target)))
		set_target(bridge, change->other);
}

/* What we wanted and were refused is wanted still. */
static void on_invited(struct bridge *bridge, const struct irc_line *line)
{
	struct channel *channel = presence_channel(bridge->presence,
						   irc_line_param(line, 1));

	if (channel != NULL && channel->state == CHANNEL_REFUSED &&
	    presence_is_me(bridge->presence, irc_line_param(line, 0))) {
		channel->state = CHANNEL_WANTED;
		send_joins(bridge, 1U << CHANNEL_WANTED);
	}
}

void heard_change(const struct wire_line *line,
		  const struct presence_change *change, void *data)
{
	struct bridge *bridge = data;

	if (bridge->line_is_history)
		return;
	if (change->event == PRESENCE_JOINED)
		on_joined(bridge, change->channel);
	else if (change->event == PRESENCE_FORWARDED)
		on_forwarded(bridge, change);
	else if (change->event == PRESENCE_LOGGED_IN)
		send_joins(bridge, 1U << CHANNEL_REFUSED);
	else if (irc_line_is(&line->line, "INVITE"))
		on_invited(bridge, &line->line);
	tell_change(bridge, line, change);
}

/* ---- CTCP ---------------------------------------------------------------- */

/* One answer in CTCP_PAUSE_MS, only to what was asked of us alone. */
static void answer_ctcp(struct bridge *bridge, const struct wire_line *line)
{
	struct span text, command = wire_ctcp(&line->line, &text);
	SCOPED_BUF struct buf out = { 0 };
	bool version = span_is(command, "VERSION");
	uint64_t now = clock_ms();

	if (!bridge->settings->ctcp_reply || now < bridge->ctcp_next_ms ||
	    !irc_line_is(&line->line, "PRIVMSG") ||
	    !presence_is_me(bridge->presence, irc_line_param(&line->line, 0)) ||
	    !(version || span_is(command, "PING")))
		return;
	bridge->ctcp_next_ms = now + CTCP_PAUSE_MS;
	buf_add_text(&out, "NOTICE ");
	buf_add(&out, line->line.nick.text, line->line.nick.len_bytes);
	buf_addf(&out, " :\001%s ", version ? "VERSION" : "PING");
	if (version)
		buf_add_text(&out, "sic-bridge (earshot) " EARSHOT_VERSION);
	else
		buf_add(&out, text.text, min_size(text.len_bytes, 64));
	buf_add_char(&out, '\001');
	link_send_now(bridge->link, out.data, out.len_bytes);
}

/* ---- people -------------------------------------------------------------- */

static char **find_ignored(struct bridge *bridge, struct span nick)
{
	for (size_t i = 0; i < HEARD_IGNORED; i++)
		if (bridge->ignored[i] != NULL &&
		    names_equal(&bridge->presence->names, nick,
				span_of_text(bridge->ignored[i])))
			return &bridge->ignored[i];
	return NULL;
}

bool heard_toggle_ignored(struct bridge *bridge, struct span nick)
{
	char **found = find_ignored(bridge, nick);

	if (found != NULL) {
		free(*found);
		*found = NULL;
		return false;
	}
	for (size_t i = 0; i < HEARD_IGNORED; i++) {
		if (bridge->ignored[i] == NULL) {
			bridge->ignored[i] = mem_text(nick.text,
						      nick.len_bytes);
			return true;
		}
	}
	return false;
}

/* To the front of the nicks, once; the last one goes. */
static void note_nick(struct bridge *bridge, struct span nick)
{
	size_t at = 0;
	char *entry;

	while (at + 1 < HEARD_NICKS && bridge->nicks[at] != NULL &&
	       !span_is(nick, bridge->nicks[at]))
		at++;
	entry = bridge->nicks[at];
	if (entry == NULL || !span_is(nick, entry)) {
		free(entry);
		entry = mem_text(nick.text, nick.len_bytes);
	}
	memmove(&bridge->nicks[1], &bridge->nicks[0],
		at * sizeof(bridge->nicks[0]));
	bridge->nicks[0] = entry;
}

static void note_person(struct bridge *bridge, const struct irc_line *line)
{
	if (!line->has_prefix || presence_is_me(bridge->presence, line->nick))
		return;
	note_nick(bridge, line->nick);
	if (!irc_line_is(line, "PRIVMSG") ||
	    !is_private(bridge, irc_line_param(line, 0)))
		return;
	free(bridge->last_private);
	bridge->last_private = mem_text(line->nick.text, line->nick.len_bytes);
}

void heard_fini(struct bridge *bridge)
{
	for (size_t i = 0; i < HEARD_NICKS; i++)
		free(bridge->nicks[i]);
	for (size_t i = 0; i < HEARD_IGNORED; i++)
		free(bridge->ignored[i]);
	free(bridge->last_private);
}

/* ---- one line ------------------------------------------------------------ */

/* Our own words came back: they arrived. */
static void settle_echo(struct bridge *bridge, const struct irc_line *line)
{
	struct span action, text = irc_line_param(line, 1);
	bool is_action = span_is(wire_ctcp(line, &action), "ACTION");

	(void)ledger_echo(link_ledger(bridge->link), &bridge->presence->names,
			  irc_line_param(line, 0), is_action ? action : text,
			  is_action);
}

/* A slow reader makes the server wait, not us forget. */
static void pause_if_full(struct bridge *bridge)
{
	if (!output_is_full(bridge->output))
		return;
	output_flush(bridge->output);
	if (output_is_full(bridge->output))
		link_pause(bridge->link);
}

/* Not a server, nor ZNC's own words around what it plays back. */
static bool is_somebody(const struct irc_line *line)
{
	return line->nick.len_bytes < line->prefix.len_bytes &&
	       !span_is(line->prefix, "***!znc@znc.in");
}

/* Returns false for what was heard before. */
static bool take_text(struct bridge *bridge, const struct wire_line *line,
		      struct event *event)
{
	bool own = presence_is_me(bridge->presence, event->sender);

	if (own)
		settle_echo(bridge, &line->line);
	note_time(bridge, line);
	if (history_seen(&bridge->history, line, event->history) ||
	    find_ignored(bridge, event->sender) != NULL)
		return false;
	if (bridge->settings->human && !event->history)
		note_person(bridge, &line->line);
	if (event->history && !own && is_somebody(&line->line))
		tell_missed(
			bridge,
			is_private(bridge, line->line.params[0]) ||
				mentions_me(bridge,
					    irc_line_param(&line->line, 1)));
	return true;
}

void heard_line(const struct wire_line *line, enum message_kind kind,
		void *data)
{
	struct bridge *bridge = data;
	struct event event = {
		.kind = kind,
		.line = &line->line,
		.tags = &line->tags,
		.sender = sender_of(bridge, &line->line),
	};

	if (irc_line_is(&line->line, "BATCH")) {
		on_batch(bridge, line);
		return;
	}
	if (irc_line_is(&line->line, "CHATHISTORY")) {
		on_target(bridge, &line->line);
		return;
	}
	event.history = history_is(&bridge->history, line,
				   link_is_old(bridge->link, line));
	bridge->line_is_history = event.history;
	if (irc_line_is_text(&line->line) && line->line.count > 0 &&
	    !take_text(bridge, line, &event))
		return;
	show(bridge, &event);
	if (kind == KIND_OTHER && !event.history)
		answer_ctcp(bridge, line);
	pause_if_full(bridge);
}
