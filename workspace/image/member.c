/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/member.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/text.h"
#include "workspace/image/archive.h"

const char *member_plain_name(const char *name)
{
	while (name[0] == '.' && name[1] == '/')
		for (name += 2; *name == '/';)
			name++;
	return strcmp(name, ".") == 0 ? "" : name;
}

const char *member_leads_out(const char *name)
{
	if (strlen(name) > UNPACK_NAME_MAX_BYTES)
		return "has too long a name";
	if (name[0] == '/')
		return "has an absolute name";
	for (const char *part = name; part != NULL;) {
		if (strncmp(part, "..", 2) == 0 &&
		    (part[2] == '/' || part[2] == '\0'))
			return "leads out with '..'";
		part = strchr(part, '/');
		part = part != NULL ? part + 1 : NULL;
	}
	return NULL;
}

int member_refuse(struct err *e, const char *name, const char *why)
{
	SCOPED_BUF struct buf clean = { 0 };

	text_escape(&clean, name, min_size(strlen(name), 200));
	return err_say(e, EINVAL, "refused: member '%s' %s", buf_text(&clean),
		       why);
}

/* ---- directories that only their contents tell of ----------------------- */

/* The topmost layer's that has something there: a directory, or nothing. */
static int open_below(const struct member_lowers *lowers, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	for (size_t i = 0; i < lowers->count; i++) {
		int fd = (int)syscall(SYS_openat2, lowers->dirs[i], path, &how,
				      sizeof(how));

		if (fd >= 0 || errno != ENOENT)
			return fd;
	}
	return -1;
}

static int make_alike(const char *path, const struct member_lowers *lowers,
		      struct err *e)
{
	SCOPED_FD int below = open_below(lowers, path);
	struct stat st;

	if (below < 0 || fstat(below, &st) < 0)
		return 0;
	/* With one id inside there is one owner. */
	if (chown(path, st.st_uid, st.st_gid) < 0 && errno != EPERM &&
	    errno != EINVAL)
		return err_set(e, errno, "unpack");
	if (chmod(path, st.st_mode & 07777) < 0)
		return err_set(e, errno, "unpack");
	return 0;
}

int member_make_parents(const char *name, const struct member_lowers *lowers,
			struct err *e)
{
	SCOPED_TEXT char *path = mem_copy(name);
	int rc = 0;

	for (char *p = path; rc == 0 && (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(path, 0755) == 0)
			rc = make_alike(path, lowers, e);
		else if (errno != EEXIST)
			rc = err_set(e, errno, "unpack");
		*p = '/';
	}
	return rc;
}

/* ---- whiteouts ---------------------------------------------------------- */

static bool is_aufs(const char *name)
{
	for (const char *part = name; part != NULL;) {
		if (strncmp(part, ".wh..wh.", 8) == 0 &&
		    strcmp(part, ".wh..wh..opq") != 0)
			return true;
		part = strchr(part, '/');
		part = part != NULL ? part + 1 : NULL;
	}
	return false;
}

int member_whiteout(const char *name, const struct member_lowers *lowers,
		    struct err *e)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash != NULL ? slash + 1 : name;
	int dir_len = (int)(base - name);
	SCOPED_TEXT char *target = NULL;

	if (is_aufs(name))
		return 1;
	if (strncmp(base, ".wh.", 4) != 0)
		return 0;
	if (member_make_parents(name, lowers, e) < 0)
		return -e->code;
	if (strcmp(base, ".wh..wh..opq") == 0) {
		target = mem_printf("%.*s.", dir_len, name);
		if (setxattr(target, "user.overlay.opaque", "y", 1, 0) < 0)
			return err_set(e, errno, "mark a directory opaque");
		return 1;
	}
	target = mem_printf("%.*s%s", dir_len, name, base + 4);
	if (member_leads_out(base + 4) != NULL || base[4] == '\0')
		return member_refuse(e, name, "is no whiteout");
	if (mknod(target, S_IFCHR, makedev(0, 0)) < 0 && errno != EEXIST)
		return err_set(e, errno, "make a whiteout");
	return 1;
}

/* ---- kinds of archives -------------------------------------------------- */

bool member_is_incus(const char *name)
{
	return strcmp(name, "metadata.yaml") == 0 ||
	       strncmp(name, "rootfs/", 7) == 0 ||
	       strcmp(name, "rootfs") == 0 ||
	       strncmp(name, "templates", 9) == 0;
}

bool member_is_docker(const char *name)
{
	size_t hex = strspn(name, "0123456789abcdef");

	return strcmp(name, "manifest.json") == 0 ||
	       strcmp(name, "repositories") == 0 ||
	       strcmp(name, "version") == 0 ||
	       (hex == 64 && (name[hex] == '/' || name[hex] == '\0' ||
			      strcmp(name + hex, ".tar") == 0 ||
			      strcmp(name + hex, ".json") == 0));
}
