/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/people.h"

#include "core/mem.h"
#include "core/text.h"

/* Nicks that may turn out to be relays: the last that wrote like one. */
enum { SUSPECTS = 8, NICK_MAX_BYTES = 64 };

/* Of the marks that changes are found by. */
enum { MARK_BITS = 4096 };

/* Nicks whose person is remembered, and how long they are at most. */
enum { KNOWN_MAX = 128, KNOWN_NICK_BYTES = 32 };

/* ---- the configuration --------------------------------------------------- */

void people_config_fini(struct people_config *config)
{
	for (size_t i = 0; i < config->person_count; i++) {
		free(config->persons[i].name);
		free(config->persons[i].nicks);
		free(config->persons[i].say);
		free(config->persons[i].voice);
	}
	for (size_t i = 0; i < config->relay_count; i++)
		free(config->relays[i]);
	*config = (struct people_config){ 0 };
}

static struct person *find_or_add(struct people_config *config,
				  const char *name)
{
	struct person *person;

	for (size_t i = 0; i < config->person_count; i++)
		if (strcmp(config->persons[i].name, name) == 0)
			return &config->persons[i];
	if (config->person_count == PEOPLE_MAX)
		return NULL;
	person = &config->persons[config->person_count++];
	*person = (struct person){ .name = mem_copy(name) };
	return person;
}

static char *folded(const char *text)
{
	struct buf out = { 0 };

	text_fold(&out, text, strlen(text));
	for (size_t i = 0; i < out.len_bytes; i++)
		if (out.data[i] == ',')
			out.data[i] = ' ';
	return buf_give(&out);
}

int people_config_set(struct people_config *config, const char *name,
		      const char *key, const char *value, struct err *e)
{
	struct person *person = find_or_add(config, name);
	char **field;

	if (person == NULL)
		return err_usage(e, "more than %d persons", PEOPLE_MAX);
	field = strcmp(key, "nicks") == 0   ? &person->nicks
		: strcmp(key, "say") == 0   ? &person->say
		: strcmp(key, "voice") == 0 ? &person->voice
					    : NULL;
	if (field == NULL)
		return err_usage(
			e, "unknown key '%s', expected nicks, say or voice",
			key);
	if (value[0] == '\0' || !text_is_utf8(value, strlen(value)))
		return err_usage(e, "%s: needs a value", key);
	free(*field);
	*field = field == &person->nicks ? folded(value) : mem_copy(value);
	return 0;
}

int people_config_add_relay(struct people_config *config, const char *nick,
			    struct err *e)
{
	if (nick[0] == '\0' || !text_is_utf8(nick, strlen(nick)))
		return err_usage(e, "relay: '%s' is not a nick", nick);
	if (config->relay_count == PEOPLE_RELAYS_MAX)
		return err_usage(e, "relay: more than %d", PEOPLE_RELAYS_MAX);
	config->relays[config->relay_count++] = folded(nick);
	return 0;
}

/* ---- nicks --------------------------------------------------------------- */

/*
 * The nick without what people add to it: "alice_", "alice__", "alice`",
 * "alice|afk", "alice[away]", "alice-afk".
 */
static struct span base_of(struct span nick)
{
	static const char *const away[] = { "afk",    "away",  "zzz",	"brb",
					    "busy",   "out",   "work",	"home",
					    "mobile", "phone", "laptop" };
	size_t n = nick.len_bytes;

	for (size_t i = 1; i < n; i++) {
		char c = nick.text[i];
		struct span rest = span_of(nick.text + i + 1, n - i - 1);

		if (c == '|') {
			n = i;
			break;
		}
		if (c != '-' && c != '_' && c != '[')
			continue;
		if (rest.len_bytes > 0 &&
		    memchr("]_", rest.text[rest.len_bytes - 1], 2) != NULL)
			rest.len_bytes--;
		for (size_t k = 0; k < COUNT_OF(away); k++)
			if (span_is_caseless(rest, away[k]))
				n = i;
	}
	while (n > 1 && memchr("_`^", nick.text[n - 1], 3) != NULL)
		n--;
	return span_of(nick.text, n);
}

