/* SPDX-License-Identifier: MIT */
/* basis.h - what a verdict rests on, and what could not be seen; what both sides cost */
#ifndef JUDGE_BASIS_H
#define JUDGE_BASIS_H

#include "judge/judge.h"

/* Of one run. differences NULL: nothing was compared. */
void basis_of(struct basis *out, struct arena *arena, const struct golden *run,
	const struct facts *facts, const struct trace_footer *footer,
	const struct differences *differences);
/* What the golden itself leaves open in texts: holes for times, numbers of processes, … */
void basis_golden(struct basis *b, struct arena *arena, const struct golden *golden);
/* One more thing that was not seen or not compared; n 0: nothing happens. Texts are borrowed.
 */
void basis_unseen(
	struct basis *b, struct arena *arena, const char *key, const char *words, uint64_t n);
/* "712 calls, 1204 bytes, 3 paths, 2 streams, 1 process, 0 connections"; what was not seen, or
 * NULL when nothing is known to be. */
const char *basis_words(struct arena *arena, const struct basis *b);
const char *basis_unseen_words(struct arena *arena, const struct basis *b);

/* Of a run with its facts; golden NULL: bytes are not known. */
struct cost cost_of(const struct facts *facts, const struct golden *golden);
/* "12.3 ms against 45.0 ms (3.7 times as fast), 812 calls against 1204, …"; with one side only
 * its own numbers; NULL: nothing is known. */
const char *cost_words(struct arena *arena, const struct performance *p);
/* golden.wall / run.wall; 0: not known. */
double cost_speedup(const struct performance *p);

#endif
