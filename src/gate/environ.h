/* SPDX-License-Identifier: MIT */
/* environ.h - the environment that a target sees: made, not inherited */
#ifndef GATE_ENVIRON_H
#define GATE_ENVIRON_H

#include "gate/config.h"
#include "gate/sandbox.h"

/* "NAME=value" sorted by name, ends in NULL. In this order, the later wins: HOME and TMPDIR of
 * the sandbox, what is inherited from `ours`, what the configuration sets, a Lamport clock if
 * it is wanted, what the target sets, PWD. A sandbox with PERTURB_ENV adds a few that nobody
 * knows. An inherited PATH that we have not got ourselves is the usual one. */
const char *const *environ_make(struct arena *arena, const struct config *config,
	const struct target *target, const struct sandbox *sandbox, const char *cwd,
	const char *const *ours);
/* A clock of ours that cannot be gone on from is an error. */
MUST_CHECK int environ_check(
	const struct config *config, const char *const *ours, struct err *err);
/* The value of a name; NULL: not set. */
const char *environ_get(const char *const *environment, const char *name);

#endif
