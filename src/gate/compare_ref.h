/* SPDX-License-Identifier: MIT */
/* compare_ref.h - budgets of time, which only pairs of runs of two trees can judge */
#ifndef GATE_COMPARE_REF_H
#define GATE_COMPARE_REF_H

#include "gate/inner.h"

/* Checks out and builds opts->compare_ref, runs each target that has such a budget in both
 * trees, and puts what came of it into its verdict. That no target has one is ERR_USAGE. */
MUST_CHECK int compare_ref(struct verdicts *verdicts, struct gate *g, struct err *err);

#endif
