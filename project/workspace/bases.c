#include "project/workspace/bases.h"

#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "project/workspace/ops.h"

static int from_snapshot(const struct store *store, const char *text,
			 struct chain *ret, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_META struct meta meta = { 0 };
	const struct snapshot *snap;
	unsigned number = 0;
	int rc = ops_parse(store, text, &name, &number, e);

	if (rc == 0)
		rc = store_load(store, "ws", name, &meta, e);
	if (rc < 0)
		return rc;
	snap = meta_snapshot(&meta, number);
	if (snap == NULL)
		return err_usage(e, "base: '%s' names no snapshot", text);
	*ret = chain_copy(&snap->chain);
	return 0;
}

static int from_name(const struct store *store, const char *name,
		     struct chain *ret, struct err *e)
{
	SCOPED_META struct meta meta = { 0 };
	int rc = store_load(store, "bases", name, &meta, e);

	if (rc == 0)
		*ret = chain_copy(&meta.lower);
	return rc;
}

int bases_resolve(const struct store *store, const char *text,
		  bases_told_fn *told_fn, struct chain *ret, char **ret_label,
		  struct err *e)
{
	int rc = 0;

	(void)told_fn;
	if (strcmp(text, "host") == 0)
		*ret = (struct chain){ .host = true };
	else if (strchr(text, '@') != NULL)
		rc = from_snapshot(store, text, ret, e);
	else
		rc = from_name(store, text, ret, e);
	if (rc == 0)
		*ret_label = mem_copy(text);
	return rc;
}
