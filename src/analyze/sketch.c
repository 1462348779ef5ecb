/* SPDX-License-Identifier: MIT */
/* sketch.c - how values are distributed, in memory that does not grow with their number */

#include "analyze/sketch.h"

#include <math.h>

#define SUB_BITS 5 /* 32 buckets to a power of two */
#define N_SUB (1u << SUB_BITS)

_Static_assert(SKETCH_BUCKETS == (64 - SUB_BITS + 1) * N_SUB, "a bucket for every uint64_t");

static unsigned
bucket_of(uint64_t value)
{
	unsigned power;

	if (value < N_SUB)
		return (unsigned)value;
	power = 63 - (unsigned)__builtin_clzll(value);
	return (power - SUB_BITS + 1) * N_SUB +
	       (unsigned)(value >> (power - SUB_BITS) & (N_SUB - 1));
}

/* The middle of the values that fall into the bucket. */
static uint64_t
value_of(unsigned bucket)
{
	unsigned shift = bucket / N_SUB;
	uint64_t low;

	if (shift < 2)
		return bucket;
	shift--;
	low = (uint64_t)(N_SUB + bucket % N_SUB) << shift;
	return low + (((uint64_t)1 << shift) - 1) / 2;
}

void
sketch_add(struct sketch *s, uint64_t value)
{
	double off = (double)value - s->mean;

	s->min = s->n == 0 ? value : MIN(s->min, value);
	s->max = MAX(s->max, value);
	s->n++;
	s->sum += value;
	s->mean += off / (double)s->n;
	s->m2 += off * ((double)value - s->mean);
	s->buckets[bucket_of(value)]++;
}

uint64_t
sketch_percentile(const struct sketch *s, double share)
{
	uint64_t rank = (uint64_t)ceil(share * (double)s->n), seen = 0;

	if (s->n == 0)
		return 0;
	if (rank >= s->n)
		return s->max;
	for (unsigned i = 0; i < SKETCH_BUCKETS; i++) {
		seen += s->buckets[i];
		if (seen >= rank && seen > 0)
			return MIN(MAX(value_of(i), s->min), s->max);
	}
	return s->max;
}

double
sketch_deviation(const struct sketch *s)
{
	return s->n ? sqrt(s->m2 / (double)s->n) : 0;
}
