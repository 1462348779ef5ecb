/* SPDX-License-Identifier: MIT */
/*
 * tries.h - programs that could not be executed
 *
 * Who searches PATH fails in some directories and finds the program in another: that is no
 * effect. A name that the process never found is one, whatever it did instead.
 */
#ifndef EFFECTS_TRIES_H
#define EFFECTS_TRIES_H

#include "effects/state.h"

/* Column 0: the directory, 1: the path. Failed and successful calls alike. */
void tries_note(const struct act *a);
void tries_free(struct effects *fx);

#endif
