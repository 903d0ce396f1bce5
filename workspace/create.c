/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* create.c - the verb create, and what a workspace is made of on first use. */
#include <string.h>

#include "core/log.h"
#include "workspace/create.h"
#include "workspace/options.h"
#include "workspace/image/bases.h"
#include "workspace/lxc/boot.h"
#include "workspace/lxc/storage.h"
#include "workspace/ops.h"
#include "workspace/proof.h"
#include "workspace/store/packages_busy.h"

static int check_init(const struct run *run, struct err *e)
{
	if (strcmp(run->set->base, "host") == 0)
		return err_usage(e,
				 "init: the host's services are not for two; "
				 "give a system of its own, such as --base "
				 "debian:bookworm+systemd-sysv");
	return boot_check(e);
}

static int check_store(const char *name, enum store_kind *ret, struct err *e)
{
	int kind = name != NULL ? store_kind_by_name(name) : STORE_OVERLAY;

	if (kind < 0)
		return err_usage(e,
				 "unknown store '%s', expected overlay, btrfs, "
				 "reflink, dir, loop, lvm, zfs, lxc:dir, "
				 "lxc:overlay or lxc:btrfs",
				 name);
	*ret = (enum store_kind)kind;
	return 0;
}

/* The host's files can only be shown to whoever may read them as himself. */
static int check_root(const struct run *run, const struct idmap *map,
		      struct err *e)
{
	int64_t root = idmap_outside(&map->uids, 0);

	if (root < 0)
		return err_usage(e, "map: 0 inside must be somebody");
	if (strcmp(run->set->base, "host") == 0 && root != geteuid())
		return err_usage(e,
				 "map: over the host 0 inside is you (%u); "
				 "for user %lld give a --base",
				 geteuid(), (long long)root);
	return 0;
}

/*
 * A store that would fail its first snapshot is refused before that, and a
 * system that could not be started.
 */
static int prove(const struct run *run, enum store_kind kind, struct err *e)
{
	const struct meta meta = {
		.store = kind,
		.lower.host = strcmp(run->set->base, "host") == 0,
	};
	int rc = 0;

	if (kind != STORE_OVERLAY)
		rc = storage_check(run->store, &meta, e);
	if (rc == 0)
		rc = proof_of(run->store, kind, e);
	return rc < 0 || !run->set->init ? rc : proof_of_init(run->store, e);
}

int create_workspace(const struct run *run, const char *name, struct err *e)
{
	struct create how = {
		.name = name,
		.project = run->set->project,
		.init = run->set->init,
		.size_gib = run->set->size_gib,
	};
	SCOPED_META struct meta base = { 0 };
	SCOPED_FD int lock = -1;
	struct idmap map;
	int rc = workspace_name_check(name, e);

	if (rc == 0)
		rc = check_store(run->set->store, &how.store, e);
	if (rc == 0 && run->set->init)
		rc = check_init(run, e);
	if (rc == 0)
		rc = ops_check_free(run->store, name, e);
	if (rc == 0)
		rc = run_map(run, &how.map, &map, e);
	if (rc == 0)
		rc = check_root(run, &map, e);
	if (rc == 0)
		rc = prove(run, how.store, e);
	/* It remembers with which packages it was made. */
	if (rc == 0 && strcmp(run->set->base, "host") == 0)
		packages_wait(run_tell);
	/* From here on new layers are not yet named: no gc. */
	lock = rc == 0 ? store_lock(run->store, false, e) : -1;
	if (rc == 0 && lock < 0)
		rc = lock;
	if (rc == 0)
		rc = bases_resolve(run->store, &map, run->set->base,
				   run->set->max_mib, run_tell, &base, e);
	if (rc < 0)
		return rc;
	how.base = base.base;
	how.image = base.image;
	how.packages = base.packages;
	how.lower = base.lower;
	rc = ops_create(run->store, &how, e);
	if (rc == 0 && run->store->single_why != NULL && how.map == NULL)
		log_warn("only one user id inside: %s. Packages that need "
			 "other owners will not install",
			 run->store->single_why);
	return rc;
}

static int create_main(const struct run *run, struct err *e)
{
	int rc = create_workspace(run, run->argv[0], e);

	if (rc == 0)
		run_json(run, json_named(run->argv[0]));
	return rc;
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt create_opts[] = {
	{ 'b', "base", OPT_TEXT, FIELD(base), 0, 0, "BASE", "host",
	  "host, debian:SUITE, a directory, a tar, an image, a base", NULL,
	  "host @base @snapshot @file", true },
	{ 's', "store", OPT_TEXT, FIELD(store), 0, 0, "STORE", "overlay",
	  "how layers are kept", NULL, "overlay btrfs reflink dir loop lvm zfs "
	  "lxc:dir lxc:overlay lxc:btrfs", true },
	{ 'P', "project", OPT_TEXT, FIELD(project), 0, 0, "NAME", NULL,
	  "the project whose directory is shown (the same name)", NULL,
	  "@project", true },
	MAP_OPTION,
#ifdef HAVE_LIBLXC
	{ 'i', "init", OPT_FLAG, FIELD(init), 0, 0, NULL, NULL,
	  "a full system container, with its own init", NULL, NULL, true },
#endif
	{ 0, "size", OPT_UINT, FIELD(size_gib), 1, 65536, "GIB", "10",
	  "of the stores loop and lvm", NULL, NULL, true },
	JSON_OPTION,
};

/* clang-format on */

const struct command command_create = {
	.verb = "create",
	.alias = "c",
	.usage = "NAME [options]",
	.about = "make a workspace",
	.min = 1,
	.max = 1,
	.fn = create_main,
	.opts = create_opts,
	.opt_count = COUNT_OF(create_opts),
	.operands = { "@new" },
};
