/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/follow.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "core/paths.h"
#include "speakd/input/network.h"

enum {
	FOLLOW_READ_BYTES = 65536,
	FOLLOW_LINKS_MAX = 8,
	/* Files that took the name while those before them wait to be read. */
	FOLLOW_NEXT_MAX = 16,
};

/* One file behind the name: the present one, or the one rotated away. */
struct tail {
	int fd; /* -1: none */
	dev_t dev;
	ino_t ino;
	off_t offset; /* what was read so far */
	struct lines lines;
	char print[FOLLOW_PRINT_BYTES]; /* the bytes in front of offset */
	size_t print_bytes;
	int watch; /* notify's, -1: none */
};

struct follow {
	char *path;
	lines_fn *line_fn;
	follow_warn_fn *warn_fn;
	void *data;
	struct tail now, old;
	struct tail next[FOLLOW_NEXT_MAX]; /* unread, in the name's order */
	size_t next_count;
	bool started; /* the name was looked up once */
	bool paused;
	bool warned;
	unsigned last_lines;
	struct notify *notify;
	struct notify_watcher watcher;
	/*
	 * Directories being watched: the name's, and that of the file that a
	 * symbolic link of this name leads to. -1: none.
	 */
	int dirs[2];
	struct watch *timer; /* wakes, polls, goes on with a long read */
};

/* ---- one file ----------------------------------------------------------- */

static void tail_init(struct tail *tail)
{
	*tail = (struct tail){ .fd = -1, .watch = -1 };
}

static bool has_watch(const struct follow *follow, int watch)
{
	for (size_t i = 0; i < follow->next_count; i++)
		if (follow->next[i].watch == watch)
			return true;
	return follow->now.watch == watch || follow->old.watch == watch ||
	       follow->dirs[0] == watch || follow->dirs[1] == watch;
}

/* *watch is one of ours: two of them may be of the same inode. */
static void set_watch(struct follow *follow, int *watch, int now)
{
	int before = *watch;

	*watch = now;
	if (before >= 0 && !has_watch(follow, before))
		notify_unwatch(follow->notify, &follow->watcher, before);
}

static void tail_close(struct follow *follow, struct tail *tail)
{
	if (tail->fd < 0)
		return;
	lines_fini(&tail->lines);
	set_watch(follow, &tail->watch, -1);
	close(tail->fd);
	tail_init(tail);
}

/* Keep the last bytes that were read, to know them again. */
static void remember(struct tail *tail, const char *bytes, size_t len_bytes)
{
	size_t keep;

	if (len_bytes >= FOLLOW_PRINT_BYTES) {
		memcpy(tail->print, bytes + len_bytes - FOLLOW_PRINT_BYTES,
		       FOLLOW_PRINT_BYTES);
		tail->print_bytes = FOLLOW_PRINT_BYTES;
		return;
	}
	keep = min_size(tail->print_bytes, FOLLOW_PRINT_BYTES - len_bytes);
	memmove(tail->print, tail->print + tail->print_bytes - keep, keep);
	memcpy(tail->print + keep, bytes, len_bytes);
	tail->print_bytes = keep + len_bytes;
}

/*
 * Truncated, or truncated and already written anew beyond our position: then
 * the bytes in front of it are not those that we read.
 */
static bool was_rewritten(const struct tail *tail)
{
	char there[FOLLOW_PRINT_BYTES];
	struct stat st;
	ssize_t n;

	if (fstat(tail->fd, &st) < 0)
		return false;
	if (st.st_size < tail->offset)
		return true;
	n = pread(tail->fd, there, tail->print_bytes,
		  tail->offset - (off_t)tail->print_bytes);
	return n >= 0 && ((size_t)n != tail->print_bytes ||
			  memcmp(there, tail->print, tail->print_bytes) != 0);
}

static void start_over(struct follow *follow, struct tail *tail)
{
	(void)!lines_end(&tail->lines, follow->line_fn, follow->data);
	tail->offset = 0;
	tail->print_bytes = 0;
}

/* Read to the end; false when the turn was over before it. */
static bool tail_read(struct follow *follow, struct tail *tail)
{
	char bytes[FOLLOW_READ_BYTES + 1];
	size_t turn = 0;

	if (tail->fd < 0 || follow->paused)
		return true;
	if (was_rewritten(tail))
		start_over(follow, tail);
	while (turn < FOLLOW_TURN_BYTES) {
		ssize_t n = pread(tail->fd, bytes, FOLLOW_READ_BYTES,
				  tail->offset);

		if (n <= 0)
			return true;
		tail->offset += n;
		turn += (size_t)n;
		remember(tail, bytes, (size_t)n);
		(void)!lines_feed(&tail->lines, bytes, (size_t)n,
				  follow->line_fn, follow->data);
		if (follow->paused)
			return true;
	}
	return false;
}

