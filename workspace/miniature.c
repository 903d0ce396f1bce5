/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/miniature.h"

#include <fcntl.h>
#include <link.h>
#include <string.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"

enum {
	PROGRAM_MAX_BYTES = 64 << 20,
	LIST_MAX_BYTES = 65536,
};

/* Ends when it is asked to, and by itself when nobody lives to ask. */
static const char init_script[] = "#!/bin/sh\n"
				  "trap 'exit 0' PWR\n"
				  "/bin/sleep 600 &\n"
				  "wait\n";

static int write_program(const char *up, const char *path, const char *bytes,
			 size_t len, struct err *e)
{
	SCOPED_TEXT char *inside = mem_printf("%s%s", up, path);
	int rc = dir_make_parent(inside, 0755, e);

	return rc < 0 ? rc
		      : file_replace(AT_FDCWD, inside, bytes, len, 0755, e);
}

static int copy_program(const char *up, const char *path, struct buf *ret_bytes,
			struct err *e)
{
	int rc = file_read(AT_FDCWD, path, PROGRAM_MAX_BYTES, ret_bytes, e);

	return rc < 0 ? rc
		      : write_program(up, path, buf_text(ret_bytes),
				      ret_bytes->len_bytes, e);
}

/* The loader that a program asks for; NULL: it is linked statically. */
static char *loader_of(const struct buf *program)
{
	size_t len = program->len_bytes;
	ElfW(Ehdr) head;
	ElfW(Phdr) part;

	if (len < sizeof(head))
		return NULL;
	memcpy(&head, program->data, sizeof(head));
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return NULL;
	for (size_t i = 0; i < head.e_phnum; i++) {
		size_t at = head.e_phoff + i * sizeof(part);

		if (at > len || len - at < sizeof(part))
			break;
		memcpy(&part, program->data + at, sizeof(part));
		if (part.p_type == PT_INTERP && part.p_offset <= len &&
		    part.p_filesz <= len - part.p_offset)
			return mem_text(program->data + part.p_offset,
					part.p_filesz);
	}
	return NULL;
}

/* "NAME => PATH (ADDRESS)", "PATH (ADDRESS)", or "NAME (ADDRESS)". */
static int copy_listed(const char *up, const char *list, struct err *e)
{
	int rc = 0;

	while (rc == 0 && *list != '\0') {
		size_t len = strcspn(list, "\n");
		const char *path = memchr(list, '/', len);
		SCOPED_BUF struct buf bytes = { 0 };
		SCOPED_TEXT char *one =
			path == NULL ? NULL
				     : mem_text(path, strcspn(path, " \n"));

		if (one != NULL)
			rc = copy_program(up, one, &bytes, e);
		list += len + strspn(list + len, "\n");
	}
	return rc;
}

/* glibc's loader and musl's list in the same way what a program needs. */
static int copy_libraries(const char *up, const char *program,
			  const char *loader, struct err *e)
{
	const char *const argv[] = { loader, "--list", program, NULL };
	const struct child child = { .argv = argv,
				     .fds = { CHILD_NULL, CHILD_NULL,
					      CHILD_NULL },
				     .fd_count = 3 };
	SCOPED_BUF struct buf list = { 0 };
	SCOPED_BUF struct buf bytes = { 0 };
	int rc = child_capture(&child, LIST_MAX_BYTES, &list, e);

	if (rc > 0)
		return err_say(e, ENOEXEC, "%s does not list what %s needs",
			       loader, program);
	if (rc == 0)
		rc = copy_listed(up, buf_text(&list), e);
	return rc < 0 ? rc : copy_program(up, loader, &bytes, e);
}

int miniature_write(const char *up, struct err *e)
{
	static const char *const programs[] = { "/bin/sh", "/bin/sleep" };
	int rc = write_program(up, "/sbin/init", init_script,
			       strlen(init_script), e);

	for (size_t i = 0; rc == 0 && i < COUNT_OF(programs); i++) {
		SCOPED_BUF struct buf bytes = { 0 };
		SCOPED_TEXT char *loader = NULL;

		rc = copy_program(up, programs[i], &bytes, e);
		loader = rc == 0 ? loader_of(&bytes) : NULL;
		if (loader != NULL)
			rc = copy_libraries(up, programs[i], loader, e);
	}
	return rc;
}
