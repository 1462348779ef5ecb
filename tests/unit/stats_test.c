/* SPDX-License-Identifier: MIT */
/* stats_test.c - against printed tables, and against counting every order */

#include "unit/test.h"

#include "judge/stats.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
assert_near(double value, double wanted, double tolerance)
{
	if (fabs(value - wanted) > tolerance)
		fail_msg("%.12g, wanted %.12g", value, wanted);
}

/* Values 1 to n in order; those whose bit is set belong to b. */
static size_t
split(unsigned bits, size_t n, double *a, double *b)
{
	size_t n_a = 0, n_b = 0;

	for (size_t i = 0; i < n; i++) {
		if (bits >> i & 1)
			b[n_b++] = (double)i + 1;
		else
			a[n_a++] = (double)i + 1;
	}
	return n_b;
}

/* The chance of each U is counted over all ways to deal the values out. */
static void
rank_test_agrees_with_counting_every_order(void **state)
{
	enum { N = 11 };
	double a[N], b[N];
	double seen[N + 1][N * N], all[N + 1];

	(void)state;
	memset(seen, 0, sizeof seen);
	memset(all, 0, sizeof all);
	for (unsigned bits = 1; bits < (1u << N) - 1; bits++) {
		size_t n_b = split(bits, N, a, b);
		struct rank_test test = stats_rank(a, N - n_b, b, n_b);

		assert_true(test.is_exact);
		seen[n_b][(size_t)test.u]++;
		all[n_b]++;
	}
	for (unsigned bits = 1; bits < (1u << N) - 1; bits += 7) {
		size_t n_b = split(bits, N, a, b);
		struct rank_test test = stats_rank(a, N - n_b, b, n_b);
		double at_least = 0;

		for (size_t u = (size_t)test.u; u < N * N; u++)
			at_least += seen[n_b][u];
		assert_near(test.p, at_least / all[n_b], 1e-12);
		assert_near(test.effect, test.u / (double)(n_b * (N - n_b)), 1e-12);
	}
}

static void
nine_above_nine_is_once_in_48620(void **state)
{
	double a[9], b[9];
	struct rank_test test;

	(void)state;
	for (int i = 0; i < 9; i++) {
		a[i] = i;
		b[i] = 100 + i;
	}
	test = stats_rank(a, 9, b, 9);
	assert_near(test.p, 1.0 / 48620, 1e-15);
	assert_near(test.effect, 1, 0);
	test = stats_rank(b, 9, a, 9);
	assert_near(test.p, 1, 1e-12);
	assert_near(test.effect, 0, 0);
}

static void
equal_values_are_no_difference(void **state)
{
	const double same[] = { 4, 4, 4, 4, 4, 4, 4, 4, 4 };
	struct rank_test test = stats_rank(same, 9, same, 9);
	struct interval shift = stats_shift(same, 9, same, 9, 0.95);

	(void)state;
	assert_false(test.is_exact);
	assert_near(test.p, 1, 0);
	assert_near(test.effect, 0.5, 0);
	assert_near(shift.low, 0, 0);
	assert_near(shift.high, 0, 0);
}

static void
many_values_agree_with_few_counted_exactly(void **state)
{
	double a[60], b[60];
	struct rank_test exact, normal;

	(void)state;
	for (int i = 0; i < 60; i++) {
		a[i] = i * 2;
		b[i] = i * 2 + 9 + i % 3 * 0.1;
	}
	exact = stats_rank(a, 50, b, 50);
	assert_true(exact.is_exact);
	a[0] = a[1]; /* a tie */
	normal = stats_rank(a, 50, b, 50);
	assert_false(normal.is_exact);
	assert_near(normal.p, exact.p, 0.01);
	assert_false(stats_rank(a, 60, b, 60).is_exact);
}

