/* SPDX-License-Identifier: MIT */
/*
 * output_map.h - what two texts may differ in and still say the same to whoever reads them
 *
 * A map rewrites both texts to one form, so that they become equal when they differ in nothing
 * but what it names; docs/transpile.md says what that is, map by map. Maps are applied in the
 * order of their list, each to what the one before left. All are pure.
 */
#ifndef JUDGE_OUTPUT_MAP_H
#define JUDGE_OUTPUT_MAP_H

#include "base/err.h"
#include "base/str.h"

enum output_map_kind {
	MAP_BOOL_CASE,
	MAP_PY_REPR_QUOTES,
	MAP_DEBUG_WRAPPER,
	MAP_FLOAT_TOLERANCE,
	MAP_JSON,
	MAP_SORTED_LINES,
	MAP_TRAILING_NEWLINE,
	N_OUTPUT_MAPS
};
extern const char *const output_map_names[N_OUTPUT_MAPS + 1]; /* ends in NULL */

/* Bounds of what float_tolerance may be given: more would equate what nobody calls equal, less
 * is below what the arithmetic behind it can tell. 0 is allowed. */
#define TOLERANCE_MOST 0.1
#define TOLERANCE_LEAST 1e-15

struct output_map {
	enum output_map_kind kind;
	double relative, absolute; /* float_tolerance */
	struct pos at;             /* where it was asked for */
};

struct output_maps {
	const struct output_map *items;
	size_t n;
};

/* Rewrites both texts; returns at how many places they were unlike before and are alike now.
 * float_tolerance is no equivalence: it gives the second text the first one's numbers. */
size_t output_map_apply(const struct output_map *map, struct str *golden, struct str *run);
/* All of them, in order; places[i]: what the i-th returned. True: the texts are equal now. */
bool output_maps_apply(
	const struct output_maps *maps, struct str *golden, struct str *run, size_t *places);

#endif
