/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/storage.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"
#include "workspace/lxc/liblxc.h"
#include "workspace/lxc/lvm.h"
#include "workspace/lxc/zfs.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/store/layer.h"
#include "workspace/store/whole.h"

enum {
	CONFIG_MAX_BYTES = 1 << 20,
	LOOP_TRIES = 200, /* of LOOP_NAP_MS each */
	LOOP_NAP_MS = 10,
	LOOP_DEVICES_MAX = 1024,
};

static int mount_dir(const char *source, int target, struct err *e);
static int mount_layers(const char *source, int target, struct err *e);
static int mount_loop(const char *source, int target, struct err *e);
static int mount_volume(const char *source, int target, struct err *e);
static int mount_dataset(const char *source, int target, struct err *e);

/* clang-format off */
static const struct kind {
	const char *type; /* as liblxc calls it */
	bool snapshot; /* clones share what is equal; else they are copies */
	bool outside; /* the tree is not below layers/ID */
	const char *device; /* without it there is no such store ... */
	const char *enable; /* ... and what would bring it */
	int (*mount)(const char *source, int target, struct err *e);
} kinds[STORE_KINDS] = {
	[STORE_LXC_DIR] = { "dir", false, false, NULL, NULL, mount_dir },
	[STORE_LXC_OVERLAY] = { "overlay", true, false, NULL, NULL,
				mount_layers },
	[STORE_LXC_BTRFS] = { "btrfs", true, false, NULL, NULL, mount_dir },
	[STORE_LXC_LOOP] = { "loop", false, false, "/dev/loop-control",
			     "loop devices are needed: modprobe loop",
			     mount_loop },
	[STORE_LXC_LVM] = { "lvm", true, true, "/dev/mapper/control",
			    "the device mapper is needed: modprobe dm_mod, "
			    "lvm2, and a volume group called lxc (or "
			    "lxc.bdev.lvm.vg in /etc/lxc/lxc.conf)",
			    mount_volume },
	[STORE_LXC_ZFS] = { "zfs", true, true, "/dev/zfs",
			    "zfs is needed: zfs-dkms, zfsutils-linux, and a "
			    "pool called lxc (or lxc.bdev.zfs.root in "
			    "/etc/lxc/lxc.conf)",
			    mount_dataset },
};
/* clang-format on */

bool storage_is_liblxc(enum store_kind kind)
{
	return kinds[kind].type != NULL;
}

/* ---- what is possible --------------------------------------------------- */

int storage_check(const struct store *store, const struct meta *meta,
		  struct err *e)
{
	const struct kind *kind = &kinds[meta->store];
	int rc = whole_check(store, meta, e);

	if (rc < 0 || kind->type == NULL)
		return rc;
	if (geteuid() != 0)
		return err_say(e, EPERM,
			       "store %s is root's: liblxc mounts it; overlay, "
			       "btrfs, reflink and dir are for everybody",
			       store_kind_name(meta->store));
	if (kind->device != NULL && access(kind->device, F_OK) < 0)
		return err_say(e, EOPNOTSUPP,
			       "there is no %s here, which store %s needs; %s",
			       kind->device, store_kind_name(meta->store),
			       kind->enable);
	if ((!kind->snapshot || meta->store == STORE_LXC_OVERLAY) &&
	    !path_has_program("rsync"))
		return err_say(e, EOPNOTSUPP,
			       "store %s needs rsync, by which liblxc copies "
			       "a tree",
			       store_kind_name(meta->store));
	rc = meta->store == STORE_LXC_LVM ? lvm_check(e) : 0;
	return rc < 0 ? rc : liblxc_load(e);
}

/* ---- where a tree is ---------------------------------------------------- */

struct tree_place {
	const struct kind *kind;
	char *source; /* owned: a path, a device, a data set */
};

static const struct kind *kind_by_type(const char *text)
{
	for (int i = 0; i < STORE_KINDS; i++)
		if (kinds[i].type != NULL &&
		    strncmp(kinds[i].type, text, strlen(kinds[i].type)) == 0 &&
		    text[strlen(kinds[i].type)] == ':')
			return &kinds[i];
	return NULL;
}

