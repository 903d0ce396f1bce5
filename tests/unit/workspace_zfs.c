/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Who takes over the snapshots of a data set, with a zfs(8) of ours. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/lxc/zfs.h"

static char dir[] = "/tmp/earshot-zfs.XXXXXX";

/* It lists that, promotes with that status, and notes what it was told to. */
static void play(const char *listing, int promoted)
{
	SCOPED_TEXT char *path = mem_printf("%s/zfs", dir);
	SCOPED_TEXT char *text = mem_printf("#!/bin/sh\n"
					    "echo \"$*\" >>%s/calls\n"
					    "[ \"$1\" = list ] || exit %d\n"
					    "printf -- '%s'\n",
					    dir, promoted, listing);
	SCOPED_TEXT char *calls = mem_printf("%s/calls", dir);

	(void)unlink(calls);
	assert_int_equal(
		file_replace(AT_FDCWD, path, text, strlen(text), 0700, NULL),
		0);
}

static void assert_promoted(const char *clone)
{
	SCOPED_TEXT char *path = mem_printf("%s/calls", dir);
	SCOPED_TEXT char *expected = mem_printf("\npromote %s\n", clone);
	SCOPED_BUF struct buf calls = { 0 };

	assert_int_equal(file_read(AT_FDCWD, path, 4096, &calls, NULL), 0);
	if (*clone == '\0')
		assert_null(strstr(buf_text(&calls), "promote"));
	else
		assert_non_null(strstr(buf_text(&calls), expected));
}

static void none_is_a_clone(void **state)
{
	(void)state;
	play("-\\n-\\n", 0);
	assert_int_equal(zfs_pass_on("lxc/one", NULL), 0);
	assert_promoted("");
	play("", 0);
	assert_int_equal(zfs_pass_on("lxc/one", NULL), 0);
	assert_promoted("");
}

/* The older snapshots, and with them the clones of these, go along. */
static void the_newest_takes_over(void **state)
{
	(void)state;
	play("lxc/two\\n-\\nlxc/three,lxc/four\\n-\\n", 0);
	assert_int_equal(zfs_pass_on("lxc/one", NULL), 0);
	assert_promoted("lxc/three");
}

static void it_does_not(void **state)
{
	struct err e = { 0 };

	(void)state;
	play("lxc/two\\n", 1);
	assert_int_equal(zfs_pass_on("lxc/one", &e), -EIO);
	assert_string_equal(e.text, "zfs promote lxc/two: exit 1");
}

static int setup(void **state)
{
	SCOPED_TEXT char *path = NULL;

	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	path = mem_printf("%s:%s", dir, getenv("PATH"));
	return setenv("PATH", path, 1);
}

static int teardown(void **state)
{
	SCOPED_TEXT char *program = mem_printf("%s/zfs", dir);
	SCOPED_TEXT char *calls = mem_printf("%s/calls", dir);

	(void)state;
	(void)unlink(program);
	(void)unlink(calls);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_a_clone),
		cmocka_unit_test(the_newest_takes_over),
		cmocka_unit_test(it_does_not),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
