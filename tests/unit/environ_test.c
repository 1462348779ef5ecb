/* SPDX-License-Identifier: MIT */
/* environ_test.c - the environment that a target sees: what is passed on, what wins */

#include "unit/test.h"

#include "gate/environ.h"

static const struct sandbox sandbox = { .home = "/s/home", .tmp = "/s/tmp" };

static const char *const *
make(struct arena *arena, const char *const *inherit, size_t n_inherit, const char *const *set,
	size_t n_set, const char *const *env, size_t n_env, const char *const *ours)
{
	struct config config = {
		.inherit = inherit, .n_inherit = n_inherit, .set = set, .n_set = n_set
	};
	struct target target = { .env = env, .n_env = n_env };

	return environ_make(arena, &config, &target, &sandbox, "/s/work", ours);
}

static void
equal(const char *const *found, const char *const *wanted)
{
	for (; *wanted; wanted++, found++) {
		assert_non_null(*found);
		assert_string_equal(*found, *wanted);
	}
	assert_null(*found);
}

static void
nothing_is_passed_on_that_was_not_named(void **state)
{
	static const char *const ours[] = { "PATH=/p", "SECRET=x", "PATHOLOGY=y", "CC=gcc",
		NULL };
	static const char *const inherit[] = { "PATH", "CC", "NOT_THERE" };
	static const char *const wanted[] = { "CC=gcc", "HOME=/s/home", "PATH=/p",
		"PWD=/s/work", "TMPDIR=/s/tmp", NULL };
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	equal(make(arena, inherit, 3, NULL, 0, NULL, 0, ours), wanted);
}

static void
the_target_wins_over_the_gate_and_the_gate_over_us(void **state)
{
	static const char *const ours[] = { "A=ours", "B=ours", "C=ours", NULL };
	static const char *const inherit[] = { "A", "B", "C" };
	static const char *const set[] = { "B=default", "B=set", "C=set", "HOME=/h" };
	static const char *const env[] = { "C=target", "PWD=/lie" };
	static const char *const wanted[] = { "A=ours", "B=set", "C=target", "HOME=/h",
		"PWD=/s/work", "TMPDIR=/s/tmp", NULL };
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	equal(make(arena, inherit, 3, set, 4, env, 2, ours), wanted);
}

static void
a_path_is_there_even_when_we_have_none(void **state)
{
	static const char *const ours[] = { NULL };
	static const char *const inherit[] = { "PATH" };
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *const *made = make(arena, inherit, 1, NULL, 0, NULL, 0, ours);

	(void)state;
	assert_string_equal(environ_get(made, "PATH"),
		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	assert_null(environ_get(made, "PAT"));
}

static void
a_clock_goes_on_from_ours_when_it_is_wanted(void **state)
{
	static const struct {
		const char *ours, *wanted; /* NULL: an error */
	} rows[] = {
		{ "X=1", "1" },
		{ "MY_CLOCK=41", "42" },
		{ "RENACER_LOGICAL_CLOCK=6", "7" },
		{ "MY_CLOCK=x", NULL },
		{ "RENACER_LOGICAL_CLOCK=-1", NULL },
	};
	const struct target target = { 0 };
	struct config config = { .clock_variable = "MY_CLOCK" }, plain = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const ours[] = { rows[i].ours, NULL };
		AUTO(arena_free) struct arena *arena = arena_new();
		const char *const *made =
			environ_make(arena, &config, &target, &sandbox, "/s/work", ours);
		struct err err = { 0 };

		assert_int_equal(environ_check(&config, ours, &err), rows[i].wanted ? 0 : -1);
		err_done(&err);
		if (rows[i].wanted)
			assert_string_equal(environ_get(made, "MY_CLOCK"), rows[i].wanted);
		assert_int_equal(environ_check(&plain, ours, &err), 0);
		made = environ_make(arena, &plain, &target, &sandbox, "/s/work", ours);
		assert_null(environ_get(made, "MY_CLOCK"));
		assert_null(environ_get(made, "RENACER_LOGICAL_CLOCK"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_passed_on_that_was_not_named),
		cmocka_unit_test(the_target_wins_over_the_gate_and_the_gate_over_us),
		cmocka_unit_test(a_path_is_there_even_when_we_have_none),
		cmocka_unit_test(a_clock_goes_on_from_ours_when_it_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