/* The critical values of U for two-sided 5 %: 8 of 7 and 7, 17 of 9 and 9, 23 of 10 and 10. */
static void
intervals_have_the_ends_that_tables_give(void **state)
{
	const struct {
		size_t n, critical;
	} rows[] = { { 7, 8 }, { 9, 17 }, { 10, 23 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = rows[i].n, k = rows[i].critical;
		double a[10], b[10], shift[100];
		struct interval interval;

		for (size_t j = 0; j < n; j++) {
			a[j] = pow(1.7, (double)j);
			b[j] = pow(1.9, (double)j) + 3;
		}
		for (size_t j = 0; j < n * n; j++)
			shift[j] = b[j % n] - a[j / n];
		for (size_t x = 1; x < n * n; x++) {
			for (size_t y = x; y > 0 && shift[y] < shift[y - 1]; y--) {
				double swap = shift[y];

				shift[y] = shift[y - 1];
				shift[y - 1] = swap;
			}
		}
		interval = stats_shift(a, n, b, n, 0.95);
		assert_true(interval.is_bounded);
		assert_near(interval.low, shift[k], 1e-9);
		assert_near(interval.high, shift[n * n - 1 - k], 1e-9);
	}
}

static void
three_values_bound_nothing(void **state)
{
	const double a[] = { 1, 2, 3 }, b[] = { 2, 3, 5 };
	struct interval interval = stats_shift(a, 3, b, 3, 0.95);

	(void)state;
	assert_false(interval.is_bounded);
	assert_near(interval.low, -1, 0);
	assert_near(interval.high, 4, 0);
	assert_near(interval.middle, 1, 0);
}

/* The example of Benjamini and Hochberg's paper (1995, table 1): four of fifteen at 5 %. */
static void
false_discoveries_as_in_the_paper(void **state)
{
	const double p[] = { 0.3240, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298,
		0.0344, 0.0459, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000 };
	double q[ARRAY_LEN(p)];
	int found = 0;

	(void)state;
	stats_false_discovery(p, q, ARRAY_LEN(p));
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		found += q[i] <= 0.05;
		assert_true(q[i] >= p[i]);
	}
	assert_int_equal(found, 4);
	assert_near(q[1], 0.0015, 1e-12);
	assert_near(q[14], 1, 0);
}

/* Critical values of Student's t, two-sided, from any table. */
static void
welch_gives_students_table_for_equal_spreads(void **state)
{
	const struct {
		size_t n;
		double t, p;
	} rows[] = { { 6, 2.228139, 0.05 }, { 6, 3.169273, 0.01 }, { 16, 2.042272, 0.05 },
		{ 2, 4.302653, 0.05 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = rows[i].n;
		double a[16], b[16], variance = 0, mean = ((double)n - 1) / 2, gap;
		struct welch_test test;

		for (size_t j = 0; j < n; j++)
			variance += ((double)j - mean) * ((double)j - mean) / (double)(n - 1);
		gap = rows[i].t * sqrt(2 * variance / (double)n);
		for (size_t j = 0; j < n; j++) {
			a[j] = (double)j;
			b[j] = (double)j + gap;
		}
		test = stats_welch(a, n, b, n);
		assert_near(test.t, rows[i].t, 1e-9);
		assert_near(test.freedom, 2 * (double)n - 2, 1e-9);
		assert_near(test.p, rows[i].p, 1e-6);
	}
}

static void
welch_without_spread_compares_the_means(void **state)
{
	const double a[] = { 3, 3 }, b[] = { 4, 4 };

	(void)state;
	assert_near(stats_welch(a, 2, a, 2).p, 1, 0);
	assert_near(stats_welch(a, 2, b, 2).p, 0, 0);
}

/* n = 4 and 4 of equal spread: t with six degrees of freedom, 2.446912 (any printed table). */
static void
the_interval_of_means_is_that_of_the_t_distribution(void **state)
{
	const double a[] = { 1, 2, 3, 4 }, b[] = { 11, 12, 13, 14 };
	double reach = 2.4469118511 * sqrt(5.0 / 3 / 4 * 2);
	struct interval i = stats_mean_shift(a, 4, b, 4, 0.95);

	(void)state;
	assert_near(i.middle, 10, 1e-12);
	assert_near(i.low, 10 - reach, 1e-7);
	assert_near(i.high, 10 + reach, 1e-7);
	i = stats_mean_shift(a, 2, a, 2, 0.95);
	assert_near(i.middle, 0, 1e-12);
	assert_true(i.low < 0 && i.high > 0);
}

static void
medians(void **state)
{
	const double values[] = { 5, 1, 9, 2 };

	(void)state;
	assert_near(stats_median(values, 4), 3.5, 0);
	assert_near(stats_median(values, 3), 5, 0);
	assert_near(stats_median(values, 1), 5, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rank_test_agrees_with_counting_every_order),
		cmocka_unit_test(nine_above_nine_is_once_in_48620),
		cmocka_unit_test(equal_values_are_no_difference),
		cmocka_unit_test(many_values_agree_with_few_counted_exactly),
		cmocka_unit_test(intervals_have_the_ends_that_tables_give),
		cmocka_unit_test(three_values_bound_nothing),
		cmocka_unit_test(false_discoveries_as_in_the_paper),
		cmocka_unit_test(welch_gives_students_table_for_equal_spreads),
		cmocka_unit_test(welch_without_spread_compares_the_means),
		cmocka_unit_test(the_interval_of_means_is_that_of_the_t_distribution),
		cmocka_unit_test(medians),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
