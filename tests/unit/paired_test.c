/* SPDX-License-Identifier: MIT */
/* paired_test.c - what pairs of measurements decide, by made-up ones whose truth is known */

#include "unit/test.h"

#include "base/mem.h"
#include "gate/paired.h"

#include <math.h>

#define N 15u

/* A generator of our own, so that every run of the test sees the same (Marsaglia's xorshift).
 */
static double
noise(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (double)(*state >> 11) / 9007199254740992.0;
}

static struct pairs
made_up(struct arena *arena, double factor, double spread, uint64_t seed, size_t n)
{
	struct pairs pairs = { .n = n };
	uint64_t state = seed * 2654435761u + 88172645463325252u;

	pairs.base[MEASURE_CPU] = arena_array(arena, n, sizeof(double));
	pairs.head[MEASURE_CPU] = arena_array(arena, n, sizeof(double));
	for (size_t i = 0; i < n; i++) {
		/* A long tail on one side, as times have. */
		pairs.base[MEASURE_CPU][i] = 0.2 * (1 - spread * log(1 - noise(&state)));
		pairs.head[MEASURE_CPU][i] =
			0.2 * factor * (1 - spread * log(1 - noise(&state)));
	}
	return pairs;
}

static bool by_means; /* which test the tests below ask for */

static enum verdict_kind
answer(double factor, double spread, double allowed, uint64_t seed, size_t n)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct pairs pairs = made_up(arena, factor, spread, seed, n);
	struct paired_question question = { .pairs = &pairs,
		.measure = MEASURE_CPU,
		.allowed = allowed,
		.by_means = by_means };

	paired_answer(&question, 1, arena);
	assert_non_null(question.text);
	return question.kind;
}

static void
clear_cases_are_decided(void **state)
{
	(void)state;
	assert_int_equal(answer(1.5, 0.02, 0.10, 1, N), VERDICT_FAIL);
	assert_int_equal(answer(1.0, 0.02, 0.10, 2, N), VERDICT_PASS);
	assert_int_equal(answer(0.5, 0.02, 0.10, 3, N), VERDICT_PASS);
	assert_int_equal(answer(1.09, 0.001, 0.10, 4, N), VERDICT_PASS);
	assert_int_equal(answer(1.13, 0.001, 0.10, 5, N), VERDICT_FAIL);
}

static void
what_lies_on_the_limit_or_drowns_in_noise_is_not_decided(void **state)
{
	(void)state;
	assert_int_equal(answer(1.10, 0.02, 0.10, 6, N), VERDICT_INCONCLUSIVE);
	assert_int_equal(answer(1.15, 1.0, 0.10, 7, N), VERDICT_INCONCLUSIVE);
	/* Half a percent is below what any machine can tell. */
	assert_int_not_equal(answer(1.005, 0.0001, 0.0, 8, N), VERDICT_FAIL);
}

static void
fewer_than_nine_pairs_decide_nothing(void **state)
{
	(void)state;
	assert_int_equal(answer(3.0, 0.01, 0.10, 9, 8), VERDICT_INCONCLUSIVE);
	assert_int_equal(answer(3.0, 0.01, 0.10, 9, 9), VERDICT_FAIL);
}

static void
no_time_at_all_on_both_sides_is_no_fail(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct pairs pairs = { .n = N };
	struct paired_question question = { .pairs = &pairs, .measure = MEASURE_CPU };

	(void)state;
	pairs.base[MEASURE_CPU] = arena_array(arena, N, sizeof(double));
	pairs.head[MEASURE_CPU] = arena_array(arena, N, sizeof(double));
	paired_answer(&question, 1, arena);
	assert_int_not_equal(question.kind, VERDICT_FAIL);
}

/* The same program on both sides, a hundred targets a job, at a limit of nothing: false alarms
 * are rarer than one job in twenty. */
static void
equal_programs_are_hardly_ever_called_slower(void **state)
{
	enum { JOBS = 40, TARGETS = 100 };
	int alarms = 0;

	(void)state;
	for (uint64_t job = 0; job < JOBS; job++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct paired_question questions[TARGETS] = { 0 };
		struct pairs pairs[TARGETS];
		bool is_alarmed = false;

		for (size_t i = 0; i < TARGETS; i++) {
			pairs[i] = made_up(arena, 1, 0.05, job * TARGETS + i + 1, N);
			questions[i].pairs = &pairs[i];
			questions[i].measure = MEASURE_CPU;
			questions[i].by_means = by_means;
		}
		paired_answer(questions, TARGETS, arena);
		for (size_t i = 0; i < TARGETS; i++)
			is_alarmed |= questions[i].kind == VERDICT_FAIL;
		alarms += is_alarmed;
	}
	assert_in_range(alarms, 0, JOBS / 20);
}

/* The same by means. */
static void
welchs_test_decides_as_well_and_no_sooner(void **state)
{
	by_means = true;
	clear_cases_are_decided(state);
	what_lies_on_the_limit_or_drowns_in_noise_is_not_decided(state);
	fewer_than_nine_pairs_decide_nothing(state);
	equal_programs_are_hardly_ever_called_slower(state);
	for (size_t n = 2; n < PAIRS_MIN; n++) {
		assert_int_equal(answer(1.0, 0.001, 1.0, n, n), VERDICT_INCONCLUSIVE);
		assert_int_equal(answer(9.0, 0.001, 0.1, n, n), VERDICT_INCONCLUSIVE);
	}
	by_means = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clear_cases_are_decided),
		cmocka_unit_test(what_lies_on_the_limit_or_drowns_in_noise_is_not_decided),
		cmocka_unit_test(fewer_than_nine_pairs_decide_nothing),
		cmocka_unit_test(no_time_at_all_on_both_sides_is_no_fail),
		cmocka_unit_test(equal_programs_are_hardly_ever_called_slower),
		cmocka_unit_test(welchs_test_decides_as_well_and_no_sooner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
