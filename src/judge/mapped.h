/* SPDX-License-Identifier: MIT */
/*
 * mapped.h - the contents of two effects as the output maps leave them
 *
 * Maps are for texts: what was printed, and what was written to files. Bytes that are none are
 * compared as they are. Of a text that is too long only a digest was kept: then nobody can say
 * what the maps would have made of it, and that is what is said.
 */
#ifndef JUDGE_MAPPED_H
#define JUDGE_MAPPED_H

#include "judge/compare.h"

/* Are they equal, as they are or after the maps? True also when that cannot be told. counted:
 * what the maps did, or that it cannot be told, is noted in c; once per pair. */
bool mapped_is_equal(
	struct compare *c, const struct effect *golden, const struct effect *run, bool counted);
/* Fills the difference as content_explain() does, from what the maps left. */
void mapped_explain(struct difference *d, struct compare *c, const struct effect *golden,
	const struct effect *run);

#endif
