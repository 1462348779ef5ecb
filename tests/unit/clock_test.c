/* SPDX-License-Identifier: MIT */
/* clock_test.c - units of time, and that the clock goes forward */

#include "unit/test.h"

#include "base/clock.h"

/* 5 * NS_PER_S was cut to 0.7 s while the constant was an unsigned int. */
static void
products_of_plain_numbers_are_not_cut(void **state)
{
	volatile int seconds = 3600;

	(void)state;
	assert_true(5 * NS_PER_S == UINT64_C(5000000000));
	assert_true((uint64_t)(seconds * NS_PER_S) == UINT64_C(3600000000000));
	assert_true((uint64_t)(seconds * 1000 * NS_PER_MS) == UINT64_C(3600000000000));
}

static void
negative_spans_stay_negative(void **state)
{
	volatile int64_t span_ns = -1500000000;

	(void)state;
	assert_true(span_ns / NS_PER_S == -1);
	assert_true(span_ns / NS_PER_MS == -1500);
}

static void
the_clock_goes_forward(void **state)
{
	uint64_t first = clock_monotonic_ns();

	(void)state;
	assert_true(first > 0);
	assert_true(clock_monotonic_ns() >= first);
	assert_true(clock_wall_ns() > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_of_plain_numbers_are_not_cut),
		cmocka_unit_test(negative_spans_stay_negative),
		cmocka_unit_test(the_clock_goes_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
