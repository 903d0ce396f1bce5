/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * listing.c - a reply with many entries of the history, made step by step.
 *
 * First backwards, to find the oldest of the last entries that are wanted, then
 * forwards, printing them. Between two steps others are served, this client
 * reads what was printed, and entries come and go: places are kept as ids.
 */
#include "speakd/ssip/parts.h"

#include <string.h>

#include "core/mem.h"
#include "core/text.h"

/* Entries looked at in one step. */
enum { STEP_ENTRIES = 64 };

static bool contains(const char *text, const struct buf *wanted)
{
	SCOPED_BUF struct buf fold = { 0 };

	text_fold(&fold, text, strlen(text));
	return memmem(buf_text(&fold), fold.len_bytes, buf_text(wanted),
		      wanted->len_bytes) != NULL;
}

static bool is_wanted(const struct listing *listing,
		      const struct history_entry *entry)
{
	if (listing->uid != SCHEDULER_ALL && entry->client != listing->uid)
		return false;
	return listing->text.len_bytes == 0 ||
	       contains(entry->text, &listing->text) ||
	       (entry->nick != NULL && contains(entry->nick, &listing->text));
}

enum reply listing_begin(struct ssip_client *client, int uid, struct span text,
			 size_t most)
{
	const struct history *history =
		dispatch_history(client->ssip->dispatch);
	struct listing *listing = &client->listing;
	size_t count = history_count(history);

	if (count == 0) {
		reply(client, 241, "OK MSGS LIST SENT");
		return REPLY_NONE;
	}
	*listing = (struct listing){
		.state = LISTING_COUNTS,
		.uid = uid,
		.left = most,
		.last_id = history_at(history, count - 1)->id,
	};
	listing->at_id = listing->last_id + 1;
	text_fold(&listing->text, text.text, text.len_bytes);
	return REPLY_NONE;
}

/* Backwards from at_id, until enough were found or nothing is left. */
static void count_step(struct listing *listing, const struct history *history)
{
	size_t n = history_number(history, listing->at_id);

	for (size_t i = 0; i < STEP_ENTRIES && n > 0 && listing->left > 0;
	     i++) {
		const struct history_entry *entry = history_at(history, --n);

		listing->left -= is_wanted(listing, entry);
		listing->at_id = entry->id;
	}
	if (n == 0 || listing->left == 0)
		listing->state = LISTING_PRINTS;
}

static void end(struct ssip_client *client)
{
	buf_fini(&client->listing.text);
	client->listing = (struct listing){ 0 };
}

static void print_step(struct ssip_client *client,
		       const struct history *history)
{
	struct listing *listing = &client->listing;
	size_t n = history_number(history, listing->at_id);

	for (size_t i = 0; i < STEP_ENTRIES && n < history_count(history);
	     i++) {
		const struct history_entry *entry = history_at(history, n++);
		SCOPED_BUF struct buf json = { 0 };

		listing->at_id = entry->id + 1;
		if (entry->id > listing->last_id)
			break;
		if (!is_wanted(listing, entry))
			continue;
		entry_json(client->ssip, entry, &json);
		reply_data(client, 241, buf_text(&json), json.len_bytes);
	}
	if (listing->at_id <= listing->last_id)
		return;
	reply(client, 241, "OK MSGS LIST SENT");
	end(client);
}

void listing_step(struct ssip_client *client)
{
	const struct history *history =
		dispatch_history(client->ssip->dispatch);

	if (client->listing.state == LISTING_COUNTS)
		count_step(&client->listing, history);
	else
		print_step(client, history);
}