/* ---- a stream ------------------------------------------------------------ */

struct change {
	char *now; /* owned, folded */
	char *base; /* owned: base_of() of that, folded */
	char *first; /* owned: the nick that it was at first, as written */
	uint32_t mark; /* of base: most of the others differ in it */
};

/* What was found out about a nick, while nothing has changed. */
struct known {
	char nick[KNOWN_NICK_BYTES]; /* as written */
	size_t nick_bytes; /* 0: free */
	uint32_t mark; /* that its change is found by */
	struct span person, name, was; /* in nick, or of whom it belongs to */
	const struct person *section;
};

struct people {
	const struct people_config *config;
	struct known known[KNOWN_MAX];
	struct change *leaving; /* of who quit: the message still needs it */
	struct change changes[PEOPLE_CHANGES_MAX];
	size_t change_count;
	/* Bit n: a change may have mark n; most nicks have none. */
	uint64_t marks[MARK_BITS / 64];
	struct {
		char nick[NICK_MAX_BYTES]; /* folded */
		uint64_t lines[PEOPLE_RELAY_PROOFS]; /* the last ones */
	} suspects[SUSPECTS];
	size_t next_suspect;
	char *relays[PEOPLE_RELAYS_MAX]; /* found out: owned, folded */
	size_t relay_count;
	uint64_t line;
	struct buf nick, inner, fold;
};

struct people *people_new(const struct people_config *keep_config)
{
	struct people *people = mem_new(sizeof(*people));

	people->config = keep_config;
	return people;
}

static void forget_changes(struct people *people)
{
	for (size_t i = 0; i < people->change_count; i++) {
		free(people->changes[i].now);
		free(people->changes[i].base);
		free(people->changes[i].first);
	}
	people->change_count = 0;
	memset(people->marks, 0, sizeof(people->marks));
	memset(people->known, 0, sizeof(people->known));
}

void people_free(struct people *people)
{
	if (people == NULL)
		return;
	forget_changes(people);
	for (size_t i = 0; i < people->relay_count; i++)
		free(people->relays[i]);
	buf_fini(&people->nick);
	buf_fini(&people->inner);
	buf_fini(&people->fold);
	free(people);
}

/* The nick as it is compared; borrowed until the next call. */
static const char *fold(struct people *people, struct span nick)
{
	struct buf *out = &people->fold;

	buf_clear(out);
	if (!text_is_plain(nick.text, nick.len_bytes)) {
		text_fold(out, nick.text, nick.len_bytes);
		return buf_text(out);
	}
	buf_add(out, nick.text, nick.len_bytes);
	for (size_t i = 0; i < out->len_bytes; i++)
		if (out->data[i] >= 'A' && out->data[i] <= 'Z')
			out->data[i] = (char)(out->data[i] - 'A' + 'a');
	return buf_text(out);
}

static struct span visible(struct buf *out, struct span nick)
{
	SCOPED_BUF struct buf bare = { 0 };
	size_t pos = 0;

	buf_clear(out);
	text_strip_mirc(&bare, nick.text, nick.len_bytes);
	while (pos < bare.len_bytes) {
		size_t start = pos;

		if (!text_is_invisible(
			    text_next(bare.data, bare.len_bytes, &pos)))
			buf_add(out, bare.data + start, pos - start);
	}
	return out->len_bytes > 0 ? span_of(out->data, out->len_bytes) : nick;
}

/* A nick that invisible characters or colours break is the nick. */
static struct span clean(struct buf *out, struct span nick)
{
	return text_is_plain(nick.text, nick.len_bytes) ? nick
							: visible(out, nick);
}

static uint32_t mark_of(const char *key)
{
	uint32_t mark = 0;

	while (*key != '\0')
		mark = mark * 31 + (unsigned char)*key++;
	return mark;
}

/* ---- changes of nick ----------------------------------------------------- */

/* base: of the nick that somebody has now. */
static struct change *find_change(struct people *people, struct span base)
{
	const char *key;
	uint32_t mark;

