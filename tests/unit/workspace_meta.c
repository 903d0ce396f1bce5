/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* workspace_meta.c - a workspace's file, names and maps of ids: pure parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/mem.h"
#include "workspace/ns/idmap.h"
#include "workspace/store/meta.h"

static const char whole[] = "earshot-workspace 1\n"
			    "project trip\n"
			    "base host\n"
			    "map b:0:1000:1 b:1:100000:65536\n"
			    "store overlay\n"
			    "ids range\n"
			    "created 1763775000\n"
			    "upper 0f3a2b1c4d5e\n"
			    "base-layers 1\n"
			    "parent 2\n"
			    "next 3\n"
			    "snap 1 1763775100 0 manual 00112233aabb,host \n"
			    "snap 2 1763775200 1 auto 7b1d9c0e2f4a,@1 "
			    "two\\nlines and a \\\\ \xc3\xa4\n"
			    "lower @2\n";

static void test_round_trip(void **state)
{
	SCOPED_META struct meta meta = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(meta_parse(whole, strlen(whole), &meta, &e), 0);
	assert_string_equal(meta.project, "trip");
	assert_string_equal(meta.upper, "0f3a2b1c4d5e");
	assert_int_equal(meta.lower.count, 2);
	assert_true(meta.lower.host);
	assert_int_equal(meta.snap_count, 2);
	assert_true(meta.snaps[1].automatic);
	assert_string_equal(meta.snaps[0].comment, "");
	assert_string_equal(meta.snaps[1].comment,
			    "two\nlines and a \\ \xc3\xa4");
	meta_print(&meta, &text);
	assert_string_equal(buf_text(&text), whole);
}

/* A full system container in a store of liblxc's; what both are called. */
/* A file of one line has no layer and no snapshot, and is printed all the same:
 * arithmetic on what is not there shows under UBSan. */
static void test_one_line(void **state)
{
	static const char text[] = "earshot-workspace 1\n";
	SCOPED_META struct meta meta = { 0 };
	SCOPED_BUF struct buf out = { 0 };

	(void)state;
	assert_int_equal(meta_parse(text, strlen(text), &meta, NULL), 0);
	meta_print(&meta, &out);
	assert_int_equal(strncmp(buf_text(&out), text, strlen(text)), 0);
}

static void test_stores(void **state)
{
	static const char text[] = "earshot-workspace 1\n"
				   "store lxc:loop\n"
				   "ids range\n"
				   "init yes\n"
				   "created 1763775000\n"
				   "upper 0f3a2b1c4d5e\n"
				   "base-layers 0\n"
				   "parent 0\n"
				   "next 1\n"
				   "lower -\n";
	SCOPED_META struct meta meta = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(meta_parse(text, strlen(text), &meta, &e), 0);
	assert_true(meta.init);
	assert_int_equal(meta.store, STORE_LXC_LOOP);
	meta_print(&meta, &out);
	assert_string_equal(buf_text(&out), text);
	for (int i = 0; i < STORE_KINDS; i++)
		assert_int_equal(
			store_kind_by_name(store_kind_name((enum store_kind)i)),
			i);
	/* What only liblxc has goes without its name; the others are ours. */
	assert_int_equal(store_kind_by_name("loop"), STORE_LXC_LOOP);
	assert_int_equal(store_kind_by_name("zfs"), STORE_LXC_ZFS);
	assert_int_equal(store_kind_by_name("dir"), STORE_DIR);
	assert_int_equal(store_kind_by_name("lxc:dir"), STORE_LXC_DIR);
	assert_int_equal(store_kind_by_name("lxc:"), -1);
}

static void test_chain_pop(void **state)
{
	SCOPED_CHAIN struct chain chain = { 0 };

	(void)state;
	chain_push(&chain, "00112233aabb");
	chain_push(&chain, "0f3a2b1c4d5e");
	chain_pop(&chain);
	assert_int_equal(chain.count, 1);
	assert_string_equal(chain.ids[0], "00112233aabb");
	chain_pop(&chain);
	assert_int_equal(chain.count, 0);
}

