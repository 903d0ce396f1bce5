/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/gc.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/lxc/storage.h"
#include "workspace/running.h"
#include "workspace/ns/ns.h"
#include "workspace/store/layer.h"
#include "workspace/shift/kept.h"
#include "workspace/store/host_layer.h"
#include "workspace/store/tree.h"

static void add_name(struct names *names, char *take_name)
{
	names->list = mem_resize(names->list, names->count + 1,
				 sizeof(*names->list));
	names->list[names->count++] = take_name;
}

void findings_fini(struct findings *findings)
{
	names_fini(&findings->layers);
	names_fini(&findings->missing);
	names_fini(&findings->broken);
	names_fini(&findings->temps);
	names_fini(&findings->trash);
	names_fini(&findings->shifts);
}

/* ---- marking ------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has(const struct names *sorted, const char *name)
{
	return sorted->count > 0 &&
	       bsearch(&name, sorted->list, sorted->count,
		       sizeof(*sorted->list), by_text) != NULL;
}

struct mark {
	const struct names *layers; /* all that are there, sorted */
	bool *marked;
	struct findings *found;
	const char *name; /* whose layers these are */
};

static void mark_layer(const char *id, struct mark *mark)
{
	char **at = NULL;

	if (mark->layers->count > 0)
		at = bsearch(&id, mark->layers->list, mark->layers->count,
			     sizeof(*mark->layers->list), by_text);
	if (at != NULL)
		mark->marked[at - mark->layers->list] = true;
	else
		add_name(&mark->found->missing,
			 mem_printf("%s: layer %s", mark->name, id));
}

static void mark_chain(struct mark *mark, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		mark_layer(chain->ids[i], mark);
}

/* So that what is missing is told by the snapshot that it is missing from. */
static void mark_meta(struct mark *mark, const char *name,
		      const struct meta *meta)
{
	mark->name = name;
	if (meta->upper[0] != '\0')
		mark_layer(meta->upper, mark);
	mark_chain(mark, &meta->lower);
	for (size_t i = 0; i < meta->snap_count; i++) {
		SCOPED_TEXT char *label = mem_printf("%s@%u", name,
						     meta->snaps[i].number);

		mark->name = label;
		mark_chain(mark, &meta->snaps[i].chain);
	}
}

static bool is_old(const char *trash, unsigned days)
{
	long long moved = strtoll(trash, NULL, 10);

	return moved + (long long)days * 86400 <= (long long)time(NULL);
}

static int mark_dir(const struct store *store, const char *directory,
		    unsigned trash_days, struct mark *mark, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(store, directory, &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		SCOPED_META struct meta meta = { 0 };
		struct err why = { 0 };

		if (strcmp(directory, "trash") == 0 &&
		    is_old(names.list[i], trash_days)) {
			add_name(&mark->found->trash, mem_copy(names.list[i]));
			continue;
		}
		if (store_load(store, directory, names.list[i], &meta, &why) <
		    0) {
			add_name(&mark->found->broken, mem_copy(why.text));
			continue;
		}
		mark_meta(mark, names.list[i], &meta);
	}
	return rc;
}

/* The current one, and those that a running workspace stands on. */
static bool is_held(const struct store *store, const char *id)
{
	char path[LAYER_PATH_BYTES];
	SCOPED_FD int fd = -1;

	layer_path(id, "up", path);
	fd = openat(store->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
}

static int find_temps(const struct store *store, const char *directory,
		      struct findings *found, struct err *e)
{
	int fd = dir_open(store->dir, directory, e);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (listing == NULL)
		return fd < 0 ? fd : err_set(e, errno, "read %s", directory);
	while ((entry = readdir(listing)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' && len > 4 &&
		    strcmp(entry->d_name + len - 4, ".tmp") == 0)
			add_name(&found->temps,
				 mem_printf("%s/%s", directory, entry->d_name));
	}
	closedir(listing);
	return 0;
}

/* Each has a list of what it kept, until it is through. */
static int find_shifts(const struct store *store, struct findings *found,
		       struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(store, "shift", &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		SCOPED_TEXT char *file = mem_printf("shift/%s", names.list[i]);
		SCOPED_BUF struct buf text = { 0 };
		SCOPED_KEPT struct kept kept = { 0 };
		char *path = NULL;

		if (file_read(store->dir, file, KEPT_FILE_MAX_BYTES, &text,
			      NULL) < 0 ||
		    kept_parse(buf_text(&text), text.len_bytes, &kept, &path,
			       NULL) < 0)
			path = text_give(&file);
		add_name(&found->shifts, path);
	}
	return rc;
}

static int look_around(const struct store *store, struct findings *found,
		       struct err *e)
{
	static const char *const places[] = { "ws", "bases", "trash", "shift",
					      "." };
	SCOPED_NAMES struct names tmp = { 0 };
	int rc = store_names(store, "tmp", &tmp, e);

	found->tmp_count = tmp.count;
	for (size_t i = 0; rc == 0 && i < COUNT_OF(places); i++)
		rc = find_temps(store, places[i], found, e);
	return rc == 0 ? find_shifts(store, found, e) : rc;
}

int gc_look(const struct store *store, unsigned trash_days,
	    struct findings *ret, struct err *e)
{
	static const char *const places[] = { "ws", "bases", "trash" };
	SCOPED_NAMES struct names layers = { 0 };
	char host_layer[LAYER_ID_BYTES + 1];
	struct findings found = { 0 };
	struct mark mark = { .layers = &layers, .found = &found };
	int rc = store_names(store, "layers", &layers, e);

	mark.marked = mem_new(layers.count);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(places); i++)
		rc = mark_dir(store, places[i], trash_days, &mark, e);
	if (rc == 0)
		rc = look_around(store, &found, e);
	host_layer_peek(store, host_layer);
	if (rc == 0 && host_layer[0] != '\0' && has(&layers, host_layer)) {
		mark.name = "host";
		mark_layer(host_layer, &mark);
	}
	for (size_t i = 0; rc == 0 && i < layers.count; i++)
		if (!mark.marked[i] && !is_held(store, layers.list[i]))
			add_name(&found.layers, mem_copy(layers.list[i]));
	free(mark.marked);
	if (rc < 0)
		findings_fini(&found);
	else
		*ret = found;
	return rc;
}

