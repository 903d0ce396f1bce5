/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/secrets.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/child.h"
#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"
#include "sic-bridge/net/tls.h"

/* What others may read is no secret any more: say so instead of using it. */
static int check_mode(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		err_set(e, errno, "password-file: %s", path);
		e->usage = true;
		return -e->code;
	}
	if (!S_ISREG(st.st_mode))
		return err_usage(e, "password-file: %s is not a file", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_usage(e, "password-file: %s belongs to someone else",
				 path);
	if ((st.st_mode & 077) != 0)
		return err_usage(e,
				 "password-file: %s may be read by others; "
				 "chmod 600 it",
				 path);
	return 0;
}

static int from_file(const char *name, struct buf *out, struct err *e)
{
	SCOPED_TEXT char *path = path_expand(name);

	if (check_mode(path, e) < 0)
		return -e->code;
	return file_read(AT_FDCWD, path, SECRET_MAX_BYTES, out, e);
}

static int from_command(const char *command, struct buf *out, struct err *e)
{
	struct child child = { .shell = command };
	int code = child_capture(&child, SECRET_MAX_BYTES, out, e);

	if (code > 0)
		return err_say(e, EACCES, "password-command: exit code %d",
			       code);
	return code;
}

static void wipe(struct buf *buf)
{
	if (buf->data != NULL)
		tls_wipe(buf->data, buf->size_bytes);
	buf_fini(buf);
}

static int first_line(const struct buf *text, char **ret, struct err *e)
{
	size_t n = strcspn(buf_text(text), "\r\n");

	if (n == 0)
		return err_usage(e, "the password is empty");
	*ret = mem_text(text->data, n);
	return 0;
}

int secret_get(const struct settings *s, char **ret_password, struct err *e)
{
	struct buf text = { 0 };
	int rc = 0;

	*ret_password = NULL;
	if (s->password != NULL) {
		*ret_password = mem_copy(s->password);
		return 0;
	}
	if (s->password_file != NULL)
		rc = from_file(s->password_file, &text, e);
	else if (s->password_command != NULL)
		rc = from_command(s->password_command, &text, e);
	else
		return 0;
	if (rc >= 0)
		rc = first_line(&text, ret_password, e);
	wipe(&text);
	return rc;
}

void secret_free(char *take_secret)
{
	if (take_secret == NULL)
		return;
	tls_wipe(take_secret, strlen(take_secret));
	free(take_secret);
}

void secret_hide(int argc, char **argv, const char *secret)
{
	if (secret == NULL || secret[0] == '\0')
		return;
	for (int i = 1; i < argc; i++) {
		size_t len = strlen(argv[i]);
		size_t n = strlen(secret);
		char *tail;

		/* "-k SECRET", "-kSECRET", "--password=SECRET" */
		if (len < n)
			continue;
		tail = argv[i] + len - n;
		if (strcmp(tail, secret) == 0)
			memset(tail, 'x', n);
	}
}
