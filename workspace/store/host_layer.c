/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/host_layer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/files.h"
#include "workspace/store/host_tree.h"
#include "workspace/store/layer.h"

enum { HOST_FILE_MAX_BYTES = 4096 };

/*
 * What changes whenever packages are installed or removed: databases of
 * package managers, and the directories themselves where there is none.
 */
static const char *const witnesses[] = {
	"/var/lib/dpkg/status",
	"/var/lib/rpm",
	"/var/lib/pacman/local",
	"/lib/apk/db/installed",
	"/usr",
	"/usr/bin",
	"/usr/lib",
	"/usr/local",
	"/usr/local/bin",
	"/usr/local/lib",
	"/usr/local/share",
	"/opt",
	"/etc/passwd",
	"/etc/group",
	"/nix/store",
};

/* ---- the store's file --------------------------------------------------- */

static void print_fingerprint(const struct store *store, struct buf *out)
{
	buf_addf(out, "skeleton 4 %s\n",
		 store->map.single ? "single" : "range");
	for (size_t i = 0; i < COUNT_OF(witnesses); i++) {
		struct stat st;

		if (stat(witnesses[i], &st) < 0)
			continue;
		buf_addf(out, "%s %llu %lld.%09ld %lld\n", witnesses[i],
			 (unsigned long long)st.st_ino,
			 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			 S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size);
	}
}

/* The file: the layer's id on the first line, the fingerprint after it. */
static bool read_current(const struct store *store, struct buf *text)
{
	if (file_read(store->dir, "host", HOST_FILE_MAX_BYTES, text, NULL) < 0)
		return false;
	return text->len_bytes > LAYER_ID_BYTES &&
	       layer_id_is_valid(text->data, LAYER_ID_BYTES) &&
	       text->data[LAYER_ID_BYTES] == '\n';
}

void host_layer_peek(const struct store *store, char ret[LAYER_ID_BYTES + 1])
{
	SCOPED_BUF struct buf text = { 0 };

	ret[0] = '\0';
	if (!read_current(store, &text))
		return;
	memcpy(ret, text.data, LAYER_ID_BYTES);
	ret[LAYER_ID_BYTES] = '\0';
}

static bool is_current(const struct store *store, const struct buf *now,
		       char ret[LAYER_ID_BYTES + 1])
{
	SCOPED_BUF struct buf text = { 0 };
	char path[LAYER_PATH_BYTES];

	if (!read_current(store, &text) ||
	    strcmp(text.data + LAYER_ID_BYTES + 1, buf_text(now)) != 0)
		return false;
	memcpy(ret, text.data, LAYER_ID_BYTES);
	ret[LAYER_ID_BYTES] = '\0';
	layer_path(ret, "up", path);
	return faccessat(store->dir, path, F_OK, 0) == 0;
}

bool host_layer_is_current(const struct store *store)
{
	SCOPED_BUF struct buf now = { 0 };
	char id[LAYER_ID_BYTES + 1];

	print_fingerprint(store, &now);
	return is_current(store, &now, id);
}

/* Its layer is complete, and on the disk before it is named. */
static int record(const struct store *store, const char *id,
		  const struct buf *fingerprint, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	int rc = layer_sync(store, id, e);

	if (rc < 0)
		return rc;
	buf_addf(&text, "%s\n%s", id, buf_text(fingerprint));
	return file_replace(store->dir, "host", buf_text(&text), text.len_bytes,
			    0600, e);
}

static int make_new(const struct store *store, const struct buf *fingerprint,
		    char ret[LAYER_ID_BYTES + 1], struct err *e)
{
	char id[LAYER_ID_BYTES + 1];
	SCOPED_FD int up = -1;
	int rc = layer_new(store, &store->map, id, e);

	if (rc < 0)
		return rc;
	up = layer_open(store, id, e);
	rc = up < 0 ? up : host_tree_build(store, up, e);
	if (rc == 0)
		rc = record(store, id, fingerprint, e);
	if (rc < 0)
		layer_drop(store, id);
	else
		memcpy(ret, id, sizeof(id));
	return rc;
}

/* ---- only what changed -------------------------------------------------- */

/* The inode of /usr in a fingerprint, 0: not there. */
static unsigned long long usr_in(const char *fingerprint)
{
	const char *line = strstr(fingerprint, "\n/usr ");

	return line != NULL ? strtoull(line + strlen("\n/usr "), NULL, 10) : 0;
}

/*
 * Times tell what is new in a directory where dpkg changes one after the
 * other. They do not where a whole /usr is exchanged for another, whose
 * directories may all be of 1970.
 */
static bool is_renewable(const struct buf *had, const struct buf *now)
{
	const char *old = had->data + LAYER_ID_BYTES + 1;
	size_t line = strcspn(buf_text(now), "\n") + 1;
	struct statvfs fs;

	return strncmp(old, buf_text(now), line) == 0 &&
	       strstr(buf_text(now), "\n/var/lib/dpkg/status ") != NULL &&
	       usr_in(old) != 0 && usr_in(old) == usr_in(buf_text(now)) &&
	       statvfs("/usr", &fs) == 0 && (fs.f_flag & ST_RDONLY) == 0;
}

/*
 * Without its name it is a layer that gc takes away, should this be cut off.
 * The lock on it is init.c's.
 */
static int renew(const struct store *store, const struct buf *now,
		 host_layer_told_fn *told_fn, struct err *e)
{
	SCOPED_BUF struct buf had = { 0 };
	char id[LAYER_ID_BYTES + 1];
	SCOPED_FD int up = -1;
	int rc;

	host_layer_peek(store, id);
	if (id[0] == '\0' || !read_current(store, &had) ||
	    !is_renewable(&had, now))
		return 0;
	up = layer_open(store, id, NULL);
	if (up < 0 || flock(up, LOCK_EX | LOCK_NB) < 0)
		return 0;
	told_fn("recording what has changed in this host's directories");
	if (unlinkat(store->dir, "host", 0) < 0 || fsync(store->dir) < 0)
		return err_set(e, errno, "remove %s/host", store->path);
	rc = host_tree_renew(store, up, e);
	return rc < 0 ? rc : record(store, id, now, e);
}

void host_layer_renew(const struct store *store, host_layer_told_fn *told_fn)
{
	SCOPED_FD int lock = store_lock_file(store, "lock", LOCK_EX, 0,
					     "the store of workspaces", NULL);
	SCOPED_BUF struct buf now = { 0 };
	struct err why = { 0 };

	print_fingerprint(store, &now);
	if (lock >= 0)
		(void)!renew(store, &now, told_fn, &why);
}

/* ---- all of it ---------------------------------------------------------- */

int host_layer_get(const struct store *store, host_layer_told_fn *told_fn,
		   char ret[LAYER_ID_BYTES + 1], struct err *e)
{
	SCOPED_BUF struct buf now = { 0 };
	SCOPED_FD int lock = -1;

	print_fingerprint(store, &now);
	if (is_current(store, &now, ret))
		return 0;
	/* A name that no workspace can have. */
	lock = store_lock_name(store, ".host", e);
	if (lock < 0)
		return lock;
	if (is_current(store, &now, ret))
		return 0;
	if (told_fn != NULL)
		told_fn("recording what this host's directories hold "
			"(once, and again after they change)");
	return make_new(store, &now, ret, e);
}
