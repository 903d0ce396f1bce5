/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/shift/tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/shift/kept.h"
#include "workspace/store/store.h"
#include "workspace/store/walk.h"

enum {
	NOBODY = 65534, /* proc(5), overflowuid: an id without a number here */
	ACL_MAX_BYTES = 65536, /* XATTR_SIZE_MAX */
	SPECIAL_BITS = S_ISUID | S_ISGID,
};

static const char *const acl_names[] = { "system.posix_acl_access",
					 "system.posix_acl_default" };
static const char caps_name[] = "security.capability";

struct acl {
	char *bytes; /* ACL_MAX_BYTES, with the new ids */
	size_t len_bytes; /* 0: there is none */
	bool changed;
};

/* One file: what it is, and what it is to be. */
struct file {
	int fd; /* O_PATH, borrowed */
	char proc[32]; /* where calls that want a path find it */
	struct statx st;
	uint32_t uid, gid;
	struct acl acls[COUNT_OF(acl_names)];
	struct kept_file kept;
	char caps[SHIFT_CAPS_BYTES];
	size_t caps_bytes; /* 0: there are none */
	struct shift_tally tally;
	bool owner_changed, caps_changed, mode_changed;
};

struct shift {
	const struct shift_how *how;
	bool changing; /* the second pass */
	struct statx top, store;
	struct shift_count count;
	struct links links; /* path: of the first name */
	struct kept kept; /* of a killed command; then of this one */
	struct kept found; /* for this one, while looking */
	struct buf path; /* from the tree's directory, "a/b" */
	struct file file; /* the current one */
	uint64_t strangers;
	uint32_t stranger; /* the first of them, in the file: */
	char *stranger_path; /* owned */
};

static const char *here(const struct shift *shift)
{
	return shift->path.len_bytes > 0 ? buf_text(&shift->path) : ".";
}

/* ---- what a file is ----------------------------------------------------- */

static int look_at(int fd, struct statx *ret)
{
	return statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT,
		     STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, ret);
}

static bool same_inode(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino &&
	       a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor;
}

/* A bind mount of the same file system has another mount's number only. */
static bool same_mount(const struct statx *a, const struct statx *b)
{
	return a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor &&
	       ((a->stx_mask & b->stx_mask & STATX_MNT_ID) == 0 ||
		a->stx_mnt_id == b->stx_mnt_id);
}

static int check_place(const struct shift *shift, const struct file *file,
		       struct err *e)
{
	if (!same_mount(&file->st, &shift->top))
		return err_say(e, EXDEV, "another file system is at %s",
			       here(shift));
	if (S_ISDIR(file->st.stx_mode) && same_inode(&file->st, &shift->store))
		return err_say(e, EINVAL, "the store of workspaces is at %s",
			       here(shift));
	return 0;
}

/* ret has room for max_bytes. *ret_len is 0 when there is no such attribute. */
static int read_attribute(const struct shift *shift, const char *name,
			  char *ret, size_t max_bytes, size_t *ret_len,
			  struct err *e)
{
	ssize_t n = getxattr(shift->file.proc, name, ret, max_bytes);

	if (n < 0 && errno != ENODATA && errno != EOPNOTSUPP)
		return err_set(e, errno, "read %s of %s", name, here(shift));
	*ret_len = n > 0 ? (size_t)n : 0;
	return 0;
}

static int load_acls(struct shift *shift, struct file *file, struct err *e)
{
	unsigned before;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(acl_names); i++) {
		struct acl *acl = &file->acls[i];

		acl->len_bytes = 0;
		acl->changed = false;
		if (i > 0 && !S_ISDIR(file->st.stx_mode))
			break;
		rc = read_attribute(shift, acl_names[i], acl->bytes,
				    ACL_MAX_BYTES, &acl->len_bytes, e);
		if (rc < 0 || acl->len_bytes == 0)
			continue;
		before = file->tally.moved;
		rc = shift_acl(shift->how->map, acl->bytes, acl->len_bytes,
			       &file->tally);
		if (rc < 0)
			return err_set(e, -rc, "%s of %s", acl_names[i],
				       here(shift));
		acl->changed = file->tally.moved != before;
	}
	return rc;
}

