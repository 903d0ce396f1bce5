/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * paths.h - where things live: the XDG base directories, and joining names.
 *
 * Source: XDG Base Directory Specification 0.8. A variable that is empty or
 * not absolute counts as unset, as the specification says.
 * memory: every result is the caller's to free.
 */
#ifndef CORE_PATHS_H
#define CORE_PATHS_H

#include "core/err.h"

/* $HOME, else the password database's; never NULL ("/" at the worst). */
char *path_home(void) MUST_CHECK;

/* $XDG_CONFIG_HOME/earshot/NAME, by default ~/.config/earshot/NAME. */
char *path_config(const char *name) MUST_CHECK;

/* The system-wide file of the same name: SYSCONFDIR/earshot/NAME. */
char *path_system_config(const char *name) MUST_CHECK;

/* $XDG_STATE_HOME/earshot/NAME, by default ~/.local/state/earshot/NAME. */
char *path_state(const char *name) MUST_CHECK;

/* $XDG_DATA_HOME/earshot/NAME, by default ~/.local/share/earshot/NAME. */
char *path_data(const char *name) MUST_CHECK;

/*
 * $XDG_RUNTIME_DIR/earshot/NAME; without that variable, or when
 * path_check_runtime() refuses it, ~/.cache/earshot/NAME, as
 * speech-dispatcher's clients do.
 */
char *path_runtime(const char *name) MUST_CHECK;

/*
 * Whether nobody else can put files into a directory, or take some away: it is
 * ours or root's, and others may not write in it unless it is sticky, as /tmp
 * is. st: its status. errors: -EACCES.
 */
struct stat;
int path_check_private(const char *dir, const struct stat *st,
		       struct err *e) MUST_CHECK;

/*
 * Whether $XDG_RUNTIME_DIR may be used: it is unset, or it is there and ours
 * alone. root with somebody else's finds that it is not. errors: -EACCES.
 */
int path_check_runtime(struct err *e) MUST_CHECK;

/* dir/name; name alone when it is absolute. */
char *path_join(const char *dir, const char *name) MUST_CHECK;

/* "~/x" with the home directory put in; anything else as it is. */
char *path_expand(const char *path) MUST_CHECK;

/*
 * The file of the running program, for the two below, where the kernel would
 * tell another one: in a copy in memory.
 */
void path_set_program(const char *keep_file);

/*
 * A helper program of ours: beside the running program (build tree), in
 * ../libexec/earshot beside its bin/ (staged install), or LIBEXECDIR/earshot.
 */
char *path_helper(const char *name) MUST_CHECK;

/*
 * Another program of the toolkit: beside the running one, in the bin/ of the
 * prefix whose libexec/earshot holds a running helper, else the bare name, for
 * $PATH.
 */
char *path_program(const char *name) MUST_CHECK;

/* Whether there is such a program in $PATH. */
bool path_has_program(const char *name);

/*
 * A data file that is installed with the programs: in ../share beside the bin/
 * of the running one (staged install, build tree), else below DATADIR.
 */
char *path_shared(const char *name) MUST_CHECK;

#endif
