/* SPDX-License-Identifier: MIT */
/*
 * temp.h - temporary names: which part of a name looks random
 */
#ifndef EFFECTS_TEMP_H
#define EFFECTS_TEMP_H

#include "effects/state.h"

#define TEMP_MIN 6 /* no maker draws fewer characters */

/* A name appeared: is it a temporary one, made by mkstemp or the like? A guess, by the call and
 * the shape, for when there is nothing to compare with. */
void temp_notice(const struct act *a, struct name *n, uint32_t flags, uint32_t mode);

#endif
