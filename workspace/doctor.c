/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* doctor - what a workspace needs, and whether it is here. */
#include <string.h>

#include "core/finding.h"
#include "core/log.h"
#include "workspace/command.h"
#include "workspace/options.h"
#include "workspace/gc.h"
#include "workspace/state.h"
#include "workspace/probe.h"

static void print_joined(const struct run *run, const char *name, int joined)
{
	struct json *json = json_named(name);

	json_add_int(json, "joined", joined);
	run_print(run, json, "%s: %d layers joined\n", name, joined);
}

static void print_removed(const struct run *run, size_t removed)
{
	struct json *json = json_object_make();

	json_add_int(json, "removed", (int64_t)removed);
	run_print(run, json, "%zu layer%s removed\n", removed,
		  removed == 1 ? "" : "s");
}

static int gc_main(const struct run *run, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	size_t removed = 0;
	int rc = 0;

	if (run->set->flatten)
		rc = store_names(run->store, "ws", &names, e);
	for (size_t i = 0; rc >= 0 && i < names.count; i++) {
		rc = gc_flatten(run->store, names.list[i], run->set->layers, e);
		if (rc > 0)
			print_joined(run, names.list[i], rc);
		/* One in use is left for another time. */
		if (rc == -EBUSY) {
			log_failure(e);
			rc = 0;
		}
	}
	if (rc >= 0)
		rc = gc_sweep(run->store, run->set->all ? 0 : TRASH_KEEP_DAYS,
			      &removed, e);
	if (rc < 0)
		return rc;
	print_removed(run, removed);
	return 0;
}

/* ---- doctor ------------------------------------------------------------- */

static void print(const struct run *run, const char *what, bool good,
		  const char *text)
{
	SCOPED_BUF struct buf line = { 0 };

	finding_add(&line, what, good, text);
	run_print(run, finding_json(what, good, text), "%s\n", buf_text(&line));
}

static bool print_probes(const struct run *run)
{
	bool usable = true;

	for (size_t i = 0; i < probe_count; i++) {
		struct err why = { 0 };
		char text[ERR_TEXT_BYTES + 128] = "";
		bool good = probes[i].fn(run->store, &why) >= 0;

		if (!good)
			(void)err_text(&why, text, sizeof(text));
		print(run, probes[i].name, good, text);
		usable = usable && (good || !probes[i].needed);
	}
	return usable;
}

static void print_names(const struct run *run, const char *what,
			const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		print(run, what, false, names->list[i]);
}

/* Returns whether the store is as it should be. */
static bool print_findings(const struct run *run, const struct findings *found)
{
	char text[64];

	print_names(run, "missing", &found->missing);
	print_names(run, "unreadable", &found->broken);
	print_names(run, "not finished: shift", &found->shifts);
	print_names(run, "left over: layer", &found->layers);
	print_names(run, "left over: file", &found->temps);
	if (found->tmp_count > 0) {
		snprintf(text, sizeof(text), "%zu in tmp/", found->tmp_count);
		print(run, "left over", false, text);
	}
	return found->missing.count == 0 && found->broken.count == 0 &&
	       found->shifts.count == 0;
}

static bool has_leftovers(const struct findings *found)
{
	return found->layers.count > 0 || found->temps.count > 0 ||
	       found->tmp_count > 0;
}

static int look(const struct run *run, struct findings *ret, struct err *e)
{
	SCOPED_FD int lock = store_lock(run->store, true, e);

	return lock < 0 ? lock : gc_look(run->store, UINT32_MAX, ret, e);
}

static int repair_one(const struct run *run, const char *name, struct err *e)
{
	char text[200];
	unsigned number = 0;
	int rc = state_repair(run->store, name, &number, e);

	if (rc == 1 && number == 0)
		snprintf(text, sizeof(text),
			 "%s begins anew on its base: what was written since "
			 "is lost",
			 name);
	if (rc == 1 && number > 0)
		snprintf(text, sizeof(text),
			 "%s begins anew on %s@%u: what was written since is "
			 "lost",
			 name, name, number);
	if (rc == 1)
		print(run, "repaired", true, text);
	return rc;
}

/* What is still broken afterwards, with what can be done. */
static int name_rest(const struct run *run, const char *name, struct err *e)
{
	SCOPED_META struct meta meta = { 0 };
	unsigned number = 0;
	char text[400];
	int rc = store_load(run->store, "ws", name, &meta, NULL);

	if (rc < 0 || state_check(run->store, name, &meta, NULL) == 0)
		return 0;
	rc = state_repair(run->store, name, &number, e);
	if (number > 0)
		snprintf(text, sizeof(text),
			 "%s; go back with: project workspace restore %s@%u",
			 name, name, number);
	else
		snprintf(text, sizeof(text),
			 "%s has no snapshot whose layers are all there: "
			 "project workspace destroy %s",
			 name, name);
	print(run, "cannot be repaired", false, text);
	return rc;
}

static int repair(const struct run *run, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(run->store, "ws", &names, e);

	for (size_t i = 0; rc >= 0 && i < names.count; i++) {
		/* An unreadable file is named already. */
		if (repair_one(run, names.list[i], NULL) == 0)
			rc = name_rest(run, names.list[i], e);
	}
	return rc < 0 ? rc : 0;
}

static int doctor_main(const struct run *run, struct err *e)
{
	SCOPED_FINDINGS struct findings found = { 0 };
	bool good = print_probes(run);
	size_t removed = 0;
	int rc = look(run, &found, e);

	if (rc < 0)
		return rc;
	if (run->set->fix && found.missing.count > 0) {
		rc = repair(run, e);
		findings_fini(&found);
		found = (struct findings){ 0 };
		if (rc == 0)
			rc = look(run, &found, e);
		if (rc < 0)
			return rc;
	}
	good = print_findings(run, &found) && good;
	if (run->set->fix && has_leftovers(&found)) {
		rc = gc_sweep(run->store, UINT32_MAX, &removed, e);
		if (rc < 0)
			return rc;
		print(run, "left over", true, "removed");
	} else if (has_leftovers(&found)) {
		good = false;
	}
	if (good)
		print(run, "store", true, run->store->path);
	return good ? 0 : 1;
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt gc_opts[] = {
	{ 'a', "all", OPT_FLAG, FIELD(all), 0, 0, NULL, NULL,
	  "also what was put into the trash just now", NULL, NULL, true },
	{ 'f', "flatten", OPT_FLAG, FIELD(flatten), 0, 0, NULL, NULL,
	  "also join the layers of deep workspaces", NULL, NULL, true },
	{ 'l', "layers", OPT_UINT, FIELD(layers), 1, CHAIN_MAX, "N", "32",
	  "what --flatten calls deep", NULL, NULL, true },
	JSON_OPTION,
};

static const struct opt doctor_opts[] = {
	{ 'f', "fix", OPT_FLAG, FIELD(fix), 0, 0, NULL, NULL,
	  "repair what can be, remove leftovers", NULL, NULL, true },
	JSON_OPTION,
};

/* clang-format on */

const struct command command_gc = {
	.verb = "gc",
	.usage = "[options]",
	.about = "remove what nothing needs any more",
	.fn = gc_main,
	.opts = gc_opts,
	.opt_count = COUNT_OF(gc_opts),
};

const struct command command_doctor = {
	.verb = "doctor",
	.usage = "[options]",
	.about = "what this machine can do, and what is left over",
	.fn = doctor_main,
	.opts = doctor_opts,
	.opt_count = COUNT_OF(doctor_opts),
};
