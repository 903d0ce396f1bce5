/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>

#include "core/clock.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

enum { LOCK_PAUSE_MIN_NS = 100000, LOCK_PAUSE_MAX_NS = 5000000 };

static const char *const directories[] = { "ws",     "hosts", "trash", "bases",
					   "layers", "tmp",   "locks", "run",
					   "mnt",    "shift" };

/* ---- opening ------------------------------------------------------------ */

static int make_directories(struct store *store, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(directories); i++)
		if (mkdirat(store->dir, directories[i], 0700) < 0 &&
		    errno != EEXIST)
			return err_set(e, errno, "make directory %s/%s",
				       store->path, directories[i]);
	return 0;
}

static int check_owner(struct store *store, struct err *e)
{
	struct stat st;

	if (fstat(store->dir, &st) < 0)
		return err_set(e, errno, "stat %s", store->path);
	if (st.st_uid != geteuid())
		return err_say(e, EPERM, "%s belongs to another user",
			       store->path);
	/* After a list of users the group's bits are its mask (grant.h). */
	if ((st.st_mode & 07777) == 0710 &&
	    fgetxattr(store->dir, "system.posix_acl_access", NULL, 0) > 0)
		return 0;
	if ((st.st_mode & 07777) != 0700 && fchmod(store->dir, 0700) < 0)
		return err_set(e, errno, "chmod %s", store->path);
	return 0;
}

/* Mount points are compared with it. */
static int make_real(struct store *store, struct err *e)
{
	char *real = realpath(store->path, NULL);

	if (real == NULL)
		return err_set(e, errno, "find %s", store->path);
	free(store->path);
	store->path = real;
	return 0;
}

int store_open(struct store *ret, struct err *e)
{
	return store_open_at(path_data("workspaces"), ret, e);
}

int store_open_at(char *take_path, struct store *ret, struct err *e)
{
	struct store store = { .path = take_path, .dir = -1 };
	int rc;

	store.dir = open(store.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store.dir < 0 && errno == ENOENT) {
		rc = dir_make(store.path, 0700, e);
		if (rc == 0)
			store.dir = dir_open(AT_FDCWD, store.path, e);
		if (rc < 0 || store.dir < 0)
			goto failed;
	} else if (store.dir < 0) {
		(void)err_set(e, errno, "open directory %s", store.path);
		goto failed;
	}
	if (make_real(&store, e) < 0 || check_owner(&store, e) < 0 ||
	    make_directories(&store, e) < 0)
		goto failed;
	idmap_default(&store.map, &store.single_why);
	*ret = store;
	return 0;
failed:
	store_close(&store);
	return e != NULL ? -e->code : -EIO;
}

int store_peek(struct store *ret, struct err *e)
{
	SCOPED_TEXT char *path = path_data("workspaces");
	int dir = dir_open(AT_FDCWD, path, e);

	if (dir < 0)
		return dir;
	*ret = (struct store){ .path = text_give(&path), .dir = dir };
	return 0;
}

void store_close(struct store *store)
{
	if (store->path != NULL)
		scope_close(&store->dir);
	free(store->path);
	*store = (struct store){ .dir = -1 };
}

int store_map(const struct store *store, const struct meta *meta,
	      struct idmap *ret, struct err *e)
{
	SCOPED_TEXT char *list = mem_copy(meta->map);
	char *rest = list;

	if (list == NULL) {
		*ret = store->map;
		if (meta->single && !ret->single) {
			ret->uids.count = ret->gids.count = 1;
			ret->single = true;
		}
		return 0;
	}
	*ret = (struct idmap){ 0 };
	for (char *one = strsep(&rest, " "); one != NULL;
	     one = strsep(&rest, " "))
		if (idmap_add(ret, one, e) < 0)
			return -EINVAL;
	return 0;
}

/* ---- locks -------------------------------------------------------------- */

int store_flock(int fd, int operation, unsigned wait_ms, const char *what,
		struct err *e)
{
	/* Mostly it is a workspace that is just ending: soon, then seldom. */
	struct timespec pause = { .tv_nsec = LOCK_PAUSE_MIN_NS };
	uint64_t until = clock_ms() + wait_ms;

	while (flock(fd, operation | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(e, errno, "lock %s", what);
		if (clock_ms() >= until)
			return err_say(e, EBUSY,
				       "another command is working on %s",
				       what);
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < LOCK_PAUSE_MAX_NS)
			pause.tv_nsec *= 2;
	}
	return 0;
}

int store_lock_file(const struct store *store, const char *name, int operation,
		    unsigned wait_ms, const char *what, struct err *e)
{
	SCOPED_FD int fd = openat(store->dir, name,
				  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
				  0600);
	int rc;

	if (fd < 0)
		return err_set(e, errno, "open %s", name);
	rc = store_flock(fd, operation, wait_ms, what, e);
	return rc < 0 ? rc : fd_give(&fd);
}

int store_lock(const struct store *store, bool exclusive, struct err *e)
{
	return store_lock_file(store, "lock", exclusive ? LOCK_EX : LOCK_SH,
			       STORE_LOCK_WAIT_MS, "the store of workspaces",
			       e);
}

int store_lock_name(const struct store *store, const char *name, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("locks/%s", name);

	return store_lock_file(store, file, LOCK_EX, STORE_LOCK_WAIT_MS, name,
			       e);
}

/* ---- files -------------------------------------------------------------- */

