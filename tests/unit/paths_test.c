/* SPDX-License-Identifier: MIT */
/* paths_test.c - paths as text: joined, cleaned, compared */

#include "unit/test.h"

#include "gate/paths.h"

static void
joining_cleans_without_looking(void **state)
{
	static const char *const cases[][3] = {
		{ "/a/b", "c", "/a/b/c" },
		{ "/a/b", "./c/", "/a/b/c" },
		{ "/a/b", "../c", "/a/c" },
		{ "/a/b", "../../../c", "/c" },
		{ "/a/b", "/x/../y", "/y" },
		{ "/a/b", ".", "/a/b" },
		{ "/a/b", "", "/a/b" },
		{ "/", "..", "/" },
		{ "/", "a", "/a" },
		{ "/a", "b//c", "/a/b/c" },
		{ "/a", "..b/...", "/a/..b/..." },
	};
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(paths_join(arena, cases[i][0], cases[i][1]), cases[i][2]);
}

static void
below_is_by_whole_components(void **state)
{
	static const char *const cases[][3] = {
		{ "/a", "/a/b", "b" },
		{ "/a", "/a", "" },
		{ "/a", "/ab", NULL },
		{ "/a/b", "/a", NULL },
		{ "/", "/a", "a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *below = paths_below(cases[i][0], cases[i][1]);

		if (cases[i][2])
			assert_string_equal(below, cases[i][2]);
		else
			assert_null(below);
	}
}

static void
the_last_component_is_a_name(void **state)
{
	(void)state;
	assert_string_equal(paths_last("/a/b"), "b");
	assert_string_equal(paths_last("b"), "b");
	assert_string_equal(paths_last("/"), "/");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joining_cleans_without_looking),
		cmocka_unit_test(below_is_by_whole_components),
		cmocka_unit_test(the_last_component_is_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
