/* SPDX-License-Identifier: MIT */
/*
 * hole.h - spans of a text that differ each time: of which types they can be
 *
 * The types are rows of hole.def. A span is taken from where a word begins to where one ends.
 */
#ifndef EFFECTS_HOLE_H
#define EFFECTS_HOLE_H

#include "base/base.h"

enum {
	HOLE_OWN_PID = 1, /* only a number that a process of the run has */
	HOLE_SIZED = 2,   /* its length belongs to it */
	HOLE_MIXED = 4,   /* learned only where a sample has both letters and digits */
	HOLE_WEAK = 8,    /* says little: any number */
	HOLE_RAGGED = 16, /* its length varies, so that columns are filled with blanks */
	HOLE_LAST = 32,   /* only where nothing with a form of its own stands */
	/* Sizes from here on are exact; shorter values are numbers as often as digests, and
	 * lose the zeros in front. */
	HOLE_FIRM_SIZE = 20
};

struct hole_row {
	const char *name, *words;
	unsigned bits;
	const char *pattern;
};
extern const struct hole_row hole_rows[];
extern const size_t n_hole_rows; /* 64 at most: sets of them are bits */

/* The patterns, compiled. */
struct hole_set;
struct hole_set *hole_set_new(void);
void hole_set_free(struct hole_set *set);
AUTO_DEFINE(struct hole_set *, hole_set_free)

/* How many bytes a span of that type has that begins at byte `at` of the text; 0: none does. */
size_t hole_length(
	const struct hole_set *set, size_t row, const char *text, size_t n, size_t at);
/* The longest span of any type that begins there, 0: none; *types: a bit for each row. */
size_t hole_longest(
	const struct hole_set *set, const char *text, size_t n, size_t at, uint64_t *types);
size_t hole_row_by_name(const char *name, size_t n); /* n_hole_rows: no such type */

#endif
