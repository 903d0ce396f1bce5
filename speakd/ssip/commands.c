/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* commands.c - the table of commands, and bytes in. */
#include "speakd/ssip/parts.h"

#include <string.h>
#include <strings.h>

static enum reply command_speak(struct ssip_client *client, struct words words)
{
	(void)words;
	reply(client, 230, "OK RECEIVING DATA");
	return REPLY_NONE;
}

static enum reply control(struct ssip_client *client, struct words words,
			  void (*act)(struct dispatch *dispatch, int uid),
			  int code, const char *text)
{
	struct span who = words_next(&words);
	enum reply why;
	int uid;

	if (who.len_bytes == 0)
		return REPLY_MISSING;
	why = parse_who(client, who, &uid);
	if (why != REPLY_NONE)
		return why;
	act(client->ssip->dispatch, uid);
	reply(client, code, text);
	return REPLY_NONE;
}

static enum reply command_stop(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_stop, 210, "OK STOPPED");
}

static enum reply command_pause(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_pause, 211, "OK PAUSED");
}

static enum reply command_resume(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_resume, 212, "OK RESUMED");
}

static enum reply command_cancel(struct ssip_client *client, struct words words)
{
	return control(client, words, dispatch_cancel, 213, "OK CANCELED");
}

static enum reply begin_block(struct ssip_client *client)
{
	if (client->block != 0) {
		reply(client, 330, "ERR ALREADY INSIDE BLOCK");
		return REPLY_NONE;
	}
	client->block = ++client->ssip->last_block;
	reply(client, 260, "OK INSIDE BLOCK");
	return REPLY_NONE;
}

static enum reply end_block(struct ssip_client *client)
{
	if (client->block == 0) {
		reply(client, 331, "ERR ALREADY OUTSIDE BLOCK");
		return REPLY_NONE;
	}
	client->block = 0;
	reply(client, 261, "OK OUTSIDE BLOCK");
	return REPLY_NONE;
}

static enum reply command_block(struct ssip_client *client, struct words words)
{
	struct span what = words_next(&words);

	if (what.len_bytes == 0)
		return REPLY_MISSING;
	if (span_is_caseless(what, "begin"))
		return begin_block(client);
	if (span_is_caseless(what, "end"))
		return end_block(client);
	return REPLY_INVALID;
}

static enum reply command_quit(struct ssip_client *client, struct words words)
{
	(void)words;
	reply(client, 231, "HAPPY HACKING");
	client->quits = true;
	return REPLY_NONE;
}

static enum reply command_help(struct ssip_client *client, struct words words)
{
	static const char *const lines[] = {
		"  SPEAK           -- say text ",
		"  KEY             -- say a combination of keys ",
		"  CHAR            -- say a character ",
		"  SOUND_ICON      -- execute a sound icon ",
		"  SET             -- set a parameter ",
		"  GET             -- get a current parameter ",
		"  LIST            -- list available arguments ",
		"  HISTORY         -- commands related to history ",
		"  QUIT            -- close the connection ",
	};

	(void)words;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		reply_data(client, 248, lines[i], strlen(lines[i]));
	reply(client, 248, "OK HELP SENT");
	return REPLY_NONE;
}

/* clang-format off */
static const struct command commands[] = {
	{ "SPEAK",      command_speak,    COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "CHAR",       say_char,         COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "KEY",        say_key,          COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "SOUND_ICON", say_icon,         COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "SET",        command_set,      COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "GET",        command_get,      COMMAND_GUEST },
	{ "STOP",       command_stop,     COMMAND_GUEST },
	{ "CANCEL",     command_cancel,   COMMAND_GUEST },
	{ "PAUSE",      command_pause,    COMMAND_GUEST },
	{ "RESUME",     command_resume,   COMMAND_GUEST },
	{ "BLOCK",      command_block,    COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "LIST",       command_list,     COMMAND_GUEST },
	{ "HISTORY",    command_history,  COMMAND_GUEST },
	{ "HELP",       command_help,     COMMAND_GUEST },
	{ "QUIT",       command_quit,     COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "BYE",        command_quit,     COMMAND_IN_BLOCK | COMMAND_GUEST },
	{ "STATUS",     command_status,   0 },
	{ "SOURCES",    command_sources,  0 },
	{ "FOLLOW",     command_follow,   0 },
	{ "UNFOLLOW",   command_unfollow, 0 },
	{ "SKIP",       command_skip,     0 },
	{ "BACK",       command_back,     0 },
	{ "REPEAT",     command_repeat,   0 },
	{ "LIVE",       command_live,     0 },
	{ "MISSED",     command_missed,   0 },
	{ "RELOAD",     command_reload,   0 },
	{ "PROFILE",    command_profile,  0 },
	{ "MUTE",       command_mute,     0 },
	{ "UNMUTE",     command_unmute,   0 },
	{ "ONLY",       command_only,     0 },
	{ "WATCH",      command_watch,    0 },
	{ "LISTEN",     command_listen,   0 },
	{ "LINES",      command_lines,    0 },
	{ "PHRASES",    command_phrases,  0 },
};
/* clang-format on */