static void identify(const struct statx *st, struct kept_file *ret)
{
	*ret = (struct kept_file){
		.ino = st->stx_ino,
		.born_s = (uint64_t)st->stx_btime.tv_sec,
		.born_ns = st->stx_btime.tv_nsec,
		.changed_s = (uint64_t)st->stx_mtime.tv_sec,
		.changed_ns = st->stx_mtime.tv_nsec,
		.size_bytes = st->stx_size,
		.mode = st->stx_mode & SPECIAL_BITS,
	};
}

/* What a killed command took, it had before. */
static void give_back(struct kept_file *kept, const struct kept_file *was)
{
	kept->mode |= was->mode;
	if (was->caps_bytes == 0)
		return;
	kept->caps_bytes = was->caps_bytes;
	memcpy(kept->caps, was->caps, sizeof(kept->caps));
}

static int load_kept(struct shift *shift, struct file *file, struct err *e)
{
	char caps[SHIFT_CAPS_BYTES] = { 0 };
	size_t caps_bytes = 0;
	const struct kept_file *was;
	int rc = 0;

	identify(&file->st, &file->kept);
	was = kept_find(&shift->kept, &file->kept);
	if (S_ISREG(file->st.stx_mode))
		rc = read_attribute(shift, caps_name, caps, sizeof(caps),
				    &caps_bytes, e);
	if (rc < 0)
		return rc;
	memcpy(file->kept.caps, caps, caps_bytes);
	file->kept.caps_bytes = caps_bytes;
	if (was != NULL)
		give_back(&file->kept, was);
	file->mode_changed = (file->kept.mode & ~(uint64_t)file->st.stx_mode) !=
			     0;
	file->caps_bytes = file->kept.caps_bytes;
	memcpy(file->caps, file->kept.caps, file->caps_bytes);
	if (file->caps_bytes == 0)
		return 0;
	rc = shift_caps(shift->how->map, file->caps, &file->caps_bytes,
			&file->tally);
	if (rc < 0)
		return err_set(e, -rc, "%s of %s", caps_name, here(shift));
	file->caps_changed = caps_bytes != file->caps_bytes ||
			     memcmp(caps, file->caps, caps_bytes) != 0;
	return 0;
}

static bool is_changed(const struct file *file)
{
	return file->owner_changed || file->acls[0].changed ||
	       file->acls[1].changed || file->caps_changed ||
	       file->mode_changed;
}

static int load(struct shift *shift, struct file *file, struct err *e)
{
	const struct shift_map *map = shift->how->map;
	int rc = 0;

	file->tally = (struct shift_tally){ 0 };
	file->owner_changed = file->caps_changed = file->mode_changed = false;
	file->acls[0].changed = file->acls[1].changed = false;
	file->caps_bytes = 0;
	file->kept = (struct kept_file){ 0 };
	file->uid = shift_id(&map->uids, file->st.stx_uid, &file->tally);
	file->gid = shift_id(&map->gids, file->st.stx_gid, &file->tally);
	file->owner_changed = file->tally.moved > 0;
	/* A link has no attributes of those kinds. */
	if (S_ISLNK(file->st.stx_mode))
		return 0;
	rc = load_acls(shift, file, e);
	/* A directory keeps its bits when it is given away. */
	if (rc == 0 && !S_ISDIR(file->st.stx_mode))
		rc = load_kept(shift, file, e);
	return rc;
}

/* ---- the first pass: looking -------------------------------------------- */

static int look(struct shift *shift, const struct file *file, struct err *e)
{
	const struct shift_tally *tally = &file->tally;
	struct shift_count *count = &shift->count;

	count->owners += file->owner_changed;
	count->acls += file->acls[0].changed || file->acls[1].changed;
	count->caps += file->caps_changed;
	if (tally->strangers > 0 && shift->strangers++ == 0) {
		shift->stranger = tally->stranger;
		shift->stranger_path = mem_copy(here(shift));
	}
	if (is_changed(file) && (file->st.stx_attributes &
				 (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)))
		return err_say(e, EPERM,
			       "%s does not let itself be changed: chattr -ia",
			       here(shift));
	if (file->kept.mode == 0 && file->kept.caps_bytes == 0)
		return 0;
	return kept_add(&shift->found, &file->kept, e);
}

static int refuse_strangers(const struct shift *shift, struct err *e)
{
	SCOPED_TEXT char *id = mem_printf("%u", shift->stranger);
	bool unseen = shift->how->in_namespace &&
		      (shift->stranger == NOBODY ||
		       shift->stranger == UINT32_MAX);

	return err_say(e, EINVAL,
		       "%llu file%s an owner that is on neither side, first "
		       "%s: %s",
		       (unsigned long long)shift->strangers,
		       shift->strangers == 1 ? " has" : "s have",
		       unseen ? "(not one of your ids)" : id,
		       shift->stranger_path);
}

