/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge.h"

#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/version.h"
#include "sic-bridge/channels.h"
#include "sic-bridge/commands.h"
#include "sic-bridge/flood.h"
#include "sic-bridge/format.h"
#include "sic-bridge/history.h"
#include "sic-bridge/input.h"
#include "sic-bridge/output.h"

enum {
	LINE_MAX_BYTES = 510, /* RFC 1459, section 2.3, without CR-LF */
	USER_HOST_BYTES = 75, /* "!user@host" where the server has not said */
	TEXT_MIN_BYTES = 64, /* of a piece, whatever the target's length */
	OUTPUT_LAST_MS = 5000,
	CTCP_PAUSE_MS = 10000,
	HISTORY_LINES = 100,
	HISTORY_PAGES = 50,
};

struct bridge {
	struct loop *loop;
	const struct settings *settings;
	struct link *link;
	struct input *input;
	struct output *output;
	struct channels channels;
	struct history history;
	char *target; /* owned: where plain text goes; NULL: nowhere yet */
	size_t prefix_bytes; /* of our own "nick!user@host"; 0: not known */
	bool strip;
	bool stopping;
	uint64_t ctcp_next_ms; /* no answer before this */
	struct err result;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct span own_nick(const struct bridge *bridge)
{
	const char *nick = link_nick(bridge->link);

	return span_of(nick, strlen(nick));
}

/* ---- sending ------------------------------------------------------------- */

static void queue(struct bridge *bridge, const struct buf *line,
		  enum link_send how)
{
	link_send(bridge->link, buf_text(line), line->len_bytes, how);
	if (link_waiting(bridge->link) > LINK_QUEUE_BYTES)
		input_pause(bridge->input);
}

/* What of a line is left for text, once the server has put us in front. */
static size_t room_for_text(const struct bridge *bridge, const struct buf *head)
{
	size_t prefix = bridge->prefix_bytes > 0
				? bridge->prefix_bytes
				: own_nick(bridge).len_bytes + USER_HOST_BYTES;
	size_t used = prefix + strlen(": ") + head->len_bytes;

	return used + TEXT_MIN_BYTES < LINE_MAX_BYTES ? LINE_MAX_BYTES - used
						      : TEXT_MIN_BYTES;
}

/* "PRIVMSG target :text", in as many lines as it takes. */
static void say(struct bridge *bridge, const char *command, struct span target,
		struct span text, enum link_send how)
{
	SCOPED_BUF struct buf head = { 0 };
	size_t room;

