#include <string.h>
#include <time.h>

#include "core/json.h"
#include "core/mem.h"
#include "project/workspace/command.h"
#include "project/workspace/holder.h"
#include "project/workspace/ns.h"
#include "project/workspace/tree.h"
#include "core/files.h"

/* ---- sizes -------------------------------------------------------------- */

struct measure_job {
	const struct store *store;
	char id[LAYER_ID_BYTES + 1];
	struct tree_size *size; /* shared with the parent process */
};

static void when(int64_t seconds, char *text, size_t text_bytes)
{
	time_t time = (time_t)seconds;
	struct tm local;

	if (localtime_r(&time, &local) == NULL ||
	    strftime(text, text_bytes, "%Y-%m-%d %H:%M", &local) == 0)
		text[0] = '\0';
}

static bool runs(const struct store *store, const char *name)
{
	SCOPED_HOLDER struct holder holder = { 0 };

	return holder_connect(store, name, &holder, NULL) == 1;
}

static void print_workspace(const struct store *store, const char *name,
			    const struct meta *meta)
{
	char created[32];

	when(meta->created_s, created, sizeof(created));
	printf("%-24s %s  %-8s %zu snapshot%s, base %s%s\n", name, created,
	       store_kind_name(meta->store), meta->snap_count,
	       meta->snap_count == 1 ? "" : "s",
	       meta->base != NULL ? meta->base : "-",
	       runs(store, name) ? ", running" : "");
}

static int list_all(const struct run *run, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(run->store, "ws", &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		SCOPED_META struct meta meta = { 0 };

		rc = store_load(run->store, "ws", names.list[i], &meta, e);
		if (rc == 0)
			print_workspace(run->store, names.list[i], &meta);
	}
	return rc;
}

static int list_one(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);
	SCOPED_META struct meta meta = { 0 };
	int rc;

	if (name == NULL)
		return -ENOENT;
	rc = store_load(run->store, "ws", name, &meta, e);
	for (size_t i = 0; rc == 0 && i < meta.snap_count; i++) {
		const struct snapshot *snap = &meta.snaps[i];
		char taken[32];

		when(snap->taken_s, taken, sizeof(taken));
		printf("%s@%-4u %s  on %u  %s\n", name, snap->number, taken,
		       snap->parent, snap->comment);
	}
	return rc;
}

int command_list(const struct run *run, struct err *e)
{
	return run->argc > 0 ? list_one(run, e) : list_all(run, e);
}
