/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>

#include <archive.h>
#include <archive_entry.h>

#include "core/buf.h"
#include "core/library.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"
#include "workspace/image/member.h"
#include "workspace/store/tree.h"

/*
 * What is used of libarchive. With it come fifteen libraries more, which every
 * command would have to load at its start: so it is loaded when an archive
 * is read or written, and before a process goes where it could not be found.
 */
/* clang-format off */
#define LIBARCHIVE(X) \
	X(archive_entry_copy_gname) \
	X(archive_entry_copy_hardlink) \
	X(archive_entry_copy_pathname) \
	X(archive_entry_copy_sourcepath) \
	X(archive_entry_copy_uname) \
	X(archive_entry_filetype) \
	X(archive_entry_free) \
	X(archive_entry_hardlink) \
	X(archive_entry_linkify) \
	X(archive_entry_linkresolver_free) \
	X(archive_entry_linkresolver_new) \
	X(archive_entry_linkresolver_set_strategy) \
	X(archive_entry_new) \
	X(archive_entry_new2) \
	X(archive_entry_pathname) \
	X(archive_entry_set_filetype) \
	X(archive_entry_set_gid) \
	X(archive_entry_set_mtime) \
	X(archive_entry_set_perm) \
	X(archive_entry_set_size) \
	X(archive_entry_set_uid) \
	X(archive_entry_size) \
	X(archive_entry_sparse_count) \
	X(archive_entry_xattr_add_entry) \
	X(archive_entry_xattr_clear) \
	X(archive_entry_xattr_next) \
	X(archive_entry_xattr_reset) \
	X(archive_errno) \
	X(archive_error_string) \
	X(archive_format) \
	X(archive_read_data_block) \
	X(archive_read_disk_entry_from_file) \
	X(archive_read_disk_new) \
	X(archive_read_disk_set_behavior) \
	X(archive_read_free) \
	X(archive_read_new) \
	X(archive_read_next_header) \
	X(archive_read_open_fd) \
	X(archive_read_set_option) \
	X(archive_read_support_filter_by_code) \
	X(archive_read_support_format_empty) \
	X(archive_read_support_format_tar) \
	X(archive_write_add_filter) \
	X(archive_write_close) \
	X(archive_write_data) \
	X(archive_write_data_block) \
	X(archive_write_disk_new) \
	X(archive_write_disk_set_options) \
	X(archive_write_fail) \
	X(archive_write_finish_entry) \
	X(archive_write_free) \
	X(archive_write_header) \
	X(archive_write_new) \
	X(archive_write_open_fd) \
	X(archive_write_set_format_pax_restricted)

/* A member's name takes no parentheses. NOLINTNEXTLINE(bugprone-macro-*) */
#define MEMBER(name) __typeof__(name) *name;
static struct {
	LIBARCHIVE(MEMBER)
} libarchive;

#define SYMBOL(name) { #name, &libarchive.name },
static const struct library_symbol symbols[] = { LIBARCHIVE(SYMBOL) };
/* clang-format on */

int archive_load(struct err *e)
{
	if (libarchive.archive_read_new != NULL)
		return 0;
	return library_load("libarchive.so.13", "libarchive13", symbols,
			    COUNT_OF(symbols), e);
}

enum {
	BLOCK_BYTES = 65536,
	UNPACKED_MIB = 1 << 20,
	ZEROS_BYTES = 1 << 30,
};

static int complain(struct err *e, struct archive *archive, const char *doing)
{
	int code = libarchive.archive_errno(archive);
	const char *why = libarchive.archive_error_string(archive);
	SCOPED_BUF struct buf clean = { 0 };

	/* Its texts may quote names. */
	if (why != NULL)
		text_escape(&clean, why, strlen(why));
	/* Its own codes are negative, or mean the format; what a system call
	 * gave is not in the text. */
	if (code == ENOSPC || code == EDQUOT || code == EIO || code == EPIPE)
		return err_set(e, code, "%s: %s", doing, buf_text(&clean));
	if (code <= 0)
		code = EILSEQ;
	return err_say(e, code, "%s: %s", doing, buf_text(&clean));
}

/* ---- reading ------------------------------------------------------------ */

static struct archive *open_reader(int fd, struct err *e)
{
	static const int filters[] = {
		ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2,
		ARCHIVE_FILTER_XZ,   ARCHIVE_FILTER_ZSTD,
	};
	struct archive *archive;

