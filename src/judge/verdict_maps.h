/* SPDX-License-Identifier: MIT */
/* verdict_maps.h - what output maps did, as findings; for verdict.c */
#ifndef JUDGE_VERDICT_MAPS_H
#define JUDGE_VERDICT_MAPS_H

#include "judge/judge.h"

/* A note for each map that was used, with its places; a warning for each comparison that they
 * could not make; and, where nothing differs, one for each map that nothing needed. */
void verdict_add_maps(
	struct verdict *v, struct arena *arena, const struct verdict_parts *parts);

#endif
