/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/state/ledger.h"

#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "sic-bridge/irc/flood.h"

static const char action_head[] = "\001ACTION ";

/* ---- entries ------------------------------------------------------------- */

static void entry_fini(struct ledger_entry *entry)
{
	free(entry->command);
	free(entry->target);
	free(entry->text);
}

static bool is_counted(const struct ledger_entry *entry)
{
	return entry->kind != LEDGER_SESSION;
}

static bool is_delivered(const struct ledger_entry *entry)
{
	return entry->delivered >= entry->text_bytes;
}

/* "#a,@#b" is several targets. */
static bool is_target(const struct names *names,
		      const struct ledger_entry *entry, struct span target)
{
	const char *at = entry->target;

	for (;;) {
		size_t n = strcspn(at, ",");

		if (names_equal(names, span_of(at, n), target))
			return true;
		if (at[n] == '\0')
			return false;
		at += n + 1;
	}
}

/* ---- queues -------------------------------------------------------------- */

static struct ledger_entry *queue_add(struct ledger_queue *queue)
{
	if (queue->first > queue->count - queue->first) {
		queue->count -= queue->first;
		queue->next -= queue->first;
		memmove(queue->entries, queue->entries + queue->first,
			queue->count * sizeof(*queue->entries));
		queue->first = 0;
	}
	queue->entries = mem_resize(queue->entries, queue->count + 1,
				    sizeof(*queue->entries));
	queue->entries[queue->count] = (struct ledger_entry){ 0 };
	return &queue->entries[queue->count++];
}

/* Those at the front of whom everything is known go. */
static void queue_settle(struct ledger_queue *queue)
{
	while (queue->first < queue->next &&
	       is_delivered(&queue->entries[queue->first]))
		entry_fini(&queue->entries[queue->first++]);
}

static void queue_cut(struct ledger_queue *queue, size_t count)
{
	while (queue->count > count)
		entry_fini(&queue->entries[--queue->count]);
}

static void queue_fini(struct ledger_queue *queue)
{
	queue_cut(queue, queue->first);
	free(queue->entries);
	*queue = (struct ledger_queue){ 0 };
}

void ledger_fini(struct ledger *ledger)
{
	queue_fini(&ledger->urgent);
	queue_fini(&ledger->usual);
}

/* ---- typed --------------------------------------------------------------- */

static bool waits_for(const struct ledger_queue *queue,
		      const struct names *names, struct span target)
{
	for (size_t i = queue->next; i < queue->count; i++)
		if (is_target(names, &queue->entries[i], target))
			return true;
	return false;
}

/*
 * Words for a channel wait their turn; so does what would overtake words for
 * the same place, and a JOIN, PART or MODE that they may depend on.
 */
static bool is_urgent(const struct ledger *ledger, const struct names *names,
		      struct span target)
{
	struct span bare = names_without_status(names, target);

	return !names_is_channel(names, bare) &&
	       !waits_for(&ledger->usual, names, target);
}

static struct ledger_entry *add(struct ledger *ledger,
				const struct names *names,
				enum ledger_kind kind, struct span target,
				struct span text)
{
	bool urgent = is_urgent(ledger, names, target);
	struct ledger_entry *entry = queue_add(urgent ? &ledger->urgent
						      : &ledger->usual);

	entry->kind = kind;
	entry->target = mem_text(target.text, target.len_bytes);
	entry->text = mem_text(text.text, text.len_bytes);
	entry->text_bytes = text.len_bytes;
	ledger->waiting_bytes += text.len_bytes;
	ledger->typed += is_counted(entry);
	return entry;
}

void ledger_add_text(struct ledger *ledger, const struct names *names,
		     const char *command, struct span target, struct span text,
		     bool action, bool show)
{
	struct ledger_entry *entry = add(ledger, names, LEDGER_TEXT, target,
					 text);

	entry->command = mem_copy(command);
	entry->action = action;
	entry->show = show;
}

void ledger_add_line(struct ledger *ledger, const struct names *names,
		     struct span line, enum ledger_kind kind)
{
	struct ledger_entry *entry;
	struct irc_line parsed;

	(void)irc_line_parse(line.text, line.len_bytes, &parsed);
	entry = add(ledger, names, kind, irc_line_param(&parsed, 0), line);
	entry->command = mem_text(parsed.command.text,
				  parsed.command.len_bytes);
}

