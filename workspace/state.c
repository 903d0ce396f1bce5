/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/state.h"

#include <string.h>
#include <time.h>

#include "core/mem.h"
#include "core/text.h"
#include "workspace/running.h"
#include "workspace/lxc/storage.h"
#include "workspace/store/layer.h"

static void set_upper(struct meta *meta, const char *id)
{
	memcpy(meta->upper, id, LAYER_ID_BYTES + 1);
}

static void set_lower(struct meta *meta, const struct chain *chain)
{
	struct chain copy = chain_copy(chain);

	chain_fini(&meta->lower);
	meta->lower = copy;
}

static bool chain_equal(const struct chain *a, const struct chain *b)
{
	if (a->count != b->count || a->host != b->host)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->ids[i], b->ids[i]) != 0)
			return false;
	return true;
}

static int missing_layer(const char *name, const char *id, struct err *e)
{
	return err_say(e, ENOENT,
		       "layer %s of %s is missing; what can be had again: "
		       "project workspace doctor --fix",
		       id, name);
}

/* Nothing may be built on what is not there. */
int state_check_chain(const struct store *store, const char *name,
		      const struct chain *chain, struct err *e)
{
	for (size_t i = 0; i < chain->count; i++)
		if (!layer_exists(store, chain->ids[i]))
			return missing_layer(name, chain->ids[i], e);
	return 0;
}

int state_check(const struct store *store, const char *name,
		const struct meta *meta, struct err *e)
{
	if (!layer_exists(store, meta->upper))
		return missing_layer(name, meta->upper, e);
	return state_check_chain(store, name, &meta->lower, e);
}

static int check_depth(const struct chain *chain, const char *name,
		       struct err *e)
{
	if (chain->count + 1 < CHAIN_MAX)
		return 0;
	return err_say(e, E2BIG,
		       "%s has %zu layers on top of each other; join them "
		       "with: project workspace gc --flatten",
		       name, chain->count);
}

/* ---- freezing ----------------------------------------------------------- */

/*
 * The state as a chain, without changing the workspace: a copy of what was
 * written since. The only way while it runs, or when the store keeps trees.
 */
static int copy_state(const struct store *store, const struct meta *meta,
		      struct fresh *copy, struct chain *ret, struct err *e)
{
	int rc = fresh_make(store, meta, copy, e);

	if (rc == 0)
		rc = storage_copy(store, meta, meta->upper, copy->id, e);
	if (rc < 0)
		return rc;
	*ret = chain_copy(&meta->lower);
	chain_push(ret, copy->id);
	return 0;
}

static int copy_running(const struct store *store, const struct meta *meta,
			struct running *running, struct fresh *copy,
			struct chain *ret, struct err *e)
{
	int rc = running_pause(store, meta, running, e);

	if (rc < 0)
		return rc;
	rc = copy_state(store, meta, copy, ret, e);
	running_resume(running);
	return rc;
}

/*
 * The state as a chain of frozen layers; meta goes on with a new upper when
 * nothing runs. meta must be saved afterwards for the layers to be kept.
 */
static int freeze(const struct store *store, const char *name,
		  struct meta *meta, struct fresh *fresh, struct chain *ret,
		  struct err *e)
{
	SCOPED_RUNNING struct running running = { 0 };
	SCOPED_FD int excluded = -1;
	int rc = check_depth(&meta->lower, name, e);

	if (rc == 0)
		rc = state_check(store, name, meta, e);
	if (rc == 0)
		rc = running_find(store, name, &running, e);
	if (rc < 0)
		return rc;
	if (rc == 1)
		return copy_running(store, meta, &running, fresh, ret, e);
	excluded = running_exclude(store, name, e);
	if (excluded < 0)
		return excluded;
	if (meta->store != STORE_OVERLAY)
		return copy_state(store, meta, fresh, ret, e);
	*ret = chain_copy(&meta->lower);
	if (layer_is_empty(store, meta->upper, meta->lower.host))
		return 0;
	rc = fresh_make(store, meta, fresh, e);
	if (rc < 0) {
		chain_fini(ret);
		return rc;
	}
	/* A frozen layer is what one goes back to: it is on disk. */
	rc = layer_sync(store, meta->upper, e);
	if (rc < 0) {
		chain_fini(ret);
		return rc;
	}
	chain_push(ret, meta->upper);
	set_upper(meta, fresh->id);
	set_lower(meta, ret);
	return 0;
}