/* Every prefix is refused, or is a whole file itself; none crashes. */
static void test_every_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(whole); len++) {
		SCOPED_TEXT char *cut = mem_text(whole, len);
		SCOPED_META struct meta meta = { 0 };
		struct err e = { 0 };
		int rc = meta_parse(cut, len, &meta, &e);

		if (len == 0 || whole[len - 1] != '\n')
			assert_int_equal(rc, -EINVAL);
	}
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"earshot-workspace 2\n",
		"earshot-workspace 1",
		"earshot-workspace 1\nnonsense x\n",
		"earshot-workspace 1\nupper ../../etc/x\n",
		"earshot-workspace 1\nupper 0f3a2b1c4d5\n",
		"earshot-workspace 1\nupper 0F3A2B1C4D5E\n",
		"earshot-workspace 1\nlower host,0f3a2b1c4d5e\n",
		"earshot-workspace 1\nlower 0f3a2b1c4d5e,\n",
		"earshot-workspace 1\nlower 0f3a2b1c4d5e,,host\n",
		"earshot-workspace 1\nlower -\nbase-layers 1\n",
		"earshot-workspace 1\nproject a\nproject b\n",
		"earshot-workspace 1\ncreated -1\n",
		"earshot-workspace 1\ncreated 9999999999999999999\n",
		"earshot-workspace 1\nparent 4294967296\n",
		"earshot-workspace 1\nsnap 0 1 0 manual - x\n",
		("earshot-workspace 1\nsnap 1 1 0 manual - x\n"
		 "snap 1 2 0 manual - y\n"),
		"earshot-workspace 1\nsnap 1 1 0\n",
		"earshot-workspace 1\nlower @1\n",
		"earshot-workspace 1\nsnap 1 1 0 manual @1 x\n",
		"earshot-workspace 1\nsnap 1 1 0 manual - x\nlower @1,host\n",
		"earshot-workspace 1\nsnap 1 1 0 manual - x\nlower @\n",
		"earshot-workspace 1\nsnap 1 1 0 manual - x\nlower @1x\n",
		"earshot-workspace 1\nstore zfs\n",
		"earshot-workspace 1\nproject \xff\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct meta meta = { 0 };
		struct err e = { 0 };

		if (meta_parse(bad[i], strlen(bad[i]), &meta, &e) != -EINVAL)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.code, EINVAL);
		assert_null(meta.project);
	}
}

static void test_newer(void **state)
{
	static const struct {
		const char *text, *says;
	} files[] = {
		{ "earshot-workspace 2\n", "newer version" },
		{ "earshot-workspace 10\nx\n", "newer version" },
		{ "earshot-workspace\n", "not a workspace" },
		{ "earshot-workspaces 1\n", "not a workspace" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct meta meta = { 0 };
		struct err e = { 0 };

		assert_int_equal(meta_parse(files[i].text,
					    strlen(files[i].text), &meta, &e),
				 -EINVAL);
		assert_non_null(strstr(e.text, files[i].says));
	}
}

/* One chain of exactly so many layers. */
static int parse_layers(size_t count)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_CHAIN struct chain chain = { 0 };

	for (size_t i = 0; i < count; i++)
		buf_addf(&text, "%s%012zx", i > 0 ? "," : "", i);
	return chain_parse(buf_text(&text), text.len_bytes, NULL, &chain, NULL);
}

static void test_chain_limit(void **state)
{
	(void)state;
	assert_int_equal(parse_layers(CHAIN_MAX - 1), 0);
	assert_int_equal(parse_layers(CHAIN_MAX), 0);
	assert_int_equal(parse_layers(CHAIN_MAX + 1), -EINVAL);
}

static void test_snapshots(void **state)
{
	SCOPED_META struct meta meta = { .next = 1 };
	SCOPED_CHAIN struct chain chain = { .host = true };

	(void)state;
	chain_push(&chain, "0f3a2b1c4d5e");
	assert_int_equal(meta_add_snapshot(&meta, &chain, 7, false, NULL), 1);
	chain_push(&chain, "7b1d9c0e2f4a");
	assert_int_equal(meta_add_snapshot(&meta, &chain, 8, true, "c"), 2);
	assert_int_equal(meta.parent, 2);
	assert_int_equal(meta_snapshot(&meta, 2)->parent, 1);
	assert_string_equal(meta_snapshot(&meta, 2)->chain.ids[0],
			    "7b1d9c0e2f4a");
	assert_int_equal(meta_snapshot(&meta, 1)->chain.count, 1);
	assert_null(meta_snapshot(&meta, 3));
	assert_null(meta_snapshot(&meta, 0));
}