/* Such a file would be given away outside of the tree too. */
static int refuse_outside_names(const struct shift *shift, struct err *e)
{
	const char *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < shift->links.room; i++) {
		const struct link *link = &shift->links.list[i];

		if (link->met == 0 || link->met >= link->names)
			continue;
		if (first == NULL || strcmp(link->path, first) < 0)
			first = link->path;
		count++;
	}
	if (count == 0)
		return 0;
	return err_say(e, EMLINK,
		       "%zu file%s further names (hard links) outside, first: "
		       "%s",
		       count, count == 1 ? " has" : "s have", first);
}

/* ---- the second pass: changing ------------------------------------------ */

static int change_attributes(const struct shift *shift, const struct file *file,
			     struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(acl_names); i++) {
		const struct acl *acl = &file->acls[i];

		if (acl->changed && setxattr(file->proc, acl_names[i],
					     acl->bytes, acl->len_bytes, 0) < 0)
			return err_set(e, errno, "set %s of %s", acl_names[i],
				       here(shift));
	}
	if (file->caps_bytes > 0 &&
	    (file->caps_changed || file->owner_changed) &&
	    setxattr(file->proc, caps_name, file->caps, file->caps_bytes, 0) <
		    0)
		return err_set(e, errno, "set %s of %s", caps_name,
			       here(shift));
	return 0;
}

/* chown takes the capabilities and the setuid bits: both come after it. */
static int change(struct shift *shift, const struct file *file, struct err *e)
{
	mode_t mode = (mode_t)(file->st.stx_mode | file->kept.mode) & 07777;
	int rc;

	if (file->tally.strangers > 0)
		return err_say(e, EAGAIN,
			       "%s was given another owner meanwhile",
			       here(shift));
	if (file->owner_changed &&
	    fchownat(file->fd, "", file->uid, file->gid, AT_EMPTY_PATH) < 0)
		return err_set(e, errno, "set the owner of %s", here(shift));
	rc = change_attributes(shift, file, e);
	if (rc == 0 && file->kept.mode != 0 && is_changed(file) &&
	    chmod(file->proc, mode) < 0)
		rc = err_set(e, errno, "set the mode of %s", here(shift));
	return rc;
}

/* ---- the walk ----------------------------------------------------------- */

/* True when the file was met under another name. */
static bool met_before(struct shift *shift, const struct statx *st)
{
	struct link *link;

	if (st->stx_nlink < 2 || S_ISDIR(st->stx_mode))
		return false;
	link = links_meet(&shift->links,
			  makedev(st->stx_dev_major, st->stx_dev_minor),
			  st->stx_ino, st->stx_nlink);
	if (link->met > 1)
		return true;
	link->path = mem_copy(here(shift));
	return false;
}

static int visit_child(void *data, int dir, const char *name, unsigned depth,
		       struct err *e);

static int visit(struct shift *shift, int fd, unsigned depth, struct err *e)
{
	struct file *file = &shift->file;
	bool directory;
	int rc;

	file->fd = fd;
	snprintf(file->proc, sizeof(file->proc), "/proc/self/fd/%d", fd);
	if (look_at(fd, &file->st) < 0)
		return err_set(e, errno, "stat %s", here(shift));
	directory = S_ISDIR(file->st.stx_mode);
	rc = check_place(shift, file, e);
	if (rc < 0 || met_before(shift, &file->st))
		return rc;
	rc = load(shift, file, e);
	if (rc < 0)
		return rc;
	shift->count.files++;
	shift->count.shifted += is_changed(file);
	rc = shift->changing ? change(shift, file, e) : look(shift, file, e);
	if (rc < 0 || !directory)
		return rc;
	return walk_dir(fd, depth, visit_child, shift, e);
}

static int visit_child(void *data, int dir, const char *name, unsigned depth,
		       struct err *e)
{
	struct shift *shift = data;
	size_t len = shift->path.len_bytes;
	SCOPED_FD int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd < 0 && errno == ENOENT)
		return 0;
	buf_addf(&shift->path, "%s%s", len > 0 ? "/" : "", name);
	rc = fd < 0 ? err_set(e, errno, "open %s", here(shift))
		    : visit(shift, fd, depth + 1, e);
	buf_cut(&shift->path, len);
	return rc;
}

