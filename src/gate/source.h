/* SPDX-License-Identifier: MIT */
/* source.h - the source lines of what a verdict shows, from a second run when it has failed */
#ifndef GATE_SOURCE_H
#define GATE_SOURCE_H

#include "gate/inner.h"

/* Fills the origins of a verdict on this run. When it is a fail and the run was taken without
 * stacks, the target runs once more with them, and what both runs show by the same call gets
 * its line from there. Never changes the verdict; when it does not work, there are no lines. */
void source_fill(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, struct verdict *v);

#endif
