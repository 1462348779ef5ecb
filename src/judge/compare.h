/* SPDX-License-Identifier: MIT */
/*
 * compare.h - what the files that compare two goldens share; for judge's own files
 */
#ifndef JUDGE_COMPARE_H
#define JUDGE_COMPARE_H

#include "judge/judge.h"

/* An effect that both have, by the events of both. */
struct anchor {
	uint64_t golden, run;
};

struct compare {
	struct arena *arena;
	const struct golden *golden, *run;
	const struct compare_opts *opts; /* never NULL */
	struct found *found;             /* so far, in no order */
	size_t n, capacity;
	size_t n_compared, n_optional, n_open;
	struct anchor *timeline;
	size_t n_timeline, timeline_room;
	struct map_use *uses; /* in order of the effects, then of the maps */
	size_t n_uses, uses_capacity;
	struct doubt *doubts;
	size_t n_doubts, doubts_capacity;
};

/* seq: of the event behind it, 0: not known. Lines, evidence and the short forms that are still
 * missing are filled in from the effects. */
void compare_add(struct compare *c, struct difference d, uint64_t seq);
/* The i-th that was added. */
const struct difference *compare_found(const struct compare *c, size_t i);
/* Seen in every recording that the golden was made from. */
bool compare_is_required(const struct golden *g, const struct effect *e);

/* Effects that are on one side only, or on both and unlike; an entry is NULL once it is dealt
 * with. */
struct effects_list {
	const struct effect **items;
	size_t n, capacity;
};

struct leftovers {
	struct effects_list removed, added;
	struct effects_list changed_golden, changed_run; /* the i-th of both are a pair */
};

/* Takes out what is one change in two places: a file under another name, a program with other
 * arguments, bytes that went to the other stream. */
void pairs_take(struct compare *c, struct leftovers *l);
void streams_take(struct compare *c, struct leftovers *l);

/* The calls of one task on both sides, in order. */
void calls_compare(
	struct compare *c, const struct effects_list *golden, const struct effects_list *run);

#endif
