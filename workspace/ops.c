/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/ops.h"

#include <string.h>
#include <time.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "workspace/edit.h"
#include "workspace/running.h"
#include "workspace/state.h"
#include "workspace/lxc/storage.h"
#include "workspace/store/packages.h"

int ops_taken(const char *name, struct err *e)
{
	return err_say(e, EEXIST, "there is a workspace '%s' already", name);
}

int ops_check_free(const struct store *store, const char *name, struct err *e)
{
	return store_has(store, "ws", name) ? ops_taken(name, e) : 0;
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
		rc = locks_take(store, create->name, &locks, e);
	if (rc < 0)
		return rc;
	rc = ops_check_free(store, create->name, e);
	if (rc == 0)
		rc = state_check_chain(store, create->name, &create->lower, e);
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
	memcpy(meta.upper, upper.id, sizeof(meta.upper));
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
	memcpy(meta->upper, fresh->id, sizeof(meta->upper));
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
	SCOPED_EDIT struct edit from = EDIT_NONE;
	SCOPED_FD int new_lock = -1;
	SCOPED_CHAIN struct chain chain = { 0 };
	SCOPED_FRESH struct fresh upper = { 0 };
	int rc = clone_begin(&from, store, name, new_name, &new_lock, e);

	if (rc < 0)
		return rc;
	rc = state_chain(&from, number, &chain, e);
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
	int rc = locks_take(store, name, &locks, e);

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
	int rc = locks_take(store, name, &locks, e);

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
		rc = locks_take(store, name, &locks, e);
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
