/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* transfer.c - the verbs export, import and base. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "core/child.h"
#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "workspace/image/bases.h"
#include "workspace/command.h"
#include "workspace/options.h"
#include "workspace/running.h"
#include "workspace/image/import.h"
#include "workspace/image/oci_export.h"
#include "workspace/launch.h"
#include "workspace/ns/ns.h"
#include "workspace/ops.h"

/* ---- export ------------------------------------------------------------- */

struct export
{
	const struct store *store;
	struct rootfs rootfs;
	const char *name; /* of the workspace */
	const char *file; /* for its ending */
	const char *image; /* of its configuration, or NULL */
	const char *format; /* "root", "oci", "incus" */
	int fd;
};

/* What "incus image import" and "lxc image import" want to know. */
static int write_incus(struct pack *pack, const struct export *export, int root,
		       uint64_t *skipped, struct err *e)
{
	struct utsname machine;
	SCOPED_TEXT char *yaml = NULL;
	int rc;

	(void)uname(&machine);
	yaml = mem_printf("architecture: %s\ncreation_date: %lld\n"
			  "properties:\n"
			  "  architecture: %s\n"
			  "  description: earshot workspace %s\n"
			  "  name: %s\n"
			  "  os: linux\n",
			  machine.machine, (long long)time(NULL),
			  machine.machine, export->rootfs.hostname,
			  export->rootfs.hostname);
	rc = pack_file(pack, "metadata.yaml", yaml, -1, strlen(yaml), e);
	return rc < 0 ? rc : pack_tree(pack, root, "rootfs", skipped, e);
}

static int write_archive(struct pack *pack, const struct export *export,
			 int root, uint64_t *skipped, struct err *e)
{
	SCOPED_FD int tmp = -1;

	if (strcmp(export->format, "incus") == 0)
		return write_incus(pack, export, root, skipped, e);
	if (strcmp(export->format, "root") == 0)
		return pack_tree(pack, root, "", skipped, e);
	tmp = dir_open(export->store->dir, "tmp", e);
	return tmp < 0 ? tmp
		       : oci_export(pack, root, tmp, export->rootfs.hostname,
				    export->image, skipped, e);
}

static int export_inside(void *data, struct err *e)
{
	const struct export *export = data;
	bool host = export->rootfs.lower.host;
	uint64_t skipped = 0;
	SCOPED_FD int root = rootfs_mount(&export->rootfs, true, e);
	struct pack *pack;
	int rc;

	if (root < 0)
		return root;
	/* A reader that goes away is an error to report, not an end. */
	(void)signal(SIGPIPE, SIG_IGN);
	pack = pack_new(export->fd, export->file, e);
	if (pack == NULL)
		return e != NULL ? -e->code : -EIO;
	/* Of the host not everything is readable; of a workspace all is. */
	rc = write_archive(pack, export, root, host ? &skipped : NULL, e);
	if (rc < 0) {
		pack_abandon(pack);
		return rc;
	}
	rc = pack_close(pack, e);
	if (rc == 0 && skipped > 0)
		log_warn("%llu files of the host that only root may read were "
			 "left out",
			 (unsigned long long)skipped);
	return rc;
}

static char *path_parent(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return mem_copy(".");
	return slash == file ? mem_copy("/")
			     : mem_text(file, (size_t)(slash - file));
}

/* Where the name is to be: the whole file, or nothing. */
static int name_file(int fd, const char *file, struct err *e)
{
	SCOPED_TEXT char *temp = mem_printf("%s.%d.tmp", file, getpid());
	SCOPED_TEXT char *self = mem_printf("/proc/self/fd/%d", fd);

	if (linkat(AT_FDCWD, self, AT_FDCWD, temp, AT_SYMLINK_FOLLOW) < 0)
		return err_set(e, errno, "create %s", temp);
	if (rename(temp, file) == 0)
		return 0;
	(void)err_set(e, errno, "rename %s", temp);
	(void)unlink(temp);
	return -e->code;
}