	if (archive_load(e) < 0)
		return NULL;
	archive = libarchive.archive_read_new();
	if (archive == NULL)
		abort();
	for (size_t i = 0; i < COUNT_OF(filters); i++)
		(void)libarchive.archive_read_support_filter_by_code(
			archive, filters[i]);
	(void)libarchive.archive_read_support_format_tar(archive);
	/* A layer may be without any. */
	(void)libarchive.archive_read_support_format_empty(archive);
	/* Names are bytes here, whatever the locale. */
	(void)libarchive.archive_read_set_option(archive, "tar", "hdrcharset",
						 "BINARY");
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    libarchive.archive_read_open_fd(archive, fd, BLOCK_BYTES) !=
		    ARCHIVE_OK) {
		(void)complain(e, archive, "open the archive");
		libarchive.archive_read_free(archive);
		return NULL;
	}
	return archive;
}

struct unpacker {
	struct unpack *how;
	struct archive *reader, *disk;
};

/* What overlayfs would take for its own marks must not come from outside. */
static void drop_marks(struct archive_entry *entry)
{
	struct kept {
		char *name;
		char *value;
		size_t bytes;
	} *kept = NULL;
	size_t count = 0, bytes;
	const char *name;
	const void *value;

	if (libarchive.archive_entry_xattr_reset(entry) == 0)
		return;
	while (libarchive.archive_entry_xattr_next(entry, &name, &value,
						   &bytes) == ARCHIVE_OK) {
		if (name == NULL || strncmp(name, "user.overlay.", 13) == 0 ||
		    strncmp(name, "trusted.", 8) == 0)
			continue;
		kept = mem_resize(kept, count + 1, sizeof(*kept));
		kept[count++] = (struct kept){ mem_copy(name),
					       mem_text(value, bytes), bytes };
	}
	libarchive.archive_entry_xattr_clear(entry);
	for (size_t i = 0; i < count; i++) {
		libarchive.archive_entry_xattr_add_entry(
			entry, kept[i].name, kept[i].value, kept[i].bytes);
		free(kept[i].name);
		free(kept[i].value);
	}
	free(kept);
}

/*
 * Set the names inside the target. Returns 1 when the member is none of ours,
 * -EINVAL when it leads out.
 */
static int set_names(struct unpacker *u, struct archive_entry *entry,
		     struct err *e)
{
	const char *name = libarchive.archive_entry_pathname(entry);
	const char *link = libarchive.archive_entry_hardlink(entry);
	const char *strip = u->how->strip;
	size_t len = strip != NULL ? strlen(strip) : 0;
	const char *why;

	if (name == NULL)
		return err_say(e, EILSEQ, "a member without a name");
	why = member_leads_out(name);
	if (why != NULL)
		return member_refuse(e, name, why);
	why = link != NULL ? member_leads_out(link) : NULL;
	if (why != NULL)
		return member_refuse(e, name, "is a hard link that leads out");
	name = member_plain_name(name);
	if (strip != NULL && strncmp(name, strip, len) != 0)
		return 1;
	if (link != NULL) {
		SCOPED_TEXT char *copy = mem_copy(member_plain_name(link));

		if (strip != NULL && strncmp(copy, strip, len) != 0)
			return member_refuse(e, name,
					     "is a hard link that leads out");
		libarchive.archive_entry_copy_hardlink(entry, copy + len);
	}
	if (name[len] == '\0') {
		libarchive.archive_entry_copy_pathname(entry, ".");
	} else {
		SCOPED_TEXT char *copy = mem_copy(name + len);

		libarchive.archive_entry_copy_pathname(entry, copy);
	}
	return 0;
}

static int count_entry(struct unpacker *u, struct err *e)
{
	if (++u->how->entries <= u->how->max_entries)
		return 0;
	return err_say(e, EFBIG, "refused: more than %llu members",
		       (unsigned long long)u->how->max_entries);
}

static int copy_data(struct unpacker *u, struct err *e)
{
	for (;;) {
		const void *block;
		size_t bytes;
		la_int64_t at;
		int rc = libarchive.archive_read_data_block(u->reader, &block,
							    &bytes, &at);

		if (rc == ARCHIVE_EOF)
			return 0;
		if (rc < ARCHIVE_WARN)
			return complain(e, u->reader, "read the archive");
		u->how->bytes += bytes;
		if (u->how->bytes > u->how->max_bytes)
			return err_say(e, EFBIG,
				       "refused: it unpacks to more than %llu "
				       "MiB (--max-mib)",
				       (unsigned long long)(u->how->max_bytes /
							    UNPACKED_MIB));
		if (libarchive.archive_write_data_block(u->disk, block, bytes,
							at) < ARCHIVE_WARN)
			return complain(e, u->disk, "unpack");
	}
}