/* "lxc.rootfs.path = TYPE:SOURCE"; false when the layer is none of liblxc's. */
static bool find_place(const struct store *store, const char *id,
		       struct tree_place *ret)
{
	static const char key[] = "lxc.rootfs.path = ";
	SCOPED_TEXT char *path = mem_printf("layers/%s/config", id);
	SCOPED_BUF struct buf text = { 0 };
	const char *at;

	if (file_read(store->dir, path, CONFIG_MAX_BYTES, &text, NULL) < 0)
		return false;
	at = strstr(buf_text(&text), key);
	if (at == NULL)
		return false;
	at += strlen(key);
	ret->kind = kind_by_type(at);
	if (ret->kind == NULL)
		return false;
	at += strlen(ret->kind->type) + 1;
	ret->source = mem_text(at, strcspn(at, "\n"));
	return true;
}

/* ---- mounting ----------------------------------------------------------- */

static int mount_dir(const char *source, int target, struct err *e)
{
	return mount_bind(AT_FDCWD, source, 0, target, e);
}

/* "LOWER:UPPER". Always with userxattr, whoever wrote to it. */
static int mount_layers(const char *source, int target, struct err *e)
{
	SCOPED_TEXT char *lower = mem_copy(source);
	SCOPED_TEXT char *work = NULL;
	char *upper = strstr(lower, ":/");
	const char *lowers[] = { lower };
	int rc;

	if (upper == NULL)
		return err_say(e, EINVAL, "overlay without an upper directory");
	*upper++ = '\0';
	work = mem_printf("%s.work", upper);
	rc = dir_make(work, 0700, e);
	return rc < 0 ? rc : mount_overlay(lowers, 1, upper, work, target, e);
}

static int mount_device(const char *type, const char *device, int target,
			struct err *e)
{
	SCOPED_TEXT char *options = mem_printf("source=%s", device);

	return mount_new(type, options, MOUNT_NO_DEV, target, e);
}

/* liblxc makes ext4 unless told otherwise. */
static int mount_volume(const char *source, int target, struct err *e)
{
	return mount_device("ext4", source, target, e);
}

static int mount_dataset(const char *source, int target, struct err *e)
{
	return mount_device("zfs", source, target, e);
}

/*
 * The loop device that has a file already, or -1. Two of them for one file
 * would be two file systems that know nothing of each other.
 */
static int find_loop(int file)
{
	struct stat wanted;

	if (fstat(file, &wanted) < 0)
		return -1;
	for (int number = 0; number < LOOP_DEVICES_MAX; number++) {
		SCOPED_TEXT char *path = mem_printf("/dev/loop%d", number);
		SCOPED_FD int device = open(path, O_RDONLY | O_CLOEXEC);
		struct loop_info64 info;

		if (device >= 0 &&
		    ioctl(device, LOOP_GET_STATUS64, &info) == 0 &&
		    info.lo_device == wanted.st_dev &&
		    info.lo_inode == wanted.st_ino)
			return number;
	}
	return -1;
}

/* One try: 0 and mounted, 1 when somebody else was faster, or -errno. */
static int try_loop(int control, const struct loop_config *config, int target,
		    struct err *e)
{
	int number = ioctl(control, LOOP_CTL_GET_FREE);
	SCOPED_TEXT char *path = mem_printf("/dev/loop%d", number);
	SCOPED_FD int device = -1;

	if (number < 0)
		return err_set(e, errno, "find a free loop device");
	device = open(path, O_RDWR | O_CLOEXEC);
	if (device < 0)
		return err_set(e, errno, "open %s", path);
	if (ioctl(device, LOOP_CONFIGURE, config) == 0)
		return mount_device("ext4", path, target, e);
	return errno == EBUSY ? 1 : err_set(e, errno, "set up %s", path);
}

static void nap(void)
{
	const struct timespec pause = { .tv_nsec = LOOP_NAP_MS * 1000000L };

	nanosleep(&pause, NULL);
}

/* 1 when it went away under us: a workspace that has just ended had it. */
static int use_again(int number, int target)
{
	SCOPED_TEXT char *path = mem_printf("/dev/loop%d", number);

	return mount_device("ext4", path, target, NULL) < 0 ? 1 : 0;
}

