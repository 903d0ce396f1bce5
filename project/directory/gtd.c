/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/gtd.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

enum { GTD_READ_BYTES = 65536 };

/* ---- where it is -------------------------------------------------------- */

/* One shell word's value without running anything: quotes and $HOME. */
static char *unquote(const char *text, size_t len)
{
	SCOPED_BUF struct buf out = { 0 };
	char quote = '\0';

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (quote == '\0' && (c == ' ' || c == '\t' || c == ';' ||
				      c == '#' || c == '\r'))
			break;
		if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (c == quote)
			quote = '\0';
		else if (quote != '\'' && c == '\\' && i + 1 < len)
			buf_add_char(&out, text[++i]);
		else if (quote != '\'' &&
			 (strncmp(text + i, "$HOME", 5) == 0 ||
			  strncmp(text + i, "${HOME}", 7) == 0)) {
			SCOPED_TEXT char *home = path_home();

			buf_add_text(&out, home);
			i += text[i + 1] == '{' ? 6 : 4;
		} else
			buf_add_char(&out, c);
	}
	return buf_give(&out);
}

char *gtd_config_dir(const char *text, size_t len_bytes)
{
	static const char key[] = "GTDDIR=";
	char *found = NULL;

	/* As in a shell, the last assignment counts. */
	for (size_t at = 0; at < len_bytes;) {
		const char *line = text + at;
		size_t len = strcspn(line, "\n");
		size_t skip = strspn(line, " \t");

		if (strncmp(line + skip, "export ", 7) == 0)
			skip += 7;
		if (strncmp(line + skip, key, sizeof(key) - 1) == 0) {
			SCOPED_TEXT char *raw = NULL;

			skip += sizeof(key) - 1;
			raw = unquote(line + skip, len - skip);
			free(found);
			found = path_expand(raw);
		}
		at += len + 1;
	}
	if (found != NULL && found[0] == '\0') {
		free(found);
		found = NULL;
	}
	return found;
}

static char *gtdtools_dir(void)
{
	const char *base = getenv("XDG_CONFIG_HOME");
	SCOPED_TEXT char *home = path_home();
	SCOPED_TEXT char *file = NULL;
	SCOPED_BUF struct buf text = { 0 };

	file = base != NULL && base[0] == '/'
		       ? mem_printf("%s/gtd/config", base)
		       : mem_printf("%s/.config/gtd/config", home);
	if (file_read(AT_FDCWD, file, GTD_FILE_MAX_BYTES, &text, NULL) == 0)
		return gtd_config_dir(buf_text(&text), text.len_bytes);
	if (base == NULL)
		return NULL;
	/* gtdtools itself knows only ~/.config. */
	free(text_give(&file));
	file = mem_printf("%s/.config/gtd/config", home);
	if (file_read(AT_FDCWD, file, GTD_FILE_MAX_BYTES, &text, NULL) < 0)
		return NULL;
	return gtd_config_dir(buf_text(&text), text.len_bytes);
}

/* What a relative --dir or GTD_DIR means must not change with a chdir(). */
static char *absolute(char *take_path)
{
	SCOPED_TEXT char *path = take_path;
	char cwd[PATH_MAX];

	if (path[0] == '/' || getcwd(cwd, sizeof(cwd)) == NULL)
		return text_give(&path);
	return path_join(cwd, path);
}

bool gtd_is_default(const struct settings *settings)
{
	SCOPED_TEXT char *home = path_home();
	SCOPED_TEXT char *named = gtd_path(settings);
	SCOPED_TEXT char *usual = path_join(home, "gtd");

	return strcmp(named, usual) == 0;
}

char *gtd_path(const struct settings *settings)
{
	const char *env = getenv("GTD_DIR");
	SCOPED_TEXT char *home = NULL;
	char *dir;

	/* settings.dir is --dir, or else the configuration's: main.c. */
	if (settings->dir != NULL && settings->dir[0] != '\0')
		return absolute(path_expand(settings->dir));
	if (env != NULL && env[0] != '\0')
		return absolute(path_expand(env));
	dir = gtdtools_dir();
	if (dir != NULL)
		return absolute(dir);
	home = path_home();
	return path_join(home, "gtd");
}

