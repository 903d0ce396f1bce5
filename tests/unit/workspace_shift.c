/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* workspace_shift.c - shifting ids: maps, access lists, capabilities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/mem.h"
#include "workspace/shift/ids.h"
#include "workspace/shift/kept.h"

/* The maps of "b:IN:OUT:N b:IN:OUT:N". */
static struct idmap parse(const char *text)
{
	SCOPED_TEXT char *copy = mem_copy(text);
	char *rest = copy;
	struct idmap map = { 0 };

	for (char *one = strsep(&rest, " "); one != NULL && one[0] != '\0';
	     one = strsep(&rest, " "))
		assert_int_equal(idmap_add(&map, one, NULL), 0);
	return map;
}

static struct shift_map between(const char *from, const char *to)
{
	const struct idmap a = parse(from);
	const struct idmap b = parse(to);
	struct shift_map map;

	assert_int_equal(shift_map_make(&a, &b, &map, NULL), 0);
	return map;
}

#define STRANGER UINT32_MAX

static void test_ids(void **state)
{
	/* clang-format off */
	static const struct {
		const char *from, *to;
		uint32_t id, shifted;
	} cases[] = {
		{ "0:0:65536", "0:100000:65536", 0,      100000 },
		{ "0:0:65536", "0:100000:65536", 65535,  165535 },
		{ "0:0:65536", "0:100000:65536", 65536,  STRANGER },
		{ "0:0:65536", "0:100000:65536", 99999,  STRANGER },
		{ "0:0:65536", "0:100000:65536", 100000, 100000 },
		{ "0:0:65536", "0:100000:65536", 165535, 165535 },
		{ "0:0:65536", "0:100000:65536", 165536, STRANGER },
		/* usernsexec's trick: one id stays what it is. */
		{ "0:0:1 1000:1000:1", "0:100000:1 1000:1000:1", 0, 100000 },
		{ "0:0:1 1000:1000:1", "0:100000:1 1000:1000:1", 1000, 1000 },
		{ "0:0:1 1000:1000:1", "0:100000:1 1000:1000:1", 1, STRANGER },
		/* Only what both have inside. */
		{ "0:1000:1 1:100000:65536", "0:150000:2", 1000, 150000 },
		{ "0:1000:1 1:100000:65536", "0:150000:2", 100000, 150001 },
		{ "0:1000:1 1:100000:65536", "0:150000:2", 100001, STRANGER },
		{ "0:1000:1", "0:150000:20", 150001, STRANGER },
		/* Ends of the numbers. */
		{ "0:0:1", "0:4294967293:1", 0, 4294967293U },
		{ "0:0:1", "0:4294967293:1", UINT32_MAX, STRANGER },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct shift_map map = between(cases[i].from, cases[i].to);
		struct shift_tally tally = { 0 };
		uint32_t id = shift_id(&map.uids, cases[i].id, &tally);
		bool stranger = cases[i].shifted == STRANGER;

		assert_int_equal(id, stranger ? cases[i].id : cases[i].shifted);
		assert_int_equal(tally.strangers, stranger);
		if (stranger) {
			assert_int_equal(tally.stranger, cases[i].id);
			continue;
		}
		/* And back, from wherever it was. */
		assert_int_equal(tally.moved, id != cases[i].id);
		assert_int_equal(shift_id(&map.uids, id, &tally), id);
		shift_map_swap(&map);
		if (tally.moved > 0)
			assert_int_equal(shift_id(&map.uids, id, &tally),
					 cases[i].id);
		assert_int_equal(tally.strangers, 0);
	}
}