static void test_subid(void **state)
{
	static const struct {
		const char *text, *user;
		uid_t uid;
		bool found;
		uint32_t start, count;
	} cases[] = {
		{ "joe:100000:65536\n", "joe", 1000, true, 100000, 65536 },
		{ "joe:100000:65536", "joe", 1000, true, 100000, 65536 },
		{ "1000:5:6\n", "joe", 1000, true, 5, 6 },
		{ "1000:5:6\n", NULL, 1000, true, 5, 6 },
		{ "ann:1:2\njoe:3:4\n", "joe", 1000, true, 3, 4 },
		{ "joe:3:0\njoe:5:6\n", "joe", 1000, true, 5, 6 },
		{ "joey:3:4\n", "joe", 1000, false, 0, 0 },
		{ "jo:3:4\n", "joe", 1000, false, 0, 0 },
		{ "joe:3\njoe::4\njoe:3:\njoe:a:b\n", "joe", 1, false, 0, 0 },
		{ "joe:0:5\n", "joe", 1000, false, 0, 0 },
		{ "joe:4294967290:100\n", "joe", 1000, false, 0, 0 },
		{ "joe:99999999999999999999:1\n", "joe", 1, false, 0, 0 },
		{ "", "joe", 1000, false, 0, 0 },
		{ "\n\n:\n::\n", "joe", 1000, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint32_t start = 0, count = 0;

		assert_int_equal(idmap_subid(cases[i].text,
					     strlen(cases[i].text),
					     cases[i].user, cases[i].uid,
					     &start, &count),
				 cases[i].found);
		assert_int_equal(start, cases[i].start);
		assert_int_equal(count, cases[i].count);
	}
}

static void test_map(void **state)
{
	static const char *const bad[] = {
		"",
		"b",
		"b:0",
		"0:1",
		"0:1:0",
		"x:0:1:1",
		"0:1:1:1",
		"0:1:1 ",
		"-1:1:1",
		"4294967295:0:1",
		"0:4294967294:2",
		"99999999999:1:1",
		"5:6:7:",
	};
	struct idmap map = { 0 };

	(void)state;
	assert_int_equal(idmap_add(&map, "b:0:1000:1", NULL), 0);
	assert_int_equal(idmap_add(&map, "u:1:100000:10", NULL), 0);
	assert_int_equal(idmap_add(&map, "g:1:200000:10", NULL), 0);
	assert_int_equal(idmap_add(&map, "11:300000:1", NULL), 0);
	assert_int_equal(map.uids.count, 3);
	assert_int_equal(idmap_outside(&map.uids, 0), 1000);
	assert_int_equal(idmap_outside(&map.uids, 10), 100009);
	assert_int_equal(idmap_outside(&map.gids, 10), 200009);
	assert_int_equal(idmap_outside(&map.gids, 11), 300000);
	assert_int_equal(idmap_outside(&map.gids, 12), -1);
	assert_int_equal(idmap_inside(&map.uids, 1000), 0);
	assert_int_equal(idmap_inside(&map.uids, 100009), 10);
	assert_int_equal(idmap_inside(&map.uids, 100010), -1);
	assert_int_equal(idmap_inside(&map.uids, 99999), -1);
	assert_int_equal(idmap_inside(&map.uids, 0), -1);
	assert_int_equal(idmap_inside(&map.gids, 300000), 11);
	/* Overlaps, inside and outside. */
	assert_int_equal(idmap_add(&map, "u:10:7:1", NULL), -EINVAL);
	assert_int_equal(idmap_add(&map, "u:50:100009:1", NULL), -EINVAL);
	assert_int_equal(idmap_add(&map, "u:50:100010:1", NULL), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (idmap_add(&map, bad[i], NULL) != -EINVAL)
			fail_msg("accepted: %s", bad[i]);
}

static void test_map_limit(void **state)
{
	struct idmap map = { 0 };

	(void)state;
	for (unsigned i = 0; i < IDMAP_RANGES_MAX; i++) {
		SCOPED_TEXT char *text = mem_printf("%u:%u:1", i, 1000 + i);

		assert_int_equal(idmap_add(&map, text, NULL), 0);
	}
	assert_int_equal(idmap_add(&map, "500:5000:1", NULL), -EINVAL);
}

static void test_names(void **state)
{
	char longest[WORKSPACE_NAME_MAX_BYTES + 2];

	(void)state;
	memset(longest, 'n', sizeof(longest));
	longest[WORKSPACE_NAME_MAX_BYTES + 1] = '\0';
	assert_int_equal(workspace_name_check(longest, NULL), -EINVAL);
	longest[WORKSPACE_NAME_MAX_BYTES] = '\0';
	assert_int_equal(workspace_name_check(longest, NULL), 0);
	longest[WORKSPACE_NAME_MAX_BYTES - 1] = '\0';
	assert_int_equal(workspace_name_check(longest, NULL), 0);
	assert_int_equal(workspace_name_check("", NULL), -EINVAL);
	assert_int_equal(workspace_name_check("a/b", NULL), -EINVAL);
	assert_int_equal(workspace_name_check("..", NULL), -EINVAL);
	assert_int_equal(workspace_name_check("a@1", NULL), -EINVAL);
	assert_int_equal(workspace_name_check("a\x7f", NULL), -EINVAL);
	assert_int_equal(workspace_name_check("trip-2013 \xc3\xa4", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_stores),
		cmocka_unit_test(test_chain_pop),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_chain_limit),
		cmocka_unit_test(test_snapshots),
		cmocka_unit_test(test_subid),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_map_limit),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
