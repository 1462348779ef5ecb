/* SPDX-License-Identifier: MIT */
/*
 * paired.h - is this tree slower than another? Pairs of runs, one of each, in turns
 *
 * Nothing is traced. What changes on the machine meanwhile changes both halves alike. The
 * answer is an interval of the ratio (judge/stats.h): beyond the limit as a whole it is a fail,
 * within it as a whole a pass, and in between nothing is known.
 */
#ifndef GATE_PAIRED_H
#define GATE_PAIRED_H

#include "gate/timed.h"
#include "judge/stats.h"

#define PAIRS_MIN 9u
#define PAIRS_USUAL 15u
#define PAIRED_LEVEL 0.95 /* of intervals; false alarms over all questions: 1 less this */

struct pairs {
	double *base[N_MEASURES], *head[N_MEASURES]; /* n each, in the order of runs */
	size_t n;
};

struct paired_side {
	const struct config *config;
	const struct target *target;
};

/* n pairs after one that is not counted; who goes first alternates. */
MUST_CHECK int pairs_run(struct pairs *out, struct arena *arena, const struct paired_side *base,
	const struct paired_side *head, size_t n, const struct run_opts *opts, struct err *err);

/* One question: may head take `allowed` (0.1: a tenth) more of this than base? */
struct paired_question {
	const struct pairs *pairs;
	enum measure measure;
	double allowed;
	bool by_means; /* Welch's test of the means of logarithms instead of ranks */
	/* The answers. */
	struct rank_test test;  /* of head against base times (1 + allowed) */
	struct interval ratio;  /* of head to base */
	double floor;           /* ratios nearer to 1 than this are noise of the base itself */
	double q;               /* after correction for the number of questions */
	enum verdict_kind kind; /* pass, fail or inconclusive */
	const char *text;       /* a sentence, in the arena */
};
/* All at once, for the more is asked the more is found by chance. */
void paired_answer(struct paired_question *questions, size_t n, struct arena *arena);

#endif