static void test_sides(void **state)
{
	/* clang-format off */
	static const struct {
		const char *from, *to;
		const char *error; /* NULL: fine */
	} cases[] = {
		{ "0:0:65536", "0:65536:65536", NULL },
		{ "0:0:65536", "0:65535:65536",
		  "map: user ids 65535 to 65535 are on both sides" },
		{ "0:0:65536", "0:1000:65536",
		  "map: user ids 1000 to 65535 are on both sides" },
		{ "0:0:65536", "0:0:65536", NULL },
		{ "0:0:10 10:10:10", "0:20:10 10:0:10",
		  "map: user ids 0 to 9 are on both sides" },
		/* What an ordinary user's own map would give. */
		{ "0:1000:1 1:100000:65536", "0:100000:65536",
		  "map: user ids 100000 to 100000 are on both sides" },
		{ "0:1000:1 1:100000:65536", "0:100000:1", NULL },
		{ "u:0:0:9 g:0:0:9", "u:0:50:9 g:0:8:9",
		  "map: group ids 8 to 8 are on both sides" },
		{ "0:0:9", "9:50:9", "map: no user ids to shift" },
		{ "0:0:9", "u:0:50:9", "map: no group ids to shift" },
		{ "0:0:9", "", "map: no user ids to shift" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct idmap from = parse(cases[i].from);
		const struct idmap to = parse(cases[i].to);
		struct shift_map map;
		struct err e = { 0 };
		int rc = shift_map_make(&from, &to, &map, &e);

		if (cases[i].error == NULL) {
			assert_int_equal(rc, 0);
			continue;
		}
		assert_int_equal(rc, -EINVAL);
		assert_true(e.usage);
		assert_memory_equal(e.text, cases[i].error,
				    strlen(cases[i].error));
	}
}

/* Ranges of one id, every second one, so that nothing can be joined. */
static int add_ranges(struct idmap *map, uint32_t count, uint32_t outside)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < count; i++) {
		SCOPED_TEXT char *one = mem_printf("%u:%u:1", i,
						   outside + 2 * i);

		rc = idmap_add(map, one, NULL);
	}
	return rc;
}

static void test_same(void **state)
{
	struct shift_map map = between("0:1000:1 1:100000:65536",
				       "0:160000:1 1:160001:1 2:170000:9");
	const struct idmap mine = parse("u:0:1000:1 g:0:7:1 b:1:169998:2");
	struct idmap same;
	SCOPED_BUF struct buf text = { 0 };

	(void)state;
	assert_int_equal(shift_map_same(&map, &mine, &same, NULL), 0);
	idmap_print(&same.uids, &text);
	assert_string_equal(buf_text(&text), "1000 1000 1\n"
					     "100000 100000 10\n"
					     "160000 160000 2\n"
					     "169998 169998 11\n");
	assert_int_equal(same.gids.count, 5);
	assert_int_equal(same.gids.ranges[0].outside, 7);
}

/* IDMAP_RANGES_MAX on disk: mine, and one more for each range and side. */
static void test_same_limit(void **state)
{
	(void)state;
	for (uint32_t n = 14; n <= 16; n++) {
		struct idmap from = { 0 }, to = { 0 }, same;
		const struct idmap other = parse("0:9:1");
		const struct idmap mine = parse("u:0:1000:1 g:0:5000:1");
		struct shift_map map;
		size_t want = 2 * n + 1;

		assert_int_equal(add_ranges(&from, n, 1000), 0);
		assert_int_equal(add_ranges(&to, n, 5000), 0);
		assert_int_equal(shift_map_make(&from, &to, &map, NULL), 0);
		assert_int_equal(shift_map_same(&map, &other, &same, NULL),
				 want <= IDMAP_RANGES_MAX ? 0 : -EINVAL);
		/* One that is in a range needs no place of its own. */
		assert_int_equal(shift_map_same(&map, &mine, &same, NULL), 0);
		assert_int_equal(same.uids.count, 2 * n);
	}
}

/* ---- access lists ------------------------------------------------------- */

enum {
	USER_OBJ = 1,
	USER = 2,
	GROUP_OBJ = 4,
	GROUP = 8,
	MASK = 16,
	OTHER = 32
};

static void put(struct buf *out, uint64_t number, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		buf_add_char(out, (char)(number >> (8 * i)));
}

static void put_entry(struct buf *out, unsigned tag, uint32_t id)
{
	put(out, tag, 2);
	put(out, 7, 2);
	put(out, id, 4);
}

