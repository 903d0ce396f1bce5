/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_shift.c - the verb shift: a tree's owners to a range of ids and back. */
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/command.h"
#include "workspace/options.h"
#include "workspace/ns/ns.h"
#include "workspace/shift/ids.h"
#include "workspace/shift/tree.h"

/* ---- the two maps ------------------------------------------------------- */

static int find_user(const char *text, uid_t *ret, struct err *e)
{
	const struct passwd *pw = getpwnam(text);
	char *end = NULL;
	unsigned long n;

	if (pw != NULL) {
		*ret = pw->pw_uid;
		return 0;
	}
	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    n >= UINT32_MAX)
		return err_usage(e, "user: nobody is called '%s'", text);
	*ret = (uid_t)n;
	return 0;
}

/*
 * Without --map: the range of a user. For an ordinary user only its first id:
 * the rest of the range is where his workspaces have their ids already.
 */
static int range_of_user(const struct run *run, struct idmap *ret,
			 struct err *e)
{
	const char *user = run->set->user;
	uid_t uid = geteuid();
	int rc = user != NULL ? find_user(user, &uid, e) : 0;

	if (rc < 0)
		return rc;
	if (geteuid() != 0 && uid != geteuid())
		return err_usage(e, "user: only root shifts to the range of "
				    "somebody else");
	if (!idmap_whole(uid, ret))
		return err_say(e, ENOENT,
			       "%s has no range of ids in /etc/subuid and "
			       "/etc/subgid",
			       user);
	if (geteuid() != 0)
		ret->uids.ranges[0].count = ret->gids.ranges[0].count = 1;
	return 0;
}

static void make_identity(struct idmap_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		ids->ranges[i].outside = ids->ranges[i].inside;
}

static int make_map(const struct run *run, struct shift_map *ret, struct err *e)
{
	const struct meta wanted = { .map = run->set->map.data };
	struct idmap from, to;
	int rc;

	if (wanted.map != NULL && run->set->user != NULL)
		return err_usage(e, "map and user exclude each other");
	rc = wanted.map != NULL ? store_map(run->store, &wanted, &to, e)
				: range_of_user(run, &to, e);
	if (rc < 0)
		return rc;
	from = geteuid() == 0 ? to : run->store->map;
	if (geteuid() == 0) {
		make_identity(&from.uids);
		make_identity(&from.gids);
	}
	rc = shift_map_make(&from, &to, ret, e);
	if (rc == 0 && run->set->back)
		shift_map_swap(ret);
	return rc;
}

/* ---- which directory -------------------------------------------------------
 */

/* Its name as the kernel has it; the caller's. */
static char *real_path(int fd)
{
	SCOPED_TEXT char *link = mem_printf("/proc/self/fd/%d", fd);
	char path[PATH_MAX];
	ssize_t n = readlink(link, path, sizeof(path));

	return mem_text(path, n > 0 ? (size_t)n : 0);
}

