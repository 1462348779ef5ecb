/* SPDX-License-Identifier: MIT */
/*
 * evidence.h - the call that made an effect, kept small and decoded only when asked
 */
#ifndef EFFECTS_EVIDENCE_H
#define EFFECTS_EVIDENCE_H

#include "effects/state.h"

struct evidence;

/* Remembers this call in *slot (made when NULL, reused otherwise). */
void evidence_keep(struct evidence **slot, const struct act *a);
void evidence_free(struct evidence *e);
/* "openat(AT_FDCWD, "x", …) = 3 by /usr/bin/cp (task 1.2)" in the golden's arena; NULL for
 * NULL. */
void evidence_put(const struct effects *fx, struct golden *g, struct effect *e,
	const struct evidence *evidence);

#endif
