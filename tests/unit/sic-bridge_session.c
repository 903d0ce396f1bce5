/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * sic-bridge_session.c - the model of the session equals what a server that
 * does anything in any order would say of it, and no typed line is lost, cut
 * through a word, or sent twice when the server shows that it arrived.
 */
#include <string.h>

#include "sic-bridge/state/ledger.h"
#include "sic-bridge/bridge/numerics.h"
#include "sic-bridge/state/presence.h"
#include "tests/unit/test.h"

static struct span of(const char *text)
{
	return span_of(text, strlen(text));
}

/* Numbers that are the same in every run: a failure can be looked at. */
static uint32_t seed;

static unsigned chance(unsigned below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* ---- presence: a table --------------------------------------------------- */

static enum presence_event hear(struct presence *p, const char *text)
{
	struct presence_change change;
	struct irc_line line;

	assert_true(irc_line_parse(text, strlen(text), &line));
	presence_line(p, &line, &change);
	return change.event;
}

static void begin(struct presence *p, const char *nick)
{
	*p = (struct presence){ 0 };
	names_init(&p->names);
	nick_want(&p->nick, of(nick));
	presence_begin(p);
}

static void assert_joins(const struct presence *p, const char *want)
{
	SCOPED_BUF struct buf out = { 0 };

	channels_join_lines(&p->channels, ~0U, 510, &out);
	assert_string_equal(buf_text(&out), want);
}

/* What each line of a server makes of us. */
static void test_presence(void **state)
{
	struct presence p;

	(void)state;
	begin(&p, "me");
	assert_int_equal(presence_prefix_bytes(&p), 2 + 1 + 10 + 1 + 63);
	hear(&p, ":s 001 me :Welcome to it me!~u@some.host");
	assert_int_equal(presence_prefix_bytes(&p), strlen("me!~u@some.host"));
	hear(&p, ":s 396 me hidden.example :is now your host");
	assert_int_equal(presence_prefix_bytes(&p),
			 strlen("me!~u@hidden.example"));
	assert_int_equal(hear(&p, ":me!~u@hidden.example NICK longer"),
			 PRESENCE_RENAMED);
	assert_int_equal(presence_prefix_bytes(&p),
			 strlen("longer!~u@hidden.example"));
	hear(&p, ":longer!~u@hidden.example CHGHOST user h");
	assert_int_equal(presence_prefix_bytes(&p), strlen("longer!user@h"));
	hear(&p, ":other!~u@h CHGHOST userverylong hverylong");
	assert_int_equal(presence_prefix_bytes(&p), strlen("longer!user@h"));
	hear(&p, ":s 302 longer :longer=+~x@y.z");
	assert_int_equal(presence_prefix_bytes(&p), strlen("longer!~x@y.z"));
	presence_want(&p, of("#a,#b,#c"), of("k1,k2"));
	assert_joins(&p, "JOIN #a,#b k1,k2\nJOIN #c\n");
	assert_int_equal(hear(&p, ":longer!u@h JOIN #a"), PRESENCE_JOINED);
	hear(&p, ":op!u@h MODE #a -k+ok * longer new");
	assert_joins(&p, "JOIN #a,#b new,k2\nJOIN #c\n");
	hear(&p, ":op!u@h MODE #a +k *");
	assert_joins(&p, "JOIN #a,#b new,k2\nJOIN #c\n");
	hear(&p, ":op!u@h MODE #a -k new");
	assert_joins(&p, "JOIN #b k2\nJOIN #a,#c\n");
	assert_int_equal(hear(&p, ":s 470 longer #b ##b :Forwarding"),
			 PRESENCE_FORWARDED);
	assert_joins(&p, "JOIN ##b k2\nJOIN #a,#c\n");
	assert_int_equal(hear(&p, ":s 477 longer #c :log in"),
			 PRESENCE_REFUSED);
	assert_int_equal(presence_channel(&p, of("#c"))->state,
			 CHANNEL_REFUSED);
	/* A refusal of something else, where we are in. */
	assert_int_equal(hear(&p, ":s 477 longer #a :log in"),
			 PRESENCE_NOTHING);
	assert_int_equal(hear(&p, ":op!u@h KICK #a longer :bye"),
			 PRESENCE_KICKED);
	assert_int_equal(hear(&p, ":op!u@h KICK #a other :bye"),
			 PRESENCE_NOTHING);
	assert_int_equal(hear(&p, ":s 900 longer x!y@z acc :logged in"),
			 PRESENCE_LOGGED_IN);
	assert_int_equal(hear(&p, ":longer MODE longer :+ir"),
			 PRESENCE_LOGGED_IN);
	presence_leave(&p, of("#A,#c"));
	assert_joins(&p, "JOIN ##b k2\n");
	presence_fini(&p);
}

/* Topic and names are complete once, and counted anew each time. */
static void test_presence_lists(void **state)
{
	struct presence p;
	struct channel *c;

	(void)state;
	begin(&p, "me");
	hear(&p, ":me!u@h JOIN #c");
	c = presence_channel(&p, of("#c"));
	hear(&p, ":s 332 me #c :the plan");
	hear(&p, ":s 353 me = #c :@alice bob ");
	hear(&p, ":s 353 me = #c :carol");
	assert_int_equal(hear(&p, ":s 366 me #c :End"), PRESENCE_LISTED);
	assert_string_equal(c->topic, "the plan");
	assert_int_equal(c->here, 3);
	hear(&p, ":s 353 me = #c :@alice");
	assert_int_equal(hear(&p, ":s 366 me #c :End"), PRESENCE_NOTHING);
	assert_int_equal(c->here, 1);
	hear(&p, ":alice!u@h TOPIC #c :");
	assert_null(c->topic);
	presence_fini(&p);
}

/* ---- presence: any server ------------------------------------------------ */

enum { PLACES = 5 };

/* What the server knows. */
struct world {
	char nick[32], user[32], host[64];
	struct place {
		bool wanted, in, moderated;
		char key[16];
	} places[PLACES];
};

static void word(char *out, size_t out_bytes, char first)
{
	size_t n = 1 + chance((unsigned)out_bytes - 2);

	out[0] = first;
	for (size_t i = 1; i < n; i++)
		out[i] = (char)('a' + chance(26));
	out[n] = '\0';
}

static void tell(struct presence *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void tell(struct presence *p, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	hear(p, text);
}

static void step_identity(struct world *w, struct presence *p)
{
	char old[32];

	memcpy(old, w->nick, sizeof(old));
	switch (chance(4)) {
	case 0:
		word(w->nick, 20, 'n');
		tell(p, ":%s!%s@%s NICK %s%s", old, w->user, w->host,
		     chance(2) ? ":" : "", w->nick);
		break;
	case 1:
		word(w->user, 10, '~');
		word(w->host, 60, 'h');
		tell(p, ":%s!o@o CHGHOST %s %s", w->nick, w->user, w->host);
		break;
	case 2:
		word(w->host, 60, 'v');
		tell(p, ":s 396 %s %s :is now your host", w->nick, w->host);
		break;
	default: /* somebody else, with a nick that begins like ours */
		tell(p, ":%sx!a@b NICK zz", w->nick);
		tell(p, ":%sx!a@b CHGHOST zz zz", w->nick);
		break;
	}
}

/* Modes of all kinds in one line, ours among those of others. */
static void step_mode(struct world *w, struct presence *p, int i)
{
	struct place *place = &w->places[i];
	char modes[32] = "", params[200] = "";
	bool key = chance(2), plus = chance(2);

	if (chance(2)) {
		strcat(modes, "+o");
		strcat(params, " somebody");
	}
	if (chance(2)) {
		strcat(modes, "-lnb");
		strcat(params, " *!*@k");
	}
	if (key) {
		strcat(modes, plus ? "+k" : "-k");
		if (plus)
			word(place->key, sizeof(place->key), 'k');
		strcat(params, " ");
		strcat(params, plus ? place->key : "*");
		if (!plus)
			place->key[0] = '\0';
	}
	place->moderated = chance(2);
	strcat(modes, place->moderated ? "+ml" : "-m+l");
	strcat(params, " 42");
	tell(p, ":op!a@b MODE #%d %s%s", i, modes, params);
}

static void step_place(struct world *w, struct presence *p)
{
	int i = (int)chance(PLACES);
	struct place *place = &w->places[i];
	char name[16];

	snprintf(name, sizeof(name), "#%d", i);
	if (!place->in && !place->wanted) {
		presence_want(p, of(name), of(""));
		*place = (struct place){ .wanted = true };
	} else if (!place->in && chance(3) == 0) {
		tell(p, ":s 47%u %s %s :no", 3 + chance(3), w->nick, name);
	} else if (!place->in) {
		tell(p, ":%s!%s@%s JOIN %s%s", w->nick, w->user, w->host,
		     chance(2) ? ":" : "", name);
		place->in = true;
	} else if (chance(4) == 0) {
		tell(p, ":%s!%s@%s PART %s :bye", w->nick, w->user, w->host,
		     name);
		*place = (struct place){ 0 };
	} else if (chance(4) == 0) {
		tell(p, ":op!a@b KICK %s %s :out", name, w->nick);
		place->in = false;
	} else if (chance(4) == 0) {
		tell(p, ":op!a@b KICK %s %sx :out", name, w->nick);
	} else {
		step_mode(w, p, i);
	}
}

static void assert_same(const struct world *w, const struct presence *p)
{
	char prefix[200];

	snprintf(prefix, sizeof(prefix), "%s!%s@%s", w->nick, w->user, w->host);
	assert_string_equal(p->nick.now, w->nick);
	assert_int_equal(presence_prefix_bytes(p), strlen(prefix));
	for (int i = 0; i < PLACES; i++) {
		const struct place *place = &w->places[i];
		char name[16];
		const struct channel *channel;

		snprintf(name, sizeof(name), "#%d", i);
		channel = presence_channel(p, of(name));
		assert_int_equal(channel != NULL, place->wanted);
		if (channel == NULL)
			continue;
		assert_int_equal(channel->state == CHANNEL_JOINED, place->in);
		assert_string_equal(channel->key != NULL ? channel->key : "",
				    place->key);
		if (place->in)
			assert_int_equal(channel->moderated, place->moderated);
	}
}

static void test_presence_any_server(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 200; run++) {
		struct world w = { .nick = "me", .user = "u", .host = "h" };
		struct presence p;

		seed = run;
		begin(&p, "me");
		tell(&p, ":s 001 me :Welcome me!u@h");
		for (unsigned i = 0; i < 200; i++) {
			if (chance(4) == 0)
				step_identity(&w, &p);
			else
				step_place(&w, &p);
			assert_same(&w, &p);
		}
		presence_fini(&p);
	}
}

/* ---- the ledger ---------------------------------------------------------- */

static struct names names;

static void say(struct ledger *l, const char *target, const char *text)
{
	ledger_add_text(l, &names, "PRIVMSG", of(target), of(text), false,
			true);
}

/* The next line that goes, or "". */
static const char *take(struct ledger *l)
{
	static struct buf line;
	struct ledger_piece piece;

	buf_clear(&line);
	return ledger_take(l, 20, false, &line, &piece) ? buf_text(&line) : "";
}

static struct ledger_count count_of(const struct ledger *l)
{
	return ledger_count(l);
}

/* Private words and commands go before a paste, never within one target. */
static void test_ledger_order(void **state)
{
	struct ledger l = { 0 };

	(void)state;
	names_init(&names);
	say(&l, "#c", "paste 1");
	say(&l, "#c", "paste 2");
	say(&l, "bob", "hi");
	ledger_add_line(&l, &names, of("WHOIS bob"), LEDGER_COMMAND);
	ledger_add_line(&l, &names, of("PART #c"), LEDGER_SESSION);
	say(&l, "@#c", "to the operators");
	assert_string_equal(take(&l), "PRIVMSG bob :hi");
	assert_string_equal(take(&l), "WHOIS bob");
	assert_string_equal(take(&l), "PRIVMSG #c :paste 1");
	assert_string_equal(take(&l), "PRIVMSG #c :paste 2");
	assert_string_equal(take(&l), "PART #c");
	assert_string_equal(take(&l), "PRIVMSG @#c :to the operators");
	assert_string_equal(take(&l), "");
	assert_int_equal(count_of(&l).typed, 5);
	assert_int_equal(count_of(&l).unknown, 5);
	ledger_ping(&l);
	say(&l, "#c", "after the ping");
	assert_string_equal(take(&l), "PRIVMSG #c :after the ping");
	ledger_pong(&l);
	assert_int_equal(count_of(&l).unknown, 1);
	ledger_fini(&l);
}

/* An answer by label is of that line; what was sent before it arrived. */
static void test_ledger_labels(void **state)
{
	struct ledger l = { 0 };
	const struct ledger_entry *entry;

	(void)state;
	names_init(&names);
	say(&l, "bob", "one");
	say(&l, "bob", "two");
	say(&l, "#c", "three");
	for (int i = 0; i < 3; i++)
		(void)take(&l);
	/* The label names it, though another would be older. */
	entry = ledger_refuse_label(&l, 2);
	assert_string_equal(entry->text, "two");
	assert_null(ledger_refuse_label(&l, 2));
	assert_null(ledger_refuse_label(&l, 4));
	/* All up to the one that is answered arrived. */
	ledger_answered(&l, 2);
	assert_int_equal(count_of(&l).unknown, 1);
	assert_null(ledger_refuse_label(&l, 1));
	/* Over another connection old labels mean nothing. */
	ledger_lost(&l);
	assert_null(ledger_refuse_label(&l, 3));
	assert_string_equal(take(&l), "PRIVMSG #c :three");
	ledger_answered(&l, 3);
	assert_true(ledger_has_unknown(&l));
	ledger_answered(&l, 4);
	assert_false(ledger_has_unknown(&l));
	assert_int_equal(count_of(&l).unsent, 1);
	ledger_fini(&l);
}

/* A refusal is of the oldest line that fits, once for all of its pieces. */
static void test_ledger_refusals(void **state)
{
	struct ledger l = { 0 };
	const struct ledger_entry *entry;

	(void)state;
	names_init(&names);
	say(&l, "#a", "one");
	say(&l, "#b", "two");
	say(&l, "#a", "three");
	ledger_add_line(&l, &names, of("TOPIC #a :x"), LEDGER_COMMAND);
	while (*take(&l) != '\0')
		;
	entry = ledger_refuse(&l, &names, ABOUT_TEXT, of("#B"), of(""));
	assert_string_equal(entry->text, "two");
	entry = ledger_refuse(&l, &names, ABOUT_COMMAND, of("#a"), of(""));
	assert_string_equal(entry->text, "TOPIC #a :x");
	entry = ledger_refuse(&l, &names, ABOUT_ANY, of(""), of("privmsg"));
	assert_string_equal(entry->text, "one");
	entry = ledger_refuse(&l, &names, ABOUT_ANY, of("#a"), of(""));
	assert_string_equal(entry->text, "three");
	assert_null(ledger_refuse(&l, &names, ABOUT_ANY, of("#a"), of("")));
	assert_int_equal(count_of(&l).unsent, 4);
	assert_false(ledger_has_unknown(&l));
	ledger_fini(&l);
}

static void test_ledger_cancel(void **state)
{
	struct ledger l = { 0 };

	(void)state;
	names_init(&names);
	for (int i = 0; i < 5; i++)
		say(&l, "#c", "line");
	(void)take(&l);
	assert_int_equal(ledger_cancel(&l), 4);
	assert_false(ledger_has_waiting(&l));
	assert_int_equal(ledger_waiting(&l), 0);
	assert_int_equal(count_of(&l).unsent, 4);
	assert_int_equal(count_of(&l).unknown, 1);
	say(&l, "#c", "afterwards");
	assert_string_equal(take(&l), "PRIVMSG #c :afterwards");
	ledger_fini(&l);
}

/* Every piece of an ACTION is one, and none is longer than a line. */
static void test_ledger_actions(void **state)
{
	struct ledger l = { 0 };
	char text[1500];
	size_t got = 0;

	(void)state;
	names_init(&names);
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = i % 5 == 4 ? ' ' : 'w';
	text[sizeof(text) - 1] = '\0';
	ledger_add_text(&l, &names, "PRIVMSG", of("#c"), of(text), true, true);
	for (;;) {
		const char *line = take(&l);
		size_t n = strlen(line);

		if (n == 0)
			break;
		assert_in_range(n + strlen(":") + 20 + strlen(" "), 1, 510);
		assert_memory_equal(line, "PRIVMSG #c :\001ACTION wwww", 24);
		assert_int_equal(line[n - 1], '\001');
		assert_int_not_equal(line[n - 2], ' ');
		got += n - strlen("PRIVMSG #c :\001ACTION \001") + 1;
	}
	assert_in_range(got, sizeof(text) - 1, sizeof(text) + 1);
	ledger_fini(&l);
}

/* ---- the ledger: any connection ------------------------------------------ */

enum { TARGETS = 3 };
static const char *const targets[TARGETS] = { "#a", "#b", "bob" };

struct net {
	struct buf typed[TARGETS], arrived[TARGETS];
	struct buf seen; /* lines that the server has, for its history */
	bool echoes;
};

static int target_of(const char *line)
{
	for (int i = 0; i < TARGETS; i++) {
		size_t n = strlen(targets[i]);

		if (strncmp(line + strlen("PRIVMSG "), targets[i], n) == 0)
			return i;
	}
	fail();
	return -1;
}

static const char *text_of(const char *line)
{
	return strstr(line, " :") + 2;
}

static void type_line(struct net *net, struct ledger *l, unsigned *number)
{
	int i = (int)chance(TARGETS);
	struct buf text = { 0 };
	unsigned words = 1 + chance(chance(4) == 0 ? 200 : 5);

	for (unsigned w = 0; w < words; w++)
		buf_addf(&text, "%s%u", w > 0 ? " " : "", (*number)++);
	say(l, targets[i], buf_text(&text));
	buf_addf(&net->typed[i], "%s ", buf_text(&text));
	buf_fini(&text);
}

static void echo(struct ledger *l, const char *line)
{
	(void)ledger_echo(l, &names, of(targets[target_of(line)]),
			  of(text_of(line)), false);
}

/* The server has line; whether we ever hear of it is another matter. */
static void arrive(struct net *net, const char *line)
{
	buf_addf(&net->arrived[target_of(line)], "%s ", text_of(line));
	buf_addf(&net->seen, "%s\n", line);
}

/* The history plays back all that the server has, as after a reconnect. */
static void play_back(struct net *net, struct ledger *l)
{
	char *copy = strdup(buf_text(&net->seen)), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			echo(l, line);
	free(copy);
	buf_clear(&net->seen);
}

static void send_some(struct net *net, struct ledger *l, bool *dying)
{
	for (unsigned n = chance(6); n > 0; n--) {
		SCOPED_BUF struct buf line = { 0 };
		struct ledger_piece piece;

		if (!ledger_take(l, 5 + chance(100), false, &line, &piece))
			return;
		if (*dying)
			continue; /* into a connection that is dead already */
		arrive(net, buf_text(&line));
		if (net->echoes && chance(4) != 0)
			echo(l, buf_text(&line));
		else if (net->echoes)
			*dying = true; /* what it said was lost on the way */
	}
}

static void run_net(struct net *net, struct ledger *l)
{
	unsigned number = 1000;
	bool dying = false;

	for (unsigned i = 0; i < 120; i++) {
		switch (chance(5)) {
		case 0:
			type_line(net, l, &number);
			break;
		case 1:
			dying = dying || chance(3) == 0;
			break;
		case 2:
			if (!dying && !l->pinging) {
				ledger_ping(l);
				ledger_pong(l);
			}
			break;
		case 3:
			if (!dying)
				break;
			ledger_lost(l);
			play_back(net, l);
			dying = false;
			break;
		default:
			send_some(net, l, &dying);
			break;
		}
	}
	ledger_lost(l);
	play_back(net, l);
	dying = net->echoes = false; /* from here on all goes well */
	while (ledger_has_waiting(l))
		send_some(net, l, &dying);
}

/* What arrives is what was typed, word by word, each once and in order. */
static void test_ledger_any_connection(void **state)
{
	(void)state;
	names_init(&names);
	for (unsigned run = 0; run < 300; run++) {
		struct net net = { .echoes = run % 2 == 0 };
		struct ledger l = { 0 };

		seed = run;
		run_net(&net, &l);
		for (int i = 0; i < TARGETS; i++) {
			assert_string_equal(buf_text(&net.arrived[i]),
					    buf_text(&net.typed[i]));
			buf_fini(&net.arrived[i]);
			buf_fini(&net.typed[i]);
		}
		ledger_ping(&l);
		ledger_pong(&l);
		assert_int_equal(count_of(&l).unknown, 0);
		assert_int_equal(count_of(&l).unsent, 0);
		assert_int_equal(ledger_waiting(&l), 0);
		buf_fini(&net.seen);
		ledger_fini(&l);
	}
}

/* ---- numerics ------------------------------------------------------------ */

static void test_numerics(void **state)
{
	static const struct {
		const char *line, *sentence;
	} cases[] = {
		{ ":s 473 me #c :Cannot join channel (+i)",
		  "#c is for invited people only" },
		{ ":s 301 me bob :out to lunch", "bob is away: out to lunch" },
		{ ":s 441 me bob #c :They aren't", "bob is not in #c" },
		{ ":s 401", "no such nick: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF struct buf out = { 0 };
		struct irc_line line;

		assert_true(irc_line_parse(cases[i].line, strlen(cases[i].line),
					   &line));
		numeric_word(numeric_find(irc_line_numeric(&line)), &line,
			     &out);
		assert_string_equal(buf_text(&out), cases[i].sentence);
	}
	assert_null(numeric_find(1));
	assert_null(numeric_find(372));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presence),
		cmocka_unit_test(test_presence_lists),
		cmocka_unit_test(test_presence_any_server),
		cmocka_unit_test(test_ledger_order),
		cmocka_unit_test(test_ledger_labels),
		cmocka_unit_test(test_ledger_refusals),
		cmocka_unit_test(test_ledger_cancel),
		cmocka_unit_test(test_ledger_actions),
		cmocka_unit_test(test_ledger_any_connection),
		cmocka_unit_test(test_numerics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
