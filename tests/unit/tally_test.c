/* SPDX-License-Identifier: MIT */
/* tally_test.c - ranges of several recordings, and how far a run lies outside of them */

#include "unit/test.h"

#include "base/map.h"
#include "judge/group.h"
#include "judge/tally.h"

#include <math.h>
#include <string.h>

static void
note(struct golden *g, const char *const *names, const uint64_t *counts, size_t n)
{
	AUTO(map_free) struct map *map = map_new();
	uint64_t room[8];
	struct tally t;

	for (size_t i = 0; i < n; i++) {
		room[i] = counts[i];
		*map_text(map, names[i]) = &room[i];
	}
	tally_of(&t, g->arena, map);
	tally_note(g, "x", &t);
}

static void
recordings_make_a_range(void **state)
{
	static const char *const names[] = { "read", "close", "write" };
	static const uint64_t first[] = { 3, 1, 0 }, second[] = { 5, 1, 2 };
	AUTO(golden_free) struct golden *g = golden_new();
	const struct golden_number *number;
	struct tally_range *ranges;
	size_t n;

	(void)state;
	note(g, names, first, 3);
	note(g, names, second, 3);
	note(g, names, second, 3);
	number = golden_number(g, "x");
	assert_int_equal(number->low, 4);
	assert_int_equal(number->high, 8);
	assert_int_equal(number->n_by, 3);
	assert_string_equal(number->by[0], "close 1");
	assert_string_equal(number->by[1], "read 3-5");
	assert_string_equal(number->by[2], "write 0-2");
	assert_true(tally_ranges(&ranges, &n, g->arena, number));
	assert_int_equal(n, 3);
	assert_string_equal(ranges[2].name, "write");
	assert_int_equal(ranges[2].low, 0);
	assert_int_equal(ranges[2].high, 2);
}

static void
a_damaged_range_is_none(void **state)
{
	static const char *const bad[] = { "", " 1", "a", "a ", "a x", "a 1-", "a 1-x", "a 2-1",
		"a 1 ", "a -1", "a 99999999999999999999", "a 1-2-3" };
	AUTO(arena_free) struct arena *arena = arena_new();
	static const char *const twice[] = { "b 1", "a 1" };
	struct golden_number order = { .by = twice, .n_by = 2 };
	struct tally_range *ranges;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct golden_number number = { .by = &bad[i], .n_by = 1 };

		if (tally_ranges(&ranges, &n, arena, &number))
			fail_msg("'%s' is taken", bad[i]);
	}
	assert_false(tally_ranges(&ranges, &n, arena, &order));
}

static void
change_begins_outside_of_what_varies(void **state)
{
	static const struct {
		uint64_t n, low, high;
		double wanted;
	} rows[] = {
		{ 10, 10, 10, 0 },
		{ 11, 10, 10, 0.1 },
		{ 5, 10, 10, -0.5 },
		{ 0, 10, 10, -1 },
		{ 0, 0, 0, 0 },
		{ 1, 0, 0, INFINITY },
		{ 14, 10, 12, 0 }, /* as far again as the recordings lie apart */
		{ 21, 10, 12, 0.5 },
		{ 4, 10, 12, -0.5 },
		{ 0, 1, 3, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double change = tally_change(rows[i].n, rows[i].low, rows[i].high);

		if (change != rows[i].wanted && !(fabs(change - rows[i].wanted) < 1e-9))
			fail_msg("row %zu: %g, not %g", i, change, rows[i].wanted);
	}
}

static void
a_joint_has_both_sides_by_name(void **state)
{
	struct tally_item items[] = { { "a", 1 }, { "c", 3 } };
	struct tally t = { items, 2, 4 };
	struct tally_range ranges[] = { { "b", 1, 2 }, { "c", 5, 5 }, { "d", 0, 1 } };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct tally_pair *pairs;

	(void)state;
	assert_int_equal(tally_join(&pairs, arena, &t, ranges, 3), 4);
	assert_string_equal(pairs[0].name, "a");
	assert_int_equal(pairs[0].range.high, 0);
	assert_string_equal(pairs[1].name, "b");
	assert_int_equal(pairs[1].n, 0);
	assert_int_equal(pairs[2].n, 3);
	assert_int_equal(pairs[2].range.low, 5);
	assert_string_equal(pairs[3].name, "d");
}

static void
the_imprint_is_of_what_a_cluster_selects(void **state)
{
	static const char *const ab[] = { "a", "b" }, *const ba[] = { "b", "a", "a" },
				 *const abc[] = { "ab", "c" };
	struct call_group one = { .name = "one", .calls = ab, .n_calls = 2 },
			  same = { .name = "two", .calls = ba, .n_calls = 3, .threshold = 1 },
			  path = { .name = "one", .calls = ab, .n_calls = 2, .path = "/x" },
			  other = { .name = "one", .calls = abc, .n_calls = 2 };
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *imprint = group_imprint(arena, &one, NULL);

	(void)state;
	assert_int_equal(strlen(imprint), 8);
	assert_string_equal(imprint, group_imprint(arena, &same, NULL));
	assert_string_not_equal(imprint, group_imprint(arena, &path, NULL));
	assert_string_not_equal(imprint, group_imprint(arena, &other, NULL));
	assert_string_not_equal(imprint, group_imprint(arena, &one, "errno == null"));
}

static void
clusters_without_a_file_are_those_of_old(void **state)
{
	(void)state;
	assert_int_equal(groups_default.n, 8);
	for (size_t i = 0; i < groups_default.n; i++) {
		const struct call_group *g = &groups_default.items[i];

		assert_int_equal(group_has_calls(g), strcmp(g->name, "DynamicLinking") != 0);
		assert_ptr_equal(group_by_name(&groups_default, g->name), g);
	}
	assert_int_equal(groups_of(&groups_default, "mmap"), 1);
	assert_int_equal(groups_of(&groups_default, "statx"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recordings_make_a_range),
		cmocka_unit_test(a_damaged_range_is_none),
		cmocka_unit_test(change_begins_outside_of_what_varies),
		cmocka_unit_test(a_joint_has_both_sides_by_name),
		cmocka_unit_test(the_imprint_is_of_what_a_cluster_selects),
		cmocka_unit_test(clusters_without_a_file_are_those_of_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
