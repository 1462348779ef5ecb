/* SPDX-License-Identifier: MIT */
/*
 * cluster.h - differences that one cause explains, told as one
 *
 * A cause hides nothing: each difference is in exactly one cluster and keeps its sentence. What
 * belongs together is decided by rules that name what they go by (cluster.c has the list);
 * where none applies a difference stands alone.
 */
#ifndef JUDGE_CLUSTER_H
#define JUDGE_CLUSTER_H

#include "judge/judge.h"

struct cluster {
	const struct difference *first;          /* the one that stands for all */
	const struct difference *const *members; /* the others, in order */
	size_t n_members;
	const char *sentence; /* of the whole */
	const char *line;     /* the sentence and the imprint: what [[known]] names */
	const struct difference *earliest; /* of first and members, by the run's events */
};

struct clusters {
	struct cluster *items; /* the earliest first */
	size_t n;
};

/* Of the n differences that d points to, in the order that judge_compare() gave. All is
 * borrowed from them and from the arena. */
void cluster_all(
	struct clusters *out, struct arena *arena, const struct difference *const *d, size_t n);
/* Sentence and imprint of one difference that stands alone. */
const char *cluster_line(struct arena *arena, const struct difference *d);

#endif
