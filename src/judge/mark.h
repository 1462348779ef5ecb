/* SPDX-License-Identifier: MIT */
/* mark.h - which write made a byte of a stream */
#ifndef JUDGE_MARK_H
#define JUDGE_MARK_H

#include "judge/judge.h"

/* Fills d->evidence and *seq from the write that made byte `at` of the run's text, when it is
 * known; behind the last byte the last write counts. false: it is not known. */
bool mark_take(struct difference *d, struct arena *arena, uint64_t *seq,
	const struct effect *run, size_t at);
/* The first byte in which the texts of both differ; SIZE_MAX: one has no text. */
size_t mark_parting(const struct effect *golden, const struct effect *run);

#endif
