/* SPDX-License-Identifier: MIT */
/*
 * tally.h - how often each of some things happened, and the range of that in a golden
 *
 * A golden keeps a tally as a number whose `by` says of each thing how often it happened in the
 * recordings: "close 26", "read 3-5". What a recording did not have at all has 0 as its least.
 */
#ifndef JUDGE_TALLY_H
#define JUDGE_TALLY_H

#include "base/mem.h"
#include "model/golden.h"

struct tally_item {
	const char *name; /* without blanks */
	uint64_t n;
};

struct tally {
	struct tally_item *items; /* by name, n > 0 */
	size_t n;
	uint64_t sum;
};

/* Counts of a map from name to uint64_t *, in the arena. */
struct map;
void tally_of(struct tally *out, struct arena *arena, const struct map *counts);

/* Adds a run's tally to those that the golden has under this name. */
void tally_note(struct golden *golden, const char *name, const struct tally *t);

struct tally_range {
	const char *name;
	uint64_t low, high;
};

/* What the golden has, by name; false: that is no tally. */
bool tally_ranges(struct tally_range **out, size_t *n, struct arena *arena,
	const struct golden_number *number);

/* One thing that either has: n of the run, the range of the golden (0, 0: it has none). */
struct tally_pair {
	const char *name;
	uint64_t n;
	struct tally_range range;
};
/* Of both together, by name. */
size_t tally_join(struct tally_pair **out, struct arena *arena, const struct tally *t,
	const struct tally_range *ranges, size_t n_ranges);

/* How far n lies outside the range and, on both sides of it, as much as the recordings
 * themselves differ: as a share of the nearer end; 0 inside, infinite when that end is 0.
 * Below: negative. */
double tally_change(uint64_t n, uint64_t low, uint64_t high);

#endif
