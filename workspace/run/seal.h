/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * seal.h - go on as a copy of this program that nobody can change.
 *
 * What joins a workspace can be run again inside by a script that begins with
 * "#!/proc/self/exe", together with libraries of the workspace. These get a
 * handle of the program's file, outside of all that is shown inside, and may
 * write to it or make it setuid if it belongs to one of their user ids
 * (CVE-2019-5736). A sealed file in memory has nothing to lose.
 */
#ifndef WORKSPACE_SEAL_H
#define WORKSPACE_SEAL_H

#include "core/err.h"

/*
 * To be called first in main(). In a sealed copy argv[0], which is kept, tells
 * the program's file: other programs are looked for beside it.
 */
void seal_begin(char **argv);

/*
 * Start over as a sealed copy, with the same arguments behind argv[0]; does
 * not return then. 0 without doing anything if this is one, or if the file can
 * be changed by nobody with the caller's user id; -errno if the file can be
 * changed and there is no way to a copy.
 */
int seal_program(char **argv, struct err *e) MUST_CHECK;

#endif
