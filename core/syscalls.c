#include "core/syscalls.h"

#include <seccomp.h>

#include "core/mem.h"

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

static int add(struct syscalls *syscalls, uint32_t action, const char *name,
	       const struct syscalls_when *when, struct err *e)
{
	int number = seccomp_syscall_resolve_name(name);
	int rc;

	if (number == __NR_SCMP_ERROR)
		return 0;
	if (when == NULL)
		rc = seccomp_rule_add(syscalls->filter, action, number, 0);
	else
		rc = seccomp_rule_add(syscalls->filter, action, number, 1,
				      SCMP_CMP(when->number, SCMP_CMP_MASKED_EQ,
					       when->mask, when->value));
	/* Of another architecture: it cannot be called here. */
	if (rc == -EDOM || rc == -EINVAL)
		return 0;
	return rc < 0 ? err_set(e, -rc, "seccomp: %s", name) : 0;
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

int syscalls_load(struct syscalls *syscalls, struct err *e)
{
	int rc = seccomp_load(syscalls->filter);

	/* libseccomp hides the kernel's own answer behind -ECANCELED. */
	if (rc == -EINVAL || rc == -ENOSYS || rc == -ECANCELED)
		return err_set(e, ENOSYS, "load the seccomp filter");
	return rc < 0 ? err_set(e, -rc, "load the seccomp filter") : 0;
}
