/* SPDX-License-Identifier: MIT */
/* stats.c - whether one set of measurements is larger than another, and by how much */

#include "judge/stats.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_PAIRS 2500u /* above this the normal approximation is good to four digits */
#define BETA_STEPS 300u
#define BETA_EPSILON 1e-15

static int
compare_numbers(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static double *
sorted(const double *values, size_t n)
{
	double *copy = mem_array(n, sizeof *copy);

	memcpy(copy, values, n * sizeof *copy);
	qsort(copy, n, sizeof *copy, compare_numbers);
	return copy;
}

static double
middle_of(const double *sorted_values, size_t n)
{
	return n % 2 ? sorted_values[n / 2]
		     : (sorted_values[n / 2 - 1] + sorted_values[n / 2]) / 2;
}

double
stats_median(const double *values, size_t n)
{
	double *copy = sorted(values, n), middle = middle_of(copy, n);

	mem_free(copy);
	return middle;
}

double
stats_mad(const double *values, size_t n)
{
	double middle = stats_median(values, n), *away = mem_array(n, sizeof *away), mad;

	for (size_t i = 0; i < n; i++)
		away[i] = fabs(values[i] - middle);
	mad = stats_median(away, n);
	mem_free(away);
	return mad;
}

/* The share of all orders of n_a and n_b values that have U = u, for each u up to n_a * n_b.
 * The counts are the coefficients of the Gaussian binomial: a product of (1 - x^(n_a+i)) over
 * (1 - x^i); terms are scaled as they come, so that nothing overflows. */
static double *
u_shares(size_t n_a, size_t n_b)
{
	size_t n = n_a * n_b + 1;
	double *share = mem_array(n, sizeof *share);

	share[0] = 1;
	for (size_t i = 1; i <= n_b; i++) {
		double scale = (double)i / (double)(n_a + i);

		for (size_t u = n - 1; u + 1 > n_a + i; u--)
			share[u] -= share[u - n_a - i];
		for (size_t u = i; u < n; u++)
			share[u] += share[u - i];
		for (size_t u = 0; u < n; u++)
			share[u] *= scale;
	}
	return share;
}

/* Of the standard normal distribution, above z. */
static double
normal_above(double z)
{
	return 0.5 * erfc(z / sqrt(2));
}

/* The spread of U; ties make it smaller. values: both sets, sorted. */
static double
u_deviation(const double *values, size_t n_a, size_t n_b)
{
	size_t n = n_a + n_b;
	double ties = 0, total = (double)n;

	for (size_t i = 0, same; i < n; i += same) {
		for (same = 1; i + same < n && values[i + same] == values[i]; same++)
			continue;
		ties += pow((double)same, 3) - (double)same;
	}
	return sqrt((double)n_a * (double)n_b / 12 *
		    (total + 1 - ties / (total * (total > 1 ? total - 1 : 1))));
}

static bool
has_ties(const double *values, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (values[i] == values[i - 1])
			return true;
	}
	return false;
}

static double *
joined(const double *a, size_t n_a, const double *b, size_t n_b)
{
	double *all = mem_array(n_a + n_b, sizeof *all);

	memcpy(all, a, n_a * sizeof *all);
	memcpy(all + n_a, b, n_b * sizeof *all);
	qsort(all, n_a + n_b, sizeof *all, compare_numbers);
	return all;
}

static double
exact_chance(double u, size_t n_a, size_t n_b)
{
	double *share = u_shares(n_a, n_b), p = 0;

	/* The distribution is symmetric: at least u is as likely as at most the rest. */
	for (size_t i = 0; (double)i <= (double)(n_a * n_b) - u; i++)
		p += share[i];
	mem_free(share);
	return fmin(p, 1);
}

struct rank_test
stats_rank(const double *a, size_t n_a, const double *b, size_t n_b)
{
	double *all = joined(a, n_a, b, n_b), pairs = (double)n_a * (double)n_b;
	struct rank_test test = { .is_exact = n_a * n_b <= EXACT_PAIRS &&
					      !has_ties(all, n_a + n_b) };

	for (size_t i = 0; i < n_a; i++) {
		for (size_t k = 0; k < n_b; k++)
			test.u += b[k] > a[i] ? 1 : b[k] == a[i] ? 0.5 : 0;
	}
	test.effect = test.u / pairs;
	if (test.is_exact) {
		test.p = exact_chance(test.u, n_a, n_b);
	} else {
		double deviation = u_deviation(all, n_a, n_b);

		test.p = deviation > 0 ? normal_above((test.u - pairs / 2 - 0.5) / deviation)
				       : 1;
	}
	mem_free(all);
	return test;
}

/* How many of the smallest differences may lie below the interval, and as many above. */
static size_t
outside(size_t n_a, size_t n_b, double level)
{
	double tail = (1 - level) / 2, sum = 0, *share;
	size_t n = 0;

	if (n_a * n_b > EXACT_PAIRS) {
		double pairs = (double)n_a * (double)n_b,
		       deviation = sqrt(pairs * (double)(n_a + n_b + 1) / 12), z = 0;

		while (normal_above(z) > tail)
			z += 0.001;
		return (size_t)fmax(0, floor(pairs / 2 - z * deviation));
	}
	share = u_shares(n_a, n_b);
	while (n < n_a * n_b && sum + share[n] <= tail)
		sum += share[n++];
	mem_free(share);
	return n;
}

