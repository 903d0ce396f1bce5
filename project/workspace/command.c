#include "project/workspace/command.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "core/child.h"
#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "project/workspace/image/bases.h"
#include "project/workspace/running.h"
#include "project/workspace/launch.h"
#include "project/workspace/lxc/boot.h"
#include "project/workspace/ops.h"
#include "project/workspace/workspace.h"

void command_tell(const char *text)
{
	log_info("%s", text);
}

/* ---- options ------------------------------------------------------------ */

#define FIELD(name) offsetof(struct settings, name)

static int add_share(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;

	return shares_add(&set->shares, value, e);
}

static int add_env(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;

	if (value[0] == '=' || value[0] == '\0')
		return err_usage(e, "env: '%s' is not NAME[=VALUE]", value);
	if (set->env_count >= COUNT_OF(set->env))
		return err_usage(e, "env: more than %zu", COUNT_OF(set->env));
	set->env[set->env_count++] = value;
	return 0;
}

static int add_map(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;
	struct idmap check = { 0 };
	int rc = idmap_add(&check, value, e);

	if (rc == 0)
		buf_addf(&set->map, "%s%s", set->map.len_bytes > 0 ? " " : "",
			 value);
	return rc;
}

#define MAP_OPTION                                                             \
	{                                                                      \
		'M', "map", OPT_CALL, 0, 0, 0, "b:IN:OUT:N", NULL,             \
			"user ids inside and outside; repeatable", add_map,    \
			NULL, true                                             \
	}
#define JSON_OPTION                                                            \
	{                                                                      \
		0, "json", OPT_FLAG, FIELD(json), 0, 0, NULL, NULL,            \
			"print JSON", NULL, NULL, true                         \
	}

/* clang-format off */
static const struct opt create_opts[] = {
	{ 'b', "base", OPT_TEXT, FIELD(base), 0, 0, "BASE", "host",
	  "host, debian:SUITE, a folder, a tar, an image, a base", NULL,
	  "host @base @snapshot @file", true },
	{ 's', "store", OPT_TEXT, FIELD(store), 0, 0, "STORE", "overlay",
	  "how layers are kept", NULL, "overlay btrfs reflink dir loop lvm zfs "
	  "lxc:dir lxc:overlay lxc:btrfs", true },
	{ 'P', "project", OPT_TEXT, FIELD(project), 0, 0, "NAME", NULL,
	  "the project whose folder is shown (the same name)", NULL,
	  "@project", true },
	MAP_OPTION,
	{ 'i', "init", OPT_FLAG, FIELD(init), 0, 0, NULL, NULL,
	  "a full system container, with its own init", NULL, NULL, true },
	{ 0, "size", OPT_UINT, FIELD(size_gib), 1, 65536, "GIB", "10",
	  "of the stores loop and lvm", NULL, NULL, true },
};

static const struct opt run_opts[] = {
	{ 'u', "user", OPT_TEXT, FIELD(user), 0, 0, "USER", NULL,
	  "who to be inside: a name, a number, or me (root)", NULL,
	  "me root", true },
	{ 'S', "share", OPT_CALL, 0, 0, 0, "WHAT", NULL,
	  "sound, display, ssh-agent, speech, home, PATH[:INSIDE][:ro]",
	  add_share, "sound display ssh-agent speech home @file", true },
	{ 'n', "net", OPT_TEXT, FIELD(net), 0, 0, "NET", NULL,
	  "network: host, none, or bridge:NAME of a full system container",
	  NULL, "host none", true },
	{ 'E', "env", OPT_CALL, 0, 0, 0, "NAME[=VALUE]", NULL,
	  "pass or set an environment variable", add_env, NULL, true },
	{ 'x', "nested", OPT_FLAG, FIELD(nested), 0, 0, NULL, NULL,
	  "allow namespaces and mounts inside", NULL, NULL, true },
	{ 0, "say", OPT_FLAG, FIELD(say), 0, 0, NULL, NULL,
	  "output lines also into speakd", NULL, NULL, true },
	{ 'b', "base", OPT_TEXT, FIELD(base), 0, 0, "BASE", "host",
	  "the base, when the workspace is made by this", NULL,
	  "host @base @snapshot @file", true },
};

