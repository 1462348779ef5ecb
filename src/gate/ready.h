/* SPDX-License-Identifier: MIT */
/*
 * ready.h - what a target needs before it can start, whether it is traced or only timed
 */
#ifndef GATE_READY_H
#define GATE_READY_H

#include "gate/run.h"
#include "gate/sandbox.h"

struct ready {
	struct sandbox *sandbox;
	const char *const *argv, *const *envp; /* end in NULL */
	const char *cwd;
	int in; /* its standard input; -1: not open */
};

/* Makes the sandbox, runs `setup`, copies the fixtures, opens the standard input. What setup
 * printed goes to *printed when it failed. ready_done() is due in any case. */
MUST_CHECK int ready_make(struct ready *out, struct arena *arena, const struct config *config,
	const struct target *target, const struct run_opts *opts, char **printed,
	struct err *err);
/* Removes the sandbox. The caller has ended whatever ran in it. */
MUST_CHECK int ready_remove(struct ready *r, struct err *err);
void ready_done(struct ready *r); /* for ways out: removes, too, what can be removed */

#endif