void ledger_add_unsent(struct ledger *ledger)
{
	ledger->typed++;
	ledger->failed++;
}

/* ---- sent ---------------------------------------------------------------- */

/* What of a line is left for text once the server has put us in front. */
static size_t room_for_text(const struct ledger_entry *entry,
			    size_t prefix_bytes)
{
	size_t used = strlen(":") + prefix_bytes + strlen(" ") +
		      strlen(entry->command) + strlen(" ") +
		      strlen(entry->target) + strlen(" :");

	if (entry->action)
		used += sizeof(action_head); /* and the closing mark */
	return used + LEDGER_TEXT_MIN_BYTES < LEDGER_LINE_BYTES
		       ? LEDGER_LINE_BYTES - used
		       : LEDGER_TEXT_MIN_BYTES;
}

static void take_piece(struct ledger_entry *entry, size_t prefix_bytes,
		       struct buf *out)
{
	const char *text = entry->text + entry->sent;
	size_t next;
	size_t n = flood_split(text, entry->text_bytes - entry->sent,
			       room_for_text(entry, prefix_bytes), &next);

	buf_addf(out, "%s %s :%s", entry->command, entry->target,
		 entry->action ? action_head : "");
	buf_add(out, text, n);
	if (entry->action)
		buf_add_char(out, '\001');
	entry->sent += next;
}

static struct ledger_queue *next_queue(struct ledger *ledger, bool hold)
{
	struct ledger_queue *queues[] = { &ledger->urgent, &ledger->usual };

	for (size_t i = 0; i < COUNT_OF(queues); i++) {
		struct ledger_queue *queue = queues[i];

		if (queue->next < queue->count &&
		    !(hold && queue->entries[queue->next].again))
			return queue;
	}
	return NULL;
}

bool ledger_take(struct ledger *ledger, size_t prefix_bytes, bool hold,
		 struct buf *out, struct ledger_piece *ret)
{
	struct ledger_queue *queue = next_queue(ledger, hold);
	struct ledger_entry *entry;
	size_t before;

	if (queue == NULL)
		return false;
	entry = &queue->entries[queue->next];
	before = entry->sent;
	if (entry->kind == LEDGER_TEXT) {
		take_piece(entry, prefix_bytes, out);
	} else {
		buf_add(out, entry->text, entry->text_bytes);
		entry->sent = entry->text_bytes;
	}
	entry->last_label = ++ledger->label;
	if (entry->first_label == 0)
		entry->first_label = entry->last_label;
	*ret = (struct ledger_piece){
		.label = entry->last_label,
		.show = entry->show && before >= entry->shown,
		.again = entry->again && is_counted(entry) &&
			 before == entry->delivered,
		.target = entry->target,
	};
	entry->shown = max_size(entry->shown, entry->sent);
	entry->pieces++;
	ledger->unpinged++;
	ledger->waiting_bytes -= entry->sent - before;
	if (entry->sent >= entry->text_bytes)
		queue->next++;
	return true;
}

size_t ledger_waiting(const struct ledger *ledger)
{
	return ledger->waiting_bytes;
}

bool ledger_has_waiting(const struct ledger *ledger)
{
	return ledger->urgent.next < ledger->urgent.count ||
	       ledger->usual.next < ledger->usual.count;
}

/* ---- known --------------------------------------------------------------- */

/* Entries of which at least a part was sent: the one at next may be. */
static size_t sent_end(const struct ledger_queue *queue)
{
	return min_size(queue->next + 1, queue->count);
}

static bool has_unknown(const struct ledger_queue *queue)
{
	for (size_t i = queue->first; i < sent_end(queue); i++) {
		const struct ledger_entry *entry = &queue->entries[i];

		if (is_counted(entry) && !entry->refused &&
		    entry->delivered < entry->sent)
			return true;
	}
	return false;
}

bool ledger_has_unknown(const struct ledger *ledger)
{
	return has_unknown(&ledger->urgent) || has_unknown(&ledger->usual);
}

static void ping_queue(struct ledger_queue *queue)
{
	for (size_t i = queue->first; i < sent_end(queue); i++)
		queue->entries[i].pinged = queue->entries[i].sent;
}

void ledger_ping(struct ledger *ledger)
{
	ping_queue(&ledger->urgent);
	ping_queue(&ledger->usual);
	ledger->unpinged = 0;
	ledger->pinging = true;
}