/*
 * Where the last count complete lines begin; with 0 the beginning of an
 * unfinished last line, so that no half line is ever given.
 */
static off_t last_lines_start(int fd, off_t size, unsigned count)
{
	char bytes[FOLLOW_READ_BYTES];
	off_t end = size;
	unsigned newlines = 0;

	while (end > 0) {
		size_t want = (size_t)(end > FOLLOW_READ_BYTES
					       ? FOLLOW_READ_BYTES
					       : end);
		ssize_t n = pread(fd, bytes, want, end - (off_t)want);

		if (n != (ssize_t)want)
			return size;
		for (size_t i = want; i > 0; i--) {
			if (bytes[i - 1] != '\n')
				continue;
			if (newlines++ == count)
				return end - (off_t)want + (off_t)i;
		}
		end -= (off_t)want;
	}
	return 0;
}

/* ---- the name ----------------------------------------------------------- */

static void warn(struct follow *follow, const char *what, const char *name)
{
	SCOPED_TEXT char *text = NULL;

	if (follow->warned)
		return;
	follow->warned = true;
	text = mem_printf("%s %s: %s", what, name, strerror(errno));
	follow->warn_fn(text, follow->data);
}

static void watch_file(struct follow *follow, struct tail *tail)
{
	SCOPED_TEXT char *proc = mem_printf("/proc/self/fd/%d", tail->fd);

	tail->watch = notify_watch(follow->notify, &follow->watcher, proc,
				   IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
}

/*
 * O_NONBLOCK: a FIFO in place of the file must not hang us. Only regular files
 * can be followed; anything else waits until the name means one.
 */
static int open_name(struct follow *follow, struct stat *st)
{
	int fd = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			warn(follow, "open", follow->path);
		return -1;
	}
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		errno = EINVAL;
		warn(follow, "not a regular file", follow->path);
		close(fd);
		return -1;
	}
	follow->warned = false;
	return fd;
}

/* The file that the name meant when it was last looked up. */
static struct tail *newest(struct follow *follow)
{
	return follow->next_count > 0 ? &follow->next[follow->next_count - 1]
				      : &follow->now;
}

/* The name means a file that we do not have open: it is the next one to read.
 */
static void open_new(struct follow *follow)
{
	struct stat st;
	struct tail *tail;
	int fd = open_name(follow, &st);

	if (fd < 0)
		return;
	if (follow->now.fd >= 0)
		follow->next_count++;
	tail = newest(follow);
	tail_init(tail);
	tail->fd = fd;
	tail->dev = st.st_dev;
	tail->ino = st.st_ino;
	if (!follow->started)
		tail->offset = last_lines_start(fd, st.st_size,
						follow->last_lines);
	watch_file(follow, tail);
}

/* The present file is read: the one that took its name is the present one. */
static void advance(struct follow *follow)
{
	/* An unfinished line that nobody will finish is a line. */
	(void)!lines_end(&follow->old.lines, follow->line_fn, follow->data);
	tail_close(follow, &follow->old);
	follow->old = follow->now;
	follow->now = follow->next[0];
	follow->next_count--;
	memmove(follow->next, follow->next + 1,
		follow->next_count * sizeof(follow->next[0]));
}

static bool same_file(const struct tail *tail, const struct stat *st)
{
	return tail->fd >= 0 && tail->dev == st->st_dev &&
	       tail->ino == st->st_ino;
}

/*
 * What the name means now. It may lead back to the file that was rotated away;
 * while more of them wait to be read there is time for that.
 */
static void look_up(struct follow *follow)
{
	struct stat st;

	if (stat(follow->path, &st) < 0 || same_file(newest(follow), &st))
		return;
	if (follow->next_count == 0 && same_file(&follow->old, &st)) {
		struct tail swap = follow->now;

		follow->now = follow->old;
		follow->old = swap;
		return;
	}
	if (follow->next_count < FOLLOW_NEXT_MAX &&
	    !same_file(&follow->now, &st))
		open_new(follow);
}

/* ---- the directory ---------------------------------------------------------
 */

/* The directory of path, or the nearest one above it that exists. */
static char *nearest_dir(const char *path)
{
	char *dir = mem_copy(path);
	struct stat st;

	do {
		char *slash = strrchr(dir, '/');

		if (slash == NULL) {
			free(dir);
			return mem_copy(".");
		}
		slash[slash == dir ? 1 : 0] = '\0';
	} while ((stat(dir, &st) < 0 || !S_ISDIR(st.st_mode)) &&
		 strcmp(dir, "/") != 0);
	return dir;
}

/* What path means when it is a symbolic link; the end need not exist. */
static char *link_end(const char *path)
{
	char *end = mem_copy(path);

	for (int i = 0; i < FOLLOW_LINKS_MAX; i++) {
		char target[PATH_MAX];
		ssize_t n = readlink(end, target, sizeof(target) - 1);
		char *slash = strrchr(end, '/');
		char *next;

		if (n <= 0)
			break;
		target[n] = '\0';
		if (slash != NULL)
			slash[1] = '\0';
		next = path_join(slash != NULL ? end : "", target);
		free(end);
		end = next;
	}
	return end;
}

