/* SPDX-License-Identifier: MIT */
/*
 * identity.h - whose rights a process has: which calls change them, and which only say them
 * again
 *
 * make and shells set the ids they already have; only a change is an act. The rules are those
 * of credentials(7), setuid(2), setreuid(2), setresuid(2).
 */
#ifndef EFFECTS_IDENTITY_H
#define EFFECTS_IDENTITY_H

#include "effects/state.h"

void identity_start(struct process *p, const struct trace_header *header);
/* A program with set-id bits or capabilities: what it runs as is not known. */
void identity_lost(struct process *p);

/* setuid, setgid and their kin: a privileged act when an id becomes another one. */
void on_identity(struct act *a);

#endif
