/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* The user's lines to the server. */
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "sic-bridge/bridge/bridge_parts.h"
#include "sic-bridge/bridge/commands.h"
#include "sic-bridge/irc/charset.h"

/* ---- messages ------------------------------------------------------------ */

static void pause_if_full(struct bridge *bridge)
{
	if (link_waiting(bridge->link) > LINK_QUEUE_BYTES)
		input_pause(bridge->input);
}

/* A CTCP ACTION stays one in every piece of it; any other CTCP is as it is. */
static void say(struct bridge *bridge, const char *command, struct span target,
		struct span text, bool show)
{
	static const char head[] = "\001ACTION ";
	bool action = text.len_bytes >= sizeof(head) - 1 &&
		      memcmp(text.text, head, sizeof(head) - 1) == 0;

	if (action) {
		text.text += sizeof(head) - 1;
		text.len_bytes -= sizeof(head) - 1;
		if (text.len_bytes > 0 &&
		    text.text[text.len_bytes - 1] == '\001')
			text.len_bytes--;
	}
	link_say(bridge->link, command, target, text, action, show);
	pause_if_full(bridge);
}

static void send_line(struct bridge *bridge, const struct buf *line)
{
	link_send(bridge->link, buf_text(line), line->len_bytes);
	pause_if_full(bridge);
}

/* ---- sic's commands ------------------------------------------------------ */

static void show_note(struct bridge *bridge, const char *text)
{
	if (bridge->settings->format == OUTPUT_SIC)
		format_note("", history_now_ms(), text,
			    output_lines(bridge->output));
	else
		log_warn("%s", text);
	output_flush(bridge->output);
}

static void command_say(struct bridge *bridge, const struct command *command)
{
	if (bridge->target == NULL)
		show_note(bridge, "No channel to send to");
	else
		say(bridge, "PRIVMSG", span_of_text(bridge->target),
		    command->text, true);
}

static void command_message(struct bridge *bridge,
			    const struct command *command)
{
	if (command->target.len_bytes == 0 || command->text.len_bytes == 0)
		show_note(bridge, "usage: :m target text");
	else
		say(bridge, "PRIVMSG", command->target, command->text, true);
}

/* Off the server channels are noted, and joined with the others later. */
static void join(struct bridge *bridge, struct span channels, struct span keys)
{
	SCOPED_BUF struct buf line = { 0 };

	presence_want(bridge->presence, channels, keys);
	if (!link_is_online(bridge->link))
		return;
	buf_add_text(&line, "JOIN ");
	buf_add(&line, channels.text, channels.len_bytes);
	if (keys.len_bytes > 0) {
		buf_add_char(&line, ' ');
		buf_add(&line, keys.text, keys.len_bytes);
	}
	send_line(bridge, &line);
}

static void command_join(struct bridge *bridge, const struct command *command)
{
	struct span first = command->target;
	const char *comma = memchr(first.text, ',', first.len_bytes);

	if (first.len_bytes == 0) {
		show_note(bridge, "usage: :j #channel [key]");
		return;
	}
	if (comma != NULL)
		first.len_bytes = (size_t)(comma - first.text);
	if (bridge->target == NULL)
		set_target(bridge, first);
	join(bridge, command->target, command->text);
}

static void command_leave(struct bridge *bridge, const struct command *command)
{
	SCOPED_BUF struct buf line = { 0 };
	struct span target = command->target;

	if (target.len_bytes == 0 && bridge->target != NULL)
		target = span_of_text(bridge->target);
	if (target.len_bytes == 0) {
		show_note(bridge, "No channel to leave");
		return;
	}
	presence_leave(bridge->presence, target);
	if (!link_is_online(bridge->link))
		return;
	buf_add_text(&line, "PART ");
	buf_add(&line, target.text, target.len_bytes);
	if (command->text.len_bytes > 0) {
		buf_add_text(&line, " :");
		buf_add(&line, command->text.text, command->text.len_bytes);
	}
	send_line(bridge, &line);
}

static void command_select(struct bridge *bridge, const struct command *command)
{
	if (command->target.len_bytes == 0)
		show_note(bridge, "usage: :s target");
	else
		set_target(bridge, command->target);
}

static void command_cancel(struct bridge *bridge, const struct command *command)
{
	size_t count = link_cancel(bridge->link);

	(void)command;
	log_warn("cancelled: %zu line%s", count, count == 1 ? "" : "s");
	tell(bridge, "cancelled", span_of("", 0), span_of("", 0),
	     "%zu line%s cancelled", count, count == 1 ? "" : "s");
	input_resume(bridge->input);
}

/* ---- raw lines ----------------------------------------------------------- */

