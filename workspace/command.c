/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/command.h"

#include <string.h>

#include "core/log.h"

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
	  "host, debian:SUITE, a directory, a tar, an image, a base", NULL,
	  "host @base @snapshot @file", true },
	{ 's', "store", OPT_TEXT, FIELD(store), 0, 0, "STORE", "overlay",
	  "how layers are kept", NULL, "overlay btrfs reflink dir loop lvm zfs "
	  "lxc:dir lxc:overlay lxc:btrfs", true },
	{ 'P', "project", OPT_TEXT, FIELD(project), 0, 0, "NAME", NULL,
	  "the project whose directory is shown (the same name)", NULL,
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
	  "a workspace from an archive or a directory", 2, 2, command_import,
	  OPTS(import_opts), { "@file", "@new" }, false },
	{ "base", "b", "[list | add NAME SOURCE | remove NAME] [options]",
	  "what workspaces begin with", 0, 3, command_base,
	  OPTS(import_opts), { "list add remove" }, false },
	{ "shift", NULL, "DIR [options]",
	  "a directory's owners to a range of ids, and back", 1, 1, command_shift,
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
