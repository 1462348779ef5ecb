/* SPDX-License-Identifier: MIT */
/*
 * times.h - times of files, where a program chose them
 *
 * A time is told when the run set it to one that is neither the present, nor some whole hours
 * from it, nor one that it saw on another file: who copies times shows nothing new.
 */
#ifndef EFFECTS_TIMES_H
#define EFFECTS_TIMES_H

#include "effects/state.h"

/* A call told the state of a file: stat, statx and the like, in that argument. */
void times_seen(const struct act *a, int arg);
/* The fields of a path that is there. */
void times_put(struct golden *g, struct effect *e, const struct name *n);

#endif
