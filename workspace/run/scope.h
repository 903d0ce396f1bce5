/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * scope.h - the limits of a command, all of it together: a control group that
 * systemd makes for it, the user's manager or, for root, the system's.
 */
#ifndef WORKSPACE_SCOPE_H
#define WORKSPACE_SCOPE_H

#include "core/err.h"

struct limits {
	unsigned memory_mib, pids; /* 0: any */
	unsigned cpu_percent; /* of one processor; 0: any */
};

/*
 * Move the calling process there, whose children then are there too. 0, or
 * -errno with the reason: no systemd, or one that may not limit that.
 */
int scope_enter(const struct limits *limits, struct err *e) MUST_CHECK;

#endif
