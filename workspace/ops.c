/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/ops.h"
#include "workspace/store/layer.h"
#include "workspace/store/packages.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "workspace/running.h"
#include "workspace/lxc/storage.h"

/* ---- a layer that is used, or dropped again ----------------------------- */

struct fresh {
	const struct store *store;
	char id[LAYER_ID_BYTES + 1];
	bool used;
};

static void fresh_fini(struct fresh *fresh)
{
	if (fresh->store != NULL && !fresh->used)
		storage_drop_layer(fresh->store, fresh->id);
}

#define SCOPED_FRESH ON_SCOPE_EXIT(fresh_fini)

static int fresh_make(const struct store *store, const struct meta *meta,
		      struct fresh *ret, struct err *e)
{
	struct idmap map;
	int rc = store_map(store, meta, &map, e);

	if (rc == 0)
		rc = layer_new(store, &map, ret->id, e);

	if (rc == 0)
		ret->store = store;
	return rc;
}

/* Both locks of a change; store first. */
struct locks {
	int store, name;
};

static void locks_fini(struct locks *locks)
{
	scope_close(&locks->name);
	scope_close(&locks->store);
}

#define SCOPED_LOCKS ON_SCOPE_EXIT(locks_fini)

static int lock_both(const struct store *store, const char *name,
		     struct locks *ret, struct err *e)
{
	ret->store = store_lock(store, false, e);
	if (ret->store < 0)
		return ret->store;
	ret->name = store_lock_name(store, name, e);
	return ret->name < 0 ? ret->name : 0;
}

/*
 * One change of a workspace: between edit_begin() and edit_commit() its file
 * is ours alone. Without a commit the workspace stays as it was, and what was
 * made for it is dropped.
 */
struct edit {
	const struct store *store;
	const char *name;
	struct locks locks;
	struct meta meta;
	struct fresh fresh; /* a layer made for it, if any */
};

static void edit_fini(struct edit *edit)
{
	fresh_fini(&edit->fresh);
	meta_fini(&edit->meta);
	locks_fini(&edit->locks);
}

#define SCOPED_EDIT ON_SCOPE_EXIT(edit_fini)

static int edit_begin(struct edit *edit, const struct store *store,
		      const char *name, struct err *e)
{
	int rc;

	*edit = (struct edit){ .store = store,
			       .name = name,
			       .locks = { -1, -1 } };
	rc = lock_both(store, name, &edit->locks, e);
	return rc < 0 ? rc : store_load(store, "ws", name, &edit->meta, e);
}

static int edit_commit(struct edit *edit, struct err *e)
{
	int rc = store_save(edit->store, "ws", edit->name, &edit->meta, e);

	edit->fresh.used = rc == 0;
	return rc;
}

int ops_taken(const char *name, struct err *e)
{
	return err_say(e, EEXIST, "there is a workspace '%s' already", name);
}

int ops_check_free(const struct store *store, const char *name, struct err *e)
{
	return store_has(store, "ws", name) ? ops_taken(name, e) : 0;
}

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
static int check_layers(const struct store *store, const char *name,
			const struct chain *chain, struct err *e)
{
	for (size_t i = 0; i < chain->count; i++)
		if (!layer_exists(store, chain->ids[i]))
			return missing_layer(name, chain->ids[i], e);
	return 0;
}

