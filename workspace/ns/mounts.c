/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/ns/mounts.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "core/buf.h"
#include "core/mem.h"
#include "workspace/ns/ns.h"

/* ---- inside a root ------------------------------------------------------ */

static int open_in_root(int root, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	/* EAGAIN: a rename elsewhere made the kernel unsure; man openat2. */
	for (int tries = 0; tries < 32; tries++) {
		long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN)
			break;
	}
	return -errno;
}

int inside_open(int root, const char *path, struct err *e)
{
	int fd = open_in_root(root, path, O_PATH);

	return fd >= 0 ? fd : err_set(e, -fd, "open %s in the workspace", path);
}

/* Make the last component of prefix in the directory that holds it. */
static int make_last(int root, const char *prefix, struct err *e)
{
	const char *slash = strrchr(prefix, '/');
	SCOPED_TEXT char *parent = slash == NULL || slash == prefix
					   ? mem_copy("/")
					   : mem_text(prefix,
						      (size_t)(slash - prefix));
	SCOPED_FD int dir = open_in_root(root, parent, O_PATH | O_DIRECTORY);

	if (dir < 0)
		return err_set(e, -dir, "open %s in the workspace", parent);
	if (mkdirat(dir, slash != NULL ? slash + 1 : prefix, 0755) < 0 &&
	    errno != EEXIST)
		return err_set(e, errno, "make %s in the workspace", prefix);
	return 0;
}

int inside_make_dir(int root, const char *path, struct err *e)
{
	SCOPED_TEXT char *prefix = mem_copy(path);
	size_t len = strlen(path);

	for (size_t at = 1; at <= len; at++) {
		SCOPED_FD int fd = -1;

		if (path[at] != '/' && path[at] != '\0')
			continue;
		if (path[at - 1] == '/')
			continue;
		prefix[at] = '\0';
		fd = open_in_root(root, prefix, O_PATH | O_DIRECTORY);
		if (fd == -ENOENT && make_last(root, prefix, e) < 0)
			return -e->code;
		if (fd < 0 && fd != -ENOENT)
			return err_set(e, -fd, "%s in the workspace", prefix);
		prefix[at] = path[at];
	}
	return inside_open(root, path, e);
}

int inside_make_file(int root, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *parent =
		mem_text(path, slash > path ? (size_t)(slash - path) : 0);
	SCOPED_FD int dir = -1;
	SCOPED_FD int file = -1;
	int fd = open_in_root(root, path, O_PATH);

	if (fd != -ENOENT)
		return fd >= 0 ? fd
			       : err_set(e, -fd, "open %s in the workspace",
					 path);
	dir = inside_make_dir(root, parent[0] != '\0' ? parent : "/", e);
	if (dir < 0)
		return dir;
	file = openat(dir, slash != NULL ? slash + 1 : path,
		      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0644);
	if (file < 0)
		return err_set(e, errno, "make %s in the workspace", path);
	return inside_open(root, path, e);
}

/* ---- a namespace -------------------------------------------------------- */

int mount_unshare(struct err *e)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return ns_explain(errno, "make mounts private", e);
	return 0;
}

/* ---- mounting ----------------------------------------------------------- */

