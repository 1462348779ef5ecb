/* SPDX-License-Identifier: MIT */
/*
 * launch.h - how a program is brought to run: launchers, interpreters and their program text
 *
 * What the profile `transpile` leaves out: a program compiled from another language is neither
 * started by way of `env` nor does it read its own text.
 */
#ifndef EFFECTS_LAUNCH_H
#define EFFECTS_LAUNCH_H

#include "effects/state.h"

/* Who reads this name, of those that can be told: remembered in it. */
void launch_note_read(const struct act *a, struct name *n);
/* Call once all events are in, before the others. */
void launch_settle(struct effects *fx);
/* The image with this index: the program itself, or one that only leads to it. */
bool launch_is_part(const struct effects *fx, const struct process *p, size_t image);
/* Read by launchers alone, before the program itself ran. */
bool launch_was_read(const struct effects *fx, const struct name *n);
/* The program's own text, read by what runs it; or a directory that was searched for it. */
bool launch_is_text(const struct effects *fx, const struct name *n);

#endif
