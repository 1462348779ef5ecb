/* SPDX-License-Identifier: MIT */
/* causes.h - the rules by which differences belong together; for judge's own files */
#ifndef JUDGE_CAUSES_H
#define JUDGE_CAUSES_H

#include "judge/judge.h"

/* The differences while they are being put together. */
struct causes {
	struct arena *arena;
	const struct difference *const *d;
	size_t n;
	size_t *leader; /* of each: the one it belongs to, itself when it stands alone */
	const char *
		*title; /* what is said of the whole, by leader; NULL: the leader's sentence */
};

/* Does it stand alone so far? */
bool causes_is_free(const struct causes *c, size_t i);
size_t causes_root(const struct causes *c, size_t i);
/* Puts i, and all that belongs to it, under the leader. */
void causes_join(struct causes *c, size_t i, size_t leader);
const struct effect *causes_effect(
	const struct difference *d); /* the run's, else the golden's */
bool causes_is(const struct difference *d, enum effect_kind kind, enum difference_class class);

/* Paths: trees that are missing, new or elsewhere; permission bits. */
void causes_trees(struct causes *c);
void causes_moves(struct causes *c);
void causes_umask(struct causes *c);
/* The same change in many places. */
void causes_repeats(struct causes *c);
/* Programs that did not run, or should not have; how the command ended. */
void causes_programs(struct causes *c);
void causes_ending(struct causes *c);
/* What follows: the flow of the same bytes (profile io), counts. */
void causes_flows(struct causes *c);
void causes_counts(struct causes *c);

#endif
