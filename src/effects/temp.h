/* SPDX-License-Identifier: MIT */
/*
 * temp.h - temporary names: which part of a name is random, and what stands for it
 */
#ifndef EFFECTS_TEMP_H
#define EFFECTS_TEMP_H

#include "effects/state.h"

#define TEMP_MIN 6 /* no maker draws fewer characters */

/* A run of word bytes that belongs to a temporary name of this run: writes its alias. */
bool temp_put(struct effects *fx, struct str *out, const char *run, size_t n);

#endif