static void test_acl(void **state)
{
	struct shift_map map = between("u:0:0:100 g:0:0:100",
				       "u:0:1000:100 g:0:2000:100");
	SCOPED_BUF struct buf acl = { 0 };
	SCOPED_BUF struct buf want = { 0 };
	struct shift_tally tally = { 0 };

	(void)state;
	put(&acl, 2, 4);
	put(&want, 2, 4);
	for (int side = 0; side < 2; side++) {
		struct buf *out = side == 0 ? &acl : &want;

		put_entry(out, USER_OBJ, UINT32_MAX);
		put_entry(out, USER, side == 0 ? 5 : 1005);
		put_entry(out, USER, 1006); /* shifted already */
		put_entry(out, USER, 100); /* nobody's */
		put_entry(out, GROUP_OBJ, UINT32_MAX);
		put_entry(out, GROUP, side == 0 ? 5 : 2005);
		put_entry(out, MASK, UINT32_MAX);
		put_entry(out, OTHER, UINT32_MAX);
	}
	assert_int_equal(shift_acl(&map, acl.data, acl.len_bytes, &tally), 0);
	assert_int_equal(tally.moved, 2);
	assert_int_equal(tally.strangers, 1);
	assert_int_equal(tally.stranger, 100);
	assert_memory_equal(acl.data, want.data, want.len_bytes);
	/* Every cut: whole entries are a list, anything else is none. */
	for (size_t len = 0; len <= acl.len_bytes; len++) {
		SCOPED_TEXT char *cut = mem_text(acl.data, len);

		assert_int_equal(shift_acl(&map, cut, len, &tally),
				 len >= 4 && (len - 4) % 8 == 0 ? 0 : -EINVAL);
	}
	acl.data[0] = 3;
	assert_int_equal(shift_acl(&map, acl.data, acl.len_bytes, &tally),
			 -EINVAL);
}

/* ---- capabilities ------------------------------------------------------- */

static size_t make_caps(char bytes[SHIFT_CAPS_BYTES], unsigned version,
			uint32_t root)
{
	SCOPED_BUF struct buf caps = { 0 };

	put(&caps, version << 24 | 1, 4);
	put(&caps, 1 << 13, 8);
	put(&caps, 0x55, 8);
	if (version == 3)
		put(&caps, root, 4);
	memcpy(bytes, caps.data, caps.len_bytes);
	return caps.len_bytes;
}

static void test_caps(void **state)
{
	/* clang-format off */
	static const struct {
		const char *from, *to;
		unsigned version, want_version;
		uint32_t root, want_root;
		unsigned strangers;
	} cases[] = {
		{ "0:0:9", "0:100:9",  2, 3, 0,   100, 0 },
		{ "0:0:9", "0:100:9",  3, 3, 0,   100, 0 },
		{ "0:0:9", "0:100:9",  3, 3, 1,   101, 0 },
		{ "0:0:9", "0:100:9",  3, 3, 100, 100, 0 },
		{ "0:0:9", "0:100:9",  3, 3, 50,  50,  1 },
		{ "0:100:9", "0:0:9",  3, 2, 100, 0,   0 },
		{ "0:100:9", "0:0:9",  2, 2, 0,   0,   0 },
		{ "0:100:9", "0:0:9",  3, 3, 101, 1,   0 },
		{ "0:100:9", "0:200:9", 3, 3, 100, 200, 0 },
		{ "0:100:9", "0:200:9", 2, 2, 0,  0,   1 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct shift_map map = between(cases[i].from, cases[i].to);
		char caps[SHIFT_CAPS_BYTES], want[SHIFT_CAPS_BYTES];
		size_t len = make_caps(caps, cases[i].version, cases[i].root);
		size_t want_len = make_caps(want, cases[i].want_version,
					    cases[i].want_root);
		struct shift_tally tally = { 0 };

		assert_int_equal(shift_caps(&map, caps, &len, &tally), 0);
		assert_int_equal(tally.strangers, cases[i].strangers);
		assert_int_equal(len, want_len);
		assert_memory_equal(caps, want, len);
	}
}

static void test_no_caps(void **state)
{
	struct shift_map map = between("0:0:9", "0:100:9");
	struct shift_tally tally = { 0 };

	(void)state;
	for (unsigned version = 0; version < 256; version++)
		for (size_t len = 0; len <= SHIFT_CAPS_BYTES; len++) {
			char caps[SHIFT_CAPS_BYTES] = { 0 };
			size_t given = len;
			bool good = (version == 2 && len == 20) ||
				    (version == 3 && len == 24);

			(void)make_caps(caps, version, 0);
			assert_int_equal(shift_caps(&map, caps, &given, &tally),
					 good ? 0 : -EINVAL);
		}
}

/* ---- what is kept ------------------------------------------------------- */

static struct kept_file make_file(uint64_t ino)
{
	return (struct kept_file){ .ino = ino,
				   .born_s = 1763775000,
				   .born_ns = 999999999,
				   .changed_s = (uint64_t)-5,
				   .size_bytes = UINT64_MAX,
				   .mode = 06000,
				   .caps_bytes = 20,
				   .caps = { UINT64_MAX, 2, 3 } };
}

static void test_kept(void **state)
{
	static const uint64_t inos[] = { 9, 3, 12, UINT64_MAX, 1 };
	SCOPED_KEPT struct kept kept = { 0 };
	SCOPED_KEPT struct kept again = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *path = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(inos); i++) {
		struct kept_file file = make_file(inos[i]);

		assert_int_equal(kept_add(&kept, &file, NULL), 0);
	}
	kept_print(&kept, "/srv/a b\nc", &text);
	assert_int_equal(kept_parse(buf_text(&text), text.len_bytes, &again,
				    &path, NULL),
			 0);
	assert_string_equal(path, "/srv/a b?c");
	assert_int_equal(again.count, COUNT_OF(inos));
	for (size_t i = 0; i < COUNT_OF(inos); i++) {
		struct kept_file file = make_file(inos[i]);
		const struct kept_file *found = kept_find(&again, &file);

		assert_non_null(found);
		assert_memory_equal(found, &file, sizeof(file));
		/* Another file that was given the number is not it. */
		file.born_ns--;
		assert_null(kept_find(&again, &file));
		file = make_file(inos[i]);
		file.changed_s++;
		assert_null(kept_find(&again, &file));
		file = make_file(inos[i]);
		file.size_bytes--;
		assert_null(kept_find(&again, &file));
		file = make_file(inos[i] + 100);
		assert_null(kept_find(&again, &file));
	}
	/* Every cut is refused, or is a shorter list. */
	for (size_t len = 0; len < text.len_bytes; len++) {
		SCOPED_KEPT struct kept part = { 0 };
		SCOPED_TEXT char *cut = mem_text(text.data, len);
		bool whole = len > 26 && cut[len - 1] == '\n';

		assert_int_equal(kept_parse(cut, len, &part, NULL, NULL),
				 whole ? 0 : -EINVAL);
	}
}

