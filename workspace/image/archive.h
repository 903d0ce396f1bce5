/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * archive.h - tar archives in and out, with all that a root file system has.
 *
 * libarchive keeps extended attributes, ACLs, capabilities, hard links and
 * sparse files where tar(1) and rsync(1) silently drop some of them. Only a
 * fixed list of compressions is read, none through a program.
 *
 * What is unpacked is a stranger's. It happens in a process that has made the
 * empty target its root directory, so that there is nothing else to reach; and
 * still every name is checked, because what was meant to lead out of a
 * workspace is not something to install half of.
 */
#ifndef WORKSPACE_ARCHIVE_H
#define WORKSPACE_ARCHIVE_H

#include "core/err.h"
#include "workspace/image/member.h"

enum {
	UNPACK_ENTRIES_MAX = 4000000,
	UNPACK_MIB_DEFAULT = 65536, /* a bomb is refused, not a system */
	UNPACK_NAME_MAX_BYTES = 4096,
	ARCHIVE_PEEK_ENTRIES = 16,
};

#define PACK_HOLE_MAX_BYTES (UINT64_C(4) << 30)

struct unpack {
	uint64_t max_bytes; /* of file contents, before it is refused */
	uint64_t max_entries;
	const char *strip; /* only members below "rootfs/", without it */
	bool oci; /* a layer: ".wh.NAME" is a whiteout; it may be empty */
	struct member_lowers lowers; /* of it */
	bool owners; /* give files their owners' numbers */
	/* Counted: */
	uint64_t bytes, entries;
	uint64_t devices; /* left out: nobody may make them here */
	uint64_t strangers; /* owners outside of the map: root instead */
};

/*
 * Load libarchive, which all of the following need. Those that cannot be called
 * in a foreign root directory do it themselves.
 */
int archive_load(struct err *e) MUST_CHECK;

/*
 * Unpack the archive that can be read from fd into the working directory,
 * which is the root directory of the calling process.
 *
 * errors: -EINVAL for a name that leads out, naming it; -EFBIG beyond a limit;
 *         -EILSEQ for what is no archive or a damaged one.
 */
int archive_unpack(int fd, struct unpack *unpack, struct err *e) MUST_CHECK;

enum archive_kind {
	ARCHIVE_ROOT,
	ARCHIVE_OCI,
	ARCHIVE_DOCKER,
	ARCHIVE_INCUS,
};

/* What an archive holds, by its first names; fd is rewound. */
int archive_peek(int fd, enum archive_kind *ret, struct err *e) MUST_CHECK;

struct pack;

/* A usage error for a name that promises what is not written: .zip ... */
int pack_check_name(const char *name, struct err *e) MUST_CHECK;

/*
 * Write an archive to fd, compressed as name ends: .tar.gz, .tar.bz2, .tar.xz,
 * .tar.zst or one of their short forms; else not. NULL with e filled.
 */
struct pack *pack_new(int fd, const char *name, struct err *e) MUST_CHECK;

/*
 * From here on holes of files are written as the zeros that they read as: Go's
 * archive/tar, which podman and docker are made with, takes an image apart and
 * cannot put GNU's sparse members together again. -EFBIG for a hole of more
 * than PACK_HOLE_MAX_BYTES.
 */
void pack_without_holes(struct pack *pack);

/*
 * Add everything below the directory root, its names behind prefix ("" or
 * "rootfs"). Unreadable files are left out and counted in *ret_skipped when
 * that is not NULL, else an error.
 */
int pack_tree(struct pack *pack, int root, const char *prefix,
	      uint64_t *ret_skipped, struct err *e) MUST_CHECK;

/*
 * Add one file, from memory or (bytes NULL) from a descriptor; or a directory,
 * whose name ends in "/".
 */
int pack_file(struct pack *pack, const char *name, const char *bytes, int fd,
	      uint64_t len_bytes, struct err *e) MUST_CHECK;

/* Finish and free; the archive is whole only if this returns 0. */
int pack_close(struct pack *take_pack, struct err *e) MUST_CHECK;
/* Free without finishing. */
void pack_abandon(struct pack *take_pack);

#endif
