/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * gtd.h - the GTD directory: where projects live and what its files are called.
 *
 * Every access below is relative to one open directory and made of checked
 * components, so that no name leads out of the directory. What its files are
 * called is in layout.h and parts.h.
 */
#ifndef PROJECT_GTD_H
#define PROJECT_GTD_H

#include <sys/types.h>

#include "core/buf.h"
#include "core/err.h"
#include "project/text/date.h"
#include "project/directory/layout.h"
#include "project/settings.h"

enum {
	GTD_FILE_MAX_BYTES = 64 << 20, /* any one file of the user's */
	GTD_LOCK_WAIT_MS = 20000,
};

struct gtd {
	char *path; /* owned, absolute */
	int fd;
	struct date today;
	const struct settings *settings; /* borrowed for good */
	struct layout layout; /* what is called otherwise than we call it */
	bool locked;
	int lock_fd; /* the directory itself, or a file: gtd.c */
};

/*
 * Where the directory is: --dir, $GTD_DIR, the configuration, GTDDIR= in
 * ~/.config/gtd/config, ~/gtd. The caller's to free.
 */
char *gtd_path(const struct settings *settings) MUST_CHECK;

/* Read GTDDIR= of a gtdtools configuration, which is shell: quotes, "~" and
 * $HOME are understood, nothing is executed. NULL when it is not there. */
char *gtd_config_dir(const char *text, size_t len_bytes) MUST_CHECK;

/*
 * Open the directory. keep_settings must outlive gtd.
 * errors: -ENOENT when there is none (e says how to create it).
 */
int gtd_open(struct gtd *gtd, const struct settings *keep_settings,
	     struct err *e) MUST_CHECK;
/* After gtd_open(), whatever it returned; nothing for one that is all-zero. */
void gtd_close(struct gtd *gtd);

#define SCOPED_GTD ON_SCOPE_EXIT(gtd_close)

/* Whether it is ~/gtd because nothing names another: to be made when it is
 * missing, where a named one may be a disk that is not mounted. */
bool gtd_is_default(const struct settings *settings);

/* Create the directory with its empty sub-directories. */
int gtd_create(const char *path, struct err *e) MUST_CHECK;

/*
 * Take the directory's lock, held until gtd_close(): one change at a time.
 * Waits up to GTD_LOCK_WAIT_MS, then -EBUSY. Readers never lock.
 */
int gtd_lock(struct gtd *gtd, struct err *e) MUST_CHECK;

/* Let others in before gtd_close(): while waiting for input. */
void gtd_unlock(struct gtd *gtd);

/* Whether path, relative to the directory, exists; follows links. */
bool gtd_exists(const struct gtd *gtd, const char *path);

/* Whether path is a directory: a project that is not is a plain file. */
bool gtd_is_dir(const struct gtd *gtd, const char *path);

/*
 * Open a file of the directory for reading, never waiting for a FIFO or a
 * device: what is no regular file is refused (-EINVAL). -ENOENT is left to the
 * caller to judge.
 */
int gtd_open_file(int dir_fd, const char *path, off_t *ret_bytes,
		  struct err *e) MUST_CHECK;

/* Read a file of the directory; -ENOENT and -ENOTDIR when there is none. */
int gtd_read_there(const struct gtd *gtd, const char *path, struct buf *out,
		   struct err *e) MUST_CHECK;

/* The same; a missing one is empty. */
int gtd_read(const struct gtd *gtd, const char *path, struct buf *out,
	     struct err *e) MUST_CHECK;

/*
 * The same as UTF-8: a file that begins with a byte order mark of UTF-16 is
 * converted. *ret_converted says so; it may be NULL.
 */
int gtd_read_text(const struct gtd *gtd, const char *path, struct buf *out,
		  bool *ret_converted, struct err *e) MUST_CHECK;

/* Convert text in place if it is UTF-16 with its mark. false: it is not. */
bool text_from_utf16(struct buf *text);

/*
 * Where a path leads when that is out of the directory: a link that a shared
 * directory may have brought. NULL: it stays inside. Projects, Postponed,
 * Completed and .trash may be links themselves. The caller's to free.
 */
char *gtd_leads_out(const struct gtd *gtd, const char *path) MUST_CHECK;

/* Refuse to write to a path that leads out, unless links = yes. */
int gtd_check_write(const struct gtd *gtd, const char *path,
		    struct err *e) MUST_CHECK;

/* State files of this directory: $XDG_STATE_HOME/earshot/project/WHAT-HASH. */
char *gtd_state_file(const struct gtd *gtd, const char *what) MUST_CHECK;

/* One entry of a directory. Non-zero stops. */
typedef int gtd_entry_fn(const char *name, unsigned char d_type, void *data);

/*
 * Call fn for each entry of a directory but "." and "..", in no order. A
 * missing directory is empty. Returns 0, what fn returned, or -errno.
 */
int gtd_each(const struct gtd *gtd, const char *path, gtd_entry_fn *fn,
	     void *data, struct err *e) MUST_CHECK;

#endif
