/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/confine.h"

#include <linux/close_range.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include <sys/capability.h>

#include "core/syscalls.h"
#include "workspace/run/path_syscalls.h"

/* ---- capabilities ------------------------------------------------------- */

/* What dpkg, useradd and daemons need; all of it within the namespace only. */
static const cap_value_t kept[] = {
	CAP_CHOWN,	CAP_DAC_OVERRIDE, CAP_FOWNER,  CAP_FSETID,
	CAP_KILL,	CAP_SETGID,	  CAP_SETUID,  CAP_SETPCAP,
	CAP_SYS_CHROOT, CAP_MKNOD,	  CAP_SETFCAP, CAP_NET_BIND_SERVICE,
};

static const cap_value_t kept_private_net[] = { CAP_NET_ADMIN, CAP_NET_RAW };

static bool is_kept(cap_value_t cap, const struct confine *confine)
{
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		if (kept[i] == cap)
			return true;
	for (size_t i = 0; i < COUNT_OF(kept_private_net); i++)
		if (kept_private_net[i] == cap)
			return confine->private_net;
	return false;
}

int confine_caps(const struct confine *confine, struct err *e)
{
	cap_t caps;
	int rc = 0;

	if (confine->keep_caps)
		return 0;
	caps = cap_init();
	if (caps == NULL)
		return err_set(e, errno, "capabilities");
	for (cap_value_t cap = 0; rc == 0 && cap <= cap_max_bits(); cap++) {
		if (!is_kept(cap, confine)) {
			if (cap_drop_bound(cap) < 0 && errno != EINVAL)
				rc = err_set(e, errno, "drop a capability");
			continue;
		}
		/* Not inheritable: only root itself has them after execve. */
		if (cap_set_flag(caps, CAP_PERMITTED, 1, &cap, CAP_SET) < 0 ||
		    cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_SET) < 0)
			rc = err_set(e, errno, "capabilities");
	}
	if (rc == 0 && cap_set_proc(caps) < 0)
		rc = err_set(e, errno, "set capabilities");
	cap_free(caps);
	return rc;
}

/* ---- seccomp ------------------------------------------------------------ */

/*
 * Ways into the kernel that programs for users do not need and that have been
 * the way out of containers. Refused with EPERM, as if the right were missing.
 */
static const char *const refused[] = {
	"_sysctl",
	"acct",
	"add_key",
	"bpf",
	"clock_settime",
	"create_module",
	"delete_module",
	"finit_module",
	"get_kernel_syms",
	"fanotify_init",
	"init_module",
	"io_uring_enter",
	"io_uring_register",
	"io_uring_setup",
	"ioperm",
	"iopl",
	"kcmp",
	"kexec_file_load",
	"kexec_load",
	"keyctl",
	"lookup_dcookie",
	"nfsservctl",
	"open_by_handle_at",
	"perf_event_open",
	"query_module",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"request_key",
	"settimeofday",
	"stime",
	"swapoff",
	"swapon",
	"syslog",
	"sysfs",
	"uselib",
	"userfaultfd",
	"ustat",
	"vhangup",
	"vmsplice",
};

/*
 * The families of sockets that a namespace of networks holds, or that never
 * leave the machine's files. All others reach hardware, a hypervisor or code of
 * the kernel that few have looked at: AF_VSOCK talks to the host of a virtual
 * machine, AF_ALG has been a way to the kernel's memory. socketcall(2) of
 * 32-bit programs cannot be looked into: it is left alone.
 */
static const struct {
	unsigned mask, value; /* refused where family & mask == value */
} families[] = {
	/* All but unspecified 0, unix 1, inet 2, inet6 10, netlink 16 and
	 * packet 17, up to 63; the kernel knows fewer. */
	{ ~0U, 3 },  { ~3U, 4 },  { ~1U, 8 },  { ~0U, 11 },  { ~3U, 12 },
	{ ~1U, 18 }, { ~3U, 20 }, { ~7U, 24 }, { ~31U, 32 },
};

