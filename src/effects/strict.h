/* SPDX-License-Identifier: MIT */
/*
 * strict.h - profile strict: the calls of every task, in canonical words and in order
 */
#ifndef EFFECTS_STRICT_H
#define EFFECTS_STRICT_H

#include "effects/lines.h"

void strict_start(struct effects *fx);
void strict_free(struct effects *fx);
/* One call, before and after its handler. Nothing happens in other profiles. */
void strict_before(const struct act *a);
void strict_after(const struct act *a);
/* Does it write to a pipe whose reader left before it had read all? */
bool strict_is_left(const struct effects *fx, const struct line *line);
/* Is the line about a socket that the runtime itself uses, for a name service? */
bool strict_is_foreign(const struct effects *fx, const struct line *line);

#endif
