/* SPDX-License-Identifier: MIT */
/*
 * deed.h - things done that need no object: signals to the outside, privileged acts
 */
#ifndef EFFECTS_DEED_H
#define EFFECTS_DEED_H

#include "effects/state.h"

/* Counts one more; the first call stays as evidence. kind is EFFECT_SIGNAL or _PRIVILEGE. */
void deed_add(const struct act *a, enum effect_kind kind, const char *key);
void deeds_free(struct effects *fx);

void on_kill(struct act *a);
void on_pidfd_signal(struct act *a);
void on_privilege(struct act *a);
void on_outside(struct act *a);
void on_unshare(struct act *a);
void on_clone(struct act *a);

#endif
