/* SPDX-License-Identifier: MIT */
/*
 * confirm.h - rules whose findings may be chance: more recordings, and more runs
 */
#ifndef GATE_CONFIRM_H
#define GATE_CONFIRM_H

#include "gate/inner.h"

/* Why the numbers of these recordings would not be enough for a rule to be held against, a
 * sentence; NULL: they are. */
const char *confirm_doubt(
	struct gate *g, const struct target *target, const struct run *runs, size_t n);
/* Has the target run again until no outcome has suspects, and tells in the verdict what was
 * chance. A target that is compared with another one has that run again, too. The numbers of
 * all runs are added to run->golden. outcomes: of the rules that apply, in their order; v gets
 * their time. */
void confirm_outcomes(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, struct outcome *outcomes, struct verdict *v);

#endif
