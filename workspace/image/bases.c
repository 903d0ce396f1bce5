/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/bases.h"

#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "workspace/image/debian.h"
#include "workspace/image/import.h"

/*
 * Files keep the owners that they have on disk. Those of a root that is another
 * id would belong to nobody.
 */
static int check_owners(const struct store *store, const struct meta *meta,
			const struct idmap *map, const char *text,
			struct err *e)
{
	struct idmap theirs;
	int rc = store_map(store, meta, &theirs, e);

	if (rc < 0 ||
	    idmap_outside(&theirs.uids, 0) == idmap_outside(&map->uids, 0))
		return rc;
	return err_say(
		e, EINVAL,
		"root of base %s is user %lld, here it is %lld: make the "
		"base with the same --map",
		text, (long long)idmap_outside(&theirs.uids, 0),
		(long long)idmap_outside(&map->uids, 0));
}

static int from_snapshot(const struct store *store, const struct idmap *map,
			 const char *text, struct meta *ret, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_META struct meta meta = { 0 };
	const struct snapshot *snap;
	unsigned number = 0;
	int rc = store_parse(store, text, &name, &number, e);

	if (rc == 0)
		rc = store_load(store, "ws", name, &meta, e);
	if (rc == 0)
		rc = check_owners(store, &meta, map, text, e);
	if (rc < 0)
		return rc;
	snap = meta_snapshot(&meta, number);
	if (snap == NULL)
		return err_usage(e, "base: '%s' names no snapshot", text);
	ret->lower = chain_copy(&snap->chain);
	ret->image = text_give(&meta.image);
	memcpy(ret->packages, snap->packages, sizeof(ret->packages));
	return 0;
}

static int from_name(const struct store *store, const struct idmap *map,
		     const char *name, struct meta *ret, struct err *e)
{
	SCOPED_META struct meta meta = { 0 };
	int rc = store_load(store, "bases", name, &meta, e);

	if (rc == 0)
		rc = check_owners(store, &meta, map, name, e);
	if (rc == 0) {
		ret->lower = chain_copy(&meta.lower);
		ret->image = text_give(&meta.image);
		memcpy(ret->packages, meta.packages, sizeof(ret->packages));
	}
	return rc;
}

int bases_resolve(const struct store *store, const struct idmap *map,
		  const char *text, unsigned max_mib, bases_told_fn *told_fn,
		  struct meta *ret, struct err *e)
{
	const struct import import = { store,	map,	     max_mib,
				       told_fn, &ret->image, NULL };
	bool is_path = strchr(text, '/') != NULL;
	struct stat st;
	int rc = 0;

	if (strcmp(text, "host") == 0)
		ret->lower.host = true;
	else if (strncmp(text, "debian:", 7) == 0)
		rc = debian_import(&import, text + 7, &ret->lower, e);
	else if (is_path ||
		 (!store_has(store, "bases", text) && stat(text, &st) == 0))
		rc = import_source(&import, text, &ret->lower, e);
	else if (strchr(text, '@') != NULL)
		rc = from_snapshot(store, map, text, ret, e);
	else
		rc = from_name(store, map, text, ret, e);
	if (rc == 0)
		ret->base = mem_copy(text);
	return rc;
}
