/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* The loop: timers, descriptors, regular files, signals, children. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

#include "core/buf.h"
#include "core/child.h"
#include "core/loop.h"

struct script {
	struct loop *loop;
	struct watch *watch, *other;
	struct buf seen;
	int count;
};

static struct loop *make(void)
{
	struct err e = { 0 };
	struct loop *loop = loop_new(&e);

	if (loop == NULL)
		fail_msg("%s", e.text);
	return loop;
}

static void run(struct loop *loop)
{
	struct err e = { 0 };

	if (loop_run(loop, &e) != 0)
		fail_msg("%s", e.text);
}

static void on_timer(void *data)
{
	struct script *s = data;

	buf_add_char(&s->seen, 't');
	if (++s->count < 3)
		watch_after(s->watch, 1);
}

static void never(void *data)
{
	(void)data;
	fail_msg("a cancelled timer fired");
}

/* A timer fires once each time; nothing left to wait for ends the loop. */
static void test_timers(void **state)
{
	struct script s = { .loop = make() };

	(void)state;
	s.watch = loop_timer(s.loop, on_timer, &s);
	s.other = loop_timer(s.loop, never, &s);
	watch_after(s.other, 1);
	watch_cancel(s.other);
	watch_after(s.watch, 0);
	run(s.loop);
	assert_string_equal(buf_text(&s.seen), "ttt");
	watch_free(s.watch);
	watch_free(s.other);
	watch_free(NULL);
	loop_free(s.loop);
	loop_free(NULL);
	buf_fini(&s.seen);
}

/* The timer that counts sleep is one in every other respect. */
static void test_boot_timers(void **state)
{
	struct script s = { .loop = make() };

	(void)state;
	s.watch = loop_boot_timer(s.loop, on_timer, &s);
	s.other = loop_boot_timer(s.loop, never, &s);
	watch_after(s.other, 1);
	watch_cancel(s.other);
	watch_after(s.watch, 100000);
	watch_after(s.watch, 0);
	run(s.loop);
	assert_string_equal(buf_text(&s.seen), "ttt");
	watch_after(s.other, 1);
	watch_free(s.watch);
	watch_free(s.other);
	loop_free(s.loop);
	buf_fini(&s.seen);
}

static void on_read(int fd, int what, void *data)
{
	struct script *s = data;
	char byte;
	ssize_t n = read(fd, &byte, 1);

	assert_int_equal(what, LOOP_READ);
	if (n > 0) {
		buf_add_char(&s->seen, byte);
		return;
	}
	/* A handler may free its own watch. */
	watch_free(s->watch);
	s->watch = NULL;
}

/* epoll refuses a regular file; this loop must not. */
static void test_regular_file(void **state)
{
	struct script s = { .loop = make() };
	char path[] = "/tmp/earshot-loop-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	(void)state;
	unlink(path);
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	s.watch = loop_fd(s.loop, fd, LOOP_READ, on_read, &s);
	run(s.loop);
	assert_string_equal(buf_text(&s.seen), "abc");
	close(fd);
	loop_free(s.loop);
	buf_fini(&s.seen);
}

static void on_resume(void *data)
{
	struct script *s = data;

	assert_int_equal(s->seen.len_bytes, 0);
	buf_add_char(&s->seen, '>');
	watch_resume(s->watch);
}

static void test_pause(void **state)
{
	struct script s = { .loop = make() };
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "xy", 2), 2);
	close(ends[1]);
	s.watch = loop_fd(s.loop, ends[0], LOOP_READ, on_read, &s);
	watch_pause(s.watch);
	s.other = loop_timer(s.loop, on_resume, &s);
	watch_after(s.other, 30);
	run(s.loop);
	assert_string_equal(buf_text(&s.seen), ">xy");
	watch_free(s.other);
	close(ends[0]);
	loop_free(s.loop);
	buf_fini(&s.seen);
}

static void on_child(pid_t pid, int wait_status, void *data)
{
	struct script *s = data;

	assert_true(pid > 0);
	buf_addf(&s->seen, "%d;", child_code(wait_status));
	if (--s->count == 0)
		loop_stop(s->loop);
}

/* Two at once, one of which has ended before it is watched. */
static void test_children(void **state)
{
	struct script s = { .loop = make(), .count = 2 };
	struct child quick = { .shell = "exit 5" };
	struct child killed = { .shell = "sleep 0.2; kill -TERM $$" };
	siginfo_t info;
	struct err e = { 0 };
	pid_t a, b;

	(void)state;
	assert_int_equal(child_start(&quick, &a, &e), 0);
	assert_int_equal(child_start(&killed, &b, &e), 0);
	assert_int_equal(waitid(P_PID, (id_t)a, &info, WEXITED | WNOWAIT), 0);
	s.watch = loop_child(s.loop, a, on_child, &s);
	s.other = loop_child(s.loop, b, on_child, &s);
	run(s.loop);
	assert_string_equal(buf_text(&s.seen), "5;143;");
	watch_free(s.watch);
	watch_free(s.other);
	loop_free(s.loop);
	buf_fini(&s.seen);
}

static void on_usr1(int signo, void *data)
{
	struct script *s = data;

	assert_int_equal(signo, SIGUSR1);
	if (++s->count < 2)
		raise(SIGUSR1);
	else
		loop_stop(s->loop);
}

static void send_usr1(void *data)
{
	(void)data;
	raise(SIGUSR1);
}

static void test_signal(void **state)
{
	struct script s = { .loop = make() };

	(void)state;
	s.watch = loop_signal(s.loop, SIGUSR1, on_usr1, &s);
	s.other = loop_timer(s.loop, send_usr1, &s);
	watch_after(s.other, 0);
	run(s.loop);
	assert_int_equal(s.count, 2);
	watch_free(s.watch);
	watch_free(s.other);
	loop_free(s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_boot_timers),
		cmocka_unit_test(test_regular_file),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