/* Freed by the kernel when the last mount of it goes. */
static int mount_loop(const char *source, int target, struct err *e)
{
	SCOPED_FD int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	SCOPED_FD int file = open(source, O_RDWR | O_CLOEXEC);
	struct loop_config config = {
		.fd = (uint32_t)file,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR,
	};
	int rc = 1;

	if (control < 0 || file < 0)
		return err_set(e, errno, "open %s",
			       file < 0 ? source : "/dev/loop-control");
	for (int tries = 0; rc == 1 && tries < LOOP_TRIES; tries++) {
		int known = find_loop(file);

		if (tries > 0)
			nap();
		rc = known >= 0 ? use_again(known, target)
				: try_loop(control, &config, target, e);
	}
	return rc == 1 ? err_set(e, EBUSY, "mount %s", source) : rc;
}

/* The mount namespace is the process's, once and for all. */
static int become_private(const struct store *store, struct err *e)
{
	static bool is_private;
	SCOPED_FD int dir = -1;
	int rc;

	if (is_private)
		return 0;
	rc = mount_unshare(e);
	if (rc < 0)
		return rc;
	/* A descriptor of before would lead past what is mounted now. */
	dir = dir_open(AT_FDCWD, store->path, e);
	if (dir < 0)
		return dir;
	if (dup3(dir, store->dir, O_CLOEXEC) < 0)
		return err_set(e, errno, "dup");
	is_private = true;
	return 0;
}

static char *attach_path(const struct store *store, const char *id)
{
	return mem_printf("%s/layers/%s/up", store->path, id);
}

int storage_attach(const struct store *store, const struct meta *meta,
		   const char *id, struct err *e)
{
	SCOPED_TEXT char *path = attach_path(store, id);
	struct tree_place place = { 0 };
	SCOPED_FD int target = -1;
	int rc;

	if (!storage_is_liblxc(meta->store))
		return 0;
	rc = become_private(store, e);
	if (rc < 0)
		return rc;
	if (!find_place(store, id, &place))
		return err_say(e, EINVAL, "layer %s: its config names no tree",
			       id);
	/* By name: descriptors of before belong to the old namespace. */
	target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = target < 0 ? err_set(e, errno, "open %s", path)
			: place.kind->mount(place.source, target, e);
	free(place.source);
	return rc;
}

static void detach(const struct store *store, const char *id)
{
	SCOPED_TEXT char *path = attach_path(store, id);

	(void)umount2(path, MNT_DETACH);
}

/* ---- making and copying ------------------------------------------------- */

struct job {
	struct container container;
	const char *type, *new_name;
	uint64_t size_bytes;
	bool snapshot;
};

static int create_job(void *data)
{
	const struct job *job = data;

	return container_create(&job->container, job->type, job->size_bytes);
}

static int clone_job(void *data)
{
	const struct job *job = data;

	return container_clone(&job->container, job->new_name, job->type,
			       job->snapshot);
}

static int destroy_job(void *data)
{
	const struct job *job = data;

	return container_destroy(&job->container);
}

static int create(const struct store *store, const char *id, const char *type,
		  uint64_t size_bytes, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("%s/layers", store->path);
	struct job job = {
		.container = { .path = path, .name = id },
		.type = type,
		.size_bytes = size_bytes,
	};
	int rc;

	/* Something of our own, or /etc/lxc/default.conf would be taken. */
	container_set(&job.container, "lxc.net.0.type", "empty");
	rc = liblxc_call(create_job, &job, "make a place for a tree", e);
	container_fini(&job.container);
	return rc;
}

static int clone_layer(const struct store *store, const char *from,
		       const char *to, const char *type, bool snapshot,
		       struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("%s/layers", store->path);
	struct job job = {
		.container = { .path = path, .name = from },
		.type = type,
		.new_name = to,
		.snapshot = snapshot,
	};
	int rc = liblxc_call(clone_job, &job, "copy a tree", e);

	/* The file that names this layer is synced: so must be its contents. */
	if (rc == 0 && syncfs(store->dir) < 0)
		rc = err_set(e, errno, "sync a layer");
	return rc;
}

/* A new tree in layer id with the contents of layer base. */
static int create_filled(const struct store *store, const struct meta *meta,
			 const char *id, const char *type, uint64_t size_bytes,
			 struct err *e)
{
	int rc = create(store, id, type, size_bytes, e);

	if (rc == 0)
		rc = storage_attach(store, meta, id, e);
	if (rc < 0 || meta->lower.count == 0)
		return rc;
	rc = whole_copy(store, meta, meta->lower.ids[0], id, e);
	detach(store, id);
	return rc;
}