static int check_comment(const char *comment, struct err *e)
{
	size_t len = comment != NULL ? strlen(comment) : 0;

	if (len > COMMENT_MAX_BYTES)
		return err_usage(e, "a comment has at most %d bytes",
				 COMMENT_MAX_BYTES);
	if (!text_is_utf8(comment != NULL ? comment : "", len))
		return err_usage(e, "a comment is UTF-8 text");
	return 0;
}

int state_snapshot(const struct store *store, const char *name,
		   const char *comment, unsigned *ret_number, struct err *e)
{
	SCOPED_CHAIN struct chain chain = { 0 };
	SCOPED_EDIT struct edit edit = EDIT_NONE;
	unsigned number;
	int rc = check_comment(comment, e);

	if (rc == 0)
		rc = edit_begin(&edit, store, name, e);
	if (rc < 0)
		return rc;
	if (edit.meta.snap_count >= SNAPS_MAX)
		return err_say(e, E2BIG, "%s has %d snapshots: no more", name,
			       SNAPS_MAX);
	rc = freeze(store, name, &edit.meta, &edit.fresh, &chain, e);
	if (rc < 0)
		return rc;
	number = meta_add_snapshot(&edit.meta, &chain, time(NULL), false,
				   comment);
	memcpy(edit.meta.snaps[edit.meta.snap_count - 1].packages,
	       edit.meta.packages, sizeof(edit.meta.packages));
	rc = edit_commit(&edit, e);
	if (rc == 0)
		*ret_number = number;
	return rc;
}

static struct snapshot *find_snapshot(struct meta *meta, const char *name,
				      unsigned number, struct err *e)
{
	for (size_t i = 0; i < meta->snap_count; i++)
		if (meta->snaps[i].number == number)
			return &meta->snaps[i];
	(void)err_say(e, ENOENT, "%s has no snapshot %u", name, number);
	return NULL;
}

int state_comment(const struct store *store, const char *name, unsigned number,
		  const char *comment, struct err *e)
{
	SCOPED_EDIT struct edit edit = EDIT_NONE;
	struct snapshot *snap;
	int rc = check_comment(comment, e);

	if (rc == 0)
		rc = edit_begin(&edit, store, name, e);
	if (rc < 0)
		return rc;
	snap = find_snapshot(&edit.meta, name, number, e);
	if (snap == NULL)
		return -ENOENT;
	free(snap->comment);
	snap->comment = mem_copy(comment);
	return edit_commit(&edit, e);
}

int state_forget(const struct store *store, const char *name, unsigned number,
		 struct err *e)
{
	SCOPED_EDIT struct edit edit;
	struct meta *meta = &edit.meta;
	struct snapshot *snap;
	unsigned parent;
	int rc = edit_begin(&edit, store, name, e);

	if (rc < 0)
		return rc;
	snap = find_snapshot(meta, name, number, e);
	if (snap == NULL)
		return -ENOENT;
	parent = snap->parent;
	chain_fini(&snap->chain);
	free(snap->comment);
	meta->snap_count--;
	memmove(snap, snap + 1,
		(size_t)(meta->snaps + meta->snap_count - snap) *
			sizeof(*snap));
	/* What stood on it stands on what it stood on. */
	for (size_t i = 0; i < meta->snap_count; i++)
		if (meta->snaps[i].parent == number)
			meta->snaps[i].parent = parent;
	if (meta->parent == number)
		meta->parent = parent;
	return edit_commit(&edit, e);
}

/* ---- restore ------------------------------------------------------------ */

/* Whether going back would lose something that no snapshot holds. */
static bool is_unsaved(const struct store *store, const struct meta *meta)
{
	if (meta->store != STORE_OVERLAY ||
	    !layer_is_empty(store, meta->upper, meta->lower.host))
		return true;
	for (size_t i = 0; i < meta->snap_count; i++)
		if (chain_equal(&meta->snaps[i].chain, &meta->lower))
			return false;
	return meta->lower.count > 0;
}

static unsigned save_before_restore(struct meta *meta, unsigned number)
{
	SCOPED_TEXT char *comment = mem_printf("before restoring %u", number);
	SCOPED_CHAIN struct chain now = chain_copy(&meta->lower);

	chain_push(&now, meta->upper);
	number = meta_add_snapshot(meta, &now, time(NULL), true, comment);
	memcpy(meta->snaps[meta->snap_count - 1].packages, meta->packages,
	       sizeof(meta->packages));
	return number;
}

static int go_back(const struct store *store, struct meta *meta,
		   const struct chain *chain, unsigned number,
		   struct fresh *fresh, unsigned *ret_saved, struct err *e)
{
	SCOPED_CHAIN struct chain target = chain_copy(chain);
	bool whole = layer_exists(store, meta->upper);
	char packages[PACKAGES_ID_BYTES + 1];
	unsigned saved = 0;
	int rc = fresh_make(store, meta, fresh, e);