	if (people->change_count == 0)
		return NULL;
	key = fold(people, base);
	mark = mark_of(key);
	if ((people->marks[mark % MARK_BITS / 64] >> (mark % 64) & 1) == 0)
		return NULL;
	for (size_t i = 0; i < people->change_count; i++)
		if (people->changes[i].mark == mark &&
		    strcmp(people->changes[i].base, key) == 0)
			return &people->changes[i];
	return NULL;
}

/* What is known of the nicks that a change with this mark is found for. */
static void forget_known(struct people *people, uint32_t mark)
{
	for (size_t i = 0; i < KNOWN_MAX; i++)
		if (people->known[i].mark == mark)
			people->known[i].nick_bytes = 0;
}

/* Who has gone may be followed by another one of the same nick. */
static void drop_who_left(struct people *people)
{
	struct change *change = people->leaving;

	if (change == NULL)
		return;
	forget_known(people, change->mark);
	free(change->now);
	free(change->base);
	free(change->first);
	*change = people->changes[--people->change_count];
	people->leaving = NULL;
}

static void note_change(struct people *people, const struct message *m)
{
	struct change *old = find_change(people, base_of(m->nick));

	if (m->kind == KIND_QUIT)
		people->leaving = old;
	if (m->kind != KIND_NICK || m->text.len_bytes == 0 ||
	    m->nick.len_bytes == 0)
		return;
	if (old == NULL) {
		if (people->change_count == PEOPLE_CHANGES_MAX)
			forget_changes(people);
		old = &people->changes[people->change_count++];
		*old = (struct change){
			.first = mem_text(m->nick.text, m->nick.len_bytes),
		};
	}
	if (old->base != NULL)
		forget_known(people, old->mark);
	free(old->now);
	free(old->base);
	old->now = mem_copy(fold(people, m->text));
	old->base = mem_copy(fold(people, base_of(m->text)));
	old->mark = mark_of(old->base);
	forget_known(people, old->mark);
	people->marks[old->mark % MARK_BITS / 64] |= UINT64_C(1)
						     << (old->mark % 64);
}

/* ---- relays -------------------------------------------------------------- */

bool people_may_be_relayed(struct span text)
{
	return text.len_bytes > 0 && memchr("<[*", text.text[0], 3) != NULL;
}

/* Past the stars of "**<Ewan>**". */
static const char *skip_stars(const char *at, const char *end)
{
	while (at < end && *at == '*')
		at++;
	return at;
}

/* "<Ewan> ", "**<Ewan>** ", "<Ewan>: ", after an optional "[net] ". */
static bool bracketed(struct span text, struct span *ret_nick,
		      struct span *ret_rest)
{
	const char *at = text.text, *end = at + text.len_bytes;
	const char *close;

	if (at < end && *at == '[') {
		close = memchr(at, ']', (size_t)(end - at));
		if (close == NULL || close + 2 >= end || close[1] != ' ')
			return false;
		at = close + 2;
	}
	at = skip_stars(at, end);
	if (at == end || *at != '<')
		return false;
	close = memchr(at, '>', (size_t)(end - at));
	if (close == NULL || close - at < 2 || close - at > NICK_MAX_BYTES)
		return false;
	*ret_nick = span_of(at + 1, (size_t)(close - at - 1));
	at = skip_stars(close + 1, end);
	at += at < end && *at == ':';
	if (at < end && *at++ != ' ')
		return false;
	*ret_rest = span_of(at, (size_t)(end - at));
	return true;
}

/* "Ewan: ", of a relay that was named only: anybody addresses people so. */
static bool with_colon(struct span text, struct span *ret_nick,
		       struct span *ret_rest)
{
	const char *colon = text.len_bytes > 2
				    ? memmem(text.text, text.len_bytes, ": ", 2)
				    : NULL;
	size_t n = colon != NULL ? (size_t)(colon - text.text) : 0;

	if (n == 0 || n > NICK_MAX_BYTES)
		return false;
	*ret_nick = span_of(text.text, n);
	*ret_rest = span_of(colon + 2, text.len_bytes - n - 2);
	return true;
}