/* Adding a watch again is how inotify tells whether it is still the same. */
static void watch_dir(struct follow *follow, int *watch, const char *path)
{
	SCOPED_TEXT char *dir = nearest_dir(path);

	set_watch(follow, watch,
		  notify_watch(follow->notify, &follow->watcher, dir,
			       IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF |
				       IN_MOVE_SELF | IN_ONLYDIR));
}

static void watch_dirs(struct follow *follow)
{
	SCOPED_TEXT char *end = link_end(follow->path);

	watch_dir(follow, &follow->dirs[1], end);
	watch_dir(follow, &follow->dirs[0], follow->path);
}

/* Whether something of it is not watched, which may be allowed later. */
static bool is_blind(struct follow *follow)
{
	if (follow->now.fd >= 0 && follow->now.watch < 0)
		watch_file(follow, &follow->now);
	return follow->dirs[0] < 0 || follow->dirs[1] < 0 ||
	       (follow->now.fd >= 0 && follow->now.watch < 0);
}

/* Somebody else may change it, of which inotify knows nothing. */
static bool is_on_network(const struct follow *follow)
{
	SCOPED_TEXT char *dir = NULL;

	if (follow->now.fd >= 0)
		return network_is_file(follow->now.fd);
	dir = nearest_dir(follow->path);
	return network_is_path(dir);
}

static void tell_waiting(struct follow *follow)
{
	SCOPED_TEXT char *text = mem_printf("waiting for %s", follow->path);

	follow->warn_fn(text, follow->data);
}

/* ---- the one question --------------------------------------------------- */

/* To the end of all that there is; false when the turn was over before it. */
static bool read_all(struct follow *follow)
{
	while (tail_read(follow, &follow->old) &&
	       tail_read(follow, &follow->now)) {
		if (follow->paused || follow->next_count == 0)
			return true;
		advance(follow);
	}
	return false;
}

/*
 * What does the name mean now, and what is there to read? The name is looked up
 * even while nothing may be read: the next rotation takes this file away. The
 * directory is watched before: what is created in between is either seen or
 * announced.
 */
static void update(struct follow *follow)
{
	bool all;

	watch_dirs(follow);
	look_up(follow);
	all = read_all(follow);
	if (!all)
		watch_after(follow->timer, 0);
	else if (is_blind(follow))
		watch_after(follow->timer, FOLLOW_POLL_MS);
	else if (is_on_network(follow))
		watch_after(follow->timer, FOLLOW_NETWORK_POLL_MS);
}

static void on_timer(void *data)
{
	update(data);
}

static void on_wake(void *data)
{
	const struct follow *follow = data;

	watch_after(follow->timer, 0);
}

int follow_start(struct loop *loop, struct notify *keep_notify,
		 const char *path, unsigned last_lines, lines_fn *line_fn,
		 follow_warn_fn *warn_fn, void *keep_data, struct follow **ret,
		 struct err *e)
{
	struct follow *follow;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(e, EISDIR, "follow %s", path);
	follow = mem_new(sizeof(*follow));
	follow->path = mem_copy(path);
	follow->last_lines = last_lines;
	follow->line_fn = line_fn;
	follow->warn_fn = warn_fn;
	follow->data = keep_data;
	follow->dirs[0] = follow->dirs[1] = -1;
	tail_init(&follow->now);
	tail_init(&follow->old);
	follow->timer = loop_timer(loop, on_timer, follow);
	follow->notify = keep_notify;
	follow->watcher = (struct notify_watcher){ on_wake, follow };
	/* What is there is known now: what is written from here on is new. */
	watch_dirs(follow);
	look_up(follow);
	if (follow->now.fd < 0 && !follow->warned)
		tell_waiting(follow);
	follow->started = true;
	/* From the loop, so that the caller has *ret before the first line. */
	watch_after(follow->timer, 0);
	*ret = follow;
	return 0;
}

void follow_look(struct follow *follow)
{
	update(follow);
}

void follow_pause(struct follow *follow)
{
	follow->paused = true;
}

void follow_resume(struct follow *follow)
{
	if (!follow->paused)
		return;
	follow->paused = false;
	watch_after(follow->timer, 0);
}

void follow_free(struct follow *follow)
{
	if (follow == NULL)
		return;
	tail_close(follow, &follow->old);
	tail_close(follow, &follow->now);
	while (follow->next_count > 0)
		tail_close(follow, &follow->next[--follow->next_count]);
	notify_leave(follow->notify, &follow->watcher);
	watch_free(follow->timer);
	free(follow->path);
	free(follow);
}
