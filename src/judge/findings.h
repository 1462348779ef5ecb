/* SPDX-License-Identifier: MIT */
/* findings.h - differences as findings of a verdict: clustered, accepted or not; judge's own */
#ifndef JUDGE_FINDINGS_H
#define JUDGE_FINDINGS_H

#include "judge/judge.h"

#define FINDINGS_STALE "renacer/known-stale"
#define FINDINGS_KNOWN "renacer/known"

struct findings {
	struct finding *items;
	size_t n;
	size_t n_clusters,
		n_differences; /* that nobody accepted; counts that follow left out */
	size_t n_known, n_stale;
	const char *first; /* of verdict.first */
};

/* Nothing when parts->differences is NULL. */
void findings_make(struct findings *out, struct arena *arena, const struct verdict *v,
	const struct verdict_parts *parts, bool is_complete);

#endif
