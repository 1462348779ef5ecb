/* SPDX-License-Identifier: MIT */
/*
 * carry.h - a verdict copied whole, so that it outlives the run, or the process, that made it
 */
#ifndef GATE_CARRY_H
#define GATE_CARRY_H

#include "judge/judge.h"

/* Where copies go: take() gives n zeroed bytes, aligned for anything, and cannot fail. */
struct luggage {
	void *(*take)(void *arg, size_t n);
	void *arg;
};

struct luggage luggage_in_arena(struct arena *arena);
/* Everything that *v points to is copied; *v points to the copies then. */
void verdict_carry(struct verdict *v, const struct luggage *to);

#endif