	if (rc == 0 && meta->store != STORE_OVERLAY) {
		rc = storage_copy(store, meta, target.ids[0], fresh->id, e);
		chain_pop(&target);
	}
	if (rc < 0)
		return rc;
	/* The list of snapshots may move. */
	memcpy(packages, meta_snapshot(meta, number)->packages,
	       sizeof(packages));
	if (whole && is_unsaved(store, meta)) {
		rc = layer_sync(store, meta->upper, e);
		if (rc < 0)
			return rc;
		saved = save_before_restore(meta, number);
	}
	set_upper(meta, fresh->id);
	set_lower(meta, &target);
	memcpy(meta->packages, packages, sizeof(packages));
	meta->parent = number;
	*ret_saved = saved;
	return 0;
}

int state_restore(const struct store *store, const char *name, unsigned number,
		  unsigned *ret_number, unsigned *ret_saved, struct err *e)
{
	SCOPED_FD int excluded = -1;
	SCOPED_EDIT struct edit edit;
	const struct snapshot *snap;
	unsigned saved;
	int rc = edit_begin(&edit, store, name, e);

	if (rc < 0)
		return rc;
	if (number == 0)
		number = edit.meta.parent;
	if (number == 0)
		return err_say(e, ENOENT, "%s has no snapshot to go back to",
			       name);
	snap = find_snapshot(&edit.meta, name, number, e);
	if (snap == NULL)
		return -ENOENT;
	rc = state_check_chain(store, name, &snap->chain, e);
	if (rc < 0)
		return rc;
	excluded = running_exclude(store, name, e);
	if (excluded < 0)
		return excluded;
	rc = go_back(store, &edit.meta, &snap->chain, number, &edit.fresh,
		     &saved, e);
	if (rc == 0)
		rc = edit_commit(&edit, e);
	if (rc == 0) {
		*ret_number = number;
		*ret_saved = saved;
	}
	return rc;
}

int state_chain(struct edit *from, int number, struct chain *ret, struct err *e)
{
	struct meta *meta = &from->meta;
	const struct snapshot *snap;
	char upper[LAYER_ID_BYTES + 1];
	int rc;

	if (number != SNAPSHOT_NOW) {
		snap = find_snapshot(meta, from->name, (unsigned)number, e);
		if (snap == NULL)
			return -ENOENT;
		*ret = chain_copy(&snap->chain);
		return state_check_chain(from->store, from->name, ret, e);
	}
	memcpy(upper, meta->upper, sizeof(upper));
	rc = freeze(from->store, from->name, meta, &from->fresh, ret, e);
	/* Only a state whose layer was frozen is a changed workspace. */
	if (rc == 0 && strcmp(upper, meta->upper) != 0)
		rc = edit_commit(from, e);
	return rc;
}

/* ---- repairing ---------------------------------------------------------- */

/* The newest snapshot whose layers are all there; NULL. */
static const struct snapshot *newest_whole(const struct store *store,
					   const struct meta *meta)
{
	for (size_t i = meta->snap_count; i-- > 0;)
		if (state_check_chain(store, "", &meta->snaps[i].chain, NULL) ==
		    0)
			return &meta->snaps[i];
	return NULL;
}

int state_repair(const struct store *store, const char *name,
		 unsigned *ret_number, struct err *e)
{
	SCOPED_FD int excluded = -1;
	SCOPED_EDIT struct edit edit;
	struct meta *meta = &edit.meta;
	const struct snapshot *snap;
	int rc = edit_begin(&edit, store, name, e);

	*ret_number = meta->parent;
	if (rc < 0 || state_check(store, name, meta, NULL) == 0)
		return rc;
	excluded = running_exclude(store, name, e);
	if (excluded < 0)
		return excluded;
	/* Only what was written last is gone: begin anew on what is below. */
	if (meta->store == STORE_OVERLAY && !layer_exists(store, meta->upper) &&
	    state_check_chain(store, name, &meta->lower, NULL) == 0) {
		rc = fresh_make(store, meta, &edit.fresh, e);
		if (rc == 0)
			set_upper(meta, edit.fresh.id);
		rc = rc == 0 ? edit_commit(&edit, e) : rc;
		return rc < 0 ? rc : 1;
	}
	snap = newest_whole(store, meta);
	*ret_number = snap != NULL ? snap->number : 0;
	return 0;
}