/* Without a name until it is whole: whoever is killed leaves nothing. */
static int open_target(const char *file, char **ret_temp, struct err *e)
{
	SCOPED_TEXT char *dir = path_parent(file);
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd >= 0 ? fd : err_set(e, errno, "create %s", file);
	/* Not every file system has files without a name. */
	*ret_temp = mem_printf("%s.%d.tmp", file, getpid());
	fd = open(*ret_temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd >= 0 ? fd : err_set(e, errno, "create %s", *ret_temp);
}

static int export_to(struct export *export, const struct idmap *map,
		     const char *file, struct err *e)
{
	SCOPED_TEXT char *temp = NULL;
	SCOPED_FD int fd = open_target(file, &temp, e);
	mode_t mask = umask(0);
	int rc;

	(void)umask(mask);
	if (fd < 0)
		return fd;
	export->fd = fd;
	rc = ns_run(map, export->store->path, export_inside, export, e);
	if (rc == 0 && (fsync(fd) < 0 || fchmod(fd, 0666 & ~mask) < 0))
		rc = err_set(e, errno, "write %s", file);
	if (rc == 0 && temp == NULL)
		rc = name_file(fd, file, e);
	else if (rc == 0 && rename(temp, file) < 0)
		rc = err_set(e, errno, "rename %s", temp);
	if (rc < 0 && temp != NULL)
		(void)unlink(temp);
	return rc;
}

/* Into a pipe, or a file of the caller's. */
static int export_to_output(struct export *export, const struct idmap *map,
			    struct err *e)
{
	if (isatty(STDOUT_FILENO))
		return err_usage(e, "export: standard output is a terminal");
	export->fd = STDOUT_FILENO;
	return ns_run(map, export->store->path, export_inside, export, e);
}

static void print_exported(const struct run *run, const char *name,
			   unsigned number)
{
	struct json *json = json_named(name);

	json_add_int(json, "snapshot", number);
	json_add_text(json, "format", run->set->format);
	run_json(run, json);
}

static int exported_chain(const struct run *run, const char *name,
			  unsigned number, const struct meta *meta,
			  struct chain *ret, struct err *e)
{
	SCOPED_FD int excluded = -1;

	if (number > 0) {
		*ret = chain_copy(&meta_snapshot(meta, number)->chain);
		return 0;
	}
	excluded = running_exclude(run->store, name, e);
	if (excluded < 0)
		return e->code == EBUSY
			       ? err_say(e, EBUSY,
					 "%s is in use: take a snapshot and "
					 "export that (%s@last)",
					 name, name)
			       : excluded;
	*ret = chain_copy(&meta->lower);
	chain_push(ret, meta->upper);
	return 0;
}

static int check_export(const struct run *run, struct err *e)
{
	const char *format = run->set->format;

	if (strcmp(format, "root") != 0 && strcmp(format, "oci") != 0 &&
	    strcmp(format, "incus") != 0)
		return err_usage(
			e, "unknown format '%s', expected root, oci or incus",
			format);
	if (strcmp(run->argv[1], "-") == 0 && run->set->json &&
	    run->json == stdout)
		return err_usage(e, "export: standard output cannot have the "
				    "archive and --json, too");
	return pack_check_name(run->argv[1], e);
}

static int export_main(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_META struct meta meta = { 0 };
	SCOPED_CHAIN struct chain chain = { 0 };
	SCOPED_FD int lock = store_lock(run->store, false, e);
	struct export export = { .store = run->store, .file = run->argv[1] };
	struct idmap map;
	bool to_output = strcmp(run->argv[1], "-") == 0;
	unsigned number = 0;
	int rc = lock < 0 ? lock
			  : store_parse(run->store, run->argv[0], &name,
					&number, e);

	if (rc == 0)
		rc = check_export(run, e);
	if (rc == 0)
		rc = store_load(run->store, "ws", name, &meta, e);
	if (rc == 0)
		rc = store_map(run->store, &meta, &map, e);
	if (rc == 0)
		rc = exported_chain(run, name, number, &meta, &chain, e);
	if (rc == 0)
		rc = launch_rootfs(run->store, &meta, &chain, run_tell,
				   &export.rootfs, e);
	if (rc < 0)
		return rc;
	/* Minutes, which who sees only what they changed does not expect. */
	if (export.rootfs.lower.host)
		run_tell("this workspace is over the host: the archive takes "
			 "all of the host along");
	export.rootfs.hostname = name;
	export.name = name;
	export.format = run->set->format;
	export.image = meta.image;
	rc = to_output ? export_to_output(&export, &map, e)
		       : export_to(&export, &map, run->argv[1], e);
	if (rc == 0)
		print_exported(run, name, number);
	return rc;
}

/* ---- import ------------------------------------------------------------- */

static int import_main(const struct run *run, struct err *e)
{
	struct idmap map;
	SCOPED_TEXT char *image = NULL;
	const struct import import = { run->store, &map,   run->set->max_mib,
				       run_tell,   &image, NULL };
	SCOPED_CHAIN struct chain chain = { 0 };
	SCOPED_FD int lock = store_lock(run->store, false, e);
	const char *slash = strrchr(run->argv[0], '/');
	struct create create = {
		.name = run->argv[1],
		.base = slash != NULL ? slash + 1 : run->argv[0],
	};
	int rc = lock < 0 ? lock : workspace_name_check(run->argv[1], e);

	if (rc == 0)
		rc = run_map(run, &create.map, &map, e);
	if (rc == 0)
		rc = ops_check_free(run->store, run->argv[1], e);
	if (rc < 0)
		return rc;
	rc = import_source(&import, run->argv[0], &chain, e);
	if (rc < 0)
		return rc;
	create.lower = chain;
	create.image = image;
	rc = ops_create(run->store, &create, e);
	if (rc < 0)
		import_drop(run->store, &chain);
	else
		run_json(run, json_named(run->argv[1]));
	return rc;
}

/* ---- bases -------------------------------------------------------------- */

static void print_base(const struct run *run, const char *name,
		       const struct meta *meta)
{
	const char *from = meta->base != NULL ? meta->base : "-";
	struct json *json = json_named(name);

	json_add_text(json, "from", from);
	json_add_int(json, "layers", (int64_t)meta->lower.count);
	run_print(run, json, "%-24s %zu layer%s, from %s\n", name,
		  meta->lower.count, meta->lower.count == 1 ? "" : "s", from);
}

static int base_list(const struct run *run, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(run->store, "bases", &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		SCOPED_META struct meta meta = { 0 };

		rc = store_load(run->store, "bases", names.list[i], &meta, e);
		if (rc == 0)
			print_base(run, names.list[i], &meta);
	}
	return rc;
}

static int base_add(const struct run *run, struct err *e)
{
	SCOPED_FD int lock = store_lock(run->store, false, e);
	SCOPED_FD int name_lock = -1;
	SCOPED_META struct meta meta = { .next = 1, .created_s = time(NULL) };
	const char *name = run->argv[1];
	const char *map_text = NULL;
	struct idmap map;
	int rc = lock < 0 ? lock : workspace_name_check(name, e);

	if (rc == 0)
		rc = run_map(run, &map_text, &map, e);
	if (rc < 0)
		return rc;
	name_lock = store_lock_name(run->store, name, e);
	if (name_lock < 0)
		return name_lock;
	if (store_has(run->store, "bases", name) || strcmp(name, "host") == 0)
		return err_say(e, EEXIST, "there is a base '%s' already", name);
	rc = bases_resolve(run->store, &map, run->argv[2], run->set->max_mib,
			   run_tell, &meta, e);
	if (rc < 0)
		return rc;
	meta.map = mem_copy(map_text);
	return store_save(run->store, "bases", name, &meta, e);
}

static bool stands_on(const struct chain *chain, const struct chain *base)
{
	for (size_t i = 0; i < base->count; i++)
		if (chain_has(chain, base->ids[i]))
			return true;
	return false;
}

/* Workspaces keep the layers that they name; yet a base in use is kept. */
static int base_users(const struct store *store, const struct meta *base,
		      struct buf *out, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	int rc = store_names(store, "ws", &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		SCOPED_META struct meta meta = { 0 };
		bool uses;

		rc = store_load(store, "ws", names.list[i], &meta, e);
		uses = rc == 0 && stands_on(&meta.lower, &base->lower);
		for (size_t j = 0; !uses && j < meta.snap_count; j++)
			uses = stands_on(&meta.snaps[j].chain, &base->lower);
		if (uses)
			buf_addf(out, "%s%s", out->len_bytes > 0 ? ", " : "",
				 names.list[i]);
	}
	return rc;
}

static int base_remove(const struct run *run, struct err *e)
{
	SCOPED_FD int lock = store_lock(run->store, true, e);
	SCOPED_META struct meta meta = { 0 };
	SCOPED_BUF struct buf users = { 0 };
	SCOPED_TEXT char *trash = mem_printf(
		"0-%lld-%s.base", (long long)time(NULL), run->argv[1]);
	int rc = lock < 0 ? lock
			  : store_load(run->store, "bases", run->argv[1], &meta,
				       e);

	if (rc == 0)
		rc = base_users(run->store, &meta, &users, e);
	if (rc < 0)
		return rc;
	if (users.len_bytes > 0)
		return err_say(e, EBUSY, "base %s is in use by %s",
			       run->argv[1], buf_text(&users));
	return store_move(run->store, "bases", run->argv[1], "trash", trash, e);
}

static int base_main(const struct run *run, struct err *e)
{
	const char *verb = run->argc > 0 ? run->argv[0] : "list";
	int rc;

	if (strcmp(verb, "list") == 0 && run->argc <= 1)
		return base_list(run, e);
	if (strcmp(verb, "add") == 0 && run->argc == 3)
		rc = base_add(run, e);
	else if (strcmp(verb, "remove") == 0 && run->argc == 2)
		rc = base_remove(run, e);
	else
		return err_usage(e, "usage: project workspace base [list | "
				    "add NAME SOURCE | remove NAME]");
	if (rc == 0)
		run_json(run, json_named(run->argv[1]));
	return rc;
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt import_opts[] = {
	MAX_MIB_OPTION,
	MAP_OPTION,
	JSON_OPTION,
};

static const struct opt export_opts[] = {
	{ 'f', "format", OPT_TEXT, FIELD(format), 0, 0, "FORMAT", "root",
	  "a root file system, an OCI image, or an Incus image", NULL,
	  "root oci incus", true },
	JSON_OPTION,
};

/* clang-format on */

const struct command command_export = {
	.verb = "export",
	.usage = "NAME[@SNAP] FILE.tar[.gz|.zst|.xz]|- [options]",
	.about = "write it as an archive",
	.min = 2,
	.max = 2,
	.fn = export_main,
	.opts = export_opts,
	.opt_count = COUNT_OF(export_opts),
	.operands = { STATE, "@file" },
};

const struct command command_import = {
	.verb = "import",
	.usage = "FILE NEW [options]",
	.about = "a workspace from an archive or a directory",
	.min = 2,
	.max = 2,
	.fn = import_main,
	.opts = import_opts,
	.opt_count = COUNT_OF(import_opts),
	.operands = { "@file", "@new" },
};

const struct command command_base = {
	.verb = "base",
	.alias = "b",
	.usage = "[list | add NAME SOURCE | remove NAME] [options]",
	.about = "what workspaces begin with",
	.max = 3,
	.fn = base_main,
	.opts = import_opts,
	.opt_count = COUNT_OF(import_opts),
	.operands = { "list add remove" },
};