/* ---- open, lock --------------------------------------------------------- */

static bool has_gtd_files(const struct gtd *gtd)
{
	const char *const names[] = { state_dir(STATE_POSTPONED),
				      state_dir(STATE_COMPLETED),
				      "inbox",
				      "tickler",
				      "waiting",
				      "someday",
				      "nextactions" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (gtd_exists(gtd, names[i]))
			return true;
	return false;
}

int gtd_open(struct gtd *gtd, const struct settings *keep_settings,
	     struct err *e)
{
	struct date today = date_today();

	*gtd = (struct gtd){ .fd = -1,
			     .lock_fd = -1,
			     .settings = keep_settings };
	if (keep_settings->today != NULL &&
	    date_parse(keep_settings->today, today, &today, e) < 0)
		return err_wrap(e, "--today");
	gtd->today = today;
	gtd->path = gtd_path(keep_settings);
	gtd->fd = open(gtd->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (gtd->fd < 0 && errno == ENOENT)
		return err_say(e, ENOENT,
			       "there is no GTD directory %s; to begin one: "
			       "mkdir -p %s/Projects",
			       gtd->path, gtd->path);
	if (gtd->fd < 0)
		return err_set(e, errno, "open GTD directory %s", gtd->path);
	if (layout_find(gtd->fd, keep_settings, &gtd->layout, e) < 0)
		return -e->code;
	/* A directory meant to be mounted must not be filled while it is not;
	 * but git keeps no empty directory, and a clone may have lost it. */
	if (!gtd_is_dir(gtd, state_dir(STATE_ACTIVE)) &&
	    !(has_gtd_files(gtd) &&
	      mkdirat(gtd->fd, state_dir(STATE_ACTIVE), 0777) == 0))
		return err_say(
			e, ENOENT,
			"%s has no %s directory: is it mounted? To begin one: "
			"mkdir '%s/%s'",
			gtd->path, state_dir(STATE_ACTIVE), gtd->path,
			state_dir(STATE_ACTIVE));
	return 0;
}

void gtd_close(struct gtd *gtd)
{
	/* Closing releases the lock. */
	if (gtd->path != NULL) {
		scope_close(&gtd->fd);
		scope_close(&gtd->lock_fd);
	}
	free(gtd->path);
	layout_fini(&gtd->layout);
	*gtd = (struct gtd){ .fd = -1, .lock_fd = -1 };
}

int gtd_create(const char *path, struct err *e)
{
	static const char *const directories[] = { "Projects", "Postponed",
						   "Completed", "Reference" };

	for (size_t i = 0; i < COUNT_OF(directories); i++) {
		SCOPED_TEXT char *directory = path_join(path, directories[i]);

		if (dir_make(directory, 0777, e) < 0)
			return -e->code;
	}
	return 0;
}

/*
 * The lock is flock(2) on the directory itself: no file of ours in a directory
 * that may be synchronised, and gone with the process. NFS turns flock into a
 * lock that needs a file opened for writing: there, a file in the state
 * directory.
 */
static int open_lock_file(struct gtd *gtd, struct err *e)
{
	SCOPED_TEXT char *path = gtd_state_file(gtd, "lock");
	int fd;

	if (dir_make_parent(path, 0700, e) < 0)
		return -e->code;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return fd >= 0 ? fd : err_set(e, errno, "open %s", path);
}

int gtd_lock(struct gtd *gtd, struct err *e)
{
	uint64_t end_ms = clock_ms() + GTD_LOCK_WAIT_MS;
	const struct timespec pause = { .tv_nsec = 2000000 };
	int fd = gtd->lock_fd >= 0 ? gtd->lock_fd : gtd->fd;

	while (!gtd->locked && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK) {
			if (clock_ms() > end_ms)
				return err_say(e, EBUSY,
					       "another project command is "
					       "changing %s",
					       gtd->path);
			nanosleep(&pause, NULL);
		} else if (errno != EINTR && fd == gtd->fd) {
			fd = gtd->lock_fd = open_lock_file(gtd, e);
			if (fd < 0)
				return fd;
		} else if (errno != EINTR)
			return err_set(e, errno, "lock %s", gtd->path);
	}
	gtd->locked = true;
	return 0;
}

void gtd_unlock(struct gtd *gtd)
{
	if (gtd->locked)
		(void)flock(gtd->lock_fd >= 0 ? gtd->lock_fd : gtd->fd,
			    LOCK_UN);
	gtd->locked = false;
}

/* ---- files -------------------------------------------------------------- */

bool gtd_exists(const struct gtd *gtd, const char *path)
{
	struct stat st;

	return fstatat(gtd->fd, path, &st, 0) == 0;
}

bool gtd_is_dir(const struct gtd *gtd, const char *path)
{
	struct stat st;

	return fstatat(gtd->fd, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

int gtd_open_file(int dir_fd, const char *path, off_t *ret_bytes, struct err *e)
{
	SCOPED_FD int fd = openat(dir_fd, path,
				  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	/* A socket cannot even be opened. */
	if (fd < 0 && errno == ENXIO)
		return err_say(e, EINVAL, "%s is not a regular file", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(e, errno, "open %s", path);
	if (!S_ISREG(st.st_mode))
		return err_say(e, EINVAL, "%s is not a regular file", path);
	*ret_bytes = st.st_size;
	return fd_give(&fd);
}

/*
 * A file that another program writes meanwhile may be longer than it was. A
 * short read of a regular file is its end: that spares a call.
 */
static int read_all(int fd, const char *path, size_t size, struct buf *out,
		    struct err *e)
{
	size_t start = out->len_bytes;
	size_t want = min_size(size, GTD_FILE_MAX_BYTES) + 1;

	for (;;) {
		char *at = buf_reserve(out, want) + out->len_bytes;
		ssize_t n = read(fd, at, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "read %s", path);
		out->len_bytes += (size_t)n;
		out->data[out->len_bytes] = '\0';
		if (out->len_bytes - start > GTD_FILE_MAX_BYTES) {
			buf_cut(out, start);
			return err_set(e, EFBIG, "read %s", path);
		}
		if ((size_t)n < want)
			return 0;
		want = GTD_READ_BYTES;
	}
}

int gtd_read_there(const struct gtd *gtd, const char *path, struct buf *out,
		   struct err *e)
{
	off_t bytes = 0;
	SCOPED_FD int fd = gtd_open_file(gtd->fd, path, &bytes, e);

	return fd < 0 ? fd : read_all(fd, path, (size_t)bytes, out, e);
}

int gtd_read(const struct gtd *gtd, const char *path, struct buf *out,
	     struct err *e)
{
	struct err mine = { 0 };
	int rc = gtd_read_there(gtd, path, out, &mine);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0 && e != NULL)
		*e = mine;
	return rc;
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0' || len == 1);
}

/* The real directory that a name is in; NULL: there is none. */
static char *real_dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *dir = NULL;

	if (slash == NULL)
		return NULL;
	dir = mem_text(path, slash > path ? (size_t)(slash - path) : 1);
	return realpath(dir, NULL);
}

/* Of a file that is not there yet: where it would be made. A link to what is
 * not there says so itself, one step far, as it is written through. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);
	SCOPED_TEXT char *target = NULL;
	SCOPED_TEXT char *whole = NULL;

	if (real != NULL)
		return real;
	target = mem_new(PATH_MAX);
	if (readlink(path, target, PATH_MAX - 1) <= 0)
		return real_dir_of(path);
	whole = target[0] == '/' ? mem_copy(target)
				 : mem_printf("%.*s/%s",
					      (int)(strrchr(path, '/') - path),
					      path, target);
	return real_dir_of(whole);
}

char *gtd_leads_out(const struct gtd *gtd, const char *path)
{
	SCOPED_TEXT char *full = path_join(gtd->path, path);
	SCOPED_TEXT char *real = real_path(full);
	SCOPED_TEXT char *top = realpath(gtd->path, NULL);

	if (real == NULL || top == NULL || is_below(real, top))
		return NULL;
	for (int s = 0; s < STATE_COUNT; s++) {
		SCOPED_TEXT char *dir = path_join(gtd->path, state_dir(s));
		SCOPED_TEXT char *known = realpath(dir, NULL);

		if (known != NULL && is_below(real, known))
			return NULL;
	}
	return text_give(&real);
}

int gtd_check_write(const struct gtd *gtd, const char *path, struct err *e)
{
	SCOPED_TEXT char *out = NULL;

	if (gtd->settings->links)
		return 0;
	out = gtd_leads_out(gtd, path);
	if (out == NULL)
		return 0;
	return err_say(e, EPERM,
		       "%s leads out of the GTD directory, to %s: not written "
		       "to (--links=yes allows it)",
		       path, out);
}

static uint32_t utf16_unit(const unsigned char *at, bool big)
{
	return big ? (uint32_t)(at[0] << 8 | at[1])
		   : (uint32_t)(at[1] << 8 | at[0]);
}

bool text_from_utf16(struct buf *text)
{
	SCOPED_BUF struct buf out = { 0 };
	const unsigned char *at = (const unsigned char *)buf_text(text);
	const unsigned char *end = at + text->len_bytes;
	bool big;

	if (text->len_bytes < 2 || (at[0] ^ at[1]) != (0xfe ^ 0xff) ||
	    at[0] < 0xfe)
		return false;
	/* UTF-32 begins alike. It stays as it is, and check reports its NULs.
	 */
	if (text->len_bytes >= 4 && at[2] == 0 && at[3] == 0)
		return false;
	big = at[0] == 0xfe;
	for (at += 2; at + 2 <= end; at += 2) {
		uint32_t code = utf16_unit(at, big);

		if (code >= 0xd800 && code < 0xdc00 && at + 4 <= end) {
			uint32_t low = utf16_unit(at + 2, big);

			if (low >= 0xdc00 && low < 0xe000) {
				code = 0x10000 + ((code - 0xd800) << 10) +
				       (low - 0xdc00);
				at += 2;
			}
		}
		buf_add_code(&out,
			     code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
	}
	buf_fini(text);
	*text = out;
	out = (struct buf){ 0 };
	return true;
}

int gtd_read_text(const struct gtd *gtd, const char *path, struct buf *out,
		  bool *ret_converted, struct err *e)
{
	bool converted;
	int rc = gtd_read(gtd, path, out, e);

	if (rc < 0)
		return rc;
	converted = text_from_utf16(out);
	if (ret_converted != NULL)
		*ret_converted = converted;
	return 0;
}

char *gtd_state_file(const struct gtd *gtd, const char *what)
{
	/* FNV-1a of the real path: two directories never share a journal. */
	SCOPED_TEXT char *real = realpath(gtd->path, NULL);
	SCOPED_TEXT char *name = NULL;
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *p = real != NULL ? real : gtd->path; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	name = mem_printf("project/%s-%016jx", what, (uintmax_t)hash);
	return path_state(name);
}

static void scope_closedir(DIR **dir)
{
	int saved = errno;

	if (*dir != NULL)
		closedir(*dir);
	errno = saved;
}

int gtd_each(const struct gtd *gtd, const char *path, gtd_entry_fn *fn,
	     void *data, struct err *e)
{
	SCOPED_FD int fd = openat(gtd->fd, path,
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ON_SCOPE_EXIT(scope_closedir) DIR *dir = NULL;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "open %s", path);
	dir = fdopendir(fd);
	if (dir == NULL)
		return err_set(e, errno, "read %s", path);
	fd_give(&fd);
	for (;;) {
		struct dirent *entry;
		int rc;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL)
			return errno == 0 ? 0
					  : err_set(e, errno, "read %s", path);
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		rc = fn(entry->d_name, entry->d_type, data);
		if (rc != 0)
			return rc;
	}
}
