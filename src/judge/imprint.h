/* SPDX-License-Identifier: MIT */
/* imprint.h - what a difference is, both sides of it, in sixteen digits */
#ifndef JUDGE_IMPRINT_H
#define JUDGE_IMPRINT_H

#include "judge/judge.h"

/* Fills d->imprint: made of the class, the effect and the values that differ, whole, and of
 * no word that a person reads. Two differences of one comparison may share it (the same calls
 * in two places); whoever needs them apart counts. */
void imprint_take(struct difference *d);
/* Of several that belong together, in this order. */
void imprint_join(char out[17], const struct difference *const *d, size_t n);

#endif
