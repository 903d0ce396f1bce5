/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/history.h"

#include <fcntl.h>
#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "project/directory/change.h"

static size_t hash(const char *id)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 0x100000001b3u;
	return (size_t)h;
}

/* Where id is in the index, or the free place for it. */
static size_t *slot(const struct history *h, const char *id)
{
	size_t at;

	assert(h->index_size > 0);
	at = hash(id) % h->index_size;
	while (h->index[at] != 0 &&
	       strcmp(h->groups[h->index[at] - 1].id, id) != 0)
		at = (at + 1) % h->index_size;
	return &h->index[at];
}

struct group *history_find(const struct history *h, const char *id)
{
	size_t *found = h->index_size > 0 ? slot(h, id) : NULL;

	return found != NULL && *found != 0 ? &h->groups[*found - 1] : NULL;
}

static struct group *make(struct history *h, const char *id,
			  const struct record *r, size_t at)
{
	size_t *found = slot(h, id);

	if (*found == 0) {
		*found = ++h->count;
		h->groups[h->count - 1] = (struct group){
			.id = id, .what = r->what, .when = r->when, .first = at
		};
	}
	return &h->groups[*found - 1];
}

static struct group *group_of(struct history *h, const struct record *r,
			      size_t at)
{
	struct group *group = make(h, r->id, r, at);

	group->last = at;
	return group;
}

/* A mark stands for its group; its field names the group that did it. */
static void note(struct history *h, const struct record *r, size_t at)
{
	struct group *group;

	switch (r->kind) {
	case JOURNAL_MOVE:
	case JOURNAL_PUBLISH:
	case JOURNAL_TEXT:
		group_of(h, r, at)->changes++;
		return;
	case JOURNAL_AUTO:
		group_of(h, r, at)->automatic = true;
		return;
	case JOURNAL_UNDOING:
	case JOURNAL_UNDONE:
	case JOURNAL_REDONE:
	case JOURNAL_KINDS:
		break;
	}
	/* Known before its records are, if it was killed in between. */
	if (r->count > 0)
		make(h, r->fields[0], r, at)->is_undo = true;
	group = history_find(h, r->id);
	if (group == NULL)
		return;
	group->undoing = r->kind == JOURNAL_UNDOING;
	if (r->kind == JOURNAL_UNDONE && r->count > 0)
		group->undo_id = r->fields[0];
	if (r->kind != JOURNAL_UNDOING)
		group->undone = r->kind == JOURNAL_UNDONE;
}

static int read_journal(const struct gtd *gtd, size_t from,
			struct journal *journal, struct err *e)
{
	SCOPED_TEXT char *path = gtd_state_file(gtd, "journal");
	SCOPED_BUF struct buf text = { 0 };
	struct err mine = { 0 };
	int rc = file_read(AT_FDCWD, path, JOURNAL_READ_MAX_BYTES, &text,
			   &mine);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0) {
		*e = mine;
		return rc;
	}
	/* It was trimmed meanwhile: then all of it. */
	from = from <= text.len_bytes ? from : 0;
	journal_parse(journal, buf_text(&text) + from, text.len_bytes - from);
	return 0;
}

int history_read(struct history *ret, const struct gtd *gtd, struct err *e)
{
	*ret = (struct history){ 0 };
	if (read_journal(gtd, 0, &ret->journal, e) < 0)
		return -e->code;
	ret->index_size = ret->journal.count * 2 + 1;
	ret->index = mem_new(ret->index_size * sizeof(*ret->index));
	ret->groups = mem_resize(NULL, ret->journal.count + 1,
				 sizeof(*ret->groups));
	for (size_t i = 0; i < ret->journal.count; i++)
		note(ret, &ret->journal.list[i], i);
	return 0;
}

void history_fini(struct history *history)
{
	journal_fini(&history->journal);
	free(history->groups);
	free(history->index);
	*history = (struct history){ 0 };
}

bool group_can_be_undone(const struct group *group)
{
	return group->changes > 0 && !group->automatic && !group->is_undo &&
	       !group->undone;
}

bool group_can_be_redone(const struct group *group)
{
	return group->undone && !group->is_undo && group->undo_id != NULL;
}

/* ---- replay ------------------------------------------------------------- */

size_t history_bytes(const struct gtd *gtd)
{
	SCOPED_TEXT char *path = gtd_state_file(gtd, "journal");
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

int history_replay(const struct gtd *gtd, size_t since, const char *path,
		   struct buf *text, struct err *e)
{
	struct journal journal = { 0 };
	int rc = read_journal(gtd, since, &journal, e);

	for (size_t i = 0; rc == 0 && i < journal.count; i++) {
		const struct record *r = &journal.list[i];
		struct buf next = { 0 };
		struct patch patch;

		if (r->kind != JOURNAL_TEXT ||
		    strcmp(r->fields[TEXT_PATH], path) != 0)
			continue;
		patch = journal_patch(r);
		if (!patch_forward(&patch, text, &next))
			break;
		buf_fini(text);
		*text = next;
	}
	journal_fini(&journal);
	return rc;
}
