/* SPDX-License-Identifier: MIT */
/*
 * region.h - which of a process's calls are its program's own, and which its runtime's
 *
 * With opts.regions only. What start-up and shut-down are is decided as profile strict decides
 * it, on the lines that are kept of each task; other profiles do not change by it.
 */
#ifndef EFFECTS_REGION_H
#define EFFECTS_REGION_H

#include "effects/startup.h"

struct out;

/* out_calls.c: the lines that are the program's own are items[*from] to items[*end - 1]. */
void out_own_lines(const struct out *o, const struct manners *m, const struct stretch *s,
	size_t *from, size_t *end);
/* Once, when all events are in. */
void regions_fill(const struct out *o);
void regions_free(struct effects *fx);

#endif
