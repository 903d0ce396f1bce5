/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* commands.c - the table of commands, and bytes in. */
#include "speakd/ssip/parts.h"

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
	int uid;

	if (who.len_bytes == 0)
		return REPLY_MISSING;
	if (!parse_who(client, who, &uid))
		return REPLY_INVALID;
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
	if (word_is(what, "begin"))
		return begin_block(client);
	if (word_is(what, "end"))
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
static const struct {
	const char *name;
	command_fn *run;
	bool in_block;
} commands[] = {
	{ "SPEAK",      command_speak,    true },
	{ "CHAR",       say_char,         true },
	{ "KEY",        say_key,          true },
	{ "SOUND_ICON", say_icon,         true },
	{ "SET",        command_set,      true },
	{ "GET",        command_get,      false },
	{ "STOP",       command_stop,     false },
	{ "CANCEL",     command_cancel,   false },
	{ "PAUSE",      command_pause,    false },
	{ "RESUME",     command_resume,   false },
	{ "BLOCK",      command_block,    true },
	{ "LIST",       command_list,     false },
	{ "HISTORY",    command_history,  false },
	{ "HELP",       command_help,     false },
	{ "QUIT",       command_quit,     true },
	{ "BYE",        command_quit,     true },
	{ "STATUS",     command_status,   false },
	{ "SOURCES",    command_sources,  false },
	{ "FOLLOW",     command_follow,   false },
	{ "UNFOLLOW",   command_unfollow, false },
	{ "SKIP",       command_skip,     false },
	{ "BACK",       command_back,     false },
	{ "REPEAT",     command_repeat,   false },
	{ "LIVE",       command_live,     false },
	{ "MUTE",       command_mute,     false },
	{ "UNMUTE",     command_unmute,   false },
	{ "ONLY",       command_only,     false },
	{ "WATCH",      command_watch,    false },
	{ "LINES",      command_lines,    false },
	{ "PHRASES",    command_phrases,  false },
};
/* clang-format on */

/* Returns whether a text follows. */
static bool run_command(struct ssip_client *client, const char *line,
			size_t len_bytes)
{
	struct words words = { line, line + len_bytes };
	struct span name = words_next(&words);

	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (!word_is(name, commands[i].name))
			continue;
		reply_failure(client,
			      client->block != 0 && !commands[i].in_block
				      ? REPLY_NO_BLOCK
				      : commands[i].run(client, words));
		return commands[i].run == command_speak;
	}
	reply_failure(client, REPLY_INVALID_COMMAND);
	return false;
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

static void run(struct ssip_client *client, enum frame_kind kind)
{
	bool text;

	client->replying = true;
	text = run_frame(client, kind);
	client->replying = false;
	buf_add(&client->out, buf_text(&client->events),
		client->events.len_bytes);
	buf_clear(&client->events);
	framer_next(&client->framer, text);
	client->ssip->changed(client, client->ssip->data);
}

static bool may_go_on(const struct ssip_client *client)
{
	return !client->quits && !client->waits &&
	       client->stream == SSIP_COMMANDS &&
	       client->out.len_bytes < SSIP_OUT_PAUSE_BYTES;
}

size_t ssip_input(struct ssip_client *client, const char *bytes,
		  size_t len_bytes)
{
	size_t done = 0;

	while (done < len_bytes && may_go_on(client)) {
		size_t used = 0;
		enum frame_kind kind = framer_feed(
			&client->framer, bytes + done, len_bytes - done, &used);

		done += used;
		if (kind != FRAME_NONE)
			run(client, kind);
	}
	return done;
}