static const struct opt snap_opts[] = {
	{ 'm', "message", OPT_TEXT, FIELD(comment), 0, 0, "COMMENT", NULL,
	  "the comment", NULL, NULL, true },
	{ 'F', "file", OPT_TEXT, FIELD(file), 0, 0, "FILE", NULL,
	  "read the comment from FILE, - is standard input", NULL, "@file",
	  true },
};

static const struct opt list_opts[] = {
	JSON_OPTION,
};

static const struct opt gc_opts[] = {
	{ 'a', "all", OPT_FLAG, FIELD(all), 0, 0, NULL, NULL,
	  "also what was put into the trash just now", NULL, NULL, true },
	{ 'f', "flatten", OPT_FLAG, FIELD(flatten), 0, 0, NULL, NULL,
	  "also join the layers of deep workspaces", NULL, NULL, true },
	{ 'l', "layers", OPT_UINT, FIELD(layers), 1, CHAIN_MAX, "N", "32",
	  "what --flatten calls deep", NULL, NULL, true },
};

#define MAX_MIB_OPTION                                                         \
	{ 0, "max-mib", OPT_UINT, FIELD(max_mib), 1, 1 << 30, "MIB", "65536",  \
	  "the most that an archive may unpack to", NULL, NULL, true }

static const struct opt import_opts[] = {
	MAX_MIB_OPTION,
	MAP_OPTION,
};

static const struct opt export_opts[] = {
	{ 'f', "format", OPT_TEXT, FIELD(format), 0, 0, "FORMAT", "root",
	  "a root file system, an OCI image, or an Incus image", NULL,
	  "root oci incus", true },
};

static const struct opt shift_opts[] = {
	MAP_OPTION,
	{ 'u', "user", OPT_TEXT, FIELD(user), 0, 0, "USER", NULL,
	  "whose range of ids, instead of --map", NULL, NULL, true },
	{ 0, "back", OPT_FLAG, FIELD(back), 0, 0, NULL, NULL,
	  "the other way round", NULL, NULL, true },
	{ 'n', "dry-run", OPT_FLAG, FIELD(dry_run), 0, 0, NULL, NULL,
	  "only tell what would change", NULL, NULL, true },
};

static const struct opt doctor_opts[] = {
	{ 'f', "fix", OPT_FLAG, FIELD(fix), 0, 0, NULL, NULL,
	  "remove leftovers", NULL, NULL, true },
	JSON_OPTION,
};
/* clang-format on */

/* ---- making ------------------------------------------------------------- */

static int check_init(const struct run *run, struct err *e)
{
	if (strcmp(run->set->base, "host") == 0)
		return err_usage(e,
				 "init: the host's services are not for two; "
				 "give a system of its own, such as --base "
				 "debian:bookworm+systemd-sysv");
	return boot_check(e);
}

int command_map(const struct run *run, const char **ret_text, struct idmap *ret,
		struct err *e)
{
	const struct buf *text = &run->set->map;
	const struct meta wanted = {
		.map = text->len_bytes > 0 ? text->data : NULL,
	};

	*ret_text = wanted.map;
	return store_map(run->store, &wanted, ret, e);
}

