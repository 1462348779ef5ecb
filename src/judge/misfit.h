/* SPDX-License-Identifier: MIT */
/*
 * misfit.h - what stands in a text where a golden has a hole of another type
 */
#ifndef JUDGE_MISFIT_H
#define JUDGE_MISFIT_H

#include "base/mem.h"

/* "line 3 has 'abc' where the golden has a duration". NULL: it is not a hole where the first
 * line that differs parts from the golden's. */
const char *misfit_words(struct arena *arena, const char *wanted, const char *found);

#endif