static int write_entry(struct unpacker *u, struct archive_entry *entry,
		       struct err *e)
{
	int rc = libarchive.archive_write_header(u->disk, entry);

	if (rc < ARCHIVE_WARN) {
		if (libarchive.archive_errno(u->disk) == ENOSPC ||
		    libarchive.archive_errno(u->disk) == EDQUOT)
			return complain(e, u->disk, "unpack");
		return member_refuse(
			e, libarchive.archive_entry_pathname(entry),
			"goes through something that is no directory, or "
			"cannot be made");
	}
	if (libarchive.archive_entry_size(entry) > 0 ||
	    libarchive.archive_entry_sparse_count(entry))
		rc = copy_data(u, e);
	else
		rc = 0;
	if (rc < 0)
		return rc;
	/* Only owners are set last: the map does not have this one. */
	rc = libarchive.archive_write_finish_entry(u->disk);
	if (rc == ARCHIVE_WARN)
		u->how->strangers++;
	return rc < ARCHIVE_WARN ? complain(e, u->disk, "unpack") : 0;
}

/* A layer's: 1 when it is a whiteout, and done with. */
static int make_room(struct unpacker *u, const char *name, struct err *e)
{
	int rc = member_whiteout(name, &u->how->lowers, e);

	return rc != 0 ? rc : member_make_parents(name, &u->how->lowers, e);
}

static int unpack_entry(struct unpacker *u, struct archive_entry *entry,
			struct err *e)
{
	mode_t type = libarchive.archive_entry_filetype(entry);
	int rc = count_entry(u, e);

