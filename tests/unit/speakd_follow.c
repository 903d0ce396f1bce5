/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speakd_follow.c - what is written once a file, a pattern or a directory is
 * followed is new, though the loop has not run since.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/mem.h"
#include "speakd/input/follow.h"
#include "speakd/input/tree.h"

enum { PATIENCE_MS = 10000 };

struct stage {
	char dir[32];
	char *path; /* dir/log */
	struct loop *loop;
	struct notify *notify;
	struct watch *patience;
	struct buf heard;
	const char *last; /* the line after which the loop ends */
};

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "ae");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct stage *stage = data;

	(void)cut;
	buf_addf(&stage->heard, "%.*s\n", (int)len_bytes, line);
	if (strlen(stage->last) == len_bytes &&
	    memcmp(line, stage->last, len_bytes) == 0)
		loop_stop(stage->loop);
	return 0;
}

static void on_warn(const char *text, void *data)
{
	(void)text;
	(void)data;
}

static void on_patience(void *data)
{
	const struct stage *stage = data;

	loop_stop(stage->loop);
}

static void open_stage(struct stage *stage)
{
	struct err e = { 0 };

	*stage = (struct stage){ .dir = "/tmp/earshot.XXXXXX" };
	assert_non_null(mkdtemp(stage->dir));
	stage->path = mem_printf("%s/log", stage->dir);
	stage->loop = loop_new(&e);
	assert_non_null(stage->loop);
	stage->notify = notify_new(stage->loop);
	stage->patience = loop_timer(stage->loop, on_patience, stage);
}

static void close_stage(struct stage *stage)
{
	notify_free(stage->notify);
	watch_free(stage->patience);
	loop_free(stage->loop);
	buf_fini(&stage->heard);
	free(stage->path);
	assert_int_equal(rmdir(stage->dir), 0);
}

static void hear_until(struct stage *stage, const char *last)
{
	struct err e = { 0 };

	stage->last = last;
	watch_after(stage->patience, PATIENCE_MS);
	assert_int_equal(loop_run(stage->loop, &e), 0);
}

static struct follow *follow_it(struct stage *stage)
{
	struct follow *follow = NULL;
	struct err e = { 0 };

	assert_int_equal(follow_start(stage->loop, stage->notify, stage->path,
				      0, on_line, on_warn, stage, &follow, &e),
			 0);
	return follow;
}

static void test_file(void **state)
{
	struct stage stage;
	struct follow *follow;

	(void)state;
	open_stage(&stage);
	put(stage.path, "old\n");
	follow = follow_it(&stage);
	put(stage.path, "new\n");
	hear_until(&stage, "new");
	assert_string_equal(buf_text(&stage.heard), "new\n");
	follow_free(follow);
	assert_int_equal(unlink(stage.path), 0);
	close_stage(&stage);
}

static void test_rotated_at_once(void **state)
{
	struct stage stage;
	struct follow *follow;
	char *rotated;

	(void)state;
	open_stage(&stage);
	rotated = mem_printf("%s.1", stage.path);
	put(stage.path, "old\n");
	follow = follow_it(&stage);
	put(stage.path, "last\n");
	assert_int_equal(rename(stage.path, rotated), 0);
	put(stage.path, "first\n");
	hear_until(&stage, "first");
	assert_string_equal(buf_text(&stage.heard), "last\nfirst\n");
	follow_free(follow);
	assert_int_equal(unlink(stage.path), 0);
	assert_int_equal(unlink(rotated), 0);
	free(rotated);
	close_stage(&stage);
}

/* ---- trees --------------------------------------------------------------- */

struct seen {
	struct loop *loop;
	struct buf names, warnings;
};

static void on_found(const char *path, bool is_new, void *data)
{
	struct seen *seen = data;

	buf_addf(&seen->names, "%s%s\n", is_new ? "new " : "",
		 strrchr(path, '/') + 1);
	if (is_new)
		loop_stop(seen->loop);
}

static void on_passed(const char *path, void *data)
{
	(void)path;
	(void)data;
}