static void raw_message(struct bridge *bridge, const struct irc_line *line)
{
	say(bridge, irc_line_is(line, "NOTICE") ? "NOTICE" : "PRIVMSG",
	    irc_line_param(line, 0), irc_line_param(line, 1), false);
}

static void raw_join(struct bridge *bridge, const struct irc_line *line)
{
	join(bridge, irc_line_param(line, 0), irc_line_param(line, 1));
}

/* QUIT ends the program, as the closed connection after it ends sic. */
static void raw_quit(struct bridge *bridge, struct span text)
{
	SCOPED_TEXT char *line = mem_text(text.text, text.len_bytes);

	link_quit(bridge->link, true, line);
}

static void never_sent(struct bridge *bridge, const char *sentence)
{
	ledger_add_unsent(link_ledger(bridge->link));
	tell(bridge, "not-sent", span_of("", 0), span_of("", 0), "%s",
	     sentence);
}

static void raw_other(struct bridge *bridge, struct span text)
{
	SCOPED_BUF struct buf line = { 0 };

	if (text.len_bytes > LEDGER_LINE_BYTES) {
		log_warn("not sent: %zu bytes are too long for a raw line",
			 text.len_bytes);
		never_sent(bridge, "too long for one line: not sent");
		return;
	}
	buf_add(&line, text.text, text.len_bytes);
	send_line(bridge, &line);
}

static void command_raw(struct bridge *bridge, const struct command *command)
{
	struct span text = command->text;
	struct irc_line line;

	if (!irc_line_parse(text.text, text.len_bytes, &line))
		return;
	if (!line.has_prefix && irc_line_is(&line, "QUIT"))
		raw_quit(bridge, text);
	else if (!line.has_prefix && irc_line_is(&line, "JOIN") &&
		 line.count > 0 && !span_is(line.params[0], "0"))
		raw_join(bridge, &line);
	else if (!line.has_prefix &&
		 (irc_line_is(&line, "PRIVMSG") ||
		  irc_line_is(&line, "NOTICE")) &&
		 line.count == 2 && line.params[1].len_bytes > 0)
		raw_message(bridge, &line);
	else
		raw_other(bridge, text);
}

static void command_nothing(struct bridge *bridge,
			    const struct command *command)
{
	(void)bridge;
	(void)command;
}

/* ---- a person's commands ------------------------------------------------- */

static struct span default_target(const struct bridge *bridge,
				  const struct command *command)
{
	if (command->target.len_bytes > 0 || bridge->target == NULL)
		return command->target;
	return span_of_text(bridge->target);
}

static void command_action(struct bridge *bridge, const struct command *command)
{
	if (bridge->target == NULL || command->text.len_bytes == 0) {
		show_note(bridge, "usage: :me text, in a channel");
		return;
	}
	link_say(bridge->link, "PRIVMSG", span_of_text(bridge->target),
		 command->text, true, true);
	pause_if_full(bridge);
}

static void command_reply(struct bridge *bridge, const struct command *command)
{
	if (bridge->last_private == NULL)
		show_note(bridge, "Nobody has spoken to you alone yet");
	else if (command->text.len_bytes == 0)
		show_note(bridge, "usage: :r text");
	else
		say(bridge, "PRIVMSG", span_of_text(bridge->last_private),
		    command->text, true);
}

static void command_quit(struct bridge *bridge, const struct command *command)
{
	SCOPED_TEXT char *line = mem_printf(
		"QUIT :%.*s", (int)command->text.len_bytes, command->text.text);

	link_quit(bridge->link, true,
		  command->text.len_bytes > 0 ? line : NULL);
}

/* "VERB target" and perhaps " :text", to be answered in a sentence. */
static void ask(struct bridge *bridge, const char *verb, struct span target,
		struct span text)
{
	SCOPED_BUF struct buf line = { 0 };

	if (target.len_bytes == 0) {
		show_note(bridge, "You are in no channel");
		return;
	}
	buf_addf(&line, "%s %.*s", verb, (int)target.len_bytes, target.text);
	if (text.len_bytes > 0)
		buf_addf(&line, " :%.*s", (int)text.len_bytes, text.text);
	send_line(bridge, &line);
}

static void command_names(struct bridge *bridge, const struct command *command)
{
	ask(bridge, "NAMES", default_target(bridge, command), span_of("", 0));
}

static void command_topic(struct bridge *bridge, const struct command *command)
{
	ask(bridge, "TOPIC", default_target(bridge, command), command->text);
}

static void command_ignore(struct bridge *bridge, const struct command *command)
{
	SCOPED_TEXT char *note = NULL;

	if (command->target.len_bytes == 0) {
		show_note(bridge,
			  "usage: :ignore nick, and again to hear them");
		return;
	}
	note = mem_printf("%.*s is %s", (int)command->target.len_bytes,
			  command->target.text,
			  heard_toggle_ignored(bridge, command->target)
				  ? "ignored until you leave"
				  : "heard again");
	show_note(bridge, note);
}

