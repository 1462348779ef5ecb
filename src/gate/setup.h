/* SPDX-License-Identifier: MIT */
/* setup.h - the untraced command that prepares a run: make, a copy, a database made */
#ifndef GATE_SETUP_H
#define GATE_SETUP_H

#include "gate/run.h"
#include "gate/sandbox.h"

/* Runs target->setup in the configuration's directory, with our environment and
 * RENACER_SANDBOX, the directory the target will start in. An exit status other than 0, and the
 * timeout, are failures; *printed is then what the command printed last (mem_free). Nothing it
 * started stays behind. */
MUST_CHECK int setup_run(const struct config *config, const struct target *target,
	const struct sandbox *sandbox, const struct run_opts *opts, char **printed,
	struct err *err);

#endif
