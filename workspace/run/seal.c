/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/seal.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "core/paths.h"

/* memfd_create(2), Linux 6.3; older C libraries do not know it. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

enum {
	SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
	COPY_BYTES = 1 << 30,
};

static const char own_exe[] = "/proc/self/exe";
static const char name[] = "project-workspace";

extern char **environ;

/* By the file itself: a variable or a word could be set by anybody. */
static bool is_sealed(int exe)
{
	int seals = fcntl(exe, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

void seal_begin(char **argv)
{
	SCOPED_FD int exe = open(own_exe, O_RDONLY | O_CLOEXEC);

	if (exe < 0 || !is_sealed(exe) || argv[0] == NULL)
		return;
	path_set_program(argv[0]);
	/* It was the number of a descriptor. */
	(void)prctl(PR_SET_NAME, name);
}

/* Its owner may change its mode, and so make it setuid, even if no more. */
static bool can_be_changed(int exe)
{
	struct stat st;

	return fstat(exe, &st) < 0 || st.st_uid == geteuid() ||
	       faccessat(AT_FDCWD, own_exe, W_OK, AT_EACCESS) == 0;
}

static int new_copy(struct err *e)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int copy = memfd_create(name, flags | MFD_EXEC);

	if (copy < 0 && errno == EINVAL)
		copy = memfd_create(name, flags);
	return copy >= 0 ? copy : err_set(e, errno, "make a file in memory");
}

static int fill_copy(int exe, int copy, struct err *e)
{
	ssize_t n;

	do
		n = sendfile(copy, exe, NULL, COPY_BYTES);
	while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return err_set(e, errno, "copy the program into memory");
	if (fchmod(copy, 0555) < 0 || fcntl(copy, F_ADD_SEALS, SEALS) < 0)
		return err_set(e, errno, "seal a copy of the program");
	return 0;
}

int seal_program(char **argv, struct err *e)
{
	SCOPED_FD int exe = open(own_exe, O_RDONLY | O_CLOEXEC);
	SCOPED_FD int copy = -1;
	char file[PATH_MAX];
	char *word = argv[0];
	ssize_t n;
	int rc;

	if (exe < 0)
		return err_set(e, errno, "open %s", own_exe);
	if (is_sealed(exe) || !can_be_changed(exe))
		return 0;
	n = readlink(own_exe, file, sizeof(file) - 1);
	if (n < 0)
		return err_set(e, errno, "read %s", own_exe);
	file[n] = '\0';
	copy = new_copy(e);
	rc = copy < 0 ? copy : fill_copy(exe, copy, e);
	if (rc < 0)
		return rc;
	argv[0] = file;
	fexecve(copy, argv, environ);
	rc = errno;
	argv[0] = word;
	return err_set(e, rc, "run a copy of the program");
}
