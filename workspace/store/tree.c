/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/tree.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "core/buf.h"
#include "core/files.h"
#include "core/mem.h"

enum { NOBODY = 65534, COPY_BYTES = 1 << 20, XATTR_MAX_BYTES = 65536 };

static const char opaque_name[] = "user.overlay.opaque";

bool tree_is_opaque(int dir)
{
	char value = 0;

	return fgetxattr(dir, opaque_name, &value, 1) == 1 && value == 'y';
}

/* ---- removing ----------------------------------------------------------- */

static int empty_dir(int dir, unsigned depth, struct err *e);

static int remove_child(void *data, int dir, const char *name, unsigned depth,
			struct err *e)
{
	SCOPED_FD int child = -1;
	int rc;

	(void)data;
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_set(e, errno, "remove %s", name);
	child = walk_open(dir, name);
	if (child < 0 && errno == EACCES) {
		/* overlayfs leaves its work/work with mode 000. */
		(void)!fchmodat(dir, name, 0700, 0);
		child = walk_open(dir, name);
	}
	if (child < 0)
		return err_set(e, errno, "open directory %s", name);
	rc = empty_dir(child, depth + 1, e);
	if (rc < 0)
		return rc;
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_set(e, errno, "remove directory %s", name);
	return 0;
}

static int empty_dir(int dir, unsigned depth, struct err *e)
{
	/* A read-only directory forbids removing in it, even to its owner. */
	(void)!fchmod(dir, 0700);
	return walk_dir(dir, depth, remove_child, NULL, e);
}

int tree_remove(int dir, const char *name, unsigned depth, struct err *e)
{
	return remove_child(NULL, dir, name, depth, e);
}

int tree_empty(int dir, struct err *e)
{
	return empty_dir(dir, 0, e);
}

/* ---- copying ------------------------------------------------------------ */

struct copy {
	struct tree_copy *how;
	int root; /* of the new tree */
	struct links links; /* path: of the first name in the new tree */
	struct buf path; /* of the directory being copied, "" or "a/b/" */
	char *bytes; /* COPY_BYTES */
};

/* True when name became a further name of a file that was copied before. */
static bool link_known(struct copy *copy, int to, const char *name,
		       const struct stat *st)
{
	struct link *link;

	if (st->st_nlink < 2 || S_ISDIR(st->st_mode))
		return false;
	link = links_meet(&copy->links, st->st_dev, st->st_ino,
			  (unsigned)st->st_nlink);
	if (link->path != NULL)
		return linkat(copy->root, link->path, to, name, 0) == 0;
	link->path = mem_printf("%s%s", buf_text(&copy->path), name);
	return false;
}

static void free_copy(struct copy *copy)
{
	links_fini(&copy->links);
	buf_fini(&copy->path);
	free(copy->bytes);
}

/* A disk that fills up takes a part first, and only then says why. */
static int write_at(int fd, const char *bytes, size_t len_bytes, off_t at,
		    struct err *e)
{
	while (len_bytes > 0) {
		ssize_t n = pwrite(fd, bytes, len_bytes, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(e, n < 0 ? errno : ENOSPC,
				       "write a copy");
		bytes += n;
		at += n;
		len_bytes -= (size_t)n;
	}
	return 0;
}

static int copy_range(struct copy *copy, int from, int to, off_t start,
		      off_t end, struct err *e)
{
	while (start < end) {
		size_t want = min_size((size_t)(end - start), COPY_BYTES);
		ssize_t n = pread(from, copy->bytes, want, start);
		int rc;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "read");
		if (n == 0)
			return 0;
		rc = write_at(to, copy->bytes, (size_t)n, start, e);
		if (rc < 0)
			return rc;
		start += n;
	}
	return 0;
}

/* Only where there is data: what is sparse stays sparse. */
static int copy_bytes(struct copy *copy, int from, int to, off_t size,
		      struct err *e)
{
	off_t at = 0;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (copy->how->reflink_only && size > 0)
		return err_say(e, EOPNOTSUPP,
			       "this file system cannot share file contents "
			       "(btrfs and xfs can)");
	if (ftruncate(to, size) < 0)
		return err_set(e, errno, "write a copy");
	while (at < size) {
		off_t data = lseek(from, at, SEEK_DATA);
		off_t hole;
		int rc;

		if (data < 0 && errno == ENXIO)
			return 0;
		if (data < 0)
			data = at;
		hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0)
			hole = size;
		rc = copy_range(copy, from, to, data, hole, e);
		if (rc < 0)
			return rc;
		at = hole;
	}
	return 0;
}

/*
 * Attributes that the target cannot hold (security.* without the right,
 * trusted.*) are left out, except ours: a lost opaque mark would bring deleted
 * files back. path is /proc/self/fd/N/NAME, for links and devices too.
 */
