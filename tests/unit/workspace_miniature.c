/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* A system in miniature: its programs run with nothing else of the host's. */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>

#include "core/mem.h"
#include "tests/unit/test.h"
#include "workspace/miniature.h"
#include "workspace/store/tree.h"

enum { NOT_ALLOWED = 99 };

/* The exit code of a command of it. */
static int run_inside(const char *root, const char *words)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
			_exit(NOT_ALLOWED);
		if (chroot(root) < 0 || chdir("/") < 0)
			_exit(NOT_ALLOWED);
		execl("/bin/sh", "sh", "-c", words, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_programs_run(void **state)
{
	char root[] = "/tmp/earshot-miniature.XXXXXX";
	struct err e = { 0 };
	int code;

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_int_equal(miniature_write(root, &e), 0);
	code = run_inside(root, "/bin/sleep 0 && exit 7");
	assert_int_equal(tree_remove(AT_FDCWD, root, 0, &e), 0);
	if (code == NOT_ALLOWED)
		skip();
	assert_int_equal(code, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
