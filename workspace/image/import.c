/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/import.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "workspace/image/archive.h"
#include "workspace/image/oci.h"
#include "workspace/ns/ns.h"
#include "workspace/store/layer.h"
#include "workspace/store/tree.h"

/* ---- archives ----------------------------------------------------------- */

/* An image archive is unpacked beside, and read from there. */
static int import_image(const struct import *import, int fd, bool docker,
			struct chain *ret, struct err *e)
{
	SCOPED_CHAIN struct chain aside = { 0 };
	SCOPED_FD int dir = -1;
	int rc = import_archive(import, fd, NULL, false, &aside, e);

	if (rc < 0)
		return rc;
	dir = layer_open(import->store, aside.ids[0], e);
	if (dir < 0)
		rc = dir;
	else
		rc = docker ? docker_import(import, dir, ret, e)
			    : oci_import(import, dir, ret, e);
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
	if (kind == ARCHIVE_OCI || kind == ARCHIVE_DOCKER)
		return import_image(import, fd, kind == ARCHIVE_DOCKER, ret, e);
	if (import->name != NULL)
		return err_say(e, ENOENT, "there is no image '%s'",
			       import->name);
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

static int copy_tree(const struct import *import, struct copy_job *job,
		     struct err *e)
{
	SCOPED_TEXT char *text = NULL;
	int rc = ns_run_report(import->map, NULL, copy_inside, job, &job->how,
			       sizeof(job->how), e);

	if (rc == 0 && import->told_fn != NULL && job->how.skipped > 0) {
		text = mem_printf("left out, as they are devices, sockets or "
				  "not to be read: %llu",
				  (unsigned long long)job->how.skipped);
		import->told_fn(text);
	}
	return rc;
}

static int import_dir(const struct import *import, int dir, struct chain *ret,
		      struct err *e)
{
	struct copy_job job = {
		.from = dir,
		.how = { .nobody_to_root = true, .skip_odd = true },
	};
	char id[LAYER_ID_BYTES + 1];
	SCOPED_FD int up = -1;
	int rc = layer_new(import->store, import->map, id, e);

	if (rc < 0)
		return rc;
	up = layer_open(import->store, id, e);
	job.to = up;
	rc = up < 0 ? up : copy_tree(import, &job, e);
	if (rc < 0)
		layer_drop(import->store, id);
	else
		chain_push(ret, id);
	return rc;
}

/* ---- registries --------------------------------------------------------- */

/* Registries, and what podman, buildah and docker keep on this machine. */
static const char *const transports[] = { "docker://", "containers-storage:",
					  "docker-daemon:" };

static bool is_elsewhere(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(transports); i++)
		if (strncmp(path, transports[i], strlen(transports[i])) == 0)
			return true;
	return false;
}

/* skopeo(1) knows how to log in, and which mirror to ask; it says what fails.
 */
static int fetch(const char *url, const char *file, struct err *e)
{
	SCOPED_TEXT char *target = mem_printf("oci-archive:%s", file);
	const char *const argv[] = { "skopeo", "copy", "--quiet",
				     url,      target, NULL };
	const struct child child = {
		.argv = argv,
		.fds = { CHILD_NULL, CHILD_NULL, CHILD_INHERIT },
		.fd_count = 3,
	};
	int rc = child_run(&child, e);

	if (rc == -ENOENT)
		return err_say(e, ENOENT,
			       "%s: this is reached through skopeo, which is "
			       "not installed",
			       url);
	return rc > 0 ? err_say(e, EIO, "%s: skopeo failed", url) : rc;
}

static int import_registry(const struct import *import, const char *url,
			   struct chain *ret, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s/tmp/registry.%d.tar",
					    import->store->path, getpid());
	int rc = fetch(url, file, e);

	if (rc == 0)
		rc = import_source(import, file, ret, e);
	(void)unlink(file);
	return rc;
}

/* Images are read more than once: from a pipe they are kept, without a name. */
static int open_input(const struct import *import, struct err *e)
{
	SCOPED_FD int fd = -1;
	struct stat st;
	char block[65536];
	ssize_t n;

	if (fstat(STDIN_FILENO, &st) == 0 && !S_ISFIFO(st.st_mode) &&
	    !S_ISSOCK(st.st_mode)) {
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? err_set(e, errno, "standard input")
			      : fd_give(&fd);
	}
	fd = openat(import->store->dir, "tmp", O_TMPFILE | O_RDWR | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return err_set(e, errno, "create a file in %s/tmp",
			       import->store->path);
	while ((n = read(STDIN_FILENO, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "read standard input");
		if (write_all(fd, block, (size_t)n) < 0)
			return err_set(e, errno, "write in %s/tmp",
				       import->store->path);
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_set(e, errno, "read standard input");
	return fd_give(&fd);
}

/*
 * As a path; else the path of an image up to one of its colons, with what
 * follows that as *ret_name: names of images have colons, too.
 */
static int open_path(const char *path, const char **ret_name, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*ret_name = NULL;
	for (const char *colon = strchr(path, ':');
	     fd < 0 && errno == ENOENT && colon != NULL;
	     colon = strchr(colon + 1, ':')) {
		SCOPED_TEXT char *file = mem_text(path, (size_t)(colon - path));

		*ret_name = colon + 1;
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	return fd >= 0 ? fd : err_set(e, errno, "open %s", path);
}

/* Of what is at fd, by its kind. */
static int import_opened(const struct import *import, int fd, struct chain *ret,
			 struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat");
	if (S_ISREG(st.st_mode))
		return import_file(import, fd, ret, e);
	if (!S_ISDIR(st.st_mode))
		return err_say(e, EINVAL, "neither a file nor a directory");
	if (faccessat(fd, "oci-layout", F_OK, 0) == 0)
		return oci_import(import, fd, ret, e);
	/* An unpacked archive of docker's, or skopeo's "dir:". */
	if (faccessat(fd, "manifest.json", F_OK, 0) == 0 &&
	    faccessat(fd, "usr", F_OK, 0) < 0 &&
	    faccessat(fd, "bin", F_OK, 0) < 0)
		return docker_import(import, fd, ret, e);
	if (import->name != NULL)
		return err_say(e, ENOENT, "there is no image '%s'",
			       import->name);
	return import_dir(import, fd, ret, e);
}

int import_source(const struct import *import, const char *path,
		  struct chain *ret, struct err *e)
{
	struct import named = *import;
	struct chain chain = { 0 };
	SCOPED_FD int fd = -1;
	int rc;

	if (is_elsewhere(path))
		return import_registry(import, path, ret, e);
	fd = strcmp(path, "-") == 0 ? open_input(import, e)
				    : open_path(path, &named.name, e);
	if (fd < 0)
		return fd;
	rc = import_opened(&named, fd, &chain, e);
	if (rc < 0) {
		import_drop(import->store, &chain);
		chain_fini(&chain);
		return err_wrap(e, "%s", path);
	}
	*ret = chain;
	return 0;
}
