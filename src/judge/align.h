/* SPDX-License-Identifier: MIT */
/*
 * align.h - what must be removed from and added to one sequence to make another
 *
 * Myers, "An O(ND) difference algorithm and its variations" (1986), the greedy form. When that
 * would take too much work or memory, elements that occur once on both sides are taken as fixed
 * points and what lies between them counts as replaced: correct, but not always shortest.
 */
#ifndef JUDGE_ALIGN_H
#define JUDGE_ALIGN_H

#include "base/base.h"

/* a[a … a + n_a) was replaced by b[b … b + n_b); one of the two may be empty. */
struct hunk {
	size_t a, n_a, b, n_b;
};

struct hunks {
	struct hunk *items; /* in order, never touching each other; mem_free() */
	size_t n, capacity;
};

/* Elements are equal when their numbers are. work: steps of Myers allowed, 0: the usual. */
void align(struct hunks *out, const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b,
	size_t work);
void hunks_done(struct hunks *h);
static inline void
hunks_done_auto(struct hunks *h)
{
	hunks_done(h);
}

#endif
