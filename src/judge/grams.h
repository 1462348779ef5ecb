/* SPDX-License-Identifier: MIT */
/*
 * grams.h - which calls follow each other in a run: runs of n in a row, "openat>read>close"
 */
#ifndef JUDGE_GRAMS_H
#define JUDGE_GRAMS_H

#include "judge/rule_own.h"
#include "judge/tally.h"

/* Counts those of the run that the rule selects; *n_looked: calls. False: the outcome says why
 * not. */
bool grams_count(const struct judging *j, struct tally *out, uint64_t *n_looked);
/* What the golden calls them. Rules that look at the same calls share a number. */
const char *grams_number(const struct judging *j);

/* Adds to a set all that a gram has in it: "a>b" has "a", "b" and "a>b". */
struct map;
void gram_add_parts(struct map *parts, const char *gram);
/* Hands out the shortest of what a gram has in it that is no part of any known one: where a
 * call is new that other calls come around in changing order, it is the call. A gram that is
 * new by where it ends (a task that made fewer calls) is handed out whole, with "=" before it.
 */
void gram_visit_new(const struct map *parts, const char *gram,
	void (*visit)(void *arg, const char *part), void *arg);

#endif