static int fill_overlay(const struct store *store, struct meta *meta,
			struct err *e)
{
	char base[LAYER_ID_BYTES + 1];
	int rc = layer_new(store, &store->map, base, e);

	if (rc < 0)
		return rc;
	rc = create_filled(store, meta, base, "dir", 0, e);
	if (rc == 0)
		rc = clone_layer(store, base, meta->upper, "overlay", true, e);
	if (rc < 0) {
		layer_drop(store, base);
		return rc;
	}
	chain_fini(&meta->lower);
	chain_push(&meta->lower, base);
	meta->base_layers = 1;
	return 0;
}

int storage_fill(const struct store *store, struct meta *meta,
		 uint64_t size_bytes, struct err *e)
{
	int rc;

	if (meta->store == STORE_LXC_OVERLAY)
		return fill_overlay(store, meta, e);
	if (storage_is_liblxc(meta->store))
		rc = create_filled(store, meta, meta->upper,
				   kinds[meta->store].type, size_bytes, e);
	else if (meta->lower.count > 0)
		rc = whole_copy(store, meta, meta->lower.ids[0], meta->upper,
				e);
	else
		rc = 0;
	chain_fini(&meta->lower);
	meta->base_layers = 0;
	return rc;
}

/*
 * liblxc would mount it, by a loop device of its own. That of a workspace which
 * has just ended is waited for: the kernel lets go of it a moment later.
 */
static int check_unused(const struct store *store, const char *id,
			struct err *e)
{
	struct tree_place place = { 0 };
	SCOPED_FD int file = -1;
	int tries = 0;

	if (!find_place(store, id, &place))
		return 0;
	file = open(place.source, O_RDONLY | O_CLOEXEC);
	free(place.source);
	while (file >= 0 && find_loop(file) >= 0) {
		if (tries++ >= LOOP_TRIES)
			return err_say(e, EBUSY,
				       "a file system in a file cannot be "
				       "copied while it is used: stop the "
				       "workspace first");
		nap();
	}
	return 0;
}

/* As liblxc would have written it; liblxc removes the volume by it. */
static int write_config(const struct store *store, const char *id,
			const char *device, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("layers/%s/config", id);
	SCOPED_TEXT char *text = mem_printf("lxc.uts.name = %s\n"
					    "lxc.net.0.type = empty\n"
					    "lxc.rootfs.path = lvm:%s\n",
					    id, device);

	return file_replace(store->dir, path, text, strlen(text), 0600, e);
}

static int copy_volume(const struct store *store, const char *from,
		       const char *to, struct err *e)
{
	struct tree_place place = { 0 };
	SCOPED_TEXT char *device = NULL;
	int rc;

	if (!find_place(store, from, &place))
		return err_say(e, EINVAL, "layer %s: its config names no tree",
			       from);
	rc = lvm_snapshot(place.source, to, &device, e);
	free(place.source);
	return rc < 0 ? rc : write_config(store, to, device, e);
}

int storage_copy(const struct store *store, const struct meta *meta,
		 const char *from, const char *to, struct err *e)
{
	if (!storage_is_liblxc(meta->store))
		return whole_copy(store, meta, from, to, e);
	if (meta->store == STORE_LXC_LOOP && check_unused(store, from, e) < 0)
		return -EBUSY;
	if (meta->store == STORE_LXC_LVM && lvm_check(NULL) == 0)
		return copy_volume(store, from, to, e);
	return clone_layer(store, from, to, NULL, kinds[meta->store].snapshot,
			   e);
}

/* ---- letting go --------------------------------------------------------- */

int storage_release(const struct store *store, const char *id, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("%s/layers", store->path);
	struct job job = { .container = { .path = path, .name = id } };
	struct tree_place place = { 0 };
	bool outside = find_place(store, id, &place) && place.kind->outside;
	int rc = 0;

	if (outside && place.kind == &kinds[STORE_LXC_ZFS])
		rc = zfs_pass_on(place.source, e);
	free(place.source);
	return outside && rc == 0
		       ? liblxc_call(destroy_job, &job, "remove a tree", e)
		       : rc;
}

void storage_drop_layer(const struct store *store, const char *id)
{
	if (storage_release(store, id, NULL) == 0)
		layer_drop(store, id);
}
