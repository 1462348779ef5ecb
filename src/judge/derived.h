/* SPDX-License-Identifier: MIT */
/* derived.h - counts that follow from the other differences */
#ifndef JUDGE_DERIVED_H
#define JUDGE_DERIVED_H

#include "judge/judge.h"

/* Marks the counts ("programs", "files read", …) whose change is exactly the sum of what the
 * other differences say. One that is not stays a difference of its own: something changed that
 * nobody has told. */
void derived_mark(struct difference *d, size_t n);
/* Has this difference a part in the change of that count? */
bool derived_from(const struct difference *count, const struct difference *d);

#endif