static int walk(struct shift *shift, bool changing, struct err *e)
{
	shift->changing = changing;
	shift->count = (struct shift_count){ 0 };
	links_fini(&shift->links);
	return visit(shift, shift->how->dir, 0, e);
}

/* ---- what is kept meanwhile --------------------------------------------- */

/* Device numbers change when a machine starts again; this does not. */
static char *kept_name(const struct shift *shift)
{
	return mem_printf("shift/%llu-%lld.%09u",
			  (unsigned long long)shift->top.stx_ino,
			  (long long)shift->top.stx_btime.tv_sec,
			  shift->top.stx_btime.tv_nsec);
}

static int read_kept(struct shift *shift, struct err *e)
{
	SCOPED_TEXT char *name = kept_name(shift);
	SCOPED_BUF struct buf text = { 0 };
	int rc = file_read(shift->how->store, name, KEPT_FILE_MAX_BYTES, &text,
			   e);

	if (rc == -ENOENT)
		return 0;
	if (rc == 0)
		rc = kept_parse(buf_text(&text), text.len_bytes, &shift->kept,
				NULL, e);
	return rc < 0 ? err_wrap(e, "%s", name) : 0;
}

/* What was found, which has all of the old, takes its place. */
static int write_kept(struct shift *shift, struct err *e)
{
	SCOPED_TEXT char *name = kept_name(shift);
	SCOPED_BUF struct buf text = { 0 };

	kept_fini(&shift->kept);
	shift->kept = shift->found;
	shift->found = (struct kept){ 0 };
	kept_sort(&shift->kept);
	if (shift->kept.count == 0)
		return 0;
	kept_print(&shift->kept, shift->how->path, &text);
	return file_replace(shift->how->store, name, buf_text(&text),
			    text.len_bytes, 0600, e);
}

static int remove_kept(const struct shift *shift, struct err *e)
{
	SCOPED_TEXT char *name = kept_name(shift);

	if (unlinkat(shift->how->store, name, 0) < 0 && errno != ENOENT)
		return err_set(e, errno, "remove %s", name);
	return 0;
}

/* ---- both passes -------------------------------------------------------- */

static int run(struct shift *shift, int dir, struct err *e)
{
	int rc = read_kept(shift, e);

	if (rc == 0)
		rc = walk(shift, false, e);
	if (rc == 0 && shift->strangers > 0)
		rc = refuse_strangers(shift, e);
	if (rc == 0)
		rc = refuse_outside_names(shift, e);
	if (rc < 0 || shift->how->look_only)
		return rc;
	rc = write_kept(shift, e);
	if (rc == 0)
		rc = walk(shift, true, e);
	if (rc == 0 && syncfs(dir) < 0)
		rc = err_set(e, errno, "sync %s", shift->how->path);
	return rc < 0 ? rc : remove_kept(shift, e);
}

/* Two for each directory on the way down: the usual 1024 are not enough. */
static void raise_descriptor_limit(void)
{
	const rlim_t want = 2 * TREE_DEPTH_MAX + 64;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void shift_fini(struct shift *shift)
{
	for (size_t i = 0; i < COUNT_OF(shift->file.acls); i++)
		free(shift->file.acls[i].bytes);
	links_fini(&shift->links);
	kept_fini(&shift->kept);
	kept_fini(&shift->found);
	buf_fini(&shift->path);
	free(shift->stranger_path);
}

int shift_tree(const struct shift_how *how, struct shift_count *ret,
	       struct err *e)
{
	struct shift shift = { .how = how };
	SCOPED_FD int dir = openat(how->dir, ".",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (dir < 0 || look_at(dir, &shift.top) < 0 ||
	    look_at(how->store, &shift.store) < 0)
		return err_set(e, errno, "open %s", how->path);
	rc = store_flock(dir, LOCK_EX, 0, how->path, e);
	if (rc < 0)
		return rc;
	raise_descriptor_limit();
	for (size_t i = 0; i < COUNT_OF(shift.file.acls); i++)
		shift.file.acls[i].bytes = mem_new(ACL_MAX_BYTES);
	rc = run(&shift, dir, e);
	if (rc == 0)
		*ret = shift.count;
	shift_fini(&shift);
	return rc;
}
