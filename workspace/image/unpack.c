/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/unpack.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/image/archive.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/store/layer.h"

enum { MIB = 1 << 20 };

struct unpack_job {
	const struct import *import;
	const struct chain *lower; /* of a layer */
	const char *id;
	int fd;
	struct unpack how;
};

/* The layer's file system; the archive may lie on another one. */
static int sync_root(struct err *e)
{
	SCOPED_FD int root = dir_open(AT_FDCWD, "/", e);

	if (root < 0)
		return root;
	return syncfs(root) < 0 ? err_set(e, errno, "sync a layer") : 0;
}

/*
 * The new layer is the root directory of this process before the first byte of
 * the archive is looked at: whatever a name or link in it means, it means
 * something in there.
 */
static int unpack_in_root(struct unpack_job *job, struct err *e)
{
	char path[LAYER_PATH_BYTES];
	SCOPED_FD int place = -1;
	SCOPED_FD int root = -1;
	int rc;

	layer_path(job->id, "up", path);
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
	return rc < 0 ? rc : sync_root(e);
}

static int unpack_inside(void *data, struct err *e)
{
	struct unpack_job *job = data;
	size_t count = job->how.oci ? job->lower->count : 0;
	int *dirs = mem_resize(NULL, count + 1, sizeof(*dirs));
	char path[LAYER_PATH_BYTES];
	int rc;

	/* What is not in the archive is as everywhere, whoever unpacks it. */
	umask(022);
	for (size_t i = 0; i < count; i++) {
		layer_path(job->lower->ids[i], "up", path);
		dirs[i] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	job->how.lowers = (struct member_lowers){ dirs, count };
	rc = unpack_in_root(job, e);
	free(dirs);
	job->how.lowers = (struct member_lowers){ 0 };
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
		.lower = chain,
		.fd = fd,
		.id = id,
		.how = { .max_bytes = (uint64_t)import->max_mib * MIB,
			 .max_entries = UNPACK_ENTRIES_MAX,
			 .strip = strip,
			 .oci = oci,
			 .owners = !import->map->single },
	};
	int rc = archive_load(e);

	if (rc == 0)
		rc = layer_new(import->store, import->map, id, e);
	if (rc < 0)
		return rc;
	rc = ns_run_report(import->map, import->store->path, unpack_inside,
			   &job, &job.how, sizeof(job.how), e);
	if (rc == 0)
		tell_counts(import, &job.how);
	if (rc < 0)
		layer_drop(import->store, id);
	else
		chain_push(chain, id);
	return rc;
}

void import_drop(const struct store *store, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		layer_drop(store, chain->ids[i]);
}
