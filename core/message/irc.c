/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* A message of an IRC line's parts. */
#include "core/message/scan.h"

static struct span either(struct span first, struct span second)
{
	return first.len_bytes > 0 ? first : second;
}

/* The first parameter is a channel or somebody's nick. */
static void set_target(struct message *m, struct span name)
{
	if (span_is_channel(name))
		m->channel = name;
	else
		m->target = name;
}

static void of_privmsg(struct message *m, struct cursor params)
{
	struct span to = cursor_rest(&params);

	set_target(m, to);
	message_said(m, m->target.len_bytes > 0 ? KIND_PRIVATE : KIND_MESSAGE,
		     m->nick, m->trailing);
}

static void of_notice(struct message *m, struct cursor params)
{
	struct span to = { "", 0 };

	(void)cursor_word(&params, &to);
	(void)cursor_char(&params, ' ');
	set_target(m, to);
	message_said(m, KIND_NOTICE, m->nick,
		     either(m->trailing, cursor_rest(&params)));
}

/* "JOIN :#c", "JOIN #c" and extended-join's "JOIN #c account :name". */
static void of_membership(struct message *m, struct cursor params)
{
	if (params.at == params.end) {
		m->channel = m->trailing;
		return;
	}
	(void)cursor_word(&params, &m->channel);
	m->text = m->trailing;
}

static void of_text(struct message *m, struct cursor params)
{
	m->text = either(m->trailing, cursor_rest(&params));
}

static void of_topic(struct message *m, struct cursor params)
{
	(void)cursor_word(&params, &m->channel);
	(void)cursor_char(&params, ' ');
	of_text(m, params);
}

/* "#c +o bob" or, from InspIRCd, "#c +o" and ":bob" */
static void of_mode(struct message *m, struct cursor params)
{
	struct span to = { "", 0 };
	struct span rest;

	(void)cursor_word(&params, &to);
	(void)cursor_char(&params, ' ');
	set_target(m, to);
	rest = span_trim_end(cursor_rest(&params));
	if (rest.len_bytes > 0 && m->trailing.len_bytes > 0)
		m->text = message_join(m, rest, " ", m->trailing);
	else
		m->text = either(m->trailing, rest);
}

static void of_kick(struct message *m, struct cursor params)
{
	(void)cursor_word(&params, &m->channel);
	(void)cursor_char(&params, ' ');
	(void)cursor_word(&params, &m->target);
	(void)cursor_char(&params, ' ');
	of_text(m, params);
}

/*
 * sic-bridge's own lines: "STATE (WORD [CHANNEL] [NICK ...]): sentence". The
 * sentence is complete; whoever words it anew has the rest in params.
 */
static void of_state(struct message *m, struct cursor params)
{
	struct span word;

	m->text = m->trailing;
	m->network = m->nick;
	while (cursor_word(&params, &word)) {
		if (m->channel.len_bytes == 0 && span_is_channel(word))
			m->channel = word;
		cursor_blanks(&params);
	}
}

/*
 * sic-bridge's own lines too: "HISTORY (TARGET [COMMAND]): text" is played
 * back, a PRIVMSG where no command is named.
 */
static void of_history(struct message *m, struct cursor params)
{
	struct span to = { "", 0 };
	struct span command;

	(void)cursor_word(&params, &to);
	(void)cursor_char(&params, ' ');
	command = cursor_rest(&params);
	m->old = true;
	set_target(m, to);
	if (command.len_bytes == 0)
		message_said(m,
			     m->target.len_bytes > 0 ? KIND_PRIVATE
						     : KIND_MESSAGE,
			     m->nick, m->trailing);
	else if (span_is(command, "NOTICE"))
		message_said(m, KIND_NOTICE, m->nick, m->trailing);
	else
		m->text = m->trailing;
}

/* The first parameter is our own nick, or "*" before there is one. */
static void of_numeric(struct message *m, struct cursor params)
{
	struct cursor words;
	struct span word;

	(void)cursor_word(&params, &m->target);
	(void)cursor_char(&params, ' ');
	words = params;
	while (cursor_word(&words, &word)) {
		if (m->channel.len_bytes == 0 && word.text[0] == '#')
			m->channel = word;
		cursor_blanks(&words);
	}
	of_text(m, params);
}

static bool is_numeric(struct span command)
{
	struct cursor c = cursor_of(command);

	return command.len_bytes == 3 && cursor_two_digits(&c, 0, 99) &&
	       *c.at >= '0' && *c.at <= '9';
}

void message_of_irc(struct span sender, struct span command, struct span params,
		    struct span trailing, struct message *ret)
{
	static const struct {
		const char *command;
		enum message_kind kind;
		void (*fill)(struct message *m, struct cursor params);
	} commands[] = {
		{ "PRIVMSG", KIND_MESSAGE, of_privmsg },
		{ "NOTICE", KIND_NOTICE, of_notice },
		{ "JOIN", KIND_JOIN, of_membership },
		{ "PART", KIND_PART, of_membership },
		{ "QUIT", KIND_QUIT, of_text },
		{ "NICK", KIND_NICK, of_text },
		{ "MODE", KIND_MODE, of_mode },
		{ "TOPIC", KIND_TOPIC, of_topic },
		{ "KICK", KIND_KICK, of_kick },
		{ "STATE", KIND_STATE, of_state },
		{ "HISTORY", KIND_OTHER, of_history },
	};

	message_clear(ret);
	ret->nick = sender;
	ret->command = command;
	ret->params = params;
	ret->trailing = trailing;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (!span_is(command, commands[i].command))
			continue;
		ret->kind = commands[i].kind;
		commands[i].fill(ret, cursor_of(params));
		return;
	}
	if (is_numeric(command)) {
		ret->kind = KIND_NUMERIC;
		of_numeric(ret, cursor_of(params));
	} else {
		of_text(ret, cursor_of(params));
	}
}