bool store_has(const struct store *store, const char *directory,
	       const char *name)
{
	SCOPED_TEXT char *file = mem_printf("%s/%s", directory, name);

	return faccessat(store->dir, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int store_load(const struct store *store, const char *directory,
	       const char *name, struct meta *ret, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s/%s", directory, name);
	SCOPED_BUF struct buf text = { 0 };
	int rc = file_read(store->dir, file, META_MAX_BYTES, &text, e);

	if (rc == -ENOENT)
		return err_say(e, ENOENT, "no %s is called '%s'",
			       strcmp(directory, "bases") == 0 ? "base"
							       : "workspace",
			       name);
	if (rc < 0)
		return rc;
	if (meta_parse(buf_text(&text), text.len_bytes, ret, e) < 0)
		return err_wrap(e, "%s/%s", store->path, file);
	if (ret->upper[0] == '\0' && strcmp(directory, "ws") == 0) {
		meta_fini(ret);
		return err_say(e, EINVAL, "%s/%s: no layer to write to",
			       store->path, file);
	}
	return 0;
}

int store_save(const struct store *store, const char *directory,
	       const char *name, const struct meta *meta, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s/%s", directory, name);
	SCOPED_BUF struct buf text = { 0 };

	meta_print(meta, &text);
	return file_replace(store->dir, file, buf_text(&text), text.len_bytes,
			    0600, e);
}

static int sync_dir(const struct store *store, const char *directory,
		    struct err *e)
{
	SCOPED_FD int fd = dir_open(store->dir, directory, e);

	return fd < 0 ? fd : dir_sync(fd, e);
}

int store_move(const struct store *store, const char *from_dir,
	       const char *from, const char *to_dir, const char *to,
	       struct err *e)
{
	SCOPED_TEXT char *old = mem_printf("%s/%s", from_dir, from);
	SCOPED_TEXT char *new = mem_printf("%s/%s", to_dir, to);
	int rc;

	if (renameat2(store->dir, old, store->dir, new, RENAME_NOREPLACE) < 0)
		return err_set(e, errno, "rename %s to %s", old, new);
	rc = sync_dir(store, to_dir, e);
	return rc < 0 ? rc : sync_dir(store, from_dir, e);
}

/* ---- names -------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int store_names(const struct store *store, const char *directory,
		struct names *ret, struct err *e)
{
	struct names names = { 0 };
	int fd = dir_open(store->dir, directory, e);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return err_set(e, errno, "read directory %s", directory);
	}
	while ((entry = readdir(dir)) != NULL) {
		/* Ours begin with a letter or digit; ".x.tmp" is a leftover. */
		if (entry->d_name[0] == '.')
			continue;
		names.list = mem_resize(names.list, names.count + 1,
					sizeof(*names.list));
		names.list[names.count++] = mem_copy(entry->d_name);
	}
	closedir(dir);
	if (names.count > 0)
		qsort(names.list, names.count, sizeof(*names.list), by_text);
	*ret = names;
	return 0;
}

void names_fini(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct names){ 0 };
}

static void add_candidate(struct buf *out, const char *name)
{
	buf_addf(out, "%s%s", out->len_bytes > 0 ? ", " : "", name);
}

char *store_find(const struct store *store, const char *prefix, struct err *e)
{
	SCOPED_NAMES struct names names = { 0 };
	SCOPED_BUF struct buf candidates = { 0 };
	const char *found = NULL;
	size_t count = 0;

	if (workspace_name_check(prefix, e) < 0)
		return NULL;
	if (store_has(store, "ws", prefix))
		return mem_copy(prefix);
	if (store_names(store, "ws", &names, e) < 0)
		return NULL;
	for (size_t i = 0; i < names.count; i++) {
		if (strncmp(names.list[i], prefix, strlen(prefix)) != 0)
			continue;
		found = names.list[i];
		count++;
		add_candidate(&candidates, found);
	}
	if (count == 1)
		return mem_copy(found);
	if (count == 0)
		(void)err_say(e, ENOENT, "no workspace is called '%s'", prefix);
	else
		(void)err_say(e, ENOENT, "'%s' could be %s", prefix,
			      buf_text(&candidates));
	return NULL;
}

/* ---- NAME@SNAPSHOT ------------------------------------------------------ */

static int parse_number(const struct store *store, const char *name,
			const char *text, unsigned *ret, struct err *e)
{
	SCOPED_META struct meta meta = { 0 };
	unsigned number = 0;
	char *end = NULL;
	int rc = store_load(store, "ws", name, &meta, e);

	if (rc < 0)
		return rc;
	if (strcmp(text, "last") == 0) {
		for (size_t i = 0; i < meta.snap_count; i++)
			if (meta.snaps[i].number > number)
				number = meta.snaps[i].number;
	} else if (text[0] >= '0' && text[0] <= '9') {
		unsigned long n = strtoul(text, &end, 10);

		number = *end == '\0' && n < UINT32_MAX ? (unsigned)n : 0;
	}
	if (number == 0 || meta_snapshot(&meta, number) == NULL)
		return err_say(e, ENOENT, "%s has no snapshot '%s'", name,
			       text);
	*ret = number;
	return 0;
}

int store_parse(const struct store *store, const char *text, char **ret_name,
		unsigned *ret_number, struct err *e)
{
	const char *at = strchr(text, '@');
	SCOPED_TEXT char *prefix =
		mem_text(text, at != NULL ? (size_t)(at - text) : strlen(text));
	SCOPED_TEXT char *name = store_find(store, prefix, e);
	unsigned number = 0;
	int rc = 0;

	if (name == NULL)
		return e != NULL ? -e->code : -ENOENT;
	if (at != NULL)
		rc = parse_number(store, name, at + 1, &number, e);
	if (rc < 0)
		return rc;
	*ret_name = text_give(&name);
	*ret_number = number;
	return 0;
}

void layer_path(const char *id, const char *part, char ret[LAYER_PATH_BYTES])
{
	snprintf(ret, LAYER_PATH_BYTES, "layers/%s/%s", id, part);
}