/* target: below the directory; the file "log" is there before. */
static void find_another(const char *target)
{
	struct stage stage;
	struct seen seen = { 0 };
	struct tree_handler handler = { on_found, on_passed, on_warn, &seen };
	struct tree *tree;
	char *path, *other;
	struct err e = { 0 };

	open_stage(&stage);
	seen.loop = stage.loop;
	path = mem_printf("%s%s", stage.dir, target);
	other = mem_printf("%s/log.b", stage.dir);
	put(stage.path, "old\n");
	tree = tree_start(stage.loop, stage.notify, path, &handler);
	put(other, "new\n");
	watch_after(stage.patience, PATIENCE_MS);
	assert_int_equal(loop_run(stage.loop, &e), 0);
	assert_string_equal(buf_text(&seen.names), "log\nnew log.b\n");
	tree_free(tree);
	buf_fini(&seen.names);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(unlink(stage.path), 0);
	free(other);
	free(path);
	close_stage(&stage);
}

static void test_directory(void **state)
{
	(void)state;
	find_another("");
}

static void test_pattern(void **state)
{
	(void)state;
	find_another("/log*");
}

static void count_warning(const char *text, void *data)
{
	struct seen *seen = data;

	buf_addf(&seen->warnings, "%s\n", text);
}

static void fill(const struct stage *stage, unsigned files, unsigned links)
{
	for (unsigned i = 0; i < files; i++) {
		SCOPED_TEXT char *path = mem_printf("%s/%u", stage->dir, i);

		put(path, "old\n");
	}
	for (unsigned i = 0; i < links; i++) {
		SCOPED_TEXT char *path = mem_printf("%s/link%u", stage->dir, i);

		assert_int_equal(symlink(".", path), 0);
	}
}

static void empty(const struct stage *stage)
{
	SCOPED_TEXT char *remove = mem_printf("rm -r %s/*", stage->dir);

	assert_int_equal(system(remove), 0);
}

/* What is found in a directory with so many files, and links into itself. */
static void find_many(unsigned files, unsigned links, unsigned expected,
		      const char *warning)
{
	struct stage stage;
	struct seen seen = { 0 };
	struct tree_handler handler = { on_found, on_passed, count_warning,
					&seen };
	struct tree *tree;
	unsigned found = 0;

	open_stage(&stage);
	fill(&stage, files, links);
	tree = tree_start(stage.loop, stage.notify, stage.dir, &handler);
	for (const char *c = buf_text(&seen.names); *c != '\0'; c++)
		found += *c == '\n';
	assert_int_equal(found, expected);
	if (warning == NULL)
		assert_int_equal(seen.warnings.len_bytes, 0);
	else
		assert_non_null(strstr(buf_text(&seen.warnings), warning));
	tree_free(tree);
	buf_fini(&seen.names);
	buf_fini(&seen.warnings);
	empty(&stage);
	close_stage(&stage);
}

static void test_tree_limits(void **state)
{
	static const char *const told = ": more than 256 files; ";

	(void)state;
	find_many(TREE_FILES_MAX - 1, 0, TREE_FILES_MAX - 1, NULL);
	find_many(TREE_FILES_MAX, 0, TREE_FILES_MAX, NULL);
	find_many(TREE_FILES_MAX + 1, 0, TREE_FILES_MAX, told);
	find_many(3, 1, 3, NULL);
	/* In all their orders they would be more than can be counted. */
	find_many(3, 10, 3, ": more than 4096 directories; ");
}

/* Beyond the directories that are looked into nothing is; in them, what comes.
 */
static void test_new_file_at_limit(void **state)
{
	struct stage stage;
	struct seen seen = { 0 };
	struct tree_handler handler = { on_found, on_passed, count_warning,
					&seen };
	SCOPED_TEXT char *path = NULL;
	struct tree *tree;
	struct err e = { 0 };

	(void)state;
	open_stage(&stage);
	seen.loop = stage.loop;
	fill(&stage, 1, 10);
	tree = tree_start(stage.loop, stage.notify, stage.dir, &handler);
	path = mem_printf("%s/1", stage.dir);
	put(path, "new\n");
	watch_after(stage.patience, PATIENCE_MS);
	assert_int_equal(loop_run(stage.loop, &e), 0);
	assert_string_equal(buf_text(&seen.names), "0\nnew 1\n");
	tree_free(tree);
	buf_fini(&seen.names);
	buf_fini(&seen.warnings);
	empty(&stage);
	close_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_rotated_at_once),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_tree_limits),
		cmocka_unit_test(test_new_file_at_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
