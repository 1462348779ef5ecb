/* SPDX-License-Identifier: MIT */
/*
 * doubt.h - profile strict: what in a run only time may have decided
 *
 * No proof that it did: a reason to look more often before it is taken for certain.
 */
#ifndef EFFECTS_DOUBT_H
#define EFFECTS_DOUBT_H

#include "effects/lines.h"

void doubt_free(struct effects *fx);
/* A call that is about a path, or makes or collects a process. */
void doubt_note(const struct act *a, const struct line *line);

#endif
