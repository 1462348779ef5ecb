/* SPDX-License-Identifier: MIT */
/* setup.c - the untraced command that prepares a run */

#include "gate/setup.h"

#include "gate/errand.h"

#include <stdlib.h>

int
setup_run(const struct config *config, const struct target *target,
	const struct sandbox *sandbox, const struct run_opts *opts, char **printed,
	struct err *err)
{
	struct errand errand = { "its setup command", target->setup, config->dir,
		target->timeout_ns, opts };
	int rc;

	if (!target->setup)
		return 0;
	setenv("RENACER_SANDBOX", sandbox->work, 1);
	rc = errand_run(&errand, printed, err);
	unsetenv("RENACER_SANDBOX");
	return rc;
}