static int check_store(const char *name, enum store_kind *ret, struct err *e)
{
	int kind = name != NULL ? store_kind_by_name(name) : STORE_OVERLAY;

	if (kind < 0)
		return err_usage(e,
				 "store: '%s' is none of overlay, btrfs, "
				 "reflink, dir, loop, lvm, zfs, lxc:dir, "
				 "lxc:overlay, lxc:btrfs",
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

static int create(const struct run *run, const char *name, struct err *e)
{
	struct create how = {
		.name = name,
		.project = run->set->project,
		.init = run->set->init,
		.size_gib = run->set->size_gib,
	};
	SCOPED_CHAIN struct chain chain = { 0 };
	SCOPED_TEXT char *label = NULL;
	SCOPED_FD int lock = -1;
	struct idmap map;
	int rc = workspace_name_check(name, e);

	if (rc == 0)
		rc = check_store(run->set->store, &how.store, e);
	if (rc == 0 && run->set->init)
		rc = check_init(run, e);
	if (rc == 0 && store_has(run->store, "ws", name))
		return err_say(e, EEXIST, "there is a workspace '%s' already",
			       name);
	if (rc == 0)
		rc = command_map(run, &how.map, &map, e);
	if (rc == 0)
		rc = check_root(run, &map, e);
	/* From here on new layers are not yet named: no gc. */
	lock = rc == 0 ? store_lock(run->store, false, e) : -1;
	if (rc == 0 && lock < 0)
		rc = lock;
	if (rc == 0)
		rc = bases_resolve(run->store, &map, run->set->base,
				   run->set->max_mib, command_tell, &chain,
				   &label, e);
	if (rc < 0)
		return rc;
	how.base = label;
	how.lower = chain;
	rc = ops_create(run->store, &how, e);
	if (rc == 0 && run->store->single_why != NULL && how.map == NULL)
		log_warn("only one user id inside: %s. Packages that need "
			 "other owners will not install",
			 run->store->single_why);
	return rc;
}

static int command_create(const struct run *run, struct err *e)
{
	return create(run, run->argv[0], e);
}

/* ---- running ------------------------------------------------------------ */

/* An existing one, or NULL after the project of that name was found. */
static char *find_or_create(const struct run *run, const char *word,
			    struct err *e)
{
	char *name = store_find(run->store, word, e);
	SCOPED_TEXT char *dir = NULL;

	if (name != NULL)
		return name;
	dir = workspace_project_dir(word);
	if (dir == NULL)
		return NULL;
	return create(run, word, e) < 0 ? NULL : mem_copy(word);
}

/* Without a name: the project whose folder one stands in. */
static char *project_here(struct err *e)
{
	SCOPED_TEXT char *here = getcwd(NULL, 0);
	char *slash = here != NULL ? here + strlen(here) : NULL;

	while (slash != NULL && slash != here) {
		SCOPED_TEXT char *dir = NULL;
		char *name;

		*slash = '\0';
		slash = strrchr(here, '/');
		name = slash != NULL ? slash + 1 : here;
		dir = name[0] != '\0' ? workspace_project_dir(name) : NULL;
		if (dir != NULL && slash != NULL) {
			*slash = '/';
			if (strcmp(dir, here) == 0)
				return mem_copy(name);
		}
	}
	(void)err_usage(e, "which workspace? This folder is in no project");
	return NULL;
}

static int launch(const struct run *run, const char *word,
		  const char *const *argv, struct err *e)
{
	SCOPED_TEXT char *name = find_or_create(run, word, e);
	struct settings *set = run->set;
	struct launch how = { .name = name,
			      .argv = argv,
			      .user = set->user,
			      .net = set->net,
			      .env = set->env,
			      .env_count = set->env_count,
			      .nested = set->nested,
			      .say = set->say };
	int rc;

	if (name == NULL)
		return e != NULL ? -e->code : -ENOENT;
	how.shares = set->shares;
	set->shares = (struct shares){ 0 };
	rc = launch_run(run->store, &how, command_tell, e);
	shares_fini(&how.shares);
	return rc;
}

static int command_run(const struct run *run, struct err *e)
{
	bool dashes = run->argc > 1 && strcmp(run->argv[1], "--") == 0;
	int first = dashes ? 2 : 1;

	if (run->argc <= first)
		return err_usage(e, "run: which command?");
	return launch(run, run->argv[0], (const char *const *)run->argv + first,
		      e);
}

static int command_enter(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *here = NULL;

	if (run->argc > 0)
		return launch(run, run->argv[0], NULL, e);
	here = project_here(e);
	return here == NULL ? -EINVAL : launch(run, here, NULL, e);
}

static int command_stop(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);

	return name == NULL ? -ENOENT : running_stop(run->store, name, e);
}

/* ---- snapshots ---------------------------------------------------------- */

static int edit_comment(const struct store *store, struct buf *out,
			struct err *e)
{
	const char *editor = getenv("VISUAL");
	SCOPED_TEXT char *file = mem_printf("%s/comment.%d.txt", store->path,
					    getpid());
	SCOPED_TEXT char *command = NULL;
	struct child child = { 0 };
	int rc;

	if (editor == NULL || editor[0] == '\0')
		editor = getenv("EDITOR");
	/* The user's own words, as git takes them: a shell command. */
	command = mem_printf(
		"%s '%s'", editor != NULL && editor[0] != '\0' ? editor : "vi",
		file);
	rc = file_replace(AT_FDCWD, file, "", 0, 0600, e);
	if (rc < 0)
		return rc;
	child.shell = command;
	rc = child_run(&child, e);
	if (rc == 0)
		rc = file_read(AT_FDCWD, file, COMMENT_MAX_BYTES, out, e);
	else if (rc > 0)
		rc = err_say(e, ECANCELED, "the editor failed: no snapshot");
	(void)unlink(file);
	return rc;
}

static int get_comment(const struct run *run, struct buf *out, struct err *e)
{
	const struct settings *set = run->set;
	int rc = 0;

	if (set->comment != NULL)
		buf_add_text(out, set->comment);
	else if (set->file != NULL)
		rc = file_read(AT_FDCWD,
			       strcmp(set->file, "-") == 0 ? "/dev/stdin"
							   : set->file,
			       COMMENT_MAX_BYTES, out, e);
	else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		rc = edit_comment(run->store, out, e);
	while (out->len_bytes > 0 && out->data[out->len_bytes - 1] == '\n')
		buf_cut(out, out->len_bytes - 1);
	if (rc == 0 && strlen(buf_text(out)) != out->len_bytes)
		rc = err_usage(e, "a comment is text without NUL");
	return rc;
}

static int command_snap(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_BUF struct buf comment = { 0 };
	unsigned number = 0, taken = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc == 0)
		rc = get_comment(run, &comment, e);
	if (rc < 0)
		return rc;
	/* NAME@SNAP: another comment for one that is there. */
	if (number > 0)
		return ops_comment(run->store, name, number, buf_text(&comment),
				   e);
	rc = ops_snapshot(run->store, name, buf_text(&comment), &taken, e);
	if (rc == 0)
		printf("%s@%u\n", name, taken);
	return rc;
}