static int copy_xattrs(const char *from, const char *to, struct err *e)
{
	SCOPED_TEXT char *value = NULL;
	char names[XATTR_MAX_BYTES];
	ssize_t n = llistxattr(from, names, sizeof(names));

	if (n <= 0)
		return 0;
	value = mem_new(XATTR_MAX_BYTES);
	for (const char *name = names; name < names + n;
	     name += strlen(name) + 1) {
		ssize_t len = lgetxattr(from, name, value, XATTR_MAX_BYTES);

		if (len < 0)
			continue;
		if (lsetxattr(to, name, value, (size_t)len, 0) < 0 &&
		    strncmp(name, "user.", 5) == 0)
			return err_set(e, errno, "set attribute %s", name);
	}
	return 0;
}

static uid_t shown_owner(const struct copy *copy, uid_t id)
{
	return copy->how->nobody_to_root && id == NOBODY ? 0 : id;
}

static int copy_attributes(struct copy *copy, int from, const char *from_name,
			   int to, const char *name, const struct stat *st,
			   struct err *e)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	SCOPED_TEXT char *source = mem_printf("/proc/self/fd/%d/%s", from,
					      from_name);
	SCOPED_TEXT char *target = mem_printf("/proc/self/fd/%d/%s", to, name);
	int rc;

	if (fchownat(to, name, shown_owner(copy, st->st_uid),
		     shown_owner(copy, st->st_gid), AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "set the owner of %s%s",
			       buf_text(&copy->path), name);
	/* chown takes setuid bits away: the mode comes after it. */
	if (!S_ISLNK(st->st_mode) &&
	    fchmodat(to, name, st->st_mode & 07777, 0) < 0)
		return err_set(e, errno, "set the mode of %s", name);
	rc = copy_xattrs(source, target, e);
	if (rc < 0)
		return rc;
	(void)utimensat(to, name, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

static int copy_file(struct copy *copy, int from, const char *from_name, int to,
		     const char *name, const struct stat *st, struct err *e)
{
	SCOPED_FD int source = -1;
	SCOPED_FD int target = -1;
	int rc;

	source = openat(from, from_name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (source < 0 && errno == EACCES && copy->how->skip_odd) {
		copy->how->skipped++;
		return 1;
	}
	if (source < 0)
		return err_set(e, errno, "open %s%s", buf_text(&copy->path),
			       name);
	target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0600);
	if (target < 0)
		return err_set(e, errno, "create %s%s", buf_text(&copy->path),
			       name);
	rc = copy_bytes(copy, source, target, st->st_size, e);
	return rc < 0 ? err_wrap(e, "%s%s", buf_text(&copy->path), name) : 0;
}

static int copy_special(struct copy *copy, int to, const char *name,
			const struct stat *st, struct err *e)
{
	if (S_ISSOCK(st->st_mode) ||
	    (copy->how->skip_odd && !S_ISFIFO(st->st_mode))) {
		copy->how->skipped++;
		return 1;
	}
	return mknodat(to, name, st->st_mode & ~(mode_t)07777, st->st_rdev) < 0
		       ? err_set(e, errno, "make device %s", name)
		       : 0;
}

static int copy_entries(struct copy *copy, int from, int to, unsigned depth,
			struct err *e);

/* What is made of a directory's children: where to. */
struct pair {
	struct copy *copy;
	int to;
};

static int copy_dir(struct copy *copy, int from, int to, const char *name,
		    unsigned depth, struct err *e)
{
	SCOPED_FD int source = walk_open(from, name);
	SCOPED_FD int target = -1;
	size_t len = copy->path.len_bytes;
	int rc;

	if (source < 0 && errno == EACCES && copy->how->skip_odd) {
		copy->how->skipped++;
		return 1;
	}
	if (source < 0)
		return err_set(e, errno, "open directory %s%s",
			       buf_text(&copy->path), name);
	if (mkdirat(to, name, 0700) < 0)
		return err_set(e, errno, "make directory %s%s",
			       buf_text(&copy->path), name);
	target = walk_open(to, name);
	if (target < 0)
		return err_set(e, errno, "open directory %s", name);
	buf_addf(&copy->path, "%s/", name);
	rc = copy_entries(copy, source, target, depth + 1, e);
	buf_cut(&copy->path, len);
	return rc;
}

static int copy_child(void *data, int from, const char *name, unsigned depth,
		      struct err *e)
{
	struct copy *copy = ((struct pair *)data)->copy;
	int to = ((struct pair *)data)->to;
	struct stat st;
	int rc;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "stat %s%s", buf_text(&copy->path),
			       name);
	if (link_known(copy, to, name, &st))
		return 0;
	if (S_ISDIR(st.st_mode))
		rc = copy_dir(copy, from, to, name, depth, e);
	else if (S_ISREG(st.st_mode))
		rc = copy_file(copy, from, name, to, name, &st, e);
	else if (S_ISLNK(st.st_mode))
		rc = link_copy(from, name, to, name, e);
	else
		rc = copy_special(copy, to, name, &st, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return copy_attributes(copy, from, name, to, name, &st, e);
}

static int copy_entries(struct copy *copy, int from, int to, unsigned depth,
			struct err *e)
{
	struct pair pair = { copy, to };

	return walk_dir(from, depth, copy_child, &pair, e);
}

int tree_copy(int from, int to, struct tree_copy *how, struct err *e)
{
	struct copy copy = { .how = how, .root = to };
	struct stat st;
	int rc;

	if (fstat(from, &st) < 0)
		return err_set(e, errno, "stat");
	copy.bytes = mem_new(COPY_BYTES);
	rc = copy_entries(&copy, from, to, 0, e);
	if (rc == 0)
		rc = copy_attributes(&copy, from, ".", to, ".", &st, e);
	free_copy(&copy);
	return rc;
}

int tree_copy_one(int dir, const char *name, const char *as, struct err *e)
{
	struct tree_copy how = { .nobody_to_root = true };
	struct copy copy = { .how = &how, .root = dir };
	struct stat st;
	int rc;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "stat %s", name);
	copy.bytes = mem_new(COPY_BYTES);
	if (S_ISREG(st.st_mode))
		rc = copy_file(&copy, dir, name, dir, as, &st, e);
	else if (S_ISLNK(st.st_mode))
		rc = link_copy(dir, name, dir, as, e);
	else
		rc = err_set(e, EINVAL, "copy %s", name);
	if (rc == 0)
		rc = copy_attributes(&copy, dir, name, dir, as, &st, e);
	free_copy(&copy);
	return rc;
}

/* ---- measuring ---------------------------------------------------------- */

struct measure {
	struct links seen;
	struct tree_size size;
};

static bool was_seen(struct measure *measure, const struct stat *st)
{
	const struct link *link;

	if (st->st_nlink < 2 || S_ISDIR(st->st_mode))
		return false;
	link = links_meet(&measure->seen, st->st_dev, st->st_ino,
			  (unsigned)st->st_nlink);
	return link->met > 1;
}

static int measure_child(void *data, int dir, const char *name, unsigned depth,
			 struct err *e)
{
	struct measure *measure = data;
	SCOPED_FD int child = -1;
	struct stat st;

	/* A running workspace may remove what was just listed. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "stat %s", name);
	if (was_seen(measure, &st))
		return 0;
	measure->size.files++;
	measure->size.bytes += (uint64_t)st.st_blocks * 512;
	if (!S_ISDIR(st.st_mode))
		return 0;
	child = walk_open(dir, name);
	if (child < 0)
		return errno == ENOENT || errno == EACCES
			       ? 0
			       : err_set(e, errno, "open directory %s", name);
	return walk_dir(child, depth + 1, measure_child, measure, e);
}

int tree_measure(int dir, struct tree_size *ret, struct err *e)
{
	struct measure measure = { 0 };
	int rc = walk_dir(dir, 0, measure_child, &measure, e);

	links_fini(&measure.seen);
	if (rc == 0)
		*ret = measure.size;
	return rc;
}

/* ---- applying one layer on top of another ------------------------------- */

static int apply_entries(struct copy *copy, int layer, int to, unsigned depth,
			 struct err *e);

/* A directory that is there stays; anything else gives way to a new one. */
static int make_place(int to, const char *name, struct err *e)
{
	struct stat st;
	int rc;

	if (fstatat(to, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		rc = tree_remove(to, name, 0, e);
		if (rc < 0)
			return rc;
	}
	return mkdirat(to, name, 0700) < 0
		       ? err_set(e, errno, "make directory %s", name)
		       : 0;
}

static int apply_dir(struct copy *copy, int layer, int to, const char *name,
		     const struct stat *st, unsigned depth, struct err *e)
{
	SCOPED_FD int source = walk_open(layer, name);
	SCOPED_FD int target = -1;
	int rc;

	if (source < 0)
		return err_set(e, errno, "open directory %s", name);
	rc = make_place(to, name, e);
	if (rc < 0)
		return rc;
	target = walk_open(to, name);
	if (target < 0)
		return err_set(e, errno, "open directory %s", name);
	if (tree_is_opaque(source))
		rc = tree_empty(target, e);
	if (rc == 0)
		rc = apply_entries(copy, source, target, depth + 1, e);
	return rc < 0 ? rc
		      : copy_attributes(copy, layer, name, to, name, st, e);
}

static int apply_child(void *data, int layer, const char *name, unsigned depth,
		       struct err *e)
{
	struct copy *copy = ((struct pair *)data)->copy;
	int to = ((struct pair *)data)->to;
	struct stat st;
	int rc;

	if (fstatat(layer, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "stat %s", name);
	if (S_ISDIR(st.st_mode))
		return apply_dir(copy, layer, to, name, &st, depth, e);
	rc = tree_remove(to, name, 0, e);
	if (rc < 0)
		return rc;
	/* Whiteouts too: they still hide what lies below both layers. */
	return linkat(layer, name, to, name, 0) < 0
		       ? err_set(e, errno, "link %s", name)
		       : 0;
}

static int apply_entries(struct copy *copy, int layer, int to, unsigned depth,
			 struct err *e)
{
	struct pair pair = { copy, to };

	return walk_dir(layer, depth, apply_child, &pair, e);
}

int tree_apply(int layer, int to, struct err *e)
{
	struct tree_copy how = { 0 };
	struct copy copy = { .how = &how, .root = to };

	return apply_entries(&copy, layer, to, 0, e);
}
