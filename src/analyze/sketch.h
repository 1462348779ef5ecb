/* SPDX-License-Identifier: MIT */
/*
 * sketch.h - how values are distributed, in memory that does not grow with their number
 *
 * A histogram whose buckets grow with the value, 32 to each power of two: a percentile is off
 * by 1/64 (1.6 %) of itself at most, values below 64 not at all, and sketches add up exactly.
 */
#ifndef ANALYZE_SKETCH_H
#define ANALYZE_SKETCH_H

#include "base/base.h"

#define SKETCH_BUCKETS 1920

struct sketch { /* zeroed: empty */
	uint64_t n, sum, min, max;
	double mean, m2; /* Welford's: sum of squares of differences from the mean */
	uint64_t buckets[SKETCH_BUCKETS];
};

void sketch_add(struct sketch *s, uint64_t value);
/* The smallest value that at least this share (0 to 1) of the values do not exceed (nearest
 * rank), as exactly as said above; 0 when there are none. */
uint64_t sketch_percentile(const struct sketch *s, double share);
double sketch_deviation(const struct sketch *s); /* standard deviation of these values */

#endif