static void command_where(struct bridge *bridge, const struct command *command)
{
	const struct channels *channels = &bridge->presence->channels;
	SCOPED_BUF struct buf text = { 0 };
	bool any = false;

	(void)command;
	buf_addf(&text, "%s %s as %s",
		 link_is_online(bridge->link) ? "On" : "Not connected to",
		 bridge->settings->network != NULL ? bridge->settings->network
						   : bridge->settings->host,
		 bridge->presence->nick.now);
	for (size_t i = 0; i < channels->count; i++) {
		if (channels->list[i].state != CHANNEL_JOINED)
			continue;
		buf_addf(&text, "%s %s", any ? "," : ", in",
			 channels->list[i].name);
		any = true;
	}
	buf_addf(&text, "; what you type goes %s%s",
		 bridge->target != NULL ? "to " : "nowhere",
		 bridge->target != NULL ? bridge->target : "");
	show_note(bridge, buf_text(&text));
}

static void command_help(struct bridge *bridge, const struct command *command)
{
	(void)command;
	show_note(bridge, "Text goes to the channel. :j join, :l leave, "
			  ":m nick text, :r reply, :s switch to, :me action, "
			  ":who, :topic, :ignore nick, :where, :cancel, "
			  ":q quit; others go to the server as they are");
}

static void command_slash(struct bridge *bridge, const struct command *command)
{
	SCOPED_TEXT char *note = mem_printf(
		"Not sent: commands begin with a colon here, see :help; to "
		"say it, type //%.*s",
		(int)command->target.len_bytes, command->target.text);

	show_note(bridge, note);
}

/* ---- lines --------------------------------------------------------------- */

static void run(struct bridge *bridge, const struct command *command)
{
	static void (*const runs[])(struct bridge *, const struct command *) = {
		[COMMAND_NOTHING] = command_nothing,
		[COMMAND_SAY] = command_say,
		[COMMAND_JOIN] = command_join,
		[COMMAND_LEAVE] = command_leave,
		[COMMAND_MESSAGE] = command_message,
		[COMMAND_SELECT] = command_select,
		[COMMAND_CANCEL] = command_cancel,
		[COMMAND_ACTION] = command_action,
		[COMMAND_REPLY] = command_reply,
		[COMMAND_QUIT] = command_quit,
		[COMMAND_NAMES] = command_names,
		[COMMAND_TOPIC] = command_topic,
		[COMMAND_IGNORE] = command_ignore,
		[COMMAND_WHERE] = command_where,
		[COMMAND_HELP] = command_help,
		[COMMAND_SLASH] = command_slash,
		[COMMAND_RAW] = command_raw,
	};

	runs[command->kind](bridge, command);
}

static int on_line(const char *bytes, size_t len_bytes, bool cut, void *data)
{
	struct bridge *bridge = data;
	SCOPED_BUF struct buf decoded = { 0 };
	struct command command;
	char *line;

	bytes = charset_decode(bridge->charset, bytes, &len_bytes, &decoded);
	/* lines_feed() works on input.c's own writable buffer. */
	line = (char *)(uintptr_t)bytes;
	/* Either would end the line, and begin another command. */
	for (size_t i = 0; i < len_bytes; i++)
		if (line[i] == '\r' || line[i] == '\0')
			line[i] = ' ';
	if (cut)
		log_warn("input: a line was cut to %zu bytes", len_bytes);
	if (bridge->settings->human)
		command_parse_human(line, len_bytes, &command);
	else
		command_parse(line, len_bytes, &command);
	run(bridge, &command);
	if (cut)
		never_sent(bridge, "the end of a very long line: not sent");
	return 0;
}

static void on_ended(void *data)
{
	struct bridge *bridge = data;

	link_quit(bridge->link, false, NULL);
}

/* Commands, channels, and who spoke of late. */
static void add_words(struct buf *out, void *data)
{
	const struct bridge *bridge = data;
	const struct channels *channels = &bridge->presence->channels;

	buf_add_text(out, ":cancel\n:help\n:ignore\n:me\n:names\n"
			  ":quit\n:topic\n:where\n:who\n");
	for (size_t i = 0; i < channels->count; i++)
		buf_addf(out, "%s\n", channels->list[i].name);
	for (size_t i = 0; i < HEARD_NICKS; i++)
		if (bridge->nicks[i] != NULL)
			buf_addf(out, "%s\n", bridge->nicks[i]);
}

/* What waited while a line was being typed. */
static void on_key(void *data)
{
	struct bridge *bridge = data;

	output_flush(bridge->output);
}

const struct input_handler typed_handler = {
	.line = on_line,
	.ended = on_ended,
	.words = add_words,
	.key = on_key,
};