static int command_restore(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	unsigned number = 0, saved = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc == 0)
		rc = ops_restore(run->store, name, number, &number, &saved, e);
	if (rc < 0)
		return rc;
	printf("%s is as it was in %s@%u", name, name, number);
	if (saved > 0)
		printf("; what it was before is %s@%u", name, saved);
	printf("\n");
	return 0;
}

static int command_clone(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	unsigned number = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc < 0)
		return rc;
	return ops_clone(run->store, name,
			 number > 0 ? (int)number : SNAPSHOT_NOW, run->argv[1],
			 e);
}

static int command_destroy(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = NULL;
	SCOPED_TEXT char *trash = NULL;
	unsigned number = 0;
	int rc = store_parse(run->store, run->argv[0], &name, &number, e);

	if (rc < 0)
		return rc;
	if (number > 0) {
		rc = ops_forget(run->store, name, number, e);
		if (rc == 0)
			printf("%s@%u is forgotten\n", name, number);
		return rc;
	}
	rc = ops_destroy(run->store, name, &trash, e);
	if (rc == 0)
		printf("%s is in the trash; back with: project workspace "
		       "undelete %s\n",
		       name, trash);
	return rc;
}

/* "1763775000-trip", or the newest one called trip. */
static int command_undelete(const struct run *run, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	const char *found = NULL;
	int rc = store_names(run->store, "trash", &names, e);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		const char *dash = strchr(names.list[i], '-');

		if (strcmp(names.list[i], run->argv[0]) == 0 ||
		    (dash != NULL && strcmp(dash + 1, run->argv[0]) == 0))
			found = names.list[i];
	}
	if (rc < 0)
		return rc;
	if (found == NULL)
		return err_say(e, ENOENT, "nothing in the trash is called '%s'",
			       run->argv[0]);
	rc = ops_undelete(run->store, found, strchr(found, '-') + 1, e);
	return rc == -EEXIST
		       ? err_say(e, EEXIST, "there is a workspace '%s' already",
				 strchr(found, '-') + 1)
		       : rc;
}

