/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/import.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/store/tree.h"

enum { MIB = 1 << 20 };

/* ---- archives ----------------------------------------------------------- */

struct unpack_job {
	const struct import *import;
	const char *id;
	int fd, report;
	struct unpack how;
};

/*
 * The new layer is the root directory of this process before the first byte of
 * the archive is looked at: whatever a name or link in it means, it means
 * something in there.
 */
static int unpack_inside(void *data, struct err *e)
{
	struct unpack_job *job = data;
	char path[STORE_LAYER_PATH_BYTES];
	SCOPED_FD int place = -1;
	SCOPED_FD int root = -1;
	int rc;

	store_layer_path(job->id, "up", path);
	place = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place < 0)
		return err_set(e, errno, "open %s", path);
	rc = mount_bind(AT_FDCWD, path, MOUNT_NO_SUID | MOUNT_NO_DEV, place, e);
	if (rc < 0)
		return rc;
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_set(e, errno, "open %s", path);
	rc = mount_pivot(root, e);
	if (rc == 0)
		rc = archive_unpack(job->fd, &job->how, e);
	if (rc == 0 && syncfs(job->fd) < 0)
		rc = err_set(e, errno, "sync a layer");
	(void)!write_all(job->report, (const char *)&job->how,
			 sizeof(job->how));
	return rc;
}

static void tell_counts(const struct import *import, const struct unpack *how)
{
	SCOPED_TEXT char *devices = NULL;
	SCOPED_TEXT char *strangers = NULL;

	if (import->told_fn == NULL)
		return;
	if (how->devices > 0) {
		devices = mem_printf("%llu devices and sockets were left out",
				     (unsigned long long)how->devices);
		import->told_fn(devices);
	}
	if (how->strangers > 0) {
		strangers = mem_printf(
			"%llu files did not get all of their owners and "
			"attributes",
			(unsigned long long)how->strangers);
		import->told_fn(strangers);
	}
}

int import_archive(const struct import *import, int fd, const char *strip,
		   bool oci, struct chain *chain, struct err *e)
{
	char id[LAYER_ID_BYTES + 1];
	struct unpack_job job = {
		.import = import,
		.fd = fd,
		.id = id,
		.how = { .max_bytes = (uint64_t)import->max_mib * MIB,
			 .max_entries = UNPACK_ENTRIES_MAX,
			 .strip = strip,
			 .oci = oci,
			 .owners = !import->map->single },
	};
	int ends[2];
	int rc = archive_load(e);

	if (rc == 0)
		rc = store_new_layer(import->store, import->map, id, e);
	if (rc < 0)
		return rc;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	job.report = ends[1];
	rc = ns_run(import->map, import->store->path, unpack_inside, &job, e);
	close(ends[1]);
	if (rc == 0 && read(ends[0], &job.how, sizeof(job.how)) ==
			       (ssize_t)sizeof(job.how))
		tell_counts(import, &job.how);
	close(ends[0]);
	if (rc < 0)
		store_drop_layer(import->store, id);
	else
		chain_push(chain, id);
	return rc;
}

void import_drop(const struct store *store, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		store_drop_layer(store, chain->ids[i]);
}

/* An image archive is unpacked beside, and read from there. */
static int import_oci_archive(const struct import *import, int fd,
			      struct chain *ret, struct err *e)
{
	SCOPED_CHAIN struct chain aside = { 0 };
	char path[STORE_LAYER_PATH_BYTES];
	SCOPED_FD int dir = -1;
	int rc = import_archive(import, fd, NULL, false, &aside, e);

	if (rc < 0)
		return rc;
	store_layer_path(aside.ids[0], "up", path);
	dir = dir_open(import->store->dir, path, e);
	rc = dir < 0 ? dir : oci_import(import, dir, ret, e);
	import_drop(import->store, &aside);
	return rc;
}

static int import_file(const struct import *import, int fd, struct chain *ret,
		       struct err *e)
{
	enum archive_kind kind;
	int rc = archive_peek(fd, &kind, e);

	if (rc < 0)
		return rc;
	if (kind == ARCHIVE_OCI)
		return import_oci_archive(import, fd, ret, e);
	return import_archive(import, fd,
			      kind == ARCHIVE_INCUS ? "rootfs/" : NULL, false,
			      ret, e);
}

/* ---- directories ------------------------------------------------------------
 */

struct copy_job {
	int from, to;
	struct tree_copy how;
};

static int copy_inside(void *data, struct err *e)
{
	struct copy_job *job = data;
	int rc = tree_copy(job->from, job->to, &job->how, e);

	if (rc == 0 && syncfs(job->to) < 0)
		rc = err_set(e, errno, "sync a layer");
	return rc;
}

static int import_dir(const struct import *import, int dir, struct chain *ret,
		      struct err *e)
{
	struct copy_job job = {
		.from = dir,
		.how = { .nobody_to_root = true, .skip_odd = true },
	};
	char path[STORE_LAYER_PATH_BYTES];
	char id[LAYER_ID_BYTES + 1];
	SCOPED_FD int up = -1;
	int rc = store_new_layer(import->store, import->map, id, e);

	if (rc < 0)
		return rc;
	store_layer_path(id, "up", path);
	up = dir_open(import->store->dir, path, e);
	job.to = up;
	rc = up < 0 ? up : ns_run(import->map, NULL, copy_inside, &job, e);
	if (rc < 0)
		store_drop_layer(import->store, id);
	else
		chain_push(ret, id);
	return rc;
}

int import_source(const struct import *import, const char *path,
		  struct chain *ret, struct err *e)
{
	SCOPED_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct chain chain = { 0 };
	struct stat st;
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(e, errno, "open %s", path);
	if (S_ISDIR(st.st_mode) && faccessat(fd, "oci-layout", F_OK, 0) == 0)
		rc = oci_import(import, fd, &chain, e);
	else if (S_ISDIR(st.st_mode))
		rc = import_dir(import, fd, &chain, e);
	else if (S_ISREG(st.st_mode))
		rc = import_file(import, fd, &chain, e);
	else
		return err_say(e, EINVAL,
			       "%s is neither a file nor a directory", path);
	if (rc < 0) {
		import_drop(import->store, &chain);
		chain_fini(&chain);
		return err_wrap(e, "%s", path);
	}
	*ret = chain;
	return 0;
}