static bool is_inside(int dir, int directory)
{
	SCOPED_TEXT char *path = real_path(dir);
	SCOPED_TEXT char *above = real_path(directory);
	size_t len = strlen(above);

	return strncmp(path, above, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

static bool is_root_dir(int dir)
{
	struct stat st, root;

	return fstat(dir, &st) < 0 || stat("/", &root) < 0 ||
	       (st.st_dev == root.st_dev && st.st_ino == root.st_ino);
}

/* Returns a descriptor: of a directory that others own it cannot be more. */
static int open_tree(const struct run *run, const char *path, struct err *e)
{
	SCOPED_FD int dir = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (dir < 0 || fstat(dir, &st) < 0)
		return err_set(e, errno, "open %s", path);
	if (!S_ISDIR(st.st_mode))
		return err_say(e, ENOTDIR, "%s is not a directory", path);
	if (is_root_dir(dir))
		return err_say(e, EINVAL, "%s is the system itself", path);
	if (is_inside(dir, run->store->dir))
		return err_say(e, EINVAL,
			       "%s is in the store of workspaces: their ids "
			       "are chosen by create --map",
			       path);
	return fd_give(&dir);
}

/* ---- the verb ----------------------------------------------------------- */

struct job {
	struct shift_how how;
	int report;
};

static int shift_inside(void *data, struct err *e)
{
	const struct job *job = data;
	struct shift_count count;
	int rc = shift_tree(&job->how, &count, e);

	if (rc == 0 &&
	    write_all(job->report, (const char *)&count, sizeof(count)) < 0)
		rc = err_set(e, EPIPE, "report");
	return rc;
}

/* An ordinary user is let do that where all of these ids are his. */
static int shift_in_namespace(const struct shift_how *how,
			      const struct idmap *mine, struct shift_count *ret,
			      struct err *e)
{
	struct job job = { .how = *how };
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	struct idmap same;
	int ends[2];
	int rc = shift_map_same(how->map, mine, &same, e);

	if (rc < 0)
		return rc;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	job.report = writer;
	job.how.in_namespace = true;
	rc = ns_run(&same, NULL, shift_inside, &job, e);
	if (rc == 0 && read(reader, ret, sizeof(*ret)) != sizeof(*ret))
		rc = err_set(e, EPIPE, "report");
	return rc;
}

static void print_count(const struct run *run, const struct shift_count *count)
{
	bool look_only = run->set->dry_run;
	struct json *json = json_object_make();
	SCOPED_TEXT char *more = NULL;

	json_add_bool(json, "dry_run", look_only);
	json_add_int(json, "files", (int64_t)count->files);
	json_add_int(json, "shifted", (int64_t)count->shifted);
	json_add_int(json, "owners", (int64_t)count->owners);
	json_add_int(json, "acls", (int64_t)count->acls);
	json_add_int(json, "capabilities", (int64_t)count->caps);
	if (look_only)
		more = mem_printf(
			": %llu owners, %llu access lists, %llu capabilities",
			(unsigned long long)count->owners,
			(unsigned long long)count->acls,
			(unsigned long long)count->caps);
	run_print(run, json, "%llu of %llu files %s%s\n",
		  (unsigned long long)count->shifted,
		  (unsigned long long)count->files,
		  look_only ? "would be shifted" : "shifted",
		  more != NULL ? more : "");
}

static int shift_main(const struct run *run, struct err *e)
{
	SCOPED_FD int lock = -1;
	SCOPED_FD int dir = -1;
	SCOPED_TEXT char *path = NULL;
	struct shift_map map;
	struct shift_count count = { 0 };
	struct shift_how how = {
		.map = &map,
		.store = run->store->dir,
		.look_only = run->set->dry_run,
	};
	int rc;

	if (run->store->map.single)
		return err_say(e, EPERM, "%s", run->store->single_why);
	rc = make_map(run, &map, e);
	if (rc < 0)
		return rc;
	dir = open_tree(run, run->argv[0], e);
	if (dir < 0)
		return dir;
	how.dir = dir;
	path = real_path(dir);
	how.path = path;
	lock = store_lock(run->store, false, e);
	if (lock < 0)
		return lock;
	rc = geteuid() == 0
		     ? shift_tree(&how, &count, e)
		     : shift_in_namespace(&how, &run->store->map, &count, e);
	if (rc == 0)
		print_count(run, &count);
	return rc;
}

/* ---- the table's rows ---------------------------------------------------- */

/* clang-format off */
static const struct opt shift_opts[] = {
	MAP_OPTION,
	{ 'u', "user", OPT_TEXT, FIELD(user), 0, 0, "USER", NULL,
	  "whose range of ids, instead of --map", NULL, NULL, true },
	{ 0, "back", OPT_FLAG, FIELD(back), 0, 0, NULL, NULL,
	  "the other way round", NULL, NULL, true },
	{ 'n', "dry-run", OPT_FLAG, FIELD(dry_run), 0, 0, NULL, NULL,
	  "only say what would change", NULL, NULL, true },
	JSON_OPTION,
};

/* clang-format on */

const struct command command_shift = {
	.verb = "shift",
	.usage = "DIR [options]",
	.about = "a directory's owners to a range of ids, and back",
	.min = 1,
	.max = 1,
	.fn = shift_main,
	.opts = shift_opts,
	.opt_count = COUNT_OF(shift_opts),
	.operands = { "@file" },
};