	if (rc == 0)
		rc = set_names(u, entry, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (libarchive.archive_entry_hardlink(entry) == NULL &&
	    (type == AE_IFCHR || type == AE_IFBLK || type == AE_IFSOCK)) {
		u->how->devices++;
		return 0;
	}
	if (u->how->oci)
		rc = make_room(u, libarchive.archive_entry_pathname(entry), e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	drop_marks(entry);
	if (!u->how->owners) {
		libarchive.archive_entry_set_uid(entry, 0);
		libarchive.archive_entry_set_gid(entry, 0);
	}
	return write_entry(u, entry, e);
}

static int unpack_all(struct unpacker *u, struct err *e)
{
	struct archive_entry *entry;
	int rc;

	for (;;) {
		rc = libarchive.archive_read_next_header(u->reader, &entry);
		if (rc == ARCHIVE_EOF)
			return 0;
		if (rc < ARCHIVE_WARN)
			return complain(e, u->reader, "read the archive");
		rc = unpack_entry(u, entry, e);
		if (rc < 0)
			return rc;
	}
}

int archive_unpack(int fd, struct unpack *unpack, struct err *e)
{
	const int flags = ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
			  ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_ACL |
			  ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_UNLINK |
			  ARCHIVE_EXTRACT_SECURE_NODOTDOT |
			  ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS;
	struct unpacker u = { .how = unpack };
	int rc;

	u.reader = open_reader(fd, e);
	if (u.reader == NULL)
		return e != NULL ? -e->code : -EILSEQ;
	u.disk = libarchive.archive_write_disk_new();
	if (u.disk == NULL)
		abort();
	(void)libarchive.archive_write_disk_set_options(u.disk, flags);
	rc = unpack_all(&u, e);
	/* Directories' times and modes are set now. */
	if (libarchive.archive_write_close(u.disk) < ARCHIVE_WARN && rc == 0)
		rc = complain(e, u.disk, "unpack");
	libarchive.archive_write_free(u.disk);
	libarchive.archive_read_free(u.reader);
	if (rc == 0 && unpack->entries == 0 && !unpack->oci)
		rc = err_say(e, EILSEQ, "the archive is empty");
	return rc;
}

int archive_peek(int fd, enum archive_kind *ret, struct err *e)
{
	struct archive *reader = open_reader(fd, e);
	struct archive_entry *entry;
	bool oci = false, incus = true, docker = true;
	int rc = ARCHIVE_OK, seen = 0;

	if (reader == NULL)
		return e != NULL ? -e->code : -EILSEQ;
	while (seen < ARCHIVE_PEEK_ENTRIES) {
		const char *name;

		rc = libarchive.archive_read_next_header(reader, &entry);
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			break;
		name = libarchive.archive_entry_pathname(entry);
		name = member_plain_name(name != NULL ? name : "");
		oci = oci || strcmp(name, "oci-layout") == 0 ||
		      strncmp(name, "blobs/sha256/", 13) == 0;
		docker = docker && (name[0] == '\0' || member_is_docker(name));
		incus = incus && (name[0] == '\0' || member_is_incus(name));
		seen++;
	}
	rc = rc < ARCHIVE_WARN && seen == 0
		     ? complain(e, reader, "read the archive")
		     : 0;
	libarchive.archive_read_free(reader);
	if (rc == 0)
		*ret = oci		    ? ARCHIVE_OCI
		       : docker && seen > 0 ? ARCHIVE_DOCKER
		       : incus && seen > 0  ? ARCHIVE_INCUS
					    : ARCHIVE_ROOT;
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

struct pack {
	struct archive *writer, *disk;
	struct archive_entry_linkresolver *links;
	struct buf path; /* the member's name at hand */
	char *block; /* BLOCK_BYTES */
	bool without_holes;
	void *zeros; /* ZEROS_BYTES, never touched; NULL: not yet */
	uint64_t *skipped;
};

static bool ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a >= b && strcmp(name + a - b, end) == 0;
}

int pack_check_name(const char *name, struct err *e)
{
	static const char *const others[] = { ".zip", ".7z",   ".rar",
					      ".lz4", ".lzma", ".Z" };

	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (ends_with(name, others[i]))
			return err_usage(
				e,
				"cannot write '%s', expected .tar, "
				".tar.gz, .tar.bz2, .tar.xz or .tar.zst",
				name);
	return 0;
}

static int set_filter(struct archive *writer, const char *name)
{
	static const struct {
		const char *end;
		int filter;
	} filters[] = {
		{ ".gz", ARCHIVE_FILTER_GZIP },
		{ ".tgz", ARCHIVE_FILTER_GZIP },
		{ ".bz2", ARCHIVE_FILTER_BZIP2 },
		{ ".tbz2", ARCHIVE_FILTER_BZIP2 },
		{ ".xz", ARCHIVE_FILTER_XZ },
		{ ".txz", ARCHIVE_FILTER_XZ },
		{ ".zst", ARCHIVE_FILTER_ZSTD },
		{ ".tzst", ARCHIVE_FILTER_ZSTD },
	};

	for (size_t i = 0; i < COUNT_OF(filters); i++)
		if (ends_with(name, filters[i].end))
			return libarchive.archive_write_add_filter(
				writer, filters[i].filter);
	return ARCHIVE_OK;
}

struct pack *pack_new(int fd, const char *name, struct err *e)
{
	struct pack *pack;

	if (archive_load(e) < 0)
		return NULL;
	pack = mem_new(sizeof(*pack));

	/* Names in UTF-8 are written as such; others as bytes, marked so. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	pack->writer = libarchive.archive_write_new();
	pack->disk = libarchive.archive_read_disk_new();
	pack->links = libarchive.archive_entry_linkresolver_new();
	pack->block = mem_new(BLOCK_BYTES);
	if (pack->writer == NULL || pack->disk == NULL || pack->links == NULL)
		abort();
	(void)libarchive.archive_read_disk_set_behavior(
		pack->disk, ARCHIVE_READDISK_NO_FFLAGS);
	(void)libarchive.archive_write_set_format_pax_restricted(pack->writer);
	libarchive.archive_entry_linkresolver_set_strategy(
		pack->links, libarchive.archive_format(pack->writer));
	if (set_filter(pack->writer, name) != ARCHIVE_OK ||
	    libarchive.archive_write_open_fd(pack->writer, fd) != ARCHIVE_OK) {
		(void)complain(e, pack->writer, "write the archive");
		pack_abandon(pack);
		return NULL;
	}
	return pack;
}

void pack_without_holes(struct pack *pack)
{
	pack->without_holes = true;
	(void)libarchive.archive_read_disk_set_behavior(
		pack->disk,
		ARCHIVE_READDISK_NO_FFLAGS | ARCHIVE_READDISK_NO_SPARSE);
}

void pack_abandon(struct pack *take_pack)
{
	if (take_pack == NULL)
		return;
	(void)libarchive.archive_write_fail(take_pack->writer);
	libarchive.archive_write_free(take_pack->writer);
	libarchive.archive_read_free(take_pack->disk);
	libarchive.archive_entry_linkresolver_free(take_pack->links);
	buf_fini(&take_pack->path);
	free(take_pack->block);
	if (take_pack->zeros != NULL)
		munmap(take_pack->zeros, ZEROS_BYTES);
	free(take_pack);
}

int pack_close(struct pack *take_pack, struct err *e)
{
	int rc = 0;

	if (libarchive.archive_write_close(take_pack->writer) != ARCHIVE_OK)
		rc = complain(e, take_pack->writer, "write the archive");
	pack_abandon(take_pack);
	return rc;
}

/*
 * A hole, without reading it. libarchive does not look at what stands for a
 * hole that it writes as one: the pages of the mapping are never made then.
 */
static int write_zeros(struct pack *pack, uint64_t bytes, struct err *e)
{
	if (pack->without_holes && bytes > PACK_HOLE_MAX_BYTES)
		return err_say(e, EFBIG,
			       "%s has a hole of %llu MiB, which an image "
			       "cannot hold: delete it, or export with "
			       "--format=root",
			       buf_text(&pack->path),
			       (unsigned long long)(bytes / UNPACKED_MIB));
	if (pack->zeros == NULL) {
		void *map = mmap(NULL, ZEROS_BYTES, PROT_READ,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				 -1, 0);

		if (map == MAP_FAILED)
			return err_set(e, errno, "write a hole");
		pack->zeros = map;
	}
	while (bytes > 0) {
		size_t want = bytes < ZEROS_BYTES ? (size_t)bytes
						  : (size_t)ZEROS_BYTES;
		la_ssize_t n = libarchive.archive_write_data(pack->writer,
							     pack->zeros, want);

		if (n <= 0)
			return complain(e, pack->writer, "write the archive");
		bytes -= (uint64_t)n;
	}
	return 0;
}

/* Where the next data begins, at most size; a file system may not tell. */
static uint64_t next_data(int fd, uint64_t at, uint64_t size)
{
	off_t data = lseek(fd, (off_t)at, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? size : at;
	return (uint64_t)data < size ? (uint64_t)data : size;
}

/* One block at most. Returns what was written, or -errno. */
static int64_t write_block(struct pack *pack, int fd, uint64_t at, size_t want,
			   struct err *e)
{
	ssize_t n;

	do
		n = pread(fd, pack->block, want, (off_t)at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, errno, "read %s", buf_text(&pack->path));
	/* It shrank meanwhile. */
	if (n == 0) {
		memset(pack->block, 0, want);
		n = (ssize_t)want;
	}
	if (libarchive.archive_write_data(pack->writer, pack->block,
					  (size_t)n) < 0)
		return complain(e, pack->writer, "write the archive");
	return n;
}

/* Exactly size bytes: a file that shrank meanwhile is filled with zeros. */
static int write_contents(struct pack *pack, int fd, uint64_t size,
			  struct err *e)
{
	uint64_t at = 0;

	while (at < size) {
		uint64_t data = next_data(fd, at, size);
		uint64_t left = size - data;
		int64_t n = 0;

		if (data > at)
			n = write_zeros(pack, data - at, e);
		else
			n = write_block(pack, fd, at,
					left < BLOCK_BYTES ? (size_t)left
							   : BLOCK_BYTES,
					e);
		if (n < 0)
			return (int)n;
		at = data > at ? data : at + (uint64_t)n;
	}
	return 0;
}

static int write_member(struct pack *pack, struct archive_entry *entry, int fd,
			struct err *e)
{
	if (libarchive.archive_write_header(pack->writer, entry) < ARCHIVE_WARN)
		return complain(e, pack->writer, "write the archive");
	if (fd < 0 || libarchive.archive_entry_size(entry) <= 0)
		return 0;
	return write_contents(
		pack, fd, (uint64_t)libarchive.archive_entry_size(entry), e);
}

static int skip(struct pack *pack, const char *doing, struct err *e)
{
	if (pack->skipped == NULL || (errno != EACCES && errno != EPERM))
		return err_set(e, errno, "%s %s", doing, buf_text(&pack->path));
	(*pack->skipped)++;
	return 0;
}

static int pack_dir(struct pack *pack, int dir, unsigned depth, struct err *e);

static int pack_one(struct pack *pack, int dir, const char *name, int fd,
		    const struct stat *st, struct err *e)
{
	SCOPED_TEXT char *source = mem_printf("/proc/self/fd/%d/%s", dir, name);
	struct archive_entry *entry = libarchive.archive_entry_new2(pack->disk);
	struct archive_entry *spare = NULL;
	int rc = 0;

	libarchive.archive_entry_copy_sourcepath(entry, source);
	libarchive.archive_entry_copy_pathname(entry, buf_text(&pack->path));
	if (libarchive.archive_read_disk_entry_from_file(pack->disk, entry, fd,
							 st) < ARCHIVE_WARN)
		rc = complain(e, pack->disk, buf_text(&pack->path));
	/* Numbers only: names mean something else on another machine. */
	libarchive.archive_entry_copy_uname(entry, NULL);
	libarchive.archive_entry_copy_gname(entry, NULL);
	drop_marks(entry);
	if (rc == 0) {
		libarchive.archive_entry_linkify(pack->links, &entry, &spare);
		if (entry != NULL)
			rc = write_member(pack, entry, fd, e);
	}
	libarchive.archive_entry_free(entry);
	libarchive.archive_entry_free(spare);
	return rc;
}

static int pack_child(struct pack *pack, int dir, const char *name,
		      unsigned depth, struct err *e)
{
	SCOPED_FD int fd = -1;
	struct stat st;
	int rc;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return skip(pack, "stat", e);
	if (S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		return 0;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
		fd = openat(dir, name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			return skip(pack, "open", e);
	}
	rc = pack_one(pack, dir, name, fd, &st, e);
	if (rc == 0 && S_ISDIR(st.st_mode))
		rc = pack_dir(pack, fd, depth + 1, e);
	return rc;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Sorted: the same tree gives the same archive. */
static int pack_dir(struct pack *pack, int dir, unsigned depth, struct err *e)
{
	struct dirent **entries = NULL;
	size_t len = pack->path.len_bytes;
	int count, rc = 0;

	if (depth > TREE_DEPTH_MAX)
		return err_set(e, ELOOP, "directories within directories");
	count = scandirat(dir, ".", &entries, NULL, by_name);
	if (count < 0)
		return skip(pack, "list", e);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (rc == 0 && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0) {
			buf_addf(&pack->path, "%s%s", len > 0 ? "/" : "", name);
			rc = pack_child(pack, dir, name, depth, e);
			buf_cut(&pack->path, len);
		}
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int pack_tree(struct pack *pack, int root, const char *prefix,
	      uint64_t *ret_skipped, struct err *e)
{
	SCOPED_FD int dir = openat(root, ".",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	int rc = 0;

	if (dir < 0 || fstat(dir, &st) < 0)
		return err_set(e, errno, "open the workspace");
	pack->skipped = ret_skipped;
	buf_clear(&pack->path);
	buf_add_text(&pack->path, prefix);
	if (prefix[0] != '\0')
		rc = pack_one(pack, dir, ".", dir, &st, e);
	return rc < 0 ? rc : pack_dir(pack, dir, 0, e);
}

int pack_file(struct pack *pack, const char *name, const char *bytes, int fd,
	      uint64_t len_bytes, struct err *e)
{
	struct archive_entry *entry = libarchive.archive_entry_new();
	size_t name_bytes = strlen(name);
	bool dir = name_bytes > 0 && name[name_bytes - 1] == '/';
	int rc;

	buf_clear(&pack->path);
	buf_add_text(&pack->path, name);
	libarchive.archive_entry_copy_pathname(entry, name);
	libarchive.archive_entry_set_filetype(entry, dir ? AE_IFDIR : AE_IFREG);
	libarchive.archive_entry_set_perm(entry, dir ? 0755 : 0644);
	libarchive.archive_entry_set_size(entry, (la_int64_t)len_bytes);
	libarchive.archive_entry_set_mtime(entry, time(NULL), 0);
	rc = write_member(pack, entry, bytes == NULL ? fd : -1, e);
	if (rc == 0 && bytes != NULL && len_bytes > 0 &&
	    libarchive.archive_write_data(pack->writer, bytes, len_bytes) < 0)
		rc = complain(e, pack->writer, "write the archive");
	libarchive.archive_entry_free(entry);
	return rc;
}
