/* SPDX-License-Identifier: MIT */
/* settle_own.h - names that vary, in groups that look alike; for settle_pair.c and chance.c */
#ifndef EFFECTS_SETTLE_OWN_H
#define EFFECTS_SETTLE_OWN_H

#include "effects/settle.h"

/* A name that a recording made. */
struct candidate {
	const struct golden_made *made;
	size_t run;
	const char *dir;    /* as it is in its recording */
	const char *parent; /* the same for all recordings */
	const char *last;
	const char *sum; /* of its content in the end; "" none */
	size_t nr;
	bool has_time; /* a word of it tells when the run was */
};

struct members {
	struct candidate **items;
	size_t n, capacity;
};

struct group {
	struct members *in; /* by recording; the n-th of one is the n-th of all */
};

/* Which orders of drawn names the recordings have not shown yet. */
struct chance {
	struct arena *arena;
	size_t n_unseen;
	const char *first; /* the first of them, a sentence */
};

/* chance.c: takes a group into account. */
void chance_note(struct chance *c, const struct group *g, size_t n_runs);

#endif
