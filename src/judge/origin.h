/* SPDX-License-Identifier: MIT */
/* origin.h - where in a program the calls of a run were made */
#ifndef JUDGE_ORIGIN_H
#define JUDGE_ORIGIN_H

#include "judge/judge.h"
#include "query/columns.h"

/* The columns that a run must keep for it. */
extern const uint64_t origin_columns;

/* False: it is not known. Texts are borrowed from the columns. */
bool origin_of_row(struct origin *out, const struct columns *c, size_t row);
/* Gives findings and outcomes of the verdict that have a call, and no origin, the origin of
 * that event in these columns, which are of the run that the verdict is about. */
void origins_from_columns(struct verdict *v, const struct columns *c);
/* The same from another verdict on the same program, where it found the same by the same call.
 */
void origins_from_verdict(struct verdict *v, const struct verdict *other);
/* Is there one that could have an origin, and has none? */
bool origins_are_missing(const struct verdict *v);
/* Each origin that the verdict has, with its findings' members; fn may change it. */
void origins_each(struct verdict *v, void (*fn)(void *arg, struct origin *origin), void *arg);

#endif
