/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/edit.h"

#include "core/files.h"
#include "workspace/lxc/storage.h"
#include "workspace/store/layer.h"

int fresh_make(const struct store *store, const struct meta *meta,
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

void fresh_fini(struct fresh *fresh)
{
	if (fresh->store != NULL && !fresh->used)
		storage_drop_layer(fresh->store, fresh->id);
}

int locks_take(const struct store *store, const char *name, struct locks *ret,
	       struct err *e)
{
	ret->store = store_lock(store, false, e);
	if (ret->store < 0)
		return ret->store;
	ret->name = store_lock_name(store, name, e);
	return ret->name < 0 ? ret->name : 0;
}

void locks_fini(struct locks *locks)
{
	scope_close(&locks->name);
	scope_close(&locks->store);
}

int edit_begin(struct edit *edit, const struct store *store, const char *name,
	       struct err *e)
{
	int rc;

	*edit = (struct edit){ .store = store,
			       .name = name,
			       .locks = { -1, -1 } };
	rc = locks_take(store, name, &edit->locks, e);
	return rc < 0 ? rc : store_load(store, "ws", name, &edit->meta, e);
}

int edit_commit(struct edit *edit, struct err *e)
{
	int rc = store_save(edit->store, "ws", edit->name, &edit->meta, e);

	edit->fresh.used = rc == 0;
	return rc;
}

void edit_fini(struct edit *edit)
{
	fresh_fini(&edit->fresh);
	meta_fini(&edit->meta);
	locks_fini(&edit->locks);
}
