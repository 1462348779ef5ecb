/* SPDX-License-Identifier: MIT */
/* setup.c - the untraced command that prepares a run */

#include "gate/setup.h"

#include "gate/errand.h"

int
setup_run(const struct config *config, const struct target *target,
	const struct sandbox *sandbox, const struct run_opts *opts, char **printed,
	struct err *err)
{
	struct errand errand = { "its setup command", target->setup, config->dir,
		target->timeout_ns, opts, sandbox->work };

	return target->setup ? errand_run(&errand, printed, err) : 0;
}
