/* SPDX-License-Identifier: MIT */
/*
 * hold.h - events in the order of their causes
 *
 * A tracer hears of the end of a read before it hears of the end of the write that fed it, when
 * both stand still at one time. Such an event, and all behind it, wait here until the one that
 * is missing came: that one is the next event of its task, because the call was under way.
 */
#ifndef EFFECTS_HOLD_H
#define EFFECTS_HOLD_H

#include "effects/state.h"

/* Hands the event to effects_apply(), now or when its causes are known. */
void held_add(struct effects *fx, const struct event *event);
void held_flush(struct effects *fx); /* nothing more will come */
void held_free(struct effects *fx);

void effects_apply(struct effects *fx, const struct event *event); /* effects.c */

#endif
