/* SPDX-License-Identifier: MIT */
/*
 * mutate.h - operators that change a run, and say beforehand whether that must be seen
 *
 * A dependent operator makes a change that an outsider could see under the profile: a golden
 * that lets it pass misses something. An independent one makes a change that nobody could see:
 * a golden that refuses it will flake. Which places an operator may touch is decided by its own
 * rules (docs/selftest.md) before anything is judged.
 */
#ifndef MUTATE_MUTATE_H
#define MUTATE_MUTATE_H

#include "mutate/mutant.h"

/* A place where an operator can be applied; the operator knows what the numbers mean. */
struct site {
	size_t at, with;
	uint32_t how;
};

struct sites {
	struct site *items; /* mem_free() */
	size_t n, capacity;
};

/* What operators work on. */
struct stage {
	const struct tape *tape;
	struct steps steps;
	const struct golden *golden;    /* the one to be tested, borrowed */
	struct map *after, *before;     /* path -> index of its state + 1 */
	struct map *paths, *reads;      /* path -> the effect that tells of it */
	const struct golden_made *made; /* names that the run gave, n_made */
	size_t n_made;
	size_t *changes; /* indices of steps that changed names, in order */
	size_t n_changes;
	uint32_t first; /* task of the command itself */
	size_t began;   /* its first call after it was executed */
	size_t last;    /* the last event before the states after the run */
};

/* golden: what the run is to be compared with; its profile counts. */
MUST_CHECK int stage_open(struct stage *out, const struct tape *tape,
	const struct golden *golden, const struct effects_opts *opts, struct err *err);
void stage_done(struct stage *s);

struct operator
{
	const char *name;
	bool must_be_caught;
	unsigned profiles;   /* bit 1 << enum profile: where it applies */
	const char *matters; /* why a wrong answer would matter: one sentence */
	void (*find)(struct stage * s, struct sites * out);
	/* False: it cannot be done here, and this was no site. Sets m->what otherwise. */
	bool (*apply)(struct stage * s, const struct site *site, struct mutant *m);
};
extern const struct operator* const operators[]; /* ends with NULL */

/* Of n sites at most `limit`, spread over all of them, the same every time. */
void sites_sample(struct sites *s, const char *operator_name, size_t limit);

#endif