/*
 * A web page can make a browser connect to a port of this machine, and what it
 * posts would be commands. HTTP says so in its first line, and a guest, which
 * knows no command to begin with, is no client of ours either.
 */
static bool is_no_client(const struct ssip_client *client,
			 const struct words *line, bool is_command)
{
	struct span text = words_rest(line);

	return memmem(text.text, text.len_bytes, " HTTP/", 6) != NULL ||
	       (text.len_bytes >= 5 &&
		strncasecmp(text.text, "host:", 5) == 0) ||
	       (!is_command && !client->has_spoken && client->is_over_tcp);
}

/* Returns whether a text follows. */
static bool run_command(struct ssip_client *client, const char *line,
			size_t len_bytes)
{
	struct words words = { line, line + len_bytes };
	const struct words whole = words;
	const struct command *command = find_row(commands, COUNT_OF(commands),
						 words_next(&words));

	if (is_no_client(client, &whole, command != NULL)) {
		client->quits = true;
		return false;
	}
	client->has_spoken = true;
	reply_failure(client, command != NULL ? run_row(client, command, words)
					      : REPLY_INVALID_COMMAND);
	return command != NULL && command->run == command_speak;
}

/* Returns whether a text follows. */
static bool run_frame(struct ssip_client *client, enum frame_kind kind)
{
	const struct buf *bytes = &client->framer.bytes;

	if (kind == FRAME_COMMAND)
		return run_command(client, buf_text(bytes), bytes->len_bytes);
	if (kind == FRAME_TEXT)
		reply_failure(client, say_text(client, buf_text(bytes),
					       bytes->len_bytes));
	else
		reply_failure(client, client->framer.in_text
					      ? REPLY_LONG
					      : REPLY_INVALID_COMMAND);
	return false;
}

/* What came unasked while a reply was made stands after it. */
static void end_reply(struct ssip_client *client)
{
	client->replying = false;
	buf_add(&client->out, buf_text(&client->events),
		client->events.len_bytes);
	buf_clear(&client->events);
}

static void run(struct ssip_client *client, enum frame_kind kind)
{
	bool text;

	client->replying = true;
	text = run_frame(client, kind);
	if (client->listing.state == LISTING_NONE)
		end_reply(client);
	framer_next(&client->framer, text);
	client->ssip->changed(client, client->ssip->data);
}

static void go_on(struct ssip_client *client)
{
	listing_step(client);
	if (client->listing.state == LISTING_NONE)
		end_reply(client);
}

static bool may_go_on(const struct ssip_client *client)
{
	return !client->quits && !client->waits &&
	       client->stream == SSIP_COMMANDS &&
	       client->out.len_bytes < SSIP_OUT_PAUSE_BYTES;
}

bool ssip_step(struct ssip_client *client, const char *bytes, size_t len_bytes,
	       size_t *ret_used)
{
	enum frame_kind kind;

	*ret_used = 0;
	if (!may_go_on(client))
		return false;
	if (client->listing.state != LISTING_NONE) {
		go_on(client);
		return true;
	}
	if (len_bytes == 0)
		return false;
	kind = framer_feed(&client->framer, bytes, len_bytes, ret_used);
	if (kind != FRAME_NONE)
		run(client, kind);
	return true;
}

bool ssip_has_work(const struct ssip_client *client, size_t len_bytes)
{
	return may_go_on(client) &&
	       (len_bytes > 0 || client->listing.state != LISTING_NONE);
}
