/* SPDX-License-Identifier: MIT */
/*
 * made.h - what a run gave names to, for whoever settles which of them vary
 */
#ifndef EFFECTS_MADE_H
#define EFFECTS_MADE_H

#include "effects/state.h"

/* Fills g->made, by the place of their makers, and g->words. When all names are known. */
void made_fill(struct effects *fx, struct golden *g);

#endif
