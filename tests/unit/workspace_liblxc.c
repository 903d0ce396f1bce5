/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* What is made of liblxc's answers: the library is replaced by one of ours. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <lxc/lxccontainer.h>

#include "core/library.h"
#include "workspace/lxc/liblxc.h"

static struct {
	int result;
	pid_t pid; /* 0: none is given */
	int put;
} answer;

static int attach(struct lxc_container *c, lxc_attach_exec_t fn, void *data,
		  lxc_attach_options_t *options, pid_t *pid)
{
	(void)c;
	(void)fn;
	(void)data;
	assert_int_equal(options->env_policy, LXC_ATTACH_CLEAR_ENV);
	if (answer.pid > 0)
		*pid = answer.pid;
	return answer.result;
}

static struct lxc_container container = { .attach = attach };

static struct lxc_container *new_container(const char *name, const char *path)
{
	assert_string_equal(name, "box");
	assert_string_equal(path, "/run");
	return &container;
}

static int put_container(struct lxc_container *c)
{
	assert_ptr_equal(c, &container);
	answer.put++;
	return 0;
}

/* Instead of core's. */
int library_load(const char *soname, const char *package,
		 const struct library_symbol *symbols, size_t count,
		 struct err *e)
{
	(void)package;
	(void)e;
	assert_string_equal(soname, "liblxc.so.1");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(symbols[i].name, "lxc_container_new") == 0)
			*(struct lxc_container *
			  (**)(const char *, const char *)) symbols[i]
				 .function = new_container;
		else if (strcmp(symbols[i].name, "lxc_container_put") == 0)
			*(int (**)(struct lxc_container *))symbols[i].function =
				put_container;
	}
	return 0;
}

static int nothing(void *data)
{
	(void)data;
	return 0;
}

static int attached(int result, pid_t given, pid_t *pid)
{
	const struct container box = { .name = "box", .path = "/run" };
	int rc;

	answer.result = result;
	answer.pid = given;
	answer.put = 0;
	assert_int_equal(liblxc_load(NULL), 0);
	rc = container_attach(&box, nothing, NULL, pid);
	assert_int_equal(answer.put, 1);
	return rc;
}

static void a_process_runs_inside(void **state)
{
	pid_t pid = -1;

	(void)state;
	assert_int_equal(attached(0, 12, &pid), 0);
	assert_int_equal(pid, 12);
}

/* Waiting for process 0 would be waiting for our own group. */
static void success_without_a_process_is_a_failure(void **state)
{
	pid_t pid = -1;

	(void)state;
	assert_int_equal(attached(0, 0, &pid), -EIO);
}

static void failure(void **state)
{
	pid_t pid = -1;

	(void)state;
	assert_int_equal(attached(-1, 0, &pid), -EIO);
	assert_int_equal(attached(-1, 12, &pid), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_runs_inside),
		cmocka_unit_test(success_without_a_process_is_a_failure),
		cmocka_unit_test(failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
