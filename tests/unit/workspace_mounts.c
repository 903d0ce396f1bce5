/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * workspace_mounts.c - layers are stacked the same way whatever the kernel's
 * age: each by an option of its own, and before Linux 6.5 by one text. A
 * process that calls its kernel 2.6 (personality(2)) takes the second way.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "tests/unit/test.h"

/* What the text must carry as it is: all that has a meaning in it. */
#define ODD "a:b,c\\d=e"

static bool old_kernel;

static void test_kernel_version(void **state)
{
	(void)state;
	assert_false(ns_kernel_before(2, 0));
	assert_true(ns_kernel_before(1000, 0));
	(void)personality(PER_LINUX | UNAME26);
	assert_true(ns_kernel_before(3, 0));
	assert_true(ns_kernel_before(6, 5));
	(void)personality(PER_LINUX);
}

static int make_layers(struct err *e)
{
	static const char odd[] = "odd " ODD;
	const char *const dirs[] = { "top", odd, "up", "work", "at" };
	static const struct {
		const char *path, *text;
	} files[] = { { "top/f", "top" },
		      { "odd " ODD "/f", "odd" },
		      { "odd " ODD "/g", "odd" } };

	for (size_t i = 0; i < COUNT_OF(dirs); i++)
		if (mkdir(dirs[i], 0755) < 0)
			return err_set(e, errno, "mkdir %s", dirs[i]);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		SCOPED_FD int fd = open(files[i].path, O_WRONLY | O_CREAT,
					0644);

		if (write_all(fd, files[i].text, 3) < 0)
			return err_set(e, errno, "write %s", files[i].path);
	}
	return 0;
}

static int expect(const char *path, const char *want, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	int rc = file_read(AT_FDCWD, path, 64, &text, e);

	if (rc == 0 && strcmp(buf_text(&text), want) != 0)
		return err_say(e, EBADMSG, "%s: '%s', not '%s'", path,
			       buf_text(&text), want);
	return rc;
}

static int stack_them(void *data, struct err *e)
{
	static const char *const lowers[] = { "top", "odd " ODD };
	SCOPED_FD int target = -1;
	int rc = make_layers(e);

	(void)data;
	if (old_kernel)
		(void)personality(PER_LINUX | UNAME26);
	target = open("at", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rc == 0)
		rc = mount_overlay(lowers, COUNT_OF(lowers), "up", "work",
				   target, e);
	if (rc == 0)
		rc = expect("at/f", "top", e);
	if (rc == 0)
		rc = expect("at/g", "odd", e);
	/* A directory of a lower layer is replaced: needs userxattr here. */
	if (rc == 0 && (unlink("at/f") < 0 || mkdir("at/f", 0755) < 0))
		rc = err_set(e, errno, "replace a file");
	return rc;
}

/* A work directory within the upper one: EINVAL, which is explained. */
static int refuse_them(void *data, struct err *e)
{
	static const char *const lowers[] = { "top" };
	SCOPED_FD int target = -1;
	int rc = make_layers(e);

	(void)data;
	if (old_kernel)
		(void)personality(PER_LINUX | UNAME26);
	target = open("at", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return rc < 0 ? rc : mount_overlay(lowers, 1, "up", "up", target, e);
}

static int in_namespace(ns_fn *fn, struct err *e)
{
	char dir[] = "/var/tmp/ws-mounts.XXXXXX";
	SCOPED_TEXT char *clean = NULL;
	struct idmap map = {
		.uids = { { { 0, geteuid(), 1 } }, 1 },
		.gids = { { { 0, getegid(), 1 } }, 1 },
		.single = true,
	};
	int rc;

	assert_non_null(mkdtemp(dir));
	rc = ns_run(&map, dir, fn, NULL, e);
	clean = mem_printf("chmod -R u+rwx '%s'; rm -rf '%s'", dir, dir);
	assert_int_equal(system(clean), 0);
	return rc;
}

static int nothing(void *data, struct err *e)
{
	(void)data;
	(void)e;
	return 0;
}

static void check(ns_fn *fn, int want)
{
	struct err e = { 0 };

	if (in_namespace(nothing, &e) < 0) {
		print_message("no user namespaces here: %s\n", e.text);
		skip();
	}
	e = (struct err){ 0 };
	if (in_namespace(fn, &e) != want)
		fail_msg("%d: %s", e.code, e.text);
	if (want < 0)
		assert_null(strstr(e.text, "built without"));
}

static void test_by_name(void **state)
{
	(void)state;
	if (ns_kernel_before(6, 5))
		skip();
	old_kernel = false;
	check(stack_them, 0);
}

static void test_by_text(void **state)
{
	(void)state;
	old_kernel = true;
	check(stack_them, 0);
}

static void test_refusal(void **state)
{
	(void)state;
	old_kernel = true;
	check(refuse_them, -EINVAL);
	old_kernel = false;
	if (!ns_kernel_before(6, 5))
		check(refuse_them, -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_version),
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_by_text),
		cmocka_unit_test(test_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
