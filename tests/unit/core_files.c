/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Whole files: limits, atomic replacement, links, modes. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/test.h"

#include "core/files.h"
#include "core/mem.h"

static char directory[] = "/tmp/earshot-files-XXXXXX";
static int dir = -1;

static int enter(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir >= 0 && chdir(directory) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	char *command = mem_printf("rm -rf %s", directory);
	int rc = chdir("/") == 0 ? system(command) : -1;

	(void)state;
	free(command);
	close(dir);
	return rc;
}

static void holds(const char *name, const char *want)
{
	SCOPED_BUF struct buf got = { 0 };
	struct err e = { 0 };

	if (file_read(dir, name, 4096, &got, &e) != 0)
		fail_msg("%s", e.text);
	assert_string_equal(buf_text(&got), want);
}

static void put(const char *name, const char *text, mode_t mode)
{
	struct err e = { 0 };

	if (file_replace(dir, name, text, strlen(text), mode, &e) != 0)
		fail_msg("%s", e.text);
}

static void test_read(void **state)
{
	SCOPED_BUF struct buf got = { 0 };
	struct err e = { 0 };

	(void)state;
	put("ten", "0123456789", 0600);
	buf_add_text(&got, "x");
	assert_int_equal(file_read(dir, "ten", 10, &got, &e), 0);
	assert_string_equal(got.data, "x0123456789");
	assert_int_equal(file_read(dir, "ten", 11, &got, &e), 0);
	buf_cut(&got, 1);
	assert_int_equal(file_read(dir, "ten", 9, &got, &e), -EFBIG);
	assert_string_equal(got.data, "x");
	assert_int_equal(file_read(dir, "none", 9, &got, &e), -ENOENT);
	assert_string_equal(e.text, "open none");
	assert_int_equal(file_read(dir, ".", 9, &got, &e), -EISDIR);
	assert_string_equal(got.data, "x");
	/* Endless: bounded by the limit. */
	assert_int_equal(file_read(AT_FDCWD, "/dev/zero", 100, &got, &e),
			 -EFBIG);
}

static void test_replace(void **state)
{
	struct stat before, after;

	(void)state;
	put("file", "one", 0640);
	assert_int_equal(fstatat(dir, "file", &before, 0), 0);
	assert_int_equal(before.st_mode & 07777, 0640);
	assert_int_equal(chmod("file", 0604), 0);
	put("file", "two", 0600);
	holds("file", "two");
	assert_int_equal(fstatat(dir, "file", &after, 0), 0);
	assert_int_equal(after.st_mode & 07777, 0604);
	/* Another file took its place: who had it open has the old one. */
	assert_int_not_equal(before.st_ino, after.st_ino);
	put("./file", "", 0600);
	holds("file", "");
}

static void test_replace_link(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdirat(dir, "sub", 0700), 0);
	put("sub/real", "one", 0600);
	assert_int_equal(symlinkat("sub/real", dir, "link"), 0);
	assert_int_equal(symlinkat("link", dir, "link2"), 0);
	put("link2", "two", 0600);
	holds("sub/real", "two");
	assert_int_equal(fstatat(dir, "link", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(st.st_mode));
	/* To where nothing is yet, seen from the link's own directory. */
	assert_int_equal(symlinkat("later", dir, "sub/dangling"), 0);
	put("sub/dangling", "three", 0600);
	holds("sub/later", "three");
	assert_int_equal(fstatat(dir, "sub/dangling", &st, AT_SYMLINK_NOFOLLOW),
			 0);
	assert_true(S_ISLNK(st.st_mode));
}

/* What fails leaves the old file, and nothing of ours beside it. */
static void test_replace_fails(void **state)
{
	struct rlimit old, small = { 4, 4 };
	struct err e = { 0 };
	int rc;

	(void)state;
	put("kept", "old", 0600);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = file_replace(dir, "kept", "much too long", 13, 0600, &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(rc, -EFBIG);
	assert_string_equal(e.text, "write kept");
	holds("kept", "old");
	assert_int_not_equal(system("ls -A | grep -q tmp"), 0);
	assert_int_equal(file_replace(dir, "no/where", "x", 1, 0600, &e),
			 -ENOENT);
	assert_int_equal(mkdirat(dir, "isdir", 0700), 0);
	assert_true(file_replace(dir, "isdir", "x", 1, 0600, &e) < 0);
	assert_int_not_equal(system("ls -A | grep -q tmp"), 0);
}

static void test_append(void **state)
{
	struct rlimit old, small = { 8, 8 };
	struct err e = { 0 };
	int rc;

	(void)state;
	assert_int_equal(file_append(dir, "log", "one\n", 4, 0600, &e), 0);
	assert_int_equal(file_append(dir, "log", "two\n", 4, 0600, &e), 0);
	holds("log", "one\ntwo\n");
	/* A full disk: no half line stays. A file size limit stands for it. */
	small.rlim_cur = 10;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = file_append(dir, "log", "three\n", 6, 0600, &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(rc, -EFBIG);
	holds("log", "one\ntwo\n");
	if (access("/dev/full", W_OK) == 0)
		assert_int_equal(
			file_append(AT_FDCWD, "/dev/full", "x", 1, 0600, &e),
			-ENOSPC);
}

static void test_dirs(void **state)
{
	struct err e = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(dir_make("a/b/c", 0700, &e), 0);
	assert_int_equal(dir_make("a/b/c", 0700, &e), 0);
	assert_int_equal(stat("a/b/c", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(dir_make_parent("d/e/file", 0700, &e), 0);
	assert_int_equal(stat("d/e", &st), 0);
	assert_int_equal(stat("d/e/file", &st), -1);
	assert_int_equal(dir_make_parent("file", 0700, &e), 0);
	put("plain", "x", 0600);
	assert_int_equal(dir_make("plain/x", 0700, &e), -ENOTDIR);
	assert_string_equal(e.text, "make directory plain/x");
	assert_int_equal(dir_open(dir, "plain", &e), -ENOTDIR);
	assert_int_equal(dir_sync(dir, &e), 0);
}

static void test_link_copy(void **state)
{
	char target[16] = "";
	struct err e = { 0 };

	(void)state;
	assert_int_equal(symlink("not/there", "one"), 0);
	assert_int_equal(link_copy(dir, "one", dir, "two", &e), 0);
	assert_int_equal(readlink("two", target, sizeof(target) - 1), 9);
	assert_string_equal(target, "not/there");
	assert_int_equal(link_copy(dir, "one", dir, "two", &e), -EEXIST);
	assert_string_equal(e.text, "make the link two");
	assert_int_equal(link_copy(dir, "gone", dir, "new", &e), -ENOENT);
	assert_string_equal(e.text, "read the link gone");
	put("no-link", "x", 0600);
	assert_int_equal(link_copy(dir, "no-link", dir, "new", &e), -EINVAL);
}

static void test_long_name(void **state)
{
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	put(name, "x", 0600);
	holds(name, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_link),
		cmocka_unit_test(test_replace_fails),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_dirs),
		cmocka_unit_test(test_link_copy),
		cmocka_unit_test(test_long_name),
	};

	umask(022);
	return cmocka_run_group_tests(tests, enter, leave);
}