int ops_check(const struct store *store, const char *name,
	      const struct meta *meta, struct err *e)
{
	if (!layer_exists(store, meta->upper))
		return missing_layer(name, meta->upper, e);
	return check_layers(store, name, &meta->lower, e);
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

/* ---- create ------------------------------------------------------------- */

/* Whole-tree stores begin with a copy of the base. */
static int fill_upper(const struct store *store, const struct create *create,
		      struct meta *meta, struct err *e)
{
	int rc;

	if (meta->store == STORE_OVERLAY)
		return 0;
	rc = storage_check(store, meta, e);
	return rc < 0 ? rc
		      : storage_fill(store, meta,
				     (uint64_t)create->size_gib << 30, e);
}

int ops_create(const struct store *store, const struct create *create,
	       struct err *e)
{
	SCOPED_LOCKS struct locks locks = { -1, -1 };
	SCOPED_META struct meta meta = { .next = 1, .store = create->store };
	SCOPED_FRESH struct fresh upper = { 0 };
	int rc = workspace_name_check(create->name, e);

	if (rc == 0)
		rc = lock_both(store, create->name, &locks, e);
	if (rc < 0)
		return rc;
	rc = ops_check_free(store, create->name, e);
	if (rc == 0)
		rc = check_layers(store, create->name, &create->lower, e);
	if (rc < 0)
		return rc;
	meta.project = mem_copy(create->project);
	meta.base = mem_copy(create->base);
	meta.map = mem_copy(create->map);
	meta.image = mem_copy(create->image);
	meta.single = store->map.single && create->map == NULL;
	meta.init = create->init;
	meta.created_s = time(NULL);
	meta.lower = chain_copy(&create->lower);
	meta.base_layers = (unsigned)create->lower.count;
	rc = fresh_make(store, &meta, &upper, e);
	if (rc < 0)
		return rc;
	set_upper(&meta, upper.id);
	if (create->packages != NULL)
		memcpy(meta.packages, create->packages, sizeof(meta.packages));
	if (meta.lower.host && meta.packages[0] == '\0')
		rc = packages_now(store, meta.packages, e);
	if (rc == 0)
		rc = fill_upper(store, create, &meta, e);
	if (rc == 0)
		rc = store_save(store, "ws", create->name, &meta, e);
	upper.used = rc == 0;
	return rc;
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
		rc = ops_check(store, name, meta, e);
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

int ops_snapshot(const struct store *store, const char *name,
		 const char *comment, unsigned *ret_number, struct err *e)
{
	SCOPED_CHAIN struct chain chain = { 0 };
	SCOPED_EDIT struct edit edit = { .locks = { -1, -1 } };
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

int ops_comment(const struct store *store, const char *name, unsigned number,
		const char *comment, struct err *e)
{
	SCOPED_EDIT struct edit edit = { .locks = { -1, -1 } };
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

int ops_forget(const struct store *store, const char *name, unsigned number,
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

int ops_restore(const struct store *store, const char *name, unsigned number,
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
	rc = check_layers(store, name, &snap->chain, e);
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

/* ---- clone -------------------------------------------------------------- */

/*
 * The workspace and the name of its clone, both ours alone until the end of
 * from and *ret_lock.
 */
static int clone_begin(struct edit *from, const struct store *store,
		       const char *name, const char *new_name, int *ret_lock,
		       struct err *e)
{
	SCOPED_FD int lock = -1;
	int rc = workspace_name_check(new_name, e);

	if (rc < 0)
		return rc;
	/* A name is locked only once. */
	if (strcmp(name, new_name) == 0)
		return ops_taken(new_name, e);
	rc = edit_begin(from, store, name, e);
	if (rc < 0)
		return rc;
	lock = store_lock_name(store, new_name, e);
	if (lock < 0)
		return lock;
	*ret_lock = fd_give(&lock);
	return ops_check_free(store, new_name, e);
}

/* The chain to build on, freezing the state first when that is asked for. */
static int source_chain(struct edit *from, int number, struct chain *ret,
			struct err *e)
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
		return check_layers(from->store, from->name, ret, e);
	}
	memcpy(upper, meta->upper, sizeof(upper));
	rc = freeze(from->store, from->name, meta, &from->fresh, ret, e);
	/* Only a state whose layer was frozen is a changed workspace. */
	if (rc == 0 && strcmp(upper, meta->upper) != 0)
		rc = edit_commit(from, e);
	return rc;
}

/* fresh: of a whole tree a copy that is ready to be the clone's own. */
static int clone_upper(const struct store *store, const struct meta *from,
		       const struct chain *chain, struct fresh *fresh,
		       struct meta *meta, struct err *e)
{
	bool whole = from->store != STORE_OVERLAY;
	bool ready = whole && fresh->store != NULL;
	int rc = ready ? 0 : fresh_make(store, from, fresh, e);

	if (rc == 0 && whole && !ready)
		rc = storage_copy(store, from, chain->ids[0], fresh->id, e);
	if (rc < 0)
		return rc;
	set_upper(meta, fresh->id);
	meta->lower = chain_copy(chain);
	if (whole)
		chain_pop(&meta->lower);
	meta->base_layers = (unsigned)meta->lower.count;
	return 0;
}

static int save_clone(const struct edit *source, int number,
		      const struct chain *chain, struct fresh *fresh,
		      const char *new_name, struct err *e)
{
	const struct meta *from = &source->meta;
	const char *packages =
		number == SNAPSHOT_NOW
			? from->packages
			: meta_snapshot(from, (unsigned)number)->packages;
	SCOPED_META struct meta meta = { .next = 1, .store = from->store };
	int rc = clone_upper(source->store, from, chain, fresh, &meta, e);

	if (rc < 0)
		return rc;
	meta.project = mem_copy(from->project != NULL ? from->project
						      : source->name);
	meta.image = mem_copy(from->image);
	memcpy(meta.packages, packages, sizeof(meta.packages));
	meta.base = mem_copy(from->base);
	meta.map = mem_copy(from->map);
	meta.single = from->single;
	meta.init = from->init;
	meta.created_s = time(NULL);
	rc = store_save(source->store, "ws", new_name, &meta, e);
	fresh->used = rc == 0;
	return rc;
}

int ops_clone(const struct store *store, const char *name, int number,
	      const char *new_name, struct err *e)
{
	SCOPED_EDIT struct edit from = { .locks = { -1, -1 } };
	SCOPED_FD int new_lock = -1;
	SCOPED_CHAIN struct chain chain = { 0 };
	SCOPED_FRESH struct fresh upper = { 0 };
	int rc = clone_begin(&from, store, name, new_name, &new_lock, e);

	if (rc < 0)
		return rc;
	rc = source_chain(&from, number, &chain, e);
	if (rc < 0)
		return rc;
	rc = save_clone(&from, number, &chain,
			from.meta.store == STORE_OVERLAY ? &upper : &from.fresh,
			new_name, e);
	/* A copy of a running one is named by the clone alone. */
	from.fresh.used |= rc == 0;
	return rc;
}

/* ---- away, back, and another name --------------------------------------- */

int ops_destroy(const struct store *store, const char *name, char **ret_trash,
		struct err *e)
{
	SCOPED_LOCKS struct locks locks = { -1, -1 };
	SCOPED_FD int excluded = -1;
	SCOPED_TEXT char *trash = NULL;
	int64_t now = time(NULL);
	int rc = lock_both(store, name, &locks, e);

	if (rc < 0)
		return rc;
	excluded = running_exclude(store, name, e);
	if (excluded < 0)
		return excluded;
	do {
		free(trash);
		trash = mem_printf("%010lld-%s", (long long)now++, name);
		rc = store_move(store, "ws", name, "trash", trash, e);
	} while (rc == -EEXIST);
	if (rc == 0)
		*ret_trash = text_give(&trash);
	return rc;
}

int ops_undelete(const struct store *store, const char *trash, const char *name,
		 struct err *e)
{
	SCOPED_LOCKS struct locks locks = { -1, -1 };
	int rc = lock_both(store, name, &locks, e);

	if (rc == 0)
		rc = store_move(store, "trash", trash, "ws", name, e);
	return rc;
}

int ops_rename(const struct store *store, const char *name,
	       const char *new_name, struct err *e)
{
	SCOPED_LOCKS struct locks locks = { -1, -1 };
	SCOPED_FD int new_lock = -1;
	SCOPED_FD int excluded = -1;
	int rc = workspace_name_check(new_name, e);

	/* A name is locked only once. */
	if (rc == 0 && strcmp(name, new_name) == 0)
		return ops_taken(new_name, e);
	if (rc == 0)
		rc = lock_both(store, name, &locks, e);
	if (rc < 0)
		return rc;
	new_lock = store_lock_name(store, new_name, e);
	if (new_lock < 0)
		return new_lock;
	excluded = running_exclude(store, name, e);
	if (excluded < 0)
		return excluded;
	rc = store_move(store, "ws", name, "ws", new_name, e);
	return rc == -EEXIST ? ops_taken(new_name, e) : rc;
}

int ops_set_project(const struct store *store, const char *name,
		    const char *old_name, const char *new_name, struct err *e)
{
	SCOPED_EDIT struct edit edit;
	int rc = edit_begin(&edit, store, name, e);

	if (rc < 0 || edit.meta.project == NULL ||
	    strcmp(edit.meta.project, old_name) != 0)
		return rc;
	free(edit.meta.project);
	edit.meta.project = mem_copy(new_name);
	return edit_commit(&edit, e);
}

int ops_set_packages(const struct store *store, const char *name, struct err *e)
{
	SCOPED_EDIT struct edit edit;
	int rc = edit_begin(&edit, store, name, e);

	if (rc == 0)
		rc = packages_now(store, edit.meta.packages, e);
	return rc < 0 ? rc : edit_commit(&edit, e);
}

/* ---- repairing ---------------------------------------------------------- */

/* The newest snapshot whose layers are all there; NULL. */
static const struct snapshot *newest_whole(const struct store *store,
					   const struct meta *meta)
{
	for (size_t i = meta->snap_count; i-- > 0;)
		if (check_layers(store, "", &meta->snaps[i].chain, NULL) == 0)
			return &meta->snaps[i];
	return NULL;
}

int ops_repair(const struct store *store, const char *name,
	       unsigned *ret_number, struct err *e)
{
	SCOPED_FD int excluded = -1;
	SCOPED_EDIT struct edit edit;
	struct meta *meta = &edit.meta;
	const struct snapshot *snap;
	int rc = edit_begin(&edit, store, name, e);

	*ret_number = meta->parent;
	if (rc < 0 || ops_check(store, name, meta, NULL) == 0)
		return rc;
	excluded = running_exclude(store, name, e);
	if (excluded < 0)
		return excluded;
	/* Only what was written last is gone: begin anew on what is below. */
	if (meta->store == STORE_OVERLAY && !layer_exists(store, meta->upper) &&
	    check_layers(store, name, &meta->lower, NULL) == 0) {
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