/* ---- sweeping ----------------------------------------------------------- */

static int remove_files(const struct store *store, const struct findings *found,
			struct err *e)
{
	for (size_t i = 0; i < found->trash.count; i++) {
		SCOPED_TEXT char *file = mem_printf("trash/%s",
						    found->trash.list[i]);

		if (unlinkat(store->dir, file, 0) < 0)
			return err_set(e, errno, "remove %s", file);
	}
	for (size_t i = 0; i < found->temps.count; i++)
		if (unlinkat(store->dir, found->temps.list[i], 0) < 0)
			return err_set(e, errno, "remove %s",
				       found->temps.list[i]);
	return 0;
}

int gc_sweep(const struct store *store, unsigned trash_days, size_t *ret_layers,
	     struct err *e)
{
	SCOPED_FINDINGS struct findings found = { 0 };
	SCOPED_FD int lock = store_lock(store, true, e);
	int rc = lock;

	if (lock >= 0)
		rc = gc_look(store, trash_days, &found, e);
	if (rc < 0)
		return rc;
	if (found.broken.count > 0)
		return err_say(e, EINVAL,
			       "%s; nothing was removed, as what "
			       "it needs is not known",
			       found.broken.list[0]);
	/* First what an earlier one left, so that no name is taken. */
	rc = layers_empty_tmp(store, e);
	if (rc >= 0)
		rc = remove_files(store, &found, e);
	for (size_t i = 0; rc == 0 && i < found.layers.count; i++)
		rc = storage_release(store, found.layers.list[i], e);
	if (rc == 0)
		rc = layers_remove(store, &found.layers, e);
	if (rc == 0)
		*ret_layers = found.layers.count;
	return rc;
}

/* ---- flattening --------------------------------------------------------- */

struct join {
	const struct store *store;
	const struct chain *chain; /* its first count layers */
	size_t count;
	const char *target;
};

static int join_layers(void *data, struct err *e)
{
	const struct join *join = data;
	SCOPED_FD int to = layer_open(join->store, join->target, e);
	int rc = to < 0 ? to : 0;

	/* The lowest first, the others on top of it. */
	for (size_t i = join->count; rc == 0 && i-- > 0;) {
		SCOPED_FD int layer = layer_open(join->store,
						 join->chain->ids[i], e);

		rc = layer < 0 ? layer : tree_apply(layer, to, e);
	}
	if (rc == 0 && syncfs(to) < 0)
		rc = err_set(e, errno, "sync a layer");
	return rc;
}

static int save_flat(const struct store *store, const char *name,
		     struct meta *meta, size_t count, const char *id,
		     struct err *e)
{
	struct chain *lower = &meta->lower;

	memmove(lower->ids, lower->ids + count - 1,
		(lower->count - count + 1) * sizeof(*lower->ids));
	lower->count -= count - 1;
	memcpy(lower->ids[0], id, LAYER_ID_BYTES + 1);
	return store_save(store, "ws", name, meta, e);
}

static int flatten(const struct store *store, const char *name, unsigned max,
		   struct err *e)
{
	SCOPED_META struct meta meta = { 0 };
	struct join join = { .store = store, .chain = &meta.lower };
	char id[LAYER_ID_BYTES + 1];
	struct idmap map;
	int rc = store_load(store, "ws", name, &meta, e);

	if (rc == 0)
		join.count = meta.lower.count - meta.base_layers;
	if (rc < 0 || join.count <= max || join.count < 2)
		return rc;
	rc = store_map(store, &meta, &map, e);
	if (rc == 0)
		rc = layer_new(store, &map, id, e);
	if (rc < 0)
		return rc;
	join.target = id;
	rc = ns_run(&map, NULL, join_layers, &join, e);
	if (rc == 0)
		rc = save_flat(store, name, &meta, join.count, id, e);
	if (rc < 0)
		layer_drop(store, id);
	return rc < 0 ? rc : (int)join.count;
}

int gc_flatten(const struct store *store, const char *name, unsigned max,
	       struct err *e)
{
	SCOPED_FD int lock = store_lock(store, false, e);
	SCOPED_FD int name_lock = -1;
	SCOPED_FD int excluded = -1;

	if (lock < 0)
		return lock;
	name_lock = store_lock_name(store, name, e);
	if (name_lock < 0)
		return name_lock;
	excluded = running_exclude(store, name, e);
	return excluded < 0 ? excluded : flatten(store, name, max, e);
}
