/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* list - the workspaces, for people and programs. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "workspace/command.h"
#include "workspace/options.h"
#include "workspace/lxc/storage.h"
#include "workspace/running.h"
#include "workspace/ns/ns.h"
#include "workspace/store/tree.h"

/* ---- sizes -------------------------------------------------------------- */

/* Of a layer that is not there. */
static const uint64_t missing_bytes = UINT64_MAX;

/* Layers of other ids are only readable as root of the namespace. */
struct measure {
	const struct store *store;
	const struct meta *meta;
	struct tree_size *sizes; /* shared: the upper's, then each snapshot's */
};

static int measure_layer(const struct store *store, enum store_kind kind,
			 const char *id, struct tree_size *ret, struct err *e)
{
	char path[LAYER_PATH_BYTES];
	SCOPED_FD int dir = -1;

	/* liblxc's trees lie beside it, unseen while they are not mounted. */
	layer_path(id, storage_is_liblxc(kind) ? "." : "up", path);
	dir = dir_open(store->dir, path, e);
	if (dir == -ENOENT)
		ret->bytes = missing_bytes;
	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	return tree_measure(dir, ret, e);
}

static int measure_all(void *data, struct err *e)
{
	const struct measure *job = data;
	enum store_kind kind = job->meta->store;
	int rc = measure_layer(job->store, kind, job->meta->upper,
			       &job->sizes[0], e);

	for (size_t i = 0; rc == 0 && i < job->meta->snap_count; i++) {
		const struct chain *chain = &job->meta->snaps[i].chain;

		if (chain->count > 0)
			rc = measure_layer(job->store, kind, chain->ids[0],
					   &job->sizes[i + 1], e);
	}
	return rc;
}

/* The caller unmaps them. NULL with e filled. */
static struct tree_size *get_sizes(const struct store *store,
				   const struct meta *meta, struct err *e)
{
	size_t bytes = (meta->snap_count + 1) * sizeof(struct tree_size);
	struct measure job = { store, meta, NULL };
	struct idmap map;

	if (store_map(store, meta, &map, e) < 0)
		return NULL;
	job.sizes = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (job.sizes == MAP_FAILED) {
		(void)err_set(e, errno, "mmap");
		return NULL;
	}
	if (ns_run(&map, NULL, measure_all, &job, e) == 0)
		return job.sizes;
	munmap(job.sizes, bytes);
	return NULL;
}

static void print_size(uint64_t bytes, char *text, size_t text_bytes)
{
	static const char units[] = "BKMGT";
	double value = (double)bytes;
	size_t unit = 0;

	if (bytes == missing_bytes) {
		snprintf(text, text_bytes, "missing");
		return;
	}
	while (value >= 1000 && unit + 2 < sizeof(units)) {
		value /= 1024;
		unit++;
	}
	snprintf(text, text_bytes,
		 unit == 0 || value >= 10 ? "%.0f%c" : "%.1f%c", value,
		 units[unit]);
}

static bool stands_on(const struct chain *chain, const char *id)
{
	for (size_t i = 0; i < chain->count; i++)
		if (strcmp(chain->ids[i], id) == 0)
			return true;
	return false;
}

/* What stands on a missing one is as lost. True when there is any. */
static bool mark_missing(const struct meta *meta, struct tree_size *sizes)
{
	bool any = sizes[0].bytes == missing_bytes;

	for (size_t i = 0; i < meta->snap_count; i++) {
		const struct chain *lost = &meta->snaps[i].chain;

		if (sizes[i + 1].bytes != missing_bytes)
			continue;
		any = true;
		if (stands_on(&meta->lower, lost->ids[0]))
			sizes[0].bytes = missing_bytes;
		for (size_t j = 0; j < meta->snap_count; j++)
			if (stands_on(&meta->snaps[j].chain, lost->ids[0]))
				sizes[j + 1].bytes = missing_bytes;
	}
	return any;
}

/* ---- lines -------------------------------------------------------------- */

static void print_time(int64_t seconds, char *text, size_t text_bytes)
{
	time_t time = (time_t)seconds;
	struct tm local;

	if (localtime_r(&time, &local) == NULL ||
	    strftime(text, text_bytes, "%Y-%m-%d %H:%M", &local) == 0)
		text[0] = '\0';
}

static bool is_running(const struct store *store, const char *name)
{
	SCOPED_RUNNING struct running running = { 0 };

	return running_find(store, name, &running, NULL) == 1;
}

static const char *base_of(const struct meta *meta)
{
	return meta->base != NULL ? meta->base : "-";
}