static void pong_queue(struct ledger_queue *queue)
{
	for (size_t i = queue->first; i < sent_end(queue); i++) {
		struct ledger_entry *entry = &queue->entries[i];

		entry->delivered = max_size(entry->delivered, entry->pinged);
	}
	queue_settle(queue);
}

void ledger_pong(struct ledger *ledger)
{
	ledger->pinging = false;
	pong_queue(&ledger->urgent);
	pong_queue(&ledger->usual);
}

/* A line of which a later piece is still to be answered is not yet known. */
static void answer_queue(struct ledger_queue *queue, unsigned label)
{
	for (size_t i = queue->first; i < sent_end(queue); i++) {
		struct ledger_entry *entry = &queue->entries[i];

		if (entry->last_label != 0 && entry->last_label <= label)
			entry->delivered = max_size(entry->delivered,
						    entry->sent);
	}
	queue_settle(queue);
}

void ledger_answered(struct ledger *ledger, unsigned label)
{
	answer_queue(&ledger->urgent, label);
	answer_queue(&ledger->usual, label);
}

/* Whether text is the next that should come back of entry. */
static bool take_echo(struct ledger_entry *entry, struct span text, bool action)
{
	const char *expected = entry->text + entry->delivered;

	if (entry->kind != LEDGER_TEXT || entry->action != action ||
	    is_delivered(entry) || text.len_bytes == 0 ||
	    entry->text_bytes - entry->delivered < text.len_bytes ||
	    memcmp(expected, text.text, text.len_bytes) != 0)
		return false;
	entry->delivered += text.len_bytes;
	if (!is_delivered(entry) && entry->text[entry->delivered] == ' ')
		entry->delivered++;
	return true;
}

static bool echo_queue(struct ledger *ledger, struct ledger_queue *queue,
		       const struct names *names, struct span target,
		       struct span text, bool action)
{
	size_t end = queue->count;

	for (size_t i = queue->first; i < end; i++) {
		struct ledger_entry *entry = &queue->entries[i];

		/* Waiting, and never sent: it cannot have come back. */
		if (i >= queue->next && !entry->again && entry->sent == 0)
			return false;
		if (!is_target(names, entry, target) ||
		    !take_echo(entry, text, action))
			continue;
		if (entry->delivered > entry->sent) {
			ledger->waiting_bytes -= entry->delivered - entry->sent;
			entry->sent = entry->delivered;
		}
		/* Delivered over the connection before: not to be sent. */
		if (i == queue->next && is_delivered(entry))
			queue->next++;
		queue_settle(queue);
		return true;
	}
	return false;
}

bool ledger_echo(struct ledger *ledger, const struct names *names,
		 struct span target, struct span text, bool action)
{
	return echo_queue(ledger, &ledger->urgent, names, target, text,
			  action) ||
	       echo_queue(ledger, &ledger->usual, names, target, text, action);
}

/* ---- refused ------------------------------------------------------------- */

static bool fits(const struct ledger_entry *entry, const struct names *names,
		 enum ledger_about about, struct span target,
		 struct span command)
{
	enum ledger_about kind = entry->kind == LEDGER_TEXT ? ABOUT_TEXT
							    : ABOUT_COMMAND;

	return is_counted(entry) && ((unsigned)kind & (unsigned)about) != 0 &&
	       entry->refusals < entry->pieces &&
	       (target.len_bytes == 0 || is_target(names, entry, target)) &&
	       (command.len_bytes == 0 ||
		(command.len_bytes == strlen(entry->command) &&
		 strncasecmp(entry->command, command.text, command.len_bytes) ==
			 0));
}

static struct ledger_entry *
find_refused(struct ledger_queue *queue, const struct names *names,
	     enum ledger_about about, struct span target, struct span command)
{
	for (size_t i = queue->first; i < sent_end(queue); i++)
		if (fits(&queue->entries[i], names, about, target, command))
			return &queue->entries[i];
	return NULL;
}

/* The rest of a line whose beginning was refused is not sent. */
static void drop_rest(struct ledger *ledger, struct ledger_queue *queue,
		      struct ledger_entry *entry)
{
	if (entry->sent == entry->text_bytes)
		return;
	ledger->waiting_bytes -= entry->text_bytes - entry->sent;
	entry->sent = entry->text_bytes;
	queue->next++;
}

static const struct ledger_entry *refuse(struct ledger *ledger,
					 struct ledger_queue *queue,
					 struct ledger_entry *entry)
{
	entry->refusals++;
	if (entry->refused)
		return NULL;
	entry->refused = true;
	ledger->failed++;
	drop_rest(ledger, queue, entry);
	return entry;
}