/* "[Ewan] hi" of a relay that was named. */
static bool in_brackets(struct span text, struct span *ret_nick,
			struct span *ret_rest)
{
	const char *close = text.len_bytes > 3 && text.text[0] == '['
				    ? memmem(text.text, text.len_bytes, "] ", 2)
				    : NULL;
	size_t n = close != NULL ? (size_t)(close - text.text) : 0;

	if (n < 2 || n > NICK_MAX_BYTES)
		return false;
	*ret_nick = span_of(text.text + 1, n - 1);
	*ret_rest = span_of(close + 2, text.len_bytes - n - 2);
	return true;
}

/* "* Ewan waves" */
static bool acts(struct span text, struct span *ret_nick, struct span *ret_rest)
{
	const char *blank =
		text.len_bytes > 4 && memcmp(text.text, "* ", 2) == 0
			? memchr(text.text + 2, ' ', text.len_bytes - 2)
			: NULL;
	size_t n = blank != NULL ? (size_t)(blank - text.text) : 0;

	if (n < 3 || n > NICK_MAX_BYTES)
		return false;
	*ret_nick = span_of(text.text + 2, n - 2);
	*ret_rest = span_of(blank + 1, text.len_bytes - n - 1);
	return true;
}

static bool is_in(char *const *list, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], key) == 0)
			return true;
	return false;
}

/* One more line like a relay's: whether it is one now. */
static bool proves(struct people *people, const char *key)
{
	size_t at = 0;
	uint64_t *lines;

	while (at < SUSPECTS && strcmp(people->suspects[at].nick, key) != 0)
		at++;
	if (at == SUSPECTS) {
		at = people->next_suspect++ % SUSPECTS;
		memset(&people->suspects[at], 0, sizeof(people->suspects[at]));
		if (strlen(key) >= NICK_MAX_BYTES)
			return false;
		memcpy(people->suspects[at].nick, key, strlen(key) + 1);
	}
	lines = people->suspects[at].lines;
	memmove(lines, lines + 1, (PEOPLE_RELAY_PROOFS - 1) * sizeof(lines[0]));
	lines[PEOPLE_RELAY_PROOFS - 1] = people->line;
	return lines[0] > 0 && people->line - lines[0] < PEOPLE_RELAY_LINES;
}

static bool is_relay(struct people *people, const char *key)
{
	if (is_in(people->relays, people->relay_count, key))
		return true;
	if (!proves(people, key) || people->relay_count == PEOPLE_RELAYS_MAX)
		return false;
	people->relays[people->relay_count++] = mem_copy(key);
	return true;
}

/* The real speaker in what a relay wrote, as far as it is known for one. */
static bool find_speaker(struct people *people, const struct message *m,
			 struct span *ret_nick, struct span *ret_rest,
			 enum message_kind *ret_kind)
{
	const struct people_config *config = people->config;
	const bool speaks = bracketed(m->text, ret_nick, ret_rest);
	const bool moves = !speaks && acts(m->text, ret_nick, ret_rest);
	const char *key;

	*ret_kind = moves ? KIND_ACTION : KIND_MESSAGE;
	if (!speaks && !moves && config->relay_count == 0)
		return false;
	key = fold(people, m->nick);
	if (is_in(config->relays, config->relay_count, key))
		return speaks || moves ||
		       in_brackets(m->text, ret_nick, ret_rest) ||
		       with_colon(m->text, ret_nick, ret_rest);
	return moves ? is_in(people->relays, people->relay_count, key)
		     : speaks && is_relay(people, key);
}

static void see_through(struct people *people, struct message *m)
{
	enum message_kind kind;
	struct span nick = m->nick, rest = m->text;

	if ((m->kind != KIND_MESSAGE && m->kind != KIND_NOTICE) ||
	    m->nick.len_bytes == 0 ||
	    (people->config->relay_count == 0 &&
	     !people_may_be_relayed(m->text)) ||
	    !find_speaker(people, m, &nick, &rest, &kind))
		return;
	m->kind = kind;
	m->nick = clean(&people->inner, nick);
	m->text = rest;
}