static void print_workspace(const struct run *run, const char *name,
			    const struct meta *meta)
{
	bool running = is_running(run->store, name);
	char created[32];
	struct json *json;

	if (!run->set->json) {
		print_time(meta->created_s, created, sizeof(created));
		printf("%-24s %s  %zu snapshot%s, base %s, store %s%s%s\n",
		       name, created, meta->snap_count,
		       meta->snap_count == 1 ? "" : "s", base_of(meta),
		       store_kind_name(meta->store),
		       meta->init ? ", own init" : "",
		       running ? ", running" : "");
		return;
	}
	json = json_named(name);
	json_add_text(json, "project",
		      meta->project != NULL ? meta->project : name);
	json_add_text(json, "base", base_of(meta));
	json_add_text(json, "store", store_kind_name(meta->store));
	json_add_int(json, "created", meta->created_s);
	json_add_int(json, "snapshots", (int64_t)meta->snap_count);
	json_add_int(json, "parent", meta->parent);
	json_add_bool(json, "init", meta->init);
	json_add_bool(json, "running", running);
	run_json(run, json);
}

static void print_snapshot(const struct run *run, const char *name,
			   const struct snapshot *snap, uint64_t bytes)
{
	SCOPED_BUF struct buf comment = { 0 };
	char taken[32], size[16], label[128], parent[16];
	struct json *json;

	if (run->set->json) {
		json = json_named(name);
		json_add_int(json, "snapshot", snap->number);
		json_add_int(json, "taken", snap->taken_s);
		json_add_int(json, "parent", snap->parent);
		json_add_bool(json, "missing", bytes == missing_bytes);
		json_add_int(json, "bytes",
			     bytes == missing_bytes ? 0 : (int64_t)bytes);
		json_add_bool(json, "automatic", snap->automatic);
		json_add_text(json, "comment", snap->comment);
		run_json(run, json);
		return;
	}
	print_time(snap->taken_s, taken, sizeof(taken));
	print_size(bytes, size, sizeof(size));
	snprintf(label, sizeof(label), "%s@%u", name, snap->number);
	if (snap->parent > 0)
		snprintf(parent, sizeof(parent), "on @%u", snap->parent);
	else
		snprintf(parent, sizeof(parent), "on base");
	text_escape(&comment, snap->comment, strlen(snap->comment));
	printf("%-24s %s %7s  %-8s %s\n", label, taken, size, parent,
	       buf_text(&comment));
}

static int list_all(const struct run *run, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(run->store, "ws", &names, e);
	size_t unread = 0;

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		SCOPED_META struct meta meta = { 0 };
		struct err why = { 0 };

		if (store_load(run->store, "ws", names.list[i], &meta, &why) ==
		    0) {
			print_workspace(run, names.list[i], &meta);
			continue;
		}
		/* One that cannot be read hides no other. */
		log_failure(&why);
		unread++;
	}
	if (unread == 0)
		return rc;
	return err_say(e, EIO, "%zu of %zu workspaces cannot be read", unread,
		       names.count);
}

static int list_one(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);
	SCOPED_META struct meta meta = { 0 };
	struct tree_size *sizes;
	char size[16], parent[32] = "the base";
	bool missing;
	int rc;

	if (name == NULL)
		return e != NULL ? -e->code : -ENOENT;
	rc = store_load(run->store, "ws", name, &meta, e);
	if (rc < 0)
		return rc;
	sizes = get_sizes(run->store, &meta, e);
	if (sizes == NULL)
		return e != NULL ? -e->code : -EIO;
	missing = mark_missing(&meta, sizes);
	for (size_t i = 0; i < meta.snap_count; i++)
		print_snapshot(run, name, &meta.snaps[i], sizes[i + 1].bytes);
	print_size(sizes[0].bytes, size, sizeof(size));
	if (meta.parent > 0)
		snprintf(parent, sizeof(parent), "@%u", meta.parent);
	if (!run->set->json)
		printf("%s: %s written since %s, base %s, %zu layers%s\n", name,
		       size, parent, base_of(&meta), meta.lower.count + 1,
		       is_running(run->store, name) ? ", running" : "");
	munmap(sizes, (meta.snap_count + 1) * sizeof(*sizes));
	return missing ? err_say(e, ENOENT,
				 "layers of %s are missing; what can be had "
				 "again: project workspace doctor --fix",
				 name)
		       : 0;
}

static int list_main(const struct run *run, struct err *e)
{
	return run->argc > 0 ? list_one(run, e) : list_all(run, e);
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt list_opts[] = {
	JSON_OPTION,
};

/* clang-format on */

const struct command command_list = {
	.verb = "list",
	.alias = "l",
	.usage = "[NAME] [options]",
	.about = "workspaces, or the snapshots of one",
	.max = 1,
	.fn = list_main,
	.opts = list_opts,
	.opt_count = COUNT_OF(list_opts),
	.operands = { "@workspace" },
};
