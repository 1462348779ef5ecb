/* SPDX-License-Identifier: MIT */
/*
 * stats.h - whether one set of measurements is larger than another, and by how much
 *
 * Times of programs are not normal and have long tails, so ranks decide: the test of Mann and
 * Whitney (1947), exact for small sets without ties; the shift of Hodges and Lehmann (1963)
 * with its interval free of any distribution (Bauer 1972); Vargha and Delaney's A (2000) as the
 * size of the effect; Benjamini and Hochberg (1995) where many are asked at once. Welch's t
 * test (1947) is for counts that are nearly normal.
 */
#ifndef JUDGE_STATS_H
#define JUDGE_STATS_H

#include "base/base.h"

struct rank_test {
	double u;      /* pairs in which the value of b is larger, ties half */
	double p;      /* chance of so large a u when both come from one source: one-sided */
	double effect; /* u over all pairs: 0.5 no difference, 1 every b above every a */
	bool is_exact; /* else by the normal approximation, corrected for ties */
};
/* Is b larger than a? Neither may be empty. */
struct rank_test stats_rank(const double *a, size_t n_a, const double *b, size_t n_b);

struct interval {
	double low, middle, high;
	bool is_bounded; /* false: too few values for such an interval; low and high are the
			    extremes */
};
/* How far b lies above a: the median of all differences, and the interval that holds the true
 * shift with this chance (0.95) at least. */
struct interval stats_shift(
	const double *a, size_t n_a, const double *b, size_t n_b, double level);

/* q[i]: the smallest share of false alarms at which test i is still called a finding. */
void stats_false_discovery(const double *p, double *q, size_t n);

struct welch_test {
	double t, freedom; /* degrees of freedom by Welch and Satterthwaite */
	double p;          /* two-sided; 1 when neither varies and the means are equal, 0 when
			      they are not */
};
/* At least two values each. */
struct welch_test stats_welch(const double *a, size_t n_a, const double *b, size_t n_b);
/* How far the mean of b lies above that of a, with the interval of the same test. */
struct interval stats_mean_shift(
	const double *a, size_t n_a, const double *b, size_t n_b, double level);

/* Of at least one value. */
double stats_median(const double *values, size_t n);
double stats_mad(const double *values, size_t n); /* the median distance from the median */
#define STATS_MAD_TO_SIGMA 1.4826                 /* of a normal distribution */

#endif