struct interval
stats_shift(const double *a, size_t n_a, const double *b, size_t n_b, double level)
{
	size_t n = n_a * n_b, beyond = outside(n_a, n_b, level);
	double *shift = mem_array(n, sizeof *shift);
	struct interval out = { .is_bounded = beyond > 0 };

	for (size_t i = 0; i < n_a; i++) {
		for (size_t k = 0; k < n_b; k++)
			shift[i * n_b + k] = b[k] - a[i];
	}
	qsort(shift, n, sizeof *shift, compare_numbers);
	out.middle = middle_of(shift, n);
	out.low = shift[beyond ? beyond - 1 : 0];
	out.high = shift[n - (beyond ? beyond : 1)];
	mem_free(shift);
	return out;
}

struct ranked {
	double p;
	size_t index;
};

static int
compare_ranked(const void *x, const void *y)
{
	return compare_numbers(&((const struct ranked *)x)->p, &((const struct ranked *)y)->p);
}

void
stats_false_discovery(const double *p, double *q, size_t n)
{
	struct ranked *ranked = mem_array(n, sizeof *ranked);
	double least = 1;

	for (size_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){ p[i], i };
	qsort(ranked, n, sizeof *ranked, compare_ranked);
	for (size_t i = n; i > 0; i--) {
		least = fmin(least, ranked[i - 1].p * (double)n / (double)i);
		q[ranked[i - 1].index] = least;
	}
	mem_free(ranked);
}

/* The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by the
 * method of Lentz. */
static double
beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1), f;

	d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
	f = d;
	for (unsigned m = 1; m <= BETA_STEPS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step = 1;

		for (int i = 0; i < 2; i++) {
			double term = i ? odd : even;

			d = 1 + term * d;
			d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
			c = 1 + term / c;
			c = fabs(c) < 1e-300 ? 1e-300 : c;
			step = c * d;
			f *= step;
		}
		if (fabs(step - 1) < BETA_EPSILON)
			break;
	}
	return f;
}

static double
incomplete_beta(double x, double a, double b)
{
	double front;

	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	/* The fraction converges fast on one side of the mean only. */
	return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
					 : 1 - front * beta_fraction(1 - x, b, a) / b;
}

static void
moments(const double *values, size_t n, double *mean, double *variance)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	*mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (values[i] - *mean) * (values[i] - *mean);
	*variance = squares / (double)(n - 1);
}

struct welch_test
stats_welch(const double *a, size_t n_a, const double *b, size_t n_b)
{
	double mean_a, mean_b, var_a, var_b, share_a, share_b, spread;
	struct welch_test out = { 0 };

	assert(n_a > 1 && n_b > 1);
	moments(a, n_a, &mean_a, &var_a);
	moments(b, n_b, &mean_b, &var_b);
	share_a = var_a / (double)n_a;
	share_b = var_b / (double)n_b;
	spread = share_a + share_b;
	if (spread <= 0) {
		out.p = mean_a == mean_b;
		out.t = mean_a == mean_b ? 0 : mean_b > mean_a ? INFINITY : -INFINITY;
		out.freedom = (double)(n_a + n_b - 2);
		return out;
	}
	out.t = (mean_b - mean_a) / sqrt(spread);
	out.freedom =
		spread * spread /
		(share_a * share_a / (double)(n_a - 1) + share_b * share_b / (double)(n_b - 1));
	out.p = incomplete_beta(
		out.freedom / (out.freedom + out.t * out.t), out.freedom / 2, 0.5);
	return out;
}

/* The t that a two-sided test of this freedom has a chance of 1 - level to exceed. */
static double
quantile(double freedom, double level)
{
	double low = 0, high = 1;

	while (incomplete_beta(freedom / (freedom + high * high), freedom / 2, 0.5) >
			1 - level &&
		high < 1e9)
		high *= 2;
	for (int i = 0; i < 100; i++) {
		double t = (low + high) / 2;
		double p = incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5);

		*(p > 1 - level ? &low : &high) = t;
	}
	return high;
}

struct interval
stats_mean_shift(const double *a, size_t n_a, const double *b, size_t n_b, double level)
{
	struct welch_test test = stats_welch(a, n_a, b, n_b);
	double mean_a, mean_b, var_a, var_b, reach;
	struct interval out = { .is_bounded = true };

	moments(a, n_a, &mean_a, &var_a);
	moments(b, n_b, &mean_b, &var_b);
	reach = quantile(test.freedom, level) * sqrt(var_a / (double)n_a + var_b / (double)n_b);
	out.middle = mean_b - mean_a;
	out.low = out.middle - reach;
	out.high = out.middle + reach;
	return out;
}