const struct ledger_entry *
ledger_refuse(struct ledger *ledger, const struct names *names,
	      enum ledger_about about, struct span target, struct span command)
{
	struct ledger_queue *queue = &ledger->urgent;
	struct ledger_entry *entry = find_refused(queue, names, about, target,
						  command);

	if (entry == NULL) {
		queue = &ledger->usual;
		entry = find_refused(queue, names, about, target, command);
	}
	return entry != NULL ? refuse(ledger, queue, entry) : NULL;
}

static struct ledger_entry *find_label(const struct ledger_queue *queue,
				       unsigned label)
{
	for (size_t i = queue->first; i < sent_end(queue); i++) {
		struct ledger_entry *entry = &queue->entries[i];

		if (entry->first_label != 0 && entry->first_label <= label &&
		    label <= entry->last_label)
			return is_counted(entry) ? entry : NULL;
	}
	return NULL;
}

const struct ledger_entry *ledger_refuse_label(struct ledger *ledger,
					       unsigned label)
{
	struct ledger_queue *queue = &ledger->urgent;
	struct ledger_entry *entry = find_label(queue, label);

	if (entry == NULL) {
		queue = &ledger->usual;
		entry = find_label(queue, label);
	}
	return entry != NULL ? refuse(ledger, queue, entry) : NULL;
}

/* ---- lost, cancelled, counted -------------------------------------------- */

/* What cannot wait again, or need not, is taken for known. */
static void forget_known(struct ledger_queue *queue)
{
	for (size_t i = queue->first; i < queue->next; i++)
		if (!is_counted(&queue->entries[i]) ||
		    queue->entries[i].refused)
			queue->entries[i].delivered =
				queue->entries[i].text_bytes;
}

static void lose_queue(struct ledger *ledger, struct ledger_queue *queue)
{
	size_t kept = queue->first, end = sent_end(queue);

	forget_known(queue);
	for (size_t i = queue->first; i < queue->count; i++) {
		struct ledger_entry *entry = &queue->entries[i];

		if (i < queue->next && is_delivered(entry)) {
			entry_fini(entry);
			continue;
		}
		if (i < end && entry->sent > entry->delivered) {
			ledger->waiting_bytes += entry->sent - entry->delivered;
			entry->sent = entry->pinged = entry->delivered;
			entry->again = true;
		}
		entry->pieces = entry->refusals = 0;
		entry->first_label = entry->last_label = 0;
		queue->entries[kept++] = *entry;
	}
	queue->count = kept;
	queue->next = queue->first;
}

void ledger_lost(struct ledger *ledger)
{
	lose_queue(ledger, &ledger->urgent);
	lose_queue(ledger, &ledger->usual);
	ledger->pinging = false;
	ledger->unpinged = 0;
}

static size_t cancel_queue(struct ledger_queue *queue)
{
	size_t cancelled = 0;

	for (size_t i = queue->next; i < queue->count; i++)
		cancelled += is_counted(&queue->entries[i]);
	/* One of which a part was sent ends there. */
	if (queue->next < queue->count &&
	    queue->entries[queue->next].sent > 0) {
		struct ledger_entry *entry = &queue->entries[queue->next++];

		entry->text_bytes = entry->sent;
		entry->refused = true;
	}
	queue_cut(queue, queue->next);
	return cancelled;
}

size_t ledger_cancel(struct ledger *ledger)
{
	size_t cancelled = cancel_queue(&ledger->urgent) +
			   cancel_queue(&ledger->usual);

	ledger->waiting_bytes = 0;
	ledger->failed += cancelled;
	return cancelled;
}

static void count(const struct ledger_queue *queue, struct ledger_count *ret)
{
	for (size_t i = queue->first; i < queue->count; i++) {
		const struct ledger_entry *entry = &queue->entries[i];

		if (!is_counted(entry) || entry->refused || is_delivered(entry))
			continue;
		if (i < queue->next || entry->again)
			ret->unknown++;
		else
			ret->unsent++;
	}
}

struct ledger_count ledger_count(const struct ledger *ledger)
{
	struct ledger_count ret = {
		.typed = ledger->typed,
		.unsent = ledger->failed,
	};

	count(&ledger->urgent, &ret);
	count(&ledger->usual, &ret);
	return ret;
}