static int command_rename(const struct run *run, struct err *e)
{
	SCOPED_TEXT char *name = store_find(run->store, run->argv[0], e);

	return name == NULL ? -ENOENT
			    : ops_rename(run->store, name, run->argv[1], e);
}

/* ---- the table ---------------------------------------------------------- */

#define OPTS(list) list, COUNT_OF(list)
#define STATE	   "@workspace @snapshot" /* NAME[@SNAP] */

/* clang-format off */
const struct command workspace_commands[] = {
	{ "create", "c", "NAME [options]",
	  "make a workspace", 1, 1, command_create, OPTS(create_opts),
	  { "@new" }, false },
	{ "enter", "e", "[NAME] [options]",
	  "a shell in it, made on first use", 0, 1, command_enter,
	  OPTS(run_opts), { "@workspace @new" }, true },
	{ "run", "r", "NAME [options] -- COMMAND [ARGUMENT...]",
	  "a command in it", 1, -1, command_run, OPTS(run_opts),
	  { "@workspace @new", "@command", "@file" }, true },
	{ "stop", NULL, "NAME",
	  "end everything that runs in it", 1, 1, command_stop, NULL, 0,
	  { "@workspace" }, false },
	{ "snap", "s", "NAME[@SNAP] [options]",
	  "take a snapshot, or give one another comment", 1, 1, command_snap,
	  OPTS(snap_opts), { STATE }, false },
	{ "list", "l", "[NAME] [options]",
	  "workspaces, or the snapshots of one", 0, 1, command_list,
	  OPTS(list_opts), { "@workspace" }, false },
	{ "restore", NULL, "NAME[@SNAP]",
	  "go back; what is there becomes a snapshot", 1, 1, command_restore,
	  NULL, 0, { STATE }, false },
	{ "clone", NULL, "NAME[@SNAP] NEW",
	  "another workspace that begins the same", 2, 2, command_clone,
	  NULL, 0, { STATE }, false },
	{ "destroy", NULL, "NAME[@SNAP]",
	  "move it to the trash, or forget a snapshot", 1, 1, command_destroy,
	  NULL, 0, { STATE }, false },
	{ "undelete", NULL, "NAME",
	  "out of the trash again", 1, 1, command_undelete, NULL, 0,
	  { "@trash" }, false },
	{ "rename", NULL, "NAME NEW",
	  "another name", 2, 2, command_rename, NULL, 0, { "@workspace" }, false },
	{ "diff", "d", "NAME[@SNAP] [options]",
	  "what was added, changed, deleted since", 1, 1, command_diff,
	  OPTS(list_opts), { STATE }, false },
	{ "export", NULL, "NAME[@SNAP] FILE.tar[.gz|.zst|.xz] [options]",
	  "write it as an archive", 2, 2, command_export, OPTS(export_opts),
	  { STATE, "@file" }, false },
	{ "import", NULL, "FILE NEW [options]",
	  "a workspace from an archive or a folder", 2, 2, command_import,
	  OPTS(import_opts), { "@file", "@new" }, false },
	{ "base", "b", "[list | add NAME SOURCE | remove NAME] [options]",
	  "what workspaces begin with", 0, 3, command_base,
	  OPTS(import_opts), { "list add remove" }, false },
	{ "shift", NULL, "DIR [options]",
	  "a folder's owners to a range of ids, and back", 1, 1, command_shift,
	  OPTS(shift_opts), { "@file" }, false },
	{ "gc", NULL, "[options]",
	  "remove what nothing needs any more", 0, 0, command_gc,
	  OPTS(gc_opts), { NULL }, false },
	{ "doctor", NULL, "[options]",
	  "what this machine can do, and what is left over", 0, 0,
	  command_doctor, OPTS(doctor_opts), { NULL }, false },
};
/* clang-format on */

const size_t workspace_command_count = COUNT_OF(workspace_commands);

const struct command *workspace_command_find(const char *word)
{
	for (size_t i = 0; i < workspace_command_count; i++) {
		const struct command *command = &workspace_commands[i];

		if (strcmp(command->verb, word) == 0 ||
		    (command->alias != NULL &&
		     strcmp(command->alias, word) == 0))
			return command;
	}
	return NULL;
}
