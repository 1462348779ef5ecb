/* SPDX-License-Identifier: MIT */
/*
 * flows.h - profiles io and strict: the bytes of every object
 */
#ifndef EFFECTS_FLOWS_H
#define EFFECTS_FLOWS_H

#include "effects/state.h"

bool flows_wanted(const struct effects *fx);
/* A pipe or socket of the run is gone: its bytes are kept under a name of its maker. */
void flow_keep(struct effects *fx, const char *what, uint32_t maker, uint32_t ordinal,
	const struct flow *flow);
void flows_free(struct effects *fx);

#endif