static void test_kept_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"earshot-shift 2 x\n",
		"earshot-shift 1 x",
		"earshot-shift 1 x\n1 2 3\n",
		"earshot-shift 1 x\n1 2 3 4 5 6 0 0 0 0 0 0\n",
		"earshot-shift 1 x\n1 2 3 4 5 6 0 0 0 0 0\n\n",
		"earshot-shift 1 x\n1 2 3 4 5 6 0 0 0  0 0\n",
		"earshot-shift 1 x\n1 2 3 4 5 6 1 0 0 0 0\n",
		"earshot-shift 1 x\n1 2 3 4 5 6 0 25 0 0 0\n",
		"earshot-shift 1 x\n-1 2 3 4 5 6 0 0 0 0 0\n",
		"earshot-shift 1 x\n18446744073709551616 2 3 4 5 6 0 0 0 0 0\n",
	};
	static const char good[] =
		"earshot-shift 1 x\n"
		"18446744073709551615 2 3 4 5 6 0 24 0 0 0\n";
	SCOPED_KEPT struct kept kept = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err e = { 0 };

		if (kept_parse(bad[i], strlen(bad[i]), &kept, NULL, &e) !=
		    -EINVAL)
			fail_msg("accepted: %s", bad[i]);
	}
	assert_int_equal(kept_parse(good, strlen(good), &kept, NULL, NULL), 0);
}

static void test_kept_limit(void **state)
{
	SCOPED_KEPT struct kept kept = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	struct kept_file file = make_file(1);

	(void)state;
	for (size_t i = 0; i < KEPT_MAX; i++)
		assert_int_equal(kept_add(&kept, &file, NULL), 0);
	assert_int_equal(kept_add(&kept, &file, NULL), -E2BIG);
	assert_int_equal(kept.count, KEPT_MAX);
	/* The longest that can be written can be read. */
	memset(kept.list, 0xff, kept.count * sizeof(*kept.list));
	kept_print(&kept, "", &text);
	assert_true(text.len_bytes + 4096 <= KEPT_FILE_MAX_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_same_limit),
		cmocka_unit_test(test_acl),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_no_caps),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_kept_refused),
		cmocka_unit_test(test_kept_limit),
	};

	return cmocka_run_group_tests_name("workspace shift", tests, NULL,
					   NULL);
}