/* ---- one message --------------------------------------------------------- */

/* Whether word is one of a list separated by blanks. */
static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)) != NULL; at++)
		if ((at == list || at[-1] == ' ') &&
		    (at[n] == ' ' || at[n] == '\0'))
			return n > 0;
	return false;
}

static const struct person *find_person(struct people *people, struct span nick)
{
	const struct people_config *config = people->config;
	const char *key;

	if (config->person_count == 0)
		return NULL;
	key = fold(people, nick);
	for (size_t i = 0; i < config->person_count; i++)
		if (config->persons[i].nicks != NULL &&
		    has_word(config->persons[i].nicks, key))
			return &config->persons[i];
	return NULL;
}

static struct span of_text(const char *text)
{
	return span_of_text(text);
}

/*
 * Who has this nick, of this base: person, name and was of message, and the
 * section.
 */
static const struct person *find_out(struct people *people, struct span base,
				     struct message *message)
{
	const struct person *person = find_person(people, message->nick);
	const struct change *change = find_change(people, base);

	message->name = base;
	message->person = base;
	if (change != NULL) {
		message->person = base_of(of_text(change->first));
		/* One more "_" may be somebody else. */
		if (strcmp(change->now, fold(people, message->nick)) == 0)
			message->was = of_text(change->first);
	}
	if (person != NULL) {
		message->was = of_text(person->name);
		message->person = message->was;
		message->name = of_text(person->say != NULL ? person->say
							    : person->name);
	}
	return person;
}

static struct known *place_of(struct people *people, struct span nick)
{
	uint64_t hash = nick.len_bytes;
	uint32_t four;

	/* Four bytes at a time, the last of which may have been in already. */
	for (size_t i = 0; i + 4 < nick.len_bytes; i += 4) {
		memcpy(&four, nick.text + i, 4);
		hash = (hash ^ four) * 0x9e3779b97f4a7c15U;
	}
	if (nick.len_bytes >= 4) {
		memcpy(&four, nick.text + nick.len_bytes - 4, 4);
		hash = (hash ^ four) * 0x9e3779b97f4a7c15U;
	}
	for (size_t i = 0; nick.len_bytes < 4 && i < nick.len_bytes; i++)
		hash = hash * 31 + (unsigned char)nick.text[i];
	return &people->known[(hash ^ (hash >> 32)) % KNOWN_MAX];
}

/*
 * The same few people say nearly all lines, and who they are changes with
 * nicks only.
 */
static const struct person *look_up(struct people *people,
				    struct message *message)
{
	struct span nick = message->nick;
	struct known *known;

	if (nick.len_bytes > KNOWN_NICK_BYTES)
		return find_out(people, base_of(nick), message);
	known = place_of(people, nick);
	if (known->nick_bytes != nick.len_bytes ||
	    memcmp(known->nick, nick.text, nick.len_bytes) != 0) {
		struct span base;

		memcpy(known->nick, nick.text, nick.len_bytes);
		known->nick_bytes = nick.len_bytes;
		message->nick = span_of(known->nick, nick.len_bytes);
		base = base_of(message->nick);
		known->mark = mark_of(fold(people, base));
		known->section = find_out(people, base, message);
		known->person = message->person;
		known->name = message->name;
		known->was = message->was;
	}
	message->nick = nick;
	message->person = known->person;
	message->name = known->name;
	message->was = known->was;
	return known->section;
}

const struct person *people_read(struct people *people, unsigned kinds,
				 struct message *message)
{
	const struct person *person = NULL;

	people->line++;
	drop_who_left(people);
	message->nick = clean(&people->nick, message->nick);
	see_through(people, message);
	if (message->nick.len_bytes == 0)
		return NULL;
	kinds |= 1U << KIND_NICK;
	if ((kinds >> message->kind & 1) != 0)
		person = look_up(people, message);
	if (message->kind == KIND_NICK || message->kind == KIND_QUIT)
		note_change(people, message);
	return person;
}
