/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * copyup.h - make a file of the host one of the workspace's root.
 *
 * Over the host the files below /usr, /etc and /var belong to a user who does
 * not exist inside (the host's root, shown as 65534). overlayfs copies a file
 * with its owner, and this owner nobody inside may set: so nobody could link
 * it, rename it, or change it in place. Copying it up is what overlayfs would
 * do, with another owner: a copy, made in the same directory, renamed over it.
 *
 * It happens before the call that needs it, which then goes on and is judged
 * by the kernel as ever. So this is not a border that anything depends on: a
 * caller that changes its path meanwhile gets some other file copied up, which
 * it could have asked for as well, or none, and its call fails. Nothing is
 * written but on the workspace's own overlays. As with overlayfs, who has the
 * old file open goes on reading that, and of a file with several names only
 * this one is another afterwards. Who replaces the file by rename(2) in the
 * instant before the copy is put in its place is overruled.
 */
#ifndef WORKSPACE_COPYUP_H
#define WORKSPACE_COPYUP_H

#include <limits.h>
#include <sys/types.h>

#include "core/err.h"
#include "workspace/run/path_syscalls.h"

/* A file to copy up. */
struct copyup {
	int dir; /* the directory that it is in, on an overlay of the workspace
		  */
	char name[NAME_MAX + 1];
	dev_t dev;
	ino_t ino;
};

/*
 * Whether a call needs a file to be copied up: it names one of the host's (a
 * regular file that is readable, or a symbolic link), and the caller is root
 * of the workspace, also if it appears as another ("me"). proc is the pid
 * namespace's /proc. *ret is for copyup_drop().
 */
bool copyup_look(int proc, const struct path_syscall *call,
		 struct copyup *ret) MUST_CHECK;
void copyup_drop(struct copyup *copyup);

/*
 * Copy it up. -ESTALE when it is another file by now. After a failure the
 * original is there as before, and the copy is not. As long as the file is
 * large: what it holds is copied.
 */
int copyup_file(const struct copyup *copyup, struct err *e) MUST_CHECK;

#endif
