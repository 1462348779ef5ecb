/* SPDX-License-Identifier: MIT */
/*
 * again.h - a run whose trace has holes that it would not have under ptrace
 */
#ifndef GATE_AGAIN_H
#define GATE_AGAIN_H

#include "gate/run.h"

/* ebpf lost something of it, and it came to its end by itself. What ptrace would not see
 * either (io_uring) is no reason. */
bool again_is_due(const struct run *run);
/* run_target(), and where that is due once more under ptrace: *out is then the second run, with
 * a sentence in out->again. The first one is never judged. When there is no second one to be
 * had, the first stays, incomplete as it is, and the sentence says why. */
MUST_CHECK int again_run(struct run *out, const struct config *config,
	const struct target *target, const struct run_opts *opts, struct err *err);

/* The target could see that ebpf had it wait, and may have done otherwise for it: it passes, or
 * is taken again as well. */
bool again_may_differ(const struct run *run);

#endif
