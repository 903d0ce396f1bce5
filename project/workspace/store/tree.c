#include "project/workspace/store/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
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

bool tree_is_whiteout(mode_t mode, dev_t rdev)
{
	return S_ISCHR(mode) && rdev == makedev(0, 0);
}

bool tree_is_opaque(int dir)
{
	char value = 0;

	return fgetxattr(dir, opaque_name, &value, 1) == 1 && value == 'y';
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A DIR of its own descriptor, so that the caller keeps his. */
static DIR *open_listing(int dir, struct err *e)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;

	if (listing == NULL) {
		(void)err_set(e, errno, "read a folder");
		scope_close(&fd);
	}
	return listing;
}

static int open_child_dir(int dir, const char *name)
{
	return openat(dir, name,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* ---- removing ----------------------------------------------------------- */

static int empty_dir(int dir, unsigned depth, struct err *e);

static int remove_child(int dir, const char *name, unsigned depth,
			struct err *e)
{
	SCOPED_FD int child = -1;
	int rc;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_set(e, errno, "remove %s", name);
	child = open_child_dir(dir, name);
	if (child < 0 && errno == EACCES) {
		/* overlayfs leaves its work/work with mode 000. */
		(void)!fchmodat(dir, name, 0700, 0);
		child = open_child_dir(dir, name);
	}
	if (child < 0)
		return err_set(e, errno, "open folder %s", name);
	rc = empty_dir(child, depth + 1, e);
	if (rc < 0)
		return rc;
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_set(e, errno, "remove folder %s", name);
	return 0;
}

static int empty_dir(int dir, unsigned depth, struct err *e)
{
	DIR *listing;
	struct dirent *entry;
	int rc = 0;

	if (depth > TREE_DEPTH_MAX)
		return err_set(e, ELOOP, "folders within folders");
	listing = open_listing(dir, e);
	if (listing == NULL)
		return -EIO;
	/* A read-only folder forbids removing in it, even to its owner. */
	(void)!fchmod(dir, 0700);
	while (rc == 0 && (entry = readdir(listing)) != NULL)
		if (!is_dots(entry->d_name))
			rc = remove_child(dir, entry->d_name, depth, e);
	closedir(listing);
	return rc;
}

int tree_empty(int dir, struct err *e)
{
	return empty_dir(dir, 0, e);
}

/* ---- copying ------------------------------------------------------------ */

/* Files with several names, met so far: the first name in the new tree. */
struct link {
	dev_t dev;
	ino_t ino;
	char *path; /* owned, relative to the new root */
};

struct copy {
	struct tree_copy *how;
	int root; /* of the new tree */
	struct link *links;
	size_t link_count, link_room;
	struct buf path; /* of the folder being copied, "" or "a/b/" */
	char *bytes; /* COPY_BYTES */
};

static size_t link_slot(const struct copy *copy, dev_t dev, ino_t ino)
{
	size_t slot = (size_t)((ino ^ dev) * 0x9e3779b97f4a7c15ULL) &
		      (copy->link_room - 1);

	while (copy->links[slot].path != NULL &&
	       (copy->links[slot].dev != dev || copy->links[slot].ino != ino))
		slot = (slot + 1) & (copy->link_room - 1);
	return slot;
}

static void grow_links(struct copy *copy)
{
	struct link *old = copy->links;
	size_t old_room = copy->link_room;

	copy->link_room = old_room > 0 ? old_room * 2 : 256;
	copy->links = mem_new(copy->link_room * sizeof(*copy->links));
	for (size_t i = 0; i < old_room; i++)
		if (old[i].path != NULL)
			copy->links[link_slot(copy, old[i].dev, old[i].ino)] =
				old[i];
	free(old);
}

/* True when name became a further name of a file that was copied before. */
static bool link_known(struct copy *copy, int to, const char *name,
		       const struct stat *st)
{
	size_t slot;

	if (st->st_nlink < 2 || S_ISDIR(st->st_mode))
		return false;
	if (copy->link_count * 2 >= copy->link_room)
		grow_links(copy);
	slot = link_slot(copy, st->st_dev, st->st_ino);
	if (copy->links[slot].path != NULL)
		return linkat(copy->root, copy->links[slot].path, to, name,
			      0) == 0;
	copy->links[slot] = (struct link){
		st->st_dev, st->st_ino,
		mem_printf("%s%s", buf_text(&copy->path), name)
	};
	copy->link_count++;
	return false;
}

static void free_copy(struct copy *copy)
{
	for (size_t i = 0; i < copy->link_room; i++)
		free(copy->links[i].path);
	free(copy->links);
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

static uid_t adopt(const struct copy *copy, uid_t id)
{
	return copy->how->adopt_nobody && id == NOBODY ? 0 : id;
}

static int copy_attributes(struct copy *copy, int from, int to,
			   const char *name, const struct stat *st,
			   struct err *e)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	SCOPED_TEXT char *source = mem_printf("/proc/self/fd/%d/%s", from,
					      name);
	SCOPED_TEXT char *target = mem_printf("/proc/self/fd/%d/%s", to, name);
	int rc;

	if (fchownat(to, name, adopt(copy, st->st_uid), adopt(copy, st->st_gid),
		     AT_SYMLINK_NOFOLLOW) < 0)
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

static int copy_file(struct copy *copy, int from, int to, const char *name,
		     const struct stat *st, struct err *e)
{
	SCOPED_FD int source = -1;
	SCOPED_FD int target = -1;
	int rc;

	source = openat(from, name,
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

static int copy_symlink(int from, int to, const char *name, struct err *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n < 0)
		return err_set(e, errno, "read link %s", name);
	target[n] = '\0';
	return symlinkat(target, to, name) < 0
		       ? err_set(e, errno, "make link %s", name)
		       : 0;
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

static int copy_dir(struct copy *copy, int from, int to, unsigned depth,
		    struct err *e);

static int copy_folder(struct copy *copy, int from, int to, const char *name,
		       unsigned depth, struct err *e)
{
	SCOPED_FD int source = open_child_dir(from, name);
	SCOPED_FD int target = -1;
	size_t len = copy->path.len_bytes;
	int rc;

	if (source < 0 && errno == EACCES && copy->how->skip_odd) {
		copy->how->skipped++;
		return 1;
	}
	if (source < 0)
		return err_set(e, errno, "open folder %s%s",
			       buf_text(&copy->path), name);
	if (mkdirat(to, name, 0700) < 0)
		return err_set(e, errno, "make folder %s%s",
			       buf_text(&copy->path), name);
	target = open_child_dir(to, name);
	if (target < 0)
		return err_set(e, errno, "open folder %s", name);
	buf_addf(&copy->path, "%s/", name);
	rc = copy_dir(copy, source, target, depth + 1, e);
	buf_cut(&copy->path, len);
	return rc;
}

static int copy_child(struct copy *copy, int from, int to, const char *name,
		      unsigned depth, struct err *e)
{
	struct stat st;
	int rc;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "stat %s%s", buf_text(&copy->path),
			       name);
	if (link_known(copy, to, name, &st))
		return 0;
	if (S_ISDIR(st.st_mode))
		rc = copy_folder(copy, from, to, name, depth, e);
	else if (S_ISREG(st.st_mode))
		rc = copy_file(copy, from, to, name, &st, e);
	else if (S_ISLNK(st.st_mode))
		rc = copy_symlink(from, to, name, e);
	else
		rc = copy_special(copy, to, name, &st, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return copy_attributes(copy, from, to, name, &st, e);
}

static int copy_dir(struct copy *copy, int from, int to, unsigned depth,
		    struct err *e)
{
	DIR *listing;
	struct dirent *entry;
	int rc = 0;

	if (depth > TREE_DEPTH_MAX)
		return err_set(e, ELOOP, "folders within folders");
	listing = open_listing(from, e);
	if (listing == NULL)
		return e != NULL ? -e->code : -EIO;
	while (rc == 0 && (entry = readdir(listing)) != NULL)
		if (!is_dots(entry->d_name))
			rc = copy_child(copy, from, to, entry->d_name, depth,
					e);
	closedir(listing);
	return rc;
}

int tree_copy(int from, int to, struct tree_copy *how, struct err *e)
{
	struct copy copy = { .how = how, .root = to };
	struct stat st;
	int rc;

	if (fstat(from, &st) < 0)
		return err_set(e, errno, "stat");
	copy.bytes = mem_new(COPY_BYTES);
	rc = copy_dir(&copy, from, to, 0, e);
	if (rc == 0)
		rc = copy_attributes(&copy, from, to, ".", &st, e);
	free_copy(&copy);
	return rc;
}

/* ---- measuring ---------------------------------------------------------- */

static int measure(struct copy *seen, int dir, unsigned depth,
		   struct tree_size *size, struct err *e);

static bool was_seen(struct copy *seen, const struct stat *st)
{
	size_t slot;

	if (st->st_nlink < 2 || S_ISDIR(st->st_mode))
		return false;
	if (seen->link_count * 2 >= seen->link_room)
		grow_links(seen);
	slot = link_slot(seen, st->st_dev, st->st_ino);
	if (seen->links[slot].path != NULL)
		return true;
	seen->links[slot] = (struct link){ st->st_dev, st->st_ino,
					   mem_copy("") };
	seen->link_count++;
	return false;
}

static int measure_child(struct copy *seen, int dir, const char *name,
			 unsigned depth, struct tree_size *size, struct err *e)
{
	SCOPED_FD int child = -1;
	struct stat st;

	/* A running workspace may remove what was just listed. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "stat %s", name);
	if (was_seen(seen, &st))
		return 0;
	size->files++;
	size->bytes += (uint64_t)st.st_blocks * 512;
	if (!S_ISDIR(st.st_mode))
		return 0;
	child = open_child_dir(dir, name);
	if (child < 0)
		return errno == ENOENT || errno == EACCES
			       ? 0
			       : err_set(e, errno, "open folder %s", name);
	return measure(seen, child, depth + 1, size, e);
}

static int measure(struct copy *seen, int dir, unsigned depth,
		   struct tree_size *size, struct err *e)
{
	DIR *listing;
	struct dirent *entry;
	int rc = 0;

	if (depth > TREE_DEPTH_MAX)
		return err_set(e, ELOOP, "folders within folders");
	listing = open_listing(dir, e);
	if (listing == NULL)
		return e != NULL ? -e->code : -EIO;
	while (rc == 0 && (entry = readdir(listing)) != NULL)
		if (!is_dots(entry->d_name))
			rc = measure_child(seen, dir, entry->d_name, depth,
					   size, e);
	closedir(listing);
	return rc;
}

int tree_measure(int dir, struct tree_size *ret, struct err *e)
{
	struct copy seen = { 0 };
	struct tree_size size = { 0 };
	int rc = measure(&seen, dir, 0, &size, e);

	free_copy(&seen);
	if (rc == 0)
		*ret = size;
	return rc;
}

/* ---- applying one layer on top of another ------------------------------- */

static int apply_dir(struct copy *copy, int layer, int to, unsigned depth,
		     struct err *e);

/* A folder that is there stays; anything else gives way to a new one. */
static int make_place(int to, const char *name, struct err *e)
{
	struct stat st;
	int rc;

	if (fstatat(to, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		rc = remove_child(to, name, 0, e);
		if (rc < 0)
			return rc;
	}
	return mkdirat(to, name, 0700) < 0
		       ? err_set(e, errno, "make folder %s", name)
		       : 0;
}

static int apply_folder(struct copy *copy, int layer, int to, const char *name,
			const struct stat *st, unsigned depth, struct err *e)
{
	SCOPED_FD int source = open_child_dir(layer, name);
	SCOPED_FD int target = -1;
	int rc;

	if (source < 0)
		return err_set(e, errno, "open folder %s", name);
	rc = make_place(to, name, e);
	if (rc < 0)
		return rc;
	target = open_child_dir(to, name);
	if (target < 0)
		return err_set(e, errno, "open folder %s", name);
	if (tree_is_opaque(source))
		rc = tree_empty(target, e);
	if (rc == 0)
		rc = apply_dir(copy, source, target, depth + 1, e);
	return rc < 0 ? rc : copy_attributes(copy, layer, to, name, st, e);
}

static int apply_child(struct copy *copy, int layer, int to, const char *name,
		       unsigned depth, struct err *e)
{
	struct stat st;
	int rc;

	if (fstatat(layer, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "stat %s", name);
	if (S_ISDIR(st.st_mode))
		return apply_folder(copy, layer, to, name, &st, depth, e);
	rc = remove_child(to, name, 0, e);
	if (rc < 0)
		return rc;
	/* Whiteouts too: they still hide what lies below both layers. */
	return linkat(layer, name, to, name, 0) < 0
		       ? err_set(e, errno, "link %s", name)
		       : 0;
}

static int apply_dir(struct copy *copy, int layer, int to, unsigned depth,
		     struct err *e)
{
	DIR *listing;
	struct dirent *entry;
	int rc = 0;

	if (depth > TREE_DEPTH_MAX)
		return err_set(e, ELOOP, "folders within folders");
	listing = open_listing(layer, e);
	if (listing == NULL)
		return e != NULL ? -e->code : -EIO;
	while (rc == 0 && (entry = readdir(listing)) != NULL)
		if (!is_dots(entry->d_name))
			rc = apply_child(copy, layer, to, entry->d_name, depth,
					 e);
	closedir(listing);
	return rc;
}

int tree_apply(int layer, int to, struct err *e)
{
	struct tree_copy how = { 0 };
	struct copy copy = { .how = &how, .root = to };

	return apply_dir(&copy, layer, to, 0, e);
}
