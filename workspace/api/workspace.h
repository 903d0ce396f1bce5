/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * workspace.h - workspaces for other programs: libearshot-workspace.
 *
 *	#include <earshot/workspace.h>
 *
 * built with "pkg-config --cflags --libs earshot-workspace".
 *
 * A connection is a process of project-workspace(1) that does the work and
 * answers in JSON lines. Nothing of that happens in the calling process: it is
 * not forked, has no handlers of signals set, and gets an error where memory
 * runs out.
 *
 * shapes: NAME is a workspace or as much of its beginning as is unique, STATE
 *         is NAME, for it as it is, or NAME@N or NAME@last, for a snapshot.
 *         options are words as on the command line, NULL-terminated, such as
 *         { "--base", "debian:bookworm", NULL }; NULL: none.
 *         All text is UTF-8.
 * units:  snapshots are numbered from 1. Times are seconds since 1970, sizes
 *         bytes.
 * errors: 0, or a negative errno with *e filled. e may be NULL. Outputs (ret_)
 *         are written only on success, and may be NULL where a number is asked
 *         for. -EPIPE: the process has ended; the connection is good for
 *         nothing but earshot_ws_close().
 * memory: what a ret_ hands out is the caller's, to be freed by the function of
 *         its kind, before or after the connection is closed. Arguments are
 *         borrowed for the call. Descriptors stay the caller's.
 * threads: a connection, and what came from it, is used by one thread at a
 *         time; different ones by different threads.
 */
#ifndef EARSHOT_WORKSPACE_H
#define EARSHOT_WORKSPACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { EARSHOT_WS_ERROR_BYTES = 640 };

struct earshot_ws; /* a connection */
struct earshot_ws_rows; /* what a verb had to tell, an object a row */
struct earshot_ws_command; /* a command that runs, or ran, in a workspace */

struct earshot_ws_error {
	int code; /* positive errno, 0 while nothing failed */
	int usage; /* 1: words that project-workspace(1) does not know */
	char text[EARSHOT_WS_ERROR_BYTES]; /* one line, for people */
};

/*
 * Start program, or with NULL the one that is installed. It has the caller's
 * environment and working directory; commands start there, if that directory is
 * shown inside. The process is a child of the caller, to be waited for by
 * earshot_ws_close() only.
 */
int earshot_ws_open(const char *program, struct earshot_ws **ret,
		    struct earshot_ws_error *e);

/* Commands go on; whoever wants that waits for them first. NULL is fine. */
void earshot_ws_close(struct earshot_ws *ws);

/* -EEXIST when there is one. */
int earshot_ws_create(struct earshot_ws *ws, const char *name,
		      const char *const *options, struct earshot_ws_error *e);

/* Freeze the state of NAME; comment may be NULL. */
int earshot_ws_snap(struct earshot_ws *ws, const char *name,
		    const char *comment, unsigned *ret_number,
		    struct earshot_ws_error *e);

/* Another workspace that begins with STATE. */
int earshot_ws_clone(struct earshot_ws *ws, const char *state,
		     const char *new_name, struct earshot_ws_error *e);

/*
 * Go back to STATE; for NAME alone to the snapshot that it stands on. What is
 * there becomes a snapshot: *ret_saved, 0 when one has it already.
 */
int earshot_ws_restore(struct earshot_ws *ws, const char *state,
		       unsigned *ret_number, unsigned *ret_saved,
		       struct earshot_ws_error *e);

/* NAME: into the trash. NAME@N: forget that snapshot. */
int earshot_ws_destroy(struct earshot_ws *ws, const char *state,
		       struct earshot_ws_error *e);

/*
 * STATE as an archive into fd, from where it stands on; a pipe is fine. Not
 * compressed. options: { "--format", "oci", NULL }.
 */
int earshot_ws_export(struct earshot_ws *ws, const char *state, int fd,
		      const char *const *options, struct earshot_ws_error *e);

/* A workspace from the archive that can be read from fd; a pipe is fine. */
int earshot_ws_import(struct earshot_ws *ws, int fd, const char *new_name,
		      const char *const *options, struct earshot_ws_error *e);

/* ---- tables ------------------------------------------------------------- */

/* project-workspace(1), JSON, has the keys of each. */

/* All workspaces: name project base store created snapshots running ... */
int earshot_ws_list(struct earshot_ws *ws, struct earshot_ws_rows **ret,
		    struct earshot_ws_error *e);

/* Of one: snapshot taken parent missing bytes automatic comment. */
int earshot_ws_snapshots(struct earshot_ws *ws, const char *name,
			 struct earshot_ws_rows **ret,
			 struct earshot_ws_error *e);

/* What was added, changed, deleted since STATE: change path. */
int earshot_ws_diff(struct earshot_ws *ws, const char *state,
		    struct earshot_ws_rows **ret, struct earshot_ws_error *e);

/*
 * Any other verb, with all of its words: { "gc", "--all", NULL }. input, output
 * and error_output are its standard streams, each -1 for nothing.
 */
int earshot_ws_call(struct earshot_ws *ws, const char *const *words, int input,
		    int output, struct earshot_ws_rows **ret,
		    struct earshot_ws_error *e);

size_t earshot_ws_rows_count(const struct earshot_ws_rows *rows);

/*
 * The value of key in a row: NULL when there is none or it is no text;
 * otherwise when it is no number (true is 1, false 0). Borrowed from rows.
 */
const char *earshot_ws_rows_text(const struct earshot_ws_rows *rows, size_t row,
				 const char *key);
int64_t earshot_ws_rows_number(const struct earshot_ws_rows *rows, size_t row,
			       const char *key, int64_t otherwise);

void earshot_ws_rows_free(struct earshot_ws_rows *rows);

/* ---- commands ----------------------------------------------------------- */

/*
 * Start argv in NAME, which is made when it is a project's without one; NULL or
 * empty: what its image runs. options
 * are those of "project workspace run". fds are its standard input, output and
 * error, each -1 for nothing; NULL: the caller's own.
 */
int earshot_ws_run(struct earshot_ws *ws, const char *name,
		   const char *const *options, const char *const *argv,
		   const int *fds, struct earshot_ws_command **ret,
		   struct earshot_ws_error *e);

/*
 * A pidfd: it is readable when the command has ended, and SIGTERM, SIGINT,
 * SIGHUP and SIGQUIT that pidfd_send_signal(2) sends there reach the command.
 * The command's, closed by earshot_ws_command_free().
 */
int earshot_ws_command_pidfd(const struct earshot_ws_command *command);

/*
 * Wait for its end. *ret_code is its exit code, 128 + the signal that killed
 * it, 127 when there is no such program, 126 when it cannot be executed. An
 * error is one of reaching the workspace: the command did not run.
 */
int earshot_ws_command_wait(struct earshot_ws_command *command, int *ret_code,
			    struct earshot_ws_error *e);

/* Before the connection is closed. It goes on if it was not waited for. */
void earshot_ws_command_free(struct earshot_ws_command *command);

#ifdef __cplusplus
}
#endif

#endif
