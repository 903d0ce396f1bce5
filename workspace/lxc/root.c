/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/lxc/root.h"

#include <fcntl.h>
#include <string.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/run/shares.h"

struct place {
	const struct rootfs *rootfs;
	int store; /* opened before anything is covered: it may lie there */
	int shares[SHARES_MAX]; /* likewise */
	int userns; /* for what lies in the store */
	int share_userns; /* for the host's own files */
	uid_t uid; /* of the container's root */
	gid_t gid;
};

/* ROOT_PLACE/NAME as a descriptor, made as a directory or as a file. */
static int make(const char *name, bool directory, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf(ROOT_PLACE "/%s", name);
	SCOPED_FD int file = -1;
	int fd;

	if (directory && mkdir(path, 0755) < 0)
		return err_set(e, errno, "make %s", path);
	if (!directory) {
		file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (file < 0)
			return err_set(e, errno, "make %s", path);
	}
	fd = open(path, O_PATH | O_CLOEXEC);
	return fd >= 0 ? fd : err_set(e, errno, "open %s", path);
}

/* source: O_PATH, of a directory or a file. */
static int show(int source, const char *name, unsigned flags, int userns,
		struct err *e)
{
	struct stat st;
	SCOPED_FD int target = -1;

	if (fstat(source, &st) < 0)
		return err_set(e, errno, "stat");
	target = make(name, S_ISDIR(st.st_mode), e);
	return target < 0
		       ? target
		       : mount_idmapped(source, "", flags, userns, target, e);
}

/* part: "/up", its tree, or "" for that and its work directory. */
static int open_layer(const struct place *place, const char *id,
		      const char *part, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("layers/%s%s", id, part);
	int fd = openat(place->store, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? fd : err_set(e, errno, "open %s", path);
}

static int show_layer(const struct place *place, const char *id,
		      const char *part, const char *name, struct err *e)
{
	SCOPED_FD int layer = open_layer(place, id, part, e);

	return layer < 0 ? layer : show(layer, name, 0, place->userns, e);
}

/* On disk it belongs to root, like the layer itself. */
static int make_work(const struct place *place, struct err *e)
{
	static const char *const directories[] = { "work", "work/root" };
	SCOPED_FD int layer = open_layer(place, place->rootfs->upper, "", e);

	for (size_t i = 0; layer >= 0 && i < COUNT_OF(directories); i++)
		if (mkdirat(layer, directories[i], 0700) < 0 && errno != EEXIST)
			return err_set(e, errno, "make %s", directories[i]);
	return layer < 0 ? layer : 0;
}

/*
 * overlayfs makes its own files as whoever mounts it: as root of the container,
 * for the host's root has no place on what is mounted there.
 */
static int mount_as(uid_t uid, gid_t gid, const char *const *lowers,
		    size_t count, int target, struct err *e)
{
	int rc;

	/* Without it the change would take capabilities away. */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0)
		return err_set(e, errno, "keep capabilities");
	(void)setfsgid(gid);
	(void)setfsuid(uid);
	rc = mount_overlay(lowers, count, "upper/up", "upper/work/root", target,
			   e);
	(void)setfsuid(0);
	(void)setfsgid(0);
	return prctl(PR_SET_SECUREBITS, 0) < 0 && rc == 0
		       ? err_set(e, errno, "keep capabilities")
		       : rc;
}

static int stack(const struct place *place, int target, struct err *e)
{
	const struct rootfs *rootfs = place->rootfs;
	char names[CHAIN_MAX][24];
	const char *lowers[CHAIN_MAX];
	int rc = make_work(place, e);

	for (size_t i = 0; rc == 0 && i < rootfs->lower.count; i++) {
		snprintf(names[i], sizeof(names[i]), "l%zu", i);
		lowers[i] = names[i];
		rc = show_layer(place, rootfs->lower.ids[i], "/up", names[i],
				e);
	}
	if (rc == 0)
		rc = show_layer(place, rootfs->upper, "", "upper", e);
	return rc < 0 ? rc
		      : mount_as(place->uid, place->gid, lowers,
				 rootfs->lower.count, target, e);
}

/*
 * The host's /sys for a container with the host's network, where a new one
 * cannot be mounted: without what is mounted below it, as cgroups are its own.
 */
static int show_sys(int root, struct err *e)
{
	SCOPED_FD int target = inside_make_dir(root, "/sys", e);

	return target < 0 ? target
			  : mount_bind(AT_FDCWD, "/sys",
				       MOUNT_READ_ONLY | MOUNT_NO_SUID |
					       MOUNT_NO_DEV | MOUNT_NO_EXEC,
				       target, e);
}

static int show_shares(const struct place *place, struct err *e)
{
	const struct rootfs *rootfs = place->rootfs;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < rootfs->share_count; i++) {
		SCOPED_TEXT char *name = mem_printf("%zu", i);

		rc = show(place->shares[i], name, MOUNT_NO_SUID | MOUNT_NO_DEV,
			  place->share_userns, e);
	}
	return rc;
}

static int prepare(const struct place *place, struct err *e)
{
	const struct rootfs *rootfs = place->rootfs;
	SCOPED_FD int target = -1;
	SCOPED_FD int root = -1;
	int rc;

	if (rootfs->lower.count == 0) {
		rc = show_layer(place, rootfs->upper, "/up", "root", e);
	} else {
		target = make("root", true, e);
		rc = target < 0 ? target : stack(place, target, e);
	}
	if (rc < 0)
		return rc;
	root = open(ROOT_PLACE "/root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_set(e, errno, "open " ROOT_PLACE "/root");
	if (!rootfs->private_net)
		rc = show_sys(root, e);
	return rc < 0 ? rc : show_shares(place, e);
}

/* What is to be shown may lie below ROOT_PLACE itself. */
static int open_sources(struct place *place, struct err *e)
{
	const struct rootfs *rootfs = place->rootfs;

	place->store = dir_open(AT_FDCWD, rootfs->store->path, e);
	if (place->store < 0)
		return place->store;
	for (size_t i = 0; i < rootfs->share_count; i++) {
		const char *source = rootfs->shares[i].source;

		place->shares[i] = open(source, O_PATH | O_CLOEXEC);
		if (place->shares[i] < 0)
			return err_set(e, errno, "share %s", source);
	}
	return 0;
}

static int cover(struct err *e)
{
	SCOPED_FD int target = open(ROOT_PLACE,
				    O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (target < 0)
		return err_set(e, errno, "open " ROOT_PLACE);
	rc = mount_new("tmpfs", "mode=755,size=1m", 0, target, e);
	if (rc == 0 && chdir(ROOT_PLACE) < 0)
		rc = err_set(e, errno, "enter " ROOT_PLACE);
	return rc;
}

/* What is opened stays open: the process becomes the keeper. */
int root_prepare(const struct rootfs *rootfs, const struct idmap *disk,
		 const struct idmap *boot, struct err *e)
{
	struct place place = {
		.rootfs = rootfs,
		.uid = boot->uids.ranges[0].outside,
		.gid = boot->gids.ranges[0].outside,
	};
	int rc = mount_unshare(e);

	if (rc == 0)
		rc = open_sources(&place, e);
	if (rc == 0)
		rc = cover(e);
	if (rc < 0)
		return rc;
	place.userns = ns_open_joined(disk, boot, e);
	/* The host's files: root's are root's inside too. */
	place.share_userns = place.userns < 0 ? place.userns : ns_open(boot, e);
	return place.share_userns < 0 ? place.share_userns : prepare(&place, e);
}
