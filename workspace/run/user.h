/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * user.h - a user of the workspace, by its own /etc/passwd and /etc/group.
 *
 * These are read as text: the workspace's C library must not load the modules
 * that its nsswitch.conf names into a process of ours.
 */
#ifndef WORKSPACE_USER_H
#define WORKSPACE_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base.h"
#include "core/err.h"

enum { USER_GROUPS_MAX = 64 };

struct user {
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS_MAX]; /* in which /etc/group lists it */
	size_t group_count;
	char *home; /* owned; NULL: it is not in /etc/passwd */
};

/*
 * "USER" or "USER:GROUP", names or numbers. With a group there are no others,
 * as docker and podman have it. A number that /etc/passwd does not have is in
 * the group of that number, or, as the user of an image, in 0.
 */
int user_find(const char *words, bool of_image, struct user *ret,
	      struct err *e) MUST_CHECK;
void user_fini(struct user *user);

#define SCOPED_USER ON_SCOPE_EXIT(user_fini)

#endif