	buf_addf(&head, "%s ", command);
	buf_add(&head, target.text, target.len_bytes);
	buf_add_text(&head, " :");
	room = room_for_text(bridge, &head);
	do {
		SCOPED_BUF struct buf line = { 0 };
		size_t next;
		size_t n = flood_split(text.text, text.len_bytes, room, &next);

		buf_add(&line, head.data, head.len_bytes);
		buf_add(&line, text.text, n);
		queue(bridge, &line, how);
		text.text += next;
		text.len_bytes -= next;
	} while (text.len_bytes > 0);
}

/* A long raw message is split like any other; any other long line cannot be. */
static void say_raw(struct bridge *bridge, struct span text)
{
	SCOPED_BUF struct buf line = { 0 };
	struct irc_line parsed;

	if (text.len_bytes > LINE_MAX_BYTES &&
	    irc_line_parse(text.text, text.len_bytes, &parsed) &&
	    !parsed.has_prefix && parsed.count == 2 &&
	    (irc_line_is(&parsed, "PRIVMSG") ||
	     irc_line_is(&parsed, "NOTICE"))) {
		say(bridge,
		    irc_line_is(&parsed, "NOTICE") ? "NOTICE" : "PRIVMSG",
		    parsed.params[0], parsed.params[1], LINK_SILENT);
		return;
	}
	if (text.len_bytes > LINE_MAX_BYTES) {
		log_warn("not sent: %zu bytes are too long for a raw line",
			 text.len_bytes);
		return;
	}
	buf_add(&line, text.text, text.len_bytes);
	queue(bridge, &line, LINK_SILENT);
}

/* ---- the user's lines ---------------------------------------------------- */

static void show_note(struct bridge *bridge, const char *text)
{
	if (bridge->settings->format == OUTPUT_SIC)
		format_note("", now_ms(), text, output_lines(bridge->output));
	else
		log_warn("%s", text);
	output_flush(bridge->output);
}

static void set_target(struct bridge *bridge, struct span target)
{
	free(bridge->target);
	bridge->target = mem_text(target.text, target.len_bytes);
}

static void command_say(struct bridge *bridge, const struct command *command)
{
	const char *target = bridge->target;

	if (target == NULL) {
		show_note(bridge, "No channel to send to");
		return;
	}
	say(bridge, "PRIVMSG", span_of(target, strlen(target)), command->text,
	    LINK_SHOWN);
}

static void command_message(struct bridge *bridge,
			    const struct command *command)
{
	if (command->target.len_bytes == 0 || command->text.len_bytes == 0)
		show_note(bridge, "usage: :m target text");
	else
		say(bridge, "PRIVMSG", command->target, command->text,
		    LINK_SHOWN);
}

/* Off the server the channel is noted, and joined with the others later. */
static void command_join(struct bridge *bridge, const struct command *command)
{
	SCOPED_BUF struct buf line = { 0 };

	if (command->target.len_bytes == 0) {
		show_note(bridge, "usage: :j #channel [key]");
		return;
	}
	if (bridge->target == NULL)
		set_target(bridge, command->target);
	if (memchr(command->target.text, ',', command->target.len_bytes) ==
	    NULL)
		(void)channels_add(&bridge->channels, link_names(bridge->link),
				   command->target, command->text);
	else if (!link_is_online(bridge->link))
		log_warn("not connected: join channels one at a time");
	if (!link_is_online(bridge->link))
		return;
	buf_add_text(&line, "JOIN ");
	buf_add(&line, command->target.text, command->target.len_bytes);
	if (command->text.len_bytes > 0) {
		buf_add_char(&line, ' ');
		buf_add(&line, command->text.text, command->text.len_bytes);
	}
	queue(bridge, &line, LINK_SILENT);
}

static void command_leave(struct bridge *bridge, const struct command *command)
{
	SCOPED_BUF struct buf line = { 0 };
	struct span target = command->target;

	if (target.len_bytes == 0 && bridge->target != NULL)
		target = span_of(bridge->target, strlen(bridge->target));
	if (target.len_bytes == 0) {
		show_note(bridge, "No channel to leave");
		return;
	}
	channels_remove(&bridge->channels, link_names(bridge->link), target);
	if (!link_is_online(bridge->link))
		return;
	buf_add_text(&line, "PART ");
	buf_add(&line, target.text, target.len_bytes);
	if (command->text.len_bytes > 0) {
		buf_add_text(&line, " :");
		buf_add(&line, command->text.text, command->text.len_bytes);
	}
	queue(bridge, &line, LINK_SILENT);
}

static void command_select(struct bridge *bridge, const struct command *command)
{
	if (command->target.len_bytes == 0)
		show_note(bridge, "usage: :s target");
	else
		set_target(bridge, command->target);
}

/* QUIT ends the program, as the closed connection after it ends sic. */
static void command_raw(struct bridge *bridge, const struct command *command)
{
	struct irc_line line;

	if (!link_is_online(bridge->link) &&
	    irc_line_parse(command->text.text, command->text.len_bytes,
			   &line) &&
	    irc_line_is(&line, "QUIT"))
		link_quit(bridge->link, true);
	else
		say_raw(bridge, command->text);
}

static void command_nothing(struct bridge *bridge,
			    const struct command *command)
{
	(void)bridge;
	(void)command;
}

static int on_input(const char *bytes, size_t len_bytes, bool cut, void *data)
{
	static void (*const run[])(struct bridge *, const struct command *) = {
		[COMMAND_NOTHING] = command_nothing,
		[COMMAND_SAY] = command_say,
		[COMMAND_JOIN] = command_join,
		[COMMAND_LEAVE] = command_leave,
		[COMMAND_MESSAGE] = command_message,
		[COMMAND_SELECT] = command_select,
		[COMMAND_RAW] = command_raw,
	};
	/* lines_feed() works on input.c's own writable buffer. */
	char *line = (char *)(uintptr_t)bytes;
	struct command command;

	/* Either would end the line, and begin another command. */
	for (size_t i = 0; i < len_bytes; i++)
		if (line[i] == '\r' || line[i] == '\0')
			line[i] = ' ';
	if (cut)
		log_warn("input: a line was cut to %zu bytes", len_bytes);
	command_parse(line, len_bytes, &command);
	run[command.kind](data, &command);
	return 0;
}

static void on_input_ended(void *data)
{
	struct bridge *bridge = data;

	link_quit(bridge->link, false);
}

/* ---- the server's lines -------------------------------------------------- */

/* As sic: a line without a sender is the server's, under the name we know. */
static struct span sender_of(const struct bridge *bridge,
			     const struct irc_line *line)
{
	const char *host = bridge->settings->host;

	return line->has_prefix ? line->nick : span_of(host, strlen(host));
}

static bool is_text(const struct irc_line *line)
{
	return irc_line_is(line, "PRIVMSG") || irc_line_is(line, "NOTICE");
}

static void fill_event(const struct bridge *bridge, struct event *event)
{
	const struct names *names = link_names(bridge->link);
	const struct irc_line *line = event->line;
	struct span to = irc_line_param(line, 0);

	event->network = bridge->settings->network;
	event->own_nick = own_nick(bridge);
	event->received_ms = now_ms();
	event->strip = bridge->strip;
	if (!is_text(line))
		return;
	event->own = event->own ||
		     names_equal(names, event->sender, event->own_nick);
	event->private = !names_is_channel(names, to);
	event->highlight = !event->own &&
			   names_mentioned(names, event->own_nick,
					   irc_line_param(line, 1));
	if (event->kind == KIND_MESSAGE && event->own)
		event->kind = KIND_OWN;
	else if (event->kind == KIND_MESSAGE && event->private)
		event->kind = KIND_PRIVATE;
}

static void show(struct bridge *bridge, struct event *event)
{
	fill_event(bridge, event);
	format_event(bridge->settings->format, event,
		     output_lines(bridge->output));
}

/* Our own message, on its way: shown now unless the server sends it back. */
static void on_sent(const struct irc_line *line, void *data)
{
	struct bridge *bridge = data;
	struct event event = {
		.kind = KIND_MESSAGE,
		.line = line,
		.sender = own_nick(bridge),
		.own = true,
	};

	if (link_caps(bridge->link) & CAP_ECHO_MESSAGE)
		return;
	show(bridge, &event);
	output_flush(bridge->output);
}

/* ---- history ------------------------------------------------------------- */

/* Page by page, from from_ms on. */
static void ask_history(struct bridge *bridge, struct channel *channel,
			int64_t from_ms)
{
	const struct names *names = link_names(bridge->link);
	SCOPED_BUF struct buf line = { 0 };
	unsigned lines = HISTORY_LINES;
	time_t seconds = (time_t)(from_ms / 1000);
	struct tm tm;
	char date[40];

	if (!(link_caps(bridge->link) & CAP_CHATHISTORY) ||
	    from_ms <= channel->asked_ms || channel->pages == 0 ||
	    gmtime_r(&seconds, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return;
	if (names->chathistory > 0 && names->chathistory < lines)
		lines = names->chathistory;
	channel->pages--;
	channel->asked_ms = from_ms;
	buf_addf(&line, "CHATHISTORY AFTER %s timestamp=%s.%03dZ %u",
		 channel->name, date, (int)(from_ms % 1000), lines);
	link_send_now(bridge->link, line.data, line.len_bytes);
}

/* A full page may have a next one. */
static void on_batch(struct bridge *bridge, const struct wire_line *line)
{
	const struct names *names = link_names(bridge->link);
	const struct history_batch *batch = history_batch(&bridge->history,
							  line);
	struct channel *channel;
	unsigned page = names->chathistory > 0 &&
					names->chathistory < HISTORY_LINES
				? names->chathistory
				: HISTORY_LINES;

	if (batch == NULL || !batch->is_history || batch->messages < page)
		return;
	channel = channels_find(&bridge->channels, names,
				span_of(batch->target, strlen(batch->target)));
	if (channel != NULL)
		ask_history(bridge, channel, batch->newest_ms);
}

/* How far the channel was heard. */
static void note_time(struct bridge *bridge, const struct wire_line *line)
{
	struct channel *channel = channels_find(&bridge->channels,
						link_names(bridge->link),
						irc_line_param(&line->line, 0));
	int64_t ms;

	if (channel != NULL && tags_time(line->tags.time, &ms) &&
	    ms > channel->last_ms)
		channel->last_ms = ms;
}

/* ---- our own coming and going -------------------------------------------- */

static void on_own_event(struct bridge *bridge, const struct wire_line *line,
			 enum message_kind kind)
{
	const struct names *names = link_names(bridge->link);
	struct span name = irc_line_param(&line->line, 0);
	struct channel *channel;

	if (kind == KIND_PART) {
		channels_remove(&bridge->channels, names, name);
		return;
	}
	if (kind != KIND_JOIN)
		return;
	channel = channels_add(&bridge->channels, names, name, span_of("", 0));
	channel->pages = HISTORY_PAGES;
	channel->asked_ms = 0;
	bridge->prefix_bytes = line->line.prefix.len_bytes;
	ask_history(bridge, channel, channel->last_ms);
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
	    !names_equal(link_names(bridge->link), own_nick(bridge),
			 irc_line_param(&line->line, 0)) ||
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
	queue(bridge, &out, LINK_SILENT);
}

/* ---- the link's events --------------------------------------------------- */

static void on_line(const struct wire_line *line, enum message_kind kind,
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
	event.history = history_is(&bridge->history, line,
				   link_started_ms(bridge->link));
	if (is_text(&line->line)) {
		note_time(bridge, line);
		if (history_seen(&bridge->history, line, event.history))
			return;
	}
	show(bridge, &event);
	if (names_equal(link_names(bridge->link), event.sender,
			own_nick(bridge)) &&
	    !event.history)
		on_own_event(bridge, line, kind);
	if (kind == KIND_OTHER && !event.history)
		answer_ctcp(bridge, line);
	/* A slow reader makes the server wait, not us forget. */
	if (output_is_full(bridge->output)) {
		output_flush(bridge->output);
		if (output_is_full(bridge->output))
			link_pause(bridge->link);
	}
}

static void on_batch_end(void *data)
{
	struct bridge *bridge = data;

	output_flush(bridge->output);
}

static void on_online(void *data)
{
	struct bridge *bridge = data;
	SCOPED_BUF struct buf lines = { 0 };
	const char *line;

	history_begin(&bridge->history);
	bridge->prefix_bytes = 0;
	channels_join_lines(&bridge->channels, LINE_MAX_BYTES, &lines);
	line = buf_text(&lines);
	while (*line != '\0') {
		size_t n = strcspn(line, "\n");

		link_send_now(bridge->link, line, n);
		line += n + 1;
	}
}

static void on_drained(void *data)
{
	struct bridge *bridge = data;

	if (link_waiting(bridge->link) < LINK_QUEUE_BYTES / 2)
		input_resume(bridge->input);
}

static void on_ended(const struct err *e, void *data)
{
	struct bridge *bridge = data;

	if (e != NULL)
		bridge->result = *e;
	loop_stop(bridge->loop);
}

static const struct link_handler link_handler = {
	.online = on_online,
	.line = on_line,
	.batch_end = on_batch_end,
	.sent = on_sent,
	.drained = on_drained,
	.ended = on_ended,
};

/* ---- the output's events ------------------------------------------------- */

static void on_output_drained(void *data)
{
	struct bridge *bridge = data;

	link_resume(bridge->link);
}

static void on_output_broken(const struct err *e, void *data)
{
	struct bridge *bridge = data;

	bridge->result = *e;
	loop_stop(bridge->loop);
}

static const struct output_handler output_handler = {
	.drained = on_output_drained,
	.broken = on_output_broken,
};

static const struct input_handler input_handler = {
	.line = on_input,
	.ended = on_input_ended,
};

/* ---- life ---------------------------------------------------------------- */

/* The channels of the settings: "#c" or "#c key"; the first is the target. */
static void add_channels(struct bridge *bridge)
{
	const struct settings *s = bridge->settings;
	struct names names;

	names_init(&names);
	for (size_t i = 0; i < s->channel_count; i++) {
		const char *name = s->channels[i];
		size_t n = strcspn(name, " \t");
		const char *key = name + n + strspn(name + n, " \t");

		(void)channels_add(&bridge->channels, &names, span_of(name, n),
				   span_of(key, strlen(key)));
		if (bridge->target == NULL)
			set_target(bridge, span_of(name, n));
	}
}

/* By default sic's lines are exact, and a terminal is spared the codes. */
static bool wants_strip(const struct settings *settings, int output_fd)
{
	if (settings->formatting != FORMATTING_AUTO)
		return settings->formatting == FORMATTING_STRIP;
	return settings->format == OUTPUT_JSON || isatty(output_fd);
}

struct bridge *bridge_new(struct loop *loop, const struct link_config *config,
			  int input_fd, int output_fd)
{
	struct bridge *bridge = mem_new(sizeof(*bridge));

	bridge->loop = loop;
	bridge->settings = config->settings;
	bridge->strip = wants_strip(config->settings, output_fd);
	bridge->link = link_new(loop, config, &link_handler, bridge);
	bridge->output = output_new(loop, output_fd, &output_handler, bridge);
	bridge->input = input_new(loop, input_fd, &input_handler, bridge);
	add_channels(bridge);
	return bridge;
}

void bridge_free(struct bridge *bridge)
{
	if (bridge == NULL)
		return;
	input_free(bridge->input);
	link_free(bridge->link);
	output_free(bridge->output);
	channels_fini(&bridge->channels);
	free(bridge->target);
	free(bridge);
}

void bridge_start(struct bridge *bridge)
{
	link_connect(bridge->link);
}

void bridge_stop(struct bridge *bridge)
{
	if (bridge->stopping) {
		loop_stop(bridge->loop);
		return;
	}
	bridge->stopping = true;
	link_quit(bridge->link, true);
}

int bridge_result(const struct bridge *bridge, struct err *e)
{
	output_finish(bridge->output, OUTPUT_LAST_MS);
	*e = bridge->result;
	return -e->code;
}