/* With these a process could leave what the workspace shows. */
static const char *const refused_unless_nested[] = {
	"fsconfig",   "fsmount",       "fsopen",     "fspick",
	"mount",      "mount_setattr", "move_mount", "open_tree",
	"pivot_root", "setns",	       "umount",     "umount2",
};

static int refuse_list(struct syscalls *filter, const char *const *list,
		       size_t count, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = syscalls_refuse(filter, list[i], EPERM, NULL, e);
	return rc;
}

static int refuse_namespaces(struct syscalls *filter, struct err *e)
{
	const struct syscalls_when user = { 0, CLONE_NEWUSER, CLONE_NEWUSER };
	int rc = syscalls_refuse(filter, "unshare", EPERM, &user, e);

	if (rc == 0)
		rc = syscalls_refuse(filter, "clone", EPERM, &user, e);
	/* Its flags lie in memory, where a filter cannot look: libc then uses
	 * clone(2). */
	if (rc == 0)
		rc = syscalls_refuse(filter, "clone3", ENOSYS, NULL, e);
	return rc;
}

/*
 * TIOCSTI and TIOCLINUX put words into the terminal's input as if typed
 * (CVE-2016-10124, CVE-2017-5226). The kernel looks at 32 bits of the request
 * (CVE-2019-10063).
 */
static int refuse_typing(struct syscalls *filter, struct err *e)
{
	static const unsigned requests[] = { TIOCSTI, TIOCLINUX };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(requests); i++) {
		const struct syscalls_when when = { 1, 0xffffffffU,
						    requests[i] };

		rc = syscalls_refuse(filter, "ioctl", EPERM, &when, e);
	}
	return rc;
}

/* As a kernel answers that was built without them. */
static int refuse_families(struct syscalls *filter, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(families); i++) {
		const struct syscalls_when when = { 0, families[i].mask,
						    families[i].value };

		rc = syscalls_refuse(filter, "socket", EAFNOSUPPORT, &when, e);
		if (rc == 0)
			rc = syscalls_refuse(filter, "socketpair", EAFNOSUPPORT,
					     &when, e);
	}
	return rc;
}

static int fill_filter(struct syscalls *filter, const struct confine *confine,
		       struct err *e)
{
	int rc = syscalls_add_32bit(filter, e);

	if (rc == 0)
		rc = refuse_list(filter, refused, COUNT_OF(refused), e);
	if (rc == 0)
		rc = refuse_families(filter, e);
	if (rc == 0 && !confine->nested)
		rc = refuse_list(filter, refused_unless_nested,
				 COUNT_OF(refused_unless_nested), e);
	if (rc == 0 && !confine->nested)
		rc = refuse_namespaces(filter, e);
	if (rc == 0 && confine->watched)
		rc = path_syscalls_watch(filter, e);
	return rc < 0 ? rc : refuse_typing(filter, e);
}

static int apply_filter(const struct confine *confine, int *ret_listener,
			struct err *e)
{
	struct syscalls *filter = syscalls_new(SYSCALLS_ALLOW_REST, e);
	int rc;

	if (filter == NULL)
		return -e->code;
	rc = fill_filter(filter, confine, e);
	if (rc == 0)
		rc = confine->watched ? syscalls_listen(filter, e)
				      : syscalls_load(filter, e);
	syscalls_free(filter);
	if (rc >= 0)
		*ret_listener = confine->watched ? rc : -1;
	return rc < 0 ? rc : 0;
}

int confine_apply(const struct confine *confine, int *ret_listener,
		  struct err *e)
{
	struct confine unwatched = *confine;
	int rc;

	/* CVE-2024-21626: a leaked descriptor of the host is a way out. */
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return err_set(e, errno, "close_range");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "no_new_privs");
	rc = apply_filter(confine, ret_listener, e);
	unwatched.watched = false;
	return rc == -EBUSY ? apply_filter(&unwatched, ret_listener, e) : rc;
}
