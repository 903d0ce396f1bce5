/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/syscalls.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <seccomp.h>

#include "core/buf.h"
#include "core/mem.h"

/* Of Linux 5.19. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

struct syscalls {
	scmp_filter_ctx filter;
};

struct syscalls *syscalls_new(enum syscalls_rest rest, struct err *e)
{
	struct syscalls *syscalls = mem_new(sizeof(*syscalls));

	syscalls->filter = seccomp_init(rest == SYSCALLS_ALLOW_REST
						? SCMP_ACT_ALLOW
						: SCMP_ACT_ERRNO(EPERM));
	if (syscalls->filter == NULL) {
		err_set(e, ENOMEM, "seccomp");
		free(syscalls);
		return NULL;
	}
	/* A tree instead of a list: a third of the time for a system call. */
	(void)seccomp_attr_set(syscalls->filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return syscalls;
}

void syscalls_free(struct syscalls *syscalls)
{
	if (syscalls == NULL)
		return;
	seccomp_release(syscalls->filter);
	free(syscalls);
}

int syscalls_add_32bit(struct syscalls *syscalls, struct err *e)
{
	int rc = seccomp_attr_set(syscalls->filter, SCMP_FLTATR_ACT_BADARCH,
				  SCMP_ACT_ERRNO(ENOSYS));

#ifdef __x86_64__
	if (rc == 0)
		rc = seccomp_arch_add(syscalls->filter, SCMP_ARCH_X86);
#endif
	return rc < 0 ? err_set(e, -rc, "seccomp: 32-bit programs") : 0;
}

static int add_rule(struct syscalls *syscalls, uint32_t action,
		    const char *name, const struct scmp_arg_cmp *compare,
		    struct err *e)
{
	int number = seccomp_syscall_resolve_name(name);
	int rc;

	if (number == __NR_SCMP_ERROR)
		return 0;
	rc = seccomp_rule_add_array(syscalls->filter, action, number,
				    compare != NULL ? 1 : 0, compare);
	/* Of another architecture: it cannot be called here. */
	if (rc == -EDOM || rc == -EINVAL)
		return 0;
	return rc < 0 ? err_set(e, -rc, "seccomp: %s", name) : 0;
}

static int add(struct syscalls *syscalls, uint32_t action, const char *name,
	       const struct syscalls_when *when, struct err *e)
{
	struct scmp_arg_cmp compare;

	if (when == NULL)
		return add_rule(syscalls, action, name, NULL, e);
	compare = SCMP_CMP(when->number, SCMP_CMP_MASKED_EQ, when->mask,
			   when->value);
	return add_rule(syscalls, action, name, &compare, e);
}

int syscalls_allow(struct syscalls *syscalls, const char *name,
		   const struct syscalls_when *when, struct err *e)
{
	return add(syscalls, SCMP_ACT_ALLOW, name, when, e);
}

int syscalls_refuse(struct syscalls *syscalls, const char *name, int code,
		    const struct syscalls_when *when, struct err *e)
{
	return add(syscalls, SCMP_ACT_ERRNO((unsigned)code), name, when, e);
}

int syscalls_notify(struct syscalls *syscalls, const char *name,
		    const struct syscalls_when *when, struct err *e)
{
	return add(syscalls, SCMP_ACT_NOTIFY, name, when, e);
}

int syscalls_notify_nonzero(struct syscalls *syscalls, const char *name,
			    unsigned argument, struct err *e)
{
	const struct scmp_arg_cmp compare = SCMP_CMP(argument, SCMP_CMP_NE, 0,
						     0);

	return add_rule(syscalls, SCMP_ACT_NOTIFY, name, &compare, e);
}

int syscalls_load(struct syscalls *syscalls, struct err *e)
{
	int rc = seccomp_load(syscalls->filter);

	/* libseccomp hides the kernel's own answer behind -ECANCELED. */
	if (rc == -EINVAL || rc == -ENOSYS || rc == -ECANCELED)
		return err_set(e, ENOSYS, "load the seccomp filter");
	return rc < 0 ? err_set(e, -rc, "load the seccomp filter") : 0;
}

/* libseccomp before 2.6 writes a program to a descriptor only. */
static int export(const struct syscalls *syscalls, struct buf *ret,
		  struct err *e)
{
	SCOPED_FD int file = memfd_create("seccomp", MFD_CLOEXEC);
	off_t size;
	int rc;

	if (file < 0)
		return err_set(e, errno, "memfd_create");
	rc = seccomp_export_bpf(syscalls->filter, file);
	if (rc < 0)
		return err_set(e, -rc, "write the seccomp filter");
	size = lseek(file, 0, SEEK_END);
	buf_reserve(ret, size > 0 ? (size_t)size : 0);
	if (size <= 0 || pread(file, ret->data, (size_t)size, 0) != size)
		return err_say(e, EIO, "read the seccomp filter");
	ret->len_bytes = (size_t)size;
	return 0;
}

int syscalls_listen(struct syscalls *syscalls, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	struct sock_fprog program;
	long fd;
	int rc = export(syscalls, &text, e);

	if (rc < 0)
		return rc;
	program.len =
		(unsigned short)(text.len_bytes / sizeof(struct sock_filter));
	program.filter = (struct sock_filter *)(void *)text.data;
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			     &program);
	return fd >= 0 ? (int)fd : err_set(e, errno, "load the seccomp filter");
}

char *syscalls_name(uint32_t arch, int number)
{
	return seccomp_syscall_resolve_num_arch(arch, number);
}
