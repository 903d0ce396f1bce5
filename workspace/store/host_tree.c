/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/host_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/ns.h"
#include "workspace/store/layer.h"
#include "workspace/store/tree.h"

enum {
	COPIED_FILE_MAX_BYTES = 64 << 20,
	NOBODY = 65534,
};

/* Private to the host or useless inside: shown empty. */
static const char *const hidden[] = {
	"var/log",
	"var/spool",
	"var/mail",
	"var/backups",
	"var/tmp",
	"var/crash",
	"etc/ssl/private",
	"var/cache/man",
	"var/cache/app-info",
	"var/cache/swcatalog",
	"var/cache/ldconfig",
};

/*
 * Files that packages' scripts write in place, or link, as dpkg(1) does with
 * its databases. One of the host's would have to be copied at that moment.
 */
static const char *const copied[] = {
	"etc",	       "var/cache/debconf", "var/lib/dpkg", "var/lib/apt/lists",
	"var/lib/ucf", "usr/share/info",
};

/* Files that only root may read, yet programs inside want to lock or append. */
static const char *const empty_files[] = {
	"etc/.pwd.lock",
	"etc/shadow-",
	"etc/gshadow-",
	"var/lib/dpkg/lock",
	"var/lib/dpkg/lock-frontend",
	"var/lib/dpkg/triggers/Lock",
	"var/lib/apt/lists/lock",
	"var/lib/apt/daily_lock",
	"var/cache/apt/archives/lock",
	"var/cache/debconf/passwords.dat",
};

struct build {
	const struct store *store;
	int up; /* the new layer's tree */
	struct stat self; /* of the store's directory */
	struct buf path; /* of the directory at hand, "usr/bin" */
};

/*
 * Of these many or large ones only few are: dpkg replaces its info files, and
 * apt its package lists, by renaming new ones.
 */
static bool is_spared(const char *dir, const char *name)
{
	size_t len = strlen(name);

	if (strcmp(dir, "var/lib/dpkg/info") == 0)
		return strcmp(name, "format") != 0;
	if (strcmp(dir, "var/lib/apt/lists") == 0)
		return len < 7 || strcmp(name + len - 7, "Release") != 0;
	if (strcmp(dir, "usr/share/info") == 0)
		return strcmp(name, "dir") != 0;
	return false;
}

static bool is_one_of(const char *path, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], path) == 0)
			return true;
	return false;
}

bool host_tree_hides(const char *path)
{
	return is_one_of(path, hidden, COUNT_OF(hidden));
}