static int attach(int mount, int target, const char *what, struct err *e)
{
	if (move_mount(mount, "", target, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_set(e, errno, "mount %s", what);
	return 0;
}

static unsigned attributes(unsigned flags)
{
	static const struct {
		unsigned flag, attribute;
	} table[] = {
		{ MOUNT_READ_ONLY, MOUNT_ATTR_RDONLY },
		{ MOUNT_NO_SUID, MOUNT_ATTR_NOSUID },
		{ MOUNT_NO_DEV, MOUNT_ATTR_NODEV },
		{ MOUNT_NO_EXEC, MOUNT_ATTR_NOEXEC },
	};
	unsigned all = 0;

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if ((flags & table[i].flag) != 0)
			all |= table[i].attribute;
	return all;
}

static bool set_option(int fs, const char *key, const char *value)
{
	if (value == NULL)
		return fsconfig(fs, FSCONFIG_SET_FLAG, key, NULL, 0) == 0;
	return fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0) == 0;
}

/* What stands for itself in overlayfs's text: ':' and ',' part it. */
static void add_escaped(struct buf *options, const char *path)
{
	for (; *path != '\0'; path++) {
		if (strchr(":,\\", *path) != NULL)
			buf_add_text(options, "\\");
		buf_add(options, path, 1);
	}
}

static int explain_overlay(int code, struct err *e)
{
	if (code == ENODEV)
		return err_say(
			e, code,
			"this kernel has no overlayfs: load the module "
			"(modprobe overlay), or create with --store=dir");
	if (code == EINVAL)
		return err_say(
			e, code,
			"overlayfs does not accept these layers on this "
			"file system; the kernel's log (dmesg) says why");
	return ns_explain(code, "stack layers with overlayfs", e);
}

/* Before Linux 6.5 layers could only be named in one text of a page. */
static int overlay_by_text(const char *const *lowers, size_t count,
			   const char *upper, const char *work, int target,
			   struct err *e)
{
	SCOPED_BUF struct buf options = { 0 };
	SCOPED_TEXT char *path = mem_printf("/proc/self/fd/%d", target);

	buf_add_text(&options, "userxattr,lowerdir=");
	for (size_t i = 0; i < count; i++) {
		buf_add_text(&options, i > 0 ? ":" : "");
		add_escaped(&options, lowers[i]);
	}
	if (upper != NULL) {
		buf_add_text(&options, ",upperdir=");
		add_escaped(&options, upper);
		buf_add_text(&options, ",workdir=");
		add_escaped(&options, work);
	}
	if (options.len_bytes >= (size_t)sysconf(_SC_PAGESIZE))
		return err_say(e, E2BIG,
			       "%zu layers are too many for this kernel: "
			       "flatten them (workspace gc --flatten)",
			       count);
	if (mount("overlay", path, "overlay", 0, buf_text(&options)) < 0)
		return explain_overlay(errno, e);
	return 0;
}

static bool add_layers(int fs, const char *const *lowers, size_t count,
		       const char *upper, const char *work)
{
	if (!set_option(fs, "userxattr", NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!set_option(fs, "lowerdir+", lowers[i]))
			return false;
	return upper == NULL || (set_option(fs, "upperdir", upper) &&
				 set_option(fs, "workdir", work));
}

/* Each layer by an option of its own: as many as overlayfs takes (500). */
static int overlay_by_name(const char *const *lowers, size_t count,
			   const char *upper, const char *work, int target,
			   struct err *e)
{
	SCOPED_FD int fs = fsopen("overlay", FSOPEN_CLOEXEC);
	SCOPED_FD int mount = -1;

	if (fs < 0 || !add_layers(fs, lowers, count, upper, work) ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return explain_overlay(errno, e);
	mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mount < 0)
		return explain_overlay(errno, e);
	return attach(mount, target, "overlay", e);
}

/*
 * By the kernel's version and not by trying: an overlayfs that is older takes
 * "lowerdir+" and everything else, and refuses it only when it is to mount,
 * with the same EINVAL as for bad layers and a line in the kernel's log each
 * time. A newer one that calls itself older (setarch --uname-2.6, an
 * enterprise kernel) understands the text as well.
 */
int mount_overlay(const char *const *lowers, size_t count, const char *upper,
		  const char *work, int target, struct err *e)
{
	if (upper == NULL && count == 1)
		return mount_bind(AT_FDCWD, lowers[0], MOUNT_READ_ONLY, target,
				  e);
	if (upper != NULL && count == 0)
		return mount_bind(AT_FDCWD, upper, 0, target, e);
	return ns_kernel_before(6, 5)
		       ? overlay_by_text(lowers, count, upper, work, target, e)
		       : overlay_by_name(lowers, count, upper, work, target, e);
}

static bool set_options(int fs, const char *options)
{
	SCOPED_TEXT char *list = mem_copy(options != NULL ? options : "");
	char *rest = list;

	for (char *one = strsep(&rest, ","); one != NULL;
	     one = strsep(&rest, ",")) {
		char *value = strchr(one, '=');

		if (one[0] == '\0')
			continue;
		if (value != NULL)
			*value++ = '\0';
		if (!set_option(fs, one, value))
			return false;
	}
	return true;
}

int mount_new(const char *type, const char *options, unsigned flags, int target,
	      struct err *e)
{
	SCOPED_FD int fs = fsopen(type, FSOPEN_CLOEXEC);
	SCOPED_FD int mount = -1;

	if (fs < 0)
		return ns_explain(errno, type, e);
	if (!set_options(fs, options) ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_set(e, errno, "mount a new %s", type);
	mount = fsmount(fs, FSMOUNT_CLOEXEC, attributes(flags));
	if (mount < 0)
		return err_set(e, errno, "mount a new %s", type);
	return attach(mount, target, type, e);
}

int mount_tree(int dir, const char *source, unsigned flags, struct err *e)
{
	struct mount_attr attr = { .attr_set = attributes(flags) };
	unsigned below = (flags & MOUNT_RECURSIVE) != 0 ? AT_RECURSIVE : 0;
	SCOPED_FD int tree = open_tree(dir, source,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
					       AT_EMPTY_PATH | below);

	if (tree < 0)
		return err_set(e, errno, "open %s", source);
	if (attr.attr_set != 0 && mount_setattr(tree, "", AT_EMPTY_PATH | below,
						&attr, sizeof(attr)) < 0)
		return errno == ENOSYS
			       ? ns_explain(errno, "set flags of a mount", e)
			       : err_set(e, errno, "set flags of %s", source);
	return fd_give(&tree);
}

int mount_tree_idmap(int tree, const char *what, int userns, bool below,
		     struct err *e)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = (uint64_t)userns,
	};

	if (mount_setattr(tree, "", AT_EMPTY_PATH | (below ? AT_RECURSIVE : 0),
			  &attr, sizeof(attr)) == 0)
		return 0;
	if (errno != EINVAL && errno != EPERM)
		return err_set(e, errno, "show %s with other owners", what);
	return err_say(e, EOPNOTSUPP,
		       "the file system of %s cannot show its files as another "
		       "user's (idmapped mounts; ext4, xfs and btrfs can)",
		       what);
}

int mount_tree_attach(int tree, int target, const char *what, struct err *e)
{
	return attach(tree, target, what, e);
}

int mount_bind(int dir, const char *source, unsigned flags, int target,
	       struct err *e)
{
	SCOPED_FD int tree = mount_tree(dir, source, flags, e);

	return tree < 0 ? tree : attach(tree, target, source, e);
}

int mount_idmapped(int dir, const char *source, unsigned flags, int userns,
		   int target, struct err *e)
{
	SCOPED_FD int tree = mount_tree(dir, source, flags, e);
	const char *what = source[0] != '\0' ? source
					     : "the store or of a share";
	int rc = tree < 0 ? tree
			  : mount_tree_idmap(tree, what, userns,
					     (flags & MOUNT_RECURSIVE) != 0, e);

	return rc < 0 ? rc : attach(tree, target, source, e);
}

int mount_pivot(int root, struct err *e)
{
	/* pivot_root(2), "pivot_root(".", ".")": the old root lies below the
	 * new one at the same place, where it is then detached. */
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return err_set(e, errno, "change the root directory");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_set(e, errno, "leave the host's root directory");
	return 0;
}