static bool is_below(const char *path, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(list[i]);

		if (strncmp(list[i], path, len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			return true;
	}
	return false;
}

/*
 * In the namespace the owners of the host's files are nobody: here they become
 * root, as most of them are outside.
 */
static uint32_t owner_of(uint32_t id)
{
	return id == NOBODY ? 0 : id;
}

static int give_attributes(struct build *build, int to, const char *name,
			   const struct stat *st, struct err *e)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	if (fchownat(to, name, owner_of(st->st_uid), owner_of(st->st_gid),
		     AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "set the owner of %s/%s",
			       buf_text(&build->path), name);
	if (!S_ISLNK(st->st_mode) &&
	    fchmodat(to, name, st->st_mode & 07777, 0) < 0)
		return err_set(e, errno, "set the mode of %s/%s",
			       buf_text(&build->path), name);
	(void)utimensat(to, name, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

static int copy_contents(int from, int to, const char *name, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_FD int out = -1;
	int rc;

	/* What root alone may read stays the host's secret. */
	rc = file_read(from, name, COPIED_FILE_MAX_BYTES, &text, e);
	if (rc == -EACCES || rc == -EPERM || rc == -EFBIG || rc == -ENOENT)
		return 1;
	if (rc < 0)
		return rc;
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return err_set(e, errno, "create %s", name);
	rc = write_all(out, buf_text(&text), text.len_bytes);
	return rc < 0 ? err_set(e, -rc, "write %s", name) : 0;
}

/* One that went meanwhile, or is not to be read, is passed by. */
static int copy_link(int from, int to, const char *name, struct err *e)
{
	int rc = link_copy(from, name, to, name, e);

	return rc == -ENOENT || rc == -EACCES ? 1 : rc;
}

static int no_attributes(struct err *e)
{
	return err_say(e, EOPNOTSUPP,
		       "where workspaces are kept there are no user.* "
		       "attributes, as on a tmpfs before Linux 6.6: put "
		       "$XDG_DATA_HOME on another file system");
}

int host_tree_check(const struct store *store, struct err *e)
{
	static const char name[] = "user.earshot.check";
	SCOPED_FD int fd = dir_open(AT_FDCWD, store->path, e);

	if (fd < 0)
		return fd;
	if (fsetxattr(fd, name, "y", 1, 0) < 0)
		return errno == EOPNOTSUPP
			       ? no_attributes(e)
			       : err_set(e, errno, "mark %s", store->path);
	(void)!fremovexattr(fd, name);
	return 0;
}

/* What the host has in it is not seen. */
static int hide_contents(int dir, const char *path, struct err *e)
{
	if (fsetxattr(dir, "user.overlay.opaque", "y", 1, 0) == 0)
		return 0;
	return errno == EOPNOTSUPP ? no_attributes(e)
				   : err_set(e, errno, "hide %s", path);
}

static int build_entries(struct build *build, int from, int to, unsigned depth,
			 struct err *e);

static int build_dir(struct build *build, int from, int to, const char *name,
		     const struct stat *st, unsigned depth, struct err *e)
{
	SCOPED_FD int source = -1;
	SCOPED_FD int target = -1;
	size_t len = build->path.len_bytes;
	bool hide;
	int rc = 0;

	if (mkdirat(to, name, 0755) < 0)
		return err_set(e, errno, "make directory %s/%s",
			       buf_text(&build->path), name);
	target = openat(to, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return err_set(e, errno, "open directory %s", name);
	source = openat(from, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	buf_addf(&build->path, "%s%s", len > 0 ? "/" : "", name);
	hide = source < 0 ||
	       is_one_of(buf_text(&build->path), hidden, COUNT_OF(hidden));
	/* overlayfs would fail to list a directory that it may not read. */
	if (hide)
		rc = hide_contents(target, buf_text(&build->path), e);
	else
		rc = build_entries(build, source, target, depth + 1, e);
	buf_cut(&build->path, len);
	return rc < 0 ? rc : give_attributes(build, to, name, st, e);
}

static int build_child(struct build *build, int from, int to, const char *name,
		       unsigned depth, struct err *e)
{
	const char *dir = buf_text(&build->path);
	bool copy = is_below(dir, copied, COUNT_OF(copied)) &&
		    !is_spared(dir, name);
	struct stat st;
	int rc = 1;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	/* A store below /var must not be copied into itself. */
	if (st.st_dev == build->self.st_dev && st.st_ino == build->self.st_ino)
		return 0;
	if (S_ISDIR(st.st_mode))
		return build_dir(build, from, to, name, &st, depth, e);
	if (copy && S_ISREG(st.st_mode))
		rc = copy_contents(from, to, name, e);
	else if (copy && S_ISLNK(st.st_mode))
		rc = copy_link(from, to, name, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return give_attributes(build, to, name, &st, e);
}

static int build_entries(struct build *build, int from, int to, unsigned depth,
			 struct err *e)
{
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int rc = 0;

	if (listing == NULL || depth > TREE_DEPTH_MAX) {
		scope_close(&fd);
		return err_set(e, errno, "read directory %s",
			       buf_text(&build->path));
	}
	while (rc == 0 && (entry = readdir(listing)) != NULL) {
		if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN &&
		    !is_below(buf_text(&build->path), copied, COUNT_OF(copied)))
			continue;
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			rc = build_child(build, from, to, entry->d_name, depth,
					 e);
	}
	closedir(listing);
	return rc;
}

/* ---- what only root of the host has ------------------------------------- */

static int put_file(struct build *build, const char *path, const char *text,
		    size_t len_bytes, mode_t mode, struct err *e)
{
	SCOPED_FD int fd = openat(
		build->up, path,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	int rc;

	/* A host without that directory does not need the file. */
	if (fd < 0)
		return errno == ENOENT ? 0
				       : err_set(e, errno, "create %s", path);
	rc = write_all(fd, text, len_bytes);
	return rc < 0 ? err_set(e, -rc, "write %s", path) : 0;
}

/*
 * Packages add users with useradd, which wants /etc/shadow. The real one is
 * not readable; nobody logs in to a workspace with a password.
 */
static int put_shadow(struct build *build, const char *users_path,
		      const char *shadow_path, const char *rest, struct err *e)
{
	SCOPED_BUF struct buf users = { 0 };
	SCOPED_BUF struct buf shadow = { 0 };
	const char *line;

	if (file_read(build->up, users_path, COPIED_FILE_MAX_BYTES, &users,
		      NULL) < 0)
		return 0;
	for (line = buf_text(&users); *line != '\0';) {
		size_t len = strcspn(line, "\n");
		size_t name = strcspn(line, ":\n");

		if (name > 0 && line[name] == ':')
			buf_addf(&shadow, "%.*s:*:%s\n", (int)name, line, rest);
		line += len + (line[len] == '\n');
	}
	return put_file(build, shadow_path, buf_text(&shadow), shadow.len_bytes,
			0600, e);
}

static int put_files(struct build *build, struct err *e)
{
	static const char apt[] = "APT::Sandbox::User \"root\";\n";
	int rc;

	for (size_t i = 0; i < COUNT_OF(empty_files); i++) {
		rc = put_file(build, empty_files[i], "", 0, 0640, e);
		if (rc < 0)
			return rc;
	}
	/* apt would become the user _apt, who may not read our own directories.
	 */
	rc = put_file(build, "etc/apt/apt.conf.d/99earshot", apt,
		      sizeof(apt) - 1, 0644, e);
	if (rc == 0)
		rc = put_shadow(build, "etc/passwd", "etc/shadow",
				"19000:0:99999:7:::", e);
	if (rc == 0)
		rc = put_shadow(build, "etc/group", "etc/gshadow", ":", e);
	return rc;
}

/* ---- the top of the tree ------------------------------------------------ */

/* Directories that a workspace has of its own; mounts come onto some of them.
 */
static const struct {
	const char *name;
	mode_t mode;
} tops[] = {
	{ "proc", 0555 }, { "sys", 0555 },   { "dev", 0755 },  { "run", 0755 },
	{ "tmp", 01777 }, { "home", 0755 },  { "root", 0700 }, { "mnt", 0755 },
	{ "srv", 0755 },  { "media", 0755 },
};

static bool is_part(const char *name)
{
	for (const char *const *part = layer_host_parts; *part != NULL; part++)
		if (strcmp(*part, name) == 0)
			return true;
	return false;
}

/* The host's /bin -> usr/bin and the like; anything else stays unseen. */
static int build_top(struct build *build, int host, struct err *e)
{
	int fd = openat(host, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int rc = 0;

	if (listing == NULL) {
		scope_close(&fd);
		return err_set(e, errno, "read directory /");
	}
	while (rc >= 0 && (entry = readdir(listing)) != NULL) {
		struct stat st;

		if (fstatat(host, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISLNK(st.st_mode))
			rc = copy_link(host, build->up, entry->d_name, e);
		else if (S_ISDIR(st.st_mode) && is_part(entry->d_name))
			rc = build_dir(build, host, build->up, entry->d_name,
				       &st, 0, e);
	}
	closedir(listing);
	return rc < 0 ? rc : 0;
}

/* ---- what has changed since --------------------------------------------- */

static bool is_earlier(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static bool has_same_mode(const struct stat *st, const struct stat *have)
{
	return st->st_mode == have->st_mode &&
	       owner_of(st->st_uid) == have->st_uid &&
	       owner_of(st->st_gid) == have->st_gid;
}

/* By both times: the one that is copied can be set to anything. */
static bool is_unchanged(const struct stat *st, const struct stat *have)
{
	return st->st_mtim.tv_sec == have->st_mtim.tv_sec &&
	       st->st_mtim.tv_nsec == have->st_mtim.tv_nsec &&
	       is_earlier(&st->st_ctim, &have->st_ctim);
}

/* A directory of the host and what was made of it. */
struct renewal {
	struct build *build;
	int from, to;
};

static int drop_gone(void *data, int to, const char *name, unsigned depth,
		     struct err *e)
{
	const struct renewal *renewal = data;
	struct stat st;

	if (fstatat(renewal->from, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return tree_remove(to, name, depth, e);
}

static int renew_child(void *data, int dir, const char *name, unsigned depth,
		       struct err *e);

/* list: names may have come and gone; otherwise only go on below. */
static int renew_entries(const struct renewal *renewal, const char *name,
			 bool list, unsigned depth, struct err *e)
{
	struct renewal below = { renewal->build, -1, -1 };
	SCOPED_FD int from = below.from = walk_open(renewal->from, name);
	SCOPED_FD int to = below.to = walk_open(renewal->to, name);
	int rc = 0;

	/* One that may not be read was made empty. */
	if (from < 0)
		return 0;
	if (to < 0)
		return err_set(e, errno, "open directory %s", name);
	if (list)
		rc = walk_dir(to, depth, drop_gone, &below, e);
	return rc < 0 ? rc
		      : walk_dir(list ? from : to, depth, renew_child, &below,
				 e);
}

/*
 * The names in a directory are as they were when its time is. A file keeps
 * its name when it is written to: where files are copied, each is looked at.
 * Two links: no directory is below, where a file system counts them.
 */
static int renew_dir(const struct renewal *renewal, const char *name,
		     const struct stat *st, const struct stat *have,
		     unsigned depth, struct err *e)
{
	struct build *build = renewal->build;
	size_t len = build->path.len_bytes;
	bool hide, list;
	int rc = 0;

	buf_addf(&build->path, "%s%s", len > 0 ? "/" : "", name);
	hide = host_tree_hides(buf_text(&build->path));
	list = !is_unchanged(st, have) ||
	       is_below(buf_text(&build->path), copied, COUNT_OF(copied));
	if (!hide && (list || have->st_nlink != 2))
		rc = renew_entries(renewal, name, list, depth + 1, e);
	buf_cut(&build->path, len);
	return rc < 0 || !list
		       ? rc
		       : give_attributes(build, renewal->to, name, st, e);
}

static int renew_child(void *data, int dir, const char *name, unsigned depth,
		       struct err *e)
{
	const struct renewal *renewal = data;
	struct stat st, have;
	int rc;

	(void)dir;
	if (fstatat(renewal->from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (fstatat(renewal->to, name, &have, AT_SYMLINK_NOFOLLOW) < 0)
		return build_child(renewal->build, renewal->from, renewal->to,
				   name, depth, e);
	if (has_same_mode(&st, &have)) {
		if (S_ISDIR(st.st_mode))
			return renew_dir(renewal, name, &st, &have, depth, e);
		if (is_unchanged(&st, &have) && st.st_size == have.st_size)
			return 0;
	}
	rc = tree_remove(renewal->to, name, depth, e);
	return rc < 0 ? rc
		      : build_child(renewal->build, renewal->from, renewal->to,
				    name, depth, e);
}

/* ---- all of it ---------------------------------------------------------- */

static int build_all(void *data, struct err *e)
{
	struct build *build = data;
	SCOPED_FD int host = dir_open(AT_FDCWD, "/", e);
	int rc;

	if (host < 0)
		return host;
	rc = build_top(build, host, e);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(tops); i++) {
		if (mkdirat(build->up, tops[i].name, 0755) < 0 ||
		    fchmodat(build->up, tops[i].name, tops[i].mode, 0) < 0)
			rc = err_set(e, errno, "make %s", tops[i].name);
	}
	return rc < 0 ? rc : put_files(build, e);
}

static int renew_all(void *data, struct err *e)
{
	struct build *build = data;
	SCOPED_FD int host = dir_open(AT_FDCWD, "/", e);
	struct renewal top = { build, host, build->up };
	int rc = host < 0 ? host : 0;

	for (const char *const *part = layer_host_parts;
	     rc == 0 && *part != NULL; part++) {
		struct stat st;

		/* /bin may be a link into /usr, and stays one. */
		if (fstatat(host, *part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode))
			rc = renew_child(&top, host, *part, 0, e);
	}
	return rc < 0 ? rc : put_files(build, e);
}

static int as_root(const struct store *store, int up, ns_fn *fn, struct err *e)
{
	struct build build = { .store = store, .up = up };
	int rc;

	if (fstat(store->dir, &build.self) < 0)
		return err_set(e, errno, "stat %s", store->path);
	rc = ns_run(&store->map, NULL, fn, &build, e);
	buf_fini(&build.path);
	return rc;
}

int host_tree_build(const struct store *store, int up, struct err *e)
{
	return as_root(store, up, build_all, e);
}

int host_tree_renew(const struct store *store, int up, struct err *e)
{
	return as_root(store, up, renew_all, e);
}
